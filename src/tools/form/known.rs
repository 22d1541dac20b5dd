//! What is known before anybody writes on the paper: the study, the wave, the language, and the variant that the form is
//! for. A condition on one of these is settled here; nobody could follow it on paper.

use crate::questionnaire::{Condition, Expected, Filling, Form, ItemId, Operator};

/// What the widget would fill in for everybody who gets this form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) study: &'a str,
    pub(super) wave: &'a str,
    pub(super) language: &'a str,
    /// None where the form is for all variants.
    pub(super) variant: Option<&'a str>,
}

impl Known<'_> {
    /// The form without what this wave, language and variant never show, and without conditions that hold anyhow.
    pub(super) fn settle(self, form: &Form) -> Form {
        let mut settled = form.clone();
        // What is never asked settles what depends on it: once more, until nothing changes.
        for _ in form.ids() {
            let answers: Vec<Vec<Option<bool>>> = settled
                .ids()
                .map(|id| {
                    settled.item(id).conditions.iter().map(|condition| self.answer(&settled, condition)).collect()
                })
                .collect();
            let mut changed = false;
            for (item, answers) in settled.items.iter_mut().zip(answers).filter(|(item, _)| !item.hidden) {
                if answers.iter().all(Option::is_none) {
                    continue;
                }
                changed = true;
                // One that settles the item: any that holds where one is enough, any that fails where all must hold.
                if answers.contains(&Some(item.any)) {
                    item.conditions.clear();
                    item.hidden = !item.any;
                    continue;
                }
                let mut answers = answers.into_iter();
                item.conditions.retain(|_| answers.next().flatten().is_none());
                item.hidden = item.any && item.conditions.is_empty();
            }
            if !changed {
                break;
            }
        }
        settled
    }

    /// Whether a condition holds for everybody, or for nobody; none if it depends on what is answered.
    fn answer(self, form: &Form, condition: &Condition) -> Option<bool> {
        let value = match form.item(condition.question).filled_from {
            Some(Filling::Study) => Some(self.study),
            Some(Filling::Wave) => Some(self.wave),
            Some(Filling::Language) => Some(self.language),
            Some(Filling::Variant) => Some(self.variant?),
            Some(Filling::Unit | Filling::EarlierPart) => return None,
            None if super::questions::visible(form, condition.question) => return None,
            // Never asked, so never answered.
            None => None,
        };
        let equal = match (&condition.expected, value) {
            (Expected::Text(words), Some(value)) => words == value,
            (Expected::Options(places), Some(value)) => {
                let options = form.options(condition.question);
                places.iter().filter_map(|place| options.get(usize::from(*place))).any(|option| option.code == value)
            }
            _ => false,
        };
        Some(match condition.operator {
            Operator::Exists => condition.expected == Expected::Boolean(value.is_some()),
            Operator::Equal => equal,
            Operator::NotEqual => !equal,
            Operator::Greater | Operator::Less | Operator::AtLeast | Operator::AtMost => false,
        })
    }
}

/// Whether something in a form depends on the variant.
pub(super) fn depends_on_variant(form: &Form) -> bool {
    let variant = |id: ItemId| form.item(id).filled_from == Some(Filling::Variant);
    form.ids().any(|id| form.item(id).conditions.iter().any(|condition| variant(condition.question)))
}
