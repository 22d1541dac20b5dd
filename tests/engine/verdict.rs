//! The verdict on a reply: the table of the collection endpoint, row by row, and that there is a verdict on anything.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use svar::submission::{NoReply, Parked, Receipt, Reply, Verdict, Waiting, verdict};

const UUID: &str = "0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21";
const OTHER: &str = "11111111-3c1d-4a63-9a2f-0d9a5f1c7e21";

fn received() -> Verdict {
    Verdict::Received(Receipt { uuid: UUID.to_owned(), stored: None })
}

fn waiting(why: Waiting, after: Option<u64>) -> Verdict {
    Verdict::Waiting { why, after }
}

fn unacceptable(status: u16) -> Verdict {
    Verdict::Parked(Parked::Unacceptable { status })
}

fn refused(link_ids: &[&str]) -> Verdict {
    Verdict::Refused { link_ids: link_ids.iter().map(|link_id| (*link_id).to_owned()).collect() }
}

/// The response as the endpoint gives it back.
fn stored(uuid: &str) -> Json {
    json!({ "resourceType": "QuestionnaireResponse", "id": "7", "identifier": { "system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{uuid}") } })
}

fn outcome(expressions: &[&str]) -> Json {
    let issue = |expression: &&str| json!({ "severity": "error", "code": "invalid", "expression": [expression] });
    json!({ "resourceType": "OperationOutcome", "issue": expressions.iter().map(issue).collect::<Vec<_>>() })
}

fn coded(code: &str) -> Json {
    json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": code }] })
}

fn check(name: &str, status: u16, location: &str, body: impl AsRef<[u8]>, expected: Verdict) {
    check_after(name, status, location, None, body, expected);
}

fn check_after(
    name: &str,
    status: u16,
    location: &str,
    retry_after: Option<&str>,
    body: impl AsRef<[u8]>,
    expected: Verdict,
) {
    let location = (!location.is_empty()).then_some(location);
    let reply = Reply { status, location, retry_after, body: body.as_ref() };
    assert_eq!(verdict(UUID, Ok(reply)), expected, "{name}");
}

/// Replies as they are met, each with a name, and the exact verdict.
#[test]
fn named_replies() {
    let ours = stored(UUID).to_string();
    let sealed = json!({ "id": UUID, "meta": { "lastUpdated": "2026-11-22T09:30:01Z" } }).to_string();
    let dated =
        || Verdict::Received(Receipt { uuid: UUID.to_owned(), stored: Some("2026-11-22T09:30:01Z".to_owned()) });
    let at = |end: &str| format!("https://collector.example/fhir/QuestionnaireResponse/{UUID}{end}");
    let portal = "<!doctype html><title>Gjestenett</title><form action=/login>";
    let here = "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='pain')";
    let strange = || waiting(Waiting::NoReceipt, None);
    let busy = |after| waiting(Waiting::Busy, after);
    let closed = || Verdict::Parked(Parked::Closed);
    let conflict = || Verdict::Parked(Parked::Conflict);
    let text = str::to_owned;
    // Name, status, Location, Retry-After, body, verdict.
    let table: Vec<(&str, u16, String, &str, String, Verdict)> = vec![
        ("created", 201, at(""), "", ours.clone(), received()),
        ("created, minimal: only a Location", 201, at(""), "", text(""), received()),
        ("created, Location with a version", 201, at("/_history/1"), "", text(""), received()),
        ("the same again", 200, text(""), "", ours.clone(), received()),
        ("accepted, stored later", 202, text(""), "", ours.clone(), received()),
        ("sealed: an id and a time", 201, text(""), "", sealed.clone(), dated()),
        ("sealed, the same again", 200, text(""), "", sealed, dated()),
        ("a webhook's echo", 200, text(""), "", json!({ "id": UUID }).to_string(), received()),
        ("have it already", 409, text(""), "", ours.clone(), received()),
        ("condition met by what we sent before", 412, text(""), "", ours.clone(), received()),
        ("a captive portal", 200, text(""), "", text(portal), strange()),
        (
            "a captive portal that says how long",
            200,
            text(""),
            "10",
            text(portal),
            waiting(Waiting::NoReceipt, Some(10)),
        ),
        ("a proxy's bare 200", 200, text(""), "", text(""), strange()),
        ("a proxy's 200 with its own JSON", 200, text(""), "", text(r#"{"ok":true}"#), strange()),
        ("a filter's copy under 203", 203, text(""), "", ours.clone(), strange()),
        ("no content", 204, text(""), "", text(""), strange()),
        ("opaque", 0, text(""), "", text(""), strange()),
        ("cut in the middle of the body", 201, text(""), "", text(&ours[..ours.len() - 9]), strange()),
        ("cut, but Location came whole", 201, at(""), "", text(&ours[..9]), received()),
        ("another's receipt", 201, text(""), "", stored(OTHER).to_string(), strange()),
        ("another's Location", 201, at("").replace(UUID, OTHER), "", text(""), strange()),
        ("our id, and more", 201, at("-2"), "", text(""), strange()),
        ("our id in capitals", 200, text(""), "", json!({ "id": UUID.to_uppercase() }).to_string(), strange()),
        (
            "a bundle that holds ours",
            200,
            text(""),
            "",
            json!({ "entry": [{ "resource": stored(UUID) }] }).to_string(),
            strange(),
        ),
        ("an outcome under 200", 200, text(""), "", coded("informational").to_string(), strange()),
        ("being worked on, with a time", 409, text(""), "2", text(""), busy(Some(2))),
        ("being worked on, in an outcome", 409, text(""), "", coded("lock-error").to_string(), busy(None)),
        ("other bytes under our id", 409, text(""), "", coded("conflict").to_string(), conflict()),
        ("other bytes, of another's", 409, text(""), "", stored(OTHER).to_string(), conflict()),
        ("several match the condition", 412, text(""), "", coded("multiple-matches").to_string(), conflict()),
        ("condition failed, no word", 412, text(""), "30", text(""), conflict()),
        ("took too long to send", 408, text(""), "", text(""), busy(None)),
        ("too early", 425, text(""), "", text(""), busy(None)),
        ("too many, in a minute again", 429, text(""), "60", text(""), busy(Some(60))),
        ("too many, at once again", 429, text(""), "0", text(""), busy(Some(1))),
        ("too many, next year again", 429, text(""), "31536000", text(""), busy(Some(3600))),
        ("too many, before now", 429, text(""), "-60", text(""), busy(None)),
        ("too many, in no number", 429, text(""), "soon", text(""), busy(None)),
        ("too many, in a number past all bounds", 429, text(""), "99999999999999999999", text(""), busy(None)),
        (
            "too many, by a date that the edge left",
            429,
            text(""),
            "Sun, 22 Nov 2026 09:30:00 GMT",
            text(""),
            busy(None),
        ),
        ("a crash", 500, text(""), "", text("<h1>Internal Server Error</h1>"), busy(None)),
        ("a crash that shows our receipt", 500, at(""), "", ours.clone(), busy(None)),
        ("nothing behind the gateway", 502, text(""), "", text(portal), busy(None)),
        ("down for repair", 503, text(""), "120", text(""), busy(Some(120))),
        ("no answer behind the gateway", 504, text(""), "", text(""), busy(None)),
        ("an HTTP version it does not know", 505, text(""), "", text(""), busy(None)),
        ("disk full", 507, text(""), "", text(""), busy(None)),
        ("a network to sign in to", 511, text(""), "", text(portal), busy(None)),
        ("no invitation", 401, text(""), "", coded("login").to_string(), Verdict::Paused),
        ("an invitation that does not admit", 403, text(""), "", coded("forbidden").to_string(), Verdict::Paused),
        ("nothing here", 404, text(""), "", text(portal), closed()),
        ("closed for good", 410, text(""), "", coded("deleted").to_string(), closed()),
        ("answers to look at again", 422, text(""), "", outcome(&[here]).to_string(), refused(&["pain"])),
        ("answers to look at again, by 400", 400, text(""), "", outcome(&[here, here]).to_string(), refused(&["pain"])),
        ("refused, but nothing named", 422, text(""), "", coded("invalid").to_string(), unacceptable(422)),
        ("a bad request, in HTML", 400, text(""), "", text(portal), unacceptable(400)),
        ("too large", 413, text(""), "60", text(""), unacceptable(413)),
        ("another kind of body", 415, text(""), "", coded("structure").to_string(), unacceptable(415)),
        ("moved, though redirects are not followed", 308, at(""), "", text(""), unacceptable(308)),
        ("not modified", 304, text(""), "", text(""), unacceptable(304)),
        ("a part of something", 206, text(""), "", ours, unacceptable(206)),
        ("a teapot", 418, text(""), "", text("short and stout"), unacceptable(418)),
        ("blocked by law or filter", 451, text(""), "", text(portal), unacceptable(451)),
        ("a status nobody knows", 799, text(""), "", text(""), unacceptable(799)),
    ];
    let names: std::collections::BTreeSet<&str> = table.iter().map(|row| row.0).collect();
    assert!(names.len() == table.len() && table.len() >= 40, "{} names for {} replies", names.len(), table.len());
    for (name, status, location, retry_after, body, expected) in table {
        let retry_after = (!retry_after.is_empty()).then_some(retry_after);
        check_after(name, status, &location, retry_after, body, expected);
    }
}

#[test]
fn nothing_came_back() {
    for no_reply in [NoReply::Network, NoReply::Timeout] {
        assert_eq!(verdict(UUID, Err(no_reply)), waiting(Waiting::NoReply(no_reply), None));
    }
}

#[test]
fn a_receipt_names_our_submission() {
    let ours = stored(UUID).to_string();
    let at = |end: &str| format!("https://collector.example/fhir/QuestionnaireResponse/{UUID}{end}");
    check("created, by identifier", 201, "", &ours, received());
    check("again, by identifier", 200, "", &ours, received());
    check("accepted, by identifier", 202, "", &ours, received());
    check("have it already", 409, "", &ours, received());
    check("condition failed, have it", 412, "", &ours, received());
    check("by id", 201, "", json!({ "id": UUID }).to_string(), received());
    check("a webhook's echo", 200, "", format!(r#"{{"id":"{UUID}"}}"#), received());
    check("by Location alone", 201, &at(""), "", received());
    check("Location with history", 201, &at("/_history/1"), "", received());
    check("Location with a slash", 201, &at("/"), "", received());
    check("Location with a query", 201, &at("?_format=json"), "", received());
    check("Location with a fragment", 201, &at("#x"), "", received());
    check("Location, relative", 201, UUID, "", received());
    check("Location, on a path", 200, &format!("/fhir/QuestionnaireResponse/{UUID}"), "<html>", received());
    check("Location of a conflict", 409, &at(""), coded("duplicate").to_string(), received());
    check("Location, and a cut body", 201, &at(""), &ours[..20], received());
    let dated = json!({ "id": UUID, "meta": { "lastUpdated": "2026-11-22T09:30:01Z" } });
    let with_time = Receipt { uuid: UUID.to_owned(), stored: Some("2026-11-22T09:30:01Z".to_owned()) };
    check("when it was stored", 201, "", dated.to_string(), Verdict::Received(with_time));
    check("a time that is none", 201, "", json!({ "id": UUID, "meta": { "lastUpdated": 5 } }).to_string(), received());
    check(
        "an identifier of another, our id",
        201,
        "",
        {
            let mut both = stored(OTHER);
            both["id"] = json!(UUID);
            both.to_string()
        },
        received(),
    );
}

#[test]
fn what_does_not_name_our_submission_is_no_receipt() {
    let no_receipt = || waiting(Waiting::NoReceipt, None);
    let at = |uuid: &str| format!("https://collector.example/fhir/QuestionnaireResponse/{uuid}");
    for status in [200, 201, 202] {
        check("nothing", status, "", "", no_receipt());
        check("a page to log in on", status, "", "<!doctype html><title>Logg inn</title>", no_receipt());
        check("a page that has our id somewhere", status, "", format!("<p>{UUID}</p>"), no_receipt());
        check("another's", status, &at(OTHER), stored(OTHER).to_string(), no_receipt());
        check("cut in the middle", status, "", &stored(UUID).to_string()[..60], no_receipt());
        check("our id in a text", status, "", json!(UUID).to_string(), no_receipt());
        check("our id in a list", status, "", json!([stored(UUID)]).to_string(), no_receipt());
        check("our id without urn", status, "", json!({ "identifier": { "value": UUID } }).to_string(), no_receipt());
        check(
            "our id in another place",
            status,
            "",
            json!({ "subject": { "identifier": { "value": format!("urn:uuid:{UUID}") } } }).to_string(),
            no_receipt(),
        );
        check("our id in capitals", status, "", json!({ "id": UUID.to_uppercase() }).to_string(), no_receipt());
        check("our id in the middle of Location", status, &format!("{}/attachment", at(UUID)), "", no_receipt());
        check("our id in the query of Location", status, &format!("{}?id=/{UUID}", at("7")), "", no_receipt());
        check("our id with more", status, &at(&format!("{UUID}0")), "", no_receipt());
        check("an outcome", status, "", outcome(&[]).to_string(), no_receipt());
        check("no UTF-8", status, "", [0xff, 0xfe, b'{'], no_receipt());
    }
    check("opaque", 0, "", "", no_receipt());
    check("opaque, with a body that cannot be", 0, &at(UUID), stored(UUID).to_string(), no_receipt());
    check("no content", 204, "", "", no_receipt());
    check("no content, with Location", 204, &at(UUID), "", no_receipt());
    check("a proxy's version", 203, "", stored(UUID).to_string(), no_receipt());
}

#[test]
fn busy_waits_as_long_as_it_asks_for() {
    for status in [408, 425, 429, 500, 501, 502, 503, 504, 507, 599] {
        check("busy", status, "", "", waiting(Waiting::Busy, None));
        check("busy, and says who we are", status, "", stored(UUID).to_string(), waiting(Waiting::Busy, None));
    }
    for (header, seconds) in [
        ("0", Some(1)),
        ("1", Some(1)),
        (" 30 ", Some(30)),
        ("3600", Some(3600)),
        ("86400", Some(3600)),
        ("18446744073709551615", Some(3600)),
        ("18446744073709551616", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("Sun, 22 Nov 2026 09:30:00 GMT", None),
    ] {
        check_after(header, 503, "", Some(header), "", waiting(Waiting::Busy, seconds));
        check_after(header, 200, "", Some(header), "", waiting(Waiting::NoReceipt, seconds));
        check_after(header, 409, "", Some(header), "", waiting(Waiting::Busy, seconds));
    }
    for code in ["lock-error", "transient", "timeout", "throttled"] {
        check("in progress", 409, "", coded(code).to_string(), waiting(Waiting::Busy, None));
    }
}

#[test]
fn conflicts_that_will_not_pass_are_parked() {
    let conflict = || Verdict::Parked(Parked::Conflict);
    check("other bytes", 409, "", coded("conflict").to_string(), conflict());
    check("other bytes, in no words", 409, "", "", conflict());
    check("other bytes, another's", 409, "", stored(OTHER).to_string(), conflict());
    check(
        "transient, but in no outcome",
        409,
        "",
        json!({ "issue": [{ "code": "transient" }] }).to_string(),
        conflict(),
    );
    check("condition failed", 412, "", "", conflict());
    check("condition failed, transient", 412, "", coded("transient").to_string(), conflict());
    check("condition failed, several matches", 412, "", coded("multiple-matches").to_string(), conflict());
}

#[test]
fn invitations_forms_and_addresses() {
    for status in [401, 403] {
        check("paused", status, "", coded("login").to_string(), Verdict::Paused);
        check("paused, and says who we are", status, "", stored(UUID).to_string(), Verdict::Paused);
    }
    for status in [404, 410] {
        check("closed", status, "", "", Verdict::Parked(Parked::Closed));
        check("closed, and says who we are", status, "", stored(UUID).to_string(), Verdict::Parked(Parked::Closed));
    }
    for status in [
        1,
        100,
        101,
        199,
        205,
        206,
        226,
        300,
        301,
        302,
        304,
        308,
        400,
        402,
        405,
        406,
        411,
        413,
        414,
        415,
        417,
        421,
        422,
        431,
        451,
        499,
        600,
        999,
        u16::MAX,
    ] {
        check("anything else", status, "", "", unacceptable(status));
        check("anything else, and says who we are", status, "", stored(UUID).to_string(), unacceptable(status));
    }
}

#[test]
fn questions_to_look_at_again() {
    let place =
        |link_id: &str| format!("QuestionnaireResponse.item.where(linkId='page').item.where(linkId='{link_id}')");
    for status in [400, 422] {
        check("one", status, "", outcome(&[&place("days")]).to_string(), refused(&["days"]));
        check(
            "several, each once",
            status,
            "",
            outcome(&[&place("days"), &place("pain"), &place("days")]).to_string(),
            refused(&["days", "pain"]),
        );
        check(
            "with spaces",
            status,
            "",
            outcome(&["QuestionnaireResponse.item.where( linkId = 'days' )"]).to_string(),
            refused(&["days"]),
        );
        check("escaped", status, "", outcome(&[&place("o\\'x\\\\")]).to_string(), refused(&["o'x\\"]));
        check(
            "one that can be read, one that cannot",
            status,
            "",
            outcome(&["Bundle", &place("days")]).to_string(),
            refused(&["days"]),
        );
        check("no end", status, "", outcome(&["item.where(linkId='days"]).to_string(), unacceptable(status));
        check(
            "a place without linkId",
            status,
            "",
            outcome(&["QuestionnaireResponse.authored"]).to_string(),
            unacceptable(status),
        );
        check("without expression", status, "", coded("invalid").to_string(), unacceptable(status));
        check(
            "no outcome",
            status,
            "",
            json!({ "issue": [{ "expression": [place("days")] }] }).to_string(),
            unacceptable(status),
        );
        check("odd outcome", status, "", json!({ "resourceType": "OperationOutcome", "issue": [5, { "expression": "x" }, { "expression": [null] }] }).to_string(), unacceptable(status));
        check("a page", status, "", "<html>", unacceptable(status));
    }
    check("only where answers are refused", 413, "", outcome(&[&place("days")]).to_string(), unacceptable(413));
}

/// Bodies of which something might be believed.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let uuid = prop_oneof![Just(UUID), Just(OTHER)];
    let json = uuid.clone().prop_flat_map(|uuid| {
        prop_oneof![
            Just(stored(uuid).to_string()),
            Just(json!({ "id": uuid }).to_string()),
            Just(json!({ "id": [uuid], "identifier": uuid, "meta": uuid }).to_string()),
            Just(outcome(&[&format!("item.where(linkId='{uuid}')")]).to_string()),
            Just(coded("transient").to_string()),
        ]
    });
    let cut = (json.clone(), any::<prop::sample::Index>())
        .prop_map(|(json, at)| json.as_bytes()[..at.index(json.len())].to_vec());
    prop_oneof![
        json.prop_map(String::into_bytes),
        cut,
        prop::collection::vec(any::<u8>(), 0..64),
        Just("[".repeat(100_000).into_bytes())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A verdict on anything, and "received" only where our submission is named, under a status that means so.
    #[test]
    fn there_is_a_verdict_on_anything(
        status in prop_oneof![0_u16..1000, prop::sample::select(vec![200_u16, 201, 202, 400, 409, 412, 422])],
        body in bodies(),
        location in prop::option::of(prop_oneof![Just(format!("https://x/{UUID}")), Just(format!("{UUID}/_history/2")), Just(format!("/{OTHER}")), "\\PC{0,20}"]),
        retry_after in prop::option::of("\\PC{0,6}|[0-9]{1,22}"),
    ) {
        let reply = Reply { status, location: location.as_deref(), retry_after: retry_after.as_deref(), body: &body };
        match verdict(UUID, Ok(reply)) {
            Verdict::Received(receipt) => {
                let named = String::from_utf8_lossy(&body).contains(UUID) || location.is_some_and(|location| location.contains(UUID));
                prop_assert!(named && receipt.uuid == UUID);
                prop_assert!(matches!(status, 200..=202 | 409 | 412));
            }
            Verdict::Waiting { after, .. } => prop_assert!(after.is_none_or(|after| (1..=3600).contains(&after))),
            Verdict::Refused { link_ids } => prop_assert!(!link_ids.is_empty()),
            Verdict::Paused | Verdict::Parked(_) => {}
        }
    }
}

/// All statuses there can be, with and without a receipt.
#[test]
fn every_status_has_a_verdict() {
    let ours = stored(UUID).to_string();
    for status in 0..=u16::MAX {
        for body in ["", ours.as_str()] {
            let found = verdict(UUID, Ok(Reply { status, body: body.as_bytes(), ..Reply::default() }));
            let believed = matches!(status, 200..=202 | 409 | 412) && !body.is_empty();
            assert_eq!(matches!(found, Verdict::Received(_)), believed, "{status} {body}");
        }
    }
}
