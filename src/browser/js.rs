//! Checked dynamic calls: what JavaScript answers with is looked at before it is used, and what it throws is an error.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The member `name` of `of`.
///
/// # Errors
/// `of` is no object, or getting it throws.
pub(crate) fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &name.into())
}

/// What the method `name` of `of` answers with.
///
/// # Errors
/// There is no such method, or it throws.
pub(crate) fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = get(of, name)?.dyn_into()?;
    method.apply(of, &arguments.iter().collect::<Array>())
}

/// What a promise, or a value that may be one, comes to.
///
/// # Errors
/// What it is rejected with.
pub(crate) async fn await_(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value)).await
}

/// A plain object with these members.
pub(crate) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // Fails only on frozen objects.
        drop(Reflect::set(&object, &(*name).into(), value));
    }
    object.into()
}

/// What resolves a promise, at the latest when it is dropped: whoever waits for one that is never settled is never let go
/// of, with all that they hold.
#[derive(Debug)]
pub(crate) struct Resolve(Option<Function>);

/// A promise, and what resolves it.
pub(crate) fn deferred() -> (Promise, Resolve) {
    let mut resolve = None;
    let promise = Promise::new(&mut |settle, _| resolve = Some(settle));
    (promise, Resolve(resolve))
}

impl Resolve {
    /// Resolves it to this, unless it is resolved already.
    pub(crate) fn to(&self, value: &JsValue) {
        drop(self.0.as_ref().map(|resolve| resolve.call1(&JsValue::NULL, value)));
    }

    /// For JavaScript to call.
    pub(crate) fn function(&self) -> JsValue {
        self.0.clone().map_or(JsValue::UNDEFINED, JsValue::from)
    }
}

impl Drop for Resolve {
    fn drop(&mut self) {
        self.to(&JsValue::UNDEFINED);
    }
}
