//! What a question's answers are as numbers, the same in all waves and versions.

use super::variables::{Code, Missing, Type, Use, text};
use crate::questionnaire::{Choice, Decimal, Kind};

/// Codes of options that are no answers.
const DECLINED: [&str; 2] = ["prefer-not-to-say", "declined"];
const NOT_APPLICABLE: [&str; 2] = ["not-applicable", "does-not-apply"];

/// What it holds, and whether several answers are possible.
pub(super) fn type_of(kind: &Kind) -> (Type, bool) {
    match kind {
        Kind::Choice { ranked: Some(_), .. } => (Type::Rank, true),
        Kind::Choice { repeats, .. } => (Type::Coded, *repeats),
        Kind::Integer { .. } => (Type::Whole, false),
        Kind::Decimal { .. } => (Type::Number, false),
        Kind::Text { .. } => (Type::Words, false),
        Kind::Boolean { .. } | Kind::Group(_) | Kind::Display(_) => (Type::YesNo, false),
    }
}

/// The options over all waves and versions, in the order of their first appearance. Their numbers are their scores,
/// else their codes, where those are whole numbers from 0, all different; else 1, 2, 3.
pub(super) fn codes(uses: &[Use], languages: &[String]) -> Vec<Code> {
    let mut found: Vec<(&Use, &Choice)> = Vec::new();
    for at in uses {
        for option in at.form.options(at.item) {
            if !found.iter().any(|(_, known)| known.system == option.system && known.code == option.code) {
                found.push((at, option));
            }
        }
    }
    let missing = |option: &Choice| match option.code.as_str() {
        code if option.score.is_none() && DECLINED.contains(&code) => Some(Missing::Declined),
        code if option.score.is_none() && NOT_APPLICABLE.contains(&code) => Some(Missing::NotApplicable),
        _ => None,
    };
    let several = uses.iter().any(|at| type_of(&at.form.item(at.item).kind).1);
    let answers: Vec<&Choice> =
        found.iter().map(|(_, option)| *option).filter(|option| several || missing(option).is_none()).collect();
    let distinct = |numbers: Option<Vec<i64>>| {
        numbers.filter(|numbers| {
            let alone = |(place, number): (usize, &i64)| {
                *number >= 0 && !numbers.iter().take(place).any(|before| before == number)
            };
            numbers.iter().enumerate().all(alone)
        })
    };
    let whole = |text: String| text.parse::<i64>().ok();
    let by_score = answers.iter().map(|option| option.score.as_ref().map(Decimal::to_string).and_then(whole)).collect();
    let by_code = answers.iter().map(|option| whole(option.code.clone())).collect();
    let mut numbers = distinct(by_score)
        .or_else(|| distinct(by_code))
        .unwrap_or_else(|| (1..).take(answers.len()).collect())
        .into_iter();
    let code = |(at, option): (&Use, &Choice)| {
        let number = match missing(option) {
            Some(missing) if !several => missing as i64,
            _ => numbers.next().unwrap_or_default(),
        };
        let label = |language: &String| text(&at.form, option.text, language).unwrap_or_else(|| option.code.clone());
        let labels = languages.iter().map(label).collect();
        Code { number, system: option.system.clone(), code: option.code.clone(), labels, missing: missing(option) }
    };
    found.into_iter().map(code).collect()
}
