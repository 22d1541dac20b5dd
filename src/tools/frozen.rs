//! The lock on published versions: `studies/versions.lock` holds one line for each `url|version` with a hash of what it
//! asks, so that a questionnaire that was published is never changed under the version that answers name.
//!
//! The hash is over the file's own JSON, without spaces and with its members in order: structure, codes and texts. What
//! is only said about a questionnaire (`status`, `date`, `publisher`, the instrument's metadata and scores) may be
//! corrected, since nobody was asked anything else by it. A questionnaire made of modules names their versions, so it
//! needs a new version where a module has one.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::studies::{StudyError, json_files, module_files, read_json};

/// The lock's name in the folder of the studies.
pub const LOCK: &str = "versions.lock";

/// What a lock begins with.
const HEADING: &str = "\
# Published versions, each with a hash of what it asks; written by `cargo xtask freeze` (CONTRIBUTING.md). Lines stay.
";

/// Said about a questionnaire, and not by it.
const ABOUT: [&str; 3] = ["status", "date", "publisher"];

/// The extension with the instrument's metadata.
const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";

/// A line of a lock that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{LOCK}, line {line}: expected `url|version hash`, each version once, found `{found}`")]
pub struct LockError {
    /// Which, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

/// A questionnaire of a study, or a module of one, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// `url|version`.
    pub canonical: String,
    /// Of what it asks: 32 hexadecimal digits.
    pub hash: String,
    /// Drafts may change; they are not locked.
    pub draft: bool,
    /// Where it stands.
    pub file: PathBuf,
}

impl Version {
    /// Of a FHIR Questionnaire; none if it is no such thing.
    pub fn of(resource: &Value, file: &Path) -> Option<Version> {
        if resource.get("resourceType")?.as_str()? != "Questionnaire" {
            return None;
        }
        let text = |name: &str| resource.get(name).and_then(Value::as_str);
        Some(Version {
            canonical: format!("{}|{}", text("url")?, text("version")?),
            hash: hash(resource),
            draft: text("status") == Some("draft"),
            file: file.to_owned(),
        })
    }

    /// Every questionnaire and module in the studies below `folder`, in the order of the files.
    ///
    /// # Errors
    /// A file or folder that cannot be read.
    pub fn all(folder: &Path) -> Result<Vec<Version>, StudyError> {
        let mut versions = Vec::new();
        for study in super::studies::folders(folder)? {
            let mut files = json_files(&study)?;
            files.extend(module_files(&study)?);
            for file in files {
                versions.extend(Version::of(&read_json(&file)?, &file));
            }
        }
        Ok(versions)
    }
}

/// The first 128 bits of the SHA-256 of what is asked: nobody makes two questionnaires alike on purpose here.
fn hash(resource: &Value) -> String {
    let mut asked = resource.clone();
    if let Value::Object(members) = &mut asked {
        members.retain(|name, _| !ABOUT.contains(&name.as_str()));
        if let Some(Value::Array(extensions)) = members.get_mut("extension") {
            extensions.retain(|extension| extension.get("url").and_then(Value::as_str) != Some(INSTRUMENT));
        }
    }
    let bytes = ordered(&asked).to_string();
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// With the members of every object in the order of their names, whatever order the parser keeps.
fn ordered(value: &Value) -> Value {
    match value {
        Value::Array(entries) => entries.iter().map(ordered).collect(),
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), ordered(value))).collect())
        }
        other => other.clone(),
    }
}

/// What stands between the files and the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A published version asks something else than it did.
    Changed(Version),
    /// A version that is no draft and was never locked.
    New(Version),
    /// One version in two files that ask different things.
    Twice(Version, PathBuf),
}

impl fmt::Display for Breach {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Breach::Changed(Version { canonical, file, .. }) => write!(
                to,
                "{}: expected what was published under {canonical}, found other questions, codes or texts; give it a new \
                 version, and run `cargo xtask freeze`",
                file.display()
            ),
            Breach::New(Version { canonical, file, .. }) => write!(
                to,
                "{}: expected a line for {canonical} in {LOCK}, or the status draft, found neither; run `cargo xtask \
                 freeze`",
                file.display()
            ),
            Breach::Twice(Version { canonical, file, .. }, other) => write!(
                to,
                "{}: expected the same under {canonical} as in {}, found other questions, codes or texts",
                file.display(),
                other.display()
            ),
        }
    }
}

/// The published versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock(BTreeMap<String, String>);

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    /// The first line that is none, or names a version that an earlier one has.
    pub fn read(text: &str) -> Result<Lock, LockError> {
        let mut lock = BTreeMap::new();
        for (line, number) in text.lines().zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || LockError { line: number, found: line.to_owned() };
            let (canonical, hash) = line.rsplit_once(' ').ok_or_else(wrong)?;
            let digits = |c: char| matches!(c, '0'..='9' | 'a'..='f');
            if !canonical.contains('|') || canonical.contains(' ') || hash.len() != 32 || !hash.chars().all(digits) {
                return Err(wrong());
            }
            if lock.insert(canonical.to_owned(), hash.to_owned()).is_some() {
                return Err(wrong());
            }
        }
        Ok(Lock(lock))
    }

    /// Where the files are not as the lock has them.
    pub fn breaches(&self, versions: &[Version]) -> Vec<Breach> {
        let mut seen = BTreeMap::<&str, &Version>::new();
        let mut breaches = Vec::new();
        for version in versions {
            match seen.get(version.canonical.as_str()) {
                Some(first) if first.hash != version.hash => {
                    breaches.push(Breach::Twice(version.clone(), first.file.clone()));
                }
                Some(_) => {}
                None => {
                    seen.insert(&version.canonical, version);
                    match self.0.get(&version.canonical) {
                        Some(published) if *published != version.hash => {
                            breaches.push(Breach::Changed(version.clone()));
                        }
                        None if !version.draft => breaches.push(Breach::New(version.clone())),
                        _ => {}
                    }
                }
            }
        }
        breaches
    }

    /// Locks a version as it is, in place of what the lock may have under it.
    pub fn set(&mut self, version: &Version) {
        self.0.insert(version.canonical.clone(), version.hash.clone());
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(HEADING)?;
        self.0.iter().try_for_each(|(canonical, hash)| writeln!(to, "{canonical} {hash}"))
    }
}
