//! `svar open`: from what was received to tables, with nothing missing and nothing made up.

use std::{fs, path::Path};

use serde_json::{Value, json};
use svar::{
    submission::seal::Routing,
    tools::{
        jose::{PrivateKey, seal},
        open::{Summary, open},
    },
};

use crate::server::{Folder, Server, body, fixture, pseudonym, tiny, uuid};

const CORE: &str = "https://svar.example/fhir/Questionnaire/tiny-core|1.0.0";

fn key(kid: &str, secret: u8) -> PrivateKey {
    PrivateKey::of(kid, &[secret; 32]).expect("a key")
}

/// A sealed response, whose header says what the response says unless it is changed.
fn sealed(id: &str, body: &Value, change: impl FnOnce(&mut Routing)) -> Vec<u8> {
    let mut routing = Routing {
        study: "tiny".into(),
        wave: "q1".into(),
        questionnaire: CORE.into(),
        uuid: id.into(),
        authored: body["authored"].as_str().expect("a time").into(),
    };
    change(&mut routing);
    let number = id.bytes().last().expect("a digit");
    seal(&key("a-1", 1).public(), &routing, body.to_string().as_bytes(), &key("", number), [number; 12])
        .expect("a seal")
}

fn table(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(folder.join(name)).expect(name);
    reader.records().map(|record| record.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn rows_of_the_database_become_tables() {
    let server = Server::start();
    for number in 1..=3 {
        let id = uuid(number);
        assert_eq!(server.delivery(&id, body(&id).to_string()).send(server.address).status, 201);
    }
    let (out, copy) = (Folder::new(), Folder::new());
    let database = copy.path().join("copy.sqlite");
    server.database().execute("VACUUM INTO ?1", [database.to_string_lossy()]).expect("a copy");
    let summary = open(&[], &[tiny()], &[database], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 3, refused: 0 });

    let submissions = table(out.path(), "submissions.csv");
    assert_eq!(submissions.len(), 4);
    assert_eq!(submissions[1][..5], [uuid(1).as_str(), "tiny", "q1", CORE, pseudonym(&uuid(1)).as_str()]);
    let lines = fs::read_to_string(out.path().join("responses.ndjson")).expect("responses");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first, body(&uuid(1)), "as it came");
    let answers = table(out.path(), "answers.csv");
    let of = |link_id: &str| answers.iter().filter(|row| row[9] == link_id).count();
    assert_eq!((of("health.pain"), of("words.comment")), (3, 3), "one row for each answer");
    let wide = table(out.path(), "tiny-core_1.0.0.csv");
    assert_eq!(wide.len(), 4);
    let column = wide[0].iter().position(|name| name == "health.pain").expect("a column");
    let pain = answers.iter().find(|row| row[9] == "health.pain").expect("an answer");
    assert_eq!(wide[1][column], pain[11]);
}

#[test]
fn what_cannot_be_used_is_listed_with_the_reason() {
    let folder = Folder::new();
    let good = body(&uuid(1));
    let mut wrong = body(&uuid(6));
    wrong["item"][1]["item"][0]["answer"][0]["valueCoding"]["code"] = json!("perhaps");
    let mut cut = String::from_utf8(sealed(&uuid(7), &body(&uuid(7)), |_| {})).expect("text");
    cut.truncate(cut.len() - 10);
    let mut formula = body(&uuid(8));
    formula["item"][2]["item"][0]["answer"] = json!([{ "valueString": "=1+1" }]);
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("1.jose", sealed(&uuid(1), &good, |_| {})),
        ("2.jose", sealed(&uuid(2), &body(&uuid(2)), |routing| routing.uuid = uuid(9))),
        ("3.jose", sealed(&uuid(3), &body(&uuid(3)), |routing| routing.wave = "q2".into())),
        ("4.jose", sealed(&uuid(4), &body(&uuid(4)), |routing| routing.authored = "2020-01-01T00:00:00Z".into())),
        ("5.jose", b"not a submission".to_vec()),
        ("6.jose", sealed(&uuid(6), &wrong, |_| {})),
        ("7.jose", cut.into_bytes()),
        ("8.json", formula.to_string().into_bytes()),
    ];
    for (name, bytes) in &files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let out = Folder::new();
    let keys = [key("a-0", 9), key("a-1", 1)];
    let summary = open(&keys, &[tiny()], &[folder.path().to_owned()], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 2, refused: 6 });
    let refused = table(out.path(), "refused.csv");
    let why: Vec<&str> = refused[1..].iter().map(|row| row[5].as_str()).collect();
    for (why, expected) in why.iter().zip([
        "another identifier",
        "another wave",
        "another time of completion",
        "JWE in compact form",
        "one of the question's options",
        "changed, or sealed to another key",
    ]) {
        assert!(why.contains(expected), "{why} / {expected}");
        assert!(!why.contains("perhaps"), "an answer in a reason");
    }
    let answers = table(out.path(), "answers.csv");
    let comment = answers.iter().find(|row| row[0] == uuid(8) && row[9] == "words.comment").expect("a comment");
    assert_eq!(comment[11], "'=1+1", "no formula for a spreadsheet to run");
    assert!(open(&keys[..1], &[tiny()], &[folder.path().join("1.jose")], out.path()).is_ok_and(|all| all.refused == 1));
    assert!(table(out.path(), "refused.csv")[1][5].contains("key `a-1`"));
    assert!(fixture("tests/fixtures/studies/tiny").is_dir());
}
