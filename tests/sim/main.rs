//! A world in a seed: tabs that run the real submission machine, a person, two collectors, a store, a network and a clock
//! that all fail; after every step, that no answer is lost and none is counted twice. After TigerBeetle's VOPR.
//!
//! `SVAR_COUNTS=full` runs 200,000 worlds, `SEED=…` replays one that failed and tells its story.
//!
//! What the model takes for granted of the pages, and the widget must see to:
//!
//! - `Keep` writes the bytes, and removes the draft and what they replace, in one transaction; a page that loads sees
//!   what a page before it had begun to write, or none of it.
//! - Answers are edited, sent and mended in one tab at a time, which has read the store since it has them; what is in the
//!   outbox goes before a draft.
//! - Where the key lives in a tab, the page says to keep it open until everything that is not sealed has arrived. Where
//!   it lives on the device, it stays, whoever is next, for as long as something is to be delivered under it.
//! - A tab that asks for a turn it has gets it; giving it up is at once, and voids what it had asked for before.
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
