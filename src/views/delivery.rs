//! One submission under way, as views see it. Who carries it out is loaded later (`later::errand`).

use leptos::prelude::*;

use crate::submission::{Receipt, Submission};

/// One submission under way, a handle that views can watch.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Delivery(RwSignal<Submission>);

impl Delivery {
    pub(super) fn new() -> Delivery {
        Delivery(RwSignal::new(Submission::default()))
    }

    /// Reads, and watches.
    pub(super) fn watch<T>(&self, read: impl FnOnce(&Submission) -> T) -> T {
        self.0.with(read)
    }

    /// Reads without watching.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Submission) -> T) -> T {
        self.0.with_untracked(read)
    }

    /// Changes it, and tells those who watch. None if the page it belongs to is gone.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Submission) -> T) -> Option<T> {
        self.0.try_update(change)
    }

    /// The receipt, once there is one.
    pub(super) fn receipt(&self) -> Option<Receipt> {
        self.read(|submission| submission.received().cloned())
    }

    /// Whether something was frozen that has not been received.
    pub(super) fn is_under_way(&self) -> bool {
        self.read(Submission::is_under_way)
    }
}
