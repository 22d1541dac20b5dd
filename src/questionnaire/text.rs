//! Safe text: what a questionnaire says, as words or as a few kinds of blocks, never as HTML. Views make text nodes and
//! a fixed set of elements of it, so no text can become markup or script.

use serde::{Deserialize, Serialize};

/// A text in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Text {
    /// One run of words.
    Plain(String),
    /// Headings, paragraphs and lists (`rendering-markdown`).
    Rich(Vec<Block>),
}

/// A block of rich text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// `##` is true (a section), `###` is false (below it).
    Heading(bool, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// An unordered list.
    List(Vec<Vec<Span>>),
}

/// A run of words within a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Plain words.
    Plain(String),
    /// `**strong**` words.
    Strong(String),
    /// A link; the address is `https:`, `mailto:` or `tel:`.
    Link {
        /// The words.
        words: String,
        /// Where it leads.
        address: String,
    },
}

impl Text {
    /// The words alone, with blocks joined by spaces.
    pub fn words(&self) -> String {
        fn line(spans: &[Span]) -> String {
            spans
                .iter()
                .map(|span| match span {
                    Span::Plain(words) | Span::Strong(words) | Span::Link { words, .. } => words.as_str(),
                })
                .collect()
        }
        match self {
            Text::Plain(words) => words.clone(),
            Text::Rich(blocks) => {
                let lines: Vec<String> = blocks
                    .iter()
                    .map(|block| match block {
                        Block::Heading(_, spans) | Block::Paragraph(spans) => line(spans),
                        Block::List(items) => items.iter().map(|spans| line(spans)).collect::<Vec<_>>().join(" "),
                    })
                    .collect();
                lines.join(" ")
            }
        }
    }

    /// What it is built of, as people say it: its blocks, and how many links are in them.
    pub(crate) fn build(&self) -> String {
        let Text::Rich(blocks) = self else { return "a paragraph".to_owned() };
        let links = |spans: &[Span]| spans.iter().filter(|span| matches!(span, Span::Link { .. })).count();
        let mut parts = Vec::new();
        let mut linked = 0_usize;
        for block in blocks {
            let (part, found) = match block {
                Block::Heading(_, spans) => ("a heading".to_owned(), links(spans)),
                Block::Paragraph(spans) => ("a paragraph".to_owned(), links(spans)),
                Block::List(items) => {
                    (format!("a list of {}", items.len()), items.iter().map(|spans| links(spans)).sum())
                }
            };
            linked = linked.saturating_add(found);
            parts.push(part);
        }
        if linked > 0 {
            parts.push(format!("links: {linked}"));
        }
        parts.join(", ")
    }

    /// Reads the small markdown of the profile. It never fails: what is no known mark is words.
    pub fn from_markdown(source: &str) -> Text {
        let mut blocks = Vec::new();
        let mut paragraph: Vec<&str> = Vec::new();
        let mut list: Vec<Vec<Span>> = Vec::new();
        for line in source.lines().map(str::trim).chain([""]) {
            let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
            let heading = line
                .strip_prefix("### ")
                .map(|words| (false, words))
                .or_else(|| line.strip_prefix("## ").map(|words| (true, words)));
            let breaks = line.is_empty() || item.is_some() || heading.is_some();
            if breaks && !paragraph.is_empty() {
                blocks.push(Block::Paragraph(spans(&paragraph.join(" "))));
                paragraph.clear();
            }
            if item.is_none() && !list.is_empty() && (breaks || !line.is_empty()) {
                blocks.push(Block::List(std::mem::take(&mut list)));
            }
            match (item, heading) {
                (Some(words), _) => list.push(spans(words)),
                (None, Some((section, words))) => blocks.push(Block::Heading(section, spans(words))),
                (None, None) if !line.is_empty() => paragraph.push(line),
                (None, None) => {}
            }
        }
        Text::Rich(blocks)
    }
}

fn spans(line: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some((span, after)) = strong(rest).or_else(|| link(rest)) {
            if !plain.is_empty() {
                spans.push(Span::Plain(std::mem::take(&mut plain)));
            }
            spans.push(span);
            rest = after;
        } else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

fn strong(source: &str) -> Option<(Span, &str)> {
    let (words, after) = source.strip_prefix("**")?.split_once("**")?;
    (!words.is_empty()).then(|| (Span::Strong(words.to_owned()), after))
}

fn link(source: &str) -> Option<(Span, &str)> {
    let (words, after) = source.strip_prefix('[')?.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    let safe = ["https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme));
    let plain = !words.contains(['[', ']']) && !address.contains(char::is_whitespace);
    (safe && plain && !words.is_empty())
        .then(|| (Span::Link { words: words.to_owned(), address: address.to_owned() }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_blocks_and_anything_else_is_words() {
        let text = Text::from_markdown("## Om deg\nNoen **viktige**\nord.\n- en\n- to\n\nRing [oss](tel:116117).");
        let plain = |words: &str| Span::Plain(words.to_owned());
        assert_eq!(
            text,
            Text::Rich(vec![
                Block::Heading(true, vec![plain("Om deg")]),
                Block::Paragraph(vec![plain("Noen "), Span::Strong("viktige".into()), plain(" ord.")]),
                Block::List(vec![vec![plain("en")], vec![plain("to")]]),
                Block::Paragraph(vec![
                    plain("Ring "),
                    Span::Link { words: "oss".into(), address: "tel:116117".into() },
                    plain("."),
                ]),
            ])
        );
    }

    #[test]
    fn a_link_that_runs_script_stays_words() {
        for source in ["[x](javascript:alert(1))", "[x](data:text/html,x)", "<b>x</b>", "[x](//host)", "**", "[a](b"] {
            assert_eq!(Text::from_markdown(source).words(), source);
            assert!(!format!("{:?}", Text::from_markdown(source)).contains("Link"), "{source}");
        }
    }
}
