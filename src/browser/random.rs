//! Randomness, and ids made of it.

use js_sys::{Uint8Array, global};
use wasm_bindgen::JsCast;

use super::js::{call, get};

/// Fills `bytes` with secure randomness; none where the browser has none.
pub(crate) fn fill(bytes: &mut [u8]) -> Option<()> {
    let crypto = get(&global(), "crypto").ok()?;
    let filled: Uint8Array =
        call(&crypto, "getRandomValues", &[Uint8Array::new_with_length(bytes.len() as u32).into()])
            .ok()?
            .dyn_into()
            .ok()?;
    let same = filled.length() as usize == bytes.len();
    same.then(|| filled.copy_to(bytes))
}

/// A random UUID (RFC 9562, version 4) in lower-case hexadecimal; none where the browser has no secure randomness.
/// `randomUUID` would need a secure context, this does not.
pub(crate) fn uuid() -> Option<String> {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes)?;
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for half in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(u32::from(half), 16)?);
        }
    }
    Some(text)
}
