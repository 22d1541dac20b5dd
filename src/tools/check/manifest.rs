//! A study's folder: its manifest, every questionnaire and module in it, and how they fit together.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{CheckError, Report, Source, json_files, languages, locate, module, packs, read, reading::Reading, root};
use crate::{
    questionnaire::{Expected, Filling, Finding, Form, Kind, Rule, Severity, assemble::canonical_of},
    study::{Study, Summary, source},
    tools::{
        studies::{self, MANIFEST},
        units::calendar,
    },
};

/// Checks the study in `folder`.
pub(super) fn folder(report: &mut Report, folder: &Path, more_packs: &[PathBuf]) -> Result<(), CheckError> {
    let file = folder.join(MANIFEST);
    let Some(manifest) = read(report, &file)? else { return Ok(()) };
    let languages = languages(&manifest.value);
    let study = match source::read(&manifest.value) {
        Ok(study) => Some(study),
        Err(error) => {
            let rule = if error.found == "nothing" { Rule::Missing } else { Rule::Shape };
            report.error(&file, rule, &error.path, format!("expected {}, found {}", error.expected, error.found));
            None
        }
    };
    let modules = sources(report, &folder.join("modules"))?;
    let mut roots = sources(report, folder)?;
    // A file beside the questionnaires may be anything, unless the manifest says that it is one.
    let named: Vec<&str> = study.iter().flat_map(studies::files).collect();
    roots.retain(|root| root.is_questionnaire() || name(root).is_some_and(|name| named.contains(&name)));
    let packs = packs(report, folder, more_packs, roots.iter().chain(&modules), &languages)?;
    let mut forms = BTreeMap::new();
    for source in &roots {
        let form = if source.is_module() {
            module(report, source, &roots, &modules, &packs, &languages);
            None
        } else {
            root(report, source, &modules, &packs, &languages)
        };
        if let Some(name) = name(source) {
            forms.insert(name, form);
        }
    }
    for source in &modules {
        module(report, source, &roots, &modules, &packs, &languages);
    }
    once(report, roots.iter().chain(&modules));
    unused(report, &roots, &modules);
    let sources = roots.iter().chain(&modules);
    report.readings.push(Reading::of(folder.to_owned(), &languages, &manifest, sources, &packs));
    if let Some(study) = study {
        let mut checker = Manifest { report, file: &file, study: &study, forms: &forms };
        checker.keys();
        checker.calendar();
        checker.variants();
        checker.waves();
    }
    Ok(())
}

fn sources(report: &mut Report, folder: &Path) -> Result<Vec<Source>, CheckError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut sources = Vec::new();
    for file in json_files(folder)? {
        if file.file_name().is_some_and(|name| name != MANIFEST)
            && let Some(source) = read(report, &file)?
        {
            sources.push(source);
        }
    }
    Ok(sources)
}

fn name(source: &Source) -> Option<&str> {
    source.file.file_name()?.to_str()
}

/// Two questionnaires with one `url|version` could not be told apart in a response.
fn once<'a>(report: &mut Report, sources: impl Iterator<Item = &'a Source>) {
    let mut seen: BTreeMap<String, &Source> = BTreeMap::new();
    for source in sources {
        let canonical = canonical_of(&source.value);
        if let Some(first) = seen.get(&canonical) {
            let other = name(first).unwrap_or_default();
            let message =
                format!("expected a url and version of its own, found {canonical}, which {other} has already");
            report.error(&source.file, Rule::Shape, "Questionnaire.url", message);
        } else {
            seen.insert(canonical, source);
        }
    }
}

fn unused(report: &mut Report, roots: &[Source], modules: &[Source]) {
    for module in modules {
        if !roots.iter().any(|root| locate::includes(root, module)) {
            let message = "no questionnaire of the study includes this module".to_owned();
            let (rule, path) = (Rule::Module, "Questionnaire".to_owned());
            let finding = Finding { severity: Severity::Warning, rule, path, about: None, message };
            report.add(&module.file, finding);
        }
    }
}

/// The manifest against what lies beside it.
pub(super) struct Manifest<'a> {
    report: &'a mut Report,
    file: &'a Path,
    pub(super) study: &'a Study,
    /// The questionnaires beside it, by file name; none for one that has errors of its own.
    pub(super) forms: &'a BTreeMap<&'a str, Option<Form>>,
}

impl<'a> Manifest<'a> {
    /// The zone and the date, which the manifest's own reader cannot know of.
    fn calendar(&mut self) {
        for wrong in self.study.calendar.iter().flat_map(calendar::mistakes) {
            self.error(Rule::Shape, wrong.path, format!("expected {}, found `{}`", wrong.expected, wrong.found));
        }
    }

    /// A condition on a variant that no invitation can be for hides its item from everybody.
    fn variants(&mut self) {
        for (name, form) in self.forms.iter().filter_map(|(name, form)| Some((name, form.as_ref()?))) {
            for item in &form.items {
                let on_variant = item
                    .conditions
                    .iter()
                    .filter(|condition| form.item(condition.question).filled_from == Some(Filling::Variant));
                for condition in on_variant {
                    if let Expected::Text(found) = &condition.expected
                        && !self.study.takes(found)
                    {
                        let (known, place) = (self.study.variants.join(", "), &item.link_id);
                        let message =
                            format!("expected `{place}` of {name} to ask for one of {known}, found `{found}`");
                        self.error(Rule::ConditionCode, "study.variants", message);
                    }
                }
            }
        }
    }

    fn waves(&mut self) {
        let study = self.study;
        for (index, wave) in study.waves.iter().enumerate() {
            let path = format!("study.waves[{index}]");
            if study.waves.iter().take(index).any(|other| other.id == wave.id) {
                self.error(Rule::Shape, &path, format!("expected an id of its own, found `{}` twice", wave.id));
            }
            if let Some(consent) = &wave.consent {
                let path = format!("{path}.consent");
                if let Some(form) = self.questionnaire(&path, &consent.file) {
                    self.tick_box(&format!("{path}.takingPart"), form, &consent.taking_part);
                }
            }
            self.contact(&path, wave);
            for (place, part) in wave.parts.iter().enumerate() {
                let path = format!("{path}.parts[{place}]");
                if wave.parts.iter().take(place).any(|other| other.id == part.id) {
                    self.error(Rule::Shape, &path, format!("expected an id of its own, found `{}` twice", part.id));
                }
                if let (Some(form), Some(summary)) = (self.questionnaire(&path, &part.file), &part.summary) {
                    self.summary(&format!("{path}.summary"), form, summary);
                }
            }
        }
    }

    /// Each linkId of a summary is one of the part's.
    fn summary(&mut self, path: &str, form: &Form, summary: &Summary) {
        for (place, link_id) in summary.items.iter().enumerate() {
            let shown =
                form.find(link_id).map(|id| form.item(id)).filter(|item| !matches!(item.kind, Kind::Display(_)));
            if shown.is_none() {
                let message = format!("expected the linkId of a question or a group of the part, found `{link_id}`");
                self.error(Rule::Missing, &format!("{path}.items[{place}]"), message);
            }
        }
    }

    /// The form of a questionnaire that the manifest names at `path`.
    pub(super) fn form(&mut self, path: &str, name: &str) -> Option<&'a Form> {
        if studies::stem(name).is_none() {
            self.error(Rule::Shape, path, format!("expected the name of a .json file in this folder, found `{name}`"));
            return None;
        }
        let Some(form) = self.forms.get(name) else {
            self.error(Rule::Missing, path, format!("expected a file in this folder, found no `{name}`"));
            return None;
        };
        form.as_ref()
    }

    /// A consent or a part, which says where it belongs.
    fn questionnaire(&mut self, path: &str, name: &str) -> Option<&'a Form> {
        let path = format!("{path}.questionnaire");
        let form = self.form(&path, name)?;
        for (filling, what) in [(Filling::Study, "study"), (Filling::Wave, "wave"), (Filling::Unit, "unit")] {
            if !form.items.iter().any(|item| item.filled_from == Some(filling)) {
                let message = format!(
                    "`{name}` has no hidden item filled from the {what}: an endpoint that keeps \
                     nothing but the response could not tell where it belongs"
                );
                let finding = Finding {
                    severity: Severity::Warning,
                    rule: Rule::Missing,
                    path: path.clone(),
                    about: None,
                    message,
                };
                self.report.add(self.file, finding);
            }
        }
        Some(form)
    }

    pub(super) fn error(&mut self, rule: Rule, path: &str, message: String) {
        self.report.error(self.file, rule, path, message);
    }
}
