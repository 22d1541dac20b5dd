//! axe-core looks at every page in every state: empty, left open, in error, filled.

use std::{cell::RefCell, fs, sync::Arc};

use serde_json::json;
use svar::{
    questionnaire::{ItemId, Kind},
    words::{Say, Told},
};
use tokio::sync::Notify;

use crate::{
    browser::{browse, thorough},
    plan::{Manner, Paper},
    respondent::Respondent,
    server::{Act, Server, root},
    tiny,
    whole::{Hand, Moment, Walk},
};

/// WCAG 2.2 at level AA, and what axe holds for good practice beyond it. No rule is left out.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const RUN: &str = "
    return axe.run(document, { runOnly: { type: 'tag', values: arguments[0] }, resultTypes: ['violations'] })
        .then(({ violations }) => violations.map(({ id, impact, help, nodes }) =>
            `${id} (${impact}): ${help}\\n` + nodes.map(({ html, failureSummary }) =>
                `    ${html.slice(0, 160)} ${failureSummary.replace(/\\s+/g, ' ')}`).slice(0, 3).join('\\n')))";

/// What axe finds on the page as it stands.
pub(crate) async fn violations(person: &Respondent) -> Vec<String> {
    if person.script("return typeof axe", vec![]).await == "undefined" {
        let file = root().join("tests/oracle/node_modules/axe-core/axe.min.js");
        let source = fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; run `npm ci` in tests/oracle", file.display()));
        // A script of WebDriver's has a scope of its own; axe puts itself on the window.
        person.script(&source, vec![]).await;
    }
    let found = person.script(RUN, vec![json!(TAGS)]).await;
    serde_json::from_value(found).expect("a list of violations")
}

/// Looks at page after page, and tells everything at the end.
struct Findings<'a> {
    person: &'a Respondent,
    found: RefCell<Vec<String>>,
    looks: RefCell<usize>,
}

impl<'a> Findings<'a> {
    fn of(person: &'a Respondent) -> Findings<'a> {
        Findings { person, found: RefCell::default(), looks: RefCell::default() }
    }

    async fn look(&self, state: &str) {
        let heading = self.person.looks().await.heading;
        let violations = violations(self.person).await;
        *self.looks.borrow_mut() += 1;
        self.found.borrow_mut().extend(violations.into_iter().map(|found| format!("«{heading}», {state}: {found}")));
    }

    fn none(self, at_least: usize) {
        let (found, looks) = (self.found.into_inner(), self.looks.into_inner());
        assert!(found.is_empty(), "{} violations in {looks} looks:\n{}", found.len(), found.join("\n"));
        assert!(looks >= at_least, "only {looks} looks");
    }
}

/// Tries to leave the page with nothing answered, and then with numbers that are none.
async fn in_every_state(person: &Respondent, findings: &Findings<'_>, paper: &Paper<'_>, page: ItemId) {
    findings.look("empty").await;
    let questions = paper.session.questions(page);
    if person.has("button", &person.say(Say::GiveConsent)).await {
        person.presses_say(Say::GiveConsent).await;
        person.sees_say(Say::ErrorsFound { count: 1 }).await;
        return findings.look("in error").await;
    }
    person.presses_say(Say::Next).await;
    person.sees_say(Say::OpenFound { count: questions.len() }).await;
    findings.look("left open").await;
    let number = |id: &ItemId| matches!(paper.session.form().item(*id).kind, Kind::Integer { .. });
    let numbers: Vec<ItemId> = questions.into_iter().filter(number).collect();
    if numbers.is_empty() {
        return;
    }
    for id in &numbers {
        person.writes(&paper.words(*id), "mange").await;
    }
    person.presses_say(Say::GoOn).await;
    person.sees_say(Say::ErrorsFound { count: numbers.len() }).await;
    findings.look("in error").await;
}

async fn every_page(name: &str, language: &str, seed: u64, (width, height): (u32, u32), look: &str) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        person.has_a_screen_of(width, height).await;
        person.has_a_mouse();
        person.prefers(&[("prefers-color-scheme", look)]).await;
        let findings = Findings::of(person);
        let walk =
            Walk { person, server: &server, wave: "q1", hand: Hand::Pointer, manner: Manner::EveryBranchOpen, seed };
        walk.to_the_end(async |moment| match moment {
            Moment::Between => findings.look("").await,
            Moment::Opened(paper, page) => in_every_state(person, &findings, paper, page).await,
            Moment::Filled(..) => findings.look("filled").await,
        })
        .await;
        findings.none(80);
    })
    .await;
}

const DESK: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (360, 740);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_nb() {
    every_page("axe_finds_nothing_in_nb", "nb", 8, DESK, "light").await;
    if thorough() {
        every_page("axe_finds_nothing_in_nb", "nb", 20, PHONE, "light").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_in_en() {
    every_page("axe_finds_nothing_in_en", "en", 9, PHONE, "dark").await;
    if thorough() {
        every_page("axe_finds_nothing_in_en", "en", 21, DESK, "dark").await;
    }
}

/// The pages beside the way: help, whom to ask, sending, not received, to be looked at again, declined, trouble.
async fn beside(name: &str, language: &str) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        let findings = Findings::of(person);
        person.waits_for_nothing_but_the_person().await;
        person.opens(&server.link(language)).await;
        for details in &server.study().details {
            let title = server.study().say(&details.title, language).expect("a title").words();
            person.unfolds(&title).await;
        }
        findings.look("unfolded").await;
        for aside in [Say::NeedHelp, Say::WhomToAsk] {
            person.presses_say(aside.clone()).await;
            person.is_at_say(aside).await;
            findings.look("").await;
            person.presses_say(Say::Close).await;
        }
        person.comes_to_the_consent(&server.link(language)).await;
        person.presses_say(Say::Decline).await;
        person.is_at_say(Say::DeclinedTitle).await;
        findings.look("").await;
        person.presses_say(Say::Back).await;

        let held = Arc::new(Notify::new());
        let refused = json!({ "resourceType": "OperationOutcome", "issue": [{
            "severity": "error", "code": "invalid", "expression": ["QuestionnaireResponse.item.where(linkId='consent.absence-data')"],
        }] });
        server.plan([
            Act::say(503, "text/plain", ""),
            Act::say(401, "text/plain", ""),
            Act::say(404, "text/plain", ""),
        ]);
        person.ticks(person.taking_part()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Told::NotSentTitle).await;
        findings.look("busy").await;
        person.presses_say(Say::TryAgain).await;
        let paused = person.in_words("godtar ikke lenken", "does not accept the link");
        person.sees(paused).await;
        findings.look("paused").await;
        person.presses_say(Say::TryAgain).await;
        person.sees_say(Told::SaveCopy).await;
        findings.look("parked").await;

        server.plan([Act::say(422, "application/fhir+json", &refused.to_string()), Act::Hold(held.clone())]);
        tiny::forget_everything(person, &server).await;
        person.comes_to_the_consent(&server.link(language)).await;
        person.ticks(person.taking_part()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Told::LookAgainTitle).await;
        findings.look("").await;
        person.opens(&server.link(language)).await;
        person.is_at_say(Say::ResumeTitle).await;
        findings.look("").await;
        tiny::forget_everything(person, &server).await;
        person.comes_to_the_consent(&server.link(language)).await;
        person.ticks(person.taking_part()).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Say::SendingTitle).await;
        findings.look("").await;
        held.notify_one();
        person.is_at_say(Told::ConsentReceivedTitle).await;

        for token in ["", "not-a-token"] {
            person.opens(&server.link_with(language, token)).await;
            findings.look("trouble").await;
        }
        findings.none(12);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_beside_the_way() {
    beside("axe_finds_nothing_beside_the_way_nb", "nb").await;
    beside("axe_finds_nothing_beside_the_way_en", "en").await;
}

/// The page of its own goes by the text size that the reader has set in the browser, and still fits a phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_at_twice_the_text_size() {
    const SIZE: &str = "return parseFloat(getComputedStyle(document.querySelector('.svar')).fontSize)";
    const WIDE: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let server = Server::start().await;
    browse("axe_finds_nothing_at_twice_the_text_size", &server, "nb", async |person| {
        person.has_a_screen_of(360, 740).await;
        person.opens(&server.link("nb")).await;
        let before = person.script(SIZE, vec![]).await.as_f64().expect("pixels");
        person.reads_text_at(200).await;
        let findings = Findings::of(person);
        let look = async || {
            findings.look("200 %").await;
            let wide = person.script(WIDE, vec![]).await;
            assert_eq!(wide, 0, "too wide at «{}»", person.looks().await.heading);
        };
        person.opens(&server.link("nb")).await;
        let after = person.script(SIZE, vec![]).await.as_f64().expect("pixels");
        assert!((after - 2.0 * before).abs() < 0.01, "{before} px and then {after} px");
        look().await;
        person.comes_to_the_consent(&server.link("nb")).await;
        look().await;
        person.consents().await;
        look().await;
        person.presses_say(Say::GoOn).await;
        person.skips_contact().await;
        person.is_at("Helsen din").await;
        look().await;
        findings.none(4);
    })
    .await;
}

/// A look that never finds anything proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_what_was_planted() {
    let server = Server::start().await;
    browse("axe_finds_what_was_planted", &server, "nb", async |person| {
        person.opens(&server.link("nb")).await;
        person.presses("Start").await;
        person.is_at("Er dette din egen enhet?").await;
        assert_eq!(violations(person).await, Vec::<String>::new());
        person.script("document.querySelector('label[for]').remove()", vec![]).await;
        let found = violations(person).await;
        assert!(found.iter().any(|found| found.starts_with("label (critical)")), "{found:#?}");
        person.script("document.querySelector('h1').style.color = '#ddd'", vec![]).await;
        let found = violations(person).await;
        assert!(found.iter().any(|found| found.starts_with("color-contrast (serious)")), "{found:#?}");
    })
    .await;
}
