//! Which variant of the questionnaires each person gets: at random, and balanced within each unit.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// The variant of each person, given as unit and pseudonym, in their order. Who gets which rests on the seed, the units
/// and the pseudonyms alone, not on the order; in each unit the numbers differ by one at most.
pub(super) fn assign<'a>(people: &[(&str, &str)], variants: &'a [String], seed: u64) -> Vec<Option<&'a str>> {
    let mut units = BTreeMap::<&str, Vec<(u64, usize)>>::new();
    for (place, (unit, pseudonym)) in people.iter().enumerate() {
        units.entry(unit).or_default().push((draw(seed, &[unit, pseudonym]), place));
    }
    let mut assigned = vec![None; people.len()];
    for (unit, mut drawn) in units {
        drawn.sort_unstable();
        // So that who is left over does not always get the first variant.
        let first = usize::try_from(draw(seed, &[unit]) >> 32).unwrap_or_default();
        let rounds = variants.iter().cycle().skip(first.checked_rem(variants.len()).unwrap_or_default());
        for ((_, place), variant) in drawn.into_iter().zip(rounds) {
            if let Some(slot) = assigned.get_mut(place) {
                *slot = Some(variant.as_str());
            }
        }
    }
    assigned
}

fn draw(seed: u64, of: &[&str]) -> u64 {
    let mut hash = Sha256::new_with_prefix(seed.to_be_bytes());
    for part in of {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().first_chunk().map(|bytes| u64::from_be_bytes(*bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_balanced_in_each_unit_and_follow_the_seed() {
        let variants = ["a", "b", "c"].map(str::to_owned);
        let names: Vec<(String, String)> = (0..200).map(|n| (format!("unit-{}", n % 7), format!("p-{n}"))).collect();
        let people: Vec<(&str, &str)> = names.iter().map(|(unit, name)| (unit.as_str(), name.as_str())).collect();
        let assigned = assign(&people, &variants, 7);
        for unit in 0..7 {
            let of_unit = |variant: &str| {
                let mine = people.iter().zip(&assigned).filter(|((name, _), _)| *name == format!("unit-{unit}"));
                mine.filter(|(_, assigned)| **assigned == Some(variant)).count()
            };
            let counts = ["a", "b", "c"].map(of_unit);
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "unit {unit}: {counts:?}");
        }
        let backwards: Vec<(&str, &str)> = people.iter().rev().copied().collect();
        let mut again = assign(&backwards, &variants, 7);
        again.reverse();
        assert_eq!(again, assigned, "the order of the file is nothing to it");
        assert_ne!(assign(&people, &variants, 8), assigned);
        assert_eq!(assign(&people, &[], 7), vec![None; 200]);
    }
}
