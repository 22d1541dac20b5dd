//! `svar status`, `svar withdraw` and `svar purge`, as typed.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::{Timestamp, civil::Date};

use super::{
    RunningError,
    audit::who,
    missing::{Asked, missing},
    purge, status,
    withdraw::{self, Whom},
};
use crate::tools::studies::StudyFolder;

/// What a command has to say, and whether all of it could be done.
#[derive(Debug)]
pub struct Told {
    /// For standard output.
    pub report: String,
    /// Why it did not come to its end, or not for everything.
    pub unfinished: Option<String>,
}

/// The options of a command line, each once, and the flags among them.
struct Options {
    values: BTreeMap<String, String>,
    flags: Vec<String>,
}

impl Options {
    fn read(arguments: &[String], known: &[&str], flags: &[&str]) -> Result<Options, String> {
        let mut options = Options { values: BTreeMap::new(), flags: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            if flags.contains(&name.as_str()) {
                options.flags.push(name.clone());
                continue;
            }
            if !known.contains(&name.as_str()) {
                let known: Vec<&str> = known.iter().chain(flags).copied().collect();
                return Err(format!("expected {}, found `{name}`", known.join(", ")));
            }
            let value = arguments.next().ok_or_else(|| format!("expected a value after {name}, found none"))?;
            if options.values.insert(name.clone(), value.clone()).is_some() {
                return Err(format!("expected {name} once, found it twice"));
            }
        }
        Ok(options)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }

    fn study(&self) -> Result<StudyFolder, String> {
        let folder = self.get("--study").ok_or("expected --study DIR, the study's folder, found none")?;
        StudyFolder::load(&PathBuf::from(folder)).map_err(|error| error.to_string())
    }

    fn data(&self) -> Result<PathBuf, String> {
        self.get("--data")
            .map(PathBuf::from)
            .ok_or_else(|| "expected --data DIR, the collector's, found none".to_owned())
    }
}

fn said(error: RunningError) -> String {
    error.to_string()
}

/// `svar status`.
///
/// # Errors
/// What was expected instead.
pub fn status(arguments: &[String]) -> Result<Told, String> {
    let options = Options::read(arguments, &["--study", "--data", "--wave", "--missing"], &[])?;
    let (study, data, wave) = (options.study()?, options.data()?, options.get("--wave"));
    let now = Timestamp::now();
    let Some(file) = options.get("--missing") else {
        let status = status::status(&study, &data, wave, now).map_err(said)?;
        return Ok(Told { report: status.to_string(), unfinished: None });
    };
    let by = who(None).map_err(said)?;
    let file = PathBuf::from(file);
    let asked = Asked { folder: &study, data: &data, wave, file: &file, by: &by, now };
    let count = missing(&asked).map_err(said)?;
    Ok(Told { report: format!("{count} have not answered everything: {}\n", file.display()), unfinished: None })
}

/// `svar withdraw`.
///
/// # Errors
/// What was expected instead.
pub fn withdraw(arguments: &[String]) -> Result<Told, String> {
    let known = ["--study", "--data", "--pseudonym", "--reference", "--ids", "--by"];
    let options = Options::read(arguments, &known, &[])?;
    let whom = match (options.get("--pseudonym"), options.get("--reference"), options.get("--ids")) {
        (Some(pseudonym), None, None) => Whom::pseudonym(pseudonym),
        (None, Some(reference), None) => withdraw::reference(reference),
        (None, None, Some(file)) => withdraw::ids(&PathBuf::from(file)),
        _ => return Err("expected one of --pseudonym P, --reference R and --ids FILE".to_owned()),
    };
    let (whom, by) = (whom.map_err(said)?, who(options.get("--by")).map_err(said)?);
    let (study, data) = (options.study()?, options.data()?);
    let asked = withdraw::Asked { study: &study.study.id, data: &data, whom: &whom, by: &by, now: Timestamp::now() };
    let withdrawal = withdraw::withdraw(&asked).map_err(said)?;
    let not_found = withdrawal.not_found.len();
    let some = (not_found > 0).then(|| format!("expected UUIDs of the study's submissions, found {not_found} others"));
    Ok(Told { report: withdrawal.to_string(), unfinished: withdrawal.unfinished.map(said).or(some) })
}

/// `svar purge`.
///
/// # Errors
/// What was expected instead.
pub fn purge(arguments: &[String]) -> Result<Told, String> {
    let known = ["--study", "--data", "--before", "--by"];
    let options = Options::read(arguments, &known, &["--contact-only", "--undelivered", "--yes"])?;
    let before = options.get("--before").ok_or("expected --before DATE, found none")?;
    let wrong = || format!("expected --before as a date, such as 2027-01-01, found `{before}`");
    let before: Date = before.parse().map_err(|_| wrong())?;
    let by = who(options.get("--by")).map_err(said)?;
    let (study, data) = (options.study()?, options.data()?);
    let purged = purge::purge(&purge::Asked {
        study: &study.study,
        data: &data,
        before,
        contact_only: options.has("--contact-only"),
        undelivered: options.has("--undelivered"),
        delete: options.has("--yes"),
        by: &by,
        now: Timestamp::now(),
    })
    .map_err(said)?;
    Ok(Told { report: purged.to_string(), unfinished: purged.unfinished.map(said) })
}
