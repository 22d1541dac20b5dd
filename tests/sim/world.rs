//! The parts of the world, and time.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
};

use svar::submission::{Frozen, Kept, Media, Moment, Outcome, Submission};

use crate::{check::Tally, network::Answer, person::Act, random::Random, store::Operation, tabs::End};

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// What stands in the bytes of every submission that is not sealed, and so may stand nowhere in the store.
pub(crate) const CANARY: &str = "cough";

/// A frozen set of answers, and what the world knows of it.
pub(crate) struct Set {
    pub(crate) frozen: Frozen,
    /// Which answers these are.
    pub(crate) answers: usize,
    /// The collector refuses it, for it has an answer that is wrong.
    pub(crate) wrong: bool,
    /// Rows at the collector.
    pub(crate) rows: u32,
    /// Requests that the tabs believe to be on their way.
    pub(crate) in_flight: u32,
    /// Ever sent.
    pub(crate) posted: bool,
    /// Requests since the world became healthy.
    pub(crate) tries: u32,
    /// Ever in the store.
    pub(crate) kept: bool,
    /// The store failed it.
    pub(crate) trouble: bool,
    /// Taken out of the store, or spoilt there, by no doing of ours.
    pub(crate) stolen: bool,
    /// The same for its receipt.
    pub(crate) receipt_stolen: bool,
    /// What the last page that held it said of the store when it ended.
    pub(crate) last_kept: Kept,
    /// Shown as received in some page.
    pub(crate) shown: bool,
    /// The person went back to mend it.
    pub(crate) withdrawn: bool,
    /// Written again, after what corrects it took its place, by a page that knew nothing of that.
    pub(crate) written_again: bool,
    /// Lost, and excused.
    pub(crate) lost: bool,
    /// The tab that has the turn.
    pub(crate) turn: Option<usize>,
    pub(crate) outbox: Option<Record>,
    pub(crate) receipt: Option<Vec<u8>>,
}

/// A record of the outbox.
pub(crate) struct Record {
    pub(crate) bytes: Vec<u8>,
    /// Whether it can be decoded.
    pub(crate) whole: bool,
}

/// A person's answers to one part, sent as one set or, mended, as several.
pub(crate) struct Answers {
    pub(crate) owner: u32,
    /// Which of the two collectors.
    pub(crate) endpoint: usize,
    pub(crate) sealed: bool,
    pub(crate) sets: Vec<usize>,
    /// The store has a draft.
    pub(crate) draft: bool,
    /// It was taken from there, or never got there.
    pub(crate) draft_stolen: bool,
}

/// A page, from its loading to its end.
pub(crate) struct Tab {
    pub(crate) owner: u32,
    pub(crate) open: bool,
    pub(crate) loaded: bool,
    /// The store could not be read when it was loaded.
    pub(crate) blind: bool,
    /// Suspended until then.
    pub(crate) frozen: u64,
    pub(crate) subs: Vec<Sub>,
}

/// One submission in one page.
pub(crate) struct Sub {
    pub(crate) answers: usize,
    pub(crate) set: Option<usize>,
    pub(crate) machine: Submission,
    /// When it sent, lately.
    pub(crate) sent: VecDeque<u64>,
    /// How often the person pressed "try again".
    pub(crate) retries: u32,
    /// Was told of a receipt in the store.
    pub(crate) knows_receipt: bool,
    /// Was told that the store has lost the bytes, and has not written them since.
    pub(crate) knows_gone: bool,
    /// Has asked the store to keep the bytes since the last request.
    pub(crate) asked_to_keep: bool,
    /// Until when the collector asked not to be come to.
    pub(crate) asked: u64,
    /// How often the turn was given up.
    pub(crate) given_up: u32,
}

/// What will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    Load {
        tab: usize,
    },
    Came {
        tab: usize,
        sub: usize,
        set: usize,
        outcome: Outcome,
    },
    Alarm {
        tab: usize,
        sub: usize,
        alarm: u32,
    },
    Store {
        tab: usize,
        sub: usize,
        set: usize,
        operation: Operation,
    },
    /// The lock manager gets to it; `given_up` as it was when the turn was asked for.
    Turn {
        tab: usize,
        sub: usize,
        set: usize,
        given_up: u32,
    },
    TurnCame {
        tab: usize,
        sub: usize,
        set: usize,
        given_up: u32,
        has: bool,
    },
    Arrives {
        request: usize,
    },
    Answered {
        request: usize,
        answer: Answer,
    },
    Act(Act),
    Heals,
}

struct Due {
    at: u64,
    number: u64,
    what: Happening,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// A request on its way.
pub(crate) struct Request {
    pub(crate) tab: usize,
    pub(crate) sub: usize,
    pub(crate) set: usize,
    /// Its number in the page.
    pub(crate) number: u32,
    /// The tab has its answer, or does not wait for one.
    pub(crate) over: bool,
    /// What the tab gets in the end, once the request has arrived; `None` for no reply.
    pub(crate) reply: Option<Answer>,
    /// Whether the collector itself sees it.
    pub(crate) reaches: bool,
    pub(crate) back: u64,
}

/// How the store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Works,
    Denied,
    Full,
    Flaky,
    Slow,
}

/// Everything.
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) now: u64,
    number: u64,
    heap: BinaryHeap<Due>,
    pub(crate) sets: Vec<Set>,
    pub(crate) answers: Vec<Answers>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) requests: Vec<Request>,
    pub(crate) owners: u32,
    /// Drafts and unsealed submissions are encrypted under a key that lives in one tab only.
    pub(crate) tab_vault: bool,
    pub(crate) locks: bool,
    pub(crate) store: Store,
    /// Of a hundred requests, so many fail.
    pub(crate) bad_network: usize,
    pub(crate) usual_network: usize,
    /// What fails says nothing: no other status, no portal.
    pub(crate) silent: bool,
    pub(crate) down: [bool; 2],
    clock_ahead: i64,
    clock_stands: Option<u64>,
    pub(crate) clock_jumps: u32,
    /// Numbers of the effects before which a page ends.
    pub(crate) crashes: Vec<u32>,
    pub(crate) effects: u32,
    pub(crate) healthy: Option<u64>,
    /// How the last page ended.
    pub(crate) ended: End,
    pub(crate) tally: Tally,
    pub(crate) story: Option<Vec<String>>,
}

/// Tells a line of the story, if anybody listens.
macro_rules! tell {
    ($world:expr, $($said:tt)*) => {
        if $world.story.is_some() {
            let line = format!("{:>9} {}", $world.now, format_args!($($said)*));
            if let Some(story) = $world.story.as_mut() { story.push(line) }
        }
    };
}
pub(crate) use tell;

impl World {
    pub(crate) fn of(seed: u64) -> World {
        let mut random = Random::of(seed);
        let tab_vault = random.chance(30);
        let locks = !random.chance(10);
        let silent = random.chance(30);
        let crashes = (0..random.below(6)).map(|_| 1 + random.below(80) as u32).collect();
        let mut world = World {
            random,
            now: 0,
            number: 0,
            heap: BinaryHeap::new(),
            sets: Vec::new(),
            answers: Vec::new(),
            tabs: Vec::new(),
            requests: Vec::new(),
            owners: 0,
            tab_vault,
            locks,
            store: Store::Works,
            bad_network: 0,
            usual_network: 0,
            silent,
            down: [false; 2],
            clock_ahead: 0,
            clock_stands: None,
            clock_jumps: 0,
            crashes,
            effects: 0,
            healthy: None,
            ended: End::Closed,
            tally: Tally::default(),
            story: None,
        };
        world.begin();
        world
    }

    /// Runs to the end, which is that everything has arrived.
    pub(crate) fn run(&mut self) -> Result<Tally, String> {
        tell!(self, "tab vault {}, locks {}, crashes before effects {:?}", self.tab_vault, self.locks, self.crashes);
        let mut steps = 0_u32;
        while let Some(Due { at, what, .. }) = self.heap.pop() {
            self.now = self.now.max(at);
            steps += 1;
            self.happens(what)?;
            self.check()?;
            if self.healthy.is_some() && self.finished()? {
                break;
            }
            if steps > 200_000 {
                return Err(format!("no end in sight: {}", self.told()));
            }
        }
        self.check_end()?;
        self.tally.worlds = 1;
        self.tally.steps = steps.into();
        Ok(self.tally)
    }

    fn happens(&mut self, what: Happening) -> Result<(), String> {
        match what {
            Happening::Load { tab } => self.load(tab),
            Happening::Came { tab, sub, set, outcome } => self.came(tab, sub, set, outcome),
            Happening::Alarm { tab, sub, alarm } => self.rings(tab, sub, alarm),
            Happening::Store { tab, sub, set, operation } => self.operate(tab, sub, set, &operation),
            Happening::Turn { tab, sub, set, given_up } => self.turn_asked(tab, sub, set, given_up),
            Happening::TurnCame { tab, sub, set, given_up, has } => self.turn_came(tab, sub, set, given_up, has),
            Happening::Arrives { request } => self.arrives(request),
            Happening::Answered { request, answer } => self.answered(request, answer),
            Happening::Act(act) => self.act(act),
            Happening::Heals => self.heals(),
        }
    }

    pub(crate) fn after(&mut self, ms: u64, what: Happening) {
        self.number += 1;
        self.heap.push(Due { at: self.now + ms, number: self.number, what });
    }

    /// After a random time up to this.
    pub(crate) fn soon(&mut self, most: usize, what: Happening) {
        let ms = self.random.below(most + 1) as u64;
        self.after(ms, what);
    }

    /// Takes the operations of a page out of what will happen: those that its end cuts off.
    pub(crate) fn operations_of(&mut self, ended: usize) -> Vec<(usize, Operation)> {
        let (cut, rest): (Vec<Due>, Vec<Due>) = std::mem::take(&mut self.heap)
            .into_iter()
            .partition(|due| matches!(due.what, Happening::Store { tab, .. } if tab == ended));
        self.heap = rest.into();
        let mut cut = cut;
        cut.sort_by_key(|due| due.number);
        let operation = |due: Due| match due.what {
            Happening::Store { set, operation, .. } => Some((set, operation)),
            _ => None,
        };
        cut.into_iter().filter_map(operation).collect()
    }

    pub(crate) fn moment(&mut self) -> Moment {
        let shown = (self.now as i64).saturating_add(self.clock_ahead).max(0) as u64;
        Moment { now: self.clock_stands.unwrap_or(shown), dice: self.random.next() as u32 }
    }

    pub(crate) fn set_clock(&mut self, jump: i64) {
        self.clock_ahead = self.clock_ahead.saturating_add(jump);
        self.clock_jumps += 1;
    }

    pub(crate) fn stop_clock(&mut self, stands: bool) {
        if stands || self.clock_stands.is_some() {
            self.clock_jumps += 1;
        }
        self.clock_stands = stands.then(|| self.moment().now);
    }

    /// Freezes answers as a new set.
    pub(crate) fn new_set(&mut self, answers: usize, mended: bool) -> Frozen {
        let place = self.sets.len();
        let sealed = self.answers[answers].sealed;
        let media = if sealed { Media::Sealed } else { Media::Fhir };
        let uuid = format!("0b0f6a3e-3c1d-4a63-9a2f-{place:012}");
        let said = if sealed { "eyJhbGciOiJFQ0RILUVTIn0..qk3_" } else { CANARY };
        let bytes = format!("{said} {place} {}", self.random.next()).into_bytes();
        let frozen = Frozen { uuid, part: format!("part-{answers}"), media, bytes };
        self.sets.push(Set {
            frozen: frozen.clone(),
            answers,
            wrong: !sealed && !mended && self.random.chance(15),
            rows: 0,
            in_flight: 0,
            posted: false,
            tries: 0,
            kept: false,
            trouble: false,
            stolen: false,
            receipt_stolen: false,
            last_kept: Kept::Unknown,
            shown: false,
            withdrawn: false,
            written_again: false,
            lost: false,
            turn: None,
            outbox: None,
            receipt: None,
        });
        self.answers[answers].sets.push(place);
        self.tally.sets += 1;
        frozen
    }

    pub(crate) fn set_of(&self, uuid: &str) -> Result<usize, String> {
        let place = self.sets.iter().position(|set| set.frozen.uuid == uuid);
        place.ok_or_else(|| format!("nothing was frozen as {uuid}"))
    }

    pub(crate) fn open_tabs(&self) -> impl Iterator<Item = (usize, &Tab)> {
        self.tabs.iter().enumerate().filter(|(_, tab)| tab.open)
    }

    pub(crate) fn told(&self) -> String {
        let mut told = String::new();
        for (number, tab) in self.open_tabs() {
            for sub in &tab.subs {
                told += &format!("\n  tab {number}: set {:?} {:?}", sub.set, sub.machine.state());
            }
        }
        for (number, set) in self.sets.iter().enumerate() {
            told += &format!(
                "\n  set {number}: rows {}, stored {}, lost {}, withdrawn {}",
                set.rows,
                set.outbox.is_some(),
                set.lost,
                set.withdrawn
            );
        }
        told
    }
}
