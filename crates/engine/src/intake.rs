//! Taking a payment in: check it, make it durable, hand it to a driver.

mod check;
mod request;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ppob_journal::{Acceptance, JournalError, NewPayment};
use ppob_payment::{Mutant, Payment, PaymentRequest, PaymentState, ShownBill, Terms, mutated};
use ppob_routing::Product;
use ppob_types::{Clock, CrashPoint, PaymentKey};
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use self::check::{check_fields, check_price, fingerprint, most_total, recorded, same_request};
pub(crate) use self::check::{field_problem, listed_total, purchase};
pub use self::request::{CreatePayment, RequestedApproval, RequestedParameters};
use crate::driver::Begun;
use crate::engine::Inner;
use crate::limits::InFlight;
use crate::{CreateError, Engine, Ticket};

/// One entrance per payment id, so that many calls with one id do the work once.
#[derive(Debug, Default)]
pub(crate) struct Entrances(Mutex<BTreeMap<PaymentKey, Weak<AsyncMutex<()>>>>);

impl Engine {
    /// Takes a payment in, or finds the one that this id already names.
    ///
    /// Once this returns a ticket, the payment is durable and will be worked on whatever happens to
    /// the caller. The work runs in a task of its own.
    ///
    /// # Errors
    /// [`CreateError`]; all but [`CreateError::Unclear`] mean that nothing was accepted.
    ///
    /// # Cancel safety
    /// Safe: dropping this future changes nothing about the payment; ask again with the same id.
    pub async fn create_payment(&self, request: CreatePayment) -> Result<Ticket, CreateError> {
        let inner = Arc::clone(&self.inner);
        if mutated(Mutant::InlineHandler) {
            let (answer, answered) = oneshot::channel();
            Inner::take_in(inner, request, answer).await;
            return answered.await.unwrap_or(Err(CreateError::Unclear));
        }
        let (answer, answered) = oneshot::channel();
        let work = Inner::take_in(Arc::clone(&inner), request, answer);
        inner.tasks.spawn(work);
        // A task that ends without an answer was dropped or panicked: it may have accepted.
        answered.await.unwrap_or(Err(CreateError::Unclear))
    }
}

impl Inner {
    /// The whole life of a payment that comes in, as far as this process can bring it at once.
    async fn take_in(
        self: Arc<Self>,
        request: CreatePayment,
        answer: oneshot::Sender<Result<Ticket, CreateError>>,
    ) {
        let since = self.clock.monotonic();
        let key = PaymentKey { consumer: request.consumer.clone(), id: request.id.clone() };
        let entrance = self.entrances.of(&key);
        // Held for as long as this process works on the payment.
        let mut in_flight = None;
        let (taken, turn) = {
            let _alone = entrance.lock().await;
            // Taken before the payment exists, so that nobody else takes it up in between.
            let turn = self.turns.take(&key);
            let taken = self.find_or_accept(&key, request, &mut in_flight).await;
            if let Ok(Taken::New(begun)) = &taken {
                self.live.open(begun.stored().clone());
            }
            let works = matches!(taken, Ok(Taken::New(_)) | Err(Refusal::Unclear(_)));
            (taken, turn.filter(|_| works))
        };
        match taken {
            Ok(Taken::New(begun)) => {
                let family = begun.stored().payment.terms.family.as_str();
                metrics::counter!("ppob_payments_accepted_total", "family" => family).increment(1);
                let stored = begun.stored().clone();
                let ticket = self.live.get(&key).unwrap_or_else(|| Ticket::of_ended(stored));
                let _ = answer.send(Ok(ticket.of_its_maker()));
                // Somebody who settles an earlier call with this id may still have the turn.
                let turn = match turn {
                    Some(turn) => turn,
                    None => self.turns.wait(&key).await,
                };
                self.drive(begun.measured_from(since), turn).await;
            }
            Ok(Taken::Known(ticket)) => {
                metrics::counter!("ppob_duplicate_requests_total", "result" => "same").increment(1);
                let _ = answer.send(Ok(ticket));
            }
            Err(Refusal::Plain(error)) => {
                if error == CreateError::IdReused {
                    metrics::counter!("ppob_duplicate_requests_total", "result" => "different")
                        .increment(1);
                }
                let _ = answer.send(Err(error));
            }
            Err(Refusal::Unclear(new)) => {
                let _ = answer.send(Err(CreateError::Unclear));
                let turn = match turn {
                    Some(turn) => turn,
                    None => self.turns.wait(&key).await,
                };
                self.settle_unclear_acceptance(*new, turn).await;
            }
        }
    }

    /// A known id is answered from its record, before anything that may have changed since.
    async fn find_or_accept(
        self: &Arc<Self>,
        key: &PaymentKey,
        request: CreatePayment,
        in_flight: &mut Option<InFlight>,
    ) -> Result<Taken, Refusal> {
        if let Some(ticket) = self.live.get(key) {
            same_request(&request, &ticket.payment())?;
            return Ok(Taken::Known(ticket));
        }
        let refused = match self.check_and_accept(key, &request, in_flight).await {
            Err(Refusal::Plain(error)) => error,
            taken => return taken,
        };
        // "Not accepted" may be said only of an id that is certainly unknown.
        match self.find(key).await.map_err(|_| CreateError::Unclear)? {
            Some(ticket) => {
                same_request(&request, &ticket.payment())?;
                Ok(Taken::Known(ticket))
            }
            None => Err(refused.into()),
        }
    }

    async fn check_and_accept(
        self: &Arc<Self>,
        key: &PaymentKey,
        request: &CreatePayment,
        in_flight: &mut Option<InFlight>,
    ) -> Result<Taken, Refusal> {
        if self.is_draining() {
            return Err(CreateError::Draining.into());
        }
        let limits = &request.limits;
        *in_flight = Some(self.spending.take(&key.consumer, limits.payments_in_flight)?);
        let catalogue = self.prices.catalogue();
        let Some(product) = catalogue.get(&request.product) else {
            return Err(CreateError::UnknownProduct(request.product.clone()).into());
        };
        if !limits.allows(product.family) {
            return Err(CreateError::FamilyNotAllowed(product.family).into());
        }
        let mut recorded = recorded(request, product.family)?;
        check_fields(request, product)?;
        recorded.shown = self.shown_bill(key, request, &recorded).await?;
        check_price(&recorded, product)?;
        let max_total = most_total(&recorded, product, limits.payment_max);
        limits.check_payment(max_total)?;
        let may_displace_holder = self.may_displace(key, &recorded).await?;
        let now = self.now();
        let config = &self.told().config;
        let pay_within = request.pay_within.unwrap_or(config.pay_within);
        let new = NewPayment {
            key: key.clone(),
            serial: self
                .journal
                .reserve_serial()
                .await
                .map_err(|_| CreateError::JournalUnavailable)?,
            fingerprint: fingerprint(&recorded),
            request: recorded,
            payment: Payment::accepted(Terms {
                family: product.family,
                accepted_at: now,
                pay_by: now.plus(pay_within.min(config.pay_within)),
                max_attempts: config.max_attempts,
                max_total: Some(max_total),
            }),
            duplicate_window: self.clock.stretched(config.duplicate_windows.of(product.family)),
            may_displace_holder,
            day_max: limits.day_max,
            now,
        };
        self.make_durable(product, new).await
    }

    /// The acceptance commit, with the first intent in it where a provider can be chosen now.
    async fn make_durable(
        self: &Arc<Self>,
        product: &Product,
        new: NewPayment,
    ) -> Result<Taken, Refusal> {
        let consumer = new.key.consumer.clone();
        let (total, day_max) = (new.payment.counted(), new.day_max);
        match self.accept_with_first_intent(product, new).await {
            Ok((Acceptance::Accepted(stored), ready)) => {
                self.pass(CrashPoint::AfterAcceptance).await;
                self.spending.note(&consumer, false);
                Ok(Taken::New(Box::new(Begun::new(*stored, ready))))
            }
            Ok((Acceptance::Known(stored), _)) => {
                let ticket = self.live.get(&stored.key);
                Ok(Taken::Known(ticket.unwrap_or_else(|| Ticket::of_ended(*stored))))
            }
            Ok((Acceptance::Conflict, _)) => Err(CreateError::IdReused.into()),
            Ok((Acceptance::Abandoned, _)) => Err(CreateError::Abandoned.into()),
            Ok((Acceptance::Guarded { holder }, _)) => {
                let holder = (holder.consumer == consumer).then_some(holder.id);
                Err(CreateError::DuplicateInProgress { holder }.into())
            }
            Ok((Acceptance::HolderChanged, _)) => Err(CreateError::FieldInvalid {
                field: "despite_in_doubt",
                problem: "that payment has ended meanwhile; look at it before paying again",
            }
            .into()),
            Ok((Acceptance::RepeatNeeded { repeat, succeeded_at }, _)) => {
                Err(CreateError::RepeatNeeded { repeat, succeeded_at }.into())
            }
            Ok((Acceptance::DayLimit { counted }, _)) => {
                self.spending.note(&consumer, true);
                let limit = day_max.unwrap_or(counted);
                Err(CreateError::AboveDayLimit { total, counted, limit }.into())
            }
            Err((JournalError::Unacknowledged(_), _)) if mutated(Mutant::UnclearIsRefused) => {
                Err(CreateError::JournalUnavailable.into())
            }
            Err((JournalError::Unacknowledged(_), new)) => Err(Refusal::Unclear(new)),
            Err((error, _)) => {
                tracing::error!(%error, "a payment was not accepted");
                Err(CreateError::JournalUnavailable.into())
            }
        }
    }

    async fn shown_bill(
        &self,
        key: &PaymentKey,
        request: &CreatePayment,
        recorded: &PaymentRequest,
    ) -> Result<Option<Box<ShownBill>>, CreateError> {
        let RequestedApproval::Inquiry(id) = &request.approval else {
            return Ok(None);
        };
        let inquiry = self
            .journal
            .load_inquiry(&key.consumer, id)
            .await
            .map_err(|_| CreateError::JournalUnavailable)?
            .ok_or(CreateError::InquiryUnknown)?;
        if inquiry.purchase != recorded.purchase {
            return Err(CreateError::FieldInvalid {
                field: "inquiry_id",
                problem: "the inquiry was for another product, customer number or parameters",
            });
        }
        if self.now() > inquiry.expires_at {
            return Err(CreateError::InquiryExpired);
        }
        Ok(Some(Box::new(ShownBill { provider: inquiry.provider, bill: inquiry.bill })))
    }

    /// Whether the payment named by `despite_in_doubt` may be pushed out of the guard.
    async fn may_displace(
        &self,
        key: &PaymentKey,
        recorded: &PaymentRequest,
    ) -> Result<bool, CreateError> {
        let Some(id) = &recorded.despite_in_doubt else {
            return Ok(false);
        };
        let invalid = |problem| CreateError::FieldInvalid { field: "despite_in_doubt", problem };
        let holder = PaymentKey { consumer: key.consumer.clone(), id: id.clone() };
        let held = self
            .journal
            .load(&holder)
            .await
            .map_err(|_| CreateError::JournalUnavailable)?
            .ok_or_else(|| invalid("there is no such payment"))?;
        let purchase = &held.request.purchase;
        if purchase.product != recorded.purchase.product
            || purchase.customer != recorded.purchase.customer
        {
            return Err(invalid("that payment is for another product or customer"));
        }
        if purchase.family.is_bill() {
            return Err(invalid("a bill in doubt is never paid a second time; wait for it"));
        }
        if held.payment.state() != PaymentState::InDoubt {
            return Err(invalid("that payment is not in doubt; look at it again"));
        }
        if self.now() <= held.payment.terms.pay_by {
            return Err(invalid("that payment may still be tried elsewhere; wait and ask again"));
        }
        if held.payment.contradicted {
            return Err(invalid(
                "what is known of that payment contradicts itself; an operator has to settle it first",
            ));
        }
        if recorded.repeat != held.request.repeat.saturating_add(1) {
            return Err(CreateError::FieldInvalid {
                field: "repeat",
                problem: "must be one more than that of the payment in doubt",
            });
        }
        let may_still_buy = held
            .payment
            .live_attempt()
            .is_some_and(|attempt| self.may_still_ask_by_purchase(&held, attempt));
        if may_still_buy {
            return Err(invalid(
                "its provider is asked by making the purchase again, which may still buy it; wait for it",
            ));
        }
        let may_still_execute =
            held.payment.live_attempt().is_some_and(|attempt| !self.bound_has_passed(attempt));
        if may_still_execute && !mutated(Mutant::PassedByTooSoon) {
            return Err(invalid("the provider may still execute that payment; wait and ask again"));
        }
        Ok(true)
    }
}

/// What came of a request.
pub(crate) enum Taken {
    /// A new payment, durable, maybe with its first attempt ready to be sent.
    New(Box<Begun>),
    /// The payment that this id already names.
    Known(Ticket),
}

enum Refusal {
    Plain(CreateError),
    /// The acceptance was not acknowledged: it may be durable.
    Unclear(Box<NewPayment>),
}

impl From<CreateError> for Refusal {
    fn from(error: CreateError) -> Self {
        Self::Plain(error)
    }
}

impl Entrances {
    fn of(&self, key: &PaymentKey) -> Arc<AsyncMutex<()>> {
        let mut entrances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entrance) = entrances.get(key).and_then(Weak::upgrade) {
            return entrance;
        }
        // Entrances nobody stands in are forgotten now and then.
        if entrances.len() >= 1024 {
            entrances.retain(|_, entrance| entrance.strong_count() > 0);
        }
        let entrance = Arc::new(AsyncMutex::new(()));
        entrances.insert(key.clone(), Arc::downgrade(&entrance));
        entrance
    }
}
