//! Every number of the submission, each with its reason.

use std::time::Duration;

/// How long one request may take. A response is at most some tens of kilobytes, which a phone on a bad network (400
/// kbit/s) sends in two seconds; a collector that is busy under an announcement answers within ten.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How many replies without a receipt before the person is told that something stands between them and the study: one
/// can be chance, two a captive portal that is being signed in to.
pub const EXPLAIN_AFTER: u32 = 3;

/// `Retry-After` is obeyed between these; less is no wait, more would outlast the person.
pub const RETRY_AFTER: std::ops::RangeInclusive<u64> = 1..=3600;

/// The largest reply that is read: a receipt is a copy of the response, and an outcome is smaller.
pub const REPLY_LIMIT: usize = 1024 * 1024;

/// The largest response that the collector takes: Q1 with every branch open and every text field full stays below a
/// quarter of it.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The largest sealed response that the collector takes: the largest response, which is a whole number of padding steps,
/// in base64url, and one page for header, nonce and tag.
pub const SEALED_LIMIT: usize = BODY_LIMIT / 3 * 4 + 4096;

/// How long after its invitation's end a response that was completed before may arrive: someone who sent on Friday
/// evening without a network is back by Monday evening.
pub const GRACE: Duration = Duration::from_secs(72 * 60 * 60);

/// How far a sender's clock may be off before it is said to be wrong: a clock set by the network is right within
/// seconds.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);
