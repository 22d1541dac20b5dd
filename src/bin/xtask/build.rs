//! The widget: compiled by cargo, bound to the browser by wasm-bindgen's library.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::{
    process,
    project::{self, Outcome, Project},
    setup,
};

/// The widget before it is joined with what surrounds it.
#[derive(Debug)]
pub(crate) struct Widget {
    /// What wasm-bindgen wrote around the module: an ES module without imports or exports.
    pub(crate) glue: String,
    /// The WebAssembly module.
    pub(crate) wasm: Vec<u8>,
    /// What is split from it, to be loaded later (`views::later`).
    pub(crate) later: Vec<u8>,
}

/// Compiles the widget, small for release or fast to build otherwise.
///
/// # Errors
/// The target is missing, it does not compile, or its glue is not one plain file.
pub(crate) fn widget(project: &Project, release: bool) -> Outcome<Widget> {
    setup::wasm_target(project)?;
    let profile = if release { "widget" } else { "widget-dev" };
    let arguments = ["rustc", "--lib", "--crate-type", "cdylib", "--target", setup::WASM];
    let features = ["--no-default-features", "--features", "web", "--profile", profile];
    process::run(project.cargo(arguments.iter().chain(&features)).env("CARGO_ENCODED_RUSTFLAGS", anywhere(project)))?;

    let module = project.target.join(setup::WASM).join(profile).join("svar.wasm");
    let parts = project.target.join("split").join(profile);
    let later = split(&module, &parts)?;
    let bound = project.target.join("bindgen").join(profile);
    project::empty_folder(&bound)?;
    let mut arguments: Vec<OsString> = vec!["wasm-bindgen".into(), parts.join(MAIN).into()];
    // The page names the module itself, hashed in a release.
    arguments.extend(
        ["--target", "web", "--no-typescript", "--omit-default-module-path", "--keep-lld-exports"].map(OsString::from),
    );
    arguments.extend(["--remove-name-section", "--remove-producers-section"].map(OsString::from));
    arguments.extend(["--out-name".into(), "svar".into(), "--out-dir".into(), bound.clone().into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
        .map_err(|error| format!("wasm-bindgen: expected to bind the widget, found {error:#}"))?;

    if bound.join("snippets").exists() {
        return Err("wasm-bindgen: expected one JavaScript file, found snippets of a dependency beside it".into());
    }
    let glue = plain(&project::read_text(&bound.join("svar.js"))?)?;
    Ok(Widget { glue, wasm: project::read(&bound.join("svar_bg.wasm"))?, later })
}

/// The name of the part that is loaded first.
const MAIN: &str = "main.wasm";

/// Splits the module as `views::later` says: the part that is loaded first goes into the folder, the other comes back.
fn split(module: &Path, folder: &Path) -> Outcome<Vec<u8>> {
    project::empty_folder(folder)?;
    let bytes = project::read(module)?;
    let main = folder.join(MAIN);
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    (options.output_dir, options.main_out_path) = (folder, &main);
    let split = wasm_split_cli_support::transform(options)
        .map_err(|error| format!("wasm-split: expected to split the widget, found {error:#}"))?;
    match split.split_modules.as_slice() {
        [later] => project::read(later),
        others => Err(format!("wasm-split: expected one part beside the first, found {}", others.len()).into()),
    }
}

/// Flags that keep this machine's folders out of the module: the same sources make the same bytes anywhere.
fn anywhere(project: &Project) -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    // What the split needs: its seam, and which function calls which.
    let mut flags = OsString::from("--cfg=svar_split\u{1f}-Clink-args=--emit-relocs");
    for folder in [home.join("registry/src"), project.root.clone()] {
        // How cargo tells flags apart in this variable.
        flags.push("\u{1f}");
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
    }
    flags
}

/// How the glue imports what loads the other part, and what stands for it: `src/embed/loader.js` has the function.
const SPLIT_IMPORT: &str = "import * as import1 from \"./__wasm_split.js\"";
const SPLIT_LOADER: &str = "const import1 = { __wasm_split_load_later };\n";

/// The glue as part of a larger file: nothing imported, nothing exported, its comments left out.
fn plain(glue: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut comment = false;
    for line in glue.lines() {
        let start = line.trim_start();
        if comment || start.starts_with("/*") {
            comment = !line.trim_end().ends_with("*/");
            continue;
        }
        if start.is_empty() || start.starts_with("//") || start.starts_with("export {") {
            continue;
        }
        if line == SPLIT_IMPORT {
            plain.push_str(SPLIT_LOADER);
            continue;
        }
        if start.starts_with("import ") || start.starts_with("import{") {
            return Err(format!("wasm-bindgen: expected glue without imports, found `{line}`"));
        }
        plain.push_str(line.strip_prefix("export ").unwrap_or(line));
        plain.push('\n');
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn glue_becomes_part_of_a_larger_file() {
        let glue = "/* @ts-self-types */\n\n/**\n * Mounts.\n * @param {any} at\n */\nexport function mount(at) {\n    \
                    wasm.mount(at); // now\n}\n// a word\nasync function __wbg_init() {}\n\n\
                    export { initSync, __wbg_init as default };\n";
        let expected = "function mount(at) {\n    wasm.mount(at); // now\n}\nasync function __wbg_init() {}\n";
        assert_eq!(plain(glue), Ok(expected.to_owned()));
    }

    #[test]
    fn only_the_import_of_the_other_part_is_filled_in() {
        let glue = "import * as import1 from \"./__wasm_split.js\"\nfunction f() {}\n";
        let expected = "const import1 = { __wasm_split_load_later };\nfunction f() {}\n";
        assert_eq!(plain(glue), Ok(expected.to_owned()));
        assert!(plain("import { now } from './snippets/x/inline0.js';\n").is_err());
    }
}
