//! The test numbers that providers document, through the API of the real binary: each ends as its provider's
//! table promises, with its reason, serial number and money.

mod digiflazz;
mod digiflazz_rows;
mod iak;
mod iak_rows;

use std::fmt::Debug;

use ppob_api::v1::{Attempt, AttemptState, Payment, PaymentState};
use ppob_e2e::{Problem, Result};
use ppob_simulator::Charge;
use tokio::task::{JoinSet, LocalSet};

/// How far and how a payment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    state: PaymentState,
    /// Of the failure or the doubt; empty if there is neither.
    reason: String,
    attempt: AttemptState,
}

impl Standing {
    fn new(state: PaymentState, reason: &str, attempt: AttemptState) -> Self {
        Self { state, reason: reason.to_owned(), attempt }
    }

    fn paid() -> Self {
        Self::new(PaymentState::Succeeded, "", AttemptState::Succeeded)
    }

    fn refused() -> Self {
        Self::new(PaymentState::Failed, "PROVIDER_REFUSED", AttemptState::Rejected)
    }

    fn pending() -> Self {
        Self::new(PaymentState::Processing, "", AttemptState::Pending)
    }

    fn of(payment: &Payment) -> Self {
        let doubt = payment.doubt.as_ref().map(|doubt| doubt.reason.as_str());
        let failure = payment.failure.as_ref().map(|failure| failure.reason.as_str());
        let attempt = payment.attempts.last().map(Attempt::state).unwrap_or_default();
        Self::new(payment.state(), doubt.or(failure).unwrap_or_default(), attempt)
    }
}

/// An error that says what was found in the place of what.
#[expect(clippy::needless_pass_by_value, reason = "what is compared is made for it")]
fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Problem::new(format!("{what}: {found:?} and not {expected:?}")))
}

/// Works on all rows at once, and tells of each that went wrong by its name.
async fn all_at_once<W: Future<Output = Result<()>> + 'static>(
    rows: impl IntoIterator<Item = (String, W)>,
) {
    let (all, mut working) = (LocalSet::new(), JoinSet::new());
    for (name, work) in rows {
        let work = async move { work.await.map_err(|problem| format!("{name}: {problem}")) };
        working.spawn_local_on(work, &all);
    }
    let done = all.run_until(working.join_all()).await;
    let wrong: Vec<String> = done.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{} rows went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The money of a payment that was paid is the money of its charge. What the customer pays for a top-up no
/// provider says: it is what the top-up is worth.
fn paid_as_charged(payment: &Payment, charge: &Charge, nominal: Option<i64>) -> Result<()> {
    let total = nominal.unwrap_or(charge.total);
    same("given back", charge.refunded, false)?;
    same("the total", payment.total_rupiah, Some(total))?;
    same("the cost", payment.cost_rupiah, Some(charge.cost))?;
    same("the commission", payment.commission_rupiah, Some(total - charge.cost))?;
    same("an unexpected cost", payment.cost_unexpected, false)?;
    // Who sells no bill does not print what the customer pays.
    let printed = payment.receipt.as_ref().and_then(|receipt| receipt.total_rupiah);
    same("the receipt's total", printed, Some(total).filter(|_| nominal.is_none()))
}
