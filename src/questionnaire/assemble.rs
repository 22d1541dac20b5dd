//! SDC modular questionnaires: puts the items of the modules where a questionnaire names them
//! (<https://hl7.org/fhir/uv/sdc/modular.html>).

use serde_json::Value;

use super::{
    fhir::{self, Findings, Place},
    finding::{Finding, Rule},
};

/// Replaces each top-level item that names a module by the module's items, and merges contained value sets. `modules`
/// are all the questionnaires at hand; they are found by `url|version`. A questionnaire without modules comes back as it
/// is.
///
/// # Errors
/// A module that is not at hand, or two value sets with one id and different content.
pub fn assemble(root: &Value, modules: &[Value]) -> Result<Value, Vec<Finding>> {
    let place = Place::root(root);
    let mut findings = Findings::default();
    let mut items = Vec::new();
    let mut contained: Vec<Value> = root.get("contained").and_then(Value::as_array).cloned().unwrap_or_default();
    for item in place.list("item") {
        let Some(named) = item.extension(fhir::SUB_QUESTIONNAIRE) else {
            items.push(item.value.clone());
            continue;
        };
        let canonical = named.text("valueCanonical").unwrap_or("");
        let Some(module) = modules.iter().find(|module| canonical_of(module) == canonical) else {
            findings.error(Rule::Module, &named, format!("expected a module at hand, found {canonical}, which is not"));
            continue;
        };
        merge(&mut contained, module, &item, &mut findings);
        items.extend(with_instrument(module));
    }
    if findings.any_error() {
        return Err(findings.0);
    }
    let mut assembled = root.clone();
    if let Some(fields) = assembled.as_object_mut() {
        if fields.contains_key("item") {
            fields.insert("item".to_owned(), Value::Array(items));
        }
        if !contained.is_empty() {
            fields.insert("contained".to_owned(), Value::Array(contained));
        }
        if let Some(Value::Array(extensions)) = fields.get_mut("extension") {
            extensions.retain(|extension| extension.get("url").and_then(Value::as_str) != Some(fhir::ASSEMBLE));
            if extensions.is_empty() {
                fields.remove("extension");
            }
        }
    }
    Ok(assembled)
}

/// `url|version` of a questionnaire.
pub fn canonical_of(questionnaire: &Value) -> String {
    let text = |name: &str| questionnaire.get(name).and_then(Value::as_str).unwrap_or("");
    format!("{}|{}", text("url"), text("version"))
}

/// The module's items; its instrument metadata travels on the first, so that the assembled form still says what it holds.
fn with_instrument(module: &Value) -> Vec<Value> {
    let mut items = module.get("item").and_then(Value::as_array).cloned().unwrap_or_default();
    let instrument = Place::root(module).extension(fhir::INSTRUMENT).map(|found| found.value.clone());
    if let (Some(instrument), Some(Value::Object(first))) = (instrument, items.first_mut())
        && let Value::Array(extensions) = first.entry("extension").or_insert_with(|| Value::Array(Vec::new()))
    {
        extensions.push(instrument);
    }
    items
}

fn merge(contained: &mut Vec<Value>, module: &Value, item: &Place<'_>, findings: &mut Findings) {
    for set in module.get("contained").and_then(Value::as_array).into_iter().flatten() {
        match contained.iter().find(|known| known.get("id") == set.get("id")) {
            Some(known) if known == set => {}
            Some(_) => {
                let id = set.get("id").and_then(Value::as_str).unwrap_or("");
                let message =
                    format!("expected one value set `{id}`, found two that differ, the second in this module");
                findings.error(Rule::Module, item, message);
            }
            None => contained.push(set.clone()),
        }
    }
}
