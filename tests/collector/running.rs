//! A person withdraws, and data whose time is over is deleted: by the commands, beside a collector that goes on.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::json;
use svar::{
    session::{
        Session,
        response::{Heading, completed},
    },
    study::{Invitation, Mode, Write},
    submission::{Parked, Verdict, seal::Routing},
    tools::{
        collector::system_clock,
        gateway::{self, Forwarder, Pace, Settings},
        invitations::register::Register,
        jose::{PrivateKey, seal},
    },
};

use crate::{
    client::{Reply, Request},
    fhir::{Fault, FhirServer},
    sealed::jwe,
    server::{CONTACT, CORE, Folder, Server, body, deliver, fixture, invitation, tiny},
};

/// A UUID whose first twelve digits are its own, as a browser's are.
pub(crate) fn own_uuid(number: u32) -> String {
    format!("{number:08x}-0a1b-4000-8000-{number:012x}")
}

/// What the receipt shows of it.
fn reference(uuid: &str) -> String {
    let digits = uuid.replace('-', "").to_uppercase();
    format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..12])
}

/// A response of this person, with words that are found wherever they lie.
fn response(uuid: &str, pseudonym: &str, words: &str) -> String {
    let mut body = body(uuid);
    body["subject"]["identifier"]["value"] = pseudonym.into();
    let comment = body.pointer_mut("/item/2/item/0/answer/0/valueString").expect("the comment");
    *comment = words.into();
    body.to_string()
}

fn token(server: &Server, change: impl FnOnce(&mut Invitation)) -> String {
    let mut invitation = invitation();
    change(&mut invitation);
    server.keys.sign(&invitation)
}

fn answer(server: &Server, uuid: &str, pseudonym: &str) -> Reply {
    server.delivery(uuid, response(uuid, pseudonym, "nothing more")).send(server.address)
}

/// Contact details, sealed: in wave q2, which asks for them.
fn contact(server: &Server, uuid: &str, sub: Option<&str>) -> Reply {
    let header = json!({
        "alg": "ECDH-ES", "enc": "A256GCM",
        "epk": { "kty": "EC", "crv": "P-256", "x": "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM",
            "y": "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ" },
        "kid": "demonstration-tiny-contact-1", "cty": "application/fhir+json", "svar": 1,
        "study": "tiny", "wave": "q2", "questionnaire": CONTACT,
        "uuid": uuid, "authored": "2026-11-22T09:29:58.123Z",
    });
    let token = token(server, |invitation| {
        invitation.wave = "q2".into();
        invitation.sub = sub.map(str::to_owned);
    });
    let mut request = deliver(&token, uuid, jwe(&header, "a telephone number"));
    request.path = "/contact/QuestionnaireResponse".into();
    request.with("Content-Type", "application/jose").send(server.address)
}

/// A copy of a row that is there, as of another wave, study or person.
pub(crate) fn copy(database: &Connection, from: &str, id: &str, study: &str, wave: &str, pseudonym: &str) {
    let copied = database.execute(
        "INSERT INTO submission (id, study, wave, questionnaire, pseudonym, received_at, media_type, body, unit)
         SELECT ?2, ?3, ?4, questionnaire, ?5, received_at, media_type, body, unit FROM submission WHERE id = ?1",
        [from, id, study, wave, pseudonym],
    );
    assert_eq!(copied, Ok(1));
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// `svar COMMAND --study … --data …`, as people type it.
pub(crate) fn svar(command: &str, data: &Path, arguments: &[&str]) -> Said {
    let said = Command::new(env!("CARGO_BIN_EXE_svar"))
        .args([command, "--study"])
        .arg(fixture("tests/fixtures/studies/tiny"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .env("USER", "kari")
        .env_remove("SUDO_USER")
        .output()
        .expect("the command");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Said { code: said.status.code(), out: text(said.stdout), err: text(said.stderr) }
}

pub(crate) fn ids(database: &Connection, asked: &str) -> Vec<String> {
    let mut statement = database.prepare(asked).expect("a question");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

fn submissions(server: &Server, name: &str) -> Vec<String> {
    ids(&server.database_of(name), "SELECT id FROM submission ORDER BY id")
}

pub(crate) fn audit(data: &Path) -> Vec<String> {
    let log = fs::read_to_string(data.join("audit.log")).unwrap_or_default();
    log.lines().map(str::to_owned).collect()
}

/// In how many files of the folder these words are.
fn files_with(data: &Path, words: &str) -> usize {
    let files = fs::read_dir(data).expect("the folder").map(|entry| entry.expect("an entry").path());
    let holds = |file: &std::path::PathBuf| {
        let bytes = fs::read(file).unwrap_or_default();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    };
    files.filter(holds).count()
}

/// The log is kept for longer than any key that signs: a line must be found by its mark all that time.
#[test]
fn a_mark_is_the_same_when_the_signing_keys_have_changed() {
    let server = Server::start();
    let data = server.data.path();
    assert_eq!(answer(&server, &own_uuid(1), "p-1").status, 201);
    let mark = || {
        let said = svar("withdraw", data, &["--pseudonym", "p-1"]);
        let (_, mark) = said.out.split_once("person=").expect("a mark");
        mark.split(')').next().expect("an end").to_owned()
    };
    let first = mark();
    let first_key = svar::tools::invitations::Keys::open(data).expect("keys").names()[0].clone();
    svar::tools::invitations::keyring::rotate(data).expect("a new key");
    assert_eq!(mark(), first);
    svar::tools::invitations::keyring::forget(data, &first_key).expect("to forget");
    assert_eq!(mark(), first);
    assert!(audit(data).iter().all(|line| line.contains(&format!("person={first} "))), "{:?}", audit(data));
    let key = data.join("audit-key");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).expect("the key").permissions()) & 0o777,
        0o600
    );
    assert!(fs::read_dir(data).expect("it").all(|file| {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        !name.starts_with("audit-key.")
    }));
    // Another key makes other marks, so half a key must not pass for one.
    fs::write(&key, "cut").expect("a spoiled key");
    let said = svar("withdraw", data, &["--pseudonym", "p-1"]);
    assert!(said.code == Some(2) && said.err.contains("audit-key: expected the key"), "{}", said.err);
}

/// The register of invitations, with these: id, study, wave, pseudonym, mode.
pub(crate) fn register(data: &Path, rows: &[(&str, &str, &str, &str, &str)]) -> Connection {
    drop(Register::open(data).expect("a register"));
    let database = Connection::open(data.join("invitations.sqlite")).expect("a register");
    for (jti, study, wave, pseudonym, mode) in rows {
        let made = database.execute(
            "INSERT INTO invitation VALUES (?1, ?2, ?3, 'north', '', ?4, ?5, CAST(?1 AS BLOB), 1795000000, 1796000000,
                '2026-11-01T00:00:00Z', NULL, '', '', '')",
            [jti, study, wave, pseudonym, mode],
        );
        assert_eq!(made, Ok(1));
    }
    database
}

#[test]
fn nobody_is_withdrawn_by_mistake() {
    let server = Server::start();
    let data = server.data.path();
    // Two whose references are the same, one who is alone, and contact details of nobody's.
    let (alone, sealed) = (own_uuid(1), own_uuid(2));
    assert_eq!(answer(&server, &alone, "p-1").status, 201);
    assert_eq!(contact(&server, &sealed, None).status, 201);
    let twins = [3, 4].map(|end| format!("abcdef01-2345-4000-8000-00000000000{end}"));
    for (id, pseudonym) in twins.iter().zip(["p-3", "p-4"]) {
        assert_eq!(answer(&server, id, pseudonym).status, 201);
    }
    register(data, &[("a", "tiny", "q1", "", "")]);
    let (empty, wrong) = (data.join("empty"), data.join("wrong"));
    fs::write(&empty, "\n \n").expect("a file");
    fs::write(&wrong, format!("{alone}\n\n{}\n", &alone[..35])).expect("a file");
    let (empty, wrong) = (empty.to_str().expect("a path"), wrong.to_str().expect("a path"));
    let nowhere = data.join("nowhere");
    fs::write(&nowhere, own_uuid(99)).expect("a file");
    let nowhere = nowhere.to_str().expect("a path");
    for (arguments, expected) in [
        (vec!["--pseudonym", ""], "expected a pseudonym of 1 to 128"),
        (vec!["--pseudonym", "-p"], "expected a pseudonym of 1 to 128"),
        (vec!["--pseudonym", "p 1"], "expected a pseudonym of 1 to 128"),
        (vec!["--pseudonym", "p' OR ''='"], "expected a pseudonym of 1 to 128"),
        (vec!["--pseudonym", "%"], "expected a pseudonym of 1 to 128"),
        (vec!["--pseudonym", "p-2"], "expected a pseudonym that is known to the study tiny"),
        (vec!["--pseudonym", "P-1"], "expected a pseudonym that is known to the study tiny"),
        (vec!["--reference", ""], "expected a reference as on the receipt"),
        (vec!["--reference", "0000-0001"], "expected a reference as on the receipt"),
        (vec!["--reference", "0000-0001-0A1_"], "expected a reference as on the receipt"),
        (vec!["--reference", &alone], "expected a reference as on the receipt"),
        (vec!["--reference", "æøå0-0001-0A1B"], "expected a reference as on the receipt"),
        (vec!["--reference", "0000-0009-0A1B"], "expected the reference of a receipt of the study tiny, found none"),
        (vec!["--reference", "ABCD-EF01-2345"], "expected the reference of one person, found 2 people with it"),
        (vec!["--reference", "0000-0002-0A1B"], "expected a submission that names its person, found 00000002-0a1b"),
        (vec!["--ids", empty], "expected UUIDs, one on each line, found none"),
        (vec!["--ids", wrong], "expected a UUID on each line, found something else on line 3"),
        (vec!["--ids", nowhere], "expected UUIDs of submissions of the study tiny, found 1 that are none"),
        (vec![], "expected one of --pseudonym P, --reference R and --ids FILE"),
        (vec!["--pseudonym", "p-1", "--reference", "0000-0001-0A1B"], "expected one of --pseudonym P"),
        (vec!["--pseudonym", "p-1", "--by", "Kari\nNordmann"], "expected a name of 1 to 64"),
    ] {
        let said = svar("withdraw", data, &arguments);
        assert!(said.err.contains(expected), "{arguments:?}: {}", said.err);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{arguments:?}");
    }
    assert_eq!(submissions(&server, "collector.sqlite"), [alone, twins[0].clone(), twins[1].clone()]);
    assert_eq!(submissions(&server, "contact.sqlite"), [sealed]);
    assert_eq!(ids(&server.database(), "SELECT pseudonym FROM withdrawn"), [""; 0]);
    assert_eq!(audit(data), [""; 0]);
}

#[test]
fn a_reference_withdraws_its_person_from_every_wave_and_database_and_nobody_else() {
    let server = Server::start();
    let data = server.data.path();
    let first = own_uuid(0x00c0_ffee);
    assert_eq!(answer(&server, &first, "p-1").status, 201);
    assert_eq!(answer(&server, &own_uuid(2), "p-2").status, 201);
    assert_eq!(contact(&server, &own_uuid(3), Some("p-1")).status, 201);
    assert_eq!(contact(&server, &own_uuid(4), None).status, 201);
    let main = server.database();
    copy(&main, &first, &own_uuid(5), "tiny", "q2", "p-1");
    copy(&main, &first, &own_uuid(6), "tiny", "", "");
    copy(&main, &first, &own_uuid(7), "health-at-work", "q1", "p-1");
    let tests = token(&server, |invitation| invitation.mode = Some(Mode::Test));
    let request = deliver(&tests, &own_uuid(8), response(&own_uuid(8), "p-1", "a trial"));
    assert_eq!(request.send(server.address).status, 201);
    let invitations = register(
        data,
        &[
            ("a", "tiny", "q1", "p-1", ""),
            ("b", "tiny", "q2", "p-1", ""),
            ("c", "tiny", "q1", "p-2", ""),
            ("d", "tiny", "q1", "", ""),
            ("e", "health-at-work", "q1", "p-1", ""),
        ],
    );
    let said = svar("withdraw", data, &["--reference", "00c0 ffee 0a1b", "--by", "kari@svar.example"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    assert_eq!(submissions(&server, "collector.sqlite"), [own_uuid(2), own_uuid(6), own_uuid(7)]);
    assert_eq!(submissions(&server, "contact.sqlite"), [own_uuid(4)]);
    assert_eq!(submissions(&server, "test-collector.sqlite"), [""; 0]);
    let revoked = "SELECT jti FROM invitation WHERE revoked_at IS NOT NULL ORDER BY jti";
    assert_eq!(ids(&invitations, revoked), ["a", "b"]);
    for name in ["collector.sqlite", "contact.sqlite", "test-collector.sqlite", "pilot-contact.sqlite"] {
        let noted = ids(&server.database_of(name), "SELECT study || ' ' || pseudonym FROM withdrawn");
        assert_eq!(noted, ["tiny p-1"], "{name}");
    }
    // What was said is all that was done, and what could not be looked through.
    let lines: Vec<&str> = said.out.lines().collect();
    let row = |database: &str, id: &str, wave: &str, questionnaire: &str| {
        format!("  {database} {id} {wave} {questionnaire} 2026-11-22T09:30:00.000Z")
    };
    assert_eq!(lines[1], "deleted: 4");
    let mut rows = vec![lines[2], lines[3]];
    rows.sort_unstable();
    assert_eq!(rows, [row("collector.sqlite", &own_uuid(5), "q2", CORE), row("collector.sqlite", &first, "q1", CORE)]);
    assert_eq!(lines[4], row("contact.sqlite", &own_uuid(3), "q2", CONTACT));
    assert_eq!(lines[5], row("test-collector.sqlite", &own_uuid(8), "q1", CORE));
    assert_eq!(lines[6], "invitations revoked: 2");
    assert!(lines[7].starts_with("could not be looked through: collector.sqlite, 1 sealed"), "{}", said.out);
    assert!(lines[8].starts_with("could not be looked through: contact.sqlite, 1 sealed"), "{}", said.out);
    assert_eq!(lines[9..], ["the pseudonym to look for there: p-1"]);
    // The log proves it to whoever knows the person, and names nobody.
    let log = audit(data);
    let mark = lines[0].split("person=").nth(1).and_then(|rest| rest.strip_suffix(')')).expect("a mark");
    assert_eq!(mark.len(), 20);
    let expected = format!(
        " withdraw by=kari@svar.example study=tiny how=reference person={mark} collector=2 contact=1 invitations=2 \
         pilot-collector=0 pilot-contact=0 server=0 test-collector=1 test-contact=0 state=done"
    );
    assert!(log.len() == 1 && log[0].ends_with(&expected), "{log:?}");
    assert!(!log[0].contains("p-1") && !log[0].contains("c0ffee"), "{log:?}");
    // Once more, by the reference of what is gone: the same person, the same mark, nothing left.
    let again = svar("withdraw", data, &["--reference", &reference(&first)]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains(&format!("person={mark})\ndeleted: 0\ndeleted before: 4\n")), "{}", again.out);
    assert!(audit(data)[1].contains(&format!("by=kari study=tiny how=reference person={mark} collector=0")));
}

#[test]
fn contact_details_that_name_nobody_are_deleted_by_their_ids() {
    let server = Server::start();
    let data = server.data.path();
    assert_eq!(answer(&server, &own_uuid(1), "p-1").status, 201);
    for number in [2, 3] {
        assert_eq!(contact(&server, &own_uuid(number), None).status, 201);
    }
    copy(&server.database(), &own_uuid(1), &own_uuid(4), "health-at-work", "q1", "p-9");
    let list = data.join("ids.txt");
    let lines = [own_uuid(1), own_uuid(2).to_uppercase(), String::new(), own_uuid(4), own_uuid(5)];
    fs::write(&list, lines.join("\r\n")).expect("a file");
    let said = svar("withdraw", data, &["--ids", list.to_str().expect("a path")]);
    assert_eq!(said.code, Some(1), "some were not found: {}", said.err);
    let first = said.out.clone();
    assert_eq!(submissions(&server, "collector.sqlite"), [own_uuid(4)], "another study's stays");
    assert_eq!(submissions(&server, "contact.sqlite"), [own_uuid(3)]);
    assert!(said.out.contains("deleted: 2\n"), "{}", said.out);
    assert!(said.out.contains(&format!("  contact.sqlite {} q2 {CONTACT} ", own_uuid(2))), "{}", said.out);
    let not_found = format!(
        "not found: 2\n  {}: another study's\n  {}: in none of the databases: a slip, or deleted by svar purge\n",
        own_uuid(4),
        own_uuid(5)
    );
    assert!(said.out.ends_with(&not_found), "{}", said.out);
    // The same bytes are not taken again, though nobody knows whose they are; others' are.
    let again = contact(&server, &own_uuid(2), None);
    assert_eq!((again.status, again.issues()[0].0.as_str()), (410, "deleted"));
    assert_eq!(answer(&server, &own_uuid(1), "p-1").status, 410);
    assert_eq!(contact(&server, &own_uuid(3), None).status, 200);
    assert_eq!(contact(&server, &own_uuid(6), None).status, 201);
    let said = svar("withdraw", data, &["--reference", &reference(&own_uuid(2))]);
    assert!(said.code == Some(2) && said.err.contains("00000002, which was deleted at"), "{}", said.err);
    assert_eq!(audit(data).len(), 1);
    // One of the two names a person: the mark is the one that the pseudonym makes. The other has a mark of its own.
    let log = audit(data);
    let word = |line: &str, name: &str| -> String {
        let mut words = line.split([' ', ')', '\n']).filter_map(|word| word.strip_prefix(name));
        words.next().unwrap_or_default().to_owned()
    };
    let (person, submission) = (word(&log[0], "person="), word(&log[0], "submission="));
    assert_eq!((person.len(), submission.len()), (20, 20), "{log:?}");
    assert!(
        log[0].contains(&format!(" how=ids person={person} submission={submission} collector=1 contact=1 ")),
        "{log:?}"
    );
    assert!(!log[0].contains("p-1") && !log[0].contains(&own_uuid(2)), "{log:?}");
    let told = format!("the submissions that were named (in audit.log: person={person} submission={submission})\n");
    assert!(first.contains(&told), "{first}");
    let again = svar("withdraw", data, &["--ids", list.to_str().expect("a path")]);
    assert!(again.out.contains(&told), "the same marks whenever it is asked: {}", again.out);
    assert_eq!(svar::tools::running::mark::mark(data, "tiny", "p-1").expect("a mark"), person);
}

/// Step 3 of "A person withdraws" in docs/running.md, from the receipt to the last row.
#[test]
fn the_holder_of_the_private_key_finds_what_names_nobody() {
    let server = Server::start();
    let data = server.data.path();
    assert_eq!(answer(&server, &own_uuid(1), "p-1").status, 201);
    let key_file = fixture("tests/fixtures/studies/tiny/keys/demonstration-tiny-contact-1.jwk.json");
    let key = PrivateKey::read(&fs::read_to_string(&key_file).expect("the key")).expect("a key");
    let form = tiny().questionnaire("contact.json").expect("the form").form.clone();
    for (number, pseudonym) in [(2, "p-1"), (3, "p-2")] {
        let mut session = Session::new(form.clone());
        session.type_in(form.find("contact.email").expect("the field"), "kari@svar.example");
        let (uuid, authored) = (own_uuid(number), "2026-11-22T09:29:58.123Z".to_owned());
        let heading = Heading { uuid: uuid.clone(), pseudonym: pseudonym.to_owned(), authored: authored.clone() };
        let body = completed(&session, &heading).to_bytes();
        let (study, wave, questionnaire) = ("tiny".to_owned(), "q2".to_owned(), CONTACT.to_owned());
        let routing = Routing { study, wave, questionnaire, uuid: uuid.clone(), authored };
        let once = PrivateKey::of("", &[u8::try_from(number).expect("a byte"); 32]).expect("a key");
        let jwe = seal(&key.public(), &routing, &body, &once, [7; 12]).expect("a seal");
        let token = token(&server, |invitation| invitation.wave = "q2".into());
        let mut request = deliver(&token, &uuid, jwe).with("Content-Type", "application/jose");
        request.path = "/contact/QuestionnaireResponse".into();
        assert_eq!(request.send(server.address).status, 201);
    }
    let said = svar("withdraw", data, &["--reference", &reference(&own_uuid(1))]);
    assert!(said.out.contains("could not be looked through: contact.sqlite, 2 sealed"), "{}", said.out);
    let elsewhere = Folder::new();
    let (copied, opened) = (elsewhere.path().join("contact.sqlite"), elsewhere.path().join("opened"));
    server.database_of("contact.sqlite").execute("VACUUM INTO ?1", [copied.to_string_lossy()]).expect("a copy");
    let done = Command::new(env!("CARGO_BIN_EXE_svar"))
        .args(["open", "--key"])
        .arg(&key_file)
        .arg("--studies")
        .arg(fixture("tests/fixtures/studies"))
        .arg("--out")
        .args([&opened, &copied])
        .output();
    assert!(done.expect("svar open").status.success());
    let mut table = csv::Reader::from_path(opened.join("withdrawn.csv")).expect("the table");
    let id = table.headers().expect("names").iter().position(|found| found == "id").expect("ids");
    let theirs: Vec<String> = table.records().map(|row| row.expect("a row")[id].to_owned()).collect();
    assert_eq!(theirs, [own_uuid(2)]);
    let list = elsewhere.path().join("ids");
    fs::write(&list, theirs.join("\n")).expect("a file");
    let said = svar("withdraw", data, &["--ids", list.to_str().expect("a path")]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(submissions(&server, "contact.sqlite"), [own_uuid(3)]);
}

/// A person of whom there are pilot or test answers alone is found, too, whichever way they are named.
#[test]
fn who_has_answered_in_a_trial_alone_can_withdraw() {
    let server = Server::start();
    for (number, mode, how) in [
        (1, Mode::Pilot, "--pseudonym"),
        (2, Mode::Test, "--pseudonym"),
        (3, Mode::Pilot, "--reference"),
        (4, Mode::Test, "--reference"),
    ] {
        let (id, person) = (format!("0000000{number}-0000-4000-8000-000000000001"), format!("p-{number}"));
        let token = token(&server, |invitation| invitation.mode = Some(mode));
        assert_eq!(deliver(&token, &id, response(&id, &person, "words")).send(server.address).status, 201);
        let named = if how == "--pseudonym" { person } else { reference(&id) };
        let said = svar("withdraw", server.data.path(), &[how, &named]);
        assert!(
            said.code == Some(0) && said.out.contains("\ndeleted: 1\n"),
            "{mode:?} {how}: {}{}",
            said.out,
            said.err
        );
    }
}

#[test]
fn whoever_has_withdrawn_gets_no_receipt_neither_again_nor_for_anything_new() {
    let server = Server::start();
    let id = own_uuid(1);
    assert_eq!((answer(&server, &id, "p-1").status, answer(&server, &id, "p-1").status), (201, 200));
    assert_eq!(contact(&server, &own_uuid(2), Some("p-1")).status, 201);
    let said = svar("withdraw", server.data.path(), &["--pseudonym", "p-1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let pilot = token(&server, |invitation| invitation.mode = Some(Mode::Pilot));
    let (new, other) = (own_uuid(3), own_uuid(4));
    for (case, id, reply) in [
        ("the same bytes", &id, answer(&server, &id, "p-1")),
        ("other bytes", &new, answer(&server, &new, "p-1")),
        ("a pilot", &new, deliver(&pilot, &new, response(&new, "p-1", "x")).send(server.address)),
        ("contact details again", &own_uuid(2), contact(&server, &own_uuid(2), Some("p-1"))),
        ("contact details", &new, contact(&server, &new, Some("p-1"))),
    ] {
        assert_eq!((reply.status, reply.issues()[0].0.as_str()), (410, "deleted"), "{case}");
        assert_eq!(reply.verdict(id), Verdict::Parked(Parked::Closed), "{case}");
    }
    assert_eq!(answer(&server, &other, "p-2").status, 201, "others are not concerned");
    assert_eq!(submissions(&server, "collector.sqlite"), [other]);
    assert_eq!(submissions(&server, "pilot-collector.sqlite"), [""; 0]);
}

#[test]
fn no_byte_of_what_was_deleted_is_left_in_any_file_though_a_collector_has_them_open() {
    let server = Server::start();
    let data = server.data.path();
    let words = |number: u32| format!("canary-{number:04}-{}", "sings ".repeat(25));
    let kinds = [None, Some(Mode::Test), Some(Mode::Pilot)].map(|mode| token(&server, |found| found.mode = mode));
    let people = 0..120_u32;
    for number in people.clone() {
        let kind = &kinds[usize::try_from(number % 3).expect("a place")];
        let id = own_uuid(number);
        let body = response(&id, &format!("p-{number}"), &words(number));
        assert_eq!(deliver(kind, &id, body).send(server.address).status, 201);
    }
    let leaves = |number: &u32| number % 20 < 3;
    for number in people.clone() {
        assert!(
            files_with(data, &format!("canary-{number:04}-")) > 0,
            "{number} is nowhere: what is looked for is not it"
        );
    }
    for number in people.clone().filter(leaves) {
        let said = svar("withdraw", data, &["--reference", &reference(&own_uuid(number))]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
    for number in people {
        let found = files_with(data, &format!("canary-{number:04}-"));
        assert_eq!(found == 0, leaves(&number), "{number} in {found} files");
    }
    // And the collector goes on.
    assert_eq!(answer(&server, &own_uuid(999), "p-999").status, 201);
    assert_eq!(answer(&server, &own_uuid(3), "p-3").status, 409, "their own bytes are another's here");
}

#[test]
fn a_reader_in_the_way_is_told_of_and_the_same_command_ends_it_afterwards() {
    let server = Server::start();
    let data = server.data.path();
    let id = own_uuid(1);
    let body = response(&id, "p-1", "canary-sings");
    assert_eq!(server.delivery(&id, body).send(server.address).status, 201);
    let reader = server.database();
    reader.execute_batch("BEGIN").expect("a reader");
    assert_eq!(ids(&reader, "SELECT id FROM submission").len(), 1);
    let arguments = ["--reference", &reference(&id)];
    let said = svar("withdraw", data, &arguments);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("run the same command again"), "{}", said.err);
    assert!(said.out.contains("deleted: 1\n"), "{}", said.out);
    assert_eq!(submissions(&server, "collector.sqlite"), [""; 0]);
    assert_ne!(files_with(data, "canary-sings"), 0, "which is why it says so");
    reader.execute_batch("COMMIT").expect("its end");
    let said = svar("withdraw", data, &arguments);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(files_with(data, "canary-sings"), 0);
    let states: Vec<String> =
        audit(data).iter().filter_map(|line| line.rsplit_once("state=")).map(|(_, state)| state.to_owned()).collect();
    assert_eq!(states, ["run-again", "done"]);
}

#[test]
fn what_stops_half_way_is_in_the_log_and_can_be_ended() {
    let server = Server::start();
    let data = server.data.path();
    let id = own_uuid(1);
    assert_eq!(answer(&server, &id, "p-1").status, 201);
    // Something that is no register lies where the register should be.
    fs::write(data.join("invitations.sqlite"), "").expect("a file");
    let arguments = ["--reference", &reference(&id)];
    let said = svar("withdraw", data, &arguments);
    assert!(
        said.code == Some(1) && said.err.contains("invitations.sqlite: expected the database to work"),
        "{}",
        said.err
    );
    assert_eq!(answer(&server, &own_uuid(2), "p-1").status, 410, "that nothing more is taken came first");
    fs::remove_file(data.join("invitations.sqlite")).expect("it is gone");
    let said = svar("withdraw", data, &arguments);
    assert_eq!((said.code, submissions(&server, "collector.sqlite").len()), (Some(0), 0), "{}", said.err);
    let log = audit(data);
    assert!(log[0].ends_with(" state=run-again") && log[1].ends_with(" state=done"), "{log:?}");
}

fn hurried(server: &FhirServer) -> Settings {
    let pace = Pace { first: Duration::from_millis(1), most: Duration::from_millis(20) };
    Settings { write: Write::Update, pace, settle: Duration::ZERO, ..Settings::new(server.base()) }
}

fn forward(data: &Path, settings: &Settings) -> Forwarder {
    Forwarder::start(data, settings, system_clock(), Arc::new(|_| {})).expect("a forwarder")
}

/// Waits until it holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(120), "never: {what}");
        thread::yield_now();
    }
}

#[test]
fn the_gateway_delivers_nothing_of_whoever_has_withdrawn_and_what_it_had_delivered_is_listed() {
    let down = Arc::new(Mutex::new(false));
    let told = down.clone();
    let target =
        FhirServer::start(move |_, _| if *told.lock().expect("it") { Fault::Status(503) } else { Fault::None });
    let server = Server::start();
    let data = server.data.path();
    let (early, late, others) = (own_uuid(1), own_uuid(2), own_uuid(3));
    assert_eq!(answer(&server, &early, "p-1").status, 201);
    let forwarder = forward(data, &hurried(&target));
    until("the first is there", || gateway::status(data).expect("a status").forwarded == 1);
    *down.lock().expect("it") = true;
    let database = server.database();
    copy(&database, &early, &late, "tiny", "q2", "p-1");
    until("a try has failed", || gateway::status(data).expect("a status").last_error.is_some());
    drop(forwarder);
    // Never tried at all.
    copy(&database, &early, &own_uuid(4), "tiny", "q3", "p-1");
    copy(&database, &early, &others, "tiny", "q1", "p-2");
    let forwarder = forward(data, &hurried(&target));
    let said = svar("withdraw", data, &["--pseudonym", "p-1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    *down.lock().expect("it") = false;
    until("the other person's is there", || gateway::status(data).expect("a status").forwarded == 1);
    drop(forwarder);
    let lines: Vec<String> = target.resources().into_iter().flatten().collect();
    assert!(lines.iter().all(|resource| !resource.contains(&late) && !resource.contains(&own_uuid(4))));
    assert_eq!(lines.len(), 2, "what was delivered before, and the other person's");
    let delivered = format!("delivered to the FHIR server, to be deleted there: 1\n  {early}\n");
    assert!(said.out.contains(&delivered), "{}", said.out);
    let tried = said.out.split("perhaps at the FHIR server").nth(1).expect("what was tried");
    assert!(tried.contains(&late), "{}", said.out);
    assert_eq!(ids(&database, "SELECT id FROM forwarded"), [others], "nothing is left of the rest");
    assert!(svar("withdraw", data, &["--pseudonym", "p-1"]).out.contains(&delivered), "it can be asked again");
}

/// The FHIR server's copy may be the one that the study uses: what it has not got is not deleted by the way.
#[test]
fn what_the_gateway_has_not_delivered_is_purged_only_if_that_is_said() {
    let down = Arc::new(Mutex::new(false));
    let told = down.clone();
    let target =
        FhirServer::start(move |_, _| if *told.lock().expect("it") { Fault::Status(503) } else { Fault::None });
    let server = Server::start();
    let data = server.data.path();
    let database = server.database();
    assert_eq!(answer(&server, &own_uuid(1), "p-1").status, 201);
    let forwarder = forward(data, &hurried(&target));
    until("the first is there", || gateway::status(data).expect("a status").forwarded == 1);
    *down.lock().expect("it") = true;
    copy(&database, &own_uuid(1), &own_uuid(2), "tiny", "q2", "p-2");
    until("a try has failed", || gateway::status(data).expect("a status").last_error.is_some());
    drop(forwarder);
    // Never tried; nobody's to deliver, since it is sealed; and of a person who has withdrawn.
    copy(&database, &own_uuid(1), &own_uuid(3), "tiny", "q1", "p-3");
    copy(&database, &own_uuid(1), &own_uuid(4), "tiny", "q1", "p-4");
    copy(&database, &own_uuid(1), &own_uuid(5), "tiny", "q1", "p-5");
    database.execute("INSERT INTO forwarded VALUES (?1, 'kept-here', 0, 0, NULL, NULL)", [own_uuid(4)]).expect("a row");
    database.execute("INSERT INTO withdrawn VALUES ('tiny', 'p-5', '2026-11-22')", []).expect("a row");
    let said = svar("purge", data, &["--before", "2026-11-23"]);
    assert!(said.out.contains("\n2 of these are not delivered to the FHIR server; "), "{}", said.out);
    let said = svar("purge", data, &["--before", "2026-11-23", "--yes"]);
    assert!(said.code == Some(2) && said.err.contains("found 2 that the gateway has not delivered"), "{}", said.err);
    assert_eq!(submissions(&server, "collector.sqlite").len(), 5, "nothing was deleted");
    let said = svar("purge", data, &["--before", "2026-11-23", "--yes", "--contact-only"]);
    assert_eq!(said.code, Some(0), "contact details are never forwarded: {}", said.err);
    let said = svar("purge", data, &["--before", "2026-11-23", "--yes", "--undelivered"]);
    assert!(said.code == Some(0) && said.out.contains("\n2 of these were never delivered"), "{}{}", said.out, said.err);
    assert_eq!(submissions(&server, "collector.sqlite"), [""; 0]);
}

/// A database may be deleted, or restored from an old copy, while the others know better.
#[test]
fn whoever_one_database_knows_to_have_withdrawn_all_of_them_know_at_the_next_start() {
    let names = [
        "collector.sqlite",
        "contact.sqlite",
        "test-collector.sqlite",
        "test-contact.sqlite",
        "pilot-collector.sqlite",
        "pilot-contact.sqlite",
    ];
    let data = Folder::new();
    let open = || {
        let keys = svar::tools::invitations::Keys::open(data.path()).expect("keys");
        let studies = vec![crate::server::tiny()];
        drop(svar::tools::collector::Collector::open(data.path(), studies, keys, system_clock()).expect("a collector"));
    };
    open();
    for (number, name) in (1..).zip(names) {
        let database = Connection::open(data.path().join(name)).expect(name);
        let person = "INSERT INTO withdrawn VALUES ('tiny', ?1, '2026-11-22')";
        database.execute(person, [format!("p-{number}")]).expect("a person");
        let one = "INSERT INTO withdrawn_submission VALUES (?1, 'tiny', '', '2026-11-22', 'tried')";
        database.execute(one, [own_uuid(number)]).expect("a submission");
    }
    open();
    for name in names {
        let database = Connection::open(data.path().join(name)).expect(name);
        let people = ids(&database, "SELECT pseudonym FROM withdrawn ORDER BY 1");
        assert_eq!(people, ["p-1", "p-2", "p-3", "p-4", "p-5", "p-6"], "{name}");
        let all = ids(&database, "SELECT id FROM withdrawn_submission WHERE server = 'tried' ORDER BY 1");
        assert_eq!(all, [1, 2, 3, 4, 5, 6].map(own_uuid), "{name}");
    }
    // And it is told of once.
    let file = data.path().join("ids");
    fs::write(&file, own_uuid(1)).expect("a file");
    let said = svar("withdraw", data.path(), &["--ids", file.to_str().expect("a path")]);
    assert!(said.out.contains("deleted before: 1\n") && said.out.contains("and deleted: 1\n"), "{}", said.out);
}

#[test]
fn what_is_under_way_to_the_server_while_its_person_withdraws_is_listed_and_not_sent_again() {
    let server = Server::start();
    let id = own_uuid(1);
    assert_eq!(answer(&server, &id, "p-1").status, 201);
    let data = server.data.path().to_owned();
    let said = Arc::new(Mutex::new(Vec::new()));
    let told = said.clone();
    // In the middle of the request; and the server says that it failed.
    let target = FhirServer::start(move |_, _| {
        told.lock().expect("it").push(svar("withdraw", &data, &["--pseudonym", "p-1"]).out);
        Fault::Status(500)
    });
    let forwarder = forward(server.data.path(), &hurried(&target));
    until("it has been tried", || !said.lock().expect("it").is_empty());
    assert_eq!(answer(&server, &own_uuid(2), "p-2").status, 201);
    until("the next is tried", || target.seen().iter().any(|seen| seen.line.contains(&own_uuid(2))));
    drop(forwarder);
    let tries = target.seen().iter().filter(|seen| seen.line.contains(&id)).count();
    assert_eq!(tries, 1);
    let out = &said.lock().expect("it")[0];
    assert!(out.contains(&format!("to be looked for there, and deleted: 1\n  {id}\n")), "{out}");
    assert!(!ids(&server.database(), "SELECT id FROM forwarded").contains(&id));
}

#[test]
fn test_and_pilot_answers_are_kept_apart_and_what_was_on_paper_is_marked() {
    let server = Server::start();
    for (number, mode, database) in [
        (1, None, "collector.sqlite"),
        (2, Some(Mode::Paper), "collector.sqlite"),
        (3, Some(Mode::Test), "test-collector.sqlite"),
        (4, Some(Mode::Pilot), "pilot-collector.sqlite"),
    ] {
        let id = own_uuid(number);
        let token = token(&server, |invitation| {
            invitation.mode = mode;
            invitation.sub = Some("p-1".to_owned());
            // One person answers once; in files apart, once in each.
            invitation.wave = if mode == Some(Mode::Paper) { "q2".into() } else { "q1".into() };
        });
        let body =
            response(&id, "p-1", "x").replace("\"q1\"", if mode == Some(Mode::Paper) { "\"q2\"" } else { "\"q1\"" });
        let first = deliver(&token, &id, body.clone()).send(server.address);
        assert_eq!(first.status, 201, "{mode:?}: {first:?}");
        assert_eq!(deliver(&token, &id, body).send(server.address).status, 200, "{mode:?}: the receipt again");
        let found =
            server.database_of(database).query_row("SELECT unit, mode FROM submission WHERE id = ?1", [&id], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            });
        assert_eq!(found, Ok(("north".to_owned(), mode.map_or("", Mode::as_str).to_owned())), "{mode:?}");
        let request = Request::new("GET", "/fhir/invitation").with("Authorization", &format!("Bearer {token}"));
        let received = request.send(server.address).json()["received"].clone();
        assert_eq!(received.as_array().map(Vec::len), Some(1), "{mode:?}: {received}");
        assert_eq!(received[0]["uuid"], id, "{mode:?}");
    }
    assert_eq!(server.rows(), 2);
}

#[test]
fn a_pseudonym_can_stand_in_any_table_or_is_not_taken() {
    let server = Server::start();
    let longest = "a".repeat(128);
    let fine = ["8d3c2b1a-0f0e-4d0c-8b0a-090807060504", "p-1", "P_1.b", "7", longest.as_str()];
    let too_long = "a".repeat(129);
    let wrong = ["", "-p", ".p", "=1+1", "+1", "@p", "p 1", "p\"1", "p'1", "p,1", "p;1", "på", "p\n", "'p", &too_long];
    for (number, (pseudonym, expected)) in
        (1..).zip(fine.map(|pseudonym| (pseudonym, 201)).into_iter().chain(wrong.map(|pseudonym| (pseudonym, 422))))
    {
        let reply = answer(&server, &own_uuid(number), pseudonym);
        assert_eq!(reply.status, expected, "{pseudonym:?}: {reply:?}");
    }
    for pseudonym in wrong {
        let reply = contact(&server, &own_uuid(99), Some(pseudonym));
        assert_eq!(reply.status, 403, "an invitation of {pseudonym:?}: an empty one would pass for nobody's");
    }
    assert_eq!(submissions(&server, "contact.sqlite"), [""; 0]);
}

#[test]
fn what_is_purged_is_what_was_received_before_the_day_and_only_with_yes() {
    let server = Server::start();
    let data = server.data.path();
    assert_eq!(
        server.delivery(&own_uuid(1), response(&own_uuid(1), "p-1", "canary-old")).send(server.address).status,
        201
    );
    assert_eq!(contact(&server, &own_uuid(2), None).status, 201);
    let main = server.database();
    copy(&main, &own_uuid(1), &own_uuid(3), "tiny", "q1", "p-3");
    copy(&main, &own_uuid(1), &own_uuid(4), "health-at-work", "q1", "p-4");
    let moved = "UPDATE submission SET received_at = '2026-11-01T00:00:00.000Z', body = 'other' WHERE id = ?1";
    assert_eq!(main.execute(moved, [own_uuid(3)]), Ok(1));
    main.execute("UPDATE submission SET body = 'other' WHERE study <> 'tiny'", []).expect("other words");
    register(data, &[("a", "tiny", "q1", "p-1", ""), ("b", "health-at-work", "q1", "p-1", "")])
        .execute("UPDATE invitation SET exp = 1700000000", [])
        .expect("over long ago");
    let all = |data: &Path| {
        ["collector.sqlite", "contact.sqlite"].map(|name| {
            let database = Connection::open(data.join(name)).expect("a database");
            ids(&database, "SELECT id FROM submission").len()
        })
    };
    // The first of November begins at midnight of that day.
    let said = svar("purge", data, &["--before", "2026-11-01", "--yes"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(all(data), [3, 1]);
    let said = svar("purge", data, &["--before", "2026-11-23"]);
    assert!(said.out.contains("collector.sqlite: 2 would be deleted, with --yes\n"), "{}", said.out);
    assert_eq!((all(data), audit(data).len()), ([3, 1], 1), "counted only");
    let said = svar("purge", data, &["--before", "2026-11-23", "--contact-only", "--yes"]);
    assert!(said.out.starts_with("contact.sqlite: 1 deleted\n"), "{}", said.out);
    assert_eq!(all(data), [3, 0]);
    let said = svar("purge", data, &["--before", "2026-11-23", "--yes", "--by", "ola"]);
    assert!(said.out.contains("collector.sqlite: 2 deleted\n"), "{}", said.out);
    assert_eq!(ids(&main, "SELECT id FROM submission"), [own_uuid(4)], "another study's stays");
    assert_eq!(files_with(data, "canary-old"), 0);
    let invitations = Connection::open(data.join("invitations.sqlite")).expect("the register");
    assert_eq!(ids(&invitations, "SELECT jti FROM invitation"), ["b"]);
    let log = audit(data);
    assert!(log[1].contains(" before=2026-11-23 scope=contact contact=1 "), "{log:?}");
    assert!(log[2].contains(" purge by=ola study=tiny before=2026-11-23 scope=all collector=2 contact=0 "), "{log:?}");
    for (before, expected) in [("9999-01-01", "expected a date up to today"), ("soon", "expected --before as a date")] {
        let said = svar("purge", data, &["--before", before, "--yes"]);
        assert!(said.code == Some(2) && said.err.contains(expected), "{}", said.err);
    }
}

#[test]
fn a_folder_of_an_older_layout_or_of_none_is_told_of() {
    let old = Folder::new();
    for name in ["collector.sqlite", "contact.sqlite"] {
        let database = Connection::open(old.path().join(name)).expect("a database");
        let made = "CREATE TABLE submission (id TEXT PRIMARY KEY) STRICT; PRAGMA user_version = 2;";
        database.execute_batch(made).expect("an older layout");
    }
    let none = Folder::new();
    for (folder, expected) in [
        (old.path(), "expected a database of layout 3, found 2; start the collector (svar collect) once"),
        (none.path(), "expected a file that the collector has made, found none; start it (svar collect) once"),
    ] {
        for (command, arguments) in [
            ("status", vec![]),
            ("status", vec!["--missing", "missing.csv"]),
            ("withdraw", vec!["--pseudonym", "p-1"]),
            ("purge", vec!["--before", "2026-01-01", "--yes"]),
        ] {
            let said = svar(command, folder, &arguments);
            assert!(said.err.contains(expected), "{command}: {}", said.err);
            assert_eq!(said.code, Some(2), "{command}");
        }
    }
    assert_eq!(fs::read_dir(none.path()).expect("the folder").count(), 0, "nothing was made there");
}
