//! A host page that put something else in place of `fetch`: the widget shows a page of its own and goes on living; a trap
//! would end it.

use js_sys::{Function, Promise, Reflect};
use svar::{
    embed::mount,
    questionnaire::{
        self,
        compact::{self, Holds},
    },
    study::source,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::other_device;

/// A page with the widget on it, and a `fetch` of the test's making. Both are put back when it is dropped.
struct Host {
    element: web_sys::HtmlElement,
    fetch: JsValue,
}

impl Host {
    fn new(fetch: &JsValue) -> Host {
        Host::invited(fetch, token())
    }

    fn invited(fetch: &JsValue, token: String) -> Host {
        let window = web_sys::window().unwrap();
        let own = Reflect::get(&window, &"fetch".into()).unwrap();
        Reflect::set(&window, &"fetch".into(), fetch).unwrap();
        let document = window.document().unwrap();
        let element: web_sys::HtmlElement = document.create_element("div").unwrap().unchecked_into();
        document.body().unwrap().append_child(&element).unwrap();
        let (study, language) = ("studies/s/study.svar".to_owned(), Some("en".to_owned()));
        mount(element.clone(), study, token, None, language, None, js_sys::Function::default());
        Host { element, fetch: own }
    }

    /// Waits until the widget shows these words.
    async fn sees(&self, words: &str) {
        for _ in 0..600 {
            if self.element.inner_text().contains(words) {
                return;
            }
            next_frame().await;
        }
        panic!("expected to see «{words}», found:\n{}", self.element.inner_text());
    }

    /// Clicks the button, link or label with these words.
    fn click(&self, words: &str) {
        let found = self.element.query_selector_all("button, a, label").unwrap();
        let all = (0..found.length()).filter_map(|place| found.item(place)?.dyn_into::<web_sys::HtmlElement>().ok());
        let element = all.into_iter().find(|element| element.inner_text().trim() == words);
        element.unwrap_or_else(|| panic!("expected «{words}», found:\n{}", self.element.inner_text())).click();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.element.remove();
        Reflect::set(&web_sys::window().unwrap(), &"fetch".into(), &self.fetch).unwrap();
    }
}

async fn next_frame() {
    let frame = Promise::new(&mut |resolve, _| {
        web_sys::window().unwrap().request_animation_frame(&resolve).unwrap();
    });
    JsFuture::from(frame).await.unwrap();
}

/// An invitation whose signature nobody checks here.
fn token() -> String {
    // {"iss":"s","jti":"1","study":"s","wave":"q1","unit":"u"}
    "e30.eyJpc3MiOiJzIiwianRpIjoiMSIsInN0dWR5IjoicyIsIndhdmUiOiJxMSIsInVuaXQiOiJ1In0.c2ln".to_owned()
}

fn files(address: &str) -> Option<Vec<u8>> {
    let both = |words: &str| serde_json::json!({ "nb": words, "en": words });
    let study = serde_json::json!({
        "id": "s", "version": "1", "languages": ["nb", "en"], "title": both("Study"), "responsible": both("Us"),
        "contact": { "name": both("Someone"), "email": "a@svar.example", "phone": "+47 1" },
        "welcome": both("Welcome"), "details": [], "safety": both("Call someone"), "declined": both("Bye"),
        "endpoint": { "kind": "fhir", "base": "/fhir" },
        "waves": [{ "id": "q1", "title": both("Round 1"), "minutes": 1,
                    "parts": [{ "id": "core", "questionnaire": "core.svar", "minutes": 1, "received": both("Thanks") }] }],
    });
    let translated = |words: &str| {
        serde_json::json!({ "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
            { "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": words } ] }] })
    };
    let questionnaire = serde_json::json!({
        "resourceType": "Questionnaire", "url": "https://svar.example/q", "version": "1", "language": "nb",
        "item": [{ "linkId": "page", "type": "group", "text": "Side", "_text": translated("Page"), "item": [
            { "linkId": "pain", "type": "boolean", "text": "Vondt?", "_text": translated("In pain?") } ] }],
    });
    match address.rsplit('/').next()? {
        "study.svar" => compact::encode(Holds::Study, &source::read(&study).unwrap()).ok(),
        "core.svar" => compact::encode(Holds::Form, &questionnaire::read(&questionnaire, &[]).form.unwrap()).ok(),
        _ => None,
    }
}

/// A `fetch` that serves the files, and hands what is sent to `endpoint`.
fn serving(endpoint: &JsValue) -> (Closure<dyn Fn(web_sys::Request, JsValue) -> JsValue>, JsValue) {
    let endpoint = endpoint.clone();
    let fetch = Closure::<dyn Fn(web_sys::Request, JsValue) -> JsValue>::new(
        move |request: web_sys::Request, options: JsValue| {
            if request.method() == "POST" {
                let endpoint: &Function = endpoint.unchecked_ref();
                return endpoint
                    .call2(&JsValue::NULL, &request, &options)
                    .unwrap_or_else(|error| Promise::reject(&error).into());
            }
            let found = files(&request.url());
            let init = web_sys::ResponseInit::new();
            init.set_status(if found.is_some() { 200 } else { 404 });
            let mut bytes = found.unwrap_or_default();
            let response = web_sys::Response::new_with_opt_u8_array_and_init(Some(&mut bytes), &init).unwrap();
            Promise::resolve(&response).into()
        },
    );
    let function = fetch.as_ref().clone();
    (fetch, function)
}

/// What a host page may have put in place of `fetch`.
const MISBEHAVING: [(&str, &str); 9] = [
    ("rejects with a string", "return Promise.reject('no')"),
    ("rejects with nothing", "return Promise.reject()"),
    ("rejects with an object without prototype", "return Promise.reject(Object.create(null))"),
    ("throws", "throw new Error('no')"),
    ("throws a string", "throw 'no'"),
    ("returns nothing", "return undefined"),
    ("answers with nothing", "return Promise.resolve(null)"),
    (
        "answers with something like a response",
        "return Promise.resolve({ ok: true, status: 200, text: async () => '' })",
    ),
    (
        "answers from a frame of its own",
        "const f = document.createElement('iframe'); document.body.append(f); \
      const r = new f.contentWindow.Response('x'); f.remove(); return Promise.resolve(r)",
    ),
];

#[wasm_bindgen_test]
async fn a_misbehaving_fetch_leads_to_a_page_and_not_to_a_trap() {
    for (name, body) in MISBEHAVING {
        let host = Host::new(&Function::new_no_args(body));
        wasm_bindgen_test::console_log!("{name}");
        host.sees("We could not fetch the questionnaire").await;
        host.click("Bokmål");
        host.sees("Vi fikk ikke hentet spørreskjemaet").await;
    }
}

#[wasm_bindgen_test]
async fn a_misbehaving_fetch_at_sending_keeps_the_answers() {
    for (name, body) in MISBEHAVING {
        // The widget before this one lives on, as another tab would.
        other_device().await;
        let (_keep, fetch) = serving(&Function::new_no_args(body));
        let host = Host::new(&fetch);
        wasm_bindgen_test::console_log!("{name}");
        host.sees("Welcome").await;
        host.click("Start");
        host.sees("Is this your own device?").await;
        host.click("Next");
        host.sees("In pain?").await;
        host.click("Yes");
        host.click("Next");
        host.sees("Check your answers").await;
        host.click("Send the answers");
        host.sees("We do not know whether your answers have arrived").await;
        host.click("Try again");
        host.sees("Your answers are stored in this tab").await;
    }
}

#[wasm_bindgen_test]
async fn two_widgets_on_one_page_do_not_know_of_each_other() {
    other_device().await;
    let (_keep, fetch) = serving(&Function::new_no_args("throw 'not sent'"));
    // {"iss":"s","jti":"1","study":"s","wave":"q1","unit":"v"}
    let of_another_unit =
        "e30.eyJpc3MiOiJzIiwianRpIjoiMSIsInN0dWR5IjoicyIsIndhdmUiOiJxMSIsInVuaXQiOiJ2In0.c2ln".to_owned();
    let (one, other) = (Host::new(&fetch), Host::invited(&fetch, of_another_unit));
    one.sees("Welcome").await;
    other.sees("Welcome").await;
    one.click("Bokmål");
    one.click("Start");
    one.sees("Er dette din egen enhet?").await;
    other.sees("Welcome").await;
    other.click("Start");
    other.sees("Is this your own device?").await;
}
