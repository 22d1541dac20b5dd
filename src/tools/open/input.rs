//! What there is to open: rows of a collector's database, or files; and who has withdrawn.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::OpenFailed;

/// How every SQLite database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A submission as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The UUID that it was received under; empty where it comes from a file.
    pub id: String,
    /// The study's id, as far as it is known outside.
    pub study: String,
    /// The wave's id, as far as it is known outside.
    pub wave: String,
    /// The unit of the invitation, as far as it is known outside.
    pub unit: String,
    /// `paper` where somebody keyed it in from paper.
    pub mode: String,
    /// The respondent's pseudonym, as far as it is known outside.
    pub pseudonym: String,
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
    pub fn is_sealed(&self) -> bool {
        !self.body.trim_start().starts_with('{')
    }
}

/// Everything that was received, and who has withdrawn.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The submissions, each once, in the order in which they were received; files, which do not say, as they were
    /// named.
    pub sources: Vec<Source>,
    /// What is left out.
    pub withdrawn: Withdrawn,
}

/// Who has withdrawn, and which submissions were.
#[derive(Clone, Debug, Default)]
pub struct Withdrawn {
    /// Study and pseudonym of people.
    people: BTreeSet<(String, String)>,
    /// UUIDs of submissions: what names nobody outside is withdrawn by these alone.
    ids: BTreeSet<String>,
}

impl Withdrawn {
    /// Whether this person has.
    pub fn person(&self, study: &str, pseudonym: &str) -> bool {
        self.people.contains(&(study.to_owned(), pseudonym.to_owned()))
    }

    /// Whether the submission with this UUID was.
    pub fn submission(&self, id: &str) -> bool {
        self.ids.contains(id)
    }
}

/// Reads the inputs, and who has withdrawn: by what stands in them and in the databases `withdrawn`.
///
/// # Errors
/// A file cannot be read.
pub fn receive(inputs: &[PathBuf], withdrawn: &[PathBuf]) -> Result<Received, OpenFailed> {
    let mut received = Received::default();
    for input in inputs {
        read(input, &mut received)?;
    }
    for file in withdrawn {
        let failed = |source| OpenFailed::Database { file: file.clone(), source };
        let database = open(file).map_err(failed)?;
        if !has_table(&database, "withdrawn").map_err(failed)? {
            return Err(OpenFailed::NoWithdrawn { file: file.clone() });
        }
        left(&database, &mut received).map_err(failed)?;
    }
    // A copy of a database beside the database itself brings nothing twice.
    let mut seen = BTreeSet::new();
    received.sources.retain(|source| source.id.is_empty() || seen.insert((source.id.clone(), source.body.clone())));
    received.sources.sort_by(|one, other| one.received_at.cmp(&other.received_at));
    Ok(received)
}

/// Adds what is in `input`: a database, a file, or a folder.
fn read(input: &Path, received: &mut Received) -> Result<(), OpenFailed> {
    let failed = |source| OpenFailed::File { file: input.to_owned(), source };
    if input.is_dir() {
        let mut files = Vec::new();
        for entry in fs::read_dir(input).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
        files.retain(|file| file.is_file());
        files.sort();
        for file in files {
            // A collector's folder holds tests, pilots and contact details as well: whoever opens says which is meant.
            if fs::read(&file).map_err(failed)?.starts_with(SQLITE) {
                return Err(OpenFailed::DataFolder { folder: input.to_owned(), file });
            }
            read(&file, received)?;
        }
        return Ok(());
    }
    let bytes = fs::read(input).map_err(failed)?;
    if bytes.starts_with(SQLITE) {
        return rows(input, received).map_err(|source| OpenFailed::Database { file: input.to_owned(), source });
    }
    let body = String::from_utf8_lossy(&bytes).into_owned();
    received.sources.push(Source { body, from: input.display().to_string(), ..Source::default() });
    Ok(())
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn has_table(database: &Connection, name: &str) -> rusqlite::Result<bool> {
    database.query_row("SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?1", [name], |row| {
        row.get(0)
    })
}

fn rows(file: &Path, received: &mut Received) -> rusqlite::Result<()> {
    let database = open(file)?;
    if has_table(&database, "withdrawn")? {
        left(&database, received)?;
    }
    let mut statement = database.prepare("SELECT * FROM submission ORDER BY received_at, id")?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    // Databases of earlier layouts say less.
    let (late, odd_clock, unit, mode) = (has("late"), has("odd_clock"), has("unit"), has("mode"));
    let from = file.display().to_string();
    let found = statement.query_map([], |row| {
        Ok(Source {
            id: row.get("id")?,
            study: row.get("study")?,
            wave: row.get("wave")?,
            unit: if unit { row.get("unit")? } else { String::new() },
            mode: if mode { row.get("mode")? } else { String::new() },
            pseudonym: row.get("pseudonym")?,
            received_at: row.get("received_at")?,
            body: row.get("body")?,
            late: late && row.get("late")?,
            odd_clock: odd_clock && row.get("odd_clock")?,
            from: from.clone(),
        })
    })?;
    for source in found {
        received.sources.push(source?);
    }
    Ok(())
}

/// Adds those who have withdrawn, and what was.
fn left(database: &Connection, received: &mut Received) -> rusqlite::Result<()> {
    let mut statement = database.prepare("SELECT study, pseudonym FROM withdrawn")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for person in found {
        received.withdrawn.people.insert(person?);
    }
    if has_table(database, "withdrawn_submission")? {
        let mut statement = database.prepare("SELECT id FROM withdrawn_submission")?;
        for id in statement.query_map([], |row| row.get(0))? {
            received.withdrawn.ids.insert(id?);
        }
    }
    Ok(())
}
