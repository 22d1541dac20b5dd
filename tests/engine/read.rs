//! The checker: one questionnaire spoiled in one way each, and what is said of it.

use serde_json::{Value as Json, json};
use svar::questionnaire::{self, Finding, Severity, assemble::assemble};

use crate::{
    forms::{SD, SYSTEM, control, extension, hidden, option, with},
    studies,
};

const SDC: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition";
const SVAR: &str = "https://svar.example/fhir/StructureDefinition";

fn said(words: &str) -> Json {
    let extension = json!({ "url": format!("{SD}/translation"), "extension": [
        { "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": words },
    ] });
    json!({ "extension": [extension] })
}

fn translated(item: Json) -> Json {
    let words = format!("{} (en)", item["text"].as_str().unwrap());
    with(item, json!({ "_text": said(&words) }))
}

fn options(codes: &[&str]) -> Json {
    let shown = |code: &&str| {
        let mut option = option(code);
        option["valueCoding"]["_display"] = said(code);
        option
    };
    codes.iter().map(shown).collect()
}

/// A questionnaire that uses all of the profile, and that nothing is wrong with.
fn whole() -> Json {
    let when = json!([{ "question": "pain", "operator": "=", "answerBoolean": true }]);
    let slider = json!([
        control("slider"),
        extension("minValue", "valueInteger", json!(0)),
        extension("maxValue", "valueInteger", json!(100)),
        extension("questionnaire-sliderStepValue", "valueInteger", json!(5)),
    ]);
    let concept = |code: &str| json!({ "code": code, "display": code, "_display": said(code) });
    let row = |link_id: &str, text: &str| {
        translated(json!({ "linkId": link_id, "type": "choice", "text": text, "answerValueSet": "#often" }))
    };
    let end = |link_id: &str, code: &str| {
        translated(json!({ "linkId": link_id, "type": "display", "text": link_id, "extension": [control(code)] }))
    };
    json!({
        "resourceType": "Questionnaire", "url": "https://svar.example/fhir/Questionnaire/whole", "version": "1",
        "language": "nb", "status": "active", "title": "Helsen din", "_title": said("Your health"),
        "contained": [{ "resourceType": "ValueSet", "id": "often", "compose": { "include": [{ "system": SYSTEM, "concept": [concept("never"), concept("often")] }] } }],
        "item": [
            { "linkId": "about", "type": "group", "extension": [hidden()], "item": [
                { "linkId": "about.unit", "type": "string", "extension": [hidden(), { "url": format!("{SVAR}/filled-from"), "valueCode": "unit" }] },
            ] },
            translated(json!({ "linkId": "page", "type": "group", "text": "Vondt", "extension": [control("page")], "item": [
                translated(json!({ "linkId": "pain", "type": "boolean", "text": "Har du vondt?" })),
                translated(json!({ "linkId": "days", "type": "integer", "text": "Hvor mange dager?", "enableWhen": when, "extension": [
                    extension("minValue", "valueInteger", json!(0)), extension("maxValue", "valueInteger", json!(28)),
                    extension("questionnaire-unit", "valueCoding", json!({ "code": "d", "display": "dager", "_display": said("days") })),
                ] })),
                translated(json!({ "linkId": "weight", "type": "decimal", "text": "Hvor tung er du?", "extension": [
                    extension("minValue", "valueDecimal", json!(20)), extension("maxValue", "valueDecimal", json!(400.5)),
                ] })),
                translated(json!({ "linkId": "vas", "type": "integer", "text": "Hvor god er helsen?", "extension": slider, "item": [end("vas.lower", "lower"), end("vas.upper", "upper")] })),
                translated(json!({ "linkId": "where", "type": "choice", "text": "Hvor har du vondt?", "repeats": true, "answerOption": options(&["back", "neck", "none!"]),
                    "enableBehavior": "all", "enableWhen": [
                        { "question": "pain", "operator": "exists", "answerBoolean": true }, { "question": "pain", "operator": "!=", "answerBoolean": false },
                    ] })),
                translated(json!({ "linkId": "words", "type": "text", "text": "Noe mer?", "maxLength": 500,
                    "enableWhen": [{ "question": "where", "operator": "=", "answerCoding": { "system": SYSTEM, "code": "back" } }] })),
                translated(json!({ "linkId": "phone", "type": "string", "text": "Telefonnummer", "maxLength": 20,
                    "extension": [{ "url": format!("{SVAR}/format"), "valueCode": "phone" }] })),
            ] })),
            translated(json!({ "linkId": "table", "type": "group", "text": "Hvor ofte?", "extension": [control("table")], "item": [
                row("table.a", "Trøtt"), row("table.b", "Svimmel"),
            ] })),
            { "linkId": "slot", "type": "group", "extension": [hidden(), { "url": format!("{SVAR}/text-pack"), "valueString": "eq-5d-5l" }], "item": [
                { "linkId": "slot.a", "type": "choice", "answerOption": [{ "valueCoding": { "system": SYSTEM, "code": "1" } }] },
            ] },
        ],
    })
}

/// What one change of [`whole`] makes the checker say: rule, path below `Questionnaire.`, the question's words.
struct Spoiled {
    place: &'static str,
    value: Option<Json>,
    severity: Severity,
    rule: &'static str,
    path: &'static str,
    about: Option<&'static str>,
}

fn error(
    place: &'static str,
    value: impl Into<Option<Json>>,
    rule: &'static str,
    path: &'static str,
    about: &'static str,
) -> Spoiled {
    Spoiled {
        place,
        value: value.into(),
        severity: Severity::Error,
        rule,
        path,
        about: (!about.is_empty()).then_some(about),
    }
}

fn warning(
    place: &'static str,
    value: impl Into<Option<Json>>,
    rule: &'static str,
    path: &'static str,
    about: &'static str,
) -> Spoiled {
    Spoiled { severity: Severity::Warning, ..error(place, value, rule, path, about) }
}

/// Sets the place (a JSON pointer; `-` appends to a list), or takes it out.
fn spoil(source: &mut Json, place: &str, value: Option<Json>) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    match (source.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")), value) {
        (Json::Array(list), Some(value)) if name == "-" => list.push(value),
        (Json::Array(list), Some(value)) => list[name.parse::<usize>().unwrap()] = value,
        (Json::Array(list), None) => drop(list.remove(name.parse().unwrap())),
        (parent, Some(value)) => parent[name] = value,
        (Json::Object(fields), None) => drop(fields.remove(name).unwrap_or_else(|| panic!("no {place}"))),
        (_, None) => panic!("no {place}"),
    }
}

fn check(spoiled: Spoiled) -> Finding {
    let Spoiled { place, value, severity, rule, path, about } = spoiled;
    let mut source = whole();
    let change = format!("{place} = {}", value.as_ref().map_or("nothing".to_owned(), Json::to_string));
    spoil(&mut source, place, value);
    let reading = questionnaire::read(&source, &["en"]);
    let path = if path.is_empty() { "Questionnaire".to_owned() } else { format!("Questionnaire.{path}") };
    let found = reading.findings.iter().find(|finding| finding.rule.code() == rule && finding.path == path);
    let found = found.unwrap_or_else(|| panic!("{change}: expected {rule} at {path}, found {:#?}", reading.findings));
    assert_eq!(found.about.as_deref(), about, "{change}");
    assert_eq!(found.severity, severity, "{change}");
    assert_eq!(
        reading.form.is_none(),
        severity == Severity::Error,
        "{change}: an error, and only an error, keeps the form back"
    );
    let said = found.to_string();
    assert!(
        said.contains(rule) && said.contains(&path) && about.is_none_or(|words| said.contains(words)),
        "{change}: {said}"
    );
    found.clone()
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let reading = questionnaire::read(&whole(), &["nb", "en"]);
    assert!(reading.form.is_some() && reading.findings.is_empty(), "{:#?}", reading.findings);
    for part in studies::parts() {
        assert!(part.findings.is_empty(), "{}/{}: {:#?}", part.study, part.name, part.findings);
    }
}

#[test]
fn each_rule_says_what_where_and_about_which_question() {
    let date = || json!({ "linkId": "x", "type": "date", "text": "Når?", "_text": said("When?") });
    let both = || json!({ "question": "days", "operator": "=", "answerInteger": 1, "answerBoolean": true });
    let rows = [
        // Not a questionnaire, or not all of one.
        error("/resourceType", json!("Patient"), "not-a-questionnaire", "", ""),
        error("/resourceType", None, "not-a-questionnaire", "", ""),
        error("/url", None, "missing", "", ""),
        error("/url", json!(" "), "missing", "", ""),
        error("/version", json!(1), "missing", "", ""),
        error("/language", None, "missing", "", ""),
        error("/contained/0/id", None, "missing", "contained[0]", ""),
        error("/item/1/item/0/linkId", None, "missing", "item[1].item[0]", "Har du vondt?"),
        warning("/status", json!("retired"), "shape", "", ""),
        warning("/contained/-", json!({ "resourceType": "Patient", "id": "p" }), "outside-profile", "contained[1]", ""),
        // Shapes.
        error("/item", json!({}), "shape", "item", ""),
        error("/item/1/item", json!("x"), "shape", "item[1].item", "Vondt"),
        error(
            "/item/1/item/1/enableWhen",
            json!({ "question": "pain" }),
            "shape",
            "item[1].item[1].enableWhen",
            "Hvor mange dager?",
        ),
        error("/item/1/item/1/extension", json!({}), "shape", "item[1].item[1].extension", "Hvor mange dager?"),
        error(
            "/item/1/item/4/answerOption",
            json!("abc"),
            "shape",
            "item[1].item[4].answerOption",
            "Hvor har du vondt?",
        ),
        error("/item/1/item/0/required", json!("true"), "shape", "item[1].item[0].required", "Har du vondt?"),
        error("/item/1/item/4/repeats", json!(1), "shape", "item[1].item[4].repeats", "Hvor har du vondt?"),
        error("/item/1/required", json!(true), "shape", "item[1]", "Vondt"),
        error("/item/0/item/0/required", json!(true), "shape", "item[0].item[0]", "about.unit"),
        error(
            "/item/1/item/1/enableWhen/0/operator",
            json!("=="),
            "shape",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/0/item/0/extension/1/valueCode",
            json!("planet"),
            "shape",
            "item[0].item[0].extension[1]",
            "about.unit",
        ),
        error("/item/0/item/0/type", json!("integer"), "shape", "item[0].item[0].extension[1]", "about.unit"),
        // Outside the profile.
        error("/item/1/item/-", date(), "outside-profile", "item[1].item[7]", "Når?"),
        error("/item/1/item/0/type", json!("open-choice"), "outside-profile", "item[1].item[0]", "Har du vondt?"),
        error("/item/1/item/0/type", None, "outside-profile", "item[1].item[0]", "Har du vondt?"),
        error(
            "/item/1/item/0/initial",
            json!([{ "valueBoolean": true }]),
            "outside-profile",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error("/item/1/item/0/readOnly", json!(true), "outside-profile", "item[1].item[0]", "Har du vondt?"),
        error(
            "/item/1/item/4/answerOption/0/initialSelected",
            json!(true),
            "outside-profile",
            "item[1].item[4].answerOption[0]",
            "Hvor har du vondt?",
        ),
        error(
            "/item/1/item/0/extension",
            json!([control("autocomplete")]),
            "outside-profile",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/0/extension",
            json!([control("slider")]),
            "outside-profile",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/0/extension",
            json!([{ "url": format!("{SD}/questionnaire-itemControl"), "valueCodeableConcept": { "text": "buttons" } }]),
            "outside-profile",
            "item[1].item[0].extension[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/0/extension",
            json!([{ "url": format!("{SD}/questionnaire-itemControl"), "valueCodeableConcept": { "coding": [{ "system": "urn:x", "code": "check-box" }] } }]),
            "outside-profile",
            "item[1].item[0].extension[0]",
            "Har du vondt?",
        ),
        error("/item/1/item/0/item", json!([date()]), "outside-profile", "item[1].item[0].item[0]", "Når?"),
        error(
            "/item/1/item/0/item",
            json!([translated(json!({ "linkId": "x", "type": "string", "text": "Hva?" }))]),
            "outside-profile",
            "item[1].item[0].item[0]",
            "Hva?",
        ),
        error(
            "/item/-",
            translated(json!({ "linkId": "x", "type": "string", "text": "Hva?" })),
            "outside-profile",
            "item[4]",
            "Hva?",
        ),
        error(
            "/item/1/item/4/answerOption/0",
            json!({ "valueInteger": 1 }),
            "outside-profile",
            "item[1].item[4].answerOption[0]",
            "Hvor har du vondt?",
        ),
        error("/modifierExtension", json!([{ "url": "urn:x" }]), "outside-profile", "modifierExtension[0]", ""),
        error(
            "/item/1/item/0/modifierExtension",
            json!([{ "url": "urn:x" }]),
            "outside-profile",
            "item[1].item[0].modifierExtension[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/modifierExtension",
            json!([{ "url": "urn:x" }]),
            "outside-profile",
            "item[1].item[1].enableWhen[0].modifierExtension[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/4/answerOption/0/modifierExtension",
            json!([{ "url": "urn:x" }]),
            "outside-profile",
            "item[1].item[4].answerOption[0].modifierExtension[0]",
            "Hvor har du vondt?",
        ),
        error(
            "/contained/0/compose/include/0/modifierExtension",
            json!([{ "url": "urn:x" }]),
            "outside-profile",
            "contained[0].compose.include[0].modifierExtension[0]",
            "",
        ),
        warning(
            "/item/1/item/0/extension",
            json!([{ "url": "urn:x", "valueBoolean": true }]),
            "unknown-extension",
            "item[1].item[0].extension[0]",
            "Har du vondt?",
        ),
        // linkIds, options.
        error("/item/1/item/2/linkId", json!("pain"), "duplicate-link-id", "item[1].item[2]", "Hvor tung er du?"),
        error("/item/1/item/4/answerOption", json!([]), "options", "item[1].item[4]", "Hvor har du vondt?"),
        error(
            "/item/1/item/4/answerOption",
            options(&["back", "back"]),
            "options",
            "item[1].item[4]",
            "Hvor har du vondt?",
        ),
        error("/item/1/item/4/answerValueSet", json!("#often"), "options", "item[1].item[4]", "Hvor har du vondt?"),
        error("/item/2/item/0/answerValueSet", json!("#seldom"), "options", "item[2].item[0]", "Trøtt"),
        error(
            "/item/2/item/0/answerValueSet",
            json!("http://hl7.org/fhir/ValueSet/yesnodontknow"),
            "options",
            "item[2].item[0]",
            "Trøtt",
        ),
        error(
            "/item/2/item/1",
            translated(
                json!({ "linkId": "table.b", "type": "choice", "text": "Svimmel", "answerOption": options(&["a", "b"]) }),
            ),
            "options",
            "item[2]",
            "Hvor ofte?",
        ),
        error("/item/2/item/1/type", json!("boolean"), "options", "item[2]", "Hvor ofte?"),
        error("/item/2/item/1/repeats", json!(true), "options", "item[2]", "Hvor ofte?"),
        warning("/item/1/item/4/repeats", json!(false), "options", "item[1].item[4]", "Hvor har du vondt?"),
        error(
            "/item/1/item/4/answerOption/1/valueCoding/code",
            None,
            "option-without-code",
            "item[1].item[4].answerOption[1].valueCoding",
            "Hvor har du vondt?",
        ),
        error(
            "/contained/0/compose/include/0/concept/0/code",
            json!(" "),
            "option-without-code",
            "contained[0].compose.include[0].concept[0]",
            "",
        ),
        error("/item/1/item/0/repeats", json!(true), "repeats", "item[1].item[0]", "Har du vondt?"),
        error("/item/1/repeats", json!(true), "repeats", "item[1]", "Vondt"),
        // Conditions.
        error(
            "/item/1/item/1/enableWhen/0/question",
            json!("gone"),
            "condition-target",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/question",
            json!("page"),
            "condition-target",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/question",
            json!("vas.lower"),
            "condition-target",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/question",
            json!("where"),
            "condition-type",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/operator",
            json!(">"),
            "condition-type",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/answerBoolean",
            json!("yes"),
            "condition-type",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/1/enableWhen/0/answerBoolean",
            None,
            "condition-type",
            "item[1].item[1].enableWhen[0]",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/2/enableWhen",
            json!([both()]),
            "condition-type",
            "item[1].item[2].enableWhen[0]",
            "Hvor tung er du?",
        ),
        error(
            "/item/1/item/5/enableWhen/0/answerCoding/code",
            json!("knee"),
            "condition-code",
            "item[1].item[5].enableWhen[0].answerCoding",
            "Noe mer?",
        ),
        error(
            "/item/1/item/5/enableWhen/0/answerCoding/system",
            json!("urn:x"),
            "condition-code",
            "item[1].item[5].enableWhen[0].answerCoding",
            "Noe mer?",
        ),
        error(
            "/item/1/item/0/enableWhen",
            json!([{ "question": "days", "operator": ">", "answerInteger": 2 }]),
            "cycle",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/0/enableWhen",
            json!([{ "question": "pain", "operator": "=", "answerBoolean": true }]),
            "cycle",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/enableWhen",
            json!([{ "question": "pain", "operator": "=", "answerBoolean": true }]),
            "cycle",
            "item[1]",
            "Vondt",
        ),
        error("/item/1/item/4/enableBehavior", None, "enable-behavior", "item[1].item[4]", "Hvor har du vondt?"),
        error(
            "/item/1/item/1/enableBehavior",
            json!("some"),
            "enable-behavior",
            "item[1].item[1]",
            "Hvor mange dager?",
        ),
        warning(
            "/item/1/item/4/enableWhen/0/question",
            json!("weight"),
            "advise-exists",
            "item[1].item[4].enableWhen[1]",
            "Hvor har du vondt?",
        ),
        // Words.
        error("/_title", None, "translation", "", ""),
        error("/item/1/item/0/_text", None, "translation", "item[1].item[0]", "Har du vondt?"),
        error(
            "/item/1/item/4/answerOption/0/valueCoding/_display",
            None,
            "translation",
            "item[1].item[4].answerOption[0].valueCoding",
            "Hvor har du vondt?",
        ),
        error(
            "/item/1/item/1/extension/2/valueCoding/_display",
            None,
            "translation",
            "item[1].item[1].extension[2].valueCoding",
            "Hvor mange dager?",
        ),
        error(
            "/item/1/item/0/_text/extension/0/extension/1/valueString",
            json!(" "),
            "translation",
            "item[1].item[0]",
            "Har du vondt?",
        ),
        error(
            "/item/1/item/0/_text/extension/0/extension/0/valueCode",
            json!("nn"),
            "translation",
            "item[1].item[1]",
            "Hvor mange dager?",
        ),
        // A heading in one language that is no heading in another.
        warning(
            "/item/1/item/3/item/0/_text/extension/-",
            json!({ "url": format!("{SD}/rendering-markdown"), "valueMarkdown": "## Lavest\n\nSom før." }),
            "translation",
            "item[1].item[3].item[0]",
            "Lavest Som før.",
        ),
        error("/item/1/item/0/text", None, "no-text", "item[1].item[0]", "pain"),
        error("/item/1/item/0/text", json!(" \n"), "no-text", "item[1].item[0]", "pain"),
        error("/item/1/text", None, "no-text", "item[1]", "page"),
        error(
            "/item/1/item/4/answerOption/0/valueCoding/display",
            None,
            "no-text",
            "item[1].item[4]",
            "Hvor har du vondt?",
        ),
        error(
            "/item/3/extension",
            json!([{ "url": format!("{SVAR}/text-pack"), "valueString": "x" }]),
            "slot",
            "item[3].extension[0]",
            "slot",
        ),
        error(
            "/item/0/item/0/extension/0",
            json!({ "url": format!("{SVAR}/text-pack"), "valueString": "x" }),
            "slot",
            "item[0].item[0].extension[0]",
            "about.unit",
        ),
        // Ranges.
        error("/item/1/item/1/extension/0/valueInteger", json!(29), "range", "item[1].item[1]", "Hvor mange dager?"),
        error(
            "/item/1/item/1/extension/0",
            extension("minValue", "valueDecimal", json!(0.5)),
            "range",
            "item[1].item[1].extension[0]",
            "Hvor mange dager?",
        ),
        error("/item/1/item/2/extension/1/valueDecimal", json!(19.5), "range", "item[1].item[2]", "Hvor tung er du?"),
        error(
            "/item/1/item/2/extension/1",
            extension("maxValue", "valueString", json!("9")),
            "range",
            "item[1].item[2].extension[1]",
            "Hvor tung er du?",
        ),
        error("/item/1/item/3/extension/2", None, "range", "item[1].item[3]", "Hvor god er helsen?"),
        error("/item/1/item/3/extension/3/valueInteger", json!(0), "range", "item[1].item[3]", "Hvor god er helsen?"),
        error("/item/1/item/3/extension/3/valueInteger", json!(101), "range", "item[1].item[3]", "Hvor god er helsen?"),
        warning("/item/1/item/3/item/1", None, "range", "item[1].item[3]", "Hvor god er helsen?"),
        error("/item/1/item/5/maxLength", json!(0), "range", "item[1].item[5].maxLength", "Noe mer?"),
        error("/item/1/item/5/maxLength", json!(100_001), "range", "item[1].item[5].maxLength", "Noe mer?"),
        error("/item/1/item/5/maxLength", json!("500"), "range", "item[1].item[5].maxLength", "Noe mer?"),
        // Formats.
        error(
            "/item/1/item/6/extension/0/valueCode",
            json!("iban"),
            "format",
            "item[1].item[6].extension[0]",
            "Telefonnummer",
        ),
        error("/item/1/item/6/extension/0/valueCode", None, "format", "item[1].item[6].extension[0]", "Telefonnummer"),
        error("/item/1/item/6/type", json!("text"), "format", "item[1].item[6].extension[0]", "Telefonnummer"),
        error("/item/1/item/6/type", json!("boolean"), "format", "item[1].item[6].extension[0]", "Telefonnummer"),
        error("/item/1/item/6/maxLength", json!(7), "format", "item[1].item[6]", "Telefonnummer"),
    ];
    let used: Vec<&str> = rows.into_iter().map(|row| check(row).rule.code()).collect();
    for rule in [
        "not-a-questionnaire",
        "shape",
        "missing",
        "outside-profile",
        "unknown-extension",
        "duplicate-link-id",
        "options",
        "option-without-code",
        "condition-target",
        "condition-type",
        "condition-code",
        "cycle",
        "enable-behavior",
        "advise-exists",
        "translation",
        "range",
        "format",
        "no-text",
        "repeats",
        "slot",
    ] {
        assert!(used.contains(&rule), "no questionnaire breaks {rule}");
    }
}

#[test]
fn a_cycle_is_said_once_with_its_way() {
    let mut source = whole();
    spoil(
        &mut source,
        "/item/1/item/0/enableWhen",
        Some(json!([{ "question": "words", "operator": "exists", "answerBoolean": false }])),
    );
    let findings = questionnaire::read(&source, &[]).findings;
    let cycles: Vec<&str> =
        findings.iter().filter(|found| found.rule.code() == "cycle").map(|found| found.message.as_str()).collect();
    assert_eq!(cycles, ["expected conditions that can be settled, found a cycle: pain → words → where → pain"]);
}

/// Nothing of these is a questionnaire; all are refused in words, none by a panic.
#[test]
fn what_is_no_questionnaire_at_all_is_refused() {
    for source in [
        json!(null),
        json!(5),
        json!("Questionnaire"),
        json!([]),
        json!({}),
        json!([whole()]),
        json!({ "resourceType": 5 }),
    ] {
        let reading = questionnaire::read(&source, &["nb", "en"]);
        let codes: Vec<&str> = reading.findings.iter().map(|finding| finding.rule.code()).collect();
        assert_eq!((reading.form.is_none(), codes.as_slice()), (true, &["not-a-questionnaire"][..]), "{source}");
    }
}

/// Any value anywhere in place of what belongs there: refused or read, never a panic.
#[test]
fn nonsense_in_any_place_never_panics() {
    fn places(value: &Json, place: &str, found: &mut Vec<String>) {
        match value {
            Json::Object(fields) => fields.iter().for_each(|(name, value)| {
                let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                places(value, &place, found);
                found.push(place);
            }),
            Json::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
                places(value, &format!("{place}/{index}"), found);
                found.push(format!("{place}/{index}"));
            }),
            _ => {}
        }
    }
    let source = whole();
    let mut found = Vec::new();
    places(&source, "", &mut found);
    assert!(found.len() > 400, "{}", found.len());
    for place in found {
        for nonsense in [
            json!(null),
            json!(true),
            json!(-7),
            json!(1e300),
            json!(""),
            json!("#often"),
            json!([]),
            json!([[]]),
            json!({}),
        ] {
            let mut source = source.clone();
            *source.pointer_mut(&place).unwrap() = nonsense;
            let reading = questionnaire::read(&source, &["en"]);
            if let Some(form) = reading.form {
                let session = svar::session::Session::new(form.into());
                session.pages();
            }
        }
    }
}

fn module(version: &str, more: Json) -> Json {
    let instrument =
        json!({ "url": format!("{SVAR}/instrument"), "extension": [{ "url": "validated", "valueBoolean": false }] });
    with(
        json!({
            "resourceType": "Questionnaire", "url": "urn:module", "version": version, "language": "nb", "extension": [instrument],
            "item": [{ "linkId": "a", "type": "group", "text": "A" }, { "linkId": "b", "type": "group", "text": "B" }],
        }),
        more,
    )
}

fn root() -> Json {
    let expectation =
        json!({ "url": format!("{SDC}/sdc-questionnaire-assemble-expectation"), "valueCode": "assemble-root" });
    let part = json!({ "linkId": "part", "type": "display", "text": "part", "extension": [
        { "url": format!("{SDC}/sdc-questionnaire-subQuestionnaire"), "valueCanonical": "urn:module|2" },
    ] });
    json!({
        "resourceType": "Questionnaire", "url": "urn:root", "version": "1", "language": "nb", "extension": [expectation],
        "item": [{ "linkId": "first", "type": "group", "text": "F" }, part, { "linkId": "last", "type": "group", "text": "L" }],
    })
}

/// A condition on the item that names a module holds for everything in it, beside what stands there already.
#[test]
fn conditions_on_a_module_hold_for_all_of_it() {
    let asks = |question: &str| json!({ "question": question, "operator": "exists", "answerBoolean": true });
    let imported = |more: Json, own: Json| {
        let mut root = root();
        root["item"][1] = with(root["item"][1].clone(), more);
        let module = json!({ "resourceType": "Questionnaire", "url": "urn:module", "version": "2", "item": [
            { "linkId": "free", "type": "group", "text": "F" },
            with(json!({ "linkId": "bound", "type": "group", "text": "B" }), own),
        ] });
        assemble(&root, &[module])
    };
    let alone = imported(json!({ "enableWhen": [asks("x"), asks("y")], "enableBehavior": "any" }), json!({})).unwrap();
    for place in [1, 2] {
        assert_eq!(alone["item"][place]["enableWhen"], json!([asks("x"), asks("y")]));
        assert_eq!(alone["item"][place]["enableBehavior"], "any");
    }
    let own = json!({ "enableWhen": [asks("z")] });
    let both = imported(json!({ "enableWhen": [asks("x")] }), own.clone()).unwrap();
    assert_eq!(both["item"][1]["enableWhen"], json!([asks("x")]));
    assert_eq!(both["item"][2]["enableWhen"], json!([asks("x"), asks("z")]));
    assert_eq!(both["item"][2]["enableBehavior"], "all");
    let none = imported(json!({}), own).unwrap();
    assert_eq!((&none["item"][1]["enableWhen"], &none["item"][2]["enableWhen"]), (&Json::Null, &json!([asks("z")])));

    let alternatives = json!({ "enableWhen": [asks("z"), asks("w")], "enableBehavior": "any" });
    for (outer, own) in [
        (json!({ "enableWhen": [asks("x")] }), alternatives.clone()),
        (alternatives, json!({ "enableWhen": [asks("x")] })),
    ] {
        let findings = imported(outer, own).unwrap_err();
        let said = "expected conditions that can be joined by `all`, found alternatives (`any`) among them";
        assert_eq!((findings.len(), findings[0].message.as_str()), (1, said));
    }
}

#[test]
fn modules_take_the_place_of_the_items_that_name_them() {
    let set = |code: &str| json!({ "contained": [{ "resourceType": "ValueSet", "id": "s", "compose": { "include": [{ "concept": [{ "code": code }] }] } }] });
    let modules = [module("1", json!({ "item": [] })), module("2", set("x"))];
    let assembled = assemble(&with(root(), set("x")), &modules).unwrap();
    let names: Vec<&str> =
        assembled["item"].as_array().unwrap().iter().map(|item| item["linkId"].as_str().unwrap()).collect();
    assert_eq!(names, ["first", "a", "b", "last"]);
    assert_eq!(assembled["contained"].as_array().unwrap().len(), 1, "equal value sets are one");
    assert_eq!(
        assembled["item"][1]["extension"][0]["url"],
        format!("{SVAR}/instrument"),
        "the instrument travels along"
    );
    assert!(assembled.get("extension").is_none(), "it is assembled now");
    let reading = questionnaire::read(&assembled, &[]);
    assert!(reading.form.is_some() && reading.findings.is_empty(), "{:#?}", reading.findings);

    for (modules, message) in [
        (vec![module("1", json!({}))], "expected a module at hand, found urn:module|2, which is not"),
        (vec![module("2", set("y"))], "expected one value set `s`, found two that differ, the second in this module"),
    ] {
        let findings = assemble(&with(root(), set("x")), &modules).unwrap_err();
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].rule.code(), findings[0].message.as_str()), ("module", message));
        assert!(findings[0].path.starts_with("Questionnaire.item[1]"), "{}", findings[0].path);
    }
    // Not assembled, it is refused: half of it would be missing.
    assert!(questionnaire::read(&root(), &[]).form.is_none());
}
