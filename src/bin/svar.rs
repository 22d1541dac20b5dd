//! The command line: see `svar help`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use svar::{
    questionnaire::Severity,
    tools::{
        check::{self, Report},
        codebook::command as codebook,
        collector::{Collector, Faults, Origins, http, log_to_stderr, system_clock},
        conformance::command as conformance,
        export::command as export,
        flow, form,
        gateway::{self, Forwarder},
        invitations::{Keys, command as invitations},
        open::command as open,
        running::command::{self as running, Told},
        studies::StudyFolder,
        units::command as units,
    },
};
use tokio::{net::TcpListener, signal};

const HELP: &str = "\
svar: questionnaires that lose no answer

  svar check FILE... [--pack FILE...]
                          says what is wrong with questionnaires, modules, manifests or study folders, with these
                          text packs beside those that lie in the study's packs/ (docs/text-packs.md), and how plainly a
                          study is written (docs/questionnaire-profile.md)
  svar assemble FILE      prints a questionnaire with its modules put in, as FHIR JSON
  svar collect --studies DIR --data DIR [--site DIR] [--listen ADDRESS:PORT] [--origin URL]... [--faults FILE]
                          receives responses to the studies in DIR, and serves the site if it is given
          [--forward BASE [--forward-write update|conditional-create|create] [--forward-token-file FILE]
           [--forward-pace SECONDS-SECONDS] [--forward-settle SECONDS]]
                          … and delivers them to the FHIR server at BASE (docs/gateway.md)
  svar forward-status --data DIR [--retry]
                          says what was delivered there; --retry puts back what the server refused
  svar conformance URL --study DIR (--invitation-file FILE | --key DIR | --bare) [--wave W] [--part P] [--unit U]
          [--kind fhir|sealed|flat] [--write conditional-create|create|update] [--origin URL | --same-origin] [--seed N] [--json]
                          says whether the endpoint at URL keeps docs/collection-endpoint.md; it stores test answers
  svar keygen --out DIR [--kid NAME]
                          makes a key to seal answers to: the private half in DIR, the public half for study.json
  svar open [--key FILE]... --studies DIR [--studies DIR]... [--withdrawn DB]... --out DIR INPUT...
                          opens what was received (databases, files, folders), validates it again, and writes tables
  svar units --study DIR --data DIR import FILE.csv
                          takes over the dates of the units, all of the file or nothing (docs/study-over-time.md)
  svar units --study DIR --data DIR list
                          says which unit's windows are open on which days, and why
  svar units --study DIR --data DIR prolong (--unit U | --all) --wave W --until DATE
                          lets a window go on until the end of that day, for links that are mailed already, too
  svar invite --study DIR --data DIR --wave W (--units FILE | --contacts FILE) --base-url URL --out DIR
          [--nbf DATE] [--exp DATE] [--mode test|pilot|paper] [--variants A,B [--seed N]] [--with-contacts]
          [--without-dates] [--replace | --reminder] [--by WHO]
                          makes links, codes and letters for a mail merge (docs/invitations.md)
  svar revoke --data DIR (--jti J | --pseudonym P --study S [--wave W] | --unit U --study S --wave W)
          [--by WHO]
                          takes invitations back
  svar rotate-key --data DIR [--forget KID] [--by WHO]
                          makes a new key to sign invitations with, or forgets an earlier one
  svar status --study DIR --data DIR [--wave W] [--missing FILE]
                          says how many have answered, by unit; with --missing, lists who has not (docs/running.md)
  svar withdraw --study DIR --data DIR (--pseudonym P | --reference R | --ids FILE) [--by WHO]
                          deletes what a person has delivered, and takes nothing more of them
  svar purge --study DIR --data DIR --before DATE [--contact-only] [--undelivered] [--yes] [--by WHO]
                          counts what was received before a date; with --yes, deletes it; what a gateway has yet to
                          deliver only with --undelivered
  svar export --study DIR [--earlier DIR]... [--key FILE]... [--withdrawn DB]... [--only-if LINKID=CODE] [--except FILE] [--language L] --out DIR
          INPUT...
                          the same over all waves of a study: long and wide tables, with labels for R, Stata and SPSS
  svar codebook STUDYDIR --out DIR [--language L]
                          writes codebook.html and codebook.csv: every variable of every wave (docs/export.md)
  svar flow STUDYDIR --out FILE.svg [--language L]
                          draws the pages and branches of every wave
  svar form STUDYDIR --wave W --language L [--variant V] --out FILE.html
                          makes a form to print and fill in on paper
  svar help               prints this

check: exit code 0 if there is no error (there may be warnings and advice), 1 if there is one, 2 if a file cannot be read.
collect: listens on 127.0.0.1:8088 unless told otherwise; port 0 takes a free one. The address is printed on standard
output, one line for each request on standard error. Without --origin, pages of every origin may deliver. --faults is
for tests: what goes wrong on the way, as in docs/collection-endpoint.md.
units: exit code 0 if it is done, 1 if a window is longer now than links that were mailed, 2 if nothing was changed.
revoke: exit code 0 if something was revoked, 1 if nothing was left to revoke, 2 if a name is unknown or it could not be
done. --study takes the folder or the id.
withdraw, purge: exit code 0 if all is done, 1 if something is left to do (it says what), 2 if nothing was changed.
open, export: exit code 0 if everything could be used, 1 if something is listed in refused.csv, 2 if it could not be done.
conformance: exit code 0 if the endpoint keeps the level that was asked about, 1 if not, 2 if it could not be asked.
";

/// A wrong command line, or what cannot be read.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", [].as_slice()),
    };
    match command {
        "check" => check(rest),
        "assemble" => finish(assemble(rest)),
        "collect" => finish(collect(rest)),
        "forward-status" => finish(forward_status(rest)),
        "conformance" => match conformance::read(rest).and_then(|asked| conformance::answer(&asked)) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(message) => finish(Err(message)),
        },
        "keygen" => finish(open::keygen(rest).map(|told| print!("{told}"))),
        "open" | "export" => match if command == "open" { open::run(rest) } else { export::run(rest) } {
            Ok(summary) => {
                println!("{summary}");
                if summary.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(message) => finish(Err(message)),
        },
        "units" => tell(units::run(rest)),
        "invite" => finish(invitations::run(rest, system_clock()()).map(|told| print!("{told}"))),
        "revoke" => match invitations::revoke(rest, system_clock()()) {
            Ok(count) => {
                println!("revoked: {count}");
                if count > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(message) => finish(Err(message)),
        },
        "rotate-key" => finish(invitations::rotate_key(rest, system_clock()()).map(|told| print!("{told}"))),
        "status" => tell(running::status(rest)),
        "withdraw" => tell(running::withdraw(rest)),
        "purge" => tell(running::purge(rest)),
        "codebook" => finish(codebook::run(rest).map(|told| println!("{told}"))),
        "flow" => finish(flow::run(rest).map(|told| println!("{told}"))),
        "form" => finish(form::run(rest).map(|told| println!("{told}"))),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        "" => unusable("expected a command, found none"),
        other => unusable(&format!("expected one of the commands below, found `{other}`")),
    }
}

fn unusable(message: &str) -> ExitCode {
    eprintln!("svar: {message}\n\n{HELP}");
    ExitCode::from(UNUSABLE)
}

fn finish(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("svar: {message}");
            ExitCode::from(UNUSABLE)
        }
    }
}

/// What was done, and then what was not.
fn tell(told: Result<Told, String>) -> ExitCode {
    let told = match told {
        Ok(told) => told,
        Err(message) => return finish(Err(message)),
    };
    print!("{}", told.report);
    match told.unfinished {
        None => ExitCode::SUCCESS,
        Some(message) => {
            eprintln!("svar: {message}");
            ExitCode::FAILURE
        }
    }
}

fn check(arguments: &[String]) -> ExitCode {
    let mut halves = arguments.splitn(2, |argument| argument == "--pack");
    let files = halves.next().unwrap_or_default();
    let packs = halves.next().unwrap_or_default().iter().filter(|argument| *argument != "--pack");
    let packs: Vec<PathBuf> = packs.map(PathBuf::from).collect();
    if files.is_empty() || (packs.is_empty() && files.len() < arguments.len()) {
        return unusable("expected files or folders to check, and packs after --pack, found none");
    }
    let (mut report, mut unreadable) = (Report::default(), false);
    for argument in files {
        match check::check_with(Path::new(argument), &packs) {
            Ok(found) => report.append(found),
            Err(error) => {
                eprintln!("svar: {error}");
                unreadable = true;
            }
        }
    }
    if !report.files.is_empty() {
        println!("{report}");
    }
    match (unreadable, report.count(Severity::Error)) {
        (true, _) => ExitCode::from(UNUSABLE),
        (false, 0) => ExitCode::SUCCESS,
        (false, _) => ExitCode::FAILURE,
    }
}

fn assemble(arguments: &[String]) -> Result<(), String> {
    let [file] = arguments else { return Err(format!("expected one file, found {}", arguments.len())) };
    let assembled = check::assembled(Path::new(file)).map_err(|error| error.to_string())?;
    let text = serde_json::to_string_pretty(&assembled).map_err(|error| error.to_string())?;
    println!("{text}");
    Ok(())
}

/// What `svar collect` was told.
struct Settings {
    studies: PathBuf,
    data: PathBuf,
    site: Option<PathBuf>,
    listen: String,
    origins: Vec<String>,
    faults: Option<PathBuf>,
    forward: Option<gateway::Settings>,
}

fn settings(arguments: &[String]) -> Result<Settings, String> {
    let (mut studies, mut data, mut site, mut listen, mut faults) = (None, None, None, None, None);
    let (mut origins, mut forward) = (Vec::new(), None);
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value =
            || arguments.next().cloned().ok_or_else(|| format!("expected a value after {name}, found none"));
        let once = match name.as_str() {
            "--studies" => studies.replace(PathBuf::from(value()?)).is_none(),
            "--data" => data.replace(PathBuf::from(value()?)).is_none(),
            "--site" => site.replace(PathBuf::from(value()?)).is_none(),
            "--listen" => listen.replace(value()?).is_none(),
            "--faults" => faults.replace(PathBuf::from(value()?)).is_none(),
            "--origin" => {
                origins.push(value()?);
                true
            }
            name if name.starts_with("--forward") => {
                gateway::Settings::set(&mut forward, name, &value()?)?;
                true
            }
            other => {
                let known = "--studies, --data, --site, --listen, --origin, --faults or --forward";
                return Err(format!("expected {known}, found `{other}`"));
            }
        };
        if !once {
            return Err(format!("expected {name} once, found it twice"));
        }
    }
    Ok(Settings {
        studies: studies.ok_or("expected --studies DIR, the folder of the studies to collect")?,
        data: data.ok_or("expected --data DIR, the folder to keep the responses in")?,
        site,
        listen: listen.unwrap_or_else(|| "127.0.0.1:8088".to_owned()),
        origins,
        faults,
        forward,
    })
}

fn collect(arguments: &[String]) -> Result<(), String> {
    let settings = settings(arguments)?;
    let studies = StudyFolder::load_all(&settings.studies).map_err(|error| error.to_string())?;
    if studies.is_empty() {
        return Err(format!("{}: expected a study folder, found none", settings.studies.display()));
    }
    let keys = Keys::open(&settings.data).map_err(|error| error.to_string())?;
    let ids: Vec<String> = studies.iter().map(|folder| folder.study.id.clone()).collect();
    let mut collector =
        Collector::open(&settings.data, studies, keys, system_clock()).map_err(|error| error.to_string())?;
    if !settings.origins.is_empty() {
        collector = collector.with_origins(Origins::Listed(settings.origins));
    }
    if let Some(file) = &settings.faults {
        collector = collector.with_faults(Faults::read(file).map_err(|error| error.to_string())?);
    }
    let site = settings.site.clone();
    let router = http::router(Arc::new(collector), settings.site).map_err(|error| {
        format!("{}: expected the folder of the site, found: {error}", site.unwrap_or_default().display())
    })?;
    let forwarder = settings
        .forward
        .map(|to| Forwarder::start(&settings.data, &to, system_clock(), log_to_stderr()))
        .transpose()
        .map_err(|error| error.to_string())?;
    let router = forwarder.iter().fold(router, |router, forwarder| forwarder.listen(router));
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let listener = TcpListener::bind(&settings.listen)
            .await
            .map_err(|error| format!("expected to listen on {}, found: {error}", settings.listen))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("collecting {} at http://{address}", ids.join(", "));
        http::serve(listener, router, stopped()).await.map_err(|error| error.to_string())
    })
}

fn forward_status(arguments: &[String]) -> Result<(), String> {
    let (folder, retry) = match arguments {
        [name, folder] if name == "--data" => (folder, false),
        [name, folder, retry] if name == "--data" && retry == "--retry" => (folder, true),
        _ => return Err("expected --data DIR, and perhaps --retry".to_owned()),
    };
    let folder = Path::new(folder);
    if retry {
        let count = gateway::retry_parked(folder).map_err(|error| error.to_string())?;
        println!("put back: {count}");
    }
    println!("{}", gateway::status(folder).map_err(|error| error.to_string())?);
    Ok(())
}

/// Until the process is told to end.
async fn stopped() {
    #[cfg(unix)]
    {
        let terminated = async {
            match signal::unix::signal(signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = signal::ctrl_c() => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    drop(signal::ctrl_c().await);
}
