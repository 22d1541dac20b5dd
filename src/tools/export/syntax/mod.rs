//! What reads and labels the wide table in R, Stata and SPSS.

pub(super) mod r;
pub(super) mod spss;
pub(super) mod stata;

/// At most so many bytes of a text, cut between characters.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub('…'.len_utf8());
    let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    [text.get(..end).unwrap_or("").trim_end(), "…"].concat()
}
