//! Texts that try to run, in every field that holds a text: questionnaire, manifest, replies, invitations, answers.
//! None runs, none makes a report, and each is shown as it is. `tests/fixtures/hosts` has the payloads, and shows that most
//! do run where a page is careless in their way.

mod around;
mod study;
mod table;
mod typed;

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};
use svar::words::{Say, Told};

use self::study::{LANGUAGES, Made, Payload, Tally};
use crate::{
    browser::{Make, browse_in, thorough},
    policy,
    portal::{opens_a_portal, page},
    respondent::{Respondent, Spoken},
    server::{Server, root},
    tiny::{self, Visitor, rows_of},
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
        assert_eq!(values.len(), 2 * LANGUAGES, "fields to write in");
        self.looks("words").await;
        self.presses(Say::Next).await;
        let kept = |text: &String| text.chars().filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r')).collect();
        let (answers, blank): (Vec<String>, Vec<String>) =
            values.iter().map(kept).partition(|text: &String| !text.trim().is_empty());
        if !blank.is_empty() {
            // An answer of nothing but that leaves its question open.
            self.is_at("#svar-summary a").await;
            self.presses(Say::GoOn).await;
        }
        answers
    }

    async fn answers_stand_there(&self, typed: &[String]) {
        let expected = json!({ "whole": typed, "rich": [] });
        assert_eq!(self.runs("return svarDo.stays(host, arguments[0])", vec![expected]).await, json!([]), "answers");
    }
}

async fn runs(person: &Respondent, script: &str, given: Vec<Value>) -> Value {
    person.script(&format!("{PLACE}\n{script}"), given).await
}

/// What must be true of every page that a payload was on: nothing ran, nobody else was asked, nothing was reported.
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
                table::strings(&stored, "", &mut |_, text| found.extend([text.to_owned()]));
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
    for (field, places) in table::TYPED.iter().filter_map(|field| tally.get_key_value(*field)) {
        assert!(places.len() >= 8, "{field}");
    }
    let fields = table::MANIFEST.iter().chain(table::QUESTIONNAIRE).map(|(field, _)| *field).chain(table::TYPED);
    enough(&tally, fields, &payloads);
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
