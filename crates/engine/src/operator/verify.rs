//! Whether a reference that an operator names is this payment's: the provider is asked, and only its
//! word counts.

use std::time::Duration;

use ppob_journal::StoredPayment;
use ppob_payment::Attempt;
use ppob_provider::ProviderErrorKind;
use ppob_types::{Observed, ProviderRef, StatusReport, StatusVerdict};

use crate::OperateError;
use crate::engine::Inner;

/// How far the provider's own time of a payment may lie from ours.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(15);

impl Inner {
    /// Asks the provider about the reference an operator named. Customer, product, amount and date
    /// must fit; only then is it this payment.
    pub(super) async fn verify(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
        provider_ref: &ProviderRef,
    ) -> Result<Observed, OperateError> {
        let not_confirmed =
            |why: &str| OperateError::NotConfirmed { why: why.to_owned(), withdrawn: false };
        let asked = self.ask_status(stored, attempt, Some(provider_ref.clone())).await;
        let StatusReport { verdict, mut observed } = match asked {
            Ok(report) => report,
            Err(error) => {
                return Err(match error.kind {
                    ProviderErrorKind::Unreadable => not_confirmed(&error.message),
                    ProviderErrorKind::Unsupported => OperateError::NotVerifiable,
                    _ => OperateError::ProviderUnavailable(error.message),
                });
            }
        };
        match verdict {
            StatusVerdict::Succeeded => {}
            StatusVerdict::Pending => {
                return Err(not_confirmed("it still works on that reference"));
            }
            StatusVerdict::NotFound => {
                return Err(not_confirmed("it does not find that reference"));
            }
            StatusVerdict::Reversed => {
                return Err(not_confirmed("it gave the money of that reference back"));
            }
            StatusVerdict::Rejected(_) => return Err(not_confirmed("it refused that reference")),
        }
        // What is not stated does not fit: absence confirms nothing.
        if observed.total != Some(attempt.expected_total) {
            return Err(not_confirmed("that reference has another total"));
        }
        let paid_at = observed.receipt.as_ref().and_then(|receipt| receipt.paid_at);
        let from = attempt.begun_at;
        let until = attempt.no_negative_verdict_before.plus(CLOCK_TOLERANCE);
        let fits = paid_at.is_some_and(|at| at.plus(CLOCK_TOLERANCE) >= from && at <= until);
        if !fits {
            return Err(not_confirmed("that reference was paid at another time"));
        }
        // Asked by our reference, a provider answers whatever was named to us.
        if observed.provider_ref.as_ref().is_some_and(|told| told != provider_ref) {
            return Err(not_confirmed("it has another reference for this payment"));
        }
        observed.provider_ref = Some(provider_ref.clone());
        Ok(observed)
    }
}
