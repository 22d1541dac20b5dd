//! Making the keys that submissions are sealed to (`svar keygen`).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{invitations::write_new, jose::PrivateKey};

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeygenError {
    /// A name that cannot be a file's.
    #[error("expected a name of letters, digits, hyphens and points, found `{0}`")]
    Name(String),
    /// A key of this name is there, or its file cannot be written.
    #[error("{}: expected to write a new file, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system gives no random bytes.
    #[error("expected random bytes from the system, found: {0}")]
    Random(getrandom::Error),
}

/// Makes a key, and writes its private JWK to `folder/<kid>.jwk.json`, readable to its owner alone. A file that is there
/// is never written over: what was sealed to its key could not be opened any more.
///
/// # Errors
/// Why not.
pub fn generate(folder: &Path, kid: &str) -> Result<(PathBuf, PrivateKey), KeygenError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if kid.is_empty() || kid.starts_with('.') || !kid.chars().all(plain) {
        return Err(KeygenError::Name(kid.to_owned()));
    }
    let key = loop {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(KeygenError::Random)?;
        if let Some(key) = PrivateKey::of(kid, &secret) {
            break key;
        }
    };
    let file = folder.join(format!("{kid}.jwk.json"));
    let failed = |source| KeygenError::File { file: file.clone(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    write_new(&file, &(key.jwk() + "\n")).map_err(failed)?;
    Ok((file, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once() {
        let folder = std::env::temp_dir().join(format!("svar-keys-{}", std::process::id()));
        let (file, key) = generate(&folder, "answers-1").unwrap();
        assert_eq!(PrivateKey::read(&fs::read_to_string(&file).unwrap()).unwrap().jwk(), key.jwk());
        assert!(matches!(generate(&folder, "answers-1"), Err(KeygenError::File { .. })), "never written over");
        assert!(matches!(generate(&folder, "../x"), Err(KeygenError::Name(_))));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        fs::remove_dir_all(folder).unwrap();
    }
}
