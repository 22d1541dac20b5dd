//! `tests/oracle/judge.mjs` as a child process: a second reading of the profile that shares no code with the engine.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

pub(crate) struct Judge {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    fhir: bool,
}

impl Judge {
    /// Starts it on the rules of the profile, and with `fhir` on FHIR R4 as well. It fails, and says what to install, where
    /// something is missing: a check that is skipped in silence is none.
    pub(crate) fn start(fhir: bool) -> Judge {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("oracle");
        assert!(
            folder.join("node_modules").join("fhir").is_dir(),
            "expected the npm package `fhir` in tests/oracle: run `npm ci` there (needs Node ≥ 18 with npm)"
        );
        let mut command = Command::new("node");
        command.arg(folder.join("judge.mjs")).arg("--rules").args(fhir.then_some("--fhir"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("expected Node ≥ 18 as `node`, found: {error}; install it (Debian: `apt-get install nodejs npm`)")
        });
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Judge { child, to, from, fhir }
    }

    /// Makes a questionnaire known under a name, which may be used again; fails if the judge finds fault with it.
    pub(crate) fn register(&mut self, name: &str, questionnaire: &Value) {
        self.write(&serde_json::json!({ "questionnaire": questionnaire, "as": name }).to_string());
        if self.fhir {
            let problems = problems(&self.read());
            assert!(problems.is_empty(), "the judge refuses the questionnaire {name}: {problems:#?}");
        }
    }

    /// What the judge finds wrong with a response, as it would be sent.
    pub(crate) fn problems(&mut self, name: &str, response: &str) -> Vec<String> {
        self.write(&format!("{{\"of\":\"{name}\",\"id\":1,\"response\":{response}}}"));
        problems(&self.read())
    }

    fn write(&mut self, line: &str) {
        assert!(!line.contains('\n'), "one line");
        let to = self.to.as_mut().unwrap();
        to.write_all(line.as_bytes())
            .and_then(|()| to.write_all(b"\n"))
            .and_then(|()| to.flush())
            .expect("a judge that reads");
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("a judge that writes");
        assert!(!line.is_empty(), "the judge ended before it answered; is it Node ≥ 18?");
        serde_json::from_str(&line).expect("a verdict")
    }
}

fn problems(verdict: &Value) -> Vec<String> {
    let problems: Vec<String> = verdict["problems"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(verdict["ok"], problems.is_empty(), "{verdict}");
    problems
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}
