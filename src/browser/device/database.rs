//! The store in IndexedDB, bound by hand: web-sys has no durability, and would trust what the page put in its place.
//!
//! An operation is answered when its *transaction* is complete. A request that succeeded is not enough, since the
//! transaction may still be undone. Promises are settled by the events themselves, so that nothing of ours is called.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;

use super::{
    super::{
        js::{await_, call, get, object},
        wake::within,
    },
    store::{Durability, Store, StoreError},
};

/// How long an operation may take, in milliseconds. A phone that is busy starting up answers within one second; a person
/// who has pressed "send" waits three before wondering.
pub const PATIENCE: u32 = 3_000;

/// The same when the last operation was not answered in time: several one after the other must not add up.
const SHORT_PATIENCE: u32 = 1_000;

const RECORDS: &str = "records";
const KEYS: &str = "keys";

/// The database of this name. It is opened when first needed, and again when the browser closed it.
#[derive(Debug)]
pub struct Database {
    name: &'static str,
    /// Comes to the event of having opened it.
    opened: RefCell<Option<JsValue>>,
    late: Cell<bool>,
}

/// One request in a transaction of its own, and a record that is removed in the same.
struct Operation<'a> {
    store: &'a str,
    mode: &'static str,
    durability: &'static str,
    method: &'static str,
    arguments: &'a [JsValue],
    removes: Option<&'a str>,
}

impl Database {
    /// The database `name`; nothing is opened yet.
    pub const fn new(name: &'static str) -> Database {
        Database { name, opened: RefCell::new(None), late: Cell::new(false) }
    }

    /// The object under `name` among the keys: undefined if there is none.
    pub(super) async fn key(&self, name: &str) -> Result<JsValue, StoreError> {
        self.read(KEYS, "get", &[name.into()]).await
    }

    /// Keeps an object that structured cloning can copy, unless there is one under this name.
    pub(super) async fn add_key(&self, name: &str, key: JsValue) -> Result<(), StoreError> {
        self.write(KEYS, Durability::Strict, "add", &[key, name.into()]).await
    }

    /// Removes the key of this name.
    pub(super) async fn delete_key(&self, name: &str) -> Result<(), StoreError> {
        self.write(KEYS, Durability::Strict, "delete", &[name.into()]).await
    }

    /// The names of all keys.
    pub(super) async fn key_names(&self) -> Result<Vec<String>, StoreError> {
        self.read(KEYS, "getAllKeys", &[]).await.map(|found| texts(&found))
    }

    async fn read(&self, store: &str, method: &'static str, arguments: &[JsValue]) -> Result<JsValue, StoreError> {
        self.run(Operation { store, mode: "readonly", durability: "default", method, arguments, removes: None }).await
    }

    async fn write(
        &self,
        store: &str,
        durability: Durability,
        method: &'static str,
        arguments: &[JsValue],
    ) -> Result<(), StoreError> {
        let durability = match durability {
            Durability::Strict => "strict",
            Durability::Relaxed => "relaxed",
        };
        self.run(Operation { store, mode: "readwrite", durability, method, arguments, removes: None }).await.map(drop)
    }

    async fn run(&self, operation: Operation<'_>) -> Result<JsValue, StoreError> {
        let patience = if self.late.get() { SHORT_PATIENCE } else { PATIENCE };
        let answer = within(patience, self.transact(&operation)).await;
        self.late.set(answer.is_none());
        answer.unwrap_or(Err(StoreError::Slow))
    }

    async fn transact(&self, operation: &Operation<'_>) -> Result<JsValue, StoreError> {
        let (request, complete) = match begin(&self.connection().await?, operation) {
            // The connection was closed: by us for another tab's sake, or by the browser. A new one is as good.
            Err(error) if text(&error, "name").as_deref() == Some("InvalidStateError") => {
                self.close().await;
                begin(&self.connection().await?, operation)
            }
            begun => begun,
        }
        .map_err(|error| kind(&error))?;
        if let Err(reason) = await_(complete).await {
            // Some browsers lose the connection for good, and say so only in this way.
            self.close().await;
            return Err(kind(&reason));
        }
        get(&request, "result").map_err(|error| kind(&error))
    }

    async fn connection(&self) -> Result<JsValue, StoreError> {
        let opened = self.opened.borrow().clone();
        let opened = match opened {
            Some(opened) => opened,
            None => {
                let opened = open(self.name)?;
                self.opened.replace(Some(opened.clone()));
                opened
            }
        };
        match await_(opened).await {
            Ok(event) => connected(&event).map_err(|error| kind(&error)),
            Err(reason) => {
                self.opened.take();
                Err(kind(&reason))
            }
        }
    }

    /// Closes the connection, if there is one; what has begun is completed.
    pub async fn close(&self) {
        if let Some(opened) = self.opened.take() {
            close(opened).await;
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A connection that nobody holds is kept all the same, until the page ends.
        if let Some(opened) = self.opened.take() {
            spawn_local(close(opened));
        }
    }
}

async fn close(opened: JsValue) {
    if let Ok(event) = await_(opened).await
        && let Ok(database) = connected(&event)
    {
        drop(call(&database, "close", &[]));
    }
}

impl Store for Database {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.read(RECORDS, "get", &[key.into()]).await?;
        if found.is_undefined() {
            return Ok(None);
        }
        // What is no bytes was not written by us: as an empty record it is damaged to whoever reads it.
        Ok(Some(found.dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default()))
    }

    async fn put(&self, key: &str, value: &[u8], durability: Durability) -> Result<(), StoreError> {
        self.write(RECORDS, durability, "put", &[Uint8Array::from(value).into(), key.into()]).await
    }

    async fn replace(&self, old: &str, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let arguments = [Uint8Array::from(value).into(), key.into()];
        let (mode, durability) = ("readwrite", "strict");
        let put =
            Operation { store: RECORDS, mode, durability, method: "put", arguments: &arguments, removes: Some(old) };
        self.run(put).await.map(drop)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.write(RECORDS, Durability::Strict, "delete", &[key.into()]).await
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        // All of them, since there are a few dozen at most; a range would be one more thing to find in the page.
        let mut keys = texts(&self.read(RECORDS, "getAllKeys", &[]).await?);
        keys.retain(|key| key.starts_with(prefix));
        Ok(keys)
    }
}

/// A promise of the event of having opened the database.
fn open(name: &str) -> Result<JsValue, StoreError> {
    let factory = get(&js_sys::global(), "indexedDB").map_err(|error| kind(&error))?;
    if !factory.is_object() {
        return Err(StoreError::Missing);
    }
    let request = call(&factory, "open", &[name.into(), 1.into()]).map_err(|error| kind(&error))?;
    let upgrade = Closure::<dyn FnMut(JsValue)>::once_into_js(|event: JsValue| {
        if let Ok(database) = connected(&event) {
            for store in [RECORDS, KEYS] {
                drop(call(&database, "createObjectStore", &[store.into()]));
            }
        }
    });
    drop(Reflect::set(&request, &"onupgradeneeded".into(), &upgrade));
    Ok(settled(&request, "onsuccess", ["onerror", "onblocked"]))
}

/// The database of an event of opening it.
fn connected(event: &JsValue) -> Result<JsValue, JsValue> {
    let database = get(&get(event, "target")?, "result")?;
    // Another version of the widget, or the person who clears what sites have stored, need not wait for us.
    let close: Function = get(&database, "close")?.dyn_into()?;
    Reflect::set(&database, &"onversionchange".into(), &close.bind0(&database))?;
    Ok(database)
}

/// Begins an operation: its request, and a promise of its transaction being complete.
fn begin(database: &JsValue, operation: &Operation<'_>) -> Result<(JsValue, JsValue), JsValue> {
    let options = object(&[("durability", operation.durability.into())]);
    let store = JsValue::from(operation.store);
    let transaction = call(database, "transaction", &[store.clone(), operation.mode.into(), options])?;
    let records = call(&transaction, "objectStore", &[store])?;
    // First, so that what takes the place of a record under its own key stays. If the other then throws, both are undone.
    if let Some(key) = operation.removes {
        call(&records, "delete", &[key.into()])?;
    }
    let request = call(&records, operation.method, operation.arguments).inspect_err(|_| {
        drop(call(&transaction, "abort", &[]));
    })?;
    Ok((request, settled(&transaction, "oncomplete", ["onabort", "onerror"])))
}

/// A promise of the one event, rejected by the other two.
fn settled(target: &JsValue, good: &str, bad: [&str; 2]) -> JsValue {
    let promise = Promise::new(&mut |resolve, reject| {
        // Where a handler cannot be set nothing will ever be heard: the patience ends that.
        drop(Reflect::set(target, &good.into(), &resolve));
        for name in bad {
            drop(Reflect::set(target, &name.into(), &reject));
        }
    });
    promise.into()
}

/// What an exception, or an event of failing, means.
fn kind(reason: &JsValue) -> StoreError {
    if text(reason, "type").as_deref() == Some("blocked") {
        return StoreError::Blocked;
    }
    let of_event = get(reason, "target").and_then(|target| get(&target, "error")).ok();
    let error = of_event.filter(JsValue::is_object).unwrap_or_else(|| reason.clone());
    match text(&error, "name").as_deref() {
        Some("SecurityError" | "NotAllowedError") => StoreError::Denied,
        Some("QuotaExceededError") => StoreError::Full,
        _ => StoreError::Failed,
    }
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name).ok()?.as_string()
}

fn texts(list: &JsValue) -> Vec<String> {
    let list = list.dyn_ref::<Array>();
    list.map(|list| list.iter().filter_map(|entry| entry.as_string()).collect()).unwrap_or_default()
}
