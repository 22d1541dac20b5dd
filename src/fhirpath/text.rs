//! Functions of text. A place in it is counted in characters.

use super::{
    evaluate::{Cause, boolean, said, text as only_text, whole},
    function::Function,
    value::{Item, Value},
};

type Made<N> = Result<Vec<Item<N>>, Cause>;

/// What the function makes of a text. Without one, or without its argument, it makes nothing.
pub(super) fn text<N>(function: Function, base: &[Item<N>], first: &[Item<N>], second: Option<&[Item<N>]>) -> Made<N> {
    if function == Function::Join {
        return join(base, first);
    }
    let Some(text) = only_text(base)? else { return Ok(Vec::new()) };
    let some = |made: String| Ok(said(Some(Value::Text(made))));
    match function {
        Function::Upper => return some(text.to_uppercase()),
        Function::Lower => return some(text.to_lowercase()),
        Function::Trim => return some(text.trim().to_owned()),
        Function::Length => return Ok(said(i64::try_from(text.chars().count()).ok().map(Value::Integer))),
        Function::ToChars => return Ok(text.chars().map(|c| Item::of(Value::Text(c.to_string()))).collect()),
        Function::Substring => return substring(text, first, second),
        _ => {}
    }
    let Some(other) = only_text(first)? else { return Ok(Vec::new()) };
    match function {
        Function::StartsWith => Ok(boolean(text.starts_with(other))),
        Function::EndsWith => Ok(boolean(text.ends_with(other))),
        Function::Contains => Ok(boolean(text.contains(other))),
        Function::IndexOf => Ok(place(text, text.find(other))),
        Function::LastIndexOf => Ok(place(text, text.rfind(other))),
        Function::Split if other.is_empty() => Ok(text.chars().map(|c| Item::of(Value::Text(c.to_string()))).collect()),
        Function::Split => Ok(text.split(other).map(|part| Item::of(Value::Text(part.to_owned()))).collect()),
        _ => {
            let Some(with) = second.map(only_text).transpose()?.flatten() else { return Ok(Vec::new()) };
            some(text.replace(other, with))
        }
    }
}

/// A place in bytes as one in characters; −1 where there is none.
fn place<N>(text: &str, at: Option<usize>) -> Vec<Item<N>> {
    let before = at.and_then(|at| text.get(..at)).map(|before| before.chars().count());
    said(before.map_or(Some(-1), |before| i64::try_from(before).ok()).map(Value::Integer))
}

fn substring<N>(text: &str, start: &[Item<N>], length: Option<&[Item<N>]>) -> Made<N> {
    let Some(start) = whole(start)? else { return Ok(Vec::new()) };
    let Some(start) = usize::try_from(start).ok().filter(|start| *start < text.chars().count()) else {
        return Ok(Vec::new());
    };
    let length = match length.map(whole).transpose()?.flatten() {
        Some(length) => usize::try_from(length).unwrap_or(0),
        None => usize::MAX,
    };
    Ok(said(Some(Value::Text(text.chars().skip(start).take(length).collect()))))
}

fn join<N>(base: &[Item<N>], separator: &[Item<N>]) -> Made<N> {
    let separator = only_text(separator)?.unwrap_or("");
    let word = |item: &'_ Item<N>| match &item.value {
        Value::Text(text) => Ok(text.clone()),
        _ => Err(Cause::Type),
    };
    let words = base.iter().map(word).collect::<Result<Vec<_>, _>>()?;
    Ok(if words.is_empty() { Vec::new() } else { said(Some(Value::Text(words.join(separator)))) })
}
