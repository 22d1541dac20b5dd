//! What is read, and for withdrawal changed, in the databases of units and invitations. Either may be absent: a study
//! need not have unit dates or personal links.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use rusqlite::{OpenFlags, params};

use super::{RunningError, database::Database};
use crate::submission::policy;

/// The units of the studies, with their dates.
pub const UNITS: &str = "units.sqlite";

/// The invitations that were made.
pub const INVITATIONS: &str = "invitations.sqlite";

/// The ids of a study's units.
pub(super) fn units(data: &Path, study: &str) -> Result<Vec<String>, RunningError> {
    let found = Database::open(data, UNITS, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let Some(database) = found else { return Ok(Vec::new()) };
    let asked = || {
        let mut statement =
            database.connection.prepare("SELECT DISTINCT unit FROM unit WHERE study = ?1 ORDER BY unit")?;
        let rows = statement.query_map([study], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()
    };
    asked().map_err(|source| database.failed(source))
}

/// A person who was invited to a wave by a link of their own, as a respondent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invited {
    pub(super) wave: String,
    pub(super) unit: String,
    pub(super) pseudonym: String,
    /// From the earliest of their invitations to the latest, in seconds since 1970.
    pub(super) opens: Option<i64>,
    pub(super) closes: Option<i64>,
    /// That of the latest letter; empty where nobody wrote it down.
    pub(super) language: String,
}

/// Who has an invitation that is not revoked.
pub(super) fn invited(data: &Path, study: &str) -> Result<Vec<Invited>, RunningError> {
    let found = Database::open(data, INVITATIONS, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let Some(database) = found else { return Err(RunningError::Absent { file: data.join(INVITATIONS) }) };
    let asked = || {
        // A register that nobody has opened to write since it had no such column.
        let known = database.connection.column_exists(None, "invitation", "language")?;
        let language = if known { "language" } else { "''" };
        let mut statement = database.connection.prepare(&format!(
            "SELECT wave, min(unit), pseudonym, min(nbf), max(exp),
                (SELECT {language} FROM invitation latest
                 WHERE latest.study = ?1 AND latest.wave = invitation.wave AND latest.pseudonym = invitation.pseudonym
                    AND latest.mode = '' AND latest.revoked_at IS NULL
                 ORDER BY latest.rowid DESC LIMIT 1)
             FROM invitation
             WHERE study = ?1 AND pseudonym <> '' AND mode = '' AND revoked_at IS NULL
             GROUP BY wave, pseudonym ORDER BY wave, 2, pseudonym"
        ))?;
        let rows = statement.query_map([study], |row| {
            Ok(Invited {
                wave: row.get(0)?,
                unit: row.get(1)?,
                pseudonym: row.get(2)?,
                opens: row.get(3)?,
                closes: row.get(4)?,
                language: row.get(5)?,
            })
        })?;
        rows.collect::<Result<_, _>>()
    };
    asked().map_err(|source| database.failed(source))
}

/// Whether a person was ever invited to the study by a link of their own.
pub(super) fn knows(data: &Path, study: &str, pseudonym: &str) -> Result<bool, RunningError> {
    let found = Database::open(data, INVITATIONS, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let Some(database) = found else { return Ok(false) };
    let asked = "SELECT EXISTS (
        SELECT 1 FROM invitation WHERE study = ?1 AND pseudonym = ?2 AND pseudonym <> '')";
    let known = database.connection.query_row(asked, [study, pseudonym], |row| row.get(0));
    known.map_err(|source| database.failed(source))
}

/// Revokes a person's invitations to all waves; how many there were, or none if there is no register.
pub(super) fn revoke(data: &Path, study: &str, pseudonym: &str, at: &str) -> Result<Option<usize>, RunningError> {
    let found = Database::open(data, INVITATIONS, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let Some(database) = found else { return Ok(None) };
    let revoked = database.connection.execute(
        "UPDATE invitation SET revoked_at = ?3
         WHERE study = ?1 AND pseudonym = ?2 AND pseudonym <> '' AND revoked_at IS NULL",
        [study, pseudonym, at],
    );
    revoked.map(Some).map_err(|source| database.failed(source))
}

/// The register, to purge from.
pub(super) fn to_purge(data: &Path) -> Result<Option<Database>, RunningError> {
    Database::open(data, INVITATIONS, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// What is over: invitations that nothing is taken by any more, whatever the register says. One that was revoked
/// before its end admits again as soon as its row is gone, so it stays until then; without an end, for ever.
const OVER: &str = "study = ?1 AND exp < ?2";

fn last(before: Timestamp) -> i64 {
    let grace = i64::try_from(policy::GRACE.as_secs()).unwrap_or(i64::MAX);
    before.as_second().saturating_sub(grace)
}

/// How many were over, the grace included, before then.
pub(super) fn count_over(database: &Database, study: &str, before: Timestamp) -> Result<usize, RunningError> {
    let asked = format!("SELECT count(*) FROM invitation WHERE {OVER}");
    let count = database.connection.query_row(&asked, params![study, last(before)], |row| row.get::<_, i64>(0));
    count.map(|count| usize::try_from(count).unwrap_or(0)).map_err(|source| database.failed(source))
}

/// Deletes them.
pub(super) fn delete_over(database: &Database, study: &str, before: Timestamp) -> Result<usize, RunningError> {
    let asked = format!("DELETE FROM invitation WHERE {OVER}");
    database.connection.execute(&asked, params![study, last(before)]).map_err(|source| database.failed(source))
}

/// So many of each, under their names.
pub(super) type Counts = BTreeMap<&'static str, usize>;
