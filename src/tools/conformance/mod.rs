//! Does an endpoint keep the contract of `docs/collection-endpoint.md`? Its cases are run against it over the network, as
//! the widget would meet them, and each gets a verdict. Nothing is known of the endpoint but what it answers.

mod cases;
pub mod command;
mod filler;
mod parcel;
mod report;
mod trial;

use std::sync::Arc;

use crate::{
    questionnaire::Form,
    study::{EndpointKind, Invitation, PublicKey, Write},
    tools::invitations::Keys,
};

pub use report::{Level, Line, Report, Verdict};

use trial::Trial;

/// What to run, and against what.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address of the endpoint.
    pub base: String,
    /// What it takes.
    pub kind: EndpointKind,
    /// How it is written to.
    pub write: Write,
    /// The key that submissions are sealed to; an endpoint of kind `sealed` has one.
    pub key: Option<PublicKey>,
    /// The questionnaire that is answered.
    pub form: Arc<Form>,
    /// What the invitation says.
    pub invitation: Invitation,
    /// The invitation itself; none for a server that admits everybody.
    pub token: Option<String>,
    /// The key that signs invitations, for the cases that need other ones.
    pub keys: Option<Keys>,
    /// The origin of a page that may deliver; none if pages of other origins need not.
    pub origin: Option<String>,
    /// A FHIR server as it is: it checks neither invitation nor questionnaire, so nothing is asked of it there.
    pub bare: bool,
    /// Seed of the answers.
    pub seed: u64,
}

impl Settings {
    /// The level that the settings are about.
    pub fn level(&self) -> Level {
        match (self.kind, self.write) {
            (EndpointKind::Sealed, _) => Level::Sealed,
            (EndpointKind::Flat, _) => Level::Flat,
            (EndpointKind::Fhir, Write::Update) => Level::OneB,
            (EndpointKind::Fhir, _) => Level::One,
        }
    }
}

/// Runs every case.
///
/// # Errors
/// If nothing answers at the address, or nothing can be sent.
pub fn run(settings: &Settings) -> Result<Report, String> {
    let mut trial = Trial::new(settings);
    let mut lines = Vec::with_capacity(cases::CASES.len());
    for case in cases::CASES {
        let (verdict, came) = match trial.offered(case.needs) {
            Err(why) => (Verdict::NotOffered, why.to_owned()),
            Ok(()) => match (case.run)(&mut trial) {
                Ok(found) => found,
                Err(why) => (Verdict::Fail, why),
            },
        };
        let level = case.level.unwrap_or_else(|| settings.level());
        let (sent, expected, section) = (case.sent, case.expected, case.section);
        lines.push(Line { case: case.name, level, sent, expected, section, came, verdict });
        if trial.silent() {
            return Err(format!("{}: expected an endpoint, found nobody: {}", settings.base, trial.last_trouble()));
        }
    }
    Ok(Report { url: settings.base.clone(), seed: settings.seed, level: settings.level(), lines })
}
