//! What the page around the widget is told as the respondent goes on: where they are, and whether the widget may be taken
//! away. Never an answer.

use leptos::prelude::*;

use super::state::{App, At};
use crate::session::Session;

/// Tells it, from now on.
pub(super) fn tells(app: App) {
    Effect::new(move || {
        let place = app.place.get();
        let Some(sheet) = app.sheet(place.step) else {
            // Not loaded yet, or no page with questions.
            app.complete.track();
            return;
        };
        let pages = sheet.layout(Session::pages);
        let here = match place.at {
            At::Start => Some(0),
            At::Page(page) => pages.iter().position(|other| *other == page),
            _ => None,
        };
        if let Some(here) = here {
            let detail = [
                ("step", app.part_id(place.step).into()),
                ("page", here.saturating_add(1).into()),
                ("pages", pages.len().into()),
            ];
            app.tells("page", &detail);
        }
    });
    Effect::new(move || {
        app.complete.track();
        app.tells("rest", &[("rest", app.is_at_rest().into())]);
    });
}
