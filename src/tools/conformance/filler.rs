//! Answers at random: every question that is shown, rightly, as a thorough respondent gives them.

use std::sync::Arc;

use crate::{
    questionnaire::{Filling, Form, ItemId, Kind},
    session::Session,
    study::Invitation,
};

/// Chance with a seed (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>), so that a run can be repeated.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`, or 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }
}

/// A finished session, filled in from the invitation. The text answers say what they are for.
pub(super) fn filled(form: &Arc<Form>, invitation: &Invitation, chance: &mut Chance) -> Session {
    let mut session = Session::new(form.clone());
    let language = form.languages.first().cloned().unwrap_or_default();
    for (filling, value) in [
        (Filling::Study, invitation.study.as_str()),
        (Filling::Wave, invitation.wave.as_str()),
        (Filling::Unit, invitation.unit.as_str()),
        (Filling::Variant, invitation.variant.as_deref().unwrap_or_default()),
        (Filling::Language, language.as_str()),
    ] {
        session.fill(filling, value);
    }
    // Both lists grow as branches open.
    let mut page = 0;
    while let Some(id) = session.pages().get(page).copied() {
        let mut asked = 0;
        while let Some(id) = session.questions(id).get(asked).copied() {
            answer(&mut session, id, chance);
            asked = asked.saturating_add(1);
        }
        page = page.saturating_add(1);
    }
    // An answer given later can open a required question on an earlier page.
    let open = |session: &Session| session.pages().into_iter().flat_map(|page| session.problems(page)).next();
    for _ in 0..form.items.len() {
        let Some((id, _)) = open(&session) else { break };
        answer(&mut session, id, chance);
    }
    session
}

fn answer(session: &mut Session, id: ItemId, chance: &mut Chance) {
    let form = session.form().clone();
    match form.item(id).kind {
        Kind::Boolean { .. } => drop(session.say(id, chance.below(2) == 0)),
        Kind::Choice { .. } => {
            session.clear(id);
            let options = u16::try_from(form.options(id).len()).unwrap_or(0);
            let offered: Vec<u16> = (0..options).filter(|option| session.offers(id, *option)).collect();
            let place = usize::try_from(chance.below(u64::try_from(offered.len()).unwrap_or(0))).unwrap_or(0);
            session.choose(id, offered.get(place).copied().unwrap_or(0));
        }
        Kind::Integer { min, max, .. } => {
            let low = min.unwrap_or_else(|| max.map_or(0, |max| max.min(0)));
            let room = max.unwrap_or_else(|| low.saturating_add(9)).saturating_sub(low).saturating_add(1);
            let more = i64::try_from(chance.below(u64::try_from(room).unwrap_or(1))).unwrap_or(0);
            session.type_in(id, &low.saturating_add(more).to_string());
        }
        Kind::Decimal { min, max } => {
            let typed = min.or(max).map_or_else(|| "2.25".to_owned(), |bound| bound.to_string());
            session.type_in(id, &typed);
        }
        Kind::Text { max_length, .. } => {
            let most = max_length.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
            let typed: String = "prøve av endepunktet".chars().take(most).collect();
            session.type_in(id, &typed);
        }
        Kind::Group(_) | Kind::Display(_) => {}
    }
}
