//! Texts of a known shape: e-mail addresses, telephone numbers, national identity numbers. They are checked while the
//! person can still mend them; whether an address or a number is in use, nobody can tell here.

use serde::{Deserialize, Serialize};

/// What a line of text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// An e-mail address, loosely: one `@`, something before it, a dot inside what comes after it, no spaces.
    Email,
    /// Eight digits (a Norwegian number), or `+` and 6 to 15 digits (ITU-T E.164).
    Phone,
    /// A Norwegian national identity number or D number: eleven digits with a date and two control digits
    /// (folkeregisterforskriften § 2-2-1). Numbers of the test populations are taken, too.
    NationalIdentityNumber,
}

impl Format {
    /// What is stored for what was typed: without the spaces and hyphens that people write in numbers, and without spaces
    /// around an address. `None` if it is of another shape.
    pub fn read(self, typed: &str) -> Option<String> {
        let plain: String = match self {
            Format::Email => typed.trim().to_owned(),
            Format::Phone => typed.chars().filter(|c| !c.is_whitespace() && !HYPHENS.contains(c)).collect(),
            Format::NationalIdentityNumber => typed.chars().filter(|c| !c.is_whitespace()).collect(),
        };
        let fits = match self {
            Format::Email => email(&plain),
            Format::Phone => phone(&plain),
            Format::NationalIdentityNumber => national_identity_number(&plain),
        };
        fits.then_some(plain)
    }

    /// Whether `words` are as [`Format::read`] stores them.
    pub fn fits(self, words: &str) -> bool {
        self.read(words).is_some_and(|plain| plain == words)
    }
}

/// The hyphen of the keyboard, the two of typography, and the dash that some programs make of it.
const HYPHENS: [char; 4] = ['-', '\u{2010}', '\u{2011}', '\u{2013}'];

fn email(plain: &str) -> bool {
    let Some((local, domain)) = plain.split_once('@') else { return false };
    let inside = domain.trim_matches('.').contains('.') && domain.trim_matches('.').len() == domain.len();
    !local.is_empty() && inside && !domain.contains('@') && !plain.contains(char::is_whitespace)
}

fn phone(plain: &str) -> bool {
    let (digits, room) = match plain.strip_prefix('+') {
        Some(digits) => (digits, 6..=15),
        None => (plain, 8..=8),
    };
    room.contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// The weights of the control digits: each sum, the control digit with weight 1 among it, is divisible by 11.
const FIRST: [u32; 11] = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0];
const SECOND: [u32; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

/// What is added to the month in test populations: nothing in real numbers, 40 by Nav, 65 by Norsk helsenett, 80 by
/// Skatteetaten (Tenor).
const MONTHS: [u32; 4] = [0, 40, 65, 80];

/// What is added to the day: 40 in D numbers.
const DAYS: [u32; 2] = [0, 40];

fn national_identity_number(plain: &str) -> bool {
    let digits: Option<Vec<u32>> = plain.chars().map(|digit| digit.to_digit(10)).collect();
    let Some(&[d1, d2, m1, m2, y1, y2, ref rest @ ..]) = digits.as_deref() else { return false };
    let sum = |weights: [u32; 11]| digits.iter().flatten().zip(weights).map(|(digit, weight)| digit * weight).sum();
    let divisible = |sum: u32| sum.is_multiple_of(11);
    let (day, month, year) = (10 * d1 + d2, 10 * m1 + m2, 10 * y1 + y2);
    rest.len() == 5
        && MONTHS.iter().any(|more| DAYS.iter().any(|later| date(day, *later, month, *more, year)))
        && divisible(sum(FIRST))
        && divisible(sum(SECOND))
}

/// Whether the day is one of the month. The century is left open: a leap day passes if any year ending so has one.
fn date(day: u32, later: u32, month: u32, more: u32, year: u32) -> bool {
    let last = match month.checked_sub(more) {
        Some(2) if year.is_multiple_of(4) => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        Some(1..=12) => 31,
        _ => return false,
    };
    day.checked_sub(later).is_some_and(|day| (1..=last).contains(&day))
}
