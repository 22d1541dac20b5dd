//! How a submission fares: on its way, not confirmed, refused. "Received" is the next step, shown only on a receipt.

use leptos::prelude::*;

use super::{
    element::{all, el, el_of, live},
    marks::id_of,
    parts::{Look, actions, button, contact, facts, plain_heading},
    sheet::Sheet,
    state::{App, At},
};
use crate::{
    browser,
    questionnaire::ItemId,
    study::Step,
    submission::{Event, Parked, State, Verdict, Waiting, policy},
    words::Say,
};

/// The view while there is something to deliver.
pub(super) fn view(app: App, sheet: Sheet, step: Step) -> AnyView {
    let state = Memo::new(move |_| sheet.delivery.with(|submission| submission.state().clone()));
    live(move || match state.get() {
        State::Draft | State::Received(_) | State::Sending => sending(app),
        State::NotReceived(Verdict::Refused { link_ids }) => look_again(app, sheet, step, &link_ids),
        State::NotReceived(verdict) => not_received(app, sheet, step, verdict),
    })
}

fn sending(app: App) -> AnyView {
    all([
        plain_heading(app, app.say(Say::SendingTitle)).into(),
        el_of("div", "svar-working").attr("aria-hidden", "true").into(),
        el("p").attr("role", "status").say(app.say(Say::SendingLead)).into(),
    ])
}

fn not_received(app: App, sheet: Sheet, step: Step, verdict: Verdict) -> AnyView {
    let tries = sheet.delivery.with_untracked(|submission| submission.tries());
    let strange = matches!(verdict, Verdict::Waiting { why: Waiting::NoReceipt, .. }) && tries >= policy::EXPLAIN_AFTER;
    let hopeless = matches!(verdict, Verdict::Parked(Parked::Closed | Parked::Conflict));
    let copy = move || {
        sheet.delivery.with_untracked(|submission| {
            if let Some(frozen) = submission.frozen() {
                browser::save_copy("svar.json", &frozen.bytes);
            }
        });
    };
    let mut buttons = Vec::new();
    if !hopeless {
        buttons.push(button(Look::Primary, app.say(Say::TryAgain), move || app.carry_on(step, Event::Retry)));
    }
    if matches!(verdict, Verdict::Parked(_)) {
        buttons.push(button(Look::Secondary, app.say(Say::SaveCopy), copy));
    }
    // While it waits it may have arrived all the same; what was turned down has not.
    let title = match verdict {
        Verdict::Paused | Verdict::Parked(_) => Say::NotTakenTitle,
        _ => Say::NotSentTitle,
    };
    let notice = el_of("div", "svar-notice svar-notice--warning")
        .attr("role", "status")
        .child(el("p").say(app.say(Say::NotSent(verdict))))
        .child(strange.then(|| el("p").say(app.say(Say::StrangeReplies))));
    all([
        plain_heading(app, app.say(title)).into(),
        notice.into(),
        el("p").say(app.say(Say::Kept)).into(),
        actions(buttons).into(),
        facts(contact(app)).into(),
    ])
}

/// The endpoint named answers to look at: back to the questions, and a new submission after that.
fn look_again(app: App, sheet: Sheet, step: Step, link_ids: &[String]) -> AnyView {
    let named: Vec<ItemId> = sheet.form(|form| link_ids.iter().filter_map(|link_id| form.find(link_id)).collect());
    let row = |id: ItemId| {
        let page = sheet.form(|form| {
            let mut at = id;
            while let Some(parent) = form.item(at).parent {
                at = parent;
            }
            at
        });
        let words = sheet.words(app, sheet.form(|form| form.item(id).text));
        let open = move || {
            app.target.set_value(Some(id_of(id)));
            app.from_review.set(true);
            app.carry_on(step, Event::Reopen);
            app.turn(At::Page(page));
        };
        el("li").child(button(Look::Link, words, open)).view()
    };
    let rows: Vec<AnyView> = named.into_iter().map(row).collect();
    all([
        plain_heading(app, app.say(Say::LookAgainTitle)).into(),
        el("p").say(app.say(Say::LookAgain)).into(),
        el("ul").child(rows).into(),
        facts(contact(app)).into(),
    ])
}
