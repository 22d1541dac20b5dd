//! Two tabs with one person: one answers, one sends, and each says what the other is doing.

use serde_json::{Value, json};
use svar::{
    tools::collector::faults::{Entry, Fault, Hold, Said},
    words::{Say, Told},
};
use thirtyfour::WindowHandle;
use tokio::time::{Duration, timeout};

use crate::{
    browser::{browse, thorough, until},
    respondent::Respondent,
    server::{RESPONSES, Server},
    tiny::{self, Visitor},
};

/// How often each race is run.
fn races() -> usize {
    if thorough() { 10 } else { 2 }
}

async fn here(person: &Respondent) -> WindowHandle {
    person.driver().window().await.expect("a tab")
}

async fn turns_to(person: &Respondent, tab: &WindowHandle) {
    person.driver().switch_to_window(tab.clone()).await.expect("a tab");
}

/// Another tab, which is in front from now on.
async fn another_tab(person: &Respondent) -> WindowHandle {
    let tab = person.driver().new_tab().await.expect("a tab");
    turns_to(person, &tab).await;
    tab
}

/// The tab itself, once more, as browsers copy it: with its `sessionStorage`.
async fn duplicated(person: &Respondent) -> WindowHandle {
    let before = person.driver().windows().await.expect("tabs");
    person.script("window.open(location.href)", vec![]).await;
    let copy = until("the copy", async || {
        let now = person.driver().windows().await.map_err(|error| error.to_string())?;
        now.into_iter().find(|tab| !before.contains(tab)).ok_or_else(|| "none".to_owned())
    })
    .await;
    turns_to(person, &copy).await;
    copy
}

async fn closes_all_but(person: &Respondent, kept: &WindowHandle) {
    for tab in person.driver().windows().await.expect("tabs") {
        if tab != *kept {
            turns_to(person, &tab).await;
            person.driver().close_window().await.expect("to close it");
        }
    }
    turns_to(person, kept).await;
}

/// The answers that only this tab has do not go to the device any more.
async fn saves_no_more(person: &Respondent) {
    let before = tiny::done(person, "put draft").await;
    // All the same things that would have it saved, and more than the time that this takes.
    let script = "
        const [answer] = [...arguments].slice(-1);
        const begun = svarHost.begun.length;
        for (const type of ['focus', 'online', 'pageshow']) dispatchEvent(new Event(type));
        setTimeout(() => answer(svarHost.begun.slice(begun)), 1000);";
    let begun = person.driver().execute_async(script, vec![]).await.expect("an answer");
    assert_eq!(*begun.json(), json!([]), "writes of the tab that was left");
    assert_eq!(tiny::done(person, "put draft").await, before);
}

/// Both tabs hear at the same moment that the network is back.
async fn both_are_online(person: &Respondent, tabs: [&WindowHandle; 2]) {
    let moment = person.script("return Date.now() + 700", vec![]).await;
    for tab in tabs {
        turns_to(person, tab).await;
        // Timers come late in a tab that nobody looks at; messages do not.
        let script = "const [moment] = arguments;
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => {
                if (Date.now() < moment) port2.postMessage(0);
                else dispatchEvent(new Event('online'));
            };
            port2.postMessage(0);";
        person.script(script, vec![moment.clone()]).await;
    }
}

/// The same link twice: the second tab explains itself, and takes over; the first says so, and saves nothing any more.
async fn the_second_tab_takes_over(person: &Respondent, server: &Server, own: bool, comment: &str) {
    let visitor = Visitor::new(person, own, comment);
    let first = here(person).await;
    person.opens(&server.link("nb")).await;
    visitor.goes_on_to(tiny::WORDS).await;
    visitor.writes_the_comment().await;
    tiny::until_saved(person).await;
    let second = if own {
        let second = another_tab(person).await;
        person.opens(&server.link("nb")).await;
        person.is_at_say(Say::ResumeTitle).await;
        person.presses_say(Say::ResumeYes).await;
        second
    } else {
        duplicated(person).await
    };
    person.is_at_say(Say::OtherTabTitle).await;
    person.presses_say(Say::UseThisTab).await;
    person.is_at(tiny::WORDS).await;
    assert_eq!(visitor.comment_there().await, comment);

    turns_to(person, &first).await;
    person.is_at_say(Say::MovedTitle).await;
    assert!(!person.looks().await.words.contains(comment));
    saves_no_more(person).await;

    turns_to(person, &second).await;
    visitor.answers.set(false);
    visitor.goes_on_to_say(Told::ReceivedTitle).await;
    tiny::was_truthful(person, server).await;
    tiny::nothing_is_left(person).await;
    tiny::no_trap(person).await;
    closes_all_but(person, &second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_tab_takes_over() {
    let server = tiny::study(|_| {}).await;
    browse("a_second_tab_takes_over", &server, "nb", async |person| {
        let mut comments = Vec::new();
        for race in 0..races() {
            for own in [true, false] {
                let comment = format!("Tab {race} {own}.");
                the_second_tab_takes_over(person, &server, own, &comment).await;
                comments.push(comment);
            }
        }
        tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
    })
    .await;
}

/// Two tabs have the same frozen answers, and wake at once: one of them sends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_wake_at_once() {
    let server = tiny::study(|_| {}).await;
    browse("two_tabs_wake_at_once", &server, "nb", async |person| {
        let mut comments = Vec::new();
        for race in 0..races() {
            let comment = format!("Awake {race}.");
            eprintln!("{comment}");
            let visitor = Visitor::new(person, true, &comment);
            let first = here(person).await;
            person.opens(&server.link("nb")).await;
            visitor.goes_on_to_say(Say::ReviewTitle).await;
            let busy = Said { status: 503, ..Said::default() };
            server.faults.add(Entry { count: u64::MAX, ..Entry::post(RESPONSES, Fault::Status(busy)) });
            person.presses_say(Say::Send).await;
            person.is_at_say(Told::NotSentTitle).await;

            let second = another_tab(person).await;
            person.opens(&server.link("nb")).await;
            person.is_at_say(Say::ResumeTitle).await;
            person.presses_say(Say::ResumeYes).await;
            person.is_at_say(Say::OtherTabTitle).await;
            person.presses_say(Say::UseThisTab).await;
            person.is_at_say(Told::NotSentTitle).await;

            // From here on the collector takes it, slowly, so that two requests would meet.
            server.faults.clear();
            let hold = Hold::new();
            server.faults.add(Entry { count: 2, ..Entry::post(RESPONSES, Fault::Hold(hold.clone())) });
            let again = format!(
                "const press = () => [...document.querySelectorAll('button')].find((one) => one.innerText === {})?.click();
                addEventListener('online', press);",
                json!(person.say(Say::TryAgain))
            );
            for tab in [&first, &second] {
                turns_to(person, tab).await;
                person.script(&again, vec![]).await;
            }
            both_are_online(person, [&first, &second]).await;
            timeout(Duration::from_secs(20), hold.until_reached(1)).await.expect("a request");
            // The one that does not send has had the time to say so, or to send as well.
            turns_to(person, &second).await;
            let settled = "const [answer] = [...arguments].slice(-1); setTimeout(() => answer(true), 1000)";
            let _: Value = person.driver().execute_async(settled, vec![]).await.expect("an answer").json().clone();
            assert_eq!(hold.reached(), 1, "one of them sends");
            hold.release();
            person.is_at_say(Told::ReceivedTitle).await;
            assert_eq!(server.most_in_flight(), 1);
            tiny::was_truthful(person, &server).await;
            tiny::no_trap(person).await;
            closes_all_but(person, &second).await;
            tiny::until_delivered(person).await;
            tiny::forget_everything(person, &server).await;
            comments.push(comment);
            tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
        }
    })
    .await;
}
