//! A model of a FHIR server behind the gateway, down to the bytes on its sockets, so that it can fail at any of them.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It is stored, and the connection ends without a reply.
    DropAfter,
    /// The connection ends at once, and it is stored so many milliseconds later.
    StoreLater(u64),
    /// The connection ends before anything is stored.
    DropBefore,
    /// It is stored, and half of the reply arrives.
    CutReply,
    /// This status, and nothing stored.
    Status(u16),
    /// This status and `Retry-After`, in seconds, and nothing stored.
    Busy(u16, u32),
    /// It is stored, and the reply is a page of somebody else.
    Html,
    /// It is stored, and the reply takes so many milliseconds.
    Slow(u64),
}

/// One request, as it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

#[derive(Default)]
struct State {
    /// Each resource's versions, by its id.
    resources: BTreeMap<String, Vec<String>>,
    seen: Vec<Seen>,
    /// Requests that are being answered, and the most there ever were.
    at_once: (usize, usize),
}

type Plan = Arc<dyn Fn(usize, &Seen) -> Fault + Send + Sync>;

/// The server.
#[derive(Clone)]
pub(crate) struct FhirServer {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FhirServer {
    /// Asks `plan` what goes wrong with each request, by its number and what it is.
    pub(crate) fn start(plan: impl Fn(usize, &Seen) -> Fault + Send + Sync + 'static) -> FhirServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = FhirServer { address: listener.local_addr().expect("an address"), state: Arc::default() };
        let (state, plan): (_, Plan) = (server.state.clone(), Arc::new(plan));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, plan) = (state.clone(), plan.clone());
                thread::spawn(move || answer(stream, &state, &plan));
            }
        });
        server
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/fhir", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().expect("the state").seen.clone()
    }

    /// Each resource's versions.
    pub(crate) fn resources(&self) -> Vec<Vec<String>> {
        self.state.lock().expect("the state").resources.values().cloned().collect()
    }

    /// The most requests that there ever were at one time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state.lock().expect("the state").at_once.1
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, plan: &Plan) {
    let Some(seen) = read(&mut stream) else { return };
    let number = {
        let mut state = state.lock().expect("the state");
        state.seen.push(seen.clone());
        state.at_once.0 += 1;
        state.at_once.1 = state.at_once.1.max(state.at_once.0);
        state.seen.len()
    };
    let fault = plan(number, &seen);
    let reply = match &fault {
        Fault::DropBefore => None,
        Fault::StoreLater(milliseconds) => {
            drop(stream);
            thread::sleep(Duration::from_millis(*milliseconds));
            let mut state = state.lock().expect("the state");
            store(&mut state, &seen);
            state.at_once.0 -= 1;
            return;
        }
        Fault::Status(status) => Some(reply(*status, "", "{\"resourceType\":\"OperationOutcome\"}")),
        Fault::Busy(status, after) => Some(reply(*status, &format!("Retry-After: {after}\r\n"), "")),
        _ => {
            let stored = store(&mut state.lock().expect("the state"), &seen);
            match &fault {
                Fault::DropAfter => None,
                Fault::CutReply => Some(stored[..stored.len() - 20].to_owned()),
                Fault::Html => Some(reply(200, "", "<!doctype html><title>Log in</title>")),
                Fault::Slow(milliseconds) => {
                    thread::sleep(Duration::from_millis(*milliseconds));
                    Some(stored)
                }
                _ => Some(stored),
            }
        }
    };
    state.lock().expect("the state").at_once.0 -= 1;
    if let Some(reply) = reply {
        let _ = stream.write_all(reply.as_bytes());
    }
}

fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
                let (line, head) = head.split_once("\r\n").unwrap_or((&head, ""));
                let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
                return Some(Seen { line: line.to_owned(), head: head.to_lowercase(), body, at: Instant::now() });
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

fn reply(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Update as create, conditional create, create that asks nothing, read, search by identifier.
fn store(state: &mut State, seen: &Seen) -> String {
    let words: Vec<&str> = seen.line.split(' ').collect();
    let (method, path) = (words[0], words[1].trim_start_matches("/fhir/QuestionnaireResponse"));
    let identifier = |body: &str| {
        let body: Value = serde_json::from_str(body).expect("JSON");
        body["identifier"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let with = |resources: &BTreeMap<String, Vec<String>>, urn: &str| {
        let newest = resources.iter().filter_map(|(id, versions)| Some((id.clone(), versions.last()?.clone())));
        newest.filter(|(_, body)| identifier(body) == urn).collect::<Vec<_>>()
    };
    let named = |id: &str| format!("Location: /fhir/QuestionnaireResponse/{id}/_history/1\r\n");
    match method {
        "PUT" => {
            let id = path.trim_start_matches('/').to_owned();
            let versions = state.resources.entry(id.clone()).or_default();
            versions.push(seen.body.clone());
            reply(if versions.len() == 1 { 201 } else { 200 }, &named(&id), &seen.body)
        }
        "POST" => {
            let condition = seen.head.lines().find_map(|line| line.strip_prefix("if-none-exist: identifier="));
            let urn = condition.and_then(|condition| condition.split_once('|')).map(|(_, urn)| urn.to_owned());
            let before = urn.map(|urn| with(&state.resources, &urn)).unwrap_or_default();
            if let Some((id, body)) = before.first() {
                return reply(200, &named(id), body);
            }
            let id = (state.resources.len() + 1).to_string();
            state.resources.insert(id.clone(), vec![seen.body.clone()]);
            reply(201, &named(&id), &seen.body)
        }
        _ => match path.split_once("%7C") {
            Some((_, urn)) => {
                let found = with(&state.resources, urn);
                let entries = found.iter().map(|(_, body)| {
                    let resource: Value = serde_json::from_str(body).expect("JSON");
                    json!({ "resource": resource })
                });
                let entries: Vec<Value> = entries.collect();
                let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries });
                reply(200, "", &bundle.to_string())
            }
            None => match state.resources.get(path.trim_start_matches('/')).and_then(|versions| versions.last()) {
                Some(body) => reply(200, "", body),
                None => reply(404, "", "{\"resourceType\":\"OperationOutcome\"}"),
            },
        },
    }
}
