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
    let (mut keys, mut studies, mut folder, mut inputs) = (Vec::new(), None, None, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().map(PathBuf::from).ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--key" => keys.push(value()?),
            "--studies" => studies = Some(value()?),
            "--out" => folder = Some(value()?),
            option if option.starts_with('-') => {
                return Err(format!("expected --key, --studies or --out, found `{option}`"));
            }
            input => inputs.push(PathBuf::from(input)),
        }
    }
    let studies = studies.ok_or("expected --studies DIR, the folder of the studies that were answered")?;
    let folder = folder.ok_or("expected --out DIR, where the tables are to lie")?;
    if inputs.is_empty() {
        return Err("expected a collector's database, or files, to open; found none".to_owned());
    }
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        PrivateKey::read(&text).map_err(|error| format!("{}: {error}", file.display()))
    };
    let keys = keys.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let studies = StudyFolder::load_all(&studies).map_err(|error| error.to_string())?;
    open(&keys, &studies, &inputs, &folder).map_err(|error| error.to_string())
}
