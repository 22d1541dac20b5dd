//! The whole form: who asks and whom to ask, the consent, the parts, and the contact details on a sheet of their own.

use std::sync::Arc;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    known::Known,
    questions::{Numbers, Questions},
    rich,
    words::{Phrases, phrases},
};
use crate::{
    questionnaire::Form,
    study::{Wave, Words},
    tools::{
        codebook::variables::one_line,
        studies::{Questionnaire, StudyFolder},
    },
    words::Tongue,
};

const STYLE: &str = include_str!("sheet.css");

/// The form, and how many questions it asks, those for contact details aside.
pub(super) fn sheet(folder: &StudyFolder, wave: &Wave, language: &str, variant: Option<&str>) -> (Markup, usize) {
    let said = phrases(Tongue::of(language));
    let study = &folder.study;
    let known = Known { study: &study.id, wave: &wave.id, language, variant };
    let settled = |questionnaire: &Questionnaire| Arc::new(known.settle(&questionnaire.form));
    let says = |words: &Words| study.say(words, language).map(|text| one_line(&text.words())).unwrap_or_default();
    let consent = wave.consent.as_ref().and_then(|consent| folder.questionnaire(&consent.file)).map(settled);
    let parts = wave.parts.iter().filter_map(|part| folder.questionnaire(&part.file)).map(settled);
    let parts: Vec<Arc<Form>> = parts.collect();
    let contact = wave.contact.as_ref().and_then(|contact| folder.questionnaire(&contact.file)).map(settled);
    let mut numbers = Numbers::default();
    consent.iter().chain(&parts).for_each(|form| numbers.add(form));
    let count = numbers.count();
    let mut apart = Numbers::default();
    contact.iter().for_each(|form| apart.add(form));
    let questions = |form: &Arc<Form>, numbers: &Numbers| Questions { form, numbers, language, said: &said }.all();
    // Who keys it in makes the invitation for just this.
    let edition = [Some(study.id.as_str()), Some(&study.version), Some(&wave.id), variant, Some(language)];
    let edition = edition.into_iter().flatten().collect::<Vec<_>>().join(" · ");
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
                    p.edition { (said.edition) ": " (edition) }
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
                    p.how { (said.no_receipt) }
                }
                main {
                    @if let Some(consent) = &consent {
                        section.part { (questions(consent, &numbers)) p.field { (said.date) ": " span.long {} } }
                    }
                    @for (place, part) in (1_usize..).zip(&parts) {
                        section.part {
                            @if parts.len() > 1 { h2 { (said.part) " " (place) } }
                            (questions(part, &numbers))
                        }
                    }
                    @if let Some(contact) = &contact {
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
