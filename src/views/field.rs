//! Fields to write in: a number, a line, several lines.

use leptos::prelude::*;

use super::{
    element::{Element, all, el_of},
    marks::{Page, id_of},
    question::Around,
};
use crate::{
    questionnaire::{Format, ItemId},
    session::{Session, Value},
    words::{Say, Tongue},
};

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
    let also: &[&str] = if unit.is_some() { &["unit"] } else { &[] };
    let input = input(page, id, "svar-input svar-input--short", Some(mode), "off", also);
    let field = match unit {
        Some(unit) => {
            let words = page.sheet.words(page.app, Some(unit));
            let unit = el_of("span", "svar-unit").attr("id", format!("{}-unit", id_of(id))).say(words);
            el_of("div", "svar-field").child(input).child(unit)
        }
        None => input,
    };
    question(page, id, field.view())
}

/// One line of text. Never `type=email` or `tel`: browsers judge those by rules of their own.
pub(super) fn line(page: Page, id: ItemId, format: Option<Format>) -> AnyView {
    let (mode, complete) = match format {
        Some(Format::Email) => (Some("email"), "email"),
        Some(Format::Phone) => (Some("tel"), "tel"),
        Some(Format::NationalIdentityNumber) => (Some("numeric"), "off"),
        None => (None, "off"),
    };
    question(page, id, input(page, id, "svar-input svar-input--medium", mode, complete, &[]).view())
}

fn input(
    page: Page,
    id: ItemId,
    class: &'static str,
    mode: Option<&'static str>,
    complete: &'static str,
    also: &'static [&'static str],
) -> Element {
    let element = el_of("input", class).attr("type", "text").maybe_attr("inputmode", mode);
    written(page, id, element, complete, also)
}

/// What every field to write in has.
fn written(page: Page, id: ItemId, element: Element, complete: &'static str, also: &'static [&'static str]) -> Element {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let language = page.app.language;
    let at_first = sheet.read(|session| match session.answers(id).first() {
        Some(Value::Decimal(number)) => language.with_untracked(|tag| Tongue::of(tag).written(number.to_string())),
        _ => typed(session, id),
    });
    element
        .attr("id", id_of(id))
        .attr("autocomplete", complete)
        .maybe_attr("aria-required", around.required())
        .live_attr("aria-describedby", around.described_by(also))
        .live_attr("aria-invalid", around.invalid())
        .value(move || at_first.clone())
        .on("input", move |event| sheet.act(|session| session.type_in(id, &event_target_value(&event))))
}

/// Several lines of text, with the room that is left.
pub(super) fn lines(page: Page, id: ItemId, max_length: Option<u32>) -> AnyView {
    let (sheet, language) = (page.sheet, page.app.language);
    let count = format!("{}-count", id_of(id));
    let left = move |of: u32| {
        let used = sheet.watch(id, |session| typed(session, id).chars().count());
        let left = i64::from(of).saturating_sub(i64::try_from(used).unwrap_or(i64::MAX));
        language.with(|tag| Tongue::of(tag).say(&Say::CharactersLeft { left, of }))
    };
    let also: &[&str] = if max_length.is_some() { &["count"] } else { &[] };
    let area = written(page, id, el_of("textarea", "svar-input").attr("rows", "4"), "off", also);
    let counter = max_length.map(|of| el_of("p", "svar-counter").attr("id", count).say(move || left(of)));
    question(page, id, all([area.into(), counter.into()]))
}

fn question(page: Page, id: ItemId, field: AnyView) -> AnyView {
    let around = Around::new(page, id);
    el_of("div", "svar-question")
        .live_attr("lang", around.language())
        .child(el_of("label", "svar-question-label").attr("for", id_of(id)).say(around.words()))
        .child(around.notes())
        .child(field)
        .view()
}
