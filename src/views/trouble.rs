//! There is nothing to answer: why, what to do, and whom to ask.

use std::sync::Arc;

use leptos::{html, prelude::*};

use super::parts::{Look, actions, button};
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
    again: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    let say = move |what: Say| move || language.with(|tag| Tongue::of(tag).say(&what));
    let title = say(Say::TroubleTitle(what));
    let page_title = title.clone();
    Effect::new(move || browser::set_title(&format!("{} – Svar", page_title())));
    let contact = study.map(|study| {
        let name = move || language.with(|tag| study.say(&study.contact.name, tag).map(|text| text.words()));
        html::p().child((say(Say::Contact), ": ", name)).into_any()
    });
    // A link that is wrong stays wrong; what could not be fetched may come the next time.
    let can_retry = !matches!(what, Trouble::Invitation(_) | Trouble::OtherStudy | Trouble::NoSuchWave);
    let retry = can_retry.then(|| actions(vec![button(Look::Primary, say(Say::TryAgain), again)]));
    html::div()
        .class("svar-page")
        .child((
            html::h1().class("svar-heading").attr("tabindex", "-1").child(title),
            html::div().class("svar-text").child((html::p().child(say(Say::Trouble(what))), contact)),
            retry,
        ))
        .into_any()
}
