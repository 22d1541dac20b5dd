//! The items of a page, each as its kind wants it; and what every question has around its field: name, help, what is
//! wrong, what is open.

use std::rc::Rc;

use leptos::prelude::*;

use super::{
    choice,
    element::{Element, all, el_of, live},
    field,
    later::Keeper,
    marks::{Page, id_of},
    parts, table,
};
use crate::{
    questionnaire::{ItemId, Kind, Layout, Role},
    words::Say,
};

/// The items that stand in `parent`. One without conditions is drawn at once; the others come and go.
pub(super) fn items(page: Page, parent: ItemId) -> Vec<AnyView> {
    let children: Vec<(ItemId, bool)> = page.sheet.form(|form| {
        let visible = |id: &ItemId| !form.item(*id).hidden;
        form.children(Some(parent)).filter(visible).map(|id| (id, form.item(id).conditions.is_empty())).collect()
    });
    let view = |(id, always): (ItemId, bool)| match always {
        true => item(page, id),
        false => {
            let shown = Memo::new(move |_| page.sheet.shown(id));
            live(move || shown.get().then(|| item(page, id)))
        }
    };
    children.into_iter().map(view).collect()
}

fn item(page: Page, id: ItemId) -> AnyView {
    match page.sheet.form(|form| form.item(id).kind.clone()) {
        Kind::Group(Layout::Table) => table::view(page, id),
        Kind::Group(Layout::Plain) => group(page, id),
        Kind::Display(Role::Note) => note(page, id),
        Kind::Display(_) => ().into_any(),
        Kind::Boolean { tick_box: true } => choice::tick_box(page, id),
        Kind::Boolean { tick_box: false } => choice::yes_or_no(page, id),
        Kind::Choice { ranked: Some(_), .. } => drawn_later(page, move |keeper| keeper.ranking(page, id)),
        Kind::Choice { drop_down: true, repeats: false, .. } => choice::drop_down(page, id),
        Kind::Choice { .. } => choice::options(page, id),
        Kind::Integer { slider: Some(step), min: Some(min), max: Some(max) } => {
            drawn_later(page, move |keeper| keeper.slider(page, id, (min, max, step)))
        }
        Kind::Integer { .. } => field::number(page, id, "numeric"),
        Kind::Decimal { .. } => field::number(page, id, "decimal"),
        Kind::Text { lines: false, format, .. } => field::line(page, id, format),
        Kind::Text { lines: true, max_length, .. } => field::lines(page, id, max_length),
    }
}

/// A section within a page.
fn group(page: Page, id: ItemId) -> AnyView {
    let text = page.sheet.form(|form| form.item(id).text);
    let name = format!("{}-label", id_of(id));
    let labelled = text.is_some();
    let title = labelled
        .then(|| el_of("h2", "svar-group-title").attr("id", name.as_str()).say(page.sheet.words(page.app, text)));
    el_of("div", "svar-group")
        .maybe_attr("role", labelled.then_some("group"))
        .maybe_attr("aria-labelledby", labelled.then_some(name))
        .child(title)
        .child(items(page, id))
        .view()
}

/// What the second part draws, as soon as it is here.
fn drawn_later(page: Page, draw: impl Fn(Rc<dyn Keeper>) -> AnyView + Send + 'static) -> AnyView {
    let app = page.app;
    live(move || app.kept(&draw).unwrap_or_else(|| parts::loading(app)))
}

/// Information.
fn note(page: Page, id: ItemId) -> AnyView {
    let (app, sheet) = (page.app, page.sheet);
    let text = sheet.form(|form| form.item(id).text);
    parts::text_box(move || {
        let language = app.language.read();
        sheet.form(|form| form.text(text, &language).map(|(text, _)| text.clone()))
    })
}

/// What stands around the field of a question.
#[derive(Clone, Copy)]
pub(super) struct Around {
    page: Page,
    id: ItemId,
    help: Option<ItemId>,
    required: bool,
}

impl Around {
    pub(super) fn new(page: Page, id: ItemId) -> Around {
        page.sheet.form(|form| {
            let item = form.item(id);
            let required = item.required && !matches!(item.kind, Kind::Boolean { tick_box: true });
            Around { page, id, help: form.aside(id, Role::Help), required }
        })
    }

    /// The question's words, live, and whether it must be answered. A tick box always is.
    pub(super) fn words(self) -> impl Fn() -> String + Clone + Send + 'static {
        let Around { page, required, .. } = self;
        let words = page.sheet.words(page.app, page.sheet.form(|form| form.item(self.id).text));
        let must = page.app.say(Say::Required);
        move || if required { [&words(), " ", &must()].concat() } else { words() }
    }

    /// `true`, where the question must be answered, as `aria-required` says it.
    pub(super) fn required(self) -> Option<&'static str> {
        self.required.then_some("true")
    }

    /// The language of the question's words, where it is another than the current one.
    pub(super) fn language(self) -> impl Fn() -> Option<String> + Send + 'static {
        self.page.sheet.other_language(self.page.app, self.page.sheet.form(|form| form.item(self.id).text))
    }

    /// The ids of what describes the field: `also`, help, what is wrong, what is open.
    pub(super) fn described_by(self, also: &'static [&'static str]) -> impl Fn() -> Option<String> + Send + 'static {
        let Around { page, id, help, .. } = self;
        move || {
            let mut names: Vec<&str> = also.to_vec();
            names.extend(help.map(|_| "help"));
            names.extend(page.wrong(id).map(|_| "error"));
            names.extend(page.open(id).then_some("unanswered"));
            let ids: Vec<String> = names.into_iter().map(|name| format!("{}-{name}", id_of(id))).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }

    /// Whether the field is wrong, as `aria-invalid` says it.
    pub(super) fn invalid(self) -> impl Fn() -> Option<String> + Send + 'static {
        let Around { page, id, .. } = self;
        move || page.wrong(id).map(|_| "true".to_owned())
    }

    /// The fieldset of options, of which `one` or several may be chosen. Where it is one, the group itself says that it is
    /// wrong or must be answered: a group of another kind has no such states.
    pub(super) fn fieldset(self, class: &'static str, one: bool) -> Element {
        let invalid = self.invalid();
        el_of("fieldset", class)
            .attr("id", id_of(self.id))
            .maybe_attr("role", one.then_some("radiogroup"))
            .maybe_attr("aria-required", self.required().filter(|_| one))
            .live_attr("lang", self.language())
            .live_attr("aria-describedby", self.described_by(&[]))
            .live_attr("aria-invalid", move || invalid().filter(|_| one))
    }

    /// Help, what is wrong, what is open: between the question and its field.
    pub(super) fn notes(self) -> AnyView {
        let Around { page, id, help, .. } = self;
        let name = move |what: &str| format!("{}-{what}", id_of(id));
        let help = help.map(|help| {
            let words = page.sheet.words(page.app, page.sheet.form(|form| form.item(help).text));
            el_of("p", "svar-help").attr("id", name("help")).say(words)
        });
        let wrong = live(move || {
            page.wrong(id).map(|what| {
                el_of("p", "svar-error")
                    .attr("id", name("error"))
                    .child(el_of("span", "svar-hidden").say(page.app.say(Say::ErrorPrefix)))
                    .say(page.app.say(what))
            })
        });
        let open = live(move || {
            page.open(id)
                .then(|| el_of("p", "svar-unanswered").attr("id", name("unanswered")).say(page.app.say(Say::Open)))
        });
        all([help.into(), wrong.into(), open.into()])
    }
}
