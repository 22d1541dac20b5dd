//! The response: what is sent, as a FHIR R4 `QuestionnaireResponse`. The rules are those of
//! `docs/questionnaire-profile.md`, "Rules of a response".

use serde::{Deserialize, Deserializer, de::Error};

use super::{Session, Value};
use crate::{
    json::write_text,
    questionnaire::{Decimal, ItemId, Kind},
};

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

/// A FHIR R4 `QuestionnaireResponse`, as far as Svar writes and reads it. What it does not name is refused: a name beside
/// the pseudonym, for one, must not be kept with the answers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Response {
    resource_type: Resource,
    #[serde(default, deserialize_with = "stated")]
    id: Option<String>,
    #[serde(default, deserialize_with = "some")]
    extension: Vec<Replaces>,
    pub(super) identifier: Identifier,
    pub(super) questionnaire: String,
    status: Status,
    subject: Subject,
    authored: String,
    #[serde(default, deserialize_with = "some")]
    pub(super) item: Vec<ResponseItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Resource {
    QuestionnaireResponse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Completed,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    identifier: Identifier,
}

/// The refused submission that this one corrects.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Replaces {
    url: ReplacesUrl,
    value_uri: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum ReplacesUrl {
    #[serde(rename = "https://svar.example/fhir/StructureDefinition/replaces")]
    Replaces,
}

/// FHIR's `Identifier`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Namespace.
    pub system: String,
    /// Value in it.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ResponseItem {
    pub(super) link_id: String,
    #[serde(default, deserialize_with = "some")]
    pub(super) answer: Vec<ResponseAnswer>,
    #[serde(default, deserialize_with = "some")]
    pub(super) item: Vec<ResponseItem>,
}

/// FHIR's JSON has no `null` where there is nothing.
fn stated<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    String::deserialize(from).map(Some)
}

/// FHIR's JSON leaves an empty list out.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list: Vec<T> = Vec::deserialize(from)?;
    if list.is_empty() { Err(D::Error::invalid_length(0, &"a list with something in it")) } else { Ok(list) }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum ResponseAnswer {
    #[serde(rename = "valueBoolean")]
    Boolean(bool),
    #[serde(rename = "valueInteger")]
    Integer(i64),
    #[serde(rename = "valueDecimal", deserialize_with = "decimal")]
    Decimal(Decimal),
    #[serde(rename = "valueString")]
    Text(String),
    #[serde(rename = "valueCoding")]
    Coding(Coding),
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coding {
    #[serde(default)]
    pub(super) system: Option<String>,
    pub(super) code: String,
}

impl Response {
    /// The id of the submission, without `urn:uuid:`.
    pub fn uuid(&self) -> Option<&str> {
        let ours = self.identifier.system == "urn:ietf:rfc:3986";
        ours.then(|| self.identifier.value.strip_prefix("urn:uuid:")).flatten()
    }

    /// The resource's own id, if it has one already.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The same response with the submission's UUID as its own id, for an endpoint that is written to by `PUT`.
    #[must_use]
    pub fn with_id(self) -> Response {
        Response { id: self.uuid().map(str::to_owned), ..self }
    }

    /// The same response, which names the refused submission that it corrects.
    #[must_use]
    pub fn replacing(self, uuid: Option<&str>) -> Response {
        let named = |uuid| Replaces { url: ReplacesUrl::Replaces, value_uri: ["urn:uuid:", uuid].concat() };
        Response { extension: uuid.map(named).into_iter().collect(), ..self }
    }

    /// The UUID of the refused submission that it corrects.
    pub fn replaces(&self) -> Option<&str> {
        self.extension.first()?.value_uri.strip_prefix("urn:uuid:")
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

fn decimal<'de, D: Deserializer<'de>>(reader: D) -> Result<Decimal, D::Error> {
    // As written: a binary fraction on the way would lose the zero of `2.50` and the last digits of a long number.
    let number = Box::<serde_json::value::RawValue>::deserialize(reader)?;
    Decimal::parse(number.get()).ok_or_else(|| D::Error::custom("expected a decimal of at most 18 digits"))
}

/// The completed response. It holds no disabled item, no undeclared code and no text of the questionnaire.
pub fn completed(session: &Session, heading: &Heading) -> Response {
    let form = session.form();
    Response {
        resource_type: Resource::QuestionnaireResponse,
        id: None,
        extension: Vec::new(),
        identifier: Identifier { system: "urn:ietf:rfc:3986".to_owned(), value: format!("urn:uuid:{}", heading.uuid) },
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
                session.counting(id).iter().filter_map(|value| answer(session, id, value)).collect();
            (session.shown(id) || !answer.is_empty()).then_some(ResponseItem { link_id, answer, item: Vec::new() })
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

impl Response {
    /// The bytes to send: JSON without white space, its members always in the same order, so that the same answers are
    /// the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::from(r#"{"resourceType":"QuestionnaireResponse","#);
        if let Some(id) = &self.id {
            out.push_str(r#""id":"#);
            write_text(id, &mut out);
            out.push(',');
        }
        if let Some(Replaces { value_uri, .. }) = self.extension.first() {
            out.push_str(r#""extension":[{"url":"https://svar.example/fhir/StructureDefinition/replaces","valueUri":"#);
            write_text(value_uri, &mut out);
            out.push_str("}],");
        }
        out.push_str(r#""identifier":"#);
        self.identifier.write(&mut out);
        out.push_str(r#","questionnaire":"#);
        write_text(&self.questionnaire, &mut out);
        out.push_str(r#","status":"completed","subject":{"identifier":"#);
        self.subject.identifier.write(&mut out);
        out.push_str(r#"},"authored":"#);
        write_text(&self.authored, &mut out);
        write_items(&self.item, &mut out);
        out.push('}');
        out.into_bytes()
    }
}

impl Identifier {
    fn write(&self, out: &mut String) {
        out.push_str(r#"{"system":"#);
        write_text(&self.system, out);
        out.push_str(r#","value":"#);
        write_text(&self.value, out);
        out.push('}');
    }
}

fn write_items(items: &[ResponseItem], out: &mut String) {
    write_list("item", items, out, |item, out| {
        out.push_str(r#"{"linkId":"#);
        write_text(&item.link_id, out);
        write_list("answer", &item.answer, out, write_answer);
        write_items(&item.item, out);
        out.push('}');
    });
}

/// FHIR has no empty lists: they are left out.
fn write_list<T>(name: &str, entries: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    for (place, entry) in entries.iter().enumerate() {
        if place == 0 {
            out.push(',');
            write_text(name, out);
            out.push_str(":[");
        } else {
            out.push(',');
        }
        write(entry, out);
    }
    if !entries.is_empty() {
        out.push(']');
    }
}

fn write_answer(answer: &ResponseAnswer, out: &mut String) {
    match answer {
        ResponseAnswer::Boolean(true) => out.push_str(r#"{"valueBoolean":true"#),
        ResponseAnswer::Boolean(false) => out.push_str(r#"{"valueBoolean":false"#),
        ResponseAnswer::Integer(number) => {
            out.push_str(r#"{"valueInteger":"#);
            out.push_str(&number.to_string());
        }
        ResponseAnswer::Decimal(number) => {
            out.push_str(r#"{"valueDecimal":"#);
            out.push_str(&number.to_string());
        }
        ResponseAnswer::Text(words) => {
            out.push_str(r#"{"valueString":"#);
            write_text(words, out);
        }
        ResponseAnswer::Coding(coding) => {
            out.push_str(r#"{"valueCoding":{"#);
            if let Some(system) = &coding.system {
                out.push_str(r#""system":"#);
                write_text(system, out);
                out.push(',');
            }
            out.push_str(r#""code":"#);
            write_text(&coding.code, out);
            out.push('}');
        }
    }
    out.push('}');
}
