//! The life of one submission, from frozen bytes to a receipt.
//!
//! The answers are frozen once, as bytes with an id; every try sends those very bytes. They are written to the store
//! before they are sent and removed after a receipt is kept, so at every moment the endpoint, the store or this page has
//! them.
//!
//! ```text
//!        Freeze            Kept, NotKept            Turn             Found(Payload)
//! Draft ────────▶ Keeping ───────────────▶ Queued ───────▶ Looking ─────────────────▶ Sending
//!   ▲ │              ▲                     ▲ ▲ │              │                          │
//!   │ │   Restored   │                     │ │ │ NoTurn       │ Found(Receipt)           │ Verdict
//!   │ └──────────────┼─────────────────────┘ │ ▼              ▼                          │
//!   │                │                       Elsewhere     Received ◀────────────────────┤
//!   │ Reopen         │ a try                                                             ▼
//!   └─────── Refused └──────────────────────────────────────── Waiting, Paused, Parked, Refused
//! ```
//!
//! | state | asks for | goes on at |
//! | --- | --- | --- |
//! | Draft | – | `Freeze` → Keeping; `Restored` → Queued; `Known` → Received |
//! | Keeping | `Keep` | `Kept`, `NotKept`, impatience → Queued; with the turn in hand → Sending |
//! | Queued | `AskTurn` | `Turn` → Looking; `NoTurn`, impatience → Elsewhere |
//! | Looking | `Look` | payload, impatience → Sending; receipt → Received; nothing, unreadable → Keeping, once, then Sending |
//! | Sending | `Post` | the verdict; impatience → Waiting |
//! | Waiting | `GiveUpTurn` | alarm, `Wake`, `Retry` → a try |
//! | Elsewhere | – | alarm, `Wake`, `Retry` → Queued; a late `Turn` → Looking |
//! | Paused | `GiveUpTurn` | `Wake`, `Retry` → a try |
//! | Parked | `GiveUpTurn` | `Retry` → a try |
//! | Refused | `GiveUpTurn` | `Reopen` → Draft |
//! | Received | `KeepReceipt`, then `Drop`, then `GiveUpTurn` | –; what fails is tried again a few times, then when woken |
//!
//! A *try* is Queued if the store has the bytes, else Keeping. "Impatience" is the alarm that rings before the outcome is
//! there. A receipt is believed in every state from Keeping to Refused, whenever it comes. A turn that comes when nobody
//! waits for it is given up. What a state does not name changes nothing.

mod steps;

use super::{
    alarm::Alarms,
    event::{Effect, Event, Found, Frozen, Kept, Media, Moment, Outcome, State},
    pace::Pace,
    policy,
    verdict::{NoReply, Receipt, Verdict, Waiting},
};

/// One submission.
#[derive(Clone, Debug, Default)]
pub struct Submission {
    state: State,
    /// Kept until it has arrived.
    frozen: Option<Frozen>,
    /// What it answers, after it has arrived.
    part: String,
    kept: Kept,
    /// Whether this tab has the turn.
    turn: bool,
    /// Tries so far that brought no receipt.
    tries: u32,
    /// The number of the newest request.
    requests: u32,
    pace: Pace,
    alarms: Alarms,
    /// Before this the endpoint asked us not to come.
    not_before: u64,
    tidy: Tidy,
    /// How often tidying was begun.
    tidied: u32,
    replaces: Option<String>,
}

/// What is left to do once it has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tidy {
    /// Keep the receipt.
    Receipt,
    /// Remove the bytes.
    Bytes,
    #[default]
    Nothing,
}

impl Submission {
    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether the bytes would survive the page.
    pub fn kept(&self) -> Kept {
        self.kept
    }

    /// Tries so far that brought no receipt. After [`policy::EXPLAIN_AFTER`] with [`Waiting::NoReceipt`] the person is
    /// told what may be in the way.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// The bytes, until they have arrived.
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

    /// Whether something is frozen that has not arrived.
    pub fn is_under_way(&self) -> bool {
        self.frozen.is_some()
    }

    /// The id of the refused set that the next one corrects.
    pub fn replaces(&self) -> Option<&str> {
        self.replaces.as_deref()
    }

    /// Takes an event; total: an event that does not fit the state changes nothing.
    pub fn step(&mut self, event: Event, at: Moment) -> Vec<Effect> {
        match (event, &self.state) {
            (Event::Freeze(frozen), State::Draft) => self.take(frozen, Kept::Unknown),
            (Event::Restored(frozen), State::Draft) => self.take(frozen, Kept::Stored),
            (Event::Known(receipt), State::Draft) => {
                self.set(State::Received(receipt));
                Vec::new()
            }
            (Event::Came { uuid, outcome }, _) if self.is(&uuid) => self.came(outcome, at),
            (Event::Came { uuid, outcome: Outcome::Turn }, _) => vec![Effect::GiveUpTurn { uuid }],
            (Event::Alarm(alarm), _) if self.alarms.count(alarm) => self.rings(at),
            (Event::Wake | Event::Retry, State::Elsewhere) => self.ask(),
            // What the endpoint asked for holds for whatever wakes us, but not for the person.
            (Event::Wake, State::Waiting { .. }) if at.now < self.not_before => Vec::new(),
            (Event::Wake, State::Waiting { .. } | State::Paused) => self.try_in(self.pace.after_wake(at.now), at),
            (Event::Retry, State::Waiting { .. } | State::Paused | State::Parked(_)) => {
                self.try_in(self.pace.after_person(at.now), at)
            }
            (Event::Reopen, State::Refused { .. }) => self.reopen(),
            (Event::Wake, State::Received(_)) if self.alarms.none() => self.tidy(self.tidy),
            _ => Vec::new(),
        }
    }

    fn came(&mut self, outcome: Outcome, at: Moment) -> Vec<Effect> {
        match (outcome, &self.state) {
            // Written late, after the bytes were removed.
            (Outcome::Kept, State::Received(_)) if self.tidy != Tidy::Receipt => self.tidy(Tidy::Bytes),
            (Outcome::ReceiptKept, State::Received(_)) if self.tidy == Tidy::Receipt => self.tidy(Tidy::Bytes),
            (Outcome::Dropped, State::Received(_)) if self.tidy == Tidy::Bytes => self.tidy(Tidy::Nothing),
            (Outcome::ReceiptNotKept | Outcome::NotDropped, State::Received(_)) => self.give_up_turn(),
            // It has arrived: the rest is of no interest but a turn, below.
            (Outcome::Verdict { verdict: Verdict::Received(receipt), .. }, state) if self.ours(&receipt, state) => {
                self.arrived(receipt, Tidy::Receipt)
            }
            (Outcome::Found(Found::Receipt(receipt)), state) if self.ours(&receipt, state) => {
                self.arrived(receipt, Tidy::Bytes)
            }
            (Outcome::Verdict { request, verdict }, State::Sending) if request == self.requests => {
                self.not_received(verdict, at)
            }
            (Outcome::Kept, state) => {
                let keeping = *state == State::Keeping;
                self.kept = Kept::Stored;
                if keeping { self.kept_or_not(at) } else { Vec::new() }
            }
            (Outcome::NotKept, State::Keeping) => self.not_kept(at),
            (Outcome::Turn, State::Queued | State::Elsewhere) => {
                self.turn = true;
                let look = Effect::Look { uuid: self.uuid() };
                self.wait_for(State::Looking, look, policy::STORE_PATIENCE)
            }
            (Outcome::Turn, _) if !self.turn => vec![Effect::GiveUpTurn { uuid: self.uuid() }],
            (Outcome::NoTurn, State::Queued) => self.elsewhere(),
            (Outcome::Found(found), State::Looking) => self.found(&found, at),
            _ => Vec::new(),
        }
    }

    /// An alarm rings: an outcome has stayed away, or a wait is over.
    fn rings(&mut self, at: Moment) -> Vec<Effect> {
        self.alarms.clear();
        match &self.state {
            State::Draft | State::Refused { .. } => Vec::new(),
            State::Keeping => self.not_kept(at),
            State::Queued => self.elsewhere(),
            State::Looking => self.post(at),
            State::Sending => {
                let why = Waiting::NoReply(NoReply::Timeout);
                self.not_received(Verdict::Waiting { why, after: None }, at)
            }
            State::Waiting { .. } | State::Paused | State::Parked(_) => self.begin(),
            State::Elsewhere => self.ask(),
            State::Received(_) if self.tidied < policy::TIDY_TRIES => self.tidy(self.tidy),
            State::Received(_) => self.give_up_turn(),
        }
    }

    fn uuid(&self) -> String {
        let frozen = self.frozen.as_ref().map(|frozen| &frozen.uuid);
        frozen.or(self.received().map(|receipt| &receipt.uuid)).cloned().unwrap_or_default()
    }

    fn is(&self, uuid: &str) -> bool {
        let frozen = self.frozen.as_ref().map(|frozen| frozen.uuid.as_str());
        frozen.or(self.received().map(|receipt| receipt.uuid.as_str())) == Some(uuid)
    }

    fn ours(&self, receipt: &Receipt, state: &State) -> bool {
        !matches!(state, State::Received(_)) && self.is(&receipt.uuid)
    }

    fn is_sealed(&self) -> bool {
        self.frozen.as_ref().is_some_and(|frozen| frozen.media == Media::Sealed)
    }
}
