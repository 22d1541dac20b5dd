//! What Rust's own library is linked of: crates that no lock file of ours names. The toolchain says which, and under
//! what licences, in a page of notices; its folder of the target has those that were compiled for a browser.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    crates::{Crate, Crates, Origin},
    process,
    project::{self, Outcome, Project},
    setup,
    site::Files,
};

/// The toolchain's notices for its library, below its folder.
const NOTICES: &str = "share/doc/rust/COPYRIGHT-library.html";

/// The licence texts beside them.
const LICENCES: &str = "share/doc/rust/licenses";

/// How the library's code names the crates it came from, where a panic says its place.
const MARK: &[u8] = b"/rust/deps/";

/// The crates that may have come into the widget with Rust's library of this version.
///
/// # Errors
/// The toolchain has no notices, or none that can be read.
pub(crate) fn parts(project: &Project, version: &str) -> Outcome<Vec<Crate>> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = process::output(Command::new(rustc).current_dir(&project.root).args(["--print", "sysroot"]))?;
    let sysroot = PathBuf::from(said.trim());
    setup::wasm_target(project)?;
    let compiled = compiled(&sysroot.join("lib/rustlib").join(setup::WASM).join("lib"))?;
    let page = sysroot.join(NOTICES);
    let mut parts = noticed(&project::read_text(&page)?);
    parts.retain(|part| compiled.contains(&part.name.replace('-', "_")));
    if parts.is_empty() {
        return Err(format!("{}: expected the crates of Rust's library, found none", page.display()).into());
    }
    parts.push(builtins(&sysroot, version)?);
    Ok(parts)
}

/// What the compiler itself calls, as arithmetic that the machine has not. It lies in Rust's own repository, and its
/// licences are not those of the rest: part of it was LLVM's, part musl's.
fn builtins(sysroot: &Path, version: &str) -> Outcome<Crate> {
    let text = |name: &str| project::read_text(&sysroot.join(LICENCES).join(format!("{name}.txt")));
    Ok(Crate {
        name: "compiler_builtins".to_owned(),
        version: version.to_owned(),
        licence: Some("MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)".to_owned()),
        authors: vec!["The Rust Project Developers".to_owned()],
        repository: Some("https://github.com/rust-lang/compiler-builtins".to_owned()),
        origin: Origin::Toolchain,
        texts: ["MIT", "Apache-2.0", "LLVM-exception"].into_iter().map(text).collect::<Outcome<_>>()?,
        ..Crate::default()
    })
}

/// The names of the crates in the folder of a target: `libdlmalloc-0123456789abcdef.rlib`.
fn compiled(folder: &Path) -> Outcome<BTreeSet<String>> {
    let name = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_prefix("lib")?.strip_suffix(".rlib")?;
        Some(name.rsplit_once('-')?.0.to_owned())
    };
    Ok(project::entries(folder)?.into_iter().filter_map(name).collect())
}

/// The crates of a page of notices, each under a heading of its own.
fn noticed(page: &str) -> Vec<Crate> {
    page.split("<h3>").skip(1).filter_map(one).collect()
}

fn one(section: &str) -> Option<Crate> {
    let (title, rest) = section.split_once("</h3>")?;
    let (name, version) = title.split_whitespace().last().and_then(name_and_version)?;
    let field = |name: &str| {
        let found = rest.split_once(&format!("<b>{name}:</b>"))?.1.split_once("</p>")?.0;
        Some(plain(found.trim())).filter(|found| !found.is_empty())
    };
    let authors = field("Authors").unwrap_or_default();
    let authors = authors.split(", ").filter_map(|author| author.split(" <").next()).map(str::to_owned);
    let texts = rest.split("<pre>").skip(1).filter_map(|text| text.split_once("</pre>"));
    Some(Crate {
        name: name.to_owned(),
        version: version.to_owned(),
        licence: field("License"),
        authors: authors.filter(|name| !name.is_empty()).collect(),
        origin: Origin::Library,
        texts: texts.map(|(text, _)| plain(text)).collect(),
        ..Crate::default()
    })
}

/// `dlmalloc-0.2.11`: the version begins at the first hyphen that a digit follows.
fn name_and_version(both: &str) -> Option<(&str, &str)> {
    let at = both.match_indices('-').map(|(at, _)| at).find(|at| {
        both.get(at.saturating_add(1)..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })?;
    Some((both.get(..at)?, both.get(at.saturating_add(1)..)?))
}

/// A text without the references that HTML needs.
fn plain(text: &str) -> String {
    let references = [
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    references.iter().fold(text.to_owned(), |text, (reference, sign)| text.replace(reference, sign))
}

/// Whether every crate that the modules of a release name as part of Rust's library is on the list.
///
/// # Errors
/// Names one that is not.
pub(crate) fn check(crates: &Crates, files: &Files) -> Result<(), String> {
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".wasm")) {
        for named in named(bytes) {
            let listed = name_and_version(&named)
                .is_some_and(|(name, version)| crates.contains_key(&(name.to_owned(), version.to_owned())));
            if !listed {
                return Err(format!("{path}: expected only what the list of materials has, found {named}"));
            }
        }
    }
    Ok(())
}

/// The crates that a module names: `/rust/deps/dlmalloc-0.2.11/src/…`.
fn named(module: &[u8]) -> BTreeSet<String> {
    let starts = module.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let name = |(at, _): (usize, &[u8])| {
        let rest = module.get(at.saturating_add(MARK.len())..)?;
        let name = rest.split(|byte| *byte == b'/').next()?;
        Some(String::from_utf8_lossy(name).into_owned())
    };
    starts.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crates;

    #[test]
    fn a_page_of_notices_is_understood() {
        let page = "<h1>Notices</h1><h3>📦 rand_core-0.9.3</h3>\n<p><b>URL:</b> <a>x</a></p>\
                    <p><b>Authors:</b> Ada L&#39;Ace &#60;ada@svar.example&#62;, Bo</p><p><b>License:</b> MIT/Zlib</p>\
                    <summary>LICENSE</summary><pre>\nIt&#39;s &#34;free&#34;\n</pre><pre>Two</pre>\
                    <h3>📦 wasi-0.14.4+wasi-0.2.4</h3><p><b>Authors:</b> </p><p><b>License:</b> MIT</p>";
        let [first, second] = noticed(page).try_into().unwrap();
        assert_eq!((first.name.as_str(), first.version.as_str()), ("rand_core", "0.9.3"));
        assert_eq!(first.authors, ["Ada L'Ace", "Bo"]);
        assert_eq!(first.licence.as_deref(), Some("MIT/Zlib"));
        assert_eq!(first.texts, ["\nIt's \"free\"\n", "Two"]);
        assert_eq!((second.name.as_str(), second.version.as_str()), ("wasi", "0.14.4+wasi-0.2.4"));
        assert!(second.authors.is_empty() && second.texts.is_empty());
        assert!(noticed("<h1>Another page</h1>").is_empty());
    }

    /// Of the toolchain itself: its allocator is in every widget.
    #[test]
    fn what_a_module_names_is_on_the_list() -> Outcome<()> {
        let project = Project::find()?;
        let allocator = parts(&project, "1.0.0")?.into_iter().find(|part| part.name == "dlmalloc");
        let allocator = allocator.ok_or("expected the allocator, found none")?;
        assert!(!allocator.texts.is_empty());
        let crates = crates::linked(&project)?;
        let module = |name: &str| Files::from([("a.wasm".to_owned(), format!("\0{name}/src/lib.rs").into_bytes())]);
        assert_eq!(check(&crates, &module(&format!("/rust/deps/dlmalloc-{}", allocator.version))), Ok(()));
        let told = check(&crates, &module("/rust/deps/left-pad-1.2.3")).unwrap_err();
        assert!(told.ends_with("found left-pad-1.2.3"), "{told}");
        Ok(())
    }
}
