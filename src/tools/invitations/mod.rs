//! Signing and verifying invitations: JWTs (RFC 7519) signed with Ed25519 (RFC 8037). The keys are kept in the data
//! folder of the collector, and whoever has them can invite.
//!
//! [`command`] makes and revokes invitations as typed, [`register`] remembers them, [`letter`] is what people are sent.

mod batch;
mod codes;
pub mod command;
mod days;
pub mod keyring;
mod layout;
pub mod letter;
mod make;
mod order;
mod qr;
mod recipients;
pub mod register;
mod revoke;
mod sheet;
mod variants;

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::study::{Invitation, InvitationError};
pub(super) use keyring::write_new;

/// The keys' file in the data folder: a line of 32 bytes as base64url for each key, the oldest first.
pub const KEY_FILE: &str = "invitation-key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file can be neither read nor made.
    #[error("{}: expected a key file that can be read or made, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{}: expected lines of 32 bytes as base64url, found something else", file.display())]
    Content {
        /// Which file.
        file: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("expected random bytes from the system, found: {0}")]
    Random(getrandom::Error),
    /// A key that is not there, or that signs.
    #[error("expected one of the earlier keys, {}, found `{found}`", list(known))]
    NoSuchKey {
        /// The name given.
        found: String,
        /// The names of the keys that could be forgotten.
        known: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "of which there are none".to_owned() } else { names.join(", ") }
}

/// Why a token admits nobody. The words never hold the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is no token of an invitation.
    #[error("the invitation cannot be read: {0}")]
    Unreadable(#[from] InvitationError),
    /// Another algorithm than ours, or a header we do not know.
    #[error("the invitation is not signed in the way of this collector")]
    Algorithm,
    /// The signature is not ours.
    #[error("the invitation's signature is not of this collector")]
    Forged,
    /// Before `nbf`.
    #[error("the invitation is not valid yet")]
    NotYet,
    /// At or after `exp`.
    #[error("the invitation is no longer valid")]
    Expired,
}

/// The JOSE header. A field that is not known here may change what the signature means, so there may be none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

/// The keys that verify invitations; the newest signs.
#[derive(Clone)]
pub struct Keys {
    /// The oldest first. It alone verifies tokens that name no key: those from before keys had names.
    earlier: Vec<SigningKey>,
    signing: SigningKey,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Keys(…)")
    }
}

impl Keys {
    /// Reads the keys in `folder`, or makes one there, readable to its owner alone.
    ///
    /// # Errors
    /// Why there is none.
    pub fn open(folder: &Path) -> Result<Keys, KeyError> {
        keyring::open(folder)
    }

    /// The key made of these 32 secret bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Keys {
        Keys { earlier: Vec::new(), signing: SigningKey::from_bytes(seed) }
    }

    /// What the keys are called, the oldest first; the last one signs.
    pub fn names(&self) -> Vec<String> {
        self.all().map(name).collect()
    }

    fn all(&self) -> impl Iterator<Item = &SigningKey> {
        self.earlier.iter().chain([&self.signing])
    }

    /// The token of an invitation: header, claims and signature as base64url, with points between.
    pub fn sign(&self, invitation: &Invitation) -> String {
        let header = Header { alg: "EdDSA".to_owned(), typ: Some("JWT".to_owned()), kid: Some(name(&self.signing)) };
        let signed = format!("{}.{}", encoded(&header), encoded(invitation));
        let signature = self.signing.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Verifies a token at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// Why it admits nobody.
    pub fn verify(&self, token: &str, now: u64) -> Result<Invitation, Refused> {
        let claims = self.read(token)?;
        if claims.nbf.is_some_and(|nbf| now < nbf) {
            return Err(Refused::NotYet);
        }
        if claims.exp.is_some_and(|exp| now >= exp) {
            return Err(Refused::Expired);
        }
        Ok(claims)
    }

    /// The claims of a token that we signed, whatever time it is.
    ///
    /// # Errors
    /// Why it is none of ours.
    pub fn read(&self, token: &str) -> Result<Invitation, Refused> {
        // The shape of the token; its claims count only as they are read below.
        Invitation::read(token)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(InvitationError::Shape)?;
        let (header, claims) = signed.split_once('.').ok_or(InvitationError::Shape)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| InvitationError::Shape)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| Refused::Algorithm)?;
        if header.alg != "EdDSA" || header.typ.is_some_and(|typ| typ != "JWT") {
            return Err(Refused::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| InvitationError::Shape)?;
        let signature = Signature::from_slice(&signature).map_err(|_| Refused::Forged)?;
        let key = match header.kid {
            Some(kid) => self.all().find(|key| name(key) == kid),
            None => self.all().next(),
        };
        let key = key.ok_or(Refused::Forged)?.verifying_key();
        key.verify_strict(signed.as_bytes(), &signature).map_err(|_| Refused::Forged)?;
        // Strictly, unlike the widget: a bound or a person that is there but cannot be read must not count as absent.
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| InvitationError::Shape)?;
        Ok(serde_json::from_slice(&claims).map_err(|_| InvitationError::Claims)?)
    }
}

/// A random id for an invitation (`jti`): 128 bits as base64url.
///
/// # Errors
/// [`KeyError::Random`].
pub fn random_id() -> Result<String, KeyError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// JSON as base64url. Serialising these plain structs cannot fail; were it to, the token would be refused as
/// unreadable.
fn encoded(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

/// What a key is called: the beginning of the hash of its public half.
fn name(key: &SigningKey) -> String {
    let hash = Sha256::digest(key.verifying_key().as_bytes());
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn keys() -> Keys {
        Keys::from_seed(&[7; 32])
    }

    fn invitation() -> Invitation {
        Invitation {
            iss: "tiny".into(),
            jti: "1".into(),
            study: "tiny".into(),
            wave: "q1".into(),
            unit: "north".into(),
            variant: None,
            sub: None,
            room: None,
            mode: None,
            nbf: Some(NOW - 10),
            exp: Some(NOW + 10),
        }
    }

    /// A token with this header, signed by our own key.
    fn with_header(header: &str) -> String {
        signed(header, &serde_json::to_string(&invitation()).unwrap())
    }

    /// A token of whatever, signed by our own key.
    fn signed(header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = keys().signing.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    #[test]
    fn what_was_signed_is_verified_within_its_time() {
        let token = keys().sign(&invitation());
        for (now, expected) in [
            (NOW - 11, Err(Refused::NotYet)),
            (NOW - 10, Ok(invitation())),
            (NOW + 9, Ok(invitation())),
            (NOW + 10, Err(Refused::Expired)),
        ] {
            assert_eq!(keys().verify(&token, now), expected, "at {now}");
        }
    }

    #[test]
    fn every_changed_character_is_refused() {
        let token = keys().sign(&invitation());
        for (index, old) in token.char_indices() {
            let new = if old == 'A' { 'B' } else { 'A' };
            let changed = format!("{}{new}{}", &token[..index], &token[index + 1..]);
            assert!(keys().verify(&changed, NOW).is_err(), "character {index}");
        }
        assert_eq!(Keys::from_seed(&[8; 32]).verify(&token, NOW), Err(Refused::Forged));
    }

    #[test]
    fn other_algorithms_and_headers_are_refused_even_under_our_signature() {
        for (header, expected) in [
            (r#"{"alg":"EdDSA"}"#, Ok(invitation())),
            (r#"{"alg":"none"}"#, Err(Refused::Algorithm)),
            (r#"{"alg":"HS256","typ":"JWT"}"#, Err(Refused::Algorithm)),
            (r#"{"alg":"eddsa","typ":"JWT"}"#, Err(Refused::Algorithm)),
            (r#"{"alg":"EdDSA","typ":"JWE"}"#, Err(Refused::Algorithm)),
            (r#"{"alg":"EdDSA","crit":["exp"]}"#, Err(Refused::Algorithm)),
            (r#"{"alg":"EdDSA","jwk":{}}"#, Err(Refused::Algorithm)),
            ("[]", Err(Refused::Algorithm)),
        ] {
            assert_eq!(keys().verify(&with_header(header), NOW), expected, "{header}");
        }
        let token = keys().sign(&invitation());
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(keys().verify(&unsigned, NOW), Err(Refused::Forged));
    }

    #[test]
    fn a_claim_that_cannot_be_read_is_not_taken_as_absent() {
        let with = |more: &str| {
            let claims = format!(r#"{{"iss":"s","jti":"1","study":"s","wave":"q1","unit":"u"{more}}}"#);
            keys().verify(&signed(r#"{"alg":"EdDSA"}"#, &claims), NOW).map(|invitation| invitation.unit)
        };
        assert_eq!(with(""), Ok("u".to_owned()));
        assert_eq!(with(r#","later":1"#), Ok("u".to_owned()), "a claim of a later version");
        for more in [
            r#","exp":"1700000000""#,
            r#","exp":1700000000.5"#,
            r#","exp":-1"#,
            r#","nbf":true"#,
            r#","sub":7"#,
            r#","variant":["a"]"#,
            r#","unit":"other""#,
        ] {
            assert_eq!(with(more), Err(Refused::Unreadable(InvitationError::Claims)), "{more}");
        }
    }

    /// The example of RFC 8037, appendix A.4, signed by the key of A.1: another implementation's words for it.
    #[test]
    fn the_signature_is_that_of_rfc_8037() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let keys = Keys::from_seed(&seed.try_into().unwrap());
        let signature = keys.signing.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
        let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(URL_SAFE_NO_PAD.encode(signature.to_bytes()), expected);
    }
}
