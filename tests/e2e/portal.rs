//! The widget on pages of others: as an element, on their own origin or on another, and in a frame.

use std::time::Duration;

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    words::{Say, Told},
};
use thirtyfour::Key;

use crate::{
    browser::{browse, until},
    policy,
    respondent::Respondent,
    server::Server,
    tiny::{self, Visitor, arrived, core_answers},
};

/// What the page around notes down of the element, and how it gives it the invitation.
pub(crate) const PORTAL: &str = include_str!("portal.js");

/// A page of a portal with an element of a study that lies at `study`.
pub(crate) fn page(scripts: &str, study: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"nb\"><head><meta charset=\"utf-8\"><title>Intranett</title>\n\
         <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <script src=\"/portal.js\"></script>\n\
         <script type=\"module\" src=\"{scripts}/svar-element.js\" crossorigin=\"anonymous\"></script></head>\n\
         <body><h1>Intranett</h1><main><svar-questionnaire study=\"{study}\">Ring oss.</svar-questionnaire></main>\n\
         </body></html>\n"
    )
}

/// Puts a portal's page and its script beside the site.
pub(crate) fn opens_a_portal(server: &Server, page: &str, token: &str) -> String {
    server.puts("portal.html", page);
    server.puts("portal.js", &PORTAL.replace("TOKEN", &json!(token).to_string()));
    format!("{}/portal.html", server.origin())
}

/// A portal's page on the study's own origin, with an element for this server's invitation.
pub(crate) fn in_a_portal(server: &Server) -> String {
    opens_a_portal(server, &page("", "/studies/tiny/study.svar"), &server.sign(&server.invitation()))
}

/// The events so far, each as its name and its detail.
async fn events(person: &Respondent) -> Vec<(String, Value)> {
    serde_json::from_value(person.script("return window.svarEvents", vec![]).await).expect("events")
}

pub(crate) async fn hears(person: &Respondent, name: &str) -> Value {
    until(&format!("the event {name}"), async || {
        let events = events(person).await;
        let found = events.iter().find(|(event, _)| event == name);
        found.map(|(_, detail)| detail.clone()).ok_or_else(|| format!("{events:?}"))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_delivers_and_tells_without_answers() {
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let link = opens_a_portal(&server, &page("", "/studies/tiny/study.svar"), &token);
    browse("an_element_delivers_and_tells_without_answers", &server, "nb", async |person| {
        person.before_every_page(policy::WATCH).await;
        let visitor = Visitor::new(person, true, "hemmelig");
        person.opens(&link).await;
        let entries = person.script("return history.length", vec![]).await;
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("hemmelig")]);
        assert_eq!(hears(person, "svar-ready").await, json!({ "study": "tiny", "wave": "q1" }));
        let events = events(person).await;
        let of = |name: &str| -> Vec<Value> {
            events.iter().filter(|(event, _)| event == name).map(|(_, detail)| detail.clone()).collect()
        };
        let pages: Vec<Value> = of("svar-page");
        assert_eq!(pages.first(), Some(&json!({ "step": "consent", "page": 1, "pages": 1 })), "{pages:?}");
        assert!(pages.contains(&json!({ "step": "core", "page": 2, "pages": 2 })), "{pages:?}");
        let submitted: Vec<Value> = of("svar-submitted");
        let parts: Vec<&str> = submitted.iter().filter_map(|detail| detail["part"].as_str()).collect();
        assert_eq!(parts, ["consent", "core"]);
        let reference = submitted[1]["reference"].as_str().expect("a reference");
        person.sees(reference).await;
        assert_eq!(of("svar-error"), Vec::<Value>::new());
        let told = serde_json::to_string(&events).expect("JSON");
        assert!(!told.contains("hemmelig") && !told.contains(&token), "{told}");
        // Opened, and no entry of the widget's since.
        let page = person.script("return [document.title, history.length, location.href]", vec![]).await;
        assert_eq!(page, json!(["Intranett", entries, link]));
        policy::nothing_reported(person).await;
    })
    .await;
}

/// On another origin than the study's, an element runs where the study trusts it, and says so where not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_runs_where_the_study_trusts_it() {
    for trusted in [true, false] {
        // The portal's own origin is known only once it runs.
        let portal = Server::tiny(|_| {}).await;
        let origin = portal.origin();
        let server = Server::tiny(|study| {
            let others = ["https://portal.example", &origin];
            study["embedding"] = json!({ "element": &others[..if trusted { 2 } else { 1 }] });
        })
        .await;
        let there = server.origin();
        let policy = policy::PROMISED.replace("script-src 'self'", &format!("script-src {there}  'self'"));
        portal.sends("/portal.html", &policy.replace("connect-src 'self'", &format!("connect-src {there}")));
        let page = page(&there, &format!("{there}/studies/tiny/study.svar"));
        let link = opens_a_portal(&portal, &page, &server.sign(&server.invitation()));
        browse("an_element_runs_where_the_study_trusts_it", &server, "nb", async |person| {
            person.before_every_page(policy::WATCH).await;
            if trusted {
                Visitor::new(person, true, "fra portalen").answers_everything(&link).await;
                assert_eq!(arrived(&server, "tiny-core"), [core_answers("fra portalen")]);
            } else {
                person.opens(&link).await;
                person.is_at("Spørreskjemaet kan ikke vises på denne siden").await;
                person.sees("tiny@svar.example").await;
                assert_eq!(hears(person, "svar-error").await, json!({ "code": "not-here" }));
                assert_eq!(server.submissions().len(), 0);
            }
            policy::nothing_reported(person).await;
        })
        .await;
    }
}

/// What an attribute may point to is for the page's own code to widen, not for whoever can write an attribute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_study_of_another_origin_is_not_even_fetched() {
    let elsewhere = Server::tiny(|study| study["embedding"] = json!({ "element": ["https://portal.example"] })).await;
    let server = Server::tiny(|_| {}).await;
    let page = page("", &format!("{}/studies/tiny/study.svar", elsewhere.origin()));
    let link = opens_a_portal(&server, &page, &server.sign(&server.invitation()));
    browse("a_study_of_another_origin_is_not_even_fetched", &server, "nb", async |person| {
        person.opens(&link).await;
        person.is_at("Skjemaet kan ikke vises her").await;
        person.sees("Siden er satt opp feil").await;
        assert_eq!(hears(person, "svar-error").await, json!({ "code": "study" }));
        // What the page has between the tags stands where the questionnaire would.
        assert_eq!(person.script(RING, vec![]).await, json!(true));
        assert_eq!(elsewhere.asked().len(), 0);
    })
    .await;
}

/// Whether what the page has between the tags can be seen.
const RING: &str = "const words = document.createRange();
    words.selectNodeContents(document.querySelector('svar-questionnaire'));
    return words.toString().includes('Ring oss') && [...words.getClientRects()].some(({ width, height }) => width && height)";

/// A portal on an origin of its own, and the tiny study, which it frames if it is `trusted`; the portal's page.
pub(crate) async fn framing(trusted: bool) -> (Server, Server, String) {
    let portal = Server::tiny(|_| {}).await;
    let origin = portal.origin();
    let server = Server::tiny(|study| {
        let others = ["https://portal.example", &origin];
        study["embedding"] = json!({ "frame": &others[..if trusted { 2 } else { 1 }] });
    })
    .await;
    let there = server.origin();
    let policy =
        policy::PROMISED.replace("script-src 'self'", &format!("frame-src {there}; script-src {there} 'self'"));
    portal.sends("/portal.html", &policy);
    let page = page(&there, "").replace("svar-element.js", "svar-frame.js");
    let (before, rest) = page.split_once("<svar-questionnaire").expect("the element");
    let (_, after) = rest.split_once("</svar-questionnaire>").expect("its end");
    let page = format!("{before}<svar-frame src=\"{there}/?lang=nb\"></svar-frame>{after}");
    let link = opens_a_portal(&portal, &page, &server.sign(&server.invitation()));
    (portal, server, link)
}

/// In a frame the page around gives the invitation, and learns how high the form is, and that it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_delivers_and_tells_the_page_around_its_height_alone() {
    let (_portal, server, link) = framing(true).await;
    browse("a_frame_delivers_and_tells_the_page_around_its_height_alone", &server, "nb", async |person| {
        person.before_every_page(policy::WATCH).await;
        person.driver().goto(&link).await.expect("a page");
        hears(person, "svar-ready").await;
        person.looks_into_the_frame().await;
        let visitor = Visitor::new(person, true, "sagt i rammen");
        visitor.goes_on_to(tiny::HEALTH).await;
        let scrolls = "return document.documentElement.scrollHeight > innerHeight + 1";
        until("a frame as high as the form", async || match person.script(scrolls, vec![]).await == json!(false) {
            true => Ok(()),
            false => Err("it scrolls".to_owned()),
        })
        .await;
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("sagt i rammen")]);
        policy::nothing_reported(person).await;
        person.looks_out_of_the_frame().await;
        let messages = person.script("return window.svarMessages", vec![]).await;
        let messages = messages.as_array().expect("messages");
        for message in messages {
            let height = message.get("height").and_then(Value::as_u64);
            let known = match height {
                Some(height) => height % 120 == 0 && *message == json!({ "height": height }),
                None => [json!({ "top": true }), json!({ "ready": true })].contains(message),
            };
            assert!(known, "{message}");
        }
        for told in ["height", "top", "ready"] {
            assert!(messages.iter().any(|message| message.get(told).is_some()), "{told} in {messages:?}");
        }
        assert_eq!(events(person).await, [("svar-ready".to_owned(), Value::Null)]);
        policy::nothing_reported(person).await;
    })
    .await;
}

/// Where the study does not trust the page around, the browser shows nothing; and where a server forgets the header, the
/// page itself does not let itself be used.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_shows_nothing_to_a_page_that_is_not_trusted() {
    for forgetful in [false, true] {
        let (_portal, server, link) = framing(false).await;
        if forgetful {
            let (before, _) = policy::PROMISED.split_once("frame-ancestors 'none'; ").expect("the policy");
            server.sends("/", before);
        }
        browse("a_frame_shows_nothing_to_a_page_that_is_not_trusted", &server, "nb", async |person| {
            person.driver().goto(&link).await.expect("a page");
            person.looks_into_the_frame().await;
            if forgetful {
                person.is_at("Skjemaet kan ikke vises her").await;
                person.sees("helseogarbeid@svar.example").await;
                let link = person.finds("link", Some("Åpne skjemaet"), None).await;
                let address = link.prop("href").await.expect("an address");
                assert_eq!(address, Some(format!("{}/?lang=nb", server.origin())));
            } else {
                until("a page of the browser's own", async || {
                    let words = person.script("return document.body.innerText", vec![]).await.to_string();
                    if words.contains("refused to connect") || words.contains("blocked") { Ok(()) } else { Err(words) }
                })
                .await;
            }
            assert!(!person.has("button", &person.say(Say::Start)).await);
            let files = server.asked().into_iter().filter(|asked| asked.path.ends_with(".svar")).count();
            assert_eq!(files, 0, "not even the study is fetched");
        })
        .await;
    }
}

/// An element that a page moves keeps what is in it; one that is away for longer goes on from the device.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_element_that_is_moved_or_comes_back_goes_on() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("an_element_that_is_moved_or_comes_back_goes_on", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "ikke borte");
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        let moves = "const main = document.querySelector('main'), element = main.firstElementChild;
            const aside = document.createElement('aside');
            main.after(aside);
            aside.append(element);";
        person.script(moves, vec![]).await;
        assert_eq!(
            (person.looks().await.heading.as_str(), visitor.comment_there().await.as_str()),
            (tiny::WORDS, "ikke borte")
        );
        person.script("window.away = document.querySelector('svar-questionnaire'); away.remove()", vec![]).await;
        until("the element to be taken down", async || {
            match person.script("return away.state", vec![]).await.as_str() {
                Some("idle") => Ok(()),
                state => Err(format!("{state:?}")),
            }
        })
        .await;
        assert_eq!(person.script("return away.shadowRoot.querySelectorAll('.svar').length", vec![]).await, json!(0));
        person.script("document.querySelector('aside').append(away)", vec![]).await;
        person.is_at_say(Say::ResumeTitle).await;
        // There is something to press, so the page around need not wait any longer.
        assert_eq!(person.script("return away.state", vec![]).await, json!("ready"));
        person.presses_say(Say::ResumeYes).await;
        person.is_at(tiny::WORDS).await;
        assert_eq!(visitor.comment_there().await, "ikke borte");
        visitor.answers.set(false);
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("ikke borte")]);
        policy::nothing_reported(person).await;
    })
    .await;
}

/// What only the page can deliver is delivered, though the page has taken the element away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_arrives_though_the_element_is_taken_away() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("what_was_sent_arrives_though_the_element_is_taken_away", &server, "nb", async |person| {
        person.before_every_page("delete Window.prototype.indexedDB; delete window.indexedDB;").await;
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "bare her");
        visitor.goes_on_to_say(Say::ReviewTitle).await;
        person.is_offline(true).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::NotSentTitle).await;
        let goes = "window.away = document.querySelector('svar-questionnaire');
            away.remove();
            window.rested = false;
            away.whenAtRest().then(() => { window.rested = true; });";
        person.script(goes, vec![]).await;
        assert_eq!(server.rows().len(), 1, "the consent");
        assert_eq!(person.script("return window.rested", vec![]).await, json!(false));
        person.is_offline(false).await;
        until("the answers", async || match arrived(&server, "tiny-core") {
            found if found == [core_answers("bare her")] => Ok(()),
            found => Err(format!("{found:?}")),
        })
        .await;
        until("rest", async || match person.script("return [window.rested, away.state]", vec![]).await {
            found if found == json!([true, "idle"]) => Ok(()),
            found => Err(found.to_string()),
        })
        .await;
    })
    .await;
}

/// Another invitation waits for what only the page can deliver of the one before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_invitation_waits_for_what_is_on_its_way() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    let other = server.sign(&Invitation { unit: "unit-8".into(), ..server.invitation() });
    browse("another_invitation_waits_for_what_is_on_its_way", &server, "nb", async |person| {
        person.before_every_page("delete Window.prototype.indexedDB; delete window.indexedDB;").await;
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "den første");
        visitor.goes_on_to_say(Say::ReviewTitle).await;
        person.is_offline(true).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::NotSentTitle).await;
        let gives = "document.querySelector('svar-questionnaire').invitation = arguments[0]";
        person.script(gives, vec![json!(other)]).await;
        assert_eq!(person.looks().await.heading, person.say(Told::NotSentTitle));
        person.is_offline(false).await;
        person.is_at(tiny::WELCOME).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("den første")]);
    })
    .await;
}

/// Two elements on a page, each with answers, a language and a focus of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_elements_know_nothing_of_each_other() {
    let server = Server::tiny(|_| {}).await;
    let twice = page("", "/studies/tiny/study.svar").replace("<main>", "<main><h2>To skjemaer</h2>");
    let link = opens_a_portal(&server, &twice, &server.sign(&server.invitation()));
    let other = server.sign(&Invitation { unit: "unit-8".into(), ..server.invitation() });
    browse("two_elements_know_nothing_of_each_other", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let below = Visitor::new(person, true, "nede");
        below.goes_on_to(tiny::WORDS).await;
        below.writes_the_comment().await;
        // The other comes to the same page, above this one, which is looked at from now on.
        let adds = "const other = document.createElement('svar-questionnaire');
            other.study = '/studies/tiny/study.svar';
            other.lang = 'en';
            other.invitation = arguments[0];
            document.querySelector('h2').after(other);";
        person.script(adds, vec![json!(other)]).await;
        person.is_at("First round").await;
        let languages = "return [...document.querySelectorAll('svar-questionnaire')].map((each) =>
            [each.shadowRoot.querySelector('h1').innerText, each.shadowRoot.querySelector('.svar').lang])";
        assert_eq!(person.script(languages, vec![]).await, json!([["First round", "en"], [tiny::WORDS, "nb"]]));
        person.script("document.querySelector('svar-questionnaire').lang = 'nb'", vec![]).await;
        let above = Visitor::new(person, true, "oppe");
        above.goes_on_to(tiny::CONSENT).await;
        // Sent without its tick, it says what is wrong, and takes the focus into its own summary.
        person.presses_say(Say::GiveConsent).await;
        let focus = "const each = document.activeElement;
            return [each === document.querySelector('svar-questionnaire'), each?.shadowRoot?.activeElement?.id]";
        until("the focus in the summary", async || match person.script(focus, vec![]).await {
            found if found == json!([true, "svar-summary"]) => Ok(()),
            found => Err(found.to_string()),
        })
        .await;
        above.goes_on_to(tiny::WORDS).await;
        assert_eq!(above.comment_there().await, "", "what was written below");
        above.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("oppe")]);
        person
            .script(
                "document.querySelector('svar-questionnaire').hidden = true;
            document.querySelector('main').prepend(document.querySelectorAll('svar-questionnaire')[1])",
                vec![],
            )
            .await;
        assert_eq!(below.comment_there().await, "nede");
        below.answers.set(false);
        below.goes_on_to_say(Told::ReceivedTitle).await;
        let units: Vec<String> = tiny::rows_of(&server, "tiny-core").into_iter().map(|row| row.unit).collect();
        assert_eq!(units, ["unit-8".to_owned(), server.invitation().unit]);
        assert_eq!(arrived(&server, "tiny-core"), [core_answers("oppe"), core_answers("nede")]);
    })
    .await;
}

/// Whoever had the references of both could join names and answers: of contact details the page around learns nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_contact_details_the_page_around_learns_nothing() {
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&Invitation { wave: "q2".into(), ..server.invitation() });
    let link = opens_a_portal(&server, &page("", "/studies/tiny/study.svar"), &token);
    browse("of_contact_details_the_page_around_learns_nothing", &server, "nb", async |person| {
        person.opens(&link).await;
        person.is_at("Andre runde").await;
        person.presses_say(Say::Start).await;
        let visitor = Visitor::new(person, true, "til forskerne");
        visitor.goes_on_to("Kontakt").await;
        person.writes("E-postadresse", "kari@eksempel.no").await;
        person.presses_say(Say::SendContact).await;
        visitor.goes_on_to_say(Told::PartReceivedTitle).await;
        let contact = until("the contact details", async || match server.contact_rows().as_slice() {
            [(id, _)] => Ok(id.clone()),
            other => Err(format!("{} rows", other.len())),
        })
        .await;
        let events = events(person).await;
        let submitted: Vec<&Value> =
            events.iter().filter(|(name, _)| name == "svar-submitted").map(|(_, it)| it).collect();
        let parts: Vec<&str> = submitted.iter().filter_map(|detail| detail["part"].as_str()).collect();
        assert_eq!(parts, ["consent", "core"]);
        let told = serde_json::to_string(&events).expect("JSON").to_lowercase().replace('-', "");
        let of_contact = &contact.replace('-', "")[..8];
        assert!(!told.contains(of_contact) && !told.contains("eksempel"), "{of_contact} in {told}");
    })
    .await;
}

/// A page may shut a dialogue by Escape and save by Ctrl+S while somebody answers; its single-letter shortcuts take no
/// letter out of an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keys_of_the_page_around_reach_it() {
    let server = Server::tiny(|_| {}).await;
    let link = in_a_portal(&server);
    browse("the_keys_of_the_page_around_reach_it", &server, "nb", async |person| {
        person.driver().goto(&link).await.expect("a page");
        let visitor = Visitor::new(person, true, "j");
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        person.script("window.svarKeys.splice(0)", vec![]).await;
        person.types("j").await;
        person.holds(Key::Control, "s").await;
        person.types(Key::Escape).await;
        person.types(Key::Tab).await;
        let keys = person.script("return window.svarKeys.filter((key) => key.startsWith('keydown'))", vec![]).await;
        assert_eq!(keys, json!(["keydown Control", "keydown s", "keydown Escape", "keydown Tab"]));
        assert_eq!(visitor.comment_there().await, "jj");
    })
    .await;
}

/// A crash is told in words, without the program that crashed, and to the page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_is_told_in_words() {
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    let embedded = opens_a_portal(&server, &page("", "/studies/tiny/study.svar"), &token);
    for link in [server.link("nb"), embedded.clone()] {
        browse("a_crash_is_told_in_words", &server, "nb", async |person| {
            person.driver().goto(&link).await.expect("a page");
            let visitor = Visitor::new(person, true, "");
            visitor.goes_on_to(tiny::HEALTH).await;
            // Nothing can be drawn any more, which the program does not survive.
            person.script("Document.prototype.createElement = () => { throw new Error('host') }", vec![]).await;
            person.presses_say(Say::Next).await;
            person.is_at("Noe gikk galt i skjemaet").await;
            if link == embedded {
                assert_eq!(hears(person, "svar-error").await, json!({ "code": "crashed" }));
                assert_eq!(person.script(RING, vec![]).await, json!(true));
            } else {
                person.sees("helseogarbeid@svar.example").await;
            }
        })
        .await;
    }
}

/// Mounted and taken down over and over, the widget leaves no memory and no listener behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_elements_leave_nothing_behind() {
    /// At a time.
    const BATCH: usize = 50;
    /// The first two are for what is made once.
    const BATCHES: usize = 22;
    let server = Server::tiny(|_| {}).await;
    let link = opens_a_portal(&server, &page("", "").replace("<svar-questionnaire", "<p"), "");
    let unit = |number| Invitation { unit: format!("unit-{number}"), ..server.invitation() };
    browse("a_thousand_elements_leave_nothing_behind", &server, "nb", async |person| {
        person.before_every_page(MEMORY).await;
        person.driver().goto(&link).await.expect("a page");
        person.driver().set_script_timeout(Duration::from_secs(120)).await.expect("a patience");
        let mut after = Vec::new();
        for batch in 0..BATCHES {
            let tokens: Vec<String> = (0..BATCH).map(|number| server.sign(&unit(batch * BATCH + number))).collect();
            // Waited for in the page: every script that comes from outside leaves something, too.
            let ended = person.driver().execute_async(BATCH_OF, vec![json!(tokens)]).await.expect("the end of a batch");
            let all = json!({ "begun": BATCH, "answered": BATCH / 2, "states": ["idle"] });
            assert_eq!(*ended.json(), all, "batch {batch}");
            // What this page itself notes down is not the widget's.
            let forgets = "svarEvents.length = 0; svarKeys.length = 0; performance.clearResourceTimings()";
            person.script(forgets, vec![]).await;
            after.push(Left::behind(person).await);
        }
        // What the first ones leave is made once: code, style sheets, the store.
        let (settled, end) = (&after[1], &after[after.len() - 1]);
        eprintln!("{} elements: {settled:?} after {}, {end:?}", BATCHES * BATCH, 2 * BATCH);
        assert!(end.heap + end.wasm < settled.heap + settled.wasm + 2_000_000, "{after:#?}");
        assert!(end.listeners <= settled.listeners, "{after:#?}");
        assert!(end.nodes <= settled.nodes + 50, "{after:#?}");
    })
    .await;
}

/// Keeps hold of the program's memory, to measure it.
const MEMORY: &str = "for (const name of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            const made = await real.apply(WebAssembly, given);
            window.svarMemory ??= (made.instance ?? made).exports.memory;
            return made;
        };
    }";

/// Mounts one element for each invitation, and takes each away: every other one as soon as it can be answered, the rest
/// with an answer in it.
const BATCH_OF: &str = "const [tokens, done] = arguments;
    const begins = performance.now();
    const until = (look) => new Promise((resolve) => {
        const again = () => {
            const found = look();
            if (found) resolve(found);
            else requestAnimationFrame(again);
        };
        again();
    });
    let begun = 0, answered = 0;
    let batch = tokens.map((token, place) => {
        const element = document.createElement('svar-questionnaire');
        element.study = '/studies/tiny/study.svar';
        element.invitation = token;
        element.addEventListener('svar-ready', async () => {
            begun += 1;
            if (place % 2) {
                const shown = (selectors) => until(() => element.shadowRoot.querySelector(selectors));
                (await shown('.svar-button--primary')).click();
                (await shown('input[type=radio]')).click();
                (await shown('.svar-button--primary')).click();
                (await shown('input[type=checkbox]')).click();
                answered += 1;
            }
            element.remove();
        }, { once: true });
        document.querySelector('main').append(element);
        return element;
    });
    const states = () => [...new Set(batch.map(({ state }) => state))];
    const over = () => begun === batch.length && answered === batch.length >> 1 && states().join() === 'idle';
    until(() => over() || performance.now() - begins > 90000).then(() => {
        const found = { begun, answered, states: states() };
        batch = [];
        // The drafts of those who left would be looked through by all who come after them.
        const cleared = indexedDB.deleteDatabase('svar');
        cleared.onsuccess = cleared.onerror = cleared.onblocked = () => done(found);
    });";

/// What is left in a page.
#[derive(Debug)]
struct Left {
    heap: u64,
    wasm: u64,
    nodes: u64,
    listeners: u64,
}

impl Left {
    async fn behind(person: &Respondent) -> Left {
        let cdp = person.cdp();
        for _ in 0..2 {
            cdp.send_raw("HeapProfiler.collectGarbage", json!({})).await.expect("a clean heap");
        }
        cdp.send_raw("Performance.enable", json!({})).await.expect("figures");
        let metrics = cdp.send_raw("Performance.getMetrics", json!({})).await.expect("figures");
        let metrics = metrics["metrics"].as_array().expect("figures");
        let of = |name: &str| {
            let found = metrics.iter().find(|metric| metric["name"] == name).expect("a figure");
            found["value"].as_f64().expect("a number") as u64
        };
        let wasm = person.script("return svarMemory.buffer.byteLength", vec![]).await.as_u64().expect("a size");
        Left { heap: of("JSHeapUsedSize"), wasm, nodes: of("Nodes"), listeners: of("JSEventListeners") }
    }
}
