//! What the device keeps for one person, and what the next one finds.

use svar::browser::{
    device::{Database, Device, Durability::Strict, Link, Look, Outgoing, Place, Record, Store, StoreState, Traces},
    wake::within,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::{Patched, close_tab, other_device, script, wipe};

pub(crate) const UUID: &str = "11111111-1111-4111-8111-111111111111";
const OTHER: &str = "22222222-2222-4222-8222-222222222222";
/// {"iss":"s","jti":"canary","study":"s","wave":"q1","unit":"u"}
const TOKEN: &str = "e30.eyJpc3MiOiJzIiwianRpIjoiY2FuYXJ5Iiwic3R1ZHkiOiJzIiwid2F2ZSI6InExIiwidW5pdCI6InUifQ.c2lnbmVk";
const HOUR: u64 = 3_600_000;

/// The link that all of a unit have.
pub(crate) fn link() -> Link {
    Link::new("s", "q1", TOKEN, false)
}

/// One person's link.
pub(crate) fn personal() -> Link {
    Link::new("s", "q1", "e30.personal.c2ln", true)
}

fn now() -> u64 {
    js_sys::Date::now() as u64
}

fn found(text: &str) -> Record {
    Record::Found(text.as_bytes().to_vec())
}

fn waits(device: &Device, own: bool, record: &str) -> Outgoing {
    let record = Ok(record.as_bytes().to_vec());
    Outgoing { owner: device.owner().to_owned(), uuid: UUID.to_owned(), own, record }
}

/// The records of these owners. Widgets of other tests live on in this page, and have records of their own.
async fn names(owners: &[&str]) -> Vec<String> {
    let mut names = Database::new("svar").keys("").await.unwrap();
    names.retain(|name| owners.iter().any(|owner| name.contains(owner)));
    names
}

#[wasm_bindgen_test]
async fn a_draft_outlives_the_page_in_all_three_places() {
    for (link, own, place) in
        [(link(), false, Place::Tab), (link(), true, Place::Browser), (personal(), true, Place::Personal)]
    {
        other_device().await;
        let device = link.open(Some(own)).await;
        assert_eq!((device.place(), device.state(), device.alone()), (place, StoreState::Working, true));
        assert_eq!(device.load_draft().await, Ok(Record::Nothing));
        for draft in ["a", "ab"] {
            assert_eq!(device.save_draft(draft.as_bytes(), 0).await, Ok(()));
        }
        drop(device);
        let again = link.open(None).await;
        assert_eq!((again.place(), again.load_draft().await), (place, Ok(found("ab"))));
        assert_eq!(again.drop_draft().await, Ok(()));
        assert_eq!(again.load_draft().await, Ok(Record::Nothing));
    }
}

#[wasm_bindgen_test]
async fn a_draft_outlives_the_tab_only_on_ones_own_device() {
    for (link, own, expected) in
        [(link(), false, false), (link(), true, true), (personal(), false, false), (personal(), true, true)]
    {
        other_device().await;
        link.open(Some(own)).await.save_draft(b"draft", 0).await.unwrap();
        close_tab().await;
        let traces = link.find().await.unwrap();
        assert_eq!((traces.browser || traces.personal, traces.tab), (expected, false));
        let later = link.open(None).await;
        assert_eq!(later.load_draft().await.unwrap() == found("draft"), expected);
        assert_eq!(later.place() == Place::Tab, !expected);
    }
}

#[wasm_bindgen_test]
async fn a_personal_invitation_finds_its_draft_on_another_day() {
    other_device().await;
    let device = personal().open(Some(true)).await;
    let owner = device.owner().to_owned();
    device.save_draft(b"draft", now() + 48 * HOUR).await.unwrap();
    drop(device);
    close_tab().await;
    let another_day = Patched::new("Date", "now", "return () => real.call(Date) + 86400000");
    let later = personal().open(Some(true)).await;
    assert_eq!((later.owner(), later.load_draft().await), (owner.as_str(), Ok(found("draft"))));
    drop(another_day);
    // On another device there is no draft, but the person is the same.
    other_device().await;
    let elsewhere = personal().open(Some(true)).await;
    assert_eq!((elsewhere.owner(), elsewhere.load_draft().await), (owner.as_str(), Ok(Record::Nothing)));
    // A different token is a different person.
    let different = Link::new("s", "q1", "e30.personal.c2lu", true).open(Some(true)).await;
    assert_ne!(different.owner(), owner);
}

/// HKDF by its definition (RFC 5869), with HMAC alone: extract with zeros, expand with the info and one byte.
#[wasm_bindgen_test]
async fn a_personal_owner_is_what_the_documentation_says() {
    other_device().await;
    let body = "const hmac = async (key, data) => {
            const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
            return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
        };
        const extracted = await hmac(new Uint8Array(32), new TextEncoder().encode(found));
        const expanded = await hmac(extracted, new Uint8Array([...new TextEncoder().encode('svar owner'), 1]));
        const text = btoa(String.fromCharCode(...expanded.slice(0, 16)));
        return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')";
    let expected = script(body, &"e30.personal.c2ln".into()).await.as_string().unwrap();
    assert_eq!(personal().open(Some(true)).await.owner(), expected);
}

/// Everything that a browser keeps for the page, as text; bytes as one character each.
async fn everything_stored() -> String {
    let body =
        "const parts = [JSON.stringify({ ...sessionStorage }), JSON.stringify({ ...localStorage }), document.cookie];
        for (const { name } of await indexedDB.databases()) {
            if (name !== 'svar') continue;
            const database = await new Promise((done) => {
                const request = indexedDB.open(name);
                request.onsuccess = () => done(request.result);
            });
            for (const store of database.objectStoreNames) {
                const all = (method) => new Promise((done) => {
                    const request = database.transaction(store).objectStore(store)[method]();
                    request.onsuccess = () => done(request.result);
                });
                parts.push(JSON.stringify(await all('getAllKeys')));
                for (const value of await all('getAll')) {
                    if (value instanceof Uint8Array) parts.push(String.fromCharCode(...value));
                    else parts.push(JSON.stringify(value), `extractable: ${value.key?.extractable}`);
                }
            }
            database.close();
        }
        return parts.join('\\n')";
    script(body, &JsValue::NULL).await.as_string().unwrap()
}

/// The token, its parts, and what anybody would derive from it: digests and HKDF, as bytes, hexadecimal and base64url.
async fn derived_from(token: &str) -> Vec<String> {
    let body = "const out = new Set(found.split('.').filter((part) => part.length > 4));
        out.add(found);
        const binary = (bytes) => String.fromCharCode(...bytes);
        const add = (buffer) => {
            const bytes = [...new Uint8Array(buffer)].slice(0, 16);
            out.add(binary(bytes));
            out.add(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
            out.add(btoa(binary(bytes)).slice(0, 20).replaceAll('+', '-').replaceAll('/', '_'));
        };
        for (const part of [found, ...found.split('.'), 'canary']) {
            const bytes = new TextEncoder().encode(part);
            out.add(btoa(part).slice(0, 8));
            for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) add(await crypto.subtle.digest(hash, bytes));
            if (!bytes.length) continue;
            const base = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits']);
            for (const info of ['', 'svar owner', 'svar key', 'svar', 's/q1']) {
                const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode(info) };
                add(await crypto.subtle.deriveBits(how, base, 256));
            }
        }
        out.add('canary');
        return JSON.stringify([...out])";
    let found = script(body, &token.into()).await.as_string().unwrap();
    serde_json::from_str(&found).unwrap()
}

#[wasm_bindgen_test]
async fn nothing_follows_from_a_units_token() {
    for own in [false, true] {
        let mut owners = Vec::new();
        let mut kept = Vec::new();
        for _ in 0..2 {
            other_device().await;
            let device = link().open(Some(own)).await;
            device.save_draft(b"the draft in clear", 0).await.unwrap();
            device.keep(UUID, b"the answers in clear", false, None).await.unwrap();
            device.keep_receipt(device.owner(), OTHER, b"the receipt in clear").await.unwrap();
            let stored = everything_stored().await;
            let needles = derived_from(TOKEN).await;
            assert!(needles.len() > 50);
            for needle in needles.iter().filter(|needle| needle.len() > 4) {
                assert!(!stored.contains(needle.as_str()), "{own}: found {needle:?} of the token");
            }
            assert!(!stored.contains("in clear"), "{own}");
            assert!(stored.contains(device.owner()), "the scan looks where things are");
            assert!(!stored.contains("extractable: true"), "the key could be read out");
            assert_eq!(stored.contains("extractable: false"), own);
            owners.push(device.owner().to_owned());
            kept.push(Database::new("svar").get(&format!("draft/{}", device.owner())).await.unwrap().unwrap());
            if let [first, _] = owners.as_slice() {
                // The same token in another browser: neither the owner nor the key is the same.
                assert_ne!(first, device.owner());
                let name = format!("draft/{}", device.owner());
                assert!(device.vault().unlock(&name, &kept[0], 0).await.is_err());
                assert!(device.vault().unlock(&name, &kept[1], 0).await.is_ok());
            }
        }
    }
}

#[wasm_bindgen_test]
async fn a_personal_token_is_not_stored_either() {
    other_device().await;
    let device = personal().open(Some(true)).await;
    device.save_draft(b"the draft in clear", 0).await.unwrap();
    let stored = everything_stored().await;
    assert!(stored.contains(device.owner()));
    for part in ["e30.personal", "personal.c2ln", "in clear"] {
        assert!(!stored.contains(part), "{part}");
    }
}

#[wasm_bindgen_test]
async fn a_submission_goes_from_kept_to_received() {
    for (link, own) in [(link(), false), (link(), true), (personal(), true)] {
        for sealed in [false, true] {
            other_device().await;
            let device = link.open(Some(own)).await;
            let owner = device.owner();
            assert_eq!(device.look(owner, UUID).await, Ok(Look::Nothing));
            device.keep(UUID, b"answers", sealed, None).await.unwrap();
            assert_eq!(device.look(owner, UUID).await, Ok(Look::Payload(b"answers".to_vec())));
            assert_eq!(device.outbox().await, Ok(vec![waits(&device, true, "answers")]));
            // The page is closed between any two of these.
            let device = link.open(Some(own)).await;
            device.keep_receipt(owner, UUID, b"receipt").await.unwrap();
            assert_eq!(device.look(owner, UUID).await, Ok(Look::Receipt(b"receipt".to_vec())));
            let device = link.open(Some(own)).await;
            device.drop_payload(owner, UUID).await.unwrap();
            assert_eq!(device.outbox().await, Ok(Vec::new()));
            assert_eq!(device.look(owner, UUID).await, Ok(Look::Receipt(b"receipt".to_vec())));
            assert_eq!(device.receipts().await, Ok(vec![(UUID.to_owned(), b"receipt".to_vec())]));
        }
    }
}

#[wasm_bindgen_test]
async fn what_the_studys_key_protects_is_delivered_by_whoever_comes_next() {
    other_device().await;
    let first = link().open(Some(false)).await;
    first.keep(UUID, b"sealed", true, None).await.unwrap();
    first.keep(OTHER, b"not sealed", false, None).await.unwrap();
    close_tab().await;
    // Not with another study's or wave's invitation.
    for (study, wave) in [("s", "q2"), ("t", "q1")] {
        assert_eq!(Link::new(study, wave, TOKEN, false).open(Some(false)).await.outbox().await, Ok(Vec::new()));
    }
    let next = link().open(Some(false)).await;
    assert_ne!(next.owner(), first.owner());
    assert_eq!(next.outbox().await, Ok(vec![waits(&first, false, "sealed")]));
    next.keep_receipt(first.owner(), UUID, b"receipt").await.unwrap();
    next.drop_payload(first.owner(), UUID).await.unwrap();
    assert_eq!(next.outbox().await, Ok(Vec::new()));
    assert_eq!(next.receipts().await, Ok(Vec::new()), "it is not this person's");
    // A tab of the first that was only asleep learns that it has been delivered.
    assert_eq!(first.look(first.owner(), UUID).await, Ok(Look::Receipt(b"receipt".to_vec())));
    // What nobody can open now stays, since the tab may be restored with its key.
    next.sweep(u64::MAX).await.unwrap();
    assert_eq!(first.look(first.owner(), OTHER).await, Ok(Look::Payload(b"not sealed".to_vec())));
}

#[wasm_bindgen_test]
async fn colleagues_with_one_link_see_nothing_of_each_other() {
    for own in [false, true] {
        for waiting in [None, Some(false), Some(true)] {
            other_device().await;
            let first = link().open(Some(own)).await;
            first.save_draft(b"draft", 0).await.unwrap();
            first.keep_receipt(first.owner(), OTHER, b"receipt").await.unwrap();
            if let Some(sealed) = waiting {
                first.keep(UUID, b"answers", sealed, None).await.unwrap();
            }
            first.forget().await.unwrap();
            // What was still on its way to the store does not come after.
            assert!(first.save_draft(b"late", 0).await.is_err());
            let left: Vec<String> = waiting.iter().map(|_| format!("outbox/{}/{UUID}", first.owner())).collect();
            assert_eq!(names(&[first.owner()]).await, left, "{own} {waiting:?}");
            assert_eq!(link().find().await, Ok(Traces::default()), "{own} {waiting:?}");
            let next = link().open(Some(own)).await;
            assert_ne!(next.owner(), first.owner());
            assert_eq!(next.load_draft().await, Ok(Record::Nothing));
            assert_eq!(next.receipts().await, Ok(Vec::new()));
            // What waits is delivered, in silence, though its writer has gone.
            let expected: Vec<Outgoing> = waiting.iter().map(|_| waits(&first, false, "answers")).collect();
            assert_eq!(next.outbox().await, Ok(expected), "{own} {waiting:?}");
            for outgoing in next.outbox().await.unwrap() {
                next.keep_receipt(&outgoing.owner, &outgoing.uuid, b"receipt").await.unwrap();
                next.drop_payload(&outgoing.owner, &outgoing.uuid).await.unwrap();
            }
            next.sweep(now() + 73 * HOUR).await.unwrap();
            assert_eq!(names(&[first.owner(), next.owner()]).await, Vec::<String>::new());
            let stored = everything_stored().await;
            assert!(!own || !stored.contains(first.owner()), "a key that nothing needs: {stored}");
        }
    }
}

#[wasm_bindgen_test]
async fn what_is_kept_while_all_is_forgotten_is_kept_readably_or_not_at_all() {
    for own in [false, true] {
        for slow in ["encrypt", "nothing"] {
            other_device().await;
            let device = link().open(Some(own)).await;
            let _slow = Patched::new(
                "crypto.subtle",
                slow,
                "return async (...a) => { await new Promise((done) => setTimeout(done, 500)); return real.apply(crypto.subtle, a) }",
            );
            let work: [std::pin::Pin<Box<dyn Future<Output = bool>>>; 3] = [
                Box::pin(async { device.save_draft(b"draft", 0).await.is_ok() }),
                Box::pin(async { device.keep(UUID, b"answers", false, None).await.is_ok() }),
                Box::pin(async { device.forget().await.is_ok() }),
            ];
            let done = super::host::all(work.into()).await;
            let (kept, next) = (done[1], link().open(Some(own)).await);
            let found: Vec<_> = next.outbox().await.unwrap().into_iter().map(|outgoing| outgoing.record).collect();
            assert_eq!(found.len(), usize::from(kept), "{own} {slow}: kept is kept");
            let left = names(&[device.owner(), next.owner()]).await;
            assert_eq!(left.len(), usize::from(kept), "{own} {slow}: nothing else is left: {left:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_correction_takes_the_place_of_what_it_corrects() {
    for sealed in [false, true] {
        other_device().await;
        let device = link().open(Some(false)).await;
        device.keep(OTHER, b"refused", sealed, None).await.unwrap();
        device.keep(UUID, b"corrected", sealed, Some(OTHER)).await.unwrap();
        assert_eq!(device.outbox().await, Ok(vec![waits(&device, true, "corrected")]));
        assert_eq!(device.look(device.owner(), OTHER).await, Ok(Look::Nothing));
    }
}

#[wasm_bindgen_test]
async fn only_what_is_over_is_swept() {
    other_device().await;
    let device = link().open(Some(false)).await;
    let (owner, records) = (device.owner(), Database::new("svar"));
    let day = 24 * HOUR;
    device.save_draft(b"draft", now() + day).await.unwrap();
    device.keep(UUID, b"answers", false, None).await.unwrap();
    device.keep(OTHER, b"sealed", true, None).await.unwrap();
    device.keep_receipt(owner, UUID, b"receipt").await.unwrap();
    // A damaged one, set aside, and one that is too short to say anything.
    let third = format!("outbox/{owner}/3");
    records.put(&third, &[1; 40], Strict).await.unwrap();
    device.outbox().await.unwrap();
    records.put("draft/short", b"x", Strict).await.unwrap();
    // One that waits stays, even if it were to say that its time is over.
    let mut outbox = vec![format!("outbox/{owner}/{UUID}"), format!("outbox/{owner}/{OTHER}"), "outbox/x/1".to_owned()];
    records.put("outbox/x/1", &[1, 1, 0, 0, 0, 0, 0, 0, 0, 0], Strict).await.unwrap();
    outbox.sort();
    for (after, left) in [
        (0, vec![format!("aside/{third}"), format!("draft/{owner}"), format!("receipt/{owner}/{UUID}")]),
        (25 * HOUR, vec![format!("aside/{third}"), format!("receipt/{owner}/{UUID}")]),
        (73 * HOUR, vec![format!("aside/{third}")]),
        (7 * day + HOUR, vec![]),
        (36_500 * day, vec![]),
    ] {
        device.sweep(now() + after).await.unwrap();
        let mut expected = [&left[..], &outbox, &["draft/short".to_owned()]].concat();
        expected.sort();
        assert_eq!(names(&[owner, "/x/", "/short"]).await, expected, "after {after} ms");
    }
}

#[wasm_bindgen_test]
async fn two_tabs_of_a_new_person_on_their_own_device_are_one_person() {
    other_device().await;
    script("window.made = 0", &JsValue::NULL).await;
    // The second has found no key either, and makes one when the first has long kept its own.
    let _slower = Patched::new(
        "crypto.subtle",
        "generateKey",
        "return (...a) => new Promise((done) => setTimeout(done, 300 * window.made++)).then(() => real.apply(crypto.subtle, a))",
    );
    let (one, other) = (link(), link());
    let devices = super::host::all(vec![Box::pin(one.open(Some(true))) as _, Box::pin(other.open(Some(true)))]).await;
    assert_eq!(devices[0].owner(), devices[1].owner());
    devices[0].save_draft(b"draft", 0).await.unwrap();
    assert_eq!(devices[1].load_draft().await, Ok(found("draft")));
    assert_ne!(devices[0].alone(), devices[1].alone());
}

#[wasm_bindgen_test]
async fn two_parts_of_one_page_that_open_at_once_have_one_vault() {
    for slower in [0, 1] {
        other_device().await;
        script("window.made = 0", &JsValue::NULL).await;
        let _slower = Patched::new(
            "crypto.subtle",
            "importKey",
            &format!(
                "return (...a) => new Promise((done) => setTimeout(done, window.made++ % 2 === {slower} ? 100 : 0))
                    .then(() => real.apply(crypto.subtle, a))"
            ),
        );
        let (one, other) = (link(), link());
        let devices =
            super::host::all(vec![Box::pin(one.open(Some(false))) as _, Box::pin(other.open(Some(false)))]).await;
        assert_eq!(devices[0].owner(), devices[1].owner());
        devices[1].save_draft(b"draft", 0).await.unwrap();
        assert_eq!(link().open(None).await.load_draft().await, Ok(found("draft")));
    }
}

#[wasm_bindgen_test]
async fn a_duplicated_tab_knows_that_it_is_not_alone() {
    other_device().await;
    let first = link().open(Some(false)).await;
    // A duplicate has a copy of what the tab keeps.
    let second = link().open(Some(false)).await;
    assert_eq!((first.owner() == second.owner(), first.alone(), second.alone()), (true, true, false));
    second.take_over().await;
    within(10_000, first.taken_over()).await.expect("the first learns it");
    assert_eq!((first.alone(), second.alone()), (false, true));
    drop(second);
    within(10_000, first.when_alone()).await.expect("the second has gone");
    assert!(first.alone());
    assert_eq!(link().find().await, Ok(Traces { tab: true, ..Traces::default() }));
}

#[wasm_bindgen_test]
async fn vaults_of_other_studies_and_waves_are_others() {
    other_device().await;
    let mut owners = std::collections::BTreeSet::new();
    for own in [false, true] {
        for (study, wave) in [("s", "q1"), ("s", "q2"), ("t", "q1")] {
            owners.insert(Link::new(study, wave, TOKEN, false).open(Some(own)).await.owner().to_owned());
        }
    }
    assert_eq!(owners.len(), 6);
    wipe("svar").await;
}
