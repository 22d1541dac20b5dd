//! A person withdraws: what they delivered is deleted in every wave, and nothing more of them is taken.
//!
//! Who it is comes first (`whom`), and changes nothing. Then, in this order, so that nothing can arrive in between
//! and a power cut leaves what the same command ends: `withdrawn` is written in each database; the person's own
//! invitations are revoked; the rows are deleted, in each database together with the note that they were; the files
//! are scrubbed; the audit log gets its line.

mod report;
mod whom;

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior, params};

pub use report::{Deleted, NotFound, Withdrawal};
pub use whom::{Whom, ids, reference};

use super::{
    RunningError,
    audit::{Act, Audit},
    database::{Database, scrub},
    mark::mark,
    register,
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The study's id.
    pub study: &'a str,
    /// The collector's data folder.
    pub data: &'a Path,
    /// Who withdraws, or what of theirs.
    pub whom: &'a Whom,
    /// Who does it.
    pub by: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Carries it out. What goes wrong once something is changed is in the report.
///
/// # Errors
/// Why nothing was changed.
pub fn withdraw(asked: &Asked<'_>) -> Result<Withdrawal, RunningError> {
    let databases = Database::all(asked.data)?;
    let mut report = Withdrawal { study: asked.study.to_owned(), ..Withdrawal::default() };
    let (how, ids) = match asked.whom {
        Whom::Ids(ids) => ("ids", Some(whom::known(&databases, asked.study, ids, &mut report)?)),
        Whom::Pseudonym(_) => ("pseudonym", None),
        Whom::Reference(_) => ("reference", None),
    };
    let person = match ids {
        Some(_) => None,
        None => Some(whom::person(asked.data, &databases, asked.study, asked.whom)?),
    };
    let audit = Audit::open(asked.data)?;
    let mark = |of: &str| mark(asked.data, asked.study, of);
    if let Some(pseudonym) = &person {
        report.mark = Some(mark(pseudonym)?);
        report.pseudonym = Some(pseudonym.clone());
    }
    // Whom the rows name; where they name nobody, the submission has a mark: no pseudonym has a colon in it.
    let none = BTreeSet::new();
    for (id, pseudonym) in whom::named(&databases, asked.study, ids.as_ref().unwrap_or(&none))? {
        match pseudonym.is_empty() {
            false => report.people.insert(mark(&pseudonym)?),
            true => report.submissions.insert(mark(&["urn:uuid:", &id].concat())?),
        };
    }
    // From here on something is changed, and the log says so whatever happens.
    let done = carry_out(asked, &databases, (person.as_deref(), ids.as_ref()), &mut report);
    report.unfinished = done.err();
    if let Err(error) = audit.write(asked.now, &line(asked, how, &report, &databases)) {
        report.unfinished.get_or_insert(error);
    }
    Ok(report)
}

/// Notes, revokes, deletes, scrubs: the person, or the submissions that were named.
fn carry_out(
    asked: &Asked<'_>,
    databases: &[Database],
    (person, ids): (Option<&str>, Option<&BTreeSet<String>>),
    report: &mut Withdrawal,
) -> Result<(), RunningError> {
    let at = asked.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    if let Some(pseudonym) = person {
        databases.iter().try_for_each(|database| note(database, asked.study, pseudonym, &at))?;
        report.revoked = register::revoke(asked.data, asked.study, pseudonym, &at)?;
    }
    for database in databases {
        let delete = Delete { database, study: asked.study, at: &at };
        match (person, ids) {
            (Some(pseudonym), _) => delete.person(pseudonym, report)?,
            (None, Some(ids)) => delete.ids(ids, report)?,
            (None, None) => {}
        }
        report.unnamed.push((database.name, unnamed(database, asked.study)?));
    }
    scrub(databases)
}

fn line<'a>(asked: &Asked<'a>, how: &'static str, report: &Withdrawal, databases: &[Database]) -> Act<'a> {
    let mut act = Act {
        command: "withdraw",
        by: asked.by,
        study: asked.study,
        facts: [("how", how.to_owned())].into_iter().chain(report.marks()).collect(),
        done: report.unfinished.is_none(),
        ..Act::default()
    };
    for database in databases {
        let count = report.deleted.iter().filter(|deleted| deleted.database == database.name).count();
        act.counts.insert(database.name, count);
    }
    act.counts.extend(report.revoked.map(|count| (register::INVITATIONS, count)));
    act.counts.insert("server", report.delivered.len().saturating_add(report.tried.len()));
    act
}

/// Writes down that a person has withdrawn; the first time counts.
fn note(database: &Database, study: &str, pseudonym: &str, at: &str) -> Result<(), RunningError> {
    let noted = "INSERT INTO withdrawn (study, pseudonym, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    database.connection.execute(noted, [study, pseudonym, at]).map_err(|source| database.failed(source))?;
    Ok(())
}

/// How many rows of the study name nobody: sealed, and by a unit's link.
fn unnamed(database: &Database, study: &str) -> Result<usize, RunningError> {
    let asked = "SELECT count(*) FROM submission WHERE study = ?1 AND pseudonym = ''";
    let count = database.connection.query_row(asked, [study], |row| row.get::<_, i64>(0));
    count.map(|count| usize::try_from(count).unwrap_or(0)).map_err(|source| database.failed(source))
}

/// Deleting from one database.
struct Delete<'a> {
    database: &'a Database,
    study: &'a str,
    at: &'a str,
}

impl Delete<'_> {
    fn person(&self, pseudonym: &str, report: &mut Withdrawal) -> Result<(), RunningError> {
        let chosen = "SELECT id FROM submission WHERE study = ?1 AND pseudonym = ?2 AND pseudonym <> ''";
        let before = "SELECT id FROM withdrawn_submission WHERE study = ?1 AND pseudonym = ?2 AND pseudonym <> ''";
        self.rows(report, |transaction| {
            let read = |asked: &str| -> rusqlite::Result<BTreeSet<String>> {
                let mut statement = transaction.prepare(asked)?;
                let rows = statement.query_map([self.study, pseudonym], |row| row.get(0))?;
                rows.collect()
            };
            Ok((read(chosen)?, read(before)?))
        })
    }

    fn ids(&self, ids: &BTreeSet<String>, report: &mut Withdrawal) -> Result<(), RunningError> {
        self.rows(report, |_| Ok((ids.clone(), ids.clone())))
    }

    /// Deletes what is `chosen`, and reports what the gateway had done with it and with what was deleted before.
    fn rows(
        &self,
        report: &mut Withdrawal,
        chosen: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<(BTreeSet<String>, BTreeSet<String>)>,
    ) -> Result<(), RunningError> {
        let queue = self.database.has("forwarded").map_err(|source| self.database.failed(source))?;
        let mut told = Withdrawal::default();
        let carry_out = || {
            let mode = TransactionBehavior::Immediate;
            let transaction = Transaction::new_unchecked(&self.database.connection, mode)?;
            let (chosen, before) = chosen(&transaction)?;
            for id in &chosen {
                told.deleted.extend(self.row(&transaction, id, queue)?);
            }
            for id in chosen.union(&before) {
                self.elsewhere(&transaction, id, &mut told)?;
            }
            transaction.commit()
        };
        carry_out().map_err(|source| self.database.failed(source))?;
        report.add(told);
        Ok(())
    }

    fn row(&self, transaction: &Transaction<'_>, id: &str, queue: bool) -> rusqlite::Result<Option<Deleted>> {
        use rusqlite::OptionalExtension;
        let found = transaction
            .query_row(
                "SELECT id, wave, questionnaire, received_at, pseudonym FROM submission WHERE id = ?1 AND study = ?2",
                [id, self.study],
                |row| {
                    let deleted = Deleted {
                        database: self.database.name,
                        id: row.get(0)?,
                        wave: row.get(1)?,
                        questionnaire: row.get(2)?,
                        received_at: row.get(3)?,
                    };
                    Ok((deleted, row.get::<_, String>(4)?))
                },
            )
            .optional()?;
        let Some((deleted, pseudonym)) = found else { return Ok(None) };
        let mut server = "";
        if queue {
            // A try whose end nobody wrote down may have got there, and so may one that the server seemed to refuse.
            let asked =
                "SELECT CASE WHEN state = 'forwarded' THEN 2 WHEN state <> 'kept-here' AND tries > 0 THEN 1 ELSE 0 END
                         FROM forwarded WHERE id = ?1";
            server = match transaction.query_row(asked, [id], |row| row.get::<_, i64>(0)).optional()? {
                Some(2) => "delivered",
                Some(1) => "tried",
                _ => "",
            };
            transaction.execute("DELETE FROM forwarded WHERE id = ?1", [id])?;
        }
        transaction.execute(
            "INSERT INTO withdrawn_submission (id, study, pseudonym, at, server) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
            params![id, self.study, pseudonym, self.at, server],
        )?;
        transaction.execute("DELETE FROM submission WHERE id = ?1 AND study = ?2", [id, self.study])?;
        Ok(Some(deleted))
    }

    /// What the gateway had done with a row that is deleted now, or was before.
    fn elsewhere(&self, transaction: &Transaction<'_>, id: &str, told: &mut Withdrawal) -> rusqlite::Result<()> {
        use rusqlite::OptionalExtension;
        let asked = "SELECT at, server FROM withdrawn_submission WHERE id = ?1 AND study = ?2";
        let found = transaction
            .query_row(asked, [id, self.study], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        let Some((at, server)) = found.optional()? else { return Ok(()) };
        match server.as_str() {
            "delivered" => told.delivered.push(id.to_owned()),
            "tried" => told.tried.push(id.to_owned()),
            _ => {}
        }
        if told.deleted.iter().all(|deleted| deleted.id != id) {
            told.earlier.push((id.to_owned(), at));
        }
        Ok(())
    }
}
