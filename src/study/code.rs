//! The typable code of an invitation, for those who cannot open the link: ten characters, shown as `7KQ4M-PX09M`.
//!
//! The 31 symbols are the digits and the letters but for I, L, O, S and Z, whose lookalikes 1, 0, 5 and 2 are digits:
//! so every letter that is typed by mistake for such a digit can be read as it. 31 is a prime and the weights of the
//! ten places differ, so the last character finds every wrong character and every two that are swapped. Which code
//! belongs to which invitation only the collector knows.

/// How many characters a code has, the check character included.
pub const LENGTH: usize = 10;

/// How many symbols there are.
pub const SYMBOLS: u64 = 31;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKMNPQRTUVWXY";

/// Why something typed is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Too few characters, or too many.
    #[error("expected {LENGTH} characters, found {found}")]
    Length {
        /// How many there were, spaces and hyphens aside.
        found: usize,
    },
    /// A character that no code has.
    #[error("expected letters and digits, found `{found}`")]
    Character {
        /// Which, as it was typed.
        found: char,
    },
    /// A character is wrong, or two are swapped.
    #[error("expected a code as it stands in the letter, found one with a mistake in it")]
    Check,
}

/// Codes, as text of ten characters in capitals.
#[derive(Clone, Copy, Debug)]
pub struct Code;

impl Code {
    /// What was typed, as the code it stands for: with or without hyphens and spaces, in small or capital letters, and
    /// with a lookalike in place of a digit.
    ///
    /// # Errors
    /// In what way it is no code.
    pub fn read(typed: &str) -> Result<String, CodeError> {
        let (mut code, mut sum, mut found) = (String::with_capacity(LENGTH), 0, 0_usize);
        for character in typed.chars().filter(|character| !passed_over(*character)) {
            let value = value(character).ok_or(CodeError::Character { found: character })?;
            sum += weight(found) * value;
            found = found.saturating_add(1);
            code.push(symbol(value));
        }
        match (found, sum % SYMBOLS) {
            (LENGTH, 0) => Ok(code),
            (LENGTH, _) => Err(CodeError::Check),
            _ => Err(CodeError::Length { found }),
        }
    }

    /// The code with this number; numbers that differ by a multiple of 31⁹ have the same one.
    pub fn of_number(mut number: u64) -> String {
        let (mut code, mut sum) = (String::with_capacity(LENGTH), 0);
        for place in 0..LENGTH - 1 {
            let value = number % SYMBOLS;
            number /= SYMBOLS;
            sum += weight(place) * value;
            code.push(symbol(value));
        }
        // The last weight is 1: what is missing to a multiple of 31 is the character itself.
        code.push(symbol((SYMBOLS - sum % SYMBOLS) % SYMBOLS));
        code
    }

    /// A code as people read it, in two halves.
    pub fn shown(code: &str) -> String {
        match code.split_at_checked(LENGTH / 2) {
            Some((first, second)) if !second.is_empty() => [first, second].join("-"),
            _ => code.to_owned(),
        }
    }
}

/// From 10 down to 1, and never a multiple of 31, so that what is too long cannot pass for weightless.
fn weight(place: usize) -> u64 {
    (LENGTH.saturating_sub(place)).max(1) as u64
}

fn symbol(value: u64) -> char {
    let place = usize::try_from(value % SYMBOLS).unwrap_or_default();
    ALPHABET.get(place).map_or('0', |symbol| char::from(*symbol))
}

fn value(typed: char) -> Option<u64> {
    let symbol = match typed.to_ascii_uppercase() {
        'O' | 'Ø' | 'ø' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        other => other,
    };
    let place = ALPHABET.iter().position(|known| char::from(*known) == symbol)?;
    u64::try_from(place).ok()
}

/// What people, and programs that break lines, put between characters.
fn passed_over(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{ad}' | '\u{200b}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [u64; 6] = [0, 1, 30, 44_630_113_520_987, 9_876_543_210_123, u64::MAX];

    fn symbols() -> impl Iterator<Item = char> {
        ALPHABET.iter().map(|symbol| char::from(*symbol))
    }

    #[test]
    fn the_alphabet_has_no_lookalikes_and_is_prime() {
        let letters_and_digits: String = ('0'..='9').chain('A'..='Z').filter(|c| !"ILOSZ".contains(*c)).collect();
        assert_eq!(symbols().collect::<String>(), letters_and_digits);
        assert!((2..SYMBOLS).all(|divisor| !SYMBOLS.is_multiple_of(divisor)) && ALPHABET.len() as u64 == SYMBOLS);
    }

    #[test]
    fn a_code_is_read_as_it_was_made_and_as_people_type_it() {
        assert!(Code::read("7KQ4M-PX09M").is_ok(), "the one that the documents show");
        for number in NUMBERS {
            let code = Code::of_number(number);
            let shown = Code::shown(&code);
            assert_eq!((code.len(), shown.len()), (10, 11), "{shown}");
            for typed in [
                code.clone(),
                shown.clone(),
                shown.to_lowercase(),
                shown.replace('-', " "),
                shown.replace('-', "\u{2013}"),
                format!(" {shown}\u{a0}\n"),
                code.chars().map(|c| format!("{c} ")).collect(),
                code.replace('0', "o").replace('1', "l").replace('2', "z").replace('5', "s"),
                code.replace('0', "Ø").replace('1', "I"),
            ] {
                assert_eq!(Code::read(&typed), Ok(code.clone()), "{typed}");
            }
        }
    }

    /// All the sums there are: whether a mistake is found depends on the places, their weights and the symbols alone.
    #[test]
    fn every_wrong_character_and_every_swap_is_found() {
        for number in NUMBERS {
            let code: Vec<char> = Code::of_number(number).chars().collect();
            for place in 0..LENGTH {
                for symbol in symbols() {
                    let mut typed = code.clone();
                    typed[place] = symbol;
                    let read = Code::read(&typed.iter().collect::<String>());
                    assert_eq!(read.is_ok(), symbol == code[place], "{typed:?} for {code:?}");
                }
                for other in 0..place {
                    let mut typed = code.clone();
                    typed.swap(place, other);
                    let read = Code::read(&typed.iter().collect::<String>());
                    assert_eq!(read.is_ok(), code[other] == code[place], "{typed:?} for {code:?}");
                }
            }
        }
        // The same by arithmetic, for every code: a mistake changes the sum by a product of two factors below 31.
        for weight in (0..LENGTH).map(weight) {
            assert!((1..SYMBOLS).all(|difference| weight * difference % SYMBOLS != 0));
        }
        for (one, other) in (0..LENGTH).flat_map(|one| (0..one).map(move |other| (weight(one), weight(other)))) {
            assert!((1..SYMBOLS).all(|difference| one.abs_diff(other) * difference % SYMBOLS != 0));
        }
    }

    #[test]
    fn numbers_have_codes_of_their_own() {
        let codes: std::collections::BTreeSet<String> =
            (0..100_000).map(|n| Code::of_number(n * 264_396_221)).collect();
        assert_eq!(codes.len(), 100_000);
        assert_eq!(Code::of_number(SYMBOLS.pow(9) + 7), Code::of_number(7));
    }

    #[test]
    fn what_is_no_code_says_why() {
        let code = Code::of_number(NUMBERS[3]);
        for (typed, expected) in [
            (String::new(), CodeError::Length { found: 0 }),
            (code[..9].to_owned(), CodeError::Length { found: 9 }),
            (format!("{code}0"), CodeError::Length { found: 11 }),
            ("0".repeat(4000), CodeError::Length { found: 4000 }),
            (code.replacen(&code[..1], "å", 1), CodeError::Character { found: 'å' }),
            (format!("{code}."), CodeError::Character { found: '.' }),
            ("ABCDE-FGHJK".to_owned(), CodeError::Check),
        ] {
            assert_eq!(Code::read(&typed), Err(expected), "{typed:.20}");
        }
    }
}
