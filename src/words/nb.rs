//! Bokmål.

use super::{CodeTrouble, Day, Safekeeping, Say, Told, Trouble, number};
use crate::{
    questionnaire::Format,
    session::Problem,
    study::{InvitationError, Mode},
    submission::{NoReply, Parked, Verdict, Waiting},
};

pub(super) fn say(what: &Say) -> String {
    let words = match what {
        Say::Languages => "Språk",
        Say::LanguageChanged => "Språket er byttet til bokmål.",
        Say::Loading => "Henter spørreskjemaet …",
        Say::Start => "Start",
        Say::Next => "Neste",
        Say::Back => "Tilbake",
        Say::GoOn => "Gå videre",
        Say::BackToReview => "Tilbake til oversikten",
        Say::MinutesLeft { minutes: 1 } => "Om lag ett minutt igjen",
        Say::MinutesLeft { minutes } => return format!("Om lag {minutes} minutter igjen"),
        Say::PageOf { page, of } => return format!("Side {page} av {of}"),
        Say::Yes => "Ja",
        Say::No => "Nei",
        Say::NeedHelp => "Trenger du hjelp nå?",
        Say::WhomToAsk => "Hvem kan jeg spørre?",
        Say::Close => "Tilbake til spørreskjemaet",
        Say::Responsible => "Ansvarlig",
        Say::Contact => "Kontakt",
        Say::Phone => "Telefon",
        Say::Email => "E-post",
        Say::Demonstration => {
            "Dette er en demonstrasjon. Spørsmålene er skrevet for å vise hvordan skjemaet virker, og er ikke et prøvd måleverktøy."
        }
        Say::DeviceTitle => "Er dette din egen enhet?",
        Say::DeviceQuestion => "Hvem bruker telefonen eller maskinen du svarer på?",
        Say::DeviceHelp => {
            "Vi spør fordi svar du ikke har sendt, kan bli liggende på enheten. Valget ditt avgjør hvor lenge."
        }
        Say::DeviceOwn => "Bare jeg",
        Say::DeviceShared => "Andre bruker den også",
        Say::DeviceOwnNote => {
            "Svarene ligger bare på denne enheten til du sender dem. Du kan lukke siden og fortsette senere med den samme lenken."
        }
        Say::DeviceSharedNote => {
            "Svarene ligger her bare så lenge denne fanen er åpen. Lukker du den før du har sendt svarene, må du begynne på nytt."
        }
        Say::NothingKept => "Vi får ikke lagret svarene underveis. La denne siden være åpen til du er ferdig.",
        Say::ResumeTitle => "Er det du som har begynt på skjemaet her?",
        Say::ResumeLead => {
            "På denne enheten ligger det svar som ikke er sendt. Vi viser dem ikke før du har sagt at de er dine."
        }
        Say::ResumeYes => "Ja, fortsett der jeg slapp",
        Say::ResumeNo => "Nei, begynn på nytt",
        Say::ResumeNoNote => "Begynner du på nytt, sletter vi svarene som ligger her.",
        Say::Resumed => "Du fortsetter der du slapp. Svarene dine er på plass.",
        Say::ResumedInPart { lost: 1 } => {
            "Spørreskjemaet er endret siden sist. Ett av svarene dine passer ikke lenger. Resten er på plass."
        }
        Say::ResumedInPart { lost } => {
            return format!(
                "Spørreskjemaet er endret siden sist. {lost} av svarene dine passer ikke lenger. Resten er på plass."
            );
        }
        Say::ResumedNot => {
            "Svarene du hadde begynt på, kan ikke brukes lenger, så du må begynne på nytt. Det gjelder ikke svar du har sendt."
        }
        Say::OtherTabTitle => "Skjemaet er åpent i en annen fane",
        Say::OtherTabLead => {
            "Du kan bare svare i én fane om gangen, slik at ingen svar blir skrevet over. Fortsetter du her, stopper den andre fanen."
        }
        Say::UseThisTab => "Fortsett her",
        Say::MovedTitle => "Du fortsetter i en annen fane",
        Say::MovedLead => "Denne fanen kan du lukke.",
        Say::EndLink => "Avslutt og slett svarene",
        Say::EndTitle => "Vil du avslutte?",
        Say::EndLead => {
            "Vi sletter svarene du ikke har sendt, fra denne enheten. Svar du har sendt, blir ikke slettet."
        }
        Say::EndConfirm => "Slett og avslutt",
        Say::ClearedTitle => "Du har avsluttet",
        Say::ClearedLead => "Det ligger ingen svar igjen på denne enheten. Du kan lukke siden.",
        Say::ClearedPending => {
            "Svar du har sendt, men som vi ikke har mottatt ennå, ligger kryptert på enheten til de er levert. La siden være åpen så lenge du kan."
        }
        Say::NextPerson => "Neste person",
        Say::SendContact => "Send kontaktopplysningene",
        Say::SkipContact => "Hopp over",
        Say::GiveConsent => "Send samtykket",
        Say::Decline => "Jeg vil ikke delta",
        Say::ConsentMissing => {
            "Kryss av her hvis du vil delta. Hvis ikke, velger du «Jeg vil ikke delta» nederst på siden."
        }
        Say::ErrorPrefix => "Feil: ",
        Say::ErrorsFound { count: 1 } => "Du må rette ett svar før du kan gå videre",
        Say::ErrorsFound { count } => return format!("Du må rette {count} svar før du kan gå videre"),
        Say::OpenFound { count: 1 } => "Ett spørsmål er ikke besvart",
        Say::OpenFound { count } => return format!("{count} spørsmål er ikke besvart"),
        Say::OpenHint => "Du kan svare nå, eller gå videre uten å svare.",
        Say::Required => "(må\u{a0}besvares)",
        Say::Open => "Ikke besvart",
        Say::Wrong(problem) => return wrong(*problem),
        Say::Choose => "Velg",
        Say::CharactersLeft { left, of } if *left >= 0 => return format!("{left} av {of} tegn igjen"),
        Say::CharactersLeft { left, of } => {
            return format!("{} tegn for mye. Det er plass til {of}.", left.unsigned_abs());
        }
        Say::SliderNumber { min, max } => return format!("Eller skriv et tall fra {min} til {max}"),
        Say::OutOf { value, max } => return format!("{value} av {max}"),
        Say::ClearAnswer => "Fjern svaret",
        Say::ReviewTitle => "Se over svarene dine",
        Say::ReviewLead => "Trykk på en linje hvis du vil endre svaret. Ingenting er sendt ennå.",
        Say::Change => "Endre",
        Say::Send => "Send svarene",
        Say::SendingTitle => "Sender",
        Say::SendingLead => "Det tar vanligvis noen sekunder. La siden være åpen.",
        Say::NotTakenTitle => "Svarene er ikke tatt imot",
        Say::NotReadyTitle => "Svarene er ikke sendt ennå",
        Say::NotLoaded => {
            "Vi fikk ikke hentet det siden trenger for å sende svarene. De står fortsatt på siden. Sjekk at du er på nett, og prøv igjen."
        }
        Say::NotSealed => {
            "Nettleseren kan ikke kryptere svarene, så vi har ikke sendt dem. Åpne lenken i en nyere nettleser eller på en annen enhet."
        }
        Say::TryAgain => "Prøv igjen",
        Say::DeclinedTitle => "Du deltar ikke",
        Say::Mode(Mode::Test) => "Dette er en test. Svarene lagres for seg og er ikke med i studien.",
        Say::Mode(Mode::Pilot) => "Dette er en prøverunde. Svarene lagres for seg og er ikke med i studien.",
        Say::Mode(Mode::Paper) => "Du fører inn svar fra papir. De blir merket med det.",
        Say::UnreachableTitle => "Vi fikk ikke hentet spørreskjemaet",
        Say::Unreachable => "Sjekk at du er på nett, og prøv igjen. Du har ikke mistet noen svar.",
    };
    words.to_owned()
}

/// What only the second part says.
pub(super) fn told(what: &Told) -> String {
    let words = match what {
        Told::ContactPendingTitle => "Kontaktopplysningene er ikke mottatt ennå",
        Told::ContactReceivedTitle => "Kontaktopplysningene er mottatt",
        Told::NotSentTitle => "Vi vet ikke om svarene er kommet fram",
        Told::NotSent(verdict) => return not_sent(verdict).to_owned(),
        Told::StrangeReplies => {
            "Noe annet enn studien har svart flere ganger. På åpne nett må du noen ganger logge på i en egen fane før du kommer ut på internett. Gjør det, og prøv igjen."
        }
        Told::TriesByItself => "Vi prøver igjen automatisk. Svarene blir ikke telt to ganger.",
        Told::SendingElsewhereTitle => "Svarene sendes fra en annen fane",
        Told::SendingElsewhereLead => "Vi følger med og sier fra her når de er mottatt.",
        Told::Kept(Safekeeping::Device) => {
            "Svarene er lagret på denne enheten. Lukker du siden, blir de sendt neste gang du åpner lenken i denne nettleseren."
        }
        Told::Kept(Safekeeping::Tab) => "Svarene er lagret i denne fanen. La fanen være åpen til svarene er mottatt.",
        Told::Kept(Safekeeping::Page) => {
            "Nettleseren lar oss ikke lagre noe, så svarene ligger bare på denne siden. La siden være åpen til svarene er mottatt."
        }
        Told::LookAgainTitle => "Noen svar må ses på en gang til",
        Told::LookAgain => "Svarene er ikke tatt imot. Åpne spørsmålene under, rett svarene, og send på nytt.",
        Told::SaveCopy => "Lagre en kopi av svarene",
        Told::ReceivedTitle => "Takk! Svarene dine er mottatt",
        Told::ConsentReceivedTitle => "Samtykket ditt er mottatt",
        Told::PartReceivedTitle => "Takk! Første del er mottatt",
        Told::Reference => "Referanse",
        Told::ReceivedAt => "Mottatt",
        Told::Print => "Skriv ut kvitteringen",
        Told::MoreTitle => "Har du tid til resten?",
        Told::GoOnWithRest => "Fortsett med resten",
        Told::StopHere => "Avslutt her",
        Told::StoppedTitle => "Takk for hjelpen!",
        Told::Trouble(trouble) => return trouble_text(*trouble),
        Told::TroubleTitle(trouble) => trouble_title(*trouble),
        Told::CodeTitle => "Har du en kode?",
        Told::CodeHelp => "Koden står sammen med lenken, i e-posten eller på oppslaget. Den har ti tegn.",
        Told::CodeLabel => "Kode",
        Told::CodeOpen => "Åpne spørreskjemaet",
        Told::CodeWrong(CodeTrouble::Mistyped) => "Koden stemmer ikke. Se etter om et tegn er galt eller mangler.",
        Told::CodeWrong(CodeTrouble::Unknown) => {
            "Vi kjenner ikke denne koden. Se etter at du har skrevet den riktig, eller ta kontakt."
        }
        Told::CodeWrong(CodeTrouble::TooMany) => "Mange koder er prøvd på kort tid. Vent et minutt, og prøv igjen.",
        Told::CodeWrong(CodeTrouble::Unreachable) => "Vi fikk ikke kontakt. Sjekk at du er på nett, og prøv igjen.",
        Told::RankCount { chosen, of } => return format!("{chosen} av {of} valgt"),
        Told::RankFull { of } => return format!("Du har valgt {of}. Fjern noe hvis du vil velge noe annet."),
        Told::RankChosen => "Din rekkefølge, det viktigste først",
        Told::RankOffered => "Velg fra listen",
        Told::RankAdd(what) => return format!("Legg til «{what}»"),
        Told::RankUp(what) => return format!("Flytt «{what}» opp"),
        Told::RankDown(what) => return format!("Flytt «{what}» ned"),
        Told::RankRemove(what) => return format!("Fjern «{what}»"),
        Told::RankRemoved(what) => return format!("«{what}» er fjernet."),
        Told::RankNow { what, place, of } => return format!("«{what}» er nå nummer {place} av {of}."),
        Told::SummaryShow => "Vis oppsummeringen",
        Told::SummaryOf(when) => return format!("Svart {when}"),
        Told::SummaryPrint => "Skriv ut oppsummeringen",
        Told::SummaryClose => "Tilbake til kvitteringen",
        Told::OtherWays => {
            "Ta kontakt, så finner vi en annen måte du kan svare på, for eksempel på telefon eller papir:"
        }
        Told::LaterWaves => "Får du flere spørreskjemaer senere, kan du svare på dem selv om du ikke rakk dette.",
        Told::OwnShow => "Vis svarene mine",
        Told::OwnTitle => "Svarene dine",
        Told::OwnPrint => "Skriv ut svarene",
        Told::OwnSave => "Lagre svarene på enheten",
        Told::OwnKept => {
            "Kopien blir ikke lagret automatisk. Lagre den bare på din egen enhet. Lukker du siden uten å lagre, er kopien borte."
        }
        Told::SummaryKept => "Oppsummeringen blir ikke lagret. Når du lukker siden, er den borte.",
    };
    words.to_owned()
}

fn wrong(problem: Problem) -> String {
    let n = |value| number(value, true);
    match problem {
        Problem::Required => "Du må svare på dette spørsmålet.".to_owned(),
        Problem::NotANumber => "Skriv et tall.".to_owned(),
        Problem::NotWhole => "Skriv et helt tall, bare med sifre.".to_owned(),
        Problem::OutOfRange { min: Some(min), max: Some(max) } => {
            format!("Skriv et tall fra {} til {}.", n(min), n(max))
        }
        Problem::OutOfRange { min: Some(min), max: None } => format!("Skriv et tall som er {} eller høyere.", n(min)),
        Problem::OutOfRange { max: Some(max), .. } => format!("Skriv et tall som er {} eller lavere.", n(max)),
        Problem::OutOfRange { .. } => "Skriv et annet tall.".to_owned(),
        Problem::Format(Format::Email) => "Skriv hele e-postadressen, for eksempel navn@eksempel.no.".to_owned(),
        Problem::Format(Format::Phone) => {
            "Skriv et telefonnummer med 8 sifre. Er nummeret utenlandsk, begynner du med + og landkoden.".to_owned()
        }
        Problem::Format(Format::NationalIdentityNumber) => {
            "Dette er ikke et gyldig fødselsnummer eller d-nummer. Sjekk at alle de 11 sifrene er riktige.".to_owned()
        }
        Problem::TooMany { max } => format!("Velg høyst {max}. Fjern det som ikke er viktigst."),
        Problem::TooLong { max, found } => format!("Teksten er for lang: {found} tegn. Det er plass til {max}."),
    }
}

fn not_sent(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Network), .. } => {
            "Vi fikk ikke kontakt. Sjekk at du er på nett, og prøv igjen."
        }
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Timeout), .. } => {
            "Vi fikk ikke svar i tide. Prøv igjen om litt."
        }
        Verdict::Waiting { why: Waiting::NoReceipt, .. } => {
            "Vi fikk ikke en kvittering som gjelder svarene dine. Prøv igjen."
        }
        Verdict::Waiting { why: Waiting::Busy, .. } => "Tjenesten er opptatt akkurat nå. Prøv igjen om litt.",
        Verdict::Paused => {
            "Tjenesten godtar ikke lenken du kom hit med. Den kan være utløpt eller trukket tilbake. Be om en ny lenke hos kontakten under."
        }
        Verdict::Parked(Parked::Closed) => "Spørreskjemaet tar ikke lenger imot svar.",
        Verdict::Parked(Parked::Conflict | Parked::Unacceptable { .. }) => {
            "Tjenesten kunne ikke ta imot svarene, og det hjelper neppe å prøve igjen. Ta kontakt, så hjelper vi deg."
        }
        Verdict::Received(_) | Verdict::Refused { .. } => "",
    }
}

fn trouble_title(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Invitation(InvitationError::Absent) => "Lenken mangler en kode",
        Trouble::Invitation(_) => "Lenken virker ikke",
        Trouble::OtherStudy => "Lenken gjelder en annen studie",
        Trouble::NoSuchWave => "Dette spørreskjemaet finnes ikke",
        Trouble::OtherWave => "Denne siden er for et annet spørreskjema",
        Trouble::Browser => "Nettleseren mangler noe skjemaet trenger",
        Trouble::NotHere => "Spørreskjemaet kan ikke vises på denne siden",
        Trouble::Missing => "Vi fant ikke spørreskjemaet",
        Trouble::Foreign => "Noe annet kom i stedet for spørreskjemaet",
        Trouble::Truncated => "Bare en del av spørreskjemaet kom fram",
        Trouble::Version => "Siden og spørreskjemaet passer ikke sammen",
        Trouble::Damaged => "Spørreskjemaet er skadet",
        Trouble::NotYet(_) => "Spørreskjemaet har ikke åpnet ennå",
        Trouble::Closed(_) => "Spørreskjemaet er stengt",
        Trouble::Revoked => "Lenken er trukket tilbake",
        Trouble::NotAdmitted => "Lenken gjelder ikke",
    }
}

fn trouble_text(trouble: Trouble) -> String {
    let words = match trouble {
        Trouble::Invitation(InvitationError::Absent) => {
            "Noen e-postprogrammer kutter slutten av lenken. Åpne e-posten på nytt, og kopier hele lenken inn i adressefeltet."
        }
        Trouble::Invitation(_) => {
            "Den er ikke hel, eller den er endret på veien. Åpne e-posten på nytt, og kopier hele lenken inn i adressefeltet."
        }
        Trouble::OtherStudy => {
            "Denne siden hører til en annen studie enn den du er invitert til. Ta kontakt med dem som sendte deg lenken."
        }
        Trouble::NoSuchWave => {
            "Du er invitert til et spørreskjema som denne studien ikke har. Ta kontakt med dem som sendte deg lenken."
        }
        Trouble::OtherWave => {
            "Studien har flere spørreskjemaer, og du er invitert til et annet enn det som vises her. Har du fått en lenke, kan du åpne den. Ellers kan du ta kontakt."
        }
        Trouble::Browser => {
            "Prøv en nyere nettleser, eller en annen telefon eller datamaskin. Går det ikke, kan du ta kontakt."
        }
        Trouble::NotHere => {
            "Studien har ikke godkjent nettstedet du er på. Har du fått en lenke, kan du åpne den i et eget vindu. Ellers kan du ta kontakt."
        }
        Trouble::Missing => {
            "Det ligger ikke der det skal. Feilen er hos oss, ikke hos deg. Prøv igjen senere, eller ta kontakt."
        }
        Trouble::Foreign => {
            "På åpne nett kan det være en påloggingsside. Logg på nettet i en egen fane, og prøv igjen. Hjelper ikke det, er feilen hos oss."
        }
        Trouble::Truncated => "Forbindelsen ble trolig brutt. Prøv igjen.",
        Trouble::Version => "Last siden på nytt. Hjelper ikke det, er feilen hos oss.",
        Trouble::Damaged => "Vi kan ikke vise det uten å risikere at noe blir feil. Prøv igjen, eller ta kontakt.",
        Trouble::NotYet(Some(day)) => return format!("Det åpner {}. Bruk den samme lenken da.", date(day)),
        Trouble::NotYet(None) => "Prøv den samme lenken igjen senere.",
        Trouble::Closed(Some(day)) => {
            return format!("Siste dag for å svare var {}. Svar vi allerede har mottatt, er med i studien.", date(day));
        }
        Trouble::Closed(None) => "Fristen for å svare er ute. Svar vi allerede har mottatt, er med i studien.",
        Trouble::Revoked => {
            "Har du fått en nyere e-post fra oss, bruker du lenken i den. Har du trukket deg fra studien, trenger du ikke å gjøre noe mer."
        }
        Trouble::NotAdmitted => {
            "Vi kjenner den ikke igjen. Åpne e-posten på nytt, og kopier hele lenken inn i adressefeltet, eller ta kontakt."
        }
    };
    words.to_owned()
}

/// A day as people write it, in either form of Norwegian: `9. april 2027`.
pub(super) fn date(day: Day) -> String {
    let month = match day.month {
        1 => "januar",
        2 => "februar",
        3 => "mars",
        4 => "april",
        5 => "mai",
        6 => "juni",
        7 => "juli",
        8 => "august",
        9 => "september",
        10 => "oktober",
        11 => "november",
        _ => "desember",
    };
    format!("{}. {} {}", day.day, month, day.year)
}
