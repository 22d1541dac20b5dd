//! The response: what is sent, as a FHIR R4 `QuestionnaireResponse`. The rules are those of
//! `docs/questionnaire-profile.md`, "Rules of a response".

use serde::{Deserialize, Serialize};

use super::{Session, Value};
use crate::questionnaire::{ItemId, Kind};

/// System of the respondent's pseudonym.
pub const PSEUDONYM_SYSTEM: &str = "https://svar.example/fhir/pseudonym";

/// What a response says of itself, beside the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The id of this submission: a random UUID in lower-case hexadecimal, without prefix.
    pub uuid: String,
    /// The respondent's pseudonym.
    pub pseudonym: String,
    /// When it was completed: an instant with zone, such as `2026-11-22T09:30:00.000Z`.
    pub authored: String,
}

/// A FHIR R4 `QuestionnaireResponse`, as far as Svar writes and reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    resource_type: Resource,
    pub(super) identifier: Identifier,
    pub(super) questionnaire: String,
    status: Status,
    subject: Subject,
    authored: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) item: Vec<ResponseItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Resource {
    QuestionnaireResponse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Completed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Subject {
    identifier: Identifier,
}

/// FHIR's `Identifier`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Namespace.
    pub system: String,
    /// Value in it.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ResponseItem {
    pub(super) link_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) answer: Vec<ResponseAnswer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) item: Vec<ResponseItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum ResponseAnswer {
    #[serde(rename = "valueBoolean")]
    Boolean(bool),
    #[serde(rename = "valueInteger")]
    Integer(i64),
    #[serde(rename = "valueDecimal")]
    Decimal(f64),
    #[serde(rename = "valueString")]
    Text(String),
    #[serde(rename = "valueCoding")]
    Coding(Coding),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) system: Option<String>,
    pub(super) code: String,
}

impl Response {
    /// The id of the submission, without `urn:uuid:`.
    pub fn uuid(&self) -> Option<&str> {
        let ours = self.identifier.system == "urn:ietf:rfc:3986";
        ours.then(|| self.identifier.value.strip_prefix("urn:uuid:")).flatten()
    }

    /// `url|version` of the questionnaire it answers.
    pub fn questionnaire(&self) -> &str {
        &self.questionnaire
    }

    /// The respondent's pseudonym, if the subject is one.
    pub fn pseudonym(&self) -> Option<&str> {
        let subject = &self.subject.identifier;
        (subject.system == PSEUDONYM_SYSTEM).then_some(subject.value.as_str())
    }

    /// When it was completed.
    pub fn authored(&self) -> &str {
        &self.authored
    }

    /// The text answered to the item with this `linkId`, wherever it stands; for the hidden items that the widget fills.
    pub fn text(&self, link_id: &str) -> Option<&str> {
        fn seek<'a>(items: &'a [ResponseItem], link_id: &str) -> Option<&'a str> {
            items.iter().find_map(|item| match item.answer.first() {
                Some(ResponseAnswer::Text(words)) if item.link_id == link_id => Some(words.as_str()),
                _ => seek(&item.item, link_id),
            })
        }
        seek(&self.item, link_id)
    }
}

/// The completed response. It holds no disabled item, no undeclared code and no text of the questionnaire.
pub fn completed(session: &Session, heading: &Heading) -> Response {
    let form = session.form();
    Response {
        resource_type: Resource::QuestionnaireResponse,
        identifier: Identifier {
            system: "urn:ietf:rfc:3986".to_owned(),
            value: format!("urn:uuid:{}", heading.uuid),
        },
        questionnaire: format!("{}|{}", form.url, form.version),
        status: Status::Completed,
        subject: Subject {
            identifier: Identifier { system: PSEUDONYM_SYSTEM.to_owned(), value: heading.pseudonym.clone() },
        },
        authored: heading.authored.clone(),
        item: items(session, None),
    }
}

pub(super) fn items(session: &Session, parent: Option<ItemId>) -> Vec<ResponseItem> {
    session.form().children(parent).filter_map(|id| item(session, id)).collect()
}

/// The item as it stands in the response; none where the rules leave it out.
fn item(session: &Session, id: ItemId) -> Option<ResponseItem> {
    let asked = session.form().item(id);
    if !session.enabled(id) {
        return None;
    }
    let link_id = asked.link_id.clone();
    match asked.kind {
        Kind::Display(_) => None,
        Kind::Group(_) => {
            let item = items(session, Some(id));
            (!item.is_empty()).then_some(ResponseItem { link_id, answer: Vec::new(), item })
        }
        _ => {
            let answer: Vec<ResponseAnswer> =
                session.answers(id).iter().filter_map(|value| answer(session, id, value)).collect();
            let shown = session.shown(id);
            let unticked = matches!(asked.kind, Kind::Boolean { tick_box: true }) && answer.is_empty() && shown;
            let answer = if unticked { vec![ResponseAnswer::Boolean(false)] } else { answer };
            (shown || !answer.is_empty()).then_some(ResponseItem { link_id, answer, item: Vec::new() })
        }
    }
}

fn answer(session: &Session, id: ItemId, value: &Value) -> Option<ResponseAnswer> {
    Some(match value {
        Value::Boolean(yes) => ResponseAnswer::Boolean(*yes),
        Value::Integer(number) => ResponseAnswer::Integer(*number),
        Value::Decimal(number) => ResponseAnswer::Decimal(*number),
        Value::Text(words) => ResponseAnswer::Text(words.clone()),
        Value::Option(place) => {
            let option = session.form().options(id).get(usize::from(*place))?;
            ResponseAnswer::Coding(Coding { system: option.system.clone(), code: option.code.clone() })
        }
    })
}
