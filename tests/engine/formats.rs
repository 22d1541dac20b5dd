//! Formats of text: what is taken, how it is stored, what is refused, in a field and by the receiving end.
//!
//! Every number is computed for these tests: months and days of test populations, or dates that no calendar has.

use serde_json::{Value as Json, json};
use svar::{
    questionnaire::Format,
    session::{
        Problem, Session,
        response::{Heading, completed},
        review::{Reason, review},
    },
};

use crate::forms::{found, give, id, session};

fn asked(code: &str) -> Session {
    let format = json!({ "url": "https://svar.example/fhir/StructureDefinition/format", "valueCode": code });
    session(json!([{ "linkId": "x", "type": "string", "text": "x", "maxLength": 254, "extension": [format] }]))
}

fn heading() -> Heading {
    Heading {
        uuid: "0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21".to_owned(),
        pseudonym: "p-1".to_owned(),
        authored: "2026-11-22T09:30:00.000Z".to_owned(),
    }
}

/// What is typed, and what is stored; nothing if it is refused and stands as typed.
fn check(code: &str, format: Format, rows: &[(&str, Option<&str>)]) {
    let mut session = asked(code);
    let x = id(&session, "x");
    for (typed, stored) in rows {
        give(&mut session, "x", typed);
        assert_eq!(found(&session, "x"), stored.unwrap_or(typed), "{code}: {typed:?}");
        assert_eq!(session.problem(x), stored.is_none().then_some(Problem::Format(format)), "{code}: {typed:?}");
        let refused = review(session.form(), &completed(&session, &heading())).err().unwrap_or_default();
        let reasons: Vec<Reason> = refused.iter().map(|refused| refused.reason).collect();
        assert_eq!(reasons, stored.map_or_else(|| vec![Reason::Limits], |_| Vec::new()), "{code}: {typed:?}");
        give(&mut session, "x", "\u{a0}");
        assert_eq!((session.problem(x), session.is_open(x)), (None, true), "a blank field is open, not wrong");
    }
}

#[test]
fn email_addresses_are_judged_loosely() {
    let taken = ["a@b.no", "kari.nordmann+studie@post.svar.example", "æøå@blåbær.example", "\"a\"@b.co", "a@b.c.d"];
    let refused = [
        "a",
        "a@",
        "@b.no",
        "a@b",
        "a@b.",
        "a@.no",
        "a@.",
        "a@@b.no",
        "a@b@c.no",
        "a b@c.no",
        "a@b c.no",
        "a@b.no, c@d.no",
        "a\u{a0}@b.no",
        "ring meg",
    ];
    let rows = taken.iter().map(|typed| (*typed, Some(*typed)));
    let rows: Vec<_> = rows.chain(refused.iter().map(|typed| (*typed, None))).collect();
    check("email", Format::Email, &rows);
    check("email", Format::Email, &[(" a@b.no ", Some("a@b.no")), ("\ta@b.no\u{2003}\n", Some("a@b.no"))]);
}

#[test]
fn telephone_numbers_are_stored_without_what_is_written_between() {
    check(
        "phone",
        Format::Phone,
        &[
            ("00000000", Some("00000000")),
            ("00 00 00 00", Some("00000000")),
            ("000-00-000", Some("00000000")),
            ("000\u{a0}00\u{202f}000", Some("00000000")),
            ("000\u{2011}00\u{2013}000", Some("00000000")),
            ("+4700000000", Some("+4700000000")),
            (" + 47 00 00 00 00 ", Some("+4700000000")),
            ("+000000", Some("+000000")),
            ("+000000000000000", Some("+000000000000000")),
            ("+00000", None),
            ("+0000000000000000", None),
            ("0000000", None),
            ("000000000", None),
            ("++4700000000", None),
            ("47+00000000", None),
            ("(00) 000000", None),
            ("0000000o", None),
            ("٠٠٠٠٠٠٠٠", None),
            ("-", None),
            ("ring meg på jobben", None),
        ],
    );
}

#[test]
fn national_identity_numbers_need_a_date_and_both_control_digits() {
    let taken = [
        "15819010029", // Tenor: month 81
        "01828810010", // Tenor: month 82
        "41819010186", // D number, Tenor
        "15419010046", // Nav: month 41
        "55419010110", // D number, Nav
        "15669010092", // Norsk helsenett: month 66
        "31779010026", // Norsk helsenett: month 77
        "30919010033", // the last day of November
        "29829210078", // leap day of a leap year
        "29820010092", // leap day of a year that may be 1900 or 2000
    ];
    let refused = [
        "15819010028", // the second control digit
        "15819010039", // the first
        "51819010029", // digits swapped
        "1581901002",
        "158190100290",
        "29829110057", // leap day of no leap year
        "31919010072", // 31 November
        "01939010110", // month 93: thirteenth of Tenor
        "01809010011", // month 80: none
        "01539010057", // month 53
        "00819010072", // day 0
        "32819010063", // day 32
        "40819010066", // day 40: none of a D number
        "71829010008", // 31 February of a D number
        "72819010057", // day 72
        "158190-10029",
        "1581901002o",
        "１5819010029",
        "00000000000",
        "vil ikke",
    ];
    let rows = taken.iter().map(|typed| (*typed, Some(*typed)));
    let rows: Vec<_> = rows.chain(refused.iter().map(|typed| (*typed, None))).collect();
    check("national-identity-number", Format::NationalIdentityNumber, &rows);
    check(
        "national-identity-number",
        Format::NationalIdentityNumber,
        &[("158190 10029", Some("15819010029")), (" 15 81 90\u{a0}100 29 ", Some("15819010029"))],
    );
}

#[test]
fn the_shape_is_told_before_the_length() {
    let format =
        |code: &str| json!([{ "url": "https://svar.example/fhir/StructureDefinition/format", "valueCode": code }]);
    let mut session = session(json!([
        { "linkId": "number", "type": "string", "text": "x", "maxLength": 11, "extension": format("national-identity-number") },
        { "linkId": "email", "type": "string", "text": "x", "maxLength": 6, "extension": format("email") },
    ]));
    let (number, email) = (id(&session, "number"), id(&session, "email"));
    give(&mut session, "number", "158190 10028");
    assert_eq!(session.problem(number), Some(Problem::Format(Format::NationalIdentityNumber)));
    give(&mut session, "number", "158190 10029");
    assert_eq!(session.problem(number), None);
    give(&mut session, "email", "long@a.no");
    assert_eq!(session.problem(email), Some(Problem::TooLong { max: 6, found: 9 }));
}

/// Control digits are there for slips of the finger: every wrong digit, and every two neighbours swapped, is found.
#[test]
fn one_slip_of_the_finger_is_always_found() {
    for number in ["15819010029", "41819010186", "31779010026"] {
        for place in 0..number.len() {
            for digit in '0'..='9' {
                let mut slip: Vec<char> = number.chars().collect();
                slip[place] = digit;
                let slip: String = slip.into_iter().collect();
                assert_eq!(Format::NationalIdentityNumber.fits(&slip), slip == number, "{slip}");
            }
            let mut slip: Vec<char> = number.chars().collect();
            slip.swap(place, (place + 1).min(number.len() - 1));
            let slip: String = slip.into_iter().collect();
            assert_eq!(Format::NationalIdentityNumber.fits(&slip), slip == number, "{slip}");
        }
    }
}

/// What a field would have stored otherwise is refused by the receiving end, though it could be read.
#[test]
fn the_receiving_end_takes_the_stored_form_only() {
    for (code, good, bad) in [
        ("email", "a@b.no", " a@b.no"),
        ("phone", "00000000", "00 00 00 00"),
        ("national-identity-number", "15819010029", "158190 10029"),
    ] {
        let mut session = asked(code);
        give(&mut session, "x", good);
        let response = completed(&session, &heading()).to_bytes();
        let judged = |bytes: &[u8]| review(session.form(), &serde_json::from_slice(bytes).unwrap()).is_ok();
        assert!(judged(&response), "{code}");
        let mut changed: Json = serde_json::from_slice(&response).unwrap();
        changed["item"][0]["item"][0]["answer"][0]["valueString"] = json!(bad);
        assert!(!judged(&serde_json::to_vec(&changed).unwrap()), "{code}");
    }
}
