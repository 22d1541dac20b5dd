//! Choosing: one option, several, yes or no, a tick box, a drop-down list.

use leptos::{ev, html, prelude::*};

use super::{page::Page, question::Around, summary::id_of};
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
        html::div()
            .class(class)
            .child((
                html::input()
                    .class("svar-option-input")
                    .attr("type", if self.several { "checkbox" } else { "radio" })
                    .attr("id", self.id.clone())
                    .attr("name", self.name)
                    .attr("autocomplete", "off")
                    .prop("checked", chosen)
                    .on(ev::change, move |_| choose()),
                html::label()
                    .class("svar-option-label")
                    .attr("for", self.id)
                    .child(html::span().class("svar-option-text").child(text)),
            ))
            .into_any()
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
        let option =
            Option_ { id: format!("{}-{place}", id_of(id)), name: id_of(id), several: repeats, exclusive: exclusive && repeats };
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
    fieldset(page, id, "svar-options", inputs(page, id))
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
    fieldset(page, id, "svar-options svar-options--row", options)
}

fn fieldset(page: Page, id: ItemId, class: &'static str, options: Vec<AnyView>) -> AnyView {
    let around = Around::new(page, id);
    html::fieldset()
        .class("svar-question")
        .attr("id", id_of(id))
        .attr("lang", around.language())
        .attr("aria-describedby", around.described_by(&[]))
        .child((
            html::legend().class("svar-question-label").child(around.words()),
            around.notes(),
            html::div().class(class).child(options),
        ))
        .into_any()
}

/// One box to tick. Unticked means no.
pub(super) fn tick_box(page: Page, id: ItemId) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let ticked = move || sheet.watch(id, |session| session.answers(id) == [Value::Boolean(true)]);
    let field = format!("{}-box", id_of(id));
    let toggle = move |_| sheet.act(|session| {
        let yes = session.answers(id) == [Value::Boolean(true)];
        session.say(id, !yes)
    });
    html::div()
        .class("svar-question")
        .attr("id", id_of(id))
        .attr("lang", around.language())
        .child((
            around.notes(),
            html::div().class("svar-options svar-options--apart").child(
                html::div().class("svar-option").child((
                    html::input()
                        .class("svar-option-input")
                        .attr("type", "checkbox")
                        .attr("id", field.clone())
                        .attr("autocomplete", "off")
                        .attr("aria-describedby", around.described_by(&[]))
                        .attr("aria-invalid", around.invalid())
                        .prop("checked", ticked)
                        .on(ev::change, toggle),
                    html::label()
                        .class("svar-option-label")
                        .attr("for", field)
                        .child(html::span().class("svar-option-text").child(around.words())),
                )),
            ),
        ))
        .into_any()
}

/// One option of many, in a list that folds.
pub(super) fn drop_down(page: Page, id: ItemId) -> AnyView {
    let (sheet, around) = (page.sheet, Around::new(page, id));
    let options: Vec<Option<TextId>> =
        sheet.form(|form| form.options(id).iter().map(|option| option.text).collect());
    let chosen = move || {
        sheet.watch(id, |session| match session.answers(id) {
            [Value::Option(place)] => place.to_string(),
            _ => String::new(),
        })
    };
    let option = |(place, text): (u16, Option<TextId>)| {
        let at_first = sheet.read(|session| session.answers(id) == [Value::Option(place)]);
        html::option()
            .attr("value", place.to_string())
            .attr("selected", at_first.then_some(""))
            .child(sheet.words(page.app, text))
            .into_any()
    };
    let options: Vec<AnyView> = (0_u16..).zip(options).map(option).collect();
    let choose = move |event: ev::Event| match event_target_value(&event).parse() {
        Ok(place) => sheet.act(|session| session.choose(id, place)),
        Err(_) => sheet.act(|session| session.clear(id)),
    };
    html::div()
        .class("svar-question")
        .attr("lang", around.language())
        .child((
            html::label().class("svar-question-label").attr("for", id_of(id)).child(around.words()),
            around.notes(),
            html::select()
                .class("svar-input svar-input--medium")
                .attr("id", id_of(id))
                .attr("autocomplete", "off")
                .attr("aria-describedby", around.described_by(&[]))
                .attr("aria-invalid", around.invalid())
                .on(ev::change, choose)
                .child((html::option().attr("value", "").child(page.app.say(Say::Choose)), options))
                .prop("value", chosen),
        ))
        .into_any()
}
