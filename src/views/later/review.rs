//! The overview before sending: every question with its answer, and the whole row is the way back to it.

use leptos::prelude::*;

use crate::views::{
    element::{all, el, el_of},
    marks::id_of,
    parts::{Look, actions, button, plain_heading},
    sheet::Sheet,
    state::{App, At},
};
use crate::{
    questionnaire::ItemId,
    session::Value,
    study::Step,
    words::{Say, Tongue},
};

/// The overview of a questionnaire.
pub(super) fn view(app: App, sheet: Sheet, step: Step) -> AnyView {
    let pages = sheet.read(|session| session.pages());
    let sections: Vec<AnyView> = pages.into_iter().filter_map(|page| section(app, sheet, page)).collect();
    let send = move || {
        // Wrong answers were stopped on their pages; coming here by the browser's buttons may have passed them by.
        let wrong = sheet.read(|session| session.pages().into_iter().find(|page| !session.problems(*page).is_empty()));
        match wrong {
            Some(page) => {
                sheet.checked.update(|pages| pages.push(page));
                app.turn(At::Page(page));
            }
            None => app.send(sheet, step),
        }
    };
    all([
        plain_heading(app, app.say(Say::ReviewTitle)).into(),
        el_of("p", "svar-lead").say(app.say(Say::ReviewLead)).into(),
        el_of("div", "svar-review").child(sections).into(),
        actions(vec![
            button(Look::Secondary, app.say(Say::Back), move || app.back()),
            button(Look::Primary, app.say(Say::Send), send),
        ])
        .into(),
    ])
}

fn section(app: App, sheet: Sheet, page: ItemId) -> Option<AnyView> {
    let questions = sheet.read(|session| session.questions(page));
    if questions.is_empty() {
        return None;
    }
    let title = format!("review-{}", page.0);
    let rows: Vec<AnyView> = questions.into_iter().map(|id| row(app, sheet, page, id)).collect();
    let words = sheet.words(app, sheet.form(|form| form.item(page).text));
    let section = el("section")
        .attr("aria-labelledby", title.as_str())
        .child(el_of("h2", "svar-review-title").attr("id", title).say(words))
        .child(el_of("ul", "svar-review-list").child(rows));
    Some(section.view())
}

fn row(app: App, sheet: Sheet, page: ItemId, id: ItemId) -> AnyView {
    let open = sheet.read(|session| session.is_open(id));
    let class = if open { "svar-review-answer svar-review-answer--none" } else { "svar-review-answer" };
    let change = move |_| {
        app.from_review.set(true);
        app.target.set_value(Some(id_of(id)));
        app.turn(At::Page(page));
    };
    let question = sheet.words(app, sheet.form(|form| form.item(id).text));
    let button = el_of("button", "svar-review-row")
        .attr("type", "button")
        .on("click", change)
        .child(el_of("span", "svar-review-question").say(question))
        .text(" ")
        .child(el_of("span", class).say(move || answer(app, sheet, id)))
        .text(" ")
        .child(el_of("span", "svar-review-change").say(app.say(Say::Change)));
    el("li").child(button).view()
}

/// The answer in words; ranked ones with their places.
pub(super) fn answer(app: App, sheet: Sheet, id: ItemId) -> String {
    let mut answers = answers(app, sheet, id);
    let ranked = sheet.read(|session| session.most(id).is_some());
    if answers.is_empty() {
        return app.say(Say::Open)();
    }
    if ranked {
        for (place, answer) in (1_usize..).zip(&mut answers) {
            *answer = [&place.to_string(), ". ", answer].concat();
        }
    }
    answers.join(if ranked { " " } else { ", " })
}

/// The answers in words.
pub(super) fn answers(app: App, sheet: Sheet, id: ItemId) -> Vec<String> {
    let language = app.language.read();
    let tongue = Tongue::of(&language);
    let say = |what: Say| tongue.say(&what);
    sheet.read(|session| {
        let form = session.form();
        let words = |value: &Value| match value {
            Value::Boolean(true) => say(Say::Yes),
            Value::Boolean(false) => say(Say::No),
            Value::Option(place) => {
                let text = form.options(id).get(usize::from(*place)).and_then(|option| option.text);
                form.text(text, &language).map_or_else(String::new, |(text, _)| text.words())
            }
            Value::Text(words) => words.clone(),
            number => match form.text(form.item(id).unit, &language) {
                Some((unit, _)) => format!("{} {}", tongue.written(number.typed()), unit.words()),
                None => tongue.written(number.typed()),
            },
        };
        session.counting(id).iter().map(words).collect()
    })
}
