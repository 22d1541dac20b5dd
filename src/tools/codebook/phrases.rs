//! What the codebook, the picture and the paper form say around the questions, in each language of the interface.

use crate::words::Tongue;

/// The phrases of one language.
#[derive(Clone, Copy, Debug)]
pub struct Phrases {
    /// The title of the codebook.
    pub codebook: &'static str,
    /// What it is for.
    pub intro: &'static str,
    /// That the wording is no validated form.
    pub demonstration: &'static str,
    /// A wave.
    pub wave: &'static str,
    /// A part of a wave.
    pub part: &'static str,
    /// The consent.
    pub consent: &'static str,
    /// The contact details.
    pub contact: &'static str,
    /// That contact details are no data.
    pub contact_apart: &'static str,
    /// Questions, after a number that is not 1.
    pub questions: &'static str,
    /// A question, after 1.
    pub question: &'static str,
    /// How many questions, as a heading.
    pub number_of: &'static str,
    /// A minute, after 1.
    pub minute: &'static str,
    /// Minutes, after a number that is not 1.
    pub minutes: &'static str,
    /// Variable, as a heading.
    pub variable: &'static str,
    /// Answers, as a heading.
    pub answers: &'static str,
    /// Shown if, before a condition.
    pub shown_if: &'static str,
    /// Also asked in, before waves.
    pub also_in: &'static str,
    /// Instrument, as a heading.
    pub instrument: &'static str,
    /// Modelled on, before a name.
    pub modelled_on: &'static str,
    /// Not validated.
    pub not_validated: &'static str,
    /// Text pack, before a language.
    pub text_pack: &'static str,
    /// Codes where there is no answer, as a heading.
    pub missing: &'static str,
    /// Explains them.
    pub missing_intro: &'static str,
    /// Names of the four codes, from −1.
    pub missing_names: [&'static str; 4],
    /// Scores, as a heading.
    pub scores: &'static str,
    /// That nobody sees them.
    pub scores_intro: &'static str,
    /// Reversed items.
    pub reversed: &'static str,
    /// Items.
    pub items: &'static str,
    /// Yes or no, a tick box, one of, several of, a whole number, a number, words, several in order.
    pub types: [&'static str; 8],
    /// Characters, after a number.
    pub characters: &'static str,
    /// From a to b.
    pub to: &'static str,
    /// Each option is a variable.
    pub each_option: &'static str,
    /// The same of a question whose options are put in order.
    pub each_ranked: &'static str,
    /// Before the place that an option was given.
    pub ranked_as: &'static str,
    /// The option was given no place.
    pub not_ranked: &'static str,
    /// Can be chosen when, before the name of a question, and what follows it.
    pub offered_when: (&'static str, &'static str),
    /// If one or more of the answers can be chosen.
    pub any_option: &'static str,
    /// Must be answered.
    pub required: &'static str,
    /// Waits for a licensed text pack.
    pub hidden: &'static str,
    /// That the first page cannot be left unless this is ticked.
    pub declined: &'static str,
    /// The first screen.
    pub welcome: &'static str,
    /// A picture of the pages and branches.
    pub flow: &'static str,
    /// Before a condition.
    pub only_if: &'static str,
    /// The way past a page that is not shown.
    pub otherwise: &'static str,
    /// Each question by a question of its own; an example follows.
    pub each_by_its_own: &'static str,
    /// If this is not ticked.
    pub not_ticked: &'static str,
    /// If this is ticked.
    pub ticked: &'static str,
    /// Between alternatives.
    pub or: &'static str,
    /// More on the next sheet.
    pub goes_on: &'static str,
    /// End of the questionnaire.
    pub end: &'static str,
}

/// The phrases of a language.
pub fn phrases(tongue: Tongue) -> Phrases {
    match tongue {
        Tongue::Bokmal => Phrases {
            codebook: "Kodebok",
            intro: "Alt studien spør om, runde for runde: spørsmålene på alle språk, svarene med kodene de får i \
                datafilene, og når hvert spørsmål blir vist.",
            demonstration: "Demonstrasjon: Ordlyden er vår egen og er ikke validert.",
            wave: "Runde",
            part: "Del",
            consent: "Samtykke",
            contact: "Kontaktopplysninger",
            contact_apart: "Lagres atskilt fra svarene og er ikke med i datafilene.",
            questions: "spørsmål",
            question: "spørsmål",
            number_of: "Antall spørsmål",
            minute: "minutt",
            minutes: "minutter",
            variable: "Variabel",
            answers: "Svar",
            shown_if: "Vises bare hvis",
            also_in: "Også i",
            instrument: "Instrument",
            modelled_on: "Bygd på",
            not_validated: "ikke validert",
            text_pack: "Tekstpakke",
            missing: "Koder når svaret mangler",
            missing_intro: "Hver variabel nedenfor viser bare de kodene som kan forekomme. Tom celle: personen har \
                ikke sendt inn den delen, eller svaret kan være under null.",
            missing_names: ["ikke vist", "vist, ikke besvart", "ville ikke svare", "ikke aktuelt"],
            scores: "Skårer",
            scores_intro: "Skårene regnes ut av svarene når datafilene lages. Ingen respondent får se dem.",
            reversed: "snudd",
            items: "Ledd",
            types: ["ja eller nei", "avkryssing", "ett svar", "flere svar", "heltall", "tall", "tekst", "rangering"],
            characters: "tegn",
            to: "til",
            each_option: "hvert svar er en variabel: 1 valgt, 0 ikke valgt",
            each_ranked: "hvert svar er en variabel: 1 satt først, 2 som nummer to og så videre, 0 ikke valgt",
            ranked_as: "valgt som nummer",
            not_ranked: "ikke valgt",
            offered_when: ("når", "vises"),
            any_option: "minst ett av svarene kan velges",
            required: "må besvares",
            hidden: "vises ikke før en lisensiert tekstpakke er lagt inn",
            declined: "Sier nei: takk, ingenting blir sendt",
            welcome: "Velkommen",
            flow: "Gangen i skjemaene",
            only_if: "bare hvis",
            otherwise: "ellers",
            each_by_its_own: "hvert av dem etter sitt svar; det første bare hvis",
            not_ticked: "Ikke krysset av",
            ticked: "krysset av",
            or: " eller ",
            goes_on: "fortsetter",
            end: "Kvittering",
        },
        Tongue::Nynorsk => Phrases {
            codebook: "Kodebok",
            intro: "Alt studien spør om, runde for runde: spørsmåla på alle språk, svara med kodane dei får i \
                datafilene, og når kvart spørsmål blir vist.",
            demonstration: "Demonstrasjon: Ordlyden er vår eigen og er ikkje validert.",
            wave: "Runde",
            part: "Del",
            consent: "Samtykke",
            contact: "Kontaktopplysningar",
            contact_apart: "Blir lagra skilde frå svara og er ikkje med i datafilene.",
            questions: "spørsmål",
            question: "spørsmål",
            number_of: "Talet på spørsmål",
            minute: "minutt",
            minutes: "minutt",
            variable: "Variabel",
            answers: "Svar",
            shown_if: "Blir vist berre om",
            also_in: "Òg i",
            instrument: "Instrument",
            modelled_on: "Bygd på",
            not_validated: "ikkje validert",
            text_pack: "Tekstpakke",
            missing: "Kodar når svaret manglar",
            missing_intro: "Kvar variabel nedanfor viser berre dei kodane som kan førekome. Tom celle: Personen har \
                ikkje sendt inn den delen, eller svaret kan vere under null.",
            missing_names: ["ikkje vist", "vist, ikkje svart på", "ville ikkje svare", "ikkje aktuelt"],
            scores: "Skårar",
            scores_intro: "Skårane blir rekna ut av svara når datafilene blir laga. Ingen respondent får sjå dei.",
            reversed: "snudd",
            items: "Ledd",
            types: ["ja eller nei", "avkryssing", "eitt svar", "fleire svar", "heiltal", "tal", "tekst", "rangering"],
            characters: "teikn",
            to: "til",
            each_option: "kvart svar er ein variabel: 1 valt, 0 ikkje valt",
            each_ranked: "kvart svar er ein variabel: 1 sett først, 2 som nummer to og så vidare, 0 ikkje valt",
            ranked_as: "valt som nummer",
            not_ranked: "ikkje valt",
            offered_when: ("når", "blir vist"),
            any_option: "minst eitt av svara kan veljast",
            required: "må svarast på",
            hidden: "blir ikkje vist før ei lisensiert tekstpakke er lagd inn",
            declined: "Seier nei: takk, ingenting blir sendt",
            welcome: "Velkomen",
            flow: "Gangen i skjemaa",
            only_if: "berre om",
            otherwise: "elles",
            each_by_its_own: "kvart av dei etter sitt svar; det første berre om",
            not_ticked: "Ikkje kryssa av",
            ticked: "kryssa av",
            or: " eller ",
            goes_on: "held fram",
            end: "Kvittering",
        },
        Tongue::English => Phrases {
            codebook: "Codebook",
            intro: "Everything that the study asks, wave by wave: the questions in every language, the answers with \
                the codes that they have in the data files, and when each question is shown.",
            demonstration: "Demonstration: the wording is our own and has not been validated.",
            wave: "Wave",
            part: "Part",
            consent: "Consent",
            contact: "Contact details",
            contact_apart: "Stored apart from the answers, and not in the data files.",
            questions: "questions",
            question: "question",
            number_of: "Number of questions",
            minute: "minute",
            minutes: "minutes",
            variable: "Variable",
            answers: "Answers",
            shown_if: "Shown only if",
            also_in: "Also in",
            instrument: "Instrument",
            modelled_on: "Modelled on",
            not_validated: "not validated",
            text_pack: "Text pack",
            missing: "Codes where there is no answer",
            missing_intro: "Each variable below lists only the codes that can occur. An empty cell: the person has \
                not sent that part, or answers may be below zero.",
            missing_names: ["not shown", "shown, unanswered", "declined", "not applicable"],
            scores: "Scores",
            scores_intro: "Scores are worked out from the answers when the data files are made. No respondent sees \
                them.",
            reversed: "reversed",
            items: "Items",
            types: [
                "yes or no",
                "tick box",
                "one answer",
                "several answers",
                "whole number",
                "number",
                "text",
                "ranking",
            ],
            characters: "characters",
            to: "to",
            each_option: "each answer is a variable: 1 chosen, 0 not chosen",
            each_ranked: "each answer is a variable: 1 put first, 2 second and so on, 0 not chosen",
            ranked_as: "chosen as number",
            not_ranked: "not chosen",
            offered_when: ("when", "is shown"),
            any_option: "at least one of the answers can be chosen",
            required: "must be answered",
            hidden: "not shown until a licensed text pack is there",
            declined: "Says no: thanked, nothing is sent",
            welcome: "Welcome",
            flow: "The way through the forms",
            only_if: "only if",
            otherwise: "otherwise",
            each_by_its_own: "each by its own answer; the first only if",
            not_ticked: "Not ticked",
            ticked: "ticked",
            or: " or ",
            goes_on: "continues",
            end: "Receipt",
        },
    }
}

impl Phrases {
    /// `1 minute`, `10 minutes`.
    pub fn time(&self, minutes: u32) -> String {
        format!("{minutes} {}", if minutes == 1 { self.minute } else { self.minutes })
    }

    /// `1 question`, `3 questions`.
    pub fn count(&self, questions: usize) -> String {
        format!("{questions} {}", if questions == 1 { self.question } else { self.questions })
    }
}
