//! Which view stands for which place.

use leptos::prelude::*;

use super::{
    element::{all, live},
    frame::frame,
    page, parts, resume,
    sheet::Freezing,
    state::{App, At, Place},
    unsent, welcome,
};
use crate::{study::Step, submission::State, words::Say};

/// The whole widget, for a respondent who was let in.
pub(super) fn view(app: App) -> AnyView {
    frame(app, move || {
        if app.moved_away.get() {
            return resume::moved_away(app);
        }
        let place = app.place.get();
        match place.at {
            At::End => resume::end(app),
            At::Help => aside(app, Say::NeedHelp, parts::text_box(app.words(|study| Some(&study.safety)))),
            At::Ask => aside(app, Say::WhomToAsk, parts::facts(parts::contact(app))),
            At::Start | At::Page(_) | At::Review => step(app, place),
        }
    })
}

/// A page that one comes back from.
fn aside(app: App, title: Say, content: AnyView) -> AnyView {
    let back = parts::button(parts::Look::Primary, app.say(Say::Close), move || app.back());
    all([parts::plain_heading(app, app.say(title)).into(), content.into(), parts::actions(vec![back]).into()])
}

fn step(app: App, place: Place) -> AnyView {
    match place.step {
        Step::Welcome => welcome::welcome(app),
        Step::Device => welcome::device(app),
        Step::Consent | Step::Contact | Step::Part(_) => answering(app, place),
        Step::Consented | Step::Received(_) | Step::Finished(_) => {
            // What has arrived had a keeper.
            app.kept(|keeper| keeper.receipt(place.step)).unwrap_or_else(|| parts::loading(app))
        }
        Step::Declined => resume::declined(app),
        Step::Ended => resume::cleared(app),
    }
}

/// A questionnaire: its pages and the overview while it is a draft, then how it fares on its way.
fn answering(app: App, place: Place) -> AnyView {
    let Some(sheet) = app.sheet(place.step) else {
        app.complete.track();
        return unsent::not_here(app);
    };
    let draft = Memo::new(move |_| {
        let draft = sheet.delivery.watch(|submission| *submission.state() == State::Draft);
        draft && sheet.freezing.get() == Freezing::Not
    });
    let overview = move || app.kept(|keeper| keeper.review(sheet, place.step)).unwrap_or_else(|| unsent::not_here(app));
    live(move || {
        if !draft.get() {
            let delivered = app.kept(|keeper| keeper.sending(sheet, place.step));
            return delivered.unwrap_or_else(|| unsent::view(app, sheet, place.step));
        }
        match place.at {
            At::Review => overview(),
            At::Page(page) => page::view(app, sheet, place.step, page),
            _ => match sheet.read(|session| session.pages().first().copied()) {
                Some(first) => page::view(app, sheet, place.step, first),
                None => overview(),
            },
        }
    })
}
