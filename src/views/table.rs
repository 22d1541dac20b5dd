//! Questions with the same options as rows of a scale. Each row is a radio group of its own with its question as legend;
//! the headings above are for the eye alone.

use leptos::{html, prelude::*};

use super::{choice, page::Page, parts, question::Around, summary::id_of};
use crate::questionnaire::{ItemId, Kind, Layout, TextId};

/// A row's options stand side by side even on a phone if there are few and their words are short.
const SHORT: (usize, usize) = (4, 16);

/// From so many options on, the questions leave more room for them.
const MANY: usize = 6;

/// A group laid out as a table.
pub(super) fn view(page: Page, id: ItemId) -> AnyView {
    let sheet = page.sheet;
    debug_assert!(sheet.form(|form| form.item(id).kind == Kind::Group(Layout::Table)));
    let (text, rows): (Option<TextId>, Vec<(ItemId, bool)>) = sheet.form(|form| {
        let visible = |id: &ItemId| !form.item(*id).hidden;
        let rows = form.children(Some(id)).filter(visible).map(|id| (id, form.item(id).conditions.is_empty()));
        (form.item(id).text, rows.collect())
    });
    let options: Vec<Option<TextId>> = sheet.form(|form| {
        let first = rows.iter().find(|(row, _)| form.item(*row).kind.is_question());
        first.map_or_else(Vec::new, |(row, _)| form.options(*row).iter().map(|option| option.text).collect())
    });
    let label = format!("{}-label", id_of(id));
    let title = text.map(|_| {
        html::h2().class("svar-group-title").attr("id", label.clone()).child(sheet.words(page.app, text)).into_any()
    });
    let around = Around::new(page, id);
    let class = layout(page, &options);
    let headings: Vec<AnyView> =
        options.into_iter().map(|text| html::span().child(sheet.words(page.app, text)).into_any()).collect();
    let head = html::div()
        .class("svar-scale-head")
        .attr("aria-hidden", "true")
        .child(html::div().class("svar-scale-headings").child(headings));
    let rows: Vec<AnyView> = rows.into_iter().map(|(row, always)| maybe(page, row, always)).collect();
    html::div()
        .class("svar-question")
        .attr("role", "group")
        .attr("lang", around.language())
        .attr("aria-labelledby", text.map(|_| label))
        .attr("aria-describedby", around.described_by(&[]))
        .child((title, around.notes(), html::div().class(class).child((head, rows))))
        .into_any()
}

fn layout(page: Page, options: &[Option<TextId>]) -> &'static str {
    let (most, longest) = SHORT;
    let short = options.len() <= most
        && page.sheet.form(|form| {
            let language = page.app.language.read_untracked();
            let length = |text: &Option<TextId>| form.text(*text, &language).map_or(0, |(text, _)| text.words().chars().count());
            options.iter().all(|text| length(text) <= longest)
        });
    match (short, options.len() >= MANY) {
        (true, _) => "svar-scale svar-scale--short",
        (false, true) => "svar-scale svar-scale--many",
        (false, false) => "svar-scale",
    }
}

fn maybe(page: Page, id: ItemId, always: bool) -> AnyView {
    if always {
        return row(page, id);
    }
    let shown = Memo::new(move |_| page.sheet.shown(id));
    (move || shown.get().then(|| row(page, id))).into_any()
}

fn row(page: Page, id: ItemId) -> AnyView {
    if !page.sheet.form(|form| form.item(id).kind.is_question()) {
        let text = page.sheet.form(|form| form.item(id).text);
        let words = page.sheet.words(page.app, text);
        return parts::text_box(move || Some(crate::questionnaire::text::Text::Plain(words())));
    }
    let around = Around::new(page, id);
    html::fieldset()
        .class("svar-scale-row")
        .attr("id", id_of(id))
        .attr("lang", around.language())
        .attr("aria-describedby", around.described_by(&[]))
        .child((
            html::legend().class("svar-scale-legend").child(around.words()),
            around.notes(),
            html::div().class("svar-options").child(choice::inputs(page, id)),
        ))
        .into_any()
}
