//! Receipts.

use leptos::prelude::*;

use super::{handout, own, sending, told};
use crate::{
    browser,
    questionnaire::text::Text,
    study::{Step, Words},
    submission::Receipt,
    views::{
        element::{Child, all, el, el_of, live},
        parts::{Look, actions, button, contact, fact, facts, heading, text_box},
        resume::next_person,
        sheet::Freezing,
        state::App,
    },
    words::{Say, Told, Tongue},
};

/// What has arrived at a step.
pub(super) fn view(app: App, step: Step) -> AnyView {
    match step {
        Step::Received(received) => part(app, received),
        Step::Finished(part) => last(app, part),
        _ => consented(app),
    }
}

/// The consent has arrived.
fn consented(app: App) -> AnyView {
    let words = app.wave().consent.clone().map(|consent| consent.received).unwrap_or_default();
    all([
        done(app, Told::ConsentReceivedTitle).into(),
        receipt(app, Step::Consented).into(),
        text_box(said(app, words)).into(),
        actions(vec![
            button(Look::Primary, app.say(Say::GoOn), move || app.go_on()),
            button(Look::Plain, told(app, Told::Print), browser::print),
        ])
        .into(),
    ])
}

/// A part has arrived, and another may follow.
fn part(app: App, part: usize) -> AnyView {
    let more = el_of("section", "svar-notice")
        .attr("aria-labelledby", "svar-more")
        .child(el_of("h2", "svar-notice-title").attr("id", "svar-more").say(told(app, Told::MoreTitle)))
        .child(text_box(said(app, received(app, part))))
        .child(actions(vec![
            button(Look::Primary, told(app, Told::GoOnWithRest), move || app.go_on()),
            button(Look::Secondary, told(app, Told::StopHere), move || app.finish(Step::Finished(part))),
        ]));
    all([
        done(app, Told::PartReceivedTitle).into(),
        receipt(app, Step::Received(part)).into(),
        more.into(),
        actions(vec![button(Look::Plain, told(app, Told::Print), browser::print)]).into(),
    ])
}

/// What the last page shows beside the receipt.
#[derive(Clone, Copy)]
enum Shown {
    /// The summary of a part.
    Summary(usize),
    /// The respondent's own copy.
    Own,
}

/// The last page: the receipt, or what it leads to.
fn last(app: App, part: usize) -> AnyView {
    let showing = RwSignal::new(None);
    let close = move || showing.set(None);
    live(move || match showing.get() {
        Some(Shown::Summary(part)) => handout::view(app, part, close),
        Some(Shown::Own) => own::view(app, close),
        None => finished(app, part, showing),
    })
}

/// Everything that the person wanted to send has arrived.
fn finished(app: App, part: usize, showing: RwSignal<Option<Shown>>) -> AnyView {
    let last = app.wave().parts.len() == part.saturating_add(1);
    let title = if last { Told::ReceivedTitle } else { Told::StoppedTitle };
    let summaries = (0..=part).filter(|part| handout::is_there(app, *part));
    let shows = |look, words, what| button(look, told(app, words), move || showing.set(Some(what)));
    let summaries = summaries.map(|part| shows(Look::Primary, Told::SummaryShow, Shown::Summary(part)));
    let own = own::is_there(app).then(|| shows(Look::Secondary, Told::OwnShow, Shown::Own));
    let print = button(Look::Secondary, told(app, Told::Print), browser::print);
    all([
        done(app, title).into(),
        receipt(app, Step::Finished(part)).into(),
        last.then(|| text_box(said(app, received(app, part)))).into(),
        contact_details(app),
        facts(contact(app)).into(),
        actions(summaries.chain(own).chain([print]).collect()).into(),
        next_person(app),
    ])
}

/// What has become of the contact details, if there were any: their own receipt, or how they fare.
fn contact_details(app: App) -> Child {
    let Some(sheet) = app.sheet(Step::Contact) else { return None::<AnyView>.into() };
    let state = Memo::new(move |_| {
        let freezing = sheet.freezing.get() != Freezing::Not;
        sheet.delivery.watch(|sent| (freezing || sent.frozen().is_some(), sent.received().is_some()))
    });
    live(move || match state.get() {
        (_, true) => Some(
            el("section")
                .child(el_of("h2", "svar-receipt-title").say(told(app, Told::ContactReceivedTitle)))
                .child(receipt_of(app, sheet.delivery.receipt()))
                .view(),
        ),
        (true, false) => Some(el_of("section", "svar-notice").child(sending::contact_details(app, sheet)).view()),
        (false, false) => None,
    })
    .into()
}

fn done(app: App, title: Told) -> AnyView {
    heading(app, "svar-heading svar-heading--done", told(app, title), String::new, || None)
}

fn received(app: App, part: usize) -> Words {
    app.wave().parts.get(part).map(|part| part.received.clone()).unwrap_or_default()
}

fn said(app: App, words: Words) -> impl Fn() -> Option<Text> + Send + 'static {
    move || app.language.with(|tag| app.study().say(&words, tag).cloned())
}

/// Reference and time of what was received.
fn receipt(app: App, step: Step) -> AnyView {
    receipt_of(app, app.received(step).and_then(|delivery| delivery.receipt()))
}

fn receipt_of(app: App, receipt: Option<Receipt>) -> AnyView {
    let Some(receipt) = receipt else { return ().into_any() };
    let instant = receipt.stored.unwrap_or_else(browser::now);
    let stored = instant.clone();
    let language = app.language;
    let time =
        move || language.with(|tag| browser::as_people_write(&stored, Tongue::of(tag).tag())).unwrap_or_default();
    facts(vec![
        fact(
            told(app, Told::Reference),
            el("dd").child(el_of("span", "svar-reference").text(reference(&receipt.uuid))),
        ),
        fact(told(app, Told::ReceivedAt), el("dd").child(el("time").attr("datetime", instant).say(time))),
    ])
}

/// The first twelve digits of the id, in groups that can be read out: the study finds the submission by them.
fn reference(uuid: &str) -> String {
    let digits: Vec<char> = uuid.chars().filter(|c| *c != '-').take(12).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>().to_uppercase()).collect::<Vec<_>>().join("-")
}
