//! The variables and scores of a study over all its waves and versions, each with a name of its own.

use std::collections::BTreeMap;

use super::{
    DictionaryError,
    codes::{codes, type_of},
    instrument::Instrument,
    names,
    variables::{Type, Use, Variable},
};
use crate::{
    questionnaire::{Form, ItemId},
    study::CONSENT,
    tools::{
        scores::{self, Score},
        studies::{Questionnaire, StudyFolder},
    },
};

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

/// The columns of the wide table that are of the wave and not of a question.
pub const WAVE_COLUMNS: [&str; 8] = ["parts", "received", "unit", "variant", "language", "mode", "late", "repeated"];

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
    let of = if of == Type::Rank { Type::Rank } else { Type::YesNo };
    let each = (0..codes.len()).map(|place| variable([&stem, &*ending(place)].concat(), of, Some(place)));
    Ok(each.collect())
}
