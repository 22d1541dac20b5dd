//! Under which licences the widget's parts come to us, whether we may pass them on, and the notices that go with them.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    crates::{Crate, Crates, Origin},
    project::Outcome,
};

/// Licences that let a program be passed on in compiled form, under any terms, with a notice at most.
const ALLOWED: [&str; 11] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    UNICODE,
    "Unlicense",
    "Zlib",
];

/// The one that Rust's own library needs beside MIT, for its tables of characters.
const UNICODE: &str = "Unicode-3.0";

/// Whether everything may be passed on.
///
/// # Errors
/// Names what may not.
pub(crate) fn check(crates: &Crates) -> Result<(), String> {
    let fits = |found: &Crate| found.licence.as_deref().and_then(|licence| satisfied(licence, &ALLOWED)) == Some(true);
    let told = |found: &Crate| {
        let licence = found.licence.as_deref().unwrap_or("none");
        format!("{} {}: {licence}", found.name, found.version)
    };
    let foreign: Vec<String> = crates.values().filter(|found| !fits(found)).map(told).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(format!("expected a licence out of {}; found\n  {}", ALLOWED.join(", "), foreign.join("\n  ")))
}

/// The expression in today's notation, where older crates have `MIT/Apache-2.0`.
pub(crate) fn expression(licence: &str) -> String {
    licence.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

/// Whether one need not go beyond these licences to keep an SPDX expression; nothing, if it is none.
fn satisfied(licence: &str, by: &[&str]) -> Option<bool> {
    let spaced = expression(licence).replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let kept = either(&mut words, by)?;
    words.is_empty().then_some(kept)
}

/// Alternatives. The words come from the end of the list.
fn either(words: &mut Vec<&str>, by: &[&str]) -> Option<bool> {
    let mut kept = both(words, by)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        kept |= both(words, by)?;
    }
    Some(kept)
}

/// What holds together, and binds tighter.
fn both(words: &mut Vec<&str>, by: &[&str]) -> Option<bool> {
    let mut kept = one(words, by)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        kept &= one(words, by)?;
    }
    Some(kept)
}

fn one(words: &mut Vec<&str>, by: &[&str]) -> Option<bool> {
    match words.pop()? {
        "(" => {
            let kept = either(words, by)?;
            words.pop_if(|word| *word == ")").map(|_| kept)
        }
        ")" | "OR" | "AND" | "WITH" => None,
        name if words.pop_if(|word| *word == "WITH").is_some() => {
            Some(by.contains(&format!("{name} WITH {}", words.pop()?).as_str()))
        }
        name => Some(by.contains(&name)),
    }
}

const PREFACE: &str = "\
The WebAssembly and the scripts of Svar may have code of these packages in them. Svar itself is licensed under either of
MIT or Apache-2.0, at your choice. The list is made from the graph of dependencies, so it may name some of which nothing is
left. Macros and build scripts are not in it. `rust-std` is Rust's own library, and what that is linked of is listed too, as
the toolchain has it. wasm-bindgen's glue, which the scripts begin with, is under wasm-bindgen's own licence and notice.
";

/// `THIRD-PARTY.md`: what the widget is linked of, and each licence text once. Many crates come without a text; those that
/// may be had under MIT get the terms of `mit`, our own licence, with their own authors' notice.
///
/// # Errors
/// A crate has no text and no such licence.
pub(crate) fn notices(crates: &Crates, mit: &str) -> Outcome<String> {
    let mut page = format!("# Third-party notices of Svar {}\n\n{PREFACE}\n", env!("CARGO_PKG_VERSION"));
    page.push_str("| package | version | licence | by | texts |\n| --- | --- | --- | --- | --- |\n");
    let unicode = crates.values().find(|found| found.licence.as_deref() == Some(UNICODE));
    let unicode = unicode.map(|found| found.texts.as_slice()).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for found in crates.values().filter(|found| found.origin != Origin::Here) {
        let mut links = Vec::new();
        for text in own_texts(found, mit, unicode)? {
            // The same words, wherever their lines break.
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let number = *numbers.entry(words).or_insert_with(|| {
                texts.push(text);
                texts.len()
            });
            links.push(format!("[{number}](#text-{number})"));
        }
        let name = match &found.repository {
            Some(repository) => format!("[{}]({repository})", found.name),
            None => found.name.clone(),
        };
        let by = if found.authors.is_empty() { "–".to_owned() } else { found.authors.join(", ") };
        let licence = expression(found.licence.as_deref().unwrap_or_default());
        writeln!(page, "| {name} | {} | {licence} | {by} | {} |", found.version, links.join(" "))?;
    }
    for (text, number) in texts.iter().zip(1..) {
        // A fence that no text has within.
        write!(page, "\n## Text {number}\n\n`````text\n{}\n`````\n", text.trim_matches('\n').trim_end())?;
    }
    Ok(page)
}

/// The texts of a crate, or what stands for them; `unicode` is Unicode's, which whoever needs it has from Unicode, Inc.
fn own_texts(found: &Crate, mit: &str, unicode: &[String]) -> Outcome<Vec<String>> {
    if !found.texts.is_empty() {
        return Ok(found.texts.clone());
    }
    let kept = |by: &[&str]| found.licence.as_deref().and_then(|licence| satisfied(licence, by)) == Some(true);
    let lent = match (kept(&["MIT"]), kept(&["MIT", UNICODE])) {
        (true, _) => &[],
        (false, true) if !unicode.is_empty() => unicode,
        _ => return Err(format!("expected a licence text in {} {}, found none", found.name, found.version).into()),
    };
    let by = match found.authors.as_slice() {
        [] => format!("The authors of {}", found.name),
        authors => authors.join(", "),
    };
    let line =
        |line: &str| if line.starts_with("Copyright ") { format!("Copyright (c) {by}") } else { line.to_owned() };
    let mit = mit.lines().map(line).collect::<Vec<_>>().join("\n");
    Ok([&[mit], lent].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crates,
        project::{self, Project},
    };

    fn of(list: &[(&str, &str, &[&str])]) -> Crates {
        let made = |(name, licence, texts): &(&str, &str, &[&str])| Crate {
            name: (*name).to_owned(),
            version: "1.0.0".to_owned(),
            licence: Some((*licence).to_owned()).filter(|licence| !licence.is_empty()),
            authors: vec!["Ada".to_owned()],
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..Crate::default()
        };
        list.iter().map(made).map(|made| ((made.name.clone(), made.version.clone()), made)).collect()
    }

    #[test]
    fn expressions_are_kept_or_not() {
        for (licence, expected) in [
            ("MIT", Some(true)),
            ("MIT/Apache-2.0", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("MIT OR GPL-3.0-only", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("GPL-3.0-only OR MIT AND Zlib", Some(true)),
            ("(GPL-3.0-only OR MIT) AND MPL-2.0", Some(false)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("GPL-2.0-only WITH Classpath-exception-2.0", Some(false)),
            ("Apache-2.0 WITH", None),
            ("(MIT", None),
            ("MIT)", None),
            ("MIT Zlib", None),
            ("MIT OR", None),
            ("", None),
        ] {
            assert_eq!(satisfied(licence, &ALLOWED), expected, "{licence}");
        }
    }

    #[test]
    fn what_may_not_be_passed_on_is_named() {
        assert_eq!(check(&of(&[("a", "MIT", &[]), ("b", "Zlib OR MPL-2.0", &[])])), Ok(()));
        let told = check(&of(&[("a", "MIT", &[]), ("b", "GPL-3.0-only", &[]), ("c", "", &[])])).unwrap_err();
        assert!(told.ends_with("found\n  b 1.0.0: GPL-3.0-only\n  c 1.0.0: none"), "{told}");
    }

    #[test]
    fn what_the_widget_is_linked_of_may_be_passed_on() -> Outcome<()> {
        let project = Project::find()?;
        let crates = crates::linked(&project)?;
        check(&crates)?;
        let page = notices(&crates, &project::read_text(&project.root.join("LICENSE-MIT"))?)?;
        let others = crates.values().filter(|found| found.origin != Origin::Here);
        for found in others {
            assert!(page.contains(&format!(" | {} | ", found.version)) && page.contains(&found.name), "{}", found.name);
        }
        Ok(())
    }

    #[test]
    fn each_text_stands_there_once() -> Outcome<()> {
        let crates = of(&[
            ("a", "MIT", &["One\ntext"]),
            ("b", "MIT/Zlib", &["Another text", "One text\n"]),
            ("c", "MIT", &[]),
            ("d", "MIT OR Apache-2.0", &[]),
            ("e", "(MIT OR Apache-2.0) AND Unicode-3.0", &[]),
            ("f", "Unicode-3.0", &["Unicode's"]),
        ]);
        let page = notices(&crates, "MIT\n\nCopyright (c) 2026 We\n\nTerms.\n")?;
        for (row, count) in [
            ("| a | 1.0.0 | MIT | Ada | [1](#text-1) |", 1),
            ("| b | 1.0.0 | MIT OR Zlib | Ada | [2](#text-2) [1](#text-1) |", 1),
            ("| d | 1.0.0 | MIT OR Apache-2.0 | Ada | [3](#text-3) |", 1),
            ("| e | 1.0.0 | (MIT OR Apache-2.0) AND Unicode-3.0 | Ada | [3](#text-3) [4](#text-4) |", 1),
            ("| f | 1.0.0 | Unicode-3.0 | Ada | [4](#text-4) |", 1),
            ("## Text 1\n\n`````text\nOne\ntext\n`````\n", 1),
            ("## Text", 4),
            ("MIT\n\nCopyright (c) Ada\n\nTerms.", 1),
            ("2026", 0),
        ] {
            assert_eq!(page.matches(row).count(), count, "{row} in {page}");
        }
        for licence in ["Apache-2.0", "MIT AND Unicode-3.0"] {
            assert!(notices(&of(&[("e", licence, &[])]), "").is_err(), "{licence}");
        }
        Ok(())
    }
}
