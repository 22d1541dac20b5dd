//! One person's way through one form: answers in, what is enabled, wrong, left open and sent out.
//!
//! A session is a plain value. A command (`choose`, `type_in`, …) changes one answer, settles only what depends on it,
//! and says in [`Changes`] what came of it; everything else reads.

mod answer;
mod carry;
pub mod draft;
mod enable;
pub mod flat;
mod pages;
mod problem;
mod ranked;
pub mod response;
pub mod review;

use std::{borrow::Cow, sync::Arc};

pub use answer::Value;
pub use enable::Changes;
pub use problem::Problem;

use crate::questionnaire::{Filling, Form, ItemId, Kind};

/// What stands at one question.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    /// The answers; several only where the item repeats.
    values: Vec<Value>,
    /// What was typed, while it is not an answer: `12a` in a number field.
    unread: Option<String>,
}

/// What an unticked box answers.
static UNTICKED: [Value; 1] = [Value::Boolean(false)];

/// Answers to one form.
#[derive(Clone, Debug)]
pub struct Session {
    form: Arc<Form>,
    entries: Vec<Entry>,
    /// Whether each item's own conditions hold.
    own: Vec<bool>,
}

impl Session {
    /// A session without answers.
    pub fn new(form: Arc<Form>) -> Session {
        let count = form.items.len();
        let mut session = Session { form, entries: vec![Entry::default(); count], own: vec![true; count] };
        session.settle_all();
        session
    }

    /// The form.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// What the person answered, also while the item is disabled.
    pub fn answers(&self, id: ItemId) -> &[Value] {
        self.entries.get(id.index()).map_or(&[], |entry| entry.values.as_slice())
    }

    /// The answers that count, in conditions and in the response: none while the item is disabled, `false` for a box that
    /// is shown and was never ticked. An option that is no longer offered does not count.
    pub fn counting(&self, id: ItemId) -> Cow<'_, [Value]> {
        match self.answers(id) {
            _ if !self.enabled(id) => Cow::Borrowed(&[]),
            [] if self.is_tick_box(id) && self.shown(id) => Cow::Borrowed(&UNTICKED),
            _ => self.offered_answers(id),
        }
    }

    fn is_tick_box(&self, id: ItemId) -> bool {
        matches!(self.form.item(id).kind, Kind::Boolean { tick_box: true })
    }

    /// What was typed at the item while it cannot be read as an answer.
    pub fn unread(&self, id: ItemId) -> Option<&str> {
        self.entries.get(id.index())?.unread.as_deref()
    }

    /// Whether the item's conditions hold, and those of everything it stands in.
    pub fn enabled(&self, id: ItemId) -> bool {
        self.all_above(id, |id| self.own.get(id.index()).copied().unwrap_or(false))
    }

    /// Whether the item is enabled and neither it nor what it stands in is hidden.
    pub fn shown(&self, id: ItemId) -> bool {
        self.enabled(id) && self.all_above(id, |id| !self.form.item(id).hidden)
    }

    fn all_above(&self, id: ItemId, holds: impl Fn(ItemId) -> bool) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if !holds(id) {
                return false;
            }
            at = self.form.item(id).parent;
        }
        true
    }

    /// Whether the person has answered or typed anything yet. What the widget filled in does not count.
    pub fn has_answers(&self) -> bool {
        let by_person = |(id, entry): (ItemId, &Entry)| {
            self.form.item(id).filled_from.is_none() && (!entry.values.is_empty() || entry.unread.is_some())
        };
        self.form.ids().zip(&self.entries).any(by_person)
    }

    /// Chooses an option: the only one, or one more where several may be chosen; there, an option chosen already is
    /// taken back, and an exclusive one stands alone. Of a ranked choice it becomes the last, if there is room.
    pub fn choose(&mut self, id: ItemId, option: u16) -> Changes {
        let Kind::Choice { repeats, ranked, .. } = self.form.item(id).kind else { return Changes::none() };
        if ranked.is_some() {
            return self.rank(id, option);
        }
        let options = self.form.options(id);
        let Some(chosen) = options.get(usize::from(option)) else { return Changes::none() };
        let mut values = if repeats { self.answers(id).to_vec() } else { Vec::new() };
        if let Some(place) = values.iter().position(|value| *value == Value::Option(option)) {
            values.remove(place);
        } else {
            let exclusive = |value: &Value| match value {
                Value::Option(place) => options.get(usize::from(*place)).is_some_and(|other| other.exclusive),
                _ => false,
            };
            values.retain(|value| !chosen.exclusive && !exclusive(value));
            // In the order of the list, not of the clicks.
            let before = |value: &Value| matches!(value, Value::Option(place) if *place < option);
            let place = values.iter().position(|value| !before(value)).unwrap_or(values.len());
            values.insert(place, Value::Option(option));
        }
        self.set(id, values, None)
    }

    /// Answers yes or no.
    pub fn say(&mut self, id: ItemId, yes: bool) -> Changes {
        match self.form.item(id).kind {
            Kind::Boolean { .. } => self.set(id, vec![Value::Boolean(yes)], None),
            _ => Changes::none(),
        }
    }

    /// Reads what was typed. Blank is no answer; what cannot be read is kept as typed, and is a problem. Text loses what
    /// cannot be sent: control characters, and line breaks where there is one line.
    pub fn type_in(&mut self, id: ItemId, typed: &str) -> Changes {
        match answer::read(&self.form.item(id).kind, typed) {
            Some(values) => self.set(id, values, None),
            None => self.set(id, Vec::new(), Some(typed.to_owned())),
        }
    }

    /// Takes the answer back.
    pub fn clear(&mut self, id: ItemId) -> Changes {
        self.set(id, Vec::new(), None)
    }

    /// Fills every hidden item that asks for it with what the widget knows. Blank clears it.
    pub fn fill(&mut self, filling: Filling, value: &str) {
        let asks = |id: &ItemId| self.form.item(*id).filled_from == Some(filling);
        let asking: Vec<ItemId> = self.form.ids().filter(asks).collect();
        for id in asking {
            self.type_in(id, value);
        }
    }

    fn set(&mut self, id: ItemId, values: Vec<Value>, unread: Option<String>) -> Changes {
        let entry = Entry { values, unread };
        match self.entries.get_mut(id.index()) {
            Some(known) if *known != entry => *known = entry,
            _ => return Changes::none(),
        }
        self.settle(id)
    }
}
