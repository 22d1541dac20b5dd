//! The real collector on a loopback port, with data in a folder of its own, and what a good delivery to it looks like.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
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
        collector::{Clock, Collector, Origins, http},
        invitations::Keys,
        studies::StudyFolder,
    },
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::client::Request;

/// 2026-11-22T09:30:00Z, when all of these tests happen.
pub(crate) const NOW: u64 = 1_795_339_800;

pub(crate) const PSEUDONYM: &str = "p-7f3a9c";

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
}

/// A collector of the tiny study and, for what is none of its business, of the real one.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) data: Folder,
    pub(crate) keys: Keys,
    pub(crate) log: Arc<Mutex<Vec<String>>>,
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
        let clock: Clock = Arc::new(|| "2026-11-22T09:30:00Z".parse().expect("an instant"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = log.clone();
        let collector = Collector::open(data.path(), vec![tiny(), real], keys.clone(), clock)
            .expect("a collector")
            .with_origins(setup.origins.map_or(Origins::Any, Origins::Listed))
            .with_log(Arc::new(move |line| lines.lock().expect("the log").push(line.to_owned())));
        let router = http::router(Arc::new(collector), setup.site).expect("a site");
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(http::serve(listener, router, std::future::pending()));
        Server { address, data, keys, log, runtime: Some(runtime) }
    }

    /// The same data, looked at with another tool.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data.path().join("collector.sqlite")).expect("the database")
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
    let heading = Heading {
        uuid: uuid.to_owned(),
        pseudonym: PSEUDONYM.to_owned(),
        authored: "2026-11-22T09:29:58.123Z".to_owned(),
    };
    serde_json::from_slice(&completed(&answered(), &heading).to_bytes()).expect("a response")
}
