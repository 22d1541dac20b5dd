//! Published versions of the studies' questionnaires stay as they were: `studies/versions.lock`.

use std::path::Path;

use serde_json::{Value, json};
use svar::tools::frozen::{Breach, LOCK, Lock, Version};

#[test]
fn what_was_published_stays_as_it_was() {
    let studies = Path::new(env!("CARGO_MANIFEST_DIR")).join("studies");
    let lock = std::fs::read_to_string(studies.join(LOCK)).expect("a lock");
    let lock = Lock::read(&lock).expect("a lock");
    let versions = Version::all(&studies).expect("the studies");
    assert!(versions.len() > 50, "only {} versions: are they read at all?", versions.len());
    let breaches: Vec<String> = lock.breaches(&versions).iter().map(Breach::to_string).collect();
    assert!(breaches.is_empty(), "{}\n(`cargo xtask freeze --unpublished` if nobody has seen it)", breaches.join("\n"));
}

fn questionnaire() -> Value {
    json!({
        "resourceType": "Questionnaire", "url": "https://svar.example/q", "version": "1.0.0", "status": "active",
        "date": "2026-11-28", "publisher": "Svar", "language": "nb", "title": "Skjema",
        "extension": [
            {"url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-assemble-expectation",
             "valueCode": "assemble-child"},
            {"url": "https://svar.example/fhir/StructureDefinition/instrument",
             "extension": [{"url": "construct", "valueString": "Health"}]},
        ],
        "item": [
            {"linkId": "a", "type": "choice", "text": "Hvordan?", "answerOption": [
                {"valueCoding": {"system": "https://svar.example/s", "code": "good", "display": "Bra"}},
                {"valueCoding": {"system": "https://svar.example/s", "code": "bad", "display": "Dårlig"}},
            ]},
            {"linkId": "b", "type": "integer", "text": "Hvor mange?",
             "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 9}]},
        ],
    })
}

fn version(questionnaire: &Value) -> Version {
    Version::of(questionnaire, Path::new("q.json")).expect("a questionnaire")
}

/// Every single change to what is asked is seen, and none to what is only said about it.
#[test]
fn what_is_asked_is_locked_and_what_is_said_about_it_is_not() {
    let published = version(&questionnaire());
    let mut lock = Lock::default();
    lock.set(&published);
    for (place, value, locked) in [
        ("/title", json!("Skjemaet"), true),
        ("/item/0/text", json!("Hvordan da?"), true),
        ("/item/0/linkId", json!("c"), true),
        ("/item/0/type", json!("string"), true),
        ("/item/0/answerOption/1/valueCoding/code", json!("poor"), true),
        ("/item/0/answerOption/1/valueCoding/display", json!("Dårleg"), true),
        ("/item/1/extension/0/valueInteger", json!(10), true),
        ("/extension/0/valueCode", json!("assemble-root"), true),
        ("/item", json!([]), true),
        ("/status", json!("retired"), false),
        ("/status", json!("draft"), false),
        ("/date", json!("2026-11-29"), false),
        ("/publisher", json!("Others"), false),
        ("/extension/1/extension/0/valueString", json!("Good health"), false),
    ] {
        let mut changed = questionnaire();
        *changed.pointer_mut(place).expect(place) = value;
        let breaches = lock.breaches(&[version(&changed)]);
        let expected = if locked { vec![Breach::Changed(version(&changed))] } else { vec![] };
        assert_eq!(breaches, expected, "{place}");
    }
    let mut turned = questionnaire();
    turned["item"].as_array_mut().expect("items").reverse();
    assert!(matches!(lock.breaches(&[version(&turned)])[..], [Breach::Changed(_)]), "the order is what is asked, too");
}

/// A hash that moved with the parser, the machine or a release of ours would unlock everything: this one is of
/// `printf '%s' '{"item":[{"linkId":"a","text":"b"}],"resourceType":"Questionnaire","url":"u","version":"1"}' | sha256sum`.
#[test]
fn the_hash_is_anybodys() {
    let in_any_order = r#"{ "version": "1", "url": "u", "status": "active",
        "item": [ {"text": "b", "linkId": "a"} ], "resourceType": "Questionnaire" }"#;
    let read: Value = serde_json::from_str(in_any_order).expect("JSON");
    assert_eq!(version(&read).hash, "e0d516071f1af73916c6bf99d305cf33");
}

#[test]
fn a_version_without_a_line_is_told_unless_it_is_a_draft() {
    let mut draft = questionnaire();
    assert_eq!(Lock::default().breaches(&[version(&draft)]), [Breach::New(version(&draft))]);
    draft["status"] = json!("draft");
    assert_eq!(Lock::default().breaches(&[version(&draft)]), []);
}

#[test]
fn one_version_asks_the_same_in_every_study() {
    let published = version(&questionnaire());
    let mut lock = Lock::default();
    lock.set(&published);
    let mut other = questionnaire();
    assert_eq!(lock.breaches(&[published.clone(), version(&other)]), [], "a copy");
    other["item"][0]["text"] = json!("Hvorfor?");
    let told = lock.breaches(&[published, version(&other)]);
    assert!(matches!(told[..], [Breach::Twice(..)]), "{told:?}");
}

#[test]
fn a_lock_that_is_none_is_told() {
    let hash = "0123456789abcdef0123456789abcdef";
    let fine = format!("# words\n\nhttps://svar.example/q|1 {hash}\n");
    let lock = Lock::read(&fine).expect("a lock");
    assert_eq!(Lock::read(&lock.to_string()), Ok(lock), "what is written can be read");
    for (text, line) in [
        (format!("https://svar.example/q {hash}"), 1),
        ("https://svar.example/q|1".to_owned(), 1),
        (format!("\nhttps://svar.example/q|1 {hash}0"), 2),
        (format!("https://svar.example/q|1 {}", hash.to_uppercase()), 1),
        (format!("{fine}https://svar.example/q|1 {hash}\n"), 4),
        ("<<<<<<< HEAD".to_owned(), 1),
    ] {
        assert_eq!(Lock::read(&text).map_err(|error| error.line), Err(line), "{text}");
    }
}
