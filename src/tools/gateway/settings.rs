//! Where the gateway forwards to, and how; and its options on the command line.

use std::{path::PathBuf, time::Duration};

use super::pace::Pace;
use crate::{study::Write, tools::client::reachable};

/// Where to, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base address of the FHIR server.
    pub base: String,
    /// How it is written to.
    pub write: Write,
    /// A file with the token that the server asks of the gateway, if it does.
    pub token_file: Option<PathBuf>,
    /// How long to wait between tries.
    pub pace: Pace,
    /// How long a request whose end is not known may still be at work in the server. Only then is the server asked whether
    /// it has the submission, where a second request would make a second copy.
    pub settle: Duration,
}

/// A server gives up a request within a minute, as the proxies before it do.
const SETTLE: Duration = Duration::from_secs(60);

impl Settings {
    /// To the server at `base`, by `PUT` under the submission's own UUID.
    pub fn new(base: impl Into<String>) -> Settings {
        let (write, token_file, pace) = (Write::Update, None, Pace::default());
        Settings { base: base.into(), write, token_file, pace, settle: SETTLE }
    }

    /// Takes one option of the command line, `--forward…`.
    ///
    /// # Errors
    /// What was expected.
    pub fn set(settings: &mut Option<Settings>, name: &str, value: &str) -> Result<(), String> {
        if name == "--forward" {
            reachable(value)?;
            return match settings.replace(Settings::new(value)) {
                None => Ok(()),
                Some(_) => Err("expected --forward once, found it twice".to_owned()),
            };
        }
        let Some(settings) = settings else { return Err(format!("expected --forward BASE before {name}")) };
        match name {
            "--forward-write" => {
                settings.write = match value {
                    "update" => Write::Update,
                    "conditional-create" => Write::ConditionalCreate,
                    "create" => Write::Create,
                    _ => {
                        return Err(format!("expected {name} update, conditional-create or create, found `{value}`"));
                    }
                };
            }
            "--forward-token-file" => settings.token_file = Some(PathBuf::from(value)),
            "--forward-settle" => {
                settings.settle =
                    seconds(value).ok_or_else(|| format!("expected {name} in seconds, such as 60, found `{value}`"))?;
            }
            "--forward-pace" => {
                let pace = value.split_once('-').and_then(|(first, most)| Some((seconds(first)?, seconds(most)?)));
                let Some((first, most)) = pace.filter(|(first, most)| first <= most) else {
                    return Err(format!("expected {name} as two numbers of seconds, such as 2-300, found `{value}`"));
                };
                settings.pace = Pace { first, most };
            }
            other => {
                let known = "--forward, --forward-write, --forward-token-file, --forward-pace or --forward-settle";
                return Err(format!("expected {known}, found `{other}`"));
            }
        }
        Ok(())
    }

    /// How long to leave a try alone whose end is not known. A second update is the same as the first.
    pub(super) fn settle(&self) -> Duration {
        if self.write == Write::Update { Duration::ZERO } else { self.settle }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
}
