//! Contact details in the manifest: apart from the answers, with nothing in them that tells what the answers are about.

use super::manifest::Manifest;
use crate::{
    questionnaire::{Form, Kind, Rule},
    study::{ContactForm, PublicKey, Wave},
};

/// How the keys are called whose private part everybody can read.
const DEMONSTRATION: &str = "demonstration-";

impl<'a> Manifest<'a> {
    /// Keys that everybody can open have no place where real answers arrive.
    pub(super) fn keys(&mut self) {
        let study = self.study;
        let endpoints = [("endpoint", Some(&study.endpoint)), ("contactEndpoint", study.contact_endpoint.as_ref())];
        for (name, endpoint) in endpoints {
            let Some(PublicKey { kid, .. }) = endpoint.and_then(|endpoint| endpoint.key.as_ref()) else { continue };
            if !study.demonstration && kid.starts_with(DEMONSTRATION) {
                let message = format!(
                    "expected a key whose private part the study alone holds, found `{kid}`: keys of demonstrations are \
                     published"
                );
                self.error(Rule::Shape, &format!("study.{name}.key.kid"), message);
            }
        }
    }

    /// The forms of a wave for contact details.
    pub(super) fn contact(&mut self, path: &str, wave: &'a Wave) {
        let Some(contact) = &wave.contact else { return };
        let path = format!("{path}.contact");
        for (name, file) in [("questionnaire", Some(&contact.file)), ("withIdentity", contact.with_identity.as_ref())] {
            let Some(file) = file else { continue };
            let path = format!("{path}.{name}");
            self.not_elsewhere(&path, file);
            if let Some(form) = self.form(&path, file) {
                self.nothing_but_contact(&path, file, form);
            }
        }
        if contact.with_identity.is_some() {
            self.permissions(&path, wave, contact);
        }
    }

    /// A consent or a part goes to the answers' endpoint, where contact details must never arrive.
    fn not_elsewhere(&mut self, path: &str, file: &str) {
        let study = self.study;
        let elsewhere = study.waves.iter().flat_map(|wave| {
            let consent = wave.consent.iter().map(|consent| &consent.file);
            consent.chain(wave.parts.iter().map(|part| &part.file))
        });
        if elsewhere.into_iter().any(|other| other == file) {
            let message =
                format!("expected a questionnaire of its own, found `{file}`, which is a consent or a part, too");
            self.error(Rule::Shape, path, message);
        }
    }

    /// With study, wave, unit or language beside a name, contact details would tell more than how to reach somebody.
    fn nothing_but_contact(&mut self, path: &str, file: &str, form: &Form) {
        for item in form.items.iter().filter(|item| item.filled_from.is_some()) {
            let message = format!(
                "expected contact details and nothing else, found `{}` in `{file}`, which is filled from the invitation",
                item.link_id
            );
            self.error(Rule::Shape, path, message);
        }
    }

    /// The number is asked of those alone who permitted a register.
    fn permissions(&mut self, path: &str, wave: &'a Wave, contact: &ContactForm) {
        let path = format!("{path}.permissions");
        if contact.permissions.is_empty() {
            let message = "expected the linkId of at least one tick box of the consent, found none".to_owned();
            return self.error(Rule::Missing, &path, message);
        }
        let Some(consent) = &wave.consent else {
            let message = "expected a consent in this wave, in which to permit a register, found none".to_owned();
            return self.error(Rule::Missing, &path, message);
        };
        let Some(Some(form)) = self.forms.get(consent.file.as_str()) else { return };
        for (place, link_id) in contact.permissions.iter().enumerate() {
            self.tick_box(&format!("{path}[{place}]"), form, link_id);
        }
    }

    /// A tick box that the person can see: unticked is no.
    pub(super) fn tick_box(&mut self, path: &str, form: &Form, link_id: &str) {
        let Some(id) = form.find(link_id) else {
            let message =
                format!("expected the linkId of a tick box of the consent, found `{link_id}`, which no item has");
            return self.error(Rule::Missing, path, message);
        };
        let item = form.item(id);
        if !matches!(item.kind, Kind::Boolean { tick_box: true }) || item.hidden {
            let message = format!("expected a boolean item with control check-box that is shown; `{link_id}` is none");
            self.error(Rule::Shape, path, message);
        }
    }
}
