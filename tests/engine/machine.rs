//! The life of one submission, event by event.

use svar::submission::{Effect, Event, Frozen, NoReply, Parked, Receipt, State, Submission, Verdict, Waiting};

use crate::random::{count, for_each_seed};

fn frozen(uuid: &str) -> Frozen {
    Frozen { uuid: uuid.to_owned(), bytes: format!("{{\"{uuid}\":1}}").into_bytes() }
}

fn freeze(uuid: &str) -> Event {
    Event::Freeze(frozen(uuid))
}

fn answer(uuid: &str, verdict: Verdict) -> Event {
    Event::Verdict { uuid: uuid.to_owned(), verdict }
}

fn receipt(uuid: &str) -> Verdict {
    Verdict::Received(Receipt { uuid: uuid.to_owned(), stored: None })
}

fn network() -> Verdict {
    Verdict::Waiting { why: Waiting::NoReply(NoReply::Network), after: None }
}

fn refused() -> Verdict {
    Verdict::Refused { link_ids: vec!["pain".to_owned()] }
}

/// Where it is, in one word.
fn word(submission: &Submission) -> &'static str {
    match submission.state() {
        State::Draft => "draft",
        State::Sending => "sending",
        State::Received(_) => "received",
        State::NotReceived(_) => "not received",
    }
}

/// Events one after the other: the state after each, and what is posted.
fn check(name: &str, steps: &[(Event, &str, Option<&str>)]) -> Submission {
    let mut submission = Submission::default();
    for (number, (event, state, posted)) in steps.iter().enumerate() {
        let effects = submission.step(event.clone());
        let expected: Vec<Effect> = posted.iter().map(|uuid| Effect::Post(frozen(uuid))).collect();
        assert_eq!(effects, expected, "{name}, step {number}");
        assert_eq!(word(&submission), *state, "{name}, step {number}");
    }
    submission
}

#[test]
fn sent_and_received() {
    let done = check("sent", &[(freeze("a"), "sending", Some("a")), (answer("a", receipt("a")), "received", None)]);
    assert_eq!(done.received().map(|receipt| receipt.uuid.as_str()), Some("a"));
    assert_eq!(done.frozen(), None, "the bytes are kept until they have arrived, and no longer");
}

#[test]
fn clicks_that_come_twice_send_once() {
    check(
        "double click on send",
        &[
            (freeze("a"), "sending", Some("a")),
            (freeze("b"), "sending", None),
            (answer("a", receipt("a")), "received", None),
            (freeze("c"), "received", None),
        ],
    );
    check(
        "double click on try again",
        &[
            (Event::Retry, "draft", None),
            (freeze("a"), "sending", Some("a")),
            (Event::Retry, "sending", None),
            (answer("a", network()), "not received", None),
            (Event::Retry, "sending", Some("a")),
            (Event::Retry, "sending", None),
            (answer("a", receipt("a")), "received", None),
            (Event::Retry, "received", None),
        ],
    );
}

#[test]
fn every_try_sends_the_same_bytes() {
    let busy = || Verdict::Waiting { why: Waiting::Busy, after: Some(5) };
    let submission = check(
        "tries",
        &[
            (freeze("a"), "sending", Some("a")),
            (answer("a", network()), "not received", None),
            (freeze("b"), "not received", None),
            (Event::Retry, "sending", Some("a")),
            (answer("a", busy()), "not received", None),
            (Event::Retry, "sending", Some("a")),
            (answer("a", Verdict::Paused), "not received", None),
            (Event::Retry, "sending", Some("a")),
            (answer("a", Verdict::Parked(Parked::Closed)), "not received", None),
        ],
    );
    assert_eq!((submission.tries(), submission.frozen()), (4, Some(&frozen("a"))));
}

#[test]
fn late_replies_and_those_to_another_change_nothing() {
    check(
        "late and wrong",
        &[
            (answer("a", receipt("a")), "draft", None),
            (freeze("a"), "sending", Some("a")),
            (answer("b", receipt("b")), "sending", None),
            (answer("a", network()), "not received", None),
            (answer("a", receipt("a")), "not received", None),
            (Event::Retry, "sending", Some("a")),
            (answer("a", receipt("a")), "received", None),
            (answer("a", network()), "received", None),
        ],
    );
    // Reopened and sent anew, a reply to what was sent before is not believed.
    check(
        "a reply to what was before",
        &[
            (freeze("a"), "sending", Some("a")),
            (answer("a", refused()), "not received", None),
            (Event::Reopen, "draft", None),
            (answer("a", receipt("a")), "draft", None),
            (freeze("b"), "sending", Some("b")),
            (answer("a", receipt("a")), "sending", None),
            (answer("b", receipt("b")), "received", None),
        ],
    );
}

#[test]
fn only_a_refusal_reopens() {
    for verdict in [
        network(),
        Verdict::Paused,
        Verdict::Parked(Parked::Conflict),
        Verdict::Waiting { why: Waiting::NoReceipt, after: None },
    ] {
        let submission = check(
            "no reopening",
            &[
                (Event::Reopen, "draft", None),
                (freeze("a"), "sending", Some("a")),
                (Event::Reopen, "sending", None),
                (answer("a", verdict), "not received", None),
                (Event::Reopen, "not received", None),
            ],
        );
        assert_eq!(submission.frozen(), Some(&frozen("a")), "what may have arrived is kept");
    }
    let submission = check(
        "reopened",
        &[
            (freeze("a"), "sending", Some("a")),
            (answer("a", refused()), "not received", None),
            (Event::Reopen, "draft", None),
        ],
    );
    assert_eq!((submission.frozen(), submission.tries()), (None, 0));
    check(
        "received",
        &[
            (freeze("a"), "sending", Some("a")),
            (answer("a", receipt("a")), "received", None),
            (Event::Reopen, "received", None),
        ],
    );
}

/// Any events in any order: bytes never change under an id, nothing is dropped before its receipt but after a refusal.
#[test]
fn nothing_is_lost_in_any_order_of_events() {
    for_each_seed(count(2_000, 50_000), |random, _| {
        let mut submission = Submission::default();
        let mut frozen_before: Option<Frozen> = None;
        for step in 0..20 {
            let uuids = [
                "a".to_owned(),
                format!("fresh-{step}"),
                frozen_before.as_ref().map_or("a".to_owned(), |frozen| frozen.uuid.clone()),
            ];
            let uuid = random.pick(&uuids);
            let event = match random.below(6) {
                0 => freeze(&uuid),
                1 => Event::Retry,
                2 => Event::Reopen,
                3 => answer(&uuid, receipt(&uuid)),
                4 => answer(&uuid, refused()),
                _ => answer(&uuid, network()),
            };
            let before = submission.clone();
            for Effect::Post(posted) in submission.step(event.clone()) {
                assert_eq!(Some(&posted), submission.frozen(), "what is posted is what is kept");
                assert_eq!(submission.state(), &State::Sending);
            }
            match (before.frozen(), submission.frozen()) {
                (Some(known), Some(now)) => assert_eq!(known, now, "after {event:?}"),
                (Some(known), None) => {
                    let arrived = submission.received().is_some_and(|receipt| receipt.uuid == known.uuid);
                    let reopened =
                        event == Event::Reopen && matches!(before.state(), State::NotReceived(Verdict::Refused { .. }));
                    assert!(arrived || reopened, "dropped by {event:?} in {before:?}");
                }
                (None, _) => {}
            }
            frozen_before = submission.frozen().cloned();
        }
    });
}
