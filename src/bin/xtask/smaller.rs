//! What is released is made smaller by tools from npm: the WebAssembly modules by `wasm-opt`, the scripts by `terser`.

use std::{path::PathBuf, process::Command};

use crate::{
    process::{self, which},
    project::{self, Outcome, Project},
};

/// A package of npm, and the file in it that Node runs.
#[derive(Clone, Copy, Debug)]
struct Tool {
    name: &'static str,
    version: &'static str,
    file: &'static str,
}

const WASM_OPT: Tool = Tool { name: "binaryen", version: "132.0.0", file: "bin/wasm-opt" };
const TERSER: Tool = Tool { name: "terser", version: "5.51.4", file: "bin/terser" };

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

/// The module after `wasm-opt -Oz`; as it is, and that is said, where the tool cannot be run.
pub(crate) fn module(project: &Project, wasm: Vec<u8>) -> Vec<u8> {
    let options: Vec<String> =
        ["-Oz".to_owned()].into_iter().chain(FEATURES.iter().map(|feature| format!("--enable-{feature}"))).collect();
    told(WASM_OPT.run(project, "wasm", &wasm, &options), wasm)
}

/// An ES module without its comments, and with short names inside; as it is, and that is said, where the tool cannot be
/// run. Names of classes stay, for they are shown in consoles.
pub(crate) fn script(project: &Project, script: String) -> Outcome<String> {
    let options = ["--module", "--compress", "--mangle", "--keep-classnames"].map(str::to_owned);
    Ok(String::from_utf8(told(TERSER.run(project, "js", script.as_bytes(), &options), script.into_bytes()))?)
}

fn told(smaller: Outcome<Vec<u8>>, before: Vec<u8>) -> Vec<u8> {
    smaller.unwrap_or_else(|error| {
        println!("not made smaller: {}\n", project::chain(&*error));
        before
    })
}

impl Tool {
    /// Hands the tool a file of this kind, and returns what it makes of it.
    fn run(self, project: &Project, kind: &str, bytes: &[u8], options: &[String]) -> Outcome<Vec<u8>> {
        let tool = self.lies(project)?;
        let [before, after] = ["before", "after"].map(|name| project.target.join(format!("tools/{name}.{kind}")));
        project::write(&before, bytes)?;
        process::run(Command::new("node").arg(tool).args([&before]).args(options).arg("-o").arg(&after))?;
        project::read(&after)
    }

    /// Where the tool lies, fetched if need be.
    fn lies(self, project: &Project) -> Outcome<PathBuf> {
        let Tool { name, version, file } = self;
        let folder = project.target.join("tools").join(name);
        let package = folder.join("node_modules").join(name);
        let there = || {
            let manifest: serde_json::Value =
                serde_json::from_slice(&project::read(&package.join("package.json")).ok()?).ok()?;
            (manifest.get("version")?.as_str()? == version).then(|| package.join(file))
        };
        if let Some(tool) = there() {
            return Ok(tool);
        }
        let npm = which(&["npm"]).filter(|_| which(&["node"]).is_some()).ok_or("expected node and npm, found none")?;
        let mut install = Command::new(npm);
        install.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder);
        process::run(install.arg(format!("{name}@{version}")))?;
        there().ok_or_else(|| format!("expected {name} {version} from npm, found another").into())
    }
}
