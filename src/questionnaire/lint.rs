//! Rules that need the whole form: cycles, ranges, options, tables.

use super::{
    fhir::{Findings, Place},
    finding::Rule,
    format::Format,
    graph::Graph,
    model::{Choice, Form, ItemId, Kind, Layout, Role},
};

/// Checks a form that was read from `places` (one per item).
pub(crate) fn form(form: &Form, places: &[Place<'_>], findings: &mut Findings) {
    for (id, place) in form.ids().zip(places) {
        ranges(form, id, place, findings);
        options(form, id, place, findings);
        table(form, id, place, findings);
        top(form, id, place, findings);
        if let Some(way) = cycle(form, id) {
            let message = format!("expected conditions that can be settled, found a cycle: {}", way.join(" → "));
            findings.error(Rule::Cycle, place, message);
        }
    }
}

/// The way from an item back to itself, if it depends on itself; said once, at the first item of the cycle.
fn cycle(form: &Form, start: ItemId) -> Option<Vec<String>> {
    if !form.graph.unordered().contains(&start) {
        return None;
    }
    let mut seen = vec![start];
    let mut stack = vec![vec![start]];
    while let Some(way) = stack.pop() {
        for input in Graph::inputs(form, *way.last()?) {
            if input == start {
                let first = way.iter().all(|step| start <= *step);
                let name = |id: &ItemId| form.item(*id).link_id.clone();
                return first.then(|| way.iter().chain([&start]).map(name).collect());
            }
            if !seen.contains(&input) {
                seen.push(input);
                stack.push(way.iter().copied().chain([input]).collect());
            }
        }
    }
    None
}

fn ranges(form: &Form, id: ItemId, place: &Place<'_>, findings: &mut Findings) {
    match form.item(id).kind {
        Kind::Integer { min, max, slider } => {
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                findings.error(Rule::Range, place, format!("expected a range, found from {min} to {max}"));
            }
            if let Some(step) = slider {
                let (Some(min), Some(max)) = (min, max) else {
                    return findings.error(Rule::Range, place, "a slider needs minValue and maxValue");
                };
                if step < 1 || step > max.saturating_sub(min).max(1) {
                    findings.error(
                        Rule::Range,
                        place,
                        format!("expected a slider step within the range, found {step}"),
                    );
                }
                for (role, name) in [(Role::Lower, "lower"), (Role::Upper, "upper")] {
                    // Words that come with a text pack come with its ends, too.
                    if form.item(id).text.is_some() && form.aside(id, role).is_none() {
                        findings.warning(Rule::Range, place, format!("the {name} end of the slider has no words"));
                    }
                }
            }
        }
        Kind::Text { max_length: Some(max), format: Some(format), .. } if max < shortest(format) => {
            let message =
                format!("expected room for {} characters, which this format needs, found {max}", shortest(format));
            findings.error(Rule::Format, place, message);
        }
        Kind::Decimal { min: Some(min), max: Some(max) } if min > max => {
            findings.error(Rule::Range, place, format!("expected a range, found from {min} to {max}"));
        }
        _ => {}
    }
}

/// How many characters the shortest text of this format has, in numbers those of a Norwegian one.
fn shortest(format: Format) -> u32 {
    match format {
        Format::Email => 5,
        Format::Phone => 8,
        Format::NationalIdentityNumber => 11,
    }
}

fn options(form: &Form, id: ItemId, place: &Place<'_>, findings: &mut Findings) {
    let Kind::Choice { repeats, ranked, drop_down, .. } = form.item(id).kind else { return };
    let options = form.options(id);
    if options.is_empty() {
        findings.error(Rule::Options, place, "expected options to choose from, found none");
    }
    if options.len() > usize::from(u16::MAX) {
        findings.error(Rule::Options, place, format!("expected at most 65535 options, found {}", options.len()));
    }
    if ranked.is_some_and(|most| usize::from(most) > options.len()) {
        let message = format!("expected at most as many to rank as the {} options", options.len());
        findings.error(Rule::Ranked, place, message);
    }
    if ranked.is_some() && drop_down {
        findings.error(Rule::Ranked, place, "expected a list to rank, found the item control `drop-down`");
    }
    if ranked.is_some() && form.item(id).required && options.iter().all(|option| option.present.is_some()) {
        let message = "a required ranking needs an option that is always offered, or nobody could go on without it";
        findings.error(Rule::Ranked, place, message);
    }
    for (index, option) in options.iter().enumerate() {
        if option.exclusive && ranked.is_some() {
            let message = format!("expected options that can be ranked, found `{}`, which is exclusive", option.code);
            findings.error(Rule::Ranked, place, message);
        }
        let same = |other: &&Choice| other.code == option.code && other.system == option.system;
        if options.iter().take(index).any(|other| same(&other)) {
            findings.error(Rule::Options, place, format!("expected each option once, found `{}` twice", option.code));
        }
        if option.exclusive && !repeats {
            findings.warning(
                Rule::Options,
                place,
                format!("`{}` is exclusive, but only one may be chosen", option.code),
            );
        }
        if option.text.is_none() && form.item(id).text.is_some() {
            findings.error(Rule::NoText, place, format!("expected a display for option `{}`, found none", option.code));
        }
    }
}

/// Rows of a table share their options, and each takes one.
fn table(form: &Form, id: ItemId, place: &Place<'_>, findings: &mut Findings) {
    if form.item(id).kind != Kind::Group(Layout::Table) {
        return;
    }
    let mut first = None;
    for row in form.children(Some(id)) {
        match form.item(row).kind {
            Kind::Display(_) => {}
            Kind::Choice { list, repeats: false, .. } if *first.get_or_insert(list) == list => {}
            _ => {
                let link_id = &form.item(row).link_id;
                let message =
                    format!("expected rows with the same options, one to choose; `{link_id}` is not such a row");
                findings.error(Rule::Options, place, message);
            }
        }
    }
}

/// What stands at the top is a page.
fn top(form: &Form, id: ItemId, place: &Place<'_>, findings: &mut Findings) {
    let item = form.item(id);
    let page = matches!(item.kind, Kind::Group(_));
    if item.parent.is_none() && !page && !item.hidden {
        findings.error(Rule::OutsideProfile, place, "expected a group at the top level: each is a page");
    }
    if item.parent.is_none() && page && !item.hidden && item.text.is_none() {
        findings.error(Rule::NoText, place, "expected a page with a heading, found none");
    }
}
