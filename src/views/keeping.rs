//! What is kept of a visit: the draft, saved as it grows and taken up again; and what is done when it is over.

use leptos::{prelude::*, task::spawn_local};

use super::{
    delivery::Delivery,
    sheet::Sheet,
    state::{App, At, Place},
};
use crate::{
    browser::{self, Device},
    session::Session,
    study::{Journey, Step},
    submission::{Frozen, Media, Receipt, policy},
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
    pub(super) device: Device,
    pub(super) journey: Option<Journey>,
    pub(super) outbox: Vec<Frozen>,
    /// By the id of what was received.
    pub(super) receipts: Vec<(String, Receipt)>,
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

    /// Saves the draft within [`policy::SAVE_WITHIN`].
    pub(super) fn save_soon(self) {
        if self.courier.device.with_value(Option::is_none) || self.saving.soon.get_value() {
            return;
        }
        self.saving.soon.set_value(true);
        spawn_local(async move {
            browser::sleep(policy::SAVE_WITHIN.as_millis() as u64).await;
            self.saving.soon.set_value(false);
            self.save().await;
        });
    }

    async fn save(self) {
        let Some(device) = self.courier.device.get_value() else { return };
        if self.saving.over.get_value() || self.moved_away.get_untracked() {
            return;
        }
        let Ok(bytes) = self.journey().encode() else { return };
        let saved = device.save_draft(&bytes).await;
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

    /// Opens what the device keeps, once the respondent has said whose it is.
    pub(super) fn device_chosen(self) {
        let own = self.own_device.get_untracked() == Some(true);
        if self.courier.device.with_value(|device| device.as_ref().is_some_and(|device| device.outlives_tab() == own)) {
            return self.go_on();
        }
        let (study, wave, token, personal) = self.given(|given| {
            let personal = given.invitation.sub.is_some();
            (given.study.id.clone(), given.wave.id.clone(), given.token.clone(), personal)
        });
        let until = self.given(|given| given.invitation.exp);
        spawn_local(async move {
            if let Some(device) = self.courier.device.get_value() {
                // They changed their mind: nothing stays where it should not.
                device.forget().await;
            }
            let device = Device::open(&study, &wave, personal.then_some(token.as_str()), own, until).await;
            self.saving.fails.set(!device.works());
            self.courier.device.set_value(Some(device));
            self.keep_others_out();
            self.go_on();
        });
    }

    /// One tab at a time answers; when another takes over, this one keeps still.
    pub(super) fn keep_others_out(self) {
        let Some(device) = self.courier.device.get_value() else { return };
        spawn_local(async move {
            if device.lost_to_another_tab().await {
                self.moved_away.set(true);
            }
        });
    }

    /// Takes up what an earlier visit left.
    pub(super) fn take_up(self, left: Left) {
        self.courier.device.set_value(Some(left.device));
        for (step, sheet) in self.sheets() {
            let part = self.part_id(step);
            if let Some((_, receipt)) = left.receipts.iter().find(|(id, _)| *id == part) {
                sheet.delivery.was_received(receipt.clone());
            }
        }
        match left.journey {
            Some(journey) => self.go_where_they_were(&journey),
            None => self.notice.set(Some(Say::ResumedNot)),
        }
        for frozen in left.outbox {
            let own = self.sheets().into_iter().find(|(step, sheet)| {
                let this_form = self.sheet(*step).is_some_and(|current| current.delivery == sheet.delivery);
                this_form && self.part_id(*step) == frozen.part && sheet.delivery.receipt().is_none()
            });
            let delivery = own.map_or_else(|| self.someone_elses(), |(_, sheet)| sheet.delivery);
            self.courier.resume(delivery, frozen);
        }
        self.keep_others_out();
    }

    /// A delivery that belongs to no sheet of this visit.
    pub(super) fn someone_elses(&self) -> Delivery {
        let delivery = Delivery::new();
        self.courier.takes(delivery);
        delivery
    }

    fn go_where_they_were(&self, journey: &Journey) {
        self.take_over(journey.pseudonym.clone(), journey.permitted);
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
        let outlives_tab = self.courier.device.with_value(|device| device.as_ref().is_some_and(Device::outlives_tab));
        delivery.watch(|submission| {
            let sealed = submission.frozen().is_some_and(|frozen| frozen.media == Media::Sealed);
            match submission.kept() {
                crate::submission::Kept::MemoryOnly => Safekeeping::Page,
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
        let safe = self.courier.device.with_value(|device| device.as_ref().is_some_and(Device::outlives_tab))
            && !self.saving.fails.get_untracked();
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
        let under_way = |sheet: &Sheet| {
            sheet.delivery.watch(|submission| submission.frozen().is_some() && submission.received().is_none())
        };
        self.sheets().iter().any(|(_, sheet)| under_way(sheet))
    }

    /// Whether the next person may have the page: nothing is left that only this page can deliver.
    pub(super) fn may_hand_over(self) -> bool {
        let only_here = |sheet: &Sheet| {
            let under_way = sheet.delivery.watch(|sent| sent.frozen().is_some() && sent.received().is_none());
            under_way && self.safekeeping(sheet.delivery) != Safekeeping::Device
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
                device.forget().await;
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
