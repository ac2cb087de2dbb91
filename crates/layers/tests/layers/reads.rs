//! Reads are bounded, repeated and believed.

use std::time::Duration;

use ppob_layers::{BreakerState, GuardedProvider, Limits, Reserve, TripReason};
use ppob_provider::{InquiryRequest, ProviderError, ProviderErrorKind};
use ppob_types::{
    AttemptId, PayOutcome, RefusalCode, RefusalScope, Rejection, Rupiah, UnknownCause,
};
use tokio::time::{Instant, advance};

use crate::support::{
    Scripted, attempt, context, guarded, n, pay_request, permit, product, purchase, wide,
};

async fn balance(guarded: &GuardedProvider) -> Result<Rupiah, ProviderError> {
    guarded.provider.balance(&context()).await
}

fn transport(times: usize) -> Vec<ProviderErrorKind> {
    vec![ProviderErrorKind::Transport; times]
}

fn open(reserve: &Reserve) {
    for _ in 0..3 {
        reserve
            .try_reserve(&product())
            .unwrap()
            .settle(&PayOutcome::Unknown(UnknownCause::TimedOut));
    }
    assert_eq!(reserve.overview().breaker, BreakerState::Open);
}

#[tokio::test(start_paused = true)]
async fn the_order_of_the_layers_is_fixed() {
    let (_, guarded) = guarded(Scripted::new(), &wide());
    assert_eq!(
        format!("{:?}", guarded.provider),
        "trace > read-retry > read-limits > metrics > read-health > read-timeout > provider"
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_three_times_and_waits_between_tries() {
    let (provider, guarded) = guarded(Scripted::new().failing(transport(2)), &wide());
    let begun = Instant::now();
    assert!(balance(&guarded).await.is_ok());
    assert_eq!(provider.calls(), 3);
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_millis(200), "{waited:?}");
    assert!(waited <= Duration::from_millis(3_010), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_third_failure_is_the_answer() {
    let (provider, guarded) = guarded(Scripted::new().failing(transport(9)), &wide());
    let error = balance(&guarded).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Transport);
    assert_eq!(provider.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_asking_again_cannot_help_is_not_asked_again() {
    for kind in [
        ProviderErrorKind::Unreadable,
        ProviderErrorKind::RateLimited,
        ProviderErrorKind::Credentials,
        ProviderErrorKind::Unsupported,
    ] {
        let (provider, guarded) = guarded(Scripted::new().failing([kind.clone()]), &wide());
        assert_eq!(balance(&guarded).await.unwrap_err().kind, kind);
        assert_eq!(provider.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unwell_provider_is_asked_once() {
    let (provider, guarded) = guarded(Scripted::new().failing(transport(1)), &wide());
    open(&guarded.reserve);
    assert!(balance(&guarded).await.is_err());
    assert_eq!(provider.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_without_an_answer_ends_in_time() {
    let silent = Scripted { takes: Duration::from_hours(1), ..Scripted::new() };
    let limits = Limits { read_timeout: Duration::from_secs(10), ..wide() };
    let (provider, guarded) = guarded(silent, &limits);
    let begun = Instant::now();
    let error = balance(&guarded).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Transport);
    assert!(begun.elapsed() < Duration::from_secs(34));
    assert_eq!(provider.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_status_check_that_is_a_purchase_is_neither_cut_nor_repeated() {
    let buying = Scripted { takes: Duration::from_mins(3), ..Scripted::new() };
    let (provider, guarded) = guarded(buying.failing(transport(1)), &wide());
    let begun = Instant::now();
    let answer =
        guarded.provider.check_by_purchase(&context(), &pay_request(), None, permit()).await;
    assert!(answer.is_err());
    assert_eq!(provider.calls(), 1);
    assert_eq!(begun.elapsed(), Duration::from_mins(3));
}

#[tokio::test(start_paused = true)]
async fn a_status_check_is_not_repeated_where_the_provider_wants_some_time_between_two() {
    for (status_gap, calls) in [(Duration::ZERO, 2), (Duration::from_mins(1), 1)] {
        let strict = Scripted { status_gap, ..Scripted::new() };
        let (provider, guarded) = guarded(strict.failing(transport(1)), &wide());
        let answer = guarded.provider.check_status(&context(), &attempt()).await;
        assert_eq!(provider.calls(), calls);
        assert_eq!(answer.is_ok(), calls == 2, "{answer:?}");
        // What is no status check is repeated as ever.
        provider.fail_next(ProviderErrorKind::Transport);
        assert!(balance(&guarded).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn an_inquiry_under_a_reference_of_ours_is_not_repeated_and_a_plain_one_is() {
    for (reference, calls) in [(None, 2), (Some(AttemptId::new(1, 0)), 1)] {
        let (provider, guarded) = guarded(Scripted::new().failing(transport(1)), &wide());
        let (purchase, provider_code) = (purchase(), "TOKEN".to_owned());
        let request = InquiryRequest { purchase, provider_code, reference };
        let answer = guarded.provider.inquire(&context(), &request).await;
        assert_eq!(provider.calls(), calls);
        assert_eq!(answer.is_ok(), calls == 2, "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn reads_at_once_are_bounded_and_status_checks_keep_a_share() {
    let slow = Scripted { takes: Duration::from_secs(10), ..Scripted::new() };
    let limits = Limits { reads_in_flight: n(4), ..wide() };
    let (provider, guarded) = guarded(slow, &limits);
    let cx = context();
    let flood = futures(8, || balance(&guarded));
    let attempt = attempt();
    let (answers, status) = tokio::join!(flood, guarded.provider.check_status(&cx, &attempt));
    assert!(status.is_ok());
    assert_eq!(provider.most_at_once(), 4, "three reads and the status check");
    let refused = answers.iter().filter(
        |answer| matches!(answer, Err(error) if error.kind == ProviderErrorKind::RateLimited),
    );
    assert_eq!(refused.count(), 5);
    let overview = guarded.reserve.overview();
    assert_eq!(overview.breaker, BreakerState::Closed, "our own limits are no bad news");
}

#[tokio::test(start_paused = true)]
async fn each_repetition_takes_a_token() {
    let limits = Limits { reads_per_second: n(1), wait_max: Duration::from_secs(10), ..wide() };
    let (provider, guarded) = guarded(Scripted::new().failing(transport(2)), &limits);
    let begun = Instant::now();
    assert!(balance(&guarded).await.is_ok());
    assert_eq!(provider.calls(), 3);
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn only_a_read_lets_payments_through_again() {
    let (_, guarded) = guarded(Scripted::new(), &wide());
    open(&guarded.reserve);
    advance(Duration::from_secs(30)).await;
    assert_eq!(guarded.reserve.overview().breaker, BreakerState::HalfOpen);
    assert!(guarded.reserve.try_reserve(&product()).is_err());
    balance(&guarded).await.unwrap();
    assert_eq!(guarded.reserve.overview().breaker, BreakerState::Ramp(1));
    let one = guarded.reserve.try_reserve(&product()).unwrap();
    assert!(guarded.reserve.try_reserve(&product()).is_err(), "one at a time");
    drop(one);
    assert!(guarded.reserve.try_reserve(&product()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn no_such_bill_is_what_a_well_provider_says() {
    let no_such_bill = ProviderErrorKind::Refused(Rejection {
        code: RefusalCode::NumberInvalid,
        scope: RefusalScope::Bill,
    });
    let (_, guarded) = guarded(Scripted::new().failing([no_such_bill]), &wide());
    open(&guarded.reserve);
    advance(Duration::from_secs(30)).await;
    assert!(balance(&guarded).await.is_err());
    assert_eq!(guarded.reserve.overview().breaker, BreakerState::Ramp(1));
}

#[tokio::test(start_paused = true)]
async fn bad_news_of_reads_spares_payments_the_attempt() {
    let (_, unreachable) = guarded(Scripted::new().failing(transport(6)), &wide());
    assert!(balance(&unreachable).await.is_err());
    assert_eq!(unreachable.reserve.overview().breaker, BreakerState::Closed);
    assert!(balance(&unreachable).await.is_err());
    let reason = unreachable.reserve.overview().reason;
    assert_eq!(reason, Some(TripReason::Unreachable));

    let (_, locked) = guarded(Scripted::new().failing([ProviderErrorKind::Credentials]), &wide());
    assert!(balance(&locked).await.is_err());
    assert_eq!(locked.reserve.overview().reason, Some(TripReason::Credentials));
}

/// Runs `times` futures at once.
async fn futures<T, F: Future<Output = T>>(times: usize, make: impl Fn() -> F) -> Vec<T> {
    let mut running: Vec<_> = (0..times).map(|_| Box::pin(make())).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|cx| {
        running.retain_mut(|one| match one.as_mut().poll(cx) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}
