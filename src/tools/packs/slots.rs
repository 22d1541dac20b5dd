//! The slots that wait for packs, and what each of them needs.

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) const TEXT_PACK: &str = "https://svar.example/fhir/StructureDefinition/text-pack";
pub(super) const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";

/// What a slot has a place for.
#[derive(Debug, Default)]
pub(super) struct Needs<'a> {
    /// Its items by `linkId`, and whether each must have words.
    pub(super) texts: BTreeMap<&'a str, bool>,
    /// Its lists of options, by `linkId` or `#id` of a value set, with their codes.
    pub(super) options: BTreeMap<&'a str, Vec<&'a str>>,
    /// The item controls that each item may have.
    pub(super) layout: BTreeMap<&'a str, &'static [&'static str]>,
}

/// The slots of a questionnaire, with their instruments.
pub(super) fn slots(questionnaire: &Value) -> Vec<(&str, &Value)> {
    fn below<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
        for item in list(value, "item") {
            match instrument(item) {
                Some(instrument) => found.push((instrument, item)),
                None => below(item, found),
            }
        }
    }
    let mut found = Vec::new();
    below(questionnaire, &mut found);
    found
}

/// The instrument whose pack a slot waits for.
pub(super) fn instrument(item: &Value) -> Option<&str> {
    extension(item, TEXT_PACK)?.get("valueString")?.as_str()
}

impl<'a> Needs<'a> {
    /// What the slot needs that stands in this questionnaire.
    pub(super) fn of(slot: &'a Value, questionnaire: &'a Value) -> Needs<'a> {
        let mut needs = Needs::default();
        needs.item(slot, questionnaire, true);
        needs
    }

    fn item(&mut self, item: &'a Value, questionnaire: &'a Value, is_slot: bool) {
        let (link_id, kind) = (text(item, "linkId"), text(item, "type"));
        let hidden = extension(item, HIDDEN).is_some() && !is_slot;
        // A section may do without a heading, a page may not.
        self.texts.insert(link_id, is_slot || !(hidden || kind == "group"));
        if kind == "choice" {
            let (key, codes) = codes(item, questionnaire);
            self.options.insert(key, codes);
        }
        self.layout.insert(link_id, controls(item, kind, is_slot));
        list(item, "item").iter().for_each(|below| self.item(below, questionnaire, false));
    }

    /// Takes in what another slot of the same instrument has.
    pub(super) fn join(&mut self, other: Needs<'a>) {
        for (link_id, needed) in other.texts {
            *self.texts.entry(link_id).or_default() |= needed;
        }
        for (key, codes) in other.options {
            let known = self.options.entry(key).or_default();
            codes.into_iter().for_each(|code| {
                if !known.contains(&code) {
                    known.push(code);
                }
            });
        }
        for (link_id, controls) in other.layout {
            // What one of them may not have, none has.
            let known = self.layout.entry(link_id).or_insert(controls);
            if *known != controls {
                *known = &[];
            }
        }
    }
}

/// The controls that change how an item looks, and not what may be answered: a tick box would make `false` of no
/// answer.
fn controls(item: &Value, kind: &str, is_slot: bool) -> &'static [&'static str] {
    match kind {
        "group" if is_slot => &["page"],
        "group" => &["table"],
        "choice" if item.get("repeats").and_then(Value::as_bool) != Some(true) => &["radio-button", "drop-down"],
        "integer" if extension(item, MIN_VALUE).is_some() && extension(item, MAX_VALUE).is_some() => &["slider"],
        _ => &[],
    }
}

/// The key of a choice's options, and their codes.
fn codes<'a>(item: &'a Value, questionnaire: &'a Value) -> (&'a str, Vec<&'a str>) {
    if let Some(reference) = item.get("answerValueSet").and_then(Value::as_str) {
        let id = reference.trim_start_matches('#');
        let set = list(questionnaire, "contained").iter().find(|set| text(set, "id") == id);
        let includes = set.and_then(|set| set.get("compose")).map_or(&[][..], |compose| list(compose, "include"));
        let concepts = includes.iter().flat_map(|include| list(include, "concept"));
        return (reference, concepts.map(|concept| text(concept, "code")).collect());
    }
    let options = list(item, "answerOption").iter().filter_map(|option| option.get("valueCoding"));
    (text(item, "linkId"), options.map(|coding| text(coding, "code")).collect())
}

/// Every use of a value set in a questionnaire: its reference, who uses it, and for which instrument.
pub(super) fn uses(questionnaire: &Value) -> Vec<(&str, &str, Option<&str>)> {
    fn below<'a>(value: &'a Value, slot: Option<&'a str>, found: &mut Vec<(&'a str, &'a str, Option<&'a str>)>) {
        for item in list(value, "item") {
            let slot = slot.or_else(|| instrument(item));
            if let Some(reference) = item.get("answerValueSet").and_then(Value::as_str) {
                found.push((reference, text(item, "linkId"), slot));
            }
            below(item, slot, found);
        }
    }
    let mut found = Vec::new();
    below(questionnaire, None, &mut found);
    found
}

pub(super) fn extension<'a>(value: &'a Value, url: &str) -> Option<&'a Value> {
    list(value, "extension").iter().find(|extension| text(extension, "url") == url)
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
