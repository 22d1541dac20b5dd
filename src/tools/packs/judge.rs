//! Whether packs fit the instruments that they are for: all of the words, in all languages, and nothing beside.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Fault, Pack,
    read::at,
    slots::{Needs, slots, text, uses},
};

/// Everything that is wrong with packs that can be read.
pub(super) fn faults(packs: &[Pack], sources: &[&Value], languages: &[&str]) -> Vec<Fault> {
    let mut known: BTreeMap<&str, Vec<Needs<'_>>> = BTreeMap::new();
    for source in sources {
        for (instrument, slot) in slots(source) {
            known.entry(instrument).or_default().push(Needs::of(slot, source));
        }
    }
    let known: BTreeMap<&str, Needs<'_>> = known
        .into_iter()
        .map(|(instrument, all)| {
            let mut needs = Needs::default();
            all.into_iter().for_each(|more| needs.join(more));
            (instrument, needs)
        })
        .collect();
    let mut wanted: Vec<&str> = languages.to_vec();
    for base in sources.iter().map(|source| text(source, "language")).filter(|base| !base.is_empty()) {
        if !wanted.contains(&base) {
            wanted.push(base);
        }
    }
    let mut faults = Vec::new();
    for (index, pack) in packs.iter().enumerate() {
        let before = packs.get(..index).unwrap_or_default();
        language(pack, before, &wanted, &mut faults);
        match known.get(pack.instrument.as_str()) {
            Some(needs) => {
                beside(pack, needs, &mut faults);
                missing(pack, needs, &mut faults);
                shared(pack, sources, &mut faults);
                layout(pack, before, needs, &mut faults);
            }
            None => {
                let instruments: Vec<&str> = known.keys().copied().collect();
                let waiting = if instruments.is_empty() { "none".to_owned() } else { instruments.join(", ") };
                let message = format!(
                    "expected an instrument that waits for its words in this study ({waiting}), found `{}`",
                    pack.instrument
                );
                faults.push(pack.fault("instrument", message));
            }
        }
        if !before.iter().any(|other| other.instrument == pack.instrument) {
            every_language(pack, packs, &wanted, &mut faults);
        }
    }
    faults
}

fn language(pack: &Pack, before: &[Pack], wanted: &[&str], faults: &mut Vec<Fault>) {
    if !wanted.contains(&pack.language.as_str()) {
        let message =
            format!("expected one of the study's languages ({}), found `{}`", wanted.join(", "), pack.language);
        faults.push(pack.fault("language", message));
    }
    let same = |other: &&Pack| other.instrument == pack.instrument && other.language == pack.language;
    if let Some(first) = before.iter().find(same) {
        let message = format!(
            "expected one pack for `{}` in `{}`, found a second; the first is {}",
            pack.instrument,
            pack.language,
            first.file.display()
        );
        faults.push(pack.fault("language", message));
    }
}

/// Said once for each instrument, of its first pack.
fn every_language(first: &Pack, packs: &[Pack], wanted: &[&str], faults: &mut Vec<Fault>) {
    for language in wanted {
        let there = |pack: &Pack| pack.instrument == first.instrument && pack.language == *language;
        if !packs.iter().any(there) {
            let message = format!(
                "expected a pack for `{}` in `{language}` as well, which is a language of the study, found none",
                first.instrument
            );
            faults.push(first.fault("language", message));
        }
    }
}

/// What the pack has and the instrument does not.
fn beside(pack: &Pack, needs: &Needs<'_>, faults: &mut Vec<Fault>) {
    for link_id in pack.texts.keys().filter(|link_id| !needs.texts.contains_key(link_id.as_str())) {
        let message = format!(
            "expected the linkId of an item of `{}`, found `{link_id}`, which it does not have",
            pack.instrument
        );
        faults.push(pack.fault(at("texts", link_id), message));
    }
    for (key, words) in &pack.options {
        let path = at("options", key);
        let Some(codes) = needs.options.get(key.as_str()) else {
            let keys: Vec<&str> = needs.options.keys().copied().collect();
            let message = format!("expected one of the lists of options {}, found `{key}`", keys.join(", "));
            faults.push(pack.fault(path, message));
            continue;
        };
        for code in words.keys().filter(|code| !codes.contains(&code.as_str())) {
            let message = format!("expected one of the codes {}, found `{code}`", codes.join(", "));
            faults.push(pack.fault(at(&path, code), message));
        }
    }
}

/// What the instrument needs and the pack does not have.
fn missing(pack: &Pack, needs: &Needs<'_>, faults: &mut Vec<Fault>) {
    let without = needs.texts.iter().filter(|(link_id, needed)| **needed && !pack.texts.contains_key(**link_id));
    for (link_id, _) in without {
        faults.push(pack.fault("texts", format!("expected words for the item `{link_id}`, found none")));
    }
    for (key, codes) in &needs.options {
        let Some(words) = pack.options.get(*key) else {
            faults.push(pack.fault("options", format!("expected words for the options of `{key}`, found none")));
            continue;
        };
        for code in codes.iter().filter(|code| !words.contains_key(**code)) {
            let message = format!("expected words for the option `{code}`, found none");
            faults.push(pack.fault(at("options", key), message));
        }
    }
}

/// Words put into a value set are seen wherever it is used.
fn shared(pack: &Pack, sources: &[&Value], faults: &mut Vec<Fault>) {
    let uses = || sources.iter().flat_map(|source| uses(source));
    for key in pack.options.keys() {
        let other = uses().find(|(reference, _, instrument)| reference == key && *instrument != Some(&pack.instrument));
        if let Some((_, link_id, _)) = other {
            let message =
                format!("expected a value set of this instrument alone, found one that `{link_id}` uses, too");
            faults.push(pack.fault(at("options", key), message));
        }
    }
}

fn layout(pack: &Pack, before: &[Pack], needs: &Needs<'_>, faults: &mut Vec<Fault>) {
    for (link_id, control) in &pack.layout {
        let path = at("layout", link_id);
        let Some(controls) = needs.layout.get(link_id.as_str()) else {
            let message = format!(
                "expected the linkId of an item of `{}`, found `{link_id}`, which it does not have",
                pack.instrument
            );
            faults.push(pack.fault(path, message));
            continue;
        };
        if !controls.contains(&control.as_str()) {
            let expected =
                if controls.is_empty() { "no layout for this item".to_owned() } else { controls.join(" or ") };
            faults.push(pack.fault(path, format!("expected {expected}, found `{control}`")));
            continue;
        }
        // One form in all languages: its layout is one, too.
        let others = before.iter().filter(|other| other.instrument == pack.instrument);
        let other = others.filter_map(|other| other.layout.get(link_id)).find(|other| *other != control);
        if let Some(other) = other {
            let message = format!("expected `{other}`, as in the pack of another language, found `{control}`");
            faults.push(pack.fault(path, message));
        }
    }
}
