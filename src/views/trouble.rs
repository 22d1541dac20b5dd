//! There is nothing to answer: why, what to do, and whom to ask.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    element::{el, el_of},
    parts::{Look, actions, button},
};
use crate::{
    browser,
    study::Study,
    words::{Say, Tongue, Trouble},
};

/// The page for what stands in the way.
pub(super) fn trouble(
    what: Trouble,
    language: RwSignal<String>,
    study: Option<Arc<Study>>,
    again: impl Fn() + 'static,
) -> AnyView {
    let say = move |what: Say| move || language.with(|tag| Tongue::of(tag).say(&what));
    let title = say(Say::TroubleTitle(what));
    let page_title = title.clone();
    Effect::new(move || browser::set_title(&format!("{} – Svar", page_title())));
    let contact = study.map(|study| {
        let name = move || {
            language.with(|tag| study.say(&study.contact.name, tag).map_or_else(String::new, |text| text.words()))
        };
        el("p").say(say(Say::Contact)).text(": ").say(name)
    });
    // A link that is wrong stays wrong; what could not be fetched may come the next time.
    let can_retry = !matches!(what, Trouble::Invitation(_) | Trouble::OtherStudy | Trouble::NoSuchWave);
    let retry = can_retry.then(|| actions(vec![button(Look::Primary, say(Say::TryAgain), again)]));
    el_of("div", "svar-page")
        .child(el_of("h1", "svar-heading").attr("tabindex", "-1").say(title))
        .child(el_of("div", "svar-text").child(el("p").say(say(Say::Trouble(what)))).child(contact))
        .child(retry)
        .view()
}
