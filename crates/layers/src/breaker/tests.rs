use ppob_types::{Rejection, UnknownCause};

use super::*;

/// A breaker and the seconds that passed.
#[derive(Default)]
struct Bench {
    breaker: Breaker,
    seconds: u64,
}

impl Bench {
    fn now(&self) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(self.seconds))
    }

    fn wait(&mut self, seconds: u64) {
        self.seconds += seconds;
    }

    fn state(&self) -> BreakerState {
        self.breaker.state(self.now())
    }

    /// Pays if let through. Whether it was.
    fn pay(&mut self, outcome: &PayOutcome) -> bool {
        let admitted = self.breaker.admits(self.now());
        if admitted {
            let ticket = self.breaker.enter();
            let now = self.now();
            self.breaker.leave(&ticket, Some(weigh(outcome)), now);
        }
        admitted
    }

    fn read(&mut self) {
        let now = self.now();
        self.breaker.read_succeeded(now);
    }

    fn pay_times(&mut self, times: u32, outcome: &PayOutcome) {
        for _ in 0..times {
            assert!(self.pay(outcome), "{outcome:?}");
        }
    }
}

const UNKNOWN: PayOutcome = PayOutcome::Unknown(UnknownCause::TimedOut);
const CONNECT: PayOutcome = PayOutcome::NotSent(NotSentCause::Connect);

fn rejected(code: RefusalCode, scope: RefusalScope) -> PayOutcome {
    PayOutcome::Rejected(Rejection { code, scope })
}

#[test]
fn three_unknown_outcomes_in_a_minute_open_it() {
    let mut bench = Bench::default();
    bench.pay_times(2, &UNKNOWN);
    bench.pay_times(20, &PayOutcome::Succeeded);
    assert_eq!(bench.state(), BreakerState::Closed);
    bench.pay_times(1, &UNKNOWN);
    assert_eq!(bench.state(), BreakerState::Open);
    assert_eq!(bench.breaker.reason(), Some(TripReason::Unknowns));
    assert!(!bench.pay(&PayOutcome::Succeeded));
}

#[test]
fn failures_to_connect_open_it_only_in_a_row() {
    let mut bench = Bench::default();
    for _ in 0..10 {
        bench.pay_times(4, &CONNECT);
        bench.pay_times(1, &PayOutcome::Succeeded);
    }
    assert_eq!(bench.state(), BreakerState::Closed);
    bench.pay_times(5, &CONNECT);
    assert_eq!(bench.breaker.reason(), Some(TripReason::Unreachable));
}

#[test]
fn answers_about_the_bill_and_waiting_ones_never_open_it() {
    let mut bench = Bench::default();
    bench.pay_times(200, &rejected(RefusalCode::BillAlreadyPaid, RefusalScope::Bill));
    bench.pay_times(200, &PayOutcome::Pending);
    for code in [RefusalCode::Duplicate, RefusalCode::ProductClosed] {
        bench.pay_times(200, &rejected(code, RefusalScope::Provider));
    }
    bench.pay_times(200, &PayOutcome::NotSent(NotSentCause::PermitExpired));
    assert_eq!(bench.state(), BreakerState::Closed);
}

#[test]
fn fact_71_a_refusal_of_the_account_opens_it_at_once_with_its_reason() {
    let reasons = [
        (RefusalCode::InsufficientBalance, TripReason::InsufficientBalance),
        (RefusalCode::Credentials, TripReason::Credentials),
    ];
    for (code, reason) in reasons {
        let mut bench = Bench::default();
        bench.pay_times(1, &rejected(code, RefusalScope::Provider));
        assert_eq!(bench.state(), BreakerState::Open);
        assert_eq!(bench.breaker.reason(), Some(reason));
    }
}

#[test]
fn only_a_read_after_the_open_time_lets_payments_through_again() {
    let mut bench = Bench::default();
    bench.pay_times(3, &UNKNOWN);
    bench.wait(29);
    bench.read();
    assert_eq!(bench.state(), BreakerState::Open, "too early");
    bench.wait(1);
    assert_eq!(bench.state(), BreakerState::HalfOpen);
    bench.wait(3_600);
    assert!(!bench.pay(&PayOutcome::Succeeded), "no payment tries it out");
    bench.read();
    assert_eq!(bench.state(), BreakerState::Ramp(1));
}

#[test]
fn payments_come_back_one_two_four_eight_at_a_time() {
    let mut bench = Bench::default();
    bench.pay_times(3, &UNKNOWN);
    bench.wait(30);
    bench.read();
    for at_once in [1, 2, 4, 8] {
        assert_eq!(bench.state(), BreakerState::Ramp(at_once));
        let tickets: Vec<Ticket> = (0..at_once)
            .map(|_| {
                assert!(bench.breaker.admits(bench.now()));
                bench.breaker.enter()
            })
            .collect();
        assert!(!bench.breaker.admits(bench.now()), "{at_once} are on their way");
        for ticket in &tickets {
            let now = bench.now();
            bench.breaker.leave(ticket, Some(Weight::Good), now);
        }
    }
    assert_eq!(bench.state(), BreakerState::Closed);
}

#[test]
fn it_stays_open_longer_each_time_up_to_ten_minutes() {
    let mut bench = Bench::default();
    bench.pay_times(3, &UNKNOWN);
    for n in 1..30_u64 {
        let span = (30 * n).min(600);
        bench.wait(span - 1);
        assert_eq!(bench.state(), BreakerState::Open, "opening {n}");
        bench.wait(1);
        assert_eq!(bench.state(), BreakerState::HalfOpen, "opening {n}");
        bench.read();
        // While payments come back, one is enough.
        bench.pay_times(1, &UNKNOWN);
    }
}

#[test]
fn once_well_it_begins_with_the_short_time_again() {
    let mut bench = Bench::default();
    for _ in 0..3 {
        bench.pay_times(3, &UNKNOWN);
        bench.wait(30);
        bench.read();
        bench.pay_times(15, &PayOutcome::Succeeded);
        assert_eq!(bench.state(), BreakerState::Closed);
    }
}

#[test]
fn payments_begun_before_it_opened_are_old_news() {
    let mut bench = Bench::default();
    let late: Vec<Ticket> = (0..3).map(|_| bench.breaker.enter()).collect();
    bench.pay_times(3, &UNKNOWN);
    bench.wait(30);
    bench.read();
    assert!(!bench.breaker.admits(bench.now()), "three are still on their way");
    for ticket in &late {
        let now = bench.now();
        bench.breaker.leave(ticket, Some(Weight::Unknown), now);
    }
    assert_eq!(bench.state(), BreakerState::Ramp(1));
    assert!(bench.breaker.admits(bench.now()));
}

#[test]
fn an_unsettled_payment_counts_nothing() {
    let mut bench = Bench::default();
    for _ in 0..100 {
        let ticket = bench.breaker.enter();
        let now = bench.now();
        bench.breaker.leave(&ticket, None, now);
    }
    assert_eq!(bench.breaker.in_flight(), 0);
    assert_eq!(bench.state(), BreakerState::Closed);
}

#[test]
fn an_operator_is_stronger_than_the_breaker() {
    let mut bench = Bench::default();
    bench.breaker.set_override(BreakerOverride::Open);
    assert!(!bench.pay(&PayOutcome::Succeeded));
    bench.breaker.set_override(BreakerOverride::Closed);
    bench.pay_times(10, &UNKNOWN);
    assert_eq!(bench.state(), BreakerState::Closed);
    bench.breaker.set_override(BreakerOverride::Auto);
    assert_eq!(bench.state(), BreakerState::Open, "it went on counting");
}
