//! Whom an invitation admits, and to what: the checks that are the same for every form of body.

use std::net::IpAddr;

use jiff::Timestamp;

use super::{
    Answer, Collector, Delivery, Destination, Way,
    delivery::{Content, Incoming},
    flat,
    outcome::{Code, Refusal},
    plain, sealed,
    window::{Bounds, State},
};
use crate::{
    study::{EndpointKind, Invitation, Wave},
    tools::{
        invitations::register::RegisterError,
        studies::{Questionnaire, StudyFolder},
    },
};

/// What the `Content-Type` says of a body.
pub(super) struct Media {
    pub(super) form: EndpointKind,
    essence: String,
}

impl Media {
    /// The form of a body, if it is one that is taken there: FHIR or other JSON in UTF-8, or a JWE.
    pub(super) fn of(delivery: &Delivery) -> Result<Media, Answer> {
        let content_type = delivery.content_type.as_deref().unwrap_or("");
        let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
        let essence = parts.next().unwrap_or_default();
        let form = match (essence.as_str(), &delivery.way) {
            ("application/json", Way::Flat) => Some(EndpointKind::Flat),
            (_, Way::Flat) => None,
            ("application/fhir+json" | "application/json", _) => Some(EndpointKind::Fhir),
            ("application/jose", _) => Some(EndpointKind::Sealed),
            _ => None,
        };
        let fits = parts.all(|parameter| match parameter.split_once('=') {
            Some(("charset", value)) => value.trim_matches('"') == "utf-8",
            Some(("fhirversion", value)) => value.trim_matches('"') == "4.0",
            _ => true,
        });
        let form = form.filter(|_| fits).ok_or_else(|| match delivery.way {
            Way::Flat => another_type("application/json, in UTF-8"),
            _ => another_type("application/fhir+json, in UTF-8, or application/jose"),
        })?;
        Ok(Media { form, essence })
    }

    /// What the body says of itself.
    pub(super) fn read(self, body: Option<&[u8]>) -> Result<Incoming<'_>, Answer> {
        match self.form {
            EndpointKind::Fhir => plain::read(body, self.essence),
            EndpointKind::Sealed => sealed::read(body),
            EndpointKind::Flat => flat::read(body),
        }
    }
}

fn another_type(expected: &str) -> Answer {
    Answer::no(415, Code::NotSupported, format!("expected a body of type {expected}"))
}

/// Whether the address and the condition, if there is one, name the submission that the body names.
pub(super) fn addressed(delivery: &Delivery, incoming: &Incoming<'_>) -> Result<(), Answer> {
    let own_id = match &incoming.content {
        Content::Plain(response) => response.id(),
        _ => Some(incoming.id.as_str()),
    };
    let named = match &delivery.way {
        Way::Update { uuid } => own_id == Some(incoming.id.as_str()) && *uuid == incoming.id,
        _ => own_id.is_none_or(|id| id == incoming.id),
    };
    if !named {
        let why = "expected the UUID of the identifier, in the address as in the body";
        return Err(Answer::unacceptable(Code::Invalid, "QuestionnaireResponse.id", why));
    }
    let Some(condition) = &delivery.if_none_exist else { return Ok(()) };
    // The bar may come percent-encoded, as in any search of FHIR.
    let asked = condition.trim().replace("%7C", "|").replace("%7c", "|").replace("%3A", ":").replace("%3a", ":");
    if asked == format!("identifier=urn:ietf:rfc:3986|urn:uuid:{}", incoming.id) {
        return Ok(());
    }
    Err(Answer::no(400, Code::Invalid, "expected If-None-Exist to name the identifier of the body"))
}

/// Whether this is a UUID in the one form that it may have: it becomes a key, and a part of an address.
pub(in crate::tools) fn canonical_uuid(uuid: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    let fits = |(place, c): (usize, char)| match c {
        '-' => dashes.contains(&place),
        _ => matches!(c, '0'..='9' | 'a'..='f') && !dashes.contains(&place),
    };
    uuid.len() == 36 && uuid.char_indices().all(fits)
}

/// Whether a pseudonym is one that can stand in a cell of any table: no quotes, nothing that a spreadsheet would run.
pub(in crate::tools) fn plain_pseudonym(pseudonym: &str) -> bool {
    (1..=128).contains(&pseudonym.len())
        && pseudonym.starts_with(|c: char| c.is_ascii_alphanumeric())
        && pseudonym.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// The body as text, if it is there and in UTF-8.
pub(super) fn text(body: Option<&[u8]>, limit: usize) -> Result<&str, Answer> {
    let body = body
        .filter(|body| body.len() <= limit)
        .ok_or_else(|| Answer::no(413, Code::TooLong, format!("expected at most {limit} bytes")))?;
    std::str::from_utf8(body).map_err(|_| Answer::no(400, Code::Structure, "expected JSON in UTF-8"))
}

/// What a JSON parser has to say, without its own words: they may quote an answer.
pub(super) fn misread(error: &serde_json::Error, expected: &str, element: &str) -> Answer {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_data() {
        Answer::unacceptable(Code::Invalid, element, &format!("expected {expected}; it departs at {place}"))
    } else {
        Answer::no(400, Code::Structure, format!("expected JSON, found a mistake at {place}"))
    }
}

/// After the window, and after the grace.
pub(super) fn too_late() -> Answer {
    Answer::refusal(401, Code::Login, Refusal::Expired, "the invitation is no longer valid")
}

/// The person's own invitation, or one that is nobody's in particular.
pub(super) fn own(invitation: &Invitation, pseudonym: &str) -> Result<(), Answer> {
    if invitation.sub.as_deref().is_some_and(|invited| invited != pseudonym) {
        return Err(Answer::no(403, Code::Forbidden, "the invitation is another person's"));
    }
    Ok(())
}

/// What is asked for in a wave and goes there: the part's id, as in the manifest, and its file.
pub(super) fn parts(wave: &Wave, destination: Destination) -> Vec<(&str, &str)> {
    match destination {
        Destination::Answers => {
            let consent = wave.consent.iter().map(|consent| ("consent", consent.file.as_str()));
            consent.chain(wave.parts.iter().map(|part| (part.id.as_str(), part.file.as_str()))).collect()
        }
        Destination::Contact => {
            let files = wave.contact.iter().flat_map(|form| [Some(&form.file), form.with_identity.as_ref()]);
            files.flatten().map(|file| ("contact", file.as_str())).collect()
        }
    }
}

impl Collector {
    /// The invitation, if we signed it and its time has come, with the bounds of that time. Whether it is over depends
    /// on what is delivered.
    pub(super) fn invitation(
        &self,
        authorization: Option<&str>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(Invitation, Bounds), Answer> {
        let invitation = self.bearer(authorization, from)?;
        let bounds = self.bounds(&invitation)?;
        match bounds.state(now) {
            State::NotYet => Err(Answer::refusal(401, Code::Login, Refusal::NotYet, "the invitation is not valid yet")),
            _ => Ok((invitation, bounds)),
        }
    }

    /// The invitation, if it is one of ours, as a token or as a code, whatever time it is and revoked or not.
    pub(super) fn bearer(&self, authorization: Option<&str>, from: Option<IpAddr>) -> Result<Invitation, Answer> {
        self.door.open(authorization, from, (self.clock)()).map_err(|error| self.no_register(&error))?
    }

    /// That it was not revoked. Asked after a receipt that is given again: it stands for what was received in time.
    pub(super) fn stands(&self, invitation: &Invitation) -> Result<(), Answer> {
        match self.door.is_revoked(invitation).map_err(|error| self.no_register(&error))? {
            true => Err(Answer::refusal(401, Code::Login, Refusal::Revoked, "the invitation was revoked")),
            false => Ok(()),
        }
    }

    fn no_register(&self, error: &RegisterError) -> Answer {
        (self.log)(&format!("register: {error}"));
        Answer::not_now()
    }

    /// The study and wave of an invitation, if they are collected here.
    pub(super) fn invited(&self, invitation: &Invitation) -> Result<(&StudyFolder, &Wave), Answer> {
        let folder = self.studies.iter().find(|folder| folder.study.id == invitation.study);
        folder
            .and_then(|folder| Some((folder, folder.study.wave(&invitation.wave)?)))
            .filter(|(folder, _)| invitation.variant.as_deref().is_none_or(|variant| folder.study.takes(variant)))
            .ok_or_else(|| {
                let why = "the invitation is for no study, wave and variant collected here";
                Answer::no(403, Code::Forbidden, why)
            })
    }

    /// Whether the study takes bodies of this form there.
    pub(super) fn fits(
        &self,
        destination: Destination,
        form: EndpointKind,
        invitation: &Invitation,
    ) -> Result<(), Answer> {
        let study = self.studies.iter().find(|folder| folder.study.id == invitation.study);
        let expected = match destination {
            // Contact details are taken sealed, or not at all.
            Destination::Contact => EndpointKind::Sealed,
            Destination::Answers => study.map_or(form, |folder| folder.study.endpoint.kind),
        };
        if form == expected {
            return Ok(());
        }
        Err(another_type(match expected {
            EndpointKind::Fhir => "application/fhir+json, since the study's answers are not sealed",
            EndpointKind::Sealed => "application/jose, sealed to the study's key",
            EndpointKind::Flat => "application/json, in the flat form, at the address for it",
        }))
    }

    /// The questionnaire with this canonical, if the invitation is for it and it goes there.
    pub(super) fn asked(
        &self,
        destination: Destination,
        invitation: &Invitation,
        canonical: &str,
    ) -> Result<(&StudyFolder, &Questionnaire), Answer> {
        let (folder, wave) = self.invited(invitation)?;
        let at = |destination| {
            let mut found = parts(wave, destination).into_iter().filter_map(|(_, file)| folder.questionnaire(file));
            found.find(|found| found.canonical == canonical)
        };
        if let Some(found) = at(destination) {
            return Ok((folder, found));
        }
        let element = "QuestionnaireResponse.questionnaire";
        if at(destination.other()).is_some() {
            let why = "this questionnaire goes to the study's other endpoint";
            return Err(Answer::unacceptable(Code::BusinessRule, element, why));
        }
        let known = |folder: &StudyFolder| folder.questionnaires.values().any(|other| other.canonical == canonical);
        Err(if self.studies.iter().any(known) {
            Answer::no(403, Code::Forbidden, "the invitation is for another study or wave than the questionnaire")
        } else {
            let why = "this questionnaire, in this version, is not collected here";
            Answer::unacceptable(Code::BusinessRule, element, why)
        })
    }
}
