//! The questions of one questionnaire, as boxes, lines and scales.

use std::{collections::BTreeMap, sync::Arc};

use maud::{Markup, html};

use super::{rich, words::Phrases};
use crate::{
    questionnaire::{Expected, Form, ItemId, Kind, Layout, Operator, Role},
    session::Session,
    tools::codebook::{
        conditions::{self, OnPaper, quoted},
        describe::{asked_with_options, bounds},
        variables::text,
    },
    words::{Say, Tongue},
};

/// The numbers of a wave's questions, by `linkId`.
#[derive(Debug, Default)]
pub(super) struct Numbers(BTreeMap<String, usize>);

impl Numbers {
    /// Numbers the questions of a form that can be shown, after those that are numbered already.
    pub(super) fn add(&mut self, form: &Form) {
        for id in form.ids().filter(|id| form.item(*id).kind.is_question() && visible(form, *id)) {
            let next = self.0.len().saturating_add(1);
            self.0.entry(form.item(id).link_id.clone()).or_insert(next);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    fn of(&self, form: &Form, id: ItemId) -> Option<usize> {
        self.0.get(&form.item(id).link_id).copied()
    }
}

/// Whether neither the item nor what it stands in is hidden.
pub(super) fn visible(form: &Form, id: ItemId) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        if form.item(id).hidden {
            return false;
        }
        at = form.item(id).parent;
    }
    true
}

/// Where to go on is said beside the answers if there are so many at most; after a long list, the next question says
/// when it is to be answered, and that is enough.
const FEW: usize = 3;

/// A table of so many lines stays on one page; a longer one breaks between lines, and its heading is repeated.
const SHORT: usize = 12;

/// One questionnaire on paper.
pub(super) struct Questions<'a> {
    pub(super) form: &'a Arc<Form>,
    pub(super) numbers: &'a Numbers,
    pub(super) language: &'a str,
    pub(super) said: &'a Phrases,
}

impl Questions<'_> {
    /// Everything in it.
    pub(super) fn all(&self) -> Markup {
        html! { @for page in self.form.children(None) { (self.item(page, 0)) } }
    }

    fn says(&self, id: ItemId) -> String {
        text(self.form, self.form.item(id).text, self.language).unwrap_or_default()
    }

    /// What a condition calls a question: its number.
    fn named(&self, id: ItemId) -> String {
        match self.numbers.of(self.form, id) {
            Some(number) => format!("{} {number}", self.said.question),
            None => quoted(&self.says(id), self.language),
        }
    }

    /// Questions by their numbers, one of which is enough: a run of them from the first to the last.
    fn listed(&self, questions: &[ItemId]) -> String {
        let numbers: Option<Vec<usize>> = questions.iter().map(|id| self.numbers.of(self.form, *id)).collect();
        let run = numbers.filter(|numbers| {
            numbers.len() > 2
                && numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| one.saturating_add(1) == *next)
        });
        match run.as_deref() {
            Some([first, .., last]) => format!("{} {first}–{last}", self.said.one_of),
            _ => {
                let names: Vec<String> = questions.iter().map(|id| self.named(*id)).collect();
                conditions::joined(&names, conditions::or(self.language))
            }
        }
    }

    /// Whom the item is for, and who passes it by. What stands before several questions says which.
    fn condition(&self, id: ItemId) -> Markup {
        // Which options may be chosen says it all.
        if asked_with_options(self.form, id) {
            return html! {};
        }
        let OnPaper { only, skip } =
            conditions::on_paper(self.form, id, self.language, &|questions| self.listed(questions));
        let said = self.said;
        let below = |other: &ItemId| self.form.item(*other).kind.is_question() && visible(self.form, *other);
        let inside: Vec<usize> =
            self.form.below(id).filter(below).filter_map(|other| self.numbers.of(self.form, other)).collect();
        let these = match (inside.first(), inside.last()) {
            (Some(first), Some(last)) if first < last => Some(format!("{} {first}–{last}", said.questions)),
            (Some(only), _) => Some(format!("{} {only}", said.question)),
            _ => None,
        };
        let skipped = these.as_deref().unwrap_or(match self.form.item(id).kind.is_question() {
            true => said.this_question,
            false => said.this_part,
        });
        let answered = match &these {
            Some(these) => [said.answer, " ", these].concat(),
            None => said.answer_this.to_owned(),
        };
        html! {
            @if let Some(words) = only { p.condition { (answered) " " (said.only_if) " " (words) "." } }
            @if let Some(words) = skip {
                p.condition { (said.skip) " " (skipped) " " (said.if_so) " " (words) "." }
            }
        }
    }

    fn item(&self, id: ItemId, depth: usize) -> Markup {
        let item = self.form.item(id);
        if item.hidden {
            return html! {};
        }
        match item.kind {
            Kind::Group(Layout::Table) => self.table(id),
            Kind::Group(Layout::Plain) => html! {
                section.page[depth == 0] {
                    @if item.text.is_some() {
                        @if depth == 0 { h3 { (self.says(id)) } } @else { h4 { (self.says(id)) } }
                    }
                    (self.condition(id))
                    @for child in self.form.children(Some(id)) { (self.item(child, depth.saturating_add(1))) }
                }
            },
            Kind::Display(_) => html! {
                @if let Some((text, _)) = self.form.text(item.text, self.language) {
                    div.note { (self.condition(id)) (rich(text)) }
                }
            },
            _ => self.question(id),
        }
    }

    fn aside(&self, id: ItemId, role: Role) -> Option<String> {
        self.form.aside(id, role).map(|aside| self.says(aside))
    }

    fn question(&self, id: ItemId) -> Markup {
        let item = self.form.item(id);
        let number = self.numbers.of(self.form, id);
        html! {
            div.question {
                (self.condition(id))
                p.asked { @if let Some(number) = number { span.number { (number) } } strong { (self.says(id)) } }
                @if let Some(help) = self.aside(id, Role::Help) { p.help { (help) } }
                @match &item.kind {
                    Kind::Boolean { tick_box: true } => p.options {
                        span.box {} (Tongue::of(self.language).say(&Say::Yes))
                    },
                    Kind::Boolean { .. } | Kind::Choice { .. } => (self.options(id)),
                    Kind::Integer { slider: Some(_), min: Some(min), max: Some(max) } => (self.scale(id, *min, *max)),
                    Kind::Text { lines: true, .. } => { div.line {} div.line {} div.line {} div.line {} },
                    Kind::Text { .. } => div.line {},
                    kind => (self.number(id, kind)),
                }
            }
        }
    }

    fn options(&self, id: ItemId) -> Markup {
        if let Kind::Choice { ranked: Some(most), .. } = self.form.item(id).kind {
            return self.ranking(id, most);
        }
        let several = matches!(self.form.item(id).kind, Kind::Choice { repeats: true, .. });
        let labels = self.labels(id);
        html! {
            @if several { p.help { (self.said.several) } }
            ul.options {
                @for (place, label) in labels.iter().enumerate() {
                    li { span.box {} (label) @if !several && labels.len() <= FEW { (self.go_to(id, place)) } }
                }
            }
        }
    }

    /// Options to be numbered: a field for a digit before each, and the question that an option waits for after it.
    fn ranking(&self, id: ItemId, most: u8) -> Markup {
        let options = self.form.options(id);
        let labels = self.labels(id);
        let offered = options.iter().zip(&labels).filter(|(option, _)| {
            // What waits for a question that is not on this paper is offered to nobody.
            option.present.is_none_or(|awaited| visible(self.form, awaited))
        });
        let waits = options.iter().any(|option| option.present.is_some());
        html! {
            p.help { ((self.said.rank)(most)) @if waits { " " (self.said.rank_among) } }
            ul.options.ranking {
                @for (option, label) in offered {
                    li {
                        span.digit {} (label)
                        @if let Some(awaited) = option.present { span.help { " (" (self.named(awaited)) ")" } }
                    }
                }
            }
        }
    }

    fn labels(&self, id: ItemId) -> Vec<String> {
        if let Kind::Boolean { .. } = self.form.item(id).kind {
            let tongue = Tongue::of(self.language);
            return vec![tongue.say(&Say::Yes), tongue.say(&Say::No)];
        }
        let words = self
            .form
            .options(id)
            .iter()
            .map(|option| text(self.form, option.text, self.language).unwrap_or_else(|| option.code.clone()));
        words.collect()
    }

    /// Where an answer leads past the next questions, which depend on this one alone. The engine says whether they are
    /// asked.
    fn go_to(&self, id: ItemId, place: usize) -> Markup {
        let asked = |id: &ItemId| self.form.item(*id).kind.is_question() && visible(self.form, *id);
        let mut after = self.form.ids().filter(asked).skip_while(|other| *other <= id);
        let run: Vec<ItemId> = after.by_ref().take_while(|other| self.depends_only_on(*other, id)).collect();
        let mut session = Session::new(self.form.clone());
        let changes = match self.form.item(id).kind {
            Kind::Boolean { .. } => session.say(id, place == 0),
            _ => session.choose(id, u16::try_from(place).unwrap_or(u16::MAX)),
        };
        if run.is_empty() || changes.answered.is_none() || run.iter().any(|other| session.enabled(*other)) {
            return html! {};
        }
        let last = run.last().and_then(|last| self.numbers.of(self.form, *last)).unwrap_or(0);
        html! {
            span.go {
                " → "
                @if last < self.numbers.count() { (self.said.go_to) " " (last.saturating_add(1)) }
                @else { (self.said.go_to_end) }
            }
        }
    }

    /// Whether everything that an item depends on is this question, or what depends on it in turn.
    fn depends_only_on(&self, id: ItemId, question: ItemId) -> bool {
        let mut found = false;
        let mut at = Some(id);
        while let Some(id) = at {
            let item = self.form.item(id);
            if !item.conditions.iter().all(|condition| condition.question == question) {
                return false;
            }
            found |= !item.conditions.is_empty();
            at = item.parent;
        }
        found
    }

    fn number(&self, id: ItemId, kind: &Kind) -> Markup {
        let unit = text(self.form, self.form.item(id).unit, self.language);
        let range = match bounds(kind) {
            (Some(min), Some(max)) => format!(" ({min}–{max})"),
            _ => String::new(),
        };
        html! {
            p.field {
                span.cell {}
                @if let Some(unit) = unit { " " (unit) }
                span.help { " " (self.said.number) (range) }
            }
        }
    }

    /// A line with marks, and a box for the number.
    fn scale(&self, id: ItemId, min: i64, max: i64) -> Markup {
        const MARKS: i64 = 10;
        let span = max.saturating_sub(min);
        let at = |mark: i64| 20 + mark.saturating_mul(560) / MARKS;
        let value = |mark: i64| min.saturating_add(span.saturating_mul(mark) / MARKS);
        html! {
            @if self.aside(id, Role::Help).is_none() { p.help { (self.said.mark) } }
            div.scale {
                svg viewBox="0 0 600 44" role="img" aria-label=(format!("{min}–{max}")) {
                    line x1="20" y1="14" x2="580" y2="14" stroke="#000" stroke-width="1.5" {}
                    @for mark in 0..=MARKS {
                        line x1=(at(mark)) y1="7" x2=(at(mark)) y2="21" stroke="#000" {}
                        text x=(at(mark)) y="38" font-size="13" text-anchor="middle" { (value(mark)) }
                    }
                }
                span.cell {}
            }
            div.ends {
                span { (self.aside(id, Role::Lower).unwrap_or_default()) }
                span { (self.aside(id, Role::Upper).unwrap_or_default()) }
            }
        }
    }

    /// Whether the question is asked of those who chose the option that says the same, and of nobody else.
    fn repeats_its_option(&self, id: ItemId) -> bool {
        let [condition] = self.form.item(id).conditions.as_slice() else { return false };
        let Expected::Options(places) = &condition.expected else { return false };
        let [place] = places.as_slice() else { return false };
        let option = self.form.options(condition.question).get(usize::from(*place));
        let words = option.and_then(|option| text(self.form, option.text, self.language));
        condition.operator == Operator::Equal && words.is_some_and(|words| words == self.says(id))
    }

    /// Questions with the same options as lines under one heading.
    fn table(&self, id: ItemId) -> Markup {
        let rows: Vec<ItemId> = self.form.children(Some(id)).filter(|row| !self.form.item(*row).hidden).collect();
        let questions: Vec<ItemId> =
            rows.iter().copied().filter(|row| self.form.item(*row).kind.is_question()).collect();
        let labels = questions.first().map(|row| self.labels(*row)).unwrap_or_default();
        // What each line depends on, if that differs by the question alone.
        let clauses: Vec<_> = questions.iter().map(|row| conditions::clauses(self.form, *row, self.language)).collect();
        let shared = match clauses.first().map(Vec::as_slice) {
            Some([(clause, _)])
                if clauses.iter().all(|other| matches!(other.as_slice(), [(known, _)] if known == clause)) =>
            {
                Some(clause.clone())
            }
            _ => None,
        };
        // Lines that repeat the options of a list: who ticked one fills in its line.
        let ticked = !questions.is_empty() && questions.iter().all(|row| self.repeats_its_option(*row));
        let shared = shared.filter(|_| !ticked);
        html! {
            section.lines.short[questions.len() <= SHORT] {
                (self.condition(id))
                table.many[labels.len() > 5] {
                    thead {
                        tr {
                            th.lead scope="col" {
                                (self.says(id))
                                @if ticked { p.condition { (self.said.rows_ticked) } }
                                @if let Some(clause) = &shared {
                                    p.condition { (self.said.rows_only_if) " " (clause) (self.said.in_brackets) "." }
                                }
                            }
                            @for label in &labels { th.option scope="col" { (label) } }
                        }
                    }
                    tbody {
                        @for row in rows {
                            @let item = self.form.item(row);
                            @if item.kind.is_question() {
                                tr {
                                    th scope="row" {
                                        @let number = self.numbers.of(self.form, row);
                                        @if let Some(number) = number { span.number { (number) } }
                                        (self.says(row))
                                        @match (ticked || shared.is_some(), item.conditions.first()) {
                                            (true, Some(condition)) => span.help {
                                                " (" (self.named(condition.question)) ")"
                                            },
                                            (false, Some(_)) => (self.condition(row)),
                                            _ => {},
                                        }
                                        @if let Some(help) = self.aside(row, Role::Help) { p.help { (help) } }
                                    }
                                    @for _ in &labels { td { span.box {} } }
                                }
                            } @else {
                                tr { td.note colspan=(labels.len().saturating_add(1)) { (self.says(row)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
