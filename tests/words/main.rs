//! Spelling: every word that a respondent can read, in bokmål, nynorsk and English, is in hunspell's dictionary or in the
//! short list of words that are right all the same (`allowed-nb.txt` and its like). And plain language: what the interface,
//! the letters and the forms say by themselves keeps to the length of sentences that `svar check` advises studies to keep to.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod speller;
mod texts;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::Path,
};

use svar::{
    questionnaire::text::Text,
    tools::check::{reading::LONGEST, sentences::sentences},
};
use texts::Language;

/// Everything in this language: words that are neither known nor allowed, with where they stand.
fn check(language: Language) {
    let texts = texts::all();
    let mut places = BTreeMap::<String, BTreeSet<&str>>::new();
    for text in texts.iter().filter(|text| text.language == language) {
        for word in texts::words(&text.words) {
            places.entry(word).or_default().insert(&text.place);
        }
    }
    assert!(places.len() > 200, "only {} words: are they read at all?", places.len());
    let (file, allowed) = allowed(language);
    let unknown = speller::unknown(language, places.keys().map(String::as_str));
    let is_allowed = |word: &str| allowed.contains(word) || allowed.contains(&word.to_lowercase());

    let mut said = String::new();
    for word in unknown.iter().filter(|word| !is_allowed(word)) {
        let here = places.iter().filter(|(text, _)| text.contains(word.as_str())).flat_map(|(_, places)| places);
        let here: BTreeSet<&str> = here.copied().collect();
        let some: Vec<&str> = here.into_iter().take(3).collect();
        writeln!(said, "  {word}: {}", some.join(", ")).unwrap();
    }
    assert!(said.is_empty(), "not in the dictionary and not in {file}:\n{said}");

    let used = |word: &&String| unknown.iter().any(|unknown| unknown == *word || unknown.to_lowercase() == **word);
    let idle: Vec<&String> = allowed.iter().filter(|word| !used(word)).collect();
    assert!(idle.is_empty(), "allowed in {file}, and not needed: {idle:?}");
}

/// The words that are right though no dictionary has them: one a line, in order.
fn allowed(language: Language) -> (String, BTreeSet<String>) {
    let file = format!("tests/words/allowed-{}.txt", language.tag());
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines.is_sorted() && lines.windows(2).all(|pair| pair[0] != pair[1]),
        "{file}: expected each word once, in order"
    );
    (file, lines.into_iter().map(str::to_owned).collect())
}

#[test]
fn bokmal_is_spelt_right() {
    check(Language::Bokmal);
}

#[test]
fn nynorsk_is_spelt_right() {
    check(Language::Nynorsk);
}

#[test]
fn english_is_spelt_right() {
    check(Language::English);
}

/// Studies are advised; what is the same in every study is tested.
#[test]
fn the_interface_says_no_long_sentence() {
    let mut own = texts::all();
    own.retain(|text| text.place.starts_with("src/"));
    let (mut said, mut count) = (String::new(), 0);
    for text in own {
        let found = sentences(&Text::Plain(text.words));
        count += found.len();
        for long in found.iter().filter(|sentence| sentence.words > LONGEST) {
            writeln!(said, "  {}: {} words: {}", text.place, long.words, long.text).unwrap();
        }
    }
    assert!(count > 500, "only {count} sentences: are they read at all?");
    assert!(said.is_empty(), "sentences of more than {LONGEST} words:\n{said}");
}

#[test]
fn what_is_no_word_is_no_word() {
    let text = "Se [siden vår](https://svar.example/a) eller **skriv** til post@svar.example: «E-post», {count} svar, EQ-5D-5L; don’t 0–100.";
    let words: Vec<String> = texts::words(text).collect();
    assert_eq!(words, ["Se", "siden", "vår", "eller", "skriv", "til", "E-post", "svar", "don't"]);
    assert_eq!(
        texts::literals("// \"a\"\n'\"' => \"b {x} \\\"c\\\"\", /// \"d\"\n \"e \\\n   f\"").collect::<Vec<_>>(),
        ["b {x} \"c\"", "e f"]
    );
}
