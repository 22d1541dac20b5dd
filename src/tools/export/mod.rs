//! From what a collector keeps to tables over the waves of one study (`svar export`): a long one, a wide one with a row
//! for each person, and what R, Stata and SPSS need to label them (`docs/export.md`).

mod cells;
mod columns;
pub mod command;
mod except;
mod gather;
mod labels;
mod permission;
mod readme;
mod syntax;
mod tables;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

pub use except::{Except, ExceptError};
use gather::Gathered;
pub use permission::{Permission, PermissionError};

use super::{
    codebook::{Dictionary, DictionaryError},
    jose::PrivateKey,
    open::{OpenFailed, Summary, empty_folder, new_file, receive},
    studies::StudyFolder,
};

/// Why a study's tables could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportFailed {
    /// The inputs cannot be read, or the folder not be written.
    #[error("{0}")]
    Open(#[from] OpenFailed),
    /// The study has no table of variables.
    #[error("{0}")]
    Dictionary(#[from] DictionaryError),
    /// A permission that the study does not ask for.
    #[error(transparent)]
    Permission(#[from] PermissionError),
    /// A list of people that names somebody else, or nobody.
    #[error(transparent)]
    Except(#[from] ExceptError),
    /// An earlier version that is one of another study.
    #[error("expected earlier versions of the study `{expected}`, found the study `{found}`")]
    OtherStudy {
        /// The study.
        expected: String,
        /// What was given as its earlier version.
        found: String,
    },
}

/// What to export.
#[derive(Debug)]
pub struct Order<'a> {
    /// The study as it is now.
    pub study: StudyFolder,
    /// Earlier versions of it, for what was answered then.
    pub earlier: Vec<StudyFolder>,
    /// Keys of sealed submissions.
    pub keys: &'a [PrivateKey],
    /// A collector's databases, files, or folders of files.
    pub inputs: &'a [PathBuf],
    /// Databases that say who has withdrawn, beside the inputs.
    pub withdrawn: &'a [PathBuf],
    /// Those alone who gave this permission.
    pub only_if: Option<&'a Permission>,
    /// Nobody of these.
    pub except: Option<&'a Except>,
    /// The language of the labels; one of the study's.
    pub language: &'a str,
}

/// Writes the tables to `folder`, which is made if it is not there, and must be empty.
///
/// # Errors
/// What stands in the way of the whole; what is wrong with one submission is listed in `refused.csv`.
pub fn export(order: Order<'_>, folder: &Path) -> Result<Summary, ExportFailed> {
    let expected = &order.study.study.id;
    if let Some(other) = order.earlier.iter().find(|earlier| earlier.study.id != *expected) {
        return Err(ExportFailed::OtherStudy { expected: expected.clone(), found: other.study.id.clone() });
    }
    let dictionary = Dictionary::of(&order.study, &order.earlier)?;
    order.only_if.map_or(Ok(()), |permission| permission.check(&dictionary))?;
    let received = receive(order.inputs, order.withdrawn)?;
    let studies: Vec<StudyFolder> = [order.study].into_iter().chain(order.earlier).collect();
    let mut gathered = Gathered::of(&studies, order.keys, &received);
    if let Some(except) = order.except {
        gathered.summary.excepted = Some(except.apply(&mut gathered)?);
    }
    if let Some(permission) = order.only_if {
        gathered.summary.left_out = Some(permission.apply(&dictionary, &mut gathered));
    }
    gathered.summary.opened = gathered.answered.len();
    let columns = columns::columns(&dictionary, order.language);
    empty_folder(folder)?;
    let wide = tables::write(folder, &dictionary, &gathered, &columns, order.language)?;
    for (name, text) in [
        ("labels.R", syntax::r::syntax(&columns)),
        ("labels.do", syntax::stata::syntax(&columns)),
        ("labels.sps", syntax::spss::syntax(&columns, &wide)),
        ("README.txt", readme::readme(&dictionary, &gathered.summary, order.only_if)),
    ] {
        let written = new_file(folder, name)?.write_all(text.as_bytes());
        written.map_err(|source| OpenFailed::File { file: folder.join(name), source })?;
    }
    Ok(gathered.summary)
}
