//! By what offers are put in order, one criterion after the other.

use std::cmp::Ordering;

use crate::Strategy;
use crate::rank::Ranked;

/// Why an offer comes after the one before it: the first thing in which they differ, of those that count
/// for the strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// It may refuse to sell the same thing to the same number again on one day, and this is bought again.
    Repeat,
    /// It was drawn later; the next question is drawn anew.
    Draw,
    /// Its configured weight is less.
    Weight,
    /// A smaller share of its payments ended well lately, in whole hundredths.
    Success,
    /// It took longer lately, in steps of 100 ms.
    Speed,
    /// It costs more; an offer whose cost is known comes before one whose cost is not.
    Cost,
    /// If its answer is lost, it is harder to find out what became of the payment.
    Lookup,
    /// Its configured priority number is higher.
    Priority,
    /// Nothing but its name, which makes the order the same every time.
    Name,
}

/// Between equals of every strategy.
const EQUALS: [Criterion; 4] =
    [Criterion::Cost, Criterion::Lookup, Criterion::Priority, Criterion::Name];

impl Criterion {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Repeat => "repeat",
            Self::Draw => "draw",
            Self::Weight => "weight",
            Self::Success => "success",
            Self::Speed => "speed",
            Self::Cost => "cost",
            Self::Lookup => "lookup",
            Self::Priority => "priority",
            Self::Name => "name",
        }
    }

    /// Less is asked first.
    pub(crate) fn compare(self, a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
        let (one, other) = (a.facts, b.facts);
        match self {
            // Who is drawn is no property of two offers.
            Self::Draw => Ordering::Equal,
            Self::Repeat => other.repeats_same_day.cmp(&one.repeats_same_day),
            Self::Weight => other.weight.cmp(&one.weight),
            Self::Success => other.health.success_percent().cmp(&one.health.success_percent()),
            Self::Speed => one.health.latency_steps().cmp(&other.health.latency_steps()),
            Self::Cost => cost(a).cmp(&cost(b)),
            Self::Lookup => other.lookup.cmp(&one.lookup),
            Self::Priority => one.priority.cmp(&other.priority),
            Self::Name => a.offer.provider.cmp(&b.offer.provider),
        }
    }
}

impl Strategy {
    /// What counts, the strongest first.
    pub(crate) fn criteria(self) -> impl Iterator<Item = Criterion> {
        let first: &[Criterion] = match self {
            Self::Cheapest => &[],
            Self::Priority => &[Criterion::Priority],
            Self::Weighted => &[Criterion::Weight],
            Self::BestSuccess => &[Criterion::Success, Criterion::Speed],
        };
        first.iter().copied().chain(EQUALS)
    }

    pub(crate) fn compare(self, a: &Ranked<'_>, b: &Ranked<'_>) -> Ordering {
        self.criteria()
            .map(|criterion| criterion.compare(a, b))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Why `after` comes after `before`, which it does; `drawn`: the order was drawn.
    pub(crate) fn because(self, before: &Ranked<'_>, after: &Ranked<'_>, drawn: bool) -> Criterion {
        // Weights of 0 are not drawn: they follow in their order.
        if self == Self::Weighted && drawn && after.facts.weight > 0 {
            return Criterion::Draw;
        }
        let decides = |criterion: &Criterion| criterion.compare(before, after).is_lt();
        self.criteria().find(decides).unwrap_or(Criterion::Name)
    }
}

/// Known costs compare with each other; where the bill is not known yet, what comes on top of it.
fn cost(one: &Ranked<'_>) -> (bool, ppob_types::Rupiah) {
    let candidate = &one.candidate;
    (candidate.cost.is_none(), candidate.cost.unwrap_or(candidate.price.comparable()))
}
