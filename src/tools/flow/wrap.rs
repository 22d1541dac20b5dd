//! Breaking text into lines without a font at hand.

/// How wide a text may be at most, in hundredths of its size. Wide letters are counted as wide, and all with some room,
/// so that no sans-serif font makes a line longer than it was reckoned.
pub(super) fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 33,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '/' => 42,
            'm' | 'w' | 'M' | 'W' | '…' | 'æ' | 'Æ' | '—' => 98,
            c if c.is_uppercase() => 78,
            _ => 63,
        })
        .sum()
}

/// The lines of a text, none wider than `room` at this size, both in pixels. A word that is too long is broken.
pub(super) fn wrap(text: &str, size: usize, room: usize) -> Vec<String> {
    let fits = |line: &str| width(line).saturating_mul(size) <= room.saturating_mul(100);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { [&line, " ", word].concat() };
        if fits(&joined) {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            let longer = line.clone() + &letter.to_string();
            if !fits(&longer) && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide_and_no_word_is_lost() {
        let text =
            "Hvor mange av de siste 30 dagene var helsetjenestekontaktoppfølgingssamtaleskjemaet dårlig? WWWW iiii";
        for room in [60, 100, 300] {
            let lines = wrap(text, 14, room);
            assert!(lines.iter().all(|line| width(line) * 14 <= room * 100), "{lines:?}");
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
        assert!(wrap("", 14, 100).is_empty());
    }
}
