//! The phrases in nynorsk.

use super::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
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
            "Skriv 1 framfor det du set først, 2 framfor det neste og så vidare, opp til {most}. Du treng ikkje \
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
};
