//! What the machine does when it moves from one state to another.

use super::{Submission, Tidy};
use crate::submission::{
    event::{Effect, Found, Frozen, Kept, Moment, State},
    policy,
    verdict::{Parked, Receipt, Verdict, Waiting},
};

impl Submission {
    pub(super) fn take(&mut self, frozen: Frozen, kept: Kept) -> Vec<Effect> {
        self.part.clone_from(&frozen.part);
        self.frozen = Some(frozen);
        self.kept = kept;
        self.begin()
    }

    /// Begins a try: first into the store, if that has not got it.
    pub(super) fn begin(&mut self) -> Vec<Effect> {
        if self.kept == Kept::Stored { self.ask() } else { self.keep() }
    }

    /// Begins a try now, or in so many milliseconds if that is sooner than what is planned.
    pub(super) fn try_in(&mut self, ms: u64, at: Moment) -> Vec<Effect> {
        let due = at.now.saturating_add(ms);
        if ms == 0 {
            return self.begin();
        }
        if due >= self.alarms.soonest() {
            return Vec::new();
        }
        if let State::Waiting { until, .. } = &mut self.state {
            *until = due;
        }
        vec![self.alarms.ring_in(ms, due)]
    }

    fn keep(&mut self) -> Vec<Effect> {
        let Some(frozen) = self.frozen.clone() else { return Vec::new() };
        let keep = Effect::Keep { frozen, replaces: self.replaces.clone() };
        self.wait_for(State::Keeping, keep, policy::STORE_PATIENCE)
    }

    pub(super) fn not_kept(&mut self, at: Moment) -> Vec<Effect> {
        self.kept = Kept::MemoryOnly;
        self.kept_or_not(at)
    }

    pub(super) fn kept_or_not(&mut self, at: Moment) -> Vec<Effect> {
        if self.turn { self.post(at) } else { self.ask() }
    }

    pub(super) fn ask(&mut self) -> Vec<Effect> {
        let ask = Effect::AskTurn { uuid: self.uuid() };
        self.wait_for(State::Queued, ask, policy::TURN_PATIENCE)
    }

    pub(super) fn elsewhere(&mut self) -> Vec<Effect> {
        self.set(State::Elsewhere);
        vec![self.alarms.ring_in(policy::ELSEWHERE_POLL, u64::MAX)]
    }

    pub(super) fn found(&mut self, found: &Found, at: Moment) -> Vec<Effect> {
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

    pub(super) fn post(&mut self, at: Moment) -> Vec<Effect> {
        let Some(frozen) = self.frozen.clone() else { return Vec::new() };
        self.pace.sent(at.now);
        self.requests = self.requests.wrapping_add(1);
        let post = Effect::Post { frozen, request: self.requests };
        self.wait_for(State::Sending, post, policy::VERDICT_PATIENCE)
    }

    /// A verdict that is no receipt.
    pub(super) fn not_received(&mut self, verdict: Verdict, at: Moment) -> Vec<Effect> {
        self.tries = self.tries.saturating_add(1);
        self.not_before = 0;
        let mut effects = self.give_up_turn();
        let state = match verdict {
            Verdict::Paused => State::Paused,
            Verdict::Parked(why) => State::Parked(why),
            // Who cannot read sealed answers cannot have judged them.
            Verdict::Refused { .. } if self.is_sealed() => State::Parked(Parked::Unacceptable { status: 422 }),
            Verdict::Refused { link_ids } => State::Refused { link_ids },
            Verdict::Waiting { why, after } => {
                effects.push(self.wait(why, after, at));
                return effects;
            }
            // A receipt that names another submission is none.
            Verdict::Received(_) => {
                effects.push(self.wait(Waiting::NoReceipt, None, at));
                return effects;
            }
        };
        self.set(state);
        effects
    }

    fn wait(&mut self, why: Waiting, after: Option<u64>, at: Moment) -> Effect {
        let (least, most) = (*policy::RETRY_AFTER.start(), *policy::RETRY_AFTER.end());
        let asked = after.map_or(0, |seconds| seconds.clamp(least, most) * 1000);
        let ms = self.pace.after_try(self.tries, asked, at);
        let until = at.now.saturating_add(ms);
        self.not_before = if asked > 0 { at.now.saturating_add(asked) } else { 0 };
        self.set(State::Waiting { why, until });
        self.alarms.ring_in(ms, until)
    }

    pub(super) fn arrived(&mut self, receipt: Receipt, tidy: Tidy) -> Vec<Effect> {
        self.frozen = None;
        self.tidied = 0;
        self.set(State::Received(receipt));
        self.tidy(tidy)
    }

    pub(super) fn tidy(&mut self, what: Tidy) -> Vec<Effect> {
        self.tidy = what;
        let State::Received(receipt) = &self.state else { return Vec::new() };
        let mut effects = match what {
            Tidy::Receipt => vec![Effect::KeepReceipt { part: self.part.clone(), receipt: receipt.clone() }],
            Tidy::Bytes => vec![Effect::Drop { uuid: receipt.uuid.clone() }],
            Tidy::Nothing => {
                self.alarms.clear();
                return self.give_up_turn();
            }
        };
        // It is still there if what corrects it never got into the store.
        if let (Tidy::Bytes, Some(replaced)) = (what, &self.replaces) {
            effects.push(Effect::Drop { uuid: replaced.clone() });
        }
        self.tidied = self.tidied.saturating_add(1);
        self.alarms.clear();
        effects.push(self.alarms.ring_in(policy::TIDY_AGAIN, u64::MAX));
        effects
    }

    /// What was refused has not arrived, and will not be sent again. The store has it until what corrects it is kept.
    pub(super) fn reopen(&mut self) -> Vec<Effect> {
        self.alarms.clear();
        // Their numbers go on, so that none of before can ring.
        *self = Submission { alarms: self.alarms, replaces: Some(self.uuid()), ..Submission::default() };
        Vec::new()
    }

    pub(super) fn wait_for(&mut self, state: State, effect: Effect, patience: u64) -> Vec<Effect> {
        self.set(state);
        vec![effect, self.alarms.ring_in(patience, u64::MAX)]
    }

    /// No alarm of the state before counts.
    pub(super) fn set(&mut self, state: State) {
        self.alarms.clear();
        self.state = state;
    }

    pub(super) fn give_up_turn(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.turn) {
            return Vec::new();
        }
        vec![Effect::GiveUpTurn { uuid: self.uuid() }]
    }
}
