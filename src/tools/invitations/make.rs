//! `svar invite`: from a table of recipients to invitations in the register and a folder for the mail merge.

use std::path::Path;

use jiff::{Timestamp, ToSpan, civil::Date};
use rusqlite::{Connection, OpenFlags};

use super::{
    KEY_FILE, Keys,
    batch::Batch,
    days::Calendar,
    letter::Whose,
    order::{InviteError, Order, Summary},
    random_id,
    recipients::{self, Expected, Recipient},
    register::{Register, Registered},
    sheet::{self, Made, Sheet},
    variants,
};
use crate::{
    study::{Invitation, Mode, Wave},
    tools::{
        collector::DATABASE,
        running::audit::{Act, Audit},
    },
};

/// How many years longer than its last day an invitation lasts where the unit table decides: windows get prolonged after the
/// links are mailed.
const ROOM: i64 = 2;

/// Invites, or reminds. Who has earlier invitations is `revoking` told before anything is done.
///
/// # Errors
/// Why nothing was done: the register is then as it was.
pub fn invite(order: &Order, now: Timestamp, revoking: &dyn Fn(usize)) -> Result<Summary, InviteError> {
    let wave = order.study.wave(&order.wave).ok_or_else(|| InviteError::Wave {
        found: order.wave.clone(),
        known: order.study.waves.iter().map(|wave| wave.id.clone()).collect(),
    })?;
    let calendar = Calendar::open(order, wave, now)?;
    let person = order.whose == Whose::Person;
    let expected = Expected {
        whose: order.whose,
        languages: &order.study.languages,
        variants: &order.study.variants,
        needs_variant: person && !order.study.variants.is_empty() && order.variants.is_empty() && !order.reminder,
        draws_variants: person && !order.variants.is_empty(),
    };
    let mut rows = recipients::read(&order.recipients, &expected)?;
    calendar.settle(&mut rows).map_err(|problems| recipients::told(&order.recipients, problems))?;
    calendar.dated(&rows)?;
    let all = rows.len();
    let mut summary = Summary { new_key: !order.data.join(KEY_FILE).is_file(), ..Summary::default() };
    let keys = Keys::open(&order.data)?;
    let mut register = Register::open(&order.data)?;
    // Before anything is issued, so that nothing is without a line for want of rights.
    let audit = Audit::open(&order.data)?;
    let draft = sheet::Folder::prepare(&order.out)?;
    let maker = Maker { order, wave, calendar, now };
    let batch = register.batch()?;
    // Within the batch: whoever withdraws from now on has these revoked, too.
    let gone = withdrawn(&order.data, &order.study.id)?;
    rows.retain(|row| row.pseudonym.is_empty() || gone.binary_search(&row.pseudonym).is_err());
    summary.withdrawn = all.saturating_sub(rows.len());
    let wanted = maker.wanted(&batch, rows.clone())?;
    if !order.reminder {
        summary.revoked = maker.replace(&batch, &rows, revoking)?;
    }
    let mut made = Vec::with_capacity(wanted.len());
    for (to, invitation) in wanted {
        let entered = match order.reminder {
            true => maker.again(&batch, &to, &invitation)?,
            false => Some(maker.anew(&batch, &to, invitation)?),
        };
        match entered {
            Some((Registered { invitation, last_day }, code)) => {
                made.push(Made { token: keys.sign(&invitation), variant: invitation.variant, code, last_day, to })
            }
            None => summary.uninvited = summary.uninvited.saturating_add(1),
        }
    }
    summary.made = made.len();
    let (study, base, contacts) = (&order.study, order.base.as_str(), !person || order.with_contacts);
    let sheet = Sheet { study, wave, whose: order.whose, reminds: order.reminder, base, contacts };
    // Links that the register does not know would admit all the same, and could not be revoked: nobody finds them
    // in the folder before it does.
    sheet.write(draft.path(), &made)?;
    batch.keep()?;
    draft.keep()?;
    audit.write(now, &act(order, &summary))?;
    Ok(summary)
}

/// What the log says of it.
fn act<'a>(order: &'a Order, summary: &Summary) -> Act<'a> {
    let mode = order.mode.map_or("-", Mode::as_str).to_owned();
    let whose = if order.whose == Whose::Unit { "unit" } else { "person" }.to_owned();
    let facts = vec![("wave", order.wave.clone()), ("whose", whose), ("mode", mode)];
    let counts = [("issued", summary.made), ("revoked", summary.revoked)].into();
    let command = if order.reminder { "remind" } else { "invite" };
    Act { command, by: &order.by, study: &order.study.id, facts, counts, done: true }
}

/// What all the rows have in common.
struct Maker<'a> {
    order: &'a Order,
    wave: &'a Wave,
    calendar: Calendar<'a>,
    now: Timestamp,
}

impl Maker<'_> {
    /// Whom to invite to what. Asked before anything is revoked: who has a link that stands keeps its room.
    fn wanted(&self, batch: &Batch<'_>, rows: Vec<Recipient>) -> Result<Vec<(Recipient, Invitation)>, InviteError> {
        let wanted = self.with_variants(rows).into_iter().map(|(to, variant)| {
            let mut invitation = self.invitation(&to, variant)?;
            invitation.room = batch.room(&invitation)?;
            Ok((to, invitation))
        });
        wanted.collect()
    }

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
            return Err(InviteError::Bounds { whom: whom(to), found });
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
            room: None,
            mode: *mode,
            nbf: nbf.map(|day| self.midnight(day)).transpose()?,
            exp: end.map(|day| self.midnight(day.checked_add(1.day())?)).transpose()?,
        })
    }

    /// When a day begins in the study's zone, in seconds since 1970.
    fn midnight(&self, day: Date) -> Result<u64, jiff::Error> {
        let seconds = day.to_zoned(self.calendar.zone.clone())?.timestamp().as_second();
        Ok(u64::try_from(seconds).unwrap_or_default())
    }

    /// Revokes what these hold for the same wave in the same mode, if that was asked for; how many those are.
    fn replace(&self, batch: &Batch<'_>, rows: &[Recipient], revoking: &dyn Fn(usize)) -> Result<usize, InviteError> {
        let (mut count, mut holders) = (0_usize, Vec::new());
        for row in rows {
            let like = self.invitation(row, None)?;
            let earlier = batch.earlier(&like, self.now)?;
            if earlier > 0 {
                count = count.saturating_add(earlier);
                holders.push(like);
            }
        }
        let Some(first) = holders.first() else { return Ok(0) };
        if !self.order.replace {
            let example = first.sub.clone().unwrap_or_else(|| first.unit.clone());
            return Err(InviteError::Standing { count, example });
        }
        revoking(count);
        holders.iter().try_for_each(|holder| batch.replace(holder, self.now))?;
        Ok(count)
    }

    /// A new invitation.
    fn anew(
        &self,
        batch: &Batch<'_>,
        to: &Recipient,
        invitation: Invitation,
    ) -> Result<(Registered, String), InviteError> {
        let mut new = Registered { invitation, last_day: to.last_day.or(self.order.exp).ok_or(InviteError::NoEnd)? };
        for _ in 0..3 {
            new.invitation.jti = random_id()?;
            if let Some(code) = batch.enter(&new, &to.language, self.now)? {
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
        let Some(mut standing) = standing else { return Ok(None) };
        if let Some(found) = to.last_day {
            let end = standing.invitation.exp.and_then(|exp| i64::try_from(exp).ok()?.checked_sub(1));
            let end = end.map(Timestamp::from_second).transpose()?;
            let last = end.map(|end| end.to_zoned(self.calendar.zone.clone()).date());
            if let Some(last) = last.filter(|last| *last < found) {
                return Err(InviteError::Ended { whom: whom(to), last, found });
            }
            standing.last_day = found;
        }
        let code = batch.code(&standing.invitation.jti);
        Ok((self.calendar.today <= standing.last_day).then_some((standing, code)))
    }
}

/// What the recipient is called where something is wrong.
fn whom(to: &Recipient) -> String {
    if to.pseudonym.is_empty() { to.unit.clone() } else { to.pseudonym.clone() }
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
