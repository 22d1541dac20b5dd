//! Conditions in words, as a person reads them who fills in paper or judges a study.

use super::variables::text;
use crate::{
    questionnaire::{Condition, Expected, Filling, Form, ItemId, Operator},
    words::{Say, Tongue},
};

/// More questions than this are named by the first of them.
const NAMED: usize = 3;

/// The words that a language says conditions with.
struct Phrases {
    and: &'static str,
    or: &'static str,
    answered: &'static str,
    not_answered: &'static str,
    other_than: &'static str,
    to: &'static str,
    one_of: fn(usize) -> String,
    /// The study, the wave, the unit, the variant, the language.
    filled: [&'static str; 5],
    is: &'static str,
    is_not: &'static str,
}

fn phrases(tongue: Tongue) -> Phrases {
    match tongue {
        Tongue::Bokmal => Phrases {
            and: " og ",
            or: " eller ",
            answered: "du svarte",
            not_answered: "du ikke svarte",
            other_than: "noe annet enn",
            to: " på ",
            one_of: |count| format!("minst ett av {count} spørsmål: "),
            filled: ["studien", "runden", "enheten", "varianten", "språket"],
            is: "er",
            is_not: "ikke er",
        },
        Tongue::Nynorsk => Phrases {
            and: " og ",
            or: " eller ",
            answered: "du svarte",
            not_answered: "du ikkje svarte",
            other_than: "noko anna enn",
            to: " på ",
            one_of: |count| format!("minst eitt av {count} spørsmål: "),
            filled: ["studien", "runden", "eininga", "varianten", "språket"],
            is: "er",
            is_not: "ikkje er",
        },
        Tongue::English => Phrases {
            and: " and ",
            or: " or ",
            answered: "you answered",
            not_answered: "you did not answer",
            other_than: "anything but",
            to: " to ",
            one_of: |count| format!("at least one of {count} questions: "),
            filled: ["the study", "the wave", "the unit", "the variant", "the language"],
            is: "is",
            is_not: "is not",
        },
    }
}

/// What the item's own conditions ask, such as `you answered “Yes” to `, each with the questions it is asked of. Where
/// one is enough, what asks the same of several questions is one clause.
pub fn clauses(form: &Form, id: ItemId, language: &str) -> Vec<(String, Vec<ItemId>)> {
    let item = form.item(id);
    let mut merged: Vec<Condition> = Vec::new();
    for condition in &item.conditions {
        let equal = |known: &&mut Condition| {
            // “A or B” where one is enough, “neither A nor B” where all must hold.
            let mergeable = if item.any { Operator::Equal } else { Operator::NotEqual };
            known.question == condition.question && [known.operator, condition.operator] == [mergeable; 2]
        };
        let known = merged.iter_mut().find(equal);
        match (known.map(|known| &mut known.expected), &condition.expected) {
            (Some(Expected::Options(known)), Expected::Options(more)) => known.extend(more),
            _ => merged.push(condition.clone()),
        }
    }
    // Whoever did not answer did not answer so either.
    let says_not = |question: ItemId| {
        let mut others = item.conditions.iter();
        others.any(|other| other.question == question && other.operator == Operator::NotEqual)
    };
    merged.retain(|condition| !(item.any && is_unanswered(condition) && says_not(condition.question)));
    // “Answered, and not so” is said at once.
    let answered = |condition: &&Condition| {
        condition.operator == Operator::Exists && condition.expected == Expected::Boolean(true) && !item.any
    };
    let answered: Vec<ItemId> = item.conditions.iter().filter(answered).map(|condition| condition.question).collect();
    let says_more =
        |question: ItemId| merged.iter().any(|other| other.question == question && other.operator != Operator::Exists);
    let mut clauses: Vec<(String, Vec<ItemId>)> = Vec::new();
    for condition in &merged {
        let known = answered.contains(&condition.question);
        if known && condition.operator == Operator::Exists && says_more(condition.question) {
            continue;
        }
        let clause = match filled(form, condition, language) {
            // The widget knows it: nobody is asked.
            Some(clause) => {
                clauses.push((clause, Vec::new()));
                continue;
            }
            None => clause(form, condition, known, language),
        };
        match clauses.iter_mut().find(|(known, _)| item.any && *known == clause) {
            Some((_, questions)) => questions.push(condition.question),
            None => clauses.push((clause, vec![condition.question])),
        }
    }
    clauses
}

/// What the item's own conditions ask, such as `you answered “Yes” to “Are you in pain?”`; none without conditions.
/// `named` says what a question is called.
pub fn words(form: &Form, id: ItemId, language: &str, named: &dyn Fn(ItemId) -> String) -> Option<String> {
    let said = phrases(Tongue::of(language));
    let listed = |questions: &[ItemId]| {
        let names: Vec<String> = questions.iter().map(|question| named(*question)).collect();
        match names.split_at_checked(NAMED) {
            Some((first, rest)) if !rest.is_empty() => {
                [(said.one_of)(names.len()), first.join(", "), " …".to_owned()].concat()
            }
            _ => joined(&names, said.or),
        }
    };
    words_listed(form, id, language, &listed)
}

/// As [`words`]; `listed` says what several questions are called, one of which is enough.
pub(super) fn words_listed(
    form: &Form,
    id: ItemId,
    language: &str,
    listed: &dyn Fn(&[ItemId]) -> String,
) -> Option<String> {
    let said = phrases(Tongue::of(language));
    let clauses = clauses(form, id, language);
    let sentence = |(clause, questions): &(String, Vec<ItemId>)| [clause.as_str(), &listed(questions)].concat();
    let sentences: Vec<String> = clauses.iter().map(sentence).collect();
    let between = if form.item(id).any { said.or } else { said.and };
    (!sentences.is_empty()).then(|| sentences.join(between))
}

/// Whether it asks that a question was not answered.
pub(super) fn is_unanswered(condition: &Condition) -> bool {
    condition.operator == Operator::Exists && condition.expected == Expected::Boolean(false)
}

/// Everything that must hold for an item to be shown, what it stands in included, the outermost first.
pub fn all_words(form: &Form, id: ItemId, language: &str, named: &dyn Fn(ItemId) -> String) -> Option<String> {
    let mut found = Vec::new();
    let mut at = Some(id);
    while let Some(id) = at {
        found.extend(words(form, id, language, named));
        at = form.item(id).parent;
    }
    found.reverse();
    (!found.is_empty()).then(|| found.join(phrases(Tongue::of(language)).and))
}

/// “Or”, between two questions.
pub fn or(language: &str) -> &'static str {
    phrases(Tongue::of(language)).or
}

/// “And”, between two conditions.
pub fn and(language: &str) -> &'static str {
    phrases(Tongue::of(language)).and
}

/// `a, b or c`.
pub fn joined(names: &[String], between: &str) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => [&first.join(", "), between, last].concat(),
        None => String::new(),
    }
}

/// Words in the quotation marks of the language.
pub fn quoted(words: &str, language: &str) -> String {
    match Tongue::of(language) {
        Tongue::English => format!("“{words}”"),
        _ => format!("«{words}»"),
    }
}

/// What a condition asks of something that the widget fills in, such as `the variant is “full”`.
fn filled(form: &Form, condition: &Condition, language: &str) -> Option<String> {
    let said = phrases(Tongue::of(language));
    let [study, wave, unit, variant, tongue] = said.filled;
    let what = match form.item(condition.question).filled_from? {
        Filling::Study => study,
        Filling::Wave => wave,
        Filling::Unit => unit,
        Filling::Variant => variant,
        Filling::Language => tongue,
        Filling::EarlierPart => return None,
    };
    let is = match condition.operator {
        Operator::Equal => said.is,
        Operator::NotEqual => said.is_not,
        _ => return None,
    };
    let Expected::Text(value) = &condition.expected else { return None };
    Some([what, " ", is, " ", &quoted(value, language)].concat())
}

fn clause(form: &Form, condition: &Condition, answered_anyhow: bool, language: &str) -> String {
    let tongue = Tongue::of(language);
    let said = phrases(tongue);
    let value = match &condition.expected {
        Expected::Boolean(true) => quoted(&tongue.say(&Say::Yes), language),
        Expected::Boolean(false) => quoted(&tongue.say(&Say::No), language),
        Expected::Number(number) => number.to_string(),
        Expected::Text(words) => quoted(words, language),
        Expected::Options(places) => {
            let options = form.options(condition.question);
            let option = |place: &u16| {
                let option = options.get(usize::from(*place))?;
                Some(quoted(&text(form, option.text, language).unwrap_or_else(|| option.code.clone()), language))
            };
            joined(&places.iter().filter_map(option).collect::<Vec<_>>(), said.or)
        }
    };
    let or = |more: &str, less: &str, up: bool| format!(" {value} {}", if up { more } else { less });
    let (more, less) = match tongue {
        Tongue::Bokmal => (("mer enn", "eller mer"), ("mindre enn", "eller mindre")),
        Tongue::Nynorsk => (("meir enn", "eller meir"), ("mindre enn", "eller mindre")),
        Tongue::English => (("more than", "or more"), ("less than", "or less")),
    };
    let answered = said.answered.to_owned();
    let start = match condition.operator {
        Operator::Exists if condition.expected == Expected::Boolean(false) => said.not_answered.to_owned(),
        Operator::Exists => answered,
        Operator::Equal => format!("{answered} {value}"),
        Operator::NotEqual if answered_anyhow => format!("{answered} {} {value}", said.other_than),
        Operator::NotEqual => format!("{} {value}", said.not_answered),
        Operator::Greater => format!("{answered} {} {value}", more.0),
        Operator::Less => format!("{answered} {} {value}", less.0),
        Operator::AtLeast => answered + &or(more.1, less.1, true),
        Operator::AtMost => answered + &or(more.1, less.1, false),
    };
    // English answers a question, and answers “Yes” to one.
    let to = if condition.operator == Operator::Exists && tongue == Tongue::English { " " } else { said.to };
    start + to
}
