//! From a table of recipients to an answer received: links and codes that admit, and those that do not any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use svar::{
    study::{Code, Invitation, Mode},
    submission::{Verdict, Waiting},
    tools::{
        collector::REFUSALS,
        invitations::{
            Keys, command, keyring,
            letter::{Purpose, Whose, letter},
            register,
        },
    },
};

use crate::{
    client::{Reply, Request},
    server::{Folder, NOW, Server, Setup, body, deliver, fixture, invitation, pseudonym, uuid, variant_of_tiny},
};

const DAY: u64 = 86_400;

fn now() -> Timestamp {
    Timestamp::from_second(i64::try_from(NOW).expect("a time")).expect("a time")
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// A row of `invitations.csv`, by column.
type Row = BTreeMap<String, String>;

/// An office that invites, with the data folder of a collector.
struct Office<'a> {
    data: &'a Folder,
    desk: Folder,
}

impl Office<'_> {
    fn of(data: &Folder) -> Office<'_> {
        Office { data, desk: Folder::new() }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    /// `svar invite` with this table, told in words.
    fn invite(&self, name: &str, table: &str, more: &[&str]) -> Result<String, String> {
        let kind = if table.contains("pseudonym") { "--contacts" } else { "--units" };
        let file = self.desk.path().join(format!("{name}.csv"));
        fs::write(&file, table).expect("a table");
        let (file, out) = (file.display().to_string(), self.out(name).display().to_string());
        let (data, study) = (self.data.path().display().to_string(), fixture("tests/fixtures/studies/tiny"));
        let mut line = words(&["--study", &study.display().to_string(), "--data", &data, kind, &file, "--out", &out]);
        for (name, value) in [("--wave", "q1"), ("--base-url", "https://svar.example/studie/")] {
            if !more.contains(&name) {
                line.extend(words(&[name, value]));
            }
        }
        line.extend(words(more));
        command::run(&line, now())
    }

    /// The same, and the rows of the mail merge.
    fn rows(&self, name: &str, table: &str, more: &[&str]) -> Vec<Row> {
        let told = self.invite(name, table, more).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows = self.read(name);
        assert!(told.starts_with(&format!("invitations: {}\n", rows.len())), "{told}");
        rows
    }

    fn read(&self, name: &str) -> Vec<Row> {
        let reader = csv::Reader::from_path(self.out(name).join("invitations.csv")).expect("a table");
        reader.into_deserialize().map(|row| row.expect("a row")).collect()
    }

    fn revoke(&self, more: &[&str]) -> Result<usize, String> {
        let mut line = words(&["--data", &self.data.path().display().to_string()]);
        line.extend(words(more));
        command::revoke(&line, now())
    }

    fn rotate(&self, more: &[&str]) -> Result<String, String> {
        let mut line = words(&["--data", &self.data.path().display().to_string()]);
        line.extend(words(more));
        command::rotate_key(&line, now())
    }
}

/// What a browser finds behind the `#`.
fn token(row: &Row) -> &str {
    row["link"].split_once('#').expect("a fragment").1
}

fn ask(server: &Server, bearer: &str) -> Reply {
    Request::new("GET", "/fhir/invitation").with("Authorization", &format!("Bearer {bearer}")).send(server.address)
}

/// The word for programs in a refusal; none if it admits.
fn refusal(reply: &Reply) -> Option<String> {
    if reply.status == 200 {
        return None;
    }
    let coding = &reply.json()["issue"][0]["details"]["coding"][0];
    assert_eq!(coding["system"], REFUSALS, "{reply:?}");
    Some(coding["code"].as_str().expect("a code").to_owned())
}

fn refused(server: &Server, bearer: &str) -> Option<String> {
    refusal(&ask(server, bearer))
}

const CONTACTS: &str = "pseudonym,unit,email,language,last_day\n\
                        p-1,north,kari@post.example,nb,2027-04-09\n\
                        p-2,north,ola@post.example,en,2027-04-10\n";

#[test]
fn a_persons_link_and_code_admit_to_the_same() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let rows = office.rows("new", CONTACTS, &[]);
    let row = &rows[0];
    assert!(row["link"].starts_with("https://svar.example/studie/?lang=nb#"), "{row:?}");
    assert_eq!(row["link_en"], row["link"].replace("lang=nb", "lang=en"));
    let opened = Invitation::read(token(row)).expect("an invitation that the page can read");
    let expected = Invitation {
        jti: opened.jti.clone(),
        sub: Some("p-1".into()),
        nbf: None,
        // The end of the last day; the tiny study has no calendar, so in UTC.
        exp: Some(1_807_315_200),
        ..invitation()
    };
    assert_eq!(opened, expected);
    assert_eq!(Timestamp::from_second(1_807_315_200).expect("a time").to_string(), "2027-04-10T00:00:00Z");

    let by_link = ask(&server, token(row));
    assert_eq!(by_link.status, 200, "{by_link:?}");
    for typed in [row["code"].clone(), row["code"].to_lowercase(), row["code"].replace('-', " ")] {
        let mut by_code = ask(&server, &typed).json();
        // Who typed the code goes on as by the link: with a token of the same claims.
        let exchanged = by_code.as_object_mut().expect("a state").remove("token").expect("a token");
        assert_eq!(Invitation::read(exchanged.as_str().expect("a text")), Ok(expected.clone()), "{typed}");
        assert_eq!(ask(&server, exchanged.as_str().expect("a text")).json(), by_link.json(), "{typed}");
        assert_eq!(by_code, by_link.json(), "{typed}");
    }
    assert_ne!(rows[1]["code"], row["code"]);

    // The whole way: an answer by the code alone, and by the link it is known.
    let id = uuid(1);
    let own = office.rows("own", &format!("pseudonym,unit\n{},north\n", pseudonym(&id)), &["--exp", "2027-04-09"]);
    let received = deliver(&own[0]["code"], &id, body(&id).to_string()).send(server.address);
    assert_eq!(received.status, 201, "{received:?}");
    assert_eq!(ask(&server, token(&own[0])).json()["received"][0]["uuid"], json!(id));
}

#[test]
fn what_does_not_admit_says_why_in_a_word() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let good = office.rows("good", CONTACTS, &[]).remove(0);
    let early = office.rows("early", "unit\nsouth\n", &["--nbf", "2026-11-23", "--exp", "2026-11-30"]).remove(0);
    let old = server.keys.sign(&Invitation { exp: Some(NOW - 4 * DAY), ..invitation() });
    let revoked = office.rows("revoked", "unit\neast\n", &["--exp", "2026-11-30"]).remove(0);
    assert_eq!(office.revoke(&["--unit", "east", "--wave", "q1", "--study", "tiny"]), Ok(1));
    let forged = Keys::from_seed(&[3; 32]).sign(&invitation());
    let claims: Vec<&str> = token(&good).split('.').collect();
    let other = URL_SAFE_NO_PAD
        .encode(json!({ "iss": "tiny", "jti": "1", "study": "tiny", "wave": "q1", "unit": "x" }).to_string());
    let altered = [claims[0], &other, claims[2]].join(".");
    let mistyped = good["code"].replace(&good["code"][..1], if good["code"].starts_with('7') { "8" } else { "7" });
    let unknown = Code::of_number(123_456_789);
    let mut words = BTreeSet::from(["absent"]);
    for (case, bearer, status, expected) in [
        ("forged", forged.as_str(), 401, "forged"),
        ("altered", &altered, 401, "forged"),
        ("cut", &token(&good)[..120].replace('.', ""), 401, "unreadable"),
        ("not yet", token(&early), 401, "not-yet"),
        ("not yet, by code", &early["code"], 401, "not-yet"),
        ("over", &old, 401, "expired"),
        ("revoked", token(&revoked), 401, "revoked"),
        ("revoked, by code", &revoked["code"], 401, "revoked"),
        ("a wrong character", &mistyped, 401, "mistyped-code"),
        ("a character too few", &good["code"][..10], 401, "mistyped-code"),
        ("a code of nobody", &unknown, 401, "unknown-code"),
    ] {
        let id = uuid(9);
        let reply = deliver(bearer, &id, body(&id).to_string()).send(server.address);
        assert_eq!((reply.status, refusal(&reply)), (status, Some(expected.to_owned())), "{case}: {reply:?}");
        assert_eq!(reply.verdict(&id), Verdict::Paused, "{case}: kept on the device");
        words.insert(expected);
    }
    let none = Request::new("GET", "/fhir/invitation").send(server.address);
    assert_eq!(refusal(&none), Some("absent".to_owned()));
    let document = fs::read_to_string(fixture("docs/collection-endpoint.md")).expect("the document");
    let table = document.split_once("| code | status | meaning |").expect("the table").1;
    for word in words {
        assert!(table.contains(&format!("| `{word}` | 401 |")), "{word} is not explained");
    }
    let mut blocks = document.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let example = blocks.find(|block| block.contains("OperationOutcome")).expect("an example");
    let example: Value = serde_json::from_str(example).expect("JSON");
    assert_eq!(ask(&server, token(&revoked)).json(), example, "as the document shows it");
    assert_eq!(server.rows(), 0);
    // Other studies and waves are refused as before.
    for other in
        [Invitation { study: "nowhere".into(), ..invitation() }, Invitation { wave: "q9".into(), ..invitation() }]
    {
        assert_eq!(ask(&server, &server.keys.sign(&other)).status, 403, "{other:?}");
    }
}

/// The wave decides what may be delivered, whichever way the invitation came.
#[test]
fn a_code_for_another_wave_takes_no_answers_of_this_one() {
    let server = Server::start();
    let row = Office::of(&server.data).rows("q2", "unit\nnorth\n", &["--wave", "q2", "--exp", "2026-11-30"]).remove(0);
    assert_eq!(ask(&server, &row["code"]).json()["wave"], "q2");
    let id = uuid(1);
    let reply = deliver(&row["code"], &id, body(&id).to_string()).send(server.address);
    assert!([403, 422].contains(&reply.status), "{reply:?}");
    assert_eq!(server.rows(), 0);
}

#[test]
fn guessing_is_slowed_for_codes_and_never_for_links() {
    let server = Server::start();
    let row = Office::of(&server.data).rows("new", CONTACTS, &[]).remove(0);
    let guess = |number: u64| refused(&server, &Code::of_number(number * 7_919));
    assert!((1..=10).all(|_| refused(&server, "AAAAA-AAAAA").as_deref() == Some("mistyped-code")), "no guess at all");
    assert!((1..=30).all(|number| guess(number).as_deref() == Some("unknown-code")));
    let id = uuid(1);
    for code in [Code::of_number(1), row["code"].clone()] {
        let reply = deliver(&code, &id, body(&id).to_string()).send(server.address);
        assert_eq!((reply.status, refusal(&reply).as_deref()), (429, Some("too-many-codes")), "{reply:?}");
        assert_eq!(reply.header("retry-after"), Some("2"));
        assert_eq!(reply.verdict(&id), Verdict::Waiting { why: Waiting::Busy, after: Some(2) });
    }
    assert_eq!(refused(&server, token(&row)), None, "a link works all the same");
    server.is_now(NOW + 2);
    assert_eq!(refused(&server, &row["code"]), None, "and two seconds later the code");
    assert_eq!(guess(31).as_deref(), Some("unknown-code"));
    assert_eq!(guess(32).as_deref(), Some("too-many-codes"));
    server.is_now(NOW + 62);
    assert!((1..=30).all(|number| guess(number).as_deref() == Some("unknown-code")));
}

/// One who guesses makes nobody else wait; and all together get no further than the ceiling, with whatever addresses.
#[test]
fn who_guesses_is_slowed_and_nobody_else() {
    let server = Server::start();
    let row = Office::of(&server.data).rows("new", CONTACTS, &[]).remove(0);
    let ask_from = |bearer: &str, forwarded: &str| {
        let asked = Request::new("GET", "/fhir/invitation").with("Authorization", &format!("Bearer {bearer}"));
        refusal(&asked.with("X-Forwarded-For", forwarded).send(server.address))
    };
    let mut numbers = 1..;
    let mut guess = |forwarded: &str| {
        let code = Code::of_number(numbers.next().expect("a number") * 7_919);
        ask_from(&code, forwarded).unwrap_or_default()
    };
    // What the sender itself writes in the header stands before what the proxy adds.
    assert!((0..30).all(|n| guess(&format!("192.0.2.{n}, 198.51.100.1")) == "unknown-code"));
    assert_eq!(guess("192.0.2.99, 198.51.100.1"), "too-many-codes");
    assert_eq!(ask_from(&row["code"], "198.51.100.1").as_deref(), Some("too-many-codes"));
    assert_eq!(ask_from(&row["code"], "198.51.100.2"), None, "an honest person elsewhere");
    let id = uuid(1);
    let from = |address: &str| {
        let delivery = deliver(&row["code"], &id, body(&id).to_string()).with("X-Forwarded-For", address);
        delivery.send(server.address).status
    };
    assert_eq!(from("198.51.100.1"), 429);
    assert_ne!(from("198.51.100.2"), 429);

    let passed = (1..=600).filter(|n| guess(&format!("203.0.{}.{}", n / 200, n % 200)) == "unknown-code").count();
    assert_eq!(passed, 570, "the ceiling");
    assert_eq!(ask_from(&row["code"], "198.51.100.2").as_deref(), Some("too-many-codes"));
    assert_eq!(ask_from(token(&row), "198.51.100.1"), None, "a link works all the same");
    server.is_now(NOW + 1);
    assert_eq!(ask_from(&row["code"], "198.51.100.2"), None);
}

/// Guesses that come at the same moment count one by one.
#[test]
fn guessing_in_parallel_gets_no_further() {
    let server = Server::start();
    let answers: Vec<Option<String>> = std::thread::scope(|scope| {
        let guess = |number: u64| {
            let server = &server;
            scope.spawn(move || refused(server, &Code::of_number(number * 104_729)))
        };
        let guesses: Vec<_> = (1..=50).map(guess).collect();
        guesses.into_iter().map(|guess| guess.join().expect("an answer")).collect()
    });
    let count = |word: &str| answers.iter().filter(|answer| answer.as_deref() == Some(word)).count();
    assert_eq!((count("unknown-code"), count("too-many-codes")), (30, 20));
}

#[test]
fn revoking_takes_what_was_named_and_nothing_else() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let people = office.rows("people", CONTACTS, &[]);
    let later = office.rows("later", CONTACTS, &["--wave", "q2"]);
    let unit = office.rows("unit", "unit\nnorth\nsouth\n", &["--exp", "2026-11-30"]);
    let all = [&people[0], &people[1], &later[0], &later[1], &unit[0], &unit[1]];
    let standing = || all.map(|row| refused(&server, token(row)).is_none());
    assert_eq!(standing(), [true; 6]);
    let jti = Invitation::read(token(&people[1])).expect("an invitation").jti;
    for (named, expected, then) in [
        (vec!["--pseudonym", "p-1", "--study", "tiny", "--wave", "q2"], 1, [true, true, false, true, true, true]),
        (vec!["--unit", "north", "--study", "tiny", "--wave", "q1"], 1, [true, true, false, true, false, true]),
        (vec!["--unit", "north", "--study", "tiny", "--wave", "q1"], 0, [true, true, false, true, false, true]),
        (vec!["--jti", &jti], 1, [true, false, false, true, false, true]),
        (vec!["--pseudonym", "p-1", "--study", "tiny"], 1, [false, false, false, true, false, true]),
    ] {
        assert_eq!(office.revoke(&named), Ok(expected), "{named:?}");
        assert_eq!(standing(), then, "{named:?}");
    }
    for (named, unknown) in [
        (
            vec!["--pseudonym", "p-2", "--study", "other"],
            "expected a study that somebody was invited to or by, found `other`",
        ),
        (vec!["--pseudonym", "p-2", "--study", "tiny", "--wave", "q9"], "expected a wave that"),
        (vec!["--pseudonym", "p-9", "--study", "tiny"], "expected a pseudonym that"),
        (vec!["--unit", "west", "--study", "tiny", "--wave", "q1"], "expected a unit that"),
    ] {
        let error = office.revoke(&named).expect_err("a name of nobody");
        assert!(error.starts_with(unknown), "{named:?}: {error}");
    }
    for named in [
        vec!["--pseudonym", "", "--study", "tiny"],
        vec!["--pseudonym", " ", "--study", "tiny"],
        vec!["--jti", ""],
        vec!["--unit", "", "--study", "tiny", "--wave", "q1"],
        vec!["--unit", "south", "--study", "tiny"],
        vec!["--pseudonym", "p-2"],
        vec!["--study", "tiny", "--wave", "q1"],
        vec!["--jti", "x", "--study", "tiny"],
        vec![],
    ] {
        let error = office.revoke(&named).expect_err("a refusal");
        assert!(error.starts_with("expected "), "{named:?}: {error}");
    }
    assert_eq!(standing(), [false, false, false, true, false, true]);
    let elsewhere = Folder::new();
    assert!(Office::of(&elsewhere).revoke(&["--jti", "x"]).is_err(), "no register is made in a wrong folder");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("the folder").count(), 0);
}

/// The register is what keeps a revoked link out: its row stays as long as the link itself would admit, the 72 hours
/// after its end included, and for ever if it has no end.
#[test]
fn what_was_revoked_stays_out_whatever_is_purged() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let people = office.rows("people", CONTACTS, &["--exp", "2027-05-01"]);
    assert_eq!(office.revoke(&["--pseudonym", "p-1", "--study", "tiny"]), Ok(1));
    let register = rusqlite::Connection::open(server.data.path().join("invitations.sqlite")).expect("the register");
    register.execute_batch("UPDATE invitation SET revoked_at = '2020-01-01T00:00:00Z' WHERE revoked_at IS NOT NULL;
        INSERT INTO invitation SELECT 'endless', study, wave, unit, variant, pseudonym, mode, CAST('e' AS BLOB), nbf, NULL,
            made_at, '2020-01-01T00:00:00Z', last_day, room, language FROM invitation LIMIT 1;
        INSERT INTO invitation SELECT 'grace', study, wave, unit, variant, pseudonym, mode, CAST('g' AS BLOB), nbf,
            unixepoch('2020-05-29T12:00:00Z'), made_at, '2020-01-01T00:00:00Z', last_day, room, language FROM invitation LIMIT 1;
        INSERT INTO invitation SELECT 'over', study, wave, unit, variant, pseudonym, mode, CAST('o' AS BLOB), nbf,
            unixepoch('2020-05-28T11:00:00Z'), made_at, NULL, last_day, room, language FROM invitation LIMIT 1").expect("more rows");
    let purged = crate::running::svar("purge", server.data.path(), &["--before", "2020-06-01", "--yes"]);
    assert!(purged.out.contains("invitations.sqlite: 1 deleted\n"), "{}{}", purged.out, purged.err);
    let left = crate::running::ids(&register, "SELECT jti FROM invitation WHERE length(jti) < 8 ORDER BY jti");
    assert_eq!(left, ["endless", "grace"]);
    assert_eq!(refused(&server, token(&people[0])).as_deref(), Some("revoked"));
    assert_eq!(refused(&server, token(&people[1])), None);
}

/// What was received stays received, as the widget on a device that was offline must hear.
#[test]
fn a_receipt_is_given_again_after_a_revocation() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let id = uuid(1);
    let row =
        office.rows("own", &format!("pseudonym,unit\n{},north\n", pseudonym(&id)), &["--exp", "2027-01-01"]).remove(0);
    let delivery = deliver(token(&row), &id, body(&id).to_string());
    assert_eq!(delivery.send(server.address).status, 201);
    assert_eq!(office.revoke(&["--pseudonym", &pseudonym(&id), "--study", "tiny"]), Ok(1));
    assert_eq!(delivery.send(server.address).status, 200);
    let other = delivery.body(body(&id).to_string() + " ").send(server.address);
    assert_eq!(refusal(&other).as_deref(), Some("revoked"));
}

#[test]
fn keys_are_rotated_while_the_collector_runs() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let before = office.rows("before", "unit\nnorth\n", &["--exp", "2026-11-30"]).remove(0);
    // As tokens were before keys had names.
    let nameless = {
        let seed = fs::read_to_string(server.data.path().join("invitation-key")).expect("the key");
        let seed = URL_SAFE_NO_PAD.decode(seed).expect("base64url").try_into().expect("32 bytes");
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_string(&invitation()).expect("JSON"));
        let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#));
        let signature = ed25519_dalek::Signer::sign(&key, signed.as_bytes()).to_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let header = |token: &str| -> Value {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64url");
        serde_json::from_slice(&header).expect("JSON")
    };
    let first = header(token(&before))["kid"].as_str().expect("a name").to_owned();

    let told = office.rotate(&[]).expect("a new key");
    assert!(told.lines().count() == 2 && told.starts_with(&first), "{told}");
    let after = office.rows("after", "unit\nsouth\n", &["--exp", "2026-11-30"]).remove(0);
    let second = header(token(&after))["kid"].as_str().expect("a name").to_owned();
    assert_ne!(first, second);
    let admitted = || [token(&before), &nameless, token(&after)].map(|token| refused(&server, token));
    assert_eq!(admitted(), [None, None, None], "all of them, without a restart");

    let kept = office.rotate(&["--forget", &second]).expect_err("the key that signs");
    assert!(kept.starts_with("expected "), "{kept}");
    office.rotate(&["--forget", &first]).expect("to forget");
    let forged = Some("forged".to_owned());
    assert_eq!(admitted(), [forged.clone(), forged, None]);
    assert_eq!(refused(&server, &before["code"]), None, "a code rests on no signature");
    assert_eq!(keyring::rotate(server.data.path()).expect("a key").names()[0], second);
}

#[test]
fn inviting_again_ends_the_earlier_link_and_reminding_keeps_it() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let first = office.rows("first", CONTACTS, &[]);
    let table = format!("{CONTACTS}p-3,north,,nb,2027-04-09\n");
    let told = office.invite("reminded", &table, &["--reminder"]).expect("a reminder");
    assert!(told.contains("invitations: 2\nleft out, without an invitation that stands: 1\n"), "{told}");
    let again = office.rows("again", CONTACTS, &["--reminder"]);
    for (first, again) in first.iter().zip(&again) {
        assert_eq!(
            (&first["link"], &first["code"], &first["last_day"]),
            (&again["link"], &again["code"], &again["last_day"])
        );
    }
    for (file, there) in [("letter-nb.txt", false), ("reminder-nb.txt", true), ("reminder-en.txt", true)] {
        assert_eq!(office.out("again").join(file).exists(), there, "{file}");
    }
    let prolonged = CONTACTS.replace("2027-04-09", "2027-04-20");
    let error = office.invite("prolonged", &prolonged, &["--reminder"]).expect_err("a day after the end");
    assert_eq!(error, "expected a last day of p-1 until 2027-04-09, when the invitation ends, found 2027-04-20");

    // For another purpose it is another invitation.
    office.rows("test", CONTACTS, &["--mode", "test"]);
    assert_eq!(refused(&server, token(&first[0])), None);
    let error = office.invite("anew", CONTACTS, &[]).expect_err("links that are out");
    assert!(
        error.starts_with("expected nobody who has an invitation to the same wave that stands, found 2"),
        "{error}"
    );
    assert_eq!(refused(&server, token(&first[0])), None, "nothing was revoked");
    let told = office.invite("anew", CONTACTS, &["--replace"]).expect("new ones");
    assert!(told.contains("earlier ones, revoked by these: 2\n"), "{told}");
    assert_eq!(refused(&server, token(&first[0])).as_deref(), Some("revoked"));
    assert_eq!(refused(&server, &first[0]["code"]).as_deref(), Some("revoked"));

    // A unit's link hangs on walls.
    let wall = office.rows("wall", "unit\nnorth\n", &["--exp", "2026-11-30"]).remove(0);
    let again =
        |more: &[&str]| office.invite("wall again", "unit\nnorth\n", &[&["--exp", "2026-11-30"], more].concat());
    assert!(again(&[]).expect_err("a link that hangs").contains("found 1, such as north"));
    assert_eq!(refused(&server, token(&wall)), None);
    assert!(again(&["--replace"]).expect("another").contains("earlier ones, revoked by these: 1\n"));
    assert_eq!(refused(&server, token(&wall)).as_deref(), Some("revoked"));
    let wall_again = office.rows("wall reminded", "unit\nnorth\n", &["--reminder"]).remove(0);
    assert_ne!(wall_again["code"], wall["code"], "the newest is reminded of");
    // What is over stands in nobody's way.
    let over = |name: &str, now: &str| {
        let file = office.desk.path().join("over.csv").display().to_string();
        fs::write(&file, "unit\neast\n").expect("a table");
        let (data, study) = (server.data.path().display().to_string(), fixture("tests/fixtures/studies/tiny"));
        let (study, out) = (study.display().to_string(), office.out(name).display().to_string());
        let mut line = vec!["--study", &study, "--data", &data, "--units", &file, "--out", &out, "--wave", "q1"];
        line.extend([
            "--base-url",
            "https://svar.example/",
            "--exp",
            if name == "one" { "2026-11-30" } else { "2027-01-01" },
        ]);
        command::run(&words(&line), now.parse().expect("a time"))
    };
    over("one", "2026-11-30T12:00:00Z").expect("a link");
    over("two", "2026-12-01T12:00:00Z").expect("another after its end");
}

/// The widget keeps what waits on a device in the room that the link names, else in that of its id. A link in the place
/// of another opens the same room; a link of another mode, unit or variant must not, since the collector refuses what
/// was answered for those; and a link that was taken back passes nothing on.
#[test]
fn a_link_in_the_place_of_another_opens_the_same_room() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let read = |row: &Row| Invitation::read(token(row)).expect("an invitation");
    let opens = |invitation: &Invitation| invitation.room.clone().unwrap_or_else(|| invitation.jti.clone());
    let table = "pseudonym,unit\np-1,north\n";
    let invite = |name: &str, table: &str, more: &[&str]| {
        read(&office.rows(name, table, &[&["--exp", "2027-04-09"], more].concat()).remove(0))
    };
    let first = invite("first", table, &[]);
    assert_eq!(first.room, None);
    let second = invite("second", table, &["--replace"]);
    let third = invite("third", table, &["--replace"]);
    assert_ne!((&second.jti, &third.jti), (&first.jti, &second.jti));
    assert_eq!([&second, &third].map(opens), [first.jti.clone(), first.jti.clone()]);
    // Signed anew, and in exchange for the code: the same link, and so the same room.
    office.rotate(&[]).expect("a new key");
    let reminded = office.rows("reminded", table, &["--reminder"]).remove(0);
    assert_eq!(read(&reminded), third);
    let exchanged = ask(&server, &reminded["code"]).json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(Invitation::read(&exchanged), Ok(third));

    for (name, table, more) in [
        ("test", table, ["--mode", "test"].as_slice()),
        ("another unit", "pseudonym,unit\np-1,south\n", &["--replace"]),
        ("another variant", "pseudonym,unit,variant\np-1,south,b\n", &["--replace"]),
        ("another wave", table, &["--wave", "q2"]),
        ("another person", "pseudonym,unit\np-2,north\n", &[]),
        ("a unit", "unit\nnorth\n", &[]),
        ("the unit again", "unit\nnorth\n", &["--replace"]),
    ] {
        assert_eq!(invite(name, table, more).room, None, "{name}");
    }
    assert_eq!(office.revoke(&["--pseudonym", "p-2", "--study", "tiny"]), Ok(1));
    assert_eq!(invite("after", "pseudonym,unit\np-2,north\n", &[]).room, None, "what was taken back passes nothing on");
}

/// A register that an earlier version made is brought up to date by whoever opens it first.
#[test]
fn an_earlier_register_gets_rooms() {
    for first in ["invite", "prolong"] {
        let data = Folder::new();
        let office = Office::of(&data);
        let earlier = office.rows("earlier", CONTACTS, &["--exp", "2027-05-01"]).remove(0);
        let register = rusqlite::Connection::open(data.path().join("invitations.sqlite")).expect("the register");
        let aged = "ALTER TABLE invitation DROP COLUMN room; ALTER TABLE invitation DROP COLUMN language; PRAGMA user_version = 1";
        register.execute_batch(aged).expect("as it was");
        if first == "prolong" {
            let end = Timestamp::from_second(1_900_000_000).expect("a time");
            let ending = register::ending_before(data.path(), "tiny", "q1", end).expect("to be read");
            assert_eq!(ending.len(), 2);
        }
        let later = office.rows("later", CONTACTS, &["--exp", "2027-05-01", "--replace"]).remove(0);
        let [earlier, later] = [earlier, later].map(|row| Invitation::read(token(&row)).expect("an invitation"));
        assert_eq!(later.room, Some(earlier.jti), "{first}");
        register.execute_batch("PRAGMA user_version = 3").expect("a newer one");
        let error =
            office.invite("newer", CONTACTS, &["--exp", "2027-05-01", "--replace"]).expect_err("a newer register");
        assert_eq!(error, "expected a register of invitations of layout 2, found 3");
    }
}

#[test]
fn modes_travel_in_the_link_and_in_the_code() {
    let server = Server::start();
    let office = Office::of(&server.data);
    for (name, mode) in [("test", Mode::Test), ("pilot", Mode::Pilot), ("paper", Mode::Paper)] {
        let row = office.rows(name, "unit\nnorth\n", &["--mode", name, "--exp", "2026-11-30"]).remove(0);
        assert_eq!(Invitation::read(token(&row)).map(|invitation| invitation.mode), Ok(Some(mode)));
        assert_eq!(refused(&server, &row["code"]), None);
        let register = server.database_of("invitations.sqlite");
        let kept: String = register
            .query_row("SELECT mode FROM invitation ORDER BY rowid DESC LIMIT 1", [], |row| row.get(0))
            .expect("a row");
        assert_eq!(kept, name);
    }
    assert!(office.invite("x", "unit\nnorth\n", &["--mode", "real"]).is_err());
}

#[test]
fn who_has_withdrawn_is_not_written_to() {
    let server = Server::start();
    server
        .database()
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS withdrawn (study TEXT, pseudonym TEXT, at TEXT, PRIMARY KEY (study, pseudonym));
             INSERT INTO withdrawn VALUES ('tiny', 'p-2', '2026-11-01'), ('other', 'p-1', '2026-11-01')",
        )
        .expect("the table");
    let office = Office::of(&server.data);
    let told = office.invite("new", CONTACTS, &[]).expect("invitations");
    assert!(told.contains("invitations: 1\nleft out, withdrawn from the study: 1\n"), "{told}");
    let table = fs::read_to_string(office.out("new").join("invitations.csv")).expect("the table");
    assert!(table.contains("p-1") && !table.contains("p-2") && !table.contains("ola@"), "{table}");
}

/// Names and addresses stay where they are kept: the collector's machine needs none of them.
#[test]
fn the_mail_merge_has_no_addresses_unless_they_are_asked_for() {
    let data = Folder::new();
    let office = Office::of(&data);
    let table = "pseudonym,unit,name,email,phone,last_day\np-1,north,Kari,kari@post.example,+47 900,2027-04-09\n";
    let row = office.rows("bare", table, &[]).remove(0);
    assert_eq!(row["pseudonym"], "p-1");
    for file in fs::read_dir(office.out("bare")).expect("the folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        assert!(!text.contains("Kari") && !text.contains("kari@") && !text.contains("+47 900"), "{text}");
    }
    let row = office.rows("whole", table, &["--with-contacts", "--replace"]).remove(0);
    assert_eq!(["name", "email", "phone"].map(|name| row[name].as_str()), ["Kari", "kari@post.example", "+47 900"]);
}

/// The letter names the day that the collector keeps to, and nobody is invited to what is over.
#[test]
fn the_last_day_is_that_of_the_unit_table() {
    let data = Folder::new();
    let office = Office::of(&data);
    let study = office.desk.path().join("study");
    fs::create_dir_all(&study).expect("a folder");
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(fixture("tests/fixtures/studies/tiny/study.json")).expect("it"))
            .expect("JSON");
    manifest["calendar"] = json!({ "timeZone": "Europe/Oslo" });
    manifest["waves"][0]["window"] = json!({ "from": "mailing", "days": 14 });
    fs::write(study.join("study.json"), manifest.to_string()).expect("a manifest");
    let study = study.display().to_string();
    let units = office.desk.path().join("dates.csv").display().to_string();
    let dates = "unit,mailed\nnorth,2026-11-23\nsouth,2026-11-24\nover,2026-11-01\nunmailed,\n";
    fs::write(&units, dates).expect("a table");
    let folder = data.path().display().to_string();
    svar::tools::units::command::run(&words(&["--study", &study, "--data", &folder, "import", &units])).expect("units");
    let invite = |name: &str, table: &str, more: &[&str]| {
        let file = office.desk.path().join("table.csv").display().to_string();
        fs::write(&file, table).expect("a table");
        let out = office.out(name).display().to_string();
        let mut line = vec!["--study", &study, "--data", &folder, "--wave", "q1", "--units", &file, "--out", &out];
        line.extend(["--base-url", "https://svar.example/"].iter().chain(more));
        command::run(&words(&line), now())
    };
    for (table, more, expected) in [
        (
            "unit,last_day\nnorth,2026-12-06\nsouth,2026-12-06\n",
            &[] as &[&str],
            "\nrow 3: the last_day 2026-12-06, where the unit table has 2026-12-07 for q1 in south",
        ),
        ("unit\nover\n", &[], "\nrow 2: q1 in over, which was over on 2026-11-14 by the unit table"),
        ("unit,last_day\nelsewhere,2026-10-01\n", &[], "\nrow 2: the last_day 2026-10-01, which is over"),
        ("unit\nnorth\n", &["--exp", "2026-10-01"], "expected --exp with a day that is not over, found 2026-10-01"),
        (
            "unit\nnorth\nelsewhere\nunmailed\n",
            &["--exp", "2027-01-01"],
            "found none for\nelsewhere: not in the unit table\nunmailed: no date of mailing",
        ),
    ] {
        let error = invite("x", table, more).expect_err(table);
        assert!(error.contains(expected), "{table}: {error}");
    }
    invite("days", "unit,last_day\nnorth,\nsouth,2026-12-07\n", &[]).expect("links");
    let days: Vec<String> = office.read("days").into_iter().map(|row| row["last_day"].clone()).collect();
    assert_eq!(days, ["6. desember 2026", "7. desember 2026"]);
    invite("earlier", "unit\nnorth\n", &["--exp", "2026-12-01", "--replace"]).expect("links");
    assert_eq!(office.read("earlier")[0]["last_day"], "1. desember 2026", "the link ends before the window");
    invite("anyway", "unit\nelsewhere\nunmailed\n", &["--exp", "2027-01-01", "--without-dates"]).expect("links");
    invite("test", "unit\nelsewhere\n", &["--exp", "2027-01-01", "--mode", "test"]).expect("a link for trying out");
}

/// A variant that the study does not have asks nothing, or everything.
#[test]
fn variants_are_those_that_the_study_declares() {
    let folder = variant_of_tiny("varied", |study| study["variants"] = json!(["health", "full"]));
    let server = Server::with(Setup { studies: vec![folder], ..Setup::default() });
    let link = |variant: Option<&str>| {
        let variant = variant.map(str::to_owned);
        server.keys.sign(&Invitation { iss: "varied".into(), study: "varied".into(), variant, ..invitation() })
    };
    for (variant, expected) in [(None, 200), (Some("health"), 200), (Some("helath"), 403)] {
        assert_eq!(ask(&server, &link(variant)).status, expected, "{variant:?}");
    }
    let data = Folder::new();
    let office = Office::of(&data);
    let study = office.desk.path().join("study");
    fs::create_dir_all(&study).expect("a folder");
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(fixture("tests/fixtures/studies/tiny/study.json")).expect("it"))
            .expect("JSON");
    manifest["variants"] = json!(["health", "full"]);
    fs::write(study.join("study.json"), manifest.to_string()).expect("a manifest");
    for (table, more, expected) in [
        ("pseudonym,unit\np-1,north\n", &[] as &[&str], "\nrow 2: no variant, where the study has health, full"),
        ("pseudonym,unit,variant\np-1,north,helath\n", &[], "\nrow 2: the variant `helath`, where the study has"),
        ("unit\nnorth\n", &["--variants", "full,helath"], "expected --variants among health, full, found `helath`"),
    ] {
        let (study, data) = (study.display().to_string(), data.path().display().to_string());
        let (file, out) =
            (office.desk.path().join("t.csv").display().to_string(), office.out("v").display().to_string());
        fs::write(&file, table).expect("a table");
        let kind = if table.contains("pseudonym") { "--contacts" } else { "--units" };
        let mut line = vec!["--study", &study, "--data", &data, "--wave", "q1", kind, &file, "--out", &out];
        line.extend(["--base-url", "https://svar.example/", "--exp", "2027-01-01"].iter().chain(more));
        let error = command::run(&words(&line), now()).expect_err(table);
        assert!(error.contains(expected), "{table}: {error}");
    }
}

/// Whoever takes a copy of the register cannot answer for anybody: neither a code nor a link is in it.
#[test]
fn the_register_holds_no_code() {
    let server = Server::start();
    let office = Office::of(&server.data);
    let rows = office.rows("new", CONTACTS, &[]);
    let register = server.database_of("invitations.sqlite");
    register.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("all of it in one file");
    for file in ["invitations.sqlite", "invitations.sqlite-wal", "code-key"] {
        let bytes = fs::read(server.data.path().join(file)).unwrap_or_default();
        let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
        assert_eq!(holds("p-1"), file == "invitations.sqlite", "the scan sees {file}");
        for row in &rows {
            for secret in [row["code"].clone(), row["code"].replace('-', ""), token(row).to_owned()] {
                assert!(!holds(&secret) && !holds(&secret.to_lowercase()), "{file} holds {secret}");
            }
        }
    }
    let hash: Vec<u8> = register.query_row("SELECT code FROM invitation", [], |row| row.get(0)).expect("a row");
    assert_eq!(hash.len(), 32);
    #[cfg(unix)]
    for file in ["invitations.sqlite", "code-key", "invitation-key"] {
        let about = fs::metadata(server.data.path().join(file)).expect("the file");
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077, 0, "{file}");
    }
}

#[test]
fn a_unit_gets_a_link_for_each_variant_and_a_qr_code() {
    let data = Folder::new();
    let office = Office::of(&data);
    let table = "unit,name,email,last_day\nnorth,Avdeling nord,nord@post.example,2026-12-01\nsouth,,,2026-12-02\n";
    let rows = office.rows("new", table, &["--variants", "a,b"]);
    let found: BTreeSet<(&str, &str)> =
        rows.iter().map(|row| (row["unit"].as_str(), row["variant"].as_str())).collect();
    assert_eq!(found, [("north", "a"), ("north", "b"), ("south", "a"), ("south", "b")].into());
    for row in &rows {
        let opened = Invitation::read(token(row)).expect("an invitation");
        assert_eq!((opened.variant.as_deref(), opened.sub), (Some(row["variant"].as_str()), None));
        let name = format!("qr-{}-{}.svg", row["unit"], row["variant"]);
        let picture =
            fs::read_to_string(office.out("new").join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let link = format!("https://svar.example/studie/#{}", token(row));
        let code = qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::M).expect("a QR code");
        let drawn = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(480, 480).build();
        assert!(picture == drawn, "{name} leads elsewhere");
    }
    let reminded = office.rows("again", table, &["--variants", "a,b", "--reminder"]);
    assert_eq!(
        reminded.iter().map(|row| &row["code"]).collect::<Vec<_>>(),
        rows.iter().map(|row| &row["code"]).collect::<Vec<_>>()
    );
}

#[test]
fn variants_are_drawn_in_balance_and_the_draw_can_be_done_again() {
    let data = Folder::new();
    let office = Office::of(&data);
    let mut table = "pseudonym,unit\n".to_owned();
    (0..40).for_each(|n| table.push_str(&format!("p-{n},unit-{}\n", n % 3)));
    let draw = |name: &str, seed: &str| {
        let more = ["--variants", "a,b", "--seed", seed, "--exp", "2026-12-01", "--replace"];
        let rows = office.rows(name, &table, &more);
        for unit in ["unit-0", "unit-1", "unit-2"] {
            let of = |variant: &str| rows.iter().filter(|row| row["unit"] == unit && row["variant"] == variant).count();
            assert!(of("a").abs_diff(of("b")) <= 1 && of("a") > 0, "{unit}");
        }
        rows.into_iter().map(|row| row["variant"].clone()).collect::<Vec<_>>()
    };
    let first = draw("one", "7");
    assert_eq!(first, draw("two", "7"));
    assert_ne!(first, draw("three", "8"));
    let told =
        office.invite("drawn", &table, &["--variants", "a,b", "--exp", "2026-12-01", "--replace"]).expect("a draw");
    assert!(!told.contains("a new key was made"), "{told}");
    let seed = told.split_once("--seed ").expect("the seed").1.lines().next().expect("the seed").to_owned();
    let drawn: Vec<String> = office.read("drawn").into_iter().map(|row| row["variant"].clone()).collect();
    assert_eq!(draw("four", &seed), drawn);
}

#[test]
fn a_letter_says_all_that_it_must() {
    let data = Folder::new();
    let office = Office::of(&data);
    let study = fixture("studies/health-at-work").display().to_string();
    let manifest: Value =
        serde_json::from_slice(&fs::read(fixture("studies/health-at-work/study.json")).expect("it")).expect("JSON");
    for (name, table) in
        [("units", "unit,last_day\nnorth,2027-04-09\n"), ("people", "pseudonym,unit,last_day\np-1,north,2027-04-09\n")]
    {
        let kind = if name == "units" { "--units" } else { "--contacts" };
        let file = office.desk.path().join("table.csv");
        fs::write(&file, table).expect("a table");
        let out = office.out(name).display().to_string();
        let (data, file) = (data.path().display().to_string(), file.display().to_string());
        let base = "https://svar.example/studie/";
        let without = "--without-dates";
        command::run(
            &words(&[
                "--study",
                &study,
                "--data",
                &data,
                "--wave",
                "q1",
                kind,
                &file,
                "--out",
                &out,
                "--base-url",
                base,
                without,
            ]),
            now(),
        )
        .expect("invitations");
        for (tag, voluntary, who_sees, withdraw, minutes) in [
            ("nb", "frivillig", "Før du begynner, får du vite hvem som får se svarene", "trekke deg", "minutter"),
            ("nn", "frivillig", "Før du begynner, får du vite kven som får sjå svara", "trekkje deg", "minutt"),
            ("en", "voluntary", "Before you begin, the page says who gets to see the answers", "withdraw", "minutes"),
        ] {
            let said = |path: &str| manifest.pointer(path).and_then(Value::as_str).expect("words").to_owned();
            let minutes = format!("{} {minutes}", manifest["waves"][0]["minutes"]);
            for letter in ["letter", "reminder"] {
                let text = fs::read_to_string(office.out(name).join(format!("{letter}-{tag}.txt"))).expect("a letter");
                let title = said(&format!("/title/{tag}"));
                let (who, office) = (said(&format!("/responsible/{tag}")), said(&format!("/contact/name/{tag}")));
                let (email, phone) = (said("/contact/email"), said("/contact/phone"));
                let welcome = said(&format!("/welcome/{tag}"));
                let why = welcome.split("\n\n").next().expect("a paragraph");
                for part in [
                    &title,
                    &who,
                    &office,
                    &email,
                    &phone,
                    why,
                    &minutes,
                    voluntary,
                    who_sees,
                    withdraw,
                    "{{link}}",
                    "{{code}}",
                    "{{last_day}}",
                    base,
                ] {
                    assert!(text.contains(part), "{name} {letter} {tag}: no `{part}` in\n{text}");
                }
                let fields = text.matches("{{").count();
                assert_eq!(fields, 3, "{name} {letter} {tag}: a field was not filled in:\n{text}");
                assert!(text.lines().next().expect("a subject").contains(&title), "{text}");
            }
        }
    }
    let table = fs::read_to_string(office.out("units").join("invitations.csv")).expect("a table");
    for day in ["9. april 2027", "9 April 2027"] {
        assert!(table.contains(day), "{table}");
    }
}

/// A letter says nothing that its reader knows to be untrue: patients have no workplace in common with us, and whoever is
/// invited for the first time has had no questionnaire before.
#[test]
fn a_first_letter_speaks_to_somebody_who_knows_nothing_of_us() {
    let data = Folder::new();
    let office = Office::of(&data);
    let table = "pseudonym,unit,last_day\np-1,north,2027-04-09\n";
    office.rows("first", table, &[]);
    office.rows("later", table, &["--wave", "q2"]);
    office.rows("unit", "unit,last_day\nnorth,2027-04-09\n", &[]);
    let read = |name: &str, file: &str| fs::read_to_string(office.out(name).join(file)).expect(file);
    let known = ["nytt spørreskjema", "hører du heller ikke mer", "new questionnaire", "hear no more"];
    for letter in ["letter", "reminder"] {
        let said = |name: &str| read(name, &format!("{letter}-nb.txt")) + &read(name, &format!("{letter}-en.txt"));
        let (first, later) = (said("first"), said("later"));
        for words in known {
            assert!(!first.to_lowercase().contains(words), "{letter}: {words}: {first}");
            let at_all = letter == "letter" || words.contains("mer") || words.contains("more");
            assert_eq!(later.to_lowercase().contains(words), at_all, "{letter}: {words}: {later}");
        }
    }
    assert!(read("first", "letter-nb.txt").starts_with("Vil du svare på et spørreskjema fra studien"));
    let reminder = read("unit", "reminder-nb.txt") + &read("unit", "reminder-en.txt");
    assert!(!reminder.contains("Alle på arbeidsplassen") && !reminder.contains("your workplace"), "{reminder}");
    let everybody = ["Alle som har fått denne lenken, får påminnelsen", "Everyone who was given this link gets the"];
    assert!(everybody.iter().all(|words| reminder.contains(words)), "{reminder}");
}

/// What only one study can promise is said by that study, in its welcome: in a clinic the clinician may read the answers,
/// and not everybody has an employer.
#[test]
fn no_letter_promises_what_only_the_study_can() {
    for entry in fs::read_dir(fixture("studies")).expect("the studies") {
        let folder = entry.expect("a study").path();
        let Ok(study) = svar::tools::studies::StudyFolder::load(&folder) else { continue };
        let study = study.study;
        for wave in &study.waves {
            for tag in &study.languages {
                for whose in [Whose::Unit, Whose::Person] {
                    for purpose in [Purpose::Invitation, Purpose::Reminder] {
                        let letter = letter(&study, wave, (whose, purpose), tag, "https://svar.example/").expect("one");
                        let said = letter.body.to_lowercase();
                        for word in ["arbeidsgiv", "employer"] {
                            assert!(!said.contains(word), "{} {} {tag}: {word} in\n{said}", study.id, wave.id);
                        }
                    }
                }
            }
        }
    }
}

/// Who is reminded is written to in the language in which they were invited, by the list of those who have not answered.
#[test]
fn a_reminder_by_the_list_is_in_the_language_of_the_invitation() {
    let server = Server::start();
    let office = Office::of(&server.data);
    office.rows("first", CONTACTS, &[]);
    // Written to in another language since: the latest letter counts.
    office.rows("again", "pseudonym,unit,language,last_day\np-1,north,en,2027-04-10\n", &["--replace"]);
    office.rows("third", "pseudonym,unit,language,last_day\np-3,north,nb,2027-04-10\n", &[]);
    let list = office.out("missing.csv");
    let said = crate::running::svar("status", server.data.path(), &["--missing", list.to_str().expect("a path")]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let list = fs::read_to_string(list).expect("the list");
    let rows = office.rows("reminded", &list, &["--reminder"]);
    let languages: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["pseudonym"].as_str(), row["language"].as_str())).collect();
    assert_eq!(languages, [("p-1", "en"), ("p-2", "en"), ("p-3", "nb")], "{list}");

    // A register as an earlier version left it, which the list only reads, names no language.
    let register = server.database_of("invitations.sqlite");
    let aged =
        "ALTER TABLE invitation DROP COLUMN room; ALTER TABLE invitation DROP COLUMN language; PRAGMA user_version = 1";
    register.execute_batch(aged).expect("as it was");
    let list = office.out("older.csv");
    let said = crate::running::svar("status", server.data.path(), &["--missing", list.to_str().expect("a path")]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(fs::read_to_string(list).expect("the list").lines().skip(1).all(|line| line.ends_with(',')));
}

#[test]
fn no_cell_is_a_formula() {
    let data = Folder::new();
    let office = Office::of(&data);
    let table = "pseudonym,unit,name,phone,last_day\n\
                 p-1,north,=HYPERLINK(\"https://evil.example\"),+47 900 00 000,2027-04-09\n\
                 p-2,north,@SUM(1),-1,2027-04-09\n";
    let table = table.replace("=HYPERLINK(\"https://evil.example\")", "\"=HYPERLINK(\"\"https://evil.example\"\")\"");
    let rows = office.rows("new", &table, &["--with-contacts"]);
    assert_eq!(
        (rows[0]["name"].as_str(), rows[0]["phone"].as_str()),
        ("'=HYPERLINK(\"https://evil.example\")", "+47 900 00 000")
    );
    for cell in rows.iter().flat_map(Row::values).filter(|cell| *cell != "+47 900 00 000") {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing() {
    let data = Folder::new();
    let office = Office::of(&data);
    for (case, table, more, expected) in [
        ("no last day", "unit\nnorth\n", vec![], "no last_day, and no --exp"),
        (
            "a wave that is none",
            "unit\nnorth\n",
            vec!["--wave", "q9", "--exp", "2027-01-01"],
            "expected one of the waves",
        ),
        (
            "plain http",
            "unit\nnorth\n",
            vec!["--base-url", "http://svar.example", "--exp", "2027-01-01"],
            "expected --base-url",
        ),
        ("a formula", "pseudonym,unit\n=1,north\n", vec!["--exp", "2027-01-01"], "row 2: the pseudonym `=1`"),
        ("nobody", "pseudonym,unit\n,north\n", vec!["--exp", "2027-01-01"], "row 2: no pseudonym"),
        (
            "over before it begins",
            "unit\nnorth\n",
            vec!["--nbf", "2027-01-02", "--exp", "2027-01-01"],
            "expected the last day of north",
        ),
        (
            "a last day after the end",
            "unit,last_day\nnorth,2027-02-01\n",
            vec!["--exp", "2027-01-01"],
            "expected the last day of north",
        ),
        ("a date of ours", "unit\nnorth\n", vec!["--exp", "1.1.2027"], "expected --exp with a date"),
        ("an end for a reminder", "unit\nnorth\n", vec!["--reminder", "--exp", "2027-01-01"], "expected no --exp"),
        (
            "twice the same variant",
            "unit\nnorth\n",
            vec!["--variants", "a,a", "--exp", "2027-01-01"],
            "expected --variants",
        ),
        (
            "two kinds of variants",
            "pseudonym,unit,variant\np,u,a\n",
            vec!["--variants", "a,b", "--exp", "2027-01-01"],
            "row 2: a variant of its own",
        ),
    ] {
        let error = office.invite("x", table, &more).expect_err(case);
        assert!(error.contains("expected ") && error.contains(expected), "{case}: {error}");
    }
    fs::create_dir_all(office.out("full")).expect("a folder");
    fs::write(office.out("full").join("letter-nb.txt"), "mine").expect("a file");
    let error = office.invite("full", "unit\nnorth\n", &["--exp", "2027-01-01"]).expect_err("a folder in use");
    assert!(error.contains("expected an empty folder"), "{error}");
    // Two names for one file where capitals do not count, or a disk that is full: the register must not know more than
    // the office has.
    let long = "u".repeat(128) + ",,";
    let error = office.invite(
        "name",
        &format!("unit,name,email\n{long}\n"),
        &["--exp", "2027-01-01", "--variants", &"v".repeat(128)],
    );
    let left: Vec<_> =
        fs::read_dir(office.desk.path()).expect("the desk").map(|entry| entry.expect("it").file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{left:?}");
    assert_eq!(fs::read_dir(office.out("name")).expect("the folder").count(), 0, "no links that nobody knows of");
    assert!(error.expect_err("a name too long for a file").contains("expected to write a new file"));
    let register = rusqlite::Connection::open(data.path().join("invitations.sqlite")).expect("the register");
    let count: u32 = register.query_row("SELECT count(*) FROM invitation", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 0);
}

/// Where the unit table decides, an invitation outlasts its last day, since windows are prolonged; elsewhere it ends
/// with it.
#[test]
fn the_end_is_in_the_studys_time_and_leaves_room_for_prolonging() {
    let data = Folder::new();
    let office = Office::of(&data);
    let study = office.desk.path().join("study");
    fs::create_dir_all(&study).expect("a folder");
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(fixture("tests/fixtures/studies/tiny/study.json")).expect("it"))
            .expect("JSON");
    manifest["calendar"] = json!({ "timeZone": "Europe/Oslo" });
    manifest["waves"][0]["window"] = json!({ "from": "mailing", "days": 14 });
    fs::write(study.join("study.json"), manifest.to_string()).expect("a manifest");
    let bounds = |name: &str, more: &[&str]| {
        let study = study.display().to_string();
        let mut all = vec!["--study", &study];
        all.extend(more);
        let file = office.desk.path().join("units.csv");
        fs::write(&file, "unit,last_day\nnorth,2027-04-09\n").expect("a table");
        let (data, out) = (data.path().display().to_string(), office.out(name).display().to_string());
        let file = file.display().to_string();
        all.extend(["--data", &data, "--wave", "q1", "--units", &file, "--out", &out]);
        all.extend(["--base-url", "http://127.0.0.1:8088", "--without-dates", "--replace"]);
        command::run(&words(&all), now()).expect("invitations");
        let row = office.read(name).remove(0);
        assert_eq!(row["last_day"], "9. april 2027");
        let opened = Invitation::read(token(&row)).expect("an invitation");
        let text =
            |seconds: u64| Timestamp::from_second(i64::try_from(seconds).expect("a time")).expect("a time").to_string();
        (opened.nbf.map(text), opened.exp.map(text))
    };
    let some = |text: &str| Some(text.to_owned());
    // Two years later, in summer: midnight in Oslo.
    assert_eq!(bounds("room", &[]), (None, some("2029-04-09T22:00:00Z")));
    assert_eq!(
        bounds("bounds", &["--nbf", "2027-01-01", "--exp", "2027-04-30"]),
        (some("2026-12-31T23:00:00Z"), some("2027-04-30T22:00:00Z"))
    );
}

#[test]
fn ten_thousand_are_invited_at_once() {
    let data = Folder::new();
    let office = Office::of(&data);
    let mut table = "pseudonym,unit,email\n".to_owned();
    (0..10_000).for_each(|n| table.push_str(&format!("p-{n},unit-{},p{n}@post.example\n", n % 200)));
    let begun = Instant::now();
    let told = office.invite("many", &table, &["--exp", "2027-04-09", "--variants", "a,b", "--seed", "1"]);
    let took = begun.elapsed();
    assert!(told.is_ok_and(|told| told.starts_with("invitations: 10000\n")));
    let rows = office.read("many");
    println!("10,000 invitations in {took:?}");
    assert!(took < Duration::from_secs(60), "{took:?}");
    let distinct = |column: &str| rows.iter().map(|row| row[column].as_str()).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("code"), distinct("link"), distinct("pseudonym")), (10_000, 10_000, 10_000));
}

/// Scripts go by the exit code, and people by what is printed.
#[test]
fn the_command_line_says_whether_anything_was_revoked() {
    let data = Folder::new();
    let office = Office::of(&data);
    let told = office.invite("new", "unit\nnorth\n", &["--exp", "2099-01-01"]).expect("a link");
    assert!(told.contains("a new key was made"), "a wrong folder is noticed: {told}");
    let svar = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_svar")).args(arguments).output().expect("svar");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout) + &text(output.stderr))
    };
    let folder = data.path().display().to_string();
    let revoke = ["revoke", "--data", &folder, "--study", "tiny", "--wave", "q1", "--unit", "north"];
    let study = fixture("tests/fixtures/studies/tiny").display().to_string();
    let by_folder = revoke.map(|word| if word == "tiny" { study.as_str() } else { word });
    assert_eq!(svar(&by_folder), (Some(0), "revoked: 1\n".to_owned()), "a folder, as for all other commands");
    let unknown = revoke.map(|word| if word == "north" { "nroth" } else { word });
    let (code, said) = svar(&unknown);
    assert!(code == Some(2) && said.starts_with("svar: expected a unit that somebody was invited to"), "{said}");
    assert_eq!(svar(&revoke), (Some(1), "revoked: 0\n".to_owned()));
    let (code, said) = svar(&["revoke", "--data", &folder, "--unit", "north"]);
    assert!(code == Some(2) && said.starts_with("svar: expected --jti J, or "), "{said}");
    let (code, said) = svar(&["rotate-key", "--data", &folder]);
    assert!(code == Some(0) && said.lines().count() == 2, "{said}");
    // Who issues, revokes and changes keys leaves a line.
    let log = fs::read_to_string(data.path().join("audit.log")).expect("the log");
    let begins = |line: &str| {
        let words: Vec<&str> = line.split(' ').skip(1).filter(|word| !word.starts_with("by=")).collect();
        words.join(" ")
    };
    let lines: Vec<String> = log.lines().map(begins).collect();
    assert_eq!(
        lines[..3],
        [
            "invite study=tiny wave=q1 whose=unit mode=- issued=1 revoked=0 state=done",
            "revoke study=tiny unit=north wave=q1 revoked=1 state=done",
            "revoke study=tiny unit=north wave=q1 revoked=0 state=done",
        ]
    );
    assert!(lines.len() == 4 && lines[3].starts_with("rotate-key study=- key="), "{log}");
    // By name, if one is given; nothing is done under a name that could not stand in a line.
    let table = office.desk.path().join("by.csv");
    fs::write(&table, "pseudonym,unit\np-1,north\n").expect("a table");
    let (table, out) = (table.display().to_string(), office.out("by").display().to_string());
    let invite = ["invite", "--study", &study, "--data", &folder, "--wave", "q1", "--contacts", &table, "--out", &out];
    let invite = [invite.as_slice(), &["--base-url", "https://svar.example/", "--exp", "2099-01-01"]].concat();
    let person = ["revoke", "--data", &folder, "--study", "tiny", "--pseudonym", "p-1"];
    let rotate = ["rotate-key", "--data", &folder];
    let mut written = log.lines().count();
    for (command, begins) in [
        (invite.as_slice(), "invite by=ola@svar.example study=tiny wave=q1 whose=person "),
        (&person, "revoke by=ola@svar.example study=tiny person="),
        (&rotate, "rotate-key by=ola@svar.example study=- key="),
    ] {
        let (code, said) = svar(&[command, &["--by", "ola study=other"]].concat());
        assert!(code == Some(2) && said.starts_with("svar: expected a name of 1 to 64 letters"), "{said}");
        let (code, said) = svar(&[command, &["--by", "ola@svar.example"]].concat());
        assert_eq!(code, Some(0), "{said}");
        let log = fs::read_to_string(data.path().join("audit.log")).expect("the log");
        let last = log.lines().last().expect("a line");
        assert!(last.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(begins)), "{last}");
        written += 1;
        assert_eq!(log.lines().count(), written);
        for row in office.read("by") {
            let secrets = [row["code"].clone(), row["code"].replace('-', ""), token(&row).to_owned(), "p-1".to_owned()];
            assert!(secrets.iter().all(|secret| !log.contains(secret)), "{log}");
        }
    }
    let (code, said) = svar(&["rotate-key", "--data", &office.out("nowhere").display().to_string()]);
    assert!(code == Some(2) && said.starts_with("svar: ") && said.contains("expected a key file"), "{said}");
    let (code, said) = svar(&["invite", "--wave", "q1"]);
    assert!(code == Some(2) && said.starts_with("svar: expected --units FILE or --contacts FILE"), "{said}");
}
