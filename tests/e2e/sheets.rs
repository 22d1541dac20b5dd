//! Style sheets of the page around: theirs change nothing inside, ours changes nothing outside.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::{
    browser::browse,
    policy,
    portal::opens_a_portal,
    respondent::Respondent,
    server::{Server, root},
    tiny::{self, Visitor},
};

/// The page around: things of its own, and the element in a place that stays.
fn page(module: bool) -> String {
    let module = if module { "<script type=\"module\" src=\"/svar-element.js\"></script>" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"nb\"><head><meta charset=\"utf-8\"><title>Intranett</title>\n\
         <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n<script src=\"/portal.js\"></script>{module}</head>\n\
         <body><main><div><svar-questionnaire study=\"/studies/tiny/study.svar\" scheme=\"light\"></svar-questionnaire>\
         </div></main>\n<section id=\"outside\" class=\"svar svar-page\">{OUTSIDE}</section></body></html>\n"
    )
}

/// Things of a page, among them some that bear our names.
const OUTSIDE: &str = "<h1 class=\"svar-heading\">Intranett</h1><p>Tekst med <a href=\"/x\">lenke</a>, <em>vekt</em>.</p>\
    <div class=\"svar-host\"><button class=\"svar-button svar-button--primary\">Knapp</button></div><ul><li>En</ul>\
    <form><label class=\"svar-option\">Navn <input class=\"svar-input\" placeholder=\"x\"></label><input type=\"radio\">\
    <input type=\"checkbox\" checked><select><option>A</select><textarea>t</textarea><fieldset><legend>L</legend>f\
    </fieldset></form><table><caption>c</caption><tr><th>h<td>d</table><details open><summary>s</summary>d</details>";

const ASIDE: &str = "const place = document.querySelector('svar-questionnaire').parentElement;
    place.style.setProperty('left', '9000px', 'important')";

const LOOK: &str = include_str!("sheets.js");

async fn look(person: &Respondent, given: &[&str]) -> Value {
    person.script(LOOK, given.iter().map(|one| json!(one)).collect()).await
}

async fn picture(person: &Respondent, of: &str) -> Vec<u8> {
    let element = person.driver().find(By::Css(of)).await.expect("an element");
    element.screenshot_as_png().await.expect("a picture")
}

/// As it is drawn at its place in the document; a picture by WebDriver scrolls first.
async fn picture_of_the_element(person: &Respondent) -> Vec<u8> {
    let mut clip = look(person, &["box"]).await;
    clip["scale"] = json!(1);
    let how = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
    let shot = person.cdp().send_raw("Page.captureScreenshot", how).await.expect("a picture");
    STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64")
}

/// The inside of the page that is open is the same, in every computed style and every pixel, with each of these sheets.
async fn is_the_same_with(person: &Respondent, sheets: &[&str], at: &str) {
    look(person, &["place"]).await;
    let count = look(person, &["note", "inside"]).await.as_u64().expect("a count");
    assert!(count > 10_000, "{count} values at {at}");
    look(person, &["note", "outside"]).await;
    let before = picture_of_the_element(person).await;
    let place = look(person, &["box"]).await;
    for sheet in sheets {
        look(person, &["sheet", sheet]).await;
        // It is on, whole, and does harm to those without a guard.
        let rules = look(person, &["rules"]).await.as_u64().expect("a count");
        assert!(rules >= if *sheet == "hostile.css" { 500 } else { 8 }, "{rules} rules of {sheet}");
        let harmed = look(person, &["compare", "outside"]).await;
        assert!(*sheet != "hostile.css" || harmed != json!([]), "{sheet} changes nothing outside");
        assert_eq!(look(person, &["compare", "inside"]).await, json!([]), "{sheet} at {at}");
        assert_eq!(look(person, &["box"]).await, place, "{sheet} at {at}");
        let within = picture_of_the_element(person).await;
        look(person, &["clean"]).await;
        if within != before {
            let folder = crate::server::target().join("e2e-failures");
            fs::create_dir_all(&folder).expect("a folder");
            for (name, bytes) in [("before", &before), ("within", &within)] {
                fs::write(folder.join(format!("sheets-{name}.png")), bytes).expect("a file");
            }
            panic!("{sheet} changes the picture at {at}: {}", folder.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_sheets_change_nothing_inside() {
    const SHEETS: [&str; 2] = ["hostile.css", "hostile-names.css"];
    let server = Server::tiny(|_| {}).await;
    let link = opens_a_portal(&server, &page(true), &server.sign(&server.invitation()));
    for sheet in SHEETS {
        let text = fs::read_to_string(root().join("tests/fixtures/hosts").join(sheet)).expect("a sheet");
        server.puts(sheet, &text);
    }
    browse("hostile_sheets_change_nothing_inside", &server, "nb", async |person| {
        // Higher than any of the pages, so that no picture is of a part.
        person.has_a_screen_of(800, 1600).await;
        person.opens(&link).await;
        let visitor = Visitor::new(person, true, "under fremmed stil");
        visitor.goes_on_to(tiny::WELCOME).await;
        is_the_same_with(person, &SHEETS, "the welcome").await;
        visitor.goes_on_to(tiny::CONSENT).await;
        // Without the tick: a summary of errors.
        person.presses_say(svar::words::Say::GiveConsent).await;
        person.sees_say(svar::words::Say::ConsentMissing).await;
        is_the_same_with(person, &SHEETS, "a page with errors").await;
        visitor.goes_on_to(tiny::HEALTH).await;
        visitor.tells_of_health().await;
        is_the_same_with(person, &SHEETS, "a page with radio buttons and a field").await;
        // They are there.
        visitor.answers.set(false);
        visitor.goes_on_to(tiny::WORDS).await;
        is_the_same_with(person, &SHEETS, "a page with a long text").await;
        visitor.answers.set(true);
        visitor.goes_on_to_say(svar::words::Told::ReceivedTitle).await;
        is_the_same_with(person, &SHEETS, "the receipt").await;
    })
    .await;
}

/// What is the page's to say, it says, and can take back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn place_width_and_tokens_are_the_pages() {
    let server = Server::tiny(|_| {}).await;
    let page = page(true).replace("<div><svar", "<svar").replace("</div></main>", "</main>");
    let link = opens_a_portal(&server, &page, &server.sign(&server.invitation()));
    browse("place_width_and_tokens_are_the_pages", &server, "nb", async |person| {
        person.has_a_screen_of(800, 1600).await;
        person.opens(&link).await;
        person.is_at(tiny::WELCOME).await;
        look(person, &["note", "inside"]).await;
        let plain = look(person, &["follows", ""]).await;
        let follows = async |rule: &str| look(person, &["follows", rule]).await;
        let with = |index: usize, value: Value| {
            let mut changed = plain.clone();
            changed[index] = value;
            changed
        };
        assert_eq!(follows("svar-questionnaire { width: 320px !important }").await[0], json!(320));
        assert_eq!(follows("main { width: 200px }").await[0], json!(200));
        // A drawer that is shut, in each of the ways that there are.
        assert_eq!(plain[1], json!(true));
        for shut in [
            "svar-questionnaire { visibility: hidden }",
            "main { visibility: hidden }",
            "main { pointer-events: none }",
        ] {
            assert_eq!(follows(shut).await, with(1, json!(false)), "{shut}");
        }
        assert_eq!(follows("main { display: none }").await[1], json!(false));
        let hides = "const element = document.querySelector('svar-questionnaire');
            const height = (act, undo) => {
                act();
                const { height } = element.getBoundingClientRect();
                undo();
                return height > 0;
            };
            return [height(() => {}, () => {}),
                height(() => (element.style.display = 'none'), () => (element.style.display = '')),
                height(() => (element.hidden = true), () => (element.hidden = false)), height(() => {}, () => {})]";
        assert_eq!(person.script(hides, vec![]).await, json!([true, false, false, true]));
        assert_eq!(follows("svar-questionnaire { --svar-accent: #8f3a16 }").await, with(2, json!("rgb(143, 58, 22)")));
        assert_eq!(follows("main { --svar-unit: 20px }").await, with(3, json!("35px")));
        // Whoever makes `rem` small for their own sums does not make the text small.
        assert_eq!(follows("html { font-size: 62.5% }").await, plain);
        let text = fs::read_to_string(root().join("tests/fixtures/hosts/hostile-outside.css")).expect("a sheet");
        let moved = look(person, &["waver", &text]).await.as_u64().expect("a box that comes back");
        assert!(moved > 30, "{moved} rules move the element");
        assert_eq!(look(person, &["compare", "inside"]).await, json!([]), "what is left of them");
    })
    .await;
}

/// Nor do names: the page around bears ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_sheets_change_nothing_outside() {
    let server = Server::tiny(|_| {}).await;
    let token = server.sign(&server.invitation());
    browse("our_sheets_change_nothing_outside", &server, "nb", async |person| {
        let mut seen = Vec::new();
        for module in [false, true] {
            let link = opens_a_portal(&server, &page(module), &token);
            person.before_every_page(policy::WATCH).await;
            person.driver().goto(&link).await.expect("a page");
            if module {
                person.is_at(tiny::WELCOME).await;
            }
            look(person, &["place"]).await;
            // Out of the way of the picture.
            person.script(ASIDE, vec![]).await;
            seen.push((look(person, &["all", "outside"]).await, picture(person, "#outside").await));
        }
        assert!(seen[0].0 == seen[1].0, "computed styles");
        assert!(seen[0].1 == seen[1].1, "the picture");
    })
    .await;
}
