//! The form in the shape the engine works with: items in reading order with integer ids, option lists and texts in
//! tables of their own, conditions resolved to items and options.

use serde::{Deserialize, Serialize};

use super::{decimal::Decimal, format::Format, text::Text};

/// An item of one [`Form`], by its place in reading order (parents before their children).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemId(pub u32);

impl ItemId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A text of one [`Form`], the same number in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextId(pub u32);

/// An option list of one [`Form`]; lists that several items share are stored once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListId(pub u32);

/// A questionnaire, assembled and within the profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Canonical address (`Questionnaire.url`).
    pub url: String,
    /// Version (`Questionnaire.version`).
    pub version: String,
    /// BCP 47 tags; the first is the base language, in which every text exists.
    pub languages: Vec<String>,
    /// The title of the questionnaire.
    pub title: Option<TextId>,
    /// All items, in reading order.
    pub items: Vec<Item>,
    /// The option lists.
    pub lists: Vec<Vec<Choice>>,
    /// `texts[language][text]`; `None` where a translation is missing.
    pub texts: Vec<Vec<Option<Text>>>,
    /// Who depends on whom; derived, so never stored.
    #[serde(skip)]
    pub(crate) graph: super::graph::Graph,
}

/// One item of a questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// FHIR's `linkId`, unique in the form.
    pub link_id: String,
    /// What it is and what it takes.
    pub kind: Kind,
    /// What it says; hidden items may say nothing.
    pub text: Option<TextId>,
    /// The item it stands in.
    pub parent: Option<ItemId>,
    /// The item after the last of its descendants.
    pub end: ItemId,
    /// The page cannot be left without an answer.
    pub required: bool,
    /// Never shown; sent if it has a value.
    pub hidden: bool,
    /// What the widget fills it with.
    pub filled_from: Option<Filling>,
    /// FHIR's `enableWhen`.
    pub conditions: Vec<Condition>,
    /// FHIR's `enableBehavior`: one condition is enough.
    pub any: bool,
    /// The unit after a number field.
    pub unit: Option<TextId>,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A set of items.
    Group(Layout),
    /// Words without an answer.
    Display(Role),
    /// Yes or no; as one tick box, unticked means no.
    Boolean {
        /// Shown as one box to tick.
        tick_box: bool,
    },
    /// A whole number within inclusive bounds.
    Integer {
        /// Smallest.
        min: Option<i64>,
        /// Largest.
        max: Option<i64>,
        /// A visual analogue scale, with the step of its keys.
        slider: Option<i64>,
    },
    /// A number within inclusive bounds.
    Decimal {
        /// Smallest.
        min: Option<Decimal>,
        /// Largest.
        max: Option<Decimal>,
    },
    /// Text of at most so many characters.
    Text {
        /// FHIR's `maxLength`.
        max_length: Option<u32>,
        /// Several lines (FHIR's `text`) rather than one (`string`).
        lines: bool,
        /// What one line must look like.
        format: Option<Format>,
    },
    /// One option of a list, or several.
    Choice {
        /// The options.
        list: ListId,
        /// Several may be chosen.
        repeats: bool,
        /// Shown as a drop-down list.
        drop_down: bool,
        /// The order of the answers is the person's, first what matters most; at most so many.
        ranked: Option<u8>,
    },
}

impl Kind {
    /// Whether it takes an answer.
    pub fn is_question(&self) -> bool {
        !matches!(self, Kind::Group(_) | Kind::Display(_))
    }
}

/// How a group is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// A page when at the top, else a section.
    Plain,
    /// Questions with the same options as rows of a scale.
    Table,
}

/// What a display item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Information on the page.
    Note,
    /// Help to the question it stands under.
    Help,
    /// What the low end of the slider means.
    Lower,
    /// What the high end of the slider means.
    Upper,
}

/// What the widget itself knows and fills into hidden items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filling {
    /// The study's id.
    Study,
    /// The wave's id.
    Wave,
    /// The unit of the invitation.
    Unit,
    /// The variant of the invitation.
    Variant,
    /// The language answered in.
    Language,
    /// What was answered to the same `linkId` in an earlier part of the wave.
    EarlierPart,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Code system.
    pub system: Option<String>,
    /// Code within it.
    pub code: String,
    /// What it says; options of a text-pack slot may say nothing.
    pub text: Option<TextId>,
    /// Stands alone among several.
    pub exclusive: bool,
    /// `ordinalValue`: its score.
    pub score: Option<Decimal>,
    /// The item that must be enabled for the option to be offered.
    pub present: Option<ItemId>,
}

/// One `enableWhen`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The question it looks at.
    pub question: ItemId,
    /// How it compares.
    pub operator: Operator,
    /// With what.
    pub expected: Expected,
}

/// The seven operators of FHIR's `enableWhen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Has an answer, or has none.
    Exists,
    /// Some answer equals.
    Equal,
    /// No answer equals.
    NotEqual,
    /// Some answer is greater.
    Greater,
    /// Some answer is less.
    Less,
    /// Some answer is greater or equal.
    AtLeast,
    /// Some answer is less or equal.
    AtMost,
}

/// The answer a condition looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expected {
    /// `answerBoolean`, also of `exists`.
    Boolean(bool),
    /// `answerInteger` or `answerDecimal`.
    Number(Decimal),
    /// `answerString`.
    Text(String),
    /// `answerCoding`, resolved to the places of the matching options in the question's list.
    Options(Vec<u16>),
}

/// What an id of another form reads as: nothing, never shown.
static NOTHING: Item = Item {
    link_id: String::new(),
    kind: Kind::Display(Role::Note),
    text: None,
    parent: None,
    end: ItemId(0),
    required: false,
    hidden: true,
    filled_from: None,
    conditions: Vec::new(),
    any: false,
    unit: None,
};

impl Form {
    /// The item with this id. Ids come from the form itself; one of another form reads as an empty hidden item.
    pub fn item(&self, id: ItemId) -> &Item {
        self.items.get(id.index()).unwrap_or(&NOTHING)
    }

    /// All items in reading order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = ItemId> + use<> {
        (0..self.items.len() as u32).map(ItemId)
    }

    /// The items that stand directly in `parent`, or at the top.
    pub fn children(&self, parent: Option<ItemId>) -> Children<'_> {
        let (next, end) = match parent {
            Some(id) => (id.0.saturating_add(1), self.item(id).end.0),
            None => (0, self.items.len() as u32),
        };
        Children { form: self, next, end }
    }

    /// Everything below `id`, in reading order.
    pub fn below(&self, id: ItemId) -> impl Iterator<Item = ItemId> + use<> {
        (id.0.saturating_add(1)..self.item(id).end.0).map(ItemId)
    }

    /// The item with this `linkId`.
    pub fn find(&self, link_id: &str) -> Option<ItemId> {
        self.items.iter().position(|item| item.link_id == link_id).map(|index| ItemId(index as u32))
    }

    /// The options of a choice; none for other kinds.
    pub fn options(&self, id: ItemId) -> &[Choice] {
        match self.item(id).kind {
            Kind::Choice { list, .. } => self.lists.get(list.0 as usize).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// A display child of `id` with this role: its help, or the ends of its slider.
    pub fn aside(&self, id: ItemId, role: Role) -> Option<ItemId> {
        self.children(Some(id)).find(|&child| self.item(child).kind == Kind::Display(role))
    }

    /// The text in `language`, else in the base language, with the language it is really in.
    pub fn text(&self, id: Option<TextId>, language: &str) -> Option<(&Text, &str)> {
        let id = id?.0 as usize;
        let wanted = self.languages.iter().position(|known| known == language).unwrap_or(0);
        [wanted, 0].into_iter().find_map(|place| {
            let text = self.texts.get(place)?.get(id)?.as_ref()?;
            Some((text, self.languages.get(place)?.as_str()))
        })
    }
}

/// Iterates over the items that stand directly in a group.
#[derive(Debug)]
pub struct Children<'a> {
    form: &'a Form,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = ItemId;

    fn next(&mut self) -> Option<ItemId> {
        (self.next < self.end).then(|| {
            let id = ItemId(self.next);
            // A damaged `end` must not make this loop for ever.
            self.next = self.form.item(id).end.0.max(self.next.saturating_add(1));
            id
        })
    }
}
