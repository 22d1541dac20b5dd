//! The life of one submission, from frozen bytes to a receipt.
//!
//! The answers are frozen once, as bytes with an id; every try sends those very bytes. They are written to the store
//! before they are sent and removed after a receipt is kept, so at every moment the endpoint, the store or this page has
//! them.
//!
//! ```text
//!              Freeze             Kept, NotKept          Turn            Found(Payload)
//!   Draft ─────────────▶ Keeping ─────────────▶ Queued ───────▶ Looking ───────────────▶ Sending
//!     ▲ ╲  Restored        ▲  ▲                  ▲  │ NoTurn      │ Found(Receipt)          │ verdict
//!     │  ╲────────────────╱───┼──────────────────┘  ▼             ▼                         │
//!     │                  ╱    │               Elsewhere       Received ◀────────────────────┤
//!     │ Reopen          ╱     │ alarm, Wake, Retry                                          ▼
//!     └──────────── Refused   └────────────────────────────────── Waiting, Paused, Parked, Refused
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

use super::{
    event::{Effect, Event, Found, Frozen, Kept, Media, Moment, Outcome, State},
    pace::Pace,
    policy,
    verdict::{NoReply, Parked, Receipt, Verdict, Waiting},
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
    pace: Pace,
    /// The number of the newest alarm.
    alarm: u32,
    /// The alarms up to it that count: those of this state. A sooner one never replaces a later one, because by a clock
    /// that goes back it may be neither.
    counting: u32,
    /// When the soonest rings; the end of time if none is set.
    due: u64,
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
            (Event::Known(receipt), State::Draft) => self.rest(State::Received(receipt)),
            (Event::Came { uuid, outcome }, _) if self.is(&uuid) => self.came(outcome, at),
            (Event::Came { uuid, outcome: Outcome::Turn }, _) => vec![Effect::GiveUpTurn { uuid }],
            (Event::Alarm(alarm), _) if self.alarm.wrapping_sub(alarm) < self.counting => self.rings(at),
            (Event::Wake | Event::Retry, State::Elsewhere) => self.ask(),
            // What the endpoint asked for holds for whatever wakes us, but not for the person.
            (Event::Wake, State::Waiting { .. }) if at.now < self.not_before => Vec::new(),
            (Event::Wake, State::Waiting { .. } | State::Paused) => self.try_in(self.pace.after_wake(at.now), at),
            (Event::Retry, State::Waiting { .. } | State::Paused | State::Parked(_)) => {
                self.try_in(self.pace.after_person(at.now), at)
            }
            (Event::Reopen, State::Refused { .. }) => self.reopen(),
            (Event::Wake, State::Received(_)) if self.counting == 0 => self.tidy(self.tidy),
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
            (Outcome::Verdict(Verdict::Received(receipt)), state) if self.ours(&receipt, state) => {
                self.arrived(receipt, Tidy::Receipt)
            }
            (Outcome::Found(Found::Receipt(receipt)), state) if self.ours(&receipt, state) => {
                self.arrived(receipt, Tidy::Bytes)
            }
            (Outcome::Verdict(verdict), State::Sending) => self.not_received(verdict, at),
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
        self.no_alarm();
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

    fn take(&mut self, frozen: Frozen, kept: Kept) -> Vec<Effect> {
        self.part.clone_from(&frozen.part);
        self.frozen = Some(frozen);
        self.kept = kept;
        self.begin()
    }

    /// Begins a try: first into the store, if that has not got it.
    fn begin(&mut self) -> Vec<Effect> {
        if self.kept == Kept::Stored { self.ask() } else { self.keep() }
    }

    /// Begins a try now, or in so many milliseconds if that is sooner than what is planned.
    fn try_in(&mut self, ms: u64, at: Moment) -> Vec<Effect> {
        let due = at.now.saturating_add(ms);
        if ms == 0 {
            return self.begin();
        }
        if due >= self.due {
            return Vec::new();
        }
        if let State::Waiting { until, .. } = &mut self.state {
            *until = due;
        }
        vec![self.wake_in(ms, due)]
    }

    fn keep(&mut self) -> Vec<Effect> {
        let Some(frozen) = self.frozen.clone() else { return Vec::new() };
        let keep = Effect::Keep { frozen, replaces: self.replaces.clone() };
        self.wait_for(State::Keeping, keep, policy::STORE_PATIENCE)
    }

    fn not_kept(&mut self, at: Moment) -> Vec<Effect> {
        self.kept = Kept::MemoryOnly;
        self.kept_or_not(at)
    }

    fn kept_or_not(&mut self, at: Moment) -> Vec<Effect> {
        if self.turn { self.post(at) } else { self.ask() }
    }

    fn ask(&mut self) -> Vec<Effect> {
        let ask = Effect::AskTurn { uuid: self.uuid() };
        self.wait_for(State::Queued, ask, policy::TURN_PATIENCE)
    }

    fn elsewhere(&mut self) -> Vec<Effect> {
        self.set(State::Elsewhere);
        vec![self.wake_in(policy::ELSEWHERE_POLL, u64::MAX)]
    }

    fn found(&mut self, found: &Found, at: Moment) -> Vec<Effect> {
        match (found, self.kept) {
            (Found::Payload, _) => {
                self.kept = Kept::Stored;
                self.post(at)
            }
            // The store was emptied, or what it has is damaged: what we have goes there anew.
            (_, Kept::Stored) => {
                self.kept = Kept::Unknown;
                self.keep()
            }
            _ => self.post(at),
        }
    }

    fn post(&mut self, at: Moment) -> Vec<Effect> {
        let Some(frozen) = self.frozen.clone() else { return Vec::new() };
        self.pace.sent(at.now);
        self.wait_for(State::Sending, Effect::Post(frozen), policy::VERDICT_PATIENCE)
    }

    /// A verdict that is no receipt.
    fn not_received(&mut self, verdict: Verdict, at: Moment) -> Vec<Effect> {
        self.tries = self.tries.saturating_add(1);
        self.not_before = 0;
        let mut effects = self.give_up_turn();
        match verdict {
            // A receipt that names another submission is none.
            Verdict::Received(_) => effects.push(self.wait(Waiting::NoReceipt, None, at)),
            Verdict::Waiting { why, after } => effects.push(self.wait(why, after, at)),
            Verdict::Paused => effects.extend(self.rest(State::Paused)),
            Verdict::Parked(why) => effects.extend(self.rest(State::Parked(why))),
            // Who cannot read sealed answers cannot have judged them.
            Verdict::Refused { .. } if self.is_sealed() => {
                effects.extend(self.rest(State::Parked(Parked::Unacceptable { status: 422 })));
            }
            Verdict::Refused { link_ids } => effects.extend(self.rest(State::Refused { link_ids })),
        }
        effects
    }

    fn wait(&mut self, why: Waiting, after: Option<u64>, at: Moment) -> Effect {
        let (least, most) = (*policy::RETRY_AFTER.start(), *policy::RETRY_AFTER.end());
        let asked = after.map_or(0, |seconds| seconds.clamp(least, most) * 1000);
        let ms = self.pace.after_try(self.tries, asked, at);
        let until = at.now.saturating_add(ms);
        self.not_before = if asked > 0 { at.now.saturating_add(asked) } else { 0 };
        self.set(State::Waiting { why, until });
        self.wake_in(ms, until)
    }

    fn arrived(&mut self, receipt: Receipt, tidy: Tidy) -> Vec<Effect> {
        self.frozen = None;
        self.tidied = 0;
        self.set(State::Received(receipt));
        self.tidy(tidy)
    }

    fn tidy(&mut self, what: Tidy) -> Vec<Effect> {
        self.tidy = what;
        let State::Received(receipt) = &self.state else { return Vec::new() };
        let effect = match what {
            Tidy::Receipt => Effect::KeepReceipt { part: self.part.clone(), receipt: receipt.clone() },
            Tidy::Bytes => Effect::Drop { uuid: receipt.uuid.clone() },
            Tidy::Nothing => {
                self.no_alarm();
                return self.give_up_turn();
            }
        };
        self.tidied = self.tidied.saturating_add(1);
        self.no_alarm();
        vec![effect, self.wake_in(policy::TIDY_AGAIN, u64::MAX)]
    }

    /// What was refused has not arrived, and will not be sent again. The store has it until what corrects it is kept.
    fn reopen(&mut self) -> Vec<Effect> {
        // Alarms go on counting, so that none of before can ring.
        *self = Submission { alarm: self.alarm, replaces: Some(self.uuid()), ..Submission::default() };
        Vec::new()
    }

    /// Comes to rest: nothing is asked for.
    fn rest(&mut self, state: State) -> Vec<Effect> {
        self.set(state);
        Vec::new()
    }

    fn wait_for(&mut self, state: State, effect: Effect, patience: u64) -> Vec<Effect> {
        self.set(state);
        vec![effect, self.wake_in(patience, u64::MAX)]
    }

    /// No alarm of the state before counts.
    fn set(&mut self, state: State) {
        self.no_alarm();
        self.state = state;
    }

    fn wake_in(&mut self, ms: u64, due: u64) -> Effect {
        self.alarm = self.alarm.wrapping_add(1);
        self.counting = self.counting.saturating_add(1);
        self.due = due;
        Effect::WakeIn { ms, alarm: self.alarm }
    }

    fn no_alarm(&mut self) {
        self.counting = 0;
        self.due = u64::MAX;
    }

    fn give_up_turn(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.turn) {
            return Vec::new();
        }
        vec![Effect::GiveUpTurn { uuid: self.uuid() }]
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
