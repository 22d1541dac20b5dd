//! The site: what the collector, or any server of plain files, hands to a browser.

use std::{collections::BTreeMap, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha384};
use svar::{
    questionnaire::compact::{self, Holds},
    study::Study,
    tools::studies::{COMPILED_MANIFEST, StudyFolder},
};

use crate::{
    build::{self, Widget},
    project::{self, Outcome, Project},
    style,
};

/// Files by their path in the site, with `/` between folders.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What the site is made of, before its files have names.
#[derive(Debug)]
pub(crate) struct Parts {
    widget: Widget,
    entry: String,
    page: String,
    icon: String,
    style: String,
    studies: Vec<StudyFolder>,
}

/// The site, and what a browser loads of it before the first question.
#[derive(Debug)]
pub(crate) struct Site {
    /// All files.
    pub(crate) files: Files,
    /// By the study's id: its first wave, and the paths loaded until the first question of that shows, consent and core
    /// questionnaire among them.
    pub(crate) first: BTreeMap<String, (String, Vec<String>)>,
}

/// How files are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As they are: `svar.js`.
    Plain,
    /// By their content, so that they may be kept for ever: `svar.0123456789abcdef.js`. The page and the manifests
    /// keep their names, since they name the others.
    Hashed,
}

/// Builds the site into `target/site/`.
///
/// # Errors
/// Something does not compile, or cannot be read or written.
pub(crate) fn build(project: &Project, release: bool) -> Outcome<()> {
    let site = Parts::make(project, release)?.join(Naming::Plain)?;
    write(&project.site(), &site.files)
}

/// Writes a site into a folder of its own, which is emptied first.
///
/// # Errors
/// A file cannot be written.
pub(crate) fn write(folder: &Path, files: &Files) -> Outcome<()> {
    project::empty_folder(folder)?;
    for (path, bytes) in files {
        project::write(&folder.join(path), bytes)?;
    }
    Ok(())
}

impl Parts {
    /// Compiles the widget and the studies.
    ///
    /// # Errors
    /// Something does not compile, or cannot be read.
    pub(crate) fn make(project: &Project, release: bool) -> Outcome<Parts> {
        Ok(Parts {
            studies: StudyFolder::load_all(&project.root.join("studies"))?,
            entry: project::read_text(&project.root.join("src/embed/entry.js"))?,
            page: project::read_text(&project.root.join("index.html"))?,
            icon: project::read_text(&project.root.join("style/icon.svg"))?,
            style: style::sheet(&project.root.join("style"))?,
            widget: build::widget(project, release)?,
        })
    }

    /// The WebAssembly modules, for those who can make them smaller.
    pub(crate) fn modules(&mut self) -> [&mut Vec<u8>; 2] {
        [&mut self.widget.wasm, &mut self.widget.later]
    }

    /// Names the parts and lets them name each other.
    ///
    /// # Errors
    /// A place for a name is left over, or a study names a file that it does not have.
    pub(crate) fn join(self, naming: Naming) -> Outcome<Site> {
        let mut files = Files::new();
        let mut keep = |name: &str, bytes: Vec<u8>| {
            let name = naming.name(name, &bytes);
            files.insert(name.clone(), bytes);
            name
        };
        let Widget { glue, wasm, later } = self.widget;
        let mut places = vec![("__SVAR_WASM_INTEGRITY__", integrity(&wasm))];
        let wasm = keep("svar.wasm", wasm);
        places.push(("__SVAR_WASM__", wasm.clone()));
        places.push(("__SVAR_LATER_INTEGRITY__", integrity(&later)));
        places.push(("__SVAR_LATER__", keep("svar-later.wasm", later)));

        let script = fill("src/embed/entry.js", &self.entry, &places)?;
        let script = format!("{HEADER}{glue}{script}").into_bytes();
        places.push(("__SVAR_JS_INTEGRITY__", integrity(&script)));
        let script = keep("svar.js", script);
        places.push(("__SVAR_JS__", script.clone()));

        let style = self.style.into_bytes();
        places.push(("__SVAR_CSS_INTEGRITY__", integrity(&style)));
        let style = keep("svar.css", style);
        places.push(("__SVAR_CSS__", style.clone()));

        files.insert("icon.svg".to_owned(), self.icon.into_bytes());
        let page = fill("index.html", &self.page, &places)?;
        files.insert("index.html".to_owned(), page.into_bytes());

        let everywhere = ["index.html".to_owned(), script, wasm, style];
        let mut first = BTreeMap::new();
        for folder in self.studies {
            let (compiled, needed) = study(&folder, naming)?;
            files.extend(compiled);
            let wave = folder.study.waves.first().map(|wave| wave.id.clone()).unwrap_or_default();
            first.insert(folder.study.id, (wave, everywhere.iter().cloned().chain(needed).collect()));
        }
        Ok(Site { files, first })
    }
}

const HEADER: &str = "/* Svar: wasm-bindgen's glue, then src/embed/entry.js. Licence: MIT OR Apache-2.0. */\n";

impl Naming {
    fn name(self, plain: &str, bytes: &[u8]) -> String {
        match (self, plain.rsplit_once('.')) {
            (Naming::Hashed, Some((stem, kind))) => format!("{stem}.{}.{kind}", hash(bytes)),
            _ => plain.to_owned(),
        }
    }
}

/// The first 16 hexadecimal digits of the SHA-256: 64 bits, enough to tell versions of a file apart.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// As in `integrity` attributes (<https://www.w3.org/TR/SRI/>).
fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

/// Puts names into their places.
fn fill(file: &str, text: &str, places: &[(&str, String)]) -> Result<String, String> {
    let mut filled = text.to_owned();
    for (place, name) in places {
        filled = filled.replace(place, name);
    }
    match filled.split_once("__SVAR_") {
        None => Ok(filled),
        Some((_, rest)) => {
            let rest: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
            Err(format!("{file}: expected a place that the build can fill, found __SVAR_{rest}"))
        }
    }
}

/// The files of a study under their paths in the site, and the paths needed for the first question.
fn study(folder: &StudyFolder, naming: Naming) -> Outcome<(Files, Vec<String>)> {
    let id = &folder.study.id;
    let path = |name: &str| format!("studies/{id}/{name}");
    let compiled = folder.compile_named(|stem, bytes| naming.name(&format!("{stem}.svar"), bytes))?;
    let files: Files = compiled.into_iter().map(|(name, bytes)| (path(&name), bytes)).collect();

    let manifest = path(COMPILED_MANIFEST);
    let bytes = files.get(&manifest).ok_or_else(|| format!("expected {manifest}, found none"))?;
    let study: Study = compact::decode(Holds::Study, bytes)?;
    let mut needed = vec![manifest];
    if let Some(wave) = study.waves.first() {
        needed.extend(wave.consent.iter().map(|consent| path(&consent.file)));
        needed.extend(wave.parts.first().map(|part| path(&part.file)));
    }
    Ok((files, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        let widget = Widget {
            glue: "function mount() {}\n".to_owned(),
            wasm: b"\0asm".to_vec(),
            later: b"\0asm later".to_vec(),
        };
        Parts {
            widget,
            entry: "load('__SVAR_WASM__', '__SVAR_WASM_INTEGRITY__');".to_owned(),
            page: "<script src=__SVAR_JS__ integrity=__SVAR_JS_INTEGRITY__></script><link href=__SVAR_CSS__>"
                .to_owned(),
            icon: "<svg/>".to_owned(),
            style: "a{}".to_owned(),
            studies: Vec::new(),
        }
    }

    #[test]
    fn files_name_each_other() -> Outcome<()> {
        for (naming, count) in [(Naming::Plain, 0), (Naming::Hashed, 3)] {
            let site = parts().join(naming)?;
            let text = |path: &str| String::from_utf8_lossy(&site.files[path]).into_owned();
            let page = text("index.html");
            let named: Vec<&String> = site.files.keys().filter(|path| path.starts_with("svar.")).collect();
            assert_eq!(named.len(), 3);
            assert_eq!(named.iter().filter(|path| path.split('.').count() == 3).count(), count);
            for path in named {
                let by =
                    if path.ends_with("wasm") { text(&naming.name("svar.js", &script(&site))) } else { page.clone() };
                assert!(by.contains(path.as_str()), "{path} in {by}");
            }
            assert!(page.contains(&integrity(&script(&site))));
        }
        Ok(())
    }

    fn script(site: &Site) -> Vec<u8> {
        site.files.iter().find(|(path, _)| path.ends_with(".js")).map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    }

    /// What lies beside the questionnaires of a study stays where it is: the private keys of the demonstration above all.
    #[test]
    fn no_private_key_gets_into_the_site() -> Outcome<()> {
        let root = Project::find()?.root;
        let folder = root.join("studies/health-at-work");
        let private = std::fs::read_dir(folder.join("demonstration-keys"))?
            .map(|entry| Ok(std::fs::read_to_string(entry?.path())?))
            .collect::<Outcome<Vec<String>>>()?;
        let private: Vec<&str> =
            private.iter().filter_map(|key| key.split_once("\"d\": \"")?.1.split('"').next()).collect();
        assert_eq!(private.len(), 2, "the keys are there, and are keys");
        let site = Parts { studies: vec![StudyFolder::load(&folder)?], ..parts() }.join(Naming::Hashed)?;
        assert!(site.files.keys().any(|path| path.starts_with("studies/health-at-work/contact.")));
        for (path, bytes) in &site.files {
            assert!(path.ends_with(".svar") || !path.starts_with("studies/"), "{path}");
            for key in &private {
                assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()), "a private key in {path}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_place_left_over_is_told() {
        assert_eq!(fill("x", "__SVAR_JS__", &[("__SVAR_JS__", "svar.js".to_owned())]), Ok("svar.js".to_owned()));
        assert!(fill("x", "__SVAR_JS_NAME__ y", &[]).is_err_and(|told| told.ends_with("__SVAR_JS_NAME__")));
    }

    #[test]
    fn integrity_is_that_of_the_standard() {
        // The example of the standard, § 3.1.
        let expected = "sha384-H8BRh8j48O9oYatfu5AZzq6A9RINhZO5H16dQZngK7T62em8MUt1FLm52t+eX6xO";
        assert_eq!(integrity(b"alert('Hello, world.');"), expected);
    }
}
