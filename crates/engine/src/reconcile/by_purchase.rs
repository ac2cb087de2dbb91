//! Asking by the purchase itself, where that is all a provider has for a status check.
//!
//! If the first request never arrived, the question buys. So it is asked like a payment: only while somebody
//! waits for what it may buy, only once it is durable that it is asked, at most once by one permit, and from
//! then on the late-execution bound counts anew. Nor is it asked where the provider may not know the first
//! request: at another account or address than that was sent to.

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_journal::{EventKind, JournalError, Page, StoredPayment};
use ppob_payment::{Attempt, AttemptState, Event};
use ppob_provider::{Capability, PayRequest, ProviderError, ProviderErrorKind, SendPermit};
use ppob_routing::Mode;
use ppob_types::{Clock, ProviderName, StatusReport};

use crate::ProviderSetup;
use crate::engine::Inner;
use crate::inquiry::guarded;

const PAGE: usize = 500;

/// The document that says when the record was found to have forgotten sends.
const SET_BACK: &str = "set-back-at";

impl Inner {
    /// Whether the provider may be asked about an attempt now. A status check that is a purchase has its times,
    /// and its reasons not to be made: nothing is bought where a person has stopped buying, nor for what a
    /// record that was set back may have known better.
    pub(crate) fn may_ask(&self, capability: &Capability, attempt: &Attempt) -> bool {
        let now = self.now();
        let restored = self.restored.get().map(|restored| restored.restored_at);
        let moved = self.logins.moved_at(&attempt.provider);
        let unsure = restored.max(self.set_back_at.get().copied()).max(moved);
        capability.status_is_purchase.is_none_or(|bounds| {
            attempt.is_alive()
                && !self.is_stopped(&attempt.provider)
                && unsure.is_none_or(|until| attempt.begun_at > until)
                && now.since(attempt.begun_at) < bounds.max_age
                && self.clock.left_of(bounds.min_gap, attempt.asked_at()).is_zero()
        })
    }

    /// Whether a person has stopped buying there.
    fn is_stopped(&self, provider: &ProviderName) -> bool {
        matches!(self.providers.mode(provider), Mode::Frozen { .. } | Mode::Off)
    }

    /// Whether a status check may still buy what this attempt was to buy.
    pub(crate) fn may_still_ask_by_purchase(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
    ) -> bool {
        let Some(setup) = self.providers.get(&attempt.provider) else { return false };
        let capability = setup.guarded.provider.capability(stored.payment.terms.family);
        let age = self.now().since(attempt.begun_at);
        capability.status_is_purchase.is_some_and(|bounds| age < bounds.max_age)
    }

    /// Makes the purchase of an attempt again, as its status check.
    pub(super) async fn ask_by_purchase(
        self: &Arc<Self>,
        setup: &ProviderSetup,
        stored: &StoredPayment,
        attempt: &Attempt,
    ) -> Result<StatusReport, ProviderError> {
        // Before it is written down, because that moves the bound; and after it, because much may happen meanwhile.
        if !is_wanted(stored, attempt) || self.was_passed_by(stored).await? {
            return Err(not_wanted());
        }
        let start_within = self.told().config.start_within;
        // Measured from before the commit: a process that slept in between must not send.
        let start_by = self.clock.monotonic().plus(start_within);
        let start_by_wall = self.now().plus(start_within);
        let capability = setup.guarded.provider.capability(stored.payment.terms.family);
        let late_execution_bound = capability.late_execution_bound.saturating_add(start_within);
        let asked = Event::AskedByPurchase { attempt: attempt.number, late_execution_bound };
        let recorded = self.record(stored.clone(), EventKind::Reported, &[asked], Vec::new()).await;
        let recorded = recorded.map_err(|_| not_asked())?;
        if !is_wanted(&recorded, attempt) || self.was_passed_by(&recorded).await? {
            return Err(not_wanted());
        }
        if self.is_stopped(&attempt.provider) {
            return Err(not_asked());
        }
        if self.now() > start_by_wall {
            return Err(not_asked());
        }
        let request = PayRequest {
            attempt: attempt.id.clone(),
            purchase: stored.request.purchase.clone(),
            provider_code: attempt.provider_code.clone(),
            max_cost: attempt.max_cost,
            inquiry_token: None,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "that this attempt is asked about by its purchase was just committed"
        )]
        let (permit, _) = SendPermit::mint(attempt.id.clone(), start_by, self.shared_clock());
        let cx = self.call_context();
        let known = attempt.observed.provider_ref.as_ref();
        guarded(setup.guarded.provider.check_by_purchase(&cx, &request, known, permit)).await
    }

    /// Whether somebody paid once more in spite of this payment's doubt. A provider that was taken out of the
    /// configuration meanwhile and put back must not buy it besides.
    async fn was_passed_by(&self, stored: &StoredPayment) -> Result<bool, ProviderError> {
        let customer = BTreeSet::from([stored.request.purchase.customer.clone()]);
        let mut before_serial = None;
        loop {
            let page = Page { before_serial, limit: PAGE };
            let payments = self.journal.payments_of(&customer, page).await;
            let payments = payments.map_err(|_| not_asked())?;
            let passes_by = |other: &StoredPayment| {
                other.key.consumer == stored.key.consumer
                    && other.request.despite_in_doubt.as_ref() == Some(&stored.key.id)
            };
            if payments.iter().any(passes_by) {
                return Ok(true);
            }
            // None that was accepted before it can have passed it by.
            match payments.last() {
                Some(last) if last.serial > stored.serial => before_serial = Some(last.serial),
                _ => return Ok(false),
            }
        }
    }

    /// Takes up until when the record was set back at an earlier start, or is now.
    pub(crate) async fn restore_set_back(&self, lost_sends: bool) -> Result<(), JournalError> {
        if lost_sends {
            let now = serde_json::to_string(&self.now())
                .map_err(|error| JournalError::Corrupt(error.to_string()))?;
            self.journal.save_document(SET_BACK, now).await?;
        }
        if let Some(json) = self.journal.load_document(SET_BACK).await? {
            let at = serde_json::from_str(&json)
                .map_err(|error| JournalError::Corrupt(format!("{SET_BACK}: {error}")))?;
            let _ = self.set_back_at.set(at);
        }
        Ok(())
    }
}

/// Whether somebody waits for what the check may buy. Who gave up must not be sold what never arrived; what
/// the provider has acknowledged is theirs.
fn is_wanted(stored: &StoredPayment, attempt: &Attempt) -> bool {
    let known = stored.payment.attempt(attempt.number);
    let known = known.filter(|known| known.id == attempt.id && known.is_alive());
    known.is_some_and(|known| {
        !stored.payment.no_further_attempt || !matches!(known.state, AttemptState::Unknown(_))
    })
}

fn not_wanted() -> ProviderError {
    ProviderError::unsupported("a status check that buys, about what nobody waits for any more")
}

fn not_asked() -> ProviderError {
    ProviderError::new(
        ProviderErrorKind::Transport,
        "it was not asked: that it is asked could not be recorded in time",
    )
}
