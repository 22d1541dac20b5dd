//! The cases of the contract, in the order they are run.

mod answers;
mod cors;
mod invitations;
mod once;
mod status;

use super::{
    Verdict,
    report::Level,
    trial::{Needs, Trial},
};

/// The verdict, and what came.
pub(super) type Found = (Verdict, String);

/// One case.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The level that asks for it; none for that of the run.
    pub(super) level: Option<Level>,
    pub(super) needs: Needs,
    pub(super) sent: &'static str,
    pub(super) expected: &'static str,
    /// Where the contract says so.
    pub(super) section: &'static str,
    /// Runs it; an error is a case that could not be carried through, and failed.
    pub(super) run: fn(&mut Trial<'_>) -> Result<Found, String>,
}

fn found(fits: bool, came: impl Into<String>) -> Result<Found, String> {
    Ok((if fits { Verdict::Pass } else { Verdict::Fail }, came.into()))
}

fn not_offered(why: &str) -> Result<Found, String> {
    Ok((Verdict::NotOffered, why.to_owned()))
}

const GUARANTEES: &str = "\"What a server must guarantee\"";
const REQUEST: &str = "\"The request\"";
const ASKING: &str = "\"Asking what an invitation admits to\"";
const REPLIES: &str = "\"What the reference collector answers\"";

/// A case of the run's own level.
macro_rules! case {
    ($name:literal, $needs:ident, $sent:literal, $expected:literal, $section:expr, $run:path) => {
        Case {
            name: $name,
            level: None,
            needs: Needs::$needs,
            sent: $sent,
            expected: $expected,
            section: $section,
            run: $run,
        }
    };
}

pub(super) const CASES: &[Case] = &[
    case!("create", Nothing, "a submission", "201 or 200, naming it", GUARANTEES, once::create),
    case!("location", Fhir, "the same", "Location …/QuestionnaireResponse/{id}", GUARANTEES, once::location),
    case!("stored", Fhir, "the same", "meta.lastUpdated, an instant", GUARANTEES, once::stored),
    case!("again", Nothing, "the same bytes again", "the same receipt: same id, same time", GUARANTEES, once::again),
    case!(
        "minimal",
        Fhir,
        "a submission with Prefer: return=minimal",
        "a receipt, in Location or body",
        REQUEST,
        once::minimal
    ),
    case!(
        "other bytes",
        Nothing,
        "other bytes under the id of a submission received before",
        "409 or 412, and nothing that looks like a receipt",
        GUARANTEES,
        once::other
    ),
    case!(
        "two at once",
        Nothing,
        "a submission twice at the same moment, five times",
        "both named, and one resource",
        GUARANTEES,
        once::two_at_once
    ),
    case!(
        "two others at once",
        Nothing,
        "other bytes under one id at the same moment, five times",
        "a receipt for one of them, 409 or 412 for the other",
        GUARANTEES,
        once::two_others
    ),
    case!(
        "cut",
        Nothing,
        "half a body; then other bytes, whole, under its id",
        "nothing kept of the first, a receipt for the second",
        GUARANTEES,
        once::cut
    ),
    case!(
        "cut at the end",
        Nothing,
        "a body that lacks its last bytes, though its JSON is whole; then other bytes, whole, under its id",
        "nothing kept of the first, a receipt for the second",
        GUARANTEES,
        once::cut_at_the_end
    ),
    case!("slow", Nothing, "a body in four pieces over two seconds", "a receipt", REQUEST, once::slow),
    case!(
        "other id",
        Update,
        "a body with another id than the address",
        "400, 409, 412 or 422, and no receipt",
        REQUEST,
        once::other_id
    ),
    case!("no invitation", Invitations, "no Authorization header", "401 or 403", REPLIES, invitations::none),
    case!("forged", Invitations, "an invitation with another signature", "401 or 403", REPLIES, invitations::forged),
    case!("altered", Invitations, "an invitation with altered claims", "401 or 403", REPLIES, invitations::altered),
    case!("expired", Key, "an invitation that ended four days ago", "401 or 403", REPLIES, invitations::expired),
    case!("other study", Key, "an invitation to another study", "401 or 403", REPLIES, invitations::other_study),
    case!(
        "largest",
        Nothing,
        "the largest submission: 262,144 bytes, most of them spaces at the end; sealed, around as many",
        "a receipt",
        REQUEST,
        answers::largest
    ),
    case!("too large", Nothing, "one that is larger than that", "413", REPLIES, answers::too_large),
    case!("type", Nothing, "the same as text/plain", "415", REPLIES, answers::media_type),
    case!("no JSON", Nothing, "a body that is no JSON", "400 or 422, and no receipt", REPLIES, answers::no_json),
    case!(
        "invalid answer",
        Checks,
        "an answer that its question does not have",
        "422 or 400, an OperationOutcome whose expression names the question",
        REPLIES,
        answers::invalid
    ),
    case!("silent", Checks, "the same", "the wrong answer is not repeated in the reply", GUARANTEES, answers::silent),
    case!(
        "unknown questionnaire",
        Knows,
        "a response to a questionnaire that nobody asks",
        "422, 400 or 403, and no receipt",
        REPLIES,
        answers::unknown
    ),
    case!(
        "preflight",
        Cors,
        "OPTIONS, as a browser asks before it delivers",
        "origin, method and headers allowed, Authorization by name",
        "\"CORS\"",
        cors::preflight
    ),
    case!("readable", Cors, "a submission", "the receipt is readable to the page's origin", "\"CORS\"", cors::readable),
    case!("exposed", Cors, "the same", "Location and Retry-After are exposed", "\"CORS\"", cors::exposed),
    case!(
        "readable refusal",
        Cors,
        "a body that is no JSON",
        "the refusal is readable to the page's origin",
        GUARANTEES,
        cors::readable_refusal
    ),
    Case {
        name: "status",
        level: Some(Level::Two),
        needs: Needs::Invitations,
        sent: "GET {base}/invitation",
        expected: "200, what the invitation admits to, and its state",
        section: ASKING,
        run: status::status,
    },
    Case {
        name: "status of nobody",
        level: Some(Level::Two),
        needs: Needs::Invitations,
        sent: "GET {base}/invitation without an invitation",
        expected: "401",
        section: ASKING,
        run: status::of_nobody,
    },
    case!("no redirect", Nothing, "all of the above", "no reply is a redirect", REQUEST, cors::no_redirect),
];
