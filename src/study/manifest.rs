//! The study manifest in the shape the widget loads: every word in every language of the study, every file by its name.
//! It is made of `study.json` by [`super::source`].

use serde::{Deserialize, Serialize};

use crate::questionnaire::text::Text;

/// What the consent is called among the parts of a wave.
pub const CONSENT: &str = "consent";

/// What the contact details are called among the parts of a wave.
pub const CONTACT: &str = "contact";

/// A text in each language of the study, in the order of [`Study::languages`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words(pub Vec<Text>);

/// One study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Study {
    /// Short id, as in invitations.
    pub id: String,
    /// Version of the manifest.
    pub version: String,
    /// BCP 47 tags; the first is the base language.
    pub languages: Vec<String>,
    /// Neutral title, shown in the header.
    pub title: Words,
    /// Own wording, not a validated form: said on the first page.
    pub demonstration: bool,
    /// Who runs it.
    pub responsible: Words,
    /// Whom to ask.
    pub contact: Contact,
    /// The welcome, one screen.
    pub welcome: Words,
    /// Details folded under the welcome.
    pub details: Vec<Detail>,
    /// Nobody reads the answers as they come, and whom to call.
    pub safety: Words,
    /// The end for those who do not take part.
    pub declined: Words,
    /// What the dates of the waves rest on. The browser asks the collector instead, so it is not shipped.
    #[serde(skip)]
    pub calendar: Option<Calendar>,
    /// The variants of the questionnaires that invitations may be for. The browser has its own from the invitation, so
    /// they are not shipped.
    #[serde(skip)]
    pub variants: Vec<String>,
    /// Where else than on its own pages it may be shown.
    pub embedding: Embedding,
    /// Where answers go.
    pub endpoint: Endpoint,
    /// Where contact details go, apart from the answers, if they are asked for.
    pub contact_endpoint: Option<Endpoint>,
    /// The rounds of the study.
    pub waves: Vec<Wave>,
}

/// Whose pages may show the study, by their origins (`https://portal.example`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    /// As an element of theirs: such a page can read what is typed, and is trusted not to.
    pub element: Vec<String>,
    /// In a frame: such a page sees no answer. The study's own page and its server see to it, so it is not shipped.
    #[serde(skip)]
    pub frame: Vec<String>,
}

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A person or an office.
    pub name: Words,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
}

/// A folded detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Always shown.
    pub title: Words,
    /// Shown when unfolded.
    pub text: Words,
}

/// Where submissions go (`docs/collection-endpoint.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it takes.
    pub kind: EndpointKind,
    /// Base address: `https:`, loopback, or a path on the page's own origin.
    pub base: String,
    /// How a FHIR endpoint is written to.
    pub write: Write,
    /// The key that submissions are sealed to; a sealed endpoint always has one.
    pub key: Option<PublicKey>,
    /// Names of keys before it: what was sealed to one of them and waits on a device is still taken.
    pub earlier_keys: Vec<String>,
}

/// What an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointKind {
    /// FHIR `QuestionnaireResponse`s.
    Fhir,
    /// The same, sealed: JWE (RFC 7516) that only the holder of the private key can open.
    Sealed,
    /// A JSON object of linkId → value.
    Flat,
}

/// How a FHIR endpoint is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Write {
    /// Conditional create: `POST` with `If-None-Exist`.
    ConditionalCreate,
    /// `POST` without a condition, where the endpoint keeps identifiers unique by itself.
    Create,
    /// `PUT` under the submission's own UUID.
    Update,
}

/// A public key on the curve P-256 (RFC 7518, section 6.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its name, by which the private key is found when a submission is opened.
    pub kid: String,
    /// The x coordinate: 32 bytes as base64url.
    pub x: String,
    /// The y coordinate: 32 bytes as base64url.
    pub y: String,
}

/// What the dates of the waves rest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// IANA name of the zone whose midnights open and close the waves, such as `Europe/Oslo`.
    pub time_zone: String,
    /// Units whose waves after randomisation come later.
    pub delay: Option<Delay>,
}

/// A delay of the waves that count from randomisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// For units included before this date (`2020-03-12`).
    pub included_before: String,
    /// By how many months.
    pub months: u32,
}

/// When a wave is open, as the unit table's dates have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What the months count from.
    pub from: Start,
    /// How many months after that it opens.
    pub months: u32,
    /// How many days it is open, the first and the last included.
    pub days: u32,
}

/// A date in the life of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// When the unit's staff were mailed the first link.
    Mailing,
    /// When the unit was randomised.
    Randomisation,
}

/// A round of data collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// Short id, as in invitations.
    pub id: String,
    /// What it is called to the respondent.
    pub title: Words,
    /// The welcome of this wave, where the study's own is not for it.
    pub welcome: Option<Words>,
    /// When it is open, if dates decide. Asked of the collector, so it is not shipped.
    #[serde(skip)]
    pub window: Option<Window>,
    /// How long all of it takes.
    pub minutes: u32,
    /// Consent that comes first, if it is asked for in this wave.
    pub consent: Option<Consent>,
    /// Contact details for the rounds that follow, asked for after the consent.
    pub contact: Option<ContactForm>,
    /// The questionnaires, each sent with a receipt of its own; the first is the core.
    pub parts: Vec<Part>,
}

/// Consent, a submission of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// File of the compiled questionnaire.
    pub file: String,
    /// `linkId` of the tick box that stands for taking part.
    pub taking_part: String,
    /// Shown once it has arrived.
    pub received: Words,
}

/// Contact details, a submission of its own to an endpoint of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactForm {
    /// File of the compiled questionnaire.
    pub file: String,
    /// The questionnaire that also asks for the national identity number, if the study may ask for it: for those who gave
    /// one of `permissions`.
    pub with_identity: Option<String>,
    /// `linkId`s of the consent's tick boxes that permit a register.
    pub permissions: Vec<String>,
}

/// A questionnaire of a wave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Short id.
    pub id: String,
    /// File of the compiled questionnaire.
    pub file: String,
    /// How long it takes.
    pub minutes: u32,
    /// Shown once it has arrived.
    pub received: Words,
    /// What the respondent can bring along of it, on paper.
    pub summary: Option<Summary>,
}

/// A summary of the answers, to be printed by the respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What it is called.
    pub title: Words,
    /// What it is for, above the answers.
    pub intro: Words,
    /// `linkId`s of the questions and groups that stand in it, in this order.
    pub items: Vec<String>,
}

impl Contact {
    /// The telephone number as it is dialled: digits, and a plus sign.
    pub fn dialled(&self) -> String {
        self.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

impl Study {
    /// Whether an element on a page of the origin `around` may show the study that was loaded from `address`.
    pub fn may_be_embedded(&self, address: &str, around: &str) -> bool {
        origin(address) == around || self.embedding.element.iter().any(|trusted| trusted == around)
    }

    /// Says where it was loaded from: endpoints on its own origin are there, whatever page shows it.
    pub fn lies_at(&mut self, address: &str) {
        let endpoints = [Some(&mut self.endpoint), self.contact_endpoint.as_mut()];
        for endpoint in endpoints.into_iter().flatten().filter(|endpoint| endpoint.base.starts_with('/')) {
            endpoint.base.insert_str(0, origin(address));
        }
    }

    /// The wave with this id.
    pub fn wave(&self, id: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.id == id)
    }

    /// Whether an invitation may be for this variant: for any, where the study declares none.
    pub fn takes(&self, variant: &str) -> bool {
        self.variants.is_empty() || self.variants.iter().any(|known| known == variant)
    }

    /// The language of the study that comes nearest to this BCP 47 tag: itself, its language without the region, or the
    /// base language.
    pub fn nearest(&self, tag: &str) -> Option<&str> {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let same = self.languages.iter().find(|known| known.eq_ignore_ascii_case(tag));
        let akin = || self.languages.iter().find(|known| primary(known) == primary(tag));
        same.or_else(akin).or(self.languages.first()).map(String::as_str)
    }

    /// The text in `language`, else in the base language.
    pub fn say<'a>(&self, words: &'a Words, language: &str) -> Option<&'a Text> {
        let place = self.languages.iter().position(|known| known == language).unwrap_or(0);
        words.0.get(place).or_else(|| words.0.first())
    }
}

/// The origin in an absolute address; nothing in a relative one.
fn origin(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once("://") else { return "" };
    let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    address.get(..scheme.len().saturating_add(3).saturating_add(host)).unwrap_or("")
}
