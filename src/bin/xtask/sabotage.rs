//! Deliberate bugs: each is put into a copy of the sources, and the tests there must fail. A test that cannot catch what
//! it is there for is worth nothing, and neither is one that fails anyway; `tests/sabotage.json` lists what they must catch.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde::Deserialize;

use crate::{
    process,
    project::{self, Outcome, Project},
    setup,
};

/// A bug to put in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bug {
    /// What it does, in a few words.
    name: String,
    /// Which list it belongs to: `planned` with the rules, or `unseen`, thought up without looking at the tests.
    list: String,
    file: PathBuf,
    /// Text that stands in the file once.
    find: String,
    replace: String,
    /// The kinds of test that must catch it, one of them at least.
    caught_by: Vec<String>,
}

/// What the tests made of a bug.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// By which kind.
    Caught(String),
    Missed,
}

/// Puts every bug in, or those whose name holds `wanted`, one after the other: true if each was caught.
///
/// # Errors
/// The list does not fit the sources, or a sabotaged copy does not compile: nothing would be shown by that.
pub(crate) fn sabotage(project: &Project, wanted: Option<&str>) -> Outcome<bool> {
    let bugs: Vec<Bug> = serde_json::from_str(&project::read_text(&project.root.join("tests/sabotage.json"))?)?;
    let bugs: Vec<Bug> = bugs.into_iter().filter(|bug| wanted.is_none_or(|wanted| bug.name.contains(wanted))).collect();
    if bugs.is_empty() {
        return Err("expected a bug of that name in tests/sabotage.json, found none".into());
    }
    let copy = Copy::of(project)?;
    let mut fates = Vec::new();
    for bug in &bugs {
        println!("\n== {}", bug.name);
        let begun = Instant::now();
        let fate = copy.try_out(bug)?;
        fates.push((bug, fate, begun.elapsed().as_secs()));
    }
    copy.refresh()?;
    println!("\n{:<10} {:<10} {:>8}  bug", "list", "caught by", "seconds");
    for (bug, fate, seconds) in &fates {
        let by = match fate {
            Fate::Caught(kind) => kind.as_str(),
            Fate::Missed => "MISSED",
        };
        println!("{:<10} {by:<10} {seconds:>8}  {}", bug.list, bug.name);
    }
    let missed = fates.iter().filter(|(_, fate, _)| *fate == Fate::Missed).count();
    println!("\n{} passed, {missed} failed", fates.len().saturating_sub(missed));
    Ok(missed == 0)
}

/// The sources, where they may be spoiled.
struct Copy<'a> {
    project: &'a Project,
    root: PathBuf,
    files: Vec<PathBuf>,
    /// The kinds of test that were seen to pass without any bug.
    sound: RefCell<BTreeSet<String>>,
}

impl<'a> Copy<'a> {
    fn of(project: &'a Project) -> Outcome<Copy<'a>> {
        let mut list = Command::new("git");
        list.args(["ls-files", "-co", "--exclude-standard"]).current_dir(&project.root);
        let files = process::output(&mut list)?.lines().map(PathBuf::from).collect();
        let copy = Copy { project, root: project.target.join("sabotage/sources"), files, sound: RefCell::default() };
        copy.refresh()?;
        setup::packages(&copy.sources(), "tests/oracle")?;
        Ok(copy)
    }

    /// The copy, as a project of its own.
    fn sources(&self) -> Project {
        Project { root: self.root.clone(), target: self.target() }
    }

    /// Brings every file to what it is in the project. Files that are so already keep their time, so that little is
    /// compiled anew.
    fn refresh(&self) -> Outcome<()> {
        for file in &self.files {
            let (from, to) = (self.project.root.join(file), self.root.join(file));
            if !from.is_file() {
                continue;
            }
            let bytes = project::read(&from)?;
            if fs::read(&to).ok().as_ref() != Some(&bytes) {
                project::write(&to, &bytes)?;
            }
        }
        Ok(())
    }

    fn try_out(&self, bug: &Bug) -> Outcome<Fate> {
        self.refresh()?;
        let file = self.root.join(&bug.file);
        let text = project::read_text(&file)?;
        let places = text.matches(&bug.find).count();
        if places != 1 {
            let file = bug.file.display();
            return Err(format!("{}: expected its text once in {file}, found it {places} times", bug.name).into());
        }
        project::write(&file, text.replacen(&bug.find, &bug.replace, 1).as_bytes())?;
        for kind in &bug.caught_by {
            if !self.passes(kind)? {
                self.refresh()?;
                self.passes_unspoiled(kind)?;
                return Ok(Fate::Caught(kind.clone()));
            }
        }
        Ok(Fate::Missed)
    }

    /// Tests that fail on the copy without any bug catch none.
    fn passes_unspoiled(&self, kind: &str) -> Outcome<()> {
        if self.sound.borrow().contains(kind) {
            return Ok(());
        }
        if !self.passes(kind)? {
            return Err(format!("{kind}: expected tests that pass without the bug, found that they fail").into());
        }
        self.sound.borrow_mut().insert(kind.to_owned());
        Ok(())
    }

    /// Whether the tests of a kind pass on the spoiled copy.
    fn passes(&self, kind: &str) -> Outcome<bool> {
        let (kind, filter) = kind.split_once(' ').unwrap_or((kind, ""));
        let engine = ["test", "--no-default-features"];
        let tools = ["test", "--no-default-features", "--features", "tools", "--profile", "dev"];
        let e2e = ["test", "--no-default-features", "--features", "e2e", "--profile", "dev"];
        match kind {
            "engine" => self.cargo(&engine, &["--lib", "--test", "engine"], filter, None),
            "sim" => self.cargo(&engine, &["--test", "sim"], filter, None),
            "collector" => self.cargo(&tools, &["--test", "collector"], filter, None),
            "collector-lib" => self.cargo(&tools, &["--lib"], filter, None),
            "e2e" => {
                let driver = setup::chromium()?;
                setup::packages_of_pages(&self.sources())?;
                let mut build =
                    self.command(&["run", "--no-default-features", "--features", "xtask", "--bin", "xtask"]);
                process::run(build.args(["--", "build"]))?;
                self.cargo(&e2e, &["--test", "e2e"], filter, Some(&driver))
            }
            "browser" | "sealing" => {
                let web = ["--no-default-features", "--features", "web", "--target", "wasm32-unknown-unknown"];
                let mut build = self.command(&[&["test"][..], &web, &["--profile", "dev", "--no-run"]].concat());
                process::run(build.args(["--test", kind]))?;
                let xtask = ["run", "--no-default-features", "--features", "xtask", "--bin", "xtask"];
                let mut tests = self.command(&xtask);
                Ok(process::run(tests.args(["--", "test", kind])).is_ok())
            }
            other => Err(format!("expected a kind of test, found {other}").into()),
        }
    }

    fn cargo(&self, verb: &[&str], targets: &[&str], filter: &str, driver: Option<&Path>) -> Outcome<bool> {
        let arguments = [verb, targets].concat();
        process::run(self.command(&arguments).arg("--no-run"))?;
        let mut tests = self.command(&arguments);
        if !filter.is_empty() {
            tests.arg(filter);
        }
        if let Some(driver) = driver {
            tests.env("CHROMEDRIVER", driver).env("SVAR_SITE", self.target().join("site"));
        }
        println!("$ {}", process::line(&tests));
        let status = tests.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        Ok(status.success())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = process::cargo();
        cargo.args(arguments).arg("--quiet").current_dir(&self.root).env("CARGO_TARGET_DIR", self.target());
        cargo
    }

    fn target(&self) -> PathBuf {
        self.project.target.join("sabotage/target")
    }
}
