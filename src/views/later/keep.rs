//! What the device keeps for the respondent while they answer: the draft as it grows, taken up again after a reload or on
//! another day, and what is done when it is over.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Promise;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Keeper,
    errand::Errand,
    find::{self, Left, Unusable},
    freeze::freeze,
    ranking, receipt, review, sending, slider,
};
use crate::{
    browser::{
        self,
        device::{Device, Link, StoreState},
        wake::{self, Subscription},
    },
    questionnaire::ItemId,
    session::Session,
    study::{Journey, Step},
    submission::{Event, Frozen, policy, record::Arrived},
    views::{
        delivery::Delivery,
        marks::Page,
        sheet::{Freezing, Sheet},
        state::{App, At, Place},
    },
    words::Say,
};

/// Who keeps and delivers the answers of the respondent at `app`.
pub(super) struct Keeping {
    pub(super) app: App,
    link: Link,
    /// What is open on this device; none while it is being opened.
    device: RefCell<Option<Rc<Device>>>,
    /// Comes when what was asked for last is open.
    open: RefCell<Promise>,
    errands: RefCell<Vec<Rc<Errand>>>,
    wakes: RefCell<Option<Subscription>>,
    /// The respondent goes on in another tab, which has taken up all that the store has. What is on its way ends here;
    /// what is on this page alone is still this page's to deliver.
    pub(super) left: Cell<bool>,
    /// A draft is about to be saved.
    soon: Cell<bool>,
    /// How much is being done to what the device keeps.
    under_way: Cell<usize>,
}

impl Keeping {
    /// A keeper who sees to whatever waits when the browser comes back to life.
    pub(super) fn new(app: App, link: Link) -> Rc<Keeping> {
        let errands = app.sheets().into_iter().map(|(_, sheet)| Errand::new(sheet.delivery, None)).collect();
        let keeping = Rc::new(Keeping {
            app,
            link,
            device: RefCell::new(None),
            open: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
            errands: RefCell::new(errands),
            wakes: RefCell::new(None),
            left: Cell::new(false),
            soon: Cell::new(false),
            under_way: Cell::new(0),
        });
        let (weak, ground) = (Rc::downgrade(&keeping), app.ground());
        let wake = move || {
            let Some(keeping) = weak.upgrade().filter(|_| ground.is_here()) else { return };
            let errands = keeping.errands.borrow().clone();
            for errand in errands {
                keeping.happened(&errand, Event::Wake);
            }
        };
        keeping.wakes.replace(Some(wake::on_wake(wake)));
        keeping
    }

    /// A keeper where nothing can have been left.
    pub(super) fn begin(app: App) -> Rc<dyn Keeper> {
        let keeping = Keeping::new(app, app.given(|given| find::link(&given.admitted)));
        keeping.opens();
        keeping
    }

    /// The device, once what was asked for last is open.
    pub(super) async fn device(&self) -> Option<Rc<Device>> {
        let open = self.open.borrow().clone();
        let _ = JsFuture::from(open).await;
        self.device.borrow().clone()
    }

    /// Opens what the device keeps, as the respondent says whose it is: after what is being opened already.
    fn opens(self: &Rc<Self>) {
        let (keeping, before) = (self.clone(), self.open.borrow().clone());
        let (open, is_open) = browser::deferred();
        drop(self.open.replace(open));
        self.works(async move {
            let _ = JsFuture::from(before).await;
            keeping.open().await;
            drop(is_open);
        });
    }

    /// Does something to what the device keeps; until all of that is done, the widget is not at rest.
    fn works(self: &Rc<Self>, task: impl Future<Output = ()> + 'static) {
        let keeping = self.clone();
        self.under_way.update(|count| count.saturating_add(1));
        self.app.unsaved.set(true);
        self.app.spawn(async move {
            task.await;
            keeping.under_way.update(|count| count.saturating_sub(1));
            keeping.app.unsaved.set(keeping.under_way.get() > 0);
        });
    }

    async fn open(self: &Rc<Self>) {
        if self.app.over.get_value() {
            return;
        }
        let own = self.app.own_device_chosen.get_value();
        let before = self.device.borrow().clone();
        if let Some(before) = before {
            if own.is_none_or(|own| before.outlives_tab() == own) {
                return;
            }
            // They changed their mind: nothing stays where it should not.
            let _ = before.forget().await;
        }
        // Nothing is left that could be somebody's: not yet asked, it is this tab's.
        let device = Rc::new(self.link.open(Some(own == Some(true))).await);
        // First, so that a device of this very page that is being opened still is not taken for another tab's.
        self.device.replace(Some(device.clone()));
        device.take_over().await;
        self.has(device);
        self.clone().save_soon();
    }

    fn has(self: &Rc<Self>, device: Rc<Device>) {
        self.app.fails.set(device.state() != StoreState::Working);
        self.device.replace(Some(device.clone()));
        self.keep_others_out(device);
    }

    /// One tab at a time answers; when another takes over, this one keeps still.
    fn keep_others_out(self: &Rc<Self>, device: Rc<Device>) {
        let keeping = self.clone();
        self.app.spawn(async move {
            device.taken_over().await;
            let current = keeping.device.borrow().as_ref().is_some_and(|now| Rc::ptr_eq(now, &device));
            if current && !keeping.app.over.get_value() {
                keeping.left.set(true);
                keeping.app.moved_away.set(true);
            }
        });
    }

    /// Saves the draft now.
    async fn save(&self) {
        let app = self.app;
        let Some(device) = self.device().await else { return };
        if app.over.get_value() || app.moved_away.get_untracked() {
            return;
        }
        let Ok(bytes) = journey(app).encode() else { return };
        let saved = device.save_draft(&bytes, draft_ends(app, &device)).await;
        if saved.is_err() && app.sheets().iter().any(|(_, sheet)| sheet.delivery.receipt().is_some()) {
            // The one before knows nothing of what has arrived since, and would have it sent once more.
            let _ = device.drop_draft().await;
        }
        app.fails.set(saved.is_err());
    }

    /// Takes up what an earlier visit left.
    pub(super) fn take_up(self: &Rc<Self>, left: Left, device: Rc<Device>) {
        self.device.replace(Some(device.clone()));
        if let Ok(Some(journey)) = &left.journey {
            self.app.take_over(journey.pseudonym.clone(), journey.permitted);
        }
        self.knows(&left.receipts);
        match left.journey {
            Ok(Some(journey)) => go_where_they_were(self.app, &journey),
            Ok(None) => {}
            Err(Unusable) => self.app.notice.set(Some(Say::ResumedNot)),
        }
        self.deliver(left.outbox);
        self.keep_others_out(device);
    }

    /// Begins with what the device keeps in this tab, before anybody has said whose device it is: people before this one,
    /// who are not to be seen, may have left what is still to be delivered.
    pub(super) fn begin_with(self: &Rc<Self>, device: Rc<Device>) {
        self.has(device.clone());
        let keeping = self.clone();
        self.app.spawn(async move {
            let mut left = find::outbox(&device).await;
            left.retain(|(owner, _)| owner.is_some());
            keeping.deliver(left);
        });
    }

    /// Takes note of what has arrived.
    pub(super) fn knows(self: &Rc<Self>, known: &[Arrived]) {
        for (step, sheet) in self.app.sheets() {
            let part = self.app.part_id(step);
            if let Some(arrived) = known.iter().find(|arrived| arrived.part == part) {
                self.clone().tell(sheet.delivery, Event::Known(arrived.receipt.clone()));
            }
        }
    }

    /// Shows the receipts at once where nothing more can be answered: all has arrived, or the way is stopped.
    pub(super) fn shows_what_arrived(&self, stopped: bool) {
        let parts = self.app.wave().parts.len();
        let arrived =
            |part: &usize| self.app.sheet(Step::Part(*part)).is_some_and(|sheet| sheet.delivery.receipt().is_some());
        let last = (0..parts).rev().find(arrived);
        if let Some(last) = last.filter(|_| stopped || (0..parts).all(|part| arrived(&part))) {
            self.app.notice.set(None);
            self.app.start_at(Place { step: Step::Finished(last), at: At::Start });
        }
    }

    /// Delivers what an earlier visit froze: at its sheet, if it is this person's; else in silence.
    fn deliver(self: &Rc<Self>, outbox: Vec<(Option<String>, Frozen)>) {
        let app = self.app;
        for (owner, frozen) in outbox {
            let own = app.sheets().into_iter().find(|(step, sheet)| {
                let current = app.sheet(*step).is_some_and(|current| current.delivery == sheet.delivery);
                owner.is_none() && current && app.part_id(*step) == frozen.part && sheet.delivery.receipt().is_none()
            });
            let delivery = match own {
                Some((_, sheet)) => sheet.delivery,
                None => {
                    let delivery = app.owned(Delivery::new);
                    self.errands.borrow_mut().push(Errand::new(delivery, owner));
                    delivery
                }
            };
            self.clone().tell(delivery, Event::Restored(frozen));
        }
    }
}

impl Keeper for Keeping {
    fn device_chosen(self: Rc<Self>) {
        self.opens();
    }

    fn save_soon(self: Rc<Self>) {
        if self.device.borrow().is_none() || self.soon.replace(true) {
            return;
        }
        let keeping = self.clone();
        self.works(async move {
            wake::sleep(policy::DRAFT_DELAY as u32).await;
            keeping.soon.set(false);
            keeping.save().await;
        });
    }

    fn send(self: Rc<Self>, sheet: Sheet, step: Step) {
        carry(self.app, sheet, step);
        self.app.spawn(async move {
            // First: after a reload what comes next is of the same person as what is frozen now.
            self.save().await;
            let is_ended = || sheet.freezing.get_untracked() != Freezing::UnderWay;
            if is_ended() {
                return;
            }
            let frozen = freeze(self.app, sheet, step).await;
            if is_ended() {
                return;
            }
            sheet.freezing.set(match frozen {
                Some(frozen) => {
                    self.tell(sheet.delivery, Event::Freeze(frozen));
                    Freezing::Not
                }
                // Never sent in clear instead.
                None => Freezing::NotSealed,
            });
        });
    }

    fn tell(self: Rc<Self>, delivery: Delivery, event: Event) {
        let errand = self.errands.borrow().iter().find(|errand| errand.delivery == delivery).cloned();
        if let Some(errand) = errand {
            self.happened(&errand, event);
        }
    }

    fn outlives_tab(&self) -> bool {
        self.device.borrow().as_ref().is_some_and(|device| device.outlives_tab())
    }

    fn sending(&self, sheet: Sheet, step: Step) -> AnyView {
        sending::view(self.app, sheet, step)
    }

    fn ranking(&self, page: Page, id: ItemId) -> AnyView {
        ranking::view(page, id)
    }

    fn slider(&self, page: Page, id: ItemId, range: (i64, i64, i64)) -> AnyView {
        slider::view(page, id, range)
    }

    fn review(&self, sheet: Sheet, step: Step) -> AnyView {
        review::view(self.app, sheet, step)
    }

    fn receipt(&self, step: Step) -> AnyView {
        receipt::view(self.app, step)
    }

    fn forget(self: Rc<Self>) {
        let keeping = self.clone();
        self.works(async move {
            if let Some(device) = keeping.device().await {
                // What fails to be removed is encrypted, and gone when its time is over.
                let _ = device.forget().await;
            }
        });
    }
}

/// Carries what was answered at a step over to the parts after it, where they ask for it: before it is frozen, so that the
/// draft that outlives this step has it.
fn carry(app: App, sheet: Sheet, step: Step) {
    for (later, other) in app.sheets() {
        if matches!((step, later), (Step::Part(this), Step::Part(that)) if this < that) {
            sheet.carry_to(other);
        }
    }
}

fn journey(app: App) -> Journey {
    let place = app.place.get_untracked();
    let page = match (place.at, app.sheet(place.step)) {
        (At::Page(page), Some(sheet)) => Some(sheet.form(|form| form.item(page).link_id.clone())),
        _ => None,
    };
    let open = |sheet: &Sheet| sheet.delivery.receipt().is_none() && sheet.read(Session::has_draft);
    let drafts = app.sheets().into_iter().filter(|(_, sheet)| open(sheet));
    let drafts = drafts.map(|(step, sheet)| (app.part_id(step), sheet.read(Session::draft))).collect();
    app.given(|given| Journey {
        study: given.admitted.study.id.clone(),
        wave: given.admitted.wave.id.clone(),
        pseudonym: given.pseudonym.clone(),
        language: app.language.get_untracked(),
        own_device: app.own_device_chosen.get_value() == Some(true),
        permitted: given.permitted,
        step: place.step,
        page,
        review: place.at == At::Review,
        drafts,
    })
}

/// When the draft is no longer good, in milliseconds since 1970.
fn draft_ends(app: App, device: &Device) -> u64 {
    let now = wake::unix_ms();
    if !device.outlives_tab() {
        return now.saturating_add(policy::TAB_DRAFT_LIFE);
    }
    let ends = app.given(|given| given.admitted.invitation.exp).map(|seconds| seconds.saturating_mul(1000));
    let latest = now.saturating_add(policy::OWN_DRAFT_LIFE);
    ends.map_or(latest, |ends| ends.min(latest))
}

fn go_where_they_were(app: App, journey: &Journey) {
    app.own_device.set(Some(journey.own_device));
    app.own_device_chosen.set_value(Some(journey.own_device));
    app.language.set(journey.language.clone());
    let (mut lost, mut refused) = (0_usize, false);
    for (step, sheet) in app.sheets() {
        let Some(draft) = journey.draft(&app.part_id(step)) else { continue };
        match Session::restore(sheet.read(|session| session.form().clone()), draft) {
            Ok(restored) => {
                lost = lost.saturating_add(restored.lost);
                sheet.replace(restored.session);
                app.fills(sheet);
            }
            // The two forms for contact details share one draft; it fits the one it was made with.
            Err(_) if step == Step::Contact => {}
            Err(_) => refused = true,
        }
    }
    let mut step = journey.step;
    // It arrived after the draft was saved last.
    while app.sheet(step).is_some_and(|sheet| sheet.delivery.receipt().is_some()) {
        step = app.next(step);
    }
    let page = journey.page.as_ref().filter(|_| step == journey.step);
    let page = page.and_then(|link_id| app.sheet(step)?.form(|form| form.find(link_id)));
    let at = match page {
        _ if journey.review && step == journey.step => At::Review,
        Some(page) => At::Page(page),
        None => At::Start,
    };
    app.notice.set(match (refused, lost) {
        (true, _) => Some(Say::ResumedNot),
        (false, 0) if matches!(step, Step::Welcome | Step::Device) => None,
        (false, 0) => Some(Say::Resumed),
        (false, lost) => Some(Say::ResumedInPart { lost }),
    });
    app.start_at(Place { step, at });
}
