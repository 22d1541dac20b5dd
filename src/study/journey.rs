//! How far one respondent has come, set down so that a reload finds the way back: who they are to the study, where they
//! are, and the answers that are not frozen yet. What is frozen or received has records of its own.

use serde::{Deserialize, Serialize};

use super::Step;
use crate::{
    questionnaire::compact::{self, CompactError, Holds},
    session::draft::Draft,
};

/// One respondent's way through a wave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// The study's id.
    pub study: String,
    /// The wave's id.
    pub wave: String,
    /// The respondent's pseudonym: the same from the consent to the last part.
    pub pseudonym: String,
    /// The language in use.
    pub language: String,
    /// Whether the respondent said that the device is theirs alone.
    pub own_device: bool,
    /// Whether a register was permitted, which decides what contact details are asked for. Set down by itself, since
    /// the consent's answers are gone once it has arrived.
    pub permitted: bool,
    /// Where they are.
    pub step: Step,
    /// The page, by its `linkId`; none at the beginning.
    pub page: Option<String>,
    /// Whether they are at the overview.
    pub review: bool,
    /// The answers, by the id of what they answer (`consent`, `contact` or a part's).
    pub drafts: Vec<(String, Draft)>,
}

impl Journey {
    /// The bytes to keep.
    ///
    /// # Errors
    /// [`CompactError::Damaged`], which no journey brings about.
    pub fn encode(&self) -> Result<Vec<u8>, CompactError> {
        compact::encode(Holds::Journey, self)
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// Says in what way the bytes are no journey.
    pub fn decode(bytes: &[u8]) -> Result<Journey, CompactError> {
        compact::decode(Holds::Journey, bytes)
    }

    /// The draft of one part.
    pub fn draft(&self, part: &str) -> Option<&Draft> {
        self.drafts.iter().find(|(id, _)| id == part).map(|(_, draft)| draft)
    }
}
