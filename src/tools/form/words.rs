//! What the paper form says around the questions, in each language of the interface.

use crate::words::Tongue;

/// The phrases of one language.
pub(super) struct Phrases {
    pub(super) paper: &'static str,
    pub(super) how: &'static str,
    pub(super) code: &'static str,
    pub(super) responsible: &'static str,
    pub(super) ask: &'static str,
    pub(super) part: &'static str,
    pub(super) contact_apart: &'static str,
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
    pub(super) answer_this: &'static str,
    pub(super) applies: &'static str,
    pub(super) only_if: &'static str,
    pub(super) skip: &'static str,
    pub(super) this_question: &'static str,
    pub(super) this_part: &'static str,
    pub(super) questions: &'static str,
    pub(super) if_so: &'static str,
    pub(super) one_of: &'static str,
    pub(super) rank: fn(u8) -> String,
    pub(super) rank_among: &'static str,
    pub(super) edition: &'static str,
    pub(super) no_receipt: &'static str,
    pub(super) rows_only_if: &'static str,
    pub(super) in_brackets: &'static str,
    pub(super) rows_ticked: &'static str,
    pub(super) go_to: &'static str,
    pub(super) go_to_end: &'static str,
    pub(super) several: &'static str,
    pub(super) number: &'static str,
    pub(super) mark: &'static str,
    pub(super) demonstration: &'static str,
    pub(super) date: &'static str,
}

pub(super) fn phrases(tongue: Tongue) -> Phrases {
    match tongue {
        Tongue::Bokmal => Phrases {
            paper: "Skjema på papir",
            how: "Bruk blå eller svart penn. Sett kryss i rutene, og skriv tall og tekst på linjene. Krysser du \
                feil, fyller du ruten helt og krysser i den riktige. Du kan hoppe over spørsmål du ikke vil svare \
                på.",
            code: "Deltakernummer (fylles ut av studien)",
            responsible: "Ansvarlig for studien",
            ask: "Spørsmål om studien",
            part: "Del",
            contact_apart: "Dette arket blir skilt fra svarene dine og lagret for seg.",
            question: "spørsmål",
            answer: "Svar på",
            answer_this: "Svar",
            applies: "Gjelder",
            only_if: "bare hvis",
            skip: "Hopp over",
            this_question: "dette spørsmålet",
            this_part: "dette",
            questions: "spørsmål",
            if_so: "hvis",
            one_of: "minst ett av spørsmålene",
            rank: |most| match most {
                1 => "Skriv 1 foran det du velger.".to_owned(),
                2 => "Skriv 1 foran det du setter først, og 2 foran det neste.".to_owned(),
                _ => format!(
                    "Skriv 1 foran det du setter først, 2 foran det neste og så videre, til {most}. Du trenger ikke å \
                     bruke alle tallene."
                ),
            },
            rank_among: "Står det et spørsmål i parentes, velger du svaret bare hvis du skulle svare på det spørsmålet.",
            edition: "Skjema",
            no_receipt: "På papir får du ingen kvittering. Skriv av deltakernummeret og ta vare på det: Der det står \
                at du skal oppgi referansen på kvitteringen, oppgir du deltakernummeret.",
            rows_only_if: "Svar bare på linjene der",
            in_brackets: "spørsmålet i parentesen",
            rows_ticked: "Svar bare på linjene der du krysset av for det samme i spørsmålet i parentesen.",
            go_to: "gå til spørsmål",
            go_to_end: "gå til slutten av skjemaet",
            several: "Du kan sette flere kryss.",
            number: "Skriv et tall",
            mark: "Sett et merke på linjen, og skriv tallet i ruten.",
            demonstration: "Demonstrasjon: Ordlyden er ikke validert.",
            date: "Dato",
        },
        Tongue::Nynorsk => Phrases {
            paper: "Skjema på papir",
            how: "Bruk blå eller svart penn. Set kryss i rutene, og skriv tal og tekst på linjene. Kryssar du feil, \
                fyller du ruta heilt og kryssar i den rette. Du kan hoppe over spørsmål du ikkje vil svare på.",
            code: "Deltakarnummer (blir fylt ut av studien)",
            responsible: "Ansvarleg for studien",
            ask: "Spørsmål om studien",
            part: "Del",
            contact_apart: "Dette arket blir skilt frå svara dine og lagra for seg.",
            question: "spørsmål",
            answer: "Svar på",
            answer_this: "Svar",
            applies: "Gjeld",
            only_if: "berre om",
            skip: "Hopp over",
            this_question: "dette spørsmålet",
            this_part: "dette",
            questions: "spørsmål",
            if_so: "om",
            one_of: "minst eitt av spørsmåla",
            rank: |most| match most {
                1 => "Skriv 1 framfor det du vel.".to_owned(),
                2 => "Skriv 1 framfor det du set først, og 2 framfor det neste.".to_owned(),
                _ => format!(
                    "Skriv 1 framfor det du set først, 2 framfor det neste og så vidare, til {most}. Du treng ikkje \
                     bruke alle tala."
                ),
            },
            rank_among: "Står det eit spørsmål i parentes, vel du svaret berre om du skulle svare på det spørsmålet.",
            edition: "Skjema",
            no_receipt: "På papir får du inga kvittering. Skriv av deltakarnummeret og ta vare på det: Der det står \
                at du skal oppgi referansen på kvitteringa, oppgir du deltakarnummeret.",
            rows_only_if: "Svar berre på linjene der",
            in_brackets: "spørsmålet i parentesen",
            rows_ticked: "Svar berre på linjene der du kryssa av for det same i spørsmålet i parentesen.",
            go_to: "gå til spørsmål",
            go_to_end: "gå til slutten av skjemaet",
            several: "Du kan setje fleire kryss.",
            number: "Skriv eit tal",
            mark: "Set eit merke på linja, og skriv talet i ruta.",
            demonstration: "Demonstrasjon: Ordlyden er ikkje validert.",
            date: "Dato",
        },
        Tongue::English => Phrases {
            paper: "Form on paper",
            how: "Use a blue or black pen. Tick the boxes, and write numbers and words on the lines. If you tick \
                the wrong box, fill it in completely and tick the right one. You may skip questions that you do not \
                want to answer.",
            code: "Participant number (filled in by the study)",
            responsible: "Responsible for the study",
            ask: "Questions about the study",
            part: "Part",
            contact_apart: "This sheet will be separated from your answers and kept by itself.",
            question: "question",
            answer: "Answer",
            answer_this: "Answer",
            applies: "Applies",
            only_if: "only if",
            skip: "Skip",
            this_question: "this question",
            this_part: "this",
            questions: "questions",
            if_so: "if",
            one_of: "at least one of questions",
            rank: |most| match most {
                1 => "Write 1 before the one that you choose.".to_owned(),
                2 => "Write 1 before the one that you put first, and 2 before the next.".to_owned(),
                _ => format!(
                    "Write 1 before the one that you put first, 2 before the next and so on, up to {most}. You need \
                     not use all the numbers."
                ),
            },
            rank_among: "Where a question stands in brackets, choose the answer only if that question was for you.",
            edition: "Form",
            no_receipt: "On paper you get no receipt. Copy the participant number and keep it: where you are asked to \
                quote the reference on your receipt, quote the participant number.",
            rows_only_if: "Answer only the lines where",
            in_brackets: "the question in brackets",
            rows_ticked: "Answer only the lines that you ticked in the question in brackets.",
            go_to: "go to question",
            go_to_end: "go to the end of the form",
            several: "You may tick several.",
            number: "Write a number",
            mark: "Make a mark on the line, and write the number in the box.",
            demonstration: "Demonstration: the wording has not been validated.",
            date: "Date",
        },
    }
}
