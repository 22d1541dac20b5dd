//! Drafts: what is set down comes back as it was, and is carried over to another version as far as it fits.

use serde_json::{Value as Json, json};
use svar::{
    questionnaire::{Filling, ItemId},
    session::{
        Session,
        draft::{Draft, DraftError},
        response,
    },
    study::{Journey, Step},
};

use crate::{
    forms::{form, found, give, id, option, page, questionnaire, read, session, with},
    random::{Random, count, for_each_seed},
    studies, walk,
};

fn journey(draft: Draft) -> Journey {
    Journey {
        study: "health-at-work".into(),
        wave: "q1".into(),
        pseudonym: "p-1".into(),
        language: "nb".into(),
        own_device: true,
        permitted: false,
        step: Step::Part(0),
        page: Some("page".into()),
        review: false,
        drafts: vec![("core".into(), draft)],
    }
}

/// Through the bytes that are kept.
fn kept(session: &Session) -> Draft {
    let journey = journey(session.draft());
    let read = Journey::decode(&journey.encode().unwrap()).unwrap();
    assert_eq!(read, journey);
    read.draft("core").unwrap().clone()
}

#[test]
fn whatever_stood_there_stands_there_again() {
    for part in studies::parts() {
        for_each_seed(count(40, 400), |random: &mut Random, _| {
            let mut session = Session::new(part.form.clone());
            walk::answer(&mut session, random, walk::Mood::Thorough, 50, |session| {
                let mut restored = Session::restore(part.form.clone(), &kept(session)).unwrap();
                assert_eq!(restored.lost, 0);
                // What the widget knows is filled in anew.
                let filled = |id: &ItemId| {
                    part.form.item(*id).filled_from.is_some_and(|filling| filling != Filling::EarlierPart)
                };
                for id in part.form.ids().filter(filled) {
                    if let Some(known) = session.answers(id).first() {
                        restored.session.type_in(id, &known.typed());
                    }
                }
                for id in part.form.ids().filter(|id| part.form.item(*id).filled_from.is_none()) {
                    let link_id = &part.form.item(id).link_id;
                    assert_eq!(restored.session.answers(id), session.answers(id), "{link_id}");
                    assert_eq!(restored.session.unread(id), session.unread(id), "{link_id}");
                    assert_eq!(restored.session.enabled(id), session.enabled(id), "{link_id}");
                }
            });
            let mut restored = Session::restore(part.form.clone(), &kept(&session)).unwrap().session;
            for filling in [Filling::Study, Filling::Wave, Filling::Unit, Filling::Variant, Filling::Language] {
                session.fill(filling, "a");
                restored.fill(filling, "a");
            }
            let heading = walk::heading(random);
            let bytes = |session| response::completed(session, &heading).to_bytes();
            assert_eq!(bytes(&restored), bytes(&session), "the same answers make the same bytes");
        });
    }
}

#[test]
fn answers_that_are_none_yet_and_closed_branches_come_back_too() {
    let asked = json!([
        { "linkId": "days", "type": "integer", "text": "x" },
        { "linkId": "any", "type": "boolean", "text": "x" },
        { "linkId": "why", "type": "string", "text": "x",
          "enableWhen": [{ "question": "any", "operator": "=", "answerBoolean": true }] },
    ]);
    let mut before = session(asked);
    give(&mut before, "any", "yes");
    give(&mut before, "why", "derfor");
    give(&mut before, "any", "no");
    before.type_in(id(&before, "days"), "tolv");
    let mut after = Session::restore(before.form().clone(), &kept(&before)).unwrap().session;
    assert_eq!(after.unread(id(&after, "days")), Some("tolv"));
    assert!(!after.enabled(id(&after, "why")));
    give(&mut after, "any", "yes");
    assert_eq!(found(&after, "why"), "derfor");
}

/// What is left of the answers in another version of the questionnaire.
fn check(question: Json, answers: &str, changed: Json, left: &str, lost: usize) {
    let items = |question: Json| json!([page(json!([with(json!({ "linkId": "x", "text": "x" }), question)]))]);
    let mut before = Session::new(form(items(question)));
    give(&mut before, "x", answers);
    let newer = read(&with(questionnaire(items(changed.clone())), json!({ "version": "2" })));
    let restored = Session::restore(newer, &kept(&before)).unwrap();
    let still_asked = restored.session.form().find("x").is_some();
    let found = if still_asked { found(&restored.session, "x") } else { String::new() };
    assert_eq!((found.as_str(), restored.lost), (left, lost), "{changed}");
}

#[test]
fn another_version_takes_what_fits() {
    let choice = |codes: &[&str]| {
        let options: Vec<Json> = codes.iter().map(|code| option(code)).collect();
        json!({ "type": "choice", "answerOption": options })
    };
    let several = |codes: &[&str]| with(choice(codes), json!({ "repeats": true }));
    let whole = json!({ "type": "integer" });
    let words = json!({ "type": "string" });
    check(choice(&["a", "b"]), "b", choice(&["c", "b", "a"]), "b", 0);
    check(choice(&["a", "b"]), "b", choice(&["a", "c"]), "", 1);
    check(several(&["a", "b", "c"]), "a c", several(&["c", "b"]), "c", 1);
    check(several(&["a", "b"]), "a b", choice(&["a", "b"]), "a", 1);
    check(several(&["a", "b"]), "a b", several(&["a", "b!"]), "a", 1);
    check(whole.clone(), "3", json!({ "type": "decimal" }), "3", 0);
    check(whole.clone(), "3", words.clone(), "", 1);
    check(words, "tre", whole.clone(), "", 1);
    check(whole, "3", json!({ "linkId": "y", "type": "integer" }), "", 1);
}

#[test]
fn a_draft_of_another_questionnaire_is_refused() {
    let before = session(json!([{ "linkId": "x", "type": "integer", "text": "x" }]));
    let other = with(questionnaire(json!([])), json!({ "url": "https://svar.example/fhir/Questionnaire/other" }));
    let refused = Session::restore(read(&other), &kept(&before)).map(|restored| restored.lost);
    assert_eq!(refused, Err(DraftError::OtherQuestionnaire));
}

#[test]
fn bytes_that_are_no_journey_are_refused_whatever_they_are() {
    let mut session = Session::new(studies::part("q1-core").form.clone());
    let mut random = Random::of(7);
    walk::answer(&mut session, &mut random, walk::Mood::Thorough, 50, |_| {});
    let whole = journey(session.draft()).encode().unwrap();
    for_each_seed(count(2_000, 100_000), |random, _| {
        let mut bytes = whole.clone();
        match random.below(3) {
            0 => bytes.truncate(random.below(bytes.len())),
            1 => {
                let place = random.below(bytes.len());
                bytes[place] ^= 1 << random.below(8);
            }
            _ => bytes = (0..random.below(200)).map(|_| random.next() as u8).collect(),
        }
        assert!(Journey::decode(&bytes).is_err());
    });
}
