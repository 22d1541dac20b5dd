//! The door between JavaScript and the widget: what `entry.js` calls.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::views;

/// Mounts the widget into `host`. The token is the invitation as it stood in the link, and may be empty.
#[wasm_bindgen]
pub fn mount(host: web_sys::HtmlElement, study: String, token: String, language: Option<String>) {
    let door = views::Door { study, token, language };
    mount_to(host, move || views::root(door)).forget();
}
