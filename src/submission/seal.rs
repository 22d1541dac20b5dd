//! The sealed form of a response: JWE in compact serialisation (RFC 7516) with direct key agreement by ECDH-ES on P-256
//! (RFC 7518, section 4.6) and A256GCM. What is pure of it is here: the protected header, the padding, the input of the key
//! derivation, and how the parts stand together. Agreement and encryption are the browser's (`browser::seal`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{json::write_text, study::PublicKey};

/// The clear text is filled up with spaces to a multiple of this many bytes, so that its length says little of what was
/// answered. JSON may end in spaces.
pub const PADDING: usize = 4096;

/// The length of AES-GCM's tag, which WebCrypto puts after the cipher text, in bytes.
pub const TAG: usize = 16;

/// What an endpoint that cannot open a submission may know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// The study's id.
    pub study: String,
    /// The wave's id.
    pub wave: String,
    /// `url|version` of the questionnaire.
    pub questionnaire: String,
    /// The id of the submission.
    pub uuid: String,
    /// When it was completed: an instant with zone.
    pub authored: String,
}

/// The protected header, in base64url: the first part of the JWE, and what the encryption authenticates. `x` and `y` are
/// the sender's half of the agreement, each 32 bytes in base64url.
pub fn header(key: &PublicKey, x: &str, y: &str, routing: &Routing) -> String {
    let mut json = String::from(r#"{"alg":"ECDH-ES","enc":"A256GCM","epk":{"kty":"EC","crv":"P-256""#);
    for (name, value) in [("x", x), ("y", y)] {
        member(name, value, &mut json);
    }
    json.push('}');
    member("kid", &key.kid, &mut json);
    member("cty", "application/fhir+json", &mut json);
    json.push_str(r#","svar":1"#);
    for (name, value) in [
        ("study", &routing.study),
        ("wave", &routing.wave),
        ("questionnaire", &routing.questionnaire),
        ("uuid", &routing.uuid),
        ("authored", &routing.authored),
    ] {
        member(name, value, &mut json);
    }
    json.push('}');
    URL_SAFE_NO_PAD.encode(json)
}

fn member(name: &str, value: &str, out: &mut String) {
    out.push(',');
    write_text(name, out);
    out.push(':');
    write_text(value, out);
}

/// The clear text with its padding.
pub fn padded(plain: &[u8]) -> Vec<u8> {
    let mut padded = plain.to_vec();
    padded.resize(plain.len().next_multiple_of(PADDING), b' ');
    padded
}

/// What is hashed with SHA-256 to become the content key: Concat KDF (RFC 7518, section 4.6.2) for 256 bits, with empty
/// party information. `shared` is the x coordinate that both sides agree on.
pub fn derivation(shared: &[u8]) -> Vec<u8> {
    const ALGORITHM: &[u8] = b"A256GCM";
    let length = |of: usize| u32::try_from(of).unwrap_or(u32::MAX).to_be_bytes();
    let mut input = Vec::with_capacity(shared.len().saturating_add(32));
    input.extend_from_slice(&length(1));
    input.extend_from_slice(shared);
    input.extend_from_slice(&length(ALGORITHM.len()));
    input.extend_from_slice(ALGORITHM);
    input.extend_from_slice(&length(0));
    input.extend_from_slice(&length(0));
    input.extend_from_slice(&length(256));
    input
}

/// The JWE. There is no encrypted key: the agreement itself is the key. `cipher` is cipher text and tag, as WebCrypto
/// gives them.
pub fn compact(header: &str, nonce: &[u8], cipher: &[u8]) -> Vec<u8> {
    let (text, tag) = cipher.split_at(cipher.len().saturating_sub(TAG));
    let parts =
        [header, "", &URL_SAFE_NO_PAD.encode(nonce), &URL_SAFE_NO_PAD.encode(text), &URL_SAFE_NO_PAD.encode(tag)];
    parts.join(".").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7518, appendix C, but for the algorithm and the parties' names, which are others there: the layout is compared
    /// field by field.
    #[test]
    fn the_derivation_has_the_layout_of_rfc_7518() {
        let shared = [158_u8, 86, 217, 29, 129, 113, 53, 211];
        let expected = [
            &[0, 0, 0, 1][..],
            &shared,
            &[0, 0, 0, 7, b'A', b'2', b'5', b'6', b'G', b'C', b'M'],
            &[0, 0, 0, 0],
            &[0, 0, 0, 0],
            &[0, 0, 1, 0],
        ];
        assert_eq!(derivation(&shared), expected.concat());
    }

    #[test]
    fn lengths_say_little() {
        for (plain, expected) in [(0, 0), (1, 4096), (4000, 4096), (4096, 4096), (4097, 8192)] {
            let padded = padded(&vec![b'x'; plain]);
            assert_eq!(padded.len(), expected, "{plain}");
            assert!(padded.iter().skip(plain).all(|byte| *byte == b' '));
        }
    }

    #[test]
    fn five_parts_and_the_second_empty() {
        let routing = Routing {
            study: "s".into(),
            wave: "q1".into(),
            questionnaire: "urn:\"q\"|1".into(),
            uuid: "u".into(),
            authored: "2026-11-25T12:00:00.000Z".into(),
        };
        let key = PublicKey { kid: "k-1".into(), x: String::new(), y: String::new() };
        let header = header(&key, "eA", "eQ", &routing);
        let read: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&header).unwrap_or_default()).unwrap_or_default();
        assert_eq!(
            read,
            serde_json::json!({
                "alg": "ECDH-ES", "enc": "A256GCM", "epk": { "kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ" },
                "kid": "k-1", "cty": "application/fhir+json", "svar": 1, "study": "s", "wave": "q1",
                "questionnaire": "urn:\"q\"|1", "uuid": "u", "authored": "2026-11-25T12:00:00.000Z",
            })
        );
        let cipher: Vec<u8> = (0..20).collect();
        let jwe = String::from_utf8(compact(&header, &[1, 2, 3], &cipher)).unwrap_or_default();
        let parts: Vec<&str> = jwe.split('.').collect();
        assert_eq!(parts, [header.as_str(), "", "AQID", "AAECAw", "BAUGBwgJCgsMDQ4PEBESEw"]);
    }
}
