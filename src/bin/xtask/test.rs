//! Every kind of test, one after the other, and one table at the end.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    dist,
    process::{self, tee},
    project::{self, Outcome, Project},
    setup, site,
};

/// How many cases the tests try that draw them at random, or only take longer (`SVAR_COUNTS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Few enough to wait for.
    Reduced,
    /// As many as the claims of the documentation rest on.
    Full,
}

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Formatting, lints, and that the engine knows no browser.
    Lint,
    /// The documentation and its examples.
    Doc,
    /// The pure engine, and the house rules.
    Engine,
    /// Submissions in simulated worlds that fail in every way.
    Sim,
    /// The second judge, in another language.
    Oracle,
    /// The reference collector.
    Collector,
    /// Views and edges of the widget, in Chromium.
    Browser,
    /// Sealed answers, judged by an independent JOSE library.
    Sealing,
    /// Spelling of all texts.
    Words,
    /// The whole application, in Chromium.
    E2e,
    /// The release, its size and its package.
    Dist,
    /// The shortest whole way, in Firefox and WebKit.
    Browsers,
}

impl Kind {
    const ALL: [Kind; 12] = [
        Kind::Lint,
        Kind::Doc,
        Kind::Engine,
        Kind::Sim,
        Kind::Oracle,
        Kind::Collector,
        Kind::Browser,
        Kind::Sealing,
        Kind::Words,
        Kind::E2e,
        Kind::Dist,
        Kind::Browsers,
    ];

    /// The kinds in the order they run. The other browsers are looked at only with full counts.
    pub(crate) fn all(counts: Counts) -> &'static [Kind] {
        match (counts, &Kind::ALL) {
            (Counts::Reduced, [everyday @ .., Kind::Browsers]) => everyday,
            (_, all) => all,
        }
    }

    /// As on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Lint => "lint",
            Kind::Doc => "doc",
            Kind::Engine => "engine",
            Kind::Sim => "sim",
            Kind::Oracle => "oracle",
            Kind::Collector => "collector",
            Kind::Browser => "browser",
            Kind::Sealing => "sealing",
            Kind::Words => "words",
            Kind::E2e => "e2e",
            Kind::Dist => "dist",
            Kind::Browsers => "browsers",
        }
    }
}

/// What a kind came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
    }
}

/// Runs these kinds: true if nothing failed.
///
/// # Errors
/// None of its own: a kind that cannot run has failed.
pub(crate) fn test(project: &Project, counts: Counts, kinds: &[Kind]) -> Outcome<bool> {
    let mut rows = Vec::new();
    for kind in kinds {
        let start = Instant::now();
        println!("\n=== {} ===", kind.name());
        let mut run = Run { project, counts, tally: Tally::default() };
        if let Err(error) = run.kind(*kind) {
            println!("{}: {}", kind.name(), project::chain(&*error));
            run.tally.add(Tally { passed: 0, failed: 1 });
        }
        rows.push((*kind, run.tally, start.elapsed()));
    }
    Ok(table(&rows))
}

fn table(rows: &[(Kind, Tally, Duration)]) -> bool {
    println!("\n{:<10} {:>8} {:>8} {:>8}", "kind", "passed", "failed", "seconds");
    let mut all = Tally::default();
    for (kind, tally, time) in rows {
        println!("{:<10} {:>8} {:>8} {:>8}", kind.name(), tally.passed, tally.failed, time.as_secs());
        all.add(*tally);
    }
    println!("\n{} passed, {} failed", all.passed, all.failed);
    all.failed == 0
}

/// One kind at work.
struct Run<'a> {
    project: &'a Project,
    counts: Counts,
    tally: Tally,
}

/// The faces, as cargo's options.
const ENGINE: [&str; 1] = ["--no-default-features"];
const TOOLS: [&str; 3] = ["--no-default-features", "--features", "tools"];
const XTASK: [&str; 3] = ["--no-default-features", "--features", "xtask"];
const E2E: [&str; 3] = ["--no-default-features", "--features", "e2e"];
const WEB: [&str; 5] = ["--no-default-features", "--features", "web", "--target", setup::WASM];

/// For tests that spend their time elsewhere than in our own code: unoptimised, so that the hundreds of packages they
/// depend on are those that `cargo xtask` has built already. Measured: 16 seconds in place of five minutes.
const UNOPTIMISED: [&str; 2] = ["--profile", "dev"];

impl Run<'_> {
    fn kind(&mut self, kind: Kind) -> Outcome<()> {
        match kind {
            Kind::Lint => self.lint(),
            Kind::Doc => self.doc(),
            Kind::Engine => self.engine(),
            Kind::Sim => self.tests(self.cargo("test", &ENGINE, &["--test", "sim"])),
            Kind::Oracle => self.oracle(),
            Kind::Collector => self.collector(),
            Kind::Browser => self.browser(),
            Kind::Sealing => self.sealing(),
            Kind::Words => self.words(),
            Kind::E2e => self.e2e(),
            Kind::Dist => self.dist(),
            Kind::Browsers => self.browsers(),
        }
    }

    fn lint(&mut self) -> Outcome<()> {
        setup::wasm_target(self.project)?;
        let strict = |options: &[&'static str]| [options, &["--", "-D", "warnings"]].concat();
        let everything = ["--no-default-features", "--features", "xtask,e2e"];
        self.step(self.cargo("fmt", &[], &["--check"]))?;
        self.step(self.cargo(
            "clippy",
            &ENGINE,
            &strict(&["--lib", "--test", "engine", "--test", "sim", "--test", "tidy"]),
        ))?;
        self.step(self.cargo("clippy", &WEB, &strict(&["--lib", "--test", "browser", "--test", "sealing"])))?;
        self.step(self.cargo("clippy", &everything, &strict(&["--all-targets"])))?;
        self.step(self.cargo("check", &ENGINE, &[]))?;
        self.pure()
    }

    /// The engine depends on nothing of the browser.
    fn pure(&mut self) -> Outcome<()> {
        const BROWSER: [&str; 5] = ["gloo-net", "js-sys", "leptos", "wasm-bindgen", "web-sys"];
        let mut tree = self.cargo("tree", &ENGINE, &["--edges", "normal", "--prefix", "none"]);
        println!("$ {}", process::line(&tree));
        let tree = process::output(&mut tree)?;
        let found = tree.lines().find(|line| line.split(' ').next().is_some_and(|name| BROWSER.contains(&name)));
        if let Some(found) = found {
            println!("expected an engine that knows no browser, found that it depends on {found}");
        }
        self.count(found.is_none());
        Ok(())
    }

    fn doc(&mut self) -> Outcome<()> {
        setup::wasm_target(self.project)?;
        for face in [&TOOLS[..], &WEB[..]] {
            let mut doc = self.cargo("doc", face, &["--no-deps", "--lib"]);
            doc.env("RUSTDOCFLAGS", "-D warnings");
            self.step(doc)?;
        }
        self.unoptimised(&TOOLS, &["--doc"])
    }

    /// Random paths are judged by the second judge as well.
    fn engine(&mut self) -> Outcome<()> {
        self.judge()?;
        self.tests(self.cargo("test", &ENGINE, &["--lib", "--test", "engine", "--test", "tidy"]))
    }

    fn oracle(&mut self) -> Outcome<()> {
        self.judge()?;
        let mut selftest = Command::new("node");
        selftest.arg("selftest.mjs").current_dir(self.project.root.join("tests/oracle"));
        self.tests(selftest)
    }

    /// Fetches what the second judge is made of.
    fn judge(&self) -> Outcome<()> {
        setup::packages(self.project, "tests/oracle")
    }

    /// The tools' own tests too: those of the engine have run by then, without its tools.
    fn collector(&mut self) -> Outcome<()> {
        setup::python()?;
        if self.counts == Counts::Full {
            setup::statistics()?;
        }
        self.judge()?;
        self.unoptimised(&TOOLS, &["--lib", "tools::"])?;
        self.unoptimised(&TOOLS, &["--test", "collector"])
    }

    fn browser(&mut self) -> Outcome<()> {
        setup::wasm_target(self.project)?;
        let driver = setup::chromium()?;
        process::run(&mut self.cargo("build", &XTASK, &["--bin", "wasm-test-runner"]))?;
        let mut tests = self.cargo("test", &WEB, &[&UNOPTIMISED[..], &["--test", "browser"]].concat());
        tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", self.runner());
        // By default 20 and 5 seconds, too short for a browser that starts cold on a busy machine.
        tests.env("WASM_BINDGEN_TEST_TIMEOUT", "180").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
        tests.env("CHROMEDRIVER", driver);
        self.tests(tests)
    }

    /// The seal that ships runs in Node; what it wrote is opened there by another library, and by our own native code.
    fn sealing(&mut self) -> Outcome<()> {
        setup::wasm_target(self.project)?;
        self.judge()?;
        process::run(&mut self.cargo("build", &XTASK, &["--bin", "wasm-test-runner"]))?;
        let (seals, flips) = if self.counts == Counts::Full { ("1000", "10000") } else { ("100", "1000") };
        let sealed = self.project.target.join("sealed.txt");
        let mut tests = self.cargo("test", &WEB, &[&UNOPTIMISED[..], &["--test", "sealing"]].concat());
        tests.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", self.runner());
        self.tests(by(tests, &sealed, seals))?;
        let mut judge = Command::new("node");
        judge.arg("open.mjs").arg(&sealed).arg(flips).current_dir(self.project.root.join("tests/oracle"));
        self.tests(judge)?;
        let tests = self.cargo("test", &TOOLS, &[&UNOPTIMISED[..], &["--test", "opening"]].concat());
        self.tests(by(tests, &sealed, seals))
    }

    fn runner(&self) -> PathBuf {
        self.project.target.join(format!("debug/wasm-test-runner{}", std::env::consts::EXE_SUFFIX))
    }

    fn words(&mut self) -> Outcome<()> {
        setup::hunspell()?;
        self.unoptimised(&TOOLS, &["--test", "words"])
    }

    fn e2e(&mut self) -> Outcome<()> {
        let driver = setup::chromium()?;
        self.judge()?;
        setup::packages_of_pages(self.project)?;
        self.hosts()?;
        // What `cargo xtask serve` builds by itself, and then what is shipped.
        for (release, only) in [(false, Some("smoke")), (true, None)] {
            site::build(self.project, release, site::STUDY)?;
            let mut tests = self.cargo("test", &E2E, &[&UNOPTIMISED[..], &["--test", "e2e"]].concat());
            tests.args(only).env("SVAR_SITE", self.project.site()).env("CHROMEDRIVER", &driver);
            self.tests(tests)?;
        }
        Ok(())
    }

    /// What those tests are hostile with does harm: else their silence would mean nothing.
    fn hosts(&mut self) -> Outcome<()> {
        const HOSTS: &str = "tests/fixtures/hosts";
        setup::packages(self.project, HOSTS)?;
        let mut tests = Command::new("npm");
        tests.args(["test", "--silent"]).current_dir(self.project.root.join(HOSTS));
        self.tests(tests)
    }

    /// The builder's own tests too.
    fn dist(&mut self) -> Outcome<()> {
        setup::node()?;
        self.unoptimised(&XTASK, &["--bin", "xtask"])?;
        let small = dist::dist(self.project)?;
        self.count(small);
        dist::check(self.project)?;
        self.count(true);
        Ok(())
    }

    fn browsers(&mut self) -> Outcome<()> {
        self.judge()?;
        site::build(self.project, true, site::STUDY)?;
        for (browser, programs) in [("firefox", setup::firefox(self.project)), ("webkit", setup::webkit())] {
            if let Err(error) = programs.and_then(|programs| self.smoke(browser, programs)) {
                println!("{browser}: {}", project::chain(&*error));
                self.count(false);
            }
        }
        Ok(())
    }

    /// The shortest whole way, in another browser.
    fn smoke(&mut self, browser: &str, programs: setup::Programs) -> Outcome<()> {
        let tests = self.cargo("test", &E2E, &[&UNOPTIMISED[..], &["--test", "e2e", "smoke"]].concat());
        let mut tests = match programs.screen {
            Some(screen) => process::under(&screen, &["--auto-servernum"], &tests),
            None => tests,
        };
        tests.env("SVAR_SITE", self.project.site()).env("SVAR_BROWSER", browser).envs(programs.variables);
        self.tests(tests)
    }

    fn cargo(&self, verb: &str, face: &[&str], options: &[&str]) -> Command {
        self.project.cargo([&[verb], face, options].concat())
    }

    fn unoptimised(&mut self, face: &[&str], options: &[&str]) -> Outcome<()> {
        self.tests(self.cargo("test", face, &[&UNOPTIMISED[..], options].concat()))
    }

    /// Runs a program that counts as one test.
    fn step(&mut self, mut command: Command) -> Outcome<()> {
        println!("$ {}", process::line(&command));
        let (succeeded, _) = tee(&mut command)?;
        self.count(succeeded);
        Ok(())
    }

    /// Runs a program that tells how many tests passed and failed.
    fn tests(&mut self, mut command: Command) -> Outcome<()> {
        match self.counts {
            Counts::Reduced => command.env_remove("SVAR_COUNTS"),
            Counts::Full => command.env("SVAR_COUNTS", "full"),
        };
        // With these the tests would write what they are to compare, or look at some of their cases alone.
        command.env_remove("SVAR_SNAPSHOTS").env_remove("SVAR_HOSTS");
        println!("$ {}", process::line(&command));
        let (succeeded, output) = tee(&mut command)?;
        let mut told = tally(&output);
        if !succeeded && told.failed == 0 {
            println!("expected `{}` to succeed, found that it failed outside its tests", process::line(&command));
            told.failed = 1;
        }
        if told == Tally::default() {
            return Err(format!("expected `{}` to run tests, found that it ran none", process::line(&command)).into());
        }
        self.tally.add(told);
        Ok(())
    }

    fn count(&mut self, passed: bool) {
        self.tally.add(if passed { Tally { passed: 1, failed: 0 } } else { Tally { passed: 0, failed: 1 } });
    }
}

/// Tests that share a file of sealed payloads.
fn by(mut tests: Command, sealed: &Path, seals: &str) -> Command {
    tests.env("SVAR_SEALED", sealed).env("SVAR_SEALS", seals);
    tests
}

/// The sum of what test runners tell: `test result: ok. 3 passed; 1 failed; …`, `3 passed, 1 failed` alone, and Node's
/// `# pass 3` and `# fail 1`. There, what was cancelled is no success either.
fn tally(output: &str) -> Tally {
    let mut sum = Tally::default();
    for line in output.lines() {
        let node: Vec<&str> = line.split(' ').collect();
        if let ["#" | "ℹ", told, count] = node.as_slice() {
            match (*told, count.parse()) {
                ("pass", Ok(passed)) => sum.add(Tally { passed, failed: 0 }),
                ("fail" | "cancelled", Ok(failed)) => sum.add(Tally { passed: 0, failed }),
                _ => {}
            }
        }
        let words: Vec<&str> = match line.strip_prefix("test result:") {
            Some(result) => result.split_whitespace().skip(1).collect(),
            None => line.split_whitespace().collect(),
        };
        let [passed, was, failed, were, rest @ ..] = words.as_slice() else { continue };
        let alone = rest.is_empty() && *was == "passed," && *were == "failed";
        if let (true, Ok(passed), Ok(failed)) = (alone || *was == "passed;", passed.parse(), failed.parse()) {
            sum.add(Tally { passed, failed });
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_from_what_test_runners_print() {
        for (output, passed, failed) in [
            ("", 0, 0),
            ("running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out\n", 3, 0),
            ("test result: ok. 3 passed; 0 failed;\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n", 4, 2),
            ("ok 1\n93 passed, 1 failed\n", 93, 1),
            ("93 passed, 1 failed of those that were looked at\n", 0, 0),
            ("test result: unknown\n", 0, 0),
            ("# tests 7\n# suites 0\n# pass 4\n# fail 2\n# cancelled 1\n# skipped 3\n# pass on\n", 4, 3),
            ("ℹ pass 4\nℹ fail 0\n", 4, 0),
        ] {
            assert_eq!(tally(output), Tally { passed, failed }, "{output}");
        }
    }

    #[test]
    fn only_the_full_counts_look_at_other_browsers() {
        assert!(!Kind::all(Counts::Reduced).contains(&Kind::Browsers));
        assert_eq!(Kind::all(Counts::Full).len(), Kind::all(Counts::Reduced).len() + 1);
    }
}
