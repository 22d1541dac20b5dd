//! The studies of this repository, assembled by the engine itself.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use serde_json::Value;
use svar::{
    questionnaire::{self, Finding, Form, assemble::assemble},
    study::{Study, source},
};

/// A questionnaire of a study.
pub(crate) struct Part {
    pub(crate) study: String,
    /// File stem: `q1-core`.
    pub(crate) name: String,
    pub(crate) assembled: Value,
    pub(crate) form: Arc<Form>,
    pub(crate) findings: Vec<Finding>,
}

/// Every questionnaire that a manifest names.
pub(crate) fn parts() -> &'static [Part] {
    static PARTS: OnceLock<Vec<Part>> = OnceLock::new();
    PARTS.get_or_init(|| folders().iter().flat_map(|folder| load(folder)).collect())
}

/// A questionnaire of the study `health-at-work`.
pub(crate) fn part(name: &str) -> &'static Part {
    let found = parts().iter().find(|part| part.study == "health-at-work" && part.name == name);
    found.unwrap_or_else(|| panic!("no questionnaire {name} in health-at-work"))
}

/// Every manifest.
pub(crate) fn manifests() -> Vec<Study> {
    folders().iter().map(|folder| manifest(folder)).collect()
}

pub(crate) fn json(file: &Path) -> Value {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn folders() -> Vec<PathBuf> {
    let mut folders = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("studies"));
    folders.retain(|folder| folder.join("study.json").is_file());
    assert!(!folders.is_empty(), "no study");
    folders
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn manifest(folder: &Path) -> Study {
    source::read(&json(&folder.join("study.json"))).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn load(folder: &Path) -> Vec<Part> {
    let study = manifest(folder);
    let modules: Vec<Value> = entries(&folder.join("modules")).iter().map(|file| json(file)).collect();
    let languages: Vec<&str> = study.languages.iter().map(String::as_str).collect();
    let files = study.waves.iter().flat_map(|wave| {
        let consent = wave.consent.iter().map(|consent| consent.file.clone());
        let contact = wave.contact.iter().flat_map(|form| [Some(form.file.clone()), form.with_identity.clone()]);
        let consent = consent.chain(contact.flatten());
        consent.chain(wave.parts.iter().map(|part| part.file.clone())).collect::<Vec<_>>()
    });
    files
        .map(|file| {
            let assembled = assemble(&json(&folder.join(&file)), &modules);
            let assembled = assembled.unwrap_or_else(|findings| panic!("{file}: {findings:#?}"));
            let reading = questionnaire::read(&assembled, &languages);
            let form = reading.form.unwrap_or_else(|| panic!("{file}: {:#?}", reading.findings));
            let name = file.trim_end_matches(".json").to_owned();
            Part { study: study.id.clone(), name, assembled, form: Arc::new(form), findings: reading.findings }
        })
        .collect()
}
