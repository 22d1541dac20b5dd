//! The page under the policy that is promised to those who serve it, and nothing that leaves the page but what should.

use serde_json::{Value, json};

use crate::{
    browser::{Make, browse_in, thorough},
    plan::Manner,
    respondent::Respondent,
    server::Server,
    whole::{Hand, Walk, check_stored},
};

/// Runs before every page: keeps what the browser reports.
pub(crate) const WATCH: &str = r#"
    window.svarReports = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        window.svarReports.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
"#;

/// As promised; a change of it is a promise broken.
pub(crate) const PROMISED: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The reports of the page that is open.
pub(crate) async fn reports(person: &Respondent) -> Vec<String> {
    let reports = person.script("return window.svarReports", vec![]).await;
    serde_json::from_value(reports).expect("a list of reports")
}

/// The page kept its policy, and the console holds no error and no warning.
pub(crate) async fn nothing_reported(person: &Respondent) {
    assert_eq!(reports(person).await, Vec::<String>::new(), "reports of the policy");
    assert_eq!(errors(person).await, Vec::<String>::new(), "errors in the console");
}

/// Errors and warnings in the console since the last time.
pub(crate) async fn errors(person: &Respondent) -> Vec<String> {
    let entries = person.driver().browser_log().await.expect("a console");
    let bad = entries.into_iter().filter(|entry| ["SEVERE", "WARNING"].contains(&entry.level.as_str()));
    bad.map(|entry| entry.message).collect()
}

/// Every address that was asked for over the network, whoever asked.
pub(crate) async fn addresses(person: &Respondent) -> Vec<String> {
    let entries = person.driver().get_log("performance").await.expect("a log");
    let sent = entries.into_iter().filter_map(|entry| {
        let event: Value = serde_json::from_str(&entry.message).ok()?;
        let event = &event["message"];
        let sent = event["method"] == "Network.requestWillBeSent";
        sent.then(|| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned())
    });
    sent.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_under_the_promised_csp() {
    let server = Server::start().await;
    browse_in(Make::WatchedChromium, "runs_under_the_promised_csp", &server, "en", async |person| {
        // The browser begins with a page of its own.
        person.driver().goto("about:blank").await.expect("an empty page");
        drop(addresses(person).await);
        // With every branch open it is looked at by the tests that answer everything.
        let manner = if thorough() { Manner::EveryBranchOpen } else { Manner::EveryBranchClosed };
        let walk = Walk { person, server: &server, wave: "q1", hand: Hand::Pointer, manner, seed: 7 };
        let papers = walk.to_the_end(async |_| {}).await;
        check_stored(&server, &papers);
        let headers = "
            const files = ['/', '/index.html', '/svar.js', '/svar.css', '/svar.wasm', '/icon.svg', '/nothing-here',
                '/studies/health-at-work/study.svar'];
            const names = ['content-security-policy', 'referrer-policy', 'x-content-type-options'];
            return Promise.all(files.map(async (file) => {
                const reply = await fetch(file);
                return names.map((name) => reply.headers.get(name));
            }))";
        for (file, found) in person.script(headers, vec![]).await.as_array().expect("files").iter().enumerate() {
            assert_eq!(*found, json!([PROMISED, "no-referrer", "nosniff"]), "file {file}");
        }
        // The one that is not there is an error in the console, and no other.
        let errors = errors(person).await;
        assert!(errors.len() == 1 && errors[0].contains("/nothing-here"), "{errors:?}");
        assert_eq!(reports(person).await, Vec::<String>::new(), "reports of the policy");

        // The pages beside the way.
        person.presses("Do you need help now?").await;
        person.is_at("Do you need help now?").await;
        person.presses("Back to the questionnaire").await;
        person.presses("Whom can I ask?").await;
        person.is_at("Whom can I ask?").await;
        nothing_reported(person).await;
        person.opens(&server.link_with("en", "no-token")).await;
        person.is_at("The link does not work").await;
        nothing_reported(person).await;

        let (origin, asked) = (server.origin(), server.asked());
        let addresses = addresses(person).await;
        assert!(addresses.len() > 10, "{addresses:?}");
        for address in addresses {
            assert!(address.starts_with(&origin) || address == "about:blank", "a request to {address}");
        }
        for request in &asked {
            assert_eq!(request.headers.get("referer"), None, "{request:?}");
            assert_eq!(request.headers.get("cookie"), None, "{request:?}");
            let admitted = request.headers.contains_key("authorization");
            let asks_or_sends = [crate::server::RESPONSES, "/fhir/invitation"].contains(&request.path.as_str());
            assert_eq!(admitted, asks_or_sends, "{request:?}");
        }

        // And a page that does break its policy is found out.
        let broken = "try { document.body.innerHTML = '<b>x</b>' } catch { return true }";
        assert_eq!(person.script(broken, vec![]).await, true);
        assert_eq!(reports(person).await.len(), 1);
    })
    .await;
}
