//! Delivering what was frozen: the machine decides (`submission::machine`), this carries out what it asks for.

use std::{cell::RefCell, rc::Rc};

use super::keep::Keeping;
use crate::{
    browser::{
        self,
        device::{Device, Look},
        locks::{self, Turn},
        wake,
    },
    study::{CONTACT, Endpoint},
    submission::{Effect, Event, Found, Frozen, Kept, Media, Moment, Outcome, State, Submission, record},
    views::delivery::Delivery,
};

/// A delivery that is somebody's to carry out.
pub(super) struct Errand {
    pub(super) delivery: Delivery,
    /// Whose record it is on the device, if not that of the person who is here.
    owner: Option<String>,
    turn: RefCell<Option<Turn>>,
}

impl Errand {
    pub(super) fn new(delivery: Delivery, owner: Option<String>) -> Rc<Errand> {
        Rc::new(Errand { delivery, owner, turn: RefCell::new(None) })
    }

    fn owner_on(&self, device: &Device) -> String {
        self.owner.clone().unwrap_or_else(|| device.owner().to_owned())
    }
}

impl Keeping {
    /// Tells a delivery what happened, and does what it asks for.
    pub(super) fn happened(self: &Rc<Self>, errand: &Rc<Errand>, event: Event) {
        let begins = matches!(event, Event::Wake | Event::Alarm(_) | Event::Retry);
        if begins && errand.delivery.read(|submission| self.is_left(submission)) {
            return;
        }
        let moment = Moment { now: wake::monotonic(), dice: wake::dice() };
        let effects = errand.delivery.change(|submission| submission.step(event, moment));
        for effect in effects.unwrap_or_default() {
            let (keeping, errand) = (self.clone(), errand.clone());
            self.app.spawn(async move {
                if let Some(event) = keeping.carry_out(&errand, effect).await {
                    keeping.happened(&errand, event);
                }
            });
        }
    }

    /// Whether another tab sees to a submission that rests here.
    fn is_left(&self, submission: &Submission) -> bool {
        let rests =
            matches!(submission.state(), State::Waiting { .. } | State::Paused | State::Parked(_) | State::Elsewhere);
        rests && submission.kept() == Kept::Stored && self.left.get()
    }

    async fn carry_out(&self, errand: &Errand, effect: Effect) -> Option<Event> {
        let (uuid, outcome) = match effect {
            Effect::Keep { frozen, replaces } => {
                let kept = keep(self.device().await, &frozen, replaces.as_deref()).await;
                (frozen.uuid, if kept { Outcome::Kept } else { Outcome::NotKept })
            }
            Effect::AskTurn { uuid } => {
                let has = errand.turn.borrow().is_some();
                let outcome = match has {
                    true => Outcome::Turn,
                    false => match locks::take_turn(&["svar-", &uuid].concat()).await {
                        Ok(turn) => {
                            errand.turn.replace(Some(turn));
                            Outcome::Turn
                        }
                        Err(locks::Busy) => Outcome::NoTurn,
                    },
                };
                (uuid, outcome)
            }
            Effect::GiveUpTurn { .. } => {
                errand.turn.replace(None);
                return None;
            }
            Effect::Look { uuid } => {
                let found = match self.device().await {
                    Some(device) => look(&device, &errand.owner_on(&device), &uuid).await,
                    None => Found::Unreadable,
                };
                (uuid, Outcome::Found(found))
            }
            Effect::Post { frozen, request } => {
                let token = self.app.given(|given| given.admitted.token.clone());
                let verdict = browser::post(&self.endpoint(&frozen), &token, &frozen).await;
                (frozen.uuid, Outcome::Verdict { request, verdict })
            }
            Effect::KeepReceipt { part, receipt } => {
                let bytes = record::encode_receipt(&part, &receipt);
                let kept = match self.device().await {
                    Some(device) => device.keep_receipt(&errand.owner_on(&device), &receipt.uuid, &bytes).await.is_ok(),
                    None => false,
                };
                (receipt.uuid, if kept { Outcome::ReceiptKept } else { Outcome::ReceiptNotKept })
            }
            Effect::Drop { uuid } => {
                let dropped = match self.device().await {
                    Some(device) => device.drop_payload(&errand.owner_on(&device), &uuid).await.is_ok(),
                    None => true,
                };
                (uuid, if dropped { Outcome::Dropped } else { Outcome::NotDropped })
            }
            Effect::WakeIn { ms, alarm } => {
                wake::sleep(u32::try_from(ms).unwrap_or(u32::MAX)).await;
                return Some(Event::Alarm(alarm));
            }
        };
        Some(Event::Came { uuid, outcome })
    }

    fn endpoint(&self, frozen: &Frozen) -> Endpoint {
        self.app.given(|given| {
            let study = &given.admitted.study;
            let contact = study.contact_endpoint.as_ref().filter(|_| frozen.part == CONTACT);
            contact.unwrap_or(&study.endpoint).clone()
        })
    }
}

async fn keep(device: Option<Rc<Device>>, frozen: &Frozen, replaces: Option<&str>) -> bool {
    let Some(device) = device else { return false };
    let sealed = frozen.media == Media::Sealed;
    device.keep(&frozen.uuid, &record::encode_frozen(frozen), sealed, replaces).await.is_ok()
}

async fn look(device: &Device, owner: &str, uuid: &str) -> Found {
    match device.look(owner, uuid).await {
        Ok(Look::Receipt(bytes)) => match record::decode_receipt(&bytes) {
            Ok(arrived) => Found::Receipt(arrived.receipt),
            Err(_) => Found::Unreadable,
        },
        Ok(Look::Payload(_)) => Found::Payload,
        Ok(Look::Nothing) => Found::Nothing,
        Ok(Look::Unreadable(_)) | Err(_) => Found::Unreadable,
    }
}
