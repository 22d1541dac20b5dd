//! From one part of a wave to the next: what was answered in the first decides what the second asks.

use serde_json::{Value as Json, json};
use svar::session::{Session, response};

use crate::forms::{form, found, give, hidden, option, page, session, with};

const FILLED_FROM: &str = "https://svar.example/fhir/StructureDefinition/filled-from";

fn place() -> Json {
    json!({ "linkId": "place", "type": "choice", "text": "Hvor?", "answerOption": [option("same"), option("other"), option("none")] })
}

fn core() -> Json {
    let why = json!({ "linkId": "why", "type": "string", "text": "Hvorfor?",
        "enableWhen": [{ "question": "place", "operator": "=", "answerCoding": option("other")["valueCoding"] }] });
    json!([place(), why])
}

/// Asks of the job unless the person has none, and has room for `why`.
fn rest(options: &[&str]) -> Json {
    let carried = json!([hidden(), { "url": FILLED_FROM, "valueCode": "earlier-part" }]);
    let options: Vec<Json> = options.iter().map(|code| option(code)).collect();
    let place = with(place(), json!({ "extension": carried.clone(), "answerOption": options }));
    let why = json!({ "linkId": "why", "type": "string", "text": "Hvorfor?", "extension": carried });
    let about =
        json!({ "linkId": "about", "type": "group", "text": "Om", "item": [place, why], "extension": [hidden()] });
    let job = with(
        page(json!([{ "linkId": "job", "type": "string", "text": "Jobben?" }])),
        json!({ "linkId": "job-page",
        "enableWhen": [{ "question": "place", "operator": "!=", "answerCoding": option("none")["valueCoding"] }] }),
    );
    json!([about, job])
}

fn asks_of_the_job(later: &Session) -> bool {
    later.pages().len() == 1
}

#[test]
fn an_answer_is_carried_over_and_decides() {
    let mut core = session(core());
    let mut rest = Session::new(form(rest(&["same", "other", "none"])));
    assert!(asks_of_the_job(&rest), "nothing is known yet");
    for (place, why, carried_why, asks) in [
        ("none", "", "", false),
        ("other", "Flyttet", "Flyttet", true),
        // `why` is not asked any more: what stood there counts as absent, and clears what was carried.
        ("same", "Flyttet", "", true),
        ("", "", "", true),
    ] {
        give(&mut core, "place", place);
        give(&mut core, "why", why);
        core.carry_to(&mut rest);
        assert_eq!((found(&rest, "place").as_str(), found(&rest, "why").as_str()), (place, carried_why));
        assert_eq!(asks_of_the_job(&rest), asks, "{place}");
    }
}

#[test]
fn it_goes_by_codes_and_not_by_places() {
    let mut core = session(core());
    give(&mut core, "place", "other");
    let mut rest = Session::new(form(rest(&["none", "other"])));
    core.carry_to(&mut rest);
    assert_eq!(found(&rest, "place"), "other");
    give(&mut core, "place", "same");
    core.carry_to(&mut rest);
    assert_eq!(found(&rest, "place"), "", "an option that is not there");
}

#[test]
fn what_was_carried_is_sent_and_outlives_a_reload() {
    let mut core = session(core());
    give(&mut core, "place", "none");
    let form = form(rest(&["same", "none"]));
    let mut rest = Session::new(form.clone());
    assert!(!rest.has_draft());
    core.carry_to(&mut rest);
    assert!(!rest.has_answers(), "nothing of the person's own is at stake");
    assert!(rest.has_draft());
    let restored = Session::restore(form, &rest.draft()).unwrap().session;
    assert_eq!(found(&restored, "place"), "none");
    assert!(!asks_of_the_job(&restored));
    let heading =
        response::Heading { uuid: "u".into(), pseudonym: "p".into(), authored: "2027-01-01T00:00:00Z".into() };
    let sent = String::from_utf8(response::completed(&restored, &heading).to_bytes()).unwrap();
    assert!(sent.contains(r#"{"linkId":"place","answer":[{"valueCoding":"#), "{sent}");
}

#[test]
fn only_hidden_questions_can_be_carried() {
    let shown = with(place(), json!({ "extension": [{ "url": FILLED_FROM, "valueCode": "earlier-part" }] }));
    let reading = svar::questionnaire::read(&crate::forms::questionnaire(json!([page(json!([shown]))])), &[]);
    assert!(reading.form.is_none());
    let typed = with(place(), json!({ "extension": [hidden(), { "url": FILLED_FROM, "valueCode": "unit" }] }));
    let reading = svar::questionnaire::read(&crate::forms::questionnaire(json!([page(json!([typed]))])), &[]);
    assert!(reading.form.is_none(), "the widget knows units as words, not as options");
}
