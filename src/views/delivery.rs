//! Delivering what was frozen: the machine decides (`submission::machine`), this carries out what it asks for.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser::{self, Device, Turn},
    study::{CONTACT, Endpoint, Study},
    submission::{Effect, Event, Found, Frozen, Kept, Receipt, State, Submission},
    words::Safekeeping,
};

/// One submission under way, a handle that views can watch.
#[derive(Clone, Copy)]
pub(super) struct Delivery {
    submission: RwSignal<Submission>,
    turn: StoredValue<Option<Turn>, LocalStorage>,
}

impl Delivery {
    pub(super) fn new() -> Delivery {
        Delivery { submission: RwSignal::new(Submission::default()), turn: StoredValue::new_local(None) }
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
        self.read(|submission| submission.frozen().is_some() && submission.received().is_none())
    }
}

/// Who carries deliveries out.
#[derive(Clone, Copy)]
pub(super) struct Courier {
    /// What the device keeps; none before the respondent has said whose it is.
    pub(super) device: StoredValue<Option<Device>, LocalStorage>,
    answers: StoredValue<Endpoint>,
    contact: StoredValue<Option<Endpoint>>,
    token: StoredValue<String>,
    all: StoredValue<Vec<Delivery>>,
}

impl Courier {
    /// A courier who wakes whatever waits when the browser comes back to life.
    pub(super) fn new(study: &Study, token: String) -> Courier {
        let courier = Courier {
            device: StoredValue::new_local(None),
            answers: StoredValue::new(study.endpoint.clone()),
            contact: StoredValue::new(study.contact_endpoint.clone()),
            token: StoredValue::new(token),
            all: StoredValue::new(Vec::new()),
        };
        browser::on_wake(move || {
            for delivery in courier.all.get_value() {
                courier.tell(delivery, Event::Wake);
            }
        });
        courier
    }

    /// Takes charge of a delivery.
    pub(super) fn takes(&self, delivery: Delivery) {
        self.all.update_value(|all| all.push(delivery));
    }

    /// Delivers what an earlier visit left on the device.
    pub(super) fn resume(self, delivery: Delivery, frozen: Frozen) {
        self.takes(delivery);
        self.tell(delivery, Event::Restored(frozen));
    }

    /// Tells a delivery what happened, and does what it asks for.
    pub(super) fn tell(self, delivery: Delivery, event: Event) {
        let moment = browser::moment();
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
        Some(match effect {
            Effect::Keep(frozen) => match device {
                Some(device) if device.keep(&frozen).await.is_ok() => Event::Kept,
                _ => Event::NotKept,
            },
            Effect::AskTurn { uuid } => match browser::take_turn(&uuid).await {
                Some(turn) => {
                    delivery.turn.set_value(Some(turn));
                    Event::Turn
                }
                None => Event::NoTurn,
            },
            Effect::GiveUpTurn { .. } => {
                delivery.turn.set_value(None);
                return None;
            }
            Effect::Look { uuid } => Event::Found(match device {
                Some(device) => device.look(&uuid).await,
                None => Found::Unreadable,
            }),
            Effect::Post(frozen) => {
                let endpoint = if frozen.part == CONTACT { self.contact.get_value() } else { None };
                let endpoint = endpoint.unwrap_or_else(|| self.answers.get_value());
                let token = self.token.get_value();
                Event::Verdict { verdict: browser::post(&endpoint, &token, &frozen).await, uuid: frozen.uuid }
            }
            Effect::KeepReceipt(receipt) => match device {
                Some(device) if device.keep_receipt(&receipt).await.is_ok() => Event::ReceiptKept,
                _ => Event::ReceiptNotKept,
            },
            Effect::Drop { uuid } => match device {
                Some(device) if device.drop(&uuid).await.is_ok() => Event::Dropped,
                _ => Event::NotDropped,
            },
            Effect::WakeIn { ms } => {
                browser::sleep(ms).await;
                Event::Wake
            }
        })
    }
}
