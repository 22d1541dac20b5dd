//! A visual analogue scale with a number field beside it. Untouched is unanswered: there is no handle before the first
//! touch or key, so that nothing suggests an answer.

use leptos::prelude::*;

use crate::views::{
    element::{el, el_of, live},
    field,
    marks::{Page, id_of},
    question::Around,
};
use crate::{
    questionnaire::{ItemId, Role},
    session::Value,
    words::{Say, Tongue},
};

/// A scale from `min` to `max`.
pub(super) fn view(page: Page, id: ItemId, (min, max, step): (i64, i64, i64)) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let name = move |what: &str| format!("{}-{what}", id_of(id));
    let value = move || {
        sheet.watch(id, |session| match session.answers(id) {
            [Value::Integer(value)] => Some(*value),
            _ => None,
        })
    };
    let class = move || {
        Some(match value() {
            Some(_) => "svar-question svar-slider".to_owned(),
            None => "svar-question svar-slider svar-slider--untouched".to_owned(),
        })
    };
    let ends = el_of("div", "svar-slider-ends").child(end(page, id, Role::Lower, "low")).child(end(
        page,
        id,
        Role::Upper,
        "high",
    ));
    let line = el_of("div", "svar-slider-line").child(range(page, id, (min, max, step), value)).child(ends);
    el("fieldset")
        .live_attr("class", class)
        .live_attr("lang", around.language())
        .child(el_of("legend", "svar-question-label").attr("id", name("label")).say(around.words()))
        .child(around.notes())
        .child(el_of("div", "svar-slider-body").child(line).child(foot(page, id, min, max, value)))
        .view()
}

fn range(
    page: Page,
    id: ItemId,
    (min, max, step): (i64, i64, i64),
    value: impl Fn() -> Option<i64> + Copy + Send + 'static,
) -> AnyView {
    let (sheet, language, around) = (page.sheet, page.app.language, Around::new(page, id));
    let middle = min.midpoint(max);
    let say = move |what: &Say| language.with(|tag| Tongue::of(tag).say(what));
    let spoken = move || {
        Some(match value() {
            Some(value) if (min..=max).contains(&value) => say(&Say::OutOf { value, max }),
            // The handle stands at an end; what was typed is said to be wrong.
            _ => say(&Say::Open),
        })
    };
    let take = move |event: leptos::ev::Event| sheet.act(|session| session.type_in(id, &event_target_value(&event)));
    let pressed = StoredValue::new(false);
    el_of("input", "svar-slider-range")
        .attr("type", "range")
        .attr("id", format!("{}-range", id_of(id)))
        .attr("min", min.to_string())
        .attr("max", max.to_string())
        .attr("step", step.to_string())
        .attr("autocomplete", "off")
        .attr("aria-labelledby", format!("{}-label", id_of(id)))
        .live_attr("aria-describedby", around.described_by(&["low", "high"]))
        .live_attr("aria-invalid", around.invalid())
        .live_attr("aria-valuetext", spoken)
        .value(move || value().unwrap_or(middle).clamp(min, max).to_string())
        .on("input", take)
        // A press right on the middle changes nothing to the browser, and is an answer all the same. A finger makes no
        // click there: Chromium takes the touch for itself. What was pressed elsewhere and let go here is none.
        .on("click", take)
        .on("pointerdown", move |_| pressed.set_value(true))
        .on("pointercancel", move |_| pressed.set_value(false))
        .on("pointerup", move |event| {
            if pressed.try_update_value(std::mem::take).unwrap_or(false) {
                take(event);
            }
        })
        .view()
}

fn end(page: Page, id: ItemId, role: Role, name: &'static str) -> AnyView {
    let aside = page.sheet.form(|form| form.aside(id, role).and_then(|aside| form.item(aside).text));
    el_of("span", "svar-slider-end")
        .attr("id", format!("{}-{name}", id_of(id)))
        .say(page.sheet.words(page.app, aside))
        .view()
}

fn foot(
    page: Page,
    id: ItemId,
    min: i64,
    max: i64,
    value: impl Fn() -> Option<i64> + Copy + Send + 'static,
) -> AnyView {
    let (sheet, app, around) = (page.sheet, page.app, Around::new(page, id));
    // Said once to the eye: not beside the mark of what is pointed out as open.
    let untouched = move || value().is_none() && !page.open(id);
    let state = live(move || untouched().then(|| el_of("span", "svar-slider-state").say(app.say(Say::Open))));
    let answered = Memo::new(move |_| sheet.watch(id, |session| !session.is_open(id)));
    let clear = live(move || {
        answered.get().then(|| {
            el_of("button", "svar-link svar-slider-clear")
                .attr("type", "button")
                .on("click", move |_| {
                    sheet.act(|session| session.clear(id));
                    // The button goes with the answer; the focus stays at the question.
                    app.ground().focus_within(&id_of(id));
                })
                .say(app.say(Say::ClearAnswer))
        })
    });
    let number = el_of("input", "svar-input svar-input--short")
        .attr("type", "text")
        .attr("inputmode", "numeric")
        .attr("id", id_of(id))
        .attr("autocomplete", "off")
        .maybe_attr("aria-required", around.required())
        .live_attr("aria-describedby", around.described_by(&[]))
        .live_attr("aria-invalid", around.invalid())
        .value(move || sheet.watch(id, |session| field::typed(session, id)))
        .on("input", move |event| sheet.act(|session| session.type_in(id, &event_target_value(&event))));
    let label = el_of("label", "svar-slider-label").attr("for", id_of(id)).say(app.say(Say::SliderNumber { min, max }));
    el_of("div", "svar-slider-foot").child(label).child(number).child(state).child(clear).view()
}
