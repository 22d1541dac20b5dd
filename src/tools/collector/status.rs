//! The status request: what an invitation admits to now. Asking spends nothing.

use serde_json::{Value, json};

use super::{
    Answer, Collector, Destination,
    admit::parts,
    window::{Window, instant},
};
use crate::{study::Invitation, tools::studies::StudyFolder};

impl Collector {
    /// What the invitation in this `Authorization` header admits to there.
    pub fn status(&self, destination: Destination, authorization: Option<&str>) -> Answer {
        self.state(destination, authorization).unwrap_or_else(|refusal| refusal)
    }

    fn state(&self, destination: Destination, authorization: Option<&str>) -> Result<Answer, Answer> {
        let invitation = self.bearer(authorization)?;
        let (folder, wave) = self.invited(&invitation)?;
        let window = Window::at(&invitation, (self.clock)());
        let mut state = json!({
            "study": invitation.study,
            "wave": invitation.wave,
            "unit": invitation.unit,
            "personal": invitation.sub.is_some(),
            "state": window.as_str(),
        });
        let bound = |seconds: Option<u64>| {
            let at = seconds.and_then(instant)?;
            Some(json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
        };
        let received = match &invitation.sub {
            Some(pseudonym) => {
                let parts = parts(wave, destination);
                Some(self.received(destination, folder, &invitation, &parts, pseudonym)?)
            }
            None => None,
        };
        if let Some(fields) = state.as_object_mut() {
            for (name, value) in [
                ("variant", invitation.variant.clone().map(Value::String)),
                ("opens", bound(invitation.nbf)),
                ("closes", bound(invitation.exp)),
                ("received", received),
            ] {
                fields.extend(value.map(|value| (name.to_owned(), value)));
            }
        }
        Ok(Answer::ok(state))
    }

    /// What one person has delivered there: which part, under which id, and when; never what it says.
    fn received(
        &self,
        destination: Destination,
        folder: &StudyFolder,
        invitation: &Invitation,
        parts: &[(&str, &str)],
        pseudonym: &str,
    ) -> Result<Value, Answer> {
        let delivered =
            self.store(destination, invitation.mode).delivered(&invitation.study, &invitation.wave, pseudonym);
        let delivered = delivered.map_err(|error| self.not_now(&error))?;
        let url = |canonical: &str| canonical.split('|').next().unwrap_or_default().to_owned();
        let entries = delivered.into_iter().map(|found| {
            // By the address alone: it may have been answered in an earlier version.
            let same = |file: &str| {
                let questionnaire = folder.questionnaire(file);
                questionnaire.is_some_and(|known| url(&known.canonical) == url(&found.questionnaire))
            };
            let part = parts.iter().find(|(_, file)| same(file)).map(|(id, _)| *id);
            json!({
                "part": part,
                "questionnaire": found.questionnaire,
                "uuid": found.id,
                "received": found.received_at,
            })
        });
        Ok(Value::Array(entries.collect()))
    }
}
