//! One person at the questionnaire. Verbs are what a person does and sees; nothing here knows how the page is built,
//! beyond roles and words.

use std::sync::Mutex;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use svar::words::{Say, Told, Tongue};
use thirtyfour::{Key, WebDriver, WebElement, cdp::Cdp, common::keys::TypingData};

use crate::browser::until;

const PAGE: &str = include_str!("page.js");

/// What the interface says, in either part of the widget.
pub(crate) trait Spoken {
    fn in_tongue(&self, tongue: Tongue) -> String;
}

impl Spoken for Say {
    fn in_tongue(&self, tongue: Tongue) -> String {
        tongue.say(self)
    }
}

impl Spoken for Told {
    fn in_tongue(&self, tongue: Tongue) -> String {
        tongue.told(self)
    }
}

/// The person, and the browser in front of them.
pub(crate) struct Respondent {
    driver: WebDriver,
    tongue: Tongue,
    /// What the person points with.
    pointer: Mutex<Pointer>,
}

/// What a person points with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pointer {
    /// Chromium's own input in place of WebDriver's, which does the same, but waits a tenth of a second for navigations
    /// that this page never makes.
    Mouse,
    /// A finger: touch, and whatever the browser makes of it.
    Finger,
    /// What WebDriver has, in any browser.
    Driver,
}

/// The page at a glance.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) heading: String,
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) language: String,
    pub(crate) progress: String,
    /// How long it still takes.
    pub(crate) left: String,
}

/// What has the focus.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Focus {
    pub(crate) role: String,
    pub(crate) name: String,
    /// The question or section around it.
    pub(crate) group: Option<String>,
    /// Whether it can be seen without scrolling, and nothing covers it.
    pub(crate) seen: bool,
    /// Whether something around it shows that it has the focus.
    pub(crate) ring: bool,
    #[serde(default)]
    pub(crate) checked: Option<bool>,
    #[serde(default)]
    pub(crate) value: Option<String>,
}

impl Focus {
    /// The question that the focus is at: the group of an option or a slider, the label of a field.
    pub(crate) fn question(&self) -> &str {
        match (&*self.role, &self.group) {
            ("radio" | "slider", Some(group)) => group,
            _ => &self.name,
        }
    }
}

impl Respondent {
    pub(crate) fn new(driver: WebDriver, language: &str, mouse: bool) -> Respondent {
        let pointer = if mouse { Pointer::Mouse } else { Pointer::Driver };
        Respondent { driver, tongue: Tongue::of(language), pointer: Mutex::new(pointer) }
    }

    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    pub(crate) fn cdp(&self) -> Cdp {
        self.driver.cdp()
    }

    /// What the interface says in the person's language.
    pub(crate) fn say(&self, what: impl Spoken) -> String {
        what.in_tongue(self.tongue)
    }

    pub(crate) fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// The person's language.
    pub(crate) fn language(&self) -> &'static str {
        self.tongue.tag()
    }

    // Going places.

    /// Opens a link, and waits for a page with a heading.
    pub(crate) async fn opens(&self, link: &str) {
        // A link that differs in its fragment alone would not load anything.
        self.driver.goto("about:blank").await.expect("an empty page");
        self.driver.goto(link).await.expect("a page");
        self.sees_a_heading().await;
    }

    /// Closes this tab and opens another, which knows nothing of it.
    pub(crate) async fn opens_a_new_tab(&self) {
        let old = self.driver.window().await.expect("a tab");
        let new = self.driver.new_tab().await.expect("a tab");
        self.driver.switch_to_window(old).await.expect("the old tab");
        self.driver.close_window().await.expect("to close it");
        self.driver.switch_to_window(new).await.expect("the new tab");
    }

    pub(crate) async fn reloads(&self) {
        self.driver.refresh().await.expect("a page");
        self.sees_a_heading().await;
    }

    async fn sees_a_heading(&self) {
        until("a heading", async || match self.looks().await {
            look if look.heading.is_empty() => Err(look.words),
            _ => Ok(()),
        })
        .await;
    }

    /// The browser's own Back.
    pub(crate) async fn goes_back(&self) {
        self.driver.back().await.expect("to go back");
    }

    /// The browser's own Forward.
    pub(crate) async fn goes_forward(&self) {
        self.driver.forward().await.expect("to go forward");
    }

    // Seeing.

    pub(crate) async fn looks(&self) -> Look {
        serde_json::from_value(self.ask("look", json!([])).await.expect("a look")).expect("a look")
    }

    /// Waits for the page of this heading.
    pub(crate) async fn is_at(&self, heading: &str) {
        until(&format!("the page «{heading}»"), async || match self.looks().await {
            look if look.heading == heading => Ok(()),
            look => Err(format!("«{}»: {}", look.heading, look.words)),
        })
        .await;
    }

    pub(crate) async fn is_at_say(&self, heading: impl Spoken) {
        self.is_at(&self.say(heading)).await;
    }

    /// Waits for words anywhere on the page.
    pub(crate) async fn sees(&self, words: &str) {
        until(&format!("the words «{words}»"), async || match self.looks().await {
            look if look.words.contains(words) => Ok(()),
            look => Err(look.words),
        })
        .await;
    }

    pub(crate) async fn sees_say(&self, words: impl Spoken) {
        self.sees(&self.say(words)).await;
    }

    /// Waits until words are gone.
    pub(crate) async fn no_longer_sees(&self, words: &str) {
        until(&format!("«{words}» to go"), async || match self.looks().await {
            look if look.words.contains(words) => Err(look.words),
            _ => Ok(()),
        })
        .await;
    }

    /// Whether there is something of this role with these words now.
    pub(crate) async fn has(&self, role: &str, words: &str) -> bool {
        self.ask("find", json!([role, words, null])).await.is_ok()
    }

    /// What has the focus now.
    pub(crate) async fn focus(&self) -> Focus {
        serde_json::from_value(self.ask("focused", json!([])).await.expect("a focus")).expect("a focus")
    }

    /// Waits until the focus is where `there` says.
    pub(crate) async fn has_focus(&self, what: &str, there: impl Fn(&Focus) -> bool) -> Focus {
        until(&format!("the focus {what}"), async || match self.focus().await {
            focus if there(&focus) => Ok(focus),
            focus => Err(format!("{focus:?}")),
        })
        .await
    }

    /// What stands in every field of the page.
    pub(crate) async fn fields(&self) -> Value {
        self.ask("fields", json!([])).await.expect("fields")
    }

    /// The lines of the overview: question, answer, and what can be done about it.
    pub(crate) async fn rows(&self) -> Value {
        self.ask("rows", json!([])).await.expect("rows")
    }

    /// The questions that are rows of a table.
    pub(crate) async fn rows_of_a_table(&self) -> Vec<String> {
        serde_json::from_value(self.ask("table", json!([])).await.expect("rows")).expect("rows")
    }

    // Doing.

    pub(crate) async fn presses(&self, button: &str) {
        self.clicks("button", Some(button), None).await;
    }

    pub(crate) async fn presses_say(&self, button: impl Spoken) {
        self.presses(&self.say(button)).await;
    }

    /// A double click, as people give who are used to them.
    pub(crate) async fn presses_twice(&self, button: &str) {
        let named = json!(["button", button, null]);
        let point = self.ask("point", named).await.expect("a button within reach");
        let (x, y) = (point["x"].as_f64().expect("a place"), point["y"].as_f64().expect("a place"));
        for count in [1, 2] {
            for kind in ["mousePressed", "mouseReleased"] {
                let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": count });
                self.cdp().send_raw("Input.dispatchMouseEvent", event).await.expect("a mouse");
            }
        }
    }

    pub(crate) async fn follows(&self, link: &str) {
        self.clicks("link", Some(link), None).await;
    }

    pub(crate) async fn unfolds(&self, details: &str) {
        self.clicks("summary", Some(details), None).await;
    }

    /// Chooses one of a question's options.
    pub(crate) async fn chooses(&self, question: &str, option: &str) {
        self.clicks("radio", Some(option), Some(question)).await;
    }

    /// Ticks, or unticks, one of several options.
    pub(crate) async fn ticks_in(&self, question: &str, option: &str) {
        self.clicks("checkbox", Some(option), Some(question)).await;
    }

    /// Ticks, or unticks, a box that stands alone.
    pub(crate) async fn ticks(&self, label: &str) {
        self.clicks("checkbox", Some(label), None).await;
    }

    /// Writes into the field of a question, over what stood there.
    pub(crate) async fn writes(&self, question: &str, text: &str) {
        let field = self.field(question).await;
        self.types_over(&field, text).await;
    }

    /// The field of a question.
    pub(crate) async fn field(&self, question: &str) -> WebElement {
        self.element("field", json!([question])).await
    }

    async fn types_over(&self, field: &WebElement, text: &str) {
        // At once: in a shadow root ChromeDriver puts the cursor at the end of the text each time. The second `Control` lets
        // go of the first; after a `Null` Firefox and WebKit type nothing more.
        let all = Key::Control + "a" + Key::Control;
        let keys = if text.is_empty() { all + Key::Delete } else { all + text };
        field.send_keys(keys).await.expect("to type");
    }

    /// Presses keys where the focus is.
    pub(crate) async fn types(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("to press keys");
    }

    /// Presses a key while another is held down.
    pub(crate) async fn holds(&self, held: Key, pressed: impl Into<TypingData>) {
        let chain = self.driver.action_chain().key_down(held.value()).send_keys(pressed).key_up(held.value());
        chain.perform().await.expect("to press keys");
    }

    /// The thing of this role with these words, within the group of that name if one is named.
    pub(crate) async fn finds(&self, role: &str, words: Option<&str>, within: Option<&str>) -> WebElement {
        self.element("find", json!([role, words, within])).await
    }

    async fn clicks(&self, role: &str, words: Option<&str>, within: Option<&str>) {
        let named = json!([role, words, within]);
        let point = until(&format!("{named} within reach"), async || self.ask("point", named.clone()).await).await;
        let (x, y) = (point["x"].as_f64().expect("a place"), point["y"].as_f64().expect("a place"));
        let pointer = *self.pointer.lock().unwrap();
        match pointer {
            Pointer::Mouse => self.clicks_at(x, y).await,
            Pointer::Finger => self.taps_and_waits(x, y).await,
            Pointer::Driver => {
                let clicked = self.finds(role, words, within).await.click().await;
                clicked.unwrap_or_else(|error| panic!("{named}: {error}"));
            }
        }
    }

    /// Presses and releases the mouse at a point of the window.
    pub(crate) async fn clicks_at(&self, x: f64, y: f64) {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.cdp().send_raw("Input.dispatchMouseEvent", event).await.expect("a mouse");
        }
    }

    /// Touches a point of the window with a finger.
    pub(crate) async fn taps_at(&self, x: f64, y: f64) {
        for (kind, points) in [("touchStart", json!([{ "x": x, "y": y }])), ("touchEnd", json!([]))] {
            let event = json!({ "type": kind, "touchPoints": points });
            self.cdp().send_raw("Input.dispatchTouchEvent", event).await.expect("a finger");
        }
    }

    /// The same, until the browser has made a click of it, which it does in its own time.
    async fn taps_and_waits(&self, x: f64, y: f64) {
        let listen = "window.svarClicked = false;
            addEventListener('click', () => { window.svarClicked = true }, { once: true, capture: true })";
        self.script(listen, vec![]).await;
        self.taps_at(x, y).await;
        until("the click of a tap", async || match self.script("return window.svarClicked", vec![]).await == true {
            true => Ok(()),
            false => Err("none".to_owned()),
        })
        .await;
    }

    async fn element(&self, verb: &str, given: Value) -> WebElement {
        let found = until(&format!("{verb} {given}"), async || self.ask(verb, given.clone()).await).await;
        WebElement::from_json(found, self.driver.handle().clone()).expect("an element")
    }

    async fn ask(&self, verb: &str, given: Value) -> Result<Value, String> {
        let mut arguments = vec![json!(verb)];
        arguments.extend(given.as_array().expect("a list").iter().cloned());
        let answer = self.driver.execute(PAGE, arguments).await.map_err(|error| error.to_string())?;
        match answer.json().get("missing") {
            Some(missing) => Err(missing.to_string()),
            None => Ok(answer.json()["found"].clone()),
        }
    }

    /// Runs a script of the test's own in the page.
    pub(crate) async fn script(&self, script: &str, given: Vec<Value>) -> Value {
        self.driver.execute(script, given).await.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    // The way through a questionnaire, as far as every test goes it.

    /// From the link to the consent, on a device of one's own.
    pub(crate) async fn comes_to_the_consent(&self, link: &str) {
        self.comes_to_the_consent_on(link, Say::DeviceOwn).await;
    }

    /// The same, with this answer to whose device it is.
    pub(crate) async fn comes_to_the_consent_on(&self, link: &str, device: Say) {
        self.opens(link).await;
        self.presses_say(Say::Start).await;
        self.is_at_say(Say::DeviceTitle).await;
        self.chooses(&self.say(Say::DeviceQuestion), &self.say(device)).await;
        self.presses_say(Say::Next).await;
        self.is_at(self.in_words("Samtykke", "Consent")).await;
    }

    /// From the consent to its receipt, with the permissions left out.
    pub(crate) async fn consents(&self) {
        self.ticks(self.taking_part()).await;
        self.presses_say(Say::GiveConsent).await;
        self.is_at_say(Told::ConsentReceivedTitle).await;
    }

    /// Past the page that asks how to reach the person, without telling.
    pub(crate) async fn skips_contact(&self) {
        self.is_at(self.contact()).await;
        self.presses_say(Say::SkipContact).await;
    }

    /// Tells how to be reached. Who permitted a register is asked for the number next.
    pub(crate) async fn gives_contact(&self, email: &str, phone: &str) {
        self.is_at(self.contact()).await;
        self.writes(self.in_words("E-postadresse", "Email address"), email).await;
        self.writes(self.in_words("Mobilnummer", "Mobile number"), phone).await;
    }

    /// The heading of the page that asks how to reach the person.
    pub(crate) fn contact(&self) -> &'static str {
        self.in_words("Slik kan vi nå deg", "How to reach you")
    }

    /// The heading of the page that asks for the national identity number.
    pub(crate) fn identity(&self) -> &'static str {
        self.in_words("Fødselsnummer", "National identity number")
    }

    /// The tick box that stands for taking part.
    pub(crate) fn taking_part(&self) -> &'static str {
        match self.tongue {
            Tongue::Bokmal => {
                "Jeg samtykker til å delta i studien, og til at svarene mine om helse og arbeid brukes i forskningen."
            }
            Tongue::Nynorsk => {
                "Eg samtykkjer til å vere med i studien, og til at svara mine om helse og arbeid blir brukte i forskinga."
            }
            Tongue::English => {
                "I consent to taking part in the study and to my answers about health and work being used in the research."
            }
        }
    }

    /// Words of the study in the person's language.
    pub(crate) fn in_words<'a>(&self, nb: &'a str, en: &'a str) -> &'a str {
        match self.tongue {
            Tongue::Bokmal => nb,
            // Where nynorsk has the same, it is not repeated here.
            Tongue::Nynorsk if nb == "Spørreskjema 1" => "Spørjeskjema 1",
            Tongue::Nynorsk => nb,
            Tongue::English => en,
        }
    }

    // The device.

    /// A screen of this size; narrow ones are phones, with touch.
    pub(crate) async fn has_a_screen_of(&self, width: u32, height: u32) {
        let phone = width < 700;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.expect("a screen");
        let touch = json!({ "enabled": phone, "maxTouchPoints": if phone { 5 } else { 1 } });
        self.cdp().send_raw("Emulation.setTouchEmulationEnabled", touch).await.expect("touch");
        *self.pointer.lock().unwrap() = if phone { Pointer::Finger } else { Pointer::Mouse };
    }

    /// Goes into the frame of the page around.
    pub(crate) async fn looks_into_the_frame(&self) {
        *self.pointer.lock().unwrap() = Pointer::Driver;
        let script = "return document.querySelector('svar-frame').shadowRoot.querySelector('iframe')";
        let found = self.driver.execute(script, vec![]).await.expect("a frame").element().expect("a frame");
        found.enter_frame().await.expect("to go in");
    }

    /// Comes back to the page around.
    pub(crate) async fn looks_out_of_the_frame(&self) {
        self.driver.enter_default_frame().await.expect("to come out");
    }

    /// A mouse even on a small screen: quicker for a test that looks and does not touch.
    pub(crate) fn has_a_mouse(&self) {
        *self.pointer.lock().unwrap() = Pointer::Mouse;
    }

    /// Settings of the device: `prefers-color-scheme` and the like.
    pub(crate) async fn prefers(&self, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await.expect("settings");
    }

    /// The text size that the reader has set in the browser itself, in per cent of what it is without.
    pub(crate) async fn reads_text_at(&self, percent: u32) {
        let sizes = json!({ "fontSizes": { "standard": 16 * percent / 100, "fixed": 13 * percent / 100 } });
        self.cdp().send_raw("Page.setFontSizes", sizes).await.expect("a text size");
    }

    /// A picture of the whole page, also of what is out of sight.
    pub(crate) async fn whole_page(&self) -> Vec<u8> {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.cdp().send_raw("Page.captureScreenshot", whole).await.expect("a picture");
        STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64")
    }

    pub(crate) async fn is_offline(&self, offline: bool) {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp().send_raw("Network.enable", json!({})).await.expect("a network");
        self.cdp().send_raw("Network.emulateNetworkConditions", conditions).await.expect("a network");
    }

    /// Has whatever waits to be tried again wait for the person: the waits between tries are as long as they can be, and
    /// never end by themselves.
    pub(crate) async fn waits_for_nothing_but_the_person(&self) {
        let still = "
            const [later, random] = [window.setTimeout, crypto.getRandomValues];
            crypto.getRandomValues = (bytes) => {
                random.call(crypto, bytes);
                return bytes.length === 4 ? bytes.fill(255) : bytes;
            };
            window.setTimeout = (call, ms, ...rest) => {
                const wait = ms > 1500 && ![3000, 5000, 30000, 31000, 45000].includes(ms);
                return wait ? 0 : later.call(window, call, ms, ...rest);
            };";
        self.before_every_page(&format!("{{{still}}}")).await;
    }

    /// Has a script run in every page before anything of its own.
    pub(crate) async fn before_every_page(&self, script: &str) {
        let source = json!({ "source": script });
        self.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await.expect("a script");
    }
}
