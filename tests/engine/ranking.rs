//! Rankings: the order of the answers is the person's, and options come and go with what is asked.

use std::sync::Arc;

use serde_json::{Value, json};
use svar::{
    questionnaire::{self, Form, compact, compact::Holds},
    session::{
        Problem, Session, flat,
        response::{Heading, Response, completed},
        review::{Reason, review},
    },
};

use crate::{
    forms::{SYSTEM, form, found, give, id, option, page, questionnaire, with},
    judge::Judge,
};

const SVAR: &str = "https://svar.example/fhir/StructureDefinition";

fn ranked(most: u8) -> Value {
    json!({ "url": format!("{SVAR}/ranked"), "valueInteger": most })
}

fn waits(code: &str, link_id: &str) -> Value {
    let awaited = json!([{ "url": format!("{SVAR}/option-present"), "valueString": link_id }]);
    with(option(code), json!({ "extension": awaited }))
}

fn ranking(most: u8, options: &[Value]) -> Value {
    json!({
        "linkId": "x", "type": "choice", "text": "x", "repeats": true, "extension": [ranked(most)],
        "answerOption": options,
    })
}

/// `c` is offered only while `p` is asked, which `a` decides. `y` is asked while `c` is ranked.
fn items() -> Value {
    let on = |question: &str| json!([{ "question": question, "operator": "=", "answerBoolean": true }]);
    let coding = json!({ "system": SYSTEM, "code": "c" });
    json!([
        { "linkId": "a", "type": "boolean", "text": "a" },
        { "linkId": "p", "type": "integer", "text": "p", "enableWhen": on("a") },
        ranking(3, &[option("m"), option("n"), waits("c", "p"), option("o")]),
        { "linkId": "y", "type": "string", "text": "y",
          "enableWhen": [{ "question": "x", "operator": "=", "answerCoding": coding }] },
    ])
}

fn started() -> Session {
    Session::new(form(json!([page(items())])))
}

fn counted(session: &Session) -> String {
    let x = id(session, "x");
    let code = |value: &svar::session::Value| match value {
        svar::session::Value::Option(place) => session.form().options(x)[usize::from(*place)].code.clone(),
        other => panic!("{other:?}"),
    };
    session.counting(x).iter().map(code).collect::<Vec<_>>().join(" ")
}

/// Does what is written: `+m` chooses, `-m` removes, `^m` moves up, `vm` moves down, `m2` moves to place 2.
fn play(session: &mut Session, commands: &str) {
    let x = id(session, "x");
    let place = |code: &str| session.form().options(x).iter().position(|option| option.code == code).unwrap() as u16;
    let commands: Vec<(char, u16, usize)> = commands
        .split_whitespace()
        .map(|command| {
            let (first, rest) = command.split_at(1);
            match first.chars().next().unwrap() {
                sign @ ('+' | '-' | '^' | 'v') => (sign, place(rest), 0),
                _ => ('>', place(first), rest.parse().unwrap()),
            }
        })
        .collect();
    for (sign, option, at) in commands {
        match sign {
            '+' => session.choose(x, option),
            '-' => session.remove(x, option),
            '^' => session.move_up(x, option),
            'v' => session.move_down(x, option),
            _ => session.move_to(x, option, at),
        };
    }
}

#[test]
fn the_order_is_the_persons() {
    for (commands, expected) in [
        ("+n +m", "n m"),
        ("+n +m +o", "n m o"),
        // Chosen once more, it is taken back.
        ("+n +m +n", "m"),
        ("+n +m -n -n", "m"),
        ("+n +m +o ^o", "n o m"),
        ("+n +m +o ^o ^o ^o", "o n m"),
        ("+n +m +o vn", "m n o"),
        ("+n +m +o vn vn vn", "m o n"),
        ("+n +m +o o0", "o n m"),
        ("+n +m +o n2", "m o n"),
        ("+n +m +o n9", "m o n"),
        ("+n +m +o m1", "n m o"),
        // What is not ranked cannot be moved, and what is not offered cannot be chosen.
        ("+n ^m vm m0", "n"),
        ("+c +n", "n"),
    ] {
        let mut session = started();
        play(&mut session, commands);
        assert_eq!(counted(&session), expected, "{commands}");
        assert_eq!(session.problem(id(&session, "x")), None, "{commands}");
    }
}

#[test]
fn there_is_room_for_so_many() {
    let mut session = started();
    give(&mut session, "a", "yes");
    play(&mut session, "+m +n +o");
    let x = id(&session, "x");
    assert!(session.is_full(x));
    play(&mut session, "+c");
    assert_eq!(counted(&session), "m n o", "no room for a fourth");
    play(&mut session, "-n +c ^c");
    assert_eq!(counted(&session), "m c o");
}

#[test]
fn what_is_no_longer_offered_counts_as_absent_and_comes_back_to_its_place() {
    let mut session = started();
    let (x, y) = (id(&session, "x"), id(&session, "y"));
    give(&mut session, "a", "yes");
    play(&mut session, "+m +c +o");
    assert!(session.enabled(y));
    let changes = session.say(id(&session, "a"), false);
    assert_eq!((changes.switched, changes.offered), (vec![id(&session, "p"), y], vec![x]));
    assert_eq!((counted(&session).as_str(), found(&session, "x").as_str()), ("m o", "m c o"));
    assert!(!session.enabled(y), "it hangs on an option that is not offered");
    // Moves pass by what is not there.
    play(&mut session, "^o");
    assert_eq!(counted(&session), "o m");
    give(&mut session, "a", "yes");
    assert_eq!(counted(&session), "o m c");
    assert!(session.enabled(y));
    // Chosen anew in the meantime, there may be one too many.
    give(&mut session, "a", "no");
    play(&mut session, "+n");
    assert_eq!(session.problem(x), None);
    give(&mut session, "a", "yes");
    assert_eq!(counted(&session), "o m c n");
    assert_eq!(session.problem(x), Some(Problem::TooMany { max: 3 }));
    play(&mut session, "-m");
    assert_eq!(session.problem(x), None);
    // Alone and not offered, it leaves the question open.
    play(&mut session, "-o -n");
    assert!(!session.is_open(x));
    give(&mut session, "a", "no");
    assert!(session.is_open(x));
}

fn heading() -> Heading {
    Heading {
        uuid: "0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21".to_owned(),
        pseudonym: "p-1".to_owned(),
        authored: "2026-11-22T09:30:00.000Z".to_owned(),
    }
}

fn sent(session: &Session) -> Value {
    serde_json::from_slice(&completed(session, &heading()).to_bytes()).unwrap()
}

fn codes(body: &Value) -> Vec<&str> {
    let items = body["item"][0]["item"].as_array().unwrap();
    let x = items.iter().find(|item| item["linkId"] == "x").unwrap();
    x["answer"].as_array().unwrap().iter().map(|answer| answer["valueCoding"]["code"].as_str().unwrap()).collect()
}

#[test]
fn the_order_is_sent_and_survives_a_draft() {
    let mut session = started();
    give(&mut session, "a", "yes");
    play(&mut session, "+o +c +m ^m");
    assert_eq!(codes(&sent(&session)), ["o", "m", "c"]);
    let flat: Value = serde_json::from_slice(&flat::flat(&session, &heading())).unwrap();
    assert_eq!(flat["x"], json!(["o", "m", "c"]));
    give(&mut session, "a", "no");
    assert_eq!(codes(&sent(&session)), ["o", "m"]);
    let mut again = Session::restore(session.form().clone(), &session.draft()).unwrap();
    assert_eq!((again.lost, counted(&again.session).as_str()), (0, "o m"));
    give(&mut again.session, "a", "yes");
    assert_eq!(counted(&again.session), "o m c");
}

#[test]
fn both_judges_refuse_what_could_not_have_been_ranked() {
    let source = questionnaire(json!([page(items())]));
    let form: Arc<Form> = form(json!([page(items())]));
    let mut judge = Judge::start(false);
    judge.register("ranking", &source);
    for (a, codes, expected) in [
        (true, "o c", None),
        (true, "c m n", None),
        (false, "o m", None),
        (false, "o c", Some(Reason::NotOffered)),
        (true, "m n o c", Some(Reason::Limits)),
        (true, "m m", Some(Reason::Together)),
    ] {
        let codings = codes.split(' ').map(|code| json!({ "valueCoding": { "system": SYSTEM, "code": code } }));
        let mut items = vec![json!({ "linkId": "a", "answer": [{ "valueBoolean": a }] })];
        items.extend(a.then(|| json!({ "linkId": "p" })));
        items.push(json!({ "linkId": "x", "answer": codings.collect::<Vec<_>>() }));
        items.extend((a && codes.contains('c')).then(|| json!({ "linkId": "y" })));
        let mut body = sent(&Session::new(form.clone()));
        body["item"] = json!([{ "linkId": "page", "item": items }]);
        let response: Response = serde_json::from_value(body.clone()).unwrap();
        let reasons: Vec<Reason> = match review(&form, &response) {
            Ok(_) => Vec::new(),
            Err(refusals) => refusals.into_iter().map(|refusal| refusal.reason).collect(),
        };
        assert_eq!(reasons, expected.into_iter().collect::<Vec<_>>(), "{a} {codes}");
        assert_eq!(judge.problems("ranking", &body.to_string()).is_empty(), expected.is_none(), "{a} {codes}");
    }
}

#[test]
fn the_compact_form_has_the_ranking() {
    let form = form(json!([page(items())]));
    let bytes = compact::encode(Holds::Form, &*form).unwrap();
    let again = compact::decode_form(&bytes).unwrap();
    assert_eq!(again, *form);
    let x = again.find("x").unwrap();
    assert_eq!(again.options(x)[2].present, again.find("p"));
}

#[test]
fn rankings_that_cannot_be_are_refused() {
    let abc = [option("a"), option("b"), option("c")];
    let on_x = json!([{ "question": "x", "operator": "exists", "answerBoolean": true }]);
    for (items, rule) in [
        (json!([with(ranking(1, &abc), json!({ "repeats": false }))]), "ranked"),
        (json!([ranking(0, &abc)]), "ranked"),
        (json!([ranking(4, &abc)]), "ranked"),
        (json!([ranking(2, &[option("a"), option("b!")])]), "ranked"),
        (json!([with(ranking(1, &[waits("a", "page")]), json!({ "required": true }))]), "ranked"),
        (
            json!([{ "linkId": "x", "type": "choice", "text": "x", "repeats": true, "answerOption": [waits("a", "page")] }]),
            "ranked",
        ),
        (json!([ranking(1, &[waits("a", "nowhere")])]), "condition-target"),
        (
            json!([
                ranking(1, &[waits("a", "p")]),
                { "linkId": "p", "type": "integer", "text": "p", "enableWhen": on_x },
            ]),
            "cycle",
        ),
    ] {
        let reading = questionnaire::read(&questionnaire(json!([page(items.clone())])), &[]);
        let rules: Vec<&str> = reading.findings.iter().map(|finding| finding.rule.code()).collect();
        assert!(reading.form.is_none() && rules.contains(&rule), "{rule}: {rules:?} in {items:#}");
    }
}
