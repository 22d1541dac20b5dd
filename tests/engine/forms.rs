//! Small questionnaires, and hands to answer them with.

use std::sync::Arc;

use serde_json::{Value, json};
use svar::{
    questionnaire::{self, Form, ItemId, Kind},
    session::Session,
};

pub(crate) const SYSTEM: &str = "https://svar.example/fhir/CodeSystem/try";
pub(crate) const SD: &str = "http://hl7.org/fhir/StructureDefinition";

/// A questionnaire of these pages.
pub(crate) fn questionnaire(items: Value) -> Value {
    json!({
        "resourceType": "Questionnaire", "url": "https://svar.example/fhir/Questionnaire/try", "version": "1",
        "language": "nb", "status": "active", "item": items,
    })
}

/// These items on one page.
pub(crate) fn page(items: Value) -> Value {
    json!({ "linkId": "page", "type": "group", "text": "Side", "item": items })
}

/// The form of these pages, which must be within the profile.
pub(crate) fn form(items: Value) -> Arc<Form> {
    read(&questionnaire(items))
}

pub(crate) fn read(source: &Value) -> Arc<Form> {
    let reading = questionnaire::read(source, &[]);
    let findings = reading.findings;
    Arc::new(reading.form.unwrap_or_else(|| panic!("expected a form, found {findings:#?} in {source:#}")))
}

/// A session over these items on one page.
pub(crate) fn session(items: Value) -> Session {
    Session::new(form(json!([page(items)])))
}

pub(crate) fn extension(name: &str, key: &str, value: Value) -> Value {
    json!({ "url": format!("{SD}/{name}"), key: value })
}

pub(crate) fn control(code: &str) -> Value {
    let system = "http://hl7.org/fhir/questionnaire-item-control";
    json!({
        "url": format!("{SD}/questionnaire-itemControl"),
        "valueCodeableConcept": { "coding": [{ "system": system, "code": code }] },
    })
}

pub(crate) fn hidden() -> Value {
    extension("questionnaire-hidden", "valueBoolean", json!(true))
}

/// An option; a code that ends in `!` is exclusive.
pub(crate) fn option(code: &str) -> Value {
    match code.strip_suffix('!') {
        Some(code) => json!({
            "extension": [extension("questionnaire-optionExclusive", "valueBoolean", json!(true))],
            "valueCoding": { "system": SYSTEM, "code": code, "display": code },
        }),
        None => json!({ "valueCoding": { "system": SYSTEM, "code": code, "display": code } }),
    }
}

/// Adds fields to an object.
pub(crate) fn with(mut item: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        item[name] = value.clone();
    }
    item
}

pub(crate) fn id(session: &Session, link_id: &str) -> ItemId {
    session.form().find(link_id).unwrap_or_else(|| panic!("no item {link_id}"))
}

/// Answers as a person would: `yes` and `no`, options by their codes with spaces between, anything else as typed; nothing
/// takes the answer back.
pub(crate) fn give(session: &mut Session, link_id: &str, answer: &str) {
    let id = id(session, link_id);
    let form = session.form().clone();
    match form.item(id).kind {
        _ if answer.is_empty() => drop(session.clear(id)),
        Kind::Boolean { .. } => drop(session.say(id, answer == "yes")),
        Kind::Choice { .. } => {
            session.clear(id);
            for code in answer.split(' ') {
                let place = form.options(id).iter().position(|option| option.code == code);
                session.choose(id, place.unwrap_or_else(|| panic!("no option {code}")) as u16);
            }
        }
        _ => drop(session.type_in(id, answer)),
    }
}

/// The codes or the written form of what stands at a question, with spaces between.
pub(crate) fn found(session: &Session, link_id: &str) -> String {
    use svar::session::Value;
    let id = id(session, link_id);
    let word = |value: &Value| match value {
        Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Option(place) => session.form().options(id)[usize::from(*place)].code.clone(),
        other => other.typed(),
    };
    session.answers(id).iter().map(word).collect::<Vec<_>>().join(" ")
}
