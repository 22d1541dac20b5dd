//! `svar check` on spoiled questionnaires: the rule, the place and the question's words for each.

mod reading;

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use svar::{
    questionnaire::Severity,
    tools::{check, studies::StudyFolder},
};

use crate::server::{Folder, fixture};

const STUDY: &str = "study.json";
const CORE: &str = "core.json";
const CONSENT: &str = "consent.json";
const CONTACT: &str = "contact.json";
const REST: &str = "rest.json";
const ABOUT: &str = "modules/about.json";

/// One way to spoil the tiny study.
struct Spoiled {
    case: &'static str,
    file: &'static str,
    change: fn(&mut Value),
    /// What is to be found in that file.
    rule: &'static str,
    path: &'static str,
    about: Option<&'static str>,
    /// Something that the message says.
    says: &'static str,
}

const PAIN: &str = "Hadde du vondt sist uke?";
const DAYS: &str = "Hvor mange dager?";
const WHERE: &str = "Hvor hadde du vondt?";
const COMMENT: &str = "Er det noe mer du vil si?";

/// A question of the core, by its place on its page.
fn question(core: &mut Value, page: usize, place: usize) -> &mut Value {
    &mut core["item"][page]["item"][place]
}

const SPOILED: [Spoiled; 31] = [
    Spoiled {
        case: "two questions with one linkId",
        file: CORE,
        change: |core| question(core, 2, 0)["linkId"] = json!("health.pain"),
        rule: "duplicate-link-id",
        path: "Questionnaire.item[2].item[0]",
        about: Some(COMMENT),
        says: "which Questionnaire.item[1].item[0] has already",
    },
    Spoiled {
        case: "a linkId that a module has already",
        file: CORE,
        change: |core| question(core, 2, 0)["linkId"] = json!("about.unit"),
        rule: "duplicate-link-id",
        path: "Questionnaire.item[2].item[0]",
        about: Some(COMMENT),
        says: "which Questionnaire.item[0].item[2] of about.json has already",
    },
    Spoiled {
        case: "a condition on a question that is not there",
        file: CORE,
        change: |core| question(core, 1, 1)["enableWhen"][0]["question"] = json!("health.pian"),
        rule: "condition-target",
        path: "Questionnaire.item[1].item[1].enableWhen[0]",
        about: Some(DAYS),
        says: "`health.pian`, which no item has",
    },
    Spoiled {
        case: "a condition on a page",
        file: CORE,
        change: |core| question(core, 1, 1)["enableWhen"][0]["question"] = json!("words"),
        rule: "condition-target",
        path: "Questionnaire.item[1].item[1].enableWhen[0]",
        about: Some(DAYS),
        says: "`words`, which takes no answer",
    },
    Spoiled {
        case: "a condition with an answer of another type",
        file: CORE,
        change: |core| {
            question(core, 1, 2)["enableWhen"] =
                json!([{ "question": "health.days", "operator": ">=", "answerString": "3" }]);
        },
        rule: "condition-type",
        path: "Questionnaire.item[1].item[2].enableWhen[0]",
        about: Some(WHERE),
        says: "expected answerInteger, found answerString",
    },
    Spoiled {
        case: "a comparison that makes no sense",
        file: CORE,
        change: |core| question(core, 1, 1)["enableWhen"][0]["operator"] = json!(">"),
        rule: "condition-type",
        path: "Questionnaire.item[1].item[1].enableWhen[0]",
        about: Some(DAYS),
        says: "needs a number",
    },
    Spoiled {
        case: "a condition on an option that is not there",
        file: CORE,
        change: |core| question(core, 1, 1)["enableWhen"][0]["answerCoding"]["code"] = json!("maybe"),
        rule: "condition-code",
        path: "Questionnaire.item[1].item[1].enableWhen[0].answerCoding",
        about: Some(DAYS),
        says: "found `maybe`",
    },
    Spoiled {
        case: "two conditions without a word on how they combine",
        file: CORE,
        change: |core| {
            let first = question(core, 1, 1)["enableWhen"][0].clone();
            question(core, 1, 1)["enableWhen"] = json!([first, first]);
        },
        rule: "enable-behavior",
        path: "Questionnaire.item[1].item[1]",
        about: Some(DAYS),
        says: "`all` or `any`",
    },
    Spoiled {
        case: "questions that wait for each other",
        file: CORE,
        change: |core| {
            question(core, 1, 0)["enableWhen"] =
                json!([{ "question": "health.where", "operator": "exists", "answerBoolean": true }]);
        },
        rule: "cycle",
        path: "Questionnaire.item[1].item[0]",
        about: Some(PAIN),
        says: "health.pain → health.where → health.days → health.pain",
    },
    Spoiled {
        case: "a question that waits for itself",
        file: CORE,
        change: |core| {
            question(core, 2, 0)["enableWhen"] =
                json!([{ "question": "words.comment", "operator": "exists", "answerBoolean": true }]);
        },
        rule: "cycle",
        path: "Questionnaire.item[2].item[0]",
        about: Some(COMMENT),
        says: "words.comment → words.comment",
    },
    Spoiled {
        case: "a question without translation",
        file: CORE,
        change: |core| drop(question(core, 2, 0).as_object_mut().expect("an item").remove("_text")),
        rule: "translation",
        path: "Questionnaire.item[2].item[0]",
        about: Some(COMMENT),
        says: "a translation of `text` to `en`",
    },
    Spoiled {
        case: "an option without translation",
        file: CORE,
        change: |core| {
            let coding = question(core, 1, 2)["answerOption"][1]["valueCoding"].as_object_mut();
            drop(coding.expect("a coding").remove("_display"));
        },
        rule: "translation",
        path: "Questionnaire.item[1].item[2].answerOption[1].valueCoding",
        about: Some(WHERE),
        says: "a translation of `display` to `en`",
    },
    Spoiled {
        case: "a title without translation",
        file: ABOUT,
        change: |about| drop(about.as_object_mut().expect("a module").remove("_title")),
        rule: "translation",
        path: "Questionnaire",
        about: None,
        says: "a translation of `title` to `en`",
    },
    Spoiled {
        case: "a question without words",
        file: CORE,
        change: |core| drop(question(core, 2, 0).as_object_mut().expect("an item").remove("text")),
        rule: "no-text",
        path: "Questionnaire.item[2].item[0]",
        about: Some("words.comment"),
        says: "expected a text to show",
    },
    Spoiled {
        case: "an option without code",
        file: CORE,
        change: |core| question(core, 1, 2)["answerOption"][0]["valueCoding"]["code"] = json!(" "),
        rule: "option-without-code",
        path: "Questionnaire.item[1].item[2].answerOption[0].valueCoding",
        about: Some(WHERE),
        says: "an option with a code",
    },
    Spoiled {
        case: "an option of a shared list without code",
        file: CORE,
        change: |core| {
            let concept = core["contained"][0]["compose"]["include"][0]["concept"][1].as_object_mut();
            drop(concept.expect("a concept").remove("code"));
        },
        rule: "option-without-code",
        path: "Questionnaire.contained[0].compose.include[0].concept[1]",
        about: Some(PAIN),
        says: "an option with a code",
    },
    Spoiled {
        case: "an option twice",
        file: CORE,
        change: |core| question(core, 1, 2)["answerOption"][2]["valueCoding"]["code"] = json!("back"),
        rule: "options",
        path: "Questionnaire.item[1].item[2]",
        about: Some(WHERE),
        says: "`back` twice",
    },
    Spoiled {
        case: "a choice without options",
        file: CORE,
        change: |core| question(core, 1, 2)["answerOption"] = json!([]),
        rule: "options",
        path: "Questionnaire.item[1].item[2]",
        about: Some(WHERE),
        says: "options to choose from",
    },
    Spoiled {
        case: "a list that is not there",
        file: CORE,
        change: |core| question(core, 1, 0)["answerValueSet"] = json!("#maybe"),
        rule: "options",
        path: "Questionnaire.item[1].item[0]",
        about: Some(PAIN),
        says: "#maybe",
    },
    Spoiled {
        case: "a range from more to less",
        file: CORE,
        change: |core| question(core, 1, 1)["extension"][0]["valueInteger"] = json!(8),
        rule: "range",
        path: "Questionnaire.item[1].item[1]",
        about: Some(DAYS),
        says: "from 8 to 7",
    },
    Spoiled {
        case: "room for no character",
        file: CORE,
        change: |core| question(core, 2, 0)["maxLength"] = json!(0),
        rule: "range",
        path: "Questionnaire.item[2].item[0].maxLength",
        about: Some(COMMENT),
        says: "found 0",
    },
    Spoiled {
        case: "a type outside the profile",
        file: CORE,
        change: |core| question(core, 2, 0)["type"] = json!("attachment"),
        rule: "outside-profile",
        path: "Questionnaire.item[2].item[0]",
        about: Some(COMMENT),
        says: "`attachment`",
    },
    Spoiled {
        case: "a module that is not at hand",
        file: CORE,
        change: |core| core["item"][0]["extension"][0]["valueCanonical"] = json!("https://svar.example/nowhere|1"),
        rule: "module",
        path: "Questionnaire.item[0].extension[0]",
        about: None,
        says: "https://svar.example/nowhere|1",
    },
    Spoiled {
        case: "a mistake in a module, found in that file",
        file: ABOUT,
        change: |about| about["item"][0]["item"][2]["type"] = json!("boolean"),
        rule: "shape",
        path: "Questionnaire.item[0].item[2].extension[1]",
        about: Some("about.unit"),
        says: "",
    },
    Spoiled {
        case: "a consent without the box that the manifest names",
        file: STUDY,
        change: |study| study["waves"][0]["consent"]["takingPart"] = json!("consent.taking-prat"),
        rule: "missing",
        path: "study.waves[0].consent.takingPart",
        about: None,
        says: "`consent.taking-prat`",
    },
    Spoiled {
        case: "a consent whose box is two radio buttons",
        file: STUDY,
        change: |study| study["waves"][0]["consent"]["takingPart"] = json!("consent"),
        rule: "shape",
        path: "study.waves[0].consent.takingPart",
        about: None,
        says: "check-box",
    },
    Spoiled {
        case: "a questionnaire that is not there",
        file: STUDY,
        change: |study| study["waves"][0]["parts"][0]["questionnaire"] = json!("cor.json"),
        rule: "missing",
        path: "study.waves[0].parts[0].questionnaire",
        about: None,
        says: "`cor.json`",
    },
    Spoiled {
        case: "a questionnaire outside the folder",
        file: STUDY,
        change: |study| study["waves"][0]["parts"][0]["questionnaire"] = json!("../core.json"),
        rule: "shape",
        path: "study.waves[0].parts[0].questionnaire",
        about: None,
        says: "`../core.json`",
    },
    Spoiled {
        case: "a manifest that lacks a language",
        file: STUDY,
        change: |study| drop(study["welcome"].as_object_mut().expect("words").remove("en")),
        rule: "missing",
        path: "study.welcome.en",
        about: None,
        says: "found nothing",
    },
    Spoiled {
        case: "a time zone that does not exist",
        file: STUDY,
        change: |study| study["calendar"] = json!({ "timeZone": "Europe/Olso" }),
        rule: "shape",
        path: "study.calendar.timeZone",
        about: None,
        says: "such as `Europe/Oslo`, found `Europe/Olso`",
    },
    Spoiled {
        case: "a date in another order",
        file: STUDY,
        change: |study| {
            let delay = json!({ "includedBefore": "12.03.2020", "months": 9 });
            study["calendar"] = json!({ "timeZone": "Europe/Oslo", "delay": delay });
        },
        rule: "shape",
        path: "study.calendar.delay.includedBefore",
        about: None,
        says: "such as `2020-03-12`, found `12.03.2020`",
    },
];

/// A copy of the tiny study, to spoil.
fn copy() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("modules")).expect("a folder");
    for file in [STUDY, CORE, CONSENT, CONTACT, REST, ABOUT] {
        fs::copy(fixture("tests/fixtures/studies/tiny").join(file), folder.path().join(file)).expect("a copy");
    }
    folder
}

fn change(file: &Path, change: impl Fn(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    change(&mut value);
    fs::write(file, value.to_string()).expect("to write");
}

#[test]
fn each_mistake_is_found_where_it_was_made() {
    for spoiled in SPOILED {
        let folder = copy();
        let file = folder.path().join(spoiled.file);
        change(&file, spoiled.change);
        // As a part of its study, and by itself: both find it, said in the same way.
        let whole = check::check(folder.path()).expect("a report");
        let own = check::check(&file).expect("a report");
        for (how, report) in [("in the folder", whole), ("by itself", own)] {
            let found = report.found.iter().find(|found| {
                let finding = &found.finding;
                found.file == file && finding.rule.code() == spoiled.rule && finding.path == spoiled.path
            });
            let found = found.unwrap_or_else(|| panic!("{} {how}: found only\n{report}", spoiled.case));
            assert_eq!(found.finding.severity, Severity::Error, "{} {how}", spoiled.case);
            assert_eq!(found.finding.about.as_deref(), spoiled.about, "{} {how}", spoiled.case);
            let printed = report.to_string();
            assert!(found.finding.message.contains(spoiled.says), "{} {how}:\n{printed}", spoiled.case);
            assert!(printed.contains(&format!("[{}]", spoiled.rule)), "{}", spoiled.case);
            assert!(spoiled.about.is_none_or(|about| printed.contains(&format!("«{about}»"))), "{}", spoiled.case);
        }
        assert!(StudyFolder::load(folder.path()).is_err() || spoiled.file != CORE, "{}", spoiled.case);
    }
}

/// One way to let contact details tell too much, or to ask for them in vain.
struct Told {
    case: &'static str,
    change: fn(&mut Value),
    rule: &'static str,
    /// Below `study.`.
    path: &'static str,
    says: &'static str,
}

const CONTACT_TOLD: [Told; 10] = [
    Told {
        case: "contact details that say where they come from",
        change: |study| study["waves"][1]["contact"]["questionnaire"] = json!("told.json"),
        rule: "shape",
        path: "waves[1].contact.questionnaire",
        says: "`about.unit` in `told.json`",
    },
    Told {
        case: "contact details among the answers",
        change: |study| study["waves"][1]["parts"][1]["questionnaire"] = json!("contact.json"),
        rule: "shape",
        path: "waves[1].contact.questionnaire",
        says: "`contact.json`, which is a consent or a part, too",
    },
    Told {
        case: "a number among the answers of another wave",
        change: |study| {
            study["waves"][1]["contact"]["withIdentity"] = json!("rest.json");
            study["waves"][1]["contact"]["permissions"] = json!(["consent.register"]);
        },
        rule: "shape",
        path: "waves[1].contact.withIdentity",
        says: "`rest.json`, which is a consent or a part, too",
    },
    Told {
        case: "a form that is not there",
        change: |study| study["waves"][1]["contact"]["questionnaire"] = json!("contcat.json"),
        rule: "missing",
        path: "waves[1].contact.questionnaire",
        says: "`contcat.json`",
    },
    Told {
        case: "a permission that nobody can give",
        change: |study| study["waves"][1]["contact"] = with_identity(json!(["consent.register", "consent.regsiter"])),
        rule: "missing",
        path: "waves[1].contact.permissions[1]",
        says: "`consent.regsiter`",
    },
    Told {
        case: "a permission that is no tick box",
        change: |study| study["waves"][1]["contact"] = with_identity(json!(["consent"])),
        rule: "shape",
        path: "waves[1].contact.permissions[0]",
        says: "check-box",
    },
    Told {
        case: "a number that nobody is asked for",
        change: |study| study["waves"][1]["contact"] = with_identity(json!([])),
        rule: "missing",
        path: "waves[1].contact.permissions",
        says: "at least one",
    },
    Told {
        case: "permissions without a consent",
        change: |study| {
            study["waves"][1]["contact"] = with_identity(json!(["consent.register"]));
            study["waves"][1].as_object_mut().expect("a wave").remove("consent");
        },
        rule: "missing",
        path: "waves[1].contact.permissions",
        says: "expected a consent",
    },
    Told {
        case: "a key that everybody can open, in a real study",
        change: |study| study["demonstration"] = json!(false),
        rule: "shape",
        path: "contactEndpoint.key.kid",
        says: "`demonstration-tiny-contact-1`",
    },
    Told {
        case: "the same for answers",
        change: |study| {
            study["demonstration"] = json!(false);
            study["endpoint"] = study["contactEndpoint"].clone();
        },
        rule: "shape",
        path: "endpoint.key.kid",
        says: "published",
    },
];

fn with_identity(permissions: Value) -> Value {
    json!({ "questionnaire": "contact.json", "withIdentity": "contact.json", "permissions": permissions })
}

#[test]
fn contact_details_tell_how_to_reach_somebody_and_no_more() {
    for told in CONTACT_TOLD {
        let folder = copy();
        fs::copy(folder.path().join(CORE), folder.path().join("told.json")).expect("a copy");
        change(&folder.path().join("told.json"), |form| form["url"] = json!("https://svar.example/told"));
        assert_eq!(check::check(folder.path()).expect("a report").count(Severity::Error), 0, "before {}", told.case);
        change(&folder.path().join(STUDY), told.change);
        let report = check::check(folder.path()).expect("a report");
        let there = report.found.iter().any(|found| {
            let finding = &found.finding;
            let place = found.file == folder.path().join(STUDY) && finding.path == format!("study.{}", told.path);
            place && finding.rule.code() == told.rule && finding.message.contains(told.says)
        });
        assert!(there, "{}: found only\n{report}", told.case);
    }
}

/// Where answers belong stands in the answers; where contact details belong stands on the envelope alone.
#[test]
fn only_answers_must_say_where_they_belong() {
    let folder = copy();
    assert!(check::check(folder.path()).expect("a report").found.is_empty(), "contact details need not say it");
    let swap = |study: &mut Value| {
        study["waves"][1].as_object_mut().expect("a wave").remove("contact");
        study["waves"][1]["parts"][1]["questionnaire"] = json!(CONTACT);
    };
    change(&folder.path().join(STUDY), swap);
    let report = check::check(folder.path()).expect("a report");
    assert_eq!(
        (report.count(Severity::Warning), report.count(Severity::Error)),
        (3, 0),
        "study, wave, unit:\n{report}"
    );
}

#[test]
fn a_condition_asks_for_a_variant_that_there_is() {
    for (asked, errors) in [("full", 0), ("ful", 1)] {
        let folder = copy();
        change(&folder.path().join(STUDY), |study| study["variants"] = json!(["health", "full"]));
        change(&folder.path().join(CORE), |core| {
            let condition = json!({ "question": "about.variant", "operator": "=", "answerString": asked });
            question(core, 2, 0)["enableWhen"] = json!([condition]);
        });
        let report = check::check(folder.path()).expect("a report");
        assert_eq!(report.count(Severity::Error), errors, "{report}");
        assert_eq!(report.to_string().contains("for one of health, full, found `ful`"), errors == 1, "{report}");
    }
    let folder = copy();
    for wrong in [json!([]), json!(["full", "full"]), json!(["Full"]), json!("full")] {
        change(&folder.path().join(STUDY), |study| study["variants"] = wrong.clone());
        assert_eq!(check::check(folder.path()).expect("a report").count(Severity::Error), 1, "{wrong}");
    }
}

#[test]
fn a_cut_file_is_told_by_line_and_column() {
    let folder = copy();
    let file = folder.path().join(CORE);
    let text = fs::read_to_string(&file).expect("a file");
    let cut: String = text.lines().take(9).collect::<Vec<_>>().join("\n");
    fs::write(&file, &cut).expect("to write");
    let report = check::check(&file).expect("a report");
    let [found] = report.found.as_slice() else { panic!("expected one finding:\n{report}") };
    assert_eq!(found.finding.rule.code(), "not-json");
    let width = cut.lines().last().map_or(0, str::len);
    assert_eq!(found.finding.path, format!("line 9, column {width}"));
    assert!(check::check(folder.path()).expect("a report").to_string().contains("not-json"));
}

fn svar(arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_svar")).args(arguments).current_dir(folder).output().expect("svar");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The line that counts; how the study reads is said below it.
pub(crate) fn summary(out: &str) -> &str {
    out.lines().find(|line| line.contains(" checked: ")).unwrap_or_default()
}

#[test]
fn the_exit_code_says_what_came_of_it() {
    let folder = copy();
    let (code, out, _) = svar(&["check", "."], folder.path());
    assert_eq!((code, summary(&out)), (Some(0), "6 files checked: no errors, no warnings"));
    let (code, out, _) = svar(&["check", "about.json"], &folder.path().join("modules"));
    assert_eq!((code, out.as_str()), (Some(0), "1 file checked: no errors, no warnings\n"));

    change(&folder.path().join(CORE), |core| question(core, 2, 0)["extension"] = json!([{ "url": "urn:unknown" }]));
    let (code, out, _) = svar(&["check", "study.json"], folder.path());
    assert_eq!(code, Some(0), "a warning is no error:\n{out}");
    assert!(out.starts_with("./core.json: warning[unknown-extension]: "), "{out}");
    assert!(out.contains(&format!("\n  in «{COMMENT}»\n")), "{out}");
    assert_eq!(summary(&out), "6 files checked: no errors, 1 warning");

    change(&folder.path().join(CORE), |core| question(core, 2, 0)["linkId"] = json!("health.pain"));
    let (code, out, _) = svar(&["check", "core.json", "consent.json"], folder.path());
    assert_eq!(code, Some(1), "{out}");
    assert!(out.ends_with("3 files checked: 1 error, 1 warning\n"), "{out}");

    for arguments in [&["check"] as &[&str], &["check", "none.json"], &["check", "modules"], &["nonsense"], &[]] {
        let (code, _, said) = svar(arguments, folder.path());
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(said.starts_with("svar: "), "{arguments:?}: {said}");
    }
}

#[test]
fn assemble_prints_what_is_answered() {
    let folder = copy();
    let (code, out, _) = svar(&["assemble", "core.json"], folder.path());
    assert_eq!(code, Some(0));
    let printed: Value = serde_json::from_str(&out).expect("JSON");
    let study = StudyFolder::load(folder.path()).expect("the study");
    assert_eq!(printed, study.questionnaire(CORE).expect("the core").assembled);
    assert_eq!(printed["item"][0]["item"][2]["linkId"], "about.unit");
    change(&folder.path().join(CORE), |core| {
        core["item"][0]["extension"][0]["valueCanonical"] = json!("https://svar.example/nowhere|1");
    });
    let (code, _, said) = svar(&["assemble", "core.json"], folder.path());
    assert_eq!(code, Some(2));
    assert!(said.contains("error[module]"), "{said}");
}

#[test]
fn the_studies_of_the_repository_are_without_errors() {
    for study in fs::read_dir(fixture("studies")).expect("the studies") {
        let folder = study.expect("an entry").path();
        // The lock on their versions lies beside them.
        if !folder.is_dir() {
            continue;
        }
        let report = check::check(&folder).expect("a report");
        assert_eq!(report.count(Severity::Error), 0, "{report}");
    }
}
