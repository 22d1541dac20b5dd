//! Payloads that are typed where something is looked at before it goes anywhere: how to reach somebody, who they are, and the
//! code of an invitation.

use serde_json::json;
use svar::words::Say;

use super::{begins, runs, study, troubles};
use crate::{
    browser::{Make, browse_in, thorough},
    contact,
    respondent::Respondent,
    server::Server,
};

/// Types each text into all of the fields, and presses the button: none is taken, and nothing comes of it but words.
const TYPES: &str = "const [texts, selectors] = arguments;
    const types = async () => {
        const found = [];
        const heading = () => svarDo.root(host).querySelector('h1').textContent;
        const here = heading();
        for (const text of texts) {
            for (const field of svarDo.root(host).querySelectorAll(selectors)) svarDo.type(field, text);
            svarDo.root(host).querySelector('form [type=submit]').click();
            if (!(await svarDo.until(() => svarDo.root(host).querySelector('.svar-error')))) found.push(['no error', text]);
            if (heading() !== here) return [['taken', text]];
            found.push(...svarDo.oddities(host).map((odd) => [odd, text]));
        }
        return found;
    };
    return types();";

async fn none_is_taken(person: &Respondent, server: &Server, selectors: &str) {
    let step = if thorough() { 1 } else { 15 };
    let texts = study::payloads().into_iter().step_by(step).map(|payload| payload.text);
    // Nothing that can be seen is nothing, which may be left out.
    let texts: Vec<String> = texts.filter(|text| text.chars().any(|c| c.is_ascii_graphic())).collect();
    // Pages of many texts take longer than one script may.
    for some in texts.chunks(60) {
        assert_eq!(runs(person, TYPES, vec![json!(some), json!(selectors)]).await, json!([]), "{selectors}");
    }
    // A text may by chance be written as a code is: it is asked for, and unknown.
    let unknown = |error: &str| error.contains("/fhir/invitation");
    assert_eq!(troubles(person, server, unknown).await, Vec::<String>::new(), "{selectors}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_that_are_typed_stay_text() {
    let server = Server::start().await;
    let name = "payloads_that_are_typed_stay_text";
    browse_in(Make::WatchedChromium, name, &server, "nb", async |person| {
        begins(person, &format!("{}/?lang=nb", server.origin())).await;
        person.is_at("Lenken mangler en kode").await;
        none_is_taken(person, &server, "#svar-code").await;

        begins(person, &server.link("nb")).await;
        contact::comes_to_the_contact_page(person, &server, true).await;
        none_is_taken(person, &server, ".svar-form input").await;
        person.gives_contact("kari@eksempel.no", "").await;
        person.presses_say(Say::Next).await;
        person.is_at(person.identity()).await;
        none_is_taken(person, &server, ".svar-form input").await;
        assert_eq!(server.contact_rows(), vec![]);
    })
    .await;
}
