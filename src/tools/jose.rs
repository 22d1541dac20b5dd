//! Sealed submissions where they are opened: JWE (RFC 7516) by ECDH-ES on P-256 and A256GCM (RFC 7518), natively. The form
//! is that of `submission::seal`; the browser seals by other code, and an independent library opens both in the tests.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{PublicKey as Point, SecretKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    study::PublicKey,
    submission::seal::{Routing, compact, derivation, header, padded},
};

/// Coordinates and secrets on P-256, in bytes.
pub(super) const COORDINATE: usize = 32;
/// AES-GCM's nonce, in bytes.
pub(super) const NONCE: usize = 12;

/// A private key on P-256, and its name.
#[derive(Clone)]
pub struct PrivateKey {
    kid: String,
    secret: SecretKey,
}

/// A JWK (RFC 7517) of an elliptic curve, with its private part or without.
#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    y: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
}

/// The protected header of a submission. A member that is not known here may change what the body means (`crit`, `zip`), so
/// there may be none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub(super) alg: String,
    pub(super) enc: String,
    pub(super) epk: EphemeralKey,
    /// The name of the key it is sealed to.
    pub kid: String,
    pub(super) cty: String,
    /// The version of this form.
    pub(super) svar: u64,
    /// The study's id.
    pub study: String,
    /// The wave's id.
    pub wave: String,
    /// `url|version` of the questionnaire.
    pub questionnaire: String,
    /// The id of the submission.
    pub uuid: String,
    /// When it was completed, by the sender's clock.
    pub authored: String,
}

/// The sender's half of the agreement.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EphemeralKey {
    pub(super) kty: String,
    pub(super) crv: String,
    pub(super) x: String,
    pub(super) y: String,
}

/// Why something is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a JWK of kty EC and crv P-256 with {0}, found something else")]
pub struct NoKey(&'static str);

/// Why a submission cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not five parts of base64url, the second empty.
    #[error("expected a JWE in compact form, found something else")]
    Shape,
    /// A header that is not of this form; it may mean something that we do not know.
    #[error("expected the protected header of a sealed submission, found another")]
    Header,
    /// Sealed to a key that is not at hand.
    #[error("expected a submission sealed to one of the keys given, found key `{kid}`")]
    Key {
        /// The key's name.
        kid: String,
    },
    /// Changed on the way, cut, or sealed to another key of the same name.
    #[error("expected what was sealed, found that it was changed, or sealed to another key of this name")]
    Altered,
}

/// A submission that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What stood on it; authenticated with the rest.
    pub header: Header,
    /// The response, without its padding.
    pub plain: Vec<u8>,
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PrivateKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// The key of these 32 secret bytes; none if they stand for no point, which chance hits once in 2³².
    pub fn of(kid: &str, secret: &[u8; COORDINATE]) -> Option<PrivateKey> {
        Some(PrivateKey { kid: kid.to_owned(), secret: SecretKey::from_slice(secret).ok()? })
    }

    /// Reads a private JWK.
    ///
    /// # Errors
    /// [`NoKey`].
    pub fn read(jwk: &str) -> Result<PrivateKey, NoKey> {
        let private = NoKey("its private part");
        let jwk: Jwk = serde_json::from_str(jwk).map_err(|_| private)?;
        let secret = jwk.d.as_deref().and_then(coordinate).filter(|_| jwk.kty == "EC" && jwk.crv == "P-256");
        let key = secret.and_then(|secret| PrivateKey::of(&jwk.kid, &secret)).ok_or(private)?;
        let public = key.public();
        if public.x == jwk.x && public.y == jwk.y { Ok(key) } else { Err(NoKey("public and private parts that fit")) }
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What others seal to.
    pub fn public(&self) -> PublicKey {
        let (x, y) = coordinates(&self.secret.public_key());
        PublicKey { kid: self.kid.clone(), x, y }
    }

    /// The private JWK: whoever has it can open.
    pub fn jwk(&self) -> String {
        let PublicKey { kid, x, y } = self.public();
        write(&jwk(kid, x, y, Some(URL_SAFE_NO_PAD.encode(self.secret.to_bytes()))))
    }

    fn content_key(&self, theirs: &Point) -> Aes256Gcm {
        let shared = self.secret.diffie_hellman(theirs);
        Aes256Gcm::new(&Sha256::digest(derivation(shared.raw_secret_bytes())))
    }
}

/// The public JWK, for the manifest.
pub fn public_jwk(key: &PublicKey) -> String {
    write(&jwk(key.kid.clone(), key.x.clone(), key.y.clone(), None))
}

fn jwk(kid: String, x: String, y: String, d: Option<String>) -> Jwk {
    Jwk { kty: "EC".to_owned(), crv: "P-256".to_owned(), kid, x, y, d }
}

/// Serialising these plain texts cannot fail; were it to, the file would be refused as no key.
fn write(jwk: &Jwk) -> String {
    serde_json::to_string_pretty(jwk).unwrap_or_default()
}

/// Seals a response as the browser does. `ephemeral` and `nonce` must be random, and never used again.
///
/// # Errors
/// [`NoKey`] if `key` is no point on the curve.
pub fn seal(
    key: &PublicKey,
    routing: &Routing,
    plain: &[u8],
    ephemeral: &PrivateKey,
    nonce: [u8; NONCE],
) -> Result<Vec<u8>, NoKey> {
    let theirs = point(&key.x, &key.y).ok_or(NoKey("a point on the curve"))?;
    let (x, y) = coordinates(&ephemeral.secret.public_key());
    let header = header(key, &x, &y, routing);
    let payload = Payload { msg: &padded(plain), aad: header.as_bytes() };
    let cipher = ephemeral.content_key(&theirs).encrypt(&Nonce::from(nonce), payload);
    Ok(compact(&header, &nonce, &cipher.map_err(|_| NoKey("a text short enough to be sealed"))?))
}

/// The protected header of a JWE, not authenticated yet.
///
/// # Errors
/// [`OpenError::Shape`] or [`OpenError::Header`].
pub fn read_header(jwe: &str) -> Result<Header, OpenError> {
    let header = URL_SAFE_NO_PAD.decode(parts(jwe)?.header).map_err(|_| OpenError::Shape)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| OpenError::Header)?;
    let fits = header.alg == "ECDH-ES" && header.enc == "A256GCM" && header.cty == "application/fhir+json";
    let curve = header.epk.kty == "EC" && header.epk.crv == "P-256" && header.svar == 1;
    if fits && curve { Ok(header) } else { Err(OpenError::Header) }
}

/// Opens a JWE with whichever of the keys it is sealed to.
///
/// # Errors
/// Says why it cannot be opened.
pub fn open(keys: &[PrivateKey], jwe: &str) -> Result<Opened, OpenError> {
    let header = read_header(jwe)?;
    let parts = parts(jwe)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| OpenError::Shape);
    let nonce: [u8; NONCE] = decode(parts.nonce)?.try_into().map_err(|_| OpenError::Shape)?;
    let cipher = [decode(parts.text)?, decode(parts.tag)?].concat();
    let theirs = point(&header.epk.x, &header.epk.y).ok_or(OpenError::Header)?;
    let mut named = keys.iter().filter(|key| key.kid == header.kid).peekable();
    if named.peek().is_none() {
        return Err(OpenError::Key { kid: header.kid });
    }
    let opened = named.find_map(|key| {
        let payload = Payload { msg: &cipher, aad: parts.header.as_bytes() };
        key.content_key(&theirs).decrypt(&Nonce::from(nonce), payload).ok()
    });
    let mut plain = opened.ok_or(OpenError::Altered)?;
    plain.truncate(plain.trim_ascii_end().len());
    Ok(Opened { header, plain })
}

struct Parts<'a> {
    header: &'a str,
    nonce: &'a str,
    text: &'a str,
    tag: &'a str,
}

fn parts(jwe: &str) -> Result<Parts<'_>, OpenError> {
    let mut parts = jwe.split('.');
    let mut next = || parts.next().ok_or(OpenError::Shape);
    let (header, key, nonce, text, tag) = (next()?, next()?, next()?, next()?, next()?);
    if parts.next().is_some() || !key.is_empty() {
        return Err(OpenError::Shape);
    }
    Ok(Parts { header, nonce, text, tag })
}

fn coordinate(text: &str) -> Option<[u8; COORDINATE]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn coordinates(point: &Point) -> (String, String) {
    // Uncompressed: a 4, then both coordinates.
    let bytes = point.to_sec1_bytes();
    let (x, y) = bytes.get(1..).unwrap_or_default().split_at(COORDINATE.min(bytes.len().saturating_sub(1)));
    (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
}

fn point(x: &str, y: &str) -> Option<Point> {
    Point::from_sec1_bytes(&[&[4][..], &coordinate(x)?, &coordinate(y)?].concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str, secret: u8) -> PrivateKey {
        PrivateKey::of(kid, &[secret; 32]).unwrap()
    }

    fn routing() -> Routing {
        Routing {
            study: "tiny".into(),
            wave: "q1".into(),
            questionnaire: "urn:q|1".into(),
            uuid: "0b6ae2a4-53c1-4f0e-9d3a-6c1f6a6f2d11".into(),
            authored: "2026-11-25T12:00:00.000Z".into(),
        }
    }

    fn sealed(plain: &[u8]) -> String {
        String::from_utf8(seal(&key("a", 1).public(), &routing(), plain, &key("", 2), [3; 12]).unwrap()).unwrap()
    }

    /// RFC 7518, appendix C: Alice's ephemeral key and Bob's. Their agreement is what the key is derived from there.
    #[test]
    fn the_agreement_is_that_of_rfc_7518() {
        let alice = r#"{"kty":"EC","crv":"P-256","kid":"alice","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps","d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"}"#;
        let bob = r#"{"kty":"EC","crv":"P-256","kid":"bob","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#;
        let (alice, bob) = (PrivateKey::read(alice).unwrap(), PrivateKey::read(bob).unwrap());
        let shared = alice.secret.diffie_hellman(&bob.secret.public_key());
        let expected: [u8; 32] = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128,
            106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
        ];
        assert_eq!(shared.raw_secret_bytes().as_slice(), expected);
    }

    #[test]
    fn what_was_sealed_is_opened_by_the_right_key_alone() {
        let jwe = sealed(b"{\"a\":1}");
        let opened = open(&[key("b", 5), key("a", 9), key("a", 1)], &jwe).unwrap();
        assert_eq!((opened.plain.as_slice(), opened.header.uuid.as_str()), (&b"{\"a\":1}"[..], &*routing().uuid));
        assert_eq!(open(&[key("a", 9)], &jwe), Err(OpenError::Altered), "another key of the same name");
        assert_eq!(open(&[key("b", 1)], &jwe), Err(OpenError::Key { kid: "a".into() }));
        assert_eq!(open(&[key("a", 1)], "a.b.c"), Err(OpenError::Shape));
        assert_eq!(open(&[key("a", 1)], "e30..e30.e30.e30"), Err(OpenError::Header));
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let jwe = sealed(b"{\"a\":1}");
        let keys = [key("a", 1)];
        let parts: Vec<Vec<u8>> = jwe.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        for (place, part) in parts.iter().enumerate() {
            // The cipher text is long and alike everywhere: some bits of it.
            for bit in (0..part.len() * 8).step_by(if part.len() > 1000 { 97 } else { 1 }) {
                let mut changed = parts.clone();
                changed[place][bit / 8] ^= 1 << (bit % 8);
                let changed: Vec<String> = changed.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
                assert!(open(&keys, &changed.join(".")).is_err(), "bit {bit} of part {place}");
            }
        }
    }

    #[test]
    fn keys_survive_their_files() {
        let key = key("answers-1", 7);
        let read = PrivateKey::read(&key.jwk()).unwrap();
        assert_eq!((read.jwk(), read.kid()), (key.jwk(), "answers-1"));
        assert!(!public_jwk(&key.public()).contains("\"d\""));
        assert!(PrivateKey::read(&public_jwk(&key.public())).is_err(), "a public key opens nothing");
        assert!(PrivateKey::read(&key.jwk().replace(&key.public().y, &key.public().x)).is_err());
    }
}
