//! A browser whose storage fails: everybody can finish or is told plainly, what is said of safekeeping is true, and what
//! was sent is there once.

use svar::{
    tools::collector::faults::{Entry, Fault, Said},
    words::{Safekeeping, Say, Told},
};

use crate::{
    browser::{browse, thorough, until},
    respondent::Respondent,
    server::{RESPONSES, Server},
    tiny::{self, HOST, Visitor},
};

/// How the storage fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Missing,
    Denied,
    Blocked,
    Full,
    WriteError,
    Corrupt,
    Wiped,
    Slow,
}

const MODES: [Mode; 8] =
    [Mode::Missing, Mode::Denied, Mode::Blocked, Mode::Full, Mode::WriteError, Mode::Corrupt, Mode::Wiped, Mode::Slow];

/// What the person does meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    FillAndSend,
    ReloadWhileFilling,
    OfflineAtSending,
    ReplyLost,
    ReloadWhileWaiting,
    EndAndNext,
}

const SCENARIOS: [Scenario; 6] = [
    Scenario::FillAndSend,
    Scenario::ReloadWhileFilling,
    Scenario::OfflineAtSending,
    Scenario::ReplyLost,
    Scenario::ReloadWhileWaiting,
    Scenario::EndAndNext,
];

/// Every write from the `nth` on undoes itself with this error.
fn failing(nth: usize, error: &str) -> String {
    format!(
        "{{
            const real = IDBObjectStore.prototype.put;
            let writes = 0;
            IDBObjectStore.prototype.put = function (...given) {{
                const request = real.apply(this, given);
                writes += 1;
                if (writes >= {nth}) {{
                    Object.defineProperty(this.transaction, 'error', {{ value: new DOMException('no', '{error}') }});
                    this.transaction.abort();
                }}
                return request;
            }};
        }}"
    )
}

impl Mode {
    /// Whether the store takes what it is given.
    fn takes(self) -> bool {
        matches!(self, Mode::Corrupt | Mode::Wiped)
    }

    /// The page of a host in such a browser.
    fn host(self) -> String {
        let more = match self {
            Mode::Missing => "Object.defineProperty(window, 'indexedDB', { value: undefined });".to_owned(),
            Mode::Denied => {
                "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') };".to_owned()
            }
            Mode::Blocked => "IDBFactory.prototype.open = () => {
                    const request = {};
                    queueMicrotask(() => queueMicrotask(() => request.onblocked?.({ type: 'blocked', target: request })));
                    return request;
                };"
            .to_owned(),
            Mode::Full => failing(2, "QuotaExceededError"),
            Mode::WriteError => failing(1, "UnknownError"),
            Mode::Corrupt | Mode::Wiped => String::new(),
            // Half a second at a tenth of the widget's patience stands for five at the whole.
            Mode::Slow => {
                let host = HOST.replace("KEPT.includes(ms) ? ms : ms / 100", "ms / 10");
                assert_ne!(host, HOST, "the host's page still hastens as expected here");
                return format!(
                    "{host}
                    for (const name of ['get', 'put', 'delete', 'getAllKeys', 'add']) {{
                        const [real, get] = [IDBObjectStore.prototype[name], IDBObjectStore.prototype.get];
                        IDBObjectStore.prototype[name] = function (...given) {{
                            const request = real.apply(this, given);
                            const begun = performance.now();
                            const spin = () => {{
                                if (performance.now() - begun < 500) get.call(this, '').onsuccess = spin;
                            }};
                            spin();
                            return request;
                        }};
                    }}"
                );
            }
        };
        [HOST, &more].concat()
    }

    /// What befalls the store in the middle.
    async fn befalls(self, person: &Respondent) {
        let script = match self {
            Mode::Corrupt => {
                "const [answer] = [...arguments].slice(-1);
                const open = indexedDB.open('svar');
                open.onsuccess = () => {
                    const transaction = open.result.transaction(['records'], 'readwrite');
                    transaction.objectStore('records').openCursor().onsuccess = ({ target: { result: cursor } }) => {
                        if (!cursor) return;
                        const bytes = cursor.value;
                        bytes[bytes.length - 1] ^= 1;
                        cursor.update(bytes);
                        cursor.continue();
                    };
                    transaction.oncomplete = () => { open.result.close(); answer(true); };
                };"
            }
            Mode::Wiped => {
                "const [answer] = [...arguments].slice(-1);
                const request = indexedDB.deleteDatabase('svar');
                request.onsuccess = () => answer(true);"
            }
            _ => return,
        };
        person.driver().execute_async(script, vec![]).await.expect("an answer");
    }
}

/// Whether the browser would ask before the page is left.
pub(crate) async fn would_be_asked(person: &Respondent) -> bool {
    let script = "const leaving = new Event('beforeunload', { cancelable: true });
        window.dispatchEvent(leaving);
        return leaving.defaultPrevented";
    person.script(script, vec![]).await == true
}

/// While answering: whether anything is kept is said as it is.
async fn is_told_of_keeping(person: &Respondent, mode: Mode) {
    let words = person.say(Say::NothingKept);
    until("the truth about what is kept", async || match person.looks().await.words.contains(&words) {
        said if said != mode.takes() => Ok(()),
        said => Err(format!("said: {said}")),
    })
    .await;
}

/// While it waits: where the answers are is said as it is.
async fn is_told_of_safekeeping(person: &Respondent, mode: Mode, own: bool) {
    person.is_at_say(Told::NotSentTitle).await;
    let kept = match (mode.takes(), own) {
        (false, _) => Safekeeping::Page,
        (true, true) => Safekeeping::Device,
        (true, false) => Safekeeping::Tab,
    };
    person.sees_say(Told::Kept(kept)).await;
}

struct Story<'a> {
    person: &'a Respondent,
    server: &'a Server,
    mode: Mode,
    own: bool,
}

impl Story<'_> {
    async fn comes_to_the_words(&self, visitor: &Visitor<'_>) {
        self.person.opens(&self.server.link("nb")).await;
        visitor.goes_on_to(tiny::CONSENT).await;
        if self.mode == Mode::Full {
            // The second write, which fails, is that of the first answers.
            visitor.goes_on_to(tiny::HEALTH).await;
            visitor.tells_of_health().await;
        }
        // It is said as soon as it is known, and moves the page down: whoever presses just then presses beside the button.
        is_told_of_keeping(self.person, self.mode).await;
        visitor.goes_on_to(tiny::WORDS).await;
        visitor.writes_the_comment().await;
        if self.mode.takes() {
            tiny::until_saved(self.person).await;
        }
        is_told_of_keeping(self.person, self.mode).await;
        let asked = would_be_asked(self.person).await;
        assert_eq!(asked, !(self.mode.takes() && self.own), "{:?}: asked before leaving", self.mode);
    }

    async fn is_loaded_anew(&self) {
        self.mode.befalls(self.person).await;
        self.person.driver().refresh().await.expect("a page");
    }

    /// What was there cannot be read: that is said, once.
    async fn goes_on_after_a_loss(&self, visitor: &Visitor<'_>) {
        if self.mode == Mode::Corrupt {
            let lost = self.person.say(Say::ResumedNot);
            visitor.goes_on_until("the loss to be told", |look| look.words.contains(&lost)).await;
        }
        visitor.goes_on_to_say(Told::ReceivedTitle).await;
    }

    async fn plays(&self, scenario: Scenario, comment: &str) {
        let Story { person, server, mode, own } = *self;
        let visitor = Visitor::new(person, own, comment);
        match scenario {
            Scenario::FillAndSend => {
                self.comes_to_the_words(&visitor).await;
                mode.befalls(person).await;
                visitor.goes_on_to_say(Told::ReceivedTitle).await;
            }
            Scenario::ReloadWhileFilling => {
                self.comes_to_the_words(&visitor).await;
                self.is_loaded_anew().await;
                self.goes_on_after_a_loss(&visitor).await;
            }
            Scenario::OfflineAtSending => {
                self.comes_to_the_words(&visitor).await;
                visitor.goes_on_to_say(Say::ReviewTitle).await;
                person.is_offline(true).await;
                person.presses_say(Say::Send).await;
                is_told_of_safekeeping(person, mode, own).await;
                mode.befalls(person).await;
                person.is_offline(false).await;
                visitor.goes_on_to_say(Told::ReceivedTitle).await;
            }
            Scenario::ReplyLost => {
                self.comes_to_the_words(&visitor).await;
                visitor.goes_on_to_say(Say::ReviewTitle).await;
                let before = server.rows().len();
                server.gate.lose_replies(true);
                person.presses_say(Say::Send).await;
                is_told_of_safekeeping(person, mode, own).await;
                assert_eq!(server.rows().len(), before + 1, "it was taken, only the receipt was lost");
                mode.befalls(person).await;
                server.gate.lose_replies(false);
                visitor.goes_on_to_say(Told::ReceivedTitle).await;
            }
            Scenario::ReloadWhileWaiting => {
                self.comes_to_the_words(&visitor).await;
                visitor.goes_on_to_say(Say::ReviewTitle).await;
                // Asked to wait so long that nothing comes between what befalls the store and the reload.
                let headers = [("retry-after".to_owned(), "3600".to_owned())].into();
                let busy = Fault::Status(Said { status: 503, headers, ..Said::default() });
                server.faults.add(Entry { count: u64::MAX, ..Entry::post(RESPONSES, busy) });
                person.presses_say(Say::Send).await;
                is_told_of_safekeeping(person, mode, own).await;
                assert_eq!(would_be_asked(person).await, !(mode.takes() && own), "{mode:?}: asked before leaving");
                server.faults.clear();
                self.is_loaded_anew().await;
                self.goes_on_after_a_loss(&visitor).await;
            }
            Scenario::EndAndNext => {
                let other = Visitor::new(person, own, &format!("Forlatt: {comment}"));
                self.comes_to_the_words(&other).await;
                mode.befalls(person).await;
                person.presses_say(Say::EndLink).await;
                person.presses_say(Say::EndConfirm).await;
                person.is_at_say(Say::ClearedTitle).await;
                person.presses_say(Say::NextPerson).await;
                person.is_at(tiny::WELCOME).await;
                visitor.goes_on_to(tiny::WORDS).await;
                assert_eq!(visitor.comment_there().await, "", "nothing of the person before");
                visitor.goes_on_to_say(Told::ReceivedTitle).await;
            }
        }
    }
}

async fn storage_fails(name: &str, cases: &[(Mode, Scenario)]) {
    let server = tiny::study(|_| {}).await;
    browse(name, &server, "nb", async |person| {
        let mut comments = Vec::new();
        for (mode, scenario) in cases {
            let comment = format!("{mode:?} {scenario:?}.");
            eprintln!("{comment}");
            tiny::forget_everything(person, &server).await;
            server.hosts(&mode.host());
            let own = (*mode as usize + *scenario as usize).is_multiple_of(2);
            Story { person, server: &server, mode: *mode, own }.plays(*scenario, &comment).await;
            tiny::was_truthful(person, &server).await;
            tiny::no_trap(person).await;
            comments.push(comment);
            tiny::arrived_once(&server, &comments.iter().map(String::as_str).collect::<Vec<_>>());
        }
        eprintln!("{name}: {} stories", comments.len());
    })
    .await;
}

/// Every mode with every scenario; else every mode once, and every scenario at least once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_in_the_storage() {
    let all = MODES.iter().flat_map(|mode| SCENARIOS.iter().map(|scenario| (*mode, *scenario)));
    let diagonal = |(mode, scenario): &(Mode, Scenario)| *mode as usize % SCENARIOS.len() == *scenario as usize;
    let cases: Vec<_> = all.filter(|case| thorough() || diagonal(case)).collect();
    storage_fails("whatever_fails_in_the_storage", &cases).await;
}
