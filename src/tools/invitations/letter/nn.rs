//! Nynorsk.

use super::{Draft, Language};

pub(super) const NYNORSK: Language = Language {
    unit: Draft {
        subject: "Vil du svare på eit spørjeskjema frå studien «{{title}}»?",
        body: "\
Hei

{{why}}

Vi håper at du vil svare på eit spørjeskjema. Det tek omtrent {{minutes}}.

Opne skjemaet her:
{{link}}

Siste dag du kan svare, er {{last_day}}.

Verkar ikkje lenkja? Gå til {{address}} og skriv inn koden {{code}}.

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite kven som får sjå svara.

Ombestemmer du deg, kan du trekkje deg når som helst. Skriv til {{contact_email}} og oppgi referansen på kvitteringa. \
Du treng ikkje å seie kvifor.

Lurer du på noko? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Venleg helsing
{{responsible}}
",
    },
    unit_reminder: Draft {
        subject: "Påminning: spørjeskjema frå studien «{{title}}»",
        body: "\
Hei

For ei tid sidan fekk du ei lenkje til eit spørjeskjema frå oss. Alle som har fått denne lenkja, får påminninga, for \
vi veit ikkje kven som har svart. Har du alt svart, kan du sjå bort frå ho. Takk for hjelpa!

Har du ikkje svart enno, kan du gjere det til og med {{last_day}}. Det tek omtrent {{minutes}}.

Opne skjemaet her:
{{link}}

Verkar ikkje lenkja? Gå til {{address}} og skriv inn koden {{code}}.

{{why}}

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite kven som får sjå svara.

Ombestemmer du deg, kan du trekkje deg når som helst. Skriv til {{contact_email}} og oppgi referansen på kvitteringa. \
Du treng ikkje å seie kvifor.

Lurer du på noko? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Venleg helsing
{{responsible}}
",
    },
    person: Draft {
        subject: "Nytt spørjeskjema frå studien «{{title}}»",
        body: "\
Hei

{{why}}

{{asks}} Det tek omtrent {{minutes}}.

Opne skjemaet her:
{{link}}

Siste dag du kan svare, er {{last_day}}.

Verkar ikkje lenkja? Gå til {{address}} og skriv inn koden {{code}}.

Lenkja og koden er berre til deg. Ikkje gi dei vidare til andre.

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite kven som får sjå svara.

Ombestemmer du deg, kan du trekkje deg frå studien når som helst. Skriv til {{contact_email}}. Du treng ikkje å seie \
kvifor.{{no_more}}

Lurer du på noko? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Venleg helsing
{{responsible}}
",
    },
    person_reminder: Draft {
        subject: "Påminning: spørjeskjema frå studien «{{title}}»",
        body: "\
Hei

For ei tid sidan sende vi deg eit spørjeskjema. Har du alt svart, kan du sjå bort frå denne påminninga. Takk for hjelpa!

Har du ikkje svart enno, kan du gjere det til og med {{last_day}}. Det tek omtrent {{minutes}}.

Opne skjemaet her:
{{link}}

Verkar ikkje lenkja? Gå til {{address}} og skriv inn koden {{code}}.

Lenkja og koden er berre til deg. Ikkje gi dei vidare til andre.

{{why}}

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite kven som får sjå svara.

Ombestemmer du deg, kan du trekkje deg frå studien når som helst. Skriv til {{contact_email}}. Du treng ikkje å seie \
kvifor.{{no_more}}

Lurer du på noko? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Venleg helsing
{{responsible}}
",
    },
    asks: ["Vi håper at du vil svare på eit spørjeskjema.", "No har vi eit nytt spørjeskjema til deg."],
    no_more: " Då høyrer du heller ikkje meir frå oss.",
    minutes: ["minutt", "minutt"],
    after_the_day: ".",
    months: [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
};
