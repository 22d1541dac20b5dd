//! The order of things for one respondent in one wave: welcome, own device, consent, the core, the rest; each sent on its
//! own, so that a person may stop at any receipt.

use serde::{Deserialize, Serialize};

use super::manifest::Wave;

/// Where a respondent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Who asks, and why.
    Welcome,
    /// Is this your own device?
    Device,
    /// The consent is being answered.
    Consent,
    /// The consent has arrived.
    Consented,
    /// Contact details are asked for.
    Contact,
    /// A part is being answered.
    Part(usize),
    /// A part has arrived, and another may follow.
    Received(usize),
    /// The person does not take part; nothing was sent.
    Declined,
    /// Everything that the person wanted to send has arrived.
    Finished(usize),
    /// The person has stopped, and what was not sent is deleted.
    Ended,
}

/// The steps of one wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    consent: bool,
    contact: bool,
    parts: usize,
}

impl Course {
    /// The course of a wave.
    pub fn of(wave: &Wave) -> Course {
        Course { consent: wave.consent.is_some(), contact: wave.contact.is_some(), parts: wave.parts.len() }
    }

    /// What follows when the person goes on. An end has nothing after it.
    pub fn next(&self, step: Step) -> Step {
        match step {
            Step::Welcome => Step::Device,
            Step::Device if self.consent => Step::Consent,
            Step::Device | Step::Consented if self.contact => Step::Contact,
            Step::Device | Step::Consented | Step::Contact => Step::Part(0),
            Step::Consent => Step::Consented,
            Step::Part(part) if part.saturating_add(1) < self.parts => Step::Received(part),
            Step::Part(part) => Step::Finished(part),
            Step::Received(part) => Step::Part(part.saturating_add(1)),
            Step::Declined | Step::Finished(_) | Step::Ended => step,
        }
    }
}
