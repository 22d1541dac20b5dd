//! `cargo xtask`: builds the widget, serves it, packs it for release, and tests it. Each command sets up what it needs.

mod build;
mod crates;
mod dist;
mod embed;
mod freeze;
mod gallery;
mod library;
mod licences;
mod names;
mod npm;
mod process;
mod project;
mod sabotage;
mod sbom;
mod serve;
mod setup;
mod site;
mod smaller;
mod start;
mod style;
mod test;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use project::{Outcome, Project};
use serve::Serving;
use test::{Counts, Kind};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--study NAME] [--port N] [--data DIR] [--release]
                                              build, collect answers, and print the address of a page with links to
                                              every study; the one named lies at the root
  test [KIND…]                                every kind of test, or these, at reduced counts
  prove [KIND…]                               the same at full counts, and in the other browsers
  sabotage [NAME]                             puts bugs into a copy of the sources; the tests must catch each
  dist                                        the release in dist/, compressed, with its sizes, its npm package,
                                              notices, list of materials and embed code
  build [--release]                           the site in target/site/
  freeze [--unpublished]                      notes new versions of questionnaires in studies/versions.lock, so that
                                              they stay as they are; --unpublished: changed ones anew";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Help,
    Build { release: bool },
    Serve(Serving),
    Dist,
    Freeze { unpublished: bool },
    Test { counts: Counts, kinds: Vec<Kind> },
    Sabotage { name: Option<String> },
}

fn main() -> ExitCode {
    let command = match parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(mistake) => {
            eprintln!("{mistake}\n\n{}", usage());
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {}", project::chain(&*error));
            ExitCode::FAILURE
        }
    }
}

/// True if all went well; false if what went wrong has been told.
fn run(command: Command) -> Outcome<bool> {
    if command == Command::Help {
        println!("{}", usage());
        return Ok(true);
    }
    let project = Project::find()?;
    match command {
        Command::Help => Ok(true),
        Command::Build { release } => site::build(&project, release, site::STUDY).map(|()| true),
        Command::Serve(serving) => serve::serve(&project, &serving).map(|()| true),
        Command::Dist => dist::dist(&project),
        Command::Freeze { unpublished } => freeze::freeze(&project.root.join("studies"), unpublished),
        Command::Test { counts, kinds } => test::test(&project, counts, &kinds),
        Command::Sabotage { name } => sabotage::sabotage(&project, name.as_deref()),
    }
}

fn usage() -> String {
    let names = |counts| Kind::all(counts).iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" ");
    format!("{USAGE}\n\nkinds: {}", names(Counts::Full))
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, String> {
    let mut words = Vec::new();
    for argument in arguments {
        words.push(argument.into_string().map_err(|odd| format!("expected text, found {}", odd.display()))?);
    }
    let mut words = words.into_iter();
    let Some(command) = words.next() else { return Err("expected a command, found none".to_owned()) };
    match command.as_str() {
        "help" | "-h" | "--help" => Ok(Command::Help),
        "build" => Ok(Command::Build { release: Flags::read(words, &["--release"])?.release }),
        "serve" => {
            let flags = Flags::read(words, &["--study", "--port", "--data", "--release"])?;
            let Flags { port, data, release, study, .. } = flags;
            Ok(Command::Serve(Serving { port, data, release, study }))
        }
        "freeze" => Ok(Command::Freeze { unpublished: Flags::read(words, &["--unpublished"])?.unpublished }),
        "dist" => Flags::read(words, &[]).map(|_| Command::Dist),
        "sabotage" => match (words.next(), words.next()) {
            (name, None) => Ok(Command::Sabotage { name }),
            (_, Some(more)) => Err(format!("expected one name, found {more} as well")),
        },
        "test" => kinds(words, Counts::Reduced),
        "prove" => kinds(words, Counts::Full),
        other => Err(format!("expected a command, found {other}")),
    }
}

/// The kinds named, in the order they run, each once; all of them if none is named.
fn kinds(words: impl Iterator<Item = String>, counts: Counts) -> Result<Command, String> {
    let all = Kind::all(counts);
    let mut named = Vec::new();
    for word in words {
        let kind = all.iter().find(|kind| kind.name() == word);
        named.push(*kind.ok_or_else(|| format!("expected a kind of test, found {word}"))?);
    }
    let kinds = all.iter().copied().filter(|kind| named.is_empty() || named.contains(kind)).collect();
    Ok(Command::Test { counts, kinds })
}

struct Flags {
    port: u16,
    data: PathBuf,
    release: bool,
    unpublished: bool,
    study: String,
}

impl Flags {
    fn read(mut words: impl Iterator<Item = String>, known: &[&str]) -> Result<Flags, String> {
        let mut flags = Flags {
            port: 8080,
            data: PathBuf::from("data"),
            release: false,
            unpublished: false,
            study: site::STUDY.to_owned(),
        };
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, None),
            };
            if !known.contains(&name.as_str()) {
                return Err(format!("expected {}, found {name}", list(known)));
            }
            match name.as_str() {
                "--release" if value.is_none() => {
                    flags.release = true;
                    continue;
                }
                "--unpublished" if value.is_none() => {
                    flags.unpublished = true;
                    continue;
                }
                _ => {}
            }
            let value = value.or_else(|| words.next()).unwrap_or_default();
            match name.as_str() {
                "--port" => {
                    flags.port = value.parse().map_err(|_| format!("--port: expected 0–65535, found {value:?}"))?
                }
                "--data" if !value.is_empty() => flags.data = PathBuf::from(value),
                "--study" if !value.is_empty() => flags.study = value,
                _ => return Err(format!("{name}: expected something else than {value:?}")),
            }
        }
        Ok(flags)
    }
}

fn list(known: &[&str]) -> String {
    if known.is_empty() { "nothing more".to_owned() } else { known.join(" or ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn commands_are_read() {
        let of = |study: &str, port, data: &str, release| {
            Ok(Command::Serve(Serving { port, data: data.into(), release, study: study.to_owned() }))
        };
        let serve = |port, data, release| of("health-at-work", port, data, release);
        for (line, expected) in [
            ("build", Ok(Command::Build { release: false })),
            ("build --release", Ok(Command::Build { release: true })),
            ("serve", serve(8080, "data", false)),
            ("serve --port 9 --data there --release", serve(9, "there", true)),
            ("serve --port=9", serve(9, "data", false)),
            ("serve --study nsac", of("nsac", 8080, "data", false)),
            ("dist", Ok(Command::Dist)),
            ("freeze", Ok(Command::Freeze { unpublished: false })),
            ("freeze --unpublished", Ok(Command::Freeze { unpublished: true })),
            ("sabotage", Ok(Command::Sabotage { name: None })),
            ("sabotage new-id", Ok(Command::Sabotage { name: Some("new-id".to_owned()) })),
            (
                "test oracle lint oracle",
                Ok(Command::Test { counts: Counts::Reduced, kinds: vec![Kind::Lint, Kind::Oracle] }),
            ),
            ("test", Ok(Command::Test { counts: Counts::Reduced, kinds: Kind::all(Counts::Reduced).to_vec() })),
            ("prove browsers", Ok(Command::Test { counts: Counts::Full, kinds: vec![Kind::Browsers] })),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for line in [
            "",
            "publish",
            "build now",
            "dist --release",
            "freeze --unpublished=yes",
            "serve --port",
            "serve --port x",
            "serve --port 65536",
            "serve --data",
            "serve --study",
            "serve --release=no",
            "test everything",
            "sabotage one other",
            "test browsers",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
