//! The native tools against the world: the collector over real sockets and a real disk, the site, `svar check`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod checking;
mod client;
mod conformance;
mod contract;
mod fhir;
mod gateway;
mod keeping;
mod replies;
mod server;
mod site;
