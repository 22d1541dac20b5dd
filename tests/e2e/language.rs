//! Switching the language in the middle: nothing is lost but the old words.

use svar::words::{Say, Told, Tongue, own_name};

use crate::{
    browser::browse,
    plan::Manner,
    policy,
    respondent::{Respondent, Spoken},
    server::Server,
    whole::{Hand, Moment, Walk, check_stored},
};

/// The language that a person with this one switches to, each in its turn.
fn other_than(language: &str) -> &'static str {
    match language {
        "nb" => "en",
        "en" => "nn",
        _ => "nb",
    }
}

/// Switches to the other language and back. `headings` are those of the page, in the person's own language first.
async fn there_and_back(person: &Respondent, (own, other): (&str, &str)) {
    let before = person.fields().await;
    let other_tag = other_than(person.language());
    for (heading, tag) in [(other, other_tag), (own, person.language())] {
        let button = own_name(tag);
        person.presses(button).await;
        person.is_at(heading).await;
        let look = person.looks().await;
        assert_eq!(look.language, tag, "the language of the widget and its page");
        assert!(look.title.contains(heading), "{}", look.title);
        assert_eq!(person.fields().await, before, "what stands in the fields of «{heading}»");
        let focus = person.focus().await;
        assert_eq!((focus.role.as_str(), focus.name.as_str()), ("button", button), "the focus");
        // Said to those who do not see it.
        person.sees(&Tongue::of(tag).say(&Say::LanguageChanged)).await;
    }
}

/// The same heading between the questionnaires in the other language.
fn in_other(person: &Respondent, heading: &str) -> String {
    let other = Tongue::of(other_than(person.language()));
    let known: [&dyn Spoken; 5] = [
        &Say::DeviceTitle,
        &Told::ConsentReceivedTitle,
        &Told::PartReceivedTitle,
        &Told::ReceivedTitle,
        &Say::ReviewTitle,
    ];
    if let Some(what) = known.into_iter().find(|what| what.in_tongue(person.tongue()) == heading) {
        return what.in_tongue(other);
    }
    let of_the_study = [
        ["Slik kan vi nå deg", "Slik kan vi nå deg", "How to reach you"],
        ["Fødselsnummer", "Fødselsnummer", "National identity number"],
        ["Spørreskjema 1", "Spørjeskjema 1", "Questionnaire 1"],
    ];
    let place = |tongue| match tongue {
        Tongue::Bokmal => 0,
        Tongue::Nynorsk => 1,
        Tongue::English => 2,
    };
    let own = place(Tongue::of(person.language()));
    let found = of_the_study.into_iter().find(|words| words[own] == heading).expect("a heading of the study");
    found[place(other)].to_owned()
}

async fn on_every_page(name: &str, language: &str, seed: u64) {
    let server = Server::start().await;
    browse(name, &server, language, async |person| {
        let walk =
            Walk { person, server: &server, wave: "q1", hand: Hand::Pointer, manner: Manner::EveryBranchOpen, seed };
        let other = other_than(language);
        let papers = walk
            .to_the_end(async |moment| match moment {
                Moment::Between => {
                    let heading = person.looks().await.heading;
                    there_and_back(person, (&heading, &in_other(person, &heading))).await;
                }
                Moment::Opened(..) => {}
                Moment::Filled(paper, page) => {
                    there_and_back(person, (&paper.words(page), &paper.words_in(page, other))).await;
                }
            })
            .await;
        check_stored(&server, &papers);
        policy::nothing_reported(person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_language_on_every_page_keeps_answers_page_and_focus() {
    on_every_page("switching_language_on_every_page_keeps_answers_page_and_focus", "nb", 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_between_the_two_norwegians_keeps_answers_page_and_focus() {
    on_every_page("switching_between_the_two_norwegians_keeps_answers_page_and_focus", "nn", 13).await;
}

/// What was pointed out stays pointed out, in the new words.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_said_in_the_new_language() {
    let server = Server::start().await;
    browse("errors_are_said_in_the_new_language", &server, "nb", async |person| {
        person.comes_to_the_consent(&server.link("nb")).await;
        person.presses("Send samtykket").await;
        person.sees("Kryss av her hvis du vil delta.").await;
        person.presses("English").await;
        person.sees("Tick here if you want to take part.").await;
        assert!(person.looks().await.title.starts_with("Error: Consent"), "{}", person.looks().await.title);
        person.presses("Bokmål").await;
        person.consents().await;
        person.presses("Gå videre").await;
        person.skips_contact().await;
        person.is_at("Helsen din").await;
        let days = "Hvor mange av de siste 30 dagene var den fysiske helsen din dårlig?";
        person.writes(days, "31 dager").await;
        person.presses("Neste").await;
        person.sees("Skriv et helt tall, bare med sifre.").await;
        person.presses("English").await;
        person.sees("Write a whole number, in digits only.").await;
        let typed = person.field("On how many of the last 30 days was your physical health poor?").await;
        assert_eq!(typed.prop("value").await.expect("a value").as_deref(), Some("31 dager"));
    })
    .await;
}
