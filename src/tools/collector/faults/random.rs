//! Faults by chance: those that a sender gets over by sending again. A refusal for good is none of them, since after it
//! nothing would ever arrive.

use super::{
    super::{BASE, CONTACT_BASE},
    Fault, Said,
};

/// What a proxy on the way may say on a bad day.
const BUSY: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

/// SplitMix64 (Steele, Lea and Flood 2014): enough for chance in tests, and the same on every machine.
#[derive(Debug)]
pub(super) struct Random {
    state: u64,
    per_mille: u32,
}

impl Random {
    pub(super) fn new(seed: u64, per_mille: u32) -> Random {
        Random { state: seed, per_mille }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(below).unwrap_or(0)
    }

    /// A fault, or none, for a submission; for nothing else.
    pub(super) fn next(&mut self, method: &str, path: &str) -> Option<Fault> {
        let submission = matches!(method, "POST" | "PUT") && (path.starts_with(BASE) || path.starts_with(CONTACT_BASE));
        if !submission || self.draw(1000) >= u64::from(self.per_mille) {
            return None;
        }
        Some(match self.draw(20) {
            0..=2 => Fault::DropBefore,
            3..=6 => Fault::DropAfter,
            7 | 8 => Fault::Delay { ms: self.draw(50) },
            9 | 10 => Fault::Duplicate,
            11 | 12 => Fault::Truncate { bytes: usize::try_from(self.draw(300)).unwrap_or(0) },
            13 | 14 => Fault::Status(self.busy()),
            15 | 16 => Fault::StatusAfter(self.busy()),
            17 => Fault::Portal,
            18 => Fault::PortalAfter,
            _ => match self.draw(2) {
                0 => Fault::Redirect { to: "/elsewhere".to_owned() },
                _ => Fault::SlowLoris { ms_per_byte: 1 },
            },
        })
    }

    fn busy(&mut self) -> Said {
        let place = usize::try_from(self.draw(BUSY.len() as u64)).unwrap_or(0);
        let status = BUSY.get(place).copied().unwrap_or(503);
        Said { status, body: "busy".to_owned(), ..Said::default() }
    }
}
