//! Fetching what the page needs, and sending what it made. Requests are built and replies read with gloo-net, but `fetch`
//! is called here and its result checked: gloo-net's own `send` panics on what a patched `fetch` may answer with.

use std::time::Duration;

use gloo_net::http::{Request, Response};
use wasm_bindgen::{JsCast, JsValue};

use super::{
    js::{await_, call, get},
    parsed::Parsed,
    wake::{correct_by, within},
};
use crate::{
    json::Json,
    study::{Endpoint, Write, refusal},
    submission::{Frozen, Media, NoReply, Receipt, Reply, Verdict, policy, record::Arrived, verdict_by},
};

/// Why a file could not be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// No connection, or the body was cut.
    Unreachable,
    /// The server says that it is not there.
    Missing,
}

/// The bytes at `address`, on the page's own origin. What must be `fresh` is not taken from the cache without asking, and the
/// `Date` of its reply corrects the clock.
pub(crate) async fn fetch(address: &str, fresh: bool) -> Result<Vec<u8>, FetchError> {
    let request = Request::get(address)
        .credentials(web_sys::RequestCredentials::Omit)
        .cache(if fresh { web_sys::RequestCache::NoCache } else { web_sys::RequestCache::Default })
        .build()
        .map_err(|_| FetchError::Unreachable)?;
    let response = send(request, policy::REQUEST_TIMEOUT).await.map_err(|_| FetchError::Unreachable)?;
    match response.status() {
        200 => {
            if let (true, Ok(Some(date))) = (fresh, response.headers().get("date")) {
                correct_by(&date);
            }
            body(&response, policy::REQUEST_TIMEOUT).await.ok_or(FetchError::Unreachable)
        }
        500..=599 => Err(FetchError::Unreachable),
        _ => Err(FetchError::Missing),
    }
}

/// What an endpoint says of an invitation (`docs/collection-endpoint.md`, level 2).
pub(crate) enum Standing {
    /// Nothing: it has no such request, or is not to be reached now. What it is sent it will judge all the same.
    Unknown,
    /// What the invitation admits to.
    Told(Parsed),
    /// It admits nobody: the code of the refusal.
    Refused(String),
}

/// Asks an endpoint what an invitation, or a typed code, admits to now. Asking spends nothing.
pub(crate) async fn standing(endpoint: &Endpoint, invitation: &str) -> Standing {
    let request = Request::get(&[endpoint.base.as_str(), "/invitation"].concat())
        .credentials(web_sys::RequestCredentials::Omit)
        .redirect(web_sys::RequestRedirect::Error)
        .cache(web_sys::RequestCache::NoStore)
        .header("authorization", &["Bearer ", invitation].concat())
        .build();
    let Ok(request) = request else { return Standing::Unknown };
    let Ok(response) = send(request, policy::STATUS_PATIENCE).await else { return Standing::Unknown };
    let bytes = body(&response, policy::STATUS_PATIENCE).await.unwrap_or_default();
    let Some(reply) = Parsed::parse(&bytes) else { return Standing::Unknown };
    if response.status() == 200 {
        return Standing::Told(reply);
    }
    // Only what says so in our own words: a server that has no such request may refuse it in its own.
    let said = |reply: &Parsed| {
        let coding =
            reply.get("issue")?.entries().first()?.get("details")?.get("coding")?.entries().into_iter().next()?;
        coding
            .get("code")?
            .text()
            .filter(|_| coding.get("system").and_then(|it| it.text()).as_deref() == Some(refusal::SYSTEM))
    };
    said(&reply).map_or(Standing::Unknown, Standing::Refused)
}

/// What a personal invitation has delivered to an endpoint already, as the endpoint tells of it.
pub(crate) fn received(standing: &Standing) -> Vec<Arrived> {
    let Standing::Told(state) = standing else { return Vec::new() };
    let found = state.get("received").map(|list| list.entries());
    let arrived = |entry: &Parsed| {
        let text = |name| entry.get(name).and_then(|value| value.text());
        Some(Arrived { part: text("part")?, receipt: Receipt { uuid: text("uuid")?, stored: text("received") } })
    };
    found.unwrap_or_default().iter().filter_map(arrived).collect()
}

/// Sends frozen bytes to an endpoint (`docs/collection-endpoint.md`), and judges the reply.
pub(crate) async fn post(endpoint: &Endpoint, invitation: &str, frozen: &Frozen) -> Verdict {
    let uuid = frozen.uuid.as_str();
    let sent = match request(endpoint, invitation, frozen) {
        Some(request) => send(request, policy::REQUEST_TIMEOUT).await,
        None => Err(NoReply::Network),
    };
    let response = match sent {
        Ok(response) => response,
        Err(no_reply) => return verdict_by::<Parsed>(uuid, Err(no_reply)),
    };
    // A body that was cut off is a reply without receipt.
    let bytes = body(&response, policy::REQUEST_TIMEOUT).await.unwrap_or_default();
    let response = Response::from(response);
    let headers = response.headers();
    let (location, date) = (headers.get("location"), headers.get("date"));
    let retry_after = headers.get("retry-after").map(|wait| seconds(wait, date.as_deref()));
    let reply = Reply {
        status: response.status(),
        location: location.as_deref(),
        retry_after: retry_after.as_deref(),
        body: &bytes,
    };
    verdict_by::<Parsed>(uuid, Ok(reply))
}

fn request(endpoint: &Endpoint, invitation: &str, frozen: &Frozen) -> Option<Request> {
    let (base, uuid) = (endpoint.base.as_str(), frozen.uuid.as_str());
    let (fhir, media_type) = match frozen.media {
        Media::Fhir => (true, "application/fhir+json"),
        Media::Sealed => (true, "application/jose"),
        Media::Flat => (false, "application/json"),
    };
    let update = fhir && endpoint.write == Write::Update;
    let mut address = base.to_owned();
    if fhir {
        address.push_str("/QuestionnaireResponse");
    }
    if update {
        address.push('/');
        address.push_str(uuid);
    }
    let request = if update { Request::put(&address) } else { Request::post(&address) };
    // The header values hold base64url, points and a UUID only (see `Invitation::read`), so that none is refused.
    let mut request = request
        .credentials(web_sys::RequestCredentials::Omit)
        .redirect(web_sys::RequestRedirect::Error)
        .referrer_policy(web_sys::ReferrerPolicy::NoReferrer)
        .header("content-type", media_type)
        .header("authorization", &format!("Bearer {invitation}"));
    if fhir {
        request = request.header("prefer", "return=representation");
    }
    if fhir && endpoint.write == Write::ConditionalCreate {
        request = request.header("if-none-exist", &format!("identifier=urn:ietf:rfc:3986|urn:uuid:{uuid}"));
    }
    request.body(js_sys::Uint8Array::from(frozen.bytes.as_slice())).ok()
}

/// `Retry-After` in seconds, where it is a date; anything else as it is.
fn seconds(wait: String, now: Option<&str>) -> String {
    let until = js_sys::Date::parse(&wait);
    if wait.trim().parse::<u64>().is_ok() || until.is_nan() {
        return wait;
    }
    let now = now.map(js_sys::Date::parse).filter(|now| !now.is_nan()).unwrap_or_else(js_sys::Date::now);
    (((until - now) / 1000.0).max(0.0) as u64).to_string()
}

/// How long a request, or its body, is waited for at most: a little longer than its signal, which may not be heeded.
fn most(timeout: Duration) -> u32 {
    const GRACE: u32 = 1_000;
    u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).saturating_add(GRACE)
}

/// Calls `fetch` and takes only a real `Response` for an answer.
async fn send(request: Request, timeout: Duration) -> Result<web_sys::Response, NoReply> {
    let window = web_sys::window().ok_or(NoReply::Network)?;
    let options = web_sys::RequestInit::new();
    let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    let timer = get(&window, "AbortSignal").and_then(|class| call(&class, "timeout", &[milliseconds.into()]));
    // A browser may lack it, and what a page put in place of `fetch` need not heed it: then it is given up on below.
    if let Some(signal) = timer.ok().and_then(|signal| signal.dyn_into().ok()) {
        options.set_signal(Some(&signal));
    }
    let request: web_sys::Request = request.into();
    // Called by hand and wrapped: what the host page put in place of `fetch` may throw, or answer with no promise.
    let fetch = js_sys::Reflect::get(&window, &"fetch".into()).map_err(|_| NoReply::Network)?;
    let fetch: &js_sys::Function = fetch.dyn_ref().ok_or(NoReply::Network)?;
    let answer = fetch.call2(&window, &request, &options).map_err(|_| NoReply::Network)?;
    match within(most(timeout), await_(answer)).await {
        Some(Ok(value)) => value.dyn_into().map_err(|_| NoReply::Network),
        Some(Err(reason)) if is_timeout(&reason) => Err(NoReply::Timeout),
        Some(Err(_)) => Err(NoReply::Network),
        None => Err(NoReply::Timeout),
    }
}

fn is_timeout(reason: &JsValue) -> bool {
    let name = js_sys::Reflect::get(reason, &"name".into()).ok();
    name.and_then(|name| name.as_string()).as_deref() == Some("TimeoutError")
}

/// The body; none if it was cut off, does not come, or is too long.
async fn body(response: &web_sys::Response, timeout: Duration) -> Option<Vec<u8>> {
    let buffer = within(most(timeout), await_(response.array_buffer().ok()?.into())).await?.ok()?;
    let buffer: js_sys::ArrayBuffer = buffer.dyn_into().ok()?;
    let bytes = js_sys::Uint8Array::new(&buffer);
    (bytes.length() as usize <= policy::REPLY_LIMIT).then(|| bytes.to_vec())
}
