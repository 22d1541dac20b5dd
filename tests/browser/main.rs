//! The widget's edges in a real browser, with a host page that does not behave.
//!
//! Run by `cargo xtask test browser`; the whole app, with a real server, is tested in `tests/e2e`.
#![cfg(target_family = "wasm")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod contract;
mod device;
mod fetch;
mod host;
mod storage;
mod turns;
mod vault;
mod wake;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
