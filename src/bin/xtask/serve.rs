//! The page and the reference collector on this machine, and an invitation to try them with.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use svar::{
    study::{Invitation, Study},
    tools::{
        collector::{Collector, DATABASE, http, system_clock},
        invitations::{Keys, random_id},
        studies::StudyFolder,
    },
};

use crate::{
    project::{Outcome, Project},
    site,
};

/// How long the printed invitations admit.
const VALID: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long requests that are under way may take once the program has been asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// Builds the site, then serves it with a collector that keeps its answers in `data`, until Ctrl-C.
///
/// # Errors
/// The port is taken, the site cannot be built, or the collector cannot work.
pub(crate) fn serve(project: &Project, port: u16, data: &Path, release: bool) -> Outcome<()> {
    // Before the build, which takes minutes: a port that is taken is told at once.
    let listener = listen(port)?;
    let port = listener.local_addr()?.port();
    site::build(project, release)?;

    let studies = StudyFolder::load_all(&project.root.join("studies"))?;
    let keys = Keys::open(data)?;
    let links = links(&studies, &keys, port)?;
    let collector = Arc::new(Collector::open(data, studies, keys, system_clock())?);
    let router = http::router(collector, Some(project.site()))?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        println!("{links}\nanswers  {}\nstop     Ctrl-C", data.join(DATABASE).display());
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

/// A link per language, under a heading for each study if there are several.
fn links(folders: &[StudyFolder], keys: &Keys, port: u16) -> Outcome<String> {
    let mut told = String::new();
    for StudyFolder { study, .. } in folders {
        if folders.len() > 1 {
            told.push_str(&format!("\n{}\n", study.id));
        }
        let token = keys.sign(&invitation(study)?);
        for language in &study.languages {
            told.push_str(&format!("{language}  http://127.0.0.1:{port}/?lang={language}#{token}\n"));
        }
    }
    Ok(told)
}

/// For the first wave, as the staff of one workplace would get it.
fn invitation(study: &Study) -> Outcome<Invitation> {
    let wave = study.waves.first().ok_or_else(|| format!("{}: expected a wave, found none", study.id))?;
    Ok(Invitation {
        iss: study.id.clone(),
        jti: random_id()?,
        study: study.id.clone(),
        wave: wave.id.clone(),
        unit: "demo-unit".to_owned(),
        variant: None,
        sub: None,
        room: None,
        mode: None,
        nbf: None,
        exp: Some(SystemTime::now().duration_since(UNIX_EPOCH)?.saturating_add(VALID).as_secs()),
    })
}

#[cfg(test)]
mod tests {
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
    fn a_printed_link_admits_to_the_first_wave() -> Outcome<()> {
        let study = Project::find()?.root.join("studies/health-at-work");
        let keys = Keys::from_seed(&[1; 32]);
        let printed = links(&[StudyFolder::load(&study)?], &keys, 8080)?;
        let starts = ["nb", "nn", "en"].map(|language| format!("{language}  http://127.0.0.1:8080/?lang={language}#"));
        assert_eq!(printed.lines().count(), starts.len());
        for (line, start) in printed.lines().zip(starts) {
            let token = line.strip_prefix(start.as_str()).unwrap_or_default();
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            let admitted = keys.verify(token, now)?;
            assert_eq!((admitted.study.as_str(), admitted.wave.as_str()), ("health-at-work", "q1"));
            assert!(keys.verify(token, now + VALID.as_secs() + 1).is_err());
        }
        Ok(())
    }
}
