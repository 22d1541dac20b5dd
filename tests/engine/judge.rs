//! `tests/oracle/judge.mjs` as a child process: a second reading of the profile that shares no code with the engine.

use super::child::Child;
use serde_json::Value;

pub(crate) struct Judge {
    child: Child,
    fhir: bool,
}

impl Judge {
    /// Starts it on the rules of the profile, and with `fhir` on FHIR R4 as well. It fails, and says what to install, where
    /// something is missing: a check that is skipped in silence is none.
    pub(crate) fn start(fhir: bool) -> Judge {
        let options: &[&str] = if fhir { &["--rules", "--fhir"] } else { &["--rules"] };
        Judge { child: Child::start("judge.mjs", "fhir", options), fhir }
    }

    /// Makes a questionnaire known under a name, which may be used again; fails if the judge finds fault with it.
    pub(crate) fn register(&mut self, name: &str, questionnaire: &Value) {
        self.child.say(&serde_json::json!({ "questionnaire": questionnaire, "as": name }).to_string());
        if self.fhir {
            let problems = problems(&self.child.hear());
            assert!(problems.is_empty(), "the judge refuses the questionnaire {name}: {problems:#?}");
        }
    }

    /// What the judge finds wrong with a response, as it would be sent.
    pub(crate) fn problems(&mut self, name: &str, response: &str) -> Vec<String> {
        self.child.say(&format!("{{\"of\":\"{name}\",\"id\":1,\"response\":{response}}}"));
        problems(&self.child.hear())
    }
}

fn problems(verdict: &Value) -> Vec<String> {
    let problems: Vec<String> = verdict["problems"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(verdict["ok"], problems.is_empty(), "{verdict}");
    problems
}
