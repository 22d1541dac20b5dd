//! A script of `tests/oracle` as a child process that answers each line with a line.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

pub(crate) struct Child {
    process: std::process::Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Child {
    /// Starts it. It fails, and says what to install, where Node or the script's package is missing: a check that is skipped
    /// in silence is none.
    pub(crate) fn start(script: &str, package: &str, options: &[&str]) -> Child {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("oracle");
        assert!(
            folder.join("node_modules").join(package).is_dir(),
            "expected the npm package `{package}` in tests/oracle: run `npm ci` there (needs Node ≥ 18 with npm)"
        );
        let mut command = Command::new("node");
        command.arg(folder.join(script)).args(options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("expected Node ≥ 18 as `node`, found: {error}; install it (Debian: `apt-get install nodejs npm`)")
        });
        let (to, from) = (process.stdin.take(), BufReader::new(process.stdout.take().expect("its output")));
        Child { process, to, from }
    }

    pub(crate) fn say(&mut self, line: &str) {
        assert!(!line.contains('\n'), "one line");
        let to = self.to.as_mut().expect("its input");
        to.write_all(line.as_bytes())
            .and_then(|()| to.write_all(b"\n"))
            .and_then(|()| to.flush())
            .expect("a script that reads");
    }

    pub(crate) fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("a script that writes");
        assert!(!line.is_empty(), "the script ended before it answered; is it Node ≥ 18?");
        serde_json::from_str(&line).expect("a line of JSON")
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.to.take());
        let _ = self.process.wait();
    }
}
