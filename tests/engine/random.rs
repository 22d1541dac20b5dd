//! Chance with a seed: every random test runs over seeds, says which one failed, and replays it.

use std::{
    env,
    hash::{BuildHasher, RandomState},
};

/// A generator of random numbers (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn of(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// True so many times of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// `full` under `SVAR_COUNTS=full`, else `reduced`.
pub(crate) fn count(reduced: u64, full: u64) -> u64 {
    match env::var("SVAR_COUNTS").as_deref() {
        Ok("full") => full,
        Ok(other) => panic!("expected SVAR_COUNTS=full or nothing, found {other}"),
        Err(_) => reduced,
    }
}

/// Runs `check` on so many fresh seeds, or on `SEED` alone; returns how many it were. The number handed to `check` counts
/// the runs from 0.
pub(crate) fn for_each_seed(runs: u64, mut check: impl FnMut(&mut Random, u64)) -> u64 {
    if let Some(seed) = replayed() {
        check(&mut Random::of(seed), seed % runs);
        return 1;
    }
    let base = RandomState::new().hash_one(runs) >> 1;
    for run in 0..runs {
        // A seed that tells the run, too: what a test decides by the number of the run is replayed with it.
        let seed = base - base % runs + run;
        let _said = Said(seed);
        check(&mut Random::of(seed), seed % runs);
    }
    runs
}

/// The seed to replay, if one is asked for.
pub(crate) fn replayed() -> Option<u64> {
    env::var("SEED").ok().map(|seed| seed.parse().expect("SEED is a whole number"))
}

/// Says the seed if the test panics while it is at it.
struct Said(u64);

impl Drop for Said {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("replay this very run with SEED={}, under the same SVAR_COUNTS", self.0);
        }
    }
}
