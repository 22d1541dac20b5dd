//! What comes later: the second part of the widget, and the questionnaires after the first. The first questions do not wait for
//! it, and whatever happens until it has come, no answer is lost, and none is sent that should not be.

use std::fs;

use serde_json::Value;
use svar::words::{Say, Told};

use crate::{
    browser::{browse, until},
    server::Server,
    tiny,
    trouble::spoil,
};

/// Until the page says so (`letItArrive`), what comes later is on its way.
pub(crate) const HELD: &str = "{
    const real = window.fetch;
    let arrived = false;
    // On a busy machine the browser may take longer to say that it keeps nothing than the first page waits for it, which is
    // then held as well.
    const databases = IDBFactory.prototype.databases;
    IDBFactory.prototype.databases = function () {
        return arrived ? databases.call(this) : Promise.resolve([]);
    };
    window.fetch = (what, how) => {
        if (arrived || !String(what).includes('svar-later')) return real(what, how);
        return new Promise((go) => (window.letItArrive = () => { arrived = true; go(real(what, how)); }));
    };
}";

/// What keeps and sends comes later: without it the first questions can be answered all the same, nothing that was answered
/// is lost, and it is asked for anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_questions_do_not_wait_for_the_second_part() {
    for (language, change) in [
        ("nb", (|_| None) as fn(Vec<u8>) -> Option<Vec<u8>>),
        ("en", |mut bytes: Vec<u8>| {
            bytes.truncate(1000);
            Some(bytes)
        }),
    ] {
        let server = Server::start().await;
        let later = server.site().join("svar-later.wasm");
        browse("the_first_questions_do_not_wait_for_the_second_part", &server, language, async |person| {
            let whole = spoil(&later, change);
            person.comes_to_the_consent(&server.link(language)).await;
            person.sees_say(Say::NothingKept).await;
            person.ticks(person.taking_part()).await;
            person.presses(person.in_words("Send samtykket", "Send my consent")).await;
            for _ in 0..2 {
                person.is_at_say(Say::NotReadyTitle).await;
                person.sees_say(Say::NotLoaded).await;
                person.presses_say(Say::TryAgain).await;
            }
            person.is_at_say(Say::NotReadyTitle).await;
            assert_eq!(server.submissions().len(), 0, "nothing was sent");
            fs::write(&later, whole).expect("to mend");
            person.presses_say(Say::TryAgain).await;
            person.is_at_say(Told::ConsentReceivedTitle).await;
            assert_eq!(server.received(), ["health-at-work-consent"]);
            person.no_longer_sees(&person.say(Say::NothingKept)).await;
        })
        .await;
    }
}

/// One moment without a connection does not leave a person without drafts: what keeps them is asked for with the next answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_is_asked_for_again_with_the_next_answer() {
    let server = Server::start().await;
    let later = server.site().join("svar-later.wasm");
    browse("what_keeps_is_asked_for_again_with_the_next_answer", &server, "nb", async |person| {
        let whole = spoil(&later, |_| None);
        let count = "window.kept = 0;
            const put = IDBObjectStore.prototype.put;
            IDBObjectStore.prototype.put = function (...given) {
                if (given[1].startsWith('draft/')) this.transaction.addEventListener('complete', () => window.kept++);
                return put.apply(this, given);
            };";
        person.before_every_page(&format!("{{{count}}}")).await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.sees_say(Say::NothingKept).await;
        fs::write(&later, whole).expect("to mend");
        person.ticks(person.taking_part()).await;
        person.no_longer_sees(&person.say(Say::NothingKept)).await;
        until("a draft is kept", async || match person.script("return window.kept;", Vec::new()).await.as_u64() {
            Some(1..) => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .await;
        person.reloads().await;
        person.presses_say(Say::ResumeYes).await;
        person.sees_say(Say::Resumed).await;
        let ticked = person.finds("checkbox", Some(person.taking_part()), None).await;
        assert!(ticked.is_selected().await.expect("a tick box"), "the tick is there again");
    })
    .await;
}

/// Who ends while what sends is still on its way has sent nothing, and the next person finds the page free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_ends_before_the_second_part_came_has_sent_nothing() {
    let server = Server::start().await;
    browse("who_ends_before_the_second_part_came_has_sent_nothing", &server, "nb", async |person| {
        person.before_every_page(HELD).await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.ticks(person.taking_part()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Say::SendingTitle).await;
        person.presses_say(Say::EndLink).await;
        person.presses_say(Say::EndConfirm).await;
        person.is_at_say(Say::ClearedTitle).await;
        person.sees_say(Say::ClearedLead).await;
        person.script("window.letItArrive();", Vec::new()).await;
        person.presses_say(Say::NextPerson).await;
        person.is_at("Spørreskjema 1").await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceShared)).await;
        person.presses_say(Say::Next).await;
        person.consents().await;
        // What the first had on the way would have gone before.
        assert_eq!(server.submissions().len(), 1);
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

/// Whose device it is, is what the person went on with, not what they touched last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_was_touched_is_not_chosen() {
    let server = Server::start().await;
    browse("a_device_that_was_touched_is_not_chosen", &server, "nb", async |person| {
        person.before_every_page(HELD).await;
        person.comes_to_the_consent_on(&server.link("nb"), Say::DeviceShared).await;
        person.goes_back().await;
        person.is_at_say(Say::DeviceTitle).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceOwn)).await;
        person.goes_forward().await;
        person.is_at("Samtykke").await;
        person.script("window.letItArrive();", Vec::new()).await;
        person.consents().await;
        let names = tiny::records(person).await;
        assert!(names.iter().any(|name| name.starts_with("draft/")), "something is kept: {names:?}");
        assert!(names.iter().all(|name| !name.starts_with("key ")), "a key outlives the tab: {names:?}");
        let tab = "return Object.keys(sessionStorage).some((name) => name.startsWith('svar-tab/'));";
        assert_eq!(person.script(tab, Vec::new()).await, Value::Bool(true), "the key lies in the tab");
    })
    .await;
}

/// A connection that stalls is as one that is broken: the person is told, and can try again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_that_stalls_ends() {
    let server = Server::start().await;
    let stalls = "{
        const [real, later] = [window.fetch, window.setTimeout];
        window.setTimeout = (act, ms, ...rest) => later.call(window, act, ms === 50000 ? 300 : ms, ...rest);
        window.fetch = (what, how) => {
            return window.flows || !String(what).includes('svar-later') ? real(what, how) : new Promise(() => {});
        };
    }";
    browse("a_load_that_stalls_ends", &server, "nb", async |person| {
        person.before_every_page(stalls).await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.sees_say(Say::NothingKept).await;
        person.ticks(person.taking_part()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Say::NotReadyTitle).await;
        person.script("window.flows = true;", Vec::new()).await;
        person.presses_say(Say::TryAgain).await;
        person.is_at_say(Told::ConsentReceivedTitle).await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

/// `fetch` of what the name holds fails until the page says so (`up`).
fn down(name: &str) -> String {
    format!(
        "{{
            const real = window.fetch;
            window.fetch = (what, how) => {{
                const address = typeof what === 'string' ? what : what.url ?? String(what);
                return !window.up && address.includes('{name}') ? Promise.reject(new TypeError('down')) : real(what, how);
            }};
        }}"
    )
}

/// The log-in page of a network in place of a later questionnaire takes no answer away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_questionnaire_that_is_another_page_takes_no_answer_away() {
    let server = Server::start().await;
    let rest = server.site().join("studies/health-at-work/q1-rest.svar");
    browse("a_later_questionnaire_that_is_another_page_takes_no_answer_away", &server, "nb", async |person| {
        let whole = spoil(&rest, |_| Some(b"<!doctype html><title>Log in</title>".to_vec()));
        person.before_every_page(&down("q1-rest")).await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.sees_say(Say::NothingKept).await;
        person.ticks(person.taking_part()).await;
        person.script("window.up = true;", Vec::new()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Say::NotReadyTitle).await;
        assert_eq!(server.submissions().len(), 0, "nothing was sent");
        fs::write(&rest, whole).expect("to mend");
        person.presses_say(Say::TryAgain).await;
        person.is_at_say(Told::ConsentReceivedTitle).await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

/// In a wave without consent the contact details come first. They are waited for, and go out once they can, though the person is
/// long past them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contact_details_go_out_once_they_can() {
    let server = Server::altered(|study| {
        let wave = study["waves"][0].as_object_mut().expect("a wave");
        wave.remove("consent");
        let contact = wave["contact"].as_object_mut().expect("contact details");
        contact.remove("withIdentity");
        contact.remove("permissions");
    })
    .await;
    let later = server.site().join("svar-later.wasm");
    browse("contact_details_go_out_once_they_can", &server, "nb", async |person| {
        let whole = spoil(&later, |_| None);
        person.before_every_page(&down("contact.svar")).await;
        person.opens(&server.link("nb")).await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceOwn)).await;
        person.presses_say(Say::Next).await;
        person.is_at_say(Say::UnreachableTitle).await;
        person.script("window.up = true;", Vec::new()).await;
        person.presses_say(Say::TryAgain).await;
        person.gives_contact("kari@svar.example", "").await;
        person.presses_say(Say::SendContact).await;
        person.is_at("Helsen din").await;
        assert_eq!(server.contact_rows().len(), 0, "nothing can be sent yet");
        fs::write(&later, whole).expect("to mend");
        person.chooses("Hvordan er helsen din til vanlig?", "God").await;
        until("the contact details", async || match server.contact_rows().len() {
            1 => Ok(()),
            rows => Err(format!("{rows} rows")),
        })
        .await;
        assert_eq!(server.received().len(), 0, "the answers are a draft");
    })
    .await;
}
