//! What stands around every view: the study's name, the languages, and help one step away.

use leptos::prelude::*;

use super::{
    element::{Element, all, el, el_of},
    parts::{Look, button},
    state::{App, At},
};
use crate::{
    study::Step,
    words::{self, Say, Tongue},
};

/// Puts the frame around a view. Its head and foot are no `header` and `footer`: on another's page those would be a second
/// banner and a second foot of the page.
pub(super) fn frame(app: App, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    all([
        el_of("div", "svar-hidden").attr("role", "status").say(move || app.announcement.get()).into(),
        el_of("div", "svar-header")
            .child(el_of("p", "svar-brand").say(move || app.title()))
            .child(languages(app.language, app.study().languages.clone(), app.announcement))
            .into(),
        el_of("div", "svar-page").child(notices(app)).live(view).into(),
        el_of("div", "svar-footer")
            .child(button(Look::Link, app.say(Say::NeedHelp), move || app.turn(At::Help)))
            .child(button(Look::Link, app.say(Say::WhomToAsk), move || app.turn(At::Ask)))
            .live(move || {
                let place = app.place.get();
                let answering = matches!(place.step, Step::Consent | Step::Contact | Step::Part(_));
                (answering && place.at != At::End)
                    .then(|| button(Look::Link, app.say(Say::EndLink), move || app.turn(At::End)))
            })
            .into(),
    ])
}

/// What is to be known of the answers on this device: how much is there again, or that nothing can be kept. What they stand
/// in is always there: what comes into it later is read out, and what stays from page to page is not read out again.
fn notices(app: App) -> Element {
    let nothing_kept = Memo::new(move |_| {
        let place = app.place.get();
        place.at != At::End && matches!(place.step, Step::Consent | Step::Contact | Step::Part(_)) && app.fails.get()
    });
    let notice = move |what| el_of("div", "svar-notice").child(el("p").say(app.say(what)));
    el_of("div", "svar-notices")
        .attr("role", "status")
        .live(move || app.notice.get().map(notice))
        .live(move || nothing_kept.get().then(|| notice(Say::NothingKept)))
}

/// The language switch.
pub(super) fn languages(language: RwSignal<String>, tags: Vec<String>, announcement: RwSignal<String>) -> Element {
    let label = move || Some(language.with(|tag| Tongue::of(tag).say(&Say::Languages)));
    let buttons: Vec<AnyView> = tags.into_iter().map(|tag| switch(language, tag, announcement)).collect();
    el_of("nav", "svar-languages").live_attr("aria-label", label).child(buttons)
}

fn switch(language: RwSignal<String>, tag: String, announcement: RwSignal<String>) -> AnyView {
    let (pressed, chosen) = (tag.clone(), tag.clone());
    let pressed = move || Some(language.with(|now| *now == pressed).to_string());
    el_of("button", "svar-language")
        .attr("type", "button")
        .attr("lang", tag.as_str())
        .live_attr("aria-pressed", pressed)
        .on("click", move |_| {
            language.set(chosen.clone());
            announcement.set(Tongue::of(&chosen).say(&Say::LanguageChanged));
        })
        .text(words::own_name(&tag))
        .view()
}
