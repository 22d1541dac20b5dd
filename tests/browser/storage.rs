//! A browser that stores nothing, or not for long: each failure has its name, comes within the patience, and is no trap.
//! The eight ways are those of the reliability goals: missing, denied, blocked, full, aborted, corrupt, wiped, slow.

use svar::browser::{
    device::{Database, Durability::Strict, Look, PATIENCE, Place, Record, Store, StoreError, StoreState, Unlock},
    wake::monotonic,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    device::{UUID, link},
    host::{Patched, other_device, script, wipe},
};

/// A little more than the patience: timers are late on a busy machine.
const AT_MOST: u64 = PATIENCE as u64 + 1_500;

/// A factory whose request comes to an event.
macro_rules! comes_to {
    ($handler:literal, $event:literal) => {
        concat!("return { open() { const r = {}; setTimeout(() => r.", $handler, "(", $event, ")); return r } }")
    };
}

/// What a page or a browser may have in place of the database, and what that is called.
const BROKEN: [(&str, &str, StoreError); 12] = [
    ("missing", "return undefined", StoreError::Missing),
    ("null", "return null", StoreError::Missing),
    ("no factory", "return {}", StoreError::Failed),
    ("a getter that throws", "throw new DOMException('', 'SecurityError')", StoreError::Denied),
    ("denied at opening", "return { open() { throw new DOMException('', 'SecurityError') } }", StoreError::Denied),
    ("a string thrown", "return { open() { throw 'no' } }", StoreError::Failed),
    ("nothing thrown", "return { open() { throw undefined } }", StoreError::Failed),
    (
        "denied later",
        comes_to!("onerror", "{ target: { error: new DOMException('', 'SecurityError') } }"),
        StoreError::Denied,
    ),
    ("blocked", comes_to!("onblocked", "{ type: 'blocked', target: {} }"), StoreError::Blocked),
    (
        "no room to open",
        comes_to!("onerror", "{ target: { error: new DOMException('', 'QuotaExceededError') } }"),
        StoreError::Full,
    ),
    ("opened without a database", comes_to!("onsuccess", "{ target: {} }"), StoreError::Failed),
    ("answers never", "return { open() { return {} } }", StoreError::Slow),
];

/// The same for one record, once the database is open.
const BREAKS: [(&str, &str, StoreError); 5] = [
    ("no room, said at once", "throw new DOMException('', 'QuotaExceededError')", StoreError::Full),
    ("no room, said when it completes", "return later(new DOMException('', 'QuotaExceededError'))", StoreError::Full),
    ("aborted", "const r = real.apply(this, a); this.transaction.abort(); return r", StoreError::Failed),
    (
        "aborted after it succeeded",
        "const r = real.apply(this, a); r.addEventListener('success', () => this.transaction.abort()); return r",
        StoreError::Failed,
    ),
    ("a string thrown", "throw 'no'", StoreError::Failed),
];

/// Everything that the widget asks of a device, when nothing can be stored: it goes on, and says the truth.
async fn the_person_can_still_finish(name: &str, why: StoreError) {
    let begun = monotonic();
    let device = link().open(Some(true)).await;
    assert!(monotonic() - begun < 2 * AT_MOST, "{name}: opening took too long");
    assert_eq!(device.state(), StoreState::MemoryOnly(why), "{name}");
    assert!(device.alone(), "{name}: turns do not need a store");
    for sealed in [false, true] {
        let begun = monotonic();
        assert_eq!(device.keep(UUID, b"answers", sealed, None).await, Err(why), "{name}");
        assert!(monotonic() - begun < AT_MOST, "{name}: keeping took too long");
    }
    assert_eq!(device.save_draft(b"draft", 0).await, Err(why), "{name}");
    assert_eq!(device.load_draft().await, Err(why), "{name}");
    assert_eq!(device.outbox().await, Err(why), "{name}");
    assert_eq!(device.look(device.owner(), UUID).await, Err(why), "{name}");
    assert_eq!(device.forget().await, Err(why), "{name}");
    assert_eq!(link().find().await, Err(why), "{name}");
    assert_eq!(device.state(), StoreState::MemoryOnly(why), "{name}");
}

#[wasm_bindgen_test]
async fn every_broken_database_has_its_name_within_the_patience() {
    for (name, get, why) in BROKEN {
        other_device().await;
        let _patched = Patched::database(get);
        the_person_can_still_finish(name, why).await;
    }
}

/// A database whose record number `which` from now on meets with `body`.
fn breaking(body: &str, which: u32) -> Patched {
    let later = "const later = (error) => {
        const transaction = this.transaction, abort = transaction.abort.bind(transaction);
        transaction.oncomplete = null;
        queueMicrotask(() => { transaction.onabort({ type: 'abort', target: { error } }); abort() });
        return {};
    };";
    let put = format!(
        "window.puts = window.puts ?? 0;
         return function (...a) {{
             if (++window.puts !== {which}) return real.apply(this, a);
             {later} {body}
         }}"
    );
    js_sys::Reflect::delete_property(&js_sys::global(), &"puts".into()).unwrap();
    Patched::new("IDBObjectStore.prototype", "put", &put)
}

#[wasm_bindgen_test]
async fn a_write_that_breaks_says_so_and_leaves_what_was_there() {
    for (name, body, why) in BREAKS {
        wipe("breaks").await;
        let store = Database::new("breaks");
        let patched = breaking(body, 10);
        let mut refused = Vec::new();
        for number in 1..=12_u8 {
            match store.put("draft", &[number], Strict).await {
                Ok(()) => assert_eq!(store.get("draft").await, Ok(Some(vec![number])), "{name}"),
                Err(found) => {
                    refused.push((number, found));
                    assert_eq!(store.get("draft").await, Ok(Some(vec![number - 1])), "{name}");
                }
            }
        }
        assert_eq!(refused, [(10, why)], "{name}");
        drop(patched);
    }
}

#[wasm_bindgen_test]
async fn a_correction_that_cannot_be_kept_leaves_what_it_corrects() {
    for (name, body, why) in BREAKS {
        wipe("breaks").await;
        let store = Database::new("breaks");
        store.put("old", b"old", Strict).await.unwrap();
        let patched = breaking(body, 1);
        assert_eq!(store.replace("old", "new", b"new").await, Err(why), "{name}");
        drop(patched);
        assert_eq!(store.keys("").await, Ok(vec!["old".to_owned()]), "{name}");
        assert_eq!(store.replace("old", "new", b"new").await, Ok(()), "{name}");
        assert_eq!(store.keys("").await, Ok(vec!["new".to_owned()]), "{name}");
    }
}

#[wasm_bindgen_test]
async fn another_tab_that_holds_an_older_version_blocks_and_is_named() {
    wipe("held").await;
    let hold = "return await new Promise((done) => {
        const request = indexedDB.open('held', 1);
        request.onsuccess = () => done(request.result);
    })";
    let held = script(hold, &JsValue::NULL).await;
    let newer = Patched::database(
        "return { open(name) {
            const request = real.open(name, 2);
            request.addEventListener('success', () => request.result.close());
            return request;
        } }",
    );
    let begun = monotonic();
    assert_eq!(Database::new("held").get("a").await, Err(StoreError::Blocked));
    assert!(monotonic() - begun < AT_MOST);
    drop(newer);
    script("found.close()", &held).await;
}

#[wasm_bindgen_test]
async fn a_store_wiped_between_visits_is_empty_and_works() {
    other_device().await;
    let device = link().open(Some(false)).await;
    device.save_draft(b"draft", 0).await.unwrap();
    device.keep(UUID, b"answers", false, None).await.unwrap();
    // The connection is open; that must hold up nobody.
    wipe("svar").await;
    assert_eq!(device.load_draft().await, Ok(Record::Nothing));
    assert_eq!(device.look(device.owner(), UUID).await, Ok(Look::Nothing));
    assert_eq!(device.keep(UUID, b"answers", false, None).await, Ok(()));
    assert_eq!(device.look(device.owner(), UUID).await, Ok(Look::Payload(b"answers".to_vec())));
}

#[wasm_bindgen_test]
async fn a_key_wiped_between_visits_makes_another_person() {
    other_device().await;
    let device = link().open(Some(true)).await;
    device.save_draft(b"draft", 0).await.unwrap();
    let records = Database::new("svar");
    let name = format!("draft/{}", device.owner());
    let draft = records.get(&name).await.unwrap().unwrap();
    wipe("svar").await;
    records.put(&name, &draft, Strict).await.unwrap();
    let later = link().open(Some(true)).await;
    assert_eq!((later.place(), later.load_draft().await), (Place::Browser, Ok(Record::Nothing)));
    assert_ne!(later.owner(), device.owner());
}

#[wasm_bindgen_test]
async fn a_corrupt_record_is_set_aside_and_the_person_starts_afresh() {
    other_device().await;
    let device = link().open(Some(false)).await;
    let records = Database::new("svar");
    for (kind, name) in
        [("draft", format!("draft/{}", device.owner())), ("outbox", format!("outbox/{}/{UUID}", device.owner()))]
    {
        device.save_draft(b"draft", 0).await.unwrap();
        device.keep(UUID, b"answers", kind == "outbox", None).await.unwrap();
        for harm in [
            |record: &mut Vec<u8>| *record.last_mut().unwrap() ^= 1,
            |record: &mut Vec<u8>| record.truncate(30),
            Vec::clear,
        ] {
            let mut record = records.get(&name).await.unwrap().unwrap();
            let whole = record.clone();
            harm(&mut record);
            records.put(&name, &record, Strict).await.unwrap();
            let damaged = Unlock::Damaged;
            if kind == "draft" {
                assert_eq!(device.load_draft().await, Ok(Record::Unreadable(damaged)));
                assert_eq!(device.load_draft().await, Ok(Record::Nothing));
            } else {
                let outbox = device.outbox().await.unwrap();
                assert_eq!(outbox.iter().map(|outgoing| outgoing.record.clone()).collect::<Vec<_>>(), [Err(damaged)]);
                assert_eq!(device.outbox().await, Ok(Vec::new()));
            }
            let aside = records.get(&format!("aside/{name}")).await.unwrap().unwrap();
            assert!(aside.ends_with(&record), "it can be looked at");
            records.put(&name, &whole, Strict).await.unwrap();
        }
    }
    // What is no bytes at all was not written by us either.
    let foreign = "await new Promise((done) => {
        const request = indexedDB.open('svar', 1);
        request.onsuccess = () => {
            const transaction = request.result.transaction('records', 'readwrite');
            transaction.objectStore('records').put({ not: 'bytes' }, found);
            transaction.oncomplete = () => { request.result.close(); done() };
        };
    })";
    script(foreign, &format!("draft/{}", device.owner()).into()).await;
    assert_eq!(device.load_draft().await, Ok(Record::Unreadable(Unlock::Damaged)));
}

#[wasm_bindgen_test]
async fn a_slow_store_is_called_slow_and_works_when_it_has_woken_up() {
    other_device().await;
    let slow = Patched::database(
        "return { open(...a) {
            const request = {};
            setTimeout(() => {
                const real_one = real.open(...a);
                for (const on of ['onupgradeneeded', 'onsuccess', 'onerror', 'onblocked']) {
                    real_one[on] = (event) => request[on]?.(event);
                }
            }, 5000);
            return request;
        } }",
    );
    let begun = monotonic();
    let store = Database::new("svar");
    assert_eq!(store.put("a", b"x", Strict).await, Err(StoreError::Slow));
    let took = monotonic() - begun;
    assert!((u64::from(PATIENCE) - 50..AT_MOST).contains(&took), "{took} ms");
    // Several one after the other do not add up; each is asked all the same, and one is answered in the end.
    let mut tries = 0;
    while store.put("a", b"x", Strict).await == Err(StoreError::Slow) {
        tries += 1;
        assert!(tries < 10);
    }
    assert!(tries >= 1, "nobody was slow");
    assert_eq!(store.get("a").await, Ok(Some(b"x".to_vec())));
    drop(slow);
}

#[wasm_bindgen_test]
async fn a_connection_that_the_browser_closed_is_opened_again() {
    wipe("closed").await;
    let store = Database::new("closed");
    store.put("a", b"x", Strict).await.unwrap();
    // As happens when another version of the widget opens the database, or the browser clears it.
    for _ in 0..3 {
        let _lost = Patched::new(
            "IDBDatabase.prototype",
            "transaction",
            "return function (...a) { if (!window.lost) { window.lost = true; this.close() } return real.apply(this, a) }",
        );
        script("window.lost = false", &JsValue::NULL).await;
        assert_eq!(store.get("a").await, Ok(Some(b"x".to_vec())));
        assert_eq!(store.put("a", b"x", Strict).await, Ok(()));
    }
}

#[wasm_bindgen_test]
async fn without_encryption_nothing_is_kept_and_nothing_breaks() {
    for get in ["return undefined", "return {}", "throw 'no'", "return { subtle: { importKey() { throw 'no' } } }"] {
        other_device().await;
        let patched = Patched::new("window", "crypto", get);
        let device = link().open(Some(true)).await;
        assert_eq!(device.place(), Place::Page, "{get}");
        for sealed in [false, true] {
            assert!(device.keep(UUID, b"answers", sealed, None).await.is_err(), "{get}");
        }
        assert!(device.save_draft(b"draft", 0).await.is_err(), "{get}");
        assert_eq!(device.load_draft().await, Ok(Record::Nothing), "{get}");
        assert_eq!(device.forget().await, Ok(()), "{get}");
        drop(patched);
        let names = Database::new("svar").keys("").await.unwrap();
        assert!(!names.iter().any(|name| name.contains(device.owner())), "{get}: {names:?}");
    }
}

#[wasm_bindgen_test]
async fn without_a_tab_memory_only_what_is_sealed_is_kept() {
    for get in [
        "return undefined",
        "throw new DOMException('', 'SecurityError')",
        "return { getItem: () => null, setItem() { throw 'full' } }",
    ] {
        other_device().await;
        let patched = Patched::new("window", "sessionStorage", get);
        let device = link().open(Some(false)).await;
        assert_eq!(device.place(), Place::Page, "{get}");
        assert_eq!(device.save_draft(b"draft", 0).await, Err(StoreError::Denied), "{get}");
        assert_eq!(device.keep(UUID, b"answers", false, None).await, Err(StoreError::Denied), "{get}");
        assert_eq!(device.state(), StoreState::MemoryOnly(StoreError::Denied), "{get}");
        assert_eq!(device.keep(UUID, b"sealed", true, None).await, Ok(()), "{get}");
        assert_eq!(device.state(), StoreState::Working, "{get}");
        drop(patched);
    }
}
