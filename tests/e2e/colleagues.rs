//! Two colleagues with the same unit's link on one computer, one after the other: the second sees nothing of the first,
//! and what the first had sent arrives once.

use svar::{
    tools::collector::faults::{Entry, Fault, Said},
    words::{Say, Told},
};

use crate::{
    browser::browse,
    respondent::Respondent,
    server::{RESPONSES, Server},
    storage::would_be_asked,
    tiny::{self, Visitor},
};

/// How the first one leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    /// Closes the tab in the middle.
    HalfWay,
    /// Has everything deleted.
    Ends,
    /// After the last receipt, by closing the tab.
    Sent,
    /// After the last receipt, by the button for the next person.
    SentAndNext,
    /// With the answers frozen and not received: closes the tab.
    Undelivered,
}

const WAYS: [Leaves; 5] = [Leaves::HalfWay, Leaves::Ends, Leaves::Sent, Leaves::SentAndNext, Leaves::Undelivered];

/// Nothing in the page, the tab or the database says these words in clear.
async fn is_nowhere(person: &Respondent, words: &str, when: &str) {
    let held = tiny::holdings(person).await;
    assert!(!held.contains(words), "{when}: «{words}» in {held}");
}

/// Whatever way is offered to whoever was here before, the second says that it was not them.
async fn comes_as_another(person: &Respondent, link: &str) {
    person.opens(link).await;
    if person.looks().await.heading == person.say(Say::ResumeTitle) {
        person.presses_say(Say::ResumeNo).await;
    }
    person.is_at(tiny::WELCOME).await;
}

/// The one who comes next goes back among their own pages, and their link is remembered: what the one before them has left
/// behind in the page turns nothing any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_one_goes_back_among_their_own_pages() {
    let server = Server::tiny(|_| {}).await;
    browse("the_next_one_goes_back_among_their_own_pages", &server, "nb", async |person| {
        let first = Visitor::new(person, false, "den første");
        first.answers_everything(&server.link("nb")).await;
        // On a device of several people a copy of the answers would be theirs, too.
        assert!(!person.has("button", &person.say(Told::OwnShow)).await);
        person.presses_say(Say::NextPerson).await;
        person.is_at(tiny::WELCOME).await;
        let second = Visitor::new(person, false, "den andre");
        second.goes_on_to(tiny::WORDS).await;
        second.writes_the_comment().await;
        person.goes_back().await;
        person.is_at(tiny::HEALTH).await;
        person.goes_forward().await;
        person.is_at(tiny::WORDS).await;
        assert_eq!(second.comment_there().await, "den andre");
        let remembered = person.script("return Boolean(sessionStorage.getItem('svar-invitation'))", vec![]).await;
        assert_eq!(remembered, serde_json::json!(true), "after a reload the link is known");
        second.goes_on_to_say(Told::ReceivedTitle).await;
        tiny::arrived_once(&server, &["den første", "den andre"]);
    })
    .await;
}

async fn one_after_the_other(
    person: &Respondent,
    server: &Server,
    sealed: bool,
    own: bool,
    leaves: Leaves,
    second_own: bool,
) {
    let case = format!("{leaves:?} {sealed} {own} {second_own}");
    eprintln!("{case}");
    // Another computer: what a pair has left that nobody can open, until its time is over, is no concern of the next.
    tiny::forget_everything(person, server).await;
    let link = server.link("nb");
    let (first, second) = (format!("Kanarifugl {case}"), format!("Etterpå {case}"));
    let a = Visitor::new(person, own, &first);
    person.opens(&link).await;
    match leaves {
        Leaves::HalfWay | Leaves::Ends => {
            a.goes_on_to(tiny::WORDS).await;
            a.writes_the_comment().await;
            tiny::until_saved(person).await;
        }
        Leaves::Sent | Leaves::SentAndNext => a.goes_on_to_say(Told::ReceivedTitle).await,
        Leaves::Undelivered => {
            a.goes_on_to_say(Say::ReviewTitle).await;
            let busy = Fault::Status(Said { status: 503, ..Said::default() });
            server.faults.add(Entry { count: u64::MAX, ..Entry::post(RESPONSES, busy) });
            person.presses_say(Say::Send).await;
            person.is_at_say(Told::NotSentTitle).await;
            assert_eq!(would_be_asked(person).await, !own && !sealed, "{case}: asked before leaving");
        }
    }
    match leaves {
        Leaves::Ends => {
            person.presses_say(Say::EndLink).await;
            person.presses_say(Say::EndConfirm).await;
            person.is_at_say(Say::ClearedTitle).await;
            tiny::nothing_is_left(person).await;
            person.presses_say(Say::NextPerson).await;
            person.is_at(tiny::WELCOME).await;
        }
        Leaves::SentAndNext => {
            tiny::nothing_is_left(person).await;
            person.presses_say(Say::NextPerson).await;
            person.is_at(tiny::WELCOME).await;
        }
        _ => {
            person.opens_a_new_tab().await;
            comes_as_another(person, &link).await;
        }
    }
    is_nowhere(person, &first, "before the second begins").await;
    let asked = server.asked().len();
    let b = Visitor::new(person, second_own, &second);
    server.faults.clear();
    b.goes_on_to(tiny::WORDS).await;
    assert_eq!(b.comment_there().await, "");
    is_nowhere(person, &first, "while the second answers").await;
    b.goes_on_to_say(Told::ReceivedTitle).await;
    is_nowhere(person, &first, "at the end").await;
    tiny::was_truthful(person, server).await;
    tiny::no_trap(person).await;

    // Nothing of the first was sent meanwhile but what they had sent themselves.
    for request in &server.asked()[asked..] {
        let theirs = String::from_utf8_lossy(&request.body).contains(&first);
        assert!(!theirs || leaves == Leaves::Undelivered, "{case}: {request:?}");
    }
    let expected = match leaves {
        Leaves::HalfWay | Leaves::Ends => 0,
        // What is not sealed can be delivered by the tab alone, on a shared device; the page has said so.
        Leaves::Undelivered if !own && !sealed => 0,
        Leaves::Undelivered | Leaves::Sent | Leaves::SentAndNext => 1,
    };
    let rows_with = |comment: &str| {
        tiny::arrived(server, "tiny-core").iter().filter(|answers| answers["words.comment"] == comment).count()
    };
    crate::browser::until("what the first one sent", async || match rows_with(&first) {
        found if found == expected => Ok(()),
        found => Err(format!("{case}: {found} rows")),
    })
    .await;
    assert_eq!(rows_with(&second), 1, "{case}");
    tiny::nothing_twice(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_colleagues_on_one_computer() {
    two_colleagues("two_colleagues_on_one_computer", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_colleagues_whose_answers_are_sealed() {
    two_colleagues("two_colleagues_whose_answers_are_sealed", true).await;
}

async fn two_colleagues(name: &str, sealed: bool) {
    let server = tiny::study(|study| {
        if sealed {
            tiny::sealed(study)
        }
    })
    .await;
    browse(name, &server, "nb", async |person| {
        for (place, leaves) in WAYS.into_iter().enumerate() {
            for own in [true, false] {
                // What the second chooses alternates; with many counts, both.
                let thorough = crate::browser::thorough();
                for second_own in [place % 2 == 0, place % 2 == 1].into_iter().take(if thorough { 2 } else { 1 }) {
                    one_after_the_other(person, &server, sealed, own, leaves, second_own).await;
                }
            }
        }
    })
    .await;
}
