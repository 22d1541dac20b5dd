//! `svar conformance` on the command line.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{Report, Settings, run};
use crate::{
    study::{EndpointKind, Invitation, Mode, Write},
    tools::{
        client::reachable,
        invitations::{Keys, random_id},
        studies::StudyFolder,
    },
};

/// Options that stand alone.
const FLAGS: [&str; 3] = ["--bare", "--same-origin", "--json"];

/// Options with a value.
const VALUES: [&str; 10] =
    ["--study", "--invitation-file", "--key", "--wave", "--part", "--unit", "--kind", "--write", "--origin", "--seed"];

/// The page that the cases pretend to be, unless told otherwise.
const ORIGIN: &str = "https://portal.example";

/// How long the invitation that is made with `--key` is good for, in seconds.
const INVITED_FOR: u64 = 3600;

/// What the command line asks for.
#[derive(Debug)]
pub struct Asked {
    settings: Settings,
    json: bool,
}

/// Reads the command line.
///
/// # Errors
/// What was expected.
pub fn read(arguments: &[String]) -> Result<Asked, String> {
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    let mut base = None;
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(name) = rest.next() {
        let before = match name {
            _ if VALUES.contains(&name) => {
                let value = rest.next().ok_or_else(|| format!("expected a value after {name}, found none"))?;
                given.insert(name, value)
            }
            _ if FLAGS.contains(&name) => given.insert(name, ""),
            _ if name.starts_with("http://") || name.starts_with("https://") => base.replace(name),
            other => return Err(format!("expected an option of conformance or an address, found `{other}`")),
        };
        if before.is_some() {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    let base = base.ok_or("expected the http: or https: address of the endpoint, found none")?;
    reachable(base)?;
    let settings = settings(base, &given)?;
    Ok(Asked { settings, json: given.contains_key("--json") })
}

fn settings(base: &str, given: &BTreeMap<&str, &str>) -> Result<Settings, String> {
    let get = |name: &str| given.get(name).copied();
    let folder = get("--study").ok_or("expected --study DIR, the study whose questionnaire is answered")?;
    let folder = StudyFolder::load(Path::new(folder)).map_err(|error| error.to_string())?;
    let token = get("--invitation-file").map(|file| token(Path::new(file))).transpose()?;
    let read = token.as_deref().map(Invitation::read).transpose().map_err(|error| error.to_string())?;
    let wave = get("--wave").or(read.as_ref().map(|read| read.wave.as_str()));
    let wave = match wave {
        Some(id) => folder.study.wave(id).ok_or_else(|| format!("expected a wave of the study, found `{id}`"))?,
        None => folder.study.waves.first().ok_or("expected a study with a wave")?,
    };
    let (file, endpoint) = match get("--part") {
        Some("consent") => (wave.consent.as_ref().map(|consent| &consent.file), Some(&folder.study.endpoint)),
        Some("contact") => (wave.contact.as_ref().map(|form| &form.file), folder.study.contact_endpoint.as_ref()),
        Some(id) => (wave.parts.iter().find(|part| part.id == id).map(|part| &part.file), Some(&folder.study.endpoint)),
        None => (wave.parts.first().map(|part| &part.file), Some(&folder.study.endpoint)),
    };
    let file = file.ok_or("expected --part with a part of the wave, consent or contact")?;
    let questionnaire = folder.questionnaire(file).ok_or("expected a questionnaire of the study")?;
    let kind = kind(get("--kind").unwrap_or("fhir"))?;
    let key = endpoint.and_then(|endpoint| endpoint.key.clone());
    if kind == EndpointKind::Sealed && key.is_none() {
        return Err("expected a study whose manifest has a key to seal to, found none".to_owned());
    }
    let bare = get("--bare").is_some();
    let keys = get("--key").map(|folder| Keys::open(&PathBuf::from(folder))).transpose();
    let keys = keys.map_err(|error| error.to_string())?;
    if read.is_none() && keys.is_none() && !bare {
        return Err("expected --invitation-file FILE, --key DIR or --bare, found none of them".to_owned());
    }
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or(0);
    let invitation = match read {
        Some(read) => read,
        None => Invitation {
            iss: folder.study.id.clone(),
            jti: random_id().map_err(|error| error.to_string())?,
            study: folder.study.id.clone(),
            wave: wave.id.clone(),
            unit: get("--unit").unwrap_or("conformance").to_owned(),
            variant: None,
            sub: None,
            room: None,
            // Invented people must be in no table of the study.
            mode: Some(Mode::Test),
            nbf: None,
            exp: Some(now.saturating_add(INVITED_FOR)),
        },
    };
    if invitation.sub.is_some() {
        return Err("expected an invitation of a unit, found a personal one: the cases deliver many responses".into());
    }
    let signed = keys.as_ref().map(|keys| keys.sign(&invitation));
    Ok(Settings {
        base: base.to_owned(),
        kind,
        key,
        write: write(get("--write").unwrap_or("conditional-create"))?,
        form: questionnaire.form.clone(),
        token: token.or(signed),
        invitation,
        keys,
        origin: get("--same-origin").is_none().then(|| get("--origin").unwrap_or(ORIGIN).to_owned()),
        bare,
        seed: match get("--seed") {
            Some(seed) => seed.parse().map_err(|_| format!("expected --seed with a whole number, found `{seed}`"))?,
            None => getrandom::u64().map_err(|error| error.to_string())?,
        },
    })
}

fn token(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.trim().to_owned())
}

fn kind(name: &str) -> Result<EndpointKind, String> {
    match name {
        "fhir" => Ok(EndpointKind::Fhir),
        "sealed" => Ok(EndpointKind::Sealed),
        "flat" => Ok(EndpointKind::Flat),
        other => Err(format!("expected --kind fhir, sealed or flat, found `{other}`")),
    }
}

fn write(name: &str) -> Result<Write, String> {
    match name {
        "conditional-create" => Ok(Write::ConditionalCreate),
        "create" => Ok(Write::Create),
        "update" => Ok(Write::Update),
        other => Err(format!("expected --write conditional-create, create or update, found `{other}`")),
    }
}

/// Runs the cases, and says what they found. Whether the endpoint is compatible.
///
/// # Errors
/// Why they could not be run.
pub fn answer(asked: &Asked) -> Result<bool, String> {
    let report: Report = run(&asked.settings)?;
    if asked.json {
        let text = serde_json::to_string_pretty(&report.to_json()).map_err(|error| error.to_string())?;
        println!("{text}");
    } else {
        println!("{report}");
    }
    Ok(report.compatible())
}
