//! What does not fit is refused with its place, and then nothing of it is shown.

use svar::{questionnaire::Severity, tools::check};

use serde_json::json;

use super::*;

/// One way to spoil a pack of `health-at-work`.
struct Bad {
    case: &'static str,
    language: &'static str,
    change: fn(&mut Value),
    /// Where in the pack.
    path: &'static str,
    /// Something that is said of it.
    says: &'static str,
}

fn take(value: &mut Value, name: &str) {
    let taken = value.as_object_mut().expect("an object").remove(name);
    assert!(taken.is_some(), "no {name}");
}

const MOBILITY: &str = "eq-5d-5l.mobility";

const BAD: [Bad; 28] = [
    Bad {
        case: "an item without words",
        language: "en",
        change: |pack| take(&mut pack["texts"], MOBILITY),
        path: "texts",
        says: "expected words for the item `eq-5d-5l.mobility`, found none",
    },
    Bad {
        case: "an end of the scale without words",
        language: "nn",
        change: |pack| take(&mut pack["texts"], "eq-5d-5l.vas-upper"),
        path: "texts",
        says: "`eq-5d-5l.vas-upper`",
    },
    Bad {
        case: "a page without a heading",
        language: "nb",
        change: |pack| take(&mut pack["texts"], "eq-5d-5l"),
        path: "texts",
        says: "`eq-5d-5l`",
    },
    Bad {
        case: "blank words",
        language: "nb",
        change: |pack| pack["texts"][MOBILITY] = json!(" "),
        path: "texts[\"eq-5d-5l.mobility\"]",
        says: "expected words, found blank words",
    },
    Bad {
        case: "words that are none",
        language: "nb",
        change: |pack| pack["texts"][MOBILITY] = json!(["Frosk"]),
        path: "texts[\"eq-5d-5l.mobility\"]",
        says: "expected words, found a list",
    },
    Bad {
        case: "an option without words",
        language: "nn",
        change: |pack| take(&mut pack["options"][MOBILITY], "4"),
        path: "options[\"eq-5d-5l.mobility\"]",
        says: "expected words for the option `4`, found none",
    },
    Bad {
        case: "options without words",
        language: "en",
        change: |pack| take(&mut pack["options"], MOBILITY),
        path: "options",
        says: "expected words for the options of `eq-5d-5l.mobility`, found none",
    },
    Bad {
        case: "no options at all",
        language: "en",
        change: |pack| take(pack, "options"),
        path: "options",
        says: "expected words for the options of `eq-5d-5l.self-care`, found none",
    },
    Bad {
        case: "an item that the instrument does not have",
        language: "nb",
        change: |pack| pack["texts"]["eq-5d-5l.juggling"] = json!("Sjonglerer frosken?"),
        path: "texts[\"eq-5d-5l.juggling\"]",
        says: "found `eq-5d-5l.juggling`, which it does not have",
    },
    Bad {
        case: "words for a question of our own",
        language: "nb",
        change: |pack| pack["texts"]["general-health.general"] = json!("Hvordan går det?"),
        path: "texts[\"general-health.general\"]",
        says: "expected the linkId of an item of `eq-5d-5l`",
    },
    Bad {
        case: "a new code",
        language: "nb",
        change: |pack| pack["options"][MOBILITY]["6"] = json!("Seks hopp"),
        path: "options[\"eq-5d-5l.mobility\"][\"6\"]",
        says: "expected one of the codes 1, 2, 3, 4, 5, found `6`",
    },
    Bad {
        case: "a code that is changed",
        language: "nb",
        change: |pack| pack["options"][MOBILITY]["1"] = json!({ "code": "one", "display": "Ett hopp" }),
        path: "options[\"eq-5d-5l.mobility\"][\"1\"]",
        says: "expected words, found an object",
    },
    Bad {
        case: "options of the scale",
        language: "nb",
        change: |pack| pack["options"][VAS] = json!({ "1": "Grå" }),
        path: "options[\"eq-5d-5l.vas\"]",
        says: "expected one of the lists of options",
    },
    Bad {
        case: "a range",
        language: "nb",
        change: |pack| pack["ranges"] = json!({ VAS: [0, 10] }),
        path: "ranges",
        says: "found `ranges`, which no pack can have",
    },
    Bad {
        case: "a condition",
        language: "nb",
        change: |pack| pack["enableWhen"] = json!([]),
        path: "enableWhen",
        says: "found `enableWhen`, which no pack can have",
    },
    Bad {
        case: "another type, as a layout",
        language: "nb",
        change: |pack| pack["layout"] = json!({ MOBILITY: "slider" }),
        path: "layout[\"eq-5d-5l.mobility\"]",
        says: "expected radio-button or drop-down, found `slider`",
    },
    Bad {
        case: "several answers, as a layout",
        language: "nb",
        change: |pack| pack["layout"] = json!({ MOBILITY: "check-box" }),
        path: "layout[\"eq-5d-5l.mobility\"]",
        says: "found `check-box`",
    },
    Bad {
        case: "a layout of words",
        language: "nb",
        change: |pack| pack["layout"] = json!({ "eq-5d-5l.intro": "help" }),
        path: "layout[\"eq-5d-5l.intro\"]",
        says: "expected no layout for this item, found `help`",
    },
    Bad {
        case: "a layout of a question of our own",
        language: "nb",
        change: |pack| pack["layout"] = json!({ "general-health.general": "drop-down" }),
        path: "layout[\"general-health.general\"]",
        says: "which it does not have",
    },
    Bad {
        case: "an instrument that no module has",
        language: "en",
        change: |pack| pack["instrument"] = json!("eq-6d"),
        path: "instrument",
        says: "waits for its words in this study (eq-5d-5l), found `eq-6d`",
    },
    Bad {
        case: "a language that the study does not have",
        language: "en",
        change: |pack| pack["language"] = json!("da"),
        path: "language",
        says: "expected one of the study's languages (nb, nn, en), found `da`",
    },
    Bad {
        case: "a language twice",
        language: "nn",
        change: |pack| pack["language"] = json!("nb"),
        path: "language",
        says: "expected one pack for `eq-5d-5l` in `nb`, found a second",
    },
    Bad {
        case: "no version",
        language: "nb",
        change: |pack| take(pack, "version"),
        path: "version",
        says: "expected words for `version`, found nothing",
    },
    Bad {
        case: "nobody who holds the licence",
        language: "nb",
        change: |pack| take(pack, "licenceHolder"),
        path: "licenceHolder",
        says: "found nothing",
    },
    Bad {
        case: "no licence",
        language: "nb",
        change: |pack| pack["licence"] = json!(""),
        path: "licence",
        says: "found blank words",
    },
    Bad {
        case: "no language",
        language: "nb",
        change: |pack| take(pack, "language"),
        path: "language",
        says: "found nothing",
    },
    Bad {
        case: "validated in words",
        language: "nb",
        change: |pack| pack["validated"] = json!("yes"),
        path: "validated",
        says: "expected true or false, found words",
    },
    Bad {
        case: "a list",
        language: "nb",
        change: |pack| *pack = json!([pack.clone()]),
        path: "pack",
        says: "expected an object, found a list",
    },
];

/// What `svar check` says of a pack, and that the study is not loaded with it.
fn refused(folder: &Folder, language: &str, case: &str) -> Vec<(String, String)> {
    let file = folder.path().join(format!("packs/{language}.json"));
    let report = check::check(folder.path()).expect("a report");
    let error = StudyFolder::load(folder.path()).map(drop).expect_err(case).to_string();
    let found = report.found.iter().filter(|found| found.file == file);
    let found: Vec<_> = found
        .map(|found| (found.finding.path.clone(), found.finding.message.clone(), found.finding.rule.code()))
        .collect();
    for (path, message, rule) in &found {
        assert_eq!(*rule, "pack", "{case}");
        // What one says, the other says as well.
        assert!(error.contains(&format!("{message}\n  at {path}")), "{case}: {error}");
        assert!(message.starts_with("expected ") && message.contains(", found"), "{case}: {message}");
    }
    found.into_iter().map(|(path, message, _)| (path, message)).collect()
}

#[test]
fn a_pack_that_does_not_fit_is_refused_with_its_place() {
    for Bad { case, language, change: spoil, path, says } in BAD {
        let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
        change(&folder.path().join(format!("packs/{language}.json")), spoil);
        let found = refused(&folder, language, case);
        let hit = found.iter().any(|(place, message)| place == path && message.contains(says));
        assert!(hit, "{case}: expected «{says}» at {path}, found {found:#?}");
    }
}

#[test]
fn a_language_without_its_pack_leaves_nothing_half_shown() {
    for there in [&["nb"] as &[&str], &["nb", "en"], &["nn", "en"]] {
        let folder = with_packs("health-at-work", there);
        let missing: Vec<&str> = ["nb", "nn", "en"].into_iter().filter(|language| !there.contains(language)).collect();
        let first = there.iter().min().expect("a language");
        let found = refused(&folder, first, "a missing language");
        assert_eq!(found.len(), missing.len(), "{found:?}");
        for language in missing {
            assert!(
                found.iter().any(|(_, message)| message.contains(&format!("in `{language}` as well"))),
                "{found:?}"
            );
        }
        // The questionnaires themselves are still judged, as they are without the pack.
        let report = check::check(folder.path()).expect("a report");
        assert_eq!(report.count(Severity::Error), report.found.len(), "{report}");
        assert!(report.found.iter().all(|found| found.finding.rule.code() == "pack"), "{report}");
    }
}

#[test]
fn a_pack_cut_short_is_told_by_line_and_column() {
    let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
    let file = folder.path().join("packs/nn.json");
    let text = fs::read_to_string(&file).expect("a pack");
    fs::write(&file, text.lines().take(5).collect::<Vec<_>>().join("\n")).expect("to write");
    let found = refused(&folder, "nn", "cut");
    assert!(matches!(found.as_slice(), [(path, _)] if path.starts_with("line 5, column ")), "{found:?}");
}

#[test]
fn two_packs_cannot_want_two_layouts() {
    let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
    for (language, control) in [("en", "drop-down"), ("nb", "radio-button")] {
        let file = folder.path().join(format!("packs/{language}.json"));
        change(&file, |pack| pack["layout"] = json!({ MOBILITY: control }));
    }
    let found = refused(&folder, "nb", "two layouts");
    assert!(found[0].1.contains("expected `drop-down`, as in the pack of another language"), "{found:?}");
}

/// The slot with one list of options for all dimensions, as rows of a table, and packs with words for it.
fn with_a_table() -> Folder {
    let folder = with_packs("reise", &["nb", "en"]);
    change(&folder.path().join("modules/eq-5d-5l.json"), |module| {
        let slot = module["item"][0]["item"].as_array_mut().expect("items");
        let mut rows: Vec<Value> = slot.drain(1..6).collect();
        for row in &mut rows {
            take(row, "answerOption");
            row["answerValueSet"] = json!("#levels");
        }
        let table =
            json!({ "coding": [{ "system": "http://hl7.org/fhir/questionnaire-item-control", "code": "table" }] });
        let control = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
        slot.insert(
            1,
            json!({
                "linkId": "eq-5d-5l.table", "type": "group", "item": rows,
                "extension": [{ "url": control, "valueCodeableConcept": table }],
            }),
        );
        let concepts = ["1", "2", "3", "4", "5"].map(|code| json!({ "code": code }));
        let system = "https://svar.example/fhir/CodeSystem/eq-5d-5l";
        module["contained"] = json!([{
            "resourceType": "ValueSet", "id": "levels", "status": "active",
            "compose": { "include": [{ "system": system, "concept": concepts }] },
        }]);
    });
    for language in ["nb", "en"] {
        change(&folder.path().join(format!("packs/{language}.json")), |pack| {
            pack["options"] = json!({ "#levels": pack["options"][MOBILITY].clone() });
        });
    }
    folder
}

#[test]
fn a_list_of_options_may_be_shared_inside_a_slot_and_not_beyond() {
    let folder = with_a_table();
    let form = &load(&folder).questionnaires["baseline-core"].form;
    for link_id in dimensions() {
        let options = form.options(find(form, &link_id));
        let said: Vec<String> =
            options.iter().filter_map(|option| Some(form.text(option.text, "nb")?.0.words())).collect();
        assert_eq!(said, ["Ett hopp", "To hopp", "Tre hopp", "Fire hopp", "Fem hopp"], "{link_id}");
    }
    change(&folder.path().join("modules/health-today.json"), |module| {
        let set = json(&folder.path().join("modules/eq-5d-5l.json"))["contained"].clone();
        module["contained"] = set;
        let general = &mut module["item"][0]["item"][0];
        take(general, "answerOption");
        general["answerValueSet"] = json!("#levels");
    });
    let found = refused(&folder, "nb", "a shared list");
    assert!(found[0].1.contains("found one that `general-health.general` uses"), "{found:?}");
}

/// Found without any pack: whoever writes the module need not have one.
#[test]
fn nothing_may_depend_on_what_a_pack_replaces() {
    type Case = (&'static str, fn(&mut Value), &'static str, &'static str);
    let cases: [Case; 4] = [
        (
            "a condition",
            |module| {
                let when = json!([{ "question": TODAY, "operator": "<", "answerInteger": 50 }]);
                module["item"][0]["item"][2]["enableWhen"] = when;
            },
            "Questionnaire.item[0].item[2].enableWhen[0]",
            "found `general-health.today`, which a text pack replaces",
        ),
        (
            "a section that goes",
            |module| {
                let mark = module["item"][0]["item"][1]["extension"][4].clone();
                module["item"][0]["item"][2]["extension"] = json!([mark]);
            },
            "Questionnaire.item[0].item[2].extension[0]",
            "expected a question and the name of the instrument",
        ),
        (
            "no instrument",
            |module| module["item"][0]["item"][1]["extension"][4]["valueString"] = json!(""),
            "Questionnaire.item[0].item[1].extension[4]",
            "expected a question and the name of the instrument",
        ),
        (
            "a page with nothing left",
            |module| {
                let today = module["item"][0]["item"][1].clone();
                module["item"][0]["item"] = json!([today]);
            },
            "Questionnaire.item[0].item[0].extension[4]",
            "expected a group that holds something when this question is left out",
        ),
    ];
    for (case, spoil, path, says) in cases {
        let folder = with_packs("health-at-work", &[]);
        let file = folder.path().join("modules/general-health.json");
        change(&file, spoil);
        let report = check::check(folder.path()).expect("a report");
        let mut found = report.found.iter().filter(|found| found.file == file && found.finding.path == path);
        let hit = found.any(|found| found.finding.rule.code() == "slot" && found.finding.message.contains(says));
        assert!(hit, "{case}: expected «{says}» at {path}:\n{report}");
        assert!(StudyFolder::load(folder.path()).is_err(), "{case}");
    }
}

/// What stands after a question that is left out is told by the place where its author wrote it.
#[test]
fn places_are_those_of_the_files_with_a_pack_as_well() {
    let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
    let file = folder.path().join("modules/general-health.json");
    change(&file, |module| {
        let section = &mut module["item"][0]["item"][2]["item"][0];
        section["extension"] = json!([{ "url": "urn:unknown" }]);
    });
    let report = check::check(folder.path()).expect("a report");
    let [found] = report.found.as_slice() else { panic!("expected one warning:\n{report}") };
    assert_eq!(found.file, file);
    assert_eq!(found.finding.path, "Questionnaire.item[0].item[2].item[0].extension[0]");
}
