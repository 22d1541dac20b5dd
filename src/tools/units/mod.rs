//! The study over time: the unit table, and when each unit's windows are open (`docs/study-over-time.md`).
//!
//! [`calendar`] calculates; [`table`] reads the file that people keep; [`store`] holds what is known, beside the
//! collector's data, for the collector to ask at every request; [`command`] is `svar units`.

pub mod calendar;
pub mod command;
pub mod store;
pub mod table;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use calendar::{Almanac, Bound, By, CalendarError, Dates, Days, Given, Missing};
pub use store::{DATABASE, Store, StoreError};
pub use table::{Table, TableError};

use crate::study::{Study, Wave};

/// A unit of a study: a workplace, a department.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its id, as in invitations.
    pub id: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The dates in its life.
    pub dates: Dates,
    /// What was said of its windows in so many words, by wave.
    pub windows: BTreeMap<String, Given>,
}

impl Unit {
    /// What was said of its window in a wave.
    pub fn given(&self, wave: &str) -> Given {
        self.windows.get(wave).copied().unwrap_or_default()
    }

    fn given_mut(&mut self, wave: &str) -> &mut Given {
        self.windows.entry(wave.to_owned()).or_default()
    }

    /// The days that a wave is open in this unit.
    pub fn days(&self, almanac: &Almanac, wave: &Wave) -> Days {
        almanac.days(wave.window.as_ref(), &self.dates, &self.given(&wave.id))
    }
}

/// Why units were not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnitsError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The manifest's calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A study without a calendar has no day that anything could open on.
    #[error("expected a study with a `calendar`, whose time zone the days are of; found `{study}` without")]
    NoCalendar {
        /// The study.
        study: String,
    },
    /// No such wave.
    #[error("expected a wave of `{study}`, found `{wave}`")]
    Wave {
        /// The study.
        study: String,
        /// What was asked for.
        wave: String,
    },
    /// No such unit.
    #[error("expected a unit of the table, found `{unit}`")]
    Unit {
        /// What was asked for.
        unit: String,
    },
    /// The unit's window has no end that could be prolonged.
    #[error("expected unit `{unit}` to have a last day of {wave}, found none: {why}")]
    Endless {
        /// The unit.
        unit: String,
        /// The wave.
        wave: String,
        /// What is not known.
        why: By,
    },
    /// Prolonging makes nothing shorter.
    #[error("expected a day after {last}, the last one of {wave} for unit `{unit}` as it is; found {until}")]
    Shorter {
        /// The unit.
        unit: String,
        /// The wave.
        wave: String,
        /// Its last day.
        last: Date,
        /// What was asked for.
        until: Date,
    },
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Units that were not known before.
    pub new: usize,
    /// Units of which something else is known now.
    pub changed: usize,
    /// Units of which the file said nothing new.
    pub same: usize,
    /// Windows that end earlier than they did.
    pub shorter: Vec<Shorter>,
}

/// A window that an import has made shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shorter {
    /// The unit.
    pub unit: String,
    /// The wave.
    pub wave: String,
    /// Its last day until now.
    pub before: Date,
    /// Its last day from now on, or that its first or last day is not known any more.
    pub after: Option<Date>,
}

/// What came of prolonging a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prolonged {
    /// The units whose window is longer now.
    pub longer: Vec<String>,
    /// The units that are open as long already, and stay as they are.
    pub already: Vec<String>,
    /// The units without a last day of that wave.
    pub endless: Vec<String>,
}

/// The calendar of a study, read.
///
/// # Errors
/// It has none, or one that nobody can calculate with.
pub fn almanac(study: &Study) -> Result<Almanac, UnitsError> {
    let calendar = study.calendar.as_ref().ok_or_else(|| UnitsError::NoCalendar { study: study.id.clone() })?;
    Ok(Almanac::of(calendar)?)
}

/// Takes over a unit table: all of it, or none.
///
/// # Errors
/// What is wrong with it, or that the database fails.
pub fn import(store: &Store, study: &Study, bytes: &[u8]) -> Result<Imported, UnitsError> {
    let almanac = almanac(study)?;
    let table = Table::read(bytes, study)?;
    store.change(&study.id, |known| {
        let (mut changed, mut imported) = (Vec::new(), Imported::default());
        for (row, told) in table.rows() {
            let before = known.get(&told.id);
            let unit = table.told(before, told);
            for wave in &study.waves {
                in_order(row, &unit, wave, &almanac)?;
                imported.shorter.extend(before.and_then(|before| shorter(before, &unit, wave, &almanac)));
            }
            let count = match before {
                Some(before) if *before == unit => &mut imported.same,
                Some(_) => &mut imported.changed,
                None => &mut imported.new,
            };
            *count = count.saturating_add(1);
            if before != Some(&unit) {
                changed.push(unit);
            }
        }
        Ok((changed, imported))
    })
}

/// What an import takes away from a window whose last day was known.
fn shorter(before: &Unit, after: &Unit, wave: &Wave, almanac: &Almanac) -> Option<Shorter> {
    let [was, is] = [before, after].map(|unit| unit.days(almanac, wave));
    let last = was.last.day?;
    let kept = is.last.day.filter(|_| is.first.day.is_some() || was.first.day.is_none());
    let shorter = kept.is_none_or(|kept| kept < last);
    shorter.then(|| Shorter { unit: after.id.clone(), wave: wave.id.clone(), before: last, after: kept })
}

/// A date of the table may not turn the window that the rule gives inside out.
fn in_order(row: usize, unit: &Unit, wave: &Wave, almanac: &Almanac) -> Result<(), TableError> {
    let days = unit.days(almanac, wave);
    let (Some(first), Some(last)) = (days.first.day, days.last.day) else { return Ok(()) };
    if first <= last {
        return Ok(());
    }
    let closes = unit.given(&wave.id).closes.is_some();
    let (end, expected, found) = if closes {
        ("closes", format!("a last day that is not before the first, {first} ({})", days.first.by), last)
    } else {
        ("opens", format!("a first day that is not after the last, {last} ({})", days.last.by), first)
    };
    Err(TableError::Cell { row, column: format!("{}_{end}", wave.id), expected, found: found.to_string() })
}

/// Lets the window of a wave go on until the end of the day `until`: for one unit, or for all that have a window of it.
/// No window becomes shorter.
///
/// # Errors
/// There is nothing to prolong for the unit, or the database fails.
pub fn prolong(
    store: &Store,
    study: &Study,
    unit: Option<&str>,
    wave: &str,
    until: Date,
) -> Result<Prolonged, UnitsError> {
    let almanac = almanac(study)?;
    let unknown = || UnitsError::Wave { study: study.id.clone(), wave: wave.to_owned() };
    let wave = study.wave(wave).ok_or_else(unknown)?;
    store.change(&study.id, |known| {
        if let Some(unit) = unit
            && !known.contains_key(unit)
        {
            return Err(UnitsError::Unit { unit: unit.to_owned() });
        }
        let (mut changed, mut told) = (Vec::new(), Prolonged::default());
        for (id, before) in known.iter().filter(|(id, _)| unit.is_none_or(|unit| unit == id.as_str())) {
            let last = before.days(&almanac, wave).last;
            match last.day {
                None => told.endless.push(id.clone()),
                Some(last) if until <= last => told.already.push(id.clone()),
                Some(_) => {
                    let mut longer = before.clone();
                    let given = longer.given_mut(&wave.id);
                    (given.closes, given.prolonged) = (Some(until), true);
                    changed.push(longer);
                    told.longer.push(id.clone());
                }
            }
            // Whoever names a unit wants it done; among all of them, some have nothing to prolong.
            if unit.is_some() {
                let (unit, wave) = (id.clone(), wave.id.clone());
                match last.day {
                    None => return Err(UnitsError::Endless { unit, wave, why: last.by }),
                    Some(last) if until <= last => return Err(UnitsError::Shorter { unit, wave, last, until }),
                    Some(_) => {}
                }
            }
        }
        Ok((changed, told))
    })
}
