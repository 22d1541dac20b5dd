//! Links that were mailed, over real sockets, while the unit table changes under the running collector.

use serde_json::{Value, json};
use svar::{
    study::{Invitation, Mode},
    submission::Verdict,
};

use super::{link, manifest, seconds, svar_units, yearly};
use crate::{
    client::{Reply, Request},
    server::{Folder, Server, Setup, body, deliver, uuid},
};

/// A server of the study, and the table of units in its data folder.
struct Running {
    server: Server,
    study: Folder,
}

impl Running {
    fn with(table: &str) -> Running {
        let server = Server::with(Setup { studies: vec![yearly()], ..Setup::default() });
        let running = Running { server, study: manifest() };
        let file = running.study.path().join("units.csv");
        std::fs::write(&file, table).expect("to write");
        running.units(&["import", file.to_str().expect("a path")]);
        running
    }

    /// `svar units`, in another process than the collector.
    fn units(&self, arguments: &[&str]) {
        let (code, said) = svar_units(self.study.path(), self.server.data.path(), arguments);
        assert_eq!(code, 0, "{said}");
    }

    fn status(&self, invitation: &Invitation, now: &str) -> Value {
        self.server.is_now(seconds(now));
        let bearer = format!("Bearer {}", self.server.keys.sign(invitation));
        let reply = Request::new("GET", "/fhir/invitation").with("Authorization", &bearer).send(self.server.address);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// Delivers what was completed at `completed`, at `now`.
    fn deliver(&self, invitation: &Invitation, number: u32, completed: &str, now: &str) -> Reply {
        self.server.is_now(seconds(now));
        let id = uuid(number);
        let mut body = body(&id);
        body["authored"] = json!(completed);
        for (place, value) in [&invitation.study, &invitation.wave, &invitation.unit].into_iter().enumerate() {
            body["item"][0]["item"][place]["answer"][0]["valueString"] = json!(value);
        }
        deliver(&self.server.keys.sign(invitation), &id, body.to_string()).send(self.server.address)
    }

    fn is_late(&self, number: u32) -> bool {
        let read = |row: &rusqlite::Row<'_>| row.get(0);
        let database = self.server.database();
        database.query_row("SELECT late FROM submission WHERE id = ?1", [uuid(number)], read).expect("a row")
    }
}

/// What a refusal says to a program: status, code and the word for why.
fn refusal(reply: &Reply) -> (u16, String, String) {
    let issue = reply.json()["issue"][0].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (reply.status, text(&issue["code"]), text(&issue["details"]["coding"][0]["code"]))
}

fn over() -> (u16, String, String) {
    (401, "login".into(), "expired".into())
}

const TABLE: &str = "unit,included,mailed,randomised\nnorth,2026-10-01,2026-11-09,\nsouth,2026-10-01,2026-12-01,\n";

/// The whole way of a link: mailed once, never again.
#[test]
fn a_prolonged_window_reaches_a_link_that_was_mailed() {
    let running = Running::with(TABLE);
    let mailed = link("north", "q1");
    let early = running.deliver(&mailed, 1, "2026-11-08T22:59:00Z", "2026-11-08T22:59:59Z");
    assert_eq!(refusal(&early), (401, "login".into(), "not-yet".into()));
    assert_eq!(early.verdict(&uuid(1)), Verdict::Paused, "kept on the phone");
    assert_eq!(running.deliver(&mailed, 1, "2026-11-08T22:59:00Z", "2026-11-08T23:00:00Z").status, 201);

    assert_eq!(running.deliver(&mailed, 2, "2026-11-22T22:59:00Z", "2026-11-22T22:59:59Z").status, 201);
    assert!(!running.is_late(2));
    assert_eq!(running.deliver(&mailed, 3, "2026-11-22T22:59:00Z", "2026-11-22T23:00:00Z").status, 201);
    assert!(running.is_late(3), "completed in time, and in the grace");
    let after = running.deliver(&mailed, 4, "2026-11-22T23:00:00Z", "2026-11-22T23:00:01Z");
    assert_eq!(refusal(&after), over(), "completed after the end");
    let too_late = running.deliver(&mailed, 4, "2026-11-22T22:00:00Z", "2026-11-25T23:00:00Z");
    assert_eq!(refusal(&too_late), over());
    assert_eq!(too_late.verdict(&uuid(4)), Verdict::Paused, "kept on the phone");
    assert_eq!(running.status(&mailed, "2026-11-25T23:00:00Z")["state"], "closed");

    running.units(&["prolong", "--unit", "north", "--wave", "q1", "--until", "2026-12-06"]);
    let status = running.status(&mailed, "2026-11-25T23:00:00Z");
    let told =
        ["state", "opens", "closes", "firstDay", "lastDay"].map(|name| status[name].as_str().unwrap_or_default());
    assert_eq!(told, ["open", "2026-11-08T23:00:00Z", "2026-12-06T23:00:00Z", "2026-11-09", "2026-12-06"]);
    assert_eq!(running.deliver(&mailed, 4, "2026-11-22T22:00:00Z", "2026-11-25T23:00:00Z").status, 201);
    assert!(!running.is_late(4));
    assert_eq!(running.deliver(&mailed, 5, "2026-12-06T22:59:00Z", "2026-12-09T22:59:59Z").status, 201);
    assert!(running.is_late(5));
    assert_eq!(refusal(&running.deliver(&mailed, 6, "2026-12-06T22:59:00Z", "2026-12-09T23:00:00Z")), over());
    let again = running.deliver(&mailed, 5, "2026-12-06T22:59:00Z", "2027-03-01T12:00:00Z");
    assert_eq!(again.status, 200, "its receipt is given again, however late");
}

#[test]
fn the_bounds_of_the_link_are_the_outer_ones() {
    let running = Running::with(TABLE);
    let (nbf, exp) = (seconds("2026-11-10T12:00:00Z"), seconds("2026-11-20T12:00:00Z"));
    let narrow = Invitation { nbf: Some(nbf), exp: Some(exp), ..link("north", "q1") };
    let told = |invitation: &Invitation, now: &str| {
        let status = running.status(invitation, now);
        let text = |name: &str| status[name].as_str().unwrap_or("nothing").to_owned();
        ["state", "opens", "closes", "firstDay", "lastDay"].map(text)
    };
    let expected = ["open", "2026-11-10T12:00:00Z", "2026-11-20T12:00:00Z", "2026-11-10", "2026-11-20"];
    assert_eq!(told(&narrow, "2026-11-15T12:00:00Z"), expected);
    let elsewhere = Invitation { nbf: Some(nbf), exp: Some(exp), ..link("not-in-the-table", "q1") };
    assert_eq!(told(&elsewhere, "2026-11-15T12:00:00Z"), expected, "nobody has said more");
    let unrandomised = Invitation { nbf: Some(nbf), exp: Some(exp), ..link("north", "q2") };
    assert_eq!(told(&unrandomised, "2026-11-15T12:00:00Z")[0], "not-yet", "nobody has said when this wave begins");
    let until_midnight = Invitation { exp: Some(seconds("2026-11-20T23:00:00Z")), ..narrow.clone() };
    assert_eq!(told(&until_midnight, "2026-11-15T12:00:00Z")[4], "2026-11-20", "midnight is of no day before it");
    running.units(&["prolong", "--unit", "north", "--wave", "q1", "--until", "2026-12-06"]);
    assert_eq!(told(&narrow, "2026-11-20T12:00:00Z")[0], "grace", "no table prolongs what the link says itself");
}

/// What the link says itself is not prolonged, and whoever prolongs the window must hear of it.
#[test]
fn prolonging_names_links_that_end_sooner() {
    let (study, data) = (manifest(), Folder::new());
    let path = |name: &str| study.path().join(name).display().to_string();
    let units = |arguments: &[&str]| svar_units(study.path(), data.path(), arguments);
    std::fs::write(path("units.csv"), "unit,mailed\nnorth,2026-11-20\nsouth,2026-11-20\n").expect("to write");
    assert_eq!(units(&["import", &path("units.csv")]).0, 0);
    for (unit, more) in [("north", &["--exp", "2026-12-02"] as &[&str]), ("south", &[])] {
        let (table, out) = (path("table.csv"), path(unit));
        std::fs::write(&table, format!("unit\n{unit}\n")).expect("to write");
        let (study, data) = (study.path().display().to_string(), data.path().display().to_string());
        let mut line = vec!["--study", &study, "--data", &data, "--wave", "q1", "--units", &table, "--out", &out];
        line.extend(["--base-url", "https://svar.example/"].iter().chain(more));
        let line: Vec<String> = line.into_iter().map(str::to_owned).collect();
        let now = "2026-11-20T12:00:00Z".parse().expect("a time");
        svar::tools::invitations::command::run(&line, now).expect("a link");
    }
    let prolong = |unit| units(&["prolong", "--unit", unit, "--wave", "q1", "--until", "2027-10-30"]);
    assert_eq!(prolong("south"), (0, "q1 open until 2027-10-30: south\n".into()), "links have room");
    let (code, said) = prolong("north");
    assert!(code == 1 && said.starts_with("q1 open until 2027-10-30: north\n"), "{said}");
    assert!(said.contains("\nnorth q1: its own, until 2026-12-02 (id ") && !said.contains("south"), "{said}");
}

/// A link to a later wave, which somebody sends on or finds early, opens nothing before its date is known.
#[test]
fn a_wave_whose_date_is_unknown_is_not_open_yet() {
    let running = Running::with("unit,included,mailed,randomised\nnorth,2026-10-01,,\nsouth,,2026-10-01,2025-10-01\n");
    let now = "2026-11-15T12:00:00Z";
    for (number, unit, wave, mode, expected) in [
        (1, "north", "q2", None, "not-yet"),
        (2, "north", "q1", None, "not-yet"),
        (3, "south", "q2", None, "not-yet"),
        (4, "south", "q2", Some(Mode::Pilot), "not-yet"),
        (5, "south", "q2", Some(Mode::Test), "open"),
        (6, "south", "q2", Some(Mode::Paper), "open"),
        (7, "elsewhere", "q2", None, "open"),
    ] {
        let invitation = Invitation { mode, ..link(unit, wave) };
        assert_eq!(running.status(&invitation, now)["state"], expected, "{unit} {wave} {mode:?}");
        if expected == "not-yet" {
            let reply = running.deliver(&invitation, number, now, now);
            assert_eq!(refusal(&reply), (401, "login".into(), "not-yet".into()), "{unit} {wave}");
        }
    }
    let file = running.study.path().join("units.csv");
    std::fs::write(&file, "unit,included\nsouth,2026-10-01\n").expect("to write");
    running.units(&["import", file.to_str().expect("a path")]);
    let told = running.status(&link("south", "q2"), "2026-10-10T12:00:00Z");
    assert_eq!(
        (told["state"].as_str(), told["firstDay"].as_str()),
        (Some("open"), Some("2026-10-01")),
        "then it counts"
    );
}

#[test]
fn tests_ignore_the_table_and_paper_comes_later() {
    let running = Running::with(TABLE);
    let (before, after) = ("2026-11-01T12:00:00Z", "2027-01-15T12:00:00Z");
    for (number, (mode, expected)) in (1..).zip([
        (None, ["not-yet", "closed"]),
        (Some(Mode::Pilot), ["not-yet", "closed"]),
        (Some(Mode::Test), ["open", "open"]),
        (Some(Mode::Paper), ["not-yet", "open"]),
    ]) {
        let invitation = Invitation { mode, ..link("north", "q1") };
        for (offset, (now, state)) in [before, after].into_iter().zip(expected).enumerate() {
            assert_eq!(running.status(&invitation, now)["state"], state, "{mode:?} at {now}");
            let number = number * 10 + u32::try_from(offset).expect("a number");
            let reply = running.deliver(&invitation, number, now, now);
            assert_eq!(reply.status, if state == "open" { 201 } else { 401 }, "{mode:?} at {now}: {reply:?}");
        }
    }
    let paper = Invitation { mode: Some(Mode::Paper), exp: Some(seconds(after)), ..link("north", "q1") };
    assert_eq!(running.status(&paper, after)["state"], "grace", "the link's own end counts for paper, too");
}

#[test]
fn a_table_that_cannot_be_read_loses_nothing() {
    let running = Running::with(TABLE);
    running.server.database_of("units.sqlite").execute_batch("DROP TABLE window").expect("to spoil it");
    let reply = running.deliver(&link("north", "q1"), 1, "2026-11-10T11:59:00Z", "2026-11-10T12:00:00Z");
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(matches!(reply.verdict(&uuid(1)), Verdict::Waiting { .. }), "sent again later");
    assert_eq!(running.server.rows(), 0);
}
