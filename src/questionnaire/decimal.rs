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
    fn numbers_compare_by_value() {
        let sorted = ["-10", "-1.5", "-1.49", "0", "0.001", "0.5", "0.51", "2", "10", "999999999999999999"];
        let numbers: Vec<Decimal> = sorted.iter().map(|text| Decimal::parse(text).unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert_eq!(Decimal::parse("2.50"), Decimal::parse("2.5"));
        assert_eq!(Decimal::parse("-0"), Some(Decimal::from(0)));
    }
}
