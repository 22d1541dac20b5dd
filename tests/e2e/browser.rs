//! A browser of one test's own: its driver on a free port, a fresh profile, an end that always comes, and on failure a
//! picture, the page and its console.

use std::{
    any::Any,
    env, fs,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    pin::pin,
    process::Stdio,
    task::Poll,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use thirtyfour::{Capabilities, WebDriver};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::Mutex,
};

use crate::{
    elsewhere::Elsewhere,
    policy,
    respondent::Respondent,
    server::{Scratch, Server, target},
};

/// One browser at a time, whichever tests run.
static TURN: Mutex<()> = Mutex::const_new(());

/// How long a condition may take to come true. Far more than it does; a busy machine must not fail a test.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// Waits until `look` finds what it looks for; what it found instead says why that never came.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, what, look).await
}

/// The same, with a patience of its own.
pub(crate) async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(instead) if begun.elapsed() > patience => panic!("waited in vain for {what}; found {instead}"),
            Err(_) => tokio::time::sleep(GLANCE).await,
        }
    }
}

/// Whether the variants that only take longer run as well.
pub(crate) fn thorough() -> bool {
    env::var("SVAR_COUNTS").as_deref() == Ok("full")
}

/// A browser that Svar is tried in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    Chromium,
    /// With a log of everything that goes over its network, which takes time.
    WatchedChromium,
    Firefox,
    Webkit,
}

impl Make {
    /// The one that `SVAR_BROWSER` asks for.
    pub(crate) fn asked_for() -> Make {
        match env::var("SVAR_BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Make::Chromium,
            Ok("firefox") => Make::Firefox,
            Ok("webkit") => Make::Webkit,
            Ok(other) => panic!("expected SVAR_BROWSER=chromium, firefox or webkit, found {other}"),
        }
    }

    fn driver(self) -> Command {
        let (variable, program) = match self {
            Make::Chromium | Make::WatchedChromium => ("CHROMEDRIVER", "chromedriver"),
            Make::Firefox => ("GECKODRIVER", "geckodriver"),
            Make::Webkit => ("WEBKITDRIVER", "WebKitWebDriver"),
        };
        Command::new(env::var_os(variable).unwrap_or_else(|| program.into()))
    }

    fn capabilities(self, profile: &Path, elsewhere: &Elsewhere) -> Value {
        match self {
            Make::Chromium | Make::WatchedChromium => {
                let mut arguments: Vec<String> = [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--window-size=1280,900",
                ]
                .map(str::to_owned)
                .to_vec();
                arguments.push(format!("--user-data-dir={}", profile.display()));
                arguments.push(elsewhere.argument());
                let mut logs = json!({ "browser": "ALL" });
                if self == Make::WatchedChromium {
                    logs["performance"] = json!("ALL");
                }
                json!({
                    "browserName": "chrome",
                    "goog:chromeOptions": { "args": arguments },
                    "goog:loggingPrefs": logs,
                })
            }
            Make::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": { "args": ["-headless", "--width=1280", "--height=900"] },
            }),
            Make::Webkit => {
                let browser = env::var("WEBKIT_BROWSER")
                    .unwrap_or_else(|_| "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser".to_owned());
                json!({ "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] } })
            }
        }
    }
}

/// A driver that runs.
struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    async fn start(make: Make, scratch: &Scratch) -> Driver {
        let mut command = make.driver();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        // Whatever else a browser leaves behind goes with the test.
        let home = scratch.join("home");
        fs::create_dir_all(&home).expect("a folder");
        command.env("TMPDIR", &home);
        // What is shown of times is the same wherever the test runs.
        command.env("TZ", "UTC");
        // Those that can choose a free port themselves say which one.
        let port = match make {
            Make::Webkit => free_port(),
            _ => 0,
        };
        command.arg(format!("--port={port}"));
        let mut child = command.spawn().unwrap_or_else(|error| panic!("expected {command:?} to start, found: {error}"));
        let port = if port == 0 { told_port(&mut child).await } else { port };
        Driver { child, address: format!("http://127.0.0.1:{port}") }
    }

    async fn stop(mut self) {
        let _ = self.child.kill().await;
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// `ChromeDriver was started successfully on port 41234.`; `… Listening on 127.0.0.1:41234`.
async fn told_port(child: &mut Child) -> u16 {
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    while let Some(line) = lines.next_line().await.expect("a line") {
        let told = line.split_once("successfully on port ").or_else(|| line.split_once("Listening on 127.0.0.1:"));
        if let Some(port) = told.and_then(|(_, rest)| rest.trim_end_matches('.').trim().parse().ok()) {
            // It must be able to write on.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return port;
        }
    }
    panic!("expected a driver that says its port");
}

/// Runs a test with a respondent in Chromium at this server.
pub(crate) async fn browse(name: &str, server: &Server, language: &str, test: impl AsyncFnOnce(&Respondent)) {
    browse_in(Make::Chromium, name, server, language, test).await;
}

/// The same in any browser.
pub(crate) async fn browse_in(
    make: Make,
    name: &str,
    server: &Server,
    language: &str,
    test: impl AsyncFnOnce(&Respondent),
) {
    at_a_desk(make, name, server, language, async |desk| test(&desk.sits_down().await).await).await;
}

/// Runs a test with somebody who may lose the browser, and start it again with all that it keeps on disk.
pub(crate) async fn browse_again(name: &str, server: &Server, language: &str, test: impl AsyncFnOnce(&Desk)) {
    at_a_desk(Make::Chromium, name, server, language, test).await;
}

async fn at_a_desk(make: Make, name: &str, server: &Server, language: &str, test: impl AsyncFnOnce(&Desk)) {
    let _turn = TURN.lock().await;
    let scratch = Scratch::new();
    let driver = Driver::start(make, &scratch).await;
    let elsewhere = Elsewhere::open().await;
    let desk =
        Desk { make, scratch, driver, elsewhere, language: language.to_owned(), session: Mutex::const_new(None) };
    let begun = Instant::now();
    let outcome = unwound(test(&desk)).await;
    // Seen with `--nocapture`: waiting for one's turn is not part of it.
    eprintln!("{name}: {:.1} s", begun.elapsed().as_secs_f64());
    if let Some(session) = desk.session.lock().await.take() {
        if outcome.is_err() {
            keep_evidence(name, &session, server).await;
        }
        let _ = session.quit().await;
    }
    let Desk { driver, elsewhere, .. } = desk;
    driver.stop().await;
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new(), "{name}: what was asked of others");
}

/// A computer with one browser, whose profile stays when the browser ends.
pub(crate) struct Desk {
    make: Make,
    scratch: Scratch,
    driver: Driver,
    elsewhere: Elsewhere,
    language: String,
    session: Mutex<Option<WebDriver>>,
}

impl Desk {
    /// Where requests to others go.
    pub(crate) fn elsewhere(&self) -> &Elsewhere {
        &self.elsewhere
    }

    /// Starts the browser, with the person in front of it.
    pub(crate) async fn sits_down(&self) -> Respondent {
        let session = until("a session", async || {
            let capabilities = capabilities(self.make.capabilities(&self.scratch.join("profile"), &self.elsewhere));
            WebDriver::builder(&self.driver.address, capabilities).connect().await.map_err(|error| error.to_string())
        })
        .await;
        let chromium = matches!(self.make, Make::Chromium | Make::WatchedChromium);
        let person = Respondent::new(session.clone(), &self.language, chromium);
        if chromium {
            person.before_every_page(policy::WATCH).await;
        }
        // The one before has ended by itself, or was killed; to say so would only make the driver wait for it.
        if let Some(before) = self.session.lock().await.replace(session) {
            let _ = before.leak();
        }
        person
    }

    /// Kills the browser, as a power cut or the system out of memory would: at once, with nothing said to it.
    pub(crate) async fn kill(&self) {
        let profile = format!("--user-data-dir={}", self.scratch.join("profile").display());
        let mine = browsers_of(&profile);
        assert_eq!(mine.len(), 1, "one browser with {profile}, found {mine:?}");
        for pid in mine {
            let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().await;
            assert!(killed.is_ok_and(|status| status.success()), "to kill {pid}");
        }
        until("the end of the browser", async || match browsers_of(&profile) {
            left if left.is_empty() => Ok(()),
            left => Err(format!("{left:?}")),
        })
        .await;
    }
}

/// The processes that are the browser itself, not one of its helpers, with this argument.
fn browsers_of(argument: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("processes").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let arguments: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let helper = arguments.iter().any(|one| one.starts_with(b"--type="));
        // The driver and wrappers that start the browser name the profile as well; they are no Chromium.
        let chromium = arguments.first().is_some_and(|program| {
            let program = String::from_utf8_lossy(program);
            program.contains("chrom") && !program.contains("driver")
        });
        if chromium && !helper && arguments.contains(&argument.as_bytes()) {
            found.push(pid);
        }
    }
    found
}

fn capabilities(value: Value) -> Capabilities {
    let mut capabilities = Capabilities::new();
    for (name, value) in value.as_object().expect("an object") {
        capabilities.set(name.clone(), value).expect("a capability");
    }
    capabilities
}

/// Runs to the end, even if that is a panic.
async fn unwound<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// What the test saw when it failed.
async fn keep_evidence(name: &str, session: &WebDriver, server: &Server) {
    let folder = target().join("e2e-failures");
    let _ = fs::create_dir_all(&folder);
    if let Ok(picture) = session.screenshot_as_png().await {
        let _ = fs::write(folder.join(format!("{name}.png")), picture);
    }
    if let Ok(source) = session.source().await {
        let _ = fs::write(folder.join(format!("{name}.html")), source);
    }
    let mut told = String::new();
    for entry in session.browser_log().await.unwrap_or_default() {
        told.push_str(&format!("{} {}\n", entry.level, entry.message));
    }
    for line in server.log() {
        told.push_str(&format!("server {line}\n"));
    }
    let _ = fs::write(folder.join(format!("{name}.txt")), told);
    eprintln!("{name}: what was seen lies in {}", folder.display());
}
