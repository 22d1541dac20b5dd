//! The edge to the browser: the network, the clock, randomness, the address bar and what the tab keeps. Everything that
//! comes from JavaScript is checked; the page we live on may have patched it.

mod clock;
mod copy;
mod crypto;
pub mod device;
mod first;
mod ground;
mod hold;
mod js;
pub mod locks;
mod network;
mod page;
mod parsed;
mod random;
pub mod seal;
pub mod wake;

pub(crate) use clock::{as_people_write, now};
pub(crate) use copy::{save_copy, save_page};
pub(crate) use crypto::is_there as can_seal;
pub(crate) use first::keeps_nothing;
pub(crate) use ground::Ground;
pub(crate) use hold::Held;
pub(crate) use js::deferred;
pub(crate) use network::{FetchError, Standing, fetch, post, received, standing};
pub(crate) use page::{ask_before_leaving, focus, go_back, on_back, print, push_history, replace_history};
pub(crate) use parsed::Parsed;
pub(crate) use random::uuid;
