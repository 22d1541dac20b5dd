//! The way back: every place so far, in step with the tab's own history.

use leptos::prelude::*;

use super::state::Place;
use crate::browser;

/// Every place so far, as the tab's history counts them, and where in it we are.
#[derive(Clone, Copy)]
pub(super) struct Trail(StoredValue<Places>);

struct Places {
    all: Vec<Place>,
    at: usize,
    /// What was sent cannot be gone back to.
    floor: usize,
    /// The history is the host's, or it forbids it to us: the way back is ours alone.
    alone: bool,
}

impl Places {
    fn push(&mut self) {
        self.alone = self.alone || !browser::push_history(self.at as u32);
    }
}

impl Trail {
    /// Begins at a place, in the tab's history if that is ours to use.
    pub(super) fn new(first: Place, own_page: bool) -> Trail {
        if own_page {
            browser::replace_history(0);
        }
        Trail(StoredValue::new(Places { all: vec![first], at: 0, floor: 0, alone: !own_page }))
    }

    /// Begins anew at a place.
    pub(super) fn start_at(&self, place: Place) {
        self.0.update_value(|trail| *trail = Places { all: vec![place], at: 0, floor: 0, alone: trail.alone });
    }

    pub(super) fn go(&self, place: Place) {
        self.0.update_value(|trail| {
            trail.at = trail.at.saturating_add(1);
            trail.all.truncate(trail.at);
            trail.all.push(place);
            trail.push();
        });
    }

    /// Asks the browser to go back; where the way is ours alone, says where to.
    pub(super) fn back(&self) -> Option<usize> {
        let (before, alone) = self.0.with_value(|trail| (trail.at.checked_sub(1), trail.alone));
        match before {
            Some(before) if alone => Some(before),
            Some(_) => {
                browser::go_back();
                None
            }
            None => None,
        }
    }

    /// The place that the browser's own Back or Forward leads to.
    pub(super) fn came_back(&self, wanted: usize) -> Option<Place> {
        let place = self.0.try_update_value(|trail| {
            trail.at = wanted.max(trail.floor).min(trail.all.len().saturating_sub(1));
            if trail.at != wanted {
                trail.push();
            }
            trail.all.get(trail.at).copied()
        });
        place.flatten()
    }

    /// What lies behind was sent: no way leads back to it.
    pub(super) fn close_behind(&self) {
        self.0.update_value(|trail| trail.floor = trail.at);
    }
}
