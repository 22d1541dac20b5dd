//! `--only-if LINKID=CODE`: those alone who gave a permission, such as that to use their answers in research.

use std::{collections::BTreeSet, str::FromStr};

use super::gather::{Answered, Gathered};
use crate::{
    questionnaire::Kind,
    session::{Session, Value},
    tools::codebook::{Dictionary, Variable},
};

/// What must have been answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The question.
    pub link_id: String,
    /// The option's code, or `true` or `false` where the question is answered by yes or no.
    pub code: String,
}

/// Why it is no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PermissionError {
    /// Not two words with `=` between them.
    #[error("expected --only-if LINKID=CODE, found `{found}`")]
    Shape {
        /// What was typed.
        found: String,
    },
    /// No question of the study with options, or with yes and no.
    #[error("expected --only-if with a question that has codes, one of {}; found `{found}`", known.join(", "))]
    Question {
        /// What was typed.
        found: String,
        /// The questions of the study that have codes.
        known: Vec<String>,
    },
    /// The question has no such option.
    #[error("expected --only-if with a code of {link_id}, one of {}; found `{found}`", known.join(", "))]
    Code {
        /// The question.
        link_id: String,
        /// What was typed.
        found: String,
        /// Its codes.
        known: Vec<String>,
    },
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Permission, PermissionError> {
        match text.split_once('=') {
            Some((link_id, code)) if !link_id.is_empty() && !code.is_empty() => {
                Ok(Permission { link_id: link_id.to_owned(), code: code.to_owned() })
            }
            _ => Err(PermissionError::Shape { found: text.to_owned() }),
        }
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}={}", self.link_id, self.code)
    }
}

impl Permission {
    /// That the study, or an earlier version of it, asks this.
    pub(super) fn check(&self, dictionary: &Dictionary) -> Result<(), PermissionError> {
        let mut asked: Vec<(&str, Vec<String>)> = Vec::new();
        for variable in &dictionary.variables {
            // A question with several answers is as many variables.
            let codes = codes(variable);
            if !codes.is_empty() && asked.iter().all(|(known, _)| *known != variable.link_id) {
                asked.push((&variable.link_id, codes));
            }
        }
        match asked.iter().find(|(known, _)| *known == self.link_id) {
            Some((_, known)) if known.contains(&self.code) => Ok(()),
            Some((_, known)) => Err(PermissionError::Code {
                link_id: self.link_id.clone(),
                found: self.code.clone(),
                known: known.clone(),
            }),
            None => Err(PermissionError::Question {
                found: self.link_id.clone(),
                known: asked.into_iter().map(|(link_id, _)| link_id.to_owned()).collect(),
            }),
        }
    }

    /// Leaves out of the tables whoever did not give it; how many people that are.
    ///
    /// It may be given and taken back: the last answer that counts is the person's will, in whatever wave it was given. Who
    /// was asked and did not answer has not given it, and has not taken it back. What comes late, from paper or from a device
    /// that was off, may be older than what came before it: so both the last received and that of the last wave must give it.
    pub(super) fn apply(&self, dictionary: &Dictionary, gathered: &mut Gathered<'_>) -> usize {
        let people = gathered.people();
        let last = |answered: &[&Answered<'_>]| {
            answered.iter().rev().find_map(|answered| self.said(&answered.good.session)).unwrap_or(false)
        };
        let gave = |received: &[&Answered<'_>]| {
            let mut asked = received.to_vec();
            asked.sort_by_key(|answered| answered.place(dictionary));
            last(received) && last(&asked)
        };
        // What names nobody may be anybody's, and one person's permission is not another's.
        let given = people.iter().filter(|(person, answered)| !person.is_empty() && gave(answered));
        let given: BTreeSet<String> = given.map(|(person, _)| (*person).to_owned()).collect();
        let left_out = people.len().saturating_sub(given.len());
        gathered.answered.retain(|answered| {
            let person = answered.good.response.pseudonym();
            person.is_some_and(|person| given.contains(person))
        });
        left_out
    }

    /// Whether this is what the person answered; none if the question was not answered there.
    fn said(&self, session: &Session) -> Option<bool> {
        let form = session.form();
        // What a later part carries along from an earlier one is nobody's answer there.
        let item = form.find(&self.link_id).filter(|item| form.item(*item).filled_from.is_none())?;
        let answers = session.counting(item);
        let is_code = |answer: &Value| match answer {
            Value::Boolean(yes) => yes.to_string() == self.code,
            Value::Option(place) => {
                form.options(item).get(usize::from(*place)).is_some_and(|option| option.code == self.code)
            }
            _ => false,
        };
        (!answers.is_empty()).then(|| answers.iter().any(is_code))
    }
}

/// The codes that a question can be answered with.
fn codes(variable: &Variable) -> Vec<String> {
    if variable.uses.iter().any(|at| matches!(at.form.item(at.item).kind, Kind::Boolean { .. })) {
        return ["true", "false"].map(str::to_owned).to_vec();
    }
    variable.codes.iter().map(|code| code.code.clone()).collect()
}
