//! The gateway: a FHIR server that cannot be let out on the network is put behind the collector. The collector checks,
//! keeps and confirms as ever; a forwarder delivers what it keeps to the server, each submission once (`docs/gateway.md`).
//!
//! One thread delivers, one submission at a time. What it is about to do is on disk before it does it, so it may be killed
//! at any point: what was under way is asked after before it is sent again.

mod pace;
mod queue;
mod settings;
mod target;
mod worker;

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
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
pub use settings::Settings;

use super::collector::{Clock, Log};
use queue::Queue;
use target::Target;
use worker::{Signal, Worker};

/// Held while a process forwards from a data folder. The system lets go of it however the process ends.
pub const LOCK: &str = "forward.lock";

/// How long the lock is waited for: one who is just ending, or a process of theirs that has not begun yet, still has it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);
const LOCK_POLL: Duration = Duration::from_millis(20);

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
