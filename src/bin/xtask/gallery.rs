//! The gallery of `cargo xtask serve`: every kind of question in every state, shown by the real widget. It stands beside the
//! site that is served, never in one that is built to be released.

use std::path::Path;

use svar::tools::studies::StudyFolder;

use crate::project::{self, Outcome, Project};

/// Where the page lies.
pub(crate) const PATH: &str = "/gallery/";

/// Its page and scripts.
const PAGE: &str = "tests/gallery";

/// What is asked in it.
const STUDY: &str = "tests/fixtures/studies/gallery";

/// Adds the gallery to the site that was built.
///
/// # Errors
/// Something cannot be read, compiled or written.
pub(crate) fn add(project: &Project) -> Outcome<()> {
    write(&project.root, &project.site().join(PATH.trim_matches('/')))
}

fn write(root: &Path, folder: &Path) -> Outcome<()> {
    for file in project::entries(&root.join(PAGE))? {
        if let Some(name) = file.file_name() {
            project::write(&folder.join(name), &project::read(&file)?)?;
        }
    }
    for (name, bytes) in StudyFolder::load(&root.join(STUDY))?.compile()? {
        project::write(&folder.join("study").join(name), &bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn every_file_that_the_page_asks_for_is_there() -> Outcome<()> {
        let folder = env::temp_dir().join(format!("svar-gallery-{}", std::process::id()));
        write(&Project::find()?.root, &folder)?;
        let page = fs::read_to_string(folder.join("index.html"))?;
        for name in ["gallery.js", "gallery.css"] {
            assert!(page.contains(&format!("\"{name}\"")), "{page}");
        }
        for name in ["gallery.js", "gallery.css", "states.js", "study/study.svar", "study/whole.svar"] {
            assert!(folder.join(name).is_file(), "{name}");
        }
        for bad in [" style=", "<style", " onclick=", "http://", "https://"] {
            assert!(!page.contains(bad), "{bad}");
        }
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
