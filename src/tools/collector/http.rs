//! The edge to HTTP: routes, CORS, limits of time and size, and the log.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    io,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use tokio::net::TcpListener;

use super::{Answer, Collector, Delivery, Origins, outcome::Code};
use crate::{
    submission::policy,
    tools::{headers, site::Site},
};

const RESPONSES: &str = "/fhir/QuestionnaireResponse";
const METADATA: &str = "/fhir/metadata";

/// A body that is too large is read on up to here, so that the sender reads our reply instead of a broken connection.
const DRAIN_LIMIT: usize = policy::BODY_LIMIT.saturating_mul(4);

/// A sender that is slower than the widget's own patience is gone before we answer.
const BODY_TIMEOUT: Duration = policy::REQUEST_TIMEOUT;

/// How long a browser may remember the preflight: two hours, the most that Chromium grants.
const PREFLIGHT_SECONDS: &str = "7200";

/// The collector's routes and, if there is a site folder, its files.
///
/// # Errors
/// If the site folder is not there.
pub fn router(collector: Arc<Collector>, site: Option<PathBuf>) -> io::Result<Router> {
    let api = Router::new()
        .route(RESPONSES, post(receive).options(preflight).fallback(|| not_allowed("POST, OPTIONS")))
        .route(METADATA, get(metadata).options(preflight).fallback(|| not_allowed("GET, HEAD, OPTIONS")))
        .route("/fhir", any(not_found))
        .route("/fhir/", any(not_found))
        .route("/fhir/{*rest}", any(not_found))
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
    Ok(router.layer(middleware::from_fn_with_state(collector, log)))
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
    axum::serve(listener, router).with_graceful_shutdown(until).await
}

async fn receive(State(collector): State<Arc<Collector>>, request: Request) -> Answer {
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

/// The header, unless it is there twice: then it is not clear which one counts.
fn only(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().map(str::to_owned),
        _ => None,
    }
}

/// Reads the body; none if it is too large.
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
        if length <= policy::BODY_LIMIT {
            bytes.extend_from_slice(&data);
        }
    }
    Ok((length <= policy::BODY_LIMIT).then_some(bytes))
}

async fn metadata(State(collector): State<Arc<Collector>>) -> Answer {
    Answer { status: 200, location: None, retry_after: None, body: Some(collector.capabilities()) }
}

async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
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
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/fhir+json; charset=utf-8"));
                (status, headers, body.to_string()).into_response()
            }
            None => (status, headers).into_response(),
        }
    }
}

/// CORS and the security headers, on every reply under [`super::BASE`]: a refusal, too, must be readable to the widget.
async fn api_headers(State(collector): State<Arc<Collector>>, request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = next.run(request).await;
    let set = response.headers_mut();
    headers::api(set);
    let mut insert = |name: HeaderName, value: &'static str| set.insert(name, HeaderValue::from_static(value));
    match &collector.origins {
        Origins::Any => drop(insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")),
        Origins::Listed(listed) => {
            insert(header::VARY, "Origin");
            if let Some(origin) = origin.filter(|origin| listed.iter().any(|known| origin == known.as_str())) {
                set.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            }
        }
    }
    let mut insert = |name: HeaderName, value: &'static str| set.insert(name, HeaderValue::from_static(value));
    insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Location, Retry-After");
    if preflight {
        insert(header::ACCESS_CONTROL_ALLOW_METHODS, "POST, GET");
        // By name: the wildcard does not cover Authorization.
        insert(header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-None-Exist, Prefer");
        insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    }
    response
}

/// One line for each request: method, path, status, milliseconds. Both the method and the path are words of the sender's,
/// so they are named only where they are words of ours too: a path that leads to something, a method that HTTP knows.
async fn log(State(collector): State<Arc<Collector>>, request: Request, next: Next) -> Result<Response, Infallible> {
    let begun = Instant::now();
    let method = match request.method() {
        known
            if [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]
                .contains(known) =>
        {
            known.clone().to_string()
        }
        _ => "OTHER".to_owned(),
    };
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let ours = [RESPONSES, METADATA].contains(&path.as_str());
    let path =
        if ours || status.is_success() || status == StatusCode::NOT_MODIFIED { path } else { "(none)".to_owned() };
    (collector.log)(&format!("{method} {path} {} {} ms", status.as_u16(), begun.elapsed().as_millis()));
    Ok(response)
}
