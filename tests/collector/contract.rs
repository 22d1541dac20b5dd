//! `docs/collection-endpoint.md` says what is so: its table is the verdict's, its example is taken as it stands.

use std::fs;

use serde_json::{Value, json};
use svar::submission::{NoReply, Reply, Verdict, verdict};

use crate::{
    client::Request,
    server::{Server, fixture},
};

pub(crate) const UUID: &str = "0b6ae2a4-53c1-4f0e-9d3a-6c1f6a6f2d11";

fn document() -> String {
    fs::read_to_string(fixture("docs/collection-endpoint.md")).expect("the document")
}

/// A row of the table of verdicts.
struct Row {
    statuses: Vec<(u16, u16)>,
    with: String,
    verdict: String,
}

fn rows() -> Vec<Row> {
    let document = document();
    let table = document.split_once("| status | and with it | verdict |").expect("the table").1;
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = |text: &str| text.parse::<u16>().unwrap_or_else(|_| panic!("expected a status, found {text}"));
        let range = |text: &str| match text.split_once('–') {
            Some((first, last)) => (number(first), number(last)),
            None if text == "any" => (0, 999),
            None => (number(text), number(text)),
        };
        let statuses = cells[1].split(", ").map(range).collect();
        Row { statuses, with: cells[2].to_owned(), verdict: cells[3].to_owned() }
    };
    lines.map(row).collect()
}

/// What may come with a status, and which words of the table fit it.
pub(crate) fn samples() -> Vec<(&'static str, Reply<'static>)> {
    fn body(json: Value) -> &'static [u8] {
        Box::leak(json.to_string().into_bytes().into_boxed_slice())
    }
    let urn = format!("urn:uuid:{UUID}");
    let issue = |issue: Value| body(json!({ "resourceType": "OperationOutcome", "issue": [issue] }));
    let other = "6f1b2c3d-0000-4000-8000-000000000001";
    let with = |bytes| Reply { body: bytes, ..Reply::default() };
    let location: &'static str = Box::leak(format!("/fhir/QuestionnaireResponse/{UUID}").into_boxed_str());
    let version: &'static str = Box::leak(format!("https://a.example/QuestionnaireResponse/{UUID}/_history/1").into());
    vec![
        ("", Reply::default()),
        ("", with(b"<!doctype html><title>Log in to the network</title>")),
        ("", with(b"{\"id\":\"0b6ae2a4-53c1-4f0e-9d3a")),
        ("", with(body(json!({ "id": other, "identifier": { "value": format!("urn:uuid:{other}") } })))),
        ("", with(issue(json!({ "code": "conflict", "diagnostics": urn })))),
        ("", with(issue(json!({ "code": "invalid", "expression": ["QuestionnaireResponse.questionnaire"] })))),
        ("a receipt", with(body(json!({ "resourceType": "QuestionnaireResponse", "id": UUID })))),
        ("a receipt", with(body(json!({ "identifier": { "value": urn } })))),
        ("a receipt", Reply { location: Some(location), ..Reply::default() }),
        ("a receipt", Reply { location: Some(version), ..Reply::default() }),
        ("work in progress", Reply { retry_after: Some("5"), ..Reply::default() }),
        ("work in progress", with(issue(json!({ "code": "lock-error" })))),
        ("work in progress", with(issue(json!({ "code": "transient" })))),
        (
            "named questions",
            with(issue(
                json!({ "expression": ["QuestionnaireResponse.item.where(linkId='a').item.where(linkId='b')"] }),
            )),
        ),
    ]
}

#[test]
fn the_table_says_what_the_widget_does_for_every_status() {
    let rows = rows();
    assert_eq!(rows.len(), 9);
    for status in 0..=999 {
        for (with, reply) in samples() {
            let fits = |row: &&Row| {
                let in_range = row.statuses.iter().any(|(first, last)| (first..=last).contains(&&status));
                in_range && (row.with == "anything" || row.with == with)
            };
            let row = rows.iter().find(fits).unwrap_or_else(|| panic!("no row for {status}"));
            let found = match verdict(UUID, Ok(Reply { status, ..reply })) {
                Verdict::Received(_) => "received",
                Verdict::Waiting { .. } => "waiting",
                Verdict::Paused => "paused",
                Verdict::Parked(_) => "parked",
                Verdict::Refused { .. } => "refused",
            };
            assert_eq!(found, row.verdict, "{status} with {reply:?}");
        }
    }
    for no_reply in [NoReply::Network, NoReply::Timeout] {
        assert!(matches!(verdict(UUID, Err(no_reply)), Verdict::Waiting { .. }));
    }
}

/// An HTTP message of the document.
struct Example {
    first_line: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn examples() -> Vec<Example> {
    let document = document();
    let blocks = document.split("```http\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let example = |(block, _): (&str, &str)| {
        let (head, body) = block.split_once("\n\n").expect("a head and a body");
        let (first_line, headers) = head.split_once('\n').expect("headers");
        let headers = headers.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Example { first_line: first_line.to_owned(), headers, body: body.to_owned() }
    };
    blocks.map(example).collect()
}

#[test]
fn the_example_is_received_as_the_document_shows() {
    let examples = examples();
    let [request, expected] = examples.as_slice() else { panic!("expected two examples, found {}", examples.len()) };
    let server = Server::start();
    let words: Vec<&str> = request.first_line.split(' ').collect();
    let mut delivery = Request::new(words[0], words[1]).body(request.body.as_str());
    for (name, value) in &request.headers {
        delivery = delivery.with(name, &value.replace("<invitation>", &server.token()));
    }
    let reply = delivery.send(server.address);
    assert_eq!(format!("HTTP/1.1 {} Created", reply.status), expected.first_line, "{reply:?}");
    for (name, value) in &expected.headers {
        assert_eq!(reply.header(name), Some(value.as_str()), "{name}");
    }
    let receipt: Value = serde_json::from_str(&expected.body).expect("JSON");
    assert_eq!(reply.json(), receipt);
    assert!(matches!(reply.verdict(UUID), Verdict::Received(_)));
}
