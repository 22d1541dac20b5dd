//! Reading and writing one person's records: locked or wrapped on the way in, trusted only if intact on the way out.

use super::{
    super::wake::unix_ms, Device, Durability, Place, Record, Store, StoreError, StoreState, Unlock, database::Database,
    keys, vault,
};

/// How long a damaged record can be looked at, in milliseconds: a week, in which somebody may call the study.
const ASIDE_FOR: u64 = 7 * 24 * 60 * 60 * 1000;

/// How a record is written.
pub(super) struct Written<'a> {
    pub(super) expires: u64,
    pub(super) sealed: bool,
    pub(super) durability: Durability,
    /// The record that it takes the place of, in one transaction.
    pub(super) replaces: Option<&'a str>,
}

impl Device {
    pub(super) async fn write(&self, name: &str, bytes: &[u8], how: Written<'_>) -> Result<(), StoreError> {
        self.told(self.try_write(name, bytes, how).await)?;
        self.state.set(StoreState::Working);
        Ok(())
    }

    async fn try_write(&self, name: &str, bytes: &[u8], how: Written<'_>) -> Result<(), StoreError> {
        if self.place() == Place::Page && !how.sealed {
            return Err(StoreError::Denied);
        }
        let record = if how.sealed {
            vault::wrap(name, &self.link.scope, how.expires, bytes).await?
        } else {
            self.vault.lock(name, how.expires, bytes).await?
        };
        match how.replaces {
            Some(old) => self.link.database.replace(old, name, &record).await?,
            None => self.link.database.put(name, &record, how.durability).await?,
        }
        if self.place() == Place::Page && !how.sealed {
            // Forgotten meanwhile, perhaps with the key: this may be more than anybody can open.
            self.link.database.delete(name).await?;
            return Err(StoreError::Denied);
        }
        Ok(())
    }

    pub(super) async fn read(&self, name: &str) -> Result<Record, StoreError> {
        let Some(record) = self.told(self.link.database.get(name).await)? else { return Ok(Record::Nothing) };
        match self.unlock(name, &record).await {
            Ok(plain) => Ok(Record::Found(plain)),
            Err(Unlock::Expired) => Ok(Record::Nothing),
            Err(why) => {
                if why == Unlock::Damaged {
                    // If that fails it stays, and is not trusted next time either.
                    let _ = self.set_aside(name, &record).await;
                }
                Ok(Record::Unreadable(why))
            }
        }
    }

    async fn unlock(&self, name: &str, record: &[u8]) -> Result<Vec<u8>, Unlock> {
        let now = unix_ms();
        if vault::is_sealed(record) {
            let (scope, payload) = vault::unwrap(name, record, now).await?;
            return if scope == self.link.scope { Ok(payload) } else { Err(Unlock::Foreign) };
        }
        let owner = vault::owner_of(name).unwrap_or_default();
        if owner == self.owner() {
            return self.vault.unlock(name, record, now).await;
        }
        let retired = keys::retired(&self.link.database, &self.link.scope, owner).await;
        retired.ok_or(Unlock::Foreign)?.unlock(name, record, now).await
    }

    async fn set_aside(&self, name: &str, record: &[u8]) -> Result<(), StoreError> {
        let aside = vault::aside(unix_ms().saturating_add(ASIDE_FOR), record);
        self.link.database.put(&["aside/", name].concat(), &aside, Durability::Strict).await?;
        self.link.database.delete(name).await
    }

    pub(super) fn told<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        answer.inspect_err(|why| self.state.set(StoreState::MemoryOnly(*why)))
    }

    pub(super) fn name(&self, kind: &str, owner: &str, uuid: &str) -> String {
        [kind, "/", owner, "/", uuid].concat()
    }

    pub(super) fn draft_name(&self) -> String {
        ["draft/", self.owner()].concat()
    }
}

pub(super) async fn sweep(database: &Database, now: u64) -> Result<(), StoreError> {
    for name in database.keys("").await?.iter().filter(|name| !name.starts_with("outbox/")) {
        if database.get(name).await?.is_some_and(|record| vault::has_expired(&record, now)) {
            database.delete(name).await?;
        }
    }
    keys::sweep(database).await
}
