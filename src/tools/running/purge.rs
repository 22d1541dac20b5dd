//! Data whose time is over: what was received before a date is deleted, and invitations that admitted nothing any more
//! before it.

use std::{fmt, path::Path};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rusqlite::{Transaction, TransactionBehavior};

use super::{
    RunningError,
    audit::{Act, Audit},
    database::{Database, scrub},
    register::{self, Counts, INVITATIONS},
    status::zone,
};
use crate::study::Study;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The study.
    pub study: &'a Study,
    /// The collector's data folder.
    pub data: &'a Path,
    /// What was received before this day, in the study's time zone.
    pub before: Date,
    /// Contact details alone.
    pub contact_only: bool,
    /// Also what the gateway has yet to deliver.
    pub undelivered: bool,
    /// Deletes; else it is only counted.
    pub delete: bool,
    /// Who does it.
    pub by: &'a str,
    /// When.
    pub now: Timestamp,
}

/// What was deleted, or would be.
#[derive(Debug, Default)]
pub struct Purged {
    /// How much of each database.
    pub counts: Counts,
    /// How many of the deleted answers the gateway has delivered to a FHIR server, which still has them.
    pub delivered: usize,
    /// How many of them the gateway has not delivered, and would have gone on trying to, or a person would have to see to.
    pub undelivered: usize,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Why bytes of what was deleted may still be in the files.
    pub unfinished: Option<RunningError>,
}

impl fmt::Display for Purged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.deleted { "deleted" } else { "would be deleted, with --yes" };
        for (name, count) in &self.counts {
            writeln!(out, "{name}: {count} {what}")?;
        }
        if self.delivered > 0 {
            writeln!(out, "{} of these were delivered to the FHIR server, and stay there", self.delivered)?;
        }
        match (self.undelivered, self.deleted) {
            (0, _) => {}
            (count, true) => writeln!(out, "{count} of these were never delivered to the FHIR server")?,
            (count, false) => writeln!(
                out,
                "{count} of these are not delivered to the FHIR server; they are deleted only with --undelivered"
            )?,
        }
        Ok(())
    }
}

/// Carries it out, or counts.
///
/// # Errors
/// Why not.
pub fn purge(asked: &Asked<'_>) -> Result<Purged, RunningError> {
    let zone = zone(asked.study);
    if asked.before > asked.now.to_zoned(zone.clone()).date() {
        return Err(RunningError::Ahead { found: asked.before.to_string() });
    }
    let before = midnight(asked.before, &zone);
    let mut databases = Database::all(asked.data)?;
    databases.retain(|database| !asked.contact_only || database.name.ends_with("contact.sqlite"));
    let mut purged = Purged { deleted: asked.delete, ..Purged::default() };
    let instant = stored(before);
    for database in &databases {
        let more = undelivered(database, &asked.study.id, &instant).map_err(|source| database.failed(source))?;
        purged.undelivered = purged.undelivered.saturating_add(more);
    }
    if asked.delete && !asked.undelivered && purged.undelivered > 0 {
        return Err(RunningError::Undelivered { found: purged.undelivered });
    }
    let audit = asked.delete.then(|| Audit::open(asked.data)).transpose()?;
    let register = if asked.contact_only { None } else { register::to_purge(asked.data)? };
    let done = carry_out(asked, &databases, register.as_ref(), before, &mut purged);
    let Some(audit) = audit else { return done.map(|()| purged) };
    purged.unfinished = done.err();
    let scope = if asked.contact_only { "contact" } else { "all" };
    let act = Act {
        command: "purge",
        by: asked.by,
        study: &asked.study.id,
        facts: vec![("before", asked.before.to_string()), ("scope", scope.to_owned())],
        counts: purged.counts.clone(),
        done: purged.unfinished.is_none(),
    };
    if let Err(error) = audit.write(asked.now, &act) {
        purged.unfinished.get_or_insert(error);
    }
    Ok(purged)
}

fn carry_out(
    asked: &Asked<'_>,
    databases: &[Database],
    register: Option<&Database>,
    before: Timestamp,
    purged: &mut Purged,
) -> Result<(), RunningError> {
    let instant = stored(before);
    let id = asked.study.id.as_str();
    for database in databases {
        let (count, delivered) =
            rows(database, id, &instant, asked.delete).map_err(|source| database.failed(source))?;
        purged.counts.insert(database.name, count);
        purged.delivered = purged.delivered.saturating_add(delivered);
    }
    if let Some(register) = register {
        let act = if asked.delete { register::delete_over } else { register::count_over };
        purged.counts.insert(INVITATIONS, act(register, id, before)?);
    }
    if asked.delete { scrub(databases.iter().chain(register)) } else { Ok(()) }
}

/// The beginning of a day. A zone in which that midnight is left out begins it with the first moment there is.
pub(super) fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible().map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

/// An instant as `received_at` has it.
fn stored(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// How many rows the gateway has not delivered, though they are for a FHIR server and nobody has withdrawn them. Without
/// a gateway there are none.
fn undelivered(database: &Database, study: &str, before: &str) -> rusqlite::Result<usize> {
    if !database.has("forwarded")? {
        return Ok(0);
    }
    let asked = "SELECT count(*) FROM submission s LEFT JOIN forwarded f ON f.id = s.id
        WHERE s.study = ?1 AND s.received_at < ?2 AND coalesce(f.state, '') NOT IN ('forwarded', 'kept-here')
            AND NOT EXISTS (
                SELECT 1 FROM withdrawn w
                WHERE w.study = s.study AND w.pseudonym = s.pseudonym AND s.pseudonym <> '')";
    let count: i64 = database.connection.query_row(asked, [study, before], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// How many rows there are, and how many of them the gateway has delivered.
fn rows(database: &Database, study: &str, before: &str, delete: bool) -> rusqlite::Result<(usize, usize)> {
    let queue = database.has("forwarded")?;
    let transaction = Transaction::new_unchecked(&database.connection, TransactionBehavior::Immediate)?;
    let count = |asked: &str| -> rusqlite::Result<usize> {
        let count: i64 = transaction.query_row(asked, [study, before], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    };
    let found = count("SELECT count(*) FROM submission WHERE study = ?1 AND received_at < ?2")?;
    let mut delivered = 0;
    if queue {
        delivered = count(
            "SELECT count(*) FROM submission s JOIN forwarded f ON f.id = s.id
             WHERE s.study = ?1 AND s.received_at < ?2 AND f.state = 'forwarded'",
        )?;
    }
    if delete {
        if queue {
            transaction.execute(
                "DELETE FROM forwarded WHERE id IN (
                    SELECT id FROM submission WHERE study = ?1 AND received_at < ?2)",
                [study, before],
            )?;
        }
        transaction.execute("DELETE FROM submission WHERE study = ?1 AND received_at < ?2", [study, before])?;
        transaction.commit()?;
    }
    Ok((found, delivered))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_study_is() {
        for (zone, day, expected) in [
            ("UTC", "2026-11-22", "2026-11-22T00:00:00Z"),
            ("Europe/Oslo", "2026-11-22", "2026-11-21T23:00:00Z"),
            ("Europe/Oslo", "2026-07-01", "2026-06-30T22:00:00Z"),
            // The clocks went forward at midnight: the day began at one.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(midnight(day.parse().unwrap(), &zone).to_string(), expected, "{zone:?} {day}");
        }
    }
}
