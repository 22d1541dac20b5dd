//! What people are sent: an invitation and a reminder, with a unit's link or with one's own, in three languages.
//!
//! What the study and the wave say is filled in here. What differs from one invitation to the next, `{{link}}`,
//! `{{code}}` and `{{last_day}}`, is left to the mail merge.

mod en;
mod nb;
mod nn;

use jiff::civil::Date;

use crate::{
    questionnaire::text::{Block, Text},
    study::{Study, Wave, Words},
};

/// The languages that there are letters in.
pub const LANGUAGES: [&str; 3] = ["nb", "nn", "en"];

/// Whose link it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// All of a unit have the same.
    Unit,
    /// One person's own.
    Person,
}

/// What a letter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It invites.
    Invitation,
    /// It reminds.
    Reminder,
}

impl Purpose {
    /// How its file is called, before the language.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Invitation => "letter",
            Purpose::Reminder => "reminder",
        }
    }
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject of the e-mail.
    pub subject: String,
    /// The text, with merge fields.
    pub body: String,
}

/// A letter before it is filled in.
struct Draft {
    subject: &'static str,
    body: &'static str,
}

/// All that a language has.
struct Language {
    unit: Draft,
    unit_reminder: Draft,
    person: Draft,
    person_reminder: Draft,
    /// What a personal letter asks for: in the first wave, and in a later one.
    asks: [&'static str; 2],
    /// What follows from withdrawing for those who have taken part before.
    no_more: &'static str,
    /// One minute, and several.
    minutes: [&'static str; 2],
    /// A day as people write it: what stands after the number, and the months.
    after_the_day: &'static str,
    months: [&'static str; 12],
}

fn language(tag: &str) -> Option<&'static Language> {
    match tag {
        "nb" => Some(&nb::BOKMAL),
        "nn" => Some(&nn::NYNORSK),
        "en" => Some(&en::ENGLISH),
        _ => None,
    }
}

/// The letter in a language, if there are letters in it. `address` is that of the page where the code is typed in.
pub fn letter(
    study: &Study,
    wave: &Wave,
    (whose, purpose): (Whose, Purpose),
    tag: &str,
    address: &str,
) -> Option<Letter> {
    let language = language(tag)?;
    // Who is invited for the first time has heard nothing before, and takes part in nothing yet.
    let first = study.waves.first().is_some_and(|first| first.id == wave.id);
    let draft = match (whose, purpose) {
        (Whose::Unit, Purpose::Invitation) => &language.unit,
        (Whose::Unit, Purpose::Reminder) => &language.unit_reminder,
        (Whose::Person, Purpose::Invitation) => &language.person,
        (Whose::Person, Purpose::Reminder) => &language.person_reminder,
    };
    let say = |words: &Words| study.say(words, tag).map(Text::words).unwrap_or_default();
    let known = |field: &str| match field {
        "title" => Some(say(&study.title)),
        "asks" => {
            let [at_first, later] = language.asks;
            Some(if first { at_first } else { later }.to_owned())
        }
        "no_more" => Some(if first { "" } else { language.no_more }.to_owned()),
        "why" => Some(why(study, wave, tag)),
        "minutes" => Some(minutes(language, wave.minutes)),
        "address" => Some(address.to_owned()),
        "contact" => Some(say(&study.contact.name)),
        "contact_email" => Some(study.contact.email.clone()),
        "contact_phone" => Some(study.contact.phone.clone()),
        "responsible" => Some(say(&study.responsible)),
        _ => None,
    };
    let inviting = first && purpose == Purpose::Invitation;
    let subject = if inviting { language.unit.subject } else { draft.subject };
    Some(Letter { subject: filled(subject, known), body: filled(draft.body, known) })
}

/// A day as people write it; as a machine does where the language is not known.
pub fn day(tag: &str, day: Date) -> String {
    let month = usize::try_from(day.month().saturating_sub(1)).unwrap_or_default();
    match language(tag).and_then(|language| Some((language, language.months.get(month)?))) {
        Some((language, month)) => format!("{}{} {month} {}", day.day(), language.after_the_day, day.year()),
        None => day.to_string(),
    }
}

fn minutes(language: &Language, count: u32) -> String {
    let [one, several] = language.minutes;
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Who asks, and why: how the study welcomes people, in its first paragraph.
fn why(study: &Study, wave: &Wave, tag: &str) -> String {
    let welcome = study.say(wave.welcome.as_ref().unwrap_or(&study.welcome), tag);
    let first = match welcome {
        Some(Text::Rich(blocks)) => {
            let first = blocks.iter().find(|block| matches!(block, Block::Paragraph(_)));
            first.map(|paragraph| Text::Rich(vec![paragraph.clone()]).words())
        }
        other => other.map(Text::words),
    };
    first.unwrap_or_default()
}

/// A text with its fields filled in; those that are not known stay.
fn filled(draft: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let (mut text, mut rest) = (String::new(), draft);
    while let Some((before, field, after)) = rest
        .split_once("{{")
        .and_then(|(before, after)| after.split_once("}}").map(|(field, after)| (before, field, after)))
    {
        text.push_str(before);
        match known(field) {
            Some(value) => text.push_str(&value),
            None => text.extend(["{{", field, "}}"]),
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_do() {
        let april = jiff::civil::date(2027, 4, 9);
        for (tag, expected) in
            [("nb", "9. april 2027"), ("nn", "9. april 2027"), ("en", "9 April 2027"), ("se", "2027-04-09")]
        {
            assert_eq!(day(tag, april), expected);
        }
        assert_eq!(day("nb", jiff::civil::date(2027, 12, 31)), "31. desember 2027");
    }

    #[test]
    fn fields_are_filled_once() {
        let known = |field: &str| (field == "title").then(|| "{{code}} og {{title}}".to_owned());
        assert_eq!(filled("a {{title}} {{link}} {{", known), "a {{code}} og {{title}} {{link}} {{");
    }
}
