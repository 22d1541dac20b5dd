//! What the checker says about a questionnaire: how grave, which rule, where, about which question.

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// The form would not do what its author means; it is not shown.
    Error,
}

/// The rule that a finding rests on; the code is stable, for use in build scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is spelled out by `Rule::code` and its message")]
pub enum Rule {
    NotJson,
    NotAQuestionnaire,
    Shape,
    Missing,
    OutsideProfile,
    UnknownExtension,
    DuplicateLinkId,
    Module,
    Options,
    OptionWithoutCode,
    ConditionTarget,
    ConditionType,
    ConditionCode,
    Cycle,
    EnableBehavior,
    AdviseExists,
    Translation,
    Range,
    Format,
    NoText,
    Repeats,
    Ranked,
    Slot,
    Pack,
}

impl Rule {
    /// The stable code of the rule.
    pub fn code(self) -> &'static str {
        match self {
            Rule::NotJson => "not-json",
            Rule::NotAQuestionnaire => "not-a-questionnaire",
            Rule::Shape => "shape",
            Rule::Missing => "missing",
            Rule::OutsideProfile => "outside-profile",
            Rule::UnknownExtension => "unknown-extension",
            Rule::DuplicateLinkId => "duplicate-link-id",
            Rule::Module => "module",
            Rule::Options => "options",
            Rule::OptionWithoutCode => "option-without-code",
            Rule::ConditionTarget => "condition-target",
            Rule::ConditionType => "condition-type",
            Rule::ConditionCode => "condition-code",
            Rule::Cycle => "cycle",
            Rule::EnableBehavior => "enable-behavior",
            Rule::AdviseExists => "advise-exists",
            Rule::Translation => "translation",
            Rule::Range => "range",
            Rule::Format => "format",
            Rule::NoText => "no-text",
            Rule::Repeats => "repeats",
            Rule::Ranked => "ranked",
            Rule::Slot => "slot",
            Rule::Pack => "pack",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// Which rule.
    pub rule: Rule,
    /// Where, as a FHIRPath location such as `Questionnaire.item[2].item[0].enableWhen[1]`.
    pub path: String,
    /// The words of the question it is about.
    pub about: Option<String>,
    /// What was expected and what was found.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(out, "{severity}[{}]: {}", self.rule.code(), self.message)?;
        write!(out, "\n  at {}", self.path)?;
        match &self.about {
            Some(words) => write!(out, "\n  in «{words}»"),
            None => Ok(()),
        }
    }
}
