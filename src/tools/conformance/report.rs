//! The verdict on each case, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

/// What a case found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As the contract says.
    Pass,
    /// Otherwise.
    Fail,
    /// The endpoint does not offer it, or the run was not asked for it.
    NotOffered,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotOffered => "not offered",
        }
    }
}

/// A level of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `POST` of a `QuestionnaireResponse`.
    One,
    /// `PUT` under the submission's own UUID.
    OneB,
    /// The status request.
    Two,
    /// Sealed bodies.
    Sealed,
    /// A flat JSON object.
    Flat,
}

impl Level {
    pub(super) const ALL: [Level; 5] = [Level::One, Level::OneB, Level::Two, Level::Sealed, Level::Flat];

    fn word(self) -> &'static str {
        match self {
            Level::One => "1",
            Level::OneB => "1b",
            Level::Two => "2",
            Level::Sealed => "S",
            Level::Flat => "Flat",
        }
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The case's name.
    pub case: &'static str,
    /// Which level asks for it.
    pub level: Level,
    /// What was sent.
    pub sent: &'static str,
    /// What was expected.
    pub expected: &'static str,
    /// Where the contract says so.
    pub section: &'static str,
    /// What came.
    pub came: String,
    /// What that means.
    pub verdict: Verdict,
}

/// All cases of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The endpoint.
    pub url: String,
    /// The seed of the answers.
    pub seed: u64,
    /// The level that the run was about: by it the endpoint is compatible or not.
    pub level: Level,
    /// The cases, in the order they were run.
    pub lines: Vec<Line>,
}

/// The document that the sections are of.
const DOCUMENT: &str = "docs/collection-endpoint.md";

impl Report {
    /// Whether a level is kept: some case of it passed, and none failed; nothing if none was run.
    pub fn kept(&self, level: Level) -> Option<bool> {
        let of_level = || self.lines.iter().filter(move |line| line.level == level);
        let failed = of_level().any(|line| line.verdict == Verdict::Fail);
        let passed = of_level().any(|line| line.verdict == Verdict::Pass);
        (failed || passed).then_some(!failed)
    }

    /// Whether the endpoint is compatible.
    pub fn compatible(&self) -> bool {
        self.kept(self.level) == Some(true)
    }

    /// The names of the cases with this verdict.
    pub fn named(&self, verdict: Verdict) -> Vec<&'static str> {
        self.lines.iter().filter(|line| line.verdict == verdict).map(|line| line.case).collect()
    }

    /// As JSON.
    pub fn to_json(&self) -> Value {
        let lines = self.lines.iter().map(|line| {
            json!({
                "case": line.case, "level": line.level.word(), "sent": line.sent, "expected": line.expected,
                "section": format!("{DOCUMENT}, {}", line.section), "came": line.came, "verdict": line.verdict.word(),
            })
        });
        let levels = Level::ALL.map(|level| (level.word().to_owned(), self.kept(level).into()));
        json!({
            "url": self.url, "seed": self.seed, "compatible": self.compatible(),
            "levels": Value::Object(levels.into_iter().collect()), "cases": lines.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.lines.iter().map(|line| line.case.len()).max().unwrap_or(0);
        for line in &self.lines {
            writeln!(out, "{:4} {:width$}  {:11}  {}", line.level.word(), line.case, line.verdict.word(), line.came)?;
            if line.verdict == Verdict::Fail {
                let indent = " ".repeat(width.saturating_add(7));
                writeln!(out, "{indent}sent: {}", line.sent)?;
                writeln!(out, "{indent}expected: {} ({DOCUMENT}, {})", line.expected, line.section)?;
            }
        }
        writeln!(out)?;
        for level in Level::ALL {
            let count =
                |verdict| self.lines.iter().filter(|line| line.level == level && line.verdict == verdict).count();
            let found = match self.kept(level) {
                Some(true) => "kept",
                Some(false) => "not kept",
                None => "not run",
            };
            let (pass, fail, none) = (count(Verdict::Pass), count(Verdict::Fail), count(Verdict::NotOffered));
            let counts = match pass.saturating_add(fail).saturating_add(none) {
                0 => String::new(),
                _ => format!(": {pass} passed, {fail} failed, {none} not offered"),
            };
            writeln!(out, "level {:4} {found}{counts}", level.word())?;
        }
        write!(out, "\n{}: {} (answers of seed {})", self.url, self.sum(), self.seed)
    }
}

impl Report {
    fn sum(&self) -> &'static str {
        if self.compatible() { "compatible" } else { "not compatible" }
    }
}
