//! Time, and what tells that it may be worth another try: the network is back, somebody looks at the page again.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use js_sys::{Date, global};
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::{
    js::{Resolve, call, deferred, get},
    random,
};

/// All of these reach the window. A page that comes back from the browser's memory of visited pages says `pageshow`.
const EVENTS: [&str; 4] = ["online", "focus", "visibilitychange", "pageshow"];

/// Hears of wake-ups until it is dropped.
#[derive(Debug)]
pub struct Subscription(Closure<dyn Fn(JsValue)>);

/// Calls `wake` whenever the device is online again, or the page is looked at again. Several calls may come at once.
pub fn on_wake(wake: impl Fn() + 'static) -> Subscription {
    let closure = Closure::new(move |event: JsValue| {
        let text = |of: &JsValue, name| get(of, name).ok().and_then(|value| value.as_string()).unwrap_or_default();
        let hides = text(&event, "type") == "visibilitychange"
            && get(&global(), "document").is_ok_and(|document| text(&document, "visibilityState") == "hidden");
        if !hides {
            wake();
        }
    });
    let subscription = Subscription(closure);
    subscription.each("addEventListener");
    subscription
}

impl Subscription {
    fn each(&self, method: &str) {
        for event in EVENTS {
            drop(call(&global(), method, &[event.into(), self.0.as_ref().clone()]));
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.each("removeEventListener");
    }
}

/// Done after a time; see [`sleep`].
#[derive(Debug)]
pub struct Sleep {
    timer: JsValue,
    /// Ends it at once when it is dropped.
    _end: Resolve,
    done: JsFuture,
}

/// Is done after `ms` milliseconds, or later where the browser slows down pages that nobody looks at. Dropped, it is
/// cancelled. More than 24 days are cut to that, since timers take no more.
pub fn sleep(ms: u32) -> Sleep {
    const LONGEST: u32 = i32::MAX.unsigned_abs();
    let (done, end) = deferred();
    let timer = call(&global(), "setTimeout", &[end.function(), ms.min(LONGEST).into()]).unwrap_or_default();
    Sleep { timer, _end: end, done: done.into() }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.done).poll(context).map(drop)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        drop(call(&global(), "clearTimeout", std::slice::from_ref(&self.timer)));
    }
}

/// What `work` comes to, if it does so within `ms` milliseconds; it is dropped otherwise.
pub async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut late) = (pin!(work), pin!(sleep(ms)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Milliseconds since an origin that stays the same while the page lives; it never goes back.
pub fn monotonic() -> u64 {
    let now = get(&global(), "performance").and_then(|performance| call(&performance, "now", &[]));
    now.ok().and_then(|now| now.as_f64()).unwrap_or_else(Date::now) as u64
}

/// A random number for spreading out tries. Not for secrets: without secure randomness it is any number.
pub fn dice() -> u32 {
    let mut bytes = [0; 4];
    match random::fill(&mut bytes) {
        Some(()) => u32::from_le_bytes(bytes),
        None => (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
    }
}

/// A difference of the device's clock that is left alone, in milliseconds: a `Date` header has whole seconds, and took a
/// while to come.
const CLOSE_ENOUGH: f64 = 60_000.0;

thread_local! {
    /// What is to be added to the device's clock, in milliseconds.
    static OFFSET: Cell<f64> = const { Cell::new(0.0) };
}

/// Milliseconds since 1970, by the device's clock as [`correct_by`] corrected it.
pub fn unix_ms() -> u64 {
    (Date::now() + OFFSET.get()) as u64
}

/// Corrects the clock by the `Date` header of a reply that has just come from our own server. It must not come from a
/// cache (`cache: "no-store"`), since that keeps the header as well. What is no date changes nothing.
pub fn correct_by(date: &str) {
    let offset = Date::parse(date) - Date::now();
    if offset.is_finite() {
        OFFSET.set(if offset.abs() < CLOSE_ENOUGH { 0.0 } else { offset });
    }
}
