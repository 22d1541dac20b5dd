//! The response: its exact JSON, and the profile's rules 4 to 9.

use serde_json::{Value as Json, json};
use svar::{
    questionnaire::ItemId,
    session::{
        Session,
        flat::flat,
        response::{Heading, Response, completed},
        review::{Reason, review},
    },
};

use crate::forms::{control, extension, form, give, hidden, id, option, page};

fn heading() -> Heading {
    Heading {
        uuid: "0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21".to_owned(),
        pseudonym: "p-1".to_owned(),
        authored: "2026-11-22T09:30:00.000Z".to_owned(),
    }
}

fn small() -> Session {
    Session::new(form(json!([
        { "linkId": "about", "type": "group", "extension": [hidden()], "item": [
            { "linkId": "unit", "type": "string", "extension": [hidden()] },
            { "linkId": "variant", "type": "string", "extension": [hidden()] },
        ] },
        page(json!([
            { "linkId": "intro", "type": "display", "text": "Om helsen" },
            { "linkId": "pain", "type": "boolean", "text": "Har du vondt?" },
            { "linkId": "branch", "type": "group", "text": "Mer", "enableWhen": [{ "question": "pain", "operator": "=", "answerBoolean": true }], "item": [
                { "linkId": "days", "type": "integer", "text": "Hvor mange dager?" },
                { "linkId": "weight", "type": "decimal", "text": "Hvor tungt?" },
            ] },
            { "linkId": "where", "type": "choice", "text": "Hvor?", "repeats": true, "answerOption": [option("back"), option("neck"), option("none!")] },
            { "linkId": "words", "type": "text", "text": "Noe mer?", "maxLength": 40 },
            { "linkId": "line", "type": "string", "text": "Hva?" },
            { "linkId": "tick", "type": "boolean", "text": "Ja takk", "extension": [control("check-box")] },
        ])),
    ])))
}

fn exported(session: &Session) -> Json {
    serde_json::from_slice(&completed(session, &heading()).to_bytes()).unwrap()
}

#[test]
fn the_exact_json_of_a_small_response() {
    let mut session = small();
    for (link_id, answer) in [
        ("unit", "enhet 7"),
        ("pain", "yes"),
        ("days", "3,0"),
        ("weight", "2,50"),
        ("where", "neck back"),
        ("words", "«Å»\n\"nei\" 👍"),
    ] {
        give(&mut session, link_id, answer);
    }
    let found = String::from_utf8(completed(&session, &heading()).to_bytes()).unwrap();
    let expected = r#"{
  "resourceType": "QuestionnaireResponse",
  "identifier": {
    "system": "urn:ietf:rfc:3986",
    "value": "urn:uuid:0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21"
  },
  "questionnaire": "https://svar.example/fhir/Questionnaire/try|1",
  "status": "completed",
  "subject": {
    "identifier": {
      "system": "https://svar.example/fhir/pseudonym",
      "value": "p-1"
    }
  },
  "authored": "2026-11-22T09:30:00.000Z",
  "item": [
    {
      "linkId": "about",
      "item": [
        {
          "linkId": "unit",
          "answer": [
            {
              "valueString": "enhet 7"
            }
          ]
        }
      ]
    },
    {
      "linkId": "page",
      "item": [
        {
          "linkId": "pain",
          "answer": [
            {
              "valueBoolean": true
            }
          ]
        },
        {
          "linkId": "branch",
          "item": [
            {
              "linkId": "days",
              "answer": [
                {
                  "valueInteger": 3
                }
              ]
            },
            {
              "linkId": "weight",
              "answer": [
                {
                  "valueDecimal": 2.50
                }
              ]
            }
          ]
        },
        {
          "linkId": "where",
          "answer": [
            {
              "valueCoding": {
                "system": "https://svar.example/fhir/CodeSystem/try",
                "code": "back"
              }
            },
            {
              "valueCoding": {
                "system": "https://svar.example/fhir/CodeSystem/try",
                "code": "neck"
              }
            }
          ]
        },
        {
          "linkId": "words",
          "answer": [
            {
              "valueString": "«Å»\n\"nei\" 👍"
            }
          ]
        },
        {
          "linkId": "line"
        },
        {
          "linkId": "tick",
          "answer": [
            {
              "valueBoolean": false
            }
          ]
        }
      ]
    }
  ]
}"#;
    // Sent without white space between its members.
    let expected: String = expected.lines().map(str::trim_start).collect();
    assert_eq!(found, expected.replace("\": ", "\":"));
}

#[test]
fn nothing_answered_closed_and_hidden() {
    let mut session = small();
    let page = |items: Json| json!([{ "linkId": "page", "item": items }]);
    let tick = |yes: bool| json!({ "linkId": "tick", "answer": [{ "valueBoolean": yes }] });
    let rest = |pain: Json| {
        page(json!([pain, { "linkId": "where" }, { "linkId": "words" }, { "linkId": "line" }, tick(false)]))
    };
    // Rule 4: what is shown stands, hidden and display items do not; rule 5: the tick box says no.
    assert_eq!(exported(&session)["item"], rest(json!({ "linkId": "pain" })));
    // Rule 1: answered and closed again, the branch is absent.
    for (link_id, answer) in [("pain", "yes"), ("days", "3"), ("pain", "no")] {
        give(&mut session, link_id, answer);
    }
    assert_eq!(exported(&session)["item"], rest(json!({ "linkId": "pain", "answer": [{ "valueBoolean": false }] })));
    // Blank is no answer; what cannot be read is none either, and the page would not have been left with it.
    give(&mut session, "words", " \n");
    give(&mut session, "pain", "");
    give(&mut session, "days", "tre");
    assert_eq!(exported(&session)["item"], rest(json!({ "linkId": "pain" })));
}

#[test]
fn a_form_without_anything_to_say_has_no_items() {
    let session = Session::new(form(json!([page(json!([{ "linkId": "x", "type": "display", "text": "Ord" }]))])));
    let response = exported(&session);
    assert!(response.get("item").is_none(), "{response}");
    assert!(review(session.form(), &serde_json::from_value(response).unwrap()).is_ok());
}

#[test]
fn what_is_loaded_is_exported_as_it_came() {
    let mut session = small();
    let steps = [
        ("unit", "u"),
        ("pain", "yes"),
        ("days", "-3"),
        ("weight", "0,125"),
        ("where", "none"),
        ("tick", "yes"),
        ("line", "'"),
        ("pain", "no"),
    ];
    for (link_id, answer) in steps {
        give(&mut session, link_id, answer);
        let sent = String::from_utf8(completed(&session, &heading()).to_bytes()).unwrap();
        let response: Response = serde_json::from_str(&sent).unwrap();
        assert_eq!((response.uuid(), response.pseudonym()), (Some(heading().uuid.as_str()), Some("p-1")));
        assert_eq!(
            (response.questionnaire(), response.authored()),
            ("https://svar.example/fhir/Questionnaire/try|1", heading().authored.as_str())
        );
        let loaded =
            review(session.form(), &response).unwrap_or_else(|refused| panic!("after {link_id}: {refused:#?}"));
        assert_eq!(String::from_utf8(completed(&loaded, &heading()).to_bytes()).unwrap(), sent);
        let ids: Vec<ItemId> = session.form().ids().collect();
        assert!(ids.iter().all(|id| loaded.enabled(*id) == session.enabled(*id)));
    }
}

#[test]
fn a_corrected_set_names_the_one_it_replaces() {
    let mut session = small();
    give(&mut session, "pain", "no");
    let old = "0b6ae2a4-53c1-4f0e-9d3a-6c1f6a6f2d11";
    let sent = completed(&session, &heading()).replacing(Some(old)).with_id().to_bytes();
    let response: Response = serde_json::from_slice(&sent).unwrap();
    assert_eq!((response.replaces(), response.id()), (Some(old), Some(heading().uuid.as_str())));
    assert!(review(session.form(), &response).is_ok());
    assert_eq!(response.to_bytes(), sent);
    assert_eq!(completed(&session, &heading()).replacing(None), completed(&session, &heading()));

    let mut other: Json = serde_json::from_slice(&sent).unwrap();
    other["extension"][0]["url"] = json!("https://svar.example/fhir/StructureDefinition/name");
    assert!(serde_json::from_value::<Response>(other).is_err(), "an extension of another kind may hold anything");
}

#[test]
fn the_text_of_an_item_is_found_wherever_it_stands() {
    let mut session = small();
    give(&mut session, "unit", "enhet 7");
    give(&mut session, "words", "ord");
    let response = completed(&session, &heading());
    for (link_id, expected) in
        [("unit", Some("enhet 7")), ("words", Some("ord")), ("line", None), ("tick", None), ("none", None)]
    {
        assert_eq!(response.text(link_id), expected, "{link_id}");
    }
}

/// A change of the answered response, and what the re-validation says: which item, for which reason.
fn check_refused(name: &str, change: impl Fn(&mut Json), expected: &[(&str, Reason)]) {
    let mut session = small();
    for (link_id, answer) in
        [("unit", "u"), ("pain", "yes"), ("days", "3"), ("weight", "2,5"), ("where", "back"), ("line", "ja")]
    {
        give(&mut session, link_id, answer);
    }
    let mut response = exported(&session);
    change(&mut response);
    let response: Response = serde_json::from_value(response).unwrap_or_else(|error| panic!("{name}: {error}"));
    let refusals = review(session.form(), &response).err().unwrap_or_default();
    let found: Vec<(&str, Reason)> =
        refusals.iter().map(|refused| (refused.expression.as_str(), refused.reason)).collect();
    let expected: Vec<(String, Reason)> = expected
        .iter()
        .map(|(place, reason)| {
            let steps = place.split('/').filter(|step| !step.is_empty() && !step.starts_with('.'));
            let steps: String = steps.map(|link_id| format!(".item.where(linkId='{link_id}')")).collect();
            let end = if place.starts_with('.') { place } else { steps.as_str() };
            (format!("QuestionnaireResponse{end}"), *reason)
        })
        .collect();
    let expected: Vec<(&str, Reason)> =
        expected.iter().map(|(expression, reason)| (expression.as_str(), *reason)).collect();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn the_reason_and_the_item_are_named() {
    // Places in the answered response.
    const PAIN: &str = "/item/1/item/0";
    const WHERE: &str = "/item/1/item/2";
    let at = |place: &'static str, value: Json| {
        move |response: &mut Json| *response.pointer_mut(place).unwrap() = value.clone()
    };
    let rename = |place: &'static str, link_id: &'static str| {
        move |response: &mut Json| response.pointer_mut(place).unwrap()["linkId"] = json!(link_id)
    };
    check_refused("as it was", |_| {}, &[]);
    check_refused(
        "rule 1",
        at("/item/1/item/0/answer/0/valueBoolean", json!(false)),
        &[("page/branch", Reason::NotExpected)],
    );
    check_refused(
        "rule 4, absent",
        |r| drop(r.pointer_mut("/item/1/item").unwrap().as_array_mut().unwrap().remove(2)),
        &[("page/where", Reason::Absent)],
    );
    check_refused(
        "rule 4, hidden",
        |r| drop(r.pointer_mut("/item/0/item/0").unwrap().as_object_mut().unwrap().remove("answer")),
        &[("about", Reason::NotExpected)],
    );
    check_refused(
        "rule 4, display",
        |r| r.pointer_mut("/item/1/item").unwrap().as_array_mut().unwrap().insert(0, json!({ "linkId": "intro" })),
        &[("page/intro", Reason::NotExpected)],
    );
    check_refused(
        "rule 5",
        |r| drop(r.pointer_mut("/item/1/item/5").unwrap().as_object_mut().unwrap().remove("answer")),
        &[("page/tick", Reason::Absent)],
    );
    check_refused(
        "rule 6, undeclared",
        at("/item/1/item/2/answer/0/valueCoding/code", json!("knee")),
        &[("page/where", Reason::Undeclared)],
    );
    check_refused(
        "rule 6, no system",
        at("/item/1/item/2/answer/0/valueCoding", json!({ "code": "back" })),
        &[("page/where", Reason::Undeclared)],
    );
    let coding = |code: &str| json!({ "valueCoding": { "system": crate::forms::SYSTEM, "code": code } });
    check_refused(
        "rule 6, twice",
        at("/item/1/item/2/answer", json!([coding("back"), coding("back")])),
        &[("page/where", Reason::Together)],
    );
    check_refused(
        "rule 6, exclusive",
        at("/item/1/item/2/answer", json!([coding("back"), coding("none")])),
        &[("page/where", Reason::Together)],
    );
    check_refused("rule 6, any order", at("/item/1/item/2/answer", json!([coding("neck"), coding("back")])), &[]);
    check_refused(
        "rule 6, several",
        at("/item/1/item/0/answer", json!([{ "valueBoolean": true }, { "valueBoolean": false }])),
        &[("page/pain", Reason::Together)],
    );
    check_refused(
        "rule 7, blank",
        at("/item/1/item/4/answer/0/valueString", json!(" \u{2003}")),
        &[("page/line", Reason::Blank)],
    );
    check_refused(
        "rule 7, too long",
        at("/item/1/item/3", json!({ "linkId": "words", "answer": [{ "valueString": "å".repeat(41) }] })),
        &[("page/words", Reason::Limits)],
    );
    check_refused("a line", at("/item/1/item/4/answer/0/valueString", json!("a\r\nb")), &[("page/line", Reason::Type)]);
    check_refused(
        "a control character",
        at("/item/1/item/4/answer/0/valueString", json!("a\u{7}b")),
        &[("page/line", Reason::Type)],
    );
    check_refused(
        "type",
        at("/item/1/item/1/item/0/answer/0", json!({ "valueDecimal": 3.0 })),
        &[("page/branch/days", Reason::Type)],
    );
    check_refused(
        "decimals are decimals",
        at("/item/1/item/1/item/1/answer/0", json!({ "valueInteger": 2 })),
        &[("page/branch/weight", Reason::Type)],
    );
    check_refused("a decimal may be whole", at("/item/1/item/1/item/1/answer/0", json!({ "valueDecimal": 2 })), &[]);
    check_refused(
        "32 bits",
        at("/item/1/item/1/item/0/answer/0/valueInteger", json!(2_147_483_648_i64)),
        &[("page/branch/days", Reason::Type)],
    );
    check_refused(
        "rule 9, unknown",
        rename(WHERE, "who"),
        &[("page/who", Reason::Unknown), ("page/where", Reason::Absent)],
    );
    check_refused(
        "rule 9, escaped",
        rename(WHERE, "o'x\\"),
        &[
            (".item.where(linkId='page').item.where(linkId='o\\'x\\\\')", Reason::Unknown),
            ("page/where", Reason::Absent),
        ],
    );
    check_refused(
        "rule 9, twice",
        rename(WHERE, "pain"),
        &[("page/pain", Reason::Twice), ("page/where", Reason::Absent)],
    );
    check_refused(
        "rule 9, order",
        |r| r.pointer_mut("/item/1/item").unwrap().as_array_mut().unwrap().swap(0, 2),
        &[("page/branch", Reason::Misplaced), ("page/pain", Reason::Misplaced), ("page/branch", Reason::NotExpected)],
    );
    check_refused(
        "rule 9, parent",
        rename(PAIN, "days"),
        &[
            ("page/days", Reason::Misplaced),
            ("page/branch/days", Reason::Twice),
            ("page/days", Reason::NotExpected),
            ("page/branch", Reason::NotExpected),
            ("page/pain", Reason::Absent),
        ],
    );
    check_refused(
        "canonical",
        at("/questionnaire", json!("https://svar.example/fhir/Questionnaire/try|2")),
        &[(".questionnaire", Reason::OtherQuestionnaire)],
    );
}

#[test]
fn required_and_bounds_are_rules_8_and_7() {
    let session = &mut crate::forms::session(json!([
        { "linkId": "must", "type": "string", "text": "must", "required": true },
        { "linkId": "n", "type": "integer", "text": "n", "extension": [extension("minValue", "valueInteger", json!(1))] },
        { "linkId": "hidden", "type": "string", "text": "h", "maxLength": 1, "extension": [hidden()] },
    ]));
    for (link_id, answer, refused) in [
        ("n", "1", &["must"][..]),
        ("n", "0", &["must", "n"]),
        ("must", "ja", &["n"]),
        ("hidden", "ab", &["n", "hidden"]),
        ("n", "", &["hidden"]),
        ("hidden", "", &[]),
    ] {
        give(session, link_id, answer);
        let refusals = review(session.form(), &completed(session, &heading())).err().unwrap_or_default();
        let found: Vec<bool> = refused
            .iter()
            .map(|link_id| refusals.iter().any(|refusal| refusal.expression.contains(&format!("'{link_id}'"))))
            .collect();
        assert!(
            found.len() == refusals.len() && found.iter().all(|found| *found),
            "{link_id} = {answer}: {refusals:#?}"
        );
        assert!(refusals.iter().all(|refusal| refusal.reason == Reason::Limits));
    }
    assert!(session.problem(id(session, "must")).is_none());
}

/// What is no response of ours cannot be read as one: its head and items hold what the profile names, and nothing else.
#[test]
fn the_shape_of_a_response_is_strict() {
    let response = exported(&small());
    let refused = |name: &str, change: &dyn Fn(&mut Json)| {
        let mut response = response.clone();
        change(&mut response);
        assert!(serde_json::from_value::<Response>(response).is_err(), "{name}");
    };
    assert!(serde_json::from_value::<Response>(response.clone()).is_ok());
    for (name, value) in [
        ("resourceType", json!("Questionnaire")),
        ("status", json!("in-progress")),
        ("identifier", json!([])),
        ("subject", json!({ "reference": "Patient/1" })),
        ("authored", json!(null)),
        ("item", json!({})),
        ("item", json!([])),
        ("item", json!(null)),
        ("language", json!("nb")),
        ("source", json!({ "display": "Kari" })),
        ("extension", json!([{ "url": "urn:x" }])),
    ] {
        refused(name, &|response| response[name] = value.clone());
    }
    for name in ["resourceType", "status", "identifier", "subject", "authored", "questionnaire"] {
        refused(name, &|response| drop(response.as_object_mut().unwrap().remove(name)));
    }
    for (place, name, value) in [
        ("/identifier", "use", json!("official")),
        ("/subject", "display", json!("Kari")),
        ("/subject/identifier", "assigner", json!({ "display": "x" })),
        ("/item/0", "text", json!("Side")),
        ("/item/0", "definition", json!("urn:x")),
        ("/item/0", "linkId", json!(5)),
        ("/item/0/item/0", "answer", json!([])),
        ("/item/0/item/0", "answer", json!(null)),
        ("/item/0/item/0", "answer", json!([{}])),
        ("/item/0/item/0", "answer", json!([{ "valueBoolean": true, "valueInteger": 1 }])),
        ("/item/0/item/0", "answer", json!([{ "valueBoolean": true, "item": [] }])),
        ("/item/0/item/0", "answer", json!([{ "valueDate": "2026-11-22" }])),
        ("/item/0/item/0", "answer", json!([{ "valueInteger": 1.0 }])),
        ("/item/0/item/0", "answer", json!([{ "valueCoding": { "code": "a", "display": "A" } }])),
        ("/item/0/item/0", "item", json!([])),
    ] {
        refused(&format!("{place} {name} {value}"), &|response| {
            response.pointer_mut(place).unwrap()[name] = value.clone()
        });
    }
    let doubled =
        response.to_string().replace(r#""status":"completed""#, r#""status":"completed","status":"completed""#);
    assert!(serde_json::from_str::<Response>(&doubled).is_err(), "a doubled key");
}

#[test]
fn the_flat_form_has_the_same_answers_as_plain_values() {
    let mut session = small();
    for (link_id, answer) in
        [("unit", "enhet 7"), ("pain", "yes"), ("days", "3"), ("weight", "2,50"), ("where", "neck back")]
    {
        give(&mut session, link_id, answer);
    }
    let found = String::from_utf8(flat(&session, &heading())).unwrap();
    let expected = concat!(
        r#"{"id":"0b0f6a3e-3c1d-4a63-9a2f-0d9a5f1c7e21","pseudonym":"p-1","#,
        r#""questionnaire":"https://svar.example/fhir/Questionnaire/try|1","authored":"2026-11-22T09:30:00.000Z","#,
        r#""unit":"enhet 7","pain":true,"days":3,"weight":2.50,"where":["back","neck"],"#,
        r#""words":null,"line":null,"tick":false}"#,
    );
    assert_eq!(found, expected);

    give(&mut session, "pain", "no");
    give(&mut session, "where", "none");
    let found: Json = serde_json::from_slice(&flat(&session, &heading())).unwrap();
    assert_eq!((found.get("days"), found.get("weight")), (None, None), "what is not asked is left out");
    assert_eq!((&found["pain"], &found["where"]), (&json!(false), &json!(["none"])));
    assert_eq!(flat(&session, &heading()), flat(&session.clone(), &heading()), "the same answers are the same bytes");
}

#[test]
fn a_question_may_be_called_as_the_flat_form_calls_its_own() {
    let mut session = Session::new(form(json!([page(json!([
        { "linkId": "id", "type": "integer", "text": "Nummer" },
        { "linkId": "it's \"x\"", "type": "string", "text": "Ord" },
        { "linkId": "one", "type": "choice", "text": "Hvor?", "answerOption": [option("back"), option("neck")] },
    ]))])));
    give(&mut session, "id", "7");
    give(&mut session, "one", "neck");
    let found: Json = serde_json::from_slice(&flat(&session, &heading())).unwrap();
    assert_eq!((&found["id"], &found["id_"]), (&json!(heading().uuid), &json!(7)));
    assert_eq!((&found["it's \"x\""], &found["one"]), (&Json::Null, &json!("neck")));
}

#[test]
fn a_response_may_have_its_uuid_as_its_own_id() {
    let (session, heading) = (small(), heading());
    let plain = completed(&session, &heading);
    assert_eq!(plain.id(), None);
    let bytes = plain.clone().with_id().to_bytes();
    let mut found: Json = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(found.as_object_mut().unwrap().remove("id"), Some(json!(heading.uuid)));
    assert_eq!(found, serde_json::from_slice::<Json>(&plain.to_bytes()).unwrap(), "nothing else differs");
    let read: Response = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(read.id(), Some(heading.uuid.as_str()));
    assert_eq!(read.to_bytes(), bytes);
    assert!(review(session.form(), &read).is_ok());
    found["id"] = json!("6f1b2c3d-0000-4000-8000-000000000001");
    let other: Response = serde_json::from_value(found.clone()).unwrap();
    assert_eq!(review(session.form(), &other).unwrap_err()[0].reason, Reason::OtherId);
    found["id"] = Json::Null;
    assert!(serde_json::from_value::<Response>(found).is_err());
}
