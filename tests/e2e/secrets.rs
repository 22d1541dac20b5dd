//! The invitation and the answers stay where they belong: not in the address bar, the history, the console, attributes,
//! the title, or any storage but one entry of this tab's own.

use serde_json::{Value, json};
use svar::words::{Say, Told};

use crate::{
    browser::{browse, until},
    plan::Manner,
    respondent::Respondent,
    server::Server,
    tiny,
    whole::{Hand, Walk},
};

/// Runs before every page: what the address was when the widget first drew anything, every storage that is written to,
/// and every address that is fetched.
const WATCH: &str = r#"
    window.svarSeen = { hashes: [], stored: [] };
    new MutationObserver((records, observer) => {
        if (document.querySelector(".svar")) {
            window.svarSeen.hashes.push(location.hash);
            observer.disconnect();
        }
    }).observe(document, { childList: true, subtree: true });
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        window.svarSeen.stored.push([this === localStorage ? "local" : "session", key]);
        return setItem.call(this, key, value);
    };
"#;

/// Everything that the page and the browser hold about it, beside the fields and what is shown as text.
async fn holdings(person: &Respondent) -> Value {
    let script = "
        const attributes = [];
        for (const element of document.querySelectorAll('*')) {
            for (const { name, value } of element.attributes) attributes.push(`${element.localName} ${name}=${value}`);
        }
        return {
            address: location.href,
            history: navigation.entries().map((entry) => entry.url),
            states: JSON.stringify(history.state),
            title: document.title,
            attributes,
            // Chromium keeps the address that the page was opened with, whole, where no page can erase it.
            resources: performance.getEntries().filter((entry) => entry.entryType !== 'navigation').map((entry) => entry.name),
            local: { ...localStorage },
            session: { ...sessionStorage },
            cookie: document.cookie,
            globals: Object.keys(window).filter((name) => typeof window[name] === 'string').map((name) => `${name}=${window[name]}`),
            seen: window.svarSeen,
        }";
    person.script(script, vec![]).await
}

/// Every record of the database, byte for byte.
async fn records(person: &Respondent) -> String {
    let held: Value = serde_json::from_str(&tiny::holdings(person).await).expect("JSON");
    held["records"].to_string()
}

/// Answers that would be recognised anywhere.
const CANARIES: [&str; 2] = ["kanarifugl-i-arbeid", "kanarifugl-i-kommentar"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_and_answers_stay_where_they_belong() {
    let server = Server::start().await;
    browse("token_and_answers_stay_where_they_belong", &server, "nb", async |person| {
        person.before_every_page(WATCH).await;
        let link = server.link("nb");
        let token = link.split_once('#').expect("a token").1.to_owned();
        let holds_none = async |when: &str, remembered: bool| {
            // What is put away goes while the next page is drawn.
            let session = if remembered { json!({ "svar-invitation": token }) } else { json!({}) };
            until(&format!("{when}, no more in the tab's memory"), async || {
                let kept = holdings(person).await["session"].take();
                if kept == session { Ok(()) } else { Err(kept.to_string()) }
            })
            .await;
            let mut holdings = holdings(person).await;
            assert_eq!(holdings["local"], json!({}), "{when}");
            assert_eq!(holdings["cookie"], "", "{when}");
            assert_eq!(holdings["session"], session, "{when}");
            holdings["session"] = Value::Null;
            // What the database has is encrypted.
            let text = format!("{holdings}{}", records(person).await);
            // Its last part alone would be as bad: that is the signature.
            for secret in token.split('.').skip(1).chain(CANARIES) {
                assert!(!text.contains(secret), "{when}: «{secret}» in {text}");
            }
            assert_eq!(holdings["seen"]["hashes"], json!([""]), "the address when the widget was first drawn");
            // Beside the invitation, a random key while nobody has said whose device it is; it is gone by now.
            let ours =
                [json!(["session", "svar-invitation"]), json!(["session", "svar-tab/health-at-work/q1/u/unit-7"])];
            for stored in holdings["seen"]["stored"].as_array().expect("a list") {
                assert!(ours.contains(stored), "{when}: {stored}");
            }
            let address = person.driver().current_url().await.expect("an address");
            assert_eq!(address.as_str(), format!("{}/?lang=nb", server.origin()), "{when}");
        };

        person.comes_to_the_consent(&link).await;
        holds_none("at the consent", true).await;
        person.consents().await;
        holds_none("after the consent", true).await;
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 16,
        };
        person.presses("Gå videre").await;
        person.skips_contact().await;
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Takk! Første del er mottatt").await;
        person.presses("Fortsett med resten").await;
        person.is_at("Om deg").await;
        drop(walk.answer("q1-rest", &mut async |_| {}).await);

        // Back to the two questions that take words.
        person.presses("Hva slags arbeid har du?").await;
        person.chooses("Hva slags arbeid har du?", "Annet arbeid").await;
        person.writes("Hva slags annet arbeid har du?", CANARIES[0]).await;
        holds_none("while writing a line", true).await;
        person.presses("Tilbake til oversikten").await;
        person.presses("Er det noe mer du vil si om arbeidsmiljøet?").await;
        person.writes("Er det noe mer du vil si om arbeidsmiljøet?", CANARIES[1]).await;
        holds_none("while writing lines", true).await;
        person.presses("Tilbake til oversikten").await;
        person.is_at("Se over svarene dine").await;
        person.sees(CANARIES[0]).await;
        holds_none("at the overview", true).await;
        person.presses("Send svarene").await;
        person.is_at("Takk! Svarene dine er mottatt").await;
        holds_none("at the end", false).await;
        assert!(!person.driver().source().await.expect("the page").contains(CANARIES[0]));
        let stored = server.body("q1-rest").to_string();
        assert!(CANARIES.iter().all(|canary| stored.contains(canary)));

        let console = person.driver().browser_log().await.expect("a console");
        for said in console.iter().map(|entry| &entry.message).chain(&server.log()) {
            for secret in token.split('.').chain(CANARIES) {
                assert!(!said.contains(secret), "{said}");
            }
        }
        for request in server.asked() {
            assert!(!request.path.contains(&token) && CANARIES.iter().all(|canary| !request.path.contains(canary)));
        }

        // After the end a reload knows nothing of the invitation.
        person.reloads().await;
        person.is_at("Lenken mangler en kode").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_before_the_end_keeps_the_invitation() {
    let server = Server::start().await;
    browse("a_reload_before_the_end_keeps_the_invitation", &server, "nb", async |person| {
        person.before_every_page(tiny::HOST).await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.ticks(person.taking_part()).await;
        tiny::until_saved(person).await;
        person.reloads().await;
        // Nobody else may have the page that was left open.
        person.is_at_say(Say::ResumeTitle).await;
        person.presses_say(Say::ResumeYes).await;
        person.is_at("Samtykke").await;
        person.sees_say(Say::Resumed).await;
        person.presses_say(Say::GiveConsent).await;
        person.is_at_say(Told::ConsentReceivedTitle).await;
        assert_eq!(server.received(), ["health-at-work-consent"]);
        // Who stops after the first part is done with it as well.
        let walk = Walk {
            person,
            server: &server,
            wave: "q1",
            hand: Hand::Pointer,
            manner: Manner::EveryBranchClosed,
            seed: 17,
        };
        person.presses("Gå videre").await;
        person.skips_contact().await;
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Takk! Første del er mottatt").await;
        person.presses("Avslutt her").await;
        person.is_at("Takk for hjelpen!").await;
        person.reloads().await;
        person.is_at("Lenken mangler en kode").await;
    })
    .await;
}

/// A browser that denies storage shows the form all the same; a reload then needs the link again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mounts_without_storage() {
    let server = Server::start().await;
    browse("mounts_without_storage", &server, "nb", async |person| {
        person
            .before_every_page(
                "for (const name of ['sessionStorage', 'localStorage', 'indexedDB', 'caches']) {
                    Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });
                }",
            )
            .await;
        person.comes_to_the_consent(&server.link("nb")).await;
        person.consents().await;
        let walk = Walk { person, server: &server, wave: "q1", hand: Hand::Pointer, manner: Manner::EveryBranchClosed, seed: 18 };
        person.presses("Gå videre").await;
        person.skips_contact().await;
        drop(walk.fill("q1-core", &mut async |_| {}).await);
        person.is_at("Takk! Første del er mottatt").await;
        person.presses("Avslutt her").await;
        person.is_at("Takk for hjelpen!").await;
        assert_eq!(server.rows().len(), 2);
        crate::policy::nothing_reported(person).await;
        person.reloads().await;
        person.is_at("Lenken mangler en kode").await;
    })
    .await;
}
