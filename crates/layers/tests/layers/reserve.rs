//! Room for a payment, before its intent is written.

use std::sync::LazyLock;
use std::time::Duration;

use ppob_layers::{BreakerOverride, BreakerState, Limits, NoRoom, Reserve, TripReason};
use ppob_types::{PayOutcome, ProductCode, RefusalCode, RefusalScope, Rejection, UnknownCause};
use tokio::time::{Instant, advance, sleep, timeout};

use crate::support::{Scripted, clock, context, guarded, n, product, wide};

static PRODUCT: LazyLock<ProductCode> = LazyLock::new(product);
const UNKNOWN: PayOutcome = PayOutcome::Unknown(UnknownCause::TimedOut);

fn reserve(limits: &Limits) -> Reserve {
    Reserve::new(limits, clock())
}

fn two_at_once() -> Limits {
    Limits { pay_in_flight: n(2), ..wide() }
}

#[tokio::test(start_paused = true)]
async fn a_payment_waits_for_a_slot_and_gets_the_first_one() {
    let reserve = reserve(&two_at_once());
    let first = reserve.reserve(&PRODUCT).await.unwrap();
    let _second = reserve.reserve(&PRODUCT).await.unwrap();
    assert_eq!(reserve.facts(&PRODUCT).in_flight, 2);
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead);
    let begun = Instant::now();
    let after_a_second = async {
        sleep(Duration::from_secs(1)).await;
        first.settle(&PayOutcome::Succeeded);
    };
    let (third, ()) = tokio::join!(reserve.reserve(&PRODUCT), after_a_second);
    assert!(third.is_ok());
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_slot_is_bounded() {
    let reserve = reserve(&two_at_once());
    let _first = reserve.reserve(&PRODUCT).await.unwrap();
    let _second = reserve.reserve(&PRODUCT).await.unwrap();
    let begun = Instant::now();
    let third = reserve.reserve(&PRODUCT).await;
    assert_eq!(third.unwrap_err(), NoRoom::Bulkhead);
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_full_waiting_line_refuses_at_once_and_shows_it() {
    let reserve = reserve(&two_at_once());
    let _first = reserve.reserve(&PRODUCT).await.unwrap();
    let _second = reserve.reserve(&PRODUCT).await.unwrap();
    assert!(reserve.facts(&PRODUCT).has_room, "waiting may help");
    let waiting = async { tokio::join!(reserve.reserve(&PRODUCT), reserve.reserve(&PRODUCT)) };
    let begun = Instant::now();
    let late = async {
        sleep(Duration::from_secs(1)).await;
        assert!(!reserve.facts(&PRODUCT).has_room);
        assert_eq!(reserve.overview().waiting, 2);
        reserve.reserve(&PRODUCT).await.unwrap_err();
        begun.elapsed()
    };
    let (_, refused_after) = tokio::join!(waiting, late);
    assert_eq!(refused_after, Duration::from_secs(1));
    assert_eq!(reserve.overview().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn payments_beyond_the_burst_are_spaced_by_our_clock() {
    let reserve = reserve(&Limits { pay_per_second: n(10), pay_burst: n(2), ..wide() });
    let begun = Instant::now();
    let mut at = Vec::new();
    for _ in 0..5 {
        let room = reserve.reserve(&PRODUCT).await.unwrap();
        at.push(begun.elapsed().as_millis());
        room.settle(&PayOutcome::Succeeded);
    }
    assert_eq!(at, [0, 0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_too_late_is_not_waited_for() {
    let reserve = reserve(&Limits {
        pay_per_second: n(1),
        pay_burst: n(1),
        wait_max: Duration::from_millis(500),
        ..wide()
    });
    let _first = reserve.reserve(&PRODUCT).await.unwrap();
    let begun = Instant::now();
    let second = reserve.reserve(&PRODUCT).await;
    assert_eq!(second.unwrap_err(), NoRoom::RateLimit);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(reserve.facts(&PRODUCT).in_flight, 1);
    advance(Duration::from_millis(500)).await;
    assert!(reserve.reserve(&PRODUCT).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn tokens_go_to_those_who_wait_in_their_order() {
    let reserve = reserve(&Limits { pay_per_second: n(2), pay_burst: n(1), ..wide() });
    let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let (reserve, sender) = (reserve.clone(), sender.clone());
            tokio::spawn(async move {
                let room = reserve.reserve(&PRODUCT).await;
                sender.send((number, room.is_ok())).unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    drop(sender);
    let mut admitted = Vec::new();
    while let Some((number, room)) = order.recv().await {
        if room {
            admitted.push(number);
        }
    }
    // One at once, and four more within the two seconds that a payment waits.
    assert_eq!(admitted, [0, 1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_leaves_nothing_behind() {
    let reserve = reserve(&two_at_once());
    let first = reserve.reserve(&PRODUCT).await.unwrap();
    let second = reserve.reserve(&PRODUCT).await.unwrap();
    let impatient = timeout(Duration::from_millis(10), reserve.reserve(&PRODUCT)).await;
    assert!(impatient.is_err());
    assert_eq!(reserve.overview().waiting, 0);
    drop((first, second));
    let both = (reserve.try_reserve(&PRODUCT), reserve.try_reserve(&PRODUCT));
    assert!(both.0.is_ok() && both.1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_reservation_counts_nothing() {
    let reserve = reserve(&wide());
    for _ in 0..100 {
        drop(reserve.reserve(&PRODUCT).await.unwrap());
    }
    assert_eq!(reserve.overview().breaker, BreakerState::Closed);
    assert_eq!(reserve.overview().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_refuses_at_once_and_costs_neither_slot_nor_token() {
    let reserve = reserve(&Limits { pay_burst: n(3), pay_per_second: n(1), ..wide() });
    for _ in 0..3 {
        reserve.reserve(&PRODUCT).await.unwrap().settle(&UNKNOWN);
    }
    let begun = Instant::now();
    for _ in 0..10 {
        let refused = reserve.reserve(&PRODUCT).await;
        assert_eq!(refused.unwrap_err(), NoRoom::BreakerOpen);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let facts = reserve.facts(&PRODUCT);
    assert!(!facts.admits);
    assert_eq!(facts.reason, Some(TripReason::Unknowns));
    reserve.set_override(BreakerOverride::Closed);
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::RateLimit);
    advance(Duration::from_secs(1)).await;
    assert!(reserve.try_reserve(&PRODUCT).is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_during_the_wait_refuses_after_it() {
    let reserve = reserve(&Limits { pay_in_flight: n(3), ..wide() });
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(reserve.reserve(&PRODUCT).await.unwrap());
    }
    let going_wrong = async {
        sleep(Duration::from_secs(1)).await;
        for room in held {
            room.settle(&UNKNOWN);
        }
    };
    let (waiting, ()) = tokio::join!(reserve.reserve(&PRODUCT), going_wrong);
    assert_eq!(waiting.unwrap_err(), NoRoom::BreakerOpen);
    assert_eq!(reserve.overview().in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_closed_product_rests_and_the_account_goes_on() {
    let reserve = reserve(&wide());
    let closed = PayOutcome::Rejected(Rejection {
        code: RefusalCode::ProductClosed,
        scope: RefusalScope::Provider,
    });
    reserve.reserve(&PRODUCT).await.unwrap().settle(&closed);
    let facts = reserve.facts(&PRODUCT);
    assert_eq!((facts.breaker, facts.admits), (BreakerState::Open, false));
    assert_eq!(facts.reason, Some(TripReason::ProductClosed));
    assert_eq!(reserve.overview().resting, [(PRODUCT.clone(), TripReason::ProductClosed)]);
    let other = ProductCode::new("PDAM-ATB").unwrap();
    assert!(reserve.reserve(&other).await.is_ok());
    advance(Duration::from_secs(30)).await;
    assert!(reserve.reserve(&PRODUCT).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn clones_share_their_state() {
    let reserve = reserve(&wide());
    let _room = reserve.clone().try_reserve(&PRODUCT).unwrap();
    assert_eq!(reserve.overview().in_flight, 1);
}

#[tokio::test(start_paused = true)]
async fn a_narrower_limit_counts_what_is_on_its_way_and_takes_nothing_away() {
    let reserve = reserve(&Limits { pay_in_flight: n(3), ..wide() });
    let first = reserve.reserve(&PRODUCT).await.unwrap();
    let second = reserve.reserve(&PRODUCT).await.unwrap();
    reserve.set_limits(&Limits { pay_in_flight: n(1), ..wide() });
    assert_eq!(reserve.facts(&PRODUCT).in_flight, 2, "both go on");
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead);
    first.settle(&PayOutcome::Succeeded);
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead, "one is still there");
    second.settle(&PayOutcome::Succeeded);
    let third = reserve.try_reserve(&PRODUCT).unwrap();
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead, "one at a time");
    third.settle(&PayOutcome::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_limit_made_wider_again_gives_exactly_as_much_room_as_it_says() {
    let reserve = reserve(&Limits { pay_in_flight: n(3), ..wide() });
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(reserve.try_reserve(&PRODUCT).unwrap());
    }
    for size in [1, 2, 1, 4] {
        reserve.set_limits(&Limits { pay_in_flight: n(size), ..wide() });
    }
    held.push(reserve.try_reserve(&PRODUCT).unwrap());
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead);
    drop(held);
    let all: Vec<_> = (0..4).map(|_| reserve.try_reserve(&PRODUCT).unwrap()).collect();
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead);
    drop(all);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_gets_the_slot_of_a_wider_limit() {
    let reserve = reserve(&Limits { pay_in_flight: n(1), ..wide() });
    let _first = reserve.reserve(&PRODUCT).await.unwrap();
    let begun = Instant::now();
    let widen = async {
        sleep(Duration::from_millis(500)).await;
        reserve.set_limits(&Limits { pay_in_flight: n(2), ..wide() });
    };
    let (second, ()) = tokio::join!(reserve.reserve(&PRODUCT), widen);
    assert!(second.is_ok());
    assert_eq!(begun.elapsed(), Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_changed_rate_gives_out_no_second_burst() {
    let slow = Limits { pay_per_second: n(1), pay_burst: n(5), ..wide() };
    let reserve = reserve(&slow);
    for _ in 0..5 {
        reserve.try_reserve(&PRODUCT).unwrap().settle(&PayOutcome::Succeeded);
    }
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::RateLimit);
    reserve.set_limits(&Limits { pay_per_second: n(2), ..slow.clone() });
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::RateLimit);
    advance(Duration::from_millis(500)).await;
    reserve.try_reserve(&PRODUCT).unwrap().settle(&PayOutcome::Succeeded);
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::RateLimit);
    // Other limits leave the tokens alone.
    advance(Duration::from_millis(500)).await;
    reserve.set_limits(&Limits { pay_per_second: n(2), pay_in_flight: n(7), ..slow });
    reserve.try_reserve(&PRODUCT).unwrap().settle(&PayOutcome::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_stays_open_when_limits_change() {
    let reserve = reserve(&wide());
    reserve.trip(TripReason::Credentials);
    reserve.set_limits(&two_at_once());
    assert_eq!(reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::BreakerOpen);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_takes_anothers_place_is_behind_the_same_breaker_and_limits() {
    let (_, earlier) = guarded(Scripted::new(), &two_at_once());
    let _held = earlier.reserve.reserve(&PRODUCT).await.unwrap();
    let (provider, later) = guarded(Scripted::new(), &Limits { pay_in_flight: n(1), ..wide() });
    let later = later.in_place_of(&earlier);
    assert!(!later.has_provider_of(&earlier));
    assert_eq!(later.reserve.facts(&PRODUCT).in_flight, 1, "what is on its way is counted");
    drop(later.reserve.try_reserve(&PRODUCT).unwrap());
    later.apply_limits();
    assert_eq!(later.reserve.try_reserve(&PRODUCT).unwrap_err(), NoRoom::Bulkhead);
    later.provider.balance(&context()).await.unwrap();
    assert_eq!(provider.calls(), 1, "the new provider is the one that is asked");
    earlier.reserve.trip(TripReason::Credentials);
    assert_eq!(later.reserve.overview().breaker, BreakerState::Open);
}
