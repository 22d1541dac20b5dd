//! One question in words: its type, its range, its condition.

use super::{
    Dictionary, conditions,
    phrases::{Phrases, phrases},
    variables::{Use, text},
};
use crate::{
    questionnaire::{Choice, Form, ItemId, Kind},
    words::Tongue,
};

/// The type in words, such as “one answer”.
pub fn type_words(kind: &Kind, said: &Phrases) -> &'static str {
    let [yes_no, tick, one, several, whole, number, words, ranked] = said.types;
    match kind {
        Kind::Boolean { tick_box: false } => yes_no,
        Kind::Boolean { tick_box: true } => tick,
        Kind::Choice { repeats: false, .. } => one,
        Kind::Choice { ranked: Some(_), .. } => ranked,
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
            Kind::Choice { ranked: Some(most), .. } => Some(format!("≤ {most}")),
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
    let quoted = conditions::quoted(words.as_deref().unwrap_or(&item.link_id).trim_end_matches('.'), language);
    match above(form, id, language) {
        Some(above) => format!("{quoted} ({above})"),
        None => quoted,
    }
}

/// What stands above a question whose words another question of the form has, too.
fn above(form: &Form, id: ItemId, language: &str) -> Option<String> {
    let words = text(form, form.item(id).text, language)?;
    let same = |other: ItemId| {
        let item = form.item(other);
        item.kind.is_question() && text(form, item.text, language).as_ref() == Some(&words)
    };
    form.ids().filter(|other| *other != id).find(|other| same(*other))?;
    text(form, form.item(form.item(id).parent?).text, language)
}

/// When the question is shown, in words; none if always.
pub fn condition(dictionary: &Dictionary, at: &Use, language: &str) -> Option<String> {
    if asked_with_options(&at.form, at.item) {
        return Some(phrases(Tongue::of(language)).any_option.to_owned());
    }
    condition_of(dictionary, at, at.item, language)
}

/// When an option can be chosen that waits for the item `awaited`, in words; none if always.
pub fn condition_of_option(dictionary: &Dictionary, at: &Use, awaited: ItemId, language: &str) -> Option<String> {
    let offered = condition_of(dictionary, at, awaited, language);
    let own = (!implied(&at.form, at.item, awaited)).then(|| condition(dictionary, at, language)).flatten();
    match (own, offered) {
        (Some(own), Some(offered)) => Some([&own, conditions::and(language), &offered].concat()),
        (own, offered) => own.or(offered),
    }
}

/// Whether a question is asked of whoever can choose one of its options, and of nobody else.
pub fn asked_with_options(form: &Form, question: ItemId) -> bool {
    let options = form.options(question);
    let waits = |option: &Choice| option.present.is_some_and(|awaited| implied(form, question, awaited));
    !options.is_empty() && options.iter().all(waits)
}

/// Whether a question is asked of everybody whom `awaited` is asked: one of its conditions is enough, and `awaited` has
/// that one.
fn implied(form: &Form, question: ItemId, awaited: ItemId) -> bool {
    let (item, awaited) = (form.item(question), form.item(awaited));
    let alone = item.any || item.conditions.len() < 2;
    let same_place = item.parent.is_none_or(|above| form.item(above).conditions.is_empty());
    let all = !awaited.any || awaited.conditions.len() < 2;
    alone && same_place && all && awaited.conditions.iter().any(|condition| item.conditions.contains(condition))
}

fn condition_of(dictionary: &Dictionary, at: &Use, item: ItemId, language: &str) -> Option<String> {
    let elsewhere = |link_id: &str| {
        let variable = dictionary.variables.iter().find(|variable| variable.link_id == link_id)?;
        variable.uses.first().map(|at| at.text(language))
    };
    conditions::all_words(&at.form, item, language, &|id| called(&at.form, id, language, &elsewhere))
}
