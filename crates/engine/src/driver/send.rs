//! Sending: from a durable intent to a durable outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use ppob_journal::{EventKind, StoredPayment};
use ppob_layers::Reservation;
use ppob_payment::{Attempt, Event, Mutant, Payment, mutated};
use ppob_provider::{PayRequest, RefusalTrust, SendPermit};
use ppob_types::{
    Clock, CrashPoint, InquiryToken, Monotonic, NotSentCause, Observed, PayAnswer, PayOutcome,
    ProviderName, RefusalCode, Timestamp, UnknownCause,
};

use super::route::Room;
use crate::ProviderSetup;
use crate::accounts::Lane;
use crate::balance::BeforeSend;
use crate::engine::Inner;
use crate::persist::NotApplied;

/// What is needed to send, made before the intent's commit so that nothing is left to do after it.
#[derive(Debug)]
pub(crate) struct Ready {
    attempt: u32,
    setup: Arc<ProviderSetup>,
    reservation: Reservation,
    /// Held until the outcome is durable: the next payment must see it.
    lane: Lane,
    /// What the provider wants back of its inquiry.
    inquiry_token: Option<InquiryToken>,
    /// Measured from before the commit: a process that slept in between must not send.
    start_by: StartBy,
}

/// Until when a send may start.
#[derive(Clone, Copy, Debug)]
struct StartBy {
    monotonic: Monotonic,
    /// The same by the wall, with some slack: while a machine is suspended, monotonic time stands still.
    wall: Timestamp,
}

/// What is sent.
#[derive(Clone, Copy)]
struct Subject<'a> {
    setup: &'a ProviderSetup,
    stored: &'a StoredPayment,
    attempt: &'a Attempt,
    inquiry_token: Option<&'a InquiryToken>,
}

/// How far the wall clock may be corrected between the intent and the permit.
const WALL_SLACK: Duration = Duration::from_secs(30);

impl Ready {
    /// For the attempt that `payment` has just begun.
    pub(super) fn new(inner: &Inner, payment: &Payment, room: Room) -> Option<Self> {
        let attempt = payment.live_attempt()?.number;
        let mut left = payment.terms.pay_by.since(inner.now());
        let Room { setup, reservation, lane, start_within, inquiry_token } = room;
        if mutated(Mutant::PayByIgnored) {
            left = start_within;
        }
        let left = start_within.min(left);
        let start_by = StartBy {
            monotonic: inner.clock.monotonic().plus(left),
            wall: inner.now().plus(left).plus(WALL_SLACK),
        };
        Some(Self { attempt, setup, reservation, lane, inquiry_token, start_by })
    }
}

impl Inner {
    /// Sends the attempt whose intent is durable, and makes the outcome durable.
    ///
    /// Nothing may wait, time out or refuse between the commit and here, nor here before the wire.
    pub(super) async fn send(
        self: &Arc<Self>,
        stored: StoredPayment,
        ready: Ready,
        elsewhere: &mut Duration,
    ) -> Result<StoredPayment, NotApplied> {
        let Some(attempt) = stored.payment.attempt(ready.attempt).cloned() else {
            return Err(NotApplied::Missing);
        };
        let provider = attempt.provider.clone();
        let _lane = ready.lane;
        let setup = ready.setup.as_ref();
        let current = || self.providers.is_current(&provider, setup);
        let before = self.providers.balances.sending(&provider, current);
        let subject = Subject {
            setup,
            stored: &stored,
            attempt: &attempt,
            inquiry_token: ready.inquiry_token.as_ref(),
        };
        let begun = self.clock.monotonic();
        self.pass(CrashPoint::AfterIntent).await;
        let answer = self.call_once(subject, ready.start_by).await;
        self.pass(CrashPoint::AnswerReceived).await;
        let took = self.clock.monotonic().since(begun);
        *elsewhere = elsewhere.saturating_add(took);
        ready.reservation.settle(&answer.outcome);
        let refusal_trusted = self.weighs(setup, &attempt, &stored, &answer, before).await;
        self.providers.balances.answered(&provider);
        self.providers.saw_balance(&provider, setup, &answer, self.now());
        let unlisted: Vec<(ProviderName, String)> =
            answer.observed.unlisted.clone().map(|text| (provider, text)).into_iter().collect();
        let number = attempt.number;
        let raw = answer.observed.raw.clone();
        let event = Event::Answered { attempt: number, answer, refusal_trusted };
        match self.record(stored.clone(), EventKind::Answered, &[event], unlisted).await {
            // The answer speaks of a reference that settled another payment: it is not about ours.
            // What is left is an attempt whose outcome nobody knows.
            Err(NotApplied::ReferenceTaken | NotApplied::RuleBroken) => {
                let observed = Observed { raw, ..Observed::default() };
                let outcome = PayOutcome::Unknown(UnknownCause::Mismatch);
                let answer = PayAnswer { outcome, observed };
                let event = Event::Answered { attempt: number, answer, refusal_trusted: false };
                self.record(stored, EventKind::Answered, &[event], Vec::new()).await
            }
            recorded => recorded,
        }
    }

    /// The call that pays; once, but in the mistaken engines of the simulation.
    async fn call_once(self: &Arc<Self>, subject: Subject<'_>, start_by: StartBy) -> PayAnswer {
        let call = || self.call(subject, start_by);
        if mutated(Mutant::SlowCallIsNotSent) {
            let patience = Duration::from_secs(15);
            let answer = tokio::time::timeout(patience, call()).await;
            return answer.unwrap_or_else(|_| PayAnswer::not_sent(NotSentCause::Connect));
        }
        if mutated(Mutant::LeaseSteal) {
            let lease = tokio::time::sleep(Duration::from_secs(5));
            let mut first = Box::pin(call());
            return tokio::select! {
                biased;
                answer = &mut first => answer,
                () = lease => tokio::join!(first, self.call_again(subject)).1,
            };
        }
        let answer = call().await;
        if mutated(Mutant::RetryIncomplete) && matches!(answer.outcome, PayOutcome::Unknown(_)) {
            return self.call_again(subject).await;
        }
        answer
    }

    async fn call_again(self: &Arc<Self>, subject: Subject<'_>) -> PayAnswer {
        let soon = Duration::from_secs(5);
        let monotonic = self.clock.monotonic().plus(soon);
        let start_by = StartBy { monotonic, wall: self.now().plus(soon) };
        self.call(subject, start_by).await
    }

    async fn call(self: &Arc<Self>, subject: Subject<'_>, start_by: StartBy) -> PayAnswer {
        let Subject { setup, stored, attempt, inquiry_token } = subject;
        let request = PayRequest {
            attempt: attempt.id.clone(),
            purchase: stored.request.purchase.clone(),
            provider_code: attempt.provider_code.clone(),
            max_cost: attempt.max_cost,
            inquiry_token: inquiry_token.cloned(),
        };
        let context = self.call_context();
        let start_by = if mutated(Mutant::StartByNotChecked) {
            self.clock.monotonic().plus(Duration::from_hours(24))
        } else if self.now() > start_by.wall {
            // The permit knows the wall from its own beginning only: the commit lay before it.
            return PayAnswer::not_sent(NotSentCause::PermitExpired);
        } else {
            start_by.monotonic
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the intent of this attempt was just committed"
        )]
        let (permit, watch) = SendPermit::mint(attempt.id.clone(), start_by, self.shared_clock());
        self.pass(CrashPoint::PermitMinted).await;
        let call = setup.guarded.provider.pay(&context, &request, permit);
        match AssertUnwindSafe(call).catch_unwind().await {
            Ok(answer) => answer,
            Err(_) if mutated(Mutant::PanicIsNotSent) => PayAnswer::not_sent(NotSentCause::Connect),
            // The provider's code panicked: how far the send came is known all the same.
            Err(_) => PayAnswer::bare(watch.outcome_without_answer()),
        }
    }

    /// Whether a refusal is worth enough to ask another provider.
    ///
    /// Over a channel that can be forged a bare "no" proves nothing. Only "too little balance" with a
    /// stated balance that excludes a debit counts; and where the provider can be asked for its
    /// balance, it must say the same.
    async fn weighs(
        &self,
        setup: &ProviderSetup,
        attempt: &Attempt,
        stored: &StoredPayment,
        answer: &PayAnswer,
        before: BeforeSend,
    ) -> bool {
        let PayOutcome::Rejected(rejection) = &answer.outcome else { return false };
        if mutated(Mutant::UncorroboratedRefusal) {
            return true;
        }
        match setup.guarded.provider.capability(stored.payment.terms.family).refusals {
            RefusalTrust::None => false,
            RefusalTrust::Authenticated => true,
            RefusalTrust::CorroboratedByBalance => {
                let (provider, cost, now) = (&attempt.provider, attempt.expected_cost, self.now());
                let Some(stated) = answer.observed.balance_after else { return false };
                rejection.code == RefusalCode::InsufficientBalance
                    && self.providers.balances.excludes_debit(provider, before, stated, cost, now)
                    && self.read_balance(provider, setup).await.is_none_or(|read| read == stated)
            }
        }
    }
}
