//! Small parts that several views are made of.

use leptos::{ev, html, prelude::*};

use super::state::App;
use crate::{
    browser,
    questionnaire::text::{Block, Span, Text},
};

/// The page's heading. It sets the page's title, and takes the focus when the respondent has come here from somewhere.
pub(super) fn heading(
    app: App,
    class: &'static str,
    text: impl Fn() -> String + Clone + Send + 'static,
    before_title: impl Fn() -> String + Send + 'static,
) -> AnyView {
    let node = NodeRef::<html::H1>::new();
    node.on_load(move |h1| {
        if app.moved.get_value() {
            browser::to_top(&h1);
            match app.target.try_update_value(Option::take).flatten() {
                Some(id) => browser::focus_within(&id),
                None => browser::focus(&h1),
            }
        }
    });
    let words = text.clone();
    Effect::new(move || browser::set_title(&format!("{}{} – {}", before_title(), words(), app.title())));
    html::h1().class(class).attr("tabindex", "-1").node_ref(node).child(text).into_any()
}

/// A plain heading.
pub(super) fn plain_heading(app: App, text: impl Fn() -> String + Clone + Send + 'static) -> AnyView {
    heading(app, "svar-heading", text, String::new)
}

/// How a button looks.
#[derive(Clone, Copy)]
pub(super) enum Look {
    Primary,
    Secondary,
    Plain,
    Link,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Look::Primary => "svar-button svar-button--primary",
            Look::Secondary => "svar-button",
            Look::Plain => "svar-button svar-button--plain",
            Look::Link => "svar-link",
        }
    }
}

/// A button that does something at once.
pub(super) fn button(
    look: Look,
    text: impl Fn() -> String + Send + 'static,
    act: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    html::button().attr("type", "button").class(look.class()).on(ev::click, move |_| act()).child(text).into_any()
}

/// The button that sends the form it stands in.
pub(super) fn submit(text: impl Fn() -> String + Send + 'static) -> AnyView {
    html::button().attr("type", "submit").class(Look::Primary.class()).child(text).into_any()
}

/// Buttons in a row.
pub(super) fn actions(buttons: Vec<AnyView>) -> AnyView {
    html::div().class("svar-actions").child(buttons).into_any()
}

/// A text with its blocks as elements.
pub(super) fn rich(text: &Text) -> AnyView {
    match text {
        Text::Plain(words) => html::p().child(words.clone()).into_any(),
        Text::Rich(blocks) => blocks.iter().map(block).collect::<Vec<_>>().into_any(),
    }
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(true, spans) => html::h2().child(line(spans)).into_any(),
        Block::Heading(false, spans) => html::h3().child(line(spans)).into_any(),
        Block::Paragraph(spans) => html::p().child(line(spans)).into_any(),
        Block::List(items) => {
            let item = |spans: &Vec<Span>| html::li().child(line(spans)).into_any();
            html::ul().child(items.iter().map(item).collect::<Vec<_>>()).into_any()
        }
    }
}

fn line(spans: &[Span]) -> Vec<AnyView> {
    let span = |span: &Span| match span {
        Span::Plain(words) => words.clone().into_any(),
        Span::Strong(words) => html::strong().child(words.clone()).into_any(),
        Span::Link { words, address } => link(address.clone(), words.clone()),
    };
    spans.iter().map(span).collect()
}

/// A link. One to another page opens a tab of its own: the answers stay on this page.
fn link(address: String, words: String) -> AnyView {
    let away = address.starts_with("https:");
    html::a()
        .attr("href", address)
        .attr("target", away.then_some("_blank"))
        .attr("rel", away.then_some("noopener noreferrer"))
        .child(words)
        .into_any()
}

/// A live text in its box.
pub(super) fn text_box(text: impl Fn() -> Option<Text> + Send + 'static) -> AnyView {
    html::div().class("svar-text").child(move || text().as_ref().map(rich)).into_any()
}

/// A name and what belongs to it, in a list of facts.
pub(super) fn fact(name: impl Fn() -> String + Send + 'static, value: AnyView) -> AnyView {
    html::div().class("svar-fact").child((html::dt().child(name), html::dd().child(value))).into_any()
}

/// A list of facts.
pub(super) fn facts(facts: Vec<AnyView>) -> AnyView {
    html::dl().class("svar-facts").child(facts).into_any()
}

/// Whom to ask: name, telephone, e-mail.
pub(super) fn contact(app: App) -> Vec<AnyView> {
    use crate::words::Say;
    let study = app.study();
    let name = app.words(|study| Some(&study.contact.name));
    let name = move || name().map(|text| text.words());
    let dial: String = study.contact.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let phone = link(format!("tel:{dial}"), study.contact.phone.clone());
    let email = link(format!("mailto:{}", study.contact.email), study.contact.email.clone());
    vec![
        fact(app.say(Say::Contact), name.into_any()),
        fact(app.say(Say::Phone), phone),
        fact(app.say(Say::Email), email),
    ]
}
