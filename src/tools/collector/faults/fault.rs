//! What can go wrong, and with which requests.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokio::sync::watch;

/// What goes wrong with one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The connection ends; the collector never heard of the request.
    DropBefore,
    /// The collector deals with the request; then the connection ends, without a reply.
    DropAfter,
    /// The request is on its way for so long.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The request arrives twice, at the same time; one of the replies comes back.
    Duplicate,
    /// The reply breaks off in its body, whose whole length was announced.
    Truncate {
        /// How many bytes of the body come through; at least one does not.
        bytes: usize,
    },
    /// Somebody else answers this; the collector never heard of the request.
    Status(Said),
    /// The collector deals with the request; somebody else answers this.
    StatusAfter(Said),
    /// A captive portal answers with its page; the collector never heard of the request.
    Portal,
    /// The collector deals with the request; a portal's page comes back.
    PortalAfter,
    /// The reply's body comes byte by byte.
    SlowLoris {
        /// Milliseconds before each byte.
        ms_per_byte: u64,
    },
    /// The sender is sent elsewhere.
    Redirect {
        /// `Location`.
        to: String,
    },
    /// The request is on its way until the test says otherwise.
    #[serde(skip)]
    Hold(Hold),
    /// The collector deals with the request; its reply is on its way until the test says otherwise.
    #[serde(skip)]
    HoldAfter(Hold),
}

impl Fault {
    /// As a plan in JSON names it.
    pub fn name(&self) -> &'static str {
        match self {
            Fault::DropBefore => "drop-before",
            Fault::DropAfter => "drop-after",
            Fault::Delay { .. } => "delay",
            Fault::Duplicate => "duplicate",
            Fault::Truncate { .. } => "truncate",
            Fault::Status(_) => "status",
            Fault::StatusAfter(_) => "status-after",
            Fault::Portal => "portal",
            Fault::PortalAfter => "portal-after",
            Fault::SlowLoris { .. } => "slow-loris",
            Fault::Redirect { .. } => "redirect",
            Fault::Hold(_) => "hold",
            Fault::HoldAfter(_) => "hold-after",
        }
    }
}

/// A reply that is not the collector's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// HTTP status.
    pub status: u16,
    /// Its body.
    #[serde(default)]
    pub body: String,
    /// Its headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A gate for requests, which the test opens.
#[derive(Clone, Debug)]
pub struct Hold {
    open: watch::Sender<bool>,
    reached: watch::Sender<usize>,
}

impl Default for Hold {
    fn default() -> Hold {
        Hold { open: watch::Sender::new(false), reached: watch::Sender::new(0) }
    }
}

impl Hold {
    /// A closed gate.
    pub fn new() -> Hold {
        Hold::default()
    }

    /// Opens it, for good.
    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// How many requests have come to it so far.
    pub fn reached(&self) -> usize {
        *self.reached.borrow()
    }

    /// Until so many requests have come to it.
    pub async fn until_reached(&self, count: usize) {
        // The sender is here, so that waiting cannot fail.
        let _ = self.reached.subscribe().wait_for(|reached| *reached >= count).await;
    }

    pub(super) async fn pass(&self) {
        self.reached.send_modify(|reached| *reached = reached.saturating_add(1));
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

/// One entry of a plan: which requests, and what goes wrong with them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The method; if it is left out, any but `OPTIONS`.
    #[serde(default)]
    pub method: Option<String>,
    /// How the path begins; if it is left out, any.
    #[serde(default)]
    pub path: Option<String>,
    /// The first request to act on, of those that fit: 1, if it is left out.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many requests to act on, from that one on: 1, if it is left out.
    #[serde(default = "one")]
    pub count: u64,
    /// What goes wrong.
    pub fault: Fault,
}

fn one() -> u64 {
    1
}

impl Entry {
    /// The fault for the next request of any kind.
    pub fn new(fault: Fault) -> Entry {
        Entry { method: None, path: None, nth: 1, count: 1, fault }
    }

    /// The fault for the next `POST` to this path.
    pub fn post(path: &str, fault: Fault) -> Entry {
        Entry { method: Some("POST".to_owned()), path: Some(path.to_owned()), ..Entry::new(fault) }
    }

    pub(super) fn fits(&self, method: &str, path: &str) -> bool {
        let method = self.method.as_deref().map_or(method != "OPTIONS", |wanted| wanted.eq_ignore_ascii_case(method));
        method && self.path.as_deref().is_none_or(|wanted| path.starts_with(wanted))
    }
}
