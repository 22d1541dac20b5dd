//! Operators on two collections. Equality and order are those of <https://hl7.org/fhirpath/N1/#operations>.

use std::cmp::Ordering;

use super::{
    evaluate::{Cause, boolean, said, single, text, truth},
    syntax::Operator,
    temporal::{DateTime, Time, Unit},
    value::{Item, Quantity, Value, World},
};
use crate::questionnaire::Decimal;

type Items<W> = [Item<<W as World>::Node>];
type Made<W> = Result<Vec<Item<<W as World>::Node>>, Cause>;

/// FHIRPath's decimals are the same if they are to eight digits after the point.
const PLACES: u8 = 8;

pub(super) fn pair<W: World>(world: &W, operator: Operator, left: &Items<W>, right: &Items<W>) -> Made<W> {
    let known = |answer: Option<bool>| answer.map(boolean).unwrap_or_default();
    let order = |holds: fn(Ordering) -> bool| Ok(known(compare(world, left, right)?.map(holds)));
    match operator {
        Operator::Equal => Ok(known(equal(world, left, right))),
        Operator::NotEqual => Ok(known(equal(world, left, right).map(|same| !same))),
        Operator::Equivalent => Ok(boolean(equivalent(world, left, right))),
        Operator::NotEquivalent => Ok(boolean(!equivalent(world, left, right))),
        Operator::Less => order(Ordering::is_lt),
        Operator::Greater => order(Ordering::is_gt),
        Operator::AtMost => order(Ordering::is_le),
        Operator::AtLeast => order(Ordering::is_ge),
        Operator::In => member(world, left, right),
        Operator::Contains => member(world, right, left),
        Operator::And | Operator::Or | Operator::Xor | Operator::Implies => {
            let (left, right) = (truth(left)?, truth(right)?);
            Ok(known(match operator {
                Operator::And if left == Some(false) || right == Some(false) => Some(false),
                Operator::Or if left == Some(true) || right == Some(true) => Some(true),
                Operator::Implies if left == Some(false) || right == Some(true) => Some(true),
                Operator::And => left.zip(right).map(|(left, right)| left && right),
                Operator::Or => left.zip(right).map(|(left, right)| left || right),
                Operator::Xor => left.zip(right).map(|(left, right)| left != right),
                _ => left.zip(right).map(|(left, right)| !left || right),
            }))
        }
        Operator::Concat => {
            let (left, right) = (text(left)?.unwrap_or(""), text(right)?.unwrap_or(""));
            Ok(said(Some(Value::Text(format!("{left}{right}")))))
        }
        Operator::Union => Ok(distinct(world, left.iter().chain(right))),
        Operator::Plus | Operator::Minus | Operator::Times | Operator::Over | Operator::Div | Operator::Mod => {
            match (single(left)?, single(right)?) {
                (Some(left), Some(right)) => Ok(said(arithmetic(world, operator, left, right)?)),
                _ => Ok(Vec::new()),
            }
        }
    }
}

fn member<W: World>(world: &W, one: &Items<W>, many: &Items<W>) -> Made<W> {
    let Some(one) = single(one)? else { return Ok(Vec::new()) };
    Ok(boolean(many.iter().any(|item| alike(world, item, one) == Some(true))))
}

/// The items without those that equal an earlier one.
pub(super) fn distinct<'a, W: World>(world: &W, items: impl Iterator<Item = &'a Item<W::Node>>) -> Vec<Item<W::Node>>
where
    W::Node: 'a,
{
    let mut kept: Vec<Item<W::Node>> = Vec::new();
    for item in items {
        if !holds(world, &kept, item) {
            kept.push(item.clone());
        }
    }
    kept
}

/// Whether one of the items equals this one.
pub(super) fn holds<W: World>(world: &W, items: &Items<W>, item: &Item<W::Node>) -> bool {
    items.iter().any(|other| alike(world, other, item) == Some(true))
}

fn equal<W: World>(world: &W, left: &Items<W>, right: &Items<W>) -> Option<bool> {
    match (left, right) {
        ([], _) | (_, []) => None,
        ([left], [right]) => alike(world, left, right),
        _ if left.len() != right.len() => Some(false),
        _ => Some(left.iter().zip(right).all(|(left, right)| alike(world, left, right) == Some(true))),
    }
}

/// Whether two values are equal; none if it is not known.
pub(super) fn alike<W: World>(world: &W, left: &Item<W::Node>, right: &Item<W::Node>) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Some(left.rounded(PLACES) == right.rounded(PLACES));
    }
    if let (Some(left), Some(right)) = (left.date_time(), right.date_time()) {
        return left.compare(right, zone(world)).map(Ordering::is_eq);
    }
    if let (Some(left), Some(right)) = (quantity(world, left), quantity(world, right)) {
        return left.compare(&right).map(Ordering::is_eq);
    }
    match (&left.value, &right.value) {
        (Value::Boolean(left), Value::Boolean(right)) => Some(left == right),
        (Value::Text(left), Value::Text(right)) => Some(left == right),
        (Value::Time(left), Value::Time(right)) => left.compare(*right).map(Ordering::is_eq),
        (Value::Node(left), Value::Node(right)) => Some(world.same(left, right)),
        _ => Some(false),
    }
}

/// Minutes east of UTC, where a date and time does not say.
fn zone<W: World>(world: &W) -> i16 {
    world.now().offset.unwrap_or(0)
}

pub(super) fn quantity<W: World>(world: &W, item: &Item<W::Node>) -> Option<Quantity> {
    match &item.value {
        Value::Quantity(quantity) => Some(quantity.clone()),
        Value::Node(node) => world.quantity(node),
        _ => None,
    }
}

fn equivalent<W: World>(world: &W, left: &Items<W>, right: &Items<W>) -> bool {
    let mut left_over: Vec<&Item<W::Node>> = right.iter().collect();
    left.len() == right.len()
        && left.iter().all(|item| {
            let found = left_over.iter().position(|other| nearly(world, item, other));
            found.map(|place| left_over.swap_remove(place)).is_some()
        })
}

/// Text without regard to case and kinds of white space, numbers to the digits that both have, dates as far as known.
fn nearly<W: World>(world: &W, left: &Item<W::Node>, right: &Item<W::Node>) -> bool {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        let shown = |number: Decimal| number.times(Decimal::from(1)).map_or(0, Decimal::places);
        let places = shown(left).min(shown(right));
        let both_whole = left.whole().is_some() && right.whole().is_some();
        return if both_whole { left == right } else { left.rounded(places) == right.rounded(places) };
    }
    match (&left.value, &right.value) {
        (Value::Text(left), Value::Text(right)) => {
            let plain = |text: &str| {
                let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
                spaced.flat_map(char::to_uppercase).collect::<String>()
            };
            plain(left) == plain(right)
        }
        _ => alike(world, left, right) == Some(true),
    }
}

fn compare<W: World>(world: &W, left: &Items<W>, right: &Items<W>) -> Result<Option<Ordering>, Cause> {
    let (Some(left), Some(right)) = (single(left)?, single(right)?) else { return Ok(None) };
    order(world, left, right)
}

/// Which of two values comes first; none if it is not known.
pub(super) fn order<W: World>(
    world: &W,
    left: &Item<W::Node>,
    right: &Item<W::Node>,
) -> Result<Option<Ordering>, Cause> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Ok(Some(left.rounded(PLACES).cmp(&right.rounded(PLACES))));
    }
    if let (Some(left), Some(right)) = (left.date_time(), right.date_time()) {
        return Ok(left.compare(right, zone(world)));
    }
    if let (Some(left), Some(right)) = (quantity(world, left), quantity(world, right)) {
        return Ok(left.compare(&right));
    }
    match (&left.value, &right.value) {
        (Value::Text(left), Value::Text(right)) => Ok(Some(left.cmp(right))),
        (Value::Time(left), Value::Time(right)) => Ok(left.compare(*right)),
        _ => Err(Cause::Type),
    }
}

/// Arithmetic on two values: none where there is no result, by zero or too large.
pub(super) fn arithmetic<W: World>(
    world: &W,
    operator: Operator,
    left: &Item<W::Node>,
    right: &Item<W::Node>,
) -> Result<Option<Value<W::Node>>, Cause> {
    if let (Value::Integer(left), Value::Integer(right)) = (&left.value, &right.value)
        && operator != Operator::Over
    {
        let found = match operator {
            Operator::Plus => left.checked_add(*right),
            Operator::Minus => left.checked_sub(*right),
            Operator::Times => left.checked_mul(*right),
            Operator::Div => left.checked_div(*right),
            _ => left.checked_rem(*right),
        };
        return Ok(found.filter(|found| i32::try_from(*found).is_ok()).map(Value::Integer));
    }
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Ok(numbers(operator, left, right).map(Value::Decimal));
    }
    if let (Value::Text(left), Value::Text(right), Operator::Plus) = (&left.value, &right.value, operator) {
        return Ok(Some(Value::Text(format!("{left}{right}"))));
    }
    if let (Some(span), Operator::Plus | Operator::Minus) = (quantity(world, right), operator) {
        let earlier = operator == Operator::Minus;
        match &left.value {
            Value::Date(date) => {
                let date = DateTime { date: *date, time: None, offset: None };
                return Ok(moved(date, &span, earlier)?.map(|moved| Value::Date(moved.date)));
            }
            Value::DateTime(date_time) => return Ok(moved(*date_time, &span, earlier)?.map(Value::DateTime)),
            Value::Time(time) => return Ok(turned(*time, &span, earlier)?.map(Value::Time)),
            _ => {}
        }
    }
    quantities(world, operator, left, right)
}

fn numbers(operator: Operator, left: Decimal, right: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Plus => left.plus(right),
        Operator::Minus => left.minus(right),
        Operator::Times => left.times(right),
        Operator::Over => left.over(right),
        Operator::Div => left.whole_times(right),
        _ => left.remainder(right),
    }
}

/// Amounts of the same unit, or an amount and a number.
fn quantities<W: World>(
    world: &W,
    operator: Operator,
    left: &Item<W::Node>,
    right: &Item<W::Node>,
) -> Result<Option<Value<W::Node>>, Cause> {
    let made = |value: Option<Decimal>, unit: String| value.map(|value| Value::Quantity(Quantity { value, unit }));
    match (operator, quantity(world, left), left.number(), quantity(world, right), right.number()) {
        (Operator::Plus | Operator::Minus, Some(left), _, Some(right), _) => {
            let Some(((own, factor), (others, other))) = left.alike(&right) else { return Ok(None) };
            let sum = numbers(operator, own, others).and_then(|sum| sum.over(Decimal::from(factor.min(other))));
            Ok(made(sum, if other < factor { right.unit } else { left.unit }))
        }
        (Operator::Times, Some(amount), _, _, Some(number)) | (Operator::Times, _, Some(number), Some(amount), _) => {
            Ok(made(amount.value.times(number), amount.unit))
        }
        (Operator::Over, Some(amount), _, _, Some(number)) => Ok(made(amount.value.over(number), amount.unit)),
        (Operator::Over, Some(left), _, Some(right), _) => {
            let same = left.unit == right.unit;
            Ok(if same { made(left.value.over(right.value), "'1'".to_owned()) } else { None })
        }
        _ => Err(Cause::Type),
    }
}

/// A span as whole units of the calendar, in milliseconds where it is of seconds: above them the fraction does not count.
fn span(amount: &Quantity, earlier: bool) -> Result<Option<(i64, Unit)>, Cause> {
    let unit = amount.calendar().ok_or(Cause::Type)?;
    let value = if earlier { amount.value.negative() } else { amount.value };
    let (value, unit) = match unit {
        Unit::Second => (value.times(Decimal::from(1000)), Unit::Millisecond),
        unit => (Some(value), unit),
    };
    Ok(value.and_then(|value| value.truncated().whole()).map(|whole| (whole, unit)))
}

fn moved(date: DateTime, amount: &Quantity, earlier: bool) -> Result<Option<DateTime>, Cause> {
    Ok(span(amount, earlier)?.and_then(|(amount, unit)| date.later(amount, unit)))
}

fn turned(time: Time, amount: &Quantity, earlier: bool) -> Result<Option<Time>, Cause> {
    Ok(span(amount, earlier)?.and_then(|(amount, unit)| time.later(amount, unit)))
}
