//! The other ways to deliver: under an id of the sender's own, and flat.

use serde_json::{Value, json};
use svar::{
    session::{
        flat::flat,
        response::{Heading, completed},
    },
    study::Invitation,
    submission::{Parked, Verdict},
    tools::studies::StudyFolder,
};

use crate::{
    client::Request,
    server::{CONTACT, CORE, Server, Setup, answered, body, invitation, pseudonym, uuid, variant_of_tiny},
};

/// A change to a good body, and the status that it gets.
type Changed = (&'static str, fn(&mut Value), u16);

fn heading(uuid: &str) -> Heading {
    Heading { uuid: uuid.to_owned(), pseudonym: pseudonym(uuid), authored: "2026-11-22T09:29:58.123Z".to_owned() }
}

fn put(server: &Server, id: &str, body: impl Into<Vec<u8>>) -> Request {
    let mut request = server.delivery(id, body).without("If-None-Exist");
    request.method = "PUT".into();
    request.path = format!("/fhir/QuestionnaireResponse/{id}");
    request
}

#[test]
fn a_response_is_put_under_its_own_id_once() {
    let server = Server::start();
    let id = uuid(1);
    let bytes = completed(&answered(), &heading(&id)).with_id().to_bytes();
    let first = put(&server, &id, bytes.clone()).send(server.address);
    let again = put(&server, &id, bytes.clone()).send(server.address);
    assert_eq!((first.status, again.status), (201, 200), "{first:?}");
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("location"), Some(format!("/fhir/QuestionnaireResponse/{id}").as_str()));
    let mut expected = body(&id);
    expected["id"] = json!(id);
    expected["meta"] = json!({ "lastUpdated": "2026-11-22T09:30:00.000Z" });
    assert_eq!(first.json(), expected);
    let kept: String = server.database().query_row("SELECT body FROM submission", [], |row| row.get(0)).expect("a row");
    assert_eq!(kept.as_bytes(), bytes);

    let mut other: Value = serde_json::from_slice(&bytes).expect("JSON");
    other["authored"] = json!("2026-11-22T09:29:59Z");
    let conflict = put(&server, &id, other.to_string()).send(server.address);
    assert_eq!((conflict.status, conflict.verdict(&id)), (409, Verdict::Parked(Parked::Conflict)));
    assert_eq!(server.delivery(&id, bytes).send(server.address).status, 200, "the same bytes, posted");
    assert_eq!(server.rows(), 1);
}

#[test]
fn the_address_the_id_and_the_identifier_are_one() {
    let server = Server::start();
    let (id, other) = (uuid(1), uuid(2));
    let with_id = |id: Value| {
        let mut body = body(&uuid(1));
        body["id"] = id;
        body.to_string()
    };
    for (case, request) in [
        ("no id in the body", put(&server, &id, body(&id).to_string())),
        ("another id in the body", put(&server, &id, with_id(json!(other)))),
        ("another id in the address", put(&server, &other, with_id(json!(id)))),
        ("no UUID in the address", {
            let mut request = put(&server, &id, with_id(json!(id)));
            request.path = "/fhir/QuestionnaireResponse/%2e%2e".into();
            request
        }),
        ("another id, posted", server.delivery(&id, with_id(json!(other)))),
    ] {
        let reply = request.send(server.address);
        assert_eq!(reply.status, 422, "{case}: {reply:?}");
        assert_eq!(reply.issues()[0].1, "QuestionnaireResponse.id", "{case}");
    }
    assert_eq!(server.rows(), 0);
    assert_eq!(server.delivery(&id, with_id(json!(id))).send(server.address).status, 201, "its own id, posted");
}

fn flat_server() -> Server {
    Server::with(Setup { studies: vec![flat_study()], ..Setup::default() })
}

pub(crate) fn flat_study() -> StudyFolder {
    variant_of_tiny("flat", |study| {
        study["endpoint"] = json!({ "kind": "flat", "base": "/fhir/flat" });
        study["waves"][0]["contact"] = json!({ "questionnaire": "contact.json" });
    })
}

fn post_flat(server: &Server, body: impl Into<Vec<u8>>) -> Request {
    let token = server.keys.sign(&Invitation { study: "flat".into(), iss: "flat".into(), ..invitation() });
    Request::new("POST", "/fhir/flat")
        .with("Authorization", &format!("Bearer {token}"))
        .with("Content-Type", "application/json")
        .body(body)
}

#[test]
fn the_flat_form_is_kept_as_it_came_and_named_in_the_receipt() {
    let server = flat_server();
    let id = uuid(1);
    let bytes = flat(&answered(), &heading(&id));
    let first = post_flat(&server, bytes.clone()).send(server.address);
    let again = post_flat(&server, bytes.clone()).send(server.address);
    assert_eq!((first.status, again.status), (201, 200), "{first:?}");
    assert_eq!(first.json(), json!({ "id": id, "meta": { "lastUpdated": "2026-11-22T09:30:00.000Z" } }));
    assert!(matches!(first.verdict(&id), Verdict::Received(_)));
    let row: Vec<String> = server
        .database()
        .query_row("SELECT id, study, questionnaire, pseudonym, media_type, body FROM submission", [], |row| {
            (0..6).map(|column| row.get(column)).collect()
        })
        .expect("one row");
    let text = String::from_utf8(bytes).expect("text");
    assert_eq!(row, [&id, "flat", CORE, &pseudonym(&id), "application/json", &text]);

    let mut other: Value = serde_json::from_str(&text).expect("JSON");
    other["words.comment"] = json!("something else");
    assert_eq!(post_flat(&server, other.to_string()).send(server.address).status, 409);
    other["id"] = json!(uuid(2));
    let second = post_flat(&server, other.to_string()).send(server.address);
    assert_eq!((second.status, second.issues()[0].0.as_str()), (409, "duplicate"));
    let state = Request { method: "GET".into(), path: "/fhir/flat/invitation".into(), ..post_flat(&server, "") };
    assert_eq!(state.send(server.address).json()["state"], "open");
}

#[test]
fn a_flat_body_that_says_too_little_is_refused() {
    let server = flat_server();
    let good = json!({
        "id": uuid(1), "pseudonym": "p-1", "questionnaire": CORE, "authored": "2026-11-22T09:29:58Z", "health.days": 3,
    });
    let refused: [Changed; 8] = [
        ("no object", |body| *body = json!([1]), 422),
        ("no id", |body| drop(body.as_object_mut().expect("an object").remove("id")), 422),
        ("no UUID", |body| body["id"] = json!("1"), 422),
        ("no questionnaire", |body| body["questionnaire"] = Value::Null, 422),
        ("an unknown questionnaire", |body| body["questionnaire"] = json!("urn:x|1"), 422),
        ("contact details", |body| body["questionnaire"] = json!(CONTACT), 422),
        ("no pseudonym", |body| body["pseudonym"] = json!("a name"), 422),
        ("a value with parts", |body| body["health.days"] = json!({ "a": 1 }), 422),
    ];
    for (case, change, expected) in refused {
        let mut body = good.clone();
        change(&mut body);
        let reply = post_flat(&server, body.to_string()).send(server.address);
        assert_eq!(reply.status, expected, "{case}: {reply:?}");
    }
    assert_eq!(post_flat(&server, "{").send(server.address).status, 400);
    assert_eq!(server.rows(), 0);
    assert_eq!(post_flat(&server, good.to_string()).send(server.address).status, 201);
}
