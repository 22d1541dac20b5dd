//! Invitations that are entered into the register together.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    codes::Codes,
    register::{COLUMNS, Done, Registered, mode, registered, seconds, text},
};
use crate::study::Invitation;

/// Invitations that are issued together.
#[derive(Debug)]
pub struct Batch<'a> {
    transaction: Transaction<'a>,
    codes: &'a Codes,
}

impl<'a> Batch<'a> {
    pub(super) fn new(transaction: Transaction<'a>, codes: &'a Codes) -> Batch<'a> {
        Batch { transaction, codes }
    }

    /// The newest invitation of the same study, wave and mode that stands: of the person if it is personal, else of the
    /// unit and the variant.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn standing(&self, like: &Invitation) -> Done<Option<Registered>> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM invitation WHERE revoked_at IS NULL AND study = ?1 AND wave = ?2
             AND pseudonym = ?3 AND mode = ?4 AND (?3 <> '' OR unit = ?5 AND variant = ?6)
             ORDER BY rowid DESC LIMIT 1"
        ))?;
        let same = params![like.study, like.wave, text(&like.sub), mode(like), like.unit, text(&like.variant)];
        Ok(statement.query_row(same, registered).optional()?)
    }

    /// How many invitations of the same study, wave and mode stand and are not over: of the person if it is personal,
    /// else of the unit, in whatever variant.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn earlier(&self, than: &Invitation, now: Timestamp) -> Done<usize> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT count(*) FROM invitation WHERE revoked_at IS NULL AND (exp IS NULL OR exp > ?1) AND study = ?2
             AND wave = ?3 AND pseudonym = ?4 AND mode = ?5 AND (?4 <> '' OR unit = ?6)",
        )?;
        let same = params![now.as_second(), than.study, than.wave, text(&than.sub), mode(than), than.unit];
        let count: i64 = statement.query_row(same, |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The room of the newest invitation that stands of a person to the same wave in the same mode, over or not: what
    /// waits on a device under that one is found under the next. None from another unit or variant, whose answers the
    /// collector would refuse, and none for a unit's link, which opens no room of its own.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn room(&self, of: &Invitation) -> Done<Option<String>> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT CASE room WHEN '' THEN jti ELSE room END FROM invitation WHERE revoked_at IS NULL AND study = ?1
             AND wave = ?2 AND pseudonym = ?3 AND pseudonym <> '' AND mode = ?4 AND unit = ?5 AND variant = ?6
             ORDER BY rowid DESC LIMIT 1",
        )?;
        let same = params![of.study, of.wave, text(&of.sub), mode(of), of.unit, text(&of.variant)];
        Ok(statement.query_row(same, |row| row.get(0)).optional()?)
    }

    /// Revokes those.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn replace(&self, by: &Invitation, now: Timestamp) -> Done<()> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE invitation SET revoked_at = ?1 WHERE revoked_at IS NULL AND study = ?2
             AND wave = ?3 AND pseudonym = ?4 AND mode = ?5 AND (?4 <> '' OR unit = ?6)",
        )?;
        statement.execute(params![now.to_string(), by.study, by.wave, text(&by.sub), mode(by), by.unit])?;
        Ok(())
    }

    /// Enters an invitation with the language of its letter, and gives its code; none if another one has that code, and
    /// the id must be another one.
    ///
    /// # Errors
    /// If the register does not work.
    pub fn enter(&self, new: &Registered, language: &str, now: Timestamp) -> Done<Option<String>> {
        let Registered { invitation, last_day } = new;
        let code = self.codes.code(&invitation.jti);
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO invitation
             (jti, study, wave, unit, variant, pseudonym, mode, code, nbf, exp, made_at, last_day, room, language)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (code) DO NOTHING",
        )?;
        let entered = statement.execute(params![
            invitation.jti,
            invitation.study,
            invitation.wave,
            invitation.unit,
            text(&invitation.variant),
            text(&invitation.sub),
            mode(invitation),
            self.codes.hash(&code).as_slice(),
            invitation.nbf.map(seconds),
            invitation.exp.map(seconds),
            now.to_string(),
            last_day.to_string(),
            text(&invitation.room),
            language,
        ])?;
        Ok((entered == 1).then_some(code))
    }

    /// The code of an invitation that was entered before.
    pub fn code(&self, jti: &str) -> String {
        self.codes.code(jti)
    }

    /// Keeps all of it.
    ///
    /// # Errors
    /// If the register does not work; then nothing is kept.
    pub fn keep(self) -> Done<()> {
        Ok(self.transaction.commit()?)
    }
}
