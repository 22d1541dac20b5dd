//! The edge to HTTP: routes, limits of time and size, and the log.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    net::IpAddr,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post, put},
};
use tokio::net::TcpListener;

use super::{
    Answer, BASE, CONTACT_BASE, Collector, Delivery, Destination, FLAT_BASE, Way,
    cors::{api_headers, preflight},
    faults, guesses,
    line::{Line, Lines},
    outcome::Code,
};
use crate::{submission::policy, tools::site::Site};

/// A body that is too large is read on up to here, so that the sender reads our reply instead of a broken connection.
pub(super) const DRAIN_LIMIT: usize = policy::BODY_LIMIT.saturating_mul(4);

/// A sender that is slower than the widget's own patience is gone before we answer.
const BODY_TIMEOUT: Duration = policy::REQUEST_TIMEOUT;

/// The collector's routes and, if there is a site folder, its files.
///
/// # Errors
/// If the site folder is not there.
pub fn router(collector: Arc<Collector>, site: Option<PathBuf>) -> io::Result<Router> {
    let api = interface(Destination::Answers)
        .merge(interface(Destination::Contact))
        .merge(flat())
        .layer(middleware::from_fn_with_state(collector.clone(), api_headers))
        .with_state(collector.clone());
    let router = match site {
        Some(folder) => {
            let site = Arc::new(Site::open(folder)?);
            api.fallback(move |request: Request| {
                let site = site.clone();
                async move { site.reply(&request.into_parts().0).await }
            })
        }
        None => api.fallback(not_found),
    };
    let router = router.layer(middleware::from_fn_with_state(collector.clone(), log));
    Ok(match collector.faults.is_some() {
        true => router.layer(middleware::from_fn_with_state(collector, faults::inject)),
        false => router,
    })
}

/// One endpoint's routes.
fn interface(to: Destination) -> Router<Arc<Collector>> {
    let base = to.base();
    let create = move |state, request| receive(state, to, Way::Create, request);
    let update = move |state, request: Request| {
        let uuid = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        receive(state, to, Way::Update { uuid }, request)
    };
    let status = move |state, request| invitation(state, to, request);
    let reading = || not_allowed("GET, HEAD, OPTIONS");
    Router::new()
        .route(
            &format!("{base}/QuestionnaireResponse"),
            post(create).options(preflight).fallback(|| not_allowed("POST, OPTIONS")),
        )
        .route(
            &format!("{base}/QuestionnaireResponse/{{uuid}}"),
            put(update).options(preflight).fallback(|| not_allowed("PUT, OPTIONS")),
        )
        .route(&format!("{base}/invitation"), get(status).options(preflight).fallback(reading))
        .route(&format!("{base}/metadata"), get(metadata).options(preflight).fallback(reading))
        .route(base, any(not_found))
        .route(&format!("{base}/"), any(not_found))
        .route(&format!("{base}/{{*rest}}"), any(not_found))
}

/// The flat form's own address, as if it were an endpoint by itself.
fn flat() -> Router<Arc<Collector>> {
    let create = |state, request| receive(state, Destination::Answers, Way::Flat, request);
    let status = |state, request| invitation(state, Destination::Answers, request);
    Router::new().route(FLAT_BASE, post(create).options(preflight).fallback(|| not_allowed("POST, OPTIONS"))).route(
        &format!("{FLAT_BASE}/invitation"),
        get(status).options(preflight).fallback(|| not_allowed("GET, HEAD, OPTIONS")),
    )
}

/// Serves until `until` comes, then finishes what is under way.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Line>();
    axum::serve(Lines(listener), service).with_graceful_shutdown(until).await
}

async fn receive(State(collector): State<Arc<Collector>>, to: Destination, way: Way, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    if parts.headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Answer::no(415, Code::NotSupported, "expected a body without Content-Encoding");
    }
    let body = match tokio::time::timeout(BODY_TIMEOUT, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Answer::no(400, Code::Structure, "expected the whole body, found a part"),
        Err(_) => return Answer::no(408, Code::Timeout, "expected the whole body in time"),
    };
    let one = |name: &str| only(&parts.headers, name);
    let delivery = Delivery {
        to,
        way,
        from: from(&parts),
        authorization: one("authorization"),
        content_type: one("content-type"),
        if_none_exist: one("if-none-exist"),
        prefer: one("prefer"),
        body,
    };
    // The database blocks; and once this has begun it ends, even if the sender goes away.
    let received = tokio::task::spawn_blocking(move || collector.receive(&delivery)).await;
    received.unwrap_or_else(|_| Answer::not_now())
}

async fn invitation(State(collector): State<Arc<Collector>>, to: Destination, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (authorization, from) = (only(&parts.headers, "authorization"), from(&parts));
    let asked = tokio::task::spawn_blocking(move || collector.status(to, authorization.as_deref(), from)).await;
    asked.unwrap_or_else(|_| Answer::not_now())
}

/// The address that a request came from.
fn from(parts: &Parts) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<Line>>()?.peer()?;
    // Of several headers, the proxy's is the last.
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    Some(guesses::from(peer, forwarded.and_then(|list| list.to_str().ok())))
}

/// The header, unless it is there twice: then it is not clear which one counts.
fn only(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// Reads the body; none if it is larger than any that is taken.
async fn read(body: Body) -> Result<Option<Vec<u8>>, axum::Error> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(data) = frame?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > DRAIN_LIMIT {
            break;
        }
        if length <= policy::SEALED_LIMIT {
            bytes.extend_from_slice(&data);
        }
    }
    Ok((length <= policy::SEALED_LIMIT).then_some(bytes))
}

async fn metadata(State(collector): State<Arc<Collector>>) -> Answer {
    Answer::ok(collector.capabilities())
}

async fn not_found() -> Answer {
    Answer::no(404, Code::NotFound, "there is nothing at this address")
}

async fn not_allowed(allowed: &'static str) -> impl IntoResponse {
    let answer = Answer::no(405, Code::NotSupported, format!("expected one of the methods {allowed}"));
    ([(header::ALLOW, HeaderValue::from_static(allowed))], answer)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut headers = HeaderMap::new();
        let location = self.location.and_then(|location| HeaderValue::try_from(location).ok());
        if let Some(location) = location {
            headers.insert(header::LOCATION, location);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        match self.body {
            Some(body) => {
                let media_type = match body.get("resourceType") {
                    Some(_) => "application/fhir+json; charset=utf-8",
                    None => "application/json",
                };
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
                (status, headers, body.to_string()).into_response()
            }
            None => (status, headers).into_response(),
        }
    }
}

/// One line for each request: method, path, status, milliseconds. Both the method and the path are words of the sender's,
/// so they are named only where they are words of ours too: a path that leads to something, a method that HTTP knows.
/// And the date by the collector's own clock, which decides when an invitation ends.
async fn log(State(collector): State<Arc<Collector>>, request: Request, next: Next) -> Result<Response, Infallible> {
    let begun = Instant::now();
    let method = known(request.method());
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    let path = match named(&path) {
        Some(ours) => ours,
        None if status.is_success() || status == StatusCode::NOT_MODIFIED => path,
        None => "(none)".to_owned(),
    };
    (collector.log)(&format!("{method} {path} {} {} ms", status.as_u16(), begun.elapsed().as_millis()));
    let date = (collector.clock)().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().insert(header::DATE, date);
    }
    Ok(response)
}

/// The method, if HTTP knows it.
pub(super) fn known(method: &Method) -> String {
    let known =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS].contains(method);
    if known { method.to_string() } else { "OTHER".to_owned() }
}

/// An address of the interface as the log may name it: without the id in it, which is a person's.
fn named(path: &str) -> Option<String> {
    [BASE, CONTACT_BASE, FLAT_BASE].into_iter().find_map(|base| {
        let rest = path.strip_prefix(base)?;
        match rest {
            "/QuestionnaireResponse" | "/invitation" | "/metadata" => Some(path.to_owned()),
            "" if base == FLAT_BASE => Some(path.to_owned()),
            _ => {
                let id = rest.strip_prefix("/QuestionnaireResponse/")?;
                (!id.is_empty() && !id.contains('/')).then(|| format!("{base}/QuestionnaireResponse/(id)"))
            }
        }
    })
}
