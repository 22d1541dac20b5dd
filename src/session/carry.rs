//! From one part of a wave to the next: what was answered in an earlier part decides what a later one asks, though each
//! is a questionnaire of its own and is sent by itself.

use super::{Session, Value};
use crate::questionnaire::{Filling, ItemId};

impl Session {
    /// Carries answers over to `later`: into each hidden item there that asks for it, what was answered here to the question
    /// of the same `linkId`, by kind and code. What is not enabled here, or not answered, or has no place there, clears it.
    pub fn carry_to(&self, later: &mut Session) {
        let asks = |id: &ItemId| later.form().item(*id).filled_from == Some(Filling::EarlierPart);
        let asking: Vec<ItemId> = later.form().ids().filter(asks).collect();
        for id in asking {
            let link_id = &later.form().item(id).link_id;
            // A part that does not ask it leaves what another one carried.
            let Some(own) = self.form().find(link_id) else { continue };
            let answers = self.offered_answers(own);
            let carried: Vec<Value> = answers
                .iter()
                .filter(|_| self.enabled(own))
                .filter_map(|value| self.set_down(own, value))
                .filter_map(|value| later.place(id, &value))
                .collect();
            later.set(id, carried, None);
        }
    }
}
