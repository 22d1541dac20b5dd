//! The first wave: unit links, windows from mailing, two of them prolonged; paper, trials and pilots.

use jiff::{SignedDuration, Timestamp};
use svar::study::Invitation;

use super::{
    Trial,
    calendar::{self, PROLONGED, UNITS, WAVES, hours_into, window},
    cast,
    office::{Person, Row, Visit, received, refused, token},
    person::uuid,
};

/// When the letters are written.
fn before_all() -> Timestamp {
    hours_into("2020-01-10", 10)
}

impl Trial {
    pub(super) fn units_are_imported(&mut self) {
        let file = self.office.file("units.csv", &calendar::table());
        assert!(self.office.units(&["import", &file]).starts_with("12 new, 0 changed"));
        let told = self.office.units(&["list"]);
        for unit in &UNITS {
            for (wave, [first, last]) in WAVES.iter().zip(unit.windows) {
                let begins: Vec<&str> = vec![unit.id, wave, first, last];
                let found = told.lines().any(|line| line.split_whitespace().take(4).eq(begins.iter().copied()));
                assert!(found, "{begins:?} is not in\n{told}");
            }
        }
    }

    fn unit_links(&self, out: &str, units: &[&str], more: &[&str]) -> Vec<Row> {
        let row = |unit: &&str| format!("{unit},{},post@{unit}.example\n", window(unit, "q1")[1]);
        let rows: String = units.iter().map(row).collect();
        let table = self.office.file(&format!("{out}.csv"), &format!("unit,last_day,email\n{rows}"));
        let (_, rows) = self.office.invite("q1", ["--units", &table], out, before_all(), more);
        assert_eq!(rows.len(), units.len());
        rows
    }

    /// Some time while the window is open, as it was first mailed.
    pub(super) fn some_time(&mut self, person: &Person, wave: &str) -> Timestamp {
        let [first, _] = window(person.unit, wave);
        let days = if wave == "q1" { 14 } else { 28 };
        let random = &mut self.office.random;
        let hours = i64::try_from(24 * random.below(days) + 7 + random.below(14)).expect("a number");
        hours_into(first, hours) + SignedDuration::from_mins(i64::try_from(random.below(60)).expect("a number"))
    }

    pub(super) fn first_wave(&mut self) {
        let all: Vec<&str> = UNITS.iter().map(|unit| unit.id).collect();
        let links = self.unit_links("q1-units", &all, &[]);
        let link = |unit: &str| token(links.iter().find(|row| row["unit"] == unit).expect("a link")).to_owned();
        let opened = Invitation::read(&link("u01")).expect("an invitation");
        assert_eq!((opened.unit.as_str(), opened.sub), ("u01", None), "a link of all, and of nobody");

        let mut at_one_computer: Vec<Person> = Vec::new();
        for (number, person) in self.staff.clone().into_iter().enumerate() {
            if cast::DECLINE.contains(&number) || cast::NEW_AT_Q2.contains(&number) || number == cast::ON_PAPER {
                // Who declines sends nothing; the others come later.
                continue;
            }
            let random = &mut self.office.random;
            let permissions = match number {
                cast::NO_PERMISSION => [false, false],
                cast::ONE_PERMISSION => [true, false],
                _ => [random.chance(70), random.chance(70)],
            };
            let rest = cast::FAITHFUL.contains(&number) || (!cast::CORE_ONLY.contains(&number) && random.chance(80));
            let address = cast::FAITHFUL.contains(&number) || (number != cast::NO_ADDRESS && random.chance(80));
            let email = format!("person-{number}@post.example");
            let bearer = link(person.unit);
            let visit = Visit {
                wave: "q1",
                bearer: &bearer,
                second_bearer: None,
                mode: "",
                completed: self.some_time(&person, "q1"),
                underway: 0,
                late: false,
                rest,
                permissions,
                email: address.then_some(email.as_str()),
            };
            let [first, last] = window(person.unit, "q1");
            let at = |day: &str, hours| Visit { completed: hours_into(day, hours), ..visit.clone() };
            match number {
                cast::BEFORE_THE_WINDOW => {
                    refused(&self.office.visit(&person, &at(first, -1)), "not-yet");
                    received(&self.office.visit(&person, &visit));
                }
                cast::IN_THE_GRACE => {
                    received(&self.office.visit(&person, &Visit { underway: 24, late: true, ..at(last, 22) }));
                }
                cast::AFTER_THE_GRACE => {
                    refused(&self.office.visit(&person, &Visit { underway: 75, ..at(last, 22) }), "expired");
                }
                cast::COMPLETED_TOO_LATE => {
                    refused(&self.office.visit(&person, &Visit { underway: 2, ..at(last, 25) }), "expired");
                }
                cast::TWO_DEVICES => {
                    received(&self.office.visit(&person, &visit));
                    let second = Person { pseudonym: uuid(&mut self.office.random), ..person.clone() };
                    received(&self.office.visit(&second, &visit));
                    self.second = Some(second);
                }
                cast::SHUT_OUT_UNTIL_PROLONGED => {
                    refused(&self.office.visit(&person, &at("2020-05-02", 9)), "expired");
                    self.two_windows_are_prolonged();
                    received(&self.office.visit(&person, &at("2020-05-02", 9)));
                }
                cast::IN_PROLONGED_WINDOW => received(&self.office.visit(&person, &at(PROLONGED.1, 20))),
                cast::IN_PROLONGED_GRACE => {
                    received(&self.office.visit(&person, &Visit { underway: 48, late: true, ..at(PROLONGED.1, 20) }));
                }
                _ => received(&self.office.visit(&person, &visit)),
            }
            if cast::COLLEAGUES.contains(&number) {
                at_one_computer.push(person);
            }
        }
        let [one, other] = at_one_computer.as_slice() else { panic!("two colleagues") };
        assert_eq!(one.unit, other.unit);
        assert_ne!(one.pseudonym, other.pseudonym, "the page forgets the one before the other begins");
        self.paper_is_keyed_in();
    }

    /// By the links that hang on walls already.
    fn two_windows_are_prolonged(&self) {
        let (units, until) = PROLONGED;
        for unit in units {
            let told = self.office.units(&["prolong", "--unit", unit, "--wave", "q1", "--until", until]);
            assert_eq!(told, format!("q1 open until {until}: {unit}\n"));
        }
    }

    fn paper_is_keyed_in(&mut self) {
        let person = self.staff[cast::ON_PAPER].clone();
        let links = self.unit_links("q1-paper", &[person.unit], &["--mode", "paper"]);
        let [_, last] = window(person.unit, "q1");
        let visit = Visit {
            wave: "q1",
            bearer: token(&links[0]),
            second_bearer: None,
            mode: "paper",
            completed: hours_into(last, 24 * 30),
            underway: 0,
            late: false,
            rest: true,
            permissions: [false, true],
            email: Some("person-17@post.example"),
        };
        received(&self.office.visit(&person, &visit));
    }

    /// What is entered to try the study out, long before, and by a pilot in the window, is kept and counts for nothing.
    pub(super) fn tried_out(&mut self) {
        for (mode, day) in [("test", "2020-01-12"), ("pilot", "2020-01-22")] {
            let links = self.unit_links(&format!("q1-{mode}"), &["u01"], &["--mode", mode]);
            let somebody =
                Person { unit: "u01", language: "nb", pseudonym: format!("{mode}-{}", uuid(&mut self.office.random)) };
            let visit = Visit {
                wave: "q1",
                bearer: token(&links[0]),
                second_bearer: None,
                mode,
                completed: hours_into(day, 9),
                underway: 0,
                late: false,
                rest: true,
                permissions: [true, true],
                email: Some("nobody@post.example"),
            };
            received(&self.office.visit(&somebody, &visit));
            assert_eq!(self.office.sent.iter().filter(|sent| sent.mode == mode).count(), 0);
        }
        assert_eq!(self.office.apart.len(), 8);
    }
}
