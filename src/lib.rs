//! Svar renders shared health questionnaires in the respondent's browser, and delivers each answer set exactly once.
//!
//! The words used everywhere: a *questionnaire* has *items*; an item that takes an *answer* is a question; items are
//! *enabled* or not by their conditions. A *study* has *waves*; an *invitation* admits a respondent to one. A finished
//! session becomes a *response*, is *frozen* as a *submission*, and is *received* when the endpoint's *receipt* names it.
//!
//! The engine, `--no-default-features`, is pure: no input or output, no clock, no randomness, no browser.
//!
//! ```
//! use std::sync::Arc;
//! use svar::{questionnaire, session::{Session, response}};
//!
//! let source = serde_json::json!({
//!     "resourceType": "Questionnaire", "url": "https://svar.example/fhir/Questionnaire/q", "version": "1",
//!     "language": "nb", "status": "active",
//!     "item": [{ "linkId": "page", "type": "group", "text": "Helsen din", "item": [
//!         { "linkId": "pain", "type": "boolean", "text": "Har du vondt?" },
//!         { "linkId": "days", "type": "integer", "text": "Hvor mange dager?",
//!           "enableWhen": [{ "question": "pain", "operator": "=", "answerBoolean": true }] },
//!     ] }],
//! });
//! let form = questionnaire::read(&source, &[]).form.ok_or("not within the profile")?;
//! let mut session = Session::new(Arc::new(form));
//! let (pain, days) = (session.form().find("pain").ok_or("pain")?, session.form().find("days").ok_or("days")?);
//! assert!(!session.enabled(days));
//! session.say(pain, true);
//! session.type_in(days, "3");
//! assert!(session.problem(days).is_none());
//! # Ok::<(), &str>(())
//! ```
//!
//! Modules: [`questionnaire`] the form as data; [`fhirpath`] expressions; [`session`] answers to it; [`study`] manifest, invitation and course;
//! [`submission`] from frozen bytes to a receipt; [`words`] the interface's own texts. The faces `web` and `tools` add
//! the edges.

#![cfg_attr(test, allow(missing_docs))]

pub mod fhirpath;
pub mod json;
pub mod questionnaire;
pub mod session;
pub mod study;
pub mod submission;
pub mod words;

#[cfg(feature = "web")]
pub mod browser;
#[cfg(feature = "web")]
pub mod embed;
#[cfg(feature = "web")]
mod views;

#[cfg(all(feature = "tools", not(target_family = "wasm")))]
pub mod tools;
