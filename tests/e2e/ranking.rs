//! Ranking what is in the way, by whatever one has at hand, and the summary to bring along.

use std::fs;

use serde_json::{Value, json};
use svar::words::{Say, Told};
use thirtyfour::Key;

use crate::{
    axe,
    browser::{browse, until},
    keyboard, policy,
    respondent::Respondent,
    screenshots,
    server::Server,
};

/// The barriers that the tests tick.
const TICKED: [[&str; 2]; 4] = [
    ["Smerter", "Pain"],
    ["Dårlig søvn", "Poor sleep"],
    ["Jeg er redd for å bli verre av å jobbe", "I am afraid that working will make me worse"],
    ["Forholdet til lederen min", "My relationship with my manager"],
];

/// From the link to the page with the ranking, with some barriers ticked and rated.
async fn comes_to_the_ranking(person: &Respondent, server: &Server) {
    person.opens(&server.link_to("barriers", person.language())).await;
    person.presses_say(Say::Start).await;
    person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceOwn)).await;
    person.presses_say(Say::Next).await;
    let question = person
        .in_words("Er noe av dette i veien for at du kan jobbe nå?", "Is any of this in the way of your working now?");
    for (heading, ticked) in [
        (["Kroppen og kreftene", "Your body and your energy"], &TICKED[..2]),
        (["Tankene om å jobbe", "Your thoughts about working"], &TICKED[2..3]),
        (["Vaner og hverdag", "Habits and everyday life"], &[]),
        (["På arbeidsplassen", "At the workplace"], &TICKED[3..]),
        (["Ellers i livet", "Elsewhere in your life"], &[]),
    ] {
        person.is_at(person.in_words(heading[0], heading[1])).await;
        for [nb, en] in ticked {
            person.ticks_in(question, person.in_words(nb, en)).await;
        }
        if ticked.is_empty() {
            person.ticks_in(question, person.in_words("Ingen av disse", "None of these")).await;
        }
        person.presses_say(Say::Next).await;
    }
    person.is_at(person.in_words("Noe mer?", "Anything else?")).await;
    person.presses_say(Say::Next).await;
    person.presses_say(Say::GoOn).await;
    person.is_at(person.in_words("Hvor mye det er i veien", "How much it is in the way")).await;
    for ([nb, en], weight) in
        TICKED.iter().zip([["Mye", "A lot"], ["Litt", "A little"], ["Mye", "A lot"], ["Litt", "A little"]])
    {
        person.chooses(person.in_words(nb, en), person.in_words(weight[0], weight[1])).await;
    }
    person.presses_say(Say::Next).await;
    person.is_at(person.in_words("Neste skritt", "The next step")).await;
    person.has("button", &person.say(Told::RankAdd(TICKED[0][0].to_owned()))).await;
}

/// What stands in the ranking, in its order.
async fn ranked(person: &Respondent) -> Vec<String> {
    let rows =
        "return [...document.querySelectorAll('ol.svar-ranking-chosen > li')].map((row) => row.children[1].innerText)";
    serde_json::from_value(person.script(rows, vec![]).await).expect("rows")
}

async fn stands(person: &Respondent, expected: &[&str]) {
    until(&format!("the order {expected:?}"), async || match ranked(person).await {
        found if found == expected => Ok(()),
        found => Err(format!("{found:?}")),
    })
    .await;
}

/// What a screen reader was told last.
async fn is_told(person: &Respondent, what: Told) {
    let expected = person.say(what);
    let status = "return document.querySelector('.svar > [role=status], [role=status]').textContent";
    until(&format!("«{expected}»"), async || match person.script(status, vec![]).await {
        found if found == expected.as_str() => Ok(()),
        found => Err(found.to_string()),
    })
    .await;
}

/// The middle of the grip of a row, in the window.
async fn grip(person: &Respondent, row: usize) -> (f64, f64) {
    let middle = "const grip = document.querySelectorAll('.svar-ranking-place')[arguments[0]];
        grip.scrollIntoView({ block: 'center' });
        const box = grip.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2]";
    serde_json::from_value(person.script(middle, vec![json!(row)]).await).expect("a place")
}

/// From this page to the last receipt.
async fn sends(person: &Respondent) {
    person.presses_say(Say::Next).await;
    person.presses_say(Say::GoOn).await;
    person.is_at_say(Say::ReviewTitle).await;
}

/// The codes as they were stored, in order.
fn stored(server: &Server) -> Vec<String> {
    fn seek<'a>(items: &'a Value, link_id: &str) -> Option<&'a Value> {
        let items = items.as_array()?;
        items.iter().find_map(|item| if item["linkId"] == link_id { Some(item) } else { seek(&item["item"], link_id) })
    }
    let rows = server.rows();
    let body: Value = serde_json::from_str(&rows[0].body).expect("JSON");
    let answers = seek(&body["item"], "next-step.most-important").expect("the ranking")["answer"].clone();
    let code = |answer: &Value| answer["valueCoding"]["code"].as_str().expect("a code").to_owned();
    answers.as_array().expect("answers").iter().map(code).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranking_by_buttons_and_a_summary_on_paper() {
    let server = Server::of_study("now-what-2").await;
    browse("ranking_by_buttons_and_a_summary_on_paper", &server, "nb", async |person| {
        let [pain, sleep, worse, leader] = TICKED.map(|[nb, _]| nb);
        let of = |what: &str, place, of| Told::RankNow { what: what.to_owned(), place, of };
        comes_to_the_ranking(person, &server).await;
        assert_eq!(axe::violations(person).await, Vec::<String>::new(), "nothing ranked");
        // What was not ticked is not offered.
        assert!(!person.has("button", &person.say(Told::RankAdd("Lite krefter".to_owned()))).await);
        for (place, what) in [(1, sleep), (2, leader), (3, pain)] {
            person.presses_say(Told::RankAdd(what.to_owned())).await;
            is_told(person, of(what, place, place)).await;
        }
        stands(person, &[sleep, leader, pain]).await;
        person.sees_say(Told::RankFull { of: 3 }).await;
        // There is no room for a fourth, and the button says so.
        person.presses_say(Told::RankAdd(worse.to_owned())).await;
        is_told(person, Told::RankFull { of: 3 }).await;
        stands(person, &[sleep, leader, pain]).await;
        assert_eq!(axe::violations(person).await, Vec::<String>::new(), "three ranked");
        person.presses_say(Told::RankUp(pain.to_owned())).await;
        stands(person, &[sleep, pain, leader]).await;
        is_told(person, of(pain, 2, 3)).await;
        let up = person.say(Told::RankUp(pain.to_owned()));
        person.has_focus("at what was moved", |focus| focus.name == up).await;
        person.presses_say(Told::RankRemove(sleep.to_owned())).await;
        stands(person, &[pain, leader]).await;
        person.presses_say(Told::RankAdd(worse.to_owned())).await;
        person.presses_say(Told::RankDown(pain.to_owned())).await;
        stands(person, &[leader, pain, worse]).await;
        sends(person).await;
        let line = format!("1. {leader} 2. {pain} 3. {worse}");
        person.sees(&line).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::ReceivedTitle).await;
        assert_eq!(stored(&server), ["leader", "pain", "worse"]);

        person.presses_say(Told::SummaryShow).await;
        person.is_at("Det som er i veien for at jeg kan jobbe").await;
        assert_eq!(axe::violations(person).await, Vec::<String>::new(), "the summary");
        let media = json!({ "media": "print" });
        person.cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("a printer");
        let list = "return [...document.querySelectorAll('.svar-handout ol > li')].map((row) => row.innerText)";
        assert_eq!(person.script(list, vec![]).await, json!([leader, pain, worse]));
        let words = person.script("return document.querySelector('.svar-page').innerText", vec![]).await;
        let words = words.as_str().expect("words");
        for expected in ["Mye", &format!("{pain}; {worse}"), "Litt", &format!("{sleep}; {leader}")] {
            assert!(words.contains(expected), "{expected} in {words}");
        }
        for absent in [&person.say(Told::SummaryPrint), "Er det noe annet", &person.say(Told::Reference)] {
            assert!(!words.contains(absent), "{absent} in {words}");
        }
        person.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "media": "" })).await.expect("a screen");
        person.presses_say(Told::SummaryClose).await;
        person.is_at_say(Told::ReceivedTitle).await;
        // What the page has forgotten is not offered.
        person.opens(&server.link_to("barriers", "nb")).await;
        assert!(!person.has("button", &person.say(Told::SummaryShow)).await);
        policy::nothing_reported(person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranking_by_keyboard_alone() {
    let server = Server::of_study("now-what-2").await;
    browse("ranking_by_keyboard_alone", &server, "en", async |person| {
        let [pain, sleep, worse, leader] = TICKED.map(|[_, en]| en);
        comes_to_the_ranking(person, &server).await;
        keyboard::presses(person, &person.say(Told::RankAdd(pain.to_owned()))).await;
        // The focus goes on to the next one that is offered.
        for (chosen, next) in [(sleep, worse), (worse, leader)] {
            let here = person.say(Told::RankAdd(chosen.to_owned()));
            person.has_focus("at the next", |focus| focus.name == here).await;
            person.types(Key::Enter.value().to_string()).await;
            let there = person.say(Told::RankAdd(next.to_owned()));
            person.has_focus("at the one after", |focus| focus.name == there).await;
        }
        stands(person, &[pain, sleep, worse]).await;
        let up = person.say(Told::RankUp(worse.to_owned()));
        let mut found = false;
        for _ in 0..20 {
            person.holds(Key::Shift, Key::Tab).await;
            let focus = person.focus().await;
            assert!(focus.seen && focus.ring, "{focus:?}");
            if focus.name == up {
                found = true;
                break;
            }
        }
        assert!(found, "Shift and Tab never came to «{up}»");
        for order in [[pain, worse, sleep], [worse, pain, sleep], [worse, pain, sleep]] {
            person.types(Key::Enter.value().to_string()).await;
            stands(person, &order).await;
            person.has_focus("at what was moved", |focus| focus.name == up && focus.ring).await;
        }
        sends(person).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::ReceivedTitle).await;
        assert_eq!(stored(&server), ["worse", "pain", "sleep"]);
    })
    .await;
}

/// Three are ranked; the first is dragged below the last, and then the last above the second.
async fn drags(person: &Respondent, server: &Server, finger: bool) {
    let [pain, sleep, worse, leader] = TICKED.map(|[nb, _]| nb);
    comes_to_the_ranking(person, server).await;
    for what in [pain, sleep, leader] {
        person.presses_say(Told::RankAdd(what.to_owned())).await;
    }
    stands(person, &[pain, sleep, leader]).await;
    // The focus goes on a frame later and may scroll the page, and what would be taken hold of moves with it.
    let left = person.say(Told::RankAdd(worse.to_owned()));
    person.has_focus("at what is left", |focus| focus.name == left).await;
    for (from, to, beyond, order) in [(0, 2, 20.0, [sleep, leader, pain]), (2, 1, -20.0, [sleep, pain, leader])] {
        let (x, y) = grip(person, from).await;
        let far = person.script(
            "const [a, b] = [...arguments].map((place) => document.querySelectorAll('.svar-ranking-row')[place].offsetTop);
             return b - a",
            vec![json!(from), json!(to)],
        );
        let far = far.await.as_f64().expect("pixels") + beyond;
        for step in 0..=11 {
            let at = y + far * f64::from(step.min(10)) / 10.0;
            let (kind, event) = match (finger, step) {
                (false, 0) => (
                    "Input.dispatchMouseEvent",
                    json!({ "type": "mousePressed", "x": x, "y": at, "button": "left", "clickCount": 1 }),
                ),
                (false, 11) => (
                    "Input.dispatchMouseEvent",
                    json!({ "type": "mouseReleased", "x": x, "y": at, "button": "left", "clickCount": 1 }),
                ),
                (false, _) => (
                    "Input.dispatchMouseEvent",
                    json!({ "type": "mouseMoved", "x": x, "y": at, "button": "left", "buttons": 1 }),
                ),
                (true, 0) => {
                    ("Input.dispatchTouchEvent", json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": at }] }))
                }
                (true, 11) => ("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] })),
                (true, _) => {
                    ("Input.dispatchTouchEvent", json!({ "type": "touchMove", "touchPoints": [{ "x": x, "y": at }] }))
                }
            };
            person.cdp().send_raw(kind, event).await.expect("a pointer");
        }
        stands(person, &order).await;
    }
    is_told(person, Told::RankNow { what: pain.to_owned(), place: 2, of: 3 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranking_by_mouse() {
    let server = Server::of_study("now-what-2").await;
    browse("ranking_by_mouse", &server, "nb", async |person| {
        person.has_a_mouse();
        drags(person, &server, false).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranking_by_touch_at_360_px() {
    let server = Server::of_study("now-what-2").await;
    browse("ranking_by_touch_at_360_px", &server, "nb", async |person| {
        person.has_a_screen_of(360, 740).await;
        drags(person, &server, true).await;
        let room = person.script("return [document.documentElement.scrollWidth, innerWidth]", vec![]).await;
        assert!(room[0].as_u64() <= room[1].as_u64(), "{room}");
        sends(person).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::ReceivedTitle).await;
        assert_eq!(stored(&server), ["sleep", "pain", "leader"]);
    })
    .await;
}

/// Pictures to look at, not to compare (see `screenshots`).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_of_a_ranking() {
    let (folder, looks) = screenshots::folder();
    let all = [(360, 740, "light", "nb"), (1280, 900, "dark", "en"), (1280, 900, "light", "nb")];
    for (width, height, look, language) in all.into_iter().take(looks) {
        let server = Server::of_study("now-what-2").await;
        browse("pictures_of_a_ranking", &server, language, async |person| {
            person.has_a_screen_of(width, height).await;
            person.prefers(&[("prefers-color-scheme", look)]).await;
            let take = async |name: &str| {
                let file = folder.join(format!("{name}-{width}-{look}-{language}.png"));
                fs::write(file, person.whole_page().await).expect("to write");
            };
            comes_to_the_ranking(person, &server).await;
            take("ranking-1").await;
            for [nb, en] in [TICKED[3], TICKED[0]] {
                person.presses_say(Told::RankAdd(person.in_words(nb, en).to_owned())).await;
            }
            take("ranking-2").await;
            person.presses_say(Told::RankAdd(person.in_words(TICKED[2][0], TICKED[2][1]).to_owned())).await;
            take("ranking-3").await;
            sends(person).await;
            person.presses_say(Say::Send).await;
            person.is_at_say(Told::ReceivedTitle).await;
            take("ranking-4-receipt").await;
            person.presses_say(Told::SummaryShow).await;
            person.no_longer_sees(&person.say(Told::ReceivedTitle)).await;
            take("ranking-5-summary").await;
            person.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.expect("a printer");
            take("ranking-6-print").await;
        })
        .await;
    }
}
