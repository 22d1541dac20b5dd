//! Every reply of the contract: status, issue, and the verdict that the widget draws from it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    submission::{Parked, Verdict, Waiting, policy},
    tools::invitations::Keys,
};

use crate::{
    client::{Reply, Request},
    server::{NOW, Server, Setup, body, invitation, pseudonym, uuid},
};

const CANARY: &str = "canary-7d1f";

fn received(stored: &str) -> impl Fn(&Verdict) -> bool + '_ {
    move |verdict| matches!(verdict, Verdict::Received(receipt) if receipt.stored.as_deref() == Some(stored))
}

#[test]
fn a_good_delivery_is_received_and_its_receipt_is_the_resource() {
    let server = Server::start();
    let id = uuid(1);
    let reply = server.delivery(&id, body(&id).to_string()).send(server.address);
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.header("location"), Some(format!("/fhir/QuestionnaireResponse/{id}").as_str()));
    assert_eq!(reply.header("content-type"), Some("application/fhir+json; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let mut expected = body(&id);
    expected["id"] = json!(id);
    expected["meta"] = json!({ "lastUpdated": "2026-11-22T09:30:00.000Z" });
    assert_eq!(reply.json(), expected);
    assert!(received("2026-11-22T09:30:00.000Z")(&reply.verdict(&id)));
}

#[test]
fn the_same_bytes_again_get_the_same_receipt_and_other_bytes_a_conflict() {
    let server = Server::start();
    let id = uuid(1);
    let delivery = server.delivery(&id, body(&id).to_string());
    let first = delivery.send(server.address);
    let again = delivery.send(server.address);
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.body, first.body);

    let mut other = body(&id);
    other["authored"] = json!("2026-11-22T09:29:59Z");
    let conflict = server.delivery(&id, other.to_string()).send(server.address);
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.header("location"), None, "a conflict must not look like a receipt");
    assert_eq!(conflict.issues()[0].0, "conflict");
    assert_eq!(conflict.verdict(&id), Verdict::Parked(Parked::Conflict));
    assert_eq!(server.rows(), 1);
}

#[test]
fn a_minimal_receipt_names_the_submission_by_its_location() {
    let server = Server::start();
    let id = uuid(1);
    let delivery = server.delivery(&id, body(&id).to_string()).with("Prefer", "return=minimal");
    for status in [201, 200] {
        let reply = delivery.send(server.address);
        assert_eq!((reply.status, reply.body.len()), (status, 0));
        assert!(matches!(reply.verdict(&id), Verdict::Received(_)));
    }
}

#[test]
fn without_a_valid_invitation_nothing_is_received() {
    let server = Server::start();
    let id = uuid(1);
    let good = server.delivery(&id, body(&id).to_string());
    let token = server.token();
    let (head, signature) = token.rsplit_once('.').expect("a token");
    let signed = |change: fn(&mut Invitation)| {
        let mut invitation = invitation();
        change(&mut invitation);
        format!("Bearer {}", server.keys.sign(&invitation))
    };
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = Keys::from_seed(&[3; 32]).sign(&invitation());
    for (case, header) in [
        ("missing", None),
        ("empty", Some(String::new())),
        ("no token", Some("Bearer ".to_owned())),
        ("another scheme", Some(format!("Basic {token}"))),
        ("no scheme", Some(token.clone())),
        ("another key", Some(format!("Bearer {forged}"))),
        ("altered", Some(format!("Bearer {head}.{other}{}", &signature[1..]))),
        ("unsigned", Some(format!("Bearer {head}."))),
        ("too long", Some(format!("Bearer {}", "a".repeat(4000)))),
        ("expired", Some(signed(|invitation| invitation.exp = Some(NOW - 72 * 3_600)))),
        ("not yet valid", Some(signed(|invitation| invitation.nbf = Some(NOW + 1)))),
    ] {
        let request = match &header {
            Some(value) => good.clone().with("Authorization", value),
            None => good.clone().without("Authorization"),
        };
        let reply = request.send(server.address);
        assert_eq!(reply.status, 401, "{case}: {reply:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{case}");
        assert_eq!(reply.issues()[0].0, "login", "{case}");
        assert_eq!(reply.verdict(&id), Verdict::Paused, "{case}");
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(!text.contains(signature), "{case}: {text}");
    }
    let mut twice = good.clone();
    twice.headers.push(("Authorization".into(), format!("Bearer {token}")));
    assert_eq!(twice.send(server.address).status, 401, "two invitations at once");
    assert_eq!(server.rows(), 0);
    assert_eq!(good.with("Authorization", &format!("bearer {token}")).send(server.address).status, 201);
}

#[test]
fn an_invitation_admits_to_its_own_study_wave_and_person_alone() {
    let server = Server::start();
    let id = uuid(1);
    let with = |change: fn(&mut Invitation), body: Value| {
        let mut invitation = invitation();
        change(&mut invitation);
        let token = format!("Bearer {}", server.keys.sign(&invitation));
        server.delivery(&id, body.to_string()).with("Authorization", &token).send(server.address)
    };
    let filled = |field: &str, value: &str| {
        let mut body = body(&id);
        for item in body["item"][0]["item"].as_array_mut().expect("the hidden items") {
            if item["linkId"] == field {
                item["answer"] = json!([{ "valueString": value }]);
            }
        }
        body
    };
    let mut foreign = body(&id);
    foreign["questionnaire"] = json!("https://svar.example/fhir/Questionnaire/health-at-work-q1-core|1.0.0");
    for (case, reply) in [
        ("another study", with(|invitation| invitation.study = "health-at-work".into(), body(&id))),
        ("an unknown study", with(|invitation| invitation.study = "elsewhere".into(), body(&id))),
        ("an unknown wave", with(|invitation| invitation.wave = "q9".into(), body(&id))),
        ("another study's questionnaire", with(|_| {}, foreign)),
        ("a response that says another wave", with(|_| {}, filled("about.wave", "q2"))),
        ("a response that says another study", with(|_| {}, filled("about.study", "other"))),
        ("another person", with(|invitation| invitation.sub = Some("p-other".into()), body(&id))),
    ] {
        assert_eq!(reply.status, 403, "{case}: {reply:?}");
        assert_eq!(reply.issues()[0].0, "forbidden", "{case}");
        assert_eq!(reply.verdict(&id), Verdict::Paused, "{case}");
    }
    for (case, link_id, code, reply) in [
        ("another unit", "about.unit", "business-rule", with(|_| {}, filled("about.unit", "south"))),
        ("a variant", "about.variant", "required", with(|invitation| invitation.variant = Some("b".into()), body(&id))),
    ] {
        assert_eq!(reply.status, 422, "{case}: {reply:?}");
        let (found, expression, _) = reply.issues()[0].clone();
        assert_eq!(found, code, "{case}");
        assert!(expression.contains(link_id), "{case}: {expression}");
        assert_eq!(reply.verdict(&id), Verdict::Refused { link_ids: vec![link_id.to_owned()] }, "{case}");
    }
    assert_eq!(server.rows(), 0);
    let own = with(|invitation| invitation.sub = Some(pseudonym(&uuid(1))), body(&id));
    assert_eq!(own.status, 201, "the person's own invitation");
}

#[test]
fn a_body_of_another_type_is_not_taken() {
    let server = Server::start();
    for (number, (content_type, expected)) in (1..).zip([
        (Some("application/fhir+json"), 201),
        (Some("application/json"), 201),
        (Some("Application/FHIR+JSON; charset=UTF-8"), 201),
        (Some("application/fhir+json; fhirVersion=4.0"), 201),
        (Some("application/fhir+json; fhirVersion=5.0"), 415),
        (Some("application/json; charset=iso-8859-1"), 415),
        (Some("application/fhir+xml"), 415),
        (Some("application/jose"), 415),
        (Some("text/plain"), 415),
        (None, 415),
    ]) {
        let id = uuid(number);
        let good = server.delivery(&id, body(&id).to_string()).without("Content-Type");
        let reply = content_type.map_or(good.clone(), |value| good.with("Content-Type", value)).send(server.address);
        assert_eq!(reply.status, expected, "{content_type:?}: {reply:?}");
        if expected == 415 {
            assert_eq!(reply.verdict(&id), Verdict::Parked(Parked::Unacceptable { status: 415 }), "{content_type:?}");
        }
    }
    let id = uuid(99);
    let packed = server.delivery(&id, body(&id).to_string()).with("Content-Encoding", "gzip").send(server.address);
    assert_eq!(packed.status, 415);
}

#[test]
fn the_largest_body_is_taken_and_one_byte_more_is_not() {
    let server = Server::start();
    let id = uuid(1);
    for (length, expected) in [
        (policy::BODY_LIMIT + 1, 413),
        (policy::BODY_LIMIT * 3, 413),
        // Larger than anything the server reads to its end: the reply must still come through.
        (policy::BODY_LIMIT * 4, 413),
        (policy::BODY_LIMIT, 201),
    ] {
        let mut bytes = body(&id).to_string().into_bytes();
        bytes.resize(length, b' ');
        let reply = server.delivery(&id, bytes).send(server.address);
        assert_eq!(reply.status, expected, "{length} bytes: {reply:?}");
        if expected == 413 {
            assert_eq!(reply.issues()[0].0, "too-long");
            assert_eq!(reply.verdict(&id), Verdict::Parked(Parked::Unacceptable { status: 413 }));
        }
    }
    assert_eq!(server.rows(), 1);
}

/// A browser whose upload breaks off does not look for a reply: so the server reads on, for a while, and then answers.
#[test]
fn the_sender_of_too_much_may_finish_its_sentence() {
    let server = Server::start();
    let length = policy::BODY_LIMIT * 2;
    let head = format!("POST /fhir/QuestionnaireResponse HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    let mut stream = TcpStream::connect(server.address).expect("a server");
    stream.write_all(head.as_bytes()).expect("to send the head");
    for _ in 0..8 {
        stream.write_all(&vec![b' '; length / 8]).expect("to go on sending");
        // Time for a server that has had enough to say so and close.
        thread::sleep(Duration::from_millis(50));
    }
    let mut start = [0; 12];
    stream.read_exact(&mut start).expect("a reply");
    assert_eq!(&start, b"HTTP/1.1 401", "nothing was said of who sends it");
}

#[test]
fn what_is_no_json_or_no_whole_request_is_a_bad_request() {
    let server = Server::start();
    let id = uuid(1);
    let whole = body(&id).to_string().replace("Blåbær", CANARY);
    let half = whole[..whole.find(CANARY).expect("the canary") + CANARY.len()].to_owned();
    let latin = [br#"{"a":""#.as_slice(), &[0xe6], br#""}"#].concat();
    let nested = "[".repeat(100_000);
    for (case, bytes) in [
        ("empty", Vec::new()),
        ("no JSON", b"navn=svar".to_vec()),
        ("cut", half.into_bytes()),
        ("two at once", format!("{whole}{whole}").into_bytes()),
        ("not UTF-8", latin),
        ("nested beyond reason", nested.into_bytes()),
    ] {
        let reply = server.delivery(&id, bytes).send(server.address);
        assert_eq!(reply.status, 400, "{case}: {reply:?}");
        assert_eq!(reply.issues()[0].0, "structure", "{case}");
        assert_eq!(reply.verdict(&id), Verdict::Parked(Parked::Unacceptable { status: 400 }), "{case}");
        assert!(!String::from_utf8_lossy(&reply.body).contains(CANARY), "{case}");
    }
    let mut ended = server.delivery(&id, whole.clone());
    ended.cut = Some(whole.len() / 2);
    assert_eq!(ended.send(server.address).status, 400, "a connection that ends in the middle of the body");

    for condition in ["identifier=urn:uuid:other", &format!("identifier=urn:ietf:rfc:3986|urn:uuid:{}", uuid(2)), ""] {
        let reply = server.delivery(&id, whole.clone()).with("If-None-Exist", condition).send(server.address);
        assert_eq!(reply.status, 400, "{condition}: {reply:?}");
    }
    assert_eq!(server.rows(), 0);
    let encoded = format!("identifier=urn%3Aietf%3Arfc%3A3986%7Curn%3Auuid%3A{id}");
    let good = server.delivery(&id, whole.clone()).with("If-None-Exist", &encoded).send(server.address);
    assert_eq!(good.status, 201, "a condition that is percent-encoded");
    let id = uuid(3);
    let without = server.delivery(&id, body(&id).to_string()).without("If-None-Exist").send(server.address);
    assert_eq!(without.status, 201, "no condition at all");
}

/// A change to a good body, and what the collector says of it.
struct Refused {
    case: &'static str,
    change: fn(&mut Value),
    code: &'static str,
    expression: &'static str,
    /// What the widget is to point out; none where it cannot.
    link_ids: &'static [&'static str],
}

fn item<'a>(body: &'a mut Value, link_id: &str) -> &'a mut Value {
    fn seek<'a>(items: &'a mut [Value], link_id: &str) -> Option<&'a mut Value> {
        items.iter_mut().find_map(|item| {
            if item["linkId"] == link_id { Some(item) } else { seek(item.get_mut("item")?.as_array_mut()?, link_id) }
        })
    }
    seek(body["item"].as_array_mut().expect("items"), link_id).expect(link_id)
}

const REFUSED: [Refused; 18] = [
    Refused {
        case: "an unknown questionnaire",
        change: |body| body["questionnaire"] = json!("https://svar.example/fhir/Questionnaire/nowhere|1"),
        code: "business-rule",
        expression: "QuestionnaireResponse.questionnaire",
        link_ids: &[],
    },
    Refused {
        case: "another version",
        change: |body| body["questionnaire"] = json!("https://svar.example/fhir/Questionnaire/tiny-core|0.9.0"),
        code: "business-rule",
        expression: "QuestionnaireResponse.questionnaire",
        link_ids: &[],
    },
    Refused {
        case: "a draft",
        change: |body| body["status"] = json!("in-progress"),
        code: "invalid",
        expression: "QuestionnaireResponse",
        link_ids: &[],
    },
    Refused {
        case: "a UUID in upper case",
        change: |body| body["identifier"]["value"] = json!("urn:uuid:6F1B2C3D-0000-4000-8000-000000000001"),
        code: "invalid",
        expression: "QuestionnaireResponse.identifier",
        link_ids: &[],
    },
    Refused {
        case: "an identifier that is no UUID",
        change: |body| body["identifier"]["value"] = json!("urn:uuid:../../canary-7d1f"),
        code: "invalid",
        expression: "QuestionnaireResponse.identifier",
        link_ids: &[],
    },
    Refused {
        case: "a name in place of the pseudonym",
        change: |body| body["subject"]["identifier"] = json!({ "system": "urn:names", "value": CANARY }),
        code: "invalid",
        expression: "QuestionnaireResponse.subject.identifier",
        link_ids: &[],
    },
    Refused {
        case: "a name beside the pseudonym",
        change: |body| body["subject"]["display"] = json!(CANARY),
        code: "invalid",
        expression: "QuestionnaireResponse",
        link_ids: &[],
    },
    Refused {
        case: "a time without zone",
        change: |body| body["authored"] = json!("2026-11-22T09:29:58"),
        code: "invalid",
        expression: "QuestionnaireResponse.authored",
        link_ids: &[],
    },
    Refused {
        case: "an item that was shown is missing",
        change: |body| {
            item(body, "health")["item"].as_array_mut().expect("items").pop();
        },
        code: "required",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.where')",
        link_ids: &["health.where"],
    },
    Refused {
        case: "the unit is missing",
        change: |body| {
            let items = item(body, "about")["item"].as_array_mut().expect("items");
            items.retain(|item| item["linkId"] != "about.unit");
        },
        code: "required",
        expression: "QuestionnaireResponse.repeat(item).where(linkId='about.unit')",
        link_ids: &["about.unit"],
    },
    Refused {
        case: "a code that is no option",
        change: |body| item(body, "health.pain")["answer"][0]["valueCoding"]["code"] = json!(CANARY),
        code: "invalid",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.pain')",
        link_ids: &["health.pain"],
    },
    Refused {
        case: "a number out of range",
        change: |body| item(body, "health.days")["answer"][0]["valueInteger"] = json!(8),
        code: "business-rule",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.days')",
        link_ids: &["health.days"],
    },
    Refused {
        case: "text where a number should be",
        change: |body| item(body, "health.days")["answer"] = json!([{ "valueString": CANARY }]),
        code: "invalid",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.days')",
        link_ids: &["health.days"],
    },
    Refused {
        case: "an answer to a question that was not asked",
        change: |body| item(body, "health.pain")["answer"][0]["valueCoding"]["code"] = json!("no"),
        code: "business-rule",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.days')",
        link_ids: &["health.days"],
    },
    Refused {
        case: "two answers where one is asked",
        change: |body| {
            let coding = json!({ "system": "https://svar.example/fhir/CodeSystem/yes-no", "code": "no" });
            item(body, "health.pain")["answer"].as_array_mut().expect("answers").push(json!({ "valueCoding": coding }));
        },
        code: "business-rule",
        expression: "QuestionnaireResponse.item.where(linkId='health').item.where(linkId='health.pain')",
        link_ids: &["health.pain"],
    },
    Refused {
        case: "text that is too long",
        change: |body| item(body, "words.comment")["answer"][0]["valueString"] = json!(CANARY.repeat(30)),
        code: "business-rule",
        expression: "QuestionnaireResponse.item.where(linkId='words').item.where(linkId='words.comment')",
        link_ids: &["words.comment"],
    },
    Refused {
        case: "an item that the questionnaire does not have",
        change: |body| {
            let items = body["item"].as_array_mut().expect("items");
            items.push(json!({ "linkId": "it's", "answer": [{ "valueString": CANARY }] }));
        },
        code: "invalid",
        expression: r"QuestionnaireResponse.item.where(linkId='it\'s')",
        link_ids: &["it's"],
    },
    Refused {
        case: "an item twice",
        change: |body| {
            let items = body["item"].as_array_mut().expect("items");
            items.push(items[items.len() - 1].clone());
        },
        code: "business-rule",
        expression: "QuestionnaireResponse.item.where(linkId='words')",
        link_ids: &["words"],
    },
];

#[test]
fn what_the_rules_would_have_written_differently_is_refused_by_name() {
    let server = Server::start();
    let id = uuid(1);
    for Refused { case, change, code, expression, link_ids } in REFUSED {
        let mut changed = body(&id);
        change(&mut changed);
        // The condition would be the first to differ where the identifier is what is wrong.
        let delivery = server.delivery(&id, changed.to_string()).without("If-None-Exist");
        let reply = delivery.send(server.address);
        assert_eq!(reply.status, 422, "{case}: {reply:?}");
        let issues = reply.issues();
        let named = issues.iter().any(|(found, path, _)| found == code && path == expression);
        assert!(named, "{case}: expected {code} at {expression}, found {issues:?}");
        for (_, _, diagnostics) in &issues {
            assert!(!diagnostics.contains(CANARY) && !diagnostics.is_empty(), "{case}: {diagnostics}");
        }
        match reply.verdict(&id) {
            Verdict::Refused { link_ids: found } => {
                assert!(link_ids.iter().all(|link_id| found.iter().any(|found| found == link_id)), "{case}: {found:?}");
                assert!(!link_ids.is_empty(), "{case}");
            }
            other => {
                assert_eq!(other, Verdict::Parked(Parked::Unacceptable { status: 422 }), "{case}");
                assert!(link_ids.is_empty(), "{case}");
            }
        }
    }
    assert_eq!(server.rows(), 0);
}

#[test]
fn a_hostile_body_gets_a_bounded_answer() {
    let server = Server::start();
    let id = uuid(1);
    let mut hostile = body(&id);
    let unknown = (0..10_000).map(|number| json!({ "linkId": format!("x{number}") }));
    hostile["item"].as_array_mut().expect("items").extend(unknown);
    let reply = server.delivery(&id, hostile.to_string()).send(server.address);
    assert_eq!((reply.status, reply.issues().len()), (422, 100));
}

#[test]
fn other_addresses_and_methods_say_so() {
    let server = Server::start();
    let send = |method: &str, path: &str| Request::new(method, path).send(server.address);
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/fhir"),
        ("GET", "/fhir/"),
        ("GET", "/fhir/Patient"),
        ("POST", "/fhir/QuestionnaireResponse/"),
        ("GET", "/fhir/QuestionnaireResponse/6f1b2c3d-0000-4000-8000-000000000001/_history/1"),
    ] {
        let reply = send(method, path);
        assert_eq!(reply.status, 404, "{method} {path}");
        assert_eq!(reply.verdict(&uuid(1)), Verdict::Parked(Parked::Closed), "{method} {path}");
    }
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
        let reply = send(method, "/fhir/QuestionnaireResponse");
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), Some("POST, OPTIONS"), "{method}");
    }
    // Nothing can be read here, by nobody: what was received is seen by whoever has the database.
    let one = "/fhir/QuestionnaireResponse/6f1b2c3d-0000-4000-8000-000000000001";
    for method in ["GET", "HEAD", "POST", "PATCH", "DELETE"] {
        let reply = send(method, one);
        assert_eq!((reply.status, reply.header("allow")), (405, Some("PUT, OPTIONS")), "{method}");
    }
    assert_eq!(send("POST", "/fhir/metadata").status, 405);
    assert_eq!(send("POST", "/fhir/invitation").header("allow"), Some("GET, HEAD, OPTIONS"));
    let statement = send("GET", "/fhir/metadata");
    assert_eq!(statement.status, 200);
    assert_eq!(statement.json()["resourceType"], "CapabilityStatement");
    assert_eq!(statement.json()["fhirVersion"], "4.0.1");
}

fn preflight(server: &Server, origin: &str) -> Reply {
    Request::new("OPTIONS", "/fhir/QuestionnaireResponse")
        .with("Origin", origin)
        .with("Access-Control-Request-Method", "POST")
        .with("Access-Control-Request-Headers", "authorization,content-type,if-none-exist,prefer")
        .send(server.address)
}

#[test]
fn a_widget_on_another_origin_may_deliver_and_read_the_receipt() {
    let server = Server::start();
    let allowed = preflight(&server, "https://portal.example");
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("*"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    assert!(allowed.header("access-control-max-age").is_some());
    assert_eq!(allowed.header("access-control-allow-methods"), Some("POST, PUT, GET"));
    let headers = allowed.header("access-control-allow-headers").expect("headers").to_ascii_lowercase();
    for name in ["authorization", "content-type", "if-none-exist", "prefer"] {
        assert!(headers.split(", ").any(|known| known == name), "{name} in {headers}");
    }
    let id = uuid(1);
    let good = server.delivery(&id, body(&id).to_string()).with("Origin", "https://portal.example");
    for reply in [good.send(server.address), good.without("Authorization").send(server.address)] {
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
        assert_eq!(reply.header("access-control-expose-headers"), Some("Location, Retry-After, Date"));
    }
}

#[test]
fn a_list_of_origins_admits_those_alone() {
    let listed = vec!["https://portal.example".to_owned()];
    let server = Server::with(Setup { origins: Some(listed), ..Setup::default() });
    for (origin, expected) in [
        ("https://portal.example", Some("https://portal.example")),
        ("https://portal.example.evil.example", None),
        ("http://portal.example", None),
        ("null", None),
    ] {
        let reply = preflight(&server, origin);
        assert_eq!(reply.header("access-control-allow-origin"), expected, "{origin}");
        assert_eq!(reply.header("vary"), Some("Origin"), "{origin}");
    }
}

#[test]
fn a_store_that_fails_gives_no_receipt() {
    let server = Server::start();
    let id = uuid(1);
    server.database().execute_batch("DROP TABLE submission").expect("to spoil the store");
    let reply = server.delivery(&id, body(&id).to_string()).send(server.address);
    assert_eq!(reply.status, 503, "{reply:?}");
    assert_eq!(reply.verdict(&id), Verdict::Waiting { why: Waiting::Busy, after: Some(10) });
    let log = server.log.lock().expect("the log").join("\n");
    assert!(log.contains("store: ") && !log.contains("Blåbær"), "{log}");
}
