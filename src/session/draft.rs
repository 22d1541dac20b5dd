//! Drafts: answers set down before they are sent, to be taken up again after a reload.
//!
//! A draft tells answers by `linkId` and code, not by place, so that it can be carried over to another version of its
//! questionnaire. In the version it was made in, it gives back the very session.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Entry, Session, Value};
use crate::questionnaire::{Decimal, Filling, Form, ItemId, Kind};

/// Answers to one questionnaire, as they stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The questionnaire's canonical address.
    url: String,
    /// Its version.
    version: String,
    entries: Vec<DraftEntry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct DraftEntry {
    link_id: String,
    values: Vec<DraftValue>,
    unread: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum DraftValue {
    Boolean(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(String),
    Coding(Option<String>, String),
}

/// What a draft could not give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// It answers another questionnaire altogether.
    #[error("expected a draft of this questionnaire, found one of another")]
    OtherQuestionnaire,
}

/// A draft taken up again.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The session as it was left.
    pub session: Session,
    /// Answers that this version of the questionnaire has no place for: its question is gone, or takes another kind of
    /// answer, or the option is gone. Zero in the version that the draft was made in.
    pub lost: usize,
}

impl Session {
    /// Sets the answers down, those of disabled questions and what cannot be read included. What the widget fills in is
    /// left out: it is filled in anew. What came from an earlier part stays, since that part is gone once it was received.
    pub fn draft(&self) -> Draft {
        let form = self.form();
        let entry = |id: ItemId| DraftEntry {
            link_id: form.item(id).link_id.clone(),
            values: self.answers(id).iter().filter_map(|value| self.set_down(id, value)).collect(),
            unread: self.unread(id).map(str::to_owned),
        };
        Draft {
            url: form.url.clone(),
            version: form.version.clone(),
            entries: form.ids().filter(|id| self.is_for_a_draft(*id)).map(entry).collect(),
        }
    }

    /// Whether a draft would set anything down.
    pub fn has_draft(&self) -> bool {
        self.form().ids().any(|id| self.is_for_a_draft(id))
    }

    fn is_for_a_draft(&self, id: ItemId) -> bool {
        let filled = self.form().item(id).filled_from.is_some_and(|filling| filling != Filling::EarlierPart);
        !filled && self.entries.get(id.index()).is_some_and(|entry| *entry != Entry::default())
    }

    pub(super) fn set_down(&self, id: ItemId, value: &Value) -> Option<DraftValue> {
        Some(match value {
            Value::Boolean(yes) => DraftValue::Boolean(*yes),
            Value::Integer(number) => DraftValue::Integer(*number),
            Value::Decimal(number) => DraftValue::Decimal(*number),
            Value::Text(words) => DraftValue::Text(words.clone()),
            Value::Option(place) => {
                let option = self.form().options(id).get(usize::from(*place))?;
                DraftValue::Coding(option.system.clone(), option.code.clone())
            }
        })
    }

    /// Takes a draft up again.
    ///
    /// # Errors
    /// [`DraftError::OtherQuestionnaire`].
    pub fn restore(form: Arc<Form>, draft: &Draft) -> Result<Restored, DraftError> {
        if form.url != draft.url {
            return Err(DraftError::OtherQuestionnaire);
        }
        let mut session = Session::new(form);
        let mut lost = 0_usize;
        for entry in &draft.entries {
            lost = lost.saturating_add(session.take_up(entry));
        }
        session.settle_all();
        Ok(Restored { session, lost })
    }

    /// Takes up one entry; returns how many of its answers found no place.
    fn take_up(&mut self, entry: &DraftEntry) -> usize {
        let all = entry.values.len().saturating_add(usize::from(entry.unread.is_some()));
        let Some(id) = self.form().find(&entry.link_id) else { return all };
        let mut values: Vec<Value> = Vec::new();
        for value in entry.values.iter().filter_map(|value| self.place(id, value)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if !self.stand_together(id, &values) {
            values.truncate(1);
        }
        let takes_typing =
            matches!(self.form().item(id).kind, Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Text { .. });
        let unread = entry.unread.clone().filter(|_| takes_typing && values.is_empty());
        let kept = values.len().saturating_add(usize::from(unread.is_some()));
        if let Some(place) = self.entries.get_mut(id.index()) {
            *place = Entry { values, unread };
        }
        all.saturating_sub(kept)
    }

    /// The answer as this form has it; none if it takes no such answer.
    pub(super) fn place(&self, id: ItemId, value: &DraftValue) -> Option<Value> {
        let form = self.form();
        match (&form.item(id).kind, value) {
            (Kind::Boolean { .. }, DraftValue::Boolean(yes)) => Some(Value::Boolean(*yes)),
            (Kind::Integer { .. }, DraftValue::Integer(number)) => Some(Value::Integer(*number)),
            (Kind::Decimal { .. }, DraftValue::Decimal(number)) => Some(Value::Decimal(*number)),
            (Kind::Decimal { .. }, DraftValue::Integer(number)) => Some(Value::Decimal(Decimal::from(*number))),
            (Kind::Text { .. }, DraftValue::Text(words)) => Some(Value::Text(words.clone())),
            (Kind::Choice { .. }, DraftValue::Coding(system, code)) => {
                let mut options = form.options(id).iter().zip(0_u16..);
                let same = options.find(|(option, _)| option.code == *code && option.system == *system);
                same.map(|(_, place)| Value::Option(place))
            }
            _ => None,
        }
    }

    fn stand_together(&self, id: ItemId, values: &[Value]) -> bool {
        let exclusive = |value: &Value| match value {
            Value::Option(place) => {
                self.form().options(id).get(usize::from(*place)).is_some_and(|option| option.exclusive)
            }
            _ => false,
        };
        let repeats = matches!(self.form().item(id).kind, Kind::Choice { repeats: true, .. });
        values.len() < 2 || (repeats && !values.iter().any(exclusive))
    }
}
