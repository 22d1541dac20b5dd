//! What was received stays, once, as it came; and nothing of it is anywhere else.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Barrier,
    thread,
};

use svar::{
    study::{Code, Invitation},
    submission::Verdict,
    tools::{
        collector::{Collector, Delivery, system_clock},
        invitations::Keys,
    },
};

use crate::{
    client::Request,
    server::{Folder, Server, body, deliver, fixture, invitation, pseudonym, uuid},
};

#[test]
fn the_row_holds_the_bytes_as_they_came() {
    let server = Server::start();
    let id = uuid(1);
    // Spaces and order of fields that no serialiser would write.
    let bytes = serde_json::to_string_pretty(&body(&id)).expect("JSON").replace(": ", " :  ") + "\n \n";
    assert_eq!(server.delivery(&id, bytes.clone()).send(server.address).status, 201);
    let database = server.database();
    let columns: Vec<String> = database
        .prepare("SELECT name FROM pragma_table_info('submission')")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .expect("columns");
    let expected = ["id", "study", "wave", "questionnaire", "pseudonym", "received_at", "media_type", "body"];
    assert_eq!(columns[..8], expected);
    assert_eq!(columns[8..], ["late", "odd_clock", "again", "unit", "mode"]);
    let came: (String, String) = database
        .query_row("SELECT unit, mode FROM submission", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("one row");
    assert_eq!(came, ("north".to_owned(), String::new()));
    let row: Vec<String> = database
        .query_row("SELECT * FROM submission", [], |row| (0..8).map(|column| row.get(column)).collect())
        .expect("one row");
    let questionnaire = "https://svar.example/fhir/Questionnaire/tiny-core|1.0.0";
    let media_type = "application/fhir+json";
    assert_eq!(
        row,
        [&id, "tiny", "q1", questionnaire, &pseudonym(&id), "2026-11-22T09:30:00.000Z", media_type, &bytes]
    );
}

#[test]
fn two_at_once_end_as_one_created_and_one_found() {
    let server = Server::start();
    for number in 0..20 {
        let id = uuid(number);
        let delivery = server.delivery(&id, body(&id).to_string());
        let start = Barrier::new(2);
        let mut replies: Vec<_> = thread::scope(|scope| {
            let send = || {
                start.wait();
                delivery.send(server.address)
            };
            [scope.spawn(send), scope.spawn(send)].map(|thread| thread.join().expect("a reply")).into()
        });
        replies.sort_by_key(|reply| reply.status);
        let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [200, 201], "pair {number}");
        assert_eq!(replies[0].body, replies[1].body, "pair {number}: one receipt for both");
    }
    assert_eq!(server.rows(), 20);
}

#[test]
fn many_at_once_with_other_bytes_leave_one_and_tell_the_rest() {
    let server = Server::start();
    let id = uuid(1);
    let start = Barrier::new(8);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (start, server, id) = (&start, &server, &id);
                scope.spawn(move || {
                    let mut body = body(id);
                    body["authored"] = format!("2026-11-22T09:29:0{number}Z").into();
                    start.wait();
                    server.delivery(id, body.to_string()).send(server.address).status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a reply")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
    assert_eq!(server.rows(), 1);
}

#[test]
fn a_receipt_is_given_again_though_the_study_has_changed() {
    let server = Server::start();
    let id = uuid(1);
    let bytes = body(&id).to_string().into_bytes();
    let first = server.delivery(&id, bytes.clone()).send(server.address);
    let collector = Collector::open(server.data.path(), Vec::new(), server.keys.clone(), system_clock());
    let collector = collector.expect("a collector that has forgotten the study");
    let unbounded = now("north");
    let mut delivery = Delivery {
        authorization: Some(format!("Bearer {}", server.keys.sign(&unbounded))),
        content_type: Some("application/fhir+json".to_owned()),
        body: Some(bytes),
        ..Delivery::default()
    };
    let again = collector.receive(&delivery);
    assert_eq!((again.status, again.body), (200, Some(first.json())));
    let other = Invitation { study: "other".to_owned(), ..unbounded };
    delivery.authorization = Some(format!("Bearer {}", server.keys.sign(&other)));
    assert_eq!(collector.receive(&delivery).status, 403, "not to another study's invitation");
}

/// The table of layout 1, as that version made it, with two responses of one person, which it took.
const LAYOUT_1: &str = "
    CREATE TABLE submission (
        id TEXT PRIMARY KEY, study TEXT NOT NULL, wave TEXT NOT NULL, questionnaire TEXT NOT NULL,
        pseudonym TEXT NOT NULL, received_at TEXT NOT NULL, media_type TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT;
    INSERT INTO submission VALUES
        ('a', 's', 'q1', 'urn:core|1.0.0', 'p-1', '2026-11-01T00:00:00.000Z', 'application/fhir+json', 'first'),
        ('b', 's', 'q1', 'urn:core|1.1.0', 'p-1', '2026-11-02T00:00:00.000Z', 'application/fhir+json', 'second'),
        ('c', 's', 'q1', 'urn:rest|1.0.0', 'p-1', '2026-11-02T00:00:00.000Z', 'application/fhir+json', 'third'),
        ('d', 's', 'q1', 'urn:core|1.0.0', 'p-2', '2026-11-02T00:00:00.000Z', 'application/fhir+json', 'fourth');
    PRAGMA user_version = 1;";

#[test]
fn a_database_of_the_first_layout_is_taken_over_with_all_that_is_in_it() {
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    let database = rusqlite::Connection::open(data.path().join("collector.sqlite")).expect("a database");
    database.execute_batch(LAYOUT_1).expect("the first layout");
    for round in 1..=2 {
        let collector = Collector::open(data.path(), Vec::new(), keys.clone(), system_clock()).expect("a collector");
        let row = collector.find("b").expect("the store").expect("the row");
        assert_eq!((row.body.as_str(), row.late, row.odd_clock), ("second", false, false), "round {round}");
        let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
        assert_eq!(version, 3, "round {round}");
        assert_eq!((row.unit.as_str(), row.mode.as_str()), ("", ""), "round {round}: nobody can know it now");
    }
    let again: Vec<(String, bool)> = database
        .prepare("SELECT id, again FROM submission ORDER BY id")
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("rows");
    let expected = [("a", false), ("b", true), ("c", false), ("d", false)];
    assert_eq!(again, expected.map(|(id, again)| (id.to_owned(), again)));
    let twice = "INSERT INTO submission (id, study, wave, questionnaire, pseudonym, received_at, media_type, body)
                 VALUES ('e', 's', 'q1', 'urn:core|2.0.0', 'p-1', '', '', '')";
    assert!(database.execute(twice, []).is_err(), "from now on a person answers once");
}

/// The table of layout 2, as that version made it, with a row.
const LAYOUT_2: &str = "
    CREATE TABLE submission (
        id TEXT PRIMARY KEY, study TEXT NOT NULL, wave TEXT NOT NULL, questionnaire TEXT NOT NULL,
        pseudonym TEXT NOT NULL, received_at TEXT NOT NULL, media_type TEXT NOT NULL, body TEXT NOT NULL,
        late INTEGER NOT NULL DEFAULT 0, odd_clock INTEGER NOT NULL DEFAULT 0, again INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE UNIQUE INDEX once ON submission (
        study, wave, substr(questionnaire, 1, instr(questionnaire || '|', '|') - 1), pseudonym
    ) WHERE pseudonym <> '' AND again = 0;
    INSERT INTO submission VALUES ('a', 's', 'q1', 'urn:core|1.0.0', 'p-1', '2026-11-01T00:00:00.000Z',
        'application/fhir+json', 'first', 1, 1, 0);
    PRAGMA user_version = 2;";

#[test]
fn databases_of_the_second_layout_are_taken_over_and_what_they_hold_can_be_withdrawn() {
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    for name in ["collector.sqlite", "contact.sqlite"] {
        let database = rusqlite::Connection::open(data.path().join(name)).expect("a database");
        database.execute_batch(LAYOUT_2).expect("the second layout");
    }
    drop(Collector::open(data.path(), Vec::new(), keys.clone(), system_clock()).expect("a collector"));
    let collector = Collector::open(data.path(), Vec::new(), keys, system_clock()).expect("a collector, again");
    let row = collector.find("a").expect("the store").expect("the row");
    assert_eq!((row.body.as_str(), row.late, row.odd_clock), ("first", true, true));
    assert_eq!((row.unit.as_str(), row.mode.as_str()), ("", ""));
    for name in ["collector.sqlite", "contact.sqlite"] {
        let database = rusqlite::Connection::open(data.path().join(name)).expect("a database");
        let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
        assert_eq!(version, 3, "{name}");
        let insert = "INSERT INTO withdrawn VALUES ('s', ?1, '2026-11-02T00:00:00Z')";
        assert!(database.execute(insert, [""]).is_err(), "{name}: the empty pseudonym is nobody's");
        database.execute(insert, ["p-1"]).expect("a person who withdraws");
    }
    assert_eq!(collector.find("a").expect("the store"), None, "no receipt is given of it from then on");
    assert!(fs::exists(data.path().join("test-collector.sqlite")).expect("the folder"));
}

#[test]
fn who_has_withdrawn_is_known_in_databases_that_are_made_or_restored_afterwards() {
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    let open = || Collector::open(data.path(), Vec::new(), keys.clone(), system_clock()).expect("a collector");
    drop(open());
    let at = |name: &str| rusqlite::Connection::open(data.path().join(name)).expect("a database");
    at("collector.sqlite")
        .execute("INSERT INTO withdrawn VALUES ('s', 'p-1', '2026-11-02T00:00:00Z')", [])
        .expect("a person who withdraws");
    for name in ["pilot-collector.sqlite", "pilot-contact.sqlite"] {
        fs::remove_file(data.path().join(name)).expect("the trial is over");
    }
    for round in 1..=2 {
        drop(open());
        for name in ["contact.sqlite", "test-collector.sqlite", "pilot-collector.sqlite", "pilot-contact.sqlite"] {
            let asked = "SELECT count(*) FROM withdrawn WHERE study = 's' AND pseudonym = 'p-1'";
            let count: u32 = at(name).query_row(asked, [], |row| row.get(0)).expect("a count");
            assert_eq!(count, 1, "round {round}: {name}");
        }
    }
}

/// `svar collect` as people start it.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(data: &Path) -> Process {
        Process::with(data, &[])
    }

    fn with(data: &Path, arguments: &[&str]) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_svar"))
            .args(["collect", "--listen", "127.0.0.1:0", "--studies"])
            .arg(fixture("tests/fixtures/studies"))
            .arg("--data")
            .arg(data)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the collector");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .strip_prefix("collecting gallery, sami, tiny at http://")
            .and_then(|address| address.parse().ok());
        Process { child, address: address.unwrap_or_else(|| panic!("expected an address, found {line:?}")) }
    }

    /// Kills it, as a power cut would, and returns what it logged.
    fn kill(mut self) -> String {
        self.child.kill().expect("to kill it");
        self.child.wait().expect("its end");
        let mut log = String::new();
        self.child.stderr.take().expect("its log").read_to_string(&mut log).expect("a log");
        log
    }
}

/// An invitation for the clock of this machine.
fn now(unit: &str) -> Invitation {
    Invitation { nbf: None, exp: None, unit: unit.to_owned(), ..invitation() }
}

#[test]
fn a_receipt_outlives_the_process_that_gave_it() {
    let data = Folder::new();
    let token = Keys::open(data.path()).expect("keys").sign(&now("north"));
    let mut receipts = Vec::new();
    for (round, expected) in [(1, 201), (2, 200)] {
        let process = Process::start(data.path());
        for number in 0..10 {
            let id = uuid(number);
            let reply = deliver(&token, &id, body(&id).to_string()).send(process.address);
            assert_eq!(reply.status, expected, "round {round}");
            assert!(matches!(reply.verdict(&id), Verdict::Received(_)));
            receipts.push(reply.body);
        }
        process.kill();
    }
    let (first, second) = receipts.split_at(10);
    assert_eq!(first, second);
}

#[test]
fn the_log_holds_no_answer_and_no_token() {
    let data = Folder::new();
    let token = Keys::open(data.path()).expect("keys").sign(&now("north"));
    let process = Process::start(data.path());
    let id = uuid(1);
    let send = |request: Request| request.send(process.address).status;
    let mut refused = body(&id);
    refused["item"][1]["item"][1]["answer"][0]["valueInteger"] = 987_654.into();
    assert_eq!(send(deliver(&token, &id, body(&id).to_string())), 201);
    assert_eq!(send(deliver(&token, &id, body(&id).to_string())), 200);
    assert_eq!(send(deliver(&token, &uuid(2), refused.to_string()).without("If-None-Exist")), 422);
    assert_eq!(send(deliver("canary.canary.canary", &id, body(&id).to_string())), 401);
    assert_eq!(send(deliver(&token, &id, &b"{\"canary"[..])), 400);
    assert_eq!(send(Request::new("GET", &format!("/{token}?t={token}"))), 404);
    assert_eq!(send(Request::new("GET", "/fhir/metadata?canary=1")), 200);
    assert_eq!(send(Request::new("CANARY", "/fhir/metadata")), 405);
    assert_eq!(send(Request::new("PUT", &format!("/fhir/QuestionnaireResponse/{id}"))), 401);
    assert_eq!(send(Request::new("GET", "/fhir/invitation").with("Authorization", &format!("Bearer {token}"))), 200);
    let code = Code::of_number(7_777_777);
    assert_eq!(send(Request::new("GET", "/fhir/invitation").with("Authorization", &format!("Bearer {code}"))), 401);
    let log = process.kill();
    let secrets =
        [code.as_str(), "canary", "CANARY", "Blåbær", "987654", "7f3a9c", "health.days", "north", &id, &token];
    for secret in secrets.into_iter().chain(token.split('.')) {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 11, "{log}");
    let shape = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let numbers = words[2].parse::<u16>().is_ok() && words[3].parse::<u32>().is_ok();
        words.len() == 5 && numbers && words[4] == "ms"
    };
    assert!(lines.iter().all(|line| shape(line)), "{log}");
    assert!(lines[0].starts_with("POST /fhir/QuestionnaireResponse 201 "), "{log}");
    assert!(lines[8].starts_with("PUT /fhir/QuestionnaireResponse/(id) 401 "), "{log}");
}

#[test]
fn a_bad_day_can_be_ordered_on_the_command_line() {
    let data = Folder::new();
    let token = Keys::open(data.path()).expect("keys").sign(&now("north"));
    let plan = data.path().join("faults.json");
    fs::write(&plan, r#"[{ "method": "POST", "fault": { "status": { "status": 503 } } }]"#).expect("to write");
    let process = Process::with(data.path(), &["--faults", plan.to_str().expect("a path")]);
    let id = uuid(1);
    let statuses = [503, 201].map(|_| deliver(&token, &id, body(&id).to_string()).send(process.address).status);
    assert_eq!(statuses, [503, 201]);
    let log = process.kill();
    assert!(log.starts_with("fault: status\nPOST /fhir/QuestionnaireResponse 201 "), "{log}");
}
