//! How many have answered: by unit and part, and over time.
//!
//! Whoever reads this may know who works where, so a number under [`FEWEST`] is not told, and nothing is told that it
//! could be computed from. That rests on three rules. A sum is the sum of the numbers that are told, and of nothing
//! else. What is told over time counts the same submissions as those numbers do, in periods of whole weeks that are
//! long enough to have [`FEWEST`] each, so that no period has a number to hide. And whatever is no unit of the study's
//! table is one row, whatever names invitations have.

mod periods;
mod show;

use std::{collections::BTreeMap, path::Path};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

pub use periods::Period;
use periods::periods;

use super::{RunningError, database::Database, purge::midnight, register};
use crate::{
    study::{CONSENT, CONTACT, Study, Wave},
    tools::{
        collector::{CONTACT_DATABASE, DATABASE, PILOT_DATABASE, TEST_DATABASE},
        studies::StudyFolder,
    },
};

/// The smallest number that is told.
pub const FEWEST: usize = 5;

/// Units that are not in the study's table.
const OTHER: &str = "(other)";

/// What an earlier version of the collector took, which kept no unit.
const UNKNOWN: &str = "(unknown unit)";

/// A number, unless it is too small to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It is told.
    Told(usize),
    /// It is under [`FEWEST`], perhaps none.
    Hidden,
}

impl Cell {
    fn of(count: usize) -> Cell {
        if count < FEWEST { Cell::Hidden } else { Cell::Told(count) }
    }
}

/// A wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveStatus {
    /// Its id.
    pub wave: String,
    /// Its parts' ids.
    pub parts: Vec<String>,
    /// Each unit with a number for each part.
    pub units: Vec<(String, Vec<Cell>)>,
    /// For each part, what its told numbers come to, over time.
    pub periods: Vec<Vec<Period>>,
}

/// A study, as of the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The last day that is counted.
    pub last_day: Date,
    /// Its waves.
    pub waves: Vec<WaveStatus>,
    /// Answers by test invitations, those by pilot invitations, and people who have withdrawn.
    pub apart: [Cell; 3],
}

/// The study's time zone; without a calendar, that of the timestamps.
pub(super) fn zone(study: &Study) -> TimeZone {
    let named = study.calendar.as_ref().and_then(|calendar| TimeZone::get(&calendar.time_zone).ok());
    named.unwrap_or(TimeZone::UTC)
}

/// Counts what was received before today.
///
/// # Errors
/// Why it cannot be counted.
pub fn status(folder: &StudyFolder, data: &Path, wave: Option<&str>, now: Timestamp) -> Result<Status, RunningError> {
    let study = &folder.study;
    let found = waves(study, wave)?;
    let zone = zone(study);
    let today = now.to_zoned(zone.clone()).date();
    let end = midnight(today, &zone).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let known = register::units(data, &study.id)?;
    let mut received = Vec::new();
    for name in [DATABASE, CONTACT_DATABASE] {
        received.extend(read(&Database::to_read(data, name)?, &study.id, &end, &zone)?);
    }
    let last_day = today.yesterday().unwrap_or(today);
    let waves = found.into_iter().map(|wave| of_wave(folder, wave, &known, &received, last_day)).collect();
    let submissions = "SELECT count(*) FROM submission WHERE study = ?1 AND received_at < ?2";
    let withdrawn = "SELECT count(*) FROM withdrawn WHERE study = ?1 AND at < ?2";
    let mut apart = [Cell::Hidden; 3];
    for (cell, (name, counted)) in
        apart.iter_mut().zip([(TEST_DATABASE, submissions), (PILOT_DATABASE, submissions), (DATABASE, withdrawn)])
    {
        *cell = Cell::of(count(data, name, counted, &study.id, &end)?);
    }
    Ok(Status { last_day, waves, apart })
}

/// The waves that are asked for.
pub(super) fn waves<'a>(study: &'a Study, wave: Option<&str>) -> Result<Vec<&'a Wave>, RunningError> {
    let Some(id) = wave else { return Ok(study.waves.iter().collect()) };
    let found = study.wave(id).map(|wave| vec![wave]);
    found.ok_or_else(|| RunningError::Wave { study: study.id.clone(), wave: id.to_owned() })
}

/// What is asked in a wave: the part's id, and the addresses of its questionnaires, in whatever version.
pub(super) fn parts(folder: &StudyFolder, wave: &Wave) -> Vec<(String, Vec<String>)> {
    let url = |file: &String| {
        let found = folder.questionnaire(file)?;
        found.canonical.split('|').next().map(str::to_owned)
    };
    let mut parts = Vec::new();
    parts.extend(wave.consent.iter().map(|consent| (CONSENT.to_owned(), url(&consent.file).into_iter().collect())));
    parts.extend(wave.contact.iter().map(|form| {
        let files = [Some(&form.file), form.with_identity.as_ref()];
        (CONTACT.to_owned(), files.into_iter().flatten().filter_map(url).collect())
    }));
    parts.extend(wave.parts.iter().map(|part| (part.id.clone(), url(&part.file).into_iter().collect())));
    parts
}

/// A submission, as far as it is counted.
struct Received {
    wave: String,
    unit: String,
    url: String,
    day: Date,
}

fn read(database: &Database, study: &str, end: &str, zone: &TimeZone) -> Result<Vec<Received>, RunningError> {
    let found = || {
        let mut statement = database.connection.prepare(
            "SELECT wave, unit, substr(questionnaire, 1, instr(questionnaire || '|', '|') - 1), received_at
             FROM submission WHERE study = ?1 AND received_at < ?2 AND again = 0",
        )?;
        let rows = statement.query_map([study, end], |row| {
            let received_at: String = row.get(3)?;
            let instant: Timestamp = received_at.parse().unwrap_or(Timestamp::MIN);
            let day = instant.to_zoned(zone.clone()).date();
            Ok(Received { wave: row.get(0)?, unit: row.get(1)?, url: row.get(2)?, day })
        })?;
        rows.collect::<rusqlite::Result<_>>()
    };
    found().map_err(|source| database.failed(source))
}

/// A count in a database that need not be there any more.
fn count(data: &Path, name: &'static str, counted: &str, study: &str, end: &str) -> Result<usize, RunningError> {
    let database = match Database::to_read(data, name) {
        Err(RunningError::Absent { .. }) => return Ok(0),
        database => database?,
    };
    let count = database.connection.query_row(counted, [study, end], |row| row.get::<_, i64>(0));
    count.map(|count| usize::try_from(count).unwrap_or(0)).map_err(|source| database.failed(source))
}

fn of_wave(folder: &StudyFolder, wave: &Wave, known: &[String], received: &[Received], last: Date) -> WaveStatus {
    let parts = parts(folder, wave);
    let rows: Vec<&str> = known.iter().map(String::as_str).chain([OTHER, UNKNOWN]).collect();
    let row = |unit: &str| match unit {
        "" => UNKNOWN,
        _ => known.iter().find(|known| *known == unit).map_or(OTHER, String::as_str),
    };
    // By unit and part, the days on which something came.
    let mut days: BTreeMap<(&str, usize), Vec<Date>> = BTreeMap::new();
    for one in received.iter().filter(|one| one.wave == wave.id) {
        if let Some(part) = parts.iter().position(|(_, urls)| urls.contains(&one.url)) {
            days.entry((row(&one.unit), part)).or_default().push(one.day);
        }
    }
    let cell = |unit: &str, part| Cell::of(days.get(&(unit, part)).map_or(0, Vec::len));
    let units = rows.iter().map(|unit| {
        let cells = (0..parts.len()).map(|part| cell(unit, part)).collect();
        ((*unit).to_owned(), cells)
    });
    let periods = (0..parts.len()).map(|part| {
        let told = rows.iter().filter(|unit| cell(unit, part) != Cell::Hidden);
        let told = told.filter_map(|unit| days.get(&(*unit, part))).flatten().copied();
        periods(told.collect(), last)
    });
    WaveStatus {
        wave: wave.id.clone(),
        units: units.collect(),
        periods: periods.collect(),
        parts: parts.into_iter().map(|(id, _)| id).collect(),
    }
}
