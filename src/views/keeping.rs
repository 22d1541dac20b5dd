//! What is kept of a visit: the draft, saved as it grows and taken up again; and what is done when it is over.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};

use super::{
    delivery::Delivery,
    sheet::Sheet,
    state::{App, At, Place},
};
use crate::{
    browser::{
        self,
        device::{Device, Link, Outgoing, Record, StoreState},
        wake,
    },
    session::Session,
    study::{Invitation, Journey, Step},
    submission::{
        Event, Frozen, Kept, Media, Submission, policy,
        record::{self, Arrived},
    },
    words::{Safekeeping, Say},
};

/// Whether a draft is about to be saved, and whether drafts are saved at all.
#[derive(Clone, Copy)]
pub(super) struct Saving {
    soon: StoredValue<bool>,
    over: StoredValue<bool>,
    /// The last draft could not be kept.
    pub(super) fails: RwSignal<bool>,
}

impl Saving {
    pub(super) fn new() -> Saving {
        Saving { soon: StoredValue::new(false), over: StoredValue::new(false), fails: RwSignal::new(false) }
    }
}

/// What an earlier visit left on the device.
pub(super) struct Left {
    device: Rc<Device>,
    journey: Result<Option<Journey>, Unusable>,
    outbox: Vec<(Option<String>, Frozen)>,
    receipts: Vec<Arrived>,
}

/// There is a draft, and it cannot be used: damaged, or another version's.
pub(super) struct Unusable;

impl Left {
    /// Reads everything. What cannot be read has been set aside by the device.
    pub(super) async fn read(device: Rc<Device>, study: &str, wave: &str) -> Left {
        let journey = match device.load_draft().await {
            Ok(Record::Found(bytes)) => match Journey::decode(&bytes) {
                Ok(journey) if journey.study == study && journey.wave == wave => Ok(Some(journey)),
                _ => Err(Unusable),
            },
            Ok(Record::Unreadable(_)) => Err(Unusable),
            Ok(Record::Nothing) | Err(_) => Ok(None),
        };
        let receipts = device.receipts().await.unwrap_or_default();
        let receipts = receipts.iter().filter_map(|(_, bytes)| record::decode_receipt(bytes).ok()).collect();
        let outbox = outbox(&device).await;
        Left { device, journey, outbox, receipts }
    }
}

/// What waits on the device: this person's, and others', which are delivered in silence.
async fn outbox(device: &Device) -> Vec<(Option<String>, Frozen)> {
    let waiting = device.outbox().await.unwrap_or_default();
    let read = |out: Outgoing| {
        let frozen = record::decode_frozen(&out.record.ok()?).ok()?;
        Some(((!out.own).then_some(out.owner), frozen))
    };
    waiting.into_iter().filter_map(read).collect()
}

impl App {
    /// Saves the draft whenever an answer, the place or the language changes.
    pub(super) fn save_what_changes(self) {
        Effect::new(move || {
            self.place.track();
            self.language.track();
            for (_, sheet) in self.sheets() {
                sheet.touched.track();
            }
            self.save_soon();
        });
    }

    /// Saves the draft within [`policy::DRAFT_DELAY`].
    pub(super) fn save_soon(self) {
        if self.courier.device.with_value(Option::is_none) || self.saving.soon.get_value() {
            return;
        }
        self.saving.soon.set_value(true);
        spawn_local(async move {
            wake::sleep(policy::DRAFT_DELAY as u32).await;
            self.saving.soon.set_value(false);
            self.save().await;
        });
    }

    /// Saves the draft now.
    pub(super) async fn save(self) {
        let Some(device) = self.courier.device.get_value() else { return };
        if self.saving.over.get_value() || self.moved_away.get_untracked() {
            return;
        }
        let Ok(bytes) = self.journey().encode() else { return };
        let saved = device.save_draft(&bytes, self.draft_ends(&device)).await;
        if saved.is_err() && self.sheets().iter().any(|(_, sheet)| sheet.delivery.receipt().is_some()) {
            // The one before knows nothing of what has arrived since, and would have it sent once more.
            let _ = device.drop_draft().await;
        }
        self.saving.fails.set(saved.is_err());
    }

    fn journey(&self) -> Journey {
        let place = self.place.get_untracked();
        let page = match (place.at, self.sheet(place.step)) {
            (At::Page(page), Some(sheet)) => Some(sheet.form(|form| form.item(page).link_id.clone())),
            _ => None,
        };
        let open = |sheet: &Sheet| sheet.delivery.receipt().is_none() && sheet.read(Session::has_answers);
        let drafts = self.sheets().into_iter().filter(|(_, sheet)| open(sheet));
        let drafts = drafts.map(|(step, sheet)| (self.part_id(step), sheet.read(Session::draft))).collect();
        self.given(|given| Journey {
            study: given.study.id.clone(),
            wave: given.wave.id.clone(),
            pseudonym: given.pseudonym.clone(),
            language: self.language.get_untracked(),
            own_device: self.own_device.get_untracked() == Some(true),
            permitted: given.permitted,
            step: place.step,
            page,
            review: place.at == At::Review,
            drafts,
        })
    }

    /// When the draft is no longer good, in milliseconds since 1970.
    fn draft_ends(&self, device: &Device) -> u64 {
        let now = wake::unix_ms();
        if !device.outlives_tab() {
            return now.saturating_add(policy::TAB_DRAFT_LIFE);
        }
        let ends = self.given(|given| given.invitation.exp).map(|seconds| seconds.saturating_mul(1000));
        let latest = now.saturating_add(policy::OWN_DRAFT_LIFE);
        ends.map_or(latest, |ends| ends.min(latest))
    }

    /// Opens what the device keeps, once the respondent has said whose it is.
    pub(super) fn device_chosen(self) {
        let own = self.own_device.get_untracked() == Some(true);
        let before = self.courier.device.get_value();
        if before.as_ref().is_some_and(|device| device.outlives_tab() == own) {
            return self.go_on();
        }
        let link = self.given(|given| link(&given.invitation, &given.token));
        spawn_local(async move {
            if let Some(device) = before {
                // They changed their mind: nothing stays where it should not.
                let _ = device.forget().await;
            }
            let device = Rc::new(link.open(Some(own)).await);
            // First, so that a device of this very page that is being opened still is not taken for another tab's.
            self.courier.device.set_value(Some(device.clone()));
            device.take_over().await;
            self.has(device);
            self.go_on();
            self.save_soon();
        });
    }

    /// One tab at a time answers; when another takes over, this one keeps still.
    fn keep_others_out(self, device: Rc<Device>) {
        spawn_local(async move {
            device.taken_over().await;
            let current =
                self.courier.device.with_value(|now| now.as_ref().is_some_and(|now| Rc::ptr_eq(now, &device)));
            if current && !self.saving.over.get_value() {
                self.courier.leaves();
                self.moved_away.set(true);
            }
        });
    }

    /// Takes up what an earlier visit left.
    pub(super) fn take_up(self, left: Left) {
        self.courier.device.set_value(Some(left.device.clone()));
        if let Ok(Some(journey)) = &left.journey {
            self.take_over(journey.pseudonym.clone(), journey.permitted);
        }
        for (step, sheet) in self.sheets() {
            let part = self.part_id(step);
            if let Some(arrived) = left.receipts.iter().find(|arrived| arrived.part == part) {
                self.courier.tell(sheet.delivery, Event::Known(arrived.receipt.clone()));
            }
        }
        match left.journey {
            Ok(Some(journey)) => self.go_where_they_were(&journey),
            Ok(None) => {}
            Err(Unusable) => self.notice.set(Some(Say::ResumedNot)),
        }
        self.deliver(left.outbox);
        self.keep_others_out(left.device);
    }

    /// Delivers what an earlier visit froze: at its sheet, if it is this person's; else in silence.
    fn deliver(self, outbox: Vec<(Option<String>, Frozen)>) {
        for (owner, frozen) in outbox {
            let own = self.sheets().into_iter().find(|(step, sheet)| {
                let current = self.sheet(*step).is_some_and(|current| current.delivery == sheet.delivery);
                owner.is_none() && current && self.part_id(*step) == frozen.part && sheet.delivery.receipt().is_none()
            });
            let delivery = match own {
                Some((_, sheet)) => sheet.delivery,
                None => {
                    let delivery = Delivery::new(owner);
                    self.courier.takes(delivery);
                    delivery
                }
            };
            self.courier.tell(delivery, Event::Restored(frozen));
        }
    }

    /// Begins with what the device keeps in this tab, before anybody has said whose device it is: people before this one,
    /// who are not to be seen, may have left what is still to be delivered.
    pub(super) fn begins_with(self, device: Rc<Device>) {
        self.has(device.clone());
        spawn_local(async move {
            let mut left = outbox(&device).await;
            left.retain(|(owner, _)| owner.is_some());
            self.deliver(left);
        });
    }

    /// Takes note of what has arrived from elsewhere.
    pub(super) fn knows(self, known: &[Arrived]) {
        for (step, sheet) in self.sheets() {
            let part = self.part_id(step);
            if let Some(arrived) = known.iter().find(|arrived| arrived.part == part) {
                self.courier.tell(sheet.delivery, Event::Known(arrived.receipt.clone()));
            }
        }
    }

    fn has(self, device: Rc<Device>) {
        self.saving.fails.set(device.state() != StoreState::Working);
        self.courier.device.set_value(Some(device.clone()));
        self.keep_others_out(device);
    }

    fn go_where_they_were(&self, journey: &Journey) {
        self.own_device.set(Some(journey.own_device));
        self.language.set(journey.language.clone());
        let (mut lost, mut refused) = (0_usize, false);
        for (step, sheet) in self.sheets() {
            let Some(draft) = journey.draft(&self.part_id(step)) else { continue };
            match Session::restore(sheet.read(|session| session.form().clone()), draft) {
                Ok(restored) => {
                    lost = lost.saturating_add(restored.lost);
                    sheet.replace(restored.session);
                }
                // The two forms for contact details share one draft; it fits the one it was made with.
                Err(_) if step == Step::Contact => {}
                Err(_) => refused = true,
            }
        }
        let mut step = journey.step;
        // It arrived after the draft was saved last.
        while self.sheet(step).is_some_and(|sheet| sheet.delivery.receipt().is_some()) {
            step = self.next(step);
        }
        let page = journey.page.as_ref().filter(|_| step == journey.step);
        let page = page.and_then(|link_id| self.sheet(step)?.form(|form| form.find(link_id)));
        let at = match page {
            _ if journey.review && step == journey.step => At::Review,
            Some(page) => At::Page(page),
            None => At::Start,
        };
        self.notice.set(match (refused, lost) {
            (true, _) => Some(Say::ResumedNot),
            (false, 0) if matches!(step, Step::Welcome | Step::Device) => None,
            (false, 0) => Some(Say::Resumed),
            (false, lost) => Some(Say::ResumedInPart { lost }),
        });
        self.start_at(Place { step, at });
    }

    /// Where a frozen submission is kept, as the person is told.
    pub(super) fn safekeeping(&self, delivery: Delivery) -> Safekeeping {
        let outlives_tab = self.courier.outlives_tab();
        delivery.watch(|submission| {
            let sealed = submission.frozen().is_some_and(|frozen| frozen.media == Media::Sealed);
            match submission.kept() {
                Kept::MemoryOnly => Safekeeping::Page,
                _ if sealed || outlives_tab => Safekeeping::Device,
                _ => Safekeeping::Tab,
            }
        })
    }

    /// Whether leaving the page now would lose answers.
    pub(super) fn would_lose(self) -> bool {
        if self.saving.over.get_value() || self.moved_away.get_untracked() {
            return false;
        }
        let safe = self.courier.outlives_tab() && !self.saving.fails.get_untracked();
        let lost = |sheet: &Sheet| {
            if sheet.delivery.is_under_way() {
                return untrack(|| self.safekeeping(sheet.delivery)) != Safekeeping::Device;
            }
            !safe && sheet.delivery.receipt().is_none() && sheet.read(Session::has_answers)
        };
        self.sheets().iter().any(|(_, sheet)| lost(sheet))
    }

    /// Whether anything is on its way, watched.
    pub(super) fn is_under_way(self) -> bool {
        self.sheets().iter().any(|(_, sheet)| sheet.delivery.watch(Submission::is_under_way))
    }

    /// Whether the next person may have the page: nothing is left that only this page can deliver.
    pub(super) fn may_hand_over(self) -> bool {
        let only_here = |sheet: &Sheet| {
            sheet.delivery.watch(Submission::is_under_way) && self.safekeeping(sheet.delivery) == Safekeeping::Page
        };
        !self.sheets().iter().any(|(_, sheet)| only_here(sheet))
    }

    /// Leaves nothing of this visit behind, but what is frozen and has not arrived.
    pub(super) fn leave_nothing(self) {
        self.saving.over.set_value(true);
        browser::forget_invitation();
        let device = self.courier.device.get_value();
        spawn_local(async move {
            if let Some(device) = device {
                // What fails to be removed is encrypted, and gone when its time is over.
                let _ = device.forget().await;
            }
        });
    }

    /// Stops here: answers that were not sent are deleted.
    pub(super) fn end(self) {
        self.leave_nothing();
        for (_, sheet) in self.sheets() {
            if !sheet.delivery.is_under_way() {
                sheet.clear();
            }
        }
        self.finish(Step::Ended);
    }
}

/// What this invitation opens on this device. Units and persons have rooms of their own: what one left is never delivered
/// under the invitation of another.
pub(super) fn link(invitation: &Invitation, token: &str) -> Link {
    let (kind, whose) = match &invitation.sub {
        Some(pseudonym) => ("/p/", pseudonym),
        None => ("/u/", &invitation.unit),
    };
    let wave = [invitation.wave.as_str(), kind, whose].concat();
    Link::new(&invitation.study, &wave, token, invitation.sub.is_some())
}
