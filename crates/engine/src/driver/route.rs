//! Choosing whom to ask, and making the intent durable.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{Committed, EventKind, JournalError, NewPayment, StoredPayment};
use ppob_layers::{NoRoom, Reservation};
use ppob_payment::{
    Attempt, AttemptState, Event, Mutant, NewAttempt, Payment, PaymentRequest, mutated, step,
};
use ppob_provider::InquiryRule;
use ppob_routing::{Candidate, LeftOut, Need, Product, Route, RouteQuestion, rank};
use ppob_types::{
    AttemptId, Clock, CrashPoint, FailureReason, InquiryToken, NotSentCause, ProductCode,
    ProviderName, Rupiah,
};

use super::bill::{Asked, BillVerdict};
use super::send::Ready;
use super::{Begun, Routed};
use crate::accounts::Lane;
use crate::engine::Inner;
use crate::intake::listed_total;
use crate::persist::change;
use crate::{ProviderSetup, RouteExplanation};

/// A provider chosen, with room reserved for one payment.
pub(super) struct Chosen {
    pub(super) attempt: NewAttempt,
    pub(super) room: Room,
}

/// What one attempt goes on with, whatever the engine is told meanwhile.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) setup: Arc<ProviderSetup>,
    pub(super) reservation: Reservation,
    pub(super) lane: Lane,
    /// How long after its intent the send may start; the late-execution bound counts on it.
    pub(super) start_within: Duration,
    /// What the provider wants back of its inquiry.
    pub(super) inquiry_token: Option<InquiryToken>,
}

/// Why no attempt begins at a candidate.
enum NotNow {
    NoRoom(NoRoom),
    /// The account makes one payment at a time now, and one is on its way.
    OneAtATime,
    /// It is not offered any more as it was chosen.
    Outdated,
}

/// What an attempt is expected to cost.
pub(super) struct Money {
    pub(super) expected_cost: Rupiah,
    pub(super) max_cost: Rupiah,
    pub(super) expected_total: Rupiah,
    /// The inquiry it is known from; none where prices are listed.
    pub(super) asked: Option<Asked>,
}

impl Inner {
    /// Ranks the offers of a product.
    pub(crate) fn route(&self, product: &Product, question: &RouteQuestion<'_>) -> Route {
        self.explained(product, question).route
    }

    /// The same, with what it was made of.
    pub(crate) fn explained(
        &self,
        product: &Product,
        question: &RouteQuestion<'_>,
    ) -> RouteExplanation {
        let names: BTreeSet<&ProviderName> =
            product.offers.iter().map(|offer| &offer.provider).collect();
        let told = self.told();
        let (code, family) = (&product.code, product.family);
        let (now, moment) = (question.now, self.clock.monotonic());
        let facts = self.providers.facts(&told, names.into_iter(), code, family, now, moment);
        let strategy = told.config.strategies.of(code, family);
        RouteExplanation { route: rank(question, product, &facts, strategy), facts }
    }

    /// Chooses a provider for a product with a listed price.
    pub(super) async fn choose_listed(
        &self,
        product: &Product,
        new: &NewPayment,
    ) -> Option<Chosen> {
        let approved = new.payment.terms.max_total;
        let amount = new.request.purchase.amount;
        let route = self.ask_route(product, &new.request, &new.payment);
        for candidate in route.candidates {
            let money = listed_money(&candidate, amount.or(product.nominal));
            let Some(money) = money.filter(|money| money.is_approved(approved)) else { continue };
            if let Ok(chosen) =
                self.reserve(product, candidate, money, new.serial, &new.payment).await
            {
                return Some(chosen);
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
        let route = self.ask_route(product, &stored.request, &stored.payment);
        // Room comes back by itself: while only that is lacking, the payment waits for it.
        let passing = |reason: &LeftOut| matches!(reason, LeftOut::NoRoom | LeftOut::OneAtATime);
        let mut look_again = route.left_out.iter().any(|(_, reason)| passing(reason));
        let mut because = FailureReason::NoRoute;
        for candidate in route.candidates {
            let money = match self.money(product, &stored, &candidate, elsewhere).await {
                BillVerdict::Pay(money) => money,
                BillVerdict::GiveUp(reason) => return Routed::GiveUp(reason),
                BillVerdict::AskAnother(reason) => {
                    because = because.max(reason);
                    continue;
                }
            };
            match self.reserve(product, candidate, money, stored.serial, &stored.payment).await {
                Ok(chosen) => return self.begin(stored, chosen).await,
                Err(
                    NotNow::NoRoom(NoRoom::Bulkhead | NoRoom::RateLimit)
                    | NotNow::OneAtATime
                    | NotNow::Outdated,
                ) => {
                    look_again = true;
                }
                Err(NotNow::NoRoom(NoRoom::BreakerOpen)) => {}
            }
        }
        if look_again {
            return Routed::NoRoomYet(stored);
        }
        Routed::GiveUp(reason_of_no_route(&stored.payment, because))
    }

    /// What an attempt at this candidate is expected to cost: by the list, or by a fresh inquiry.
    async fn money(
        &self,
        product: &Product,
        stored: &StoredPayment,
        candidate: &Candidate,
        elsewhere: &mut Duration,
    ) -> BillVerdict {
        let request = &stored.request;
        let (max_total, approved) = (stored.payment.terms.max_total, request.approved_total());
        let verdict = if product.family.is_bill() {
            let asked = self.clock.monotonic();
            let verdict = self.verify_bill(stored, candidate).await;
            *elsewhere = elsewhere.saturating_add(self.clock.monotonic().since(asked));
            verdict
        } else {
            let money = listed_money(candidate, request.purchase.amount.or(product.nominal));
            let approved = money.filter(|money| money.is_approved(approved));
            approved.map_or(BillVerdict::AskAnother(FailureReason::NoRoute), BillVerdict::Pay)
        };
        match verdict {
            // A dearer offer than any at acceptance: the consumer's limits were held against less.
            BillVerdict::Pay(money) if !money.is_approved(max_total) => {
                BillVerdict::AskAnother(FailureReason::NoRoute)
            }
            verdict => verdict,
        }
    }

    fn ask_route(&self, product: &Product, request: &PaymentRequest, payment: &Payment) -> Route {
        let tried: Vec<ProviderName> = payment
            .attempts
            .iter()
            .filter(|attempt| !is_our_own_doing(&attempt.state))
            .map(|attempt| attempt.provider.clone())
            .collect();
        let question = RouteQuestion {
            now: self.now(),
            need: Need::Pay,
            bill_amount: request.purchase.amount,
            max_cost: None,
            already_tried: &tried,
            is_repeat: request.repeat > 0,
            draw: Some(self.draw()),
        };
        self.route(product, &question)
    }

    /// Takes breaker, bulkhead and rate token; waiting is bounded and happens before any intent.
    async fn reserve(
        &self,
        product: &Product,
        candidate: Candidate,
        money: Money,
        serial: u64,
        payment: &Payment,
    ) -> Result<Chosen, NotNow> {
        let setup = self.providers.get(&candidate.provider).ok_or(NotNow::Outdated)?;
        self.pass(CrashPoint::BeforeReserve).await;
        let reservation = setup.guarded.reserve.reserve(&product.code).await;
        let reservation = reservation.map_err(NotNow::NoRoom)?;
        self.pass(CrashPoint::AfterReserve).await;
        // Room was waited for, and a bill read before that: what was said meanwhile holds for an attempt
        // that has not begun.
        if !self.is_still_offered(&product.code, &candidate) {
            return Err(NotNow::Outdated);
        }
        // Last: nothing waits between this and the intent.
        let lane = self.accounts.enter(&candidate.provider).ok_or(NotNow::OneAtATime)?;
        let told = self.told();
        let setup = told.setups.get(&candidate.provider).ok_or(NotNow::Outdated)?;
        let start_within = told.config.start_within;
        let made = u32::try_from(payment.attempts.len()).unwrap_or(u32::MAX);
        let capability = setup.guarded.provider.capability(product.family);
        let may_be_paid = |asked: &Asked| asked.may_still_be_paid(capability.inquiry, self.now());
        if !money.asked.as_ref().is_none_or(may_be_paid) {
            return Err(NotNow::Outdated);
        }
        let late_execution_bound = if mutated(Mutant::ReconcileTooSoon) {
            Duration::from_secs(21)
        } else {
            // The send may start that much after the intent, and the bound counts from the send.
            capability.late_execution_bound.saturating_add(start_within)
        };
        let plain = || AttemptId::new(serial, made.saturating_add(1));
        let (id, inquiry_token) = match money.asked {
            Some(asked) if matches!(capability.inquiry, InquiryRule::Bound { .. }) => {
                (asked.attempt, asked.token)
            }
            Some(Asked { token, .. }) => (plain(), token),
            None => (plain(), None),
        };
        Ok(Chosen {
            attempt: NewAttempt {
                id,
                provider: candidate.provider,
                provider_code: candidate.provider_code,
                expected_cost: money.expected_cost,
                max_cost: money.max_cost,
                expected_total: money.expected_total,
                late_execution_bound,
            },
            room: Room { setup: Arc::clone(setup), reservation, lane, start_within, inquiry_token },
        })
    }

    /// Whether the provider's code still means this product, and nobody switched either off.
    fn is_still_offered(&self, product: &ProductCode, candidate: &Candidate) -> bool {
        let Candidate { provider, provider_code, .. } = candidate;
        let catalogue = self.prices.catalogue();
        let offers = catalogue.get(product).map(|product| &product.offers);
        let mut offers = offers.into_iter().flatten();
        offers.any(|offer| offer.provider == *provider && offer.provider_code == *provider_code)
            && self.providers.takes(provider, product, self.now())
    }

    /// Makes the intent durable. Only then is there anything to send.
    async fn begin(self: &Arc<Self>, stored: StoredPayment, chosen: Chosen) -> Routed {
        let now = self.now();
        let Chosen { attempt, room } = chosen;
        let after = match step(&stored.payment, Event::Begin(attempt), now) {
            Ok(after) => after.payment,
            Err(_) => return self.changed(&stored).await,
        };
        let Some(ready) = Ready::new(self, &after, room) else {
            return Routed::Changed(stored);
        };
        let intent = change(&stored, after.clone(), EventKind::AttemptBegun, now);
        if mutated(Mutant::IntentAfterSend) {
            let unrecorded = StoredPayment { payment: after, ..stored };
            return Routed::Ready(Begun::new(unrecorded, Some(ready)));
        }
        self.pass(CrashPoint::BeforeIntent).await;
        match self.journal.commit(intent).await {
            Ok(Committed::Done(stored)) => {
                self.live.publish((*stored).clone());
                Routed::Ready(Begun::new(*stored, Some(ready)))
            }
            Ok(Committed::Stale | Committed::ReferenceTaken { .. }) => self.changed(&stored).await,
            Err(JournalError::Unacknowledged(_)) if mutated(Mutant::UnacknowledgedIntentIsSent) => {
                let version = stored.version + 1;
                let hoped_for = StoredPayment { payment: after, version, ..stored };
                Routed::Ready(Begun::new(hoped_for, Some(ready)))
            }
            Err(error) => self.settle_unclear_intent(stored, &after, &error).await,
        }
    }

    /// The commit of an intent was not acknowledged. No permit exists, so nothing was sent; if that
    /// very intent is durable after all, that is recorded.
    async fn settle_unclear_intent(
        self: &Arc<Self>,
        stored: StoredPayment,
        intended: &Payment,
        error: &JournalError,
    ) -> Routed {
        tracing::error!(payment = %stored.key, %error, "an intent was not acknowledged; nothing was sent");
        let Some(current) = self.reload(&stored).await else { return Routed::Missing };
        // Compared by attempt: somebody may have changed the payment since (a caller's abandon).
        let ours =
            intended.live_attempt().filter(|intended| is_still_sending(&current.payment, intended));
        let Some(attempt) = ours else { return Routed::NotBegun(current) };
        let event = Event::NotBegun { attempt: attempt.number, cause: NotSentCause::NoPermit };
        match self.record(current, EventKind::Answered, &[event], Vec::new()).await {
            Ok(stored) => Routed::NotBegun(stored),
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

impl Money {
    fn is_approved(&self, approved: Option<Rupiah>) -> bool {
        approved.is_none_or(|approved| self.expected_total <= approved)
    }
}

fn listed_money(candidate: &Candidate, nominal: Option<Rupiah>) -> Option<Money> {
    let expected_cost = candidate.cost?;
    Some(Money {
        expected_cost,
        max_cost: candidate.max_cost?,
        expected_total: listed_total(candidate.total, nominal, expected_cost),
        asked: None,
    })
}

/// After a refusal, "the provider refused" says more than "nobody else could be asked".
fn reason_of_no_route(payment: &Payment, otherwise: FailureReason) -> FailureReason {
    let refused =
        payment.attempts.iter().any(|attempt| matches!(attempt.state, AttemptState::Rejected(_)));
    if refused { FailureReason::ProviderRefused } else { otherwise }
}

/// Whether nothing was learnt of an intended attempt; a callback may have said something of it.
pub(super) fn is_still_sending(payment: &Payment, intended: &Attempt) -> bool {
    payment.attempt(intended.number).is_some_and(|attempt| attempt.is_still_sending(intended))
}

/// Nothing was sent, and the provider has no part in that: it may be asked again.
const fn is_our_own_doing(state: &AttemptState) -> bool {
    matches!(state, AttemptState::NotSent(NotSentCause::NoPermit | NotSentCause::PermitExpired))
}
