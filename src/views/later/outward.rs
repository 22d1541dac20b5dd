//! What the page around the widget is told as the respondent goes on: where they are, what has arrived, and whether the
//! widget may be taken away. Never an answer.

use leptos::prelude::*;

use crate::{
    session::Session,
    study::Step,
    views::state::{App, At},
};

/// Tells it, from now on.
pub(super) fn tells(app: App) {
    Effect::new(move || {
        let place = app.place.get();
        let Some(sheet) = app.sheet(place.step) else { return };
        let pages = sheet.layout(Session::pages);
        let here = match place.at {
            At::Start => Some(0),
            At::Page(page) => pages.iter().position(|other| *other == page),
            _ => None,
        };
        let Some(here) = here else { return };
        let detail = [
            ("step", app.part_id(place.step).into()),
            ("page", here.saturating_add(1).into()),
            ("pages", pages.len().into()),
        ];
        app.ground().tell("page", &detail);
    });
    // Not of the contact details: whoever had both references could join names and answers.
    for (step, sheet) in app.sheets().into_iter().filter(|(step, _)| *step != Step::Contact) {
        let received =
            Memo::new(move |_| sheet.delivery.watch(|sent| sent.received().map(|receipt| receipt.uuid.clone())));
        Effect::new(move || {
            if let Some(uuid) = received.get() {
                let detail = [("part", app.part_id(step).into()), ("uuid", uuid.into())];
                app.ground().tell("submitted", &detail);
            }
        });
    }
    Effect::new(move || app.ground().tell("rest", &[("rest", app.may_hand_over().into())]));
}
