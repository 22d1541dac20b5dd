//! One form for all: browser, codebook, paper, command line and export see the same words, and what was answered before
//! a pack came is still read.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use svar::{
    questionnaire::{Filling, Kind, compact},
    session::response::Heading,
    tools::{
        codebook::command as codebook,
        export::{Order, export},
        form,
        studies::StudyFolder,
    },
};

use super::*;
use crate::checking::summary;

fn svar(arguments: &[&str], folder: &Path) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_svar")).args(arguments).current_dir(folder).output().expect("svar");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn path(file: &Path) -> &str {
    file.to_str().expect("a plain path")
}

const FROG: &str = "Hvor langt hopper frosken?";

/// What the codebook says of the slot in `column`.
fn codebook_cell(study: &Path, column: &str) -> (String, String) {
    let out = Folder::new();
    let arguments = [path(study), "--out", path(out.path())].map(str::to_owned);
    codebook::run(&arguments).expect("a codebook");
    let mut reader = csv::Reader::from_path(out.path().join("codebook.csv")).expect("a table");
    let heading = reader.headers().expect("a heading").clone();
    let place = |name: &str| heading.iter().position(|known| known == name).expect(name);
    let (link_id, column) = (place("link_id"), place(column));
    let row = reader.records().map(|row| row.expect("a row")).find(|row| &row[link_id] == "eq-5d-5l.mobility");
    let html = fs::read_to_string(out.path().join("codebook.html")).expect("a page");
    (row.expect("the slot")[column].to_owned(), html)
}

#[test]
fn browser_codebook_and_paper_see_the_same_words() {
    let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
    let study = load(&folder);
    let compiled = study.compile().expect("a compiled study");
    let (_, bytes) = compiled.iter().find(|(name, _)| name == "q1-core.svar").expect("the core");
    let form = compact::decode_form(bytes).expect("a form");
    assert_eq!(words(&form, "eq-5d-5l.mobility", "nb"), FROG);

    let (packs, html) = codebook_cell(folder.path(), "text_pack");
    let whose = "Nobody: these words are invented";
    let expected = ["en", "nb", "nn"].map(|language| format!("{language}: invented-1 ({whose})")).join("; ");
    assert_eq!(packs, expected);
    for said in [FROG, "Tekstpakke (Bokmål): invented-1", "Tekstpakke (English): invented-1", whose] {
        assert!(html.contains(said), "the codebook does not say «{said}»");
    }
    assert!(!html.contains("vises ikke før en lisensiert tekstpakke"), "the slot is open");

    let sheet = folder.path().join("sheet.html");
    let arguments = [path(folder.path()), "--wave", "q1", "--language", "nn", "--out", path(&sheet)];
    form::run(&arguments.map(str::to_owned)).expect("a form on paper");
    let html = fs::read_to_string(&sheet).expect("a page");
    assert!(html.contains("Kor langt hoppar frosken?") && html.contains("Tre hopp"), "{html}");
}

/// A pack speaks of its own wording alone, and only all of them together of the instrument.
#[test]
fn only_packs_make_an_instrument_validated() {
    for (say, expected) in [(&[] as &[&str], "0"), (&["nb", "nn"], "0"), (&["nb", "nn", "en"], "1")] {
        let folder = with_packs("health-at-work", &["nb", "nn", "en"]);
        for language in say {
            change(&folder.path().join(format!("packs/{language}.json")), |pack| pack["validated"] = json!(true));
        }
        assert_eq!(codebook_cell(folder.path(), "validated").0, expected, "said by {say:?}");
    }
}

#[test]
fn the_command_line_takes_packs() {
    let folder = with_packs("reise", &[]);
    let (nb, en) = (pack("nb"), pack("en"));
    let (nb, en) = (path(&nb), path(&en));
    let (code, before, _) = svar(&["check", "."], folder.path());
    assert_eq!(code, Some(0), "{before}");
    for arguments in [["check", ".", "--pack", nb, en].as_slice(), &["check", ".", "--pack", nb, "--pack", en]] {
        let (code, out, _) = svar(arguments, folder.path());
        assert_eq!(code, Some(0), "{out}");
        let files =
            |out: &str| summary(out).split(' ').next().and_then(|count| count.parse::<u32>().ok()).expect("a count");
        assert_eq!(files(&out), files(&before) + 2, "{out}");
        // How plainly the study is written is said with the words of the packs.
        let measured = |out: &str| out.lines().find(|line| line.starts_with("nb  all texts")).map(str::to_owned);
        assert!(measured(&out).is_some() && measured(&out) != measured(&before), "{out}");
    }
    let (code, out, _) = svar(&["check", ".", "--pack", nb], folder.path());
    assert_eq!(code, Some(1));
    assert!(out.contains("error[pack]: expected a pack for `eq-5d-5l` in `en` as well"), "{out}");
    for arguments in
        [["check", ".", "--pack"].as_slice(), &["check", "--pack", nb], &["check", "baseline-core.json", "--pack", nb]]
    {
        let (code, _, said) = svar(arguments, folder.path());
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(said.starts_with("svar: ") && said.contains("expected "), "{arguments:?}: {said}");
    }

    let (_, out, _) = svar(&["assemble", "baseline-core.json"], folder.path());
    assert!(!out.contains(FROG) && out.contains(TODAY), "no pack lies in the folder");
    for language in ["nb", "en"] {
        fs::copy(pack(language), folder.path().join(format!("packs/{language}.json"))).expect("a copy");
    }
    let (code, out, _) = svar(&["assemble", "baseline-core.json"], folder.path());
    assert_eq!(code, Some(0));
    assert!(out.contains(FROG) && !out.contains(TODAY), "{out}");
    let printed: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(printed, load(&folder).questionnaires["baseline-core"].assembled);
    let (code, out, _) = svar(&["check", "baseline-core.json", "modules/eq-5d-5l.json"], folder.path());
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_pack_may_say_how_its_items_look() {
    let folder = with_packs("reise", &["nb", "en"]);
    change(&folder.path().join("packs/nb.json"), |pack| {
        pack["layout"] = json!({ "eq-5d-5l.mobility": "drop-down", "eq-5d-5l.vas": "slider", "eq-5d-5l": "page" });
    });
    let form = &load(&folder).questionnaires["baseline-core"].form;
    let kind = |link_id: &str| form.item(find(form, link_id)).kind.clone();
    assert!(matches!(kind("eq-5d-5l.mobility"), Kind::Choice { drop_down: true, .. }));
    assert!(matches!(kind("eq-5d-5l.self-care"), Kind::Choice { drop_down: false, .. }));
    assert!(matches!(kind(VAS), Kind::Integer { min: Some(0), max: Some(100), slider: Some(1) }));
}

/// A response of this part, with the first question of the core answered.
fn response(study: &StudyFolder, number: u32, answer: impl FnOnce(&mut Session, &Form)) -> String {
    let form = study.questionnaires["q1-core"].form.clone();
    let mut session = Session::new(form.clone());
    let filled = [(Filling::Study, study.study.id.as_str()), (Filling::Wave, "q1"), (Filling::Language, "nb")];
    filled.into_iter().for_each(|(filling, value)| session.fill(filling, value));
    answer(&mut session, &form);
    let heading = Heading {
        uuid: format!("7f3a9c1e-0000-4000-8000-{number:012}"),
        pseudonym: format!("p-{number}"),
        authored: "2026-11-22T09:29:58.123Z".into(),
    };
    String::from_utf8(completed(&session, &heading).to_bytes()).expect("text")
}

/// The version stays when a pack comes, so the folder as it was before reads what was answered then.
#[test]
fn what_was_answered_before_the_pack_came_is_read_with_the_earlier_folder() {
    let packed = load(&with_packs("health-at-work", &["nb", "nn", "en"]));
    let locked = plain("health-at-work");
    let inputs = Folder::new();
    let before = response(&locked, 1, |session, form| drop(session.type_in(find(form, TODAY), "80")));
    let after = response(&packed, 2, |session, form| {
        dimensions().iter().for_each(|link_id| drop(session.choose(find(form, link_id), 2)));
        session.type_in(find(form, VAS), "70");
    });
    fs::write(inputs.path().join("before.json"), before).expect("to write");
    fs::write(inputs.path().join("after.json"), after).expect("to write");
    let inputs = [inputs.path().to_owned()];
    let run = |earlier: Vec<StudyFolder>, out: &Path| {
        let order = Order {
            study: packed.clone(),
            earlier,
            keys: &[],
            inputs: &inputs,
            withdrawn: &[],
            only_if: None,
            except: None,
            language: "nb",
        };
        export(order, out).unwrap_or_else(|error| panic!("{error}"))
    };
    let out = Folder::new();
    assert_eq!(run(Vec::new(), out.path()).refused, 1, "what was not asked then is missed");
    let out = Folder::new();
    assert_eq!(run(vec![locked.clone()], out.path()).refused, 0);
    let mut reader = csv::Reader::from_path(out.path().join("wide.csv")).expect("a table");
    let heading = reader.headers().expect("a heading").clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let cells = |column: &str| {
        let place = heading.iter().position(|name| name == column).unwrap_or_else(|| panic!("{column} in {heading:?}"));
        rows.iter().map(|row| row[place].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(cells("pseudonym"), ["p-1", "p-2"]);
    assert_eq!(cells("eq5d_profile_q1")[1], "33333");
    assert_eq!(cells("general_health_today_q1")[0], "80");
    assert_eq!(cells("eq_5d_5l_vas_q1")[1], "70");
}
