//! The typable codes of invitations: made of an invitation's id under a key, `code-key` in the data folder, and hashed
//! under the same key.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{
    keyring,
    register::{CODE_KEY, Done, RegisterError},
};
use crate::study::Code;

/// The key of the codes, which makes them and hashes them.
pub(super) struct Codes(Hmac<Sha256>);

impl std::fmt::Debug for Codes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Codes(…)")
    }
}

impl Codes {
    pub(super) fn open(folder: &Path) -> Done<Codes> {
        let file = folder.join(CODE_KEY);
        let key = keyring::bytes(&keyring::secret(&file)?);
        let mac = key.and_then(|key| Hmac::new_from_slice(&key).ok());
        Ok(Codes(mac.ok_or(RegisterError::CodeKey { file })?))
    }

    /// Two uses of one key, kept apart by their first word.
    fn mac(&self, use_: &str, of: &str) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(use_.as_bytes());
        mac.update(of.as_bytes());
        mac.finalize().into_bytes().into()
    }

    pub(super) fn code(&self, jti: &str) -> String {
        let mac = self.mac("make ", jti);
        let number = mac.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)).unwrap_or_default();
        Code::of_number(number)
    }

    pub(super) fn hash(&self, code: &str) -> [u8; 32] {
        self.mac("keep ", code)
    }
}
