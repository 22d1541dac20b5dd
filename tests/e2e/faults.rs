//! When sending goes wrong: what the person reads, what they can do, and that in the end there is one row or none, never
//! two.

use std::{fs, sync::Arc, time::Duration};

use serde_json::{Value, json};
use svar::{
    tools::collector::faults::{Entry, Fault},
    words::{Safekeeping, Say, Told},
};
use tokio::sync::Notify;

use crate::{
    browser::{browse, thorough, until, until_within},
    plan::Manner,
    respondent::Respondent,
    server::{Act, RESPONSES, Scratch, Server},
    whole::{Hand, Walk},
};

/// At the consent, ticked and ready to be sent.
async fn is_about_to_send(person: &Respondent, server: &Server) {
    person.waits_for_nothing_but_the_person().await;
    person.comes_to_the_consent(&server.link(person.language())).await;
    person.ticks(person.taking_part()).await;
}

/// The one row, and the receipt that names it.
async fn is_received_once(person: &Respondent, server: &Server) {
    person.is_at_say(Told::ConsentReceivedTitle).await;
    let rows = server.rows();
    assert_eq!(rows.len(), 1, "rows");
    let digits: String = rows[0].id.to_uppercase().chars().filter(|c| *c != '-').take(12).collect();
    person.sees(&format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..])).await;
}

/// Not received, for this reason; the answers are kept.
async fn is_not_received(person: &Respondent, nb: &str, en: &str) {
    let turned_down = [PAUSED.0, PARKED.0, CLOSED.0].contains(&nb);
    person.is_at(&if turned_down { person.say(Say::NotTakenTitle) } else { person.say(Told::NotSentTitle) }).await;
    person.sees(person.in_words(nb, en)).await;
    person.sees_say(Told::Kept(Safekeeping::Device)).await;
}

const NO_CONTACT: (&str, &str) = (
    "Vi fikk ikke kontakt. Sjekk at du er på nett, og prøv igjen.",
    "We could not connect. Check that you are online, and try again.",
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_down_gets_it_later() {
    let server = Server::start().await;
    browse("a_collector_that_is_down_gets_it_later", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        server.gate.close().await;
        person.presses("Send samtykket").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        person.presses("Prøv igjen").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        assert_eq!(server.rows(), vec![]);
        server.gate.reopen().await;
        person.presses("Prøv igjen").await;
        is_received_once(person, &server).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_is_lost_makes_no_second_row() {
    let server = Server::start().await;
    browse("a_reply_that_is_lost_makes_no_second_row", &server, "en", async |person| {
        is_about_to_send(person, &server).await;
        server.gate.lose_replies(true);
        person.presses("Send my consent").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        assert_eq!(server.rows().len(), 1, "it was taken, only the receipt was lost");
        person.presses("Try again").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        server.gate.lose_replies(false);
        person.presses("Try again").await;
        is_received_once(person, &server).await;
        let bodies: Vec<_> = server.submissions().into_iter().map(|sent| sent.body).collect();
        assert!(bodies.len() >= 3 && bodies.iter().all(|body| *body == bodies[0]), "every try sends the same bytes");
    })
    .await;
}

/// Whoever answers in the endpoint's place can send no answer elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_not_followed() {
    let server = Server::start().await;
    browse("a_redirect_is_not_followed", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        server.faults.add(Entry::post(RESPONSES, Fault::Redirect { to: "/elsewhere".to_owned() }));
        person.presses("Send samtykket").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        person.presses("Prøv igjen").await;
        is_received_once(person, &server).await;
        let elsewhere: Vec<_> = server.asked().into_iter().filter(|asked| asked.path.contains("elsewhere")).collect();
        assert_eq!(elsewhere.len(), 0, "{elsewhere:?}");
        assert_eq!(server.submissions().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_comes_and_goes() {
    let server = Server::start().await;
    browse("a_network_that_comes_and_goes", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        person.is_offline(true).await;
        person.presses("Send samtykket").await;
        is_not_received(person, NO_CONTACT.0, NO_CONTACT.1).await;
        assert_eq!(server.submissions().len(), 0);
        person.is_offline(false).await;
        person.presses("Prøv igjen").await;
        is_received_once(person, &server).await;
    })
    .await;
}

const BUSY: (&str, &str) = (
    "Tjenesten er opptatt akkurat nå. Prøv igjen om litt.",
    "The service is busy at the moment. Try again in a moment.",
);
const NO_RECEIPT: (&str, &str) = (
    "Vi fikk ikke en kvittering som gjelder svarene dine. Prøv igjen.",
    "We did not get a receipt that is about your answers. Try again.",
);
const PAUSED: (&str, &str) = (
    "Tjenesten godtar ikke lenken du kom hit med. Den kan være utløpt eller trukket tilbake. Be om en ny lenke hos \
     kontakten under.",
    "The service does not accept the link that brought you here. It may have expired or been withdrawn. Ask the \
     contact below for a new link.",
);
const PARKED: (&str, &str) = (
    "Tjenesten kunne ikke ta imot svarene, og det hjelper neppe å prøve igjen. Ta kontakt, så hjelper vi deg.",
    "The service could not take the answers, and trying again will hardly help. Get in touch, and we will help you.",
);
const CLOSED: (&str, &str) =
    ("Spørreskjemaet tar ikke lenger imot svar.", "The questionnaire no longer takes answers.");

const PORTAL: &str = "<!doctype html><title>Gjestenett</title><h1>Logg på</h1>";

/// Replies after which another try may help, one after the other for the same submission, and what is read after each.
fn passing() -> Vec<(Act, (&'static str, &'static str))> {
    let outcome =
        |code: &str| json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": code }] });
    let other = json!({ "resourceType": "QuestionnaireResponse", "id": "00000000-0000-4000-8000-000000000000" });
    let fhir = "application/fhir+json";
    vec![
        (Act::say(500, "text/html", PORTAL), BUSY),
        (Act::say(502, "text/html", PORTAL), BUSY),
        (Act::Say(503, vec![("retry-after", "10".to_owned())], String::new()), BUSY),
        (Act::say(429, "text/plain", "slow down"), BUSY),
        (Act::say(425, "text/plain", ""), BUSY),
        (Act::say(409, fhir, &outcome("lock-error").to_string()), BUSY),
        (Act::Say(302, vec![("location", "https://portal.example/".to_owned())], String::new()), NO_CONTACT),
        (Act::say(401, fhir, &outcome("login").to_string()), PAUSED),
        (Act::say(403, fhir, &outcome("forbidden").to_string()), PAUSED),
        (Act::say(400, fhir, &outcome("structure").to_string()), PARKED),
        (Act::say(413, fhir, &outcome("too-long").to_string()), PARKED),
        (Act::say(415, "text/plain", ""), PARKED),
        (Act::say(422, fhir, &outcome("invalid").to_string()), PARKED),
        (Act::say(418, "text/plain", "teapot"), PARKED),
        (Act::say(200, "text/html", PORTAL), NO_RECEIPT),
        (Act::say(204, "text/plain", ""), NO_RECEIPT),
        (Act::say(201, fhir, &other.to_string()), NO_RECEIPT),
        // From here on the collector has it, and the person does not know yet.
        (
            Act::TakeAndSay(200, vec![("content-type", fhir.to_owned())], "{\"resourceType\":\"Questionn".to_owned()),
            NO_RECEIPT,
        ),
        (Act::TakeAndSay(504, Vec::new(), String::new()), BUSY),
    ]
}

/// A host in whose page nothing is tried again by itself while a person looks at it: timers of more than a second take
/// their time.
const PATIENT: &str = "const own = window.setTimeout; \
    window.setTimeout = (then, ms, ...more) => own(then, ms > 1000 ? 2 ** 31 - 1 : ms, ...more);";

async fn every_reply_that_may_pass(name: &str, language: &str) {
    let server = Server::start().await;
    server.hosts(PATIENT);
    browse(name, &server, language, async |person| {
        is_about_to_send(person, &server).await;
        let replies = passing();
        server.plan(replies.iter().map(|(act, _)| act.clone()));
        let mut tried = 0;
        person.presses_say(Say::GiveConsent).await;
        for (act, (nb, en)) in replies {
            tried += 1;
            until("the reply", async || match server.submissions().len() {
                count if count == tried => Ok(()),
                count => Err(format!("{count} submissions")),
            })
            .await;
            is_not_received(person, nb, en).await;
            let copy = person.has("button", &person.say(Told::SaveCopy)).await;
            assert_eq!(copy, (nb, en) == PARKED, "a copy is offered where trying again will hardly help");
            // A sign-in page may be one thing, and the third time it is explained.
            let strange = matches!(act, Act::Say(200..=204, ..) | Act::TakeAndSay(200, ..));
            assert_eq!(person.looks().await.words.contains(&person.say(Told::StrangeReplies)), strange);
            let rows = usize::from(matches!(act, Act::TakeAndSay(..)));
            // The same words may still be those of the reply before.
            until("the rows", async || match server.rows().len() {
                found if found == rows => Ok(()),
                found => Err(format!("{found} rows")),
            })
            .await;
            person.presses_say(Say::TryAgain).await;
        }
        is_received_once(person, &server).await;
        let sent = server.submissions();
        assert_eq!(sent.len(), tried + 1);
        assert!(sent.iter().all(|one| one.body == sent[0].body), "every try sends the same bytes");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_that_may_pass() {
    every_reply_that_may_pass("replies_that_may_pass_nb", "nb").await;
    if thorough() {
        every_reply_that_may_pass("replies_that_may_pass_en", "en").await;
    }
}

/// No button to try again where that cannot help; the answers are kept, and can be saved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_that_end_it() {
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "conflict" }] });
    for (language, status, (nb, en)) in
        [("nb", 404, CLOSED), ("en", 410, CLOSED), ("nb", 409, PARKED), ("en", 412, PARKED)]
    {
        let server = Server::start().await;
        browse(&format!("replies_that_end_it_{status}"), &server, language, async |person| {
            let downloads = Scratch::new();
            let allow = json!({ "behavior": "allow", "downloadPath": downloads.join("") });
            person.cdp().send_raw("Browser.setDownloadBehavior", allow).await.expect("downloads");
            is_about_to_send(person, &server).await;
            server.plan([Act::say(status, "application/fhir+json", &outcome.to_string())]);
            person.presses_say(Say::GiveConsent).await;
            is_not_received(person, nb, en).await;
            assert!(!person.has("button", &person.say(Say::TryAgain)).await);
            assert_eq!(server.rows(), vec![]);
            person.presses_say(Told::SaveCopy).await;
            let saved =
                until("the copy", async || fs::read(downloads.join("svar.json")).map_err(|error| error.to_string()))
                    .await;
            assert_eq!(saved, server.submissions()[0].body);
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_answers_are_mended_and_sent_anew() {
    let server = Server::start().await;
    browse("refused_answers_are_mended_and_sent_anew", &server, "nb", async |person| {
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 10,
        };
        person.comes_to_the_consent(&server.link("nb")).await;
        person.consents().await;
        person.presses("Gå videre").await;
        person.skips_contact().await;
        let expression = "QuestionnaireResponse.item.where(linkId='own-sick-leave.page')\
            .item.where(linkId='own-sick-leave.self-certified')\
            .item.where(linkId='own-sick-leave.self-certified-any')";
        let outcome = json!({ "resourceType": "OperationOutcome", "issue": [
            { "severity": "error", "code": "business-rule", "expression": [expression] },
        ] });
        server.plan([Act::say(422, "application/fhir+json", &outcome.to_string())]);
        let question = "Har du brukt egenmelding de siste tre månedene?";
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Noen svar må ses på en gang til").await;
        person.sees("Svarene er ikke tatt imot.").await;
        assert_eq!(server.received(), ["health-at-work-consent"]);

        person.presses(question).await;
        person.is_at("Sykefraværet ditt de siste tre månedene").await;
        person.has_focus("at the question", |focus| focus.question() == question).await;
        person.chooses(question, "Ja").await;
        person.writes("Hvor mange dager var du borte med egenmelding de siste tre månedene?", "3").await;
        person.writes("Hvor mange ganger brukte du egenmelding de siste tre månedene?", "1").await;
        person.presses("Tilbake til oversikten").await;
        // The reason was left open: pointed out once.
        person.sees("Ett spørsmål er ikke besvart").await;
        person.presses("Tilbake til oversikten").await;
        person.is_at("Se over svarene dine").await;
        person.presses("Send svarene").await;
        person.is_at("Takk! Første del er mottatt").await;

        let sent = server.submissions();
        let id = |place: usize| -> Value {
            serde_json::from_slice::<Value>(&sent[place].body).expect("JSON")["identifier"]["value"].clone()
        };
        assert_eq!(sent.len(), 3);
        assert_ne!(id(1), id(2), "other answers, another submission");
        assert_eq!(server.received(), ["health-at-work-consent", "health-at-work-q1-core"]);
        let stored = server.body("q1-core").to_string();
        assert!(
            stored.contains(r#""linkId":"own-sick-leave.self-certified-days","answer":[{"valueInteger":3}]"#),
            "{stored}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_on_its_way() {
    let server = Server::start().await;
    browse("while_it_is_on_its_way", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        let held = Arc::new(Notify::new());
        server.plan([Act::Hold(held.clone())]);
        person.presses("Send samtykket").await;
        person.is_at("Sender").await;
        person.sees("La siden være åpen.").await;
        // Nothing to press twice, and the language may change meanwhile.
        assert!(!person.has("button", "Send samtykket").await);
        person.presses("English").await;
        person.is_at("Sending").await;
        assert_eq!(server.rows(), vec![]);
        held.notify_one();
        person.is_at("Your consent has been received").await;
        assert_eq!(server.rows().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_sends_once() {
    let server = Server::start().await;
    browse("a_double_click_sends_once", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        let held = Arc::new(Notify::new());
        server.plan([Act::Hold(held.clone())]);
        // Both presses before the page has had time for anything.
        let button = person.finds("button", Some("Send samtykket"), None).await;
        let twice = "arguments[0].click(); arguments[0].click(); arguments[0].form.requestSubmit()";
        person.script(twice, vec![button.to_json().expect("a button")]).await;
        person.is_at("Sender").await;
        held.notify_one();
        is_received_once(person, &server).await;
        assert_eq!(server.submissions().len(), 1);

        // And as a person does it: the second press meets whatever lies there then.
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 11,
        };
        person.presses("Gå videre").await;
        person.skips_contact().await;
        server.plan([Act::Hold(held.clone())]);
        drop(walk.answer("q1-core", &mut async |_| {}).await);
        person.presses_twice("Send svarene").await;
        person.is_at("Sender").await;
        held.notify_one();
        person.is_at("Takk! Første del er mottatt").await;
        assert_eq!((server.submissions().len(), server.rows().len()), (2, 2));
    })
    .await;
}

/// Nobody answers within the patience of the widget, which is half a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_too_slow() {
    if !thorough() {
        return;
    }
    let server = Server::start().await;
    browse("a_collector_that_is_too_slow", &server, "nb", async |person| {
        is_about_to_send(person, &server).await;
        let held = Arc::new(Notify::new());
        server.plan([Act::Hold(held.clone())]);
        person.presses("Send samtykket").await;
        person.is_at("Sender").await;
        until_within(Duration::from_secs(45), "the end of patience", async || match person.looks().await.heading {
            heading if heading == "Vi vet ikke om svarene er kommet fram" => Ok(()),
            heading => Err(heading),
        })
        .await;
        person.sees("Vi fikk ikke svar i tide. Prøv igjen om litt.").await;
        held.notify_one();
        person.presses("Prøv igjen").await;
        is_received_once(person, &server).await;
    })
    .await;
}
