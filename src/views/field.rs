//! Fields to write in: a number, a line, several lines.

use leptos::{ev, html, prelude::*};

use super::{page::Page, question::Around, summary::id_of};
use crate::{questionnaire::ItemId, session::Session, words::{Say, Tongue}};

/// What stands in the field now: as typed if it is no answer yet, else the answer.
pub(super) fn typed(session: &Session, id: ItemId) -> String {
    match session.unread(id) {
        Some(typed) => typed.to_owned(),
        None => session.answers(id).first().map_or_else(String::new, |answer| answer.typed()),
    }
}

/// A number, with its unit after it. Never `type=number`: it swallows what it cannot read, and scrolls answers away.
pub(super) fn number(page: Page, id: ItemId, mode: &'static str) -> AnyView {
    let unit = page.sheet.form(|form| form.item(id).unit);
    let Some(unit) = unit else {
        return question(page, id, input(page, id, "svar-input svar-input--short", Some(mode), &[]));
    };
    let input = input(page, id, "svar-input svar-input--short", Some(mode), &["unit"]);
    let unit = html::span()
        .class("svar-unit")
        .attr("id", format!("{}-unit", id_of(id)))
        .child(page.sheet.words(page.app, Some(unit)));
    question(page, id, html::div().class("svar-field").child((input, unit)).into_any())
}

/// One line of text.
pub(super) fn line(page: Page, id: ItemId) -> AnyView {
    question(page, id, input(page, id, "svar-input svar-input--medium", None, &[]))
}

fn input(
    page: Page,
    id: ItemId,
    class: &'static str,
    mode: Option<&'static str>,
    also: &'static [&'static str],
) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    html::input()
        .class(class)
        .attr("type", "text")
        .attr("inputmode", mode)
        .attr("id", id_of(id))
        .attr("autocomplete", "off")
        .attr("aria-describedby", around.described_by(also))
        .attr("aria-invalid", around.invalid())
        .prop("value", sheet.read(|session| typed(session, id)))
        .on(ev::input, move |event| sheet.act(|session| session.type_in(id, &event_target_value(&event))))
        .into_any()
}

/// Several lines of text, with the room that is left.
pub(super) fn lines(page: Page, id: ItemId, max_length: Option<u32>) -> AnyView {
    let (sheet, around, language) = (page.sheet, Around::new(page, id), page.app.language);
    let count = format!("{}-count", id_of(id));
    let left = move |of: u32| {
        let used = sheet.watch(id, |session| typed(session, id).chars().count());
        let left = i64::from(of).saturating_sub(i64::try_from(used).unwrap_or(i64::MAX));
        language.with(|tag| Tongue::of(tag).say(&Say::CharactersLeft { left, of }))
    };
    let also: &[&str] = if max_length.is_some() { &["count"] } else { &[] };
    let area = html::textarea()
        .class("svar-input")
        .attr("id", id_of(id))
        .attr("rows", "4")
        .attr("autocomplete", "off")
        .attr("aria-describedby", around.described_by(also))
        .attr("aria-invalid", around.invalid())
        .prop("value", sheet.read(|session| typed(session, id)))
        .on(ev::input, move |event| sheet.act(|session| session.type_in(id, &event_target_value(&event))));
    let counter =
        max_length.map(|of| html::p().class("svar-counter").attr("id", count).child(move || left(of)).into_any());
    question(page, id, (area, counter).into_any())
}

fn question(page: Page, id: ItemId, field: AnyView) -> AnyView {
    let around = Around::new(page, id);
    html::div()
        .class("svar-question")
        .attr("lang", around.language())
        .child((
            html::label().class("svar-question-label").attr("for", id_of(id)).child(around.words()),
            around.notes(),
            field,
        ))
        .into_any()
}
