//! Whether this is the first visit, asked of the browser before the store itself is loaded.

use js_sys::{Array, global};

use super::{
    device::DATABASE,
    js::{await_, call, get},
    wake::within,
};

/// How long the answer may take, in milliseconds: it reads one list, and who has none of it waits for the store to be
/// loaded instead.
const PATIENCE: u32 = 500;

/// Whether this browser surely keeps nothing for this origin: it lists its databases, and ours is not among them.
pub(crate) async fn keeps_nothing() -> bool {
    let list = async {
        let list = get(&global(), "indexedDB").and_then(|factory| call(&factory, "databases", &[]))?;
        await_(list).await
    };
    let Some(Ok(list)) = within(PATIENCE, list).await else { return false };
    let named = |entry| get(&entry, "name").ok().and_then(|name| name.as_string());
    Array::is_array(&list) && !Array::from(&list).iter().filter_map(named).any(|name| name == DATABASE)
}
