//! The columns of the wide table, with what R, Stata and SPSS are told about them.

use super::cells::{is_decimal, is_text};
use crate::{
    tools::{
        codebook::{Dictionary, Missing, Variable, dictionary::WAVE_COLUMNS, names::suffix},
        scores::Rule,
    },
    words::Tongue,
};

/// What a column is of.
#[derive(Clone, Debug)]
pub(super) enum Of {
    /// The pseudonym.
    Person,
    /// One of [`WAVE_COLUMNS`].
    Wave(&'static str),
    /// The variable with this place in the dictionary.
    Variable(usize),
    /// The score of this name.
    Score(String),
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) of: Of,
    /// The wave's id; empty for the person.
    pub(super) wave: String,
    /// Words rather than numbers.
    pub(super) text: bool,
    /// Numbers with digits after the point.
    pub(super) decimal: bool,
    /// What it is called.
    pub(super) label: String,
    /// What its numbers stand for, without the missing codes.
    pub(super) labels: Vec<(i64, String)>,
    /// The missing codes that can occur, and what they are called.
    pub(super) missing: Vec<(i64, String)>,
}

/// The columns, wave by wave, with labels in `language`.
pub(super) fn columns(dictionary: &Dictionary, language: &str) -> Vec<Column> {
    let place = dictionary.languages.iter().position(|known| known == language).unwrap_or(0);
    let mut columns = vec![plain("pseudonym", Of::Person, "", true, "Pseudonym")];
    for wave in &dictionary.waves {
        let ending = suffix(wave);
        for name in WAVE_COLUMNS {
            let label = match name {
                "parts" => "Parts received",
                "received" => "Last part received at",
                "unit" => "Unit",
                "variant" => "Variant",
                "language" => "Language answered in",
                "mode" => "Mode: paper if keyed in from paper",
                "late" => "A part completed in time and received late",
                _ => "Sent a part more than once; the last received counts",
            };
            let flag = matches!(name, "late" | "repeated");
            let mut column = plain(&[name, &*ending].concat(), Of::Wave(name), wave, !flag, label);
            if flag {
                column.labels = vec![(0, "no".to_owned()), (1, "yes".to_owned())];
            }
            columns.push(column);
        }
        for (index, variable) in dictionary.variables.iter().enumerate() {
            if variable.waves().contains(&wave.as_str()) {
                columns.push(column(variable, index, wave, place, language));
            }
        }
        for found in dictionary.score_names() {
            let in_wave =
                dictionary.scores.iter().any(|score| score.wave == *wave && score.score.name == found.score.name);
            if in_wave {
                let (name, text) = (&found.score.name, found.score.rule == Rule::Profile);
                let label = ["Score: ", &found.score.title].concat();
                let score = plain(&[name, &*ending].concat(), Of::Score(name.clone()), wave, text, &label);
                columns.push(Column { decimal: !text, ..score });
            }
        }
    }
    columns
}

fn plain(name: &str, of: Of, wave: &str, text: bool, label: &str) -> Column {
    Column {
        name: name.to_owned(),
        of,
        wave: wave.to_owned(),
        text,
        decimal: false,
        label: label.to_owned(),
        labels: Vec::new(),
        missing: Vec::new(),
    }
}

fn column(variable: &Variable, index: usize, wave: &str, place: usize, language: &str) -> Column {
    let words = |missing: Missing| (missing as i64, missing.words(Tongue::of(language)).to_owned());
    let missing: Vec<(i64, String)> = variable.missing().into_iter().map(words).collect();
    let labels = variable.value_labels(place, language).into_iter();
    Column {
        name: [&variable.name, &*suffix(wave)].concat(),
        of: Of::Variable(index),
        wave: wave.to_owned(),
        text: is_text(variable),
        decimal: is_decimal(variable),
        label: variable.label(place, language),
        labels: labels.filter(|(number, _)| *number >= 0).collect(),
        missing,
    }
}
