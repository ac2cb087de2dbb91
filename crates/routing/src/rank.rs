//! Which provider is asked first, and why the others are not.

use std::collections::BTreeMap;

use ppob_types::{Cost, ProviderName, Rupiah, Timestamp};

use crate::{Criterion, LeftOut, Mode, Offer, Product, ProviderFacts, Strategy};

/// What a route is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteQuestion<'a> {
    /// The moment, for cut-off hours and the age of prices.
    pub now: Timestamp,
    /// To pay, or only to ask what is owed.
    pub need: Need,
    /// The bill without admin fee, or the open amount; without it the product's nominal counts.
    pub bill_amount: Option<Rupiah>,
    /// The most our deposit may be debited, if the caller says so.
    pub max_cost: Option<Rupiah>,
    /// Providers that this payment tried before.
    pub already_tried: &'a [ProviderName],
    /// The same customer bought the same thing lately, and wants it once more. Who may refuse that on one
    /// day is asked after everybody else, whatever the strategy: a refusal of it is final.
    pub is_repeat: bool,
    /// A drawn number, for the strategy `weighted`; without one, the most likely comes first.
    pub draw: Option<u64>,
}

/// What the chosen provider shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Pay. Bills are asked for again right before, so they need inquiries too.
    Pay,
    /// Answer an inquiry. Moves no money, so neither balance, cost, age of prices, breaker nor
    /// room for payments matter; an answered inquiry is what closes a breaker again.
    Inquiry,
}

/// The answer: whom to ask, in this order, and why nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The strategy that made the order.
    pub strategy: Strategy,
    /// Whom to ask, best first.
    pub candidates: Vec<Candidate>,
    /// For each of them but the first, why it comes after the one before it.
    pub because: Vec<Criterion>,
    /// Every other offer of the product, in the order of names, with exactly one reason.
    pub left_out: Vec<(ProviderName, LeftOut)>,
}

/// An offer that may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The provider.
    pub provider: ProviderName,
    /// Its own code of the product, verbatim.
    pub provider_code: String,
    /// Its price, as listed.
    pub price: Cost,
    /// What it will cost us; none while the bill is not known.
    pub cost: Option<Rupiah>,
    /// The most our deposit may be debited: the cost and the tolerance, at most the caller's cap.
    /// None exactly if `cost` is.
    pub max_cost: Option<Rupiah>,
    /// What the end customer pays, if known.
    pub total: Option<Rupiah>,
    /// The admin fee in it, if stated.
    pub admin: Option<Rupiah>,
}

pub(crate) struct Ranked<'a> {
    pub(crate) offer: &'a Offer,
    pub(crate) facts: &'a ProviderFacts,
    pub(crate) candidate: Candidate,
}

/// Orders the offers of `product`.
///
/// Looks at this product's offers only. Providers without `facts` are left out as not configured.
/// Deterministic: the same arguments give the same route.
pub fn rank(
    question: &RouteQuestion<'_>,
    product: &Product,
    facts: &BTreeMap<ProviderName, ProviderFacts>,
    strategy: Strategy,
) -> Route {
    let mut ranked = Vec::with_capacity(product.offers.len());
    let mut left_out = Vec::new();
    for offer in &product.offers {
        let verdict = match facts.get(&offer.provider) {
            None => Err(LeftOut::NotConfigured),
            Some(facts) => judge(question, product, offer, facts).map(|candidate| Ranked {
                offer,
                facts,
                candidate,
            }),
        };
        match verdict {
            Ok(one) => ranked.push(one),
            Err(reason) => left_out.push((offer.provider.clone(), reason)),
        }
    }
    strategy.order(&mut ranked, question.draw);
    if question.is_repeat {
        // Among those who may be alike in this, the order stays.
        ranked.sort_by(|a, b| Criterion::Repeat.compare(a, b));
    }
    left_out.sort_by(|(a, _), (b, _)| a.cmp(b));
    let drawn = question.draw.is_some();
    let after = ranked.iter().zip(ranked.iter().skip(1));
    let because = after.map(|(a, b)| {
        let is_other = question.is_repeat && Criterion::Repeat.compare(a, b).is_lt();
        if is_other { Criterion::Repeat } else { strategy.because(a, b, drawn) }
    });
    let because = because.collect();
    let candidates = ranked.into_iter().map(|one| one.candidate).collect();
    Route { strategy, candidates, because, left_out }
}

fn judge(
    question: &RouteQuestion<'_>,
    product: &Product,
    offer: &Offer,
    facts: &ProviderFacts,
) -> Result<Candidate, LeftOut> {
    let paying = question.need == Need::Pay;
    willing(question, product, offer, facts)?;
    if paying && question.now.since(offer.as_of) > facts.price_max_age {
        return Err(LeftOut::PricesTooOld);
    }
    let amount = question.bill_amount.or(product.nominal);
    let cost = known_cost(offer.cost, amount)?;
    let max_cost = match cost {
        Some(cost) => Some(cap(question, cost, facts.cost_tolerance)?),
        None => None,
    };
    if paying {
        if !balance_suffices(facts, cost) {
            return Err(LeftOut::BalanceTooLow);
        }
        if facts.breaker_open {
            return Err(LeftOut::BreakerOpen);
        }
        if facts.waits_its_turn {
            return Err(LeftOut::OneAtATime);
        }
        if !facts.has_room {
            return Err(LeftOut::NoRoom);
        }
    }
    Ok(Candidate {
        provider: offer.provider.clone(),
        provider_code: offer.provider_code.clone(),
        price: offer.cost,
        cost,
        max_cost,
        total: offer.total(amount),
        admin: offer.admin,
    })
}

/// What does not depend on money or load.
fn willing(
    question: &RouteQuestion<'_>,
    product: &Product,
    offer: &Offer,
    facts: &ProviderFacts,
) -> Result<(), LeftOut> {
    match &facts.mode {
        Mode::Active => {}
        Mode::Off => return Err(LeftOut::Off),
        Mode::Drain => return Err(LeftOut::Drain),
        Mode::Frozen { reason } => {
            return Err(LeftOut::Frozen { reason: reason.clone() });
        }
    }
    if facts.offer_switched_off {
        return Err(LeftOut::SwitchedOff);
    }
    let capable = match question.need {
        Need::Pay => facts.can_pay && (facts.can_inquire || !product.family.is_bill()),
        Need::Inquiry => facts.can_inquire,
    };
    if !capable {
        return Err(LeftOut::NoCapability);
    }
    if question.already_tried.contains(&offer.provider) {
        return Err(LeftOut::AlreadyTried);
    }
    if !offer.open {
        return Err(LeftOut::Closed);
    }
    if offer.cut_off.is_some_and(|hours| hours.covers(question.now)) {
        return Err(LeftOut::CutOff);
    }
    Ok(())
}

/// None while the bill is not known. A cost that cannot be counted is above every cap.
fn known_cost(price: Cost, amount: Option<Rupiah>) -> Result<Option<Rupiah>, LeftOut> {
    match (price, amount) {
        (Cost::Fixed(cost), _) => Ok(Some(cost)),
        (Cost::BillPlus(_), None) => Ok(None),
        (Cost::BillPlus(_), Some(bill)) => {
            price.of_bill(bill).map(Some).map_err(|_| LeftOut::CostAboveCap)
        }
    }
}

fn cap(question: &RouteQuestion<'_>, cost: Rupiah, tolerance: Rupiah) -> Result<Rupiah, LeftOut> {
    let tolerated = cost.plus(tolerance).map_err(|_| LeftOut::CostAboveCap)?;
    match question.max_cost {
        Some(most) if question.need == Need::Pay && cost > most => Err(LeftOut::CostAboveCap),
        Some(most) => Ok(tolerated.min(most)),
        None => Ok(tolerated),
    }
}

/// An unknown balance is no reason to ask nobody: the provider itself refuses what it cannot cover.
fn balance_suffices(facts: &ProviderFacts, cost: Option<Rupiah>) -> bool {
    let Some(balance) = facts.balance else {
        return true;
    };
    balance.minus(cost.unwrap_or_default()).is_ok_and(|rest| rest >= facts.balance_floor)
}
