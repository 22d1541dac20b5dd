//! The status request: what an invitation admits to now. Asking spends nothing.

use std::net::IpAddr;

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{Answer, Collector, Destination, admit::parts};
use crate::{study::Invitation, tools::studies::StudyFolder};

impl Collector {
    /// What the invitation in this `Authorization` header admits to there, for whoever asks `from` there.
    pub fn status(&self, destination: Destination, authorization: Option<&str>, from: Option<IpAddr>) -> Answer {
        self.state(destination, authorization, from).unwrap_or_else(|refusal| refusal)
    }

    fn state(
        &self,
        destination: Destination,
        authorization: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<Answer, Answer> {
        let invitation = self.bearer(authorization, from)?;
        self.stands(&invitation)?;
        let (folder, wave) = self.invited(&invitation)?;
        let bounds = self.bounds(&invitation)?;
        let mut state = json!({
            "study": invitation.study,
            "wave": invitation.wave,
            "unit": invitation.unit,
            "personal": invitation.sub.is_some(),
            "state": bounds.state((self.clock)()).as_str(),
        });
        let instant = |at: Timestamp| json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let day = |day: Date| json!(day.to_string());
        let (first_day, last_day) = self.windows.days(&invitation.study, &bounds);
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
                ("opens", bounds.start.map(instant)),
                ("closes", bounds.end.map(instant)),
                ("firstDay", first_day.map(day)),
                ("lastDay", last_day.map(day)),
                ("received", received),
                ("token", self.door.exchanged(authorization, &invitation).map(Value::String)),
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
