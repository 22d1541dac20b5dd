//! An expression as a tree, with the place of each part in its source. What stands in it is known: functions, types and
//! operators are told apart when it is read, so that nothing unknown is met while it runs.

use serde::{Deserialize, Serialize};

use super::{
    function::Function,
    temporal::{Date, DateTime, Time},
};
use crate::questionnaire::Decimal;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Where it begins, in bytes of the source.
    pub(super) at: u32,
    pub(super) term: Term,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Term {
    /// `{}`
    Empty,
    Boolean(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(String),
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    /// `4 'kg'`, `3 days`
    Quantity(Decimal, String),
    /// `%name`
    Variable(String),
    This,
    Index,
    Total,
    /// `base.name`; without a base, of what the expression is about.
    Member(Option<Box<Part>>, String),
    /// `base.function(arguments)`
    Call(Option<Box<Part>>, Function, Vec<Part>),
    /// `base[place]`
    Place(Box<Part>, Box<Part>),
    /// `-base`
    Negative(Box<Part>),
    /// `+base`
    Positive(Box<Part>),
    Pair(Operator, Box<Part>, Box<Part>),
    /// `base is Type`, `base as Type`, `base.ofType(Type)`
    OfType(Typed, Box<Part>, Type),
}

/// What is asked of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Typed {
    Is,
    As,
    OfType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Operator {
    Times,
    Over,
    Div,
    Mod,
    Plus,
    Minus,
    Concat,
    Union,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

impl Operator {
    /// The operator written so, and how tightly it binds: the grammar's order, tightest first (<https://hl7.org/fhirpath/N1/#operator-precedence>).
    pub(super) fn written(word: &str) -> Option<(Operator, u8)> {
        Some(match word {
            "*" => (Operator::Times, 10),
            "/" => (Operator::Over, 10),
            "div" => (Operator::Div, 10),
            "mod" => (Operator::Mod, 10),
            "+" => (Operator::Plus, 9),
            "-" => (Operator::Minus, 9),
            "&" => (Operator::Concat, 9),
            "|" => (Operator::Union, 7),
            "<" => (Operator::Less, 6),
            ">" => (Operator::Greater, 6),
            "<=" => (Operator::AtMost, 6),
            ">=" => (Operator::AtLeast, 6),
            "=" => (Operator::Equal, 5),
            "!=" => (Operator::NotEqual, 5),
            "~" => (Operator::Equivalent, 5),
            "!~" => (Operator::NotEquivalent, 5),
            "in" => (Operator::In, 4),
            "contains" => (Operator::Contains, 4),
            "and" => (Operator::And, 3),
            "or" => (Operator::Or, 2),
            "xor" => (Operator::Xor, 2),
            "implies" => (Operator::Implies, 1),
            _ => return None,
        })
    }
}

/// How tightly `is` and `as` bind.
pub(super) const TYPE_BINDS: u8 = 8;

/// The types that can be named: FHIRPath's own, with a capital, and those of FHIR that answers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are what they are called")]
pub enum Type {
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
    FhirBoolean,
    FhirInteger,
    FhirDecimal,
    FhirString,
    FhirCode,
    FhirUri,
    FhirUrl,
    FhirCanonical,
    FhirDate,
    FhirDateTime,
    FhirInstant,
    FhirTime,
    FhirQuantity,
    FhirCoding,
}

impl Type {
    const ALL: [(&str, &str, Type); 22] = [
        ("System", "Boolean", Type::Boolean),
        ("System", "Integer", Type::Integer),
        ("System", "Decimal", Type::Decimal),
        ("System", "String", Type::String),
        ("System", "Date", Type::Date),
        ("System", "DateTime", Type::DateTime),
        ("System", "Time", Type::Time),
        ("System", "Quantity", Type::Quantity),
        ("FHIR", "boolean", Type::FhirBoolean),
        ("FHIR", "integer", Type::FhirInteger),
        ("FHIR", "decimal", Type::FhirDecimal),
        ("FHIR", "string", Type::FhirString),
        ("FHIR", "code", Type::FhirCode),
        ("FHIR", "uri", Type::FhirUri),
        ("FHIR", "url", Type::FhirUrl),
        ("FHIR", "canonical", Type::FhirCanonical),
        ("FHIR", "date", Type::FhirDate),
        ("FHIR", "dateTime", Type::FhirDateTime),
        ("FHIR", "instant", Type::FhirInstant),
        ("FHIR", "time", Type::FhirTime),
        ("FHIR", "Quantity", Type::FhirQuantity),
        ("FHIR", "Coding", Type::FhirCoding),
    ];

    /// The type of this name; `Quantity` without a namespace is FHIRPath's, and FHIR's is one too.
    pub(super) fn named(namespace: Option<&str>, name: &str) -> Option<Type> {
        let same = |(space, known, _): &&(&str, &str, Type)| {
            *known == name && namespace.is_none_or(|namespace| namespace == *space)
        };
        Type::ALL.iter().find(same).map(|(_, _, found)| *found)
    }

    /// The type that this one is a kind of.
    pub(super) fn parent(self) -> Option<Type> {
        match self {
            Type::FhirCode => Some(Type::FhirString),
            Type::FhirUrl | Type::FhirCanonical => Some(Type::FhirUri),
            _ => None,
        }
    }

    /// FHIRPath's own type that a FHIR type turns into by itself (<https://hl7.org/fhir/R4/fhirpath.html#types>).
    pub(super) fn system(self) -> Type {
        match self {
            Type::FhirBoolean => Type::Boolean,
            Type::FhirInteger => Type::Integer,
            Type::FhirDecimal => Type::Decimal,
            Type::FhirString | Type::FhirCode | Type::FhirUri => Type::String,
            Type::FhirDate | Type::FhirDateTime | Type::FhirInstant => Type::DateTime,
            Type::FhirTime => Type::Time,
            Type::FhirQuantity => Type::Quantity,
            other => other,
        }
    }
}
