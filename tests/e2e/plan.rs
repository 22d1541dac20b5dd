//! What a person means to answer: a planned answer to every question, drawn with a seed, so that every branch opens, or
//! none does. The engine says only what is asked when; words, options and codes are read from the questionnaire's own
//! JSON, so that what arrives is compared with what stood on the screen.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use svar::{
    questionnaire::{Filling, ItemId, Kind},
    session::Session,
    tools::studies::Questionnaire,
};

use crate::random::Random;

/// What kind of person it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers so that as much as possible is asked.
    EveryBranchOpen,
    /// Answers so that as little as possible is asked.
    EveryBranchClosed,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One option: its words, and its place.
    One(String, usize),
    /// Some of several options.
    Some(Vec<String>),
    /// Some of several options, the most important first.
    Ranked(Vec<String>),
    /// A box to tick, or to leave.
    Tick(bool),
    /// Something to write.
    Text(String),
    /// A place on a slider, counted from its low end.
    Slide { value: i64, min: i64, max: i64 },
}

/// A question, and the answer to give.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) id: ItemId,
    pub(crate) link_id: String,
    pub(crate) words: String,
    pub(crate) answer: Answer,
    given: Given,
}

/// An answer in the engine's terms.
#[derive(Clone, Debug)]
enum Given {
    Options(Vec<u16>),
    Say(bool),
    Type(String),
}

/// One questionnaire in one language, and what was answered so far.
pub(crate) struct Paper<'a> {
    pub(crate) source: &'a Value,
    pub(crate) session: Session,
    language: &'static str,
    manner: Manner,
    random: Random,
    /// `linkId` → the answers as FHIR has them.
    entered: BTreeMap<String, Vec<Value>>,
    /// The words that the overview should show for each.
    pub(crate) shown: BTreeMap<String, String>,
}

/// Text as people write it, with characters that have made trouble elsewhere.
const WORDS: &str = "Støy på «kjøkkenet» & 100 % <b>ikke fet</b> – 'sant' \\ \"nok\" 👍";

impl<'a> Paper<'a> {
    pub(crate) fn new(of: &'a Questionnaire, language: &'static str, manner: Manner, seed: u64) -> Paper<'a> {
        Paper {
            source: &of.assembled,
            session: Session::new(of.form.clone()),
            language,
            manner,
            random: Random::of(seed),
            entered: BTreeMap::new(),
            shown: BTreeMap::new(),
        }
    }

    /// Whether this box was ticked.
    pub(crate) fn ticked(&self, link_id: &str) -> bool {
        let form = self.session.form();
        form.find(link_id).is_some_and(|id| self.session.answers(id) == [svar::session::Value::Boolean(true)])
    }

    /// The words of a page or question.
    pub(crate) fn words(&self, id: ItemId) -> String {
        self.words_in(id, self.language)
    }

    /// The same in another language.
    pub(crate) fn words_in(&self, id: ItemId, language: &str) -> String {
        words(self.json(&self.session.form().item(id).link_id), "text", language)
    }

    /// What the progress says on this page: its number, and how many there are.
    pub(crate) fn progress(&self, page: ItemId) -> (usize, usize) {
        let pages = self.session.pages();
        (pages.iter().position(|other| *other == page).expect("a page that is shown") + 1, pages.len())
    }

    /// The next question on the page without an answer, and the answer meant for it.
    pub(crate) fn next(&mut self, page: ItemId) -> Option<Question> {
        let open = self.first_open(page)?;
        Some(self.question(open))
    }

    /// The next question on the page without an answer.
    pub(crate) fn first_open(&self, page: ItemId) -> Option<ItemId> {
        let asked = self.session.questions(page);
        asked.into_iter().find(|id| !self.entered.contains_key(&self.session.form().item(*id).link_id))
    }

    /// The question of these words on the page, unless it is answered already.
    pub(crate) fn named(&mut self, page: ItemId, words: &str) -> Option<Question> {
        let asked = self.session.questions(page);
        let named = asked.into_iter().find(|id| self.words(*id) == words)?;
        let open = !self.entered.contains_key(&self.session.form().item(named).link_id);
        open.then(|| self.question(named))
    }

    /// How many questions of the page have no answer yet.
    pub(crate) fn unanswered(&self, page: ItemId) -> usize {
        let asked = self.session.questions(page);
        asked.iter().filter(|id| !self.entered.contains_key(&self.session.form().item(**id).link_id)).count()
    }

    /// The question with the answer that suits this person best.
    pub(crate) fn question(&mut self, id: ItemId) -> Question {
        let mut candidates = self.candidates(id);
        // In random order first, so that of those that ask as much any may be taken.
        for last in (1..candidates.len()).rev() {
            candidates.swap(last, self.random.below(last + 1));
        }
        let asks = |given: &Given| {
            let mut session = self.session.clone();
            given.to(&mut session, id);
            let asked = session.form().ids().filter(|id| session.enabled(*id)).count();
            if self.manner == Manner::EveryBranchOpen { asked } else { usize::MAX - asked }
        };
        let given = candidates.into_iter().max_by_key(asks).expect("a question that can be answered");
        let link_id = self.session.form().item(id).link_id.clone();
        let answer = self.answer(&link_id, id, &given);
        Question { id, words: self.words(id), link_id, answer, given }
    }

    fn candidates(&mut self, id: ItemId) -> Vec<Given> {
        let form = self.session.form().clone();
        let item = form.item(id);
        match item.kind {
            // Nobody who declines has anything more to answer.
            Kind::Boolean { .. } if item.link_id == "consent.taking-part" => vec![Given::Say(true)],
            Kind::Boolean { .. } => vec![Given::Say(true), Given::Say(false)],
            Kind::Choice { ranked: Some(most), .. } => {
                let mut offered: Vec<u16> = (0..form.options(id).len() as u16).collect();
                offered.retain(|place| self.session.offers(id, *place));
                for last in (1..offered.len()).rev() {
                    offered.swap(last, self.random.below(last + 1));
                }
                offered.truncate(usize::from(most));
                vec![Given::Options(offered)]
            }
            Kind::Choice { repeats: true, .. } => {
                let options = form.options(id);
                let (alone, together): (Vec<u16>, Vec<u16>) =
                    (0..options.len() as u16).partition(|place| options[usize::from(*place)].exclusive);
                let some: Vec<u16> = together.iter().copied().filter(|_| self.random.chance(50)).collect();
                let mut candidates = vec![Given::Options(together)];
                candidates.extend((!some.is_empty()).then_some(Given::Options(some)));
                candidates.extend(alone.into_iter().map(|place| Given::Options(vec![place])));
                candidates
            }
            Kind::Choice { .. } => {
                (0..form.options(id).len() as u16).map(|place| Given::Options(vec![place])).collect()
            }
            Kind::Integer { min, max, .. } => {
                let (min, max) = (min.unwrap_or(0), max.unwrap_or(100));
                let between = min + self.random.below((max - min + 1) as usize) as i64;
                [min, between, max].map(|number| Given::Type(number.to_string())).to_vec()
            }
            Kind::Decimal { .. } => vec![Given::Type("1,5".to_owned())],
            Kind::Text { format: Some(_), .. } => panic!("contact details are not planned here"),
            Kind::Text { max_length, .. } => {
                let room = max_length.map_or(usize::MAX, |max| max as usize);
                vec![Given::Type(WORDS.chars().take(room).collect())]
            }
            Kind::Group(_) | Kind::Display(_) => Vec::new(),
        }
    }

    fn answer(&self, link_id: &str, id: ItemId, given: &Given) -> Answer {
        let options = self.options(link_id);
        let form = self.session.form();
        match (given, &form.item(id).kind) {
            (Given::Options(places), Kind::Choice { repeats: true, ranked, .. }) => {
                let words = places.iter().map(|place| options[usize::from(*place)].0.clone()).collect();
                if ranked.is_some() { Answer::Ranked(words) } else { Answer::Some(words) }
            }
            (Given::Options(places), _) => {
                let place = usize::from(places[0]);
                Answer::One(options[place].0.clone(), place)
            }
            (Given::Say(yes), Kind::Boolean { tick_box: true }) => Answer::Tick(*yes),
            (Given::Say(yes), _) => {
                let words = match (self.language, yes) {
                    ("en", true) => "Yes",
                    ("en", false) => "No",
                    (_, true) => "Ja",
                    (_, false) => "Nei",
                };
                Answer::One(words.to_owned(), usize::from(!yes))
            }
            (Given::Type(typed), Kind::Integer { slider: Some(_), min: Some(min), max: Some(max) }) => {
                Answer::Slide { value: typed.parse().expect("a number"), min: *min, max: *max }
            }
            (Given::Type(typed), _) => Answer::Text(typed.clone()),
        }
    }

    /// Notes that the question was answered as planned.
    pub(crate) fn enter(&mut self, question: &Question) {
        let item = self.json(&question.link_id);
        let options = self.options(&question.link_id);
        let answers: Vec<Value> = match (&question.given, item["type"].as_str().expect("a type")) {
            (Given::Options(places), _) => places.iter().map(|place| options[usize::from(*place)].1.clone()).collect(),
            (Given::Say(yes), _) => vec![json!({ "valueBoolean": yes })],
            (Given::Type(typed), "integer") => vec![json!({ "valueInteger": typed.parse::<i64>().expect("a number") })],
            (Given::Type(typed), "decimal") => {
                let number: f64 = typed.replace(',', ".").parse().expect("a number");
                vec![json!({ "valueDecimal": number })]
            }
            (Given::Type(typed), _) => vec![json!({ "valueString": typed })],
        };
        let mut shown = match &question.answer {
            Answer::Text(words) if item["type"] == "decimal" && self.language == "en" => words.replace(',', "."),
            Answer::One(words, _) | Answer::Text(words) => words.clone(),
            Answer::Some(several) => several.join(", "),
            Answer::Ranked(several) => {
                let placed = several.iter().zip(1..).map(|(words, place)| format!("{place}. {words}"));
                placed.collect::<Vec<_>>().join(" ")
            }
            Answer::Tick(yes) => match (self.language, yes) {
                ("en", true) => "Yes".to_owned(),
                ("en", false) => "No".to_owned(),
                (_, true) => "Ja".to_owned(),
                (_, false) => "Nei".to_owned(),
            },
            Answer::Slide { value, .. } => value.to_string(),
        };
        if let Some(unit) = unit(item, self.language) {
            shown = format!("{shown} {unit}");
        }
        self.entered.insert(question.link_id.clone(), answers);
        self.shown.insert(question.link_id.clone(), shown);
        question.given.to(&mut self.session, question.id);
    }

    /// How many questions have an answer in what is sent, those that nobody sees included.
    pub(crate) fn answered(&self) -> usize {
        self.entered.len()
    }

    /// How many words stand on the pages that are shown, options not counted.
    pub(crate) fn words_read(&self) -> usize {
        let form = self.session.form();
        let on_pages = form.ids().filter(|id| self.session.shown(*id));
        on_pages.map(|id| self.words(id).split_whitespace().count()).sum()
    }

    /// What is written about hidden items, beside what was entered.
    pub(crate) fn knows(&mut self, link_id: &str, text: &str) {
        if let Some(id) = self.session.form().find(link_id) {
            self.session.type_in(id, text);
        }
        self.entered.insert(link_id.to_owned(), vec![json!({ "valueString": text })]);
    }

    /// Takes over what an earlier part decides here.
    pub(crate) fn carries_from(&mut self, before: &Paper<'_>) {
        before.session.carry_to(&mut self.session);
        let form = self.session.form().clone();
        let carried = form.ids().map(|id| form.item(id)).filter(|item| item.filled_from == Some(Filling::EarlierPart));
        for item in carried {
            if let Some(answers) = before.entered.get(&item.link_id) {
                self.entered.insert(item.link_id.clone(), answers.clone());
            }
        }
    }

    /// Holds a body against what was entered: the same questions, the same answers, nothing that was not asked.
    pub(crate) fn compare(&self, body: &Value) {
        let canonical =
            format!("{}|{}", self.source["url"].as_str().unwrap(), self.source["version"].as_str().unwrap());
        assert_eq!(body["questionnaire"], canonical);
        assert_eq!(body["status"], "completed");
        let mut found = BTreeMap::new();
        flatten(&body["item"], &mut found);
        for (link_id, answers) in &found {
            let entered = self.entered.get(link_id).map_or(&[][..], Vec::as_slice);
            let id = self.session.form().find(link_id).expect("an item of the questionnaire");
            let same = answers.len() == entered.len() && answers.iter().all(|answer| entered.contains(answer));
            // In a ranking the order is part of the answer.
            let same = if self.session.most(id).is_some() { answers == entered } else { same };
            assert!(same, "{link_id}: entered {entered:?}, but stored {answers:?}");
            assert!(self.session.enabled(id), "{link_id} is stored, but disabled");
        }
        for link_id in self.entered.keys() {
            assert!(found.contains_key(link_id), "{link_id} was entered, but is not stored");
        }
    }

    /// The questions that were never asked: those that nobody sees left out.
    pub(crate) fn never_asked(&self) -> Vec<&str> {
        let form = self.session.form();
        let visible = |id: &ItemId| {
            let mut at = Some(*id);
            while let Some(id) = at {
                if form.item(id).hidden {
                    return false;
                }
                at = form.item(id).parent;
            }
            form.item(*id).kind.is_question()
        };
        let asked = form.ids().filter(visible).map(|id| form.item(id).link_id.as_str());
        asked.filter(|link_id| !self.entered.contains_key(*link_id)).collect()
    }

    /// The questions that stand under a condition, their own or of what they stand in.
    pub(crate) fn conditional(&self) -> Vec<&str> {
        let form = self.session.form();
        let under = |id: &ItemId| {
            let mut at = Some(*id);
            while let Some(id) = at {
                if !form.item(id).conditions.is_empty() {
                    return true;
                }
                at = form.item(id).parent;
            }
            false
        };
        let questions = form.ids().filter(|id| form.item(*id).kind.is_question());
        questions.filter(under).map(|id| form.item(id).link_id.as_str()).collect()
    }

    fn json(&self, link_id: &str) -> &'a Value {
        seek(&self.source["item"], link_id).unwrap_or_else(|| panic!("no item {link_id}"))
    }

    /// The options of a choice: their words, and the answers that they stand for.
    fn options(&self, link_id: &str) -> Vec<(String, Value)> {
        let item = self.json(link_id);
        let coded = |system: &Value, concept: &Value| {
            let mut coding = json!({ "code": concept["code"] });
            if !system.is_null() {
                coding["system"] = system.clone();
            }
            (words(concept, "display", self.language), json!({ "valueCoding": coding }))
        };
        if let Some(options) = item["answerOption"].as_array() {
            return options
                .iter()
                .map(|option| &option["valueCoding"])
                .map(|coding| coded(&coding["system"], coding))
                .collect();
        }
        let Some(set) = item["answerValueSet"].as_str() else { return Vec::new() };
        let contained = self.source["contained"].as_array().expect("contained value sets");
        let set = contained.iter().find(|found| found["id"].as_str() == set.strip_prefix('#')).expect("the value set");
        let included = set["compose"]["include"].as_array().expect("what it includes");
        let concepts = included.iter().flat_map(|include| {
            include["concept"].as_array().expect("concepts").iter().map(|concept| coded(&include["system"], concept))
        });
        concepts.collect()
    }
}

impl Given {
    fn to(&self, session: &mut Session, id: ItemId) {
        match self {
            Given::Options(places) => {
                session.clear(id);
                for place in places {
                    session.choose(id, *place);
                }
            }
            Given::Say(yes) => drop(session.say(id, *yes)),
            Given::Type(typed) => drop(session.type_in(id, typed)),
        }
    }
}

/// A text of the questionnaire in a language: the translation, else the text itself.
fn words(element: &Value, name: &str, language: &str) -> String {
    let translations = element[format!("_{name}")]["extension"].as_array();
    let translated = translations.into_iter().flatten().find_map(|extension| {
        let parts = extension["extension"].as_array()?;
        let part = |url: &str| parts.iter().find(|part| part["url"] == url);
        let matches = part("lang")?["valueCode"] == language;
        matches.then(|| part("content")?["valueString"].as_str().map(str::to_owned)).flatten()
    });
    translated.unwrap_or_else(|| element[name].as_str().unwrap_or_default().to_owned())
}

fn unit(item: &Value, language: &str) -> Option<String> {
    let extension = item["extension"]
        .as_array()?
        .iter()
        .find(|extension| extension["url"].as_str().is_some_and(|url| url.ends_with("/questionnaire-unit")))?;
    Some(words(&extension["valueCoding"], "display", language))
}

fn seek<'a>(items: &'a Value, link_id: &str) -> Option<&'a Value> {
    let items = items.as_array()?;
    items.iter().find_map(|item| if item["linkId"] == link_id { Some(item) } else { seek(&item["item"], link_id) })
}

fn flatten(items: &Value, into: &mut BTreeMap<String, Vec<Value>>) {
    for item in items.as_array().into_iter().flatten() {
        if let Some(answers) = item["answer"].as_array() {
            let link_id = item["linkId"].as_str().expect("a linkId").to_owned();
            into.insert(link_id, answers.clone());
        }
        flatten(&item["item"], into);
    }
}
