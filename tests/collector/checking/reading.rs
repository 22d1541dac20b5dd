//! Plain language, as `svar check` measures it in a study: what is counted, what is not, and what is advised.

use std::{fs, path::Path};

use serde_json::{Value, json};
use svar::{
    questionnaire::Severity,
    tools::check::{
        self,
        reading::{Figures, Reading},
    },
};

use super::{ABOUT, CONSENT, CORE, STUDY, change, copy, question, svar};
use crate::server::fixture;

const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";

fn reading(folder: &Path) -> Reading {
    let report = check::check(folder).expect("a report");
    assert_eq!((report.count(Severity::Error), report.count(Severity::Warning)), (0, 0), "{report}");
    let [reading] = report.readings.as_slice() else { panic!("expected one reading: {report}") };
    reading.clone()
}

/// `count` words of one letter.
fn words(count: usize) -> String {
    vec!["a"; count].join(" ")
}

fn translated(text: &str) -> Value {
    let parts = json!([{ "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": text }]);
    json!({ "extension": [{ "url": TRANSLATION, "extension": parts }] })
}

/// The eight questions of the tiny study, counted by hand. Bokmål: 5 + 6 + 1 + 5 + 3 + 4 + 7 + 5 words; sykefraværet,
/// E-postadresse and skjemaet are long. English: 6 + 8 + 2 + 6 + 3 + 5 + 8 + 7 words; address and anything are long.
const TINY: &str = "\
nb  questions       8      36             4.5           8.3  12.8  7 in `words.comment`
en  questions       8      45             5.6           4.4  10.1  8 in `consent.register`
";

#[test]
fn the_figures_of_a_study_are_as_counted_by_hand() {
    let folder = copy();
    let (code, out, _) = svar(&["check", "."], folder.path());
    let table: Vec<&str> = out.lines().skip_while(|line| *line != "plain language of .").collect();
    let [_, _, questions, all, in_english, all_in_english] = table.as_slice() else { panic!("{out}") };
    assert_eq!((code, format!("{questions}\n{in_english}\n").as_str()), (Some(0), TINY), "{out}");
    for (line, tag) in [(all, "nb"), (all_in_english, "en")] {
        assert!(line.starts_with(&format!("{tag}  all texts")) && line.ends_with("in `study.declined`"), "{out}");
    }
    // One file by itself is no study to measure.
    let (_, out, _) = svar(&["check", CORE], folder.path());
    assert!(!out.contains("plain language"), "{out}");
}

#[test]
fn a_text_counts_once_and_only_where_it_can_be_read() {
    let folder = copy();
    let before = reading(folder.path());
    change(&folder.path().join(CORE), |core| {
        // Said again, hidden, or replaced by a module.
        let options = question(core, 1, 2)["answerOption"].as_array_mut().expect("options");
        options[1]["valueCoding"]["display"] = json!("Rygg");
        options[1]["valueCoding"]["_display"] = options[0]["valueCoding"]["_display"].clone();
        for name in ["text", "_text"] {
            question(core, 1, 1)[name] = question(core, 1, 2)[name].clone();
        }
        core["item"][0]["text"] = json!(words(40));
    });
    change(&folder.path().join(ABOUT), |about| {
        about["item"][0]["item"][0]["text"] = json!(words(40));
        about["item"][0]["item"][0]["_text"] = translated(&words(40));
        about["title"] = json!(words(40));
    });
    let after = reading(folder.path());
    assert!(after.advice.is_empty(), "{:?}", after.advice);
    for (before, after) in before.languages.iter().zip(&after.languages) {
        // An option of one word, and a question of three.
        let fewer = |figures: &Figures, texts, words| (figures.texts - texts, figures.words - words);
        assert_eq!((after.questions.texts, after.questions.words), fewer(&before.questions, 1, 3), "{}", after.tag);
        assert_eq!((after.all.texts, after.all.words), fewer(&before.all, 2, 4), "{}", after.tag);
    }
}

#[test]
fn a_long_sentence_brings_advice_and_no_more() {
    for (count, advised) in [(25, false), (26, true)] {
        let folder = copy();
        change(&folder.path().join(CORE), |core| {
            question(core, 1, 0)["_text"] = translated(&format!("Well? {}? Yes.", words(count)));
        });
        change(&folder.path().join(STUDY), |study| study["welcome"]["nb"] = json!(format!("- {}", words(count))));
        change(&folder.path().join(CONSENT), |consent| consent["title"] = json!(words(count)));
        let (code, out, _) = svar(&["check", "."], folder.path());
        assert_eq!(code, Some(0), "{out}");
        assert!(out.contains("6 files checked: no errors, no warnings\n"), "{out}");
        let expected = |place: &str| {
            format!(
                "advice[long-sentence]: expected at most 25 words in a sentence, found 26 in {place}: «a a a a a a a a …»"
            )
        };
        for (file, place, path) in [
            (CORE, "`health.pain` (en)", "Questionnaire.item[1].item[0]"),
            (STUDY, "`study.welcome` (nb)", "study.welcome.nb"),
            (CONSENT, "`title` (nb)", "Questionnaire"),
        ] {
            let said = format!("./{file}: {}\n  at {path}\n", expected(place));
            assert_eq!(out.contains(&said), advised, "{count}: {said}\n{out}");
        }
        assert_eq!(out.matches("advice[").count(), if advised { 3 } else { 0 }, "{out}");
        assert_eq!(out.contains("26 in `health.pain`\n"), advised, "{out}");
    }
}

/// Thirty words in three sentences, ten of a hundred in a sentence: 10 + 100 × 12/30 = 50, and with one more long word 53.3.
#[test]
fn a_text_of_long_words_brings_advice_if_it_is_long_enough() {
    for (words, long, hard) in [(10, 12, None), (10, 13, Some("53.3")), (9, 13, None)] {
        let mut all = vec!["kortord"; long];
        all.resize(3 * words, "kort");
        let text: Vec<String> = all.chunks(words).map(|sentence| format!("{}.", sentence.join(" "))).collect();
        let text = text.join(" ").replace(". k", ". K");
        let folder = copy();
        change(&folder.path().join(STUDY), |study| study["safety"]["nb"] = json!(text));
        let advice = reading(folder.path()).advice;
        let found: Vec<&str> = advice.iter().map(|advice| advice.code).collect();
        assert_eq!(found, if hard.is_some() { vec!["hard-to-read"] } else { vec![] }, "{text}: {advice:?}");
        if let (Some(lix), [advice]) = (hard, advice.as_slice()) {
            let said = format!("expected a LIX of at most 50, found {lix} in `study.safety` (nb): «kortord ");
            assert!(advice.message.starts_with(&said), "{advice}");
        }
    }
}

/// No figure where nobody has said what it would mean: North Sami.
#[test]
fn other_languages_are_not_measured() {
    let reading = reading(&fixture("tests/fixtures/studies/sami"));
    let tags: Vec<&str> = reading.languages.iter().map(|language| language.tag.as_str()).collect();
    assert_eq!(tags, ["nb"]);
    let manifest: Value =
        serde_json::from_slice(&fs::read(fixture("tests/fixtures/studies/sami/study.json")).expect("it"))
            .expect("JSON");
    assert!(manifest["languages"].as_array().expect("languages").contains(&json!("se")));
}
