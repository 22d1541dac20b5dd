//! Names of files: plain or by their content, and the places in texts that names are filled into.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha384};

/// How files are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As they are: `svar.js`.
    Plain,
    /// By their content, so that they may be kept for ever: `svar.0123456789abcdef.js`. The page and the manifests
    /// keep their names, since they name the others.
    Hashed,
}

impl Naming {
    /// The name of a file that is called `plain` where names are plain.
    pub(crate) fn name(self, plain: &str, bytes: &[u8]) -> String {
        match (self, plain.rsplit_once('.')) {
            (Naming::Hashed, Some((stem, kind))) => format!("{stem}.{}.{kind}", hash(bytes)),
            _ => plain.to_owned(),
        }
    }
}

/// The first 16 hexadecimal digits of the SHA-256: 64 bits, enough to tell versions of a file apart.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// As in `integrity` attributes (<https://www.w3.org/TR/SRI/>).
pub(crate) fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

/// Puts names into their places.
///
/// # Errors
/// A place is left over.
pub(crate) fn fill(file: &str, text: &str, places: &[(&str, String)]) -> Result<String, String> {
    let mut filled = text.to_owned();
    for (place, name) in places {
        filled = filled.replace(place, name);
    }
    match filled.split_once("__SVAR_") {
        None => Ok(filled),
        Some((_, rest)) => {
            let rest: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            Err(format!("{file}: expected a place that the build can fill, found __SVAR_{rest}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_left_over_is_told() {
        assert_eq!(fill("x", "__SVAR_JS__", &[("__SVAR_JS__", "svar.js".to_owned())]), Ok("svar.js".to_owned()));
        assert!(fill("x", "__SVAR_JS_NAME__ y", &[]).is_err_and(|told| told.ends_with("__SVAR_JS_NAME__")));
    }

    #[test]
    fn integrity_is_that_of_the_standard() {
        // The example of the standard, § 3.1.
        let expected = "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO";
        assert_eq!(integrity(b"alert('Hello, world.');"), expected);
    }
}
