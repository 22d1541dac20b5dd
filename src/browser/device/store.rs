//! What any store of the device does, and the one in memory that shows what is expected of all.

use std::{cell::RefCell, future::Future};

/// Why a store did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The browser has no such store, or no encryption for what would be in it.
    #[error("expected a store, found none in this browser")]
    Missing,
    /// The browser forbids it: private browsing, a setting, a frame of another site.
    #[error("expected to be allowed to store, found that the browser forbids it")]
    Denied,
    /// Another tab holds the database in another version.
    #[error("expected to open the store, found that another tab holds it")]
    Blocked,
    /// There is no room.
    #[error("expected room in the store, found none")]
    Full,
    /// No answer within the patience. It may be done later all the same.
    #[error("expected the store to answer in time, found that it did not")]
    Slow,
    /// Anything else.
    #[error("expected the store to work, found that it failed")]
    Failed,
}

/// When a record counts as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// When it is on disk: for what nobody else has.
    Strict,
    /// When the operating system has it: for what is written often.
    Relaxed,
}

/// Records of bytes by key. Operations take effect in the order in which they were begun; each is whole or not at all, and
/// is answered only when it is complete. The contract is `tests/browser/contract.rs`.
pub trait Store {
    /// The record under `key`, if there is one.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>>;
    /// Keeps `value` under `key`, in place of what was there.
    fn put(&self, key: &str, value: &[u8], durability: Durability) -> impl Future<Output = Result<(), StoreError>>;
    /// Keeps `value` under `key` and removes the record under `old`: both, or neither.
    fn replace(&self, old: &str, key: &str, value: &[u8]) -> impl Future<Output = Result<(), StoreError>>;
    /// Removes the record under `key`; none is as good.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), StoreError>>;
    /// The keys that begin with `prefix`, ascending.
    fn keys(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, StoreError>>;
}

/// A store that ends with the page.
#[derive(Debug, Default)]
pub struct Memory {
    /// Ascending by key.
    records: RefCell<Vec<(String, Vec<u8>)>>,
}

impl Memory {
    fn place(&self, key: &str) -> Result<usize, usize> {
        self.records.borrow().binary_search_by(|(found, _)| found.as_str().cmp(key))
    }
}

impl Store for Memory {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let place = self.place(key).ok();
        Ok(place.and_then(|place| self.records.borrow().get(place).map(|(_, value)| value.clone())))
    }

    async fn put(&self, key: &str, value: &[u8], _: Durability) -> Result<(), StoreError> {
        self.delete(key).await?;
        let (Ok(place) | Err(place)) = self.place(key);
        self.records.borrow_mut().insert(place, (key.to_owned(), value.to_vec()));
        Ok(())
    }

    async fn replace(&self, old: &str, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.delete(old).await?;
        self.put(key, value, Durability::Strict).await
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.records.borrow_mut().retain(|(found, _)| found != key);
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let records = self.records.borrow();
        Ok(records.iter().map(|(key, _)| key).filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}
