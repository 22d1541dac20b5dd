//! The fault plan, seen from the other end of the socket.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use svar::{
    submission::{NoReply, Verdict, Waiting},
    tools::collector::faults::{Entry, Fault, Faults, Hold, Said},
};

use crate::{
    client::{Reply, Request},
    server::{Folder, Server, Setup, body, uuid},
};

const RESPONSES: &str = "/fhir/QuestionnaireResponse";

fn server(faults: &Faults) -> Server {
    Server::with(Setup { faults: Some(faults.clone()), ..Setup::default() })
}

/// A collector whose next submission meets this fault.
fn with(fault: Fault) -> Server {
    server(&Faults::of([Entry::post(RESPONSES, fault)]))
}

fn delivery(server: &Server, number: u32) -> Request {
    let id = uuid(number);
    server.delivery(&id, body(&id).to_string())
}

/// Everything that comes back until the connection ends.
fn raw(server: &Server, request: &Request) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).expect("a server");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream.write_all(&request.bytes(server.address)).expect("to send");
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

fn said(status: u16) -> Said {
    let headers = [("retry-after".to_owned(), "2".to_owned())].into();
    Said { status, body: "busy".to_owned(), headers }
}

/// The same bytes again, when nothing goes wrong any more: created if they were lost, found if they were kept.
fn afterwards(server: &Server, kept: bool) {
    let id = uuid(1);
    assert_eq!(server.rows(), u32::from(kept));
    let reply = delivery(server, 1).send(server.address);
    assert_eq!(reply.status, if kept { 200 } else { 201 }, "{reply:?}");
    assert!(matches!(reply.verdict(&id), Verdict::Received(_)));
    assert_eq!(server.rows(), 1);
}

#[test]
fn a_dropped_connection_says_nothing_at_all() {
    for (fault, kept) in [(Fault::DropBefore, false), (Fault::DropAfter, true)] {
        let name = fault.name();
        let server = with(fault);
        let found = raw(&server, &delivery(&server, 1));
        assert!(found.is_empty(), "{name}: {}", String::from_utf8_lossy(&found));
        afterwards(&server, kept);
        assert!(server.log.lock().expect("the log").contains(&format!("fault: {name}")));
    }
}

#[test]
fn somebody_else_answers_before_or_after_the_collector_has_heard_of_it() {
    let portal = Verdict::Waiting { why: Waiting::NoReceipt, after: None };
    let busy = Verdict::Waiting { why: Waiting::Busy, after: Some(2) };
    let redirect = Fault::Redirect { to: "https://elsewhere.example/".to_owned() };
    for (fault, status, kept, verdict) in [
        (Fault::Status(said(503)), 503, false, Some(&busy)),
        (Fault::StatusAfter(said(504)), 504, true, Some(&busy)),
        (Fault::Portal, 200, false, Some(&portal)),
        (Fault::PortalAfter, 200, true, Some(&portal)),
        // A browser that may not follow it sees nothing.
        (redirect, 302, false, None),
    ] {
        let name = fault.name();
        let server = with(fault);
        let reply = delivery(&server, 1).send(server.address);
        assert_eq!(reply.status, status, "{name}");
        assert_eq!(reply.header("access-control-allow-origin"), None, "{name}: a stranger knows nothing of CORS");
        match verdict {
            Some(verdict) => assert_eq!(reply.verdict(&uuid(1)), *verdict, "{name}"),
            None => assert_eq!(reply.header("location"), Some("https://elsewhere.example/")),
        }
        afterwards(&server, kept);
    }
}

#[test]
fn a_cut_reply_announces_more_than_comes() {
    for bytes in [0, 10, 100_000] {
        let server = with(Fault::Truncate { bytes });
        let reply = Reply::read(&raw(&server, &delivery(&server, 1)));
        let announced: usize = reply.header("content-length").and_then(|length| length.parse().ok()).expect("a length");
        assert_eq!(reply.status, 201);
        assert_eq!(reply.body.len(), bytes.min(announced - 1), "of {announced}");
        afterwards(&server, true);
    }
}

#[test]
fn a_slow_reply_comes_whole_in_the_end() {
    let server = with(Fault::SlowLoris { ms_per_byte: 1 });
    let begun = Instant::now();
    let reply = delivery(&server, 1).send(server.address);
    assert_eq!(reply.status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(reply.body.len() as u64), "{:?}", begun.elapsed());
    assert!(matches!(reply.verdict(&uuid(1)), Verdict::Received(_)));
}

#[test]
fn a_request_that_arrives_twice_is_kept_once() {
    let server = with(Fault::Duplicate);
    let reply = delivery(&server, 1).send(server.address);
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    assert!(matches!(reply.verdict(&uuid(1)), Verdict::Received(_)));
    let lines = server.log.lock().expect("the log").join("\n");
    assert!(lines.contains(" 201 ") && lines.contains(" 200 "), "{lines}");
    afterwards(&server, true);
}

/// Waits for what another thread brings about.
fn until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came");
        thread::yield_now();
    }
}

#[test]
fn what_is_on_its_way_arrives_though_the_sender_is_gone() {
    let server = with(Fault::Delay { ms: 50 });
    let mut stream = TcpStream::connect(server.address).expect("a server");
    stream.write_all(&delivery(&server, 1).bytes(server.address)).expect("to send");
    let log = server.log.clone();
    until(|| !log.lock().expect("the log").is_empty());
    drop(stream);
    until(|| server.rows() == 1);
    afterwards(&server, true);
}

#[test]
fn a_request_is_held_until_the_test_lets_it_go() {
    for after in [false, true] {
        let hold = Hold::new();
        let server = with(if after { Fault::HoldAfter(hold.clone()) } else { Fault::Hold(hold.clone()) });
        let reply = thread::scope(|scope| {
            let sender = scope.spawn(|| delivery(&server, 1).send(server.address));
            until(|| hold.reached() == 1);
            assert_eq!(server.rows(), u32::from(after), "held after the commit: {after}");
            assert_eq!(delivery(&server, 2).send(server.address).status, 201, "others pass");
            assert!(!sender.is_finished());
            hold.release();
            sender.join().expect("a reply")
        });
        assert_eq!(reply.status, 201);
        assert_eq!(server.rows(), 2);
    }
}

#[test]
fn whoever_is_being_served_when_the_end_comes_is_served_to_the_end() {
    let hold = Hold::new();
    let faults = Faults::of([Entry::post(RESPONSES, Fault::Hold(hold.clone()))]);
    let mut server = server(&faults);
    let reply = thread::scope(|scope| {
        let sender = scope.spawn(|| delivery(&server, 1).send(server.address));
        until(|| hold.reached() == 1);
        server.ends();
        // Nobody new is let in, and the one who waits is not sent away.
        until(|| TcpStream::connect(server.address).is_err());
        assert!(!server.has_ended());
        hold.release();
        sender.join().expect("a reply")
    });
    assert_eq!(reply.status, 201);
    server.until_ended();
    assert_eq!(server.rows(), 1);
}

#[test]
fn a_plan_can_be_changed_while_the_collector_runs() {
    let faults = Faults::new();
    let server = server(&faults);
    assert_eq!(delivery(&server, 1).send(server.address).status, 201);
    let always = Entry { count: u64::MAX, ..Entry::post(RESPONSES, Fault::Status(said(500))) };
    faults.add(always);
    assert_eq!(delivery(&server, 1).send(server.address).status, 500);
    assert_eq!(Request::new("GET", "/fhir/metadata").send(server.address).status, 200, "another request");
    assert_eq!(delivery(&server, 1).send(server.address).status, 500);
    faults.clear();
    assert_eq!(delivery(&server, 1).send(server.address).status, 200);
    assert_eq!(faults.acted(), ["status", "status"]);
}

/// What every sender must do: the same bytes until a receipt comes. Then there is one row each, whatever went wrong.
#[test]
fn by_chance_nothing_is_lost_and_nothing_kept_twice() {
    let faults = Faults::random_at(20_261_122, 700);
    let server = server(&faults);
    let count = if std::env::var("SVAR_COUNTS").is_ok_and(|counts| counts == "full") { 500 } else { 60 };
    for number in 0..count {
        let (id, request) = (uuid(number), delivery(&server, number));
        let received = (0..100).any(|_| {
            let bytes = raw(&server, &request);
            let verdict = match bytes.windows(4).any(|four| four == b"\r\n\r\n") {
                true => Reply::read(&bytes).verdict(&id),
                false => Verdict::Waiting { why: Waiting::NoReply(NoReply::Network), after: None },
            };
            // To a browser a redirect is no reply.
            let redirect = bytes.starts_with(b"HTTP/1.1 302");
            assert!(redirect || matches!(verdict, Verdict::Received(_) | Verdict::Waiting { .. }), "{verdict:?}");
            matches!(verdict, Verdict::Received(_))
        });
        assert!(received, "submission {number}: {:?}", faults.acted());
    }
    assert_eq!(server.rows(), count);
    assert!(faults.acted().len() > count as usize, "{:?}", faults.acted().len());
}

#[test]
fn a_plan_is_read_from_a_file_or_said_to_be_none() {
    let folder = Folder::new();
    let file = folder.path().join("faults.json");
    fs::write(&file, r#"[{ "method": "POST", "fault": "drop-before" }]"#).expect("to write");
    let server = server(&Faults::read(&file).expect("a plan"));
    assert!(raw(&server, &delivery(&server, 1)).is_empty());
    assert_eq!(delivery(&server, 1).send(server.address).status, 201);
    for wrong in ["", "{}", r#"[{ "fault": "hold" }]"#, r#"[{ "fault": "portal", "times": 2 }]"#] {
        fs::write(&file, wrong).expect("to write");
        assert!(Faults::read(&file).expect_err(wrong).to_string().contains("expected a list of faults"), "{wrong}");
    }
    assert!(Faults::read(&folder.path().join("missing.json")).is_err());
}
