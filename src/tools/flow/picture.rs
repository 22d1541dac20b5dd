//! The stations as SVG, on sheets of A4: a column of boxes with arrows between them, what is said beside them to the
//! right, and the way past a page that is not shown to the left.

use maud::{Markup, html};

use super::{
    nodes::{Is, Node, Stations},
    wrap::wrap,
};
use crate::{
    tools::{
        codebook::{phrases::phrases, variables::one_line},
        studies::StudyFolder,
    },
    words::Tongue,
};

/// A sheet of A4 at 96 pixels to the inch, and what stands where on it.
const WIDTH: usize = 794;
const HEIGHT: usize = 1123;
const TOP: usize = 100;
const BOTTOM: usize = 1063;
const LEFT: usize = 84;
const BOX: usize = 330;
const BESIDE: usize = 456;
const BESIDE_WIDTH: usize = 290;
const BY: usize = 44;
const SIZE: usize = 14;
const SMALL: usize = 13;
const LINE: usize = 18;
const PADDING: usize = 10;
/// Between boxes: an arrow.
const GAP: usize = 26;

/// A station with its place on a sheet.
struct Placed<'a> {
    node: &'a Node,
    title: Vec<String>,
    below: Vec<String>,
    condition: Vec<String>,
    beside: Vec<Vec<String>>,
    /// Top of what belongs to it, its arrow and condition included.
    top: usize,
    /// Top of its box.
    y: usize,
    height: usize,
    /// Where the next one may begin.
    end: usize,
}

impl Placed<'_> {
    /// Where the arrow to the next one begins.
    fn foot(&self) -> usize {
        if self.condition.is_empty() { self.y.saturating_add(self.height) } else { self.end }
    }
}

/// The picture, and how many sheets it takes.
pub(super) fn picture(folder: &StudyFolder, waves: &[Stations], language: &str) -> (Markup, usize) {
    let said = phrases(Tongue::of(language));
    let sheets: Vec<(&Stations, Vec<Placed<'_>>)> =
        waves.iter().flat_map(|wave| sheets(wave).into_iter().map(move |sheet| (wave, sheet))).collect();
    let title = folder.study.say(&folder.study.title, language).map(|text| one_line(&text.words())).unwrap_or_default();
    let count = sheets.len().max(1);
    let height = HEIGHT.saturating_mul(count);
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" lang=(language) role="img"
            width="210mm" height=(format!("{}mm", count.saturating_mul(297))) viewBox=(format!("0 0 {WIDTH} {height}"))
            font-family="'Liberation Sans', Arial, sans-serif" font-size=(SIZE) fill="#1b1b1b"
        {
            title { (title) ": " (said.flow) }
            style { "@page { size: A4; margin: 0; }" }
            defs {
                marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto" {
                    path d="M0 0L10 5L0 10z" fill="#1f4e79" {}
                }
            }
            rect width=(WIDTH) height=(height) fill="#ffffff" {}
            @for (place, (wave, sheet)) in sheets.iter().enumerate() {
                g transform=(format!("translate(0 {})", place.saturating_mul(HEIGHT))) {
                    text x=(BY) y="44" font-size="20" font-weight="bold" fill="#1f4e79" { (title) }
                    @for (line, words) in wrap(&wave.title, 16, WIDTH - 2 * BY).iter().take(1).enumerate() {
                        text x=(BY) y=(70 + line * 20) font-size="16" { (words) }
                    }
                    text x=(WIDTH - BY) y=(HEIGHT - 24) font-size=(SMALL) text-anchor="end" fill="#4a4a4a" {
                        (place.saturating_add(1)) " / " (count)
                    }
                    @for (index, placed) in sheet.iter().enumerate() {
                        // From the box before it, beside which more may be said than its own height.
                        @let before = index.checked_sub(1).and_then(|before| sheet.get(before));
                        @let from = before.map(Placed::foot);
                        @let before = place.checked_sub(1).and_then(|before| sheets.get(before));
                        @let going_on = before.is_some_and(|(last, _)| std::ptr::eq(*last, *wave));
                        (station(placed, from.or(going_on.then_some(TOP)), &said))
                    }
                    @let next = sheets.get(place.saturating_add(1));
                    @let goes_on = next.is_some_and(|(next, _)| std::ptr::eq(*next, *wave));
                    @if let Some(last) = sheet.last().filter(|_| goes_on) {
                        (arrow(last.foot(), last.end + GAP))
                        text x=(LEFT + BOX / 2 + 12) y=(last.end + GAP) font-size=(SMALL) fill="#4a4a4a" {
                            (said.goes_on)
                        }
                    }
                }
            }
        }
    };
    (markup, count)
}

/// Places the stations of a wave on as many sheets as it takes.
fn sheets(wave: &Stations) -> Vec<Vec<Placed<'_>>> {
    let mut sheets = Vec::new();
    let mut sheet: Vec<Placed<'_>> = Vec::new();
    let mut nodes = wave.nodes.iter().peekable();
    while let Some(node) = nodes.next() {
        let at = |top: usize| place(node, top);
        let mut placed = at(sheet.last().map_or(TOP, |last| last.end));
        // The beginning of a part does not stand alone at the foot of a sheet.
        let room = if node.is == Is::Part {
            nodes.peek().map_or(0, |next| place(next, placed.end).end - placed.end)
        } else {
            0
        };
        if placed.end.saturating_add(room).saturating_add(GAP) > BOTTOM && !sheet.is_empty() {
            sheets.push(std::mem::take(&mut sheet));
            placed = at(TOP);
        }
        sheet.push(placed);
    }
    if !sheet.is_empty() {
        sheets.push(sheet);
    }
    sheets
}

fn place(node: &Node, top: usize) -> Placed<'_> {
    let title = wrap(&node.title, SIZE, BOX - 2 * PADDING);
    let below = wrap(&node.below, SMALL, BOX - 2 * PADDING);
    let condition = node.condition.as_ref().map(|words| wrap(words, SMALL, BESIDE_WIDTH - PADDING)).unwrap_or_default();
    let beside: Vec<Vec<String>> =
        node.beside.iter().map(|words| wrap(words, SMALL, BESIDE_WIDTH - 2 * PADDING)).collect();
    let height = (title.len() + below.len()) * LINE + 2 * PADDING;
    let said: usize = beside.iter().map(|lines| lines.len() * LINE + 2 * PADDING + 8).sum();
    let words = if condition.is_empty() { 0 } else { (condition.len() + 1) * LINE + 8 };
    let y = top + GAP + words.saturating_sub(GAP / 2);
    let passed = if condition.is_empty() { 0 } else { GAP / 2 };
    let end = y + height.max(said) + passed;
    Placed { node, title, below, condition, beside, top, y, height, end }
}

fn arrow(from: usize, to: usize) -> Markup {
    let x = LEFT + BOX / 2;
    html! {
        path d=(format!("M{x} {from}V{to}")) stroke="#1f4e79" stroke-width="1.5" fill="none" marker-end="url(#tip)" {}
    }
}

fn station(placed: &Placed<'_>, from: Option<usize>, said: &crate::tools::codebook::phrases::Phrases) -> Markup {
    let Placed { node, title, below, condition, beside, top, y, height, end } = placed;
    let (fill, stroke, ink, round, dash) = match node.is {
        Is::Welcome => ("#ffffff", "#1f4e79", "#1b1b1b", 18, ""),
        Is::Part => ("#1f4e79", "#1f4e79", "#ffffff", 2, ""),
        Is::Page => ("#eef4fa", "#1f4e79", "#1b1b1b", 4, ""),
        Is::Slot => ("#ffffff", "#6b6b6b", "#1b1b1b", 4, "5 4"),
        Is::Receipt => ("#eaf5ea", "#2e6b2e", "#1b1b1b", 18, ""),
    };
    let middle = LEFT + BOX / 2;
    html! {
        @if let Some(from) = from { (arrow(from, *y)) }
        @if !condition.is_empty() {
            // The way past it, from above the box to below it.
            path d=(format!("M{middle} {}H{BY}V{}H{middle}", top + 8, end))
                stroke="#b45309" stroke-width="1.5" fill="none" stroke-dasharray="6 4" {}
            path d=(format!("M{middle} {}V{end}", y + height)) stroke="#1f4e79" stroke-width="1.5" fill="none" {}
            text x=(BY + 8) y=(top + 24) font-size=(SMALL) fill="#8a3f06" { (said.otherwise) }
            text x=(middle + 14) y=(top + 24) font-size=(SMALL) font-weight="bold" fill="#8a3f06" { (said.only_if) }
            @for (line, words) in condition.iter().enumerate() {
                text x=(middle + 14) y=(top + 24 + (line + 1) * LINE) font-size=(SMALL) { (words) }
            }
        }
        rect x=(LEFT) y=(y) width=(BOX) height=(height) rx=(round)
            fill=(fill) stroke=(stroke) stroke-width="1.5" stroke-dasharray=(dash) {}
        @for (line, words) in title.iter().enumerate() {
            text x=(LEFT + PADDING) y=(y + PADDING + 13 + line * LINE) font-weight="bold" fill=(ink) { (words) }
        }
        @for (line, words) in below.iter().enumerate() {
            @let y = y + PADDING + 13 + (title.len() + line) * LINE;
            text x=(LEFT + PADDING) y=(y) font-size=(SMALL) fill=(ink) { (words) }
        }
        @for (place, lines) in beside.iter().enumerate() {
            @let above: usize = beside.iter().take(place).map(|lines| lines.len() * LINE + 2 * PADDING + 8).sum();
            @let y = y + above;
            @let height = lines.len() * LINE + 2 * PADDING;
            @let from = LEFT + BOX;
            @let bend = if place == 0 { y + 18 } else { placed.y + 18 };
            path d=(format!("M{from} {bend}H{}V{}H{BESIDE}", from + 18, y + 18))
                stroke="#b45309" stroke-width="1.5" fill="none" {}
            rect x=(BESIDE) y=(y) width=(BESIDE_WIDTH) height=(height) rx="4" fill="#fff7ed" stroke="#b45309" {}
            @for (line, words) in lines.iter().enumerate() {
                text x=(BESIDE + PADDING) y=(y + PADDING + 13 + line * LINE) font-size=(SMALL) { (words) }
            }
        }
    }
}
