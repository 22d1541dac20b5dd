//! The whole form: who asks and whom to ask, the consent, the parts, and the contact details on a sheet of their own.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    questions::{Numbers, Questions},
    rich,
    words::{Phrases, phrases},
};
use crate::{
    study::{Wave, Words},
    tools::{
        codebook::variables::one_line,
        studies::{Questionnaire, StudyFolder},
    },
    words::Tongue,
};

const STYLE: &str = include_str!("sheet.css");

/// The form, and how many questions it asks, those for contact details aside.
pub(super) fn sheet(folder: &StudyFolder, wave: &Wave, language: &str) -> (Markup, usize) {
    let said = phrases(Tongue::of(language));
    let study = &folder.study;
    let says = |words: &Words| study.say(words, language).map(|text| one_line(&text.words())).unwrap_or_default();
    let consent = wave.consent.as_ref().and_then(|consent| folder.questionnaire(&consent.file));
    let parts: Vec<&Questionnaire> = wave.parts.iter().filter_map(|part| folder.questionnaire(&part.file)).collect();
    let contact = wave.contact.as_ref().and_then(|contact| folder.questionnaire(&contact.file));
    let mut numbers = Numbers::default();
    consent.iter().chain(&parts).for_each(|questionnaire| numbers.add(&questionnaire.form));
    let count = numbers.count();
    let mut apart = Numbers::default();
    contact.iter().for_each(|questionnaire| apart.add(&questionnaire.form));
    let questions = |questionnaire: &Questionnaire, numbers: &Numbers| {
        Questions { form: &questionnaire.form, numbers, language, said: &said }.all()
    };
    let title = says(&study.title);
    let markup = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) ": " (says(&wave.title)) " – " (said.paper) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    (code(&said))
                    h1 { (title) }
                    p.wave { (says(&wave.title)) }
                    @if study.demonstration { p.demonstration { (said.demonstration) } }
                    @if let Some(welcome) = study.say(wave.welcome.as_ref().unwrap_or(&study.welcome), language) {
                        (rich(welcome))
                    }
                    dl {
                        dt { (said.responsible) } dd { (says(&study.responsible)) }
                        dt { (said.ask) }
                        dd { (says(&study.contact.name)) br; (study.contact.phone) br; (study.contact.email) }
                    }
                    @if let Some(safety) = study.say(&study.safety, language) { div.safety { (rich(safety)) } }
                    p.how { (said.how) }
                }
                main {
                    @if let Some(consent) = consent {
                        section.part { (questions(consent, &numbers)) p.field { (said.date) ": " span.long {} } }
                    }
                    @for (place, part) in (1_usize..).zip(&parts) {
                        section.part {
                            @if parts.len() > 1 { h2 { (said.part) " " (place) } }
                            (questions(part, &numbers))
                        }
                    }
                    @if let Some(contact) = contact {
                        section.part.apart {
                            (code(&said))
                            p.apart { strong { (said.contact_apart) } }
                            (questions(contact, &apart))
                        }
                    }
                }
            }
        }
    };
    (markup, count)
}

/// Where the study writes whose form it is.
fn code(said: &Phrases) -> Markup {
    html! { p.code { (said.code) span.long {} } }
}
