//! What a submission is made of, what happens to it, and what it asks for.

use super::verdict::{Parked, Receipt, Verdict, Waiting};

/// An answer set whose bytes will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Its id: a UUID in lower case.
    pub uuid: String,
    /// What it answers: `consent`, `contact`, or the id of a part in the manifest.
    pub part: String,
    /// What the bytes are.
    pub media: Media,
    /// The body that every try sends.
    pub bytes: Vec<u8>,
}

/// What the bytes of a submission are, and so what an endpoint is told that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A FHIR `QuestionnaireResponse`, `application/fhir+json`.
    Fhir,
    /// The same, sealed to the study's key, `application/jose`.
    Sealed,
    /// A JSON object of linkId → value, `application/json`.
    Flat,
}

/// When an event happens, and what chance says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since some moment. A clock that is set, or stands still, costs at most one wait: what counts is that
    /// the alarm rings.
    pub now: u64,
    /// A random number, fresh for every event.
    pub dice: u32,
}

/// Where a submission is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Still being answered.
    #[default]
    Draft,
    /// On its way into the store of this device.
    Keeping,
    /// Has asked for its turn to send.
    Queued,
    /// Has the turn, and looks in the store whether another tab has delivered it.
    Looking,
    /// On its way to the endpoint.
    Sending,
    /// Not confirmed; will be sent again by itself.
    Waiting {
        /// Why.
        why: Waiting,
        /// When, on the clock of [`Moment::now`].
        until: u64,
    },
    /// Another tab has the turn; asked again every few seconds.
    Elsewhere,
    /// The invitation does not admit it; sent again when something changes.
    Paused,
    /// The endpoint will not take it; sent again only if the person says so.
    Parked(Parked),
    /// The endpoint names answers to look at again.
    Refused {
        /// The `linkId`s of the questions.
        link_ids: Vec<String>,
    },
    /// It has arrived.
    Received(Receipt),
}

/// Whether the bytes would survive the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// Nothing is known yet.
    #[default]
    Unknown,
    /// The store of this device has them.
    Stored,
    /// Only this page has them: the person is asked to keep it open.
    MemoryOnly,
}

/// What the store has under the id of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The bytes, and no receipt.
    Payload,
    /// A receipt, whether or not the bytes are there too.
    Receipt(Receipt),
    /// Neither: the store was emptied.
    Nothing,
    /// It cannot be read.
    Unreadable,
}

/// What happens to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The person sends the answers.
    Freeze(Frozen),
    /// Bytes without a receipt were found in the store when the page was loaded.
    Restored(Frozen),
    /// A receipt without bytes was found in the store when the page was loaded.
    Known(Receipt),
    /// What came of an effect. Each effect but [`Effect::WakeIn`] and [`Effect::GiveUpTurn`] has exactly one outcome; one
    /// that stays away costs patience, not the submission.
    Came {
        /// Which submission the effect was for.
        uuid: String,
        /// What came of it.
        outcome: Outcome,
    },
    /// The alarm with this number, set by [`Effect::WakeIn`], rings. One of a state before rings in vain.
    Alarm(u32),
    /// The world may have changed: online again, the page in focus again.
    Wake,
    /// The person tries again, or has a new invitation.
    Retry,
    /// The person goes back to mend refused answers.
    Reopen,
}

/// What came of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The store has the bytes: its transaction is complete.
    Kept,
    /// The store does not take them.
    NotKept,
    /// This tab has the turn. Where the browser knows no turns, everybody has it.
    Turn,
    /// Another tab has it.
    NoTurn,
    /// What the store has.
    Found(Found),
    /// The verdict on the endpoint's reply, or on its absence. A page that was suspended may get it when it has sent
    /// again: then only a receipt still counts.
    Verdict {
        /// The number of the request.
        request: u32,
        /// What came of it.
        verdict: Verdict,
    },
    /// The store has the receipt: its transaction is complete.
    ReceiptKept,
    /// The store does not take the receipt.
    ReceiptNotKept,
    /// The bytes are gone from the store, or were not there.
    Dropped,
    /// They could not be removed.
    NotDropped,
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write the bytes to the store, over what may be there, and in the same transaction remove the draft and the bytes
    /// that they replace: what was frozen must not be found as a draft, nor what was mended as it was. Kept, or not.
    Keep {
        /// The bytes.
        frozen: Frozen,
        /// The refused set that they correct.
        replaces: Option<String>,
    },
    /// Ask for the turn to send, without waiting for it; a tab that has it gets it again. Turn, or none.
    AskTurn {
        /// Whose.
        uuid: String,
    },
    /// Look in the store for a receipt, then for the bytes. Found.
    Look {
        /// Whose.
        uuid: String,
    },
    /// Send the bytes. A verdict, within [`policy::REQUEST_TIMEOUT`](super::policy::REQUEST_TIMEOUT).
    Post {
        /// The bytes.
        frozen: Frozen,
        /// The number of the request, for its verdict.
        request: u32,
    },
    /// Write the receipt to the store. ReceiptKept, or not.
    KeepReceipt {
        /// What was answered.
        part: String,
        /// Its receipt.
        receipt: Receipt,
    },
    /// Remove the bytes from the store; a receipt stays. Dropped, or not.
    Drop {
        /// Whose.
        uuid: String,
    },
    /// Let other tabs have the turn, at once; an earlier [`Effect::AskTurn`] that is still unanswered is void.
    GiveUpTurn {
        /// Whose.
        uuid: String,
    },
    /// Ring once after so many milliseconds, whatever else is to ring.
    WakeIn {
        /// Milliseconds from now.
        ms: u64,
        /// Number to ring with.
        alarm: u32,
    },
}
