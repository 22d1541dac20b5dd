//! What is wrong, or left open, at the top of the page, with links to the questions. It takes the focus when it is asked
//! for, not when it merely changes.

use leptos::prelude::*;

use super::{
    element::{el, el_of, live},
    marks::{Page, id_of},
    state::App,
};
use crate::{
    questionnaire::ItemId,
    words::{Say, Tongue},
};

const ID: &str = "svar-summary";

/// Puts the focus on the summary, once it is there.
pub(super) fn take_focus(app: App) {
    let ground = app.ground();
    request_animation_frame(move || ground.focus_within(ID));
}

/// The summary; nothing while all is well.
pub(super) fn view(page: Page) -> AnyView {
    live(move || {
        let words = |id: ItemId| page.sheet.words(page.app, page.sheet.form(|form| form.item(id).text));
        let wrong = page.all_wrong();
        if !wrong.is_empty() {
            let count = wrong.len();
            // What is wrong may be the same with several questions.
            let link = |(id, what): (ItemId, Say)| {
                let (question, what) = (words(id), page.app.say(what));
                link(page.app, id, move || [question().as_str(), " – ", &what()].concat())
            };
            let links = wrong.into_iter().map(link).collect();
            return Some(summary(page, "svar-summary svar-summary--error", Say::ErrorsFound { count }, links, None));
        }
        let open = page.all_open();
        (!open.is_empty()).then(|| {
            let count = open.len();
            let links = open.into_iter().map(|id| link(page.app, id, words(id))).collect();
            let class = "svar-summary svar-summary--unanswered";
            summary(page, class, Say::OpenFound { count }, links, Some(Say::OpenHint))
        })
    })
}

fn summary(page: Page, class: &'static str, title: Say, links: Vec<AnyView>, hint: Option<Say>) -> AnyView {
    let language = page.app.language;
    let say = move |what: Say| move || language.with(|tag| Tongue::of(tag).say(&what));
    el_of("div", class)
        .attr("id", ID)
        .attr("role", "group")
        .attr("tabindex", "-1")
        .attr("aria-labelledby", "svar-summary-title")
        .child(el_of("h2", "svar-summary-title").attr("id", "svar-summary-title").say(say(title)))
        .child(el("ul").child(links))
        .child(hint.map(|hint| el("p").say(say(hint))))
        .view()
}

/// A link to a question.
pub(super) fn link(app: App, id: ItemId, text: impl Fn() -> String + Send + 'static) -> AnyView {
    let target = id_of(id);
    let link = el("a")
        .attr("href", format!("#{target}"))
        .on("click", move |event| {
            // The address bar stays as it is.
            event.prevent_default();
            app.ground().focus_within(&target);
        })
        .say(text);
    el("li").child(link).view()
}
