//! The compact form: what was packed comes out the same, and whatever happened to the bytes on the way is noticed.

use std::path::Path;

use proptest::prelude::*;
use serde_json::json;
use svar::{
    questionnaire::{
        self, Form, ItemId,
        assemble::assemble,
        compact::{self, CompactError, Holds},
    },
    session::Session,
    study::{Study, source},
};

use crate::{
    forms::{control, form, option, page},
    studies,
};

fn small() -> Vec<u8> {
    let form = form(json!([page(json!([
        { "linkId": "x", "type": "choice", "text": "Hvor?", "answerOption": [option("a"), option("b!")] },
        { "linkId": "y", "type": "boolean", "text": "Ja", "extension": [control("check-box")],
          "enableWhen": [{ "question": "x", "operator": "exists", "answerBoolean": true }] },
    ]))]));
    compact::encode(Holds::Form, form.as_ref()).unwrap()
}

fn consent() -> Vec<u8> {
    compact::encode(Holds::Form, studies::part("consent").form.as_ref()).unwrap()
}

#[test]
fn every_study_comes_out_as_it_went_in() {
    for part in studies::parts() {
        let bytes = compact::encode(Holds::Form, part.form.as_ref()).unwrap();
        let form = compact::decode_form(&bytes).unwrap_or_else(|error| panic!("{}/{}: {error}", part.study, part.name));
        assert!(form == *part.form, "{}/{}: something was lost, the dependencies perhaps", part.study, part.name);
    }
    for study in studies::manifests() {
        let bytes = compact::encode(Holds::Study, &study).unwrap();
        assert_eq!(compact::decode::<Study>(Holds::Study, &bytes), Ok(shipped(study)));
    }
}

/// A study as the widget gets it: everything but the dates, which it asks the collector for, and the list of variants, of
/// which its invitation names one.
fn shipped(mut study: Study) -> Study {
    study.calendar = None;
    study.variants = Vec::new();
    study.waves.iter_mut().for_each(|wave| wave.window = None);
    study
}

/// The bytes of fixtures that hold much of what can be held, and the format version they are of. A widget of another
/// release must not misread them: whoever changes how a type is packed gives the format a new number, pinned here.
/// Where nothing but a fixture has changed, the number may stay.
#[test]
fn another_layout_has_another_number() {
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/studies").join(name);
    let source = |path: &str| studies::json(&folder(path));
    let gallery = source::read(&source("gallery/study.json")).unwrap();
    let tiny = source::read(&source("tiny/study.json")).unwrap();
    let read = |path: &str, languages: &[String]| {
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        questionnaire::read(&assemble(&source(path), &[]).unwrap(), &languages).form.unwrap()
    };
    let form = |path: &str| compact::encode(Holds::Form, &read(path, &gallery.languages)).unwrap();
    let whole = [
        compact::encode(Holds::Study, &gallery).unwrap(),
        compact::encode(Holds::Study, &tiny).unwrap(),
        form("gallery/whole.json"),
        form("gallery/formats.json"),
        form("gallery/ranking.json"),
        form("gallery/slider.json"),
    ];
    // Magic, kind, length and checksum are of the bytes as well; the number is compared by itself.
    let hash = whole
        .iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!((compact::VERSION, format!("{hash:016x}").as_str()), (5, "063a707731264632"), "see above");
}

#[test]
fn every_cut_is_noticed() {
    for bytes in [small(), consent()] {
        for length in 0..bytes.len() {
            let error = compact::decode_form(&bytes[..length]).map(drop).unwrap_err();
            let expected = match length {
                0..4 => CompactError::Foreign { expected: Holds::Form },
                4..14 => CompactError::Truncated { expected: 14, found: length as u64 },
                _ => CompactError::Truncated { expected: bytes.len() as u64, found: length as u64 },
            };
            assert_eq!(error, expected, "cut to {length} of {}", bytes.len());
        }
        let longer = [bytes.as_slice(), b"\n"].concat();
        assert_eq!(compact::decode_form(&longer).map(drop), Err(CompactError::Damaged), "one byte more");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let refused = |bytes: &[u8], place: usize, change: u8| {
        let mut changed = bytes.to_vec();
        changed[place] ^= change;
        let error = compact::decode_form(&changed).map(drop).expect_err("a changed byte");
        let expected = match place {
            0..4 => error == CompactError::Foreign { expected: Holds::Form },
            4 => error == CompactError::Version { found: changed[4] },
            5 => error == CompactError::Foreign { expected: Holds::Form },
            6..10 => matches!(error, CompactError::Truncated { .. } | CompactError::Damaged),
            _ => error == CompactError::Damaged,
        };
        assert!(expected, "byte {place} changed by {change:#x}: {error}");
    };
    let bytes = small();
    (0..bytes.len()).for_each(|place| (1..=255).for_each(|change| refused(&bytes, place, change)));
    let bytes = consent();
    (0..bytes.len())
        .for_each(|place| [0x01, 0x20, 0x80, 0xff].iter().for_each(|change| refused(&bytes, place, *change)));
}

#[test]
fn what_is_something_else_is_foreign() {
    let foreign = |expected| Err(CompactError::Foreign { expected });
    let study = compact::encode(Holds::Study, &studies::manifests()[0]).unwrap();
    assert_eq!(compact::decode_form(&study).map(drop), foreign(Holds::Form));
    assert_eq!(compact::decode::<Study>(Holds::Study, &small()).map(drop), foreign(Holds::Study));
    let others: [&[u8]; 7] = [
        b"",
        b"SVA",
        b"<!doctype html><title>Logg inn</title>",
        br#"{"resourceType":"Questionnaire"}"#,
        b"\0asm\x01\0\0\0",
        b"svar",
        &[0xff; 4096],
    ];
    for bytes in others {
        assert_eq!(compact::decode_form(bytes).map(drop), foreign(Holds::Form), "{bytes:.20?}");
        assert_eq!(compact::decode::<Study>(Holds::Study, bytes).map(drop), foreign(Holds::Study), "{bytes:.20?}");
    }
}

#[test]
fn a_form_that_would_be_walked_for_ever_is_damaged() {
    let whole = compact::decode_form(&small()).unwrap();
    let spoil: [fn(&mut Form); 5] = [
        |form| form.items[1].parent = Some(ItemId(1)),
        |form| form.items[0].parent = Some(ItemId(1)),
        |form| form.items[1].parent = Some(ItemId(9999)),
        |form| form.items[1].end = ItemId(0),
        |form| form.items[0].end = ItemId(9999),
    ];
    for (case, spoil) in spoil.iter().enumerate() {
        let mut form = whole.clone();
        spoil(&mut form);
        let bytes = compact::encode(Holds::Form, &form).unwrap();
        assert_eq!(compact::decode_form(&bytes).map(drop), Err(CompactError::Damaged), "case {case}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Right length and checksum, and nonsense inside: refused or read, never a panic.
    #[test]
    fn a_well_packed_nonsense_never_panics(mut payload in Just(small()[14..].to_vec()), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        for (place, byte) in changes {
            let place = place.index(payload.len());
            payload[place] = byte;
        }
        let checksum = payload.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
        let length = payload.len() as u32;
        let bytes = [b"SVAR\x01\x01".as_slice(), &length.to_le_bytes(), &checksum.to_le_bytes(), &payload].concat();
        if let Ok(form) = compact::decode_form(&bytes) {
            walk(form);
        }
    }
}

/// Looks at everything once.
fn walk(form: Form) {
    let mut session = Session::new(form.into());
    for id in session.form().ids() {
        session.choose(id, 0);
        session.say(id, true);
        session.type_in(id, "1");
        session.problem(id);
        let form = session.form();
        form.text(form.item(id).text, "nb");
        form.children(Some(id)).for_each(drop);
    }
    session.pages().iter().for_each(|page| drop((session.problems(*page), session.open(*page))));
}
