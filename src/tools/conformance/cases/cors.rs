//! What a browser lets a page of another origin do and see.

use super::{Found, found};
use crate::{
    study::{EndpointKind, Write},
    tools::{
        client::{Call, Came},
        conformance::trial::Trial,
    },
};

/// The names in a list header, in lower case.
fn names(came: &Came, header: &str) -> Vec<String> {
    let list = came.header(header).unwrap_or_default();
    list.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect()
}

fn allows_origin(trial: &Trial<'_>, came: &Came) -> Result<(), String> {
    let origin = trial.settings.origin.as_deref().unwrap_or_default();
    match came.header("access-control-allow-origin") {
        Some(allowed) if allowed == "*" || allowed == origin => Ok(()),
        Some(allowed) => Err(format!("Access-Control-Allow-Origin: {allowed}, for {origin}")),
        None => Err("no Access-Control-Allow-Origin".to_owned()),
    }
}

fn told(result: Result<(), String>, good: &str) -> Result<Found, String> {
    match result {
        Ok(()) => found(true, good),
        Err(why) => found(false, why),
    }
}

pub(super) fn preflight(trial: &mut Trial<'_>) -> Result<Found, String> {
    let parcel = trial.maker.good()?;
    let mut asked = vec!["content-type"];
    if trial.settings.token.is_some() {
        asked.push("authorization");
    }
    if trial.settings.kind != EndpointKind::Flat {
        asked.push("prefer");
        if trial.settings.write == Write::ConditionalCreate {
            asked.push("if-none-exist");
        }
    }
    asked.sort_unstable();
    let call = Call::new("OPTIONS", trial.address(&parcel.uuid))
        .with("origin", trial.settings.origin.clone().unwrap_or_default())
        .with("access-control-request-method", trial.method())
        .with("access-control-request-headers", asked.join(","));
    let came = trial.send(&call)?;
    if !matches!(came.status, 200..=299) {
        return found(false, format!("{}, which stops the browser", came.status));
    }
    let methods = names(&came, "access-control-allow-methods");
    let method = trial.method().to_ascii_lowercase();
    // POST needs no permission; the wildcard covers every header but one.
    let method_fits = method == "post" || methods.contains(&method) || methods.iter().any(|name| name == "*");
    let headers = names(&came, "access-control-allow-headers");
    let wildcard = headers.iter().any(|name| name == "*");
    let covered = |name: &&str| headers.iter().any(|known| known == name) || (wildcard && *name != "authorization");
    let missing: Vec<&str> = asked.iter().copied().filter(|name| !covered(name)).collect();
    let result = allows_origin(trial, &came).and_then(|()| match (method_fits, missing.as_slice()) {
        (true, []) => Ok(()),
        (false, _) => Err(format!("{} is not among the methods", trial.method())),
        (_, missing) => Err(format!("not among the headers: {}", missing.join(", "))),
    });
    told(result, "origin, method and headers are allowed")
}

fn first(trial: &Trial<'_>) -> Result<Came, String> {
    trial.first.as_ref().map(|(_, came)| came.clone()).ok_or_else(|| "no reply to look at".to_owned())
}

pub(super) fn readable(trial: &mut Trial<'_>) -> Result<Found, String> {
    let came = first(trial)?;
    told(allows_origin(trial, &came), "the page may read it")
}

pub(super) fn exposed(trial: &mut Trial<'_>) -> Result<Found, String> {
    let names = names(&first(trial)?, "access-control-expose-headers");
    let covered = |name: &&str| names.iter().any(|known| known == name || known == "*");
    let hidden: Vec<&str> = ["location", "retry-after"].into_iter().filter(|name| !covered(name)).collect();
    match hidden.as_slice() {
        [] => found(true, "both are exposed"),
        hidden => found(false, format!("not exposed: {}", hidden.join(", "))),
    }
}

pub(super) fn readable_refusal(trial: &mut Trial<'_>) -> Result<Found, String> {
    let mut parcel = trial.maker.good()?;
    parcel.body.truncate(parcel.body.len() / 2);
    let came = trial.deliver(&parcel)?;
    told(allows_origin(trial, &came), &format!("{}, and the page may read it", came.status))
}

pub(super) fn no_redirect(trial: &mut Trial<'_>) -> Result<Found, String> {
    match trial.redirects.first() {
        None => found(true, "none"),
        Some(status) => found(false, format!("{status}, which the widget does not follow")),
    }
}
