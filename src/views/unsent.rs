//! What stands in for what is loaded later: a questionnaire that has not come yet, and answers on their way to being frozen,
//! or held up before they could be.

use leptos::prelude::*;

use super::{
    element::{Child, all, el, el_of, live},
    parts::{Look, actions, button, contact, facts, plain_heading},
    sheet::{Freezing, Sheet},
    state::App,
};
use crate::{study::Step, words::Say};

/// A questionnaire that has not come yet.
pub(super) fn not_here(app: App) -> AnyView {
    live(move || {
        if !app.fails.get() {
            return el("p").attr("role", "status").say(app.say(Say::Loading)).view();
        }
        all([
            plain_heading(app, app.say(Say::UnreachableTitle)).into(),
            el("p").attr("role", "status").say(app.say(Say::Unreachable)).into(),
            actions(vec![button(Look::Primary, app.say(Say::TryAgain), move || app.ask_again())]).into(),
        ])
    })
}

/// The view of a sheet that is no draft any more, and that nobody delivers yet.
pub(super) fn view(app: App, sheet: Sheet, step: Step) -> AnyView {
    live(move || match sheet.freezing.get() {
        Freezing::Not | Freezing::UnderWay => on_its_way(app),
        why => all([
            plain_heading(
                app,
                app.say(if why == Freezing::NotLoaded { Say::NotReadyTitle } else { Say::NotTakenTitle }),
            )
            .into(),
            not_ready(app, sheet, step, why).into(),
            facts(contact(app)).into(),
        ]),
    })
}

/// It is on its way.
pub(super) fn on_its_way(app: App) -> AnyView {
    all([
        plain_heading(app, app.say(Say::SendingTitle)).into(),
        el_of("div", "svar-working").attr("aria-hidden", "true").into(),
        el("p").attr("role", "status").say(app.say(Say::SendingLead)).into(),
    ])
}

/// What stood in the way of freezing it. The answers are on the page as they were.
pub(super) fn not_ready(app: App, sheet: Sheet, step: Step, why: Freezing) -> AnyView {
    let words = if why == Freezing::NotLoaded { Say::NotLoaded } else { Say::NotSealed };
    // What the browser cannot do it will not do the next time either.
    let again: Child = match why {
        Freezing::NotLoaded => {
            actions(vec![button(Look::Primary, app.say(Say::TryAgain), move || app.send(sheet, step))]).into()
        }
        _ => None::<AnyView>.into(),
    };
    let notice =
        el_of("div", "svar-notice svar-notice--warning").attr("role", "status").child(el("p").say(app.say(words)));
    all([notice.into(), again])
}
