//! Frozen bytes and receipts as the store keeps them.
//!
//! Layout: kind (`F` or `R`), version (1 byte), FNV-1a 32 checksum of the rest (4 bytes, little endian), then fields, each
//! as its length (4 bytes, little endian) and its bytes. Frozen: media (one byte), uuid, part, bytes. Receipt: part, uuid,
//! when it was stored (empty if not known). The checksum is for records that are kept in clear because they are sealed
//! already; the others are authenticated by their encryption.

use super::{Frozen, Media, Receipt};
use crate::questionnaire::compact::checksum;

const VERSION: u8 = 1;
const FROZEN: u8 = b'F';
const RECEIPT: u8 = b'R';

/// A receipt, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// `consent`, `contact`, or the id of a part in the manifest.
    pub part: String,
    /// Its receipt.
    pub receipt: Receipt,
}

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Another kind of record, or none at all.
    #[error("expected a record of kind {expected:?}, found {found:?}")]
    Foreign {
        /// `F` for frozen bytes, `R` for a receipt.
        expected: char,
        /// The first byte, if there is one.
        found: Option<u8>,
    },
    /// Written by a newer build.
    #[error("expected record version {VERSION}, found {found:?}")]
    Version {
        /// The version found, if the record is long enough to have one.
        found: Option<u8>,
    },
    /// The bytes were changed, or cut.
    #[error("the record is damaged")]
    Damaged,
}

/// Frozen bytes as a record.
pub fn encode_frozen(frozen: &Frozen) -> Vec<u8> {
    let media = match frozen.media {
        Media::Fhir => 0,
        Media::Sealed => 1,
        Media::Flat => 2,
    };
    write(FROZEN, &[&[media], frozen.uuid.as_bytes(), frozen.part.as_bytes(), &frozen.bytes])
}

/// Frozen bytes from a record.
///
/// # Errors
/// Says in what way the bytes are no such record.
pub fn decode_frozen(record: &[u8]) -> Result<Frozen, RecordError> {
    let mut fields = Fields(open(FROZEN, record)?);
    let media = match fields.next()? {
        [0] => Media::Fhir,
        [1] => Media::Sealed,
        [2] => Media::Flat,
        _ => return Err(RecordError::Damaged),
    };
    let (uuid, part) = (fields.text()?, fields.text()?);
    let bytes = fields.next()?.to_vec();
    fields.end(Frozen { uuid, part, media, bytes })
}

/// A receipt as a record.
pub fn encode_receipt(part: &str, receipt: &Receipt) -> Vec<u8> {
    let stored = receipt.stored.as_deref().unwrap_or("");
    write(RECEIPT, &[part.as_bytes(), receipt.uuid.as_bytes(), stored.as_bytes()])
}

/// A receipt from a record.
///
/// # Errors
/// Says in what way the bytes are no such record.
pub fn decode_receipt(record: &[u8]) -> Result<Arrived, RecordError> {
    let mut fields = Fields(open(RECEIPT, record)?);
    let (part, uuid, stored) = (fields.text()?, fields.text()?, fields.text()?);
    let stored = (!stored.is_empty()).then_some(stored);
    fields.end(Arrived { part, receipt: Receipt { uuid, stored } })
}

fn write(kind: u8, fields: &[&[u8]]) -> Vec<u8> {
    let mut payload = Vec::new();
    for field in fields {
        // No field is anywhere near 4 GiB; one that were would be read as damaged.
        payload.extend_from_slice(&(field.len() as u32).to_le_bytes());
        payload.extend_from_slice(field);
    }
    let mut record = vec![kind, VERSION];
    record.extend_from_slice(&checksum(&payload).to_le_bytes());
    record.append(&mut payload);
    record
}

/// The fields of a record of this kind that is whole.
fn open(kind: u8, record: &[u8]) -> Result<&[u8], RecordError> {
    let (&found, rest) = record.split_first().ok_or(RecordError::Foreign { expected: kind.into(), found: None })?;
    if found != kind {
        return Err(RecordError::Foreign { expected: kind.into(), found: Some(found) });
    }
    let found = rest.first().copied();
    if found != Some(VERSION) {
        return Err(RecordError::Version { found });
    }
    match rest {
        [_, a, b, c, d, payload @ ..] if checksum(payload) == u32::from_le_bytes([*a, *b, *c, *d]) => Ok(payload),
        _ => Err(RecordError::Damaged),
    }
}

/// Fields yet to be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<&'a [u8], RecordError> {
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(RecordError::Damaged)?;
        let (field, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(RecordError::Damaged)?;
        self.0 = rest;
        Ok(field)
    }

    fn text(&mut self) -> Result<String, RecordError> {
        String::from_utf8(self.next()?.to_vec()).map_err(|_| RecordError::Damaged)
    }

    fn end<T>(&self, record: T) -> Result<T, RecordError> {
        if self.0.is_empty() { Ok(record) } else { Err(RecordError::Damaged) }
    }
}
