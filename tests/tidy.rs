//! House rules that no compiler checks.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// A file of the repository, by its path in it.
struct Source {
    path: String,
    text: String,
}

/// The text files below these folders of the repository; all of it for the empty name.
fn sources(folders: &[&str], ending: &str) -> Vec<Source> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let made = ["target", "dist", "node_modules", ".git"].contains(&name.as_str());
            if path.is_dir() && !made {
                collect(&path, found);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    folders.iter().for_each(|folder| collect(&root.join(folder), &mut files));
    files.sort();
    let read = |path: PathBuf| {
        Some(Source {
            text: fs::read_to_string(&path).ok()?,
            path: path.strip_prefix(root).unwrap().display().to_string(),
        })
    };
    let sources: Vec<Source> =
        files.into_iter().filter_map(read).filter(|source| source.path.ends_with(ending)).collect();
    assert!(!sources.is_empty(), "no files in {folders:?}");
    sources
}

/// Fails with every line that `breaks` the rule.
fn check(rule: &str, sources: &[Source], breaks: impl Fn(&str) -> bool) {
    let mut said = Vec::new();
    for Source { path, text } in sources {
        let broken = text.lines().zip(1..).filter(|(line, _)| breaks(line));
        said.extend(broken.map(|(line, number)| format!("  {path}:{number}: {}", line.trim())));
    }
    assert!(said.is_empty(), "{rule}\n{}", said.join("\n"));
}

fn any(line: &str, of: &[&str]) -> bool {
    of.iter().any(|pattern| line.contains(pattern))
}

/// The browser, a clock or the disk, in what must know none of them.
fn impure(line: &str) -> bool {
    let edges = [
        "leptos",
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo",
        "std::time::SystemTime",
        "SystemTime::now",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "getrandom",
        "println!",
        "dbg!",
    ];
    any(line, &edges)
}

/// Text that could become markup, or style that the policy forbids.
fn markup(line: &str) -> bool {
    let ways = [
        "inner_html",
        "innerHTML",
        "outer_html",
        "outerHTML",
        "insert_adjacent",
        "insertAdjacent",
        ".html(",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "style=\"",
        "view!",
        "eval(",
    ];
    any(line, &ways)
}

/// Ways to panic, in code.
fn panics(line: &str) -> bool {
    !line.trim_start().starts_with("//")
        && any(line, &[".unwrap(", ".expect(", "panic!", "todo!", "unimplemented!", "unreachable!"])
}

/// A path of somebody's machine.
fn machine_path(line: &str) -> bool {
    let roots = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/tm", "p/"),
        concat!("C:", "\\"),
    ];
    let begins = |place: usize| {
        line[..place]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '.' | '-' | '_' | '/' | '}' | '*'))
    };
    roots.iter().any(|root| line.match_indices(root).any(|(place, _)| begins(place)))
}

/// The switch that would put faces for different targets into one build, where nobody is warned of it.
fn all_faces(line: &str) -> bool {
    let warning = any(line, &["never", "Never", "no sense", "not "]);
    line.contains(concat!("--all-", "features")) && !warning
}

#[test]
fn planted_lines_are_found() {
    for (rule, lines) in [
        (
            impure as fn(&str) -> bool,
            ["use leptos::prelude::*;", "let now = std::time::SystemTime::now();", "std::fs::read(path)"],
        ),
        (markup, ["element.set_inner_html(&text)", "<p style=\"color: red\">", "view! { <p/> }"]),
        (panics, ["    let x = y.unwrap();", "unreachable!()", ".expect(\"a value\")"]),
        (machine_path, [concat!("see /ho", "me/kari/svar"), concat!("\"/tm", "p/x\""), concat!("(/wo", "rk/a)")]),
        (
            all_faces,
            [
                concat!("cargo test --all-", "features"),
                concat!("run: cargo clippy --all-", "features"),
                concat!("`--all-", "features`"),
            ],
        ),
    ] {
        for line in lines {
            assert!(rule(line), "{line}");
        }
    }
    let fine =
        "    /// Nothing.unwrap() here; https://svar.example/home/x, studies/health-at-work/study.json, .unwrap_or(0)";
    assert!(![impure, markup, panics, machine_path, all_faces].iter().any(|rule| rule(fine)));
}

#[test]
fn the_pure_modules_know_no_edge() {
    let pure = ["questionnaire/", "session/", "study/", "submission/", "words/", "json.rs"]
        .map(|module| format!("src/{module}"));
    let mut sources = sources(&["src"], ".rs");
    sources.retain(|source| pure.iter().any(|module| source.path.starts_with(module)));
    assert!(sources.len() > 20, "where are the pure modules?");
    check("a pure module knows an edge (ARCHITECTURE.md):", &sources, impure);
}

#[test]
fn text_never_becomes_markup() {
    check(
        "text could become markup, or break the policy:",
        &sources(&["src/views", "src/embed", "src/browser"], ""),
        markup,
    );
}

#[test]
fn nothing_panics() {
    let mut sources = sources(&["src"], ".rs");
    for source in &mut sources {
        // Tests stand at the end of a file.
        let end = source.text.find("#[cfg(test)]").unwrap_or(source.text.len());
        source.text.truncate(end);
    }
    check("a way to panic outside tests:", &sources, panics);
}

#[test]
fn every_file_says_what_it_is_for() {
    let sources = sources(&["src", "tests"], ".rs");
    let silent: Vec<&str> =
        sources.iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.as_str()).collect();
    assert!(silent.is_empty(), "these do not begin with `//!`: {silent:#?}");
}

#[test]
fn the_architecture_is_read_in_four_minutes() {
    if let Ok(text) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")) {
        let words = text.split_whitespace().count();
        assert!(words <= 900, "ARCHITECTURE.md has {words} words, and may have 900");
    }
}

/// What SECURITY.md says is shown by a test is shown by one.
#[test]
fn the_tests_of_the_threats_exist() {
    let page = sources(&[""], "SECURITY.md").remove(0).text;
    let is_name = |name: &&str| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).filter(is_name).collect();
    assert!(named.len() > 20, "{named:?}");
    let tests = sources(&["tests"], ".rs");
    // What is run, and not put off.
    let is_run = |before: &str| {
        let marks = before.lines().rev().take_while(|line| line.trim_start().starts_with("#["));
        let marks: Vec<&str> = marks.map(str::trim_start).collect();
        let runs = ["#[test]", "#[tokio::test", "#[wasm_bindgen_test"];
        marks.iter().any(|mark| runs.iter().any(|run| mark.starts_with(run)))
            && !marks.iter().any(|mark| mark.starts_with("#[ignore"))
    };
    let is_there = |name: &str| {
        let found = |text: &str| {
            let (before, _) = text.split_once(&["fn ", name, "("].concat())?;
            before.rsplit_once('\n').map(|(before, _)| is_run(before))
        };
        tests.iter().any(|source| found(&source.text) == Some(true))
    };
    let missing: Vec<_> = named.into_iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_path_of_a_machine() {
    check("a path of somebody's machine:", &sources(&[""], ""), machine_path);
}

#[test]
fn the_faces_are_never_built_together() {
    check("the faces are for different targets (docs/decisions/001-one-package.md):", &sources(&[""], ""), all_faces);
}

/// Wording that somebody licenses does not ship: what waits for a text pack says nothing at all.
#[test]
fn locked_slots_hold_no_words() {
    fn is_slot(item: &Value) -> bool {
        let slot = |extension: &Value| extension["url"] == "https://svar.example/fhir/StructureDefinition/text-pack";
        item["extension"].as_array().is_some_and(|extensions| extensions.iter().any(slot))
    }
    /// Every text within, as a path.
    fn texts(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Array(entries) => {
                entries.iter().enumerate().for_each(|(index, entry)| texts(entry, &format!("{path}[{index}]"), found))
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path = format!("{path}.{name}");
                    let says = matches!(
                        name.trim_start_matches('_'),
                        "text" | "display" | "title" | "prefix" | "valueMarkdown"
                    );
                    if says {
                        found.push(path);
                    } else {
                        texts(value, &path, found);
                    }
                }
            }
            _ => {}
        }
    }
    fn slots<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| slots(entry, found)),
            Value::Object(_) if is_slot(value) => found.push(value),
            Value::Object(fields) => fields.values().for_each(|value| slots(value, found)),
            _ => {}
        }
    }
    let mut count = 0;
    for Source { path, text } in sources(&["studies"], ".json") {
        let questionnaire: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (mut locked, mut found) = (Vec::new(), Vec::new());
        slots(&questionnaire, &mut locked);
        locked.iter().for_each(|slot| texts(slot, slot["linkId"].as_str().unwrap_or(""), &mut found));
        assert!(found.is_empty(), "{path}: a slot for licensed words says something: {found:#?}");
        count += locked.len();
        // A value set is words, too.
        for set in locked.iter().filter_map(|slot| serde_json::to_string(slot).ok()) {
            assert!(!set.contains("answerValueSet"), "{path}: the options of a slot stand in the slot");
        }
    }
    assert!(count > 0, "no slot at all; the one of EQ-5D-5L is expected");
}

/// Licensed packs stay out of the repository; those of the tests say that their words are invented.
#[test]
fn no_licensed_pack_lies_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut studies = 0;
    for study in fs::read_dir(root.join("studies")).unwrap() {
        let packs = study.unwrap().path().join("packs");
        let found: Vec<PathBuf> = fs::read_dir(&packs).into_iter().flatten().map(|file| file.unwrap().path()).collect();
        assert!(found.is_empty(), "a study with text packs belongs outside the repository: {found:#?}");
        studies += 1;
    }
    assert!(studies > 0, "where are the studies?");
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/studies/*/packs/"), "git would take text packs");

    let mut packs = sources(&["studies", "tests/fixtures"], ".json");
    packs.retain(|source| {
        // By its shape, wherever it lies.
        serde_json::from_str::<Value>(&source.text)
            .is_ok_and(|pack| pack["instrument"].is_string() && pack["texts"].is_object())
    });
    assert!(packs.len() >= 3, "where are the invented packs?");
    for Source { path, text } in packs {
        let pack: Value = serde_json::from_str(&text).unwrap();
        let invented = pack["licenceHolder"].as_str().is_some_and(|holder| holder.contains("invented"));
        assert!(path.starts_with("tests/fixtures/packs/") && invented, "{path}: a pack that somebody may hold");
    }
}

/// A bug whose place is gone is planted nowhere, and then no test is seen to catch it.
#[test]
fn every_bug_of_the_list_finds_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = fs::read_to_string(root.join("tests/sabotage.json")).unwrap();
    let bugs: Vec<Value> = serde_json::from_str(&list).unwrap();
    assert!(bugs.len() > 80, "where are the bugs?");
    let lost = bugs.iter().filter(|bug| {
        let text = fs::read_to_string(root.join(bug["file"].as_str().unwrap())).unwrap_or_default();
        text.matches(bug["find"].as_str().unwrap()).count() != 1
    });
    let lost: Vec<&Value> = lost.map(|bug| &bug["name"]).collect();
    assert!(lost.is_empty(), "bugs whose text is not, or not alone, in their file: {lost:#?}");
}
