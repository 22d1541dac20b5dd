//! The reference collector: the endpoint of `docs/collection-endpoint.md`.
//!
//! A delivery is admitted by its invitation, checked as far as it can be read, and kept as it came; only what is on disk
//! gets a receipt. [`Collector::receive`] decides all of it without knowing HTTP; [`http`] is the edge.
//!
//! Answers and contact details are two endpoints with a database each ([`Destination`]). A plain response is checked by
//! the very engine that wrote it; of a sealed one only the header can be read, and the private key is not here; a flat
//! one is kept as it is.

mod admit;
mod bearer;
mod cors;
mod delivery;
pub mod faults;
mod flat;
mod guesses;
pub mod http;
mod layout;
mod line;
mod outcome;
mod plain;
mod sealed;
mod status;
mod store;
mod window;
mod withdrawn;

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};

pub use delivery::{Delivery, Destination, Way};
pub use faults::Faults;
pub use layout::{
    CONTACT_DATABASE, DATABASE, DATABASES, LAYOUT, PILOT_CONTACT_DATABASE, PILOT_DATABASE, TEST_CONTACT_DATABASE,
    TEST_DATABASE, check_layout,
};
pub use outcome::{Answer, REFUSALS};
pub use store::{Row, StoreError};

pub(super) use admit::{canonical_uuid, plain_pseudonym};

use super::{
    invitations::{
        Keys,
        keyring::Fresh,
        register::{Register, RegisterError},
    },
    studies::StudyFolder,
    units::UnitsError,
};
use crate::study::{Invitation, Mode};
use admit::Media;
use bearer::Door;
use delivery::{Content, Incoming};
use outcome::Code;
use store::{Kept, Store};
use window::Windows;

/// Where the interface for answers begins.
pub const BASE: &str = "/fhir";

/// Where the interface for contact details begins.
pub const CONTACT_BASE: &str = "/contact";

/// Where the flat form of answers is taken: the base of an endpoint of that kind.
pub const FLAT_BASE: &str = "/fhir/flat";

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where a line of the log goes.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The clock of this machine.
pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}

/// The log on the standard error stream.
pub fn log_to_stderr() -> Log {
    Arc::new(|line| eprintln!("{line}"))
}

/// Which pages of other origins may deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All. Nothing is lost by it: no cookie admits anybody, only an invitation does.
    Any,
    /// These alone, written as browsers do: `https://portal.example`.
    Listed(Vec<String>),
}

/// Why there is no collector.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectorError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The unit table, or a study's calendar.
    #[error(transparent)]
    Units(#[from] UnitsError),
    /// The register of invitations.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Two studies under one id.
    #[error("expected each study once, found `{id}` twice")]
    SameStudy {
        /// The id.
        id: String,
    },
}

/// The databases of one kind of invitations.
struct Shelf {
    answers: Store,
    contact: Store,
}

/// The collector of some studies.
pub struct Collector {
    studies: Vec<StudyFolder>,
    /// Respondents' own, and what was keyed in from paper.
    own: Shelf,
    test: Shelf,
    pilot: Shelf,
    windows: Windows,
    door: Door,
    clock: Clock,
    origins: Origins,
    log: Log,
    faults: Option<Faults>,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Collector").field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Collector {
    /// Opens the collector that keeps its data in `folder`.
    ///
    /// # Errors
    /// Why it cannot work.
    pub fn open(
        folder: &Path,
        studies: Vec<StudyFolder>,
        keys: Keys,
        clock: Clock,
    ) -> Result<Collector, CollectorError> {
        for (index, one) in studies.iter().enumerate() {
            if studies.iter().take(index).any(|other| other.study.id == one.study.id) {
                return Err(CollectorError::SameStudy { id: one.study.id.clone() });
            }
        }
        // All are there from the start: a person who withdraws does so in each of them.
        let shelf = |answers, contact| -> Result<Shelf, StoreError> {
            Ok(Shelf { answers: Store::open(folder, answers)?, contact: Store::open(folder, contact)? })
        };
        let own = shelf(DATABASE, CONTACT_DATABASE)?;
        let test = shelf(TEST_DATABASE, TEST_CONTACT_DATABASE)?;
        let pilot = shelf(PILOT_DATABASE, PILOT_CONTACT_DATABASE)?;
        let shelves = [&own, &test, &pilot];
        withdrawn::share(&shelves.map(|shelf| [&shelf.answers, &shelf.contact]).concat())?;
        let windows = Windows::open(folder, &studies)?;
        let door = Door::new(Fresh::new(folder, keys), Register::open(folder)?);
        let (origins, log) = (Origins::Any, log_to_stderr());
        Ok(Collector { studies, own, test, pilot, windows, door, clock, origins, log, faults: None })
    }

    /// The same collector, with a log of the caller's.
    #[must_use]
    pub fn with_log(self, log: Log) -> Collector {
        Collector { log, ..self }
    }

    /// The same collector, for pages of these origins.
    #[must_use]
    pub fn with_origins(self, origins: Origins) -> Collector {
        Collector { origins, ..self }
    }

    /// The same collector on a bad day, for tests: [`http::router`] goes by the plan.
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Collector {
        Collector { faults: Some(faults), ..self }
    }

    /// The answers with this UUID, as they are kept.
    ///
    /// # Errors
    /// If the store fails.
    pub fn find(&self, uuid: &str) -> Result<Option<Row>, StoreError> {
        self.find_in(Destination::Answers, uuid)
    }

    /// The submission with this UUID at one of the endpoints, as it is kept.
    ///
    /// # Errors
    /// If the store fails.
    pub fn find_in(&self, destination: Destination, uuid: &str) -> Result<Option<Row>, StoreError> {
        self.store(destination, None).find(uuid)
    }

    fn store(&self, destination: Destination, mode: Option<Mode>) -> &Store {
        let shelf = match mode {
            None | Some(Mode::Paper) => &self.own,
            Some(Mode::Test) => &self.test,
            Some(Mode::Pilot) => &self.pilot,
        };
        match destination {
            Destination::Answers => &shelf.answers,
            Destination::Contact => &shelf.contact,
        }
    }

    /// Decides on a delivery, and keeps it if it is good. Blocks until it is on disk.
    pub fn receive(&self, delivery: &Delivery) -> Answer {
        let minimal = delivery.prefer.as_deref().is_some_and(|prefer| prefer.contains("return=minimal"));
        match self.take(delivery) {
            Ok(receipt) if minimal => Answer { body: None, ..receipt },
            Ok(answer) | Err(answer) => answer,
        }
    }

    fn take(&self, delivery: &Delivery) -> Result<Answer, Answer> {
        let now = (self.clock)();
        let (invitation, bounds) = self.invitation(delivery.authorization.as_deref(), delivery.from, now)?;
        let media = Media::of(delivery)?;
        let fits = self.fits(delivery.to, media.form, &invitation);
        let incoming = match media.read(delivery.body.as_deref()) {
            Ok(incoming) => incoming,
            // What is of another form than the endpoint's cannot be read for that reason alone.
            Err(answer) => return Err(fits.err().unwrap_or(answer)),
        };
        admit::addressed(delivery, &incoming)?;
        // Asked first, so that a receipt is given again whatever has changed here in the meantime.
        if let Some(received_at) = self.received_before(delivery.to, &invitation, &incoming)? {
            return Ok(incoming.receipt(200, delivery.to, &received_at));
        }
        self.stands(&invitation)?;
        fits?;
        let timing = bounds.timing(incoming.authored, now).ok_or_else(admit::too_late)?;
        let pseudonym = self.check(delivery.to, &invitation, &incoming)?;
        let row = Row {
            id: incoming.id.clone(),
            study: invitation.study,
            wave: invitation.wave,
            questionnaire: incoming.questionnaire.clone(),
            pseudonym,
            received_at: now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            media_type: incoming.media_type.clone(),
            body: incoming.body.to_owned(),
            late: timing.late,
            odd_clock: timing.odd_clock,
            unit: invitation.unit,
            mode: invitation.mode.map_or("", Mode::as_str).to_owned(),
        };
        match self.store(delivery.to, invitation.mode).keep(&row).map_err(|error| self.not_now(&error))? {
            Kept::Now => Ok(incoming.receipt(201, delivery.to, &row.received_at)),
            Kept::Before { received_at } => Ok(incoming.receipt(200, delivery.to, &received_at)),
            Kept::Other => Err(Answer::no(409, Code::Conflict, "another response has this identifier already")),
            Kept::Answered => Err(Answer::no(
                409,
                Code::Duplicate,
                "this person has answered this questionnaire in this wave already",
            )),
            Kept::Withdrawn => Err(Answer::no(
                410,
                Code::Deleted,
                "this was withdrawn and deleted; nothing more of it is taken, and nothing was kept",
            )),
        }
    }

    /// When these very bytes were received, if they were.
    fn received_before(
        &self,
        destination: Destination,
        invitation: &Invitation,
        incoming: &Incoming<'_>,
    ) -> Result<Option<String>, Answer> {
        let before =
            self.store(destination, invitation.mode).find(&incoming.id).map_err(|error| self.not_now(&error))?;
        let same = before.filter(|row| {
            row.body == incoming.body && (&row.study, &row.wave) == (&invitation.study, &invitation.wave)
        });
        Ok(same.map(|row| row.received_at))
    }

    /// Checks what can be read of a submission against its invitation and its study; gives the pseudonym to keep it under.
    fn check(
        &self,
        destination: Destination,
        invitation: &Invitation,
        incoming: &Incoming<'_>,
    ) -> Result<String, Answer> {
        let (folder, questionnaire) = self.asked(destination, invitation, &incoming.questionnaire)?;
        match &incoming.content {
            Content::Plain(response) => plain::check(&questionnaire.form, invitation, response)?,
            Content::Sealed(header) => sealed::check(destination, &folder.study, invitation, header)?,
            Content::Flat => flat::check(invitation, incoming)?,
        }
        let Some(known) = incoming.pseudonym.as_ref().or(invitation.sub.as_ref()) else { return Ok(String::new()) };
        // Of a sealed body, this is the invitation's own: an empty one would pass for nobody's.
        if !plain_pseudonym(known) {
            return Err(Answer::no(403, Code::Forbidden, "the invitation names its person in a way that is not taken"));
        }
        Ok(known.clone())
    }

    fn not_now(&self, error: &dyn std::error::Error) -> Answer {
        // An error of the database names its files and its statements, never what was bound to them.
        (self.log)(&format!("store: {error}"));
        Answer::not_now()
    }

    /// What the collector says of itself, as a FHIR `CapabilityStatement`.
    fn capabilities(&self) -> Value {
        json!({
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": (self.clock)().strftime("%Y-%m-%d").to_string(),
            "kind": "instance",
            "software": { "name": "Svar collector", "version": env!("CARGO_PKG_VERSION") },
            "implementation": { "description": "Receives the responses of a study" },
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "rest": [{
                "mode": "server",
                "security": { "cors": true },
                "resource": [{
                    "type": "QuestionnaireResponse",
                    "interaction": [{ "code": "create" }, { "code": "update" }],
                    "conditionalCreate": true,
                    "updateCreate": true,
                }],
            }],
        })
    }
}
