//! The reference collector: the endpoint of `docs/collection-endpoint.md`, level 1.
//!
//! A delivery is admitted by its invitation, checked by the very engine that wrote it, and kept as it came; only what is
//! on disk gets a receipt. [`Collector::receive`] decides all of it without knowing HTTP; [`http`] is the edge.

pub mod http;
mod outcome;
mod store;

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};

pub use outcome::Answer;
pub use store::{DATABASE, Row, StoreError};

use super::{invitations::Keys, studies::StudyFolder};
use crate::{
    questionnaire::{Filling, Form},
    session::{self, Session, response::Response, review::review},
    study::Invitation,
    submission::policy,
};
use outcome::Code;
use store::{Kept, Store};

/// Where the collector's interface begins.
pub const BASE: &str = "/fhir";

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where a line of the log goes.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The clock of this machine.
pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}

/// The log on the standard error stream.
pub fn log_to_stderr() -> Log {
    Arc::new(|line| eprintln!("{line}"))
}

/// Which pages of other origins may deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All. Nothing is lost by it: no cookie admits anybody, only an invitation does.
    Any,
    /// These alone, written as browsers do: `https://portal.example`.
    Listed(Vec<String>),
}

/// Why there is no collector.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectorError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Two studies under one id.
    #[error("expected each study once, found `{id}` twice")]
    SameStudy {
        /// The id.
        id: String,
    },
}

/// What was delivered, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `If-None-Exist` header.
    pub if_none_exist: Option<String>,
    /// The `Prefer` header.
    pub prefer: Option<String>,
    /// The body; none if it is larger than [`policy::BODY_LIMIT`].
    pub body: Option<Vec<u8>>,
}

/// The collector of some studies.
pub struct Collector {
    studies: Vec<StudyFolder>,
    store: Store,
    keys: Keys,
    clock: Clock,
    origins: Origins,
    log: Log,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Collector").field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Collector {
    /// Opens the collector that keeps its data in `folder`.
    ///
    /// # Errors
    /// Why it cannot work.
    pub fn open(
        folder: &Path,
        studies: Vec<StudyFolder>,
        keys: Keys,
        clock: Clock,
    ) -> Result<Collector, CollectorError> {
        for (index, one) in studies.iter().enumerate() {
            if studies.iter().take(index).any(|other| other.study.id == one.study.id) {
                return Err(CollectorError::SameStudy { id: one.study.id.clone() });
            }
        }
        let store = Store::open(folder)?;
        Ok(Collector { studies, store, keys, clock, origins: Origins::Any, log: log_to_stderr() })
    }

    /// The same collector, with a log of the caller's.
    #[must_use]
    pub fn with_log(self, log: Log) -> Collector {
        Collector { log, ..self }
    }

    /// The same collector, for pages of these origins.
    #[must_use]
    pub fn with_origins(self, origins: Origins) -> Collector {
        Collector { origins, ..self }
    }

    /// The submission with this UUID, as it is kept.
    ///
    /// # Errors
    /// If the store fails.
    pub fn find(&self, uuid: &str) -> Result<Option<Row>, StoreError> {
        self.store.find(uuid)
    }

    /// Decides on a delivery, and keeps it if it is good. Blocks until it is on disk.
    pub fn receive(&self, delivery: &Delivery) -> Answer {
        let minimal = delivery.prefer.as_deref().is_some_and(|prefer| prefer.contains("return=minimal"));
        match self.admit(delivery) {
            Ok(receipt) if minimal => Answer { body: None, ..receipt },
            Ok(answer) | Err(answer) => answer,
        }
    }

    fn admit(&self, delivery: &Delivery) -> Result<Answer, Answer> {
        let invitation = self.invitation(delivery.authorization.as_deref())?;
        let media_type = media_type(delivery.content_type.as_deref())?;
        let (response, body) = read(delivery.body.as_deref())?;
        let id = uuid(&response)?;
        condition(delivery.if_none_exist.as_deref(), id)?;
        // Asked first, so that a receipt is given again whatever has changed here in the meantime.
        let before = self.store.find(id).map_err(|error| self.not_now(&error))?;
        if let Some(row) = before
            && row.body == body
            && (&row.study, &row.wave) == (&invitation.study, &invitation.wave)
        {
            return Ok(receipt(200, &response, &row.received_at, body));
        }
        let form = self.form(&invitation, response.questionnaire())?;
        heading(&invitation, &response)?;
        let session = review(form, &response).map_err(|refusals| Answer::refused(&refusals))?;
        filled(&invitation, &session)?;
        let row = Row {
            id: id.to_owned(),
            study: invitation.study,
            wave: invitation.wave,
            questionnaire: response.questionnaire().to_owned(),
            pseudonym: response.pseudonym().unwrap_or_default().to_owned(),
            received_at: (self.clock)().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            media_type,
            body: body.to_owned(),
        };
        match self.store.keep(&row).map_err(|error| self.not_now(&error))? {
            Kept::Now => Ok(receipt(201, &response, &row.received_at, body)),
            Kept::Before { received_at } => Ok(receipt(200, &response, &received_at, body)),
            Kept::Other => Err(Answer::no(409, Code::Conflict, "another response has this identifier already")),
        }
    }

    fn invitation(&self, authorization: Option<&str>) -> Result<Invitation, Answer> {
        let login = |why: &str| Answer::no(401, Code::Login, why);
        let (scheme, token) = authorization
            .and_then(|header| header.trim().split_once(' '))
            .ok_or_else(|| login("expected `Authorization: Bearer` with an invitation"))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(login("expected `Authorization: Bearer` with an invitation"));
        }
        let now = u64::try_from((self.clock)().as_second()).unwrap_or(0);
        self.keys.verify(token.trim(), now).map_err(|refused| login(&refused.to_string()))
    }

    /// The form that the response answers, if the invitation is for it.
    fn form(&self, invitation: &Invitation, canonical: &str) -> Result<&Arc<Form>, Answer> {
        let invited = self.studies.iter().find(|folder| folder.study.id == invitation.study);
        let wave = invited.and_then(|folder| Some((folder, folder.study.wave(&invitation.wave)?)));
        let Some((folder, wave)) = wave else {
            return Err(Answer::no(403, Code::Forbidden, "the invitation is for no study and wave collected here"));
        };
        let consent = wave.consent.iter().map(|consent| &consent.file);
        let mut asked = consent.chain(wave.parts.iter().map(|part| &part.file));
        let form = asked.find_map(|file| folder.questionnaire(file).filter(|found| found.canonical == canonical));
        if let Some(found) = form {
            return Ok(&found.form);
        }
        let known = |folder: &StudyFolder| folder.questionnaires.values().any(|other| other.canonical == canonical);
        Err(if self.studies.iter().any(known) {
            Answer::no(403, Code::Forbidden, "the invitation is for another study or wave than the questionnaire")
        } else {
            let why = "this questionnaire, in this version, is not collected here";
            Answer::unacceptable(Code::BusinessRule, "QuestionnaireResponse.questionnaire", why)
        })
    }

    fn not_now(&self, error: &StoreError) -> Answer {
        // An error of the database names its files and its statements, never what was bound to them.
        (self.log)(&format!("store: {error}"));
        Answer::not_now()
    }

    /// What the collector says of itself, as a FHIR `CapabilityStatement`.
    fn capabilities(&self) -> Value {
        json!({
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": (self.clock)().strftime("%Y-%m-%d").to_string(),
            "kind": "instance",
            "software": { "name": "Svar collector", "version": env!("CARGO_PKG_VERSION") },
            "implementation": { "description": "Receives the responses of a study" },
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{
                "mode": "server",
                "security": { "cors": true },
                "resource": [{
                    "type": "QuestionnaireResponse",
                    "interaction": [{ "code": "create" }],
                    "conditionalCreate": true,
                }],
            }],
        })
    }
}

/// The media type without parameters, if it is FHIR JSON in UTF-8.
fn media_type(content_type: Option<&str>) -> Result<String, Answer> {
    let wanted = || Answer::no(415, Code::NotSupported, "expected a body of type application/fhir+json, in UTF-8");
    let mut parts = content_type.unwrap_or("").split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    let known = matches!(essence.as_str(), "application/fhir+json" | "application/json");
    let fits = parts.all(|parameter| match parameter.split_once('=') {
        Some(("charset", value)) => value.trim_matches('"') == "utf-8",
        Some(("fhirversion", value)) => value.trim_matches('"') == "4.0",
        _ => true,
    });
    if known && fits { Ok(essence) } else { Err(wanted()) }
}

/// The response, and its bytes as text.
fn read(body: Option<&[u8]>) -> Result<(Response, &str), Answer> {
    let body = body
        .filter(|body| body.len() <= policy::BODY_LIMIT)
        .ok_or_else(|| Answer::no(413, Code::TooLong, format!("expected at most {} bytes", policy::BODY_LIMIT)))?;
    let text = std::str::from_utf8(body).map_err(|_| Answer::no(400, Code::Structure, "expected JSON in UTF-8"))?;
    let response = serde_json::from_str(text).map_err(|error| {
        // The place alone: the parser's own words may quote an answer.
        let place = format!("line {}, column {}", error.line(), error.column());
        if error.is_data() {
            let why = format!("expected a completed response as in the questionnaire profile; it departs at {place}");
            Answer::unacceptable(Code::Invalid, "QuestionnaireResponse", &why)
        } else {
            Answer::no(400, Code::Structure, format!("expected JSON, found a mistake at {place}"))
        }
    })?;
    Ok((response, text))
}

/// The UUID of the response, in the one form that it may have: it becomes a key, and a part of an address.
fn uuid(response: &Response) -> Result<&str, Answer> {
    let dashes = [8, 13, 18, 23];
    let canonical = |uuid: &&str| {
        let fits = |(place, c): (usize, char)| match c {
            '-' => dashes.contains(&place),
            _ => matches!(c, '0'..='9' | 'a'..='f') && !dashes.contains(&place),
        };
        uuid.len() == 36 && uuid.char_indices().all(fits)
    };
    response.uuid().filter(canonical).ok_or_else(|| {
        let why = "expected the system urn:ietf:rfc:3986 and urn:uuid: with a UUID in lower case";
        Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.identifier", why)
    })
}

/// `If-None-Exist`, if it is there, asks for the identifier that the body has.
fn condition(if_none_exist: Option<&str>, uuid: &str) -> Result<(), Answer> {
    let Some(condition) = if_none_exist else { return Ok(()) };
    // The bar may come percent-encoded, as in any search of FHIR.
    let asked = condition.trim().replace("%7C", "|").replace("%7c", "|").replace("%3A", ":").replace("%3a", ":");
    if asked == format!("identifier=urn:ietf:rfc:3986|urn:uuid:{uuid}") {
        return Ok(());
    }
    Err(Answer::no(400, Code::Invalid, "expected If-None-Exist to name the identifier of the body"))
}

/// Whose response it is, and when it was completed.
fn heading(invitation: &Invitation, response: &Response) -> Result<(), Answer> {
    let plain =
        |pseudonym: &&str| (1..=128).contains(&pseudonym.len()) && pseudonym.chars().all(|c| c.is_ascii_graphic());
    let Some(pseudonym) = response.pseudonym().filter(plain) else {
        let why = format!("expected a pseudonym of the system {}", session::response::PSEUDONYM_SYSTEM);
        return Err(Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.subject.identifier", &why));
    };
    if invitation.sub.as_deref().is_some_and(|invited| invited != pseudonym) {
        return Err(Answer::no(403, Code::Forbidden, "the invitation is another person's"));
    }
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
            Some(Filling::Language) | None => continue,
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

/// The receipt: the resource as it is kept, with the id and the time that it was given here.
fn receipt(status: u16, response: &Response, received_at: &str, body: &str) -> Answer {
    let id = response.uuid().unwrap_or_default();
    let mut resource: Value = serde_json::from_str(body).unwrap_or_default();
    if let Some(fields) = resource.as_object_mut() {
        fields.insert("id".to_owned(), json!(id));
        let meta = fields.entry("meta").or_insert_with(|| json!({}));
        if !meta.is_object() {
            *meta = json!({});
        }
        if let Some(meta) = meta.as_object_mut() {
            meta.insert("lastUpdated".to_owned(), json!(received_at));
        }
    }
    let location = Some(format!("{BASE}/QuestionnaireResponse/{id}"));
    Answer { status, location, retry_after: None, body: Some(resource) }
}
