//! The first screens: who asks and why, and whose device this is.

use leptos::prelude::*;

use super::{
    element::{all, el, el_of},
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
    let id = app.wave().id.clone();
    let mode = app.given(|given| given.admitted.invitation.mode);
    let mode = mode.map(|mode| el_of("div", "svar-notice").child(el("p").say(app.say(Say::Mode(mode)))));
    let responsible = app.plain(|study| Some(&study.responsible));
    let demonstration = app.study().demonstration;
    let demonstration =
        demonstration.then(|| el_of("div", "svar-notice").child(el("p").say(app.say(Say::Demonstration))));
    let details: Vec<AnyView> = (0..app.study().details.len()).map(|place| detail(app, place)).collect();
    all([
        plain_heading(app, title).into(),
        mode.into(),
        demonstration.into(),
        text_box(app.words(move |study| {
            let of_wave = study.wave(&id).and_then(|wave| wave.welcome.as_ref());
            Some(of_wave.unwrap_or(&study.welcome))
        }))
        .into(),
        actions(vec![button(Look::Primary, app.say(Say::Start), move || app.go_on())]).into(),
        facts(vec![fact(app.say(Say::Responsible), el("dd").say(responsible))]).into(),
        el("div").child(details).into(),
    ])
}

fn detail(app: App, place: usize) -> AnyView {
    let title = app.plain(move |study: &Study| study.details.get(place).map(|detail| &detail.title));
    let text = app.words(move |study: &Study| study.details.get(place).map(|detail| &detail.text));
    el_of("details", "svar-details").child(el("summary").say(title)).child(text_box(text)).view()
}

/// Whose device it is.
pub(super) fn device(app: App) -> AnyView {
    let question = el_of("fieldset", "svar-question")
        .attr("aria-describedby", "device-help")
        .child(el_of("legend", "svar-question-label").say(app.say(Say::DeviceQuestion)))
        .child(el_of("p", "svar-help").attr("id", "device-help").say(app.say(Say::DeviceHelp)))
        .child(
            el_of("div", "svar-options")
                .child(device_option(app, true, Say::DeviceOwn, Say::DeviceOwnNote))
                .child(device_option(app, false, Say::DeviceShared, Say::DeviceSharedNote)),
        );
    let form = el_of("form", "svar-form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            app.device_chosen();
        })
        .child(question)
        .child(actions(vec![
            button(Look::Secondary, app.say(Say::Back), move || app.back()),
            submit(app.say(Say::Next)),
        ]));
    all([plain_heading(app, app.say(Say::DeviceTitle)).into(), form.into()])
}

fn device_option(app: App, own: bool, label: Say, note: Say) -> AnyView {
    let id = if own { "device-own" } else { "device-shared" };
    el_of("div", "svar-option")
        .child(
            el_of("input", "svar-option-input")
                .attr("type", "radio")
                .attr("id", id)
                .attr("name", "device")
                .checked(move || app.own_device.get() == Some(own))
                .on("change", move |_| app.own_device.set(Some(own))),
        )
        .child(
            el_of("label", "svar-option-label")
                .attr("for", id)
                .child(el_of("span", "svar-option-text").say(app.say(label)))
                .child(el_of("span", "svar-option-note").say(app.say(note))),
        )
        .view()
}
