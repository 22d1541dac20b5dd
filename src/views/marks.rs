//! What a page's questions are marked with: what is wrong once the page was checked, what is open once that is pointed
//! out. Every view of a question reads its marks here.

use leptos::prelude::*;

use super::{sheet::Sheet, state::App};
use crate::{
    questionnaire::ItemId,
    session::{Session, Value},
    study::Step,
    words::Say,
};

/// The id of a question's element.
pub(super) fn id_of(id: ItemId) -> String {
    format!("q-{}", id.0)
}

/// What the questions of a page need to know of it.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) app: App,
    pub(super) sheet: Sheet,
    pub(super) id: ItemId,
    pub(super) step: Step,
    /// Open questions are being pointed out.
    pub(super) noticing: RwSignal<bool>,
    /// The tick box without which the consent cannot be sent.
    must_tick: Option<ItemId>,
}

impl Page {
    /// The page as the respondent comes to it.
    pub(super) fn new(app: App, sheet: Sheet, step: Step, id: ItemId) -> Page {
        let must_tick = match (step, &app.wave().consent) {
            (Step::Consent, Some(consent)) => sheet.form(|form| form.find(&consent.taking_part)),
            _ => None,
        };
        Page { app, sheet, id, step, noticing: RwSignal::new(false), must_tick }
    }

    /// The page after this one, as things stand.
    pub(super) fn next(&self) -> Option<ItemId> {
        self.sheet.read(|session| session.pages().into_iter().find(|other| *other > self.id))
    }

    /// Whether anything is wrong on the page, checked or not.
    pub(super) fn is_wrong(&self) -> bool {
        self.sheet.read(|session| {
            !session.problems(self.id).is_empty() || self.must_tick.is_some_and(|id| !is_ticked(session, id))
        })
    }

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

    /// Whether a question is to be marked as left open; the group around rows of a scale is none.
    pub(super) fn open(&self, id: ItemId) -> bool {
        self.noticing.get()
            && self.sheet.watch(id, |session| session.form().item(id).kind.is_question() && session.is_open(id))
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
}

fn is_ticked(session: &Session, id: ItemId) -> bool {
    session.answers(id) == [Value::Boolean(true)]
}
