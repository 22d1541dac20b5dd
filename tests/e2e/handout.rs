//! What the clinician is handed: the answers on one sheet of paper, in both variants of the form.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use svar::words::Told;

use crate::{
    axe,
    browser::browse,
    plan::Manner,
    policy,
    server::Server,
    tiny::{TAKING_PART, Visitor},
    whole::{Hand, Walk},
};

/// How many sheets of A4 the page takes.
async fn sheets(person: &crate::respondent::Respondent) -> usize {
    let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69 });
    let printed = person.cdp().send_raw("Page.printToPDF", paper).await.expect("a printer");
    let file = STANDARD.decode(printed["data"].as_str().expect("a file")).expect("Base64");
    let file = String::from_utf8_lossy(&file).into_owned();
    file.matches("/Type /Page\n").count()
}

/// What stands beside what on the sheet.
async fn pairs(person: &crate::respondent::Respondent) -> Vec<(String, String)> {
    let script = "return [...document.querySelectorAll('.svar-handout-row')].map((row) => \
                  [row.querySelector('dt').innerText, row.querySelector('dd').innerText])";
    serde_json::from_value(person.script(script, vec![]).await).expect("pairs")
}

/// Everything that was answered is on the summary, with its question, and it is one sheet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clinician_gets_one_sheet() {
    for (variant, language, manner, seed) in [
        ("full", "nb", Manner::EveryBranchOpen, 70),
        ("health", "en", Manner::EveryBranchOpen, 71),
        ("full", "en", Manner::EveryBranchClosed, 72),
    ] {
        let mut server = Server::of_study("nsac-nudge").await;
        server.variant = Some(variant);
        browse("the_clinician_gets_one_sheet", &server, language, async |person| {
            let wave = "before-consultation";
            let walk = Walk { person, server: &server, wave, hand: Hand::Pointer, manner, seed };
            let papers = walk.to_the_end(async |_| {}).await;
            person.presses_say(Told::SummaryShow).await;
            person.is_at(person.in_words("Oppsummering til timen", "Summary for the appointment")).await;
            assert_eq!(axe::violations(person).await, Vec::<String>::new(), "the summary");
            let media = json!({ "media": "print" });
            person.cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("a printer");
            let paper = &papers[0];
            let study = server.study();
            let listed = &study.waves[0].parts[0].summary.as_ref().expect("a summary").items;
            let form = paper.session.form();
            let pairs = pairs(person).await;
            let mut seen = 0;
            for (link_id, answer) in &paper.shown {
                let id = form.find(link_id).expect("a question");
                let mut above = Some(id);
                while let Some(item) = above.filter(|item| !listed.contains(&form.item(*item).link_id)) {
                    above = form.item(item).parent;
                }
                if above.is_some() {
                    let question = paper.words(id);
                    let question = question.trim_end_matches('.');
                    // Rows of a table stand the other way round: what was answered, and to which.
                    let stands = pairs.iter().any(|(name, values)| {
                        let name = name.trim_end_matches('.');
                        (name == question && values.contains(answer.as_str()))
                            || (name == answer.as_str() && values.split("; ").any(|row| row == question))
                    });
                    assert!(stands, "«{answer}» to «{question}» in {pairs:#?}");
                    seen += 1;
                }
            }
            assert!(seen > 5, "{seen} answers");
            let sheets = sheets(person).await;
            assert_eq!(sheets, 1, "{variant} {language}, {seen} answers");
            policy::nothing_reported(person).await;
        })
        .await;
    }
}

/// Whoever answered can print their answers, or save them as a page that stands by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_answers_can_be_kept() {
    let server = Server::tiny(|_| {}).await;
    browse("ones_own_answers_can_be_kept", &server, "nb", async |person| {
        let keeps = "const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => {
                window.saved = blob.text().then((text) => [blob.type, text]);
                return make.call(URL, blob);
            };";
        person.before_every_page(keeps).await;
        let visitor = Visitor::new(person, true, "<b>min</b> & din");
        visitor.answers_everything(&server.link("nb")).await;
        person.presses_say(Told::OwnShow).await;
        person.is_at_say(Told::OwnTitle).await;
        let expected = [
            (TAKING_PART, "Ja"),
            ("Ja, dere kan hente sykefraværet mitt", "Nei"),
            ("Hadde du vondt sist uke?", "Ja"),
            ("Hvor mange dager?", "2"),
            ("Er det noe mer du vil si?", "<b>min</b> & din"),
        ];
        let expected = expected.map(|(question, answer)| (question.to_owned(), answer.to_owned()));
        assert_eq!(pairs(person).await, expected);
        assert_eq!(axe::violations(person).await, Vec::<String>::new());
        // On paper it is as small as the clinician's sheet.
        let paper = async |media: &str| {
            person.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "media": media })).await.expect("a printer");
            let small = "const of = (selectors) => getComputedStyle(document.querySelector(selectors));
                return [of('h1').fontSize, of('.svar-handout').columnCount, of('.svar-group:has(.svar-handout)').rowGap]";
            person.script(small, vec![]).await
        };
        assert_eq!(paper("print").await, json!(["20px", "2", "8px"]));
        assert_ne!(paper("").await[0], json!("20px"));
        person.presses_say(Told::OwnSave).await;
        let saved = person.script("return window.saved", vec![]).await;
        assert_eq!(saved[0], json!("text/html"));
        person.presses_say(Told::SummaryClose).await;
        person.is_at_say(Told::ReceivedTitle).await;
        policy::nothing_reported(person).await;
        // After a reload there is a receipt, and no answer.
        person.reloads().await;
        assert!(!person.has("button", &person.say(Told::OwnShow)).await);

        // What was saved stands by itself.
        let file = server.data().join("svar.html");
        std::fs::write(&file, saved[1].as_str().expect("a page")).expect("a file");
        person.driver().goto(&format!("file://{}", file.display())).await.expect("the page");
        assert_eq!(pairs(person).await, expected);
        let look = "const { title, documentElement: { lang }, characterSet } = document;
            return [title, lang, characterSet, document.querySelectorAll('script, style, link, b').length]";
        let expected = json!(["Svarene dine – Liten studie", "nb", "UTF-8", 0]);
        assert_eq!(person.script(look, vec![]).await, expected);
    })
    .await;
}
