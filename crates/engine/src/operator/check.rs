//! Asking a provider now.

use std::sync::Arc;

use ppob_journal::{AuditSubject, StoredPayment, Who};
use ppob_payment::{Attempt, AttemptState, Next, next};
use ppob_provider::Capability;
use ppob_types::{PaymentKey, ProviderRef, Timestamp};

use super::audit::{Deed, standing};
use super::resolve::Confirmed;
use super::{attempt_in_doubt, attempt_to_name, require_who};
use crate::engine::Inner;
use crate::{Engine, OperateError};

/// A question to a provider about a payment.
#[derive(Clone, Debug)]
pub struct CheckNow {
    /// About which payment.
    pub key: PaymentKey,
    /// The provider's own number, if the operator found one; the engine verifies it.
    pub provider_ref: Option<ProviderRef>,
    /// Who asks.
    pub who: Who,
}

/// What a check brought.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The payment after it.
    pub payment: Arc<StoredPayment>,
    /// The attempt that was asked about.
    pub attempt: u32,
    /// What was found.
    pub found: Found,
    /// When.
    pub at: Timestamp,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The provider says that it paid.
    Paid,
    /// The provider still works on it.
    Pending,
    /// The provider refused it.
    Refused,
    /// The provider does not find it. That proves nothing.
    NotFound,
    /// The provider says that it paid, and gave the money back.
    GivenBack,
    /// A fresh inquiry says that nothing is owed.
    BillGone,
    /// A fresh inquiry still shows the bill.
    BillStillThere,
    /// The balances of the account, which nothing else uses, show that it was paid.
    InBalances,
    /// Money is missing from the account that it would explain, but not it alone.
    FitsBalances,
    /// Nothing was found that speaks for either.
    Nothing,
    /// The engine was asking already; its news is in the payment.
    Underway,
}

/// What a look at a payment brought, or why it brought nothing, in words for people.
pub(crate) type Look = Result<Found, String>;

impl Engine {
    /// Asks the provider about a payment now. Begins no attempt; a check that is a purchase buys what never
    /// arrived.
    ///
    /// # Errors
    /// [`OperateError`]; the payment was not changed then.
    pub async fn check_now(&self, check: CheckNow) -> Result<Checked, OperateError> {
        require_who(&check.who)?;
        let inner = Arc::clone(&self.inner);
        let work = async move { inner.check_now(&check).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

impl Inner {
    pub(super) async fn check_now(
        self: &Arc<Self>,
        check: &CheckNow,
    ) -> Result<Checked, OperateError> {
        let stored = self.found(&check.key).await?;
        let known = |attempt: &Attempt| attempt.observed.provider_ref.clone();
        let supplied = check.provider_ref.as_ref().filter(|reference| {
            attempt_in_doubt(&stored).and_then(known).as_ref() != Some(*reference)
        });
        match supplied {
            Some(reference) => self.check_reference(check, &stored, reference).await,
            None => self.check_known(check, &stored).await,
        }
    }

    /// With what the engine knows.
    async fn check_known(
        self: &Arc<Self>,
        check: &CheckNow,
        stored: &StoredPayment,
    ) -> Result<Checked, OperateError> {
        let attempt = self.askable(stored)?.clone();
        let look = match self.turns.take(&check.key) {
            Some(turn) => self.check(stored, turn, true).await,
            // If somebody works on it already, that brings its news, too.
            None => Ok(Found::Underway),
        };
        let payment = self.found(&check.key).await?;
        let now = self.now();
        let after = match &look {
            Ok(found) => format!("{}; {}", standing(&payment, Some(&attempt)), found.as_str()),
            Err(_) => "the provider did not answer".to_owned(),
        };
        let entry = Deed {
            who: &check.who,
            action: "CheckNow",
            subject: AuditSubject::Payment(&check.key),
            reason: "",
            before: standing(stored, Some(&attempt)),
            after,
        };
        let audited = self.journal.audit(entry.entry(now)).await;
        audited.map_err(|_| OperateError::JournalUnavailable)?;
        let found = look.map_err(OperateError::ProviderUnavailable)?;
        Ok(Checked { payment, attempt: attempt.number, found, at: now })
    }

    /// With a reference that the operator found: only if the provider confirms it, it is this payment's.
    async fn check_reference(
        self: &Arc<Self>,
        check: &CheckNow,
        stored: &StoredPayment,
        reference: &ProviderRef,
    ) -> Result<Checked, OperateError> {
        attempt_to_name(stored).ok_or(OperateError::NothingToCheck)?;
        let turn = self.turns.wait(&check.key).await;
        let stored = self.found(&check.key).await?;
        let attempt = attempt_to_name(&stored).ok_or(OperateError::NothingToCheck)?;
        let capability = self.capability(&stored, attempt).ok_or(OperateError::CheckNotPossible)?;
        if !capability.status.possible(true) {
            return Err(OperateError::CheckNotPossible);
        }
        let observed = self.verify(&stored, attempt, reference).await?;
        let reason = format!("reference {reference}");
        let confirmed =
            Confirmed { who: &check.who, action: "CheckNow", reason: &reason, observed };
        let payment = self.settle_confirmed(&stored, attempt.number, confirmed, &turn).await?;
        Ok(Checked { payment, attempt: attempt.number, found: Found::Paid, at: self.now() })
    }

    /// The attempt that can be asked about now.
    fn askable<'a>(&self, stored: &'a StoredPayment) -> Result<&'a Attempt, OperateError> {
        let number = match next(&stored.payment, self.now()) {
            Next::Check { attempt, .. } => attempt,
            Next::Review => return Err(OperateError::CheckNotPossible),
            Next::Route | Next::GiveUp(_) | Next::AwaitAnswer | Next::Nothing => {
                return Err(OperateError::NothingToCheck);
            }
        };
        let attempt = stored.payment.attempt(number).ok_or(OperateError::NothingToCheck)?;
        let capability = self.capability(stored, attempt).ok_or(OperateError::CheckNotPossible)?;
        let known = attempt.observed.provider_ref.is_some();
        if capability.status.possible(known) {
            return self.in_bounds(stored, &capability, attempt).map(|()| attempt);
        }
        let can_inquire =
            stored.payment.terms.family.is_bill() && capability.inquiry.is_supported();
        let by_balances = self.accounts.is_kept(&attempt.provider);
        if (can_inquire || by_balances) && attempt.state != AttemptState::Pending {
            return Ok(attempt);
        }
        Err(OperateError::CheckNotPossible)
    }

    /// A status check that is a purchase has its times, and some providers want time between any two.
    fn in_bounds(
        &self,
        stored: &StoredPayment,
        capability: &Capability,
        attempt: &Attempt,
    ) -> Result<(), OperateError> {
        let left = match capability.status_is_purchase {
            Some(bounds) => self.clock.left_of(bounds.min_gap, attempt.asked_at()),
            None => self.left_of_gap(stored, attempt),
        };
        if left.is_zero() && self.may_ask(capability, attempt) {
            return Ok(());
        }
        let until = Some(left).filter(|left| !left.is_zero()).map(|left| self.now().plus(left));
        Err(until.map_or(OperateError::CheckNotPossible, |until| OperateError::CheckTooEarly {
            until,
            after: until.since(self.now()),
        }))
    }

    fn capability(&self, stored: &StoredPayment, attempt: &Attempt) -> Option<Capability> {
        let setup = self.providers.get(&attempt.provider)?;
        Some(setup.guarded.provider.capability(stored.payment.terms.family))
    }
}

impl Found {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "the provider confirms that it was paid",
            Self::Pending => "the provider says that it still works on it",
            Self::Refused => "the provider says that it refused it",
            Self::NotFound => "the provider does not find it, which proves nothing by itself",
            Self::GivenBack => "the provider says that it paid, and gave the money back",
            Self::BillGone => {
                "a fresh inquiry says that nothing is owed: paid by this attempt, or by somebody else"
            }
            Self::BillStillThere => {
                "a fresh inquiry still shows the bill: not paid, or the biller lags behind"
            }
            Self::InBalances => {
                "the balances of the account show that it was paid: money is missing that nothing else explains"
            }
            Self::FitsBalances => {
                "money is missing from the account that this payment would explain, but not it alone"
            }
            Self::Nothing => "nothing was found that speaks for either",
            Self::Underway => "the engine was asking already, and its news is in the payment",
        }
    }
}
