//! Nobody delivers without an invitation to this very study.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::{Found, found};
use crate::{
    study::Invitation,
    submission::Verdict,
    tools::conformance::trial::{Trial, told},
};

/// A good submission with this `Authorization`, or none, is not admitted.
fn refused(trial: &mut Trial<'_>, token: Option<String>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let call = trial.delivery(&parcel).without("authorization");
    let call = match token {
        Some(token) => call.with("authorization", format!("Bearer {token}")),
        None => call,
    };
    let came = trial.send(&call)?;
    found(came.verdict(&parcel.uuid) == Verdict::Paused, told(&came, &parcel.uuid))
}

pub(super) fn none(trial: &mut Trial<'_>) -> Result<Found, String> {
    refused(trial, None)
}

/// The three parts of the invitation.
fn parts(trial: &Trial<'_>) -> Result<[String; 3], String> {
    let token = trial.settings.token.clone().unwrap_or_default();
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().map_err(|_| "the invitation is no signed token, so none can be forged".to_owned())
}

pub(super) fn forged(trial: &mut Trial<'_>) -> Result<Found, String> {
    let [header, claims, signature] = parts(trial)?;
    let mut bytes = URL_SAFE_NO_PAD.decode(&signature).map_err(|error| error.to_string())?;
    if let Some(byte) = bytes.first_mut() {
        *byte ^= 1;
    }
    refused(trial, Some(format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(bytes))))
}

pub(super) fn altered(trial: &mut Trial<'_>) -> Result<Found, String> {
    let [header, _, signature] = parts(trial)?;
    let claims = Invitation { jti: "altered".to_owned(), ..trial.settings.invitation.clone() };
    let claims = serde_json::to_vec(&claims).map_err(|error| error.to_string())?;
    refused(trial, Some(format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims))))
}

/// Another invitation, rightly signed.
fn signed(trial: &mut Trial<'_>, change: impl Fn(&mut Invitation)) -> Result<Found, String> {
    let mut invitation = trial.settings.invitation.clone();
    change(&mut invitation);
    let token = trial.settings.keys.as_ref().map(|keys| keys.sign(&invitation));
    refused(trial, token)
}

pub(super) fn expired(trial: &mut Trial<'_>) -> Result<Found, String> {
    // What was completed before the end may come up to three days after it.
    let four_days = 4 * 24 * 60 * 60;
    let ended = u64::try_from(Timestamp::now().as_second()).unwrap_or(0).saturating_sub(four_days);
    signed(trial, |invitation| {
        invitation.nbf = None;
        invitation.exp = Some(ended);
    })
}

pub(super) fn other_study(trial: &mut Trial<'_>) -> Result<Found, String> {
    signed(trial, |invitation| {
        invitation.study = "nobody-runs-this".to_owned();
        invitation.iss = invitation.study.clone();
    })
}
