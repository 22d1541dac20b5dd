//! Expressions that somebody spoiled: they are refused at a place that is theirs, or end.

use std::time::{Duration, Instant};

use super::{NOW, generate, response, table};
use crate::random::{Random, count, for_each_seed};
use svar::fhirpath::{DateTime, Document, Expression};

/// Pieces that are likely to lead astray.
const PIECES: [&str; 40] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    "'",
    "\"",
    "`",
    "\\",
    "%",
    "$",
    "@",
    "@T",
    "@2026-",
    "+",
    "-",
    "*",
    "/",
    "//",
    "/*",
    "*/",
    "|",
    "&",
    "=",
    "!=",
    "~",
    "<",
    ">=",
    " and ",
    " is ",
    " as ",
    ".repeat($this)",
    ".aggregate($total & $total, 'aaaa')",
    ".descendants()",
    ".select(%resource)",
    "99999999999999999999",
    "\u{1F600}",
];

fn spoiled(random: &mut Random, whole: &str) -> String {
    let mut characters: Vec<char> = whole.chars().collect();
    for _ in 0..=random.below(4) {
        let place = random.below(characters.len() + 1);
        match random.below(5) {
            0 if !characters.is_empty() => drop(characters.remove(place.min(characters.len() - 1))),
            1 => {
                let end = (place + random.below(12)).min(characters.len());
                let copied: Vec<char> = characters[place..end].to_vec();
                let to = random.below(characters.len() + 1);
                characters.splice(to..to, copied);
            }
            2 => {
                let end = (place + random.below(8)).min(characters.len());
                characters.drain(place..end);
            }
            3 => {
                let piece = random.pick(&PIECES).repeat(1 + random.below(3) * random.below(200));
                characters.splice(place..place, piece.chars());
            }
            _ => drop(characters.splice(place..place, random.pick(&PIECES).chars())),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn spoiled_expressions_are_refused_or_end() {
    let resource = response();
    let document = Document { resource: &resource, variables: Vec::new(), now: DateTime::parse(NOW).unwrap() };
    let whole: Vec<&str> = table::expressions().collect();
    let (mut read, mut slowest) = (0_u64, Duration::ZERO);
    let runs = for_each_seed(count(5_000, 250_000), |random, _| {
        let whole = if random.chance(50) { random.pick(&whole).to_owned() } else { generate::expression(random) };
        let source = spoiled(random, &whole);
        let start = Instant::now();
        match Expression::parse(&source) {
            Ok(expression) => {
                read += 1;
                let _ended = expression.evaluate(&document, &[document.root()]);
            }
            Err(unread) => {
                assert!(unread.at as usize <= source.chars().count(), "{unread} in {source}");
                assert!(!unread.to_string().is_empty());
            }
        }
        slowest = slowest.max(start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(5), "{source}");
    });
    eprintln!("{runs} spoiled expressions, {read} of them readable, the slowest {slowest:?}");
    assert!(runs == 1 || read * 20 > runs, "{read} of {runs} could be read: too few to tell anything");
}

#[test]
fn an_expression_that_would_not_end_does() {
    let resource = response();
    let document = Document { resource: &resource, variables: Vec::new(), now: DateTime::parse(NOW).unwrap() };
    let doubled = format!("(1 | 2){}.count()", ".select($this | $this + 1 | $this + 2)".repeat(60));
    for source in [
        "descendants().aggregate($total & $total & 'aaaaaaaaaaaaaaaa', 'a')",
        "descendants().select(%resource.descendants().select(%resource.descendants())).count()",
        "1.repeat($this + 1)",
        "'a'.repeat($this & 'a')",
        &doubled,
    ] {
        let found = Expression::parse(source).unwrap().evaluate(&document, &[document.root()]);
        assert_eq!(
            found.map(|items| items.len()).map_err(|fault| fault.why),
            Err(svar::fhirpath::Cause::Steps),
            "{source}"
        );
    }
    for deep in [["(", "1", ")"], ["-", "1", ""], ["iif(true, ", "1", ")"], ["", "1", " + 1"], ["", "item", ".item"]] {
        let source = deep[0].repeat(50_000) + deep[1] + &deep[2].repeat(50_000);
        assert!(matches!(Expression::parse(&source).unwrap_err().why, svar::fhirpath::Why::TooDeep), "{}", deep[0]);
    }
}
