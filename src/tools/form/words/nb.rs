//! The phrases in bokmål.

use super::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
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
            "Skriv 1 foran det du setter først, 2 foran det neste og så videre, opp til {most}. Du trenger ikke å \
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
};
