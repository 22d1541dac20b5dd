//! Numbers over time, in periods that have nothing to hide.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};

use super::FEWEST;

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

/// Periods of whole weeks, each as short as has [`FEWEST`]; what is left at the end belongs to the last.
pub(super) fn periods(mut days: Vec<Date>, last: Date) -> Vec<Period> {
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
