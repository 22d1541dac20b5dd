//! A copy of the answers, saved by the person as a file.

use wasm_bindgen::{JsCast, JsValue};

/// Offers `bytes` as a download. It fails silently where the browser cannot: the answers stay on the page.
pub(crate) fn save_copy(name: &str, bytes: &[u8]) {
    drop(offer(name, bytes));
}

fn offer(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts: js_sys::Array = std::iter::once(js_sys::Uint8Array::from(bytes)).collect();
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("application/fhir+json");
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &kind)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}
