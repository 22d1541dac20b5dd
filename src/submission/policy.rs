//! Every number of the submission and of the draft, each with its reason. Times are in milliseconds unless they are a
//! [`Duration`].

use std::time::Duration;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// How long one request may take. A response is at most some tens of kilobytes, which a phone on a bad network (400
/// kbit/s) sends in two seconds; a collector that is busy under an announcement answers within ten.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the endpoint may take to say what a personal invitation has delivered already: the first page waits for it, and
/// does without.
pub const STATUS_PATIENCE: Duration = Duration::from_secs(4);

/// How long a verdict is waited for, should the browser forget the time limit of the request: long enough that the
/// request is over whichever timer is late.
pub const VERDICT_PATIENCE: u64 = 45 * SECOND;

/// How many replies without a receipt before the person is told that something stands between them and the study: one
/// can be chance, two a captive portal that is being signed in to.
pub const EXPLAIN_AFTER: u32 = 3;

/// `Retry-After`, in seconds, is obeyed between these; less is no wait, more would outlast the person.
pub const RETRY_AFTER: std::ops::RangeInclusive<u64> = 1..=3600;

/// The wait after the first try lies between nothing and this: a phone that changes cells is back within two seconds.
/// It doubles with every try.
pub const BACKOFF_FIRST: u64 = 2 * SECOND;

/// The longest of these waits. An endpoint that was down an hour is found within minutes of coming back, and a thousand
/// waiting phones are then seven requests a second.
pub const BACKOFF_MOST: u64 = 5 * MINUTE;

/// What wakes a submission (`online`, focus) sends it at once, but not within so long of the last request: phones on
/// the move fire `online` every few seconds.
pub const WAKE_SPACING: u64 = 10 * SECOND;

/// The person's own "try again" is answered at once; a double click is one try.
pub const PERSON_SPACING: u64 = SECOND;

/// Requests of one submission in one page that may come at once: those of the first minutes of doubling waits …
pub const REQUESTS_AT_ONCE: u64 = 10;

/// … and how long each takes from the allowance: 10 + 3600 / 180 is at most 30 in any hour. The person's own tries cost
/// as much, but need not wait for it.
pub const REQUEST_COST: u64 = 3 * MINUTE;

/// How long the store may take before we go on without it. Writing takes milliseconds, a disk that must spin up a
/// second; a person looks at a screen that does not move for three seconds and reloads.
pub const STORE_PATIENCE: u64 = 3 * SECOND;

/// How long an answer about the turn may take before we ask again; it takes a millisecond where it comes at all.
pub const TURN_PATIENCE: u64 = 3 * SECOND;

/// While another tab has the turn, how often we ask for it: a request is over in a second or two, and asking costs
/// nothing.
pub const ELSEWHERE_POLL: u64 = 5 * SECOND;

/// When the store did not take the receipt, or did not remove the bytes, how long until that is tried again, …
pub const TIDY_AGAIN: u64 = 30 * SECOND;

/// … and how often in all by itself. After that the bytes stay, encrypted, until something wakes us, or the next visit
/// finds or fetches the receipt.
pub const TIDY_TRIES: u32 = 3;

/// The largest reply that is read: a receipt is a copy of the response, and an outcome is smaller.
pub const REPLY_LIMIT: usize = 1024 * 1024;

/// The largest response that the collector takes: Q1 with every branch open and every text field full stays below a
/// quarter of it.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The largest sealed response that the collector takes: the largest response, which is a whole number of padding steps,
/// in base64url, and one page for header, nonce and tag.
pub const SEALED_LIMIT: usize = BODY_LIMIT / 3 * 4 + 4096;

/// How far a sender's clock may be off before it is said to be wrong: a clock set by the network is right within
/// seconds.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Answers frozen before the window closed count if they arrive within so long after it: a weekend without a network
/// is two and a half days.
pub const GRACE: Duration = Duration::from_hours(72);

/// A draft is saved at most so long after the last change: what a crash may cost is a word or a tap.
pub const DRAFT_DELAY: u64 = SECOND / 2;

/// A draft that lives in this tab only is good for so long after it was saved: begun at work in the morning, finished
/// in the evening, gone the next day.
pub const TAB_DRAFT_LIFE: u64 = 12 * HOUR;

/// A draft on the person's own device lives until the invitation ends, or for so long if it has no end: two weeks' window
/// and its reminders, and not a day longer than a month.
pub const OWN_DRAFT_LIFE: u64 = 31 * 24 * HOUR;
