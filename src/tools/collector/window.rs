//! When an invitation admits, and what a sender's clock can be trusted with.

use std::{collections::BTreeMap, path::Path};

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Answer, Collector};
use crate::{
    study::{Invitation, Mode},
    submission::policy,
    tools::{
        studies::StudyFolder,
        units::{Almanac, Store, UnitsError, almanac},
    },
};

/// Where a moment lies between bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Before the start.
    NotYet,
    /// Between start and end.
    Open,
    /// At or after the end, by less than [`policy::GRACE`]: what was completed before may still arrive.
    Grace,
    /// Later.
    Closed,
}

impl State {
    /// As the status request says it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            State::NotYet => "not-yet",
            State::Open => "open",
            State::Grace => "grace",
            State::Closed => "closed",
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

/// From when, and until when, an invitation admits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Not before.
    pub(super) start: Option<Timestamp>,
    /// Not at or after.
    pub(super) end: Option<Timestamp>,
    /// It begins at a time that nobody knows yet.
    pub(super) undated: bool,
}

impl Bounds {
    /// The outer bounds, which the invitation itself names.
    fn of(invitation: &Invitation) -> Bounds {
        Bounds { start: invitation.nbf.map(instant), end: invitation.exp.map(instant), undated: false }
    }

    /// The time that is within both.
    fn within(self, other: Bounds) -> Bounds {
        // For starts, none is earlier than any; for ends, none is later than any.
        let end = [self.end, other.end].into_iter().flatten().min();
        Bounds { start: self.start.max(other.start), end, undated: self.undated || other.undated }
    }

    /// Where `now` lies.
    pub(super) fn state(&self, now: Timestamp) -> State {
        let grace = SignedDuration::try_from(policy::GRACE).unwrap_or_default();
        let last = self.end.map(|end| end.checked_add(grace).unwrap_or(Timestamp::MAX));
        // First, since a window may begin after the invitation has ended: it will never open.
        if last.is_some_and(|last| now >= last) {
            State::Closed
        } else if self.undated || self.start.is_some_and(|start| now < start) {
            State::NotYet
        } else if self.end.is_some_and(|end| now >= end) {
            State::Grace
        } else {
            State::Open
        }
    }

    /// The timing of what says it was completed at `authored` and arrives at `now`; none if it comes too late.
    ///
    /// In the grace, only a believable time after the end refuses it. A phone's clock may be wrong by years, so a time
    /// that cannot be true is no reason to turn anybody away.
    pub(super) fn timing(&self, authored: Option<Timestamp>, now: Timestamp) -> Option<Timing> {
        let after_the_end = |at: Timestamp| self.end.is_some_and(|end| end <= at) && at <= now;
        let late = match self.state(now) {
            State::Open => false,
            State::Grace if !authored.is_some_and(after_the_end) => true,
            _ => return None,
        };
        let tolerance = SignedDuration::try_from(policy::CLOCK_TOLERANCE).unwrap_or_default();
        let odd_clock = authored.is_some_and(|at| {
            let behind = self.start.is_some_and(|start| at < start && start.duration_since(at) > tolerance);
            behind || at > now && at.duration_since(now) > tolerance
        });
        Some(Timing { late, odd_clock })
    }
}

/// Seconds since 1970 as an instant; more than a calendar holds is its end.
fn instant(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::MAX)
}

/// The windows of the units, asked anew for every request: one that is prolonged reaches links that are mailed already.
#[derive(Debug)]
pub(super) struct Windows {
    units: Store,
    /// By study; none for a study without a calendar.
    almanacs: BTreeMap<String, Almanac>,
}

impl Windows {
    /// Opens the unit table in the data folder.
    pub(super) fn open(folder: &Path, studies: &[StudyFolder]) -> Result<Windows, UnitsError> {
        let studies = studies.iter().map(|folder| &folder.study).filter(|study| study.calendar.is_some());
        let almanacs = studies.map(|study| Ok((study.id.clone(), almanac(study)?)));
        Ok(Windows { almanacs: almanacs.collect::<Result<_, UnitsError>>()?, units: Store::open(folder)? })
    }

    /// The bounds that count: the unit's window, if the table gives it one, within those of the invitation.
    fn bounds(&self, invitation: &Invitation, folder: Option<&StudyFolder>) -> Result<Bounds, UnitsError> {
        let outer = Bounds::of(invitation);
        let wave = folder.and_then(|folder| folder.study.wave(&invitation.wave));
        let (Some(wave), Some(almanac)) = (wave, self.almanacs.get(&invitation.study)) else { return Ok(outer) };
        // Somebody tries the study out, whenever that is.
        if invitation.mode == Some(Mode::Test) {
            return Ok(outer);
        }
        let Some(unit) = self.units.unit(&invitation.study, &invitation.unit)? else { return Ok(outer) };
        let days = unit.days(almanac, wave);
        let start = days.first.day.and_then(|first| almanac.opens(first));
        let end = days.last.day.and_then(|last| almanac.closes(last));
        // What was answered on paper in time is keyed in later.
        let paper = invitation.mode == Some(Mode::Paper);
        // A wave that counts from a date must not be open before anybody has said the date. On paper nobody was let in
        // by us, and what was answered is keyed in.
        let undated = start.is_none() && wave.window.is_some() && !paper;
        Ok(outer.within(Bounds { start, end: end.filter(|_| !paper), undated }))
    }

    /// The first and the last day within bounds, where the study is; none if it has no calendar.
    pub(super) fn days(&self, study: &str, bounds: &Bounds) -> (Option<Date>, Option<Date>) {
        let Some(almanac) = self.almanacs.get(study) else { return (None, None) };
        let moment_before = |end: Timestamp| end.checked_sub(SignedDuration::from_nanos(1)).ok();
        let last = bounds.end.and_then(moment_before);
        (bounds.start.map(|start| almanac.day_at(start)), last.map(|last| almanac.day_at(last)))
    }
}

impl Collector {
    /// The bounds that count for an invitation now.
    pub(super) fn bounds(&self, invitation: &Invitation) -> Result<Bounds, Answer> {
        let folder = self.studies.iter().find(|folder| folder.study.id == invitation.study);
        self.windows.bounds(invitation, folder).map_err(|error| self.not_now(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NBF: u64 = 1_795_000_000;
    const EXP: u64 = NBF + 14 * 86_400;
    const GRACE: u64 = 72 * 3_600;

    fn bounds() -> Bounds {
        Bounds { start: Some(instant(NBF)), end: Some(instant(EXP)), undated: false }
    }

    #[test]
    fn the_window_has_four_parts() {
        for (now, expected) in [
            (0, State::NotYet),
            (NBF - 1, State::NotYet),
            (NBF, State::Open),
            (EXP - 1, State::Open),
            (EXP, State::Grace),
            (EXP + GRACE - 1, State::Grace),
            (EXP + GRACE, State::Closed),
        ] {
            assert_eq!(bounds().state(instant(now)), expected, "{now}");
        }
        let endless = Bounds { end: Some(instant(u64::MAX)), ..Bounds::default() };
        assert_eq!(endless.state(instant(EXP)), State::Open);
        let undated = Bounds { undated: true, ..bounds() };
        let states = [NBF, EXP, EXP + GRACE].map(|now| undated.state(instant(now)));
        assert_eq!(states, [State::NotYet, State::NotYet, State::Closed], "a beginning that nobody knows");
    }

    #[test]
    fn what_is_within_both_is_within_each() {
        let bounds = |start: Option<u64>, end: Option<u64>| Bounds {
            start: start.map(instant),
            end: end.map(instant),
            undated: start == Some(2),
        };
        for (one, other, expected) in [
            (bounds(None, None), bounds(None, None), bounds(None, None)),
            (bounds(Some(1), None), bounds(None, Some(9)), bounds(Some(1), Some(9))),
            (bounds(Some(1), Some(9)), bounds(Some(2), Some(8)), bounds(Some(2), Some(8))),
            (bounds(Some(1), Some(8)), bounds(Some(2), Some(9)), bounds(Some(2), Some(8))),
        ] {
            assert_eq!((one.within(other), other.within(one)), (expected, expected));
        }
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
            assert_eq!(bounds().timing(Some(instant(authored)), instant(now)), expected, "{case}");
        }
        let unsaid = bounds().timing(None, instant(EXP + 1));
        assert_eq!(unsaid, Some(Timing { late, odd_clock: false }), "no time at all");
    }
}
