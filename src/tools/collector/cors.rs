//! Who may read a reply: CORS and the security headers, on every reply of the interface. A refusal, too, must be readable
//! to the widget.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{Collector, Origins};
use crate::tools::headers;

/// How long a browser may remember the preflight: two hours, the most that Chromium grants.
const PREFLIGHT_SECONDS: &str = "7200";

pub(super) async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

pub(super) async fn api_headers(State(collector): State<Arc<Collector>>, request: Request, next: Next) -> Response {
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
    // The date, so that a widget elsewhere can correct a phone's clock by ours.
    insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Location, Retry-After, Date");
    if preflight {
        insert(header::ACCESS_CONTROL_ALLOW_METHODS, "POST, PUT, GET");
        // By name: the wildcard does not cover Authorization.
        insert(header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, If-None-Exist, Prefer");
        insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    }
    response
}
