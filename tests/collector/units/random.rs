//! Random units: chance with a seed of its own, which a failing run tells.

use std::hash::{BuildHasher, RandomState};

use jiff::{ToSpan, civil::Date};
use svar::tools::units::{Dates, Given, Unit};

/// A generator of random numbers (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct Random(u64);

impl Random {
    /// Of `SEED`, if there is one, else of a fresh seed; says which.
    pub(crate) fn start() -> Random {
        let seed = match std::env::var("SEED") {
            Ok(seed) => seed.parse().expect("SEED is a whole number"),
            Err(_) => RandomState::new().hash_one("units") >> 1,
        };
        eprintln!("replay with SEED={seed}");
        Random(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let place = self.below(u64::try_from(from.len()).expect("a length"));
        from[usize::try_from(place).expect("a place")]
    }

    /// A day of the years of a study, oftener than by chance alone one on which something is special.
    pub(super) fn day(&mut self) -> Date {
        const SPECIAL: [&str; 12] = [
            "2020-02-29",
            "2024-02-29",
            "2020-03-11",
            "2020-03-12",
            "2020-03-28",
            "2020-03-29",
            "2020-10-25",
            "2021-10-31",
            "2020-05-31",
            "2020-12-31",
            "2021-01-31",
            "2023-03-26",
        ];
        if self.chance(40) {
            let near = i64::try_from(self.below(3)).expect("a number") - 1;
            return self.pick(&SPECIAL).parse::<Date>().expect("a day") + near.days();
        }
        jiff::civil::date(2019, 6, 1) + i64::try_from(self.below(2_000)).expect("a number").days()
    }

    fn maybe_day(&mut self, percent: u64) -> Option<Date> {
        self.chance(percent).then(|| self.day())
    }

    /// A unit of which some dates are known, and some days of `wave` given: now and then days that no table would be
    /// let in with, the last before the first.
    pub(super) fn unit(&mut self, id: String, wave: &str) -> Unit {
        let dates = Dates { included: self.maybe_day(90), mailed: self.maybe_day(90), randomised: self.maybe_day(90) };
        let given =
            Given { opens: self.maybe_day(20), closes: self.maybe_day(20), prolonged: self.chance(50), imported: None };
        Unit { id, name: String::new(), dates, windows: [(wave.to_owned(), given)].into() }
    }
}
