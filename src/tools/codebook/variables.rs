//! One variable: what the codebook describes and the export has a column for.

use std::sync::Arc;

use super::{instrument::Instrument, phrases::phrases};
use crate::{
    questionnaire::{Choice, Decimal, Form, ItemId, Kind, TextId},
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

impl Missing {
    /// What it is called.
    pub fn words(self, tongue: Tongue) -> &'static str {
        let [not_shown, unanswered, declined, not_applicable] = phrases(tongue).missing_names;
        match self {
            Missing::NotShown => not_shown,
            Missing::Unanswered => unanswered,
            Missing::Declined => declined,
            Missing::NotApplicable => not_applicable,
        }
    }
}

/// All of them.
pub const MISSING: [Missing; 4] = [Missing::NotShown, Missing::Unanswered, Missing::Declined, Missing::NotApplicable];

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
    /// The place that an option was given among those that were put in order: 1 is first, 0 is none.
    Rank,
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

/// A text on one line; none where nothing is said.
pub fn text(form: &Form, id: Option<TextId>, language: &str) -> Option<String> {
    form.text(id, language).map(|(text, _)| one_line(&text.words())).filter(|words| !words.is_empty())
}

/// An option of a question: `Where is the pain?: back`. A full stop before the colon is left out.
pub fn of_question(question: &str, option: &str) -> String {
    [question.trim_end_matches('.'), ": ", option].concat()
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
            Missing::NotShown => {
                self.in_some_versions || self.uses.iter().any(|at| at.conditional() || !self.always_offered(at))
            }
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
        MISSING.into_iter().filter(|missing| can(*missing)).collect()
    }

    /// How many options can be put in order, where that is what the question asks for.
    pub fn most(&self) -> u8 {
        let most = |at: &Use| match at.form.item(at.item).kind {
            Kind::Choice { ranked, .. } => ranked,
            _ => None,
        };
        self.uses.iter().filter_map(most).max().unwrap_or(0)
    }

    /// The option that it is of, as it stands in the form; none where that version does not have it.
    pub fn choice<'a>(&self, at: &'a Use) -> Option<&'a Choice> {
        let code = self.codes.get(self.option?)?;
        at.form.options(at.item).iter().find(|option| option.system == code.system && option.code == code.code)
    }

    /// Whether whoever is asked can put the option in order; true of every other variable.
    fn always_offered(&self, at: &Use) -> bool {
        self.of != Type::Rank || self.choice(at).is_some_and(|option| option.present.is_none())
    }

    /// The words for each value that stands for something, in the language with this place: missing codes last.
    pub fn value_labels(&self, language: usize, tag: &str) -> Vec<(i64, String)> {
        let tongue = Tongue::of(tag);
        let mut labels: Vec<(i64, String)> = match (self.of, self.option) {
            (Type::YesNo, _) => vec![(0, tongue.say(&Say::No)), (1, tongue.say(&Say::Yes))],
            (Type::Rank, _) => {
                let said = phrases(tongue);
                let place = |number: u8| (i64::from(number), format!("{} {number}", said.ranked_as));
                [(0, said.not_ranked.to_owned())].into_iter().chain((1..=self.most()).map(place)).collect()
            }
            (Type::Coded, None) => {
                let label = |code: &Code| (code.number, code.labels.get(language).cloned().unwrap_or_default());
                self.codes.iter().map(label).collect()
            }
            _ => Vec::new(),
        };
        for missing in self.missing() {
            let number = missing as i64;
            if !labels.iter().any(|(known, _)| *known == number) {
                labels.push((number, missing.words(tongue).to_owned()));
            }
        }
        labels
    }

    /// What it is called in a table: the question, and the option where each is a variable of its own.
    pub fn label(&self, language: usize, tag: &str) -> String {
        let question = self.uses.first().map(|at| at.text(tag)).unwrap_or_default();
        match self.option {
            Some(_) => of_question(&question, self.option_label(language)),
            None => question,
        }
    }

    /// What the option is called that it is of; empty where it is of a whole question.
    pub fn option_label(&self, language: usize) -> &str {
        let code = self.option.and_then(|place| self.codes.get(place));
        code.and_then(|code| code.labels.get(language)).map_or("", String::as_str)
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
