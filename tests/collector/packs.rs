//! Text packs: invented words turn EQ-5D on in every language of a study, and what does not fit is refused.
//!
//! Like the tests of the engine, this needs Node and the packages of `tests/oracle` (`npm ci` there).

mod refused;
mod use_of_words;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;
use svar::{
    questionnaire::{Form, ItemId},
    session::{Session, response::completed, review::review},
    tools::{
        scores,
        studies::{Questionnaire, StudyFolder},
    },
};

use crate::{
    judge::Judge,
    random::{count, for_each_seed},
    server::{Folder, fixture},
    walk::{Mood, answer, heading},
};

/// The studies with a slot, their languages, and the questionnaires that it stands in.
const STUDIES: [(&str, &[&str], &[&str]); 2] = [
    ("health-at-work", &["nb", "nn", "en"], &["q1-core", "q2-core", "q3-core"]),
    ("reise", &["nb", "en"], &["baseline-core", "follow-up-core"]),
];

const DIMENSIONS: [&str; 5] = ["mobility", "self-care", "usual-activities", "pain-discomfort", "anxiety-depression"];
const VAS: &str = "eq-5d-5l.vas";
/// Our own scale, which makes room.
const TODAY: &str = "general-health.today";

fn dimensions() -> Vec<String> {
    DIMENSIONS.iter().map(|name| format!("eq-5d-5l.{name}")).collect()
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}

fn change(file: &Path, change: impl FnOnce(&mut Value)) {
    let mut value = json(file);
    change(&mut value);
    fs::write(file, value.to_string()).expect("to write");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let file = entry.expect("an entry").path();
        let target = to.join(file.file_name().expect("a name"));
        if file.is_dir() {
            copy(&file, &target);
        } else {
            fs::copy(&file, &target).expect("a copy");
        }
    }
}

/// The pack with invented words.
fn pack(language: &str) -> PathBuf {
    fixture(&format!("tests/fixtures/packs/eq-5d-5l.{language}.json"))
}

/// A copy of a study, with the packs of these languages.
fn with_packs(study: &str, languages: &[&str]) -> Folder {
    let folder = Folder::new();
    copy(&fixture(&format!("studies/{study}")), folder.path());
    fs::create_dir_all(folder.path().join("packs")).expect("a folder");
    for language in languages {
        fs::copy(pack(language), folder.path().join(format!("packs/{language}.json"))).expect("a copy");
    }
    folder
}

fn load(folder: &Folder) -> StudyFolder {
    StudyFolder::load(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

fn plain(study: &str) -> StudyFolder {
    StudyFolder::load(&fixture(&format!("studies/{study}"))).expect("the study")
}

fn find(form: &Form, link_id: &str) -> ItemId {
    form.find(link_id).unwrap_or_else(|| panic!("no item {link_id}"))
}

fn words(form: &Form, link_id: &str, language: &str) -> String {
    let (text, found) = form.text(form.item(find(form, link_id)).text, language).expect("words");
    assert_eq!(found, language, "{link_id} is not there in {language}");
    text.words()
}

#[test]
fn a_pack_turns_its_slot_on_in_every_language() {
    for (study, languages, files) in STUDIES {
        let (before, after) = (plain(study), load(&with_packs(study, languages)));
        for file in files {
            let (old, new) = (&before.questionnaires[*file], &after.questionnaires[*file]);
            assert_eq!(old.canonical, new.canonical);
            let (locked, open) = (Session::new(old.form.clone()), Session::new(new.form.clone()));
            assert!(!locked.shown(find(&old.form, VAS)) && locked.shown(find(&old.form, TODAY)), "{study}, {file}");
            assert!(new.form.find(TODAY).is_none(), "{study}, {file}: asks twice for health today");
            for language in languages {
                let pack = json(&pack(language));
                for (link_id, expected) in pack["texts"].as_object().expect("texts") {
                    assert!(open.shown(find(&new.form, link_id)), "{study}, {file}: {link_id} is hidden");
                    assert_eq!(words(&new.form, link_id, language), expected.as_str().expect("words"));
                }
                for (link_id, options) in pack["options"].as_object().expect("options") {
                    for option in new.form.options(find(&new.form, link_id)) {
                        let (text, _) = new.form.text(option.text, language).expect("words");
                        assert_eq!(text.words(), options[&option.code].as_str().expect("words"), "{link_id}");
                    }
                }
            }
        }
        // Elsewhere nothing changes.
        for (name, old) in before.questionnaires.iter().filter(|(name, _)| !files.contains(&name.as_str())) {
            assert_eq!(old.assembled, after.questionnaires[name].assembled, "{study}, {name}");
        }
    }
}

/// Everything but words, what hides the slot, and what is said of the instrument; without the item `left_out`.
fn bones(value: &Value, left_out: &str) -> Value {
    match value {
        Value::Array(entries) => {
            let kept = entries.iter().filter(|entry| {
                let url = entry["url"].as_str().unwrap_or("");
                let told = ["/questionnaire-hidden", "/text-pack", "/instrument"].iter().any(|end| url.ends_with(end));
                !told && entry["linkId"] != left_out
            });
            Value::Array(kept.map(|entry| bones(entry, left_out)).collect())
        }
        Value::Object(fields) => {
            let words = ["text", "_text", "display", "_display"];
            let kept = fields.iter().filter(|(name, _)| !words.contains(&name.as_str()));
            let kept = kept.map(|(name, value)| (name.clone(), bones(value, left_out)));
            Value::Object(kept.filter(|(_, value)| *value != Value::Array(Vec::new())).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn a_pack_leaves_codes_and_structure_as_they_are() {
    for (study, languages, files) in STUDIES {
        let (before, after) = (plain(study), load(&with_packs(study, languages)));
        for file in files {
            let (old, new) = (&before.questionnaires[*file].assembled, &after.questionnaires[*file].assembled);
            assert_ne!(old, new);
            assert_eq!(bones(old, TODAY), bones(new, TODAY), "{study}, {file}");
        }
    }
}

/// An answered session and the body that would be sent.
fn finished(form: &Arc<Form>, random: &mut crate::random::Random) -> (Session, String) {
    let mut session = Session::new(form.clone());
    let mood = random.pick(&[Mood::Thorough, Mood::Thorough, Mood::Wandering, Mood::Brief]);
    answer(&mut session, random, mood, 50, |_| {});
    let body = String::from_utf8(completed(&session, &heading(random)).to_bytes()).expect("text");
    (session, body)
}

#[test]
fn what_is_answered_with_a_pack_is_accepted_by_both_judges() {
    for (study, languages, files) in STUDIES {
        let folder = load(&with_packs(study, languages));
        for file in files {
            let Questionnaire { assembled, form, .. } = &folder.questionnaires[*file];
            let mut judge = Judge::start(true);
            judge.register(file, assembled);
            let mut answered = 0;
            for_each_seed(count(60, 1_000), |random, _| {
                let (session, body) = finished(form, random);
                let problems = judge.problems(file, &body);
                assert!(problems.is_empty(), "the judge refuses what the engine sent: {problems:#?}\n{body}");
                let response = serde_json::from_str(&body).expect("a response");
                assert!(review(form, &response).is_ok(), "the engine refuses its own: {body}");
                assert!(body.contains(VAS) && !body.contains(TODAY), "{body}");
                answered += u64::from(!session.answers(find(form, VAS)).is_empty());
            });
            assert!(answered > 0 || crate::random::replayed().is_some(), "{study}, {file}: nobody met the slot");
        }
    }
}

#[test]
fn the_scores_of_the_slot_are_made_and_that_of_our_own_scale_is_not() {
    for (study, languages, files) in STUDIES {
        let folder = load(&with_packs(study, languages));
        for file in files {
            let Questionnaire { assembled, form, .. } = &folder.questionnaires[*file];
            let scores = scores::definitions(assembled, form).expect("good definitions");
            let mut session = Session::new(form.clone());
            for (link_id, place) in dimensions().iter().zip([0, 1, 2, 3, 4]) {
                session.choose(find(form, link_id), place);
            }
            session.type_in(find(form, VAS), "70");
            let of = |name: &str| scores.iter().find(|score| score.name == name).map(|score| score.of(&session));
            assert_eq!(of("eq5d_profile"), Some(Some("12345".to_owned())));
            assert_eq!(of("eq5d_vas"), Some(Some("70".to_owned())));
            assert_eq!(of("health_today_score"), None);
            let locked = &plain(study).questionnaires[*file];
            let scores = scores::definitions(&locked.assembled, &locked.form).expect("good definitions");
            let ours = scores.iter().any(|score| score.items == [TODAY]);
            assert_eq!(ours, study == "health-at-work", "{study}, {file}: the score of our own scale");
        }
    }
}

/// Two copies that differ could not be told apart in what was answered.
#[test]
fn both_studies_have_the_same_slot() {
    let module = |study: &str| json(&fixture(&format!("studies/{study}/modules/eq-5d-5l.json")));
    assert_eq!(module("health-at-work"), module("reise"));
}

#[test]
fn without_a_pack_nobody_is_asked() {
    for (study, _, files) in STUDIES {
        let folder = plain(study);
        for file in files {
            let form = &folder.questionnaires[*file].form;
            let session = Session::new(form.clone());
            assert!(dimensions().iter().all(|link_id| !session.shown(find(form, link_id))), "{study}, {file}");
        }
    }
}
