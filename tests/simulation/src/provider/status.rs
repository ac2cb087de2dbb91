//! Status checks.

use ppob_payment::{Mutant, mutated};
use ppob_provider::{AttemptRef, PayRequest, ProviderError, ProviderErrorKind};
use ppob_types::{Observed, StatusReport, StatusVerdict};

use super::letters::can_be_asked;
use super::{Fate, Model, no_answer};
use crate::fault::Fault;
use crate::world::Habit;

impl Model {
    /// What is known of an attempt now.
    pub(super) fn status(&self, asked: &AttemptRef) -> Result<StatusReport, ProviderError> {
        if !can_be_asked(self.plan()) {
            return Err(ProviderError::unsupported("status check"));
        }
        let lost = self.stage().happens(&mut self.state().random, Fault::StatusLost);
        let Some(order) = self.look_up(asked) else {
            if self.plan().habit == Habit::PurchaseIsStatus {
                return self.buy_by_asking(asked, lost);
            }
            return if lost { Err(no_answer()) } else { Ok(bare(StatusVerdict::NotFound)) };
        };
        if lost {
            return Err(no_answer());
        }
        let balance = self.state().balance();
        let mut state = self.state();
        let now = self.shared.stage.clock.elapsed();
        let Some(order) = state.order_mut(order) else {
            return Err(no_answer());
        };
        let same = order.purchase.customer == asked.purchase.customer
            && order.purchase.product == asked.purchase.product;
        if !same && !mutated(Mutant::ReplyNotMatched) {
            let what = "the status in the answer names another customer number or product";
            return Err(ProviderError::new(ProviderErrorKind::Unreadable, what));
        }
        let lags = order.visible_at > now && self.plan().habit != Habit::PurchaseIsStatus;
        if lags {
            self.shared.stage.count(Fault::StatusLag);
            return Ok(bare(StatusVerdict::NotFound));
        }
        Ok(match order.fate.clone() {
            Fate::Working => StatusReport {
                verdict: StatusVerdict::Pending,
                observed: Observed {
                    provider_ref: Some(order.reference.clone()),
                    ..Observed::default()
                },
            },
            Fate::GivenBack => StatusReport {
                verdict: StatusVerdict::Reversed,
                observed: order.shows(balance, false),
            },
            Fate::Executed => {
                let with_token = order.token_is_there();
                let mut observed = order.shows(balance, with_token);
                let clock_is_set = [Fault::ClockForward, Fault::ClockBack]
                    .iter()
                    .any(|fault| self.shared.stage.world.is_on(*fault));
                // Where the machine's clock was set, the provider's own time confirms nothing.
                if let Some(receipt) = observed.receipt.as_mut().filter(|_| clock_is_set) {
                    receipt.paid_at = Some(asked.sent_at);
                }
                StatusReport { verdict: StatusVerdict::Succeeded, observed }
            }
            Fate::Refused(rejection, stated) => StatusReport {
                verdict: StatusVerdict::Rejected(rejection),
                observed: Observed { balance_after: stated, ..Observed::default() },
            },
            Fate::Dropped => bare(StatusVerdict::NotFound),
        })
    }

    fn look_up(&self, asked: &AttemptRef) -> Option<usize> {
        let state = self.state();
        let by_reference =
            || asked.provider_ref.as_ref().and_then(|named| state.find_reference(named));
        match self.plan().habit {
            Habit::OwnReference => by_reference(),
            Habit::OurReference | Habit::Forgetful => {
                by_reference().or_else(|| state.find_attempt(&asked.attempt))
            }
            Habit::PurchaseIsStatus => state.find_arrived(&asked.attempt),
            Habit::CallbackOnly => None,
        }
    }

    /// The provider does not know the reference, so the question is an order.
    fn buy_by_asking(&self, asked: &AttemptRef, lost: bool) -> Result<StatusReport, ProviderError> {
        let request = PayRequest {
            attempt: asked.attempt.clone(),
            purchase: asked.purchase.clone(),
            provider_code: asked.provider_code.clone(),
            max_cost: asked.max_cost,
            inquiry_token: None,
        };
        let call = self.state().plan_call(self.stage(), self.plan(), &request);
        self.arrive(&request, &call);
        if lost { Err(no_answer()) } else { Ok(bare(StatusVerdict::Pending)) }
    }
}

fn bare(verdict: StatusVerdict) -> StatusReport {
    StatusReport { verdict, observed: Observed::default() }
}
