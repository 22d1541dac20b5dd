//! `enableWhen`: every type and operator by the profile's rules 1 to 3, closing and reopening, and the incremental
//! settling against a plain reading of the rules.

use serde_json::{Value as Json, json};
use svar::{
    questionnaire::{
        self, Condition, Expected, Form, ItemId, Kind, Operator,
        compact::{self, Holds},
    },
    session::{Session, Value},
};

use crate::{
    forms::{SYSTEM, control, found, give, hidden, id, option, page, questionnaire, read, session, with},
    random::{count, for_each_seed},
    random_form::random_form,
    walk,
};

fn boolean() -> Json {
    json!({ "type": "boolean" })
}

fn tick_box() -> Json {
    json!({ "type": "boolean", "extension": [control("check-box")] })
}

fn number(kind: &str) -> Json {
    json!({ "type": kind })
}

fn choice(repeats: bool) -> Json {
    json!({ "type": "choice", "repeats": repeats, "answerOption": [option("a"), option("b"), option("c"), option("none!")] })
}

fn code(code: &str) -> Json {
    json!({ "answerCoding": { "system": SYSTEM, "code": code } })
}

fn yes(yes: bool) -> Json {
    json!({ "answerBoolean": yes })
}

fn integer(number: i64) -> Json {
    json!({ "answerInteger": number })
}

fn decimal(number: f64) -> Json {
    json!({ "answerDecimal": number })
}

fn text(words: &str) -> Json {
    json!({ "answerString": words })
}

/// A question `x` of this kind, and `z` with these conditions on it.
fn asked(kind: Json, conditions: &[(&str, Json)], more: Json) -> Json {
    let conditions: Vec<Json> = conditions
        .iter()
        .map(|(operator, answer)| with(answer.clone(), json!({ "question": "x", "operator": operator })))
        .collect();
    json!([
        with(kind, json!({ "linkId": "x", "text": "x" })),
        with(json!({ "linkId": "z", "text": "z", "type": "display", "enableWhen": conditions }), more),
    ])
}

/// Answers to `x`, and whether the condition then holds.
fn check(rule: &str, kind: Json, operator: &str, answer: Json, answered: &[(&str, bool)]) {
    let mut session = session(asked(kind, &[(operator, answer.clone())], json!({})));
    // There and back again, so that every change between two answers is settled in both directions.
    for (given, holds) in answered.iter().chain(answered.iter().rev()) {
        give(&mut session, "x", given);
        let z = id(&session, "z");
        assert_eq!(session.enabled(z), *holds, "rule {rule}: x {operator} {answer} with the answer {given:?}");
    }
}

#[test]
fn every_type_with_every_operator() {
    // exists: an answer, whichever.
    for (kind, one, several) in [
        (boolean(), "no", None),
        (number("integer"), "0", None),
        (number("decimal"), "0,0", None),
        (number("string"), "ja", None),
        (number("text"), "ja\nnei", None),
        (choice(false), "a", None),
        (choice(true), "a", Some("a b")),
    ] {
        let answered = |holds: bool| {
            let mut answered = vec![("", !holds), (one, holds)];
            answered.extend(several.map(|several| (several, holds)));
            answered
        };
        check("2, exists", kind.clone(), "exists", yes(true), &answered(true));
        check("2, exists false", kind, "exists", yes(false), &answered(false));
    }
    // Rule 5: a tick box has an answer as long as it is shown.
    check("2 and 5", tick_box(), "exists", yes(true), &[("", true), ("yes", true), ("no", true)]);
    check("2 and 5", tick_box(), "exists", yes(false), &[("", false), ("yes", false), ("no", false)]);
    check("2 and 5", tick_box(), "=", yes(false), &[("", true), ("yes", false), ("no", true)]);
    check("2 and 5", tick_box(), "!=", yes(true), &[("", true), ("yes", false), ("no", true)]);
    check("2 and 5", tick_box(), "!=", yes(false), &[("", false), ("yes", true), ("no", false)]);
    check("2 and 5", tick_box(), "=", yes(true), &[("", false), ("yes", true), ("no", false)]);

    for (kind, answer, same, other) in [
        (boolean(), yes(true), "yes", "no"),
        (boolean(), yes(false), "no", "yes"),
        (number("integer"), integer(3), "3", "4"),
        (number("integer"), integer(0), "0", "-1"),
        (number("decimal"), decimal(2.5), "2,5", "2.51"),
        (number("decimal"), decimal(3.0), "3", "3,01"),
        (number("string"), text("Ja"), "Ja", "ja"),
        (number("string"), text("å"), "å", "a\u{30a}"),
        (number("text"), text("ja"), "ja", "ja "),
        (choice(false), code("b"), "b", "a"),
        (choice(true), code("b"), "b", "a"),
    ] {
        check(
            "2, = some answer equals",
            kind.clone(),
            "=",
            answer.clone(),
            &[("", false), (same, true), (other, false)],
        );
        check("2, != no answer equals", kind, "!=", answer, &[("", true), (same, false), (other, true)]);
    }
    let several = [("", false), ("a", false), ("a b", true), ("b c", true), ("a c", false), ("none", false)];
    check("2, = one of several", choice(true), "=", code("b"), &several);
    let several = several.map(|(given, equals)| (given, !equals));
    check("2, != none of several", choice(true), "!=", code("b"), &several);

    for (kind, answer) in [(number("integer"), integer(3)), (number("decimal"), decimal(3.0))] {
        for (operator, less, equal, greater) in
            [(">", false, false, true), ("<", true, false, false), (">=", false, true, true), ("<=", true, true, false)]
        {
            let answered = [("", false), ("2", less), ("3", equal), ("4", greater), ("-3", less), ("tre", false)];
            check("2, order; false without an answer", kind.clone(), operator, answer.clone(), &answered);
        }
    }
    check("2, in between", number("decimal"), ">", decimal(0.3), &[("0,3", false), ("0,30000001", true)]);
}

#[test]
fn what_has_no_order_or_another_type_is_refused() {
    let kinds = [
        ("boolean", boolean(), yes(true)),
        ("integer", number("integer"), integer(1)),
        ("decimal", number("decimal"), decimal(1.0)),
        ("string", number("string"), text("a")),
        ("text", number("text"), text("a")),
        ("choice", choice(false), code("a")),
        ("choice", choice(true), code("a")),
    ];
    let key = |answer: &Json| answer.as_object().unwrap().keys().next().unwrap().clone();
    for (name, kind, own) in &kinds {
        for (_, _, answer) in &kinds {
            for operator in ["exists", "=", "!=", ">", "<", ">=", "<="] {
                let fits = match operator {
                    "exists" => key(answer) == "answerBoolean",
                    "=" | "!=" => key(answer) == key(own),
                    _ => key(answer) == key(own) && ["integer", "decimal"].contains(name),
                };
                let source =
                    questionnaire(json!([page(asked(kind.clone(), &[(operator, answer.clone())], json!({})))]));
                let reading = questionnaire::read(&source, &[]);
                let codes: Vec<&str> = reading.findings.iter().map(|finding| finding.rule.code()).collect();
                assert_eq!(reading.form.is_some(), fits, "{name} {operator} {answer}: {:#?}", reading.findings);
                assert_eq!(codes.contains(&"condition-type"), !fits, "{name} {operator} {answer}: {codes:?}");
            }
        }
    }
}

#[test]
fn codings_are_equal_by_system_and_code_or_by_code_alone() {
    let two_systems = json!({ "type": "choice", "repeats": true, "answerOption": [
        { "valueCoding": { "system": "urn:one", "code": "a", "display": "a" } },
        { "valueCoding": { "system": "urn:two", "code": "a", "display": "a" } },
        { "valueCoding": { "code": "b", "display": "b" } },
    ] });
    for (coding, one, two) in [
        (json!({ "system": "urn:one", "code": "a" }), true, false),
        (json!({ "system": "urn:two", "code": "a" }), false, true),
        (json!({ "code": "a" }), true, true),
    ] {
        let mut session = session(asked(two_systems.clone(), &[("=", json!({ "answerCoding": coding }))], json!({})));
        let (x, z) = (id(&session, "x"), id(&session, "z"));
        session.choose(x, 0);
        assert_eq!(session.enabled(z), one, "rule 3: {coding}");
        session.choose(x, 0);
        session.choose(x, 1);
        assert_eq!(session.enabled(z), two, "rule 3: {coding}");
        session.choose(x, 1);
        session.choose(x, 2);
        assert!(!session.enabled(z), "rule 3: {coding}");
    }
}

#[test]
fn any_takes_one_condition_and_all_takes_each() {
    let between = [(">", integer(1)), ("<", integer(3))];
    for (more, answered) in [
        (json!({ "enableBehavior": "all" }), [("", false), ("0", false), ("2", true), ("5", false)]),
        (json!({ "enableBehavior": "any" }), [("", false), ("0", true), ("2", true), ("5", true)]),
    ] {
        let mut session = session(asked(number("integer"), &between, more.clone()));
        for (given, holds) in answered {
            give(&mut session, "x", given);
            assert_eq!(session.enabled(id(&session, "z")), holds, "{more} with {given:?}");
        }
    }
}

/// `a` opens `b`, `b` opens the group with `c`, `c` opens `d`.
fn chain() -> Json {
    let when = |question: &str| json!([{ "question": question, "operator": "=", "answerBoolean": true }]);
    json!([
        { "linkId": "a", "type": "boolean", "text": "a" },
        { "linkId": "d", "type": "integer", "text": "d", "enableWhen": when("c") },
        { "linkId": "b", "type": "boolean", "text": "b", "enableWhen": when("a") },
        { "linkId": "group", "type": "group", "text": "group", "enableWhen": when("b"), "item": [
            { "linkId": "c", "type": "boolean", "text": "c" },
        ] },
        { "linkId": "no-c", "type": "display", "text": "no c",
          "enableWhen": [{ "question": "c", "operator": "exists", "answerBoolean": false }] },
        { "linkId": "not-c", "type": "display", "text": "not c",
          "enableWhen": [{ "question": "c", "operator": "!=", "answerBoolean": true }] },
    ])
}

fn enabled(session: &Session) -> String {
    let form = session.form();
    let names: Vec<&str> = form
        .ids()
        .filter(|id| session.enabled(*id))
        .map(|id| form.item(id).link_id.as_str())
        .filter(|name| *name != "page")
        .collect();
    names.join(" ")
}

#[test]
fn closing_goes_all_the_way_down_and_answers_come_back() {
    let mut session = session(chain());
    let mut step = |link_id: &str, answer: &str, expected: &str| {
        give(&mut session, link_id, answer);
        assert_eq!(enabled(&session), expected, "after {link_id} = {answer:?}");
        session.clone()
    };
    step("a", "", "a no-c not-c");
    step("a", "yes", "a b no-c not-c");
    step("b", "yes", "a b group c no-c not-c");
    step("c", "yes", "a d b group c");
    step("d", "7", "a d b group c");
    // Rule 1: closed, everything below is disabled, and the answers below count as absent everywhere.
    let closed = step("a", "no", "a no-c not-c");
    assert_eq!(
        (found(&closed, "b").as_str(), found(&closed, "c").as_str(), found(&closed, "d").as_str()),
        ("yes", "yes", "7")
    );
    let d = id(&closed, "d");
    assert!(closed.counting(d).is_empty() && !closed.answers(d).is_empty());
    // Reopened, they are there again.
    step("a", "yes", "a d b group c");
    // An answer given to a closed question opens nothing until the question is open itself.
    step("a", "", "a no-c not-c");
    step("c", "no", "a no-c not-c");
    step("a", "yes", "a b group c not-c");
}

#[test]
fn a_change_names_what_was_switched_and_nothing_else() {
    let mut session = session(chain());
    let name = |session: &Session, ids: &[ItemId]| {
        ids.iter().map(|id| session.form().item(*id).link_id.clone()).collect::<Vec<_>>().join(" ")
    };
    for (link_id, answer, switched) in [
        ("a", true, "b"),
        ("a", true, ""),
        ("b", true, "group"),
        ("c", true, "d no-c not-c"),
        ("a", false, "b group d no-c not-c"),
        ("b", false, ""),
        ("a", true, "b"),
    ] {
        let asked = id(&session, link_id);
        let before = session.answers(asked).to_vec();
        let changes = session.say(asked, answer);
        let mut found = changes.switched.clone();
        found.sort();
        let mut wanted: Vec<ItemId> = switched.split_whitespace().map(|name| id(&session, name)).collect();
        wanted.sort();
        assert_eq!(found, wanted, "{link_id} = {answer}: {}", name(&session, &changes.switched));
        assert_eq!(changes.answered, (before != session.answers(asked)).then_some(asked));
    }
}

#[test]
fn hidden_is_not_disabled() {
    let session = &mut session(json!([
        { "linkId": "x", "type": "boolean", "text": "x", "extension": [hidden()] },
        { "linkId": "tick", "type": "boolean", "text": "tick", "extension": [hidden(), control("check-box")] },
        { "linkId": "z", "type": "display", "text": "z", "enableWhen": [{ "question": "x", "operator": "=", "answerBoolean": true }] },
        { "linkId": "y", "type": "display", "text": "y", "enableWhen": [{ "question": "tick", "operator": "exists", "answerBoolean": true }] },
    ]));
    assert_eq!(enabled(session), "x tick");
    assert!(!session.shown(id(session, "x")));
    give(session, "x", "yes");
    assert_eq!(enabled(session), "x tick z", "a hidden answer counts");
    give(session, "tick", "no");
    assert_eq!(enabled(session), "x tick z y", "a hidden tick box has an answer only if it is given one (rule 5)");
}

/// The checker refuses a form with a cycle; should one come in a compiled file all the same, evaluation ends.
#[test]
fn cycles_end() {
    let base = read(&questionnaire(json!([page(json!([
        { "linkId": "a", "type": "boolean", "text": "a" },
        { "linkId": "b", "type": "boolean", "text": "b" },
        { "linkId": "group", "type": "group", "text": "group", "item": [{ "linkId": "c", "type": "boolean", "text": "c" }] },
    ]))])));
    let at = |link_id: &str| base.find(link_id).unwrap();
    let when = |question: &str, operator, yes| Condition {
        question: at(question),
        operator,
        expected: Expected::Boolean(yes),
    };
    let cycles: [&[(&str, Condition)]; 4] = [
        &[("a", when("a", Operator::Exists, false))],
        &[("a", when("b", Operator::Exists, false)), ("b", when("a", Operator::Exists, true))],
        &[("group", when("c", Operator::NotEqual, true))],
        &[
            ("a", when("b", Operator::NotEqual, true)),
            ("b", when("c", Operator::Exists, false)),
            ("group", when("a", Operator::Equal, true)),
        ],
    ];
    for cycle in cycles {
        let mut form = (*base).clone();
        for (link_id, condition) in cycle {
            form.items[at(link_id).0 as usize].conditions.push(condition.clone());
        }
        let bytes = compact::encode(Holds::Form, &form).unwrap();
        let mut session = Session::new(compact::decode_form(&bytes).unwrap().into());
        for (link_id, answer) in
            ["a", "b", "c"].iter().flat_map(|id| ["yes", "no", "", "yes"].map(|answer| (*id, answer)))
        {
            give(&mut session, link_id, answer);
            session.pages();
        }
    }
}

/// Rules 1 to 3 read plainly, from scratch and without an order: what the session settles by and by must equal it.
struct Plainly<'a>(&'a Session);

impl Plainly<'_> {
    fn form(&self) -> &Form {
        self.0.form()
    }

    fn own(&self, id: ItemId) -> bool {
        let item = self.form().item(id);
        let mut holds = item.conditions.iter().map(|condition| self.holds(condition));
        item.conditions.is_empty() || if item.any { holds.any(|holds| holds) } else { holds.all(|holds| holds) }
    }

    fn enabled(&self, id: ItemId) -> bool {
        self.own(id) && self.form().item(id).parent.is_none_or(|parent| self.enabled(parent))
    }

    fn hidden(&self, id: ItemId) -> bool {
        self.form().item(id).hidden || self.form().item(id).parent.is_some_and(|parent| self.hidden(parent))
    }

    fn answers(&self, id: ItemId) -> Vec<Value> {
        let unticked = self.form().item(id).kind == Kind::Boolean { tick_box: true } && !self.hidden(id);
        match self.0.answers(id) {
            _ if !self.enabled(id) => Vec::new(),
            [] if unticked => vec![Value::Boolean(false)],
            answers => answers.iter().filter(|answer| self.offered(id, answer)).cloned().collect(),
        }
    }

    fn offered(&self, id: ItemId, answer: &Value) -> bool {
        let Value::Option(place) = answer else { return true };
        self.form().options(id)[usize::from(*place)].present.is_none_or(|awaited| self.enabled(awaited))
    }

    fn holds(&self, condition: &Condition) -> bool {
        let answers = self.answers(condition.question);
        let some = |fits: &dyn Fn(&Value) -> bool| answers.iter().any(fits);
        let equals = |answer: &Value| match (answer, &condition.expected) {
            (Value::Boolean(answer), Expected::Boolean(expected)) => answer == expected,
            (Value::Text(answer), Expected::Text(expected)) => answer == expected,
            (Value::Option(answer), Expected::Options(expected)) => expected.contains(answer),
            (answer, Expected::Number(expected)) => answer.number() == Some(*expected),
            _ => false,
        };
        let number = |answer: &Value| {
            (
                answer.number().unwrap(),
                match condition.expected {
                    Expected::Number(expected) => expected,
                    _ => panic!("an order without a number"),
                },
            )
        };
        match condition.operator {
            Operator::Exists => condition.expected == Expected::Boolean(!answers.is_empty()),
            Operator::Equal => some(&equals),
            Operator::NotEqual => !some(&equals),
            Operator::Greater => some(&|answer| {
                let (a, b) = number(answer);
                a > b
            }),
            Operator::Less => some(&|answer| {
                let (a, b) = number(answer);
                a < b
            }),
            Operator::AtLeast => some(&|answer| {
                let (a, b) = number(answer);
                a >= b
            }),
            Operator::AtMost => some(&|answer| {
                let (a, b) = number(answer);
                a <= b
            }),
        }
    }
}

#[test]
fn settling_by_and_by_equals_settling_from_scratch() {
    for_each_seed(count(400, 5_000), |random, _| {
        let source = random_form(random);
        let form = read(&source);
        let questions: Vec<ItemId> = form.ids().filter(|id| form.item(*id).kind.is_question()).collect();
        if questions.is_empty() {
            return;
        }
        let mut session = Session::new(form.clone());
        for _ in 0..40 {
            let before: Vec<bool> = form.ids().map(|id| Plainly(&session).own(id)).collect();
            // Any question, shown or not: answers may come back from a draft while their branch is closed.
            let asked = random.pick(&questions);
            let known = session.clone();
            if random.chance(20) {
                session.clear(asked);
            } else {
                walk::step(&mut session, random, asked, 50);
            }
            let plainly = Plainly(&session);
            for id in form.ids() {
                let link_id = &form.item(id).link_id;
                assert_eq!(session.enabled(id), plainly.enabled(id), "{link_id} in {source}");
                assert_eq!(*session.counting(id), plainly.answers(id), "{link_id} in {source}");
            }
            // One command again, alone, to see what it says of itself.
            let mut again = known;
            let values = session.answers(asked).to_vec();
            if again.answers(asked) != values && !matches!(form.item(asked).kind, Kind::Choice { repeats: true, .. }) {
                let changes = match values.first() {
                    None => again.clear(asked),
                    Some(Value::Boolean(yes)) => again.say(asked, *yes),
                    Some(Value::Option(place)) => again.choose(asked, *place),
                    Some(other) => again.type_in(asked, &other.typed()),
                };
                let mut switched = changes.switched;
                switched.sort();
                let wanted: Vec<ItemId> = form.ids().filter(|id| plainly.own(*id) != before[id.0 as usize]).collect();
                assert_eq!(switched, wanted, "what was switched by {} in {source}", form.item(asked).link_id);
            }
        }
        let stands = |fresh: &Session| {
            for id in form.ids() {
                assert_eq!(fresh.enabled(id), session.enabled(id), "{} in {source}", form.item(id).link_id);
            }
        };
        // A session that takes all of them at once, from a draft, stands where this one does.
        stands(&Session::restore(form.clone(), &session.draft()).expect("its own draft").session);
        // So does a fresh one that is given them in another order, unless an option can be chosen only after another.
        if form.ids().any(|id| form.options(id).iter().any(|option| option.present.is_some())) {
            return;
        }
        let mut fresh = Session::new(form.clone());
        let mut order = questions.clone();
        for place in (1..order.len()).rev() {
            order.swap(place, random.below(place + 1));
        }
        for asked in order {
            for value in session.answers(asked) {
                match value {
                    Value::Boolean(yes) => drop(fresh.say(asked, *yes)),
                    Value::Option(place) => drop(fresh.choose(asked, *place)),
                    other => drop(fresh.type_in(asked, &other.typed())),
                }
            }
        }
        stands(&fresh);
    });
}
