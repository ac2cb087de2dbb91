//! Model providers. They outlive every crash of the engine and keep the truth.

mod bound;
mod call;
pub(crate) mod deposit;
mod letters;
mod orders;
mod prices;
mod status;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use ppob_payment::{Mutant, mutated};
use ppob_provider::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, InquiryRequest, InquiryRule,
    PayRequest, PpobProvider, ProviderError, ProviderErrorKind, ProviderInfo, PurchaseAsStatus,
    RawCallback, RefusalTrust, SendPermit, StatusLookup,
};
use ppob_types::{
    Bill, Family, NotSentCause, Observed, PayAnswer, PayOutcome, PriceList, ProviderRef,
    RefusalCode, RefusalScope, Rejection, Rupiah, StatusReport, UnknownCause,
};
use tokio::time::{Instant, sleep};

use self::call::{Before, Call, Reply};
pub(crate) use self::letters::Letter;
use self::orders::{Fate, State};
use crate::fault::Fault;
use crate::random::Random;
use crate::stage::{Stage, lock};
use crate::truth::Charge;
use crate::world::{Habit, ProviderPlan};

/// A model provider. Clones are one provider.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) plan: ProviderPlan,
    info: ProviderInfo,
    stage: Arc<Stage>,
    state: Mutex<State>,
}

impl Model {
    pub(crate) fn new(number: u64, plan: ProviderPlan, stage: &Arc<Stage>) -> Self {
        let info = ProviderInfo {
            kind: "model",
            name: plan.name.clone(),
            login: "one".into(),
            address: "here".into(),
            plaintext: plan.habit == Habit::OwnReference,
            price_list_every: Duration::from_mins(1),
            tells_balance: true,
        };
        let holdings = State::new(Random::fork(stage.world.seed, 100 + number), number);
        let shared = Shared { plan, info, stage: Arc::clone(stage), state: Mutex::new(holdings) };
        Self { shared: Arc::new(shared) }
    }

    pub(crate) fn plan(&self) -> &ProviderPlan {
        &self.shared.plan
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }

    fn stage(&self) -> &Stage {
        &self.shared.stage
    }

    /// The request is here. What comes of it no longer depends on the client.
    fn arrive(&self, request: &PayRequest, call: &Call) -> usize {
        let known = (self.plan().habit != Habit::Forgetful
            && self.plan().habit != Habit::OwnReference)
            .then(|| self.state().find_arrived(&request.attempt))
            .flatten();
        if let Some(known) = known {
            return known;
        }
        let order = self.state().place(request, call, self.shared.stage.clock.elapsed());
        let model = self.clone();
        let after = call.after;
        tokio::spawn(async move {
            sleep(after).await;
            model.finish(order);
        });
        order
    }

    /// The order's time has come: it is executed, refused or forgotten. Does nothing the second time.
    fn finish(&self, order: usize) {
        let charge = {
            let now = self.stage().clock.true_time();
            let done = self.state().finish(order, now);
            if self.state().order(order).is_some_and(|order| order.fate != Fate::Working) {
                self.tell_once(order);
            }
            let Some(done) = done else {
                return;
            };
            done
        };
        let owner = self.stage().truth().owner(&charge.attempt);
        let Some(key) = owner else {
            let what = format!("{}: an attempt of no payment", charge.attempt);
            self.stage().violated(crate::ViolationKind::ChargeWithoutRecord, what);
            return;
        };
        self.stage().charged(Charge {
            key,
            attempt: charge.attempt,
            provider: self.shared.info.name.clone(),
            purchase: charge.purchase,
            amount: charge.cost,
            reference: charge.reference,
            at: self.shared.stage.clock.elapsed(),
            given_back: false,
            denied: charge.is_denied,
        });
        self.may_give_back(order);
    }

    /// Some money comes back. Only from who says so by itself: the engine asks nobody about what ended.
    fn may_give_back(&self, order: usize) {
        let after = {
            let mut state = self.state();
            let gives =
                self.plan().callbacks && self.stage().happens(&mut state.random, Fault::GivenBack);
            gives.then(|| state.random.seconds(1, 600))
        };
        let Some(after) = after else { return };
        let (model, work) = (self.clone(), self.stage().work());
        tokio::spawn(async move {
            sleep(after).await;
            let back = model.state().give_back(order);
            let Some(back) = back else { return };
            let key = model.stage().truth().owner(&back.attempt);
            if let Some(key) = key {
                model
                    .stage()
                    .note(|| format!("given back {key} {} as {}", back.cost, back.reference));
                model.stage().truth().give_back(&key, &back.reference);
            }
            model.tell(order);
            drop(work);
        });
    }

    /// News of what an order came to, when it has come to it.
    fn tell_once(&self, order: usize) {
        let is_new = self
            .state()
            .order_mut(order)
            .is_some_and(|order| !std::mem::replace(&mut order.is_told, true));
        if is_new {
            self.tell(order);
        }
    }

    async fn answer(&self, order: usize, call: &Call, sent: Instant) -> PayAnswer {
        match call.reply {
            Reply::Whole => {
                sleep(call.after).await;
                self.finish(order);
                if call.told_early {
                    sleep(call.latency + Duration::from_secs(1)).await;
                }
                self.state().say(order, call.token_later)
            }
            Reply::Denied => {
                sleep(call.latency).await;
                let no =
                    Rejection { code: RefusalCode::ProductClosed, scope: RefusalScope::Provider };
                PayAnswer::bare(PayOutcome::Rejected(no))
            }
            Reply::Stale => {
                sleep(call.latency).await;
                let mut state = self.state();
                let earlier = call.stale.as_ref().and_then(|named| state.find_reference(named));
                earlier.map_or_else(
                    || PayAnswer::unknown(UnknownCause::Unreadable),
                    |earlier| state.say(earlier, false),
                )
            }
            Reply::Pending => {
                sleep(call.latency).await;
                self.state().say_pending(order)
            }
            Reply::Odd { cause, reference } => {
                sleep(call.latency).await;
                self.state().say_unknown(order, cause, reference)
            }
            Reply::None => {
                // The client waits as long as it ever does.
                tokio::time::sleep_until(sent + self.plan().answer_within).await;
                PayAnswer::unknown(UnknownCause::TimedOut)
            }
            Reply::Foreign => {
                sleep(call.latency).await;
                let observed = self.state().somebody_else(order);
                // A plugin compares customer, product and nominal with what was asked.
                if mutated(Mutant::ReplyNotMatched) {
                    return PayAnswer { outcome: PayOutcome::Succeeded, observed };
                }
                PayAnswer { outcome: PayOutcome::Unknown(UnknownCause::Mismatch), observed }
            }
            Reply::Panic => {
                sleep(call.latency).await;
                panic_quietly()
            }
        }
    }
}

#[async_trait]
impl PpobProvider for Model {
    fn info(&self) -> &ProviderInfo {
        &self.shared.info
    }

    fn capability(&self, family: Family) -> Capability {
        let habit = self.plan().habit;
        Capability {
            pay: true,
            inquiry: match habit {
                _ if !family.is_bill() => InquiryRule::None,
                Habit::OurReference => {
                    InquiryRule::Bound { valid_for: Duration::from_mins(5), same_day: true }
                }
                _ => InquiryRule::Unbound,
            },
            client_reference: matches!(
                habit,
                Habit::OurReference | Habit::PurchaseIsStatus | Habit::CallbackOnly
            ),
            status: match habit {
                Habit::OwnReference => StatusLookup::ProviderReference,
                Habit::OurReference | Habit::Forgetful => StatusLookup::Either,
                Habit::PurchaseIsStatus => StatusLookup::ClientReference,
                Habit::CallbackOnly => StatusLookup::None,
            },
            status_is_purchase: (habit == Habit::PurchaseIsStatus).then_some(PurchaseAsStatus {
                min_gap: Duration::from_secs(20),
                max_age: Duration::from_hours(85 * 24),
            }),
            // Some want time between two calls also where the check only looks.
            status_gap: match habit {
                Habit::OurReference => Duration::from_secs(20),
                _ => Duration::ZERO,
            },
            cost_cap: false,
            repeat_same_day: true,
            callbacks: self.plan().callbacks,
            late_execution_bound: self.plan().bound,
            refusals: match habit {
                Habit::OwnReference => RefusalTrust::CorroboratedByBalance,
                _ => RefusalTrust::Authenticated,
            },
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        self.read(Fault::PriceListLost).await?;
        Ok(self.state().price_list(self.stage(), self.plan().margin))
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let (latency, lost) = self.draw_read(Fault::InquiryLost);
        sleep(latency).await;
        let bill = self.state().bill(self.stage(), &request.purchase);
        let bill = self.bind(request, bill)?;
        if lost { Err(no_answer()) } else { Ok(bill) }
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let started = match permit.start() {
            Ok(started) => started,
            Err(cause) => return PayAnswer::not_sent(cause),
        };
        self.must_be_bound(request);
        let sent = Instant::now();
        let owner = self.stage().truth().owner(&request.attempt);
        let call = self.state().plan_call(self.stage(), self.plan(), request);
        started.phase().mark_connecting();
        sleep(call.connect).await;
        match call.before {
            Before::Connected => {}
            Before::Refused => return PayAnswer::not_sent(NotSentCause::Connect),
            Before::Panic => return panic_quietly(),
        }
        // As every transport does, before the first byte: the process may have stood still meanwhile.
        if started.is_late() {
            return PayAnswer::not_sent(NotSentCause::PermitExpired);
        }
        started.phase().mark_connected();
        self.stage().note(|| format!("sent {} to {}: {call:?}", request.attempt, self.info().name));
        if let Some(key) = owner {
            self.stage().starts(&key);
            self.stage().sent(&key, &request.attempt, self.plan().bound);
        }
        let order = self.arrive(request, &call);
        self.answer(order, &call, sent).await
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let (latency, silent) = {
            let mut state = self.state();
            let silent = self.stage().happens(&mut state.random, Fault::StatusSilence);
            (state.random.millis(20, 1_500), silent)
        };
        sleep(if silent { Duration::from_secs(50) } else { latency }).await;
        self.status(attempt)
    }

    async fn check_by_purchase(
        &self,
        _: &CallContext,
        request: &PayRequest,
        _: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let started = permit.start().map_err(|_| no_answer())?;
        let (latency, silent) = self.draw_read(Fault::StatusSilence);
        sleep(latency).await;
        if started.is_late() {
            return Err(no_answer());
        }
        let known = self.state().find_arrived(&request.attempt).is_some();
        if let Some(key) = self.stage().truth().owner(&request.attempt) {
            self.stage().asked_by_purchase(&key, &request.attempt, self.plan().bound, known);
        }
        let asked = AttemptRef {
            attempt: request.attempt.clone(),
            provider_ref: None,
            purchase: request.purchase.clone(),
            provider_code: request.provider_code.clone(),
            sent_at: self.stage().clock.true_time(),
            max_cost: request.max_cost,
        };
        let report = self.status(&asked);
        sleep(if silent { Duration::from_secs(50) } else { Duration::ZERO }).await;
        report
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        self.read_letter(raw)
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        self.read(Fault::PriceListLost).await?;
        Ok(self.state().balance())
    }
}

impl Model {
    fn draw_read(&self, lost: Fault) -> (Duration, bool) {
        let mut state = self.state();
        (state.random.millis(5, 800), self.stage().happens(&mut state.random, lost))
    }

    async fn read(&self, lost: Fault) -> Result<(), ProviderError> {
        let (latency, lost) = self.draw_read(lost);
        sleep(latency).await;
        if lost {
            return Err(no_answer());
        }
        Ok(())
    }
}

fn no_answer() -> ProviderError {
    ProviderError::new(ProviderErrorKind::Transport, "simulated: no answer")
}

/// A mistake in a provider's code, without a word on standard error.
fn panic_quietly() -> PayAnswer {
    std::panic::resume_unwind(Box::new("simulated"))
}

/// What an answer about somebody else's payment shows.
fn of_somebody_else(reference: ProviderRef, total: Rupiah, charged: Rupiah) -> Observed {
    Observed {
        provider_ref: Some(reference),
        charged: Some(charged),
        total: Some(total),
        ..Observed::default()
    }
}
