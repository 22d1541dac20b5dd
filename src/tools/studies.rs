//! A study folder: `study.json`, the questionnaires that it names, and `modules/*.json`, which those are assembled of.
//! Loaded whole, or not at all; [`super::check`] is the one that gathers everything that is wrong.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use super::packs::{Fault, Packs};
use crate::{
    questionnaire::{
        self, Finding, Form, Severity,
        assemble::{assemble, canonical_of},
        compact::{self, CompactError, Holds},
    },
    study::{Study, source},
};

/// The manifest's name in a study folder.
pub const MANIFEST: &str = "study.json";

/// What the compiled manifest is called.
pub const COMPILED_MANIFEST: &str = "study.svar";

/// Why a study cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// A file that cannot be read.
    #[error("{}: expected a readable file, found: {source}", file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that is no JSON.
    #[error("{}: expected JSON, found: {source}", file.display())]
    Json {
        /// Which file.
        file: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// A manifest that is not as it should be.
    #[error("{}: {source}", file.display())]
    Manifest {
        /// Which file.
        file: PathBuf,
        /// What is wrong in it.
        source: source::ManifestError,
    },
    /// A questionnaire's file is named in a way that would leave the folder, or is no JSON file.
    #[error("{}: expected the name of a .json file in this folder, found `{name}`", file.display())]
    FileName {
        /// The manifest.
        file: PathBuf,
        /// The name in it.
        name: String,
    },
    /// A questionnaire outside the profile.
    #[error("{}: expected a questionnaire within the profile, found:\n{}", file.display(), list(findings))]
    Questionnaire {
        /// Which file.
        file: PathBuf,
        /// Its errors.
        findings: Vec<Finding>,
    },
    /// Text packs that do not fit; none of them is used then.
    #[error("expected text packs that fit the study, found:\n{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
    Packs {
        /// What is wrong with which.
        faults: Vec<Fault>,
    },
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
}

/// A questionnaire of a study, assembled and within the profile.
#[derive(Clone, Debug)]
pub struct Questionnaire {
    /// The assembled FHIR resource.
    pub assembled: Value,
    /// The form that was read from it.
    pub form: Arc<Form>,
    /// `url|version`.
    pub canonical: String,
}

/// A study with its questionnaires.
#[derive(Clone, Debug)]
pub struct StudyFolder {
    /// The manifest; its files are named as in the source (`consent.json`).
    pub study: Study,
    /// The questionnaires, by file stem (`consent`).
    pub questionnaires: BTreeMap<String, Questionnaire>,
}

impl StudyFolder {
    /// Loads the study in `folder`, with the words of the text packs that lie there.
    ///
    /// # Errors
    /// The first file that cannot be used, and why.
    pub fn load(folder: &Path) -> Result<StudyFolder, StudyError> {
        let manifest = folder.join(MANIFEST);
        let study = source::read(&read_json(&manifest)?)
            .map_err(|source| StudyError::Manifest { file: manifest.clone(), source })?;
        let modules = modules(folder)?;
        let languages: Vec<&str> = study.languages.iter().map(String::as_str).collect();
        let mut roots = BTreeMap::new();
        for name in files(&study) {
            let stem =
                stem(name).ok_or_else(|| StudyError::FileName { file: manifest.clone(), name: name.to_owned() })?;
            if !roots.contains_key(stem) {
                let file = folder.join(name);
                roots.insert(stem.to_owned(), (read_json(&file)?, file));
            }
        }
        let packs = Packs::read(folder, &[])?;
        let faults = packs.faults(roots.values().map(|(root, _)| root).chain(&modules), &languages);
        if !faults.is_empty() {
            return Err(StudyError::Packs { faults });
        }
        let mut questionnaires = BTreeMap::new();
        for (stem, (root, file)) in &roots {
            questionnaires.insert(stem.clone(), questionnaire(root, file, &modules, &packs, &languages)?);
        }
        Ok(StudyFolder { study, questionnaires })
    }

    /// Loads every study below `folder`: each subfolder with a manifest, or `folder` itself if it has one.
    ///
    /// # Errors
    /// As [`StudyFolder::load`].
    pub fn load_all(folder: &Path) -> Result<Vec<StudyFolder>, StudyError> {
        folders(folder)?.iter().map(|folder| StudyFolder::load(folder)).collect()
    }

    /// The questionnaire that the manifest calls `file`.
    pub fn questionnaire(&self, file: &str) -> Option<&Questionnaire> {
        self.questionnaires.get(stem(file)?)
    }

    /// The files that the widget loads: [`COMPILED_MANIFEST`], and each questionnaire as `<stem>.svar`.
    ///
    /// # Errors
    /// As [`compact::encode`].
    pub fn compile(&self) -> Result<Vec<(String, Vec<u8>)>, CompactError> {
        self.compile_named(|stem, _| format!("{stem}.svar"))
    }

    /// As [`StudyFolder::compile`], with names of the caller's own, made of a questionnaire's stem and its bytes. The
    /// manifest keeps its name, since everything else is found through it.
    ///
    /// # Errors
    /// As [`compact::encode`].
    pub fn compile_named(&self, name: impl Fn(&str, &[u8]) -> String) -> Result<Vec<(String, Vec<u8>)>, CompactError> {
        let mut compiled = Vec::with_capacity(self.questionnaires.len().saturating_add(1));
        let mut renamed = BTreeMap::new();
        for (stem, questionnaire) in &self.questionnaires {
            let bytes = compact::encode(Holds::Form, questionnaire.form.as_ref())?;
            let name = name(stem, &bytes);
            renamed.insert(stem.as_str(), name.clone());
            compiled.push((name, bytes));
        }
        let mut study = self.study.clone();
        for file in files_mut(&mut study) {
            if let Some(name) = stem(file).and_then(|stem| renamed.get(stem)) {
                file.clone_from(name);
            }
        }
        compiled.insert(0, (COMPILED_MANIFEST.to_owned(), compact::encode(Holds::Study, &study)?));
        Ok(compiled)
    }
}

/// The folders of the studies below `folder`: each subfolder with a manifest, or `folder` itself if it has one.
///
/// # Errors
/// [`StudyError::Read`] if the folder cannot be read.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    if folder.join(MANIFEST).is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut folders = entries(folder)?;
    folders.retain(|folder| folder.join(MANIFEST).is_file());
    Ok(folders)
}

/// The files that a manifest names, as it names them, in the order of the waves.
pub fn files(study: &Study) -> impl Iterator<Item = &str> {
    study.waves.iter().flat_map(|wave| {
        let consent = wave.consent.iter().map(|consent| consent.file.as_str());
        let contact = wave.contact.iter().flat_map(|form| [Some(&form.file), form.with_identity.as_ref()]);
        let contact = contact.flatten().map(String::as_str);
        consent.chain(contact).chain(wave.parts.iter().map(|part| part.file.as_str()))
    })
}

fn files_mut(study: &mut Study) -> impl Iterator<Item = &mut String> {
    study.waves.iter_mut().flat_map(|wave| {
        let consent = wave.consent.iter_mut().map(|consent| &mut consent.file);
        let contact = wave.contact.iter_mut().flat_map(|form| [Some(&mut form.file), form.with_identity.as_mut()]);
        consent.chain(contact.flatten()).chain(wave.parts.iter_mut().map(|part| &mut part.file))
    })
}

/// The stem of a plain file name `<stem>.json`; none for a path, since a manifest may not reach out of its folder.
pub fn stem(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".json")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (!stem.is_empty() && !stem.starts_with('.') && stem.chars().all(plain)).then_some(stem)
}

/// Reads a file as JSON.
///
/// # Errors
/// [`StudyError::Read`] or [`StudyError::Json`].
pub fn read_json(file: &Path) -> Result<Value, StudyError> {
    let bytes = fs::read(file).map_err(|source| StudyError::Read { file: file.to_owned(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| StudyError::Json { file: file.to_owned(), source })
}

/// The `.json` files in `folder/modules`, in the order of their names; none if there is no such folder.
///
/// # Errors
/// [`StudyError::Read`] if the folder is there and cannot be read.
pub fn module_files(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let modules = folder.join("modules");
    if !modules.is_dir() {
        return Ok(Vec::new());
    }
    json_files(&modules)
}

/// The `.json` files in `folder`, in the order of their names.
///
/// # Errors
/// [`StudyError::Read`] if the folder cannot be read.
pub fn json_files(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let mut files = entries(folder)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    Ok(files)
}

fn modules(folder: &Path) -> Result<Vec<Value>, StudyError> {
    module_files(folder)?.iter().map(|file| read_json(file)).collect()
}

/// What stands in a folder, in the order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let unreadable = |source| StudyError::Read { file: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut paths =
        entries.map(|entry| Ok(entry.map_err(unreadable)?.path())).collect::<Result<Vec<PathBuf>, StudyError>>()?;
    paths.sort();
    Ok(paths)
}

fn questionnaire(
    root: &Value,
    file: &Path,
    modules: &[Value],
    packs: &Packs,
    languages: &[&str],
) -> Result<Questionnaire, StudyError> {
    let refused = |findings| StudyError::Questionnaire { file: file.to_owned(), findings };
    let mut assembled = assemble(root, modules).map_err(refused)?;
    packs.put_into(&mut assembled);
    let reading = questionnaire::read(&assembled, languages);
    match reading.form {
        Some(form) => Ok(Questionnaire { canonical: canonical_of(&assembled), form: Arc::new(form), assembled }),
        None => {
            let errors = reading.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
            Err(refused(errors.collect()))
        }
    }
}
