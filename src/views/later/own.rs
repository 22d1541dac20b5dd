//! The respondent's own copy: every answer with its question, to be printed or saved as a page of its own. It is made of what
//! the page still remembers and kept nowhere, so after a reload there is none.

use leptos::prelude::*;

use super::{review, told};
use crate::{
    browser,
    questionnaire::ItemId,
    session::Session,
    study::Step,
    views::{
        element::{Child, all, el, el_of},
        parts::{Look, actions, button, plain_heading},
        sheet::Sheet,
        state::App,
    },
    words::{Told, Tongue},
};

/// What is saved.
const COPY: &str = "svar-own";

/// The sheets that a copy is made of. Contact details are apart from the answers, here as elsewhere.
fn sheets(app: App) -> Vec<Sheet> {
    let answered = |(step, sheet): (Step, Sheet)| {
        (step != Step::Contact && sheet.delivery.receipt().is_some() && sheet.read(Session::has_answers))
            .then_some(sheet)
    };
    app.sheets().into_iter().filter_map(answered).collect()
}

/// Whether there is anything to make a copy of. On a shared device there is not: whoever comes next would read it.
pub(super) fn is_there(app: App) -> bool {
    app.own_device_chosen.get_value() == Some(true) && !sheets(app).is_empty()
}

/// The copy; `close` leads back.
pub(super) fn view(app: App, close: impl Fn() + 'static) -> AnyView {
    let sections: Vec<AnyView> = sheets(app).into_iter().flat_map(|sheet| pages(app, sheet)).collect();
    let save = move || {
        let title = [told(app, Told::OwnTitle)().as_str(), " – ", &app.title()].concat();
        let language = app.language.get_untracked();
        app.ground().with(COPY, |copy| browser::save_page(copy, &title, &language, "svar.html"));
    };
    let copy = el_of("div", "svar-group")
        .attr("id", COPY)
        .child(plain_heading(app, told(app, Told::OwnTitle)))
        .child(el_of("p", "svar-handout-when").say(move || when(app)))
        .child(el_of("div", "svar-handout").child(sections));
    all([
        copy.into(),
        el_of("p", "svar-help svar-handout-kept").say(told(app, Told::OwnKept)).into(),
        actions(vec![
            button(Look::Primary, told(app, Told::OwnPrint), browser::print),
            button(Look::Secondary, told(app, Told::OwnSave), save),
            button(Look::Plain, told(app, Told::SummaryClose), close),
        ])
        .into(),
    ])
}

/// The study, and when the last of it arrived.
fn when(app: App) -> String {
    let last = sheets(app).into_iter().filter_map(|sheet| sheet.delivery.receipt()?.stored).max();
    let stored = last.unwrap_or_else(browser::now);
    app.language.with(|tag| {
        let tongue = Tongue::of(tag);
        let day = browser::as_people_write(&stored, tongue.tag()).unwrap_or_default();
        [app.title().as_str(), ". ", &tongue.told(&Told::SummaryOf(day))].concat()
    })
}

fn pages(app: App, sheet: Sheet) -> Vec<AnyView> {
    let page = |page: ItemId| {
        let asked = sheet.read(|session| session.questions(page));
        let rows: Vec<AnyView> = asked.into_iter().map(|id| row(app, sheet, id)).collect();
        let title = sheet.words(app, sheet.form(|form| form.item(page).text));
        let title = el_of("h2", "svar-handout-title").say(title);
        (!rows.is_empty()).then(|| el("section").child(title).child(el("dl").child(rows)).view())
    };
    sheet.read(Session::pages).into_iter().filter_map(page).collect()
}

fn row(app: App, sheet: Sheet, id: ItemId) -> AnyView {
    let question = sheet.words(app, sheet.form(|form| form.item(id).text));
    let answer = el("dd").say(move || review::answer(app, sheet, id));
    let row = [el("dt").say(question).into(), answer.into()];
    el_of("div", "svar-handout-row").child(Child::from(all(row))).view()
}
