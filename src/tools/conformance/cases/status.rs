//! The status request, which an endpoint need not offer.

use serde_json::Value;

use super::{Found, found, not_offered};
use crate::tools::{client::Call, conformance::trial::Trial};

fn asked(trial: &Trial<'_>) -> Call {
    let call = Call::new("GET", format!("{}/invitation", trial.settings.base.trim_end_matches('/')));
    match &trial.settings.origin {
        Some(origin) => call.with("origin", origin.as_str()),
        None => call,
    }
}

pub(super) fn status(trial: &mut Trial<'_>) -> Result<Found, String> {
    let token = trial.settings.token.clone().unwrap_or_default();
    let came = trial.send(&asked(trial).with("authorization", format!("Bearer {token}")))?;
    if matches!(came.status, 404 | 405 | 501) {
        return not_offered(&format!("{}: there is no status request", came.status));
    }
    let said: Value = serde_json::from_slice(&came.body).unwrap_or_default();
    let says = |name: &str, expected: &str| said.get(name).and_then(Value::as_str) == Some(expected);
    let invitation = &trial.settings.invitation;
    let known = ["not-yet", "open", "grace", "closed"].iter().any(|state| says("state", state));
    let fits = says("study", &invitation.study) && says("wave", &invitation.wave) && says("unit", &invitation.unit);
    let personal = said.get("personal").and_then(Value::as_bool) == Some(invitation.sub.is_some());
    found(
        came.status == 200 && known && fits && personal,
        format!("{}, {}", came.status, said.get("state").unwrap_or(&Value::Null)),
    )
}

pub(super) fn of_nobody(trial: &mut Trial<'_>) -> Result<Found, String> {
    let came = trial.send(&asked(trial))?;
    if matches!(came.status, 404 | 405 | 501) {
        return not_offered(&format!("{}: there is no status request", came.status));
    }
    found(came.status == 401, came.status.to_string())
}
