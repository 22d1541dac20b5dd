//! English.

use super::{CodeTrouble, Day, Safekeeping, Say, Told, Trouble, number};
use crate::{
    questionnaire::Format,
    session::Problem,
    study::{InvitationError, Mode},
    submission::{NoReply, Parked, Verdict, Waiting},
};

pub(super) fn say(what: &Say) -> String {
    let words = match what {
        Say::Languages => "Language",
        Say::LanguageChanged => "The language is now English.",
        Say::Loading => "Fetching the questionnaire …",
        Say::Start => "Start",
        Say::Next => "Next",
        Say::Back => "Back",
        Say::GoOn => "Continue",
        Say::BackToReview => "Back to the overview",
        Say::MinutesLeft { minutes: 1 } => "About one minute left",
        Say::MinutesLeft { minutes } => return format!("About {minutes} minutes left"),
        Say::PageOf { page, of } => return format!("Page {page} of {of}"),
        Say::Yes => "Yes",
        Say::No => "No",
        Say::NeedHelp => "Do you need help now?",
        Say::WhomToAsk => "Whom can I ask?",
        Say::Close => "Back to the questionnaire",
        Say::Responsible => "Responsible",
        Say::Contact => "Contact",
        Say::Phone => "Telephone",
        Say::Email => "E-mail",
        Say::Demonstration => {
            "This is a demonstration. The questions were written to show how the form works, and are not a tested instrument."
        }
        Say::DeviceTitle => "Is this your own device?",
        Say::DeviceQuestion => "Who uses the phone or computer you are answering on?",
        Say::DeviceHelp => {
            "We ask because answers that you have not sent may stay on the device. Your choice decides for how long."
        }
        Say::DeviceOwn => "Only me",
        Say::DeviceShared => "Others use it too",
        Say::DeviceOwnNote => {
            "Your answers are kept only on this device until you send them. You can close the page and continue later with the same link."
        }
        Say::DeviceSharedNote => {
            "Your answers are kept here only as long as this tab is open. If you close it before you have sent them, you have to start again."
        }
        Say::NothingKept => {
            "We cannot save your answers along the way. Please keep this page open until you have finished."
        }
        Say::ResumeTitle => "Was it you who started the form here?",
        Say::ResumeLead => {
            "There are answers on this device that have not been sent. We do not show them until you have said that they are yours."
        }
        Say::ResumeYes => "Yes, continue where I left off",
        Say::ResumeNo => "No, start again",
        Say::ResumeNoNote => "If you start again, we delete the answers that are here.",
        Say::Resumed => "You are continuing where you left off. Your answers are in place.",
        Say::ResumedInPart { lost: 1 } => {
            "The questionnaire has changed since last time. One of your answers no longer fits. The rest are in place."
        }
        Say::ResumedInPart { lost } => {
            return format!(
                "The questionnaire has changed since last time. {lost} of your answers no longer fit. The rest are in place."
            );
        }
        Say::ResumedNot => {
            "The answers you had begun can no longer be used, so you have to start again. This does not apply to answers that you have sent."
        }
        Say::OtherTabTitle => "The form is open in another tab",
        Say::OtherTabLead => {
            "You can only answer in one tab at a time, so that no answers are overwritten. If you continue here, the other tab stops."
        }
        Say::UseThisTab => "Continue here",
        Say::MovedTitle => "You are continuing in another tab",
        Say::MovedLead => "You can close this tab.",
        Say::EndLink => "Stop and delete the answers",
        Say::EndTitle => "Do you want to stop?",
        Say::EndLead => {
            "We delete the answers that you have not sent from this device. Answers that you have sent are not deleted."
        }
        Say::EndConfirm => "Delete and stop",
        Say::ClearedTitle => "You have stopped",
        Say::ClearedLead => "There are no answers left on this device. You can close the page.",
        Say::ClearedPending => {
            "Answers that you have sent but that we have not received yet stay encrypted on the device until they are delivered. Please keep the page open for as long as you can."
        }
        Say::NextPerson => "Next person",
        Say::SendContact => "Send contact details",
        Say::SkipContact => "Skip this",
        Say::GiveConsent => "Send my consent",
        Say::Decline => "I do not want to take part",
        Say::ConsentMissing => {
            "Tick here if you want to take part. If not, choose “I do not want to take part” at the bottom of the page."
        }
        Say::ErrorPrefix => "Error: ",
        Say::ErrorsFound { count: 1 } => "You need to correct one answer before you can continue",
        Say::ErrorsFound { count } => return format!("You need to correct {count} answers before you can continue"),
        Say::OpenFound { count: 1 } => "One question is not answered",
        Say::OpenFound { count } => return format!("{count} questions are not answered"),
        Say::OpenHint => "You can answer now, or continue without answering.",
        Say::Required => "(required)",
        Say::Open => "Not answered",
        Say::Wrong(problem) => return wrong(*problem),
        Say::Choose => "Choose",
        Say::CharactersLeft { left, of } if *left >= 0 => return format!("{left} of {of} characters left"),
        Say::CharactersLeft { left, of } => {
            return format!("{} characters too many. There is room for {of}.", left.unsigned_abs());
        }
        Say::SliderNumber { min, max } => return format!("Or write a number from {min} to {max}"),
        Say::OutOf { value, max } => return format!("{value} out of {max}"),
        Say::ClearAnswer => "Remove the answer",
        Say::ReviewTitle => "Check your answers",
        Say::ReviewLead => "Press a line if you want to change the answer. Nothing has been sent yet.",
        Say::Change => "Change",
        Say::Send => "Send the answers",
        Say::SendingTitle => "Sending",
        Say::SendingLead => "This usually takes a few seconds. Please keep the page open.",
        Say::NotTakenTitle => "Your answers were not accepted",
        Say::NotReadyTitle => "Your answers have not been sent yet",
        Say::NotLoaded => {
            "We could not fetch what the page needs to send your answers. They are still on the page. Check that you are online, and try again."
        }
        Say::NotSealed => {
            "The browser cannot encrypt the answers, so we have not sent them. Open the link in a newer browser or on another device."
        }
        Say::TryAgain => "Try again",
        Say::DeclinedTitle => "You are not taking part",
        Say::Mode(Mode::Test) => "This is a test. The answers are stored separately and are not part of the study.",
        Say::Mode(Mode::Pilot) => {
            "This is a trial round. The answers are stored separately and are not part of the study."
        }
        Say::Mode(Mode::Paper) => "You are entering answers from paper. They will be marked as such.",
        Say::UnreachableTitle => "We could not fetch the questionnaire",
        Say::Unreachable => "Check that you are online, and try again. You have not lost any answers.",
    };
    words.to_owned()
}

/// What only the second part says.
pub(super) fn told(what: &Told) -> String {
    let words = match what {
        Told::ContactPendingTitle => "Your contact details have not been received yet",
        Told::ContactReceivedTitle => "Your contact details have been received",
        Told::NotSentTitle => "We do not know whether your answers have arrived",
        Told::NotSent(verdict) => return not_sent(verdict).to_owned(),
        Told::StrangeReplies => {
            "Something other than the study has answered several times. On open networks you sometimes have to sign in, in a tab of its own, before you get onto the internet. Do that, and try again."
        }
        Told::TriesByItself => "We will try again automatically. Your answers will not be counted twice.",
        Told::SendingElsewhereTitle => "Your answers are being sent from another tab",
        Told::SendingElsewhereLead => "We are watching, and will tell you here when they have been received.",
        Told::Kept(Safekeeping::Device) => {
            "Your answers are stored on this device. If you close the page, they will be sent the next time you open the link in this browser."
        }
        Told::Kept(Safekeeping::Tab) => {
            "Your answers are stored in this tab. Please keep the tab open until they have been received."
        }
        Told::Kept(Safekeeping::Page) => {
            "The browser does not let us store anything, so your answers are on this page only. Please keep the page open until they have been received."
        }
        Told::LookAgainTitle => "Some answers need another look",
        Told::LookAgain => {
            "The answers were not accepted. Open the questions below, correct the answers, and send again."
        }
        Told::SaveCopy => "Save a copy of the answers",
        Told::ReceivedTitle => "Thank you! Your answers have been received",
        Told::ConsentReceivedTitle => "Your consent has been received",
        Told::PartReceivedTitle => "Thank you! The first part has been received",
        Told::Reference => "Reference",
        Told::ReceivedAt => "Received",
        Told::Print => "Print the receipt",
        Told::MoreTitle => "Do you have time for the rest?",
        Told::GoOnWithRest => "Continue with the rest",
        Told::StopHere => "Stop here",
        Told::StoppedTitle => "Thank you for your help!",
        Told::Trouble(trouble) => return trouble_text(*trouble),
        Told::TroubleTitle(trouble) => trouble_title(*trouble),
        Told::CodeTitle => "Do you have a code?",
        Told::CodeHelp => "The code is with the link, in the email or on the notice. It has ten characters.",
        Told::CodeLabel => "Code",
        Told::CodeOpen => "Open the questionnaire",
        Told::CodeWrong(CodeTrouble::Mistyped) => {
            "The code is not right. Check whether a character is wrong or missing."
        }
        Told::CodeWrong(CodeTrouble::Unknown) => {
            "We do not recognise this code. Check that you have typed it correctly, or get in touch."
        }
        Told::CodeWrong(CodeTrouble::TooMany) => {
            "Many codes have been tried in a short time. Wait a minute, and try again."
        }
        Told::CodeWrong(CodeTrouble::Unreachable) => "We could not connect. Check that you are online, and try again.",
        Told::RankCount { chosen, of } => return format!("{chosen} of {of} chosen"),
        Told::RankFull { of } => {
            return format!("You have chosen {of}. Remove one if you want to choose something else.");
        }
        Told::RankChosen => "Your order, most important first",
        Told::RankOffered => "Choose from the list",
        Told::RankAdd(what) => return format!("Add “{what}”"),
        Told::RankUp(what) => return format!("Move “{what}” up"),
        Told::RankDown(what) => return format!("Move “{what}” down"),
        Told::RankRemove(what) => return format!("Remove “{what}”"),
        Told::RankRemoved(what) => return format!("“{what}” has been removed."),
        Told::RankNow { what, place, of } => return format!("“{what}” is now number {place} of {of}."),
        Told::SummaryShow => "Show the summary",
        Told::SummaryOf(when) => return format!("Answered {when}"),
        Told::SummaryPrint => "Print the summary",
        Told::SummaryClose => "Back to the receipt",
        Told::OtherWays => {
            "Get in touch, and we will find another way for you to answer, such as by phone or on paper:"
        }
        Told::LaterWaves => {
            "If you get more questionnaires later, you can answer them even though you missed this one."
        }
        Told::OwnShow => "Show my answers",
        Told::OwnTitle => "Your answers",
        Told::OwnPrint => "Print the answers",
        Told::OwnSave => "Save the answers on this device",
        Told::OwnKept => {
            "The copy is not saved by itself. Save it only on a device of your own. When you close the page, the copy is gone unless you saved it."
        }
        Told::SummaryKept => "The summary is not stored. It is gone once you close the page.",
    };
    words.to_owned()
}

fn wrong(problem: Problem) -> String {
    let n = |value| number(value, false);
    match problem {
        Problem::Required => "This question needs an answer.".to_owned(),
        Problem::NotANumber => "Write a number.".to_owned(),
        Problem::NotWhole => "Write a whole number, in digits only.".to_owned(),
        Problem::OutOfRange { min: Some(min), max: Some(max) } => {
            format!("Write a number from {} to {}.", n(min), n(max))
        }
        Problem::OutOfRange { min: Some(min), max: None } => format!("Write a number that is {} or higher.", n(min)),
        Problem::OutOfRange { max: Some(max), .. } => format!("Write a number that is {} or lower.", n(max)),
        Problem::OutOfRange { .. } => "Write another number.".to_owned(),
        Problem::Format(Format::Email) => "Write the whole email address, for example name@example.com.".to_owned(),
        Problem::Format(Format::Phone) => {
            "Write a phone number of 8 digits. If it is not Norwegian, begin with + and the country code.".to_owned()
        }
        Problem::Format(Format::NationalIdentityNumber) => {
            "This is not a valid national identity number or D number. Check that all 11 digits are right.".to_owned()
        }
        Problem::TooMany { max } => format!("Choose no more than {max}. Remove what is not among the most important."),
        Problem::TooLong { max, found } => {
            format!("The text is too long: {found} characters. There is room for {max}.")
        }
    }
}

fn not_sent(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Network), .. } => {
            "We could not connect. Check that you are online, and try again."
        }
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Timeout), .. } => {
            "We did not get a reply in time. Try again in a moment."
        }
        Verdict::Waiting { why: Waiting::NoReceipt, .. } => {
            "We did not get a receipt that is about your answers. Try again."
        }
        Verdict::Waiting { why: Waiting::Busy, .. } => "The service is busy at the moment. Try again in a moment.",
        Verdict::Paused => {
            "The service does not accept the link that brought you here. It may have expired or been withdrawn. Ask the contact below for a new link."
        }
        Verdict::Parked(Parked::Closed) => "The questionnaire no longer takes answers.",
        Verdict::Parked(Parked::Conflict | Parked::Unacceptable { .. }) => {
            "The service could not take the answers, and trying again will hardly help. Get in touch, and we will help you."
        }
        Verdict::Received(_) | Verdict::Refused { .. } => "",
    }
}

fn trouble_title(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Invitation(InvitationError::Absent) => "The link lacks a code",
        Trouble::Invitation(_) => "The link does not work",
        Trouble::OtherStudy => "The link is for another study",
        Trouble::NoSuchWave => "This questionnaire does not exist",
        Trouble::OtherWave => "This page is for another questionnaire",
        Trouble::Browser => "The browser lacks something the form needs",
        Trouble::NotHere => "The questionnaire cannot be shown on this page",
        Trouble::Missing => "We could not find the questionnaire",
        Trouble::Foreign => "Something else came instead of the questionnaire",
        Trouble::Truncated => "Only a part of the questionnaire arrived",
        Trouble::Version => "The page and the questionnaire do not fit together",
        Trouble::Damaged => "The questionnaire is damaged",
        Trouble::NotYet(_) => "The questionnaire has not opened yet",
        Trouble::Closed(_) => "The questionnaire is closed",
        Trouble::Revoked => "The link has been withdrawn",
        Trouble::NotAdmitted => "The link is not valid",
    }
}

fn trouble_text(trouble: Trouble) -> String {
    let words = match trouble {
        Trouble::Invitation(InvitationError::Absent) => {
            "Some e-mail programs cut off the end of the link. Open the e-mail again, and copy the whole link into the address field."
        }
        Trouble::Invitation(_) => {
            "It is not whole, or it was changed on the way. Open the e-mail again, and copy the whole link into the address field."
        }
        Trouble::OtherStudy => {
            "This page belongs to another study than the one you are invited to. Get in touch with those who sent you the link."
        }
        Trouble::NoSuchWave => {
            "You are invited to a questionnaire that this study does not have. Get in touch with those who sent you the link."
        }
        Trouble::OtherWave => {
            "The study has several questionnaires, and you are invited to another than the one shown here. If you were given a link, you can open it. Otherwise, get in touch."
        }
        Trouble::Browser => "Try a newer browser, or another phone or computer. If that does not help, get in touch.",
        Trouble::NotHere => {
            "The study has not approved the website you are on. If you were given a link, you can open it in a window of its own. Otherwise, get in touch."
        }
        Trouble::Missing => {
            "It is not where it should be. The mistake is ours, not yours. Try again later, or get in touch."
        }
        Trouble::Foreign => {
            "On open networks this can be a sign-in page. Sign in to the network in a tab of its own, and try again. If that does not help, the mistake is ours."
        }
        Trouble::Truncated => "The connection was probably broken. Try again.",
        Trouble::Version => "Reload the page. If that does not help, the mistake is ours.",
        Trouble::Damaged => "We cannot show it without risking that something is wrong. Try again, or get in touch.",
        Trouble::NotYet(Some(day)) => return format!("It opens on {}. Use the same link then.", date(day)),
        Trouble::NotYet(None) => "Try the same link again later.",
        Trouble::Closed(Some(day)) => {
            return format!(
                "The last day to answer was {}. Answers that we have already received are part of the study.",
                date(day)
            );
        }
        Trouble::Closed(None) => {
            "The time to answer is over. Answers that we have already received are part of the study."
        }
        Trouble::Revoked => {
            "If you have had a newer email from us, use the link in that one. If you have withdrawn from the study, there is nothing more you need to do."
        }
        Trouble::NotAdmitted => {
            "We do not recognise it. Open the email again and copy the whole link into the address field, or get in touch."
        }
    };
    words.to_owned()
}

/// A day as people write it: `9 April 2027`.
pub(super) fn date(day: Day) -> String {
    let month = match day.month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    };
    format!("{} {} {}", day.day, month, day.year)
}
