//! The gateway: whatever the FHIR server behind it and its own process do, each submission gets there, once.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use svar::{
    study::{Invitation, Write},
    submission::Verdict,
    tools::{
        client::{Call, Client},
        collector::{Log, system_clock},
        conformance,
        gateway::{self, Forwarder, GatewayError, Pace, Settings, Status},
        invitations::Keys,
    },
};

use crate::{
    conformance::settings as asked,
    fhir::{Fault, FhirServer},
    server::{Folder, Server, body, deliver, fixture, invitation, uuid},
};

/// Long enough for a machine that is busy with something else; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(120);

fn hurried(server: &FhirServer, write: Write) -> Settings {
    let pace = Pace { first: Duration::from_millis(1), most: Duration::from_millis(20) };
    Settings { write, pace, settle: Duration::ZERO, ..Settings::new(server.base()) }
}

fn silent() -> Log {
    Arc::new(|_| {})
}

fn forward(data: &Path, settings: &Settings) -> Forwarder {
    Forwarder::start(data, settings, system_clock(), silent()).expect("a forwarder")
}

/// Waits until it holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "not in {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn status(data: &Path) -> Status {
    gateway::status(data).expect("a status")
}

/// The same answers under each of so many ids, received by the collector.
fn receive(server: &Server, count: u32) {
    for number in 0..count {
        let id = uuid(number);
        assert_eq!(server.delivery(&id, body(&id).to_string()).send(server.address).status, 201);
    }
}

/// Every submission is there, as it was received, in one version; nothing else is.
fn assert_each_once(server: &FhirServer, count: u32) {
    let mut found = BTreeMap::new();
    for versions in server.resources() {
        assert_eq!(versions.len(), 1, "written twice: {}", versions[0]);
        let mut resource: Value = serde_json::from_str(&versions[0]).expect("JSON");
        if let Some(id) = resource.as_object_mut().expect("an object").remove("id") {
            assert_eq!(resource["identifier"]["value"], format!("urn:uuid:{}", id.as_str().expect("an id")));
        }
        let urn = resource["identifier"]["value"].as_str().expect("an identifier").to_owned();
        assert!(found.insert(urn, resource).is_none(), "there twice: {}", versions[0]);
    }
    let expected: BTreeMap<String, Value> =
        (0..count).map(|number| (format!("urn:uuid:{}", uuid(number)), body(&uuid(number)))).collect();
    assert_eq!(found.len(), expected.len(), "lost or made up");
    assert!(found == expected, "other answers than were received");
}

/// Two requests of five go wrong, each in another way.
fn faults(number: usize) -> Fault {
    match number % 20 {
        0 => Fault::DropAfter,
        3 => Fault::Status(500),
        5 => Fault::DropBefore,
        8 => Fault::CutReply,
        11 => Fault::Html,
        13 => Fault::Status(503),
        15 => Fault::Slow(5),
        18 => Fault::Status(401),
        _ => Fault::None,
    }
}

#[test]
fn two_hundred_arrive_once_each_though_the_server_fails_and_the_gateway_is_restarted() {
    for write in [Write::Update, Write::ConditionalCreate, Write::Create] {
        let target = FhirServer::start(|number, _| faults(number));
        let collector = Server::start();
        let data = collector.data.path();
        let settings = hurried(&target, write);
        receive(&collector, 100);
        for round in 0..10 {
            let forwarder = forward(data, &settings);
            let wanted = round * 10;
            until("some more arrive", || target.resources().len() >= wanted);
            drop(forwarder);
        }
        let _forwarder = forward(data, &settings);
        for number in 100..200 {
            let id = uuid(number);
            collector.delivery(&id, body(&id).to_string()).send(collector.address);
        }
        until("all are forwarded", || status(data).forwarded == 200);
        assert_each_once(&target, 200);
        assert_eq!(target.most_at_once(), 1, "{write:?}: one request at a time");
        assert_eq!(status(data).parked, []);
    }
}

/// `svar collect --forward` as people start it.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(data: &Path, target: &FhirServer) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_svar"))
            .args(["collect", "--listen", "127.0.0.1:0"])
            .arg("--studies")
            .arg(fixture("tests/fixtures/studies"))
            .arg("--data")
            .arg(data)
            .args(["--forward", &target.base(), "--forward-pace", "0.001-0.02"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the collector");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
        Process { child, address: address.unwrap_or_else(|| panic!("expected an address, found {line:?}")) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: it has no say in it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn two_hundred_arrive_once_each_though_the_process_is_killed_again_and_again() {
    let target = FhirServer::start(|number, _| faults(number));
    let data = Folder::new();
    let unbounded = Invitation { nbf: None, exp: None, ..invitation() };
    let token = Keys::open(data.path()).expect("keys").sign(&unbounded);
    let address = Arc::new(Mutex::new(None));
    let sender = thread::spawn({
        let address = address.clone();
        move || {
            let client = Client::new(Duration::from_secs(10));
            for number in 0..200 {
                let id = uuid(number);
                until("the collector receives it", || {
                    let Some(to) = *address.lock().expect("the address") else { return false };
                    let request = deliver(&token, &id, body(&id).to_string());
                    let mut call = Call::new("POST", format!("http://{to}{}", request.path)).body(request.body);
                    call = call.with("authorization", format!("Bearer {token}"));
                    call = call.with("content-type", "application/fhir+json");
                    let came = client.send(&call);
                    came.is_ok_and(|came| matches!(came.verdict(&id), Verdict::Received(_)))
                });
            }
        }
    });
    let mut kills = 0;
    // Killed wherever it happens to be, as soon as a few more have arrived.
    for wanted in (10..=190).step_by(12) {
        let process = Process::start(data.path(), &target);
        *address.lock().expect("the address") = Some(process.address);
        until("some more arrive", || target.resources().len() >= wanted);
        drop(process);
        kills += 1;
    }
    let process = Process::start(data.path(), &target);
    *address.lock().expect("the address") = Some(process.address);
    sender.join().expect("all are received");
    until("all are forwarded", || status(data.path()).forwarded == 200);
    assert_eq!(kills, 16);
    assert_each_once(&target, 200);
}

#[test]
fn the_contract_is_kept_in_front_of_a_server_and_what_was_received_is_there_once() {
    let target = FhirServer::start(|number, _| faults(number));
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    let process = Process::start(data.path(), &target);
    let report = conformance::run(&asked(&format!("http://{}/fhir", process.address), &keys)).expect("a report");
    assert!(report.compatible(), "{report}");
    until("all are forwarded", || status(data.path()).waiting == 0);
    let status = status(data.path());
    assert_eq!((status.forwarded, status.parked.len(), status.kept_here), (17, 0, 0), "{report}");
    let resources = target.resources();
    assert_eq!(resources.len(), 17);
    assert!(resources.iter().all(|versions| versions.len() == 1));
}

#[test]
fn what_goes_to_the_server_is_the_body_as_it_came_and_no_invitation() {
    let target = FhirServer::start(|_, _| Fault::None);
    let collector = Server::start();
    let token = collector.data.path().join("token");
    fs::write(&token, "the-gateway's-own\n").expect("a token");
    let settings = Settings { token_file: Some(token), ..hurried(&target, Write::Update) };
    let _forwarder = forward(collector.data.path(), &settings);
    let id = uuid(1);
    let bytes = serde_json::to_string_pretty(&body(&id)).expect("JSON");
    assert_eq!(collector.delivery(&id, bytes.clone()).send(collector.address).status, 201);
    until("it arrives", || status(collector.data.path()).forwarded == 1);
    let seen = target.seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].line, format!("PUT /fhir/QuestionnaireResponse/{id} HTTP/1.1"));
    assert_eq!(seen[0].body.replacen(&format!("\"id\":\"{id}\","), "", 1), bytes);
    assert!(seen[0].head.contains("authorization: bearer the-gateway's-own"), "{}", seen[0].head);
    assert!(seen[0].head.contains("content-type: application/fhir+json"), "{}", seen[0].head);
    let secret = collector.token().to_lowercase();
    assert!(secret.split('.').all(|part| !seen[0].head.contains(part) && !seen[0].line.contains(part)));
}

#[test]
fn a_request_that_is_still_at_work_in_the_server_is_not_sent_beside_itself() {
    for write in [Write::ConditionalCreate, Write::Create] {
        let target = FhirServer::start(|number, _| if number == 1 { Fault::StoreLater(300) } else { Fault::None });
        let collector = Server::start();
        receive(&collector, 1);
        let settings = Settings { settle: Duration::from_secs(2), ..hurried(&target, write) };
        let forwarder = forward(collector.data.path(), &settings);
        until("a try has failed", || status(collector.data.path()).last_error.is_some());
        // Nor by the next process, which knows of it by the database alone.
        drop(forwarder);
        let _forwarder = forward(collector.data.path(), &settings);
        until("it arrives", || status(collector.data.path()).forwarded == 1);
        assert_each_once(&target, 1);
        let lines: Vec<String> = target.seen().iter().map(|seen| seen.line.clone()).collect();
        assert_eq!(lines.iter().filter(|line| line.starts_with("POST")).count(), 1, "{lines:?}");
    }
}

#[test]
fn retry_after_is_obeyed() {
    for status in [429, 503] {
        let target = FhirServer::start(move |number, _| if number == 1 { Fault::Busy(status, 1) } else { Fault::None });
        let collector = Server::start();
        receive(&collector, 2);
        let _forwarder = forward(collector.data.path(), &hurried(&target, Write::Update));
        until("both arrive", || self::status(collector.data.path()).forwarded == 2);
        let seen = target.seen();
        let waited = seen[1].at - seen[0].at;
        assert!(waited >= Duration::from_secs(1), "{status}: came back after {waited:?}, with anything");
    }
}

#[test]
fn what_the_server_refuses_is_parked_and_said_so_until_it_is_put_back() {
    let refuses = Arc::new(Mutex::new(true));
    let told = refuses.clone();
    let poison = uuid(1);
    let target = FhirServer::start(move |_, seen| {
        let refused = *told.lock().expect("it") && seen.line.contains(&poison) && seen.line.starts_with("PUT");
        if refused { Fault::Status(422) } else { Fault::None }
    });
    let collector = Server::start();
    let data = collector.data.path();
    receive(&collector, 3);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log: Log = Arc::new({
        let lines = lines.clone();
        move |line: &str| lines.lock().expect("the log").push(line.to_owned())
    });
    let settings = hurried(&target, Write::Update);
    let _forwarder = Forwarder::start(data, &settings, system_clock(), log).expect("a forwarder");
    until("the others arrive", || status(data).forwarded == 2 && status(data).waiting == 0);
    assert_eq!(status(data).parked, [(uuid(1), "422".to_owned())]);
    let shown = Command::new(env!("CARGO_BIN_EXE_svar")).args(["forward-status", "--data"]).arg(data).output();
    let shown = String::from_utf8(shown.expect("the status").stdout).expect("text");
    assert_eq!(shown, format!("forwarded: 2\nwaiting:   0\nparked:    1\nkept here: 0\nparked {}: 422\n", uuid(1)));
    let said = lines.lock().expect("the log").join("\n");
    assert_eq!(said, "forward: parked one that the server refuses: 422; see svar forward-status");
    *refuses.lock().expect("it") = false;
    assert_eq!(gateway::retry_parked(data).expect("to put it back"), 1);
    until("it arrives, too", || status(data).forwarded == 3);
    assert_each_once(&target, 3);
}

#[test]
fn what_is_wrong_with_the_address_or_the_token_parks_nothing() {
    for wrong in [301, 401, 403, 404, 405, 408, 500, 501, 599] {
        let target = FhirServer::start(move |number, _| if number <= 4 { Fault::Status(wrong) } else { Fault::None });
        let collector = Server::start();
        receive(&collector, 2);
        let _forwarder = forward(collector.data.path(), &hurried(&target, Write::Update));
        until("both arrive", || status(collector.data.path()).forwarded == 2);
        assert_eq!(status(collector.data.path()).parked, [], "{wrong}");
        assert_each_once(&target, 2);
    }
}

#[test]
fn sealed_and_flat_ones_stay_here() {
    let target = FhirServer::start(|_, _| Fault::None);
    let collector = Server::start();
    receive(&collector, 1);
    let database = collector.database();
    for (number, media_type, body) in
        [(7, "application/jose", "a.b.c.d.e"), (8, "application/json", "{\"id\":\"x\",\"health.days\":3}")]
    {
        let copied = "INSERT INTO submission (id, study, wave, questionnaire, pseudonym, received_at, media_type, body)
                      SELECT ?1, study, wave, questionnaire, ?1, received_at, ?2, ?3 FROM submission LIMIT 1";
        database.execute(copied, (uuid(number), media_type, body)).expect("a row");
    }
    let _forwarder = forward(collector.data.path(), &hurried(&target, Write::Update));
    until("all are looked at", || status(collector.data.path()).waiting == 0);
    let status = status(collector.data.path());
    assert_eq!((status.forwarded, status.kept_here), (1, 2));
    assert_each_once(&target, 1);
}

#[test]
fn two_processes_never_forward_from_one_folder() {
    let target = FhirServer::start(|_, _| Fault::None);
    let collector = Server::start();
    let data = collector.data.path();
    let settings = hurried(&target, Write::Update);
    let first = forward(data, &settings);
    let second = Forwarder::start(data, &settings, system_clock(), silent());
    assert!(matches!(second, Err(GatewayError::Taken { .. })), "{second:?}");
    drop(first);
    drop(forward(data, &settings));
}

#[test]
fn the_command_line_says_what_it_expects() {
    for (arguments, expected) in [
        (&["--forward", "ftp://x"][..], "expected an http: or https: address, found `ftp://x`"),
        (&["--forward-write", "update"], "expected --forward BASE before --forward-write"),
        (
            &["--forward", "http://x", "--forward-write", "upsert"],
            "expected --forward-write update, conditional-create or create, found `upsert`",
        ),
        (
            &["--forward", "http://x", "--forward-pace", "5-2"],
            "expected --forward-pace as two numbers of seconds, such as 2-300, found `5-2`",
        ),
        (&["--forward", "http://x", "--forward", "http://y"], "expected --forward once, found it twice"),
    ] {
        let mut settings = None;
        let found = arguments.chunks(2).find_map(|pair| Settings::set(&mut settings, pair[0], pair[1]).err());
        assert_eq!(found.as_deref(), Some(expected));
    }
}
