//! `svar export`: tables over the waves, as whoever analyses opens them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use serde_json::{Value, json};
use svar::{
    questionnaire::{Filling, Form, Kind},
    session::{
        Session,
        response::{Heading, completed},
    },
    submission::seal::Routing,
    tools::{
        codebook::command as codebook,
        export::{ExportFailed, Order, Permission, export},
        jose::{PrivateKey, seal},
        open::Summary,
        studies::StudyFolder,
    },
};

use crate::server::{CORE, Folder, fixture, tiny, uuid, variant_of_tiny};

/// A response: the answers that `answer` gives to the questionnaire in a wave.
struct Sent {
    number: u32,
    pseudonym: &'static str,
    received_at: &'static str,
    wave: &'static str,
    file: &'static str,
}

impl Sent {
    fn core(number: u32, pseudonym: &'static str, wave: &'static str) -> Sent {
        Sent { number, pseudonym, received_at: "2026-11-22T10:00:00.000Z", wave, file: "core.json" }
    }

    fn response(&self, study: &StudyFolder, answer: impl FnOnce(&mut Session, &Form)) -> Value {
        let form = study.questionnaire(self.file).expect("a questionnaire").form.clone();
        let mut session = Session::new(form.clone());
        let filled = [(Filling::Study, study.study.id.as_str()), (Filling::Wave, self.wave), (Filling::Language, "nb")];
        filled.into_iter().for_each(|(filling, value)| session.fill(filling, value));
        answer(&mut session, &form);
        let heading = Heading {
            uuid: uuid(self.number),
            pseudonym: self.pseudonym.into(),
            authored: "2026-11-22T09:29:58.123Z".into(),
        };
        serde_json::from_slice(&completed(&session, &heading).to_bytes()).expect("a response")
    }
}

fn pain(days: &'static str) -> impl FnOnce(&mut Session, &Form) {
    move |session, form| {
        session.choose(form.find("health.pain").expect("pain"), 0);
        session.type_in(form.find("health.days").expect("days"), days);
    }
}

/// A collector's database.
struct Database(rusqlite::Connection, PathBuf);

impl Database {
    fn new(folder: &Folder, more: &str) -> Database {
        let file = folder.path().join("collector.sqlite");
        let connection = rusqlite::Connection::open(&file).expect("a database");
        let layout = format!(
            "CREATE TABLE submission (id TEXT PRIMARY KEY, study TEXT, wave TEXT, questionnaire TEXT, pseudonym TEXT,
             received_at TEXT, media_type TEXT, body TEXT, late INTEGER DEFAULT 0, odd_clock INTEGER DEFAULT 0 {more})"
        );
        connection.execute(&layout, []).expect("a table");
        Database(connection, file)
    }

    fn add(&self, study: &str, sent: &Sent, body: &str) {
        self.0
            .execute(
                "INSERT INTO submission (id, study, wave, questionnaire, pseudonym, received_at, media_type, body)
                 VALUES (?1, ?2, ?3, '', ?4, ?5, 'application/fhir+json', ?6)",
                [&uuid(sent.number), study, sent.wave, sent.pseudonym, sent.received_at, body],
            )
            .expect("a row");
    }
}

fn run(study: StudyFolder, earlier: Vec<StudyFolder>, inputs: &[PathBuf], out: &Path) -> Result<Summary, ExportFailed> {
    export(
        Order { study, earlier, keys: &[], inputs, withdrawn: &[], only_if: None, except: None, language: "nb" },
        out,
    )
}

/// A table as rows of cells, by column.
struct Table(Vec<String>, Vec<csv::StringRecord>);

impl Table {
    fn read(folder: &Path, name: &str) -> Table {
        let mut reader = csv::Reader::from_path(folder.join(name)).expect(name);
        let heading = reader.headers().expect("a heading").iter().map(str::to_owned).collect();
        Table(heading, reader.records().map(|row| row.expect("a row")).collect())
    }

    /// The cell in `column` of the row whose first cell is `first`.
    fn cell(&self, first: &str, column: &str) -> &str {
        let place = self.0.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"));
        let row = self.1.iter().find(|row| &row[0] == first).unwrap_or_else(|| panic!("no row {first}"));
        &row[place]
    }
}

/// Reads everything once more, in Python, and by parsers of the syntax files.
pub(crate) fn judged(out: &Path, waves: &str) -> String {
    let script = fixture("tests/collector/tables.py");
    let output = Command::new("python3").arg(script).arg(out).arg(waves).output();
    let output = output.expect("expected python3 in PATH, which reads the tables (Debian: python3)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    opened_in_r(out);
    opened_in_pspp(out);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a program for statistics says of the tables; nothing where it is not installed, which full counts do not put up with.
fn asked(program: &str, arguments: &[&str], out: &Path) -> Option<String> {
    let answer = Command::new(program).args(arguments).current_dir(out).env("LC_ALL", "C.UTF-8").output();
    let Ok(output) = answer else {
        let full = std::env::var("SVAR_COUNTS").is_ok_and(|counts| counts == "full");
        assert!(!full, "expected {program} in PATH (Debian: r-base-core pspp)");
        return None;
    };
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success() && !said.contains("error:") && !said.contains("warning:"), "{program}: {said}");
    Some(said)
}

/// `labels.R` runs without a warning, and R has every value, every missing code and every label.
fn opened_in_r(out: &Path) {
    let script = fixture("tests/collector/tables.R");
    asked("Rscript", &["--vanilla", script.to_str().expect("a path")], out);
}

/// `labels.sps` runs in PSPP, which takes the syntax of SPSS, and what it understood is what the table says.
fn opened_in_pspp(out: &Path) {
    let script = fixture("tests/collector/tables.sps");
    let notes = out.join("pspp.txt");
    let arguments = ["-O", "format=txt", "-o", notes.to_str().expect("a path"), script.to_str().expect("a path")];
    if asked("pspp", &arguments, out).is_none() {
        return;
    }
    let said = fs::read_to_string(notes).expect("what PSPP said");
    assert!(!said.contains("error:") && !said.contains("warning:"), "{said}");
    let [Table(names, found), Table(expected_names, expected)] =
        ["understood.csv", "wide.csv"].map(|name| Table::read(out, name));
    assert_eq!(names, expected_names);
    let as_it_is =
        |cell: &str| cell.parse::<f64>().map_or_else(|_| cell.trim().to_owned(), |number| number.to_string());
    let cells = |rows: &[csv::StringRecord]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(as_it_is).collect()).collect()
    };
    assert_eq!(cells(&found), cells(&expected));
}

/// Both waves of the tiny study ask the same questionnaire.
#[test]
fn a_questionnaire_of_two_waves_is_filed_under_the_one_that_was_answered() {
    let (folder, out) = (Folder::new(), Folder::new());
    for (number, wave, days) in [(1, "q2", "5"), (2, "q1", "2")] {
        let response = Sent::core(number, "p-1", wave).response(&tiny(), pain(days));
        fs::write(folder.path().join(format!("{number}.json")), response.to_string()).expect("a file");
    }
    let mut silent = Sent::core(3, "p-2", "q1").response(&tiny(), pain("1"));
    silent["item"].as_array_mut().expect("items").remove(0);
    fs::write(folder.path().join("3.json"), silent.to_string()).expect("a file");
    let summary = run(tiny(), Vec::new(), &[folder.path().to_owned()], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 2, refused: 1, ..Summary::default() });
    let wide = Table::read(out.path(), "wide.csv");
    assert_eq!((wide.cell("p-1", "health_days_q1"), wide.cell("p-1", "health_days_q2")), ("2", "5"));
    assert_eq!(wide.cell("p-1", "rest_comment_q2"), "", "that part was not sent");
    let refused = Table::read(out.path(), "refused.csv");
    assert!(refused.1[0][5].contains("its questionnaire is asked in q1 and q2"), "{:?}", refused.1);
    judged(out.path(), "q1,q2");
}

#[test]
fn the_last_received_counts_and_others_are_left_out() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, ", unit TEXT NOT NULL DEFAULT '', mode TEXT NOT NULL DEFAULT ''");
    let first = Sent { received_at: "2026-11-22T10:00:00.000Z", ..Sent::core(9, "p-1", "q1") };
    let second = Sent { received_at: "2026-11-23T10:00:00.000Z", ..Sent::core(1, "p-1", "q1") };
    // The later one first, and the later one's id before the other's.
    for (sent, days) in [(&second, "7"), (&first, "1")] {
        database.add("tiny", sent, &sent.response(&tiny(), pain(days)).to_string());
    }
    let gone = Sent::core(2, "p-gone", "q1");
    // Whoever withdrew is left out before anybody looks at the answers.
    database.add("tiny", &gone, "{\"not\": \"a response\"}");
    let foreign = Sent::core(3, "p-1", "q1");
    database.add("other", &foreign, "whatever");
    let damaged = Sent::core(4, "p-3", "q1");
    database.add("tiny", &damaged, "{}");
    let paper = Sent::core(5, "p-4", "q1");
    database.add("tiny", &paper, &paper.response(&tiny(), pain("3")).to_string());
    database
        .0
        .execute("UPDATE submission SET mode = 'paper', unit = 'north' WHERE pseudonym = 'p-4'", [])
        .expect("a row");
    database
        .0
        .execute_batch(
            "CREATE TABLE withdrawn (study TEXT, pseudonym TEXT, at TEXT, PRIMARY KEY (study, pseudonym));
             INSERT INTO withdrawn VALUES ('tiny', 'p-gone', '2026-11-24'), ('other', 'p-1', '2026-11-24');",
        )
        .expect("who withdrew");
    let summary = run(tiny(), Vec::new(), std::slice::from_ref(&database.1), out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 3, refused: 1, withdrawn: 1, skipped: 1, ..Summary::default() });
    let wide = Table::read(out.path(), "wide.csv");
    assert_eq!(wide.cell("p-1", "health_days_q1"), "7");
    assert_eq!((wide.cell("p-1", "repeated_q1"), wide.cell("p-4", "repeated_q1")), ("1", "0"));
    assert_eq!((wide.cell("p-4", "mode_q1"), wide.cell("p-4", "unit_q1")), ("paper", "north"));
    let submissions = Table::read(out.path(), "submissions.csv");
    assert_eq!((submissions.cell(&uuid(9), "in_tables"), submissions.cell(&uuid(1), "in_tables")), ("0", "1"));
    assert_eq!(Table::read(out.path(), "withdrawn.csv").1[0][0], uuid(2));
    for file in fs::read_dir(out.path()).expect("files") {
        let file = file.expect("a file").path();
        let text = fs::read_to_string(&file).expect("text");
        assert!(!text.contains("p-gone"), "{}", file.display());
    }
    judged(out.path(), "q1,q2");
}

/// Older databases have neither `unit` nor `mode`, and what is open reads the same.
#[test]
fn text_stays_on_one_line_and_is_no_formula() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let texts = ["=1+1", "+47", "-2", "@sum", "to\nlinjer, \"sitat\"\r\n`og` $noe 'mer'", "Blåbær 🫐"];
    for (number, text) in (1_u32..).zip(texts) {
        let pseudonym = ["p-1", "p-2", "p-3", "p-4", "p-5", "p-6"][number as usize - 1];
        let sent = Sent::core(number, pseudonym, "q1");
        let response = sent.response(&tiny(), |session, form| {
            session.type_in(form.find("words.comment").expect("comment"), text);
        });
        database.add("tiny", &sent, &serde_json::to_string_pretty(&response).expect("JSON"));
    }
    run(tiny(), Vec::new(), &[database.1], out.path()).expect("tables");
    let wide = Table::read(out.path(), "wide.csv");
    let words = |pseudonym: &str| wide.cell(pseudonym, "words_comment_q1").to_owned();
    assert_eq!([words("p-1"), words("p-2"), words("p-3"), words("p-4")], ["'=1+1", "'+47", "'-2", "'@sum"]);
    assert_eq!(words("p-5"), "to linjer, \"sitat\" `og` $noe 'mer'");
    assert_eq!(wide.cell("p-1", "health_pain_q1"), "-2", "shown, and left open");
    assert_eq!(wide.cell("p-1", "health_days_q1"), "-1", "not shown");
    assert_eq!(wide.cell("p-1", "health_where_1_q1"), "-1", "not shown");
    judged(out.path(), "q1,q2");
}

#[test]
fn a_folder_with_something_in_it_is_refused() {
    let out = Folder::new();
    fs::write(out.path().join("wide.csv"), "old").expect("a file");
    let refused = run(tiny(), Vec::new(), &[], out.path()).expect_err("a refusal").to_string();
    assert!(refused.contains("expected an empty folder"), "{refused}");
    assert_eq!(fs::read_to_string(out.path().join("wide.csv")).expect("the old table"), "old");
}

/// Version 1.1.0 takes a question away, adds one, and puts an option first: what was answered before keeps its meaning.
#[test]
fn earlier_versions_of_a_questionnaire_keep_their_meaning() {
    let (folder, out) = (Folder::new(), Folder::new());
    let newer = || {
        let mut study = variant_of_tiny("tiny", |_| {});
        let core = study.questionnaires.get_mut("core").expect("the core");
        core.assembled["version"] = json!("1.1.0");
        let options = core.assembled["item"][1]["item"][2]["answerOption"].as_array_mut().expect("options");
        let mut hip = options[0].clone();
        hip["valueCoding"]["code"] = json!("hip");
        options.insert(0, hip);
        core.assembled["item"][2]["item"][0]["linkId"] = json!("words.other");
        core.form = Arc::new(svar::questionnaire::read(&core.assembled, &["nb", "en"]).form.expect("a form"));
        core.canonical = core.canonical.replace("1.0.0", "1.1.0");
        study
    };
    let answer = |session: &mut Session, form: &Form| {
        pain("4")(session, form);
        let place = form.find("health.where").expect("where");
        let neck = form.options(place).iter().position(|option| option.code == "neck").expect("the neck");
        session.choose(place, neck as u16);
    };
    for (number, pseudonym, study) in [(1, "p-old", tiny()), (2, "p-new", newer())] {
        let response = Sent::core(number, pseudonym, "q1").response(&study, answer);
        fs::write(folder.path().join(format!("{number}.json")), response.to_string()).expect("a file");
    }
    let inputs = [folder.path().to_owned()];
    let summary = run(newer(), vec![tiny()], &inputs, out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 2, ..Summary::default() });
    let wide = Table::read(out.path(), "wide.csv");
    // hip, back, neck, head.
    for pseudonym in ["p-old", "p-new"] {
        let ticked = [1, 2, 3, 4].map(|option| wide.cell(pseudonym, &format!("health_where_{option}_q1")));
        assert_eq!(ticked, ["0", "0", "1", "0"], "{pseudonym}");
    }
    assert_eq!((wide.cell("p-old", "words_comment_q1"), wide.cell("p-old", "words_other_q1")), ("-2", "-1"));
    assert_eq!((wide.cell("p-new", "words_comment_q1"), wide.cell("p-new", "words_other_q1")), ("-1", "-2"));
    judged(out.path(), "q1,q2");
    // Without the earlier version it is listed, not guessed at.
    let out = Folder::new();
    let summary = run(newer(), Vec::new(), &inputs, out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 1, refused: 1, ..Summary::default() });
    assert!(Table::read(out.path(), "refused.csv").1[0][5].contains("tiny-core|1.0.0"));
    let other = variant_of_tiny("other", |_| {});
    assert!(run(tiny(), vec![other], &inputs, out.path()).expect_err("another study").to_string().contains("`other`"));
}

/// One of several options may be no answer; then the others are not simply left unticked.
#[test]
fn whoever_declines_one_of_several_options_declines_them_all() {
    let (folder, out) = (Folder::new(), Folder::new());
    let study = || StudyFolder::load(&fixture("studies/health-at-work")).expect("the study");
    for (number, pseudonym, code) in [(1, "p-1", "prefer-not-to-say"), (2, "p-2", "hours")] {
        let sent = Sent { file: "q1-rest.json", ..Sent::core(number, pseudonym, "q1") };
        let response = sent.response(&study(), |session, form| {
            session.say(form.find("accommodation.own").expect("own"), true);
            let kind = form.find("accommodation.kind").expect("kind");
            let place = form.options(kind).iter().position(|option| option.code == code).expect("an option");
            session.choose(kind, place as u16);
        });
        fs::write(folder.path().join(format!("{number}.json")), response.to_string()).expect("a file");
    }
    run(study(), Vec::new(), &[folder.path().to_owned()], out.path()).expect("tables");
    let wide = Table::read(out.path(), "wide.csv");
    let row = |pseudonym: &str| {
        let cell = |option| wide.cell(pseudonym, &format!("accommodation_kind_{option}_q1")).to_owned();
        (1..=9).map(cell).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("p-1"), "-3 -3 -3 -3 -3 -3 -3 -3 1");
    assert_eq!(row("p-2"), "0 1 0 0 0 0 0 0 0");
    judged(out.path(), "q1");
}

/// A collector's folder holds answers that count, answers of tests and pilots, and contact details: nobody means all.
#[test]
fn a_folder_of_databases_is_refused() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let refused = run(tiny(), Vec::new(), &[folder.path().to_owned()], out.path()).expect_err("a refusal").to_string();
    assert!(refused.contains("expected a folder of responses") && refused.contains("collector.sqlite"), "{refused}");
    assert!(database.1.is_file());
}

/// Sealed answers of a unit's link: the collector knows neither the person nor what was said.
#[test]
fn sealed_answers_are_opened_and_filed() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let key = |kid: &str, secret: u8| PrivateKey::of(kid, &[secret; 32]).expect("a key");
    for (number, pseudonym) in [(1, "p-1"), (2, "p-gone")] {
        let sent = Sent::core(number, pseudonym, "q2");
        let response = sent.response(&tiny(), pain("6"));
        let routing = Routing {
            study: "tiny".into(),
            wave: "q2".into(),
            questionnaire: CORE.into(),
            uuid: uuid(number),
            authored: "2026-11-22T09:29:58.123Z".into(),
        };
        let body = response.to_string();
        let secret = number as u8 + 1;
        let jwe = seal(&key("a-1", 1).public(), &routing, body.as_bytes(), &key("", secret), [secret; 12]);
        let row = Sent { pseudonym: "", ..sent };
        database.add("tiny", &row, &String::from_utf8(jwe.expect("a seal")).expect("text"));
    }
    let left = folder.path().join("left.sqlite");
    rusqlite::Connection::open(&left)
        .expect("a database")
        .execute_batch(
            "CREATE TABLE withdrawn (study TEXT, pseudonym TEXT, at TEXT, PRIMARY KEY (study, pseudonym));
             INSERT INTO withdrawn VALUES ('tiny', 'p-gone', '2026-11-24');",
        )
        .expect("who withdrew");
    let keys = [key("a-1", 1)];
    let order = Order {
        study: tiny(),
        earlier: Vec::new(),
        keys: &keys,
        inputs: std::slice::from_ref(&database.1),
        withdrawn: std::slice::from_ref(&left),
        only_if: None,
        except: None,
        language: "en",
    };
    let summary = export(order, out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 1, withdrawn: 1, ..Summary::default() });
    assert_eq!(Table::read(out.path(), "wide.csv").cell("p-1", "health_days_q2"), "6");
    assert_eq!(Table::read(out.path(), "withdrawn.csv").1[0][0], uuid(2));
    judged(out.path(), "q1,q2");
    // A database that says nothing of who withdrew is no list of them.
    let order = Order {
        study: tiny(),
        earlier: Vec::new(),
        keys: &keys,
        inputs: std::slice::from_ref(&database.1),
        withdrawn: std::slice::from_ref(&database.1),
        only_if: None,
        except: None,
        language: "en",
    };
    let refused = export(order, &out.path().join("again")).expect_err("a refusal").to_string();
    assert!(refused.contains("expected a database with a table `withdrawn`"), "{refused}");
}

/// A permission may be given and taken back; the last answer that counts is what holds, in whatever wave.
#[test]
fn only_those_who_gave_a_permission_are_exported() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    // Whether pain was answered with yes, no, or not; the second of one person to one part takes the place of the first.
    for (number, pseudonym, wave, received_at, pain) in [
        (1, "p-yes", "q1", "2026-11-22T10:00:00.000Z", Some(0)),
        (2, "p-no", "q1", "2026-11-22T10:00:00.000Z", Some(1)),
        (3, "p-silent", "q1", "2026-11-22T10:00:00.000Z", None),
        (4, "p-taken-back", "q1", "2026-11-22T10:00:00.000Z", Some(0)),
        (5, "p-taken-back", "q2", "2026-11-23T10:00:00.000Z", Some(1)),
        (6, "p-given-later", "q1", "2026-11-22T10:00:00.000Z", Some(1)),
        (7, "p-given-later", "q2", "2026-11-23T10:00:00.000Z", Some(0)),
        (8, "p-then-silent", "q1", "2026-11-22T10:00:00.000Z", Some(0)),
        (9, "p-then-silent", "q2", "2026-11-23T10:00:00.000Z", None),
        (10, "p-corrected", "q1", "2026-11-24T10:00:00.000Z", Some(1)),
        (11, "p-corrected", "q1", "2026-11-22T10:00:00.000Z", Some(0)),
        // The first wave, keyed in from paper after the second.
        (12, "p-late-paper", "q1", "2026-11-25T10:00:00.000Z", Some(1)),
        (13, "p-late-paper", "q2", "2026-11-23T10:00:00.000Z", Some(0)),
        (14, "p-late-yes", "q1", "2026-11-25T10:00:00.000Z", Some(0)),
        (15, "p-late-yes", "q2", "2026-11-23T10:00:00.000Z", Some(1)),
    ] {
        let sent = Sent { received_at, ..Sent::core(number, pseudonym, wave) };
        let answer = |session: &mut Session, form: &Form| {
            let item = form.find("health.pain").expect("pain");
            pain.into_iter().for_each(|place| drop(session.choose(item, place)));
        };
        database.add("tiny", &sent, &sent.response(&tiny(), answer).to_string());
    }
    let (study, input) =
        (fixture("tests/fixtures/studies/tiny").display().to_string(), database.1.display().to_string());
    let export = |only_if: &str, out: &Path| {
        let line = ["--study", &study, "--only-if", only_if, "--out", &out.display().to_string(), &input];
        svar::tools::export::command::run(&line.map(str::to_owned))
    };
    let summary = export("health.pain=yes", out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 5, left_out: Some(6), ..Summary::default() });
    assert!(summary.to_string().ends_with("; 6 people left out by --only-if"), "{summary}");
    for (table, column) in [("wide.csv", 0), ("long.csv", 0), ("submissions.csv", 1)] {
        let rows = Table::read(out.path(), table).1;
        let people: std::collections::BTreeSet<&str> = rows.iter().map(|row| &row[column]).collect();
        assert_eq!(people, ["p-yes", "p-given-later", "p-then-silent"].into(), "{table}");
    }
    for file in fs::read_dir(out.path()).expect("files") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        let absent = ["p-no", "p-silent", "p-taken-back", "p-corrected", "p-late-paper", "p-late-yes"];
        assert!(absent.iter().all(|person| !text.contains(person)), "{text}");
    }
    let readme = fs::read_to_string(out.path().join("README.txt")).expect("it");
    assert!(readme.contains("Only people whose last answer that counts is health.pain=yes.\n"), "{readme}");
    judged(out.path(), "q1,q2");

    for (only_if, expected) in [
        ("health.pian=yes", "expected --only-if with a question that has codes, one of "),
        ("health.days=5", "expected --only-if with a question that has codes, one of "),
        ("health.pain=ja", "expected --only-if with a code of health.pain, one of yes, no; found `ja`"),
        ("health.pain", "expected --only-if LINKID=CODE, found `health.pain`"),
        ("=yes", "expected --only-if LINKID=CODE, found `=yes`"),
    ] {
        let other = out.path().join("other");
        let error = export(only_if, &other).expect_err("a refusal");
        assert!(error.starts_with(expected), "{only_if}: {error}");
        assert!(!expected.ends_with("of ") || error.contains("health.pain, "), "{error}");
        assert!(!other.exists(), "{only_if}: nothing was made");
    }
}

/// Whoever takes a permission back by letter is in no table any more, and loses nothing elsewhere.
#[test]
fn who_is_named_is_in_no_table() {
    // Ids whose beginnings differ, as those of people do.
    let own_id = |number: u32| format!("{number:08x}-{number:04x}-4000-8000-000000000000");
    let (folder, lists) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let gone = "CREATE TABLE withdrawn (study TEXT, pseudonym TEXT, at TEXT);
        INSERT INTO withdrawn VALUES ('tiny', 'p-gone', '2026-11-25T10:00:00.000Z')";
    database.0.execute_batch(gone).expect("a withdrawal");
    for (number, pseudonym, wave) in
        [(1, "p-1", "q1"), (2, "p-1", "q2"), (3, "p-2", "q1"), (4, "p-3", "q1"), (5, "p-3", "q2"), (6, "p-gone", "q1")]
    {
        let sent = Sent::core(number, pseudonym, wave);
        let yes = |session: &mut Session, form: &Form| {
            session.choose(form.find("health.pain").expect("pain"), 0);
        };
        let body = sent.response(&tiny(), yes).to_string().replace(&uuid(number), &own_id(number));
        database.add("tiny", &sent, &body);
        let id = [own_id(number), uuid(number)];
        database.0.execute("UPDATE submission SET id = ?1 WHERE id = ?2", id).expect("an id");
    }
    // As the receipt shows it: the first twelve digits, in groups of four.
    let reference = |number| {
        let digits: Vec<char> = own_id(number).to_uppercase().chars().filter(|c| *c != '-').take(12).collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    };
    let people_of = |out: &Path| -> BTreeSet<String> {
        Table::read(out, "submissions.csv").1.iter().map(|row| row[1].to_owned()).collect()
    };
    let export = |name: &str, list: &str, out: &Path| {
        let file = lists.path().join(name);
        fs::write(&file, list).expect("a list");
        let study = fixture("tests/fixtures/studies/tiny").display().to_string();
        let paths = [file.display().to_string(), out.display().to_string(), database.1.display().to_string()];
        let [file, out, input] = &paths;
        let line = [
            "--study",
            &study,
            "--only-if",
            "health.pain=yes",
            "--except",
            file.as_str(),
            "--out",
            out.as_str(),
            input,
        ];
        svar::tools::export::command::run(&line.map(str::to_owned))
    };
    for (name, list, left_out, expected) in [
        ("pseudonym", "p-2\n".to_owned(), 1, vec!["p-1", "p-3"]),
        ("receipt", format!("\n  {}\n", reference(2)), 1, vec!["p-2", "p-3"]),
        ("both", format!("{}\np-2\n{}", reference(1).to_lowercase(), reference(2)), 2, vec!["p-3"]),
        ("withdrawn since", format!("p-1\n{}\n", reference(6)), 1, vec!["p-2", "p-3"]),
    ] {
        let out = Folder::new();
        let summary = export(name, &list, out.path()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((summary.excepted, summary.left_out), (Some(left_out), Some(0)), "{name}");
        assert_eq!(people_of(out.path()), expected.into_iter().map(str::to_owned).collect(), "{name}");
        let readme = fs::read_to_string(out.path().join("README.txt")).expect("it");
        assert!(readme.contains(&format!("; {left_out} people left out by --except")), "{readme}");
        judged(out.path(), "q1,q2");
    }
    // A slip of the pen would let somebody stay: nothing is made.
    for (name, list, expected) in [
        ("slip", "p-2\n\np-22\n", "slip, line 3: expected the pseudonym or a receipt's reference of somebody"),
        ("other", "0123-4567-89AB", "other, line 1: expected the pseudonym or a receipt's reference of somebody"),
        ("empty", " \n", "empty: expected a pseudonym or a reference, found none"),
    ] {
        let out = lists.path().join("out");
        let error = export(name, list, &out).expect_err("a refusal");
        assert!(error.contains(expected), "{error}");
        assert!(!out.exists(), "{name}");
    }
}

/// A box is ticked or not: whoever took the tick away has not given it.
#[test]
fn a_permission_may_be_a_tick() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let study = || StudyFolder::load(&fixture("studies/health-at-work")).expect("the study");
    for (number, pseudonym, ticks) in [(1, "p-1", 1), (2, "p-2", 0), (3, "p-3", 2)] {
        let sent = Sent { file: "consent.json", ..Sent::core(number, pseudonym, "q1") };
        let response = sent.response(&study(), |session, form| {
            let item = |link_id: &str| form.find(link_id).expect(link_id);
            session.say(item("consent.taking-part"), true);
            // Ticked, and unticked again.
            (0..ticks).for_each(|tick| drop(session.say(item("consent.absence-data"), tick == 0)));
        });
        database.add("health-at-work", &sent, &response.to_string());
    }
    let only_if: Permission = "consent.absence-data=true".parse().expect("a permission");
    let inputs = [database.1];
    let order = Order {
        study: study(),
        earlier: Vec::new(),
        keys: &[],
        inputs: &inputs,
        withdrawn: &[],
        only_if: Some(&only_if),
        except: None,
        language: "nb",
    };
    let summary = export(order, out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 1, left_out: Some(2), ..Summary::default() });
    assert_eq!(Table::read(out.path(), "submissions.csv").1[0][1], *"p-1");
}

/// A later part has a copy of what an earlier one asked; the copy is nobody's answer.
#[test]
fn what_is_carried_along_gives_no_permission() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let study = || StudyFolder::load(&fixture("studies/health-at-work")).expect("the study");
    // The first part says one thing, and the copy in the second, which was received later, another.
    for (number, pseudonym, own, copy) in [(1, "p-1", 0, 3), (3, "p-2", 3, 0)] {
        for (part, file, place) in [(0, "q2-core.json", own), (1, "q2-rest.json", copy)] {
            let received_at = ["2026-11-22T10:00:00.000Z", "2026-11-22T11:00:00.000Z"][part as usize];
            let sent = Sent { file, received_at, ..Sent::core(number + part, pseudonym, "q2") };
            let response = sent.response(&study(), |session, form| {
                session.choose(form.find("still-there.place").expect("the question"), place);
            });
            database.add("health-at-work", &sent, &response.to_string());
        }
    }
    let code = study().questionnaire("q2-core.json").expect("it").form.clone();
    let first = &code.options(code.find("still-there.place").expect("the question"))[0].code;
    let line = [
        "--study",
        &fixture("studies/health-at-work").display().to_string(),
        "--only-if",
        &format!("still-there.place={first}"),
        "--out",
        &out.path().display().to_string(),
        &database.1.display().to_string(),
    ]
    .map(str::to_owned);
    let summary = svar::tools::export::command::run(&line).expect("tables");
    assert_eq!(summary, Summary { opened: 2, left_out: Some(1), ..Summary::default() });
    assert!(Table::read(out.path(), "submissions.csv").1.iter().all(|row| &row[1] == "p-1"));
}

/// What is answered by yes or no has the codes `true` and `false`, as the permission that a clinic asks for.
#[test]
fn a_permission_may_be_yes_or_no() {
    let (folder, out) = (Folder::new(), Folder::new());
    let study = || StudyFolder::load(&fixture("studies/nsac-nudge")).expect("the study");
    let (file, wave) = ("before-consultation.json", study().study.waves[0].id.clone());
    for (number, yes) in [(1, Some(true)), (2, Some(false)), (3, None)] {
        let form = study().questionnaire(file).expect("a questionnaire").form.clone();
        let mut session = Session::new(form.clone());
        let filled = [(Filling::Study, "nsac-nudge"), (Filling::Wave, &wave), (Filling::Language, "nb")];
        filled.into_iter().for_each(|(filling, value)| session.fill(filling, value));
        let item = form.find("research.permission").expect("the question");
        yes.into_iter().for_each(|yes| drop(session.say(item, yes)));
        let heading = Heading {
            uuid: uuid(number),
            pseudonym: format!("p-{number}"),
            authored: "2026-11-22T09:29:58.123Z".into(),
        };
        let bytes = completed(&session, &heading).to_bytes();
        fs::write(folder.path().join(format!("{number}.json")), bytes).expect("a file");
    }
    let inputs = [folder.path().to_owned()];
    let only_if: Permission = "research.permission=true".parse().expect("a permission");
    let order = Order {
        study: study(),
        earlier: Vec::new(),
        keys: &[],
        inputs: &inputs,
        withdrawn: &[],
        only_if: Some(&only_if),
        except: None,
        language: "nb",
    };
    let summary = export(order, out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 1, left_out: Some(2), ..Summary::default() });
    assert_eq!(Table::read(out.path(), "submissions.csv").1[0][1], *"p-1");
}

/// Random answers to the real study.
fn anything(seed: u64, session: &mut Session) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let form = session.form().clone();
    for id in form.ids() {
        if !session.shown(id) || form.item(id).filled_from.is_some() || random(5) == 0 {
            continue;
        }
        match &form.item(id).kind {
            Kind::Boolean { .. } => drop(session.say(id, random(2) == 0)),
            Kind::Choice { repeats, .. } => {
                for _ in 0..if *repeats { 1 + random(3) } else { 1 } {
                    session.choose(id, random(form.options(id).len() as u64) as u16);
                }
            }
            Kind::Integer { min: Some(min), max: Some(max), .. } => {
                session.type_in(id, &(min + random((max - min + 1) as u64) as i64).to_string());
            }
            Kind::Text { lines, .. } => {
                session.type_in(id, if *lines { "en\nto, \"tre\"" } else { "ett" });
            }
            _ => {}
        }
    }
}

/// Codes and numbers straight from the FHIR resource, by linkId.
fn in_response(items: &Value, found: &mut Vec<(String, Vec<Value>)>) {
    for item in items.as_array().into_iter().flatten() {
        if let Some(answers) = item["answer"].as_array() {
            found.push((item["linkId"].as_str().expect("a linkId").to_owned(), answers.clone()));
        }
        in_response(&item["item"], found);
    }
}

/// What is in the long table is what is in the resources: no answer more, none less, none changed.
#[test]
fn every_answer_of_the_real_study_is_in_the_tables() {
    let (folder, out) = (Folder::new(), Folder::new());
    let database = Database::new(&folder, "");
    let study = || StudyFolder::load(&fixture("studies/health-at-work")).expect("the study");
    let people: [&'static str; 12] =
        ["a-0", "a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "a-7", "a-8", "a-9", "b-0", "b-1"];
    let mut expected = Vec::new();
    for (place, pseudonym) in (1_u32..).zip(people) {
        // What waited on a device can arrive after what follows it.
        for (part, file, received_at) in
            [(0, "q1-core.json", "2026-11-22T10:00:00.000Z"), (1, "q1-rest.json", "2026-11-22T09:00:00.000Z")]
        {
            let sent = Sent { file, received_at, ..Sent::core(place * 10 + part, pseudonym, "q1") };
            let response = sent.response(&study(), |session, _| anything(u64::from(sent.number), session));
            let mut answers = Vec::new();
            in_response(&response["item"], &mut answers);
            answers.retain(|(link_id, _)| !link_id.starts_with("about."));
            for (link_id, answers) in answers {
                for answer in answers {
                    let said = answer.as_object().expect("an answer").values().next().expect("a value").clone();
                    let said = match said {
                        Value::Object(coding) => coding["code"].as_str().expect("a code").to_owned(),
                        Value::Bool(yes) => u8::from(yes).to_string(),
                        Value::String(words) => words.split_whitespace().collect::<Vec<_>>().join(" "),
                        other => other.to_string(),
                    };
                    expected.push((pseudonym.to_owned(), link_id.clone(), said));
                }
            }
            database.add("health-at-work", &sent, &response.to_string());
        }
    }
    let summary = run(study(), Vec::new(), &[database.1], out.path()).expect("tables");
    assert_eq!(summary, Summary { opened: 24, ..Summary::default() });
    let long = Table::read(out.path(), "long.csv");
    let mut found: Vec<(String, String, String)> = Vec::new();
    for row in &long.1 {
        let (pseudonym, link_id, value, code) = (&row[0], &row[3], &row[5], &row[6]);
        // A row for each of several options: those that were chosen.
        let several = link_id == "accommodation.kind";
        if value == "-2" || (several && value != "1") {
            continue;
        }
        let said = if code.is_empty() { value } else { code };
        found.push((pseudonym.to_owned(), link_id.to_owned(), said.to_owned()));
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(expected.len() > 500, "{} answers", expected.len());
    let mut parts: Vec<(&str, &str)> = long.1.iter().map(|row| (&row[0], &row[2])).collect();
    parts.dedup();
    let in_order: Vec<(&str, &str)> = people.iter().flat_map(|who| [(*who, "core"), (*who, "rest")]).collect();
    assert_eq!(parts, in_order, "person by person, in the order of the study");
    let declined = long.1.iter().filter(|row| &row[6] == "prefer-not-to-say" && &row[3] == "background.gender");
    assert!(declined.map(|row| row[5].to_owned()).all(|value| value == "-3"));
    // Scores stand in the wide table, made of the codes in the long one.
    let wide = Table::read(out.path(), "wide.csv");
    for pseudonym in people {
        let of = |row: &&csv::StringRecord| &row[0] == pseudonym && row[3].starts_with("life.satisfaction-");
        let points: Vec<i64> = long.1.iter().filter(of).map(|row| row[5].parse().expect("points")).collect();
        assert_eq!(points.len(), 5);
        let sum = if points.contains(&-2) { String::new() } else { points.iter().sum::<i64>().to_string() };
        assert_eq!(wide.cell(pseudonym, "life_satisfaction_q1"), sum);
    }
    let labels = fs::read_to_string(out.path().join("labels.sps")).expect("labels");
    assert!(labels.contains("VALUE LABELS eq_5d_5l_mobility_q1\n  1 '1'\n"), "a code where there are no words");
    judged(out.path(), "q1");
}

/// What was put in order is in the tables as places, and what could not be chosen is not shown. The order is read here
/// from the response itself, and the columns of the options from the codebook.
#[test]
fn what_was_put_in_order_has_its_place() {
    let (folder, out, book) = (Folder::new(), Folder::new(), Folder::new());
    let of = fixture("studies/now-what-2");
    let study = || StudyFolder::load(&of).expect("the study");
    let ticked: [(&str, &[&str]); 3] = [
        ("barriers.capacity", &["pain", "sleep", "memory"]),
        ("barriers.volition", &["doubt"]),
        ("barriers.environment-work", &["leader"]),
    ];
    // In another order than the options stand in.
    let people: [(&str, &[&str]); 3] = [("p-1", &["leader", "pain", "doubt"]), ("p-2", &["sleep"]), ("p-3", &[])];
    let mut expected: Vec<(&str, Vec<String>)> = Vec::new();
    for (number, (pseudonym, order)) in (1_u32..).zip(people) {
        let sent = Sent { file: "barriers.json", ..Sent::core(number, pseudonym, "barriers") };
        let response = sent.response(&study(), |session, form| {
            let choose = |session: &mut Session, link_id: &str, code: &str| {
                let id = form.find(link_id).expect(link_id);
                let place = form.options(id).iter().position(|option| option.code == code).expect(code);
                session.choose(id, place as u16);
            };
            for (link_id, codes) in ticked {
                codes.iter().for_each(|code| choose(session, link_id, code));
            }
            order.iter().for_each(|code| choose(session, "next-step.most-important", code));
        });
        let mut found = Vec::new();
        let mut items = vec![&response];
        while let Some(item) = items.pop() {
            items.extend(item["item"].as_array().into_iter().flatten());
            if item["linkId"] == "next-step.most-important" {
                let codes = item["answer"].as_array().into_iter().flatten();
                found =
                    codes.map(|answer| answer["valueCoding"]["code"].as_str().expect("a code").to_owned()).collect();
            }
        }
        assert_eq!(found, order, "as it was entered");
        fs::write(folder.path().join(format!("{number}.json")), response.to_string()).expect("a file");
        expected.push((pseudonym, found));
    }
    run(study(), Vec::new(), &[folder.path().to_owned()], out.path()).expect("tables");
    let words = [of.to_str().expect("a path"), "--out", book.path().to_str().expect("a path")];
    codebook::run(&words.map(str::to_owned)).expect("a codebook");
    let columns = Table::read(book.path(), "codebook.csv");
    let place = |name: &str| columns.0.iter().position(|known| known == name).expect(name);
    let ranked: Vec<_> = columns.1.iter().filter(|row| &row[place("link_id")] == "next-step.most-important").collect();
    assert_eq!(ranked.len(), 29, "a variable for each option");
    let wide = Table::read(out.path(), "wide.csv");
    let long = Table::read(out.path(), "long.csv");
    for row in ranked {
        let (option, column) = (&row[place("option")], &row[place("column")]);
        let could_be_chosen = ticked.iter().any(|(_, codes)| codes.contains(&option));
        assert_eq!(&row[place("missing_codes")], "-1 -2");
        assert!(row[place("codes_en")].contains("0 = not chosen; 1 = chosen as number 1; 2 = chosen as number 2"));
        assert!(row[place("codes_nb")].contains("3 = valgt som nummer 3"));
        for (pseudonym, order) in &expected {
            let rank = order.iter().position(|code| code == option).map(|place| (place + 1).to_string());
            let expected = match rank {
                _ if !could_be_chosen => "-1".to_owned(),
                _ if order.is_empty() => "-2".to_owned(),
                rank => rank.unwrap_or_else(|| "0".to_owned()),
            };
            assert_eq!(wide.cell(pseudonym, column), expected, "{option} of {pseudonym}");
            let in_long = long.1.iter().find(|line| {
                &line[0] == *pseudonym && line[4] == row[place("variable")] && &line[3] == "next-step.most-important"
            });
            assert_eq!(in_long.map_or("-1", |line| &line[5]), expected, "{option} of {pseudonym} in the long table");
            if let Some(line) = in_long.filter(|line| &line[5] == "2") {
                assert_eq!((&line[6], &line[7]), (option, "valgt som nummer 2"));
            }
        }
    }
    judged(out.path(), "barriers");
    let labels = fs::read_to_string(out.path().join("labels.R")).expect("labels");
    assert!(labels.contains("\"Språket det ble svart på\"") && labels.contains("c(\"Nei\" = 0, \"Ja\" = 1)"));
    // Stata cuts what is called too long: the option must be left to tell one from another.
    let stata = fs::read_to_string(out.path().join("labels.do")).expect("labels");
    let called: BTreeSet<&str> = stata
        .lines()
        .filter_map(|line| line.strip_prefix("label variable nex_ste_mos_importan_")?.split_once(' '))
        .map(|(_, label)| label)
        .collect();
    assert_eq!(called.len(), 29, "{called:?}");
    assert!(called.iter().any(|label| label.ends_with(": Det finnes ingen plan for hvordan jeg skal tilbake\"'")));
    for (file, label) in [
        ("labels.R", "\"valgt som nummer 1\" = 1"),
        ("labels.do", " 3 `\"valgt som nummer 3\"'"),
        ("labels.sps", "  0 'ikke valgt'"),
    ] {
        assert!(fs::read_to_string(out.path().join(file)).expect(file).contains(label), "{file}");
    }
}

/// Answers whatever is shown, each person otherwise.
fn answer_all(session: &mut Session, form: &Form, person: usize) {
    for id in form.ids().filter(|id| form.item(*id).kind.is_question() && form.item(*id).filled_from.is_none()) {
        let open = !form.item(id).required && (person + id.0 as usize).is_multiple_of(7);
        if open || !session.shown(id) {
            continue;
        }
        match form.item(id).kind.clone() {
            Kind::Choice { ranked, .. } => {
                let offered: Vec<u16> =
                    (0..form.options(id).len() as u16).filter(|at| session.offers(id, *at)).collect();
                let most = usize::from(ranked.unwrap_or(1));
                for at in offered.iter().cycle().skip(person % offered.len()).take(most.min(offered.len())) {
                    session.choose(id, *at);
                }
            }
            Kind::Boolean { .. } => drop(session.say(id, person.is_multiple_of(2))),
            Kind::Integer { min, max, .. } => {
                let number = (min.unwrap_or(0) + person as i64).min(max.unwrap_or(i64::MAX));
                session.type_in(id, &number.to_string());
            }
            Kind::Decimal { .. } => drop(session.type_in(id, "1")),
            _ => drop(session.type_in(id, "Et ord")),
        }
    }
}

/// Every study here, every part of every wave: nothing is refused, and Python reads the same out of all tables.
#[test]
fn every_study_has_tables_that_fit_together() {
    const PEOPLE: [&str; 4] = ["p-1", "p-2", "p-3", "p-4"];
    for name in ["health-at-work", "health-at-work-units", "nsac", "nsac-nudge", "now-what-2", "reise"] {
        let (folder, out) = (Folder::new(), Folder::new());
        let study = || StudyFolder::load(&fixture(&format!("studies/{name}"))).expect(name);
        let (of, mut number) = (study(), 0);
        for wave in &of.study.waves {
            let consent = wave.consent.iter().map(|consent| &consent.file);
            for file in consent.chain(wave.parts.iter().map(|part| &part.file)) {
                for (person, pseudonym) in PEOPLE.into_iter().enumerate() {
                    number += 1;
                    let form = of.questionnaire(file).expect(file).form.clone();
                    let mut session = Session::new(form.clone());
                    let variant = of.study.variants.get(person % 2).map_or("", String::as_str);
                    let filled = [
                        (Filling::Study, of.study.id.as_str()),
                        (Filling::Wave, &wave.id),
                        (Filling::Variant, variant),
                        (Filling::Language, "nb"),
                    ];
                    filled.into_iter().for_each(|(filling, value)| session.fill(filling, value));
                    answer_all(&mut session, &form, person);
                    let heading = Heading {
                        uuid: uuid(number),
                        pseudonym: pseudonym.into(),
                        authored: "2026-11-22T09:29:58.123Z".into(),
                    };
                    let response = completed(&session, &heading).to_bytes();
                    fs::write(folder.path().join(format!("{number}.json")), response).expect("a file");
                }
            }
        }
        let summary = run(study(), Vec::new(), &[folder.path().to_owned()], out.path()).expect("tables");
        let refused = Table::read(out.path(), "refused.csv").1;
        assert_eq!(summary.opened, number as usize, "{name}: {refused:?}");
        let waves: Vec<String> = of.study.waves.iter().map(|wave| wave.id.clone()).collect();
        judged(out.path(), &waves.join(","));
    }
}
