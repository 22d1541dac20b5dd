//! The unit table: what it may hold, what is said of what it may not, and how it grows.

use std::fs;

use serde_json::Value;
use svar::tools::{
    collector::Collector,
    invitations::Keys,
    studies::StudyFolder,
    units::{self, Imported, Store, Unit, UnitsError, calendar::date},
};

use super::{Bench, manifest, svar_units, yearly};
use crate::server::{Folder, fixture, variant_of_tiny};

fn import(bench: &Bench, table: &str) -> Result<Imported, UnitsError> {
    units::import(&bench.units, &bench.study.study, table.as_bytes())
}

fn unit(bench: &Bench, id: &str) -> Unit {
    bench.units.unit("yearly", id).expect("the database").expect("the unit")
}

const A_DATE: &str = "a date such as 2020-03-12, from 2000 to 2099";
const AN_ID: &str = "1 to 128 letters of a to z, digits and `.`, `_`, `-`, a letter or digit first";
const A_NAME: &str = "a name of at most 200 characters, in one line";
const A_LAST_DAY: &str = "a last day that is not before the first";
const COLUMNS: &str = "columns among unit, name, included, mailed, randomised, \
    q1_opens, q1_closes, q2_opens, q2_closes, q3_opens, q3_closes";

#[test]
fn a_mistake_is_told_with_its_place_and_nothing_is_taken_over() {
    let bench = Bench::of(yearly());
    let by_rule = format!("{A_LAST_DAY}, 2020-02-01 (mailing, 14 days)");
    for (table, place, expected, found) in [
        ("unit,mailed\na,2020-01-20\nb,20.01.2020", "row 3, column `mailed`", A_DATE, "`20.01.2020`"),
        ("unit,mailed\na,2021-02-29", "row 2, column `mailed`", A_DATE, "`2021-02-29`"),
        ("unit,mailed\na,0202-01-20", "row 2, column `mailed`", A_DATE, "`0202-01-20`"),
        ("unit,mailed\na,\n\n,2020-01-20", "row 4, column `unit`", AN_ID, "nothing"),
        ("unit\n=1+1", "row 2, column `unit`", AN_ID, "`=1+1`"),
        ("unit\na\nb\na", "row 4, column `unit`", "each unit once", "`a` again"),
        ("unit,name\na,\"two\nlines\"", "row 2, column `name`", A_NAME, "something else"),
        (
            "unit,q1_opens,q1_closes\na,2020-02-01,2020-01-31",
            "row 2, column `q1_closes`",
            A_LAST_DAY,
            "2020-02-01 to 2020-01-31",
        ),
        ("unit,mailed,q1_closes\na,2020-02-01,2020-01-31", "row 2, column `q1_closes`", &by_rule, "2020-01-31"),
        (
            "unit,mailed,q1_opens\na,2020-02-01,2020-02-15",
            "row 2, column `q1_opens`",
            "a first day that is not after the last, 2020-02-14 (mailing, 14 days)",
            "2020-02-15",
        ),
        ("unit,q4_opens\na,", "row 1", COLUMNS, "`q4_opens`"),
        ("unit,unit\na,a", "row 1", "each column once", "`unit` twice"),
        ("name\na", "row 1", "a column `unit`", "none"),
        ("", "row 1", "a column `unit`", "none"),
        ("unit;mailed\na;2020-01-20\nb;20.01.2020", "row 3, column `mailed`", A_DATE, "`20.01.2020`"),
        ("unit;posted\na;", "row 1", COLUMNS, "`posted`"),
        ("unit,mailed\na", "row 2", "2 cells", "1"),
    ] {
        let told = import(&bench, table).expect_err(table).to_string();
        assert_eq!(told, format!("{place}: expected {expected}, found {found}"), "{table}");
        assert_eq!(bench.units.all("yearly").expect("the units"), [], "{table}");
    }
}

#[test]
fn what_a_spreadsheet_program_adds_does_no_harm() {
    let bench = Bench::of(yearly());
    let table = "\u{feff}unit,name,mailed\r\n nord-1 ,\"Sykehjem Øst, avdeling 2\",2020-01-20\r\n,,\r\n\r\n";
    assert_eq!(import(&bench, table).expect("a table").new, 1);
    assert_eq!(unit(&bench, "nord-1").name, "Sykehjem Øst, avdeling 2");
    let semicolons = "\u{feff}unit;name;mailed\r\nsør-2;\"Sør; avdeling 3, 4\";2020-01-21\r\n".replace("sør", "sor");
    assert_eq!(import(&bench, &semicolons).expect("a table with semicolons").new, 1);
    assert_eq!(unit(&bench, "sor-2").name, "Sør; avdeling 3, 4");
    let told = import(&bench, "unit,mailed\r\na,2020-01-20\r\n\r\nb,soon\r\n").expect_err("soon").to_string();
    assert!(told.starts_with("row 4, column `mailed`"), "as the spreadsheet counts: {told}");
    let latin = units::import(&bench.units, &bench.study.study, b"unit,name\na,Nord\nb,\xd8st\n");
    assert_eq!(latin.expect_err("Latin-1").to_string(), "row 3: expected text in UTF-8, found another encoding");
}

#[test]
fn a_table_grows_with_the_study() {
    let bench = Bench::of(yearly());
    let counts = |table: &str| {
        let Imported { new, changed, same, .. } = import(&bench, table).expect(table);
        (new, changed, same)
    };
    assert_eq!(counts("unit,mailed\na,2020-01-20\nb,2020-01-21"), (2, 0, 0));
    assert_eq!(counts("unit,mailed\na,2020-01-20\nb,2020-01-22\nc,"), (1, 1, 1));
    assert_eq!(counts("unit,included,randomised\na,2020-01-02,2020-02-10"), (0, 1, 0), "a column of its own");
    let a = unit(&bench, "a");
    let days = [a.dates.included, a.dates.mailed, a.dates.randomised];
    assert_eq!(days, ["2020-01-02", "2020-01-20", "2020-02-10"].map(date), "what has no column stays");
    assert_eq!(counts("unit,mailed\na,"), (0, 1, 0));
    assert_eq!(unit(&bench, "a").dates.mailed, None, "an empty cell: nobody knows");
    assert_eq!(bench.units.all("yearly").expect("the units").len(), 3, "what has no row stays");
    assert_eq!(bench.units.unit("another", "a").expect("the database"), None, "units are a study's own");
}

#[test]
fn a_prolonged_window_stays_so_until_the_table_names_another_day() {
    let bench = Bench::of(yearly());
    let study = &bench.study.study;
    let table = "unit,mailed,q1_closes\na,2020-01-20,\nb,2020-01-20,2020-03-31\nc,,\n";
    let prolong = |unit, until| units::prolong(&bench.units, study, unit, "q1", date(until).expect("a date"));
    let last = |id: &str| {
        let (almanac, wave) = (units::almanac(study).expect("a calendar"), study.wave("q1").expect("q1"));
        let last = unit(&bench, id).days(&almanac, wave).last;
        (last.day.map(|day| day.to_string()).unwrap_or_default(), last.by.to_string())
    };
    let is = |day: &str, by: &str| (day.to_owned(), by.to_owned());
    import(&bench, table).expect("a table");
    assert_eq!(last("a"), is("2020-02-02", "mailing, 14 days"));
    let prolonged = prolong(None, "2020-02-20").expect("all");
    assert_eq!(
        (prolonged.longer, prolonged.already, prolonged.endless),
        (vec!["a".into()], vec!["b".into()], vec!["c".into()])
    );
    assert_eq!(last("a"), is("2020-02-20", "prolonged"));
    assert_eq!(last("b"), is("2020-03-31", "date in the table"));
    import(&bench, table).expect("the same table again");
    assert_eq!(last("a"), is("2020-02-20", "prolonged"), "the old file must not close it");
    for (unit, until, expected) in [
        (
            Some("a"),
            "2020-02-20",
            "expected a day after 2020-02-20, the last one of q1 for unit `a` as it is; found 2020-02-20",
        ),
        (Some("c"), "2020-02-21", "expected unit `c` to have a last day of q1, found none: no date of mailing"),
        (Some("d"), "2020-02-21", "expected a unit of the table, found `d`"),
    ] {
        assert_eq!(prolong(unit, until).expect_err(until).to_string(), expected);
    }
    prolong(Some("a"), "2020-02-29").expect("again");
    assert_eq!(last("a"), is("2020-02-29", "prolonged"));
    import(&bench, "unit,q1_closes\na,2020-02-10").expect("a slip is mended by the table");
    assert_eq!(last("a"), is("2020-02-10", "date in the table"));
    // The file names a day already: it is prolonged all the same, and only another day takes that back.
    prolong(Some("b"), "2020-04-20").expect("b");
    let imported = import(&bench, table).expect("the same table");
    assert!(imported.shorter.iter().all(|shorter| shorter.unit == "a"), "{imported:?}");
    import(&bench, "unit,q1_closes\nb,\n").expect("a table that says nothing");
    import(&bench, table).expect("the same table again");
    assert_eq!(last("b"), is("2020-04-20", "prolonged"), "the old file must not close it");
    let imported = import(&bench, "unit,q1_closes\nb,2020-03-30").expect("another day");
    let [shorter] = imported.shorter.as_slice() else { panic!("{imported:?}") };
    assert_eq!((shorter.unit.as_str(), shorter.wave.as_str()), ("b", "q1"));
    assert_eq!((Some(shorter.before), shorter.after), (date("2020-04-20"), date("2020-03-30")));
    assert_eq!(last("b"), is("2020-03-30", "date in the table"));
    let wave = units::prolong(&bench.units, study, None, "q9", date("2020-02-20").expect("a date"));
    assert_eq!(wave.expect_err("no wave").to_string(), "expected a wave of `yearly`, found `q9`");
}

#[test]
fn the_command_imports_lists_and_prolongs() {
    let (study, data) = (manifest(), Folder::new());
    let run = |arguments: &[&str]| svar_units(study.path(), data.path(), arguments);
    let file = study.path().join("units.csv");
    fs::write(
        &file,
        "unit,name,included,mailed,randomised,q3_opens\n\
         north,Nord,2020-01-15,2020-01-20,2020-02-10,\n\
         south,Sør,,2020-01-20,2020-02-10,2022-01-10\n",
    )
    .expect("to write");
    let file = file.to_str().expect("a path");
    assert_eq!(run(&["import", file]), (0, "2 new, 0 changed, 0 as before\n".into()));
    assert_eq!(
        run(&["prolong", "--unit", "south", "--wave", "q1", "--until", "2020-02-16"]),
        (0, "q1 open until 2020-02-16: south\n".into())
    );
    assert_eq!(
        run(&["prolong", "--all", "--wave", "q2", "--until", "2022-01-01"]),
        (0, "q2 open until 2022-01-01: north\nwithout a last day to prolong: south\n".into())
    );
    assert_eq!(
        run(&["list"]),
        (
            0,
            "\
unit   wave  first day   last day    given by
north  q1    2020-01-20  2020-02-02  mailing, 14 days
north  q2    2021-11-10  2022-01-01  first: randomisation + 12 months + 9 months of delay, 28 days; last: prolonged
north  q3    2022-11-10  2022-12-07  randomisation + 24 months + 9 months of delay, 28 days
south  q1    2020-01-20  2020-02-16  first: mailing, 14 days; last: prolonged
south  q2    -           -           no date of inclusion, on which the delay depends
south  q3    2022-01-10  -           first: date in the table; last: no date of inclusion, on which the delay depends
"
            .into()
        )
    );
    let mailed_later = study.path().join("earlier.csv");
    fs::write(&mailed_later, "unit,mailed,randomised\nnorth,2020-01-19,\n").expect("to write");
    assert_eq!(
        run(&["import", mailed_later.to_str().expect("a path")]),
        (
            0,
            "\
0 new, 1 changed, 0 as before
shorter: north q1, open until 2020-02-02 before, until 2020-02-01 now
shorter: north q2, open until 2022-01-01 before, of unknown dates now
shorter: north q3, open until 2022-12-07 before, of unknown dates now
"
            .into()
        )
    );
    for (arguments, expected) in [
        (&["import"] as &[&str], "expected `import FILE.csv`, `list` or `prolong`"),
        (&["import", "nowhere.csv"], "expected nowhere.csv to read, found: "),
        (&["list", "--all"], "expected `import FILE.csv`, `list` or `prolong`"),
        (&["prolong", "--wave", "q1", "--until", "2020-02-16"], "expected --unit U or --all, one of them"),
        (&["prolong", "--all", "--until", "2020-02-16"], "expected --wave W"),
        (&["prolong", "--all", "--wave", "q1"], "expected --until DATE"),
        (
            &["prolong", "--all", "--wave", "q1", "--until", "soon"],
            "expected --until with a date such as 2020-03-12, found `soon`",
        ),
        (&["prolong", "--all", "--until"], "expected a value after --until, found none"),
        (&["list", "--data", "elsewhere"], "expected --data once, found it twice"),
        (&["list", "--force"], "expected --study, --data, --unit, --all, --wave or --until, found `--force`"),
    ] {
        let (code, said) = run(arguments);
        assert!(code == 2 && said.starts_with(&format!("svar: {expected}")), "{arguments:?}: {code} {said}");
    }
}

/// The page's example, as it stands there: its rules, its table, its commands, and what they print.
#[test]
fn the_example_of_the_page_runs() {
    let page = fs::read_to_string(fixture("docs/study-over-time.md")).expect("the page");
    let block = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the beginning of a block");
        rest.split_once("```").expect("the end of a block").0
    };
    let (study, data) = (manifest(), Folder::new());
    let file = study.path().join("study.json");
    let mut whole: Value = serde_json::from_slice(&fs::read(&file).expect("the manifest")).expect("JSON");
    let rules: Value = serde_json::from_str(block("json")).expect("JSON");
    whole["calendar"] = rules["calendar"].clone();
    for (place, wave) in rules["waves"].as_array().expect("waves").iter().enumerate() {
        assert_eq!(whole["waves"][place]["id"], wave["id"]);
        whole["waves"][place]["window"] = wave["window"].clone();
    }
    fs::write(&file, whole.to_string()).expect("to write");
    let table = study.path().join("units.csv");
    fs::write(&table, block("csv")).expect("to write");
    let mut said = String::new();
    for line in block("sh").lines() {
        let start = "svar units --study studies/health-at-work --data data ";
        let words = line.strip_prefix(start).expect("a command of the page").split(' ');
        let words: Vec<&str> =
            words.map(|word| if word == "units.csv" { table.to_str().expect("a path") } else { word }).collect();
        let (code, told) = svar_units(study.path(), data.path(), &words);
        assert_eq!(code, 0, "{line}: {told}");
        said += &told;
    }
    assert_eq!(said, block("text"));
}

#[test]
fn a_table_needs_a_calendar() {
    let bench = Bench::of(variant_of_tiny("timeless", |_| {}));
    let told = import(&bench, "unit\na").expect_err("no calendar").to_string();
    assert_eq!(told, "expected a study with a `calendar`, whose time zone the days are of; found `timeless` without");
}

/// A data folder of the version before is taken as it is.
#[test]
fn units_of_layout_1_are_taken_over() {
    let bench = Bench::of(yearly());
    import(&bench, "unit,q1_closes\na,2020-01-31").expect("a table");
    let Bench { data, units, study, collector, .. } = bench;
    drop((units, collector));
    let database = rusqlite::Connection::open(data.path().join("units.sqlite")).expect("the database");
    database.execute_batch("ALTER TABLE window DROP COLUMN imported; PRAGMA user_version = 1").expect("as it was");
    let units = Store::open(data.path()).expect("the units");
    let until = date("2020-03-01").expect("a date");
    units::prolong(&units, &study.study, Some("a"), "q1", until).expect("to prolong");
    units::import(&units, &study.study, b"unit,q1_closes\na,2020-01-31").expect("the same table");
    let unit = units.unit("yearly", "a").expect("the database").expect("the unit");
    assert_eq!(unit.given("q1").closes, Some(until));
}

#[cfg(unix)]
#[test]
fn the_table_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::of(yearly());
    import(&bench, "unit\na").expect("a table");
    for name in ["units.sqlite", "units.sqlite-wal"] {
        let mode = fs::metadata(bench.data.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

/// A collector that cannot know when a window is open does not start, rather than fall over later.
#[test]
fn a_collector_without_its_table_or_calendar_does_not_start() {
    let start = |data: &Folder, study: StudyFolder| {
        let keys = Keys::from_seed(&[7; 32]);
        let opened = Collector::open(data.path(), vec![study], keys, svar::tools::collector::system_clock());
        opened.map(|_| ()).map_err(|error| error.to_string())
    };
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("units.sqlite")).expect("a folder in its place");
    let told = start(&folder, yearly()).expect_err("no file");
    assert!(told.contains("expected a folder to keep the units in, found: "), "{told}");

    let newer = Folder::new();
    drop(Store::open(newer.path()).expect("the units"));
    let database = rusqlite::Connection::open(newer.path().join("units.sqlite")).expect("the database");
    database.pragma_update(None, "user_version", 7).expect("to write");
    let told = start(&newer, yearly()).expect_err("a newer layout");
    assert_eq!(told, "expected a database of units of layout 2, found 7");

    let nowhere = variant_of_tiny("nowhere", |study| {
        study["calendar"] = serde_json::json!({ "timeZone": "Europe/Olso" });
    });
    let told = start(&Folder::new(), nowhere).expect_err("no such zone");
    assert!(told.starts_with("study.calendar.timeZone: expected a time zone"), "{told}");
}
