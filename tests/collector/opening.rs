//! `svar open`: from what was received to tables, with nothing missing and nothing made up.

use std::{fs, path::Path};

use serde_json::{Value, json};
use svar::{
    session::{
        Session,
        response::{Heading, completed},
    },
    submission::seal::Routing,
    tools::{
        jose::{PrivateKey, seal},
        open::{Summary, open},
    },
};

use crate::server::{Folder, Server, body, pseudonym, tiny, uuid};

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
    let summary = open(&[], &[tiny()], &[database], &[], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 3, ..Summary::default() });

    let submissions = table(out.path(), "submissions.csv");
    assert_eq!(submissions.len(), 4);
    assert_eq!(submissions[1][..5], [uuid(1).as_str(), "tiny", "q1", CORE, pseudonym(&uuid(1)).as_str()]);
    let lines = fs::read_to_string(out.path().join("responses.ndjson")).expect("responses");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first, body(&uuid(1)), "as it came");
    let answers = table(out.path(), "answers.csv");
    let of = |link_id: &str| answers.iter().filter(|row| row[11] == link_id).count();
    assert_eq!((of("health.pain"), of("words.comment")), (3, 3), "one row for each answer");
    let wide = table(out.path(), "tiny-core_1.0.0.csv");
    assert_eq!(wide.len(), 4);
    let column = wide[0].iter().position(|name| name == "health.pain").expect("a column");
    let pain = answers.iter().find(|row| row[11] == "health.pain").expect("an answer");
    assert_eq!(wide[1][column], pain[13]);
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
    let summary = open(&keys, &[tiny()], &[folder.path().to_owned()], &[], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 2, refused: 6, ..Summary::default() });
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
    let comment = answers.iter().find(|row| row[0] == uuid(8) && row[11] == "words.comment").expect("a comment");
    assert_eq!(comment[13], "'=1+1", "no formula for a spreadsheet to run");
    let out = Folder::new();
    let again = open(&keys[..1], &[tiny()], &[folder.path().join("1.jose")], &[], out.path());
    assert!(again.is_ok_and(|all| all.refused == 1));
    assert!(table(out.path(), "refused.csv")[1][5].contains("key `a-1`"));
}

/// A response of nobody would become one person with all others like it.
#[test]
fn a_response_of_nobody_or_of_another_is_refused() {
    let (folder, out) = (Folder::new(), Folder::new());
    let mut nobody = body(&uuid(1));
    nobody["subject"]["identifier"]["system"] = json!("urn:other");
    fs::write(folder.path().join("1.json"), nobody.to_string()).expect("a file");
    let server = Server::start();
    let id = uuid(2);
    assert_eq!(server.delivery(&id, body(&id).to_string()).send(server.address).status, 201);
    server.database().execute("UPDATE submission SET pseudonym = 'p-other'", []).expect("a row");
    let database = server.data.path().join("collector.sqlite");
    let summary = open(&[], &[tiny()], &[folder.path().join("1.json"), database], &[], out.path()).expect("tables");
    assert_eq!(summary, Summary { refused: 2, ..Summary::default() });
    let why: Vec<String> = table(out.path(), "refused.csv").iter().map(|row| row[5].clone()).collect();
    assert!(why.iter().any(|why| why.contains("a subject with a pseudonym")), "{why:?}");
    assert!(why.iter().any(|why| why.contains("the pseudonym that it was received for")), "{why:?}");
}

/// A table of an earlier run beside those of this one would be taken for one of them.
#[test]
fn a_folder_with_old_tables_is_refused() {
    let out = Folder::new();
    let old = out.path().join("tiny-core_0.9.csv");
    fs::write(&old, "old").expect("a file");
    let refused = open(&[], &[tiny()], &[], &[], out.path()).expect_err("a refusal").to_string();
    assert!(refused.contains("expected an empty folder"), "{refused}");
    assert_eq!(fs::read_to_string(old).expect("the old table"), "old");
}

#[test]
fn responses_stand_on_one_line_however_they_came() {
    let (folder, out) = (Folder::new(), Folder::new());
    for number in 1..=2 {
        let pretty = serde_json::to_string_pretty(&body(&uuid(number))).expect("JSON");
        fs::write(folder.path().join(format!("{number}.json")), pretty).expect("a file");
    }
    open(&[], &[tiny()], &[folder.path().to_owned()], &[], out.path()).expect("tables");
    let lines = fs::read_to_string(out.path().join("responses.ndjson")).expect("responses");
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("one response on a line");
    assert_eq!(lines.lines().map(read).collect::<Vec<_>>(), [body(&uuid(1)), body(&uuid(2))]);
}

/// What `svar withdraw --ids` deleted may be in an older copy, and in files: it is known by its UUID alone.
#[test]
fn what_was_withdrawn_by_its_id_is_left_out_of_every_copy() {
    let server = Server::start();
    for number in 1..=3 {
        let id = uuid(number);
        assert_eq!(server.delivery(&id, body(&id).to_string()).send(server.address).status, 201);
    }
    let work = Folder::new();
    let copy = |name: &str| {
        let file = work.path().join(name);
        server.database().execute("VACUUM INTO ?1", [file.to_string_lossy()]).expect("a copy");
        file
    };
    let before = copy("before.sqlite");
    let withdrawn = "INSERT INTO withdrawn_submission VALUES (?1, 'tiny', '', '2026-11-23', '')";
    server.database().execute(withdrawn, [uuid(2)]).expect("a row");
    let after = copy("after.sqlite");
    let plain = work.path().join("2.json");
    fs::write(&plain, body(&uuid(2)).to_string()).expect("a file");
    let jwe = work.path().join("2.jose");
    fs::write(&jwe, sealed(&uuid(2), &body(&uuid(2)), |_| ())).expect("a file");
    for (inputs, more, expected) in [
        (vec![&before], vec![&after], (2, 1)),
        (vec![&after], vec![], (2, 1)),
        (vec![&plain], vec![&after], (0, 1)),
        // Without its key, too.
        (vec![&jwe], vec![&after], (0, 1)),
    ] {
        let inputs: Vec<_> = inputs.into_iter().cloned().collect();
        let more: Vec<_> = more.into_iter().cloned().collect();
        let out = Folder::new();
        let summary = open(&[], &[tiny()], &inputs, &more, out.path()).expect("tables");
        assert_eq!(summary, Summary { opened: expected.0, withdrawn: expected.1, ..Summary::default() }, "{inputs:?}");
        assert_eq!(table(out.path(), "withdrawn.csv")[1][0], uuid(2));
        let answers = fs::read_to_string(out.path().join("answers.csv")).expect("answers");
        assert!(!answers.contains(&uuid(2)));
    }
}

/// What is opened is health data and names, on a machine that may be several people's.
#[cfg(unix)]
#[test]
fn what_is_opened_can_be_read_by_its_owner_alone() {
    use std::{os::unix::fs::PermissionsExt, process::Command};

    use crate::server::fixture;
    let server = Server::start();
    let id = uuid(1);
    assert_eq!(server.delivery(&id, body(&id).to_string()).send(server.address).status, 201);
    let database = server.data.path().join("collector.sqlite");
    let mode = |file: &Path| fs::metadata(file).expect("it").permissions().mode() & 0o777;
    for (command, option) in [("open", "--studies"), ("export", "--study")] {
        let out = Folder::new().path().join("new/tables");
        let mut svar = Command::new(env!("CARGO_BIN_EXE_svar"));
        svar.arg(command).arg(option).arg(fixture("tests/fixtures/studies/tiny")).arg("--out").arg(&out).arg(&database);
        assert!(svar.status().expect("the command").success(), "{command}");
        assert_eq!(mode(&out), 0o700, "{command}");
        let files: Vec<_> = fs::read_dir(&out).expect("it").map(|file| file.expect("a file").path()).collect();
        assert!(files.len() > 5, "{files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        fs::remove_dir_all(out.parent().expect("a folder")).expect("to tidy up");
    }
}

/// Contact records are sealed, and the collector of a unit's link knows no pseudonym: only who opens them can say which
/// are to be deleted.
#[test]
fn sealed_contact_details_of_who_withdrew_are_listed_by_id_alone() {
    let (folder, out) = (Folder::new(), Folder::new());
    let contact = tiny().questionnaire("contact.json").expect("the contact details").clone();
    let response = |id: &str| {
        let mut session = Session::new(contact.form.clone());
        let email = contact.form.find("contact.email").expect("an address");
        session.type_in(email, "kari@svar.example");
        let heading =
            Heading { uuid: id.into(), pseudonym: pseudonym(id), authored: "2026-11-22T09:29:58.123Z".into() };
        serde_json::from_slice::<Value>(&completed(&session, &heading).to_bytes()).expect("a response")
    };
    for number in 1..=2 {
        let id = uuid(number);
        let to = |routing: &mut Routing| {
            routing.questionnaire = contact.canonical.clone();
            routing.wave = "q2".into();
        };
        fs::write(folder.path().join(format!("{number}.jose")), sealed(&id, &response(&id), to)).expect("a file");
    }
    let left = folder.path().join("left.sqlite");
    let database = rusqlite::Connection::open(&left).expect("a database");
    let layout = "CREATE TABLE withdrawn (study TEXT, pseudonym TEXT, at TEXT, PRIMARY KEY (study, pseudonym))";
    database.execute(layout, []).expect("a table");
    // The same pseudonym in another study is another person.
    for (study, number) in [("tiny", 2), ("other", 1)] {
        database
            .execute("INSERT INTO withdrawn VALUES (?1, ?2, '2026-11-23')", [study, &pseudonym(&uuid(number))])
            .expect("a row");
    }
    let inputs = [folder.path().join("1.jose"), folder.path().join("2.jose")];
    let summary = open(&[key("a-1", 1)], &[tiny()], &inputs, &[left], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 1, withdrawn: 1, ..Summary::default() });
    assert_eq!(table(out.path(), "withdrawn.csv")[1][..2], [uuid(2), "tiny".to_owned()]);
    let answers = fs::read_to_string(out.path().join("answers.csv")).expect("answers");
    assert!(!answers.contains(&pseudonym(&uuid(2))) && answers.contains(&pseudonym(&uuid(1))), "{answers}");
}
