//! Ways to spoil a good response. Each breaks a rule of the profile for certain, or says that it cannot be used here.

use serde_json::{Value, json};
use svar::{
    questionnaire::{Choice, Expected, Form, ItemId, Kind, Operator},
    session::Session,
};

use crate::{random::Random, walk::example};

/// A good response, and the session that wrote it.
pub(crate) struct Good<'a> {
    pub(crate) session: &'a Session,
    pub(crate) response: &'a Value,
}

/// Spoils the response; none if this response offers no opportunity.
type Way = fn(&Good<'_>, &mut Random) -> Option<Value>;

pub(crate) const WAYS: [(&str, Way); 58] = [
    ("a code that is no option", |good, random| {
        good.change(random, codings, |answer, _| answer["valueCoding"]["code"] = json!("no-such-code"))
    }),
    ("a code of another system", |good, random| {
        good.change(random, codings, |answer, _| answer["valueCoding"]["system"] = json!("urn:no-such-system"))
    }),
    ("a code without its system", |good, random| {
        good.change(random, codings, |answer, _| drop(fields(&mut answer["valueCoding"]).remove("system")))
    }),
    ("a coding without code", |good, random| {
        good.change(random, codings, |answer, _| drop(fields(&mut answer["valueCoding"]).remove("code")))
    }),
    ("a coding with display", |good, random| {
        good.change(random, codings, |answer, _| answer["valueCoding"]["display"] = json!("Ja"))
    }),
    ("another type of answer", |good, random| {
        good.change(
            random,
            |_| true,
            |answer, kind| {
                *answer = match kind {
                    Kind::Boolean { .. } => json!({ "valueString": "true" }),
                    Kind::Integer { .. } => json!({ "valueDecimal": answer["valueInteger"] }),
                    Kind::Decimal { .. } => json!({ "valueInteger": 1 }),
                    Kind::Text { .. } => json!({ "valueInteger": 1 }),
                    _ => json!({ "valueString": answer["valueCoding"]["code"] }),
                }
            },
        )
    }),
    ("a type that no question takes", |good, random| {
        good.change(random, |_| true, |answer, _| *answer = json!({ "valueDate": "2026-11-22" }))
    }),
    ("two values in one answer", |good, random| {
        good.change(random, |kind| !matches!(kind, Kind::Integer { .. }), |answer, _| answer["valueInteger"] = json!(1))
    }),
    ("an answer with an extension", |good, random| {
        let extension = json!([{ "url": "urn:x", "valueBoolean": true }]);
        good.change(random, |_| true, |answer, _| answer["extension"] = extension.clone())
    }),
    ("an answer that is null", |good, random| good.change(random, |_| true, |answer, _| *answer = Value::Null)),
    ("an answer that says nothing", |good, random| good.change(random, |_| true, |answer, _| *answer = json!({}))),
    ("a value that is null", |good, random| {
        good.change(
            random,
            |_| true,
            |answer, _| {
                let key = fields(answer).keys().next().cloned().unwrap();
                answer[key] = Value::Null;
            },
        )
    }),
    ("a whole number written with a fraction", |good, random| {
        good.change(random, integers, |answer, _| answer["valueInteger"] = json!(answer["valueInteger"].as_f64()))
    }),
    ("a whole number of more than 32 bits", |good, random| {
        good.change(random, integers, |answer, _| answer["valueInteger"] = json!(2_147_483_648_u64))
    }),
    ("a decimal with an exponent", |good, random| {
        let decimals = |kind: &Kind| matches!(kind, Kind::Decimal { max: None, .. });
        good.change(random, decimals, |answer, _| answer["valueDecimal"] = json!(1e30))
    }),
    ("a number below its bound", |good, random| {
        good.change(
            random,
            |kind| low(kind).is_some(),
            |answer, kind| set_number(answer, kind, low(kind).unwrap() - 1.0),
        )
    }),
    ("a number above its bound", |good, random| {
        good.change(
            random,
            |kind| high(kind).is_some(),
            |answer, kind| set_number(answer, kind, high(kind).unwrap() + 1.0),
        )
    }),
    ("blank text", |good, random| {
        let blank = random.pick(&["", " ", "\u{a0}", "\t", "\u{2003}\u{85}"]);
        good.change(random, texts, |answer, _| answer["valueString"] = json!(blank))
    }),
    ("text that is too long", |good, random| {
        good.change(
            random,
            |kind| room(kind).is_some(),
            |answer, kind| {
                answer["valueString"] = json!("å".repeat(room(kind).unwrap() as usize + 1));
            },
        )
    }),
    ("text of another format", |good, random| {
        let formatted = |kind: &Kind| matches!(kind, Kind::Text { format: Some(_), .. });
        let other = random.pick(&["å", "a@b", " a@b.no", "0000000", "00 00 00 00", "15819010028", "158190 10029"]);
        good.change(random, formatted, |answer, _| answer["valueString"] = json!(other))
    }),
    ("a line break in one line", |good, random| {
        let line = |kind: &Kind| matches!(kind, Kind::Text { lines: false, .. });
        good.change(random, line, |answer, _| answer["valueString"] = json!("a\nb"))
    }),
    ("a character that FHIR does not know", |good, random| {
        good.change(random, texts, |answer, _| answer["valueString"] = json!("a\u{0}b"))
    }),
    ("a choice made twice", |good, random| {
        good.change_item(random, codings, |item, _, _| {
            let answers = list(item, "answer");
            let first = answers[0].clone();
            answers.push(first);
            true
        })
    }),
    ("two answers where one is taken", |good, random| {
        let single = |kind: &Kind| matches!(kind, Kind::Choice { repeats: false, .. });
        good.change_item(random, single, |item, form, id| {
            let other = options(form, id).find(|coding| *coding != item["answer"][0]["valueCoding"]);
            other.is_some_and(|coding| {
                list(item, "answer").push(json!({ "valueCoding": coding }));
                true
            })
        })
    }),
    ("two numbers", |good, random| {
        good.change_item(
            random,
            |kind| integers(kind) || matches!(kind, Kind::Decimal { .. }),
            |item, _, _| {
                let answers = list(item, "answer");
                let first = answers[0].clone();
                answers.push(first);
                true
            },
        )
    }),
    ("an exclusive option with another", |good, random| {
        let several = |kind: &Kind| matches!(kind, Kind::Choice { repeats: true, .. });
        good.change_item(random, several, |item, form, id| {
            let alone = form.options(id).iter().find(|option| option.exclusive);
            let other = form.options(id).iter().find(|option| !option.exclusive);
            let (Some(alone), Some(other)) = (alone, other) else { return false };
            item["answer"] = json!([{ "valueCoding": coding(other) }, { "valueCoding": coding(alone) }]);
            true
        })
    }),
    ("an empty list of answers", |good, random| {
        let open = good.unanswered(random)?;
        good.at(&open, |item| item["answer"] = json!([]))
    }),
    ("answers that are null", |good, random| {
        let open = good.unanswered(random)?;
        good.at(&open, |item| item["answer"] = Value::Null)
    }),
    ("an empty list of items", |good, random| {
        let open = good.unanswered(random)?;
        good.at(&open, |item| item["item"] = json!([]))
    }),
    ("a tick box without its false", |good, random| {
        good.change_item(
            random,
            |kind| matches!(kind, Kind::Boolean { tick_box: true }),
            |item, _, _| item["answer"][0]["valueBoolean"] == json!(false) && fields(item).remove("answer").is_some(),
        )
    }),
    ("a required answer taken out", |good, random| {
        let place = good.pick(random, |form, id| form.item(id).required)?;
        good.at(&place, |item| drop(fields(item).remove("answer")))
    }),
    ("an answer that no longer fits the branches", |good, random| {
        let form = good.session.form();
        let turns = |of: ItemId| {
            form.ids().any(|id| {
                let item = form.item(id);
                let lone = matches!(item.conditions.as_slice(), [condition] if condition.question == of
                    && condition.operator != Operator::Exists && matches!(condition.expected, Expected::Boolean(_)));
                lone && item.kind.is_question() && plain_above(form, id)
            })
        };
        let place = good.pick(random, |_, id| turns(id) && !good.session.answers(id).is_empty())?;
        good.at(&place, |item| {
            let answer = &mut item["answer"][0]["valueBoolean"];
            *answer = json!(!answer.as_bool().unwrap());
        })
    }),
    ("a disabled question, answered", |good, random| {
        let id = good.choose(random, |form, id| form.item(id).kind.is_question() && !good.session.enabled(id))?;
        let answer = any_answer(good.session.form(), id);
        Some(good.insert(id, json!({ "answer": [answer] })))
    }),
    ("a disabled question, unanswered", |good, random| {
        let id = good.choose(random, |form, id| form.item(id).kind.is_question() && !good.session.enabled(id))?;
        Some(good.insert(id, json!({})))
    }),
    ("a hidden question without an answer", |good, random| {
        let session = good.session;
        let quiet = |id| session.enabled(id) && !session.shown(id) && session.answers(id).is_empty();
        let id = good.choose(random, |form, id| form.item(id).kind.is_question() && quiet(id))?;
        Some(good.insert(id, json!({})))
    }),
    ("a display item", |good, random| {
        let id =
            good.choose(random, |form, id| matches!(form.item(id).kind, Kind::Display(_)) && good.session.enabled(id))?;
        Some(good.insert(id, json!({})))
    }),
    ("a shown question left out", |good, random| {
        let place =
            good.pick(random, |_, id| good.session.shown(id) && good.session.form().item(id).kind.is_question())?;
        Some(good.without(&place))
    }),
    ("a group left out", |good, random| {
        let form = good.session.form();
        let asks = |group: ItemId| {
            form.below(group).any(|id| {
                let way = std::iter::successors(Some(id), |id| form.item(*id).parent).take_while(|id| *id != group);
                form.item(id).kind.is_question()
                    && good.session.shown(id)
                    && way.into_iter().all(|id| form.item(id).conditions.is_empty())
            })
        };
        let place = good.pick(random, |form, id| matches!(form.item(id).kind, Kind::Group(_)) && asks(id))?;
        Some(good.without(&place))
    }),
    ("two neighbours swapped", |good, random| {
        let places: Vec<String> =
            good.places().into_iter().map(|(place, _)| place).filter(|place| !place.ends_with("/0")).collect();
        let (parent, index) = split(&some(random, &places)?);
        let mut spoiled = good.response.clone();
        let items = spoiled.pointer_mut(&parent)?.as_array_mut()?;
        items.swap(index - 1, index);
        Some(spoiled)
    }),
    ("an item twice", |good, random| {
        let place = good.pick(random, |_, _| true)?;
        let (parent, index) = split(&place);
        let mut spoiled = good.response.clone();
        let items = spoiled.pointer_mut(&parent)?.as_array_mut()?;
        items.insert(index, items[index].clone());
        Some(spoiled)
    }),
    ("an item that the questionnaire does not have", |good, random| {
        let place = good.pick(random, |_, _| true)?;
        let (parent, _) = split(&place);
        let mut spoiled = good.response.clone();
        spoiled.pointer_mut(&parent)?.as_array_mut()?.push(json!({ "linkId": "no.such.item" }));
        Some(spoiled)
    }),
    ("a changed linkId", |good, random| {
        let place = good.pick(random, |_, _| true)?;
        good.at(&place, |item| item["linkId"] = json!(format!("{} ", item["linkId"].as_str().unwrap())))
    }),
    ("an item without linkId", |good, random| {
        let place = good.pick(random, |_, _| true)?;
        good.at(&place, |item| drop(fields(item).remove("linkId")))
    }),
    ("a question in another group", |good, random| {
        let form = good.session.form();
        let from = good.pick(random, |form, id| form.item(id).kind.is_question())?;
        let moved = good.response.pointer(&from)?.clone();
        let home = form.item(form.find(moved["linkId"].as_str()?)?).parent;
        let to = good.pick(random, |form, id| matches!(form.item(id).kind, Kind::Group(_)) && Some(id) != home)?;
        let mut spoiled = good.response.clone();
        spoiled.pointer_mut(&to)?.get_mut("item")?.as_array_mut()?.push(moved);
        let (parent, index) = split(&from);
        spoiled.pointer_mut(&parent)?.as_array_mut()?.remove(index);
        Some(spoiled)
    }),
    ("a question at the top", |good, random| {
        let from = good.pick(random, |form, id| form.item(id).kind.is_question())?;
        let moved = good.response.pointer(&from)?.clone();
        let mut spoiled = good.without(&from);
        list(&mut spoiled, "item").push(moved);
        Some(spoiled)
    }),
    ("an item under a question", |good, random| {
        let place = good.pick(random, |form, id| form.item(id).kind.is_question())?;
        good.at(&place, |item| item["item"] = json!([{ "linkId": "no.such.item" }]))
    }),
    ("an answer on a group", |good, random| {
        let place = good.pick(random, |form, id| matches!(form.item(id).kind, Kind::Group(_)))?;
        good.at(&place, |item| item["answer"] = json!([{ "valueBoolean": true }]))
    }),
    ("text on an item", |good, random| {
        let place = good.pick(random, |_, _| true)?;
        good.at(&place, |item| item["text"] = json!("Har du vondt?"))
    }),
    ("another questionnaire", |good, _| {
        good.head("/questionnaire", json!("https://svar.example/fhir/Questionnaire/other|1.0.0"))
    }),
    ("another version", |good, _| {
        let canonical = good.response["questionnaire"].as_str()?;
        good.head("/questionnaire", json!(format!("{canonical}.1")))
    }),
    ("no version", |good, _| {
        let canonical = good.response["questionnaire"].as_str()?;
        good.head("/questionnaire", json!(canonical.split('|').next()?))
    }),
    ("not completed", |good, random| {
        good.head("/status", json!(random.pick(&["in-progress", "amended", "COMPLETED"])))
    }),
    ("no QuestionnaireResponse", |good, _| good.head("/resourceType", json!("Questionnaire"))),
    ("an identifier that is none of ours", |good, random| match random.below(2) {
        0 => good.head("/identifier/system", json!("urn:x")),
        _ => good.head("/identifier/value", json!("0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21")),
    }),
    ("another id than the identifier", |good, random| {
        let mut spoiled = good.response.clone();
        let id = random.pick(&["", "6f1b2c3d-0000-4000-8000-000000000001"]);
        fields(&mut spoiled).insert("id".to_owned(), json!(id));
        Some(spoiled)
    }),
    ("a subject who is no pseudonym", |good, random| match random.below(3) {
        0 => good.head("/subject/identifier/system", json!("urn:oid:2.16.578.1.12.4.1.4.1")),
        1 => good.head("/subject", json!({ "reference": "Patient/1" })),
        _ => {
            let mut subject = good.response["subject"].clone();
            subject["display"] = json!("Kari Nordmann");
            good.head("/subject", subject)
        }
    }),
    ("something more in the head", |good, random| {
        let mut spoiled = good.response.clone();
        let (name, value) = match random.below(4) {
            0 => ("language", json!("nb")),
            1 => ("source", json!({ "display": "Kari Nordmann" })),
            2 => ("text", json!({ "status": "empty", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"/>" })),
            _ => ("extension", json!([{ "url": "urn:x", "valueBoolean": true }])),
        };
        spoiled[name] = value;
        Some(spoiled)
    }),
    ("something missing in the head", |good, random| {
        let mut spoiled = good.response.clone();
        fields(&mut spoiled).remove(random.pick(&[
            "identifier",
            "status",
            "questionnaire",
            "authored",
            "subject",
            "resourceType",
        ]));
        Some(spoiled)
    }),
];

fn codings(kind: &Kind) -> bool {
    matches!(kind, Kind::Choice { .. })
}

fn integers(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer { .. })
}

fn texts(kind: &Kind) -> bool {
    matches!(kind, Kind::Text { .. })
}

fn low(kind: &Kind) -> Option<f64> {
    match kind {
        Kind::Integer { min, .. } => min.map(|min| min as f64),
        Kind::Decimal { min, .. } => min.map(|min| min.to_string().parse().unwrap()),
        _ => None,
    }
}

fn high(kind: &Kind) -> Option<f64> {
    match kind {
        Kind::Integer { max, .. } => max.map(|max| max as f64),
        Kind::Decimal { max, .. } => max.map(|max| max.to_string().parse().unwrap()),
        _ => None,
    }
}

fn room(kind: &Kind) -> Option<u32> {
    match kind {
        Kind::Text { max_length, .. } => *max_length,
        _ => None,
    }
}

fn set_number(answer: &mut Value, kind: &Kind, number: f64) {
    *answer = if integers(kind) { json!({ "valueInteger": number as i64 }) } else { json!({ "valueDecimal": number }) };
}

fn coding(option: &Choice) -> Value {
    match &option.system {
        Some(system) => json!({ "system": system, "code": option.code }),
        None => json!({ "code": option.code }),
    }
}

fn options(form: &Form, id: ItemId) -> impl Iterator<Item = Value> + '_ {
    form.options(id).iter().map(coding)
}

/// An answer that the question would take, were it asked.
fn any_answer(form: &Form, id: ItemId) -> Value {
    match &form.item(id).kind {
        Kind::Boolean { .. } => json!({ "valueBoolean": true }),
        kind @ Kind::Integer { .. } => json!({ "valueInteger": low(kind).or(high(kind)).unwrap_or(1.0) as i64 }),
        kind @ Kind::Decimal { .. } => json!({ "valueDecimal": low(kind).or(high(kind)).unwrap_or(1.5) }),
        Kind::Text { format, .. } => json!({ "valueString": format.map_or("å", example) }),
        _ => json!({ "valueCoding": options(form, id).next().unwrap() }),
    }
}

/// Whether what the item stands in is shown always.
fn plain_above(form: &Form, id: ItemId) -> bool {
    let above = std::iter::successors(form.item(id).parent, |id| form.item(*id).parent);
    !form.item(id).hidden && above.into_iter().all(|id| form.item(id).conditions.is_empty() && !form.item(id).hidden)
}

fn fields(value: &mut Value) -> &mut serde_json::Map<String, Value> {
    value.as_object_mut().unwrap()
}

fn list<'a>(value: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    value[name].as_array_mut().unwrap()
}

fn some(random: &mut Random, from: &[String]) -> Option<String> {
    (!from.is_empty()).then(|| random.pick(from))
}

/// `/item/2/item/5` is entry 5 of `/item/2/item`.
fn split(place: &str) -> (String, usize) {
    let (parent, index) = place.rsplit_once('/').unwrap();
    (parent.to_owned(), index.parse().unwrap())
}

impl Good<'_> {
    /// Every item of the response, as JSON pointer and linkId.
    fn places(&self) -> Vec<(String, String)> {
        fn below(items: &Value, path: &str, places: &mut Vec<(String, String)>) {
            for (index, item) in items.as_array().into_iter().flatten().enumerate() {
                let place = format!("{path}/item/{index}");
                places.push((place.clone(), item["linkId"].as_str().unwrap().to_owned()));
                below(&item["item"], &place, places);
            }
        }
        let mut places = Vec::new();
        below(&self.response["item"], "", &mut places);
        places
    }

    /// Some item that stands in the response.
    fn pick(&self, random: &mut Random, wanted: impl Fn(&Form, ItemId) -> bool) -> Option<String> {
        let form = self.session.form();
        let is_wanted = |(_, link_id): &(String, String)| wanted(form, form.find(link_id).unwrap());
        let places: Vec<String> = self.places().into_iter().filter(is_wanted).map(|(place, _)| place).collect();
        some(random, &places)
    }

    /// Some item of the form.
    fn choose(&self, random: &mut Random, wanted: impl Fn(&Form, ItemId) -> bool) -> Option<ItemId> {
        let form = self.session.form();
        let items: Vec<ItemId> = form.ids().filter(|id| wanted(form, *id)).collect();
        (!items.is_empty()).then(|| random.pick(&items))
    }

    fn unanswered(&self, random: &mut Random) -> Option<String> {
        let unanswered =
            |form: &Form, id: ItemId| form.item(id).kind.is_question() && self.session.counting(id).is_empty();
        self.pick(random, unanswered)
    }

    fn at(&self, place: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
        let mut spoiled = self.response.clone();
        change(spoiled.pointer_mut(place)?);
        Some(spoiled)
    }

    fn head(&self, place: &str, value: Value) -> Option<Value> {
        self.at(place, |found| *found = value)
    }

    /// Changes the first answer of some answered question.
    fn change(
        &self,
        random: &mut Random,
        wanted: impl Fn(&Kind) -> bool,
        change: impl Fn(&mut Value, &Kind),
    ) -> Option<Value> {
        self.change_item(random, wanted, |item, form, id| {
            change(&mut item["answer"][0], &form.item(id).kind);
            true
        })
    }

    /// Changes some answered question, if the change says that it could.
    fn change_item(
        &self,
        random: &mut Random,
        wanted: impl Fn(&Kind) -> bool,
        change: impl Fn(&mut Value, &Form, ItemId) -> bool,
    ) -> Option<Value> {
        let answered = |id| !self.session.counting(id).is_empty();
        let place = self
            .pick(random, |form, id| form.item(id).kind.is_question() && wanted(&form.item(id).kind) && answered(id))?;
        let mut spoiled = self.response.clone();
        let item = spoiled.pointer_mut(&place)?;
        let form = self.session.form();
        let id = form.find(item["linkId"].as_str()?)?;
        change(item, form, id).then_some(spoiled)
    }

    fn without(&self, place: &str) -> Value {
        let (parent, index) = split(place);
        let mut spoiled = self.response.clone();
        spoiled.pointer_mut(&parent).unwrap().as_array_mut().unwrap().remove(index);
        if parent != "/item" && spoiled.pointer(&parent).unwrap().as_array().unwrap().is_empty() {
            let group = spoiled.pointer_mut(parent.trim_end_matches("/item")).unwrap();
            fields(group).remove("item");
        }
        spoiled
    }

    /// The response with an item put where the questionnaire has it, in groups that are added where they are missing.
    fn insert(&self, id: ItemId, more: Value) -> Value {
        let form = self.session.form();
        let mut way: Vec<ItemId> = std::iter::successors(Some(id), |id| form.item(*id).parent).collect();
        way.reverse();
        let mut spoiled = self.response.clone();
        let mut at = &mut spoiled;
        for id in way {
            if at.get("item").is_none() {
                at["item"] = json!([]);
            }
            let items = list(at, "item");
            let rank = |item: &Value| form.find(item["linkId"].as_str().unwrap()).unwrap();
            let index = items.iter().position(|item| rank(item) >= id).unwrap_or(items.len());
            if items.get(index).is_none_or(|item| rank(item) != id) {
                items.insert(index, json!({ "linkId": form.item(id).link_id }));
            }
            at = &mut items[index];
        }
        for (name, value) in more.as_object().unwrap() {
            at[name] = value.clone();
        }
        spoiled
    }
}
