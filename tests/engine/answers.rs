//! Answers: what each command leaves, what is wrong with it, what is left open, which pages there are.

use serde_json::{Value as Json, json};
use svar::{
    questionnaire::{Decimal, Filling},
    session::{Problem, Session},
};

use crate::forms::{control, extension, found, give, hidden, id, option, page, session, with};

fn asked(kind: Json) -> Session {
    session(json!([with(kind, json!({ "linkId": "x", "text": "x" }))]))
}

fn choice(repeats: bool) -> Session {
    let options = json!([option("a"), option("b"), option("c"), option("none!"), option("unknown!")]);
    asked(json!({ "type": "choice", "repeats": repeats, "answerOption": options }))
}

/// Choices one after the other, and what is chosen after each.
fn check_choices(mut session: Session, steps: &[(u16, &str)]) {
    let x = id(&session, "x");
    for (option, expected) in steps {
        session.choose(x, *option);
        assert_eq!(found(&session, "x"), *expected, "after option {option} of {steps:?}");
    }
    session.clear(x);
    assert_eq!(found(&session, "x"), "");
}

#[test]
fn one_choice_replaces_another() {
    check_choices(choice(false), &[(1, "b"), (0, "a"), (0, "a"), (3, "none"), (9, "none"), (2, "c")]);
}

#[test]
fn several_are_toggled_in_the_order_of_the_list_and_an_exclusive_one_stands_alone() {
    check_choices(
        choice(true),
        &[
            (2, "c"),
            (0, "a c"),
            (1, "a b c"),
            (0, "b c"),
            (3, "none"),
            (4, "unknown"),
            (4, ""),
            (3, "none"),
            (1, "b"),
            (7, "b"),
            (u16::MAX, "b"),
            (1, ""),
        ],
    );
}

#[test]
fn a_command_that_does_not_fit_the_question_changes_nothing() {
    let mut session = session(json!([
        { "linkId": "boolean", "type": "boolean", "text": "x" },
        { "linkId": "choice", "type": "choice", "text": "x", "answerOption": [option("a")] },
        { "linkId": "integer", "type": "integer", "text": "x" },
        { "linkId": "words", "type": "display", "text": "x" },
    ]));
    let nothing = svar::session::Changes::default();
    for (link_id, may_say, may_choose) in [
        ("boolean", true, false),
        ("choice", false, true),
        ("integer", false, false),
        ("words", false, false),
        ("page", false, false),
    ] {
        let x = id(&session, link_id);
        assert_eq!(session.say(x, true) == nothing, !may_say, "{link_id}");
        assert_eq!(session.choose(x, 0) == nothing, !may_choose, "{link_id}");
        session.clear(x);
    }
    for link_id in ["words", "page"] {
        let x = id(&session, link_id);
        assert_eq!(session.type_in(x, "ord"), nothing, "{link_id}");
    }
}

fn integer(min: Option<i64>, max: Option<i64>) -> Json {
    let bound = |name, value: Option<i64>| value.map(|value| extension(name, "valueInteger", json!(value)));
    let bounds: Vec<Json> = bound("minValue", min).into_iter().chain(bound("maxValue", max)).collect();
    json!({ "type": "integer", "extension": bounds })
}

/// What is typed, what stands there as an answer, and what is wrong.
fn check_typed(kind: Json, rows: &[(&str, &str, Option<Problem>)]) {
    let mut session = asked(kind.clone());
    let x = id(&session, "x");
    for (typed, expected, problem) in rows {
        session.type_in(x, typed);
        assert_eq!(found(&session, "x"), *expected, "{typed:?} in {kind}");
        assert_eq!(session.problem(x), *problem, "{typed:?} in {kind}");
        let unread = matches!(problem, Some(Problem::NotWhole | Problem::NotANumber));
        assert_eq!(session.unread(x), unread.then_some(*typed), "{typed:?} in {kind}");
        assert_eq!(session.is_open(x), expected.is_empty() && !unread, "{typed:?} in {kind}");
    }
    session.clear(x);
    assert_eq!((session.unread(x), session.is_open(x)), (None, true));
}

#[test]
fn numbers_are_read_as_typed_and_measured_by_their_bounds() {
    let outside = |min: Option<&str>, max: Option<&str>| {
        let bound = |number: Option<&str>| number.and_then(Decimal::parse);
        Some(Problem::OutOfRange { min: bound(min), max: bound(max) })
    };
    let year = (Some("1940"), Some("2010"));
    check_typed(
        integer(Some(1940), Some(2010)),
        &[
            ("1940", "1940", None),
            ("2010", "2010", None),
            ("1939", "1939", outside(year.0, year.1)),
            ("2011", "2011", outside(year.0, year.1)),
            ("19 80", "1980", None),
            ("1980,0", "1980", None),
            ("1980,5", "", Some(Problem::NotWhole)),
            ("åtti", "", Some(Problem::NotWhole)),
            ("1.980", "", Some(Problem::NotWhole)),
            ("1,980", "", Some(Problem::NotWhole)),
            ("1.000", "", Some(Problem::NotWhole)),
            ("\t", "", None),
            ("99999999999", "", Some(Problem::NotWhole)),
        ],
    );
    check_typed(
        integer(Some(0), None),
        &[("0", "0", None), ("-1", "-1", outside(Some("0"), None)), ("2147483647", "2147483647", None)],
    );
    check_typed(integer(None, Some(0)), &[("1", "1", outside(None, Some("0"))), ("-2147483648", "-2147483648", None)]);
    let bounds = [extension("minValue", "valueDecimal", json!(0.5)), extension("maxValue", "valueInteger", json!(9))];
    check_typed(
        json!({ "type": "decimal", "extension": bounds }),
        &[
            ("0,5", "0.5", None),
            ("0.49", "0.49", outside(Some("0.5"), Some("9"))),
            ("9", "9", None),
            ("9,01", "9.01", outside(Some("0.5"), Some("9"))),
            ("2,50", "2.50", None),
            ("+1.5", "1.5", None),
            ("0,5000000000000000001", "", Some(Problem::NotANumber)),
            ("0,50000000000000001", "0.50000000000000001", None),
            ("0,49999999999999999", "0.49999999999999999", outside(Some("0.5"), Some("9"))),
            ("3,5,1", "", Some(Problem::NotANumber)),
            ("1e1", "", Some(Problem::NotANumber)),
            ("NaN", "", Some(Problem::NotANumber)),
            ("inf", "", Some(Problem::NotANumber)),
            (" ", "", None),
        ],
    );
}

#[test]
fn text_is_kept_as_it_is_but_for_what_cannot_be_sent() {
    let long = |max, found| Some(Problem::TooLong { max, found });
    check_typed(
        json!({ "type": "string", "maxLength": 3 }),
        &[
            ("æøå", "æøå", None),
            ("👩👩👩", "👩👩👩", None),
            ("e\u{301}ab", "e\u{301}ab", long(3, 4)),
            ("abcd", "abcd", long(3, 4)),
            (" a ", " a ", None),
            ("\u{a0}\u{2003}\t", "", None),
            ("a\nb", "a b", None),
            ("a\r\nb", "a b", None),
            ("a\u{0}\u{b}b", "ab", None),
            ("\u{1b}", "", None),
        ],
    );
    check_typed(
        json!({ "type": "text" }),
        &[
            ("«en»\n\"to\"\t'tre' \\ 👍\n", "«en»\n\"to\"\t'tre' \\ 👍\n", None),
            ("</script><b>", "</script><b>", None),
            ("a\u{0}b\u{b}c\u{1b}d\r\ne", "abcd\r\ne", None),
            ("\n\n \n", "", None),
        ],
    );
}

#[test]
fn only_what_is_shown_can_be_wrong_or_open() {
    let when = json!([{ "question": "x", "operator": "=", "answerBoolean": true }]);
    let mut session = session(json!([
        { "linkId": "x", "type": "boolean", "text": "x" },
        with(integer(Some(1), Some(5)), json!({ "linkId": "n", "text": "n", "enableWhen": when })),
        { "linkId": "must", "type": "string", "text": "must", "required": true, "enableWhen": when },
        { "linkId": "tick", "type": "boolean", "text": "tick", "required": true, "extension": [control("check-box")] },
        { "linkId": "hidden", "type": "string", "text": "hidden", "maxLength": 1, "extension": [hidden()] },
    ]));
    let top = id(&session, "page");
    let mut step = |link_id: &str, answer: &str, wrong: &str, open: &str| {
        give(&mut session, link_id, answer);
        let name = |id| session.form().item(id).link_id.clone();
        let found: Vec<String> = session.problems(top).into_iter().map(|(id, _)| name(id)).collect();
        assert_eq!(found.join(" "), wrong, "wrong after {link_id} = {answer:?}");
        let found: Vec<String> = session.open(top).into_iter().map(name).collect();
        assert_eq!(found.join(" "), open, "open after {link_id} = {answer:?}");
    };
    // A tick box is never open, and `required` asks no more of it: unticked is an answer (rule 5).
    step("x", "", "", "x");
    step("x", "yes", "must", "n must");
    step("n", "9", "n must", "must");
    step("n", "ni", "n must", "must");
    step("must", "ja", "n", "");
    step("hidden", "for langt", "n", "");
    step("x", "no", "", "");
    step("x", "yes", "n", "");
    step("n", "", "", "n");
    step("tick", "yes", "", "n");
    step("tick", "no", "", "n");
}

#[test]
fn pages_come_and_go_with_what_they_show() {
    let when = json!([{ "question": "x", "operator": "=", "answerBoolean": true }]);
    let words = json!({ "linkId": "words", "type": "display", "text": "words" });
    let top = |link_id: &str, items: Json| with(page(items), json!({ "linkId": link_id }));
    let question = |link_id: &str| json!({ "linkId": link_id, "type": "string", "text": link_id });
    let form = crate::forms::form(json!([
        with(top("concealed", json!([question("c")])), json!({ "extension": [hidden()] })),
        top("first", json!([{ "linkId": "x", "type": "boolean", "text": "x" }])),
        top("information", json!([words])),
        with(top("branch", json!([question("b")])), json!({ "enableWhen": when })),
        top("inner", json!([with(question("i"), json!({ "enableWhen": when }))])),
        top("empty", json!([])),
        top("all-hidden", json!([with(question("h"), json!({ "extension": [hidden()] }))])),
        top(
            "deep",
            json!([{ "linkId": "section", "type": "group", "text": "section", "item": [question("d"), question("e")] }])
        ),
    ]));
    let mut session = Session::new(form);
    let mut pages = |answer: &str| {
        give(&mut session, "x", answer);
        let name = |id: &svar::questionnaire::ItemId| session.form().item(*id).link_id.clone();
        let pages: Vec<String> = session.pages().iter().map(name).collect();
        let questions: Vec<String> =
            session.pages().iter().flat_map(|page| session.questions(*page)).map(|id| name(&id)).collect();
        (pages.join(" "), questions.join(" "))
    };
    let closed = ("first information deep".to_owned(), "x d e".to_owned());
    assert_eq!(pages(""), closed);
    assert_eq!(pages("yes"), ("first information branch inner deep".to_owned(), "x b i d e".to_owned()));
    assert_eq!(pages("no"), closed);
}

#[test]
fn filling_reaches_the_hidden_items_that_ask_for_it() {
    let filled = |link_id: &str, from: &str| {
        let from = json!({ "url": "https://svar.example/fhir/StructureDefinition/filled-from", "valueCode": from });
        json!({ "linkId": link_id, "type": "string", "extension": [hidden(), from] })
    };
    let names = ["study", "wave", "unit", "variant", "language"];
    let mut session = session(json!(names.map(|name| filled(name, name))));
    let fillings = [Filling::Study, Filling::Wave, Filling::Unit, Filling::Variant, Filling::Language];
    for (filling, name) in fillings.into_iter().zip(names) {
        session.fill(filling, &format!("<{name}>"));
    }
    for name in names {
        assert_eq!(found(&session, name), format!("<{name}>"));
    }
    session.fill(Filling::Variant, " ");
    assert_eq!(found(&session, "variant"), "");
}
