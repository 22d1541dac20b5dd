//! What the widget is linked of: cargo says which crates, under which licences, and how to know each one again.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use serde::Deserialize;

use crate::{
    library, process,
    project::{self, Outcome, Project},
    setup,
};

/// Something whose code may be in the widget. The linker drops what nothing calls, so that not all of it need be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression, if there is one.
    pub(crate) licence: Option<String>,
    /// Names alone.
    pub(crate) authors: Vec<String>,
    pub(crate) repository: Option<String>,
    /// The SHA-256 of its archive.
    pub(crate) checksum: Option<String>,
    pub(crate) origin: Origin,
    /// The licence texts that come with it.
    pub(crate) texts: Vec<String>,
    /// The keys of those it uses.
    pub(crate) needs: BTreeSet<Key>,
}

/// Where it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The registry.
    #[default]
    Registry,
    /// This repository.
    Here,
    /// Rust's own library.
    Toolchain,
    /// The registry, by way of Rust's own library.
    Library,
}

/// Name and version.
pub(crate) type Key = (String, String);

/// All of them by name and version.
pub(crate) type Crates = BTreeMap<Key, Crate>;

/// This package.
pub(crate) fn own() -> Key {
    (env!("CARGO_PKG_NAME").to_owned(), env!("CARGO_PKG_VERSION").to_owned())
}

/// What may be in the widget, itself among it.
///
/// # Errors
/// Cargo or rustc cannot be run, or say something unexpected.
pub(crate) fn linked(project: &Project) -> Outcome<Crates> {
    let face = ["--no-default-features", "--features", "web"];
    // Its edges are those of this build alone. Those of `metadata` would be those of tests and build scripts, too.
    let tree =
        ["tree", "--target", setup::WASM, "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
    let tree = process::output(project.cargo(tree).args(face))?;
    let metadata = ["metadata", "--format-version", "1", "--filter-platform", setup::WASM];
    let metadata: Metadata = serde_json::from_str(&process::output(project.cargo(metadata).args(face))?)?;
    let lock = project::read_text(&project.root.join("Cargo.lock"))?;
    let mut crates = joined(&named(&tree), metadata, &checksums(&lock))?;

    let mut rust = toolchain(project)?;
    for part in library::parts(project, &rust.version)? {
        let key = (part.name.clone(), part.version.clone());
        rust.needs.insert(key.clone());
        // The same version may be one of ours as well.
        crates.entry(key).or_insert(part);
    }
    let key = (rust.name.clone(), rust.version.clone());
    if let Some(own) = crates.get_mut(&own()) {
        own.needs.insert(key.clone());
    }
    crates.insert(key, rust);
    Ok(crates)
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    authors: Vec<String>,
    repository: Option<String>,
    source: Option<String>,
    manifest_path: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    /// `dev`, `build`, or nothing.
    kind: Option<String>,
}

/// The crates of `cargo tree`: `name v1.2.3`, and perhaps a remark.
fn named(tree: &str) -> BTreeSet<Key> {
    let key = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    tree.lines().filter_map(key).collect()
}

/// The checksums in a `Cargo.lock`, which cargo writes one field a line.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let entry = |entry: &str| {
        let field = |name: &str| {
            let line = entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
            line.and_then(|rest| rest.strip_suffix('"')).map(str::to_owned)
        };
        Some(((field("name")?, field("version")?), field("checksum")?))
    };
    lock.split("[[package]]").filter_map(entry).collect()
}

fn joined(named: &BTreeSet<Key>, metadata: Metadata, checksums: &BTreeMap<Key, String>) -> Outcome<Crates> {
    let key = |package: &Package| (package.name.clone(), package.version.clone());
    let by_id: BTreeMap<String, Key> =
        metadata.packages.iter().map(|package| (package.id.clone(), key(package))).collect();
    let needs = |node: &Node| {
        let normal = node.deps.iter().filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind.is_none()));
        let needs = normal.filter_map(|edge| by_id.get(&edge.pkg)).filter(|key| named.contains(*key)).cloned();
        Some((by_id.get(&node.id)?.clone(), needs.collect()))
    };
    let mut needs: BTreeMap<Key, BTreeSet<Key>> = metadata.resolve.nodes.iter().filter_map(needs).collect();
    let mut crates = Crates::new();
    for package in metadata.packages {
        let key = key(&package);
        if !named.contains(&key) {
            continue;
        }
        let origin = if package.source.is_some() { Origin::Registry } else { Origin::Here };
        let checksum = checksums.get(&key).cloned();
        if origin == Origin::Registry && checksum.is_none() {
            return Err(format!("Cargo.lock: expected the checksum of {} {}, found none", key.0, key.1).into());
        }
        let folder = Path::new(&package.manifest_path).parent().unwrap_or(Path::new("."));
        let found = Crate {
            texts: texts(folder)?,
            authors: package.authors.iter().map(|author| name(author)).filter(|name| !name.is_empty()).collect(),
            name: package.name,
            version: package.version,
            licence: package.license,
            repository: package.repository,
            checksum,
            origin,
            needs: needs.remove(&key).unwrap_or_default(),
        };
        crates.insert(key, found);
    }
    match named.iter().find(|key| !crates.contains_key(*key)) {
        None => Ok(crates),
        Some((name, version)) => Err(format!("cargo metadata: expected {name} {version}, found it not").into()),
    }
}

/// `Ada Lovelace <ada@svar.example>` without the address.
fn name(author: &str) -> String {
    author.split('<').next().unwrap_or_default().trim().to_owned()
}

/// The licence texts in the folder of a crate.
fn texts(folder: &Path) -> Outcome<Vec<String>> {
    const STARTS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
    let is_one = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file() && (STARTS.iter().any(|start| name.starts_with(start)) || name.starts_with("UNLICENSE"))
    };
    let found = project::entries(folder)?.into_iter().filter(|path| is_one(path));
    found.map(|path| project::read_text(&path)).collect()
}

/// What Rust's own library is called in lists.
pub(crate) const RUST: &str = "rust-std";

/// Rust's own library. Its tables of characters are Unicode's.
fn toolchain(project: &Project) -> Outcome<Crate> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).current_dir(&project.root).arg("-vV"))?;
    let version = said.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(Crate {
        name: RUST.to_owned(),
        version: version.ok_or("rustc -vV: expected its release, found none")?.to_owned(),
        licence: Some("(MIT OR Apache-2.0) AND Unicode-3.0".to_owned()),
        authors: vec!["The Rust Project Developers".to_owned()],
        repository: Some("https://github.com/rust-lang/rust".to_owned()),
        origin: Origin::Toolchain,
        ..Crate::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, version: &str) -> Key {
        (name.to_owned(), version.to_owned())
    }

    #[test]
    fn cargo_is_understood() {
        let tree = "svar v0.1.0 (/somewhere)\nserde v1.0.229\nserde v1.0.229 (*)\n\ntoml v1.2.1+spec-1.1.0\n";
        let expected = [key("serde", "1.0.229"), key("svar", "0.1.0"), key("toml", "1.2.1+spec-1.1.0")];
        assert_eq!(named(tree), expected.into());

        let lock = "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.229\"\nsource = \"registry+x\"\n\
                    checksum = \"0badcafe\"\ndependencies = [\n \"serde_core\",\n]\n\n\
                    [[package]]\nname = \"svar\"\nversion = \"0.1.0\"\n";
        assert_eq!(checksums(lock), [(key("serde", "1.0.229"), "0badcafe".to_owned())].into());

        for (author, expected) in [("Ada <ada@svar.example>", "Ada"), ("Ada", "Ada"), ("<ada@svar.example>", "")] {
            assert_eq!(name(author), expected);
        }
    }

    /// Of the repository itself: what is linked is there, what only compiles it is not, and whoever needs somebody needs one
    /// who is there.
    #[test]
    fn the_widget_is_linked_of_what_it_calls() -> Outcome<()> {
        let crates = linked(&Project::find()?)?;
        let there = |name: &str| crates.keys().any(|(known, _)| known == name);
        for (name, expected) in [
            ("svar", true),
            ("leptos", true),
            ("postcard", true),
            ("rust-std", true),
            ("dlmalloc", true),
            ("compiler_builtins", true),
            ("serde_derive", false),
            ("axum", false),
            ("proptest", false),
            ("wasm-bindgen-test", false),
        ] {
            assert_eq!(there(name), expected, "{name}");
        }
        for found in crates.values() {
            assert_eq!(found.checksum.is_some(), found.origin == Origin::Registry, "{}", found.name);
            found.needs.iter().for_each(|key| assert!(crates.contains_key(key), "{} needs {key:?}", found.name));
        }
        let needed: BTreeSet<&Key> = crates.values().flat_map(|found| &found.needs).collect();
        let alone: Vec<&Key> = crates.keys().filter(|key| !needed.contains(key)).collect();
        assert_eq!(alone, [&own()]);
        Ok(())
    }
}
