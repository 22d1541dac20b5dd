//! The layout of a collector's database, and how one of an earlier layout is brought to it.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// The database of the answers, in the data folder.
pub const DATABASE: &str = "collector.sqlite";

/// The database of the contact details: a file of its own, so that whoever is given the answers is given nothing else.
pub const CONTACT_DATABASE: &str = "contact.sqlite";

/// Answers by invitations of the mode `test`.
pub const TEST_DATABASE: &str = "test-collector.sqlite";

/// Contact details by invitations of the mode `test`.
pub const TEST_CONTACT_DATABASE: &str = "test-contact.sqlite";

/// Answers by invitations of the mode `pilot`.
pub const PILOT_DATABASE: &str = "pilot-collector.sqlite";

/// Contact details by invitations of the mode `pilot`.
pub const PILOT_CONTACT_DATABASE: &str = "pilot-contact.sqlite";

/// What `PRAGMA user_version` says of the tables below.
pub const LAYOUT: i64 = 3;

/// Every database of submissions in a data folder. Test and pilot answers are apart, so that no count and no table of
/// the study can hold them by mistake.
pub const DATABASES: [&str; 6] =
    [DATABASE, CONTACT_DATABASE, TEST_DATABASE, TEST_CONTACT_DATABASE, PILOT_DATABASE, PILOT_CONTACT_DATABASE];

/// `body` is text, so that `sqlite3` and any other tool shows it; it is the body of the request, byte for byte.
/// `received_at` is an instant such as `2026-11-22T09:30:00.000Z`. `pseudonym` is empty where nobody here can know it: in
/// a sealed body that a unit's invitation brought.
const TABLE: &str = "CREATE TABLE submission (
    id TEXT PRIMARY KEY,
    study TEXT NOT NULL,
    wave TEXT NOT NULL,
    questionnaire TEXT NOT NULL,
    pseudonym TEXT NOT NULL,
    received_at TEXT NOT NULL,
    media_type TEXT NOT NULL,
    body TEXT NOT NULL,
    late INTEGER NOT NULL DEFAULT 0,
    odd_clock INTEGER NOT NULL DEFAULT 0,
    again INTEGER NOT NULL DEFAULT 0
) STRICT";

/// Layout 1 took several responses of one person; they stay, and all but the first are marked.
const FROM_LAYOUT_1: &str = "
    ALTER TABLE submission ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE submission ADD COLUMN odd_clock INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE submission ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
    UPDATE submission SET again = 1 WHERE pseudonym <> '' AND EXISTS (
        SELECT 1 FROM submission AS first
        WHERE first.rowid < submission.rowid AND first.study = submission.study AND first.wave = submission.wave
            AND first.pseudonym = submission.pseudonym
            AND substr(first.questionnaire, 1, instr(first.questionnaire || '|', '|') - 1)
                = substr(submission.questionnaire, 1, instr(submission.questionnaire || '|', '|') - 1)
    )";

/// One person answers a questionnaire once in a wave, in whatever version.
const ONCE: &str = "CREATE UNIQUE INDEX once ON submission (
    study, wave, substr(questionnaire, 1, instr(questionnaire || '|', '|') - 1), pseudonym
) WHERE pseudonym <> '' AND again = 0";

/// Layout 2 knew no units, no modes and no withdrawal. What it took has the unit '', which nobody can know any more.
///
/// `withdrawn` holds whoever takes part no longer: from them nothing is taken. `withdrawn_submission` holds what was
/// deleted, by its random id alone: those bytes are not taken again, whoever brings them, and a person who comes with
/// the reference of a receipt can be told that it is gone. `server` is '', 'delivered' or 'tried': what the gateway
/// had done.
const FROM_LAYOUT_2: &str = "
    ALTER TABLE submission ADD COLUMN unit TEXT NOT NULL DEFAULT '';
    ALTER TABLE submission ADD COLUMN mode TEXT NOT NULL DEFAULT '';
    CREATE TABLE withdrawn (
        study TEXT NOT NULL,
        pseudonym TEXT NOT NULL CHECK (pseudonym <> ''),
        at TEXT NOT NULL,
        PRIMARY KEY (study, pseudonym)
    ) STRICT;
    CREATE TABLE withdrawn_submission (
        id TEXT PRIMARY KEY,
        study TEXT NOT NULL,
        pseudonym TEXT NOT NULL,
        at TEXT NOT NULL,
        server TEXT NOT NULL DEFAULT ''
    ) STRICT";

/// Makes the tables, or brings older ones to the present layout, in one transaction: a power cut leaves the old or the
/// new ones.
pub(super) fn lay_out(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let steps: &[&str] = match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => &[TABLE, ONCE, FROM_LAYOUT_2],
        1 => &[FROM_LAYOUT_1, ONCE, FROM_LAYOUT_2],
        2 => &[FROM_LAYOUT_2],
        LAYOUT => return Ok(()),
        found => return Err(StoreError::Layout { found }),
    };
    steps.iter().try_for_each(|step| transaction.execute_batch(step))?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    Ok(transaction.commit()?)
}

/// Checks that a database which the collector has made is of the present layout, and changes nothing.
///
/// # Errors
/// [`StoreError::Outdated`] for an earlier layout, [`StoreError::Layout`] for a later one.
pub fn check_layout(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
        LAYOUT => Ok(()),
        found if found < LAYOUT => Err(StoreError::Outdated { file: file.to_owned(), found }),
        found => Err(StoreError::Layout { found }),
    }
}
