//! The flat form of a response: a JSON object of linkId and value. It is kept as it came, not checked against the
//! questionnaire: it is for webhooks that know nothing of FHIR, and this is how one of them may look.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Answer,
    admit::{canonical_uuid, misread, own, plain_pseudonym, text},
    delivery::{Content, Incoming},
    outcome::Code,
};
use crate::{study::Invitation, submission::policy};

/// Reads what stands beside the answers.
pub(super) fn read(body: Option<&[u8]>) -> Result<Incoming<'_>, Answer> {
    let body = text(body, policy::BODY_LIMIT)?;
    let value: Value = serde_json::from_str(body).map_err(|error| misread(&error, "a flat response", "id"))?;
    let invalid =
        |name: &str, expected: &str| Answer::unacceptable(Code::Invalid, name, &format!("expected {expected}"));
    let Some(fields) = value.as_object() else { return Err(invalid("id", "a JSON object")) };
    if !fields.values().all(|value| scalar(value) || value.as_array().is_some_and(|list| list.iter().all(scalar))) {
        return Err(invalid("id", "values that are text, numbers, true, false, null or a list of those"));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").filter(|id| canonical_uuid(id)).ok_or_else(|| invalid("id", "a UUID in lower case"))?;
    let questionnaire =
        text("questionnaire").ok_or_else(|| invalid("questionnaire", "the questionnaire as url|version"))?;
    Ok(Incoming {
        id,
        questionnaire,
        pseudonym: text("pseudonym"),
        authored: text("authored").and_then(|authored| authored.parse::<Timestamp>().ok()),
        media_type: "application/json".to_owned(),
        body,
        content: Content::Flat,
    })
}

fn scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// Checks whose it is.
pub(super) fn check(invitation: &Invitation, incoming: &Incoming<'_>) -> Result<(), Answer> {
    let pseudonym = incoming.pseudonym.as_deref().filter(|pseudonym| plain_pseudonym(pseudonym));
    let pseudonym =
        pseudonym.ok_or_else(|| Answer::unacceptable(Code::Invalid, "pseudonym", "expected the pseudonym"))?;
    own(invitation, pseudonym)
}
