//! Scores: what an instrument's answers come to. A score is data in the instrument's metadata
//! (`docs/questionnaire-profile.md`), is read here and nowhere else, and is never shown to the respondent: the answers
//! are the record, and scores are made again of them whenever tables are.

use std::fmt;

use serde_json::Value as Json;

use crate::{
    questionnaire::{Form, ItemId, Kind},
    session::{Session, Value},
};

/// The metadata of an instrument, on a module or, once assembled, on its first item.
const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";

/// The longest name that Stata takes.
pub const LONGEST_NAME: usize = 32;

/// What is wrong with a score's definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("score `{name}`: expected {expected}, found {found}")]
pub struct ScoreError {
    /// The score's name, as far as it has one.
    pub name: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// How a score is made of answers, with its rule for those that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The sum; none unless every item is answered.
    SumComplete,
    /// The sum, where the mean of those answered stands for the others; none unless at least half are answered.
    SumHalfImputed,
    /// The mean of those answered; none unless at least half are.
    MeanHalf,
    /// How many are above zero; none unless every item is answered.
    Count,
    /// The codes one after the other; none unless every item is answered.
    Profile,
    /// One answer as it is.
    AsIs,
}

/// Every rule, with the code that it has in the metadata.
pub const RULES: [(&str, Rule); 6] = [
    ("sum-complete", Rule::SumComplete),
    ("sum-half-imputed", Rule::SumHalfImputed),
    ("mean-half", Rule::MeanHalf),
    ("count", Rule::Count),
    ("profile", Rule::Profile),
    ("value", Rule::AsIs),
];

impl Rule {
    /// The rule in words.
    pub fn words(self) -> &'static str {
        match self {
            Rule::SumComplete => "sum of the items; none unless all are answered",
            Rule::SumHalfImputed => {
                "sum of the items, their mean standing for those not answered; none unless at least half are answered"
            }
            Rule::MeanHalf => "mean of the items answered; none unless at least half are",
            Rule::Count => "number of items above 0; none unless all are answered",
            Rule::Profile => "codes of the items one after the other; none unless all are answered",
            Rule::AsIs => "the answer as it is",
        }
    }

    /// What these points come to, one for each item; none where an answer is missing. Profiles are of codes, not of
    /// points.
    pub fn apply(self, points: &[Option<i64>]) -> Option<Ratio> {
        let answered: Vec<i64> = points.iter().copied().flatten().collect();
        let (all, count) = (i64::try_from(points.len()).ok()?, i64::try_from(answered.len()).ok()?);
        let sum = answered.iter().try_fold(0_i64, |sum, points| sum.checked_add(*points))?;
        let (complete, half) = (count == all && all > 0, count > 0 && count.saturating_mul(2) >= all);
        match self {
            Rule::SumComplete | Rule::AsIs => complete.then_some(Ratio { over: sum, under: 1 }),
            Rule::SumHalfImputed if half => Some(Ratio { over: sum.checked_mul(all)?, under: count }),
            Rule::MeanHalf if half => Some(Ratio { over: sum, under: count }),
            Rule::Count if complete => {
                let above = answered.iter().filter(|points| **points > 0).count();
                Some(Ratio { over: i64::try_from(above).ok()?, under: 1 })
            }
            _ => None,
        }
    }
}

/// A fraction, written as a decimal with at most four digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line.
    pub over: i64,
    /// Below it; never 0.
    pub under: i64,
}

impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PLACES: i128 = 10_000;
        let (over, under) = (i128::from(self.over), i128::from(self.under).max(1));
        // Half away from zero, as people round.
        let twice = over.unsigned_abs().saturating_mul(2).saturating_mul(PLACES.unsigned_abs());
        let rounded = twice.saturating_add(under.unsigned_abs()) / under.unsigned_abs().saturating_mul(2);
        let (whole, rest) = (rounded / PLACES.unsigned_abs(), rounded % PLACES.unsigned_abs());
        let sign = if over < 0 && rounded > 0 { "-" } else { "" };
        let digits = format!("{rest:04}");
        match digits.trim_end_matches('0') {
            "" => write!(out, "{sign}{whole}"),
            digits => write!(out, "{sign}{whole}.{digits}"),
        }
    }
}

/// One score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Its name as a variable.
    pub name: String,
    /// What it is of.
    pub title: String,
    /// How it is made.
    pub rule: Rule,
    /// `linkId`s of its items, in order.
    pub items: Vec<String>,
    /// Those that count the other way round.
    pub reversed: Vec<String>,
    /// Smallest and largest; none for a profile.
    pub range: Option<(i64, i64)>,
    /// Where the rule comes from.
    pub source: String,
}

/// The scores of an assembled questionnaire, in its order.
///
/// # Errors
/// The first definition that does not fit the questionnaire.
pub fn definitions(assembled: &Json, form: &Form) -> Result<Vec<Score>, ScoreError> {
    let on_items = list(assembled, "item").iter().flat_map(|item| list(item, "extension"));
    let instruments = on_items.chain(list(assembled, "extension")).filter(|found| has_url(found, INSTRUMENT));
    let scores = instruments.flat_map(|instrument| list(instrument, "extension")).filter(|part| has_url(part, "score"));
    let mut found: Vec<Score> = Vec::new();
    for score in scores {
        let score = definition(score)?;
        score.check(form)?;
        match found.iter().find(|known| known.name == score.name) {
            // One module may be put in twice; its scores are the same.
            Some(known) if *known == score => {}
            Some(_) => return Err(score.wrong("a name of its own", "another score of that name")),
            None => found.push(score),
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Json, name: &str) -> &'a [Json] {
    value.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn has_url(extension: &Json, url: &str) -> bool {
    extension.get("url").and_then(Json::as_str) == Some(url)
}

fn definition(from: &Json) -> Result<Score, ScoreError> {
    let parts = |url: &'static str| list(from, "extension").iter().filter(move |part| has_url(part, url));
    let text = |part: &Json| part.get("valueString").and_then(Json::as_str).map(str::to_owned);
    let texts = |url| parts(url).filter_map(text).collect::<Vec<_>>();
    let named = parts("name").find_map(text).unwrap_or_default();
    let wrong = |expected: &str, found: &str| ScoreError {
        name: named.clone(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    };
    let needed = |url| parts(url).find_map(text).ok_or_else(|| wrong(&["a `", url, "`"].concat(), "none"));
    let code = parts("rule").find_map(|part| part.get("valueCode").and_then(Json::as_str)).unwrap_or("none");
    let rule = RULES.into_iter().find(|(known, _)| *known == code).map(|(_, rule)| rule);
    let known = RULES.map(|(known, _)| known).join(", ");
    let bound = |url| parts(url).find_map(|part| part.get("valueInteger").and_then(Json::as_i64));
    let range = match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => Some((min, max)),
        (None, None) => None,
        _ => return Err(wrong("both `min` and `max`, or neither", "one of them")),
    };
    Ok(Score {
        name: needed("name")?,
        title: needed("title")?,
        rule: rule.ok_or_else(|| wrong(&["one of ", &known].concat(), code))?,
        items: texts("item"),
        reversed: texts("reversed"),
        range,
        source: needed("source")?,
    })
}

impl Score {
    fn wrong(&self, expected: impl Into<String>, found: impl Into<String>) -> ScoreError {
        ScoreError { name: self.name.clone(), expected: expected.into(), found: found.into() }
    }

    /// Whether it fits the questionnaire that it stands in.
    fn check(&self, form: &Form) -> Result<(), ScoreError> {
        let plain = self.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain || !self.name.starts_with(|c: char| c.is_ascii_lowercase()) || self.name.len() > LONGEST_NAME {
            let expected = format!("a name of at most {LONGEST_NAME} lower-case letters, digits and _, a letter first");
            return Err(self.wrong(expected, format!("`{}`", self.name)));
        }
        if self.items.is_empty() || (self.rule == Rule::AsIs && self.items.len() != 1) {
            let expected = if self.rule == Rule::AsIs { "one item" } else { "at least one item" };
            return Err(self.wrong(expected, self.items.len().to_string()));
        }
        if let Some(stray) = self.reversed.iter().find(|reversed| !self.items.contains(reversed)) {
            return Err(self.wrong("reversed items that are among its items", format!("`{stray}`")));
        }
        let mut bounds = Vec::with_capacity(self.items.len());
        for (place, link_id) in self.items.iter().enumerate() {
            if self.items.iter().take(place).any(|before| before == link_id) {
                return Err(self.wrong("each item once", format!("`{link_id}` twice")));
            }
            let id =
                form.find(link_id).ok_or_else(|| self.wrong("items of the questionnaire", format!("`{link_id}`")))?;
            if self.rule == Rule::Profile {
                let single = form.options(id).iter().all(|option| option.code.chars().count() == 1);
                if form.options(id).is_empty() || !single || repeats(form, id) {
                    return Err(self.wrong("choices with codes of one character", format!("`{link_id}`")));
                }
            } else {
                let expected =
                    "items with whole points: a choice with `ordinalValue`s, or a whole number within bounds";
                bounds.push(points_between(form, id).ok_or_else(|| self.wrong(expected, format!("`{link_id}`")))?);
            }
        }
        let (low, high) = (bounds.iter().map(|bound| bound.0), bounds.iter().map(|bound| bound.1));
        let given = match self.rule {
            Rule::SumComplete | Rule::SumHalfImputed => Some((low.sum(), high.sum())),
            Rule::MeanHalf | Rule::AsIs => low.min().zip(high.max()),
            Rule::Count => Some((0, i64::try_from(self.items.len()).unwrap_or(i64::MAX))),
            Rule::Profile => None,
        };
        if given == self.range {
            return Ok(());
        }
        let say = |range: Option<(i64, i64)>| range.map_or("none".to_owned(), |(min, max)| format!("{min} to {max}"));
        Err(self.wrong(format!("the range that its items give, {}", say(given)), say(self.range)))
    }

    /// The score of one person; none where the rule gives none.
    pub fn of(&self, session: &Session) -> Option<String> {
        let form = session.form();
        let items: Vec<ItemId> = self.items.iter().map(|link_id| form.find(link_id)).collect::<Option<_>>()?;
        if self.rule == Rule::Profile {
            let code = |id: &ItemId| match &*session.counting(*id) {
                [Value::Option(place)] => form.options(*id).get(usize::from(*place)).map(|option| option.code.as_str()),
                _ => None,
            };
            return items.iter().map(code).collect();
        }
        let points = items.iter().zip(&self.items).map(|(id, link_id)| {
            let points = points(session, *id)?;
            if self.reversed.contains(link_id) {
                let (min, max) = points_between(form, *id)?;
                return max.checked_add(min)?.checked_sub(points);
            }
            Some(points)
        });
        self.rule.apply(&points.collect::<Vec<_>>()).map(|score| score.to_string())
    }
}

fn repeats(form: &Form, id: ItemId) -> bool {
    matches!(form.item(id).kind, Kind::Choice { repeats: true, .. })
}

/// A whole number.
fn whole(number: impl fmt::Display) -> Option<i64> {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    fraction.chars().all(|digit| digit == '0').then(|| whole.parse().ok()).flatten()
}

/// The fewest and the most points that an item gives.
fn points_between(form: &Form, id: ItemId) -> Option<(i64, i64)> {
    match form.item(id).kind {
        Kind::Integer { min, max, .. } => min.zip(max),
        Kind::Choice { repeats: false, .. } => {
            let scored = form.options(id).iter().filter_map(|option| option.score);
            let points: Vec<i64> = scored.map(whole).collect::<Option<_>>()?;
            points.iter().copied().min().zip(points.iter().copied().max())
        }
        _ => None,
    }
}

/// The points of an answer: an option's score, a whole number as it is. An option without score, such as "prefer not to
/// say", is no answer here.
fn points(session: &Session, id: ItemId) -> Option<i64> {
    match &*session.counting(id) {
        [Value::Integer(number)] => Some(*number),
        [Value::Option(place)] => session.form().options(id).get(usize::from(*place))?.score.and_then(whole),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand.
    #[test]
    fn rules_as_worked_out_by_hand() {
        let (x, none) = (Some, None::<i64>);
        type Case<'a> = (Rule, &'a [Option<i64>], Option<&'a str>);
        let table: &[Case<'_>] = &[
            (Rule::SumComplete, &[x(1), x(7), x(4), x(4), x(2)], Some("18")),
            (Rule::SumComplete, &[x(1), x(7), none, x(4), x(2)], None),
            (Rule::SumHalfImputed, &[x(1), x(2), x(4), none], Some("9.3333")),
            (Rule::SumHalfImputed, &[x(1), x(2), none, none], Some("6")),
            (Rule::SumHalfImputed, &[x(1), none, none, none], None),
            (Rule::SumHalfImputed, &[x(2), x(2), none, none, none], None),
            (Rule::SumHalfImputed, &[x(2), x(2), x(3), none, none], Some("11.6667")),
            (Rule::MeanHalf, &[x(1), x(2), none], Some("1.5")),
            (Rule::MeanHalf, &[x(1), none, none], None),
            (Rule::MeanHalf, &[x(-1), x(-2), x(-2)], Some("-1.6667")),
            (Rule::Count, &[x(0), x(3), x(1), x(0)], Some("2")),
            (Rule::Count, &[x(0), x(3), none, x(0)], None),
            (Rule::AsIs, &[x(80)], Some("80")),
            (Rule::AsIs, &[none], None),
            (Rule::MeanHalf, &[none, none], None),
            (Rule::SumHalfImputed, &[], None),
        ];
        for (rule, points, expected) in table {
            let score = rule.apply(points).map(|score| score.to_string());
            assert_eq!(score.as_deref(), *expected, "{rule:?} of {points:?}");
        }
    }

    /// Every way to answer three items of 0 to 3 or none, against the rules written once more, by floating point.
    #[test]
    fn every_way_to_answer_three_items() {
        let ways: Vec<Option<i64>> = [None].into_iter().chain((0..4).map(Some)).collect();
        let mut count = 0;
        for a in &ways {
            for b in &ways {
                for c in &ways {
                    let points = [*a, *b, *c];
                    let given: Vec<f64> = points.iter().flatten().map(|points| *points as f64).collect();
                    let mean = given.iter().sum::<f64>() / given.len() as f64;
                    let oracle = [
                        (Rule::SumComplete, (given.len() == 3).then(|| given.iter().sum())),
                        (Rule::SumHalfImputed, (given.len() >= 2).then_some(mean * 3.0)),
                        (Rule::MeanHalf, (given.len() >= 2).then_some(mean)),
                        (Rule::Count, (given.len() == 3).then(|| given.iter().map(|p| p.min(1.0)).sum())),
                    ];
                    for (rule, expected) in oracle {
                        let score = rule.apply(&points).map(|ratio| ratio.to_string().parse::<f64>().unwrap());
                        let same = match (score, expected) {
                            (Some(score), Some(expected)) => (score - expected).abs() <= 0.00005,
                            (score, expected) => score == expected,
                        };
                        assert!(same, "{rule:?} of {points:?}: {score:?}, expected {expected:?}");
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(count, 500);
    }
}
