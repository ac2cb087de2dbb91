//! Reading a bill again right before paying it, and holding it against what was approved.

use ppob_journal::StoredPayment;
use ppob_payment::Approval;
use ppob_provider::{InquiryRule, ProviderError, ProviderErrorKind};
use ppob_routing::Candidate;
use ppob_types::{
    AttemptId, Bill, FailureReason, Family, InquiryToken, RefusalScope, Rupiah, Sensitive,
    Timestamp,
};

use super::route::Money;
use crate::engine::Inner;

/// The inquiry that an attempt rests on.
#[derive(Debug)]
pub(super) struct Asked {
    /// The attempt it was asked for, whose id is the reference of both.
    pub(super) attempt: AttemptId,
    pub(super) at: Timestamp,
    /// What the provider wants back with the payment.
    pub(super) token: Option<InquiryToken>,
}

/// What a fresh inquiry means for the payment.
pub(super) enum BillVerdict {
    /// It is what was approved.
    Pay(Money),
    /// It is not, or the biller refused.
    GiveUp(FailureReason),
    /// This provider could not say, or another may still show the bill that was approved; this is
    /// why, if nobody does.
    AskAnother(FailureReason),
}

impl Inner {
    /// Asks the provider that is to pay what is owed now. Nothing ties the two calls together at
    /// some providers, so this is asked right before paying; the race that remains cannot be closed.
    pub(super) async fn verify_bill(
        &self,
        stored: &StoredPayment,
        candidate: &Candidate,
    ) -> BillVerdict {
        let purchase = &stored.request.purchase;
        let asked_at = self.now();
        let made = u32::try_from(stored.payment.attempts.len()).unwrap_or(u32::MAX);
        let attempt = self.asked_as(stored, made.saturating_add(1));
        let code = &candidate.provider_code;
        let asked = self.ask(&candidate.provider, code, purchase, attempt.clone()).await;
        match asked {
            Ok(bill) if !approves(stored, candidate, &bill) => {
                if stored.request.shown.as_ref().is_some_and(|s| s.provider == candidate.provider) {
                    // The very provider that showed it shows another bill now.
                    BillVerdict::GiveUp(FailureReason::BillChanged)
                } else {
                    BillVerdict::AskAnother(FailureReason::BillChanged)
                }
            }
            Ok(bill) => match self.money_of(purchase.family, candidate, &bill) {
                Some(money) => {
                    let asked = Asked { attempt, at: asked_at, token: bill.token };
                    BillVerdict::Pay(Money { asked: Some(asked), ..money })
                }
                None => BillVerdict::AskAnother(FailureReason::NoRoute),
            },
            Err(ProviderError { kind: ProviderErrorKind::Refused(rejection), .. })
                if rejection.scope == RefusalScope::Bill =>
            {
                BillVerdict::GiveUp(FailureReason::from(rejection.code))
            }
            Err(error) => {
                tracing::warn!(provider = %candidate.provider, class = error.class(), "bill not read");
                BillVerdict::AskAnother(FailureReason::InquiryFailed)
            }
        }
    }

    /// What the bill costs at this provider; none if that cannot be known, is more than its listed
    /// price allows, or more than the deposit has.
    fn money_of(&self, family: Family, candidate: &Candidate, bill: &Bill) -> Option<Money> {
        let amount = bill.amount.or_else(|| bill.total.minus(bill.admin?).ok());
        let setup = self.providers.get(&candidate.provider)?;
        let tolerance = setup.cost_tolerance;
        let listed = amount.and_then(|amount| candidate.price.of_bill(amount).ok());
        let capability = setup.guarded.provider.capability(family);
        // Lists state the fee of one sheet, and a bill may have several: what a provider states of the very
        // bill that is paid counts, if it is not more than the customer pays.
        let binds = matches!(capability.inquiry, InquiryRule::Bound { .. });
        let expected_cost = match (bill.cost, listed) {
            (Some(stated), _) if binds && stated <= bill.total => stated,
            (Some(stated), Some(listed)) if stated > listed.plus(tolerance).ok()? => return None,
            (Some(stated), _) => stated,
            (None, listed) => listed?,
        };
        let provider = &candidate.provider;
        let affordable = self.providers.can_afford(provider, &setup, expected_cost, self.now());
        affordable.then_some(Money {
            expected_cost,
            max_cost: expected_cost.plus(tolerance).ok()?,
            expected_total: bill.total,
            asked: None,
        })
    }
}

impl Asked {
    /// Whether the provider still takes a payment of what it answered. At one that does not tie them
    /// together it is asked right before, and that is all there is.
    pub(super) fn may_still_be_paid(&self, rule: InquiryRule, now: Timestamp) -> bool {
        match rule {
            InquiryRule::None | InquiryRule::Unbound => true,
            InquiryRule::Bound { valid_for, same_day } => {
                now.since(self.at) < valid_for && (!same_day || now.wib_day() == self.at.wib_day())
            }
        }
    }
}

fn approves(stored: &StoredPayment, candidate: &Candidate, bill: &Bill) -> bool {
    let request = &stored.request;
    match (&request.approval, &request.shown) {
        (Approval::ListPrice, _) | (Approval::Inquired(_), None) => false,
        (Approval::Total(total), _) => within(bill.total, *total, request.allow_lower_total),
        (Approval::Inquired(_), Some(shown)) if shown.provider == candidate.provider => {
            within(bill.total, shown.bill.total, request.allow_lower_total)
        }
        // Another provider's admin fee may differ; the bill itself must be the same bill.
        (Approval::Inquired(_), Some(shown)) => {
            bill.amount.is_some()
                && bill.amount == shown.bill.amount
                && bill.periods == shown.bill.periods
                && same_name(bill.customer_name.as_ref(), shown.bill.customer_name.as_ref())
                && bill.total <= shown.bill.total
        }
    }
}

/// Providers write one name in capitals or not, and with more or fewer spaces.
fn same_name(one: Option<&Sensitive>, other: Option<&Sensitive>) -> bool {
    let normal = |name: &Sensitive| {
        let words: Vec<String> = name.expose().split_whitespace().map(str::to_uppercase).collect();
        words.join(" ")
    };
    one.map(normal) == other.map(normal)
}

fn within(total: Rupiah, approved: Rupiah, allow_lower: bool) -> bool {
    total == approved || (allow_lower && total < approved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_bill_is_never_approved_and_a_lower_one_only_if_allowed() {
        let (low, high) = (Rupiah::new(99), Rupiah::new(100));
        assert!(within(high, high, false));
        assert!(!within(low, high, false));
        assert!(within(low, high, true));
        assert!(!within(high, low, true));
    }
}
