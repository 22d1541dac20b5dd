//! The study's server as one test needs it: the site, the collector with an empty database, a gate before them, a plan of
//! replies that are not the collector's, and a record of what was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    env, fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use svar::{
    study::Invitation,
    tools::{
        collector::{CONTACT_DATABASE, Collector, DATABASE, Faults, Row, http, system_clock},
        headers,
        invitations::Keys,
        site::POLICIES,
        studies::{Questionnaire, StudyFolder},
        units,
    },
};
use tokio::{net::TcpListener, sync::Notify};

use crate::gate::Gate;

/// Where responses are sent.
pub(crate) const RESPONSES: &str = "/fhir/QuestionnaireResponse";

/// Where it is asked what an invitation admits to.
const STANDING: &str = "/fhir/invitation";

/// A folder that goes with its owner.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("svar-e2e-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder for a test");
        Scratch(folder)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What answers a submission in the collector's place.
#[derive(Clone)]
pub(crate) enum Act {
    /// The collector itself, once the test says so.
    Hold(Arc<Notify>),
    /// Somebody else, with this.
    Say(u16, Vec<(&'static str, String)>, String),
    /// The collector takes it, but somebody else answers this.
    TakeAndSay(u16, Vec<(&'static str, String)>, String),
    /// The collector takes it, and its receipt comes with this for a time.
    TakeAt(String),
}

impl Act {
    /// A reply without further headers.
    pub(crate) fn say(status: u16, media_type: &'static str, body: &str) -> Act {
        Act::Say(status, vec![("content-type", media_type.to_owned())], body.to_owned())
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default)]
struct Kept {
    plan: Mutex<VecDeque<Act>>,
    /// What is said of an invitation in the place of the collector's words, by its token.
    standings: Mutex<BTreeMap<String, (u16, String)>>,
    asked: Mutex<Vec<Asked>>,
    log: Mutex<Vec<String>>,
    /// What the page of the host does before the widget is there; served as [`HOST`].
    host: Mutex<String>,
    /// Policies of pages that come with one of their own, by path.
    policies: Mutex<BTreeMap<String, String>>,
    flights: Mutex<BTreeMap<Bytes, Flight>>,
    data: PathBuf,
}

/// The same bytes under way.
#[derive(Clone, Copy, Default)]
struct Flight {
    now: usize,
    most: usize,
    /// When the collector was first seen to have them, in milliseconds since 1970.
    committed: Option<f64>,
}

/// A request under way, until the end of it, whoever ends it.
struct Aloft<'a>(&'a Kept, Bytes);

impl Drop for Aloft<'_> {
    fn drop(&mut self) {
        if let Some(flight) = self.0.flights.lock().unwrap().get_mut(&self.1) {
            flight.now -= 1;
        }
    }
}

/// A script of the page around the widget, which a test may change at any time.
const HOST: &str = "/host.js";

/// A running server.
pub(crate) struct Server {
    pub(crate) gate: Gate,
    /// What goes wrong between the browser and the collector.
    pub(crate) faults: Faults,
    keys: Keys,
    study: StudyFolder,
    /// The variant that invitations are for.
    pub(crate) variant: Option<&'static str>,
    kept: Arc<Kept>,
    data: PathBuf,
    site: PathBuf,
    _scratch: Scratch,
}

impl Server {
    /// Serves the built site.
    pub(crate) async fn start() -> Server {
        Server::with(|_| {}).await
    }

    /// Serves a copy of the site, after `change` has had its way with the copy.
    pub(crate) async fn with(change: impl FnOnce(&Path)) -> Server {
        let scratch = Scratch::new();
        let site = scratch.join("site");
        copy(&built_site(), &site);
        change(&site);
        let study = StudyFolder::load(&root().join("studies/health-at-work")).expect("the study");
        Server::open(scratch, site, study).await
    }

    /// Serves the tiny study of the fixtures, two short forms, after `change` has had its way with its manifest.
    pub(crate) async fn tiny(change: impl FnOnce(&mut Value)) -> Server {
        Server::compiled("tests/fixtures/studies/tiny", "tiny", change).await
    }

    /// Serves the tiny study with this manifest, and with these questionnaires in the place of its own, by file name.
    pub(crate) async fn tiny_of(manifest: &Value, questionnaires: &BTreeMap<String, Value>) -> Server {
        let write = |sources: &Path| {
            for (name, questionnaire) in questionnaires {
                fs::write(sources.join(name), questionnaire.to_string()).expect("a questionnaire");
            }
        };
        let change = |study: &mut Value| *study = manifest.clone();
        Server::compiled_of("tests/fixtures/studies/tiny", "tiny", change, write).await
    }

    /// Serves the whole study, after `change` has had its way with its manifest.
    pub(crate) async fn altered(change: impl FnOnce(&mut Value)) -> Server {
        Server::compiled("studies/health-at-work", "health-at-work", change).await
    }

    /// Serves one of the other studies.
    pub(crate) async fn of_study(id: &str) -> Server {
        Server::compiled(&format!("studies/{id}"), id, |_| {}).await
    }

    /// Serves the whole study with the packs of invented words.
    pub(crate) async fn with_packs() -> Server {
        let packs = |sources: &Path| copy(&root().join("tests/fixtures/packs"), &sources.join("packs"));
        Server::compiled_of("studies/health-at-work", "health-at-work", |_| {}, packs).await
    }

    /// Serves a study that is compiled anew, in a host of its own ([`Server::hosts`]).
    async fn compiled(folder: &str, id: &str, change: impl FnOnce(&mut Value)) -> Server {
        Server::compiled_of(folder, id, change, |_| {}).await
    }

    /// The same, after `add` has put something into the copy of the study's folder.
    async fn compiled_of(folder: &str, id: &str, change: impl FnOnce(&mut Value), add: impl FnOnce(&Path)) -> Server {
        let scratch = Scratch::new();
        let (site, sources) = (scratch.join("site"), scratch.join("study"));
        copy(&built_site(), &site);
        copy(&root().join(folder), &sources);
        add(&sources);
        let manifest = sources.join("study.json");
        let mut study: Value = serde_json::from_slice(&fs::read(&manifest).expect("a manifest")).expect("JSON");
        change(&mut study);
        fs::write(&manifest, study.to_string()).expect("the manifest");
        let study = StudyFolder::load(&sources).expect("the study");
        let compiled = site.join("studies").join(id);
        fs::create_dir_all(&compiled).expect("a folder");
        for (name, bytes) in study.compile().expect("a compiled study") {
            fs::write(compiled.join(name), bytes).expect("a file");
        }
        let page = site.join("index.html");
        let html = fs::read_to_string(&page).expect("the page");
        let html = html.replace("studies/health-at-work/", &format!("studies/{id}/"));
        let frames = &study.study.embedding.frame;
        let html = html.replace("data-frame=\"\"", &format!("data-frame=\"{}\"", frames.join(" ")));
        let policies = json!({ "/": headers::page_policy(frames) });
        fs::write(site.join(POLICIES), policies.to_string()).expect("the policies");
        let html = html.replace("<script type", &format!("<script src=\"{HOST}\"></script>\n  <script type"));
        fs::write(&page, html).expect("the page");
        Server::open(scratch, site, study).await
    }

    async fn open(scratch: Scratch, site: PathBuf, study: StudyFolder) -> Server {
        let data = scratch.join("data");
        let keys = Keys::open(&data).expect("a key");
        let kept = Arc::new(Kept { data: data.clone(), ..Kept::default() });
        let log = {
            let kept = kept.clone();
            Arc::new(move |line: &str| kept.log.lock().unwrap().push(line.to_owned()))
        };
        let collector = Collector::open(&data, vec![study.clone()], keys.clone(), system_clock()).expect("a collector");
        let faults = Faults::new();
        let collector = collector.with_log(log).with_faults(faults.clone());
        let router = http::router(Arc::new(collector), Some(site.clone())).expect("the site");
        let router = router.layer(middleware::from_fn_with_state(kept.clone(), act));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let inner = listener.local_addr().expect("an address");
        tokio::spawn(http::serve(listener, router, std::future::pending()));
        let gate = Gate::before(inner).await;
        Server { gate, faults, keys, study, variant: None, kept, data, site, _scratch: scratch }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.gate.address)
    }

    /// An invitation as the staff of one workplace get it.
    pub(crate) fn invitation(&self) -> Invitation {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        Invitation {
            iss: self.study.study.id.clone(),
            jti: "e2e".into(),
            study: self.study.study.id.clone(),
            wave: self.study.study.waves[0].id.clone(),
            unit: "unit-7".into(),
            variant: self.variant.map(str::to_owned),
            sub: None,
            room: None,
            mode: None,
            nbf: None,
            exp: Some(now + 3600),
        }
    }

    /// An invitation to a wave: the staff's to the first, a person's own to any other.
    pub(crate) fn invitation_to(&self, wave: &str) -> Invitation {
        let first = self.study.study.waves.first().is_some_and(|first| first.id == wave);
        let sub = (!first).then(|| "person-1".to_owned());
        Invitation { wave: wave.to_owned(), sub, ..self.invitation() }
    }

    /// The token of an invitation, signed by the collector's own key.
    pub(crate) fn sign(&self, invitation: &Invitation) -> String {
        self.keys.sign(invitation)
    }

    /// A link that admits, in this language.
    pub(crate) fn link(&self, language: &str) -> String {
        self.link_with(language, &self.sign(&self.invitation()))
    }

    /// A link to a wave, in this language.
    pub(crate) fn link_to(&self, wave: &str, language: &str) -> String {
        self.link_with(language, &self.sign(&self.invitation_to(wave)))
    }

    /// A link with this token.
    pub(crate) fn link_with(&self, language: &str, token: &str) -> String {
        format!("{}/?lang={language}#{token}", self.origin())
    }

    /// A questionnaire of the study, by its file's stem.
    pub(crate) fn questionnaire(&self, stem: &str) -> &Questionnaire {
        &self.study.questionnaires[stem]
    }

    pub(crate) fn study(&self) -> &svar::study::Study {
        &self.study.study
    }

    /// The next submissions are answered like this, one after the other; after that it is the collector's turn again.
    pub(crate) fn plan(&self, acts: impl IntoIterator<Item = Act>) {
        *self.kept.plan.lock().unwrap() = acts.into_iter().collect();
    }

    /// Questions about these invitations are answered like this, in whatever order they come; `standings` is by token.
    pub(crate) fn tells(&self, standings: impl IntoIterator<Item = (String, (u16, String))>) {
        *self.kept.standings.lock().unwrap() = standings.into_iter().collect();
    }

    /// Gives the unit of every invitation here these dates: columns of the unit table, and what stands in them.
    pub(crate) fn dates(&self, columns: &str, cells: &str) {
        let table = format!("unit,{columns}\nunit-7,{cells}\n");
        let store = units::Store::open(&self.data).expect("the unit table");
        units::import(&store, self.study(), table.as_bytes()).expect("dates");
    }

    /// The folder of the collector's data.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Has a page come with another policy; with none, if it is empty.
    pub(crate) fn sends(&self, path: &str, policy: &str) {
        self.kept.policies.lock().unwrap().insert(path.to_owned(), policy.to_owned());
    }

    /// Puts a file beside the site.
    pub(crate) fn puts(&self, name: &str, content: &str) {
        fs::write(self.site.join(name), content).expect("a file");
    }

    /// From now on the page around the widget begins with this script.
    pub(crate) fn hosts(&self, script: &str) {
        *self.kept.host.lock().unwrap() = script.to_owned();
    }

    /// How often the same bytes were under way at the same time, at most.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.kept.flights.lock().unwrap().values().map(|flight| flight.most).max().unwrap_or(0)
    }

    /// When each row was first seen in the database, by its id: milliseconds since 1970, before the sender could know.
    pub(crate) fn committed(&self) -> BTreeMap<String, f64> {
        let flights = self.kept.flights.lock().unwrap();
        let known = flights.iter().filter_map(|(body, flight)| Some((id_of(body)?, flight.committed?)));
        known.collect()
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.kept.asked.lock().unwrap().clone()
    }

    /// The submissions that were sent here so far.
    pub(crate) fn submissions(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path.contains("/QuestionnaireResponse")).collect()
    }

    /// The collector's log.
    pub(crate) fn log(&self) -> Vec<String> {
        self.kept.log.lock().unwrap().clone()
    }

    /// The served copy of the site.
    pub(crate) fn site(&self) -> &Path {
        &self.site
    }

    /// What lies in the database, in the order it came.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let file = self.data.join(DATABASE);
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
        let mut statement = database
            .prepare(
                "SELECT id, study, wave, questionnaire, pseudonym, received_at, media_type, body, late, odd_clock, unit,
                        mode
                 FROM submission ORDER BY rowid",
            )
            .expect("the table");
        let row = |row: &rusqlite::Row<'_>| {
            Ok(Row {
                id: row.get(0)?,
                study: row.get(1)?,
                wave: row.get(2)?,
                questionnaire: row.get(3)?,
                pseudonym: row.get(4)?,
                received_at: row.get(5)?,
                media_type: row.get(6)?,
                body: row.get(7)?,
                late: row.get(8)?,
                odd_clock: row.get(9)?,
                unit: row.get(10)?,
                mode: row.get(11)?,
            })
        };
        let rows = statement.query_map([], row).expect("rows").collect::<Result<_, _>>();
        rows.expect("rows of this shape")
    }

    /// The contact details that lie in their own database: whose, and what came.
    pub(crate) fn contact_rows(&self) -> Vec<(String, String)> {
        let file = self.data.join(CONTACT_DATABASE);
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
        let mut statement = database.prepare("SELECT id, body FROM submission ORDER BY rowid").expect("the table");
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows").collect::<Result<_, _>>();
        rows.expect("rows of this shape")
    }

    /// Every byte of the databases and what belongs to them, by file name.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(&self.data).expect("the folder").map(|entry| entry.expect("an entry").path());
        let name = |file: &PathBuf| file.file_name().expect("a name").to_string_lossy().into_owned();
        entries.filter(|file| file.is_file()).map(|file| (name(&file), fs::read(file).expect("a file"))).collect()
    }

    /// The last part of each row's questionnaire: `health-at-work-consent`.
    pub(crate) fn received(&self) -> Vec<String> {
        let name = |row: Row| {
            let url = row.questionnaire.split('|').next().unwrap_or_default().to_owned();
            url.rsplit('/').next().unwrap_or_default().to_owned()
        };
        self.rows().into_iter().map(name).collect()
    }

    /// The body of the only row that answers this questionnaire.
    pub(crate) fn body(&self, stem: &str) -> Value {
        let canonical = &self.questionnaire(stem).canonical;
        let rows: Vec<Row> = self.rows().into_iter().filter(|row| row.questionnaire == *canonical).collect();
        let [row] = rows.as_slice() else { panic!("expected one row for {stem}, found {}", rows.len()) };
        serde_json::from_str(&row.body).expect("a body of JSON")
    }
}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where builds leave their files.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder above")
}

pub(crate) fn built_site() -> PathBuf {
    let site = env::var_os("SVAR_SITE").map_or_else(|| target().join("site"), PathBuf::from);
    assert!(site.join("index.html").is_file(), "{}: expected the built site; run `cargo xtask build`", site.display());
    site
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

async fn act(State(kept): State<Arc<Kept>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return say(400, &[], String::new()) };
    kept.asked.lock().unwrap().push(Asked {
        path: parts.uri.to_string(),
        headers: parts.headers.clone(),
        body: body.clone(),
    });
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let path = request.uri().path();
    if path == HOST {
        let headers = [("content-type", "text/javascript".to_owned()), ("cache-control", "no-store".to_owned())];
        return say(200, &headers, kept.host.lock().unwrap().clone());
    }
    if path == STANDING
        && let Some((status, body)) = standing(&kept, &request)
    {
        return say(status, &[("content-type", "application/json".to_owned())], body);
    }
    if path != RESPONSES || request.method() != "POST" {
        let policy = kept.policies.lock().unwrap().get(path).cloned();
        let mut response = next.run(request).await;
        if let Some(policy) = policy {
            response.headers_mut().remove("content-security-policy");
            if !policy.is_empty() {
                let policy = policy.parse().expect("a policy");
                response.headers_mut().insert("content-security-policy", policy);
            }
        }
        return response;
    }
    {
        let mut flights = kept.flights.lock().unwrap();
        let flight = flights.entry(body.clone()).or_default();
        flight.now += 1;
        flight.most = flight.most.max(flight.now);
    }
    let aloft = Aloft(&kept, body.clone());
    let act = kept.plan.lock().unwrap().pop_front();
    let response = match act {
        None => next.run(request).await,
        Some(Act::Hold(until)) => {
            until.notified().await;
            next.run(request).await
        }
        Some(Act::Say(status, headers, body)) => say(status, &headers, body),
        Some(Act::TakeAndSay(status, headers, body)) => {
            next.run(request).await;
            say(status, &headers, body)
        }
        Some(Act::TakeAt(time)) => {
            let (parts, body) = next.run(request).await.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a receipt");
            let mut receipt: Value = serde_json::from_slice(&body).expect("a receipt of JSON");
            receipt["meta"]["lastUpdated"] = json!(time);
            let mut response = say(parts.status.as_u16(), &[], receipt.to_string());
            response.headers_mut().insert("content-type", "application/fhir+json".parse().expect("a media type"));
            response
        }
    };
    if is_there(&kept.data, &body) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs_f64() * 1000.0;
        if let Some(flight) = kept.flights.lock().unwrap().get_mut(&body) {
            flight.committed.get_or_insert(now);
        }
    }
    drop(aloft);
    response
}

/// What is to be said of the invitation that this request asks about.
fn standing(kept: &Kept, request: &Request) -> Option<(u16, String)> {
    let token = request.headers().get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
    kept.standings.lock().unwrap().get(token).cloned()
}

/// The id of a submission, by what its body says of itself: a response in clear, or the header of a sealed one.
pub(crate) fn id_of(body: &[u8]) -> Option<String> {
    if let Ok(response) = serde_json::from_slice::<Value>(body) {
        let id = response["identifier"]["value"].as_str()?;
        return Some(id.trim_start_matches("urn:uuid:").to_owned());
    }
    let header = URL_SAFE_NO_PAD.decode(body.split(|byte| *byte == b'.').next()?).ok()?;
    Some(serde_json::from_slice::<Value>(&header).ok()?["uuid"].as_str()?.to_owned())
}

/// Whether the database holds these very bytes.
fn is_there(data: &Path, body: &[u8]) -> bool {
    let Some(id) = id_of(body) else { return false };
    let open = Connection::open_with_flags(data.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let found = open.and_then(|database| {
        database.query_row(
            "SELECT body = ?2 FROM submission WHERE id = ?1",
            [id, String::from_utf8_lossy(body).into_owned()],
            |row| row.get(0),
        )
    });
    found.unwrap_or(false)
}

fn say(status: u16, headers: &[(&str, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        let name = axum::http::HeaderName::try_from(*name).expect("a header's name");
        response.headers_mut().insert(name, value.parse().expect("a header's value"));
    }
    response
}
