//! Questions with the same options as rows of a scale. Each row is a radio group of its own with its question as legend;
//! the headings above are for the eye alone.

use leptos::prelude::*;

use super::{
    choice,
    element::{el, el_of, live},
    marks::{Page, id_of},
    parts,
    question::Around,
};
use crate::questionnaire::{ItemId, TextId};

/// A row's options stand side by side even on a phone if there are few and their words are short.
const SHORT: (usize, usize) = (4, 16);

/// From so many options on, the questions leave more room for them.
const MANY: usize = 6;

/// A group laid out as a table.
pub(super) fn view(page: Page, id: ItemId) -> AnyView {
    let sheet = page.sheet;
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
    let title =
        text.map(|_| el_of("h2", "svar-group-title").attr("id", label.as_str()).say(sheet.words(page.app, text)));
    let around = Around::new(page, id);
    let class = layout(page, &options);
    let headings: Vec<AnyView> =
        options.into_iter().map(|text| el("span").say(sheet.words(page.app, text)).view()).collect();
    let head = el_of("div", "svar-scale-head")
        .attr("aria-hidden", "true")
        .child(el_of("div", "svar-scale-headings").child(headings));
    let rows: Vec<AnyView> = rows.into_iter().map(|(row, always)| maybe(page, row, always)).collect();
    el_of("div", "svar-question")
        .attr("role", "group")
        .live_attr("lang", around.language())
        .maybe_attr("aria-labelledby", text.map(|_| label))
        .live_attr("aria-describedby", around.described_by(&[]))
        .child(title)
        .child(around.notes())
        .child(el_of("div", class).child(head).child(rows))
        .view()
}

fn layout(page: Page, options: &[Option<TextId>]) -> &'static str {
    let (most, longest) = SHORT;
    let short = options.len() <= most
        && page.sheet.form(|form| {
            let language = page.app.language.read_untracked();
            let length =
                |text: &Option<TextId>| form.text(*text, &language).map_or(0, |(text, _)| text.words().chars().count());
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
    live(move || shown.get().then(|| row(page, id)))
}

fn row(page: Page, id: ItemId) -> AnyView {
    if !page.sheet.form(|form| form.item(id).kind.is_question()) {
        let text = page.sheet.form(|form| form.item(id).text);
        let words = page.sheet.words(page.app, text);
        return parts::text_box(move || Some(crate::questionnaire::text::Text::Plain(words())));
    }
    let around = Around::new(page, id);
    around
        .fieldset("svar-scale-row", true)
        .child(el_of("legend", "svar-scale-legend").say(around.words()))
        .child(around.notes())
        .child(el_of("div", "svar-options").child(choice::inputs(page, id)))
        .view()
}
