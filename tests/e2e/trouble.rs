//! What can stand in the way before the first question: a page of its own for each, in the person's language, and nothing
//! lost.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use svar::{
    study::Invitation,
    words::{Safekeeping, Told},
};

use crate::{
    browser::{browse, thorough, until},
    policy,
    respondent::Respondent,
    server::{Act, Server},
};

/// A heading in bokmål and in English.
type Heading = (&'static str, &'static str);

const MISSING: Heading = ("Vi fant ikke spørreskjemaet", "We could not find the questionnaire");
const FOREIGN: Heading =
    ("Noe annet kom i stedet for spørreskjemaet", "Something else came instead of the questionnaire");
const TRUNCATED: Heading = ("Bare en del av spørreskjemaet kom fram", "Only a part of the questionnaire arrived");
const VERSION: Heading =
    ("Siden og spørreskjemaet passer ikke sammen", "The page and the questionnaire do not fit together");
const DAMAGED: Heading = ("Spørreskjemaet er skadet", "The questionnaire is damaged");
const ABSENT: Heading = ("Lenken mangler en kode", "The link lacks a code");
const NO_LINK: Heading = ("Lenken virker ikke", "The link does not work");
const OTHER_STUDY: Heading = ("Lenken gjelder en annen studie", "The link is for another study");
const NO_WAVE: Heading = ("Dette spørreskjemaet finnes ikke", "This questionnaire does not exist");

/// The page that the link leads to, and the same page in the other language.
async fn leads_to(person: &Respondent, link: &str, (nb, en): Heading, token: &str) {
    person.opens(link).await;
    let (first, then, language) = match person.language() {
        "nb" => (nb, en, "English"),
        _ => (en, nb, "Bokmål"),
    };
    person.is_at(first).await;
    person.presses(language).await;
    person.is_at(then).await;
    for error in policy::errors(person).await {
        assert!(token.len() < 4 || !error.contains(token), "the console holds the token: {error}");
    }
}

/// What became of a file on the way.
type Change = (&'static str, fn(Vec<u8>) -> Option<Vec<u8>>, Heading);

/// `SVAR`, version, kind, length and checksum: what comes before the content of a compiled file.
const HEADER: usize = 14;

const CHANGES: [Change; 9] = [
    ("not there", |_| None, MISSING),
    ("a web page", |_| Some(b"<!doctype html><title>Logg inn</title>".to_vec()), FOREIGN),
    ("JSON", |_| Some(br#"{"resourceType":"Questionnaire"}"#.to_vec()), FOREIGN),
    ("empty", |_| Some(Vec::new()), FOREIGN),
    ("cut in the middle", |bytes| Some(bytes[..bytes.len() / 2].to_vec()), TRUNCATED),
    ("cut in its first bytes", |bytes| Some(bytes[..HEADER - 4].to_vec()), TRUNCATED),
    (
        "of a newer version",
        |mut bytes| {
            bytes[4] += 1;
            Some(bytes)
        },
        VERSION,
    ),
    (
        "with a bit turned",
        |mut bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Some(bytes)
        },
        DAMAGED,
    ),
    (
        "with something after it",
        |mut bytes| {
            bytes.push(0);
            Some(bytes)
        },
        DAMAGED,
    ),
];

/// Changes a file, and gives back what stood there.
pub(crate) fn spoil(file: &Path, change: fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let whole = fs::read(file).expect("a file of the site");
    match change(whole.clone()) {
        Some(spoiled) => fs::write(file, spoiled).expect("to write"),
        None => fs::remove_file(file).expect("to remove"),
    }
    whole
}

async fn altered_files(name: &str, language: &str) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        let token = server.sign(&server.invitation());
        let folder = server.site().join("studies/health-at-work");
        // Each language is switched to the other, so one file each will do for a start.
        let files: &[&str] = match language {
            _ if thorough() => &["study.svar", "consent.svar", "q1-core.svar", "q1-rest.svar"],
            "nb" => &["study.svar"],
            _ => &["q1-rest.svar"],
        };
        for file in files.iter().map(|file| folder.join(file)) {
            for (what, change, heading) in CHANGES {
                eprintln!("{} {what}", file.display());
                let whole = spoil(&file, change);
                leads_to(person, &server.link_with(language, &token), heading, &token).await;
                fs::write(&file, whole).expect("to mend");
                // What could not be fetched may come the next time, in the language of that moment.
                let again = if language == "nb" { "Try again" } else { "Prøv igjen" };
                person.presses(again).await;
                person.is_at(if language == "nb" { "Questionnaire 1" } else { "Spørreskjema 1" }).await;
            }
        }
        // A questionnaire in the manifest's place.
        fs::copy(folder.join("consent.svar"), folder.join("study.svar")).expect("to copy");
        leads_to(person, &server.link_with(language, &token), FOREIGN, &token).await;
        assert_eq!(server.submissions().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altered_files_have_a_page_each_in_nb() {
    altered_files("altered_files_have_a_page_each_in_nb", "nb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn altered_files_have_a_page_each_in_en() {
    altered_files("altered_files_have_a_page_each_in_en", "en").await;
}

/// A token that reads like an invitation, signed by nobody.
fn unsigned(claims: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

async fn links_that_admit_nobody(name: &str, language: &str) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        let good = server.invitation();
        let whole = server.sign(&good);
        let other = |study: &str, wave: &str| Invitation { study: study.into(), wave: wave.into(), ..good.clone() };
        let all = [
            (String::new(), ABSENT),
            ("abc".to_owned(), NO_LINK),
            ("a.b".to_owned(), NO_LINK),
            ("a.b.c.d".to_owned(), NO_LINK),
            (whole[..whole.len() / 2].to_owned(), NO_LINK),
            (whole.replace('.', "%2E"), NO_LINK),
            ("<img src=x onerror=alert(1)>".to_owned(), NO_LINK),
            ("a".repeat(3000), NO_LINK),
            (unsigned("[]"), NO_LINK),
            (unsigned("not json"), NO_LINK),
            (unsigned(r#"{"iss":"health-at-work","study":"health-at-work"}"#), NO_LINK),
            (server.sign(&other("another-study", "q1")), OTHER_STUDY),
            (server.sign(&other("health-at-work", "q9")), NO_WAVE),
        ];
        // Each language is switched to the other, so every third will do for the second.
        let every = if language == "nb" || thorough() { 1 } else { 3 };
        for (token, heading) in all.into_iter().step_by(every) {
            eprintln!("{token:.60}");
            // A new tab each: a tab remembers the invitation that it was opened with.
            person.opens_a_new_tab().await;
            leads_to(person, &server.link_with(language, &token), heading, &token).await;
            // A wrong link stays wrong: there is nothing to try again.
            assert!(!person.has("button", "Prøv igjen").await && !person.has("button", "Try again").await);
        }
        assert_eq!(server.submissions().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_that_admit_nobody_have_their_pages_in_nb() {
    links_that_admit_nobody("links_that_admit_nobody_have_their_pages_in_nb", "nb").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_that_admit_nobody_have_their_pages_in_en() {
    links_that_admit_nobody("links_that_admit_nobody_have_their_pages_in_en", "en").await;
}

/// A collector that takes no answer by the link any more, from the middle on: the answers are kept, and go through once it
/// does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_refused_loses_nothing() {
    let server = Server::start().await;
    browse("a_link_that_is_refused_loses_nothing", &server, "nb", async |person| {
        server.plan([Act::say(401, "text/plain", ""), Act::say(403, "text/plain", "")]);
        person.comes_to_the_consent(&server.link("nb")).await;
        person.ticks(person.taking_part()).await;
        let before = server.submissions().len() + 1;
        person.presses("Send samtykket").await;
        for tried in 0..2 {
            until("the reply", async || match server.submissions().len() {
                count if count == before + tried => Ok(()),
                count => Err(format!("{count} submissions")),
            })
            .await;
            person.is_at("Svarene er ikke tatt imot").await;
            person.sees("Tjenesten godtar ikke lenken du kom hit med.").await;
            person.sees("Be om en ny lenke hos kontakten under.").await;
            person.sees_say(Told::Kept(Safekeeping::Device)).await;
            person.sees("Prosjektkontoret for Helse og arbeid").await;
            assert_eq!(server.rows(), vec![]);
            person.presses("Prøv igjen").await;
        }
        person.is_at("Samtykket ditt er mottatt").await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

/// Without the WebAssembly file there is still a page that says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_widget_that_cannot_load_says_so() {
    let server = Server::start().await;
    let wasm = server.site().join("svar.wasm");
    for (language, heading) in [("nb", "Skjemaet kan ikke vises her"), ("en", "The form cannot be shown here")] {
        browse("a_widget_that_cannot_load_says_so", &server, language, async |person| {
            for change in [
                |_| None,
                |mut bytes: Vec<u8>| {
                    bytes.truncate(1000);
                    Some(bytes)
                },
            ] as [fn(Vec<u8>) -> _; 2]
            {
                let whole = spoil(&wasm, change);
                person.opens(&server.link(language)).await;
                person.is_at(heading).await;
                fs::write(&wasm, whole).expect("to mend");
                person.reloads().await;
                person.is_at(person.in_words("Spørreskjema 1", "Questionnaire 1")).await;
            }
        })
        .await;
    }
}
