//! Who depends on whom: from an answer to the items whose conditions look at it, in an order in which each needs to be
//! looked at only once.

use std::collections::BinaryHeap;

use super::model::{Form, ItemId};

/// The dependencies of one form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Graph {
    /// The items whose conditions look at this one, or whose options wait for it.
    dependents: Vec<Vec<ItemId>>,
    /// Place in dependency order; what an item depends on has a smaller one, unless they form a cycle.
    rank: Vec<u32>,
    /// Items that depend on themselves by some way, and what depends on those.
    unordered: Vec<ItemId>,
}

impl Graph {
    /// Reads the dependencies off the conditions.
    pub(crate) fn of(form: &Form) -> Graph {
        let mut dependents = vec![Vec::new(); form.items.len()];
        for id in form.ids() {
            for input in Self::awaited(form, id) {
                if let Some(list) = dependents.get_mut(input.index())
                    && list.last() != Some(&id)
                {
                    list.push(id);
                }
            }
        }
        let mut graph = Graph { dependents, rank: vec![u32::MAX; form.items.len()], unordered: Vec::new() };
        graph.order(form);
        graph
    }

    /// The items whose conditions look at `id`, or whose options wait for it.
    pub(crate) fn dependents(&self, id: ItemId) -> &[ItemId] {
        self.dependents.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// The place of `id` in dependency order.
    pub(crate) fn rank(&self, id: ItemId) -> u32 {
        self.rank.get(id.index()).copied().unwrap_or(u32::MAX)
    }

    /// The items that no order can serve: they wait for themselves, or for one that does.
    pub(crate) fn unordered(&self) -> &[ItemId] {
        &self.unordered
    }

    /// What must be known before `id`'s answers count: its parent, what its own conditions look at, and what its options
    /// wait for.
    pub(crate) fn inputs(form: &Form, id: ItemId) -> impl Iterator<Item = ItemId> + '_ {
        form.item(id).parent.into_iter().chain(Self::awaited(form, id))
    }

    fn awaited(form: &Form, id: ItemId) -> impl Iterator<Item = ItemId> + '_ {
        let conditions = form.item(id).conditions.iter().map(|condition| condition.question);
        conditions.chain(form.options(id).iter().filter_map(|option| option.present))
    }

    /// Kahn's algorithm, smallest item first, so that the order is the reading order where that will do.
    fn order(&mut self, form: &Form) {
        let mut feeds = vec![Vec::new(); form.items.len()];
        let mut waiting = vec![0_u32; form.items.len()];
        for id in form.ids() {
            for input in Self::inputs(form, id) {
                if let (Some(fed), Some(count)) = (feeds.get_mut(input.index()), waiting.get_mut(id.index())) {
                    fed.push(id);
                    *count = count.saturating_add(1);
                }
            }
        }
        let free = |count: &u32| *count == 0;
        let mut ready: BinaryHeap<_> =
            form.ids().filter(|id| waiting.get(id.index()).is_some_and(free)).map(std::cmp::Reverse).collect();
        let mut next = 0_u32;
        while let Some(std::cmp::Reverse(id)) = ready.pop() {
            if let Some(rank) = self.rank.get_mut(id.index()) {
                *rank = next;
                next = next.saturating_add(1);
            }
            for fed in feeds.get(id.index()).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(fed.index()) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        ready.push(std::cmp::Reverse(*fed));
                    }
                }
            }
        }
        self.unordered = form.ids().filter(|id| self.rank(*id) == u32::MAX).collect();
    }
}
