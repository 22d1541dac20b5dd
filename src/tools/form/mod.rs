//! A wave on paper (`svar form`): for those who cannot or will not answer on a screen. Somebody keys it in later, by an
//! invitation of the mode `paper`.

mod questions;
mod rich;
mod sheet;
mod words;

use std::{fs, path::PathBuf};

pub(crate) use rich::rich;

use super::{codebook::command::language_of, studies::StudyFolder};

/// `svar form`, as typed; returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let (mut study, mut file, mut wave, mut language) = (None, None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().cloned().ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--out" => file = Some(PathBuf::from(value()?)),
            "--wave" => wave = Some(value()?),
            "--language" => language = Some(value()?),
            option if option.starts_with('-') => {
                return Err(format!("expected --wave, --language or --out, found `{option}`"));
            }
            input if study.is_none() => study = Some(PathBuf::from(input)),
            input => return Err(format!("expected one study folder, found `{input}` beside it")),
        }
    }
    let study = study.ok_or("expected the folder of a study, found none")?;
    let file = file.ok_or("expected --out FILE.html, where the form is to lie, found none")?;
    let study = StudyFolder::load(&study).map_err(|error| error.to_string())?;
    let language = language_of(&study, language)?;
    let waves: Vec<&str> = study.study.waves.iter().map(|wave| wave.id.as_str()).collect();
    let wave = wave.ok_or_else(|| format!("expected --wave with one of {}, found none", waves.join(", ")))?;
    let found = study.study.wave(&wave);
    let found = found.ok_or_else(|| format!("expected one of the waves {}, found `{wave}`", waves.join(", ")))?;
    let (html, count) = sheet::sheet(&study, found, &language);
    fs::write(&file, html.into_string()).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{count} questions of wave {wave} on paper"))
}
