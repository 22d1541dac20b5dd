//! A picture of a study (`svar flow`): the pages of every wave in their order, how many questions each has, and what
//! decides whether it is shown. It is laid out on sheets of A4, so that it prints as it looks.

mod nodes;
mod picture;
mod wrap;

use std::{fs, path::PathBuf};

use super::{codebook::command::language_of, studies::StudyFolder};

/// `svar flow`, as typed; returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let (mut study, mut file, mut language) = (None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().cloned().ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--out" => file = Some(PathBuf::from(value()?)),
            "--language" => language = Some(value()?),
            option if option.starts_with('-') => return Err(format!("expected --out or --language, found `{option}`")),
            input if study.is_none() => study = Some(PathBuf::from(input)),
            input => return Err(format!("expected one study folder, found `{input}` beside it")),
        }
    }
    let study = study.ok_or("expected the folder of a study, found none")?;
    let file = file.ok_or("expected --out FILE.svg, where the picture is to lie, found none")?;
    let study = StudyFolder::load(&study).map_err(|error| error.to_string())?;
    let language = language_of(&study, language)?;
    let waves = nodes::waves(&study, &language);
    let (svg, sheets) = picture::picture(&study, &waves, &language);
    fs::write(&file, svg.into_string()).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} waves on {sheets} sheets", waves.len()))
}
