//! The first screens: who asks and why, and whose device this is.

use leptos::{ev, html, prelude::*};

use super::{
    parts::{Look, actions, button, fact, facts, plain_heading, submit, text_box},
    state::App,
};
use crate::{study::Study, words::Say};

/// Who asks, why, how long; details folded.
pub(super) fn welcome(app: App) -> AnyView {
    let wave = app.wave();
    let title = move || {
        let study = app.study();
        app.language.with(|tag| study.say(&wave.title, tag).map_or_else(String::new, |text| text.words()))
    };
    let responsible = app.words(|study| Some(&study.responsible));
    let responsible = move || responsible().map(|text| text.words());
    let demonstration = app.study().demonstration.then(|| {
        html::div().class("svar-notice").child(html::p().child(app.say(Say::Demonstration))).into_any()
    });
    let details: Vec<AnyView> = (0..app.study().details.len()).map(|place| detail(app, place)).collect();
    (
        plain_heading(app, title),
        demonstration,
        text_box(app.words(|study| Some(&study.welcome))),
        actions(vec![button(Look::Primary, app.say(Say::Start), move || app.go_on())]),
        facts(vec![fact(app.say(Say::Responsible), responsible.into_any())]),
        html::div().child(details),
    )
        .into_any()
}

fn detail(app: App, place: usize) -> AnyView {
    let title = app.words(move |study: &Study| study.details.get(place).map(|detail| &detail.title));
    let title = move || title().map(|text| text.words());
    let text = app.words(move |study: &Study| study.details.get(place).map(|detail| &detail.text));
    html::details().class("svar-details").child((html::summary().child(title), text_box(text))).into_any()
}

/// Whose device it is.
pub(super) fn device(app: App) -> AnyView {
    let option = move |own: bool, label: Say, note: Say| {
        let id = if own { "device-own" } else { "device-shared" };
        html::div()
            .class("svar-option")
            .child((
                html::input()
                    .class("svar-option-input")
                    .attr("type", "radio")
                    .attr("id", id)
                    .attr("name", "device")
                    .prop("checked", move || app.own_device.get() == Some(own))
                    .on(ev::change, move |_| app.own_device.set(Some(own))),
                html::label().class("svar-option-label").attr("for", id).child((
                    html::span().class("svar-option-text").child(app.say(label)),
                    html::span().class("svar-option-note").child(app.say(note)),
                )),
            ))
            .into_any()
    };
    let question = html::fieldset().class("svar-question").attr("aria-describedby", "device-help").child((
        html::legend().class("svar-question-label").child(app.say(Say::DeviceQuestion)),
        html::p().class("svar-help").attr("id", "device-help").child(app.say(Say::DeviceHelp)),
        html::div().class("svar-options").child((
            option(true, Say::DeviceOwn, Say::DeviceOwnNote),
            option(false, Say::DeviceShared, Say::DeviceSharedNote),
        )),
    ));
    let form = html::form()
        .class("svar-form")
        .attr("novalidate", "")
        .on(ev::submit, move |event| {
            event.prevent_default();
            app.go_on();
        })
        .child((
            question,
            actions(vec![button(Look::Secondary, app.say(Say::Back), move || app.back()), submit(app.say(Say::Next))]),
        ));
    (plain_heading(app, app.say(Say::DeviceTitle)), form).into_any()
}
