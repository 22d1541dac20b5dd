//! `long.csv`, `wide.csv`, and the lists beside them.

use std::{fs::File, io::BufWriter, path::Path};

use super::{
    cells::{Cell, cell, not_shown},
    columns::{Column, Of},
    gather::{Answered, Gathered},
};
use crate::{
    questionnaire::Filling,
    tools::{
        codebook::{Dictionary, Type, Use, Variable},
        open::{OpenFailed, examine::filled, harmless, new_file},
    },
};

type Table = csv::Writer<BufWriter<File>>;

fn table(folder: &Path, name: &str) -> Result<Table, OpenFailed> {
    Ok(csv::Writer::from_writer(BufWriter::new(new_file(folder, name)?)))
}

fn end(folder: &Path, mut table: Table) -> Result<(), OpenFailed> {
    table.flush().map_err(|source| OpenFailed::File { file: folder.to_owned(), source })
}

/// Writes all of them, and returns how many bytes the longest cell of each wide column has.
pub(super) fn write(
    folder: &Path,
    dictionary: &Dictionary,
    gathered: &Gathered<'_>,
    columns: &[Column],
    language: &str,
) -> Result<Vec<usize>, OpenFailed> {
    long(folder, dictionary, gathered, language)?;
    submissions(folder, gathered)?;
    lists(folder, gathered)?;
    wide(folder, dictionary, gathered, columns)
}

/// Where a variable stands in the questionnaire that was answered, in that wave.
fn use_in<'a>(variable: &'a Variable, answered: &Answered<'_>) -> Option<&'a Use> {
    let good = &answered.good;
    variable.uses.iter().find(|at| at.wave == good.wave && at.canonical == good.response.questionnaire())
}

fn yes(flag: bool) -> String {
    if flag { "1" } else { "0" }.to_owned()
}

/// One row for each cell of what was shown.
fn long(folder: &Path, dictionary: &Dictionary, gathered: &Gathered<'_>, language: &str) -> Result<(), OpenFailed> {
    let mut long = table(folder, "long.csv")?;
    long.write_record(["pseudonym", "wave", "part", "link_id", "variable", "value", "code", "label", "unit", "mode"])?;
    let tongue = dictionary.languages.iter().position(|known| known == language).unwrap_or(0);
    let labels: Vec<Vec<(i64, String)>> =
        dictionary.variables.iter().map(|variable| variable.value_labels(tongue, language)).collect();
    for (pseudonym, mut answered) in gathered.people() {
        // In the study's order, whenever each arrived.
        answered.sort_by_key(|answered| answered.place(dictionary));
        for answered in answered {
            for (variable, labels) in dictionary.variables.iter().zip(&labels) {
                let Some(at) = use_in(variable, answered) else { continue };
                let Cell { value, code, not_shown } = cell(variable, at, &answered.good.session);
                if not_shown {
                    continue;
                }
                let number = if variable.of == Type::Words && value != "-2" { None } else { value.parse::<i64>().ok() };
                let label = labels.iter().find(|(known, _)| Some(*known) == number);
                long.write_record([
                    &harmless(pseudonym),
                    &answered.good.wave,
                    &answered.good.part,
                    &variable.link_id,
                    &variable.name,
                    &value,
                    &code,
                    label.map_or(&String::new(), |(_, label)| label),
                    &harmless(&answered.unit()),
                    &answered.source.mode,
                ])?;
            }
        }
    }
    end(folder, long)
}

/// One row for each person.
fn wide(
    folder: &Path,
    dictionary: &Dictionary,
    gathered: &Gathered<'_>,
    columns: &[Column],
) -> Result<Vec<usize>, OpenFailed> {
    let mut wide = table(folder, "wide.csv")?;
    wide.write_record(columns.iter().map(|column| column.name.as_str()))?;
    let mut longest = vec![0; columns.len()];
    for (pseudonym, answered) in gathered.people() {
        let row: Vec<String> = columns
            .iter()
            .map(|column| match &column.of {
                Of::Person => harmless(pseudonym),
                Of::Wave(name) => of_wave(name, &column.wave, &answered),
                Of::Variable(place) => match dictionary.variables.get(*place) {
                    Some(variable) => of_variable(variable, &column.wave, &answered),
                    None => String::new(),
                },
                Of::Score(name) => of_score(dictionary, name, &column.wave, &answered),
            })
            .collect();
        for (longest, cell) in longest.iter_mut().zip(&row) {
            *longest = cell.len().max(*longest);
        }
        wide.write_record(&row)?;
    }
    end(folder, wide)?;
    Ok(longest)
}

fn of_wave(name: &str, wave: &str, answered: &[&Answered<'_>]) -> String {
    let in_wave: Vec<_> = answered.iter().filter(|answered| answered.good.wave == wave).collect();
    let Some(last) = in_wave.last() else { return String::new() };
    let told = |filling| in_wave.iter().rev().find_map(|answered| filled(&answered.good.session, filling));
    match name {
        "parts" => in_wave.iter().map(|answered| answered.good.part.as_str()).collect::<Vec<_>>().join(" "),
        "received" => last.source.received_at.clone(),
        "unit" => harmless(&last.unit()),
        "variant" => harmless(&told(Filling::Variant).unwrap_or_default()),
        "language" => told(Filling::Language).unwrap_or_default(),
        "mode" => in_wave
            .iter()
            .find(|answered| !answered.source.mode.is_empty())
            .map_or(String::new(), |answered| answered.source.mode.clone()),
        "late" => yes(in_wave.iter().any(|answered| answered.source.late)),
        _ => yes(in_wave.iter().any(|answered| answered.repeated)),
    }
}

fn of_variable(variable: &Variable, wave: &str, answered: &[&Answered<'_>]) -> String {
    let in_wave = || answered.iter().filter(|answered| answered.good.wave == wave);
    if let Some((at, answered)) = in_wave().find_map(|answered| Some((use_in(variable, answered)?, answered))) {
        return cell(variable, at, &answered.good.session).value;
    }
    // That part was answered in a version without the question; else it was not answered at all.
    let part =
        |answered: &&&Answered<'_>| variable.uses.iter().any(|at| at.wave == wave && at.part == answered.good.part);
    if in_wave().any(|answered| part(&answered)) { not_shown(variable).value } else { String::new() }
}

fn of_score(dictionary: &Dictionary, name: &str, wave: &str, answered: &[&Answered<'_>]) -> String {
    let score = answered.iter().filter(|answered| answered.good.wave == wave).find_map(|answered| {
        let here = |canonical: &str| canonical == answered.good.response.questionnaire();
        let mut known = dictionary.scores.iter();
        let found = known.find(|found| found.wave == wave && found.score.name == name && here(&found.canonical))?;
        found.score.of(&answered.good.session)
    });
    score.unwrap_or_default()
}

/// Every submission that was of use, also those that another one of the same person has taken the place of.
fn submissions(folder: &Path, gathered: &Gathered<'_>) -> Result<(), OpenFailed> {
    let mut table = table(folder, "submissions.csv")?;
    table.write_record([
        "id",
        "pseudonym",
        "wave",
        "part",
        "questionnaire",
        "authored",
        "received_at",
        "unit",
        "mode",
        "late",
        "odd_clock",
        "sealed",
        "repeated",
        "in_tables",
    ])?;
    for answered in &gathered.answered {
        let (good, source) = (&answered.good, answered.source);
        table.write_record([
            good.response.uuid().unwrap_or(""),
            &harmless(good.response.pseudonym().unwrap_or("")),
            &good.wave,
            &good.part,
            good.response.questionnaire(),
            good.response.authored(),
            &source.received_at,
            &harmless(&answered.unit()),
            &source.mode,
            &yes(source.late),
            &yes(source.odd_clock),
            &yes(source.is_sealed()),
            &yes(answered.repeated),
            &yes(answered.counts),
        ])?;
    }
    end(folder, table)
}

/// What is in no table: with the reason, and with the ids of those who have withdrawn, so that they can be deleted.
fn lists(folder: &Path, gathered: &Gathered<'_>) -> Result<(), OpenFailed> {
    let mut refused = table(folder, "refused.csv")?;
    refused.write_record(["id", "study", "wave", "received_at", "from", "why"])?;
    for left in &gathered.refused {
        let source = left.source;
        refused.write_record([&left.id, &source.study, &source.wave, &source.received_at, &source.from, &left.why])?;
    }
    end(folder, refused)?;
    let mut withdrawn = table(folder, "withdrawn.csv")?;
    withdrawn.write_record(["id", "study", "wave", "from"])?;
    for left in &gathered.withdrawn {
        withdrawn.write_record([&left.id, &left.source.study, &left.source.wave, &left.source.from])?;
    }
    end(folder, withdrawn)
}
