//! What `svar status` tells: how many, and of whom it tells nothing; and the list of those who have not answered.

use std::{collections::BTreeMap, fs, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use svar::tools::{
    collector::{Collector, system_clock},
    invitations::Keys,
    running::status::{Cell, FEWEST, Status, status},
};

use crate::{
    running::{audit, copy, own_uuid, register, svar},
    server::{CONTACT, CORE, Folder, tiny},
};

/// A Sunday.
const NOW: &str = "2026-11-22T09:30:00Z";
const REST: &str = "https://svar.example/fhir/Questionnaire/tiny-rest|1.0.0";
const CONSENT: &str = "https://svar.example/fhir/Questionnaire/tiny-consent|1.0.0";

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("a number") % bound
    }
}

/// A data folder as the collector makes it, with units.
fn folder(units: &[&str]) -> Folder {
    let data = Folder::new();
    let keys = Keys::open(data.path()).expect("keys");
    drop(Collector::open(data.path(), Vec::new(), keys, system_clock()).expect("a collector"));
    let database = Connection::open(data.path().join("units.sqlite")).expect("a database");
    for unit in units {
        database.execute("INSERT INTO unit VALUES ('tiny', ?1, '', NULL, NULL, NULL)", [unit]).expect("a unit");
    }
    database.execute("INSERT INTO unit VALUES ('other', 'elsewhere', '', NULL, NULL, NULL)", []).expect("a unit");
    data
}

/// A submission that is there, of somebody.
#[derive(Clone, Debug)]
struct Sent {
    wave: &'static str,
    unit: &'static str,
    questionnaire: &'static str,
    day: String,
}

fn fill(data: &Path, sent: &[Sent]) {
    for name in ["collector.sqlite", "contact.sqlite"] {
        let mut database = Connection::open(data.join(name)).expect("a database");
        let transaction = database.transaction().expect("a transaction");
        for (number, sent) in (0_u32..).zip(sent) {
            if (sent.questionnaire == CONTACT) == (name == "contact.sqlite") {
                transaction
                    .execute(
                        "INSERT INTO submission
                         (id, study, wave, questionnaire, pseudonym, received_at, media_type, body, unit)
                         VALUES (?1, 'tiny', ?2, ?3, ?1, ?4, 't', 'x', ?5)",
                        params![own_uuid(number), sent.wave, sent.questionnaire, sent.day, sent.unit],
                    )
                    .expect("a row");
            }
        }
        transaction.commit().expect("rows");
    }
}

fn counted(data: &Path) -> Status {
    let now: Timestamp = NOW.parse().expect("a time");
    status(&tiny(), data, None, now).expect("a status")
}

const UNITS: [&str; 3] = ["east", "north", "west"];

/// Of these, two are in no table, and one was not kept.
const NAMES: [&str; 6] = ["east", "north", "west", "a slip", "another slip", ""];
const ASKED: [(&str, &str); 6] =
    [("q1", CONSENT), ("q1", CORE), ("q2", CONSENT), ("q2", CONTACT), ("q2", CORE), ("q2", REST)];

fn day(dice: &mut Dice) -> String {
    format!("2026-{:02}-{:02}T{:02}:15:00.000Z", 9 + dice.below(3), 1 + dice.below(21), dice.below(24))
}

/// A study in which some cells are large and many small.
fn drawn(dice: &mut Dice) -> Vec<Sent> {
    let mut sent = Vec::new();
    for (wave, questionnaire) in ASKED {
        for unit in NAMES {
            let count = if dice.below(2) == 0 { dice.below(5) } else { dice.below(25) };
            sent.extend((0..count).map(|_| Sent { wave, unit, questionnaire, day: day(dice) }));
        }
    }
    sent
}

/// The row that a name is counted in.
fn row(unit: &str) -> &str {
    match unit {
        "" => "(unknown unit)",
        unit if UNITS.contains(&unit) => unit,
        _ => "(other)",
    }
}

/// How many there are in each cell.
fn cells(sent: &[Sent]) -> BTreeMap<(&str, &str, &str), usize> {
    let mut cells = BTreeMap::new();
    for sent in sent {
        *cells.entry((sent.wave, sent.questionnaire, row(sent.unit))).or_insert(0) += 1;
    }
    cells
}

#[test]
fn what_is_told_is_right_and_the_same_whatever_hides_behind_the_small_numbers() {
    let mut hidden = 0;
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let sent = drawn(&mut dice);
        let counts = cells(&sent);
        let one = folder(&UNITS);
        fill(one.path(), &sent);
        let told = counted(one.path());
        // Counted by somebody else.
        for wave in &told.waves {
            for (part, id) in wave.parts.iter().enumerate() {
                let ending = format!("tiny-{id}|1.0.0");
                let of_part = |(of_wave, questionnaire, _): &&(&str, &str, &str)| {
                    *of_wave == wave.wave && questionnaire.ends_with(&ending)
                };
                let mut sum = 0;
                for (unit, told) in &wave.units {
                    let key = counts.keys().filter(of_part).find(|(_, _, row)| row == unit);
                    let count = key.map_or(0, |key| counts[key]);
                    let expected = if count < 5 { Cell::Hidden } else { Cell::Told(count) };
                    assert_eq!(told[part], expected, "seed {seed}: {} {id} {unit}", wave.wave);
                    sum += if count < 5 { 0 } else { count };
                    hidden += usize::from(told[part] == Cell::Hidden && count > 0);
                }
                let periods = &wave.periods[part];
                assert!(periods.iter().all(|period| period.count >= FEWEST), "seed {seed}: {periods:?}");
                assert_eq!(periods.iter().map(|period| period.count).sum::<usize>(), sum, "seed {seed}");
            }
        }
        // The small cells are filled anew, by other numbers on other days: nothing that is told may change by it.
        let mut other: Vec<Sent> =
            sent.iter().filter(|sent| counts[&(sent.wave, sent.questionnaire, row(sent.unit))] >= 5).cloned().collect();
        for (wave, questionnaire) in ASKED {
            for unit in ["east", "north", "west", "a slip", ""] {
                if counts.get(&(wave, questionnaire, row(unit))).is_none_or(|count| *count < 5) {
                    let count = dice.below(5);
                    other.extend((0..count).map(|_| Sent { wave, unit, questionnaire, day: day(&mut dice) }));
                }
            }
        }
        let two = folder(&UNITS);
        fill(two.path(), &other);
        assert_eq!(counted(two.path()).to_string(), told.to_string(), "seed {seed}");
    }
    assert!(hidden > 50, "{hidden} small cells: too few to say anything");
}

#[test]
fn a_status_reads_like_this() {
    let data = folder(&["north", "south"]);
    let sent = |unit, questionnaire, count: usize, day: &str| {
        let received = format!("{day}T10:00:00.000Z");
        std::iter::repeat_n(Sent { wave: "q1", unit, questionnaire, day: received }, count)
    };
    let all: Vec<Sent> = sent("north", CORE, 7, "2026-11-03")
        .chain(sent("north", CORE, 5, "2026-11-21"))
        .chain(sent("north", CONSENT, 4, "2026-11-03"))
        .chain(sent("south", CORE, 4, "2026-11-03"))
        .chain(sent("a slip", CORE, 3, "2026-11-03"))
        .chain(sent("another slip", CORE, 3, "2026-11-03"))
        // Today, which is not over.
        .chain(sent("south", CORE, 9, "2026-11-22"))
        .collect();
    fill(data.path(), &all);
    let now: Timestamp = NOW.parse().expect("a time");
    let status = status(&tiny(), data.path(), Some("q1"), now).expect("a status");
    assert_eq!(
        status.to_string(),
        "what was received until 2026-11-21, that day included; <5 is 0 to 4

wave q1

unit                     consent    core
north                         <5      12
south                         <5      <5
(other)                       <5       6
(unknown unit)                <5      <5
sum of the numbers told        0      18

the same over time
  core: 2026-11-02 to 2026-11-08: 13
  core: 2026-11-09 to 2026-11-21: 5

test answers, kept apart: <5
pilot answers, kept apart: <5
people who have withdrawn: <5
"
    );
    assert!(svar::tools::running::status::status(&tiny(), data.path(), Some("q9"), now).is_err());
}

#[test]
fn a_folder_without_a_table_of_units_tells_of_no_unit() {
    let data = folder(&[]);
    fs::remove_file(data.path().join("units.sqlite")).expect("no units");
    let sent = Sent { wave: "q1", unit: "north", questionnaire: CORE, day: "2026-11-03T10:00:00.000Z".into() };
    fill(data.path(), &vec![sent; 9]);
    let told = counted(data.path()).to_string();
    assert!(!told.contains("north") && told.contains("(other)"), "{told}");
}

#[test]
fn who_has_not_answered_is_listed_for_reminders() {
    let data = folder(&["north"]);
    let sent =
        |questionnaire| Sent { wave: "q2", unit: "north", questionnaire, day: "2026-11-03T10:00:00.000Z".into() };
    fill(data.path(), &[sent(CORE)]);
    let main = Connection::open(data.path().join("collector.sqlite")).expect("a database");
    let first = own_uuid(0);
    // p-all has answered everything, p-half the core, p-consent nothing but the consent, p-none nothing.
    copy(&main, &first, &own_uuid(1), "tiny", "q2", "p-all");
    copy(&main, &first, &own_uuid(2), "tiny", "q2", "p-half");
    copy(&main, &first, &own_uuid(3), "tiny", "q1", "p-none");
    copy(&main, &first, &own_uuid(4), "other", "q2", "p-none");
    for (number, questionnaire, pseudonym) in [(5, REST, "p-all"), (6, CONSENT, "p-consent")] {
        copy(&main, &first, &own_uuid(number), "tiny", "q3", pseudonym);
        let changed = "UPDATE submission SET wave = 'q2', questionnaire = ?2 WHERE id = ?1";
        assert_eq!(main.execute(changed, [own_uuid(number).as_str(), questionnaire]), Ok(1));
    }
    main.execute("INSERT INTO withdrawn VALUES ('tiny', 'p-gone', '2026-11-02T00:00:00Z')", []).expect("one who left");
    let invitations = register(
        data.path(),
        &[
            ("a", "tiny", "q2", "p-all", ""),
            ("b", "tiny", "q2", "p-half", ""),
            ("c", "tiny", "q2", "p-consent", ""),
            ("d", "tiny", "q2", "p-none", ""),
            ("d2", "tiny", "q2", "p-none", ""),
            ("e", "tiny", "q2", "p-gone", ""),
            ("f", "tiny", "q2", "p-revoked", ""),
            ("g", "tiny", "q2", "p-test", "test"),
            ("h", "tiny", "q2", "p-paper", "paper"),
            ("i", "tiny", "q2", "", ""),
            ("j", "tiny", "q1", "p-other-wave", ""),
            ("k", "other", "q2", "p-other-study", ""),
        ],
    );
    let revoked = "UPDATE invitation SET revoked_at = '2026-11-02T00:00:00Z' WHERE jti IN ('f', 'd2')";
    invitations.execute(revoked, []).expect("revoked");
    invitations.execute("UPDATE invitation SET unit = '=2+2' WHERE jti = 'b'", []).expect("a strange unit");
    let file = data.path().join("missing.csv");
    let arguments = ["--wave", "q2", "--missing", file.to_str().expect("a path")];
    let said = svar("status", data.path(), &arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let times = "2026-11-18T11:06:40Z,2026-11-30T00:53:20Z";
    let expected = format!(
        "study,wave,unit,pseudonym,missing,opens,closes,language\ntiny,q2,'=2+2,p-half,rest,{times},\n\
         tiny,q2,north,p-consent,core rest,{times},\ntiny,q2,north,p-none,core rest,{times},\n"
    );
    assert_eq!(fs::read_to_string(&file).expect("the list"), expected);
    assert!(audit(data.path())[0].ends_with(" missing by=kari study=tiny wave=q2 people=3 state=done"));
    let again = svar("status", data.path(), &arguments);
    assert!(again.code == Some(2) && again.err.contains("a file that is not there yet"), "{}", again.err);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(data.path().join(name)).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode("missing.csv"), mode("audit.log"), mode("pilot-collector.sqlite")), (0o600, 0o600, 0o600));
    }
    fs::remove_file(data.path().join("invitations.sqlite")).expect("no register");
    let said = svar("status", data.path(), &["--missing", "never-made.csv"]);
    assert!(said.code == Some(2) && said.err.contains("invitations.sqlite: expected a file"), "{}", said.err);
}
