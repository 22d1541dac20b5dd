//! The interface's own texts: one exhaustive match per language, so that a missing translation does not compile.
//!
//! A questionnaire may be in a language that the interface does not speak; it then speaks Norwegian around it.

mod en;
mod nb;
mod nn;

use crate::{questionnaire::Decimal, session::Problem, study::InvitationError, submission::Verdict};

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Norwegian bokmål.
    Bokmal,
    /// Norwegian nynorsk.
    Nynorsk,
    /// English.
    English,
}

impl Tongue {
    /// The language of the interface for a BCP 47 tag.
    pub fn of(tag: &str) -> Tongue {
        match tag.split('-').next() {
            Some("en") => Tongue::English,
            Some("nn") => Tongue::Nynorsk,
            _ => Tongue::Bokmal,
        }
    }

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Tongue::Bokmal => "nb",
            Tongue::Nynorsk => "nn",
            Tongue::English => "en",
        }
    }

    /// Says it.
    pub fn say(self, what: &Say) -> String {
        match self {
            Tongue::Bokmal => nb::say(what),
            Tongue::Nynorsk => nn::say(what),
            Tongue::English => en::say(what),
        }
    }
}

/// What a language calls itself.
pub fn own_name(tag: &str) -> &str {
    match tag {
        "nb" => "Bokmål",
        "nn" => "Nynorsk",
        "en" => "English",
        "se" => "Davvisámegiella",
        other => other,
    }
}

/// Everything that the interface says by itself.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is best read in `nb.rs`, `nn.rs` or `en.rs`")]
pub enum Say {
    Languages,
    LanguageChanged,
    Loading,
    Start,
    Next,
    Back,
    GoOn,
    GoOnWithout,
    BackToReview,
    PageOf { page: usize, of: usize },
    Yes,
    No,
    NeedHelp,
    WhomToAsk,
    Close,
    Responsible,
    Contact,
    Phone,
    Email,
    Demonstration,
    DeviceTitle,
    DeviceQuestion,
    DeviceHelp,
    DeviceOwn,
    DeviceShared,
    DeviceOwnNote,
    DeviceSharedNote,
    NothingKept,
    ResumeTitle,
    ResumeLead,
    ResumeYes,
    ResumeNo,
    ResumeNoNote,
    Resumed,
    ResumedInPart { lost: usize },
    ResumedNot,
    OtherTabTitle,
    OtherTabLead,
    UseThisTab,
    MovedTitle,
    MovedLead,
    EndLink,
    EndTitle,
    EndLead,
    EndConfirm,
    ClearedTitle,
    ClearedLead,
    ClearedPending,
    NextPerson,
    SendContact,
    SkipContact,
    ContactPendingTitle,
    ContactReceivedTitle,
    GiveConsent,
    Decline,
    ConsentMissing,
    ErrorPrefix,
    ErrorsFound { count: usize },
    OpenFound { count: usize },
    OpenHint,
    Open,
    Wrong(Problem),
    Choose,
    CharactersLeft { left: i64, of: u32 },
    SliderNumber { min: i64, max: i64 },
    OutOf { value: i64, max: i64 },
    ClearAnswer,
    ReviewTitle,
    ReviewLead,
    Change,
    Send,
    SendingTitle,
    SendingLead,
    NotSentTitle,
    NotTakenTitle,
    NotSent(Verdict),
    StrangeReplies,
    TriesByItself,
    SendingElsewhereTitle,
    SendingElsewhereLead,
    NotReadyTitle,
    NotSealed,
    NotLoaded,
    Kept(Safekeeping),
    LookAgainTitle,
    LookAgain,
    TryAgain,
    SaveCopy,
    ReceivedTitle,
    ConsentReceivedTitle,
    PartReceivedTitle,
    Reference,
    ReceivedAt,
    Print,
    MoreTitle,
    GoOnWithRest,
    StopHere,
    StoppedTitle,
    DeclinedTitle,
    Trouble(Trouble),
    TroubleTitle(Trouble),
}

/// Where answers are that were sent and have not arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safekeeping {
    /// On the device: they are delivered even after the page was closed.
    Device,
    /// In this tab: they outlive a reload, not the tab.
    Tab,
    /// On this page alone.
    Page,
}

/// Why there is nothing to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The link does not invite.
    Invitation(InvitationError),
    /// The invitation is for another study.
    OtherStudy,
    /// The study has no such wave.
    NoSuchWave,
    /// Nothing could be fetched.
    Unreachable,
    /// The questionnaire, or the manifest, is not there.
    Missing,
    /// Something else came in its place.
    Foreign,
    /// It was cut off on the way.
    Truncated,
    /// It was made for another version of this page.
    Version,
    /// It is damaged.
    Damaged,
}

/// A number as people write it: decimal comma in Norwegian, point in English.
fn number(value: Decimal, comma: bool) -> String {
    let text = value.to_string();
    if comma { text.replace('.', ",") } else { text }
}
