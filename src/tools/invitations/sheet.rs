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
}

/// Makes the folder, or sees that it is empty.
pub(super) fn prepare(folder: &Path) -> Result<(), SheetError> {
    let failed = |source| SheetError::File { file: folder.to_owned(), source };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(SheetError::NotEmpty { folder: folder.to_owned() }),
        None => Ok(()),
    }
}

/// Takes away what was written to a folder that was empty before, as far as that works.
pub(super) fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        drop(fs::remove_file(entry.path()));
    }
}

impl Sheet<'_> {
    /// Writes all of it to a folder that [`prepare`] made, each file readable to its owner alone.
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
        let fixed = ["unit", "pseudonym", "variant", "name", "email", "phone", "language", "link", "code", "last_day"];
        let heading = fixed.into_iter().chain(["subject", "reminder_subject"]).map(str::to_owned);
        let per_language = tags.iter().flat_map(|tag| [format!("link_{tag}"), format!("last_day_{tag}")]);
        writer.write_record(heading.chain(per_language))?;
        for Made { to, variant, token, code, last_day } in made {
            let link = |tag: &str| format!("{}?lang={tag}#{token}", self.base);
            let language = to.language.as_str();
            let mut row = vec![
                to.unit.clone(),
                to.pseudonym.clone(),
                variant.clone().unwrap_or_default(),
                to.name.clone(),
                to.email.clone(),
                to.phone.clone(),
                to.language.clone(),
                link(language),
                Code::shown(code),
                letter::day(language, *last_day),
                in_language(&invitations, language),
                in_language(&reminders, language),
            ];
            row.extend(tags.iter().flat_map(|tag| [link(tag), letter::day(tag, *last_day)]));
            writer.write_record(row.iter().map(|cell| neutral(cell)))?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }
}

/// A cell that no spreadsheet takes for a formula.
fn neutral(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}
