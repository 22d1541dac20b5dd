//! FHIR JSON in, [`Form`] out, with everything that stands in the way said at once: each finding names the place, the
//! question's words, what was expected and what was found.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    decimal::Decimal,
    fhir::{self, Findings, Place, Wordings},
    finding::{Finding, Rule},
    format::Format,
    graph::Graph,
    lint,
    model::{Choice, Condition, Expected, Filling, Form, Item, ItemId, Kind, Layout, ListId, Operator, Role, TextId},
    text::Text,
};

/// What came of reading a questionnaire.
#[derive(Debug)]
pub struct Reading {
    /// The form, if nothing forbids showing it.
    pub form: Option<Form>,
    /// Errors and warnings, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads an assembled questionnaire (see [`super::assemble`]). Every text must exist in the questionnaire's own language,
/// in each of `languages`, and in each language that any of its texts is translated to.
pub fn read(questionnaire: &Value, languages: &[&str]) -> Reading {
    let root = Place::root(questionnaire);
    let mut reader = Reader::default();
    reader.resource(&root, languages);
    let Reader { mut form, mut findings, places, .. } = reader;
    form.graph = Graph::of(&form);
    lint::form(&form, &places, &mut findings);
    let usable = !findings.any_error();
    let findings = findings.0.into_iter().map(|finding| about(&form, &places, finding)).collect();
    Reading { form: usable.then_some(form), findings }
}

/// Adds the words of the innermost item that a finding lies in.
fn about(form: &Form, places: &[Place<'_>], mut finding: Finding) -> Finding {
    let inside = |place: &Place<'_>| {
        finding.path.strip_prefix(&place.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let innermost = form.ids().zip(places).filter(|(_, place)| inside(place)).last();
    finding.about = innermost.and_then(|(id, place)| {
        let base = form.languages.first().map_or("", String::as_str);
        let words = form.text(form.item(id).text, base).map(|(text, _)| text.words());
        words.or_else(|| place.text("linkId").map(str::to_owned))
    });
    finding
}

#[derive(Default)]
struct Reader<'a> {
    form: Form,
    findings: Findings,
    /// Where each item stands, by item id.
    places: Vec<Place<'a>>,
    by_link_id: HashMap<&'a str, ItemId>,
    value_sets: HashMap<&'a str, Place<'a>>,
    lists: HashMap<&'a str, ListId>,
}

impl<'a> Reader<'a> {
    fn resource(&mut self, root: &Place<'a>, languages: &[&str]) {
        if root.text("resourceType") != Some("Questionnaire") {
            let found = root.text("resourceType").unwrap_or("no resourceType");
            return self.findings.error(
                Rule::NotAQuestionnaire,
                root,
                format!("expected a FHIR Questionnaire, found {found}"),
            );
        }
        self.form.url = self.needed(root, "url");
        self.form.version = self.needed(root, "version");
        let base = self.needed(root, "language");
        self.languages(root, base, languages);
        self.refuse_modifiers(root);
        if root.text("status") == Some("retired") {
            self.findings.warning(Rule::Shape, root, "this questionnaire is retired");
        }
        for contained in root.list("contained") {
            match (contained.text("resourceType"), contained.text("id")) {
                (Some("ValueSet"), Some(id)) => drop(self.value_sets.insert(id, contained)),
                (Some("ValueSet"), None) => self.findings.error(Rule::Missing, &contained, "expected an id"),
                (other, _) => self.findings.warning(
                    Rule::OutsideProfile,
                    &contained,
                    format!("contained {} is not used", other.unwrap_or("resource")),
                ),
            }
        }
        self.form.title = self.words(root, "title");
        self.items(root, None);
        self.conditions();
    }

    /// The base language, those asked for, and every one that some text is translated to.
    fn languages(&mut self, root: &Place<'a>, base: String, asked: &[&str]) {
        fn seek(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Array(entries) => entries.iter().for_each(|entry| seek(entry, found)),
                Value::Object(fields) => {
                    if fields.get("url").and_then(Value::as_str) == Some(fhir::TRANSLATION) {
                        let place = Place::root(value);
                        if let Some(lang) = place.extension("lang").and_then(|lang| lang.text("valueCode"))
                            && !found.iter().any(|known| known == lang)
                        {
                            found.push(lang.to_owned());
                        }
                    }
                    fields.values().for_each(|field| seek(field, found));
                }
                _ => {}
            }
        }
        let mut all = vec![base];
        for language in asked {
            if !all.iter().any(|known| known == language) {
                all.push((*language).to_owned());
            }
        }
        seek(root.value, &mut all);
        self.form.texts = vec![Vec::new(); all.len()];
        self.form.languages = all;
    }

    fn needed(&mut self, place: &Place<'a>, name: &str) -> String {
        match place.text(name) {
            Some(text) if !text.trim().is_empty() => text.to_owned(),
            _ => {
                let found = place.get(name).map_or("nothing", |found| found.shape());
                self.findings.error(Rule::Missing, place, format!("expected a string `{name}`, found {found}"));
                String::new()
            }
        }
    }

    /// Wherever it stands, in an item, a condition, an option or a value set, it may change what the rest means.
    fn refuse_modifiers(&mut self, place: &Place<'a>) {
        fn within(value: &Value) -> bool {
            match value {
                Value::Array(entries) => entries.iter().any(within),
                Value::Object(fields) => fields.iter().any(|(name, value)| name == MODIFIER || within(value)),
                _ => false,
            }
        }
        // Most files hold none: then no path is written for every value in them.
        if !within(place.value) {
            return;
        }
        for modifier in place.list(MODIFIER) {
            let url = modifier.text("url").unwrap_or("without address");
            let message = format!("modifierExtension {url} may change what this means, and is not known to Svar");
            self.findings.error(Rule::OutsideProfile, &modifier, message);
        }
        for name in place.value.as_object().into_iter().flat_map(|fields| fields.keys()) {
            let Some(inner) = place.get(name) else { continue };
            if inner.value.is_array() {
                place.list(name).iter().for_each(|entry| self.refuse_modifiers(entry));
            } else if name == MODIFIER {
                self.findings.error(Rule::Shape, &inner, format!("expected a list, found {}", inner.shape()));
            } else {
                self.refuse_modifiers(&inner);
            }
        }
    }

    fn items(&mut self, parent: &Place<'a>, parent_id: Option<ItemId>) {
        if let Some(items) = parent.get("item")
            && !items.value.is_array()
        {
            self.findings.error(Rule::Shape, &items, format!("expected a list of items, found {}", items.shape()));
        }
        for place in parent.list("item") {
            let id = ItemId(self.form.items.len() as u32);
            let item = self.item(&place, parent_id);
            if let Some(link_id) = place.text("linkId") {
                // Conditions go by the first, so that one mistake brings no others with it.
                let first = *self.by_link_id.entry(link_id).or_insert(id);
                if first != id {
                    let other = self.places.get(first.index()).map_or(String::new(), |other| other.path.clone());
                    let message = format!("expected a linkId of its own, found `{link_id}`, which {other} has already");
                    self.findings.error(Rule::DuplicateLinkId, &place, message);
                }
            }
            let question = item.kind.is_question();
            self.form.items.push(item);
            self.places.push(place.clone());
            self.items(&place, Some(id));
            let end = ItemId(self.form.items.len() as u32);
            if question {
                self.only_displays_below(id, end);
            }
            if let Some(item) = self.form.items.get_mut(id.index()) {
                item.end = end;
            }
        }
    }

    fn only_displays_below(&mut self, id: ItemId, end: ItemId) {
        for child in (id.0.saturating_add(1)..end.0).map(ItemId) {
            if !matches!(self.form.item(child).kind, Kind::Display(_))
                && let Some(place) = self.places.get(child.index())
            {
                let message = "only display items may stand under a question in this profile";
                self.findings.error(Rule::OutsideProfile, place, message);
            }
        }
    }

    fn item(&mut self, place: &Place<'a>, parent: Option<ItemId>) -> Item {
        self.shapes(place);
        for extension in place.list("extension") {
            let url = extension.text("url").unwrap_or("");
            if !KNOWN_ON_ITEMS.contains(&url) {
                self.findings.warning(Rule::UnknownExtension, &extension, format!("extension {url} is ignored"));
            }
        }
        for name in ["initial", "readOnly"] {
            if place.value.get(name).is_some_and(|value| *value != Value::Bool(false)) {
                self.findings.error(Rule::OutsideProfile, place, format!("`{name}` is outside the profile for now"));
            }
        }
        let link_id = self.needed(place, "linkId");
        let kind = self.kind(place);
        let hidden = place.extension(fhir::HIDDEN).is_some_and(|extension| extension.flag("valueBoolean"));
        let text = self.words(place, "text");
        let in_slot = self.in_slot(place, parent);
        if text.is_none() && !hidden && !in_slot && !matches!(kind, Kind::Group(_)) {
            self.findings.error(Rule::NoText, place, "expected a text to show, found none");
        }
        let required = place.flag("required");
        if required && (hidden || !kind.is_question()) {
            self.findings.error(Rule::Shape, place, "`required` makes sense only on a question that is shown");
        }
        if place.flag("repeats") && !matches!(kind, Kind::Choice { .. }) {
            let message = "`repeats` is supported on `choice` only in this profile";
            self.findings.error(Rule::Repeats, place, message);
        }
        if let Some(ranked) = place.extension(fhir::RANKED)
            && !matches!(kind, Kind::Choice { repeats: true, .. })
        {
            self.findings.error(Rule::Ranked, &ranked, "only a choice with `repeats` can be ranked");
        }
        if let Some(format) = place.extension(fhir::FORMAT)
            && !matches!(kind, Kind::Text { .. })
        {
            self.findings.error(Rule::Format, &format, "only a question of type string can have a format");
        }
        self.stand_in(place, &kind, parent);
        let filled_from = self.filled_from(place, hidden);
        let unit = place.extension(fhir::UNIT).and_then(|unit| unit.get("valueCoding"));
        let unit = unit.and_then(|coding| self.words(&coding, "display"));
        let any = self.behavior(place);
        Item {
            link_id,
            kind,
            text,
            parent,
            end: ItemId(0),
            required,
            hidden,
            filled_from,
            conditions: Vec::new(),
            any,
            unit,
        }
    }

    /// A list that is none, or a flag that is none, would be passed over in silence.
    fn shapes(&mut self, place: &Place<'a>) {
        for name in ["extension", "enableWhen", "answerOption", "required", "repeats"] {
            let Some(found) = place.get(name) else { continue };
            let flag = matches!(name, "required" | "repeats");
            if (flag && !found.value.is_boolean()) || (!flag && !found.value.is_array()) {
                let expected = if flag { "true or false" } else { "a list" };
                self.findings.error(Rule::Shape, &found, format!("expected {expected}, found {}", found.shape()));
            }
        }
    }

    /// Whether the item stands in a hidden group that waits for its licensed words.
    fn in_slot(&mut self, place: &Place<'a>, parent: Option<ItemId>) -> bool {
        if let Some(slot) = place.extension(fhir::TEXT_PACK) {
            let hidden = place.extension(fhir::HIDDEN).is_some_and(|extension| extension.flag("valueBoolean"));
            if !hidden || place.text("type") != Some("group") {
                self.findings.error(
                    Rule::Slot,
                    &slot,
                    "a slot for a text pack is a hidden group until its pack is there",
                );
            }
            return true;
        }
        let mut above = parent;
        while let Some(id) = above {
            if self.places.get(id.index()).is_some_and(|place| place.extension(fhir::TEXT_PACK).is_some()) {
                return true;
            }
            above = self.form.item(id).parent;
        }
        false
    }

    /// A question that is left out once a pack is there leaves nothing behind that would miss it.
    fn stand_in(&mut self, place: &Place<'a>, kind: &Kind, parent: Option<ItemId>) {
        let Some(extension) = place.extension(fhir::WITHOUT_PACK) else { return };
        if extension.text("valueString").is_none_or(|instrument| instrument.trim().is_empty()) || !kind.is_question() {
            let message = "expected a question and the name of the instrument whose text pack replaces it";
            self.findings.error(Rule::Slot, &extension, message);
        }
        let siblings = parent.and_then(|parent| self.places.get(parent.index())).map(|above| above.list("item"));
        if !siblings.is_some_and(|all| all.iter().any(|other| other.extension(fhir::WITHOUT_PACK).is_none())) {
            let message = "expected a group that holds something when this question is left out";
            self.findings.error(Rule::Slot, &extension, message);
        }
    }

    fn filled_from(&mut self, place: &Place<'a>, hidden: bool) -> Option<Filling> {
        let extension = place.extension(fhir::FILLED_FROM)?;
        let filling = match extension.text("valueCode") {
            Some("study") => Filling::Study,
            Some("wave") => Filling::Wave,
            Some("unit") => Filling::Unit,
            Some("variant") => Filling::Variant,
            Some("language") => Filling::Language,
            Some("earlier-part") => Filling::EarlierPart,
            other => {
                let found = other.unwrap_or("nothing");
                let message = format!("expected study, wave, unit, variant, language or earlier-part, found {found}");
                self.findings.error(Rule::Shape, &extension, message);
                return None;
            }
        };
        // What was answered earlier is of its own type; the rest is words.
        if !hidden || (filling != Filling::EarlierPart && place.text("type") != Some("string")) {
            self.findings.error(
                Rule::Shape,
                &extension,
                "only a hidden item of type string can be filled by the widget",
            );
        }
        Some(filling)
    }

    fn behavior(&mut self, place: &Place<'a>) -> bool {
        let several = place.list("enableWhen").len() > 1;
        match place.text("enableBehavior") {
            Some("any") => true,
            Some("all") => false,
            None if !several => false,
            other => {
                let found = other.unwrap_or("nothing");
                let message = format!("expected enableBehavior `all` or `any` with several conditions, found {found}");
                self.findings.error(Rule::EnableBehavior, place, message);
                true
            }
        }
    }

    fn kind(&mut self, place: &Place<'a>) -> Kind {
        let control = self.control(place);
        let type_name = place.text("type").unwrap_or("nothing");
        let (kind, controls): (Kind, &[&str]) = match type_name {
            "group" => {
                let layout = if control == Some("table") { Layout::Table } else { Layout::Plain };
                (Kind::Group(layout), &["page", "table"])
            }
            "display" => {
                let role = match control {
                    Some("help") => Role::Help,
                    Some("lower") => Role::Lower,
                    Some("upper") => Role::Upper,
                    _ => Role::Note,
                };
                (Kind::Display(role), &["help", "lower", "upper"])
            }
            "boolean" => (Kind::Boolean { tick_box: control == Some("check-box") }, &["check-box", "radio-button"]),
            "integer" => (self.integer(place, control == Some("slider")), &["slider"]),
            "decimal" => {
                let (min, max) = (self.decimal(place, fhir::MIN_VALUE), self.decimal(place, fhir::MAX_VALUE));
                (Kind::Decimal { min, max }, &[])
            }
            "string" | "text" => (self.text_kind(place, type_name == "text"), &[]),
            "choice" => {
                let (list, ranked) = (self.options(place), self.ranked(place));
                let (repeats, drop_down) = (place.flag("repeats"), control == Some("drop-down"));
                let kind = Kind::Choice { list, repeats, drop_down, ranked };
                (kind, &["radio-button", "check-box", "drop-down"])
            }
            other => {
                let message = format!("item type `{other}` is outside the profile");
                self.findings.error(Rule::OutsideProfile, place, message);
                (Kind::Display(Role::Note), &[])
            }
        };
        if let Some(control) = control
            && !controls.contains(&control)
        {
            let message = format!("item control `{control}` on `{type_name}` is outside the profile");
            self.findings.error(Rule::OutsideProfile, place, message);
        }
        kind
    }

    fn control(&mut self, place: &Place<'a>) -> Option<&'a str> {
        let extension = place.extension(fhir::ITEM_CONTROL)?;
        let coding =
            extension.get("valueCodeableConcept").and_then(|concept| concept.list("coding").into_iter().next());
        let ours = coding.filter(|coding| coding.text("system") == Some(fhir::ITEM_CONTROL_SYSTEM));
        let control = ours.and_then(|coding| coding.text("code"));
        if control.is_none() {
            let message = format!("expected a code of {}", fhir::ITEM_CONTROL_SYSTEM);
            self.findings.error(Rule::OutsideProfile, &extension, message);
        }
        control
    }

    fn integer(&mut self, place: &Place<'a>, slider: bool) -> Kind {
        let mut bound = |url| {
            let extension = place.extension(url)?;
            let value = extension.get("valueInteger").and_then(|value| value.value.as_i64());
            if value.is_none() {
                self.findings.error(Rule::Range, &extension, "expected valueInteger on an integer question");
            }
            value
        };
        let (min, max) = (bound(fhir::MIN_VALUE), bound(fhir::MAX_VALUE));
        let step = slider.then(|| bound(fhir::SLIDER_STEP).unwrap_or(1));
        Kind::Integer { min, max, slider: step }
    }

    fn decimal(&mut self, place: &Place<'a>, url: &str) -> Option<Decimal> {
        let extension = place.extension(url)?;
        let value = ["valueDecimal", "valueInteger"].iter().find_map(|name| number(extension.value.get(name)?));
        if value.is_none() {
            self.findings.error(Rule::Range, &extension, "expected valueDecimal on a decimal question");
        }
        value
    }

    fn text_kind(&mut self, place: &Place<'a>, lines: bool) -> Kind {
        let max_length = place.get("maxLength").map(|length| {
            let found = length.value.as_u64().and_then(|length| u32::try_from(length).ok());
            found.filter(|length| (1..=100_000).contains(length)).unwrap_or_else(|| {
                let message = format!("expected a maxLength from 1 to 100000, found {}", length.value);
                self.findings.error(Rule::Range, &length, message);
                1
            })
        });
        let format = place.extension(fhir::FORMAT).and_then(|extension| self.format(&extension, lines));
        Kind::Text { max_length, lines, format }
    }

    fn format(&mut self, extension: &Place<'a>, lines: bool) -> Option<Format> {
        let format = match extension.text("valueCode") {
            _ if lines => None,
            Some("email") => Some(Format::Email),
            Some("phone") => Some(Format::Phone),
            Some("national-identity-number") => Some(Format::NationalIdentityNumber),
            _ => None,
        };
        if format.is_none() {
            let found = extension.text("valueCode").unwrap_or("nothing");
            let message = format!(
                "expected email, phone or national-identity-number on a question of type string, found {found}"
            );
            self.findings.error(Rule::Format, extension, message);
        }
        format
    }

    /// How many answers a ranked choice takes at most.
    fn ranked(&mut self, place: &Place<'a>) -> Option<u8> {
        let extension = place.extension(fhir::RANKED)?;
        let found = extension.value.get("valueInteger");
        let most = found.and_then(Value::as_u64).and_then(|most| u8::try_from(most).ok()).filter(|most| *most > 0);
        if most.is_none() {
            let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
            let message = format!("expected a valueInteger from 1 to {}, found {found}", u8::MAX);
            self.findings.error(Rule::Ranked, &extension, message);
        }
        most
    }

    fn options(&mut self, place: &Place<'a>) -> ListId {
        if let Some(reference) = place.text("answerValueSet") {
            if place.get("answerOption").is_some() {
                self.findings.error(Rule::Options, place, "expected answerOption or answerValueSet, found both");
            }
            return self.value_set(place, reference);
        }
        let mut options = Vec::new();
        for option in place.list("answerOption") {
            if option.value.get("initialSelected").is_some_and(|value| *value != Value::Bool(false)) {
                self.findings.error(Rule::OutsideProfile, &option, "`initialSelected` is outside the profile for now");
            }
            match option.get("valueCoding") {
                Some(coding) => {
                    let exclusive = option.extension(fhir::EXCLUSIVE).is_some_and(|found| found.flag("valueBoolean"));
                    let score = score(&coding).or_else(|| score(&option));
                    let system = coding.text("system");
                    let choice = self.option(&coding, system);
                    options.push(Choice { exclusive, score, ..choice });
                }
                None => self.findings.error(Rule::OutsideProfile, &option, "expected an option with valueCoding"),
            }
        }
        self.list(options)
    }

    fn value_set(&mut self, place: &Place<'a>, reference: &'a str) -> ListId {
        let id = reference.strip_prefix('#').unwrap_or("");
        if let Some(&list) = self.lists.get(id) {
            return list;
        }
        let Some(set) = self.value_sets.get(id).cloned() else {
            let message = format!("expected a contained ValueSet, found {reference}, which the form does not hold");
            self.findings.error(Rule::Options, place, message);
            return self.list(Vec::new());
        };
        let mut options = Vec::new();
        for include in set.get("compose").map(|compose| compose.list("include")).unwrap_or_default() {
            for concept in include.list("concept") {
                let choice = self.option(&concept, include.text("system"));
                options.push(Choice { score: score(&concept), ..choice });
            }
        }
        let list = self.list(options);
        self.lists.insert(id, list);
        list
    }

    fn option(&mut self, coding: &Place<'a>, system: Option<&str>) -> Choice {
        let code = coding.text("code").unwrap_or("").to_owned();
        if code.trim().is_empty() {
            self.findings.error(Rule::OptionWithoutCode, coding, "expected an option with a code, found none");
        }
        let text = self.words(coding, "display");
        Choice { system: system.map(str::to_owned), code, text, exclusive: false, score: None, present: None }
    }

    fn list(&mut self, options: Vec<Choice>) -> ListId {
        self.form.lists.push(options);
        ListId((self.form.lists.len() as u32).saturating_sub(1))
    }

    /// The text of the element `name` in every language, from the element itself and its translations.
    fn words(&mut self, place: &Place<'a>, name: &str) -> Option<TextId> {
        let Wordings { base, translations } = place.wordings(name)?;
        let id = TextId(self.form.texts.first().map_or(0, Vec::len) as u32);
        let build = base.build();
        let mut texts: Vec<Option<Text>> = vec![None; self.form.languages.len()];
        if let Some(first) = texts.first_mut() {
            *first = Some(base);
        }
        for (language, text) in translations {
            let slot = self.form.languages.iter().position(|known| known == language);
            if let Some(slot) = slot.and_then(|slot| texts.get_mut(slot)) {
                *slot = text;
            }
        }
        for (text, language) in texts.iter().zip(&self.form.languages) {
            match text {
                None => {
                    let message = format!("expected a translation of `{name}` to `{language}`, found none");
                    self.findings.error(Rule::Translation, place, message);
                }
                Some(text) if text.build() != build => {
                    let found = text.build();
                    let message =
                        format!("expected `{name}` in `{language}` to be built as it is ({build}), found {found}");
                    self.findings.warning(Rule::Translation, place, message);
                }
                Some(_) => {}
            }
        }
        for (table, text) in self.form.texts.iter_mut().zip(texts) {
            table.push(text);
        }
        Some(id)
    }

    /// Conditions are read last, when every item and option is known.
    fn conditions(&mut self) {
        for id in self.form.ids() {
            let Some(place) = self.places.get(id.index()).cloned() else { continue };
            let conditions: Vec<Condition> =
                place.list("enableWhen").iter().filter_map(|when| self.condition(id, when)).collect();
            if let Some(item) = self.form.items.get_mut(id.index()) {
                item.conditions = conditions;
            }
            self.offers(id, &place);
        }
    }

    /// Which item each option of a choice waits for.
    fn offers(&mut self, id: ItemId, place: &Place<'a>) {
        let Kind::Choice { list, ranked, .. } = self.form.item(id).kind else { return };
        let coded = place.list("answerOption").into_iter().filter(|option| option.get("valueCoding").is_some());
        for (index, option) in coded.enumerate() {
            let Some(extension) = option.extension(fhir::OPTION_PRESENT) else { continue };
            if ranked.is_none() {
                self.findings.error(Rule::Ranked, &extension, "only options of a ranked choice come and go");
            }
            let link_id = extension.text("valueString").unwrap_or("");
            let Some(&awaited) = self.by_link_id.get(link_id) else {
                let message = format!("expected the linkId of an item, found `{link_id}`, which no item has");
                self.findings.error(Rule::ConditionTarget, &extension, message);
                continue;
            };
            let options = self.form.lists.get_mut(list.0 as usize);
            if let Some(option) = options.and_then(|options| options.get_mut(index)) {
                option.present = Some(awaited);
            }
        }
    }

    fn condition(&mut self, id: ItemId, when: &Place<'a>) -> Option<Condition> {
        let link_id = when.text("question").unwrap_or("");
        let Some(&question) = self.by_link_id.get(link_id) else {
            let message = format!("expected the linkId of a question, found `{link_id}`, which no item has");
            self.findings.error(Rule::ConditionTarget, when, message);
            return None;
        };
        if !self.form.item(question).kind.is_question() {
            let message = format!("expected the linkId of a question, found `{link_id}`, which takes no answer");
            self.findings.error(Rule::ConditionTarget, when, message);
            return None;
        }
        if self.places.get(question.index()).is_some_and(|place| place.extension(fhir::WITHOUT_PACK).is_some()) {
            let message =
                format!("expected a question that always stands, found `{link_id}`, which a text pack replaces");
            self.findings.error(Rule::Slot, when, message);
        }
        let operator = match when.text("operator") {
            Some("exists") => Operator::Exists,
            Some("=") => Operator::Equal,
            Some("!=") => Operator::NotEqual,
            Some(">") => Operator::Greater,
            Some("<") => Operator::Less,
            Some(">=") => Operator::AtLeast,
            Some("<=") => Operator::AtMost,
            other => {
                let message = format!("expected an operator of enableWhen, found {}", other.unwrap_or("nothing"));
                self.findings.error(Rule::Shape, when, message);
                return None;
            }
        };
        let expected = self.expected(question, operator, when)?;
        if operator == Operator::NotEqual && !self.asks_existence_too(id, link_id) {
            let message = "`!=` also holds while the question is unanswered; add `exists` if that is not meant";
            self.findings.warning(Rule::AdviseExists, when, message);
        }
        Some(Condition { question, operator, expected })
    }

    fn asks_existence_too(&self, id: ItemId, link_id: &str) -> bool {
        self.places.get(id.index()).is_some_and(|place| {
            let asks =
                |when: &Place<'_>| when.text("operator") == Some("exists") && when.text("question") == Some(link_id);
            place.list("enableWhen").iter().any(asks)
        })
    }

    fn expected(&mut self, question: ItemId, operator: Operator, when: &Place<'a>) -> Option<Expected> {
        let kind = self.form.item(question).kind.clone();
        let ordered = matches!(operator, Operator::Greater | Operator::Less | Operator::AtLeast | Operator::AtMost);
        let wanted = match (&kind, operator) {
            (_, Operator::Exists) => "answerBoolean",
            (Kind::Boolean { .. }, _) if !ordered => "answerBoolean",
            (Kind::Integer { .. }, _) => "answerInteger",
            (Kind::Decimal { .. }, _) => "answerDecimal",
            (Kind::Text { .. }, _) if !ordered => "answerString",
            (Kind::Choice { .. }, _) if !ordered => "answerCoding",
            _ => {
                let message = "this operator needs a number, and the question takes none";
                self.findings.error(Rule::ConditionType, when, message);
                return None;
            }
        };
        let answers = when.value.as_object().into_iter().flat_map(|fields| fields.keys());
        let answers: Vec<&str> = answers.map(String::as_str).filter(|key| key.starts_with("answer")).collect();
        let (Some(answer), [_]) = (when.get(wanted), answers.as_slice()) else {
            let found = if answers.is_empty() { "no answer".to_owned() } else { answers.join(" and ") };
            self.findings.error(Rule::ConditionType, when, format!("expected {wanted}, found {found}"));
            return None;
        };
        let expected = match wanted {
            "answerBoolean" => answer.value.as_bool().map(Expected::Boolean),
            "answerInteger" => answer.value.as_i64().map(|number| Expected::Number(number.into())),
            "answerDecimal" => number(answer.value).map(Expected::Number),
            "answerString" => answer.value.as_str().map(|text| Expected::Text(text.to_owned())),
            _ => return self.expected_options(question, &answer),
        };
        if expected.is_none() {
            self.findings.error(Rule::ConditionType, when, format!("expected {wanted}, found {}", answer.shape()));
        }
        expected
    }

    fn expected_options(&mut self, question: ItemId, coding: &Place<'a>) -> Option<Expected> {
        let (system, code) = (coding.text("system"), coding.text("code").unwrap_or(""));
        let matches = |choice: &Choice| choice.code == code && (system.is_none() || choice.system.as_deref() == system);
        let places = self.form.options(question).iter().zip(0_u16..);
        let options: Vec<u16> = places.filter(|(choice, _)| matches(choice)).map(|(_, place)| place).collect();
        if options.is_empty() {
            let link_id = self.form.item(question).link_id.clone();
            let message = format!("expected a code among the options of `{link_id}`, found `{code}`");
            self.findings.error(Rule::ConditionCode, coding, message);
            return None;
        }
        Some(Expected::Options(options))
    }
}

fn score(coding: &Place<'_>) -> Option<Decimal> {
    number(coding.extension(fhir::ORDINAL)?.value.get("valueDecimal")?)
}

fn number(value: &Value) -> Option<Decimal> {
    Decimal::parse(&value.as_number()?.to_string())
}

const MODIFIER: &str = "modifierExtension";

const KNOWN_ON_ITEMS: [&str; 13] = [
    fhir::ITEM_CONTROL,
    fhir::MIN_VALUE,
    fhir::MAX_VALUE,
    fhir::SLIDER_STEP,
    fhir::UNIT,
    fhir::HIDDEN,
    fhir::INSTRUMENT,
    fhir::FILLED_FROM,
    fhir::FORMAT,
    fhir::TEXT_PACK,
    fhir::WITHOUT_PACK,
    fhir::RANKED,
    fhir::SUB_QUESTIONNAIRE,
];
