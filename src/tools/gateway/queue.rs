//! What is still to be delivered: the collector's own table of submissions, and beside it one row for each that was
//! looked at. There is no second copy of an answer, so nothing can be in the one and missing from the other.

use std::{fmt, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, params};

use crate::tools::collector::DATABASE;

/// `state` is one of `sending` (a try has begun; after a crash nobody knows how it ended), `waiting`, `forwarded`,
/// `parked` (the server refuses it) and `kept-here` (sealed or flat: nothing that a FHIR server could read). `due` is in
/// milliseconds since 1970.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS forwarded (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    due INTEGER NOT NULL,
    last_error TEXT,
    forwarded_at TEXT
) STRICT";

/// How long to wait while the collector writes.
const BUSY: Duration = Duration::from_secs(10);

/// One submission that is not delivered yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) id: String,
    pub(super) body: Vec<u8>,
    pub(super) media_type: String,
    /// Tries that have begun.
    pub(super) tries: u32,
    /// Milliseconds since 1970.
    pub(super) due: u64,
}

/// Where a submission stands after a try.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark<'a> {
    /// To be tried again at `due`, in milliseconds since 1970.
    Waiting { due: u64, why: &'a str },
    /// The server named it, at this instant.
    Forwarded { at: &'a str },
    /// The server refuses it.
    Parked { why: &'a str },
    /// Not for a FHIR server.
    KeptHere { why: &'a str },
}

/// How many submissions stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The server has named them.
    pub forwarded: u64,
    /// Not tried yet, or to be tried again.
    pub waiting: u64,
    /// Sealed or flat ones: no FHIR server could read them.
    pub kept_here: u64,
    /// Refused by the server: the UUID, and why.
    pub parked: Vec<(String, String)>,
    /// Why the one that waited longest still waits.
    pub last_error: Option<String>,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "forwarded: {}\nwaiting:   {}", self.forwarded, self.waiting)?;
        if let Some(why) = self.last_error.as_ref().filter(|_| self.waiting > 0) {
            write!(out, " (last: {why})")?;
        }
        write!(out, "\nparked:    {}\nkept here: {}", self.parked.len(), self.kept_here)?;
        for (id, why) in &self.parked {
            write!(out, "\nparked {id}: {why}")?;
        }
        Ok(())
    }
}

/// The database, through a connection of its own.
#[derive(Debug)]
pub(super) struct Queue {
    connection: Connection,
}

impl Queue {
    /// Opens the database that the collector has made in `folder`.
    pub(super) fn open(folder: &Path) -> rusqlite::Result<Queue> {
        let connection = Connection::open_with_flags(
            folder.join(DATABASE),
            rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLE)?;
        Ok(Queue { connection })
    }

    /// The one that is due first, if any is left.
    pub(super) fn next(&self) -> rusqlite::Result<Option<Next>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.id, s.body, s.media_type, coalesce(f.tries, 0), coalesce(f.due, 0)
             FROM submission s LEFT JOIN forwarded f ON f.id = s.id
             WHERE (f.state IS NULL OR f.state IN ('sending', 'waiting')) AND NOT EXISTS (
                SELECT 1 FROM withdrawn w
                WHERE w.study = s.study AND w.pseudonym = s.pseudonym AND s.pseudonym <> '')
             ORDER BY coalesce(f.due, 0), s.rowid LIMIT 1",
        )?;
        let next = statement.query_row([], |row| {
            Ok(Next {
                id: row.get(0)?,
                // Text or bytes, as the collector keeps it.
                body: row.get_ref(1)?.as_bytes()?.to_vec(),
                media_type: row.get(2)?,
                tries: row.get(3)?,
                due: row.get::<_, i64>(4).map(|due| u64::try_from(due).unwrap_or(0))?,
            })
        });
        next.optional()
    }

    /// Writes down that a try begins; should nobody live to see its end, it is due again at `due`, in milliseconds
    /// since 1970. False if there is nothing to send any more: its person has withdrawn since [`Queue::next`]. Then
    /// nothing may be sent. One statement, so that a withdrawal comes wholly before it, or wholly after and finds what
    /// it wrote.
    pub(super) fn begin(&self, id: &str, due: u64) -> rusqlite::Result<bool> {
        let begun = self.connection.execute(
            "INSERT INTO forwarded (id, state, tries, due)
             SELECT s.id, 'sending', 1, ?2 FROM submission s WHERE s.id = ?1 AND NOT EXISTS (
                SELECT 1 FROM withdrawn w
                WHERE w.study = s.study AND w.pseudonym = s.pseudonym AND s.pseudonym <> '')
             ON CONFLICT (id) DO UPDATE SET state = 'sending', tries = tries + 1, due = ?2, forwarded_at = NULL",
            params![id, i64::try_from(due).unwrap_or(i64::MAX)],
        )?;
        Ok(begun == 1)
    }

    /// Writes down where a submission stands after a try that began. It is on disk when this returns. What was
    /// withdrawn and deleted meanwhile is not written anew.
    pub(super) fn mark(&self, id: &str, mark: &Mark<'_>) -> rusqlite::Result<()> {
        let at_due = |due: &u64| i64::try_from(*due).unwrap_or(i64::MAX);
        let (state, due, error, at) = match mark {
            Mark::Waiting { due, why } => ("waiting", at_due(due), Some(*why), None),
            Mark::Forwarded { at } => ("forwarded", 0, None, Some(*at)),
            Mark::Parked { why } => ("parked", 0, Some(*why), None),
            Mark::KeptHere { why } => ("kept-here", 0, Some(*why), None),
        };
        self.connection.execute(
            "UPDATE forwarded SET state = ?2, due = ?3, last_error = ?4, forwarded_at = ?5 WHERE id = ?1",
            params![id, state, due, error, at],
        )?;
        Ok(())
    }

    /// What was parked is tried again; so many it was.
    pub(super) fn retry_parked(&self) -> rusqlite::Result<usize> {
        self.connection.execute("UPDATE forwarded SET state = 'waiting', due = 0 WHERE state = 'parked'", [])
    }

    /// How many submissions stand where.
    pub(super) fn status(&self) -> rusqlite::Result<Status> {
        let count = |states: &str| {
            let sql = format!(
                "SELECT count(*) FROM submission s LEFT JOIN forwarded f ON f.id = s.id
                 WHERE coalesce(f.state, 'waiting') IN ({states})"
            );
            self.connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(|n| u64::try_from(n).unwrap_or(0))
        };
        let mut parked = self
            .connection
            .prepare("SELECT id, coalesce(last_error, '') FROM forwarded WHERE state = 'parked' ORDER BY id")?;
        let parked = parked.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let last_error = self.connection.query_row(
            "SELECT last_error FROM forwarded WHERE state IN ('sending', 'waiting') AND last_error IS NOT NULL
             ORDER BY tries DESC LIMIT 1",
            [],
            |row| row.get(0),
        );
        Ok(Status {
            forwarded: count("'forwarded'")?,
            waiting: count("'waiting', 'sending'")?,
            kept_here: count("'kept-here'")?,
            parked,
            last_error: last_error.optional()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the moment between a look at the queue and the try, which no test from outside can hit.
    #[test]
    fn a_try_begins_only_with_what_is_still_there() {
        let folder = std::env::temp_dir().join(format!("svar-queue-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let database = Connection::open(folder.join(DATABASE)).unwrap();
        database
            .execute_batch(
                "CREATE TABLE submission (id TEXT, study TEXT, pseudonym TEXT, media_type TEXT, body TEXT);
                 CREATE TABLE withdrawn (study TEXT, pseudonym TEXT);
                 INSERT INTO submission VALUES ('a', 's', 'p-1', 't', 'x'), ('b', 's', 'p-2', 't', 'x'),
                    ('c', 's', '', 't', 'x'), ('d', 's', 'p-4', 't', 'x');",
            )
            .unwrap();
        let queue = Queue::open(&folder).unwrap();
        let next = |queue: &Queue| queue.next().unwrap().map(|next| next.id);
        assert_eq!(next(&queue).as_deref(), Some("a"));
        database.execute_batch("INSERT INTO withdrawn VALUES ('s', 'p-1'), ('s', ''), ('other', 'p-2')").unwrap();
        assert!(!queue.begin("a", 0).unwrap(), "its person has withdrawn");
        assert_eq!(next(&queue).as_deref(), Some("b"), "and nothing waits for it");
        database.execute_batch("DELETE FROM submission WHERE id = 'b'").unwrap();
        assert!(!queue.begin("b", 0).unwrap(), "it was deleted");
        assert!(queue.begin("c", 0).unwrap(), "the empty pseudonym is nobody's");
        assert!(queue.begin("d", 0).unwrap());
        database.execute_batch("DELETE FROM submission WHERE id = 'd'; DELETE FROM forwarded WHERE id = 'd'").unwrap();
        queue.mark("d", &Mark::Forwarded { at: "2026-11-22T09:30:00.000Z" }).unwrap();
        let left: String = database.query_row("SELECT group_concat(id) FROM forwarded", [], |row| row.get(0)).unwrap();
        assert_eq!(left, "c", "what was deleted during the try is not written anew");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
