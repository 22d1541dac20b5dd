//! The seal that ships, in Node: it seals payloads of all sizes to a key made there, and writes them down. Others judge
//! them: `tests/oracle/open.mjs` by an independent JOSE library, `opening.rs` by our own native code.
//!
//! Run by `cargo xtask test sealing`, which says by `SVAR_SEALED` where to write and by `SVAR_SEALS` how many.
#![cfg(target_family = "wasm")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use base64::{Engine, engine::general_purpose::STANDARD};
use js_sys::{Array, Function, JSON, Object, Promise, Reflect, global};
use svar::{browser::seal::seal, study::PublicKey, submission::seal::Routing};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).expect(name)
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> JsValue {
    let method: Function = get(of, name).dyn_into().expect(name);
    method.apply(of, &arguments.iter().collect::<Array>()).expect(name)
}

async fn comes(promise: JsValue) -> JsValue {
    JsFuture::from(Promise::resolve(&promise)).await.expect("a promise that is kept")
}

fn setting(name: &str) -> String {
    let value = get(&get(&get(&global(), "process"), "env"), name).as_string();
    value.unwrap_or_else(|| panic!("expected the variable {name}; run `cargo xtask test sealing`"))
}

/// A key pair: the private JWK as text, and what is sealed to.
async fn key() -> (String, PublicKey) {
    let subtle = get(&get(&global(), "crypto"), "subtle");
    let curve = Object::new();
    Reflect::set(&curve, &"name".into(), &"ECDH".into()).unwrap();
    Reflect::set(&curve, &"namedCurve".into(), &"P-256".into()).unwrap();
    let uses = Array::of1(&"deriveBits".into());
    let pair = comes(call(&subtle, "generateKey", &[curve.into(), true.into(), uses.into()])).await;
    let jwk = comes(call(&subtle, "exportKey", &["jwk".into(), get(&pair, "privateKey")])).await;
    let text = |name: &str| get(&jwk, name).as_string().expect(name);
    let public = PublicKey { kid: "answers-1".to_owned(), x: text("x"), y: text("y") };
    Reflect::set(&jwk, &"kid".into(), &"answers-1".into()).unwrap();
    (JSON::stringify(&jwk).unwrap().into(), public)
}

/// JSON of about so many bytes, with letters that take one, two, three and four of them.
fn payload(number: usize, size: usize) -> Vec<u8> {
    let mut text = format!("{{\"number\":{number},\"words\":\"");
    while text.len() < size {
        text.push_str(["smerte ", "søvn ", "“uro” ", "👍 "][text.len() % 4]);
    }
    text.push_str("\"}");
    text.into_bytes()
}

#[wasm_bindgen_test]
async fn payloads_of_all_sizes_are_sealed() {
    let count: usize = setting("SVAR_SEALS").parse().expect("a number");
    let (private, public) = key().await;
    let mut lines = private + "\n";
    for number in 0..count {
        // Most are of the size of a questionnaire; every tenth is large, up to 100 kB.
        let size = if number % 10 == 0 { number * 100_000 / count } else { (number * 37) % 6000 };
        let plain = payload(number, size);
        let routing = Routing {
            study: "health-at-work".into(),
            wave: "q1".into(),
            questionnaire: format!("https://svar.example/fhir/Questionnaire/q{number}|1.0.0"),
            uuid: format!("00000000-0000-4000-8000-{number:012}"),
            authored: "2026-11-25T12:00:00.000Z".into(),
        };
        let jwe = String::from_utf8(seal(&public, &routing, &plain).await.expect("a seal")).expect("text");
        lines.push_str(&format!("{jwe} {}\n", STANDARD.encode(&plain)));
    }
    let files = call(&get(&global(), "process"), "getBuiltinModule", &["fs".into()]);
    call(&files, "writeFileSync", &[setting("SVAR_SEALED").into(), lines.into()]);
}

#[wasm_bindgen_test]
async fn a_key_that_is_none_seals_nothing() {
    let routing = Routing {
        study: String::new(),
        wave: String::new(),
        questionnaire: String::new(),
        uuid: String::new(),
        authored: String::new(),
    };
    for (x, y) in [("", ""), ("AAAA", "AAAA"), ("x", "y")] {
        let key = PublicKey { kid: "k".into(), x: x.into(), y: y.into() };
        assert!(seal(&key, &routing, b"{}").await.is_err(), "{x} {y}");
    }
}
