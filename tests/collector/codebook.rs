//! The codebook, the picture and the form on paper: complete, in words, and in shape.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use svar::{
    questionnaire::Form,
    tools::{
        codebook::{Dictionary, Missing, command as codebook, describe},
        flow, form,
        studies::StudyFolder,
    },
};

use crate::server::{Folder, fixture, tiny, variant_of_tiny};

fn real() -> StudyFolder {
    StudyFolder::load(&fixture("studies/health-at-work")).expect("the study")
}

fn arguments(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn rows(file: &Path) -> (Vec<String>, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(file).expect("a table");
    let heading = reader.headers().expect("a heading").iter().map(str::to_owned).collect();
    (heading, reader.records().map(|row| row.expect("a row")).collect())
}

fn path(file: &Path) -> &str {
    file.to_str().expect("a plain path")
}

/// Questions that people can be asked, by linkId.
fn questions(form: &Form) -> BTreeSet<String> {
    let asked = form.ids().map(|id| form.item(id)).filter(|item| item.kind.is_question() && item.filled_from.is_none());
    asked.map(|item| item.link_id.clone()).collect()
}

#[test]
fn every_question_of_every_wave_is_in_the_codebook() {
    let out = Folder::new();
    let study = fixture("studies/health-at-work");
    codebook::run(&arguments(&[path(&study), "--out", path(out.path())])).expect("a codebook");
    let (heading, rows) = rows(&out.path().join("codebook.csv"));
    let column = |name: &str| heading.iter().position(|known| known == name).expect(name);
    let (wave, link_id, name) = (column("wave"), column("link_id"), column("column"));
    let html = fs::read_to_string(out.path().join("codebook.html")).expect("a page");
    let study = real();
    for of in &study.study.waves {
        let mut expected = BTreeSet::new();
        for file in of.consent.iter().map(|consent| &consent.file).chain(of.parts.iter().map(|part| &part.file)) {
            expected.extend(questions(&study.questionnaire(file).expect("a questionnaire").form));
        }
        let found: BTreeSet<String> =
            rows.iter().filter(|row| row[wave] == of.id).map(|row| row[link_id].to_owned()).collect();
        assert_eq!(found, expected, "{}", of.id);
        assert!(expected.iter().all(|link_id| html.contains(link_id.as_str())), "a question is not on the page");
    }
    let names: BTreeSet<&str> = rows.iter().map(|row| &row[name]).collect();
    assert_eq!(names.len(), rows.len(), "a name of its own for each column");
    for name in names {
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(plain && name.len() <= 32 && name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
    }
    let row = |wanted: &str| rows.iter().find(|row| &row[link_id] == wanted).expect("a row");
    let days = row("own-sick-leave.doctor-certified-days");
    assert_eq!(&days[column("shown_if_nb")], "du svarte «Ja» på «Har du vært sykmeldt de siste tre månedene?»");
    assert_eq!(
        &days[column("shown_if_en")],
        "you answered “Yes” to “Have you had doctor-certified sick leave in the last three months?”"
    );
    assert_eq!((&days[column("min")], &days[column("max")]), ("0", "92"));
    assert_eq!(&days[column("missing_codes")], "-1 -2");
    let general = row("general-health.general");
    assert_eq!(&general[column("missing_codes")], "-2", "it is always shown");
    assert!(general[column("codes_nb")].contains("5 = Svært god"), "{}", &general[column("codes_nb")]);
    let slot = row("eq-5d-5l.mobility");
    assert_eq!(&slot[column("codes_nb")], "1 = 1; 2 = 2; 3 = 3; 4 = 4; 5 = 5", "codes where there are no words");
    assert_eq!(&slot[column("missing_codes")], "-1", "it is hidden until its words are there");
    assert_eq!(&row("life.satisfaction-choices")[column("scores")], "life_satisfaction");
    assert_eq!(&row("consent.taking-part")[column("missing_codes")], "", "a box that is not ticked says no");
}

/// Each of several options is a variable; one that is no answer is missing for all the others.
#[test]
fn missing_codes_are_listed_only_where_they_can_occur() {
    let dictionary = Dictionary::of(&real(), &[]).expect("a dictionary");
    let of = |link_id: &str| {
        let mut found = dictionary.variables.iter().filter(|variable| variable.link_id == link_id);
        found.next().unwrap_or_else(|| panic!("{link_id}")).missing()
    };
    // The background is asked again only of those who did not give it before.
    assert_eq!(of("background.gender"), [Missing::NotShown, Missing::Unanswered, Missing::Declined]);
    assert_eq!(of("accommodation.kind"), [Missing::NotShown, Missing::Unanswered, Missing::Declined]);
    assert_eq!(of("general-health.general"), [Missing::Unanswered]);
}

/// Changes one item of the tiny core.
fn core(change: impl Fn(&mut Value)) -> StudyFolder {
    let mut folder = variant_of_tiny("tiny", |_| {});
    let core = folder.questionnaires.get_mut("core").expect("the core");
    change(&mut core.assembled);
    let form = svar::questionnaire::read(&core.assembled, &["nb", "en"]).form.expect("a form");
    core.form = std::sync::Arc::new(form);
    folder
}

#[test]
fn names_that_clash_and_kinds_that_change_are_errors() {
    let clash = core(|core| core["item"][2]["item"][0]["linkId"] = json!("health-pain"));
    let wrong = Dictionary::of(&clash, &[]).map(drop).expect_err("a clash").to_string();
    for part in ["health_pain_q1", "`health.pain`", "`health-pain`"] {
        assert!(wrong.contains(part), "{wrong}");
    }
    let option_of_another = core(|core| core["item"][2]["item"][0]["linkId"] = json!("health.where-1"));
    assert!(Dictionary::of(&option_of_another, &[]).is_err(), "an option's column has that name");
    let of_the_wave = core(|core| core["item"][2]["item"][0]["linkId"] = json!("unit"));
    assert!(Dictionary::of(&of_the_wave, &[]).is_err(), "the unit's column has that name");
    let mut kind = core(|core| {
        let comment = &mut core["item"][2]["item"][0];
        comment["type"] = json!("boolean");
        comment.as_object_mut().expect("an item").remove("maxLength");
    });
    kind.questionnaires.get_mut("core").expect("the core").canonical = "tiny-core|0.9.0".to_owned();
    let wrong = Dictionary::of(&tiny(), &[kind]).map(drop).expect_err("another kind").to_string();
    assert!(wrong.contains("one kind of question under `words.comment`"), "{wrong}");
    let long = variant_of_tiny("tiny", |study| study["waves"][1]["id"] = json!("a-wave-with-a-very-long-name"));
    assert!(Dictionary::of(&long, &[]).map(drop).expect_err("no room").to_string().contains("at most 19 characters"));
}

/// What an earlier part asked and a later one is told decides there, but is one variable; its words stand where it was
/// asked.
#[test]
fn what_is_carried_to_a_later_part_is_one_variable() {
    let mut study = variant_of_tiny("tiny", |_| {});
    let yes = json!({ "system": "https://svar.example/fhir/CodeSystem/yes-no", "code": "yes" });
    let carried = json!({
        "linkId": "health.pain", "type": "choice", "answerOption": [{ "valueCoding": yes }],
        "extension": [
            { "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": true },
            { "url": "https://svar.example/fhir/StructureDefinition/filled-from", "valueCode": "earlier-part" },
        ],
    });
    let rest = study.questionnaires.get_mut("rest").expect("the rest");
    let items = rest.assembled["item"].as_array_mut().expect("items");
    let place = items.iter().position(|item| item["linkId"] == "rest").expect("the page");
    items[place]["item"][0]["enableWhen"] =
        json!([{ "question": "health.pain", "operator": "=", "answerCoding": yes }]);
    items.insert(place, carried);
    let reading = svar::questionnaire::read(&rest.assembled, &["nb", "en"]);
    rest.form = std::sync::Arc::new(reading.form.unwrap_or_else(|| panic!("{:?}", reading.findings)));
    let dictionary = Dictionary::of(&study, &[]).expect("a dictionary");
    let count = |link_id: &str| dictionary.variables.iter().filter(|variable| variable.link_id == link_id).count();
    assert_eq!((count("health.pain"), count("rest.comment")), (1, 1));
    let comment = dictionary.variables.iter().find(|variable| variable.link_id == "rest.comment").expect("a comment");
    let words = describe::condition(&dictionary, &comment.uses[0], "en").expect("a condition");
    assert_eq!(words, "you answered “yes” to “Were you in pain last week?”");
}

/// An attribute of an element of the picture, as a number.
fn number(element: &str, name: &str) -> Option<f64> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}

#[test]
fn the_picture_shows_every_page_and_nothing_overlaps() {
    let out = Folder::new();
    let study = real();
    for language in ["nb", "nn", "en"] {
        let file = out.path().join("flow.svg");
        flow::run(&arguments(&[
            path(&fixture("studies/health-at-work")),
            "--language",
            language,
            "--out",
            path(&file),
        ]))
        .expect("a picture");
        let svg = fs::read_to_string(&file).expect("a picture");
        assert!(svg.contains("<title>"), "a title");
        assert!(!svg.contains("<text></text>"));
        // Boxes by sheet: those of one sheet must not touch, and lie on it.
        let sheets: Vec<&str> = svg.split("<g transform").skip(1).collect();
        assert!(sheets.len() > 1);
        for sheet in sheets {
            let boxes: Vec<[f64; 4]> = sheet
                .split("<rect")
                .skip(1)
                .map(|element| ["x", "y", "width", "height"].map(|name| number(element, name).expect(name)))
                .collect();
            for (place, [x, y, width, height]) in boxes.iter().enumerate() {
                assert!(x + width <= 794.0 && y + height <= 1123.0, "off the sheet");
                for [ox, oy, owidth, oheight] in &boxes[..place] {
                    let apart = x + width <= *ox || ox + owidth <= *x || y + height <= *oy || oy + oheight <= *y;
                    assert!(apart, "two boxes overlap in {language}");
                }
            }
        }
        let form = &study.questionnaire("q1-core.json").expect("the core").form;
        let page = form.children(None).find(|page| form.item(*page).link_id == "own-sick-leave.page").expect("a page");
        let (words, _) = form.text(form.item(page).text, language).expect("its title");
        let first = words.words().split(' ').next().expect("a word").to_owned();
        assert!(svg.contains(&first), "{first}");
    }
}

#[test]
fn the_form_on_paper_asks_everything_that_is_shown_and_says_when() {
    let out = Folder::new();
    let file = out.path().join("form.html");
    let study = fixture("studies/health-at-work");
    let command = |language: &str| {
        let words = [path(&study), "--wave", "q1", "--language", language, "--out", path(&file)];
        form::run(&arguments(&words)).expect("a form");
        fs::read_to_string(&file).expect("a form")
    };
    let html = command("nb");
    let study = real();
    let mut count = 0;
    for file in ["consent.json", "q1-core.json", "q1-rest.json"] {
        let form = &study.questionnaire(file).expect("a questionnaire").form;
        let shown = |id: &svar::questionnaire::ItemId| {
            let item = form.item(*id);
            item.kind.is_question() && !item.hidden && !item.link_id.starts_with("eq-5d")
        };
        for id in form.ids().filter(shown) {
            let (text, _) = form.text(form.item(id).text, "nb").expect("its words");
            assert!(html.contains(&text.words()), "{}", text.words());
            count += 1;
        }
    }
    assert!(html.contains(&format!("<span class=\"number\">{count}</span>")), "the last number is {count}");
    assert!(!html.contains(&format!("<span class=\"number\">{}</span>", count + 1)));
    for words in
        ["Svar bare hvis du svarte «Ja» på spørsmål", "gå til spørsmål", "Deltakernummer", "Ansvarlig for studien"]
    {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("eq-5d"), "what waits for its words is not on paper");
    assert!(command("en").contains("Answer only if you answered “Yes” to question"));
}

#[test]
fn commands_say_what_they_expected() {
    let tiny = fixture("tests/fixtures/studies/tiny");
    let out = Folder::new();
    for (wrong, expected) in [
        (codebook::run(&[]).map(drop), "expected the folder of a study"),
        (codebook::run(&arguments(&[path(&tiny)])).map(drop), "expected --out DIR"),
        (codebook::run(&arguments(&[path(&tiny), "--out", path(out.path()), "--language", "nn"])).map(drop), "nb, en"),
        (flow::run(&arguments(&[path(&tiny), "--wave", "q1"])).map(drop), "expected --out or --language"),
        (form::run(&arguments(&[path(&tiny), "--out", "x", "--wave", "q9"])).map(drop), "found `q9`"),
        (form::run(&arguments(&[path(&tiny), "--out", "x"])).map(drop), "expected --wave with one of q1, q2"),
    ] {
        let message = wrong.expect_err(expected);
        assert!(message.contains(expected), "{message}");
    }
}

/// The form of a wave on paper, without its marks.
fn on_paper(study: &str, wave: &str, language: &str, more: &[&str]) -> Result<String, String> {
    let out = Folder::new();
    let file = out.path().join("form.html");
    let study = fixture(study);
    let words = [path(&study), "--wave", wave, "--language", language, "--out", path(&file)];
    form::run(&arguments(&[&words, more].concat()))?;
    Ok(fs::read_to_string(&file).expect("a form"))
}

/// Nobody on paper knows which variant they have: the form is for one.
#[test]
fn a_form_is_for_one_variant() {
    let of = |variant: &str| on_paper("studies/nsac-nudge", "before-consultation", "nb", &["--variant", variant]);
    let (health, full) = (of("health").expect("a form"), of("full").expect("a form"));
    let study = StudyFolder::load(&fixture("studies/nsac-nudge")).expect("the study");
    let form = &study.questionnaire("before-consultation.json").expect("a questionnaire").form;
    // What hangs on the variant is read here from the resource, not from the form that is printed.
    let mut only_full = BTreeSet::new();
    let items = study.questionnaire("before-consultation.json").expect("a questionnaire").assembled["item"].clone();
    for page in items.as_array().expect("items") {
        let waits = page["enableWhen"].as_array().into_iter().flatten().any(|when| when["answerString"] == "full");
        let questions = page["item"].as_array().into_iter().flatten().filter(|item| item["type"] != "display");
        only_full.extend(questions.filter(|_| waits).map(|item| item["linkId"].as_str().expect("a linkId").to_owned()));
    }
    assert!(only_full.len() > 3, "{only_full:?}");
    for id in form.ids().filter(|id| only_full.contains(&form.item(*id).link_id)) {
        let (text, _) = form.text(form.item(id).text, "nb").expect("its words");
        assert!(full.contains(&text.words()) && !health.contains(&text.words()), "{}", text.words());
    }
    for html in [&health, &full] {
        assert!(!html.contains("«full»") && !html.contains("about.variant"), "a condition on the variant");
        assert!(html.contains("Smerter") || html.contains("smerter"));
    }
    assert!(full.contains("before-consultation · full · nb"), "who keys it in sees which variant it is");
    for (more, expected) in [
        (&[][..], "expected --variant with one of health, full, since what is asked depends on it; found none"),
        (&["--variant", "short"], "expected one of the study's variants (health, full), found `short`"),
    ] {
        let wrong = on_paper("studies/nsac-nudge", "before-consultation", "nb", more).expect_err("no variant");
        assert_eq!(wrong, expected);
    }
    let none = on_paper("studies/reise", "m3", "nb", &["--variant", "full"]).expect_err("no variants");
    assert!(none.contains("expected no --variant"), "{none}");
}

/// A “not” is turned round on paper: who passes the questions by, and which.
#[test]
fn paper_says_who_passes_questions_by() {
    for (language, skip, applies, not) in [
        ("nb", "Hopp over spørsmål", "Gjelder bare hvis", "du ikke svarte"),
        ("nn", "Hopp over spørsmål", "Gjeld berre om", "du ikkje svarte"),
        ("en", "Skip questions", "Applies only if", "you did not answer"),
    ] {
        let html = on_paper("studies/health-at-work", "q2", language, &[]).expect("a form");
        assert!(html.contains(skip), "{language}");
        assert!(html.contains(applies), "a note has nothing to answer");
        let conditions = html.split("class=\"condition\">").skip(1).filter_map(|rest| rest.split("</p>").next());
        let puzzles: Vec<&str> = conditions.filter(|words| words.contains(not)).collect();
        assert!(puzzles.is_empty(), "{language}: {puzzles:?}");
    }
}

/// Says the same in English, wherever nothing is said yet.
fn translate(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(translate),
        Value::Object(fields) => {
            fields.values_mut().for_each(translate);
            for name in ["text", "display"] {
                let Some(words) = fields.get(name).and_then(Value::as_str).map(str::to_owned) else { continue };
                let parts = json!([{ "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": words }]);
                let english =
                    json!({ "url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": parts });
                fields.entry(["_", name].concat()).or_insert(json!({ "extension": [english] }));
            }
        }
        _ => {}
    }
}

/// A line of a table may hang on several questions, or on a “not”, and a note among the lines on something too.
#[test]
fn lines_of_a_table_on_paper_say_all_they_hang_on() {
    let folder = Folder::new();
    let tiny = fixture("tests/fixtures/studies/tiny");
    fs::create_dir_all(folder.path().join("modules")).expect("a folder");
    for file in ["study.json", "consent.json", "contact.json", "rest.json", "modules/about.json"] {
        fs::copy(tiny.join(file), folder.path().join(file)).expect("a copy");
    }
    let core = fs::read(tiny.join("core.json")).expect("a file");
    let mut core: Value = serde_json::from_slice(&core).expect("JSON");
    let when =
        |question: &str, operator: &str| json!({ "question": question, "operator": operator, "answerBoolean": true });
    let choice = |link_id: &str, when: Value| {
        json!({ "linkId": link_id, "type": "choice", "text": link_id, "answerValueSet": "#yes-no",
                "enableWhen": when, "enableBehavior": "any" })
    };
    let control = json!([{ "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl",
        "valueCodeableConcept": { "coding": [{ "system": "http://hl7.org/fhir/questionnaire-item-control", "code": "table" }] } }]);
    let table = |link_id: &str, rows: [Value; 2]| json!({ "linkId": link_id, "type": "group", "text": link_id, "extension": control, "item": rows });
    let either = json!([when("kaffe", "="), when("te", "=")]);
    let page = core["item"][2]["item"].as_array_mut().expect("a page");
    page.extend([
        json!({ "linkId": "kaffe", "type": "boolean", "text": "Kaffe?" }),
        json!({ "linkId": "te", "type": "boolean", "text": "Te?" }),
        table("varmt", [choice("hjemme", either.clone()), choice("på jobben", either)]),
        table("kaldt", [choice("vann", json!([when("te", "!=")])), choice("saft", json!([when("te", "!=")]))]),
        table("søtt", [
            json!({ "linkId": "note", "type": "display", "text": "Sukker teller med.", "enableWhen": [when("te", "=")] }),
            choice("kake", json!([])),
        ]),
    ]);
    page.iter_mut().for_each(translate);
    fs::write(folder.path().join("core.json"), core.to_string()).expect("to write");
    let file = folder.path().join("form.html");
    let words = [path(folder.path()), "--wave", "q1", "--language", "nb", "--out", path(&file)];
    form::run(&arguments(&words)).expect("a form");
    let html = fs::read_to_string(&file).expect("a form");
    let number_of = |text: &str| {
        let before = html.split(text).next().expect("the question");
        let number = before.rsplit("class=\"number\">").next().and_then(|rest| rest.split('<').next());
        number.expect("a number").to_owned()
    };
    let (coffee, tea) = (number_of("Kaffe?"), number_of("Te?"));
    let says = |words: &str| html.matches(words).count();
    assert_eq!(says(&format!("du svarte «Ja» på spørsmål {coffee} eller spørsmål {tea}.")), 2, "{html}");
    assert_eq!(says(&format!("Hopp over dette spørsmålet hvis du svarte «Ja» på spørsmål {tea}.")), 2, "{html}");
    assert_eq!(says(&format!("Gjelder bare hvis du svarte «Ja» på spørsmål {tea}.")), 1, "{html}");
    assert_eq!(says("Svar bare på linjene der"), 0, "{html}");
}

/// Ranking on paper is done with numbers, and only there.
#[test]
fn what_is_put_in_order_is_numbered_on_paper() {
    for (language, says) in [("nb", "Skriv 1 foran det du setter først"), ("en", "Write 1 before the one")] {
        let html = on_paper("studies/now-what-2", "barriers", language, &[]).expect("a form");
        assert_eq!(html.matches("class=\"digit\"").count(), 29, "a field for each option");
        assert_eq!(html.matches(says).count(), 1);
        assert!(html.contains(if language == "nb" { "til 3." } else { "up to 3." }));
    }
}
