//! Turns: of several tabs, one at a time. By Web Locks, bound by hand, since web-sys has them as unstable only, and since
//! the page may have removed or patched them. Where there are none every turn is granted: the endpoint counts a submission
//! once, however many tabs send it, so that a lost answer would be the worse error.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsValue, closure::Closure};

use super::{
    js::{Resolve, await_, call, deferred, get, object},
    wake::within,
};

/// How long to wait for word of a lock that is said at once, in milliseconds. Longer means that it is broken.
const PATIENCE: u32 = 3_000;

/// The turn is ours until this is dropped, the page ends, or another tab takes it over.
#[derive(Debug)]
pub struct Turn {
    _release: Option<Resolve>,
    /// Settles when the lock is given up; rejected when it was taken over.
    ended: JsValue,
}

impl Turn {
    /// Without a lock there is none to lose.
    fn granted(mut self, lock: bool) -> Turn {
        if !lock {
            self.ended = JsValue::UNDEFINED;
        }
        self
    }

    /// Comes only if another tab takes the turn over.
    pub fn taken_over(&self) -> impl Future<Output = ()> + use<> {
        let ended = self.ended.clone();
        async move {
            if !ended.is_object() || await_(ended).await.is_ok() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Somebody else has the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Takes the turn `name` if it is free now.
///
/// # Errors
/// Another tab, or another part of this one, has it.
pub async fn take_turn(name: &str) -> Result<Turn, Busy> {
    at_once(name, "ifAvailable").await
}

/// Takes the turn `name` from whoever has it.
pub async fn steal(name: &str) -> Turn {
    match at_once(name, "steal").await {
        Ok(turn) => turn,
        // Does not happen: a lock that is stolen is granted.
        Err(Busy) => Turn { _release: None, ended: JsValue::UNDEFINED },
    }
}

/// Waits for the turn `name`, in order with the others who do. Dropped, it no longer waits.
pub async fn when_free(name: &str) -> Turn {
    let Asked { turn, first } = Asked::ask(name, "");
    let granted = await_(first).await;
    turn.granted(granted.is_ok())
}

async fn at_once(name: &str, option: &str) -> Result<Turn, Busy> {
    let Asked { turn, first } = Asked::ask(name, option);
    match within(PATIENCE, await_(first)).await {
        Some(Ok(lock)) if lock.is_null() => Err(Busy),
        answer => Ok(turn.granted(matches!(answer, Some(Ok(_))))),
    }
}

/// A turn asked for; to drop it is to give it up, even if it is granted only afterwards.
struct Asked {
    turn: Turn,
    /// Comes to the lock, or to null if it is not available; rejected where locks do not work.
    first: JsValue,
}

impl Asked {
    fn ask(name: &str, option: &str) -> Asked {
        let (granted, grant) = deferred();
        let (held, release) = deferred();
        let callback = Closure::<dyn FnMut(JsValue) -> JsValue>::once_into_js(move |lock: JsValue| -> JsValue {
            let held = if lock.is_null() { JsValue::UNDEFINED } else { held.into() };
            grant.to(&lock);
            held
        });
        let options = object(&[(option, true.into())]);
        let request = get(&js_sys::global(), "navigator")
            .and_then(|navigator| get(&navigator, "locks"))
            .and_then(|locks| call(&locks, "request", &[name.into(), options, callback]));
        let ended = request.unwrap_or_default();
        let first = Promise::race(&[granted.into(), ended.clone()].into_iter().collect::<Array>()).into();
        Asked { turn: Turn { _release: Some(release), ended }, first }
    }
}
