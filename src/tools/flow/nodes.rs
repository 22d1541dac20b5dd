//! What the picture shows: the stations of a wave, in the order in which a respondent meets them.

use crate::{
    questionnaire::{Form, ItemId},
    study::{CONSENT, Wave, Words},
    tools::{
        codebook::{
            conditions, describe,
            phrases::{Phrases, phrases},
            variables::{one_line, text},
        },
        studies::StudyFolder,
    },
    words::Tongue,
};

/// More conditions than this on a page are said by the first of them.
const SAID: usize = 2;

/// Finds the words of a question by its `linkId`.
type Elsewhere<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What a station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// The first words of the wave.
    Welcome,
    /// The beginning of a part.
    Part,
    /// A page with questions.
    Page,
    /// A page that waits for its words.
    Slot,
    /// A receipt.
    Receipt,
}

/// One station.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) is: Is,
    pub(super) title: String,
    pub(super) below: String,
    /// What must hold for it to be shown; passed by otherwise.
    pub(super) condition: Option<String>,
    /// What is said beside it.
    pub(super) beside: Vec<String>,
}

/// A wave with its stations.
#[derive(Debug)]
pub(super) struct Stations {
    pub(super) title: String,
    pub(super) nodes: Vec<Node>,
}

pub(super) fn waves(folder: &StudyFolder, language: &str) -> Vec<Stations> {
    let says =
        |words: &Words| folder.study.say(words, language).map(|text| one_line(&text.words())).unwrap_or_default();
    let said = phrases(Tongue::of(language));
    folder
        .study
        .waves
        .iter()
        .map(|wave| Stations {
            title: format!("{}: {} ({})", wave.id, says(&wave.title), said.time(wave.minutes)),
            nodes: nodes(folder, wave, language, &said),
        })
        .collect()
}

fn node(is: Is, title: impl Into<String>) -> Node {
    Node { is, title: title.into(), below: String::new(), condition: None, beside: Vec::new() }
}

fn nodes(folder: &StudyFolder, wave: &Wave, language: &str, said: &Phrases) -> Vec<Node> {
    // What is carried from one part to the next has its words in the first.
    let elsewhere: Elsewhere<'_> = &|link_id| {
        let mut parts = wave.parts.iter().filter_map(|part| folder.questionnaire(&part.file));
        parts.find_map(|part| text(&part.form, part.form.item(part.form.find(link_id)?).text, language))
    };
    let mut nodes = vec![node(Is::Welcome, said.welcome)];
    if let Some((consent, questionnaire)) =
        wave.consent.as_ref().and_then(|consent| Some((consent, folder.questionnaire(&consent.file)?)))
    {
        nodes.push(node(Is::Part, said.consent));
        let form = &questionnaire.form;
        let mut pages = pages(form, language, said, elsewhere);
        let box_ = form.find(&consent.taking_part).map(|id| describe::called(form, id, language, elsewhere));
        if let (Some(last), Some(called)) = (pages.last_mut(), box_) {
            last.beside.push(format!("{}: {called}. {}", said.not_ticked, said.declined));
        }
        nodes.append(&mut pages);
        nodes.push(node(Is::Receipt, format!("{}: {}", said.end, said.consent)));
    }
    if let Some((contact, questionnaire)) =
        wave.contact.as_ref().and_then(|contact| Some((contact, folder.questionnaire(&contact.file)?)))
    {
        let mut part = node(Is::Part, said.contact);
        part.beside.push(said.contact_apart.to_owned());
        nodes.push(part);
        nodes.append(&mut pages(&questionnaire.form, language, said, elsewhere));
        if let (Some(more), Some(consent)) = (
            contact.with_identity.as_ref().and_then(|file| folder.questionnaire(file)),
            wave.consent.as_ref().and_then(|consent| folder.questionnaire(&consent.file)),
        ) {
            let called: Vec<String> = contact
                .permissions
                .iter()
                .filter_map(|link_id| {
                    Some(describe::called(&consent.form, consent.form.find(link_id)?, language, elsewhere))
                })
                .collect();
            let known = pages(&questionnaire.form, language, said, elsewhere);
            for mut page in pages(&more.form, language, said, elsewhere) {
                if !known.iter().any(|known| known.title == page.title) {
                    page.condition = Some([said.ticked, ": ", &called.join(said.or)].concat());
                    nodes.push(page);
                }
            }
        }
        nodes.push(node(Is::Receipt, format!("{}: {}", said.end, said.contact)));
    }
    for (place, part) in (1_usize..).zip(&wave.parts) {
        let Some(questionnaire) = folder.questionnaire(&part.file).filter(|_| part.id != CONSENT) else { continue };
        let mut begin = node(Is::Part, format!("{} {place}: {}", said.part, part.id));
        begin.below = said.time(part.minutes);
        nodes.push(begin);
        nodes.append(&mut pages(&questionnaire.form, language, said, elsewhere));
        nodes.push(node(Is::Receipt, format!("{}: {} {place}", said.end, said.part)));
    }
    nodes
}

/// The pages of a form that are shown, or would be once their words are there.
fn pages(form: &Form, language: &str, said: &Phrases, elsewhere: Elsewhere<'_>) -> Vec<Node> {
    form.children(None).filter_map(|page| self::page(form, page, language, said, elsewhere)).collect()
}

fn page(form: &Form, page: ItemId, language: &str, said: &Phrases, elsewhere: Elsewhere<'_>) -> Option<Node> {
    let item = form.item(page);
    let alone = item.kind.is_question().then_some(page);
    let asked = |id: &ItemId| form.item(*id).kind.is_question() && form.item(*id).filled_from.is_none();
    let questions: Vec<ItemId> = form.below(page).chain(alone).filter(asked).collect();
    let count = questions.len();
    if count == 0 && (item.hidden || form.below(page).next().is_none()) {
        return None;
    }
    let words = text(form, item.text, language);
    let first = || questions.first().and_then(|id| text(form, form.item(*id).text, language));
    let title = words.or_else(first).unwrap_or_else(|| item.link_id.clone());
    let mut node = node(if item.hidden { Is::Slot } else { Is::Page }, title);
    node.below = said.count(count);
    node.condition = conditions::words(form, page, language, &|id| describe::called(form, id, language, elsewhere));
    if item.hidden {
        node.beside.push(said.hidden.to_owned());
    }
    node.beside.extend(branches(form, page, language, said, elsewhere));
    Some(node)
}

/// What decides within a page: each condition with how many questions hang on it.
fn branches(form: &Form, page: ItemId, language: &str, said: &Phrases, elsewhere: Elsewhere<'_>) -> Vec<String> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut deciders = 0_usize;
    for id in form.below(page).filter(|id| !form.item(*id).conditions.is_empty()) {
        let item = form.item(id);
        let below = form.below(id).filter(|id| form.item(*id).kind.is_question()).count();
        let count = if item.kind.is_question() { 1 } else { below };
        let words = match describe::asked_with_options(form, id) {
            true => Some(said.any_option.to_owned()),
            false => conditions::words(form, id, language, &|id| describe::called(form, id, language, elsewhere)),
        };
        let Some(words) = words.filter(|_| count > 0) else { continue };
        deciders = deciders.saturating_add(count);
        match found.iter_mut().find(|(known, _)| *known == words) {
            Some((_, known)) => *known = known.saturating_add(count),
            None => found.push((words, count)),
        }
    }
    if found.len() > SAID.saturating_add(1) {
        let first = found.first().map(|(words, _)| words.as_str()).unwrap_or_default();
        return vec![format!("{}, {} {first}", said.count(deciders), said.each_by_its_own)];
    }
    found.into_iter().map(|(words, count)| format!("{}: {} {words}", said.count(count), said.only_if)).collect()
}
