//! Who is at the door: what `Authorization` holds, a token or a typed code, as the invitation that it stands for.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;

use super::{
    Answer,
    guesses::Patience,
    outcome::{Code, Refusal},
};
use crate::{
    study::{self, Invitation, InvitationError},
    tools::invitations::{
        Refused,
        keyring::Fresh,
        register::{Register, RegisterError},
    },
};

/// What is longer, with all the spaces that somebody may type, is a token that was cut.
const LONGEST_CODE: usize = 40;

/// Keys, register, and the patience with wrong codes.
#[derive(Debug)]
pub(super) struct Door {
    keys: Fresh,
    register: Register,
    patience: Mutex<Patience>,
}

impl Door {
    pub(super) fn new(keys: Fresh, register: Register) -> Door {
        Door { keys, register, patience: Mutex::new(Patience::default()) }
    }

    /// The invitation, if it is one of ours, whatever time it is and whether it was revoked or not.
    ///
    /// The error is the answer, or that the register does not work.
    pub(super) fn open(
        &self,
        authorization: Option<&str>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Result<Invitation, Answer>, RegisterError> {
        let Some((scheme, bearer)) = authorization.and_then(|header| header.trim().split_once(' ')) else {
            return Ok(Err(absent()));
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Err(absent()));
        }
        // Every token has points in it, and no code; and nobody types as much as this.
        if bearer.contains('.') || bearer.len() > LONGEST_CODE {
            return Ok(self.keys.keys().read(bearer.trim()).map_err(refused));
        }
        match study::Code::read(bearer) {
            Ok(code) => self.of_code(&code, from, now),
            // Anybody can tell that it is no code without asking here: no guess.
            Err(error) => {
                Ok(Err(Answer::refusal(401, Code::Login, Refusal::MistypedCode, format!("the code: {error}"))))
            }
        }
    }

    fn of_code(
        &self,
        code: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Result<Invitation, Answer>, RegisterError> {
        // Held until it is known whether the code was wrong, so that guesses sent at once are counted one by one.
        let mut patience = self.patience.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seconds) = patience.wait(from, now) {
            let why = "too many codes that stand for no invitation; a link works all the same";
            let answer = Answer::refusal(429, Code::Throttled, Refusal::TooManyCodes, why);
            return Ok(Err(Answer { retry_after: Some(seconds), ..answer }));
        }
        let found = self.register.of_code(code)?;
        Ok(found.ok_or_else(|| {
            patience.wrong(from, now);
            Answer::refusal(401, Code::Login, Refusal::UnknownCode, "the code stands for no invitation")
        }))
    }

    /// The token of an invitation that was asked about by its code: whoever typed the code goes on as by the link.
    pub(super) fn exchanged(&self, authorization: Option<&str>, invitation: &Invitation) -> Option<String> {
        let code = authorization.is_some_and(|header| !header.contains('.'));
        code.then(|| self.keys.keys().sign(invitation))
    }

    /// Whether the invitation was revoked.
    pub(super) fn is_revoked(&self, invitation: &Invitation) -> Result<bool, RegisterError> {
        self.register.is_revoked(&invitation.jti)
    }
}

fn absent() -> Answer {
    let why = "expected `Authorization: Bearer` with an invitation";
    Answer::refusal(401, Code::Login, Refusal::Absent, why)
}

fn refused(refused: Refused) -> Answer {
    let refusal = match refused {
        Refused::Unreadable(InvitationError::Absent) => Refusal::Absent,
        Refused::Unreadable(_) => Refusal::Unreadable,
        Refused::NotYet => Refusal::NotYet,
        Refused::Expired => Refusal::Expired,
        Refused::Algorithm | Refused::Forged => Refusal::Forged,
    };
    Answer::refusal(401, Code::Login, refusal, refused.to_string())
}
