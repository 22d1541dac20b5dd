//! `svar conformance`: the reference collector keeps the contract, and each way to break it is found, by the cases that
//! are about it and by no other.

use std::{
    net::SocketAddr,
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use svar::{
    study::{EndpointKind, Write},
    tools::{
        collector::{Collector, http, system_clock},
        conformance::{Level, Report, Settings, Verdict, run},
        invitations::Keys,
        jose::{PrivateKey, open, public_jwk},
        studies::StudyFolder,
    },
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::server::{Folder, core, fixture, invitation, tiny, variant_of_tiny};

/// The collector, and whatever spoils it.
struct Endpoint {
    address: SocketAddr,
    data: Folder,
    keys: Keys,
    _runtime: Runtime,
}

/// How an endpoint goes wrong.
type Flaw = fn(Broken, Request, Next) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

/// What a flaw may need.
#[derive(Clone)]
struct Broken {
    flaw: Flaw,
    token: String,
    count: Arc<Mutex<u32>>,
}

fn endpoint(flaw: Option<Flaw>) -> Endpoint {
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    let studies = vec![tiny(), sealed(), flat()];
    let collector = Collector::open(data.path(), studies, keys.clone(), system_clock()).expect("a collector");
    let collector = collector.with_log(Arc::new(|_| {}));
    let mut router = http::router(Arc::new(collector), None).expect("routes");
    if let Some(flaw) = flaw {
        let token = keys.sign(&settings("", &keys).invitation);
        router = spoiled(router, Broken { flaw, token, count: Arc::default() });
    }
    let runtime = Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(http::serve(listener, router, std::future::pending()));
    Endpoint { address, data, keys, _runtime: runtime }
}

/// The key of this name.
fn key(kid: &str) -> PrivateKey {
    PrivateKey::of(kid, &[kid.len() as u8; 32]).expect("a key")
}

/// The tiny study, with answers and contact details sealed.
fn sealed() -> StudyFolder {
    let key = |kid: &str| -> Value { serde_json::from_str(&public_jwk(&key(kid).public())).expect("a key") };
    variant_of_tiny("sealed", |study| {
        study["endpoint"] = json!({ "kind": "sealed", "base": "/fhir", "key": key("answers-1") });
        study["contactEndpoint"] = json!({ "kind": "sealed", "base": "/contact", "key": key("contact-1") });
        study["waves"][0]["contact"] = json!({ "questionnaire": "contact.json" });
    })
}

fn flat() -> StudyFolder {
    variant_of_tiny("flat", |study| study["endpoint"] = json!({ "kind": "flat", "base": "/fhir/flat" }))
}

fn spoiled(router: Router, broken: Broken) -> Router {
    async fn apply(State(broken): State<Broken>, request: Request, next: Next) -> Response {
        (broken.flaw)(broken, request, next).await
    }
    router.layer(from_fn_with_state(broken, apply))
}

pub(crate) fn settings(base: &str, keys: &Keys) -> Settings {
    let invitation = svar::study::Invitation { nbf: None, exp: None, ..invitation() };
    Settings {
        base: base.to_owned(),
        kind: EndpointKind::Fhir,
        write: Write::ConditionalCreate,
        key: Some(key("answers-1").public()),
        form: core(),
        token: Some(keys.sign(&invitation)),
        invitation,
        keys: Some(keys.clone()),
        origin: Some("https://portal.example".to_owned()),
        bare: false,
        seed: 7,
    }
}

fn report(endpoint: &Endpoint, change: impl Fn(&mut Settings)) -> Report {
    let mut settings = settings(&format!("http://{}/fhir", endpoint.address), &endpoint.keys);
    change(&mut settings);
    run(&settings).expect("a report")
}

#[test]
fn the_reference_collector_keeps_level_one() {
    let endpoint = endpoint(None);
    for write in [Write::ConditionalCreate, Write::Create] {
        let report = report(&endpoint, |settings| settings.write = write);
        assert_eq!(report.named(Verdict::Fail), [""; 0], "{report}");
        assert_eq!(report.named(Verdict::NotOffered), ["other id"], "{report}");
        assert!(report.compatible() && report.kept(Level::One) == Some(true), "{report}");
    }
}

#[test]
fn the_reference_collector_keeps_every_other_level_too() {
    let endpoint = endpoint(None);
    let of = |study: &'static str, kind: EndpointKind, write: Write| {
        move |settings: &mut Settings| {
            settings.invitation.study = study.to_owned();
            settings.invitation.iss = study.to_owned();
            settings.token = settings.keys.as_ref().map(|keys| keys.sign(&settings.invitation));
            (settings.kind, settings.write) = (kind, write);
        }
    };
    let update = report(&endpoint, of("tiny", EndpointKind::Fhir, Write::Update));
    assert_eq!((update.named(Verdict::Fail), update.named(Verdict::NotOffered)), (vec![], vec![]), "{update}");
    assert_eq!((update.kept(Level::OneB), update.kept(Level::One)), (Some(true), None));
    let unchecked = ["invalid answer", "silent"];
    for write in [Write::ConditionalCreate, Write::Create, Write::Update] {
        let sealed = report(&endpoint, of("sealed", EndpointKind::Sealed, write));
        assert_eq!(sealed.named(Verdict::Fail), [""; 0], "{sealed}");
        let mut left = sealed.named(Verdict::NotOffered);
        left.retain(|case| *case != "other id");
        assert_eq!(left, unchecked, "{sealed}");
        assert_eq!((sealed.kept(Level::Sealed), sealed.kept(Level::Two)), (Some(true), Some(true)));
    }
    // What was sealed is the study's own questionnaire, and opens.
    let database = rusqlite::Connection::open(endpoint.data.path().join("collector.sqlite")).expect("the database");
    let mut rows = database.prepare("SELECT body FROM submission WHERE study = 'sealed'").expect("rows");
    let bodies: Vec<String> = rows.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("bodies");
    assert_eq!(bodies.len(), 3 * 17);
    for body in bodies {
        let opened = open(&[key("answers-1")], &body).expect("to open it");
        let response: Value = serde_json::from_slice(&opened.plain).expect("JSON");
        assert_eq!(response["questionnaire"], opened.header.questionnaire);
    }
    let contact = report(&endpoint, |settings| {
        of("sealed", EndpointKind::Sealed, Write::ConditionalCreate)(settings);
        settings.base = settings.base.replace("/fhir", "/contact");
        settings.key = Some(key("contact-1").public());
        settings.form = self::sealed().questionnaire("contact.json").expect("the contact details").form.clone();
    });
    assert_eq!(contact.named(Verdict::Fail), [""; 0], "{contact}");
    let flat = report(&endpoint, |settings| {
        of("flat", EndpointKind::Flat, Write::ConditionalCreate)(settings);
        settings.base.push_str("/flat");
    });
    assert_eq!(flat.named(Verdict::Fail), [""; 0], "{flat}");
    let left = ["location", "stored", "minimal", "other id", "invalid answer", "silent", "unknown questionnaire"];
    assert_eq!(flat.named(Verdict::NotOffered), left, "{flat}");
    assert!(flat.kept(Level::Flat) == Some(true) && flat.compatible());
}

#[test]
fn what_a_run_is_not_asked_for_is_not_offered() {
    let endpoint = endpoint(None);
    let without_key = report(&endpoint, |settings| settings.keys = None);
    assert_eq!(without_key.named(Verdict::NotOffered), ["other id", "expired", "other study"], "{without_key}");
    let same_origin = report(&endpoint, |settings| settings.origin = None);
    let cors = ["other id", "preflight", "readable", "exposed", "readable refusal"];
    assert_eq!(same_origin.named(Verdict::NotOffered), cors, "{same_origin}");
    assert!(without_key.compatible() && same_origin.compatible());
    // A server that checks nothing, played by one that is given the invitation on the way.
    let open = self::endpoint(Some(admits_everybody));
    let bare = report(&open, |settings| {
        settings.bare = true;
        settings.token = None;
    });
    let expected = [
        "other id",
        "no invitation",
        "forged",
        "altered",
        "expired",
        "other study",
        "invalid answer",
        "silent",
        "unknown questionnaire",
        "status",
        "status of nobody",
    ];
    assert_eq!(bare.named(Verdict::NotOffered), expected, "{bare}");
    assert!(bare.compatible(), "{bare}");
}

/// Flaws are written as plain functions on what the collector gets and answers.
macro_rules! flaw {
    ($name:ident, |$broken:ident, $request:ident, $next:ident| $body:expr) => {
        fn $name(
            $broken: Broken,
            $request: Request,
            $next: Next,
        ) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> {
            Box::pin(async move { $body })
        }
    };
}

fn is_delivery(request: &Request) -> bool {
    request.method() == Method::POST
}

async fn whole(body: Body) -> Vec<u8> {
    to_bytes(body, usize::MAX).await.map(|bytes| bytes.to_vec()).unwrap_or_default()
}

/// The same request with another body.
fn with_body(request: Request, body: Vec<u8>) -> Request {
    let (mut parts, _) = request.into_parts();
    parts.headers.insert("content-length", HeaderValue::from(body.len()));
    Request::from_parts(parts, Body::from(body))
}

/// Changes the JSON of a reply.
async fn rewritten(response: Response, change: impl Fn(&mut Value, &mut HeaderMap)) -> Response {
    let (mut parts, body) = response.into_parts();
    let mut json: Value = serde_json::from_slice(&whole(body).await).unwrap_or_default();
    change(&mut json, &mut parts.headers);
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from(json.to_string()))
}

flaw!(admits_everybody, |broken, request, next| {
    let mut request = request;
    let value = HeaderValue::try_from(format!("Bearer {}", broken.token)).expect("a header");
    request.headers_mut().insert("authorization", value);
    next.run(request).await
});

flaw!(confirms_without_a_name, |_broken, request, next| {
    let delivery = is_delivery(&request);
    let response = next.run(request).await;
    if !delivery || !response.status().is_success() {
        return response;
    }
    rewritten(response, |json, headers| {
        *json = json!({ "status": "ok" });
        headers.remove("location");
    })
    .await
});

flaw!(keeps_a_second_copy, |broken, request, next| {
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    let number = {
        let mut count = broken.count.lock().expect("a count");
        *count += 1;
        *count
    };
    rewritten(response, |json, headers| {
        json["id"] = json!(number.to_string());
        headers.remove("location");
    })
    .await
});

flaw!(writes_again_what_it_has, |_broken, request, next| {
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    rewritten(response, |json, _| json["meta"]["lastUpdated"] = json!("2030-01-01T00:00:00Z")).await
});

flaw!(takes_other_bytes, |_broken, request, next| {
    let uuid = request.headers().get("if-none-exist").and_then(|header| header.to_str().ok()).unwrap_or_default();
    let uuid = uuid.rsplit(':').next().unwrap_or_default().to_owned();
    let response = next.run(request).await;
    if response.status() != StatusCode::CONFLICT {
        return response;
    }
    let mut response = rewritten(response, |json, _| *json = json!({ "id": uuid })).await;
    *response.status_mut() = StatusCode::OK;
    response
});

flaw!(locates_it_elsewhere, |_broken, request, next| {
    let response = next.run(request).await;
    let location = HeaderValue::from_static("/fhir/Binary/1");
    let mut response = response;
    if is_receipt(&response) {
        response.headers_mut().insert("location", location);
    }
    response
});

fn is_receipt(response: &Response) -> bool {
    response.headers().contains_key("location")
}

flaw!(takes_small_bodies_alone, |_broken, request, next| {
    let length = request.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > 100_000) {
        let _ = whole(request.into_body()).await;
        return cors(StatusCode::PAYLOAD_TOO_LARGE);
    }
    next.run(request).await
});

flaw!(takes_bodies_of_any_size, |_broken, request, next| {
    if !is_delivery(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut bytes = whole(body).await;
    if bytes.len() > 262_144 {
        bytes.truncate(bytes.trim_ascii_end().len());
    }
    next.run(with_body(Request::from_parts(parts, Body::empty()), bytes)).await
});

flaw!(believes_what_was_cut, |_broken, request, next| {
    if !is_delivery(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut body = std::pin::pin!(body);
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) =
        std::future::poll_fn(|context| axum::body::HttpBody::poll_frame(body.as_mut(), context)).await
    {
        bytes.extend_from_slice(&frame.into_data().unwrap_or_default());
    }
    // Even if the sender has gone away.
    let request = with_body(Request::from_parts(parts, Body::empty()), bytes);
    tokio::spawn(next.run(request)).await.expect("a reply")
});

flaw!(takes_any_type, |_broken, request, next| {
    let mut request = request;
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/fhir+json"));
    next.run(request).await
});

flaw!(does_not_say_which_question, |_broken, request, next| {
    let response = next.run(request).await;
    if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return response;
    }
    rewritten(response, |json, _| drop(json["issue"][0].as_object_mut().expect("an issue").remove("expression"))).await
});

flaw!(repeats_the_answer, |_broken, request, next| {
    if !is_delivery(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = whole(body).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let response = next.run(with_body(Request::from_parts(parts, Body::empty()), bytes)).await;
    if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return response;
    }
    rewritten(response, |json, _| json["issue"][0]["diagnostics"] = json!(text)).await
});

flaw!(allows_headers_by_wildcard, |_broken, request, next| {
    let mut response = next.run(request).await;
    if response.headers().contains_key("access-control-allow-headers") {
        response.headers_mut().insert("access-control-allow-headers", HeaderValue::from_static("*"));
    }
    response
});

flaw!(answers_no_preflight, |_broken, request, next| {
    if request.method() == Method::OPTIONS { cors(StatusCode::NOT_FOUND) } else { next.run(request).await }
});

flaw!(forgets_cors_on_refusals, |_broken, request, next| {
    let mut response = next.run(request).await;
    if response.status().is_client_error() {
        response.headers_mut().remove("access-control-allow-origin");
    }
    response
});

flaw!(exposes_nothing, |_broken, request, next| {
    let mut response = next.run(request).await;
    response.headers_mut().remove("access-control-expose-headers");
    response
});

flaw!(is_impatient, |_broken, request, next| {
    if !is_delivery(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(std::time::Duration::from_millis(700), whole(body)).await {
        Ok(bytes) => next.run(with_body(Request::from_parts(parts, Body::empty()), bytes)).await,
        Err(_) => cors(StatusCode::REQUEST_TIMEOUT),
    }
});

flaw!(redirects, |_broken, request, next| {
    let plain = request.headers().get("content-type").is_some_and(|value| value == "text/plain");
    let mut response = next.run(request).await;
    if plain {
        *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
        response.headers_mut().insert("location", HeaderValue::from_static("/elsewhere"));
    }
    response
});

flaw!(forgets_the_condition, |broken, request, next| {
    // As a store without a unique key does: two requests at once both find nothing.
    let response = next.run(request).await;
    let again = response.status() == StatusCode::OK;
    let first_again = {
        let mut count = broken.count.lock().expect("a count");
        *count += u32::from(again);
        *count == 1
    };
    if !again || first_again {
        return response;
    }
    rewritten(response, |json, headers| {
        json["id"] = json!("a-second-one");
        headers.insert("location", HeaderValue::from_static("/fhir/QuestionnaireResponse/a-second-one"));
    })
    .await
});

/// A reply that a page may read.
fn cors(status: StatusCode) -> Response {
    let body = json!({ "resourceType": "OperationOutcome" }).to_string();
    ([("access-control-allow-origin", "*")], (status, body)).into_response()
}

#[test]
fn each_broken_endpoint_fails_the_cases_that_are_about_it_and_no_other() {
    let admission = ["no invitation", "forged", "altered", "expired", "other study", "status of nobody"];
    let unnamed = [
        "create",
        "location",
        "stored",
        "again",
        "minimal",
        "other bytes",
        "two at once",
        "two others at once",
        "cut",
        "cut at the end",
        "slow",
        "largest",
    ];
    let broken: [(&str, Flaw, &[&str]); 18] = [
        ("confirms without a name", confirms_without_a_name, &unnamed),
        ("keeps a second copy", keeps_a_second_copy, &["again", "two at once"]),
        ("writes again what it has", writes_again_what_it_has, &["again"]),
        ("forgets the condition", forgets_the_condition, &["two at once"]),
        ("takes other bytes", takes_other_bytes, &["other bytes", "two others at once"]),
        ("locates it elsewhere", locates_it_elsewhere, &["location", "minimal"]),
        ("admits everybody", admits_everybody, &admission),
        ("takes small bodies alone", takes_small_bodies_alone, &["largest"]),
        ("takes bodies of any size", takes_bodies_of_any_size, &["too large"]),
        ("believes what was cut", believes_what_was_cut, &["cut at the end"]),
        ("takes any type", takes_any_type, &["type"]),
        ("does not say which question", does_not_say_which_question, &["invalid answer"]),
        ("repeats the answer", repeats_the_answer, &["silent"]),
        ("allows headers by wildcard", allows_headers_by_wildcard, &["preflight"]),
        ("answers no preflight", answers_no_preflight, &["preflight"]),
        ("forgets CORS on refusals", forgets_cors_on_refusals, &["readable refusal"]),
        ("exposes nothing", exposes_nothing, &["exposed"]),
        ("is impatient", is_impatient, &["slow"]),
    ];
    let check = |(name, flaw, expected): (&str, Flaw, &[&str])| {
        let endpoint = endpoint(Some(flaw));
        let report = report(&endpoint, |_| ());
        assert_eq!(report.named(Verdict::Fail), expected, "{name}\n{report}");
        assert!(!report.compatible(), "{name}");
    };
    // Most of each run is waiting.
    thread::scope(|scope| broken.into_iter().for_each(|broken| drop(scope.spawn(move || check(broken)))));
    let endpoint = endpoint(Some(redirects));
    let report = report(&endpoint, |_| ());
    assert_eq!(report.named(Verdict::Fail), ["type", "no redirect"], "{report}");
}

#[test]
fn the_command_says_it_by_its_exit_code_as_a_table_and_as_json() {
    let good = endpoint(None);
    let ask = |address: SocketAddr, data: &Folder, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svar"));
        command.args(["conformance", &format!("http://{address}/fhir"), "--study"]);
        command.arg(fixture("tests/fixtures/studies/tiny")).arg("--key").arg(data.path()).args(more);
        let output = command.output().expect("the command");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"), output.stderr)
    };
    let (code, table, _) = ask(good.address, &good.data, &["--seed", "1"]);
    assert_eq!(code, Some(0), "{table}");
    for line in ["1    create                 pass         201, names it", "level 1    kept: 28 passed, 0 failed"] {
        assert!(table.contains(line), "{line} in\n{table}");
    }
    // Invented people are in no table of the study.
    let kept = |name: &str| -> i64 {
        let database = rusqlite::Connection::open(good.data.path().join(name)).expect("the database");
        database.query_row("SELECT count(*) FROM submission", [], |row| row.get(0)).expect("a count")
    };
    assert_eq!((kept("collector.sqlite"), kept("contact.sqlite")), (0, 0));
    assert!(kept("test-collector.sqlite") > 10);
    let broken = endpoint(Some(allows_headers_by_wildcard));
    let (code, json, _) = ask(broken.address, &broken.data, &["--json"]);
    assert_eq!(code, Some(1), "{json}");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["compatible"], &json["levels"]["1"]), (&json!(false), &json!(false)));
    let failed = json["cases"].as_array().expect("cases").iter().find(|case| case["verdict"] == "fail");
    let failed = failed.expect("a case that failed");
    assert_eq!(failed["case"], "preflight");
    assert_eq!(failed["came"], "not among the headers: authorization");
    assert_eq!(failed["section"], "docs/collection-endpoint.md, \"CORS\"");
    let nobody = "127.0.0.1:1".parse().expect("an address");
    let (code, _, error) = ask(nobody, &good.data, &[]);
    assert_eq!(code, Some(2));
    assert!(String::from_utf8_lossy(&error).contains("expected an endpoint, found nobody"), "{error:?}");
}
