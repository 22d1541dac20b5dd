//! Pages: the groups at the top of the form, as far as they hold something to show.

use super::{Problem, Session};
use crate::questionnaire::{ItemId, Kind};

impl Session {
    /// The pages to show now, in order. A page whose every item is disabled or hidden is left out.
    pub fn pages(&self) -> Vec<ItemId> {
        self.form.children(None).filter(|page| self.has_content(*page)).collect()
    }

    fn has_content(&self, page: ItemId) -> bool {
        self.shown(page) && self.form.below(page).any(|id| self.is_leaf(id) && self.shown(id))
    }

    fn is_leaf(&self, id: ItemId) -> bool {
        !matches!(self.form.item(id).kind, Kind::Group(_))
    }

    /// The questions shown on a page (or below any item), in order.
    pub fn questions(&self, page: ItemId) -> Vec<ItemId> {
        let asked = |id: &ItemId| self.form.item(*id).kind.is_question() && self.shown(*id);
        self.form.below(page).filter(asked).collect()
    }

    /// What is wrong on a page.
    pub fn problems(&self, page: ItemId) -> Vec<(ItemId, Problem)> {
        self.questions(page).into_iter().filter_map(|id| Some((id, self.problem(id)?))).collect()
    }

    /// The questions left open on a page.
    pub fn open(&self, page: ItemId) -> Vec<ItemId> {
        self.questions(page).into_iter().filter(|id| self.is_open(*id)).collect()
    }

    /// Whether a question has no answer. A tick box is never open: unticked is an answer.
    pub fn is_open(&self, id: ItemId) -> bool {
        !self.is_tick_box(id) && self.offered_answers(id).is_empty() && self.unread(id).is_none()
    }
}
