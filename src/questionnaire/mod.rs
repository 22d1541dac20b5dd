//! The form as data: FHIR JSON is read and checked natively, packed into a compact form, and loaded by the widget.
//!
//! `assemble` → [`read()`] (with `lint`) → [`Form`] → [`compact`] → browser.

pub mod assemble;
pub mod compact;
mod decimal;
pub(crate) mod fhir;
mod finding;
mod format;
mod graph;
mod lint;
mod model;
mod read;
pub mod text;

pub use decimal::Decimal;
pub use finding::{Finding, Rule, Severity};
pub use format::Format;
pub use model::{
    Children, Choice, Condition, Expected, Filling, Form, Item, ItemId, Kind, Layout, ListId, Operator, Role, TextId,
};
pub use read::{Reading, read};
