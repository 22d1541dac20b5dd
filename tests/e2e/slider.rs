//! The visual analogue scale: untouched is unanswered; finger, mouse, keys and number field all lead to the same answer.

use thirtyfour::Key;

use crate::{
    browser::{browse, until},
    respondent::Respondent,
    server::Server,
};

const QUESTION: &str = "Hvordan er helsen din i dag?";

/// What the slider says of itself, where its handle stands, and what the number field holds.
async fn says(person: &Respondent) -> (String, String, String) {
    let slider = person.finds("slider", Some(QUESTION), None).await;
    let field = person.field(QUESTION).await;
    let text = slider.attr("aria-valuetext").await.expect("an attribute").unwrap_or_default();
    let at = slider.prop("value").await.expect("a value").unwrap_or_default();
    (text, at, field.prop("value").await.expect("a value").unwrap_or_default())
}

async fn says_answer(person: &Respondent, answer: i64) {
    let answer = answer.to_string();
    assert_eq!(says(person).await, (format!("{answer} av 100"), answer.clone(), answer));
    assert!(person.has("button", "Fjern svaret").await);
}

async fn says_nothing_yet(person: &Respondent) {
    let (text, _, field) = says(person).await;
    assert_eq!((text.as_str(), field.as_str()), ("Ikke besvart", ""));
    assert!(!person.has("button", "Fjern svaret").await);
}

/// The middle of the slider in the window, and its width.
async fn place(person: &Respondent) -> (f64, f64, f64) {
    let slider = person.finds("slider", Some(QUESTION), None).await;
    let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = arguments[0].getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2, box.width]";
    let found = person.script(script, vec![slider.to_json().expect("an element")]).await;
    let [x, y, width] = [0, 1, 2].map(|place| found[place].as_f64().expect("pixels"));
    (x, y, width)
}

async fn is_at_the_slider(person: &Respondent, server: &Server) {
    person.comes_to_the_consent(&server.link("nb")).await;
    person.consents().await;
    person.presses("Gå videre").await;
    person.skips_contact().await;
    person.is_at("Helsen din").await;
    says_nothing_yet(person).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slider_by_keys_and_number() {
    let server = Server::start().await;
    browse("a_slider_by_keys_and_number", &server, "nb", async |person| {
        is_at_the_slider(person, &server).await;
        // To look at it is no answer.
        let slider = person.finds("slider", Some(QUESTION), None).await;
        slider.focus().await.expect("the focus");
        says_nothing_yet(person).await;
        person.types(Key::Escape).await;
        says_nothing_yet(person).await;
        for (key, answer) in [
            (Key::Right, 51),
            (Key::Left, 50),
            (Key::Up, 51),
            (Key::Down, 50),
            (Key::Home, 0),
            (Key::Left, 0),
            (Key::Right, 1),
            (Key::End, 100),
            (Key::Right, 100),
            (Key::Left, 99),
        ] {
            person.types(key).await;
            says_answer(person, answer).await;
        }
        // Escape is the page's: it takes neither the answer nor the focus.
        person.types(Key::Escape).await;
        says_answer(person, 99).await;
        assert_eq!(person.focus().await.role, "slider");

        // The number field moves the handle, also while the number is being written.
        for (typed, answer) in [("7", 7), ("70", 70), ("0", 0), ("100", 100)] {
            person.writes(QUESTION, typed).await;
            says_answer(person, answer).await;
        }
        person.writes(QUESTION, "").await;
        says_nothing_yet(person).await;
        person.writes(QUESTION, "33").await;
        person.presses("Fjern svaret").await;
        says_nothing_yet(person).await;
        // The button is gone; the focus stays at the question.
        person.has_focus("at the question", |focus| focus.group.as_deref() == Some(QUESTION)).await;

        // Home is an answer from nothing, too.
        slider.focus().await.expect("the focus");
        person.types(Key::Home).await;
        says_answer(person, 0).await;
        person.presses("Fjern svaret").await;

        // Out of range and no number at all: said as for any other field, and no answer meanwhile.
        person.writes(QUESTION, "101").await;
        person.presses("Neste").await;
        person.sees("Skriv et tall fra 0 til 100.").await;
        person.writes(QUESTION, "mye").await;
        person.sees("Skriv et helt tall, bare med sifre.").await;
        person.writes(QUESTION, "75").await;
        says_answer(person, 75).await;
        person.no_longer_sees("Skriv et").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slider_by_mouse_and_finger() {
    let server = Server::start().await;
    browse("a_slider_by_mouse_and_finger", &server, "nb", async |person| {
        is_at_the_slider(person, &server).await;
        let picture = async || {
            place(person).await;
            let slider = person.finds("slider", Some(QUESTION), None).await;
            slider.screenshot_as_png().await.expect("a picture")
        };
        // A line alone makes a small picture, and a round handle on it a larger one.
        let untouched = picture().await.len();
        let (x, y, _) = place(person).await;
        // A press right on the middle, where the handle hides, answers 50.
        person.clicks_at(x, y).await;
        says_answer(person, 50).await;
        let answered = picture().await.len();
        person.presses("Fjern svaret").await;
        says_nothing_yet(person).await;
        let cleared = picture().await.len();
        assert!(untouched * 3 / 2 < answered && cleared * 3 / 2 < answered, "{untouched} {answered} {cleared}");
        let (x, y, width) = place(person).await;
        person.clicks_at(x - width / 2.0 + 2.0, y).await;
        says_answer(person, 0).await;
        person.clicks_at(x + width / 2.0 - 2.0, y).await;
        says_answer(person, 100).await;
    })
    .await;

    browse("a_slider_by_mouse_and_finger", &server, "nb", async |person| {
        person.has_a_screen_of(360, 740).await;
        is_at_the_slider(person, &server).await;
        let (x, y, width) = place(person).await;
        for (x, answer) in [(x, 50), (x + width / 2.0 - 2.0, 100)] {
            person.taps_at(x, y).await;
            until("the tap", async || match says(person).await {
                (text, ..) if text == format!("{answer} av 100") => Ok(()),
                other => Err(format!("{other:?}")),
            })
            .await;
        }
    })
    .await;
}

/// An untouched slider is sent as a question that was shown and left open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_untouched_slider_sends_no_answer() {
    let server = Server::start().await;
    browse("an_untouched_slider_sends_no_answer", &server, "nb", async |person| {
        is_at_the_slider(person, &server).await;
        while !person.has("heading", "Se over svarene dine").await {
            if person.has("button", "Gå videre").await {
                person.presses("Gå videre").await;
            } else {
                person.presses("Neste").await;
            }
        }
        let rows: Vec<Vec<String>> = serde_json::from_value(person.rows().await).expect("rows");
        assert!(rows.iter().all(|row| row[1] == "Ikke besvart"), "{rows:?}");
        person.presses("Send svarene").await;
        person.is_at("Takk! Første del er mottatt").await;
        let body = server.body("q1-core").to_string();
        assert!(body.contains(r#"{"linkId":"general-health.today"}"#), "{body}");
        assert!(!body.contains("valueInteger"), "{body}");
    })
    .await;
}
