//! Re-validation: what the receiving end does with a response, by the very engine that wrote it.
//!
//! The answers are loaded into a fresh session, and the session's own export is compared with what was received: whatever
//! the rules would have written differently is refused, with the item named.

use std::sync::Arc;

use super::{
    Session, Value,
    answer::sendable,
    problem,
    response::{Response, ResponseAnswer, ResponseItem, items},
};
use crate::questionnaire::{Form, ItemId, Kind};

/// Why one item of a response is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expression}: {reason}")]
pub struct Refusal {
    /// FHIRPath to the item, such as `QuestionnaireResponse.item.where(linkId='a').item.where(linkId='b')`.
    pub expression: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an item of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The response answers another questionnaire or version.
    #[error("the response answers another questionnaire or version")]
    OtherQuestionnaire,
    /// The resource's own id, if it has one, is not that of its identifier.
    #[error("expected the UUID of the identifier")]
    OtherId,
    /// No such item.
    #[error("the questionnaire has no such item")]
    Unknown,
    /// Not where the questionnaire has it.
    #[error("the item stands in another place than in the questionnaire")]
    Misplaced,
    /// Twice.
    #[error("the item stands here twice")]
    Twice,
    /// An answer of another type than the question's.
    #[error("expected an answer of the question's type")]
    Type,
    /// A code that is none of the options.
    #[error("expected one of the question's options")]
    Undeclared,
    /// More answers than the question takes, the same twice, or an exclusive option with others.
    #[error("expected answers that can stand together")]
    Together,
    /// An option that is not offered, since what it waits for is not asked.
    #[error("expected options that are offered: one of these waits for an item that is not enabled")]
    NotOffered,
    /// Blank text.
    #[error("expected words, found blank text")]
    Blank,
    /// Out of range, too long, of another format, or unanswered though required.
    #[error("the answer breaks the question's own limits")]
    Limits,
    /// The item is not enabled, or cannot stand without an answer.
    #[error("the item may not stand here: it is not enabled, or has nothing to say")]
    NotExpected,
    /// The item was shown, so it must stand.
    #[error("expected the item: it is enabled and shown")]
    Absent,
}

/// Loads a response and checks it against its questionnaire.
///
/// # Errors
/// Every item that is not as the rules of a response want it.
pub fn review(form: &Arc<Form>, response: &Response) -> Result<Session, Vec<Refusal>> {
    let mut review = Review { session: Session::new(form.clone()), refusals: Vec::new(), seen: Vec::new() };
    if response.questionnaire != format!("{}|{}", form.url, form.version) {
        review.refuse("QuestionnaireResponse.questionnaire", Reason::OtherQuestionnaire);
        return Err(review.refusals);
    }
    if response.id().is_some_and(|id| response.uuid() != Some(id)) {
        review.refuse("QuestionnaireResponse.id", Reason::OtherId);
    }
    review.load(&response.item, None, "QuestionnaireResponse");
    review.session.settle_all();
    let expected = items(&review.session, None);
    review.compare(&response.item, &expected, "QuestionnaireResponse");
    review.limits();
    if review.refusals.is_empty() { Ok(review.session) } else { Err(review.refusals) }
}

struct Review {
    session: Session,
    refusals: Vec<Refusal>,
    seen: Vec<ItemId>,
}

impl Review {
    fn refuse(&mut self, expression: &str, reason: Reason) {
        self.refusals.push(Refusal { expression: expression.to_owned(), reason });
    }

    fn load(&mut self, found: &[ResponseItem], parent: Option<ItemId>, path: &str) {
        let mut last = None;
        for item in found {
            let path = step(path, &item.link_id);
            let Some(id) = self.session.form().find(&item.link_id) else {
                self.refuse(&path, Reason::Unknown);
                continue;
            };
            if self.seen.contains(&id) {
                self.refuse(&path, Reason::Twice);
                continue;
            }
            self.seen.push(id);
            if self.session.form().item(id).parent != parent || last.is_some_and(|last| last > id) {
                self.refuse(&path, Reason::Misplaced);
                continue;
            }
            last = Some(id);
            self.answers(id, &item.answer, &path);
            self.load(&item.item, Some(id), &path);
        }
    }

    fn answers(&mut self, id: ItemId, found: &[ResponseAnswer], path: &str) {
        let mut values = Vec::with_capacity(found.len());
        for answer in found {
            match self.value(id, answer) {
                Ok(value) if values.contains(&value) => self.refuse(path, Reason::Together),
                Ok(value) => values.push(value),
                Err(reason) => self.refuse(path, reason),
            }
        }
        let exclusive = |value: &Value| match value {
            Value::Option(place) => {
                self.session.form().options(id).get(usize::from(*place)).is_some_and(|option| option.exclusive)
            }
            _ => false,
        };
        let repeats = matches!(self.session.form().item(id).kind, Kind::Choice { repeats: true, .. });
        if values.len() > 1 && (!repeats || values.iter().any(exclusive)) {
            self.refuse(path, Reason::Together);
        }
        if let Some(entry) = self.session.entries.get_mut(id.index()) {
            entry.values = values;
        }
    }

    fn value(&self, id: ItemId, answer: &ResponseAnswer) -> Result<Value, Reason> {
        let form = self.session.form();
        match (&form.item(id).kind, answer) {
            (Kind::Boolean { .. }, ResponseAnswer::Boolean(yes)) => Ok(Value::Boolean(*yes)),
            // FHIR's integer has 32 bits.
            (Kind::Integer { .. }, ResponseAnswer::Integer(number)) if i32::try_from(*number).is_ok() => {
                Ok(Value::Integer(*number))
            }
            (Kind::Decimal { .. }, ResponseAnswer::Decimal(number)) => Ok(Value::Decimal(*number)),
            (Kind::Text { .. }, ResponseAnswer::Text(words)) if words.trim().is_empty() => Err(Reason::Blank),
            (Kind::Text { lines, .. }, ResponseAnswer::Text(words)) if sendable(words, *lines) == *words => {
                Ok(Value::Text(words.clone()))
            }
            (Kind::Choice { .. }, ResponseAnswer::Coding(coding)) => {
                let mut options = form.options(id).iter().zip(0_u16..);
                let same = options.find(|(option, _)| option.code == coding.code && option.system == coding.system);
                same.map(|(_, place)| Value::Option(place)).ok_or(Reason::Undeclared)
            }
            _ => Err(Reason::Type),
        }
    }

    /// Items found but not expected, and expected but not found. Differences in the answers themselves were said while
    /// loading, but for the tick box that must say `false`.
    fn compare(&mut self, found: &[ResponseItem], expected: &[ResponseItem], path: &str) {
        for item in found {
            match expected.iter().find(|other| other.link_id == item.link_id) {
                Some(other) => {
                    let path = step(path, &item.link_id);
                    if item.answer.is_empty() && !other.answer.is_empty() {
                        self.refuse(&path, Reason::Absent);
                    }
                    self.compare(&item.item, &other.item, &path);
                }
                None if self.session.form().find(&item.link_id).is_some() => {
                    self.refuse(&step(path, &item.link_id), Reason::NotExpected);
                }
                None => {}
            }
        }
        for other in expected {
            if !found.iter().any(|item| item.link_id == other.link_id) {
                self.refuse(&step(path, &other.link_id), Reason::Absent);
            }
        }
    }

    fn limits(&mut self) {
        let form = self.session.form().clone();
        for id in form.ids() {
            let kind = &form.item(id).kind;
            let answers = self.session.answers(id);
            if self.session.offered_answers(id).len() != answers.len() {
                self.refuse(&path_to(&form, id), Reason::NotOffered);
                continue;
            }
            let broken = answers.iter().any(|answer| problem::wrong(kind, answer).is_some())
                || self.session.too_many(id, answers).is_some();
            if broken || self.session.problem(id).is_some() {
                self.refuse(&path_to(&form, id), Reason::Limits);
            }
        }
    }
}

fn step(path: &str, link_id: &str) -> String {
    // FHIRPath strings escape quote and backslash.
    format!("{path}.item.where(linkId='{}')", link_id.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn path_to(form: &Form, id: ItemId) -> String {
    let item = form.item(id);
    let above = item.parent.map_or_else(|| "QuestionnaireResponse".to_owned(), |parent| path_to(form, parent));
    step(&above, &item.link_id)
}
