//! Putting words in. Nothing here writes anything but texts, displays, item controls and metadata, and takes away only
//! that a slot is hidden and what stood in for it.

use serde_json::{Map, Value, json};

use super::{
    Pack,
    slots::{HIDDEN, TEXT_PACK, extension, instrument, list, text},
};

const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
const ITEM_CONTROL: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
const ITEM_CONTROL_SYSTEM: &str = "http://hl7.org/fhir/questionnaire-item-control";
const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";
const WITHOUT_PACK: &str = "https://svar.example/fhir/StructureDefinition/without-pack";

/// Puts the packs into an assembled questionnaire.
pub(super) fn put_into(packs: &[Pack], assembled: &mut Value) {
    let base = text(assembled, "language").to_owned();
    let mut put_in: Vec<String> = Vec::new();
    let mut sets: Vec<(String, String)> = Vec::new();
    for (index, item) in list(assembled, "item").to_vec().into_iter().enumerate() {
        let mut item = item;
        let mut found = Vec::new();
        open(&mut item, packs, &base, &mut found, &mut sets);
        let Some(Value::Array(items)) = assembled.get_mut("item") else { continue };
        if let Some(place) = items.get_mut(index) {
            *place = item;
        }
        for instrument in found {
            say_whose(items, index, &of(packs, &instrument));
            put_in.push(instrument);
        }
    }
    for (reference, instrument) in sets {
        value_set(assembled, &reference, &of(packs, &instrument), &base);
    }
    let mut left_out = Vec::new();
    leave_out(assembled, &put_in, &mut left_out);
    forget_scores(assembled, &left_out);
}

/// The packs of an instrument.
fn of<'a>(packs: &'a [Pack], instrument: &str) -> Vec<&'a Pack> {
    packs.iter().filter(|pack| pack.instrument == instrument).collect()
}

/// Opens the slots in `item` that have their packs.
fn open(item: &mut Value, packs: &[Pack], base: &str, found: &mut Vec<String>, sets: &mut Vec<(String, String)>) {
    let Some(instrument) = instrument(item).map(str::to_owned) else {
        return below(item, |item| open(item, packs, base, found, sets));
    };
    let packs = of(packs, &instrument);
    if packs.is_empty() {
        return;
    }
    if let Some(Value::Array(extensions)) = item.get_mut("extension") {
        extensions.retain(|extension| ![TEXT_PACK, HIDDEN].contains(&text(extension, "url")));
        if extensions.is_empty()
            && let Some(fields) = item.as_object_mut()
        {
            fields.remove("extension");
        }
    }
    speak(item, &packs, base, &instrument, sets);
    found.push(instrument);
}

fn below(item: &mut Value, mut each: impl FnMut(&mut Value)) {
    if let Some(Value::Array(items)) = item.get_mut("item") {
        items.iter_mut().for_each(&mut each);
    }
}

/// Gives an item of a slot, and those below it, their words.
fn speak(item: &mut Value, packs: &[&Pack], base: &str, instrument: &str, sets: &mut Vec<(String, String)>) {
    let link_id = text(item, "linkId").to_owned();
    let set = item
        .get("answerValueSet")
        .and_then(Value::as_str)
        .map(|reference| (reference.to_owned(), instrument.to_owned()));
    sets.extend(set.filter(|set| !sets.contains(set)));
    if let Some(Value::Array(options)) = item.get_mut("answerOption") {
        for coding in options.iter_mut().filter_map(|option| option.get_mut("valueCoding")) {
            option(coding, &link_id, packs, base);
        }
    }
    if let Some(fields) = item.as_object_mut() {
        say(fields, "text", packs, base, |pack| pack.texts.get(&link_id));
        if let Some(control) = packs.iter().find_map(|pack| pack.layout.get(&link_id)) {
            set_control(fields, control);
        }
    }
    below(item, |item| speak(item, packs, base, instrument, sets));
}

fn option(coding: &mut Value, key: &str, packs: &[&Pack], base: &str) {
    let code = text(coding, "code").to_owned();
    if let Some(fields) = coding.as_object_mut() {
        say(fields, "display", packs, base, |pack| pack.options.get(key)?.get(&code));
    }
}

fn value_set(assembled: &mut Value, reference: &str, packs: &[&Pack], base: &str) {
    let Some(Value::Array(contained)) = assembled.get_mut("contained") else { return };
    let id = reference.trim_start_matches('#');
    let Some(set) = contained.iter_mut().find(|set| text(set, "id") == id) else { return };
    let includes = set.get_mut("compose").and_then(|compose| compose.get_mut("include"));
    for include in includes.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(Value::Array(concepts)) = include.get_mut("concept") {
            concepts.iter_mut().for_each(|concept| option(concept, reference, packs, base));
        }
    }
}

/// Writes the element `name` in the base language, and its translations beside it.
fn say<'a>(
    fields: &mut Map<String, Value>,
    name: &str,
    packs: &[&'a Pack],
    base: &str,
    words: impl Fn(&'a Pack) -> Option<&'a String>,
) {
    let mut translations = Vec::new();
    for pack in packs {
        let Some(words) = words(pack) else { continue };
        if pack.language == base {
            fields.insert(name.to_owned(), Value::String(words.clone()));
        } else {
            translations.push(json!({ "url": TRANSLATION, "extension": [
                { "url": "lang", "valueCode": pack.language }, { "url": "content", "valueString": words },
            ] }));
        }
    }
    if !translations.is_empty() {
        fields.insert(format!("_{name}"), json!({ "extension": translations }));
    }
}

fn set_control(fields: &mut Map<String, Value>, control: &str) {
    let coding = json!([{ "system": ITEM_CONTROL_SYSTEM, "code": control }]);
    let made = json!({ "url": ITEM_CONTROL, "valueCodeableConcept": { "coding": coding } });
    if let Value::Array(extensions) = fields.entry("extension").or_insert_with(|| json!([])) {
        extensions.retain(|extension| text(extension, "url") != ITEM_CONTROL);
        extensions.push(made);
    }
}

/// Says in the metadata of the instrument which packs its words come from. It lies on the first item of the module, so
/// at the slot or before it.
fn say_whose(items: &mut [Value], slot: usize, packs: &[&Pack]) {
    let stem = |item: &Value| text(item, "linkId").split('.').next().unwrap_or("").to_owned();
    let own = items.get(slot).map(stem).unwrap_or_default();
    let described = |item: &Value| extension(item, INSTRUMENT).is_some() && stem(item) == own;
    let before = items.get(..=slot).unwrap_or_default();
    let place = before.iter().rposition(described).unwrap_or(slot);
    let Some(fields) = items.get_mut(place).and_then(Value::as_object_mut) else { return };
    let Value::Array(extensions) = fields.entry("extension").or_insert_with(|| json!([])) else { return };
    if !extensions.iter().any(|extension| text(extension, "url") == INSTRUMENT) {
        extensions.push(json!({ "url": INSTRUMENT, "extension": [] }));
    }
    let instrument = extensions.iter_mut().find(|extension| text(extension, "url") == INSTRUMENT);
    let Some(Value::Array(parts)) = instrument.and_then(|instrument| instrument.get_mut("extension")) else { return };
    parts.retain(|part| text(part, "url") != "validated");
    // One pack speaks for its own language only.
    parts.push(json!({ "url": "validated", "valueBoolean": packs.iter().all(|pack| pack.validated) }));
    parts.extend(packs.iter().map(|pack| {
        json!({ "url": "pack", "extension": [
            { "url": "language", "valueCode": pack.language },
            { "url": "version", "valueString": pack.version },
            { "url": "licenceHolder", "valueString": pack.licence_holder },
            { "url": "licence", "valueString": pack.licence },
        ] })
    }));
}

/// Takes out the items that stood in for these instruments.
fn leave_out(value: &mut Value, instruments: &[String], left_out: &mut Vec<String>) {
    let Some(Value::Array(items)) = value.get_mut("item") else { return };
    items.retain(|item| {
        let stands_in = extension(item, WITHOUT_PACK).map(|found| text(found, "valueString"));
        let goes = stands_in.is_some_and(|of| instruments.iter().any(|instrument| instrument == of));
        if goes {
            left_out.push(text(item, "linkId").to_owned());
        }
        !goes
    });
    items.iter_mut().for_each(|item| leave_out(item, instruments, left_out));
}

/// A score of an item that is not asked cannot be made.
fn forget_scores(assembled: &mut Value, left_out: &[String]) {
    let lost = |part: &Value| {
        let of = |item: &Value| left_out.iter().any(|link_id| link_id == text(item, "valueString"));
        text(part, "url") == "score"
            && list(part, "extension").iter().any(|item| text(item, "url") == "item" && of(item))
    };
    below(assembled, |item| {
        for extension in item.get_mut("extension").and_then(Value::as_array_mut).into_iter().flatten() {
            if text(extension, "url") == INSTRUMENT
                && let Some(Value::Array(parts)) = extension.get_mut("extension")
            {
                parts.retain(|part| !lost(part));
            }
        }
    });
}

/// Where something that stands at `path` in the questionnaire with packs stood before they were put in.
pub fn place_before(with: &Value, before: &Value, path: &str) -> String {
    const STEP: &str = ".item[";
    let (mut with, mut before, mut rest) = (with, before, path);
    let mut place = String::new();
    while let Some((head, index, tail)) = rest.split_once(STEP).and_then(|(head, rest)| {
        let (index, tail) = rest.split_once(']')?;
        Some((head, index.parse::<usize>().ok()?, tail))
    }) {
        let found = list(with, "item").get(index);
        let same = |item: &&Value| found.is_some_and(|found| text(found, "linkId") == text(item, "linkId"));
        let Some((index, (found, item))) = found.and_then(|found| {
            let (index, item) = list(before, "item").iter().enumerate().find(|(_, item)| same(item))?;
            Some((index, (found, item)))
        }) else {
            break;
        };
        place.push_str(head);
        place.push_str(STEP);
        place.push_str(&index.to_string());
        place.push(']');
        (with, before, rest) = (found, item, tail);
    }
    place + rest
}
