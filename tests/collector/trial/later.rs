//! The second and the third wave: personal links and codes, for whoever gave an address and for whoever was added.

use std::fmt::Write;

use jiff::Timestamp;
use svar::tools::{invitations::command::revoke, running};

use super::{
    Trial,
    calendar::{hours_into, window},
    cast,
    office::{Person, Row, Visit, received, refused, rows, token},
};

/// A row of `contacts.csv`.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    pub(super) pseudonym: String,
    unit: String,
    language: String,
    email: String,
}

fn row<'a>(rows: &'a [Row], pseudonym: &str) -> Option<&'a Row> {
    rows.iter().find(|row| row["pseudonym"] == pseudonym)
}

impl Trial {
    /// Whom to invite: from the opened contact details, and three whom the office added.
    pub(super) fn contacts_are_opened(&mut self) -> Vec<Contact> {
        let opened = self.opened_contacts("opened", 0);
        // Contact details say no language; the answers do, under the same pseudonym.
        let (_, out) = self.exported("tables-of-q1");
        let answers = rows(&out.join("wide.csv"));
        let language = |pseudonym: &str| row(&answers, pseudonym).expect("a consent")["language_q1"].clone();
        let mut contacts: Vec<Contact> = opened
            .iter()
            .map(|row| Contact {
                pseudonym: row["pseudonym"].clone(),
                unit: row["unit"].clone(),
                language: language(&row["pseudonym"]),
                email: row["contact.email"].clone(),
            })
            .collect();
        for contact in &contacts {
            let number: usize =
                contact.email["person-".len()..].split('@').next().and_then(|n| n.parse().ok()).expect("one");
            let person = &self.staff[number];
            let second = self.second.as_ref().map(|second| &second.pseudonym);
            assert!(person.pseudonym == contact.pseudonym || second == Some(&contact.pseudonym), "{contact:?}");
            assert_eq!((person.unit, person.language), (&*contact.unit, &*contact.language), "{contact:?}");
        }
        let gone = [cast::WITHDRAWS_BY_REFERENCE, cast::WITHDRAWS_BY_IDS, cast::NO_ADDRESS, cast::DECLINE[0]];
        for number in gone {
            assert!(contacts.iter().all(|contact| contact.pseudonym != self.staff[number].pseudonym), "{number}");
        }
        for number in cast::NEW_AT_Q2 {
            let person = &mut self.staff[number];
            person.pseudonym = format!("new-{number}");
            contacts.push(Contact {
                pseudonym: person.pseudonym.clone(),
                unit: person.unit.to_owned(),
                language: person.language.to_owned(),
                email: format!("person-{number}@post.example"),
            });
        }
        contacts
    }

    fn invited(
        &self,
        wave: &str,
        out: &str,
        contacts: &[Contact],
        now: Timestamp,
        more: &[&str],
    ) -> (String, Vec<Row>) {
        let mut table = "pseudonym,unit,email,language,last_day\n".to_owned();
        for Contact { pseudonym, unit, language, email } in contacts {
            let last = window(unit, wave)[1];
            writeln!(table, "{pseudonym},{unit},{email},{language},{last}").expect("to write");
        }
        let table = self.office.file(&format!("{out}.csv"), &table);
        self.office.invite(wave, ["--contacts", &table], out, now, more)
    }

    fn answers(&mut self, person: &Person, wave: &str, bearers: [&str; 2], rest: bool) {
        let completed = self.some_time(person, wave);
        received(&self.office.visit(person, &personal(wave, bearers, completed, rest)));
    }

    pub(super) fn second_wave(&mut self, contacts: &[Contact]) {
        let (_, invited) = self.invited("q2", "q2-people", contacts, hours_into("2021-04-20", 9), &[]);
        assert_eq!(invited.len(), contacts.len());
        let person = self.staff[cast::REVOKED_AT_Q2].clone();
        let data = self.office.server.data.path().display().to_string();
        let line = ["--data", &data, "--study", "health-at-work", "--wave", "q2", "--pseudonym", &person.pseudonym];
        assert_eq!(revoke(&line.map(str::to_owned), hours_into("2021-04-21", 9)), Ok(1));

        let (said, reminders) =
            self.invited("q2", "q2-reminder", contacts, hours_into("2021-05-06", 9), &["--reminder"]);
        assert_eq!(reminders.len(), contacts.len() - 1, "{said}");
        assert!(row(&reminders, &person.pseudonym).is_none());

        for (number, person) in self.staff.clone().into_iter().enumerate() {
            let Some(found) = row(&invited, &person.pseudonym).cloned() else { continue };
            let (link, code) = (token(&found), found["code"].as_str());
            match number {
                cast::REVOKED_AT_Q2 => {
                    let completed = self.some_time(&person, "q2");
                    for bearer in [link, code] {
                        let visit = personal("q2", [bearer, bearer], completed, true);
                        refused(&self.office.visit(&person, &visit), "revoked");
                    }
                }
                cast::ONLY_Q1_AND_Q3 => {}
                cast::BY_CODE => self.answers(&person, "q2", [code, code], true),
                cast::FIRST_BY_CODE_THEN_BY_LINK => self.answers(&person, "q2", [code, link], true),
                cast::REMINDED => {
                    let again = row(&reminders, &person.pseudonym).expect("a reminder");
                    assert_eq!(again["code"], found["code"], "the same invitation");
                    self.answers(&person, "q2", [token(again), token(again)], true);
                }
                cast::WITHDRAWS_BY_PSEUDONYM => self.answers(&person, "q2", [link, link], true),
                number if cast::NEW_AT_Q2.contains(&number) => {
                    assert!(self.office.of(&person.pseudonym, "q1").is_empty());
                    self.answers(&person, "q2", [link, link], number != cast::NEW_AT_Q2[0]);
                }
                _ if self.office.random.chance(75) => {
                    let bearer = if self.office.random.chance(20) { code } else { link };
                    let rest = self.office.random.chance(80);
                    self.answers(&person, "q2", [bearer, bearer], rest);
                }
                _ => {}
            }
        }
        self.missing_are_those_who_did_not_answer("q2", contacts, &[person.pseudonym]);
    }

    /// Exactly those with an invitation that stands, and with the parts that they have not sent.
    fn missing_are_those_who_did_not_answer(&self, wave: &str, contacts: &[Contact], without: &[String]) {
        let file = self.office.path(&format!("missing-{wave}.csv"));
        let told = running::command::status(&self.office.line(&["--wave", wave, "--missing", &file])).expect("a list");
        let mut listed: Vec<[String; 3]> = rows(file.as_ref())
            .iter()
            .map(|row| ["pseudonym", "unit", "missing"].map(|column| row[column].clone()))
            .collect();
        listed.sort();
        let mut expected: Vec<[String; 3]> = Vec::new();
        for contact in contacts.iter().filter(|contact| !without.contains(&contact.pseudonym)) {
            let sent: Vec<&str> = self.office.of(&contact.pseudonym, wave).iter().map(|sent| sent.part).collect();
            let missing: Vec<&str> = ["core", "rest"].into_iter().filter(|part| !sent.contains(part)).collect();
            if !missing.is_empty() {
                expected.push([contact.pseudonym.clone(), contact.unit.clone(), missing.join(" ")]);
            }
        }
        expected.sort();
        assert_eq!(listed, expected);
        assert!(told.report.starts_with(&format!("{} have not answered everything", expected.len())), "{told:?}");
        assert!(expected.iter().any(|[.., missing]| missing == "rest"), "somebody stopped after the first part");
    }

    pub(super) fn third_wave(&mut self, contacts: &[Contact]) {
        let (said, invited) = self.invited("q3", "q3-people", contacts, hours_into("2022-04-20", 9), &[]);
        let gone = &self.staff[cast::WITHDRAWS_BY_PSEUDONYM].pseudonym;
        assert_eq!(invited.len(), contacts.len() - 1, "{said}");
        assert!(row(&invited, gone).is_none() && said.contains("withdrawn"), "{said}");
        let gone = gone.clone();
        for (number, person) in self.staff.clone().into_iter().enumerate() {
            let Some(found) = row(&invited, &person.pseudonym).cloned() else { continue };
            let always = [cast::ONLY_Q1_AND_Q3, cast::REVOKED_AT_Q2, cast::NEW_AT_Q2[0]].contains(&number);
            if always || self.office.random.chance(75) {
                let link = token(&found);
                let rest = number != cast::NEW_AT_Q2[0] && (always || self.office.random.chance(80));
                self.answers(&person, "q3", [link, link], rest);
            }
        }
        let absent = &self.staff[cast::ONLY_Q1_AND_Q3].pseudonym;
        let parts = |wave| self.office.of(absent, wave).len();
        assert_eq!(["q1", "q2", "q3"].map(parts), [3, 0, 2]);
        self.missing_are_those_who_did_not_answer("q3", contacts, &[gone]);
    }
}

fn personal<'a>(wave: &'a str, bearers: [&'a str; 2], completed: Timestamp, rest: bool) -> Visit<'a> {
    Visit {
        wave,
        bearer: bearers[0],
        second_bearer: Some(bearers[1]),
        mode: "",
        completed,
        underway: 0,
        late: false,
        rest,
        permissions: [false, false],
        email: None,
    }
}
