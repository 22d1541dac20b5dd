//! `hunspell`, which must be installed: a check that is skipped in silence is none.

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use crate::texts::Language;

/// The words that the dictionary does not know.
pub(crate) fn unknown<'a>(language: Language, words: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let dictionary = language.dictionary();
    let install = "install it (Debian: `apt-get install hunspell hunspell-no hunspell-en-gb`)";
    let mut command = Command::new("hunspell");
    command.args(["-i", "utf-8", "-d", dictionary, "-l"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("expected hunspell, found: {error}; {install}"));
    let all = words.fold(String::new(), |all, word| all + word + "\n");
    let mut to = child.stdin.take().unwrap();
    // Written from a thread of its own: it may answer before it has read everything.
    let writer = std::thread::spawn(move || to.write_all(all.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && written.is_ok(),
        "expected the dictionary {dictionary}, found: {said}; {install}"
    );
    // It looks at the parts of `e-post`; a letter by itself is no word.
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().filter(|word| word.chars().count() > 1).map(str::to_owned).collect()
}
