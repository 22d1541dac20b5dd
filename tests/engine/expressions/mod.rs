//! Expressions against another project's FHIRPath (`tests/oracle/fhirpath.mjs`): by a table, and by chance within the subset.

mod generate;
mod spoil;
mod table;

use serde_json::{Value as Json, json};
use svar::fhirpath::{DateTime, Document, Expression, Fault, Item, Place, Value};

use super::{
    child::Child,
    random::{count, for_each_seed},
};

/// The moment that the other one takes it to be.
const NOW: &str = "2026-11-28T09:30:00.500+01:00";

fn number(text: &str) -> String {
    // As JavaScript writes it, to eight digits after the point.
    let number: f64 = text.parse().unwrap();
    let rounded = format!("{number:.8}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    format!("n:{}", if short == "-0" { "0" } else { short })
}

fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(entries) => entries.iter().map(sorted).collect(),
        Json::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            Json::Object(names.into_iter().map(|name| (name.clone(), sorted(&fields[name]))).collect())
        }
        other => other.clone(),
    }
}

fn said(item: &Item<Place<'_>>) -> String {
    match &item.value {
        Value::Boolean(yes) => format!("b:{yes}"),
        Value::Integer(whole) => number(&whole.to_string()),
        Value::Decimal(decimal) => number(&decimal.to_string()),
        Value::Text(text) => format!("s:{text}"),
        Value::Date(date) => format!("s:{date}"),
        Value::DateTime(date_time) => format!("s:{date_time}"),
        Value::Time(time) => format!("s:{time}"),
        Value::Quantity(quantity) => format!("s:{} {}", quantity.value, quantity.unit),
        Value::Node(place) => format!("c:{}", sorted(place.json())),
    }
}

/// What our own engine makes of an expression: its values, or that it has none.
fn ours(source: &str, resource: &Json) -> Result<Vec<String>, String> {
    let document = Document { resource, variables: Vec::new(), now: DateTime::parse(NOW).unwrap() };
    let expression = Expression::parse(source).map_err(|unread| unread.to_string())?;
    let packed = postcard::to_allocvec(&expression).unwrap();
    assert_eq!(postcard::from_bytes::<Expression>(&packed).unwrap(), expression, "{source}");
    let found = expression.evaluate(&document, &[document.root()]);
    found.map(|items| items.iter().map(said).collect()).map_err(|fault: Fault| fault.to_string())
}

struct Oracle(Child);

impl Oracle {
    fn start(resource: &Json) -> Oracle {
        let mut child = Child::start("fhirpath.mjs", "fhirpath", &[]);
        child.say(&json!({ "expression": "true", "resource": resource }).to_string());
        child.hear();
        Oracle(child)
    }

    fn theirs(&mut self, source: &str) -> Result<Vec<String>, String> {
        self.0.say(&json!({ "expression": source }).to_string());
        let answer = self.0.hear();
        match answer["values"].as_array() {
            Some(values) => Ok(values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()),
            None => Err(answer["error"].as_str().unwrap().to_owned()),
        }
    }
}

/// Both agree: the same values, or both none.
fn agree(ours: &Result<Vec<String>, String>, theirs: &Result<Vec<String>, String>) -> bool {
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => ours == theirs,
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// A response with every kind of answer, repeated groups and questions, and items below answers.
fn response() -> Json {
    let coding = |code: &str, display: &str, score: Option<f64>| {
        let mut coding = json!({ "system": "urn:svar:test", "code": code, "display": display });
        if let Some(score) = score {
            let url = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
            coding["extension"] = json!([{ "url": url, "valueDecimal": score }]);
        }
        json!({ "valueCoding": coding })
    };
    json!({
        "resourceType": "QuestionnaireResponse",
        "id": "r1",
        "questionnaire": "https://svar.example/fhir/Questionnaire/q|1",
        "status": "completed",
        "authored": "2026-11-20T08:15:00Z",
        "item": [
            { "linkId": "about", "item": [
                { "linkId": "name", "answer": [{ "valueString": "Kari Nordmann" }] },
                { "linkId": "born", "answer": [{ "valueDate": "1984-02-29" }] },
                { "linkId": "seen", "answer": [{ "valueDateTime": "2026-11-01T10:30:00+01:00" }] },
                { "linkId": "woke", "answer": [{ "valueTime": "06:45:00" }] },
                { "linkId": "smokes", "answer": [{ "valueBoolean": false }] },
                { "linkId": "height", "answer": [{ "valueDecimal": 1.72 }] },
                { "linkId": "weight", "answer": [{ "valueQuantity":
                    { "value": 71.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg" } }] },
                { "linkId": "site", "answer": [{ "valueUri": "https://svar.example" }] },
                { "linkId": "nothing" }
            ] },
            { "linkId": "phq", "item": [
                { "linkId": "phq1", "answer": [coding("a", "Ikke i det hele tatt", Some(0.0))] },
                { "linkId": "phq2", "answer": [coding("b", "Noen dager", Some(1.0))] },
                { "linkId": "phq3", "answer": [coding("c", "Over halvparten", Some(2.0))] },
                { "linkId": "phq4" }
            ] },
            { "linkId": "days", "answer": [{ "valueInteger": 3 }, { "valueInteger": 12 }, { "valueInteger": 3 }] },
            { "linkId": "pain", "answer": [
                { "valueCoding": { "code": "neck" }, "item": [{ "linkId": "how", "answer": [{ "valueInteger": 7 }] }] },
                { "valueCoding": { "code": "back" }, "item": [{ "linkId": "how", "answer": [{ "valueInteger": 4 }] }] }
            ] },
            { "linkId": "drug", "item": [{ "linkId": "what", "answer": [{ "valueString": "Paracet" }] }] },
            { "linkId": "drug", "item": [{ "linkId": "what", "answer": [{ "valueString": "Ibux" }] },
                                         { "linkId": "dose", "answer": [{ "valueDecimal": 0.4 }] }] }
        ]
    })
}

#[test]
fn the_table_holds_in_both() {
    let resource = response();
    let mut oracle = Oracle::start(&resource);
    let mut differ = Vec::new();
    for source in table::expressions() {
        let (ours, theirs) = (ours(source, &resource), oracle.theirs(source));
        if !agree(&ours, &theirs) || (ours.is_err() && !source.starts_with("/* none */")) {
            differ.push(format!("{source}\n    ours   {ours:?}\n    theirs {theirs:?}"));
        }
    }
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}

#[test]
fn where_the_other_one_departs_from_the_specification_we_do_not() {
    let resource = response();
    let mut oracle = Oracle::start(&resource);
    for (source, expected, section) in table::DEPARTURES {
        assert_eq!(ours(source, &resource).unwrap(), expected, "{source}: {section}");
        assert!(!agree(&ours(source, &resource), &oracle.theirs(source)), "{source} is as specified by now; move it");
    }
}

#[test]
fn expressions_by_chance_hold_in_both() {
    let resource = response();
    let mut oracle = Oracle::start(&resource);
    let (mut differ, mut valued, mut all) = (Vec::new(), 0_u32, 0_u32);
    for_each_seed(count(1_000, 40_000), |random, _| {
        let source = generate::expression(random);
        let (ours, theirs) = (ours(&source, &resource), oracle.theirs(&source));
        all += 1;
        valued += u32::from(ours.as_ref().is_ok_and(|values| !values.is_empty()));
        if !agree(&ours, &theirs) {
            differ.push(format!("{source}\n    ours   {ours:?}\n    theirs {theirs:?}"));
        }
    });
    differ.sort_by_key(String::len);
    differ.truncate(40);
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
    assert!(valued * 2 > all, "{valued} of {all} have a value: too few to tell anything");
}
