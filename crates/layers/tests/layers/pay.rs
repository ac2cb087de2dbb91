//! The call that pays passes through, whatever stands around it.

use std::time::Duration;

use ppob_layers::{BreakerOverride, Limits};
use ppob_types::{NotSentCause, PayOutcome, UnknownCause};
use tokio::time::Instant;

use crate::support::{Scripted, context, guarded, n, pay_request, permit, wide};

#[tokio::test(start_paused = true)]
async fn a_payment_of_any_length_is_not_cut_and_made_exactly_once() {
    let slow = Scripted { takes: Duration::from_hours(1), ..Scripted::new() };
    let (provider, guarded) = guarded(slow, &wide());
    let begun = Instant::now();
    let answer = guarded.provider.pay(&context(), &pay_request(), permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(begun.elapsed(), Duration::from_hours(1));
    assert_eq!(provider.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_outcome_makes_a_layer_pay_again() {
    let outcomes = [
        PayOutcome::Unknown(UnknownCause::TimedOut),
        PayOutcome::NotSent(NotSentCause::Connect),
        PayOutcome::Pending,
    ];
    for outcome in outcomes {
        let told = Scripted { outcome: outcome.clone(), ..Scripted::new() };
        let (provider, guarded) = guarded(told, &wide());
        let answer = guarded.provider.pay(&context(), &pay_request(), permit()).await;
        assert_eq!(answer.outcome, outcome);
        assert_eq!(provider.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_or_refuses_once_a_permit_is_there() {
    let slow = Scripted { takes: Duration::from_secs(10), ..Scripted::new() };
    let tight = Limits {
        pay_per_second: n(1),
        pay_burst: n(1),
        pay_in_flight: n(1),
        reads_per_second: n(1),
        reads_in_flight: n(1),
        ..Limits::default()
    };
    let (provider, guarded) = guarded(slow, &tight);
    guarded.reserve.set_override(BreakerOverride::Open);
    let begun = Instant::now();
    let cx = context();
    let request = pay_request();
    let (first, second, third) = tokio::join!(
        guarded.provider.pay(&cx, &request, permit()),
        guarded.provider.pay(&cx, &request, permit()),
        guarded.provider.pay(&cx, &request, permit()),
    );
    for answer in [first, second, third] {
        assert_eq!(answer.outcome, PayOutcome::Succeeded);
    }
    assert_eq!(provider.most_at_once(), 3);
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
}
