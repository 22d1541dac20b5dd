//! Somebody who fills in a part: by the engine, as on a phone, while a diary notes what was entered.

use std::sync::Arc;

use svar::{
    questionnaire::{Filling, Form, ItemId},
    session::{
        Session,
        response::{Heading, completed},
    },
};

use super::paper::{Choice, Entered, Kind, Paper, Sheet};
use crate::units::random::Random;

/// What people write where they may write.
const WORDS: [&str; 5] = ["Blåbær og fløte", "=1+1", "-2", "to\tord, \"sitat\"", "+47"];

/// What the widget knows from the invitation and the page.
pub(super) struct Known<'a> {
    pub(super) wave: &'a str,
    pub(super) unit: &'a str,
    pub(super) language: &'a str,
}

/// A part that is being filled in, and what was noted.
pub(super) struct Filled {
    pub(super) session: Session,
    pub(super) sheet: Sheet,
}

impl Filled {
    pub(super) fn begin(form: &Arc<Form>, known: &Known<'_>) -> Filled {
        let mut session = Session::new(form.clone());
        for (filling, value) in [
            (Filling::Study, "health-at-work"),
            (Filling::Wave, known.wave),
            (Filling::Unit, known.unit),
            (Filling::Language, known.language),
        ] {
            session.fill(filling, value);
        }
        Filled { session, sheet: Sheet::new() }
    }

    /// Takes over from the part before what is asked for, in the diary as the diary has it.
    pub(super) fn carried_from(mut self, before: &Filled, paper_before: &Paper, paper: &Paper) -> Filled {
        before.session.carry_to(&mut self.session);
        for question in paper.questions.iter().filter(|question| question.filled) {
            if paper_before.questions.iter().all(|known| known.link_id != question.link_id || known.filled) {
                continue;
            }
            if let Some(answer) = paper_before.answer(&question.link_id, &before.sheet) {
                self.sheet.insert(question.link_id.clone(), answer);
            }
        }
        self
    }

    /// Goes through all pages, passes over a question now and then, and may think better of some at the end.
    pub(super) fn answer_all(&mut self, paper: &Paper, random: &mut Random) {
        let mut page = 0;
        // Both lists grow as branches open.
        while let Some(id) = self.session.pages().get(page).copied() {
            let mut asked = 0;
            while let Some(id) = self.session.questions(id).get(asked).copied() {
                if !random.chance(8) {
                    self.answer(paper, id, random);
                }
                asked += 1;
            }
            page += 1;
        }
        for _ in 0..random.below(4) {
            let asked: Vec<ItemId> =
                self.session.pages().into_iter().flat_map(|page| self.session.questions(page)).collect();
            let id = random.pick(&asked);
            if random.chance(30) {
                self.session.clear(id);
                self.sheet.remove(&self.session.form().item(id).link_id);
            } else {
                self.answer(paper, id, random);
            }
        }
        self.seen_as_meant(paper);
    }

    fn answer(&mut self, paper: &Paper, id: ItemId, random: &mut Random) {
        let link_id = self.session.form().item(id).link_id.clone();
        let answer = match &paper.question(&link_id).kind {
            Kind::YesNo { .. } => Entered::Yes(random.chance(50)),
            Kind::Whole { min, max } => {
                let room = u64::try_from(max - min + 1).expect("bounds in order");
                Entered::Number(min + i64::try_from(random.below(room)).expect("a number"))
            }
            Kind::Words { max } => Entered::Words(random.pick(&WORDS).chars().take(*max).collect()),
            Kind::Options { several, options } => Entered::Codes(picked(*several, options, random)),
        };
        self.enter(paper, &link_id, answer);
    }

    /// Enters this answer, whatever was there, and notes it.
    pub(super) fn enter(&mut self, paper: &Paper, link_id: &str, answer: Entered) {
        let session = &mut self.session;
        let id = session.form().find(link_id).unwrap_or_else(|| panic!("no question {link_id}"));
        session.clear(id);
        match &answer {
            Entered::Yes(yes) => drop(session.say(id, *yes)),
            Entered::Number(number) => drop(session.type_in(id, &number.to_string())),
            Entered::Words(words) => drop(session.type_in(id, words)),
            Entered::Codes(codes) => {
                let Kind::Options { options, .. } = &paper.question(link_id).kind else { panic!("{link_id}") };
                for code in codes {
                    let place = options.iter().position(|option| option.code == *code).expect("an option");
                    session.choose(id, u16::try_from(place).expect("a place"));
                }
            }
        }
        self.sheet.insert(link_id.to_owned(), answer);
    }

    /// What the engine shows is what the questionnaire means to be shown.
    fn seen_as_meant(&self, paper: &Paper) {
        for question in &paper.questions {
            let id = self.session.form().find(&question.link_id).expect("a question");
            assert_eq!(
                self.session.shown(id),
                paper.shown(question, &self.sheet),
                "{}: {} is shown, or not, against its conditions: {:?}",
                paper.canonical,
                question.link_id,
                self.sheet
            );
        }
    }

    pub(super) fn body(&self, uuid: &str, pseudonym: &str, authored: &str) -> Vec<u8> {
        let heading = Heading { uuid: uuid.to_owned(), pseudonym: pseudonym.to_owned(), authored: authored.to_owned() };
        completed(&self.session, &heading).to_bytes()
    }
}

fn picked(several: bool, options: &[Choice], random: &mut Random) -> Vec<String> {
    let any = |random: &mut Random| {
        let place = random.below(u64::try_from(options.len()).expect("a length"));
        &options[usize::try_from(place).expect("a place")]
    };
    let first = any(random);
    let mut codes = vec![first.code.clone()];
    if several && !first.exclusive {
        for _ in 0..random.below(3) {
            let more = any(random);
            if !more.exclusive && !codes.contains(&more.code) {
                codes.push(more.code.clone());
            }
        }
    }
    codes
}

/// A random id, as browsers make them (RFC 9562, version 4).
pub(super) fn uuid(random: &mut Random) -> String {
    let part = |random: &mut Random, bits: u32| random.below(1 << bits);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        part(random, 32),
        part(random, 16),
        part(random, 12),
        part(random, 12),
        part(random, 48)
    )
}
