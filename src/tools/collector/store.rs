//! The submissions, in SQLite: one row each, the bytes as they came. A row is there if and only if its receipt may be
//! given.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// The database's name in the data folder.
pub const DATABASE: &str = "collector.sqlite";

/// What `PRAGMA user_version` says of the table below.
const LAYOUT: i64 = 1;

/// `body` is text, so that `sqlite3` and any other tool shows it; it is the body of the request, byte for byte.
/// `received_at` is an instant such as `2026-11-22T09:30:00.000Z`.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS submission (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL,
    wave TEXT NOT NULL,
    questionnaire TEXT NOT NULL,
    pseudonym TEXT NOT NULL,
    received_at TEXT NOT NULL,
    media_type TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT";

/// How long to wait for another process that holds the database: a copy being made, someone looking.
const BUSY: Duration = Duration::from_secs(5);

/// Why the store does not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The data folder or the file cannot be made.
    #[error("{}: expected a folder to keep the data in, found: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database says no: full disk, no permission, damage.
    #[error("expected the database to work, found: {0}")]
    Database(#[from] rusqlite::Error),
    /// A newer collector's database.
    #[error("expected a database of layout {LAYOUT}, found {found}")]
    Layout {
        /// The layout found.
        found: i64,
    },
}

/// A submission as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// UUID of the submission.
    pub id: String,
    /// The study's id, from the invitation.
    pub study: String,
    /// The wave's id, from the invitation.
    pub wave: String,
    /// `url|version`.
    pub questionnaire: String,
    /// The respondent's pseudonym.
    pub pseudonym: String,
    /// When it was received.
    pub received_at: String,
    /// Media type of the body, without parameters.
    pub media_type: String,
    /// The bytes received.
    pub body: String,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is on disk now.
    Now,
    /// The same bytes were on disk already.
    Before {
        /// When those were received.
        received_at: String,
    },
    /// Other bytes have its id.
    Other,
}

/// The database. Writes follow one another; each is on disk when its call returns.
#[derive(Debug)]
pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database in `folder`, or makes it.
    pub(super) fn open(folder: &Path) -> Result<Store, StoreError> {
        let file = folder.join(DATABASE);
        fs::create_dir_all(folder)
            .and_then(|()| touch(&file))
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        // FULL: in WAL mode, a commit is on disk, not only with the operating system, when it returns.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
            0 => {
                connection.execute_batch(TABLE)?;
                connection.pragma_update(None, "user_version", LAYOUT)?;
            }
            LAYOUT => {}
            found => return Err(StoreError::Layout { found }),
        }
        Ok(Store { connection: Mutex::new(connection) })
    }

    /// A thread that panicked while it held the lock left no transaction behind: dropping one rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a submission, unless its id is taken. Whichever of two requests at once comes first, the other one finds it.
    pub(super) fn keep(&self, row: &Row) -> Result<Kept, StoreError> {
        let mut connection = self.connection();
        // Immediate: other processes, too, wait from the first statement on.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = transaction.execute(
            "INSERT INTO submission (id, study, wave, questionnaire, pseudonym, received_at, media_type, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
            params![
                row.id,
                row.study,
                row.wave,
                row.questionnaire,
                row.pseudonym,
                row.received_at,
                row.media_type,
                row.body
            ],
        )?;
        let kept = if written == 1 {
            Kept::Now
        } else {
            let before = transaction
                .query_row(
                    "SELECT received_at FROM submission WHERE id = ?1 AND body = ?2",
                    params![row.id, row.body],
                    |found| found.get(0),
                )
                .optional()?;
            before.map_or(Kept::Other, |received_at| Kept::Before { received_at })
        };
        transaction.commit()?;
        Ok(kept)
    }

    /// The submission with this id.
    pub(super) fn find(&self, id: &str) -> Result<Option<Row>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, study, wave, questionnaire, pseudonym, received_at, media_type, body
             FROM submission WHERE id = ?1",
        )?;
        let row = statement.query_row([id], |row| {
            Ok(Row {
                id: row.get(0)?,
                study: row.get(1)?,
                wave: row.get(2)?,
                questionnaire: row.get(3)?,
                pseudonym: row.get(4)?,
                received_at: row.get(5)?,
                media_type: row.get(6)?,
                body: row.get(7)?,
            })
        });
        Ok(row.optional()?)
    }
}

/// Makes the file, readable to its owner alone; SQLite gives its companions the same rights.
fn touch(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What "on disk" rests on. Only the connection itself can say how it is set.
    #[test]
    fn a_commit_waits_for_the_disk() {
        let folder = std::env::temp_dir().join(format!("svar-store-{}", std::process::id()));
        let store = Store::open(&folder).unwrap();
        let ask = |name: &str| {
            let text = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
            store.connection().pragma_query_value(None, name, text).unwrap()
        };
        assert_eq!(ask("journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(ask("synchronous"), rusqlite::types::Value::Integer(2), "2 is FULL");
        store.connection().pragma_update(None, "user_version", 7).unwrap();
        assert!(matches!(Store::open(&folder), Err(StoreError::Layout { found: 7 })));
        fs::remove_dir_all(&folder).unwrap();
    }
}
