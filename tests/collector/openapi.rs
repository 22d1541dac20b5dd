//! `docs/collection-endpoint.openapi.json` says of every reply what the widget makes of it, and names the addresses that
//! there are.

use std::fs;

use serde_json::Value;
use svar::submission::{Reply, Verdict, verdict};

use crate::{
    client::Request,
    contract::{UUID, samples},
    server::{Server, fixture},
};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

fn document() -> Value {
    let text = fs::read_to_string(fixture("docs/collection-endpoint.openapi.json")).expect("the document");
    serde_json::from_str(&text).expect("JSON")
}

/// What a reference leads to.
fn followed<'a>(document: &'a Value, at: &'a Value) -> &'a Value {
    match at["$ref"].as_str() {
        Some(path) => document.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path} leads nowhere")),
        None => at,
    }
}

/// The operations, each with its address and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path.as_str(), *method, item.get(method)?)))
    });
    each.collect()
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Received(_) => "received",
        Verdict::Waiting { .. } => "waiting",
        Verdict::Paused => "paused",
        Verdict::Parked(_) => "parked",
        Verdict::Refused { .. } => "refused",
    }
}

#[test]
fn every_reply_of_every_delivery_has_the_verdict_that_the_widget_draws() {
    let document = document();
    let deliveries: Vec<_> =
        operations(&document).into_iter().filter(|(_, _, operation)| operation.get("requestBody").is_some()).collect();
    assert_eq!(deliveries.len(), 5, "created, updated and flat answers; created and updated contact details");
    for (path, method, operation) in deliveries {
        let responses = operation["responses"].as_object().expect("responses");
        for status in 100..=599_u16 {
            let range = format!("{}XX", status / 100);
            let named = [status.to_string(), range, "default".to_owned()];
            let response = named.iter().find_map(|name| responses.get(name)).expect("a response");
            let verdicts = followed(&document, response)["x-svar-verdict"].as_array().expect("verdicts");
            for (with, reply) in samples() {
                let fits = |entry: &&Value| entry["with"] == "anything" || entry["with"] == with;
                let entry = verdicts.iter().find(fits).unwrap_or_else(|| panic!("{path} {status}: nothing fits"));
                let found = verdict(UUID, Ok(Reply { status, ..reply }));
                assert_eq!(entry["verdict"], word(&found), "{method} {path}: {status} with {reply:?}");
            }
        }
    }
}

#[test]
fn every_address_and_method_is_there_and_no_other() {
    let (server, document) = (Server::start(), document());
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{uuid}", UUID);
        for method in METHODS {
            let reply = Request::new(&method.to_uppercase(), &path).send(server.address);
            let expected = if item.get(method).is_some() { [200, 401, 415] } else { [405, 405, 405] };
            assert!(expected.contains(&reply.status), "{method} {path}: {reply:?}");
            if reply.status == 405 {
                let allowed = reply.header("allow").unwrap_or_default().to_lowercase();
                let named: Vec<&str> = METHODS.into_iter().filter(|method| allowed.contains(method)).collect();
                let there: Vec<&str> = METHODS.into_iter().filter(|method| item.get(method).is_some()).collect();
                assert_eq!(named, there, "{path}");
            }
        }
        let preflight = Request::new("OPTIONS", &path).send(server.address);
        assert!(preflight.status == 204 && item.get("options").is_some(), "{path}: {preflight:?}");
    }
    let address = |path: &str| {
        let known = document["paths"].as_object().expect("paths").keys();
        known.into_iter().any(|known| known.replace("{uuid}", UUID) == path)
    };
    for path in ["/fhir", "/fhir/", "/fhir/Patient", "/contact/flat", "/flat", "/fhir/flat/QuestionnaireResponse"] {
        assert!(!address(path));
        assert_eq!(Request::new("POST", path).send(server.address).status, 404, "{path}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_part_is_used() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(entries) => entries.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in &found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
    for kind in ["schemas", "responses", "parameters", "headers"] {
        for name in document["components"][kind].as_object().expect("components").keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(&reference), "{reference} is used by nothing");
        }
    }
}
