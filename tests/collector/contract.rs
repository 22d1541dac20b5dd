//! `docs/collection-endpoint.md` says what is so: its table is the verdict's, its example is taken as it stands.

use std::fs;

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    submission::{NoReply, Reply, Verdict, policy, verdict},
    tools::collector::{
        DATABASES,
        faults::{Entry, Fault},
    },
};

use crate::{
    client::Request,
    sealed::{jwe, sealed_study},
    server::{Server, Setup, deliver, fixture, invitation},
    ways::flat_study,
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
        let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
        let (first_line, headers) = head.split_once('\n').expect("headers");
        let headers = headers.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Example { first_line: first_line.to_owned(), headers, body: body.to_owned() }
    };
    blocks.map(example).collect()
}

/// The blocks of code in this language.
fn blocks(language: &str) -> Vec<String> {
    let document = document();
    let fence = format!("```{language}\n");
    let blocks = document.split(&fence).skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

fn server() -> Server {
    Server::with(Setup { studies: vec![sealed_study(), flat_study()], ..Setup::default() })
}

fn token(server: &Server, study: &str, sub: Option<&str>) -> String {
    server.keys.sign(&Invitation { study: study.to_owned(), sub: sub.map(str::to_owned), ..invitation() })
}

#[test]
fn the_examples_are_answered_as_the_document_shows() {
    let server = server();
    let examples = examples();
    assert_eq!(examples.len(), 6);
    let mut answered = 0;
    for pair in examples.chunks(2) {
        let [request, expected] = pair else { panic!("a request without a reply") };
        let words: Vec<&str> = request.first_line.split(' ').collect();
        let study = if words[1].contains("flat") { "flat" } else { "tiny" };
        let mut asked = Request::new(words[0], words[1]).body(request.body.as_str());
        for (name, value) in &request.headers {
            let value = value
                .replace("<invitation>", &token(&server, study, None))
                .replace("<personal invitation>", &token(&server, study, Some("p-7f3a9c")));
            asked = asked.with(name, &value);
        }
        let reply = asked.send(server.address);
        let phrase = if reply.status == 201 { "Created" } else { "OK" };
        assert_eq!(format!("HTTP/1.1 {} {phrase}", reply.status), expected.first_line, "{reply:?}");
        for (name, value) in &expected.headers {
            assert_eq!(reply.header(name), Some(value.as_str()), "{}: {name}", request.first_line);
        }
        let receipt: Value = serde_json::from_str(&expected.body).expect("JSON");
        assert_eq!(reply.json(), receipt, "{}", request.first_line);
        if words[0] == "POST" {
            let id = receipt["id"].as_str().expect("an id");
            assert!(matches!(reply.verdict(id), Verdict::Received(_)));
            answered += 1;
        }
    }
    assert_eq!(answered, 2);
}

#[test]
fn the_header_of_a_sealed_body_is_taken_as_the_document_shows_it() {
    let server = server();
    let header = blocks("json").into_iter().find(|block| block.contains("epk")).expect("a header");
    let header: Value = serde_json::from_str(&header).expect("JSON");
    let delivery = deliver(&token(&server, "sealed", None), UUID, jwe(&header, "answers"));
    let reply = delivery.with("Content-Type", "application/jose").send(server.address);
    assert_eq!(reply.status, 201, "{reply:?}");
    let document = document();
    let table = document.split_once("| `alg`, `enc` |").expect("the table").1;
    let table = format!("`alg`, `enc`{}", table.split_once("\n\n").expect("its end").0);
    for name in header.as_object().expect("an object").keys() {
        assert!(table.contains(&format!("`{name}`")), "{name} is not explained");
    }
}

#[test]
fn every_fault_of_the_document_is_one_and_every_one_is_there() {
    let document = document();
    let table = document.split_once("| fault | what happens | kept |").expect("the table").1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut names = Vec::new();
    for row in rows {
        let fault = row.split('`').nth(1).expect("a fault");
        let fault: Fault = serde_json::from_str(fault).unwrap_or_else(|error| panic!("{fault}: {error}"));
        names.push(fault.name());
    }
    let expected = [
        "drop-before",
        "drop-after",
        "delay",
        "duplicate",
        "truncate",
        "status",
        "status-after",
        "portal",
        "portal-after",
        "slow-loris",
        "redirect",
    ];
    assert_eq!(names, expected);
    let plan = blocks("json").into_iter().find(|block| block.contains("nth")).expect("a plan");
    let plan: Vec<Entry> = serde_json::from_str(&plan).expect("a plan");
    assert_eq!(plan.len(), 3);
}

#[test]
fn the_numbers_and_the_columns_are_those_of_the_code() {
    fn thousands(number: usize) -> String {
        format!("{},{:03}", number / 1000, number % 1000)
    }
    let document = document();
    for number in [
        thousands(policy::BODY_LIMIT),
        thousands(policy::SEALED_LIMIT),
        format!("{} hours", policy::GRACE.as_secs() / 3_600),
        format!("{} seconds", policy::REQUEST_TIMEOUT.as_secs()),
    ] {
        assert!(document.contains(&number), "{number}");
    }
    assert_eq!(policy::CLOCK_TOLERANCE.as_secs(), 5 * 60, "the document says five minutes");
    let named = |beginning: &str| -> Vec<String> {
        let columns = document.split_once(beginning).and_then(|(_, rest)| rest.split_once(')'));
        columns.expect("the table").0.split(", ").map(str::to_owned).collect()
    };
    let server = Server::start();
    for name in DATABASES {
        for (table, beginning) in [
            ("submission", "submission(id TEXT PRIMARY KEY, "),
            ("withdrawn", "withdrawn("),
            ("withdrawn_submission", "withdrawn_submission(id TEXT PRIMARY KEY, "),
        ] {
            let found: Vec<String> = server
                .database_of(name)
                .prepare("SELECT name FROM pragma_table_info(?1) WHERE name <> 'id'")
                .and_then(|mut statement| statement.query_map([table], |row| row.get(0))?.collect())
                .expect("columns");
            assert_eq!(found, named(beginning), "{name} {table}");
        }
    }
}
