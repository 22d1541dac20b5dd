//! The register of invitations, `invitations.sqlite` in the data folder: what was issued, what is revoked, and which
//! invitation a typed code stands for.
//!
//! A code is made of the invitation's id under a key, `code-key` in the data folder, and is kept only as a hash under
//! that key. So a copy of the register admits nobody, and yet a reminder can name the same code again.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params, types::Type};

pub use super::batch::Batch;
use super::{
    KeyError,
    codes::Codes,
    keyring,
    layout::{self, LAYOUT},
};
use crate::study::{Invitation, Mode};

/// The register's file.
pub const REGISTER: &str = "invitations.sqlite";

/// The file of the key that codes are made and hashed with.
pub const CODE_KEY: &str = "code-key";

pub(super) const COLUMNS: &str = "jti, study, wave, unit, variant, pseudonym, mode, nbf, exp, last_day, room";

/// How long to wait for another process that writes: ten thousand invitations are one transaction.
const BUSY: Duration = Duration::from_secs(10);

/// Why the register does not do what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The key of the codes.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key's file holds something else.
    #[error("{}: expected 32 bytes as base64url, found something else", file.display())]
    CodeKey {
        /// Which file.
        file: PathBuf,
    },
    /// The file cannot be made.
    #[error("{}: expected a file that can be read and written, found: {source}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database says no.
    #[error("expected the register of invitations to work, found: {0}")]
    Database(#[from] rusqlite::Error),
    /// A newer version's register.
    #[error("expected a register of invitations of layout {LAYOUT}, found {found}")]
    Layout {
        /// The layout found.
        found: i64,
    },
}

pub(super) type Done<T> = Result<T, RegisterError>;

/// An invitation that stands in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// What it says.
    pub invitation: Invitation,
    /// The last day to answer, as the letter said it.
    pub last_day: Date,
}

/// Which invitations to revoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// One, by its id.
    One {
        /// The id.
        jti: String,
    },
    /// A person's, in one wave or in all.
    Person {
        /// The study.
        study: String,
        /// Whose.
        pseudonym: String,
        /// The wave, or all.
        wave: Option<String>,
    },
    /// A unit's own in a wave, not those of its people.
    Unit {
        /// The study.
        study: String,
        /// The wave.
        wave: String,
        /// The unit.
        unit: String,
    },
}

/// The register.
pub struct Register {
    connection: Mutex<Connection>,
    codes: Codes,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Register(…)")
    }
}

impl Register {
    /// Opens the register in `folder`, or makes it, readable to its owner alone.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(folder: &Path) -> Done<Register> {
        let codes = Codes::open(folder)?;
        let file = folder.join(REGISTER);
        keyring::private(&file, OpenOptions::new().create(true).truncate(false))
            .map_err(|source| RegisterError::File { file: file.clone(), source })?;
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        layout::settle(&mut connection)?;
        Ok(Register { connection: Mutex::new(connection), codes })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The invitation that a code stands for, revoked or not. How long it takes tells nothing of the code: it is looked
    /// up by its hash under a key that the sender has not.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn of_code(&self, code: &str) -> Done<Option<Invitation>> {
        let hash = self.codes.hash(code);
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM invitation WHERE code = ?1"))?;
        let found = statement.query_row([hash.as_slice()], registered).optional()?;
        Ok(found.map(|found| found.invitation))
    }

    /// Whether the invitation with this id is revoked. One that is not in the register is not.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn is_revoked(&self, jti: &str) -> Done<bool> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT 1 FROM invitation WHERE jti = ?1 AND revoked_at IS NOT NULL")?;
        Ok(statement.exists([jti])?)
    }

    /// Revokes what was named and nothing else; says how many that still stood.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn revoke(&self, which: &Which, now: Timestamp) -> Done<usize> {
        let connection = self.connection();
        let now = now.to_string();
        Ok(match which {
            Which::One { jti } => connection.execute(
                "UPDATE invitation SET revoked_at = ?1 WHERE revoked_at IS NULL AND jti = ?2 AND jti <> ''",
                params![now, jti],
            ),
            Which::Person { study, pseudonym, wave } => connection.execute(
                "UPDATE invitation SET revoked_at = ?1 WHERE revoked_at IS NULL AND study = ?2
                 AND pseudonym = ?3 AND pseudonym <> '' AND (?4 IS NULL OR wave = ?4)",
                params![now, study, pseudonym, wave],
            ),
            Which::Unit { study, wave, unit } => connection.execute(
                "UPDATE invitation SET revoked_at = ?1 WHERE revoked_at IS NULL AND study = ?2
                 AND wave = ?3 AND unit = ?4 AND unit <> '' AND pseudonym = ''",
                params![now, study, wave, unit],
            ),
        }?)
    }

    /// Whether anything was ever issued for the study, for this wave of it, and for this person or unit of it: the first
    /// of them of which nothing is known, as a word and a name.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn unknown(&self, which: &Which) -> Done<Option<(&'static str, String)>> {
        let connection = self.connection();
        let known = |column: &str, study: &str, name: &str| -> Done<bool> {
            let asked = format!("SELECT 1 FROM invitation WHERE study = ?1 AND {column} = ?2");
            Ok(connection.prepare(&asked)?.exists([study, name])?)
        };
        let names: Vec<(&'static str, &str)> = match which {
            Which::One { .. } => return Ok(None),
            Which::Person { study, pseudonym, wave } => {
                let wave = wave.as_deref().map(|wave| ("wave", wave));
                [("study", study.as_str())].into_iter().chain(wave).chain([("pseudonym", pseudonym.as_str())]).collect()
            }
            Which::Unit { study, wave, unit } => vec![("study", study), ("wave", wave), ("unit", unit)],
        };
        let study = names.first().map(|(_, study)| *study).unwrap_or_default();
        for (what, name) in names {
            if !known(what, study, name)? {
                return Ok(Some((what, name.to_owned())));
            }
        }
        Ok(None)
    }

    /// Begins to issue: all of it is kept by [`Batch::keep`], or nothing.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn batch(&mut self) -> Done<Batch<'_>> {
        let Register { connection, codes } = self;
        let connection = connection.get_mut().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Batch::new(transaction, codes))
    }
}

/// The links of a wave that stand and end before an instant: those that a window prolonged until then leaves behind.
/// Links for trying out go by no window. Nothing is made where there is no register.
///
/// # Errors
/// If the register does not work.
pub fn ending_before(folder: &Path, study: &str, wave: &str, instant: Timestamp) -> Done<Vec<Invitation>> {
    let file = folder.join(REGISTER);
    if !file.is_file() {
        return Ok(Vec::new());
    }
    // No invitation is written; but a database in write-ahead mode that nobody has open cannot be read otherwise.
    let mut connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY)?;
    layout::settle(&mut connection)?;
    let mut statement = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM invitation WHERE revoked_at IS NULL AND study = ?1 AND wave = ?2 AND exp < ?3
         AND mode <> 'test' ORDER BY unit, pseudonym, jti"
    ))?;
    let found = statement.query_map(params![study, wave, instant.as_second()], registered)?;
    Ok(found.map(|found| Ok(found?.invitation)).collect::<rusqlite::Result<_>>()?)
}

pub(super) fn text(maybe: &Option<String>) -> &str {
    maybe.as_deref().unwrap_or_default()
}

pub(super) fn mode(invitation: &Invitation) -> &'static str {
    invitation.mode.map(Mode::as_str).unwrap_or_default()
}

/// A row of [`COLUMNS`]: all that its token said.
pub(super) fn registered(row: &Row<'_>) -> rusqlite::Result<Registered> {
    let some = |text: String| (!text.is_empty()).then_some(text);
    let study: String = row.get(1)?;
    let (mode, last_day): (String, String) = (row.get(6)?, row.get(9)?);
    let invitation = Invitation {
        iss: study.clone(),
        jti: row.get(0)?,
        study,
        wave: row.get(2)?,
        unit: row.get(3)?,
        variant: some(row.get(4)?),
        sub: some(row.get(5)?),
        room: some(row.get(10)?),
        mode: Mode::of(&mode),
        nbf: row.get::<_, Option<i64>>(7)?.and_then(|nbf| u64::try_from(nbf).ok()),
        exp: row.get::<_, Option<i64>>(8)?.and_then(|exp| u64::try_from(exp).ok()),
    };
    let misread = |error| rusqlite::Error::FromSqlConversionFailure(9, Type::Text, Box::new(error));
    Ok(Registered { invitation, last_day: last_day.parse().map_err(misread)? })
}

pub(super) fn seconds(bound: u64) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}
