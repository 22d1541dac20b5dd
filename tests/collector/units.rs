//! The study over time: whose window is open when, as `docs/study-over-time.md` has it.

mod links;
mod moments;
mod oracle;
pub(crate) mod random;
mod table;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};
use svar::{
    study::Invitation,
    tools::{
        collector::{Collector, Destination},
        invitations::Keys,
        studies::StudyFolder,
        units::Store,
    },
};

use crate::server::{Folder, fixture, variant_of_tiny};

/// The tiny study with three waves over the years, and the delay of units included before the pandemic.
fn over_years(study: &mut Value) {
    study["id"] = json!("yearly");
    study["calendar"] = json!({ "timeZone": "Europe/Oslo", "delay": { "includedBefore": "2020-03-12", "months": 9 } });
    let mut third = study["waves"][1].clone();
    third["id"] = json!("q3");
    study["waves"].as_array_mut().expect("waves").push(third);
    study["waves"][0]["window"] = json!({ "from": "mailing", "days": 14 });
    study["waves"][1]["window"] = json!({ "from": "randomisation", "months": 12, "days": 28 });
    study["waves"][2]["window"] = json!({ "from": "randomisation", "months": 24, "days": 28 });
}

fn yearly() -> StudyFolder {
    variant_of_tiny("yearly", over_years)
}

/// An instant such as `2020-01-19T23:00:00Z`, in seconds since 1970.
fn seconds(instant: &str) -> u64 {
    let instant: jiff::Timestamp = instant.parse().unwrap_or_else(|error| panic!("{instant}: {error}"));
    u64::try_from(instant.as_second()).expect("after 1970")
}

/// A unit's link that is good for decades.
fn link(unit: &str, wave: &str) -> Invitation {
    Invitation {
        iss: "yearly".into(),
        jti: "1".into(),
        study: "yearly".into(),
        wave: wave.into(),
        unit: unit.into(),
        variant: None,
        sub: None,
        room: None,
        mode: None,
        nbf: None,
        exp: Some(seconds("2049-12-31T00:00:00Z")),
    }
}

/// A collector with its clock, and the unit table that it reads.
struct Bench {
    data: Folder,
    collector: Collector,
    keys: Keys,
    study: StudyFolder,
    units: Store,
    time: Arc<AtomicU64>,
}

impl Bench {
    fn of(study: StudyFolder) -> Bench {
        let data = Folder::new();
        let keys = Keys::from_seed(&[7; 32]);
        let time = Arc::new(AtomicU64::new(0));
        let clock = time.clone();
        let clock = move || {
            let seconds = i64::try_from(clock.load(Ordering::SeqCst)).expect("a time");
            jiff::Timestamp::from_second(seconds).expect("a time")
        };
        let collector =
            Collector::open(data.path(), vec![study.clone()], keys.clone(), Arc::new(clock)).expect("a collector");
        // Another connection than the collector's, as the command line has it.
        let units = Store::open(data.path()).expect("the units");
        Bench { data, collector, keys, study, units, time }
    }

    /// What the status request says at that time.
    fn status(&self, invitation: &Invitation, now: u64) -> Value {
        self.time.store(now, Ordering::SeqCst);
        let header = format!("Bearer {}", self.keys.sign(invitation));
        let answer = self.collector.status(Destination::Answers, Some(&header), None);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body.expect("a body")
    }
}

/// A folder with the manifest alone: `svar units` needs no more.
fn manifest() -> Folder {
    let folder = Folder::new();
    let tiny = fs::read(fixture("tests/fixtures/studies/tiny/study.json")).expect("the tiny study");
    let mut study: Value = serde_json::from_slice(&tiny).expect("JSON");
    over_years(&mut study);
    fs::write(folder.path().join("study.json"), study.to_string()).expect("to write");
    folder
}

/// Runs `svar units` as a process of its own; returns its exit code and what it printed, on both streams.
fn svar_units(study: &Path, data: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svar"));
    command.arg("units").arg("--study").arg(study).arg("--data").arg(data).args(arguments);
    let output = command.output().expect("svar");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("an exit code"), String::from_utf8(said).expect("UTF-8"))
}
