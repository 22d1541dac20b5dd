//! `tests/oracle/windows.mjs` as a child process: Node and its own time-zone database say the same of a few thousand
//! random units as the collector.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};
use svar::{
    study::{Invitation, Mode, Start, Study, Wave},
    tools::units::{self, StoreError, Unit},
};

use super::{Bench, link, random::Random, yearly};
use crate::server::{fixture, variant_of_tiny};

/// How many random units there are in Oslo.
const UNITS: usize = 3_000;

/// One unit in so many is asked about at the collector, too: reading an invitation takes its time.
const ASKED: usize = 4;

/// What Node says to each of these lines.
fn ask(lines: &[Value]) -> Vec<Value> {
    let mut command = Command::new("node");
    command.arg(fixture("tests/oracle/windows.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("expected Node ≥ 18 as `node`, found: {error}; install it (Debian: `apt-get install nodejs`)")
    });
    let mut to = child.stdin.take().expect("a way in");
    let asked: Vec<String> = lines.iter().map(Value::to_string).collect();
    // From a thread of its own: a pipe that is full both ways stands still.
    let writing =
        thread::spawn(move || asked.iter().for_each(|line| writeln!(to, "{line}").expect("an oracle that reads")));
    let from = BufReader::new(child.stdout.take().expect("a way out"));
    let told = from.lines().map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON")).collect();
    writing.join().expect("all was written");
    assert!(child.wait().expect("an end").success(), "the oracle failed");
    told
}

/// The question to the oracle: everything that decides, as plain data.
fn question(study: &Study, unit: Option<&Unit>, invitation: &Invitation, now: u64) -> Value {
    let calendar = study.calendar.as_ref().expect("a calendar");
    let wave = study.wave(&invitation.wave).expect("the wave");
    let mut question = json!({ "zone": calendar.time_zone, "now": now });
    if let Some(delay) = &calendar.delay {
        question["delay"] = json!({ "includedBefore": delay.included_before, "months": delay.months });
    }
    if let Some(rule) = &wave.window {
        let from = if rule.from == Start::Mailing { "mailing" } else { "randomisation" };
        question["rule"] = json!({ "from": from, "months": rule.months, "days": rule.days });
    }
    if let Some(unit) = unit {
        question["unit"] = json!({});
        let given = unit.given(&wave.id);
        for (name, day) in [
            ("included", unit.dates.included),
            ("mailed", unit.dates.mailed),
            ("randomised", unit.dates.randomised),
            ("opens", given.opens),
            ("closes", given.closes),
        ] {
            if let Some(day) = day {
                question["unit"][name] = json!(day.to_string());
            }
        }
    }
    for (name, value) in [
        ("mode", invitation.mode.map(|mode| json!(mode.as_str()))),
        ("nbf", invitation.nbf.map(Value::from)),
        ("exp", invitation.exp.map(Value::from)),
    ] {
        if let Some(value) = value {
            question[name] = value;
        }
    }
    question
}

/// What the collector said, in the oracle's words.
fn said(status: &Value) -> Value {
    let mut said = json!({ "state": status["state"] });
    for name in ["opens", "closes"] {
        if let Some(instant) = status[name].as_str() {
            said[name] = json!(super::seconds(instant));
        }
    }
    for name in ["firstDay", "lastDay"] {
        if !status[name].is_null() {
            said[name] = status[name].clone();
        }
    }
    said
}

/// A moment at which something may change: by the table, by the link, or by chance.
fn moment(random: &mut Random, days: [Option<jiff::Timestamp>; 2], link: &Invitation) -> u64 {
    let [opens, closes] = days.map(|at| at.and_then(|at| u64::try_from(at.as_second()).ok()));
    let grace = |end: Option<u64>| end.map(|end| end + 72 * 3_600);
    let ends = [opens, closes, grace(closes), link.nbf, link.exp, grace(link.exp)];
    let ends: Vec<u64> = ends.into_iter().flatten().flat_map(|end| [end - 1, end]).collect();
    if ends.is_empty() || random.chance(30) { bound(random) } else { random.pick(&ends) }
}

fn bound(random: &mut Random) -> u64 {
    super::seconds("2019-06-01T00:00:00Z") + random.below(7 * 366 * 86_400)
}

/// Asks Node, the library and the collector about so many random units.
fn compare(bench: &Bench, random: &mut Random, count: usize) {
    let study = &bench.study.study;
    let almanac = units::almanac(study).expect("a calendar");
    let waves: Vec<&Wave> = study.waves.iter().collect();
    let chosen: Vec<(Unit, &Wave)> = (0..count)
        .map(|number| {
            let wave = random.pick(&waves);
            (random.unit(format!("u{number}"), &wave.id), wave)
        })
        .collect();
    // Some of them are in no table.
    let (known, unknown): (Vec<_>, Vec<_>) = chosen.iter().partition(|_| random.chance(95));
    let table: Vec<Unit> = known.iter().map(|(unit, _)| unit.clone()).collect();
    bench.units.change(&study.id, |_| Ok::<_, StoreError>((table, ()))).expect("the units");
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    let all = known.iter().map(|chosen| (chosen, true)).chain(unknown.iter().map(|chosen| (chosen, false)));
    for (number, ((unit, wave), in_table)) in all.enumerate() {
        let days = unit.days(&almanac, wave);
        let ends = [
            days.first.day.map(|first| almanac.opens(first).expect("an instant")),
            days.last.day.map(|last| almanac.closes(last).expect("an instant")),
        ];
        let (nobody, study_id) = (link(&unit.id, &wave.id), study.id.clone());
        asked.push(question(study, Some(unit), &Invitation { exp: None, ..nobody.clone() }, 0));
        let [opens, closes] = ends.map(|at| at.map(|at| json!(at.as_second())));
        let days = [days.first, days.last].map(|bound| bound.day.map(|day| json!(day.to_string())));
        let [first, last] = days;
        let mut told = json!({});
        for (name, value) in [("opens", opens), ("closes", closes), ("firstDay", first), ("lastDay", last)] {
            if let Some(value) = value {
                told[name] = value;
            }
        }
        answers.push(told);
        if number % ASKED == 0 || !in_table {
            let mode = random.pick(&[None, None, None, None, Some(Mode::Test), Some(Mode::Pilot), Some(Mode::Paper)]);
            let nbf = random.chance(30).then(|| bound(random));
            let exp = random.chance(50).then(|| bound(random));
            let invitation = Invitation { study: study_id, mode, nbf, exp, ..nobody };
            let now = moment(random, ends, &invitation);
            asked.push(question(study, in_table.then_some(unit), &invitation, now));
            answers.push(said(&bench.status(&invitation, now)));
        }
    }
    let told = ask(&asked);
    assert_eq!(told.len(), answers.len());
    for ((asked, mut told), answer) in asked.iter().zip(told).zip(&answers) {
        if answer["state"].is_null() {
            told.as_object_mut().expect("an answer").remove("state");
        }
        assert_eq!(told, *answer, "the oracle, left, and the collector, right, on {asked}");
    }
    for state in ["not-yet", "open", "grace", "closed"] {
        let found = answers.iter().filter(|answer| answer["state"] == state).count();
        assert!(found * ASKED * 50 > count, "only {found} of {count} units were {state}");
    }
}

#[test]
fn node_says_the_same_of_thousands_of_units() {
    compare(&Bench::of(yearly()), &mut Random::start(), UNITS);
}

/// Zones where the day begins at one in spring, and where it ends before it begins elsewhere.
#[test]
fn and_in_other_zones_and_with_other_rules() {
    let mut random = Random::start();
    for zone in ["Asia/Beirut", "Pacific/Auckland"] {
        let study = variant_of_tiny("elsewhere", |study| {
            study["calendar"] = json!({ "timeZone": zone });
            study["waves"][0]["window"] = json!({ "from": "mailing", "months": 1, "days": 1 });
            study["waves"][1]["window"] = json!({ "from": "randomisation", "months": 6, "days": 31 });
        });
        compare(&Bench::of(study), &mut random, UNITS / 5);
    }
}
