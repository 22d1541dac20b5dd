//! The gallery (`tests/gallery`): every kind of question and every page around them, in every state, looked at in every
//! way that people see them. What a person would have to do to get there, its own script does.

use std::{cell::Cell, collections::BTreeMap, env, fs, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};
use svar::{tools::studies::StudyFolder, words::Say};
use thirtyfour::Key;

use crate::{
    axe,
    browser::{browse, thorough, until},
    modes::{Mode, modes},
    respondent::Respondent,
    server::{Server, copy, root},
    tree,
};

const MEASURES: &str = include_str!("gallery.js");

/// A state of the gallery: kind, and state of that.
type State = (String, String);

/// The gallery on the stage alone.
struct Gallery<'a> {
    person: &'a Respondent,
    /// Whether the browser's own text size is twice what it is by itself.
    large: Cell<bool>,
}

/// Fewer states than this are not all of them.
const STATES: usize = 113;

/// Where the focus is: a number of its own for each stop, and what is wrong there.
#[derive(Deserialize)]
struct Stop {
    at: Option<u32>,
    found: Vec<String>,
}

/// Serves the built site with the gallery in it.
async fn server() -> Server {
    Server::with(|site| {
        let gallery = site.join("gallery");
        copy(&root().join("tests/gallery"), &gallery);
        fs::create_dir_all(gallery.join("study")).expect("a folder");
        let study = StudyFolder::load(&root().join("tests/fixtures/studies/gallery")).expect("the study");
        for (name, bytes) in study.compile().expect("a compiled study") {
            fs::write(gallery.join("study").join(name), bytes).expect("a file");
        }
    })
    .await
}

impl<'a> Gallery<'a> {
    async fn open(server: &Server, person: &'a Respondent) -> Gallery<'a> {
        let address = format!("{}/gallery/?bare", server.origin());
        person.driver().goto(&address).await.expect("the gallery");
        until("the gallery", async || match person.script("return typeof window.gallery", vec![]).await {
            found if found == "object" => Ok(()),
            found => Err(found.to_string()),
        })
        .await;
        Gallery { person, large: Cell::new(false) }
    }

    /// Every state there is, in the order of the gallery.
    async fn states(&self) -> Vec<State> {
        let kinds = self.person.script("return Object.entries(gallery.kinds)", vec![]).await;
        let kinds: Vec<(String, Vec<String>)> = serde_json::from_value(kinds).expect("kinds and their states");
        let each = |(kind, states): (String, Vec<String>)| states.into_iter().map(move |state| (kind.clone(), state));
        let states: Vec<State> = kinds.into_iter().flat_map(each).collect();
        assert!(states.len() >= STATES, "only {} states", states.len());
        states
    }

    async fn show(&self, (kind, state): &State, language: &str) {
        let wanted = json!({ "kind": kind, "state": state, "lang": language });
        let shown = self.person.script("return gallery.show(arguments[0]).then(() => '', String)", vec![wanted]).await;
        assert_eq!(shown, "", "{kind}, {state}");
    }

    /// Sees what is shown, which is this state, in this mode.
    async fn turns(&self, state: &State, mode: Mode) {
        let person = self.person;
        self.is_wide(mode.width).await;
        person
            .prefers(&[
                ("prefers-color-scheme", if mode.dark { "dark" } else { "light" }),
                ("prefers-reduced-motion", if mode.still { "reduce" } else { "no-preference" }),
                ("forced-colors", if mode.forced { "active" } else { "none" }),
            ])
            .await;
        if self.large.replace(mode.large) != mode.large {
            person.reads_text_at(if mode.large { 200 } else { 100 }).await;
            // The element asks for the reader's size when it starts.
            self.show(state, mode.language).await;
        }
        self.measured("sets", json!([{ "spaced": mode.spaced }])).await;
        person.script("return gallery.turn({ lang: arguments[0] })", vec![json!(mode.language)]).await;
        let percent = if mode.large { 200 } else { 100 };
        let wrong = self.measured("turned", json!([{ "lang": mode.language, "percent": percent }])).await;
        assert_eq!(wrong, Vec::<String>::new(), "{} {}, {mode:?}", state.0, state.1);
    }

    async fn is_wide(&self, width: u32) {
        self.person.has_a_screen_of(width, if width < 700 { 740 } else { 900 }).await;
        self.person.has_a_mouse();
    }

    async fn asks(&self, verb: &str, given: Value) -> Value {
        let mut arguments = vec![json!(verb)];
        arguments.extend(given.as_array().expect("a list").iter().cloned());
        self.person.script(MEASURES, arguments).await
    }

    async fn measured(&self, verb: &str, given: Value) -> Vec<String> {
        serde_json::from_value(self.asks(verb, given).await).expect("a list of findings")
    }

    /// Everything that is wrong with what is shown.
    async fn looks(&self, mode: Mode) -> Vec<String> {
        let mut found = axe::violations(self.person).await;
        if mode.forced {
            // It goes by the colour that letters are filled with, which Chromium tells as it was before the system's own
            // took its place. Ours goes by the colour itself.
            found.retain(|found| !found.starts_with("color-contrast "));
        }
        found.extend(self.measured("look", json!([])).await);
        found
    }
}

/// Fails with every finding.
fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gallery_has_nothing_wrong_in_any_state() {
    let server = server().await;
    browse("gallery_has_nothing_wrong_in_any_state", &server, "nb", async |person| {
        let gallery = Gallery::open(&server, person).await;
        let (mut found, mut looks, mut expected) = (Vec::new(), 0, 0);
        for (place, state) in gallery.states().await.iter().enumerate() {
            let modes = modes(place);
            expected += modes.len() + 2;
            gallery.show(state, modes[0].language).await;
            for mode in modes {
                gallery.turns(state, mode).await;
                let wrong = gallery.looks(mode).await;
                found.extend(wrong.into_iter().map(|wrong| format!("{} {}, {mode:?}: {wrong}", state.0, state.1)));
                looks += 1;
            }
            // WCAG 1.4.10, and 1.4.12 at the same width.
            for spaced in [false, true] {
                gallery.turns(state, Mode { spaced, ..Mode::plain("nb", 320) }).await;
                let wrong = gallery.measured("coarse", json!([])).await;
                found.extend(wrong.into_iter().map(|wrong| format!("{} {}, 320 px: {wrong}", state.0, state.1)));
                looks += 1;
            }
        }
        nothing(&found);
        assert_eq!(looks, expected);
    })
    .await;
}

/// From the top of the page the Tab key stops at everything that can be used, in its order, and leads out again; every stop
/// shows that it is one, and lies where it can be seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gallery_shows_the_focus_at_every_stop() {
    let server = server().await;
    browse("gallery_shows_the_focus_at_every_stop", &server, "nb", async |person| {
        let gallery = Gallery::open(&server, person).await;
        let mut found = Vec::new();
        let looks = [("light", 360, 640), ("dark", 1280, 420)];
        for (place, state) in gallery.states().await.iter().enumerate() {
            for (turn, (look, width, height)) in looks.into_iter().enumerate() {
                if !thorough() && place % looks.len() != turn {
                    continue;
                }
                person.has_a_screen_of(width, height).await;
                person.prefers(&[("prefers-color-scheme", look)]).await;
                gallery.show(state, "nb").await;
                let place = format!("{} {}, {width} px", state.0, state.1);
                let expected = gallery.asks("stops", json!([])).await;
                let expected: Vec<(u32, String)> = serde_json::from_value(expected).expect("stops");
                let mut before = Vec::new();
                loop {
                    person.types(Key::Tab).await;
                    let stop: Stop = serde_json::from_value(gallery.asks("focus", json!([])).await).expect("a stop");
                    found.extend(stop.found.iter().map(|wrong| format!("{place}: {wrong}")));
                    match stop.at {
                        None => break,
                        // The browser's own bars are no stop where there are none: from the last one leads to the first.
                        Some(at) if before.first() == Some(&at) => break,
                        Some(at) if before.contains(&at) => {
                            found.push(format!("{place}: Tab leads round, to {at} after {before:?}"));
                            break;
                        }
                        Some(at) => before.push(at),
                    }
                }
                if !expected.iter().map(|(at, _)| at).eq(&before) {
                    found.push(format!("{place}: expected stops at {expected:?}, found {before:?}"));
                }
            }
        }
        nothing(&found);
    })
    .await;
}

/// Looks that never find anything prove nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gallery_finds_what_is_planted() {
    let server = server().await;
    browse("gallery_finds_what_is_planted", &server, "nb", async |person| {
        let gallery = Gallery::open(&server, person).await;
        let state = ("whole-number".to_owned(), "wrong".to_owned());
        let plain = Mode::plain("nb", 360);
        let forced = Mode { forced: true, ..plain };
        let dark = Mode { dark: true, ..plain };
        let large = Mode { large: true, ..Mode::plain("en", 1280) };
        let pale =
            "Object.assign(root.querySelector('.svar-help').style, { forcedColorAdjust: 'none', color: '#ddd' })";
        let dim = "root.querySelector('.svar-help').style.color = '#444'";
        let typed = "Object.assign(root.querySelector('input').style, { forcedColorAdjust: 'none', color: '#ddd' })";
        let elsewhere = [
            (forced, pale, "contrast 1."),
            (forced, typed, "contrast 1."),
            (large, pale, "contrast 1."),
            (dark, dim, "contrast 1."),
        ];
        let here = [
            ("root.querySelector('label[for]').remove()", "label (critical)"),
            ("root.querySelector('.svar-help').style.color = '#aaa'", "contrast 2."),
            ("root.querySelector('h1').style.color = '#ddd'", "color-contrast (serious)"),
            ("root.querySelector('input').style.borderColor = '#eee'", "edge 1."),
            ("root.querySelector('[type=submit]').style.minHeight = '30px'", "target "),
            ("root.querySelector('.svar-form').style.width = '900px'", "px wide in 360"),
            (
                "Object.assign(root.querySelector('.svar-help').style, { height: '5px', overflow: 'hidden' })",
                "cut: p.svar-help",
            ),
            ("root.querySelector('.svar-help').id = 'other'", "aria-describedby names "),
            ("root.querySelector('h1').id = root.querySelector('input').id", "twice: "),
        ];
        let here = here.map(|(plant, expected)| (plain, plant, expected));
        for (mode, plant, expected) in here.into_iter().chain(elsewhere) {
            gallery.show(&state, mode.language).await;
            gallery.turns(&state, mode).await;
            assert_eq!(gallery.looks(mode).await, Vec::<String>::new(), "before {plant}");
            let plant = format!("const root = document.querySelector('svar-questionnaire').shadowRoot; {plant}");
            person.script(&plant, vec![]).await;
            let found = gallery.looks(mode).await;
            assert!(
                found.iter().any(|found| found.starts_with(expected) || found.contains(expected)),
                "{plant}: {found:#?}"
            );
        }
        gallery.turns(&state, plain).await;
        gallery.show(&state, "nb").await;
        let plain = "const sheet = new CSSStyleSheet(); sheet.replaceSync('* { outline: none !important }');
            document.querySelector('svar-questionnaire').shadowRoot.adoptedStyleSheets.push(sheet)";
        person.script(plain, vec![]).await;
        person.types(Key::Tab).await;
        let stop: Stop = serde_json::from_value(gallery.asks("focus", json!([])).await).expect("a stop");
        assert!(stop.found.iter().any(|found| found.starts_with("no ring")), "{:?}", stop.found);
    })
    .await;
}

/// A button that goes with its page hands the focus on, and what comes later comes into a region that was there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gallery_tells_what_came_instead() {
    let server = server().await;
    browse("gallery_tells_what_came_instead", &server, "nb", async |person| {
        let gallery = Gallery::open(&server, person).await;
        for state in ["unreachable", "missing"] {
            gallery.show(&("way-in".to_owned(), state.to_owned()), "nb").await;
            person.presses_say(Say::TryAgain).await;
            person.has_focus("on the heading", |focus| focus.role == "heading").await;
        }
        let notices = "return document.querySelector('svar-questionnaire').shadowRoot
            .querySelector('.svar-page > [role=status]')?.textContent";
        gallery.show(&("pages".to_owned(), "questions".to_owned()), "nb").await;
        assert_eq!(person.script(notices, vec![]).await, "");
        gallery.show(&("pages".to_owned(), "not-kept".to_owned()), "nb").await;
        assert_eq!(person.script(notices, vec![]).await, person.say(Say::NothingKept));
    })
    .await;
}

/// What a screen reader is given, kept as text: whoever changes it sees that they do. `SVAR_SNAPSHOTS=write` writes anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gallery_says_what_it_said() {
    let server = server().await;
    let folder = root().join("tests/e2e/snapshots");
    let mut made = BTreeMap::<String, String>::new();
    browse("gallery_says_what_it_said", &server, "nb", async |person| {
        let gallery = Gallery::open(&server, person).await;
        gallery.is_wide(1280).await;
        let mut alike = BTreeMap::<String, State>::new();
        for state in gallery.states().await {
            // Every page around the questions, to see that it is the one that it is called.
            let around = matches!(state.0.as_str(), "pages" | "consent" | "delivery" | "way-in");
            // Of a scale only the rows are left open, never the group around them.
            let kept = around
                || matches!(state.1.as_str(), "answered" | "wrong")
                || matches!((state.0.as_str(), state.1.as_str()), ("texts", _) | ("scale-short", "open"));
            if kept {
                gallery.show(&state, "nb").await;
                let said = without_references(&tree::said(person).await);
                if let Some(other) = alike.insert(said.clone(), state.clone()) {
                    panic!("{state:?} says what {other:?} says:\n{said}");
                }
                made.entry(state.0).or_default().push_str(&format!("# {}\n{said}\n", state.1));
            }
        }
    })
    .await;
    assert!(made.len() >= 16, "{:?}", made.keys());
    if env::var("SVAR_SNAPSHOTS").as_deref() == Ok("write") {
        write(&folder, &made);
        panic!("written anew: look at what has changed in {}, and run it without SVAR_SNAPSHOTS", folder.display());
    }
    let mut changed = Vec::new();
    for (kind, said) in &made {
        let known = fs::read_to_string(folder.join(format!("{kind}.txt"))).unwrap_or_default();
        changed.extend(tree::first_difference(&known, said).map(|where_| format!("{kind}.txt, {where_}")));
    }
    assert!(changed.is_empty(), "not what it said before; SVAR_SNAPSHOTS=write if so meant:\n{}", changed.join("\n"));
    let kept = fs::read_dir(&folder).expect("snapshots").count();
    assert_eq!(kept, made.len(), "snapshots of kinds that are no more");
}

/// A reference is another each time.
fn without_references(said: &str) -> String {
    let is_one = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() == 3 && parts.iter().all(|part| part.len() == 4 && part.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let masked = |word: &str| match word.trim_matches(['«', '»']) {
        reference if is_one(reference) => word.replace(reference, "XXXX-XXXX-XXXX"),
        _ => word.to_owned(),
    };
    said.split(' ')
        .map(|part| part.split('\n').map(masked).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn write(folder: &Path, made: &BTreeMap<String, String>) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    for (kind, said) in made {
        fs::write(folder.join(format!("{kind}.txt")), said).expect("to write");
    }
}
