//! What the cases send: submissions of the study's own questionnaire, good ones and spoiled ones, each with an id that
//! nobody has used.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::filler::{Chance, filled};
use crate::{
    questionnaire::Form,
    session::{
        Session,
        flat::flat,
        response::{Heading, completed},
    },
    study::{Invitation, PublicKey},
    submission::{policy, seal::Routing},
    tools::jose::{PrivateKey, seal},
};

/// Stands in a spoiled answer: no reply may repeat it.
pub(super) const CANARY: &str = "svar-conformance-canary";

/// In what form submissions go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dress {
    /// As they are; with the UUID as the resource's own `id`, as an update asks for, or without.
    Plain { with_id: bool },
    /// Sealed to this key.
    Sealed { key: PublicKey },
    /// As a flat object.
    Flat,
}

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
    pub(super) dress: Dress,
    pub(super) chance: Chance,
}

impl Maker {
    /// A good one.
    pub(super) fn good(&mut self) -> Result<Parcel, String> {
        let (session, heading) = self.answers()?;
        self.dressed(self.plain(&session, &heading), &heading, &self.canonical())
    }

    /// Two under one id, with other bytes.
    pub(super) fn two(&mut self) -> Result<[Parcel; 2], String> {
        let (session, heading) = self.answers()?;
        let other = Heading { authored: "2026-01-01T00:00:00.000Z".to_owned(), ..heading.clone() };
        let dressed = |heading| self.dressed(self.plain(&session, heading), heading, &self.canonical());
        Ok([dressed(&heading)?, dressed(&other)?])
    }

    /// The largest one that an endpoint must take.
    pub(super) fn largest(&mut self) -> Result<Parcel, String> {
        self.sized(policy::BODY_LIMIT)
    }

    /// One that is larger than any endpoint need take.
    pub(super) fn too_large(&mut self) -> Result<Parcel, String> {
        self.sized(policy::BODY_LIMIT.saturating_add(1))
    }

    /// One with an answer that its question does not have, and that question's linkId.
    pub(super) fn spoiled(&mut self) -> Result<(Parcel, String), String> {
        let (session, heading) = self.answers()?;
        let plain = self.plain(&session, &heading);
        let mut response: Value = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
        let link_id = spoil(response.get_mut("item")).ok_or("the questionnaire has no answer that could be spoiled")?;
        Ok((self.dressed(response.to_string().into_bytes(), &heading, &self.canonical())?, link_id))
    }

    /// One to a questionnaire that nobody asks.
    pub(super) fn unknown(&mut self) -> Result<Parcel, String> {
        let (session, heading) = self.answers()?;
        let nobodys = format!("{}-that-nobody-asks|{}", self.form.url, self.form.version);
        let plain = self.plain(&session, &heading);
        let plain = String::from_utf8_lossy(&plain).replace(&self.canonical(), &nobodys);
        self.dressed(plain.into_bytes(), &heading, &nobodys)
    }

    /// One whose response has exactly so many bytes: white space behind the JSON.
    fn sized(&mut self, length: usize) -> Result<Parcel, String> {
        let (session, heading) = self.answers()?;
        let mut plain = self.plain(&session, &heading);
        if plain.len() > length {
            return Err(format!("the questionnaire's own answers take {} bytes", plain.len()));
        }
        plain.resize(length, b' ');
        self.dressed(plain, &heading, &self.canonical())
    }

    fn answers(&mut self) -> Result<(Session, Heading), String> {
        let session = filled(&self.form, &self.invitation, &mut self.chance);
        let uuid = uuid()?;
        // Another person each time: a person answers once.
        let pseudonym = format!("test-{uuid}");
        let authored = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        Ok((session, Heading { uuid, pseudonym, authored }))
    }

    fn canonical(&self) -> String {
        format!("{}|{}", self.form.url, self.form.version)
    }

    fn plain(&self, session: &Session, heading: &Heading) -> Vec<u8> {
        match &self.dress {
            Dress::Plain { with_id: true } => completed(session, heading).with_id().to_bytes(),
            Dress::Flat => flat(session, heading),
            _ => completed(session, heading).to_bytes(),
        }
    }

    fn dressed(&self, plain: Vec<u8>, heading: &Heading, questionnaire: &str) -> Result<Parcel, String> {
        let uuid = heading.uuid.clone();
        let Dress::Sealed { key } = &self.dress else { return Ok(Parcel { uuid, body: plain }) };
        let routing = Routing {
            study: self.invitation.study.clone(),
            wave: self.invitation.wave.clone(),
            questionnaire: questionnaire.to_owned(),
            uuid: uuid.clone(),
            authored: heading.authored.clone(),
        };
        let ephemeral = PrivateKey::of("", &random()?).ok_or("expected random bytes that are a key")?;
        let body = seal(key, &routing, &plain, &ephemeral, random()?).map_err(|error| error.to_string())?;
        Ok(Parcel { uuid, body })
    }
}

fn random<const N: usize>() -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// A random UUID (RFC 9562, version 4), in lower case.
pub(super) fn uuid() -> Result<String, String> {
    let number = u128::from_be_bytes(random()?) & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)))
}

/// The first coded answer becomes a code that is no option; without any, the first answer is given twice.
fn spoil(items: Option<&mut Value>) -> Option<String> {
    fn first(items: &mut Value, spoil: fn(&mut Value) -> bool) -> Option<String> {
        items.as_array_mut()?.iter_mut().find_map(|item| {
            let link_id = item.get("linkId")?.as_str()?.to_owned();
            if item.get_mut("answer").is_some_and(spoil) {
                return Some(link_id);
            }
            first(item.get_mut("item")?, spoil)
        })
    }
    fn code(answers: &mut Value) -> bool {
        let code = answers.pointer_mut("/0/valueCoding/code");
        code.map(|code| *code = json!(CANARY)).is_some()
    }
    fn twice(answers: &mut Value) -> bool {
        let Some(list) = answers.as_array_mut() else { return false };
        let same = list.first().cloned();
        list.extend(same);
        true
    }
    let items = items?;
    first(items, code).or_else(|| first(items, twice))
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

    #[test]
    fn without_a_coded_answer_some_answer_is_given_twice() {
        let mut items = json!([{ "linkId": "a", "item": [{ "linkId": "b", "answer": [{ "valueInteger": 1 }] }] }]);
        assert_eq!(spoil(Some(&mut items)).as_deref(), Some("b"));
        assert_eq!(items[0]["item"][0]["answer"], json!([{ "valueInteger": 1 }, { "valueInteger": 1 }]));
        assert_eq!(spoil(Some(&mut json!([{ "linkId": "a" }]))), None);
    }
}
