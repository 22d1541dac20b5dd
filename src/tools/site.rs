//! Static files of the built site, with the headers that the widget promises to work under.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::headers;

/// What a name with a hash in it may be cached as: its content never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Everything else is asked for again, and answered shortly if it is the same (`ETag`).
const ASK_AGAIN: &str = "no-cache";

const HTML: &str = "text/html; charset=utf-8";

/// The media types of a site. A file of another kind is not served: it is there by mistake.
const TYPES: [(&str, &str); 12] = [
    ("css", "text/css; charset=utf-8"),
    ("html", HTML),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    // Notices and such, for people to read.
    ("md", "text/plain; charset=utf-8"),
    ("png", "image/png"),
    ("svar", "application/octet-stream"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
];

/// The file in which a site says which of its pages may be framed: by the page's path, its content security policy.
pub const POLICIES: &str = "policies.json";

/// The folder of a release that goes to developers, not to browsers: its files have names that stay. None is served.
pub const PACKAGE: &str = "npm";

/// A folder of files to serve.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
}

/// A file that was found, in the encoding that suits.
struct Found {
    bytes: Vec<u8>,
    media_type: &'static str,
    encoding: Option<&'static str>,
    immutable: bool,
    /// Who may frame it, and what it may load, if the site says so.
    policy: Option<HeaderValue>,
}

impl Site {
    /// The site in `folder`.
    ///
    /// # Errors
    /// If it is not there, or what it says of its pages cannot be read.
    pub fn open(folder: PathBuf) -> io::Result<Site> {
        let root = folder.canonicalize()?;
        if !root.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory));
        }
        let site = Site { root };
        site.policies()?;
        Ok(site)
    }

    /// What the site says of its pages.
    fn policies(&self) -> io::Result<BTreeMap<String, String>> {
        match fs::read(self.root.join(POLICIES)) {
            Ok(bytes) => {
                let policies: BTreeMap<String, String> = serde_json::from_slice(&bytes)?;
                let invalid = policies.values().find_map(|policy| HeaderValue::try_from(policy).err());
                invalid.map_or(Ok(policies), |error| Err(io::Error::new(io::ErrorKind::InvalidData, error)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }

    /// The policy of a page, read with the page: what an operator puts in place holds from then on. Without one, or
    /// where it cannot be read, the page keeps the strict one that all have.
    fn policy(&self, path: &str) -> Option<HeaderValue> {
        let policies = self.policies().ok()?;
        HeaderValue::try_from(policies.get(path.strip_suffix("index.html").unwrap_or(path))?).ok()
    }

    /// The reply to a request for a file.
    pub async fn reply(&self, request: &Parts) -> Response {
        let mut response = self.file(request).await;
        let policy = response.headers_mut().remove(header::CONTENT_SECURITY_POLICY);
        headers::page(response.headers_mut());
        if let Some(policy) = policy {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    async fn file(&self, request: &Parts) -> Response {
        if ![Method::GET, Method::HEAD].contains(&request.method) {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")], "Method not allowed\n")
                .into_response();
        }
        let site = self.clone();
        let path = request.uri.path().to_owned();
        let encodings = encodings(&request.headers);
        let found = tokio::task::spawn_blocking(move || site.find(&path, &encodings)).await.ok().flatten();
        let Some(found) = found else { return (StatusCode::NOT_FOUND, "Not found\n").into_response() };
        let tag = tag(&found);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(found.media_type));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        let cache = if found.immutable { FOR_EVER } else { ASK_AGAIN };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if found.media_type != HTML {
            // What an element on somebody else's page loads is open to everybody, and holds nobody's data.
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        }
        if let Some(policy) = found.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(encoding) = found.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let known = request.headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let same = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if same {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        // The server drops the body of a reply to HEAD, and keeps its length.
        (headers, Body::from(found.bytes)).into_response()
    }

    fn find(&self, path: &str, encodings: &[&'static str]) -> Option<Found> {
        let relative = relative(path)?;
        if relative.starts_with(PACKAGE) {
            return None;
        }
        let file = self.inside(&self.root.join(&relative))?;
        let file = if file.is_dir() && path.ends_with('/') { self.inside(&file.join("index.html"))? } else { file };
        let extension = file.extension()?.to_str()?;
        let (_, media_type) = TYPES.iter().find(|(known, _)| *known == extension)?;
        let immutable = file.file_name().and_then(|name| name.to_str()).is_some_and(has_hash);
        let encoded = encodings.iter().find_map(|encoding| {
            let suffix = if *encoding == "br" { "br" } else { "gz" };
            let neighbour = self.inside(&neighbour(&file, suffix))?;
            Some((fs::read(neighbour).ok()?, *encoding))
        });
        let (bytes, encoding) = match encoded {
            Some((bytes, encoding)) => (bytes, Some(encoding)),
            None => (fs::read(&file).ok()?, None),
        };
        let policy = if *media_type == HTML { self.policy(path) } else { None };
        Some(Found { bytes, media_type, encoding, immutable, policy })
    }

    /// The file or folder itself, if it is there and lies in the site even after following links.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok().filter(|real| real.starts_with(&self.root))
    }
}

/// The path below the site's folder that a request's path means; none if any step of it is not a plain visible name.
fn relative(path: &str) -> Option<PathBuf> {
    let path = percent_decoded(path.strip_prefix('/')?)?;
    let path = path.strip_suffix('/').unwrap_or(&path);
    if path.is_empty() {
        return Some(PathBuf::new());
    }
    let plain = |step: &str| {
        !step.is_empty() && !step.starts_with('.') && !step.contains(['\\', ':']) && !step.contains(char::is_control)
    };
    path.split('/').all(plain).then(|| PathBuf::from(path))
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        let hex = |digit: Option<u8>| char::from(digit?).to_digit(16).and_then(|value| u8::try_from(value).ok());
        decoded.push(match byte {
            b'%' => hex(bytes.next())?.wrapping_mul(16) | hex(bytes.next())?,
            plain => plain,
        });
    }
    String::from_utf8(decoded).ok()
}

/// The same name with one more extension: `svar.wasm.br`.
fn neighbour(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether the name is `name.<16 hexadecimal digits>.ext`.
fn has_hash(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    let (Some(_), Some(hash), Some(_)) = (parts.next(), parts.next(), parts.next()) else { return false };
    hash.len() == 16 && hash.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// The encodings that the browser takes and we have, best first.
fn encodings(headers: &HeaderMap) -> Vec<&'static str> {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let takes = |wanted: &str| {
        accepted.split(',').any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let refused = |parameter: &str| matches!(parameter.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00");
            parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted)) && !parts.any(refused)
        })
    };
    ["br", "gzip"].into_iter().filter(|encoding| takes(encoding)).collect()
}

/// A strong tag of the content as it is sent: each encoding has its own.
fn tag(found: &Found) -> String {
    let digest = Sha256::digest(&found.bytes);
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}-{}\"", found.encoding.unwrap_or("plain"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_plain_leads_nowhere() {
        for path in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/a//b",
            "/.env",
            "/a/.git/config",
            "/%5c..%5csecret",
            "/c:/secret",
            "/a%00.html",
            "/%zz",
            "/%f",
            "/%ff",
            "no-slash",
            "//etc/passwd",
        ] {
            assert_eq!(relative(path), None, "{path}");
        }
        for (path, expected) in [("/", ""), ("/a/", "a"), ("/a/b.js", "a/b.js"), ("/%C3%A6.js", "æ.js")] {
            assert_eq!(relative(path), Some(PathBuf::from(expected)), "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_whole_hash_is_kept_for_ever() {
        for (name, expected) in [
            ("svar.0123456789abcdef.wasm", true),
            ("svar.wasm", false),
            ("svar.0123456789abcde.wasm", false),
            ("svar.0123456789abcdeg.wasm", false),
            ("0123456789abcdef.wasm", false),
        ] {
            assert_eq!(has_hash(name), expected, "{name}");
        }
    }

    #[test]
    fn the_best_encoding_that_the_browser_takes_comes_first() {
        for (accepted, expected) in [
            ("gzip, deflate, br", vec!["br", "gzip"]),
            ("gzip", vec!["gzip"]),
            ("br;q=0, gzip;q=0.5", vec!["gzip"]),
            ("BR", vec!["br"]),
            ("identity", vec![]),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(encodings(&headers), expected, "{accepted}");
        }
    }
}
