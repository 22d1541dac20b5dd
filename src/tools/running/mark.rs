//! The mark of a person in the audit log: a keyed hash of study and pseudonym. Who has the pseudonym (or a receipt) and
//! the data folder's key can make the mark again and find the line; who has the log alone can try no list of pseudonyms
//! against it.
//!
//! The key is made for this alone, and never changes: a mark must be the same for as long as the log is kept, however
//! often the keys that sign invitations are changed.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::RunningError;
use crate::tools::invitations::keyring::write_new;

/// The key's file in the data folder.
pub const AUDIT_KEY: &str = "audit-key";

/// Bytes of a mark: enough that no two people of a study share one.
const MARK: usize = 10;

/// The mark of a person in a study. The first one makes the key.
///
/// # Errors
/// If the key can be neither read nor made.
pub fn mark(data: &Path, study: &str, pseudonym: &str) -> Result<String, RunningError> {
    let failed = |source| {
        let expected = "the key of the audit log: 32 bytes in base64url, of this folder's own";
        RunningError::File { file: data.join(AUDIT_KEY), expected, source }
    };
    let key = key(data).map_err(failed)?;
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| failed(io::Error::other(error)))?;
    for word in [study, pseudonym] {
        mac.update(word.as_bytes());
        mac.update(&[0]);
    }
    Ok(mac.finalize().into_bytes().iter().take(MARK).map(|byte| format!("{byte:02x}")).collect())
}

fn key(data: &Path) -> io::Result<[u8; 32]> {
    let file = data.join(AUDIT_KEY);
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(data)?;
            fs::read_to_string(&file)?
        }
        read => read?,
    };
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "something else"))
}

/// Makes the key, unless another process was faster. It gets its name only when it is on disk, whole: half a key would
/// be another one.
fn make(data: &Path) -> io::Result<()> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let beside = data.join(format!("{AUDIT_KEY}.{}", std::process::id()));
    // What a power cut left behind of a process of the same number.
    drop(fs::remove_file(&beside));
    write_new(&beside, &URL_SAFE_NO_PAD.encode(bytes))?;
    let named = fs::hard_link(&beside, data.join(AUDIT_KEY));
    fs::remove_file(&beside)?;
    match named {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    #[cfg(unix)]
    File::open(data)?.sync_all()?;
    Ok(())
}
