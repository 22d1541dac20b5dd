//! A storm: whatever can go wrong between the browser and the collector does, one thing after the other, and every answer
//! arrives once.

use std::env;

use svar::words::{Say, Told};

use crate::{
    browser::{browse, thorough, until},
    random::Random,
    respondent::{Respondent, Spoken},
    server::Server,
    tiny::{self, Visitor},
};

/// Of a thousand requests, how many meet a fault.
const FAULTS: u32 = 800;

/// The sender that waits is left alone, told to try again, or hears that the network is back.
async fn waits_impatiently(person: &Respondent, random: &mut Random) {
    match random.below(4) {
        0 => {
            // At once or not at all: the receipt may come between a look and a press.
            let press =
                "[...document.querySelectorAll('button')].find((one) => one.innerText === arguments[0])?.click()";
            drop(person.script(press, vec![person.say(Say::TryAgain).into()]).await);
        }
        1 => drop(person.script("dispatchEvent(new Event('online'))", vec![]).await),
        _ => {}
    }
}

/// From the press that sends to the receipt; the world is healthy after so many faults.
async fn sends_through_the_storm(
    person: &Respondent,
    server: &Server,
    random: &mut Random,
    end: impl Spoken,
    rows: usize,
) {
    let enough = server.faults.acted().len() + random.below(7);
    let end = person.say(end);
    until(&format!("«{end}» after a storm"), async || {
        let look = person.looks().await;
        if server.faults.acted().len() >= enough {
            server.faults.clear();
        }
        if look.heading == end {
            assert_eq!(server.rows().len(), rows, "rows at «{end}»");
            return Ok(());
        }
        if look.heading == person.say(Told::NotSentTitle) {
            waits_impatiently(person, random).await;
        }
        Err(format!("«{}»: {}", look.heading, look.words))
    })
    .await;
}

/// One person, in a storm of this seed.
async fn weathers(person: &Respondent, server: &Server, seed: u64, before: usize) {
    let mut random = Random::of(seed);
    let visitor = Visitor::new(person, random.below(2) == 0, &format!("Storm {seed}."));
    visitor.goes_on_to(tiny::CONSENT).await;
    server.faults.rage(seed, FAULTS);
    visitor.acts(tiny::CONSENT).await;
    sends_through_the_storm(person, server, &mut random, Told::ConsentReceivedTitle, before + 1).await;
    server.faults.clear();
    visitor.goes_on_to_say(Say::ReviewTitle).await;
    server.faults.rage(!seed, FAULTS);
    person.presses_say(Say::Send).await;
    sends_through_the_storm(person, server, &mut random, Told::ReceivedTitle, before + 2).await;
    server.faults.clear();
    tiny::was_truthful(person, server).await;
    tiny::nothing_is_left(person).await;
    tiny::no_trap(person).await;
}

/// `SVAR_STORM=SEED` has one person weather the storm of that seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_weathers_the_storm() {
    let server = tiny::study(|_| {}).await;
    let one: Option<u64> = env::var("SVAR_STORM").ok().map(|seed| seed.parse().expect("SVAR_STORM=SEED, a number"));
    let goal = if thorough() { 500 } else { 50 };
    browse("every_answer_weathers_the_storm", &server, "nb", async |person| {
        let mut comments = Vec::new();
        person.opens(&server.link("nb")).await;
        while comments.is_empty() || (one.is_none() && server.faults.acted().len() < goal) {
            let seed = one.unwrap_or(3_000 + comments.len() as u64);
            eprintln!("SVAR_STORM={seed}");
            weathers(person, &server, seed, 2 * comments.len()).await;
            comments.push(format!("Storm {seed}."));
            // The next person comes by the button, or by the link.
            match seed % 2 {
                0 => person.presses_say(Say::NextPerson).await,
                _ => person.opens(&server.link("nb")).await,
            }
        }
        let acted = server.faults.acted();
        let kinds: std::collections::BTreeSet<_> = acted.iter().collect();
        eprintln!("{} persons, {} faults of {} kinds: {kinds:?}", comments.len(), acted.len(), kinds.len());
        assert!(one.is_some() || kinds.len() >= 9, "{kinds:?}");
        tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
    })
    .await;
}
