//! Text packs (`docs/text-packs.md`): the licensed words of an instrument in one language, which are put into the slots
//! that wait for them. A pack brings words and nothing else: no code, type, range or condition can stand in one.

mod judge;
mod merge;
mod read;
mod slots;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

pub use merge::place_before;

use super::studies::{StudyError, read_json};

/// Where a study's packs lie in its folder.
pub const FOLDER: &str = "packs";

/// What is wrong with a pack, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}\n  at {path}", file.display())]
pub struct Fault {
    /// The pack.
    pub file: PathBuf,
    /// The place in it, such as `options["eq-5d-5l.mobility"]["6"]`.
    pub path: String,
    /// What was expected and what was found.
    pub message: String,
}

/// The words of one instrument in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pack {
    file: PathBuf,
    instrument: String,
    version: String,
    language: String,
    licence_holder: String,
    licence: String,
    /// Whether the pack says of itself that its wording was validated.
    validated: bool,
    /// By `linkId`.
    texts: BTreeMap<String, String>,
    /// By `linkId`, or `#id` of a value set, and code.
    options: BTreeMap<String, BTreeMap<String, String>>,
    /// Item controls, by `linkId`.
    layout: BTreeMap<String, String>,
}

impl Pack {
    fn fault(&self, path: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault { file: self.file.clone(), path: path.into(), message: message.into() }
    }
}

/// The packs of a study.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    packs: Vec<Pack>,
    /// What is no pack at all.
    faults: Vec<Fault>,
    files: Vec<PathBuf>,
}

impl Packs {
    /// Reads the packs that lie in the folder of a study, and `more`.
    ///
    /// # Errors
    /// A file that cannot be read. What can be read and is no pack comes up in [`Packs::faults`].
    pub fn read(study: &Path, more: &[PathBuf]) -> Result<Packs, StudyError> {
        let mut packs = Packs::default();
        let mut seen = Vec::new();
        for file in files(&study.join(FOLDER))?.iter().chain(more) {
            // The same file by two names is one pack.
            let same = file.canonicalize().unwrap_or_else(|_| file.clone());
            if seen.contains(&same) {
                continue;
            }
            seen.push(same);
            packs.files.push(file.clone());
            match read_json(file) {
                Ok(value) => match read::pack(file, &value) {
                    Ok(pack) => packs.packs.push(pack),
                    Err(faults) => packs.faults.extend(faults),
                },
                Err(StudyError::Json { file, source }) => packs.faults.push(Fault {
                    file,
                    path: format!("line {}, column {}", source.line(), source.column()),
                    message: format!("expected JSON, found: {source}"),
                }),
                Err(other) => return Err(other),
            }
        }
        Ok(packs)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that were read.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Everything that is wrong with the packs, judged by the questionnaires and modules of the study (`sources`) and
    /// by its languages. Only where this is empty may they be put in.
    pub fn faults<'a>(&self, sources: impl IntoIterator<Item = &'a Value>, languages: &[&str]) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        // A pack that cannot be read would only look like a missing language.
        if faults.is_empty() {
            faults = judge::faults(&self.packs, &sources.into_iter().collect::<Vec<_>>(), languages);
        }
        faults
    }

    /// Puts the words into the slots of an assembled questionnaire, shows those slots, and leaves out what stood in for
    /// them. Without a slot that has its pack, the questionnaire stays as it is.
    pub fn put_into(&self, assembled: &mut Value) {
        merge::put_into(&self.packs, assembled);
    }
}

/// The `.json` files of a folder that need not be there, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let unreadable = |source: io::Error| StudyError::Read { file: folder.to_owned(), source };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
