//! `svar status` against what was sent: the number, or that it is under five.

use svar::tools::running;

use super::{
    Trial,
    calendar::{UNITS, WAVES},
};

impl Trial {
    pub(super) fn counts_are_true(&self) {
        let told = running::command::status(&self.office.line(&[])).expect("svar status").report;
        let mut hidden = 0;
        for wave in WAVES {
            let block = told.split(&format!("\nwave {wave}\n\n")).nth(1).expect("the wave");
            let table: Vec<Vec<&str>> = block
                .split("\n\n")
                .next()
                .expect("a table")
                .lines()
                .map(|line| line.split_whitespace().collect())
                .collect();
            let parts = &table[0][1..];
            let expected: &[&str] =
                if wave == "q1" { &["consent", "contact", "core", "rest"] } else { &["core", "rest"] };
            assert_eq!(parts, expected, "{told}");
            let mut sums = vec![0; parts.len()];
            for unit in &UNITS {
                let row =
                    table.iter().find(|row| row[0] == unit.id).unwrap_or_else(|| panic!("no {}:\n{told}", unit.id));
                for (place, part) in parts.iter().enumerate() {
                    let all = self.office.sent.iter().chain(&self.office.contacts);
                    let here =
                        |sent: &&super::office::Sent| sent.wave == wave && sent.unit == unit.id && sent.part == *part;
                    let count = all.filter(here).count();
                    let number = if count < 5 { "<5".to_owned() } else { count.to_string() };
                    assert_eq!(row[place + 1], number, "{} in {wave}, {part}:\n{told}", unit.id);
                    if count < 5 {
                        hidden += 1;
                    } else {
                        sums[place] += count;
                    }
                }
            }
            let sums: Vec<String> = sums.iter().map(usize::to_string).collect();
            let row = table.iter().find(|row| row.starts_with(&["sum"])).expect("sums");
            assert_eq!(&row[row.len() - parts.len()..], sums, "{told}");
        }
        assert!(hidden > 0, "the last unit is small:\n{told}");
        for apart in ["test answers, kept apart: <5", "pilot answers, kept apart: <5", "people who have withdrawn: <5"]
        {
            assert!(told.contains(apart), "{told}");
        }
    }
}
