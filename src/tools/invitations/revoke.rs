//! `svar revoke` and `svar rotate-key`, as typed.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    Keys, keyring,
    register::{REGISTER, Register, Which},
};

/// Revokes what was named; says how many invitations that were. None is not an error of the command line, and yet
/// nothing was done: `Ok(0)`.
///
/// # Errors
/// What was expected instead.
pub fn revoke(arguments: &[String], now: Timestamp) -> Result<usize, String> {
    let (mut data, mut jti, mut pseudonym, mut unit, mut wave, mut study) = (None, None, None, None, None, None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let slot = match name.as_str() {
            "--data" => &mut data,
            "--jti" => &mut jti,
            "--pseudonym" => &mut pseudonym,
            "--unit" => &mut unit,
            "--wave" => &mut wave,
            "--study" => &mut study,
            other => {
                return Err(format!("expected --data, --jti, --pseudonym, --unit, --wave or --study, found `{other}`"));
            }
        };
        let value = arguments.next().filter(|value| !value.trim().is_empty());
        let value = value.ok_or_else(|| format!("expected a value after {name}, found none"))?;
        if slot.replace(value.clone()).is_some() {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    let data = PathBuf::from(data.ok_or("expected --data DIR, the data folder of the collector, found none")?);
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
    register.revoke(&which, now).map_err(|error| error.to_string())
}

/// Makes a new key to sign with, or forgets an earlier one; says which there are now.
///
/// # Errors
/// What was expected instead.
pub fn rotate_key(arguments: &[String]) -> Result<String, String> {
    let (folder, forgotten) = match arguments {
        [data, folder] if data == "--data" => (folder, None),
        [data, folder, forget, kid] if data == "--data" && forget == "--forget" => (folder, Some(kid)),
        _ => return Err("expected --data DIR, and perhaps --forget KID, found something else".to_owned()),
    };
    let folder = PathBuf::from(folder);
    let changed = match forgotten {
        Some(kid) => keyring::forget(&folder, kid),
        None => keyring::rotate(&folder),
    };
    Ok(told(&changed.map_err(|error| error.to_string())?))
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
