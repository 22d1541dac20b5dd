//! Who withdraws, or which submissions are to be deleted. Nothing here changes anything.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::OptionalExtension;

use super::{
    super::{RunningError, database::Database, register},
    report::{NotFound, Withdrawal},
};
use crate::tools::collector::{canonical_uuid, plain_pseudonym};

/// Who withdraws, or what of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The person of this pseudonym.
    Pseudonym(String),
    /// The person whose receipt shows this reference, as [`reference()`] reads it.
    Reference(String),
    /// These submissions, as [`ids`] reads them: what only the holder of the private key can tell to be a person's.
    Ids(BTreeSet<String>),
}

impl Whom {
    /// The person of this pseudonym.
    ///
    /// # Errors
    /// [`RunningError::Pseudonym`] if it is none: the empty one stands for all whom nobody here can name.
    pub fn pseudonym(text: &str) -> Result<Whom, RunningError> {
        if plain_pseudonym(text) { Ok(Whom::Pseudonym(text.to_owned())) } else { Err(RunningError::Pseudonym) }
    }
}

/// Digits of a UUID that the receipt shows.
const REFERENCE: usize = 12;

/// Reads a reference as people write it: with hyphens or blanks between the groups or without, in capitals or not. It
/// is how a submission's UUID begins, and is returned as it stands there.
///
/// # Errors
/// [`RunningError::Reference`].
pub fn reference(text: &str) -> Result<Whom, RunningError> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    let wrong = || RunningError::Reference { found: text.to_owned() };
    if digits.chars().count() != REFERENCE || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let (first, second) = digits.split_at_checked(8).ok_or_else(wrong)?;
    Ok(Whom::Reference([first, "-", second].concat()))
}

/// Reads a file of UUIDs, one on each line; blank lines are passed over.
///
/// # Errors
/// The first line that is none.
pub fn ids(file: &Path) -> Result<Whom, RunningError> {
    let expected = "a file of UUIDs, one on each line";
    let text =
        fs::read_to_string(file).map_err(|source| RunningError::File { file: file.to_owned(), expected, source })?;
    let mut ids = BTreeSet::new();
    for (line, number) in text.lines().zip(1..) {
        let id = line.trim().to_ascii_lowercase();
        if id.is_empty() {
            continue;
        }
        if !canonical_uuid(&id) {
            return Err(RunningError::Ids { file: file.to_owned(), line: number });
        }
        ids.insert(id);
    }
    if ids.is_empty() { Err(RunningError::NoIds { file: PathBuf::from(file) }) } else { Ok(Whom::Ids(ids)) }
}

/// The pseudonym of the one person who is meant.
pub(super) fn person(data: &Path, databases: &[Database], study: &str, whom: &Whom) -> Result<String, RunningError> {
    match whom {
        Whom::Pseudonym(pseudonym) if !plain_pseudonym(pseudonym) => Err(RunningError::Pseudonym),
        Whom::Pseudonym(pseudonym) => {
            let mut known = register::knows(data, study, pseudonym)?;
            for database in databases {
                known |= has(database, study, pseudonym)?;
            }
            let unknown = || RunningError::Unknown { study: study.to_owned() };
            if known { Ok(pseudonym.clone()) } else { Err(unknown()) }
        }
        Whom::Reference(beginning) => referred(databases, study, beginning),
        Whom::Ids(_) => Err(RunningError::Pseudonym),
    }
}

/// Whether a database has, or had, anything of this person.
fn has(database: &Database, study: &str, pseudonym: &str) -> Result<bool, RunningError> {
    let asked = "SELECT EXISTS (SELECT 1 FROM submission WHERE study = ?1 AND pseudonym = ?2 AND pseudonym <> '')
        OR EXISTS (SELECT 1 FROM withdrawn WHERE study = ?1 AND pseudonym = ?2)";
    let found = database.connection.query_row(asked, [study, pseudonym], |row| row.get(0));
    found.map_err(|source| database.failed(source))
}

/// The person with a receipt whose UUID begins so; also if it was deleted, so that a withdrawal can be ended and shown.
fn referred(databases: &[Database], study: &str, beginning: &str) -> Result<String, RunningError> {
    let (mut people, mut sealed, mut gone) = (BTreeSet::new(), Vec::new(), None);
    for database in databases {
        let asked = || {
            let mut statement = database.connection.prepare(
                "SELECT id, pseudonym, '' FROM submission WHERE study = ?1 AND substr(id, 1, 13) = ?2
                 UNION SELECT id, pseudonym, at FROM withdrawn_submission WHERE study = ?1 AND substr(id, 1, 13) = ?2",
            )?;
            let rows = statement.query_map([study, beginning], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        for (id, pseudonym, at) in asked().map_err(|source| database.failed(source))? {
            if !pseudonym.is_empty() {
                people.insert(pseudonym);
            } else if at.is_empty() {
                sealed.push((id, database.name));
            } else {
                gone = Some(RunningError::Gone { id, at });
            }
        }
    }
    // What names nobody may be another person's.
    let found = people.len().saturating_add(sealed.len());
    match (people.pop_first(), sealed.pop()) {
        (None, None) => Err(gone.unwrap_or_else(|| RunningError::NoReceipt { study: study.to_owned() })),
        (Some(pseudonym), None) if found == 1 => Ok(pseudonym),
        (None, Some((id, database))) if found == 1 => Err(RunningError::Sealed { id, database }),
        _ => Err(RunningError::Several { found }),
    }
}

/// Those of the ids that are, or were, submissions of the study; the others are put in the report.
pub(super) fn known(
    databases: &[Database],
    study: &str,
    ids: &BTreeSet<String>,
    report: &mut Withdrawal,
) -> Result<BTreeSet<String>, RunningError> {
    let mut known = BTreeSet::new();
    for id in ids {
        let mut other_study = false;
        for database in databases {
            let asked = "SELECT study FROM submission WHERE id = ?1
                         UNION ALL SELECT study FROM withdrawn_submission WHERE id = ?1";
            let found = database.connection.query_row(asked, [id], |row| row.get::<_, String>(0)).optional();
            match found.map_err(|source| database.failed(source))? {
                Some(found) if found == study => drop(known.insert(id.clone())),
                Some(_) => other_study = true,
                None => {}
            }
        }
        if !known.contains(id) {
            let why = if other_study { NotFound::OtherStudy } else { NotFound::Nowhere };
            report.not_found.push((id.clone(), why));
        }
    }
    if known.is_empty() {
        let list = report.not_found.iter().map(|(id, why)| format!("{id}: {why}")).collect();
        return Err(RunningError::NoneOfThem { study: study.to_owned(), count: ids.len(), list });
    }
    Ok(known)
}

/// Each of these ids with the pseudonym that its row has, or had; the empty one if that named nobody.
pub(super) fn named(
    databases: &[Database],
    study: &str,
    ids: &BTreeSet<String>,
) -> Result<Vec<(String, String)>, RunningError> {
    let mut named = Vec::new();
    for id in ids {
        let mut whose = String::new();
        for database in databases {
            let asked = "SELECT pseudonym FROM submission WHERE id = ?1 AND study = ?2 AND pseudonym <> ''
                         UNION SELECT pseudonym FROM withdrawn_submission
                         WHERE id = ?1 AND study = ?2 AND pseudonym <> ''";
            let found = database.connection.query_row(asked, [id, study], |row| row.get(0)).optional();
            whose = found.map_err(|source| database.failed(source))?.unwrap_or(whose);
        }
        named.push((id.clone(), whose));
    }
    Ok(named)
}
