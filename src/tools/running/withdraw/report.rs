//! What is told of a withdrawal: all that was deleted, what is elsewhere, and what could not be found and why.

use std::{collections::BTreeSet, fmt};

use super::super::RunningError;

/// A row that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Where it was.
    pub database: &'static str,
    /// Its UUID.
    pub id: String,
    /// Its wave.
    pub wave: String,
    /// `url|version`.
    pub questionnaire: String,
    /// When it was received.
    pub received_at: String,
}

/// Why a UUID was of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No database has or had it.
    Nowhere,
    /// It is another study's.
    OtherStudy,
}

impl fmt::Display for NotFound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            NotFound::Nowhere => "in none of the databases: a slip, or deleted by svar purge",
            NotFound::OtherStudy => "another study's",
        })
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct Withdrawal {
    /// The study's id.
    pub study: String,
    /// The person's mark in the audit log; none if submissions were given.
    pub mark: Option<String>,
    /// If submissions were given: the marks of the people whom they name.
    pub people: BTreeSet<String>,
    /// If submissions were given: the marks of those that name nobody.
    pub submissions: BTreeSet<String>,
    /// Whose it was, told only where somebody must look for it elsewhere; none if submissions were given.
    pub pseudonym: Option<String>,
    /// What was deleted now.
    pub deleted: Vec<Deleted>,
    /// What an earlier run had deleted: UUID and when.
    pub earlier: Vec<(String, String)>,
    /// How many of the person's own invitations were revoked; none where there is no register, or no person.
    pub revoked: Option<usize>,
    /// What the FHIR server behind the gateway has.
    pub delivered: Vec<String>,
    /// What it may have: a try was under way, or failed without a word.
    pub tried: Vec<String>,
    /// For each database, how many submissions of the study name nobody.
    pub unnamed: Vec<(&'static str, usize)>,
    /// UUIDs that were given and are no submissions of the study.
    pub not_found: Vec<(String, NotFound)>,
    /// Why bytes of what was deleted may still be in the files.
    pub unfinished: Option<RunningError>,
}

impl fmt::Display for Withdrawal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mark {
            Some(mark) => writeln!(out, "withdrawn from {}: a person (in audit.log: person={mark})", self.study)?,
            None => {
                let marks: Vec<String> = self.marks().iter().map(|(name, marks)| format!("{name}={marks}")).collect();
                let marks = marks.join(" ");
                writeln!(
                    out,
                    "withdrawn from {}: the submissions that were named (in audit.log: {marks})",
                    self.study
                )?;
            }
        }
        writeln!(out, "deleted: {}", self.deleted.len())?;
        for row in &self.deleted {
            writeln!(out, "  {} {} {} {} {}", row.database, row.id, row.wave, row.questionnaire, row.received_at)?;
        }
        if !self.earlier.is_empty() {
            writeln!(out, "deleted before: {}", self.earlier.len())?;
            self.earlier.iter().try_for_each(|(id, at)| writeln!(out, "  {id} at {at}"))?;
        }
        match self.revoked {
            Some(count) => writeln!(out, "invitations revoked: {count}")?,
            None if self.mark.is_some() => writeln!(out, "invitations revoked: none are registered here")?,
            None => {}
        }
        self.elsewhere(out)?;
        self.not_found(out)
    }
}

impl Withdrawal {
    /// The marks as the log has them: of the person, or of the people and the submissions that were named.
    pub(super) fn marks(&self) -> Vec<(&'static str, String)> {
        let people: Vec<&str> = self.mark.iter().chain(&self.people).map(String::as_str).collect();
        let submissions: Vec<&str> = self.submissions.iter().map(String::as_str).collect();
        let marks = [("person", people), ("submission", submissions)].into_iter();
        marks.filter(|(_, marks)| !marks.is_empty()).map(|(name, marks)| (name, marks.join(","))).collect()
    }

    /// Adds what one database told. They know of each other's deletions, and each is told of once.
    pub(super) fn add(&mut self, told: Withdrawal) {
        self.deleted.extend(told.deleted);
        self.earlier.extend(told.earlier);
        let deleted = |id: &str| self.deleted.iter().any(|deleted| deleted.id == id);
        self.earlier.retain(|(id, _)| !deleted(id));
        self.earlier.sort();
        self.earlier.dedup_by(|one, other| one.0 == other.0);
        for (mine, more) in [(&mut self.delivered, told.delivered), (&mut self.tried, told.tried)] {
            mine.extend(more);
            mine.sort();
            mine.dedup();
        }
    }

    /// What is to be deleted by somebody else.
    fn elsewhere(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (ids, why) in [
            (&self.delivered, "delivered to the FHIR server, to be deleted there"),
            (&self.tried, "perhaps at the FHIR server (a try had begun), to be looked for there, and deleted"),
        ] {
            if !ids.is_empty() {
                writeln!(out, "{why}: {}", ids.len())?;
                ids.iter().try_for_each(|id| writeln!(out, "  {id}"))?;
            }
        }
        Ok(())
    }

    fn not_found(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.not_found.is_empty() {
            writeln!(out, "not found: {}", self.not_found.len())?;
            self.not_found.iter().try_for_each(|(id, why)| writeln!(out, "  {id}: {why}"))?;
        }
        for (database, count) in self.unnamed.iter().filter(|(_, count)| self.mark.is_some() && *count > 0) {
            writeln!(
                out,
                "could not be looked through: {database}, {count} sealed by units' links, which name nobody here. Whether \
                 one is this person's, only the holder of the private key can tell: open, and use --ids (docs/running.md)"
            )?;
        }
        match &self.pseudonym {
            Some(pseudonym) if self.unnamed.iter().any(|(_, count)| *count > 0) => {
                writeln!(out, "the pseudonym to look for there: {pseudonym}")
            }
            _ => Ok(()),
        }
    }
}
