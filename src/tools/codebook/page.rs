//! `codebook.html`: one page that a research committee can read from the top, and print.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Dictionary, Instrument, describe,
    phrases::{Phrases, phrases},
    rows::{first_of_question, several},
    variables::{MISSING, Use, Variable, one_line, text},
};
use crate::{
    questionnaire::{ItemId, Kind, Layout, Role},
    study::{CONSENT, Words},
    tools::{form::rich, studies::StudyFolder},
    words::{Tongue, own_name},
};

const STYLE: &str = include_str!("page.css");

/// The options of so many stand beside the question; more of them stand below it.
const MANY: usize = 12;

/// A question of one wave and part, with its variables.
struct Question<'a> {
    at: &'a Use,
    variables: Vec<&'a Variable>,
}

/// What the page is made of.
struct Page<'a> {
    folder: &'a StudyFolder,
    dictionary: &'a Dictionary,
    language: &'a str,
    /// The place of the language among the study's.
    place: usize,
    said: Phrases,
}

/// The codebook of a study, its own words in all languages and what stands around them in `language`.
pub(super) fn page(folder: &StudyFolder, dictionary: &Dictionary, language: &str) -> Markup {
    let place = dictionary.languages.iter().position(|known| known == language).unwrap_or(0);
    let page = Page { folder, dictionary, language, place, said: phrases(Tongue::of(language)) };
    let said = &page.said;
    let title = page.says(&folder.study.title);
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (said.codebook) ": " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kind { (said.codebook) }
                    h1 { (title) }
                    p { (page.says(&folder.study.responsible)) " · " (folder.study.id) " " (folder.study.version) }
                    p { (said.intro) }
                    @if folder.study.demonstration { p.note { (said.demonstration) } }
                    (page.overview())
                }
                main {
                    (page.missing())
                    @for wave in &folder.study.waves {
                        h2 id=(wave.id) { (said.wave) " " (wave.id) ": " (page.says(&wave.title)) }
                        @for (in_wave, part) in &dictionary.parts {
                            @if *in_wave == wave.id { (page.part(&wave.id, part)) }
                        }
                    }
                    (page.scores())
                }
            }
        }
    }
}

impl Page<'_> {
    fn says(&self, words: &Words) -> String {
        self.folder.study.say(words, self.language).map(|text| one_line(&text.words())).unwrap_or_default()
    }

    fn questions(&self, wave: &str, part: &str) -> Vec<Question<'_>> {
        let mut questions: Vec<Question<'_>> = Vec::new();
        for variable in &self.dictionary.variables {
            let Some(at) = variable.uses.iter().find(|at| at.current() && at.wave == wave && at.part == part) else {
                continue;
            };
            match questions.last_mut() {
                Some(last) if !first_of_question(variable) => last.variables.push(variable),
                _ => questions.push(Question { at, variables: vec![variable] }),
            }
        }
        // The order of this questionnaire, not of the one that asked first.
        questions.sort_by_key(|question| question.at.item);
        questions
    }

    fn name<'a>(&'a self, part: &'a str) -> String {
        if part == CONSENT { self.said.consent.to_owned() } else { format!("{} {part}", self.said.part) }
    }

    fn overview(&self) -> Markup {
        let said = &self.said;
        html! {
            table.overview {
                thead {
                    tr { @for heading in [said.wave, said.part, said.number_of] { th scope="col" { (heading) } } }
                }
                tbody {
                    @for wave in &self.folder.study.waves {
                        @for (in_wave, part) in &self.dictionary.parts {
                            @if *in_wave == wave.id {
                                tr {
                                    td { (wave.id) ": " (self.says(&wave.title)) }
                                    td { a href=(format!("#{}-{part}", wave.id)) { (self.name(part)) } }
                                    td { (self.questions(&wave.id, part).len()) }
                                }
                            }
                        }
                        @if wave.contact.is_some() {
                            tr {
                                td { (wave.id) ": " (self.says(&wave.title)) }
                                td colspan="2" { (said.contact) ". " (said.contact_apart) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn missing(&self) -> Markup {
        html! {
            h2 id="missing" { (self.said.missing) }
            p { (self.said.missing_intro) }
            dl.codes {
                @for code in MISSING {
                    dt { (signed(code as i64)) } dd { (code.words(Tongue::of(self.language))) }
                }
            }
        }
    }

    fn part(&self, wave: &str, part: &str) -> Markup {
        let questions = self.questions(wave, part);
        let mut last = None;
        let mut construct = None;
        let mut noted = 0;
        html! {
            h3 id=(format!("{wave}-{part}")) { (wave) " · " (self.name(part)) }
            p.count { (self.said.count(questions.len())) }
            @for question in &questions {
                @let notes = self.notes(question.at, &mut noted);
                @let instrument = question.at.instrument.as_deref();
                @let begins = |found: &&Instrument| {
                    construct.replace(found.construct.clone()).as_ref() != Some(&found.construct)
                };
                @if let Some(instrument) = instrument.filter(begins) {
                    div.instrument lang="en" {
                        p {
                            strong { (instrument.construct) }
                            @if !instrument.validated { " (" (self.said.not_validated) ")" }
                        }
                        p { (self.said.modelled_on) ": " (instrument.modelled_on) }
                        @for pack in &instrument.packs {
                            p.pack {
                                (self.said.text_pack) " (" (own_name(&pack.language)) "): " (pack.version) ", "
                                (pack.licence_holder) ". " (pack.licence)
                            }
                        }
                    }
                }
                (notes)
                @let above = question.at.form.item(question.at.item).parent;
                @let table = above.filter(|above| question.at.form.item(*above).kind == Kind::Group(Layout::Table));
                @let before = std::mem::replace(&mut last, table);
                @if before != table || table.is_none() {
                    @if let Some(lead) = table.and_then(|_| question.at.lead(self.language)) {
                        div.lead {
                            p { strong { (lead) } }
                            (self.answers(question))
                        }
                    }
                }
                (self.question(question, table.is_some()))
            }
        }
    }

    /// What is said on the pages since the question before.
    fn notes(&self, at: &Use, noted: &mut u32) -> Markup {
        let note = |id: &ItemId| at.form.item(*id).kind == Kind::Display(Role::Note) && !at.form.item(*id).hidden;
        let before: Vec<ItemId> = (*noted..at.item.0).map(ItemId).filter(note).collect();
        *noted = at.item.0;
        html! {
            @for id in before {
                @let words = at.form.text(at.form.item(id).text, self.language);
                @if let Some((words, _)) = words { div.said { (rich(words)) } }
            }
        }
    }

    fn question(&self, question: &Question<'_>, in_table: bool) -> Markup {
        let Question { at, variables } = question;
        let item = at.form.item(at.item);
        let waves = variables.first().map(|variable| variable.waves()).unwrap_or_default();
        let others: Vec<&str> = waves.into_iter().filter(|wave| *wave != at.wave).collect();
        // Each option of a question may be missing in ways of its own.
        let missing: BTreeSet<_> = variables.iter().flat_map(|variable| variable.missing()).collect();
        html! {
            section.question.long[several(at) && variables.len() > MANY] {
                div.name {
                    @if !several(at) { @for variable in variables { code { (variable.name) } } }
                    span.link { (item.link_id) }
                }
                div {
                    @match text(&at.form, item.text, self.language) {
                        Some(words) => p.text { (words) },
                        None if slot(at) => p.other { (self.said.hidden) },
                        None => p.other { "–" },
                    }
                    @let languages = self.dictionary.languages.iter().filter(|other| *other != self.language);
                    @for other in languages.filter(|_| item.text.is_some()) {
                        p.other lang=(other) { span.tag title=(own_name(other)) { (other) } " " (at.text(other)) }
                    }
                    @if let Some(condition) = describe::condition(self.dictionary, at, self.language) {
                        p.condition { (self.said.shown_if) " " (condition) "." }
                    }
                }
                div.answers {
                    @if !in_table { (self.answers(question)) }
                    @if item.required { p { (self.said.required) } }
                    @if slot(at) && item.text.is_some() { p { (self.said.hidden) } }
                    @if !missing.is_empty() {
                        p.missing { @for code in &missing { span { (signed(*code as i64)) } " " } }
                    }
                    @if !others.is_empty() { p.waves { (self.said.also_in) " " (others.join(", ")) } }
                }
            }
        }
    }

    /// The type, and the options with their codes.
    fn answers(&self, question: &Question<'_>) -> Markup {
        let Question { at, variables } = question;
        let kind = &at.form.item(at.item).kind;
        let Some(variable) = variables.first() else { return html! {} };
        let labels = variable.value_labels(self.place, self.language);
        html! {
            p.type {
                (describe::type_words(kind, &self.said))
                @if let Some(range) = describe::range(at, self.language) { ", " (range) }
                @if matches!(kind, Kind::Choice { ranked: Some(_), .. }) { ": " (self.said.each_ranked) }
                @else if several(at) { ": " (self.said.each_option) }
            }
            @if several(at) {
                dl.codes.wide {
                    @for (variable, code) in variables.iter().zip(&variable.codes) {
                        dt { code { (variable.name) } } dd {
                            (code.labels.get(self.place).map_or("", String::as_str))
                            (self.other_labels(variable, code.number))
                            @let awaited = variable.choice(at).and_then(|option| option.present);
                            @if let Some(awaited) = awaited.map(|awaited| self.variable(at, awaited)) {
                                @let (when, is_shown) = self.said.offered_when;
                                span.also { " (" (when) " " code { (awaited) } " " (is_shown) ")" }
                            }
                        }
                    }
                }
            } @else if matches!(kind, Kind::Choice { .. } | Kind::Boolean { .. }) {
                dl.codes {
                    @for (number, label) in labels {
                        @if number >= 0 || variable.codes.iter().any(|code| code.number == number) {
                            dt { (signed(number)) } dd { (label) (self.other_labels(variable, number)) }
                        }
                    }
                }
            }
        }
    }

    /// The variable of a question in the form of another; its `linkId` where it is none.
    fn variable<'a>(&'a self, at: &'a Use, item: ItemId) -> &'a str {
        let link_id = at.form.item(item).link_id.as_str();
        let known = self.dictionary.variables.iter().find(|variable| variable.link_id == link_id);
        known.map_or(link_id, |variable| &variable.name)
    }

    /// An option in the other languages, where they say something else.
    fn other_labels(&self, variable: &Variable, number: i64) -> Markup {
        let code = variable.codes.iter().find(|code| code.number == number);
        let labels = code.map(|code| code.labels.as_slice()).unwrap_or_default();
        let own = labels.get(self.place);
        let others: Vec<_> =
            self.dictionary.languages.iter().zip(labels).filter(|(_, label)| Some(*label) != own).collect();
        html! { @for (language, label) in others { span.also lang=(language) { " · " (label) } } }
    }

    fn scores(&self) -> Markup {
        let names = self.dictionary.score_names();
        html! {
            @if !names.is_empty() {
                h2 id="scores" { (self.said.scores) }
                p { (self.said.scores_intro) }
                table.scores lang="en" {
                    thead {
                        tr {
                            @for heading in [self.said.variable, "Rule", self.said.items, "Source"] {
                                th scope="col" { (heading) }
                            }
                        }
                    }
                    tbody {
                        @for found in names {
                            @let score = &found.score;
                            tr {
                                td { code { (score.name) } br; (score.title) }
                                td {
                                    (score.rule.words())
                                    @if let Some((min, max)) = score.range { "; " (min) "–" (max) }
                                }
                                td { @for item in &score.items {
                                    (item) @if score.reversed.contains(item) { " (" (self.said.reversed) ")" } " "
                                } }
                                td { (score.source) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether the question waits, hidden, for its words.
fn slot(at: &Use) -> bool {
    let mut above = Some(at.item);
    while let Some(id) = above {
        if at.form.item(id).hidden {
            return true;
        }
        above = at.form.item(id).parent;
    }
    false
}

/// A number with a minus that is one.
fn signed(number: i64) -> String {
    number.to_string().replace('-', "−")
}
