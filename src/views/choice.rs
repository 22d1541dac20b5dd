//! Choosing: one option, several, yes or no, a tick box, a drop-down list.

use leptos::prelude::*;

use super::{
    element::{el, el_of},
    marks::{Page, id_of},
    question::Around,
};
use crate::{
    questionnaire::{ItemId, Kind, TextId},
    session::Value,
    words::Say,
};

/// One option as an input with its label.
pub(super) struct Option_ {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) several: bool,
    pub(super) exclusive: bool,
}

impl Option_ {
    pub(super) fn view(
        self,
        text: impl Fn() -> String + Send + 'static,
        chosen: impl Fn() -> bool + Send + 'static,
        choose: impl Fn() + 'static,
    ) -> AnyView {
        let class = if self.exclusive { "svar-option svar-option--exclusive" } else { "svar-option" };
        let input = el_of("input", "svar-option-input")
            .attr("type", if self.several { "checkbox" } else { "radio" })
            .attr("id", self.id.as_str())
            .attr("name", self.name)
            .attr("autocomplete", "off")
            .checked(chosen)
            .on("change", move |_| choose());
        let label =
            el_of("label", "svar-option-label").attr("for", self.id).child(el_of("span", "svar-option-text").say(text));
        el_of("div", class).child(input).child(label).view()
    }
}

/// The options of a choice, one input each.
pub(super) fn inputs(page: Page, id: ItemId) -> Vec<AnyView> {
    let sheet = page.sheet;
    let repeats = sheet.form(|form| matches!(form.item(id).kind, Kind::Choice { repeats: true, .. }));
    let options: Vec<(u16, Option<TextId>, bool)> = sheet.form(|form| {
        form.options(id).iter().zip(0_u16..).map(|(option, place)| (place, option.text, option.exclusive)).collect()
    });
    let view = |(place, text, exclusive)| {
        let option = Option_ {
            id: format!("{}-{place}", id_of(id)),
            name: id_of(id),
            several: repeats,
            exclusive: exclusive && repeats,
        };
        option.view(
            sheet.words(page.app, text),
            move || sheet.watch(id, |session| session.answers(id).contains(&Value::Option(place))),
            move || sheet.act(|session| session.choose(id, place)),
        )
    };
    options.into_iter().map(view).collect()
}

/// One option of a few, or several.
pub(super) fn options(page: Page, id: ItemId) -> AnyView {
    let several = page.sheet.form(|form| matches!(form.item(id).kind, Kind::Choice { repeats: true, .. }));
    fieldset(page, id, "svar-options", !several, inputs(page, id))
}

/// Yes or no.
pub(super) fn yes_or_no(page: Page, id: ItemId) -> AnyView {
    let sheet = page.sheet;
    let view = |(yes, say): (bool, Say)| {
        let place = if yes { "yes" } else { "no" };
        let option =
            Option_ { id: format!("{}-{place}", id_of(id)), name: id_of(id), several: false, exclusive: false };
        option.view(
            page.app.say(say),
            move || sheet.watch(id, |session| session.answers(id) == [Value::Boolean(yes)]),
            move || sheet.act(|session| session.say(id, yes)),
        )
    };
    let options = [(true, Say::Yes), (false, Say::No)].into_iter().map(view).collect();
    fieldset(page, id, "svar-options svar-options--row", true, options)
}

fn fieldset(page: Page, id: ItemId, class: &'static str, one: bool, options: Vec<AnyView>) -> AnyView {
    let around = Around::new(page, id);
    around
        .fieldset("svar-question", one)
        .child(el_of("legend", "svar-question-label").say(around.words()))
        .child(around.notes())
        .child(el_of("div", class).child(options))
        .view()
}

/// One box to tick. Unticked means no.
pub(super) fn tick_box(page: Page, id: ItemId) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let ticked = move || sheet.watch(id, |session| session.answers(id) == [Value::Boolean(true)]);
    let field = format!("{}-box", id_of(id));
    let toggle = move |_| {
        sheet.act(|session| {
            let yes = session.answers(id) == [Value::Boolean(true)];
            session.say(id, !yes)
        })
    };
    let input = el_of("input", "svar-option-input")
        .attr("type", "checkbox")
        .attr("id", field.as_str())
        .attr("autocomplete", "off")
        .live_attr("aria-describedby", around.described_by(&[]))
        .live_attr("aria-invalid", around.invalid())
        .checked(ticked)
        .on("change", toggle);
    let label = el_of("label", "svar-option-label")
        .attr("for", field)
        .child(el_of("span", "svar-option-text").say(around.words()));
    el_of("div", "svar-question svar-question--tick")
        .attr("id", id_of(id))
        .live_attr("lang", around.language())
        .child(around.notes())
        .child(
            el_of("div", "svar-options svar-options--apart")
                .child(el_of("div", "svar-option").child(input).child(label)),
        )
        .view()
}

/// One option of many, in a list that folds.
pub(super) fn drop_down(page: Page, id: ItemId) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let options: Vec<Option<TextId>> = sheet.form(|form| form.options(id).iter().map(|option| option.text).collect());
    let option = |(place, text): (u16, Option<TextId>)| {
        let at_first = sheet.read(|session| session.answers(id) == [Value::Option(place)]);
        el("option")
            .attr("value", place.to_string())
            .maybe_attr("selected", at_first.then_some(""))
            .say(sheet.words(page.app, text))
            .view()
    };
    let options: Vec<AnyView> = (0_u16..).zip(options).map(option).collect();
    let choose = move |event: leptos::ev::Event| match event_target_value(&event).parse() {
        Ok(place) => sheet.act(|session| session.choose(id, place)),
        Err(_) => sheet.act(|session| session.clear(id)),
    };
    let select = el_of("select", "svar-input svar-input--medium")
        .attr("id", id_of(id))
        .maybe_attr("aria-required", around.required())
        .attr("autocomplete", "off")
        .live_attr("aria-describedby", around.described_by(&[]))
        .live_attr("aria-invalid", around.invalid())
        .on("change", choose)
        .child(el("option").attr("value", "").say(page.app.say(Say::Choose)))
        .child(options);
    el_of("div", "svar-question")
        .live_attr("lang", around.language())
        .child(el_of("label", "svar-question-label").attr("for", id_of(id)).say(around.words()))
        .child(around.notes())
        .child(select)
        .view()
}
