//! What the page around the widget is told as the respondent goes on: where they are, and whether the widget may be taken
//! away. Never an answer.

use leptos::prelude::*;

use super::state::{App, At};
use crate::session::Session;

/// Tells it, from now on.
pub(super) fn tells(app: App) {
    let here = Memo::new(move |_| {
        let place = app.place.get();
        // What is not loaded yet has no pages.
        app.complete.track();
        let sheet = app.sheet(place.step)?;
        let pages = sheet.layout(Session::pages);
        let here = match place.at {
            At::Start => 0,
            At::Page(page) => pages.iter().position(|other| *other == page)?,
            _ => return None,
        };
        Some((app.part_id(place.step), here.saturating_add(1), pages.len()))
    });
    Effect::new(move || {
        if let Some((step, page, pages)) = here.get() {
            app.tells("page", &[("step", step.into()), ("page", page.into()), ("pages", pages.into())]);
        }
    });
    Effect::new(move || {
        app.complete.track();
        app.tells("rest", &[("rest", app.is_at_rest().into())]);
    });
}
