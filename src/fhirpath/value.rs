//! What expressions are about: values, and the places of a resource that they come from.

use std::cmp::Ordering;

use super::{
    syntax::Type,
    temporal::{Date, DateTime, Time, Unit},
};
use crate::questionnaire::Decimal;

/// A resource, what is known beside it, and when. Expressions read it; nothing here is changed by them.
pub trait World {
    /// A place in a resource that has parts: an item, an answer, a coding.
    type Node: Clone;

    /// The parts of a place: those called `name`, or all of them, in order.
    fn parts(&self, node: &Self::Node, name: Option<&str>) -> Vec<Item<Self::Node>>;

    /// Whether two places say the same.
    fn same(&self, one: &Self::Node, other: &Self::Node) -> bool;

    /// The FHIR type of a place, if it is one that can be named.
    fn type_of(&self, node: &Self::Node) -> Option<Type>;

    /// The amount that a `Quantity` says.
    fn quantity(&self, node: &Self::Node) -> Option<Quantity>;

    /// The score of an answer or a coding: `ordinalValue` or `itemWeight`.
    fn weight(&self, node: &Self::Node) -> Option<Decimal>;

    /// What `%name` stands for; `None` if nothing is called so.
    fn variable(&self, name: &str) -> Option<Vec<Item<Self::Node>>>;

    /// The moment of evaluation, to the millisecond and with its distance from UTC.
    fn now(&self) -> DateTime;
}

/// One entry of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<N> {
    /// What it is.
    pub value: Value<N>,
    /// The FHIR type of what stood in a resource; none of what was reckoned.
    pub fhir: Option<Type>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Value<N> {
    Boolean(bool),
    /// 32 bits.
    Integer(i64),
    Decimal(Decimal),
    Text(String),
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    Quantity(Quantity),
    /// A place with parts.
    Node(N),
}

/// An amount of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// How much.
    pub value: Decimal,
    /// A calendar unit such as `days`, or a [UCUM](https://ucum.org) code between single quotes, such as `'kg'`.
    pub unit: String,
}

impl Quantity {
    /// The calendar unit; a UCUM second or millisecond is one too.
    pub(super) fn calendar(&self) -> Option<Unit> {
        match self.unit.as_str() {
            "'s'" => Some(Unit::Second),
            "'ms'" => Some(Unit::Millisecond),
            name => Unit::named(name),
        }
    }

    /// Both amounts in a unit that goes into either, each with how often it does; none if there is no such unit.
    pub(super) fn alike(&self, other: &Quantity) -> Option<((Decimal, i64), (Decimal, i64))> {
        if self.unit == other.unit {
            return Some(((self.value, 1), (other.value, 1)));
        }
        let (own, others) = (self.calendar()?, other.calendar()?);
        let months = |unit: Unit| match unit {
            Unit::Year => Some(12),
            Unit::Month => Some(1),
            _ => None,
        };
        let (own, others) = match (months(own), months(others)) {
            (Some(own), Some(others)) => (own, others),
            _ => (own.milliseconds(), others.milliseconds()),
        };
        let times = |value: Decimal, factor: i64| Some((value.times(Decimal::from(factor))?, factor));
        Some((times(self.value, own)?, times(other.value, others)?))
    }

    pub(super) fn compare(&self, other: &Quantity) -> Option<Ordering> {
        self.alike(other).map(|((own, _), (others, _))| own.cmp(&others))
    }
}

impl<N> Item<N> {
    /// A value that was reckoned.
    pub fn of(value: Value<N>) -> Item<N> {
        Item { value, fhir: None }
    }

    /// A value that stood in a resource.
    pub fn read(value: Value<N>, fhir: Type) -> Item<N> {
        Item { value, fhir: Some(fhir) }
    }

    pub(super) fn number(&self) -> Option<Decimal> {
        match self.value {
            Value::Integer(number) => Some(Decimal::from(number)),
            Value::Decimal(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn date_time(&self) -> Option<DateTime> {
        match self.value {
            Value::Date(date) => Some(DateTime { date, time: None, offset: None }),
            Value::DateTime(date_time) => Some(date_time),
            _ => None,
        }
    }

    /// FHIRPath's own type.
    pub(super) fn system(&self) -> Option<Type> {
        Some(match self.value {
            Value::Boolean(_) => Type::Boolean,
            Value::Integer(_) => Type::Integer,
            Value::Decimal(_) => Type::Decimal,
            Value::Text(_) => Type::String,
            Value::Date(_) => Type::Date,
            Value::DateTime(_) => Type::DateTime,
            Value::Time(_) => Type::Time,
            Value::Quantity(_) => Type::Quantity,
            Value::Node(_) => return None,
        })
    }
}
