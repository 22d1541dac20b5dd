//! What an earlier visit left on the device.

use std::{rc::Rc, sync::Arc};

use super::{Came, Said, keep::Keeping};
use crate::{
    browser::{
        self, Standing,
        device::{Device, Link, Outgoing, Record},
    },
    study::{Journey, Mode},
    submission::{
        Frozen,
        record::{self, Arrived},
    },
    views::state::Admitted,
};

/// What an earlier visit left.
pub(super) struct Left {
    pub(super) journey: Result<Option<Journey>, Unusable>,
    pub(super) outbox: Vec<(Option<String>, Frozen)>,
    pub(super) receipts: Vec<Arrived>,
}

/// There is a draft, and it cannot be used: damaged, or another version's.
pub(super) struct Unusable;

impl Left {
    /// Reads everything. What cannot be read has been set aside by the device.
    async fn read(device: &Device, admitted: &Admitted) -> Left {
        let journey = match device.load_draft().await {
            Ok(Record::Found(bytes)) => match Journey::decode(&bytes) {
                Ok(journey) if journey.study == admitted.study.id && journey.wave == admitted.wave.id => {
                    Ok(Some(journey))
                }
                _ => Err(Unusable),
            },
            Ok(Record::Unreadable(_)) => Err(Unusable),
            Ok(Record::Nothing) | Err(_) => Ok(None),
        };
        let receipts = device.receipts().await.unwrap_or_default();
        let receipts = receipts.iter().filter_map(|(_, bytes)| record::decode_receipt(bytes).ok()).collect();
        let outbox = outbox(device).await;
        Left { journey, outbox, receipts }
    }
}

/// What waits on the device: this person's, and others', which are delivered in silence.
pub(super) async fn outbox(device: &Device) -> Vec<(Option<String>, Frozen)> {
    let waiting = device.outbox().await.unwrap_or_default();
    let read = |out: Outgoing| {
        let frozen = record::decode_frozen(&out.record.ok()?).ok()?;
        Some(((!out.own).then_some(out.owner), frozen))
    };
    waiting.into_iter().filter_map(read).collect()
}

pub(super) async fn find(admitted: Arc<Admitted>, said: Said, standing: Standing, stopped: bool) -> Came {
    let link = link(&admitted);
    let traces = link.find().await.unwrap_or_default();
    let mut left = None;
    let mut fresh = None;
    if traces.tab || traces.browser || traces.personal {
        // This tab's own come first; whose those of this browser are, only the person can say.
        let strange = traces.browser && !traces.tab;
        if strange && said == Said::Nothing {
            return Came::Whose;
        }
        let device = Rc::new(link.open(None).await);
        if strange && said == Said::NotMine {
            let _ = device.forget().await;
        } else if device.alone() || said == Said::Here {
            device.take_over().await;
            left = Some((Left::read(&device, &admitted).await, device));
        } else {
            return Came::OtherTab;
        }
    }
    if left.is_none() {
        // Before there is anything to press: what is chosen then comes after this.
        fresh = Some(Rc::new(link.open(None).await));
    }
    let known = known(&admitted, &standing).await;
    Came::Free(Box::new(move |app| {
        let keeping = Keeping::new(app, link);
        match (left, fresh) {
            (Some((left, device)), _) => keeping.take_up(left, device),
            (None, Some(device)) => keeping.begin_with(device),
            (None, None) => {}
        }
        keeping.knows(&known);
        keeping.shows_what_arrived(stopped);
        keeping
    }))
}

/// A person who began on another device, or whose browser has forgotten, goes on from what has arrived.
async fn known(admitted: &Admitted, standing: &Standing) -> Vec<Arrived> {
    let mut known = browser::received(standing);
    let contact = admitted.study.contact_endpoint.as_ref().filter(|_| admitted.wave.contact.is_some());
    if let Some(endpoint) = contact.filter(|_| admitted.invitation.sub.is_some()) {
        known.extend(browser::received(&browser::standing(endpoint, &admitted.token).await));
    }
    known
}

/// What this invitation opens on this device. Units and persons have rooms of their own, and so have modes and variants:
/// what one left is never delivered under the invitation of another. A person's room follows from the invitation's id and
/// not from its token, which changes when it is signed anew.
pub(super) fn link(admitted: &Admitted) -> Link {
    let invitation = &admitted.invitation;
    let (kind, whose) = match &invitation.sub {
        Some(pseudonym) => ("/p/", pseudonym),
        None => ("/u/", &invitation.unit),
    };
    let mut wave = [invitation.wave.as_str(), kind, whose].concat();
    for part in [invitation.variant.as_deref(), invitation.mode.map(Mode::as_str)].into_iter().flatten() {
        wave.push('/');
        wave.push_str(part);
    }
    let secret = invitation.room.as_ref().unwrap_or(&invitation.jti);
    Link::new(&invitation.study, &wave, secret, invitation.sub.is_some())
}
