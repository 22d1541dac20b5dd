//! Words that would be recognised anywhere: the answers are in clear nowhere but in the fields, on the page and in the
//! body that is sent; the token nowhere but in this tab's own entry and the header that it is meant for.

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    tools::collector::faults::{Entry, Fault, Said},
    words::{Say, Told, Trouble},
};

use crate::{
    browser::{browse, thorough, until},
    portal,
    respondent::Respondent,
    server::{RESPONSES, Server},
    tiny::{self, Visitor},
};

/// Looked for as it is, and as other encodings have it.
pub(crate) const CANARY: &str = "Kanarifugl-8f3a";

/// The parts of a token that nobody else has: its claims and its signature.
pub(crate) fn secrets(token: &str) -> Vec<String> {
    token.split('.').skip(1).map(str::to_owned).collect()
}

/// What is held, but for what is on the page and in its fields, and the entry of this tab that is the token's.
pub(crate) async fn held(person: &Respondent) -> (String, Value) {
    let mut held: Value = serde_json::from_str(&tiny::holdings(person).await).expect("JSON");
    let members = held.as_object_mut().expect("an object");
    let token = members["session"].as_object_mut().expect("entries").remove("svar-invitation").unwrap_or_default();
    members.remove("text");
    members.remove("fields");
    (held.to_string(), token)
}

struct Watch<'a> {
    person: &'a Respondent,
    server: &'a Server,
    token: String,
    /// How often something was looked through.
    looks: std::cell::Cell<usize>,
}

impl Watch<'_> {
    async fn finds_nothing(&self, when: &str, remembered: bool) {
        let (held, token) = held(self.person).await;
        let expected = if remembered { Value::from(self.token.as_str()) } else { Value::Null };
        assert_eq!(token, expected, "{when}: what the tab remembers of the token");
        for secret in secrets(&self.token).iter().map(String::as_str).chain([CANARY]) {
            assert!(!held.contains(secret), "{when}: «{secret}» in {held}");
        }
        for entry in self.person.driver().browser_log().await.expect("a console") {
            self.is_free(&entry.message, when);
        }
        self.looks.set(self.looks.get() + 1);
    }

    fn is_free(&self, text: &str, when: &str) {
        for secret in secrets(&self.token).iter().map(String::as_str).chain([CANARY]) {
            assert!(!text.contains(secret), "{when}: «{secret}» in {text}");
        }
    }

    /// Over the network: the token in one header of submissions and of the one question what has arrived, the answers in
    /// the submissions' bodies alone, sealed ones nowhere.
    fn requests_are_clean(&self, sealed: bool) {
        for asked in self.server.asked() {
            self.is_free(&asked.path, "the address of a request");
            let submission = asked.path == RESPONSES;
            let admitted = submission || ["/fhir/invitation", "/contact/invitation"].contains(&asked.path.as_str());
            for (name, value) in &asked.headers {
                if !(admitted && name == "authorization") {
                    let where_ = format!("{name} to {}", asked.path);
                    self.is_free(&String::from_utf8_lossy(value.as_bytes()), &where_);
                }
            }
            if !submission || sealed {
                self.is_free(&String::from_utf8_lossy(&asked.body), "the body of a request");
            }
        }
        for line in self.server.log() {
            self.is_free(&line, "the collector's log");
        }
    }
}

async fn canaries(name: &str, sealed: bool, own: bool, personal: bool) {
    let server = tiny::study(|study| {
        if sealed {
            tiny::sealed(study)
        }
    })
    .await;
    browse(name, &server, "nb", async |person| {
        let mut invitation = server.invitation();
        invitation.sub = personal.then(|| "6f1c0c1e-1b7a-4a51-9d7e-0f6f3c1c2b11".to_owned());
        let token = server.sign(&invitation);
        let watch = Watch { person, server: &server, token: token.clone(), looks: Default::default() };
        let visitor = Visitor::new(person, own, CANARY);
        person.opens(&server.link_with("nb", &token)).await;
        watch.finds_nothing("at the welcome", true).await;
        visitor.goes_on_to_say(Told::ConsentReceivedTitle).await;
        watch.finds_nothing("after the consent", true).await;
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        tiny::until_saved(person).await;
        watch.finds_nothing("while answering", true).await;
        visitor.goes_on_to_say(Say::ReviewTitle).await;
        watch.finds_nothing("at the overview", true).await;
        let busy = Fault::Status(Said { status: 503, ..Said::default() });
        server.faults.add(Entry { count: u64::MAX, ..Entry::post(RESPONSES, busy) });
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::NotSentTitle).await;
        watch.finds_nothing("while it waits", true).await;
        person.driver().refresh().await.expect("a page");
        visitor.goes_on_to_say(Told::NotSentTitle).await;
        watch.finds_nothing("after a reload", true).await;
        server.faults.clear();
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        tiny::nothing_is_left(person).await;
        watch.finds_nothing("at the end", false).await;
        assert!(!person.looks().await.words.contains(CANARY));
        watch.requests_are_clean(sealed);
        tiny::arrived_once(&server, &[CANARY]);
        // The errors of the replies that were refused, and nothing else.
        tiny::no_trap(person).await;
        eprintln!("{name}: looked through {} times, {} requests", watch.looks.get(), server.asked().len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_clear_of_a_unit() {
    canaries("nothing_in_clear_own", false, true, false).await;
    canaries("nothing_in_clear_shared_sealed", true, false, false).await;
    if thorough() {
        canaries("nothing_in_clear_shared", false, false, false).await;
        canaries("nothing_in_clear_own_sealed", true, true, false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_clear_of_a_person() {
    canaries("nothing_in_clear_personal", false, true, true).await;
    if thorough() {
        canaries("nothing_in_clear_personal_sealed", true, true, true).await;
        canaries("nothing_in_clear_personal_shared", false, false, true).await;
    }
}

/// On somebody else's page, as an element or in a frame, they are in nothing that this page can have without reading the
/// fields, nor in what lies on the device; of a frame it cannot read these either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_clear_on_pages_of_others() {
    for framed in [false, true] {
        let (portal, server, link) = match framed {
            true => {
                let (portal, server, link) = portal::framing(true).await;
                (Some(portal), server, link)
            }
            false => {
                let server = Server::tiny(|_| {}).await;
                let page = portal::page("", "/studies/tiny/study.svar");
                let link = portal::opens_a_portal(&server, &page, &server.sign(&server.invitation()));
                (None, server, link)
            }
        };
        let token = server.sign(&server.invitation());
        browse("nothing_in_clear_on_pages_of_others", &server, "nb", async |person| {
            let watch = Watch { person, server: &server, token: token.clone(), looks: Default::default() };
            let nothing = async |when: &str| {
                watch.finds_nothing(when, false).await;
                if framed {
                    person.looks_out_of_the_frame().await;
                    watch.finds_nothing(&format!("{when}, around the frame"), false).await;
                    assert_eq!(person.script(FIELDS, vec![]).await, json!([]), "{when}: fields that the page can read");
                    person.looks_into_the_frame().await;
                }
            };
            person.driver().goto(&link).await.expect("a page");
            portal::hears(person, "svar-ready").await;
            if framed {
                person.looks_into_the_frame().await;
            }
            let visitor = Visitor::new(person, true, CANARY);
            nothing("at the welcome").await;
            visitor.goes_on_to(tiny::WORDS).await;
            visitor.writes_the_comment().await;
            until("a draft", async || match tiny::records(person).await {
                names if names.iter().any(|name| name.starts_with("draft/")) => Ok(()),
                names => Err(format!("{names:?}")),
            })
            .await;
            nothing("while answering").await;
            visitor.goes_on_to_say(Say::ReviewTitle).await;
            nothing("at the overview").await;
            visitor.goes_on_to_say(Told::ReceivedTitle).await;
            tiny::nothing_is_left(person).await;
            nothing("at the end").await;
            watch.requests_are_clean(false);
            tiny::arrived_once(&server, &[CANARY]);
            let at_the_portal = portal.iter().flat_map(|portal| portal.asked());
            at_the_portal.for_each(|asked| watch.is_free(&format!("{asked:?}"), "a request to the portal"));
            assert_eq!(watch.looks.get(), if framed { 8 } else { 4 });
        })
        .await;
    }
}

/// What is written in the fields of a page.
const FIELDS: &str = "return [...document.querySelectorAll('input, textarea')].map((field) => field.value)";

/// One person's three waves, by three links, on two devices' worth of storage: their rows join, and nobody else's do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_waves_of_one_person_join() {
    let server = tiny::study(|study| {
        let first = study["waves"][0].clone();
        let waves = ["q1", "q2", "q3"].map(|id| {
            let mut wave = first.clone();
            wave["id"] = id.into();
            if id != "q1" {
                wave.as_object_mut().expect("a wave").remove("consent");
            }
            wave
        });
        study["waves"] = waves.to_vec().into();
    })
    .await;
    browse("the_waves_of_one_person_join", &server, "nb", async |person| {
        let persons = ["6f1c0c1e-1b7a-4a51-9d7e-0f6f3c1c2b11", "0b7e9b52-6f0e-4c0a-8a55-9a4f2a1d7c22"];
        for wave in ["q1", "q2", "q3"] {
            for pseudonym in persons {
                let invitation = Invitation { wave: wave.into(), sub: Some(pseudonym.into()), ..server.invitation() };
                let visitor = Visitor::new(person, wave != "q2", &format!("{wave} {pseudonym}"));
                visitor.answers_everything(&server.link_with("nb", &server.sign(&invitation))).await;
                tiny::nothing_is_left(person).await;
            }
        }
        let rows = server.rows();
        assert_eq!(rows.len(), 8);
        for pseudonym in persons {
            let own: Vec<_> = rows.iter().filter(|row| row.pseudonym == pseudonym).collect();
            let waves: Vec<_> = own.iter().map(|row| row.wave.as_str()).collect();
            assert_eq!(waves, ["q1", "q1", "q2", "q3"]);
            for row in own.iter().filter(|row| !row.questionnaire.contains("consent")) {
                let response: Value = serde_json::from_str(&row.body).expect("a response");
                assert_eq!(tiny::answers_in(&response)["words.comment"], format!("{} {pseudonym}", row.wave));
                assert_eq!(response["subject"]["identifier"]["value"], pseudonym);
            }
        }
    })
    .await;
}

/// A browser that cannot seal sends nothing, neither sealed nor in clear, and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_sealed_is_not_sent() {
    let server = tiny::study(tiny::sealed).await;
    let none = "Object.defineProperty(crypto, 'subtle', { value: undefined });";
    server.hosts(&[tiny::HOST, none].concat());
    browse("what_cannot_be_sealed_is_not_sent", &server, "nb", async |person| {
        // Before anything is answered.
        person.opens(&server.link("nb")).await;
        person.is_at_say(Told::TroubleTitle(Trouble::Browser)).await;
        person.sees("tiny@svar.example").await;
        tiny::no_trap(person).await;
    })
    .await;
    let fails = "SubtleCrypto.prototype.encrypt = () => Promise.reject(new DOMException('', 'OperationError'));";
    server.hosts(&[tiny::HOST, fails].concat());
    browse("what_cannot_be_sealed_is_not_sent", &server, "nb", async |person| {
        let visitor = Visitor::new(person, false, CANARY);
        person.opens(&server.link("nb")).await;
        visitor.goes_on_to(tiny::CONSENT).await;
        visitor.acts(tiny::CONSENT).await;
        person.is_at_say(Say::NotTakenTitle).await;
        person.sees_say(Say::NotSealed).await;
        assert_eq!(server.submissions().len(), 0, "what was sent");
        assert!(server.rows().is_empty());
        tiny::no_trap(person).await;
    })
    .await;
}

/// What has arrived is not kept any longer: it is gone from the draft that is saved next. Looked for with this tab's own
/// key, as the widget itself would.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_arrived_leaves_the_draft() {
    let server = tiny::study(|_| {}).await;
    let draft = async |person: &Respondent| {
        let script = "
            const [answer] = [...arguments].slice(-1);
            const read = async () => {
                const text = Object.entries(sessionStorage).find(([name]) => name.startsWith('svar-tab/'))[1];
                const owner = text.slice(0, 22);
                const raw = Uint8Array.from(atob(text.slice(22).replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
                const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
                const name = `draft/${owner}`;
                const record = await new Promise((done) => {
                    const open = indexedDB.open('svar');
                    open.onsuccess = () => {
                        const get = open.result.transaction(['records']).objectStore('records').get(name);
                        get.onsuccess = () => { open.result.close(); done(get.result); };
                    };
                });
                const [head, iv, cipher] = [record.slice(0, 9), record.slice(9, 21), record.slice(21)];
                const additionalData = new Uint8Array([...head, ...new TextEncoder().encode(name)]);
                return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, cipher));
            };
            read().then(answer, (error) => answer(`error ${error}`));";
        let draft = person.driver().execute_async(script, vec![]).await.expect("an answer");
        draft.json().as_str().expect("a text").to_owned()
    };
    browse("what_has_arrived_leaves_the_draft", &server, "nb", async |person| {
        let visitor = Visitor::new(person, false, CANARY);
        person.opens(&server.link("nb")).await;
        visitor.goes_on_to(tiny::CONSENT).await;
        person.ticks(tiny::TAKING_PART).await;
        tiny::until_saved(person).await;
        let before = draft(person).await;
        assert!(before.contains("consent.taking-part"), "the draft is read as it should be: {before}");
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        tiny::until_saved(person).await;
        let after = draft(person).await;
        assert!(after.contains(CANARY), "the draft is read as it should be: {after}");
        assert!(!after.contains("consent.taking-part"), "the consent has arrived, and is in the draft: {after}");
    })
    .await;
}
