//! Who is at the door: what `Authorization` holds, a token or a typed code, as the invitation that it stands for.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{
    Answer,
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

/// How many codes that stand for nothing are answered at once, and in a minute after that. There are 31⁹ codes: at this
/// pace, trying for a year finds one of ten thousand invitations with a chance of six in a thousand.
const GUESSES: u32 = 30;

/// What is longer, with all the spaces that somebody may type, is a token that was cut.
const LONGEST_CODE: usize = 40;

/// How long it takes for one more guess.
const PACE_MS: i64 = 60_000 / GUESSES as i64;

/// Keys, register, and the patience with wrong codes.
#[derive(Debug)]
pub(super) struct Door {
    keys: Fresh,
    register: Register,
    guesses: Mutex<Guesses>,
}

impl Door {
    pub(super) fn new(keys: Fresh, register: Register) -> Door {
        Door { keys, register, guesses: Mutex::new(Guesses::default()) }
    }

    /// The invitation, if it is one of ours, whatever time it is and whether it was revoked or not.
    ///
    /// The error is the answer, or that the register does not work.
    pub(super) fn open(
        &self,
        authorization: Option<&str>,
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
            Ok(code) => self.of_code(&code, now),
            // Anybody can tell that it is no code without asking here: no guess.
            Err(error) => {
                Ok(Err(Answer::refusal(401, Code::Login, Refusal::MistypedCode, format!("the code: {error}"))))
            }
        }
    }

    fn of_code(&self, code: &str, now: Timestamp) -> Result<Result<Invitation, Answer>, RegisterError> {
        // Held until it is known whether the code was wrong, so that guesses sent at once are counted one by one.
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seconds) = guesses.wait(now) {
            let why = "too many codes that stand for no invitation; a link works all the same";
            let answer = Answer::refusal(429, Code::Throttled, Refusal::TooManyCodes, why);
            return Ok(Err(Answer { retry_after: Some(seconds), ..answer }));
        }
        let found = self.register.of_code(code)?;
        Ok(found.ok_or_else(|| {
            guesses.wrong();
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

/// A bucket that a wrong code takes from and that fills with time.
#[derive(Debug, Default)]
struct Guesses {
    /// What was taken and has not come back, in milliseconds of waiting.
    taken: i64,
    /// When that was reckoned.
    at: Option<Timestamp>,
}

impl Guesses {
    /// In how many seconds there will be a guess; none if there is one now.
    fn wait(&mut self, now: Timestamp) -> Option<u32> {
        let passed = self.at.map_or(0, |at| now.as_millisecond().saturating_sub(at.as_millisecond()));
        // A clock that was set back gives nothing, and takes nothing.
        self.taken = self.taken.saturating_sub(passed.max(0)).max(0);
        self.at = Some(now);
        let missing = self.taken.saturating_sub(PACE_MS.saturating_mul(i64::from(GUESSES) - 1));
        (missing > 0).then(|| u32::try_from(missing.saturating_add(999) / 1000).unwrap_or(1))
    }

    fn wrong(&mut self) {
        self.taken = self.taken.saturating_add(PACE_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_guesses_at_once_and_then_one_every_two_seconds() {
        let mut guesses = Guesses::default();
        let at = |ms: i64| Timestamp::from_millisecond(1_795_339_800_000 + ms).unwrap();
        let mut guess = |ms: i64| {
            let wait = guesses.wait(at(ms));
            if wait.is_none() {
                guesses.wrong();
            }
            wait
        };
        assert!((0..30).all(|_| guess(0).is_none()));
        for (ms, expected) in [
            (0, Some(2)),
            (1, Some(2)),
            (1_001, Some(1)),
            (2_000, None),
            (2_000, Some(2)),
            (-86_400_000, Some(2)),
            (-86_399_000, Some(1)),
            (-86_398_000, None),
        ] {
            assert_eq!(guess(ms), expected, "after {ms} ms");
        }
        assert!((0..30).all(|_| guess(600_000).is_none()), "full again, and no fuller");
        assert_eq!(guess(600_000), Some(2));
    }
}
