//! Who withdraws, in each of the three ways, and what is left of them.

use std::fs;

use svar::tools::open;

use super::{
    Trial, cast,
    later::Contact,
    office::{Row, rows, study, words},
};

/// What the receipt shows.
fn reference(uuid: &str) -> String {
    let digits = uuid.replace('-', "").to_uppercase();
    format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..12])
}

impl Trial {
    /// The contact details, opened where their key is: of so many who have withdrawn nothing but the ids.
    pub(super) fn opened_contacts(&self, out: &str, withdrawn: usize) -> Vec<Row> {
        let (out, data) = (self.office.path(out), self.office.server.data.path().join("contact.sqlite"));
        let key = study().join("demonstration-keys/demonstration-contact-1.jwk.json");
        let studies = study().parent().expect("studies").display().to_string();
        let (key, data) = (key.display().to_string(), data.display().to_string());
        let line = words(&["--key", &key, "--studies", &studies, "--out", &out, &data]);
        let summary = open::command::run(&line).expect("svar open");
        let all = self.office.contacts.len();
        assert_eq!((summary.refused, summary.withdrawn, summary.opened), (0, withdrawn, all - withdrawn));
        let tables = fs::read_dir(&out).expect("tables").map(|file| file.expect("a file").path());
        let of_contact = tables.filter(|file| {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            name.contains("contact") && name.ends_with(".csv")
        });
        of_contact.flat_map(|file| rows(&file)).collect()
    }

    pub(super) fn some_withdraw_after_the_first_wave(&mut self) {
        // By the receipt of the second part: everything under the pseudonym goes, and what is sealed must be looked for.
        let person = self.staff[cast::WITHDRAWS_BY_REFERENCE].pseudonym.clone();
        let sent = self.office.of(&person, "q1");
        assert_eq!(sent.iter().map(|sent| sent.part).collect::<Vec<_>>(), ["consent", "core", "rest"]);
        let told = self.office.withdraw(&["--reference", &reference(&sent[2].uuid)]);
        assert!(told.report.contains("\ndeleted: 3\n"), "{}", told.report);
        assert!(told.report.contains(&format!("the pseudonym to look for there: {person}")), "{}", told.report);
        self.sealed_details_go_too(&person, "after-q1");
        self.office.forget(&person);

        // By the ids of all that somebody sent.
        let person = self.staff[cast::WITHDRAWS_BY_IDS].pseudonym.clone();
        let of_person = |sent: &&super::office::Sent| sent.pseudonym == person;
        let all = self.office.sent.iter().chain(&self.office.contacts).filter(of_person);
        let ids: String = all.map(|sent| format!("{}\n", sent.uuid)).collect();
        let file = self.office.file("ids.txt", &ids);
        let told = self.office.withdraw(&["--ids", &file]);
        assert!(told.report.contains("\ndeleted: 4\n"), "{}", told.report);
        self.office.forget(&person);
    }

    /// Whoever has the key opens, and gives back the ids that are listed: no more of the person than that.
    fn sealed_details_go_too(&self, person: &str, when: &str) {
        let out = format!("opened-{when}");
        let opened = self.opened_contacts(&out, 1);
        assert!(opened.iter().all(|row| row["pseudonym"] != person));
        let listed = rows(&self.office.desk.path().join(&out).join("withdrawn.csv"));
        let own = self.office.contacts.iter().find(|sent| sent.pseudonym == person).expect("contact details");
        assert_eq!(listed.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&own.uuid]);
        let ids = self.office.file(&format!("ids-{when}.txt"), &format!("{}\n", listed[0]["id"]));
        let told = self.office.withdraw(&["--ids", &ids]);
        assert!(told.report.contains("\ndeleted: 1\n"), "{}", told.report);
    }

    /// By the pseudonym, after two waves; and nobody who has withdrawn is invited again.
    pub(super) fn one_withdraws_after_the_second_wave(&mut self, contacts: Vec<Contact>) -> Vec<Contact> {
        let person = self.staff[cast::WITHDRAWS_BY_PSEUDONYM].pseudonym.clone();
        let count = self.office.of(&person, "q1").len() + self.office.of(&person, "q2").len();
        assert_eq!(count, 5);
        let told = self.office.withdraw(&["--pseudonym", &person, "--by", "kari"]);
        assert!(told.report.contains("\ndeleted: 5\n"), "{}", told.report);
        assert!(told.report.contains("\ninvitations revoked: 1\n"), "{}", told.report);
        self.sealed_details_go_too(&person, "after-q2");
        self.office.forget(&person);
        // The office's own list still has them: the command leaves them out.
        assert!(contacts.iter().any(|contact| contact.pseudonym == person));
        contacts
    }
}
