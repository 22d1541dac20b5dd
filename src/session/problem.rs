//! What is wrong with an answer. A question left open is no problem unless the study requires an answer.

use super::{Session, Value};
use crate::questionnaire::{Decimal, Format, ItemId, Kind};

/// What is wrong at one question.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// An answer is required.
    Required,
    /// Expected a number.
    NotANumber,
    /// Expected a whole number.
    NotWhole,
    /// Less than the smallest, or more than the largest number.
    OutOfRange {
        /// Smallest, if there is a bound.
        min: Option<Decimal>,
        /// Largest, if there is a bound.
        max: Option<Decimal>,
    },
    /// More characters than there is room for.
    TooLong {
        /// At most so many.
        max: u32,
        /// Found so many.
        found: u32,
    },
    /// More than there is room for in a ranking.
    TooMany {
        /// At most so many.
        max: u8,
    },
    /// Text of another shape than the question asks for.
    Format(Format),
}

impl Session {
    /// What is wrong at the item; nothing while it is not shown.
    pub fn problem(&self, id: ItemId) -> Option<Problem> {
        if !self.shown(id) {
            return None;
        }
        let item = self.form.item(id);
        if self.unread(id).is_some() {
            let whole = matches!(item.kind, Kind::Integer { .. });
            return Some(if whole { Problem::NotWhole } else { Problem::NotANumber });
        }
        match &*self.counting(id) {
            [] => item.required.then_some(Problem::Required),
            answers => {
                self.too_many(id, answers).or_else(|| answers.iter().find_map(|answer| wrong(&item.kind, answer)))
            }
        }
    }

    /// More can stand in a ranking than it takes: an option came back that was chosen before others.
    pub(super) fn too_many(&self, id: ItemId, answers: &[Value]) -> Option<Problem> {
        self.most(id).filter(|max| answers.len() > usize::from(*max)).map(|max| Problem::TooMany { max })
    }
}

/// What is wrong with an answer to a question of this kind.
pub(super) fn wrong(kind: &Kind, answer: &Value) -> Option<Problem> {
    let outside = |min: Option<Decimal>, max: Option<Decimal>| {
        let number = answer.number()?;
        let outside = min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max);
        outside.then_some(Problem::OutOfRange { min, max })
    };
    match (kind, answer) {
        (Kind::Integer { min, max, .. }, _) => outside(min.map(Decimal::from), max.map(Decimal::from)),
        (Kind::Decimal { min, max }, _) => outside(*min, *max),
        (Kind::Text { max_length, format, .. }, Value::Text(words)) => {
            let found = u32::try_from(words.chars().count()).unwrap_or(u32::MAX);
            let long = max_length.filter(|max| found > *max).map(|max| Problem::TooLong { max, found });
            // A number of another shape still has its spaces, which are not what is wrong with it.
            format.filter(|format| !format.fits(words)).map(Problem::Format).or(long)
        }
        _ => None,
    }
}
