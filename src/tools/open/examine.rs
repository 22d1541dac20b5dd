//! One submission: opened, matched with its study, wave and questionnaire, and validated again by the engine that wrote
//! it.

use super::{Source, Withdrawn};
use crate::{
    questionnaire::Filling,
    session::{
        Session, Value,
        response::Response,
        review::{Refusal, review},
    },
    study::CONTACT,
    tools::{
        codebook::dictionary::parts,
        jose::{self, OpenError, PrivateKey},
        studies::{Questionnaire, StudyFolder},
    },
};

/// Why a submission is not in the tables.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A sealed body that cannot be opened.
    #[error("{0}")]
    Sealed(#[from] OpenError),
    /// No response.
    #[error(
        "expected a completed response as in the questionnaire profile, found something else at line {line}, column {column}"
    )]
    Shape {
        /// Where in the body.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A questionnaire, or a version of one, that is not at hand.
    #[error("expected a questionnaire of the studies given, found `{0}`")]
    Questionnaire(String),
    /// Received under another identifier.
    #[error("expected the identifier that it was received under, found another")]
    Identifier,
    /// The header of a sealed body says something else.
    #[error("expected what the header of the sealed body says, found another {0} in it")]
    Header(&'static str),
    /// The row says something else.
    #[error("expected the {0} that it was received for, found another in it")]
    Row(&'static str),
    /// It is of nobody.
    #[error("expected a subject with a pseudonym, found none")]
    NoPseudonym,
    /// Nothing says which wave it is of.
    #[error("expected a response that says its wave, since its questionnaire is asked in {0}; found none")]
    NoWave(String),
    /// A wave that does not ask this questionnaire.
    #[error("expected a wave that asks this questionnaire ({expected}), found `{found}`")]
    Wave {
        /// The waves that do.
        expected: String,
        /// The wave that was found.
        found: String,
    },
    /// Answers that the questionnaire would not have written.
    #[error("expected answers as the questionnaire wants them, found: {}", list(.0))]
    Answers(Vec<Refusal>),
}

/// Places and rules, never an answer.
fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(Refusal::to_string).collect::<Vec<_>>().join("; ")
}

/// A submission that was opened and found good.
#[derive(Debug)]
pub struct Good<'a> {
    /// The response.
    pub response: Response,
    /// Its answers, loaded.
    pub session: Session,
    /// The questionnaire, in the version that was answered.
    pub questionnaire: &'a Questionnaire,
    /// The study's id.
    pub study: String,
    /// The wave's id.
    pub wave: String,
    /// The part of the wave: `consent`, `contact`, or a part's id.
    pub part: String,
}

/// What a submission turned out to be.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// Of use.
    Good(Box<Good<'a>>),
    /// Of somebody who has withdrawn.
    Withdrawn {
        /// Its id.
        id: String,
        /// The study's id.
        study: String,
    },
    /// Of a study that is none of those given.
    Foreign,
    /// Of no use.
    Refused(Refused),
}

/// Looks at one submission. `studies` may hold several versions of one study.
pub fn examine<'a>(
    keys: &[PrivateKey],
    studies: &'a [StudyFolder],
    withdrawn: &Withdrawn,
    source: &Source,
) -> Outcome<'a> {
    let header = source.is_sealed().then(|| jose::read_header(source.body.trim()).ok()).flatten();
    let routed = header.as_ref().map_or("", |header| header.study.as_str());
    let outside = if source.study.is_empty() { routed } else { source.study.as_str() };
    if !outside.is_empty() && !studies.iter().any(|folder| folder.study.id == outside) {
        return Outcome::Foreign;
    }
    // A file says its UUID in the header, if it is sealed.
    let told = if source.id.is_empty() { header.as_ref().map_or("", |header| &header.uuid) } else { &source.id };
    if withdrawn.person(outside, &source.pseudonym) || withdrawn.submission(told) {
        return Outcome::Withdrawn { id: told.to_owned(), study: outside.to_owned() };
    }
    let response = match read(keys, source) {
        Ok(response) => response,
        Err(why) => return Outcome::Refused(why),
    };
    // Before anything is said of the answers.
    let url = address(response.questionnaire());
    let asked_in = studies.iter().filter(|folder| folder.questionnaires.values().any(|q| address(&q.canonical) == url));
    let mut ids = asked_in.map(|folder| folder.study.id.as_str()).chain([outside]);
    let (id, pseudonym) = (response.uuid().unwrap_or(""), response.pseudonym().unwrap_or(""));
    let left = |study: &&str| withdrawn.person(study, pseudonym) || withdrawn.submission(id);
    if let Some(study) = ids.find(|study| (outside.is_empty() || *study == outside) && left(study)) {
        return Outcome::Withdrawn { id: id.to_owned(), study: study.to_owned() };
    }
    match place(studies, source, outside, header.as_ref(), response) {
        Ok(good) => Outcome::Good(Box::new(good)),
        Err(why) => Outcome::Refused(why),
    }
}

/// The body, opened if it is sealed, as what its outside says it is.
fn read(keys: &[PrivateKey], source: &Source) -> Result<Response, Refused> {
    let sealed = source.is_sealed().then(|| jose::open(keys, source.body.trim())).transpose()?;
    let json = sealed.as_ref().map_or_else(|| source.body.as_bytes(), |opened| opened.plain.as_slice());
    let response: Response =
        serde_json::from_slice(json).map_err(|error| Refused::Shape { line: error.line(), column: error.column() })?;
    if !source.id.is_empty() && response.uuid() != Some(source.id.as_str()) {
        return Err(Refused::Identifier);
    }
    if let Some(header) = sealed.map(|opened| opened.header) {
        // The header routed it: what is inside must belong there.
        let told = [
            ("identifier", Some(header.uuid.as_str()) == response.uuid()),
            ("questionnaire", header.questionnaire == response.questionnaire()),
            ("time of completion", header.authored == response.authored()),
        ];
        if let Some((what, _)) = told.into_iter().find(|(_, same)| !same) {
            return Err(Refused::Header(what));
        }
    }
    Ok(response)
}

/// The study and wave that it is of: as it says itself, else as its outside says, else the only ones that ask it.
fn place<'a>(
    studies: &'a [StudyFolder],
    source: &Source,
    outside: &str,
    header: Option<&jose::Header>,
    response: Response,
) -> Result<Good<'a>, Refused> {
    let pseudonym = response.pseudonym().ok_or(Refused::NoPseudonym)?;
    if !source.pseudonym.is_empty() && source.pseudonym != pseudonym {
        return Err(Refused::Row("pseudonym"));
    }
    let canonical = response.questionnaire();
    let of_study = |folder: &&StudyFolder| outside.is_empty() || folder.study.id == outside;
    let mut found = studies.iter().filter(of_study).filter_map(|folder| {
        let mut known = folder.questionnaires.values();
        Some((folder, known.find(|questionnaire| questionnaire.canonical == canonical)?))
    });
    let (mut folder, mut questionnaire) = found.next().ok_or_else(|| Refused::Questionnaire(canonical.to_owned()))?;
    let mut reviewed = review(&questionnaire.form, &response);
    // A text pack shows a slot under the same version: an earlier folder may be the one without it.
    while reviewed.is_err()
        && let Some(other) = found.next()
    {
        if let Ok(session) = review(&other.1.form, &response) {
            (folder, questionnaire) = other;
            reviewed = Ok(session);
        }
    }
    let session = reviewed.map_err(Refused::Answers)?;
    let (own_study, own_wave) = (filled(&session, Filling::Study), filled(&session, Filling::Wave));
    for (own, routed, received, what) in [
        (&own_study, header.map(|header| &header.study), &source.study, "study"),
        (&own_wave, header.map(|header| &header.wave), &source.wave, "wave"),
    ] {
        let Some(own) = own else { continue };
        if routed.is_some_and(|routed| routed != own) {
            return Err(Refused::Header(what));
        }
        if !received.is_empty() && received != own {
            return Err(Refused::Row(what));
        }
    }
    let study = own_study.unwrap_or_else(|| folder.study.id.clone());
    let known = asked_in(studies, &study, address(canonical));
    let waves = || {
        let mut waves: Vec<&str> = known.iter().map(|(wave, _)| wave.as_str()).collect();
        waves.dedup();
        waves
    };
    let outside =
        header.map(|header| header.wave.clone()).or(Some(source.wave.clone())).filter(|wave| !wave.is_empty());
    let wave = own_wave.or(outside).or_else(|| match waves().as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    });
    let wave = wave.ok_or_else(|| Refused::NoWave(waves().join(" and ")))?;
    let part = known.iter().find(|(asked, _)| *asked == wave).map(|(_, part)| part.clone());
    let part = part.ok_or_else(|| Refused::Wave { expected: waves().join(", "), found: wave.clone() })?;
    Ok(Good { response, session, questionnaire, study, wave, part })
}

/// The waves and parts of a study, in any of its versions, that ask the questionnaire with this address.
fn asked_in(studies: &[StudyFolder], study: &str, url: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for folder in studies.iter().filter(|folder| folder.study.id == study) {
        let contact = folder.study.waves.iter().flat_map(|wave| {
            let files = wave.contact.iter().flat_map(|form| [Some(&form.file), form.with_identity.as_ref()]).flatten();
            files.filter_map(|file| Some((wave.id.as_str(), CONTACT, folder.questionnaire(file)?)))
        });
        for (wave, part, questionnaire) in parts(folder).chain(contact) {
            let place = (wave.to_owned(), part.to_owned());
            if address(&questionnaire.canonical) == url && !found.contains(&place) {
                found.push(place);
            }
        }
    }
    // Waves of one version stay together, so that they are said once.
    found.sort();
    found
}

/// What the widget filled in, if the questionnaire has room for it.
pub fn filled(session: &Session, filling: Filling) -> Option<String> {
    let form = session.form();
    let id = form.ids().find(|id| form.item(*id).filled_from == Some(filling))?;
    session.answers(id).first().map(Value::typed)
}

/// The questionnaire's address without its version.
pub fn address(canonical: &str) -> &str {
    canonical.split('|').next().unwrap_or("")
}
