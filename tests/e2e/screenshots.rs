//! Pictures to look at, not to compare: one look in `target/pictures/`, and all of them where `SVAR_SCREENSHOTS=FOLDER` says.

use std::{env, fs, path::PathBuf};

use svar::words::{Say, Told};

use crate::{
    browser::browse,
    plan::Manner,
    respondent::Respondent,
    server::{Server, target},
    whole::{Hand, Walk},
};

/// Where pictures go, and how many of the looks are taken.
pub(crate) fn folder() -> (PathBuf, usize) {
    let asked = env::var_os("SVAR_SCREENSHOTS").map(PathBuf::from);
    let looks = if asked.is_some() { usize::MAX } else { 1 };
    let folder = asked.unwrap_or_else(|| target().join("pictures"));
    fs::create_dir_all(&folder).expect("a folder for pictures");
    (folder, looks)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screenshots() {
    let (folder, looks) = folder();
    for (width, height) in [(360, 740), (1280, 900)].into_iter().take(looks) {
        for look in ["light", "dark"].into_iter().take(looks) {
            for language in ["nb", "en"].into_iter().take(looks) {
                let server = Server::start().await;
                browse("screenshots", &server, language, async |person| {
                    person.has_a_screen_of(width, height).await;
                    person.prefers(&[("prefers-color-scheme", look), ("prefers-reduced-motion", "reduce")]).await;
                    let take = async |name: &str| {
                        let file = folder.join(format!("{name}-{width}-{look}-{language}.png"));
                        fs::write(file, person.whole_page().await).expect("to write");
                    };
                    pictures(person, &server, take).await;
                })
                .await;
            }
        }
    }
}

async fn pictures(person: &Respondent, server: &Server, take: impl AsyncFn(&str)) {
    person.opens(&server.link(person.language())).await;
    take("1-welcome").await;
    person.comes_to_the_consent(&server.link(person.language())).await;
    take("2-consent").await;
    person.consents().await;
    take("3-receipt-consent").await;
    person.presses_say(Say::GoOn).await;
    person.skips_contact().await;
    let health = person.in_words("Helsen din", "Your health");
    person.is_at(health).await;
    take("4-slider-untouched").await;
    person.writes(person.in_words("Hvordan er helsen din i dag?", "How is your health today?"), "72").await;
    let days = person.in_words(
        "Hvor mange av de siste 30 dagene var den fysiske helsen din dårlig?",
        "On how many of the last 30 days was your physical health poor?",
    );
    person.writes(days, "31").await;
    take("5-slider").await;
    person.presses_say(Say::Next).await;
    person.sees_say(Say::ErrorsFound { count: 1 }).await;
    take("6-error-summary").await;
    person.writes(days, "3").await;
    person.presses_say(Say::Next).await;
    person.sees_say(Say::OpenFound { count: 3 }).await;
    take("7-left-open").await;
    person.presses_say(Say::GoOn).await;
    let headache = person.in_words("Hodepine", "Headache");
    person.chooses(headache, person.in_words("Litt plaget", "A little bothered")).await;
    take("8-complaints").await;
    while person.looks().await.heading != person.say(Say::ReviewTitle) {
        let on = person.say(Say::GoOn);
        let next = if person.has("button", &on).await { on } else { person.say(Say::Next) };
        person.presses(&next).await;
    }
    take("9-review").await;
    person.presses_say(Say::Send).await;
    person.is_at_say(Told::PartReceivedTitle).await;
    take("10-receipt-part").await;
    person.presses_say(Told::GoOnWithRest).await;
    let walk = Walk { person, server, wave: "q1", hand: Hand::Pointer, manner: Manner::EveryBranchClosed, seed: 19 };
    drop(walk.fill("q1-rest", &mut async |_| {}).await);
    person.is_at_say(Told::ReceivedTitle).await;
    take("11-receipt").await;
}
