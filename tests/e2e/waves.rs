//! The waves that follow, and the other studies: each through an invitation of its own, to what lies in the store.

use std::collections::BTreeSet;

use svar::words::{Say, Told};

use crate::{
    browser::{browse, thorough},
    plan::{Manner, Paper},
    policy,
    server::Server,
    tiny,
    whole::{Hand, Walk, check_stored_of},
};

/// 200 words a minute: adults read 238 a minute silently (Brysbaert 2019, doi 10.1016/j.jml.2019.104047), forms slower.
const SECONDS_A_HUNDRED_WORDS: usize = 30;

/// To decide and to press; a guess on the safe side, since most are rows of a table.
const SECONDS_A_QUESTION: usize = 6;

/// One wave to its last receipt. Says how many questions it came to, for the table of the study.
async fn walks(name: &str, server: &Server, wave: &'static str, language: &str, manner: Manner, seed: u64) {
    browse(name, server, language, async |person| {
        let walk = Walk { person, server, wave, hand: Hand::Pointer, manner, seed };
        let papers = walk.to_the_end(async |_| {}).await;
        check_stored_of(wave, server, &papers);
        policy::nothing_reported(person).await;
        says_how_long(server, wave, language, &papers);
    })
    .await;
}

/// How long the wave takes, for the table of the study; the manifest may not promise less.
pub(crate) fn says_how_long(server: &Server, wave: &str, language: &str, papers: &[Paper<'_>]) {
    let variant = server.variant.unwrap_or("-");
    let [shown, sent, words] = [
        papers.iter().map(|paper| paper.shown.len()).sum::<usize>(),
        papers.iter().map(Paper::answered).sum(),
        papers.iter().map(Paper::words_read).sum(),
    ];
    let minutes = (words * SECONDS_A_HUNDRED_WORDS / 100 + shown * SECONDS_A_QUESTION).div_ceil(60);
    let study = server.study();
    let promised = study.waves.iter().find(|known| known.id == wave).expect("the wave").minutes;
    println!(
        "walked: {} {wave} {language} {variant}: {shown} questions shown, {sent} answers sent, {words} words, \
         {minutes} minutes by words and questions, {promised} by the manifest",
        study.id,
    );
    // "About": with every branch open it may be a fifth more.
    assert!(minutes * 5 <= promised as usize * 6, "{wave} takes {minutes} minutes, not {promised}");
}

/// One study: wave, language, variant.
type Round = (&'static str, &'static str, Option<&'static str>);

/// Each round with an empty store; with reduced counts, those that are marked.
async fn rounds(name: &str, study: &str, all: &[(Round, bool)]) {
    for (((wave, language, variant), always), seed) in all.iter().copied().zip(40..) {
        if !always && !thorough() {
            continue;
        }
        let mut server = Server::of_study(study).await;
        server.variant = variant;
        // Every other as one who has little to tell.
        let manner = if seed % 2 == 0 { Manner::EveryBranchOpen } else { Manner::EveryBranchClosed };
        walks(name, &server, wave, language, manner, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_and_the_third_wave() {
    let of = |wave, language| (wave, language, None);
    let all = [
        (of("q2", "nb"), true),
        (of("q3", "en"), true),
        (of("q2", "nn"), false),
        (of("q2", "en"), false),
        (of("q3", "nn"), false),
        (of("q3", "nb"), false),
    ];
    rounds("the_second_and_the_third_wave", "health-at-work", &all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nsac_in_every_wave() {
    let of = |wave, language| (wave, language, None);
    let all = [
        (of("baseline", "nb"), true),
        (of("baseline", "en"), false),
        (of("m6", "en"), false),
        (of("m12", "nb"), true),
        (of("m6", "nb"), false),
        (of("m12", "en"), false),
    ];
    rounds("nsac_in_every_wave", "nsac", &all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nsac_nudge_in_both_variants() {
    let of = |language, variant| ("before-consultation", language, Some(variant));
    let all =
        [(of("nb", "full"), true), (of("en", "health"), true), (of("en", "full"), false), (of("nb", "health"), false)];
    rounds("nsac_nudge_in_both_variants", "nsac-nudge", &all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn now_what_2() {
    rounds("now_what_2", "now-what-2", &[(("barriers", "nb", None), true), (("barriers", "en", None), false)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_of_a_unit() {
    let of = |wave, language| (wave, language, None);
    let all = [
        (of("time", "nn"), true),
        (of("absence", "nb"), true),
        (of("absence", "nn"), false),
        (of("time", "en"), false),
        (of("time", "nb"), false),
        (of("absence", "en"), false),
    ];
    rounds("the_figures_of_a_unit", "health-at-work-units", &all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reise_in_every_wave_sealed() {
    let of = |wave, language| (wave, language, None);
    let all = [
        (of("baseline", "en"), true),
        (of("m3", "nb"), false),
        (of("m6", "nb"), true),
        (of("m12", "en"), false),
        (of("baseline", "nb"), false),
        (of("m3", "en"), false),
        (of("m6", "en"), false),
        (of("m12", "nb"), false),
    ];
    rounds("reise_in_every_wave_sealed", "reise", &all).await;
}

/// Whoever is not at work any more is not asked about the workplace, though that is another questionnaire than the one that
/// asked; and still is not after a reload between the two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_the_first_part_decides_what_the_second_asks() {
    let server = Server::start().await;
    browse("an_answer_of_the_first_part_decides_what_the_second_asks", &server, "nb", async |person| {
        person.opens(&server.link_to("q2", "nb")).await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceOwn)).await;
        person.presses_say(Say::Next).await;
        person.is_at("Jobben din nå").await;
        person.chooses(STILL_THERE, "Nei, jeg jobber ikke nå").await;
        person.presses_say(Say::Next).await;
        let mut headings = BTreeSet::new();
        passes_over(person, &person.say(Say::ReviewTitle), &mut headings).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::PartReceivedTitle).await;
        person.reloads().await;
        person.is_at_say(Told::PartReceivedTitle).await;
        person.presses_say(Told::GoOnWithRest).await;
        headings.clear();
        passes_over(person, &person.say(Say::ReviewTitle), &mut headings).await;
        for heading in ["Arbeidsmengde og tempo", "Trivsel på jobben"] {
            assert!(!headings.contains(heading), "{headings:?}");
        }
        assert!(headings.len() > 2, "{headings:?}");
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::ReceivedTitle).await;
        let body = server.body("q2-rest").to_string();
        assert!(body.contains(r#""linkId":"still-there.place","answer":[{"valueCoding":"#), "{body}");
    })
    .await;
}

const STILL_THERE: &str = "Jobber du fortsatt på arbeidsplassen der du ble invitert til studien?";

/// From page to page without an answer, until this heading.
async fn passes_over(person: &crate::respondent::Respondent, end: &str, headings: &mut BTreeSet<String>) {
    loop {
        let look = person.looks().await;
        if look.heading == end {
            return;
        }
        headings.insert(look.heading.clone());
        let on = person.say(Say::GoOn);
        let on = if person.has("button", &on).await { on } else { person.say(Say::Next) };
        person.presses(&on).await;
        crate::browser::until("the next page, or what is open on this one", async || {
            let now = person.looks().await;
            if now.heading != look.heading || now.words != look.words { Ok(()) } else { Err(now.heading) }
        })
        .await;
    }
}

/// Whoever has answered finds the receipts by the same link, at once, and nothing to answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_answered_finds_the_receipts() {
    let mut server = Server::of_study("nsac-nudge").await;
    server.variant = Some("health");
    let personal = svar::study::Invitation { sub: Some("person-1".into()), ..server.invitation() };
    let link = server.link_with("nb", &server.sign(&personal));
    browse("who_has_answered_finds_the_receipts", &server, "nb", async |person| {
        person.opens(&link).await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceShared)).await;
        person.presses_say(Say::Next).await;
        passes_over(person, &person.say(Say::ReviewTitle), &mut BTreeSet::new()).await;
        person.presses_say(Say::Send).await;
        person.is_at_say(Told::ReceivedTitle).await;
        person.opens_a_new_tab().await;
        person.opens(&link).await;
        person.is_at_say(Told::ReceivedTitle).await;
        person.sees_say(Told::Reference).await;
        assert!(!person.has("button", &person.say(Say::Start)).await);
        assert_eq!(server.rows().len(), 1);
    })
    .await;
}

/// A link that was signed anew, as after a change of keys, or with a later end, finds what the first one left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_signed_anew_goes_on_where_the_first_was_left() {
    let mut server = Server::of_study("nsac-nudge").await;
    server.variant = Some("health");
    server.hosts(tiny::HOST);
    let first = svar::study::Invitation { sub: Some("person-1".into()), ..server.invitation() };
    let anew = svar::study::Invitation { exp: first.exp.map(|end| end + 86_400), ..first.clone() };
    let in_its_place = svar::study::Invitation { jti: "another".into(), room: Some(first.jti.clone()), ..anew.clone() };
    let links = [&first, &anew, &in_its_place].map(|invitation| server.link_with("nb", &server.sign(invitation)));
    browse("a_link_that_is_signed_anew_goes_on_where_the_first_was_left", &server, "nb", async |person| {
        person.opens(&links[0]).await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceOwn)).await;
        person.presses_say(Say::Next).await;
        for link in &links[1..] {
            tiny::until_saved(person).await;
            person.opens_a_new_tab().await;
            person.opens(link).await;
            person.sees_say(Say::Resumed).await;
        }
    })
    .await;
}

/// Who tried a study out by a test link has left nothing for a real one, though it is the same unit's and the same tab.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_leaves_nothing_for_a_real_link() {
    let server = Server::start().await;
    let test = svar::study::Invitation { mode: Some(svar::study::Mode::Test), ..server.invitation() };
    browse("a_test_leaves_nothing_for_a_real_link", &server, "nb", async |person| {
        person.opens(&server.link_with("nb", &server.sign(&test))).await;
        person.sees("Dette er en test.").await;
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceShared)).await;
        person.presses_say(Say::Next).await;
        person.consents().await;
        assert_eq!(server.rows(), vec![], "what a test sends is kept apart");
        person.opens(&server.link("nb")).await;
        person.is_at("Spørreskjema 1").await;
        assert!(!person.looks().await.words.contains("Dette er en test."));
        person.presses_say(Say::Start).await;
        person.chooses(&person.say(Say::DeviceQuestion), &person.say(Say::DeviceShared)).await;
        person.presses_say(Say::Next).await;
        person.consents().await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
    })
    .await;
}
