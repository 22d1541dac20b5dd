//! `cargo xtask freeze`: puts the versions that are no drafts into the lock, where they stay.

use std::path::Path;

use svar::tools::frozen::{Breach, LOCK, Lock, Version};

use crate::project::{self, Outcome};

/// Locks what is new in the studies below `folder`, and says what it did; false if a published version asks something
/// else than it did. With `unpublished`, nobody has seen those yet, and they are locked as they are now.
///
/// # Errors
/// A study or the lock cannot be read, or the lock not be written.
pub(crate) fn freeze(folder: &Path, unpublished: bool) -> Outcome<bool> {
    let file = folder.join(LOCK);
    let mut lock = if file.is_file() { Lock::read(&project::read_text(&file)?)? } else { Lock::default() };
    let breaches = lock.breaches(&Version::all(folder)?);
    let mut refused = false;
    for breach in &breaches {
        match breach {
            Breach::New(version) => println!("frozen   {}", version.canonical),
            Breach::Changed(version) if unpublished => println!("changed  {}", version.canonical),
            Breach::Changed(_) | Breach::Twice(..) => {
                refused = true;
                eprintln!("{breach}");
            }
        }
    }
    if refused {
        eprintln!("nothing was frozen; what nobody has seen yet may be frozen anew with --unpublished");
        return Ok(false);
    }
    if breaches.is_empty() {
        println!("nothing to freeze");
        return Ok(true);
    }
    for breach in &breaches {
        if let Breach::New(version) | Breach::Changed(version) = breach {
            lock.set(version);
        }
    }
    project::write(&file, lock.to_string().as_bytes())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::PathBuf};

    use super::*;

    /// A study of one questionnaire, in a folder that goes with it.
    struct Studies(PathBuf);

    impl Studies {
        fn new(name: &str) -> Outcome<Studies> {
            let studies = Studies(env::temp_dir().join(format!("svar-freeze-{name}-{}", std::process::id())));
            project::empty_folder(&studies.0)?;
            project::write(&studies.0.join("one/study.json"), b"{}")?;
            Ok(studies)
        }

        fn asks(&self, version: &str, status: &str, text: &str) -> Outcome<()> {
            let questionnaire = serde_json::json!({
                "resourceType": "Questionnaire", "url": "https://svar.example/q", "version": version, "status": status,
                "item": [{"linkId": "a", "type": "string", "text": text}],
            });
            project::write(&self.0.join("one/q.json"), questionnaire.to_string().as_bytes())
        }

        fn lines(&self) -> Vec<String> {
            let text = fs::read_to_string(self.0.join(LOCK)).unwrap_or_default();
            let versions = text.lines().filter(|line| !line.starts_with('#'));
            versions.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect()
        }
    }

    impl Drop for Studies {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_published_is_frozen_for_good() -> Outcome<()> {
        let studies = Studies::new("good")?;
        let (first, second) = ("https://svar.example/q|1", "https://svar.example/q|2");
        for (what, (version, status, text), unpublished, done, lines) in [
            ("a draft is not frozen", ("1", "draft", "How?"), false, true, &[][..]),
            ("what is active is", ("1", "active", "How?"), false, true, &[first]),
            ("as often as one likes", ("1", "retired", "How?"), false, true, &[first]),
            ("other words under the same version", ("1", "active", "Who?"), false, false, &[first]),
            ("a draft is no way round it", ("1", "draft", "Who?"), false, false, &[first]),
            ("unless nobody has seen it", ("1", "active", "Who?"), true, true, &[first]),
            ("then that is what is frozen", ("1", "active", "How?"), false, false, &[first]),
            ("a new version beside the old", ("2", "active", "How?"), false, true, &[first, second]),
            ("and the old one cannot come back otherwise", ("1", "active", "How?"), false, false, &[first, second]),
        ] {
            studies.asks(version, status, text)?;
            assert_eq!(freeze(&studies.0, unpublished)?, done, "{what}");
            assert_eq!(studies.lines(), lines, "{what}");
        }
        Ok(())
    }
}
