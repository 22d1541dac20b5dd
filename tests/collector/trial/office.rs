//! The office that runs the trial, with the real commands, and the collector that it runs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use svar::{
    study::PublicKey,
    submission::seal::Routing,
    tools::{
        invitations, jose,
        jose::PrivateKey,
        running::{self, command::Told},
        studies::StudyFolder,
        units,
    },
};

use super::{
    calendar::{seconds, written},
    paper::{Entered, Paper, Sheet},
    person::{Filled, Known, uuid},
};
use crate::{
    client::Reply,
    server::{Folder, Server, deliver, fixture},
    units::random::Random,
};

/// A row of a table, by column.
pub(super) type Row = BTreeMap<String, String>;

/// Something that the collector took, as the one who sent it knows it.
pub(super) struct Sent {
    pub(super) uuid: String,
    pub(super) pseudonym: String,
    pub(super) wave: String,
    pub(super) part: &'static str,
    pub(super) file: String,
    pub(super) unit: String,
    pub(super) language: &'static str,
    pub(super) mode: &'static str,
    pub(super) received: String,
    pub(super) late: bool,
    pub(super) sheet: Sheet,
}

/// Somebody on the staff of a unit.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) unit: &'static str,
    pub(super) language: &'static str,
    /// What the device, or the invitation, calls them.
    pub(super) pseudonym: String,
}

/// One time that somebody sits down to answer a wave.
#[derive(Clone)]
pub(super) struct Visit<'a> {
    pub(super) wave: &'a str,
    pub(super) bearer: &'a str,
    /// Another link or code for the second part.
    pub(super) second_bearer: Option<&'a str>,
    pub(super) mode: &'static str,
    pub(super) completed: Timestamp,
    /// Hours on the way.
    pub(super) underway: i64,
    pub(super) late: bool,
    pub(super) rest: bool,
    /// To sick leave, and to health care.
    pub(super) permissions: [bool; 2],
    /// An address, if one is given.
    pub(super) email: Option<&'a str>,
}

pub(super) struct Office {
    pub(super) server: Server,
    pub(super) desk: Folder,
    pub(super) random: Random,
    pub(super) papers: BTreeMap<String, Paper>,
    study: StudyFolder,
    key: PublicKey,
    /// What counts, in the order in which it came.
    pub(super) sent: Vec<Sent>,
    /// What came by links of tests and pilots.
    pub(super) apart: Vec<Sent>,
    /// What went to the other endpoint.
    pub(super) contacts: Vec<Sent>,
}

pub(super) fn study() -> PathBuf {
    fixture("studies/health-at-work")
}

pub(super) fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

pub(super) fn rows(file: &Path) -> Vec<Row> {
    let reader = csv::Reader::from_path(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    reader.into_deserialize().map(|row| row.expect("a row")).collect()
}

/// What a browser finds behind the `#` of a link.
pub(super) fn token(row: &Row) -> &str {
    row["link"].split_once('#').expect("a fragment").1
}

impl Office {
    pub(super) fn open() -> Office {
        let key = fs::read_to_string(study().join("demonstration-keys/demonstration-contact-1.jwk.json"));
        Office {
            server: Server::start(),
            desk: Folder::new(),
            random: Random::start(),
            papers: BTreeMap::new(),
            study: StudyFolder::load(&study()).expect("the study"),
            key: PrivateKey::read(&key.expect("a key")).expect("a key").public(),
            sent: Vec::new(),
            apart: Vec::new(),
            contacts: Vec::new(),
        }
    }

    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let file = self.desk.path().join(name);
        fs::write(&file, text).expect("to write");
        file.display().to_string()
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.desk.path().join(name).display().to_string()
    }

    /// `--study` and `--data`, as every command has them, and more.
    pub(super) fn line(&self, more: &[&str]) -> Vec<String> {
        let data = self.server.data.path().display().to_string();
        [words(&["--study", &study().display().to_string(), "--data", &data]), words(more)].concat()
    }

    pub(super) fn units(&self, more: &[&str]) -> String {
        units::command::run(&self.line(more)).expect("svar units").report
    }

    /// `svar invite`; what it says, and the rows of the mail merge.
    pub(super) fn invite(
        &self,
        wave: &str,
        whose: [&str; 2],
        out: &str,
        now: Timestamp,
        more: &[&str],
    ) -> (String, Vec<Row>) {
        let folder = self.path(out);
        let [kind, table] = whose;
        let mut line =
            self.line(&["--wave", wave, kind, table, "--base-url", "https://svar.example/", "--out", &folder]);
        line.extend(words(more));
        let said = invitations::command::run(&line, now).unwrap_or_else(|error| panic!("{out}: {error}"));
        (said, rows(&Path::new(&folder).join("invitations.csv")))
    }

    pub(super) fn withdraw(&self, more: &[&str]) -> Told {
        let told = running::command::withdraw(&self.line(more)).expect("svar withdraw");
        assert!(told.unfinished.is_none(), "{:?}", told.unfinished);
        told
    }

    fn paper(&mut self, file: &str) {
        if !self.papers.contains_key(file) {
            self.papers.insert(file.to_owned(), Paper::read(&study(), file));
        }
    }

    /// Somebody answers a wave. Whatever is received is noted; what the collector says to each part is returned.
    pub(super) fn visit(&mut self, person: &Person, visit: &Visit<'_>) -> Vec<Reply> {
        let first = visit.wave == "q1";
        let mut replies = Vec::new();
        let mut minutes = 0;
        if first {
            replies.push(self.consent(person, visit));
            if let Some(email) = visit.email {
                replies.push(self.contact(person, visit, email));
            }
        }
        let mut before: Option<(String, Filled)> = None;
        for (part, bearer) in [("core", visit.bearer), ("rest", visit.second_bearer.unwrap_or(visit.bearer))] {
            if part == "rest" && !visit.rest {
                break;
            }
            let file = format!("{}-{part}.json", visit.wave);
            let mut filled = self.begin(&file, person, visit);
            if let Some((known, before)) = &before {
                filled = filled.carried_from(before, &self.papers[known], &self.papers[&file]);
            }
            filled.answer_all(&self.papers[&file], &mut self.random);
            minutes += 12;
            replies.push(self.send(person, visit, part, &file, &filled, bearer, minutes));
            before = Some((file, filled));
        }
        replies
    }

    fn begin(&mut self, file: &str, person: &Person, visit: &Visit<'_>) -> Filled {
        self.paper(file);
        let form = self.study.questionnaire(file).expect("a questionnaire").form.clone();
        Filled::begin(&form, &Known { wave: visit.wave, unit: person.unit, language: person.language })
    }

    fn consent(&mut self, person: &Person, visit: &Visit<'_>) -> Reply {
        let mut filled = self.begin("consent.json", person, visit);
        let paper = &self.papers["consent.json"];
        filled.enter(paper, "consent.taking-part", Entered::Yes(true));
        // An empty box is a no; who has ticked it and taken the tick away has said so.
        for (box_, yes) in ["consent.absence-data", "consent.health-care-data"].into_iter().zip(visit.permissions) {
            if yes || self.random.chance(50) {
                filled.enter(paper, box_, Entered::Yes(yes));
            }
        }
        self.send(person, visit, "consent", "consent.json", &filled, visit.bearer, 0)
    }

    fn contact(&mut self, person: &Person, visit: &Visit<'_>, email: &str) -> Reply {
        let file = if visit.permissions.contains(&true) { "contact-identity.json" } else { "contact.json" };
        let mut filled = self.begin(file, person, visit);
        filled.enter(&self.papers[file], "contact.email", Entered::Words(email.to_owned()));
        self.send(person, visit, "contact", file, &filled, visit.bearer, 3)
    }

    #[allow(clippy::too_many_arguments, reason = "what a widget has at hand when it sends")]
    fn send(
        &mut self,
        person: &Person,
        visit: &Visit<'_>,
        part: &'static str,
        file: &str,
        filled: &Filled,
        bearer: &str,
        minutes: i64,
    ) -> Reply {
        let uuid = uuid(&mut self.random);
        let completed = visit.completed + SignedDuration::from_mins(minutes);
        let arrives = completed + SignedDuration::from_hours(visit.underway);
        self.server.is_now(seconds(arrives));
        let authored = written(completed);
        let plain = filled.body(&uuid, &person.pseudonym, &authored);
        let reply = if part == "contact" {
            let routing = Routing {
                study: "health-at-work".to_owned(),
                wave: visit.wave.to_owned(),
                questionnaire: self.papers[file].canonical.clone(),
                uuid: uuid.clone(),
                authored,
            };
            let ephemeral = PrivateKey::of("", &[7; 32]).expect("a key");
            let nonce = std::array::from_fn(|_| u8::try_from(self.random.below(256)).expect("a byte"));
            let sealed = jose::seal(&self.key, &routing, &plain, &ephemeral, nonce).expect("to seal");
            let mut request = deliver(bearer, &uuid, sealed).with("Content-Type", "application/jose");
            request.path = "/contact/QuestionnaireResponse".into();
            request.send(self.server.address)
        } else {
            deliver(bearer, &uuid, plain).send(self.server.address)
        };
        if reply.status == 201 {
            let sent = Sent {
                uuid,
                pseudonym: person.pseudonym.clone(),
                wave: visit.wave.to_owned(),
                part,
                file: file.to_owned(),
                unit: person.unit.to_owned(),
                language: person.language,
                mode: visit.mode,
                received: written(arrives),
                late: visit.late,
                sheet: filled.sheet.clone(),
            };
            match (visit.mode, part) {
                ("test" | "pilot", _) => self.apart.push(sent),
                (_, "contact") => self.contacts.push(sent),
                _ => self.sent.push(sent),
            }
        }
        reply
    }

    /// What somebody sent in a wave and counts.
    pub(super) fn of(&self, pseudonym: &str, wave: &str) -> Vec<&Sent> {
        self.sent.iter().filter(|sent| sent.pseudonym == pseudonym && sent.wave == wave).collect()
    }

    /// The person is forgotten, as the collector must have forgotten them.
    pub(super) fn forget(&mut self, pseudonym: &str) {
        self.sent.retain(|sent| sent.pseudonym != pseudonym);
        self.contacts.retain(|sent| sent.pseudonym != pseudonym);
    }
}

/// All were received.
pub(super) fn received(replies: &[Reply]) {
    for reply in replies {
        assert_eq!(reply.status, 201, "{reply:?}");
    }
}

/// None was received, all for the same reason.
pub(super) fn refused(replies: &[Reply], why: &str) {
    for reply in replies {
        let code = reply.json()["issue"][0]["details"]["coding"][0]["code"].clone();
        assert_eq!((reply.status, code.as_str()), (401, Some(why)), "{reply:?}");
    }
}
