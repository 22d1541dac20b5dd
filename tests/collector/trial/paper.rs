//! A questionnaire as whoever wrote it means it, read from the JSON files without the engine: which questions there are,
//! what may be answered, and when each is shown. The tables are judged by this.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entered {
    Yes(bool),
    /// Codes of options.
    Codes(Vec<String>),
    Number(i64),
    Words(String),
}

/// What one person wrote down in one part, by linkId.
pub(super) type Sheet = BTreeMap<String, Entered>;

/// An option.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) code: String,
    pub(super) points: Option<i64>,
    pub(super) exclusive: bool,
    /// In the study's first language.
    pub(super) label: String,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    YesNo { tick_box: bool },
    Options { several: bool, options: Vec<Choice> },
    Whole { min: i64, max: i64 },
    Words { max: usize },
}

/// Conditions of one item: any of them, or all.
#[derive(Clone, Debug)]
struct Conditions {
    any: bool,
    each: Vec<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) link_id: String,
    pub(super) kind: Kind,
    pub(super) hidden: bool,
    /// The widget fills it in, nobody is asked.
    pub(super) filled: bool,
    /// Its own, and those of everything it stands in: all must hold.
    conditions: Vec<Conditions>,
}

/// A questionnaire with its modules in their places.
pub(super) struct Paper {
    pub(super) canonical: String,
    pub(super) questions: Vec<Question>,
}

/// What an item inherits from what it stands in.
#[derive(Clone, Default)]
struct Around {
    hidden: bool,
    conditions: Vec<Conditions>,
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn extension<'a>(of: &'a Value, ending: &str) -> Option<&'a Value> {
    list(&of["extension"]).iter().find(|found| found["url"].as_str().is_some_and(|url| url.ends_with(ending)))
}

fn canonical(questionnaire: &Value) -> String {
    format!("{}|{}", text(&questionnaire["url"]), text(&questionnaire["version"]))
}

impl Paper {
    pub(super) fn read(study: &Path, file: &str) -> Paper {
        let whole = json(&study.join(file));
        let modules: Vec<Value> = fs::read_dir(study.join("modules"))
            .expect("modules")
            .map(|file| json(&file.expect("a file").path()))
            .collect();
        let mut questions = Vec::new();
        for item in list(&whole["item"]) {
            match extension(item, "sdc-questionnaire-subQuestionnaire") {
                None => collect(item, &whole, &Around::default(), &mut questions),
                Some(import) => {
                    let module = modules.iter().find(|module| import["valueCanonical"] == canonical(module));
                    let module = module.unwrap_or_else(|| panic!("no module {import}"));
                    let around = Around::default().within(item);
                    list(&module["item"]).iter().for_each(|item| collect(item, module, &around, &mut questions));
                }
            }
        }
        Paper { canonical: canonical(&whole), questions }
    }

    pub(super) fn question(&self, link_id: &str) -> &Question {
        let found = self.questions.iter().find(|question| question.link_id == link_id);
        found.unwrap_or_else(|| panic!("{}: no question {link_id}", self.canonical))
    }

    /// What counts as the answer: nothing to what is not asked; an empty box is a no.
    pub(super) fn answer(&self, link_id: &str, sheet: &Sheet) -> Option<Entered> {
        let question = self.question(link_id);
        if !self.enabled(question, sheet) {
            return None;
        }
        let empty_box = matches!(question.kind, Kind::YesNo { tick_box: true }) && !question.hidden;
        sheet.get(link_id).cloned().or(empty_box.then_some(Entered::Yes(false)))
    }

    /// Whether the person saw it.
    pub(super) fn shown(&self, question: &Question, sheet: &Sheet) -> bool {
        !question.hidden && self.enabled(question, sheet)
    }

    fn enabled(&self, question: &Question, sheet: &Sheet) -> bool {
        question.conditions.iter().all(|conditions| {
            let mut each = conditions.each.iter().map(|condition| self.holds(condition, sheet));
            if conditions.any { each.any(|holds| holds) } else { each.all(|holds| holds) }
        })
    }

    fn holds(&self, condition: &Value, sheet: &Sheet) -> bool {
        let answer = self.answer(condition["question"].as_str().expect("a question"), sheet);
        let equal = match &answer {
            None => false,
            Some(Entered::Yes(yes)) => condition["answerBoolean"] == *yes,
            Some(Entered::Codes(codes)) => codes.iter().any(|code| condition["answerCoding"]["code"] == *code),
            Some(other) => panic!("a condition on {other:?}: not read here yet"),
        };
        match condition["operator"].as_str() {
            Some("exists") => condition["answerBoolean"] == answer.is_some(),
            Some("=") => equal,
            Some("!=") => !equal,
            other => panic!("a condition with {other:?}: not read here yet"),
        }
    }
}

impl Around {
    fn within(&self, item: &Value) -> Around {
        let mut around = self.clone();
        around.hidden |= extension(item, "questionnaire-hidden").is_some_and(|hidden| hidden["valueBoolean"] == true);
        let each = list(&item["enableWhen"]).to_vec();
        if !each.is_empty() {
            around.conditions.push(Conditions { any: item["enableBehavior"] == "any", each });
        }
        around
    }
}

fn collect(item: &Value, within: &Value, around: &Around, questions: &mut Vec<Question>) {
    let here = around.within(item);
    let of = |name: &str| extension(item, name).and_then(|found| found["valueInteger"].as_i64());
    let length = |most: usize| item["maxLength"].as_u64().map_or(most, |max| usize::try_from(max).expect("a length"));
    let kind = match item["type"].as_str() {
        Some("boolean") => {
            let control = extension(item, "questionnaire-itemControl");
            let code = control.map(|control| &control["valueCodeableConcept"]["coding"][0]["code"]);
            Some(Kind::YesNo { tick_box: code.is_some_and(|code| code == "check-box") })
        }
        Some("choice") => Some(Kind::Options { several: item["repeats"] == true, options: options(item, within) }),
        Some("integer") => {
            Some(Kind::Whole { min: of("minValue").expect("a minimum"), max: of("maxValue").expect("a maximum") })
        }
        Some("string" | "text") => Some(Kind::Words { max: length(80) }),
        Some("group" | "display") => None,
        other => panic!("an item of type {other:?}: not read here yet"),
    };
    if let Some(kind) = kind {
        questions.push(Question {
            link_id: text(&item["linkId"]),
            kind,
            hidden: here.hidden,
            filled: extension(item, "filled-from").is_some(),
            conditions: here.conditions.clone(),
        });
    }
    list(&item["item"]).iter().for_each(|item| collect(item, within, &here, questions));
}

fn options(item: &Value, within: &Value) -> Vec<Choice> {
    let points = |of: &Value| extension(of, "ordinalValue").and_then(|found| found["valueDecimal"].as_i64());
    if let Some(set) = item["answerValueSet"].as_str() {
        let set = list(&within["contained"]).iter().find(|known| set.strip_prefix('#') == known["id"].as_str());
        let concepts = list(&set.expect("a value set")["compose"]["include"][0]["concept"]);
        let choice = |concept: &Value| Choice {
            code: text(&concept["code"]),
            points: points(concept),
            exclusive: false,
            label: text(&concept["display"]),
        };
        return concepts.iter().map(choice).collect();
    }
    let choice = |option: &Value| Choice {
        code: text(&option["valueCoding"]["code"]),
        points: points(&option["valueCoding"]),
        exclusive: extension(option, "questionnaire-optionExclusive")
            .is_some_and(|found| found["valueBoolean"] == true),
        label: text(&option["valueCoding"]["display"]),
    };
    list(&item["answerOption"]).iter().map(choice).collect()
}
