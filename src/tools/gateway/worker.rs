//! The thread that delivers.

use std::{
    fs::File,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use super::{
    pace::Pace,
    queue::{Mark, Queue},
    target::{Outcome, Target},
};
use crate::tools::collector::{Clock, Log};

/// How long before the database is looked at again though nobody said that something came: another process may have
/// written to it, or put parked ones back.
const POLL: Duration = Duration::from_secs(5);

/// A due time further away than this is a clock that was set back: `Retry-After` and back-off reach an hour at most.
const FARTHEST: Duration = Duration::from_secs(3600);

/// What the thread is told from outside.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Something was received.
    pub(super) came: bool,
    /// It is to end.
    pub(super) end: bool,
}

/// What the thread and those outside it share.
#[derive(Debug, Default)]
pub(super) struct Signal {
    news: Mutex<News>,
    changed: Condvar,
}

impl Signal {
    pub(super) fn tell(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.news.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits so long; less if it is to end, or, where that counts, if something came. Whether to go on.
    fn wait(&self, long: Duration, for_news: bool) -> bool {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |news: &mut News| !(news.end || for_news && news.came);
        let waited = self.changed.wait_timeout_while(news, long, quiet);
        let (mut news, _) = waited.unwrap_or_else(PoisonError::into_inner);
        news.came &= !for_news;
        !news.end
    }
}

/// What there was to do.
enum Step {
    /// A submission is settled; look for the next.
    Settled,
    /// Nothing is left.
    Idle,
    /// A try brought nothing, or none is due yet.
    Wait(Duration),
}

pub(super) struct Worker {
    pub(super) queue: Queue,
    pub(super) target: Target,
    pub(super) pace: Pace,
    pub(super) settle: Duration,
    pub(super) clock: Clock,
    pub(super) log: Log,
    /// Tries in a row that brought nothing, of whatever submission: then the server is at fault and has its peace.
    pub(super) in_vain: u32,
    pub(super) signal: Arc<Signal>,
    /// Nobody else forwards from the folder while it is open.
    pub(super) _lock: File,
}

impl Worker {
    pub(super) fn run(&mut self) {
        loop {
            let go_on = match self.step() {
                Ok(Step::Settled) => self.signal.wait(Duration::ZERO, false),
                Ok(Step::Idle) => self.signal.wait(POLL, true),
                Ok(Step::Wait(long)) => self.signal.wait(long, false),
                Err(error) => {
                    (self.log)(&format!("forward: store: {error}"));
                    self.signal.wait(POLL, false)
                }
            };
            if !go_on {
                return;
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from((self.clock)().as_millisecond()).unwrap_or(0)
    }

    /// So long from now, in milliseconds since 1970.
    fn after(&self, wait: Duration) -> u64 {
        self.now().saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    }

    fn step(&mut self) -> rusqlite::Result<Step> {
        let Some(next) = self.queue.next()? else { return Ok(Step::Idle) };
        let left = Duration::from_millis(next.due.saturating_sub(self.now()));
        if !left.is_zero() && left <= FARTHEST {
            // Something new may come meanwhile, and is due at once.
            return Ok(if self.signal.wait(left, true) { Step::Settled } else { Step::Wait(Duration::ZERO) });
        }
        let due = self.after(self.settle);
        if !self.queue.begin(&next.id, due)? {
            return Ok(Step::Settled);
        }
        match self.target.deliver(&next.id, &next.media_type, &next.body, next.tries > 0) {
            Outcome::Delivered => {
                let at = (self.clock)().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
                self.queue.mark(&next.id, &Mark::Forwarded { at: &at })?;
                self.in_vain = 0;
            }
            Outcome::NotForIt { why } => self.queue.mark(&next.id, &Mark::KeptHere { why })?,
            Outcome::Refused { why } => {
                self.queue.mark(&next.id, &Mark::Parked { why: &why })?;
                self.in_vain = 0;
                (self.log)(&format!("forward: parked one that the server refuses: {why}; see svar forward-status"));
            }
            Outcome::Later { why, after } => return self.later(&next.id, next.tries.saturating_add(1), &why, after),
        }
        Ok(Step::Settled)
    }

    /// A submission that fails while others arrive waits by itself; a server that fails at all of them is left alone.
    fn later(&mut self, id: &str, tries: u32, why: &str, after: Option<Duration>) -> rusqlite::Result<Step> {
        let asked = after.unwrap_or_default();
        let due = self.after(self.pace.wait(tries, dice()).max(asked).max(self.settle));
        self.queue.mark(id, &Mark::Waiting { due, why })?;
        self.in_vain = self.in_vain.saturating_add(1);
        (self.log)(&format!("forward: waiting: {why}"));
        Ok(Step::Wait(self.pace.wait(self.in_vain, dice()).max(asked)))
    }
}

/// Without randomness every gateway waits the longest.
fn dice() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
