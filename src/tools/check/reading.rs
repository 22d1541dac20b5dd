//! How plain a study's language is: figures for each language, and advice on what is hard to read
//! (`docs/questionnaire-profile.md`). Advice is no finding: a long sentence may be the right one.

use std::{collections::BTreeSet, fmt, path::PathBuf};

use super::{
    Source,
    sentences::{Sentence, sentences},
    texts::{self, Said},
};
use crate::tools::packs::Packs;

/// The most words in a sentence without advice.
pub const LONGEST: usize = 25;

/// The highest LIX of a text without advice.
pub const HARDEST: usize = 50;

/// The fewest words for which LIX says something of a text by itself.
pub const ENOUGH: usize = 30;

/// The languages that the figures are made for.
const MEASURED: [&str; 3] = ["nb", "nn", "en"];

/// Tenths, so that no figure is anything but a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(u128);

impl Tenths {
    /// The nearest to `part` of `whole`; none of nothing.
    fn of(part: u128, whole: u128) -> Option<Tenths> {
        (20 * part + whole).checked_div(2 * whole).map(Tenths)
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{}.{}", self.0 / 10, self.0 % 10))
    }
}

/// What some texts come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many texts that say something.
    pub texts: usize,
    /// Their sentences.
    pub sentences: usize,
    /// Their words.
    pub words: usize,
    /// Those of them that are long.
    pub long: usize,
    /// The words of the longest sentence, and what says it.
    pub longest: Option<(usize, String)>,
}

impl Figures {
    /// Adds a text that is said `by` something.
    pub fn add(&mut self, text: &[Sentence], by: &str) {
        self.texts += usize::from(!text.is_empty());
        self.sentences += text.len();
        for sentence in text {
            self.words += sentence.words;
            self.long += sentence.long;
            if self.longest.as_ref().is_none_or(|(most, _)| sentence.words > *most) {
                self.longest = Some((sentence.words, by.to_owned()));
            }
        }
    }

    /// Words in a sentence, on average.
    pub fn sentence_length(&self) -> Option<Tenths> {
        Tenths::of(self.words as u128, self.sentences as u128)
    }

    /// Long words in a hundred.
    pub fn long_share(&self) -> Option<Tenths> {
        Tenths::of(100 * self.long as u128, self.words as u128)
    }

    /// Björnsson's readability index: the sum of the two, rounded once.
    pub fn lix(&self) -> Option<Tenths> {
        let [words, sentences, long] = [self.words, self.sentences, self.long].map(|count| count as u128);
        Tenths::of(words * words + 100 * long * sentences, words * sentences)
    }
}

/// Something that may be hard to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The file.
    pub file: PathBuf,
    /// The place in it.
    pub path: String,
    /// A stable code, as findings have one.
    pub code: &'static str,
    /// What was expected and what was found.
    pub message: String,
}

impl fmt::Display for Advice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: advice[{}]: {}\n  at {}", self.file.display(), self.code, self.message, self.path)
    }
}

/// The figures of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its tag.
    pub tag: String,
    /// What is asked.
    pub questions: Figures,
    /// Everything that can be read.
    pub all: Figures,
}

/// How a study reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The study's folder.
    pub study: PathBuf,
    /// In the order of the manifest.
    pub languages: Vec<Language>,
    /// What may be hard to read, in the order of the files.
    pub advice: Vec<Advice>,
}

impl Reading {
    /// Of a study in these languages, with its manifest, its questionnaires and modules, and its text packs. What is said
    /// in several places is counted once.
    pub(super) fn of<'a>(
        study: PathBuf,
        languages: &[String],
        manifest: &Source,
        sources: impl Iterator<Item = &'a Source>,
        packs: &Packs,
    ) -> Reading {
        let measured = languages.iter().filter(|tag| MEASURED.contains(&tag.as_str()));
        let none = |tag: &String| Language { tag: tag.clone(), questions: Figures::default(), all: Figures::default() };
        let mut reading = Reading { study, languages: measured.map(none).collect(), advice: Vec::new() };
        let mut seen = BTreeSet::new();
        let questionnaires = sources.map(|source| (source, texts::of_questionnaire(source, packs)));
        let all = std::iter::once((manifest, texts::of_manifest(&manifest.value, languages))).chain(questionnaires);
        for (source, texts) in all {
            for said in texts {
                let Some(language) = reading.languages.iter_mut().find(|language| language.tag == said.language) else {
                    continue;
                };
                let text = sentences(&said.text);
                reading.advice.extend(advice(source, &said, &text));
                let words = said.text.words();
                if seen.insert((said.language.clone(), false, words.clone())) {
                    language.all.add(&text, &said.by);
                }
                if said.asks && seen.insert((said.language, true, words)) {
                    language.questions.add(&text, &said.by);
                }
            }
        }
        reading
    }
}

fn advice(source: &Source, said: &Said, text: &[Sentence]) -> Vec<Advice> {
    let Said { by, language, .. } = said;
    let advise = |code, message| Advice { file: source.file.clone(), path: said.path.clone(), code, message };
    let long = text.iter().filter(|sentence| sentence.words > LONGEST).map(|sentence| {
        let (words, beginning) = (sentence.words, sentence.beginning());
        let message = format!(
            "expected at most {LONGEST} words in a sentence, found {words} in `{by}` ({language}): «{beginning}»"
        );
        advise("long-sentence", message)
    });
    let mut figures = Figures::default();
    figures.add(text, by);
    let lix = figures.lix().filter(|lix| figures.words >= ENOUGH && *lix > Tenths(10 * HARDEST as u128));
    let hard = lix.zip(text.first()).map(|(lix, first)| {
        let beginning = first.beginning();
        let message = format!("expected a LIX of at most {HARDEST}, found {lix} in `{by}` ({language}): «{beginning}»");
        advise("hard-to-read", message)
    });
    long.chain(hard).collect()
}

impl fmt::Display for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "plain language of {}", self.study.display())?;
        write!(out, "{:14}  texts   words  words/sentence  long words %   LIX  longest sentence", "")?;
        for Language { tag, questions, all } in &self.languages {
            for (what, figures) in [("questions", questions), ("all texts", all)] {
                let Some((longest, by)) = &figures.longest else { continue };
                let shown = |tenths: Option<Tenths>| tenths.map(|tenths| tenths.to_string()).unwrap_or_default();
                write!(out, "\n{tag:3} {what:10} {:6} {:7}", figures.texts, figures.words)?;
                write!(out, " {:>15} {:>13}", shown(figures.sentence_length()), shown(figures.long_share()))?;
                write!(out, " {:>5}  {longest} in `{by}`", shown(figures.lix()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::questionnaire::text::Text;

    fn of(texts: &[&str]) -> Figures {
        let mut figures = Figures::default();
        for (text, by) in texts.iter().zip(["first", "second", "third"]) {
            figures.add(&sentences(&Text::Plain((*text).to_owned())), by);
        }
        figures
    }

    fn shown(figures: &Figures) -> [String; 3] {
        [figures.sentence_length(), figures.long_share(), figures.lix()]
            .map(|tenths| tenths.map_or("none".to_owned(), |tenths| tenths.to_string()))
    }

    #[test]
    fn figures_are_as_worked_out_by_hand() {
        // Words, sentences, long words; words/sentence, long words in a hundred, their sum.
        for (texts, counts, expected) in [
            (["", " "], [0, 0, 0], ["none", "none", "none"]),
            // Bokmål, long: Svarene, fortrolige, hoppe over none. 7/2 = 3.5; 2/7 = 28.57; 32.07.
            (["Svarene er fortrolige. Du kan hoppe over.", ""], [7, 2, 2], ["3.5", "28.6", "32.1"]),
            // Nynorsk, long: spørsmåla, arbeidsplassen. 9/2 = 4.5; 2/9 = 22.22; 26.72.
            (["Kven les spørsmåla?", "Alle på arbeidsplassen din les dei."], [9, 2, 2], ["4.5", "22.2", "26.7"]),
            // English, long: questions, important. 7/3 = 2.33; 2/7 = 28.57; 30.90.
            (["Two questions. They are important.", "Skip one?"], [7, 3, 2], ["2.3", "28.6", "30.9"]),
        ] {
            let figures = of(&texts);
            assert_eq!([figures.words, figures.sentences, figures.long], counts, "{texts:?}");
            assert_eq!(shown(&figures), expected, "{texts:?}");
        }
    }

    #[test]
    fn the_longest_sentence_is_the_first_of_its_length() {
        let figures = of(&["Ja.", "Er du der? Det er jeg.", "Ikke jeg heller."]);
        assert_eq!((figures.texts, figures.longest), (3, Some((3, "second".to_owned()))));
    }

    proptest! {
        #[test]
        fn figures_add_up_and_are_numbers(texts in proptest::collection::vec("\\PC{0,60}|[a-zæøåA-Z.? \n]{0,60}", 0..4)) {
            let mut together = Figures::default();
            let mut apart = [0; 4];
            for text in &texts {
                let (text, mut figures) = (sentences(&Text::Plain(text.clone())), Figures::default());
                together.add(&text, "here");
                figures.add(&text, "here");
                for (sum, count) in apart.iter_mut().zip([figures.texts, figures.sentences, figures.words, figures.long]) {
                    *sum += count;
                }
            }
            prop_assert_eq!(apart, [together.texts, together.sentences, together.words, together.long]);
            prop_assert!(together.long <= together.words && together.sentences <= together.words);
            let numbers = shown(&together).iter().all(|shown| shown.chars().all(|c| c.is_ascii_digit() || c == '.'));
            prop_assert_eq!(numbers, together.words > 0);
            prop_assert_eq!(together.longest.is_some(), together.words > 0);
            prop_assert!(together.lix() >= together.sentence_length().max(together.long_share()));
        }
    }
}
