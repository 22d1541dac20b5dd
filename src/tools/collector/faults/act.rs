//! How a fault acts on a request and its reply.

use std::{
    convert::Infallible,
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::{Body as HttpBody, Frame};
use tokio::time::{Sleep, sleep};

use super::{
    super::{Collector, http, line::Line},
    Fault, Said,
};

/// What a portal says to everybody who has not signed in, with a status that means nothing.
const PORTAL: &str =
    "<!doctype html><html lang=en><title>Welcome to the guest network</title><p>Please sign in.</html>";

/// Lets the plan have its way with a request.
pub(in super::super) async fn inject(
    State(collector): State<Arc<Collector>>,
    request: Request,
    next: Next,
) -> Result<Response, Infallible> {
    let method = http::known(request.method());
    let faults = collector.faults.as_ref();
    let Some(fault) = faults.and_then(|faults| faults.next(&method, request.uri().path())) else {
        return Ok(next.run(request).await);
    };
    (collector.log)(&format!("fault: {}", fault.name()));
    let line = request.extensions().get::<ConnectInfo<Line>>().map(|line| line.0.clone());
    let cut = || {
        line.iter().for_each(Line::cut);
        // Nobody will see this where the line could be cut.
        StatusCode::BAD_GATEWAY.into_response()
    };
    let Some(request) = Whole::read(request).await else { return Ok(cut()) };
    Ok(match fault {
        Fault::DropBefore => cut(),
        Fault::DropAfter => {
            run(next, request).await;
            cut()
        }
        Fault::Delay { ms } => after(sleep(Duration::from_millis(ms)), next, request).await,
        Fault::Hold(hold) => after(async move { hold.pass().await }, next, request).await,
        Fault::HoldAfter(hold) => {
            let response = run(next, request).await;
            hold.pass().await;
            response
        }
        Fault::Duplicate => tokio::join!(run(next.clone(), request.clone()), run(next, request)).0,
        Fault::Truncate { bytes } => slowly(run(next, request).await, Duration::ZERO, Some(bytes)).await,
        Fault::SlowLoris { ms_per_byte } => {
            slowly(run(next, request).await, Duration::from_millis(ms_per_byte), None).await
        }
        Fault::Status(said) => reply(&said),
        Fault::StatusAfter(said) => {
            run(next, request).await;
            reply(&said)
        }
        Fault::Portal => portal(),
        Fault::PortalAfter => {
            run(next, request).await;
            portal()
        }
        Fault::Redirect { to } => {
            let headers = [("location".to_owned(), to)].into();
            reply(&Said { status: 302, body: String::new(), headers })
        }
    })
}

/// A request that has arrived as a whole, and no longer depends on its connection.
#[derive(Clone)]
struct Whole {
    head: axum::http::request::Parts,
    body: Bytes,
}

impl Whole {
    async fn read(request: Request) -> Option<Whole> {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, http::DRAIN_LIMIT).await.ok()?;
        Some(Whole { head, body })
    }
}

/// Has the collector deal with it, to the end, even if the sender goes away.
async fn run(next: Next, request: Whole) -> Response {
    after(std::future::ready(()), next, request).await
}

async fn after(wait: impl Future<Output = ()> + Send + 'static, next: Next, request: Whole) -> Response {
    let dealt_with = tokio::spawn(async move {
        wait.await;
        next.run(Request::from_parts(request.head, Body::from(request.body))).await
    });
    dealt_with.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn reply(said: &Said) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in &said.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, said.body.clone()).into_response()
}

fn portal() -> Response {
    let headers = [("content-type".to_owned(), "text/html; charset=utf-8".to_owned())].into();
    reply(&Said { status: 200, body: PORTAL.to_owned(), headers })
}

/// The reply with its whole length announced and its body as a bad line brings it.
async fn slowly(response: Response, pause: Duration, cut_after: Option<usize>) -> Response {
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    head.headers.remove(header::TRANSFER_ENCODING);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let body = match cut_after {
        Some(most) => {
            let most = most.min(bytes.len().saturating_sub(1));
            Trickle { left: bytes.slice(..most), step: most.max(1), pause, sleep: None, end: End::Flush }
        }
        None => Trickle { left: bytes, step: 1, pause, sleep: None, end: End::Whole },
    };
    Response::from_parts(head, Body::new(body))
}

/// How a body ends.
#[derive(PartialEq)]
enum End {
    /// As it should.
    Whole,
    /// In the middle; what came before is let through first.
    Flush,
    /// In the middle.
    Broken,
}

/// A body that comes in pieces, with pauses.
struct Trickle {
    left: Bytes,
    /// Bytes in a piece.
    step: usize,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    end: End,
}

impl HttpBody for Trickle {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return match self.end {
                End::Whole => Poll::Ready(None),
                End::Flush => {
                    self.end = End::Broken;
                    task.waker().wake_by_ref();
                    Poll::Pending
                }
                End::Broken => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            };
        }
        if !self.pause.is_zero() {
            let pause = self.pause;
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(sleep.as_mut().poll(task));
            self.sleep = None;
        }
        let length = self.step.min(self.left.len());
        let piece = self.left.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
