//! Who was invited by a link of their own and has not answered: the list that reminders go by.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{
    RunningError,
    audit::{Act, Audit},
    database::Database,
    register::{self, Counts, Invited},
    status::{parts, waves},
};
use crate::{
    study::{CONSENT, CONTACT},
    tools::{collector::DATABASE, studies::StudyFolder},
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The study.
    pub folder: &'a StudyFolder,
    /// The collector's data folder.
    pub data: &'a Path,
    /// One wave, or all.
    pub wave: Option<&'a str>,
    /// Where the list is to be, and nothing is yet.
    pub file: &'a Path,
    /// Who asks: the list names people, so asking is an act for the log.
    pub by: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Writes the list, and returns how many are on it.
///
/// Consent and contact details count for nothing here: one may take part without the latter, and a person who declines
/// the former sends nothing at all.
///
/// # Errors
/// Why there is no list.
pub fn missing(asked: &Asked<'_>) -> Result<usize, RunningError> {
    let Asked { folder, data, wave, file, by, now } = *asked;
    let study = &folder.study;
    let waves = waves(study, wave)?;
    let database = Database::to_read(data, DATABASE)?;
    let answered: BTreeSet<[String; 3]> = read(
        &database,
        "SELECT wave, pseudonym, substr(questionnaire, 1, instr(questionnaire || '|', '|') - 1)
         FROM submission WHERE study = ?1 AND pseudonym <> ''",
        &study.id,
    )?;
    let withdrawn: BTreeSet<[String; 1]> =
        read(&database, "SELECT pseudonym FROM withdrawn WHERE study = ?1", &study.id)?;
    let invited = register::invited(data, &study.id)?;
    let audit = Audit::open(data)?;
    let mut table = Table::make(file)?;
    let mut count = 0_usize;
    for wave in waves {
        let mut parts = parts(folder, wave);
        parts.retain(|(id, _)| id != CONSENT && id != CONTACT);
        let of_wave =
            |person: &&Invited| person.wave == wave.id && !withdrawn.contains(std::slice::from_ref(&person.pseudonym));
        for person in invited.iter().filter(of_wave) {
            let has = |url: &String| answered.contains(&[&wave.id, &person.pseudonym, url].map(String::to_owned));
            let left = parts.iter().filter(|(_, urls)| !urls.iter().any(has)).map(|(id, _)| id.as_str());
            let left: Vec<&str> = left.collect();
            if !left.is_empty() {
                table.add(&study.id, person, &left.join(" "))?;
                count = count.saturating_add(1);
            }
        }
    }
    table.end()?;
    let facts = vec![("wave", wave.unwrap_or("all").to_owned())];
    let counts = Counts::from([("people", count)]);
    audit.write(now, &Act { command: "missing", by, study: &study.id, facts, counts, done: true })?;
    Ok(count)
}

/// The rows of so many texts.
fn read<const N: usize>(database: &Database, asked: &str, study: &str) -> Result<BTreeSet<[String; N]>, RunningError> {
    let found = || {
        let mut statement = database.connection.prepare(asked)?;
        let rows = statement.query_map([study], |row| {
            let mut texts = std::array::from_fn(|_| String::new());
            for (place, text) in texts.iter_mut().enumerate() {
                *text = row.get(place)?;
            }
            Ok(texts)
        })?;
        rows.collect::<rusqlite::Result<_>>()
    };
    found().map_err(|source| database.failed(source))
}

/// A name of the study's own that a spreadsheet would run as a formula gets an apostrophe before it.
fn harmless(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { ["'", name].concat() } else { name.to_owned() }
}

struct Table {
    file: PathBuf,
    csv: csv::Writer<std::fs::File>,
}

impl Table {
    /// Readable to its owner alone, like what it was made of.
    fn make(file: &Path) -> Result<Table, RunningError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let expected = "to make a file that is not there yet";
        let opened = options.open(file);
        let opened = opened.map_err(|source| RunningError::File { file: file.to_owned(), expected, source })?;
        let mut table = Table { file: file.to_owned(), csv: csv::Writer::from_writer(opened) };
        table.row(
            &["study", "wave", "unit", "pseudonym", "missing", "opens", "closes", "language"].map(str::to_owned),
        )?;
        Ok(table)
    }

    fn row(&mut self, cells: &[String]) -> Result<(), RunningError> {
        self.csv.write_record(cells).map_err(|source| RunningError::Table { file: self.file.clone(), source })
    }

    fn add(&mut self, study: &str, person: &Invited, left: &str) -> Result<(), RunningError> {
        let instant = |seconds: Option<i64>| {
            let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
        };
        let texts = [study, &person.wave, &person.unit, &person.pseudonym, left].map(harmless);
        let more = [instant(person.opens), instant(person.closes), person.language.clone()];
        self.row(&[texts.as_slice(), &more].concat())
    }

    fn end(mut self) -> Result<(), RunningError> {
        let ended = self.csv.flush();
        ended.map_err(|source| RunningError::File { file: self.file, expected: "to write the list", source })
    }
}
