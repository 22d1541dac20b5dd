//! Invitations: a signed JWT (RFC 7519, RFC 8037) that says which study, wave and unit a link is for. The widget reads
//! it without checking the signature, which is the collector's duty; a forged one gets nowhere there.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::json::Json;

/// What answers by an invitation are for, where they are not a respondent's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Somebody tries the study out: kept apart, never counted.
    Test,
    /// A pilot: kept apart too.
    Pilot,
    /// The study's staff key in what was answered on paper: kept with the others, and marked.
    Paper,
}

impl Mode {
    /// As invitations and tables say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Test => "test",
            Mode::Pilot => "pilot",
            Mode::Paper => "paper",
        }
    }

    /// The mode of this name.
    pub fn of(name: &str) -> Option<Mode> {
        [Mode::Test, Mode::Pilot, Mode::Paper].into_iter().find(|mode| mode.as_str() == name)
    }
}

/// What an invitation says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Who issued it: the study's id.
    pub iss: String,
    /// Id of the invitation itself: 128 random bits, since what a personal invitation leaves on a device is locked by it.
    pub jti: String,
    /// The study.
    pub study: String,
    /// The wave.
    pub wave: String,
    /// The unit whose staff are invited.
    pub unit: String,
    /// The variant of the questionnaires, if the study has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Personal invitations: the respondent's pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Personal invitations: what keeps this person's records on a device apart and locked, where it is not `jti`: one that
    /// takes the place of an earlier invitation names that one's, so that what waits there is delivered all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Whether the answers are something else than a respondent's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Not valid before, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// Not valid at or after, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
}

/// Why a token is no invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// No token at all: a mail gateway may have cut the link.
    #[error("expected an invitation, found none")]
    Absent,
    /// Not three parts of base64url, or too long to be one.
    #[error("expected three parts of base64url, at most {MAX_LENGTH} characters")]
    Shape,
    /// The middle part does not say what an invitation must.
    #[error("expected the claims of an invitation")]
    Claims,
}

/// More is no invitation of ours, and must not become a header.
pub const MAX_LENGTH: usize = 2048;

impl Invitation {
    /// Reads a token's claims, without checking its signature.
    ///
    /// # Errors
    /// Says in what way it is no invitation.
    pub fn read(token: &str) -> Result<Invitation, InvitationError> {
        Invitation::read_by::<serde_json::Value>(token)
    }

    /// The same, with another JSON parser.
    ///
    /// # Errors
    /// As [`Invitation::read`].
    pub fn read_by<J: Json>(token: &str) -> Result<Invitation, InvitationError> {
        if token.is_empty() {
            return Err(InvitationError::Absent);
        }
        // Checked here, since the token becomes a header: base64url and two points, nothing else.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if token.len() > MAX_LENGTH || !token.chars().all(plain) {
            return Err(InvitationError::Shape);
        }
        let mut parts = token.split('.');
        let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(InvitationError::Shape);
        };
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| InvitationError::Shape)?;
        J::parse(&claims).as_ref().and_then(Invitation::of_claims).ok_or(InvitationError::Claims)
    }

    fn of_claims(claims: &impl Json) -> Option<Invitation> {
        let text = |name: &str| claims.get(name)?.text();
        // A claim that is there counts: an end in words must not pass for none.
        let maybe_text = |name: &str| claims.get(name).map_or(Some(None), |claim| claim.text().map(Some));
        let maybe_whole = |name: &str| claims.get(name).map_or(Some(None), |claim| claim.whole().map(Some));
        Some(Invitation {
            iss: text("iss")?,
            jti: text("jti")?,
            study: text("study")?,
            wave: text("wave")?,
            unit: text("unit")?,
            variant: maybe_text("variant")?,
            sub: maybe_text("sub")?,
            room: maybe_text("room")?,
            mode: maybe_text("mode")?.map_or(Some(None), |name| Mode::of(&name).map(Some))?,
            nbf: maybe_whole("nbf")?,
            exp: maybe_whole("exp")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_invitation_says_why() {
        let claims = |json: &str| format!("a.{}.c", URL_SAFE_NO_PAD.encode(json));
        for (token, expected) in [
            (String::new(), InvitationError::Absent),
            ("abc".to_owned(), InvitationError::Shape),
            ("a.b.c.d".to_owned(), InvitationError::Shape),
            ("a.b\r\nX: y.c".to_owned(), InvitationError::Shape),
            ("a.=.c".to_owned(), InvitationError::Shape),
            ("æ.b.c".to_owned(), InvitationError::Shape),
            ("a".repeat(5000), InvitationError::Shape),
            (claims("[]"), InvitationError::Claims),
            (claims(r#"{"iss":"s","jti":"1","study":"s","wave":"q1"}"#), InvitationError::Claims),
        ] {
            assert_eq!(Invitation::read(&token), Err(expected), "{token:.40}");
        }
        let whole = claims(r#"{"iss":"s","jti":"1","study":"s","wave":"q1","unit":"u","later":1}"#);
        assert_eq!(Invitation::read(&whole).map(|invitation| invitation.unit), Ok("u".to_owned()));
    }
}
