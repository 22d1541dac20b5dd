//! What no first question needs, loaded while the welcome is read: the store and its vaults, drafts, freezing, sealing,
//! delivery and receipts. The build splits the module at [`later`] (docs/decisions/005-two-parts.md): what can be reached
//! through the traits below alone goes into the second part, which shares memory and functions with the first.
//!
//! So the first part calls nothing in here but by these traits, or all of it comes along; `cargo xtask dist` tells.

mod errand;
mod find;
mod freeze;
mod handout;
mod keep;
mod own;
mod ranking;
mod receipt;
mod review;
mod sending;
mod slider;
mod trouble;

use std::{pin::Pin, rc::Rc, sync::Arc};

use leptos::prelude::{AnyView, RwSignal, With};
use wasm_split_helpers::SplitLoaderError;

use super::{
    delivery::Delivery,
    load::Enter,
    marks::Page,
    sheet::Sheet,
    state::{Admitted, App},
};
use crate::{
    browser::Standing,
    questionnaire::ItemId,
    study::{Step, Study},
    submission::Event,
    words::{Told, Tongue, Trouble},
};

/// Something that takes a while.
pub(super) type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// The second part.
pub(super) trait Later: Sync {
    /// Finds what an earlier visit left, here or at the endpoint for answers, which has told of it. Where
    /// the way is `stopped`, what has arrived is all there is to show.
    fn find(&self, admitted: Arc<Admitted>, said: Said, standing: Standing, stopped: bool) -> Task<Came>;
    /// A keeper where nothing can have been left.
    fn begin(&self, app: App) -> Rc<dyn Keeper>;
    /// The page for what stands in the way.
    fn stopped(&self, stopped: Stopped) -> AnyView;
}

/// What stands in the way, and of whom.
pub(super) struct Stopped {
    pub(super) what: Trouble,
    pub(super) language: RwSignal<String>,
    pub(super) study: Option<Arc<Study>>,
    pub(super) again: Enter,
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
    /// A question whose options are ranked.
    fn ranking(&self, page: Page, id: ItemId) -> AnyView;
    /// A visual analogue scale, from the one to the other in such steps.
    fn slider(&self, page: Page, id: ItemId, range: (i64, i64, i64)) -> AnyView;
    /// The overview of a questionnaire, before it is sent.
    fn review(&self, sheet: Sheet, step: Step) -> AnyView;
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
    fn find(&self, admitted: Arc<Admitted>, said: Said, standing: Standing, stopped: bool) -> Task<Came> {
        Box::pin(find::find(admitted, said, standing, stopped))
    }

    fn begin(&self, app: App) -> Rc<dyn Keeper> {
        keep::Keeping::begin(app)
    }

    fn stopped(&self, stopped: Stopped) -> AnyView {
        trouble::view(stopped)
    }
}

/// Says what only this part says, in the current language, live.
fn told(app: App, what: Told) -> impl Fn() -> String + Clone + Send + 'static {
    move || app.language.with(|tag| Tongue::of(tag).told(&what))
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
