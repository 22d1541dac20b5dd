//! The shortest whole way, in any browser: consent and core, by roles and words alone. `SVAR_BROWSER` says in which one.

use serde_json::json;
use svar::words::Told;

use crate::{
    browser::{Make, browse_in},
    judge::Judge,
    portal,
    server::Server,
    tiny::{Visitor, arrived, core_answers},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smoke() {
    let server = Server::start().await;
    browse_in(Make::asked_for(), "smoke", &server, "nb", async |person| {
        person.opens(&server.link("nb")).await;
        person.is_at("Spørreskjema 1").await;
        assert!(!person.driver().current_url().await.expect("an address").as_str().contains('#'));
        person.presses("Start").await;
        person.chooses("Hvem bruker telefonen eller maskinen du svarer på?", "Bare jeg").await;
        person.presses("Neste").await;
        person.is_at("Samtykke").await;
        person.presses("Send samtykket").await;
        person.sees("Du må rette ett svar før du kan gå videre").await;
        person.consents().await;
        person.presses("Gå videre").await;
        person.skips_contact().await;

        person.is_at("Helsen din").await;
        person.chooses("Hvordan er helsen din til vanlig?", "God").await;
        person.writes("Hvordan er helsen din i dag?", "80").await;
        person.writes("Hvor mange av de siste 30 dagene var den fysiske helsen din dårlig?", "7").await;
        person.presses("Neste").await;
        person.sees("2 spørsmål er ikke besvart").await;
        person.presses("Gå videre").await;
        person.is_at("Plager siste måned: hode, rygg, armer og bein").await;
        person.chooses("Hodepine", "Litt plaget").await;
        person.presses("English").await;
        person.is_at("Complaints in the last month: head, back, arms and legs").await;
        person.presses("Bokmål").await;
        for _ in 0..4 {
            person.presses("Neste").await;
            person.presses("Gå videre").await;
        }
        person.is_at("Plagene og jobben").await;
        person.chooses("Hodepine", "Ja, i liten grad").await;
        person.presses("Neste").await;
        person.is_at("Sykefraværet ditt de siste tre månedene").await;
        person.goes_back().await;
        person.is_at("Plagene og jobben").await;
        person.goes_forward().await;
        person.is_at("Sykefraværet ditt de siste tre månedene").await;
        person.chooses("Har du brukt egenmelding de siste tre månedene?", "Ja").await;
        person.writes("Hvor mange dager var du borte med egenmelding de siste tre månedene?", "2").await;
        person.presses("Neste").await;
        person.presses("Gå videre").await;
        person.is_at("Se over svarene dine").await;
        person.presses("Send svarene").await;
        person.is_at("Takk! Første del er mottatt").await;
        person.presses("Avslutt her").await;
        person.is_at("Takk for hjelpen!").await;
    })
    .await;

    assert_eq!(server.received(), ["health-at-work-consent", "health-at-work-q1-core"]);
    let mut judge = Judge::start(true);
    for (row, stem) in server.rows().iter().zip(["consent", "q1-core"]) {
        judge.register(stem, &server.questionnaire(stem).assembled);
        assert_eq!(judge.problems(stem, &row.body), Vec::<String>::new());
    }
    let body = server.body("q1-core").to_string();
    for stored in [
        r#"{"linkId":"general-health.today","answer":[{"valueInteger":80}]}"#,
        r#"{"linkId":"general-health.poor-physical-days","answer":[{"valueInteger":7}]}"#,
        r#"{"linkId":"own-sick-leave.self-certified-days","answer":[{"valueInteger":2}]}"#,
    ] {
        assert!(body.contains(stored), "{stored} in {body}");
    }
}

/// The widget as an element of a portal's page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smoke_of_an_element() {
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let link = portal::opens_a_portal(&server, &portal::page("", "/studies/tiny/study.svar"), &token);
    browse_in(Make::asked_for(), "smoke_of_an_element", &server, "nb", async |person| {
        Visitor::new(person, true, "fra et element").answers_everything(&link).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("fra et element")]);
        let dark = "const element = document.querySelector('svar-questionnaire');
            const back = () => getComputedStyle(element.shadowRoot.querySelector('.svar')).backgroundColor;
            const before = back();
            element.scheme = 'dark';
            return [before, back()]";
        assert_eq!(person.script(dark, vec![]).await, json!(["rgb(240, 245, 244)", "rgb(13, 24, 27)"]));
    })
    .await;
}

/// The widget's own page in a frame of a page on another origin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn smoke_of_a_frame() {
    let (_portal, server, link) = portal::framing(true).await;
    browse_in(Make::asked_for(), "smoke_of_a_frame", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        portal::hears(person, "svar-ready").await;
        person.looks_into_the_frame().await;
        let visitor = Visitor::new(person, true, "fra en ramme");
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("fra en ramme")]);
    })
    .await;
}
