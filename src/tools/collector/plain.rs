//! A plain `QuestionnaireResponse`: everything in it is checked, by the engine that wrote it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Answer,
    admit::{canonical_uuid, misread, own, plain_pseudonym, text},
    delivery::{Content, Incoming},
    outcome::Code,
};
use crate::{
    questionnaire::{Filling, Form},
    session::{self, Session, response::Response, review::review},
    study::Invitation,
    submission::policy,
};

/// Reads the response.
pub(super) fn read(body: Option<&[u8]>, media_type: String) -> Result<Incoming<'_>, Answer> {
    let body = text(body, policy::BODY_LIMIT)?;
    let response: Response = serde_json::from_str(body).map_err(|error| {
        misread(&error, "a completed response as in the questionnaire profile", "QuestionnaireResponse")
    })?;
    let id = response.uuid().filter(|uuid| canonical_uuid(uuid)).ok_or_else(|| {
        let why = "expected the system urn:ietf:rfc:3986 and urn:uuid: with a UUID in lower case";
        Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.identifier", why)
    })?;
    Ok(Incoming {
        id: id.to_owned(),
        questionnaire: response.questionnaire().to_owned(),
        pseudonym: response.pseudonym().map(str::to_owned),
        authored: response.authored().parse().ok(),
        media_type,
        body,
        content: Content::Plain(response),
    })
}

/// Checks all of it.
pub(super) fn check(form: &Arc<Form>, invitation: &Invitation, response: &Response) -> Result<(), Answer> {
    heading(invitation, response)?;
    let session = review(form, response).map_err(|refusals| Answer::refused(&refusals))?;
    filled(invitation, &session)
}

/// Whose response it is, and when it was completed.
fn heading(invitation: &Invitation, response: &Response) -> Result<(), Answer> {
    let Some(pseudonym) = response.pseudonym().filter(|pseudonym| plain_pseudonym(pseudonym)) else {
        let why = format!("expected a pseudonym of the system {}", session::response::PSEUDONYM_SYSTEM);
        return Err(Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.subject.identifier", &why));
    };
    own(invitation, pseudonym)?;
    if response.authored().parse::<Timestamp>().is_err() {
        let why = "expected an instant with zone, such as 2026-11-22T09:30:00.000Z";
        return Err(Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.authored", why));
    }
    Ok(())
}

/// What the widget filled in from the invitation says what the invitation says, so that no response is counted with
/// another unit than the one that was invited.
fn filled(invitation: &Invitation, session: &Session) -> Result<(), Answer> {
    let form = session.form();
    for id in form.ids().filter(|id| session.enabled(*id)) {
        let item = form.item(id);
        let claim = match item.filled_from {
            Some(Filling::Study) => Some(invitation.study.as_str()),
            Some(Filling::Wave) => Some(invitation.wave.as_str()),
            Some(Filling::Unit) => Some(invitation.unit.as_str()),
            Some(Filling::Variant) => invitation.variant.as_deref(),
            Some(Filling::Language | Filling::EarlierPart) | None => continue,
        };
        let claim = claim.filter(|claim| !claim.trim().is_empty());
        let found = session.answers(id).first().map(session::Value::typed);
        if found.as_deref() == claim {
            continue;
        }
        return Err(match (item.filled_from, &found) {
            (Some(Filling::Study | Filling::Wave), Some(_)) => {
                Answer::no(403, Code::Forbidden, "the invitation is for another study or wave than the response")
            }
            _ => {
                let code = if found.is_none() { Code::Required } else { Code::BusinessRule };
                // Wherever it stands: what is absent has no place of its own.
                let link_id = item.link_id.replace('\\', "\\\\").replace('\'', "\\'");
                let expression = format!("QuestionnaireResponse.repeat(item).where(linkId='{link_id}')");
                Answer::unacceptable(code, &expression, "expected what the invitation says")
            }
        });
    }
    Ok(())
}
