//! Where things lie, and reading and writing them with errors that name the file.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::process;

/// What a command may fail with; each says what was wanted.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// The package and its build directory.
#[derive(Debug)]
pub(crate) struct Project {
    /// Where `Cargo.toml` lies.
    pub(crate) root: PathBuf,
    /// Cargo's build directory.
    pub(crate) target: PathBuf,
}

impl Project {
    /// Asks cargo.
    ///
    /// # Errors
    /// Cargo cannot be run, or says something unexpected.
    pub(crate) fn find() -> Outcome<Project> {
        let mut metadata = process::cargo();
        metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
        if let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") {
            metadata.current_dir(manifest);
        }
        let metadata: Value = serde_json::from_str(&process::output(&mut metadata)?)?;
        let path = |name: &str| metadata.get(name).and_then(Value::as_str).map(PathBuf::from);
        match (path("workspace_root"), path("target_directory")) {
            (Some(root), Some(target)) => Ok(Project { root, target }),
            _ => Err("cargo metadata: expected workspace_root and target_directory, found neither".into()),
        }
    }

    /// Cargo, in the package.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = process::cargo();
        command.current_dir(&self.root).args(arguments);
        command
    }

    /// Where `cargo xtask build` puts the site.
    pub(crate) fn site(&self) -> PathBuf {
        self.target.join("site")
    }
}

/// An error and what caused it, in one line. Some errors tell their cause themselves; it is not told twice.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !told.contains(&why) {
            told = format!("{told}: {why}");
        }
        cause = error.source();
    }
    told
}

fn at(path: &Path, error: std::io::Error) -> Box<dyn Error> {
    format!("{}: {error}", path.display()).into()
}

/// A text file.
pub(crate) fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| at(path, error))
}

/// A file.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| at(path, error))
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
    }
    fs::write(path, bytes).map_err(|error| at(path, error))
}

/// An empty folder: what an earlier run left there is removed.
pub(crate) fn empty_folder(path: &Path) -> Outcome<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path, error)),
        _ => fs::create_dir_all(path).map_err(|error| at(path, error)),
    }
}

/// What lies in a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let found = fs::read_dir(folder).map_err(|error| at(folder, error))?;
    let mut paths = Vec::new();
    for entry in found {
        paths.push(entry.map_err(|error| at(folder, error))?.path());
    }
    paths.sort();
    Ok(paths)
}
