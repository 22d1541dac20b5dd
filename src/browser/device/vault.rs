//! Records as they lie in the store: encrypted under a vault, or, when the study's key has sealed them already, in clear.
//!
//! Encrypted: `1 ‖ expires ‖ nonce (12 bytes) ‖ AES-256-GCM`, where what is authenticated besides is `1 ‖ expires ‖ name`.
//! Sealed: `2 ‖ expires ‖ check (12 bytes) ‖ scope ‖ LF ‖ payload`, where the check is the beginning of the SHA-256 of
//! `2 ‖ expires ‖ name ‖ LF ‖ scope ‖ LF ‖ payload`: the endpoint cannot look into a sealed payload, so that one damaged on the
//! device would be received, and nobody could ever open it.
//! Set aside: `0 ‖ expires ‖` what was found. `expires` is 8 bytes, milliseconds since 1970, little-endian; 0 is never.

use wasm_bindgen::JsValue;

use super::{
    super::{
        crypto::{bytes, of_buffer, subtle},
        js::{get, object},
        random,
    },
    store::StoreError,
};

/// Versions of a record: its first byte.
const ASIDE: u8 = 0;
const ENCRYPTED: u8 = 1;
const SEALED: u8 = 2;

/// Version and expiry.
const HEAD: usize = 9;
/// A nonce, or a check.
const MARK: usize = 12;

/// Why a record is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unlock {
    /// It is somebody else's.
    #[error("expected a record of this owner, found another's")]
    Foreign,
    /// It is of a version that this widget does not know.
    #[error("expected a record of a known version, found another")]
    Version,
    /// It is not what was written, or not where it was written.
    #[error("expected the record as it was written, found another")]
    Damaged,
    /// Its time is over.
    #[error("expected a record in time, found that it has expired")]
    Expired,
    /// The browser has no encryption, so that nobody can tell.
    #[error("expected encryption in the browser, found none")]
    Missing,
}

/// Whose records, and the key to them.
#[derive(Clone, Debug)]
pub struct Vault {
    pub(super) owner: String,
    pub(super) key: JsValue,
}

impl Vault {
    /// The owner's id: 16 bytes as base64url.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The record `name` with these bytes. `expires` is in milliseconds since 1970, 0 for never.
    ///
    /// # Errors
    /// The browser has no encryption.
    pub async fn lock(&self, name: &str, expires: u64, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; MARK];
        random::fill(&mut nonce).ok_or(StoreError::Missing)?;
        let mut record = head(ENCRYPTED, expires);
        let besides = authenticated(&record, name);
        let cipher = self.cipher("encrypt", &nonce, &besides, plain).await.map_err(|_| StoreError::Missing)?;
        record.extend_from_slice(&nonce);
        record.extend_from_slice(&cipher);
        Ok(record)
    }

    /// The bytes of the record `name`, at the time `now`.
    ///
    /// # Errors
    /// Says why they are not to be trusted.
    pub async fn unlock(&self, name: &str, record: &[u8], now: u64) -> Result<Vec<u8>, Unlock> {
        if owner_of(name) != Some(&self.owner) {
            return Err(Unlock::Foreign);
        }
        let Parts { head, mark, rest } = parts(record, ENCRYPTED)?;
        let besides = authenticated(head, name);
        let plain = self.cipher("decrypt", mark, &besides, rest).await.map_err(|error| refusal(&error))?;
        in_time(record, now)?;
        Ok(plain)
    }

    async fn cipher(&self, method: &str, nonce: &[u8], besides: &[u8], input: &[u8]) -> Result<Vec<u8>, JsValue> {
        let algorithm = object(&[("name", "AES-GCM".into()), ("iv", bytes(nonce)), ("additionalData", bytes(besides))]);
        subtle(method, &[algorithm, self.key.clone(), bytes(input)]).await.and_then(of_buffer)
    }
}

/// The record `name` with a payload that is sealed for the study; `scope` says which submissions it is delivered with.
///
/// # Errors
/// The browser has no SHA-256.
pub async fn wrap(name: &str, scope: &str, expires: u64, payload: &[u8]) -> Result<Vec<u8>, StoreError> {
    let head = head(SEALED, expires);
    let rest = [scope.as_bytes(), b"\n", payload].concat();
    let check = check(&head, name, &rest).await.map_err(|_| StoreError::Missing)?;
    Ok([head, check, rest].concat())
}

/// The scope and the payload of a record that [`wrap`] made, at the time `now`.
///
/// # Errors
/// Says why they are not to be trusted.
pub async fn unwrap(name: &str, record: &[u8], now: u64) -> Result<(String, Vec<u8>), Unlock> {
    let Parts { head, mark, rest } = parts(record, SEALED)?;
    let found = check(head, name, rest).await.map_err(|_| Unlock::Missing)?;
    let mut halves = rest.splitn(2, |byte| *byte == b'\n');
    let (Some(scope), Some(payload), true) = (halves.next(), halves.next(), found == mark) else {
        return Err(Unlock::Damaged);
    };
    in_time(record, now)?;
    let scope = String::from_utf8(scope.to_vec()).map_err(|_| Unlock::Damaged)?;
    Ok((scope, payload.to_vec()))
}

/// What is kept in place of a record that is not trusted.
pub(super) fn aside(expires: u64, record: &[u8]) -> Vec<u8> {
    [&head(ASIDE, expires), record].concat()
}

/// Whether a record is sealed for the study, as far as can be seen.
pub(super) fn is_sealed(record: &[u8]) -> bool {
    record.first() == Some(&SEALED)
}

/// Whether a record says that its time is over; one that is too short to say so is not.
pub(super) fn has_expired(record: &[u8], now: u64) -> bool {
    record.len() >= HEAD && in_time(record, now).is_err()
}

/// The owner that a record's name tells: `draft/{owner}`, `outbox/{owner}/{uuid}`, `receipt/{owner}/{uuid}`.
pub(super) fn owner_of(name: &str) -> Option<&str> {
    name.split('/').nth(1)
}

struct Parts<'a> {
    head: &'a [u8],
    mark: &'a [u8],
    rest: &'a [u8],
}

fn parts(record: &[u8], version: u8) -> Result<Parts<'_>, Unlock> {
    let (head, rest) = record.split_at_checked(HEAD).ok_or(Unlock::Damaged)?;
    let (mark, rest) = rest.split_at_checked(MARK).ok_or(Unlock::Damaged)?;
    if head.first() != Some(&version) {
        return Err(Unlock::Version);
    }
    Ok(Parts { head, mark, rest })
}

fn head(version: u8, expires: u64) -> Vec<u8> {
    let mut head = vec![version];
    head.extend_from_slice(&expires.to_le_bytes());
    head
}

fn authenticated(head: &[u8], name: &str) -> Vec<u8> {
    [head, name.as_bytes()].concat()
}

fn in_time(record: &[u8], now: u64) -> Result<(), Unlock> {
    let expires = record.get(1..HEAD).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    match expires {
        Some(expires) if expires == 0 || now < expires => Ok(()),
        _ => Err(Unlock::Expired),
    }
}

/// What is not as it was written is an `OperationError` to WebCrypto; anything else is a lack of the browser's.
fn refusal(error: &JsValue) -> Unlock {
    match get(error, "name").ok().and_then(|name| name.as_string()).as_deref() {
        Some("OperationError") => Unlock::Damaged,
        _ => Unlock::Missing,
    }
}

async fn check(head: &[u8], name: &str, rest: &[u8]) -> Result<Vec<u8>, JsValue> {
    let input = [head, name.as_bytes(), b"\n", rest].concat();
    let mut digest = subtle("digest", &["SHA-256".into(), bytes(&input)]).await.and_then(of_buffer)?;
    digest.truncate(MARK);
    Ok(digest)
}
