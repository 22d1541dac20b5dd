//! Random questionnaires within the profile: every kind of item, nested and hidden groups, conditions in both directions
//! without a cycle.

use serde_json::{Value, json};

use crate::{
    forms::{SD, SYSTEM, control, extension, hidden, option, questionnaire, with},
    random::Random,
};

/// A random questionnaire.
pub(crate) fn random_form(random: &mut Random) -> Value {
    let mut maker = Maker { random, items: Vec::new() };
    let pages: Vec<usize> = (0..1 + maker.random.below(3)).map(|_| maker.group(None, 0)).collect();
    maker.conditions();
    maker.offers();
    let mut form = questionnaire(pages.iter().map(|page| maker.json(*page)).collect());
    form["contained"] = json!([value_set()]);
    form
}

const SVAR: &str = "https://svar.example/fhir/StructureDefinition";

struct Maker<'a> {
    random: &'a mut Random,
    items: Vec<Planned>,
}

struct Planned {
    parent: Option<usize>,
    children: Vec<usize>,
    /// Conditions look only at smaller ones, and a child's is larger than its parent's: so there is no cycle.
    height: f64,
    json: Value,
}

impl Maker<'_> {
    fn add(&mut self, parent: Option<usize>, json: Value) -> usize {
        let floor = parent.map_or(0.0, |parent| self.items[parent].height);
        let height = floor + (1.0 - floor) * (self.random.below(1000) as f64 + 1.0) / 1002.0;
        let item = self.items.len();
        let json = with(json, json!({ "linkId": format!("i{item}"), "text": format!("i{item}") }));
        self.items.push(Planned { parent, children: Vec::new(), height, json });
        if let Some(parent) = parent {
            self.items[parent].children.push(item);
        }
        item
    }

    fn group(&mut self, parent: Option<usize>, depth: usize) -> usize {
        let concealed = self.random.chance(10);
        let group =
            if concealed { json!({ "type": "group", "extension": [hidden()] }) } else { json!({ "type": "group" }) };
        let group = self.add(parent, group);
        for _ in 0..self.random.below(5) {
            if depth < 2 && self.random.chance(20) {
                self.group(Some(group), depth + 1);
            } else {
                self.leaf(group);
            }
        }
        group
    }

    fn leaf(&mut self, parent: usize) {
        let mut extensions = Vec::new();
        let mut item = match self.random.below(14) {
            0 => json!({ "type": "display" }),
            1 | 2 => json!({ "type": "boolean" }),
            3 => {
                extensions.push(control("check-box"));
                json!({ "type": "boolean" })
            }
            4 => {
                self.bounds(&mut extensions, "valueInteger", 1);
                json!({ "type": "integer" })
            }
            5 => {
                self.bounds(&mut extensions, "valueDecimal", 4);
                json!({ "type": "decimal" })
            }
            6 => json!({ "type": "string" }),
            7 => json!({ "type": "text", "maxLength": 1 + self.random.below(20) }),
            8 => json!({ "type": "choice", "answerValueSet": "#set" }),
            9 => json!({ "type": "choice", "answerOption": [option("a"), option("b"), option("c")] }),
            10 => json!({ "type": "choice", "repeats": true, "answerValueSet": "#set" }),
            11 => {
                let code = self.random.pick(&["email", "phone", "national-identity-number"]);
                let url = "https://svar.example/fhir/StructureDefinition/format";
                extensions.push(json!({ "url": url, "valueCode": code }));
                json!({ "type": "string", "maxLength": 11 + self.random.below(20) })
            }
            12 => {
                extensions.push(json!({ "url": format!("{SVAR}/ranked"), "valueInteger": 1 + self.random.below(3) }));
                json!({ "type": "choice", "repeats": true, "answerOption": [option("a"), option("b"), option("c")] })
            }
            _ => {
                json!({ "type": "choice", "repeats": true, "answerOption": [option("a"), option("b"), option("c"), option("none!")] })
            }
        };
        let question = item["type"] != "display";
        if self.random.chance(10) {
            extensions.push(hidden());
        } else if question && self.random.chance(10) {
            item["required"] = json!(true);
        }
        if !extensions.is_empty() {
            item["extension"] = json!(extensions);
        }
        self.add(Some(parent), item);
    }

    fn bounds(&mut self, extensions: &mut Vec<Value>, key: &str, parts: i32) {
        let number = |n: usize| if parts == 1 { json!(n) } else { json!(n as f64 / f64::from(parts)) };
        if self.random.chance(60) {
            extensions.push(extension("minValue", key, number(self.random.below(3))));
        }
        if self.random.chance(60) {
            extensions.push(extension("maxValue", key, number(3 + self.random.below(4))));
        }
    }

    /// Options of rankings that wait for what comes before in the order of heights; the first never waits.
    fn offers(&mut self) {
        for item in 0..self.items.len() {
            let ranked = |extension: &Value| extension["url"] == format!("{SVAR}/ranked");
            if !self.items[item].json["extension"].as_array().is_some_and(|all| all.iter().any(ranked)) {
                continue;
            }
            let height = self.items[item].height;
            let earlier: Vec<usize> =
                (0..self.items.len()).filter(|other| self.items[*other].height < height).collect();
            for option in 1..3 {
                if earlier.is_empty() || self.random.chance(30) {
                    continue;
                }
                let awaited = self.items[self.random.pick(&earlier)].json["linkId"].clone();
                let waits = json!([{ "url": format!("{SVAR}/option-present"), "valueString": awaited }]);
                self.items[item].json["answerOption"][option]["extension"] = waits;
            }
        }
    }

    fn conditions(&mut self) {
        for item in 0..self.items.len() {
            let earlier = |other: &usize| {
                let other = &self.items[*other];
                other.height < self.items[item].height
                    && !["group", "display"].contains(&other.json["type"].as_str().unwrap())
            };
            let sources: Vec<usize> = (0..self.items.len()).filter(earlier).collect();
            if sources.is_empty() || !self.random.chance(55) {
                continue;
            }
            let several = if self.random.chance(50) { 1 } else { 1 + self.random.below(3) };
            let conditions: Vec<Value> = (0..several)
                .map(|_| {
                    let source = self.random.pick(&sources);
                    self.condition(source)
                })
                .collect();
            self.items[item].json["enableBehavior"] = json!(self.random.pick(&["any", "all"]));
            self.items[item].json["enableWhen"] = json!(conditions);
        }
    }

    fn condition(&mut self, source: usize) -> Value {
        let question = &self.items[source].json;
        let kind = question["type"].as_str().unwrap();
        let (operators, key): (&[&str], &str) = match kind {
            _ if self.random.chance(20) => (&["exists"], "answerBoolean"),
            "boolean" => (&["=", "!="], "answerBoolean"),
            "integer" => (&["=", "!=", ">", "<", ">=", "<="], "answerInteger"),
            "decimal" => (&["=", "!=", ">", "<", ">=", "<="], "answerDecimal"),
            "choice" => (&["=", "!="], "answerCoding"),
            _ => (&["=", "!="], "answerString"),
        };
        let answer = match key {
            "answerBoolean" => json!(self.random.chance(60)),
            "answerInteger" => json!(self.random.below(6)),
            "answerDecimal" => json!(self.random.below(24) as f64 / 4.0),
            "answerString" => json!(self.random.pick(&["ja", "Ja", "å"])),
            _ if question["answerValueSet"].is_string() => {
                // `b` stands in two systems: without a system, either will do.
                let any = json!([{ "code": "a" }, { "code": "b" }, { "system": SYSTEM, "code": "b" }, { "system": "urn:other", "code": "b" }]);
                self.random.pick(any.as_array().unwrap())
            }
            _ => json!({ "system": SYSTEM, "code": self.random.pick(&["a", "b", "c"]) }),
        };
        json!({ "question": question["linkId"], "operator": self.random.pick(operators), key: answer })
    }

    fn json(&self, item: usize) -> Value {
        let planned = &self.items[item];
        debug_assert!(planned.parent.is_none_or(|parent| parent < item));
        let mut json = planned.json.clone();
        if !planned.children.is_empty() {
            json["item"] = planned.children.iter().map(|child| self.json(*child)).collect();
        }
        json
    }
}

fn value_set() -> Value {
    let concept = |code: &str| json!({ "code": code, "display": code });
    let score = json!({ "url": format!("{SD}/ordinalValue"), "valueDecimal": 1 });
    json!({
        "resourceType": "ValueSet", "id": "set", "status": "active",
        "compose": { "include": [
            { "system": SYSTEM, "concept": [with(concept("a"), json!({ "extension": [score] })), concept("b")] },
            { "system": "urn:other", "concept": [concept("b"), concept("d")] },
        ] },
    })
}
