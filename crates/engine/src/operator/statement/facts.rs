//! What is known of a provider's attempts in a period.

use std::time::Duration;

use ppob_evidence::{AttemptFacts, DepositFacts, Standing};
use ppob_journal::StoredPayment;
use ppob_payment::{Attempt, AttemptState, Conclusion};
use ppob_types::{ProviderName, Retention, Rupiah, Timestamp};

use crate::OperateError;
use crate::engine::Inner;

/// How many payments are read at a time.
const PAGE: usize = 500;
/// The most attempts that are held against one statement.
const ATTEMPTS: usize = 1_000_000;
/// The most deposits.
const DEPOSITS: usize = 100_000;
/// Attempts of earlier versions are found by the acceptance of their payment.
const ACCEPTED_BEFORE: Duration = Duration::from_hours(1);

impl Inner {
    /// Every attempt at `provider` that began in `[from, until)`.
    pub(super) async fn attempts_between(
        &self,
        provider: &ProviderName,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<AttemptFacts>, OperateError> {
        let mut found = Vec::new();
        let mut after = 0;
        let begun = (from.minus(ACCEPTED_BEFORE), until);
        loop {
            let page = self.journal.payments_of_provider(provider, begun, after, PAGE).await;
            let page = page.map_err(|_| OperateError::JournalUnavailable)?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.serial;
            for stored in &page {
                let meant = stored.payment.attempts.iter().filter(|attempt| {
                    attempt.provider == *provider
                        && attempt.begun_at >= from
                        && attempt.begun_at < until
                });
                found.extend(meant.map(|attempt| facts(stored, attempt)));
            }
            if found.len() > ATTEMPTS {
                let problem = "more attempts fall into its time than are compared at once; import a \
                               shorter time";
                return Err(OperateError::FieldInvalid { field: "content", problem });
            }
        }
    }

    /// Recorded deposits of `[from, until)`.
    pub(super) async fn deposits_between(
        &self,
        provider: &ProviderName,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<DepositFacts>, OperateError> {
        let found = self.journal.deposits(provider, from, DEPOSITS).await;
        let found = found.map_err(|_| OperateError::JournalUnavailable)?;
        let facts =
            found.into_iter().filter(|deposit| deposit.credited_at < until).map(|deposit| {
                DepositFacts {
                    id: deposit.id,
                    amount: deposit.amount,
                    credited_at: deposit.credited_at,
                }
            });
        Ok(facts.collect())
    }
}

/// What is known of one attempt of a payment.
pub(super) fn facts(stored: &StoredPayment, attempt: &Attempt) -> AttemptFacts {
    let charge = attempt.late_charge.as_ref().map(|charge| &charge.observed);
    let reference = charge
        .and_then(|observed| observed.provider_ref.clone())
        .or_else(|| attempt.observed.provider_ref.clone());
    let has_customer = stored.payment.retention != Retention::NoPersonalData;
    // Whoever said that it paid said so after the debit.
    let debited_until = if attempt.state == AttemptState::Succeeded {
        attempt.changed_at.min(attempt.no_negative_verdict_before)
    } else {
        attempt.no_negative_verdict_before
    };
    AttemptFacts {
        key: stored.key.clone(),
        number: attempt.number,
        reference,
        customer: has_customer.then(|| stored.request.purchase.customer.clone()),
        provider_code: attempt.provider_code.clone(),
        expected_cost: attempt.expected_cost,
        max_cost: attempt.max_cost,
        begun_at: attempt.begun_at,
        debited_until,
        standing: standing(stored, attempt),
    }
}

fn standing(stored: &StoredPayment, attempt: &Attempt) -> Standing {
    match &stored.payment.conclusion {
        Some(Conclusion::Succeeded { attempt: paid, cost, .. }) if *paid == attempt.number => {
            return Standing::Succeeded { cost: *cost };
        }
        Some(Conclusion::Reversed { attempt: paid, cost, .. }) if *paid == attempt.number => {
            return Standing::Reversed { cost: *cost };
        }
        _ => {}
    }
    if let Some(charge) = &attempt.late_charge {
        return Standing::LateCharge { cost: charged(attempt, charge.observed.charged) };
    }
    match attempt.state {
        AttemptState::Sending | AttemptState::Pending | AttemptState::Unknown(_) => Standing::Open,
        AttemptState::Succeeded => Standing::Succeeded { cost: attempt.cost() },
        AttemptState::NotSent(_) | AttemptState::Rejected(_) | AttemptState::NotExecuted => {
            Standing::Dead
        }
    }
}

fn charged(attempt: &Attempt, charged: Option<Rupiah>) -> Rupiah {
    charged.unwrap_or(attempt.expected_cost)
}
