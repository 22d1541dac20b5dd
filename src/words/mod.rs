//! The interface's own texts: one exhaustive match per language, so that a missing translation does not compile.
//!
//! A questionnaire may be in a language that the interface does not speak; it then speaks Norwegian around it.

mod en;
mod nb;
mod nn;

use crate::{
    questionnaire::Decimal,
    session::Problem,
    study::{InvitationError, Mode},
    submission::Verdict,
};

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

    /// A number as people write it: decimal comma in Norwegian, point in English.
    pub fn written(self, number: String) -> String {
        if self == Tongue::English { number } else { number.replace('.', ",") }
    }

    /// Says what only the second part says.
    pub fn told(self, what: &Told) -> String {
        match self {
            Tongue::Bokmal => nb::told(what),
            Tongue::Nynorsk => nn::told(what),
            Tongue::English => en::told(what),
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
    BackToReview,
    PageOf {
        page: usize,
        of: usize,
    },
    /// As far as anybody can say.
    MinutesLeft {
        minutes: usize,
    },
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
    ResumedInPart {
        lost: usize,
    },
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
    GiveConsent,
    Decline,
    ConsentMissing,
    ErrorPrefix,
    ErrorsFound {
        count: usize,
    },
    OpenFound {
        count: usize,
    },
    Required,
    OpenHint,
    Open,
    Wrong(Problem),
    Choose,
    CharactersLeft {
        left: i64,
        of: u32,
    },
    SliderNumber {
        min: i64,
        max: i64,
    },
    OutOf {
        value: i64,
        max: i64,
    },
    ClearAnswer,
    ReviewTitle,
    ReviewLead,
    Change,
    Send,
    SendingTitle,
    SendingLead,
    NotTakenTitle,
    NotReadyTitle,
    NotSealed,
    NotLoaded,
    TryAgain,
    DeclinedTitle,
    UnreachableTitle,
    Unreachable,
    Mode(Mode),
}

/// What only the second part of the widget says (docs/decisions/005-two-parts.md): apart, so that its words come with it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each is best read in `nb.rs`, `nn.rs` or `en.rs`")]
pub enum Told {
    SendingElsewhereTitle,
    SendingElsewhereLead,
    NotSentTitle,
    NotSent(Verdict),
    StrangeReplies,
    TriesByItself,
    Kept(Safekeeping),
    LookAgainTitle,
    LookAgain,
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
    ContactPendingTitle,
    ContactReceivedTitle,
    Trouble(Trouble),
    TroubleTitle(Trouble),
    CodeTitle,
    CodeHelp,
    CodeLabel,
    CodeOpen,
    CodeWrong(CodeTrouble),
    RankCount {
        chosen: usize,
        of: usize,
    },
    RankFull {
        of: usize,
    },
    RankChosen,
    RankOffered,
    RankAdd(String),
    RankUp(String),
    RankDown(String),
    RankRemove(String),
    RankRemoved(String),
    RankNow {
        what: String,
        place: usize,
        of: usize,
    },
    SummaryShow,
    SummaryOf(String),
    SummaryPrint,
    SummaryClose,
    SummaryKept,
    OwnShow,
    OwnTitle,
    OwnPrint,
    OwnSave,
    OwnKept,
    /// Who came too late for one wave can answer those that follow.
    LaterWaves,
    /// How to answer where the form does not work.
    OtherWays,
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
    /// The browser lacks what the form cannot do without: randomness, or what seals answers.
    Browser,
    /// The page around is for another wave.
    OtherWave,
    /// The study does not trust the page around with it.
    NotHere,
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
    /// The wave has not opened; its first day, if the collector says.
    NotYet(Option<Day>),
    /// The wave is closed; its last day, if the collector says.
    Closed(Option<Day>),
    /// The invitation was taken back.
    Revoked,
    /// The collector does not know the invitation, or its time is over.
    NotAdmitted,
}

/// Why a typed code opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// It cannot be right as it stands.
    Mistyped,
    /// It is well formed, and nobody's.
    Unknown,
    /// Too many wrong ones were tried lately, by whomever.
    TooMany,
    /// The collector could not be asked.
    Unreachable,
}

/// A day of the calendar, wherever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Reads an ISO date, `2027-04-09`.
    pub fn read(date: &str) -> Option<Day> {
        let mut parts = date.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let day = Day { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        ((1..=12).contains(&day.month) && (1..=31).contains(&day.day)).then_some(day)
    }
}

/// A number as people write it: decimal comma in Norwegian, point in English.
fn number(value: Decimal, comma: bool) -> String {
    let text = value.to_string();
    if comma { text.replace('.', ",") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_write_them() {
        for (date, nb, en) in [
            ("2027-04-09", "9. april 2027", "9 April 2027"),
            ("2028-02-29", "29. februar 2028", "29 February 2028"),
            ("2027-12-31", "31. desember 2027", "31 December 2027"),
            ("2027-01-01", "1. januar 2027", "1 January 2027"),
        ] {
            let told = |tongue: Tongue| tongue.told(&Told::Trouble(Trouble::Closed(Day::read(date))));
            for (tongue, expected) in [(Tongue::Bokmal, nb), (Tongue::Nynorsk, nb), (Tongue::English, en)] {
                assert!(told(tongue).contains(&format!(" {expected}. ")), "{}", told(tongue));
            }
        }
        for wrong in ["", "2027", "2027-13-01", "2027-00-01", "2027-01-32", "2027-1-x", "9. april"] {
            assert_eq!(Day::read(wrong), None, "{wrong}");
        }
    }
}
