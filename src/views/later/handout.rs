//! The summary to bring along: the answers that the study lists, on one calm page for the printer. It is made of what the page
//! still remembers, so after a reload there is none.

use leptos::prelude::*;

use super::{review, told};
use crate::{
    browser,
    questionnaire::{ItemId, Kind, Layout},
    study::Step,
    views::{
        element::{Child, all, el, el_of},
        parts::{Look, actions, button, plain_heading, text_box},
        sheet::Sheet,
        state::App,
    },
    words::{Told, Tongue},
};

/// Whether there is anything of a part to bring along.
pub(super) fn is_there(app: App, part: usize) -> bool {
    let items = app.wave().parts.get(part).and_then(|part| part.summary.clone()).map(|summary| summary.items);
    let sheet = app.sheet(Step::Part(part));
    items.zip(sheet).is_some_and(|(items, sheet)| items.iter().any(|item| !questions(sheet, item).is_empty()))
}

/// The summary of a part; `close` leads back.
pub(super) fn view(app: App, part: usize, close: impl Fn() + 'static) -> AnyView {
    let wave = app.wave();
    let summary = wave.parts.get(part).and_then(|part| part.summary.clone());
    let (Some(summary), Some(sheet)) = (summary, app.sheet(Step::Part(part))) else { return ().into_any() };
    let title = summary.title.clone();
    let title = move || {
        let words = app.language.with(|tag| app.study().say(&title, tag).map(|text| text.words()));
        words.unwrap_or_default()
    };
    let intro = summary.intro.clone();
    let sections: Vec<AnyView> = summary.items.iter().filter_map(|item| section(app, sheet, item)).collect();
    all([
        plain_heading(app, title).into(),
        el_of("p", "svar-handout-when").say(move || when(app, sheet)).into(),
        text_box(move || app.language.with(|tag| app.study().say(&intro, tag).cloned())).into(),
        el_of("div", "svar-handout").child(sections).into(),
        el_of("p", "svar-help svar-handout-kept").say(told(app, Told::SummaryKept)).into(),
        actions(vec![
            button(Look::Primary, told(app, Told::SummaryPrint), browser::print),
            button(Look::Secondary, told(app, Told::SummaryClose), close),
        ])
        .into(),
    ])
}

/// When it was answered.
fn when(app: App, sheet: Sheet) -> String {
    let stored = sheet.delivery.receipt().and_then(|receipt| receipt.stored).unwrap_or_else(browser::now);
    app.language.with(|tag| {
        let tongue = Tongue::of(tag);
        tongue.told(&Told::SummaryOf(browser::as_people_write(&stored, tongue.tag()).unwrap_or_default()))
    })
}

/// The questions that were answered below an item, or the item itself.
fn questions(sheet: Sheet, link_id: &str) -> Vec<ItemId> {
    sheet.read(|session| {
        let Some(id) = session.form().find(link_id) else { return Vec::new() };
        let mut asked = session.questions(id);
        if session.form().item(id).kind.is_question() && session.shown(id) {
            asked.push(id);
        }
        asked.into_iter().filter(|id| !session.answers(*id).is_empty() && !session.counting(*id).is_empty()).collect()
    })
}

/// What was answered below one item; nothing if nothing was.
fn section(app: App, sheet: Sheet, link_id: &str) -> Option<AnyView> {
    let asked = questions(sheet, link_id);
    let id = sheet.form(|form| form.find(link_id))?;
    if asked.is_empty() {
        return None;
    }
    let (kind, text) = sheet.form(|form| (form.item(id).kind.clone(), form.item(id).text));
    let title = matches!(kind, Kind::Group(_)).then(|| el_of("h2", "svar-handout-title").say(sheet.words(app, text)));
    let rows = el_of("dl", "svar-handout-list").live(move || rows(app, sheet, &asked));
    Some(el("section").child(title).child(rows).view())
}

/// Question and answer; rows of a table the other way round: the answer, and what it was given to.
fn rows(app: App, sheet: Sheet, asked: &[ItemId]) -> Vec<AnyView> {
    let mut rows = Vec::new();
    let mut tables: Vec<ItemId> = Vec::new();
    for &id in asked {
        match sheet.form(|form| table(form, id)) {
            Some(table) if tables.contains(&table) => {}
            Some(table) => {
                tables.push(table);
                rows.extend(turned(app, sheet, table, asked));
            }
            None => rows.push(row(words(app, sheet, id), answer(app, sheet, id))),
        }
    }
    rows
}

fn table(form: &crate::questionnaire::Form, id: ItemId) -> Option<ItemId> {
    form.item(id).parent.filter(|parent| form.item(*parent).kind == Kind::Group(Layout::Table))
}

/// From the last option of a table, which is the most, to the first: which rows it was chosen for.
fn turned(app: App, sheet: Sheet, table: ItemId, asked: &[ItemId]) -> Vec<AnyView> {
    let here: Vec<ItemId> =
        asked.iter().copied().filter(|id| sheet.form(|form| form.item(*id).parent) == Some(table)).collect();
    let mut said: Vec<(usize, String, Vec<String>)> = Vec::new();
    for id in here {
        let answers = review::answers(app, sheet, id);
        let place = sheet.read(|session| match session.answers(id) {
            [crate::session::Value::Option(place)] => usize::from(*place),
            _ => 0,
        });
        let (Some(answer), question) = (answers.into_iter().next(), words(app, sheet, id)) else { continue };
        // They stand in a row, where a full stop in the middle would be in the way.
        let question = question.trim_end_matches('.').to_owned();
        match said.iter_mut().find(|(known, ..)| *known == place) {
            Some((.., rows)) => rows.push(question),
            None => said.push((place, answer, vec![question])),
        }
    }
    said.sort_by_key(|other| std::cmp::Reverse(other.0));
    said.into_iter().map(|(_, answer, rows)| row(answer, el("dd").text(rows.join("; ")).into())).collect()
}

fn words(app: App, sheet: Sheet, id: ItemId) -> String {
    sheet.words(app, sheet.form(|form| form.item(id).text))()
}

/// The answer; what was ranked as a list with numbers.
fn answer(app: App, sheet: Sheet, id: ItemId) -> Child {
    let answers = review::answers(app, sheet, id);
    if sheet.read(|session| session.most(id).is_none()) {
        return el("dd").text(answers.join(", ")).into();
    }
    let rows: Vec<AnyView> = answers.into_iter().map(|answer| el("li").text(answer).view()).collect();
    el("dd").child(el_of("ol", "svar-handout-ranked").child(rows)).into()
}

fn row(name: String, value: Child) -> AnyView {
    el_of("div", "svar-handout-row").child(el("dt").text(name)).child(value).view()
}
