//! From characters to words: each token with the place where it begins.

use super::parse::{Unread, Why};

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, a keyword, or a word operator.
    Name(String),
    /// A name between back quotes, which is never a keyword.
    Quoted(String),
    /// Text between single quotes, without them.
    Text(String),
    /// Digits, perhaps with a point.
    Number(String),
    /// What stands after `@`.
    Moment(String),
    /// `%name`, without the sign.
    Variable(String),
    /// `$this`, `$index`, `$total`, without the sign.
    Special(String),
    /// An operator or a bracket.
    Mark(&'static str),
    /// The end of the source.
    End,
}

/// No date and time is longer than this, with nine digits of a second.
const LONGEST_MOMENT: usize = 40;

const MARKS: [&str; 23] = [
    "<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "&", "|", "<", ">", "=", "~",
    ";",
];

/// All tokens of the source, the last one its end.
pub(super) fn tokens(source: &str) -> Result<Vec<(u32, Token)>, Unread> {
    let mut reader = Reader { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        reader.skip_blank()?;
        let at = reader.place();
        let token = reader.next()?;
        let end = token == Token::End;
        tokens.push((at, token));
        if end {
            return Ok(tokens);
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or("")
    }

    fn place(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn refuse<T>(&self, why: Why) -> Result<T, Unread> {
        Err(Unread { at: self.place(), why })
    }

    /// Goes past white space and comments.
    fn skip_blank(&mut self) -> Result<(), Unread> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at = self.at.saturating_add(rest.len().saturating_sub(trimmed.len()));
            let comment = if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                match trimmed.find("*/") {
                    Some(end) => end.saturating_add(2),
                    None => return self.refuse(Why::Open("/*")),
                }
            } else {
                return Ok(());
            };
            self.at = self.at.saturating_add(comment);
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or("");
        self.at = self.at.saturating_add(taken.len());
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        self.take(rest.find(|c| !wanted(c)).unwrap_or(rest.len()))
    }

    fn next(&mut self) -> Result<Token, Unread> {
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = self.rest();
        Ok(match rest.chars().next() {
            None => Token::End,
            Some(c) if c.is_ascii_alphabetic() || c == '_' => Token::Name(self.take_while(name).to_owned()),
            Some('0'..='9') => Token::Number(self.number().to_owned()),
            Some('\'') => Token::Text(self.quoted('\'')?),
            Some('`') => Token::Quoted(self.quoted('`')?),
            Some('"') => return self.refuse(Why::DoubleQuotes),
            Some('@') => {
                self.take(1);
                Token::Moment(self.moment().to_owned())
            }
            Some('$') => {
                self.take(1);
                Token::Special(self.take_while(name).to_owned())
            }
            Some('%') => {
                self.take(1);
                Token::Variable(match self.rest().chars().next() {
                    Some(quote @ ('\'' | '`')) => self.quoted(quote)?,
                    // SDC and the engines that read it let names have hyphens.
                    _ => self.take_while(|c| name(c) || c == '-').trim_end_matches('-').to_owned(),
                })
            }
            Some(c) => match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
                Some(mark) => {
                    self.take(mark.len());
                    Token::Mark(mark)
                }
                None => return self.refuse(Why::Character(c)),
            },
        })
    }

    /// `12`, `1.5`, but not the point of `1.abs()`.
    fn number(&mut self) -> &'a str {
        let start = self.at;
        let digit = |c: char| c.is_ascii_digit();
        self.take_while(digit);
        let fraction = self.rest().strip_prefix('.').is_some_and(|rest| rest.starts_with(digit));
        if fraction {
            self.take(1);
            self.take_while(digit);
        }
        self.source.get(start..self.at).unwrap_or("")
    }

    /// A date or time: what such a literal is made of, but not a point that no digit follows.
    fn moment(&mut self) -> &'a str {
        let start = self.at;
        loop {
            let before = self.source.get(start..self.at).unwrap_or("");
            let timed = before.contains('T');
            let zoned =
                before.rfind(['Z', '+']).is_some() || before.rsplit_once('T').is_some_and(|(_, t)| t.contains('-'));
            let mut rest = self.rest().chars();
            let belongs = match rest.next() {
                Some(c) if c.is_ascii_digit() => !before.ends_with('Z'),
                Some('-') if !timed => rest.next().is_some_and(|c| c.is_ascii_digit()),
                Some('-' | '+') => {
                    !zoned && !before.ends_with('T') && {
                        let away: String = self.rest().chars().skip(1).take(6).collect();
                        away.len() >= 5 && away.chars().nth(2) == Some(':')
                    }
                }
                Some('T') => !timed,
                Some(':') => timed,
                Some('.') => timed && !zoned && rest.next().is_some_and(|c| c.is_ascii_digit()),
                Some('Z') => timed && !zoned && !before.ends_with('T'),
                _ => false,
            };
            if !belongs || before.len() > LONGEST_MOMENT {
                return before;
            }
            self.take(1);
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Unread> {
        let start = self.at;
        self.take(1);
        let mut text = String::new();
        let mut rest = self.rest().chars();
        loop {
            let Some(c) = rest.next() else {
                self.at = start;
                return self.refuse(Why::Open(if quote == '`' { "`" } else { "'" }));
            };
            if c == quote {
                self.at = self.source.len().saturating_sub(rest.as_str().len());
                return Ok(text);
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match rest.next() {
                Some('r') => text.push('\r'),
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('f') => text.push('\u{c}'),
                Some('u') => {
                    let code: String = rest.by_ref().take(4).collect();
                    let read = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                    match read.filter(|_| code.len() == 4) {
                        Some(read) => text.push(read),
                        None => return self.refuse(Why::Escape),
                    }
                }
                // `\'`, `\"`, `` \` ``, `\\`, `\/` are themselves; so is what needs no escape.
                Some(other) => text.push(other),
                None => {}
            }
        }
    }
}
