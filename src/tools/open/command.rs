//! `svar keygen` and `svar open`, as typed.

use std::{fs, path::PathBuf};

use super::{Summary, open};
use crate::tools::{
    jose::{PrivateKey, public_jwk},
    keys,
    studies::StudyFolder,
};

/// Makes a key, and returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn keygen(arguments: &[String]) -> Result<String, String> {
    let (mut folder, mut kid) = (None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("expected a value after {name}, found none"))?;
        match name.as_str() {
            "--out" => folder = Some(PathBuf::from(value)),
            "--kid" => kid = Some(value.clone()),
            other => return Err(format!("expected --out or --kid, found `{other}`")),
        }
    }
    let folder = folder.ok_or("expected --out DIR, where the private key is to lie")?;
    let kid = kid.unwrap_or_else(|| jiff::Timestamp::now().strftime("answers-%Y-%m-%d").to_string());
    let (file, key) = keys::generate(&folder, &kid).map_err(|error| error.to_string())?;
    Ok(format!(
        "private key  {}\nKeep it offline, and a copy elsewhere: without it nothing that is sealed to it can be opened.\n\n\
         For study.json, as `key` of the endpoint:\n{}\n",
        file.display(),
        public_jwk(&key.public())
    ))
}

/// Opens what was received, and returns how much of it there was.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<Summary, String> {
    let (mut keys, mut studies, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
    let (mut folder, mut inputs) = (None, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().map(PathBuf::from).ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--key" => keys.push(value()?),
            "--studies" => studies.push(value()?),
            "--withdrawn" => withdrawn.push(value()?),
            "--out" => folder = Some(value()?),
            option if option.starts_with('-') => {
                return Err(format!("expected --key, --studies, --withdrawn or --out, found `{option}`"));
            }
            input => inputs.push(PathBuf::from(input)),
        }
    }
    if studies.is_empty() {
        return Err("expected --studies DIR, the folder of the studies that were answered".to_owned());
    }
    let folder = folder.ok_or("expected --out DIR, where the tables are to lie")?;
    if inputs.is_empty() {
        return Err("expected a collector's database, or files, to open; found none".to_owned());
    }
    let keys = read_keys(&keys)?;
    let load = |folder: &PathBuf| StudyFolder::load_all(folder).map_err(|error| error.to_string());
    let studies = studies.iter().map(load).collect::<Result<Vec<_>, _>>()?.concat();
    open(&keys, &studies, &inputs, &withdrawn, &folder).map_err(|error| error.to_string())
}

/// Reads the files of private keys.
///
/// # Errors
/// A file that cannot be read, or holds no key.
pub fn read_keys(files: &[PathBuf]) -> Result<Vec<PrivateKey>, String> {
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        PrivateKey::read(&text).map_err(|error| format!("{}: {error}", file.display()))
    };
    files.iter().map(read).collect()
}
