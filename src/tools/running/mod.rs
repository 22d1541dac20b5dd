//! Running a study (`docs/running.md`): how many have answered ([`status`]), who has not ([`missing`]), a person who
//! withdraws ([`withdraw`]), data whose time is over ([`purge`]), and the log of these acts ([`audit`]).
//!
//! All of it works on the collector's data folder while the collector runs.

pub mod audit;
pub mod command;
mod database;
pub mod mark;
pub mod missing;
pub mod purge;
mod register;
pub mod status;
pub mod withdraw;

use std::{io, path::PathBuf};

use super::{collector::StoreError, studies::StudyError};

pub use register::{INVITATIONS, UNITS};

/// Why an act was not carried out, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunningError {
    /// The data folder is not one of a collector.
    #[error(
        "{}: expected a file that the collector has made, found none; start it (svar collect) once", file.display()
    )]
    Absent {
        /// Which file.
        file: PathBuf,
    },
    /// A layout that is not the present one.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database says no.
    #[error("{}: expected the database to work, found: {source}", file.display())]
    Database {
        /// Which.
        file: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// Deleted, but old bytes are still in the files: somebody reads an earlier state of the database.
    #[error(
        "{}: expected a moment in which nobody reads the database, found a reader; the rows are deleted, but the file \
         still holds their bytes: run the same command again", file.display()
    )]
    Busy {
        /// Which database.
        file: PathBuf,
    },
    /// A file that cannot be read or written.
    #[error("{}: expected {expected}, found: {source}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What for.
        expected: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A table that cannot be written.
    #[error("{}: expected to write a table, found: {source}", file.display())]
    Table {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: csv::Error,
    },
    /// The study's folder.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A wave that the study has not.
    #[error("expected a wave of the study {study}, found `{wave}`")]
    Wave {
        /// The study.
        study: String,
        /// What was asked for.
        wave: String,
    },
    /// No pseudonym at all.
    #[error(
        "expected a pseudonym of 1 to 128 letters, digits, points, underscores and hyphens, beginning with a letter or \
         digit; found something else"
    )]
    Pseudonym,
    /// No reference at all.
    #[error(
        "expected a reference as on the receipt, such as 6F1B-2C3D-0A4E: 12 digits and letters A to F; found `{found}`"
    )]
    Reference {
        /// What was given.
        found: String,
    },
    /// Nobody has it.
    #[error(
        "expected a pseudonym that is known to the study {study}, found none such in the databases and invitations. \
         Nothing was changed. What came sealed by a unit's link has no pseudonym here: use --ids (docs/running.md)"
    )]
    Unknown {
        /// The study.
        study: String,
    },
    /// No receipt has it.
    #[error("expected the reference of a receipt of the study {study}, found none such. Nothing was changed")]
    NoReceipt {
        /// The study.
        study: String,
    },
    /// Two people's receipts begin alike.
    #[error(
        "expected the reference of one person, found {found} people with it. Nothing was changed: open their answers, \
         find out whose it is, and use --pseudonym or --ids"
    )]
    Several {
        /// So many.
        found: usize,
    },
    /// A receipt for what nobody here can read.
    #[error(
        "expected a submission that names its person, found {id} in {database}, sealed and by a unit's link. Nothing \
         was changed: open the databases with the private keys, and give the UUIDs of all that is the person's with --ids \
         (docs/running.md)"
    )]
    Sealed {
        /// The submission.
        id: String,
        /// Where it is.
        database: &'static str,
    },
    /// A receipt for what was deleted by its UUID, and never named anybody.
    #[error("expected a submission that is there, found {id}, which was deleted at {at}. Nothing was changed")]
    Gone {
        /// The submission.
        id: String,
        /// When it was deleted.
        at: String,
    },
    /// The file of UUIDs.
    #[error(
        "{}: expected a UUID on each line, found something else on line {line}. Nothing was changed", file.display()
    )]
    Ids {
        /// Which file.
        file: PathBuf,
        /// Where.
        line: usize,
    },
    /// The file of UUIDs is empty.
    #[error("{}: expected UUIDs, one on each line, found none", file.display())]
    NoIds {
        /// Which file.
        file: PathBuf,
    },
    /// None of the UUIDs is here.
    #[error(
        "expected UUIDs of submissions of the study {study}, found {count} that are none. Nothing was changed:\n{}",
        list.join("\n")
    )]
    NoneOfThem {
        /// The study.
        study: String,
        /// How many were given.
        count: usize,
        /// Each, and why not.
        list: Vec<String>,
    },
    /// Who does it, in the audit log.
    #[error("expected a name of 1 to 64 letters, digits and . _ - @ after --by, found something else")]
    By,
    /// Not yet at the FHIR server.
    #[error(
        "expected everything before that day to be at the FHIR server, found {found} that the gateway has not delivered \
         (svar forward-status says why). Nothing was deleted. With --undelivered they are deleted, too"
    )]
    Undelivered {
        /// How many.
        found: usize,
    },
    /// A day to come.
    #[error("expected a date up to today, found {found}: what is received today is not deleted unseen")]
    Ahead {
        /// The date.
        found: String,
    },
}
