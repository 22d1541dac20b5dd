//! Functions of a number.

use super::{
    evaluate::{Cause, single, whole},
    function::Function,
    value::{Item, Quantity, Value},
};
use crate::questionnaire::Decimal;

/// What the function makes of a number; of an amount, for those that keep its unit.
pub(super) fn number<N>(
    function: Function,
    base: Option<&Item<N>>,
    argument: Option<&[Item<N>]>,
) -> Result<Option<Value<N>>, Cause> {
    let Some(base) = base else { return Ok(None) };
    let kept = |made: fn(Decimal) -> Decimal| {
        Ok(Some(match &base.value {
            Value::Quantity(Quantity { value, unit }) => {
                Value::Quantity(Quantity { value: made(*value), unit: unit.clone() })
            }
            _ => whole_or_not(made(base.number().ok_or(Cause::Type)?), base),
        }))
    };
    match function {
        Function::Abs => kept(|number| if number < Decimal::from(0) { number.negative() } else { number }),
        Function::Ceiling => kept(|number| number.negative().floor().negative()),
        Function::Floor => kept(Decimal::floor),
        Function::Truncate => kept(Decimal::truncated),
        Function::Round => {
            let number = base.number().ok_or(Cause::Type)?;
            let places = argument.map(whole).transpose()?.flatten().unwrap_or(0);
            let places = u8::try_from(places).map_err(|_| Cause::Type)?;
            Ok(Some(Value::Decimal(number.rounded(places))))
        }
        Function::Sqrt => Ok(root(base.number().ok_or(Cause::Type)?).map(Value::Decimal)),
        _ => {
            let number = base.number().ok_or(Cause::Type)?;
            let Some(exponent) = argument.map(single).transpose()?.flatten() else { return Ok(None) };
            let exponent = exponent.number().ok_or(Cause::Type)?;
            // Other exponents would need logarithms, which are outside the subset.
            let exponent = exponent.whole().and_then(|exponent| i32::try_from(exponent).ok()).ok_or(Cause::Type)?;
            Ok(power(number, exponent).map(|made| whole_or_not(made, base)))
        }
    }
}

/// Whole numbers stay integers where they fit.
fn whole_or_not<N>(number: Decimal, base: &Item<N>) -> Value<N> {
    let integer = matches!(base.value, Value::Integer(_));
    match number.whole().filter(|whole| integer && i32::try_from(*whole).is_ok()) {
        Some(whole) => Value::Integer(whole),
        None => Value::Decimal(number),
    }
}

/// By squares, so that the largest exponent takes 31 of them.
fn power(base: Decimal, exponent: i32) -> Option<Decimal> {
    let (mut made, mut square, mut left) = (Decimal::from(1), base, exponent.unsigned_abs());
    loop {
        if left % 2 == 1 {
            made = made.times(square)?;
        }
        left /= 2;
        if left == 0 {
            break;
        }
        square = square.times(square)?;
    }
    if exponent < 0 { Decimal::from(1).over(made) } else { Some(made) }
}

/// The square root, by Newton's method on fractions: none of a negative number.
fn root(number: Decimal) -> Option<Decimal> {
    let zero = Decimal::from(0);
    if number < zero {
        return None;
    }
    if number == zero {
        return Some(zero);
    }
    let half = Decimal::parse("0.5")?;
    let mut guess = if number > Decimal::from(1) { number } else { Decimal::from(1) };
    // It halves what is too much at each step, and doubles the right digits once it is near.
    for _ in 0..96 {
        let next = guess.plus(number.over(guess)?)?.times(half)?;
        if next == guess {
            break;
        }
        guess = next;
    }
    Some(guess.rounded(15))
}
