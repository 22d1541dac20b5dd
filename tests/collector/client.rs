//! A client of a few lines, so that the tests see the bytes of HTTP and not a library's idea of them.

use std::{
    fmt,
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;
use svar::submission::{self, Verdict, verdict};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Send no more of the body than this.
    pub(crate) cut: Option<usize>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Request {
        Request { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new(), cut: None }
    }

    /// Sets a header, in place of one of the same name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Request {
        self = self.without(name);
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Request {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    fn head(&self, to: SocketAddr) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head + &format!("Content-Length: {}\r\n\r\n", self.body.len())
    }

    /// All of it, as it is sent.
    pub(crate) fn bytes(&self, to: SocketAddr) -> Vec<u8> {
        [self.head(to).as_bytes(), &self.body].concat()
    }

    /// Sends it on a connection of its own.
    pub(crate) fn send(&self, to: SocketAddr) -> Reply {
        let mut stream = TcpStream::connect(to).expect("a server");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        stream.write_all(self.head(to).as_bytes()).expect("to send the head");
        let body = &self.body[..self.cut.unwrap_or(self.body.len())];
        // A server may answer and close before it has read everything.
        let _ = stream.write_all(body);
        if self.cut.is_some() {
            stream.shutdown(Shutdown::Write).expect("to end the body early");
        }
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Reply::read(&bytes)
    }
}

/// One reply.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

impl Reply {
    pub(crate) fn read(bytes: &[u8]) -> Reply {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a reply with a head");
        let head = std::str::from_utf8(&bytes[..end]).expect("a head of plain text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into()));
        Reply { status: status.expect("a status"), headers: headers.collect(), body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("expected JSON, found {error}: {self:?}"))
    }

    /// The issues of an `OperationOutcome`, as code, expression and diagnostics.
    pub(crate) fn issues(&self) -> Vec<(String, String, String)> {
        let body = self.json();
        assert_eq!(body["resourceType"], "OperationOutcome", "{body}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let issues = body["issue"].as_array().expect("issues").iter().map(|issue| {
            assert_eq!(issue["severity"], "error");
            (text(&issue["code"]), text(&issue["expression"][0]), text(&issue["diagnostics"]))
        });
        issues.collect()
    }

    /// What the widget makes of it.
    pub(crate) fn verdict(&self, uuid: &str) -> Verdict {
        let reply = submission::Reply {
            status: self.status,
            location: self.header("location"),
            retry_after: self.header("retry-after"),
            body: &self.body,
        };
        verdict(uuid, Ok(reply))
    }
}
