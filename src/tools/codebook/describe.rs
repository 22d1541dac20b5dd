//! One question in words: its type, its range, its condition.

use super::{
    Dictionary, conditions,
    phrases::{Phrases, phrases},
    variables::{Use, text},
};
use crate::{
    questionnaire::{Form, ItemId, Kind},
    words::Tongue,
};

/// The type in words, such as “one answer”.
pub fn type_words(kind: &Kind, said: &Phrases) -> &'static str {
    let [yes_no, tick, one, several, whole, number, words] = said.types;
    match kind {
        Kind::Boolean { tick_box: false } => yes_no,
        Kind::Boolean { tick_box: true } => tick,
        Kind::Choice { repeats: false, .. } => one,
        Kind::Choice { repeats: true, .. } => several,
        Kind::Integer { .. } => whole,
        Kind::Decimal { .. } => number,
        _ => words,
    }
}

/// The smallest and the largest answer, as written.
pub fn bounds(kind: &Kind) -> (Option<String>, Option<String>) {
    match kind {
        Kind::Integer { min, max, .. } => (min.map(|min| min.to_string()), max.map(|max| max.to_string())),
        Kind::Decimal { min, max } => {
            (min.as_ref().map(|min| min.to_string()), max.as_ref().map(|max| max.to_string()))
        }
        _ => (None, None),
    }
}

/// The range in words: `0 to 100 days`, `at most 200 characters`; none where there is none.
pub fn range(at: &Use, language: &str) -> Option<String> {
    let said = phrases(Tongue::of(language));
    let item = at.form.item(at.item);
    let unit = text(&at.form, item.unit, language).map_or(String::new(), |unit| [" ", &unit].concat());
    match bounds(&item.kind) {
        (Some(min), Some(max)) => Some(format!("{min} {} {max}{unit}", said.to)),
        (Some(min), None) => Some(format!("≥ {min}{unit}")),
        (None, Some(max)) => Some(format!("≤ {max}{unit}")),
        (None, None) => match item.kind {
            Kind::Text { max_length: Some(most), .. } => Some(format!("≤ {most} {}", said.characters)),
            _ => None,
        },
    }
}

/// What a question is called in a condition: its words in quotation marks. What was carried from an earlier part has
/// its words there: `elsewhere` finds them by `linkId`.
pub fn called(form: &Form, id: ItemId, language: &str, elsewhere: &dyn Fn(&str) -> Option<String>) -> String {
    let item = form.item(id);
    let words = text(form, item.text, language).or_else(|| elsewhere(&item.link_id));
    // A full stop inside would end the sentence that it is quoted in.
    conditions::quoted(words.as_deref().unwrap_or(&item.link_id).trim_end_matches('.'), language)
}

/// When the question is shown, in words; none if always.
pub fn condition(dictionary: &Dictionary, at: &Use, language: &str) -> Option<String> {
    let elsewhere = |link_id: &str| {
        let variable = dictionary.variables.iter().find(|variable| variable.link_id == link_id)?;
        variable.uses.first().map(|at| at.text(language))
    };
    conditions::all_words(&at.form, at.item, language, &|id| called(&at.form, id, language, &elsewhere))
}
