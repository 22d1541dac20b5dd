//! The patience with codes that stand for nothing: so much for each sender, and so much for all.
//!
//! There are 31⁹ codes, 2.6 × 10¹³ (the tenth character is a check), and a guess names nobody: it may hit any invitation
//! that stands. Of a wave with ten thousand invitations that is open for four weeks, one sender who tries without a pause
//! finds one with a chance of 1 in 2,000. As many senders as there may be find one with a chance of 1 in 100, and
//! 24 million answers 401 are in the log by then. The one ceiling is what keeps that so, whatever address anybody
//! invents; the other keeps one sender from taking everybody's guesses.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
};

use jiff::Timestamp;

/// How many at once, and in a minute after that.
#[derive(Clone, Copy, Debug)]
struct Limit(u32);

/// For one sender: a household, or a workplace whose staff all type the wrong code of one notice.
const EACH: Limit = Limit(30);

/// For all together: twenty who guess at once, and everybody else may still make a mistake.
const ALL: Limit = Limit(600);

impl Limit {
    /// How long it takes for one more.
    fn pace(self) -> i64 {
        60_000_i64.checked_div(i64::from(self.0)).unwrap_or(60_000)
    }
}

/// What was guessed, and by whom. No more senders than [`ALL`] in two minutes are remembered, and none on disk.
#[derive(Debug, Default)]
pub(super) struct Patience {
    all: Bucket,
    each: HashMap<Option<IpAddr>, Bucket>,
}

impl Patience {
    /// In how many seconds there will be a guess for this sender; none if there is one now.
    pub(super) fn wait(&mut self, from: Option<IpAddr>, now: Timestamp) -> Option<u32> {
        let own = self.each.get_mut(&from.map(sender)).and_then(|bucket| bucket.wait(EACH, now));
        self.all.wait(ALL, now).max(own)
    }

    /// A guess that was wrong.
    pub(super) fn wrong(&mut self, from: Option<IpAddr>, now: Timestamp) {
        self.all.wrong(ALL, now);
        // Whoever has all guesses again is as good as unknown. As only wrong guesses bring anybody in here, and all of
        // them fit under the ceiling, this is never long.
        self.each.retain(|_, bucket| bucket.left(now) > 0);
        self.each.entry(from.map(sender)).or_default().wrong(EACH, now);
    }
}

/// Whom an address stands for. Of the sixth version a household often has 256 networks, and a site as much as all with
/// the same first 48 bits (RFC 6177): counted by less, one line alone would reach the ceiling for everybody.
fn sender(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

/// Where a request is from, by the peer of its connection and the header `X-Forwarded-For`.
///
/// A peer on this machine is the proxy in front, and everybody is behind it: so the last address that the header names
/// counts, which is the one that the proxy itself saw. Of any other peer the header is no more than its own word.
pub(super) fn from(peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
    let last = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse().ok());
    last.filter(|_| peer.to_canonical().is_loopback()).unwrap_or(peer)
}

/// A bucket that a wrong code takes from and that fills with time.
#[derive(Debug, Default)]
struct Bucket {
    /// What was taken and has not come back, in milliseconds of waiting.
    taken: i64,
    /// When that was reckoned.
    at: Option<Timestamp>,
}

impl Bucket {
    /// What is taken now.
    fn left(&mut self, now: Timestamp) -> i64 {
        let passed = self.at.map_or(0, |at| now.as_millisecond().saturating_sub(at.as_millisecond()));
        // A clock that was set back gives nothing, and takes nothing.
        self.taken = self.taken.saturating_sub(passed.max(0)).max(0);
        self.at = Some(now);
        self.taken
    }

    /// In how many seconds there will be a guess; none if there is one now.
    fn wait(&mut self, limit: Limit, now: Timestamp) -> Option<u32> {
        let full = limit.pace().saturating_mul(i64::from(limit.0).saturating_sub(1));
        let missing = self.left(now).saturating_sub(full);
        (missing > 0).then(|| u32::try_from(missing.saturating_add(999) / 1000).unwrap_or(1))
    }

    fn wrong(&mut self, limit: Limit, now: Timestamp) {
        self.taken = self.left(now).saturating_add(limit.pace());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_339_800_000 + ms).unwrap()
    }

    fn ip(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    fn guess(patience: &mut Patience, from: Option<IpAddr>, ms: i64) -> Option<u32> {
        let wait = patience.wait(from, at(ms));
        if wait.is_none() {
            patience.wrong(from, at(ms));
        }
        wait
    }

    #[test]
    fn thirty_guesses_at_once_and_then_one_every_two_seconds() {
        for from in [None, ip("192.0.2.7"), ip("2001:db8::7")] {
            let mut patience = Patience::default();
            let mut guess = |ms: i64| guess(&mut patience, from, ms);
            assert!((0..30).all(|_| guess(0).is_none()));
            for (ms, expected) in [
                (0, Some(2)),
                (1, Some(2)),
                (1_001, Some(1)),
                (2_000, None),
                (2_000, Some(2)),
                (-86_400_000, Some(2)),
                (-86_399_000, Some(1)),
                (-86_398_000, None),
            ] {
                assert_eq!(guess(ms), expected, "{from:?} after {ms} ms");
            }
            assert!((0..30).all(|_| guess(600_000).is_none()), "full again, and no fuller");
            assert_eq!(guess(600_000), Some(2));
        }
    }

    #[test]
    fn one_sender_spends_nobody_elses_and_all_together_have_a_ceiling() {
        let mut patience = Patience::default();
        let of = |n: u32| Some(IpAddr::from((n + 1).to_be_bytes()));
        for n in 0..20 {
            assert!((0..30).all(|_| guess(&mut patience, of(n), 0).is_none()), "sender {n}");
            assert!(n == 19 || guess(&mut patience, of(n), 0) == Some(2), "sender {n}");
        }
        assert_eq!(guess(&mut patience, of(20), 0), Some(1), "the ceiling");
        assert_eq!(guess(&mut patience, of(20), 100), None, "ten more in a second");
        assert_eq!(guess(&mut patience, of(21), 100), Some(1));
        // A new address for each guess: 600 a minute all the same, and no more of them are remembered than that.
        let mut patience = Patience::default();
        let mut passed = 0;
        for n in 0..36_000 {
            passed += u32::from(guess(&mut patience, of(n), i64::from(n) * 10).is_none());
            assert!(patience.each.len() <= 1_200, "{} are remembered", patience.each.len());
        }
        assert!((4_190..=4_210).contains(&passed), "{passed} in six minutes");
        guess(&mut patience, of(0), 3_600_000);
        assert_eq!(patience.each.len(), 1, "an hour later they are forgotten");
    }

    #[test]
    fn whoever_has_many_addresses_is_one_sender() {
        for (one, other, same) in [
            ("192.0.2.7", "192.0.2.8", false),
            ("192.0.2.7", "::ffff:192.0.2.7", true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:ff03::1", true),
            ("2001:db8:1:2::1", "2001:db8:2:2::1", false),
        ] {
            assert_eq!(ip(one).map(sender) == ip(other).map(sender), same, "{one} {other}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        for (peer, header, expected) in [
            ("198.51.100.1", None, "198.51.100.1"),
            ("198.51.100.1", Some("192.0.2.7"), "198.51.100.1"),
            ("127.0.0.1", Some("192.0.2.7"), "192.0.2.7"),
            ("::1", Some("10.0.0.1, 192.0.2.7"), "192.0.2.7"),
            ("::ffff:127.0.0.1", Some("192.0.2.9,2001:db8::7 "), "2001:db8::7"),
            ("127.0.0.1", Some("192.0.2.7, unknown"), "127.0.0.1"),
            ("127.0.0.1", None, "127.0.0.1"),
        ] {
            let found = from(peer.parse().unwrap(), header);
            assert_eq!(Some(found), ip(expected), "{peer} {header:?}");
        }
    }
}
