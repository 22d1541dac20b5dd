//! Which instrument a question belongs to, as its metadata says.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::questionnaire::{Form, ItemId};

const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";

/// Where the words of an instrument come from, if not from the study itself (`docs/text-packs.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextPack {
    /// BCP 47 tag of the words.
    pub language: String,
    /// The pack's version.
    pub version: String,
    /// Who holds the licence of the words.
    pub licence_holder: String,
    /// What it says.
    pub licence: String,
}

/// What a module says of the instrument that it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instrument {
    /// `linkId` of the first item of the module.
    first: String,
    /// What it measures.
    pub construct: String,
    /// What it is modelled on.
    pub modelled_on: String,
    /// Whether this wording was validated.
    pub validated: bool,
    /// How it is scored, in words.
    pub scoring: String,
    /// What a missing answer does to a score, in words.
    pub missing: String,
    /// The packs that its words come from, one for each language; none where the words are the study's own.
    pub packs: Vec<TextPack>,
}

fn value(part: &Json, name: &str) -> String {
    part.get(name).and_then(Json::as_str).unwrap_or("").to_owned()
}

impl TextPack {
    fn of(part: &Json) -> TextPack {
        let parts = part.get("extension").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let find = |url: &str, name: &str| {
            parts.iter().find(|part| value(part, "url") == url).map(|part| value(part, name)).unwrap_or_default()
        };
        TextPack {
            language: find("language", "valueCode"),
            version: find("version", "valueString"),
            licence_holder: find("licenceHolder", "valueString"),
            licence: find("licence", "valueString"),
        }
    }
}

impl Instrument {
    /// The instruments of an assembled questionnaire, in its order: the metadata lies on the first item of each module.
    pub(super) fn all(assembled: &Json, form: &Form) -> Vec<(ItemId, Arc<Instrument>)> {
        let list = |value: &Json, name: &str| value.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let mut found = Vec::new();
        for item in list(assembled, "item") {
            let first = item.get("linkId").and_then(Json::as_str).unwrap_or("");
            let Some(id) = form.find(first) else { continue };
            for extension in list(&item, "extension") {
                if extension.get("url").and_then(Json::as_str) != Some(INSTRUMENT) {
                    continue;
                }
                let parts = list(&extension, "extension");
                let part = |url: &str| parts.iter().find(|part| part.get("url").and_then(Json::as_str) == Some(url));
                let text = |url: &str| part(url).map(|part| value(part, "valueString")).unwrap_or_default();
                let validated = part("validated").and_then(|part| part.get("valueBoolean")).and_then(Json::as_bool);
                let instrument = Instrument {
                    first: first.to_owned(),
                    construct: text("construct"),
                    modelled_on: text("modelledOn"),
                    validated: validated.unwrap_or(false),
                    scoring: text("scoring"),
                    missing: text("missing"),
                    packs: parts.iter().filter(|part| value(part, "url") == "pack").map(TextPack::of).collect(),
                };
                found.push((id, Arc::new(instrument)));
            }
        }
        found
    }

    /// The instrument that `item` belongs to: the last one that begins before it, if their `linkId`s begin alike. Items
    /// that a questionnaire adds after a module belong to none.
    pub(super) fn of(all: &[(ItemId, Arc<Instrument>)], form: &Form, item: ItemId) -> Option<Arc<Instrument>> {
        let (_, instrument) = all.iter().rfind(|(first, _)| *first <= item)?;
        let stem = |link_id: &str| link_id.split('.').next().unwrap_or("").to_owned();
        (stem(&instrument.first) == stem(&form.item(item).link_id)).then(|| instrument.clone())
    }
}
