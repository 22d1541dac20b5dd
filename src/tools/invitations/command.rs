//! `svar invite`, as typed.

use std::path::PathBuf;

use jiff::{Timestamp, civil::Date};

use super::{letter::Whose, recipients::is_id};
pub use super::{
    make::invite,
    order::{InviteError, Order, Summary},
    recipients::RecipientsError,
    revoke::{revoke, rotate_key},
    sheet::SheetError,
};
use crate::{
    study::{Mode, source},
    tools::{
        running::audit::who,
        studies::{MANIFEST, read_json},
    },
};

/// What `svar invite` knows.
const KNOWN: &str = "--study, --data, --wave, --units, --contacts, --base-url, --out, --nbf, --exp, --mode, \
                     --variants, --seed, --by, --with-contacts, --without-dates, --replace or --reminder";

/// Invites as told; returns what to say about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String], now: Timestamp) -> Result<String, String> {
    let order = read(arguments)?;
    // Before anything is done: it may be a slip, and there is time to stop a mailing.
    let revoking = |count: usize| eprintln!("revoking earlier invitations: {count}");
    let summary = invite(&order, now, &revoking).map_err(|error| error.to_string())?;
    let mut told = format!("{summary}\n");
    if order.whose == Whose::Person && !order.variants.is_empty() && !order.reminder {
        told.push_str(&format!("variants {} drawn with --seed {}\n", order.variants.join(", "), order.seed));
    }
    told.push_str(&format!("{}\n", order.out.display()));
    Ok(told)
}

/// What was typed.
#[derive(Default)]
struct Typed {
    study: Option<String>,
    data: Option<String>,
    wave: Option<String>,
    units: Option<String>,
    contacts: Option<String>,
    base: Option<String>,
    out: Option<String>,
    nbf: Option<String>,
    exp: Option<String>,
    mode: Option<String>,
    variants: Option<String>,
    seed: Option<String>,
    by: Option<String>,
    reminder: bool,
    replace: bool,
    without_dates: bool,
    with_contacts: bool,
}

impl Typed {
    fn of(arguments: &[String]) -> Result<Typed, String> {
        let mut typed = Typed::default();
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let slot = match name.as_str() {
                "--reminder" | "--replace" | "--without-dates" | "--with-contacts" => {
                    match name.as_str() {
                        "--reminder" => typed.reminder = true,
                        "--replace" => typed.replace = true,
                        "--without-dates" => typed.without_dates = true,
                        _ => typed.with_contacts = true,
                    }
                    continue;
                }
                "--study" => &mut typed.study,
                "--data" => &mut typed.data,
                "--wave" => &mut typed.wave,
                "--units" => &mut typed.units,
                "--contacts" => &mut typed.contacts,
                "--base-url" => &mut typed.base,
                "--out" => &mut typed.out,
                "--nbf" => &mut typed.nbf,
                "--exp" => &mut typed.exp,
                "--mode" => &mut typed.mode,
                "--variants" => &mut typed.variants,
                "--seed" => &mut typed.seed,
                "--by" => &mut typed.by,
                other => return Err(format!("expected {KNOWN}, found `{other}`")),
            };
            let value = arguments.next().ok_or_else(|| format!("expected a value after {name}, found none"))?;
            if slot.replace(value.clone()).is_some() {
                return Err(format!("expected {name} once, found it twice"));
            }
        }
        Ok(typed)
    }
}

/// Reads the command line.
///
/// # Errors
/// What was expected instead.
pub fn read(arguments: &[String]) -> Result<Order, String> {
    let typed = Typed::of(arguments)?;
    let (whose, recipients) = match (typed.units, typed.contacts) {
        (Some(units), None) => (Whose::Unit, units),
        (None, Some(contacts)) => (Whose::Person, contacts),
        (None, None) => return Err("expected --units FILE or --contacts FILE, found neither".to_owned()),
        (Some(_), Some(_)) => return Err("expected --units FILE or --contacts FILE, found both".to_owned()),
    };
    let folder = PathBuf::from(typed.study.ok_or("expected --study DIR, the study to invite to, found none")?);
    let manifest = folder.join(MANIFEST);
    let study = read_json(&manifest).map_err(|error| error.to_string())?;
    let study = source::read(&study).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let data = typed.data.ok_or("expected --data DIR, the data folder of the collector, found none")?;
    let out = typed.out.ok_or("expected --out DIR, a new folder for the letters, found none")?;
    let base = typed.base.ok_or("expected --base-url URL, where the page lies, found none")?;
    let bounds = [("--nbf", &typed.nbf), ("--exp", &typed.exp)];
    if let (true, Some((name, _))) = (typed.reminder, bounds.iter().find(|(_, value)| value.is_some())) {
        return Err(format!("expected no {name} with --reminder, which issues the same invitation; found one"));
    }
    if typed.reminder && typed.replace {
        return Err("expected --reminder or --replace, found both".to_owned());
    }
    let mode = typed
        .mode
        .map(|name| Mode::of(&name).ok_or_else(|| format!("expected --mode test, pilot or paper, found `{name}`")));
    let variants: Vec<String> =
        typed.variants.iter().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned()).collect();
    let twice = |(place, name): (usize, &String)| variants.iter().take(place).any(|other| other == name);
    if let Some((_, name)) = variants.iter().enumerate().find(|(place, name)| !is_id(name) || twice((*place, *name))) {
        return Err(format!("expected --variants with different names such as a,b, found `{name}`"));
    }
    if let Some(other) = variants.iter().find(|name| !study.takes(name)) {
        return Err(format!("expected --variants among {}, found `{other}`", study.variants.join(", ")));
    }
    Ok(Order {
        study,
        data: PathBuf::from(data),
        wave: typed.wave.ok_or("expected --wave W, the round to invite to, found none")?,
        whose,
        recipients: PathBuf::from(recipients),
        base: address(&base).ok_or_else(|| {
            format!("expected --base-url with an https: address, or one on loopback, without ? and #; found `{base}`")
        })?,
        out: PathBuf::from(out),
        nbf: typed.nbf.map(|day| date("--nbf", &day)).transpose()?,
        exp: typed.exp.map(|day| date("--exp", &day)).transpose()?,
        mode: mode.transpose()?,
        variants,
        seed: seed(typed.seed)?,
        by: who(typed.by.as_deref()).map_err(|error| error.to_string())?,
        reminder: typed.reminder,
        replace: typed.replace,
        without_dates: typed.without_dates,
        with_contacts: typed.with_contacts,
    })
}

fn date(name: &str, value: &str) -> Result<Date, String> {
    value.parse().map_err(|_| format!("expected {name} with a date such as 2027-04-09, found `{value}`"))
}

/// The seed given, or one that is drawn and said, so that the draw can be done again.
fn seed(given: Option<String>) -> Result<u64, String> {
    match given {
        Some(seed) => seed.parse().map_err(|_| format!("expected --seed with a whole number, found `{seed}`")),
        None => {
            let mut bytes = [0; 4];
            getrandom::fill(&mut bytes).map_err(|error| format!("expected random bytes, found: {error}"))?;
            Ok(u32::from_be_bytes(bytes).into())
        }
    }
}

/// Where the page lies, with a path, so that `?` and `#` can follow.
fn address(typed: &str) -> Option<String> {
    let plain = typed.is_ascii() && !typed.contains(|c: char| c.is_ascii_control() || " ?#\\\"'<>{}|^`@".contains(c));
    let rest = typed.strip_prefix("https://").or_else(|| {
        let rest = typed.strip_prefix("http://")?;
        let host = rest.split('/').next()?;
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
        ["127.0.0.1", "localhost", "[::1]"].contains(&name).then_some(rest)
    })?;
    let host = rest.split('/').next().filter(|host| !host.is_empty() && plain)?;
    Some(if host == rest { format!("{typed}/") } else { typed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_begins_with_an_address_that_is_safe() {
        for (typed, expected) in [
            ("https://svar.example", Some("https://svar.example/")),
            ("https://svar.example/studie/", Some("https://svar.example/studie/")),
            ("http://127.0.0.1:8088", Some("http://127.0.0.1:8088/")),
            ("http://[::1]:8088/x", Some("http://[::1]:8088/x")),
            ("http://localhost", Some("http://localhost/")),
            ("http://svar.example", None),
            ("http://localhost.evil.example/", None),
            ("http://localhost:80@evil.example/", None),
            ("https://", None),
            ("https://svar.example/?a=b", None),
            ("https://svar.example/#x", None),
            ("https://svar.example/ x", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(address(typed).as_deref(), expected, "{typed}");
        }
    }
}
