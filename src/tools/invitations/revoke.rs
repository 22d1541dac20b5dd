//! `svar revoke` and `svar rotate-key`, as typed.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{
    Keys, keyring,
    register::{REGISTER, Register, Which},
};
use crate::{
    study::source,
    tools::{
        running::{
            audit::{Act, Audit, who},
            mark::mark,
        },
        studies::{MANIFEST, read_json},
    },
};

/// Revokes what was named; says how many invitations that were. None where all the names are known is not an error of the
/// command line, and yet nothing was done: `Ok(0)`.
///
/// # Errors
/// What was expected instead.
pub fn revoke(arguments: &[String], now: Timestamp) -> Result<usize, String> {
    let (mut data, mut jti, mut pseudonym, mut unit) = (None, None, None, None);
    let (mut wave, mut study, mut by) = (None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let slot = match name.as_str() {
            "--data" => &mut data,
            "--jti" => &mut jti,
            "--pseudonym" => &mut pseudonym,
            "--unit" => &mut unit,
            "--wave" => &mut wave,
            "--study" => &mut study,
            "--by" => &mut by,
            other => {
                return Err(format!(
                    "expected --data, --jti, --pseudonym, --unit, --wave, --study or --by, found `{other}`"
                ));
            }
        };
        let value = arguments.next().filter(|value| !value.trim().is_empty());
        let value = value.ok_or_else(|| format!("expected a value after {name}, found none"))?;
        if slot.replace(value.clone()).is_some() {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    let data = PathBuf::from(data.ok_or("expected --data DIR, the data folder of the collector, found none")?);
    let study = study.map(id).transpose()?;
    let by = who(by.as_deref()).map_err(|error| error.to_string())?;
    let which = match (jti, pseudonym, unit, wave, study) {
        (Some(jti), None, None, None, None) => Which::One { jti },
        (None, Some(pseudonym), None, wave, Some(study)) => Which::Person { study, pseudonym, wave },
        (None, None, Some(unit), Some(wave), Some(study)) => Which::Unit { study, wave, unit },
        _ => {
            return Err("expected --jti J, or --pseudonym P --study S and perhaps --wave W, or --unit U --wave W \
                        --study S; found something else"
                .to_owned());
        }
    };
    // A folder that is not the collector's would get a register of its own, and revoke nothing.
    if !data.join(REGISTER).is_file() {
        return Err(format!("{}: expected {REGISTER} in it, found none", data.display()));
    }
    let register = Register::open(&data).map_err(|error| error.to_string())?;
    if let Some((what, name)) = register.unknown(&which).map_err(|error| error.to_string())? {
        return Err(format!("expected a {what} that somebody was invited to or by, found `{name}`"));
    }
    // Before anything is revoked, so that nothing is without a line for want of rights.
    let audit = Audit::open(&data).map_err(|error| error.to_string())?;
    let (study, facts) = facts(&data, &which)?;
    let count = register.revoke(&which, now).map_err(|error| error.to_string())?;
    let counts = [("revoked", count)].into();
    let act = Act { command: "revoke", by: &by, study: &study, facts, counts, done: true };
    audit.write(now, &act).map_err(|error| error.to_string())?;
    Ok(count)
}

/// Names and values for the log.
type Facts = Vec<(&'static str, String)>;

/// What the log says of it: the study, and for whom. It never holds a pseudonym.
fn facts(data: &Path, which: &Which) -> Result<(String, Facts), String> {
    Ok(match which {
        // Typed by hand: a line has no room for anything else.
        Which::One { jti } => {
            ("-".to_owned(), vec![("id", jti.chars().filter(|c| c.is_ascii_graphic()).take(64).collect())])
        }
        Which::Person { study, pseudonym, wave } => {
            let mark = mark(data, study, pseudonym).map_err(|error| error.to_string())?;
            (study.clone(), vec![("person", mark), ("wave", wave.clone().unwrap_or_else(|| "-".to_owned()))])
        }
        Which::Unit { study, wave, unit } => (study.clone(), vec![("unit", unit.clone()), ("wave", wave.clone())]),
    })
}

/// The id of a study: that of the manifest, if this is a folder with one, else what was typed.
fn id(typed: String) -> Result<String, String> {
    let file = Path::new(&typed).join(MANIFEST);
    if !file.is_file() {
        return Ok(typed);
    }
    let json = read_json(&file).map_err(|error| error.to_string())?;
    source::read(&json).map(|study| study.id).map_err(|error| format!("{}: {error}", file.display()))
}

/// Makes a new key to sign with, or forgets an earlier one; says which there are now.
///
/// # Errors
/// What was expected instead.
pub fn rotate_key(arguments: &[String], now: Timestamp) -> Result<String, String> {
    let (mut data, mut forgotten, mut by) = (None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let slot = match name.as_str() {
            "--data" => &mut data,
            "--forget" => &mut forgotten,
            "--by" => &mut by,
            other => return Err(format!("expected --data, --forget or --by, found `{other}`")),
        };
        let value = arguments.next().ok_or_else(|| format!("expected a value after {name}, found none"))?;
        if slot.replace(value).is_some() {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    let folder = PathBuf::from(data.ok_or("expected --data DIR, the data folder of the collector, found none")?);
    let by = who(by.map(String::as_str)).map_err(|error| error.to_string())?;
    let changed = match forgotten {
        Some(kid) => keyring::forget(&folder, kid),
        None => keyring::rotate(&folder),
    };
    let keys = changed.map_err(|error| error.to_string())?;
    let command = if forgotten.is_some() { "forget-key" } else { "rotate-key" };
    let key = forgotten.cloned().or_else(|| keys.names().pop()).unwrap_or_default();
    let act = Act { command, by: &by, study: "-", facts: vec![("key", key)], done: true, ..Act::default() };
    let written = Audit::open(&folder).and_then(|audit| audit.write(now, &act));
    written.map_err(|error| format!("the keys are changed, but not the log: {error}"))?;
    Ok(told(&keys))
}

fn told(keys: &Keys) -> String {
    let names = keys.names();
    let last = names.len().saturating_sub(1);
    let line = |(place, name): (usize, &String)| {
        let does = if place == last { "signs, from now on" } else { "verifies what it signed, until it is forgotten" };
        format!("{name}  {does}\n")
    };
    names.iter().enumerate().map(line).collect()
}
