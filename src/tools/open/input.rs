//! What there is to open: rows of a collector's database, or files.

use std::{fs, path::Path};

use rusqlite::{Connection, OpenFlags};

use super::OpenFailed;

/// A submission as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The UUID that it was received under; empty where it comes from a file.
    pub id: String,
    /// The study's id, as far as it is known outside.
    pub study: String,
    /// The wave's id, as far as it is known outside.
    pub wave: String,
    /// When it was received.
    pub received_at: String,
    /// The body.
    pub body: String,
    /// Completed before the invitation ended, received after.
    pub late: bool,
    /// The sender's clock cannot have been right.
    pub odd_clock: bool,
    /// Where it was found.
    pub from: String,
}

impl Source {
    /// Whether the body is a JWE: a response begins with a brace.
    pub(super) fn is_sealed(&self) -> bool {
        !self.body.trim_start().starts_with('{')
    }
}

/// Adds what is in `input`: a database, a file, or a folder.
pub(super) fn read(input: &Path, sources: &mut Vec<Source>) -> Result<(), OpenFailed> {
    let failed = |source| OpenFailed::File { file: input.to_owned(), source };
    if input.is_dir() {
        let mut files = Vec::new();
        for entry in fs::read_dir(input).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
        files.sort();
        return files.iter().filter(|file| file.is_file()).try_for_each(|file| read(file, sources));
    }
    let bytes = fs::read(input).map_err(failed)?;
    let from = input.display().to_string();
    if bytes.starts_with(b"SQLite format 3\0") {
        return rows(input, &from, sources).map_err(|source| OpenFailed::Database { file: input.to_owned(), source });
    }
    sources.push(Source { body: String::from_utf8_lossy(&bytes).into_owned(), from, ..Source::default() });
    Ok(())
}

fn rows(file: &Path, from: &str, sources: &mut Vec<Source>) -> rusqlite::Result<()> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = database.prepare(
        "SELECT id, study, wave, received_at, body, late, odd_clock FROM submission ORDER BY received_at, id",
    )?;
    let found = statement.query_map([], |row| {
        Ok(Source {
            id: row.get(0)?,
            study: row.get(1)?,
            wave: row.get(2)?,
            received_at: row.get(3)?,
            body: row.get(4)?,
            late: row.get(5)?,
            odd_clock: row.get(6)?,
            from: from.to_owned(),
        })
    })?;
    for source in found {
        sources.push(source?);
    }
    Ok(())
}
