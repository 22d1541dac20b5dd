//! What the commands need beyond Rust: found, else installed (on Debian, as root), else named, with how to get it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    process::{self, which},
    project::{self, Outcome, Project},
};

/// The target that the widget is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Something that is missing, and cannot be set up from here.
#[derive(Debug, thiserror::Error)]
#[error("expected {what}, found none; {remedy}")]
pub(crate) struct Missing {
    what: String,
    remedy: String,
}

impl Missing {
    fn new(what: &str, remedy: impl Into<String>) -> Missing {
        Missing { what: what.to_owned(), remedy: remedy.into() }
    }
}

/// Rust's library for the browser.
///
/// # Errors
/// It is missing, and rustup is missing too or cannot fetch it.
pub(crate) fn wasm_target(project: &Project) -> Outcome<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = process::output(Command::new(rustc).current_dir(&project.root).args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    if which(&["rustup"]).is_none() {
        let what = format!("Rust's standard library for {WASM}");
        return Err(Missing::new(&what, "install Rust by https://rustup.rs, which adds it").into());
    }
    process::run(Command::new("rustup").current_dir(&project.root).args(["target", "add", WASM]))?;
    Ok(())
}

/// Chromium's driver, with Chromium beside it.
///
/// # Errors
/// One of them is missing and cannot be installed.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let driver = || match env::var_os("CHROMEDRIVER") {
        Some(path) => Some(PathBuf::from(path)).filter(|path| path.is_file()),
        None => which(&["chromedriver"]),
    };
    let browser = || which(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]);
    if (driver().is_none() || browser().is_none()) && debian_root() {
        apt(&["chromium", "chromium-driver"])?;
    }
    let remedy = "install both in the same version (Debian: chromium chromium-driver), \
                  or name the driver in the variable CHROMEDRIVER";
    if browser().is_none() && !cfg!(target_os = "macos") {
        return Err(Missing::new("Chromium in PATH", remedy).into());
    }
    driver().ok_or_else(|| Missing::new("chromedriver in PATH", remedy).into())
}

/// The programs that drive a browser beside Chromium.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// Where they lie, in the variables that the tests look at.
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
    /// What gives a screen to a browser that needs one.
    pub(crate) screen: Option<PathBuf>,
}

/// Firefox and its driver. No distribution packs the driver: it is built from its crate.
///
/// # Errors
/// Firefox is missing and cannot be installed, or its driver cannot be built.
pub(crate) fn firefox(project: &Project) -> Outcome<Programs> {
    const VERSION: &str = "0.37.0";
    let browser = || which(&["firefox-esr", "firefox"]);
    if browser().is_none() && debian_root() {
        apt(&["firefox-esr"])?;
    }
    if browser().is_none() {
        return Err(Missing::new("Firefox in PATH", "install it (Debian: firefox-esr)").into());
    }
    let folder = project.target.join("tools").join(format!("geckodriver-{VERSION}"));
    let built = folder.join("bin").join(format!("geckodriver{}", env::consts::EXE_SUFFIX));
    let driver = match which(&["geckodriver"]) {
        Some(driver) => driver,
        None if built.is_file() => built,
        None => {
            // Unoptimised, which takes half as long; the browser is what takes time, not its driver.
            let install = ["install", "geckodriver", "--version", VERSION, "--locked", "--debug", "--root"];
            let scratch = project.target.join("tools/build");
            process::run(project.cargo(install).arg(folder).arg("--target-dir").arg(scratch))?;
            built
        }
    };
    Ok(Programs { variables: vec![("GECKODRIVER", driver)], screen: None })
}

/// WebKitGTK's driver, its browser, and a screen without a display.
///
/// # Errors
/// One of them is missing and cannot be installed.
pub(crate) fn webkit() -> Outcome<Programs> {
    // The browser lies in a folder of the architecture, and in no PATH.
    let browser = || {
        let folders =
            ["/usr/lib", "/usr/libexec"].into_iter().filter_map(|folder| project::entries(Path::new(folder)).ok());
        folders.flatten().map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser")).find(|path| path.is_file())
    };
    let found = || Some((which(&["WebKitWebDriver"])?, browser()?, which(&["xvfb-run"])?));
    if found().is_none() && debian_root() {
        apt(&["webkit2gtk-driver", "xvfb", "xauth"])?;
    }
    let (driver, browser, screen) = found().ok_or_else(|| {
        let remedy = "install them (Debian: webkit2gtk-driver xvfb xauth)";
        Missing::new("WebKitWebDriver and xvfb-run in PATH, and WebKitGTK's MiniBrowser", remedy)
    })?;
    Ok(Programs { variables: vec![("WEBKITDRIVER", driver), ("WEBKIT_BROWSER", browser)], screen: Some(screen) })
}

/// Python, whose `csv` module reads the exported tables in the tests as pandas would.
///
/// # Errors
/// It is missing and cannot be installed.
pub(crate) fn python() -> Outcome<()> {
    if which(&["python3"]).is_none() && debian_root() {
        apt(&["python3-minimal", "libpython3-stdlib"])?;
    }
    match which(&["python3"]) {
        Some(_) => Ok(()),
        None => Err(Missing::new("python3 in PATH", "install Python 3.8 or newer (Debian: python3)").into()),
    }
}

/// R, and PSPP, which runs the syntax of SPSS: what is exported is opened in both.
///
/// # Errors
/// One of them is missing and cannot be installed.
pub(crate) fn statistics() -> Outcome<()> {
    let complete = || which(&["Rscript"]).is_some() && which(&["pspp"]).is_some();
    if !complete() && debian_root() {
        apt(&["r-base-core", "pspp"])?;
    }
    match complete() {
        true => Ok(()),
        false => Err(Missing::new("Rscript and pspp in PATH", "install them (Debian: r-base-core pspp)").into()),
    }
}

/// Node and npm.
///
/// # Errors
/// One of them is missing and cannot be installed.
pub(crate) fn node() -> Outcome<()> {
    if which(&["node"]).is_none() && debian_root() {
        apt(&["nodejs", "npm"])?;
    } else if which(&["npm"]).is_none() && debian_root() {
        apt(&["npm"])?;
    }
    for program in ["node", "npm"] {
        if which(&[program]).is_none() {
            let what = format!("{program} in PATH");
            return Err(Missing::new(&what, "install Node 18 or newer with npm (Debian: nodejs npm)").into());
        }
    }
    Ok(())
}

/// The npm packages of a folder, fetched if they are not there yet as its lock file has them.
///
/// # Errors
/// Node is missing, or npm cannot fetch them.
pub(crate) fn packages(project: &Project, folder: &str) -> Outcome<()> {
    node()?;
    let folder = project.root.join(folder);
    // npm writes down here what it has put there.
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    if changed("node_modules/.package-lock.json") < changed("package-lock.json") {
        let mut install = Command::new("npm");
        install.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
        process::run(install.current_dir(folder))?;
    }
    Ok(())
}

/// The folders whose packages the tests of the whole application use, beside the second judge's.
const PAGES: [&str; 2] = ["tests/fixtures/hosts", "examples"];

/// The packages of the pages that the widget is tried on.
///
/// # Errors
/// As for those of one folder.
pub(crate) fn packages_of_pages(project: &Project) -> Outcome<()> {
    PAGES.iter().try_for_each(|folder| packages(project, folder))
}

/// Hunspell with dictionaries for bokmål, nynorsk and British English.
///
/// # Errors
/// It or a dictionary is missing and cannot be installed.
pub(crate) fn hunspell() -> Outcome<()> {
    const DICTIONARIES: [&str; 3] = ["nb_NO", "nn_NO", "en_GB"];
    let lacking = || -> Option<&str> {
        let known = Command::new("hunspell").arg("-D").stdin(std::process::Stdio::null()).output().ok()?;
        let known = String::from_utf8_lossy(&known.stderr).into_owned() + &String::from_utf8_lossy(&known.stdout);
        DICTIONARIES.into_iter().find(|name| !known.contains(name))
    };
    let complete = || which(&["hunspell"]).is_some() && lacking().is_none();
    if !complete() && debian_root() {
        apt(&["hunspell", "hunspell-no", "hunspell-en-gb"])?;
    }
    let remedy = "install it (Debian: hunspell hunspell-no hunspell-en-gb)";
    if which(&["hunspell"]).is_none() {
        return Err(Missing::new("hunspell in PATH", remedy).into());
    }
    match lacking() {
        Some(name) => Err(Missing::new(&format!("hunspell's dictionary {name}"), remedy).into()),
        None => Ok(()),
    }
}

/// Whether apt-get may be used: Debian or a descendant, and we are root.
fn debian_root() -> bool {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let debian = system.lines().any(|line| {
        line.split_once('=').is_some_and(|(name, value)| matches!(name, "ID" | "ID_LIKE") && value.contains("debian"))
    });
    debian
        && which(&["apt-get"]).is_some()
        && process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(packages: &[&str]) -> Outcome<()> {
    println!("installing {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // Another apt may be at work when a machine has just started.
        command.args(["-q", "-o", "DPkg::Lock::Timeout=300"]).args(arguments);
        process::run(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())?;
    Ok(())
}
