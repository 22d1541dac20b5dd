//! Who answered what, over all waves.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    questionnaire::Filling,
    study::CONTACT,
    tools::{
        codebook::Dictionary,
        jose::PrivateKey,
        open::{
            Received, Source, Summary,
            examine::{Good, Outcome, examine, filled},
        },
        studies::StudyFolder,
    },
};

/// Why contact details are in no table.
const APART: &str = "expected answers, found contact details, which are opened apart from them (svar open)";

/// A submission with where it came from.
#[derive(Debug)]
pub(super) struct Answered<'a> {
    pub(super) source: &'a Source,
    pub(super) good: Box<Good<'a>>,
    /// When it was received; when it was completed where nobody says.
    when: Option<Timestamp>,
    /// The same person sent another one for this part, before or after.
    pub(super) repeated: bool,
    /// It is the one in the tables: the last received.
    pub(super) counts: bool,
}

impl Answered<'_> {
    /// Which part of the study it is, in the order in which they are asked.
    pub(super) fn place(&self, dictionary: &Dictionary) -> Option<usize> {
        let of = (&self.good.wave, &self.good.part);
        dictionary.parts.iter().position(|(wave, part)| of == (wave, part))
    }

    pub(super) fn unit(&self) -> String {
        let known = Some(self.source.unit.clone()).filter(|unit| !unit.is_empty());
        known.or_else(|| filled(&self.good.session, Filling::Unit)).unwrap_or_default()
    }
}

/// A submission that is in no table.
#[derive(Debug)]
pub(super) struct Left<'a> {
    pub(super) source: &'a Source,
    /// Its id, where it is known.
    pub(super) id: String,
    /// Why; empty where the person has withdrawn.
    pub(super) why: String,
}

/// What was found in the inputs.
#[derive(Debug, Default)]
pub(super) struct Gathered<'a> {
    /// In the order in which they were received.
    pub(super) answered: Vec<Answered<'a>>,
    pub(super) refused: Vec<Left<'a>>,
    pub(super) withdrawn: Vec<Left<'a>>,
    pub(super) summary: Summary,
}

impl<'a> Gathered<'a> {
    pub(super) fn of(studies: &'a [StudyFolder], keys: &[PrivateKey], received: &'a Received) -> Gathered<'a> {
        let mut gathered = Gathered::default();
        for source in &received.sources {
            match examine(keys, studies, &received.withdrawn, source) {
                Outcome::Good(good) if studies.iter().all(|folder| folder.study.id != good.study) => {
                    gathered.summary.skipped = gathered.summary.skipped.saturating_add(1);
                }
                Outcome::Good(good) if good.part == CONTACT => {
                    let id = good.response.uuid().unwrap_or("").to_owned();
                    gathered.refused.push(Left { source, id, why: APART.to_owned() });
                }
                Outcome::Good(good) => {
                    let written = [source.received_at.as_str(), good.response.authored()];
                    let when = written.into_iter().find_map(|when| when.parse().ok());
                    gathered.answered.push(Answered { source, good, when, repeated: false, counts: false });
                }
                Outcome::Withdrawn { id, .. } => {
                    gathered.withdrawn.push(Left { source, id, why: String::new() });
                }
                Outcome::Refused(why) => {
                    gathered.refused.push(Left { source, id: source.id.clone(), why: why.to_string() });
                }
                Outcome::Foreign => gathered.summary.skipped = gathered.summary.skipped.saturating_add(1),
            }
        }
        gathered.answered.sort_by_key(|answered| answered.when);
        gathered.choose();
        gathered.summary.opened = gathered.answered.len();
        gathered.summary.refused = gathered.refused.len();
        gathered.summary.withdrawn = gathered.withdrawn.len();
        gathered
    }

    /// Of several of one person to one part, the last received counts.
    fn choose(&mut self) {
        let mut last: BTreeMap<[String; 3], Vec<usize>> = BTreeMap::new();
        for (place, answered) in self.answered.iter().enumerate() {
            let good = &answered.good;
            let pseudonym = good.response.pseudonym().unwrap_or("").to_owned();
            last.entry([pseudonym, good.wave.clone(), good.part.clone()]).or_default().push(place);
        }
        for places in last.into_values() {
            for place in &places {
                if let Some(answered) = self.answered.get_mut(*place) {
                    answered.repeated = places.len() > 1;
                    answered.counts = places.last() == Some(place);
                }
            }
        }
    }

    /// What counts, by person, in the order of the pseudonyms.
    pub(super) fn people(&self) -> BTreeMap<&str, Vec<&Answered<'a>>> {
        let mut people: BTreeMap<&str, Vec<&Answered<'a>>> = BTreeMap::new();
        for answered in self.answered.iter().filter(|answered| answered.counts) {
            people.entry(answered.good.response.pseudonym().unwrap_or("")).or_default().push(answered);
        }
        people
    }
}
