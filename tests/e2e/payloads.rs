//! Texts that try to run, in every field that holds a text: questionnaire, manifest, replies, invitations, answers. None
//! runs, none makes a report, and each is shown as the text that it is. `tests/fixtures/hosts` has the payloads, and shows
//! that most of them do run where a page is careless in their way.

mod study;

use std::{collections::BTreeSet, fs, time::Duration};

use serde_json::{Value, json};
use svar::{
    questionnaire::{Kind, Layout, Role, compact},
    study::Invitation,
    words::{Say, Told},
};

use self::study::{LANGUAGES, Made, Payload, Tally};
use crate::{
    browser::{Make, browse_in, thorough, until_within},
    policy,
    portal::{opens_a_portal, page},
    respondent::{Respondent, Spoken},
    server::{Act, Server, root},
    tiny::{self, HOST, Visitor, rows_of},
};

const LOOK: &str = include_str!("payloads/look.js");

/// The widget's place on the page: the element of somebody else's, or none of its own.
const PLACE: &str = "const host = document.querySelector('svar-questionnaire');";

/// Somebody who goes through the widget by its buttons, and looks closely.
struct Visit<'a> {
    person: &'a Respondent,
    made: &'a Made,
}

impl Visit<'_> {
    /// Runs a script with the helpers of `look.js` at hand.
    async fn runs(&self, script: &str, given: Vec<Value>) -> Value {
        runs(self.person, script, given).await
    }

    async fn presses(&self, button: impl Spoken) {
        let text = self.person.say(button);
        assert_eq!(self.runs("return svarDo.presses(host, arguments[0])", vec![json!(text)]).await, Value::Null);
    }

    /// Waits for a page by something only it has.
    async fn is_at(&self, what: &str) {
        let script = "return svarDo.until(() => svarDo.root(host)?.querySelector(arguments[0])).then(Boolean)";
        assert_eq!(self.runs(script, vec![json!(what)]).await, json!(true), "{what}");
    }

    async fn is_at_button(&self, button: impl Spoken) {
        let text = self.person.say(button);
        let script = "return svarDo.until(() => svarDo.buttons(host, arguments[0])[0]).then(Boolean)";
        assert_eq!(self.runs(script, vec![json!(text)]).await, json!(true), "«{text}»");
    }

    /// Looks at the page in every language.
    async fn looks(&self, page: &str) {
        let found = self.runs("return svarDo.tongues(host, arguments[0])", vec![self.made.on(page)]).await;
        let found = found.as_array().expect("a list");
        let few: Vec<String> = found.iter().take(6).map(|one| one.to_string().chars().take(300).collect()).collect();
        assert!(found.is_empty(), "{} on «{page}», such as {few:#?}", found.len());
    }

    /// From the welcome to the summary, with a look at every page.
    async fn goes_through(&self) -> Vec<String> {
        self.is_at_button(Say::Start).await;
        self.looks("welcome").await;
        self.presses(Say::NeedHelp).await;
        self.is_at_button(Say::Close).await;
        self.looks("help").await;
        self.presses(Say::Close).await;
        self.presses(Say::WhomToAsk).await;
        self.is_at_button(Say::Close).await;
        self.looks("ask").await;
        self.presses(Say::Close).await;
        self.presses(Say::Start).await;
        self.is_at("#device-shared").await;
        self.runs("svarDo.root(host).querySelector('#device-shared').click()", vec![]).await;
        self.presses(Say::Next).await;
        self.is_at_button(Say::GiveConsent).await;
        self.presses(Say::Decline).await;
        self.is_at_button(Say::Back).await;
        self.looks("declined").await;
        self.presses(Say::Back).await;
        self.is_at_button(Say::GiveConsent).await;
        // What is missing is said with a link of the question's words.
        self.presses(Say::GiveConsent).await;
        self.is_at("#svar-summary a").await;
        self.looks("consent").await;
        self.runs("return svarDo.answers(host)", vec![]).await;
        self.presses(Say::GiveConsent).await;
        self.is_at_button(Told::Print).await;
        self.looks("consented").await;
        self.presses(Say::GoOn).await;
        self.is_at_button(Say::SkipContact).await;
        self.looks("contact").await;
        self.presses(Say::SkipContact).await;
        self.is_at("textarea").await;
        let typed = self.writes().await;
        self.is_at("select").await;
        self.presses(Say::Next).await;
        self.is_at("#svar-summary a").await;
        self.looks("kinds").await;
        self.runs("return svarDo.answers(host)", vec![]).await;
        self.presses(Say::GoOn).await;
        self.is_at(".svar-review").await;
        self.looks("review").await;
        self.answers_stand_there(&typed).await;
        self.presses(Say::Send).await;
        self.is_at_button(Told::GoOnWithRest).await;
        self.looks("received").await;
        self.presses(Told::GoOnWithRest).await;
        self.is_at(".svar-form input[type=text]").await;
        self.runs("svarDo.write(host, ['x'])", vec![]).await;
        self.presses(Say::Next).await;
        self.is_at(".svar-review").await;
        self.presses(Say::Send).await;
        self.is_at_button(Told::SummaryShow).await;
        self.looks("finished").await;
        self.presses(Told::SummaryShow).await;
        self.is_at(".svar-handout").await;
        self.looks("handout").await;
        self.answers_stand_there(&typed).await;
        typed
    }

    /// Writes a payload into every field; the answers are those without what FHIR cannot hold.
    async fn writes(&self) -> Vec<String> {
        let typed = json!(self.made.typed);
        let values = self.runs("return svarDo.write(host, arguments[0])", vec![typed]).await;
        let values: Vec<String> = serde_json::from_value(values).expect("texts");
        assert_eq!(values.len(), LANGUAGES, "fields to write in");
        self.looks("words").await;
        self.presses(Say::Next).await;
        let kept = |text: &String| text.chars().filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r')).collect();
        values.iter().map(kept).filter(|text: &String| !text.trim().is_empty()).collect()
    }

    async fn answers_stand_there(&self, typed: &[String]) {
        let expected = json!({ "whole": typed, "rich": [] });
        assert_eq!(self.runs("return svarDo.stays(host, arguments[0])", vec![expected]).await, json!([]), "answers");
    }
}

async fn runs(person: &Respondent, script: &str, given: Vec<Value>) -> Value {
    person.script(&format!("{PLACE}\n{script}"), given).await
}

/// What must be true of every page that a payload was on: nothing ran, nothing was asked of anybody else, nothing reported.
async fn nothing_ran(person: &Respondent, server: &Server) {
    assert_eq!(troubles(person, server, |_| false).await, Vec::<String>::new());
}

/// What is wrong, but for errors in the console that are `expected`.
async fn troubles(person: &Respondent, server: &Server, expected: impl Fn(&str) -> bool) -> Vec<String> {
    let seen = person.script("return svarSeen", vec![]).await;
    let mut found = Vec::new();
    for kind in ["hits", "errors", "odd"] {
        let texts = seen[kind].as_array().expect("a list").iter().map(|text| text.as_str().unwrap_or_default());
        found.extend(texts.map(|text| format!("{kind}: {text}")));
    }
    found.extend(policy::reports(person).await.into_iter().map(|report| format!("policy: {report}")));
    let errors = policy::errors(person).await.into_iter().filter(|error| !expected(error));
    found.extend(errors.map(|error| format!("console: {error}")));
    let addresses = policy::addresses(person).await;
    let own = |address: &String| address.starts_with(&format!("{}/", server.origin())) || address == "about:blank";
    let strange = addresses.into_iter().filter(|address| !own(address) || address.contains("svar-hit"));
    found.extend(strange.map(|address| format!("asked for: {address}")));
    let hits = server.asked().into_iter().filter(|asked| asked.path.contains("svar-hit"));
    found.extend(hits.map(|asked| format!("asked for: {}", asked.path)));
    found
}

/// Begins with a page of the browser's own, so that only what comes now is in its logs.
async fn begins(person: &Respondent, link: &str) {
    person.driver().goto("about:blank").await.expect("an empty page");
    drop(policy::addresses(person).await);
    person.before_every_page(LOOK).await;
    person.driver().goto(link).await.expect("a page");
}

/// A page of somebody else's with the element, and with no policy at all.
fn embedded(server: &Server, token: &str) -> String {
    let page = page("", "/studies/tiny/study.svar");
    server.sends("/portal.html", "");
    opens_a_portal(server, &page, token)
}

/// How many rounds bring every payload into every field.
fn rounds(payloads: &[Payload]) -> usize {
    if thorough() { payloads.len().div_ceil(LANGUAGES) } else { 1 }
}

/// Every payload was somewhere, and every field had enough of them; with full counts all.
fn enough(tally: &Tally, fields: impl Iterator<Item = &'static str>, payloads: &[Payload]) {
    let all: BTreeSet<usize> = tally.values().flatten().copied().collect();
    assert_eq!(all.len(), payloads.len(), "payloads that were somewhere");
    for field in fields {
        let had = tally.get(field).map_or(0, BTreeSet::len);
        assert!(had >= if thorough() { payloads.len() } else { 8 }, "«{field}» had {had} payloads");
    }
    let placements: usize = tally.values().map(BTreeSet::len).sum();
    eprintln!("{} payloads, {} fields, {placements} placements", payloads.len(), tally.len());
}

/// Once on its own page under the promised policy, once as an element on a page without any.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_in_every_text_stay_text() {
    let payloads = study::payloads();
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let mut tally = Tally::new();
    for round in 0..rounds(&payloads) {
        let made = study::make(&payloads, round, &mut tally);
        let server = Server::tiny_of(&made.manifest, &made.questionnaires).await;
        for alone in [true, false] {
            let link = if alone { server.link("nb") } else { embedded(&server, &server.sign(&server.invitation())) };
            let name = "payloads_in_every_text_stay_text";
            browse_in(Make::WatchedChromium, name, &server, "nb", async |person| {
                begins(person, &link).await;
                let visit = Visit { person, made: &made };
                let typed = visit.goes_through().await;
                nothing_ran(person, &server).await;
                let core = rows_of(&server, "tiny-core").pop().expect("a row");
                let stored: Value = serde_json::from_str(&core.body).expect("a response");
                let mut found = BTreeSet::new();
                strings(&stored, "", &mut |_, text| found.extend([text.to_owned()]));
                let lost: Vec<&String> = typed.iter().filter(|text| !found.contains(*text)).collect();
                assert!(lost.is_empty(), "answers that did not arrive: {lost:?}");
                if alone {
                    person.driver().goto(&server.link_to("q2", "nb")).await.expect("a page");
                    person.driver().refresh().await.expect("a page");
                    visit.is_at_button(Say::Start).await;
                    visit.looks("welcome 2").await;
                    nothing_ran(person, &server).await;
                }
            })
            .await;
        }
    }
    for (field, places) in study::TYPED.iter().filter_map(|field| tally.get_key_value(*field)) {
        assert!(places.len() >= 8, "{field}");
    }
    let fields = study::MANIFEST.iter().chain(study::QUESTIONNAIRE).map(|(field, _)| *field).chain(study::TYPED);
    enough(&tally, fields, &payloads);
}

/// Every string within, with the names that lead to it.
fn strings(value: &Value, path: &str, found: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => found(path, text),
        Value::Array(entries) => entries.iter().for_each(|entry| strings(entry, &format!("{path}[]"), found)),
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                strings(value, &path, found);
            }
        }
        _ => {}
    }
}

/// The same payload in every text of a manifest, in the claims of an invitation, and in what the endpoint says of it:
/// hundreds of elements on one page without a policy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_in_single_fields_and_invitations_stay_text() {
    /// Elements at a time.
    const BATCH: usize = 15;
    let payloads = study::payloads();
    let server = Server::tiny(|_| {}).await;
    for (place, payload) in payloads.iter().enumerate() {
        let folder = server.site().join(format!("studies/many-{place}"));
        fs::create_dir_all(&folder).expect("a folder");
        let bytes = compact::encode(compact::Holds::Study, &study::all_the_same(server.study(), &payload.text));
        fs::write(folder.join("study.svar"), bytes.expect("a manifest")).expect("a file");
    }
    let page = page("", "").replace("<svar-questionnaire", "<p");
    server.sends("/portal.html", "");
    let link = opens_a_portal(&server, &page, "");
    let ways = |place: usize| match place % 24 {
        _ if thorough() => 0..4,
        way @ 0..4 => way..way + 1,
        _ => 0..0,
    };
    let all: Vec<(usize, usize)> =
        (0..payloads.len()).flat_map(|place| ways(place).map(move |way| (place, way))).collect();
    let name = "payloads_in_single_fields_and_invitations_stay_text";
    browse_in(Make::WatchedChromium, name, &server, "nb", async |person| {
        begins(person, &link).await;
        for batch in all.chunks(BATCH) {
            let one = |(place, way): &(usize, usize)| {
                let text = &payloads[*place].text;
                let token = server.sign(&invitation(&server, text, *way));
                json!([format!("/studies/many-{place}/study.svar"), token, text, text_of_rich(text)])
            };
            server.tells(batch.iter().map(|(place, way)| standing(&payloads[*place].text, *way)));
            let batch: Vec<Value> = batch.iter().map(one).collect();
            let found = person.script(MANY, vec![json!(batch)]).await;
            assert_eq!(found, json!([]), "what is not as it should be");
            let wrong = troubles(person, &server, |error| error.contains("/fhir/invitation")).await;
            assert_eq!(wrong, Vec::<String>::new());
        }
    })
    .await;
    eprintln!("{} manifests, invitations and words on them", all.len());
}

/// Starts one element each, finds the text as often as the manifest has it in plain, and goes to whom to ask.
const MANY: &str = "const one = async ([study, token, text, rich]) => {
        const host = document.createElement('svar-questionnaire');
        Object.assign(host, { study, invitation: token, lang: 'nb' });
        document.querySelector('main').append(host);
        const found = [];
        const alone = () => [...svarDo.inside(host).querySelectorAll('*')]
            .filter((each) => !each.firstElementChild && each.textContent === text).length;
        const is = async (what, look) => { if (!(await svarDo.until(look))) found.push([study, what, host.state, svarDo.inside(host)?.textContent.slice(0, 300)]); };
        await is('a state', () => ['ready', 'failed'].includes(host.state) && svarDo.inside(host)?.querySelector('h1'));
        if (svarDo.buttons(host, 'Start')[0]) {
            await is('the welcome', () => alone() >= 4);
            await is('its words', () => [...svarDo.inside(host).querySelectorAll('.svar-text')].filter((each) => each.textContent === rich).length === 2);
        }
        found.push(...svarDo.oddities(host));
        if (svarDo.buttons(host, 'Hvem kan jeg spørre?')[0]) {
            svarDo.buttons(host, 'Hvem kan jeg spørre?')[0].click();
            await is('whom to ask', () => svarDo.buttons(host, 'Tilbake til spørreskjemaet')[0]);
        }
        await is('the contact', () => alone() >= 4);
        found.push(...svarDo.oddities(host));
        host.remove();
        return found;
    };
    return Promise.all(arguments[0].map(one)).then((found) => found.flat());";

fn text_of_rich(text: &str) -> String {
    study::flat(&svar::questionnaire::text::Text::from_markdown(text))
}

/// An invitation with a payload in its claims: those that pass, or the study, or the wave.
fn invitation(server: &Server, text: &str, way: usize) -> Invitation {
    let text = || text.to_owned();
    let known = server.invitation();
    match way {
        0 => Invitation { iss: text(), jti: text(), unit: text(), variant: Some(text()), ..known },
        1 => Invitation { sub: Some(text()), room: Some(text()), unit: text(), jti: text(), ..known },
        2 => Invitation { study: text(), ..known },
        _ => Invitation { wave: text(), ..known },
    }
}

/// What an endpoint may say of an invitation, with a payload wherever it says something.
fn standing(text: &str, way: usize) -> (u16, String) {
    let coding = json!([{ "system": text, "code": text, "display": text }]);
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{
        "severity": text, "code": text, "diagnostics": text, "details": { "text": text, "coding": coding },
    }] });
    let received: Vec<Value> = ["consent", "core", text]
        .iter()
        .map(|part| json!({ "part": part, "uuid": text, "received": text, "questionnaire": text }))
        .collect();
    let told = json!({ "firstDay": text, "lastDay": text, "received": received, "token": text, "state": text });
    match way {
        0 => (403, outcome.to_string()),
        1 => (200, told.to_string()),
        2 => (200, text.to_owned()),
        _ => (500, format!("<!doctype html><title>{text}</title>{text}")),
    }
}

/// Replies with a payload in each header and each text: none leads to more than words of our own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_in_replies_stay_text() {
    let payloads = study::payloads();
    let server = Server::tiny(|_| {}).await;
    server.hosts(HOST);
    let ways = |place: usize| match place % 30 {
        _ if thorough() => 0..3,
        way @ 0..3 => way..way + 1,
        _ => 0..0,
    };
    let all =
        payloads.iter().enumerate().flat_map(|(place, payload)| ways(place).map(move |way| (place, way, payload)));
    let acts: Vec<Act> = all.map(|(place, way, payload)| reply(&payload.text, place, way)).collect();
    let count = acts.len();
    let refused = acts.iter().filter(|act| matches!(act, Act::Say(_, headers, _) if headers.len() < 4)).count();
    server.plan(acts);
    browse_in(Make::WatchedChromium, "payloads_in_replies_stay_text", &server, "nb", async |person| {
        begins(person, &server.link("nb")).await;
        consents(person).await;
        let presses = "return svarDo.until(() => {
                const heard = svarDo.root(host).querySelector('.svar-reference');
                const again = svarDo.buttons(host, 'Prøv igjen')[0];
                again?.click();
                if (again) svarDo.oddities(host);
                return heard;
            }).then(Boolean)";
        until_within(Duration::from_secs(400), "the end of the replies", async || {
            match runs(person, presses, vec![]).await == json!(true) {
                true => Ok(()),
                false => Err(format!("{} of {count} replies", server.submissions().len())),
            }
        })
        .await;
        assert!(server.submissions().len() > count, "{} of {count} replies", server.submissions().len());
        let network = |error: &str| error.contains("Failed to load resource");
        assert_eq!(troubles(person, &server, network).await, Vec::<String>::new());
    })
    .await;
    eprintln!("{count} replies, {refused} of them with headers that HTTP refuses");
}

/// A reply that is no receipt, with a payload wherever it says something.
fn reply(text: &str, place: usize, way: usize) -> Act {
    let status = [503, 400, 401, 422, 500, 403, 429][place % 7];
    let (status, media, body) = match way {
        0 => {
            let issue = json!({
                "severity": text, "code": text, "diagnostics": text, "expression": [text],
                "details": { "text": text, "coding": [{ "system": text, "code": text, "display": text }] },
            });
            (
                status,
                "application/fhir+json",
                json!({ "resourceType": "OperationOutcome", "issue": [issue] }).to_string(),
            )
        }
        1 => (status, "text/html", format!("<!doctype html><title>{text}</title><h1>{text}</h1>")),
        _ => {
            let body = json!({
                "resourceType": text, "id": text, "identifier": { "system": text, "value": text },
                "meta": { "lastUpdated": text }, "text": { "status": "generated", "div": text },
            });
            (200, "application/fhir+json", body.to_string())
        }
    };
    let fits = axum::http::HeaderValue::from_bytes(text.as_bytes()).is_ok();
    let mut headers = vec![("content-type", media.to_owned())];
    if fits {
        // A media type that is none keeps nobody from reading the body.
        headers.extend(["location", "date", "content-language"].map(|name| (name, text.to_owned())));
    }
    Act::Say(status, headers, body)
}

/// From the welcome to the consent, which is sent.
async fn consents(person: &Respondent) {
    let way = "const [start, next, send] = arguments;
        const press = (text) => svarDo.presses(host, text);
        const tick = (what) => svarDo.until(() => svarDo.root(host).querySelector(what)).then((box) => box.click());
        return (async () => {
            const found = [await press(start), await tick('#device-shared'), await press(next)];
            found.push(await tick('.svar-form [type=checkbox]'), await press(send));
            return found.filter(Boolean);
        })()";
    let said = [Say::Start, Say::Next, Say::GiveConsent].map(|say| json!(person.say(say))).to_vec();
    assert_eq!(runs(person, way, said).await, json!([]));
}

/// The time of a receipt is the only text of a server that gets as far as the page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_in_receipts_stay_text() {
    let payloads = study::payloads();
    let server = Server::tiny(|_| {}).await;
    let step = if thorough() { 7 } else { 45 };
    browse_in(Make::WatchedChromium, "payloads_in_receipts_stay_text", &server, "nb", async |person| {
        for Payload { name, text } in payloads.iter().step_by(step) {
            server.plan([Act::TakeAt(text.clone())]);
            // Else the consent of the one before is found, and gone on from.
            tiny::forget_everything(person, &server).await;
            person.before_every_page(policy::WATCH).await;
            begins(person, &server.link("nb")).await;
            consents(person).await;
            let time = "return svarDo.until(() => svarDo.root(host).querySelector('time')).then((time) => {
                svarDo.oddities(host);
                return time.getAttribute('datetime');
            })";
            assert_eq!(runs(person, time, vec![]).await, json!(text), "{name}");
            nothing_ran(person, &server).await;
        }
    })
    .await;
}

/// The silence of the other tests means something: one careless line in the page around is found by the same checks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_careless_sink_is_caught() {
    let payloads = study::payloads();
    let made = study::make(&payloads, 0, &mut Tally::new());
    let server = Server::tiny_of(&made.manifest, &made.questionnaires).await;
    for alone in [true, false] {
        let link = if alone { server.link("nb") } else { embedded(&server, &server.sign(&server.invitation())) };
        browse_in(Make::WatchedChromium, "a_careless_sink_is_caught", &server, "nb", async |person| {
            begins(person, &link).await;
            let visit = Visit { person, made: &made };
            visit.is_at_button(Say::Start).await;
            visit.looks("welcome").await;
            assert_eq!(troubles(person, &server, |_| false).await, Vec::<String>::new());
            let careless = "return (async () => {
                for (const button of svarDo.root(host).querySelectorAll('.svar-language')) {
                    button.click();
                    await svarDo.soon();
                    for (const text of svarDo.root(host).querySelectorAll('h1, summary, .svar-brand')) {
                        const div = document.createElement('div');
                        svarDo.inside(host).append(div);
                        try { div.innerHTML = text.textContent } catch { /* the policy */ }
                    }
                }
                await new Promise((done) => setTimeout(done, 500));
                svarDo.oddities(host);
            })()";
            visit.runs(careless, vec![]).await;
            let found = troubles(person, &server, |_| false).await;
            let has = |kind: &str| found.iter().any(|trouble| trouble.starts_with(kind));
            match alone {
                true => assert!(has("policy: require-trusted-types-for") && !has("hits"), "{found:?}"),
                false => assert!(has("hits") && has("odd: <img>") && has("asked for"), "{found:?}"),
            }
            let elsewhere = made.on("help")[0].clone();
            let lost = visit.runs("return svarDo.missing(host, arguments[0])", vec![elsewhere]).await;
            assert_ne!(lost, json!([]), "texts of another page are missed");
        })
        .await;
    }
}

/// JavaScript's strings may hold half a character, which no file can: what is sent is whole all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_characters_are_sent_as_whole_ones() {
    let halves = fs::read_to_string(root().join("tests/fixtures/hosts/payloads-surrogates.json")).expect("a file");
    let server = Server::tiny(|_| {}).await;
    let link = embedded(&server, &server.sign(&server.invitation()));
    browse_in(Make::WatchedChromium, "half_characters_are_sent_as_whole_ones", &server, "nb", async |person| {
        begins(person, &link).await;
        let visitor = Visitor::new(person, false, "");
        visitor.goes_on_to(tiny::WORDS).await;
        let write = "const texts = JSON.parse(arguments[0]).map(({ text }) => text.slice(0, 20));
            const [field] = svarDo.fields(host);
            for (const text of texts) svarDo.type(field, text);
            return svarDo.type(field, texts.join(' ')).length";
        assert!(runs(person, write, vec![json!(halves)]).await.as_u64().expect("a length") > 60);
        visitor.answers.set(false);
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        nothing_ran(person, &server).await;
        let sent = server.submissions().pop().expect("a submission");
        let sent = String::from_utf8(sent.body.to_vec()).expect("UTF-8");
        let comment = tiny::answers_in(&serde_json::from_str(&sent).expect("JSON"))["words.comment"].clone();
        assert!(comment.starts_with("Ja \u{fffd} nei Ja \u{fffd} nei"), "{comment:?}");
    })
    .await;
}

/// The table has every string of the manifest's struct, every kind of item, and every element that the profile names.
#[test]
fn the_table_of_texts_is_whole() {
    let made = study::make(&study::payloads(), 0, &mut Tally::new());
    let folder = study::folder(&made);
    let manifest = without_languages(serde_json::to_value(&folder.study).expect("JSON"));
    let (mut texts, mut empty) = (BTreeSet::new(), BTreeSet::new());
    strings(&manifest, "", &mut |path, _| texts.extend([path.to_owned()]));
    gaps(&manifest, "", &mut empty);
    let known = study::MANIFEST.iter().chain(study::SINGLE).map(|(field, _)| *field);
    let known: BTreeSet<&str> = known.chain(study::NO_TEXT.iter().map(|(field, _)| *field)).collect();
    for text in &texts {
        assert!(known.contains(text.as_str()), "«{text}» is not in the table");
    }
    // What this study lacks must be known by name as well.
    for gap in &empty {
        assert!(known.iter().any(|field| field.starts_with(gap)), "«{gap}» is not in the table");
    }
    for field in known {
        let there = texts.contains(field) || empty.iter().any(|gap| field.starts_with(gap));
        assert!(there, "«{field}» is in the table, and in no manifest");
    }

    let form = &folder.questionnaires["core"].form;
    let kinds: BTreeSet<&str> = form.items.iter().map(|item| field_of(&item.kind)).collect();
    let every = [
        "group.text",
        "table.text",
        "note.text",
        "help.text",
        "lower.text",
        "upper.text",
        "tick-box.text",
        "yes-no.text",
        "integer.text",
        "slider.text",
        "decimal.text",
        "string.text",
        "text.text",
        "radio.text",
        "boxes.text",
        "drop-down.text",
        "ranked.text",
    ];
    assert_eq!(kinds, every.into(), "kinds of items");
    for field in every {
        assert!(study::QUESTIONNAIRE.iter().any(|(known, _)| *known == field), "«{field}» is not in the table");
    }
    // Beyond the texts by their number, a form has these strings and no other.
    let mut beyond = BTreeSet::new();
    let mut value = serde_json::to_value(form.as_ref()).expect("JSON");
    value["texts"] = json!([]);
    strings(&value, "", &mut |path, _| beyond.extend(path.split('.').next_back().map(str::to_owned)));
    let kinds = ["code", "filled_from", "languages[]", "link_id", "system", "url", "version", "Group", "Display"];
    assert_eq!(beyond, kinds.map(str::to_owned).into());

    let profile = fs::read_to_string(root().join("docs/questionnaire-profile.md")).expect("the profile");
    let (_, tables) = profile.split_once("## Resource").expect("a section");
    let (tables, _) = tables.split_once("**Formats.**").expect("its end");
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |")).map(|(cell, _)| cell);
    let named = cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_owned());
    let named: BTreeSet<String> = named.collect();
    let known: BTreeSet<String> = study::ELEMENTS.iter().map(|(element, _)| (*element).to_owned()).collect();
    assert_eq!(named, known, "elements of the profile");
    for (element, fields) in study::ELEMENTS {
        for field in fields.split(' ').filter(|field| !field.is_empty()) {
            let texts = study::QUESTIONNAIRE.iter().map(|(known, _)| *known).chain(study::TYPED.iter().copied());
            assert!(texts.into_iter().any(|known| known == field), "«{element}»: «{field}» is not in the table");
        }
    }
}

/// A text in several languages counts as one.
fn without_languages(value: Value) -> Value {
    let is_text = |value: &Value| value.get("Plain").or_else(|| value.get("Rich")).is_some();
    match value {
        Value::Array(entries) if entries.iter().all(is_text) && !entries.is_empty() => json!("words"),
        Value::Array(entries) => entries.into_iter().map(without_languages).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, without_languages(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// What is empty within, with the names that lead to it.
fn gaps(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Null => found.extend([path.to_owned()]),
        Value::Array(entries) if entries.is_empty() => found.extend([path.to_owned()]),
        Value::Array(entries) => entries.iter().for_each(|entry| gaps(entry, &format!("{path}[]"), found)),
        Value::Object(members) => {
            for (name, value) in members {
                gaps(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
            }
        }
        _ => {}
    }
}

/// Which field of the table an item of this kind shows its text as. A kind that is new must be named here.
fn field_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Group(Layout::Plain) => "group.text",
        Kind::Group(Layout::Table) => "table.text",
        Kind::Display(Role::Note) => "note.text",
        Kind::Display(Role::Help) => "help.text",
        Kind::Display(Role::Lower) => "lower.text",
        Kind::Display(Role::Upper) => "upper.text",
        Kind::Boolean { tick_box: true } => "tick-box.text",
        Kind::Boolean { tick_box: false } => "yes-no.text",
        Kind::Integer { slider: None, .. } => "integer.text",
        Kind::Integer { slider: Some(_), .. } => "slider.text",
        Kind::Decimal { .. } => "decimal.text",
        Kind::Text { lines: false, .. } => "string.text",
        Kind::Text { lines: true, .. } => "text.text",
        Kind::Choice { ranked: Some(_), .. } => "ranked.text",
        Kind::Choice { drop_down: true, .. } => "drop-down.text",
        Kind::Choice { repeats: true, .. } => "boxes.text",
        Kind::Choice { .. } => "radio.text",
    }
}

/// What has another shape than a text is refused with a payload in it, as far as the payload has that shape by chance.
#[test]
fn ids_and_addresses_are_no_place_for_payloads() {
    let file = fs::read(root().join("tests/fixtures/studies/tiny/study.json")).expect("a manifest");
    let mut tiny: Value = serde_json::from_slice(&file).expect("JSON");
    tiny["embedding"] = json!({ "element": ["https://portal.example"] });
    for Payload { name, text } in study::payloads() {
        for place in ["/id", "/waves/0/id", "/waves/0/parts/0/id", "/embedding/element/0", "/contactEndpoint/key/x"] {
            let mut manifest = tiny.clone();
            *manifest.pointer_mut(place).expect("a place") = json!(text);
            let taken = svar::study::source::read(&manifest).is_ok();
            let harmless = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(!taken || (harmless && place.ends_with("id")), "{name} was taken at {place}");
        }
    }
}
