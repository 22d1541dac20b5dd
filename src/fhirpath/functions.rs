//! The functions about collections: which entries there are, which are kept, what is made of them.

use super::{
    convert,
    evaluate::{Around, Cause, Collection, Evaluation, Outcome, boolean, said, single, text, truth, whole},
    function::Function,
    numbers, operators,
    syntax::{Operator, Part},
    text as texts,
    value::{Item, Value, World},
};
use crate::questionnaire::Decimal;

impl<W: World> Evaluation<'_, W> {
    /// What `function` makes of `base`.
    pub(super) fn function(
        &mut self,
        base: Collection<W>,
        function: Function,
        arguments: &[Part],
        around: Around<'_, W>,
    ) -> Outcome<W> {
        let first = arguments.first();
        Ok(match function {
            Function::Empty => boolean(base.is_empty()),
            Function::Exists => {
                let kept = match first {
                    Some(criterion) => self.filter(base, criterion, around)?,
                    None => base,
                };
                boolean(!kept.is_empty())
            }
            Function::All => {
                let mut all = true;
                let criterion = needed(first)?;
                for (index, item) in base.iter().enumerate() {
                    all &= truth(&self.about(criterion, item, index, around)?)? == Some(true);
                }
                boolean(all)
            }
            Function::Not => said(truth(&base)?.map(|yes| Value::Boolean(!yes))),
            Function::Count => said(i64::try_from(base.len()).ok().map(Value::Integer)),
            Function::AllTrue => boolean(truths(&base)?.iter().all(|yes| *yes)),
            Function::AnyTrue => boolean(truths(&base)?.iter().any(|yes| *yes)),
            Function::AllFalse => boolean(truths(&base)?.iter().all(|yes| !*yes)),
            Function::AnyFalse => boolean(truths(&base)?.iter().any(|yes| !*yes)),
            Function::Where => self.filter(base, needed(first)?, around)?,
            Function::Select => {
                let mut made = Vec::new();
                let projection = needed(first)?;
                for (index, item) in base.iter().enumerate() {
                    made.extend(self.about(projection, item, index, around)?);
                }
                made
            }
            Function::Repeat => self.repeat(base, needed(first)?, around)?,
            Function::Aggregate => self.aggregate(&base, arguments, around)?,
            Function::Single => {
                single(&base)?;
                base
            }
            Function::First => base.into_iter().take(1).collect(),
            Function::Last => base.into_iter().last().into_iter().collect(),
            Function::Tail => base.into_iter().skip(1).collect(),
            Function::Skip | Function::Take => {
                let argument = self.argument(first, around)?;
                // Nothing said is nothing to go by.
                let Some(count) = whole(&argument)? else { return Ok(Vec::new()) };
                let count = usize::try_from(count).unwrap_or(0);
                if function == Function::Skip {
                    base.into_iter().skip(count).collect()
                } else {
                    base.into_iter().take(count).collect()
                }
            }
            Function::Distinct => self.distinct(&base, &[])?,
            Function::IsDistinct => boolean(self.distinct(&base, &[])?.len() == base.len()),
            Function::Union | Function::Combine | Function::Intersect | Function::Exclude => {
                let other = self.argument(first, around)?;
                self.combine(function, base, other)?
            }
            Function::SubsetOf | Function::SupersetOf => {
                let other = self.argument(first, around)?;
                let (small, large) = if function == Function::SubsetOf { (base, other) } else { (other, base) };
                self.spend(small.len().saturating_mul(large.len()))?;
                boolean(
                    small.len() <= large.len() && small.iter().all(|item| operators::holds(self.world, &large, item)),
                )
            }
            Function::Sum | Function::Avg => self.sum(&base, function == Function::Avg)?,
            Function::Min => self.extreme(&base, Operator::Less)?,
            Function::Max => self.extreme(&base, Operator::Greater)?,
            Function::Iif => self.iif(&base, arguments, around)?,
            Function::Coalesce => {
                let about = Around { this: &base, ..around };
                for argument in arguments {
                    let found = self.part(argument, about)?;
                    if !found.is_empty() {
                        return Ok(found);
                    }
                }
                Vec::new()
            }
            // What it is for, seeing a value in the middle of an expression, is the preview's.
            Function::Trace => base,
            Function::Now => said(Some(Value::DateTime(self.world.now()))),
            Function::Today => said(Some(Value::Date(self.world.now().date))),
            Function::TimeOfDay => said(self.world.now().time.map(Value::Time)),
            Function::Children => self.parts(&base)?,
            Function::Descendants => {
                let mut level = self.parts(&base)?;
                let mut all = Vec::new();
                while !level.is_empty() {
                    let next = self.parts(&level)?;
                    all.append(&mut level);
                    level = next;
                }
                all
            }
            Function::Extension => {
                let url = self.argument(first, around)?;
                let Some(url) = text(&url)? else { return Ok(Vec::new()) };
                let mut found = self.parts_called(&base, "extension")?;
                let world = self.world;
                found.retain(|extension| match &extension.value {
                    Value::Node(node) => {
                        let said = world.parts(node, Some("url"));
                        said.iter().any(|said| matches!(&said.value, Value::Text(said) if said == url))
                    }
                    _ => false,
                });
                found
            }
            Function::HasValue => boolean(matches!(base.as_slice(), [only] if !is_complex(only))),
            Function::Ordinal | Function::Weight => {
                let weight = |item: &Item<W::Node>| match &item.value {
                    Value::Node(node) => self.world.weight(node).map(|weight| Item::of(Value::Decimal(weight))),
                    _ => None,
                };
                base.iter().filter_map(weight).collect()
            }
            Function::ToBoolean
            | Function::ToInteger
            | Function::ToDecimal
            | Function::ToText
            | Function::ToDate
            | Function::ToDateTime
            | Function::ToTime => said(convert::convert(self.world, function, single(&base)?)),
            Function::ConvertsToBoolean
            | Function::ConvertsToInteger
            | Function::ConvertsToDecimal
            | Function::ConvertsToText
            | Function::ConvertsToDate
            | Function::ConvertsToDateTime
            | Function::ConvertsToTime => match base.as_slice() {
                [only] => boolean(convert::convert(self.world, function, Some(only)).is_some()),
                _ => Vec::new(),
            },
            Function::Abs
            | Function::Ceiling
            | Function::Floor
            | Function::Round
            | Function::Sqrt
            | Function::Truncate
            | Function::Power => {
                let argument = self.argument(first, around)?;
                said(numbers::number(function, single(&base)?, first.map(|_| argument.as_slice()))?)
            }
            Function::IndexOf
            | Function::LastIndexOf
            | Function::Substring
            | Function::StartsWith
            | Function::EndsWith
            | Function::Contains
            | Function::Upper
            | Function::Lower
            | Function::Replace
            | Function::Length
            | Function::ToChars
            | Function::Join
            | Function::Split
            | Function::Trim => {
                let given = self.argument(first, around)?;
                let second = self.argument(arguments.get(1), around)?;
                let found = texts::text(function, &base, &given, (arguments.len() > 1).then_some(second.as_slice()))?;
                self.spend(found.len())?;
                found
            }
        })
    }

    fn filter(&mut self, base: Collection<W>, criterion: &Part, around: Around<'_, W>) -> Outcome<W> {
        let mut kept = Vec::new();
        for (index, item) in base.into_iter().enumerate() {
            if truth(&self.about(criterion, &item, index, around)?)? == Some(true) {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    fn parts_called(&mut self, base: &[Item<W::Node>], name: &str) -> Outcome<W> {
        self.collected(base, Some(name))
    }

    fn parts(&mut self, base: &[Item<W::Node>]) -> Outcome<W> {
        self.collected(base, None)
    }

    fn collected(&mut self, base: &[Item<W::Node>], name: Option<&str>) -> Outcome<W> {
        let mut found = Vec::new();
        for item in base {
            if let Value::Node(node) = &item.value {
                let parts = self.world.parts(node, name);
                self.spend(parts.len().saturating_add(1))?;
                found.extend(parts);
            }
        }
        Ok(found)
    }

    /// Adds what is new to what is kept, and says what that was.
    fn distinct(&mut self, items: &[Item<W::Node>], kept: &[Item<W::Node>]) -> Outcome<W> {
        let mut new: Collection<W> = Vec::new();
        for item in items {
            self.spend(kept.len().saturating_add(new.len()) / 8)?;
            if !operators::holds(self.world, kept, item) && !operators::holds(self.world, &new, item) {
                new.push(item.clone());
            }
        }
        Ok(new)
    }

    fn repeat(&mut self, base: Collection<W>, projection: &Part, around: Around<'_, W>) -> Outcome<W> {
        let mut all: Collection<W> = Vec::new();
        let mut level = base;
        while !level.is_empty() {
            let mut found = Vec::new();
            for (index, item) in level.iter().enumerate() {
                found.extend(self.about(projection, item, index, around)?);
            }
            level = self.distinct(&found, &all)?;
            all.extend(level.iter().cloned());
        }
        Ok(all)
    }

    fn aggregate(&mut self, base: &[Item<W::Node>], arguments: &[Part], around: Around<'_, W>) -> Outcome<W> {
        let step = needed(arguments.first())?;
        let mut total = self.argument(arguments.get(1), around)?;
        for (index, item) in base.iter().enumerate() {
            let about = Around { this: std::slice::from_ref(item), index: Some(index), total: Some(&total) };
            total = self.part(step, about)?;
        }
        Ok(total)
    }

    fn combine(&mut self, function: Function, base: Collection<W>, other: Collection<W>) -> Outcome<W> {
        self.spend(base.len().saturating_mul(other.len()))?;
        Ok(match function {
            Function::Combine => base.into_iter().chain(other).collect(),
            Function::Union => self.distinct(&base.into_iter().chain(other).collect::<Vec<_>>(), &[])?,
            Function::Intersect => {
                let own = self.distinct(&base, &[])?;
                own.into_iter().filter(|item| operators::holds(self.world, &other, item)).collect()
            }
            _ => base.into_iter().filter(|item| !operators::holds(self.world, &other, item)).collect(),
        })
    }

    /// The sum, or the mean. Nothing added up is nothing, not zero: a score that nobody answered is not known.
    fn sum(&mut self, base: &[Item<W::Node>], mean: bool) -> Outcome<W> {
        let Some((first, rest)) = base.split_first() else { return Ok(Vec::new()) };
        let mut total = first.clone();
        for item in rest {
            match operators::arithmetic(self.world, Operator::Plus, item, &total)? {
                Some(value) => total = Item::of(value),
                None => return Ok(Vec::new()),
            }
        }
        if !mean {
            return Ok(vec![total]);
        }
        let count = Item::of(Value::Decimal(Decimal::from(i64::try_from(base.len()).unwrap_or(i64::MAX))));
        Ok(said(operators::arithmetic(self.world, Operator::Over, &total, &count)?))
    }

    fn extreme(&mut self, base: &[Item<W::Node>], wanted: Operator) -> Outcome<W> {
        let Some((mut best, rest)) = base.split_first() else { return Ok(Vec::new()) };
        for item in rest {
            let order = operators::order(self.world, item, best)?;
            if order.is_some_and(|order| if wanted == Operator::Less { order.is_lt() } else { order.is_gt() }) {
                best = item;
            }
        }
        Ok(vec![best.clone()])
    }

    fn iif(&mut self, base: &[Item<W::Node>], arguments: &[Part], around: Around<'_, W>) -> Outcome<W> {
        let about = Around { this: base, ..around };
        let [criterion, then, otherwise @ ..] = arguments else { return Err(Cause::Type) };
        match (truth(&self.part(criterion, about)?)?, otherwise) {
            (Some(true), _) => self.part(then, about),
            (_, [otherwise, ..]) => self.part(otherwise, about),
            _ => Ok(Vec::new()),
        }
    }
}

/// An argument that the function cannot do without. What was read has as many as it takes; what was packed by others may not.
fn needed(argument: Option<&Part>) -> Result<&Part, Cause> {
    argument.ok_or(Cause::Type)
}

fn is_complex<N>(item: &Item<N>) -> bool {
    matches!(item.value, Value::Node(_) | Value::Quantity(_))
}

fn truths<N>(base: &[Item<N>]) -> Result<Vec<bool>, Cause> {
    let truth = |item: &Item<N>| match item.value {
        Value::Boolean(yes) => Ok(yes),
        _ => Err(Cause::Type),
    };
    base.iter().map(truth).collect()
}
