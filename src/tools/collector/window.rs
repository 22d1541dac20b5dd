//! When an invitation admits, and what a sender's clock can be trusted with.

use jiff::{SignedDuration, Timestamp};

use crate::{study::Invitation, submission::policy};

/// Where a moment lies between an invitation's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Window {
    /// Before `nbf`.
    NotYet,
    /// Between `nbf` and `exp`.
    Open,
    /// At or after `exp`, by less than [`policy::GRACE`]: what was completed before may still arrive.
    Grace,
    /// Later.
    Closed,
}

impl Window {
    /// As the status request says it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Window::NotYet => "not-yet",
            Window::Open => "open",
            Window::Grace => "grace",
            Window::Closed => "closed",
        }
    }

    /// The window at `now`.
    pub(super) fn at(invitation: &Invitation, now: Timestamp) -> Window {
        let now = u64::try_from(now.as_second()).unwrap_or(0);
        match (invitation.nbf, invitation.exp) {
            (Some(nbf), _) if now < nbf => Window::NotYet,
            (_, Some(exp)) if now >= exp.saturating_add(policy::GRACE.as_secs()) => Window::Closed,
            (_, Some(exp)) if now >= exp => Window::Grace,
            _ => Window::Open,
        }
    }
}

/// What the time of a submission says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    /// Completed before the end, received after.
    pub(super) late: bool,
    /// Completed after it was received, or before the invitation began: the sender's clock was wrong.
    pub(super) odd_clock: bool,
}

/// The timing of what says it was completed at `authored` and arrives at `now`; none if it comes too late.
///
/// In the grace, only a believable time after the end refuses it. A phone's clock may be wrong by years, so a time that
/// cannot be true is no reason to turn anybody away.
pub(super) fn timing(invitation: &Invitation, authored: Option<Timestamp>, now: Timestamp) -> Option<Timing> {
    let after_the_end = |at: Timestamp| {
        let end = invitation.exp.and_then(instant);
        end.is_some_and(|end| end <= at) && at <= now
    };
    let late = match Window::at(invitation, now) {
        Window::Open => false,
        Window::Grace if !authored.is_some_and(after_the_end) => true,
        _ => return None,
    };
    let tolerance = SignedDuration::try_from(policy::CLOCK_TOLERANCE).unwrap_or_default();
    let begin = invitation.nbf.and_then(instant);
    let odd_clock = authored.is_some_and(|at| {
        let behind = begin.is_some_and(|begin| at < begin && begin.duration_since(at) > tolerance);
        behind || at > now && at.duration_since(now) > tolerance
    });
    Some(Timing { late, odd_clock })
}

/// Seconds since 1970 as an instant.
pub(super) fn instant(seconds: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NBF: u64 = 1_795_000_000;
    const EXP: u64 = NBF + 14 * 86_400;
    const GRACE: u64 = 72 * 3_600;

    fn invitation() -> Invitation {
        Invitation {
            iss: "tiny".into(),
            jti: "1".into(),
            study: "tiny".into(),
            wave: "q1".into(),
            unit: "north".into(),
            variant: None,
            sub: None,
            mode: None,
            nbf: Some(NBF),
            exp: Some(EXP),
        }
    }

    #[test]
    fn the_window_has_four_parts() {
        for (now, expected) in [
            (0, Window::NotYet),
            (NBF - 1, Window::NotYet),
            (NBF, Window::Open),
            (EXP - 1, Window::Open),
            (EXP, Window::Grace),
            (EXP + GRACE - 1, Window::Grace),
            (EXP + GRACE, Window::Closed),
        ] {
            assert_eq!(Window::at(&invitation(), instant(now).unwrap()), expected, "{now}");
        }
        let endless = Invitation { nbf: None, exp: Some(u64::MAX), ..invitation() };
        assert_eq!(Window::at(&endless, instant(EXP).unwrap()), Window::Open);
    }

    #[test]
    fn a_wrong_clock_is_flagged_and_turns_nobody_away() {
        let (late, odd_clock) = (true, true);
        let year = 365 * 86_400;
        for (case, now, authored, expected) in [
            ("in time", EXP - 10, EXP - 20, Some(Timing::default())),
            ("a clock that is a little ahead", EXP - 10, EXP + 200, Some(Timing::default())),
            ("a clock that is a day ahead", EXP - 10, EXP + 86_400, Some(Timing { late: false, odd_clock })),
            ("a clock that stands at 1970", EXP - 10, 0, Some(Timing { late: false, odd_clock })),
            ("before the end, after the end", EXP + 10, EXP - 1, Some(Timing { late, odd_clock: false })),
            ("the last second of the grace", EXP + GRACE - 1, EXP - 1, Some(Timing { late, odd_clock: false })),
            ("completed after the end", EXP + 10, EXP, None),
            ("ten years ahead, in the grace", EXP + 10, EXP + 10 * year, Some(Timing { late, odd_clock })),
            ("ten years behind, in the grace", EXP + 10, NBF - 10 * year, Some(Timing { late, odd_clock })),
            ("after the grace", EXP + GRACE, EXP - 1, None),
            ("before the beginning", NBF - 1, NBF - 1, None),
        ] {
            let found = timing(&invitation(), instant(authored), instant(now).unwrap());
            assert_eq!(found, expected, "{case}");
        }
        let unsaid = timing(&invitation(), None, instant(EXP + 1).unwrap());
        assert_eq!(unsaid, Some(Timing { late, odd_clock: false }), "no time at all");
    }
}
