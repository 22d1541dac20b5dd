//! The engine from outside: native, without a browser, by tables where a table will do.
//!
//! `SVAR_COUNTS=full` walks the full number of random paths, `SEED=…` replays one that failed. `paths`, `spoil` and `expressions` need
//! Node and the packages of `tests/oracle` (`npm ci` there).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
mod carry;
mod child;
mod compact;
mod course;
mod draft;
mod enable;
mod expressions;
mod formats;
mod forms;
mod judge;
mod machine;
mod manifest;
mod paths;
mod random;
mod random_form;
mod ranking;
mod read;
mod record;
mod response;
mod sisters;
mod spoil;
mod studies;
mod units;
mod verdict;
mod walk;
mod waves;
