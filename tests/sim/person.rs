//! The person and the faults: what is planned for a world, and how it is done; then the world becomes healthy.

use svar::submission::{Event, State};

use crate::{
    tabs::End,
    world::{Answers, HOUR, Happening, MINUTE, SECOND, Set, Store, Sub, World, tell},
};

/// What the person does, or what goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends the answers of a part.
    Send,
    Retry,
    /// Goes back to answers that were refused.
    Mend,
    Close,
    Reload,
    /// Opens the link in one more tab.
    Open,
    /// Hands over to the next person.
    Next,
    /// Focus, or online: so many times, within so many milliseconds each.
    Wake(u32, usize),
    CrashTab,
    Suspend,
    ClockJumps(i64),
    ClockStands(bool),
    Store(Store),
    Wipe,
    Spoil,
    /// So many of a hundred requests fail; or as many as usual here.
    Network(Option<usize>),
    Down(usize, bool),
    /// In the healthy world: whatever a patient person does to get it through.
    Tend,
}

const DAY: i64 = 24 * HOUR as i64;

impl World {
    /// Opens the first page and plans what will happen.
    pub(crate) fn begin(&mut self) {
        self.usual_network = self.random.pick(&[0, 20, 50, 80, 95]);
        self.bad_network = self.usual_network;
        self.next_owner();
        self.open(0);
        let lengths = [20 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 5 * HOUR];
        let length = self.random.pick(&lengths);
        let within = |world: &mut World| world.random.below(length as usize) as u64;
        // Often there are several tabs from early on.
        for _ in 0..self.random.pick(&[0, 0, 1, 2]) {
            self.soon(length as usize / 4, Happening::Act(Act::Open));
        }
        for _ in 0..self.random.below(20) {
            let act = self.fault();
            let at = within(self);
            if let Some(over) = over(&act) {
                let lasts = 1 + within(self) / 2;
                self.after(at + lasts, Happening::Act(over));
            }
            self.after(at, Happening::Act(act));
        }
        for _ in 0..3 + self.random.below(20) {
            let act = self.deed();
            let at = within(self);
            self.after(at, Happening::Act(act));
        }
        for _ in 0..3 {
            let at = within(self) / 2;
            self.after(at, Happening::Act(Act::Send));
        }
        self.after(length, Happening::Heals);
    }

    fn next_owner(&mut self) {
        let owner = self.owners;
        self.owners += 1;
        // The answers, often contact details too, sometimes a second part.
        let parts = self.random.pick(&[vec![0], vec![0], vec![0, 1], vec![0, 1], vec![0, 1, 0]]);
        for endpoint in parts {
            let sealed = endpoint == 1 || self.random.chance(30);
            self.answers.push(Answers { owner, endpoint, sealed, sets: Vec::new(), draft: true, draft_stolen: false });
        }
    }

    fn fault(&mut self) -> Act {
        let jumps = [-10 * 365 * DAY, -DAY, -3_600_000, 3_600_000, DAY, 10 * 365 * DAY];
        match self.random.below(14) {
            0 => Act::CrashTab,
            1 => Act::Suspend,
            2 => Act::ClockJumps(self.random.pick(&jumps)),
            3 => Act::ClockStands(true),
            4 => Act::Store(Store::Denied),
            5 => Act::Store(Store::Full),
            6 => Act::Store(Store::Flaky),
            7 => Act::Store(Store::Slow),
            8 if self.random.chance(50) => Act::Wipe,
            9 => Act::Spoil,
            10 => Act::Down(self.random.below(2), true),
            _ => Act::Network(Some(self.random.pick(&[0, 30, 60, 90, 100]))),
        }
    }

    fn deed(&mut self) -> Act {
        match self.random.below(16) {
            0 | 1 => Act::Retry,
            2 | 3 => Act::Mend,
            4 => Act::Close,
            5 => Act::Reload,
            6 | 7 => Act::Open,
            8 => Act::Next,
            9 => {
                let within = self.random.pick(&[400, 20_000, 200_000]);
                Act::Wake(5 + self.random.below(60) as u32, within)
            }
            10..=12 => Act::Wake(1, 0),
            _ => Act::Send,
        }
    }

    pub(crate) fn act(&mut self, act: Act) -> Result<(), String> {
        let meant_for_before = !matches!(act, Act::Tend | Act::Wake(..));
        if self.healthy.is_some() && meant_for_before {
            return Ok(());
        }
        tell!(self, "{act:?}");
        match act {
            Act::Send => self.send_some(),
            Act::Retry => self.in_some_tab(|world, tab| world.retry(tab)),
            Act::Mend => self.in_some_tab(World::mend),
            Act::Close => self.in_some_tab(|world, tab| world.end(tab, End::Closed)),
            Act::Reload => self.in_some_tab(World::reload),
            Act::Open => {
                self.open_link();
                Ok(())
            }
            Act::Next => self.in_some_tab(World::next_person),
            Act::Wake(times, within) => {
                if times > 1 {
                    self.soon(within, Happening::Act(Act::Wake(times - 1, within)));
                }
                self.in_some_tab(|world, tab| world.step_all(tab, &Event::Wake))
            }
            Act::CrashTab => self.in_some_tab(World::crash),
            Act::Suspend => self.in_some_tab(|world, tab| {
                world.tabs[tab].frozen = world.now + 1 + world.random.below(5 * MINUTE as usize) as u64;
                Ok(())
            }),
            Act::Tend => self.tend(),
            other => {
                self.change(&other);
                Ok(())
            }
        }
    }

    fn change(&mut self, act: &Act) {
        match act {
            Act::ClockJumps(by) => self.set_clock(*by),
            Act::ClockStands(stands) => self.stop_clock(*stands),
            Act::Store(store) => self.store = *store,
            Act::Wipe => self.wipe(),
            Act::Spoil => self.spoil(),
            Act::Network(bad) => self.bad_network = bad.unwrap_or(self.usual_network),
            Act::Down(endpoint, down) => self.down[*endpoint] = *down,
            _ => {}
        }
    }

    fn in_some_tab(&mut self, does: impl Fn(&mut World, usize) -> Result<(), String>) -> Result<(), String> {
        let open: Vec<usize> =
            self.open_tabs().filter(|(_, tab)| tab.frozen <= self.now).map(|(number, _)| number).collect();
        if open.is_empty() {
            return Ok(());
        }
        let tab = self.random.pick(&open);
        does(self, tab)
    }

    /// The link, opened in one more tab: the same person on this device, or, where the key lives in a tab, a page that
    /// knows of nothing but sealed answers.
    fn open_link(&mut self) {
        if self.open_tabs().count() < 3 {
            let owner = self.owners - 1;
            if self.tab_vault {
                self.owners += 1;
            }
            self.open(if self.tab_vault { owner + 1 } else { owner });
        }
    }

    fn reload(&mut self, tab: usize) -> Result<(), String> {
        self.end(tab, End::Reloaded)?;
        self.open(self.tabs[tab].owner);
        Ok(())
    }

    fn retry(&mut self, tab: usize) -> Result<(), String> {
        self.tabs[tab].subs.iter_mut().for_each(|sub| sub.retries += 1);
        self.step_all(tab, &Event::Retry)
    }

    /// Whether the person can send these answers in this tab: what was sent before, and is not known to have been cut off
    /// while it was kept, is not sent again.
    pub(crate) fn can_send(&self, tab: usize, sub: usize) -> bool {
        let Sub { answers: number, machine, .. } = &self.tabs[tab].subs[sub];
        let answers = &self.answers[*number];
        let cut_off = |set: &usize| self.sets[*set].lost && !self.sets[*set].posted;
        let last = answers.sets.last();
        if !World::drafts(&self.tabs[tab].subs[sub]) {
            return false;
        }
        if let Some(old) = machine.replaces() {
            let old = self.sets.iter().position(|set| set.frozen.uuid == old);
            return last.is_none_or(|last| Some(*last) == old || cut_off(last));
        }
        // What is in the outbox goes before a draft, and so does what is being mended in another tab.
        let outbox = answers.sets.iter().any(|set| self.sets[*set].outbox.is_some());
        let mending = |sub: &Sub| sub.answers == *number && World::drafts(sub) && sub.machine.replaces().is_some();
        let mended = self.open_tabs().any(|(_, tab)| tab.subs.iter().any(mending));
        last.is_none_or(|last| cut_off(last) && answers.draft && !outbox && !mended)
    }

    fn send_some(&mut self) -> Result<(), String> {
        let mut can = Vec::new();
        for (number, tab) in self.open_tabs().filter(|(_, tab)| tab.frozen <= self.now) {
            can.extend((0..tab.subs.len()).filter(|sub| self.can_send(number, *sub)).map(|sub| (number, sub)));
        }
        if can.is_empty() {
            return Ok(());
        }
        let (tab, sub) = self.random.pick(&can);
        self.freeze(tab, sub)
    }

    /// Goes back to what was refused, unless that is being mended or has been, in whatever tab.
    fn mend(&mut self, tab: usize) -> Result<(), String> {
        for sub in 0..self.tabs[tab].subs.len() {
            let Some(set) = self.tabs[tab].subs[sub].set else { continue };
            let refused = matches!(self.tabs[tab].subs[sub].machine.state(), State::Refused { .. });
            let answers = self.sets[set].answers;
            let later = self.answers[answers].sets.iter().filter(|later| **later > set);
            let last = later.into_iter().all(|later| self.sets[*later].lost && !self.sets[*later].posted);
            if refused && !self.sets[set].withdrawn && last {
                self.sets[set].withdrawn = true;
                self.sets[set].last_kept = self.tabs[tab].subs[sub].machine.kept();
                self.tabs[tab].subs[sub].set = None;
                let saved = matches!(self.store, Store::Works | Store::Slow);
                self.answers[answers].draft = saved;
                self.answers[answers].draft_stolen |= !saved;
                self.step(tab, sub, Event::Reopen)?;
            }
        }
        Ok(())
    }

    /// "Next person": offered once everything has arrived; clears the device.
    fn next_person(&mut self, tab: usize) -> Result<(), String> {
        let owner = self.tabs[tab].owner;
        let sent = |sub: &Sub| sub.machine.received().is_some();
        if !self.tabs[tab].loaded || self.tabs[tab].subs.is_empty() || !self.tabs[tab].subs.iter().all(sent) {
            return Ok(());
        }
        for set in &mut self.sets {
            if self.answers[set.answers].owner == owner {
                (set.stolen, set.receipt_stolen) = (true, true);
                (set.outbox, set.receipt) = (None, None);
            }
        }
        self.end(tab, End::Closed)?;
        let next = self.owners;
        self.next_owner();
        self.open(next);
        Ok(())
    }

    /// From now on everything works.
    pub(crate) fn heals(&mut self) -> Result<(), String> {
        tell!(self, "the world is healthy");
        self.healthy = Some(self.now);
        self.tally.half += u64::from(self.is_half_delivered());
        self.store = Store::Works;
        self.bad_network = 0;
        self.down = [false; 2];
        self.stop_clock(false);
        for tab in &mut self.tabs {
            tab.frozen = 0;
        }
        // The person opens the link again, and a page that was suspended goes on.
        let owner = self.answers.last().map_or(0, |answers| answers.owner);
        self.open(owner);
        self.after(5 * SECOND, Happening::Act(Act::Tend));
        Ok(())
    }

    fn is_half_delivered(&self) -> bool {
        let there = |set: &&Set| set.rows > 0;
        let sent = || self.sets.iter().filter(|set| !set.lost && !set.withdrawn);
        sent().any(|set| there(&set)) && !sent().all(|set| there(&set))
    }

    /// Sends what is still to be sent, tries again what is parked, mends what was refused.
    fn tend(&mut self) -> Result<(), String> {
        let open: Vec<usize> = self.open_tabs().map(|(number, _)| number).collect();
        for tab in open {
            // The rest goes on by itself.
            let waits = |sub: &Sub| matches!(sub.machine.state(), State::Paused | State::Received(_));
            for sub in 0..self.tabs[tab].subs.len() {
                if waits(&self.tabs[tab].subs[sub]) {
                    self.step(tab, sub, Event::Wake)?;
                }
            }
            // A page that could not read the store when it was loaded says so, and is loaded again.
            let at_rest = |sub: &Sub| World::drafts(sub) || sub.machine.received().is_some();
            if self.tabs[tab].blind && self.tabs[tab].subs.iter().all(at_rest) {
                self.reload(tab)?;
                continue;
            }
            let resting = |sub: &Sub| matches!(sub.machine.state(), State::Parked(_));
            if self.tabs[tab].subs.iter().any(resting) {
                self.retry(tab)?;
            }
            self.mend(tab)?;
            for sub in 0..self.tabs[tab].subs.len() {
                if self.can_send(tab, sub) {
                    self.freeze(tab, sub)?;
                }
            }
        }
        self.after(30 * SECOND, Happening::Act(Act::Tend));
        Ok(())
    }
}

/// What ends a fault that lasts.
fn over(act: &Act) -> Option<Act> {
    match act {
        Act::ClockStands(true) => Some(Act::ClockStands(false)),
        Act::Store(_) => Some(Act::Store(Store::Works)),
        Act::Network(_) => Some(Act::Network(None)),
        Act::Down(endpoint, true) => Some(Act::Down(*endpoint, false)),
        _ => None,
    }
}
