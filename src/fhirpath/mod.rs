//! Expressions: a closed subset of [FHIRPath](https://hl7.org/fhirpath/N1/), written down in `docs/expressions.md`.
//!
//! An [`Expression`] is read once, by the build, and the first word that the subset does not know is pointed at. It can be
//! packed, so that whoever evaluates it needs no reader. Evaluation is about a [`World`], reads and changes nothing, and
//! ends: every step is counted.

mod convert;
mod evaluate;
mod function;
mod functions;
mod json;
mod numbers;
mod operators;
mod parse;
mod syntax;
mod temporal;
mod text;
mod token;
mod value;

use serde::{Deserialize, Serialize};

pub use evaluate::{Cause, Fault, STEPS};
pub use json::{Document, Place};
pub use parse::{Unread, Why};
pub use syntax::Type;
pub use temporal::{Date, DateTime, Time, Unit};
pub use value::{Item, Quantity, Value, World};

/// An expression that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    part: syntax::Part,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// Points at the first word that stands in the way.
    pub fn parse(source: &str) -> Result<Expression, Unread> {
        let part = parse::parse(source).map_err(|unread| Unread { at: characters(source, unread.at), ..unread })?;
        Ok(Expression { part })
    }

    /// The value of the expression about `context`; empty if there is none.
    ///
    /// # Errors
    /// Says which part could not be reckoned, and why.
    pub fn evaluate<W: World>(&self, world: &W, context: &[Item<W::Node>]) -> Result<Vec<Item<W::Node>>, Fault> {
        evaluate::evaluate(&self.part, world, context)
    }
}

/// A place in bytes as one in characters, as people count them.
fn characters(source: &str, bytes: u32) -> u32 {
    let before = source.get(..bytes as usize).unwrap_or(source);
    u32::try_from(before.chars().count()).unwrap_or(u32::MAX)
}
