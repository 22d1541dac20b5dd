//! `enableWhen`: which items are enabled, settled after each answer for what depends on it and nothing else.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Session, Value};
use crate::questionnaire::{Condition, Decimal, Expected, ItemId, Operator};

/// What one command changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The question whose answer changed.
    pub answered: Option<ItemId>,
    /// Items whose own conditions began or ceased to hold; what stands below them follows.
    pub switched: Vec<ItemId>,
    /// Ranked choices whose options may have come or gone.
    pub offered: Vec<ItemId>,
}

impl Changes {
    pub(super) fn none() -> Changes {
        Changes::default()
    }
}

impl Session {
    /// Settles everything, in dependency order.
    pub(super) fn settle_all(&mut self) {
        let form = self.form.clone();
        let conditional = form.ids().filter(|id| !form.item(*id).conditions.is_empty());
        let mut queue: BinaryHeap<_> = conditional.map(|id| Reverse((form.graph.rank(id), id))).collect();
        while let Some(Reverse((_, id))) = queue.pop() {
            self.look_again(id);
        }
    }

    /// Settles what depends on `answered`, in dependency order. It only ever moves forward in that order, so each item is
    /// looked at once at most and evaluation ends, even in a form with cycles, which the checker would have refused.
    pub(super) fn settle(&mut self, answered: ItemId) -> Changes {
        let form = self.form.clone();
        let mut changes = Changes { answered: Some(answered), switched: Vec::new(), offered: Vec::new() };
        let mut queue = BinaryHeap::new();
        let mut last = None;
        let waiting = |of: ItemId| form.graph.dependents(of).iter().map(|&id| Reverse((form.graph.rank(id), id)));
        queue.extend(waiting(answered));
        while let Some(Reverse((rank, id))) = queue.pop() {
            if last.is_some_and(|last| last >= (rank, id)) {
                continue;
            }
            last = Some((rank, id));
            let offers = self.has_waiting_options(id);
            if offers {
                changes.offered.push(id);
                queue.extend(waiting(id));
            }
            if self.look_again(id) {
                changes.switched.push(id);
                queue.extend(waiting(id));
                queue.extend(form.below(id).flat_map(waiting));
            }
        }
        changes
    }

    /// Evaluates the item's own conditions; true if the outcome changed.
    fn look_again(&mut self, id: ItemId) -> bool {
        let item = self.form.item(id);
        let holds = match item.conditions.as_slice() {
            [] => true,
            conditions if item.any => conditions.iter().any(|condition| self.holds(condition)),
            conditions => conditions.iter().all(|condition| self.holds(condition)),
        };
        match self.own.get_mut(id.index()) {
            Some(own) if *own != holds => {
                *own = holds;
                true
            }
            _ => false,
        }
    }

    fn holds(&self, condition: &Condition) -> bool {
        let answers = self.counting(condition.question);
        let expected = &condition.expected;
        match condition.operator {
            Operator::Exists => *expected == Expected::Boolean(!answers.is_empty()),
            Operator::Equal => answers.iter().any(|answer| equals(answer, expected)),
            Operator::NotEqual => !answers.iter().any(|answer| equals(answer, expected)),
            Operator::Greater => answers.iter().any(|answer| compares(answer, expected, |a, b| a > b)),
            Operator::Less => answers.iter().any(|answer| compares(answer, expected, |a, b| a < b)),
            Operator::AtLeast => answers.iter().any(|answer| compares(answer, expected, |a, b| a >= b)),
            Operator::AtMost => answers.iter().any(|answer| compares(answer, expected, |a, b| a <= b)),
        }
    }
}

fn equals(answer: &Value, expected: &Expected) -> bool {
    match (answer, expected) {
        (Value::Boolean(answer), Expected::Boolean(expected)) => answer == expected,
        (Value::Text(answer), Expected::Text(expected)) => answer == expected,
        (Value::Option(answer), Expected::Options(expected)) => expected.contains(answer),
        (answer, expected) => compares(answer, expected, |a, b| a == b),
    }
}

fn compares(answer: &Value, expected: &Expected, holds: impl Fn(Decimal, Decimal) -> bool) -> bool {
    match (answer.number(), expected) {
        (Some(answer), Expected::Number(expected)) => holds(answer, *expected),
        _ => false,
    }
}
