//! The flat form of a response, for simple webhooks: one JSON object of linkId and value.

use super::{Session, Value, response::Heading};
use crate::{
    json::write_text,
    questionnaire::{ItemId, Kind},
};

/// What stands before the answers.
const BESIDE: [&str; 4] = ["id", "pseudonym", "questionnaire", "authored"];

/// The bytes to send: `{"id", "pseudonym", "questionnaire", "authored", linkId: value, …}`, without white space, in the
/// order of the questionnaire, so that the same answers are the same bytes.
///
/// An option is its code, a box `true` or `false`, a number a JSON number, text a string; where several answers are
/// possible, a list. Shown and unanswered is `null`; what was not asked is left out, as in
/// [`completed`](super::response::completed). A linkId that is one of the four words above gets an underscore after it.
pub fn flat(session: &Session, heading: &Heading) -> Vec<u8> {
    let form = session.form();
    let mut out = String::from("{");
    let canonical = form.url.clone() + "|" + &form.version;
    for (name, value) in BESIDE.into_iter().zip([&heading.uuid, &heading.pseudonym, &canonical, &heading.authored]) {
        if out.len() > 1 {
            out.push(',');
        }
        write_text(name, &mut out);
        out.push(':');
        write_text(value, &mut out);
    }
    for id in form.ids() {
        let answers = session.counting(id);
        let asked = !matches!(form.item(id).kind, Kind::Display(_) | Kind::Group(_));
        if asked && (session.shown(id) || !answers.is_empty()) {
            write_answers(session, id, &answers, &mut out);
        }
    }
    out.push('}');
    out.into_bytes()
}

fn write_answers(session: &Session, id: ItemId, answers: &[Value], out: &mut String) {
    let item = session.form().item(id);
    let mut name = item.link_id.clone();
    if BESIDE.contains(&name.as_str()) {
        name.push('_');
    }
    out.push(',');
    write_text(&name, out);
    out.push(':');
    let list = matches!(item.kind, Kind::Choice { repeats: true, .. }) && !answers.is_empty();
    if list {
        out.push('[');
    }
    if answers.is_empty() {
        out.push_str("null");
    }
    for (place, answer) in answers.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        match answer {
            Value::Boolean(true) => out.push_str("true"),
            Value::Boolean(false) => out.push_str("false"),
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Decimal(number) => out.push_str(&number.to_string()),
            Value::Text(words) => write_text(words, out),
            Value::Option(place) => {
                let option = session.form().options(id).get(usize::from(*place));
                write_text(option.map_or("", |option| option.code.as_str()), out);
            }
        }
    }
    if list {
        out.push(']');
    }
}
