//! Ranking: the order of the answers is the person's own, and options come and go with what was answered elsewhere. What is
//! no longer offered stays where it was, as the answer to a disabled question does, and counts again when it is back.

use std::borrow::Cow;

use super::{Changes, Session, Value};
use crate::questionnaire::{Choice, ItemId, Kind};

impl Session {
    /// Whether an option of the item is offered: the item it waits for is enabled.
    pub fn offers(&self, id: ItemId, option: u16) -> bool {
        self.form.options(id).get(usize::from(option)).is_some_and(|option| self.is_present(option))
    }

    fn is_present(&self, option: &Choice) -> bool {
        option.present.is_none_or(|awaited| self.enabled(awaited))
    }

    /// The answers without options that are no longer offered.
    pub(super) fn offered_answers(&self, id: ItemId) -> Cow<'_, [Value]> {
        let answers = self.answers(id);
        let offered = |value: &Value| !matches!(value, Value::Option(option) if !self.offers(id, *option));
        match answers.iter().all(offered) {
            true => Cow::Borrowed(answers),
            false => Cow::Owned(answers.iter().filter(|value| offered(value)).cloned().collect()),
        }
    }

    /// Whether options of the item come and go.
    pub(super) fn has_waiting_options(&self, id: ItemId) -> bool {
        self.form.options(id).iter().any(|option| option.present.is_some())
    }

    /// How many options a ranked choice takes at most.
    pub fn most(&self, id: ItemId) -> Option<u8> {
        match self.form.item(id).kind {
            Kind::Choice { ranked, .. } => ranked,
            _ => None,
        }
    }

    /// Whether a ranked choice has as many answers as it takes.
    pub fn is_full(&self, id: ItemId) -> bool {
        self.most(id).is_some_and(|most| self.offered_answers(id).len() >= usize::from(most))
    }

    /// Ranks an option last, or takes it back. Nothing happens where there is no room, and what is not offered cannot be
    /// chosen.
    pub(super) fn rank(&mut self, id: ItemId, option: u16) -> Changes {
        if self.answers(id).contains(&Value::Option(option)) {
            return self.remove(id, option);
        }
        if self.is_full(id) || !self.offers(id, option) {
            return Changes::none();
        }
        let mut values = self.answers(id).to_vec();
        values.push(Value::Option(option));
        self.set(id, values, None)
    }

    /// Takes an option out of a ranking.
    pub fn remove(&mut self, id: ItemId, option: u16) -> Changes {
        let left = self.answers(id).iter().filter(|value| **value != Value::Option(option)).cloned().collect();
        self.set(id, left, None)
    }

    /// Ranks an option one place higher.
    pub fn move_up(&mut self, id: ItemId, option: u16) -> Changes {
        match self.place_of(id, option).and_then(|place| place.checked_sub(1)) {
            Some(place) => self.move_to(id, option, place),
            None => Changes::none(),
        }
    }

    /// Ranks an option one place lower.
    pub fn move_down(&mut self, id: ItemId, option: u16) -> Changes {
        match self.place_of(id, option).and_then(|place| place.checked_add(1)) {
            Some(place) => self.move_to(id, option, place),
            None => Changes::none(),
        }
    }

    /// The place of an option in the ranking, from 0, among those that are offered.
    pub fn place_of(&self, id: ItemId, option: u16) -> Option<usize> {
        self.offered_answers(id).iter().position(|value| *value == Value::Option(option))
    }

    /// Ranks an option at `place`, counted from 0 among those that are offered; beyond the last is last.
    pub fn move_to(&mut self, id: ItemId, option: u16, place: usize) -> Changes {
        let moved = Value::Option(option);
        if self.most(id).is_none() || self.place_of(id, option).is_none() {
            return Changes::none();
        }
        let before = self.offered_answers(id).iter().filter(|value| **value != moved).nth(place).cloned();
        let mut values: Vec<Value> = self.answers(id).iter().filter(|value| **value != moved).cloned().collect();
        let at = before.and_then(|before| values.iter().position(|value| *value == before)).unwrap_or(values.len());
        values.insert(at, moved);
        self.set(id, values, None)
    }
}
