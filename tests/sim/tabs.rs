//! Pages: loaded, carrying out what their machines ask for, ended.

use std::collections::VecDeque;

use svar::submission::{Effect, Event, Found, Frozen, Kept, Outcome, State, Submission};

use crate::{
    network::Answer,
    store::Operation,
    world::{Happening, Sub, Tab, World, tell},
};

/// How a page ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The person closes it.
    Closed,
    /// The person loads it again.
    Reloaded,
    /// It crashes; the browser may bring it back.
    Crashed,
}

impl World {
    /// Opens a page; `owner` is whose key it has.
    pub(crate) fn open(&mut self, owner: u32) -> usize {
        self.tabs.push(Tab { owner, open: true, loaded: false, blind: false, frozen: 0, subs: Vec::new() });
        let tab = self.tabs.len() - 1;
        self.soon(50, Happening::Load { tab });
        tab
    }

    /// The page reads the store and goes on with what it finds.
    pub(crate) fn load(&mut self, number: usize) -> Result<(), String> {
        let tab = &mut self.tabs[number];
        if !tab.open || std::mem::replace(&mut tab.loaded, true) {
            return Ok(());
        }
        let owner = tab.owner;
        let mut events = Vec::new();
        let readable = !self.unreadable();
        self.tabs[number].blind = !readable;
        for set in 0..if readable { self.sets.len() } else { 0 } {
            let answers = self.sets[set].answers;
            // A device keeps an owner's key for as long as it keeps what is to be delivered under it.
            let ours = self.answers[answers].owner == owner;
            let has_key = ours || !self.tab_vault;
            if let Some(frozen) = self.restore(set, has_key)? {
                events.push((answers, Some(set), Some(Event::Restored(frozen))));
            } else if ours && let Some(receipt) = self.receipt(set) {
                events.push((answers, Some(set), Some(Event::Known(receipt))));
            }
        }
        for (answers, known) in self.answers.iter().enumerate() {
            if known.owner == owner && !events.iter().any(|(known, ..)| *known == answers) {
                events.push((answers, None, None));
            }
        }
        tell!(
            self,
            "tab {number} of owner {owner} loads: {:?}",
            events.iter().map(|found| found.1).collect::<Vec<_>>()
        );
        for (answers, set, event) in events {
            let sub = Sub {
                answers,
                set,
                machine: Submission::default(),
                sent: VecDeque::new(),
                retries: 0,
                knows_receipt: false,
                knows_gone: false,
                asked_to_keep: false,
                asked: 0,
                given_up: 0,
            };
            self.tabs[number].subs.push(sub);
            if let Some(event) = event {
                self.step(number, self.tabs[number].subs.len() - 1, event)?;
            }
        }
        Ok(())
    }

    pub(crate) fn freeze(&mut self, tab: usize, sub: usize) -> Result<(), String> {
        let answers = self.tabs[tab].subs[sub].answers;
        let mended = self.tabs[tab].subs[sub].machine.replaces().is_some();
        let frozen = self.new_set(answers, mended);
        let told = &mut self.tabs[tab].subs[sub];
        told.set = Some(self.sets.len() - 1);
        (told.knows_receipt, told.knows_gone, told.asked_to_keep, told.asked) = (false, false, false, 0);
        told.sent.clear();
        self.step(tab, sub, Event::Freeze(frozen))
    }

    pub(crate) fn came(&mut self, tab: usize, sub: usize, set: usize, outcome: Outcome) -> Result<(), String> {
        let what = |outcome| Happening::Came { tab, sub, set, outcome };
        let Some(outcome) = self.awake(tab, outcome, what) else { return Ok(()) };
        self.tally.came(&outcome);
        let uuid = self.sets[set].frozen.uuid.clone();
        let Sub { set: own, machine, .. } = &self.tabs[tab].subs[sub];
        let looks = *own == Some(set) && *machine.state() == State::Looking;
        let learns = looks && outcome == Outcome::Found(Found::Nothing);
        self.step(tab, sub, Event::Came { uuid, outcome })?;
        if learns && self.tabs[tab].subs[sub].machine.kept() == Kept::Stored {
            return Err(format!("tab {tab} has seen that the store lost set {set}, and says that it is stored"));
        }
        Ok(())
    }

    pub(crate) fn rings(&mut self, tab: usize, sub: usize, alarm: u32) -> Result<(), String> {
        match self.awake(tab, alarm, |alarm| Happening::Alarm { tab, sub, alarm }) {
            Some(alarm) => self.step(tab, sub, Event::Alarm(alarm)),
            None => Ok(()),
        }
    }

    /// What a page gets unless it has ended, or, if it is suspended, later and in any order.
    fn awake<T>(&mut self, tab: usize, value: T, later: impl Fn(T) -> Happening) -> Option<T> {
        let Tab { open, frozen, .. } = self.tabs[tab];
        if open && frozen > self.now {
            let ms = frozen - self.now + self.random.below(20) as u64;
            self.after(ms, later(value));
            return None;
        }
        open.then_some(value)
    }

    /// Something happens to all submissions of a page.
    pub(crate) fn step_all(&mut self, tab: usize, event: &Event) -> Result<(), String> {
        for sub in 0..self.tabs[tab].subs.len() {
            if !self.tabs[tab].open || self.tabs[tab].frozen > self.now {
                break;
            }
            self.step(tab, sub, event.clone())?;
        }
        Ok(())
    }

    /// The machine takes a step, and what it asks for begins.
    pub(crate) fn step(&mut self, tab: usize, sub: usize, event: Event) -> Result<(), String> {
        let moment = self.moment();
        let told = self.story.is_some().then(|| format!("{event:?}"));
        let spacing = self.before_step(tab, sub, &event);
        let effects = self.tabs[tab].subs[sub].machine.step(event, moment);
        self.check_spacing(tab, sub, spacing)?;
        if let Some(event) = told {
            let state = format!("{:?}", self.tabs[tab].subs[sub].machine.state());
            tell!(self, "tab {tab} sub {sub}: {event} → {state}, {effects:?}");
        }
        self.check_shown(tab, sub)?;
        for effect in effects {
            if !self.tabs[tab].open {
                break;
            }
            self.effects += 1;
            if self.healthy.is_none() && self.crashes.contains(&self.effects) {
                self.tally.crashed_before(&effect);
                self.crash(tab)?;
                break;
            }
            self.carry_out(tab, sub, effect)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, tab: usize, sub: usize, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Keep { frozen, replaces } => {
                let set = self.frozen_as(&frozen)?;
                let replaces = replaces.map(|uuid| self.set_of(&uuid)).transpose()?;
                self.tabs[tab].subs[sub].knows_gone = false;
                self.tabs[tab].subs[sub].asked_to_keep = true;
                self.begin_operation(tab, sub, set, Operation::Keep { replaces });
            }
            Effect::Look { uuid } => self.begin_operation(tab, sub, self.set_of(&uuid)?, Operation::Look),
            Effect::KeepReceipt { part, receipt } => {
                let set = self.set_of(&receipt.uuid)?;
                self.begin_operation(tab, sub, set, Operation::KeepReceipt { part, receipt });
            }
            Effect::Drop { uuid } => self.begin_operation(tab, sub, self.set_of(&uuid)?, Operation::Drop),
            Effect::AskTurn { uuid } => {
                let set = self.set_of(&uuid)?;
                let given_up = self.tabs[tab].subs[sub].given_up;
                let most = if self.trouble(2) { 8_000 } else { 5 };
                self.soon(most, Happening::Turn { tab, sub, set, given_up });
            }
            Effect::GiveUpTurn { uuid } => {
                let set = self.set_of(&uuid)?;
                self.tabs[tab].subs[sub].given_up += 1;
                if self.sets[set].turn == Some(tab) {
                    self.sets[set].turn = None;
                }
            }
            Effect::Post { frozen, request } => {
                let set = self.frozen_as(&frozen)?;
                self.check_post(tab, sub, set)?;
                self.tabs[tab].subs[sub].asked_to_keep = false;
                self.send(tab, sub, set, request);
            }
            Effect::WakeIn { ms, alarm } => self.after(ms, Happening::Alarm { tab, sub, alarm }),
        }
        Ok(())
    }

    /// The set that these bytes are; an id stands for the same bytes for ever.
    fn frozen_as(&self, frozen: &Frozen) -> Result<usize, String> {
        let set = self.set_of(&frozen.uuid)?;
        if self.sets[set].frozen != *frozen {
            return Err(format!("set {set} has other bytes than were frozen"));
        }
        Ok(set)
    }

    pub(crate) fn turn_asked(&mut self, tab: usize, sub: usize, set: usize, given_up: u32) -> Result<(), String> {
        if self.tabs[tab].open && self.tabs[tab].subs[sub].given_up == given_up {
            let has = !self.locks || self.sets[set].turn.is_none_or(|holder| holder == tab);
            if has && self.locks {
                self.sets[set].turn = Some(tab);
            }
            let most = if self.trouble(2) { 8_000 } else { 5 };
            self.soon(most, Happening::TurnCame { tab, sub, set, given_up, has });
        }
        Ok(())
    }

    pub(crate) fn turn_came(
        &mut self,
        tab: usize,
        sub: usize,
        set: usize,
        given_up: u32,
        has: bool,
    ) -> Result<(), String> {
        let what = |has| Happening::TurnCame { tab, sub, set, given_up, has };
        match self.awake(tab, has, what) {
            Some(has) if self.tabs[tab].subs[sub].given_up == given_up => {
                self.came(tab, sub, set, if has { Outcome::Turn } else { Outcome::NoTurn })
            }
            _ => Ok(()),
        }
    }

    /// The page ends: its requests are cut off, its turns are free, and the store finishes or forgets what it was at.
    pub(crate) fn end(&mut self, tab: usize, how: End) -> Result<(), String> {
        tell!(self, "tab {tab} ends: {how:?}");
        self.ended = how;
        self.tabs[tab].open = false;
        for sub in &self.tabs[tab].subs {
            if let (Some(set), Some(_)) = (sub.set, sub.machine.frozen()) {
                self.sets[set].last_kept = sub.machine.kept();
            }
        }
        for (set, operation) in self.operations_of(tab) {
            if self.random.chance(50) {
                self.transact(set, &operation)?;
            }
        }
        for set in &mut self.sets {
            if set.turn == Some(tab) {
                set.turn = None;
            }
        }
        for request in &mut self.requests {
            if request.tab == tab && !request.over {
                request.over = true;
                self.sets[request.set].in_flight -= 1;
            }
        }
        self.check_ended(tab)
    }

    /// A page crashes, or the whole browser.
    pub(crate) fn crash(&mut self, tab: usize) -> Result<(), String> {
        let all = self.random.chance(30);
        let ended: Vec<usize> =
            self.open_tabs().map(|(number, _)| number).filter(|number| all || *number == tab).collect();
        for tab in ended {
            self.end(tab, End::Crashed)?;
            // The browser may bring the page back with what it had in its session storage.
            if self.random.chance(70) {
                self.open(self.tabs[tab].owner);
            }
        }
        Ok(())
    }

    /// Whether something goes wrong now that so many of a hundred times does.
    pub(crate) fn trouble(&mut self, percent: usize) -> bool {
        self.healthy.is_none() && self.random.chance(percent)
    }

    /// A tab that gets no answer at all about this outcome.
    pub(crate) fn outcome(&mut self, tab: usize, sub: usize, set: usize, outcome: Outcome) {
        if self.trouble(1) {
            tell!(self, "tab {tab} sub {sub} never hears of {outcome:?}");
            return;
        }
        self.soon(10, Happening::Came { tab, sub, set, outcome });
    }

    /// Submissions of open pages that hold these bytes.
    pub(crate) fn in_memory(&self, set: usize) -> impl Iterator<Item = (usize, &Sub)> {
        self.open_tabs().flat_map(move |(number, tab)| {
            let holds = move |sub: &&Sub| sub.set == Some(set) && sub.machine.frozen().is_some();
            tab.subs.iter().filter(holds).map(move |sub| (number, sub))
        })
    }

    pub(crate) fn drafts(sub: &Sub) -> bool {
        *sub.machine.state() == State::Draft
    }

    /// What the tab gets for no reply in time.
    pub(crate) fn timeout(&mut self, request: usize) {
        self.after(30_000, Happening::Answered { request, answer: Answer::Timeout });
    }
}
