//! Every text of a study that a respondent can read, with the place where its author finds it.

use serde_json::Value;

use super::Source;
use crate::{
    questionnaire::{
        fhir::{HIDDEN, ITEM_CONTROL, Place, SUB_QUESTIONNAIRE, Wordings},
        text::Text,
    },
    tools::packs::{Packs, place_before},
};

/// A text in one language.
pub(super) struct Said {
    pub(super) language: String,
    pub(super) text: Text,
    /// Whether it is what a question asks, alone or at the head of a table.
    pub(super) asks: bool,
    /// `linkId` of the item that says it, `#id` of the list of options, or what the manifest calls it.
    pub(super) by: String,
    /// The place in the file.
    pub(super) path: String,
}

/// The texts of a questionnaire or a module, with the words of its text packs.
pub(super) fn of_questionnaire(source: &Source, packs: &Packs) -> Vec<Said> {
    let mut asked = source.value.clone();
    packs.put_into(&mut asked);
    let root = Place::root(&asked);
    let mut gathering = Gathering { base: root.text("language").unwrap_or_default(), said: Vec::new() };
    // The title of a module is for authors, and so is what an item says in whose place one is put.
    if !source.is_module() {
        gathering.says(&root, "title", "title", false);
    }
    for set in root.list("contained") {
        let by = format!("#{}", set.text("id").unwrap_or_default());
        let included = set.get("compose").map(|compose| compose.list("include")).unwrap_or_default();
        let concepts = included.iter().flat_map(|include| include.list("concept"));
        concepts.for_each(|concept| gathering.says(&concept, "display", &by, false));
    }
    gathering.items(&root);
    for said in &mut gathering.said {
        said.path = place_before(&asked, &source.value, &said.path);
    }
    gathering.said
}

struct Gathering<'a> {
    base: &'a str,
    said: Vec<Said>,
}

impl<'a> Gathering<'a> {
    fn items(&mut self, parent: &Place<'a>) {
        for item in parent.list("item") {
            let hidden = item.extension(HIDDEN).is_some_and(|extension| extension.flag("valueBoolean"));
            if hidden || item.extension(SUB_QUESTIONNAIRE).is_some() {
                continue;
            }
            let by = item.text("linkId").unwrap_or_default();
            self.says(&item, "text", by, asks(&item));
            for option in item.list("answerOption").iter().filter_map(|option| option.get("valueCoding")) {
                self.says(&option, "display", by, false);
            }
            self.items(&item);
        }
    }

    fn says(&mut self, place: &Place<'a>, name: &str, by: &str, asks: bool) {
        let Some(Wordings { base, translations }) = place.wordings(name) else { return };
        let translations = translations.into_iter().filter_map(|(language, text)| Some((language, text?)));
        for (language, text) in std::iter::once((self.base, base)).chain(translations) {
            let (language, by, path) = (language.to_owned(), by.to_owned(), place.path.clone());
            self.said.push(Said { language, text, asks, by, path });
        }
    }
}

/// Whether an item's text is what is asked.
fn asks(item: &Place<'_>) -> bool {
    let control = || {
        let control = item.extension(ITEM_CONTROL)?.get("valueCodeableConcept")?;
        control.list("coding").first()?.text("code")
    };
    match item.text("type") {
        Some("display") => false,
        Some("group") => control() == Some("table"),
        _ => true,
    }
}

/// The texts of a manifest, which stand under the tags of its languages.
pub(super) fn of_manifest(manifest: &Value, languages: &[String]) -> Vec<Said> {
    let mut said = Vec::new();
    under_tags(manifest, "study", languages, &mut said);
    said
}

fn under_tags(value: &Value, path: &str, languages: &[String], said: &mut Vec<Said>) {
    match value {
        Value::Array(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                under_tags(entry, &format!("{path}[{index}]"), languages, said);
            }
        }
        Value::Object(fields) => {
            let tagged = fields.keys().all(|name| languages.contains(name));
            for (name, value) in fields {
                match value {
                    Value::String(words) if tagged => said.push(Said {
                        language: name.clone(),
                        text: Text::from_markdown(words),
                        asks: false,
                        by: path.to_owned(),
                        path: format!("{path}.{name}"),
                    }),
                    _ => under_tags(value, &format!("{path}.{name}"), languages, said),
                }
            }
        }
        _ => {}
    }
}
