//! Sealed responses, and contact details apart from answers: what the collector can tell without a private key.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use svar::{
    study::Invitation,
    submission::{Parked, Verdict, policy},
    tools::studies::StudyFolder,
};

use crate::{
    client::{Reply, Request},
    server::{CONTACT, CORE, Server, Setup, body, deliver, invitation, uuid, variant_of_tiny},
};

/// A change to a good header, and the status that it gets.
type Changed = (&'static str, fn(&mut Value), u16);

/// A base64url of 32 bytes.
fn coordinate(byte: u8) -> String {
    URL_SAFE_NO_PAD.encode([byte; 32])
}

pub(crate) fn key(kid: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": coordinate(1), "y": coordinate(2) })
}

/// Answers sealed to one key, contact details to another.
pub(crate) fn sealed_study() -> StudyFolder {
    variant_of_tiny("sealed", |study| {
        let (key, earlier) = (key("answers-1"), ["answers-0"]);
        study["endpoint"] = json!({ "kind": "sealed", "base": "/fhir", "key": key, "earlierKeys": earlier });
        with_contact(study);
    })
}

fn with_contact(study: &mut Value) {
    study["contactEndpoint"] = json!({ "kind": "sealed", "base": "/contact", "key": key("contact-1") });
    study["waves"][0]["contact"] = json!({ "questionnaire": "contact.json" });
}

fn server() -> Server {
    let open = variant_of_tiny("open", with_contact);
    Server::with(Setup { studies: vec![sealed_study(), open], ..Setup::default() })
}

/// The header of a sealed response to the study `sealed`.
fn header(uuid: &str) -> Value {
    json!({
        "alg": "ECDH-ES", "enc": "A256GCM",
        "epk": { "kty": "EC", "crv": "P-256", "x": coordinate(3), "y": coordinate(4) },
        "kid": "answers-1", "cty": "application/fhir+json", "svar": 1,
        "study": "sealed", "wave": "q1", "questionnaire": CORE,
        "uuid": uuid, "authored": "2026-11-22T09:29:58.123Z",
    })
}

/// A JWE with this header. What stands for the sealed content is in clear: nobody here can tell.
pub(crate) fn jwe(header: &Value, content: &str) -> String {
    let content = format!("{content:4096}");
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = part(header.to_string().as_bytes());
    format!("{header}..{}.{}.{}", part(&[5; 12]), part(content.as_bytes()), part(&[6; 16]))
}

fn invited(server: &Server, change: impl FnOnce(&mut Invitation)) -> String {
    let mut invitation = Invitation { study: "sealed".into(), iss: "sealed".into(), ..invitation() };
    change(&mut invitation);
    server.keys.sign(&invitation)
}

fn seal(server: &Server, id: &str, jwe: String) -> Request {
    deliver(&invited(server, |_| {}), id, jwe).with("Content-Type", "application/jose")
}

fn to_contact(mut request: Request) -> Request {
    request.path = "/contact/QuestionnaireResponse".into();
    request
}

#[test]
fn a_sealed_response_is_kept_unopened_and_its_receipt_says_no_more_than_its_id() {
    let server = server();
    let id = uuid(1);
    let sealed = jwe(&header(&id), "answers");
    let first = seal(&server, &id, sealed.clone()).send(server.address);
    let again = seal(&server, &id, sealed.clone()).send(server.address);
    assert_eq!((first.status, again.status), (201, 200), "{first:?}");
    assert_eq!(first.json(), json!({ "id": id, "meta": { "lastUpdated": "2026-11-22T09:30:00.000Z" } }));
    assert_eq!(again.body, first.body);
    assert_eq!(first.header("location"), Some(format!("/fhir/QuestionnaireResponse/{id}").as_str()));
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert!(matches!(first.verdict(&id), Verdict::Received(_)));
    let row: Vec<String> = server
        .database()
        .query_row("SELECT study, wave, questionnaire, pseudonym, media_type, body FROM submission", [], |row| {
            (0..6).map(|column| row.get(column)).collect()
        })
        .expect("one row");
    assert_eq!(row, ["sealed", "q1", CORE, "", "application/jose", &sealed]);

    // The same answers sealed anew are other bytes, since the key agreement is.
    let other = seal(&server, &id, jwe(&header(&id), "other answers")).send(server.address);
    assert_eq!((other.status, other.verdict(&id)), (409, Verdict::Parked(Parked::Conflict)));
    let minimal = seal(&server, &id, sealed).with("Prefer", "return=minimal").send(server.address);
    assert_eq!((minimal.status, minimal.body.len()), (200, 0));
}

#[test]
fn people_who_share_a_units_invitation_are_not_taken_for_one() {
    let server = server();
    for number in 0..3 {
        let id = uuid(number);
        assert_eq!(seal(&server, &id, jwe(&header(&id), "answers")).send(server.address).status, 201);
    }
    assert_eq!(server.rows(), 3);
}

#[test]
fn a_personal_invitation_seals_once() {
    let server = server();
    let token = invited(&server, |invitation| invitation.sub = Some("p-own".into()));
    let send = |id: &str| {
        let request = deliver(&token, id, jwe(&header(id), "answers"));
        request.with("Content-Type", "application/jose").send(server.address)
    };
    assert_eq!((send(&uuid(1)).status, send(&uuid(1)).status), (201, 200));
    let second = send(&uuid(2));
    assert_eq!((second.status, second.issues()[0].0.as_str()), (409, "duplicate"));
    let pseudonym: String =
        server.database().query_row("SELECT pseudonym FROM submission", [], |row| row.get(0)).expect("one row");
    assert_eq!(pseudonym, "p-own");
}

#[test]
fn what_was_sealed_before_the_key_was_changed_is_still_taken() {
    let server = server();
    let id = uuid(1);
    let mut header = header(&id);
    header["kid"] = json!("answers-0");
    assert_eq!(seal(&server, &id, jwe(&header, "answers")).send(server.address).status, 201);
}

#[test]
fn a_header_that_says_something_else_is_refused() {
    let server = server();
    let id = uuid(1);
    let refused: [Changed; 20] = [
        ("another agreement", |header| header["alg"] = json!("RSA-OAEP-256"), 422),
        ("another cipher", |header| header["enc"] = json!("A128GCM"), 422),
        ("another curve", |header| header["epk"]["crv"] = json!("P-384"), 422),
        ("a private key", |header| header["epk"]["d"] = json!(coordinate(9)), 422),
        ("half a point", |header| header["epk"]["y"] = json!("AAAA"), 422),
        ("no point", |header| drop(header.as_object_mut().expect("a header").remove("epk")), 422),
        ("an extension that must be understood", |header| header["crit"] = json!(["exp"]), 422),
        ("compressed", |header| header["zip"] = json!("DEF"), 422),
        ("another content", |header| header["cty"] = json!("text/plain"), 422),
        ("a later form", |header| header["svar"] = json!(2), 422),
        ("an unknown key", |header| header["kid"] = json!("answers-2"), 422),
        ("the contact's key", |header| header["kid"] = json!("contact-1"), 422),
        ("an unknown questionnaire", |header| header["questionnaire"] = json!("urn:x|1"), 422),
        ("another version", |header| header["questionnaire"] = json!(CORE.replace("1.0.0", "0.9.0")), 422),
        ("a contact questionnaire", |header| header["questionnaire"] = json!(CONTACT), 422),
        ("no time", |header| header["authored"] = json!("yesterday"), 422),
        ("no UUID", |header| header["uuid"] = json!("6F1B2C3D-0000-4000-8000-000000000001"), 422),
        ("another study", |header| header["study"] = json!("tiny"), 403),
        ("another wave", |header| header["wave"] = json!("q2"), 403),
        ("another UUID than the condition", |header| header["uuid"] = json!(uuid(2)), 400),
    ];
    for (case, change, expected) in refused {
        let mut header = header(&id);
        change(&mut header);
        let reply = seal(&server, &id, jwe(&header, "answers")).send(server.address);
        assert_eq!(reply.status, expected, "{case}: {reply:?}");
        assert!(!matches!(reply.verdict(&id), Verdict::Received(_) | Verdict::Refused { .. }), "{case}");
    }
    assert_eq!(server.rows(), 0);
}

#[test]
fn what_is_no_jwe_is_a_bad_request() {
    let server = server();
    let id = uuid(1);
    let good = jwe(&header(&id), "answers");
    let parts: Vec<&str> = good.split('.').collect();
    let with = |place: usize, part: &str| {
        let mut parts = parts.clone();
        parts[place] = part;
        parts.join(".")
    };
    let unpadded = URL_SAFE_NO_PAD.encode([1; 4095]);
    for (case, bytes) in [
        ("empty", String::new()),
        ("JSON", body(&id).to_string()),
        ("four parts", parts[..4].join(".")),
        ("six parts", format!("{good}.AAAA")),
        ("a wrapped key", with(1, "AAAA")),
        ("a nonce of another length", with(2, "AAAA")),
        ("no content", with(3, "")),
        ("a content that was not filled up", with(3, &unpadded)),
        ("a tag of another length", with(4, "AAAA")),
        ("padded base64", with(4, "BgYGBgYGBgYGBgYGBgYGBg==")),
        ("no header", with(0, "")),
        ("a header that is no JSON", with(0, "AAAA")),
        ("cut", good[..good.len() - 5].to_owned()),
    ] {
        let reply = seal(&server, &id, bytes).send(server.address);
        assert_eq!(reply.status, 400, "{case}: {reply:?}");
        assert_eq!(reply.issues()[0].0, "structure", "{case}");
    }
    assert_eq!(server.rows(), 0);
    assert_eq!(seal(&server, &id, good).send(server.address).status, 201);
}

#[test]
fn the_largest_response_is_taken_sealed_too() {
    let server = server();
    let id = uuid(1);
    // The largest response, filled up: it is a whole number of steps already.
    let largest = jwe(&header(&id), &" ".repeat(policy::BODY_LIMIT));
    let room = policy::SEALED_LIMIT - largest.len();
    assert!((1_000..4_096).contains(&room), "{room} characters beside those of the widget's own header");
    assert_eq!(seal(&server, &id, largest).send(server.address).status, 201);
    let id = uuid(2);
    let larger = jwe(&header(&id), &" ".repeat(policy::BODY_LIMIT + 4096));
    let reply = seal(&server, &id, larger).send(server.address);
    assert_eq!((reply.status, reply.issues()[0].0.as_str()), (413, "too-long"));
}

#[test]
fn a_study_takes_its_own_form_of_body_alone() {
    let server = server();
    let id = uuid(1);
    let plain = deliver(&invited(&server, |_| {}), &id, body(&id).to_string());
    let sealed = seal(&server, &id, jwe(&header(&id), "answers"));
    let flat = Request { path: "/fhir/flat".into(), ..plain.clone() }.with("Content-Type", "application/json");
    let tiny = format!("Bearer {}", server.token());
    for (case, request) in [
        ("plain to a sealed study", plain.clone()),
        ("flat to a sealed study", flat.clone()),
        ("sealed to a plain study", sealed.clone().with("Authorization", &tiny)),
        ("flat to a plain study", flat.with("Authorization", &tiny)),
        ("plain contact details", to_contact(plain.with("Authorization", &tiny))),
    ] {
        let reply = request.send(server.address);
        assert_eq!(reply.status, 415, "{case}: {reply:?}");
        assert_eq!(reply.issues()[0].0, "not-supported", "{case}");
    }
    assert_eq!(sealed.send(server.address).status, 201);
}

/// The header of contact details to the study `open`.
fn contact_header(uuid: &str) -> Value {
    let mut header = header(uuid);
    header["study"] = json!("open");
    header["kid"] = json!("contact-1");
    header["questionnaire"] = json!(CONTACT);
    header
}

#[test]
fn contact_details_go_to_their_endpoint_and_nothing_else_does() {
    let server = server();
    let token = invited(&server, |invitation| invitation.study = "open".into());
    let send = |header: Value| {
        let id = header["uuid"].as_str().expect("a UUID").to_owned();
        let request = deliver(&token, &id, jwe(&header, "name")).with("Content-Type", "application/jose");
        to_contact(request).send(server.address)
    };
    let mut answers = contact_header(&uuid(1));
    answers["questionnaire"] = json!(CORE);
    let mut to_the_answers_key = contact_header(&uuid(1));
    to_the_answers_key["kid"] = json!("answers-1");
    for (case, header) in [("answers", answers), ("sealed to another key", to_the_answers_key)] {
        let reply = send(header);
        assert_eq!((reply.status, reply.issues()[0].0.as_str()), (422, "business-rule"), "{case}");
    }
    let reply = send(contact_header(&uuid(1)));
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.header("location"), Some(format!("/contact/QuestionnaireResponse/{}", uuid(1)).as_str()));
    assert_eq!(send(contact_header(&uuid(1))).status, 200);

    // A study that asks for none takes none.
    let tiny = format!("Bearer {}", server.token());
    let mut header = contact_header(&uuid(2));
    header["study"] = json!("tiny");
    let request = deliver("", &uuid(2), jwe(&header, "name")).with("Content-Type", "application/jose");
    let reply = to_contact(request).with("Authorization", &tiny).send(server.address);
    assert_eq!(reply.status, 403, "{reply:?}");

    // Nor does the answers' endpoint take them in clear.
    let mut plain = body(&uuid(3));
    plain["questionnaire"] = json!(CONTACT);
    let reply = deliver(&token, &uuid(3), plain.to_string()).send(server.address);
    assert_eq!((reply.status, reply.issues()[0].0.as_str()), (422, "business-rule"), "{reply:?}");
    assert_eq!(server.rows(), 0);
}

/// The files of one database: what is in it, and what is on its way into it.
fn database(folder: &Path, name: &str) -> Vec<u8> {
    let read = |ending: &str| fs::read(folder.join(format!("{name}{ending}"))).unwrap_or_default();
    [read(""), read("-wal")].concat()
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn after_a_whole_course_the_answers_hold_no_identifier_and_the_contact_details_no_answer() {
    const NAME: &str = "Kari Kanari, 01010112345";
    let server = server();
    let token = invited(&server, |invitation| invitation.study = "open".into());
    let core = |id: &str| {
        let mut body = body(id);
        body["item"][0]["item"][0]["answer"][0]["valueString"] = json!("open");
        body
    };
    let consent = |id: &str| {
        let mut body = core(id);
        body["questionnaire"] = json!("https://svar.example/fhir/Questionnaire/tiny-consent|1.0.0");
        body["item"].as_array_mut().expect("items").truncate(1);
        let tick = |link_id: &str, yes: bool| json!({ "linkId": link_id, "answer": [{ "valueBoolean": yes }] });
        let ticks = [tick("consent.taking-part", true), tick("consent.register", false)];
        body["item"].as_array_mut().expect("items").push(json!({ "linkId": "consent", "item": ticks }));
        body
    };
    let sealed = jwe(&contact_header(&uuid(2)), NAME);
    let sealed_name = sealed.split('.').nth(3).expect("a content").to_owned();
    let replies: [Reply; 3] = [
        deliver(&token, &uuid(1), consent(&uuid(1)).to_string()).send(server.address),
        to_contact(deliver(&token, &uuid(2), sealed).with("Content-Type", "application/jose")).send(server.address),
        deliver(&token, &uuid(3), core(&uuid(3)).to_string()).send(server.address),
    ];
    for reply in &replies {
        assert_eq!(reply.status, 201, "{reply:?}");
    }
    let folder = server.data.path();
    let (answers, contact) = (database(folder, "collector.sqlite"), database(folder, "contact.sqlite"));
    let start_of_name = URL_SAFE_NO_PAD.encode(&NAME[..12]);
    assert!(holds(&contact, &start_of_name), "or this test sees nothing");
    for words in [NAME, "Kanari", &start_of_name, &sealed_name[..100], CONTACT, &uuid(2), "contact-1"] {
        assert!(!holds(&answers, words), "{words:.40} among the answers");
    }
    assert!(holds(&answers, "Blåbær") && holds(&answers, "health.pain"), "or this test sees nothing");
    for words in ["Blåbær", "health.pain", "consent.taking-part", "valueCoding", CORE, &uuid(1), &uuid(3)] {
        assert!(!holds(&contact, words), "{words} among the contact details");
    }
}
