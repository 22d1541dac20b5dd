//! `svar export`, as typed.

use std::path::PathBuf;

use super::{Except, Order, Permission, export};
use crate::tools::{
    codebook::command::language_of,
    open::{Summary, command::read_keys},
    studies::StudyFolder,
};

/// Exports a study, and returns how much of it there was.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<Summary, String> {
    let (mut study, mut folder, mut language, mut only_if, mut except) = (None, None, None, None, None);
    let (mut keys, mut earlier, mut withdrawn, mut inputs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().map(PathBuf::from).ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--study" => study = Some(value()?),
            "--out" => folder = Some(value()?),
            "--language" => language = Some(value()?.display().to_string()),
            "--only-if" => {
                let given: Permission = value()?.display().to_string().parse().map_err(said)?;
                if only_if.replace(given).is_some() {
                    return Err("expected --only-if once, found it twice".to_owned());
                }
            }
            "--except" => {
                if except.replace(Except::read(&value()?).map_err(said)?).is_some() {
                    return Err("expected --except once, found it twice".to_owned());
                }
            }
            "--key" => keys.push(value()?),
            "--earlier" => earlier.push(value()?),
            "--withdrawn" => withdrawn.push(value()?),
            option if option.starts_with('-') => {
                let known = "--study, --out, --key, --earlier, --withdrawn, --only-if, --except or --language";
                return Err(format!("expected {known}, found `{option}`"));
            }
            input => inputs.push(PathBuf::from(input)),
        }
    }
    let study = study.ok_or("expected --study DIR, the folder of the study that was answered, found none")?;
    let folder = folder.ok_or("expected --out DIR, where the tables are to lie, found none")?;
    if inputs.is_empty() {
        return Err("expected a collector's database, or files, to export; found none".to_owned());
    }
    let load = |folder: &PathBuf| StudyFolder::load(folder).map_err(|error| error.to_string());
    let study = load(&study)?;
    let earlier = earlier.iter().map(load).collect::<Result<Vec<_>, _>>()?;
    let keys = read_keys(&keys)?;
    let language = language_of(&study, language)?;
    let (only_if, except) = (only_if.as_ref(), except.as_ref());
    let (withdrawn, language) = (&withdrawn, language.as_str());
    let order = Order { study, earlier, keys: &keys, inputs: &inputs, withdrawn, only_if, except, language };
    export(order, &folder).map_err(|error| error.to_string())
}

fn said(error: impl std::error::Error) -> String {
    error.to_string()
}
