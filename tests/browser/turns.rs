//! Of several tabs, one at a time.

use std::{future::Future, pin::pin, task::Poll};

use svar::browser::{
    locks::{Busy, steal, take_turn, when_free},
    wake::{monotonic, within},
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::Patched;

/// What a page may have made of the locks.
const NO_LOCKS: [(&str, &str); 7] = [
    ("missing", "return undefined"),
    ("empty", "return {}"),
    ("a getter that throws", "throw 'no'"),
    ("throws", "return { request() { throw 'no' } }"),
    ("rejects", "return { request: async () => { throw new DOMException('', 'SecurityError') } }"),
    ("answers with nothing", "return { request() {} }"),
    ("answers never", "return { request: () => new Promise(() => {}) }"),
];

/// What it comes to; to give up a lock takes the browser a moment.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    within(10_000, work).await.expect("a turn that somebody gave up")
}

/// Whether it is still not done after the browser had every chance.
async fn waits(work: impl Future) -> bool {
    within(200, work).await.is_none()
}

#[wasm_bindgen_test]
async fn of_two_takers_one_has_the_turn_until_it_is_dropped() {
    let turn = take_turn("svar-test").await.unwrap();
    assert_eq!(take_turn("svar-test").await.err(), Some(Busy));
    assert!(take_turn("svar-other").await.is_ok(), "another name is another turn");
    drop(turn);
    let turn = soon(when_free("svar-test")).await;
    assert_eq!(take_turn("svar-test").await.err(), Some(Busy));
    drop(turn);
}

#[wasm_bindgen_test]
async fn a_turn_in_another_frame_is_busy_and_free_when_the_frame_is_gone() {
    let hold = "const frame = document.createElement('iframe');
        document.body.append(frame);
        await new Promise((done) =>
            frame.contentWindow.navigator.locks.request('svar-frame', () => { done(); return new Promise(() => {}) }));
        return frame";
    let frame = super::host::script(hold, &wasm_bindgen::JsValue::NULL).await;
    assert_eq!(take_turn("svar-frame").await.err(), Some(Busy));
    let mut waiting = pin!(when_free("svar-frame"));
    assert!(waits(waiting.as_mut()).await);
    super::host::script("found.remove()", &frame).await;
    drop(soon(waiting).await);
}

#[wasm_bindgen_test]
async fn who_no_longer_waits_does_not_get_the_turn() {
    let turn = take_turn("svar-left").await.unwrap();
    assert!(waits(when_free("svar-left")).await);
    drop(turn);
    drop(soon(when_free("svar-left")).await);
}

#[wasm_bindgen_test]
async fn a_turn_that_is_taken_over_learns_it_and_no_other_does() {
    let turn = take_turn("svar-steal").await.unwrap();
    let mut lost = pin!(turn.taken_over());
    assert!(waits(lost.as_mut()).await);
    let mine = steal("svar-steal").await;
    soon(lost).await;
    assert_eq!(take_turn("svar-steal").await.err(), Some(Busy));
    assert!(waits(mine.taken_over()).await);
    drop(turn);
    assert_eq!(take_turn("svar-steal").await.err(), Some(Busy), "the loser has nothing to give up");
    let mut lost = pin!(mine.taken_over());
    assert!(std::future::poll_fn(|context| Poll::Ready(lost.as_mut().poll(context).is_pending())).await);
    drop(mine);
    assert!(waits(lost).await, "given up is not taken over");
}

#[wasm_bindgen_test]
async fn where_locks_do_not_work_every_turn_is_granted() {
    for (name, get) in NO_LOCKS {
        let _patched = Patched::new("navigator", "locks", get);
        let begun = monotonic();
        let turn = take_turn("svar-none").await;
        let turn = turn.unwrap_or_else(|_| panic!("{name}: no turn"));
        assert!(take_turn("svar-none").await.is_ok(), "{name}");
        assert!(waits(turn.taken_over()).await, "{name}");
        drop(steal("svar-none").await);
        assert!(monotonic() - begun < 12_000, "{name}: took too long");
        if name != "answers never" {
            drop(soon(when_free("svar-none")).await);
        }
    }
}

#[wasm_bindgen_test]
async fn a_page_that_calls_back_twice_or_at_once_does_no_harm() {
    for body in [
        "return { request: (n, o, f) => Promise.resolve(f({})) }",
        "return { request: async (n, o, f) => { f({}); try { f({}) } catch {} } }",
        "return { request: async (n, o, f) => f(undefined) }",
    ] {
        let _patched = Patched::new("navigator", "locks", body);
        assert!(take_turn("svar-odd").await.is_ok(), "{body}");
    }
}
