//! An element that is taken away, or handed another invitation, waits until nothing is left that it alone can keep or
//! deliver; and so does whoever asked `whenAtRest()`.

use serde_json::json;
use svar::{
    study::Invitation,
    words::{Say, Told},
};

use crate::{
    browser::{browse, until},
    portal::{in_a_portal, opens_a_portal, page},
    respondent::Respondent,
    server::Server,
    tiny::{self, Visitor, arrived, core_answers},
};

/// Takes the element away, and notes down when it says that it is at rest.
const GOES: &str = "window.away = document.querySelector('svar-questionnaire');
    away.remove();
    window.rested = false;
    away.whenAtRest().then(() => { window.rested = true; });";

async fn has_rested(person: &Respondent) -> bool {
    person.script("return window.rested", vec![]).await == json!(true)
}

async fn until_at_rest(person: &Respondent) {
    until("rest", async || match person.script("return [rested, away.state]", vec![]).await {
        found if found == json!([true, "idle"]) => Ok(()),
        found => Err(found.to_string()),
    })
    .await;
}

/// As long as the store has not said whether it has them, frozen answers are on the page alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_is_slow() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("while_the_store_is_slow", &server, "nb", async |person| {
        person.before_every_page(tiny::HOST).await;
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "nesten lagret");
        visitor.goes_on_to_say(Say::ReviewTitle).await;
        tiny::hold(person, "put outbox").await;
        person.presses_say(Say::Send).await;
        tiny::until_held(person).await;
        person.script(GOES, vec![]).await;
        // What would be told at once has been by now.
        person
            .script("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))", vec![])
            .await;
        assert!(!has_rested(person).await, "the answers are on this page alone");
        until_at_rest(person).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("nesten lagret")]);
    })
    .await;
}

/// A consent that waits for the part which freezes it is not lost, either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_second_part_is_on_its_way() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    let other = server.sign(&Invitation { unit: "unit-8".into(), ..server.invitation() });
    browse("while_the_second_part_is_on_its_way", &server, "nb", async |person| {
        person.before_every_page(crate::later::HELD).await;
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "");
        visitor.goes_on_to(tiny::CONSENT).await;
        person.ticks(tiny::TAKING_PART).await;
        person.presses_say(Say::GiveConsent).await;
        let events = person.script("return svarEvents.filter(([name]) => name === 'svar-page')", vec![]).await;
        assert_eq!(events, json!([["svar-page", { "step": "consent", "page": 1, "pages": 1 }]]), "told all the same");
        let gives = "document.querySelector('svar-questionnaire').invitation = arguments[0]";
        person.script(gives, vec![json!(other)]).await;
        assert_eq!(server.rows(), vec![]);
        person.script("window.letItArrive()", vec![]).await;
        person.is_at(tiny::WELCOME).await;
        let units: Vec<String> = server.rows().into_iter().map(|row| row.unit).collect();
        assert_eq!(units, [server.invitation().unit], "the first one's consent");
    })
    .await;
}

/// What was answered a moment ago is there after the page has had the element begin anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_draft_is_being_saved() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("while_a_draft_is_being_saved", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "nettopp skrevet");
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        person.script("document.querySelector('svar-questionnaire').restart()", vec![]).await;
        // Whose the answers on one's own device are is asked whoever comes in.
        person.is_at_say(Say::ResumeTitle).await;
        person.presses_say(Say::ResumeYes).await;
        person.is_at(tiny::WORDS).await;
        assert_eq!(visitor.comment_there().await, "nettopp skrevet");
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        // What is to be gone is gone before the element may be.
        person.script(GOES, vec![]).await;
        until_at_rest(person).await;
        assert_eq!(tiny::records(person).await, Vec::<String>::new());
    })
    .await;
}

/// What the page says of its language is taken as near as the study can, at the beginning and later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_that_comes_nearest() {
    let server = Server::tiny(|_| {}).await;
    let here = page("", "/studies/tiny/study.svar").replace("<html lang=\"nb\">", "<html lang=\"en-GB\">");
    let link = opens_a_portal(&server, &here, &server.sign(&server.invitation()));
    browse("the_language_that_comes_nearest", &server, "en", async |person| {
        person.driver().goto(&link).await.expect("a page");
        person.is_at("First round").await;
        let shown = "const root = document.querySelector('svar-questionnaire').shadowRoot;
            return [root.querySelector('.svar').lang, root.querySelector('h1').innerText,
                root.querySelector('[aria-pressed=true]')?.lang ?? null]";
        assert_eq!(person.script(shown, vec![]).await, json!(["en", "First round", "en"]));
        for (asked, lang, heading) in
            [("nn-NO", "nb", tiny::WELCOME), ("en-US", "en", "First round"), ("de", "nb", tiny::WELCOME)]
        {
            person.script("document.querySelector('svar-questionnaire').lang = arguments[0]", vec![json!(asked)]).await;
            until(asked, async || match person.script(shown, vec![]).await {
                found if found == json!([lang, heading, lang]) => Ok(()),
                found => Err(found.to_string()),
            })
            .await;
        }
    })
    .await;
}
