//! Alarms by number, so that none of a state before can ring.

use super::event::Effect;

/// The alarms of one submission.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alarms {
    /// The number of the newest.
    newest: u32,
    /// How many up to it count: those of the state it is in. A sooner one does not replace a later one, because by a clock
    /// that goes back the later one may ring first.
    counting: u32,
    /// When the soonest of them rings.
    soonest: u64,
}

impl Alarms {
    /// Asks to be woken in so many milliseconds, which is then on the clock that may be wrong.
    pub(super) fn ring_in(&mut self, ms: u64, then: u64) -> Effect {
        self.soonest = self.soonest().min(then);
        self.newest = self.newest.wrapping_add(1);
        self.counting = self.counting.saturating_add(1);
        Effect::WakeIn { ms, alarm: self.newest }
    }

    /// None of the alarms so far counts any more.
    pub(super) fn clear(&mut self) {
        self.counting = 0;
    }

    /// Whether the alarm with this number counts.
    pub(super) fn count(&self, alarm: u32) -> bool {
        self.newest.wrapping_sub(alarm) < self.counting
    }

    /// Whether nothing will ring.
    pub(super) fn none(&self) -> bool {
        self.counting == 0
    }

    /// When the soonest rings; the end of time if none does.
    pub(super) fn soonest(&self) -> u64 {
        if self.none() { u64::MAX } else { self.soonest }
    }
}
