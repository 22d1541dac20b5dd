//! Small parts that several views are made of.

use std::sync::Arc;

use leptos::{html, prelude::*};

use super::{
    element::{Element, el, el_of},
    state::App,
};
use crate::{
    browser,
    questionnaire::text::{Block, Span, Text},
    study::Study,
    words::{Say, Tongue},
};

/// The page's heading. It sets the page's title, and takes the focus when the respondent has come here from somewhere.
pub(super) fn heading(
    app: App,
    class: &'static str,
    text: impl Fn() -> String + Clone + Send + 'static,
    before_title: impl Fn() -> String + Send + 'static,
    described_by: impl Fn() -> Option<String> + Send + 'static,
) -> AnyView {
    let words = text.clone();
    heading_of(app, class, Box::new(text), Box::new(move || [before_title(), words()].concat()), Box::new(described_by))
}

/// The same, once for all kinds of text: each would be code of its own.
fn heading_of(
    app: App,
    class: &'static str,
    text: Box<dyn Fn() -> String + Send>,
    title: Box<dyn Fn() -> String>,
    described_by: Box<dyn Fn() -> Option<String> + Send>,
) -> AnyView {
    let node = NodeRef::<html::H1>::new();
    node.on_load(move |h1| {
        if app.moved.get_value() {
            app.ground().to_top();
            match app.target.try_update_value(Option::take).flatten() {
                Some(id) => app.ground().focus_within(&id),
                None => browser::focus(&h1),
            }
        }
    });
    Effect::new(move || app.ground().set_title(&[title().as_str(), " – ", &app.title()].concat()));
    html::h1()
        .class(class)
        .attr("tabindex", "-1")
        .attr("aria-describedby", described_by)
        .node_ref(node)
        .child(text)
        .into_any()
}

/// A plain heading.
pub(super) fn plain_heading(app: App, text: impl Fn() -> String + Clone + Send + 'static) -> AnyView {
    heading(app, "svar-heading", text, String::new, || None)
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
pub(super) fn button(look: Look, text: impl Fn() -> String + Send + 'static, act: impl Fn() + 'static) -> AnyView {
    el_of("button", look.class()).attr("type", "button").on("click", move |_| act()).say(text).view()
}

/// The button that sends the form it stands in.
pub(super) fn submit(text: impl Fn() -> String + Send + 'static) -> AnyView {
    el_of("button", Look::Primary.class()).attr("type", "submit").say(text).view()
}

/// What stands where something is still being loaded.
pub(super) fn loading(app: App) -> AnyView {
    el("p").say(app.say(Say::Loading)).view()
}

/// Buttons in a row.
pub(super) fn actions(buttons: Vec<AnyView>) -> AnyView {
    el_of("div", "svar-actions").child(buttons).view()
}

/// A text with its blocks as elements.
pub(super) fn rich(text: &Text) -> Vec<AnyView> {
    match text {
        Text::Plain(words) => vec![el("p").text(words.as_str()).view()],
        Text::Rich(blocks) => blocks.iter().map(block).collect(),
    }
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(true, spans) => line(el("h2"), spans),
        Block::Heading(false, spans) => line(el("h3"), spans),
        Block::Paragraph(spans) => line(el("p"), spans),
        Block::List(items) => {
            let items: Vec<AnyView> = items.iter().map(|spans| line(el("li"), spans)).collect();
            el("ul").child(items).view()
        }
    }
}

fn line(element: Element, spans: &[Span]) -> AnyView {
    let add = |element: Element, span: &Span| match span {
        Span::Plain(words) => element.text(words.as_str()),
        Span::Strong(words) => element.child(el("strong").text(words.as_str())),
        Span::Link { words, address } => element.child(link(address.clone(), words.clone())),
    };
    spans.iter().fold(element, add).view()
}

/// A link. One to another page opens a tab of its own: the answers stay on this page.
fn link(address: String, words: String) -> AnyView {
    let away = address.starts_with("https:");
    el("a")
        .attr("href", address)
        .maybe_attr("target", away.then_some("_blank"))
        .maybe_attr("rel", away.then_some("noopener noreferrer"))
        .text(words)
        .view()
}

/// A live text in its box.
pub(super) fn text_box(text: impl Fn() -> Option<Text> + Send + 'static) -> AnyView {
    el_of("div", "svar-text").live(move || text().as_ref().map(rich)).view()
}

/// A name and what belongs to it, in a list of facts.
pub(super) fn fact(name: impl Fn() -> String + Send + 'static, value: Element) -> AnyView {
    el_of("div", "svar-fact").child(el("dt").say(name)).child(value).view()
}

/// A list of facts.
pub(super) fn facts(facts: Vec<AnyView>) -> AnyView {
    el_of("dl", "svar-facts").child(facts).view()
}

/// Whom to ask: name, telephone, e-mail.
pub(super) fn contact(app: App) -> Vec<AnyView> {
    contact_of(app.language, app.study())
}

/// The same before there is an app.
pub(super) fn contact_of(language: RwSignal<String>, study: Arc<Study>) -> Vec<AnyView> {
    let phone = link(["tel:", &study.contact.dialled()].concat(), study.contact.phone.clone());
    let email = link(["mailto:", &study.contact.email].concat(), study.contact.email.clone());
    let say = move |what: Say| move || language.with(|tag| Tongue::of(tag).say(&what));
    let name =
        move || language.with(|tag| study.say(&study.contact.name, tag).map_or_else(String::new, |text| text.words()));
    vec![
        fact(say(Say::Contact), el("dd").say(name)),
        fact(say(Say::Phone), el("dd").child(phone)),
        fact(say(Say::Email), el("dd").child(email)),
    ]
}
