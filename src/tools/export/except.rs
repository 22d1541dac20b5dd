//! `--except FILE`: people who are in no table, such as those who took a permission back by letter. Nothing of theirs is
//! deleted, as `svar withdraw` would: whoever else may read the answers goes on doing so.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::gather::Gathered;
use crate::tools::running::withdraw::{Whom, reference};

/// Whom a file names, each by pseudonym or by the reference of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Except {
    file: PathBuf,
    /// The lines that name somebody, with their numbers, from 1.
    lines: Vec<(usize, String)>,
}

/// Why nobody can be left out by it. No line is repeated here: it may be a person's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExceptError {
    /// It cannot be read.
    #[error("{}: expected a file of pseudonyms or references, one on each line, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It names nobody.
    #[error("{}: expected a pseudonym or a reference, found none", file.display())]
    Empty {
        /// Which file.
        file: PathBuf,
    },
    /// A line that fits nobody in the inputs, as a slip of the pen would.
    #[error(
        "{}, line {line}: expected the pseudonym or a receipt's reference of somebody in the inputs, found neither",
        file.display()
    )]
    Nobody {
        /// Which file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// A line that fits more than one person.
    #[error("{}, line {line}: expected one person, found {found} whom it fits", file.display())]
    Several {
        /// Which file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// How many.
        found: usize,
    },
}

impl Except {
    /// Reads a file; blank lines are passed over.
    ///
    /// # Errors
    /// [`ExceptError::File`], [`ExceptError::Empty`].
    pub fn read(file: &Path) -> Result<Except, ExceptError> {
        let text = fs::read_to_string(file).map_err(|source| ExceptError::File { file: file.to_owned(), source })?;
        let named = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty());
        let lines: Vec<(usize, String)> = named.map(|(number, line)| (number, line.to_owned())).collect();
        if lines.is_empty() {
            return Err(ExceptError::Empty { file: file.to_owned() });
        }
        Ok(Except { file: file.to_owned(), lines })
    }

    /// Leaves them out of the tables; how many people of those who would be in them.
    pub(super) fn apply(&self, gathered: &mut Gathered<'_>) -> Result<usize, ExceptError> {
        let mut named: BTreeSet<Named> = BTreeSet::new();
        for (line, said) in &self.lines {
            let found = whom(said, gathered);
            let (file, line) = (self.file.clone(), *line);
            match found.len() {
                0 => return Err(ExceptError::Nobody { file, line }),
                1 => named.extend(found),
                found => return Err(ExceptError::Several { file, line, found }),
            }
        }
        let people = gathered.people().len();
        gathered.answered.retain(|answered| {
            let response = &answered.good.response;
            !named.contains(&Named::of(response.uuid().unwrap_or(""), response.pseudonym().unwrap_or("")))
        });
        Ok(people.saturating_sub(gathered.people().len()))
    }
}

/// A person, or the one submission of whoever has no pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Person(String),
    Submission(String),
}

impl Named {
    fn of(id: &str, pseudonym: &str) -> Named {
        if pseudonym.is_empty() { Named::Submission(id.to_owned()) } else { Named::Person(pseudonym.to_owned()) }
    }
}

/// Everybody whom a line fits: also those of whom nothing is in the tables, since they may have withdrawn by now.
fn whom(said: &str, gathered: &Gathered<'_>) -> BTreeSet<Named> {
    let beginning = match reference(said) {
        Ok(Whom::Reference(beginning)) => Some(beginning),
        _ => None,
    };
    let answered = gathered.answered.iter().map(|answered| {
        let response = &answered.good.response;
        (response.uuid().unwrap_or(""), response.pseudonym().unwrap_or(""))
    });
    let left = gathered.refused.iter().chain(&gathered.withdrawn);
    let left = left.map(|left| (left.id.as_str(), left.source.pseudonym.as_str()));
    let fits = |(id, pseudonym): &(&str, &str)| {
        *pseudonym == said || beginning.as_ref().is_some_and(|beginning| id.starts_with(beginning.as_str()))
    };
    answered.chain(left).filter(fits).map(|(id, pseudonym)| Named::of(id, pseudonym)).collect()
}
