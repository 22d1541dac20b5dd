//! What holds after every step, and what is counted.

use std::ops::Add;

use svar::submission::{Effect, Event, Found, Kept, Media, Outcome, State, Verdict, policy};

use crate::{
    tabs::End,
    world::{Answers, HOUR, Sub, World},
};

/// What so many worlds came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) worlds: u64,
    pub(crate) steps: u64,
    pub(crate) sets: u64,
    pub(crate) requests: u64,
    pub(crate) received: u64,
    /// Cut off while being written to the store for the first time: never sent, never said to be kept, and the draft is
    /// there to be sent again.
    pub(crate) cut_off: u64,
    /// The same, where the store had failed and there was no draft either.
    pub(crate) cut_off_without_store: u64,
    /// Lost with a page that said to keep it open, for the store had failed: closed by the person all the same.
    pub(crate) warned_and_closed: u64,
    /// The same, but the page crashed.
    pub(crate) warned_and_crashed: u64,
    /// Lost because the key lived in the tab, which said so, and ended all the same.
    pub(crate) ended_with_key: u64,
    /// Taken from a store that had it, while no page was open.
    pub(crate) stolen: u64,
    /// Worlds in which, when they became healthy, some sets had arrived and others not.
    pub(crate) half: u64,
    /// Outcomes: no turn, nothing in the store, unreadable, a receipt in the store, not kept, not dropped, refused.
    pub(crate) outcomes: [u64; 7],
    /// Pages that ended before an effect: Keep, AskTurn, Look, Post, KeepReceipt, Drop, GiveUpTurn, WakeIn.
    pub(crate) crashed_before: [u64; 8],
    /// Most requests for one set after the world became healthy.
    pub(crate) most_tries: u64,
}

impl Tally {
    pub(crate) fn and(self, other: Tally) -> Tally {
        Tally {
            worlds: self.worlds.add(other.worlds),
            steps: self.steps.add(other.steps),
            sets: self.sets.add(other.sets),
            requests: self.requests.add(other.requests),
            received: self.received.add(other.received),
            cut_off: self.cut_off.add(other.cut_off),
            cut_off_without_store: self.cut_off_without_store.add(other.cut_off_without_store),
            warned_and_closed: self.warned_and_closed.add(other.warned_and_closed),
            warned_and_crashed: self.warned_and_crashed.add(other.warned_and_crashed),
            ended_with_key: self.ended_with_key.add(other.ended_with_key),
            stolen: self.stolen.add(other.stolen),
            half: self.half.add(other.half),
            outcomes: std::array::from_fn(|kind| self.outcomes[kind] + other.outcomes[kind]),
            crashed_before: std::array::from_fn(|kind| self.crashed_before[kind] + other.crashed_before[kind]),
            most_tries: self.most_tries.max(other.most_tries),
        }
    }

    pub(crate) fn crashed_before(&mut self, effect: &Effect) {
        let kind = match effect {
            Effect::Keep { .. } => 0,
            Effect::AskTurn { .. } => 1,
            Effect::Look { .. } => 2,
            Effect::Post { .. } => 3,
            Effect::KeepReceipt { .. } => 4,
            Effect::Drop { .. } => 5,
            Effect::GiveUpTurn { .. } => 6,
            Effect::WakeIn { .. } => 7,
        };
        self.crashed_before[kind] += 1;
    }

    pub(crate) fn came(&mut self, outcome: &Outcome) {
        let kind = match outcome {
            Outcome::NoTurn => 0,
            Outcome::Found(Found::Nothing) => 1,
            Outcome::Found(Found::Unreadable) => 2,
            Outcome::Found(Found::Receipt(_)) => 3,
            Outcome::NotKept => 4,
            Outcome::NotDropped => 5,
            Outcome::Verdict { verdict: Verdict::Refused { .. }, .. } => 6,
            _ => return,
        };
        self.outcomes[kind] += 1;
    }

    /// The worlds were what they are meant to be: every excuse was needed now and then, and seldom.
    pub(crate) fn assert_telling(&self) {
        let percent = |count: u64| 100 * count / self.sets;
        assert!(percent(self.received) >= 80, "too little gets through to tell anything");
        for (excuse, count) in [
            ("cut off", self.cut_off),
            ("warned and closed", self.warned_and_closed),
            ("warned and crashed", self.warned_and_crashed),
            ("ended with the key", self.ended_with_key),
            ("stolen", self.stolen),
        ] {
            assert!(count > 0 && percent(count) < 10, "{excuse}: {count}");
        }
        assert!(self.crashed_before.iter().all(|count| *count > 0), "a page never ended before some effect");
        assert!(self.outcomes.iter().all(|count| *count > self.worlds / 100), "some outcome hardly ever came");
        assert!(self.half > 0);
        assert!(self.requests > 2 * self.sets, "hardly anything fails");
    }
}

impl World {
    /// After every step: what was frozen is at the collector, in the store, or in an open page that says so.
    pub(crate) fn check(&mut self) -> Result<(), String> {
        for number in 0..self.sets.len() {
            let set = &self.sets[number];
            if set.rows > 0 || set.withdrawn || set.lost {
                continue;
            }
            let stored = set.outbox.as_ref().is_some_and(|record| record.whole);
            let mut held = false;
            for (_, sub) in self.in_memory(number) {
                held = true;
                let claims = sub.machine.kept() == Kept::Stored && !set.stolen;
                if claims && !stored {
                    return Err(format!("set {number} is said to be stored, and is not"));
                }
            }
            let readable = stored && self.readable(number);
            if !held && !readable {
                self.excuse(number)?;
            }
        }
        Ok(())
    }

    /// Whether any page, open or opened later, can read what the store has.
    fn readable(&self, number: usize) -> bool {
        let set = &self.sets[number];
        let owner = self.answers[set.answers].owner;
        !self.tab_vault || set.frozen.media == Media::Sealed || self.open_tabs().any(|(_, tab)| tab.owner == owner)
    }

    /// Nobody has the set any more: was it bound to be so, and did the person know?
    fn excuse(&mut self, number: usize) -> Result<(), String> {
        let set = &mut self.sets[number];
        set.lost = true;
        let count = if !set.posted && !set.kept && set.last_kept == Kept::Unknown {
            // "Saving", said the page. The answers are still the draft, or the set that they were to correct, where there
            // was a store to hold it.
            let (answers, trouble) = (set.answers, set.trouble);
            let replaced = self.answers[answers].sets.iter().copied();
            let replaced = replaced.filter(|set| self.sets[*set].outbox.is_some()).rfind(|set| *set < number);
            if let Some(replaced) = replaced {
                self.sets[replaced].withdrawn = false;
            }
            let Answers { draft, draft_stolen, .. } = self.answers[answers];
            if draft || replaced.is_some() {
                &mut self.tally.cut_off
            } else if trouble || draft_stolen {
                &mut self.tally.cut_off_without_store
            } else {
                return Err(format!("set {number} is lost, and the draft too"));
            }
        } else if set.last_kept == Kept::MemoryOnly && (set.trouble || set.stolen) {
            match self.ended {
                End::Closed => &mut self.tally.warned_and_closed,
                End::Crashed | End::Reloaded => &mut self.tally.warned_and_crashed,
            }
        } else if set.stolen {
            &mut self.tally.stolen
        } else if self.tab_vault && set.frozen.media != Media::Sealed && set.kept {
            &mut self.tally.ended_with_key
        } else {
            return Err(format!("set {number} is lost"));
        };
        *count += 1;
        Ok(())
    }

    /// What the page shows after a step.
    pub(crate) fn check_shown(&mut self, tab: usize, sub: usize) -> Result<(), String> {
        let Sub { set: Some(number), machine, .. } = &self.tabs[tab].subs[sub] else { return Ok(()) };
        let set = &mut self.sets[*number];
        if machine.received().is_some() && set.rows == 0 {
            return Err(format!("tab {tab} shows set {number} as received, and the collector has it not"));
        }
        set.shown |= machine.received().is_some();
        let past_keeping = !matches!(machine.state(), State::Draft | State::Keeping);
        if past_keeping && machine.frozen().is_some() && machine.kept() == Kept::Unknown {
            return Err(format!("tab {tab} goes on with set {number} and does not know whether it is stored"));
        }
        Ok(())
    }

    /// Remembers what the page is told; says how far from the last request a try may begin, if one that rests is
    /// woken.
    pub(crate) fn before_step(&mut self, tab: usize, sub: usize, event: &Event) -> Option<u64> {
        let now = self.now;
        let sub = &mut self.tabs[tab].subs[sub];
        let state = sub.machine.state();
        // What is for the set before the one that corrects it tells nothing.
        let current = sub.machine.frozen().map(|frozen| frozen.uuid.as_str());
        if let Event::Came { uuid, .. } = event
            && current != Some(uuid)
        {
            return None;
        }
        let resting = matches!(state, State::Waiting { .. } | State::Paused | State::Parked(_));
        match event {
            Event::Came { outcome: Outcome::Verdict { verdict: Verdict::Waiting { after, .. }, .. }, .. }
                if *state == State::Sending =>
            {
                sub.asked = after.map_or(0, |seconds| now + seconds * 1000);
                None
            }
            Event::Came { outcome: Outcome::Found(found), .. } => {
                sub.knows_receipt |= matches!(found, Found::Receipt(_));
                let gone = matches!(found, Found::Nothing | Found::Unreadable);
                sub.knows_gone |= gone && *state == State::Looking && sub.machine.kept() == Kept::Stored;
                None
            }
            Event::Came { outcome: Outcome::Kept, .. } => {
                sub.knows_gone = false;
                None
            }
            Event::Wake => resting.then_some(policy::WAKE_SPACING),
            Event::Retry => {
                sub.asked = 0;
                resting.then_some(policy::PERSON_SPACING)
            }
            _ => None,
        }
    }

    pub(crate) fn check_spacing(&self, tab: usize, sub: usize, spacing: Option<u64>) -> Result<(), String> {
        let Sub { machine, sent, .. } = &self.tabs[tab].subs[sub];
        let begins = matches!(machine.state(), State::Keeping | State::Queued);
        match (spacing, sent.back()) {
            (Some(spacing), Some(last)) if begins && last + spacing > self.now && self.clock_jumps == 0 => {
                Err(format!("tab {tab} sends again {} ms after the last request", self.now - last))
            }
            _ => Ok(()),
        }
    }

    /// A request is about to be sent.
    pub(crate) fn check_post(&self, tab: usize, sub: usize, number: usize) -> Result<(), String> {
        let set = &self.sets[number];
        let Sub { machine, sent, retries, asked, knows_receipt, knows_gone, asked_to_keep, .. } =
            &self.tabs[tab].subs[sub];
        let stored = set.outbox.is_some() || set.stolen || set.rows > 0 || set.withdrawn;
        if !stored && machine.kept() != Kept::MemoryOnly {
            return Err(format!("set {number} is sent before it is stored"));
        }
        if *knows_receipt {
            return Err(format!("set {number} is sent, and the page knows its receipt"));
        }
        if *knows_gone && machine.kept() == Kept::Stored {
            return Err(format!("set {number} is gone from the store, and is not written again"));
        }
        if machine.kept() == Kept::MemoryOnly && !asked_to_keep {
            return Err(format!("set {number} is sent from memory, and the store is not tried again"));
        }
        // Once a page knows of the receipt, a second request tells nobody anything new.
        if self.locks && set.in_flight > 0 && !set.shown {
            return Err(format!("two requests for set {number} at once"));
        }
        if self.now < *asked && self.clock_jumps == 0 {
            return Err(format!("set {number} is sent {} ms before the collector asked for it", asked - self.now));
        }
        let hour = sent.iter().filter(|before| *before + HOUR > self.now).count() as u32 + 1;
        let allowance = policy::REQUESTS_AT_ONCE + HOUR / policy::REQUEST_COST;
        let more = retries + self.clock_jumps * policy::REQUESTS_AT_ONCE as u32;
        if hour > allowance as u32 + more {
            return Err(format!("{hour} requests for set {number} within an hour"));
        }
        if self.healthy.is_some() && set.tries >= 20 {
            return Err(format!("set {number} does not get through in 20 tries"));
        }
        Ok(())
    }

    pub(crate) fn check_receipt(&self, number: usize) -> Result<(), String> {
        if self.sets[number].rows == 0 {
            return Err(format!("a receipt for set {number} is kept, and the collector has it not"));
        }
        Ok(())
    }

    pub(crate) fn check_drop(&self, number: usize) -> Result<(), String> {
        let set = &self.sets[number];
        let corrected =
            self.answers[set.answers].sets.iter().any(|later| *later > number && self.sets[*later].rows > 0);
        if set.withdrawn && corrected {
            return Ok(());
        }
        if set.rows == 0 {
            return Err(format!("set {number} is dropped, and the collector has it not"));
        }
        if set.receipt.is_none() && !set.receipt_stolen {
            return Err(format!("set {number} is dropped before its receipt is kept"));
        }
        Ok(())
    }

    /// A page has ended; what was being mended in it, and not frozen anew, is as it was before.
    pub(crate) fn check_ended(&mut self, tab: usize) -> Result<(), String> {
        for sub in 0..self.tabs[tab].subs.len() {
            let sub = &self.tabs[tab].subs[sub];
            let mending = World::drafts(sub).then(|| sub.machine.replaces()).flatten();
            if let Some(old) = mending.map(|uuid| self.set_of(uuid)).transpose()? {
                self.sets[old].withdrawn = false;
            }
        }
        Ok(())
    }

    /// Whether there is nothing left to wait for; too long a wait is a failure.
    pub(crate) fn finished(&mut self) -> Result<bool, String> {
        let since = self.healthy.map_or(0, |healthy| self.now - healthy);
        let settled = |sub: &Sub| {
            let state = sub.machine.state();
            // Mended in another tab: the person learns of it on going back to the answers here.
            let mended = matches!(state, State::Refused { .. }) && sub.set.is_some_and(|set| self.sets[set].withdrawn);
            let lost = sub.set.is_none() && World::drafts(sub);
            matches!(state, State::Received(_)) || mended || lost
        };
        let open = self.open_tabs().all(|(_, tab)| tab.loaded && tab.subs.iter().all(settled));
        let rows = self.sets.iter().all(|set| set.rows > 0 || set.lost || set.withdrawn);
        let tidy = self.sets.iter().enumerate().all(|(number, set)| {
            // What was mended went when what corrects it was kept, if the store took that.
            let mut chain = self.answers[set.answers].sets.iter().filter(|later| **later >= number);
            let replaced = set.withdrawn && !set.written_again && !chain.any(|set| self.sets[*set].trouble);
            let over = replaced || (!set.withdrawn && set.rows > 0);
            !over || set.outbox.as_ref().is_none_or(|record| !record.whole) || !self.readable(number)
        });
        let unsent = self.open_tabs().any(|(number, tab)| (0..tab.subs.len()).any(|sub| self.can_send(number, sub)));
        if open && rows && tidy && !unsent {
            return Ok(true);
        }
        if since > 4 * HOUR {
            return Err(format!("not through after four healthy hours: {}", self.told()));
        }
        Ok(false)
    }

    /// Everything is over.
    pub(crate) fn check_end(&mut self) -> Result<(), String> {
        for (number, answers) in self.answers.iter().enumerate() {
            let rows: u32 = answers.sets.iter().map(|set| self.sets[*set].rows).sum();
            if rows > 1 {
                return Err(format!("answers {number} are counted {rows} times"));
            }
        }
        for set in &self.sets {
            self.tally.received += u64::from(set.rows > 0);
            self.tally.most_tries = self.tally.most_tries.max(set.tries.into());
        }
        Ok(())
    }
}
