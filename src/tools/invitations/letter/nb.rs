//! Bokmål.

use super::{Draft, Language};

pub(super) const BOKMAL: Language = Language {
    unit: Draft {
        subject: "Vil du svare på et spørreskjema fra studien «{{title}}»?",
        body: "\
Hei

{{why}}

Vi håper at du vil svare på et spørreskjema. Det tar omtrent {{minutes}}.

Åpne skjemaet her:
{{link}}

Siste dag du kan svare, er {{last_day}}.

Virker ikke lenken? Gå til {{address}} og skriv inn koden {{code}}.

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite hvem som får se svarene.

Ombestemmer du deg, kan du trekke deg når som helst. Skriv til {{contact_email}} og oppgi referansen på kvitteringen. \
Du trenger ikke å si hvorfor.

Lurer du på noe? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Vennlig hilsen
{{responsible}}
",
    },
    unit_reminder: Draft {
        subject: "Påminnelse: spørreskjema fra studien «{{title}}»",
        body: "\
Hei

For en tid siden fikk du en lenke til et spørreskjema fra oss. Alle som har fått denne lenken, får påminnelsen, \
for vi vet ikke hvem som har svart. Har du allerede svart, kan du se bort fra den. Takk for hjelpen!

Har du ikke svart ennå, kan du gjøre det til og med {{last_day}}. Det tar omtrent {{minutes}}.

Åpne skjemaet her:
{{link}}

Virker ikke lenken? Gå til {{address}} og skriv inn koden {{code}}.

{{why}}

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite hvem som får se svarene.

Ombestemmer du deg, kan du trekke deg når som helst. Skriv til {{contact_email}} og oppgi referansen på kvitteringen. \
Du trenger ikke å si hvorfor.

Lurer du på noe? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Vennlig hilsen
{{responsible}}
",
    },
    person: Draft {
        subject: "Nytt spørreskjema fra studien «{{title}}»",
        body: "\
Hei

{{why}}

{{asks}} Det tar omtrent {{minutes}}.

Åpne skjemaet her:
{{link}}

Siste dag du kan svare, er {{last_day}}.

Virker ikke lenken? Gå til {{address}} og skriv inn koden {{code}}.

Lenken og koden er bare til deg. Ikke gi dem videre til andre.

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite hvem som får se svarene.

Ombestemmer du deg, kan du trekke deg fra studien når som helst. Skriv til {{contact_email}}. Du trenger ikke å si \
hvorfor.{{no_more}}

Lurer du på noe? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Vennlig hilsen
{{responsible}}
",
    },
    person_reminder: Draft {
        subject: "Påminnelse: spørreskjema fra studien «{{title}}»",
        body: "\
Hei

For en tid siden sendte vi deg et spørreskjema. Har du allerede svart, kan du se bort fra denne påminnelsen. Takk for \
hjelpen!

Har du ikke svart ennå, kan du gjøre det til og med {{last_day}}. Det tar omtrent {{minutes}}.

Åpne skjemaet her:
{{link}}

Virker ikke lenken? Gå til {{address}} og skriv inn koden {{code}}.

Lenken og koden er bare til deg. Ikke gi dem videre til andre.

{{why}}

Det er frivillig å svare. Du kan hoppe over spørsmål og stoppe når du vil. Før du begynner, får du \
vite hvem som får se svarene.

Ombestemmer du deg, kan du trekke deg fra studien når som helst. Skriv til {{contact_email}}. Du trenger ikke å si \
hvorfor.{{no_more}}

Lurer du på noe? Kontakt {{contact}} på {{contact_email}} eller telefon {{contact_phone}}.

Vennlig hilsen
{{responsible}}
",
    },
    asks: ["Vi håper at du vil svare på et spørreskjema.", "Nå har vi et nytt spørreskjema til deg."],
    no_more: " Da hører du heller ikke mer fra oss.",
    minutes: ["minutt", "minutter"],
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
