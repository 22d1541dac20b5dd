//! What the collector answers: a receipt, or an `OperationOutcome` that says why not. Diagnostics hold rules and places,
//! never an answer.

use serde_json::{Value, json};

use crate::{
    session::review::{self, Reason},
    study::refusal,
};

/// More issues than this help nobody, and a hostile body could ask for thousands.
const MOST_ISSUES: usize = 100;

/// One answer of the collector, before it becomes HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// JSON; FHIR's where it has a `resourceType`. None after `Prefer: return=minimal`.
    pub body: Option<Value>,
}

/// FHIR's code for the kind of an issue (<http://hl7.org/fhir/issue-type>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in FHIR")]
pub(super) enum Code {
    BusinessRule,
    Conflict,
    Deleted,
    Duplicate,
    Forbidden,
    Invalid,
    Login,
    NotFound,
    NotSupported,
    Required,
    Structure,
    Throttled,
    Timeout,
    TooLong,
    Transient,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Code::BusinessRule => "business-rule",
            Code::Conflict => "conflict",
            Code::Deleted => "deleted",
            Code::Duplicate => "duplicate",
            Code::Forbidden => "forbidden",
            Code::Invalid => "invalid",
            Code::Login => "login",
            Code::NotFound => "not-found",
            Code::NotSupported => "not-supported",
            Code::Required => "required",
            Code::Structure => "structure",
            Code::Throttled => "throttled",
            Code::Timeout => "timeout",
            Code::TooLong => "too-long",
            Code::Transient => "transient",
        }
    }
}

/// The code system of the words that say why an invitation does not admit (`docs/collection-endpoint.md`).
pub const REFUSALS: &str = refusal::SYSTEM;

/// Why an invitation does not admit, in a word for programs: the `details` of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is none.
    Absent,
    /// It is over.
    Expired,
    /// It is not from here, or was altered.
    Forged,
    /// A code with a mistake in it.
    MistypedCode,
    /// Its time has not come.
    NotYet,
    /// It was taken back.
    Revoked,
    /// Too many codes that stand for nothing, from anybody.
    TooManyCodes,
    /// A code that stands for nothing.
    UnknownCode,
    /// Neither a token nor a code.
    Unreadable,
}

impl Refusal {
    fn as_str(self) -> &'static str {
        match self {
            Refusal::Absent => "absent",
            Refusal::Expired => "expired",
            Refusal::Forged => "forged",
            Refusal::MistypedCode => "mistyped-code",
            Refusal::NotYet => "not-yet",
            Refusal::Revoked => refusal::REVOKED,
            Refusal::TooManyCodes => refusal::TOO_MANY_CODES,
            Refusal::UnknownCode => "unknown-code",
            Refusal::Unreadable => "unreadable",
        }
    }
}

impl Answer {
    /// Yes: this JSON.
    pub(super) fn ok(body: Value) -> Answer {
        Answer { status: 200, location: None, retry_after: None, body: Some(body) }
    }

    /// No, with one reason.
    pub(super) fn no(status: u16, code: Code, why: impl Into<String>) -> Answer {
        Answer::outcome(status, vec![issue(code, None, &why.into())])
    }

    /// No, since the invitation does not admit.
    pub(super) fn refusal(status: u16, code: Code, refusal: Refusal, why: impl Into<String>) -> Answer {
        let mut issue = issue(code, None, &why.into());
        if let Some(fields) = issue.as_object_mut() {
            let coding = json!({ "coding": [{ "system": REFUSALS, "code": refusal.as_str() }] });
            fields.insert("details".to_owned(), coding);
        }
        Answer::outcome(status, vec![issue])
    }

    /// No: this element is not as it should be.
    pub(super) fn unacceptable(code: Code, expression: &str, why: &str) -> Answer {
        Answer::outcome(422, vec![issue(code, Some(expression), why)])
    }

    /// No: the questionnaire's rules would have written these items differently.
    pub(super) fn refused(refusals: &[review::Refusal]) -> Answer {
        let issues = refusals.iter().take(MOST_ISSUES).map(|refusal| {
            let code = match refusal.reason {
                Reason::Absent => Code::Required,
                Reason::Unknown | Reason::Type | Reason::Undeclared | Reason::Blank => Code::Invalid,
                _ => Code::BusinessRule,
            };
            issue(code, Some(&refusal.expression), &refusal.reason.to_string())
        });
        Answer::outcome(422, issues.collect())
    }

    /// Not now, through no fault of the sender: the same bytes are welcome in a few seconds.
    pub(super) fn not_now() -> Answer {
        let why = "the collector cannot store the response at the moment; it was not received";
        Answer { retry_after: Some(10), ..Answer::no(503, Code::Transient, why) }
    }

    fn outcome(status: u16, issues: Vec<Value>) -> Answer {
        let body = json!({ "resourceType": "OperationOutcome", "issue": issues });
        Answer { status, location: None, retry_after: None, body: Some(body) }
    }
}

fn issue(code: Code, expression: Option<&str>, diagnostics: &str) -> Value {
    let mut issue = json!({ "severity": "error", "code": code.as_str(), "diagnostics": diagnostics });
    if let (Some(fields), Some(expression)) = (issue.as_object_mut(), expression) {
        fields.insert("expression".to_owned(), json!([expression]));
    }
    issue
}
