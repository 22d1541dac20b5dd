//! What stands in a cell: an answer as a number or as words, or a code that says why there is none.

use crate::{
    questionnaire::{Choice, Kind},
    session::{Session, Value},
    tools::{
        codebook::{Code, Missing, Type, Use, Variable, variables::one_line},
        open::harmless,
    },
};

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// What stands in the tables; empty where even the reason cannot be written.
    pub(super) value: String,
    /// The option's code, as in the questionnaire.
    pub(super) code: String,
    /// The question was not shown.
    pub(super) not_shown: bool,
}

/// The cell of a question that nobody asked.
pub(super) fn not_shown(variable: &Variable) -> Cell {
    Cell { not_shown: true, ..missing(variable, Missing::NotShown) }
}

fn missing(variable: &Variable, why: Missing) -> Cell {
    let value = if variable.may_be_negative() { String::new() } else { (why as i64).to_string() };
    Cell { value, ..Cell::default() }
}

/// The cell of a variable in a response to the questionnaire that `at` stands in.
pub(super) fn cell(variable: &Variable, at: &Use, session: &Session) -> Cell {
    if variable.of == Type::Rank && !offered(variable, at, session) {
        return not_shown(variable);
    }
    let answers = session.counting(at.item);
    if answers.is_empty() {
        return if session.shown(at.item) { missing(variable, Missing::Unanswered) } else { not_shown(variable) };
    }
    let chosen: Vec<&Code> = answers.iter().filter_map(|answer| code(variable, at, answer)).collect();
    if let Some(option) = variable.option.and_then(|place| variable.codes.get(place)) {
        return match variable.of {
            Type::Rank => ranked(variable, option, &chosen),
            _ => ticked(variable, option, &chosen),
        };
    }
    let value = match answers.first() {
        Some(Value::Boolean(yes)) => i64::from(*yes).to_string(),
        Some(Value::Option(_)) => chosen.first().map(|code| code.number.to_string()).unwrap_or_default(),
        // On one line: Stata and SPSS take a line break for the end of the row.
        Some(Value::Text(words)) => harmless(&one_line(words)),
        Some(number) => number.typed(),
        None => String::new(),
    };
    Cell { value, code: chosen.first().map(|code| code.code.clone()).unwrap_or_default(), not_shown: false }
}

/// One of several options: chosen, not chosen, or no answer because another one says so.
fn ticked(variable: &Variable, option: &Code, chosen: &[&Code]) -> Cell {
    let code = option.code.clone();
    if chosen.contains(&option) {
        return Cell { value: "1".to_owned(), code, not_shown: false };
    }
    match chosen.iter().find_map(|code| code.missing) {
        Some(why) => missing(variable, why),
        None => Cell { value: "0".to_owned(), code, not_shown: false },
    }
}

/// The place of one of several options that were put in order, from 1; 0 where others were chosen.
fn ranked(variable: &Variable, option: &Code, chosen: &[&Code]) -> Cell {
    let place = chosen.iter().position(|code| *code == option).map_or(0, |place| place.saturating_add(1));
    match chosen.iter().find_map(|code| code.missing) {
        Some(why) if place == 0 => missing(variable, why),
        _ => Cell { value: place.to_string(), code: option.code.clone(), not_shown: false },
    }
}

/// Whether the option that a variable is of could be chosen. Options of a ranking come and go with other answers; what
/// nobody could choose was not left out by choice.
fn offered(variable: &Variable, at: &Use, session: &Session) -> bool {
    let Some(option) = variable.option.and_then(|place| variable.codes.get(place)) else { return true };
    let known = |choice: &Choice| choice.system == option.system && choice.code == option.code;
    let place = at.form.options(at.item).iter().position(known).and_then(|place| u16::try_from(place).ok());
    place.is_some_and(|place| session.offers(at.item, place))
}

fn code<'a>(variable: &'a Variable, at: &Use, answer: &Value) -> Option<&'a Code> {
    let Value::Option(place) = answer else { return None };
    let option: &Choice = at.form.options(at.item).get(usize::from(*place))?;
    variable.codes.iter().find(|code| code.system == option.system && code.code == option.code)
}

/// Whether a variable's cells are words.
pub(super) fn is_text(variable: &Variable) -> bool {
    variable.of == Type::Words
}

/// Whether the numbers of a variable have digits after the point.
pub(super) fn is_decimal(variable: &Variable) -> bool {
    variable.uses.iter().any(|at| matches!(at.form.item(at.item).kind, Kind::Decimal { .. }))
}
