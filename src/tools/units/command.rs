//! `svar units`, as typed.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{Bound, Imported, Prolonged, Shorter, Store, Unit, almanac, calendar::date, import, prolong};
use crate::{
    study::{Invitation, Study, source},
    tools::{
        invitations::register::ending_before,
        running::command::Told,
        studies::{MANIFEST, read_json},
    },
};

/// What is asked for.
enum Asked {
    Import(PathBuf),
    List,
    Prolong { unit: Option<String>, wave: String, until: Date },
}

/// Does what `svar units` was told, and returns what to tell about it.
///
/// # Errors
/// What was expected instead.
pub fn run(arguments: &[String]) -> Result<Told, String> {
    let (study, data, asked) = read(arguments)?;
    let study = manifest(&study)?;
    let store = Store::open(&data).map_err(|error| error.to_string())?;
    match asked {
        Asked::Import(file) => {
            let bytes =
                fs::read(&file).map_err(|error| format!("expected {} to read, found: {error}", file.display()))?;
            let imported = import(&store, &study, &bytes).map_err(|error| format!("{}: {error}", file.display()))?;
            Ok(done(came_of(&imported)))
        }
        Asked::List => list(&store, &study).map(done),
        Asked::Prolong { unit, wave, until } => {
            let prolonged =
                prolong(&store, &study, unit.as_deref(), &wave, until).map_err(|error| error.to_string())?;
            let short = short_links(&data, &study, &wave, until, &prolonged.longer)?;
            let unfinished = (!short.is_empty()).then(|| {
                let links = short.join("\n");
                format!("expected links that last as long as the window, found some that end sooner:\n{links}")
            });
            Ok(Told { report: told(&prolonged, &wave, until), unfinished })
        }
    }
}

fn done(report: String) -> Told {
    Told { report, unfinished: None }
}

/// The links of these units that do not last until the end of that day, in words: no table prolongs those.
fn short_links(data: &Path, study: &Study, wave: &str, until: Date, units: &[String]) -> Result<Vec<String>, String> {
    let almanac = almanac(study).map_err(|error| error.to_string())?;
    let Some(end) = almanac.closes(until) else { return Ok(Vec::new()) };
    let links = ending_before(data, &study.id, wave, end).map_err(|error| error.to_string())?;
    let line = |link: Invitation| {
        let whose = link.sub.map_or_else(|| "its own".to_owned(), |pseudonym| format!("that of {pseudonym}"));
        let last = link.exp.and_then(|exp| i64::try_from(exp).ok()?.checked_sub(1));
        let last = last.and_then(|last| jiff::Timestamp::from_second(last).ok()).map(|last| almanac.day_at(last));
        let last = last.map(|last| last.to_string()).unwrap_or_default();
        format!("{} {wave}: {whose}, until {last} (id {})", link.unit, link.jti)
    };
    Ok(links.into_iter().filter(|link| units.contains(&link.unit)).map(line).collect())
}

fn read(arguments: &[String]) -> Result<(PathBuf, PathBuf, Asked), String> {
    let (mut study, mut data, mut unit, mut wave, mut until) = (None, None, None, None, None);
    let (mut all, mut words) = (false, Vec::new());
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().cloned().ok_or_else(|| format!("expected a value after {name}, found none"));
        let once = match name.as_str() {
            "--study" => study.replace(PathBuf::from(value()?)).is_none(),
            "--data" => data.replace(PathBuf::from(value()?)).is_none(),
            "--unit" => unit.replace(value()?).is_none(),
            "--wave" => wave.replace(value()?).is_none(),
            "--until" => until.replace(value()?).is_none(),
            "--all" => !std::mem::replace(&mut all, true),
            option if option.starts_with("--") => {
                return Err(format!("expected --study, --data, --unit, --all, --wave or --until, found `{option}`"));
            }
            _ => {
                words.push(name.as_str());
                true
            }
        };
        if !once {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    let study = study.ok_or("expected --study DIR, the folder of the study, found none")?;
    let data = data.ok_or("expected --data DIR, the data folder of the collector, found none")?;
    let chosen = unit.is_some() || all || wave.is_some() || until.is_some();
    let asked = match (words.as_slice(), chosen) {
        (["import", file], false) => Asked::Import(PathBuf::from(file)),
        (["list"], false) => Asked::List,
        (["prolong"], _) => {
            if unit.is_some() == all {
                return Err("expected --unit U or --all, one of them".to_owned());
            }
            let until = until.ok_or("expected --until DATE, the last day, found none")?;
            let until = date(&until)
                .ok_or_else(|| format!("expected --until with a date such as 2020-03-12, found `{until}`"))?;
            let wave = wave.ok_or("expected --wave W, the wave whose window is prolonged, found none")?;
            Asked::Prolong { unit, wave, until }
        }
        _ => {
            return Err(format!(
                "expected `import FILE.csv`, `list` or `prolong` with --unit or --all, --wave and --until, found `{}`",
                words.join(" ")
            ));
        }
    };
    Ok((study, data, asked))
}

/// The manifest alone: the unit table can be kept while a questionnaire is being written.
fn manifest(folder: &Path) -> Result<Study, String> {
    let file = folder.join(MANIFEST);
    let json = read_json(&file).map_err(|error| error.to_string())?;
    source::read(&json).map_err(|error| format!("{}: {error}", file.display()))
}

fn came_of(imported: &Imported) -> String {
    let mut told = format!("{} new, {} changed, {} as before\n", imported.new, imported.changed, imported.same);
    for Shorter { unit, wave, before, after } in &imported.shorter {
        let now = after.map_or_else(|| "of unknown dates now".to_owned(), |after| format!("until {after} now"));
        let _ = writeln!(told, "shorter: {unit} {wave}, open until {before} before, {now}");
    }
    told
}

fn told(prolonged: &Prolonged, wave: &str, until: Date) -> String {
    let mut told = format!("{} open until {until}: {}\n", wave, some(&prolonged.longer));
    for (units, what) in
        [(&prolonged.already, "open as long already"), (&prolonged.endless, "without a last day to prolong")]
    {
        if !units.is_empty() {
            let _ = writeln!(told, "{what}: {}", some(units));
        }
    }
    told
}

fn some(units: &[String]) -> String {
    if units.is_empty() { "no unit".to_owned() } else { units.join(", ") }
}

/// Every unit and wave, with the days and what gave them.
fn list(store: &Store, study: &Study) -> Result<String, String> {
    let almanac = almanac(study).map_err(|error| error.to_string())?;
    let units = store.all(&study.id).map_err(|error| error.to_string())?;
    let day = |bound: &Bound| bound.day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let line = |unit: &Unit| {
        let waves = study.waves.iter().map(|wave| {
            let days = unit.days(&almanac, wave);
            let (first, last) = (days.first.by.to_string(), days.last.by.to_string());
            let by = if first == last { first } else { format!("first: {first}; last: {last}") };
            [unit.id.clone(), wave.id.clone(), day(&days.first), day(&days.last), by]
        });
        waves.collect::<Vec<_>>()
    };
    let heading = ["unit", "wave", "first day", "last day", "given by"].map(str::to_owned);
    let lines: Vec<[String; 5]> = std::iter::once(heading).chain(units.iter().flat_map(line)).collect();
    let width = |column: fn(&[String; 5]) -> &str| lines.iter().map(|line| column(line).len()).max().unwrap_or(0);
    let (units, waves) = (width(|[unit, ..]| unit), width(|[_, wave, ..]| wave));
    let mut table = String::new();
    for [unit, wave, first, last, by] in &lines {
        let _ = writeln!(table, "{unit:units$}  {wave:waves$}  {first:10}  {last:10}  {by}");
    }
    Ok(table)
}
