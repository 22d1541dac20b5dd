//! From one type to another (<https://hl7.org/fhirpath/N1/#conversion>).

use super::{
    function::Function,
    operators,
    temporal::{Date, DateTime, Time},
    value::{Item, Quantity, Value, World},
};
use crate::questionnaire::Decimal;

/// The value in the type that the function is called after; none if it has no such form.
pub(super) fn convert<W: World>(world: &W, function: Function, item: Option<&Item<W::Node>>) -> Option<Value<W::Node>> {
    let item = item?;
    match function {
        Function::ToBoolean | Function::ConvertsToBoolean => boolean(item).map(Value::Boolean),
        Function::ToInteger | Function::ConvertsToInteger => integer(item).map(Value::Integer),
        Function::ToDecimal | Function::ConvertsToDecimal => decimal(item),
        Function::ToText | Function::ConvertsToText => text(world, item).map(Value::Text),
        Function::ToDate | Function::ConvertsToDate => match &item.value {
            Value::Text(text) => Date::parse(text).map(Value::Date),
            _ => item.date_time().map(|moment| Value::Date(moment.date)),
        },
        Function::ToDateTime | Function::ConvertsToDateTime => match &item.value {
            Value::Text(text) => DateTime::parse(text).map(Value::DateTime),
            _ => item.date_time().map(Value::DateTime),
        },
        Function::ToTime | Function::ConvertsToTime => match &item.value {
            Value::Text(text) => Time::parse(text.strip_prefix('T').unwrap_or(text)).map(Value::Time),
            Value::Time(time) => Some(Value::Time(*time)),
            _ => None,
        },
        _ => None,
    }
}

fn boolean<N>(item: &Item<N>) -> Option<bool> {
    if let Some(number) = item.number() {
        return number.whole().filter(|whole| matches!(whole, 0 | 1)).map(|whole| whole == 1);
    }
    match &item.value {
        Value::Boolean(yes) => Some(*yes),
        Value::Text(text) => match text.to_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(true),
            "false" | "f" | "no" | "n" | "0" | "0.0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Digits with a sign before them, if any.
fn plain(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.ends_with(|c: char| c.is_ascii_digit())
}

fn integer<N>(item: &Item<N>) -> Option<i64> {
    match &item.value {
        Value::Integer(number) => Some(*number),
        Value::Boolean(yes) => Some(i64::from(*yes)),
        Value::Text(text) if plain(text) => text.parse::<i32>().ok().map(i64::from),
        _ => None,
    }
}

fn decimal<N>(item: &Item<N>) -> Option<Value<N>> {
    match &item.value {
        Value::Boolean(yes) => Some(Value::Decimal(Decimal::from(i64::from(*yes)))),
        Value::Text(text) if plain(text) => Decimal::parse(text).map(Value::Decimal),
        _ => item.number().map(Value::Decimal),
    }
}

/// As it would be written.
pub(super) fn text<W: World>(world: &W, item: &Item<W::Node>) -> Option<String> {
    Some(match &item.value {
        Value::Boolean(yes) => yes.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(date_time) => date_time.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Quantity(_) | Value::Node(_) => {
            let Quantity { value, unit } = operators::quantity(world, item)?;
            format!("{value} {unit}")
        }
    })
}
