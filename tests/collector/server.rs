//! The real collector on a loopback port, with data in a folder of its own, and what a good delivery to it looks like.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use serde_json::Value;
use svar::{
    questionnaire::{Filling, Form},
    session::{
        Session,
        response::{Heading, completed},
    },
    study::Invitation,
    tools::{
        collector::{Clock, Collector, Faults, Origins, http},
        invitations::Keys,
        studies::StudyFolder,
    },
};
use tokio::{net::TcpListener, runtime::Runtime, sync::Notify, task::JoinHandle};

use crate::client::Request;

/// 2026-11-22T09:30:00Z, when all of these tests happen.
pub(crate) const NOW: u64 = 1_795_339_800;

/// The pseudonym of the person whose response has this UUID: everybody answers once.
pub(crate) fn pseudonym(uuid: &str) -> String {
    format!("p-7f3a9c-{}", &uuid[uuid.len() - 6..])
}

/// A folder that is removed with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("collector-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub(crate) fn tiny() -> StudyFolder {
    StudyFolder::load(&fixture("tests/fixtures/studies/tiny")).expect("the tiny study")
}

/// How a server is set up; the rest is the same for all.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) site: Option<PathBuf>,
    pub(crate) faults: Option<Faults>,
    /// Studies beside those two.
    pub(crate) studies: Vec<StudyFolder>,
}

/// A collector of the tiny study and, for what is none of its business, of the real one.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) data: Folder,
    pub(crate) keys: Keys,
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    time: Arc<AtomicU64>,
    end: Arc<Notify>,
    serving: Option<JoinHandle<io::Result<()>>>,
    runtime: Option<Runtime>,
}

impl Server {
    pub(crate) fn start() -> Server {
        Server::with(Setup::default())
    }

    pub(crate) fn with(setup: Setup) -> Server {
        let data = Folder::new();
        let keys = Keys::open(data.path()).expect("keys");
        let real = StudyFolder::load(&fixture("studies/health-at-work")).expect("the real study");
        let time = Arc::new(AtomicU64::new(NOW));
        let clock: Clock = {
            let time = time.clone();
            Arc::new(move || {
                let seconds = i64::try_from(time.load(Ordering::SeqCst)).expect("a time");
                jiff::Timestamp::from_second(seconds).expect("a time")
            })
        };
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = log.clone();
        let studies = [tiny(), real].into_iter().chain(setup.studies).collect();
        let collector = Collector::open(data.path(), studies, keys.clone(), clock)
            .expect("a collector")
            .with_origins(setup.origins.map_or(Origins::Any, Origins::Listed))
            .with_log(Arc::new(move |line| lines.lock().expect("the log").push(line.to_owned())));
        let collector = match setup.faults {
            Some(faults) => collector.with_faults(faults),
            None => collector,
        };
        let router = http::router(Arc::new(collector), setup.site).expect("a site");
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let end = Arc::new(Notify::new());
        let asked_to_end = end.clone();
        let serving = runtime.spawn(http::serve(listener, router, async move { asked_to_end.notified().await }));
        Server { address, data, keys, log, time, end, serving: Some(serving), runtime: Some(runtime) }
    }

    /// Asks it to end.
    pub(crate) fn ends(&self) {
        self.end.notify_one();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.serving.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Until everybody has been served.
    pub(crate) fn until_ended(&mut self) {
        let (runtime, serving) = (self.runtime.as_ref().expect("a runtime"), self.serving.take());
        runtime.block_on(serving.expect("a server")).expect("its end").expect("a good end");
    }

    /// Sets the collector's clock, in seconds since 1970.
    pub(crate) fn is_now(&self, seconds: u64) {
        self.time.store(seconds, Ordering::SeqCst);
    }

    /// The same data, looked at with another tool.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        self.database_of("collector.sqlite")
    }

    pub(crate) fn database_of(&self, name: &str) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data.path().join(name)).expect("the database")
    }

    pub(crate) fn rows(&self) -> u32 {
        self.database().query_row("SELECT count(*) FROM submission", [], |row| row.get(0)).expect("a count")
    }

    pub(crate) fn token(&self) -> String {
        self.keys.sign(&invitation())
    }

    /// A delivery in which nothing is wrong.
    pub(crate) fn delivery(&self, uuid: &str, body: impl Into<Vec<u8>>) -> Request {
        deliver(&self.token(), uuid, body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The tiny study under another id, with another manifest.
pub(crate) fn variant_of_tiny(id: &str, change: impl FnOnce(&mut Value)) -> StudyFolder {
    let folder = Folder::new();
    let from = fixture("tests/fixtures/studies/tiny");
    fs::create_dir_all(folder.path().join("modules")).expect("a folder");
    for file in ["consent.json", "contact.json", "core.json", "rest.json", "modules/about.json"] {
        fs::copy(from.join(file), folder.path().join(file)).expect("a copy");
    }
    let read =
        |file: &str| -> Value { serde_json::from_slice(&fs::read(from.join(file)).expect("a file")).expect("JSON") };
    let mut study = read("study.json");
    study["id"] = id.into();
    change(&mut study);
    fs::write(folder.path().join("study.json"), study.to_string()).expect("to write");
    StudyFolder::load(folder.path()).expect("the study")
}

/// The questionnaire that asks for contact details.
pub(crate) const CONTACT: &str = "https://svar.example/fhir/Questionnaire/tiny-contact|1.0.0";

/// The questionnaire with the answers.
pub(crate) const CORE: &str = "https://svar.example/fhir/Questionnaire/tiny-core|1.0.0";

pub(crate) fn deliver(token: &str, uuid: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", "/fhir/QuestionnaireResponse")
        .with("Authorization", &format!("Bearer {token}"))
        .with("Content-Type", "application/fhir+json")
        .with("If-None-Exist", &format!("identifier=urn:ietf:rfc:3986|urn:uuid:{uuid}"))
        .with("Prefer", "return=representation")
        .body(body)
}

pub(crate) fn invitation() -> Invitation {
    Invitation {
        iss: "tiny".into(),
        jti: "jti-1".into(),
        study: "tiny".into(),
        wave: "q1".into(),
        unit: "north".into(),
        variant: None,
        sub: None,
        room: None,
        mode: None,
        nbf: Some(NOW - 60),
        exp: Some(NOW + 60),
    }
}

/// A UUID for each test case.
pub(crate) fn uuid(number: u32) -> String {
    format!("6f1b2c3d-0000-4000-8000-{number:012x}")
}

pub(crate) fn core() -> Arc<Form> {
    tiny().questionnaire("core.json").expect("the core").form.clone()
}

/// A session on the tiny core, filled in from the invitation, with some answers.
pub(crate) fn answered() -> Session {
    let mut session = Session::new(core());
    let form = session.form().clone();
    for (filling, value) in
        [(Filling::Study, "tiny"), (Filling::Wave, "q1"), (Filling::Unit, "north"), (Filling::Language, "nb")]
    {
        session.fill(filling, value);
    }
    session.choose(form.find("health.pain").expect("pain"), 0);
    session.type_in(form.find("health.days").expect("days"), "3");
    session.choose(form.find("health.where").expect("where"), 1);
    session.type_in(form.find("words.comment").expect("comment"), "Blåbær \"og\" 🫐, linje 1\nlinje 2");
    session
}

/// The response to it.
pub(crate) fn body(uuid: &str) -> Value {
    let heading =
        Heading { uuid: uuid.to_owned(), pseudonym: pseudonym(uuid), authored: "2026-11-22T09:29:58.123Z".to_owned() };
    serde_json::from_slice(&completed(&answered(), &heading).to_bytes()).expect("a response")
}
