//! Sealing a submission to the study's key, by WebCrypto: agreement, hash and encryption are the browser's; what they are
//! given is `submission::seal`.

use wasm_bindgen::JsValue;

use super::{
    crypto::{bytes, of_buffer, subtle, usages},
    js::{get, object},
    random,
};
use crate::{
    study::PublicKey,
    submission::seal::{Routing, compact, derivation, header, padded},
};

/// Why a submission could not be sealed. It is then not sent: never in clear instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected WebCrypto to seal the submission, found that it cannot: no secure context, or a key that is none")]
pub struct SealError;

/// AES-GCM's nonce, in bytes.
const NONCE: usize = 12;

/// The JWE of these bytes, under an ephemeral key and a nonce of its own.
///
/// # Errors
/// [`SealError`].
pub async fn seal(key: &PublicKey, routing: &Routing, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    random::fill(&mut nonce).ok_or(SealError)?;
    sealed(key, routing, &nonce, plain).await.map_err(|_| SealError)
}

async fn sealed(key: &PublicKey, routing: &Routing, nonce: &[u8], plain: &[u8]) -> Result<Vec<u8>, JsValue> {
    let curve = || object(&[("name", "ECDH".into()), ("namedCurve", "P-256".into())]);
    let pair = subtle("generateKey", &[curve(), false.into(), usages(&["deriveBits"])]).await?;
    let ours = subtle("exportKey", &["jwk".into(), get(&pair, "publicKey")?]).await?;
    let text = |name| get(&ours, name)?.as_string().ok_or(JsValue::NULL);
    let header = header(key, &text("x")?, &text("y")?, routing);

    let jwk = object(&[
        ("kty", "EC".into()),
        ("crv", "P-256".into()),
        ("x", key.x.as_str().into()),
        ("y", key.y.as_str().into()),
    ]);
    let theirs = subtle("importKey", &["jwk".into(), jwk, curve(), false.into(), usages(&[])]).await?;
    let agreement = object(&[("name", "ECDH".into()), ("public", theirs)]);
    let shared = subtle("deriveBits", &[agreement, get(&pair, "privateKey")?, 256.into()]).await.and_then(of_buffer)?;
    let content_key = subtle("digest", &["SHA-256".into(), bytes(&derivation(&shared))]).await?;

    let cipher = || object(&[("name", "AES-GCM".into())]);
    let content_key =
        subtle("importKey", &["raw".into(), content_key, cipher(), false.into(), usages(&["encrypt"])]).await?;
    let how = object(&[("name", "AES-GCM".into()), ("iv", bytes(nonce)), ("additionalData", bytes(header.as_bytes()))]);
    let cipher = subtle("encrypt", &[how, content_key, bytes(&padded(plain))]).await.and_then(of_buffer)?;
    Ok(compact(&header, nonce, &cipher))
}
