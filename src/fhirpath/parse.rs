//! From words to a tree: the grammar of FHIRPath (<https://hl7.org/fhirpath/N1/grammar.html>), by operator precedence.

use std::fmt;

use super::{
    function::Function,
    syntax::{Operator, Part, TYPE_BINDS, Term, Type, Typed},
    temporal::{Date, DateTime, Time, Unit},
    token::{Token, tokens},
};
use crate::questionnaire::Decimal;

/// Why an expression cannot be read: the first word that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why} at character {}", self.at.saturating_add(1))]
pub struct Unread {
    /// Where it begins, in characters from the start of the expression.
    pub at: u32,
    /// What is wrong there.
    pub why: Why,
}

/// What is wrong in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Something else was expected.
    Expected {
        /// What.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A function that FHIRPath or its extensions may have, but the subset has not.
    Function(String),
    /// Another number of arguments than the function takes.
    Arguments {
        /// The function.
        function: String,
        /// The fewest and the most that it takes.
        expected: (usize, usize),
        /// So many stand there.
        found: usize,
    },
    /// A type that the subset does not have.
    Type(String),
    /// A date or time that there is not.
    Moment(String),
    /// A number with too many digits.
    Number(String),
    /// A bracket, quote or comment that nothing closes.
    Open(&'static str),
    /// Text stands between single quotes.
    DoubleQuotes,
    /// `\u` and four hexadecimal digits of a character.
    Escape,
    /// A character that no word begins with.
    Character(char),
    /// More parts within parts than there is room for.
    TooDeep,
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Expected { expected, found } => write!(out, "expected {expected}, found {found}"),
            Why::Function(name) => write!(out, "expected a function of the subset, found `{name}`"),
            Why::Arguments { function, expected: (least, most), found } if least == most => {
                write!(out, "expected {least} arguments of `{function}`, found {found}")
            }
            Why::Arguments { function, expected: (least, most), found } => {
                write!(out, "expected {least} to {most} arguments of `{function}`, found {found}")
            }
            Why::Type(name) => write!(out, "expected a type of the subset, found `{name}`"),
            Why::Moment(text) => write!(out, "expected a date or time, found `@{text}`"),
            Why::Number(text) => write!(out, "expected a number of at most 18 digits, found `{text}`"),
            Why::Open(mark) => write!(out, "expected the end of what begins with {mark}, found none"),
            Why::DoubleQuotes => out.write_str("expected single quotes around text, found double ones"),
            Why::Escape => out.write_str("expected four hexadecimal digits of a character after \\u"),
            Why::Character(c) => write!(out, "expected an expression, found {c:?}"),
            Why::TooDeep => write!(out, "expected at most {DEEPEST} parts within each other, found more"),
        }
    }
}

/// So many parts may stand within each other. Evaluation needs some stack for each, and a browser has one megabyte of it.
const DEEPEST: usize = 128;

pub(super) fn parse(source: &str) -> Result<Part, Unread> {
    let mut parser = Parser { tokens: tokens(source)?.into_iter().peekable(), depth: 0 };
    let part = parser.expression(0)?;
    parser.end()?;
    Ok(part)
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(u32, Token)>>,
    depth: usize,
}

impl Parser {
    fn peek(&mut self) -> (u32, Token) {
        self.tokens.peek().cloned().unwrap_or((0, Token::End))
    }

    fn next(&mut self) -> (u32, Token) {
        let next = self.peek();
        if next.1 != Token::End {
            self.tokens.next();
        }
        next
    }

    fn takes(&mut self, mark: &'static str) -> bool {
        let found = self.peek().1 == Token::Mark(mark);
        if found {
            self.next();
        }
        found
    }

    fn mark(&mut self, mark: &'static str) -> Result<(), Unread> {
        if self.takes(mark) { Ok(()) } else { self.unexpected(mark) }
    }

    fn end(&mut self) -> Result<(), Unread> {
        if self.peek().1 == Token::End { Ok(()) } else { self.unexpected("an operator or the end") }
    }

    fn unexpected<T>(&mut self, expected: &'static str) -> Result<T, Unread> {
        let (at, token) = self.peek();
        let found = match token {
            Token::Name(name) | Token::Number(name) => format!("`{name}`"),
            Token::Quoted(name) => format!("`{name}` in back quotes"),
            Token::Text(text) => format!("'{text}'"),
            Token::Moment(text) => format!("`@{text}`"),
            Token::Variable(name) => format!("`%{name}`"),
            Token::Special(name) => format!("`${name}`"),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end".to_owned(),
        };
        Err(Unread { at, why: Why::Expected { expected, found } })
    }

    /// One part within another.
    fn deeper(&mut self) -> Result<(), Unread> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEPEST { Err(Unread { at: self.peek().0, why: Why::TooDeep }) } else { Ok(()) }
    }

    /// An expression whose operators bind tighter than `binding`.
    fn expression(&mut self, binding: u8) -> Result<Part, Unread> {
        let depth = self.depth;
        self.deeper()?;
        let mut left = self.signed()?;
        loop {
            let (at, token) = self.peek();
            let word = match &token {
                Token::Name(name) => name.as_str(),
                Token::Mark(mark) => mark,
                _ => break,
            };
            if let ("is" | "as", true) = (word, TYPE_BINDS > binding) {
                let typed = if word == "is" { Typed::Is } else { Typed::As };
                self.deeper()?;
                self.next();
                let of_type = self.type_name()?;
                left = Part { at, term: Term::OfType(typed, Box::new(left), of_type) };
                continue;
            }
            let Some((operator, binds)) = Operator::written(word).filter(|(_, binds)| *binds > binding) else { break };
            self.deeper()?;
            self.next();
            let right = self.expression(binds)?;
            left = Part { at, term: Term::Pair(operator, Box::new(left), Box::new(right)) };
        }
        self.depth = depth;
        Ok(left)
    }

    /// A sign binds looser than the point: `-1.abs()` is the negative of 1.
    fn signed(&mut self) -> Result<Part, Unread> {
        let (at, token) = self.peek();
        let sign = match token {
            Token::Mark("-") => Term::Negative,
            Token::Mark("+") => Term::Positive,
            _ => return self.chain(),
        };
        self.next();
        self.deeper()?;
        Ok(Part { at, term: sign(Box::new(self.signed()?)) })
    }

    /// A term, and all that is asked of it by points and brackets.
    fn chain(&mut self) -> Result<Part, Unread> {
        let mut part = self.term()?;
        loop {
            let at = self.peek().0;
            if self.takes(".") {
                self.deeper()?;
                part = self.invocation(Some(part))?;
            } else if self.takes("[") {
                self.deeper()?;
                let place = self.expression(0)?;
                self.mark("]")?;
                part = Part { at, term: Term::Place(Box::new(part), Box::new(place)) };
            } else {
                return Ok(part);
            }
        }
    }

    fn term(&mut self) -> Result<Part, Unread> {
        let (at, token) = self.peek();
        let part = |term| Part { at, term };
        Ok(match token {
            Token::Name(name) if name == "true" || name == "false" => {
                self.next();
                part(Term::Boolean(name == "true"))
            }
            Token::Name(_) | Token::Quoted(_) | Token::Special(_) => self.invocation(None)?,
            Token::Text(text) => {
                self.next();
                part(Term::Text(text))
            }
            Token::Number(text) => {
                self.next();
                part(self.number(at, text)?)
            }
            Token::Moment(text) => {
                self.next();
                part(moment(&text).ok_or(Unread { at, why: Why::Moment(text) })?)
            }
            Token::Variable(name) => {
                if name.is_empty() {
                    return self.unexpected("the name of a variable after %");
                }
                self.next();
                part(Term::Variable(name))
            }
            Token::Mark("(") => {
                self.next();
                let inner = self.expression(0)?;
                self.mark(")")?;
                inner
            }
            Token::Mark("{") => {
                self.next();
                self.mark("}")?;
                part(Term::Empty)
            }
            _ => return self.unexpected("a value, a name or a bracket"),
        })
    }

    /// A number, with its unit if one stands after it.
    fn number(&mut self, at: u32, text: String) -> Result<Term, Unread> {
        let number = Decimal::parse(&text);
        let unit = match self.peek().1 {
            Token::Text(unit) => Some(format!("'{unit}'")),
            Token::Name(name) if Unit::named(&name).is_some() => Some(name),
            _ => None,
        };
        let read = match unit {
            Some(unit) => {
                self.next();
                number.map(|number| Term::Quantity(number, unit))
            }
            None if text.contains('.') => number.map(Term::Decimal),
            None => text.parse::<i32>().ok().map(|number| Term::Integer(number.into())),
        };
        read.ok_or(Unread { at, why: Why::Number(text) })
    }

    /// A member or a function of `base`.
    fn invocation(&mut self, base: Option<Part>) -> Result<Part, Unread> {
        let (at, token) = self.next();
        let (name, keyword) = match token {
            Token::Name(name) => (name, true),
            Token::Quoted(name) => (name, false),
            Token::Special(name) => return self.special(at, &name, base),
            _ => {
                return Err(Unread {
                    at,
                    why: Why::Expected { expected: "a name", found: "something else".to_owned() },
                });
            }
        };
        let base = base.map(Box::new);
        if !keyword || !self.takes("(") {
            return Ok(Part { at, term: Term::Member(base, name) });
        }
        let typed = match (name.as_str(), &base) {
            ("is", Some(_)) => Some(Typed::Is),
            ("as", Some(_)) => Some(Typed::As),
            ("ofType", Some(_)) => Some(Typed::OfType),
            _ => None,
        };
        if let (Some(typed), Some(base)) = (typed, base.clone()) {
            let of_type = self.type_name()?;
            self.mark(")")?;
            return Ok(Part { at, term: Term::OfType(typed, base, of_type) });
        }
        let Some(function) = Function::named(&name) else { return Err(Unread { at, why: Why::Function(name) }) };
        let mut arguments = Vec::new();
        if !self.takes(")") {
            loop {
                arguments.push(self.expression(0)?);
                if self.takes(")") {
                    break;
                }
                self.mark(",")?;
            }
        }
        let (least, most) = function.arguments();
        if !(least..=most).contains(&arguments.len()) {
            let why = Why::Arguments { function: name, expected: (least, most), found: arguments.len() };
            return Err(Unread { at, why });
        }
        Ok(Part { at, term: Term::Call(base, function, arguments) })
    }

    fn special(&mut self, at: u32, name: &str, base: Option<Part>) -> Result<Part, Unread> {
        let term = match name {
            "this" => Term::This,
            "index" => Term::Index,
            "total" => Term::Total,
            _ => {
                let found = format!("`${name}`");
                return Err(Unread { at, why: Why::Expected { expected: "$this, $index or $total", found } });
            }
        };
        match base {
            None => Ok(Part { at, term }),
            Some(_) => Err(Unread {
                at,
                why: Why::Expected { expected: "a name after the point", found: format!("`${name}`") },
            }),
        }
    }

    fn type_name(&mut self) -> Result<Type, Unread> {
        let (at, first) = self.next();
        let (Token::Name(mut name) | Token::Quoted(mut name)) = first else {
            return Err(Unread { at, why: Why::Expected { expected: "a type", found: "something else".to_owned() } });
        };
        let mut namespace = None;
        if self.takes(".") {
            let (Token::Name(second) | Token::Quoted(second)) = self.next().1 else { return self.unexpected("a type") };
            namespace = Some(std::mem::replace(&mut name, second));
        }
        let full = || namespace.iter().chain([&name]).map(String::as_str).collect::<Vec<_>>().join(".");
        Type::named(namespace.as_deref(), &name).ok_or_else(|| Unread { at, why: Why::Type(full()) })
    }
}

fn moment(text: &str) -> Option<Term> {
    if let Some(time) = text.strip_prefix('T') {
        return Time::parse(time).map(Term::Time);
    }
    if text.contains('T') { DateTime::parse(text).map(Term::DateTime) } else { Date::parse(text).map(Term::Date) }
}
