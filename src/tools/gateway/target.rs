//! The FHIR server behind the gateway: how a submission is written to it, and what its replies mean. A submission counts
//! as delivered only on a reply that names it.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::Value;

use crate::{
    study::Write,
    submission::{Parked, Verdict, Waiting, policy},
    tools::client::{Call, Came, Client},
};

const MEDIA_TYPE: &str = "application/fhir+json";
const SYSTEM: &str = "urn:ietf:rfc:3986";

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server has it.
    Delivered,
    /// To be tried again, no sooner than the server asks.
    Later { why: String, after: Option<Duration> },
    /// The server refuses it.
    Refused { why: String },
    /// Nothing that a FHIR server could read.
    NotForIt { why: &'static str },
}

/// One FHIR server.
#[derive(Debug)]
pub(super) struct Target {
    base: String,
    write: Write,
    token_file: Option<PathBuf>,
    client: Client,
}

/// A response as it goes to the server.
struct Ready {
    id: String,
    body: Vec<u8>,
    /// What a copy on the server must say, too.
    questionnaire: Value,
    authored: Value,
}

impl Target {
    pub(super) fn new(base: &str, write: Write, token_file: Option<PathBuf>) -> Target {
        let client = Client::new(policy::REQUEST_TIMEOUT);
        Target { base: base.trim_end_matches('/').to_owned(), write, token_file, client }
    }

    /// Brings one submission to the server. `unsure` if an earlier try may have ended well without our knowing.
    pub(super) fn deliver(&self, id: &str, media_type: &str, body: &[u8], unsure: bool) -> Outcome {
        let ready = match ready(id, media_type, body) {
            Ok(ready) => ready,
            Err(why) => return Outcome::NotForIt { why },
        };
        let token = match self.token() {
            Ok(token) => token,
            Err(why) => return Outcome::Later { why, after: None },
        };
        if unsure {
            match self.look(&ready, token.as_deref()) {
                Look::There => return Outcome::Delivered,
                Look::Twice => return Outcome::Refused { why: "the server has it more than once".to_owned() },
                // An update or a conditional create is the same twice, so a server that lets nobody read is written to
                // all the same; a plain create could make a second copy.
                Look::Forbidden(_) if self.write != Write::Create => {}
                Look::Unknown(why) | Look::Forbidden(why) => {
                    let why = format!("whether an earlier try arrived is not known: {why}");
                    return Outcome::Later { why, after: None };
                }
                Look::Absent => {}
            }
        }
        let came = match self.client.send(&self.writing(&ready, token.as_deref())) {
            Ok(came) => came,
            Err(nothing) => return Outcome::Later { why: format!("no reply: {nothing}"), after: None },
        };
        self.judge(&ready, &came, token.as_deref())
    }

    fn judge(&self, ready: &Ready, came: &Came, token: Option<&str>) -> Outcome {
        let status = came.status;
        let later = |why: String, after: Option<u64>| Outcome::Later { why, after: after.map(Duration::from_secs) };
        match came.verdict(&ready.id) {
            Verdict::Received(_) => Outcome::Delivered,
            // A receipt in other words than the contract's, such as `200` with the server's own id alone: ask for it.
            Verdict::Waiting { why: Waiting::NoReceipt, after } => match self.look(ready, token) {
                Look::There => Outcome::Delivered,
                _ => later(format!("{status}, but nothing that names the submission"), after),
            },
            Verdict::Waiting { after, .. } => later(format!("{status}: busy"), after),
            Verdict::Paused => later(format!("{status}: the server does not admit the gateway"), None),
            // Not about this submission but about the address or the way of writing: nothing is wrong with the answers.
            Verdict::Parked(_) if matches!(status, 300..=399 | 404 | 405 | 501) => {
                later(format!("{status}: nothing takes responses there in this way"), None)
            }
            Verdict::Parked(Parked::Conflict) => match self.look(ready, token) {
                Look::There => Outcome::Delivered,
                _ => Outcome::Refused { why: format!("{status}: the server has something else under this identifier") },
            },
            Verdict::Parked(_) => Outcome::Refused { why: format!("{status}{}", codes(&came.body)) },
            Verdict::Refused { link_ids } => {
                Outcome::Refused { why: format!("{status}{} at {}", codes(&came.body), link_ids.join(", ")) }
            }
        }
    }

    /// Read anew for each try, so that it can be renewed while the gateway runs.
    fn token(&self) -> Result<Option<String>, String> {
        let Some(file) = &self.token_file else { return Ok(None) };
        let text = fs::read_to_string(file).map_err(|error| format!("the token cannot be read: {error}"))?;
        let token = text.trim().to_owned();
        let plain = !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
        if plain { Ok(Some(token)) } else { Err("the token file does not hold one line of plain text".to_owned()) }
    }

    fn call(&self, method: &'static str, path: &str, token: Option<&str>) -> Call {
        let call = Call::new(method, format!("{}/{path}", self.base)).with("accept", MEDIA_TYPE);
        match token {
            Some(token) => call.with("authorization", format!("Bearer {token}")),
            None => call,
        }
    }

    fn writing(&self, ready: &Ready, token: Option<&str>) -> Call {
        let call = match self.write {
            Write::Update => self.call("PUT", &format!("QuestionnaireResponse/{}", ready.id), token),
            Write::ConditionalCreate => self
                .call("POST", "QuestionnaireResponse", token)
                .with("if-none-exist", format!("identifier={SYSTEM}|urn:uuid:{}", ready.id)),
            Write::Create => self.call("POST", "QuestionnaireResponse", token),
        };
        let body = if self.write == Write::Update { with_id(&ready.body, &ready.id) } else { ready.body.clone() };
        call.with("content-type", MEDIA_TYPE).with("prefer", "return=representation").body(body)
    }

    /// Whether the server has it already.
    fn look(&self, ready: &Ready, token: Option<&str>) -> Look {
        let path = match self.write {
            Write::Update => format!("QuestionnaireResponse/{}", ready.id),
            _ => format!("QuestionnaireResponse?identifier={SYSTEM}%7Curn:uuid:{}", ready.id),
        };
        let came = match self.client.send(&self.call("GET", &path, token).with("cache-control", "no-cache")) {
            Ok(came) => came,
            Err(nothing) => return Look::Unknown(nothing.why),
        };
        if self.write == Write::Update && matches!(came.status, 404 | 410) {
            return Look::Absent;
        }
        let told = format!("{} to the question for it", came.status);
        if matches!(came.status, 400 | 403..=407 | 409..=424 | 426..=428 | 430..=499 | 501) {
            return Look::Forbidden(told);
        }
        let Ok(found) = serde_json::from_slice::<Value>(&came.body) else { return Look::Unknown(told) };
        match (came.status, self.write) {
            (200, Write::Update) if ready.is(&found) => Look::There,
            (200, Write::Update) => Look::Absent,
            (200, _) if found.get("resourceType").and_then(Value::as_str) == Some("Bundle") => {
                let entries = found.get("entry").and_then(Value::as_array).cloned().unwrap_or_default();
                let same = entries.iter().filter(|entry| entry.get("resource").is_some_and(|found| ready.is(found)));
                match same.count() {
                    0 => Look::Absent,
                    1 => Look::There,
                    _ => Look::Twice,
                }
            }
            _ => Look::Unknown(told),
        }
    }
}

/// What the server says it has.
enum Look {
    There,
    Twice,
    Absent,
    /// Not at the moment.
    Unknown(String),
    /// It does not say such things.
    Forbidden(String),
}

impl Ready {
    /// Whether `found` is this very response: its identifier, and what no other response under it would have.
    fn is(&self, found: &Value) -> bool {
        let text = |path: &str| found.pointer(path).and_then(Value::as_str);
        text("/identifier/system") == Some(SYSTEM)
            && text("/identifier/value").and_then(|value| value.strip_prefix("urn:uuid:")) == Some(self.id.as_str())
            && found.get("questionnaire") == Some(&self.questionnaire)
            && found.get("authored") == Some(&self.authored)
    }
}

/// The response, if it is one.
fn ready(id: &str, media_type: &str, body: &[u8]) -> Result<Ready, &'static str> {
    if !matches!(media_type, "application/fhir+json" | "application/json") {
        return Err("sealed: only the study can read it");
    }
    let response: Value = serde_json::from_slice(body).map_err(|_| "not JSON")?;
    if response.get("resourceType").and_then(Value::as_str) != Some("QuestionnaireResponse") {
        return Err("not a QuestionnaireResponse");
    }
    let field = |name: &str| response.get(name).cloned().unwrap_or_default();
    let (questionnaire, authored) = (field("questionnaire"), field("authored"));
    // A body that was delivered by PUT has the id already; without it, the bytes are the same for every way of writing.
    Ok(Ready { id: id.to_owned(), body: body.to_owned(), questionnaire, authored })
}

/// The same JSON with the `id` that an update asks for. Put in as text: reading and writing it anew could change a
/// decimal.
fn with_id(body: &[u8], id: &str) -> Vec<u8> {
    let has = serde_json::from_slice::<Value>(body).is_ok_and(|response| response.get("id").is_some());
    let start = body.iter().position(|byte| *byte == b'{');
    let (false, Some(start)) = (has, start) else { return body.to_vec() };
    let (before, after) = body.split_at(start.saturating_add(1).min(body.len()));
    [before, format!("\"id\":\"{id}\",").as_bytes(), after].concat()
}

/// The codes of an `OperationOutcome`'s issues. Its other words may quote an answer.
fn codes(body: &[u8]) -> String {
    let outcome: Value = serde_json::from_slice(body).unwrap_or_default();
    let issues = outcome.get("issue").and_then(Value::as_array).cloned().unwrap_or_default();
    let plain = |code: &&str| code.len() <= 32 && code.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let mut codes: Vec<&str> =
        issues.iter().filter_map(|issue| issue.get("code")?.as_str()).filter(plain).take(5).collect();
    codes.dedup();
    if codes.is_empty() { String::new() } else { format!(": {}", codes.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_put_in_and_nothing_else_is_touched() {
        for (body, expected) in [
            (r#"{"a":1.10}"#, r#"{"id":"u","a":1.10}"#),
            (" \n{ \"a\" :\t0.30000000000000004 }\n", " \n{\"id\":\"u\", \"a\" :\t0.30000000000000004 }\n"),
            (r#"{"id":"u","a":1}"#, r#"{"id":"u","a":1}"#),
        ] {
            assert_eq!(String::from_utf8(with_id(body.as_bytes(), "u")).unwrap(), expected);
        }
    }

    #[test]
    fn a_refusal_is_told_by_its_codes_alone() {
        let outcome =
            r#"{"issue":[{"code":"invalid","diagnostics":"canary"},{"code":"canary CANARY"},{"code":"value"}]}"#;
        assert_eq!(codes(outcome.as_bytes()), ": invalid, value");
        assert_eq!(codes(b"<html>"), "");
    }
}
