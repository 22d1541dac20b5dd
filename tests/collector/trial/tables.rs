//! `svar export` and `svar codebook`: every cell against what was entered.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use svar::tools::{codebook, export, open::Summary};

use super::{
    Trial,
    calendar::WAVES,
    cast,
    office::{Row, Sent, rows, study, words},
    paper::{Choice, Entered, Kind, Paper, Question},
};
use crate::export::judged;

/// What stands in a cell, and in the long table beside it.
struct Cell {
    value: String,
    code: String,
    label: Option<String>,
}

fn cell(value: impl ToString, code: &str) -> Cell {
    Cell { value: value.to_string(), code: code.to_owned(), label: None }
}

/// Whether choosing it says that there is no answer; as `docs/export.md` has it.
fn no_answer(option: &Choice) -> Option<i64> {
    match option.code.as_str() {
        "prefer-not-to-say" | "declined" => Some(-3),
        "not-applicable" | "does-not-apply" => Some(-4),
        _ => None,
    }
}

fn distinct(numbers: Option<Vec<i64>>) -> Option<Vec<i64>> {
    numbers.filter(|numbers| numbers.iter().collect::<BTreeSet<_>>().len() == numbers.len())
}

/// The number of an option where one may be chosen.
fn number(options: &[Choice], code: &str) -> i64 {
    let chosen = options.iter().find(|option| option.code == code).expect("an option");
    if let Some(why) = no_answer(chosen) {
        return why;
    }
    let answers: Vec<&Choice> = options.iter().filter(|option| no_answer(option).is_none()).collect();
    let points = distinct(answers.iter().map(|option| option.points).collect());
    let numbers = points.or_else(|| distinct(answers.iter().map(|option| option.code.parse().ok()).collect()));
    let place = answers.iter().position(|option| option.code == code).expect("an answer");
    numbers.map_or_else(|| i64::try_from(place).expect("a place") + 1, |numbers| numbers[place])
}

/// Text that no spreadsheet takes for a formula, on one line.
fn harmless(words: &str) -> String {
    let words = words.replace(['\n', '\t'], " ");
    if words.starts_with(['=', '+', '-', '@']) { format!("'{words}") } else { words }
}

/// What a person's answer comes to; `option` where several may be chosen.
fn expected(paper: &Paper, question: &Question, option: &str, sent: &Sent) -> Cell {
    if !paper.shown(question, &sent.sheet) {
        return cell(-1, "");
    }
    match (paper.answer(&question.link_id, &sent.sheet), &question.kind) {
        (None, _) => cell(-2, ""),
        (Some(Entered::Yes(yes)), _) => cell(i64::from(yes), ""),
        (Some(Entered::Number(number)), _) => cell(number, ""),
        (Some(Entered::Words(words)), _) => cell(harmless(&words), ""),
        (Some(Entered::Codes(codes)), Kind::Options { several: false, options }) => {
            let chosen = options.iter().find(|option| option.code == codes[0]).expect("an option");
            let label = Some(chosen.label.clone()).filter(|_| no_answer(chosen).is_none());
            Cell { label, ..cell(number(options, &codes[0]), &codes[0]) }
        }
        (Some(Entered::Codes(codes)), Kind::Options { options, .. }) => {
            let refusal = options.iter().filter(|option| codes.contains(&option.code)).find_map(no_answer);
            match refusal {
                _ if codes.iter().any(|code| code == option) => cell(1, option),
                Some(why) => cell(why, ""),
                None => cell(0, option),
            }
        }
        (Some(Entered::Codes(codes)), kind) => panic!("{codes:?} to {kind:?}"),
    }
}

/// Scores made here again: name, part, and the questions that are added up.
const SCORES: [(&str, &str, &[&str]); 2] = [
    (
        "shc_musculoskeletal",
        "core",
        &[
            "complaints.headache",
            "complaints.migraine",
            "complaints.neck",
            "complaints.shoulder",
            "complaints.upper-back",
            "complaints.low-back",
            "complaints.arm",
            "complaints.leg",
        ],
    ),
    (
        "coping_sum",
        "rest",
        &["coping.knowing", "coping.working", "coping.adapting", "coping.speaking-up", "coping.staying"],
    ),
];

/// The others, by the way their names begin.
const OTHER_SCORES: [&str; 8] = ["life_", "health_today_", "eq5d_", "shc_", "health_anxiety_", "work_", "coping_", "x"];

fn points(paper: &Paper, link_id: &str, sent: &Sent) -> Option<i64> {
    let Some(Entered::Codes(codes)) = paper.answer(link_id, &sent.sheet) else { return None };
    let Kind::Options { options, .. } = &paper.question(link_id).kind else { return None };
    options.iter().find(|option| option.code == codes[0])?.points
}

impl Trial {
    fn paper_of(&self, sent: &Sent) -> &Paper {
        &self.office.papers[&sent.file]
    }

    /// `svar export`, into a folder of this name.
    pub(super) fn exported(&self, name: &str) -> (Summary, PathBuf) {
        let database = self.office.server.data.path().join("collector.sqlite").display().to_string();
        let (study, out) = (study().display().to_string(), self.office.path(name));
        let line = words(&["--study", &study, "--out", &out, &database]);
        (export::command::run(&line).expect("svar export"), PathBuf::from(out))
    }

    pub(super) fn tables_are_what_was_entered(&self) {
        let book = self.office.path("codebook");
        codebook::command::run(&words(&[&study().display().to_string(), "--out", &book])).expect("svar codebook");
        let (summary, out) = self.exported("tables");
        assert_eq!((summary.opened, summary.refused, summary.withdrawn), (self.office.sent.len(), 0, 0));
        let codebook = rows(&Path::new(&book).join("codebook.csv"));
        self.long(&codebook, &rows(&out.join("long.csv")));
        self.wide(&codebook, &rows(&out.join("wide.csv")));
        self.submissions(&rows(&out.join("submissions.csv")));
        self.gone(&out);
        judged(&out, "q1,q2,q3");
    }

    fn long(&self, codebook: &[Row], long: &[Row]) {
        let mut found: BTreeMap<[&str; 4], &Row> = BTreeMap::new();
        for row in long {
            let key = ["pseudonym", "wave", "link_id", "variable"].map(|column| row[column].as_str());
            assert!(found.insert(key, row).is_none(), "{key:?} twice");
        }
        for sent in &self.office.sent {
            let paper = self.paper_of(sent);
            for variable in codebook.iter().filter(|row| row["wave"] == sent.wave && row["part"] == sent.part) {
                let question = paper.question(&variable["link_id"]);
                let cell = expected(paper, question, &variable["option"], sent);
                let key = [&*sent.pseudonym, &*sent.wave, &*question.link_id, &*variable["variable"]];
                let Some(row) = found.remove(&key) else {
                    assert_eq!(cell.value, "-1", "{key:?} is not there");
                    continue;
                };
                let told = ["value", "code", "part", "unit", "mode"].map(|column| row[column].as_str());
                assert_eq!(told, [&*cell.value, &*cell.code, sent.part, &*sent.unit, sent.mode], "{key:?}");
                if let Some(label) = cell.label {
                    assert_eq!(row["label"], label, "{key:?}");
                }
            }
        }
        assert!(found.is_empty(), "rows of nothing that was entered: {found:?}");
    }

    fn wide(&self, codebook: &[Row], wide: &[Row]) {
        let people: BTreeSet<&str> = self.office.sent.iter().map(|sent| &*sent.pseudonym).collect();
        let found: Vec<&str> = wide.iter().map(|row| &*row["pseudonym"]).collect();
        assert_eq!(found, people.into_iter().collect::<Vec<_>>(), "one row for each person");
        for row in wide {
            let mut left: BTreeSet<&str> = row.keys().map(String::as_str).filter(|name| *name != "pseudonym").collect();
            let mut is = |column: &str, value: &str| {
                assert_eq!(row.get(column).map(String::as_str), Some(value), "{column} of {}", row["pseudonym"]);
                left.remove(column);
            };
            for wave in WAVES {
                let sent = self.office.of(&row["pseudonym"], wave);
                let last = sent.last();
                let parts: Vec<&str> = sent.iter().map(|sent| sent.part).collect();
                let flag = |flag: bool| if sent.is_empty() { "" } else { ["0", "1"][usize::from(flag)] };
                is(&format!("parts_{wave}"), &parts.join(" "));
                is(&format!("received_{wave}"), last.map_or("", |sent| &sent.received));
                is(&format!("unit_{wave}"), last.map_or("", |sent| &sent.unit));
                is(&format!("variant_{wave}"), "");
                is(&format!("language_{wave}"), last.map_or("", |sent| sent.language));
                is(&format!("mode_{wave}"), last.map_or("", |sent| sent.mode));
                is(&format!("late_{wave}"), flag(sent.iter().any(|sent| sent.late)));
                is(&format!("repeated_{wave}"), flag(false));
                for variable in codebook.iter().filter(|variable| variable["wave"] == wave) {
                    let part = sent.iter().find(|sent| sent.part == variable["part"]);
                    let value = part.map_or(String::new(), |sent| {
                        let paper = self.paper_of(sent);
                        expected(paper, paper.question(&variable["link_id"]), &variable["option"], sent).value
                    });
                    is(&variable["column"], &value);
                }
                for (name, part, items) in SCORES {
                    let part = sent.iter().find(|sent| sent.part == part);
                    let of = |sent: &&Sent| -> Option<i64> {
                        items.iter().map(|item| points(self.paper_of(sent), item, sent)).sum()
                    };
                    is(
                        &format!("{name}_{wave}"),
                        &part.copied().as_ref().and_then(of).map_or(String::new(), |sum| sum.to_string()),
                    );
                }
            }
            let strange = left.iter().find(|name| !OTHER_SCORES.iter().any(|score| name.starts_with(score)));
            assert_eq!(strange, None, "a column of nothing that was asked");
        }
        self.joined(wide);
    }

    /// The same person in all waves, by the pseudonym alone.
    fn joined(&self, wide: &[Row]) {
        let waves = |pseudonym: &str| WAVES.map(|wave| !self.office.of(pseudonym, wave).is_empty());
        let of = |number: usize| {
            let pseudonym = &self.staff[number].pseudonym;
            let row = wide.iter().find(|row| row["pseudonym"] == *pseudonym);
            row.map(|row| WAVES.map(|wave| !row[&format!("parts_{wave}")].is_empty()))
        };
        for row in wide {
            assert_eq!(WAVES.map(|wave| !row[&format!("parts_{wave}")].is_empty()), waves(&row["pseudonym"]));
        }
        assert_eq!(of(cast::ONLY_Q1_AND_Q3), Some([true, false, true]));
        assert_eq!(of(cast::REVOKED_AT_Q2), Some([true, false, true]));
        assert_eq!(of(cast::NEW_AT_Q2[0]).map(|[q1, q2, _]| [q1, q2]), Some([false, true]));
        for number in cast::COLLEAGUES {
            assert!(of(number).is_some(), "each in a row of their own");
        }
        let second = self.second.as_ref().expect("two devices");
        let alike = [&self.staff[cast::TWO_DEVICES], second]
            .map(|person| wide.iter().filter(|row| row["pseudonym"] == person.pseudonym).count());
        assert_eq!(alike, [1, 1], "a person with two devices is two in the tables");
        let row =
            |number: usize| wide.iter().find(|row| row["pseudonym"] == self.staff[number].pseudonym).expect("a row");
        let permitted =
            |number| [&*row(number)["consent_absence_data_q1"], &*row(number)["consent_health_care_data_q1"]];
        assert_eq!(permitted(cast::NO_PERMISSION), ["0", "0"]);
        assert_eq!(permitted(cast::ONE_PERMISSION), ["1", "0"]);
        assert_eq!(row(cast::ON_PAPER)["mode_q1"], "paper");
        assert_eq!(row(cast::CORE_ONLY[0])["parts_q1"], "consent core");
        for number in [cast::IN_THE_GRACE, cast::IN_PROLONGED_GRACE] {
            assert_eq!(row(number)["late_q1"], "1");
        }
        assert_eq!(row(cast::SHUT_OUT_UNTIL_PROLONGED)["late_q1"], "0");
    }

    fn submissions(&self, submissions: &[Row]) {
        let found: BTreeMap<&str, &Row> = submissions.iter().map(|row| (&*row["id"], row)).collect();
        assert_eq!((found.len(), submissions.len()), (self.office.sent.len(), self.office.sent.len()));
        for sent in &self.office.sent {
            let row = found[&*sent.uuid];
            let told = ["pseudonym", "wave", "part", "unit", "mode", "late", "received_at", "in_tables"];
            let late = ["0", "1"][usize::from(sent.late)];
            assert_eq!(
                told.map(|column| &*row[column]),
                [&sent.pseudonym, &sent.wave, sent.part, &sent.unit, sent.mode, late, &sent.received, "1"]
            );
        }
    }

    /// Who withdrew, who was refused or declined, and what was a test is nowhere.
    fn gone(&self, out: &Path) {
        let withdrawn = [cast::WITHDRAWS_BY_REFERENCE, cast::WITHDRAWS_BY_PSEUDONYM, cast::WITHDRAWS_BY_IDS];
        let refused = [cast::AFTER_THE_GRACE, cast::COMPLETED_TOO_LATE];
        let absent = withdrawn.into_iter().chain(refused).chain(cast::DECLINE);
        let mut nowhere: Vec<&str> = absent.map(|number| &*self.staff[number].pseudonym).collect();
        nowhere.extend(self.office.apart.iter().map(|sent| &*sent.pseudonym));
        for file in fs::read_dir(out).expect("files") {
            let file = file.expect("a file").path();
            let text = fs::read_to_string(&file).expect("text");
            for pseudonym in &nowhere {
                assert!(!text.contains(pseudonym), "{pseudonym} in {}", file.display());
            }
        }
        for (database, count) in
            [("collector.sqlite", self.office.sent.len()), ("contact.sqlite", self.office.contacts.len())]
        {
            let database = self.office.server.database_of(database);
            let found = database.query_row("SELECT count(*) FROM submission", [], |row| row.get::<_, i64>(0));
            assert_eq!(found.map(usize::try_from), Ok(Ok(count)));
        }
    }
}
