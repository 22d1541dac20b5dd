//! One run against one endpoint: how a submission is sent to it, and what was seen so far.

use std::{sync::Barrier, thread, time::Duration};

use serde_json::Value;

use super::{
    Settings,
    parcel::{Dress, Maker, Parcel},
};
use crate::{
    study::{EndpointKind, Write},
    submission::{Verdict, policy},
    tools::client::{Call, Came, Client},
};

/// What a case needs beyond an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Nothing,
    /// An endpoint that checks invitations.
    Invitations,
    /// The key that signs them.
    Key,
    /// An endpoint that checks answers.
    Checks,
    /// An endpoint that knows the study's questionnaires.
    Knows,
    /// An endpoint that pages of other origins may use.
    Cors,
    /// Submissions written by `PUT`.
    Update,
    /// A FHIR resource as receipt.
    Fhir,
}

/// A run.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    pub(super) settings: &'a Settings,
    pub(super) maker: Maker,
    client: Client,
    /// The first submission, and what came of it.
    pub(super) first: Option<(Parcel, Came)>,
    /// What came of the spoiled one.
    pub(super) spoiled: Option<Came>,
    /// Statuses of redirects.
    pub(super) redirects: Vec<u16>,
    replies: u32,
    trouble: String,
}

impl<'a> Trial<'a> {
    pub(super) fn new(settings: &'a Settings) -> Trial<'a> {
        let maker = Maker {
            form: settings.form.clone(),
            invitation: settings.invitation.clone(),
            dress: match (settings.kind, &settings.key) {
                (EndpointKind::Sealed, Some(key)) => Dress::Sealed { key: key.clone() },
                (EndpointKind::Flat, _) => Dress::Flat,
                _ => Dress::Plain { with_id: settings.write == Write::Update },
            },
            chance: super::filler::Chance::of(settings.seed),
        };
        Trial {
            settings,
            maker,
            client: Client::new(policy::REQUEST_TIMEOUT),
            first: None,
            spoiled: None,
            redirects: Vec::new(),
            replies: 0,
            trouble: String::new(),
        }
    }

    /// Whether a case can be asked of this endpoint, in this run.
    pub(super) fn offered(&self, needs: Needs) -> Result<(), &'static str> {
        let bare = self.settings.bare;
        match needs {
            Needs::Invitations | Needs::Key if bare || self.settings.token.is_none() => {
                Err("a bare server admits everybody")
            }
            Needs::Key if self.settings.keys.is_none() => Err("needs --key: other invitations must be signed for it"),
            Needs::Checks | Needs::Knows if bare => Err("a bare server knows no questionnaire of ours"),
            Needs::Checks if self.settings.kind != EndpointKind::Fhir => Err("answers in this form are not checked"),
            Needs::Knows if self.settings.kind == EndpointKind::Flat => Err("a webhook need not know questionnaires"),
            Needs::Cors if self.settings.origin.is_none() => Err("pages and endpoint share their origin"),
            Needs::Update if self.method() != "PUT" => Err("submissions are created, not updated"),
            Needs::Fhir if self.settings.kind == EndpointKind::Flat => Err("a webhook keeps no resources"),
            _ => Ok(()),
        }
    }

    /// Whether nothing at all has answered, though something was sent.
    pub(super) fn silent(&self) -> bool {
        self.replies == 0 && !self.trouble.is_empty()
    }

    pub(super) fn last_trouble(&self) -> &str {
        &self.trouble
    }

    /// Where a submission goes.
    pub(super) fn address(&self, uuid: &str) -> String {
        let base = self.settings.base.trim_end_matches('/');
        match (self.settings.kind, self.settings.write) {
            (EndpointKind::Flat, _) => base.to_owned(),
            (_, Write::Update) => format!("{base}/QuestionnaireResponse/{uuid}"),
            _ => format!("{base}/QuestionnaireResponse"),
        }
    }

    pub(super) fn method(&self) -> &'static str {
        match (self.settings.kind, self.settings.write) {
            (EndpointKind::Fhir | EndpointKind::Sealed, Write::Update) => "PUT",
            _ => "POST",
        }
    }

    /// A delivery as the widget makes it.
    pub(super) fn delivery(&self, parcel: &Parcel) -> Call {
        let media_type = match self.settings.kind {
            EndpointKind::Fhir => "application/fhir+json",
            EndpointKind::Sealed => "application/jose",
            EndpointKind::Flat => "application/json",
        };
        let mut call = Call::new(self.method(), self.address(&parcel.uuid))
            .with("content-type", media_type)
            .body(parcel.body.clone());
        if let Some(token) = &self.settings.token {
            call = call.with("authorization", format!("Bearer {token}"));
        }
        if self.settings.kind != EndpointKind::Flat {
            call = call.with("prefer", "return=representation");
            if self.settings.write == Write::ConditionalCreate {
                call = call.with("if-none-exist", format!("identifier=urn:ietf:rfc:3986|urn:uuid:{}", parcel.uuid));
            }
        }
        match &self.settings.origin {
            Some(origin) => call.with("origin", origin.as_str()),
            None => call,
        }
    }

    pub(super) fn send(&mut self, call: &Call) -> Result<Came, String> {
        let came = self.client.send(call).map_err(|nothing| format!("no reply: {nothing}"));
        self.note(&came);
        came
    }

    pub(super) fn deliver(&mut self, parcel: &Parcel) -> Result<Came, String> {
        self.send(&self.delivery(parcel))
    }

    /// Sends two requests at the same moment.
    pub(super) fn both(&mut self, calls: [Call; 2]) -> [Result<Came, String>; 2] {
        let start = Barrier::new(2);
        let client = &self.client;
        let came = thread::scope(|scope| {
            let threads = calls.map(|call| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    client.send(&call).map_err(|nothing| format!("no reply: {nothing}"))
                })
            });
            threads.map(|thread| thread.join().unwrap_or_else(|_| Err("no reply".to_owned())))
        });
        came.iter().for_each(|came| self.note(came));
        came
    }

    /// Sends it again while the endpoint says that it is at it.
    pub(super) fn settled(&mut self, parcel: &Parcel, came: Result<Came, String>) -> Result<Came, String> {
        let mut came = came?;
        for _ in 0..5 {
            match came.verdict(&parcel.uuid) {
                Verdict::Waiting { after, .. } if !matches!(came.status, 200..=299) => {
                    thread::sleep(Duration::from_secs(after.unwrap_or(1).min(5)));
                    came = self.deliver(parcel)?;
                }
                _ => break,
            }
        }
        Ok(came)
    }

    fn note(&mut self, came: &Result<Came, String>) {
        match came {
            Ok(came) => {
                self.replies = self.replies.saturating_add(1);
                if matches!(came.status, 300..=399) {
                    self.redirects.push(came.status);
                }
            }
            Err(why) => self.trouble.clone_from(why),
        }
    }
}

/// The id that the endpoint keeps a submission under, as its reply says.
pub(super) fn resource(came: &Came) -> Option<String> {
    let body: Option<Value> = serde_json::from_slice(&came.body).ok();
    let id = body.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str).map(str::to_owned);
    id.or_else(|| located(&came.header("location")?))
}

/// The id in a `Location` of the form `…/QuestionnaireResponse/{id}` or `…/QuestionnaireResponse/{id}/_history/{version}`.
pub(super) fn located(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?;
    let (_, rest) = path.rsplit_once("QuestionnaireResponse/")?;
    let mut parts = rest.split('/');
    let id = parts.next().filter(|id| !id.is_empty())?;
    let version = (parts.next(), parts.next(), parts.next());
    matches!(version, (None, ..) | (Some("_history"), Some(_), None)).then(|| id.to_owned())
}

/// When it was stored, as the reply says.
pub(super) fn stored(came: &Came) -> Option<String> {
    let body: Value = serde_json::from_slice(&came.body).ok()?;
    body.pointer("/meta/lastUpdated")?.as_str().map(str::to_owned)
}

/// A reply in a few words.
pub(super) fn told(came: &Came, uuid: &str) -> String {
    let meaning = match came.verdict(uuid) {
        Verdict::Received(_) => "names it",
        Verdict::Waiting { .. } => "names nothing: the widget would wait",
        Verdict::Paused => "the widget would ask for another invitation",
        Verdict::Parked(_) => "refused",
        Verdict::Refused { .. } => "refused, with the questions named",
    };
    format!("{}, {meaning}", came.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_in_the_forms_that_fhir_knows() {
        for (location, expected) in [
            ("/fhir/QuestionnaireResponse/a", Some("a")),
            ("https://a.example/fhir/QuestionnaireResponse/a/_history/1", Some("a")),
            ("QuestionnaireResponse/a?x=y", Some("a")),
            ("/fhir/QuestionnaireResponse/", None),
            ("/fhir/QuestionnaireResponse", None),
            ("/fhir/QuestionnaireResponse/a/b", None),
            ("/fhir/Patient/a", None),
        ] {
            assert_eq!(located(location).as_deref(), expected, "{location}");
        }
    }
}
