//! The tiny study, on which whole visits take a second or two: somebody who goes on from whatever the page shows, and what
//! must be true at the end of every story.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};
use svar::{
    tools::collector::Row,
    words::{Say, Told},
};

use crate::{
    browser::{until, until_within},
    respondent::{Look, Respondent, Spoken},
    server::{Server, root},
};

/// Time passes quickly, and what happens is noted down.
pub(crate) const HOST: &str = include_str!("host.js");

/// The headings of the tiny study, in bokmål.
pub(crate) const WELCOME: &str = "Første runde";
pub(crate) const CONSENT: &str = "Samtykke";
pub(crate) const HEALTH: &str = "Helsen din";
pub(crate) const WORDS: &str = "Med egne ord";

pub(crate) const TAKING_PART: &str = "Ja, jeg vil være med";
const PAIN: &str = "Hadde du vondt sist uke?";
const DAYS: &str = "Hvor mange dager?";
const COMMENT: &str = "Er det noe mer du vil si?";

/// How long a story may take from one end to the other.
const STORY: Duration = Duration::from_secs(40);

/// The study, with a host that hastens.
pub(crate) async fn study(change: impl FnOnce(&mut Value)) -> Server {
    let server = Server::tiny(change).await;
    server.hosts(HOST);
    server
}

/// Somebody with answers of their own.
pub(crate) struct Visitor<'a> {
    pub(crate) person: &'a Respondent,
    pub(crate) own: bool,
    pub(crate) comment: String,
    /// Whether they give answers, or only go on with what is there.
    pub(crate) answers: Cell<bool>,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(person: &'a Respondent, own: bool, comment: &str) -> Visitor<'a> {
        Visitor { person, own, comment: comment.to_owned(), answers: Cell::new(true) }
    }

    /// Goes on, whatever the page shows, until this heading is there.
    pub(crate) async fn goes_on_to(&self, end: &str) {
        self.goes_on_until(end, |look| look.heading == end).await;
    }

    pub(crate) async fn goes_on_to_say(&self, end: impl Spoken) {
        self.goes_on_to(&self.person.say(end)).await;
    }

    /// Goes on, whatever the page shows, until it shows what is looked for.
    pub(crate) async fn goes_on_until(&self, what: &str, there: impl Fn(&Look) -> bool) {
        let mut acted: Option<String> = None;
        until_within(STORY, what, async || {
            let look = self.person.looks().await;
            if there(&look) {
                return Ok(());
            }
            // One press for each page; it takes its time to lead on.
            if acted.as_deref() != Some(&look.heading) {
                acted = self.acts(&look.heading).await.then(|| look.heading.clone());
            }
            Err(format!("«{}»: {}", look.heading, look.words))
        })
        .await;
    }

    /// Does what leads on from this page, if something does.
    pub(crate) async fn acts(&self, heading: &str) -> bool {
        let person = self.person;
        let is = |what: &dyn Spoken| heading == what.in_tongue(person.tongue());
        match heading {
            WELCOME => person.presses_say(Say::Start).await,
            CONSENT => {
                let taking_part = person.finds("checkbox", Some(TAKING_PART), None).await;
                if taking_part.prop("checked").await.expect("a state").as_deref() != Some("true") {
                    person.ticks(TAKING_PART).await;
                }
                person.presses_say(Say::GiveConsent).await;
            }
            HEALTH => {
                self.tells_of_health().await;
                person.presses_say(Say::Next).await;
            }
            WORDS => {
                if self.answers.get() {
                    person.writes(COMMENT, &self.comment).await;
                }
                person.presses_say(Say::Next).await;
            }
            _ if is(&Say::DeviceTitle) => {
                let device = person.say(if self.own { Say::DeviceOwn } else { Say::DeviceShared });
                person.chooses(&person.say(Say::DeviceQuestion), &device).await;
                person.presses_say(Say::Next).await;
            }
            _ if is(&Told::ConsentReceivedTitle) => person.presses_say(Say::GoOn).await,
            _ if is(&Say::ReviewTitle) => person.presses_say(Say::Send).await,
            _ if is(&Say::ResumeTitle) => person.presses_say(Say::ResumeYes).await,
            _ if is(&Say::OtherTabTitle) => person.presses_say(Say::UseThisTab).await,
            _ => return false,
        }
        true
    }

    pub(crate) async fn tells_of_health(&self) {
        if self.answers.get() {
            self.person.chooses(PAIN, "Ja").await;
            self.person.writes(DAYS, "2").await;
        }
    }

    pub(crate) async fn writes_the_comment(&self) {
        self.person.writes(COMMENT, &self.comment).await;
    }

    /// What the page holds for the comment.
    pub(crate) async fn comment_there(&self) -> String {
        let field = self.person.field(COMMENT).await;
        field.prop("value").await.expect("a value").unwrap_or_default()
    }

    /// Through everything, to the last receipt.
    pub(crate) async fn answers_everything(&self, link: &str) {
        self.person.opens(link).await;
        self.goes_on_to_say(Told::ReceivedTitle).await;
    }
}

// The host page's notes.

/// Says what shall never end from now on: `put draft`, `put outbox`, `put receipt`, `delete outbox`, `send`.
pub(crate) async fn hold(person: &Respondent, what: &str) {
    person.script("svarHost.hold = arguments[0]", vec![json!(what)]).await;
}

/// Until what shall never end has begun.
pub(crate) async fn until_held(person: &Respondent) {
    until("something that is held", async || match person.script("return svarHost.held || null", vec![]).await {
        Value::Null => Err("nothing".to_owned()),
        _ => Ok(()),
    })
    .await;
}

/// Until the store has done this once more since `before` was counted.
pub(crate) async fn until_done(person: &Respondent, what: &str, before: usize) {
    until(&format!("«{what}» to be done"), async || match done(person, what).await {
        now if now > before => Ok(()),
        now => Err(format!("{now} times")),
    })
    .await;
}

/// How often the store has done this in this page.
pub(crate) async fn done(person: &Respondent, what: &str) -> usize {
    let script = "return svarHost.done.filter((one) => one === arguments[0]).length";
    person.script(script, vec![json!(what)]).await.as_u64().expect("a count") as usize
}

/// Until the draft on the device holds what the page holds now.
pub(crate) async fn until_saved(person: &Respondent) {
    // A draft may be on its way that was made before the last letter: the one after it, or a second's quiet, is enough.
    let script = "
        const [answer] = [...arguments].slice(-1);
        const [begun, from] = [svarHost.begun.length, performance.now()];
        const look = () => {
            const after = svarHost.begun.slice(begun).filter((one) => one === 'put draft').length;
            const all = svarHost.begun.length === svarHost.done.length;
            if (all && (after > 1 || performance.now() - from > 1500)) answer(svarHost.done.includes('put draft'));
            else requestAnimationFrame(look);
        };
        look();";
    let saved = person.driver().execute_async(script, vec![]).await.expect("an answer");
    assert_eq!(*saved.json(), true, "a draft was saved");
}

/// A receipt as the page showed it.
#[derive(Debug, Deserialize)]
struct Shown {
    at: f64,
    reference: String,
}

/// Every receipt that this page has shown named a row that was there before.
pub(crate) async fn was_truthful(person: &Respondent, server: &Server) {
    let shown: Vec<Shown> =
        serde_json::from_value(person.script("return svarHost.said", vec![]).await).expect("receipts");
    let committed = server.committed();
    for Shown { at, reference } in shown {
        let digits = reference.replace('-', "").to_lowercase();
        let row = committed.iter().find(|(id, _)| id.replace('-', "").starts_with(&digits));
        let Some((_, since)) = row else { panic!("«{reference}» was shown as received, and no row has it") };
        // The page's clock shows whole milliseconds.
        assert!(*since <= at + 1.0, "«{reference}» was shown as received {} ms too early", since - at);
    }
}

/// No trap, no error that nobody caught.
pub(crate) async fn no_trap(person: &Respondent) {
    let errors = person.script("return svarHost.errors", vec![]).await;
    assert_eq!(errors, json!([]), "errors of the page");
    for entry in person.driver().browser_log().await.unwrap_or_default() {
        let trap = ["panicked", "unreachable", "RuntimeError"].iter().any(|word| entry.message.contains(word));
        assert!(!trap, "{}", entry.message);
    }
}

// The rows.

/// Answers by `linkId`, as they read; what the widget fills in itself is left out.
pub(crate) fn answers_in(response: &Value) -> BTreeMap<String, String> {
    fn gather(items: &Value, found: &mut BTreeMap<String, String>) {
        for item in items.as_array().into_iter().flatten() {
            let link_id = item["linkId"].as_str().unwrap_or_default();
            if let Some(answer) =
                item["answer"].get(0).and_then(Value::as_object).filter(|_| !link_id.starts_with("about."))
            {
                let value = answer.values().next().cloned().unwrap_or_default();
                let text = match value.get("code").unwrap_or(&value) {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                found.insert(link_id.to_owned(), text);
            }
            gather(&item["item"], found);
        }
    }
    let mut found = BTreeMap::new();
    gather(&response["item"], &mut found);
    found
}

/// The answers that a visitor with this comment gives to the core.
pub(crate) fn core_answers(comment: &str) -> BTreeMap<String, String> {
    [("health.pain", "yes"), ("health.days", "2"), ("words.comment", comment)]
        .map(|(link_id, answer)| (link_id.to_owned(), answer.to_owned()))
        .into()
}

fn is_of(row: &Row, questionnaire: &str) -> bool {
    row.questionnaire.split('|').next().is_some_and(|url| url.ends_with(questionnaire))
}

/// The rows of a questionnaire: `tiny-core`.
pub(crate) fn rows_of(server: &Server, questionnaire: &str) -> Vec<Row> {
    server.rows().into_iter().filter(|row| is_of(row, questionnaire)).collect()
}

/// Submissions in clear; the sealed ones are opened by other hands than ours.
pub(crate) fn opened(bodies: &[&str]) -> Vec<Value> {
    let sealed: Vec<&str> = bodies.iter().copied().filter(|body| !body.starts_with('{')).collect();
    let mut opened = Vec::new();
    if !sealed.is_empty() {
        let mut node = Command::new("node");
        node.arg(root().join("tests/e2e/open.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut node = node.spawn().expect("Node");
        let input = sealed.join("\n");
        let mut stdin = node.stdin.take().expect("its input");
        // More may come out than fits into a pipe while we still write.
        let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = node.wait_with_output().expect("its output");
        writing.join().expect("a thread").expect("to write");
        assert!(output.status.success(), "every sealed submission can be opened");
        let lines = String::from_utf8(output.stdout).expect("text");
        opened = lines.lines().map(|line| serde_json::from_str(line).expect("a response")).collect();
        assert_eq!(opened.len(), sealed.len());
    }
    let mut opened = opened.into_iter();
    let mut open = |body: &&str| match body.starts_with('{') {
        true => serde_json::from_str(body).expect("a response"),
        false => opened.next().expect("as many as were sealed"),
    };
    bodies.iter().map(&mut open).collect()
}

/// What arrived for a questionnaire, as answers.
pub(crate) fn arrived(server: &Server, questionnaire: &str) -> Vec<BTreeMap<String, String>> {
    let rows = rows_of(server, questionnaire);
    let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    opened(&bodies).iter().map(answers_in).collect()
}

/// Nothing is double: one row for each person and questionnaire, no two sets of bytes were ever sent for one, and none was
/// under way twice at once.
pub(crate) fn nothing_twice(server: &Server) {
    let whose = |body: &Value| format!("{} {}", body["subject"], body["questionnaire"]);
    let rows = server.rows();
    let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    let persons: BTreeSet<String> = opened(&bodies).iter().map(whose).collect();
    assert_eq!(persons.len(), rows.len(), "rows of the same person: {rows:#?}");
    let sent: BTreeSet<String> =
        server.submissions().iter().map(|sent| String::from_utf8_lossy(&sent.body).into_owned()).collect();
    let sent: Vec<&str> = sent.iter().map(String::as_str).filter(|body| !body.is_empty()).collect();
    let persons: BTreeSet<String> = opened(&sent).iter().map(whose).collect();
    assert_eq!(persons.len(), sent.len(), "different bytes were sent for the same: {sent:#?}");
    assert!(server.most_in_flight() <= 1, "the same submission was under way twice at once");
}

/// Whoever answered the core consented under the same pseudonym, and nobody else did.
pub(crate) fn consents_and_cores_join(server: &Server) {
    let persons = |questionnaire: &str| {
        let rows = rows_of(server, questionnaire);
        let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
        opened(&bodies).iter().map(|response| response["subject"].to_string()).collect::<BTreeSet<_>>()
    };
    assert_eq!(persons("tiny-consent"), persons("tiny-core"), "pseudonyms of consents, and of cores");
}

/// There are these cores, each once; nothing else.
pub(crate) fn arrived_once(server: &Server, comments: &[&str]) {
    nothing_twice(server);
    let mut found = arrived(server, "tiny-core");
    let mut expected: Vec<_> = comments.iter().map(|comment| core_answers(comment)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "the cores that arrived");
}

/// Has the answers sealed to the study's key.
pub(crate) fn sealed(study: &mut Value) {
    study["endpoint"] = json!({ "kind": "sealed", "base": "/fhir", "key": {
        "kty": "EC", "crv": "P-256", "kid": "rfc-7517",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    } });
}

/// The names of all that lies in the browser's database, of whomever.
pub(crate) async fn records(person: &Respondent) -> Vec<String> {
    let script = "
        const [answer] = [...arguments].slice(-1);
        const open = indexedDB.open('svar');
        // Nobody made it: nor shall a look at it.
        open.onupgradeneeded = () => open.transaction.abort();
        open.onerror = () => answer([]);
        open.onsuccess = () => {
            const transaction = open.result.transaction(['records', 'keys']);
            const [records, keys] = ['records', 'keys'].map((name) => transaction.objectStore(name).getAllKeys());
            transaction.oncomplete = () => {
                open.result.close();
                answer([...records.result, ...keys.result.map((name) => `key ${name}`)]);
            };
        };";
    let names = person.driver().execute_async(script, vec![]).await.expect("an answer");
    serde_json::from_value(names.json().clone()).expect("names")
}

/// Another browser, as it were: this one forgets all that it has stored for the page.
pub(crate) async fn forget_everything(person: &Respondent, server: &Server) {
    person.opens_a_new_tab().await;
    let clear = json!({ "origin": server.origin(), "storageTypes": "all" });
    person.cdp().send_raw("Storage.clearDataForOrigin", clear).await.expect("to clear");
}

/// Nothing waits on the device any more, whoever's it was.
pub(crate) async fn until_delivered(person: &Respondent) {
    until("nothing to deliver", async || match records(person).await {
        names if names.iter().all(|name| !name.starts_with("outbox/")) => Ok(()),
        names => Err(format!("{names:?}")),
    })
    .await;
}

/// Nothing is left in the browser's database, nor in this tab.
pub(crate) async fn nothing_is_left(person: &Respondent) {
    until("nothing left on the device", async || {
        let tab = person.script("return Object.keys(sessionStorage)", vec![]).await;
        match records(person).await {
            names if names.is_empty() && tab == json!([]) => Ok(()),
            names => Err(format!("{names:?}, in the tab {tab}")),
        }
    })
    .await;
}

/// Everything that the page, the tab and the browser hold, as one text: the document and what is in its shadow roots, with fields,
/// storages, cookies, caches, what the page around was told, and every record of the database, byte for byte as Latin letters and as UTF-16.
pub(crate) async fn holdings(person: &Respondent) -> String {
    let script = "
        const [answer] = [...arguments].slice(-1);
        const inside = (root) => [...root.querySelectorAll('*')].flatMap((each) =>
            [each, ...(each.shadowRoot ? inside(each.shadowRoot) : [])]);
        const attributes = inside(document).flatMap((element) =>
            [...element.attributes].map(({ name, value }) => `${name}=${value}`));
        const fields = inside(document).filter((each) => each.matches('input, textarea, select')).map(({ value }) => value);
        const held = { text: document.documentElement.innerText, title: document.title, attributes, fields,
            address: location.href, history: navigation.entries().map((entry) => entry.url),
            state: JSON.stringify(history.state), cookie: document.cookie, name: window.name,
            told: [window.svarEvents, window.svarMessages],
            local: { ...localStorage }, session: { ...sessionStorage }, records: [] };
        const show = (value) => value instanceof Uint8Array
            ? [String.fromCharCode(...value), new TextDecoder().decode(value)]
            : JSON.stringify(value);
        const caches_ = async () => {
            held.caches = [];
            for (const name of await caches.keys()) held.caches.push(name);
        };
        const databases = async () => {
            for (const { name } of await indexedDB.databases()) {
                await new Promise((done) => {
                    const open = indexedDB.open(name);
                    open.onsuccess = () => {
                        const stores = [...open.result.objectStoreNames];
                        const finish = () => { open.result.close(); done(); };
                        if (!stores.length) return finish();
                        const transaction = open.result.transaction(stores);
                        for (const store of stores) {
                            transaction.objectStore(store).openCursor().onsuccess = ({ target: { result: cursor } }) => {
                                if (!cursor) return;
                                held.records.push([name, store, cursor.key, show(cursor.value)]);
                                cursor.continue();
                            };
                        }
                        transaction.oncomplete = finish;
                    };
                });
            }
        };
        caches_().then(databases).then(() => answer(JSON.stringify(held)), (error) => answer(`error ${error}`));";
    let held = person.driver().execute_async(script, vec![]).await.expect("an answer");
    let held = held.json().as_str().expect("a text").to_owned();
    assert!(!held.starts_with("error"), "{held}");
    held
}
