//! Rich text as HTML, for what is made to be printed.

use maud::{Markup, html};

use crate::questionnaire::text::{Block, Span, Text};

/// A text with its blocks. Headings stay below those of the document.
pub(crate) fn rich(text: &Text) -> Markup {
    match text {
        Text::Plain(words) => html! { p { (words) } },
        Text::Rich(blocks) => html! {
            @for block in blocks {
                @match block {
                    Block::Heading(_, words) => p.heading { strong { (spans(words)) } },
                    Block::Paragraph(words) => p { (spans(words)) },
                    Block::List(items) => ul { @for item in items { li { (spans(item)) } } },
                }
            }
        },
    }
}

/// On paper a link says where it leads, unless its words do.
fn spans(spans: &[Span]) -> Markup {
    html! {
        @for span in spans {
            @match span {
                Span::Plain(words) => (words),
                Span::Strong(words) => strong { (words) },
                Span::Link { words, address } => {
                    (words)
                    @if address.starts_with("https:") && !address.contains(words.as_str()) { " (" (address) ")" }
                },
            }
        }
    }
}
