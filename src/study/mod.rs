//! The study around the questionnaires: its manifest, its invitations, and the order of things for one respondent.

pub mod code;
mod course;
pub mod invitation;
mod journey;
mod manifest;
pub mod refusal;
pub mod source;

pub use code::{Code, CodeError};
pub use course::{Course, Step};
pub use invitation::{Invitation, InvitationError, Mode};
pub use journey::Journey;
pub use manifest::{
    CONSENT, CONTACT, Calendar, Consent, Contact, ContactForm, Delay, Detail, Endpoint, EndpointKind, Part, PublicKey,
    Start, Study, Summary, Wave, Window, Words, Write,
};
