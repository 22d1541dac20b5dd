//! From a finished session to a receipt. Pure: the machine takes events and returns effects; the browser carries them out.
//!
//! Write first, send after, believe only a receipt that names our submission, and only then delete.

mod alarm;
mod event;
pub mod instant;
mod machine;
mod pace;
pub mod policy;
pub mod record;
pub mod seal;
mod verdict;

pub use event::{Effect, Event, Found, Frozen, Kept, Media, Moment, Outcome, State};
pub use machine::Submission;
pub use verdict::{NoReply, Parked, Receipt, Reply, Verdict, Waiting, verdict, verdict_by};
