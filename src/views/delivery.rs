//! Delivering what was frozen: the machine decides (`submission::machine`), this carries out what it asks for.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{
        self,
        device::{Device, Look},
        locks::{self, Turn},
        wake::{self, Subscription},
    },
    study::{CONTACT, Endpoint, Study},
    submission::{Effect, Event, Found, Frozen, Kept, Media, Moment, Outcome, Receipt, State, Submission, record},
};

/// One submission under way, a handle that views can watch.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Delivery {
    submission: RwSignal<Submission>,
    turn: StoredValue<Option<Turn>, LocalStorage>,
    /// Whose record it is on the device, if not that of the person who is here.
    owner: StoredValue<Option<String>>,
}

impl Delivery {
    pub(super) fn new(owner: Option<String>) -> Delivery {
        Delivery {
            submission: RwSignal::new(Submission::default()),
            turn: StoredValue::new_local(None),
            owner: StoredValue::new(owner),
        }
    }

    /// Reads, and watches.
    pub(super) fn watch<T>(&self, read: impl FnOnce(&Submission) -> T) -> T {
        self.submission.with(read)
    }

    /// Reads without watching.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Submission) -> T) -> T {
        self.submission.with_untracked(read)
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

/// Who carries deliveries out.
#[derive(Clone, Copy)]
pub(super) struct Courier {
    /// What the device keeps; none before the respondent has said whose it is.
    pub(super) device: StoredValue<Option<Rc<Device>>, LocalStorage>,
    answers: StoredValue<Endpoint>,
    contact: StoredValue<Option<Endpoint>>,
    token: StoredValue<String>,
    all: StoredValue<Vec<Delivery>>,
    wakes: StoredValue<Option<Subscription>, LocalStorage>,
    /// The respondent goes on in another tab, which has taken up all that the store has.
    left: StoredValue<bool>,
}

impl Courier {
    /// A courier who sees to whatever waits when the browser comes back to life.
    pub(super) fn new(study: &Study, token: String) -> Courier {
        let courier = Courier {
            device: StoredValue::new_local(None),
            answers: StoredValue::new(study.endpoint.clone()),
            contact: StoredValue::new(study.contact_endpoint.clone()),
            token: StoredValue::new(token),
            all: StoredValue::new(Vec::new()),
            wakes: StoredValue::new_local(None),
            left: StoredValue::new(false),
        };
        let wake = move || {
            for delivery in courier.all.get_value() {
                courier.tell(delivery, Event::Wake);
            }
        };
        courier.wakes.set_value(Some(wake::on_wake(wake)));
        courier
    }

    /// Takes charge of a delivery.
    pub(super) fn takes(&self, delivery: Delivery) {
        self.all.update_value(|all| all.push(delivery));
    }

    /// Leaves what the store has to another tab. What is on its way ends here; what is on this page alone is still this
    /// page's to deliver.
    pub(super) fn leaves(&self) {
        self.left.set_value(true);
    }

    /// Whether another tab sees to a submission that rests here.
    fn is_left(&self, submission: &Submission) -> bool {
        let rests =
            matches!(submission.state(), State::Waiting { .. } | State::Paused | State::Parked(_) | State::Elsewhere);
        rests && submission.kept() == Kept::Stored && self.left.get_value()
    }

    /// Whether the device keeps records that outlive the tab.
    pub(super) fn outlives_tab(&self) -> bool {
        self.device.with_value(|device| device.as_ref().is_some_and(|device| device.outlives_tab()))
    }

    /// Tells a delivery what happened, and does what it asks for.
    pub(super) fn tell(self, delivery: Delivery, event: Event) {
        let begins = matches!(event, Event::Wake | Event::Alarm(_) | Event::Retry);
        if begins && delivery.read(|submission| self.is_left(submission)) {
            return;
        }
        let moment = Moment { now: wake::monotonic(), dice: wake::dice() };
        let effects = delivery.submission.try_update(|submission| submission.step(event, moment));
        for effect in effects.unwrap_or_default() {
            spawn_local(async move {
                if let Some(event) = self.carry_out(delivery, effect).await {
                    self.tell(delivery, event);
                }
            });
        }
    }

    async fn carry_out(self, delivery: Delivery, effect: Effect) -> Option<Event> {
        let device = self.device.get_value();
        let (uuid, outcome) = match effect {
            Effect::Keep { frozen, replaces } => {
                let kept = keep(device, &frozen, replaces.as_deref()).await;
                (frozen.uuid, if kept { Outcome::Kept } else { Outcome::NotKept })
            }
            Effect::AskTurn { uuid } => {
                let outcome = match delivery.turn.with_value(Option::is_some) {
                    true => Outcome::Turn,
                    false => match locks::take_turn(&["svar-", &uuid].concat()).await {
                        Ok(turn) => {
                            delivery.turn.set_value(Some(turn));
                            Outcome::Turn
                        }
                        Err(locks::Busy) => Outcome::NoTurn,
                    },
                };
                (uuid, outcome)
            }
            Effect::GiveUpTurn { .. } => {
                delivery.turn.set_value(None);
                return None;
            }
            Effect::Look { uuid } => {
                let found = match device {
                    Some(device) => look(&device, &delivery.owner_on(&device), &uuid).await,
                    None => Found::Unreadable,
                };
                (uuid, Outcome::Found(found))
            }
            Effect::Post { frozen, request } => {
                let verdict = browser::post(&self.endpoint(&frozen), &self.token.get_value(), &frozen).await;
                (frozen.uuid, Outcome::Verdict { request, verdict })
            }
            Effect::KeepReceipt { part, receipt } => {
                let bytes = record::encode_receipt(&part, &receipt);
                let kept = match device {
                    Some(device) => {
                        device.keep_receipt(&delivery.owner_on(&device), &receipt.uuid, &bytes).await.is_ok()
                    }
                    None => false,
                };
                (receipt.uuid, if kept { Outcome::ReceiptKept } else { Outcome::ReceiptNotKept })
            }
            Effect::Drop { uuid } => {
                let dropped = match device {
                    Some(device) => device.drop_payload(&delivery.owner_on(&device), &uuid).await.is_ok(),
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
        let contact = if frozen.part == CONTACT { self.contact.get_value() } else { None };
        contact.unwrap_or_else(|| self.answers.get_value())
    }
}

impl Delivery {
    fn owner_on(&self, device: &Device) -> String {
        self.owner.get_value().unwrap_or_else(|| device.owner().to_owned())
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
