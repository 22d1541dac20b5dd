//! What the cases send: submissions of the study's own questionnaire, good ones and spoiled ones, each with an id that
//! nobody has used.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
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
    study::Invitation,
    submission::policy,
};

/// Stands in a spoiled answer: no reply may repeat it.
pub(super) const CANARY: &str = "svar-conformance-canary";

/// The steps that the content of a sealed body is filled up to.
const PADDING: usize = 4096;

/// A point on P-256 that anybody may take for a sender's key: the curve's own (SEC 2, section 2.4.2).
const POINT: (&str, &str) =
    ("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU");

/// In what form submissions go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dress {
    /// As they are; with the UUID as the resource's own `id`, as an update asks for, or without.
    Plain { with_id: bool },
    /// As a JWE under the key of this name. Nobody can open it: its content is random, which an endpoint cannot see.
    Sealed { kid: String },
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
        self.dressed(&session, &heading, PADDING)
    }

    /// Two under one id, with other bytes.
    pub(super) fn two(&mut self) -> Result<[Parcel; 2], String> {
        let (session, heading) = self.answers()?;
        let other = Heading { authored: "2026-01-01T00:00:00.000Z".to_owned(), ..heading.clone() };
        Ok([self.dressed(&session, &heading, PADDING)?, self.dressed(&session, &other, PADDING)?])
    }

    /// The largest one that an endpoint must take.
    pub(super) fn largest(&mut self) -> Result<Parcel, String> {
        self.sized(policy::BODY_LIMIT)
    }

    /// One that is larger than any endpoint need take.
    pub(super) fn too_large(&mut self) -> Result<Parcel, String> {
        match self.dress {
            Dress::Sealed { .. } => self.sized(policy::BODY_LIMIT.saturating_add(PADDING)),
            _ => self.sized(policy::BODY_LIMIT.saturating_add(1)),
        }
    }

    /// One with an answer that its question does not have, and that question's linkId.
    pub(super) fn spoiled(&mut self) -> Result<(Parcel, String), String> {
        let mut parcel = self.good()?;
        let mut response: Value = serde_json::from_slice(&parcel.body).map_err(|error| error.to_string())?;
        let link_id = spoil(response.get_mut("item")).ok_or("the questionnaire has no answer that could be spoiled")?;
        parcel.body = response.to_string().into_bytes();
        Ok((parcel, link_id))
    }

    /// One to a questionnaire that nobody asks.
    pub(super) fn unknown(&mut self) -> Result<Parcel, String> {
        let (session, heading) = self.answers()?;
        let nobodys = format!("{}-that-nobody-asks|{}", self.form.url, self.form.version);
        if let Dress::Sealed { kid } = &self.dress {
            let body = self.sealed(&heading, kid, &nobodys, PADDING)?.into_bytes();
            return Ok(Parcel { uuid: heading.uuid, body });
        }
        let mut parcel = self.dressed(&session, &heading, PADDING)?;
        let body = String::from_utf8_lossy(&parcel.body).replace(&self.canonical(), &nobodys);
        parcel.body = body.into_bytes();
        Ok(parcel)
    }

    /// One whose response has exactly so many bytes: white space behind the JSON.
    fn sized(&mut self, length: usize) -> Result<Parcel, String> {
        let (session, heading) = self.answers()?;
        let mut parcel = self.dressed(&session, &heading, length)?;
        if !matches!(self.dress, Dress::Sealed { .. }) {
            if parcel.body.len() > length {
                return Err(format!("the questionnaire's own answers take {} bytes", parcel.body.len()));
            }
            parcel.body.resize(length, b' ');
        }
        Ok(parcel)
    }

    fn answers(&mut self) -> Result<(Session, Heading), String> {
        let session = filled(&self.form, &self.invitation, &mut self.chance);
        let uuid = uuid()?;
        // Another person each time: a person answers once.
        let pseudonym = format!("test-{uuid}");
        let authored = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        Ok((session, Heading { uuid, pseudonym, authored }))
    }

    /// The submission in its form; sealed, around a content of so many bytes.
    fn dressed(&self, session: &Session, heading: &Heading, length: usize) -> Result<Parcel, String> {
        let body = match &self.dress {
            Dress::Plain { with_id: false } => completed(session, heading).to_bytes(),
            Dress::Plain { with_id: true } => completed(session, heading).with_id().to_bytes(),
            Dress::Flat => flat(session, heading),
            Dress::Sealed { kid } => self.sealed(heading, kid, &self.canonical(), length)?.into_bytes(),
        };
        Ok(Parcel { uuid: heading.uuid.clone(), body })
    }

    fn canonical(&self) -> String {
        format!("{}|{}", self.form.url, self.form.version)
    }

    fn sealed(&self, heading: &Heading, kid: &str, canonical: &str, length: usize) -> Result<String, String> {
        let header = json!({
            "alg": "ECDH-ES",
            "enc": "A256GCM",
            "epk": { "kty": "EC", "crv": "P-256", "x": POINT.0, "y": POINT.1 },
            "kid": kid,
            "cty": "application/fhir+json",
            "svar": 1,
            "study": self.invitation.study,
            "wave": self.invitation.wave,
            "questionnaire": canonical,
            "uuid": heading.uuid,
            "authored": heading.authored,
        });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let random = |length| -> Result<String, String> {
            let mut bytes = vec![0; length];
            getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
            Ok(URL_SAFE_NO_PAD.encode(bytes))
        };
        Ok(format!("{header}..{}.{}.{}", random(12)?, random(length)?, random(16)?))
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
