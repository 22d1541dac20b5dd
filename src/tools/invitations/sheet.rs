//! The folder that `svar invite` fills: the table for the mail merge, the letters, and the QR codes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    keyring::write_new,
    letter::{self, Purpose, Whose},
    qr,
    recipients::Recipient,
};
use crate::study::{Code, Study, Wave};

/// The table's file.
pub(super) const TABLE: &str = "invitations.csv";

/// Why the folder is not as it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// There is something in it already.
    #[error("{}: expected an empty folder, or none yet, found files in it", folder.display())]
    NotEmpty {
        /// Which folder.
        folder: PathBuf,
    },
    /// It cannot be written.
    #[error("{}: expected to write a new file, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// All is done, but the letters are in another folder than was asked for.
    #[error("{}: expected to rename {} to it, where the letters are now, found: {source}", out.display(),
        folder.display())]
    Left {
        /// Where they are.
        folder: PathBuf,
        /// Where they should be.
        out: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A row cannot be written.
    #[error("expected to write {TABLE}, found: {0}")]
    Table(#[from] csv::Error),
    /// A link that no QR code holds.
    #[error("expected a link that a QR code can hold, found: {0}")]
    Qr(#[from] qrcode::types::QrError),
}

/// An invitation with what was made for it.
pub(super) struct Made {
    pub(super) to: Recipient,
    /// The variant that it came to.
    pub(super) variant: Option<String>,
    pub(super) token: String,
    pub(super) code: String,
    pub(super) last_day: jiff::civil::Date,
}

/// What the folder is made from.
pub(super) struct Sheet<'a> {
    pub(super) study: &'a Study,
    pub(super) wave: &'a Wave,
    pub(super) whose: Whose,
    /// Only the reminder: the invitations were made before.
    pub(super) reminds: bool,
    /// Where the page lies.
    pub(super) base: &'a str,
    /// Whether the table has names and addresses.
    pub(super) contacts: bool,
}

/// A folder beside the one that is asked for, where the letters are until the register knows of them.
pub(super) struct Folder {
    draft: PathBuf,
    out: PathBuf,
    /// The register knows of the letters: they are not taken away.
    known: bool,
}

impl Folder {
    /// Makes it, and sees that the one that is asked for is empty.
    pub(super) fn prepare(out: &Path) -> Result<Folder, SheetError> {
        let failed = |source| SheetError::File { file: out.to_owned(), source };
        make(out).map_err(failed)?;
        if fs::read_dir(out).map_err(failed)?.next().is_some() {
            return Err(SheetError::NotEmpty { folder: out.to_owned() });
        }
        let out = out.canonicalize().map_err(failed)?;
        let mut name = out.file_name().unwrap_or_default().to_owned();
        name.push(".unfinished");
        let draft = out.with_file_name(name);
        // What a power cut left behind: links that nobody was given.
        clear(&draft);
        make(&draft).map_err(|source| SheetError::File { file: draft.clone(), source })?;
        Ok(Folder { draft, out, known: false })
    }

    /// Where to write to.
    pub(super) fn path(&self) -> &Path {
        &self.draft
    }

    /// Puts it in its place, once the register knows of what is in it.
    pub(super) fn keep(mut self) -> Result<(), SheetError> {
        // Some systems rename to no folder that is there, be it empty.
        let moved = fs::remove_dir(&self.out).and_then(|()| fs::rename(&self.draft, &self.out));
        self.known = true;
        moved.map_err(|source| SheetError::Left { folder: self.draft.clone(), out: self.out.clone(), source })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.known {
            clear(&self.draft);
        }
    }
}

/// A folder for its owner alone, if there is none.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes a folder of letters away, as far as that works.
fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        drop(fs::remove_file(entry.path()));
    }
    drop(fs::remove_dir(folder));
}

impl Sheet<'_> {
    /// Writes all of it to a folder that [`Folder::prepare`] made, each file readable to its owner alone.
    pub(super) fn write(&self, folder: &Path, made: &[Made]) -> Result<(), SheetError> {
        let put = |name: &str, text: &str| {
            let file = folder.join(name);
            write_new(&file, text).map_err(|source| SheetError::File { file, source })
        };
        put(TABLE, &self.table(made)?)?;
        let purposes: &[Purpose] =
            if self.reminds { &[Purpose::Reminder] } else { &[Purpose::Invitation, Purpose::Reminder] };
        for tag in self.languages() {
            for purpose in purposes {
                if let Some(letter) = self.letter(tag, *purpose) {
                    let text = format!("{}\n\n{}", letter.subject, letter.body);
                    put(&format!("{}-{tag}.txt", purpose.as_str()), &text)?;
                }
            }
        }
        if self.whose == Whose::Unit {
            for made in made {
                let variant = made.variant.iter().map(|variant| format!("-{variant}"));
                let name = format!("qr-{}{}.svg", made.to.unit, variant.collect::<String>());
                // Without a language: the page asks, and the wall has readers of all.
                put(&name, &qr::svg(&format!("{}#{}", self.base, made.token))?)?;
            }
        }
        Ok(())
    }

    /// The study's languages that there are letters in.
    fn languages(&self) -> impl Iterator<Item = &str> {
        let known = |tag: &&String| letter::LANGUAGES.contains(&tag.as_str());
        self.study.languages.iter().filter(known).map(String::as_str)
    }

    fn letter(&self, tag: &str, purpose: Purpose) -> Option<letter::Letter> {
        letter::letter(self.study, self.wave, (self.whose, purpose), tag, self.base)
    }

    fn table(&self, made: &[Made]) -> Result<String, SheetError> {
        let tags: Vec<&str> = self.languages().collect();
        let subject = |tag: &str, purpose| self.letter(tag, purpose).map(|letter| letter.subject).unwrap_or_default();
        let subjects = |purpose| tags.iter().map(|tag| (*tag, subject(tag, purpose))).collect::<Vec<_>>();
        let (invitations, reminders) = (subjects(Purpose::Invitation), subjects(Purpose::Reminder));
        let in_language = |subjects: &[(&str, String)], language: &str| {
            let found = subjects.iter().find(|(tag, _)| *tag == language);
            found.map(|(_, subject)| subject.clone()).unwrap_or_default()
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        let contacts: &[&str] = if self.contacts { &["name", "email", "phone"] } else { &[] };
        let heading = ["unit", "pseudonym", "variant"].iter().chain(contacts);
        let heading = heading.chain(&["language", "link", "code", "last_day", "subject", "reminder_subject"]);
        let heading = heading.map(|name| (*name).to_owned());
        let per_language = tags.iter().flat_map(|tag| [format!("link_{tag}"), format!("last_day_{tag}")]);
        writer.write_record(heading.chain(per_language))?;
        for Made { to, variant, token, code, last_day } in made {
            let link = |tag: &str| format!("{}?lang={tag}#{token}", self.base);
            let language = to.language.as_str();
            let mut row = vec![to.unit.clone(), to.pseudonym.clone(), variant.clone().unwrap_or_default()];
            if self.contacts {
                row.extend([&to.name, &to.email, &to.phone].map(String::clone));
            }
            row.extend([
                to.language.clone(),
                link(language),
                Code::shown(code),
                letter::day(language, *last_day),
                in_language(&invitations, language),
                in_language(&reminders, language),
            ]);
            row.extend(tags.iter().flat_map(|tag| [link(tag), letter::day(tag, *last_day)]));
            writer.write_record(row.iter().map(|cell| neutral(cell)))?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_phone(cell);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

/// A telephone number with its country: a plus, digits and blanks, which calculate nothing.
fn is_phone(cell: &str) -> bool {
    cell.strip_prefix('+').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == ' '))
}
