//! How long the forwarder waits.

use std::time::Duration;

use crate::submission::policy;

/// Waits between two tries: at random between nothing and a bound that doubles from `first` to `most`, so that gateways
/// that failed together do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The bound after the first try.
    pub first: Duration,
    /// The largest bound.
    pub most: Duration,
}

impl Default for Pace {
    /// As the widget.
    fn default() -> Pace {
        let [first, most] = [policy::BACKOFF_FIRST, policy::BACKOFF_MOST].map(Duration::from_millis);
        Pace { first, most }
    }
}

impl Pace {
    /// How long to wait after so many tries in a row that brought nothing; `dice` is random.
    pub(super) fn wait(&self, tries: u32, dice: u32) -> Duration {
        let doubled = 1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = self.first.checked_mul(doubled).unwrap_or(self.most).min(self.most);
        let bound = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        let scaled = (u128::from(bound) * u128::from(dice)) >> 32;
        Duration::from_millis(u64::try_from(scaled).unwrap_or(bound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_the_most_and_the_wait_is_anywhere_below_it() {
        let pace = Pace::default();
        for (tries, bound) in [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (31, 300), (32, 300), (u32::MAX, 300)] {
            assert_eq!(pace.wait(tries, 0), Duration::ZERO, "{tries}");
            assert_eq!(pace.wait(tries, u32::MAX).as_millis(), bound * 1000 - 1, "{tries}");
            assert_eq!(pace.wait(tries, 1 << 31).as_millis(), bound * 500, "{tries}");
        }
    }
}
