//! JSON by the browser's own parser.

use wasm_bindgen::{JsCast, JsValue};

use crate::json::Json;

/// What `JSON.parse` made of a document.
pub(crate) struct Parsed(JsValue);

impl Json for Parsed {
    fn parse(bytes: &[u8]) -> Option<Parsed> {
        js_sys::JSON::parse(core::str::from_utf8(bytes).ok()?).ok().map(Parsed)
    }

    fn get(&self, name: &str) -> Option<Parsed> {
        // Only a member of the object itself: `constructor` and its like are not in the document.
        let object = self.0.dyn_ref::<js_sys::Object>()?;
        let found = js_sys::Object::get_own_property_descriptor(object, &name.into());
        let value = js_sys::Reflect::get(&found, &"value".into()).ok()?;
        (!value.is_undefined()).then_some(Parsed(value))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn whole(&self) -> Option<u64> {
        let number = self.0.as_f64()?;
        // Whole numbers are exact up to 2^53.
        (number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0).then_some(number as u64)
    }

    fn entries(&self) -> Vec<Parsed> {
        self.0.dyn_ref::<js_sys::Array>().map(|list| list.iter().map(Parsed).collect()).unwrap_or_default()
    }
}
