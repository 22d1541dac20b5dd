//! The start page of `cargo xtask serve`: every study with links that work, for whoever tries it out. It is made anew
//! at each start, since its links carry invitations, and never part of a release.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use maud::{DOCTYPE, Markup, html};
use svar::{
    questionnaire::{Expected, Filling, Form},
    study::{EndpointKind, Invitation, Mode, Study, Wave, Words},
    tools::{
        collector::{CONTACT_DATABASE, DATABASE, TEST_DATABASE},
        invitations::{Keys, random_id},
        studies::StudyFolder,
    },
};

use crate::{gallery, project::Outcome};

/// Where the page lies.
pub(crate) const PATH: &str = "/start.html";

/// Where its style sheet lies.
const STYLE_PATH: &str = "/start.css";

const STYLE: &str = include_str!("start.css");

/// No script at all, and nothing of another origin.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// How long the links admit.
pub(crate) const VALID: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The unit that the links are for.
const UNIT: &str = "demo-unit";

/// Makes links to the studies of one site.
#[derive(Debug)]
pub(crate) struct Links<'a> {
    keys: &'a Keys,
    at_root: &'a str,
    /// Seconds since 1970.
    until: u64,
}

impl<'a> Links<'a> {
    /// Signed with these keys, to a site at whose root this study lies.
    ///
    /// # Errors
    /// The clock stands before 1970.
    pub(crate) fn new(keys: &'a Keys, at_root: &'a str) -> Outcome<Links<'a>> {
        let until = SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_add(VALID).as_secs();
        Ok(Links { keys, at_root, until })
    }

    /// Of an invitation in a language, from the site's root.
    pub(crate) fn link(&self, invitation: &Invitation, language: &str) -> String {
        let token = self.keys.sign(invitation);
        match invitation.study == self.at_root {
            true => format!("/?lang={language}#{token}"),
            false => format!("/{}/?lang={language}#{token}", invitation.study),
        }
    }

    /// To a wave. The first is for whoever works in the unit; in the waves that follow, answers are joined to what one
    /// person answered before, so they are for that person.
    ///
    /// # Errors
    /// There is no randomness.
    pub(crate) fn invitation(&self, study: &Study, wave: &Wave, person: &str) -> Outcome<Invitation> {
        let is_first = study.waves.first().is_some_and(|first| first.id == wave.id);
        Ok(Invitation {
            iss: study.id.clone(),
            jti: random_id()?,
            study: study.id.clone(),
            wave: wave.id.clone(),
            unit: UNIT.to_owned(),
            variant: None,
            sub: (!is_first).then(|| person.to_owned()),
            room: None,
            mode: None,
            nbf: None,
            exp: Some(self.until),
        })
    }
}

/// Adds the start page and its style sheet to what is served.
pub(crate) fn add(router: Router, page: Markup) -> Router {
    let reply = |media_type: &'static str, body: String| {
        let headers = [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // The links admit: no cache keeps them.
            (header::CACHE_CONTROL, "no-store"),
        ];
        move || {
            let reply = (StatusCode::OK, headers.clone(), body.clone()).into_response();
            async { reply }
        }
    };
    router
        .route(PATH, get(reply("text/html; charset=utf-8", page.into_string())))
        .route(STYLE_PATH, get(reply("text/css; charset=utf-8", STYLE.to_owned())))
}

/// The page, in bokmål like the demonstration studies.
///
/// # Errors
/// There is no randomness.
pub(crate) fn page(folders: &[StudyFolder], links: &Links<'_>, data: &Path) -> Outcome<Markup> {
    let sections = folders.iter().map(|folder| section(folder, links)).collect::<Outcome<Vec<Markup>>>()?;
    Ok(html! {
        (DOCTYPE)
        html lang="nb" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "Svar: prøv studiene" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                main {
                    h1 { "Prøv studiene" }
                    p {
                        "Lenkene virker på denne maskinen i 30 dager. "
                        "Etter en omstart har siden nye lenker. De gamle virker fortsatt."
                    }
                    ul {
                        li {
                            "En " b { "enhetslenke" } " kan brukes mange ganger. En " b { "personlig lenke" }
                            " er brukt opp når alt er besvart. Start på nytt for å få en ny person."
                        }
                        li {
                            b { "Prøvemodus" } " lagrer svarene for seg. "
                            b { "Papir" } " er for den som skriver inn svar fra et papirskjema."
                        }
                        li {
                            a href=(gallery::PATH) { "Galleriet" }
                            " viser hver type spørsmål i hver tilstand. Der blir ingenting sendt."
                        }
                    }
                    @for section in &sections { (section) }
                    h2 { "Hvor svarene ligger" }
                    ul {
                        li { "Svar: " code { (data.join(DATABASE).display()) } }
                        li { "Kontaktopplysninger: " code { (data.join(CONTACT_DATABASE).display()) } }
                        li { "Prøvemodus: " code { (data.join(TEST_DATABASE).display()) } }
                    }
                }
            }
        }
    })
}

fn section(folder: &StudyFolder, links: &Links<'_>) -> Outcome<Markup> {
    let study = &folder.study;
    let [person, on_paper] = [person()?, person()?];
    let mut rows = Vec::new();
    for wave in &study.waves {
        let plain = links.invitation(study, wave, &person)?;
        for variant in std::iter::once(None).chain(variants(folder, wave).into_iter().map(Some)) {
            let own = Invitation { variant, jti: random_id()?, ..plain.clone() };
            let test = Invitation { mode: Some(Mode::Test), jti: random_id()?, ..own.clone() };
            let sub = own.sub.as_ref().map(|_| on_paper.clone());
            let paper = Invitation { mode: Some(Mode::Paper), jti: random_id()?, sub, ..own.clone() };
            let each = |invitation: &Invitation| {
                html! {
                    @for language in &study.languages {
                        a href=(links.link(invitation, language)) target="_blank" rel="noopener noreferrer" {
                            (language)
                        }
                        " "
                    }
                }
            };
            rows.push(html! {
                tr {
                    th scope="row" { (said(study, &wave.title)) " (" code { (wave.id) } ")" }
                    td { @match &own.variant { Some(variant) => { code { (variant) } } None => { "–" } } }
                    td { @if own.sub.is_some() { "personlig: " } @else { "enhet: " } (each(&own)) }
                    td { (each(&test)) }
                    td { (each(&paper)) }
                }
            });
        }
    }
    Ok(html! {
        section {
            h2 { (said(study, &study.title)) }
            p {
                code { (study.id) }
                @if study.waves.len() > 1 { ". Demonstrasjonspersonen i de senere rundene er " code { (person) } }
                "."
                @if study.endpoint.kind == EndpointKind::Sealed { " Svarene er forseglet i nettleseren." }
            }
            table {
                thead { tr {
                    th scope="col" { "Runde" } th scope="col" { "Variant" } th scope="col" { "Svar" }
                    th scope="col" { "Prøvemodus" } th scope="col" { "Papir" }
                } }
                tbody { @for row in &rows { (row) } }
            }
        }
    })
}

fn said(study: &Study, words: &Words) -> String {
    study.say(words, "nb").map(|text| text.words()).unwrap_or_default()
}

/// A pseudonym that nobody had before.
fn person() -> Outcome<String> {
    Ok(format!("demo-{}", random_id()?))
}

/// The variants that a wave's questionnaires know by name.
fn variants(folder: &StudyFolder, wave: &Wave) -> BTreeSet<String> {
    let files = wave.consent.iter().map(|consent| consent.file.as_str());
    let files = files.chain(wave.parts.iter().map(|part| part.file.as_str()));
    let forms = files.filter_map(|file| Some(folder.questionnaire(file)?.form.as_ref()));
    forms.flat_map(named_in).collect()
}

fn named_in(form: &Form) -> Vec<String> {
    let conditions = form.items.iter().flat_map(|item| &item.conditions);
    let on_variant = conditions.filter(|at| form.item(at.question).filled_from == Some(Filling::Variant));
    on_variant
        .filter_map(|at| match &at.expected {
            Expected::Text(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        env,
        io::{Read, Write},
        net::TcpStream,
        sync::Arc,
    };

    use svar::tools::collector::{Collector, http, system_clock};

    use super::*;
    use crate::project::Project;

    fn studies() -> Outcome<Vec<StudyFolder>> {
        Ok(StudyFolder::load_all(&Project::find()?.root.join("studies"))?)
    }

    fn made(folders: &[StudyFolder], keys: &Keys) -> Outcome<String> {
        Ok(page(folders, &Links::new(keys, "nsac")?, Path::new("there"))?.into_string())
    }

    /// Address before the token, and token, of every link to a study.
    fn tokens(page: &str) -> Vec<(String, String)> {
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.filter_map(|link| link.split_once('#')).map(|(to, token)| (to.to_owned(), token.to_owned())).collect()
    }

    #[test]
    fn every_study_wave_and_language_has_links_of_the_right_kind() -> Outcome<()> {
        let (folders, keys) = (studies()?, Keys::from_seed(&[7; 32]));
        let page = made(&folders, &keys)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut found = BTreeMap::<(String, String), usize>::new();
        let mut persons = BTreeMap::<String, BTreeSet<String>>::new();
        for (to, token) in tokens(&page) {
            let admitted = keys.verify(&token, now)?;
            assert!(keys.verify(&token, now + VALID.as_secs() + 1).is_err(), "{to}: admits for ever");
            let folder = folders.iter().find(|folder| folder.study.id == admitted.study).ok_or("a study")?;
            let at = if admitted.study == "nsac" { "/".to_owned() } else { format!("/{}/", admitted.study) };
            let language = to.strip_prefix(&format!("{at}?lang=")).ok_or_else(|| to.clone())?;
            assert!(folder.study.languages.iter().any(|known| known == language), "{to}");
            let first = folder.study.waves.first().map(|wave| wave.id.as_str()) == Some(admitted.wave.as_str());
            assert_eq!(admitted.sub.is_none(), first, "{to}: {admitted:?}");
            if let (Some(sub), None | Some(Mode::Test)) = (admitted.sub, admitted.mode) {
                persons.entry(admitted.study.clone()).or_default().insert(sub);
            }
            let variant = admitted.variant.unwrap_or_default();
            let mode = admitted.mode.map_or("own", Mode::as_str);
            *found.entry((admitted.study, format!("{} {variant} {mode} {language}", admitted.wave))).or_default() += 1;
        }
        for StudyFolder { study, .. } in &folders {
            for (wave, language) in
                study.waves.iter().flat_map(|wave| study.languages.iter().map(move |tag| (wave, tag)))
            {
                for mode in ["own", "test", "paper"] {
                    let key = (study.id.clone(), format!("{}  {mode} {language}", wave.id));
                    assert_eq!(found.remove(&key), Some(1), "{key:?}");
                }
            }
        }
        let variants: Vec<(String, String)> = found.into_keys().collect();
        assert_eq!(variants.len(), 6, "the named variant of NSAC Nudge, and nothing else: {variants:?}");
        assert!(variants.iter().all(|(study, link)| study == "nsac-nudge" && link.contains(" full ")), "{variants:?}");
        assert!(persons.len() > 1 && persons.values().all(|of_study| of_study.len() == 1), "{persons:?}");
        let again = tokens(&made(&folders, &keys)?);
        assert!(tokens(&page).iter().all(|link| !again.contains(link)), "a start makes people and links of its own");
        Ok(())
    }

    #[test]
    fn the_page_needs_no_script_and_no_inline_style() -> Outcome<()> {
        let page = made(&studies()?, &Keys::from_seed(&[7; 32]))?;
        for bad in ["<script", " style=", "<style", " onclick=", "http://", "https://"] {
            assert!(!page.contains(bad), "{bad}");
        }
        assert!(page.contains("there/collector.sqlite"), "where the answers lie");
        Ok(())
    }

    /// What a browser would get: the reply to a request, headers and body.
    fn asked(port: u16, request: &str) -> Outcome<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        write!(stream, "{request}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    }

    /// The collector that `serve` runs admits each of them.
    #[test]
    fn the_links_admit_and_the_page_is_served_under_its_policy() -> Outcome<()> {
        let data = env::temp_dir().join(format!("svar-start-{}", std::process::id()));
        let (folders, keys) = (studies()?, Keys::open(&data)?);
        let start = page(&folders, &Links::new(&keys, "nsac")?, &data)?;
        let links = tokens(&start.clone().into_string());
        let collector = Arc::new(Collector::open(&data, folders, keys, system_clock())?);
        let router = add(http::router(collector, None)?, start);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
        let port = listener.local_addr()?.port();
        runtime.spawn(http::serve(listener, router, std::future::pending()));

        let served = asked(port, &format!("GET {PATH} HTTP/1.1"))?.to_lowercase();
        for expected in
            ["200 ok", &format!("content-security-policy: {}", POLICY.to_lowercase()), "cache-control: no-store"]
        {
            assert!(served.contains(expected), "{expected} in {served}");
        }
        assert!(asked(port, &format!("GET {STYLE_PATH} HTTP/1.1"))?.contains("content-type: text/css"));
        assert!(links.len() > 60, "{}", links.len());
        for (to, token) in &links {
            let reply = asked(port, &format!("GET /fhir/invitation HTTP/1.1\r\nAuthorization: Bearer {token}"))?;
            assert!(reply.starts_with("HTTP/1.1 200"), "{to}: {reply}");
        }
        let forged = asked(port, "GET /fhir/invitation HTTP/1.1\r\nAuthorization: Bearer a.b.c")?;
        assert!(!forged.starts_with("HTTP/1.1 200"), "{forged}");
        drop(runtime);
        std::fs::remove_dir_all(&data)?;
        Ok(())
    }
}
