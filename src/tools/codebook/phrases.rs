//! What the codebook, the picture and the paper form say around the questions, in each language of the interface.

mod en;
mod nb;
mod nn;

use crate::words::Tongue;

/// The phrases of one language.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// The title of the codebook.
    pub codebook: &'static str,
    /// What it is for.
    pub intro: &'static str,
    /// That the wording is no validated form.
    pub demonstration: &'static str,
    /// A wave.
    pub wave: &'static str,
    /// A part of a wave.
    pub part: &'static str,
    /// The consent.
    pub consent: &'static str,
    /// The contact details.
    pub contact: &'static str,
    /// That contact details are no data.
    pub contact_apart: &'static str,
    /// Questions, after a number that is not 1.
    pub questions: &'static str,
    /// A question, after 1.
    pub question: &'static str,
    /// How many questions, as a heading.
    pub number_of: &'static str,
    /// A minute, after 1.
    pub minute: &'static str,
    /// Minutes, after a number that is not 1.
    pub minutes: &'static str,
    /// Variable, as a heading.
    pub variable: &'static str,
    /// Answers, as a heading.
    pub answers: &'static str,
    /// Shown if, before a condition.
    pub shown_if: &'static str,
    /// Also asked in, before waves.
    pub also_in: &'static str,
    /// Instrument, as a heading.
    pub instrument: &'static str,
    /// Modelled on, before a name.
    pub modelled_on: &'static str,
    /// Not validated.
    pub not_validated: &'static str,
    /// Text pack, before a language.
    pub text_pack: &'static str,
    /// Codes where there is no answer, as a heading.
    pub missing: &'static str,
    /// Explains them.
    pub missing_intro: &'static str,
    /// Names of the four codes, from −1.
    pub missing_names: [&'static str; 4],
    /// Scores, as a heading.
    pub scores: &'static str,
    /// That nobody sees them.
    pub scores_intro: &'static str,
    /// Reversed items.
    pub reversed: &'static str,
    /// Items.
    pub items: &'static str,
    /// Yes or no, a tick box, one of, several of, a whole number, a number, words, several in order.
    pub types: [&'static str; 8],
    /// Characters, after a number.
    pub characters: &'static str,
    /// From a to b.
    pub to: &'static str,
    /// Each option is a variable.
    pub each_option: &'static str,
    /// The same of a question whose options are put in order.
    pub each_ranked: &'static str,
    /// Before the place that an option was given.
    pub ranked_as: &'static str,
    /// The option was given no place.
    pub not_ranked: &'static str,
    /// Can be chosen when, before the name of a question, and what follows it.
    pub offered_when: (&'static str, &'static str),
    /// If one or more of the answers can be chosen.
    pub any_option: &'static str,
    /// Must be answered.
    pub required: &'static str,
    /// Waits for a licensed text pack.
    pub hidden: &'static str,
    /// That the first page cannot be left unless this is ticked.
    pub declined: &'static str,
    /// The first screen.
    pub welcome: &'static str,
    /// A picture of the pages and branches.
    pub flow: &'static str,
    /// Before a condition.
    pub only_if: &'static str,
    /// The way past a page that is not shown.
    pub otherwise: &'static str,
    /// Each question by a question of its own; an example follows.
    pub each_by_its_own: &'static str,
    /// If this is not ticked.
    pub not_ticked: &'static str,
    /// If this is ticked.
    pub ticked: &'static str,
    /// Between alternatives.
    pub or: &'static str,
    /// More on the next sheet.
    pub goes_on: &'static str,
    /// End of the questionnaire.
    pub end: &'static str,
}

/// The phrases of a language.
pub fn phrases(tongue: Tongue) -> Phrases {
    match tongue {
        Tongue::Bokmal => nb::PHRASES,
        Tongue::Nynorsk => nn::PHRASES,
        Tongue::English => en::PHRASES,
    }
}

impl Phrases {
    /// `1 minute`, `10 minutes`.
    pub fn time(&self, minutes: u32) -> String {
        format!("{minutes} {}", if minutes == 1 { self.minute } else { self.minutes })
    }

    /// `1 question`, `3 questions`.
    pub fn count(&self, questions: usize) -> String {
        format!("{questions} {}", if questions == 1 { self.question } else { self.questions })
    }
}
