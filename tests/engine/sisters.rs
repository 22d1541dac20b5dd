//! What the sister studies ask of whom: the variant of an invitation, what was ticked, and whether one works.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use svar::{
    questionnaire::{Filling, ItemId},
    session::{Problem, Session},
};

use crate::{forms::give, random::Random, studies, walk};

const SISTERS: [&str; 5] = ["health-at-work-units", "nsac", "nsac-nudge", "now-what-2", "reise"];

fn session(study: &str, name: &str) -> Session {
    let part = studies::parts().iter().find(|part| part.study == study && part.name == name);
    Session::new(part.unwrap_or_else(|| panic!("no questionnaire {name} in {study}")).form.clone())
}

/// The questions that the person sees, by linkId.
fn seen(session: &Session) -> BTreeSet<String> {
    let name = |id: ItemId| session.form().item(id).link_id.clone();
    session.pages().iter().flat_map(|page| session.questions(*page)).map(name).collect()
}

/// The part of a linkId before its first dot.
fn subjects(session: &Session) -> BTreeSet<String> {
    seen(session).iter().map(|link_id| link_id.split('.').next().unwrap().to_owned()).collect()
}

#[test]
fn the_variant_of_the_invitation_says_what_is_asked_before_the_consultation() {
    let health = ["complaints", "fatigue", "for-the-appointment", "pain", "research", "sleep"];
    let full = ["barriers", "bullying", "complaints", "demand-control", "fatigue", "for-the-appointment"];
    let full = [&full[..], &["motivation", "pain", "research", "sleep"]].concat();
    for (variant, subjects_of_it) in [("health", &health[..]), ("full", &full), ("", &health), ("Full", &health)] {
        let mut session = session("nsac-nudge", "before-consultation");
        session.fill(Filling::Variant, variant);
        let asked: Vec<String> = subjects(&session).into_iter().collect();
        assert_eq!(asked, subjects_of_it, "variant `{variant}`");
    }
}

#[test]
fn who_does_not_consent_to_research_can_send_the_form_all_the_same() {
    for answer in ["yes", "no", ""] {
        let mut session = session("nsac-nudge", "before-consultation");
        session.fill(Filling::Variant, "full");
        give(&mut session, "pain.now", "7");
        let before = seen(&session);
        give(&mut session, "research.permission", answer);
        assert_eq!(seen(&session), before, "research `{answer}`: the questions stay as they are");
        let problems: Vec<(ItemId, Problem)> =
            session.pages().iter().flat_map(|page| session.problems(*page)).collect();
        assert!(problems.is_empty(), "research `{answer}`: {problems:?}");
    }
}

#[test]
fn each_barrier_that_was_ticked_is_rated_and_no_other() {
    let lists = ["capacity", "volition", "habituation", "environment-work", "environment-other"];
    let rated = |session: &Session| -> Vec<String> {
        let rated = |link_id: &String| Some(link_id.strip_prefix("barrier-weight.")?.to_owned());
        seen(session).iter().filter_map(rated).collect()
    };
    let mut some = session("now-what-2", "barriers");
    assert!(rated(&some).is_empty(), "nothing is ticked");
    for list in lists {
        give(&mut some, &format!("barriers.{list}"), "none");
    }
    assert!(rated(&some).is_empty(), "none of these");
    give(&mut some, "barriers.capacity", "pain sleep");
    give(&mut some, "barriers.environment-work", "leader");
    assert_eq!(rated(&some), ["capacity-pain", "capacity-sleep", "environment-work-leader"]);

    let form = some.form().clone();
    for list in lists {
        let link_id = format!("barriers.{list}");
        for option in form.options(form.find(&link_id).unwrap()).iter().filter(|option| !option.exclusive) {
            let name = format!("{list}-{}", option.code);
            let mut one = Session::new(form.clone());
            give(&mut one, &link_id, &option.code);
            assert_eq!(rated(&one), [name.as_str()], "{name} alone is ticked");
            let row = form.item(form.find(&format!("barrier-weight.{name}")).unwrap()).text;
            for language in ["nb", "en"] {
                let words = [row, option.text].map(|text| form.text(text, language));
                assert_eq!(words[0], words[1], "{name} is called the same on both pages");
            }
        }
    }
}

#[test]
fn what_was_ticked_can_be_ranked_and_nothing_else() {
    let mut session = session("now-what-2", "barriers");
    let form = session.form().clone();
    let ranking = form.find("next-step.most-important").unwrap();
    let offered = |session: &Session| -> Vec<String> {
        let options = form.options(ranking).iter().zip(0..);
        let offered = options.filter(|(_, place)| session.offers(ranking, *place));
        offered.map(|(option, _)| option.code.clone()).collect()
    };
    for list in ["capacity", "volition", "habituation", "environment-work", "environment-other"] {
        give(&mut session, &format!("barriers.{list}"), "none");
    }
    assert!(!session.shown(ranking) && offered(&session).is_empty(), "nothing is in the way");
    give(&mut session, "barriers.capacity", "pain sleep");
    give(&mut session, "barriers.environment-work", "leader");
    assert!(session.shown(ranking));
    assert_eq!(offered(&session), ["pain", "sleep", "leader"]);
    for list in ["capacity", "volition", "habituation", "environment-work", "environment-other"] {
        let lists = form.options(form.find(&format!("barriers.{list}")).unwrap());
        for option in lists.iter().filter(|option| !option.exclusive) {
            let mut one = Session::new(form.clone());
            give(&mut one, &format!("barriers.{list}"), &option.code);
            assert!(one.shown(ranking), "{} alone is ticked", option.code);
            assert_eq!(offered(&one), [option.code.as_str()]);
            let same = form.options(ranking).iter().find(|other| other.code == option.code).unwrap();
            for language in ["nb", "en"] {
                assert_eq!(form.text(same.text, language), form.text(option.text, language), "one name everywhere");
            }
        }
    }
}

#[test]
fn only_those_who_work_are_asked_how_work_is_going() {
    let block = ["back-at-work", "job-satisfaction", "work-functioning"];
    for (answer, expected) in [("yes", &block[..]), ("no", &[]), ("", &[])] {
        let mut session = session("reise", "follow-up-core");
        give(&mut session, "return-to-work.working", answer);
        let asked = subjects(&session);
        let asked: Vec<&str> = block.into_iter().filter(|subject| asked.contains(*subject)).collect();
        assert_eq!(asked, expected, "at work: `{answer}`");
    }
}

/// A condition that never holds, or always does, is a mistake in the data that no checker sees.
#[test]
fn every_condition_of_the_sister_studies_holds_for_some_and_not_for_others() {
    let mut random = Random::of(11);
    for part in studies::parts().iter().filter(|part| part.study != "health-at-work") {
        let branches = walk::branches(&part.form);
        let (mut opened, mut closed) = (BTreeSet::new(), BTreeSet::new());
        for run in 0..400 {
            let mut session = Session::new(part.form.clone());
            session.fill(Filling::Variant, if run % 2 == 0 { "full" } else { "health" });
            // Now and then somebody opens it and answers nothing.
            if run % 10 > 1 {
                from_first_to_last(&mut session, &mut random);
            }
            for id in &branches {
                if session.enabled(*id) {
                    opened.insert(*id)
                } else {
                    closed.insert(*id)
                };
            }
        }
        for id in branches {
            let link_id = &part.form.item(id).link_id;
            assert!(opened.contains(&id), "{}/{}: {link_id} was never open", part.study, part.name);
            assert!(closed.contains(&id), "{}/{}: {link_id} was never closed", part.study, part.name);
        }
    }
}

/// Answers every question, those that open on the way too.
fn from_first_to_last(session: &mut Session, random: &mut Random) {
    let mut page = 0;
    while let Some(&id) = session.pages().get(page) {
        let mut asked = 0;
        while let Some(&question) = session.questions(id).get(asked) {
            walk::step(session, random, question, 50);
            asked += 1;
        }
        page += 1;
    }
}

/// The first page must say so in the study's own words as well: these are not the questions of a study by that name.
#[test]
fn every_welcome_says_that_the_questions_are_our_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("studies");
    for study in SISTERS {
        let manifest = studies::json(&root.join(study).join("study.json"));
        assert_eq!(manifest["demonstration"], true, "{study}");
        let waves = manifest["waves"].as_array().unwrap();
        let welcomes = waves.iter().map(|wave| wave.get("welcome").unwrap_or(&manifest["welcome"]));
        for welcome in welcomes {
            for (language, words) in
                [("nb", "Spørsmålene er våre egne, ikke"), ("en", "The questions are our own, not")]
            {
                let text = welcome[language].as_str().unwrap();
                assert!(text.contains(words), "{study}, {language}: {text}");
            }
        }
        assert!(fs::exists(root.join(study).join("README.md")).unwrap(), "{study}: what is known, what is ours");
    }
}

/// A module keeps its url and version in every folder that has a copy: two copies that differ could not be told apart in
/// what was answered.
#[test]
fn copies_of_a_module_are_the_same_in_every_sister_study() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("studies");
    let mut seen = BTreeMap::new();
    let mut copies = 0;
    for study in SISTERS {
        for entry in fs::read_dir(root.join(study).join("modules")).unwrap() {
            let file = entry.unwrap().path();
            let module = studies::json(&file);
            let canonical = format!("{}|{}", module["url"], module["version"]);
            let first = seen.entry(canonical.clone()).or_insert_with(|| module.clone());
            assert!(*first == module, "{}: another {canonical} than elsewhere", file.display());
            copies += 1;
        }
    }
    assert!(copies > seen.len(), "no module is shared: is anything compared?");
}
