//! A world in a seed: tabs that run the real submission machine, a person, two collectors, a store, a network and a clock
//! that all fail; after every step, that no answer is lost and none is counted twice. After TigerBeetle's VOPR.
//!
//! `SVAR_COUNTS=full` runs 200,000 worlds, `SEED=…` replays one that failed and tells its story.
//!
//! `world` holds the parts and passes the time; `tabs` loads pages and carries out effects; `store`, `network` and
//! `person` are what their names say; `check` holds the invariants.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod check;
mod network;
mod person;
#[path = "../engine/random.rs"]
#[allow(dead_code, reason = "shared with the engine's tests")]
mod random;
mod regressions;
mod store;
mod tabs;
mod world;

use std::{
    hash::{BuildHasher, RandomState},
    thread,
};

use check::Tally;
use world::World;

/// Runs the world of a seed; a failure tells its story.
pub(crate) fn run(seed: u64) -> Tally {
    match World::of(seed).run() {
        Ok(tally) => tally,
        Err(_) => {
            let mut world = World::of(seed);
            world.story = Some(Vec::new());
            let broken = world.run().expect_err("the same seed makes the same world");
            let story = world.story.unwrap_or_default().join("\n");
            // For people who hunt several at once.
            if std::env::var_os("BRIEF").is_some() {
                panic!("BROKEN {broken} SEED={seed}");
            }
            panic!("{story}\n{broken}\nreplay this very world with SEED={seed}");
        }
    }
}

#[test]
fn no_answer_is_lost_and_none_is_counted_twice() {
    if let Some(seed) = random::replayed() {
        let mut world = World::of(seed);
        world.story = Some(Vec::new());
        let ended = world.run();
        println!("{}\n{ended:?}", world.story.unwrap_or_default().join("\n"));
        assert!(ended.is_ok(), "SEED={seed}");
        return;
    }
    let worlds = random::count(20_000, 200_000);
    let base = RandomState::new().hash_one(worlds) >> 1;
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let seeds = (base + thread..base + worlds).step_by(2);
            thread::spawn(move || seeds.map(run).fold(Tally::default(), Tally::and))
        })
        .collect();
    let tally = threads.into_iter().map(|thread| thread.join().expect("see above")).fold(Tally::default(), Tally::and);
    println!("{worlds} worlds from SEED={base}: {tally:#?}");
    tally.assert_telling();
}
