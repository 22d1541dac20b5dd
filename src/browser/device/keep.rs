//! What is kept for one person: the whole of what the rest of the widget asks of the device.

use std::cell::{Cell, RefCell};

use super::{
    super::{
        locks::{self, Turn},
        wake::unix_ms,
    },
    Durability, Link, Look, Outgoing, Place, Record, Store, StoreError, StoreState, Vault, keys,
    records::{self, Written},
    vault::is_sealed,
};

/// How long a receipt is kept, in milliseconds: as long as a set frozen before closing may be delivered after it, so that
/// a tab that wakes up late learns that another has delivered.
const RECEIPT_FOR: u64 = 72 * 60 * 60 * 1000;

/// What is kept for one person. Where a method answers with a [`StoreError`], [`Device::state`] tells it too.
pub struct Device {
    pub(super) link: Link,
    pub(super) vault: Vault,
    place: Cell<Place>,
    pub(super) state: Cell<StoreState>,
    /// Held while this is the only tab of this person.
    alone: RefCell<Option<Turn>>,
}

impl Device {
    pub(super) async fn new(link: Link, vault: Vault, place: Place) -> Device {
        let alone = locks::take_turn(&turn_name(&vault)).await.ok();
        let (place, state) = (Cell::new(place), Cell::new(StoreState::Working));
        let device = Device { link, vault, place, state, alone: RefCell::new(alone) };
        // Tells, besides, whether the store answers at all.
        let _ = device.sweep(unix_ms()).await;
        device
    }

    /// The owner's id: 16 bytes as base64url.
    pub fn owner(&self) -> &str {
        self.vault.owner()
    }

    /// Owner and key.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Where the key lies.
    pub fn place(&self) -> Place {
        self.place.get()
    }

    /// Whether what is kept, encrypted, can be read again after the tab was closed.
    pub fn outlives_tab(&self) -> bool {
        matches!(self.place(), Place::Browser | Place::Personal)
    }

    /// Whether the store took what it was last given.
    pub fn state(&self) -> StoreState {
        self.state.get()
    }

    /// Whether this is the only tab of this person, so that no other writes the same draft. A tab that was duplicated is
    /// not.
    pub fn alone(&self) -> bool {
        self.alone.borrow().is_some()
    }

    /// Waits until the other tab is closed.
    pub async fn when_alone(&self) {
        let turn = locks::when_free(&turn_name(&self.vault)).await;
        self.alone.replace(Some(turn));
    }

    /// Makes this the only tab: the other learns it by [`Device::taken_over`].
    pub async fn take_over(&self) {
        if self.alone() {
            return;
        }
        let turn = locks::steal(&turn_name(&self.vault)).await;
        self.alone.replace(Some(turn));
    }

    /// Comes when another tab has taken over, at once if this one is not alone; from then on it is not.
    pub async fn taken_over(&self) {
        let ended = self.alone.borrow().as_ref().map(Turn::taken_over);
        if let Some(ended) = ended {
            ended.await;
            self.alone.take();
        }
    }

    /// Keeps a frozen submission. It answers when the record is on disk. `sealed` says that the study's key protects it
    /// already; then it can be delivered later without this person's key, and is kept even where that is not. What it
    /// corrects, the submission `replaces`, goes in the same transaction.
    ///
    /// # Errors
    /// It is not kept for longer than the page: the store failed, or the key cannot be kept ([`StoreError::Denied`]).
    pub async fn keep(
        &self,
        uuid: &str,
        record: &[u8],
        sealed: bool,
        replaces: Option<&str>,
    ) -> Result<(), StoreError> {
        let name = self.name("outbox", self.owner(), uuid);
        let old = replaces.map(|old| self.name("outbox", self.owner(), old));
        let (expires, durability, replaces) = (0, Durability::Strict, old.as_deref());
        self.write(&name, record, Written { expires, sealed, durability, replaces }).await
    }

    /// What waits: this person's submissions, and those of others that can be delivered without them.
    ///
    /// # Errors
    /// The store failed.
    pub async fn outbox(&self) -> Result<Vec<Outgoing>, StoreError> {
        let mut outbox = Vec::new();
        for name in self.told(self.link.database.keys("outbox/").await)? {
            let mut parts = name.split('/').skip(1).map(str::to_owned);
            let (Some(owner), Some(uuid), None) = (parts.next(), parts.next(), parts.next()) else { continue };
            let own = owner == self.owner();
            let record = match self.read(&name).await? {
                Record::Found(record) => Ok(record),
                Record::Unreadable(why) if own => Err(why),
                _ => continue,
            };
            outbox.push(Outgoing { owner, uuid, own, record });
        }
        Ok(outbox)
    }

    /// What the store knows of the submission `uuid` of `owner`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look(&self, owner: &str, uuid: &str) -> Result<Look, StoreError> {
        if let Record::Found(receipt) = self.read(&self.name("receipt", owner, uuid)).await? {
            return Ok(Look::Receipt(receipt));
        }
        Ok(match self.read(&self.name("outbox", owner, uuid)).await? {
            Record::Found(payload) => Look::Payload(payload),
            Record::Nothing => Look::Nothing,
            Record::Unreadable(why) => Look::Unreadable(why),
        })
    }

    /// Keeps a receipt for 72 hours. Another person's is kept in clear: their tab may look for it, and it says no more
    /// than that something arrived.
    ///
    /// # Errors
    /// The store failed.
    pub async fn keep_receipt(&self, owner: &str, uuid: &str, receipt: &[u8]) -> Result<(), StoreError> {
        let name = self.name("receipt", owner, uuid);
        let expires = unix_ms().saturating_add(RECEIPT_FOR);
        let sealed = owner != self.owner() || self.place() == Place::Page;
        self.write(&name, receipt, Written { expires, sealed, durability: Durability::Strict, replaces: None }).await
    }

    /// Removes a submission that has been received, after its receipt was kept.
    ///
    /// # Errors
    /// The store failed. The payload may then be sent again, which does no harm.
    pub async fn drop_payload(&self, owner: &str, uuid: &str) -> Result<(), StoreError> {
        self.told(self.link.database.delete(&self.name("outbox", owner, uuid)).await)?;
        // Who has left already leaves nothing behind, once nothing waits any more.
        if owner == self.owner() && self.place() != Place::Page {
            return Ok(());
        }
        self.leave_retired(owner).await?;
        if owner == self.owner() { self.erase().await } else { Ok(()) }
    }

    /// This person's receipts of the last 72 hours: id and bytes.
    ///
    /// # Errors
    /// The store failed.
    pub async fn receipts(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut receipts = Vec::new();
        let prefix = self.name("receipt", self.owner(), "");
        for name in self.told(self.link.database.keys(&prefix).await)? {
            if let (Some(uuid), Record::Found(receipt)) = (name.strip_prefix(&prefix), self.read(&name).await?) {
                receipts.push((uuid.to_owned(), receipt));
            }
        }
        Ok(receipts)
    }

    /// Keeps the draft in place of the one before, until `expires`: milliseconds since 1970, 0 for never.
    ///
    /// # Errors
    /// It is not kept for longer than the page.
    pub async fn save_draft(&self, draft: &[u8], expires: u64) -> Result<(), StoreError> {
        let written = Written { expires, sealed: false, durability: Durability::Relaxed, replaces: None };
        self.write(&self.draft_name(), draft, written).await
    }

    /// The draft.
    ///
    /// # Errors
    /// The store failed.
    pub async fn load_draft(&self) -> Result<Record, StoreError> {
        self.read(&self.draft_name()).await
    }

    /// Removes the draft, once it has become submissions that are kept.
    ///
    /// # Errors
    /// The store failed.
    pub async fn drop_draft(&self) -> Result<(), StoreError> {
        self.told(self.link.database.delete(&self.draft_name()).await)
    }

    /// Removes everything of this person but what still waits to be delivered, and what can deliver it. The next person
    /// to open the link here gets another vault; what is given to this device from now on is kept only if it is sealed.
    ///
    /// # Errors
    /// The store failed: something encrypted may be left. In [`Place::Tab`] its key is gone all the same.
    pub async fn forget(&self) -> Result<(), StoreError> {
        let (database, scope) = (&self.link.database, &self.link.scope);
        // Whoever cannot tell keeps the key: a draft that could still be read is the lesser harm than an answer lost.
        let needed = self.key_is_needed(self.owner()).await.unwrap_or(true);
        // What is still on its way to the store is not to come after.
        match self.place.replace(Place::Page) {
            Place::Tab => keys::leave_tab(scope, self.owner(), needed),
            Place::Browser => self.told(keys::leave_browser(database, scope, self.owner(), needed).await)?,
            Place::Personal | Place::Page => {}
        }
        if needed {
            // It may have been delivered meanwhile.
            self.leave_retired(self.owner()).await?;
        }
        self.erase().await
    }

    /// Removes the retired key of `owner`, if nothing waits under it any more.
    async fn leave_retired(&self, owner: &str) -> Result<(), StoreError> {
        if !self.told(self.key_is_needed(owner).await)? {
            keys::leave_retired_tab(&self.link.scope, owner);
            self.told(keys::sweep(&self.link.database).await)?;
        }
        Ok(())
    }

    /// Removes this person's records but what waits.
    async fn erase(&self) -> Result<(), StoreError> {
        let database = &self.link.database;
        for name in self.told(database.keys("").await)? {
            if !self.owner().is_empty() && name.contains(self.owner()) && !name.contains("outbox/") {
                self.told(database.delete(&name).await)?;
            }
        }
        Ok(())
    }

    /// Removes drafts, receipts and records set aside whose time is over at `now`, in milliseconds since 1970, and keys
    /// that nothing needs any more; what waits to be delivered never.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self, now: u64) -> Result<(), StoreError> {
        self.told(records::sweep(&self.link.database, now).await)
    }

    async fn key_is_needed(&self, owner: &str) -> Result<bool, StoreError> {
        for name in self.link.database.keys(&self.name("outbox", owner, "")).await? {
            if self.link.database.get(&name).await?.is_some_and(|record| !is_sealed(&record)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn turn_name(vault: &Vault) -> String {
    ["svar-at-", vault.owner()].concat()
}
