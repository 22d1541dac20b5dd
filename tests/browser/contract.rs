//! What every store does, shown in memory and in the browser's own database.

use svar::browser::device::{Database, Durability::Strict, Memory, Store};
use wasm_bindgen_test::wasm_bindgen_test;

use super::host::{all, wipe};

/// Where the contract is tried.
trait Bench {
    type Store: Store;
    /// An empty store.
    async fn fresh(name: &'static str) -> Self::Store;
    /// The store closed and opened again.
    async fn again(name: &'static str, store: Self::Store) -> Self::Store;
}

struct InMemory;

impl Bench for InMemory {
    type Store = Memory;

    async fn fresh(_: &'static str) -> Memory {
        Memory::default()
    }

    // It is as old as the page.
    async fn again(_: &'static str, store: Memory) -> Memory {
        store
    }
}

struct InDatabase;

impl Bench for InDatabase {
    type Store = Database;

    async fn fresh(name: &'static str) -> Database {
        wipe(name).await;
        Database::new(name)
    }

    async fn again(name: &'static str, store: Database) -> Database {
        store.close().await;
        Database::new(name)
    }
}

macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod memory {
            $(#[super::wasm_bindgen_test]
            async fn $case() {
                super::$case::<super::InMemory>(stringify!($case)).await;
            })+
        }
        mod database {
            $(#[super::wasm_bindgen_test]
            async fn $case() {
                super::$case::<super::InDatabase>(stringify!($case)).await;
            })+
        }
    };
}

contract!(
    what_was_put_is_there,
    the_last_value_counts,
    what_was_deleted_is_gone,
    what_is_replaced_is_gone_when_the_new_is_there,
    keys_are_found_by_their_beginning,
    bytes_come_back_as_they_were,
    a_large_value_is_kept,
    operations_take_effect_in_order,
    many_at_once_are_all_kept,
    stores_do_not_know_of_each_other,
    what_was_kept_outlives_the_connection,
);

async fn what_was_put_is_there<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    assert_eq!(store.get("draft/a").await, Ok(None));
    assert_eq!(store.put("draft/a", b"one", Strict).await, Ok(()));
    assert_eq!(store.get("draft/a").await, Ok(Some(b"one".to_vec())));
    assert_eq!(store.get("draft/").await, Ok(None), "the whole key counts");
}

async fn the_last_value_counts<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    for value in ["a longer one", "short", ""] {
        assert_eq!(store.put("a", value.as_bytes(), Strict).await, Ok(()));
        assert_eq!(store.get("a").await, Ok(Some(value.as_bytes().to_vec())));
    }
    assert_eq!(store.keys("").await, Ok(vec!["a".to_owned()]));
}

async fn what_was_deleted_is_gone<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    assert_eq!(store.delete("a").await, Ok(()), "none is as good");
    for key in ["a", "b"] {
        store.put(key, b"x", Strict).await.unwrap();
    }
    assert_eq!(store.delete("a").await, Ok(()));
    assert_eq!(store.get("a").await, Ok(None));
    assert_eq!(store.keys("").await, Ok(vec!["b".to_owned()]));
}

async fn what_is_replaced_is_gone_when_the_new_is_there<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    store.put("old", b"old", Strict).await.unwrap();
    assert_eq!(store.replace("old", "new", b"new").await, Ok(()));
    assert_eq!(store.keys("").await, Ok(vec!["new".to_owned()]));
    assert_eq!(store.get("new").await, Ok(Some(b"new".to_vec())));
    assert_eq!(store.replace("gone", "new", b"newer").await, Ok(()), "what was replaced need not be there");
    assert_eq!(store.replace("new", "new", b"newest").await, Ok(()));
    assert_eq!(store.get("new").await, Ok(Some(b"newest".to_vec())));
}

async fn keys_are_found_by_their_beginning<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    for key in ["outbox/b/2", "receipt/a/1", "outbox/a/1", "outboxes", "outbox/b/1", "OUTBOX/a"] {
        store.put(key, b"", Strict).await.unwrap();
    }
    for (prefix, expected) in [
        ("outbox/", &["outbox/a/1", "outbox/b/1", "outbox/b/2"][..]),
        ("outbox/b/", &["outbox/b/1", "outbox/b/2"]),
        ("outbox/b/1", &["outbox/b/1"]),
        ("draft/", &[]),
        ("", &["OUTBOX/a", "outbox/a/1", "outbox/b/1", "outbox/b/2", "outboxes", "receipt/a/1"]),
    ] {
        assert_eq!(store.keys(prefix).await.unwrap(), expected, "{prefix}");
    }
}

async fn bytes_come_back_as_they_were<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    let every: Vec<u8> = (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect();
    for (key, value) in
        [("every", every.as_slice()), ("zeros", &[0; 9]), ("no UTF-8", &[0xff, 0xfe, 0xc0]), ("æ/日", b"x")]
    {
        store.put(key, value, Strict).await.unwrap();
        assert_eq!(store.get(key).await.unwrap().as_deref(), Some(value), "{key}");
    }
}

async fn a_large_value_is_kept<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    let large: Vec<u8> = (0..1_u32 << 20).map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    store.put("large", &large, Strict).await.unwrap();
    assert!(store.get("large").await.unwrap().unwrap() == large);
}

async fn operations_take_effect_in_order<B: Bench>(name: &'static str) {
    let store = &B::fresh(name).await;
    let puts = (0..20_u8).map(|value| Box::pin(async move { store.put("a", &[value], Strict).await }) as _);
    assert!(all(puts.collect()).await.iter().all(Result::is_ok));
    assert_eq!(store.get("a").await, Ok(Some(vec![19])));
    let (put, delete) = (Box::pin(store.put("b", b"x", Strict)), Box::pin(store.delete("b")));
    assert_eq!(all(vec![put, delete]).await, [Ok(()), Ok(())]);
    assert_eq!(store.get("b").await, Ok(None));
}

async fn many_at_once_are_all_kept<B: Bench>(name: &'static str) {
    let store = &B::fresh(name).await;
    let key = |number: u8| format!("outbox/a/{number:03}");
    let puts = (0..100).map(|number| Box::pin(async move { store.put(&key(number), &[number], Strict).await }) as _);
    assert!(all(puts.collect()).await.iter().all(Result::is_ok));
    assert_eq!(store.keys("outbox/").await.unwrap(), (0..100).map(key).collect::<Vec<_>>());
    for number in 0..100 {
        assert_eq!(store.get(&key(number)).await, Ok(Some(vec![number])));
    }
}

async fn stores_do_not_know_of_each_other<B: Bench>(name: &'static str) {
    let (one, other) = (B::fresh(name).await, B::fresh("another").await);
    one.put("a", b"one", Strict).await.unwrap();
    other.put("a", b"other", Strict).await.unwrap();
    other.put("b", b"", Strict).await.unwrap();
    assert_eq!(one.get("a").await, Ok(Some(b"one".to_vec())));
    assert_eq!(one.keys("").await, Ok(vec!["a".to_owned()]));
}

async fn what_was_kept_outlives_the_connection<B: Bench>(name: &'static str) {
    let store = B::fresh(name).await;
    store.put("a", b"one", Strict).await.unwrap();
    store.put("b", b"gone", Strict).await.unwrap();
    store.delete("b").await.unwrap();
    let store = B::again(name, store).await;
    assert_eq!(store.get("a").await, Ok(Some(b"one".to_vec())));
    assert_eq!(store.keys("").await, Ok(vec!["a".to_owned()]));
}
