//! A wave on paper (`svar form`): for those who cannot or will not answer on a screen. Somebody keys it in later, by an
//! invitation of the mode `paper`.

mod conditions;
mod known;
mod questions;
mod rich;
mod sheet;
mod table;
mod words;

use std::{fs, path::PathBuf};

pub(crate) use rich::rich;

use known::depends_on_variant;

use super::{codebook::command::language_of, studies::StudyFolder};
use crate::study::Wave;

/// `svar form`, as typed; returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<String, String> {
    let (mut study, mut file, mut wave, mut language, mut variant) = (None, None, None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().cloned().ok_or_else(|| format!("expected a value after {name}, found none"));
        match name.as_str() {
            "--out" => file = Some(PathBuf::from(value()?)),
            "--wave" => wave = Some(value()?),
            "--language" => language = Some(value()?),
            "--variant" => variant = Some(value()?),
            option if option.starts_with('-') => {
                return Err(format!("expected --wave, --language, --variant or --out, found `{option}`"));
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
    let variant = variant_of(&study, found, variant)?;
    let (html, count) = sheet::sheet(&study, found, &language, variant.as_deref());
    fs::write(&file, html.into_string()).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{count} questions of wave {wave} on paper"))
}

/// The variant that was asked for; none where the wave is the same for all.
///
/// # Errors
/// The study does not have it, or questions of the wave depend on one and none was named.
fn variant_of(study: &StudyFolder, wave: &Wave, asked: Option<String>) -> Result<Option<String>, String> {
    let variants = &study.study.variants;
    let known = variants.join(", ");
    match asked {
        Some(variant) if variants.is_empty() => {
            Err(format!("expected no --variant, since the study has none, found `{variant}`"))
        }
        Some(variant) if !variants.contains(&variant) => {
            Err(format!("expected one of the study's variants ({known}), found `{variant}`"))
        }
        None if !variants.is_empty() => {
            let consent = wave.consent.iter().map(|form| &form.file);
            let contact = wave.contact.iter().map(|form| &form.file);
            let mut files = consent.chain(wave.parts.iter().map(|part| &part.file)).chain(contact);
            let depends = files.any(|file| study.questionnaire(file).is_some_and(|of| depends_on_variant(&of.form)));
            match depends {
                true => Err(format!(
                    "expected --variant with one of {known}, since what is asked depends on it; found none"
                )),
                false => Ok(None),
            }
        }
        asked => Ok(asked),
    }
}
