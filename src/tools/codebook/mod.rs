//! What a study asks, as a table of variables: for the research committee, for whoever analyses, and for the export,
//! whose columns these are (`docs/export.md`).

mod codes;
pub mod command;
pub mod conditions;
pub mod describe;
pub mod dictionary;
mod instrument;
pub mod names;
mod page;
pub mod paper;
pub mod phrases;
mod rows;
pub mod variables;

pub use dictionary::Dictionary;
pub use instrument::{Instrument, TextPack};
pub use variables::{Code, Missing, Type, Use, Variable};

use super::scores::ScoreError;

/// Why a study has no table of variables.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryError {
    /// One question, asked twice in a wave.
    #[error("expected `{link_id}` once in a wave, found it in two parts of `{wave}`; give one of them another name")]
    TwiceInAWave {
        /// The question's `linkId`, or the score's name.
        link_id: String,
        /// The wave.
        wave: String,
    },
    /// A question that is one thing here and another there.
    #[error("expected one kind of question under `{link_id}`, found two: in {first} and in {second}")]
    Kind {
        /// The question's `linkId`.
        link_id: String,
        /// Where it is the one.
        first: String,
        /// Where it is the other.
        second: String,
    },
    /// Two columns with one name.
    #[error("expected a column `{name}` of its own for each, found {first} and {second}; change one of the linkIds")]
    Clash {
        /// The name.
        name: String,
        /// What has it.
        first: String,
        /// What would have it, too.
        second: String,
    },
    /// A column with a name that is too long.
    #[error("expected a name of at most {room} characters for {owner}, found that `{name}` would be too long")]
    TooLong {
        /// The name with its wave.
        name: String,
        /// What it is of.
        owner: String,
        /// How much room there is before the wave.
        room: usize,
    },
    /// A wave's id leaves no room for a name.
    #[error("expected waves with ids of at most 19 characters, found {waves}")]
    WaveTooLong {
        /// The ids.
        waves: String,
    },
    /// A score that fits no questionnaire.
    #[error("{canonical}: {source}")]
    Score {
        /// The questionnaire.
        canonical: String,
        /// What is wrong.
        source: Box<ScoreError>,
    },
}
