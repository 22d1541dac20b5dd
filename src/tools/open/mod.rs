//! From what a collector keeps to tables (`svar open`): sealed submissions are opened, everything is validated again by the
//! engine that wrote it, and what cannot be used is listed with the reason, so that nothing disappears in silence.

pub mod command;
mod input;
mod tables;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use input::Source;
use tables::Tables;

use super::{
    jose::{self, OpenError, PrivateKey},
    studies::StudyFolder,
};
use crate::{
    questionnaire::{Filling, Form},
    session::{
        Session, Value,
        response::Response,
        review::{Refusal, review},
    },
};

/// Why a folder of tables could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenFailed {
    /// A file that can be neither read nor written.
    #[error("{}: expected a file that can be read or written, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A database that is none of a collector's.
    #[error("{}: expected a collector's database, found: {source}", file.display())]
    Database {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// A table that cannot be written.
    #[error("expected to write a table, found: {0}")]
    Table(#[from] csv::Error),
}

/// How many submissions there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// In the tables.
    pub opened: usize,
    /// In `refused.csv`.
    pub refused: usize,
}

/// Why a submission is not in the tables.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Sealed(#[from] OpenError),
    #[error(
        "expected a completed response as in the questionnaire profile, found something else at line {line}, column {column}"
    )]
    Shape { line: usize, column: usize },
    #[error("expected a questionnaire of the studies given, found `{0}`")]
    Questionnaire(String),
    #[error("expected the identifier that it was received under, found another")]
    Identifier,
    #[error("expected what the header of the sealed body says, found another {0} in it")]
    Header(&'static str),
    #[error("expected answers as the questionnaire wants them, found: {}", list(.0))]
    Answers(Vec<Refusal>),
}

/// Places and rules, never an answer.
fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(Refusal::to_string).collect::<Vec<_>>().join("; ")
}

/// A submission that was opened and found good.
struct Good {
    response: Response,
    /// The resource as it was written.
    json: String,
    session: Session,
    /// The study and the wave that the header of a sealed body names.
    routed: Option<(String, String)>,
}

/// Opens everything in `inputs` (a collector's databases, files with a JWE or a response each, or folders of such files)
/// with `keys`, and writes tables to `folder`, which is made if it is not there.
///
/// # Errors
/// A file cannot be read or written. What is wrong with a single submission is no error: it is listed in `refused.csv`.
pub fn open(
    keys: &[PrivateKey],
    studies: &[StudyFolder],
    inputs: &[PathBuf],
    folder: &Path,
) -> Result<Summary, OpenFailed> {
    fs::create_dir_all(folder).map_err(|source| OpenFailed::File { file: folder.to_owned(), source })?;
    let mut sources = Vec::new();
    for file in inputs {
        input::read(file, &mut sources)?;
    }
    let mut tables = Tables::make(folder)?;
    let mut summary = Summary::default();
    for source in &sources {
        match examine(keys, studies, source) {
            Ok(good) => {
                tables.add(source, &good)?;
                summary.opened = summary.opened.saturating_add(1);
            }
            Err(why) => {
                tables.refuse(source, &why.to_string())?;
                summary.refused = summary.refused.saturating_add(1);
            }
        }
    }
    tables.finish()?;
    Ok(summary)
}

fn examine(keys: &[PrivateKey], studies: &[StudyFolder], source: &Source) -> Result<Good, Refused> {
    let sealed = source.is_sealed();
    let (json, header) = if sealed {
        let opened = jose::open(keys, source.body.trim())?;
        (String::from_utf8_lossy(&opened.plain).into_owned(), Some(opened.header))
    } else {
        (source.body.clone(), None)
    };
    let response: Response =
        serde_json::from_str(&json).map_err(|error| Refused::Shape { line: error.line(), column: error.column() })?;
    if !source.id.is_empty() && response.uuid() != Some(source.id.as_str()) {
        return Err(Refused::Identifier);
    }
    if let Some(header) = &header {
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
    let form = form(studies, response.questionnaire());
    let form = form.ok_or_else(|| Refused::Questionnaire(response.questionnaire().to_owned()))?;
    let session = review(form, &response).map_err(Refused::Answers)?;
    if let Some(header) = &header {
        for (filling, routed, what) in [(Filling::Study, &header.study, "study"), (Filling::Wave, &header.wave, "wave")]
        {
            if filled(&session, filling).is_some_and(|found| found != *routed) {
                return Err(Refused::Header(what));
            }
        }
    }
    Ok(Good { response, json, session, routed: header.map(|header| (header.study, header.wave)) })
}

/// What the widget filled in, if the questionnaire has room for it.
fn filled(session: &Session, filling: Filling) -> Option<String> {
    let form = session.form();
    let id = form.ids().find(|id| form.item(*id).filled_from == Some(filling))?;
    session.answers(id).first().map(Value::typed)
}

fn form<'a>(studies: &'a [StudyFolder], canonical: &str) -> Option<&'a Arc<Form>> {
    let mut known = studies.iter().flat_map(|folder| folder.questionnaires.values());
    known.find(|found| found.canonical == canonical).map(|found| &found.form)
}
