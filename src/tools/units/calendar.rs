//! From the dates of a unit to the days that its windows are open, and from days to instants. Pure: no clock, no disk.

use std::{fmt, ops::RangeInclusive};

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use crate::study::{Calendar, Delay, Start, Window};

/// The dates in the life of a unit; none where nobody has said it yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// When the unit was included in the study.
    pub included: Option<Date>,
    /// When its staff were mailed the first link.
    pub mailed: Option<Date>,
    /// When it was randomised.
    pub randomised: Option<Date>,
}

/// What was said of one window of one unit in so many words. Each date wins over the rule by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The first day.
    pub opens: Option<Date>,
    /// The last day.
    pub closes: Option<Date>,
    /// Whether the last day was set by prolonging the window.
    pub prolonged: bool,
    /// The last day that the table named last, which `closes` is too unless the window was prolonged.
    pub imported: Option<Date>,
}

/// The first and the last day of a window, both of them open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub first: Bound,
    /// The last day.
    pub last: Bound,
}

/// One end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The day; none if it is not known.
    pub day: Option<Date>,
    /// What gave it, or why it is not known.
    pub by: By,
}

/// What gave a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The wave's rule in the manifest.
    Rule {
        /// The rule.
        window: Window,
        /// Months of the study's delay, which come on top.
        delay: u32,
    },
    /// The unit table, in so many words.
    Table,
    /// Somebody who prolonged the window.
    Prolonging,
    /// Nothing, for this reason.
    Nothing(Missing),
}

/// Why a day is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The wave has no window in the manifest.
    Rule,
    /// The rule counts from the mailing, of which there is no date.
    Mailed,
    /// The rule counts from randomisation, of which there is no date.
    Randomised,
    /// The study delays units by when they were included, of which there is no date: a guess would close the door on
    /// people whose months have not begun.
    Included,
    /// The day lies beyond what a calendar can say.
    Range,
}

impl fmt::Display for By {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: u32, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
        match self {
            By::Rule { window, delay } => {
                out.write_str(match window.from {
                    Start::Mailing => "mailing",
                    Start::Randomisation => "randomisation",
                })?;
                if window.months > 0 {
                    write!(out, " + {}", counted(window.months, "month"))?;
                }
                if *delay > 0 {
                    write!(out, " + {} of delay", counted(*delay, "month"))?;
                }
                write!(out, ", {}", counted(window.days, "day"))
            }
            By::Table => out.write_str("date in the table"),
            By::Prolonging => out.write_str("prolonged"),
            By::Nothing(missing) => out.write_str(match missing {
                Missing::Rule => "no window in the manifest",
                Missing::Mailed => "no date of mailing",
                Missing::Randomised => "no date of randomisation",
                Missing::Included => "no date of inclusion, on which the delay depends",
                Missing::Range => "out of range",
            }),
        }
    }
}

/// A calendar that nobody can calculate with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found `{found}`")]
pub struct CalendarError {
    /// Where in the manifest.
    pub path: &'static str,
    /// What was expected.
    pub expected: &'static str,
    /// What was found.
    pub found: String,
}

/// A study's calendar, read: its zone and its delay.
#[derive(Clone, Debug)]
pub struct Almanac {
    zone: TimeZone,
    /// Units included before the day, and the months that they are later.
    delay: Option<(Date, u32)>,
}

/// Everything that is wrong with a calendar.
pub fn mistakes(calendar: &Calendar) -> Vec<CalendarError> {
    let delay = calendar.delay.as_ref().and_then(|delay| included_before(delay).err());
    zone(&calendar.time_zone).err().into_iter().chain(delay).collect()
}

fn zone(name: &str) -> Result<TimeZone, CalendarError> {
    let found = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
    found.ok_or_else(|| CalendarError {
        path: "study.calendar.timeZone",
        expected: "a time zone of the IANA database, such as `Europe/Oslo`",
        found: name.to_owned(),
    })
}

fn included_before(delay: &Delay) -> Result<Date, CalendarError> {
    date(&delay.included_before).ok_or_else(|| CalendarError {
        path: "study.calendar.delay.includedBefore",
        expected: "a date such as `2020-03-12`",
        found: delay.included_before.clone(),
    })
}

/// Years of other centuries are slips of the pen.
const YEARS: RangeInclusive<i16> = 2000..=2099;

/// The date of exactly this form, `2020-03-12`, from 2000 to 2099. A parser alone would also take a time, or `20-3-12`.
pub fn date(text: &str) -> Option<Date> {
    let date = Date::strptime("%Y-%m-%d", text).ok()?;
    (YEARS.contains(&date.year()) && date.to_string() == text).then_some(date)
}

impl Almanac {
    /// Reads a calendar.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn of(calendar: &Calendar) -> Result<Almanac, CalendarError> {
        let delay = calendar.delay.as_ref().map(|delay| Ok((included_before(delay)?, delay.months)));
        Ok(Almanac { zone: zone(&calendar.time_zone)?, delay: delay.transpose()? })
    }

    /// The days of a wave's window in a unit: of `rule`, unless `given` says another day.
    pub fn days(&self, rule: Option<&Window>, dates: &Dates, given: &Given) -> Days {
        let (first, last) = match self.counted(rule, dates) {
            Ok((first, last, by)) => (Bound { day: Some(first), by }, Bound { day: Some(last), by }),
            Err(missing) => {
                let unknown = Bound { day: None, by: By::Nothing(missing) };
                (unknown, unknown)
            }
        };
        let closing = if given.prolonged { By::Prolonging } else { By::Table };
        let instead = |day: Option<Date>, by, bound| day.map_or(bound, |day| Bound { day: Some(day), by });
        Days { first: instead(given.opens, By::Table, first), last: instead(given.closes, closing, last) }
    }

    /// All months are added at once, and a day that the month does not have becomes its last one: 29 February and 12
    /// months are 28 February.
    fn counted(&self, rule: Option<&Window>, dates: &Dates) -> Result<(Date, Date, By), Missing> {
        let window = *rule.ok_or(Missing::Rule)?;
        let (from, delay) = match window.from {
            Start::Mailing => (dates.mailed.ok_or(Missing::Mailed)?, 0),
            Start::Randomisation => (dates.randomised.ok_or(Missing::Randomised)?, self.delay(dates)?),
        };
        let months = Span::new().try_months(window.months.saturating_add(delay)).map_err(|_| Missing::Range)?;
        let rest = Span::new().try_days(window.days.saturating_sub(1)).map_err(|_| Missing::Range)?;
        let first = from.checked_add(months).map_err(|_| Missing::Range)?;
        let last = first.checked_add(rest).map_err(|_| Missing::Range)?;
        Ok((first, last, By::Rule { window, delay }))
    }

    fn delay(&self, dates: &Dates) -> Result<u32, Missing> {
        let Some((day, months)) = self.delay else { return Ok(0) };
        Ok(if dates.included.ok_or(Missing::Included)? < day { months } else { 0 })
    }

    /// When a window opens whose first day this is: as the day begins, in the study's zone.
    pub fn opens(&self, first: Date) -> Option<Timestamp> {
        // Where the clocks go forward at midnight, the day begins at one.
        first.to_zoned(self.zone.clone()).ok().map(|begin| begin.timestamp())
    }

    /// When a window closes whose last day this is: as the next day begins.
    pub fn closes(&self, last: Date) -> Option<Timestamp> {
        last.tomorrow().ok().and_then(|next| self.opens(next))
    }

    /// The day at that instant, in the study's zone.
    pub fn day_at(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_one_form() {
        assert_eq!(date("2020-02-29").map(|date| date.to_string()), Some("2020-02-29".to_owned()));
        for other in [
            "",
            "2020-02-30",
            "2021-02-29",
            "20-03-12",
            "2020-3-12",
            "12.03.2020",
            "2020-03-12T00:00",
            "2020-03-12 ",
            "0202-03-12",
            "2202-03-12",
        ] {
            assert_eq!(date(other), None, "{other}");
        }
    }

    /// Beirut puts its clocks forward at midnight: 26 March 2022 had no 00:00.
    #[test]
    fn a_day_without_midnight_begins_when_it_begins() {
        let almanac = Almanac::of(&Calendar { time_zone: "Asia/Beirut".into(), delay: None }).unwrap();
        let opens = |day| almanac.opens(date(day).unwrap()).unwrap().to_string();
        assert_eq!(opens("2022-03-26"), "2022-03-25T22:00:00Z");
        assert_eq!(opens("2022-03-27"), "2022-03-26T22:00:00Z");
    }

    #[test]
    fn a_calendar_says_all_that_is_wrong_with_it() {
        let delay = Some(Delay { included_before: "12.03.2020".into(), months: 9 });
        let wrong = Calendar { time_zone: "Europe/Atlantis".into(), delay };
        let said: Vec<String> = mistakes(&wrong).iter().map(CalendarError::to_string).collect();
        let [zone, date] = said.as_slice() else { panic!("{said:?}") };
        assert!(zone.starts_with("study.calendar.timeZone: expected a time zone of the IANA database"), "{zone}");
        assert!(zone.ends_with("found `Europe/Atlantis`"), "{zone}");
        let expected = "study.calendar.delay.includedBefore: expected a date such as `2020-03-12`, found `12.03.2020`";
        assert_eq!(date, expected);
        assert!(Almanac::of(&wrong).is_err());
    }
}
