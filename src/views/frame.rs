//! What stands around every view: the study's name, the languages, and help one step away.

use leptos::{ev, html, prelude::*};

use super::{
    parts::{Look, button},
    state::{App, At},
};
use crate::words::{self, Say, Tongue};

/// Puts the frame around a view.
pub(super) fn frame(app: App, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let title = move || app.title();
    (
        html::div().class("svar-hidden").attr("role", "status").child(move || app.announcement.get()),
        html::header().class("svar-header").child((
            html::p().class("svar-brand").child(title),
            languages(app.language, app.study().languages.clone(), app.announcement),
        )),
        html::div().class("svar-page").child(view),
        html::footer().class("svar-footer").child((
            button(Look::Link, app.say(Say::NeedHelp), move || app.turn(At::Help)),
            button(Look::Link, app.say(Say::WhomToAsk), move || app.turn(At::Ask)),
        )),
    )
        .into_any()
}

/// The language switch.
pub(super) fn languages(language: RwSignal<String>, tags: Vec<String>, announcement: RwSignal<String>) -> AnyView {
    let button = move |tag: String| {
        let (pressed, chosen) = (tag.clone(), tag.clone());
        html::button()
            .attr("type", "button")
            .class("svar-language")
            .attr("lang", tag.clone())
            .attr("aria-pressed", move || if language.with(|now| *now == pressed) { "true" } else { "false" })
            .on(ev::click, move |_| {
                language.set(chosen.clone());
                announcement.set(Tongue::of(&chosen).say(&Say::LanguageChanged));
            })
            .child(words::own_name(&tag).to_owned())
            .into_any()
    };
    let label = move || language.with(|tag| Tongue::of(tag).say(&Say::Languages));
    let buttons: Vec<AnyView> = tags.into_iter().map(button).collect();
    html::nav().class("svar-languages").attr("aria-label", label).child(buttons).into_any()
}
