//! Conditions as they are told on paper, where nobody but the reader sees to it that they are followed.

use super::conditions::{is_unanswered, words_listed};
use crate::questionnaire::{Condition, Expected, Form, ItemId, Operator};

/// What somebody on paper is told: whom a question is for, and who passes it by. Nobody need turn a “not” around.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnPaper {
    /// Answered only if this holds.
    pub only: Option<String>,
    /// Skipped if this holds.
    pub skip: Option<String>,
}

/// The item's own conditions as they are told on paper; `listed` says what questions are called, one of which is enough.
pub fn on_paper(form: &Form, id: ItemId, language: &str, listed: &dyn Fn(&[ItemId]) -> String) -> OnPaper {
    let item = form.item(id);
    let said = |conditions: Vec<Condition>, any: bool| {
        let mut alone = form.clone();
        let place = alone.items.get_mut(id.index())?;
        (place.conditions, place.any) = (conditions, any);
        words_listed(&alone, id, language, listed)
    };
    if item.any {
        let skipping = opposite_of_any(&item.conditions);
        let only = if skipping.is_some() { None } else { words_listed(form, id, language, listed) };
        return OnPaper { only, skip: skipping.and_then(|skipping| said(skipping, false)) };
    }
    let answered = |question: ItemId| {
        let mut others = item.conditions.iter().filter(|other| other.question == question);
        others.any(|other| other.operator == Operator::Exists && !is_unanswered(other))
    };
    // “Answered, but not so” can be followed as it is.
    let (negative, positive): (Vec<Condition>, Vec<Condition>) =
        item.conditions.iter().cloned().partition(|condition| {
            is_unanswered(condition) || (condition.operator == Operator::NotEqual && !answered(condition.question))
        });
    OnPaper { only: said(positive, false), skip: said(negative.iter().filter_map(opposite).collect(), true) }
}

/// What holds when a condition does not.
fn opposite(condition: &Condition) -> Option<Condition> {
    match condition.operator {
        Operator::NotEqual => Some(Condition { operator: Operator::Equal, ..condition.clone() }),
        Operator::Equal => Some(Condition { operator: Operator::NotEqual, ..condition.clone() }),
        Operator::Exists if is_unanswered(condition) => {
            Some(Condition { expected: Expected::Boolean(true), ..condition.clone() })
        }
        _ => None,
    }
}

/// What must all hold for none of the conditions to hold, where that is easier to follow: some say “not”, and what does
/// not is about a question that was answered.
fn opposite_of_any(conditions: &[Condition]) -> Option<Vec<Condition>> {
    let negative = |condition: &Condition| is_unanswered(condition) || condition.operator == Operator::NotEqual;
    let unanswered =
        |question: ItemId| conditions.iter().any(|other| other.question == question && is_unanswered(other));
    let easy = |condition: &Condition| negative(condition) || unanswered(condition.question);
    if !conditions.iter().any(negative) || !conditions.iter().all(easy) {
        return None;
    }
    let all: Vec<Condition> = conditions.iter().map(opposite).collect::<Option<_>>()?;
    // Whoever answered so has answered.
    let says_so = |condition: &Condition| {
        let mut others = all.iter().filter(|other| other.question == condition.question);
        condition.operator == Operator::Exists && others.any(|other| other.operator == Operator::Equal)
    };
    Some(all.iter().filter(|condition| !says_so(condition)).cloned().collect())
}
