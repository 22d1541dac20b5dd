//! The collector's databases, opened beside it.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::RunningError;
use crate::tools::collector::{CONTACT_DATABASE, DATABASE, DATABASES, check_layout};

/// How long to wait for the collector's writes, and for readers to be done.
const BUSY: Duration = Duration::from_secs(5);

/// One database, and which it is.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) name: &'static str,
    pub(super) file: PathBuf,
    pub(super) connection: Connection,
}

impl Database {
    /// The databases of submissions in a data folder, to delete from. Those of test and pilot answers may have been
    /// removed.
    pub(super) fn all(data: &Path) -> Result<Vec<Database>, RunningError> {
        let mut found = Vec::new();
        for name in DATABASES {
            match Database::submissions(data, name, OpenFlags::SQLITE_OPEN_READ_WRITE) {
                Err(RunningError::Absent { .. }) if ![DATABASE, CONTACT_DATABASE].contains(&name) => {}
                database => found.push(database?),
            }
        }
        Ok(found)
    }

    /// One of them, to be read.
    pub(super) fn to_read(data: &Path, name: &'static str) -> Result<Database, RunningError> {
        Database::submissions(data, name, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn submissions(data: &Path, name: &'static str, flags: OpenFlags) -> Result<Database, RunningError> {
        let found = Database::open(data, name, flags)?;
        let database = found.ok_or_else(|| RunningError::Absent { file: data.join(name) })?;
        check_layout(&database.connection, &database.file)?;
        Ok(database)
    }

    /// Any database of the folder; none if it is not there.
    pub(super) fn open(data: &Path, name: &'static str, flags: OpenFlags) -> Result<Option<Database>, RunningError> {
        let file = data.join(name);
        if !file.is_file() {
            return Ok(None);
        }
        let failed = |source| RunningError::Database { file: file.clone(), source };
        let connection = Connection::open_with_flags(&file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        connection.busy_timeout(BUSY).map_err(failed)?;
        if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
            // What is deleted is overwritten with zeros, and what VACUUM copies for a while is on no other disk.
            for (setting, value) in [("secure_delete", "ON"), ("temp_store", "MEMORY"), ("synchronous", "FULL")] {
                connection.pragma_update(None, setting, value).map_err(failed)?;
            }
        }
        Ok(Some(Database { name, file, connection }))
    }

    pub(super) fn failed(&self, source: rusqlite::Error) -> RunningError {
        RunningError::Database { file: self.file.clone(), source }
    }

    /// Whether there is a table of that name.
    pub(super) fn has(&self, table: &str) -> rusqlite::Result<bool> {
        let asked = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1)";
        self.connection.query_row(asked, [table], |row| row.get(0))
    }

    /// Leaves no byte of what was deleted in the database's files: the database is written anew, all of the
    /// write-ahead log is brought into it, and the log is emptied. A reader of an earlier state prevents the last two;
    /// SQLite says so in a column and not by an error.
    pub(super) fn scrub(&self) -> Result<(), RunningError> {
        let told = |source: rusqlite::Error| match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => RunningError::Busy { file: self.file.clone() },
            _ => self.failed(source),
        };
        self.connection.execute_batch("VACUUM").map_err(told)?;
        let busy: i64 =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(told)?;
        if busy == 0 { Ok(()) } else { Err(RunningError::Busy { file: self.file.clone() }) }
    }
}

/// Scrubs each of them, even if one cannot be, and gives the first reason.
pub(super) fn scrub<'a>(databases: impl IntoIterator<Item = &'a Database>) -> Result<(), RunningError> {
    databases.into_iter().map(Database::scrub).fold(Ok(()), Result::and)
}
