//! The ways in which people see a page, and few of them that have every pair of ways.

use crate::browser::thorough;

/// How somebody sees the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) language: &'static str,
    pub(crate) width: u32,
    /// Text at 200 %.
    pub(crate) large: bool,
    pub(crate) forced: bool,
    pub(crate) dark: bool,
    pub(crate) still: bool,
    /// Text spacing of WCAG 1.4.12.
    pub(crate) spaced: bool,
}

/// How many ways there are of each.
const SIZES: [usize; 7] = [3, 2, 2, 2, 2, 2, 2];

type Row = [usize; 7];

impl Mode {
    fn of(row: Row) -> Mode {
        let [language, width, large, forced, dark, still, spaced] = row;
        Mode {
            language: ["nb", "nn", "en"][language],
            width: [360, 1280][width],
            large: large == 1,
            forced: forced == 1,
            dark: dark == 1,
            still: still == 1,
            spaced: spaced == 1,
        }
    }

    /// As a person without settings sees it.
    pub(crate) fn plain(language: &'static str, width: u32) -> Mode {
        Mode { language, width, large: false, forced: false, dark: false, still: false, spaced: false }
    }
}

/// Every way.
fn all() -> Vec<Row> {
    SIZES.iter().enumerate().fold(vec![[0; 7]], |rows, (factor, size)| {
        let with = |row: Row| {
            (0..*size).map(move |value| {
                let mut row = row;
                row[factor] = value;
                row
            })
        };
        rows.into_iter().flat_map(with).collect()
    })
}

/// The pairs of ways that a row has.
fn pairs(row: &Row) -> Vec<(usize, usize, usize, usize)> {
    let factors = 0..row.len();
    let with_later = |one: usize| (one + 1..row.len()).map(move |other| (one, row[one], other, row[other]));
    factors.flat_map(with_later).collect()
}

/// Few rows that have every pair, found greedily.
pub(crate) fn pairwise() -> Vec<Mode> {
    let rows = all();
    let mut left: Vec<_> = rows.iter().flat_map(pairs).collect();
    left.sort_unstable();
    left.dedup();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let gain = |row: &&Row| pairs(row).iter().filter(|pair| left.contains(pair)).count();
        let best = *rows.iter().rev().max_by_key(gain).expect("a row");
        let covered = pairs(&best);
        left.retain(|pair| !covered.contains(pair));
        chosen.push(Mode::of(best));
    }
    chosen
}

/// Those that the state at this place of the gallery is looked at in: all of them if there is time, else two, so that
/// every kind of question has had several and the gallery as a whole all of them, many times over.
pub(crate) fn modes(place: usize) -> Vec<Mode> {
    let pairwise = pairwise();
    if thorough() {
        let plain = ["nb", "nn", "en"].into_iter().flat_map(|tag| [360, 1280].map(|width| Mode::plain(tag, width)));
        return plain.chain(pairwise).collect();
    }
    let plain = Mode::plain(["nb", "nn", "en"][place % 3], [360, 1280][place / 3 % 2]);
    vec![plain, pairwise[place % pairwise.len()]]
}

#[test]
fn few_modes_have_every_pair() {
    let chosen = pairwise();
    assert!(chosen.len() <= 10, "{}", chosen.len());
    for one in [false, true] {
        for other in [false, true] {
            assert!(chosen.iter().any(|mode| mode.forced == one && mode.spaced == other));
            assert!(chosen.iter().any(|mode| mode.large == one && (mode.width == 360) == other));
        }
        for language in ["nb", "nn", "en"] {
            assert!(chosen.iter().any(|mode| mode.language == language && mode.dark == one));
        }
    }
}
