//! What a test does to the page it runs in, and undoes again.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What a script comes to. `found` is at its hands.
pub(crate) async fn script(body: &str, found: &JsValue) -> JsValue {
    let body = format!("return (async () => {{ {body} }})()");
    let promise: Promise =
        Function::new_with_args("found", &body).call1(&JsValue::NULL, found).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}

/// A property of the page that is another until this is dropped.
pub(crate) struct Patched(Function);

impl Patched {
    /// Puts what the script `get` comes to in place of `name` of `of`, both as a script would write them; `real` is what
    /// was there.
    pub(crate) fn new(of: &str, name: &str, get: &str) -> Patched {
        let body = format!(
            "const of = {of}, real = of[{name:?}], was = Object.getOwnPropertyDescriptor(of, {name:?});
             const get = () => {{ {get} }};
             Object.defineProperty(of, {name:?}, {{ configurable: true, get }});
             return () => was ? Object.defineProperty(of, {name:?}, was) : delete of[{name:?}];"
        );
        Patched(Function::new_no_args(&body).call0(&JsValue::NULL).unwrap().unchecked_into())
    }

    pub(crate) fn database(get: &str) -> Patched {
        Patched::new("window", "indexedDB", get)
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        self.0.call0(&JsValue::NULL).unwrap();
    }
}

/// Removes a database, as somebody does who clears what sites have stored.
pub(crate) async fn wipe(database: &str) {
    let body = "await new Promise((done, fail) => {
        const request = indexedDB.deleteDatabase(found);
        request.onsuccess = request.onerror = done;
        setTimeout(() => fail('a connection holds up whoever clears the database'), 10000);
    })";
    script(body, &database.into()).await;
}

/// Closes the tab, as far as the device can tell.
pub(crate) async fn close_tab() {
    script("sessionStorage.clear()", &JsValue::NULL).await;
}

/// Another device.
pub(crate) async fn other_device() {
    wipe("svar").await;
    close_tab().await;
}

/// What all of these come to, begun in this order before the first is done.
pub(crate) async fn all<T>(work: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut work: Vec<_> = work.into_iter().map(|work| (work, None)).collect();
    poll_fn(|context| {
        for (work, done) in work.iter_mut().filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                *done = Some(result);
            }
        }
        if work.iter().all(|(_, done)| done.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    work.into_iter().filter_map(|(_, done)| done).collect()
}
