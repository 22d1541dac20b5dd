//! The site: what the collector, or any server of plain files, hands to a browser.

use std::{collections::BTreeMap, path::Path};

use maud::html;
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
    names::{Naming, fill, integrity},
    project::{self, Outcome, Project},
    smaller,
    style::{self, Around},
};

/// Files by their path in the site, with `/` between folders.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What the site is made of, before its files have names.
#[derive(Debug)]
pub(crate) struct Parts {
    wasm: Vec<u8>,
    /// What is split from it, to be loaded later.
    later: Vec<u8>,
    /// The script of a page of the widget's own, with the glue and the loader.
    own: String,
    /// The script of an element on somebody else's page, with the glue and the loader.
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
    /// By the study's id.
    pub(crate) first: BTreeMap<String, First>,
    /// The path of the element's script.
    pub(crate) element: String,
    /// The path of the frame's script.
    pub(crate) frame: String,
}

/// What is loaded until the first question of a study shows, consent and core questionnaire among it.
#[derive(Debug)]
pub(crate) struct First {
    /// The id of the study's first wave.
    pub(crate) wave: String,
    /// The paths that the study's own page needs, itself the first of them.
    pub(crate) page: Vec<String>,
    /// The paths that an element on somebody else's page needs.
    pub(crate) element: Vec<String>,
}

/// What an element or a frame on somebody else's page is made of.
#[derive(Debug)]
struct Embedded {
    files: Files,
    /// The names of these files, for those that come after.
    places: Vec<(&'static str, String)>,
    element: String,
    frame: String,
    wasm: String,
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
    /// Compiles the widget and the studies; for a release, as small as they get.
    ///
    /// # Errors
    /// Something does not compile, or cannot be read.
    pub(crate) fn make(project: &Project, release: bool) -> Outcome<Parts> {
        let Widget { glue, wasm, later } = build::widget(project, release)?;
        let read = |name: &str| project::read_text(&project.root.join("src/embed").join(name));
        let loader = read("loader.js")?;
        let module = |wasm: Vec<u8>| if release { smaller::module(project, &wasm) } else { Ok(wasm) };
        let script = |parts: &[&str]| {
            let script = if release { smaller::script(project, &parts.concat())? } else { parts.concat() };
            Outcome::Ok(format!("{HEADER}{script}"))
        };
        let style = project.root.join("style");
        Ok(Parts {
            wasm: module(wasm)?,
            later: module(later)?,
            own: script(&[&glue, &loader, &read("page.js")?])?,
            element: script(&[&glue, &loader, &read("element.js")?])?,
            frame: script(&[&read("frame.js")?])?,
            studies: StudyFolder::load_all(&project.root.join("studies"))?,
            page: project::read_text(&project.root.join("index.html"))?,
            icon: project::read_text(&style.join("icon.svg"))?,
            style: style::sheet(&style, Around::Page)?,
            element_style: style::sheet(&style, Around::Element)?,
        })
    }

    /// The files with which somebody else's page shows the widget, under names that do not change.
    ///
    /// # Errors
    /// A place for a name is left over.
    pub(crate) fn package(&self) -> Outcome<Files> {
        Ok(self.embedded(Naming::Plain)?.files)
    }

    fn embedded(&self, naming: Naming) -> Outcome<Embedded> {
        let mut files = Files::new();
        let mut keep = |name: &str, bytes: &[u8]| {
            let name = naming.name(name, bytes);
            files.insert(name.clone(), bytes.to_vec());
            name
        };
        let Parts { wasm, later, .. } = self;
        let style = self.element_style.as_bytes();
        let mut places = vec![
            ("__SVAR_WASM_INTEGRITY__", integrity(wasm)),
            ("__SVAR_LATER_INTEGRITY__", integrity(later)),
            ("__SVAR_ELEMENT_CSS_INTEGRITY__", integrity(style)),
            ("__SVAR_ELEMENT_STYLE__", serde_json::to_string(&self.element_style)?),
        ];
        let wasm = keep("svar.wasm", wasm);
        places.push(("__SVAR_WASM__", wasm.clone()));
        places.push(("__SVAR_LATER__", keep("svar-later.wasm", later)));
        places.push(("__SVAR_ELEMENT_CSS__", keep("svar-element.css", style)));
        let script = fill("src/embed/element.js", &self.element, &places)?;
        let element = keep("svar-element.js", script.as_bytes());
        let frame = keep("svar-frame.js", self.frame.as_bytes());
        Ok(Embedded { files, places, element, frame, wasm })
    }

    /// Names the parts and lets them name each other. The page of `at_root` is the site's own; every study has one in a
    /// folder of its name as well.
    ///
    /// # Errors
    /// A place for a name is left over, a study names a file that it does not have, or none is called `at_root`.
    pub(crate) fn join(self, naming: Naming, at_root: &str) -> Outcome<Site> {
        let Embedded { mut files, mut places, element, frame, wasm } = self.embedded(naming)?;
        let mut keep = |name: &str, bytes: Vec<u8>| {
            let name = naming.name(name, &bytes);
            files.insert(name.clone(), bytes);
            name
        };
        let script = fill("src/embed/page.js", &self.own, &places)?.into_bytes();
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
            let of_page = [loaded, script.clone(), wasm.clone(), style.clone()];
            let of_element = [element.clone(), wasm.clone()];
            let first_of = First {
                wave: waves.first().map(|wave| wave.id.clone()).unwrap_or_default(),
                page: of_page.into_iter().chain(needed.iter().cloned()).collect(),
                element: of_element.into_iter().chain(needed).collect(),
            };
            first.insert(id, first_of);
        }
        if !files.contains_key("index.html") {
            let known: Vec<&str> = first.keys().map(String::as_str).collect();
            return Err(format!("expected a study out of {}, found {at_root}", known.join(", ")).into());
        }
        files.insert(POLICIES.to_owned(), serde_json::to_vec_pretty(&policies)?);
        Ok(Site { files, first, element, frame })
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

/// The file of notices, which lies beside every script of a release.
pub(crate) const NOTICES: &str = "THIRD-PARTY.md";

/// What a script begins with. It names [`NOTICES`].
const HEADER: &str =
    "/* Svar: wasm-bindgen's glue, and src/embed. Licence: MIT OR Apache-2.0; see THIRD-PARTY.md. */\n";

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
        let loader = "load('__SVAR_WASM__', '__SVAR_WASM_INTEGRITY__'); later('__SVAR_LATER__');";
        Parts {
            wasm: b"\0asm".to_vec(),
            later: b"\0asm later".to_vec(),
            own: format!("{loader} mount();"),
            element: format!("{loader} dress(__SVAR_ELEMENT_STYLE__, '__SVAR_ELEMENT_CSS__');"),
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
                let page = |study: &str| site.first[study].page[0].clone();
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
        for naming in [Naming::Plain, Naming::Hashed] {
            let site = parts_with(&[STUDY])?.join(naming, STUDY)?;
            let text = |path: &str| String::from_utf8_lossy(&site.files[path]).into_owned();
            let path = |stem: &str, kind: &str| {
                let (start, end) = (format!("{stem}."), format!(".{kind}"));
                let found = site.files.keys().find(|path| path.starts_with(&start) && path.ends_with(&end));
                found.cloned().ok_or_else(|| format!("{stem}.{kind}"))
            };
            let page = "index.html".to_owned();
            let script = path("svar", "js")?;
            for (by, stem, kind) in [
                (&page, "svar", "js"),
                (&page, "svar", "css"),
                (&script, "svar", "wasm"),
                (&site.element, "svar", "wasm"),
                (&site.element, "svar-later", "wasm"),
                (&site.element, "svar-element", "css"),
            ] {
                let named = path(stem, kind)?;
                assert_eq!(named.split('.').count(), if naming == Naming::Hashed { 3 } else { 2 }, "{named}");
                assert!(text(by).contains(&named), "{named} in {by}");
            }
            for (by, of) in
                [(&page, &script), (&script, &path("svar", "wasm")?), (&site.element, &path("svar", "wasm")?)]
            {
                assert!(text(by).contains(&integrity(&site.files[of])), "integrity of {of} in {by}");
            }
            assert!(site.first[STUDY].page.contains(&script) && site.first[STUDY].element.contains(&site.element));
            assert!(site.files.contains_key(&site.frame));
        }
        Ok(())
    }

    #[test]
    fn a_script_names_the_notices_that_are_there() {
        assert!(HEADER.contains(&format!(" {NOTICES}.")), "{HEADER}");
    }

    /// The element of the package names the files beside it, whatever the site calls them.
    #[test]
    fn the_package_has_plain_names() -> Outcome<()> {
        let parts = parts_with(&[STUDY])?;
        let files = parts.package()?;
        let names = ["svar-element.css", "svar-element.js", "svar-frame.js", "svar-later.wasm", "svar.wasm"];
        assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), names);
        let script = String::from_utf8_lossy(&files["svar-element.js"]).into_owned();
        let load = format!("load('svar.wasm', '{}')", integrity(&files["svar.wasm"]));
        assert!(script.contains(&load) && script.contains("later('svar-later.wasm')"), "{script}");
        let site = parts.join(Naming::Hashed, STUDY)?;
        assert_ne!(site.files[&site.element], files["svar-element.js"]);
        Ok(())
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
}
