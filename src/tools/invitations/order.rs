//! What `svar invite` is asked for, and what it says of it.

use std::{fmt, path::PathBuf};

use jiff::civil::Date;

use super::{KeyError, letter::Whose, recipients::RecipientsError, register::RegisterError, sheet::SheetError};
use crate::{
    study::{Mode, Study},
    tools::{collector::DATABASE, running::RunningError, units::UnitsError},
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
    /// An end that is over already.
    #[error("expected --exp with a day that is not over, found {found}: today is {today}")]
    Over {
        /// The end.
        found: Date,
        /// The day of the order, in the study's zone.
        today: Date,
    },
    /// A reminder that names a day on which the invitation has ended.
    #[error("expected a last day of {whom} until {last}, when the invitation ends, found {found}")]
    Ended {
        /// Whose.
        whom: String,
        /// The last day of the invitation.
        last: Date,
        /// The last day named.
        found: Date,
    },
    /// The unit table does not say when the wave begins.
    #[error("expected dates in the unit table that {wave} counts from (or --without-dates), found none for\n{}",
        missing.join("\n"))]
    Undated {
        /// The wave.
        wave: String,
        /// The units, each with what is missing.
        missing: Vec<String>,
    },
    /// Links that are out, and would be revoked.
    #[error(
        "expected nobody who has an invitation to the same wave that stands, found {count}, such as {example}: \
             --reminder issues the same again, --replace revokes them and makes new ones"
    )]
    Standing {
        /// How many there are.
        count: usize,
        /// The first of them.
        example: String,
    },
    /// The unit table.
    #[error(transparent)]
    Units(#[from] UnitsError),
    /// The log of acts.
    #[error(transparent)]
    Audit(#[from] RunningError),
    /// A last day is missing that was there when the rows were read.
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
    /// Who does it, for the audit log.
    pub by: String,
    /// Whether to issue again what stands.
    pub reminder: bool,
    /// Whether to revoke what stands.
    pub replace: bool,
    /// Whether units may be invited of which nobody knows when the wave begins.
    pub without_dates: bool,
    /// Whether names and addresses of people go into the table of the mail merge.
    pub with_contacts: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many invitations are in the table.
    pub made: usize,
    /// How many earlier ones were revoked by them.
    pub revoked: usize,
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
