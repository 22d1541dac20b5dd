//! The client of the native tools: one request, one reply. It follows no redirect, keeps no cookie and no connection, asks
//! no proxy, and reads no more of a reply than the widget does.

use std::{
    io::{self, Read},
    thread,
    time::Duration,
};

use ureq::{
    Agent, Body, SendBody,
    http::{Request, Response},
};

use crate::submission::{self, NoReply, policy};

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// HTTP method.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// Headers, each with its value.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How the body goes out.
    pub pace: Pace,
}

/// How a body goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    #[default]
    Whole,
    /// So many bytes of what was announced; then the connection ends.
    Cut(usize),
    /// In so many pieces, with a pause before each.
    Slowly {
        /// How many.
        pieces: usize,
        /// How long before each.
        pause: Duration,
    },
}

impl Call {
    /// A request without headers or body.
    pub fn new(method: &'static str, url: String) -> Call {
        Call { method, url, headers: Vec::new(), body: Vec::new(), pace: Pace::Whole }
    }

    /// Sets a header, in place of one of the same name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Call {
        self = self.without(name);
        self.headers.push((name, value.into()));
        self
    }

    /// Leaves a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Call {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Call {
        self.body = body;
        self
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Came {
    /// A header; several of one name as one list.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> =
            self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// What the widget would make of it.
    pub fn verdict(&self, uuid: &str) -> submission::Verdict {
        let (location, retry_after) = (self.header("location"), self.header("retry-after"));
        let reply = submission::Reply {
            status: self.status,
            location: location.as_deref(),
            retry_after: retry_after.as_deref(),
            body: &self.body,
        };
        submission::verdict(uuid, Ok(reply))
    }
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Nothing {
    /// As the widget knows it.
    pub no_reply: NoReply,
    /// In words. They name addresses and system errors, never a header or a body.
    pub why: String,
}

/// Whether an address is one that this build can reach.
///
/// # Errors
/// What is expected of an address, or of the build.
pub fn reachable(url: &str) -> Result<(), String> {
    match url.split_once("://") {
        Some(("http", _)) => Ok(()),
        Some(("https", _)) if cfg!(feature = "https") => Ok(()),
        Some(("https", _)) => Err(format!("expected an http: address, since this build has no TLS, found `{url}`")),
        _ => Err(format!("expected an http: or https: address, found `{url}`")),
    }
}

/// Sends requests.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client that waits so long for the whole of one reply.
    pub fn new(patience: Duration) -> Client {
        let config = Agent::config_builder()
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent(concat!("svar/", env!("CARGO_PKG_VERSION")))
            .build();
        Client { agent: config.new_agent() }
    }

    /// Sends a request.
    ///
    /// # Errors
    /// Why there is no reply.
    pub fn send(&self, call: &Call) -> Result<Came, Nothing> {
        self.exchange(call).map_err(|error| {
            let no_reply = if matches!(error, ureq::Error::Timeout(_)) { NoReply::Timeout } else { NoReply::Network };
            Nothing { no_reply, why: error.to_string() }
        })
    }

    fn exchange(&self, call: &Call) -> Result<Came, ureq::Error> {
        let mut request = Request::builder().method(call.method).uri(&call.url);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let reply = match call.pace {
            Pace::Whole if call.body.is_empty() => self.agent.run(request.body(())?)?,
            Pace::Whole => self.agent.run(request.body(call.body.as_slice())?)?,
            pace => {
                let length = call.body.len();
                let body = SendBody::from_owned_reader(Paced { left: call.body.clone(), sent: 0, pace });
                self.agent.run(request.header("content-length", length.to_string()).body(body)?)?
            }
        };
        came(reply)
    }
}

fn came(reply: Response<Body>) -> Result<Came, ureq::Error> {
    let (head, mut body) = reply.into_parts();
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let limit = u64::try_from(policy::REPLY_LIMIT).unwrap_or(u64::MAX);
    let body = body.with_config().limit(limit).read_to_vec()?;
    Ok(Came { status: head.status.as_u16(), headers, body })
}

/// A body that goes out in its own time.
struct Paced {
    left: Vec<u8>,
    sent: usize,
    pace: Pace,
}

impl Read for Paced {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut most = buffer.len().min(self.left.len());
        match self.pace {
            Pace::Cut(at) if self.sent >= at => return Err(io::Error::other("cut off on purpose")),
            Pace::Cut(at) => most = most.min(at.saturating_sub(self.sent)),
            Pace::Slowly { pieces, pause } if most > 0 => {
                thread::sleep(pause);
                let length = self.left.len().saturating_add(self.sent);
                most = most.min(length.div_ceil(pieces.max(1)));
            }
            Pace::Slowly { .. } | Pace::Whole => {}
        }
        let piece: Vec<u8> = self.left.drain(..most).collect();
        for (to, from) in buffer.iter_mut().zip(&piece) {
            *to = *from;
        }
        self.sent = self.sent.saturating_add(most);
        Ok(most)
    }
}
