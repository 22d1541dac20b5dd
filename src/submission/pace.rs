//! How fast a submission may be sent: the wait after a try, the spacing of wake-ups, the allowance of requests.
//!
//! Whatever must wait waits for an alarm, never for the clock: a clock that is set back, or stands still, cannot stall it.

use super::{event::Moment, policy};

/// What is remembered of the requests so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When the last request was sent.
    sent: Option<u64>,
    /// When the allowance will be whole again.
    whole: u64,
}

impl Pace {
    /// A request is sent now.
    pub(super) fn sent(&mut self, now: u64) {
        self.whole = self.whole_at(now).max(now).saturating_add(policy::REQUEST_COST);
        self.sent = Some(now);
    }

    /// Milliseconds until something that woke us may send.
    pub(super) fn after_wake(&self, now: u64) -> u64 {
        self.since_last(now, policy::WAKE_SPACING).max(self.allowance(now))
    }

    /// Milliseconds until the person may send.
    pub(super) fn after_person(&self, now: u64) -> u64 {
        self.since_last(now, policy::PERSON_SPACING)
    }

    /// Milliseconds until the next try by itself: full jitter, after what the endpoint asks for.
    pub(super) fn after_try(&self, tries: u32, asked: u64, at: Moment) -> u64 {
        let doubled = policy::BACKOFF_FIRST << tries.saturating_sub(1).min(16);
        // The dice from 0 to 2³² - 1 become 1 ms to the whole of it.
        let jitter = (doubled.min(policy::BACKOFF_MOST) * (u64::from(at.dice) + 1)).div_ceil(1 << 32);
        asked.saturating_add(jitter).max(self.allowance(at.now))
    }

    /// A clock that went back counts as no time passed.
    fn since_last(&self, now: u64, spacing: u64) -> u64 {
        self.sent.map_or(0, |sent| spacing.saturating_sub(now.saturating_sub(sent)))
    }

    /// The generic cell rate algorithm (ITU-T I.371): each request costs its time, and some may come at once.
    fn allowance(&self, now: u64) -> u64 {
        let free = policy::REQUEST_COST * (policy::REQUESTS_AT_ONCE - 1);
        self.whole_at(now).saturating_sub(now.saturating_add(free))
    }

    /// Never further away than an allowance used up, which is as far as it gets unless the clock went back.
    fn whole_at(&self, now: u64) -> u64 {
        self.whole.min(now.saturating_add(policy::REQUEST_COST * policy::REQUESTS_AT_ONCE))
    }
}
