//! The site: what the collector, or any server of plain files, hands to a browser.

use std::{collections::BTreeMap, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::html;
use sha2::{Digest, Sha256, Sha384};
use svar::{
    questionnaire::compact::{self, Holds},
    study::Study,
    tools::{
        headers,
        site::POLICIES,
        studies::{COMPILED_MANIFEST, StudyFolder},
    },
    words::{Told, Tongue},
};

use crate::{
    build::{self, Widget},
    project::{self, Outcome, Project},
    style::{self, Around},
};

/// Files by their path in the site, with `/` between folders.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What the site is made of, before its files have names.
#[derive(Debug)]
pub(crate) struct Parts {
    widget: Widget,
    /// What `page.js` and `element.js` both need.
    loader: String,
    /// The script of a page of the widget's own.
    own: String,
    /// The script of an element on somebody else's page.
    element: String,
    /// The script with which somebody else's page frames one of the widget's.
    frame: String,
    page: String,
    icon: String,
    style: String,
    /// The style of an element.
    element_style: String,
    studies: Vec<StudyFolder>,
}

/// The study whose page is the site's first one, unless another is asked for.
pub(crate) const STUDY: &str = "health-at-work";

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

/// Builds the site into `target/site/`, with the page of this study at its root.
///
/// # Errors
/// Something does not compile, or cannot be read or written, or there is no such study.
pub(crate) fn build(project: &Project, release: bool, study: &str) -> Outcome<()> {
    let site = Parts::make(project, release)?.join(Naming::Plain, study)?;
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
        let script = |name: &str| project::read_text(&project.root.join("src/embed").join(name));
        let style = project.root.join("style");
        Ok(Parts {
            studies: StudyFolder::load_all(&project.root.join("studies"))?,
            loader: script("loader.js")?,
            own: script("page.js")?,
            element: script("element.js")?,
            frame: script("frame.js")?,
            page: project::read_text(&project.root.join("index.html"))?,
            icon: project::read_text(&style.join("icon.svg"))?,
            style: style::sheet(&style, Around::Page)?,
            element_style: style::sheet(&style, Around::Element)?,
            widget: build::widget(project, release)?,
        })
    }

    /// The WebAssembly modules, for those who can make them smaller.
    pub(crate) fn modules(&mut self) -> [&mut Vec<u8>; 2] {
        [&mut self.widget.wasm, &mut self.widget.later]
    }

    /// Names the parts and lets them name each other. The page of `at_root` is the site's own; every study has one in a
    /// folder of its name as well.
    ///
    /// # Errors
    /// A place for a name is left over, a study names a file that it does not have, or none is called `at_root`.
    pub(crate) fn join(self, naming: Naming, at_root: &str) -> Outcome<Site> {
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

        let element_style = self.element_style.into_bytes();
        places.push(("__SVAR_ELEMENT_CSS_INTEGRITY__", integrity(&element_style)));
        places.push(("__SVAR_ELEMENT_STYLE__", serde_json::to_string(&String::from_utf8_lossy(&element_style))?));
        places.push(("__SVAR_ELEMENT_CSS__", keep("svar-element.css", element_style)));
        let joined = |name: &str, script: &str| {
            let script = format!("{}{script}", self.loader);
            Ok::<_, String>(format!("{HEADER}{glue}{}", fill(name, &script, &places)?).into_bytes())
        };
        let element = joined("src/embed/element.js", &self.element)?;
        let script = joined("src/embed/page.js", &self.own)?;
        keep("svar-element.js", element);
        keep("svar-frame.js", self.frame.into_bytes());
        places.push(("__SVAR_JS_INTEGRITY__", integrity(&script)));
        let script = keep("svar.js", script);
        places.push(("__SVAR_JS__", script.clone()));

        let style = self.style.into_bytes();
        places.push(("__SVAR_CSS_INTEGRITY__", integrity(&style)));
        let style = keep("svar.css", style);
        places.push(("__SVAR_CSS__", style.clone()));

        places.push(("__SVAR_ICON__", "icon.svg".to_owned()));
        files.insert("icon.svg".to_owned(), self.icon.into_bytes());

        let mut first = BTreeMap::new();
        let mut policies = BTreeMap::new();
        for folder in self.studies {
            let (compiled, needed) = study(&folder, naming)?;
            files.extend(compiled);
            let own = format!("{}/index.html", folder.study.id);
            let of_study = [places.as_slice(), &of_study(&folder.study)].concat();
            let Study { id, waves, embedding, .. } = folder.study;
            policies.insert(format!("/{id}/"), headers::page_policy(&embedding.frame));
            if files.insert(own.clone(), page(&self.page, &of_study, &id, "../")?.into_bytes()).is_some() {
                return Err(format!("expected one study with the id {id}, found two").into());
            }
            let mut loaded = own;
            if id == at_root {
                loaded = "index.html".to_owned();
                files.insert(loaded.clone(), page(&self.page, &of_study, &id, "")?.into_bytes());
                policies.insert("/".to_owned(), headers::page_policy(&embedding.frame));
            }
            let everywhere = [loaded, script.clone(), wasm.clone(), style.clone()];
            let wave = waves.first().map(|wave| wave.id.clone()).unwrap_or_default();
            first.insert(id, (wave, everywhere.into_iter().chain(needed).collect()));
        }
        if !files.contains_key("index.html") {
            let known: Vec<&str> = first.keys().map(String::as_str).collect();
            return Err(format!("expected a study out of {}, found {at_root}", known.join(", ")).into());
        }
        files.insert(POLICIES.to_owned(), serde_json::to_vec_pretty(&policies)?);
        Ok(Site { files, first })
    }
}

/// What the page of a study says of it: who may frame it, and whom to ask where nothing works.
fn of_study(study: &Study) -> [(&'static str, String); 2] {
    let contact = &study.contact;
    let lines = html! {
        @for (place, tag) in study.languages.iter().enumerate() {
            @if let Some(name) = contact.name.0.get(place) {
                p lang=(tag) {
                    (Tongue::of(tag).told(&Told::OtherWays)) " " (name.words()) ", "
                    a href=(format!("tel:{}", contact.dialled())) { (contact.phone) } ", "
                    a href=(format!("mailto:{}", contact.email)) { (contact.email) }
                }
            }
        }
    };
    [("__SVAR_FRAME__", study.embedding.frame.join(" ")), ("__SVAR_CONTACT__", lines.into_string())]
}

const HEADER: &str = "/* Svar: wasm-bindgen's glue, then src/embed. Licence: MIT OR Apache-2.0. */\n";

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

/// Places that are filled with no file's name.
const AS_THEY_ARE: [&str; 3] = ["__SVAR_FRAME__", "__SVAR_CONTACT__", "__SVAR_ELEMENT_STYLE__"];

/// The page of a study, from which the site's root is `up`.
fn page(text: &str, places: &[(&'static str, String)], id: &str, up: &str) -> Result<String, String> {
    let mut places = places.to_vec();
    places.push(("__SVAR_STUDY__", format!("studies/{id}/{COMPILED_MANIFEST}")));
    for (place, name) in &mut places {
        if !place.ends_with("_INTEGRITY__") && !AS_THEY_ARE.contains(place) {
            name.insert_str(0, up);
        }
    }
    fill("index.html", text, &places)
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
            loader: "load('__SVAR_WASM__', '__SVAR_WASM_INTEGRITY__');".to_owned(),
            own: "mount();".to_owned(),
            element: "dress(__SVAR_ELEMENT_STYLE__);".to_owned(),
            frame: "frame();".to_owned(),
            element_style: ":host{}".to_owned(),
            page: "<script src=__SVAR_JS__ integrity=__SVAR_JS_INTEGRITY__></script><link href=__SVAR_CSS__>\
                   <link href=__SVAR_ICON__><main data-study=__SVAR_STUDY__>"
                .to_owned(),
            icon: "<svg/>".to_owned(),
            style: "a{}".to_owned(),
            studies: Vec::new(),
        }
    }

    /// The studies of the repository of these names, without the widget.
    fn parts_with(names: &[&str]) -> Outcome<Parts> {
        let root = Project::find()?.root.join("studies");
        let studies = names.iter().map(|name| StudyFolder::load(&root.join(name))).collect::<Result<_, _>>()?;
        Ok(Parts { studies, ..parts() })
    }

    /// Every address on a page of the site leads to a file of it.
    #[test]
    fn each_study_has_a_page_and_one_is_the_first() -> Outcome<()> {
        for at_root in [STUDY, "nsac"] {
            for naming in [Naming::Plain, Naming::Hashed] {
                let site = parts_with(&[STUDY, "nsac"])?.join(naming, at_root)?;
                for (path, up, study) in [
                    ("index.html", "", at_root),
                    ("health-at-work/index.html", "../", "health-at-work"),
                    ("nsac/index.html", "../", "nsac"),
                ] {
                    let page = String::from_utf8_lossy(&site.files[path]).into_owned();
                    let mut named = Vec::new();
                    for address in ["src=", "href=", "data-study="].iter().flat_map(|name| page.split(name).skip(1)) {
                        let address = address.split([' ', '>']).next().unwrap_or_default();
                        let inside = address.strip_prefix(up).ok_or_else(|| format!("{path}: {address}"))?;
                        assert!(site.files.contains_key(inside), "{path}: {address}");
                        named.push(inside.to_owned());
                    }
                    assert_eq!(named.len(), 4, "{page}");
                    assert_eq!(named[3], format!("studies/{study}/study.svar"), "{path}");
                }
                let page = |study: &str| site.first[study].1[0].clone();
                let other = if at_root == STUDY { "nsac" } else { STUDY };
                assert_eq!([page(at_root), page(other)], ["index.html".to_owned(), format!("{other}/index.html")]);
            }
        }
        let missing = parts_with(&[STUDY])?.join(Naming::Plain, "nsaq").err().map(|error| error.to_string());
        assert_eq!(missing.as_deref(), Some("expected a study out of health-at-work, found nsaq"));
        Ok(())
    }

    /// The page of the repository itself, which browser tests and hosts read, has its places filled as well.
    #[test]
    fn the_page_of_the_repository_can_be_filled() -> Outcome<()> {
        let page = project::read_text(&Project::find()?.root.join("index.html"))?;
        let site = Parts { page, ..parts_with(&["nsac"])? }.join(Naming::Plain, "nsac")?;
        for (path, expected) in [
            ("index.html", ["data-study=\"studies/nsac/study.svar\"", "src=\"svar.js\"", "href=\"icon.svg\""]),
            (
                "nsac/index.html",
                ["data-study=\"../studies/nsac/study.svar\"", "src=\"../svar.js\"", "href=\"../icon.svg\""],
            ),
        ] {
            let page = String::from_utf8_lossy(&site.files[path]);
            expected.iter().for_each(|part| assert!(page.contains(part), "{path}: {part} in {page}"));
        }
        Ok(())
    }

    #[test]
    fn files_name_each_other() -> Outcome<()> {
        for (naming, count) in [(Naming::Plain, 0), (Naming::Hashed, 3)] {
            let site = parts_with(&[STUDY])?.join(naming, STUDY)?;
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
        let site = Parts { studies: vec![StudyFolder::load(&folder)?], ..parts() }.join(Naming::Hashed, STUDY)?;
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
