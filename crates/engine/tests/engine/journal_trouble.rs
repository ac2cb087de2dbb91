//! A journal that fails: nothing is sent without a durable intent, nothing is told without a durable
//! outcome, and what is not acknowledged is neither "accepted" nor "not accepted".

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::CreateError;
use ppob_journal::{EventKind, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_payment::{AttemptState, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_types::{NotSentCause, PayAnswer, PaymentId, PaymentKey, UnknownCause};

use crate::support::*;

/// Fails the first writes of one kind, before or after they are applied.
#[derive(Debug)]
struct Failing {
    what: What,
    durable: bool,
    left: AtomicU32,
    seen: Mutex<Vec<&'static str>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Accept,
    Intent,
    Outcome,
    Report,
}

impl Failing {
    fn new(what: What, durable: bool, times: u32) -> Arc<Self> {
        Arc::new(Self { what, durable, left: AtomicU32::new(times), seen: Mutex::default() })
    }

    fn verdict(&self, write: MemoryWrite<'_>, after: bool) -> Result<(), JournalError> {
        let what = match write {
            MemoryWrite::Accept(_) => What::Accept,
            MemoryWrite::Commit(change) if change.kind == EventKind::AttemptBegun => What::Intent,
            MemoryWrite::Commit(change) if change.kind == EventKind::Answered => What::Outcome,
            MemoryWrite::Commit(change) if change.kind == EventKind::Reported => What::Report,
            _ => return Ok(()),
        };
        if what != self.what || after != self.durable {
            return Ok(());
        }
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if left.is_err() {
            return Ok(());
        }
        self.seen.lock().unwrap().push(write.name());
        Err(JournalError::Unacknowledged("the disk is gone".to_owned()))
    }
}

#[async_trait]
impl MemoryHooks for Failing {
    async fn before_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        self.verdict(write, false)
    }

    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        self.verdict(write, true)
    }
}

fn key() -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new("payment-0001").unwrap() }
}

async fn world(hooks: &Arc<Failing>, provider: &Arc<Scripted>) -> World {
    let hooks = Arc::clone(hooks) as Arc<dyn MemoryHooks>;
    World::on_journal(MemoryJournal::with_hooks(hooks), &[provider]).await
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_that_was_not_acknowledged_is_unclear_and_sends_nothing_by_that_intent() {
    for durable in [false, true] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::None);
        let hooks = Failing::new(What::Accept, durable, 1);
        let world = world(&hooks, &provider).await;
        let first = world.create(token("payment-0001")).await.unwrap_err();
        assert_eq!((&first, first.may_be_accepted()), (&CreateError::Unclear, true));
        let again = world.pay(token("payment-0001")).await;
        assert_eq!(again.payment.attempts.len(), 1 + usize::from(durable));
        if durable {
            let lost = AttemptState::NotSent(NotSentCause::NoPermit);
            assert_eq!(again.payment.attempts[0].state, lost);
        }
        assert_eq!(again.payment.state(), PaymentState::Succeeded);
        assert_eq!(provider.charges(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn fact_54_an_intent_that_was_not_acknowledged_sends_nothing() {
    for durable in [false, true] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::None);
        let hooks = Failing::new(What::Intent, durable, 1);
        let world = world(&hooks, &provider).await;
        let paid = world.pay(bill_payment("payment-0001", 82_500)).await;
        assert_eq!(hooks.seen.lock().unwrap().len(), 1, "the fault happened");
        let sent = paid
            .payment
            .attempts
            .iter()
            .filter(|attempt| attempt.state != AttemptState::NotSent(NotSentCause::NoPermit));
        assert_eq!(sent.count(), provider.charges());
        assert!(paid.payment.is_concluded());
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_is_told_only_once_it_is_durable_and_is_never_lost() {
    for durable in [false, true] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::None);
        let hooks = Failing::new(What::Outcome, durable, 5);
        let world = world(&hooks, &provider).await;
        let ticket = world.create(token("payment-0001")).await.unwrap();
        let early = ticket.clone().settled(Duration::from_millis(1)).await;
        if !durable {
            assert_eq!(early.payment.state(), PaymentState::Processing);
        }
        let told = ticket.settled(Duration::from_mins(5)).await;
        assert_eq!(told.payment.state(), PaymentState::Succeeded);
        let stored = world.engine.get_payment(&key()).await.unwrap();
        assert_eq!(stored.payment, told.payment);
        assert_eq!(provider.charges(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unclear_acceptance_repeated_at_once_is_still_settled_and_paid() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let hooks = Failing::new(What::Accept, true, 1);
    let world = world(&hooks, &provider).await;
    assert_eq!(world.create(token("payment-0001")).await.unwrap_err(), CreateError::Unclear);
    let again = world.pay(token("payment-0001")).await;
    assert_eq!((again.payment.state(), provider.charges()), (PaymentState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn a_check_whose_record_was_not_acknowledged_counts_once() {
    for durable in [false, true] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::None);
        provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
        let hooks = Failing::new(What::Report, durable, 1);
        let world = world(&hooks, &provider).await;
        world.pay(token("payment-0001")).await;
        // The first check comes after half a minute, the next one two minutes later.
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(hooks.seen.lock().unwrap().len(), 1);
        let stored = world.engine.get_payment(&key()).await.unwrap();
        assert_eq!(stored.payment.attempts[0].checks, 1, "durable: {durable}");
    }
}
