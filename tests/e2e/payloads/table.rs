//! Every text that the widget is given, and where payloads in it are to be seen; that none is left out.

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};
use svar::questionnaire::{Kind, Layout, Role};

use super::study::{self, Payload, Tally};
use crate::server::root;

/// How a text is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Alone in an element, letter by letter.
    Whole,
    /// As blocks: what `Text::from_markdown` makes of it.
    Rich,
    /// Nowhere; it is there all the same.
    Unseen,
}
use Way::{Rich, Unseen, Whole};

/// The texts of the manifest, as its struct has them, that payloads go into.
pub(super) const MANIFEST: &[(&str, Way)] = &[
    ("languages[]", Whole),
    ("title", Whole),
    ("responsible", Whole),
    ("contact.name", Whole),
    ("welcome", Rich),
    ("details[].title", Whole),
    ("details[].text", Rich),
    ("safety", Rich),
    ("declined", Rich),
    ("waves[].title", Whole),
    ("waves[].welcome", Rich),
    ("waves[].consent.received", Rich),
    ("waves[].parts[].received", Rich),
    ("waves[].parts[].summary.title", Whole),
    ("waves[].parts[].summary.intro", Rich),
    ("contact_endpoint.earlier_keys[]", Unseen),
];

/// The same, where there is one for all languages; looked at by `single_fields_of_manifest_and_invitation_stay_text`.
pub(super) const SINGLE: &[(&str, Way)] =
    &[("contact.email", Whole), ("contact.phone", Whole), ("version", Unseen), ("contact_endpoint.key.kid", Unseen)];

/// Strings of the manifest that are no text, and why no payload stands in them.
pub(super) const NO_TEXT: &[(&str, &str)] = &[
    ("id", "refused: lower-case letters, digits and hyphens"),
    ("waves[].id", "refused: as the study's id"),
    ("waves[].parts[].id", "refused: as the study's id"),
    ("embedding.element[]", "refused: an origin"),
    ("endpoint.kind", "one of three words"),
    ("endpoint.write", "one of three words"),
    ("endpoint.base", "an address, never shown"),
    ("endpoint.key.kid", "as the other endpoint's"),
    ("endpoint.key.x", "as the other endpoint's"),
    ("endpoint.key.y", "as the other endpoint's"),
    ("endpoint.earlier_keys[]", "as the other endpoint's"),
    ("waves[].contact.with_identity", "refused: a plain file name"),
    ("waves[].contact.permissions[]", "a linkId, never shown"),
    ("contact_endpoint.kind", "one of three words"),
    ("contact_endpoint.write", "one of three words"),
    ("contact_endpoint.base", "an address, never shown"),
    ("contact_endpoint.key.x", "refused: 32 bytes as base64url"),
    ("contact_endpoint.key.y", "refused: 32 bytes as base64url"),
    ("waves[].consent.file", "refused: a plain file name"),
    ("waves[].consent.taking_part", "a linkId, never shown"),
    ("waves[].contact.file", "refused: a plain file name"),
    ("waves[].parts[].file", "refused: a plain file name"),
    ("waves[].parts[].summary.items[]", "a linkId, never shown"),
];

/// The texts of a questionnaire, by what they belong to.
pub(super) const QUESTIONNAIRE: &[(&str, Way)] = &[
    ("questionnaire.title", Unseen),
    ("prefix", Unseen),
    ("linkId", Unseen),
    ("code", Unseen),
    ("system", Unseen),
    ("page.text", Whole),
    ("group.text", Whole),
    ("note.text", Whole),
    ("note.markdown", Rich),
    ("help.text", Whole),
    ("string.text", Whole),
    ("text.text", Whole),
    ("tick-box.text", Whole),
    ("yes-no.text", Whole),
    ("integer.text", Whole),
    ("decimal.text", Whole),
    ("unit.display", Whole),
    ("slider.text", Whole),
    ("lower.text", Whole),
    ("upper.text", Whole),
    ("radio.text", Whole),
    ("radio.display", Whole),
    ("boxes.text", Whole),
    ("boxes.display", Whole),
    ("exclusive.display", Whole),
    ("drop-down.text", Whole),
    ("drop-down.display", Whole),
    ("ranked.text", Whole),
    ("ranked.display", Whole),
    ("value-set.text", Whole),
    ("value-set.display", Whole),
    ("table.text", Whole),
    ("row.text", Whole),
    ("row.display", Whole),
    ("row.note", Whole),
];

/// The elements of the profile (`docs/questionnaire-profile.md`), and which fields hold their texts; none, if it is a
/// code, a number, a truth value or another item's `linkId`.
pub(super) const ELEMENTS: &[(&str, &str)] = &[
    ("url", ""),
    ("version", ""),
    ("status", ""),
    ("language", ""),
    ("title", "questionnaire.title"),
    ("contained", "value-set.display"),
    ("{sdc}/sdc-questionnaire-assemble-expectation", ""),
    ("{svar}/instrument", ""),
    ("group", "group.text page.text"),
    ("display", "note.text note.markdown"),
    ("boolean", "tick-box.text yes-no.text"),
    ("integer", "integer.text"),
    ("decimal", "decimal.text"),
    ("string", "string.text answer.string"),
    ("text", "text.text page.text answer.text"),
    (
        "choice",
        "radio.text boxes.text boxes.display drop-down.text drop-down.display ranked.text ranked.display exclusive.display",
    ),
    ("linkId", "linkId"),
    ("prefix", "prefix"),
    ("required", ""),
    ("repeats", ""),
    ("readOnly", ""),
    ("maxLength", ""),
    ("answerOption", "radio.display code system"),
    ("answerValueSet", "value-set.display"),
    ("enableWhen", ""),
    ("enableBehavior", ""),
    ("initial", ""),
    ("answerOption.initialSelected", ""),
    ("{sd}/translation", "page.text radio.display"),
    ("{sd}/rendering-markdown", "note.markdown"),
    (
        "{sd}/questionnaire-itemControl",
        "table.text row.text row.display row.note slider.text lower.text upper.text help.text",
    ),
    ("{sd}/minValue", ""),
    ("{sd}/maxValue", ""),
    ("{sd}/questionnaire-sliderStepValue", ""),
    ("{sd}/questionnaire-unit", "unit.display"),
    ("{sd}/questionnaire-hidden", ""),
    ("{sd}/ordinalValue", ""),
    ("{svar}/filled-from", ""),
    ("{svar}/format", ""),
    ("{svar}/ranked", ""),
    ("{svar}/option-present", ""),
    ("{svar}/text-pack", ""),
    ("{svar}/without-pack", ""),
];

/// What the person types.
pub(super) const TYPED: [&str; 2] = ["answer.string", "answer.text"];

/// Every string within, with the names that lead to it.
pub(super) fn strings(value: &Value, path: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(path, text),
        Value::Array(entries) => entries.iter().for_each(|entry| strings(entry, &format!("{path}[]"), found)),
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                strings(value, &path, found);
            }
        }
        _ => {}
    }
}

/// The table has every string of the manifest's struct, every kind of item, and every element that the profile names.
#[test]
fn the_table_of_texts_is_whole() {
    let made = study::make(&study::payloads(), 0, &mut Tally::new());
    let folder = study::folder(&made);
    let manifest = without_languages(serde_json::to_value(&folder.study).expect("JSON"));
    let (mut texts, mut empty) = (BTreeSet::new(), BTreeSet::new());
    strings(&manifest, "", &mut |path, _| texts.extend([path.to_owned()]));
    gaps(&manifest, "", &mut empty);
    let known = MANIFEST.iter().chain(SINGLE).map(|(field, _)| *field);
    let known: BTreeSet<&str> = known.chain(NO_TEXT.iter().map(|(field, _)| *field)).collect();
    for text in &texts {
        assert!(known.contains(text.as_str()), "«{text}» is not in the table");
    }
    // What this study lacks must be known by name as well.
    for gap in &empty {
        assert!(known.iter().any(|field| field.starts_with(gap)), "«{gap}» is not in the table");
    }
    for field in known {
        let there = texts.contains(field) || empty.iter().any(|gap| field.starts_with(gap));
        assert!(there, "«{field}» is in the table, and in no manifest");
    }

    let form = &folder.questionnaires["core"].form;
    let kinds: BTreeSet<&str> = form.items.iter().map(|item| field_of(&item.kind)).collect();
    let every = [
        "group.text",
        "table.text",
        "note.text",
        "help.text",
        "lower.text",
        "upper.text",
        "tick-box.text",
        "yes-no.text",
        "integer.text",
        "slider.text",
        "decimal.text",
        "string.text",
        "text.text",
        "radio.text",
        "boxes.text",
        "drop-down.text",
        "ranked.text",
    ];
    assert_eq!(kinds, every.into(), "kinds of items");
    for field in every {
        assert!(QUESTIONNAIRE.iter().any(|(known, _)| *known == field), "«{field}» is not in the table");
    }
    // Beyond the texts by their number, a form has these strings and no other.
    let mut beyond = BTreeSet::new();
    let mut value = serde_json::to_value(form.as_ref()).expect("JSON");
    value["texts"] = json!([]);
    strings(&value, "", &mut |path, _| beyond.extend(path.split('.').next_back().map(str::to_owned)));
    let kinds = ["code", "filled_from", "languages[]", "link_id", "system", "url", "version", "Group", "Display"];
    assert_eq!(beyond, kinds.map(str::to_owned).into());

    let profile = fs::read_to_string(root().join("docs/questionnaire-profile.md")).expect("the profile");
    let (_, tables) = profile.split_once("## Resource").expect("a section");
    let (tables, _) = tables.split_once("**Formats.**").expect("its end");
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |")).map(|(cell, _)| cell);
    let named = cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned());
    let named: BTreeSet<String> = named.collect();
    let known: BTreeSet<String> = ELEMENTS.iter().map(|(element, _)| (*element).to_owned()).collect();
    assert_eq!(named, known, "elements of the profile");
    for (element, fields) in ELEMENTS {
        for field in fields.split(' ').filter(|field| !field.is_empty()) {
            let texts = QUESTIONNAIRE.iter().map(|(known, _)| *known).chain(TYPED.iter().copied());
            assert!(texts.into_iter().any(|known| known == field), "«{element}»: «{field}» is not in the table");
        }
    }
}

/// A text in several languages counts as one.
fn without_languages(value: Value) -> Value {
    let is_text = |value: &Value| value.get("Plain").or_else(|| value.get("Rich")).is_some();
    match value {
        Value::Array(entries) if entries.iter().all(is_text) && !entries.is_empty() => json!("words"),
        Value::Array(entries) => entries.into_iter().map(without_languages).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, without_languages(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// What is empty within, with the names that lead to it.
fn gaps(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Null => found.extend([path.to_owned()]),
        Value::Array(entries) if entries.is_empty() => found.extend([path.to_owned()]),
        Value::Array(entries) => entries.iter().for_each(|entry| gaps(entry, &format!("{path}[]"), found)),
        Value::Object(members) => {
            for (name, value) in members {
                gaps(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
            }
        }
        _ => {}
    }
}

/// Which field of the table an item of this kind shows its text as. A kind that is new must be named here.
fn field_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Group(Layout::Plain) => "group.text",
        Kind::Group(Layout::Table) => "table.text",
        Kind::Display(Role::Note) => "note.text",
        Kind::Display(Role::Help) => "help.text",
        Kind::Display(Role::Lower) => "lower.text",
        Kind::Display(Role::Upper) => "upper.text",
        Kind::Boolean { tick_box: true } => "tick-box.text",
        Kind::Boolean { tick_box: false } => "yes-no.text",
        Kind::Integer { slider: None, .. } => "integer.text",
        Kind::Integer { slider: Some(_), .. } => "slider.text",
        Kind::Decimal { .. } => "decimal.text",
        Kind::Text { lines: false, .. } => "string.text",
        Kind::Text { lines: true, .. } => "text.text",
        Kind::Choice { ranked: Some(_), .. } => "ranked.text",
        Kind::Choice { drop_down: true, .. } => "drop-down.text",
        Kind::Choice { repeats: true, .. } => "boxes.text",
        Kind::Choice { .. } => "radio.text",
    }
}

/// What has another shape than a text is refused with a payload in it, as far as the payload has that shape by chance.
#[test]
fn ids_and_addresses_are_no_place_for_payloads() {
    let file = fs::read(root().join("tests/fixtures/studies/tiny/study.json")).expect("a manifest");
    let mut tiny: Value = serde_json::from_slice(&file).expect("JSON");
    tiny["embedding"] = json!({ "element": ["https://portal.example"] });
    for Payload { name, text } in study::payloads() {
        for place in ["/id", "/waves/0/id", "/waves/0/parts/0/id", "/embedding/element/0", "/contactEndpoint/key/x"] {
            let mut manifest = tiny.clone();
            *manifest.pointer_mut(place).expect("a place") = json!(text);
            let taken = svar::study::source::read(&manifest).is_ok();
            let harmless = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(!taken || (harmless && place.ends_with("id")), "{name} was taken at {place}");
        }
    }
}
