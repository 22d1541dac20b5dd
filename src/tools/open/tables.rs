//! The tables: one row for each submission, one for each answer, and for each questionnaire a table with a column for
//! each question. UTF-8 with commas, as R, pandas and Stata read it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{
    OpenFailed, Source,
    examine::{Good, address, filled},
    harmless, new_file,
};
use crate::{
    questionnaire::{Filling, Form, ItemId},
    session::{Session, Value},
    tools::scores::{self, Score},
};

type Table = csv::Writer<BufWriter<File>>;

/// What stands before the answers in every table.
const HEADING: [&str; 11] =
    ["id", "study", "wave", "questionnaire", "pseudonym", "authored", "received_at", "late", "repeat", "unit", "mode"];

pub(super) struct Tables {
    folder: PathBuf,
    responses: BufWriter<File>,
    submissions: Table,
    answers: Table,
    refused: Table,
    withdrawn: Table,
    /// By `url|version`, with the scores that it has columns for.
    wide: BTreeMap<String, (Table, Vec<Score>)>,
    /// How often a person has answered a questionnaire in a wave.
    seen: BTreeMap<[String; 4], u32>,
}

impl Tables {
    /// Begins the tables in `folder`.
    pub(super) fn make(folder: &Path) -> Result<Tables, OpenFailed> {
        let mut tables = Tables {
            folder: folder.to_owned(),
            responses: file(folder, "responses.ndjson")?,
            submissions: table(folder, "submissions.csv")?,
            answers: table(folder, "answers.csv")?,
            refused: table(folder, "refused.csv")?,
            withdrawn: table(folder, "withdrawn.csv")?,
            wide: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        tables.submissions.write_record(HEADING.iter().chain(&["odd_clock", "sealed", "replaces"]))?;
        tables.answers.write_record(HEADING.iter().chain(&["link_id", "place", "value", "system"]))?;
        tables.refused.write_record(["id", "study", "wave", "received_at", "from", "why"])?;
        tables.withdrawn.write_record(["id", "study", "wave", "from"])?;
        Ok(tables)
    }

    /// Adds a submission that is good.
    pub(super) fn add(&mut self, source: &Source, good: &Good<'_>) -> Result<(), OpenFailed> {
        // As the engine writes it, on one line, however the sender broke his.
        let mut line = good.response.to_bytes();
        line.push(b'\n');
        self.responses
            .write_all(&line)
            .map_err(|source| OpenFailed::File { file: self.folder.join("responses.ndjson"), source })?;
        let heading = self.heading(source, good);
        let yes_or_no = |yes: bool| if yes { "1" } else { "0" };
        let replaces = good.response.replaces().unwrap_or("");
        let rest = [yes_or_no(source.odd_clock), yes_or_no(source.is_sealed()), replaces];
        self.submissions.write_record(heading.iter().map(String::as_str).chain(rest))?;
        self.long(&heading, &good.session)?;
        self.wide(&heading, good)
    }

    fn heading(&mut self, source: &Source, good: &Good<'_>) -> [String; 11] {
        let response = &good.response;
        let pseudonym = response.pseudonym().unwrap_or("").to_owned();
        let url = address(response.questionnaire()).to_owned();
        let person = [good.study.clone(), good.wave.clone(), url, pseudonym.clone()];
        let repeat = self.seen.entry(person).or_insert(0);
        *repeat = repeat.saturating_add(1);
        let unit = Some(source.unit.clone()).filter(|unit| !unit.is_empty());
        [
            response.uuid().unwrap_or("").to_owned(),
            good.study.clone(),
            good.wave.clone(),
            response.questionnaire().to_owned(),
            harmless(&pseudonym),
            response.authored().to_owned(),
            source.received_at.clone(),
            if source.late { "1" } else { "0" }.to_owned(),
            repeat.to_string(),
            harmless(&unit.or_else(|| filled(&good.session, Filling::Unit)).unwrap_or_default()),
            source.mode.clone(),
        ]
    }

    /// One row for each answer; a question that was shown and left open has one without a value.
    fn long(&mut self, heading: &[String; 11], session: &Session) -> Result<(), OpenFailed> {
        for id in questions(session) {
            let link_id = session.form().item(id).link_id.as_str();
            let answers = session.counting(id);
            let heading = || heading.iter().map(String::as_str);
            if answers.is_empty() {
                self.answers.write_record(heading().chain([link_id, "0", "", ""]))?;
            }
            for (place, answer) in answers.iter().enumerate() {
                let (place, value) = (place.saturating_add(1).to_string(), written(session.form(), id, answer));
                let system = system(session.form(), id, answer);
                self.answers.write_record(heading().chain([link_id, &place, &value, system]))?;
            }
        }
        Ok(())
    }

    /// One column for each question of the questionnaire, several answers with a bar between; then one for each score.
    fn wide(&mut self, heading: &[String; 11], good: &Good<'_>) -> Result<(), OpenFailed> {
        let form = good.session.form();
        let asked = |id: &ItemId| form.item(*id).kind.is_question();
        let questions: Vec<ItemId> = form.ids().filter(asked).collect();
        let canonical = good.response.questionnaire();
        if !self.wide.contains_key(canonical) {
            let scores = scores::definitions(&good.questionnaire.assembled, form)?;
            let mut wide = table(&self.folder, &format!("{}.csv", name(canonical)))?;
            let columns = questions.iter().map(|id| form.item(*id).link_id.as_str());
            let columns = columns.chain(scores.iter().map(|score| score.name.as_str()));
            wide.write_record(HEADING.into_iter().chain(columns))?;
            self.wide.insert(canonical.to_owned(), (wide, scores));
        }
        let Some((wide, scores)) = self.wide.get_mut(canonical) else { return Ok(()) };
        let cell = |id: &ItemId| {
            let answers = good.session.counting(*id);
            answers.iter().map(|answer| written(form, *id, answer)).collect::<Vec<_>>().join("|")
        };
        let scores = scores.iter().map(|score| score.of(&good.session).unwrap_or_default());
        wide.write_record(heading.iter().cloned().chain(questions.iter().map(cell)).chain(scores))?;
        Ok(())
    }

    /// Lists a submission of somebody who has withdrawn, so that it can be deleted by its id.
    pub(super) fn withdraw(&mut self, source: &Source, id: &str, study: &str) -> Result<(), OpenFailed> {
        self.withdrawn.write_record([id, study, source.wave.as_str(), source.from.as_str()])?;
        Ok(())
    }

    /// Lists a submission that is not in the tables.
    pub(super) fn refuse(&mut self, source: &Source, why: &str) -> Result<(), OpenFailed> {
        self.refused.write_record([&source.id, &source.study, &source.wave, &source.received_at, &source.from, why])?;
        Ok(())
    }

    /// Everything is on disk after this.
    pub(super) fn finish(self) -> Result<(), OpenFailed> {
        let failed = |source| OpenFailed::File { file: self.folder.clone(), source };
        let all = [self.submissions, self.answers, self.refused, self.withdrawn].into_iter();
        let all = all.chain(self.wide.into_values().map(|(wide, _)| wide));
        for mut table in all {
            table.flush().map_err(failed)?;
        }
        self.responses.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)
    }
}

/// The questions that were asked, in order.
fn questions(session: &Session) -> Vec<ItemId> {
    let form = session.form();
    let asked =
        |id: &ItemId| form.item(*id).kind.is_question() && (session.shown(*id) || !session.counting(*id).is_empty());
    form.ids().filter(asked).collect()
}

/// An answer as it stands in a table: the code of an option, 1 and 0 for yes and no.
fn written(form: &Form, id: ItemId, answer: &Value) -> String {
    match answer {
        Value::Boolean(yes) => if *yes { "1" } else { "0" }.to_owned(),
        Value::Option(place) => {
            form.options(id).get(usize::from(*place)).map(|option| option.code.clone()).unwrap_or_default()
        }
        Value::Text(words) => harmless(words),
        number => number.typed(),
    }
}

fn system<'a>(form: &'a Form, id: ItemId, answer: &Value) -> &'a str {
    match answer {
        Value::Option(place) => {
            form.options(id).get(usize::from(*place)).and_then(|option| option.system.as_deref()).unwrap_or("")
        }
        _ => "",
    }
}

/// A file's name for a questionnaire: the last part of its address, and its version.
fn name(canonical: &str) -> String {
    let last = canonical.rsplit('/').next().unwrap_or(canonical);
    last.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' }).collect()
}

fn file(folder: &Path, name: &str) -> Result<BufWriter<File>, OpenFailed> {
    new_file(folder, name).map(BufWriter::new)
}

fn table(folder: &Path, name: &str) -> Result<Table, OpenFailed> {
    file(folder, name).map(csv::Writer::from_writer)
}
