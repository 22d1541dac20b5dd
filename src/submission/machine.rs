//! The life of one submission: draft → frozen → sending → received, or not yet.
//!
//! The answers are frozen once, as bytes with an id; every try sends those very bytes. Only a verdict of the endpoint, or
//! the person who goes back to the answers, moves it on. Waiting by itself, waking and storing come with the store; they
//! are further events and effects of this same machine.

use super::verdict::{Receipt, Verdict};

/// An answer set whose bytes will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Its id.
    pub uuid: String,
    /// The body, `application/fhir+json`.
    pub bytes: Vec<u8>,
}

/// Where a submission is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Still being answered.
    #[default]
    Draft,
    /// On its way.
    Sending,
    /// It has arrived.
    Received(Receipt),
    /// It has not, and the verdict says why; the bytes are kept.
    NotReceived(Verdict),
}

/// What happens to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The person sends the answers.
    Freeze(Frozen),
    /// The person tries again.
    Retry,
    /// The verdict on a reply to the submission `uuid`.
    Verdict {
        /// Which submission the reply was to.
        uuid: String,
        /// What it means.
        verdict: Verdict,
    },
    /// The person goes back to mend the answers; what was frozen has not arrived, and will not be sent again.
    Reopen,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send these bytes.
    Post(Frozen),
}

/// One submission.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    state: State,
    frozen: Option<Frozen>,
    /// Replies so far that were no receipt.
    tries: u32,
}

impl Submission {
    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What is kept until it has arrived.
    pub fn frozen(&self) -> Option<&Frozen> {
        self.frozen.as_ref()
    }

    /// The receipt, once it has arrived.
    pub fn received(&self) -> Option<&Receipt> {
        match &self.state {
            State::Received(receipt) => Some(receipt),
            _ => None,
        }
    }

    /// Tries so far that brought no receipt.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Takes an event. An event that does not fit the state changes nothing: a second click on "send", a reply that comes
    /// after the person went back.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        match (&self.state, event) {
            (State::Draft, Event::Freeze(frozen)) => {
                self.frozen = Some(frozen.clone());
                self.tries = 0;
                self.send(frozen)
            }
            (State::NotReceived(_), Event::Retry) => match self.frozen.clone() {
                Some(frozen) => self.send(frozen),
                None => Vec::new(),
            },
            (State::Sending, Event::Verdict { uuid, verdict }) if self.is(&uuid) => {
                self.state = match verdict {
                    Verdict::Received(receipt) => {
                        self.frozen = None;
                        State::Received(receipt)
                    }
                    other => {
                        self.tries = self.tries.saturating_add(1);
                        State::NotReceived(other)
                    }
                };
                Vec::new()
            }
            // After a plain "not received" the endpoint may have the bytes all the same, so only a refusal, which says
            // that it has not, reopens.
            (State::NotReceived(Verdict::Refused { .. }), Event::Reopen) => {
                *self = Submission::default();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn is(&self, uuid: &str) -> bool {
        self.frozen.as_ref().is_some_and(|frozen| frozen.uuid == uuid)
    }

    fn send(&mut self, frozen: Frozen) -> Vec<Effect> {
        self.state = State::Sending;
        vec![Effect::Post(frozen)]
    }
}
