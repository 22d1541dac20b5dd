//! The verdict on a reply: one total function from whatever came back to what it means. The table stands in
//! `docs/collection-endpoint.md`; widget, collector tests and documentation go by this function.

use super::policy;
use crate::json::Json;

/// What came back from the endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reply<'a> {
    /// HTTP status; 0 for an opaque reply.
    pub status: u16,
    /// `Location` header.
    pub location: Option<&'a str>,
    /// `Retry-After` header in seconds. It may be sent as a date too, which only the edge, with its clock and the reply's
    /// own `Date`, can turn into seconds; a date that is left as it is counts as none.
    pub retry_after: Option<&'a str>,
    /// The body, as far as it was read.
    pub body: &'a [u8],
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// No connection, a refused redirect, a cut body, a certificate that is not right: the browser does not say which.
    Network,
    /// No reply in time.
    Timeout,
}

/// Proof that the endpoint has our submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the submission that the endpoint named.
    pub uuid: String,
    /// When the endpoint stored it, if it says (`meta.lastUpdated`).
    pub stored: Option<String>,
}

/// What a reply means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has arrived.
    Received(Receipt),
    /// Not confirmed; send the same bytes again.
    Waiting {
        /// Why.
        why: Waiting,
        /// Seconds that the endpoint asks us to wait.
        after: Option<u64>,
    },
    /// The invitation does not admit it; a new one may.
    Paused,
    /// The endpoint will not take it; sending again is no use.
    Parked(Parked),
    /// The endpoint names answers to look at again.
    Refused {
        /// The `linkId`s of the questions.
        link_ids: Vec<String>,
    },
}

/// Why a submission waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing came back.
    NoReply(NoReply),
    /// Something answered, but not with a receipt of ours: a captive portal, a proxy, a cut reply.
    NoReceipt,
    /// The endpoint is busy, or is at it already.
    Busy,
}

/// Why a submission is parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parked {
    /// The form is closed, or gone.
    Closed,
    /// The endpoint has other bytes under our id.
    Conflict,
    /// The endpoint does not take it as it is, or said something we do not know.
    Unacceptable {
        /// The status it said so with.
        status: u16,
    },
}

/// The verdict on what came of sending the submission `uuid`.
pub fn verdict(uuid: &str, reply: Result<Reply<'_>, NoReply>) -> Verdict {
    verdict_by::<serde_json::Value>(uuid, reply)
}

/// The same, with another JSON parser.
pub fn verdict_by<J: Json>(uuid: &str, reply: Result<Reply<'_>, NoReply>) -> Verdict {
    let reply = match reply {
        Ok(reply) => reply,
        Err(no_reply) => return Verdict::Waiting { why: Waiting::NoReply(no_reply), after: None },
    };
    let body = J::parse(reply.body);
    let receipt = receipt(uuid, &reply, body.as_ref());
    let waiting = |why| Verdict::Waiting { why, after: retry_after(reply.retry_after) };
    match (reply.status, receipt) {
        (200..=202 | 409 | 412, Some(receipt)) => Verdict::Received(receipt),
        (0 | 200..=204, _) => waiting(Waiting::NoReceipt),
        (409, None) if in_progress(&reply, body.as_ref()) => waiting(Waiting::Busy),
        (409 | 412, None) => Verdict::Parked(Parked::Conflict),
        (408 | 425 | 429 | 500..=599, _) => waiting(Waiting::Busy),
        (401 | 403, _) => Verdict::Paused,
        (404 | 410, _) => Verdict::Parked(Parked::Closed),
        (status @ (400 | 422), _) => match named(body.as_ref()) {
            link_ids if link_ids.is_empty() => Verdict::Parked(Parked::Unacceptable { status }),
            link_ids => Verdict::Refused { link_ids },
        },
        (status, _) => Verdict::Parked(Parked::Unacceptable { status }),
    }
}

/// A receipt names our submission: as the resource's identifier, its id, or the last part of `Location`. That of a sealed
/// submission, which the endpoint cannot read, is `{"id", "meta"}`, and a webhook's echo is `{"id"}`.
fn receipt(uuid: &str, reply: &Reply<'_>, body: Option<&impl Json>) -> Option<Receipt> {
    let text = |path: &[&str]| {
        let mut at = body?.get(path.first()?)?;
        for name in path.iter().skip(1) {
            at = at.get(name)?;
        }
        at.text()
    };
    let identifier = text(&["identifier", "value"]);
    let named = identifier.as_deref().and_then(|found| found.strip_prefix("urn:uuid:")) == Some(uuid)
        || text(&["id"]).as_deref() == Some(uuid);
    let located = reply.location.is_some_and(|location| {
        let path = location.split(['?', '#']).next().unwrap_or("");
        let mut parts = path.trim_end_matches('/').rsplit('/');
        // FHIR servers add `/_history/1`.
        let last = parts.next();
        let id = if parts.next() == Some("_history") { parts.next() } else { last };
        id == Some(uuid)
    });
    (named || located).then(|| Receipt { uuid: uuid.to_owned(), stored: text(&["meta", "lastUpdated"]) })
}

/// A conflict that will pass: another request with the same id is being worked on.
fn in_progress(reply: &Reply<'_>, body: Option<&impl Json>) -> bool {
    let transient = |code: &str| matches!(code, "lock-error" | "transient" | "timeout" | "throttled");
    let codes = issues(body).into_iter().filter_map(|issue| issue.get("code")?.text());
    reply.retry_after.is_some() || codes.into_iter().any(|code| transient(&code))
}

fn issues<J: Json>(body: Option<&J>) -> Vec<J> {
    let kind = |body: &J| body.get("resourceType").and_then(|kind| kind.text());
    let outcome = body.filter(|body| kind(body).as_deref() == Some("OperationOutcome"));
    outcome.and_then(|outcome| outcome.get("issue")).map(|issues| issues.entries()).unwrap_or_default()
}

/// The `linkId`s that an `OperationOutcome` names in its expressions, each once: the innermost of each path.
fn named(body: Option<&impl Json>) -> Vec<String> {
    let mut link_ids = Vec::new();
    for issue in issues(body) {
        for expression in issue.get("expression").map(|found| found.entries()).unwrap_or_default() {
            if let Some(link_id) = expression.text().as_deref().and_then(innermost)
                && !link_ids.contains(&link_id)
            {
                link_ids.push(link_id);
            }
        }
    }
    link_ids
}

fn innermost(expression: &str) -> Option<String> {
    let (_, rest) = expression.rsplit_once("linkId")?;
    let quoted = rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('\'')?;
    let mut link_id = String::new();
    let mut escaped = false;
    for c in quoted.chars() {
        match c {
            _ if escaped => {
                link_id.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '\'' => return Some(link_id),
            _ => link_id.push(c),
        }
    }
    None
}

/// Seconds to wait; a date, or anything else, is left to our own pace.
fn retry_after(header: Option<&str>) -> Option<u64> {
    let seconds: u64 = header?.trim().parse().ok()?;
    Some(seconds.clamp(*policy::RETRY_AFTER.start(), *policy::RETRY_AFTER.end()))
}
