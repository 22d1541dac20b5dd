//! The submissions, in SQLite: one row each, the bytes as they came. A row is there if and only if its receipt may be
//! given.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, Row as Found, TransactionBehavior, params};

use super::layout::{LAYOUT, lay_out};

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
    #[error("expected a database of layout 1 to {LAYOUT}, found {found}")]
    Layout {
        /// The layout found.
        found: i64,
    },
    /// An older collector's database, where it may not be changed.
    #[error(
        "{}: expected a database of layout {LAYOUT}, found {found}; start the collector (svar collect) once, which \
         brings it up to date", file.display()
    )]
    Outdated {
        /// Which.
        file: PathBuf,
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
    /// The respondent's pseudonym; empty where the body is sealed and the invitation a unit's.
    pub pseudonym: String,
    /// When it was received.
    pub received_at: String,
    /// Media type of the body, without parameters.
    pub media_type: String,
    /// The bytes received.
    pub body: String,
    /// Completed before the invitation ended, received after.
    pub late: bool,
    /// The sender's clock cannot have been right when it was completed.
    pub odd_clock: bool,
    /// The unit, from the invitation; empty in what an earlier version of the collector took.
    pub unit: String,
    /// The invitation's mode; empty for a respondent's own answers.
    pub mode: String,
}

/// The columns of a [`Row`], in the order that [`row`] reads them in.
const COLUMNS: &str =
    "id, study, wave, questionnaire, pseudonym, received_at, media_type, body, late, odd_clock, unit, mode";

fn row(found: &Found<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: found.get(0)?,
        study: found.get(1)?,
        wave: found.get(2)?,
        questionnaire: found.get(3)?,
        pseudonym: found.get(4)?,
        received_at: found.get(5)?,
        media_type: found.get(6)?,
        body: found.get(7)?,
        late: found.get(8)?,
        odd_clock: found.get(9)?,
        unit: found.get(10)?,
        mode: found.get(11)?,
    })
}

/// Whether a submission is of a person who has withdrawn, or was deleted by itself. The empty pseudonym is nobody's.
const WITHDRAWN: &str = "SELECT EXISTS (SELECT 1 FROM withdrawn WHERE study = ?1 AND pseudonym = ?2 AND ?2 <> '')
    OR EXISTS (SELECT 1 FROM withdrawn_submission WHERE id = ?3)";

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
    /// The person has answered this questionnaire in this wave, under another id.
    Answered,
    /// The person has withdrawn, or this very submission was deleted: nothing is kept.
    Withdrawn,
}

/// What a person has delivered, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) id: String,
    pub(super) questionnaire: String,
    pub(super) received_at: String,
}

/// The database. Writes follow one another; each is on disk when its call returns.
#[derive(Debug)]
pub(super) struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database `name` in `folder`, or makes it.
    pub(super) fn open(folder: &Path, name: &str) -> Result<Store, StoreError> {
        let file = folder.join(name);
        fs::create_dir_all(folder)
            .and_then(|()| touch(&file))
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        // FULL: in WAL mode, a commit is on disk, not only with the operating system, when it returns.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        lay_out(&mut connection)?;
        Ok(Store { connection: Mutex::new(connection) })
    }

    /// A thread that panicked while it held the lock left no transaction behind: dropping one rolls it back.
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a submission, unless its id is taken or its person has answered. Whichever of two requests at once comes
    /// first, the other one finds it.
    pub(super) fn keep(&self, row: &Row) -> Result<Kept, StoreError> {
        let mut connection = self.connection();
        // Immediate: other processes, too, wait from the first statement on.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked here and nowhere earlier: whoever withdraws between a look and the write would be written after all.
        if withdrawn(&transaction, row)? {
            return Ok(Kept::Withdrawn);
        }
        let written = transaction.execute(
            &format!(
                "INSERT INTO submission ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING"
            ),
            params![
                row.id,
                row.study,
                row.wave,
                row.questionnaire,
                row.pseudonym,
                row.received_at,
                row.media_type,
                row.body,
                row.late,
                row.odd_clock,
                row.unit,
                row.mode
            ],
        )?;
        let kept = if written == 1 {
            Kept::Now
        } else {
            let found = transaction
                .query_row(
                    "SELECT received_at, body = ?2 FROM submission WHERE id = ?1",
                    [&row.id, &row.body],
                    |found| Ok((found.get(0)?, found.get(1)?)),
                )
                .optional()?;
            match found {
                Some((received_at, true)) => Kept::Before { received_at },
                Some((_, false)) => Kept::Other,
                None => Kept::Answered,
            }
        };
        transaction.commit()?;
        Ok(kept)
    }

    /// The submission with this id, unless its person has withdrawn: then it may be there for another moment, and
    /// nothing is said of it.
    pub(super) fn find(&self, id: &str) -> Result<Option<Row>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM submission WHERE id = ?1"))?;
        let Some(found) = statement.query_row([id], row).optional()? else { return Ok(None) };
        Ok(if withdrawn(&connection, &found)? { None } else { Some(found) })
    }

    /// What the person with this pseudonym has delivered in a wave, first things first.
    pub(super) fn delivered(&self, study: &str, wave: &str, pseudonym: &str) -> Result<Vec<Delivered>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, questionnaire, received_at FROM submission
             WHERE study = ?1 AND wave = ?2 AND pseudonym = ?3 AND pseudonym <> '' AND again = 0 ORDER BY rowid",
        )?;
        let rows = statement.query_map([study, wave, pseudonym], |row| {
            Ok(Delivered { id: row.get(0)?, questionnaire: row.get(1)?, received_at: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn withdrawn(connection: &Connection, row: &Row) -> rusqlite::Result<bool> {
    connection.prepare_cached(WITHDRAWN)?.query_row([&row.study, &row.pseudonym, &row.id], |found| found.get(0))
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
    use super::{super::layout::DATABASE, *};

    /// What "on disk" rests on. Only the connection itself can say how it is set.
    #[test]
    fn a_commit_waits_for_the_disk() {
        let folder = std::env::temp_dir().join(format!("svar-store-{}", std::process::id()));
        let store = Store::open(&folder, DATABASE).unwrap();
        let ask = |name: &str| {
            let text = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
            store.connection().pragma_query_value(None, name, text).unwrap()
        };
        assert_eq!(ask("journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(ask("synchronous"), rusqlite::types::Value::Integer(2), "2 is FULL");
        store.connection().pragma_update(None, "user_version", 7).unwrap();
        assert!(matches!(Store::open(&folder, DATABASE), Err(StoreError::Layout { found: 7 })));
        fs::remove_dir_all(&folder).unwrap();
    }

    /// Whoever withdraws while a submission waits for the database finds it refused: a look before the wait would be
    /// too early. SQLite tells when the wait begins.
    #[test]
    fn a_withdrawal_that_comes_between_arrival_and_writing_counts() {
        use std::sync::atomic::{AtomicBool, Ordering};
        static WAITS: AtomicBool = AtomicBool::new(false);
        let folder = std::env::temp_dir().join(format!("svar-store-race-{}", std::process::id()));
        for (case, statement) in [
            ("the person", "INSERT INTO withdrawn VALUES ('s', 'p-1', '2026-11-22T09:30:00Z')"),
            ("the submission", "INSERT INTO withdrawn_submission VALUES ('a', 's', '', '2026-11-22T09:30:00Z', '')"),
        ] {
            let store = Store::open(&folder, DATABASE).unwrap();
            WAITS.store(false, Ordering::SeqCst);
            let wait = |_| {
                WAITS.store(true, Ordering::SeqCst);
                std::thread::yield_now();
                true
            };
            store.connection().busy_handler(Some(wait)).unwrap();
            let (pseudonym, mode) = ("p-1".to_owned(), String::new());
            let text = || String::from("x");
            let row = Row {
                id: "a".into(),
                study: "s".into(),
                wave: text(),
                questionnaire: text(),
                pseudonym,
                received_at: text(),
                media_type: text(),
                body: text(),
                late: false,
                odd_clock: false,
                unit: text(),
                mode,
            };
            let other = Connection::open(folder.join(DATABASE)).unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            let kept = std::thread::scope(|scope| {
                let keeping = scope.spawn(|| store.keep(&row).unwrap());
                while !WAITS.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                other.execute_batch(statement).unwrap();
                other.execute_batch("COMMIT").unwrap();
                keeping.join().unwrap()
            });
            assert_eq!(kept, Kept::Withdrawn, "{case}");
            assert_eq!(store.find("a").unwrap(), None, "{case}");
            fs::remove_dir_all(&folder).unwrap();
        }
    }
}
