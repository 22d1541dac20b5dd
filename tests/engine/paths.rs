//! Random answer paths through Q1: what is sent holds no disabled item and no undeclared code, and both re-validations, the
//! engine's and the independent judge's, accept it; spoiled, both refuse it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;
use svar::{
    questionnaire::{Form, ItemId},
    session::{
        Session,
        response::{Response, completed},
        review::review,
    },
};

use crate::{
    forms::read,
    judge::Judge,
    random::{Random, count, for_each_seed, replayed},
    random_form::random_form,
    spoil::{Good, WAYS},
    studies,
    walk::{self, Mood, answer, branches, heading},
};

/// A session that may be sent, and the body that would be.
fn finished(form: &Arc<Form>, random: &mut Random, watch: impl FnMut(&Session)) -> (Session, String) {
    let mut session = Session::new(form.clone());
    let mood = random.pick(&[Mood::Thorough, Mood::Thorough, Mood::Wandering, Mood::Brief]);
    let yes = random.pick(&[0, 50, 50, 100]);
    answer(&mut session, random, mood, yes, watch);
    let body = String::from_utf8(completed(&session, &heading(random)).to_bytes()).unwrap();
    (session, body)
}

/// What the collector asks of the engine: it can be read, names us, and its answers are as the rules want them.
fn engine_accepts(form: &Arc<Form>, body: &str) -> Result<Session, String> {
    let response: Response = serde_json::from_str(body).map_err(|error| error.to_string())?;
    response.uuid().ok_or("no id of ours")?;
    response.pseudonym().ok_or("no pseudonym")?;
    review(form, &response).map_err(|refusals| format!("{refusals:#?}"))
}

/// The options that the questionnaire declares for each linkId, read off its JSON and not by the engine.
fn declared(questionnaire: &Value) -> HashMap<String, HashSet<String>> {
    fn below(items: &Value, questionnaire: &Value, found: &mut HashMap<String, HashSet<String>>) {
        for item in items.as_array().into_iter().flatten() {
            let mut options = HashSet::new();
            let mut add = |system: &Value, code: &Value| options.insert(format!("{system} {code}"));
            for option in item["answerOption"].as_array().into_iter().flatten() {
                add(&option["valueCoding"]["system"], &option["valueCoding"]["code"]);
            }
            for set in questionnaire["contained"].as_array().into_iter().flatten() {
                if item["answerValueSet"] == format!("#{}", set["id"].as_str().unwrap()) {
                    for include in set["compose"]["include"].as_array().unwrap() {
                        for concept in include["concept"].as_array().unwrap() {
                            add(&include["system"], &concept["code"]);
                        }
                    }
                }
            }
            found.insert(item["linkId"].as_str().unwrap().to_owned(), options);
            below(&item["item"], questionnaire, found);
        }
    }
    let mut found = HashMap::new();
    below(&questionnaire["item"], questionnaire, &mut found);
    found
}

/// No disabled item, no undeclared code.
fn holds_nothing_that_it_must_not(session: &Session, items: &Value, declared: &HashMap<String, HashSet<String>>) {
    for item in items.as_array().into_iter().flatten() {
        let link_id = item["linkId"].as_str().unwrap();
        let id = session.form().find(link_id).unwrap();
        assert!(session.enabled(id), "{link_id} is disabled and was exported");
        for answer in item["answer"].as_array().into_iter().flatten() {
            if let Some(coding) = answer.get("valueCoding") {
                let option = format!("{} {}", coding["system"], coding["code"]);
                assert!(declared[link_id].contains(&option), "{link_id}: {option} is no option and was exported");
            }
        }
        holds_nothing_that_it_must_not(session, &item["item"], declared);
    }
}

/// One path: everything that must be true of what it ends in.
fn check_path(form: &Arc<Form>, session: &Session, body: &str, declared: &HashMap<String, HashSet<String>>) {
    let response: Value = serde_json::from_str(body).unwrap();
    holds_nothing_that_it_must_not(session, &response["item"], declared);
    let reviewed =
        engine_accepts(form, body).unwrap_or_else(|refused| panic!("the engine refuses its own:\n{refused}\n{body}"));
    let parsed: Response = serde_json::from_str(body).unwrap();
    let again = completed(
        &reviewed,
        &svar::session::response::Heading {
            uuid: parsed.uuid().unwrap().to_owned(),
            pseudonym: parsed.pseudonym().unwrap().to_owned(),
            authored: parsed.authored().to_owned(),
        },
    );
    assert_eq!(String::from_utf8(again.to_bytes()).unwrap(), body, "what is loaded is not exported as it came");
}

fn paths_through(name: &str) {
    paths_of(studies::part(name), count(500, 10_000), true);
}

/// Some branches are so rare that only the full count meets `every_branch`: those who answered before, changed their job,
/// and say of it what is on no list.
fn paths_of(part: &studies::Part, paths: u64, every_branch: bool) {
    let name = part.name.as_str();
    let declared = declared(&part.assembled);
    let (mut rules, mut fhir) = (Judge::start(false), Judge::start(true));
    rules.register(name, &part.assembled);
    fhir.register(name, &part.assembled);
    let branches = branches(&part.form);
    let (mut opened, mut closed) = (HashSet::<ItemId>::new(), HashSet::<ItemId>::new());
    for_each_seed(paths, |random, run| {
        let (session, body) = finished(&part.form, random, |session| {
            for id in &branches {
                if session.enabled(*id) {
                    opened.insert(*id)
                } else {
                    closed.insert(*id)
                };
            }
        });
        check_path(&part.form, &session, &body, &declared);
        // FHIR R4 itself changes with the shape of the response, not with what is written in it: a share will do.
        let judge = if run % 10 == 0 { &mut fhir } else { &mut rules };
        let problems = judge.problems(name, &body);
        assert!(problems.is_empty(), "the judge refuses what the engine sent: {problems:#?}\n{body}");
    });
    if every_branch && replayed().is_none() {
        for id in branches {
            let link_id = &part.form.item(id).link_id;
            assert!(opened.contains(&id), "{name}: {link_id} was never open");
            assert!(closed.contains(&id), "{name}: {link_id} was never closed");
        }
    }
}

#[test]
fn paths_through_the_consent() {
    paths_through("consent");
}

#[test]
fn paths_through_the_core() {
    paths_through("q1-core");
}

#[test]
fn paths_through_the_rest() {
    paths_through("q1-rest");
}

#[test]
fn paths_through_the_waves_that_follow() {
    for name in ["q2-core", "q2-rest", "q3-core", "q3-rest"] {
        paths_of(studies::part(name), count(500, 10_000), count(0, 1) == 1);
    }
}

#[test]
fn paths_through_the_sister_studies() {
    let mut seen = HashSet::new();
    for part in studies::parts().iter().filter(|part| part.study != "health-at-work") {
        if seen.insert((&part.study, &part.name)) {
            paths_of(part, count(300, 10_000), count(0, 1) == 1);
        }
    }
    assert!(seen.len() > 8, "{seen:?}");
}

/// Both refuse what was spoiled in this way; the way and both opinions are said if one of them does not.
fn both_refuse(judge: &mut Judge, name: &str, form: &Arc<Form>, way: &str, spoiled: &Value) {
    let body = spoiled.to_string();
    let engine = engine_accepts(form, &body);
    let problems = judge.problems(name, &body);
    assert!(engine.is_err(), "{way}: the engine accepts what the judge finds so: {problems:#?}\n{spoiled}");
    assert!(
        !problems.is_empty(),
        "{way}: the judge accepts what the engine finds so: {}\n{spoiled}",
        engine.unwrap_err()
    );
}

#[test]
fn spoiled_responses_of_q1_are_refused_by_both() {
    let mut judge = Judge::start(false);
    let names = ["consent", "q1-core", "q1-rest"];
    for name in names {
        judge.register(name, &studies::part(name).assembled);
    }
    let mut used = HashMap::<&str, u64>::new();
    for_each_seed(count(150, 1_000), |random, run| {
        let way = WAYS[run as usize % WAYS.len()];
        // Some ways fit one form alone, or only some of its responses; a few none of Q1, and others take their turn.
        let mut turn = std::iter::repeat_n(way, 30).chain(WAYS);
        loop {
            let (way, spoil) = turn.next().expect("some way to spoil any response");
            let name = random.pick(&names);
            let form = &studies::part(name).form;
            let (session, body) = finished(form, random, |_| {});
            let response = serde_json::from_str(&body).unwrap();
            let good = Good { session: &session, response: &response };
            if let Some(spoiled) = spoil(&good, random) {
                *used.entry(way).or_default() += 1;
                return both_refuse(&mut judge, name, form, way, &spoiled);
            }
        }
    });
    eprintln!("{} ways: {used:?}", used.len());
    if replayed().is_none() {
        assert!(used.len() >= 45, "only {} ways could be used: {used:?}", used.len());
    }
}

/// Forms that no study has: every kind of question and condition, nested and hidden groups, required questions.
#[test]
fn random_forms_are_read_alike_by_both() {
    let (mut judge, mut fhir) = (Judge::start(false), Judge::start(true));
    let mut used = HashMap::<&str, u64>::new();
    for_each_seed(count(300, 5_000), |random, run| {
        let source = random_form(random);
        let form = read(&source);
        let declared = declared(&source);
        let judge = if run % 10 == 0 { &mut fhir } else { &mut judge };
        judge.register("random", &source);
        for _ in 0..3 {
            let mut session = Session::new(form.clone());
            // Hidden items have answers, too, from the widget or from elsewhere.
            for id in form.ids().filter(|id| form.item(*id).kind.is_question()) {
                if !session.shown(id) && random.chance(40) {
                    walk::rightly(&mut session, random, id);
                }
            }
            answer(&mut session, random, Mood::Thorough, 50, |_| {});
            let body = String::from_utf8(completed(&session, &heading(random)).to_bytes()).unwrap();
            check_path(&form, &session, &body, &declared);
            let problems = judge.problems("random", &body);
            assert!(problems.is_empty(), "the judge refuses what the engine sent: {problems:#?}\n{body}\n{source}");
            let response = serde_json::from_str(&body).unwrap();
            let good = Good { session: &session, response: &response };
            for _ in 0..8 {
                let (way, spoil) = random.pick(&WAYS);
                if let Some(spoiled) = spoil(&good, random) {
                    *used.entry(way).or_default() += 1;
                    both_refuse(judge, "random", &form, way, &spoiled);
                }
            }
        }
    });
    // Seen with `--nocapture`.
    eprintln!("{} ways: {used:?}", used.len());
    if replayed().is_none() {
        let unused: Vec<&str> = WAYS.iter().map(|(way, _)| *way).filter(|way| !used.contains_key(way)).collect();
        // The rarest is used some ten times in the fewest runs: one that is missing is chance, two are not.
        assert!(unused.len() < 2, "never used: {unused:?}");
    }
}
