//! Walking FHIR JSON: a place in the resource that knows its own path, the names of the extensions in the profile, and
//! the findings gathered on the way. The form type stays free of serialisation quirks; they end here.

use serde_json::Value;

use super::{
    finding::{Finding, Rule, Severity},
    text::Text,
};

pub(crate) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
pub(crate) const MARKDOWN: &str = "http://hl7.org/fhir/StructureDefinition/rendering-markdown";
pub(crate) const ITEM_CONTROL: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
pub(crate) const ITEM_CONTROL_SYSTEM: &str = "http://hl7.org/fhir/questionnaire-item-control";
pub(crate) const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
pub(crate) const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
pub(crate) const SLIDER_STEP: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-sliderStepValue";
pub(crate) const UNIT: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit";
pub(crate) const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
pub(crate) const EXCLUSIVE: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
pub(crate) const ORDINAL: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
pub(crate) const SUB_QUESTIONNAIRE: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire";
pub(crate) const ASSEMBLE: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-assemble-expectation";
pub(crate) const INSTRUMENT: &str = "https://svar.example/fhir/StructureDefinition/instrument";
pub(crate) const FORMAT: &str = "https://svar.example/fhir/StructureDefinition/format";
pub(crate) const FILLED_FROM: &str = "https://svar.example/fhir/StructureDefinition/filled-from";
pub(crate) const RANKED: &str = "https://svar.example/fhir/StructureDefinition/ranked";
pub(crate) const OPTION_PRESENT: &str = "https://svar.example/fhir/StructureDefinition/option-present";
pub(crate) const TEXT_PACK: &str = "https://svar.example/fhir/StructureDefinition/text-pack";
pub(crate) const WITHOUT_PACK: &str = "https://svar.example/fhir/StructureDefinition/without-pack";

/// A place in a FHIR resource.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

/// A text in its languages.
pub(crate) struct Wordings<'a> {
    /// In the language of the resource.
    pub(crate) base: Text,
    /// In each that it is translated to, in the order of the file; a translation may say nothing.
    pub(crate) translations: Vec<(&'a str, Option<Text>)>,
}

impl<'a> Place<'a> {
    pub(crate) fn root(value: &'a Value) -> Place<'a> {
        Place { value, path: "Questionnaire".to_owned() }
    }

    /// The element `name`, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<Place<'a>> {
        let value = self.value.get(name)?;
        Some(Place { value, path: format!("{}.{name}", self.path) })
    }

    /// The entries of the list `name`; none if it is absent or no list.
    pub(crate) fn list(&self, name: &str) -> Vec<Place<'a>> {
        let entries = self.value.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let place = |(index, value)| Place { value, path: format!("{}.{name}[{index}]", self.path) };
        entries.iter().enumerate().map(place).collect()
    }

    /// The element `name` as a string.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }

    /// The element `name` as a truth value; absent is false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The first extension with this address.
    pub(crate) fn extension(&self, url: &str) -> Option<Place<'a>> {
        self.list("extension").into_iter().find(|extension| extension.text("url") == Some(url))
    }

    /// The extensions of the string element `name`, which stand beside it under `_name`.
    pub(crate) fn shadow(&self, name: &str) -> Option<Place<'a>> {
        self.get(&format!("_{name}"))
    }

    /// What the element `name` says; none if it says nothing.
    pub(crate) fn wordings(&self, name: &str) -> Option<Wordings<'a>> {
        let said = |words: Option<&str>| {
            words.filter(|words| !words.trim().is_empty()).map(|words| Text::Plain(words.to_owned()))
        };
        let markdown = |shadow: &Place<'_>| {
            let found = shadow.extension(MARKDOWN)?;
            found.text("valueMarkdown").or_else(|| found.text("valueString")).map(Text::from_markdown)
        };
        let plain = said(self.text(name))?;
        let shadow = self.shadow(name);
        let base = shadow.as_ref().and_then(markdown).unwrap_or(plain);
        let translations = shadow.map(|shadow| shadow.list("extension")).unwrap_or_default();
        let translations = translations.iter().filter(|found| found.text("url") == Some(TRANSLATION));
        let translated = |found: &Place<'a>| {
            let language = found.extension("lang")?.text("valueCode")?;
            let content = found.extension("content")?;
            let rich = content.shadow("valueString").as_ref().and_then(markdown);
            let words = content.text("valueString").or_else(|| content.text("valueMarkdown"));
            Some((language, rich.or_else(|| said(words))))
        };
        Some(Wordings { base, translations: translations.filter_map(translated).collect() })
    }

    /// What kind of JSON value stands here, for messages.
    pub(crate) fn shape(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Gathers findings while a resource is read.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn error(&mut self, rule: Rule, place: &Place<'_>, message: impl Into<String>) {
        self.push(Severity::Error, rule, place, message.into());
    }

    pub(crate) fn warning(&mut self, rule: Rule, place: &Place<'_>, message: impl Into<String>) {
        self.push(Severity::Warning, rule, place, message.into());
    }

    fn push(&mut self, severity: Severity, rule: Rule, place: &Place<'_>, message: String) {
        self.0.push(Finding { severity, rule, path: place.path.clone(), about: None, message });
    }

    pub(crate) fn any_error(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }
}
