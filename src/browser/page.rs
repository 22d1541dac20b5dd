//! The page around the widget: title, focus, history, printing, and what this tab keeps.

use leptos::{
    ev,
    prelude::{on_cleanup, window, window_event_listener},
};
use wasm_bindgen::{JsCast, JsValue};

/// Where `entry.js` keeps the invitation, so that a reload of the tab still has it.
const INVITATION_KEY: &str = "svar-invitation";

/// Keeps the invitation for a reload of this tab, as `entry.js` does.
pub(crate) fn keep_invitation(token: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        drop(storage.set_item(INVITATION_KEY, token));
    }
}

/// Forgets the invitation that this tab kept. Where storage is denied there is nothing to forget.
pub(crate) fn forget_invitation() {
    if let Ok(Some(storage)) = window().session_storage() {
        drop(storage.remove_item(INVITATION_KEY));
    }
}

pub(crate) fn set_title(title: &str) {
    if let Some(document) = window().document() {
        document.set_title(title);
    }
}

/// Marks this place in the tab's history.
pub(crate) fn replace_history(place: u32) {
    if let Ok(history) = window().history() {
        drop(history.replace_state(&JsValue::from(place), ""));
    }
}

/// Adds a place to the tab's history: false where the host forbids it.
pub(crate) fn push_history(place: u32) -> bool {
    window().history().is_ok_and(|history| history.push_state(&JsValue::from(place), "").is_ok())
}

/// Goes back one place in the tab's history; [`on_back`] hears of it.
pub(crate) fn go_back() {
    if let Ok(history) = window().history() {
        drop(history.back());
    }
}

/// Asks before the tab is left, while `unsent` says that something would be lost.
pub(crate) fn ask_before_leaving(unsent: impl Fn() -> bool + 'static) {
    let listener = window_event_listener(ev::beforeunload, move |event| {
        if unsent() {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Calls `go` with the place that the browser's own Back or Forward leads to, until the owner is cleaned up.
pub(crate) fn on_back(go: impl Fn(u32) + 'static) {
    let listener = window_event_listener(ev::popstate, move |event| {
        if let Some(place) = event.state().as_f64() {
            go(place as u32);
        }
    });
    on_cleanup(move || listener.remove());
}

/// Puts the focus on the element, without scrolling to it.
pub(crate) fn focus(element: &web_sys::HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    drop(element.focus_with_options(&options));
}

/// Puts the focus on the element with this id, or on the first field within it, and brings it into sight, with the
/// question, help and error above it.
pub(crate) fn focus_within(id: &str) {
    let Some(found) = window().document().and_then(|document| document.get_element_by_id(id)) else { return };
    const FIELDS: &str = "input:checked, input, select, textarea";
    let field = if found.matches(FIELDS).unwrap_or(false) { None } else { first(&found, FIELDS) };
    let question = found.closest("fieldset, .svar-question").ok().flatten();
    question.as_ref().unwrap_or(&found).scroll_into_view();
    if let Some(element) = field.unwrap_or(found).dyn_ref::<web_sys::HtmlElement>() {
        // Where the window is too low for the whole question, its field comes into sight all the same.
        drop(element.focus());
    }
}

fn first(within: &web_sys::Element, selectors: &str) -> Option<web_sys::Element> {
    within.query_selector("input:checked").ok().flatten().or_else(|| within.query_selector(selectors).ok().flatten())
}

/// Brings the beginning of the widget that `element` belongs to into sight.
pub(crate) fn to_top(element: &web_sys::HtmlElement) {
    if let Ok(Some(root)) = element.closest(".svar") {
        root.scroll_into_view();
    }
}

pub(crate) fn print() {
    drop(window().print());
}
