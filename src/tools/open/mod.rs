//! From what a collector keeps to tables (`svar open`): sealed submissions are opened, everything is validated again by
//! the engine that wrote it, and what cannot be used is listed with the reason, so that nothing disappears in silence.

pub mod command;
pub mod examine;
mod input;
mod tables;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use examine::{Outcome, examine};
pub use input::{Received, Source, Withdrawn, receive};
use tables::Tables;

use super::{invitations::keyring::private, jose::PrivateKey, scores::ScoreError, studies::StudyFolder};

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
    /// A folder that holds databases.
    #[error(
        "{}: expected a folder of responses, or the name of a database; found a folder with {}",
        folder.display(), file.display()
    )]
    DataFolder {
        /// Which folder.
        folder: PathBuf,
        /// The database in it.
        file: PathBuf,
    },
    /// A database that does not say who has withdrawn.
    #[error("{}: expected a database with a table `withdrawn`, found none", file.display())]
    NoWithdrawn {
        /// Which file.
        file: PathBuf,
    },
    /// A folder with something in it, which could be taken for what is written now.
    #[error("{}: expected an empty folder, or none yet, found something in it", folder.display())]
    NotEmpty {
        /// Which folder.
        folder: PathBuf,
    },
    /// A score that fits no questionnaire.
    #[error("{0}")]
    Score(#[from] ScoreError),
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
    /// In `withdrawn.csv`.
    pub withdrawn: usize,
    /// Of other studies.
    pub skipped: usize,
    /// How many people are in no table for want of a permission; none if none was asked for.
    pub left_out: Option<usize>,
    /// How many people are in no table because they were named; none if nobody was.
    pub excepted: Option<usize>,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Summary { opened, refused, withdrawn, skipped, left_out, excepted } = self;
        write!(
            out,
            "{opened} opened, {refused} refused, {withdrawn} of persons who withdrew, {skipped} of other studies"
        )?;
        let by = [(excepted, "--except"), (left_out, "--only-if")];
        let mut by = by.into_iter().filter_map(|(people, option)| Some((people.as_ref()?, option)));
        by.try_for_each(|(people, option)| write!(out, "; {people} people left out by {option}"))
    }
}

/// Opens everything in `inputs` (a collector's databases, files with a JWE or a response each, or folders of such
/// files) with `keys`, and writes tables to `folder`, which is made if it is not there. Whoever has withdrawn, by the
/// inputs or by the databases `withdrawn`, is left out.
///
/// # Errors A file cannot be read or written, or the folder holds something. What is wrong with a single submission is
/// no error: it is listed in `refused.csv`.
pub fn open(
    keys: &[PrivateKey],
    studies: &[StudyFolder],
    inputs: &[PathBuf],
    withdrawn: &[PathBuf],
    folder: &Path,
) -> Result<Summary, OpenFailed> {
    let received = receive(inputs, withdrawn)?;
    empty_folder(folder)?;
    let mut tables = Tables::make(folder)?;
    let mut summary = Summary::default();
    for source in &received.sources {
        let counted = match examine(keys, studies, &received.withdrawn, source) {
            Outcome::Good(good) => {
                tables.add(source, &good)?;
                &mut summary.opened
            }
            Outcome::Withdrawn { id, study } => {
                tables.withdraw(source, &id, &study)?;
                &mut summary.withdrawn
            }
            Outcome::Refused(why) => {
                tables.refuse(source, &why.to_string())?;
                &mut summary.refused
            }
            Outcome::Foreign => &mut summary.skipped,
        };
        *counted = counted.saturating_add(1);
    }
    tables.finish()?;
    Ok(summary)
}

/// Makes the folder, or finds it empty: an old table beside new ones would be taken for one of them.
///
/// # Errors
/// Something is in it, or it cannot be made.
pub fn empty_folder(folder: &Path) -> Result<(), OpenFailed> {
    let failed = |source| OpenFailed::File { file: folder.to_owned(), source };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(OpenFailed::NotEmpty { folder: folder.to_owned() }),
        None => Ok(()),
    }
}

/// A new file in that folder, readable to its owner alone: it holds answers, or who gave them.
///
/// # Errors
/// It cannot be made.
pub fn new_file(folder: &Path, name: &str) -> Result<fs::File, OpenFailed> {
    let file = folder.join(name);
    private(&file, fs::OpenOptions::new().create_new(true)).map_err(|source| OpenFailed::File { file, source })
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets take for "this is
/// text" (OWASP, "CSV injection").
pub fn harmless(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { ["'", words].concat() } else { words.to_owned() }
}
