//! The element and the frame under what pages do to them: say everything twice, come late with the invitation, hide them,
//! move them, or break.

use serde_json::{Value, json};
use svar::words::Told;

use crate::{
    browser::{browse, until},
    policy,
    portal::{PORTAL, framing, hears, in_a_portal, opens_a_portal, page},
    respondent::Respondent,
    server::Server,
    tiny::{self, Visitor, arrived, core_answers},
};

const STUDY: &str = "/studies/tiny/study.svar";

/// Waits until the script returns this.
async fn comes_to(person: &Respondent, script: &str, expected: Value) {
    until(&format!("{expected} of {script}"), async || match person.script(script, vec![]).await {
        found if found == expected => Ok(()),
        found => Err(found.to_string()),
    })
    .await;
}

async fn does(person: &Respondent, script: &str) {
    person.script(script, vec![]).await;
}

/// The page of a portal that has yet to come to an invitation.
fn opens_without_an_invitation(server: &Server, page: &str) -> String {
    let link = opens_a_portal(server, page, "");
    server.puts("portal.js", &PORTAL.replace("TOKEN", "undefined"));
    link
}

/// A page that draws itself anew sets everything again; nobody who is answering loses a word by that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_again_takes_nothing_away() {
    const AGAIN: &str = "const element = document.querySelector('svar-questionnaire');
        window.before ??= element.shadowRoot.querySelector('.svar');
        element.study = element.study;
        element.wave = '';
        element.invitation = undefined;
        element.invitation = arguments[0];";
    const KEPT: &str = "return document.querySelector('svar-questionnaire').whenAtRest()
        .then(() => new Promise((resolve) => setTimeout(resolve, 1000))).then(() => window.before.isConnected)";
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let link = opens_a_portal(&server, &page("", STUDY), &token);
    browse("what_is_said_again_takes_nothing_away", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "ikke lagret ennå");
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        person.script(AGAIN, vec![json!(token)]).await;
        assert_eq!(person.script(KEPT, vec![]).await, json!(true));
        assert_eq!(visitor.comment_there().await, "ikke lagret ennå");
    })
    .await;

    // A component gives a new function each time it is drawn, and is drawn anew at each page.
    let link = opens_without_an_invitation(&server, &page("", STUDY));
    browse("what_is_said_again_takes_nothing_away", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let draws = "const element = document.querySelector('svar-questionnaire');
            window.asked = 0;
            const draw = () => {
                element.invitationSupplier = async () => {
                    window.asked += 1;
                    return arguments[0];
                };
            };
            document.addEventListener('svar-page', draw);
            draw();";
        person.script(draws, vec![json!(token)]).await;
        let visitor = Visitor::new(person, true, "spurt én gang");
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(person.script("return window.asked", vec![]).await, json!(1));
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("spurt én gang")]);
        does(person, "document.querySelector('svar-questionnaire').restart()").await;
        comes_to(person, "return window.asked", json!(2)).await;
    })
    .await;
}

/// A page may fetch the invitation first: until it has it nothing is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_waits_for_its_invitation() {
    const STATE: &str = "return [document.querySelector('svar-questionnaire').state, window.svarEvents.length]";
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let link = opens_without_an_invitation(&server, &page("", STUDY));
    let hastens = "{
        const later = window.setTimeout;
        window.setTimeout = (act, ms, ...rest) => later.call(window, act, ms === 30000 ? 300 : ms, ...rest);
    }";
    browse("an_element_waits_for_its_invitation", &server, "nb", async |person| {
        person.before_every_page(hastens).await;
        person.driver().goto(&link).await.expect("a page");
        let fetched = "return performance.getEntriesByType('resource').some(({ name, responseEnd }) => \
                       name.endsWith('/svar.wasm') && responseEnd > 0)";
        comes_to(person, fetched, json!(true)).await;
        assert_eq!(person.script(STATE, vec![]).await, json!(["loading", 0]));
        does(person, "document.querySelector('svar-questionnaire').invitation = null").await;
        assert_eq!(person.script(STATE, vec![]).await, json!(["loading", 0]));
        drop(policy::errors(person).await);
        // What a supplier throws may hold what it was to give.
        let falls = "document.querySelector('svar-questionnaire').invitationSupplier = async () => {
            throw new Error(`no answer for ${arguments[0]}`);
        }";
        person.script(falls, vec![json!(token)]).await;
        assert_eq!(hears(person, "svar-error").await, json!({ "code": "supplier" }));
        let said = policy::errors(person).await;
        assert!(said.len() == 1 && said[0].contains("invitationSupplier"), "{said:?}");
        assert!(!said[0].contains(&token), "{said:?}");
        for (supplier, name) in [("new Promise(() => {})", "one that hangs"), ("undefined", "one that gives nothing")] {
            let hangs = format!(
                "window.svarEvents.length = 0;
                const element = document.querySelector('svar-questionnaire');
                element.invitationSupplier = () => {supplier};
                element.restart();"
            );
            does(person, &hangs).await;
            assert_eq!(hears(person, "svar-error").await, json!({ "code": "supplier" }), "{name}");
        }
        // Nobody has one; somebody types it.
        let types = "window.svarEvents.length = 0;
            const element = document.querySelector('svar-questionnaire');
            element.invitationSupplier = undefined;
            element.invitation = '';";
        does(person, types).await;
        assert_eq!(hears(person, "svar-error").await, json!({ "code": "invitation" }));
        person
            .script("document.querySelector('svar-questionnaire').invitation = arguments[0]", vec![json!(token)])
            .await;
        person.is_at(tiny::WELCOME).await;
    })
    .await;
}

/// What cannot be a study says that the page is set up wrongly, and a wrong call throws where it is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_set_up_wrongly_is_told() {
    let server = Server::tiny(|_| {}).await;
    let link = opens_a_portal(&server, &page("", "http://"), &server.sign(&server.invitation()));
    browse("a_page_that_is_set_up_wrongly_is_told", &server, "nb", async |person| {
        person.before_every_page("console.error = () => { throw new Error('no console') }").await;
        person.driver().goto(&link).await.expect("a page");
        assert_eq!(hears(person, "svar-error").await, json!({ "code": "study" }));
        person.sees("Siden er satt opp feil, så skjemaet kan ikke vises. Si fra til dem som har siden.").await;
        let allows = "return import('/svar-element.js').then(({ allowStudies }) => {
            try {
                return String(allowStudies('https://svar.example/x', 'localhost:8080'));
            } catch (error) {
                return error instanceof TypeError && error.message;
            }
        })";
        let said = person.script(allows, vec![]).await;
        assert!(said.as_str().is_some_and(|said| said.contains("found localhost:8080")), "{said}");
        does(person, "document.querySelector('svar-questionnaire').study = '/studies/tiny/study.svar'").await;
        person.is_at(tiny::WELCOME).await;
    })
    .await;
}

/// After a crash every element says so: the one that crashed, put back; one that was away; one that was loading; a new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_no_element_is_an_empty_box() {
    const TOLD: &str = "return window.all.map((each) => {
        const root = each.shadowRoot.querySelector('.svar');
        return [each.state, root?.querySelector('h1')?.innerText, root?.classList.contains('svar--light')];
    })";
    let crashed = json!(["crashed", "Noe gikk galt i skjemaet", true]);
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let link = opens_a_portal(&server, &page("", STUDY), &token);
    browse("after_a_crash_no_element_is_an_empty_box", &server, "nb", async |person| {
        person.prefers(&[("prefers-color-scheme", "light")]).await;
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "");
        visitor.goes_on_to(tiny::HEALTH).await;
        let adds = "const main = document.querySelector('main');
            const first = main.firstElementChild;
            window.all = [first, first.cloneNode(true), first.cloneNode(true), first.cloneNode(true)];
            const [, away, loading] = window.all;
            away.invitation = arguments[0];
            loading.invitationSupplier = () => new Promise((resolve) => { window.supplies = resolve; });
            main.append(away, loading);";
        person.script(adds, vec![json!(token)]).await;
        comes_to(person, "return [window.all[1].state, typeof window.supplies]", json!(["ready", "function"])).await;
        // Nothing can be drawn any more, which the program does not survive.
        let breaks = "window.all[1].remove();
            Document.prototype.createElement = () => { throw new Error('host') };
            window.all[0].shadowRoot.querySelector('.svar-button--primary').click();";
        does(person, breaks).await;
        comes_to(person, "return window.all[1].state", json!("crashed")).await;
        // Longer than an element may be away.
        does(person, "window.all[0].remove(); setTimeout(() => { window.later = true; }, 3000)").await;
        comes_to(person, "return window.later", json!(true)).await;
        let back = "window.supplies(arguments[0]);
            window.all[3].invitation = arguments[0];
            document.querySelector('main').append(...window.all);";
        person.script(back, vec![json!(token)]).await;
        comes_to(person, TOLD, json!([crashed, crashed, crashed, crashed])).await;
    })
    .await;
}

/// A header of the page that stays on top does not cover what a page turn leads to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_turn_stops_below_a_sticky_header() {
    const TOP: &str = "const { top } = document.querySelector('svar-questionnaire').shadowRoot
            .querySelector('.svar').getBoundingClientRect();
        return Math.round(top)";
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("a_page_turn_stops_below_a_sticky_header", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "");
        visitor.goes_on_to(tiny::HEALTH).await;
        let covers = "document.body.style.cssText = '--svar-sticky-top: 120px; padding-block: 3000px';
            window.scrollTo(0, 3100);";
        does(person, covers).await;
        visitor.goes_on_to(tiny::WORDS).await;
        comes_to(person, TOP, json!(120)).await;
    })
    .await;
}

/// A page that goes dark, or moves the element to where it is, has it go along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn light_and_dark_are_those_of_its_place() {
    const DARK: &str = "return window.element.shadowRoot.querySelector('.svar').classList.contains('svar--dark')";
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("light_and_dark_are_those_of_its_place", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        person.is_at(tiny::WELCOME).await;
        for (act, dark) in [
            ("window.element = document.querySelector('svar-questionnaire')", false),
            (
                "window.aside = document.body.appendChild(document.createElement('aside'));
                aside.style.colorScheme = 'dark';
                aside.append(element);",
                true,
            ),
            ("element.style.colorScheme = 'light'", false),
            ("element.style.colorScheme = ''", true),
            (
                "const card = document.body.appendChild(document.createElement('div'));
                window.inner = card.attachShadow({ mode: 'open' }).appendChild(document.createElement('section'));
                inner.append(document.createElement('slot'));
                card.append(element);",
                false,
            ),
            ("inner.style.colorScheme = 'dark'", true),
        ] {
            does(person, act).await;
            assert_eq!(person.script(DARK, vec![]).await, json!(dark), "{act}");
        }
    })
    .await;
}

/// A frame stands until the page around gives another invitation or another page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_is_not_thrown_away() {
    const SAME: &str = "return window.inside === window.frame.shadowRoot.querySelector('iframe')";
    let (_portal, server, link) = framing(true).await;
    let token = server.sign(&server.invitation());
    browse("a_frame_is_not_thrown_away", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        hears(person, "svar-ready").await;
        does(
            person,
            "window.frame = document.querySelector('svar-frame');
            window.inside = frame.shadowRoot.querySelector('iframe');",
        )
        .await;
        person.script("frame.lang = 'nn'; frame.invitation = arguments[0]", vec![json!(token)]).await;
        assert_eq!(person.script(SAME, vec![]).await, json!(true));
        // Nobody is logged in any more.
        const FRAMES: &str = "return window.frame.shadowRoot.querySelectorAll('iframe').length";
        does(person, "frame.invitation = undefined").await;
        assert_eq!(person.script(FRAMES, vec![]).await, json!(0));
        drop(policy::errors(person).await);
        does(person, "frame.setAttribute('src', 'http://'); frame.invitation = ''").await;
        assert_eq!(person.script(FRAMES, vec![]).await, json!(0));
        let said = policy::errors(person).await;
        assert!(said.len() == 1 && said[0].contains("the address of a study's page"), "{said:?}");
    })
    .await;
}
