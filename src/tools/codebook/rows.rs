//! `codebook.csv`: one row for each variable in each wave and part.

use super::{
    Dictionary, TextPack,
    describe::{self, bounds},
    names,
    phrases::phrases,
    variables::{Use, Variable, of_question, text},
};
use crate::{questionnaire::Kind, words::Tongue};

/// The heading of the table.
pub(super) fn heading(languages: &[String]) -> Vec<String> {
    let each = |name: &str| languages.iter().map(|language| [name, "_", language].concat()).collect::<Vec<_>>();
    let plain = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    [
        plain(&["wave", "part", "column", "variable", "link_id", "option"]),
        each("text"),
        each("question_above"),
        plain(&["type", "required"]),
        each("codes"),
        plain(&["min", "max"]),
        each("unit"),
        each("shown_if"),
        plain(&[
            "missing_codes",
            "instrument",
            "modelled_on",
            "validated",
            "text_pack",
            "scores",
            "waves",
            "questionnaire",
        ]),
    ]
    .concat()
}

/// The rows, in the order of the waves and of the questionnaires.
pub(super) fn rows(dictionary: &Dictionary) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (wave, part) in &dictionary.parts {
        for variable in &dictionary.variables {
            let found = variable.uses.iter().find(|at| at.wave == *wave && at.part == *part && at.current());
            rows.extend(found.map(|at| row(dictionary, variable, at)));
        }
    }
    rows
}

fn row(dictionary: &Dictionary, variable: &Variable, at: &Use) -> Vec<String> {
    let item = at.form.item(at.item);
    let languages = &dictionary.languages;
    let each = |say: &dyn Fn(&str) -> Option<String>| {
        languages.iter().map(|language| say(language).unwrap_or_default()).collect::<Vec<_>>()
    };
    let codes = |(place, tag): (usize, &String)| {
        let labels = variable.value_labels(place, tag).into_iter().filter(|(number, _)| *number >= 0);
        labels.map(|(number, label)| format!("{number} = {label}")).collect::<Vec<_>>().join("; ")
    };
    let option = variable.option.and_then(|place| variable.codes.get(place));
    let (min, max) = bounds(&item.kind);
    let english = phrases(Tongue::English);
    let missing = variable.missing().into_iter().map(|missing| (missing as i64).to_string());
    let scores = dictionary.scores.iter().filter(|score| score.wave == at.wave && score.part == at.part);
    let scores = scores.filter(|score| score.score.items.contains(&variable.link_id));
    let instrument = at.instrument.as_deref().cloned().unwrap_or_default();
    let named = !instrument.construct.is_empty();
    let pack = |pack: &TextPack| format!("{}: {} ({})", pack.language, pack.version, pack.licence_holder);
    let packs = instrument.packs.iter().map(pack).collect::<Vec<_>>().join("; ");
    [
        vec![
            at.wave.clone(),
            at.part.clone(),
            [&variable.name, &*names::suffix(&at.wave)].concat(),
            variable.name.clone(),
            variable.link_id.clone(),
            option.map(|code| code.code.clone()).unwrap_or_default(),
        ],
        languages
            .iter()
            .enumerate()
            .map(|(place, tag)| match option.and_then(|code| code.labels.get(place)) {
                Some(label) => of_question(&at.text(tag), label),
                None => at.text(tag),
            })
            .collect(),
        each(&|language| at.lead(language)),
        vec![describe::type_words(&item.kind, &english).to_owned(), if item.required { "1" } else { "0" }.to_owned()],
        languages.iter().enumerate().map(codes).collect(),
        vec![min.unwrap_or_default(), max.unwrap_or_default()],
        each(&|language| text(&at.form, item.unit, language)),
        each(&|language| match variable.choice(at).and_then(|option| option.present) {
            Some(awaited) => describe::condition_of_option(dictionary, at, awaited, language),
            None => describe::condition(dictionary, at, language),
        }),
        vec![
            missing.collect::<Vec<_>>().join(" "),
            instrument.construct,
            instrument.modelled_on,
            if named { if instrument.validated { "1" } else { "0" } } else { "" }.to_owned(),
            packs,
            scores.map(|score| score.score.name.clone()).collect::<Vec<_>>().join(" "),
            variable.waves().join(" "),
            at.canonical.clone(),
        ],
    ]
    .concat()
}

/// Whether a variable is the first of its question: where several options may be chosen, the others follow it.
pub(super) fn first_of_question(variable: &Variable) -> bool {
    variable.option.unwrap_or(0) == 0
}

/// Whether several options may be chosen.
pub(super) fn several(at: &Use) -> bool {
    matches!(at.form.item(at.item).kind, Kind::Choice { repeats: true, .. })
}
