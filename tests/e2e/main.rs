//! The whole application: a real browser, the built site, and the reference collector in this very process.
//!
//! Each test reads as what one person does ([`respondent::Respondent`]): it finds things by their role and the words on
//! them, waits for what it expects to see, and looks into the collector's database afterwards. One browser at a time, a
//! fresh profile each, no second attempt. What a failing test saw lies in `target/e2e-failures/`.
//!
//! It needs the site (`cargo xtask build`; another folder by `SVAR_SITE`), Chromium and its driver (`CHROMEDRIVER` if it
//! is not on the path), Node and the packages of `tests/oracle`, `tests/fixtures/hosts` and `examples` (`npm ci` there).
//! `SVAR_COUNTS=full` also runs the variants that only take longer; `SVAR_SCREENSHOTS=FOLDER` has `screenshots` write all
//! its pictures there; `SVAR_BROWSER=firefox` or `webkit` has `smoke` run in another browser; `SVAR_SNAPSHOTS=write` has
//! `gallery` write what it finds in the accessibility tree, in place of comparing it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod axe;
mod browser;
mod canary;
#[path = "../engine/child.rs"]
mod child;
mod colleagues;
mod contact;
mod devices;
mod element;
mod elsewhere;
mod examples;
mod faults;
mod gallery;
mod gate;
mod handout;
#[path = "../engine/judge.rs"]
mod judge;
mod keyboard;
mod killed;
mod language;
mod later;
mod modes;
mod moving;
mod packs;
mod payloads;
mod plan;
mod policy;
mod portal;
#[path = "../engine/random.rs"]
#[allow(dead_code, reason = "shared with the tests of the engine")]
mod random;
mod ranking;
mod respondent;
mod rest;
mod rough;
mod screenshots;
mod secrets;
mod server;
mod sheets;
mod shut;
mod slider;
mod smoke;
mod storage;
mod storm;
mod tabs;
mod tiny;
mod tree;
mod trouble;
mod waves;
mod whole;
