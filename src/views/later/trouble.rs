//! There is nothing to answer: why, what to do, and whom to ask.

use std::sync::Arc;

use leptos::prelude::*;

use super::Stopped;
use crate::{
    browser::{self, Parsed, Standing},
    json::Json,
    study::{Code, Invitation, Study, refusal},
    views::{
        element::{el, el_of},
        load::Enter,
        parts::{Look, actions, button, contact_of, facts, submit},
    },
    words::{CodeTrouble, Say, Told, Tongue, Trouble},
};

/// The id of the field for a code.
const CODE: &str = "svar-code";

/// The page for what stands in the way.
pub(super) fn view(stopped: Stopped) -> AnyView {
    let Stopped { what, language, study, again } = stopped;
    again.ground().tell("error", &[("code", code_of(what).into())]);
    let say = move |what: Told| move || language.with(|tag| Tongue::of(tag).told(&what));
    let title = say(Told::TroubleTitle(what));
    let page_title = title.clone();
    let name = study.clone();
    Effect::new(move || {
        let name = name.as_ref().and_then(|study| language.with(|tag| study.say(&study.title, tag).map(|t| t.words())));
        again.ground().set_title(&[page_title().as_str(), " – ", name.as_deref().unwrap_or("Svar")].concat());
    });
    let code = study.clone().filter(|_| may_have_a_code(what)).map(|study| typed_code(language, study, again));
    let more_to_come =
        matches!(what, Trouble::Closed(_)) && study.as_ref().is_some_and(|study| others_follow(study, &again.token()));
    let later = more_to_come.then(|| el("p").say(say(Told::LaterWaves)));
    let contact = study.map(|study| facts(contact_of(language, study)));
    let retry = may_come_later(what).then(|| {
        let words = move || language.with(|tag| Tongue::of(tag).say(&Say::TryAgain));
        actions(vec![button(Look::Primary, words, move || again.once_more())])
    });
    el_of("div", "svar-page")
        .child(el_of("h1", "svar-heading").attr("tabindex", "-1").say(title))
        .child(el_of("div", "svar-text").child(el("p").say(say(Told::Trouble(what)))).child(later))
        .child(retry)
        .child(code)
        .child(contact)
        .view()
}

/// What could not be fetched may come the next time; a link that is wrong stays wrong, and a day is not waited for here.
fn may_come_later(what: Trouble) -> bool {
    use Trouble::{Damaged, Foreign, Missing, Truncated, Version};
    matches!(what, Missing | Foreign | Truncated | Version | Damaged)
}

/// What stands in the way, in a word for the page around.
fn code_of(what: Trouble) -> &'static str {
    match what {
        Trouble::Invitation(_) => "invitation",
        Trouble::OtherStudy => "other-study",
        Trouble::NoSuchWave => "no-such-wave",
        Trouble::OtherWave => "other-wave",
        Trouble::Browser => "old",
        Trouble::NotHere => "not-here",
        Trouble::Missing => "missing",
        Trouble::Foreign => "foreign",
        Trouble::Truncated => "truncated",
        Trouble::Version => "version",
        Trouble::Damaged => "damaged",
        Trouble::NotYet(_) => "not-yet",
        Trouble::Closed(_) => "closed",
        Trouble::Revoked => "revoked",
        Trouble::NotAdmitted => "not-admitted",
    }
}

fn may_have_a_code(what: Trouble) -> bool {
    matches!(what, Trouble::Invitation(_) | Trouble::NotAdmitted | Trouble::Revoked)
}

/// Whether later waves can be answered by whoever missed this one: not if it was to ask for the consent.
fn others_follow(study: &Study, token: &str) -> bool {
    let Ok(invitation) = Invitation::read_by::<Parsed>(token) else { return false };
    let mut from_here = study.waves.iter().skip_while(|wave| wave.id != invitation.wave);
    from_here.next().is_some_and(|missed| missed.consent.is_none()) && from_here.next().is_some()
}

fn leads_to(study: &Study, token: &str) -> bool {
    Invitation::read_by::<Parsed>(token).is_ok_and(|invitation| invitation.study == study.id)
}

/// Where the code that came with the link is typed, should the link not work.
fn typed_code(language: RwSignal<String>, study: Arc<Study>, again: Enter) -> AnyView {
    let say = move |what: Told| move || language.with(|tag| Tongue::of(tag).told(&what));
    let (typed, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<CodeTrouble>));
    let asking = RwSignal::new(false);
    let fails = move |why| {
        wrong.set(Some(why));
        asking.set(false);
        again.ground().focus_within(CODE);
    };
    let open = move || {
        // A second click finds it under way.
        if asking.get_untracked() {
            return;
        }
        let Ok(code) = typed.with_untracked(|typed| Code::read(typed)) else { return fails(CodeTrouble::Mistyped) };
        asking.set(true);
        let study = study.clone();
        again.ground().spawn(async move {
            match browser::standing(&study.endpoint, &code).await {
                Standing::Told(state) => match state.get("token").and_then(|token| token.text()) {
                    // A code of another study would lead to a page without a field for the right one.
                    Some(token) if leads_to(&study, &token) => again.with(token),
                    _ => fails(CodeTrouble::Unknown),
                },
                Standing::Refused(why) if why == refusal::TOO_MANY_CODES => fails(CodeTrouble::TooMany),
                Standing::Refused(_) => fails(CodeTrouble::Unknown),
                Standing::Unknown => fails(CodeTrouble::Unreachable),
            }
        });
    };
    let error = move || {
        wrong.get().map(|why| {
            el_of("p", "svar-error").attr("id", "svar-code-error").attr("role", "alert").say(say(Told::CodeWrong(why)))
        })
    };
    let described = move || {
        Some(if wrong.get().is_some() { "svar-code-help svar-code-error" } else { "svar-code-help" }.to_owned())
    };
    el_of("form", "svar-form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            open();
        })
        .child(el_of("h2", "svar-notice-title").say(say(Told::CodeTitle)))
        .child(
            el_of("div", "svar-question")
                .child(el_of("label", "svar-question-label").attr("for", CODE).say(say(Told::CodeLabel)))
                .child(el_of("p", "svar-help").attr("id", "svar-code-help").say(say(Told::CodeHelp)))
                .live(error)
                .child(
                    el_of("input", "svar-input svar-input--medium")
                        .attr("id", CODE)
                        .attr("type", "text")
                        .attr("autocomplete", "off")
                        .attr("autocapitalize", "characters")
                        .attr("spellcheck", "false")
                        .on("input", move |event| typed.set(event_target_value(&event)))
                        .live_attr("aria-describedby", described)
                        .live_attr("aria-invalid", move || wrong.get().is_some().then(|| "true".to_owned())),
                ),
        )
        .child(actions(vec![submit(say(Told::CodeOpen))]))
        .view()
}
