//! The variables of a study over all its waves: what the codebook describes and the export has columns for.

use std::{collections::BTreeMap, sync::Arc};

use super::{DictionaryError, instrument::Instrument, names};
use crate::{
    questionnaire::{Choice, Decimal, Form, ItemId, Kind, TextId},
    study::CONSENT,
    tools::{
        scores::{self, Score},
        studies::{Questionnaire, StudyFolder},
    },
    words::{Say, Tongue},
};

/// What stands in a cell where there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Nobody asked: a condition did not hold, or that version does not have the question.
    NotShown = -1,
    /// Asked, and left open.
    Unanswered = -2,
    /// The person said that they would rather not say.
    Declined = -3,
    /// The person said that it does not apply.
    NotApplicable = -4,
}

/// All of them, and what they are called.
pub const MISSING: [(Missing, &str); 4] = [
    (Missing::NotShown, "not shown"),
    (Missing::Unanswered, "shown, unanswered"),
    (Missing::Declined, "declined"),
    (Missing::NotApplicable, "not applicable"),
];

/// Codes of options that are no answers.
const DECLINED: [&str; 2] = ["prefer-not-to-say", "declined"];
const NOT_APPLICABLE: [&str; 2] = ["not-applicable", "does-not-apply"];

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// 1 or 0.
    YesNo,
    /// The number of an option.
    Coded,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// Words.
    Words,
}

/// An option, over all waves and versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What stands in the tables.
    pub number: i64,
    /// Code system.
    pub system: Option<String>,
    /// Code within it.
    pub code: String,
    /// Its words in each language of the study; the code where it has none.
    pub labels: Vec<String>,
    /// What it means that somebody chose it, where that is no answer.
    pub missing: Option<Missing>,
}

/// A question in one wave, part and version.
#[derive(Clone, Debug)]
pub struct Use {
    /// The wave's id.
    pub wave: String,
    /// The part's id.
    pub part: String,
    /// `url|version`.
    pub canonical: String,
    /// The form.
    pub form: Arc<Form>,
    /// The question in it.
    pub item: ItemId,
    /// 0 in the study as it is now, else which of its earlier versions.
    pub version: usize,
    /// The instrument that it belongs to.
    pub instrument: Option<Arc<Instrument>>,
}

/// A column, as it is in every wave.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name, without the wave.
    pub name: String,
    /// `linkId` of the question.
    pub link_id: String,
    /// What it holds.
    pub of: Type,
    /// Where several options may be chosen, each is a variable of its own: which of [`Variable::codes`] this one is.
    pub option: Option<usize>,
    /// The options of the question.
    pub codes: Vec<Code>,
    /// Where it is asked; the study as it is now first, in the order of the waves.
    pub uses: Vec<Use>,
    /// Some version of a part that asks it does not.
    pub in_some_versions: bool,
}

/// A score with the parts that it is made in.
#[derive(Clone, Debug)]
pub struct ScoreUse {
    /// The wave's id.
    pub wave: String,
    /// The part's id.
    pub part: String,
    /// `url|version`.
    pub canonical: String,
    /// How it is made there.
    pub score: Score,
}

/// The variables and scores of a study.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    /// The study's id.
    pub study: String,
    /// BCP 47 tags, the base language first.
    pub languages: Vec<String>,
    /// The waves' ids, in order.
    pub waves: Vec<String>,
    /// The parts of each wave, by `(wave, part)`, in order.
    pub parts: Vec<(String, String)>,
    /// The variables, in the order of the questionnaires.
    pub variables: Vec<Variable>,
    /// The scores.
    pub scores: Vec<ScoreUse>,
}

/// The consent and the parts of every wave, with what they are called. Contact details are no data.
pub fn parts(folder: &StudyFolder) -> impl Iterator<Item = (&str, &str, &Questionnaire)> {
    folder.study.waves.iter().flat_map(move |wave| {
        let consent = wave.consent.iter().map(|consent| (CONSENT, consent.file.as_str()));
        let parts = wave.parts.iter().map(|part| (part.id.as_str(), part.file.as_str()));
        let found = consent.chain(parts).filter_map(|(id, file)| Some((id, folder.questionnaire(file)?)));
        found.map(|(id, questionnaire)| (wave.id.as_str(), id, questionnaire))
    })
}

impl Dictionary {
    /// The variables of the study as it is now, and of its earlier versions.
    ///
    /// # Errors
    /// Two questions that would share a name, a question that changed its kind, a score that fits no questionnaire.
    pub fn of(study: &StudyFolder, earlier: &[StudyFolder]) -> Result<Dictionary, DictionaryError> {
        let mut made = Dictionary {
            study: study.study.id.clone(),
            languages: study.study.languages.clone(),
            ..Dictionary::default()
        };
        // By linkId, in the order of their first appearance.
        let mut order: Vec<String> = Vec::new();
        let mut uses: BTreeMap<String, Vec<Use>> = BTreeMap::new();
        let mut versions: Vec<[String; 3]> = Vec::new();
        for (version, folder) in [study].into_iter().chain(earlier).enumerate() {
            for (wave, part, questionnaire) in parts(folder) {
                if !made.waves.iter().any(|known| known == wave) {
                    made.waves.push(wave.to_owned());
                }
                let place = (wave.to_owned(), part.to_owned());
                if !made.parts.contains(&place) {
                    made.parts.push(place);
                }
                let of_part = [wave, part, &questionnaire.canonical].map(str::to_owned);
                if !versions.contains(&of_part) {
                    versions.push(of_part);
                }
                made.score(wave, part, questionnaire)?;
                let instruments = Instrument::all(&questionnaire.assembled, &questionnaire.form);
                let form = &questionnaire.form;
                for item in form.ids().filter(|id| is_variable(form, *id)) {
                    let link_id = form.item(item).link_id.clone();
                    if !uses.contains_key(&link_id) {
                        order.push(link_id.clone());
                    }
                    let known = uses.entry(link_id.clone()).or_default();
                    if known
                        .iter()
                        .any(|before| before.wave == wave && before.part != part && before.version == version)
                    {
                        return Err(DictionaryError::TwiceInAWave { link_id, wave: wave.to_owned() });
                    }
                    if known.iter().any(|known| known.wave == wave && known.canonical == questionnaire.canonical) {
                        continue;
                    }
                    known.push(Use {
                        wave: wave.to_owned(),
                        part: part.to_owned(),
                        canonical: questionnaire.canonical.clone(),
                        form: form.clone(),
                        item,
                        version,
                        instrument: Instrument::of(&instruments, form, item),
                    });
                }
            }
        }
        let room = names::room(made.waves.iter().map(String::as_str));
        let room = room.ok_or_else(|| DictionaryError::WaveTooLong { waves: made.waves.join(", ") })?;
        for link_id in order {
            let uses = uses.remove(&link_id).unwrap_or_default();
            made.variables.extend(variables(&link_id, uses, &made.languages, room)?);
        }
        for variable in &mut made.variables {
            let asks = |[wave, part, canonical]: &[String; 3]| {
                let here = |at: &&Use| at.wave == *wave && at.part == *part;
                !variable.uses.iter().any(|at| here(&at))
                    || variable.uses.iter().any(|at| here(&at) && at.canonical == *canonical)
            };
            variable.in_some_versions = !versions.iter().all(asks);
        }
        made.unique(room)?;
        Ok(made)
    }

    fn score(&mut self, wave: &str, part: &str, questionnaire: &Questionnaire) -> Result<(), DictionaryError> {
        let found = scores::definitions(&questionnaire.assembled, &questionnaire.form).map_err(|source| {
            DictionaryError::Score { canonical: questionnaire.canonical.clone(), source: Box::new(source) }
        })?;
        for score in found {
            let same = |known: &ScoreUse| known.wave == wave && known.score.name == score.name;
            if self.scores.iter().any(|known| same(known) && known.part != part) {
                return Err(DictionaryError::TwiceInAWave { link_id: score.name, wave: wave.to_owned() });
            }
            if self.scores.iter().any(|known| same(known) && known.canonical == questionnaire.canonical) {
                continue;
            }
            self.scores.push(ScoreUse {
                wave: wave.to_owned(),
                part: part.to_owned(),
                canonical: questionnaire.canonical.clone(),
                score,
            });
        }
        Ok(())
    }

    /// The names of the scores, each once, with the first definition.
    pub fn score_names(&self) -> Vec<&ScoreUse> {
        let mut names: Vec<&ScoreUse> = Vec::new();
        for score in &self.scores {
            if !names.iter().any(|known| known.score.name == score.score.name) {
                names.push(score);
            }
        }
        names
    }

    /// Every column has a name of its own, whatever wave is added to it.
    fn unique(&self, room: usize) -> Result<(), DictionaryError> {
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        let variables = self.variables.iter().flat_map(|variable| {
            let waves = variable.waves().into_iter().map(|wave| [&variable.name, &*names::suffix(wave)].concat());
            waves.map(|name| (name, format!("`{}`", variable.link_id))).collect::<Vec<_>>()
        });
        let scores = self.score_names().into_iter().flat_map(|score| {
            let owner = format!("the score `{}`", score.score.name);
            let name = |wave: &String| ([&score.score.name, &*names::suffix(wave)].concat(), owner.clone());
            self.waves.iter().map(name).collect::<Vec<_>>()
        });
        let of_the_wave = self.waves.iter().flat_map(|wave| {
            let name = |name: &&str| ([name, &*names::suffix(wave)].concat(), format!("the column `{name}`"));
            WAVE_COLUMNS.iter().map(name).collect::<Vec<_>>()
        });
        for (name, owner) in of_the_wave.chain(variables).chain(scores) {
            if name.len() > scores::LONGEST_NAME {
                return Err(DictionaryError::TooLong { name, owner, room });
            }
            if let Some(first) = owners.insert(name.clone(), owner.clone()) {
                return Err(DictionaryError::Clash { name, first, second: owner });
            }
        }
        Ok(())
    }
}

/// The columns of the wide table that are of the wave and not of a question.
pub const WAVE_COLUMNS: [&str; 8] = ["parts", "received", "unit", "variant", "language", "mode", "late", "repeated"];

/// Whether an item is a variable: what the widget fills in is the heading of the response, or was asked before.
fn is_variable(form: &Form, id: ItemId) -> bool {
    let item = form.item(id);
    item.kind.is_question() && item.filled_from.is_none()
}

fn variables(
    link_id: &str,
    uses: Vec<Use>,
    languages: &[String],
    room: usize,
) -> Result<Vec<Variable>, DictionaryError> {
    let mut types = uses.iter().map(|found| (type_of(&found.form.item(found.item).kind), found));
    let Some((first, at)) = types.next() else { return Ok(Vec::new()) };
    if let Some((_, other)) = types.find(|(other, _)| *other != first) {
        return Err(DictionaryError::Kind {
            link_id: link_id.to_owned(),
            first: format!("{} ({})", at.canonical, at.wave),
            second: format!("{} ({})", other.canonical, other.wave),
        });
    }
    let (of, several) = first;
    let codes = codes(&uses, languages);
    let variable = |name: String, of: Type, option: Option<usize>| Variable {
        name,
        link_id: link_id.to_owned(),
        of,
        option,
        codes: codes.clone(),
        uses: uses.clone(),
        in_some_versions: false,
    };
    if !several {
        return Ok(vec![variable(names::name(link_id, "", room), of, None)]);
    }
    let ending = |place: usize| ["_", &place.saturating_add(1).to_string()].concat();
    let widest = ending(codes.len().saturating_sub(1)).len();
    let stem = names::name(link_id, "", room.saturating_sub(widest));
    let each = (0..codes.len()).map(|place| variable([&stem, &*ending(place)].concat(), Type::YesNo, Some(place)));
    Ok(each.collect())
}

/// What it holds, and whether several answers are possible.
fn type_of(kind: &Kind) -> (Type, bool) {
    match kind {
        Kind::Choice { repeats, .. } => (Type::Coded, *repeats),
        Kind::Integer { .. } => (Type::Whole, false),
        Kind::Decimal { .. } => (Type::Number, false),
        Kind::Text { .. } => (Type::Words, false),
        Kind::Boolean { .. } | Kind::Group(_) | Kind::Display(_) => (Type::YesNo, false),
    }
}

/// The options over all waves and versions, in the order of their first appearance. Their numbers are their scores,
/// else their codes, where those are whole numbers from 0, all different; else 1, 2, 3.
fn codes(uses: &[Use], languages: &[String]) -> Vec<Code> {
    let mut found: Vec<(&Use, &Choice)> = Vec::new();
    for at in uses {
        for option in at.form.options(at.item) {
            if !found.iter().any(|(_, known)| known.system == option.system && known.code == option.code) {
                found.push((at, option));
            }
        }
    }
    let missing = |option: &Choice| match option.code.as_str() {
        code if option.score.is_none() && DECLINED.contains(&code) => Some(Missing::Declined),
        code if option.score.is_none() && NOT_APPLICABLE.contains(&code) => Some(Missing::NotApplicable),
        _ => None,
    };
    let several = uses.iter().any(|at| type_of(&at.form.item(at.item).kind).1);
    let answers: Vec<&Choice> =
        found.iter().map(|(_, option)| *option).filter(|option| several || missing(option).is_none()).collect();
    let distinct = |numbers: Option<Vec<i64>>| {
        numbers.filter(|numbers| {
            let alone = |(place, number): (usize, &i64)| {
                *number >= 0 && !numbers.iter().take(place).any(|before| before == number)
            };
            numbers.iter().enumerate().all(alone)
        })
    };
    let whole = |text: String| text.parse::<i64>().ok();
    let by_score = answers.iter().map(|option| option.score.as_ref().map(Decimal::to_string).and_then(whole)).collect();
    let by_code = answers.iter().map(|option| whole(option.code.clone())).collect();
    let mut numbers = distinct(by_score)
        .or_else(|| distinct(by_code))
        .unwrap_or_else(|| (1..).take(answers.len()).collect())
        .into_iter();
    let code = |(at, option): (&Use, &Choice)| {
        let number = match missing(option) {
            Some(missing) if !several => missing as i64,
            _ => numbers.next().unwrap_or_default(),
        };
        let label = |language: &String| text(&at.form, option.text, language).unwrap_or_else(|| option.code.clone());
        let labels = languages.iter().map(label).collect();
        Code { number, system: option.system.clone(), code: option.code.clone(), labels, missing: missing(option) }
    };
    found.into_iter().map(code).collect()
}

/// A text on one line; none where nothing is said.
pub fn text(form: &Form, id: Option<TextId>, language: &str) -> Option<String> {
    form.text(id, language).map(|(text, _)| one_line(&text.words())).filter(|words| !words.is_empty())
}

/// A text on one line.
pub fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Use {
    /// Whether it stands in the study as it is now.
    pub fn current(&self) -> bool {
        self.version == 0
    }

    /// What the question says; its `linkId` where the words wait for a text pack.
    pub fn text(&self, language: &str) -> String {
        let item = self.form.item(self.item);
        text(&self.form, item.text, language).unwrap_or_else(|| item.link_id.clone())
    }

    /// What the table or section around the question asks.
    pub fn lead(&self, language: &str) -> Option<String> {
        let above = self.form.item(self.item).parent?;
        text(&self.form, self.form.item(above).text, language)
    }

    /// Whether it or what it stands in depends on something, or waits behind what is hidden.
    pub fn conditional(&self) -> bool {
        let mut at = Some(self.item);
        while let Some(id) = at {
            let item = self.form.item(id);
            if !item.conditions.is_empty() || item.hidden {
                return true;
            }
            at = item.parent;
        }
        false
    }
}

impl Variable {
    /// The waves that it is asked in, in order.
    pub fn waves(&self) -> Vec<&str> {
        let mut waves: Vec<&str> = Vec::new();
        for at in &self.uses {
            if !waves.contains(&at.wave.as_str()) {
                waves.push(&at.wave);
            }
        }
        waves
    }

    /// Whether an answer may be below zero; then a missing code could be taken for one, and such cells are left empty.
    pub fn may_be_negative(&self) -> bool {
        self.uses.iter().any(|at| match &at.form.item(at.item).kind {
            Kind::Integer { min, .. } => min.is_none_or(|min| min < 0),
            Kind::Decimal { min, .. } => min.is_none_or(|min| min < Decimal::from(0)),
            _ => false,
        })
    }

    /// The missing codes that can occur.
    pub fn missing(&self) -> Vec<Missing> {
        if self.may_be_negative() {
            return Vec::new();
        }
        let can = |missing: Missing| match missing {
            Missing::NotShown => self.in_some_versions || self.uses.iter().any(Use::conditional),
            Missing::Unanswered => self.uses.iter().any(|at| {
                let item = at.form.item(at.item);
                let tick_box = matches!(item.kind, Kind::Boolean { tick_box: true });
                !item.required && !tick_box && !hidden(&at.form, at.item)
            }),
            // One of several options that is no answer stands for all the others.
            other => self
                .codes
                .iter()
                .enumerate()
                .any(|(place, code)| code.missing == Some(other) && self.option != Some(place)),
        };
        MISSING.into_iter().map(|(missing, _)| missing).filter(|missing| can(*missing)).collect()
    }

    /// The words for each value that stands for something, in the language with this place: missing codes last.
    pub fn value_labels(&self, language: usize, tag: &str) -> Vec<(i64, String)> {
        let tongue = Tongue::of(tag);
        let mut labels: Vec<(i64, String)> = match (self.of, self.option) {
            (Type::YesNo, _) => vec![(0, tongue.say(&Say::No)), (1, tongue.say(&Say::Yes))],
            (Type::Coded, None) => {
                let label = |code: &Code| (code.number, code.labels.get(language).cloned().unwrap_or_default());
                self.codes.iter().map(label).collect()
            }
            _ => Vec::new(),
        };
        for missing in self.missing() {
            let number = missing as i64;
            if !labels.iter().any(|(known, _)| *known == number)
                && let Some((_, words)) = MISSING.into_iter().find(|(known, _)| *known == missing)
            {
                labels.push((number, words.to_owned()));
            }
        }
        labels
    }

    /// What it is called in a table: the question, and the option where each is a variable of its own.
    pub fn label(&self, language: usize, tag: &str) -> String {
        let question = self.uses.first().map(|at| at.text(tag)).unwrap_or_default();
        match self.option.and_then(|place| self.codes.get(place)) {
            Some(code) => {
                let option = code.labels.get(language).map_or("", String::as_str);
                [question.as_str(), ": ", option].concat()
            }
            None => question,
        }
    }
}

fn hidden(form: &Form, id: ItemId) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        if form.item(id).hidden {
            return true;
        }
        at = form.item(id).parent;
    }
    false
}
