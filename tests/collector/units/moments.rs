//! Moments worked out by hand, from a calendar on paper: midnight in Oslo is 23:00 UTC of the day before in winter
//! time, 22:00 in summer time.

use svar::tools::units;

use super::{Bench, link, seconds, yearly};

const UNITS: &str = "\
unit,included,mailed,randomised,q1_opens,q1_closes
winter,,2020-01-20,,,
to-spring-night,,2020-03-16,,,
from-spring-night,,2020-03-29,,,
to-autumn-night,,2020-10-12,,,
from-autumn-night,,2020-10-25,,,
grace-over-spring-night,,2021-03-13,,,
grace-over-autumn-night,,2021-10-16,,,
from-leap-day,,2024-02-29,,,
to-leap-day,,2024-02-16,,,
leap-randomised,2024-01-10,,2024-02-29,,
leap-randomised-early,2020-01-15,,2020-02-29,,
day-before,2020-03-11,,2020-05-31,,
day-itself,2020-03-12,,2020-05-31,,
both-given,,2021-01-04,,2021-06-01,2021-06-30
end-given,,2021-01-04,,,2021-01-31
begin-given,,2021-01-04,,2021-01-06,
one-day,,,,2024-02-29,2024-02-29
prolonged,,2020-01-20,,,
year-end,,2020-12-19,,,
";

/// After each unit and wave the first and the last day; below it moments, and the state then.
const MOMENTS: &str = "\
winter q1 2020-01-20 2020-02-02
  2020-01-19T22:59:59Z not-yet
  2020-01-19T23:00:00Z open
  2020-01-19T23:00:59Z open
  2020-01-27T12:00:00Z open
  2020-02-02T22:59:59Z open
  2020-02-02T23:00:00Z grace
  2020-02-05T22:59:59Z grace
  2020-02-05T23:00:00Z closed
to-spring-night q1 2020-03-16 2020-03-29
  2020-03-15T22:59:59Z not-yet
  2020-03-15T23:00:00Z open
  2020-03-29T00:59:59Z open
  2020-03-29T01:00:00Z open
  2020-03-29T21:59:59Z open
  2020-03-29T22:00:00Z grace
  2020-03-29T22:59:59Z grace
  2020-04-01T21:59:59Z grace
  2020-04-01T22:00:00Z closed
from-spring-night q1 2020-03-29 2020-04-11
  2020-03-28T22:59:59Z not-yet
  2020-03-28T23:00:00Z open
  2020-03-29T01:00:00Z open
  2020-04-11T21:59:59Z open
  2020-04-11T22:00:00Z grace
  2020-04-14T21:59:59Z grace
  2020-04-14T22:00:00Z closed
to-autumn-night q1 2020-10-12 2020-10-25
  2020-10-11T21:59:59Z not-yet
  2020-10-11T22:00:00Z open
  2020-10-25T00:30:00Z open
  2020-10-25T01:30:00Z open
  2020-10-25T22:59:59Z open
  2020-10-25T23:00:00Z grace
  2020-10-28T22:59:59Z grace
  2020-10-28T23:00:00Z closed
from-autumn-night q1 2020-10-25 2020-11-07
  2020-10-24T21:59:59Z not-yet
  2020-10-24T22:00:00Z open
  2020-10-25T00:30:00Z open
  2020-11-07T22:59:59Z open
  2020-11-07T23:00:00Z grace
  2020-11-10T22:59:59Z grace
  2020-11-10T23:00:00Z closed
grace-over-spring-night q1 2021-03-13 2021-03-26
  2021-03-26T22:59:59Z open
  2021-03-26T23:00:00Z grace
  2021-03-29T22:00:00Z grace
  2021-03-29T22:59:59Z grace
  2021-03-29T23:00:00Z closed
grace-over-autumn-night q1 2021-10-16 2021-10-29
  2021-10-15T22:00:00Z open
  2021-10-29T21:59:59Z open
  2021-10-29T22:00:00Z grace
  2021-11-01T21:59:59Z grace
  2021-11-01T22:00:00Z closed
from-leap-day q1 2024-02-29 2024-03-13
  2024-02-28T22:59:59Z not-yet
  2024-02-28T23:00:00Z open
  2024-03-13T22:59:59Z open
  2024-03-13T23:00:00Z grace
  2024-03-16T22:59:59Z grace
  2024-03-16T23:00:00Z closed
to-leap-day q1 2024-02-16 2024-02-29
  2024-02-15T22:59:59Z not-yet
  2024-02-15T23:00:00Z open
  2024-02-28T23:00:00Z open
  2024-02-29T22:59:59Z open
  2024-02-29T23:00:00Z grace
  2024-03-03T22:59:59Z grace
  2024-03-03T23:00:00Z closed
leap-randomised q2 2025-02-28 2025-03-27
  2025-02-27T22:59:59Z not-yet
  2025-02-27T23:00:00Z open
  2025-03-27T22:59:59Z open
  2025-03-27T23:00:00Z grace
  2025-03-30T22:59:59Z grace
  2025-03-30T23:00:00Z closed
leap-randomised q3 2026-02-28 2026-03-27
  2026-02-27T22:59:59Z not-yet
  2026-02-27T23:00:00Z open
  2026-03-27T22:59:59Z open
  2026-03-27T23:00:00Z grace
  2026-03-30T22:59:59Z grace
  2026-03-30T23:00:00Z closed
leap-randomised-early q2 2021-11-29 2021-12-26
  2021-02-28T12:00:00Z not-yet
  2021-11-28T22:59:59Z not-yet
  2021-11-28T23:00:00Z open
  2021-12-26T22:59:59Z open
  2021-12-26T23:00:00Z grace
  2021-12-29T22:59:59Z grace
  2021-12-29T23:00:00Z closed
leap-randomised-early q3 2022-11-29 2022-12-26
  2022-11-28T22:59:59Z not-yet
  2022-11-28T23:00:00Z open
  2022-12-26T22:59:59Z open
  2022-12-26T23:00:00Z grace
  2022-12-29T23:00:00Z closed
day-before q2 2022-02-28 2022-03-27
  2021-05-31T12:00:00Z not-yet
  2022-02-27T22:59:59Z not-yet
  2022-02-27T23:00:00Z open
  2022-03-27T21:59:59Z open
  2022-03-27T22:00:00Z grace
  2022-03-30T21:59:59Z grace
  2022-03-30T22:00:00Z closed
day-itself q2 2021-05-31 2021-06-27
  2021-05-30T21:59:59Z not-yet
  2021-05-30T22:00:00Z open
  2021-06-27T21:59:59Z open
  2021-06-27T22:00:00Z grace
  2021-06-30T21:59:59Z grace
  2021-06-30T22:00:00Z closed
both-given q1 2021-06-01 2021-06-30
  2021-01-10T12:00:00Z not-yet
  2021-05-31T21:59:59Z not-yet
  2021-05-31T22:00:00Z open
  2021-06-30T21:59:59Z open
  2021-06-30T22:00:00Z grace
  2021-07-03T22:00:00Z closed
end-given q1 2021-01-04 2021-01-31
  2021-01-03T22:59:59Z not-yet
  2021-01-03T23:00:00Z open
  2021-01-17T23:00:00Z open
  2021-01-31T22:59:59Z open
  2021-01-31T23:00:00Z grace
  2021-02-03T23:00:00Z closed
begin-given q1 2021-01-06 2021-01-17
  2021-01-04T12:00:00Z not-yet
  2021-01-05T22:59:59Z not-yet
  2021-01-05T23:00:00Z open
  2021-01-17T22:59:59Z open
  2021-01-17T23:00:00Z grace
  2021-01-20T23:00:00Z closed
one-day q1 2024-02-29 2024-02-29
  2024-02-28T22:59:59Z not-yet
  2024-02-28T23:00:00Z open
  2024-02-29T22:59:59Z open
  2024-02-29T23:00:00Z grace
  2024-03-03T23:00:00Z closed
prolonged q1 2020-01-20 2020-03-31
  2020-01-19T22:59:59Z not-yet
  2020-01-19T23:00:00Z open
  2020-02-02T23:00:00Z open
  2020-02-05T23:00:00Z open
  2020-03-31T21:59:59Z open
  2020-03-31T22:00:00Z grace
  2020-04-03T21:59:59Z grace
  2020-04-03T22:00:00Z closed
year-end q1 2020-12-19 2021-01-01
  2020-12-18T22:59:59Z not-yet
  2020-12-18T23:00:00Z open
  2020-12-31T23:00:00Z open
  2021-01-01T22:59:59Z open
  2021-01-01T23:00:00Z grace
  2021-01-04T23:00:00Z closed
";

#[test]
fn the_collector_says_what_was_worked_out_by_hand() {
    let bench = Bench::of(yearly());
    let study = &bench.study.study;
    let imported = units::import(&bench.units, study, UNITS.as_bytes()).expect("the table");
    assert_eq!(imported.new, 19);
    let until = units::calendar::date("2020-03-31").expect("a date");
    units::prolong(&bench.units, study, Some("prolonged"), "q1", until).expect("to prolong");
    let (mut window, mut count) = (["", "", "", ""], 0);
    for line in MOMENTS.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [unit, wave, first, last] = words[..] {
            window = [unit, wave, first, last];
            continue;
        }
        let ([now, state], [unit, wave, first, last]) = ([words[0], words[1]], window);
        let status = bench.status(&link(unit, wave), seconds(now));
        let told = ["state", "firstDay", "lastDay"].map(|name| status[name].as_str().unwrap_or("nothing"));
        assert_eq!(told, [state, first, last], "{unit}, {wave}, at {now}");
        count += 1;
    }
    assert!(count >= 100, "{count} moments");
}

#[test]
fn the_ends_are_said_as_instants() {
    let bench = Bench::of(yearly());
    units::import(&bench.units, &bench.study.study, UNITS.as_bytes()).expect("the table");
    for (unit, opens, closes) in [
        ("to-spring-night", "2020-03-15T23:00:00Z", "2020-03-29T22:00:00Z"),
        ("to-autumn-night", "2020-10-11T22:00:00Z", "2020-10-25T23:00:00Z"),
        ("one-day", "2024-02-28T23:00:00Z", "2024-02-29T23:00:00Z"),
    ] {
        let status = bench.status(&link(unit, "q1"), 0);
        assert_eq!((status["opens"].as_str(), status["closes"].as_str()), (Some(opens), Some(closes)), "{unit}");
    }
}
