//! Contact details: apart from the answers, sealed on the way, and given by whoever wants to.

use std::fs;

use serde_json::Value;
use svar::{
    tools::jose::{self, PrivateKey},
    words::Told,
};

use crate::{
    browser::{browse, until},
    policy,
    respondent::Respondent,
    server::{Server, root},
    whole::{Hand, Walk},
};

use crate::plan::Manner;

const EMAIL: &str = "kari.prøve@svar.example";
const PHONE: &str = "+47 00 00 12 34";
/// Month 81: made for testing, nobody's.
const NUMBER: &str = "158190 10029";
const NUMBER_FIELD: &str = "Fødselsnummer eller d-nummer";

/// What nobody but the holder of the key may find.
const SECRETS: [&str; 4] = ["kari.prøve", "00001234", "15819010029", "158190"];

/// The box that permits a register, by the words of the consent itself.
fn register(server: &Server) -> String {
    let consent = server.questionnaire("consent");
    let words = consent.form.find("consent.absence-data").and_then(|id| {
        let text = consent.form.item(id).text;
        consent.form.text(text, "nb").map(|(text, _)| text.words())
    });
    words.expect("the words of the box")
}

/// Through the consent; who `permits` has the number asked for.
pub(crate) async fn comes_to_the_contact_page(person: &Respondent, server: &Server, permits: bool) {
    person.comes_to_the_consent(&server.link("nb")).await;
    if permits {
        person.ticks(&register(server)).await;
    }
    person.consents().await;
    person.presses("Gå videre").await;
    person.is_at(person.contact()).await;
}

/// The one row of contact details, opened with the key of the demonstration.
async fn opened(server: &Server) -> (String, Value) {
    let (id, body) = until("contact details in their database", async || match server.contact_rows().as_slice() {
        [row] => Ok(row.clone()),
        rows => Err(format!("{} rows", rows.len())),
    })
    .await;
    assert_eq!(body.split('.').count(), 5, "a JWE: {body}");
    let key = root().join("studies/health-at-work/demonstration-keys/demonstration-contact-1.jwk.json");
    let key = PrivateKey::read(&fs::read_to_string(key).expect("the key")).expect("a private key");
    let opened = jose::open(&[key], &body).expect("sealed to the demonstration's key");
    (id, serde_json::from_slice(&opened.plain).expect("JSON"))
}

fn answers(response: &Value) -> Vec<(String, String)> {
    let pages = response["item"].as_array().expect("pages").iter();
    let questions = pages.flat_map(|page| page["item"].as_array().expect("questions"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    questions.map(|item| (text(&item["linkId"]), text(&item["answer"][0]["valueString"]))).collect()
}

/// In no other file than that of the contact details is anything of them, and there it is sealed.
fn nothing_in_clear(server: &Server) {
    for (name, bytes) in server.files() {
        for secret in SECRETS {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "«{secret}» in {name}");
        }
    }
    for asked in server.asked() {
        for secret in SECRETS {
            let found = asked.body.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "«{secret}» on its way to {}", asked.path);
        }
    }
}

/// The reference as the receipt shows it.
fn reference(id: &str) -> String {
    let digits: String = id.to_uppercase().chars().filter(|c| *c != '-').take(12).collect();
    format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contact_details_arrive_sealed_and_apart() {
    let server = Server::start().await;
    browse("contact_details_arrive_sealed_and_apart", &server, "nb", async |person| {
        comes_to_the_contact_page(person, &server, true).await;
        person.gives_contact("kari.prøve", PHONE).await;
        person.presses("Neste").await;
        person.sees("Skriv hele e-postadressen, for eksempel navn@eksempel.no.").await;
        person.gives_contact(EMAIL, PHONE).await;
        person.presses("Neste").await;

        person.is_at(person.identity()).await;
        person.writes(NUMBER_FIELD, "158190 10028").await;
        person.presses("Send kontaktopplysningene").await;
        person.sees("Dette er ikke et gyldig fødselsnummer eller d-nummer.").await;
        person.writes(NUMBER_FIELD, NUMBER).await;
        person.presses("Send kontaktopplysningene").await;
        // Nobody waits for it: the questionnaire goes on at once.
        person.is_at("Helsen din").await;

        let (id, response) = opened(&server).await;
        let given = [("contact.email", EMAIL), ("contact.phone", "+4700001234"), ("identity.number", "15819010029")];
        assert_eq!(answers(&response), given.map(|(link_id, text)| (link_id.to_owned(), text.to_owned())));
        // Whoever opens both finds the same person in both, and nothing else that tells where they work.
        assert_eq!(response["subject"]["identifier"]["value"], server.rows()[0].pseudonym.as_str());
        assert!(!response.to_string().contains(&server.invitation().unit));
        nothing_in_clear(&server);

        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 23,
        };
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Takk! Første del er mottatt").await;
        person.presses("Avslutt her").await;
        person.is_at("Takk for hjelpen!").await;
        person.sees_say(Told::ContactReceivedTitle).await;
        let core = server.rows().into_iter().next_back().expect("the core");
        for id in [&core.id, &id] {
            person.sees(&reference(id)).await;
        }
        assert_eq!(server.received(), ["health-at-work-consent", "health-at-work-q1-core"]);
        assert_eq!(server.contact_rows().len(), 1);
        nothing_in_clear(&server);
        policy::nothing_reported(person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_permission_the_number_is_not_asked_for() {
    let server = Server::start().await;
    browse("without_a_permission_the_number_is_not_asked_for", &server, "nb", async |person| {
        comes_to_the_contact_page(person, &server, false).await;
        // One way to be reached is enough.
        person.gives_contact(EMAIL, "").await;
        person.presses("Send kontaktopplysningene").await;
        person.is_at("Helsen din").await;
        let (_, response) = opened(&server).await;
        let given = [("contact.email", EMAIL), ("contact.phone", "")];
        assert_eq!(answers(&response), given.map(|(link_id, text)| (link_id.to_owned(), text.to_owned())));
        nothing_in_clear(&server);
    })
    .await;
}

/// Who skips the number still gives the address; who skips both sends nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_of_the_contact_details_is_skipped_by_itself() {
    let server = Server::start().await;
    browse("each_page_of_the_contact_details_is_skipped_by_itself", &server, "nb", async |person| {
        comes_to_the_contact_page(person, &server, true).await;
        person.gives_contact("", "00001234").await;
        person.presses("Neste").await;
        person.is_at(person.identity()).await;
        person.writes(NUMBER_FIELD, NUMBER).await;
        person.presses("Hopp over").await;
        person.is_at("Helsen din").await;
        let (_, response) = opened(&server).await;
        let given = [("contact.email", ""), ("contact.phone", "00001234"), ("identity.number", "")];
        assert_eq!(answers(&response), given.map(|(link_id, text)| (link_id.to_owned(), text.to_owned())));
    })
    .await;
    let server = Server::start().await;
    browse("each_page_of_the_contact_details_is_skipped_by_itself", &server, "nb", async |person| {
        comes_to_the_contact_page(person, &server, true).await;
        person.gives_contact("ingen", "").await;
        person.presses("Hopp over").await;
        person.is_at(person.identity()).await;
        person.presses("Hopp over").await;
        person.is_at("Helsen din").await;
        assert_eq!(server.contact_rows(), vec![]);
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}
