//! Stands in for `wasm-streams` (docs/decisions/006-bytes.md). Leptos brings it with its server functions, which a widget
//! has none of; but it exports classes to JavaScript, which stay in the module, and in the glue, whoever calls them. This
//! has the few names that `server_fn` 0.8 asks for, and no streams.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use wasm_bindgen::{JsCast, JsValue};

/// A stream of the browser's own.
#[derive(Debug)]
pub struct ReadableStream(JsValue);

impl ReadableStream {
    /// Keeps the browser's stream.
    pub fn from_raw(raw: web_sys::ReadableStream) -> ReadableStream {
        ReadableStream(raw.into())
    }

    /// Keeps nothing.
    pub fn from_stream<S>(_: S) -> ReadableStream
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        ReadableStream(JsValue::UNDEFINED)
    }

    /// Gives back what was kept.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0.unchecked_into()
    }

    /// A stream that fails at once.
    pub fn into_stream(self) -> NoStream {
        NoStream(Some(JsValue::from_str("no streams")))
    }
}

/// Fails once, and ends.
#[derive(Debug)]
pub struct NoStream(Option<JsValue>);

impl Stream for NoStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Err))
    }
}
