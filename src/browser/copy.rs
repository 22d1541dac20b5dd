//! A copy of the answers, saved by the person as a file.

use js_sys::{Array, Function, Reflect, Uint8Array, global};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use super::js::{call, get};

/// Offers `bytes` as a download. It fails silently where the browser cannot: the answers stay on the page.
pub(crate) fn save_copy(name: &str, bytes: &[u8]) {
    drop(offer(name, "application/fhir+json", bytes));
}

/// Offers what stands on the page as a page of its own, without any style or script.
pub(crate) fn save_page(copy: &Element, title: &str, language: &str, name: &str) {
    if let Ok(text) = page(copy, title, language) {
        drop(offer(name, "text/html", text.as_bytes()));
    }
}

fn page(copy: &Element, title: &str, language: &str) -> Result<String, JsValue> {
    let maker = get(&document()?.into(), "implementation")?;
    let page: Document = call(&maker, "createHTMLDocument", &[title.into()])?.dyn_into()?;
    let root = page.document_element().ok_or(JsValue::NULL)?;
    root.set_attribute("lang", language)?;
    let charset = page.create_element("meta")?;
    charset.set_attribute("charset", "utf-8")?;
    call(&get(&page, "head")?, "prepend", &[charset.into()])?;
    let body = get(&page, "body")?;
    call(&body, "append", &[call(&page, "importNode", &[copy.into(), true.into()])?])?;
    let class: Function = get(&global(), "XMLSerializer")?.dyn_into()?;
    let writer = Reflect::construct(&class, &Array::new())?;
    let text = call(&writer, "serializeToString", &[root.into()])?;
    Ok(["<!doctype html>\n", text.as_string().as_deref().unwrap_or_default(), "\n"].concat())
}

fn offer(name: &str, kind: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts: Array = std::iter::once(Uint8Array::from(bytes)).collect();
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document()?.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}

fn document() -> Result<Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)
}
