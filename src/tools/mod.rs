//! The native face: what the command line and the reference collector are made of. Here, and nowhere in the engine, are
//! files, sockets, the clock and randomness.
//!
//! [`studies`] loads and compiles a study folder, [`packs`] puts licensed words in; [`check`] says what is wrong with one; [`invitations`] makes,
//! verifies and revokes; [`units`] knows when which window is open; [`collector`] is the endpoint of `docs/collection-endpoint.md`;
//! [`gateway`] delivers what it keeps to a FHIR server behind it; [`conformance`] asks any endpoint whether it keeps
//! that document, through [`client`]; [`keys`] makes the keys that [`jose`] opens sealed submissions with, [`open`]
//! tables of what was received; [`running`] counts, withdraws and purges;
//! [`codebook`], [`flow`] and [`form`] say on a page, in a picture and on paper what a study asks, [`export`] makes tables
//! over its waves, with the [`scores`] of its instruments; [`frozen`] keeps published versions as they were; [`site`]
//! serves the built pages with the headers of [`headers`].

pub mod check;
pub mod client;
pub mod codebook;
pub mod collector;
pub mod conformance;
pub mod export;
pub mod flow;
pub mod form;
pub mod frozen;
pub mod gateway;
pub mod headers;
pub mod invitations;
pub mod jose;
pub mod keys;
pub mod open;
pub mod packs;
pub mod running;
pub mod scores;
pub mod site;
pub mod studies;
pub mod units;
