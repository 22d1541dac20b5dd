//! The unit table as a file: CSV with a row for each unit.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Unit, calendar::date};
use crate::study::Study;

/// Longer is no unit's id and no unit's name.
const LONGEST_ID: usize = 128;
const LONGEST_NAME: usize = 200;

/// What is wrong with a unit table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A file that is no CSV.
    #[error("expected CSV with commas or semicolons, found: {0}")]
    Csv(#[from] csv::Error),
    /// A row as a whole, or the names of the columns.
    #[error("row {row}: expected {expected}, found {found}")]
    Row {
        /// As a spreadsheet counts: the names of the columns are row 1.
        row: usize,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A cell.
    #[error("row {row}, column `{column}`: expected {expected}, found {found}")]
    Cell {
        /// As in [`TableError::Row`].
        row: usize,
        /// The column's name.
        column: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
}

/// A column, with what it says of a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Unit,
    Name,
    Included,
    Mailed,
    Randomised,
    Opens(String),
    Closes(String),
}

/// A unit table, as it was read.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    /// Each with its row's number.
    rows: Vec<(usize, Unit)>,
}

impl Table {
    /// Reads a file's bytes for `study`, whose waves name columns.
    ///
    /// # Errors
    /// The first thing that is wrong, with its row and column.
    pub fn read(bytes: &[u8], study: &Study) -> Result<Table, TableError> {
        let text = lines(bytes)?;
        // Flexible, since a row that lacks a cell is better told in our own words.
        let mut builder = csv::ReaderBuilder::new();
        // As spreadsheets write it where the comma is the decimal sign.
        let delimiter = if text.lines().next().is_some_and(|names| names.contains(';')) { b';' } else { b',' };
        builder.trim(csv::Trim::All).flexible(true).delimiter(delimiter);
        let mut reader = builder.from_reader(text.as_bytes());
        let names = reader.headers()?.clone();
        let columns = columns(&names, study)?;
        let (mut rows, mut seen, mut record) = (Vec::new(), BTreeSet::new(), csv::StringRecord::new());
        while reader.read_record(&mut record)? {
            // Counted back from the line after it: the reader skips empty lines without a word.
            let breaks = record.iter().map(|cell| cell.matches('\n').count()).fold(1, usize::saturating_add);
            let row = usize::try_from(reader.position().line()).unwrap_or(usize::MAX).saturating_sub(breaks);
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() != names.len() {
                let (expected, found) = (format!("{} cells", names.len()), record.len().to_string());
                return Err(TableError::Row { row, expected, found });
            }
            let mut unit = Unit::default();
            for ((name, column), text) in names.iter().zip(&columns).zip(&record) {
                let told = cell(&mut unit, column, text);
                told.map_err(|(expected, found)| TableError::Cell { row, column: name.to_owned(), expected, found })?;
            }
            if !seen.insert(unit.id.clone()) {
                let (expected, found) = ("each unit once".to_owned(), format!("`{}` again", unit.id));
                return Err(TableError::Cell { row, column: "unit".to_owned(), expected, found });
            }
            rows.push((row, unit));
        }
        Ok(Table { columns, rows })
    }

    /// The units, each with its row's number.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &Unit)> {
        self.rows.iter().map(|(row, unit)| (*row, unit))
    }

    /// What is known of a unit after its row was read: every column of the file counts, an empty cell too; what has no
    /// column stays. A last day that somebody has set by prolonging stays until the table names another one than it did
    /// before: the file that was imported is imported again, and must not close what was prolonged since.
    pub(super) fn told(&self, known: Option<&Unit>, row: &Unit) -> Unit {
        let mut unit = known.cloned().unwrap_or_default();
        unit.id.clone_from(&row.id);
        for column in &self.columns {
            match column {
                Column::Unit => {}
                Column::Name => unit.name.clone_from(&row.name),
                Column::Included => unit.dates.included = row.dates.included,
                Column::Mailed => unit.dates.mailed = row.dates.mailed,
                Column::Randomised => unit.dates.randomised = row.dates.randomised,
                Column::Opens(wave) => unit.given_mut(wave).opens = row.given(wave).opens,
                Column::Closes(wave) => {
                    let (said, given) = (row.given(wave).closes, unit.given_mut(wave));
                    if !given.prolonged || said.is_some() && said != given.imported {
                        (given.closes, given.prolonged) = (said, false);
                    }
                    given.imported = said.or(given.imported.filter(|_| given.prolonged));
                }
            }
        }
        unit.windows.retain(|_, given| given.opens.is_some() || given.closes.is_some());
        unit
    }
}

/// The text of a file, in lines that can be counted, whatever program wrote it.
fn lines(bytes: &[u8]) -> Result<String, TableError> {
    // A spreadsheet program marks UTF-8 so.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        let (expected, found) = ("text in UTF-8".to_owned(), "another encoding".to_owned());
        TableError::Row { row: before.saturating_add(1), expected, found }
    })?;
    let mut text = text.replace("\r\n", "\n");
    text.push('\n');
    Ok(text)
}

fn columns(names: &csv::StringRecord, study: &Study) -> Result<Vec<Column>, TableError> {
    let mut columns = Vec::new();
    for name in names {
        let column = column(name, study).ok_or_else(|| TableError::Row {
            row: 1,
            expected: known(study),
            found: format!("`{name}`"),
        })?;
        if columns.contains(&column) {
            let (expected, found) = ("each column once".to_owned(), format!("`{name}` twice"));
            return Err(TableError::Row { row: 1, expected, found });
        }
        columns.push(column);
    }
    if !columns.contains(&Column::Unit) {
        let (expected, found) = ("a column `unit`".to_owned(), "none".to_owned());
        return Err(TableError::Row { row: 1, expected, found });
    }
    Ok(columns)
}

fn column(name: &str, study: &Study) -> Option<Column> {
    Some(match name {
        "unit" => Column::Unit,
        "name" => Column::Name,
        "included" => Column::Included,
        "mailed" => Column::Mailed,
        "randomised" => Column::Randomised,
        other => {
            let (wave, end) = other.rsplit_once('_')?;
            let wave = study.wave(wave)?.id.clone();
            match end {
                "opens" => Column::Opens(wave),
                "closes" => Column::Closes(wave),
                _ => return None,
            }
        }
    })
}

/// The columns that there may be.
fn known(study: &Study) -> String {
    let fixed = ["unit", "name", "included", "mailed", "randomised"].map(str::to_owned);
    let waves = study.waves.iter().flat_map(|wave| ["opens", "closes"].map(|end| format!("{}_{end}", wave.id)));
    format!("columns among {}", fixed.into_iter().chain(waves).collect::<Vec<_>>().join(", "))
}

/// Puts a cell's text in its place, or says what was expected and found.
fn cell(unit: &mut Unit, column: &Column, text: &str) -> Result<(), (String, String)> {
    match column {
        Column::Unit => unit.id = id(text)?,
        Column::Name if text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) => {
            return Err((format!("a name of at most {LONGEST_NAME} characters, in one line"), "something else".into()));
        }
        Column::Name => text.clone_into(&mut unit.name),
        Column::Included => unit.dates.included = day(text)?,
        Column::Mailed => unit.dates.mailed = day(text)?,
        Column::Randomised => unit.dates.randomised = day(text)?,
        Column::Opens(wave) => unit.given_mut(wave).opens = day(text)?,
        Column::Closes(wave) => unit.given_mut(wave).closes = day(text)?,
    }
    let (first, last) = match column {
        Column::Opens(wave) | Column::Closes(wave) => (unit.given(wave).opens, unit.given(wave).closes),
        _ => (None, None),
    };
    match (first, last) {
        (Some(first), Some(last)) if last < first => {
            Err(("a last day that is not before the first".into(), format!("{first} to {last}")))
        }
        _ => Ok(()),
    }
}

/// An id stands in links and in the cells of tables, where a spreadsheet must not take it for a formula.
fn id(text: &str) -> Result<String, (String, String)> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && text.len() <= LONGEST_ID && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    let expected = format!("1 to {LONGEST_ID} letters of a to z, digits and `.`, `_`, `-`, a letter or digit first");
    Err((expected, found(text)))
}

fn day(text: &str) -> Result<Option<Date>, (String, String)> {
    if text.is_empty() {
        return Ok(None);
    }
    let expected = || "a date such as 2020-03-12, from 2000 to 2099".to_owned();
    date(text).map(Some).ok_or_else(|| (expected(), found(text)))
}

fn found(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") }
}
