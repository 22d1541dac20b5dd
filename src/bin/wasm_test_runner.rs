//! Runs the `browser` tests: cargo's runner for the wasm target, the library of wasm-bindgen as pinned in Cargo.lock.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    Ok(wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())?)
}
