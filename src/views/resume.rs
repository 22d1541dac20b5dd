//! Coming back, and leaving for good: whose answers these are, which tab goes on, and nothing left behind.

use std::rc::Rc;

use leptos::prelude::*;

use super::{
    element::{Child, all, el, el_of, live},
    parts::{Look, actions, button, plain_heading, text_box},
    state::App,
};
use crate::{
    browser::Ground,
    words::{Say, Tongue},
};

/// What a button does.
pub(super) type Act = Box<dyn Fn()>;

/// A page with a heading, a few words, and buttons, before there is an app.
pub(super) fn crossing(
    ground: &Rc<Ground>,
    language: RwSignal<String>,
    title: Say,
    words: Vec<Say>,
    buttons: Vec<(Look, Say, Act)>,
) -> AnyView {
    let say = move |what: Say| move || language.with(|tag| Tongue::of(tag).say(&what));
    let page_title = say(title.clone());
    let ground = ground.clone();
    Effect::new(move || ground.set_title(&[&page_title(), " – Svar"].concat()));
    let words: Vec<AnyView> = words.into_iter().map(|words| el("p").say(say(words)).view()).collect();
    let buttons = buttons.into_iter().map(|(look, label, act)| button(look, say(label), act)).collect();
    el_of("div", "svar-page")
        .child(el_of("h1", "svar-heading").attr("tabindex", "-1").say(say(title)))
        .child(words)
        .child(actions(buttons))
        .view()
}

/// The respondent goes on in another tab.
pub(super) fn moved_away(app: App) -> AnyView {
    all([
        plain_heading(app, app.say(Say::MovedTitle)).into(),
        el("p").attr("role", "status").say(app.say(Say::MovedLead)).into(),
        actions(vec![button(Look::Secondary, app.say(Say::UseThisTab), move || app.restart())]).into(),
    ])
}

/// Whether to stop.
pub(super) fn end(app: App) -> AnyView {
    all([
        plain_heading(app, app.say(Say::EndTitle)).into(),
        el("p").say(app.say(Say::EndLead)).into(),
        actions(vec![
            button(Look::Primary, app.say(Say::EndConfirm), move || app.end()),
            button(Look::Secondary, app.say(Say::Close), move || app.back()),
        ])
        .into(),
    ])
}

/// The person does not take part.
pub(super) fn declined(app: App) -> AnyView {
    all([
        plain_heading(app, app.say(Say::DeclinedTitle)).into(),
        text_box(app.words(|study| Some(&study.declined))).into(),
        actions(vec![button(Look::Secondary, app.say(Say::Back), move || app.back())]).into(),
    ])
}

/// Nothing is left, but what is on its way.
pub(super) fn cleared(app: App) -> AnyView {
    let under_way = Memo::new(move |_| app.is_under_way());
    all([
        plain_heading(app, app.say(Say::ClearedTitle)).into(),
        live(move || {
            let words = if under_way.get() { Say::ClearedPending } else { Say::ClearedLead };
            el("p").attr("role", "status").say(app.say(words))
        })
        .into(),
        next_person(app),
    ])
}

/// The way in for the next person at this device, unless the link is one person's, or something is left that only this
/// page can deliver.
pub(super) fn next_person(app: App) -> Child {
    if app.given(|given| given.admitted.invitation.sub.is_some()) {
        return None::<AnyView>.into();
    }
    let may = Memo::new(move |_| app.may_hand_over());
    let next = move || actions(vec![button(Look::Secondary, app.say(Say::NextPerson), move || app.restart())]);
    live(move || may.get().then(next)).into()
}
