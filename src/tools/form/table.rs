//! Questions with the same options, as lines of a table.

use maud::{Markup, html};

use super::questions::Questions;
use crate::{
    questionnaire::{Expected, ItemId, Operator, Role},
    tools::codebook::{conditions, paper::on_paper, variables::text},
};

/// A table of so many lines stays on one page; a longer one breaks between lines, and its heading is repeated.
const SHORT: usize = 12;

impl Questions<'_> {
    /// Whether the question is asked of those who chose the option that says the same, and of nobody else.
    fn repeats_its_option(&self, id: ItemId) -> bool {
        let [condition] = self.form.item(id).conditions.as_slice() else { return false };
        let Expected::Options(places) = &condition.expected else { return false };
        let [place] = places.as_slice() else { return false };
        let option = self.form.options(condition.question).get(usize::from(*place));
        let words = option.and_then(|option| text(self.form, option.text, self.language));
        condition.operator == Operator::Equal && words.is_some_and(|words| words == self.says(id))
    }

    /// What each line depends on, if that is one question each, and differs by that question alone.
    fn shared(&self, rows: &[ItemId]) -> Option<String> {
        let mut shared = None;
        for row in rows {
            let clauses = conditions::clauses(self.form, *row, self.language);
            let [(clause, on)] = clauses.as_slice() else { return None };
            let skipped = on_paper(self.form, *row, self.language, &|_| String::new()).skip.is_some();
            if on.len() != 1 || skipped || shared.as_ref().is_some_and(|known| known != clause) {
                return None;
            }
            shared = Some(clause.clone());
        }
        shared
    }

    /// Questions with the same options as lines under one heading.
    pub(super) fn table(&self, id: ItemId) -> Markup {
        let rows: Vec<ItemId> = self.form.children(Some(id)).filter(|row| !self.form.item(*row).hidden).collect();
        let questions: Vec<ItemId> =
            rows.iter().copied().filter(|row| self.form.item(*row).kind.is_question()).collect();
        let labels = questions.first().map(|row| self.labels(*row)).unwrap_or_default();
        let shared = self.shared(&questions);
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
                                tr {
                                    td.note colspan=(labels.len().saturating_add(1)) {
                                        (self.says(row))
                                        (self.condition(row))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
