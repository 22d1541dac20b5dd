//! A visual analogue scale with a number field beside it. Untouched is unanswered: there is no handle before the first
//! touch or key, so that nothing suggests an answer.

use leptos::{ev, html, prelude::*};

use super::{field, page::Page, question::Around, summary::id_of};
use crate::{
    browser,
    questionnaire::{ItemId, Role},
    session::Value,
    words::{Say, Tongue},
};

/// A scale from `min` to `max`.
pub(super) fn view(page: Page, id: ItemId, min: i64, max: i64, step: i64) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let name = move |what: &str| format!("{}-{what}", id_of(id));
    let value = move || {
        sheet.watch(id, |session| match session.answers(id) {
            [Value::Integer(value)] => Some(*value),
            _ => None,
        })
    };
    let class = move || match value() {
        Some(_) => "svar-question svar-slider",
        None => "svar-question svar-slider svar-slider--untouched",
    };
    let legend = html::legend().class("svar-question-label").attr("id", name("label")).child(around.words());
    let line = html::div().class("svar-slider-line").child((
        range(page, id, (min, max, step), value),
        html::div().class("svar-slider-ends").child((end(page, id, Role::Lower, "low"), end(page, id, Role::Upper, "high"))),
    ));
    html::fieldset()
        .class(class)
        .attr("lang", around.language())
        .attr("aria-describedby", around.described_by(&[]))
        .child((
            legend,
            around.notes(),
            html::div().class("svar-slider-body").child((line, foot(page, id, min, max, value))),
        ))
        .into_any()
}

fn range(
    page: Page,
    id: ItemId,
    (min, max, step): (i64, i64, i64),
    value: impl Fn() -> Option<i64> + Copy + Send + Sync + 'static,
) -> AnyView {
    let (sheet, language) = (page.sheet, page.app.language);
    let middle = min.midpoint(max);
    let say = move |what: &Say| language.with(|tag| Tongue::of(tag).say(what));
    let spoken = move || match value() {
        Some(value) => say(&Say::OutOf { value, max }),
        None => say(&Say::Open),
    };
    let take = move |event: &ev::Event| sheet.act(|session| session.type_in(id, &event_target_value(event)));
    html::input()
        .class("svar-slider-range")
        .attr("type", "range")
        .attr("id", format!("{}-range", id_of(id)))
        .attr("min", min.to_string())
        .attr("max", max.to_string())
        .attr("step", step.to_string())
        .attr("autocomplete", "off")
        .attr("aria-labelledby", format!("{}-label", id_of(id)))
        .attr("aria-describedby", format!("{0}-low {0}-high", id_of(id)))
        .attr("aria-valuetext", spoken)
        .prop("value", move || value().unwrap_or(middle).clamp(min, max).to_string())
        .on(ev::input, move |event| take(&event))
        // A tap right on the middle changes nothing to the browser, and is an answer all the same.
        .on(ev::click, move |event| take(&event))
        .into_any()
}

fn end(page: Page, id: ItemId, role: Role, name: &'static str) -> AnyView {
    let aside = page.sheet.form(|form| form.aside(id, role).and_then(|aside| form.item(aside).text));
    html::span()
        .class("svar-slider-end")
        .attr("id", format!("{}-{name}", id_of(id)))
        .child(page.sheet.words(page.app, aside))
        .into_any()
}

fn foot(page: Page, id: ItemId, min: i64, max: i64, value: impl Fn() -> Option<i64> + Copy + Send + Sync + 'static) -> AnyView {
    let (sheet, app, around) = (page.sheet, page.app, Around::new(page, id));
    let state = move || {
        let open = value().is_none();
        open.then(|| html::span().class("svar-slider-state").child(app.say(Say::Open)))
    };
    let clear = move || {
        let answered = sheet.watch(id, |session| !session.is_open(id));
        let clear = move || {
            sheet.act(|session| session.clear(id));
            // The button goes with the answer; the focus stays at the question.
            browser::focus_within(&id_of(id));
        };
        answered.then(|| {
            html::button()
                .attr("type", "button")
                .class("svar-link svar-slider-clear")
                .on(ev::click, move |_| clear())
                .child(app.say(Say::ClearAnswer))
        })
    };
    html::div()
        .class("svar-slider-foot")
        .child((
            html::label()
                .class("svar-slider-label")
                .attr("for", id_of(id))
                .child(app.say(Say::SliderNumber { min, max })),
            html::input()
                .class("svar-input svar-input--short")
                .attr("type", "text")
                .attr("inputmode", "numeric")
                .attr("id", id_of(id))
                .attr("autocomplete", "off")
                .attr("aria-describedby", around.described_by(&[]))
                .attr("aria-invalid", around.invalid())
                .prop("value", move || sheet.watch(id, |session| field::typed(session, id)))
                .on(ev::input, move |event| sheet.act(|session| session.type_in(id, &event_target_value(&event)))),
            state,
            clear,
        ))
        .into_any()
}
