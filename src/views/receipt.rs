//! Receipts, and the ends of the road.

use leptos::{html, prelude::*};

use super::{
    parts::{Look, actions, button, contact, fact, facts, heading, plain_heading, text_box},
    state::App,
};
use crate::{
    browser,
    study::{Part, Step},
    words::{Say, Tongue},
};

/// The consent has arrived.
pub(super) fn consented(app: App) -> AnyView {
    let words = app.wave().consent.clone().map(|consent| consent.received).unwrap_or_default();
    let text = move || app.language.with(|tag| app.study().say(&words, tag).cloned());
    (
        done(app, Say::ConsentReceivedTitle),
        receipt(app, Step::Consented),
        text_box(text),
        actions(vec![
            button(Look::Primary, app.say(Say::GoOn), move || app.go_on()),
            button(Look::Plain, app.say(Say::Print), browser::print),
        ]),
    )
        .into_any()
}

/// A part has arrived, and another may follow.
pub(super) fn part(app: App, part: usize) -> AnyView {
    let next = part.saturating_add(1);
    let minutes = app.wave().parts.get(next).map_or(0, |part| part.minutes);
    let more = html::section().class("svar-notice").attr("aria-labelledby", "svar-more").child((
        html::h2().class("svar-notice-title").attr("id", "svar-more").child(app.say(Say::MoreTitle)),
        html::p().child(app.say(Say::More { minutes })),
        actions(vec![
            button(Look::Primary, app.say(Say::GoOnWithRest), move || app.go_on()),
            button(Look::Secondary, app.say(Say::StopHere), move || app.stop(part)),
        ]),
    ));
    (
        done(app, Say::PartReceivedTitle),
        receipt(app, Step::Received(part)),
        text_box(received(app, part)),
        more,
        actions(vec![button(Look::Plain, app.say(Say::Print), browser::print)]),
    )
        .into_any()
}

/// Everything that the person wanted to send has arrived.
pub(super) fn finished(app: App, part: usize) -> AnyView {
    let last = app.wave().parts.len() == part.saturating_add(1);
    let title = if last { Say::ReceivedTitle } else { Say::StoppedTitle };
    (
        done(app, title),
        receipt(app, Step::Finished(part)),
        last.then(|| text_box(received(app, part))),
        facts(contact(app)),
        actions(vec![button(Look::Secondary, app.say(Say::Print), browser::print)]),
    )
        .into_any()
}

/// The person does not take part.
pub(super) fn declined(app: App) -> AnyView {
    (
        plain_heading(app, app.say(Say::DeclinedTitle)),
        text_box(app.words(|study| Some(&study.declined))),
        actions(vec![button(Look::Secondary, app.say(Say::Back), move || app.back())]),
    )
        .into_any()
}

fn done(app: App, title: Say) -> AnyView {
    heading(app, "svar-heading svar-heading--done", app.say(title), String::new)
}

fn received(app: App, part: usize) -> impl Fn() -> Option<crate::questionnaire::text::Text> + Send + 'static {
    let words = app.wave().parts.get(part).map(|part: &Part| part.received.clone()).unwrap_or_default();
    move || app.language.with(|tag| app.study().say(&words, tag).cloned())
}

/// Reference and time of what was received.
fn receipt(app: App, step: Step) -> AnyView {
    let receipt = app.received(step).and_then(|sheet| sheet.delivery.with_untracked(|sent| sent.received().cloned()));
    let Some(receipt) = receipt else { return ().into_any() };
    let stored = receipt.stored.clone().unwrap_or_else(browser::now);
    let instant = stored.clone();
    let language = app.language;
    let time = move || language.with(|tag| browser::as_people_write(&stored, Tongue::of(tag).tag()));
    facts(vec![
        fact(app.say(Say::Reference), html::span().class("svar-reference").child(reference(&receipt.uuid)).into_any()),
        fact(app.say(Say::ReceivedAt), html::time().attr("datetime", instant).child(time).into_any()),
    ])
}

/// The first twelve digits of the id, in groups that can be read out: the study finds the submission by them.
fn reference(uuid: &str) -> String {
    let digits: Vec<char> = uuid.chars().filter(|c| *c != '-').take(12).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>().to_uppercase()).collect::<Vec<_>>().join("-")
}
