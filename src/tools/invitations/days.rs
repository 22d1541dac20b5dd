//! The last day that a letter may name: the one that the collector keeps to.

use std::{collections::BTreeMap, path::Path};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{self, TimeZone},
};

use super::{
    order::{InviteError, Order},
    recipients::Recipient,
};
use crate::{
    study::{Mode, Study, Wave},
    tools::units::{self, Almanac, Store, Unit},
};

/// The days of a wave, by the unit table.
pub(super) struct Calendar<'a> {
    order: &'a Order,
    wave: &'a Wave,
    pub(super) zone: TimeZone,
    almanac: Option<Almanac>,
    /// None where no table decides.
    units: BTreeMap<String, Unit>,
    pub(super) today: Date,
}

impl<'a> Calendar<'a> {
    pub(super) fn open(order: &'a Order, wave: &'a Wave, now: Timestamp) -> Result<Calendar<'a>, InviteError> {
        let study = &order.study;
        let zone = zone(study)?;
        let almanac = study.calendar.as_ref().map(|_| units::almanac(study)).transpose()?;
        // As the collector has it: who tries out goes by no window, and paper is keyed in after it.
        let decides = almanac.is_some() && matches!(order.mode, None | Some(Mode::Pilot));
        let units = if decides { known(&order.data, &study.id)? } else { BTreeMap::new() };
        let today = now.to_zoned(zone.clone()).date();
        if let Some(exp) = order.exp.filter(|exp| *exp < today) {
            return Err(InviteError::Over { found: exp, today });
        }
        Ok(Calendar { order, wave, zone, almanac: almanac.filter(|_| decides), units, today })
    }

    /// The last day of the window in a unit, if the table has it.
    fn window(&self, unit: &str) -> Option<Date> {
        self.units.get(unit)?.days(self.almanac.as_ref()?, self.wave).last.day
    }

    /// Gives each row its last day, and says which rows name one that the collector would not keep to.
    pub(super) fn settle(&self, rows: &mut [Recipient]) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        for row in rows {
            if let Err(problem) = self.settle_one(row) {
                problems.push(format!("row {}: {problem}", row.row));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn settle_one(&self, row: &mut Recipient) -> Result<(), String> {
        let (wave, unit, window) = (&self.wave.id, &row.unit, self.window(&row.unit));
        if let Some(day) = row.last_day {
            if let Some(window) = window.filter(|window| *window != day) {
                return Err(format!("the last_day {day}, where the unit table has {window} for {wave} in {unit}"));
            }
            if day < self.today {
                return Err(format!("the last_day {day}, which is over: today is {}", self.today));
            }
        }
        row.last_day = row.last_day.or_else(|| window.into_iter().chain(self.order.exp).min());
        match row.last_day {
            // The register knows it.
            _ if self.order.reminder => Ok(()),
            None => Err("no last_day, and no --exp that would give one".to_owned()),
            Some(day) if day < self.today => {
                Err(format!("{wave} in {unit}, which was over on {day} by the unit table: today is {}", self.today))
            }
            Some(_) => Ok(()),
        }
    }

    /// That the unit table says when the wave begins for each unit; those of which it does not, with why.
    pub(super) fn dated(&self, rows: &[Recipient]) -> Result<(), InviteError> {
        let Some(almanac) = self.almanac.as_ref().filter(|_| self.wave.window.is_some()) else { return Ok(()) };
        let mut missing = BTreeMap::new();
        for row in rows {
            let why = match self.units.get(&row.unit) {
                None => Some("not in the unit table".to_owned()),
                Some(unit) => {
                    let first = unit.days(almanac, self.wave).first;
                    first.day.is_none().then(|| first.by.to_string())
                }
            };
            missing.extend(why.map(|why| (row.unit.as_str(), why)));
        }
        if missing.is_empty() || self.order.without_dates || self.order.reminder {
            return Ok(());
        }
        let missing = missing.into_iter().map(|(unit, why)| format!("{unit}: {why}")).collect();
        Err(InviteError::Undated { wave: self.wave.id.clone(), missing })
    }
}

/// The units of the collector's table; none where there is no table.
fn known(data: &Path, study: &str) -> Result<BTreeMap<String, Unit>, InviteError> {
    if !data.join(units::DATABASE).is_file() {
        return Ok(BTreeMap::new());
    }
    let all = Store::open(data).and_then(|store| store.all(study)).map_err(units::UnitsError::from)?;
    Ok(all.into_iter().map(|unit| (unit.id.clone(), unit)).collect())
}

/// The zone of the study's calendar; UTC for a study without one.
fn zone(study: &Study) -> Result<TimeZone, jiff::Error> {
    study.calendar.as_ref().map_or(Ok(TimeZone::UTC), |calendar| tz::db().get(&calendar.time_zone))
}
