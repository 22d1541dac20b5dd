//! Expressions by chance, of the type that is asked for, within the subset and with types that fit.

use crate::random::Random;

/// An expression of any type.
pub(super) fn expression(random: &mut Random) -> String {
    let depth = 1 + random.below(4);
    let kind = random.pick(&Kind::ALL);
    if random.chance(15) { many(random, kind, depth) } else { one(random, kind, depth) }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Boolean,
    Integer,
    Decimal,
    Text,
    Date,
    DateTime,
    Time,
    Span,
}

impl Kind {
    const ALL: [Kind; 8] =
        [Kind::Boolean, Kind::Integer, Kind::Decimal, Kind::Text, Kind::Date, Kind::DateTime, Kind::Time, Kind::Span];
}

fn literal(random: &mut Random, kind: Kind) -> String {
    let pick = |random: &mut Random, from: &[&str]| random.pick(from).to_owned();
    match kind {
        Kind::Boolean => pick(random, &["true", "false", "{}", "true", "false"]),
        Kind::Integer => pick(random, &["0", "1", "2", "3", "7", "12", "100", "{}", "(-1)", "(-5)"]),
        Kind::Decimal => pick(random, &["0.5", "1.0", "2.25", "3.14159", "0.1", "100.001", "(-1.5)", "(-2.5)"]),
        Kind::Text => {
            pick(random, &["'a'", "'b'", "'A'", "'abc'", "'Blåbær'", "''", "'a b'", "'12'", "{}", "'1.5'", "'true'"])
        }
        Kind::Date => pick(
            random,
            &["@2026-11-28", "@2026-11", "@2026", "@1984-02-29", "@2024-01-31", "today()", "@2025-12-31", "{}"],
        ),
        Kind::DateTime => pick(
            random,
            &[
                "@2026-11-28T09:30:00Z",
                "@2026-11-28T10:30:00+01:00",
                "@2024-02-29T23:59:59.999Z",
                "now()",
                "@2026-11-01T00:00:00-05:00",
            ],
        ),
        Kind::Time => pick(random, &["@T09:30", "@T09:30:00", "@T23:59:59", "@T00:00", "@T06:45:00.250", "{}"]),
        Kind::Span => {
            pick(random, &["1 day", "2 days", "1 week", "48 hours", "3 hours", "90 minutes", "30 seconds", "0 days"])
        }
    }
}

/// The answers of this type in the response, several or none of them.
fn answers(random: &mut Random, kind: Kind) -> Option<String> {
    let from: &[&str] = match kind {
        Kind::Boolean => &["item.item.where(linkId = 'smokes').answer.value"],
        Kind::Integer => &[
            "item.where(linkId = 'days').answer.value",
            "item.where(linkId = 'pain').answer.item.answer.value",
            "repeat(item).where(linkId = 'days').answer.value",
            "%resource.item.answer.value.ofType(integer)",
        ],
        Kind::Decimal => &[
            "item.where(linkId = 'phq').item.answer.value.ordinal()",
            "item.item.where(linkId = 'height').answer.value",
            "descendants().where(linkId = 'dose').answer.value",
        ],
        Kind::Text => &[
            "item.linkId",
            "item.item.linkId",
            "item.where(linkId = 'drug').item.where(linkId = 'what').answer.value",
            "item.item.answer.value.ofType(Coding).display",
            "item.where(linkId = 'pain').answer.value.code",
        ],
        Kind::Date => &["item.item.where(linkId = 'born').answer.value"],
        Kind::DateTime => &["item.item.where(linkId = 'seen').answer.value", "authored"],
        Kind::Time => &["item.item.where(linkId = 'woke').answer.value"],
        Kind::Span => return None,
    };
    Some(random.pick(from).to_owned())
}

/// A collection with entries of this type.
fn many(random: &mut Random, kind: Kind, depth: usize) -> String {
    if depth == 0 {
        return answers(random, kind).unwrap_or_else(|| literal(random, kind));
    }
    let less = depth - 1;
    match random.below(13) {
        0..=2 => answers(random, kind).unwrap_or_else(|| literal(random, kind)),
        3 => format!("({} | {})", one(random, kind, less), many(random, kind, less)),
        4 => format!("({}).where({})", many(random, kind, less), about(random, kind, less)),
        5 => format!("({}).select({})", many(random, kind, less), mapped(random, kind)),
        6 => format!("({}).distinct()", many(random, kind, less)),
        7 => {
            let function = random.pick(&["take", "skip"]);
            format!("({}).{function}({})", many(random, kind, less), random.below(3))
        }
        8 => {
            let function = random.pick(&["union", "combine", "intersect", "exclude"]);
            format!("({}).{function}({})", many(random, kind, less), many(random, kind, less))
        }
        9 => format!("({}).tail()", many(random, kind, less)),
        10 => format!(
            "iif({}, {}, {})",
            one(random, Kind::Boolean, less),
            many(random, kind, less),
            many(random, kind, less)
        ),
        11 => format!("coalesce({}, {})", many(random, kind, less), many(random, kind, less)),
        _ if kind == Kind::Text => {
            let function = random.pick(&["toChars()", "split(' ')", "split('a')"]);
            format!("({}).{function}", one(random, kind, less))
        }
        _ => one(random, kind, less),
    }
}

/// A criterion about `$this` of this type.
fn about(random: &mut Random, kind: Kind, depth: usize) -> String {
    if random.chance(20) {
        return format!("$index {} {}", random.pick(&["=", "<", ">="]), random.below(3));
    }
    match kind {
        Kind::Boolean => "$this = true".to_owned(),
        Kind::Text => {
            format!("$this.{}", random.pick(&["startsWith('p')", "length() > 4", "contains('a')", "exists()"]))
        }
        _ => format!(
            "$this {} {}",
            random.pick(&["=", "!=", "<", ">", "<=", ">=", "~"]),
            one(random, kind, depth.min(1))
        ),
    }
}

/// `$this` of this type, made another of the same.
fn mapped(random: &mut Random, kind: Kind) -> String {
    let from: &[&str] = match kind {
        Kind::Boolean => &["$this.not()", "$this and true"],
        Kind::Integer => &["$this + 1", "$this * $index", "0 - $this", "$this mod 2"],
        Kind::Decimal => &["$this * 2", "$this.round(1)", "$this - 0.5"],
        Kind::Text => &["$this & '!'", "$this.upper()", "$this.substring(1)"],
        Kind::Date => &["$this + 1 day", "$this - 1 month"],
        Kind::DateTime => &["$this", "$this.trace('t')"],
        Kind::Time => &["$this + 1 hour"],
        Kind::Span => &["$this"],
    };
    random.pick(from).to_owned()
}

/// An expression with at most one value of this type.
fn one(random: &mut Random, kind: Kind, depth: usize) -> String {
    if depth == 0 {
        return match answers(random, kind).filter(|_| random.chance(30)) {
            Some(answers) => format!("{answers}.{}", random.pick(&["first()", "last()"])),
            None => literal(random, kind),
        };
    }
    let less = depth - 1;
    match random.below(9) {
        0 => return literal(random, kind),
        1 => return format!("({}).{}", many(random, kind, less), random.pick(&["first()", "last()"])),
        2 => return format!("({})[{}]", many(random, kind, less), random.below(3)),
        3 => {
            return format!(
                "iif({}, {}, {})",
                one(random, Kind::Boolean, less),
                one(random, kind, less),
                one(random, kind, less)
            );
        }
        _ => {}
    }
    let pair = |random: &mut Random, operators: &[&str], kind: Kind| {
        format!("({} {} {})", one(random, kind, less), random.pick(operators), one(random, kind, less))
    };
    match kind {
        Kind::Boolean => boolean(random, less),
        Kind::Integer => match random.below(7) {
            0..=1 => pair(random, &["+", "-", "*"], kind),
            2 => pair(random, &["div", "mod"], kind),
            3 => {
                let kind = random.pick(&Kind::ALL);
                format!("({}).count()", many(random, kind, less))
            }
            4 => format!(
                "({}).{}",
                one(random, Kind::Text, less),
                random.pick(&["length()", "indexOf('a')", "toInteger()"])
            ),
            5 => format!("({}).{}", many(random, kind, less), random.pick(&["sum()", "min()", "max()"])),
            _ => format!("({}).aggregate($total + $this, 0)", many(random, kind, less)),
        },
        Kind::Decimal => match random.below(5) {
            0..=1 => pair(random, &["+", "-", "*"], kind),
            2 => format!("({} / {})", one(random, kind, less), random.pick(&["2", "4", "0.5", "3", "0"])),
            3 => {
                let function = random.pick(&["round(2)", "floor()", "ceiling()", "abs()", "truncate()", "toDecimal()"]);
                format!("({}).{function}", one(random, kind, less))
            }
            _ => format!("({}).{}", many(random, kind, less), random.pick(&["sum()", "min()", "max()", "avg()"])),
        },
        Kind::Text => match random.below(7) {
            0 => pair(random, &["+", "&"], kind),
            1 => {
                let function = random.pick(&[
                    "upper()",
                    "lower()",
                    "trim()",
                    "substring(1)",
                    "substring(0, 2)",
                    "replace('a', 'x')",
                ]);
                format!("({}).{function}", one(random, kind, less))
            }
            2 => format!("({}).join('-')", many(random, kind, less)),
            3 => {
                let kind = random.pick(&[Kind::Boolean, Kind::Integer, Kind::Date]);
                format!("({}).toString()", one(random, kind, less))
            }
            _ => format!("({}).{}", many(random, kind, less), random.pick(&["min()", "max()"])),
        },
        Kind::Date => match random.below(3) {
            0 => format!("({} {} {})", one(random, kind, less), random.pick(&["+", "-"]), whole_span(random)),
            1 => format!("({}).toDate()", one(random, kind, less)),
            _ => format!("({}).{}", many(random, kind, 0), random.pick(&["min()", "max()"])),
        },
        Kind::DateTime => literal(random, kind),
        Kind::Time => format!(
            "({} {} {})",
            literal(random, kind),
            random.pick(&["+", "-"]),
            random.pick(&["1 hour", "90 minutes", "3 hours"])
        ),
        Kind::Span => match random.below(2) {
            0 => format!("({} * {})", literal(random, kind), random.below(4)),
            _ => literal(random, kind),
        },
    }
}

fn whole_span(random: &mut Random) -> &'static str {
    random.pick(&["1 day", "40 days", "1 month", "13 months", "1 year", "4 years", "2 weeks", "1.5 years"])
}

fn boolean(random: &mut Random, depth: usize) -> String {
    let kind = random.pick(&Kind::ALL);
    match random.below(9) {
        0..=1 => {
            let operator = random.pick(&["and", "or", "xor", "implies"]);
            format!("({} {operator} {})", one(random, Kind::Boolean, depth), one(random, Kind::Boolean, depth))
        }
        2 => {
            // Which of two truth values comes first is no question.
            let kind = if kind == Kind::Boolean { Kind::Integer } else { kind };
            let operator = random.pick(&["<", ">", "<=", ">="]);
            format!("({} {operator} {})", one(random, kind, depth), one(random, kind, depth))
        }
        3 => {
            let operator = random.pick(&["=", "!="]);
            format!("({} {operator} {})", many(random, kind, depth), many(random, kind, depth))
        }
        4 => format!("({} {} {})", one(random, kind, depth), random.pick(&["~", "!~"]), one(random, kind, depth)),
        5 => {
            let function = random.pick(&["exists()", "empty()", "isDistinct()", "count() > 1", "empty().not()"]);
            format!("({}).{function}", many(random, kind, depth))
        }
        6 => {
            let function = random.pick(&["exists", "all"]);
            format!("({}).{function}({})", many(random, kind, depth), about(random, kind, depth))
        }
        7 => {
            if random.chance(50) {
                format!("({} in {})", one(random, kind, depth), many(random, kind, depth))
            } else {
                format!("({} contains {})", many(random, kind, depth), one(random, kind, depth))
            }
        }
        _ => {
            // The other one compares dates that were answered, as text, with dates that were reckoned.
            let kind = random.pick(&[Kind::Boolean, Kind::Integer, Kind::Decimal, Kind::Text, Kind::Span]);
            let function = random.pick(&["subsetOf", "supersetOf"]);
            format!("({}).{function}({})", many(random, kind, depth), many(random, kind, depth))
        }
    }
}
