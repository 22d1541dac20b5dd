//! Who is invited: the rows of `units.csv` or `contacts.csv`, as somebody keeps them in a spreadsheet.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::civil::Date;

use super::letter::{LANGUAGES, Whose};

/// More of what is wrong than this helps nobody.
const MOST_PROBLEMS: usize = 20;

/// Why nobody can be invited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipientsError {
    /// The file cannot be read.
    #[error("{}: expected a table to read, found: {source}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Cells that are not as they should be.
    #[error("{}: expected a table of recipients, found\n{}", file.display(), problems.join("\n"))]
    Table {
        /// Which file.
        file: PathBuf,
        /// What is wrong, each with its row.
        problems: Vec<String>,
    },
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipient {
    /// Where it stands in the file.
    pub(super) row: u64,
    pub(super) unit: String,
    /// Empty for a unit.
    pub(super) pseudonym: String,
    pub(super) variant: Option<String>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) language: String,
    pub(super) last_day: Option<Date>,
}

/// What a row may rest on besides itself.
pub(super) struct Expected<'a> {
    pub(super) whose: Whose,
    /// Of the study; the first is for rows that name none.
    pub(super) languages: &'a [String],
    /// Those that the study has; any will do for one that declares none.
    pub(super) variants: &'a [String],
    /// A person without a variant cannot be asked.
    pub(super) needs_variant: bool,
    /// The variants are drawn, so that no row may name one.
    pub(super) draws_variants: bool,
}

/// More of what is wrong than [`MOST_PROBLEMS`] is only counted.
pub(super) fn told(file: &Path, mut problems: Vec<String>) -> RecipientsError {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    problems.extend((more > 0).then(|| format!("… and {more} more")));
    RecipientsError::Table { file: file.to_owned(), problems }
}

/// The rows of a file.
pub(super) fn read(file: &Path, expected: &Expected<'_>) -> Result<Vec<Recipient>, RecipientsError> {
    let bytes = fs::read(file).map_err(|source| RecipientsError::File { file: file.to_owned(), source })?;
    rows(&bytes, expected).map_err(|problems| told(file, problems))
}

fn rows(bytes: &[u8], expected: &Expected<'_>) -> Result<Vec<Recipient>, Vec<String>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // The reader counts a row that ends with both as begun one line earlier.
    let both = |place: usize| bytes.get(place..place.saturating_add(2)) == Some(b"\r\n");
    let bytes: Vec<u8> = (0_usize..).zip(bytes).filter(|(place, _)| !both(*place)).map(|(_, byte)| *byte).collect();
    let bytes = bytes.as_slice();
    let heading = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // As spreadsheets write it where the comma is the decimal sign.
    let delimiter = if heading.contains(&b';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().trim(Trim::All).delimiter(delimiter).from_reader(bytes);
    let columns = match reader.headers() {
        Ok(columns) => columns.clone(),
        Err(error) => return Err(vec![format!("row 1: {error}")]),
    };
    let mut problems = missing(&columns, expected.whose);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (mut rows, mut seen) = (Vec::new(), BTreeMap::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let row = error.position().map_or(0, csv::Position::line);
                problems.push(format!("row {row}: a row that cannot be read: {error}"));
                continue;
            }
        };
        let row = record.position().map_or(0, csv::Position::line);
        match recipient(&columns, &record, expected) {
            Ok(mut recipient) => {
                recipient.row = row;
                let key = match expected.whose {
                    Whose::Unit => recipient.unit.clone(),
                    Whose::Person => recipient.pseudonym.clone(),
                };
                match seen.insert(key.clone(), row) {
                    Some(first) => problems.push(format!("row {row}: `{key}`, who stands in row {first} already")),
                    None => rows.push(recipient),
                }
            }
            Err(problem) => problems.push(format!("row {row}: {problem}")),
        }
    }
    if rows.is_empty() && problems.is_empty() {
        problems.push("no row below the heading".to_owned());
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

fn missing(columns: &StringRecord, whose: Whose) -> Vec<String> {
    let needed: &[&str] = match whose {
        Whose::Unit => &["unit"],
        Whose::Person => &["pseudonym", "unit"],
    };
    let absent = needed.iter().filter(|name| !columns.iter().any(|column| column.eq_ignore_ascii_case(name)));
    absent.map(|name| format!("row 1: no column `{name}`")).collect()
}

fn recipient(columns: &StringRecord, record: &StringRecord, expected: &Expected<'_>) -> Result<Recipient, String> {
    let cell = |name: &str| {
        let place = columns.iter().position(|column| column.eq_ignore_ascii_case(name));
        place.and_then(|place| record.get(place)).unwrap_or_default()
    };
    let id = |name: &str| {
        let value = cell(name);
        if is_id(value) { Ok(value.to_owned()) } else { Err(not_id(name, value)) }
    };
    let text = |name: &str| {
        let value = cell(name);
        let plain = value.chars().count() <= 256 && !value.contains(char::is_control);
        if plain { Ok(value.to_owned()) } else { Err(format!("`{name}` with a line break, or longer than 256")) }
    };
    let known = expected.variants.join(", ");
    let variant = match cell("variant") {
        "" if expected.needs_variant => return Err(format!("no variant, where the study has {known}")),
        "" => None,
        _ if expected.whose == Whose::Unit => return Err("a variant: those of a unit are given by --variants".into()),
        _ if expected.draws_variants => return Err("a variant of its own, and --variants to draw one from".into()),
        name if !expected.variants.is_empty() && !expected.variants.iter().any(|known| known == name) => {
            return Err(format!("the variant `{name}`, where the study has {known}"));
        }
        _ => Some(id("variant")?),
    };
    let language = match (cell("language"), expected.languages.first()) {
        ("", Some(first)) => first.clone(),
        (language, _) if expected.languages.iter().any(|known| known == language) => language.to_owned(),
        (language, _) => {
            return Err(format!("the language `{language}`, where the study has {}", expected.languages.join(", ")));
        }
    };
    if !LANGUAGES.contains(&language.as_str()) {
        return Err(format!("the language `{language}`, where there are letters in {}", LANGUAGES.join(", ")));
    }
    let email = text("email")?;
    let address = |(name, host): (&str, &str)| !name.is_empty() && host.contains('.') && !host.contains('@');
    if !email.is_empty() && (email.contains([' ', ',', ';']) || !email.split_once('@').is_some_and(address)) {
        return Err(format!("the e-mail address `{email}`"));
    }
    let last_day = match cell("last_day") {
        "" => None,
        day => Some(day.parse().map_err(|_| format!("the last_day `{day}`, not a date such as 2027-04-09"))?),
    };
    Ok(Recipient {
        row: 0,
        unit: id("unit")?,
        pseudonym: match expected.whose {
            Whose::Unit => String::new(),
            Whose::Person => id("pseudonym")?,
        },
        variant,
        name: text("name")?,
        email,
        phone: text("phone")?,
        language,
        last_day,
    })
}

/// Whether this can be a pseudonym, a unit or a variant: it becomes a part of a link, a cell, and the name of a file.
pub(super) fn is_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    id.len() <= 128 && id.starts_with(|c: char| c.is_ascii_alphanumeric()) && id.chars().all(plain)
}

fn not_id(name: &str, found: &str) -> String {
    match found {
        "" => format!("no {name}"),
        _ => format!("the {name} `{found}`, not 1 to 128 letters A–Z, digits, points, hyphens and underscores"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str, whose: Whose) -> Result<Vec<Recipient>, Vec<String>> {
        let languages = ["nb", "en"].map(str::to_owned);
        rows(
            table.as_bytes(),
            &Expected { whose, languages: &languages, variants: &[], needs_variant: false, draws_variants: false },
        )
    }

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        let kari = Recipient {
            row: 2,
            unit: "north".into(),
            pseudonym: "p-1".into(),
            email: "kari@post.example".into(),
            language: "en".into(),
            last_day: Some(jiff::civil::date(2027, 4, 9)),
            ..Recipient::default()
        };
        for table in [
            "pseudonym,unit,email,language,last_day\np-1,north,kari@post.example,en,2027-04-09\n",
            "\u{feff}Unit;Pseudonym;Email;Language;Last_day;Shoe\r\nnorth; p-1 ;kari@post.example;en;2027-04-09;39\r\n",
        ] {
            assert_eq!(read(table, Whose::Person), Ok(vec![kari.clone()]), "{table}");
        }
        let base = read("unit\nnorth\n", Whose::Unit).unwrap();
        assert_eq!((base[0].language.as_str(), base[0].last_day), ("nb", None));
    }

    #[test]
    fn every_row_that_cannot_be_used_is_named() {
        let long = "p".repeat(129);
        for (cells, expected) in [
            (",north,,,", "row 3: no pseudonym"),
            ("=1+1,north,,,", "row 3: the pseudonym `=1+1`"),
            ("-p,north,,,", "row 3: the pseudonym `-p`"),
            (&format!("{long},north,,,"), "row 3: the pseudonym"),
            ("p-2,,,,", "row 3: no unit"),
            ("p-2,a/b,,,", "row 3: the unit `a/b`"),
            ("p-2,north,kari,,", "row 3: the e-mail address `kari`"),
            ("p-2,north,,se,", "row 3: the language `se`"),
            ("p-2,north,,,9.4.2027", "row 3: the last_day `9.4.2027`"),
            ("p-1,south,,,", "row 3: `p-1`, who stands in row 2 already"),
            ("p-2,north", "row 3: a row that cannot be read"),
        ] {
            let table = format!("pseudonym,unit,email,language,last_day\np-1,north,,,\n{cells}\n");
            let problems = read(&table, Whose::Person).unwrap_err();
            assert!(problems.len() == 1 && problems[0].starts_with(expected), "{cells}: {problems:?}");
        }
        assert_eq!(read("unit,name\n", Whose::Unit).unwrap_err(), ["no row below the heading"]);
        assert_eq!(read("name\nx\n", Whose::Unit).unwrap_err(), ["row 1: no column `unit`"]);
    }
}
