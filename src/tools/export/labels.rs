//! What the columns are called that are of no question, in each language of the interface.

use crate::words::Tongue;

/// The labels of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels {
    pub(super) pseudonym: &'static str,
    /// Before the title of a score.
    pub(super) score: &'static str,
    /// `parts`, `received`, `unit`, `variant`, `language`, `mode`, `late`, `repeated`.
    of_wave: [&'static str; 8],
}

impl Labels {
    /// What a column of the wave is called.
    pub(super) fn of_wave(&self, name: &str) -> &'static str {
        let [parts, received, unit, variant, language, mode, late, repeated] = self.of_wave;
        match name {
            "parts" => parts,
            "received" => received,
            "unit" => unit,
            "variant" => variant,
            "language" => language,
            "mode" => mode,
            "late" => late,
            _ => repeated,
        }
    }
}

/// The labels of a language.
pub(super) fn labels(tongue: Tongue) -> Labels {
    match tongue {
        Tongue::Bokmal => Labels {
            pseudonym: "Pseudonym",
            score: "Skår",
            of_wave: [
                "Deler som er mottatt",
                "Når den siste delen ble mottatt",
                "Enhet",
                "Variant",
                "Språket det ble svart på",
                "Måte: «paper» er tastet inn fra papir",
                "Minst én del ble fylt ut i tide, men mottatt for sent",
                "Sendte samme del flere ganger; den som ble mottatt sist, teller",
            ],
        },
        Tongue::Nynorsk => Labels {
            pseudonym: "Pseudonym",
            score: "Skår",
            of_wave: [
                "Delar som er mottekne",
                "Når den siste delen vart motteken",
                "Eining",
                "Variant",
                "Språket det vart svart på",
                "Måte: «paper» er tasta inn frå papir",
                "Minst éin del vart fylt ut i tide, men motteken for seint",
                "Sende same delen fleire gonger; den som vart motteken sist, tel",
            ],
        },
        Tongue::English => Labels {
            pseudonym: "Pseudonym",
            score: "Score",
            of_wave: [
                "Parts received",
                "Last part received at",
                "Unit",
                "Variant",
                "Language answered in",
                "Mode: “paper” if keyed in from paper",
                "At least one part was completed in time and received late",
                "Sent the same part more than once; the last received counts",
            ],
        },
    }
}
