//! The element on pages that do to scripts what real pages do (tests/fixtures/hosts): somebody can answer to the end, or
//! the place of the element says why not, and what is shown as received is there.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};
use svar::{study::Invitation, tools::collector::Row};

use crate::{
    browser::thorough,
    policy,
    server::{Server, root},
    tiny::{self, answers_in, core_answers, opened},
};

/// Enough of each kind for every day; with full counts all there are.
const EVERY_DAY: [&str; 39] = [
    "zone",
    "core-js",
    "core-js-instead",
    "promise-bluebird",
    "session-replay",
    "fetch-adds-headers",
    "fetch-rejects-nothing",
    "fetch-not-a-response",
    "fetch-missing",
    "promise-subclass",
    "promise-then-wrapped",
    "array-to-json",
    "prototypes-frozen",
    "json-throws",
    "reflect-missing",
    "function-bind-replaced",
    "define-taken",
    "attach-shadow-missing",
    "clobbered-names",
    "clobbered-methods",
    "listeners-stop-capture",
    "listeners-stop-later",
    "hotkeys",
    "everything-unset",
    "aggressive-css",
    "subtle-missing",
    "subtle-rejects",
    "supplier-fails",
    "session-storage-throws",
    "indexeddb-missing",
    "wasm-missing",
    "wasm-refused",
    "container-tiny",
    "container-scaled",
    "printed",
    "taken-out-and-back",
    "moved",
    "translated",
    "markers-removed",
];

#[derive(Debug, Deserialize)]
struct Host {
    name: String,
    expect: String,
    /// Where it does not work: what is said, word for word.
    #[serde(default)]
    says: String,
    /// The heading of the last page that somebody comes to before that; none, if it is the first thing to be seen.
    #[serde(default)]
    at: String,
    /// Whether answers given before that must be there after the page is loaded again.
    #[serde(default)]
    keeps: bool,
    /// Whether it is about sealing.
    #[serde(default)]
    sealed: bool,
}

/// What came of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Came {
    name: String,
    /// Whether what it does to the page was there.
    shows: Option<bool>,
    /// `received`, `says`: a page that leads nowhere, `stands`: neither, or `fell`.
    outcome: String,
    reference: Option<String>,
    words: String,
    trail: Vec<String>,
    reports: Vec<String>,
    errors: Vec<String>,
    elsewhere: Vec<String>,
    /// The overview of what was answered, after the page is loaded again.
    kept: Option<String>,
}

impl Came {
    /// The last page that somebody came to, before the one that leads nowhere.
    fn last(&self) -> &str {
        let leads = self.trail.iter().filter(|heading| !heading.is_empty() && *heading != "sender");
        let leads: Vec<&String> = leads.collect();
        let end = usize::from(self.outcome == "says" && !self.words.contains(" | svar: "));
        leads.iter().rev().nth(end).map_or("", |heading| heading.as_str())
    }
}

/// Somebody answers on each of these pages.
fn answers(server: &Server, names: &[&str]) -> Vec<Came> {
    let token = |name: &str| server.sign(&Invitation { unit: format!("unit-{name}"), ..server.invitation() });
    let tokens: Value = names.iter().map(|name| ((*name).to_owned(), json!(token(name)))).collect();
    let given = json!({ "origin": server.origin(), "names": names, "tokens": tokens, "policy": policy::PROMISED });
    let mut node = Command::new("node");
    node.arg(root().join("tests/fixtures/hosts/answer.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().expect("Node");
    node.stdin.take().expect("its input").write_all(given.to_string().as_bytes()).expect("to write");
    let output = node.wait_with_output().expect("its output");
    let lines = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{lines}");
    lines.lines().map(|line| serde_json::from_str(line).expect("what came of it")).collect()
}

/// What is wrong with what came of one, as far as the rows tell, too.
fn wrong(server: &Server, host: &Host, came: &Came) -> Vec<String> {
    let unit = format!("unit-{}", host.name);
    let rows: Vec<_> = server.rows().into_iter().filter(|row| row.unit == unit).collect();
    let is = |stem: &str, row: &Row| row.questionnaire.split('|').next().is_some_and(|url| url.ends_with(stem));
    let of =
        |stem: &str| -> Vec<&str> { rows.iter().filter(|row| is(stem, row)).map(|row| row.body.as_str()).collect() };
    let (consents, cores) = (of("tiny-consent"), of("tiny-core"));
    let mut found = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    check(came.shows == Some(true), "does nothing to the page".to_owned());
    check(came.elsewhere.is_empty(), format!("asked elsewhere: {:?}", came.elsewhere));
    check(came.reports.is_empty(), format!("broke the policy: {:?}", came.reports));
    check(consents.len() <= 1 && cores.len() <= 1, format!("{} consents, {} cores", consents.len(), cores.len()));
    check(cores.len() <= consents.len(), "a core without a consent".to_owned());
    let said = came.trail.iter().any(|heading| heading == "samtykket ditt er mottatt");
    check(!said || consents.len() == 1, "a consent shown as received that is not there".to_owned());
    let comment = format!("{} jk/?gx 'å", host.name);
    let arrived: Vec<_> = opened(&cores).iter().map(answers_in).collect();
    check(arrived.iter().all(|one| *one == core_answers(&comment)), format!("other answers: {arrived:?}"));
    let digits = came.reference.as_deref().unwrap_or("-").replace('-', "").to_lowercase();
    if came.outcome == "received" {
        let there = |row: &&Row| !digits.is_empty() && row.id.replace('-', "").starts_with(&digits);
        let core = |row: &&Row| is("tiny-core", row);
        check(rows.iter().filter(core).any(|row| there(&row)), format!("«{digits}» is the reference of no core"));
        check((consents.len(), cores.len()) == (1, 1), format!("{} consents, {} cores", consents.len(), cores.len()));
    }
    match host.expect.as_str() {
        "works" => {
            // Nobody sees into a closed root from outside, neither can this test; that it is ready must do.
            let closed = host.name == "attach-shadow-closed" && came.outcome == "closed";
            check(closed || came.outcome == "received", "is not received".to_owned());
            check(came.errors.is_empty(), format!("errors: {:?}", came.errors));
        }
        "says-why" => check(came.outcome == "says", "does not say why".to_owned()),
        // Nothing of the element's can run.
        _ => check(came.outcome == "stands", "does not stand still".to_owned()),
    }
    if host.expect != "works" {
        check(!host.says.is_empty() && came.words.contains(&host.says), format!("does not say «{}»", host.says));
        check(came.last() == host.at, format!("comes to «{}» instead of «{}»", came.last(), host.at));
        check(cores.is_empty(), "a core that nobody was told of".to_owned());
        let kept = came.kept.as_deref().unwrap_or_default().contains("sist uke? Ja Endre Hvor mange dager? 2 Endre");
        check(!host.keeps || kept, format!("kept {:?}", came.kept));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_rough_host_it_works_or_says_why_and_nothing_is_lost() {
    let list = fs::read_to_string(root().join("tests/fixtures/hosts/rough.json")).expect("the hosts");
    let hosts: Vec<Host> = serde_json::from_str(&list).expect("the hosts");
    let some = std::env::var("SVAR_HOSTS").unwrap_or_default();
    let names: Vec<&str> = match some.as_str() {
        "" if thorough() => hosts.iter().map(|host| host.name.as_str()).collect(),
        "" => EVERY_DAY.to_vec(),
        some => some.split(',').collect(),
    };
    let asked: Vec<&Host> =
        names.iter().map(|name| hosts.iter().find(|host| host.name == *name).expect("a host of this name")).collect();
    let (sealed, clear): (Vec<&Host>, Vec<&Host>) = asked.iter().partition(|host| host.sealed);
    let mut said = Vec::new();
    for (server, hosts) in [(Server::tiny(|_| {}).await, clear), (Server::tiny(tiny::sealed).await, sealed)] {
        let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
        let came = answers(&server, &names);
        assert_eq!(came.len(), names.len());
        for one in &came {
            let host = hosts.iter().find(|host| host.name == one.name).expect("a host of this name");
            let wrong = wrong(&server, host, one);
            if !wrong.is_empty() {
                said.push(format!("{} ({}): {}\n    {one:?}", host.name, host.expect, wrong.join("; ")));
            }
        }
    }
    assert!(said.is_empty(), "{} of {} hosts:\n{}", said.len(), asked.len(), said.join("\n"));
}
