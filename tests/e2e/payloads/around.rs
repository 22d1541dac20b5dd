//! Payloads in what comes with a questionnaire: fields that a manifest has once, invitations, replies, receipts.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use svar::{
    questionnaire::{compact, text::Text},
    study::{Invitation, invitation::MAX_LENGTH},
    words::Say,
};

use super::{
    begins, nothing_ran, runs,
    study::{self, Payload},
    troubles,
};
use crate::{
    browser::{Make, browse_in, thorough, until_within},
    policy,
    portal::{opens_a_portal, page},
    respondent::Respondent,
    server::{Act, Server},
    tiny::{self, HOST},
};

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
        let mut refused = 0;
        for batch in all.chunks(BATCH) {
            let mut told = Vec::new();
            let mut one = |(place, way): &(usize, usize)| {
                let text = &payloads[*place].text;
                let token = server.sign(&invitation(&server, text, *way));
                told.push((token.clone(), standing(text, *way)));
                json!([format!("/studies/many-{place}/study.svar"), token, text, text_of_rich(text)])
            };
            let given: Vec<Value> = batch.iter().map(&mut one).collect();
            let length = |given: &Value| given[1].as_str().expect("a token").len();
            let too_long: Vec<bool> = given.iter().map(|given| length(given) > MAX_LENGTH).collect();
            server.tells(told);
            let said = person.script(MANY, vec![json!(given)]).await;
            let said: Vec<(String, Vec<Value>)> = serde_json::from_value(said).expect("an end and findings of each");
            assert_eq!(said.len(), batch.len());
            let mut wrong = Vec::new();
            for (((place, way), (end, found)), long) in batch.iter().zip(said).zip(too_long) {
                let name = &payloads[*place].name;
                // Some claims are refused for what they are; what is too long to be an invitation always is.
                let no_claim = (*way < 2 || long) && end == REFUSED;
                refused += usize::from(no_claim);
                if !found.is_empty() || !(no_claim || (end == ENDS[*way] && !long)) {
                    wrong.push(format!("{name} by way {way}: «{end}», {found:?}"));
                }
            }
            wrong.extend(troubles(person, &server, |error| error.contains("/fhir/invitation")).await);
            assert_eq!(wrong, Vec::<String>::new());
        }
        assert!(refused * 8 <= all.len(), "{refused} of {} invitations are refused", all.len());
    })
    .await;
    eprintln!("{} manifests, invitations and words on them", all.len());
}

/// The page that an element comes to by each way. A refusal of the endpoint keeps nobody away from the welcome; what it says
/// is received is not asked for again; an invitation to another study or wave leads nowhere.
const ENDS: [&str; 4] =
    ["welcome", "Takk! Svarene dine er mottatt", "Lenken gjelder en annen studie", "Dette spørreskjemaet finnes ikke"];

/// Where an invitation leads that cannot be one.
const REFUSED: &str = "Lenken virker ikke";

/// Starts one element each, finds the text as often as the manifest has it in plain, and goes to whom to ask.
const MANY: &str = "const one = async ([study, token, text, rich]) => {
        const host = document.createElement('svar-questionnaire');
        Object.assign(host, { study, invitation: token, lang: 'nb' });
        document.querySelector('main').append(host);
        const found = [];
        const alone = () => [...svarDo.inside(host).querySelectorAll('*')]
            .filter((each) => !each.firstElementChild && each.textContent === text).length;
        const is = async (what, look) => {
            const words = () => svarDo.inside(host)?.textContent.slice(0, 300);
            if (!(await svarDo.until(look))) found.push([study, what, host.state, words()]);
        };
        const boxes = () => [...svarDo.inside(host).querySelectorAll('.svar-text')];
        await is('a state', () => ['ready', 'failed'].includes(host.state) && svarDo.inside(host)?.querySelector('h1'));
        const welcome = svarDo.buttons(host, 'Start')[0];
        const end = welcome ? 'welcome' : svarDo.inside(host).querySelector('h1').textContent;
        if (welcome) {
            await is('the welcome', () => alone() >= 4);
            await is('its words', () => boxes().filter((each) => each.textContent === rich).length === 2);
        }
        found.push(...svarDo.oddities(host));
        if (svarDo.buttons(host, 'Hvem kan jeg spørre?')[0]) {
            svarDo.buttons(host, 'Hvem kan jeg spørre?')[0].click();
            await is('whom to ask', () => svarDo.buttons(host, 'Tilbake til spørreskjemaet')[0]);
        }
        await is('the contact', () => alone() >= 4);
        found.push(...svarDo.oddities(host));
        host.remove();
        return [end, found];
    };
    return Promise.all(arguments[0].map(one));";

fn text_of_rich(text: &str) -> String {
    study::flat(&Text::from_markdown(text))
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

/// In the address of the page, its language and token, and in each attribute of an element.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_in_addresses_and_attributes_stay_text() {
    let payloads = study::payloads();
    let step = if thorough() { 1 } else { 20 };
    let server = Server::tiny(|_| {}).await;
    let page = page("", "").replace("<svar-questionnaire", "<p");
    server.sends("/portal.html", "");
    let portal = opens_a_portal(&server, &page, "");
    let name = "payloads_in_addresses_and_attributes_stay_text";
    browse_in(Make::WatchedChromium, name, &server, "nb", async |person| {
        let network = |error: &str| error.contains("/fhir/") || error.contains("svar: expected");
        let headed =
            "return svarDo.until(() => svarDo.root(host).querySelector('h1')).then(() => svarDo.oddities(host))";
        for Payload { name, text } in payloads.iter().step_by(step) {
            // As whoever makes up a link would write it, so that nothing is lost on the way.
            let written: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            begins(person, &server.link_with(&written, &written)).await;
            assert_eq!(runs(person, headed, vec![]).await, json!([]), "{name}");
            assert_eq!(troubles(person, &server, network).await, Vec::<String>::new(), "{name}");
        }
        begins(person, &portal).await;
        for (number, Payload { text, .. }) in payloads.iter().enumerate().step_by(step) {
            // Somebody else each, who is in no other tab.
            let token = |way: usize| {
                let unit = format!("unit-{number}-{way}");
                server.sign(&Invitation { unit: unit.clone(), jti: unit, ..server.invitation() })
            };
            let found = person.script(ATTRIBUTES, vec![json!(text), json!([token(0), token(1), token(2)])]).await;
            assert_eq!(found, json!([]), "attributes");
            assert_eq!(troubles(person, &server, network).await, Vec::<String>::new());
        }
    })
    .await;
}

/// One element each for language, scheme and wave.
const ATTRIBUTES: &str = "const [text, tokens] = arguments;
    const one = async (attributes, place) => {
        const host = document.createElement('svar-questionnaire');
        for (const [name, value] of Object.entries(attributes)) host.setAttribute(name, value);
        Object.assign(host, { study: '/studies/tiny/study.svar', invitation: tokens[place] });
        document.querySelector('main').append(host);
        const there = () => ['ready', 'failed'].includes(host.state) && svarDo.inside(host)?.querySelector('h1');
        const found = (await svarDo.until(there)) ? svarDo.oddities(host) : [`never ${host.state}`];
        // Neither a language nor a scheme that nobody knows keeps anybody away.
        const kept = attributes.wave === undefined && !svarDo.buttons(host, 'Start')[0];
        if (kept) found.push(`no welcome: ${svarDo.inside(host).textContent.slice(0, 200)}`);
        host.remove();
        return found.map((what) => [what, attributes]);
    };
    const all = [{ lang: text }, { scheme: text, lang: 'nb' }, { wave: text, lang: text }];
    return Promise.all(all.map(one)).then((found) => found.flat());";

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
        headers.extend(["location", "date", "retry-after"].map(|name| (name, text.to_owned())));
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
    let step = if thorough() { 1 } else { 45 };
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
