//! The list of materials of what ships to a browser, as CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>). It has no
//! time and no random number in it: the same sources make the same list.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    crates::{self, Crate, Crates, Key, Origin},
    licences,
    project::Outcome,
    site::Files,
};

/// The list: what the widget is linked of, and in which of a release's files that is.
///
/// # Errors
/// This package is not among the crates, or wasm-bindgen's is not, which the tool that binds goes with.
pub(crate) fn list(crates: &Crates, files: &Files, tools: &[(String, String)]) -> Outcome<Value> {
    let own = crates::own();
    let widget = crates.get(&own).ok_or("expected the widget itself among its crates, found it not")?;
    let code = |path: &str| path.ends_with(".wasm") || path.ends_with(".js");
    let files = files.iter().filter(|(path, _)| code(path)).map(|(path, bytes)| {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "type": "file", "bom-ref": format!("file:{path}"), "name": path, "hashes": [sha256(&hash)] })
    });
    let mut subject = component(&own, widget);
    subject.insert("type".to_owned(), json!("application"));
    subject.insert("components".to_owned(), files.collect());

    let parts = crates.iter().filter(|(key, _)| **key != own).map(|(key, found)| Value::Object(component(key, found)));
    let graph = crates.iter().map(|(key, found)| {
        let needs: Vec<String> = found.needs.iter().filter_map(|key| Some(reference(key, crates.get(key)?))).collect();
        json!({ "ref": reference(key, found), "dependsOn": needs })
    });
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": subject,
            "supplier": { "name": "The authors of Svar" },
            "tools": { "components": made_by(crates, tools)? },
        },
        "components": parts.collect::<Vec<_>>(),
        "dependencies": graph.collect::<Vec<_>>(),
    }))
}

/// What wrote the files, beside what is linked. The scripts begin with text of wasm-bindgen's tool, which has the version
/// and the licence of its library; the others, packages of npm, leave nothing.
fn made_by(crates: &Crates, tools: &[(String, String)]) -> Outcome<Vec<Value>> {
    let glue = crates.values().find(|found| found.name == "wasm-bindgen");
    let glue = glue.ok_or("expected wasm-bindgen among the crates, found it not")?;
    let (name, version) = ("wasm-bindgen-cli-support", &glue.version);
    let glue = json!({
        "type": "library",
        "name": name,
        "version": version,
        "description": "Its template is in the scripts: wasm-bindgen's glue",
        "licenses": glue.licence.as_ref().map(|licence| json!([{ "expression": licences::expression(licence) }])),
        "purl": format!("pkg:cargo/{name}@{version}"),
    });
    let tool = |(name, version): &(String, String)| {
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        json!({ "type": "application", "name": name, "version": version, "purl": purl })
    };
    Ok([glue].into_iter().chain(tools.iter().map(tool)).collect())
}

/// What a crate of this repository is that has the name of another.
fn stand_in(found: &Crate) -> Option<Value> {
    let local = found.origin == Origin::Here && found.name != env!("CARGO_PKG_NAME");
    let notes = "Written in this repository in place of the crate of this name; nothing is taken from it";
    local.then(|| json!({ "notes": notes }))
}

fn component(key: &Key, found: &Crate) -> Map<String, Value> {
    let authors: Vec<Value> = found.authors.iter().map(|name| json!({ "name": name })).collect();
    let licence = |licence: &String| json!([{ "expression": licences::expression(licence) }]);
    let fields = [
        ("type", Some(json!("library"))),
        ("bom-ref", Some(json!(reference(key, found)))),
        ("name", Some(json!(found.name))),
        ("version", Some(json!(found.version))),
        ("licenses", found.licence.as_ref().map(licence)),
        ("purl", address(found).map(Value::String)),
        ("hashes", found.checksum.as_deref().map(|checksum| json!([sha256(checksum)]))),
        ("authors", (!authors.is_empty()).then_some(Value::Array(authors))),
        ("pedigree", stand_in(found)),
        ("externalReferences", found.repository.as_ref().map(|url| json!([{ "type": "vcs", "url": url }]))),
    ];
    fields.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))).collect()
}

fn sha256(hex: &str) -> Value {
    json!({ "alg": "SHA-256", "content": hex })
}

/// How others of the list call it.
fn reference((name, version): &Key, found: &Crate) -> String {
    address(found).unwrap_or_else(|| format!("{name}@{version}"))
}

/// Its package URL (<https://github.com/package-url/purl-spec>). What lies in this repository has none: a crate of the
/// registry that happens to have its name is another.
fn address(found: &Crate) -> Option<String> {
    let version = found.version.replace('+', "%2B");
    match found.origin {
        Origin::Registry | Origin::Library => Some(format!("pkg:cargo/{}@{version}", found.name)),
        Origin::Toolchain if found.name == crates::RUST => Some(format!("pkg:github/rust-lang/rust@{version}")),
        Origin::Toolchain => {
            Some(format!("pkg:github/rust-lang/rust@{version}#library/{}", found.name.replace('_', "-")))
        }
        Origin::Here => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::project::Project;

    /// What the schema requires of a component, by hand: the schema itself is no crate.
    fn component_is_valid(component: &Value, references: &mut BTreeSet<String>) {
        let text = |field: &str| component[field].as_str().unwrap_or_default().to_owned();
        assert!(["application", "library", "file"].contains(&text("type").as_str()), "{component}");
        assert!(!text("name").is_empty(), "{component}");
        assert!(references.insert(text("bom-ref")), "{component}");
        for hash in component["hashes"].as_array().into_iter().flatten() {
            let content = hash["content"].as_str().unwrap_or_default();
            let hexadecimal = content.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            assert!(hash["alg"] == "SHA-256" && content.len() == 64 && hexadecimal, "{component}");
        }
        if let Some(licences) = component.get("licenses") {
            let [licence] = licences.as_array().map(Vec::as_slice).unwrap_or_default() else { panic!("{component}") };
            let expression = licence["expression"].as_str().unwrap_or_default();
            assert!(!expression.is_empty() && !expression.contains('/'), "{component}");
        }
        let known = [
            "type",
            "bom-ref",
            "name",
            "version",
            "purl",
            "hashes",
            "licenses",
            "authors",
            "pedigree",
            "externalReferences",
            "components",
        ];
        let fields = component.as_object().into_iter().flatten();
        fields.for_each(|(field, _)| assert!(known.contains(&field.as_str()), "{field} in {component}"));
    }

    #[test]
    fn the_list_of_the_repository_is_valid_and_the_same_twice() -> Outcome<()> {
        let crates = crates::linked(&Project::find()?)?;
        let files: Files = ["svar.1.wasm", "npm/svar-element.js", "icon.svg", "studies/a/b.svar"]
            .map(|path| (path.to_owned(), path.as_bytes().to_vec()))
            .into();
        let tools = [("terser".to_owned(), "1.0.0".to_owned()), ("@a/b".to_owned(), "2.0.0".to_owned())];
        let list = list(&crates, &files, &tools)?;
        assert_eq!(list, super::list(&crates, &files, &tools)?);
        let made_by = list["metadata"]["tools"]["components"].as_array().into_iter().flatten();
        let addresses: Vec<&str> = made_by.filter_map(|tool| tool["purl"].as_str()).collect();
        assert!(addresses[0].starts_with("pkg:cargo/wasm-bindgen-cli-support@"), "{addresses:?}");
        assert_eq!(addresses[1..], ["pkg:npm/terser@1.0.0", "pkg:npm/%40a/b@2.0.0"]);
        assert_eq!([&list["bomFormat"], &list["specVersion"]], ["CycloneDX", "1.6"]);
        assert_eq!(list["version"], 1);

        let mut references = BTreeSet::new();
        let subject = &list["metadata"]["component"];
        component_is_valid(subject, &mut references);
        let files: Vec<&Value> = subject["components"].as_array().into_iter().flatten().collect();
        assert_eq!(files.iter().map(|file| &file["name"]).collect::<Vec<_>>(), ["npm/svar-element.js", "svar.1.wasm"]);
        files.into_iter().for_each(|file| component_is_valid(file, &mut references));
        let parts: Vec<&Value> = list["components"].as_array().into_iter().flatten().collect();
        assert_eq!(parts.len() + 1, crates.len());
        let stand_ins = parts.iter().filter(|part| part.get("pedigree").is_some());
        assert_eq!(stand_ins.map(|part| &part["name"]).collect::<Vec<_>>(), ["wasm-streams"]);
        parts.iter().for_each(|part| component_is_valid(part, &mut references));
        let with_purl = parts.iter().filter(|part| part.get("purl").is_some()).count();
        let here = crates.values().filter(|found| found.origin == Origin::Here).count();
        assert_eq!(with_purl, crates.len() - here);

        let mut of = BTreeSet::new();
        for entry in list["dependencies"].as_array().into_iter().flatten() {
            assert!(of.insert(entry["ref"].to_string()), "{entry}");
            let named = entry["dependsOn"].as_array().into_iter().flatten().chain([&entry["ref"]]);
            named.for_each(|name| assert!(references.contains(name.as_str().unwrap_or_default()), "{name}"));
        }
        assert_eq!(of.len(), crates.len());
        Ok(())
    }

    #[test]
    fn addresses_are_package_urls() {
        let found = |name: &str, version: &str, origin| Crate {
            name: name.to_owned(),
            version: version.to_owned(),
            origin,
            ..Crate::default()
        };
        for (found, expected) in [
            (found("serde", "1.0.229", Origin::Registry), Some("pkg:cargo/serde@1.0.229")),
            (found("toml", "1.2.1+spec-1.1.0", Origin::Registry), Some("pkg:cargo/toml@1.2.1%2Bspec-1.1.0")),
            (found("rust-std", "1.95.0", Origin::Toolchain), Some("pkg:github/rust-lang/rust@1.95.0")),
            (found("svar", "0.1.0", Origin::Here), None),
        ] {
            assert_eq!(address(&found).as_deref(), expected);
        }
    }
}
