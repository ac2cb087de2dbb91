//! What providers tell by themselves is evidence: it never pays, ends or changes anything by its word where
//! somebody can be asked, and never what was told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::CallbackRefused;
use ppob_journal::{
    Cursor, EventKind, Journal, JournalError, MemoryHooks, MemoryJournal, StoredPayment,
};
use ppob_payment::{Conclusion, PaymentState};
use ppob_provider::{Callback, RawCallback, RefusalTrust};
use ppob_types::{
    AttemptId, Basis, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProviderRef,
    RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive, StatusReport, StatusVerdict,
    TokenState, UnknownCause,
};

use crate::support::*;

fn key() -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new("payment-0001").unwrap() }
}

fn no() -> StatusVerdict {
    let scope = RefusalScope::Provider;
    StatusVerdict::Rejected(Rejection { code: RefusalCode::ProductClosed, scope })
}

fn refused() -> Pay {
    let no = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    Pay::Free(PayAnswer::bare(PayOutcome::Rejected(no)))
}

fn report(verdict: StatusVerdict, invoice: &str) -> StatusReport {
    StatusReport { verdict, observed: observed(invoice, 20_700) }
}

/// A callback about the first attempt of the first payment.
fn callback(verdict: StatusVerdict) -> Callback {
    Callback {
        attempt: Some(AttemptId::new(1, 1)),
        provider_ref: ProviderRef::new("INV1"),
        customer: Some(Sensitive::new("9101 1121 314")),
        provider_code: Some("TOKEN".to_owned()),
        report: StatusReport { verdict, observed: Observed::default() },
    }
}

fn raw(body: &[u8], secret: &str) -> RawCallback {
    let headers = vec![("secret".to_owned(), Sensitive::new(secret))];
    RawCallback { headers, query: Vec::new(), body: body.to_vec() }
}

impl World {
    /// The provider tells this, with the right secret.
    async fn told(&self, callback: Callback) -> Result<(), CallbackRefused> {
        let provider = self.providers.first().unwrap();
        provider.callbacks.lock().unwrap().insert(b"news".to_vec(), callback);
        let name = provider.name();
        self.engine.take_callback(&name, raw(b"news", "right")).await
    }

    async fn payment(&self) -> Arc<StoredPayment> {
        self.engine.get_payment(&key()).await.unwrap()
    }
}

fn pending() -> Pay {
    let observed = Observed { provider_ref: ProviderRef::new("INV1"), ..Observed::default() };
    Pay::Charged(PayAnswer { outcome: PayOutcome::Pending, observed })
}

fn lost() -> Pay {
    Pay::Charged(PayAnswer::unknown(UnknownCause::ConnectionLost))
}

#[tokio::test(start_paused = true)]
async fn fact_65_a_callback_makes_the_engine_ask_and_only_the_answer_counts() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.will([pending()]);
    let world = World::of(&[&provider]).await;
    let ticket = world.create(token("payment-0001")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    provider.will_report(Ok(report(StatusVerdict::Succeeded, "INV1")));
    // It says no, and the provider, asked, says yes.
    world.told(callback(no())).await.unwrap();
    let paid = ticket.settled(Duration::from_secs(5)).await;
    assert!(matches!(
        paid.payment.conclusion,
        Some(Conclusion::Succeeded { basis: Basis::Status, .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn an_early_callback_names_the_reference_that_a_lost_answer_did_not() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::HeldThen(PayAnswer::unknown(UnknownCause::ConnectionLost))]);
    let world = World::of(&[&provider]).await;
    let ticket = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    world.told(callback(StatusVerdict::Succeeded)).await.unwrap();
    assert_eq!(world.payment().await.payment.state(), PaymentState::Processing);
    provider.will_report(Ok(report(StatusVerdict::Succeeded, "INV1")));
    provider.gate.add_permits(1);
    // Until it is known: being in doubt for a moment settles a ticket, too.
    drop(ticket);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.payment().await.payment.state(), PaymentState::Succeeded);
    let asked = provider.asked.lock().unwrap();
    assert_eq!(asked[0].provider_ref, ProviderRef::new("INV1"));
}

#[tokio::test(start_paused = true)]
async fn a_callback_is_durable_before_it_is_answered() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([lost()]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    world.told(callback(StatusVerdict::Succeeded)).await.unwrap();
    provider.will_report(Ok(report(StatusVerdict::Succeeded, "INV1")));
    let world = world.restarted().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(world.payment().await.payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_can_be_asked_a_callback_that_names_the_customer_counts_once() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([lost()]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    let nameless = Callback { customer: None, ..callback(StatusVerdict::Succeeded) };
    world.told(nameless).await.unwrap();
    assert_eq!(world.payment().await.payment.state(), PaymentState::InDoubt);
    world.told(callback(StatusVerdict::Succeeded)).await.unwrap();
    let paid = world.payment().await;
    assert!(matches!(
        paid.payment.conclusion,
        Some(Conclusion::Succeeded { basis: Basis::Callback, .. })
    ));
    for again in [StatusVerdict::Succeeded, StatusVerdict::Pending] {
        world.told(callback(again)).await.unwrap();
    }
    assert_eq!(world.payment().await.version, paid.version, "said again, it is no news");
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_ends_a_payment_brings_the_receipt_of_its_family() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([pending()]);
    let world = World::of(&[&provider]).await;
    world.create(token("payment-0001")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let body = b"news and token";
    let yes = callback(StatusVerdict::Succeeded);
    provider.callbacks.lock().unwrap().insert(body.to_vec(), yes);
    world.engine.take_callback(&provider.name(), raw(body, "right")).await.unwrap();
    let paid = world.payment().await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!(paid.payment.token_state(), TokenState::Present);
}

#[tokio::test(start_paused = true)]
async fn a_no_that_can_be_forged_ends_nothing() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::CorroboratedByBalance);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([lost()]);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    world.told(callback(no())).await.unwrap();
    assert_eq!(world.payment().await.payment.state(), PaymentState::InDoubt);
}

#[tokio::test(start_paused = true)]
async fn a_no_while_the_request_is_on_its_way_is_to_be_told_again() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    assert_eq!(world.told(callback(no())).await, Err(CallbackRefused::Later));
    provider.gate.add_permits(1);
}

#[tokio::test(start_paused = true)]
async fn a_success_told_after_a_failure_is_a_late_charge_and_freezes_the_provider() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([refused()]);
    let world = World::of(&[&provider]).await;
    let failed = world.pay(token("payment-0001")).await;
    world.told(callback(StatusVerdict::Succeeded)).await.unwrap();
    let later = world.payment().await;
    assert_eq!(later.payment.conclusion, failed.payment.conclusion);
    assert!(later.payment.attempts[0].late_charge.is_some());
    assert!(world.engine.is_frozen(&provider.name()));
}

#[tokio::test(start_paused = true)]
async fn a_success_told_after_a_failure_is_asked_about_where_that_can_be_done() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.will([refused()]);
    let world = World::of(&[&provider]).await;
    let failed = world.pay(token("payment-0001")).await;
    provider.will_report(Ok(report(no(), "INV1")));
    world.told(callback(StatusVerdict::Succeeded)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let later = world.payment().await;
    assert_eq!(later.payment.conclusion, failed.payment.conclusion);
    assert!(later.payment.attempts[0].late_charge.is_none());
    assert_eq!(provider.asked.lock().unwrap().len(), 1);
    assert!(!world.engine.is_frozen(&provider.name()));
}

#[tokio::test(start_paused = true)]
async fn fact_68_a_callback_that_is_not_this_payments_changes_nothing() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    provider.will([pending()]);
    let world = World::of(&[&provider]).await;
    world.create(token("payment-0001")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = world.payment().await;
    let yes = || callback(StatusVerdict::Succeeded);
    let with = |observed| StatusReport { verdict: StatusVerdict::Succeeded, observed };
    let total = Observed { total: Some(Rupiah::new(52_500)), ..Observed::default() };
    let cost = Observed { charged: Some(Rupiah::new(50_700)), ..Observed::default() };
    for other in [
        Callback { customer: Some(Sensitive::new("91011121315")), ..yes() },
        Callback { provider_code: Some("BILL".to_owned()), ..yes() },
        Callback { provider_ref: ProviderRef::new("INV2"), ..yes() },
        Callback { attempt: Some(AttemptId::new(1, 2)), ..yes() },
        Callback { attempt: Some(AttemptId::new(77, 1)), ..yes() },
        Callback { attempt: None, provider_ref: ProviderRef::new("INV77"), ..yes() },
        Callback { attempt: None, provider_ref: None, ..yes() },
        Callback { report: with(total), ..yes() },
        Callback { report: with(cost), ..yes() },
    ] {
        // Not even whether there is such a payment is told.
        assert_eq!(world.told(other.clone()).await, Ok(()), "{other:?}");
        assert_eq!(world.payment().await, before, "{other:?}");
    }
    let name = provider.name();
    let forged = world.engine.take_callback(&name, raw(b"news", "wrong")).await;
    assert_eq!(forged, Err(CallbackRefused::NotAuthentic));
    let unreadable = world.engine.take_callback(&name, raw(b"noise", "right")).await;
    assert_eq!(unreadable, Err(CallbackRefused::Unreadable));
    assert_eq!(world.payment().await, before);
    // By the provider's own reference alone it is found as well.
    world.told(Callback { attempt: None, ..yes() }).await.unwrap();
    assert_eq!(world.payment().await.payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn money_given_back_is_told_as_reversed_with_the_money_that_was_told() {
    for asked in [true, false] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
        provider.cannot_be_asked.store(!asked, Ordering::SeqCst);
        let world = World::of(&[&provider]).await;
        let paid = world.pay(token("payment-0001")).await;
        assert_eq!(paid.payment.state(), PaymentState::Succeeded);
        if asked {
            provider.will_report(Ok(report(StatusVerdict::Reversed, "INV1")));
        }
        let told = Callback { attempt: None, ..callback(StatusVerdict::Reversed) };
        world.told(told).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        let back = world.payment().await;
        let (
            Some(Conclusion::Succeeded { total, cost, .. }),
            Some(Conclusion::Reversed { total: same_total, cost: same_cost, .. }),
        ) = (&paid.payment.conclusion, &back.payment.conclusion)
        else {
            unreachable!("{back:?}")
        };
        assert_eq!((total, cost), (same_total, same_cost));
        let events = world.journal.events_after(Cursor(0), None, 100).await.unwrap();
        assert_eq!(events.last().map(|event| event.kind), Some(EventKind::Reversed));
    }
}

#[tokio::test(start_paused = true)]
async fn money_that_a_check_named_is_given_back_though_it_was_not_what_was_approved() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    provider.will([pending()]);
    let world = World::of(&[&provider]).await;
    // Where a check buys, it does so at the price of its day.
    let dearer = Observed {
        provider_ref: ProviderRef::new("INV1"),
        total: Some(Rupiah::new(52_500)),
        charged: Some(Rupiah::new(50_700)),
        ..Observed::default()
    };
    let with = |verdict, observed: &Observed| StatusReport { verdict, observed: observed.clone() };
    provider.will_report(Ok(with(StatusVerdict::Succeeded, &dearer)));
    world.create(token("payment-0001")).await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(world.payment().await.payment.state(), PaymentState::Succeeded);
    provider.cannot_be_asked.store(true, Ordering::SeqCst);
    let back = |observed: &Observed| Callback {
        report: with(StatusVerdict::Reversed, observed),
        ..callback(StatusVerdict::Reversed)
    };
    for other in [
        Observed { total: Some(Rupiah::new(52_501)), ..dearer.clone() },
        Observed { charged: Some(Rupiah::new(50_701)), ..dearer.clone() },
    ] {
        world.told(back(&other)).await.unwrap();
        assert_eq!(world.payment().await.payment.state(), PaymentState::Succeeded, "{other:?}");
    }
    world.told(back(&dearer)).await.unwrap();
    assert_eq!(world.payment().await.payment.state(), PaymentState::Reversed);
}

#[tokio::test(start_paused = true)]
async fn money_given_back_before_the_answer_named_its_reference_is_to_be_told_again() {
    for asked in [true, false] {
        let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
        provider.cannot_be_asked.store(!asked, Ordering::SeqCst);
        provider.will([Pay::Held]);
        let world = World::of(&[&provider]).await;
        let ticket = world.create(token("payment-0001")).await.unwrap();
        provider.held.acquire().await.unwrap().forget();
        let back = || Callback { attempt: None, ..callback(StatusVerdict::Reversed) };
        assert_eq!(world.told(back()).await, Err(CallbackRefused::Later));
        provider.gate.add_permits(1);
        let paid = ticket.settled(Duration::from_secs(5)).await;
        assert_eq!(paid.payment.state(), PaymentState::Succeeded);
        if asked {
            provider.will_report(Ok(report(StatusVerdict::Reversed, "INV1")));
        }
        world.told(back()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(world.payment().await.payment.state(), PaymentState::Reversed);
        // Under a reference that nobody can have, it is not waited for.
        let foreign = Callback { provider_ref: ProviderRef::new("INV77"), ..back() };
        assert_eq!(world.told(foreign).await, Ok(()));
    }
}

/// A journal whose reads and writes fail while it is down.
#[derive(Debug, Default)]
struct Down(AtomicBool);

#[async_trait]
impl MemoryHooks for Down {
    async fn before_read(&self) -> Result<(), JournalError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(JournalError::Unavailable("down".to_owned()));
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_journal_is_down_a_callback_is_to_be_told_again() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([lost()]);
    let down = Arc::new(Down::default());
    let hooks = Arc::clone(&down) as Arc<dyn MemoryHooks>;
    let world = World::on_journal(MemoryJournal::with_hooks(hooks), &[&provider]).await;
    world.pay(token("payment-0001")).await;
    down.0.store(true, Ordering::SeqCst);
    let refused = world.told(callback(StatusVerdict::Succeeded)).await;
    assert_eq!(refused, Err(CallbackRefused::Later));
}
