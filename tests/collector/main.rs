//! The native tools against the world: the collector over real sockets and a real disk, the site, `svar check`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod checking;
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
mod keeping;
mod openapi;
mod opening;
mod replies;
mod running;
mod scores;
mod sealed;
mod server;
mod site;
mod trial;
mod units;
mod versions;
mod ways;
mod window;
