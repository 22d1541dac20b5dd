//! Whom a question is for, on paper: questions are called by their numbers.

use maud::{Markup, html};

use super::questions::{Questions, visible};
use crate::{
    questionnaire::{ItemId, Kind},
    tools::codebook::{
        conditions::{self, quoted},
        describe::asked_with_options,
        paper::{OnPaper, on_paper},
    },
};

impl Questions<'_> {
    /// What a condition calls a question: its number.
    pub(super) fn named(&self, id: ItemId) -> String {
        match self.numbers.of(self.form, id) {
            Some(number) => format!("{} {number}", self.said.question),
            None => quoted(&self.says(id), self.language),
        }
    }

    /// Questions by their numbers, one of which is enough: a run of them from the first to the last.
    fn listed(&self, questions: &[ItemId]) -> String {
        let numbers: Option<Vec<usize>> = questions.iter().map(|id| self.numbers.of(self.form, *id)).collect();
        let run = numbers.filter(|numbers| {
            numbers.len() > 2
                && numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| one.saturating_add(1) == *next)
        });
        match run.as_deref() {
            Some([first, .., last]) => format!("{} {first}–{last}", self.said.one_of),
            _ => {
                let names: Vec<String> = questions.iter().map(|id| self.named(*id)).collect();
                conditions::joined(&names, conditions::or(self.language))
            }
        }
    }

    /// Whom the item is for, and who passes it by. What stands before several questions says which.
    pub(super) fn condition(&self, id: ItemId) -> Markup {
        // Which options may be chosen says it all.
        if asked_with_options(self.form, id) {
            return html! {};
        }
        let OnPaper { only, skip } = on_paper(self.form, id, self.language, &|questions| self.listed(questions));
        let said = self.said;
        let below = |other: &ItemId| self.form.item(*other).kind.is_question() && visible(self.form, *other);
        let inside: Vec<usize> =
            self.form.below(id).filter(below).filter_map(|other| self.numbers.of(self.form, other)).collect();
        let these = match (inside.first(), inside.last()) {
            (Some(first), Some(last)) if first < last => Some(format!("{} {first}–{last}", said.questions)),
            (Some(only), _) => Some(format!("{} {only}", said.question)),
            _ => None,
        };
        let skipped = these.as_deref().unwrap_or(match self.form.item(id).kind.is_question() {
            true => said.this_question,
            false => said.this_part,
        });
        let answered = match &these {
            Some(these) => [said.answer, " ", these].concat(),
            // A note has nothing to answer.
            None if matches!(self.form.item(id).kind, Kind::Display(_)) => said.applies.to_owned(),
            None => said.answer_this.to_owned(),
        };
        html! {
            @if let Some(words) = only { p.condition { (answered) " " (said.only_if) " " (words) "." } }
            @if let Some(words) = skip {
                p.condition { (said.skip) " " (skipped) " " (said.if_so) " " (words) "." }
            }
        }
    }
}
