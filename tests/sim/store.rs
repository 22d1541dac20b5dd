//! The store of the device, shared by all pages: records as the real code writes them, under a vault that is a marker.

use svar::submission::{Found, Frozen, Media, Outcome, Receipt, record};

use crate::world::{CANARY, Happening, Record, Store, World, tell};

/// What a page asks of the store.
#[derive(Debug)]
pub(crate) enum Operation {
    Keep { replaces: Option<usize> },
    Look,
    KeepReceipt { part: String, receipt: Receipt },
    Drop,
}

impl World {
    pub(crate) fn begin_operation(&mut self, tab: usize, sub: usize, set: usize, operation: Operation) {
        let hiccup = self.trouble(3);
        let most = match self.store {
            Store::Slow => 12_000,
            _ if hiccup => 4_000,
            _ => 20,
        };
        if most > 20 {
            self.sets[set].trouble = true;
        }
        self.soon(most, Happening::Store { tab, sub, set, operation });
    }

    /// The store gets to it.
    pub(crate) fn operate(&mut self, tab: usize, sub: usize, set: usize, operation: &Operation) -> Result<(), String> {
        if !self.tabs[tab].open {
            return Ok(());
        }
        let outcome = if let Operation::Look = operation {
            Outcome::Found(self.look(set)?)
        } else {
            let done = self.transact(set, operation)?;
            match operation {
                Operation::Keep { .. } if done => Outcome::Kept,
                Operation::Keep { .. } => Outcome::NotKept,
                Operation::KeepReceipt { .. } if done => Outcome::ReceiptKept,
                Operation::KeepReceipt { .. } => Outcome::ReceiptNotKept,
                _ if done => Outcome::Dropped,
                _ => Outcome::NotDropped,
            }
        };
        self.outcome(tab, sub, set, outcome);
        Ok(())
    }

    /// Writes, if the store takes it.
    pub(crate) fn transact(&mut self, set: usize, operation: &Operation) -> Result<bool, String> {
        let fails = match (self.store, operation) {
            (Store::Works | Store::Slow, _) | (Store::Full, Operation::Drop) => false,
            (Store::Denied | Store::Full, _) => true,
            (Store::Flaky, _) => self.random.chance(50),
        };
        tell!(self, "store, set {set}: {operation:?}{}", if fails { " fails" } else { "" });
        if self.store != Store::Works {
            self.sets[set].trouble = true;
        }
        if fails {
            return Ok(false);
        }
        match operation {
            Operation::Keep { replaces } => self.write(set, *replaces)?,
            Operation::Look => {}
            Operation::KeepReceipt { part, receipt } => {
                self.check_receipt(set)?;
                self.sets[set].receipt = Some(record::encode_receipt(part, receipt));
                self.sets[set].receipt_stolen = false;
            }
            Operation::Drop => {
                self.check_drop(set)?;
                self.sets[set].outbox = None;
            }
        }
        Ok(true)
    }

    fn write(&mut self, number: usize, replaces: Option<usize>) -> Result<(), String> {
        if let Some(replaced) = replaces {
            self.sets[replaced].outbox = None;
        }
        let set = &mut self.sets[number];
        set.written_again |= set.withdrawn;
        let mut bytes = record::encode_frozen(&set.frozen);
        if set.frozen.media != Media::Sealed {
            bytes.iter_mut().for_each(|byte| *byte ^= 0x5a);
        }
        if bytes.windows(CANARY.len()).any(|found| found == CANARY.as_bytes()) {
            return Err(format!("set {number} stands in the store in clear"));
        }
        set.outbox = Some(Record { bytes, whole: true });
        set.kept = true;
        set.stolen = false;
        let answers = set.answers;
        self.answers[answers].draft = false;
        Ok(())
    }

    /// What the store has: a receipt before bytes.
    fn look(&mut self, set: usize) -> Result<Found, String> {
        if self.unreadable() {
            return Ok(Found::Unreadable);
        }
        if let Some(receipt) = self.receipt(set) {
            return Ok(Found::Receipt(receipt));
        }
        Ok(match self.read(set)? {
            Some(_) => Found::Payload,
            None if self.sets[set].outbox.is_some() => Found::Unreadable,
            None => Found::Nothing,
        })
    }

    /// The bytes of the outbox, if this page can read them: its own, or sealed ones, which are anybody's to deliver.
    pub(crate) fn restore(&self, set: usize, has_key: bool) -> Result<Option<Frozen>, String> {
        let readable = has_key || self.sets[set].frozen.media == Media::Sealed;
        if readable { self.read(set) } else { Ok(None) }
    }

    pub(crate) fn receipt(&self, set: usize) -> Option<Receipt> {
        let record = self.sets[set].receipt.as_ref()?;
        record::decode_receipt(record).ok().map(|arrived| arrived.receipt)
    }

    fn read(&self, number: usize) -> Result<Option<Frozen>, String> {
        let set = &self.sets[number];
        let Some(record) = &set.outbox else { return Ok(None) };
        let mut bytes = record.bytes.clone();
        if set.frozen.media != Media::Sealed {
            bytes.iter_mut().for_each(|byte| *byte ^= 0x5a);
        }
        match record::decode_frozen(&bytes) {
            Ok(frozen) if frozen != set.frozen => Err(format!("a spoilt record of set {number} is trusted")),
            Ok(frozen) => Ok(Some(frozen)),
            Err(_) => Ok(None),
        }
    }

    pub(crate) fn unreadable(&mut self) -> bool {
        match self.store {
            Store::Denied => true,
            Store::Flaky => self.random.chance(20),
            _ => false,
        }
    }

    /// The browser, or the person, empties the store.
    pub(crate) fn wipe(&mut self) {
        tell!(self, "the store is emptied");
        for set in &mut self.sets {
            (set.stolen, set.receipt_stolen) = (true, true);
            (set.outbox, set.receipt) = (None, None);
        }
        for answers in &mut self.answers {
            (answers.draft, answers.draft_stolen) = (false, true);
        }
    }

    /// A bit of a record turns.
    pub(crate) fn spoil(&mut self) {
        if self.sets.is_empty() {
            return;
        }
        let number = self.random.below(self.sets.len());
        let dice = self.random.next() as usize;
        let turn = |bytes: &mut Vec<u8>| {
            let place = dice % bytes.len();
            bytes[place] ^= 1 << (dice % 7);
        };
        let set = &mut self.sets[number];
        if let Some(record) = &mut set.outbox {
            turn(&mut record.bytes);
            record.whole = false;
            set.stolen = true;
        }
        if let Some(record) = &mut set.receipt {
            turn(record);
            set.receipt_stolen = true;
        }
        tell!(self, "records of set {number} are spoilt");
    }
}
