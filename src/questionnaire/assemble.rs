//! SDC modular questionnaires: puts the items of the modules where a questionnaire names them
//! (<https://hl7.org/fhir/uv/sdc/modular.html>).

use serde_json::Value;

use super::{
    fhir::{self, Findings, Place},
    finding::{Finding, Rule},
};

/// Replaces each top-level item that names a module by the module's items, and merges contained value sets. A condition
/// on the naming item holds for the whole module: it joins those of the module's own items. `modules` are all the questionnaires at hand; they are found by `url|version`. A questionnaire without modules comes back as it
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
        for mut part in with_instrument(module) {
            join_conditions(&mut part, &item, &mut findings);
            items.push(part);
        }
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

/// Makes a module's item depend on what the item that names the module depends on, beside its own conditions.
fn join_conditions(part: &mut Value, item: &Place<'_>, findings: &mut Findings) {
    let conditions = |value: &Value| value.get("enableWhen").and_then(Value::as_array).cloned().unwrap_or_default();
    let any = |value: &Value| value.get("enableBehavior").and_then(Value::as_str) == Some("any");
    let (outer, own, own_any) = (conditions(item.value), conditions(part), any(part));
    let Some(fields) = part.as_object_mut().filter(|_| !outer.is_empty()) else { return };
    if own.is_empty() {
        if let Some(behavior) = item.value.get("enableBehavior") {
            fields.insert("enableBehavior".to_owned(), behavior.clone());
        }
    } else {
        // FHIR has one behaviour for all conditions of an item, so alternatives cannot be joined with others.
        let alternatives = |conditions: &[Value], any: bool| any && conditions.len() > 1;
        if alternatives(&outer, any(item.value)) || alternatives(&own, own_any) {
            let message = "expected conditions that can be joined by `all`, found alternatives (`any`) among them";
            findings.error(Rule::Module, item, message.to_owned());
        }
        fields.insert("enableBehavior".to_owned(), Value::String("all".to_owned()));
    }
    fields.insert("enableWhen".to_owned(), Value::Array(outer.into_iter().chain(own).collect()));
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
