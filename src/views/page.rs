//! A page of a questionnaire: progress, what is wrong or left open, the questions, and the way on.

use leptos::prelude::*;

use super::{
    element::{all, el_of, live},
    marks::Page,
    parts::{Look, actions, button, heading, submit},
    question,
    sheet::Sheet,
    state::{App, At},
    summary,
};
use crate::{questionnaire::ItemId, session::Session, study::Step, words::Say};

/// The id of the words that number the page.
const PROGRESS: &str = "svar-progress";

/// The page `id`.
pub(super) fn view(app: App, sheet: Sheet, step: Step, id: ItemId) -> AnyView {
    let page = Page::new(app, sheet, step, id);
    let title = sheet.words(app, sheet.form(|form| form.item(id).text));
    let count = Memo::new(move |_| {
        sheet.layout(|session| {
            let pages = session.pages();
            (pages.iter().position(|other| *other == id).map_or(1, |place| place.saturating_add(1)), pages.len())
        })
    });
    let language = app.language;
    let before_title = move || {
        let tag = language.read();
        let tongue = crate::words::Tongue::of(&tag);
        let (page_number, of) = count.get();
        let error = if page.all_wrong().is_empty() { String::new() } else { tongue.say(&Say::ErrorPrefix) };
        if of < 2 { error } else { format!("{error}{}: ", tongue.say(&Say::PageOf { page: page_number, of })) }
    };
    let form = el_of("form", "svar-form")
        .attr("novalidate", "")
        .attr("autocomplete", "off")
        .on("submit", move |event| {
            event.prevent_default();
            leave(page);
        })
        .child(question::items(page, id))
        .child(buttons(page));
    let several = Memo::new(move |_| count.get().1 > 1);
    // The focus goes to the heading, past the number of the page.
    let number = move || several.get().then(|| PROGRESS.to_owned());
    all([
        progress(page, count, several).into(),
        summary::view(page).into(),
        heading(app, "svar-heading", title, before_title, number).into(),
        form.into(),
    ])
}

/// How many minutes are left from this page on: the part's own, by the share of its questions that are not behind.
fn minutes_left(page: Page) -> usize {
    let Step::Part(part) = page.step else { return 0 };
    let minutes = page.app.wave().parts.get(part).map_or(0, |part| part.minutes as usize);
    let (left, all) = page.sheet.layout(|session| {
        let mut from_here = false;
        session.pages().into_iter().fold((0_usize, 0_usize), |(left, all), other| {
            from_here |= other == page.id;
            let questions = session.questions(other).len();
            (left.saturating_add(if from_here { questions } else { 0 }), all.saturating_add(questions))
        })
    });
    minutes.saturating_mul(left).div_ceil(all.max(1))
}

fn progress(page: Page, count: Memo<(usize, usize)>, several: Memo<bool>) -> AnyView {
    let language = page.app.language;
    let left = Memo::new(move |_| minutes_left(page));
    let minutes = move || {
        let minutes = left.get();
        (minutes > 0).then(|| {
            let words = move || language.with(|tag| crate::words::Tongue::of(tag).say(&Say::MinutesLeft { minutes }));
            el_of("p", "svar-progress-text").say(words)
        })
    };
    let words = move || {
        let (page, of) = count.get();
        language.with(|tag| crate::words::Tongue::of(tag).say(&Say::PageOf { page, of }))
    };
    live(move || {
        several.get().then(|| {
            el_of("div", "svar-progress")
                .child(el_of("p", "svar-progress-text").attr("id", PROGRESS).say(words))
                .live(minutes)
                .child(
                    el_of("progress", "svar-progress-bar")
                        .live_attr("value", move || Some(count.get().0.to_string()))
                        .live_attr("max", move || Some(count.get().1.to_string()))
                        .attr("aria-hidden", "true"),
                )
        })
    })
}

fn buttons(page: Page) -> AnyView {
    let app = page.app;
    if page.step == Step::Contact {
        // This page alone: who gives an address may keep the number to themselves.
        let skip = button(Look::Plain, app.say(Say::SkipContact), move || {
            for question in page.sheet.read(|session| session.questions(page.id)) {
                page.sheet.act(|session| session.clear(question));
            }
            go_on(page);
        });
        return actions(vec![submit(app.say(if page.next().is_some() { Say::Next } else { Say::SendContact })), skip]);
    }
    if page.step == Step::Consent {
        let decline = move || app.go(super::state::Place { step: Step::Declined, at: At::Start });
        return actions(vec![submit(app.say(Say::GiveConsent)), button(Look::Plain, app.say(Say::Decline), decline)]);
    }
    let (next, on, review) = (app.say(Say::Next), app.say(Say::GoOn), app.say(Say::BackToReview));
    let next = move || match (app.from_review.get(), page.noticing.get()) {
        (true, _) => review(),
        (false, true) => on(),
        (false, false) => next(),
    };
    actions(vec![button(Look::Secondary, app.say(Say::Back), move || app.back()), submit(next)])
}

/// Leaves the page if nothing is wrong. What is open is pointed out once.
fn leave(page: Page) {
    let (sheet, id) = (page.sheet, page.id);
    if page.is_wrong() {
        sheet.checked.update(|pages| {
            if !pages.contains(&id) {
                pages.push(id);
            }
        });
        return summary::take_focus(page.app);
    }
    // One way to be reached is enough.
    let open = page.step != Step::Contact && sheet.read(|session| !session.open(id).is_empty());
    if open && !sheet.pointed_out.read_untracked().contains(&id) {
        sheet.pointed_out.update(|pages| pages.push(id));
        page.noticing.set(true);
        return summary::take_focus(page.app);
    }
    go_on(page);
}

fn go_on(page: Page) {
    let app = page.app;
    if page.step == Step::Consent {
        return app.send(page.sheet, page.step);
    }
    let next = page.next();
    if page.step == Step::Contact && next.is_none() {
        return if page.sheet.read(Session::has_answers) { app.send(page.sheet, page.step) } else { app.go_on() };
    }
    let to_review = app.from_review.get_untracked();
    app.from_review.set(false);
    app.turn(next.filter(|_| !to_review).map_or(At::Review, At::Page));
}
