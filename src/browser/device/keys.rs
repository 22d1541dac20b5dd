//! The three ways to a vault, and where its key lies meanwhile.
//!
//! - *Personal*, on the person's own device: owner and key follow from the id of a personal invitation, which is random
//!   and stands in its token alone, so that they are kept nowhere, and are the same on another day.
//! - *Browser*, on the person's own device with a unit's invitation: colleagues hold the same token, so that owner and key
//!   are random. The key lies in the database and cannot be read out of it.
//! - *Tab*, on any other device: owner and key are random and lie in this tab's `sessionStorage`.
//!
//! A key that is given up while something encrypted under it still waits to be delivered is *retired*: nobody's draft is
//! opened with it any more, what waits still is.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use js_sys::global;
use wasm_bindgen::JsValue;

use super::{
    super::{
        crypto::{bytes, of_buffer, subtle, usages},
        js::{call, get, object},
        random,
    },
    database::Database,
    store::{Store, StoreError},
    vault::{Vault, owner_of},
};

/// Bytes of an owner's id, and its length as base64url.
const OWNER: usize = 16;
const OWNER_TEXT: usize = 22;
const KEY: usize = 32;

/// Owner and key from a personal invitation's secret (HKDF, RFC 5869).
pub(super) async fn personal(secret: &str) -> Result<Vault, JsValue> {
    let secret = bytes(secret.as_bytes());
    let base = ["raw".into(), secret, "HKDF".into(), false.into(), usages(&["deriveBits", "deriveKey"])];
    let base = subtle("importKey", &base).await?;
    let hkdf = |info: &str| {
        let info = bytes(info.as_bytes());
        object(&[("name", "HKDF".into()), ("hash", "SHA-256".into()), ("salt", bytes(&[])), ("info", info)])
    };
    let bits = JsValue::from((8 * OWNER) as u32);
    let owner = subtle("deriveBits", &[hkdf("svar owner"), base.clone(), bits]).await.and_then(of_buffer)?;
    let key = [hkdf("svar key"), base, aes(), false.into(), usages(&["encrypt", "decrypt"])];
    let key = subtle("deriveKey", &key).await?;
    Ok(Vault { owner: URL_SAFE_NO_PAD.encode(owner), key })
}

/// This browser's vault for `scope`, made now if there is none and it is asked for.
pub(super) async fn browser(database: &Database, scope: &str, make: bool) -> Result<Option<Vault>, StoreError> {
    let found = stored(&database.key(scope).await?);
    if found.is_some() || !make {
        return Ok(found);
    }
    let mut owner = [0; OWNER];
    random::fill(&mut owner).ok_or(StoreError::Missing)?;
    let key = subtle("generateKey", &[aes(), false.into(), usages(&["encrypt", "decrypt"])]).await;
    let key = key.map_err(|_| StoreError::Missing)?;
    let entry = object(&[("owner", URL_SAFE_NO_PAD.encode(owner).into()), ("key", key)]);
    // Another tab may have been quicker: what lies there then is the one that counts.
    let _ = database.add_key(scope, entry).await;
    Ok(stored(&database.key(scope).await?))
}

/// Gives this browser's vault up, or retires it.
pub(super) async fn leave_browser(
    database: &Database,
    scope: &str,
    owner: &str,
    retire: bool,
) -> Result<(), StoreError> {
    let entry = database.key(scope).await?;
    if stored(&entry).is_none_or(|vault| vault.owner != owner) {
        return Ok(());
    }
    if retire {
        database.add_key(&retired_name(scope, owner), entry).await?;
    }
    database.delete_key(scope).await
}

/// This tab's vault for `scope`, if there is one.
pub(super) async fn tab(scope: &str) -> Option<Vault> {
    of_text(&item(&tab_name(scope))?).await
}

/// A vault for this tab, which had none; false if the tab does not keep its key.
pub(super) async fn new_tab(scope: &str) -> (Vault, bool) {
    let (mut owner, mut key) = ([0; OWNER], [0; KEY]);
    let secret = random::fill(&mut owner).and_then(|()| random::fill(&mut key)).is_some();
    let owner = URL_SAFE_NO_PAD.encode(owner);
    let text = [owner.as_str(), &URL_SAFE_NO_PAD.encode(key)].concat();
    // Before anything is waited for: another part of this page may be about to make one too.
    let kept = secret && set_item(&tab_name(scope), &text);
    match of_text(&text).await {
        Some(vault) if secret => (vault, kept),
        // Without encryption nothing is kept, but whoever asks is answered.
        _ => (Vault { owner, key: JsValue::UNDEFINED }, false),
    }
}

/// Gives this tab's vault up, or retires it.
pub(super) fn leave_tab(scope: &str, owner: &str, retire: bool) {
    let name = tab_name(scope);
    if let Some(text) = item(&name)
        && text.starts_with(owner)
        && (!retire || set_item(&retired_tab_name(scope, owner), &text))
    {
        remove_item(&name);
    }
}

/// Removes the key that this tab retired for `owner`.
pub(super) fn leave_retired_tab(scope: &str, owner: &str) {
    remove_item(&retired_tab_name(scope, owner));
}

/// The vault that `owner` gave up while something was waiting.
pub(super) async fn retired(database: &Database, scope: &str, owner: &str) -> Option<Vault> {
    match item(&retired_tab_name(scope, owner)) {
        Some(text) => of_text(&text).await,
        None => stored(&database.key(&retired_name(scope, owner)).await.ok()?),
    }
}

/// Removes the retired keys of those for whom nothing waits any more.
pub(super) async fn sweep(database: &Database) -> Result<(), StoreError> {
    // In this order: what waits under a key was kept before the key was retired.
    let keys = database.key_names().await?;
    let waiting = database.keys("outbox/").await?;
    for name in keys.iter().filter(|name| name.starts_with(RETIRED)) {
        let owner = name.rsplit('/').next();
        if !waiting.iter().any(|waits| owner_of(waits) == owner) {
            database.delete_key(name).await?;
        }
    }
    Ok(())
}

/// Before the names of retired keys. No study is called so: its id would be empty.
const RETIRED: &str = "/retired/";

fn retired_name(scope: &str, owner: &str) -> String {
    [RETIRED, scope, "/", owner].concat()
}

fn tab_name(scope: &str) -> String {
    ["svar-tab/", scope].concat()
}

fn retired_tab_name(scope: &str, owner: &str) -> String {
    ["svar-retired/", scope, "/", owner].concat()
}

fn aes() -> JsValue {
    object(&[("name", "AES-GCM".into()), ("length", 256.into())])
}

fn stored(entry: &JsValue) -> Option<Vault> {
    let owner = get(entry, "owner").ok()?.as_string()?;
    let key = get(entry, "key").ok().filter(JsValue::is_object)?;
    Some(Vault { owner, key })
}

async fn of_text(text: &str) -> Option<Vault> {
    let (owner, key) = text.split_at_checked(OWNER_TEXT)?;
    let key = URL_SAFE_NO_PAD.decode(key).ok().filter(|key| key.len() == KEY)?;
    let key = ["raw".into(), bytes(&key), "AES-GCM".into(), false.into(), usages(&["encrypt", "decrypt"])];
    let key = subtle("importKey", &key).await.ok()?;
    Some(Vault { owner: owner.to_owned(), key })
}

fn storage(method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    call(&get(&global(), "sessionStorage")?, method, arguments)
}

fn item(name: &str) -> Option<String> {
    storage("getItem", &[name.into()]).ok()?.as_string()
}

fn set_item(name: &str, text: &str) -> bool {
    storage("setItem", &[name.into(), text.into()]).is_ok()
}

fn remove_item(name: &str) {
    drop(storage("removeItem", &[name.into()]));
}
