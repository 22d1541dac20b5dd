//! The study manifest in the shape the widget loads: every word in every language of the study, every file by its name.
//! It is made of `study.json` by [`super::source`].

use serde::{Deserialize, Serialize};

use crate::questionnaire::text::Text;

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
    /// Where answers go.
    pub endpoint: Endpoint,
    /// The rounds of the study.
    pub waves: Vec<Wave>,
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

/// Where answers go: a FHIR endpoint of level 1 (`docs/collection-endpoint.md`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Base address: `https:`, loopback, or a path on the page's own origin.
    pub base: String,
}

/// A round of data collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// Short id, as in invitations.
    pub id: String,
    /// What it is called to the respondent.
    pub title: Words,
    /// How long all of it takes.
    pub minutes: u32,
    /// Consent that comes first, if it is asked for in this wave.
    pub consent: Option<Consent>,
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
}

impl Study {
    /// The wave with this id.
    pub fn wave(&self, id: &str) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.id == id)
    }

    /// The text in `language`, else in the base language.
    pub fn say<'a>(&self, words: &'a Words, language: &str) -> Option<&'a Text> {
        let place = self.languages.iter().position(|known| known == language).unwrap_or(0);
        words.0.get(place).or_else(|| words.0.first())
    }
}
