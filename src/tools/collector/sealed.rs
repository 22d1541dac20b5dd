//! A sealed response: a JWE in compact form (RFC 7516) to the study's public key. Nothing here can open it; what can be
//! checked is its shape, and what its protected header says. The header is authenticated with the rest: whoever opens the
//! body later knows that it was not changed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    Answer, Destination,
    admit::{canonical_uuid, misread, text},
    delivery::{Content, Incoming},
    outcome::Code,
};
use crate::{
    study::{Invitation, Study},
    submission::{
        policy,
        seal::{PADDING, TAG},
    },
    tools::jose::{COORDINATE, Header, NONCE},
};

/// The media type.
const JOSE: &str = "application/jose";

/// Reads a JWE's header, and checks that its other parts can be what they should be.
pub(super) fn read(body: Option<&[u8]>) -> Result<Incoming<'_>, Answer> {
    let body = text(body, policy::SEALED_LIMIT)?;
    let shape = |why: &str| Answer::no(400, Code::Structure, why);
    let mut parts = body.split('.');
    let mut next = || parts.next().unwrap_or("");
    let [protected, key, nonce, content, tag] = std::array::from_fn(|_| next());
    if body.matches('.').count() != 4 || !key.is_empty() {
        return Err(shape("expected a JWE in compact form: five parts, of which the second is empty"));
    }
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let length = |part: &str| bytes(part).map(|bytes| bytes.len());
    let filled = length(content).is_some_and(|length| length > 0 && length % PADDING == 0);
    if length(nonce) != Some(NONCE) || length(tag) != Some(TAG) || !filled {
        return Err(shape("expected a nonce of 12 bytes, a tag of 16, and a content of whole steps of 4096"));
    }
    let protected = bytes(protected).ok_or_else(|| shape("expected a protected header in base64url"))?;
    let header: Header = serde_json::from_slice(&protected)
        .map_err(|error| misread(&error, "the header of a sealed response", "jose"))?;
    check_form(&header)?;
    Ok(Incoming {
        id: header.uuid.clone(),
        questionnaire: header.questionnaire.clone(),
        pseudonym: None,
        authored: header.authored.parse().ok(),
        media_type: JOSE.to_owned(),
        body,
        content: Content::Sealed(header),
    })
}

/// What must be so whatever the study.
fn check_form(header: &Header) -> Result<(), Answer> {
    let coordinate = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == COORDINATE);
    let epk = &header.epk;
    for (member, holds, expected) in [
        ("alg", header.alg == "ECDH-ES", "ECDH-ES"),
        ("enc", header.enc == "A256GCM", "A256GCM"),
        ("epk", epk.kty == "EC" && epk.crv == "P-256", "a public key on P-256"),
        ("epk", coordinate(&epk.x) && coordinate(&epk.y), "coordinates of 32 bytes as base64url"),
        ("cty", header.cty == "application/fhir+json", "application/fhir+json"),
        ("svar", header.svar == 1, "1"),
        ("uuid", canonical_uuid(&header.uuid), "a UUID in lower case"),
        ("authored", header.authored.parse::<jiff::Timestamp>().is_ok(), "an instant with zone"),
    ] {
        if !holds {
            return Err(unacceptable(Code::Invalid, member, expected));
        }
    }
    Ok(())
}

/// Checks a header against its invitation and its study.
pub(super) fn check(
    destination: Destination,
    study: &Study,
    invitation: &Invitation,
    header: &Header,
) -> Result<(), Answer> {
    if (&header.study, &header.wave) != (&invitation.study, &invitation.wave) {
        return Err(Answer::no(403, Code::Forbidden, "the invitation is for another study or wave than the response"));
    }
    let endpoint = match destination {
        Destination::Answers => Some(&study.endpoint),
        Destination::Contact => study.contact_endpoint.as_ref(),
    };
    let known = endpoint.is_some_and(|endpoint| {
        endpoint.key.as_ref().is_some_and(|key| key.kid == header.kid) || endpoint.earlier_keys.contains(&header.kid)
    });
    if known { Ok(()) } else { Err(unacceptable(Code::BusinessRule, "kid", "the name of the study's key")) }
}

fn unacceptable(code: Code, member: &str, expected: &str) -> Answer {
    Answer::unacceptable(code, &format!("jose.{member}"), &format!("expected {expected}"))
}
