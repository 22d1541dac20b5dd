//! What the paper form says around the questions, in each language of the interface.

mod en;
mod nb;
mod nn;

use crate::words::Tongue;

/// The phrases of one language.
pub(super) struct Phrases {
    pub(super) paper: &'static str,
    pub(super) how: &'static str,
    pub(super) code: &'static str,
    pub(super) responsible: &'static str,
    pub(super) ask: &'static str,
    pub(super) part: &'static str,
    pub(super) contact_apart: &'static str,
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
    pub(super) answer_this: &'static str,
    pub(super) applies: &'static str,
    pub(super) only_if: &'static str,
    pub(super) skip: &'static str,
    pub(super) this_question: &'static str,
    pub(super) this_part: &'static str,
    pub(super) questions: &'static str,
    pub(super) if_so: &'static str,
    pub(super) one_of: &'static str,
    pub(super) rank: fn(u8) -> String,
    pub(super) rank_among: &'static str,
    pub(super) edition: &'static str,
    pub(super) no_receipt: &'static str,
    pub(super) rows_only_if: &'static str,
    pub(super) in_brackets: &'static str,
    pub(super) rows_ticked: &'static str,
    pub(super) go_to: &'static str,
    pub(super) go_to_end: &'static str,
    pub(super) several: &'static str,
    pub(super) number: &'static str,
    pub(super) mark: &'static str,
    pub(super) demonstration: &'static str,
    pub(super) date: &'static str,
}

pub(super) fn phrases(tongue: Tongue) -> Phrases {
    match tongue {
        Tongue::Bokmal => nb::PHRASES,
        Tongue::Nynorsk => nn::PHRASES,
        Tongue::English => en::PHRASES,
    }
}
