//! What is in the body, and how much of it.

use super::{Found, found};
use crate::{
    submission::Verdict,
    tools::conformance::{
        parcel::CANARY,
        trial::{Trial, told},
    },
};

pub(super) fn largest(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.largest()?;
    let came = trial.deliver(&parcel)?;
    found(matches!(came.verdict(&parcel.uuid), Verdict::Received(_)), told(&came, &parcel.uuid))
}

pub(super) fn too_large(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.too_large()?;
    let came = trial.deliver(&parcel)?;
    found(came.status == 413, told(&came, &parcel.uuid))
}

pub(super) fn media_type(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let call = trial.delivery(&parcel).with("content-type", "text/plain");
    let came = trial.send(&call)?;
    found(came.status == 415, told(&came, &parcel.uuid))
}

pub(super) fn no_json(trial: &mut Trial<'_>) -> Result<Found, String> {
    let mut parcel = trial.maker.good()?;
    parcel.body.truncate(parcel.body.len() / 2);
    let came = trial.deliver(&parcel)?;
    let named = matches!(came.verdict(&parcel.uuid), Verdict::Received(_));
    found(!named && matches!(came.status, 400 | 422), told(&came, &parcel.uuid))
}

pub(super) fn invalid(trial: &mut Trial<'_>) -> Result<Found, String> {
    let (parcel, link_id) = trial.maker.spoiled()?;
    let came = trial.deliver(&parcel)?;
    let fits = match came.verdict(&parcel.uuid) {
        Verdict::Refused { link_ids } => link_ids.contains(&link_id),
        _ => false,
    };
    let told = told(&came, &parcel.uuid);
    trial.spoiled = Some(came);
    found(fits, format!("{told}; the question is {link_id}"))
}

pub(super) fn silent(trial: &mut Trial<'_>) -> Result<Found, String> {
    let came = trial.spoiled.as_ref().ok_or("no reply to look at")?;
    let repeated = String::from_utf8_lossy(&came.body).contains(CANARY)
        || came.headers.iter().any(|(_, value)| value.contains(CANARY));
    found(!repeated, if repeated { "the reply repeats the answer" } else { "the reply does not repeat it" })
}

pub(super) fn unknown(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.unknown()?;
    let came = trial.deliver(&parcel)?;
    let named = matches!(came.verdict(&parcel.uuid), Verdict::Received(_));
    found(!named && matches!(came.status, 400 | 403 | 422), told(&came, &parcel.uuid))
}
