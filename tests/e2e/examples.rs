//! The pages of `examples/`, built from the site under test as their README says, and shown by their own server under their
//! own policy: somebody answers to the end, and the questionnaire looks as the page does.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde::Deserialize;
use serde_json::{Value, json};
use svar::words::Told;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use crate::{
    browser::{Make, browse_in, free_port, until},
    canary::{CANARY, held, secrets},
    policy,
    respondent::Respondent,
    server::{RESPONSES, Server, built_site, root, target},
    tiny::{self, Visitor, arrived, core_answers},
};

const LOOK: &str = include_str!("examples.js");

/// Keeps what the element tells the page around.
const EVENTS: &str = "window.svarEvents = [];
    for (const name of ['svar-ready', 'svar-page', 'svar-submitted', 'svar-error']) {
        addEventListener(name, ({ detail }) => window.svarEvents.push([name, detail]));
    }";

/// What a page may say of the element as a thing on it. All else is the element's own, but for custom properties.
const PLACE: [&str; 3] = ["display", "min-height", "margin-inline"];
const FRAME: [&str; 2] = ["overflow", "border-radius"];

fn examples() -> PathBuf {
    root().join("examples")
}

/// The package `svar-questionnaire` of the site under test, without the notices that only a release has.
fn package() -> PathBuf {
    static PACKAGE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let folder = target().join("examples/package");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        let embed = root().join("src/embed");
        let manifest = fs::read_to_string(embed.join("package/package.json")).expect("the package's manifest");
        let manifest = manifest.replace("__SVAR_VERSION__", env!("CARGO_PKG_VERSION"));
        fs::write(folder.join("package.json"), &manifest).expect("a file");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        for name in manifest["files"].as_array().expect("files").iter().filter_map(Value::as_str) {
            let built = built_site().join(name);
            let types = embed.join(name.trim_start_matches("svar-"));
            if built.is_file() {
                fs::copy(built, folder.join(name)).expect("a copy");
            } else if name.ends_with(".d.ts") {
                fs::copy(types, folder.join(name)).expect("a copy");
            }
        }
        folder
    };
    PACKAGE.get_or_init(make).clone()
}

/// The pages, built by their own script.
fn pages() -> &'static Path {
    static PAGES: OnceLock<PathBuf> = OnceLock::new();
    PAGES.get_or_init(|| {
        let folder = target().join("examples/pages");
        let mut build = Command::new("node");
        build.arg("build.mjs").current_dir(examples()).env("PACKAGE", package()).env("PAGES", &folder);
        let status = build.status().expect("Node");
        assert!(
            status.success(),
            "examples: expected them to be built, found that they are not; is `npm ci` done there?"
        );
        folder
    })
}

/// The server that comes with the examples, on an origin of its own.
struct Portal {
    _child: Child,
    origin: String,
}

impl Portal {
    async fn starts(port: u16, server: &Server, token: &str) -> Portal {
        let mut serve = tokio::process::Command::new("node");
        serve.arg("serve.mjs").arg(server.site()).arg(server.origin()).current_dir(examples());
        serve.env("PAGES", pages()).env("PORT", port.to_string()).env("INVITATION", token);
        serve.env("STUDY", format!("{}/studies/tiny/study.svar", server.origin())).env("WAVE", "q1");
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("Node");
        let mut said = BufReader::new(child.stdout.take().expect("its output")).lines();
        let said = said.next_line().await.expect("a line").expect("an address");
        let origin = said.trim_end_matches("/plain/").to_owned();
        assert_eq!(origin, format!("http://127.0.0.1:{port}"));
        Portal { _child: child, origin }
    }
}

/// Where a page shows what the questionnaire should look like, as `examples.js` has it.
struct Example {
    name: &'static str,
    /// Whether the page says what the questionnaire's tokens are, or a design system does.
    tokens: bool,
    /// Whether the page loads the font it writes in.
    font: bool,
    /// Whether the page is dark on a dark device.
    dark: bool,
    look: Value,
}

fn plain() -> Example {
    let look = json!({ "accent": ["header", "backgroundColor"], "behind": "main", "text": "main > p" });
    Example { name: "plain", tokens: true, font: false, dark: false, look }
}

fn react() -> Example {
    let look = json!({ "accent": [".top-name", "color"], "behind": ".top", "text": "main > p" });
    Example { name: "react", tokens: true, font: false, dark: true, look }
}

fn aksel() -> Example {
    let button = json!({ "class": "aksel-button aksel-button--medium", "data-variant": "primary" });
    let look = json!({ "button": button, "behind": "main", "text": "main .aksel-body-long" });
    Example { name: "aksel", tokens: false, font: true, dark: true, look }
}

fn designsystemet() -> Example {
    let look = json!({ "button": { "class": "ds-button" }, "behind": "main", "text": "main > .ds-paragraph" });
    Example { name: "designsystemet", tokens: false, font: true, dark: true, look }
}

/// What `examples.js` found.
#[derive(Debug, Deserialize)]
struct Found {
    /// How the page itself looks.
    page: Value,
    /// The same in the widget.
    inside: Value,
    said: Vec<(String, String)>,
    tokens: Vec<String>,
    own: Vec<String>,
    loaded: bool,
}

/// Waits until the widget looks as the page does, on a device that is dark or light.
async fn looks_as_the_page(person: &Respondent, example: &Example, dark: bool) -> Found {
    person.prefers(&[("prefers-color-scheme", if dark { "dark" } else { "light" })]).await;
    let what = format!("the look of {}, {}", example.name, if dark { "dark" } else { "light" });
    until(&what, async || {
        let found = person.script(LOOK, vec![example.look.clone()]).await;
        let found: Found = serde_json::from_value(found.clone()).map_err(|error| format!("{error}: {found}"))?;
        let is_dark = brightness(&found.page["back"]) < 0.5;
        match found.page == found.inside && is_dark == (dark && example.dark) && found.loaded == example.font {
            true => Ok(found),
            false => Err(format!("{found:?}")),
        }
    })
    .await
}

/// From 0, black, to 1, white.
fn brightness(colour: &Value) -> f64 {
    let text = colour.as_str().expect("a colour");
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<f64>().ok()).take(3);
    parts.sum::<f64>() / (3.0 * 255.0)
}

/// By tokens alone: the page's sheets say nothing of the inside, and only where the element stands of the element.
fn by_tokens_alone(example: &Example, found: &Found) {
    for (selector, property) in &found.said {
        let known = |names: &[&str]| names.iter().any(|name| property.starts_with(name));
        let corner = property.starts_with("border-") && property.ends_with("-radius");
        let place = known(&PLACE) || known(&FRAME) || corner || property.starts_with("--svar-");
        assert!(selector == "svar-questionnaire" && place, "{selector} {{ {property} }} in {}", example.name);
    }
    assert_eq!(!found.tokens.is_empty(), example.tokens, "tokens that {} sets: {:?}", example.name, found.tokens);
    assert_eq!(found.own, ["lang", "study", "wave"], "attributes of the element");
}

/// The policy of the examples, as their README tells it, for this collection endpoint.
fn told_policy(endpoint: &str) -> String {
    let readme = fs::read_to_string(examples().join("README.md")).expect("the README");
    let block = readme.split("```\n").find(|block| block.starts_with("default-src")).expect("a policy");
    let policy = block.split_whitespace().collect::<Vec<_>>().join(" ");
    policy.replace("connect-src 'self'", &format!("connect-src 'self' {endpoint}"))
}

/// What the person wrote, and the invitation, are nowhere that the page, its other scripts or a server along the way can
/// keep them; and nothing went wrong.
async fn is_discreet(person: &Respondent, server: &Server, token: &str, when: &str) {
    assert_eq!(policy::reports(person).await, Vec::<String>::new(), "{when}: reports of the policy");
    let (held, kept) = held(person).await;
    assert_eq!(kept, Value::Null, "{when}: the invitation, which the page gives anew each time");
    let mut seen = vec![held];
    seen.push(person.script("return document.documentElement.outerHTML", vec![]).await.to_string());
    for entry in person.driver().browser_log().await.expect("a console") {
        assert!(!["SEVERE", "WARNING"].contains(&entry.level.as_str()), "{when}: {}", entry.message);
        seen.push(entry.message);
    }
    for asked in server.asked() {
        seen.push(asked.path.clone());
        if asked.path != RESPONSES {
            seen.push(String::from_utf8_lossy(&asked.body).into_owned());
        }
    }
    seen.extend(server.log());
    for secret in secrets(token).iter().map(String::as_str).chain([CANARY]) {
        let found = seen.iter().find(|text| text.contains(secret));
        assert_eq!(found, None, "{when}: «{secret}»");
    }
}

async fn is_a_portal(name: &str, example: Example) {
    let (port, folder) = (free_port(), example.name);
    let origin = format!("http://127.0.0.1:{port}");
    let server = Server::tiny(|study| study["embedding"] = json!({ "element": [origin] })).await;
    let token = server.sign(&server.invitation());
    let portal = Portal::starts(port, &server, &token).await;
    let link = format!("{}/{folder}/", portal.origin);
    browse_in(Make::WatchedChromium, name, &server, "nb", async |person| {
        person.before_every_page(EVENTS).await;
        person.driver().goto("about:blank").await.expect("an empty page");
        drop(policy::addresses(person).await);
        person.opens(&link).await;
        let visitor = Visitor::new(person, true, CANARY);
        person.is_at(tiny::WELCOME).await;
        let sent = "return fetch(location.href).then((reply) => reply.headers.get('content-security-policy'))";
        assert_eq!(person.script(sent, vec![]).await, told_policy(&server.origin()));

        let light = looks_as_the_page(person, &example, false).await;
        by_tokens_alone(&example, &light);
        let dark = looks_as_the_page(person, &example, true).await;
        assert_eq!(light.page == dark.page, !example.dark, "{:?} and {:?}", light.page, dark.page);
        looks_as_the_page(person, &example, false).await;
        is_discreet(person, &server, &token, "at the welcome").await;

        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        is_discreet(person, &server, &token, "while answering").await;
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
        assert_eq!(arrived(&server, "tiny-core"), [core_answers(CANARY)]);
        until("the page around to say that it was received", async || {
            let told = person.script(TOLD, vec![]).await;
            let reference = told["reference"].as_str().unwrap_or("none").to_owned();
            let status = told["status"].as_str().unwrap_or_default().to_owned();
            match status.ends_with(&format!("Referanse: {reference}")) {
                true => Ok(()),
                false => Err(told.to_string()),
            }
        })
        .await;
        is_discreet(person, &server, &token, "at the end").await;

        let addresses = policy::addresses(person).await;
        assert!(addresses.len() > 10, "{addresses:?}");
        for address in addresses {
            let known = [&portal.origin, &server.origin()].iter().any(|origin| address.starts_with(*origin));
            assert!(known || address == "about:blank", "a request to {address}");
            for secret in secrets(&token).iter().map(String::as_str).chain([CANARY]) {
                assert!(!address.contains(secret), "«{secret}» in {address}");
            }
        }
    })
    .await;
}

/// What the page shows of the last part, and the reference that the person sees.
const TOLD: &str = "
    const last = window.svarEvents.filter(([name]) => name === 'svar-submitted').pop();
    const seen = document.querySelector('svar-questionnaire').shadowRoot.querySelector('.svar-page').innerText;
    return {
        reference: seen.includes(last?.[1].reference) && last[1].part === 'core' && last[1].reference,
        status: document.getElementById('status').innerText,
    }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plain_page_is_a_portal() {
    is_a_portal("the_plain_page_is_a_portal", plain()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_react_page_is_a_portal() {
    is_a_portal("the_react_page_is_a_portal", react()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_aksel_page_is_a_portal() {
    is_a_portal("the_aksel_page_is_a_portal", aksel()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_designsystemet_page_is_a_portal() {
    is_a_portal("the_designsystemet_page_is_a_portal", designsystemet()).await;
}

/// The examples say what types they use of the package, and the design systems have the tokens that ours fall through to.
#[test]
fn types_and_tokens_are_there() {
    let config = json!({
        "extends": examples().join("tsconfig.json"),
        "compilerOptions": { "paths": { "svar-questionnaire": [package().join("svar-element.d.ts")] } },
    });
    let file = target().join("examples/tsconfig.json");
    fs::write(&file, config.to_string()).expect("a file");
    let run = |given: &[&str]| {
        let ran = Command::new("node").args(given).current_dir(examples()).output().expect("Node");
        assert!(ran.status.success(), "{given:?}: {}", String::from_utf8_lossy(&ran.stdout));
    };
    run(&["node_modules/typescript/bin/tsc", "--noEmit", "--project", &file.to_string_lossy()]);
    run(&["--test", "tokens.test.mjs"]);
}
