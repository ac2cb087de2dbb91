//! What asks another provider, and what does not.

use std::sync::atomic::Ordering;

use ppob_layers::TripReason;
use ppob_payment::{AttemptState, Conclusion, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_types::{
    FailureReason, NotSentCause, Observed, PayAnswer, PayOutcome, RefusalCode, RefusalScope,
    Rejection, Rupiah, UnknownCause,
};

use crate::support::*;

fn refusal(code: RefusalCode, scope: RefusalScope, balance: Option<i64>) -> Pay {
    Pay::Free(PayAnswer {
        outcome: PayOutcome::Rejected(Rejection { code, scope }),
        observed: Observed { balance_after: balance.map(Rupiah::new), ..Observed::default() },
    })
}

async fn two(
    first: Pay,
    trust: RefusalTrust,
) -> (std::sync::Arc<ppob_journal::StoredPayment>, [usize; 2]) {
    let cheap = Scripted::new("a", 20_600, trust);
    let dear = Scripted::new("b", 20_700, trust);
    cheap.will([first]);
    let world = World::of(&[&cheap, &dear]).await;
    let paid = world.pay(token("payment-0001")).await;
    (paid, [cheap.charges(), dear.charges()])
}

#[tokio::test(start_paused = true)]
async fn the_cheaper_provider_is_asked_first() {
    let (paid, charges) = two(Pay::Success, RefusalTrust::None).await;
    assert_eq!(charges, [1, 0]);
    assert_eq!(paid.payment.attempts.len(), 1);
    assert_eq!(paid.version, 2, "acceptance with intent, and outcome: two commits");
}

#[tokio::test(start_paused = true)]
async fn what_was_provably_not_sent_goes_to_the_next_provider() {
    let first = Pay::Free(PayAnswer::not_sent(NotSentCause::Connect));
    let (paid, charges) = two(first, RefusalTrust::None).await;
    assert_eq!((paid.payment.state(), charges), (PaymentState::Succeeded, [0, 1]));
    assert_eq!(paid.payment.attempts[0].state, AttemptState::NotSent(NotSentCause::Connect));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_never_goes_to_the_next_provider() {
    for cause in [UnknownCause::TimedOut, UnknownCause::HttpStatus, UnknownCause::Unlisted] {
        let first = Pay::Free(PayAnswer::unknown(cause));
        let (paid, charges) = two(first, RefusalTrust::Authenticated).await;
        assert_eq!((paid.payment.state(), charges), (PaymentState::InDoubt, [0, 0]), "{cause:?}");
    }
}

/// The cheaper provider, whose deposit was `known` and is `now`, refuses and states `stated`.
async fn refused_for_balance(known: i64, now: i64, stated: Option<i64>) -> (PaymentState, usize) {
    let (paid, charges, _) = refused_and_rested(known, now, stated).await;
    (paid, charges)
}

/// And why the cheaper provider is rested, if it is.
async fn refused_and_rested(
    known: i64,
    now: i64,
    stated: Option<i64>,
) -> (PaymentState, usize, Option<TripReason>) {
    let trust = RefusalTrust::CorroboratedByBalance;
    let cheap = Scripted::telling("a", 20_600, trust, known);
    let dear = Scripted::new("b", 20_700, trust);
    cheap.will([refusal(RefusalCode::InsufficientBalance, RefusalScope::Provider, stated)]);
    let world = World::of(&[&cheap, &dear]).await;
    cheap.balance.store(now, Ordering::SeqCst);
    let paid = world.pay(token("payment-0001")).await;
    let rested = world.reserve(&cheap.name()).overview().reason;
    (paid.payment.state(), dear.charges(), rested)
}

#[tokio::test(start_paused = true)]
async fn fact_73_too_little_balance_asks_the_next_provider_if_it_excludes_a_debit_and_is_told() {
    // 25 000 were known, 5 000 were used by somebody else: our 20 600 cannot have been debited.
    let used_elsewhere = refused_and_rested(25_000, 20_000, Some(20_000)).await;
    // No further customer is sent there, and whoever looks at the provider sees why.
    let rested = Some(TripReason::InsufficientBalance);
    assert_eq!(used_elsewhere, (PaymentState::Succeeded, 1, rested));
}

#[tokio::test(start_paused = true)]
async fn a_bare_no_over_a_forgeable_channel_ends_the_payment() {
    let ended = (PaymentState::Failed, 0);
    assert_eq!(refused_for_balance(25_000, 20_000, None).await, ended, "states no balance");
    assert_eq!(refused_for_balance(25_000, 25_000, Some(20_000)).await, ended, "not confirmed");
    assert_eq!(refused_for_balance(50_000, 50_000, Some(50_000)).await, ended, "enough");
    assert_eq!(refused_for_balance(30_000, 9_400, Some(9_400)).await, ended, "what a debit leaves");
    assert_eq!(refused_for_balance(30_000, 9_395, Some(9_395)).await, ended, "or nearly");
    assert_eq!(refused_for_balance(900_000, 100, Some(100)).await, ended, "a debit may hide in it");
    let closed = refusal(RefusalCode::ProductClosed, RefusalScope::Provider, Some(100));
    let (paid, charges) = two(closed, RefusalTrust::CorroboratedByBalance).await;
    assert_eq!((paid.payment.state(), charges), (PaymentState::Failed, [0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_bill_is_final_at_every_provider() {
    let first = refusal(RefusalCode::NumberInvalid, RefusalScope::Bill, None);
    let (paid, charges) = two(first, RefusalTrust::Authenticated).await;
    assert_eq!(charges, [0, 0]);
    assert!(matches!(
        paid.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::NumberInvalid, .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_provider_code_after_the_connection_stood_is_in_doubt() {
    let (paid, charges) = two(Pay::Panic, RefusalTrust::Authenticated).await;
    assert_eq!((paid.payment.state(), charges), (PaymentState::InDoubt, [0, 0]));
}

#[tokio::test(start_paused = true)]
async fn with_nobody_to_ask_the_payment_fails_and_says_so() {
    let only = Scripted::new("a", 20_700, RefusalTrust::None);
    only.will([Pay::Free(PayAnswer::not_sent(NotSentCause::Connect))]);
    let world = World::of(&[&only]).await;
    let failed = world.pay(token("payment-0001")).await;
    assert!(matches!(
        failed.payment.conclusion,
        Some(Conclusion::Failed { reason: FailureReason::NoRoute, .. })
    ));
}
