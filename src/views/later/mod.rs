//! What no first question needs, loaded while the welcome is read: the store and its vaults, drafts, freezing, sealing,
//! delivery and receipts. The build splits the module at [`later`] (docs/decisions/005-two-parts.md): what can be reached
//! through the traits below alone goes into the second part, which shares memory and functions with the first.
//!
//! So the first part calls nothing in here but by these traits, or all of it comes along; `cargo xtask dist` tells.

mod errand;
mod find;
mod freeze;
mod keep;
mod receipt;
mod sending;

use std::{pin::Pin, rc::Rc};

use leptos::prelude::AnyView;
use wasm_split_helpers::SplitLoaderError;

use super::{
    delivery::Delivery,
    sheet::Sheet,
    state::{Admitted, App},
};
use crate::{study::Step, submission::Event};

/// Something that takes a while.
pub(super) type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// The second part.
pub(super) trait Later {
    /// Finds what an earlier visit left.
    fn find(&self, admitted: Rc<Admitted>, said: Said) -> Task<Came>;
    /// A keeper where nothing can have been left.
    fn begin(&self, app: App) -> Rc<dyn Keeper>;
}

/// Who keeps and delivers one respondent's answers.
pub(super) trait Keeper {
    /// The respondent has said whose device it is: what is kept lies accordingly from now on.
    fn device_chosen(self: Rc<Self>);
    /// Saves the draft soon.
    fn save_soon(self: Rc<Self>);
    /// Freezes the answers of a step, and sends them.
    fn send(self: Rc<Self>, sheet: Sheet, step: Step);
    /// Tells a delivery what happened.
    fn tell(self: Rc<Self>, delivery: Delivery, event: Event);
    /// Whether the device keeps records that outlive the tab.
    fn outlives_tab(&self) -> bool;
    /// The view of a sheet that is frozen, and on its way.
    fn sending(&self, sheet: Sheet, step: Step) -> AnyView;
    /// The view of what has arrived.
    fn receipt(&self, step: Step) -> AnyView;
    /// Removes everything of this person but what is frozen and has not arrived.
    fn forget(self: Rc<Self>);
}

/// What the respondent has said of an earlier visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Said {
    #[default]
    Nothing,
    /// It is mine.
    Mine,
    /// It is not mine: away with it.
    NotMine,
    /// It shall go on in this tab.
    Here,
}

/// What was found.
pub(super) enum Came {
    /// Somebody began here before: is it the same person?
    Whose,
    /// Another tab is at it.
    OtherTab,
    /// The way is free; the keeper takes up what there was.
    Free(Box<dyn FnOnce(App) -> Rc<dyn Keeper>>),
}

struct Second;

impl Later for Second {
    fn find(&self, admitted: Rc<Admitted>, said: Said) -> Task<Came> {
        Box::pin(find::find(admitted, said))
    }

    fn begin(&self, app: App) -> Rc<dyn Keeper> {
        keep::Keeping::begin(app)
    }
}

/// The second part, as soon as it is here. What could not be loaded is asked for anew the next time.
///
/// # Errors
/// It cannot be loaded now.
#[cfg(svar_split)]
#[wasm_split_helpers::wasm_split(later, fallible)]
pub(super) fn later() -> Result<&'static dyn Later, SplitLoaderError> {
    Ok(&Second)
}

/// The same where nothing splits the module: in tests that run without the page.
///
/// # Errors
/// None.
#[cfg(not(svar_split))]
pub(super) async fn later() -> Result<&'static dyn Later, SplitLoaderError> {
    Ok(&Second)
}
