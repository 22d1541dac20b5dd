//! Running other programs.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It is not there, or may not be run.
    #[error("expected to run `{line}`, found that it cannot start")]
    Start {
        /// The command line.
        line: String,
        /// What the system says.
        source: io::Error,
    },
    /// It failed.
    #[error("expected `{line}` to succeed, found {status}{said}")]
    Failed {
        /// The command line.
        line: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// What it said, if that has not been shown.
        said: String,
    },
    /// What it prints could not be passed on.
    #[error("expected the output of `{line}`, found that it cannot be read or shown")]
    Output {
        /// The command line.
        line: String,
        /// What the system says.
        source: io::Error,
    },
}

/// The cargo that runs us, so that the toolchain is the same.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program, its output going where ours goes.
///
/// # Errors
/// It cannot start, or fails.
pub(crate) fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.status().map_err(|source| ProcessError::Start { line: line(command), source })?;
    if status.success() {
        return Ok(());
    }
    Err(ProcessError::Failed { line: line(command), status, said: String::new() })
}

/// Runs a program and returns what it prints to standard output.
///
/// # Errors
/// It cannot start, or fails.
pub(crate) fn output(command: &mut Command) -> Result<String, ProcessError> {
    let output =
        command.stdin(Stdio::null()).output().map_err(|source| ProcessError::Start { line: line(command), source })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = if said.trim().is_empty() { String::new() } else { format!("\n{}", said.trim()) };
        return Err(ProcessError::Failed { line: line(command), status: output.status, said });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program, showing what it prints as it comes and keeping its standard output: whether it succeeded, and what
/// it printed.
///
/// # Errors
/// It cannot start, or its output cannot be passed on.
pub(crate) fn tee(command: &mut Command) -> Result<(bool, String), ProcessError> {
    let line = line(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| ProcessError::Start { line: line.clone(), source })?;
    let failed = |source| ProcessError::Output { line: line.clone(), source };
    let mut kept = Vec::new();
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut shown = io::stdout().lock();
        loop {
            let from = kept.len();
            if output.read_until(b'\n', &mut kept).map_err(failed)? == 0 {
                break;
            }
            shown.write_all(kept.get(from..).unwrap_or_default()).and_then(|()| shown.flush()).map_err(failed)?;
        }
    }
    let status = child.wait().map_err(failed)?;
    Ok((status.success(), String::from_utf8_lossy(&kept).into_owned()))
}

/// The same command, run by another program such as `nice`.
pub(crate) fn under(program: &Path, options: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(options).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// Where a program lies, by its first name that is found in `PATH`.
pub(crate) fn which(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let file = |name: &&str| {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&name)).find(|path| path.is_file())
    };
    names.iter().find_map(file)
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}
