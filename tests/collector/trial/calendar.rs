//! The twelve units and their days. The windows were worked out by hand from `docs/study-over-time.md`.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A unit: its id, when it was included, mailed and randomised, and the first and the last day of each wave.
pub(super) struct Unit {
    pub(super) id: &'static str,
    dates: [&'static str; 3],
    pub(super) windows: [[&'static str; 2]; 3],
}

const fn unit(id: &'static str, dates: [&'static str; 3], windows: [[&'static str; 2]; 3]) -> Unit {
    Unit { id, dates, windows }
}

/// The third and the fourth differ by one day of inclusion, and so by nine months in what comes after randomisation.
/// The second and the third begin a wave on the last day of a month that is shorter.
pub(super) const UNITS: [Unit; 12] = [
    unit(
        "u01",
        ["2020-01-15", "2020-01-20", "2020-02-10"],
        [["2020-01-20", "2020-02-02"], ["2021-11-10", "2021-12-07"], ["2022-11-10", "2022-12-07"]],
    ),
    unit(
        "u02",
        ["2020-02-29", "2020-03-02", "2020-03-31"],
        [["2020-03-02", "2020-03-15"], ["2021-12-31", "2022-01-27"], ["2022-12-31", "2023-01-27"]],
    ),
    unit(
        "u03",
        ["2020-03-11", "2020-03-16", "2020-05-31"],
        [["2020-03-16", "2020-03-29"], ["2022-02-28", "2022-03-27"], ["2023-02-28", "2023-03-27"]],
    ),
    unit(
        "u04",
        ["2020-03-12", "2020-03-16", "2020-05-31"],
        [["2020-03-16", "2020-03-29"], ["2021-05-31", "2021-06-27"], ["2022-05-31", "2022-06-27"]],
    ),
    unit("u05", ["2020-03-20", "2020-04-14", "2020-05-04"], FIFTH),
    unit("u06", ["2020-03-20", "2020-04-14", "2020-05-04"], FIFTH),
    unit("u07", ["2020-04-01", "2020-04-20", "2020-05-11"], SEVENTH),
    unit("u08", ["2020-04-01", "2020-04-20", "2020-05-11"], SEVENTH),
    unit("u09", ["2020-04-15", "2020-05-04", "2020-05-25"], NINTH),
    unit("u10", ["2020-04-15", "2020-05-04", "2020-05-25"], NINTH),
    unit(
        "u11",
        ["2020-05-01", "2020-05-18", "2020-06-08"],
        [["2020-05-18", "2020-05-31"], ["2021-06-08", "2021-07-05"], ["2022-06-08", "2022-07-05"]],
    ),
    unit(
        "u12",
        ["2020-05-01", "2020-05-18", "2020-06-30"],
        [["2020-05-18", "2020-05-31"], ["2021-06-30", "2021-07-27"], ["2022-06-30", "2022-07-27"]],
    ),
];

const FIFTH: [[&str; 2]; 3] =
    [["2020-04-14", "2020-04-27"], ["2021-05-04", "2021-05-31"], ["2022-05-04", "2022-05-31"]];

const SEVENTH: [[&str; 2]; 3] =
    [["2020-04-20", "2020-05-03"], ["2021-05-11", "2021-06-07"], ["2022-05-11", "2022-06-07"]];

const NINTH: [[&str; 2]; 3] =
    [["2020-05-04", "2020-05-17"], ["2021-05-25", "2021-06-21"], ["2022-05-25", "2022-06-21"]];

/// Two units are given until this day for the first wave, after the letters were sent.
pub(super) const PROLONGED: ([&str; 2], &str) = (["u05", "u06"], "2020-05-11");

pub(super) const WAVES: [&str; 3] = ["q1", "q2", "q3"];

pub(super) fn of(unit: &str) -> &'static Unit {
    UNITS.iter().find(|known| known.id == unit).expect("a unit")
}

/// The first and the last day of a unit in a wave, as first mailed.
pub(super) fn window(unit: &str, wave: &str) -> [&'static str; 2] {
    of(unit).windows[WAVES.iter().position(|known| *known == wave).expect("a wave")]
}

/// `units.csv`, as the office keeps it.
pub(super) fn table() -> String {
    let row = |unit: &Unit| format!("{},Enhet {},{}\n", unit.id, unit.id, unit.dates.join(","));
    let rows: String = UNITS.iter().map(row).collect();
    format!("unit,name,included,mailed,randomised\n{rows}")
}

/// So many hours after the day has begun in Oslo.
pub(super) fn hours_into(day: &str, hours: i64) -> Timestamp {
    let midnight: DateTime = format!("{day}T00:00:00").parse().expect("a day");
    let oslo = TimeZone::get("Europe/Oslo").expect("a time zone");
    let midnight = midnight.to_zoned(oslo).expect("a time").timestamp();
    midnight + jiff::SignedDuration::from_hours(hours)
}

pub(super) fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).expect("after 1970")
}

/// As bodies and databases write it.
pub(super) fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
