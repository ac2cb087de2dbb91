//! The orders of a model provider.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ppob_provider::PayRequest;
use ppob_types::{
    AttemptId, CustomerNumber, Family, FamilyDetails, Observed, PayAnswer, PayOutcome,
    PlnPrepaidDetails, PlnToken, ProviderRef, Purchase, Receipt, Rejection, Rupiah, Sensitive,
    Timestamp, UnknownCause,
};

use super::call::{Call, Work};
use super::of_somebody_else;
use crate::random::Random;
use crate::stage::Stage;
use crate::world::{ProviderPlan, goods};

/// What a provider holds.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) random: Random,
    number: u64,
    orders: Vec<Order>,
    balance: i64,
    /// How much prices moved since the beginning.
    pub(crate) price_shift: i64,
    /// How much the bills of customers changed, and when that was told.
    pub(crate) bills: BTreeMap<CustomerNumber, (i64, Duration)>,
    /// The references that bills were asked for under, where a provider takes each once.
    pub(crate) asked_under: BTreeSet<AttemptId>,
}

/// One order.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what was drawn for it, each for itself")]
pub(crate) struct Order {
    pub(crate) attempt: AttemptId,
    pub(crate) purchase: Purchase,
    pub(crate) reference: ProviderRef,
    pub(crate) cost: Rupiah,
    /// What the end customer pays.
    pub(crate) total: Option<Rupiah>,
    pub(crate) fate: Fate,
    work: Work,
    /// A status check finds it only from then on.
    pub(crate) visible_at: Duration,
    paid_at: Option<Timestamp>,
    token_asked: u32,
    token_later: bool,
    /// Its callback comes before its answer.
    pub(crate) is_told_early: bool,
    /// A callback of what it came to has gone out.
    pub(crate) is_told: bool,
    /// Whoever sent it has a whole answer.
    pub(crate) was_told_whole: bool,
    /// The charge was denied on the way.
    pub(crate) is_denied: bool,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Working,
    Executed,
    Refused(Rejection, Option<Rupiah>),
    Dropped,
    /// Executed, and given back.
    GivenBack,
}

impl State {
    pub(crate) fn new(random: Random, number: u64) -> Self {
        Self {
            random,
            number,
            orders: Vec::new(),
            balance: 500_000_000,
            price_shift: 0,
            bills: BTreeMap::new(),
            asked_under: BTreeSet::new(),
        }
    }

    pub(crate) fn plan_call(
        &mut self,
        stage: &Stage,
        plan: &ProviderPlan,
        request: &PayRequest,
    ) -> Call {
        // One that is known to be somebody's: a provider that never told it could not be caught.
        let settled = self
            .earlier_equal(&request.purchase)
            .map(|order| &order.reference)
            .find(|named| stage.settles(&plan.name, named))
            .cloned();
        Call::draw(stage, plan, settled, &mut self.random)
    }

    pub(crate) fn balance(&self) -> Rupiah {
        Rupiah::new(self.balance)
    }

    pub(crate) fn find_attempt(&self, attempt: &AttemptId) -> Option<usize> {
        self.orders.iter().position(|order| order.attempt == *attempt)
    }

    /// An order under our reference that was not lost on the way.
    pub(crate) fn find_arrived(&self, attempt: &AttemptId) -> Option<usize> {
        self.orders
            .iter()
            .position(|order| order.attempt == *attempt && !matches!(order.work, Work::Drop))
    }

    pub(crate) fn find_reference(&self, reference: &ProviderRef) -> Option<usize> {
        self.orders.iter().position(|order| order.reference == *reference)
    }

    pub(crate) fn order(&self, index: usize) -> Option<&Order> {
        self.orders.get(index)
    }

    pub(crate) fn order_mut(&mut self, index: usize) -> Option<&mut Order> {
        self.orders.get_mut(index)
    }

    pub(crate) fn place(&mut self, request: &PayRequest, call: &Call, now: Duration) -> usize {
        let total = self.total_of(&request.purchase);
        self.orders.push(Order {
            attempt: request.attempt.clone(),
            purchase: request.purchase.clone(),
            reference: reference(self.number, self.orders.len()),
            cost: super::deposit::debited(request, &mut self.random),
            total,
            fate: Fate::Working,
            work: call.work.clone(),
            visible_at: now + call.lag,
            paid_at: None,
            token_asked: 0,
            token_later: call.token_later,
            is_told_early: call.told_early,
            is_told: false,
            was_told_whole: matches!(call.reply, super::call::Reply::Whole),
            is_denied: matches!(call.reply, super::call::Reply::Denied),
        });
        self.orders.len() - 1
    }

    /// The order, if it is executed by this very call.
    pub(crate) fn finish(&mut self, index: usize, now: Timestamp) -> Option<Order> {
        let order = self.orders.get_mut(index)?;
        if order.fate != Fate::Working {
            return None;
        }
        match &order.work {
            Work::Execute => {
                order.fate = Fate::Executed;
                order.paid_at = Some(now);
                self.balance -= order.cost.get();
                return Some(order.clone());
            }
            Work::Refuse(rejection, stated) => {
                order.fate = Fate::Refused(rejection.clone(), *stated);
            }
            Work::Drop => order.fate = Fate::Dropped,
        }
        None
    }

    /// The money of an executed order goes back.
    pub(crate) fn give_back(&mut self, index: usize) -> Option<Order> {
        let order = self.orders.get_mut(index).filter(|order| order.fate == Fate::Executed)?;
        order.fate = Fate::GivenBack;
        self.balance += order.cost.get();
        Some(order.clone())
    }

    /// The attempt of another order, for another customer.
    pub(crate) fn somebody_elses_attempt(&self, order: &Order) -> Option<AttemptId> {
        let mut others = self.orders.iter().rev();
        let other = others.find(|other| other.purchase.customer != order.purchase.customer);
        other.map(|other| other.attempt.clone())
    }

    /// The earlier executed orders of the same thing for the same customer, latest first.
    pub(crate) fn earlier_equal(&self, purchase: &Purchase) -> impl Iterator<Item = &Order> {
        let is_equal = |order: &&Order| {
            order.fate == Fate::Executed
                && order.purchase.product == purchase.product
                && order.purchase.customer == purchase.customer
        };
        self.orders.iter().rev().filter(is_equal)
    }

    fn total_of(&self, purchase: &Purchase) -> Option<Rupiah> {
        let goods = goods(purchase.product.as_str())?;
        let amount = if goods.family.is_bill() {
            self.owed(purchase)
        } else {
            goods.nominal.or(purchase.amount.map(Rupiah::get))?
        };
        Some(Rupiah::new(amount + goods.admin))
    }

    /// What a whole answer says.
    pub(crate) fn say(&mut self, index: usize, token_later: bool) -> PayAnswer {
        let balance = self.balance();
        let Some(order) = self.orders.get(index) else {
            return PayAnswer::unknown(UnknownCause::Unreadable);
        };
        match &order.fate {
            Fate::Executed => PayAnswer {
                outcome: PayOutcome::Succeeded,
                observed: order.shows(balance, !token_later),
            },
            Fate::Working => self.say_pending(index),
            Fate::Refused(rejection, stated) => PayAnswer {
                outcome: PayOutcome::Rejected(rejection.clone()),
                observed: Observed { balance_after: *stated, ..Observed::default() },
            },
            Fate::Dropped | Fate::GivenBack => PayAnswer::unknown(UnknownCause::Unreadable),
        }
    }

    pub(crate) fn say_pending(&self, index: usize) -> PayAnswer {
        let provider_ref = self.order(index).map(|order| order.reference.clone());
        PayAnswer {
            outcome: PayOutcome::Pending,
            observed: Observed { provider_ref, ..Observed::default() },
        }
    }

    pub(crate) fn say_unknown(&self, index: usize, cause: UnknownCause, named: bool) -> PayAnswer {
        let provider_ref = self.order(index).filter(|_| named).map(|order| order.reference.clone());
        let unlisted = (cause == UnknownCause::Unlisted).then(|| "result: hm".to_owned());
        PayAnswer {
            outcome: PayOutcome::Unknown(cause),
            observed: Observed { provider_ref, unlisted, ..Observed::default() },
        }
    }

    /// An answer about another order, or about another shop's.
    pub(crate) fn somebody_else(&mut self, index: usize) -> Observed {
        let own = self.order(index).map(|order| order.purchase.customer.clone());
        let stranger = self.random.permille(500);
        let other = self
            .orders
            .iter()
            .rev()
            .find(|order| Some(&order.purchase.customer) != own.as_ref())
            .filter(|_| !stranger);
        if let Some(order) = other {
            return of_somebody_else(order.reference.clone(), order.cost, order.cost);
        }
        let strange = 900_000_000 + self.random.below(1_000_000);
        let total = Rupiah::new(10_000);
        ProviderRef::new(&strange.to_string())
            .map_or_else(Observed::default, |named| of_somebody_else(named, total, total))
    }
}

impl Order {
    /// What an answer about an executed order shows.
    pub(crate) fn shows(&self, balance: Rupiah, with_token: bool) -> Observed {
        let details = if self.purchase.family == Family::PlnPrepaid && with_token {
            let token = PlnToken::parse(&format!("{:020}", self.cost.get())).ok();
            FamilyDetails::PlnPrepaid(PlnPrepaidDetails { token, ..PlnPrepaidDetails::default() })
        } else {
            FamilyDetails::None
        };
        let receipt = Receipt {
            reference: Some(Sensitive::new(self.reference.to_string())),
            paid_at: self.paid_at,
            details,
            ..Receipt::default()
        };
        Observed {
            provider_ref: Some(self.reference.clone()),
            charged: Some(self.cost),
            total: self.total,
            balance_after: Some(balance),
            receipt: Some(Box::new(receipt)),
            ..Observed::default()
        }
    }

    /// Whether a status check shows the token now: some come only when asked again.
    pub(crate) fn token_is_there(&mut self) -> bool {
        self.token_asked += 1;
        !self.token_later || self.token_asked > 1
    }
}

fn reference(provider: u64, index: usize) -> ProviderRef {
    let text = format!("{}{index:07}", provider + 1);
    ProviderRef::new(&text).unwrap_or_else(|| unreachable!("the text is not empty"))
}
