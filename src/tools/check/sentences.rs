//! A text as sentences, and how many words and long words each has. It sees words, not grammar: where it is in doubt, as
//! after an abbreviation, it goes on with the sentence.

use crate::questionnaire::text::{Block, Span, Text};

/// A long word has more letters than this (Björnsson, *Läsbarhet*, 1968).
pub const SHORT_WORD: usize = 6;

/// Shortened words with something to come, whatever that is.
const SHORTENED: [&str; 20] = [
    "approx", "dr", "dvs", "eks", "ekskl", "ev", "evt", "ift", "inkl", "jf", "jfr", "mht", "mr", "mrs", "ms", "mtp",
    "pga", "prof", "st", "vs",
];

/// The same if a number comes: by themselves some of these are words, or letters.
const BEFORE_NUMBER: [&str; 18] = [
    "art", "ca", "fig", "kap", "kl", "maks", "min", "mob", "no", "nos", "nr", "p", "pkt", "pp", "s", "str", "tel",
    "tlf",
];

/// Shortened words that may stand last; a capital after them begins a sentence.
const LAST: [&str; 7] = ["a.m", "e.l", "m.fl", "m.m", "m.v", "o.l", "p.m"];

/// What may stand between a sentence and its first letter.
const OPENING: [char; 7] = ['«', '“', '‘', '"', '\'', '(', '['];

/// What may stand between its full stop and its end.
const CLOSING: [char; 7] = ['»', '”', '’', '"', '\'', ')', ']'];

/// One sentence, or what stands by itself as one: a heading, an entry of a list, a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// How many words: what has a letter or a digit in it, between white space.
    pub words: usize,
    /// How many of them are long.
    pub long: usize,
    /// The words, joined by single spaces.
    pub text: String,
}

impl Sentence {
    fn take(&mut self, token: &str) {
        if token.contains(char::is_alphanumeric) {
            self.words += 1;
        }
        if token.chars().filter(|letter| letter.is_alphabetic()).count() > SHORT_WORD {
            self.long += 1;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(token);
    }

    /// Its first words.
    pub fn beginning(&self) -> String {
        let mut tokens = self.text.split(' ');
        let first: Vec<&str> = tokens.by_ref().take(8).collect();
        first.join(" ") + if tokens.next().is_some() { " …" } else { "" }
    }
}

/// The sentences of a text, in their order; each has a word.
pub fn sentences(text: &Text) -> Vec<Sentence> {
    match text {
        Text::Plain(words) => words.lines().flat_map(split).collect(),
        Text::Rich(blocks) => blocks.iter().flat_map(lines).flat_map(|line| split(&line)).collect(),
    }
}

fn lines(block: &Block) -> Vec<String> {
    let line = |spans: &Vec<Span>| {
        let words = |span: &Span| match span {
            Span::Plain(words) | Span::Strong(words) | Span::Link { words, .. } => words.clone(),
        };
        spans.iter().map(words).collect()
    };
    match block {
        Block::Heading(_, spans) | Block::Paragraph(spans) => vec![line(spans)],
        Block::List(entries) => entries.iter().map(line).collect(),
    }
}

fn split(line: &str) -> Vec<Sentence> {
    let (mut all, mut open) = (Vec::new(), Sentence::default());
    let mut tokens = line.split_whitespace().peekable();
    while let Some(token) = tokens.next() {
        open.take(token);
        if tokens.peek().is_some_and(|next| ends(token, next, open.words == 1)) {
            all.push(std::mem::take(&mut open));
        }
    }
    all.push(open);
    all.retain(|sentence| sentence.words > 0);
    all
}

/// Whether a sentence ends between `token`, which is its first or not, and `next`.
fn ends(token: &str, next: &str, first: bool) -> bool {
    let bare = token.trim_end_matches(CLOSING);
    let lower = next.trim_start_matches(OPENING).starts_with(char::is_lowercase);
    // «Why?» she asked: the sentence around the quotation goes on.
    if bare.ends_with(['?', '!']) {
        return !lower || bare.len() == token.len();
    }
    bare.strip_suffix('.').is_some_and(|stem| !lower && !goes_on(stem, next, first))
}

/// Whether the full stop after `stem` is that of an abbreviation, an ordinal, a date, an initial or an ellipsis.
fn goes_on(stem: &str, next: &str, first: bool) -> bool {
    let word = stem.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let parts: Vec<&str> = word.split('.').collect();
    let (single, dotted) = (parts.last().is_some_and(|last| last.chars().nth(1).is_none()), parts.len() > 1);
    let number = !word.is_empty() && word.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | ':'));
    let before_number = next.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_numeric);
    if stem.ends_with('.') {
        return true;
    }
    if number {
        // `1. How often …` begins with the number of an entry; `1. 5. 2026` is a date.
        return first || before_number;
    }
    let initial = single && (dotted || first || stem.ends_with(char::is_uppercase));
    let shortened = parts.last().is_some_and(|last| SHORTENED.contains(last));
    (initial && !LAST.contains(&word.as_str()))
        || shortened
        || (before_number && BEFORE_NUMBER.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(text: &Text) -> Vec<(usize, usize)> {
        sentences(text).iter().map(|sentence| (sentence.words, sentence.long)).collect()
    }

    /// Text, and the words and long words of each sentence, counted by hand.
    const COUNTED: &[(&str, &[(usize, usize)])] = &[
        // Bokmål.
        ("", &[]),
        (" \t\n \u{a0} ", &[]),
        ("– …", &[]),
        ("Hadde du vondt sist uke?", &[(5, 0)]),
        // arbeidsplassen, invitert; ledere has six letters, lederne seven.
        ("Alle på arbeidsplassen din er invitert, også lederne.", &[(8, 3)]),
        ("Har du vondt? Svar ja! Eller nei.", &[(3, 0), (2, 0), (2, 0)]),
        ("Bruker du hjelpemidler, f.eks. Nav-briller?", &[(5, 2)]),
        ("Vi spør om bl.a. Søvn og pga. Plager. Takk.", &[(8, 0), (1, 0)]),
        ("Møt kl. 8. Ta med ca. 3,5 liter, jf. § 4.", &[(3, 0), (7, 0)]),
        ("Fra 1. mai til 17. juni 2026. Så er det slutt.", &[(7, 0), (4, 0)]),
        ("Født 1. 5. 2026 av J. S. Bach og dr. Hansen.", &[(11, 0)]),
        ("«Hvorfor?» sa hun. «Derfor.» Og gikk.", &[(3, 1), (1, 0), (2, 0)]),
        ("Skjemaet er endret. {lost} av dem passer (ikke).", &[(3, 1), (5, 0)]),
        ("Henter … Vent... Takk", &[(3, 0)]),
        ("Ski, sykkel o.l. Kryss av. Jobben min. Hun er sjef osv. Slutt.", &[(3, 0), (2, 0), (2, 0), (4, 0), (1, 0)]),
        ("1. Hvor ofte?\n2. Hvor lenge?", &[(3, 0), (3, 0)]),
        // Nynorsk: spørjeskjema, undersøkinga.
        ("Kva er eit spørjeskjema? Det er ein del av undersøkinga.", &[(4, 1), (6, 1)]),
        ("Ring tlf. 116 117, heile døgnet. Elles: fastlegen din.", &[(6, 0), (3, 1)]),
        ("Kor mykje, t.d. Eit kvarter eller meir?", &[(7, 1)]),
        // English: largely, questions.
        ("The questions are largely the same each time, e.g. Sleep.", &[(10, 2)]),
        ("Mr. Smith lives at no. 7. The answer is no. Then go, at 8 a.m. Sharp.", &[(6, 0), (4, 0), (5, 0), (1, 0)]),
        ("It takes 3.5 hours (really!) or more. Don’t worry.", &[(7, 0), (2, 0)]),
    ];

    #[test]
    fn sentences_and_words_are_as_counted_by_hand() {
        for (text, expected) in COUNTED {
            assert_eq!(counts(&Text::Plain((*text).to_owned())), *expected, "{text}");
        }
    }

    #[test]
    fn headings_and_entries_of_a_list_stand_by_themselves() {
        // Long: Svarene, fortrolige; lederen; skriver. The address of a link is no word.
        let source =
            "## Om deg\nSvarene er\nfortrolige\n\n- **Nav** og lederen\n- skriver [oss](mailto:a@b.no)\n\n### Takk";
        assert_eq!(counts(&Text::from_markdown(source)), [(2, 0), (3, 2), (3, 1), (2, 1), (1, 0)]);
    }

    #[test]
    fn a_long_sentence_is_named_by_its_beginning() {
        let one = |text: &str| sentences(&Text::Plain(text.to_owned())).remove(0).beginning();
        assert_eq!(one("a b c d e f g h"), "a b c d e f g h");
        assert_eq!(one("a b  c d e f g h i"), "a b c d e f g h …");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_none_counted_twice(text in "\\PC*|([a-zæøåA-ZÆØÅ0-9.?!… \n«»\"()-]|f\\.eks\\. |kl\\. |##? |- ){0,80}") {
            for text in [Text::Plain(text.clone()), Text::from_markdown(&text)] {
                let found = sentences(&text);
                let words = text.words();
                let expected: Vec<&str> =
                    words.split_whitespace().filter(|token| token.contains(char::is_alphanumeric)).collect();
                let total: usize = found.iter().map(|sentence| sentence.words).sum();
                prop_assert_eq!(total, expected.len());
                prop_assert!(found.iter().all(|sentence| sentence.words > 0 && sentence.long <= sentence.words));
            }
        }
    }
}
