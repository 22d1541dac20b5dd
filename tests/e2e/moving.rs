//! Back and forth: the browser's buttons, the error summary, what was left open, the overview, pages that come and go.

use svar::words::{Say, Told};

use crate::{
    browser::{browse, until},
    plan::Manner,
    respondent::Respondent,
    server::Server,
    whole::{Hand, Moment, Walk},
};

const GENERAL: &str = "Hvordan er helsen din til vanlig?";
const PHYSICAL: &str = "Hvor mange av de siste 30 dagene var den fysiske helsen din dårlig?";
const MENTAL: &str = "Hvor mange av de siste 30 dagene var den psykiske helsen din dårlig?";
const FIRST: &str = "Helsen din";
const SECOND: &str = "Plager siste måned: hode, rygg, armer og bein";

/// On the first page of the core.
async fn is_at_the_core(person: &Respondent, server: &Server) {
    person.comes_to_the_consent(&server.link("nb")).await;
    person.consents().await;
    person.presses("Gå videre").await;
    person.skips_contact().await;
    person.is_at(FIRST).await;
}

/// Leaves a page although questions are open.
async fn goes_on_without_answering(person: &Respondent) {
    person.presses("Neste").await;
    person.presses("Gå videre").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_goes_back_and_forth() {
    let server = Server::start().await;
    browse("the_browser_goes_back_and_forth", &server, "nb", async |person| {
        person.comes_to_the_consent(&server.link("nb")).await;
        person.goes_back().await;
        person.is_at("Er dette din egen enhet?").await;
        let own = person.finds("radio", Some("Bare jeg"), None).await;
        assert_eq!(own.prop("checked").await.expect("a choice").as_deref(), Some("true"));
        person.goes_back().await;
        person.is_at("Spørreskjema 1").await;
        person.goes_forward().await;
        person.goes_forward().await;
        person.is_at("Samtykke").await;
        person.consents().await;

        // What was sent is not gone back to, however often one tries.
        for _ in 0..3 {
            person.goes_back().await;
            person.is_at("Samtykket ditt er mottatt").await;
        }
        person.presses("Gå videre").await;
        person.skips_contact().await;
        person.is_at(FIRST).await;
        person.chooses(GENERAL, "God").await;
        person.writes(PHYSICAL, "7").await;
        goes_on_without_answering(person).await;
        person.is_at(SECOND).await;
        person.chooses("Hodepine", "Litt plaget").await;
        person.goes_back().await;
        person.is_at(FIRST).await;
        person.has_focus("on the heading", |focus| focus.role == "heading").await;
        let written = person.field(PHYSICAL).await;
        assert_eq!(written.prop("value").await.expect("a value").as_deref(), Some("7"));
        person.goes_forward().await;
        person.is_at(SECOND).await;
        let chosen = person.finds("radio", Some("Litt plaget"), Some("Hodepine")).await;
        assert_eq!(chosen.prop("checked").await.expect("a choice").as_deref(), Some("true"));
        // The page's own Back, and the browser's after it.
        person.presses("Tilbake").await;
        person.is_at(FIRST).await;
        person.presses("Tilbake").await;
        person.is_at(person.contact()).await;
        person.goes_back().await;
        person.is_at("Samtykket ditt er mottatt").await;
        person.presses("Gå videre").await;
        person.skips_contact().await;
        person.is_at(FIRST).await;
        person.goes_back().await;
        person.is_at(person.contact()).await;
        // Help is a place like others.
        person.presses("Trenger du hjelp nå?").await;
        person.is_at("Trenger du hjelp nå?").await;
        person.goes_back().await;
        person.is_at(person.contact()).await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leads_back_into_what_was_sent() {
    let server = Server::start().await;
    browse("nothing_leads_back_into_what_was_sent", &server, "nb", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 13,
        };
        person.comes_to_the_consent(&server.link("nb")).await;
        person.consents().await;
        person.presses("Gå videre").await;
        person.skips_contact().await;
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        for end in ["Takk! Første del er mottatt", "Takk for hjelpen!"] {
            person.is_at(end).await;
            for _ in 0..4 {
                person.goes_back().await;
                person.is_at(end).await;
            }
            assert!(!person.has("button", "Tilbake").await && !person.has("button", "Send svarene").await);
            if person.has("button", "Avslutt her").await {
                person.presses("Avslutt her").await;
            }
        }
        assert_eq!(server.received(), ["health-at-work-consent", "health-at-work-q1-core"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_on_top_and_at_the_field() {
    let server = Server::start().await;
    browse("what_is_wrong_is_said_on_top_and_at_the_field", &server, "nb", async |person| {
        is_at_the_core(person, &server).await;
        assert_eq!(person.looks().await.title, "Side 1 av 6: Helsen din – Helse og arbeid");
        person.writes(PHYSICAL, "31").await;
        person.writes(MENTAL, "to").await;
        // Nothing is called wrong while one is still at it.
        assert!(!person.looks().await.words.contains("Skriv et"));
        person.presses("Neste").await;
        let summary = "Du må rette 2 svar før du kan gå videre";
        person.has_focus("on the summary", |focus| focus.role == "group" && focus.name == summary).await;
        assert_eq!(person.looks().await.title, "Feil: Side 1 av 6: Helsen din – Helse og arbeid");
        person.sees("Feil: Skriv et tall fra 0 til 30.").await;
        person.sees("Feil: Skriv et helt tall, bare med sifre.").await;
        for (what, question) in
            [("Skriv et tall fra 0 til 30.", PHYSICAL), ("Skriv et helt tall, bare med sifre.", MENTAL)]
        {
            person.follows(&format!("{question} – {what}")).await;
            let focus = person.has_focus("at the field", |focus| focus.name == question).await;
            assert!(focus.seen, "{focus:?}");
            let field = person.field(question).await;
            assert_eq!(field.attr("aria-invalid").await.expect("an attribute").as_deref(), Some("true"));
        }
        assert!(!person.driver().current_url().await.expect("an address").as_str().contains('#'));

        // Live until it is mended, and then it is gone.
        person.writes(PHYSICAL, "30").await;
        person.sees("Du må rette ett svar før du kan gå videre").await;
        person.writes(MENTAL, "2").await;
        person.no_longer_sees("Du må rette").await;
        assert_eq!(person.looks().await.title, "Side 1 av 6: Helsen din – Helse og arbeid");

        // What is open is pointed out once, and is no mistake.
        person.presses("Neste").await;
        let open = "3 spørsmål er ikke besvart";
        person.has_focus("on the summary", |focus| focus.role == "group" && focus.name == open).await;
        assert!(!person.looks().await.title.contains("Feil"));
        person.follows(GENERAL).await;
        person.has_focus("at the question", |focus| focus.question() == GENERAL).await;
        person.chooses(GENERAL, "Middels").await;
        person.sees("2 spørsmål er ikke besvart").await;
        person.presses("Gå videre").await;
        person.is_at(SECOND).await;
        person.presses("Tilbake").await;
        person.is_at(FIRST).await;
        person.presses("Neste").await;
        person.is_at(SECOND).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_overview_leads_to_a_question_and_back() {
    let server = Server::start().await;
    browse("the_overview_leads_to_a_question_and_back", &server, "nb", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 14,
        };
        person.comes_to_the_consent(&server.link("nb")).await;
        person.consents().await;
        person.presses("Gå videre").await;
        person.skips_contact().await;
        drop(walk.answer("q1-core", &mut async |_| {}).await);
        let row = async |question: &str| {
            let rows: Vec<Vec<String>> = serde_json::from_value(person.rows().await).expect("rows");
            rows.into_iter().filter(|row| row[0] == question).map(|row| row[1].clone()).collect::<Vec<_>>()
        };

        // A choice, a number and a row of a table.
        person.presses(GENERAL).await;
        person.is_at(FIRST).await;
        let focus = person.has_focus("at the question", |focus| focus.question() == GENERAL).await;
        assert!(focus.seen && focus.role == "radio", "{focus:?}");
        person.chooses(GENERAL, "Svært dårlig").await;
        person.presses("Tilbake til oversikten").await;
        person.is_at("Se over svarene dine").await;
        assert_eq!(row(GENERAL).await, ["Svært dårlig"]);
        person.presses(PHYSICAL).await;
        let focus = person.has_focus("at the field", |focus| focus.name == PHYSICAL).await;
        assert!(focus.seen && focus.role == "textbox", "{focus:?}");
        person.writes(PHYSICAL, "").await;
        person.presses("Tilbake til oversikten").await;
        // An answer taken back is pointed out as well.
        person.sees("Ett spørsmål er ikke besvart").await;
        person.presses("Tilbake til oversikten").await;
        person.is_at("Se over svarene dine").await;
        assert_eq!(row(PHYSICAL).await, ["Ikke besvart"]);

        // A complaint opens a page of its own, and closes it again.
        let follow_up = "Plagene og jobben";
        assert!(!person.has("heading", follow_up).await);
        person.presses("Hodepine").await;
        person.is_at(SECOND).await;
        person.has_focus("at the row", |focus| focus.question() == "Hodepine").await;
        person.chooses("Hodepine", "Litt plaget").await;
        person.presses("Tilbake til oversikten").await;
        person.is_at("Se over svarene dine").await;
        person.finds("heading", Some(follow_up), None).await;
        assert_eq!(row("Hodepine").await, ["Litt plaget", "Ikke besvart"]);
        // From the overview, Back leads to where one was.
        person.goes_back().await;
        person.is_at(SECOND).await;
        person.goes_forward().await;
        person.is_at("Se over svarene dine").await;
        person.presses("Send svarene").await;
        person.is_at_say(Told::PartReceivedTitle).await;
        let body = server.body("q1-core").to_string();
        assert!(body.contains(r#"{"linkId":"hindrance.headache"}"#), "shown and left open: {body}");
        assert!(!body.contains("hindrance.neck"), "{body}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn follow_ups_come_and_go() {
    let server = Server::start().await;
    browse("follow_ups_come_and_go", &server, "nb", async |person| {
        is_at_the_core(person, &server).await;
        assert_eq!(person.looks().await.progress, "Side 1 av 6");
        let minutes = server.study().waves[0].parts[0].minutes as usize;
        assert_eq!(person.looks().await.left, person.say(Say::MinutesLeft { minutes }));
        goes_on_without_answering(person).await;
        person.is_at(SECOND).await;
        assert_eq!(person.looks().await.progress, "Side 2 av 6");
        person.chooses("Hodepine", "Litt plaget").await;
        person.sees("Side 2 av 7").await;
        person.chooses("Hodepine", "Ikke plaget").await;
        person.sees("Side 2 av 6").await;
        person.chooses("Hodepine", "Svært plaget").await;
        person.sees("Side 2 av 7").await;
        person.chooses("Vondt i nakken", "En del plaget").await;
        for _ in 0..4 {
            goes_on_without_answering(person).await;
        }
        person.is_at("Plagene og jobben").await;
        assert_eq!(person.looks().await.progress, "Side 6 av 7");
        // Few questions are left, whatever the number of the page.
        let left = person.looks().await.left;
        assert!((1..=minutes / 2).any(|minutes| left == person.say(Say::MinutesLeft { minutes })), "{left}");
        let asked = person.rows_of_a_table().await;
        assert_eq!(asked, ["Hodepine", "Vondt i nakken"]);
        // Chosen, closed, opened again: the answer is still there.
        person.chooses("Vondt i nakken", "Nei").await;
        for _ in 0..4 {
            person.presses("Tilbake").await;
        }
        person.is_at(SECOND).await;
        person.chooses("Vondt i nakken", "Ikke plaget").await;
        person.chooses("Vondt i nakken", "Litt plaget").await;
        for _ in 0..4 {
            person.presses("Neste").await;
        }
        person.is_at("Plagene og jobben").await;
        let kept = person.finds("radio", Some("Nei"), Some("Vondt i nakken")).await;
        assert_eq!(kept.prop("checked").await.expect("a choice").as_deref(), Some("true"));

        // A follow-up directly under its question.
        goes_on_without_answering(person).await;
        person.is_at("Sykefraværet ditt de siste tre månedene").await;
        let days = "Hvor mange dager var du borte med egenmelding de siste tre månedene?";
        assert!(!person.has("textbox", days).await);
        person.chooses("Har du brukt egenmelding de siste tre månedene?", "Ja").await;
        person.writes(days, "4").await;
        person.chooses("Har du brukt egenmelding de siste tre månedene?", "Nei").await;
        person.no_longer_sees(days).await;
        person.chooses("Har du brukt egenmelding de siste tre månedene?", "Ja").await;
        let written = person.field(days).await;
        assert_eq!(written.prop("value").await.expect("a value").as_deref(), Some("4"));
    })
    .await;
}

/// Every title names the page, its place and the study, and no two pages have the same one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn titles_tell_the_pages_apart() {
    let server = Server::start().await;
    browse("titles_tell_the_pages_apart", &server, "en", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 15,
        };
        let mut titles = Vec::new();
        walk.to_the_end(async |moment| {
            if !matches!(moment, Moment::Filled(..)) {
                let look = person.looks().await;
                assert!(
                    look.title.contains(&look.heading) && look.title.ends_with(" – Health and work"),
                    "{}",
                    look.title
                );
                titles.push(look.title);
            }
        })
        .await;
        // Each questionnaire has an overview.
        let overviews = titles.iter().filter(|title| title.starts_with("Check your answers")).count();
        assert_eq!(overviews, 2);
        titles.retain(|title| !title.starts_with("Check your answers"));
        let count = titles.len();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), count);
    })
    .await;
}

/// The browser asks before the tab is closed only while that would lose answers. Dispatched by hand: a driver answers the
/// browser's own question before anyone sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_is_asked_about_while_answers_are_unsent() {
    let server = Server::start().await;
    browse("leaving_is_asked_about_while_answers_are_unsent", &server, "nb", async |person| {
        let asks = async || {
            let script = "const leaving = new Event('beforeunload', { cancelable: true });
                window.dispatchEvent(leaving);
                return leaving.defaultPrevented";
            person.script(script, vec![]).await == true
        };
        person.comes_to_the_consent_on(&server.link("nb"), Say::DeviceShared).await;
        assert!(!asks().await, "nothing is answered yet");
        person.ticks(person.taking_part()).await;
        assert!(asks().await, "a consent that is not sent");
        person.presses("Send samtykket").await;
        person.is_at("Samtykket ditt er mottatt").await;
        assert!(!asks().await, "what was sent is safe");
        person.presses("Gå videre").await;
        person.skips_contact().await;
        person.is_at(FIRST).await;
        assert!(!asks().await, "a questionnaire without answers");
        person.writes(PHYSICAL, "7").await;
        assert!(asks().await, "an answer");
        person.presses("Trenger du hjelp nå?").await;
        person.is_at("Trenger du hjelp nå?").await;
        assert!(asks().await, "an answer, wherever one is");

        // On one's own device it would be there again.
        person.opens_a_new_tab().await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.ticks(person.taking_part()).await;
        until("a consent that is kept on the device", async || match asks().await {
            true => Err("it asks before leaving".to_owned()),
            false => Ok(()),
        })
        .await;
    })
    .await;
}
