//! The npm package: the element and the frame for pages of others, with their types, words and notices.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde::Deserialize;

use crate::{
    names::fill,
    process,
    project::{self, Outcome, Project},
    site::Files,
};

/// The files that are taken as they lie here, under what they are called there.
const TAKEN: [(&str, &str); 7] = [
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("src/embed/element.d.ts", "svar-element.d.ts"),
    ("src/embed/frame.d.ts", "svar-frame.d.ts"),
    ("src/embed/package/README.md", "README.md"),
    ("src/embed/package/custom-elements.json", "custom-elements.json"),
    ("src/embed/package/svar-server.js", "svar-server.js"),
];

/// What the package holds, as `npm pack` should have it.
const HOLDS: [&str; 14] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "THIRD-PARTY.md",
    "custom-elements.json",
    "package.json",
    "svar-element.css",
    "svar-element.d.ts",
    "svar-element.js",
    "svar-frame.d.ts",
    "svar-frame.js",
    "svar-later.wasm",
    "svar-server.js",
    "svar.wasm",
];

/// The package, made of the embedded files under their plain names.
///
/// # Errors
/// What belongs into it cannot be read, or is not there.
pub(crate) fn package(project: &Project, embedded: Files, notices: &str) -> Outcome<Files> {
    let mut files = embedded;
    for (from, name) in TAKEN {
        files.insert(name.to_owned(), project::read(&project.root.join(from))?);
    }
    files.insert("THIRD-PARTY.md".to_owned(), notices.as_bytes().to_vec());
    let manifest = "src/embed/package/package.json";
    let text = project::read_text(&project.root.join(manifest))?;
    let text = fill(manifest, &text, &[("__SVAR_VERSION__", env!("CARGO_PKG_VERSION").to_owned())])?;
    files.insert("package.json".to_owned(), text.into_bytes());
    same("the package", files.keys().map(String::as_str))?;
    Ok(files)
}

/// Whether npm would pack the package in this folder as it should be, and Node finds what it exports.
///
/// # Errors
/// Neither can be run, or what they say differs.
pub(crate) fn check(folder: &Path) -> Outcome<()> {
    #[derive(Deserialize)]
    struct Packed {
        files: Vec<PackedFile>,
    }
    #[derive(Deserialize)]
    struct PackedFile {
        path: String,
    }
    let npm = process::which(&["npm"]).ok_or("expected npm, found none")?;
    let said = process::output(Command::new(npm).current_dir(folder).args(["pack", "--dry-run", "--json"]))?;
    let packed: Vec<Packed> = serde_json::from_str(&said)?;
    same("npm pack", packed.iter().flat_map(|packed| &packed.files).map(|file| file.path.as_str()))?;
    process::run(Command::new("node").current_dir(folder).args(["--input-type=module", "--eval", RESOLVE]))?;
    Ok(())
}

/// A package may import itself by its name, as others do.
const RESOLVE: &str = r#"
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
const { name, exports } = JSON.parse(readFileSync("package.json", "utf8"));
for (const path of Object.keys(exports)) {
  const found = fileURLToPath(import.meta.resolve(name + path.slice(1)));
  if (!existsSync(found)) throw new Error(`expected ${found} for ${name + path.slice(1)}, found none`);
}
// As a server does that renders a page.
for (const path of [name, `${name}/frame`]) {
  const { define } = await import(path);
  define("other-name");
}
"#;

fn same<'a>(what: &str, found: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let (found, expected) = (found.collect::<BTreeSet<_>>(), BTreeSet::from(HOLDS));
    if found == expected {
        return Ok(());
    }
    let list = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    Err(format!("{what}: expected {}, found {}", list(expected), list(found)))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn embedded() -> Files {
        ["svar-element.css", "svar-element.js", "svar-frame.js", "svar-later.wasm", "svar.wasm"]
            .map(|name| (name.to_owned(), name.as_bytes().to_vec()))
            .into()
    }

    fn json(files: &Files, name: &str) -> Outcome<Value> {
        Ok(serde_json::from_slice(&files[name])?)
    }

    /// Each name that follows `before` in a text, up to the next quote, backtick or colon.
    fn named<'a>(text: &'a str, before: &str) -> BTreeSet<&'a str> {
        text.split(before).skip(1).filter_map(|rest| rest.split(['"', '`', '\'', ':', ' ']).next()).collect()
    }

    #[test]
    fn the_manifest_names_files_that_are_there() -> Outcome<()> {
        let files = package(&Project::find()?, embedded(), "notices")?;
        let manifest = json(&files, "package.json")?;
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
        for field in ["scripts", "dependencies", "devDependencies", "bin"] {
            assert!(manifest.get(field).is_none(), "{field}");
        }
        // npm adds these two by itself.
        let listed = manifest["files"].as_array().into_iter().flatten().filter_map(Value::as_str);
        same("files", listed.chain(["README.md", "package.json"]))?;
        let exports = manifest["exports"].as_object().into_iter().flatten().map(|(_, target)| target);
        let exported = exports.flat_map(|target| match target {
            Value::Object(conditions) => conditions.values().collect(),
            path => vec![path],
        });
        let effects = manifest["sideEffects"].as_array().into_iter().flatten();
        // What does not know `exports` finds the same.
        assert_eq!(manifest["main"], manifest["exports"]["."]["default"]);
        assert_eq!(manifest["types"], manifest["exports"]["."]["types"]);
        let paths: Vec<&str> = exported.chain(effects).filter_map(Value::as_str).collect();
        assert_eq!(paths.len(), 13, "{paths:?}");
        for path in paths {
            assert!(files.contains_key(path.strip_prefix("./").unwrap_or(path)), "{path}");
        }
        let mut fewer = embedded();
        fewer.remove("svar-later.wasm");
        assert!(package(&Project::find()?, fewer, "").is_err());
        Ok(())
    }

    /// `custom-elements.json` against the scripts, their types and the documentation: all tell of the same.
    #[test]
    fn everything_tells_of_the_same_element() -> Outcome<()> {
        let project = Project::find()?;
        let read = |path: &str| project::read_text(&project.root.join(path));
        let files = package(&project, embedded(), "")?;
        let manifest = json(&files, "custom-elements.json")?;
        let documentation = read("docs/embedding.md")?;
        let server = read("src/embed/package/svar-server.js")?;
        let on_a_server = exports(&server);
        for (place, script, types) in
            [(0, "src/embed/element.js", "src/embed/element.d.ts"), (1, "src/embed/frame.js", "src/embed/frame.d.ts")]
        {
            let (script, types) = (read(script)?, read(types)?);
            let module = &manifest["modules"][place];
            let element = &module["declarations"][0];
            let names = |list: &Value| -> BTreeSet<String> {
                let names = list.as_array().into_iter().flatten().filter_map(|entry| entry["name"].as_str());
                names.map(str::to_owned).collect()
            };
            let observed = script.split("observedAttributes = [").nth(1).and_then(|rest| rest.split(']').next());
            assert_eq!(named_in(observed.unwrap_or_default()), names(&element["attributes"]));

            let class = types.split(&format!("class {} ", element["name"].as_str().unwrap_or_default())).nth(1);
            let class = class.and_then(|rest| rest.split("\n}").next()).unwrap_or_default();
            let members = class.lines().filter_map(|line| {
                let line = line.strip_prefix("  ").filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))?;
                let line = line.trim_start_matches("set ").trim_start_matches("readonly ");
                line.split(['(', ':', '<']).next().map(str::to_owned)
            });
            let members: BTreeSet<String> = members.collect();
            assert_eq!(members, names(&element["members"]));

            let exports = exports(&script);
            // A server that renders a page of these finds the same names.
            let missing: Vec<_> = exports.iter().filter(|name| !on_a_server.contains(*name)).collect();
            assert_eq!(missing, [&""; 0]);
            let tag = element["tagName"].as_str().unwrap_or_default().to_owned();
            let exports: BTreeSet<String> = exports.into_iter().map(str::to_owned).chain([tag]).collect();
            assert_eq!(exports, names(&module["exports"]));

            let events: BTreeSet<String> = names(&element["events"]);
            if place == 1 {
                assert_eq!(named(&script, "CustomEvent(\""), events.iter().map(String::as_str).collect());
                continue;
            }
            let typed = types.lines().filter_map(|line| line.trim().strip_prefix('"')?.split("\": CustomEvent").next());
            let typed: BTreeSet<String> = typed.filter(|name| !name.contains('"')).map(str::to_owned).collect();
            assert_eq!(typed, events);
            let rows = |start: &str| -> BTreeSet<String> {
                let rows = documentation.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
                rows.filter(|name| name.starts_with(start)).map(str::to_owned).collect()
            };
            assert_eq!(rows("svar-"), events);
            assert_eq!(rows("--svar-"), names(&element["cssProperties"]));
        }
        Ok(())
    }

    /// The names that a script exports.
    fn exports(script: &str) -> BTreeSet<&str> {
        script.split("\nexport ").skip(1).filter_map(|rest| rest.split(['(', ' ']).nth(1)).collect()
    }

    fn named_in(list: &str) -> BTreeSet<String> {
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }
}
