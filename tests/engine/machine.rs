//! The life of one submission, event by event.

use std::collections::{BTreeSet, HashSet};

use svar::submission::{
    Effect, Event, Found, Frozen, Kept, Media, Moment, NoReply, Outcome, Parked, Receipt, State, Submission, Verdict,
    Waiting, policy,
};

use crate::random::{Random, count, for_each_seed};

fn frozen(uuid: &str, media: Media) -> Frozen {
    Frozen { uuid: uuid.to_owned(), part: "core".to_owned(), media, bytes: format!("{{\"{uuid}\":1}}").into_bytes() }
}

fn receipt(uuid: &str) -> Receipt {
    Receipt { uuid: uuid.to_owned(), stored: None }
}

fn came(uuid: &str, outcome: Outcome) -> Event {
    Event::Came { uuid: uuid.to_owned(), outcome }
}

fn waits(why: Waiting, after: Option<u64>) -> Verdict {
    Verdict::Waiting { why, after }
}

fn network() -> Verdict {
    waits(Waiting::NoReply(NoReply::Network), None)
}

fn refused() -> Verdict {
    Verdict::Refused { link_ids: vec!["pain".to_owned()] }
}

/// A state in a word.
fn word(state: &State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Keeping => "keeping",
        State::Queued => "queued",
        State::Looking => "looking",
        State::Sending => "sending",
        State::Waiting { .. } => "waiting",
        State::Elsewhere => "elsewhere",
        State::Paused => "paused",
        State::Parked(_) => "parked",
        State::Refused { .. } => "refused",
        State::Received(_) => "received",
    }
}

/// A submission, its clock, and the alarms it has set.
#[derive(Default)]
struct Stage {
    submission: Submission,
    now: u64,
    alarms: Vec<u32>,
    /// The newest request.
    request: u32,
}

impl Stage {
    /// Plays one line: what happens, in words; what is asked for then.
    fn play(&mut self, said: &str) -> String {
        let (what, rest) = said.split_once(' ').unwrap_or((said, ""));
        let (uuid, number) = rest.split_once(' ').unwrap_or((rest, ""));
        let outcome = match what {
            "kept" => Outcome::Kept,
            "not-kept" => Outcome::NotKept,
            "turn" => Outcome::Turn,
            "no-turn" => Outcome::NoTurn,
            "payload" => Outcome::Found(Found::Payload),
            "nothing" => Outcome::Found(Found::Nothing),
            "unreadable" => Outcome::Found(Found::Unreadable),
            "delivered" => Outcome::Found(Found::Receipt(receipt(uuid))),
            "delivered-another" => Outcome::Found(Found::Receipt(receipt("z"))),
            "received" => self.verdict(Verdict::Received(receipt(uuid))),
            "received-another" => self.verdict(Verdict::Received(receipt("z"))),
            "network" => self.verdict(network()),
            // A reply to the request before.
            "late-network" => Outcome::Verdict { request: self.request - 1, verdict: network() },
            "late-received" => {
                Outcome::Verdict { request: self.request - 1, verdict: Verdict::Received(receipt(uuid)) }
            }
            "strange" => self.verdict(waits(Waiting::NoReceipt, None)),
            "busy" => self.verdict(waits(Waiting::Busy, number.parse().ok())),
            "unauthorised" => self.verdict(Verdict::Paused),
            "closed" => self.verdict(Verdict::Parked(Parked::Closed)),
            "refused" => self.verdict(refused()),
            "receipt-kept" => Outcome::ReceiptKept,
            "receipt-not-kept" => Outcome::ReceiptNotKept,
            "dropped" => Outcome::Dropped,
            "not-dropped" => Outcome::NotDropped,
            _ => return self.play_other(what, uuid),
        };
        self.step(came(uuid, outcome))
    }

    fn verdict(&self, verdict: Verdict) -> Outcome {
        Outcome::Verdict { request: self.request, verdict }
    }

    fn play_other(&mut self, what: &str, uuid: &str) -> String {
        let event = match what {
            "freeze" => Event::Freeze(frozen(uuid, Media::Fhir)),
            "seal" => Event::Freeze(frozen(uuid, Media::Sealed)),
            "restored" => Event::Restored(frozen(uuid, Media::Fhir)),
            "known" => Event::Known(receipt(uuid)),
            "alarm" => Event::Alarm(*self.alarms.last().expect("an alarm was set")),
            "stale" => Event::Alarm(self.alarms[self.alarms.len() - 2]),
            "wake" => Event::Wake,
            "retry" => Event::Retry,
            "reopen" => Event::Reopen,
            other => {
                self.now += other.parse::<u64>().unwrap_or_else(|_| panic!("no event: {other}"));
                return String::new();
            }
        };
        self.step(event)
    }

    fn step(&mut self, event: Event) -> String {
        // The longest wait that chance can give.
        let effects = self.submission.step(event, Moment { now: self.now, dice: u32::MAX });
        let words: Vec<String> = effects.into_iter().map(|effect| self.say(effect)).collect();
        words.join(", ")
    }

    fn say(&mut self, effect: Effect) -> String {
        match effect {
            Effect::Keep { frozen, replaces: None } => format!("keep {}", frozen.uuid),
            Effect::Keep { frozen, replaces: Some(old) } => format!("keep {} for {old}", frozen.uuid),
            Effect::AskTurn { uuid } => format!("ask {uuid}"),
            Effect::Look { uuid } => format!("look {uuid}"),
            Effect::Post { frozen, request } => {
                self.request = request;
                format!("post {}", frozen.uuid)
            }
            Effect::KeepReceipt { part, receipt } => format!("receipt {part} {}", receipt.uuid),
            Effect::Drop { uuid } => format!("drop {uuid}"),
            Effect::GiveUpTurn { uuid } => format!("give up {uuid}"),
            Effect::WakeIn { ms, alarm } => {
                self.alarms.push(alarm);
                format!("in {ms}")
            }
        }
    }
}

/// Lines `what happens | what is asked for | where it is then`. A number alone lets so many milliseconds pass.
fn check(name: &str, lines: &str) -> Submission {
    let mut stage = Stage::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut cells = line.split('|').map(str::trim);
        let (event, effects, state) =
            (cells.next().unwrap(), cells.next().unwrap_or(""), cells.next().unwrap_or_default());
        let found = stage.play(event);
        assert_eq!(found, effects, "{name}: {line}");
        if !state.is_empty() {
            assert_eq!(word(stage.submission.state()), state, "{name}: {line}");
        }
    }
    stage.submission
}

/// From `freeze a` to the request.
const SENT: &str = "
    freeze a  | keep a, in 3000  | keeping
    kept a    | ask a, in 3000   | queued
    turn a    | look a, in 3000  | looking
    payload a | post a, in 45000 | sending
";

/// The same, and then these lines.
fn after_sent(name: &str, lines: &str) -> Submission {
    check(name, &format!("{SENT}{lines}"))
}

#[test]
fn sent_and_received() {
    let done = after_sent(
        "sent",
        "received a     | receipt core a, in 30000 | received
         receipt-kept a | drop a, in 30000         | received
         dropped a      | give up a                | received
         alarm          |                          | received",
    );
    assert_eq!(done.received(), Some(&receipt("a")));
    assert_eq!(done.frozen(), None, "the bytes are kept until they have arrived, and no longer");
    assert_eq!(done.tries(), 0);
}

#[test]
fn clicks_that_come_twice_send_once() {
    check(
        "double click on send, in every state",
        "retry     |                  | draft
         freeze a  | keep a, in 3000  | keeping
         freeze b  |                  | keeping
         retry     |                  | keeping
         kept a    | ask a, in 3000   | queued
         freeze b  |                  | queued
         retry     |                  | queued
         turn a    | look a, in 3000  | looking
         freeze b  |                  | looking
         retry     |                  | looking
         payload a | post a, in 45000 | sending
         freeze b  |                  | sending
         retry     |                  | sending
         network a | give up a, in 2000 | waiting
         freeze b  |                  | waiting
         1000
         retry     | ask a, in 3000   | queued
         retry     |                  | queued
         turn a    | look a, in 3000  | looking
         payload a | post a, in 45000 | sending
         received a | receipt core a, in 30000 | received
         freeze c  |                  | received
         retry     |                  | received",
    );
    after_sent(
        "a double click on try again is one try, a second later",
        "network a | give up a, in 2000 | waiting
         300
         retry     | in 700             | waiting
         retry     |                    | waiting
         700
         alarm     | ask a, in 3000     | queued
         alarm     | in 5000            | elsewhere",
    );
}

#[test]
fn waits_double_up_to_five_minutes() {
    let mut stage = Stage::default();
    for line in ["restored a", "turn a", "payload a", "network a"] {
        stage.play(line);
    }
    for expected in [4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000, 300_000, 300_000] {
        stage.now += 300_000;
        assert_eq!(stage.play("alarm"), "ask a, in 3000");
        stage.play("turn a");
        assert_eq!(stage.play("payload a"), "post a, in 45000");
        assert_eq!(stage.play("network a"), format!("give up a, in {expected}"));
    }
    assert_eq!((stage.submission.tries(), stage.submission.frozen()), (12, Some(&frozen("a", Media::Fhir))));
    // Full jitter: anything from nearly nothing to the whole.
    for (dice, ms) in [(0, 1), (1 << 31, 1001), (u32::MAX, 2000)] {
        let mut submission = Submission::default();
        let mut at = |event| submission.step(event, Moment { now: 5, dice });
        at(Event::Restored(frozen("a", Media::Fhir)));
        at(came("a", Outcome::Turn));
        at(came("a", Outcome::Found(Found::Payload)));
        let effects = at(came("a", Outcome::Verdict { request: 1, verdict: network() }));
        assert!(matches!(effects[..], [Effect::GiveUpTurn { .. }, Effect::WakeIn { ms: found, .. }] if found == ms));
        assert_eq!(
            submission.state(),
            &State::Waiting { why: Waiting::NoReply(NoReply::Network), until: 5 + ms },
            "{dice}"
        );
    }
}

#[test]
fn what_wakes_us_sends_at_once_but_not_too_often() {
    after_sent(
        "woken",
        "network a | give up a, in 2000 | waiting
         alarm     | ask a, in 3000     | queued
         turn a    | look a, in 3000    |
         payload a | post a, in 45000   |
         network a | give up a, in 4000 |
         alarm     | ask a, in 3000     |
         turn a    | look a, in 3000    |
         payload a | post a, in 45000   |
         network a | give up a, in 8000 |
         alarm     | ask a, in 3000     |
         turn a    | look a, in 3000    |
         payload a | post a, in 45000   |
         network a | give up a, in 16000 | waiting
         4000
         wake      | in 6000            | waiting
         1000
         wake      |                    | waiting
         5000
         wake      | ask a, in 3000     | queued
         turn a    | look a, in 3000    | looking
         stale     |                    | looking",
    );
    after_sent(
        "the wait planned is sooner",
        "network a | give up a, in 2000 | waiting
         wake      |                    | waiting
         alarm     | ask a, in 3000     | queued",
    );
}

#[test]
fn retry_after_is_the_earliest_but_for_the_person() {
    for (asked, ms) in [(0, 1_000), (1, 1_000), (60, 60_000), (3600, 3_600_000), (999_999, 3_600_000)] {
        let after = |rest: &str| {
            after_sent(
                "asked to wait",
                &format!(
                    "busy a {asked} | give up a, in {} | waiting
                     {}
                     wake | {}",
                    ms + 2_000,
                    ms - 1,
                    rest
                ),
            )
        };
        after("| waiting\n alarm | ask a, in 3000 | queued");
        after(if ms >= 10_000 { "| waiting\n 1\n wake | ask a, in 3000 | queued" } else { "| waiting" });
        after("| waiting\n 1000\n retry | ask a, in 3000 | queued");
    }
}

#[test]
fn no_more_than_thirty_requests_in_an_hour() {
    let mut stage = Stage::default();
    for line in ["restored a", "turn a", "payload a", "network a"] {
        stage.play(line);
    }
    let mut sent = vec![stage.now];
    // Focus comes and goes every second; the alarms ring as well.
    let mut rings = u64::MAX;
    for second in 1..=4 * 3600 {
        stage.now = second * 1000;
        let mut said = if stage.now >= rings { stage.play("alarm") } else { stage.play("wake") };
        if said.starts_with("ask") {
            stage.play("turn a");
            stage.play("payload a");
            sent.push(stage.now);
            said = stage.play("strange a");
        }
        if let Some((_, ms)) = said.rsplit_once("in ") {
            rings = stage.now + ms.parse::<u64>().unwrap();
        }
    }
    let in_hour = |from: u64| sent.iter().filter(|at| (from..from + 3_600_000).contains(at)).count();
    let most = sent.iter().map(|from| in_hour(*from)).max();
    assert!(most <= Some(30), "{most:?}");
    assert!(sent.len() >= 80, "a busy page is no reason to stall: {}", sent.len());
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "too close");
}

#[test]
fn the_store_fails_and_it_is_sent_all_the_same() {
    let submission = check(
        "denied",
        "freeze a   | keep a, in 3000    | keeping
         not-kept a | ask a, in 3000     | queued
         turn a     | look a, in 3000    | looking
         unreadable a | post a, in 45000 | sending
         network a  | give up a, in 2000 | waiting",
    );
    assert_eq!(submission.kept(), Kept::MemoryOnly);
    let submission = check(
        "tried again before each later try",
        "freeze a   | keep a, in 3000    |
         not-kept a | ask a, in 3000     |
         turn a     | look a, in 3000    |
         nothing a  | post a, in 45000   | sending
         network a  | give up a, in 2000 |
         alarm      | keep a, in 3000    | keeping
         not-kept a | ask a, in 3000     |
         turn a     | look a, in 3000    |
         nothing a  | post a, in 45000   |
         network a  | give up a, in 4000 |
         alarm      | keep a, in 3000    | keeping
         kept a     | ask a, in 3000     | queued",
    );
    assert_eq!(submission.kept(), Kept::Stored);
    let submission = check(
        "slow: patience, and the truth when it comes",
        "freeze a   | keep a, in 3000    | keeping
         alarm      | ask a, in 3000     | queued
         turn a     | look a, in 3000    | looking
         alarm      | post a, in 45000   | sending
         not-kept a |                    | sending",
    );
    assert_eq!(submission.kept(), Kept::MemoryOnly);
    let submission = check(
        "slow, but kept in the end",
        "freeze a   | keep a, in 3000    | keeping
         alarm      | ask a, in 3000     | queued
         kept a     |                    | queued
         not-kept a |                    | queued",
    );
    assert_eq!(submission.kept(), Kept::Stored);
}

#[test]
fn the_store_was_emptied_or_is_damaged() {
    for found in ["nothing a", "unreadable a", "delivered-another a"] {
        let submission = check(
            found,
            &format!(
                "restored a | ask a, in 3000   | queued
                 turn a     | look a, in 3000  | looking
                 {found}    | keep a, in 3000  | keeping
                 kept a     | post a, in 45000 | sending"
            ),
        );
        assert_eq!(submission.kept(), Kept::Stored, "{found}");
        let submission = check(
            found,
            &format!(
                "restored a | ask a, in 3000   | queued
                 turn a     | look a, in 3000  | looking
                 {found}    | keep a, in 3000  | keeping
                 alarm      | post a, in 45000 | sending"
            ),
        );
        assert_eq!(submission.kept(), Kept::MemoryOnly, "{found}");
    }
}

#[test]
fn another_tab_has_the_turn_or_has_delivered() {
    check(
        "asked again every few seconds, and when woken",
        "restored a | ask a, in 3000  | queued
         no-turn a  | in 5000         | elsewhere
         alarm      | ask a, in 3000  | queued
         no-turn a  | in 5000         | elsewhere
         wake       | ask a, in 3000  | queued
         no-turn a  | in 5000         | elsewhere
         retry      | ask a, in 3000  | queued
         turn a     | look a, in 3000 | looking
         delivered a | drop a, in 30000 | received
         dropped a  | give up a       | received",
    );
    check(
        "no answer about the turn, then a late one",
        "restored a | ask a, in 3000  | queued
         alarm      | in 5000         | elsewhere
         turn a     | look a, in 3000 | looking
         turn a     |                 | looking",
    );
    after_sent(
        "a turn that nobody waits for is given up",
        "network a  | give up a, in 2000 | waiting
         turn a     | give up a          | waiting
         turn b     | give up b          | waiting
         no-turn a  |                    | waiting",
    );
    check("a turn before anything was frozen", "turn a | give up a | draft");
    check(
        "delivered before",
        "known a | | received\n retry | | received\n wake | | received\n kept a | drop a, in 30000 |",
    );
}

#[test]
fn what_did_not_arrive_is_kept_and_says_so() {
    let submission = after_sent(
        "paused: tried when something changes",
        "unauthorised a | give up a     | paused
         wake           | in 10000      | paused
         wake           |               | paused
         alarm          | ask a, in 3000 | queued
         turn a         | look a, in 3000 |
         payload a      | post a, in 45000 |
         unauthorised a | give up a     | paused
         500
         retry          | in 500         | paused
         stale          |                | paused
         alarm          | ask a, in 3000 | queued",
    );
    assert!(submission.frozen().is_some());
    let submission = after_sent(
        "parked: only the person tries again",
        "closed a  | give up a      | parked
         alarm     |                | parked
         100000
         wake      |                | parked
         reopen    |                | parked
         retry     | ask a, in 3000 | queued",
    );
    assert!(submission.frozen().is_some());
    let submission = after_sent(
        "strange replies are counted",
        "strange a | give up a, in 2000 | waiting
         alarm     | ask a, in 3000 |
         turn a    | look a, in 3000 |
         payload a | post a, in 45000 |
         received-another a | give up a, in 4000 | waiting
         alarm     | ask a, in 3000 |
         turn a    | look a, in 3000 |
         payload a | post a, in 45000 |
         strange a | give up a, in 8000 | waiting",
    );
    assert_eq!(submission.tries(), policy::EXPLAIN_AFTER);
    assert!(matches!(submission.state(), State::Waiting { why: Waiting::NoReceipt, .. }));
    after_sent(
        "no verdict at all",
        "alarm | give up a, in 2000 | waiting
         network a |            | waiting
         received a | receipt core a, in 30000 | received",
    );
    let twice = "
        alarm          | give up a, in 2000 | waiting
        alarm          | ask a, in 3000     |
        turn a         | look a, in 3000    |
        payload a      | post a, in 45000   | sending
        late-network a |                    | sending";
    after_sent(
        "a late reply is not one to what was sent since",
        &format!("{twice}\n network a | give up a, in 4000 | waiting"),
    );
    after_sent(
        "but a receipt is a receipt",
        &format!("{twice}\n late-received a | receipt core a, in 30000 | received"),
    );
}

#[test]
fn only_a_refusal_reopens() {
    let reopened = after_sent(
        "reopened",
        "reopen    |                    | sending
         refused a | give up a          | refused
         wake      |                    | refused
         retry     |                    | refused
         reopen    |                    | draft
         kept a    |                    | draft
         received a |                   | draft
         alarm     |                    | draft
         freeze b  | keep b for a, in 3000 | keeping
         kept a    |                    | keeping
         received a |                   | keeping
         not-kept b | ask b, in 3000    | queued",
    );
    after_sent(
        "delivered, it takes what it corrects with it",
        "refused a  | give up a         |
         reopen     |                   |
         freeze b   | keep b for a, in 3000 |
         not-kept b | ask b, in 3000    |
         turn b     | look b, in 3000   |
         nothing b  | post b, in 45000  |
         received b | receipt core b, in 30000 |
         receipt-kept b | drop b, drop a, in 30000 |
         dropped a  |                   | received
         dropped b  | give up b         | received",
    );
    assert_eq!((reopened.replaces(), reopened.tries(), reopened.kept()), (Some("a"), 0, Kept::MemoryOnly));
    for (said, state) in [("network a | give up a, in 2000", "waiting"), ("unauthorised a | give up a", "paused")] {
        let submission = after_sent(said, &format!("{said} | {state}\n reopen | | {state}"));
        assert!(submission.frozen().is_some(), "what may have arrived is kept");
    }
    after_sent("received", "received a | receipt core a, in 30000 |\n reopen | | received");
}

#[test]
fn sealed_answers_are_never_refused() {
    let submission = check(
        "sealed",
        "seal a    | keep a, in 3000  |
         kept a    | ask a, in 3000   |
         turn a    | look a, in 3000  |
         payload a | post a, in 45000 |
         refused a | give up a        | parked
         reopen    |                  | parked",
    );
    assert_eq!(submission.state(), &State::Parked(Parked::Unacceptable { status: 422 }));
}

#[test]
fn a_receipt_is_believed_whenever_it_comes() {
    for before in [
        "network a | give up a, in 2000 | waiting",
        "unauthorised a | give up a | paused",
        "closed a | give up a | parked",
        "refused a | give up a | refused",
        "network a | give up a, in 2000 |\n alarm | ask a, in 3000 | queued",
        "network a | give up a, in 2000 |\n alarm | ask a, in 3000 |\n no-turn a | in 5000 | elsewhere",
        "network a | give up a, in 2000 |\n alarm | ask a, in 3000 |\n turn a | look a, in 3000 | looking",
    ] {
        after_sent(before, &format!("{before}\n received a | receipt core a, in 30000 | received"));
        after_sent(before, &format!("{before}\n delivered a | drop a, in 30000 | received"));
    }
    check("while it is kept", "freeze a | keep a, in 3000 |\n received a | receipt core a, in 30000 | received");
}

#[test]
fn tidying_up_fails_and_is_tried_again() {
    after_sent(
        "the receipt is not kept",
        "received a         | receipt core a, in 30000 | received
         receipt-not-kept a | give up a                |
         alarm              | receipt core a, in 30000 |
         receipt-not-kept a |                          |
         alarm              | receipt core a, in 30000 |
         alarm              |                          | received
         kept a             |                          | received
         wake               | receipt core a, in 30000 | received
         wake               |                          | received
         receipt-kept a     | drop a, in 30000         | received
         dropped a          |                          | received
         wake               |                          | received",
    );
    after_sent(
        "the bytes are not removed",
        "received a     | receipt core a, in 30000 | received
         dropped a      |                          | received
         receipt-kept a | drop a, in 30000         |
         not-dropped a  | give up a                |
         alarm          | drop a, in 30000         |
         dropped a      |                          |
         alarm          |                          |
         kept a         | drop a, in 30000         | received",
    );
}

/// A clock as the page sees it: true milliseconds to shown ones.
type Clock = fn(u64) -> u64;

const DAY: u64 = 86_400_000;
/// A November morning in 2026.
const NOVEMBER: u64 = 1_795_600_000_000;

/// Eight hours on a dead network, with the page in and out of focus: when requests are sent, by the true time.
fn requests_by(clock: Clock, retry_after: Option<u64>) -> Vec<u64> {
    let mut submission = Submission::default();
    let (mut now, mut sent, mut alarms) = (0_u64, Vec::new(), BTreeSet::new());
    let mut random = Random::of(7);
    let mut event = Event::Restored(frozen("a", Media::Fhir));
    let mut focus = 0;
    loop {
        let dice = random.next() as u32;
        let effects = submission.step(event, Moment { now: clock(now), dice });
        let mut next = None;
        for effect in effects {
            match effect {
                Effect::WakeIn { ms, alarm } => {
                    alarms.insert((now + ms, alarm));
                }
                Effect::AskTurn { .. } => next = Some(Outcome::Turn),
                Effect::Look { .. } => next = Some(Outcome::Found(Found::Payload)),
                Effect::Post { request, .. } => {
                    sent.push(now);
                    now += 200;
                    next = Some(Outcome::Verdict { request, verdict: waits(Waiting::Busy, retry_after) });
                }
                Effect::GiveUpTurn { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        let rings = alarms.first().is_some_and(|(at, _)| *at < focus);
        event = if let Some(outcome) = next {
            came("a", outcome)
        } else if rings && let Some((at, alarm)) = alarms.pop_first() {
            now = now.max(at);
            Event::Alarm(alarm)
        } else {
            now = now.max(focus);
            // Bursts of focus, then half an hour of none.
            focus = if focus % 1_800_000 < 60_000 { now + 700 } else { (now / 1_800_000 + 1) * 1_800_000 };
            Event::Wake
        };
        if now > 8 * 3_600_000 {
            return sent;
        }
    }
}

#[test]
fn a_wrong_clock_neither_stalls_nor_floods() {
    let cases: [(&str, Clock); 12] = [
        ("right", |real| NOVEMBER + real),
        ("a day ahead from the start", |real| NOVEMBER + DAY + real),
        ("a day forward in the middle", |real| NOVEMBER + real + if real > 7_000_000 { DAY } else { 0 }),
        ("a day back in the middle", |real| NOVEMBER + real - if real > 7_000_000 { DAY } else { 0 }),
        ("ten years forward", |real| NOVEMBER + real + if real > 7_000_000 { 3650 * DAY } else { 0 }),
        ("ten years back", |real| NOVEMBER + real - if real > 7_000_000 { 3650 * DAY } else { 0 }),
        ("winter time begins", |real| NOVEMBER + real - if real > 7_000_000 { 3_600_000 } else { 0 }),
        ("another time zone", |real| NOVEMBER + real + if real > 7_000_000 { 9 * 3_600_000 } else { 0 }),
        ("frozen", |_| NOVEMBER),
        ("half as fast", |real| NOVEMBER + real / 2),
        ("back every minute", |real| NOVEMBER + real - real / 60_000 * 61_000),
        ("back to 1970, on and on from there", |real| real.saturating_sub(7_000_000)),
    ];
    for (name, clock) in cases {
        for retry_after in [None, Some(120)] {
            let sent = requests_by(clock, retry_after);
            let gap = sent.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
            let wait = policy::BACKOFF_MOST + retry_after.map_or(0, |seconds| seconds * 1000);
            assert!(gap <= wait + 1_000, "{name} stalls: {gap} ms");
            let most = sent.iter().map(|from| sent.iter().filter(|at| (*from..from + 3_600_000).contains(at)).count());
            // A jump forward gives back the allowance of ten, once.
            let allowed = if name.contains("forward") || name.contains("zone") { 40 } else { 30 };
            assert!(most.max() <= Some(allowed), "{name} floods");
            let (early, late) = (&sent[..5], &sent[sent.len() - 5..]);
            assert!(late[4] - late[0] > early[4] - early[0], "{name}: waits grow");
            if let Some(seconds) = retry_after
                && !name.contains("forward")
                && !name.contains("zone")
            {
                assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= seconds * 1000), "{name}: before its time");
            }
        }
    }
}

#[test]
fn the_ends_of_time() {
    for now in [0, u64::MAX - 1, u64::MAX] {
        let mut stage = Stage { now, ..Stage::default() };
        for _ in 0..2 {
            for line in ["restored a", "alarm", "alarm", "turn a", "payload a", "busy a 3600", "wake", "retry", "alarm"]
            {
                stage.play(line);
            }
        }
        assert!(stage.submission.frozen().is_some());
    }
}

/// Any event at all.
fn any_event(random: &mut Random, alarm: u32, request: u32) -> Event {
    let uuid = random.pick(&["a", "b", "c"]);
    let outcome = match random.below(20) {
        0 => return Event::Freeze(frozen(uuid, random.pick(&[Media::Fhir, Media::Sealed, Media::Flat]))),
        1 => return Event::Restored(frozen(uuid, Media::Fhir)),
        2 if random.chance(20) => return Event::Known(receipt(uuid)),
        3 | 4 => return Event::Alarm(alarm),
        5 => return Event::Alarm(random.next() as u32 % 8),
        6 => return Event::Wake,
        7 => return Event::Retry,
        8 => return Event::Reopen,
        9 => Outcome::Kept,
        10 => Outcome::NotKept,
        11 | 12 => Outcome::Turn,
        13 => Outcome::NoTurn,
        14 => random.pick(&[
            Outcome::Found(Found::Payload),
            Outcome::Found(Found::Payload),
            Outcome::Found(Found::Nothing),
            Outcome::Found(Found::Unreadable),
            Outcome::Found(Found::Receipt(receipt(uuid))),
        ]),
        15 => random.pick(&[Outcome::ReceiptKept, Outcome::ReceiptNotKept, Outcome::Dropped, Outcome::NotDropped]),
        other => Outcome::Verdict {
            request: request.wrapping_sub(u32::from(random.chance(10))),
            verdict: match other {
                16 => Verdict::Received(receipt(random.pick(&["a", "b", "c"]))),
                17 => refused(),
                18 => random.pick(&[Verdict::Paused, Verdict::Parked(Parked::Conflict)]),
                _ => waits(Waiting::Busy, random.pick(&[None, Some(0), Some(60), Some(u64::MAX)])),
            },
        },
    };
    came(uuid, outcome)
}

/// Any events in any order: what is asked for is little, fits the state, and loses nothing.
#[test]
fn any_events_in_any_order() {
    for_each_seed(count(5_000, 100_000), |random, _| {
        let (mut submission, mut turn) = (Submission::default(), HashSet::new());
        let (mut alarm, mut request) = (0, 0);
        for _ in 0..40 {
            let event = any_event(random, alarm, request);
            let at = Moment { now: random.next() >> random.below(64), dice: random.next() as u32 };
            let before = submission.clone();
            let effects = submission.step(event.clone(), at);
            let told = format!("{event:?} in {before:?}: {effects:?}");
            assert!(effects.len() <= 3, "{told}");
            if let Event::Came { uuid, outcome: Outcome::Turn } = &event {
                turn.insert(uuid.clone());
            }
            for effect in &effects {
                match effect {
                    Effect::Post { frozen: posted, request: number } => {
                        request = *number;
                        assert_eq!((Some(posted), submission.state()), (before.frozen(), &State::Sending), "{told}");
                        assert!(turn.contains(&posted.uuid), "sent without the turn: {told}");
                    }
                    Effect::Drop { uuid } => {
                        let arrived = submission.received().is_some_and(|receipt| receipt.uuid == *uuid);
                        let replaced = submission.received().is_some() && submission.replaces() == Some(uuid);
                        assert!(arrived || replaced, "{told}");
                    }
                    Effect::Keep { frozen, .. } => assert_eq!(Some(frozen), submission.frozen(), "{told}"),
                    Effect::WakeIn { alarm: number, .. } => alarm = *number,
                    Effect::GiveUpTurn { uuid } => {
                        assert!(turn.remove(uuid), "gave up what it had not: {told}");
                    }
                    Effect::AskTurn { .. } | Effect::Look { .. } | Effect::KeepReceipt { .. } => {}
                }
            }
            match (before.frozen(), submission.frozen()) {
                (Some(known), Some(now)) => assert_eq!(known, now, "{told}"),
                (Some(known), None) => {
                    let arrived = submission.received().is_some_and(|receipt| receipt.uuid == known.uuid);
                    assert!(arrived || submission.replaces() == Some(&known.uuid), "{told}");
                }
                (None, _) => {}
            }
            // Whatever goes on by itself has an alarm that makes it go on.
            let by_itself = !matches!(
                submission.state(),
                State::Draft | State::Paused | State::Parked(_) | State::Refused { .. } | State::Received(_)
            );
            let rung = submission.clone().step(Event::Alarm(alarm), at);
            assert!(!by_itself || !rung.is_empty(), "nothing would wake it: {told}");
        }
    });
}
