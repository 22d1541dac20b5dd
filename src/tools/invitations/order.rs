//! What `svar invite` is asked for, and what it says of it.

use std::{fmt, path::PathBuf};

use jiff::civil::Date;

use super::{KeyError, letter::Whose, recipients::RecipientsError, register::RegisterError, sheet::SheetError};
use crate::{
    study::{Mode, Study},
    tools::collector::DATABASE,
};

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// The table of recipients.
    #[error(transparent)]
    Recipients(#[from] RecipientsError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The folder of the mail merge.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The collector's database.
    #[error("expected to read who has withdrawn from {DATABASE}, found: {0}")]
    Withdrawn(#[source] rusqlite::Error),
    /// The study has no such wave.
    #[error("expected one of the waves {}, found `{found}`", known.join(", "))]
    Wave {
        /// The wave asked for.
        found: String,
        /// Those of the manifest.
        known: Vec<String>,
    },
    /// The calendar's zone or a date in it.
    #[error("expected dates in the study's time zone, found: {0}")]
    Time(#[from] jiff::Error),
    /// An end that comes before the last day, or before the beginning.
    #[error("expected the last day of {whom} within the bounds, found {found}")]
    Bounds {
        /// Whose.
        whom: String,
        /// The last day.
        found: Date,
    },
    /// Neither a row nor the order names a last day.
    #[error("expected a last day in each row, or one for all, found neither")]
    NoEnd,
    /// Three ids in a row whose codes were taken: the register is not what it seems.
    #[error("expected a code that nobody has, found none in three attempts")]
    Codes,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The study.
    pub study: Study,
    /// The data folder of the collector.
    pub data: PathBuf,
    /// The wave's id.
    pub wave: String,
    /// Whether units are invited or persons.
    pub whose: Whose,
    /// The table of them.
    pub recipients: PathBuf,
    /// Where the page lies: what a link begins with.
    pub base: String,
    /// The folder to fill.
    pub out: PathBuf,
    /// The first day.
    pub nbf: Option<Date>,
    /// The last day.
    pub exp: Option<Date>,
    /// What the answers are for.
    pub mode: Option<Mode>,
    /// The variants to draw from, or to make a unit's links for.
    pub variants: Vec<String>,
    /// What they are drawn by.
    pub seed: u64,
    /// Whether to issue again what stands.
    pub reminder: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many invitations are in the table.
    pub made: usize,
    /// How many earlier ones were revoked by them.
    pub revoked: usize,
    /// How many units have an earlier link that still works.
    pub standing: usize,
    /// How many people have withdrawn, and were left out.
    pub withdrawn: usize,
    /// How many have no invitation to be reminded of, and were left out.
    pub uninvited: usize,
    /// Whether there was no key in the data folder: it may not be that of a collector.
    pub new_key: bool,
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "invitations: {}", self.made)?;
        let said = [
            (self.revoked, "earlier ones, revoked by these"),
            (self.standing, "earlier links of these units, which still work"),
            (self.withdrawn, "left out, withdrawn from the study"),
            (self.uninvited, "left out, without an invitation that stands"),
        ];
        said.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, what)| write!(out, "\n{what}: {count}"))?;
        if self.new_key {
            let note = "a new key was made: links work where the collector has the same data folder";
            write!(out, "\n{note}")?;
        }
        Ok(())
    }
}
