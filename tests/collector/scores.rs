//! Scores, on the questionnaires that ship: by hand, over every way to answer, and against what must never change.

use std::sync::Arc;

use serde_json::{Value, json};
use svar::{
    questionnaire::{
        self, Form,
        compact::{self, Holds},
    },
    session::Session,
    tools::{
        check::check,
        scores::{Score, definitions},
        studies::{Questionnaire, StudyFolder},
    },
};

use crate::server::{Folder, fixture};

const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";

fn study() -> StudyFolder {
    StudyFolder::load(&fixture("studies/health-at-work")).expect("the study")
}

/// The questionnaire with this score, and the score.
fn scored(name: &str) -> (Questionnaire, Score) {
    let all = study().questionnaires.into_values();
    let mut found = all.filter_map(|questionnaire| {
        let scores = definitions(&questionnaire.assembled, &questionnaire.form).expect("good definitions");
        let score = scores.into_iter().find(|score| score.name == name)?;
        Some((questionnaire, score))
    });
    found.next().unwrap_or_else(|| panic!("no score `{name}`"))
}

/// Answers each item by the place of an option, or leaves it open.
fn answered(form: &Arc<Form>, items: &[String], places: &[Option<u16>]) -> Session {
    let mut session = Session::new(form.clone());
    for (link_id, place) in items.iter().zip(places) {
        if let Some(place) = place {
            session.choose(form.find(link_id).expect(link_id), *place);
        }
    }
    session
}

/// Options by place from 0; sums by hand from the value sets of the modules.
#[test]
fn scores_of_the_study_as_worked_out_by_hand() {
    let x = Some;
    type Case<'a> = (&'a str, &'a [Option<u16>], Option<&'a str>);
    let table: &[Case<'_>] = &[
        // Life satisfaction: 1 to 7, so 1 + place.
        ("life_satisfaction", &[x(0), x(0), x(0), x(0), x(0)], Some("5")),
        ("life_satisfaction", &[x(6), x(6), x(6), x(6), x(6)], Some("35")),
        ("life_satisfaction", &[x(5), x(4), x(6), x(3), x(4)], Some("27")),
        ("life_satisfaction", &[x(5), x(4), None, x(3), x(4)], None),
        // Health anxiety: 0 to 4.
        ("health_anxiety_sum", &[x(0), x(1), x(2), x(3), x(4), x(0), x(1)], Some("11")),
        ("health_anxiety_sum", &[x(0), x(1), x(2), x(3), x(4), x(0), None], None),
        ("coping_sum", &[x(0), x(1), x(2), x(3), x(4)], Some("15")),
        // Complaints: 0 to 3.
        ("shc_flu", &[x(1), x(3)], Some("4")),
        ("shc_flu", &[x(1), None], None),
        ("shc_musculoskeletal", &[x(3), x(3), x(3), x(3), x(3), x(3), x(3), x(3)], Some("24")),
        ("shc_allergic", &[x(0), x(0), x(0), x(0), x(1)], Some("1")),
        // Work environment: 1 to 4.
        ("work_demands", &[x(0), x(1), x(2), x(3), x(3)], Some("14")),
        ("work_support", &[x(3), x(3), x(3), x(0), x(0), x(0)], Some("15")),
        ("work_support_leader", &[x(0), x(0), x(0)], Some("3")),
    ];
    for (name, places, expected) in table {
        let (questionnaire, score) = scored(name);
        assert_eq!(score.items.len(), places.len(), "{name}");
        let session = answered(&questionnaire.form, &score.items, places);
        assert_eq!(score.of(&session).as_deref(), *expected, "{name} of {places:?}");
    }
}

#[test]
fn complaints_are_counted_and_health_today_is_as_given() {
    let (questionnaire, count) = scored("shc_count");
    let mut places = vec![Some(0); 29];
    places[3] = Some(1);
    places[28] = Some(3);
    assert_eq!(count.of(&answered(&questionnaire.form, &count.items, &places)).as_deref(), Some("2"));
    places[0] = None;
    assert_eq!(count.of(&answered(&questionnaire.form, &count.items, &places)), None);

    let (questionnaire, today) = scored("health_today_score");
    let mut session = Session::new(questionnaire.form.clone());
    assert_eq!(today.of(&session), None, "nothing moved the slider");
    session.type_in(questionnaire.form.find("general-health.today").expect("today"), "0");
    assert_eq!(today.of(&session).as_deref(), Some("0"), "0 is an answer");
}

/// Every way to answer three statements of four steps, against a formula of its own.
#[test]
fn every_way_to_answer_a_small_instrument() {
    let (questionnaire, score) = scored("work_support_leader");
    let ways: Vec<Option<u16>> = [None].into_iter().chain((0..4).map(Some)).collect();
    let mut seen = 0;
    for a in &ways {
        for b in &ways {
            for c in &ways {
                let session = answered(&questionnaire.form, &score.items, &[*a, *b, *c]);
                let expected = match (a, b, c) {
                    (Some(a), Some(b), Some(c)) => Some((a + b + c + 3).to_string()),
                    _ => None,
                };
                assert_eq!(score.of(&session), expected, "{a:?} {b:?} {c:?}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 125);
}

/// The slot of EQ-5D: answers as there will be once a text pack is in.
#[test]
fn a_profile_is_five_digits_or_none() {
    let (Questionnaire { form, .. }, profile) = scored("eq5d_profile");
    let all = [Some(0), Some(1), Some(2), Some(3), Some(4)];
    assert_eq!(profile.of(&answered(&form, &profile.items, &all)).as_deref(), Some("12345"));
    assert_eq!(profile.of(&answered(&form, &profile.items, &[Some(0); 5])).as_deref(), Some("11111"));
    for open in 0..5 {
        let mut some = all;
        some[open] = None;
        assert_eq!(profile.of(&answered(&form, &profile.items, &some)), None);
    }
}

/// Items that count the other way round: turning both the items and the answers round changes nothing.
#[test]
fn reversed_items_count_the_other_way_round() {
    let (questionnaire, plain) = scored("life_satisfaction");
    let form = &questionnaire.form;
    let reversed = Score { reversed: plain.items.clone(), ..plain.clone() };
    let one = Score { reversed: plain.items[..1].to_vec(), ..plain.clone() };
    for places in [[0, 1, 2, 3, 4], [6, 6, 0, 0, 3], [5, 1, 5, 1, 5]] {
        let way = places.map(Some);
        let round = places.map(|place| Some(6 - place));
        assert_eq!(reversed.of(&answered(form, &plain.items, &way)), plain.of(&answered(form, &plain.items, &round)));
        let by_hand = (7 - places[0]) + places[1..].iter().map(|place| place + 1).sum::<u16>();
        assert_eq!(one.of(&answered(form, &plain.items, &way)), Some(by_hand.to_string()));
    }
    let open = [None, Some(1), Some(1), Some(1), Some(1)];
    assert_eq!(one.of(&answered(form, &plain.items, &open)), None, "missing stays missing when it is turned round");
}

fn instruments(value: &mut Value, change: &mut dyn FnMut(&mut Vec<Value>)) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(|entry| instruments(entry, change)),
        Value::Object(fields) => {
            if fields.get("url").is_some_and(|url| url == INSTRUMENT)
                && let Some(Value::Array(parts)) = fields.get_mut("extension")
            {
                change(parts);
            }
            fields.values_mut().for_each(|field| instruments(field, change));
        }
        _ => {}
    }
}

/// Respondents load no scores, and so cannot be shown any.
#[test]
fn the_browser_loads_no_score() {
    let mut scores = 0;
    for (name, Questionnaire { assembled, form, .. }) in study().questionnaires {
        let shipped = compact::encode(Holds::Form, &*form).expect("a compact form");
        let mut without = assembled.clone();
        instruments(&mut without, &mut |parts| {
            let before = parts.len();
            parts.retain(|part| part["url"] != "score");
            scores += before - parts.len();
        });
        let without = questionnaire::read(&without, &["nb", "nn", "en"]).form.expect("a form");
        assert_eq!(compact::encode(Holds::Form, &without).expect("a compact form"), shipped, "{name}");
    }
    assert!(scores >= 15, "{scores} scores");
}

#[test]
fn a_definition_that_fits_no_questionnaire_says_so() {
    type Change = fn(&mut Vec<Value>);
    fn set(parts: &mut Vec<Value>, url: &str, name: &str, value: Value) {
        parts.retain(|part| part["url"] != url);
        parts.push(json!({ "url": url, name: value }));
    }
    let table: &[(Change, &str)] = &[
        (|parts| set(parts, "name", "valueString", json!("Life-Score")), "lower-case letters"),
        (|parts| set(parts, "name", "valueString", json!("a".repeat(33))), "at most 32"),
        (|parts| set(parts, "rule", "valueCode", json!("median")), "found median"),
        (|parts| set(parts, "max", "valueInteger", json!(36)), "5 to 35, found 5 to 36"),
        (|parts| parts.retain(|part| part["url"] != "min"), "both `min` and `max`"),
        (|parts| set(parts, "source", "valueString", Value::Null), "a `source`"),
        (|parts| set(parts, "reversed", "valueString", json!("life.meaning")), "reversed items that are among"),
        (|parts| parts.push(json!({ "url": "item", "valueString": "life.nothing" })), "found `life.nothing`"),
        (|parts| parts.push(json!({ "url": "item", "valueString": "life.satisfaction-choices" })), "twice"),
        (|parts| parts.push(json!({ "url": "item", "valueString": "work-environment.comment" })), "whole points"),
        (|parts| set(parts, "rule", "valueCode", json!("profile")), "codes of one character"),
        (|parts| set(parts, "rule", "valueCode", json!("value")), "expected one item"),
    ];
    let (questionnaire, score) = scored("life_satisfaction");
    for (change, expected) in table {
        let mut assembled = questionnaire.assembled.clone();
        instruments(&mut assembled, &mut |parts| {
            for part in parts.iter_mut().filter(|part| part["url"] == "score") {
                let parts = part["extension"].as_array_mut().expect("parts");
                if parts.iter().any(|part| part["valueString"] == score.name.as_str()) {
                    change(parts);
                }
            }
        });
        let wrong = definitions(&assembled, &questionnaire.form).expect_err(expected).to_string();
        assert!(wrong.contains(expected), "{wrong} / {expected}");
    }
}

/// Whoever edits a module is told by `svar check`, not when the tables are made.
#[test]
fn the_checker_says_what_is_wrong_with_a_score() {
    let folder = Folder::new();
    let module = folder.path().join("modules");
    std::fs::create_dir_all(&module).expect("a folder");
    let read = |file: &str| std::fs::read_to_string(fixture("studies/health-at-work").join(file)).expect(file);
    let life = read("modules/life.json").replacen("\"valueInteger\": 35", "\"valueInteger\": 36", 1);
    std::fs::write(module.join("life.json"), life).expect("a file");
    let mut root: Value = serde_json::from_str(&read("q1-rest.json")).expect("JSON");
    let items = root["item"].as_array_mut().expect("items");
    items.retain(|item| item["linkId"] == "part.life");
    assert_eq!(items.len(), 1);
    let file = folder.path().join("rest.json");
    std::fs::write(&file, root.to_string()).expect("a file");
    let report = check(&file).expect("a report");
    let said = report.to_string();
    assert!(said.contains("score `life_satisfaction`: expected the range that its items give, 5 to 35"), "{said}");
}
