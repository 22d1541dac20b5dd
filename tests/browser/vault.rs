//! A record is trusted only as it was written, where it was written, by whom it was written, and in time.

use svar::browser::device::{Device, Place, Unlock, unwrap, wrap};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    device::{UUID, link, personal},
    host::other_device,
};

const NOW: u64 = 1_790_000_000_000;
const SCOPE: &str = "s/q1";

/// A device for each of the three ways to a vault.
async fn all_three() -> Vec<Device> {
    let mut devices = Vec::new();
    for (place, link, own) in
        [(Place::Tab, link(), false), (Place::Browser, link(), true), (Place::Personal, personal(), true)]
    {
        other_device().await;
        let device = link.open(Some(own)).await;
        assert_eq!(device.place(), place);
        devices.push(device);
    }
    devices
}

fn outbox(device: &Device) -> String {
    format!("outbox/{}/{UUID}", device.owner())
}

#[wasm_bindgen_test]
async fn what_is_locked_is_unlocked_as_it_was() {
    for device in all_three().await {
        let (vault, name) = (device.vault(), outbox(&device));
        assert_eq!(vault.owner().len(), 22);
        for plain in [&b""[..], b"{}", &[0xff; 100_000]] {
            let record = vault.lock(&name, 0, plain).await.unwrap();
            assert_eq!(vault.unlock(&name, &record, NOW).await.as_deref(), Ok(plain));
            assert!(!record.windows(plain.len().max(8)).any(|part| part == plain), "in clear");
            assert_ne!(record, vault.lock(&name, 0, plain).await.unwrap(), "the same nonce twice");
        }
    }
}

#[wasm_bindgen_test]
async fn a_record_in_the_documented_form_is_read() {
    let device = all_three().await.remove(0);
    let name = outbox(&device);
    let record = device.vault().lock(&name, 0x0102, b"plain").await.unwrap();
    assert_eq!(record[..9], [1, 2, 1, 0, 0, 0, 0, 0, 0], "version and expiry");
    assert_eq!(record.len(), 1 + 8 + 12 + 5 + 16);
    let record = wrap(&name, SCOPE, 0, b"sealed").await.unwrap();
    assert_eq!(record[..9], [2, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(record.ends_with(b"s/q1\nsealed"));
    assert_eq!(unwrap(&name, &record, NOW).await, Ok((SCOPE.to_owned(), b"sealed".to_vec())));
    let empty = wrap(&name, SCOPE, 0, b"\n\n").await.unwrap();
    assert_eq!(unwrap(&name, &empty, NOW).await, Ok((SCOPE.to_owned(), b"\n\n".to_vec())));
}

/// Every record that is not `record`, but nearly: a bit turned, cut, longer, two bytes changed over.
fn mutations(record: &[u8]) -> Vec<Vec<u8>> {
    let mut mutations = Vec::new();
    for place in 0..record.len() {
        for bit in 0..8 {
            let mut other = record.to_vec();
            other[place] ^= 1 << bit;
            mutations.push(other);
        }
        mutations.push(record[..place].to_vec());
        mutations.push(record[place + 1..].to_vec());
        mutations.push([&record[..place], &record[place + 1..]].concat());
        mutations.push([&record[..place], &[0], &record[place..]].concat());
        let mut other = record.to_vec();
        other.swap(place, (place * 7 + 1) % record.len());
        mutations.push(other);
    }
    mutations.push([record, record].concat());
    mutations.retain(|other| other != record);
    mutations
}

#[wasm_bindgen_test]
async fn an_altered_record_is_never_trusted() {
    let mut tried = 0;
    for device in all_three().await {
        let name = outbox(&device);
        let record = device.vault().lock(&name, NOW + 1, b"the answers of one person").await.unwrap();
        for other in mutations(&record) {
            let found = device.vault().unlock(&name, &other, NOW).await;
            let version = other.len() >= 21 && other[0] != 1;
            assert_eq!(found, Err(if version { Unlock::Version } else { Unlock::Damaged }), "{other:?}");
            tried += 1;
        }
    }
    let record = wrap("outbox/a/b", SCOPE, NOW + 1, b"the answers of one person").await.unwrap();
    for other in mutations(&record) {
        let found = unwrap("outbox/a/b", &other, NOW).await;
        assert!(matches!(found, Err(Unlock::Damaged | Unlock::Version)), "{other:?}: {found:?}");
        tried += 1;
    }
    assert!(tried >= 1_000, "{tried}");
}

#[wasm_bindgen_test]
async fn a_record_under_another_name_is_never_trusted() {
    for device in all_three().await {
        let (vault, owner) = (device.vault(), device.owner());
        let record = vault.lock(&outbox(&device), 0, b"answers").await.unwrap();
        for (name, why) in [
            (format!("outbox/{owner}/{}", UUID.replace('1', "2")), Unlock::Damaged),
            (format!("draft/{owner}"), Unlock::Damaged),
            (format!("receipt/{owner}/{UUID}"), Unlock::Damaged),
            (format!("outbox/{owner}x/{UUID}"), Unlock::Foreign),
            (format!("outbox//{UUID}"), Unlock::Foreign),
            (String::new(), Unlock::Foreign),
        ] {
            assert_eq!(vault.unlock(&name, &record, NOW).await, Err(why), "{name}");
        }
    }
    let record = wrap("outbox/a/b", SCOPE, 0, b"sealed").await.unwrap();
    for name in ["outbox/a/c", "outbox/b/b", "receipt/a/b", "", "outbox/a/b\n", "outbox/a/b\ns"] {
        assert_eq!(unwrap(name, &record, NOW).await, Err(Unlock::Damaged), "{name:?}");
    }
}

#[wasm_bindgen_test]
async fn a_record_of_somebody_else_is_never_trusted() {
    let devices = all_three().await;
    for one in &devices {
        let record = one.vault().lock(&outbox(one), 0, b"answers").await.unwrap();
        for other in devices.iter().filter(|other| other.owner() != one.owner()) {
            assert_eq!(other.vault().unlock(&outbox(one), &record, NOW).await, Err(Unlock::Foreign));
            assert_eq!(other.vault().unlock(&outbox(other), &record, NOW).await, Err(Unlock::Damaged));
        }
    }
}

#[wasm_bindgen_test]
async fn a_record_is_trusted_until_its_time_is_over() {
    let device = all_three().await.remove(0);
    let name = outbox(&device);
    for (expires, now, expected) in [
        (0, u64::MAX, Ok(())),
        (NOW, NOW - 1, Ok(())),
        (NOW, NOW, Err(Unlock::Expired)),
        (NOW, u64::MAX, Err(Unlock::Expired)),
        (u64::MAX, NOW, Ok(())),
    ] {
        let record = device.vault().lock(&name, expires, b"x").await.unwrap();
        assert_eq!(device.vault().unlock(&name, &record, now).await.map(drop), expected, "{expires} at {now}");
        let record = wrap(&name, SCOPE, expires, b"x").await.unwrap();
        assert_eq!(unwrap(&name, &record, now).await.map(drop), expected, "{expires} at {now}");
    }
}
