//! WebCrypto, bound by hand: the few methods that vaults and sealing need.

use js_sys::{Array, ArrayBuffer, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};

use super::js::{await_, call, get};

/// What a method of WebCrypto comes to. It is missing outside a secure context.
///
/// # Errors
/// What it is rejected with, or that there is none.
pub(super) async fn subtle(method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let subtle = get(&get(&global(), "crypto")?, "subtle")?;
    await_(call(&subtle, method, arguments)?).await
}

/// Whether the browser has WebCrypto at all.
pub(crate) fn is_there() -> bool {
    get(&global(), "crypto").and_then(|crypto| get(&crypto, "subtle")).is_ok_and(|subtle| subtle.is_object())
}

pub(super) fn bytes(of: &[u8]) -> JsValue {
    Uint8Array::from(of).into()
}

/// # Errors
/// It is no buffer.
pub(super) fn of_buffer(buffer: JsValue) -> Result<Vec<u8>, JsValue> {
    let buffer: ArrayBuffer = buffer.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// What keys are for.
pub(super) fn usages(of: &[&str]) -> JsValue {
    of.iter().map(|usage| JsValue::from(*usage)).collect::<Array>().into()
}
