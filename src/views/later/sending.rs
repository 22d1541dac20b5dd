//! How a submission fares: on its way, not confirmed, refused. "Received" is the next step, shown only on a receipt.

use leptos::prelude::*;

use super::told;
use crate::{
    browser,
    questionnaire::ItemId,
    study::Step,
    submission::{Event, Parked, State, Submission, Verdict, Waiting, policy},
    views::{
        delivery::Delivery,
        element::{all, el, el_of, live},
        marks::id_of,
        parts::{Look, actions, button, contact, facts, plain_heading},
        sheet::{Freezing, Sheet},
        state::{App, At},
        unsent::{self, not_ready},
    },
    words::{Safekeeping, Say, Told},
};

/// What is to be seen of a submission. While it is tried again by itself the page stays as it is: a page that changes
/// every few seconds would be read out every few seconds.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    OnItsWay,
    Elsewhere,
    NotReceived(Verdict),
    NotReady(Freezing),
}

impl Shown {
    fn of(submission: &Submission, before: Option<&Shown>) -> Shown {
        match submission.state() {
            State::Waiting { why, .. } => Shown::NotReceived(Verdict::Waiting { why: *why, after: None }),
            State::Paused => Shown::NotReceived(Verdict::Paused),
            State::Parked(why) => Shown::NotReceived(Verdict::Parked(*why)),
            State::Refused { link_ids } => Shown::NotReceived(Verdict::Refused { link_ids: link_ids.clone() }),
            State::Elsewhere => Shown::Elsewhere,
            _ => match before {
                Some(before @ Shown::NotReceived(Verdict::Waiting { .. })) if submission.tries() > 0 => before.clone(),
                _ => Shown::OnItsWay,
            },
        }
    }
}

fn shown(sheet: Sheet) -> Memo<Shown> {
    Memo::new(move |before: Option<&Shown>| match sheet.freezing.get() {
        Freezing::UnderWay => Shown::OnItsWay,
        why @ (Freezing::NotSealed | Freezing::NotLoaded) => Shown::NotReady(why),
        Freezing::Not => sheet.delivery.watch(|submission| Shown::of(submission, before)),
    })
}

/// The view while there is something to deliver.
pub(super) fn view(app: App, sheet: Sheet, step: Step) -> AnyView {
    let state = shown(sheet);
    live(move || match state.get() {
        Shown::OnItsWay => unsent::on_its_way(app),
        Shown::Elsewhere => all([
            plain_heading(app, told(app, Told::SendingElsewhereTitle)).into(),
            el("p").attr("role", "status").say(told(app, Told::SendingElsewhereLead)).into(),
        ]),
        Shown::NotReceived(Verdict::Refused { link_ids }) => look_again(app, sheet, step, &link_ids),
        Shown::NotReceived(verdict) => {
            // While it waits it may have arrived all the same; what was turned down has not.
            let title = match verdict {
                Verdict::Paused | Verdict::Parked(_) => plain_heading(app, app.say(Say::NotTakenTitle)),
                _ => plain_heading(app, told(app, Told::NotSentTitle)),
            };
            all([title.into(), not_received(app, sheet.delivery, verdict).into(), facts(contact(app)).into()])
        }
        // What was wrong before it was frozen has its view in the first part.
        Shown::NotReady(_) => unsent::view(app, sheet, step),
    })
}

/// The same for contact details, which are delivered behind the answers, as a part of the last page.
pub(super) fn contact_details(app: App, sheet: Sheet) -> AnyView {
    let state = shown(sheet);
    let how_it_fares = live(move || match state.get() {
        Shown::NotReceived(verdict) => not_received(app, sheet.delivery, verdict),
        Shown::NotReady(why) => not_ready(app, sheet, Step::Contact, why),
        _ => el("p").attr("role", "status").say(app.say(Say::SendingLead)).view(),
    });
    all([el_of("h2", "svar-notice-title").say(told(app, Told::ContactPendingTitle)).into(), how_it_fares.into()])
}

/// Why it has not arrived, where the answers are meanwhile, and what can be done.
fn not_received(app: App, delivery: Delivery, verdict: Verdict) -> AnyView {
    let no_receipt = matches!(verdict, Verdict::Waiting { why: Waiting::NoReceipt, .. });
    let strange = move || {
        let explain = no_receipt && delivery.watch(|submission| submission.tries() >= policy::EXPLAIN_AFTER);
        explain.then(|| el("p").say(told(app, Told::StrangeReplies)))
    };
    let waits = matches!(verdict, Verdict::Waiting { .. });
    let hopeless = matches!(verdict, Verdict::Parked(Parked::Closed | Parked::Conflict));
    let safekeeping = Memo::new(move |_| app.safekeeping(delivery));
    let copy = move || {
        delivery.read(|submission| {
            if let Some(frozen) = submission.frozen() {
                browser::save_copy("svar.json", &frozen.bytes);
            }
        });
    };
    let mut buttons = Vec::new();
    if !hopeless {
        let again = move || app.tell(delivery, Event::Retry);
        buttons.push(button(Look::Primary, app.say(Say::TryAgain), again));
    }
    if matches!(verdict, Verdict::Parked(_)) {
        buttons.push(button(Look::Secondary, told(app, Told::SaveCopy), copy));
    }
    let to_be_kept = live(move || {
        let only_here = waits && safekeeping.get() == Safekeeping::Page;
        only_here.then(|| button(Look::Secondary, told(app, Told::SaveCopy), copy))
    });
    let notice = el_of("div", "svar-notice svar-notice--warning")
        .attr("role", "status")
        .child(el("p").say(told(app, Told::NotSent(verdict))))
        .live(strange);
    all([
        notice.into(),
        waits.then(|| el("p").say(told(app, Told::TriesByItself))).into(),
        el("p").say(move || told(app, Told::Kept(safekeeping.get()))()).into(),
        actions(buttons).into(),
        to_be_kept.into(),
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
            app.tell(sheet.delivery, Event::Reopen);
            if app.place.get_untracked().step == step {
                app.turn(At::Page(page));
            }
        };
        el("li").child(button(Look::Link, words, open)).view()
    };
    let rows: Vec<AnyView> = named.into_iter().map(row).collect();
    all([
        plain_heading(app, told(app, Told::LookAgainTitle)).into(),
        el("p").say(told(app, Told::LookAgain)).into(),
        el("ul").child(rows).into(),
        facts(contact(app)).into(),
    ])
}
