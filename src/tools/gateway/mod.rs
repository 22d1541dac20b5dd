//! The gateway: a FHIR server that cannot be let out on the network is put behind the collector. The collector checks,
//! keeps and confirms as ever; a forwarder delivers what it keeps to the server, each submission once (`docs/gateway.md`).
//!
//! One thread delivers, one submission at a time. What it is about to do is on disk before it does it, so it may be killed
//! at any point: what was under way is asked after before it is sent again.

mod pace;
mod queue;
mod target;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
};

pub use pace::Pace;
pub use queue::Status;

use super::{
    client::reachable,
    collector::{Clock, Log},
};
use crate::study::Write;
use queue::{Mark, Queue};
use target::{Outcome, Target};

/// Held while a process forwards from a data folder. The system lets go of it however the process ends.
pub const LOCK: &str = "forward.lock";

/// How long the lock is waited for: one who is just ending, or a process of theirs that has not begun yet, still has it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_POLL: Duration = Duration::from_millis(20);

/// How long before the database is looked at again though nobody said that something came: another process may have
/// written to it, or put parked ones back.
const POLL: Duration = Duration::from_secs(5);

/// A due time further away than this is a clock that was set back: `Retry-After` and back-off reach an hour at most.
const FARTHEST: Duration = Duration::from_secs(3600);

/// Where to, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address of the FHIR server.
    pub base: String,
    /// How it is written to.
    pub write: Write,
    /// A file with the token that the server asks of the gateway, if it does.
    pub token_file: Option<PathBuf>,
    /// How long to wait between tries.
    pub pace: Pace,
    /// How long a request whose end is not known may still be at work in the server. Only then is the server asked whether
    /// it has the submission, where a second request would make a second copy.
    pub settle: Duration,
}

/// A server gives up a request within a minute, as the proxies before it do.
const SETTLE: Duration = Duration::from_secs(60);

impl Settings {
    /// To the server at `base`, by `PUT` under the submission's own UUID.
    pub fn new(base: impl Into<String>) -> Settings {
        let (write, token_file, pace) = (Write::Update, None, Pace::default());
        Settings { base: base.into(), write, token_file, pace, settle: SETTLE }
    }

    /// Takes one option of the command line, `--forward…`.
    ///
    /// # Errors
    /// What was expected.
    pub fn set(settings: &mut Option<Settings>, name: &str, value: &str) -> Result<(), String> {
        if name == "--forward" {
            reachable(value)?;
            return match settings.replace(Settings::new(value)) {
                None => Ok(()),
                Some(_) => Err("expected --forward once, found it twice".to_owned()),
            };
        }
        let Some(settings) = settings else { return Err(format!("expected --forward BASE before {name}")) };
        match name {
            "--forward-write" => {
                settings.write = match value {
                    "update" => Write::Update,
                    "conditional-create" => Write::ConditionalCreate,
                    "create" => Write::Create,
                    _ => {
                        return Err(format!("expected {name} update, conditional-create or create, found `{value}`"));
                    }
                };
            }
            "--forward-token-file" => settings.token_file = Some(PathBuf::from(value)),
            "--forward-settle" => {
                settings.settle =
                    seconds(value).ok_or_else(|| format!("expected {name} in seconds, such as 60, found `{value}`"))?;
            }
            "--forward-pace" => {
                let pace = value.split_once('-').and_then(|(first, most)| Some((seconds(first)?, seconds(most)?)));
                let Some((first, most)) = pace.filter(|(first, most)| first <= most) else {
                    return Err(format!("expected {name} as two numbers of seconds, such as 2-300, found `{value}`"));
                };
                settings.pace = Pace { first, most };
            }
            other => {
                let known = "--forward, --forward-write, --forward-token-file, --forward-pace or --forward-settle";
                return Err(format!("expected {known}, found `{other}`"));
            }
        }
        Ok(())
    }

    /// How long to leave a try alone whose end is not known. A second update is the same as the first.
    fn settle(&self) -> Duration {
        if self.write == Write::Update { Duration::ZERO } else { self.settle }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
}

/// Why nothing is forwarded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The collector's database.
    #[error("expected the collector's database to work, found: {0}")]
    Database(#[from] rusqlite::Error),
    /// The lock cannot be made.
    #[error("{}: expected a file that can be locked, found: {source}", file.display())]
    Lock {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another process is at it.
    #[error("{}: expected to be the only one that forwards from this folder, found another process", folder.display())]
    Taken {
        /// Which folder.
        folder: PathBuf,
    },
    /// The system starts no thread.
    #[error("expected a thread, found: {0}")]
    Thread(io::Error),
}

/// What the thread is told from outside.
#[derive(Debug, Default)]
struct News {
    /// Something was received.
    came: bool,
    /// It is to end.
    end: bool,
}

/// What the thread and those outside it share.
#[derive(Debug, Default)]
struct Signal {
    news: Mutex<News>,
    changed: Condvar,
}

impl Signal {
    fn tell(&self, change: impl FnOnce(&mut News)) {
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

/// Delivers for as long as it lives.
#[derive(Debug)]
pub struct Forwarder {
    signal: Arc<Signal>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Forwarder {
    /// Begins to forward what the collector keeps in `folder`.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn start(folder: &Path, settings: &Settings, clock: Clock, log: Log) -> Result<Forwarder, GatewayError> {
        let lock = lock(folder)?;
        let signal = Arc::new(Signal::default());
        let mut worker = Worker {
            queue: Queue::open(folder)?,
            target: Target::new(&settings.base, settings.write, settings.token_file.clone()),
            pace: settings.pace,
            settle: settings.settle(),
            clock,
            log,
            in_vain: 0,
            signal: signal.clone(),
            _lock: lock,
        };
        let named = thread::Builder::new().name("forwarder".to_owned());
        let thread = named.spawn(move || worker.run()).map_err(GatewayError::Thread)?;
        Ok(Forwarder { signal, thread: Some(thread) })
    }

    /// The same routes; whatever they create is forwarded at once.
    pub fn listen(&self, router: Router) -> Router {
        async fn told(State(signal): State<Arc<Signal>>, request: Request, next: Next) -> Response {
            let response = next.run(request).await;
            if response.status() == StatusCode::CREATED {
                signal.tell(|news| news.came = true);
            }
            response
        }
        router.layer(middleware::from_fn_with_state(self.signal.clone(), told))
    }
}

impl Drop for Forwarder {
    /// Ends after the try that is under way.
    fn drop(&mut self) {
        self.signal.tell(|news| news.end = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The submissions in `folder`, by where they stand with the server.
///
/// # Errors
/// [`GatewayError::Database`].
pub fn status(folder: &Path) -> Result<Status, GatewayError> {
    Ok(Queue::open(folder)?.status()?)
}

/// Puts what the server refused back among what is to be delivered; so many it was.
///
/// # Errors
/// [`GatewayError::Database`].
pub fn retry_parked(folder: &Path) -> Result<usize, GatewayError> {
    Ok(Queue::open(folder)?.retry_parked()?)
}

fn lock(folder: &Path) -> Result<File, GatewayError> {
    let path = folder.join(LOCK);
    let failed = |source| GatewayError::Lock { file: path.clone(), source };
    let file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_PATIENCE => thread::sleep(LOCK_POLL),
            Err(TryLockError::WouldBlock) => return Err(GatewayError::Taken { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
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

struct Worker {
    queue: Queue,
    target: Target,
    pace: Pace,
    settle: Duration,
    clock: Clock,
    log: Log,
    /// Tries in a row that brought nothing, of whatever submission: then the server is at fault and has its peace.
    in_vain: u32,
    signal: Arc<Signal>,
    _lock: File,
}

impl Worker {
    fn run(&mut self) {
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
        self.queue.mark(&next.id, &Mark::Sending { due })?;
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
