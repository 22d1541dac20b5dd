//! Evaluation: a part of an expression and what it is about in, a collection out. Three-valued: what is not known is the
//! empty collection. Every step is counted, so that evaluation ends.

use super::{
    function::Function,
    operators,
    syntax::{Operator, Part, Term, Type, Typed},
    value::{Item, Quantity, Value, World},
};

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Fault {
    /// The part that could not be reckoned: where it begins, in bytes from the start of the expression.
    pub at: u32,
    /// Why it could not.
    pub why: Cause,
}

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A collection with several entries, where one was needed.
    #[error("expected at most one value, found several")]
    Several,
    /// A value of another type.
    #[error("expected a value of another type")]
    Type,
    /// Nothing is called so.
    #[error("expected a variable that is known")]
    Variable,
    /// More steps than an expression may take.
    #[error("expected fewer steps than {STEPS}")]
    Steps,
}

/// So many steps may one evaluation take: a few milliseconds on a phone, and enough to look at every answer of a form with
/// thousands of questions.
pub const STEPS: u64 = 400_000;

pub(super) type Collection<W> = Vec<Item<<W as World>::Node>>;
pub(super) type Outcome<W> = Result<Collection<W>, Cause>;

/// One evaluation at work.
pub(super) struct Evaluation<'w, W: World> {
    pub(super) world: &'w W,
    steps: u64,
    /// Where it went wrong: the innermost part.
    at: Option<u32>,
}

/// What `$this`, `$index` and `$total` stand for.
pub(super) struct Around<'a, W: World> {
    pub(super) this: &'a [Item<W::Node>],
    pub(super) index: Option<usize>,
    pub(super) total: Option<&'a [Item<W::Node>]>,
}

impl<W: World> Clone for Around<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W: World> Copy for Around<'_, W> {}

/// Evaluates `part` about `context`.
pub(super) fn evaluate<W: World>(part: &Part, world: &W, context: &[Item<W::Node>]) -> Result<Collection<W>, Fault> {
    let mut evaluation = Evaluation { world, steps: 0, at: None };
    let around = Around { this: context, index: None, total: None };
    evaluation.part(part, around).map_err(|why| Fault { at: evaluation.at.unwrap_or(part.at), why })
}

pub(super) fn boolean<N>(yes: bool) -> Vec<Item<N>> {
    vec![Item::of(Value::Boolean(yes))]
}

pub(super) fn said<N>(value: Option<Value<N>>) -> Vec<Item<N>> {
    value.map(Item::of).into_iter().collect()
}

/// The only entry, if there is one.
pub(super) fn single<N>(collection: &[Item<N>]) -> Result<Option<&Item<N>>, Cause> {
    match collection {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(Cause::Several),
    }
}

/// The only entry as a truth value: what is there and is none counts as true
/// (<https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections>).
pub(super) fn truth<N>(collection: &[Item<N>]) -> Result<Option<bool>, Cause> {
    Ok(single(collection)?.map(|item| !matches!(item.value, Value::Boolean(false))))
}

pub(super) fn text<N>(collection: &[Item<N>]) -> Result<Option<&str>, Cause> {
    match single(collection)?.map(|item| &item.value) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Cause::Type),
    }
}

/// The only entry as a whole number.
pub(super) fn whole<N>(collection: &[Item<N>]) -> Result<Option<i64>, Cause> {
    match single(collection)? {
        None => Ok(None),
        Some(item) => item.number().and_then(|number| number.whole()).map(Some).ok_or(Cause::Type),
    }
}

impl<W: World> Evaluation<'_, W> {
    /// Counts steps.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Cause> {
        self.steps = self.steps.saturating_add(steps as u64);
        if self.steps > STEPS { Err(Cause::Steps) } else { Ok(()) }
    }

    pub(super) fn part(&mut self, part: &Part, around: Around<'_, W>) -> Outcome<W> {
        self.spend(1)?;
        let outcome = self.term(&part.term, around);
        match &outcome {
            Ok(found) => self.spend(found.len())?,
            Err(_) => self.at = self.at.or(Some(part.at)),
        }
        outcome
    }

    /// What the part stands on: its base, or what the expression is about.
    pub(super) fn base(&mut self, base: Option<&Part>, around: Around<'_, W>) -> Outcome<W> {
        match base {
            Some(base) => self.part(base, around),
            None => Ok(around.this.to_vec()),
        }
    }

    fn term(&mut self, term: &Term, around: Around<'_, W>) -> Outcome<W> {
        Ok(match term {
            Term::Empty => Vec::new(),
            Term::Boolean(yes) => boolean(*yes),
            Term::Integer(number) => said(Some(Value::Integer(*number))),
            Term::Decimal(number) => said(Some(Value::Decimal(*number))),
            Term::Text(text) => said(Some(Value::Text(text.clone()))),
            Term::Date(date) => said(Some(Value::Date(*date))),
            Term::DateTime(date_time) => said(Some(Value::DateTime(*date_time))),
            Term::Time(time) => said(Some(Value::Time(*time))),
            Term::Quantity(value, unit) => said(Some(Value::Quantity(Quantity { value: *value, unit: unit.clone() }))),
            Term::Variable(name) => self.world.variable(name).ok_or(Cause::Variable)?,
            Term::This => around.this.to_vec(),
            Term::Index => said(around.index.and_then(|index| i64::try_from(index).ok()).map(Value::Integer)),
            Term::Total => around.total.map(<[_]>::to_vec).unwrap_or_default(),
            Term::Member(base, name) => {
                let base = self.base(base.as_deref(), around)?;
                self.members(&base, name)?
            }
            Term::Call(base, function, arguments) => self.call(base.as_deref(), *function, arguments, around)?,
            Term::Place(base, place) => {
                let mut base = self.part(base, around)?;
                let place = self.part(place, around)?;
                match whole(&place)?.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < base.len()) {
                    Some(place) => vec![base.swap_remove(place)],
                    None => Vec::new(),
                }
            }
            Term::Negative(base) => {
                let base = self.part(base, around)?;
                self.signed(&base, true)?
            }
            Term::Positive(base) => {
                let base = self.part(base, around)?;
                self.signed(&base, false)?
            }
            Term::Pair(operator, left, right) => self.pair(*operator, left, right, around)?,
            Term::OfType(typed, base, of_type) => {
                let base = self.part(base, around)?;
                self.of_type(*typed, base, *of_type)?
            }
        })
    }

    fn members(&mut self, base: &[Item<W::Node>], name: &str) -> Outcome<W> {
        let mut found = Vec::new();
        for item in base {
            self.spend(1)?;
            if let Value::Node(node) = &item.value {
                found.extend(self.world.parts(node, Some(name)));
            }
        }
        Ok(found)
    }

    fn signed(&mut self, base: &[Item<W::Node>], negative: bool) -> Outcome<W> {
        let Some(item) = single(base)? else { return Err(Cause::Type) };
        let value = match &item.value {
            Value::Integer(number) if negative => number.checked_neg().map(Value::Integer),
            Value::Integer(number) => Some(Value::Integer(*number)),
            Value::Decimal(number) => Some(Value::Decimal(if negative { number.negative() } else { *number })),
            Value::Quantity(Quantity { value, unit }) => {
                let value = if negative { value.negative() } else { *value };
                Some(Value::Quantity(Quantity { value, unit: unit.clone() }))
            }
            _ => return Err(Cause::Type),
        };
        Ok(said(value))
    }

    fn pair(&mut self, operator: Operator, left: &Part, right: &Part, around: Around<'_, W>) -> Outcome<W> {
        let (left, right) = (self.part(left, around)?, self.part(right, around)?);
        // Comparing collections takes as long as they are long.
        self.spend(left.len().saturating_mul(right.len().max(1)))?;
        let found = operators::pair(self.world, operator, &left, &right)?;
        self.produced(&found)?;
        Ok(found)
    }

    /// Counts what text was made: else an expression could make it long in a few steps.
    pub(super) fn produced(&mut self, made: &[Item<W::Node>]) -> Result<(), Cause> {
        let long = |item: &Item<W::Node>| match &item.value {
            Value::Text(text) => text.len() / 16,
            _ => 0,
        };
        self.spend(made.iter().map(long).sum())
    }

    fn of_type(&mut self, typed: Typed, base: Collection<W>, wanted: Type) -> Outcome<W> {
        if typed == Typed::OfType {
            return Ok(base.into_iter().filter(|item| self.is(item, wanted, true)).collect());
        }
        let Some(item) = single(&base)? else { return Ok(Vec::new()) };
        let is = self.is(item, wanted, false);
        Ok(match typed {
            Typed::Is => boolean(is),
            _ if is => base,
            _ => Vec::new(),
        })
    }

    /// Whether the item is of this type, or, to choose among others, turns into it by itself.
    fn is(&self, item: &Item<W::Node>, wanted: Type, converted: bool) -> bool {
        let fhir = match &item.value {
            Value::Node(node) => self.world.type_of(node),
            _ => item.fhir,
        };
        let Some(fhir) = fhir else { return item.system() == Some(wanted) };
        let by_name = |found: Type| found == wanted || (found == Type::FhirQuantity && wanted == Type::Quantity);
        by_name(fhir) || fhir.parent().is_some_and(by_name) || (converted && fhir.system() == wanted)
    }

    /// Evaluates an argument that is no criterion: it is about what is outside the function.
    pub(super) fn argument(&mut self, argument: Option<&Part>, around: Around<'_, W>) -> Outcome<W> {
        match argument {
            Some(argument) => self.part(argument, around),
            None => Ok(Vec::new()),
        }
    }

    /// Evaluates a criterion or projection about one entry.
    pub(super) fn about(
        &mut self,
        criterion: &Part,
        item: &Item<W::Node>,
        index: usize,
        around: Around<'_, W>,
    ) -> Outcome<W> {
        let this = std::slice::from_ref(item);
        self.part(criterion, Around { this, index: Some(index), total: around.total })
    }

    fn call(
        &mut self,
        base: Option<&Part>,
        function: Function,
        arguments: &[Part],
        around: Around<'_, W>,
    ) -> Outcome<W> {
        let base = self.base(base, around)?;
        let found = self.function(base, function, arguments, around)?;
        self.produced(&found)?;
        Ok(found)
    }
}
