//! `svar codebook`, as typed.

use std::{fs, path::PathBuf};

use super::{Dictionary, page, rows};
use crate::tools::studies::StudyFolder;

/// Writes `codebook.html` and `codebook.csv`, and returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let (mut study, mut folder, mut language) = (None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--out" => folder = Some(PathBuf::from(value()?)),
            "--language" => language = Some(value()?.clone()),
            option if option.starts_with('-') => return Err(format!("expected --out or --language, found `{option}`")),
            input if study.is_none() => study = Some(PathBuf::from(input)),
            input => return Err(format!("expected one study folder, found `{input}` beside it")),
        }
    }
    let study = study.ok_or("expected the folder of a study, found none")?;
    let folder = folder.ok_or("expected --out DIR, where the codebook is to lie")?;
    let study = StudyFolder::load(&study).map_err(|error| error.to_string())?;
    let language = language_of(&study, language)?;
    let dictionary = Dictionary::of(&study, &[]).map_err(|error| error.to_string())?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = folder.join("codebook.html");
    let html = page::page(&study, &dictionary, &language).into_string();
    fs::write(&file, html).map_err(|error| format!("{}: {error}", file.display()))?;
    let file = folder.join("codebook.csv");
    let failed = |error: csv::Error| format!("{}: {error}", file.display());
    let mut table = csv::Writer::from_path(&file).map_err(failed)?;
    table.write_record(rows::heading(&dictionary.languages)).map_err(failed)?;
    let rows = rows::rows(&dictionary);
    rows.iter().try_for_each(|row| table.write_record(row)).map_err(failed)?;
    table.flush().map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} variables in {} rows", dictionary.variables.len(), rows.len()))
}

/// The language that was asked for, else the study's own.
///
/// # Errors
/// The study does not have it.
pub fn language_of(study: &StudyFolder, asked: Option<String>) -> Result<String, String> {
    let known = &study.study.languages;
    match asked {
        Some(language) if !known.contains(&language) => {
            Err(format!("expected one of the study's languages ({}), found `{language}`", known.join(", ")))
        }
        Some(language) => Ok(language),
        None => known.first().cloned().ok_or_else(|| "expected a study with a language, found none".to_owned()),
    }
}
