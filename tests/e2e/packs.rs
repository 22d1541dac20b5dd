//! A text pack in the browser: its questions are asked in its words, and their answers lie in the store.

use svar::words::{Say, Told};

use crate::{browser::browse, judge::Judge, policy, respondent::Respondent, server::Server};

/// The end of a question's linkId, its words, the option that is chosen, and its code.
type Choice = (&'static str, &'static str, &'static str, &'static str);

/// What is chosen in each language.
const CHOICES: [(&str, [Choice; 5]); 2] = [
    (
        "nb",
        [
            ("mobility", "Hvor langt hopper frosken?", "Tre hopp", "3"),
            ("self-care", "Hvor fin er hatten til frosken?", "Ett hattefjær", "1"),
            ("usual-activities", "Hvor mange fluer fanger frosken?", "Fem fluer", "5"),
            ("pain-discomfort", "Hvor våt er steinen?", "To dråper", "2"),
            ("anxiety-depression", "Hvor rund er månen?", "Fire måner", "4"),
        ],
    ),
    (
        "en",
        [
            ("mobility", "How far does the frog jump?", "Jumps: three", "3"),
            ("self-care", "How fine is the frog's hat?", "Feathers: one", "1"),
            ("usual-activities", "How many flies does the frog catch?", "Flies: five", "5"),
            ("pain-discomfort", "How wet is the stone?", "Drops: two", "2"),
            ("anxiety-depression", "How round is the moon?", "Moons: four", "4"),
        ],
    ),
];

/// Past pages that are left as they are, to the one with this heading.
async fn goes_on_until(person: &Respondent, heading: &str) {
    while !person.has("heading", heading).await {
        let go_on = person.say(Say::GoOn);
        if person.has("button", &go_on).await {
            person.presses(&go_on).await;
        } else {
            person.presses_say(Say::Next).await;
        }
    }
    person.is_at(heading).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_questions_of_a_text_pack_are_asked_and_stored() {
    for (language, choices) in CHOICES {
        let server = Server::with_packs().await;
        browse("the_questions_of_a_text_pack_are_asked_and_stored", &server, language, async |person| {
            person.comes_to_the_consent(&server.link(language)).await;
            person.consents().await;
            person.presses_say(Say::GoOn).await;
            person.skips_contact().await;
            person.is_at(person.in_words("Helsen din", "Your health")).await;
            let today = person.in_words("Hvordan er helsen din i dag?", "How is your health today?");
            person.no_longer_sees(today).await;
            let page = person.in_words("Frosken og månen", "The frog and the moon");
            goes_on_until(person, page).await;
            person.sees(person.in_words("Ordene tilhører ingen.", "The words belong to nobody.")).await;
            for (_, question, option, _) in choices {
                person.chooses(question, option).await;
            }
            person.sees(person.in_words("Helt grå", "All grey")).await;
            person.sees(person.in_words("Helt grønn", "All green")).await;
            person.writes(person.in_words("Hvor grønn er frosken i dag?", "How green is the frog today?"), "70").await;
            goes_on_until(person, &person.say(Say::ReviewTitle)).await;
            person.presses_say(Say::Send).await;
            person.is_at_say(Told::PartReceivedTitle).await;
            policy::nothing_reported(person).await;
        })
        .await;

        let body = server.body("q1-core").to_string();
        let system = "https://svar.example/fhir/CodeSystem/eq-5d-5l";
        for (dimension, _, _, code) in choices {
            let coding = format!(r#"{{"valueCoding":{{"system":"{system}","code":"{code}"}}}}"#);
            let stored = format!(r#"{{"linkId":"eq-5d-5l.{dimension}","answer":[{coding}]}}"#);
            assert!(body.contains(&stored), "{stored} in {body}");
        }
        assert!(body.contains(r#"{"linkId":"eq-5d-5l.vas","answer":[{"valueInteger":70}]}"#), "{body}");
        assert!(!body.contains("general-health.today"), "{body}");
        let mut judge = Judge::start(true);
        judge.register("q1-core", &server.questionnaire("q1-core").assembled);
        assert_eq!(judge.problems("q1-core", &body), Vec::<String>::new());
    }
}
