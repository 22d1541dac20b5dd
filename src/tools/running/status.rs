//! How many have answered: by unit and part, and over time.
//!
//! Whoever reads this may know who works where, so a number under [`FEWEST`] is not told, and nothing is told that it
//! could be computed from. That rests on three rules. A sum is the sum of the numbers that are told, and of nothing else. What is
//! told over time counts the same submissions as those numbers do, in periods of whole weeks that are long enough to have
//! [`FEWEST`] each, so that no period has a number to hide. And whatever is no unit of the study's table is one row,
//! whatever names invitations have.

use std::{collections::BTreeMap, fmt, path::Path};

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

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

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Told(count) => out.pad(&count.to_string()),
            Cell::Hidden => out.pad(&format!("<{FEWEST}")),
        }
    }
}

/// So many were received from one day to another, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day, a Monday.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// At least [`FEWEST`].
    pub count: usize,
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

impl WaveStatus {
    /// For each part, the sum of the numbers that are told.
    fn sums(&self) -> Vec<usize> {
        let told = |place: usize| {
            self.units.iter().filter_map(move |(_, cells)| match cells.get(place) {
                Some(Cell::Told(count)) => Some(*count),
                _ => None,
            })
        };
        (0..self.parts.len()).map(|place| told(place).sum()).collect()
    }
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

/// Periods of whole weeks, each as short as has [`FEWEST`]; what is left at the end belongs to the last.
fn periods(mut days: Vec<Date>, last: Date) -> Vec<Period> {
    days.sort_unstable();
    let mut weeks: BTreeMap<Date, usize> = BTreeMap::new();
    for day in days {
        let count = weeks.entry(monday(day)).or_default();
        *count = count.saturating_add(1);
    }
    let mut periods: Vec<Period> = Vec::new();
    let mut open: Option<(Date, usize)> = None;
    for (week, count) in weeks {
        let (first, before) = open.take().unwrap_or((week, 0));
        let count = before.saturating_add(count);
        if count < FEWEST {
            open = Some((first, count));
        } else {
            // From where the one before ended, so that no gap says that nothing came.
            let first = periods.last().and_then(|before| before.last.tomorrow().ok()).unwrap_or(first);
            periods.push(Period { first, last: week.saturating_add(Span::new().days(6)), count });
        }
    }
    if let (Some(period), left) = (periods.last_mut(), open.map_or(0, |(_, count)| count)) {
        period.count = period.count.saturating_add(left);
        period.last = last.max(period.first);
    }
    periods
}

fn monday(day: Date) -> Date {
    let since = day.weekday().to_monday_zero_offset();
    day.saturating_sub(Span::new().days(i64::from(since)))
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "what was received until {}, that day included; <{FEWEST} is 0 to {}",
            self.last_day,
            FEWEST - 1
        )?;
        self.waves.iter().try_for_each(|wave| wave.fmt(out))?;
        writeln!(out)?;
        let names = ["test answers, kept apart", "pilot answers, kept apart", "people who have withdrawn"];
        names.iter().zip(&self.apart).try_for_each(|(name, cell)| writeln!(out, "{name}: {cell}"))
    }
}

impl fmt::Display for WaveStatus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SUM: &str = "sum of the numbers told";
        let names = self.units.iter().map(|(name, _)| name.chars().count()).chain([SUM.len()]);
        let width = names.max().unwrap_or(0);
        let widths: Vec<usize> = self.parts.iter().map(|part| part.chars().count().max(6)).collect();
        writeln!(out, "\nwave {}\n", self.wave)?;
        write!(out, "{:width$}", "unit")?;
        self.parts.iter().zip(&widths).try_for_each(|(part, width)| write!(out, "  {part:>width$}"))?;
        writeln!(out)?;
        for (unit, cells) in &self.units {
            write!(out, "{unit:width$}")?;
            cells.iter().zip(&widths).try_for_each(|(cell, width)| write!(out, "  {cell:>width$}"))?;
            writeln!(out)?;
        }
        write!(out, "{SUM:width$}")?;
        self.sums().iter().zip(&widths).try_for_each(|(sum, width)| write!(out, "  {sum:>width$}"))?;
        writeln!(out, "\n\nthe same over time")?;
        for (part, periods) in self.parts.iter().zip(&self.periods) {
            for Period { first, last, count } in periods {
                writeln!(out, "  {part}: {first} to {last}: {count}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn no_period_has_fewer_than_are_told_and_together_they_have_all() {
        // A Monday, and days after it.
        let begin = day("2026-11-02");
        let after = |days: i64| begin.saturating_add(Span::new().days(days));
        for (case, offsets, expected) in [
            ("none", vec![], vec![]),
            ("five in a week", vec![0, 1, 2, 3, 6], vec![(0, 27, 5)]),
            ("the last few join those before", vec![0, 0, 0, 0, 0, 14], vec![(0, 27, 6)]),
            ("a thin week joins the next", vec![1, 7, 7, 7, 8, 14, 14, 14, 14, 14], vec![(0, 13, 5), (14, 27, 5)]),
            ("an empty week is in no gap", vec![0, 0, 0, 0, 0, 15, 15, 15, 15, 15], vec![(0, 6, 5), (7, 27, 5)]),
        ] {
            let found = periods(offsets.iter().map(|days| after(*days)).collect(), after(27));
            let expected: Vec<Period> = expected
                .into_iter()
                .map(|(first, last, count)| Period { first: after(first), last: after(last), count })
                .collect();
            assert_eq!(found, expected, "{case}");
            assert_eq!(found.iter().map(|period| period.count).sum::<usize>(), offsets.len(), "{case}");
        }
    }
}
