//! What the shipped seal wrote down (`main.rs`) is opened by our own native code, and refused when a bit of it is flipped.
//! Run by `cargo xtask test sealing`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{collections::HashSet, env, fs};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use svar::{
    submission::seal::PADDING,
    tools::jose::{PrivateKey, open},
};

fn sealed() -> (PrivateKey, Vec<(String, Vec<u8>)>) {
    let file =
        env::var("SVAR_SEALED").expect("SVAR_SEALED, the file that the sealing tests write: cargo xtask test sealing");
    let text = fs::read_to_string(file).expect("what was sealed");
    let mut lines = text.lines();
    let key = PrivateKey::read(lines.next().expect("a key")).expect("a private JWK");
    let pairs = lines.map(|line| {
        let (jwe, plain) = line.split_once(' ').expect("a JWE and what was sealed");
        (jwe.to_owned(), STANDARD.decode(plain).expect("base64"))
    });
    (key, pairs.collect())
}

fn parts(jwe: &str) -> Vec<Vec<u8>> {
    jwe.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url")).collect()
}

#[test]
fn everything_is_opened_and_nothing_is_used_twice() {
    let (key, sealed) = sealed();
    assert!(sealed.len() >= 100, "{} payloads", sealed.len());
    let (mut nonces, mut ephemeral) = (HashSet::new(), HashSet::new());
    for (number, (jwe, plain)) in sealed.iter().enumerate() {
        let opened = open(std::slice::from_ref(&key), jwe).unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!(&opened.plain, plain, "{number}");
        assert!(opened.header.uuid.ends_with(&format!("{number:012}")));
        let parts = parts(jwe);
        let header: serde_json::Value = serde_json::from_slice(&parts[0]).expect("a header");
        assert!(nonces.insert(parts[2].clone()), "{number}: a nonce twice");
        assert!(ephemeral.insert(header["epk"]["x"].to_string()), "{number}: an ephemeral key twice");
        assert_eq!(
            parts[3].len(),
            plain.len().next_multiple_of(PADDING),
            "{number}: the length says more than it should"
        );
    }
}

#[test]
fn a_flipped_bit_is_refused() {
    let (key, sealed) = sealed();
    for (number, (jwe, _)) in sealed.iter().enumerate().filter(|(number, _)| number % 10 != 0) {
        let mut parts = parts(jwe);
        // Another place in each: header, nonce, text, tag.
        let place = [0, 2, 3, 4][number % 4];
        let bit = (number * 7919) % (parts[place].len() * 8);
        parts[place][bit / 8] ^= 1 << (bit % 8);
        let changed: Vec<String> = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
        assert!(open(std::slice::from_ref(&key), &changed.join(".")).is_err(), "{number}: bit {bit} of part {place}");
    }
}
