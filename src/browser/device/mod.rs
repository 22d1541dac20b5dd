//! What the device keeps for one person and one link: a draft, submissions that wait, receipts. All of it under a vault
//! that is this person's alone (`keys`), in IndexedDB (`database`), as records that are trusted only if they are as they
//! were written (`vault`).
//!
//! ```text
//! let link = Link::new(study, wave, secret, personal);
//! let traces = link.find().await;                  // is there something of an earlier visit? Nothing of it is shown.
//! let device = link.open(Some(own_device)).await;  // always answers; device.state() says whether the store works
//! device.save_draft(bytes, expires).await;         // again and again
//! device.keep(uuid, bytes, sealed).await;          // answers when it is on disk: only then is it "saved"
//! device.outbox().await;                           // what waits to be delivered, this person's and orphans
//! device.keep_receipt(owner, uuid, bytes).await;   // first the receipt,
//! device.drop_payload(owner, uuid).await;          // then the payload
//! device.forget().await;                           // "finish and clear", "next person"
//! ```
//!
//! Records: `draft/{owner}`, `outbox/{owner}/{uuid}`, `receipt/{owner}/{uuid}`, and `aside/{name}` for what was damaged.

mod database;
mod keep;
mod keys;
mod link;
mod records;
mod store;
mod vault;

pub use database::{Database, PATIENCE};
pub use keep::Device;
pub use link::{Link, Traces};
pub use store::{Durability, Memory, Store, StoreError};
pub use vault::{Unlock, Vault, unwrap, wrap};

/// The name of the database.
pub(super) const DATABASE: &str = "svar";

/// Where the key lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this tab: what is kept outlives a reload and a crash, not a closed tab.
    Tab,
    /// In this browser.
    Browser,
    /// Nowhere; it follows from the personal invitation.
    Personal,
    /// In this page only, since the browser forbids the rest: nothing encrypted can outlive the page.
    Page,
}

/// Whether what is kept outlives the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// The store took what it was last given.
    Working,
    /// It did not: the answers are in memory only. It is asked again every time, and may recover.
    MemoryOnly(StoreError),
}

/// A record read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// There is none, or its time was over.
    Nothing,
    /// As it was kept.
    Found(Vec<u8>),
    /// There is one, and it cannot be trusted. If it was damaged, it has been set aside.
    Unreadable(Unlock),
}

/// What the store knows of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// It has been received: the receipt.
    Receipt(Vec<u8>),
    /// It waits: the bytes given to [`Device::keep`].
    Payload(Vec<u8>),
    /// Nothing.
    Nothing,
    /// It waits, and cannot be read.
    Unreadable(Unlock),
}

/// A submission that waits to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose it is.
    pub owner: String,
    /// Its id.
    pub uuid: String,
    /// Of the person who is here. Of others it is delivered in silence, and never spoken of.
    pub own: bool,
    /// The bytes given to [`Device::keep`]. Those of others are always readable.
    pub record: Result<Vec<u8>, Unlock>,
}
