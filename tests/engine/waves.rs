//! The three waves of health-at-work: what is asked again is the same question, what is not asked is left out on purpose;
//! and of every study, that all of it is translated and that no licensed wording has slipped in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;
use svar::{questionnaire, session::Session, study::Study};

use crate::{
    forms::{give, id},
    studies,
};

/// What the first wave does not ask, part and `linkId`.
const NOT_IN_Q1: [&str; 13] = [
    "core still-there.place",
    "rest answered-before.background",
    "rest background-changes.any",
    "rest background-changes.leader",
    "rest background-changes.position",
    "rest background-changes.staff-responsibility",
    "rest background-changes.what",
    "rest background-changes.work",
    "rest background-changes.work-other",
    "rest programme.measures",
    "rest programme.took-part",
    "rest programme.useful",
    "rest still-there.place",
];

/// The topics of the second part of later waves, in order; the background in its two halves.
const TOPICS: [&str; 14] = [
    "answered-before",
    "background.you",
    "background.job",
    "background-changes",
    "life",
    "health-anxiety",
    "coping",
    "work-environment",
    "job-satisfaction",
    "accommodation",
    "views-back-pain",
    "views-mental",
    "health-care-use",
    "programme",
];

fn study() -> Study {
    studies::manifests().into_iter().find(|study| study.id == "health-at-work").unwrap()
}

/// The variables of a wave by part and `linkId`, each with all that its column rests on.
fn variables(wave: usize) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in &study().waves[wave].parts {
        let source = &studies::part(part.file.trim_end_matches(".json")).assembled;
        walk(source, &mut |item| {
            let kind = item["type"].as_str().filter(|kind| item["linkId"].is_string() && *kind != "display");
            let Some(kind) = kind.filter(|kind| *kind != "group") else { return };
            let name = format!("{} {}", part.id, item["linkId"].as_str().unwrap());
            let codes = codes(source, item);
            let bounds: Vec<String> = list(&item["extension"])
                .filter(|extension| {
                    ["/minValue", "/maxValue", "/format"].iter().any(|name| url(extension).ends_with(name))
                })
                .map(Value::to_string)
                .collect();
            let column =
                format!("{kind} repeats {} length {} {bounds:?} {codes:?}", item["repeats"], item["maxLength"]);
            assert!(found.insert(name.clone(), column).is_none(), "{name} twice in a part");
        });
    }
    assert!(found.len() > 100, "only {} variables", found.len());
    found
}

/// The codes that a question takes, wherever they are listed, in their order and with their scores.
fn codes(source: &Value, item: &Value) -> Vec<String> {
    let set = item["answerValueSet"].as_str().map(|name| {
        list(&source["contained"]).find(|set| set["id"] == name[1..]).unwrap_or_else(|| panic!("no value set {name}"))
    });
    let concepts = set.into_iter().flat_map(|set| list(&set["compose"]["include"])).flat_map(|include| {
        list(&include["concept"]).map(|concept| (include["system"].clone(), concept["code"].clone(), score(concept)))
    });
    let options = list(&item["answerOption"]).map(|option| &option["valueCoding"]);
    let options = options.map(|coding| (coding["system"].clone(), coding["code"].clone(), score(coding)));
    concepts.chain(options).map(|(system, code, score)| format!("{system} {code} {score}")).collect()
}

fn score(coding: &Value) -> Value {
    let ordinal = list(&coding["extension"]).find(|extension| url(extension).ends_with("/ordinalValue"));
    ordinal.map_or(Value::Null, |extension| extension["valueDecimal"].clone())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn url(extension: &Value) -> &str {
    extension["url"].as_str().unwrap_or("")
}

/// Every object in it, from the outside in.
fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, visit)),
        Value::Object(fields) => {
            visit(value);
            fields.values().for_each(|field| walk(field, visit));
        }
        _ => {}
    }
}

/// Every questionnaire and module in `studies`, as written.
fn sources() -> Vec<(String, Value)> {
    fn collect(folder: &Path, found: &mut Vec<(String, Value)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push((path.display().to_string(), studies::json(&path)));
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("studies"), &mut found);
    found.retain(|(_, source)| source["resourceType"] == "Questionnaire");
    found
}

#[test]
fn what_is_asked_again_is_the_same_question() {
    let waves: Vec<_> = (0..study().waves.len()).map(variables).collect();
    assert_eq!(waves.len(), 3);
    let all: BTreeSet<&String> = waves.iter().flat_map(BTreeMap::keys).collect();
    for name in &all {
        let columns: BTreeSet<&String> = waves.iter().filter_map(|wave| wave.get(*name)).collect();
        assert_eq!(columns.len(), 1, "{name} is not the same in all waves: {columns:#?}");
    }
    for (wave, lacking) in waves.iter().zip([NOT_IN_Q1.as_slice(), &[], &[]]) {
        let missing: Vec<&str> =
            all.iter().filter(|name| !wave.contains_key(**name)).map(|name| name.as_str()).collect();
        assert_eq!(missing, lacking);
    }
}

#[test]
fn the_parts_of_all_waves_have_the_same_names_in_the_same_order() {
    for wave in &study().waves {
        let ids: Vec<&str> = wave.parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["core", "rest"], "{}", wave.id);
        // One says yes once; later waves remind of it.
        assert_eq!((wave.consent.is_some(), wave.contact.is_some()), (wave.id == "q1", wave.id == "q1"), "{}", wave.id);
        assert_eq!(wave.welcome.is_some(), wave.id != "q1", "{}", wave.id);
        assert_eq!(wave.minutes, wave.parts.iter().map(|part| part.minutes).sum::<u32>(), "{}", wave.id);
    }
}

/// Answers where one works now and whether the background was given before: what the second part then leaves out.
fn check(place: &str, before: &str, left_out: &[&str]) {
    for wave in ["q2", "q3"] {
        let mut core = Session::new(studies::part(&format!("{wave}-core")).form.clone());
        let mut rest = Session::new(studies::part(&format!("{wave}-rest")).form.clone());
        give(&mut core, "still-there.place", place);
        give(&mut core, "complaints.headache", "severe");
        core.carry_to(&mut rest);
        give(&mut rest, "answered-before.background", before);

        let mut topics: Vec<String> = Vec::new();
        for page in rest.pages() {
            let link_id = rest.form().item(page).link_id.clone();
            let topic = match link_id.split_once('.') {
                Some((topic, _)) if topic != "background" => topic.to_owned(),
                _ => link_id,
            };
            if topics.last() != Some(&topic) {
                topics.push(topic);
            }
        }
        let expected: Vec<&str> = TOPICS.into_iter().filter(|topic| !left_out.contains(topic)).collect();
        assert_eq!(topics, expected, "{wave}: {place}, answered before: {before}");
        let hindered = core.shown(id(&core, "hindrance.headache"));
        assert_eq!(hindered, place != "not-working", "{wave}: {place}: kept from something at work");
    }
}

#[test]
fn nobody_is_asked_about_a_job_that_they_do_not_have() {
    let work = ["coping", "work-environment", "job-satisfaction", "accommodation", "programme"];
    let without_work = |more: &[&'static str]| [work.as_slice(), more].concat();

    check("same-workplace", "yes", &["background.you", "background.job"]);
    check("same-workplace", "no", &["background-changes"]);
    check("other-workplace", "dont-remember", &["background-changes", "programme"]);
    check("other-employer", "yes", &["background.you", "background.job", "programme"]);
    check("not-working", "yes", &without_work(&["background.you", "background.job", "background-changes"]));
    check("not-working", "no", &without_work(&["background.job", "background-changes"]));
    // Who skips a question is asked about work all the same, and so is who goes on with the rest on another device, where
    // nobody knows what was answered in the core.
    check("", "yes", &["background.you", "background.job"]);
    check("same-workplace", "", &["background.job", "background-changes"]);
    check("", "", &["background.job", "background-changes"]);
}

#[test]
fn every_word_is_there_in_every_language() {
    let translated = |value: &Value, language: &str| {
        list(&value["extension"]).filter(|extension| url(extension).ends_with("/translation")).any(|translation| {
            let part = |name: &str| list(&translation["extension"]).find(|part| url(part) == name);
            let content = part("content").and_then(|part| part["valueString"].as_str()).unwrap_or("");
            part("lang").is_some_and(|part| part["valueCode"] == language) && !content.trim().is_empty()
        })
    };
    let mut words = 0;
    for part in studies::parts() {
        let study = studies::manifests().into_iter().find(|study| study.id == part.study).unwrap();
        let languages: Vec<&String> =
            study.languages.iter().filter(|tag| part.assembled["language"] != **tag).collect();
        assert_eq!(languages.len(), study.languages.len() - 1, "{}: not in a language of the study", part.name);
        walk(&part.assembled, &mut |object| {
            for name in ["text", "title", "display", "prefix"] {
                let Some(text) = object[name].as_str() else { continue };
                words += 1;
                for language in &languages {
                    assert!(
                        translated(&object[format!("_{name}")], language),
                        "{}: «{text}» is not there in {language}",
                        part.name
                    );
                }
            }
        });
    }
    assert!(words > 1_000, "only {words} texts");
}

#[test]
fn a_locked_slot_holds_nothing_but_codes() {
    let mut slots = BTreeSet::new();
    for (place, source) in sources() {
        walk(&source, &mut |item| {
            if !list(&item["extension"]).any(|extension| url(extension).ends_with("/text-pack")) {
                return;
            }
            slots.insert(item["linkId"].to_string());
            walk(item, &mut |inside| {
                for name in ["text", "title", "display", "prefix", "answerValueSet", "initial"] {
                    for name in [name.to_owned(), format!("_{name}")] {
                        assert!(inside[&name].is_null(), "{place}: {name} in a locked slot: {inside}");
                    }
                }
                assert!(!url(inside).ends_with("/translation"), "{place}: words in a locked slot: {inside}");
            });
        });
    }
    assert!(slots.contains("\"eq-5d-5l\""), "{slots:?}");
}

#[test]
fn a_study_may_be_in_the_letters_of_northern_sami() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/studies/sami");
    let study = svar::study::source::read(&studies::json(&folder.join("study.json"))).unwrap();
    assert_eq!(study.languages, ["se", "nb"]);
    let source = studies::json(&folder.join("core.json"));
    let reading = questionnaire::read(&source, &["se", "nb"]);
    assert!(reading.findings.is_empty(), "{:#?}", reading.findings);

    let form = reading.form.unwrap();
    assert_eq!(form.languages, ["se", "nb"]);
    let said: String = form.texts[0].iter().flatten().map(|text| text.words() + " ").collect();
    for letter in "áčđŋšŧžÁČĐŊŠŦŽ".chars() {
        assert!(said.contains(letter), "no {letter} in {said}");
    }
}
