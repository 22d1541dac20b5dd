//! From a finished session to a receipt. Pure: the machine takes events and returns effects; the browser carries them out.
//!
//! Write first, send after, believe only a receipt that names our submission.

mod machine;
pub mod policy;
mod verdict;

pub use machine::{Effect, Event, Frozen, State, Submission};
pub use verdict::{NoReply, Parked, Receipt, Reply, Verdict, Waiting, verdict, verdict_by};
