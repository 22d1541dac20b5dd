//! The compact form: what the build makes of FHIR JSON and the browser loads. A small decoder reads it, so that a plain
//! study never loads a FHIR reader (docs/decisions/002-compact-form.md).
//!
//! Layout: `SVAR`, format version (1 byte), what it holds (1 byte), payload length (4 bytes, little endian), FNV-1a 32
//! checksum of the payload (4 bytes, little endian), payload ([postcard](https://postcard.jamesmunns.com/wire-format)).

use serde::{Serialize, de::DeserializeOwned};

use super::{graph::Graph, model::Form};

const MAGIC: &[u8; 4] = b"SVAR";
/// The format's number: another layout of what is packed, another number. Postcard writes no names of fields, so that a
/// field more, or in another place, is misread otherwise.
pub const VERSION: u8 = 5;
const HEADER: usize = 14;

/// What a compact file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A [`Form`].
    Form = 1,
    /// A study manifest.
    Study = 2,
    /// How far a respondent has come.
    Journey = 3,
}

/// Why bytes are no compact file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompactError {
    /// Something else altogether: a web page, JSON, another study's part.
    #[error("expected a compiled Svar file of kind {expected:?}, found something else")]
    Foreign {
        /// What was asked for.
        expected: Holds,
    },
    /// Made by a newer or older build.
    #[error("expected format version {VERSION}, found {found}")]
    Version {
        /// The version found.
        found: u8,
    },
    /// It ends too early.
    #[error("expected {expected} bytes, found {found}")]
    Truncated {
        /// Bytes that the header promises.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The right length, but the bytes were changed.
    #[error("the content does not match its checksum, or cannot be decoded")]
    Damaged,
}

/// Packs a value.
///
/// # Errors
/// [`CompactError::Damaged`] if the value cannot be encoded, which no type of this crate brings about.
pub fn encode<T: Serialize>(holds: Holds, value: &T) -> Result<Vec<u8>, CompactError> {
    let payload = postcard::to_allocvec(value).map_err(|_| CompactError::Damaged)?;
    let length = u32::try_from(payload.len()).map_err(|_| CompactError::Damaged)?;
    let mut bytes = Vec::with_capacity(HEADER.saturating_add(payload.len()));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[VERSION, holds as u8]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&checksum(&payload).to_le_bytes());
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// Unpacks a value.
///
/// # Errors
/// Says in what way the bytes are not what was asked for.
pub fn decode<T: DeserializeOwned>(holds: Holds, bytes: &[u8]) -> Result<T, CompactError> {
    let foreign = CompactError::Foreign { expected: holds };
    let truncated = |expected: usize| CompactError::Truncated { expected: expected as u64, found: bytes.len() as u64 };
    let (magic, rest) = bytes.split_at_checked(MAGIC.len()).ok_or(foreign)?;
    if magic != MAGIC {
        return Err(foreign);
    }
    let &[version, kind, l0, l1, l2, l3, c0, c1, c2, c3, ref payload @ ..] = rest else {
        return Err(truncated(HEADER));
    };
    if version != VERSION {
        return Err(CompactError::Version { found: version });
    }
    if kind != holds as u8 {
        return Err(foreign);
    }
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    if payload.len() < length {
        return Err(truncated(HEADER.saturating_add(length)));
    }
    if payload.len() > length || checksum(payload) != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(CompactError::Damaged);
    }
    postcard::from_bytes(payload).map_err(|_| CompactError::Damaged)
}

/// Unpacks a form and reads off its dependencies.
///
/// # Errors
/// As [`decode`].
pub fn decode_form(bytes: &[u8]) -> Result<Form, CompactError> {
    let mut form: Form = decode(Holds::Form, bytes)?;
    if !hangs_together(&form) {
        return Err(CompactError::Damaged);
    }
    form.graph = Graph::of(&form);
    Ok(form)
}

/// Whether parents come before their children and enclose them, so that no walk up or down the form goes on for ever.
fn hangs_together(form: &Form) -> bool {
    let count = form.items.len();
    let encloses = |parent: usize, child: usize, end: usize| {
        parent < child && form.items.get(parent).is_some_and(|parent| end <= parent.end.index())
    };
    form.items.iter().enumerate().all(|(place, item)| {
        let end = item.end.index();
        place < end && end <= count && item.parent.is_none_or(|parent| encloses(parent.index(), place, end))
    })
}

/// FNV-1a, 32 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): guards against cut and mixed-up files, not against
/// forgers, who are met by the integrity of what loads it.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
