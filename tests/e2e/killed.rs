//! Tabs and browsers that end at the worst moment: what was frozen arrives once all the same, and what was not is there
//! again.

use svar::{
    tools::collector::faults::{Entry, Fault, Hold},
    words::{Say, Told},
};
use tokio::time::{Duration, timeout};

use serde_json::json;

use crate::{
    browser::{browse, browse_again, thorough, until},
    respondent::Respondent,
    server::{RESPONSES, Server},
    tiny::{self, Visitor},
};

/// The eight moments of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    BeforeSeal,
    DuringStoreWrite,
    AfterStore,
    InFlight,
    AfterCommit,
    AfterReply,
    AfterReceipt,
    AfterDelete,
}

const POINTS: [Point; 8] = [
    Point::BeforeSeal,
    Point::DuringStoreWrite,
    Point::AfterStore,
    Point::InFlight,
    Point::AfterCommit,
    Point::AfterReply,
    Point::AfterReceipt,
    Point::AfterDelete,
];

/// How a tab ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Crash,
    Close,
    Reload,
}

const ENDS: [End; 3] = [End::Crash, End::Close, End::Reload];

async fn ends(person: &Respondent, end: End) {
    match end {
        End::Reload => person.driver().refresh().await.expect("a page"),
        End::Close => person.opens_a_new_tab().await,
        End::Crash => {
            let driver = person.driver();
            let old = driver.window().await.expect("a tab");
            let new = driver.new_tab().await.expect("a tab");
            driver.switch_to_window(old.clone()).await.expect("the old tab");
            // The answer comes from a page that is no more.
            let _ = timeout(Duration::from_secs(2), person.cdp().send_raw("Page.crash", json!({}))).await;
            driver.switch_to_window(new).await.expect("the new tab");
            let _ = person.cdp().send_raw("Target.closeTarget", json!({ "targetId": old.to_string() })).await;
            until("the end of the tab", async || match driver.windows().await {
                Ok(tabs) if tabs.len() == 1 => Ok(()),
                other => Err(format!("{other:?}")),
            })
            .await;
        }
    }
}

/// From the last press to the point.
async fn comes_to(person: &Respondent, server: &Server, visitor: &Visitor<'_>, point: Point, hold: &Hold) {
    let heading = person.looks().await.heading;
    let held = match point {
        Point::BeforeSeal => return,
        Point::InFlight | Point::AfterCommit => {
            let fault =
                if point == Point::InFlight { Fault::Hold(hold.clone()) } else { Fault::HoldAfter(hold.clone()) };
            server.faults.add(Entry::post(RESPONSES, fault));
            visitor.acts(&heading).await;
            timeout(Duration::from_secs(20), hold.until_reached(1)).await.expect("a request");
            return;
        }
        Point::AfterDelete => {
            let before = tiny::done(person, "delete outbox").await;
            visitor.acts(&heading).await;
            return tiny::until_done(person, "delete outbox", before).await;
        }
        Point::DuringStoreWrite => "put outbox",
        Point::AfterStore => "send",
        Point::AfterReply => "put receipt",
        Point::AfterReceipt => "delete outbox",
    };
    tiny::hold(person, held).await;
    visitor.acts(&heading).await;
    tiny::until_held(person).await;
}

/// One life: it comes to the point, ends, and goes on; and one row of each questionnaire is there, with these answers.
async fn dies_at(person: &Respondent, server: &Server, point: Point, end: End, own: bool, life: usize) {
    let comment = format!("{point:?} {end:?} {life}.");
    eprintln!("{comment}");
    let link = server.link("nb");
    let visitor = Visitor::new(person, own, &comment);
    // Every third is killed at the consent.
    let consent = life % 3 == 2 && point != Point::BeforeSeal;
    let hold = Hold::new();
    // A browser of their own: what one has left that nobody can open any more is no concern of the next.
    tiny::forget_everything(person, server).await;
    person.opens(&link).await;
    if point == Point::BeforeSeal {
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        tiny::until_saved(person).await;
    } else {
        if consent {
            visitor.goes_on_to(tiny::CONSENT).await;
        } else {
            visitor.goes_on_to_say(Say::ReviewTitle).await;
        }
        if point == Point::DuringStoreWrite {
            // Until it is written it is a draft, which may be half a second old.
            tiny::until_saved(person).await;
        }
        comes_to(person, server, &visitor, point, &hold).await;
    }
    ends(person, end).await;
    // What was sent arrives before the next visit, or after it.
    if life.is_multiple_of(2) {
        hold.release();
    }
    if end != End::Reload {
        person.opens(&link).await;
    }
    let received = point as usize >= Point::AfterReply as usize;
    if received && !consent && end == End::Reload {
        // They saw the receipt, and the tab has forgotten the link.
        person.opens(&link).await;
    }
    visitor.answers.set(consent);
    if point == Point::BeforeSeal {
        visitor.goes_on_to(tiny::WORDS).await;
        assert_eq!(visitor.comment_there().await, comment, "the answer is there again");
    }
    // After the very end nobody knows who was here, and nobody need.
    let done = |heading: &str| received && !consent && heading == tiny::WELCOME;
    let end = person.say(Told::ReceivedTitle);
    visitor.goes_on_until(&end, |look| look.heading == end || done(&look.heading)).await;
    hold.release();
    tiny::was_truthful(person, server).await;
    tiny::no_trap(person).await;
    if person.looks().await.heading == end {
        tiny::nothing_is_left(person).await;
    } else {
        tiny::until_delivered(person).await;
    }
    let mut found = tiny::arrived(server, "tiny-core");
    found.retain(|answers| answers["words.comment"] == comment);
    assert_eq!(found, [tiny::core_answers(&comment)], "{comment}");
    assert_eq!(tiny::rows_of(server, "tiny-consent").len(), tiny::rows_of(server, "tiny-core").len(), "consents");
    tiny::consents_and_cores_join(server);
    tiny::nothing_twice(server);
}

/// Whose device it is, and who can read what waits on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Own,
    OwnSealed,
    Shared,
    SharedSealed,
}

async fn dies_often(name: &str, points: &[Point], kind: Kind, ends: &[End]) {
    let sealed = matches!(kind, Kind::OwnSealed | Kind::SharedSealed);
    let own = matches!(kind, Kind::Own | Kind::OwnSealed);
    let server = tiny::study(|study| {
        if sealed {
            tiny::sealed(study)
        }
    })
    .await;
    let lives = if thorough() { 25 } else { 2 };
    browse(name, &server, "nb", async |person| {
        for point in points {
            for life in 0..lives {
                let end = ends[(life + *point as usize) % ends.len()];
                dies_at(person, &server, *point, end, own, life).await;
            }
        }
        eprintln!("{name}: {} lives", points.len() * lives);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_ends_before_it_has_sent() {
    dies_often("a_tab_that_ends_before_it_has_sent", &POINTS[..3], Kind::Own, &ENDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_ends_while_it_sends() {
    dies_often("a_tab_that_ends_while_it_sends", &POINTS[3..5], Kind::Own, &ENDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_that_ends_when_it_has_sent() {
    dies_often("a_tab_that_ends_when_it_has_sent", &POINTS[5..], Kind::Own, &ENDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_with_sealed_answers() {
    dies_often("a_tab_with_sealed_answers", &POINTS[1..7], Kind::OwnSealed, &ENDS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tab_on_a_shared_device_that_is_loaded_anew() {
    dies_often("a_tab_on_a_shared_device_that_is_loaded_anew", &POINTS, Kind::Shared, &[End::Reload]).await;
    dies_often("a_tab_on_a_shared_device_that_is_loaded_anew", &POINTS[2..7], Kind::SharedSealed, &[End::Reload]).await;
}

/// On a shared device the tab takes its key with it, but what was sealed for the study needs none: whoever opens the link
/// next delivers it, and sees nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_answers_outlive_the_tab_of_a_shared_device() {
    let server = tiny::study(tiny::sealed).await;
    let lives = if thorough() { 25 } else { 2 };
    let name = "sealed_answers_outlive_the_tab_of_a_shared_device";
    browse(name, &server, "nb", async |person| {
        let mut comments = Vec::new();
        for life in 0..lives {
            for point in
                [Point::AfterStore, Point::InFlight, Point::AfterCommit, Point::AfterReply, Point::AfterReceipt]
            {
                let comment = format!("{point:?} {life}.");
                eprintln!("{comment}");
                let visitor = Visitor::new(person, false, &comment);
                let hold = Hold::new();
                person.opens(&server.link("nb")).await;
                visitor.goes_on_to_say(Say::ReviewTitle).await;
                comes_to(person, &server, &visitor, point, &hold).await;
                ends(person, [End::Crash, End::Close][life % 2]).await;
                hold.release();
                person.opens(&server.link("nb")).await;
                person.is_at(tiny::WELCOME).await;
                comments.push(comment);
                until("the answers of the one before", async || match tiny::rows_of(&server, "tiny-core").len() {
                    found if found == comments.len() => Ok(()),
                    found => Err(format!("{found} rows")),
                })
                .await;
                tiny::until_delivered(person).await;
                tiny::no_trap(person).await;
            }
        }
        tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
        eprintln!("{name}: {} lives", comments.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_is_killed() {
    let server = tiny::study(|_| {}).await;
    let kills = if thorough() { 20 } else { 2 };
    browse_again("a_browser_that_is_killed", &server, "nb", async |desk| {
        let mut person = desk.sits_down().await;
        for life in 0..kills {
            let comment = format!("Killed {life}.");
            let link = server.link("nb");
            let hold = Hold::new();
            let filling = life % 2 == 0;
            {
                let visitor = Visitor::new(&person, true, &comment);
                person.opens(&link).await;
                if filling {
                    visitor.goes_on_to(tiny::WORDS).await;
                    visitor.writes_the_comment().await;
                    tiny::until_saved(&person).await;
                } else {
                    visitor.goes_on_to_say(Say::ReviewTitle).await;
                    let fault = match life % 4 {
                        1 => Fault::Hold(hold.clone()),
                        _ => Fault::HoldAfter(hold.clone()),
                    };
                    server.faults.add(Entry::post(RESPONSES, fault));
                    person.presses_say(Say::Send).await;
                    timeout(Duration::from_secs(20), hold.until_reached(1)).await.expect("a request");
                }
            }
            desk.kill().await;
            hold.release();
            person = desk.sits_down().await;
            let visitor = Visitor::new(&person, true, &comment);
            visitor.answers.set(false);
            person.opens(&link).await;
            if filling {
                visitor.goes_on_to(tiny::WORDS).await;
                assert_eq!(visitor.comment_there().await, comment, "the answer is there again");
            }
            visitor.goes_on_to_say(Told::ReceivedTitle).await;
            tiny::was_truthful(&person, &server).await;
            tiny::nothing_is_left(&person).await;
            tiny::no_trap(&person).await;
        }
        let comments: Vec<_> = (0..kills).map(|life| format!("Killed {life}.")).collect();
        tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
    })
    .await;
}
