//! The columns of the wide table, with what R, Stata and SPSS are told about them.

use super::{
    cells::{is_decimal, is_text},
    labels::labels,
};
use crate::{
    tools::{
        codebook::{Dictionary, Missing, Variable, dictionary::WAVE_COLUMNS, names::suffix},
        scores::Rule,
    },
    words::{Say, Tongue},
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
    /// The option at the end of the label, where each is a column of its own.
    pub(super) option: String,
    /// What its numbers stand for, without the missing codes.
    pub(super) labels: Vec<(i64, String)>,
    /// The missing codes that can occur, and what they are called.
    pub(super) missing: Vec<(i64, String)>,
}

/// The columns, wave by wave, with labels in `language`.
pub(super) fn columns(dictionary: &Dictionary, language: &str) -> Vec<Column> {
    let place = dictionary.languages.iter().position(|known| known == language).unwrap_or(0);
    let tongue = Tongue::of(language);
    let said = labels(tongue);
    let mut columns = vec![plain("pseudonym", Of::Person, "", true, said.pseudonym)];
    for wave in &dictionary.waves {
        let ending = suffix(wave);
        for name in WAVE_COLUMNS {
            let label = said.of_wave(name);
            let flag = matches!(name, "late" | "repeated");
            let mut column = plain(&[name, &*ending].concat(), Of::Wave(name), wave, !flag, label);
            if flag {
                column.labels = vec![(0, tongue.say(&Say::No)), (1, tongue.say(&Say::Yes))];
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
                let label = [said.score, ": ", &found.score.title].concat();
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
        option: String::new(),
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
        option: variable.option_label(place).to_owned(),
        labels: labels.filter(|(number, _)| *number >= 0).collect(),
        missing,
    }
}
