//! The clock, and times as people write them.

use wasm_bindgen::JsValue;

use super::wake::unix_ms;
use crate::submission::instant::instant;

/// Now, as a FHIR instant in UTC, such as `2026-11-22T09:30:00.000Z`; by the server's clock, where the device's is wrong.
pub(crate) fn now() -> String {
    instant(unix_ms())
}

/// An instant as people write it in `language`, in the device's own time zone; none if it is no instant. English is
/// written as in Europe: by itself it would be the American way, month first. Most browsers know no nynorsk; dates look the
/// same in bokmål.
pub(crate) fn as_people_write(instant: &str, language: &str) -> Option<String> {
    let language = match language {
        "en" => "en-GB",
        "nn" => "nb",
        other => other,
    };
    let date = js_sys::Date::new(&JsValue::from_str(instant));
    if date.get_time().is_nan() {
        return None;
    }
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "long"), ("timeStyle", "short")] {
        js_sys::Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    Some(date.to_locale_string(language, &options).into())
}
