//! Every text that a respondent can read: of the questionnaires and manifests in `studies`, of the interface, and of
//! the letters.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Bokmal,
    Nynorsk,
    English,
}

impl Language {
    fn of(tag: &str) -> Language {
        match tag {
            "nb" => Language::Bokmal,
            "nn" => Language::Nynorsk,
            "en" => Language::English,
            other => panic!("texts in `{other}`: add a dictionary for it"),
        }
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::Bokmal => "nb",
            Language::Nynorsk => "nn",
            Language::English => "en",
        }
    }

    pub(crate) fn dictionary(self) -> &'static str {
        match self {
            Language::Bokmal => "nb_NO",
            Language::Nynorsk => "nn_NO",
            Language::English => "en_GB",
        }
    }
}

/// A text and where it stands.
pub(crate) struct Text {
    pub(crate) language: Language,
    pub(crate) place: String,
    pub(crate) words: String,
}

/// All of them.
pub(crate) fn all() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    let mut files = Vec::new();
    json_files(&root.join("studies"), &mut files);
    for file in files {
        let place = file.strip_prefix(root).unwrap().display().to_string();
        let source: Value =
            serde_json::from_slice(&fs::read(&file).unwrap()).unwrap_or_else(|error| panic!("{place}: {error}"));
        match source["resourceType"].as_str() {
            Some(_) => {
                let language = source["language"].as_str().unwrap_or_else(|| panic!("{place}: no language"));
                resource(&source, Language::of(language), &place, &mut texts);
            }
            None => manifest(&source, &place, &mut texts),
        }
    }
    for language in [Language::Bokmal, Language::Nynorsk, Language::English] {
        let folders =
            ["src/words", "src/tools/invitations/letter", "src/tools/form/words", "src/tools/codebook/phrases"];
        for folder in folders {
            let place = format!("{folder}/{}.rs", language.tag());
            let source = fs::read_to_string(root.join(&place)).unwrap();
            texts.extend(literals(&source).map(|words| Text { language, place: place.clone(), words }));
        }
    }
    texts
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// The texts of a FHIR resource; an instrument's metadata is for researchers, and stays out.
fn resource(value: &Value, language: Language, place: &str, texts: &mut Vec<Text>) {
    match value {
        Value::Array(entries) => {
            for entry in entries {
                let names = ["linkId", "code", "id"].map(|name| entry[name].as_str());
                let place = names
                    .into_iter()
                    .flatten()
                    .next()
                    .map_or(place.to_owned(), |name| format!("{} {name}", file(place)));
                resource(entry, language, &place, texts);
            }
        }
        Value::Object(fields) => {
            let language = match fields.get("url") {
                Some(url) if url == TRANSLATION => {
                    let lang = value["extension"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .find(|extension| extension["url"] == "lang");
                    Language::of(
                        lang.and_then(|lang| lang["valueCode"].as_str()).unwrap_or_else(|| panic!("{place}: no lang")),
                    )
                }
                _ => language,
            };
            let content = fields.get("url").is_some_and(|url| url == "content");
            for (name, value) in fields {
                let text = matches!(name.as_str(), "text" | "title" | "display" | "prefix" | "valueMarkdown")
                    || (content && name == "valueString");
                match value {
                    Value::String(words) if text => {
                        texts.push(Text { language, place: place.to_owned(), words: words.clone() })
                    }
                    _ => resource(value, language, place, texts),
                }
            }
        }
        _ => {}
    }
}

/// The texts of a manifest stand under the tags of their languages.
fn manifest(value: &Value, place: &str, texts: &mut Vec<Text>) {
    match value {
        Value::Array(entries) => {
            entries.iter().enumerate().for_each(|(index, entry)| manifest(entry, &format!("{place}[{index}]"), texts))
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(words) if name.len() == 2 && name != "id" => {
                        texts.push(Text {
                            language: Language::of(name),
                            place: place.to_owned(),
                            words: words.clone(),
                        });
                    }
                    _ => manifest(value, &format!("{place} {name}"), texts),
                }
            }
        }
        _ => {}
    }
}

fn file(place: &str) -> &str {
    place.split(' ').next().unwrap()
}

/// The string literals of Rust source, without comments.
pub(crate) fn literals(source: &str) -> impl Iterator<Item = String> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("'\"'") {
            rest = &rest[3..];
        } else if first == '"' {
            let (literal, after) = literal(&rest[1..]);
            literals.push(literal);
            rest = after;
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    literals.into_iter()
}

/// The literal that begins here, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let mut words = String::new();
    let mut rest = source.chars();
    while let Some(next) = rest.next() {
        match next {
            '"' => return (words, rest.as_str()),
            '\\' => match rest.next() {
                Some('\n') => rest = rest.as_str().trim_start().chars(),
                Some('n' | 't') => words.push(' '),
                // A space that does not break.
                Some('u') if rest.as_str().starts_with("{a0}") => {
                    words.push(' ');
                    rest = rest.as_str()["{a0}".len()..].chars();
                }
                Some(escaped) => words.push(escaped),
                None => {}
            },
            other => words.push(other),
        }
    }
    panic!("a string without end: {source:.40}");
}

/// The words of a text: without addresses, placeholders and what has digits in it.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(place) = rest.find("](").or_else(|| rest.find('{')) {
        plain.push_str(&rest[..place]);
        plain.push(' ');
        rest = rest[place..].find([')', '}']).map_or("", |end| &rest[place + end + 1..]);
    }
    plain.push_str(rest);
    let plain = plain.replace('\u{2019}', "'");
    let tokens: Vec<String> = plain
        .split_whitespace()
        .filter(|run| !run.contains('@') && !run.contains("://"))
        .flat_map(|run| run.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '-')))
        .map(|token| token.trim_matches(['\'', '-']).to_owned())
        .filter(|token| !token.is_empty() && !token.contains(|c: char| c.is_ascii_digit()))
        .collect();
    tokens.into_iter()
}
