//! When an invitation admits, what it is spent by, and what it says when it is asked.

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    submission::{Parked, Verdict},
};

use crate::{
    client::{Reply, Request},
    server::{CORE, NOW, Server, body, deliver, invitation, pseudonym, uuid},
};

/// The end of the invitations here.
const END: u64 = NOW + 60;

const HOUR: u64 = 3_600;

fn instant(seconds: u64) -> String {
    jiff::Timestamp::from_second(i64::try_from(seconds).expect("a time")).expect("a time").to_string()
}

fn authored(uuid: &str, seconds: u64) -> String {
    let mut body = body(uuid);
    body["authored"] = json!(instant(seconds));
    body.to_string()
}

fn flags(server: &Server, id: &str) -> (bool, bool) {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    server.database().query_row("SELECT late, odd_clock FROM submission WHERE id = ?1", [id], read).expect("a row")
}

#[test]
fn what_was_completed_in_time_counts_for_three_days_more() {
    let server = Server::start();
    let year = 365 * 24 * HOUR;
    for (number, (case, now, completed, expected)) in (1..).zip([
        ("in time", END - 1, END - 2, Some((false, false))),
        ("sent after the end", END, END - 1, Some((true, false))),
        ("sent three days after the end", END + 72 * HOUR - 1, END - 1, Some((true, false))),
        ("sent later than that", END + 72 * HOUR, END - 1, None),
        ("completed after the end", END + HOUR, END + 1, None),
        ("a phone that is a year ahead", END - 1, END + year, Some((false, true))),
        ("a phone that is a year ahead, after the end", END + HOUR, END + year, Some((true, true))),
        ("a phone that is ten years behind, after the end", END + HOUR, END - 10 * year, Some((true, true))),
    ]) {
        let id = uuid(number);
        server.is_now(now);
        let reply = server.delivery(&id, authored(&id, completed)).send(server.address);
        match expected {
            Some(expected) => {
                assert_eq!(reply.status, 201, "{case}: {reply:?}");
                assert_eq!(flags(&server, &id), expected, "{case}");
            }
            None => {
                assert_eq!((reply.status, reply.verdict(&id)), (401, Verdict::Paused), "{case}");
            }
        }
    }
}

/// The reply was lost, and the person comes back a week later: it was received, and so it shall be said.
#[test]
fn a_receipt_is_given_again_however_late() {
    let server = Server::start();
    let id = uuid(1);
    let delivery = server.delivery(&id, body(&id).to_string());
    let first = delivery.send(server.address);
    server.is_now(END + 7 * 24 * HOUR);
    let again = delivery.send(server.address);
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(server.delivery(&id, body(&id).to_string() + " ").send(server.address).status, 401);
}

#[test]
fn the_date_is_the_collectors() {
    let server = Server::start();
    let reply = Request::new("GET", "/fhir/metadata").send(server.address);
    assert_eq!(reply.header("date"), Some("Sun, 22 Nov 2026 09:30:00 GMT"));
}

fn personal(server: &Server, pseudonym: &str) -> String {
    server.keys.sign(&Invitation { sub: Some(pseudonym.to_owned()), ..invitation() })
}

fn ask(server: &Server, token: &str) -> Reply {
    ask_at(server, "/fhir/invitation", token)
}

fn ask_at(server: &Server, path: &str, token: &str) -> Reply {
    Request::new("GET", path).with("Authorization", &format!("Bearer {token}")).send(server.address)
}

#[test]
fn an_invitation_says_what_it_admits_to_and_asking_spends_nothing() {
    let server = Server::start();
    let id = uuid(1);
    let (unit, own) = (server.token(), personal(&server, &pseudonym(&id)));
    let said = |token: &str| {
        let reply = ask(&server, token);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")), "{reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        reply.json()
    };
    let expected = json!({
        "study": "tiny", "wave": "q1", "unit": "north", "personal": false, "state": "open",
        "opens": "2026-11-22T09:29:00Z", "closes": "2026-11-22T09:31:00Z",
    });
    assert_eq!(said(&unit), expected);
    let mut expected_own = expected.clone();
    expected_own["personal"] = json!(true);
    expected_own["received"] = json!([]);
    assert_eq!(said(&own), expected_own);
    assert_eq!(said(&own), expected_own, "opened by a mail scanner, and then by the person");

    assert_eq!(deliver(&own, &id, body(&id).to_string()).send(server.address).status, 201);
    let received = json!([{
        "part": "core", "questionnaire": CORE, "uuid": id, "received": "2026-11-22T09:30:00.000Z",
    }]);
    assert_eq!(said(&own)["received"], received);
    assert_eq!(said(&unit), expected, "of a unit's people it says nothing");
    assert_eq!(said(&personal(&server, "p-somebody-else"))["received"], json!([]));
    assert_eq!(ask_at(&server, "/contact/invitation", &own).json()["received"], json!([]));

    let variant = server.keys.sign(&Invitation { variant: Some("b".into()), nbf: None, exp: None, ..invitation() });
    let said = said(&variant);
    assert_eq!((&said["variant"], &said["opens"], &said["closes"]), (&json!("b"), &Value::Null, &Value::Null));
}

#[test]
fn the_state_follows_the_clock() {
    let server = Server::start();
    let token = server.token();
    for (now, expected) in [
        (NOW - 61, "not-yet"),
        (NOW - 60, "open"),
        (END - 1, "open"),
        (END, "grace"),
        (END + 72 * HOUR - 1, "grace"),
        (END + 72 * HOUR, "closed"),
        (END + 3_650 * 24 * HOUR, "closed"),
    ] {
        server.is_now(now);
        assert_eq!(ask(&server, &token).json()["state"], expected, "{now}");
    }
}

#[test]
fn what_is_no_invitation_is_told_nothing() {
    let server = Server::start();
    let forged = svar::tools::invitations::Keys::from_seed(&[3; 32]).sign(&invitation());
    for token in ["", "canary", &forged] {
        let reply = ask(&server, token);
        assert_eq!((reply.status, reply.header("www-authenticate")), (401, Some("Bearer")), "{token}");
    }
    assert_eq!(Request::new("GET", "/fhir/invitation").send(server.address).status, 401);
    let elsewhere = server.keys.sign(&Invitation { study: "elsewhere".into(), ..invitation() });
    assert_eq!(ask(&server, &elsewhere).status, 403);
}

#[test]
fn a_person_answers_once_in_a_wave_whatever_the_invitation() {
    let server = Server::start();
    let (first, second) = (uuid(1), uuid(2));
    let mut again = body(&second);
    again["subject"]["identifier"]["value"] = json!(pseudonym(&first));
    for token in [server.token(), personal(&server, &pseudonym(&first))] {
        let send = |id: &str, body: String| deliver(&token, id, body).send(server.address);
        assert!(matches!(send(&first, body(&first).to_string()).status, 200 | 201));
        let reply = send(&second, again.to_string());
        assert_eq!((reply.status, reply.issues()[0].0.as_str()), (409, "duplicate"), "{reply:?}");
        assert_eq!(reply.header("location"), None, "it must not look like a receipt");
        assert_eq!(reply.verdict(&second), Verdict::Parked(Parked::Conflict));
        assert_eq!(send(&first, body(&first).to_string()).status, 200, "their own bytes are still received");
    }
    assert_eq!(server.rows(), 1);
}
