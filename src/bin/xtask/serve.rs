//! The pages of the studies and the reference collector on this machine, and invitations to try them with.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use svar::{
    study::Study,
    tools::{
        collector::{Collector, DATABASE, http, system_clock},
        invitations::Keys,
        studies::StudyFolder,
    },
};

use crate::{
    gallery,
    project::{Outcome, Project},
    site,
    start::{self, Links},
};

/// How long requests that are under way may take once the program has been asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// What to serve, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Serving {
    /// 0 for any that is free.
    pub(crate) port: u16,
    /// Where the answers are kept.
    pub(crate) data: PathBuf,
    /// Optimised, as it ships.
    pub(crate) release: bool,
    /// The study at the site's root.
    pub(crate) study: String,
}

/// Builds the site, then serves it with a collector that keeps its answers in `data`, until Ctrl-C.
///
/// # Errors
/// The port is taken, there is no such study, the site cannot be built, or the collector cannot work.
pub(crate) fn serve(project: &Project, serving: &Serving) -> Outcome<()> {
    // Before the build, which takes minutes: a port that is taken, and a study that is none, are told at once.
    let listener = listen(serving.port)?;
    let port = listener.local_addr()?.port();
    let studies = StudyFolder::load_all(&project.root.join("studies"))?;
    let study = chosen(&studies, &serving.study)?;
    site::build(project, serving.release, &study.id)?;
    gallery::add(project)?;

    let keys = Keys::open(&serving.data)?;
    let links = Links::new(&keys, &study.id)?;
    let told = told(study, &links, port)?;
    let page = start::page(&studies, &links, &serving.data)?;
    let collector = Arc::new(Collector::open(&serving.data, studies, keys, system_clock())?);
    let router = start::add(http::router(collector, Some(project.site()))?, page);

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        println!("{told}\nanswers  {}\nstop     Ctrl-C", serving.data.join(DATABASE).display());
        let serving = http::serve(listener, router, asked_to_stop());
        tokio::select! {
            ended = serving => ended?,
            // Whoever is still connected then has had time enough; what has a receipt is on disk.
            () = async { asked_to_stop().await; tokio::time::sleep(PATIENCE).await } => {}
        }
        Ok(())
    })
}

/// Ctrl-C; or at once, if it cannot be listened for, since nothing but a signal could stop us then.
async fn asked_to_stop() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("error: Ctrl-C cannot be listened for: {error}");
    }
}

fn listen(port: u16) -> Outcome<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!("port {port} is in use: choose another with --port"),
        _ => format!("port {port}: {error}"),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The study of this name.
fn chosen<'a>(studies: &'a [StudyFolder], id: &str) -> Outcome<&'a Study> {
    let found = studies.iter().map(|folder| &folder.study).find(|study| study.id == id);
    let known = || studies.iter().map(|folder| folder.study.id.as_str()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("--study: expected one of {}, found {id}", known()).into())
}

/// The start page, and a link per language to the first wave of the study at the root.
fn told(study: &Study, links: &Links<'_>, port: u16) -> Outcome<String> {
    let wave = study.waves.first().ok_or_else(|| format!("{}: expected a wave, found none", study.id))?;
    let invitation = links.invitation(study, wave, "")?;
    let mut told = format!("start  http://127.0.0.1:{port}{}\n\n{}\n", start::PATH, study.id);
    for language in &study.languages {
        told.push_str(&format!("{language}  http://127.0.0.1:{port}{}\n", links.link(&invitation, language)));
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_port_that_is_taken_is_told() -> Outcome<()> {
        let taken = listen(0)?.local_addr()?.port();
        let first = listen(taken)?;
        let told = listen(first.local_addr()?.port()).err().map(|error| error.to_string());
        assert_eq!(told, Some(format!("port {taken} is in use: choose another with --port")));
        Ok(())
    }

    #[test]
    fn what_is_printed_leads_to_the_start_page_and_to_the_first_wave() -> Outcome<()> {
        let studies = StudyFolder::load_all(&Project::find()?.root.join("studies"))?;
        let keys = Keys::from_seed(&[1; 32]);
        for (name, wave, languages) in
            [("health-at-work", "q1", &["nb", "nn", "en"][..]), ("nsac", "baseline", &["nb", "en"])]
        {
            let printed = told(chosen(&studies, name)?, &Links::new(&keys, name)?, 8080)?;
            let mut lines = printed.lines();
            assert_eq!(lines.next(), Some("start  http://127.0.0.1:8080/start.html"));
            assert_eq!((lines.next(), lines.next()), (Some(""), Some(name)));
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            for language in languages {
                let start = format!("{language}  http://127.0.0.1:8080/?lang={language}#");
                let token = lines.next().and_then(|line| line.strip_prefix(start.as_str())).ok_or(start.clone())?;
                let admitted = keys.verify(token, now)?;
                assert_eq!((admitted.study.as_str(), admitted.wave.as_str(), admitted.sub), (name, wave, None));
                assert!(keys.verify(token, now + start::VALID.as_secs() + 1).is_err());
            }
            assert_eq!(lines.next(), None);
        }
        let none = chosen(&studies, "nsaq").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(none.starts_with("--study: expected one of health-at-work, "), "{none}");
        assert!(none.ends_with(", found nsaq"), "{none}");
        Ok(())
    }
}
