//! The table of the register of invitations, and how an earlier one becomes the present one.

use rusqlite::{Connection, TransactionBehavior};

use super::register::{Done, RegisterError};

/// What `PRAGMA user_version` says of the table below.
pub(super) const LAYOUT: i64 = 2;

/// `pseudonym` is empty in a unit's invitation, `variant`, `mode` and `room` where there is none. `last_day` is what the
/// letter named, `2027-04-09`; `language` is the letter's.
const TABLE: &str = "
    CREATE TABLE invitation (
        jti TEXT PRIMARY KEY,
        study TEXT NOT NULL,
        wave TEXT NOT NULL,
        unit TEXT NOT NULL,
        variant TEXT NOT NULL,
        pseudonym TEXT NOT NULL,
        mode TEXT NOT NULL,
        code BLOB NOT NULL UNIQUE,
        nbf INTEGER,
        exp INTEGER,
        made_at TEXT NOT NULL,
        revoked_at TEXT,
        last_day TEXT NOT NULL,
        room TEXT NOT NULL DEFAULT '',
        language TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX whose ON invitation (study, wave, pseudonym, unit)";

/// From the first layout: none of its invitations took over a room, and nobody wrote down the language of a letter.
const FROM_FIRST: &str = "
    ALTER TABLE invitation ADD COLUMN room TEXT NOT NULL DEFAULT '';
    ALTER TABLE invitation ADD COLUMN language TEXT NOT NULL DEFAULT ''";

/// Brings a register to the present layout; does nothing to one that has it.
///
/// # Errors
/// If the register does not work, or is a newer version's.
pub(super) fn settle(connection: &mut Connection) -> Done<()> {
    // Two processes may find an old one at once: the second waits, and finds the present one.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => transaction.execute_batch(TABLE)?,
        1 => transaction.execute_batch(FROM_FIRST)?,
        LAYOUT => return Ok(()),
        found => return Err(RegisterError::Layout { found }),
    }
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    Ok(transaction.commit()?)
}
