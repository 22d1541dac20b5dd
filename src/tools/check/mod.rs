//! What is wrong with a study's files, said where its author finds it: the file, the place in that file, the question's
//! words. A module is judged by the questionnaires that include it, since its conditions may look at their items. How a
//! study reads is measured beside it ([`reading`]).

mod contact;
mod locate;
mod manifest;
pub mod reading;
pub mod sentences;
mod texts;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    packs::{Packs, place_before},
    scores,
    studies::{self, MANIFEST, StudyError},
};
use crate::questionnaire::{
    self, Finding, Form, Rule, Severity,
    assemble::{assemble, canonical_of},
};
use locate::Origin;
use reading::Reading;

/// Marks a module (`docs/questionnaire-profile.md`).
const ASSEMBLE: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-assemble-expectation";

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A file that cannot be read.
    #[error("{}: expected a readable file, found: {source}", file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A folder without a manifest.
    #[error("{}: expected the folder of a study, found one without {MANIFEST}", folder.display())]
    NoStudy {
        /// Which folder.
        folder: PathBuf,
    },
    /// Text packs beside something that is no study.
    #[error("{}: expected the folder of a study to put text packs into, found something else", path.display())]
    PacksOfNoStudy {
        /// What was to be checked.
        path: PathBuf,
    },
    /// A questionnaire that cannot be assembled, where only the assembled one will do.
    #[error("{report}")]
    Assemble {
        /// What stands in the way.
        report: Report,
    },
}

/// What was found in which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// What is wrong in it. The path is one in this file, also where the finding came up in the assembled form.
    pub finding: Finding,
}

/// What came of checking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The files looked at.
    pub files: Vec<PathBuf>,
    /// What was found, each thing once.
    pub found: Vec<Found>,
    /// How each study reads that was checked as a whole.
    pub readings: Vec<Reading>,
}

impl Report {
    /// How many findings are as grave as this.
    pub fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|found| found.finding.severity == severity).count()
    }

    /// Adds what another report says.
    pub fn append(&mut self, other: Report) {
        other.files.iter().for_each(|file| self.looked_at(file));
        other.found.into_iter().for_each(|found| self.add(&found.file, found.finding));
        self.readings.extend(other.readings);
    }

    fn looked_at(&mut self, file: &Path) {
        if !self.files.iter().any(|known| known == file) {
            self.files.push(file.to_owned());
        }
    }

    fn add(&mut self, file: &Path, finding: Finding) {
        let found = Found { file: file.to_owned(), finding };
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    fn error(&mut self, file: &Path, rule: Rule, path: &str, message: String) {
        let finding = Finding { severity: Severity::Error, rule, path: path.to_owned(), about: None, message };
        self.add(file, finding);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for found in &self.found {
            writeln!(out, "{}: {}", found.file.display(), found.finding)?;
        }
        for advice in self.readings.iter().flat_map(|reading| &reading.advice) {
            writeln!(out, "{advice}")?;
        }
        let counted = |count: usize, one: &str| match count {
            0 => format!("no {one}s"),
            1 => format!("1 {one}"),
            more => format!("{more} {one}s"),
        };
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let files = counted(self.files.len(), "file");
        write!(out, "{files} checked: {}, {}", counted(errors, "error"), counted(warnings, "warning"))?;
        self.readings.iter().try_for_each(|reading| write!(out, "\n\n{reading}"))
    }
}

/// A file that was read as JSON.
struct Source {
    file: PathBuf,
    value: Value,
}

impl Source {
    fn is_questionnaire(&self) -> bool {
        self.value.get("resourceType").and_then(Value::as_str) == Some("Questionnaire")
    }

    fn is_module(&self) -> bool {
        let extensions = self.value.get("extension").and_then(Value::as_array);
        extensions.into_iter().flatten().any(|extension| {
            let text = |name| extension.get(name).and_then(Value::as_str);
            text("url") == Some(ASSEMBLE) && text("valueCode") == Some("assemble-child")
        })
    }
}

/// Checks a questionnaire, a module, a manifest or the folder of a study.
///
/// # Errors
/// If something cannot be read at all; what can be read and is wrong is in the report.
pub fn check(path: &Path) -> Result<Report, CheckError> {
    check_with(path, &[])
}

/// The same for a study with these text packs, beside those that lie in its folder.
///
/// # Errors
/// As [`check`], or if there are `packs` and `path` is no study.
pub fn check_with(path: &Path, packs: &[PathBuf]) -> Result<Report, CheckError> {
    let mut report = Report::default();
    if !packs.is_empty() && !path.is_dir() && path.file_name().is_none_or(|name| name != MANIFEST) {
        return Err(CheckError::PacksOfNoStudy { path: path.to_owned() });
    }
    if path.is_dir() {
        if !path.join(MANIFEST).is_file() {
            return Err(CheckError::NoStudy { folder: path.to_owned() });
        }
        manifest::folder(&mut report, path, packs)?;
    } else if path.file_name().is_some_and(|name| name == MANIFEST) {
        manifest::folder(&mut report, folder_of(path), packs)?;
    } else if let Some(source) = read(&mut report, path)? {
        let surroundings = Surroundings::of(&source, &mut report)?;
        let Surroundings { languages, roots, modules, packs, .. } = &surroundings;
        if source.is_module() {
            module(&mut report, &source, roots, modules, packs, languages);
        } else {
            root(&mut report, &source, modules, packs, languages);
        }
    }
    Ok(report)
}

/// The questionnaire in `file`, with its modules put in, and the text packs of its study.
///
/// # Errors
/// If it cannot be read or assembled.
pub fn assembled(file: &Path) -> Result<Value, CheckError> {
    let mut report = Report::default();
    if let Some(source) = read(&mut report, file)? {
        let surroundings = Surroundings::of(&source, &mut report)?;
        match assemble(&source.value, &values(&surroundings.modules)) {
            Ok(mut assembled) if !report.found.iter().any(|found| found.finding.rule == Rule::Pack) => {
                surroundings.packs.put_into(&mut assembled);
                return Ok(assembled);
            }
            Ok(_) => {}
            Err(findings) => findings.into_iter().for_each(|finding| report.add(file, finding)),
        }
    }
    Err(CheckError::Assemble { report })
}

/// What lies around a questionnaire that is checked by itself: beside it and one folder up.
#[derive(Default)]
struct Surroundings {
    languages: Vec<String>,
    study: Option<PathBuf>,
    roots: Vec<Source>,
    modules: Vec<Source>,
    packs: Packs,
}

impl Surroundings {
    fn of(source: &Source, report: &mut Report) -> Result<Surroundings, CheckError> {
        let mut around = Surroundings::default();
        let beside = folder_of(&source.file);
        // Whatever is wrong with a neighbour is said when that one is checked.
        let mut aside = Report::default();
        for folder in [Some(beside), above(beside).as_deref()].into_iter().flatten() {
            let manifest = folder.join(MANIFEST);
            if around.languages.is_empty() && manifest.is_file() {
                around.languages = read(&mut aside, &manifest)?.map_or(Vec::new(), |found| languages(&found.value));
                around.study = Some(folder.to_owned());
            }
            for file in json_files(folder)? {
                if !same(&file, &source.file) && file.file_name().is_some_and(|name| name != MANIFEST) {
                    around.sort(read(&mut aside, &file)?);
                }
            }
        }
        if beside.join("modules").is_dir() {
            for file in json_files(&beside.join("modules"))? {
                let mut whole = Report::default();
                around.sort(read(&mut whole, &file)?);
                // A module that is no JSON may be one that this questionnaire needs.
                if !whole.found.is_empty() {
                    report.append(whole);
                }
            }
        }
        if let Some(study) = &around.study {
            let sources = around.roots.iter().chain(&around.modules).chain([source]);
            around.packs = packs(report, study, &[], sources, &around.languages)?;
        }
        Ok(around)
    }

    fn sort(&mut self, found: Option<Source>) {
        match found {
            Some(found) if found.is_module() => self.modules.push(found),
            Some(found) if found.is_questionnaire() => self.roots.push(found),
            _ => {}
        }
    }
}

/// Checks a questionnaire as it stands once its modules are in; what is found in a module is said of that file. Returns
/// the form, if nothing forbids showing it.
fn root(report: &mut Report, source: &Source, modules: &[Source], packs: &Packs, languages: &[String]) -> Option<Form> {
    let origin = Origin::of(source, modules);
    let assembled = match assemble(&source.value, &values(modules)) {
        Ok(assembled) => assembled,
        Err(findings) => {
            findings.into_iter().for_each(|finding| report.add(&source.file, finding));
            return None;
        }
    };
    for module in origin.modules() {
        report.looked_at(&module.file);
        base_language(report, source, module);
    }
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let mut reading = questionnaire::read(&assembled, &languages);
    for finding in reading.findings.drain(..) {
        let (file, finding) = origin.locate(&assembled, finding);
        report.add(&file, finding);
    }
    let mut asked = assembled.clone();
    packs.put_into(&mut asked);
    if reading.form.is_some() && asked != assembled {
        reading = questionnaire::read(&asked, &languages);
        for mut finding in reading.findings.drain(..) {
            finding.path = place_before(&asked, &assembled, &finding.path);
            let (file, finding) = origin.locate(&assembled, finding);
            report.add(&file, finding);
        }
    }
    if let Some(form) = &reading.form
        && let Err(wrong) = scores::definitions(&asked, form)
    {
        report.error(&source.file, Rule::Shape, "Questionnaire", wrong.to_string());
    }
    reading.form
}

/// Checks a module inside each of the `roots` that include it, and by itself as far as that is possible: its conditions
/// may look at items of other modules, so where some root includes it, that root is their judge.
fn module(
    report: &mut Report,
    source: &Source,
    roots: &[Source],
    modules: &[Source],
    packs: &Packs,
    languages: &[String],
) {
    let mut pool: Vec<Source> = vec![Source { file: source.file.clone(), value: source.value.clone() }];
    let others = modules.iter().filter(|other| !same(&other.file, &source.file));
    pool.extend(others.map(|other| Source { file: other.file.clone(), value: other.value.clone() }));
    let including: Vec<&Source> = roots.iter().filter(|root| locate::includes(root, source)).collect();
    for including in &including {
        let mut whole = Report::default();
        root(&mut whole, including, &pool, packs, languages);
        for found in whole.found.into_iter().filter(|found| found.file == source.file) {
            report.add(&found.file, found.finding);
        }
    }
    alone(report, source, !including.is_empty(), languages);
}

/// The text packs of the study in `folder`, and `more`; what is wrong with them is in the report, and none is used then.
fn packs<'a>(
    report: &mut Report,
    folder: &Path,
    more: &[PathBuf],
    sources: impl Iterator<Item = &'a Source>,
    languages: &[String],
) -> Result<Packs, CheckError> {
    let packs = Packs::read(folder, more).map_err(|error| match error {
        StudyError::Read { file, source } => CheckError::Read { file, source },
        other => CheckError::Read { file: folder.to_owned(), source: io::Error::other(other) },
    })?;
    packs.files().iter().for_each(|file| report.looked_at(file));
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let faults = packs.faults(sources.map(|source| &source.value), &languages);
    for fault in &faults {
        report.error(&fault.file, Rule::Pack, &fault.path, fault.message.clone());
    }
    Ok(if faults.is_empty() { packs } else { Packs::default() })
}

/// Checks a module as if it were a questionnaire.
fn alone(report: &mut Report, source: &Source, included: bool, languages: &[String]) {
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    for finding in questionnaire::read(&source.value, &languages).findings {
        if !(included && finding.rule == Rule::ConditionTarget) {
            let finding = locate::with_words(&source.value, finding);
            report.add(&source.file, finding);
        }
    }
}

/// The texts of a module are taken to be in the language of what includes it.
fn base_language(report: &mut Report, root: &Source, module: &Source) {
    let language = |source: &Source| source.value.get("language").and_then(Value::as_str).unwrap_or("none").to_owned();
    let (wanted, found) = (language(root), language(module));
    if wanted != found {
        let including = canonical_of(&root.value);
        let message = format!("expected language {wanted}, as in {including} that includes it, found {found}");
        report.error(&module.file, Rule::Translation, "Questionnaire.language", message);
    }
}

/// Reads a file; what is no JSON is said in the report.
fn read(report: &mut Report, file: &Path) -> Result<Option<Source>, CheckError> {
    report.looked_at(file);
    match studies::read_json(file) {
        Ok(value) => Ok(Some(Source { file: file.to_owned(), value })),
        Err(StudyError::Json { source, .. }) => {
            let place = format!("line {}, column {}", source.line(), source.column());
            report.error(file, Rule::NotJson, &place, format!("expected JSON, found: {source}"));
            Ok(None)
        }
        Err(StudyError::Read { file, source }) => Err(CheckError::Read { file, source }),
        Err(other) => Err(CheckError::Read { file: file.to_owned(), source: io::Error::other(other) }),
    }
}

/// The `.json` files of a folder, in the order of their names.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, CheckError> {
    let unreadable = |source| CheckError::Read { file: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.is_file() && file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn values(sources: &[Source]) -> Vec<Value> {
    sources.iter().map(|source| source.value.clone()).collect()
}

/// The languages that a manifest names, even if the rest of it is not as it should be.
fn languages(manifest: &Value) -> Vec<String> {
    let languages = manifest.get("languages").and_then(Value::as_array);
    languages.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The folder above, of a relative path too.
fn above(folder: &Path) -> Option<PathBuf> {
    match folder.parent() {
        Some(above) if above != Path::new("") => Some(above.to_owned()),
        Some(_) if folder != Path::new(".") => Some(PathBuf::from(".")),
        _ => folder.canonicalize().ok()?.parent().map(Path::to_owned),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
