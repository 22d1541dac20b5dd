//! From an invitation to a vault: what earlier visits left, and whose vault is opened.

use std::rc::Rc;

use super::{
    super::wake::unix_ms, DATABASE, Device, Place, Store, StoreError, Vault, database::Database, keys, records,
    vault::owner_of,
};

/// What one invitation opens on this device.
#[derive(Clone)]
pub struct Link {
    /// Study and wave: other studies on the same origin have vaults of their own.
    pub(super) scope: String,
    /// What locks a person's records. Of a personal invitation only, so that nothing can follow from a unit's.
    secret: Option<String>,
    pub(super) database: Rc<Database>,
}

/// What is left of earlier visits by this link. Nothing of its content is known before a vault is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// This tab has a vault: the page was reloaded, or the tab duplicated.
    pub tab: bool,
    /// Somebody with a unit's invitation said that this was their own device, and something of theirs is kept.
    pub browser: bool,
    /// The person of this personal invitation did, and something of theirs is kept.
    pub personal: bool,
}

impl Link {
    /// The link of an invitation with this secret to a wave of a study; `personal` if it has a `sub`.
    pub fn new(study: &str, wave: &str, secret: &str, personal: bool) -> Link {
        let secret = personal.then(|| secret.to_owned());
        Link { scope: [study, "/", wave].concat(), secret, database: Rc::new(Database::new(DATABASE)) }
    }

    /// Looks for what earlier visits left; what has expired is removed first.
    ///
    /// # Errors
    /// The store does not answer. Whether this tab has a vault is known all the same: [`Link::open`] finds it.
    pub async fn find(&self) -> Result<Traces, StoreError> {
        records::sweep(&self.database, unix_ms()).await?;
        let names = self.database.keys("").await?;
        let left = |vault: Option<Vault>| {
            vault.is_some_and(|vault| names.iter().any(|name| owner_of(name) == Some(vault.owner())))
        };
        Ok(Traces {
            tab: keys::tab(&self.scope).await.is_some(),
            browser: left(keys::browser(&self.database, &self.scope, false).await?),
            personal: left(self.personal().await),
        })
    }

    /// Opens the vault of the person who answered whether this is their `own_device`. Not yet asked (`None`), the vault of
    /// an earlier visit is opened, this tab's first; if there is none, this tab gets one. It always comes to a device:
    /// where a vault cannot be had, or not be kept, it is the next that can, and [`Device::place`] tells.
    pub async fn open(&self, own_device: Option<bool>) -> Device {
        let lasting = match own_device {
            Some(own) => own,
            None => {
                let traces = self.find().await.unwrap_or_default();
                keys::tab(&self.scope).await.is_none() && (traces.browser || traces.personal)
            }
        };
        let (place, vault) = match if lasting { self.lasting().await } else { None } {
            Some(found) => found,
            None => self.fleeting().await,
        };
        Device::new(self.clone(), vault, place).await
    }

    async fn personal(&self) -> Option<Vault> {
        keys::personal(self.secret.as_deref()?).await.ok()
    }

    async fn lasting(&self) -> Option<(Place, Vault)> {
        if self.secret.is_some() {
            return self.personal().await.map(|vault| (Place::Personal, vault));
        }
        keys::browser(&self.database, &self.scope, true).await.ok()?.map(|vault| (Place::Browser, vault))
    }

    async fn fleeting(&self) -> (Place, Vault) {
        if let Some(vault) = keys::tab(&self.scope).await {
            return (Place::Tab, vault);
        }
        let (vault, kept) = keys::new_tab(&self.scope).await;
        (if kept { Place::Tab } else { Place::Page }, vault)
    }
}
