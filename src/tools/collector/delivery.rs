//! What was delivered: where to, how, and what the body says of itself.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::json;

use super::{Answer, BASE, CONTACT_BASE};
use crate::session::response::Response;
use crate::tools::jose::Header;

/// The two endpoints: whoever holds the data of one does not hold that of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// Consent and answers, under the pseudonym.
    #[default]
    Answers,
    /// Contact details, sealed.
    Contact,
}

impl Destination {
    /// Where its interface begins.
    pub fn base(self) -> &'static str {
        match self {
            Destination::Answers => BASE,
            Destination::Contact => CONTACT_BASE,
        }
    }

    pub(super) fn other(self) -> Destination {
        match self {
            Destination::Answers => Destination::Contact,
            Destination::Contact => Destination::Answers,
        }
    }
}

/// How a submission was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// `POST`.
    #[default]
    Create,
    /// `PUT` to an address with this id.
    Update {
        /// The last part of the address, as it came.
        uuid: String,
    },
    /// `POST` of the flat form.
    Flat,
}

/// What was delivered, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Where to.
    pub to: Destination,
    /// How.
    pub way: Way,
    /// The address that it came from: whoever guesses codes is slowed, and nobody else.
    pub from: Option<IpAddr>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `If-None-Exist` header.
    pub if_none_exist: Option<String>,
    /// The `Prefer` header.
    pub prefer: Option<String>,
    /// The body; none if it is larger than any that is taken.
    pub body: Option<Vec<u8>>,
}

/// What a body says of itself, in whatever form it came.
pub(super) struct Incoming<'a> {
    pub(super) id: String,
    pub(super) questionnaire: String,
    /// None where it is sealed, or was left out.
    pub(super) pseudonym: Option<String>,
    /// When it was completed, by the sender's clock; none where that cannot be read.
    pub(super) authored: Option<Timestamp>,
    /// Its media type, without parameters.
    pub(super) media_type: String,
    /// The bytes, which are text in every form.
    pub(super) body: &'a str,
    pub(super) content: Content,
}

pub(super) enum Content {
    Plain(Response),
    Sealed(Header),
    Flat,
}

impl Incoming<'_> {
    /// The receipt. Of a plain response it is the resource as it is kept, with the id and the time that it was given here; of
    /// any other form, those two alone.
    pub(super) fn receipt(&self, status: u16, destination: Destination, received_at: &str) -> Answer {
        let id = &self.id;
        let mut resource = match self.content {
            Content::Plain(_) => serde_json::from_str(self.body).unwrap_or_default(),
            Content::Sealed(_) | Content::Flat => json!({}),
        };
        if let Some(fields) = resource.as_object_mut() {
            fields.insert("id".to_owned(), json!(id));
            let meta = fields.entry("meta").or_insert_with(|| json!({}));
            if !meta.is_object() {
                *meta = json!({});
            }
            if let Some(meta) = meta.as_object_mut() {
                meta.insert("lastUpdated".to_owned(), json!(received_at));
            }
        }
        let location = match self.content {
            // There is no resource to speak of.
            Content::Flat => None,
            _ => Some(format!("{}/QuestionnaireResponse/{id}", destination.base())),
        };
        Answer { status, location, retry_after: None, body: Some(resource) }
    }
}
