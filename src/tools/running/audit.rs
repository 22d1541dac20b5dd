//! The log of acts on a study's data: one line for each, only ever added to.
//!
//! A line must let the study show that a withdrawal was carried out, and must hold nobody's pseudonym, since the log
//! outlives what was deleted. So it holds a mark ([`super::mark`]).

use std::{
    env,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{RunningError, register::Counts};

/// The log's file in the data folder.
pub const LOG: &str = "audit.log";

/// What a line says.
#[derive(Clone, Debug, Default)]
pub struct Act<'a> {
    /// `withdraw`, `purge` or `missing`.
    pub command: &'a str,
    /// Who did it.
    pub by: &'a str,
    /// The study's id.
    pub study: &'a str,
    /// What it went by, such as `reference`, and for whom: name and value, without spaces.
    pub facts: Vec<(&'a str, String)>,
    /// How much of what was deleted, revoked or listed.
    pub counts: Counts,
    /// Whether it came to its end.
    pub done: bool,
}

/// The log, ready to be written to: opened before anything is deleted, so that no deletion is without a line for want
/// of rights.
#[derive(Debug)]
pub struct Audit {
    file: PathBuf,
    log: File,
}

impl Audit {
    /// Opens the log in the data folder, or makes it, readable to its owner alone.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn open(data: &Path) -> Result<Audit, RunningError> {
        let file = data.join(LOG);
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let expected = "a log that can be added to";
        let opened = options.open(&file).and_then(|log| {
            // The file's name is on disk, too.
            #[cfg(unix)]
            File::open(data)?.sync_all()?;
            Ok(log)
        });
        match opened {
            Ok(log) => Ok(Audit { file, log }),
            Err(source) => Err(RunningError::File { file, expected, source }),
        }
    }

    /// Adds a line. It is on disk when this returns.
    ///
    /// # Errors
    /// If it is not.
    pub fn write(mut self, at: Timestamp, act: &Act<'_>) -> Result<(), RunningError> {
        let mut words = vec![
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            act.command.to_owned(),
            ["by=", act.by].concat(),
            ["study=", act.study].concat(),
        ];
        words.extend(act.facts.iter().map(|(name, value)| [name, "=", value].concat()));
        words.extend(act.counts.iter().map(|(name, count)| format!("{}={count}", name.trim_end_matches(".sqlite"))));
        words.push(["state=", if act.done { "done" } else { "run-again" }].concat());
        // One write: lines of two processes do not mix.
        let line = words.join(" ") + "\n";
        let written = self.log.write_all(line.as_bytes()).and_then(|()| self.log.sync_all());
        written.map_err(|source| RunningError::File { file: self.file, expected: "to add to the log", source })
    }
}

/// Who does it: the name that was given, or what the system calls whoever runs this.
///
/// # Errors
/// [`RunningError::By`] if the given name could not stand in a line.
pub fn who(given: Option<&str>) -> Result<String, RunningError> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if let Some(name) = given {
        let fits = (1..=64).contains(&name.chars().count()) && name.chars().all(plain);
        return if fits { Ok(name.to_owned()) } else { Err(RunningError::By) };
    }
    let named = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| env::var(name).ok());
    let name: String = named.unwrap_or_default().chars().filter(|c| plain(*c)).take(64).collect();
    Ok(if name.is_empty() { "unknown".to_owned() } else { name })
}
