//! The questions of one questionnaire, as boxes, lines and scales.

use std::{collections::BTreeMap, sync::Arc};

use maud::{Markup, html};

use super::{rich, words::Phrases};
use crate::{
    questionnaire::{Form, ItemId, Kind, Layout, Role},
    session::Session,
    tools::codebook::{describe::bounds, variables::text},
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

    pub(super) fn of(&self, form: &Form, id: ItemId) -> Option<usize> {
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

/// A number of five digits or more in groups of three. A year stays as it is.
fn grouped(number: &str) -> String {
    let digits = number.len();
    if digits < 5 || !number.chars().all(|c| c.is_ascii_digit()) {
        return number.to_owned();
    }
    let space = |place: usize| place > 0 && digits.saturating_sub(place).is_multiple_of(3);
    let digit = |(place, digit)| if space(place) { format!("\u{a0}{digit}") } else { String::from(digit) };
    number.chars().enumerate().map(digit).collect()
}

/// Where to go on is said beside the answers if there are so many at most; after a long list, the next question says
/// when it is to be answered, and that is enough.
const FEW: usize = 3;

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

    pub(super) fn says(&self, id: ItemId) -> String {
        text(self.form, self.form.item(id).text, self.language).unwrap_or_default()
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

    pub(super) fn aside(&self, id: ItemId, role: Role) -> Option<String> {
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

    pub(super) fn labels(&self, id: ItemId) -> Vec<String> {
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
            (Some(min), Some(max)) => format!(" ({}–{})", grouped(&min), grouped(&max)),
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
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn large_numbers_are_grouped_and_years_are_not() {
        let numbers = ["0", "2040", "10000", "100000", "10000000", "-10000", "1.5"].map(grouped);
        assert_eq!(
            numbers.map(|number| number.replace('\u{a0}', " ")),
            ["0", "2040", "10 000", "100 000", "10 000 000", "-10000", "1.5"]
        );
    }
}
