//! What the cases send: submissions of the study's own questionnaire, good ones and spoiled ones, each with an id that
//! nobody has used.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::filler::{Chance, filled};
use crate::{
    questionnaire::Form,
    session::response::{Heading, completed},
    study::Invitation,
    submission::policy,
};

/// Stands in a spoiled answer: no reply may repeat it.
pub(super) const CANARY: &str = "svar-conformance-canary";

/// One submission, as it would be sent.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) uuid: String,
    pub(super) body: Vec<u8>,
}

/// Makes submissions.
#[derive(Debug)]
pub(super) struct Maker {
    pub(super) form: Arc<Form>,
    pub(super) invitation: Invitation,
    /// The body says its `id`, as an update asks for.
    pub(super) with_id: bool,
    pub(super) flat: bool,
    pub(super) chance: Chance,
}

impl Maker {
    /// A good one.
    pub(super) fn good(&mut self) -> Result<Parcel, String> {
        let (uuid, response) = self.response()?;
        Ok(self.wrap(uuid, &response))
    }

    /// Two under one id, with other bytes.
    pub(super) fn two(&mut self) -> Result<[Parcel; 2], String> {
        let (uuid, mut response) = self.response()?;
        let first = self.wrap(uuid.clone(), &response);
        set(&mut response, "authored", "2026-01-01T00:00:00Z".into());
        let mut second = self.wrap(uuid, &response);
        if second.body == first.body {
            // The flat form does not say when it was answered.
            second.body.push(b' ');
            if self.flat {
                let mut flat: Value = serde_json::from_slice(&first.body).unwrap_or_default();
                set(&mut flat, "comment.of.the.conformance.run", "other bytes".into());
                second.body = flat.to_string().into_bytes();
            }
        }
        Ok([first, second])
    }

    /// One of exactly so many bytes: white space behind the JSON.
    pub(super) fn sized(&mut self, length: usize) -> Result<Parcel, String> {
        let mut parcel = self.good()?;
        if parcel.body.len() > length {
            return Err(format!("the questionnaire's own answers take {} bytes", parcel.body.len()));
        }
        parcel.body.resize(length, b' ');
        Ok(parcel)
    }

    /// The largest one that an endpoint must take.
    pub(super) fn largest(&mut self) -> Result<Parcel, String> {
        self.sized(policy::BODY_LIMIT)
    }

    /// One with an answer that its question does not have, and that question's linkId.
    pub(super) fn spoiled(&mut self) -> Result<(Parcel, String), String> {
        let (uuid, mut response) = self.response()?;
        let link_id = spoil(response.get_mut("item")).ok_or("the questionnaire has no answer that could be spoiled")?;
        Ok((self.wrap(uuid, &response), link_id))
    }

    /// One to a questionnaire that nobody asks.
    pub(super) fn unknown(&mut self) -> Result<Parcel, String> {
        let (uuid, mut response) = self.response()?;
        set(&mut response, "questionnaire", "https://svar.example/fhir/Questionnaire/nobody-asks-this|0".into());
        Ok(self.wrap(uuid, &response))
    }

    fn response(&mut self) -> Result<(String, Value), String> {
        let session = filled(&self.form, &self.invitation, &mut self.chance);
        let uuid = uuid()?;
        let pseudonym = self.invitation.sub.clone().unwrap_or_else(|| format!("test-{uuid}"));
        let authored = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let bytes = completed(&session, &Heading { uuid: uuid.clone(), pseudonym, authored }).to_bytes();
        let response = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        Ok((uuid, response))
    }

    fn wrap(&self, uuid: String, response: &Value) -> Parcel {
        let mut sent = if self.flat { flat(response) } else { response.clone() };
        if self.with_id || self.flat {
            set(&mut sent, "id", uuid.clone().into());
        }
        Parcel { uuid, body: sent.to_string().into_bytes() }
    }
}

/// A random UUID (RFC 9562, version 4), in lower case.
pub(super) fn uuid() -> Result<String, String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The first coded answer becomes a code that is no option; without any, the first answer is given twice.
fn spoil(items: Option<&mut Value>) -> Option<String> {
    fn coded(items: &mut Value) -> Option<String> {
        items.as_array_mut()?.iter_mut().find_map(|item| {
            let link_id = item.get("linkId")?.as_str()?.to_owned();
            match item.pointer_mut("/answer/0/valueCoding/code") {
                Some(code) => {
                    *code = json!(CANARY);
                    Some(link_id)
                }
                None => coded(item.get_mut("item")?),
            }
        })
    }
    fn any(items: &mut Value) -> Option<String> {
        items.as_array_mut()?.iter_mut().find_map(|item| {
            let link_id = item.get("linkId")?.as_str()?.to_owned();
            match item.get_mut("answer").and_then(Value::as_array_mut) {
                Some(answers) => {
                    let twice = answers.first().cloned()?;
                    answers.push(twice);
                    Some(link_id)
                }
                None => any(item.get_mut("item")?),
            }
        })
    }
    let items = items?;
    coded(items).or_else(|| any(items))
}

/// `{linkId: value}`: codes as text, several answers as a list.
fn flat(response: &Value) -> Value {
    fn add(items: Option<&Value>, flat: &mut serde_json::Map<String, Value>) {
        for item in items.and_then(Value::as_array).into_iter().flatten() {
            let plain = |answer: &Value| {
                let value = answer.as_object().and_then(|fields| fields.values().next()).cloned().unwrap_or_default();
                value.get("code").cloned().unwrap_or(value)
            };
            let mut answers: Vec<Value> =
                item.get("answer").and_then(Value::as_array).into_iter().flatten().map(plain).collect();
            if let Some(link_id) = item.get("linkId").and_then(Value::as_str) {
                match answers.len() {
                    0 => {}
                    1 => drop(flat.insert(link_id.to_owned(), answers.remove(0))),
                    _ => drop(flat.insert(link_id.to_owned(), answers.into())),
                }
            }
            add(item.get("item"), flat);
        }
    }
    let mut fields = serde_json::Map::new();
    add(response.get("item"), &mut fields);
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_four_and_no_two_the_same() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| uuid().unwrap()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let places: Vec<char> = id.chars().collect();
            assert_eq!((places.len(), places[14]), (36, '4'), "{id}");
            assert!("89ab".contains(places[19]) && [8, 13, 18, 23].iter().all(|dash| places[*dash] == '-'), "{id}");
        }
    }
}
