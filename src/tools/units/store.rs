//! The units, in SQLite. The command line writes while the collector reads: what was written counts from the next
//! look-up on.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params, types::Type};

use super::{
    Unit,
    calendar::{Dates, Given, date},
};

/// The database of the units, in the data folder.
pub const DATABASE: &str = "units.sqlite";

/// What `PRAGMA user_version` says of the tables below.
const LAYOUT: i64 = 2;

/// Days are texts such as `2020-03-12`, so that any tool shows them.
const TABLES: &str = "
    CREATE TABLE unit (
        study TEXT NOT NULL,
        unit TEXT NOT NULL,
        name TEXT NOT NULL,
        included TEXT,
        mailed TEXT,
        randomised TEXT,
        PRIMARY KEY (study, unit)
    ) STRICT;
    CREATE TABLE window (
        study TEXT NOT NULL,
        unit TEXT NOT NULL,
        wave TEXT NOT NULL,
        opens TEXT,
        closes TEXT,
        prolonged INTEGER NOT NULL DEFAULT 0,
        imported TEXT,
        PRIMARY KEY (study, unit, wave)
    ) STRICT;";

/// From layout 1, which did not keep what the table had said before a window was prolonged.
const SECOND: &str = "
    ALTER TABLE window ADD COLUMN imported TEXT;
    UPDATE window SET imported = closes WHERE prolonged = 0;";

/// How long to wait for another process that holds the database.
const BUSY: Duration = Duration::from_secs(5);

/// Why the units cannot be kept or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The data folder or the file cannot be made.
    #[error("{}: expected a folder to keep the units in, found: {source}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database says no: full disk, no permission, damage.
    #[error("expected the database of the units to work, found: {0}")]
    Database(#[from] rusqlite::Error),
    /// A newer version's database.
    #[error("expected a database of units of layout {LAYOUT}, found {found}")]
    Layout {
        /// The layout found.
        found: i64,
    },
}

/// The database of the units.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database in `folder`, or makes it.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        let file = folder.join(DATABASE);
        fs::create_dir_all(folder)
            .and_then(|()| touch(&file))
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let mut connection = Connection::open(&file)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        lay_out(&mut connection)?;
        Ok(Store { connection: Mutex::new(connection) })
    }

    /// A thread that panicked while it held the lock left no transaction behind: dropping one rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One unit of a study, as it is known now.
    ///
    /// # Errors
    /// If the database fails.
    pub fn unit(&self, study: &str, unit: &str) -> Result<Option<Unit>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT unit, name, included, mailed, randomised FROM unit WHERE study = ?1 AND unit = ?2",
        )?;
        let Some(mut found) = statement.query_row([study, unit], read_unit).optional()? else { return Ok(None) };
        let mut statement = connection.prepare_cached(
            "SELECT unit, wave, opens, closes, prolonged, imported FROM window WHERE study = ?1 AND unit = ?2",
        )?;
        for window in statement.query_map([study, unit], read_window)? {
            let (_, wave, given) = window?;
            found.windows.insert(wave, given);
        }
        Ok(Some(found))
    }

    /// All units of a study, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub fn all(&self, study: &str) -> Result<Vec<Unit>, StoreError> {
        let mut connection = self.connection();
        // One transaction: both tables as they are at the same moment.
        let transaction = connection.transaction()?;
        Ok(all(&transaction, study)?.into_values().collect())
    }

    /// Changes units of a study: `change` is given all of them and returns those that are to be otherwise, with what to
    /// tell. All of it is on disk afterwards, or, if `change` refuses, none of it.
    ///
    /// # Errors
    /// What `change` says, or that the database fails.
    pub fn change<T, E: From<StoreError>>(
        &self,
        study: &str,
        change: impl FnOnce(&BTreeMap<String, Unit>) -> Result<(Vec<Unit>, T), E>,
    ) -> Result<T, E> {
        let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let known = all(&transaction, study).map_err(E::from)?;
        let (changed, told) = change(&known)?;
        for unit in &changed {
            write(&transaction, study, unit).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        Ok(told)
    }
}

fn all(connection: &Connection, study: &str) -> Result<BTreeMap<String, Unit>, StoreError> {
    let mut units = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT unit, name, included, mailed, randomised FROM unit WHERE study = ?1")?;
    for unit in statement.query_map([study], read_unit)? {
        let unit = unit?;
        units.insert(unit.id.clone(), unit);
    }
    let mut statement = connection
        .prepare_cached("SELECT unit, wave, opens, closes, prolonged, imported FROM window WHERE study = ?1")?;
    for window in statement.query_map([study], read_window)? {
        let (unit, wave, given) = window?;
        if let Some(unit) = units.get_mut(&unit) {
            unit.windows.insert(wave, given);
        }
    }
    Ok(units)
}

fn write(transaction: &Transaction<'_>, study: &str, unit: &Unit) -> Result<(), rusqlite::Error> {
    let text = |day: Option<Date>| day.map(|day| day.to_string());
    let Dates { included, mailed, randomised } = unit.dates;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO unit (study, unit, name, included, mailed, randomised)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![study, unit.id, unit.name, text(included), text(mailed), text(randomised)])?;
    transaction.prepare_cached("DELETE FROM window WHERE study = ?1 AND unit = ?2")?.execute([study, &unit.id])?;
    let mut statement = transaction.prepare_cached(
        "INSERT INTO window (study, unit, wave, opens, closes, prolonged, imported)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (wave, given) in &unit.windows {
        let [opens, closes, imported] = [given.opens, given.closes, given.imported].map(text);
        statement.execute(params![study, unit.id, wave, opens, closes, given.prolonged, imported])?;
    }
    Ok(())
}

fn read_unit(row: &Row<'_>) -> Result<Unit, rusqlite::Error> {
    let dates = Dates { included: day(row, 2)?, mailed: day(row, 3)?, randomised: day(row, 4)? };
    Ok(Unit { id: row.get(0)?, name: row.get(1)?, dates, windows: BTreeMap::new() })
}

fn read_window(row: &Row<'_>) -> Result<(String, String, Given), rusqlite::Error> {
    let given = Given { opens: day(row, 2)?, closes: day(row, 3)?, prolonged: row.get(4)?, imported: day(row, 5)? };
    Ok((row.get(0)?, row.get(1)?, given))
}

/// A day that somebody wrote there by hand in another form must not count as unknown.
fn day(row: &Row<'_>, column: usize) -> Result<Option<Date>, rusqlite::Error> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let expected = || format!("expected a date such as 2020-03-12, found `{text}`").into();
    date(&text).map(Some).ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, expected()))
}

/// Makes the tables, in one transaction.
fn lay_out(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => transaction.execute_batch(TABLES)?,
        1 => transaction.execute_batch(SECOND)?,
        LAYOUT => return Ok(()),
        found => return Err(StoreError::Layout { found }),
    }
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    Ok(transaction.commit()?)
}

/// Makes the file, readable to its owner alone; SQLite gives its companions the same rights.
fn touch(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}
