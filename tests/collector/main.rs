//! The native tools against the world: the collector over real sockets and a real disk, the site, `svar check`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod checking;
#[path = "../engine/child.rs"]
mod child;
mod client;
mod codebook;
mod conformance;
mod contract;
mod counting;
mod export;
mod faults;
mod fhir;
mod gateway;
mod invitations;
#[path = "../engine/judge.rs"]
#[allow(clippy::unwrap_used, reason = "shared with the tests of the engine")]
mod judge;
mod keeping;
mod openapi;
mod opening;
mod packs;
#[path = "../engine/random.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod random;
mod replies;
mod running;
mod scores;
mod sealed;
mod server;
mod site;
mod trial;
mod units;
mod versions;
#[path = "../engine/walk.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "shared with the tests of the engine")]
mod walk;
mod ways;
mod window;
