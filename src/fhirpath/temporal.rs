//! Dates and times to the precision that they are known to, as FHIR writes them: `2026`, `2026-11`, `2026-11-28`,
//! `2026-11-28T09:30:00+01:00`, `09:30` (<https://hl7.org/fhir/R4/datatypes.html#primitive>). The calendar is the
//! Gregorian one, also before 1582, as in ISO 8601.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

/// A date: a year, or a month of it, or a day of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12, if it is known.
    pub month: Option<u8>,
    /// 1 to 31, if it is known; only with a month.
    pub day: Option<u8>,
}

/// A time of day: an hour, or a minute of it, or a second of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59, if it is known.
    pub minute: Option<u8>,
    /// Milliseconds of the minute, 0 to 59,999, if they are known; only with a minute.
    pub millisecond: Option<u16>,
    /// How many digits stand after the second, at most three, so that it is written as it was read.
    pub digits: u8,
}

/// A date, or a time of one, perhaps with its distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateTime {
    /// The date; a whole one if there is a time.
    pub date: Date,
    /// The time of that day.
    pub time: Option<Time>,
    /// Minutes east of UTC, −840 to 840.
    pub offset: Option<i16>,
}

/// A calendar unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Unit {
    /// The unit of this name, singular or plural.
    pub fn named(name: &str) -> Option<Unit> {
        Some(match name.strip_suffix('s').unwrap_or(name) {
            "year" => Unit::Year,
            "month" => Unit::Month,
            "week" => Unit::Week,
            "day" => Unit::Day,
            "hour" => Unit::Hour,
            "minute" => Unit::Minute,
            "second" => Unit::Second,
            "millisecond" => Unit::Millisecond,
            _ => return None,
        })
    }

    /// Its length in milliseconds; a month has 30 days and a year 365
    /// (<https://hl7.org/fhirpath/N1/#datetime-arithmetic>).
    pub fn milliseconds(self) -> i64 {
        match self {
            Unit::Year => 365 * DAY,
            Unit::Month => 30 * DAY,
            Unit::Week => 7 * DAY,
            Unit::Day => DAY,
            Unit::Hour => HOUR,
            Unit::Minute => MINUTE,
            Unit::Second => 1000,
            Unit::Millisecond => 1,
        }
    }
}

/// The number that so many digits make.
fn digits(text: &str, count: usize) -> Option<u16> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn within(text: &str, least: u16, most: u16) -> Option<u8> {
    digits(text, 2).filter(|number| (least..=most).contains(number)).and_then(|number| u8::try_from(number).ok())
}

fn days_of(year: i64, month: i64) -> u8 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a day of the Gregorian calendar, and back: Howard Hinnant's
/// [`days_from_civil`](https://howardhinnant.github.io/date_algorithms.html), by counting years from March.
fn days_from(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn day_from(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (years + era * 400 + i64::from(month <= 2), month, day)
}

impl Date {
    /// Reads FHIR's `date`; a day that the month does not have is none.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4).filter(|year| *year > 0)?;
        let month = parts.next().map(|part| within(part, 1, 12).ok_or(())).transpose().ok()?;
        let day = parts.next().map(|part| within(part, 1, 31).ok_or(())).transpose().ok()?;
        let exists = day.is_none_or(|day| day <= days_of(year.into(), month.unwrap_or(1).into()));
        (parts.next().is_none() && exists).then_some(Date { year, month, day })
    }

    /// The day with this number, counted from 1970-01-01.
    fn of(days: i64) -> Option<Date> {
        let (year, month, day) = day_from(days);
        let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
        Some(Date { year, month: u8::try_from(month).ok(), day: u8::try_from(day).ok() })
    }

    /// The day's number, counted from 1970-01-01; the first day of what is not known.
    fn days(self) -> i64 {
        days_from(self.year.into(), self.month.unwrap_or(1).into(), self.day.unwrap_or(1).into())
    }

    /// This many months later, on the last day of the month if it does not have this one.
    fn months_later(self, months: i64) -> Option<Date> {
        let months = (i64::from(self.year) * 12 + i64::from(self.month.unwrap_or(1)) - 1).checked_add(months)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let last = days_of(year, month);
        Some(Date {
            year: u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?,
            month: self.month.and(u8::try_from(month).ok()),
            day: self.day.map(|day| day.min(last)),
        })
    }

    /// How much of it is known: 1 the year, 2 the month, 3 the day.
    fn precision(self) -> usize {
        1 + usize::from(self.month.is_some()) + usize::from(self.day.is_some())
    }
}

impl Time {
    /// Reads a time of day; FHIR's own has seconds, FHIRPath's may lack them. A leap second is the one before it.
    pub fn parse(text: &str) -> Option<Time> {
        let mut parts = text.split(':');
        let hour = within(parts.next()?, 0, 23)?;
        let minute = parts.next().map(|part| within(part, 0, 59).ok_or(())).transpose().ok()?;
        let mut time = Time { hour, minute, millisecond: None, digits: 0 };
        if let Some(part) = parts.next() {
            let (second, fraction) = part.split_once('.').unwrap_or((part, "0"));
            let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
            let second = u16::from(within(second, 0, 60)?.min(59));
            let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
            time.millisecond = Some(second.checked_mul(1000)?.checked_add(thousandths.parse().ok()?)?);
            time.digits = if part.contains('.') { u8::try_from(fraction.len().min(3)).ok()? } else { 0 };
            if !plain {
                return None;
            }
        }
        parts.next().is_none().then_some(time)
    }

    /// The time so many milliseconds after midnight.
    fn of(milliseconds: i64) -> Time {
        let part = |unit: i64, most: i64| u8::try_from(milliseconds.div_euclid(unit).rem_euclid(most)).unwrap_or(0);
        let millisecond = u16::try_from(milliseconds.rem_euclid(MINUTE)).unwrap_or(0);
        Time { hour: part(HOUR, 24), minute: Some(part(MINUTE, 60)), millisecond: Some(millisecond), digits: 3 }
    }

    fn milliseconds(self) -> i64 {
        let (minute, millisecond) = (self.minute.unwrap_or(0), self.millisecond.unwrap_or(0));
        i64::from(self.hour) * HOUR + i64::from(minute) * MINUTE + i64::from(millisecond)
    }

    /// How much of it is known: 1 the hour, 2 the minute, 3 the second.
    fn precision(self) -> usize {
        1 + usize::from(self.minute.is_some()) + usize::from(self.millisecond.is_some())
    }

    fn cut(self, precision: usize, digits: u8) -> Time {
        Time {
            minute: self.minute.filter(|_| precision > 1),
            millisecond: self.millisecond.filter(|_| precision > 2),
            digits: if precision > 2 { digits } else { 0 },
            ..self
        }
    }
}

impl DateTime {
    /// Reads FHIR's `dateTime`; FHIRPath's may end after the hour.
    pub fn parse(text: &str) -> Option<DateTime> {
        let Some((date, rest)) = text.split_once('T') else {
            return Date::parse(text).map(|date| DateTime { date, time: None, offset: None });
        };
        let date = Date::parse(date)?;
        if rest.is_empty() {
            return Some(DateTime { date, time: None, offset: None });
        }
        let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
        let (time, zone) = rest.split_at_checked(zone)?;
        let offset = match zone.split_at_checked(1) {
            None => None,
            Some(("Z", "")) => Some(0),
            Some((sign, away)) => {
                let (hours, minutes) = away.split_once(':')?;
                let away = i16::from(within(hours, 0, 14)?) * 60 + i16::from(within(minutes, 0, 59)?);
                Some(if sign == "-" { -away } else { away }).filter(|away| (-840..=840).contains(away) && sign != "Z")
            }
        };
        let known = date.day.is_some() && (zone.is_empty() || offset.is_some());
        known.then_some(DateTime { date, time: Some(Time::parse(time)?), offset })
    }

    /// The moment, in milliseconds since 1970-01-01T00:00Z; without an offset of its own it is `offset` from UTC.
    fn moment(self, offset: i16) -> i64 {
        let away = i64::from(self.time.map_or(0, |_| self.offset.unwrap_or(offset)));
        self.date.days() * DAY + self.time.map_or(0, Time::milliseconds) - away * MINUTE
    }

    fn precision(self) -> usize {
        self.time.map_or_else(|| self.date.precision(), |time| 3 + time.precision())
    }

    /// Its parts from the year to the millisecond, as far as they are known, at `offset` from UTC.
    fn parts(self, offset: i16) -> Vec<i64> {
        let (date, time) = match (self.time, self.offset) {
            (Some(time), Some(_)) => {
                let moment = self.moment(offset) + i64::from(offset) * MINUTE;
                let there = Date::of(moment.div_euclid(DAY)).unwrap_or(self.date);
                (there, Some(Time::of(moment.rem_euclid(DAY)).cut(time.precision(), time.digits)))
            }
            (time, _) => (self.date, time),
        };
        let month_and_day = [date.month, date.day].into_iter().flatten().map(i64::from);
        let time = time
            .into_iter()
            .flat_map(|time| [Some(i64::from(time.hour)), time.minute.map(i64::from), time.millisecond.map(i64::from)]);
        [i64::from(date.year)].into_iter().chain(month_and_day).chain(time.flatten()).collect()
    }

    /// Which comes first; `None` if that hangs on what is not known of one of them. What has no offset of its own is
    /// `offset` from UTC.
    pub fn compare(self, other: DateTime, offset: i16) -> Option<Ordering> {
        by_parts(&self.parts(offset), &other.parts(offset))
    }

    /// So many units later. A time unit finer than what is known counts as so many whole ones of what is; above seconds
    /// the fraction is dropped.
    pub fn later(self, amount: i64, unit: Unit) -> Option<DateTime> {
        let (amount, unit) = no_finer(amount, unit, self.precision())?;
        Some(match unit {
            Unit::Year => DateTime { date: self.date.months_later(amount.checked_mul(12)?)?, ..self },
            Unit::Month => DateTime { date: self.date.months_later(amount)?, ..self },
            _ => {
                let within = self.time.map_or(0, Time::milliseconds);
                let all = self.date.days().checked_mul(DAY)?.checked_add(within)?;
                let all = all.checked_add(amount.checked_mul(unit.milliseconds())?)?;
                let date = Date::of(all.div_euclid(DAY))?;
                let digits = |time: Time| if unit == Unit::Millisecond && amount % 1000 != 0 { 3 } else { time.digits };
                let time = self.time.map(|time| Time::of(all.rem_euclid(DAY)).cut(time.precision(), digits(time)));
                DateTime { date, time, ..self }
            }
        })
    }
}

impl Time {
    /// Which comes first; `None` if that hangs on what is not known of one of them.
    pub fn compare(self, other: Time) -> Option<Ordering> {
        let parts = |time: Time| {
            let parts = [Some(i64::from(time.hour)), time.minute.map(i64::from), time.millisecond.map(i64::from)];
            parts.into_iter().flatten().collect::<Vec<_>>()
        };
        by_parts(&parts(self), &parts(other))
    }

    /// So many units later, round the clock. Only hours and what is shorter can be added.
    pub fn later(self, amount: i64, unit: Unit) -> Option<Time> {
        let (amount, unit) = no_finer(amount, unit, self.precision().saturating_add(3))?;
        let all = self.milliseconds().checked_add(amount.checked_mul(unit.milliseconds())?)?;
        (unit >= Unit::Hour).then(|| Time::of(all.rem_euclid(DAY)).cut(self.precision(), self.digits))
    }
}

/// The amount in a unit that is no finer than `precision`, counted from 1, the year.
fn no_finer(amount: i64, unit: Unit, precision: usize) -> Option<(i64, Unit)> {
    let finest = match precision {
        1 => Unit::Year,
        2 => Unit::Month,
        3 => Unit::Day,
        4 => Unit::Hour,
        5 => Unit::Minute,
        _ => Unit::Millisecond,
    };
    if unit <= finest || (finest == Unit::Day && unit == Unit::Week) {
        return Some((amount, unit));
    }
    let whole = match (unit, finest) {
        (Unit::Month, Unit::Year) => amount.checked_div(12)?,
        _ => amount.checked_mul(unit.milliseconds())?.checked_div(finest.milliseconds())?,
    };
    Some((whole, finest))
}

fn by_parts(a: &[i64], b: &[i64]) -> Option<Ordering> {
    let first = a.iter().zip(b).map(|(a, b)| a.cmp(b)).find(|order| order.is_ne());
    first.or((a.len() == b.len()).then_some(Ordering::Equal))
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}", self.year)?;
        self.month.map_or(Ok(()), |month| write!(out, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(out, "-{day:02}"))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}", self.hour)?;
        self.minute.map_or(Ok(()), |minute| write!(out, ":{minute:02}"))?;
        let Some(millisecond) = self.millisecond else { return Ok(()) };
        write!(out, ":{:02}", millisecond / 1000)?;
        match self.digits {
            0 => Ok(()),
            1 => write!(out, ".{}", millisecond % 1000 / 100),
            2 => write!(out, ".{:02}", millisecond % 1000 / 10),
            _ => write!(out, ".{:03}", millisecond % 1000),
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.date)?;
        let Some(time) = self.time else { return Ok(()) };
        write!(out, "T{time}")?;
        match self.offset {
            None => Ok(()),
            Some(0) => out.write_str("Z"),
            Some(away) => {
                let sign = if away < 0 { '-' } else { '+' };
                write!(out, "{sign}{:02}:{:02}", away.unsigned_abs() / 60, away.unsigned_abs() % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in ["2026", "2026-11", "2026-11-28", "0001-01-01", "2024-02-29"] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in
            ["2026-11-28T09:30:00.123+01:00", "2026-11-28T09:30:00Z", "2026-11-28T09:30", "2026-11-28T23:59:59.5-03:30"]
        {
            assert_eq!(DateTime::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
        }
        for text in [
            "",
            "26",
            "2026-13",
            "2026-02-29",
            "2026-1-1",
            "0000",
            "2026-11-28T",
            "2026-11T10:00",
            "2026-11-28T24:00",
            "2026-11-28T10:00+15:00",
            "2026-11-28T10:00Z1",
            "+026",
            "2026-11-28 10:00",
        ] {
            assert!(Date::parse(text).is_none(), "{text}");
            assert!(text.ends_with('T') || DateTime::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_hundred_years_follows_the_one_before() {
        let mut day = Date::parse("1600-01-01");
        for number in days_from(1600, 1, 1)..days_from(2400, 1, 1) {
            assert_eq!(Date::of(number), day);
            assert_eq!(day.map(Date::days), Some(number));
            day = day
                .and_then(|date| DateTime { date, time: None, offset: None }.later(1, Unit::Day))
                .map(|next| next.date);
        }
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        let compare = |a: &str, b: &str| DateTime::parse(a).and_then(|a| a.compare(DateTime::parse(b)?, 60));
        for (a, b, expected) in [
            ("2026", "2027", Some(Ordering::Less)),
            ("2026", "2026-05", None),
            ("2026-05", "2026-05", Some(Ordering::Equal)),
            ("2026-05-01T00:30+02:00", "2026-04-30T23:30+01:00", Some(Ordering::Equal)),
            ("2026-05-01T00:30+01:00", "2026-05-01T00:30", Some(Ordering::Equal)),
            ("2026-05-01", "2026-05-01T00:30", None),
            ("2026-05-01T00:30:10", "2026-05-01T00:30", None),
        ] {
            assert_eq!(compare(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn months_end_where_they_end() {
        let later = |text: &str, amount, unit| {
            DateTime::parse(text).and_then(|date| date.later(amount, unit)).map(|date| date.to_string())
        };
        for (text, amount, unit, expected) in [
            ("2024-01-31", 1, Unit::Month, "2024-02-29"),
            ("2024-02-29", 1, Unit::Year, "2025-02-28"),
            ("2024-02-29", -4, Unit::Year, "2020-02-29"),
            ("2026", 24, Unit::Month, "2028"),
            ("2026-01", 60, Unit::Day, "2026-03"),
            ("2026-12-31T23:30+01:00", 45, Unit::Minute, "2027-01-01T00:15+01:00"),
            ("2026-11-28", 1, Unit::Week, "2026-12-05"),
        ] {
            assert_eq!(later(text, amount, unit).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(later("9999-12-31", 1, Unit::Day), None);
    }
}
