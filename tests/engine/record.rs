//! Records of the store: what was written is read, and what was spoilt is said to be.

use proptest::prelude::*;
use svar::submission::{
    Frozen, Media, Receipt,
    record::{self, Arrived, RecordError},
};

use crate::random::{Random, count, for_each_seed};

fn frozen() -> Frozen {
    let bytes = br#"{"resourceType":"QuestionnaireResponse"}"#.to_vec();
    Frozen {
        uuid: "0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21".to_owned(),
        part: "core".to_owned(),
        media: Media::Fhir,
        bytes,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frozen_bytes_come_back(
        uuid in "\\PC{0,40}", part in "\\PC{0,20}", bytes in prop::collection::vec(any::<u8>(), 0..300),
        media in prop::sample::select(vec![Media::Fhir, Media::Sealed, Media::Flat]),
    ) {
        let frozen = Frozen { uuid, part, media, bytes };
        let written = record::encode_frozen(&frozen);
        prop_assert_eq!(record::decode_frozen(&written), Ok(frozen));
        let foreign = RecordError::Foreign { expected: 'R', found: Some(b'F') };
        prop_assert_eq!(record::decode_receipt(&written), Err(foreign));
    }

    #[test]
    fn a_receipt_comes_back(uuid in "\\PC{0,40}", part in "\\PC{0,20}", stored in prop::option::of("\\PC{1,30}")) {
        let receipt = Receipt { uuid, stored };
        let written = record::encode_receipt(&part, &receipt);
        prop_assert_eq!(record::decode_receipt(&written), Ok(Arrived { part, receipt }));
        let foreign = RecordError::Foreign { expected: 'F', found: Some(b'R') };
        prop_assert_eq!(record::decode_frozen(&written), Err(foreign));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let whole = record::encode_frozen(&frozen());
    let changed = |place: usize, byte: u8| {
        let mut record = whole.clone();
        record[place] = byte;
        record::decode_frozen(&record).expect_err("changed")
    };
    let foreign = |found| RecordError::Foreign { expected: 'F', found };
    assert_eq!(record::decode_frozen(&[]), Err(foreign(None)));
    assert_eq!(changed(0, b'{'), foreign(Some(b'{')));
    assert_eq!(record::decode_frozen(b"F"), Err(RecordError::Version { found: None }));
    assert_eq!(changed(1, 2), RecordError::Version { found: Some(2) });
    assert_eq!(changed(2, whole[2] ^ 1), RecordError::Damaged);
    assert_eq!(changed(whole.len() - 1, 0), RecordError::Damaged);
    for length in 2..whole.len() {
        assert_eq!(record::decode_frozen(&whole[..length]), Err(RecordError::Damaged), "cut at {length}");
    }
    let longer = [whole.as_slice(), b"0"].concat();
    assert_eq!(record::decode_frozen(&longer), Err(RecordError::Damaged));
    assert_eq!(foreign(Some(b'{')).to_string(), "expected a record of kind 'F', found Some(123)");
}

/// Changes a few bytes, cuts, doubles or mixes in.
fn spoil(record: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let place = random.below(record.len().max(1));
        match random.below(5) {
            0 => record.truncate(place),
            1 => record.insert(place.min(record.len()), random.next() as u8),
            2 if !record.is_empty() => drop(record.remove(place)),
            3 => record.extend_from_within(place.min(record.len())..),
            _ => {
                if let Some(byte) = record.get_mut(place) {
                    *byte = random.next() as u8;
                }
            }
        }
    }
}

#[test]
fn spoilt_records_are_never_trusted() {
    for_each_seed(count(100_000, 1_000_000), |random, run| {
        let receipt = Receipt { uuid: frozen().uuid, stored: Some("2026-11-22T09:30:01Z".to_owned()) };
        let whole =
            if run % 2 == 0 { record::encode_frozen(&frozen()) } else { record::encode_receipt("core", &receipt) };
        let mut spoilt = whole.clone();
        spoil(&mut spoilt, random);
        let trusted = record::decode_frozen(&spoilt).is_ok() || record::decode_receipt(&spoilt).is_ok();
        assert!(!trusted || spoilt == whole, "{spoilt:?}");
    });
}

/// With a checksum that fits, the fields themselves are what is wrong.
#[test]
fn any_fields_under_a_right_checksum() {
    fn checksum(bytes: &[u8]) -> u32 {
        bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
    }
    for_each_seed(count(100_000, 1_000_000), |random, run| {
        let mut payload = record::encode_frozen(&frozen()).split_off(6);
        payload.truncate(40 + random.below(60));
        spoil(&mut payload, random);
        let kind = if run % 2 == 0 { b'F' } else { b'R' };
        let mut record = vec![kind, 1];
        record.extend_from_slice(&checksum(&payload).to_le_bytes());
        record.append(&mut payload);
        if let Ok(read) = record::decode_frozen(&record) {
            assert_eq!(record::encode_frozen(&read), record);
        }
        if let Ok(Arrived { part, receipt }) = record::decode_receipt(&record) {
            assert_eq!(record::encode_receipt(&part, &receipt), record);
        }
    });
}
