//! Kept once, and confirmed by name.

use std::{thread, time::Duration};

use jiff::Timestamp;

use super::{Found, found, not_offered};
use crate::{
    study::EndpointKind,
    submission::{Parked, Verdict},
    tools::{
        client::{Came, Pace},
        conformance::{
            parcel::{Parcel, uuid},
            trial::{self, Trial, located, resource, told},
        },
    },
};

/// A race is not lost every time.
const ROUNDS: usize = 5;

fn received(came: &Came, uuid: &str) -> bool {
    matches!(came.verdict(uuid), Verdict::Received(_))
}

pub(super) fn create(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let came = trial.deliver(&parcel)?;
    let fits = received(&came, &parcel.uuid) && matches!(came.status, 200 | 201);
    let told = told(&came, &parcel.uuid);
    trial.first = Some((parcel, came));
    found(fits, told)
}

/// The first submission and its receipt.
fn first(trial: &Trial<'_>) -> Result<(Parcel, Came), String> {
    let got = trial.first.clone().filter(|(parcel, came)| received(came, &parcel.uuid));
    got.ok_or_else(|| "nothing was received that could be looked at".to_owned())
}

pub(super) fn location(trial: &mut Trial<'_>) -> Result<Found, String> {
    let (_, came) = first(trial)?;
    match came.header("location") {
        None => not_offered("no Location; the body is the receipt"),
        Some(location) => found(located(&location).is_some(), format!("Location: {location}")),
    }
}

pub(super) fn stored(trial: &mut Trial<'_>) -> Result<Found, String> {
    let (_, came) = first(trial)?;
    match trial::stored(&came) {
        None => not_offered("no meta.lastUpdated"),
        Some(at) => found(at.parse::<Timestamp>().is_ok(), at),
    }
}

pub(super) fn again(trial: &mut Trial<'_>) -> Result<Found, String> {
    let (parcel, before) = first(trial)?;
    let came = trial.deliver(&parcel)?;
    let told = told(&came, &parcel.uuid);
    let (old, new) = (resource(&before), resource(&came));
    if !received(&came, &parcel.uuid) {
        return found(false, told);
    }
    if old.is_some() && new.is_some() && old != new {
        return found(false, format!("{told}, under another id: a second resource"));
    }
    match (trial::stored(&before), trial::stored(&came)) {
        (Some(old), Some(new)) if old != new => found(false, format!("{told}, with another time: a second version")),
        _ => found(true, told),
    }
}

pub(super) fn minimal(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let call = trial.delivery(&parcel).with("prefer", "return=minimal");
    let came = trial.send(&call)?;
    let told = told(&came, &parcel.uuid);
    if trial.settings.bare && !received(&came, &parcel.uuid) {
        return not_offered(&told);
    }
    found(received(&came, &parcel.uuid), told)
}

pub(super) fn other(trial: &mut Trial<'_>) -> Result<Found, String> {
    let [one, other] = trial.maker.two()?;
    let before = trial.deliver(&one)?;
    if !received(&before, &one.uuid) {
        return found(false, format!("the first bytes: {}", told(&before, &one.uuid)));
    }
    let came = trial.deliver(&other)?;
    let fits = came.verdict(&other.uuid) == Verdict::Parked(Parked::Conflict);
    found(fits, told(&came, &other.uuid))
}

pub(super) fn two_at_once(trial: &mut Trial<'_>) -> Result<Found, String> {
    for round in 1..=ROUNDS {
        let parcel = trial.maker.good()?;
        let [one, other] = trial.both([trial.delivery(&parcel), trial.delivery(&parcel)]);
        let (one, other) = (trial.settled(&parcel, one)?, trial.settled(&parcel, other)?);
        for came in [&one, &other] {
            if !received(came, &parcel.uuid) {
                return found(false, format!("pair {round}: {}", told(came, &parcel.uuid)));
            }
        }
        let (one, other) = (resource(&one), resource(&other));
        if one.is_some() && other.is_some() && one != other {
            return found(false, format!("pair {round}: named twice, as two resources"));
        }
    }
    found(true, format!("{ROUNDS} pairs, each one resource"))
}

pub(super) fn two_others(trial: &mut Trial<'_>) -> Result<Found, String> {
    for round in 1..=ROUNDS {
        let parcels = trial.maker.two()?;
        let [one, other] = trial.both([trial.delivery(&parcels[0]), trial.delivery(&parcels[1])]);
        let came = [trial.settled(&parcels[0], one)?, trial.settled(&parcels[1], other)?];
        let names = came.iter().zip(&parcels).filter(|(came, parcel)| received(came, &parcel.uuid)).count();
        let conflicts = came.iter().filter(|came| matches!(came.status, 409 | 412)).count();
        if (names, conflicts) != (1, 1) {
            let [one, other] = [&came[0], &came[1]].map(|came| told(came, &parcels[0].uuid));
            return found(false, format!("pair {round}: {one}; {other}"));
        }
    }
    found(true, format!("{ROUNDS} pairs, each with one receipt"))
}

/// How long an endpoint has to keep what was cut, if it is one that would: a hundred times what keeping takes.
const AFTER_A_CUT: Duration = Duration::from_millis(500);

/// Sends `cut`, of which nothing may be kept, and then `whole` under the same id.
fn after_a_cut(trial: &mut Trial<'_>, cut: &Parcel, at: usize, whole: &Parcel) -> Result<Found, String> {
    let mut call = trial.delivery(cut);
    call.pace = Pace::Cut(at);
    if let Ok(came) = trial.send(&call)
        && received(&came, &cut.uuid)
    {
        return found(false, format!("a receipt for what was cut: {}", told(&came, &cut.uuid)));
    }
    // Nothing tells when the endpoint is done with a connection that ended; one that keeps it later still goes unseen.
    thread::sleep(AFTER_A_CUT);
    let came = trial.deliver(whole)?;
    let told = told(&came, &whole.uuid);
    // Were the cut one kept, the whole one would be a conflict, or an update.
    let status = trial.first.as_ref().map_or(201, |(_, first)| first.status);
    let fits = received(&came, &whole.uuid) && came.status == status;
    found(fits, if fits { told } else { format!("the cut one was kept, or stands in the way: {told}") })
}

pub(super) fn cut(trial: &mut Trial<'_>) -> Result<Found, String> {
    let [cut, whole] = trial.maker.two()?;
    after_a_cut(trial, &cut, cut.body.len() / 2, &whole)
}

pub(super) fn cut_at_the_end(trial: &mut Trial<'_>) -> Result<Found, String> {
    let [mut cut, whole] = trial.maker.two()?;
    let json = cut.body.len();
    if trial.settings.kind == EndpointKind::Sealed {
        return after_a_cut(trial, &cut, json.saturating_sub(4), &whole);
    }
    cut.body.extend_from_slice(&[b' '; 64]);
    after_a_cut(trial, &cut, json, &whole)
}

pub(super) fn slow(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let mut call = trial.delivery(&parcel);
    call.pace = Pace::Slowly { pieces: 4, pause: Duration::from_millis(500) };
    let came = trial.send(&call)?;
    found(received(&came, &parcel.uuid), told(&came, &parcel.uuid))
}

pub(super) fn other_id(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let elsewhere = uuid()?;
    let mut call = trial.delivery(&parcel);
    call.url = trial.address(&elsewhere);
    let came = trial.send(&call)?;
    let named = [&parcel.uuid, &elsewhere].into_iter().any(|uuid| received(&came, uuid));
    found(!named && matches!(came.status, 400 | 409 | 412 | 422), told(&came, &elsewhere))
}
