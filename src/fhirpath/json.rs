//! A resource as JSON, for expressions to be about: what the tools and the tests have at hand.

use serde_json::Value as Json;

use super::{
    syntax::Type,
    temporal::{Date, DateTime, Time},
    value::{Item, Quantity, Value, World},
};
use crate::questionnaire::Decimal;

/// A resource, with the variables of whoever asks.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// The resource: `%resource`, and `%context` unless that is among the variables.
    pub resource: &'a Json,
    /// What `%name` stands for.
    pub variables: Vec<(&'a str, Vec<Item<Place<'a>>>)>,
    /// The moment of evaluation.
    pub now: DateTime,
}

/// A place in a resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place<'a> {
    json: &'a Json,
    fhir: Option<Type>,
}

impl<'a> Place<'a> {
    /// What stands there.
    pub fn json(&self) -> &'a Json {
        self.json
    }
}

/// The types of the elements that have one name in all of FHIR, as far as responses and questionnaires hold them.
fn type_of(name: &str) -> Type {
    match name {
        "code" | "status" | "language" | "type" | "operator" | "comparator" | "enableBehavior" => Type::FhirCode,
        "id" => Type::String,
        "system" | "url" | "implicitRules" => Type::FhirUri,
        "questionnaire" | "answerValueSet" | "canonical" => Type::FhirCanonical,
        "authored" | "date" => Type::FhirDateTime,
        "lastUpdated" => Type::FhirInstant,
        _ => Type::FhirString,
    }
}

/// The type that `valueDate` and the like name.
fn named_type(suffix: &str) -> Option<Type> {
    Some(match suffix {
        "Boolean" => Type::FhirBoolean,
        "Integer" => Type::FhirInteger,
        "Decimal" => Type::FhirDecimal,
        "String" | "Markdown" | "Id" => Type::FhirString,
        "Code" => Type::FhirCode,
        "Uri" => Type::FhirUri,
        "Url" => Type::FhirUrl,
        "Canonical" => Type::FhirCanonical,
        "Date" => Type::FhirDate,
        "DateTime" => Type::FhirDateTime,
        "Instant" => Type::FhirInstant,
        "Time" => Type::FhirTime,
        "Quantity" => Type::FhirQuantity,
        "Coding" => Type::FhirCoding,
        _ => return None,
    })
}

/// Elements of more than one type: the name of the type stands after theirs.
const CHOICES: [&str; 5] = ["value", "answer", "initial", "default", "fixed"];

impl<'a> Document<'a> {
    /// The resource as what an expression is about.
    pub fn root(&self) -> Item<Place<'a>> {
        Item::of(Value::Node(Place { json: self.resource, fhir: None }))
    }
}

/// An entry of JSON as an item; none of `null`.
fn item(json: &Json, fhir: Option<Type>) -> Option<Item<Place<'_>>> {
    let value = match (json, fhir) {
        (Json::Null | Json::Array(_), _) => return None,
        (Json::Object(_), fhir) => {
            return Some(Item { value: Value::Node(Place { json, fhir }), fhir });
        }
        (Json::Bool(yes), _) => Value::Boolean(*yes),
        (Json::Number(number), _) => {
            let whole = number.as_i64().filter(|whole| i32::try_from(*whole).is_ok());
            match whole.filter(|_| fhir != Some(Type::FhirDecimal)) {
                Some(whole) => Value::Integer(whole),
                None => Value::Decimal(Decimal::parse(&number.to_string())?),
            }
        }
        (Json::String(text), Some(Type::FhirDate)) => Value::Date(Date::parse(text)?),
        (Json::String(text), Some(Type::FhirDateTime | Type::FhirInstant)) => Value::DateTime(DateTime::parse(text)?),
        (Json::String(text), Some(Type::FhirTime)) => Value::Time(Time::parse(text)?),
        (Json::String(text), _) => Value::Text(text.clone()),
    };
    let plain = match value {
        Value::Boolean(_) => Type::FhirBoolean,
        Value::Integer(_) => Type::FhirInteger,
        Value::Decimal(_) => Type::FhirDecimal,
        _ => fhir.unwrap_or(Type::FhirString),
    };
    Some(Item::read(value, plain))
}

fn items<'a>(json: &'a Json, fhir: Option<Type>) -> Vec<Item<Place<'a>>> {
    match json {
        Json::Array(entries) => entries.iter().filter_map(|entry| item(entry, fhir)).collect(),
        other => item(other, fhir).into_iter().collect(),
    }
}

/// The type of the element with this name in JSON: by the end of the name, or by the name.
fn element_type(name: &str, json: &Json) -> Option<Type> {
    let choice = CHOICES.iter().find_map(|choice| name.strip_prefix(choice)).and_then(named_type);
    choice.or_else(|| (!json.is_object()).then(|| type_of(name)))
}

impl<'a> World for Document<'a> {
    type Node = Place<'a>;

    fn parts(&self, node: &Place<'a>, name: Option<&str>) -> Vec<Item<Place<'a>>> {
        let Some(fields) = node.json.as_object() else { return Vec::new() };
        let all = fields.iter().filter(|(known, _)| *known != "resourceType" && !known.starts_with('_'));
        let of_name = |known: &str| match name {
            None => true,
            Some(name) => {
                known == name
                    || (CHOICES.contains(&name)
                        && known.strip_prefix(name).is_some_and(|end| named_type(end).is_some()))
            }
        };
        if name.is_some() && node.json.get("resourceType").and_then(Json::as_str) == name {
            return vec![Item::of(Value::Node(*node))];
        }
        let listed = |json: &'a Json, known: &str| {
            let first = json.as_array().and_then(|entries| entries.first()).unwrap_or(json);
            items(json, element_type(known, first))
        };
        all.filter(|(known, _)| of_name(known)).flat_map(|(known, json)| listed(json, known)).collect()
    }

    fn same(&self, one: &Place<'a>, other: &Place<'a>) -> bool {
        std::ptr::eq(one.json, other.json) || one.json == other.json
    }

    fn type_of(&self, node: &Place<'a>) -> Option<Type> {
        node.fhir
    }

    fn quantity(&self, node: &Place<'a>) -> Option<Quantity> {
        if node.fhir != Some(Type::FhirQuantity) {
            return None;
        }
        let value = node.json.get("value").and_then(Json::as_number)?;
        let unit = ["code", "unit"].iter().find_map(|name| node.json.get(name)).and_then(Json::as_str).unwrap_or("1");
        Some(Quantity { value: Decimal::parse(&value.to_string())?, unit: format!("'{unit}'") })
    }

    fn weight(&self, node: &Place<'a>) -> Option<Decimal> {
        let coding = node.json.get("valueCoding").unwrap_or(node.json);
        let extensions = coding.get("extension").and_then(Json::as_array)?;
        let score = |extension: &Json| {
            let url = extension.get("url").and_then(Json::as_str)?;
            let scores = url.ends_with("/ordinalValue") || url.ends_with("/itemWeight");
            extension.get("valueDecimal").filter(|_| scores).and_then(Json::as_number).map(ToString::to_string)
        };
        extensions.iter().find_map(score).and_then(|number| Decimal::parse(&number))
    }

    fn variable(&self, name: &str) -> Option<Vec<Item<Place<'a>>>> {
        let known = self.variables.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        known.or_else(|| match name {
            "resource" | "rootResource" | "context" => Some(vec![self.root()]),
            "ucum" => Some(vec![Item::of(Value::Text("http://unitsofmeasure.org".to_owned()))]),
            "sct" => Some(vec![Item::of(Value::Text("http://snomed.info/sct".to_owned()))]),
            "loinc" => Some(vec![Item::of(Value::Text("http://loinc.org".to_owned()))]),
            _ => None,
        })
    }

    fn now(&self) -> DateTime {
        self.now
    }
}
