//! Nynorsk.

use super::{CodeTrouble, Safekeeping, Say, Told, Trouble, nb::date, number};
use crate::{
    questionnaire::Format,
    session::Problem,
    study::{InvitationError, Mode},
    submission::{NoReply, Parked, Verdict, Waiting},
};

pub(super) fn say(what: &Say) -> String {
    let words = match what {
        Say::Languages => "Språk",
        Say::LanguageChanged => "Språket er bytt til nynorsk.",
        Say::Loading => "Hentar spørjeskjemaet …",
        Say::Start => "Start",
        Say::Next => "Neste",
        Say::Back => "Tilbake",
        Say::GoOn => "Gå vidare",
        Say::BackToReview => "Tilbake til oversikta",
        Say::MinutesLeft { minutes: 1 } => "Om lag eitt minutt igjen",
        Say::MinutesLeft { minutes } => return format!("Om lag {minutes} minutt igjen"),
        Say::PageOf { page, of } => return format!("Side {page} av {of}"),
        Say::Yes => "Ja",
        Say::No => "Nei",
        Say::NeedHelp => "Treng du hjelp no?",
        Say::WhomToAsk => "Kven kan eg spørje?",
        Say::Close => "Tilbake til spørjeskjemaet",
        Say::Responsible => "Ansvarleg",
        Say::Contact => "Kontakt",
        Say::Phone => "Telefon",
        Say::Email => "E-post",
        Say::Demonstration => {
            "Dette er ein demonstrasjon. Spørsmåla er skrivne for å vise korleis skjemaet verkar, og er ikkje eit utprøvd måleverktøy."
        }
        Say::DeviceTitle => "Er dette di eiga eining?",
        Say::DeviceQuestion => "Kven bruker telefonen eller maskina du svarer på?",
        Say::DeviceHelp => {
            "Vi spør fordi svar du ikkje har sendt, kan bli liggjande på eininga. Valet ditt avgjer kor lenge."
        }
        Say::DeviceOwn => "Berre eg",
        Say::DeviceShared => "Andre bruker eininga også",
        Say::DeviceOwnNote => {
            "Svara ligg berre på denne eininga til du sender dei. Du kan lukke sida og halde fram seinare med den same lenkja."
        }
        Say::DeviceSharedNote => {
            "Svara ligg her berre så lenge denne fana er open. Lukkar du fana før du har sendt svara, må du starte på nytt."
        }
        Say::NothingKept => "Vi får ikkje lagra svara undervegs. La denne sida vere open til du er ferdig.",
        Say::ResumeTitle => "Er det du som har byrja på skjemaet her?",
        Say::ResumeLead => {
            "På denne eininga ligg det svar som ikkje er sende. Vi viser dei ikkje før du har sagt at dei er dine."
        }
        Say::ResumeYes => "Ja, hald fram der eg slapp",
        Say::ResumeNo => "Nei, start på nytt",
        Say::ResumeNoNote => "Startar du på nytt, slettar vi svara som ligg her.",
        Say::Resumed => "Du held fram der du slapp. Svara dine er på plass.",
        Say::ResumedInPart { lost: 1 } => {
            "Spørjeskjemaet er endra sidan sist. Eitt av svara dine passar ikkje lenger. Resten er på plass."
        }
        Say::ResumedInPart { lost } => {
            return format!(
                "Spørjeskjemaet er endra sidan sist. {lost} av svara dine passar ikkje lenger. Resten er på plass."
            );
        }
        Say::ResumedNot => {
            "Svara du hadde byrja på, kan ikkje brukast lenger, så du må starte på nytt. Det gjeld ikkje svar du har sendt."
        }
        Say::OtherTabTitle => "Skjemaet er ope i ei anna fane",
        Say::OtherTabLead => {
            "Du kan berre svare i éi fane om gongen, slik at ingen svar blir skrivne over. Held du fram her, stoppar den andre fana."
        }
        Say::UseThisTab => "Hald fram her",
        Say::MovedTitle => "Du held fram i ei anna fane",
        Say::MovedLead => "Denne fana kan du lukke.",
        Say::EndLink => "Avslutt og slett svara",
        Say::EndTitle => "Vil du avslutte?",
        Say::EndLead => "Vi slettar svara du ikkje har sendt, frå denne eininga. Svar du har sendt, blir ikkje sletta.",
        Say::EndConfirm => "Slett og avslutt",
        Say::ClearedTitle => "Du har avslutta",
        Say::ClearedLead => "Det ligg ingen svar igjen på denne eininga. Du kan lukke sida.",
        Say::ClearedPending => {
            "Svar du har sendt, men som vi ikkje har fått enno, ligg krypterte på eininga til dei er leverte. La sida vere open så lenge du kan."
        }
        Say::NextPerson => "Neste person",
        Say::SendContact => "Send kontaktopplysningane",
        Say::SkipContact => "Hopp over",
        Say::GiveConsent => "Send samtykket",
        Say::Decline => "Eg vil ikkje vere med",
        Say::ConsentMissing => {
            "Kryss av her dersom du vil vere med. Dersom ikkje, vel du «Eg vil ikkje vere med» nedst på sida."
        }
        Say::ErrorPrefix => "Feil: ",
        Say::ErrorsFound { count: 1 } => "Du må rette eitt svar før du kan gå vidare",
        Say::ErrorsFound { count } => return format!("Du må rette {count} svar før du kan gå vidare"),
        Say::OpenFound { count: 1 } => "Eitt spørsmål er utan svar",
        Say::OpenFound { count } => return format!("{count} spørsmål er utan svar"),
        Say::OpenHint => "Du kan svare no, eller gå vidare utan å svare.",
        Say::Required => "(må\u{a0}svarast\u{a0}på)",
        Say::Open => "Utan svar",
        Say::Wrong(problem) => return wrong(*problem),
        Say::Choose => "Vel",
        Say::CharactersLeft { left, of } if *left >= 0 => return format!("{left} av {of} teikn igjen"),
        Say::CharactersLeft { left, of } => {
            return format!("{} teikn for mykje. Det er plass til {of}.", left.unsigned_abs());
        }
        Say::SliderNumber { min, max } => return format!("Eller skriv eit tal frå {min} til {max}"),
        Say::OutOf { value, max } => return format!("{value} av {max}"),
        Say::ClearAnswer => "Fjern svaret",
        Say::ReviewTitle => "Sjå over svara dine",
        Say::ReviewLead => "Trykk på ei linje dersom du vil endre svaret. Ingenting er sendt enno.",
        Say::Change => "Endre",
        Say::Send => "Send svara",
        Say::SendingTitle => "Sender",
        Say::SendingLead => "Det tek vanlegvis nokre sekund. La sida vere open.",
        Say::NotTakenTitle => "Svara er ikkje tekne imot",
        Say::NotReadyTitle => "Svara er ikkje sende enno",
        Say::NotLoaded => {
            "Vi fekk ikkje henta det sida treng for å sende svara. Dei står framleis på sida. Sjekk at du er på nett, og prøv igjen."
        }
        Say::NotSealed => {
            "Nettlesaren kan ikkje kryptere svara, så vi har ikkje sendt dei. Opne lenkja i ein nyare nettlesar eller på ei anna eining."
        }
        Say::TryAgain => "Prøv igjen",
        Say::DeclinedTitle => "Du er ikkje med",
        Say::Mode(Mode::Test) => "Dette er ein test. Svara blir lagra for seg og er ikkje med i studien.",
        Say::Mode(Mode::Pilot) => "Dette er ein prøverunde. Svara blir lagra for seg og er ikkje med i studien.",
        Say::Mode(Mode::Paper) => "Du fører inn svar frå papir. Dei blir merkte med det.",
        Say::UnreachableTitle => "Vi fekk ikkje henta spørjeskjemaet",
        Say::Unreachable => "Sjekk at du er på nett, og prøv igjen. Du har ikkje mista nokon svar.",
    };
    words.to_owned()
}

/// What only the second part says.
pub(super) fn told(what: &Told) -> String {
    let words = match what {
        Told::ContactPendingTitle => "Vi har ikkje fått kontaktopplysningane enno",
        Told::ContactReceivedTitle => "Vi har fått kontaktopplysningane",
        Told::NotSentTitle => "Vi veit ikkje om svara er komne fram",
        Told::NotSent(verdict) => return not_sent(verdict).to_owned(),
        Told::StrangeReplies => {
            "Noko anna enn studien har svart fleire gonger. På opne nett må du av og til logge på i ei eiga fane før du kjem ut på internett. Gjer det, og prøv igjen."
        }
        Told::TriesByItself => "Vi prøver igjen automatisk. Svara blir ikkje talde to gonger.",
        Told::SendingElsewhereTitle => "Svara blir sende frå ei anna fane",
        Told::SendingElsewhereLead => "Vi følgjer med og seier frå her når vi har fått dei.",
        Told::Kept(Safekeeping::Device) => {
            "Svara er lagra på denne eininga. Lukkar du sida, blir dei sende neste gong du opnar lenkja i denne nettlesaren."
        }
        Told::Kept(Safekeeping::Tab) => "Svara er lagra i denne fana. La fana vere open til vi har fått svara.",
        Told::Kept(Safekeeping::Page) => {
            "Nettlesaren lèt oss ikkje lagre noko, så svara ligg berre på denne sida. La sida vere open til vi har fått svara."
        }
        Told::LookAgainTitle => "Sjå på nokre av svara ein gong til",
        Told::LookAgain => "Svara er ikkje tekne imot. Opne spørsmåla under, rett svara, og send på nytt.",
        Told::SaveCopy => "Lagre ein kopi av svara",
        Told::ReceivedTitle => "Takk! Vi har fått svara dine",
        Told::ConsentReceivedTitle => "Vi har fått samtykket ditt",
        Told::PartReceivedTitle => "Takk! Vi har fått den første delen",
        Told::Reference => "Referanse",
        Told::ReceivedAt => "Motteke",
        Told::Print => "Skriv ut kvitteringa",
        Told::MoreTitle => "Har du tid til resten?",
        Told::GoOnWithRest => "Hald fram med resten",
        Told::StopHere => "Avslutt her",
        Told::StoppedTitle => "Takk for hjelpa!",
        Told::Trouble(trouble) => return trouble_text(*trouble),
        Told::TroubleTitle(trouble) => trouble_title(*trouble),
        Told::CodeTitle => "Har du ein kode?",
        Told::CodeHelp => "Koden står saman med lenkja, i e-posten eller på oppslaget. Han har ti teikn.",
        Told::CodeLabel => "Kode",
        Told::CodeOpen => "Opne spørjeskjemaet",
        Told::CodeWrong(CodeTrouble::Mistyped) => "Koden stemmer ikkje. Sjå etter om eit teikn er gale eller manglar.",
        Told::CodeWrong(CodeTrouble::Unknown) => {
            "Vi kjenner ikkje denne koden. Sjå etter at du har skrive han rett, eller ta kontakt."
        }
        Told::CodeWrong(CodeTrouble::TooMany) => "Mange kodar er prøvde på kort tid. Vent eit minutt, og prøv igjen.",
        Told::CodeWrong(CodeTrouble::Unreachable) => "Vi fekk ikkje kontakt. Sjekk at du er på nett, og prøv igjen.",
        Told::RankCount { chosen, of } => return format!("{chosen} av {of} valde"),
        Told::RankFull { of } => return format!("Du har valt {of}. Fjern noko om du vil velje noko anna."),
        Told::RankChosen => "Di rekkjefølgje, det viktigaste først",
        Told::RankOffered => "Vel frå lista",
        Told::RankAdd(what) => return format!("Legg til «{what}»"),
        Told::RankUp(what) => return format!("Flytt «{what}» opp"),
        Told::RankDown(what) => return format!("Flytt «{what}» ned"),
        Told::RankRemove(what) => return format!("Fjern «{what}»"),
        Told::RankRemoved(what) => return format!("«{what}» er fjerna."),
        Told::RankNow { what, place, of } => return format!("«{what}» er no nummer {place} av {of}."),
        Told::SummaryShow => "Vis oppsummeringa",
        Told::SummaryOf(when) => return format!("Svart {when}"),
        Told::SummaryPrint => "Skriv ut oppsummeringa",
        Told::SummaryClose => "Tilbake til kvitteringa",
        Told::OtherWays => "Ta kontakt, så finn vi ein annan måte du kan svare på, til dømes på telefon eller papir:",
        Told::LaterWaves => "Får du fleire spørjeskjema seinare, kan du svare på dei sjølv om du ikkje rakk dette.",
        Told::OwnShow => "Vis svara mine",
        Told::OwnTitle => "Svara dine",
        Told::OwnPrint => "Skriv ut svara",
        Told::OwnSave => "Lagre svara på eininga",
        Told::OwnKept => {
            "Kopien blir ikkje lagra automatisk. Lagre han berre på di eiga eining. Lukkar du sida utan å lagre, er kopien borte."
        }
        Told::SummaryKept => "Oppsummeringa blir ikkje lagra. Når du lukkar sida, er ho borte.",
    };
    words.to_owned()
}

fn wrong(problem: Problem) -> String {
    let n = |value| number(value, true);
    match problem {
        Problem::Required => "Du må svare på dette spørsmålet.".to_owned(),
        Problem::NotANumber => "Skriv eit tal.".to_owned(),
        Problem::NotWhole => "Skriv eit heilt tal, berre med siffer.".to_owned(),
        Problem::OutOfRange { min: Some(min), max: Some(max) } => {
            format!("Skriv eit tal frå {} til {}.", n(min), n(max))
        }
        Problem::OutOfRange { min: Some(min), max: None } => format!("Skriv eit tal som er {} eller høgare.", n(min)),
        Problem::OutOfRange { max: Some(max), .. } => format!("Skriv eit tal som er {} eller lågare.", n(max)),
        Problem::OutOfRange { .. } => "Skriv eit anna tal.".to_owned(),
        Problem::Format(Format::Email) => "Skriv heile e-postadressa, til dømes namn@eksempel.no.".to_owned(),
        Problem::Format(Format::Phone) => {
            "Skriv eit telefonnummer med 8 siffer. Er nummeret utanlandsk, byrjar du med + og landkoden.".to_owned()
        }
        Problem::Format(Format::NationalIdentityNumber) => {
            "Dette er ikkje eit gyldig fødselsnummer eller d-nummer. Sjekk at alle dei 11 siffera er rette.".to_owned()
        }
        Problem::TooMany { max } => format!("Vel høgst {max}. Fjern det som ikkje er viktigast."),
        Problem::TooLong { max, found } => format!("Teksten er for lang: {found} teikn. Det er plass til {max}."),
    }
}

fn not_sent(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Network), .. } => {
            "Vi fekk ikkje kontakt. Sjekk at du er på nett, og prøv igjen."
        }
        Verdict::Waiting { why: Waiting::NoReply(NoReply::Timeout), .. } => {
            "Vi fekk ikkje svar i tide. Prøv igjen om litt."
        }
        Verdict::Waiting { why: Waiting::NoReceipt, .. } => "Vi fekk inga kvittering som gjeld svara dine. Prøv igjen.",
        Verdict::Waiting { why: Waiting::Busy, .. } => "Tenesta er oppteken akkurat no. Prøv igjen om litt.",
        Verdict::Paused => {
            "Tenesta godtek ikkje lenkja du kom hit med. Lenkja kan vere utgått eller trekt tilbake. Be kontakten under om ei ny."
        }
        Verdict::Parked(Parked::Closed) => "Spørjeskjemaet tek ikkje lenger imot svar.",
        Verdict::Parked(Parked::Conflict | Parked::Unacceptable { .. }) => {
            "Tenesta kunne ikkje ta imot svara, og det hjelper neppe å prøve igjen. Ta kontakt, så hjelper vi deg."
        }
        Verdict::Received(_) | Verdict::Refused { .. } => "",
    }
}

fn trouble_title(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Invitation(InvitationError::Absent) => "Lenkja manglar ein kode",
        Trouble::Invitation(_) => "Lenkja verkar ikkje",
        Trouble::OtherStudy => "Lenkja gjeld ein annan studie",
        Trouble::NoSuchWave => "Dette spørjeskjemaet finst ikkje",
        Trouble::OtherWave => "Denne sida er for eit anna spørjeskjema",
        Trouble::Browser => "Nettlesaren manglar noko skjemaet treng",
        Trouble::NotHere => "Spørjeskjemaet kan ikkje visast på denne sida",
        Trouble::Missing => "Vi fann ikkje spørjeskjemaet",
        Trouble::Foreign => "Noko anna kom i staden for spørjeskjemaet",
        Trouble::Truncated => "Berre ein del av spørjeskjemaet kom fram",
        Trouble::Version => "Sida og spørjeskjemaet passar ikkje saman",
        Trouble::Damaged => "Spørjeskjemaet er skadd",
        Trouble::NotYet(_) => "Spørjeskjemaet har ikkje opna enno",
        Trouble::Closed(_) => "Spørjeskjemaet er stengt",
        Trouble::Revoked => "Lenkja er trekt tilbake",
        Trouble::NotAdmitted => "Lenkja gjeld ikkje",
    }
}

fn trouble_text(trouble: Trouble) -> String {
    let words = match trouble {
        Trouble::Invitation(InvitationError::Absent) => {
            "Nokre e-postprogram kuttar slutten av lenkja. Opne e-posten på nytt, og kopier heile lenkja inn i adressefeltet."
        }
        Trouble::Invitation(_) => {
            "Lenkja er ikkje heil, eller ho er endra på vegen. Opne e-posten på nytt, og kopier heile lenkja inn i adressefeltet."
        }
        Trouble::OtherStudy => {
            "Denne sida høyrer til ein annan studie enn den du er invitert til. Ta kontakt med dei som sende deg lenkja."
        }
        Trouble::NoSuchWave => {
            "Du er invitert til eit spørjeskjema som denne studien ikkje har. Ta kontakt med dei som sende deg lenkja."
        }
        Trouble::OtherWave => {
            "Studien har fleire spørjeskjema, og du er invitert til eit anna enn det som blir vist her. Har du fått ei lenkje, kan du opne henne. Elles kan du ta kontakt."
        }
        Trouble::Browser => {
            "Prøv ein nyare nettlesar, eller ein annan telefon eller datamaskin. Går det ikkje, kan du ta kontakt."
        }
        Trouble::NotHere => {
            "Studien har ikkje godkjent nettstaden du er på. Har du fått ei lenkje, kan du opne henne i eit eige vindauge. Elles kan du ta kontakt."
        }
        Trouble::Missing => {
            "Det ligg ikkje der det skal. Feilen er hos oss, ikkje hos deg. Prøv igjen seinare, eller ta kontakt."
        }
        Trouble::Foreign => {
            "På opne nett kan det vere ei påloggingsside. Logg på nettet i ei eiga fane, og prøv igjen. Hjelper ikkje det, er feilen hos oss."
        }
        Trouble::Truncated => "Sambandet vart truleg brote. Prøv igjen.",
        Trouble::Version => "Last sida på nytt. Hjelper ikkje det, er feilen hos oss.",
        Trouble::Damaged => "Vi kan ikkje vise det utan å risikere at noko blir feil. Prøv igjen, eller ta kontakt.",
        Trouble::NotYet(Some(day)) => return format!("Det opnar {}. Bruk den same lenkja då.", date(day)),
        Trouble::NotYet(None) => "Prøv den same lenkja igjen seinare.",
        Trouble::Closed(Some(day)) => {
            return format!("Siste dag for å svare var {}. Svar vi alt har fått, er med i studien.", date(day));
        }
        Trouble::Closed(None) => "Fristen for å svare er ute. Svar vi alt har fått, er med i studien.",
        Trouble::Revoked => {
            "Har du fått ein nyare e-post frå oss, bruker du lenkja i den. Har du trekt deg frå studien, treng du ikkje gjere noko meir."
        }
        Trouble::NotAdmitted => {
            "Vi kjenner henne ikkje igjen. Opne e-posten på nytt, og kopier heile lenkja inn i adressefeltet, eller ta kontakt."
        }
    };
    words.to_owned()
}
