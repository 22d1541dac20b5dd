//! Random walks: answering a form as people do, now this question, now that, changing their minds, leaving things open,
//! typing what cannot be read, and mending it before they send.

use svar::{
    questionnaire::{Decimal, Filling, Form, Format, ItemId, Kind},
    session::{Problem, Session, response::Heading},
};

use crate::random::Random;

/// How much a person answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    /// Every question, one after the other, but for a few.
    Thorough,
    /// Here and there.
    Wandering,
    /// Hardly anything.
    Brief,
}

/// Answers at random, and mends or clears what is wrong at the end, so that the answers may be sent.
pub(crate) fn answer(
    session: &mut Session,
    random: &mut Random,
    mood: Mood,
    yes: usize,
    mut watch: impl FnMut(&Session),
) {
    fill(session, random);
    match mood {
        Mood::Thorough => {
            let mut page = 0;
            while let Some(&id) = session.pages().get(page) {
                // The list grows as branches open.
                let mut asked = 0;
                while let Some(&id) = session.questions(id).get(asked) {
                    if random.chance(97) {
                        step(session, random, id, yes);
                    }
                    asked += 1;
                }
                page += 1;
            }
            watch(session);
            for _ in 0..random.below(8) {
                wander(session, random, yes);
            }
        }
        Mood::Wandering => (0..random.below(150)).for_each(|_| wander(session, random, yes)),
        Mood::Brief => (0..random.below(4)).for_each(|_| wander(session, random, yes)),
    }
    watch(session);
    mend(session, random);
    watch(session);
}

/// A heading with an id of its own.
pub(crate) fn heading(random: &mut Random) -> Heading {
    let (a, b) = (random.next(), random.next());
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a as u32,
        a >> 48,
        (a >> 32) & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    );
    Heading { uuid, pseudonym: format!("p{:x}", random.next()), authored: "2026-11-22T09:30:00.000Z".to_owned() }
}

fn fill(session: &mut Session, random: &mut Random) {
    session.fill(Filling::Study, "health-at-work");
    // Conditions may depend on the wave and the variant, and on what an earlier part was answered with.
    session.fill(Filling::Wave, random.pick(&["q1", "m3", "m6", "m12"]));
    session.fill(Filling::Unit, "enhet 7 «Kjøkkenet»");
    session.fill(Filling::Variant, random.pick(&["", "health", "full"]));
    session.fill(Filling::Language, random.pick(&["nb", "en"]));
    let form = session.form().clone();
    for id in form.ids().filter(|id| form.item(*id).filled_from == Some(Filling::EarlierPart)) {
        if random.chance(80) {
            rightly(session, random, id);
        }
    }
}

/// Does something to some question on some page.
fn wander(session: &mut Session, random: &mut Random, yes: usize) {
    let pages = session.pages();
    if pages.is_empty() {
        return;
    }
    let questions = session.questions(random.pick(&pages));
    if questions.is_empty() {
        return;
    }
    let id = random.pick(&questions);
    if random.chance(12) {
        session.clear(id);
    } else {
        step(session, random, id, yes);
    }
}

/// Answers a question, well or badly.
pub(crate) fn step(session: &mut Session, random: &mut Random, id: ItemId, yes: usize) {
    let form = session.form().clone();
    match form.item(id).kind {
        Kind::Boolean { .. } => drop(session.say(id, random.chance(yes))),
        Kind::Choice { ranked: Some(_), .. } => rank(session, random, id),
        Kind::Choice { repeats, .. } => {
            let options = form.options(id).len();
            for _ in 0..if repeats { 1 + random.below(3) } else { 1 } {
                session.choose(id, random.below(options) as u16);
            }
        }
        Kind::Integer { min, max, .. } => {
            let typed = number(random, min.map(|min| min as f64), max.map(|max| max as f64), 0);
            session.type_in(id, &typed);
        }
        Kind::Decimal { min, max } => {
            let bound = |bound: Option<Decimal>| bound.map(|bound| bound.to_string().parse().unwrap());
            let typed = number(random, bound(min), bound(max), 2);
            session.type_in(id, &typed);
        }
        Kind::Text { format: Some(format), .. } => {
            let typed = formatted(random, format);
            session.type_in(id, &typed);
        }
        Kind::Text { max_length, lines, .. } => {
            let typed = words(random, max_length, lines);
            session.type_in(id, &typed);
        }
        Kind::Group(_) | Kind::Display(_) => {}
    }
}

/// Chooses, moves and takes away, whether it is offered or not.
fn rank(session: &mut Session, random: &mut Random, id: ItemId) {
    let options = session.form().options(id).len();
    for _ in 0..1 + random.below(8) {
        let option = random.below(options) as u16;
        match random.below(8) {
            0 => drop(session.move_up(id, option)),
            1 => drop(session.move_down(id, option)),
            2 => drop(session.move_to(id, option, random.below(4))),
            3 => drop(session.remove(id, option)),
            _ => drop(session.choose(id, option)),
        }
    }
}

/// A number as somebody might type it; mostly within the bounds, sometimes at them, outside, or no number at all.
fn number(random: &mut Random, min: Option<f64>, max: Option<f64>, places: usize) -> String {
    let (low, high) = (min.unwrap_or(-5.0), max.unwrap_or(12.0));
    let within = low + (high - low) * random.below(1001) as f64 / 1000.0;
    match random.below(20) {
        0 => format!("{low}"),
        1 => format!("{high}"),
        2 => format!("{}", low - 1.0),
        3 => format!("{}", high + 1.0),
        4 => (random.pick(&["12a", "mange", "1e3", "3,5,1", "99999999999", "½", "--1", "∞", "1.000", "+"])).to_owned(),
        5 => format!(" {within:.0} "),
        6 => format!("{within:.0},0"),
        7 => format!("\u{a0}{within:.0}").replace('-', "\u{2212}"),
        8 => String::new(),
        9 if places > 0 => random
            .pick(&["0,0000001", "1.10", "00.5", ".5", "-0,0", "3.141592653589793238", "123456789.123456789"])
            .to_owned(),
        _ => format!("{within:.places$}").replace('.', random.pick(&[".", ","])),
    }
}

/// Characters that have made trouble somewhere: in counting, in JSON, in markup, in cells of a table.
const PIECES: [&str; 36] = [
    "a",
    "b",
    " ",
    "  ",
    "æ",
    "ø",
    "å",
    "ÆØÅ",
    "š",
    "đ",
    "\"",
    "'",
    "«",
    "»",
    "\\",
    "/",
    "</script>",
    "<b>",
    "&amp;",
    "{}",
    "=1+1",
    "👍",
    "👩\u{200d}⚕\u{fe0f}",
    "🇳🇴",
    "e\u{301}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{0}",
    "\u{b}",
    "\u{1b}",
    "\u{7f}",
    "\u{fffd}",
    "$1",
    "ja",
];

fn words(random: &mut Random, max_length: Option<u32>, lines: bool) -> String {
    let max = max_length.unwrap_or(60) as usize;
    let wanted = match random.below(8) {
        0 => max,
        1 => max + 1,
        2 => 0,
        _ => 1 + random.below(max.min(60)),
    };
    let mut words = String::new();
    while words.chars().count() < wanted {
        // Several lines are typed into a text alone, but pasted into a line, too.
        match random.below(12) {
            0 if lines || random.chance(20) => words.push_str(random.pick(&["\n", "\r\n", "\t"])),
            _ => words.push_str(random.pick(&PIECES)),
        }
    }
    match random.below(4) {
        0 => words.chars().take(wanted).collect(),
        1 if random.chance(10) => (random.pick(&[" ", "\n\t ", "\u{feff}", "\u{2003}", "\u{0}"])).to_owned(),
        _ => words,
    }
}

/// A text of this format.
pub(crate) fn example(format: Format) -> &'static str {
    match format {
        Format::Email => "a@b.no",
        Format::Phone => "+4700000000",
        Format::NationalIdentityNumber => "15819010029",
    }
}

/// A text of a format as somebody might type it, right or nearly so.
fn formatted(random: &mut Random, format: Format) -> String {
    let right = example(random.pick(&[format, format, format, Format::Email, Format::Phone]));
    let mut typed: Vec<char> = right.chars().collect();
    let place = random.below(typed.len());
    match random.below(5) {
        0 => typed.insert(place, random.pick(&[' ', '\u{a0}', '-', '0', '@', '.', '\n', '\u{85}', '\u{feff}', '٣'])),
        1 => drop(typed.remove(place)),
        2 => typed[place] = random.pick(&['0', '1', '4', '8', '9', ' ', '.', '@']),
        _ => {}
    }
    typed.into_iter().collect()
}

/// Mends or clears whatever is wrong, as the pages would have asked for.
fn mend(session: &mut Session, random: &mut Random) {
    loop {
        let pages = session.pages();
        let problems: Vec<(ItemId, Problem)> = pages.iter().flat_map(|page| session.problems(*page)).collect();
        if problems.is_empty() {
            return;
        }
        for (id, problem) in problems {
            if problem != Problem::Required && random.chance(40) {
                session.clear(id);
            } else {
                rightly(session, random, id);
            }
        }
    }
}

/// Gives an answer that nothing is wrong with.
pub(crate) fn rightly(session: &mut Session, random: &mut Random, id: ItemId) {
    let form = session.form().clone();
    match form.item(id).kind {
        Kind::Integer { min, max, .. } => drop(session.type_in(id, &min.or(max).unwrap_or(3).to_string())),
        Kind::Decimal { min, max } => {
            drop(session.type_in(id, &min.or(max).map_or_else(|| "2.25".to_owned(), |bound| bound.to_string())))
        }
        Kind::Text { format, .. } => drop(session.type_in(id, format.map_or("å", example))),
        Kind::Choice { .. } => {
            session.clear(id);
            let offered: Vec<u16> = (0..form.options(id).len() as u16).filter(|at| session.offers(id, *at)).collect();
            if !offered.is_empty() {
                session.choose(id, random.pick(&offered));
            }
        }
        Kind::Boolean { .. } => drop(session.say(id, random.chance(50))),
        Kind::Group(_) | Kind::Display(_) => {}
    }
}

/// The items that hang on a condition, of their own or of what they stand in.
pub(crate) fn branches(form: &Form) -> Vec<ItemId> {
    form.ids().filter(|id| !form.item(*id).conditions.is_empty()).collect()
}
