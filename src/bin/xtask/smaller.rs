//! What is released is made smaller by tools from npm: the WebAssembly modules by `wasm-opt`, the scripts by `terser`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self as own, Command},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    process,
    project::{self, Outcome, Project},
    setup,
};

/// Where the tools lie once they are fetched; which, says the lock file there, by version and hash.
const FOLDER: &str = "src/bin/xtask/smaller";

/// What Node runs of them.
const WASM_OPT: &str = "binaryen/bin/wasm-opt";
const TERSER: &str = "terser/bin/terser";

/// The wasm features that rustc turns on for its wasm target since 1.87, all within our browser floor.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "bulk-memory-opt",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// The module after `wasm-opt -Oz`.
///
/// # Errors
/// The tool cannot be fetched, or fails.
pub(crate) fn module(project: &Project, wasm: &[u8]) -> Outcome<Vec<u8>> {
    let options: Vec<String> =
        ["-Oz".to_owned()].into_iter().chain(FEATURES.iter().map(|feature| format!("--enable-{feature}"))).collect();
    run(project, WASM_OPT, "wasm", wasm, &options)
}

/// An ES module without its comments, and with short names inside. Names of classes stay: they are shown in consoles.
///
/// # Errors
/// The tool cannot be fetched, or fails.
pub(crate) fn script(project: &Project, script: &str) -> Outcome<String> {
    let options = ["--module", "--compress", "--mangle", "--keep-classnames"].map(str::to_owned);
    Ok(String::from_utf8(run(project, TERSER, "js", script.as_bytes(), &options)?)?)
}

/// The tools and what they need, by name and version as the lock file has them.
///
/// # Errors
/// It cannot be read.
pub(crate) fn tools(project: &Project) -> Outcome<Vec<(String, String)>> {
    let lock = project::read(&project.root.join(FOLDER).join("package-lock.json"))?;
    let lock: serde_json::Value = serde_json::from_slice(&lock)?;
    let packages = lock.get("packages").and_then(serde_json::Value::as_object).into_iter().flatten();
    let tool = |(path, package): (&String, &serde_json::Value)| {
        Some((path.strip_prefix("node_modules/")?.to_owned(), package.get("version")?.as_str()?.to_owned()))
    };
    Ok(packages.filter_map(tool).collect())
}

/// Hands a tool a file of this kind, and returns what it makes of it.
fn run(project: &Project, tool: &str, kind: &str, bytes: &[u8], options: &[String]) -> Outcome<Vec<u8>> {
    setup::packages(project, FOLDER)?;
    let tool = project.root.join(FOLDER).join("node_modules").join(tool);
    let files = Files::new(&project.target.join("tools"), kind);
    project::write(&files.before, bytes)?;
    process::run(Command::new("node").arg(tool).arg(&files.before).args(options).arg("-o").arg(&files.after))?;
    project::read(&files.after)
}

/// What a tool reads and writes. No two runs have the same, and neither file outlives its run.
#[derive(Debug)]
struct Files {
    before: PathBuf,
    after: PathBuf,
}

impl Files {
    fn new(folder: &Path, kind: &str) -> Files {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let run = format!("{}-{}", own::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let [before, after] = ["before", "after"].map(|name| folder.join(format!("{name}-{run}.{kind}")));
        let files = Files { before, after };
        // A process of the same number may have been stopped in the middle.
        files.remove();
        files
    }

    /// One that is not there is removed already.
    fn remove(&self) {
        for file in [&self.before, &self.after] {
            fs::remove_file(file).unwrap_or_default();
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_share_no_file_and_leave_none() -> Outcome<()> {
        let folder = std::env::temp_dir().join(format!("svar-smaller-{}", own::id()));
        let (one, other) = (Files::new(&folder, "js"), Files::new(&folder, "js"));
        assert!(one.before != other.before && one.after != other.after);
        for file in [&one.before, &one.after, &other.after] {
            project::write(file, b"")?;
        }
        drop((one, other));
        assert_eq!(project::entries(&folder)?, Vec::<PathBuf>::new());
        Ok(fs::remove_dir(&folder)?)
    }

    #[test]
    fn the_lock_file_names_both_tools() -> Outcome<()> {
        let tools = tools(&Project::find()?)?;
        for path in [WASM_OPT, TERSER] {
            assert!(tools.iter().any(|(name, _)| path.starts_with(&format!("{name}/"))), "{path} in {tools:?}");
        }
        Ok(())
    }

    /// What a tool cannot take is no release, smaller or not.
    #[test]
    fn what_fails_is_told() -> Outcome<()> {
        let project = Project::find()?;
        assert_eq!(script(&project, "const long = 1; export default long + 1;")?.trim(), "export default 2;");
        assert!(script(&project, "export default (").is_err());
        assert!(module(&project, b"no module").is_err());
        Ok(())
    }
}
