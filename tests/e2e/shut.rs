//! Links that admit nobody now, or never: not open yet, closed, withdrawn, forged, cut; and the code that opens all the same.

use jiff::{ToSpan, Zoned, civil::Date, tz::TimeZone};
use svar::{
    tools::{
        collector::system_clock,
        invitations::{Keys, command},
        units,
    },
    words::{Say, Told, Tongue},
};

use crate::{browser::browse, respondent::Respondent, server::Server};

/// So many days from today, where the study is.
fn day(from_today: i64) -> Date {
    let today = Zoned::now().with_time_zone(TimeZone::get("Europe/Oslo").expect("a zone")).date();
    today.checked_add(from_today.days()).expect("a day")
}

/// As people write it, worked out here once more.
fn written(day: Date, language: &str) -> String {
    let months = match language {
        "en" => "January February March April May June July August September October November December",
        _ => "januar februar mars april mai juni juli august september oktober november desember",
    };
    let month = months.split(' ').nth(usize::try_from(day.month() - 1).expect("a month")).expect("a month");
    let dot = if language == "en" { "" } else { "." };
    format!("{}{dot} {month} {}", day.day(), day.year())
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_and_after_its_window_a_link_says_when() {
    let server = Server::start().await;
    for language in ["nb", "nn", "en"] {
        browse("before_and_after_its_window_a_link_says_when", &server, language, async |person| {
            let in_words =
                |all: [&'static str; 3]| all[["nb", "nn", "en"].iter().position(|it| *it == language).unwrap()];
            let (opens, closes) = (day(3), day(10));
            server.dates("q1_opens,q1_closes", &format!("{opens},{closes}"));
            person.opens(&server.link(language)).await;
            person
                .is_at(in_words([
                    "Spørreskjemaet har ikke åpnet ennå",
                    "Spørjeskjemaet har ikkje opna enno",
                    "The questionnaire has not opened yet",
                ]))
                .await;
            person.sees(&written(opens, language)).await;
            person.sees("helseogarbeid@svar.example").await;
            assert!(!person.has("button", &person.say(Say::Start)).await);

            // Moved, it reaches the link that is out already.
            let closes = day(-4);
            server.dates("q1_opens,q1_closes", &format!("{},{closes}", day(-18)));
            person.reloads().await;
            person
                .is_at(in_words([
                    "Spørreskjemaet er stengt",
                    "Spørjeskjemaet er stengt",
                    "The questionnaire is closed",
                ]))
                .await;
            person.sees(&written(closes, language)).await;
            // Whoever missed the consent is not asked again.
            assert!(!person.looks().await.words.contains(&Tongue::of(language).told(&Told::LaterWaves)));
            let store = units::Store::open(server.data()).expect("the unit table");
            units::prolong(&store, server.study(), Some("unit-7"), "q1", day(1)).expect("prolonged");
            drop(store);
            person.reloads().await;
            person.is_at(in_words(["Spørreskjema 1", "Spørjeskjema 1", "Questionnaire 1"])).await;
            assert_eq!(server.rows(), vec![]);
        })
        .await;
    }
}

/// That others follow is said where others follow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_missed_a_wave_reads_of_the_next_if_there_is_one() {
    let server = Server::start().await;
    browse("who_missed_a_wave_reads_of_the_next_if_there_is_one", &server, "nb", async |person| {
        for (wave, said) in [("q2", true), ("q3", false)] {
            server.dates(&format!("{wave}_opens,{wave}_closes"), &format!("{},{}", day(-18), day(-4)));
            person.opens(&server.link_to(wave, "nb")).await;
            person.is_at("Spørreskjemaet er stengt").await;
            person.sees(&written(day(-4), "nb")).await;
            let words = person.looks().await.words;
            assert_eq!(words.contains(&Tongue::of("nb").told(&Told::LaterWaves)), said, "{wave}: {words}");
        }
    })
    .await;
}

/// What was frozen and has not arrived is not hidden behind the page that says that it is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_shown_though_the_window_closed() {
    let server = Server::start().await;
    browse("what_waits_is_shown_though_the_window_closed", &server, "nb", async |person| {
        person.comes_to_the_consent(&server.link("nb")).await;
        person.ticks(person.taking_part()).await;
        person.is_offline(true).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Told::NotSentTitle).await;
        server.dates("q1_opens,q1_closes", &format!("{},{}", day(-18), day(-1)));
        person.is_offline(false).await;
        person.reloads().await;
        person.presses_say(Say::ResumeYes).await;
        person.is_at_say(Say::NotTakenTitle).await;
        person.sees("Be om en ny lenke hos kontakten under.").await;
        // Let in once more, it arrives.
        server.dates("q1_opens,q1_closes", &format!("{},{}", day(-18), day(1)));
        person.presses_say(Say::TryAgain).await;
        person.is_at_say(Told::ConsentReceivedTitle).await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_nobodys_is_told_so() {
    let server = Server::start().await;
    let forged = Keys::from_seed(&[9; 32]).sign(&server.invitation());
    for (language, heading) in [("nb", "Lenken gjelder ikke"), ("en", "The link is not valid")] {
        browse("a_link_that_is_nobodys_is_told_so", &server, language, async |person| {
            person.opens(&server.link_with(language, &forged)).await;
            person.is_at(heading).await;
            assert!(person.has("button", &person.say(Told::CodeOpen)).await, "a code may help");
        })
        .await;
    }
}

/// An office that has invited one unit: its code, and the link.
fn invites(server: &Server) -> (String, String) {
    let desk = server.data().join("desk");
    std::fs::create_dir_all(&desk).expect("a folder");
    let (table, out) = (desk.join("units.csv"), desk.join("out"));
    std::fs::write(&table, "unit\nunit-7\n").expect("a table");
    let study = crate::server::root().join("studies/health-at-work");
    let line = words(&[
        "--study",
        &study.display().to_string(),
        "--data",
        &server.data().display().to_string(),
        "--wave",
        "q1",
        "--units",
        &table.display().to_string(),
        "--out",
        &out.display().to_string(),
        "--base-url",
        &server.origin(),
        "--exp",
        &day(30).to_string(),
        "--without-dates",
    ]);
    command::run(&line, system_clock()()).expect("invitations");
    let mut rows = csv::Reader::from_path(out.join("invitations.csv")).expect("a table");
    let names = rows.headers().expect("names").clone();
    let row = rows.records().next().expect("a row").expect("a row");
    let cell = |name: &str| row[names.iter().position(|found| found == name).expect("a column")].to_owned();
    (cell("code"), cell("link"))
}

async fn types_code(person: &Respondent, code: &str) {
    person.writes(&person.say(Told::CodeLabel), code).await;
    person.presses_say(Told::CodeOpen).await;
}

/// The gateway of the employer's mail cut the link: the code in the same e-mail opens it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_got_a_cut_link_types_the_code() {
    let server = Server::start().await;
    let (code, _) = invites(&server);
    browse("who_got_a_cut_link_types_the_code", &server, "nb", async |person| {
        person.opens(&format!("{}/?lang=nb", server.origin())).await;
        person.is_at("Lenken mangler en kode").await;
        let mistyped = code.replacen(&code[..1], if code.starts_with('7') { "8" } else { "7" }, 1);
        types_code(person, &mistyped).await;
        person.sees("Koden stemmer ikke.").await;
        let name = person.say(Told::CodeLabel);
        let focus = person.has_focus("on the field", |focus| focus.name == name).await;
        assert_eq!(focus.value.as_deref(), Some(mistyped.as_str()), "what was typed is still there");
        types_code(person, &svar::study::Code::of_number(4_711)).await;
        person.sees("Vi kjenner ikke denne koden.").await;
        person.is_offline(true).await;
        types_code(person, &code.to_lowercase()).await;
        person.sees("Vi fikk ikke kontakt.").await;
        person.is_offline(false).await;
        types_code(person, &code.to_lowercase().replace('-', " ")).await;
        person.is_at("Spørreskjema 1").await;
        // From here on it is as by the link, reloads included.
        person.reloads().await;
        person.is_at("Spørreskjema 1").await;
        let address = person.driver().current_url().await.expect("an address");
        assert_eq!(address.as_str(), format!("{}/?lang=nb", server.origin()));
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceShared)).await;
        person.presses_say(Say::Next).await;
        person.consents().await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_taken_back_says_so_and_many_wrong_codes_wait() {
    let server = Server::start().await;
    let (code, link) = invites(&server);
    let line = words(&[
        "--data",
        &server.data().display().to_string(),
        "--unit",
        "unit-7",
        "--wave",
        "q1",
        "--study",
        "health-at-work",
    ]);
    assert_eq!(command::revoke(&line, system_clock()()), Ok(1));
    browse("a_link_that_was_taken_back_says_so_and_many_wrong_codes_wait", &server, "en", async |person| {
        person.opens(&link.replace("lang=nb", "lang=en")).await;
        person.is_at("The link has been withdrawn").await;
        types_code(person, &code).await;
        person.sees("We do not recognise this code.").await;
        let guess = "return Promise.all(Array.from({ length: 40 }, () =>
            fetch('/fhir/invitation', { headers: { authorization: 'Bearer ' + arguments[0] } }))).then(() => true)";
        person.script(guess, vec![svar::study::Code::of_number(4_711).into()]).await;
        types_code(person, &svar::study::Code::of_number(4_712)).await;
        person.sees("Many codes have been tried in a short time.").await;
    })
    .await;
}
