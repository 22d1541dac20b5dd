//! `svar invite`: from a table of recipients to invitations in the register and a folder for the mail merge.

use std::path::Path;

use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{self, TimeZone},
};
use rusqlite::{Connection, OpenFlags};

use super::{
    KEY_FILE, Keys,
    batch::Batch,
    letter::Whose,
    order::{InviteError, Order, Summary},
    random_id,
    recipients::{self, Expected, Recipient},
    register::{Register, Registered},
    sheet::{self, Made, Sheet},
    variants,
};
use crate::{
    study::{Invitation, Study, Wave},
    tools::collector::DATABASE,
};

/// How many years longer than its last day an invitation lasts where the unit table decides: windows get prolonged after the
/// links are mailed.
const ROOM: i64 = 2;

/// Invites, or reminds.
///
/// # Errors
/// Why nothing was done: the register is then as it was.
pub fn invite(order: &Order, now: Timestamp) -> Result<Summary, InviteError> {
    let wave = order.study.wave(&order.wave).ok_or_else(|| InviteError::Wave {
        found: order.wave.clone(),
        known: order.study.waves.iter().map(|wave| wave.id.clone()).collect(),
    })?;
    let expected = Expected {
        whose: order.whose,
        languages: &order.study.languages,
        needs_last_day: order.exp.is_none() && !order.reminder,
        draws_variants: order.whose == Whose::Person && !order.variants.is_empty(),
    };
    let mut rows = recipients::read(&order.recipients, &expected)?;
    let all = rows.len();
    let gone = withdrawn(&order.data, &order.study.id)?;
    rows.retain(|row| row.pseudonym.is_empty() || gone.binary_search(&row.pseudonym).is_err());
    let mut summary = Summary { withdrawn: all.saturating_sub(rows.len()), ..Summary::default() };
    summary.new_key = !order.data.join(KEY_FILE).is_file();
    let keys = Keys::open(&order.data)?;
    let mut register = Register::open(&order.data)?;
    sheet::prepare(&order.out)?;
    let maker = Maker { order, wave, zone: zone(&order.study)?, now };
    let batch = register.batch()?;
    let mut made = Vec::with_capacity(rows.len());
    for (to, variant) in maker.with_variants(rows) {
        let invitation = maker.invitation(&to, variant)?;
        let entered = match order.reminder {
            true => maker.again(&batch, &to, &invitation)?,
            false => Some(maker.anew(&batch, &to, invitation, &mut summary)?),
        };
        match entered {
            Some((Registered { invitation, last_day }, code)) => {
                made.push(Made { token: keys.sign(&invitation), variant: invitation.variant, code, last_day, to })
            }
            None => summary.uninvited = summary.uninvited.saturating_add(1),
        }
    }
    summary.made = made.len();
    let (study, base) = (&order.study, order.base.as_str());
    let sheet = Sheet { study, wave, whose: order.whose, reminds: order.reminder, base };
    // Written before the register keeps them: an invitation that nobody has the link of would help nobody.
    let kept = sheet.write(&order.out, &made).map_err(InviteError::from).and_then(|()| Ok(batch.keep()?));
    if kept.is_err() {
        // Links that the register does not know would admit all the same, and could not be revoked.
        sheet::clear(&order.out);
    }
    kept.map(|()| summary)
}

/// What all the rows have in common.
struct Maker<'a> {
    order: &'a Order,
    wave: &'a Wave,
    zone: TimeZone,
    now: Timestamp,
}

impl Maker<'_> {
    /// A person with the variant drawn, a unit with each.
    fn with_variants(&self, rows: Vec<Recipient>) -> Vec<(Recipient, Option<String>)> {
        let variants = &self.order.variants;
        if variants.is_empty() {
            return rows.into_iter().map(|row| (row.clone(), row.variant)).collect();
        }
        match self.order.whose {
            Whose::Unit => rows
                .into_iter()
                .flat_map(|row| variants.iter().map(move |variant| (row.clone(), Some(variant.clone()))))
                .collect(),
            Whose::Person => {
                let people: Vec<(&str, &str)> =
                    rows.iter().map(|row| (row.unit.as_str(), row.pseudonym.as_str())).collect();
                let drawn = variants::assign(&people, variants, self.order.seed);
                let drawn: Vec<Option<String>> = drawn.into_iter().map(|variant| variant.map(str::to_owned)).collect();
                rows.into_iter().zip(drawn).collect()
            }
        }
    }

    fn invitation(&self, to: &Recipient, variant: Option<String>) -> Result<Invitation, InviteError> {
        let Order { study, mode, nbf, exp, .. } = self.order;
        let last_day = to.last_day.or(*exp);
        let outside = last_day.is_some_and(|day| exp.is_some_and(|exp| exp < day) || nbf.is_some_and(|nbf| day < nbf));
        if let (true, Some(found)) = (outside, last_day) {
            let whom = if to.pseudonym.is_empty() { &to.unit } else { &to.pseudonym };
            return Err(InviteError::Bounds { whom: whom.clone(), found });
        }
        let end = match (exp, to.last_day, self.wave.window) {
            (Some(exp), ..) => Some(*exp),
            (None, Some(day), Some(_)) => Some(day.checked_add(ROOM.years())?),
            (None, day, None) => day,
            (None, None, _) => None,
        };
        Ok(Invitation {
            iss: study.id.clone(),
            jti: String::new(),
            study: study.id.clone(),
            wave: self.wave.id.clone(),
            unit: to.unit.clone(),
            variant,
            sub: (!to.pseudonym.is_empty()).then(|| to.pseudonym.clone()),
            mode: *mode,
            nbf: nbf.map(|day| self.midnight(day)).transpose()?,
            exp: end.map(|day| self.midnight(day.checked_add(1.day())?)).transpose()?,
        })
    }

    /// When a day begins in the study's zone, in seconds since 1970.
    fn midnight(&self, day: Date) -> Result<u64, jiff::Error> {
        let seconds = day.to_zoned(self.zone.clone())?.timestamp().as_second();
        Ok(u64::try_from(seconds).unwrap_or_default())
    }

    /// A new invitation. A person's earlier one ends with it; a unit's stays, since it hangs on walls.
    fn anew(
        &self,
        batch: &Batch<'_>,
        to: &Recipient,
        invitation: Invitation,
        summary: &mut Summary,
    ) -> Result<(Registered, String), InviteError> {
        match invitation.sub {
            Some(_) => {
                let revoked = batch.replace(&invitation, self.now)?;
                summary.revoked = summary.revoked.saturating_add(revoked);
            }
            None if batch.standing(&invitation)?.is_some() => {
                summary.standing = summary.standing.saturating_add(1);
            }
            None => {}
        }
        let mut new = Registered { invitation, last_day: to.last_day.or(self.order.exp).ok_or(InviteError::NoEnd)? };
        for _ in 0..3 {
            new.invitation.jti = random_id()?;
            if let Some(code) = batch.enter(&new, self.now)? {
                return Ok((new, code));
            }
        }
        Err(InviteError::Codes)
    }

    /// The invitation that stands, with the same id and the same code, unless it is over.
    fn again(
        &self,
        batch: &Batch<'_>,
        to: &Recipient,
        like: &Invitation,
    ) -> Result<Option<(Registered, String)>, InviteError> {
        let now = u64::try_from(self.now.as_second()).unwrap_or_default();
        let standing = batch.standing(like)?;
        let standing = standing.filter(|standing| standing.invitation.exp.is_none_or(|exp| now < exp));
        Ok(standing.map(|mut standing| {
            standing.last_day = to.last_day.unwrap_or(standing.last_day);
            let code = batch.code(&standing.invitation.jti);
            (standing, code)
        }))
    }
}

/// The zone of the study's calendar; UTC for a study without one.
fn zone(study: &Study) -> Result<TimeZone, jiff::Error> {
    study.calendar.as_ref().map_or(Ok(TimeZone::UTC), |calendar| tz::db().get(&calendar.time_zone))
}

/// The pseudonyms of those who have withdrawn from the study, sorted; none where no collector has noted any.
fn withdrawn(data: &Path, study: &str) -> Result<Vec<String>, InviteError> {
    let file = data.join(DATABASE);
    if !file.exists() {
        return Ok(Vec::new());
    }
    let read = || {
        // Nothing is written; but a database in write-ahead mode that nobody has open cannot be read otherwise.
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if !connection.table_exists(None, "withdrawn")? {
            return Ok(Vec::new());
        }
        let mut statement =
            connection.prepare("SELECT pseudonym FROM withdrawn WHERE study = ?1 ORDER BY pseudonym")?;
        let found = statement.query_map([study], |row| row.get(0))?;
        found.collect::<Result<Vec<String>, _>>()
    };
    let mut found = read().map_err(InviteError::Withdrawn)?;
    found.sort_unstable();
    Ok(found)
}
