//! From a place in the assembled form back to the file and the place where its author wrote it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Source;
use crate::questionnaire::{Finding, assemble::canonical_of};

const SUB_QUESTIONNAIRE: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire";

const ITEM: &str = "Questionnaire.item[";
const CONTAINED: &str = "Questionnaire.contained[";

/// Where the top-level items of an assembled questionnaire come from.
pub(super) struct Origin<'a> {
    root: &'a Source,
    modules: Vec<&'a Source>,
    /// For each item of the assembled form: the file that it stands in, and its place there.
    items: Vec<(&'a Source, usize)>,
}

impl<'a> Origin<'a> {
    pub(super) fn of(root: &'a Source, pool: &'a [Source]) -> Origin<'a> {
        let mut origin = Origin { root, modules: Vec::new(), items: Vec::new() };
        for (index, item) in items(&root.value).iter().enumerate() {
            let Some(canonical) = named(item) else {
                origin.items.push((root, index));
                continue;
            };
            if let Some(module) = pool.iter().find(|module| canonical_of(&module.value) == canonical) {
                origin.modules.push(module);
                origin.items.extend((0..items(&module.value).len()).map(|index| (module, index)));
            }
        }
        origin
    }

    /// The modules that the questionnaire includes, in order.
    pub(super) fn modules(&self) -> &[&'a Source] {
        &self.modules
    }

    /// The file that a finding belongs to, and the finding with its path in that file.
    pub(super) fn locate(&self, assembled: &Value, finding: Finding) -> (PathBuf, Finding) {
        let mut finding = with_words(assembled, finding);
        let (source, path) = self.place(assembled, &finding.path);
        finding.path = path;
        finding.message = self.retell(assembled, source, &finding.message);
        (source.file.clone(), finding)
    }

    fn place(&self, assembled: &Value, path: &str) -> (&'a Source, String) {
        if let Some((index, rest)) = step(path, ITEM)
            && let Some((source, index)) = self.items.get(index)
        {
            return (source, format!("{ITEM}{index}]{rest}"));
        }
        if let Some((index, rest)) = step(path, CONTAINED) {
            let id = contained(assembled).get(index).and_then(|set| set.get("id"));
            for source in std::iter::once(&self.root).chain(&self.modules) {
                if let Some(index) = contained(&source.value).iter().position(|set| set.get("id") == id) {
                    return (source, format!("{CONTAINED}{index}]{rest}"));
                }
            }
        }
        (self.root, path.to_owned())
    }

    /// A message that names another place names it as its author knows it, too.
    fn retell(&self, assembled: &Value, here: &Source, message: &str) -> String {
        let Some((before, rest)) = message.split_once(ITEM) else { return message.to_owned() };
        let (inside, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let (source, path) = self.place(assembled, &format!("{ITEM}{inside}"));
        let of = if source.file == here.file { String::new() } else { format!(" of {}", name(&source.file)) };
        let space = if after.is_empty() { "" } else { " " };
        format!("{before}{path}{of}{space}{after}")
    }
}

/// Whether the questionnaire has the module put in.
pub(super) fn includes(root: &Source, module: &Source) -> bool {
    let canonical = canonical_of(&module.value);
    items(&root.value).iter().any(|item| named(item) == Some(&canonical))
}

/// A finding in an option list is about the first question that uses it.
pub(super) fn with_words(questionnaire: &Value, mut finding: Finding) -> Finding {
    if finding.about.is_none()
        && let Some((index, _)) = step(&finding.path, CONTAINED)
        && let Some(id) = contained(questionnaire).get(index).and_then(|set| set.get("id")?.as_str())
    {
        finding.about = words_of_user(items(questionnaire), &format!("#{id}"));
    }
    finding
}

fn words_of_user(items: &[Value], reference: &str) -> Option<String> {
    items.iter().find_map(|item| {
        if item.get("answerValueSet").and_then(Value::as_str) == Some(reference) {
            let text = |name| item.get(name).and_then(Value::as_str);
            return text("text").or_else(|| text("linkId")).map(str::to_owned);
        }
        words_of_user(self::items(item), reference)
    })
}

/// Reads `prefix`, an index and `]` off a path.
fn step<'a>(path: &'a str, prefix: &str) -> Option<(usize, &'a str)> {
    let (index, rest) = path.strip_prefix(prefix)?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

fn items(value: &Value) -> &[Value] {
    list(value, "item")
}

fn contained(value: &Value) -> &[Value] {
    list(value, "contained")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The module that an item stands for.
fn named(item: &Value) -> Option<&str> {
    let mut extensions = list(item, "extension").iter();
    let names = |extension: &&Value| extension.get("url").and_then(Value::as_str) == Some(SUB_QUESTIONNAIRE);
    Some(extensions.find(names)?.get("valueCanonical").and_then(Value::as_str).unwrap_or(""))
}

fn name(file: &Path) -> String {
    file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned())
}
