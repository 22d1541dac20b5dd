//! The network, and the two collectors behind it.

use std::collections::VecDeque;

use svar::submission::{Media, NoReply, Outcome, Reply, verdict};

use crate::world::{HOUR, Happening, Request, Set, World, tell};

/// What a page gets for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing in time.
    Timeout,
    /// The connection breaks.
    Broken,
    /// What the collector said, with 200 or 201.
    Receipt(u16),
    /// The same by `Location` alone.
    Located,
    /// The questions to look at again.
    Refused,
    /// Something that stands between, or a collector out of order: status, and which body.
    Strange(u16, Body),
    /// Busy, with `Retry-After` in seconds.
    Busy(u16, u16),
}

/// A body that is no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Empty,
    Html,
    Cut,
    Another,
}

impl World {
    pub(crate) fn send(&mut self, tab: usize, sub: usize, set: usize, number: u32) {
        let now = self.now;
        let found = &mut self.sets[set];
        found.in_flight += 1;
        found.posted = true;
        if self.healthy.is_some() {
            found.tries += 1;
        }
        let sent: &mut VecDeque<u64> = &mut self.tabs[tab].subs[sub].sent;
        while sent.front().is_some_and(|before| before + HOUR <= now) {
            sent.pop_front();
        }
        sent.push_back(now);
        self.tally.requests += 1;
        let mut way = Request { tab, sub, set, number, over: false, reply: None, reaches: true, back: self.time() };
        let mut there = self.time();
        if self.trouble(self.bad_network) {
            self.spoil_way(&mut way, &mut there);
        } else {
            way.reply = Some(Answer::Receipt(0));
        }
        let request = self.requests.len();
        tell!(self, "request {request} for set {set}: reaches {}, {:?}, there in {there}", way.reaches, way.reply);
        let lost = !way.reaches && way.reply.is_none();
        self.requests.push(way);
        if !lost {
            self.after(there, Happening::Arrives { request });
        }
        self.timeout(request);
    }

    /// Something goes wrong: nowhere, on the way there, at the collector, on the way back, or twice.
    fn spoil_way(&mut self, way: &mut Request, there: &mut u64) {
        way.reaches = self.random.chance(60);
        way.reply = match self.random.below(if self.silent { 6 } else { 10 }) {
            0 | 1 => None,
            2 | 3 => Some(Answer::Broken),
            4 => {
                // Late: the page has given up by then.
                *there = 20_000 + self.random.below(60_000) as u64;
                Some(Answer::Receipt(0))
            }
            5 => {
                // Twice.
                let again = self.random.below(40_000) as u64;
                let copy = Request { over: true, reply: None, reaches: true, ..*way };
                self.requests.push(copy);
                let request = self.requests.len() - 1;
                self.after(again, Happening::Arrives { request });
                Some(Answer::Receipt(0))
            }
            _ => Some(self.strange(way.set)),
        };
    }

    fn strange(&mut self, set: usize) -> Answer {
        const REPLIES: [Answer; 24] = [
            Answer::Strange(200, Body::Html),
            Answer::Strange(200, Body::Empty),
            Answer::Strange(201, Body::Cut),
            Answer::Strange(201, Body::Another),
            Answer::Strange(204, Body::Empty),
            Answer::Strange(0, Body::Empty),
            Answer::Strange(302, Body::Empty),
            Answer::Strange(308, Body::Html),
            Answer::Strange(400, Body::Html),
            Answer::Strange(401, Body::Empty),
            Answer::Strange(403, Body::Html),
            Answer::Strange(404, Body::Html),
            Answer::Strange(409, Body::Another),
            Answer::Strange(410, Body::Empty),
            Answer::Strange(412, Body::Empty),
            Answer::Strange(413, Body::Html),
            Answer::Strange(418, Body::Empty),
            Answer::Strange(422, Body::Cut),
            Answer::Strange(502, Body::Html),
            Answer::Strange(505, Body::Empty),
            Answer::Busy(408, 0),
            Answer::Busy(409, 1),
            Answer::Busy(429, 60),
            Answer::Busy(503, 5000),
        ];
        // As if it could read what is sealed.
        let sealed = self.sets[set].frozen.media == Media::Sealed;
        if sealed && self.random.chance(10) { Answer::Refused } else { self.random.pick(&REPLIES) }
    }

    fn time(&mut self) -> u64 {
        let most = if self.trouble(10) { 15_000 } else { 300 };
        20 + self.random.below(most) as u64
    }

    /// The request arrives at the collector, or at what stands before it.
    pub(crate) fn arrives(&mut self, number: usize) -> Result<(), String> {
        let Request { set, reaches, reply, back, .. } = self.requests[number];
        let mut answer = reply;
        if reaches {
            let said = self.collect(set);
            if matches!(reply, Some(Answer::Receipt(_))) {
                answer = Some(said);
            }
        } else if matches!(reply, Some(Answer::Receipt(_))) {
            answer = Some(Answer::Broken);
        }
        if let Some(answer) = answer {
            self.after(back, Happening::Answered { request: number, answer });
        }
        Ok(())
    }

    /// The collector: one row for an id, on disk before it answers.
    fn collect(&mut self, number: usize) -> Answer {
        let endpoint = self.answers[self.sets[number].answers].endpoint;
        if self.down[endpoint] {
            return Answer::Busy(503, if self.random.chance(50) { 120 } else { 0 });
        }
        let located = self.random.chance(20);
        let set = &mut self.sets[number];
        if set.wrong {
            return Answer::Refused;
        }
        let fresh = set.rows == 0;
        set.rows = 1;
        tell!(self, "collector {endpoint}: set {number}{}", if fresh { " is new" } else { " is known" });
        match (fresh, located) {
            (true, true) => Answer::Located,
            (true, false) => Answer::Receipt(201),
            (false, true) => Answer::Receipt(409),
            (false, false) => Answer::Receipt(200),
        }
    }

    /// The page gets its answer, the first of those that come.
    pub(crate) fn answered(&mut self, number: usize, answer: Answer) -> Result<(), String> {
        let request = &mut self.requests[number];
        if std::mem::replace(&mut request.over, true) {
            return Ok(());
        }
        let Request { tab, sub, set, number: page_number, .. } = *request;
        let found = &mut self.sets[set];
        found.in_flight -= 1;
        let verdict = judge(found, answer);
        tell!(self, "request {number} is answered: {answer:?}");
        self.outcome(tab, sub, set, Outcome::Verdict { request: page_number, verdict });
        Ok(())
    }
}

/// The real verdict on a reply as it would stand on the wire.
fn judge(set: &Set, answer: Answer) -> svar::submission::Verdict {
    let uuid = set.frozen.uuid.as_str();
    let sealed = set.frozen.media == Media::Sealed;
    let ours = || match sealed {
        true => format!(r#"{{"id":"{uuid}","meta":{{"lastUpdated":"2026-11-22T09:30:01Z"}}}}"#),
        false => format!(
            r#"{{"resourceType":"QuestionnaireResponse","identifier":{{"system":"urn:ietf:rfc:3986","value":"urn:uuid:{uuid}"}}}}"#
        ),
    };
    let of = |status, location: &str, retry_after: &str, body: &[u8]| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (location, retry_after) = (some(location), some(retry_after));
        let (location, retry_after) = (location.as_deref(), retry_after.as_deref());
        verdict(uuid, Ok(Reply { status, location, retry_after, body }))
    };
    match answer {
        Answer::Timeout => verdict(uuid, Err(NoReply::Timeout)),
        Answer::Broken => verdict(uuid, Err(NoReply::Network)),
        Answer::Receipt(status) => of(status, "", "", ours().as_bytes()),
        Answer::Located => {
            of(201, &format!("https://collector.example/QuestionnaireResponse/{uuid}/_history/1"), "", b"")
        }
        Answer::Refused => of(
            422,
            "",
            "",
            br#"{"resourceType":"OperationOutcome","issue":[{"expression":["item.where(linkId='pain')"]}]}"#,
        ),
        Answer::Busy(status, 0) => of(status, "", "", b""),
        Answer::Busy(status, seconds) => of(status, "", &seconds.to_string(), b""),
        Answer::Strange(status, body) => match body {
            Body::Empty => of(status, "", "", b""),
            Body::Html => of(status, "", "", b"<!doctype html><title>Logg inn</title>"),
            Body::Cut => {
                let whole = ours();
                of(status, "", "", &whole.as_bytes()[..whole.len() / 2])
            }
            Body::Another => of(status, "", "", br#"{"id":"11111111-3c1d-4a63-9a2f-0d9a5f1c7e21"}"#),
        },
    }
}
