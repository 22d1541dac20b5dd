//! `study.json` and invitations: what is read, and what is said of what cannot be.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use svar::study::{Invitation, InvitationError, invitation::MAX_LENGTH, source};

fn words() -> Json {
    json!({ "nb": "Ord", "en": "Words" })
}

fn whole() -> Json {
    let part =
        |id: &str| json!({ "id": id, "questionnaire": format!("{id}.json"), "minutes": 10, "received": words() });
    json!({
        "id": "helse", "version": "1", "languages": ["nb", "en"], "title": words(), "demonstration": true, "responsible": words(),
        "contact": { "name": words(), "email": "post@svar.example", "phone": "+47 00 00 00 00" },
        "welcome": { "nb": "## Hei\n- **ja**", "en": "Hello" },
        "details": [{ "title": words(), "text": words() }],
        "safety": words(), "declined": words(), "endpoint": { "kind": "fhir", "base": "/fhir/" },
        "waves": [{ "id": "q1", "title": words(), "minutes": 25, "parts": [part("core"), part("rest")],
            "consent": { "questionnaire": "consent.json", "takingPart": "consent.yes", "received": words() } }],
    })
}

/// Sets the place, a JSON pointer, or takes it out; the manifest is then refused in these words.
fn check(place: &str, value: impl Into<Option<Json>>, expected: &str) {
    let mut source = whole();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = source.pointer_mut(parent).unwrap_or_else(|| panic!("no {place}"));
    match value.into() {
        Some(value) => parent[name] = value,
        None => drop(parent.as_object_mut().unwrap().remove(name).unwrap_or_else(|| panic!("no {place}"))),
    }
    let found = source::read(&source).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(found, Err(expected.to_owned()), "{place}");
}

#[test]
fn each_mistake_is_named_with_its_place() {
    for name in [
        "id",
        "version",
        "languages",
        "title",
        "responsible",
        "contact",
        "welcome",
        "details",
        "safety",
        "declined",
        "endpoint",
        "waves",
    ] {
        check(&format!("/{name}"), None, &format!("study.{name}: expected a value, found nothing"));
    }
    check("/id", json!("Helse"), "study.id: expected lower-case letters, digits and hyphens, found \"Helse\"");
    check("/id", json!("../x"), "study.id: expected lower-case letters, digits and hyphens, found \"../x\"");
    check("/id", json!(" "), "study.id: expected a text, found \" \"");
    check("/version", json!(1), "study.version: expected a text, found 1");
    check("/languages", json!([]), "study: expected at least one language, found an object");
    check("/languages", json!("nb"), "study.languages: expected a list, found \"nb\"");
    check("/languages", json!(["nb", 5]), "study.languages[1]: expected a text, found 5");
    check("/languages", json!(["nb", "en", "nn"]), "study.title.nn: expected a value, found nothing");
    check("/title/en", None, "study.title.en: expected a value, found nothing");
    check("/title/nb", json!("\n"), "study.title.nb: expected a text, found \"\\n\"");
    check("/welcome/en", json!([]), "study.welcome.en: expected a text, found a list");
    check("/contact/email", None, "study.contact.email: expected a value, found nothing");
    check("/contact/phone", json!({}), "study.contact.phone: expected a text, found an object");
    check("/details", json!({}), "study.details: expected a list, found an object");
    check("/details/0/text", None, "study.details[0].text: expected a value, found nothing");
    check("/endpoint/kind", json!("post"), "study.endpoint.kind: expected `fhir`, `sealed` or `flat`, found \"post\"");
    check("/endpoint/kind", json!("sealed"), "study.endpoint.key: expected a value, found nothing");
    check(
        "/endpoint/write",
        json!("upsert"),
        "study.endpoint.write: expected `conditional-create`, `create` or `update`, found \"upsert\"",
    );
    check("/endpoint/base", None, "study.endpoint.base: expected a value, found nothing");
    check("/waves", json!([]), "study: expected at least one wave, found an object");
    check("/waves/0/parts", json!([]), "study.waves[0]: expected a wave with at least one part, found an object");
    check(
        "/waves/0/id",
        json!("Q 1"),
        "study.waves[0].id: expected lower-case letters, digits and hyphens, found \"Q 1\"",
    );
    for minutes in [json!(0), json!(241), json!("25"), json!(2.5), json!(-1)] {
        check(
            "/waves/0/minutes",
            minutes.clone(),
            &format!("study.waves[0].minutes: expected minutes from 1 to 240, found {minutes}"),
        );
    }
    check("/waves/0/parts/1/received/en", None, "study.waves[0].parts[1].received.en: expected a value, found nothing");
    check(
        "/waves/0/parts/0/questionnaire",
        json!(null),
        "study.waves[0].parts[0].questionnaire: expected a text, found null",
    );
    check(
        "/waves/0/window",
        json!({ "from": "birth", "days": 14 }),
        "study.waves[0].window.from: expected `mailing` or `randomisation`, found \"birth\"",
    );
    for days in [json!(0), json!(367), json!("14")] {
        let window = json!({ "from": "mailing", "days": days });
        check(
            "/waves/0/window",
            window,
            &format!("study.waves[0].window.days: expected days from 1 to 366, found {days}"),
        );
    }
    check(
        "/waves/0/window",
        json!({ "from": "mailing", "days": 14 }),
        "study.calendar: expected a value, found nothing",
    );
    check("/calendar", json!({}), "study.calendar.timeZone: expected a value, found nothing");
    check(
        "/calendar",
        json!({ "timeZone": "Europe/Oslo", "delay": { "includedBefore": "2020-03-12", "months": 0 } }),
        "study.calendar.delay.months: expected months from 1 to 60, found 0",
    );
    check("/waves/0/welcome", json!({ "nb": "Hei" }), "study.waves[0].welcome.en: expected a value, found nothing");
    check("/waves/0/consent/takingPart", None, "study.waves[0].consent.takingPart: expected a value, found nothing");
    for nothing in [json!(null), json!([]), json!("study")] {
        assert!(source::read(&nothing).is_err());
    }
}

#[test]
fn answers_go_where_they_may() {
    for (address, base) in [
        ("/fhir", Some("/fhir")),
        ("/fhir/", Some("/fhir")),
        ("https://collector.example/fhir", Some("https://collector.example/fhir")),
        ("http://127.0.0.1:8080/fhir", Some("http://127.0.0.1:8080/fhir")),
        ("http://localhost", Some("http://localhost")),
        ("http://[::1]:8080", Some("http://[::1]:8080")),
        ("http://collector.example/fhir", None),
        ("http://localhost.evil.example", None),
        ("http://127.0.0.1.evil.example/", None),
        ("http://127.0.0.1@evil.example/", None),
        ("//evil.example/fhir", None),
        ("/\\evil.example/fhir", None),
        ("ftp://collector.example", None),
        ("javascript:alert(1)", None),
        ("collector.example", None),
        ("HTTPS://collector.example", None),
    ] {
        let mut source = whole();
        source["endpoint"]["base"] = json!(address);
        let found = source::read(&source).map(|study| study.endpoint.base).map_err(|error| error.path);
        assert_eq!(found, base.map(str::to_owned).ok_or("study.endpoint.base".to_owned()), "{address}");
    }
}

/// An origin stands in a header and is compared with what the browser says: as the browser writes it, and nothing else.
#[test]
fn pages_are_trusted_by_their_origin() {
    for (origin, fits) in [
        ("https://portal.example", true),
        ("https://portal.example:8443", true),
        ("http://127.0.0.1:8080", true),
        ("http://localhost", true),
        ("http://[::1]:8080", true),
        ("http://portal.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("https://portal.example/", false),
        ("https://portal.example/path", false),
        ("https://portal.example:443", false),
        ("http://localhost:80", false),
        ("https://Portal.example", false),
        ("https://*.example", false),
        ("https://", false),
        ("https://a.example;script-src *", false),
        ("https://a.example https://b.example", false),
        ("https://a.example\"", false),
        ("*", false),
        ("null", false),
        ("", false),
    ] {
        for list in ["element", "frame"] {
            let mut source = whole();
            source["embedding"] = json!({ list: ["https://other.example", origin] });
            let found = source::read(&source).map_err(|error| error.path);
            let trusted =
                found.map(|study| if list == "element" { study.embedding.element } else { study.embedding.frame });
            let expected = vec!["https://other.example".to_owned(), origin.to_owned()];
            assert_eq!(
                trusted,
                if fits { Ok(expected) } else { Err(format!("study.embedding.{list}[1]")) },
                "{origin}"
            );
        }
    }
}

#[test]
fn an_element_is_at_home_at_its_own_origin_and_where_it_is_trusted() {
    let mut source = whole();
    source["embedding"] = json!({ "element": ["https://portal.example"] });
    let study = source::read(&source).unwrap();
    for (address, around, may) in [
        ("https://svar.example/studies/helse/study.svar", "https://svar.example", true),
        ("https://svar.example/studies/helse/study.svar", "https://portal.example", true),
        ("https://svar.example/studies/helse/study.svar", "https://portal.example:8443", false),
        ("https://svar.example/studies/helse/study.svar", "https://svar.example.evil.example", false),
        ("https://svar.example@evil.example/study.svar", "https://svar.example", false),
        ("https://svar.example?https://evil.example/", "https://evil.example", false),
        ("https://svar.example", "https://svar.example", true),
        ("/studies/helse/study.svar", "", true),
        ("https://svar.example/study.svar", "null", false),
    ] {
        assert_eq!(study.may_be_embedded(address, around), may, "{address} on {around}");
    }
}

/// An endpoint on the study's own origin is there, and not on that of the page around.
#[test]
fn answers_go_to_where_the_study_lies() {
    for (base, address, expected) in [
        ("/fhir", "https://svar.example/studies/helse/study.svar", "https://svar.example/fhir"),
        ("/fhir", "http://127.0.0.1:8080/study.svar", "http://127.0.0.1:8080/fhir"),
        ("/fhir", "studies/helse/study.svar", "/fhir"),
        ("https://collector.example/fhir", "https://svar.example/study.svar", "https://collector.example/fhir"),
    ] {
        let mut source = whole();
        source["endpoint"]["base"] = json!(base);
        let mut study = source::read(&source).unwrap();
        study.lies_at(address);
        assert_eq!(study.endpoint.base, expected, "{base} of {address}");
    }
}

/// What a page says of its language may have a region, or be one that the study does not have.
#[test]
fn a_language_is_taken_as_near_as_there_is() {
    let mut study = source::read(&whole()).unwrap();
    study.languages = ["nb", "nn", "en-GB"].map(str::to_owned).to_vec();
    for (asked, nearest) in [
        ("nn", "nn"),
        ("nn-NO", "nn"),
        ("en", "en-GB"),
        ("en-US", "en-GB"),
        ("EN-gb", "en-GB"),
        ("no", "nb"),
        ("de-AT", "nb"),
        ("", "nb"),
    ] {
        assert_eq!(study.nearest(asked), Some(nearest), "{asked}");
    }
    study.languages.clear();
    assert_eq!(study.nearest("nb"), None);
}

#[test]
fn a_manifest_is_read_whole() {
    let study = source::read(&whole()).unwrap();
    assert_eq!((study.id.as_str(), study.demonstration, study.waves.len()), ("helse", true, 1));
    let wave = study.wave("q1").unwrap();
    assert_eq!(wave.consent.as_ref().map(|consent| consent.taking_part.as_str()), Some("consent.yes"));
    assert_eq!(wave.parts.iter().map(|part| part.file.as_str()).collect::<Vec<_>>(), ["core.json", "rest.json"]);
    let say = |language| study.say(&study.welcome, language).map(|text| text.words());
    assert_eq!(say("en"), Some("Hello".to_owned()));
    assert_eq!(
        (say("nb"), say("se")),
        (Some("Hei ja".to_owned()), Some("Hei ja".to_owned())),
        "else the base language"
    );
    assert!(study.wave("q2").is_none());
    let mut plain = whole();
    plain.as_object_mut().unwrap().remove("demonstration");
    plain["waves"][0].as_object_mut().unwrap().remove("consent");
    let study = source::read(&plain).unwrap();
    assert!(!study.demonstration && study.waves[0].consent.is_none());
}

/// A public key as it stands in a manifest.
fn public_key() -> Json {
    json!({ "kty": "EC", "crv": "P-256", "kid": "answers-1", "x": "A".repeat(43), "y": "B".repeat(42) + "A" })
}

#[test]
fn a_key_is_whole_and_never_private() {
    let sealed = |key: Json| json!({ "kind": "sealed", "base": "/fhir", "key": key, "earlierKeys": ["answers-0"] });
    let read = |member: &str, key: Json| {
        let mut source = whole();
        source[member] = sealed(key);
        source::read(&source).map_err(|error| error.to_string())
    };
    let study = read("endpoint", public_key()).unwrap();
    let key = study.endpoint.key.unwrap();
    assert_eq!((key.kid.as_str(), key.x.len(), key.y.len()), ("answers-1", 43, 43));
    assert_eq!(study.endpoint.earlier_keys, ["answers-0"]);
    for member in ["endpoint", "contactEndpoint"] {
        for (name, value, expected) in [
            ("d", json!("C".repeat(43)), "expected nothing, found a private key"),
            ("kty", json!("OKP"), "expected `EC`, found \"OKP\""),
            ("crv", json!("P-384"), "expected `P-256`, found \"P-384\""),
            ("kid", json!(""), "expected a text, found \"\""),
            ("x", json!("AAAA"), "expected 32 bytes as base64url, found \"AAAA\""),
            ("y", json!("+/="), "expected 32 bytes as base64url, found \"+/=\""),
        ] {
            let mut key = public_key();
            key[name] = value;
            assert_eq!(read(member, key), Err(format!("study.{member}.key.{name}: {expected}")));
        }
    }
}

#[test]
fn contact_details_go_sealed_or_nowhere() {
    let contact =
        json!({ "questionnaire": "contact.json", "withIdentity": "identity.json", "permissions": ["a", "b"] });
    let read = |endpoint: Json| {
        let mut source = whole();
        source["waves"][0]["contact"] = contact.clone();
        if !endpoint.is_null() {
            source["contactEndpoint"] = endpoint;
        }
        source::read(&source).map_err(|error| error.to_string())
    };
    let study = read(json!({ "kind": "sealed", "base": "/contact", "key": public_key() })).unwrap();
    assert_eq!(study.contact_endpoint.map(|endpoint| endpoint.base).as_deref(), Some("/contact"));
    let form = study.waves[0].contact.as_ref().unwrap();
    assert_eq!((form.file.as_str(), form.with_identity.as_deref()), ("contact.json", Some("identity.json")));
    assert_eq!(form.permissions, ["a", "b"]);
    for kind in ["fhir", "flat"] {
        let found = read(json!({ "kind": kind, "base": "/contact", "key": public_key() })).map(drop);
        assert_eq!(found, Err(format!("study.contactEndpoint.kind: expected `sealed`, found \"{kind}\"")));
    }
    assert_eq!(read(Json::Null).map(drop), Err("study.contactEndpoint: expected a value, found nothing".to_owned()));
}

fn claims() -> Json {
    json!({ "iss": "helse", "jti": "1", "study": "helse", "wave": "q1", "unit": "u-7" })
}

fn token(claims: &Json) -> String {
    format!("eyJhbGciOiJFZERTQSJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[test]
fn an_invitation_says_its_claims() {
    let mut more = claims();
    for (name, value) in
        [("variant", json!("b")), ("sub", json!("p-1")), ("nbf", json!(1)), ("exp", json!(2)), ("later", json!([]))]
    {
        more[name] = value;
    }
    let invitation = Invitation::read(&token(&more)).unwrap();
    assert_eq!((invitation.study.as_str(), invitation.wave.as_str(), invitation.unit.as_str()), ("helse", "q1", "u-7"));
    assert_eq!(
        (invitation.variant.as_deref(), invitation.sub.as_deref(), invitation.nbf, invitation.exp),
        (Some("b"), Some("p-1"), Some(1), Some(2))
    );
    let plain = Invitation::read(&token(&claims())).unwrap();
    assert_eq!((plain.variant, plain.sub, plain.nbf, plain.exp), (None, None, None, None));
    for name in ["iss", "jti", "study", "wave", "unit"] {
        let mut less = claims();
        less.as_object_mut().unwrap().remove(name);
        assert_eq!(Invitation::read(&token(&less)), Err(InvitationError::Claims), "without {name}");
    }
    for (name, value) in [("unit", json!(7)), ("exp", json!("soon")), ("exp", json!(-1)), ("variant", json!([]))] {
        let mut odd = claims();
        odd[name] = value;
        assert_eq!(Invitation::read(&token(&odd)), Err(InvitationError::Claims), "{name}");
    }
}

#[test]
fn a_cut_or_changed_link_is_no_invitation() {
    let whole = token(&claims());
    for length in 0..whole.len() {
        let cut = Invitation::read(&whole[..length]);
        let signature_cut = length > whole.rfind('.').unwrap();
        match length {
            0 => assert_eq!(cut, Err(InvitationError::Absent)),
            _ if signature_cut => assert!(cut.is_ok(), "the signature is the collector's to judge"),
            _ => assert!(matches!(cut, Err(InvitationError::Shape | InvitationError::Claims)), "{cut:?}"),
        }
    }
    for odd in [" ", "\r\nX-Evil: 1", "#", "%2E", "æ", "\0", "=", "+", "/"] {
        for place in [0, whole.find('.').unwrap() + 3, whole.len()] {
            let mut changed = whole.clone();
            changed.insert_str(place, odd);
            assert_eq!(Invitation::read(&changed), Err(InvitationError::Shape), "{odd:?} at {place}");
        }
    }
    let mut long = claims();
    long["unit"] = json!("u".repeat(MAX_LENGTH));
    assert_eq!(Invitation::read(&token(&long)), Err(InvitationError::Shape));
}
