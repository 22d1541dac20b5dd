//! What the respondent sees, one file per view. The builder syntax of Leptos makes elements and text nodes only, never
//! markup from strings, so the widget mounts under Trusted Types (docs/decisions/003-builder-syntax.md).
//!
//! Views read through triggers keyed by item ([`sheet::Sheet`]) and write by commands; they hold no rules of their own.

mod app;
mod choice;
mod delivery;
mod element;
mod field;
mod frame;
mod later;
mod load;
mod marks;
mod outward;
mod page;
mod parts;
mod question;
mod resume;
mod sheet;
mod state;
mod summary;
mod table;
mod trail;
mod unsent;
mod welcome;

pub(crate) use load::{Door, root};
