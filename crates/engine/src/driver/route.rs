//! Choosing whom to ask, and making the intent durable.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{Committed, EventKind, JournalError, NewPayment, StoredPayment};
use ppob_layers::Reservation;
use ppob_payment::{AttemptState, Event, Mutant, NewAttempt, Payment, mutated, step};
use ppob_routing::{Candidate, Need, Product, Route, RouteQuestion, rank};
use ppob_types::{AttemptId, Clock, FailureReason, NotSentCause, ProviderName, Rupiah};

use super::bill::BillVerdict;
use super::send::Ready;
use super::{Begun, Routed};
use crate::engine::Inner;
use crate::persist::change;

/// A provider chosen, with room reserved for one payment.
pub(super) struct Chosen {
    pub(super) attempt: NewAttempt,
    pub(super) reservation: Reservation,
}

/// What an attempt is expected to cost.
pub(super) struct Money {
    pub(super) expected_cost: Rupiah,
    pub(super) max_cost: Rupiah,
    pub(super) expected_total: Rupiah,
}

impl Inner {
    /// Ranks the offers of a product.
    pub(crate) fn route(&self, product: &Product, question: &RouteQuestion<'_>) -> Route {
        let names: BTreeSet<&ProviderName> =
            product.offers.iter().map(|offer| &offer.provider).collect();
        let facts =
            self.providers.facts(names.into_iter(), &product.code, product.family, question.now);
        let strategy = self.config.strategies.of(&product.code, product.family);
        rank(question, product, &facts, strategy)
    }

    /// Chooses a provider for a product with a listed price.
    pub(super) async fn choose_listed(
        &self,
        product: &Product,
        new: &NewPayment,
    ) -> Option<Chosen> {
        let approved = new.request.approved_total();
        let amount = new.request.purchase.amount;
        let candidates = self.candidates(product, amount, &new.payment);
        for candidate in candidates {
            let Some(money) = listed_money(&candidate, amount.or(product.nominal)) else {
                continue;
            };
            if approved.is_some_and(|approved| money.expected_total > approved) {
                continue;
            }
            let chosen = self.reserve(product, candidate, money, new.serial, &new.payment).await;
            if chosen.is_some() {
                return chosen;
            }
        }
        None
    }

    /// Looks for somebody to ask and makes the intent durable.
    pub(super) async fn route_and_begin(
        self: &Arc<Self>,
        stored: StoredPayment,
        elsewhere: &mut Duration,
    ) -> Routed {
        let catalogue = self.prices.catalogue();
        let purchase = &stored.request.purchase;
        let Some(product) = catalogue.get(&purchase.product) else {
            return Routed::GiveUp(FailureReason::NoRoute);
        };
        let approved = stored.request.approved_total();
        let mut without_answer = FailureReason::NoRoute;
        for candidate in self.candidates(product, purchase.amount, &stored.payment) {
            let money = if product.family.is_bill() {
                let asked = self.clock.monotonic();
                let verdict = self.verify_bill(&stored, &candidate).await;
                *elsewhere = elsewhere.saturating_add(self.clock.monotonic().since(asked));
                match verdict {
                    BillVerdict::Pay(money) => money,
                    BillVerdict::GiveUp(reason) => return Routed::GiveUp(reason),
                    BillVerdict::AskAnother => {
                        without_answer = FailureReason::InquiryFailed;
                        continue;
                    }
                }
            } else {
                match listed_money(&candidate, purchase.amount.or(product.nominal)) {
                    Some(money) if approved.is_none_or(|total| money.expected_total <= total) => {
                        money
                    }
                    Some(_) | None => continue,
                }
            };
            let chosen =
                self.reserve(product, candidate, money, stored.serial, &stored.payment).await;
            if let Some(chosen) = chosen {
                return self.begin(stored, chosen).await;
            }
        }
        Routed::GiveUp(reason_of_no_route(&stored.payment, without_answer))
    }

    fn candidates(
        &self,
        product: &Product,
        amount: Option<Rupiah>,
        payment: &Payment,
    ) -> Vec<Candidate> {
        let tried: Vec<ProviderName> = payment
            .attempts
            .iter()
            .filter(|attempt| !is_our_own_doing(&attempt.state))
            .map(|attempt| attempt.provider.clone())
            .collect();
        let question = RouteQuestion {
            now: self.now(),
            need: Need::Pay,
            bill_amount: amount,
            max_cost: None,
            already_tried: &tried,
            draw: self.draw(),
        };
        self.route(product, &question).candidates
    }

    /// Takes breaker, bulkhead and rate token; waiting is bounded and happens before any intent.
    async fn reserve(
        &self,
        product: &Product,
        candidate: Candidate,
        money: Money,
        serial: u64,
        payment: &Payment,
    ) -> Option<Chosen> {
        let setup = self.providers.get(&candidate.provider)?;
        let reservation = match setup.guarded.reserve.reserve(&product.code).await {
            Ok(reservation) => reservation,
            Err(no_room) => {
                tracing::debug!(provider = %candidate.provider, reason = no_room.as_str(), "no room");
                return None;
            }
        };
        let number = u32::try_from(payment.attempts.len()).ok()?.checked_add(1)?;
        let capability = setup.guarded.provider.capability(product.family);
        Some(Chosen {
            attempt: NewAttempt {
                id: AttemptId::new(serial, number),
                provider: candidate.provider,
                provider_code: candidate.provider_code,
                expected_cost: money.expected_cost,
                max_cost: money.max_cost,
                expected_total: money.expected_total,
                late_execution_bound: capability.late_execution_bound,
            },
            reservation,
        })
    }

    /// Makes the intent durable. Only then is there anything to send.
    async fn begin(self: &Arc<Self>, stored: StoredPayment, chosen: Chosen) -> Routed {
        let now = self.now();
        let Chosen { attempt, reservation } = chosen;
        let after = match step(&stored.payment, Event::Begin(attempt), now) {
            Ok(after) => after.payment,
            Err(_) => return self.changed(&stored).await,
        };
        let number = after.attempts.len();
        let Some(ready) = Ready::new(self, &after, reservation) else {
            return Routed::Changed(stored);
        };
        let intent = change(&stored, after.clone(), EventKind::AttemptBegun, now);
        if mutated(Mutant::IntentAfterSend) {
            let unrecorded = StoredPayment { payment: after, ..stored };
            return Routed::Ready(Begun::new(unrecorded, Some(ready)));
        }
        match self.journal.commit(intent).await {
            Ok(Committed::Done(stored)) => {
                self.live.publish((*stored).clone());
                Routed::Ready(Begun::new(*stored, Some(ready)))
            }
            Ok(Committed::Stale | Committed::ReferenceTaken { .. }) => self.changed(&stored).await,
            Err(error) => self.settle_unclear_intent(stored, number, &error).await,
        }
    }

    /// The commit of an intent was not acknowledged. No permit exists, so nothing was sent; if the
    /// intent is durable after all, that is recorded.
    async fn settle_unclear_intent(
        self: &Arc<Self>,
        stored: StoredPayment,
        attempts: usize,
        error: &JournalError,
    ) -> Routed {
        tracing::error!(payment = %stored.key, %error, "an intent was not acknowledged; nothing was sent");
        let Some(current) = self.reload(&stored).await else {
            return Routed::Missing;
        };
        let begun =
            current.version == stored.version + 1 && current.payment.attempts.len() == attempts;
        let Some(attempt) = current.payment.live_attempt().filter(|_| begun) else {
            return Routed::Changed(current);
        };
        let event = Event::NotBegun { attempt: attempt.number, cause: NotSentCause::NoPermit };
        match self.record(current, EventKind::Answered, &[event], Vec::new()).await {
            Ok(stored) => Routed::Changed(stored),
            Err(_) => Routed::Missing,
        }
    }

    async fn changed(&self, stored: &StoredPayment) -> Routed {
        match self.reload(stored).await {
            Some(current) => Routed::Changed(current),
            None => Routed::Missing,
        }
    }
}

fn listed_money(candidate: &Candidate, nominal: Option<Rupiah>) -> Option<Money> {
    let expected_cost = candidate.cost?;
    Some(Money {
        expected_cost,
        max_cost: candidate.max_cost?,
        expected_total: candidate.total.or(nominal).unwrap_or(expected_cost),
    })
}

/// After a refusal, "the provider refused" says more than "nobody else could be asked".
fn reason_of_no_route(payment: &Payment, otherwise: FailureReason) -> FailureReason {
    let refused =
        payment.attempts.iter().any(|attempt| matches!(attempt.state, AttemptState::Rejected(_)));
    if refused { FailureReason::ProviderRefused } else { otherwise }
}

/// Nothing was sent, and the provider has no part in that: it may be asked again.
const fn is_our_own_doing(state: &AttemptState) -> bool {
    matches!(state, AttemptState::NotSent(NotSentCause::NoPermit | NotSentCause::PermitExpired))
}
