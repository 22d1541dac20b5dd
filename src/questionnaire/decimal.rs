//! Exact decimals. FHIR's decimal is a number as written, `2.50` and not a nearby binary fraction; and integers alone
//! do it, so the browser need not load the tables of floating point.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

/// A number with at most 18 digits, some of them after the point.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Decimal {
    /// All digits, with their sign.
    digits: i64,
    /// How many of them stand after the point, at most 18.
    scale: u8,
}

/// Eighteen digits always fit into 64 bits.
const MOST_DIGITS: usize = 18;
/// The first number with more.
const LIMIT: u128 = 1_000_000_000_000_000_000;

/// The number without its last `cut` digits, rounded by them, a half away from zero.
fn rounded(digits: i128, cut: u32) -> i128 {
    let unit = 10_i128.saturating_pow(cut.min(37));
    let half = unit.wrapping_div(2).saturating_mul(digits.signum());
    digits.saturating_add(half).wrapping_div(unit)
}

impl Decimal {
    /// Reads plain digits with a point: no exponent, no infinity, which nobody means to type.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, plain) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let count = whole.len().saturating_add(fraction.len());
        let mut digits = 0_i64;
        for digit in whole.chars().chain(fraction.chars()) {
            let digit = i64::from(digit.to_digit(10)?);
            digits = digits.checked_mul(10)?.checked_add(digit)?;
        }
        let fits = count >= 1 && whole.trim_start_matches('0').len().saturating_add(fraction.len()) <= MOST_DIGITS;
        let scale = u8::try_from(fraction.len()).ok()?;
        fits.then_some(Decimal { digits: if negative { digits.saturating_neg() } else { digits }, scale })
    }

    /// The number with these digits, `scale` of them after the point, without zeros at the end; rounded to 18 digits. `None`
    /// if even then it is too large.
    fn fit(whole: i128, places: u32) -> Option<Decimal> {
        // All that is too much goes at once: rounded digit by digit, 0.45 would become 1.
        let long = whole.unsigned_abs().checked_ilog10().map_or(1, |last| last.saturating_add(1));
        let most = MOST_DIGITS as u32;
        let cut = long.saturating_sub(most).max(places.saturating_sub(most)).min(places);
        let (mut digits, mut scale) = (rounded(whole, cut), places.saturating_sub(cut));
        while scale > 0 && digits % 10 == 0 {
            digits = digits.wrapping_div(10);
            scale = scale.saturating_sub(1);
        }
        let fits = digits.unsigned_abs() < LIMIT;
        Some(Decimal { digits: i64::try_from(digits).ok().filter(|_| fits)?, scale: u8::try_from(scale).ok()? })
    }

    /// The sum.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        Decimal::fit(self.scaled(scale).checked_add(other.scaled(scale))?, scale.into())
    }

    /// The difference.
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        self.plus(other.negative())
    }

    /// The product.
    pub fn times(self, other: Decimal) -> Option<Decimal> {
        let digits = i128::from(self.digits).checked_mul(other.digits.into())?;
        Decimal::fit(digits, u32::from(self.scale).saturating_add(other.scale.into()))
    }

    /// The quotient, to 18 digits; none by zero.
    pub fn over(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        let (dividend, divisor) = (self.scaled(scale), other.scaled(scale));
        let (mut quotient, mut rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
        let mut places = 0_u32;
        // One digit more than there is room for, so that the last is rounded by it.
        while rest != 0 && places <= MOST_DIGITS as u32 && quotient.unsigned_abs() < LIMIT.saturating_mul(10) {
            rest = rest.checked_mul(10)?;
            quotient = quotient.checked_mul(10)?.checked_add(rest.checked_div(divisor)?)?;
            rest = rest.checked_rem(divisor)?;
            places = places.saturating_add(1);
        }
        Decimal::fit(quotient, places)
    }

    /// How many whole times `other` goes into this, towards zero; none by zero.
    pub fn whole_times(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        Decimal::fit(self.scaled(scale).checked_div(other.scaled(scale))?, 0)
    }

    /// What is left of that, with the sign of this; none by zero.
    pub fn remainder(self, other: Decimal) -> Option<Decimal> {
        let scale = self.scale.max(other.scale);
        Decimal::fit(self.scaled(scale).checked_rem(other.scaled(scale))?, scale.into())
    }

    /// The number with the other sign.
    pub fn negative(self) -> Decimal {
        Decimal { digits: self.digits.saturating_neg(), ..self }
    }

    /// Rounded to so many digits after the point, a half away from zero.
    pub fn rounded(self, places: u8) -> Decimal {
        let cut = u32::from(self.scale.saturating_sub(places));
        let digits = rounded(self.digits.into(), cut);
        Decimal::fit(digits, u32::from(self.scale).saturating_sub(cut)).unwrap_or(self)
    }

    /// The whole number at or below it.
    pub fn floor(self) -> Decimal {
        let whole = self.truncated();
        let below = if whole > self { whole.minus(Decimal::from(1)) } else { None };
        below.unwrap_or(whole)
    }

    /// The whole number that its digits before the point make.
    pub fn truncated(self) -> Decimal {
        let one = 10_i64.saturating_pow(self.scale.into());
        Decimal { digits: self.digits.checked_div(one).unwrap_or(self.digits), scale: 0 }
    }

    /// The whole number, if it is one.
    pub fn whole(self) -> Option<i64> {
        (self.truncated() == self).then(|| self.truncated().digits)
    }

    /// How many digits stand after the point.
    pub fn places(self) -> u8 {
        self.scale
    }

    /// The digits as if both numbers had the same number of them after the point.
    fn scaled(self, scale: u8) -> i128 {
        let shift = u32::from(scale.saturating_sub(self.scale).min(36));
        i128::from(self.digits).saturating_mul(10_i128.saturating_pow(shift))
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Decimal {
        Decimal { digits: whole, scale: 0 }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.scaled(scale).cmp(&other.scaled(scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `2.5` and `2.50` are the same number.
impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        let missing = scale.saturating_add(1).saturating_sub(digits.len());
        let digits = "0".repeat(missing) + &digits;
        let (whole, fraction) = digits.split_at_checked(digits.len().saturating_sub(scale)).unwrap_or((&digits, ""));
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if scale == 0 { "" } else { "." };
        out.write_str(sign)?;
        out.write_str(whole)?;
        out.write_str(point)?;
        out.write_str(fraction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_was_read() {
        for text in ["0", "7", "-1.25", "2.50", "0.05", "100", "123456789.123456789"] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), text);
        }
        for text in ["", ".", "-", "1e3", "inf", "NaN", "1.2.3", "0x1", "1234567890123456789", "½"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_is_exact_and_ends_where_there_is_no_room() {
        let of = |text: &str| Decimal::parse(text).unwrap();
        let said = |number: Option<Decimal>| number.map_or("none".to_owned(), |number| number.to_string());
        for (a, b, sum, product, quotient, whole, rest) in [
            ("0.1", "0.2", "0.3", "0.02", "0.5", "0", "0.1"),
            ("-7", "2", "-5", "-14", "-3.5", "-3", "-1"),
            ("1", "3", "4", "3", "0.333333333333333333", "0", "1"),
            ("2", "3", "5", "6", "0.666666666666666667", "0", "2"),
            ("5.5", "0", "5.5", "0", "none", "none", "none"),
            ("999999999999999999", "1", "none", "999999999999999999", "999999999999999999", "999999999999999999", "0"),
            ("999999999999999999", "0.5", "none", "500000000000000000", "none", "none", "0"),
            // Twenty digits after the point, of which the last two are 45.
            (
                "0.123456789012345689",
                "0.05",
                "0.173456789012345689",
                "0.006172839450617284",
                "2.46913578024691378",
                "2",
                "0.023456789012345689",
            ),
            (
                "123456789.123456789",
                "10",
                "123456799.123456789",
                "1234567891.23456789",
                "12345678.9123456789",
                "12345678",
                "9.123456789",
            ),
        ] {
            let (a, b) = (of(a), of(b));
            assert_eq!(said(a.plus(b)), sum, "{a} + {b}");
            assert_eq!(said(a.times(b)), product, "{a} * {b}");
            assert_eq!(said(a.over(b)), quotient, "{a} / {b}");
            assert_eq!(said(a.whole_times(b)), whole, "{a} div {b}");
            assert_eq!(said(a.remainder(b)), rest, "{a} mod {b}");
        }
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        for (text, places, rounded, floor, truncated) in [
            ("2.5", 0, "3", "2", "2"),
            ("-2.5", 0, "-3", "-3", "-2"),
            ("1.005", 2, "1.01", "1", "1"),
            ("7", 3, "7", "7", "7"),
            ("-0.4", 0, "0", "-1", "0"),
        ] {
            let number = Decimal::parse(text).unwrap();
            assert_eq!(number.rounded(places).to_string(), rounded, "{text}");
            assert_eq!(number.floor().to_string(), floor, "{text}");
            assert_eq!(number.truncated().to_string(), truncated, "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        let sorted = ["-10", "-1.5", "-1.49", "0", "0.001", "0.5", "0.51", "2", "10", "999999999999999999"];
        let numbers: Vec<Decimal> = sorted.iter().map(|text| Decimal::parse(text).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert_eq!(Decimal::parse("2.50"), Decimal::parse("2.5"));
        assert_eq!(Decimal::parse("-0"), Some(Decimal::from(0)));
    }
}
