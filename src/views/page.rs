//! A page of a questionnaire: progress, what is wrong or left open, the questions, and the way on.

use leptos::prelude::*;

use super::{
    element::{all, el_of, live},
    parts::{Look, actions, button, heading, submit},
    question,
    sheet::Sheet,
    state::{App, At},
    summary,
};
use crate::{questionnaire::ItemId, study::Step, words::Say};

/// What the questions of a page need to know of it.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) app: App,
    pub(super) sheet: Sheet,
    pub(super) id: ItemId,
    step: Step,
    /// Open questions are being pointed out.
    noticing: RwSignal<bool>,
    /// The tick box without which the consent cannot be sent.
    must_tick: Option<ItemId>,
}

impl Page {
    /// What is wrong at a question, once the page was checked.
    pub(super) fn wrong(&self, id: ItemId) -> Option<Say> {
        if !self.sheet.checked.read().contains(&self.id) {
            return None;
        }
        self.sheet.watch(id, |session| {
            if self.must_tick == Some(id) && !is_ticked(session, id) {
                return Some(Say::ConsentMissing);
            }
            session.problem(id).map(Say::Wrong)
        })
    }

    /// Whether a question is to be marked as left open.
    pub(super) fn open(&self, id: ItemId) -> bool {
        self.noticing.get() && self.sheet.watch(id, |session| session.is_open(id))
    }

    /// What is wrong on the page, once it was checked: which question, and what.
    pub(super) fn all_wrong(&self) -> Vec<(ItemId, Say)> {
        let questions = self.sheet.layout(|session| session.questions(self.id));
        questions.into_iter().filter_map(|id| Some((id, self.wrong(id)?))).collect()
    }

    /// The questions to mark as left open.
    pub(super) fn all_open(&self) -> Vec<ItemId> {
        let questions = self.sheet.layout(|session| session.questions(self.id));
        questions.into_iter().filter(|id| self.open(*id)).collect()
    }

    /// Leaves the page if nothing is wrong. What is open is pointed out once.
    fn leave(&self) {
        let wrong = self.sheet.read(|session| {
            !session.problems(self.id).is_empty() || self.must_tick.is_some_and(|id| !is_ticked(session, id))
        });
        let id = self.id;
        if wrong {
            self.sheet.checked.update(|pages| {
                if !pages.contains(&id) {
                    pages.push(id);
                }
            });
            return summary::take_focus();
        }
        let open = self.sheet.read(|session| !session.open(id).is_empty());
        if open && !self.sheet.pointed_out.read_untracked().contains(&id) {
            self.sheet.pointed_out.update(|pages| pages.push(id));
            self.noticing.set(true);
            return summary::take_focus();
        }
        self.go_on();
    }

    fn go_on(&self) {
        if self.step == Step::Consent {
            return self.app.send(self.step);
        }
        let next = self.sheet.read(|session| session.pages().into_iter().find(|page| *page > self.id));
        let to_review = self.app.from_review.get_untracked();
        self.app.from_review.set(false);
        self.app.turn(next.filter(|_| !to_review).map_or(At::Review, At::Page));
    }
}

fn is_ticked(session: &crate::session::Session, id: ItemId) -> bool {
    session.answers(id) == [crate::session::Value::Boolean(true)]
}

/// The page `id`.
pub(super) fn view(app: App, sheet: Sheet, step: Step, id: ItemId) -> AnyView {
    let must_tick = match (step, &app.wave().consent) {
        (Step::Consent, Some(consent)) => sheet.form(|form| form.find(&consent.taking_part)),
        _ => None,
    };
    let page = Page { app, sheet, id, step, noticing: RwSignal::new(false), must_tick };
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
            page.leave();
        })
        .child(question::items(page, id))
        .child(buttons(page));
    all([
        progress(app, count).into(),
        summary::view(page).into(),
        heading(app, "svar-heading", title, before_title).into(),
        form.into(),
    ])
}

fn progress(app: App, count: Memo<(usize, usize)>) -> AnyView {
    let language = app.language;
    let words = move || {
        let (page, of) = count.get();
        language.with(|tag| crate::words::Tongue::of(tag).say(&Say::PageOf { page, of }))
    };
    let several = Memo::new(move |_| count.get().1 > 1);
    live(move || {
        several.get().then(|| {
            el_of("div", "svar-progress").child(el_of("p", "svar-progress-text").say(words)).child(
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
