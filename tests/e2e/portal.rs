//! The widget on pages of others: as an element, on their own origin or on another, and in a frame.

use serde_json::{Value, json};

use crate::{
    browser::{browse, until},
    policy,
    respondent::Respondent,
    server::Server,
    tiny::{Visitor, arrived, core_answers},
};

/// What the page around notes down of the element, and how it gives it the invitation.
const PORTAL: &str = include_str!("portal.js");

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

/// The events so far, each as its name and its detail.
async fn events(person: &Respondent) -> Vec<(String, Value)> {
    serde_json::from_value(person.script("return window.svarEvents", vec![]).await).expect("events")
}

async fn hears(person: &Respondent, name: &str) -> Value {
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
        visitor.answers_everything(&link).await;
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
        let page = person.script("return document.documentElement.outerHTML", vec![]).await.to_string();
        assert!(!page.contains(token.as_str()) && !page.contains("hemmelig"), "{page}");
        let title = person.script("return [document.title, history.length, location.href]", vec![]).await;
        assert_eq!((&title[0], &title[2]), (&json!("Intranett"), &json!(link)));
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
        assert_eq!(hears(person, "svar-error").await, json!({ "code": "broken" }));
        // What the page has between the tags stands where the questionnaire would.
        assert_eq!(person.script(RING, vec![]).await, json!(true));
        assert_eq!(elsewhere.asked().len(), 0);
    })
    .await;
}

const RING: &str = "const slot = document.querySelector('svar-questionnaire').shadowRoot.querySelector('slot');
    return slot.assignedNodes().some((node) => node.textContent.includes('Ring oss') && slot.checkVisibility !== null)";
