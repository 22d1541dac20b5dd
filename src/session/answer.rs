//! Answers as values: what was typed is read here, and numbers are written as people write them.

use crate::questionnaire::{Decimal, Kind};

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Decimal(Decimal),
    /// Words, never blank.
    Text(String),
    /// The place of an option in the item's list.
    Option(u16),
}

impl Value {
    /// The number, if it is one.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Value::Integer(number) => Some(Decimal::from(*number)),
            Value::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// As it stands in a field: numbers with a point, text as it is; nothing for options and yes or no.
    pub fn typed(&self) -> String {
        match self {
            Value::Integer(number) => number.to_string(),
            Value::Decimal(number) => number.to_string(),
            Value::Text(words) => words.clone(),
            Value::Boolean(_) | Value::Option(_) => String::new(),
        }
    }
}

/// Reads what was typed into a field of this kind: no answer if blank, `None` if it cannot be read.
pub(super) fn read(kind: &Kind, typed: &str) -> Option<Vec<Value>> {
    if typed.trim().is_empty() {
        return Some(Vec::new());
    }
    match kind {
        Kind::Integer { .. } => whole(&plain_number(typed)).map(|number| vec![Value::Integer(number)]),
        Kind::Decimal { .. } => Decimal::parse(&plain_number(typed)).map(|number| vec![Value::Decimal(number)]),
        Kind::Text { lines, format, .. } => {
            let words = sendable(typed, *lines);
            // What has another shape is kept as typed, to be mended.
            let plain = format.and_then(|format| format.read(&words));
            Some(text(plain.unwrap_or(words)))
        }
        _ => Some(Vec::new()),
    }
}

fn text(words: String) -> Vec<Value> {
    if words.trim().is_empty() { Vec::new() } else { vec![Value::Text(words)] }
}

/// The words without what a FHIR string cannot hold: control characters, which come along when text is pasted. Where there
/// is one line, line breaks become spaces.
pub(super) fn sendable(words: &str, lines: bool) -> String {
    let broken = if lines { words.to_owned() } else { words.replace("\r\n", " ").replace(['\r', '\n'], " ") };
    broken.chars().filter(|c| !matches!(c, '\0'..'\t' | '\u{b}' | '\u{c}' | '\u{e}'..' ')).collect()
}

/// `1 000,5` as people write it becomes `1000.5`: spaces between digits go, the comma is a point, a typographic minus
/// a plain one.
fn plain_number(typed: &str) -> String {
    let spaces = [' ', '\u{a0}', '\u{202f}'];
    typed.trim().replace(spaces, "").replace(',', ".").replace('\u{2212}', "-")
}

/// A whole number; `3.0` is one, `3.5` is not, nor is `1.000`, which means a thousand to some and one to others. FHIR's
/// integer has 32 bits.
fn whole(number: &str) -> Option<i64> {
    let (digits, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !fraction.chars().all(|digit| digit == '0') || fraction.len() == 3 {
        return None;
    }
    digits.parse::<i32>().ok().map(i64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let integer = Kind::Integer { min: None, max: None, slider: None };
        let decimal = Kind::Decimal { min: None, max: None };
        for (typed, expected) in [
            ("0", Some(0)),
            (" 12 ", Some(12)),
            ("1 000", Some(1000)),
            ("3,0", Some(3)),
            ("\u{2212}4", Some(-4)),
            ("3,5", None),
            ("12a", None),
            ("1e3", None),
            ("99999999999", None),
        ] {
            let expected = expected.map(|number| vec![Value::Integer(number)]);
            assert_eq!(read(&integer, typed), expected, "{typed:?}");
        }
        for (typed, expected) in [
            ("0", Some("0")),
            ("2,50", Some("2.5")),
            ("-1.25", Some("-1.25")),
            ("1e3", None),
            ("inf", None),
            (".", None),
        ] {
            let expected = expected.and_then(Decimal::parse).map(|number| vec![Value::Decimal(number)]);
            assert_eq!(read(&decimal, typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn blank_is_no_answer() {
        for kind in [
            Kind::Integer { min: None, max: None, slider: None },
            Kind::Text { max_length: None, lines: true, format: None },
        ] {
            assert_eq!(read(&kind, " \n\t"), Some(Vec::new()));
        }
    }
}
