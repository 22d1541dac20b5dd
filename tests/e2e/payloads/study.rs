//! A study all of whose texts are payloads, another one in each of thirty languages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Value, json};
use svar::{
    questionnaire::text::{Block, Span, Text},
    study::{Study, Words},
    tools::studies::StudyFolder,
};

use super::table::{
    MANIFEST, QUESTIONNAIRE, TYPED,
    Way::{self, Rich, Unseen, Whole},
};
use crate::server::{Scratch, copy, root};

/// How many languages the study has: so many payloads stand in each field at once.
pub(super) const LANGUAGES: usize = 30;

const EXTENSIONS: &str = "http://hl7.org/fhir/StructureDefinition";
const OWN: &str = "https://svar.example/fhir/StructureDefinition";

/// A text of the collection.
#[derive(Clone, Debug, serde::Deserialize)]
pub(super) struct Payload {
    pub(super) name: String,
    pub(super) text: String,
}

pub(super) fn payloads() -> Vec<Payload> {
    let file = root().join("tests/fixtures/hosts/payloads.json");
    serde_json::from_slice(&fs::read(file).expect("the payloads")).expect("a list of them")
}

/// Where each payload went, by field.
pub(super) type Tally = BTreeMap<String, BTreeSet<usize>>;

/// A text of the study on one page, as it is to be seen in each language.
struct Shown {
    page: &'static str,
    way: Way,
    texts: Vec<String>,
}

/// The study of one round.
pub(super) struct Made {
    pub(super) manifest: Value,
    pub(super) questionnaires: BTreeMap<String, Value>,
    pub(super) languages: Vec<String>,
    /// What to write into the fields of the page for it, in their order.
    pub(super) typed: Vec<String>,
    shown: Vec<Shown>,
}

impl Made {
    /// What is to be seen on a page, by language.
    pub(super) fn on(&self, page: &str) -> Value {
        let expected = |(place, tag): (usize, &String)| {
            let of = |way: Way| self.shown.iter().filter(move |shown| shown.page == page && shown.way == way);
            let whole: Vec<&String> = of(Whole).map(|shown| &shown.texts[place]).collect();
            let rich: Vec<String> = of(Rich).map(|shown| flat(&Text::from_markdown(&shown.texts[place]))).collect();
            json!({ "tag": tag, "whole": whole, "rich": rich })
        };
        self.languages.iter().enumerate().map(expected).collect()
    }
}

/// All that a text says, one block after the other.
pub(super) fn flat(text: &Text) -> String {
    let line = |spans: &Vec<Span>| -> String {
        let words = |span: &Span| match span {
            Span::Plain(words) | Span::Strong(words) | Span::Link { words, .. } => words.clone(),
        };
        spans.iter().map(words).collect()
    };
    match text {
        Text::Plain(words) => words.clone(),
        Text::Rich(blocks) => blocks
            .iter()
            .map(|block| match block {
                Block::Heading(_, spans) | Block::Paragraph(spans) => line(spans),
                Block::List(entries) => entries.iter().map(line).collect(),
            })
            .collect(),
    }
}

/// The study as the tools read it.
pub(super) fn folder(made: &Made) -> StudyFolder {
    let scratch = Scratch::new();
    let folder = scratch.join("study");
    copy(&root().join("tests/fixtures/studies/tiny"), &folder);
    for (name, value) in made.questionnaires.iter().chain([(&"study.json".to_owned(), &made.manifest)]) {
        fs::write(folder.join(name), value.to_string()).expect("a file");
    }
    StudyFolder::load(&folder).expect("a study")
}

/// The manifest with the same text wherever it has one, and the questionnaires of the study beside it.
pub(super) fn all_the_same(study: &Study, text: &str) -> Study {
    let mut study = study.clone();
    let plain = || Words(vec![Text::Plain(text.to_owned()); study.languages.len()]);
    let rich = || Words(vec![Text::from_markdown(text); study.languages.len()]);
    let (plain, rich) = (plain(), rich());
    text.clone_into(&mut study.version);
    text.clone_into(&mut study.contact.email);
    text.clone_into(&mut study.contact.phone);
    (study.title, study.responsible, study.contact.name) = (plain.clone(), plain.clone(), plain.clone());
    (study.welcome, study.safety, study.declined) = (rich.clone(), rich.clone(), rich.clone());
    for detail in &mut study.details {
        (detail.title, detail.text) = (plain.clone(), rich.clone());
    }
    if let Some(key) = study.contact_endpoint.as_mut().and_then(|endpoint| endpoint.key.as_mut()) {
        text.clone_into(&mut key.kid);
    }
    let lies = |file: &mut String| *file = format!("../tiny/{}", file.replace(".json", ".svar"));
    for wave in &mut study.waves {
        wave.title = plain.clone();
        let consent = wave.consent.iter_mut().map(|consent| &mut consent.file);
        let contact = wave.contact.iter_mut().map(|contact| &mut contact.file);
        consent.chain(contact).chain(wave.parts.iter_mut().map(|part| &mut part.file)).for_each(lies);
    }
    study
}

struct Maker<'a> {
    payloads: &'a [Payload],
    tally: &'a mut Tally,
    round: usize,
    languages: Vec<String>,
    counts: BTreeMap<&'static str, usize>,
    shown: Vec<Shown>,
}

/// The study of a round. Payloads move on from field to field, thirty at a time; once that many rounds have gone through
/// all of them, each was in every field.
pub(super) fn make(payloads: &[Payload], round: usize, tally: &mut Tally) -> Made {
    let mut maker = Maker { payloads, tally, round, languages: Vec::new(), counts: BTreeMap::new(), shown: Vec::new() };
    let tags = maker.places("languages[]");
    let tags = tags.into_iter().map(|place| payloads[place].text.clone()).skip(2);
    maker.languages = ["nb", "en"].into_iter().map(str::to_owned).chain(tags).collect();
    let mut typed = Vec::new();
    let core = maker.core(&mut typed);
    let questionnaires = [
        ("consent.json", maker.consent()),
        ("contact.json", maker.contact()),
        ("core.json", core),
        ("rest.json", maker.rest()),
    ];
    let questionnaires = questionnaires.map(|(name, value)| (name.to_owned(), value)).into();
    let manifest = maker.manifest();
    Made { manifest, questionnaires, languages: maker.languages, typed, shown: maker.shown }
}

impl Maker<'_> {
    /// Which payloads stand in the next text of this field, by language.
    fn places(&mut self, field: &'static str) -> Vec<usize> {
        let known = MANIFEST.iter().chain(QUESTIONNAIRE).map(|(name, _)| *name).chain(TYPED);
        let number = known.into_iter().position(|name| name == field);
        let number = number.unwrap_or_else(|| panic!("«{field}» is not in the table"));
        let count = self.counts.entry(field).or_default();
        let first = (number + self.round) * LANGUAGES + *count * 13;
        *count += 1;
        let places: Vec<usize> = (first..first + LANGUAGES).map(|place| place % self.payloads.len()).collect();
        self.tally.entry(field.to_owned()).or_default().extend(&places);
        places
    }

    /// The next text of a field, in each language, to be seen on these pages.
    fn say(&mut self, field: &'static str, pages: &[&'static str]) -> Vec<String> {
        let texts: Vec<String> =
            self.places(field).into_iter().map(|place| self.payloads[place].text.clone()).collect();
        let way = MANIFEST.iter().chain(QUESTIONNAIRE).find(|(name, _)| *name == field).map_or(Unseen, |(_, way)| *way);
        self.shown.extend(pages.iter().map(|page| Shown { page, way, texts: texts.clone() }));
        texts
    }

    /// A payload for each of several things that have no languages.
    fn singles(&mut self, field: &'static str) -> Vec<String> {
        let places = self.places(field);
        places.into_iter().map(|place| self.payloads[place].text.clone()).collect()
    }

    // The manifest.

    fn words(&mut self, field: &'static str, pages: &[&'static str]) -> Value {
        let texts = self.say(field, pages);
        self.languages.iter().cloned().zip(texts.into_iter().map(Value::from)).collect::<serde_json::Map<_, _>>().into()
    }

    fn manifest(&mut self) -> Value {
        let folder = root().join("tests/fixtures/studies/tiny/study.json");
        let mut study: Value = serde_json::from_slice(&fs::read(folder).expect("a manifest")).expect("JSON");
        const EVERYWHERE: [&str; 13] = [
            "welcome",
            "welcome 2",
            "help",
            "ask",
            "declined",
            "consent",
            "consented",
            "contact",
            "words",
            "kinds",
            "review",
            "received",
            "handout",
        ];
        study["languages"] = json!(self.languages);
        study["title"] = self.words("title", &EVERYWHERE);
        study["responsible"] = self.words("responsible", &["welcome", "welcome 2"]);
        study["contact"]["name"] = self.words("contact.name", &["ask", "finished"]);
        study["welcome"] = self.words("welcome", &["welcome"]);
        let details = ["welcome", "welcome 2"];
        study["details"] = (0..3)
            .map(|_| {
                let title = self.words("details[].title", &details);
                json!({ "title": title, "text": self.words("details[].text", &details) })
            })
            .collect();
        study["safety"] = self.words("safety", &["help"]);
        study["declined"] = self.words("declined", &["declined"]);
        study["embedding"] = json!({ "element": ["https://portal.example"] });
        study["contactEndpoint"]["earlierKeys"] = json!(self.singles("contact_endpoint.earlier_keys[]"));
        let received = "waves[].parts[].received";
        let q1 = json!({
            "id": "q1", "title": self.words("waves[].title", &["welcome"]), "minutes": 2,
            "consent": {
                "questionnaire": "consent.json", "takingPart": "consent.taking-part",
                "received": self.words("waves[].consent.received", &["consented"]),
            },
            "contact": { "questionnaire": "contact.json" },
            "parts": [
                {
                    "id": "core", "questionnaire": "core.json", "minutes": 1,
                    "received": self.words(received, &["received"]),
                    "summary": {
                        "title": self.words("waves[].parts[].summary.title", &["handout"]),
                        "intro": self.words("waves[].parts[].summary.intro", &["handout"]),
                        "items": ["words", "kinds"],
                    },
                },
                {
                    "id": "rest", "questionnaire": "rest.json", "minutes": 1,
                    "received": self.words(received, &["finished"]),
                },
            ],
        });
        let mut q2 = q1.clone();
        q2["id"] = json!("q2");
        q2["title"] = self.words("waves[].title", &["welcome 2"]);
        q2["welcome"] = self.words("waves[].welcome", &["welcome 2"]);
        study["waves"] = json!([q1, q2]);
        study
    }

    // The questionnaires.

    fn text(&mut self, into: &mut Value, name: &str, field: &'static str, pages: &[&'static str]) {
        let texts = self.say(field, pages);
        let rich = field == "note.markdown";
        let markdown =
            |text: &String| json!({ "url": format!("{EXTENSIONS}/rendering-markdown"), "valueMarkdown": text });
        let translation = |(language, text): (&String, &String)| {
            let mut content = json!({ "url": "content", "valueString": text });
            if rich {
                content["_valueString"] = json!({ "extension": [markdown(text)] });
            }
            let parts = json!([{ "url": "lang", "valueCode": language }, content]);
            json!({ "url": format!("{EXTENSIONS}/translation"), "extension": parts })
        };
        let mut extensions: Vec<Value> = self.languages.iter().zip(&texts).skip(1).map(translation).collect();
        if rich {
            extensions.push(markdown(&texts[0]));
        }
        into[name] = json!(texts[0]);
        into[format!("_{name}")] = json!({ "extension": extensions });
    }

    /// An item whose text is to be seen on these pages.
    fn item(&mut self, link_id: &str, kind: &str, field: &'static str, pages: &[&'static str], more: Value) -> Value {
        let mut item = more;
        item["linkId"] = json!(link_id);
        item["type"] = json!(kind);
        self.text(&mut item, "text", field, pages);
        item
    }

    fn option(&mut self, code: &str, field: &'static str, pages: &[&'static str]) -> Value {
        let mut coding = json!({ "system": "https://svar.example/fhir/CodeSystem/tiny", "code": code });
        self.text(&mut coding, "display", field, pages);
        json!({ "valueCoding": coding })
    }

    /// Three options, of which the first, being chosen, is to be seen on all these pages, the others on the first.
    fn options(&mut self, field: &'static str, pages: &[&'static str]) -> Vec<Value> {
        ["a", "b", "c"].map(|code| self.option(code, field, if code == "a" { pages } else { &pages[..1] })).to_vec()
    }

    fn questionnaire(&mut self, id: &str, mut pages: Vec<Value>) -> Value {
        if id != "contact" {
            let url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire";
            let about = "https://svar.example/fhir/Questionnaire/tiny-about|1.0.0";
            let extension = json!([{ "url": url, "valueCanonical": about }]);
            pages.insert(
                0,
                json!({ "linkId": "part.tiny-about", "type": "display", "text": "-", "extension": extension }),
            );
        }
        let mut questionnaire = json!({
            "resourceType": "Questionnaire", "id": format!("tiny-{id}"), "language": "nb", "version": "1.0.0",
            "url": format!("https://svar.example/fhir/Questionnaire/tiny-{id}"), "status": "active", "item": pages,
            "extension": [{
                "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-assemble-expectation",
                "valueCode": "assemble-root",
            }],
        });
        self.text(&mut questionnaire, "title", "questionnaire.title", &[]);
        questionnaire
    }

    fn consent(&mut self) -> Value {
        let box_ = || json!({ "extension": [control("check-box")] });
        let taking_part = self.item("consent.taking-part", "boolean", "tick-box.text", &["consent"], box_());
        let register = self.item("consent.register", "boolean", "tick-box.text", &["consent"], box_());
        let note = self.item("consent.note", "display", "note.markdown", &["consent"], json!({}));
        let items = json!({ "item": [note, taking_part, register] });
        let page = self.item("consent", "group", "page.text", &["consent"], items);
        self.questionnaire("consent", vec![page])
    }

    fn contact(&mut self) -> Value {
        let format = json!([{ "url": format!("{OWN}/format"), "valueCode": "email" }]);
        let email = json!({ "extension": format, "maxLength": 254 });
        let email = self.item("contact.email", "string", "string.text", &["contact"], email);
        let page = self.item("contact", "group", "page.text", &["contact"], json!({ "item": [email] }));
        self.questionnaire("contact", vec![page])
    }

    fn rest(&mut self) -> Value {
        let comment = self.item("rest.comment", "string", "string.text", &[], json!({ "maxLength": 200 }));
        let page = self.item("rest", "group", "page.text", &[], json!({ "item": [comment] }));
        self.questionnaire("rest", vec![page])
    }

    fn core(&mut self, typed: &mut Vec<String>) -> Value {
        let words = self.written(typed);
        let kinds = self.kinds();
        let mut questionnaire = self.questionnaire("core", vec![words, kinds]);
        let sets = [
            ("set", "value-set.display", &["kinds", "review", "handout"] as &[_]),
            ("scale", "row.display", &["kinds", "review"]),
        ];
        questionnaire["contained"] = sets.map(|(id, field, pages)| self.value_set(id, field, pages)).to_vec().into();
        questionnaire
    }

    /// A set of options, of which the first will be chosen.
    fn value_set(&mut self, id: &str, field: &'static str, pages: &[&'static str]) -> Value {
        let mut concepts = Vec::new();
        for code in ["x", "y"] {
            let mut concept = json!({ "code": code });
            self.text(&mut concept, "display", field, if code == "x" { pages } else { &pages[..1] });
            concepts.push(concept);
        }
        let include = json!([{ "system": "https://svar.example/fhir/CodeSystem/set", "concept": concepts }]);
        json!({ "resourceType": "ValueSet", "id": id, "status": "active", "compose": { "include": include } })
    }

    /// A page of notes and of fields to write in, twice as many as there are languages.
    fn written(&mut self, typed: &mut Vec<String>) -> Value {
        let link_ids = self.singles("linkId");
        let [lines, texts] = TYPED.map(|field| self.singles(field));
        let prefix = self.singles("prefix");
        let mut items = vec![
            self.item("note", "display", "note.text", &["words"], json!({})),
            self.item("markdown", "display", "note.markdown", &["words"], json!({})),
        ];
        // A question with no more than control characters for an answer is open, and in no summary.
        let seen_with = |answer: &str| -> &[&'static str] {
            let blank = answer.chars().all(|c| c.is_control() || c.is_whitespace());
            if blank { &["words", "review"] } else { &["words", "review", "handout"] }
        };
        for (number, link_id) in link_ids.iter().enumerate() {
            let mut more = json!({ "maxLength": 100_000, "prefix": prefix[number] });
            if number % 10 == 0 {
                let help = format!("help-{number}");
                more["item"] = json!([self.item(&help, "display", "help.text", &["words"], shown_as("help"))]);
            }
            items.push(self.item(link_id, "string", "string.text", seen_with(&lines[number]), more));
            typed.push(lines[number].clone());
            let more = json!({ "maxLength": 100_000 });
            let id = format!("text-{number}");
            items.push(self.item(&id, "text", "text.text", seen_with(&texts[number]), more));
            typed.push(texts[number].clone());
        }
        let inner = self.item("inner", "group", "group.text", &["words"], json!({ "item": items }));
        self.item("words", "group", "page.text", &["words", "review", "handout"], json!({ "item": [inner] }))
    }

    /// A page with every other kind of question.
    fn kinds(&mut self) -> Value {
        let seen: [&'static str; 3] = ["kinds", "review", "handout"];
        let bounds = |more: &[Value]| {
            let mut all = vec![bound("minValue", 0), bound("maxValue", 10)];
            all.extend_from_slice(more);
            json!({ "extension": all })
        };
        let unit = |maker: &mut Self| {
            let mut coding = json!({ "code": "u" });
            maker.text(&mut coding, "display", "unit.display", &["kinds"]);
            json!({ "url": format!("{EXTENSIONS}/questionnaire-unit"), "valueCoding": coding })
        };
        let (first, second) = (unit(self), unit(self));
        let ends = json!([
            self.item("low", "display", "lower.text", &["kinds"], shown_as("lower")),
            self.item("high", "display", "upper.text", &["kinds"], shown_as("upper")),
        ]);
        let mut slider = bounds(&[control("slider")]);
        slider["item"] = ends;
        let radio = self.options("radio.display", &seen);
        let (codes, systems) = (self.singles("code"), self.singles("system"));
        let coded = codes.iter().zip(&systems).map(|(code, system)| {
            let mut option = self.option(code, "drop-down.display", &["kinds"]);
            option["valueCoding"]["system"] = json!(system);
            option
        });
        let coded: Vec<Value> = coded.collect();
        let mut boxes = self.options("boxes.display", &["kinds"]);
        let mut none = self.option("none", "exclusive.display", &["kinds"]);
        none["extension"] =
            json!([{ "url": format!("{EXTENSIONS}/questionnaire-optionExclusive"), "valueBoolean": true }]);
        boxes.push(none);
        let drop_down = json!({ "extension": [control("drop-down")], "answerOption": coded });
        let ranked = json!({
            "extension": [{ "url": format!("{OWN}/ranked"), "valueInteger": 2 }], "repeats": true,
            "answerOption": self.options("ranked.display", &["kinds"]),
        });
        let mut rows: Vec<Value> = (0..3)
            .map(|row| {
                let options = json!({ "answerValueSet": "#scale" });
                self.item(&format!("row-{row}"), "choice", "row.text", &["kinds", "review"], options)
            })
            .collect();
        rows.push(self.item("row-note", "display", "row.note", &["kinds"], json!({})));
        let items = vec![
            self.item("tick", "boolean", "tick-box.text", &seen, json!({ "extension": [control("check-box")] })),
            self.item("yes-no", "boolean", "yes-no.text", &seen, json!({})),
            self.item("integer", "integer", "integer.text", &seen, bounds(&[first])),
            self.item("decimal", "decimal", "decimal.text", &seen, bounds(&[second])),
            self.item("slider", "integer", "slider.text", &seen, slider),
            self.item("radio", "choice", "radio.text", &seen, json!({ "answerOption": radio })),
            self.item("boxes", "choice", "boxes.text", &seen, json!({ "repeats": true, "answerOption": boxes })),
            self.item("drop-down", "choice", "drop-down.text", &seen, drop_down),
            self.item("set", "choice", "value-set.text", &seen, json!({ "answerValueSet": "#set" })),
            self.item("ranked", "choice", "ranked.text", &seen, ranked),
            self.item(
                "table",
                "group",
                "table.text",
                &["kinds"],
                json!({ "extension": [control("table")], "item": rows }),
            ),
        ];
        self.item("kinds", "group", "page.text", &seen, json!({ "item": items }))
    }
}

fn control(code: &str) -> Value {
    let coding = json!([{ "system": "http://hl7.org/fhir/questionnaire-item-control", "code": code }]);
    json!({ "url": format!("{EXTENSIONS}/questionnaire-itemControl"), "valueCodeableConcept": { "coding": coding } })
}

fn shown_as(code: &str) -> Value {
    json!({ "extension": [control(code)] })
}

fn bound(name: &str, value: i64) -> Value {
    json!({ "url": format!("{EXTENSIONS}/{name}"), "valueInteger": value })
}
