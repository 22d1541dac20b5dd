//! A pack's JSON. What a pack has no name for is refused, so that nobody takes a range or a condition in it for one
//! that counts.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value};

use super::{Fault, Pack};

const NAMES: [&str; 9] =
    ["instrument", "version", "language", "licenceHolder", "licence", "validated", "texts", "options", "layout"];

/// Reads a pack.
pub(super) fn pack(file: &Path, value: &Value) -> Result<Pack, Vec<Fault>> {
    let mut reader = Reader { file, faults: Vec::new() };
    let Some(fields) = value.as_object() else {
        reader.fault("pack".to_owned(), format!("expected an object, found {}", shape(value)));
        return Err(reader.faults);
    };
    for name in fields.keys().filter(|name| !NAMES.contains(&name.as_str())) {
        let message = format!("expected {}, found `{name}`, which no pack can have", NAMES.join(", "));
        reader.fault(name.clone(), message);
    }
    let pack = Pack {
        file: file.to_owned(),
        instrument: reader.needed(fields, "instrument"),
        version: reader.needed(fields, "version"),
        language: reader.needed(fields, "language"),
        licence_holder: reader.needed(fields, "licenceHolder"),
        licence: reader.needed(fields, "licence"),
        validated: reader.validated(fields),
        texts: reader.words("texts", fields.get("texts")),
        options: reader.options(fields),
        layout: reader.words("layout", fields.get("layout")),
    };
    if reader.faults.is_empty() { Ok(pack) } else { Err(reader.faults) }
}

struct Reader<'a> {
    file: &'a Path,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn fault(&mut self, path: String, message: String) {
        self.faults.push(Fault { file: self.file.to_owned(), path, message });
    }

    fn needed(&mut self, fields: &Map<String, Value>, name: &str) -> String {
        match fields.get(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            found => {
                let found = found.map_or("nothing", shape);
                self.fault(name.to_owned(), format!("expected words for `{name}`, found {found}"));
                String::new()
            }
        }
    }

    fn validated(&mut self, fields: &Map<String, Value>) -> bool {
        match fields.get("validated") {
            None => false,
            Some(Value::Bool(said)) => *said,
            Some(other) => {
                self.fault("validated".to_owned(), format!("expected true or false, found {}", shape(other)));
                false
            }
        }
    }

    fn options(&mut self, fields: &Map<String, Value>) -> BTreeMap<String, BTreeMap<String, String>> {
        let Some(found) = fields.get("options") else { return BTreeMap::new() };
        let Some(lists) = found.as_object() else {
            self.fault("options".to_owned(), format!("expected an object by linkId, found {}", shape(found)));
            return BTreeMap::new();
        };
        let list = |(key, list): (&String, &Value)| (key.clone(), self.words(&at("options", key), Some(list)));
        lists.iter().map(list).collect()
    }

    /// An object whose every value is words.
    fn words(&mut self, path: &str, found: Option<&Value>) -> BTreeMap<String, String> {
        let Some(found) = found else { return BTreeMap::new() };
        let Some(entries) = found.as_object() else {
            self.fault(path.to_owned(), format!("expected an object of words, found {}", shape(found)));
            return BTreeMap::new();
        };
        let mut words = BTreeMap::new();
        for (key, value) in entries {
            match value.as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) => drop(words.insert(key.clone(), text.to_owned())),
                None => self.fault(at(path, key), format!("expected words, found {}", shape(value))),
            }
        }
        words
    }
}

/// The place of a key; `linkId`s hold dots, so it stands in brackets.
pub(super) fn at(path: &str, key: &str) -> String {
    format!("{path}[\"{key}\"]")
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(text) if text.trim().is_empty() => "blank words",
        Value::String(_) => "words",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
