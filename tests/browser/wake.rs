//! Time, and what wakes the widget up.

use std::{cell::Cell, rc::Rc};

use svar::browser::wake::{correct_by, dice, monotonic, on_wake, sleep, unix_ms, within};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::{Patched, script};

async fn says(event: &str) {
    let target = if event == "visibilitychange" { "document" } else { "window" };
    script(&format!("{target}.dispatchEvent(new Event('{event}', {{ bubbles: true }}))"), &JsValue::NULL).await;
}

#[wasm_bindgen_test]
async fn every_reason_to_try_again_wakes_until_nobody_listens() {
    let woken = Rc::new(Cell::new(0));
    let counts = Rc::clone(&woken);
    let subscription = on_wake(move || counts.set(counts.get() + 1));
    let visible = Patched::new("document", "visibilityState", "return 'visible'");
    for (place, event) in ["online", "focus", "visibilitychange", "pageshow"].into_iter().enumerate() {
        says(event).await;
        assert_eq!(woken.get(), place + 1, "{event}");
    }
    says("offline").await;
    says("blur").await;
    assert_eq!(woken.get(), 4);
    drop(visible);
    let hidden = Patched::new("document", "visibilityState", "return 'hidden'");
    says("visibilitychange").await;
    assert_eq!(woken.get(), 4, "nobody looks");
    says("online").await;
    assert_eq!(woken.get(), 5, "nobody needs to look for that");
    drop(hidden);
    drop(subscription);
    for event in ["online", "focus", "visibilitychange", "pageshow"] {
        says(event).await;
    }
    assert_eq!(woken.get(), 5);
}

#[wasm_bindgen_test]
async fn a_timer_wakes_in_time_and_is_cancelled_with_whoever_waited() {
    let begun = monotonic();
    sleep(50).await;
    assert!(monotonic() - begun >= 49);
    let timers = Patched::new("window", "clearTimeout", "return (timer) => { window.cleared = timer; real(timer) }");
    let set = Patched::new(
        "window",
        "setTimeout",
        "return (...a) => { window.longest = a[1]; return window.timer = real(...a) }",
    );
    drop(sleep(60_000));
    assert!(script("return window.cleared === window.timer", &JsValue::NULL).await.is_truthy());
    // More than a timer takes would be none at all.
    assert_eq!(within(20, sleep(u32::MAX)).await, None);
    drop((timers, set));
    assert_eq!(within(5_000, std::future::ready(7)).await, Some(7));
}

#[wasm_bindgen_test]
async fn a_page_without_timers_or_clock_does_not_trap() {
    let _patched = [
        Patched::new("window", "setTimeout", "throw 'no'"),
        Patched::new("window", "clearTimeout", "return undefined"),
        Patched::new("window", "performance", "return undefined"),
        Patched::new("window", "crypto", "return undefined"),
    ];
    drop(sleep(1));
    assert!(monotonic() > 1_600_000_000_000);
    dice();
    drop(on_wake(|| ()));
}

#[wasm_bindgen_test]
fn time_does_not_go_back_and_dice_differ() {
    let times: Vec<u64> = (0..1000).map(|_| monotonic()).collect();
    assert!(times.is_sorted());
    assert!((0..20).map(|_| dice()).collect::<std::collections::BTreeSet<_>>().len() > 15);
}

#[wasm_bindgen_test]
fn a_wrong_clock_is_corrected_by_our_own_server() {
    let device = js_sys::Date::now() as u64;
    for (date, hours) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", -1),
        ("Tue, 19 Jan 2106 03:14:07 GMT", 1),
        ("", 1),
        ("soon", 1),
        ("Invalid Date", 1),
    ] {
        correct_by(date);
        assert_eq!(unix_ms() > device + 3_600_000, hours > 0, "{date}");
    }
    let now = js_sys::Date::new_0().to_utc_string();
    correct_by(&String::from(now));
    assert!(unix_ms().abs_diff(js_sys::Date::now() as u64) < 1_000, "a second or two is no difference");
}
