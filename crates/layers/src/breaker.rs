//! A breaker that knows what payments are.
//!
//! An unknown outcome costs a person's time and locks a customer's number, so few of them open it.
//! What closes it again is a successful **read**, never a payment sent to try it out; then payments
//! come back 1, 2, 4, 8 at a time.

use std::time::Duration;

use ppob_types::{Monotonic, NotSentCause, PayOutcome, RefusalCode, RefusalScope};

use crate::window::Window;

/// This many failures in a row open it: nothing was sent, so they cost time and no money.
const FAILURES_IN_A_ROW: u32 = 5;
/// Time open, times how often it opened since it was last well …
const OPEN_STEP: Duration = Duration::from_secs(30);
/// … and never longer than this.
pub(crate) const OPEN_MAX: Duration = Duration::from_mins(10);
/// From this many payments at once on it is well again.
const WELL: u32 = 16;

/// What a breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Every payment.
    Closed,
    /// None.
    Open,
    /// None, but the next successful read lets a first one through. **Somebody must read.**
    HalfOpen,
    /// This many at one time.
    Ramp(u32),
}

/// Why a breaker opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripReason {
    /// Too many payments of unknown outcome.
    Unknowns,
    /// The provider was not reached several times in a row.
    Unreachable,
    /// Our deposit is used up.
    InsufficientBalance,
    /// The provider does not sell this product now. Rests the product only.
    ProductClosed,
    /// The product is inside its cut-off hours. Rests the product only.
    CutOff,
    /// User, password, key or IP address refused.
    Credentials,
}

/// What an operator decides over a breaker's head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BreakerOverride {
    /// Nothing: the breaker decides.
    #[default]
    Auto,
    /// No payment.
    Open,
    /// Every payment, whatever came of the earlier ones.
    Closed,
}

/// What an outcome means to a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It works.
    Good,
    /// It answered, but whether it works is not known yet.
    Answered,
    /// Says nothing about the provider.
    Nothing,
    /// It was not reached.
    Failure,
    Unknown,
    Trip(TripReason),
}

/// The right to one payment, to be given back.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// Outcomes of payments begun before the latest opening are old news.
    opening: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Breaker {
    phase: Phase,
    over: BreakerOverride,
    openings: u64,
    openings_since_well: u32,
    in_flight: u32,
    failures_in_a_row: u32,
    window: Window,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Closed,
    Open {
        until: Monotonic,
        reason: TripReason,
    },
    Ramp {
        at_once: u32,
        good: u32,
    },
}

impl Breaker {
    pub(crate) fn state(&self, now: Monotonic) -> BreakerState {
        match self.over {
            BreakerOverride::Open => return BreakerState::Open,
            BreakerOverride::Closed => return BreakerState::Closed,
            BreakerOverride::Auto => {}
        }
        match self.phase {
            Phase::Closed => BreakerState::Closed,
            Phase::Open { until, .. } if now < until => BreakerState::Open,
            Phase::Open { .. } => BreakerState::HalfOpen,
            Phase::Ramp { at_once, .. } => BreakerState::Ramp(at_once),
        }
    }

    /// Why it is open, if it opened by itself.
    pub(crate) fn reason(&self) -> Option<TripReason> {
        match self.phase {
            Phase::Open { reason, .. } => Some(reason),
            Phase::Closed | Phase::Ramp { .. } => None,
        }
    }

    /// How long it stays open by itself, at least.
    pub(crate) fn opens_in(&self, now: Monotonic) -> Option<Duration> {
        match self.phase {
            Phase::Open { until, .. } if now < until => Some(until.since(now)),
            Phase::Open { .. } | Phase::Closed | Phase::Ramp { .. } => None,
        }
    }

    /// How many outcomes became unknown lately.
    pub(crate) fn unknown_lately(&self, now: Monotonic) -> u64 {
        self.window.unknown_lately(now)
    }

    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight
    }

    pub(crate) fn admits(&self, now: Monotonic) -> bool {
        match self.state(now) {
            BreakerState::Closed => true,
            BreakerState::Open | BreakerState::HalfOpen => false,
            BreakerState::Ramp(at_once) => self.in_flight < at_once,
        }
    }

    /// To be called only if it [`admits`](Self::admits).
    pub(crate) fn enter(&mut self) -> Ticket {
        self.in_flight = self.in_flight.saturating_add(1);
        Ticket { opening: self.openings }
    }

    /// A payment ended; without a weight, nothing is known about it and nothing counts.
    pub(crate) fn leave(&mut self, ticket: &Ticket, weight: Option<Weight>, now: Monotonic) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if ticket.opening != self.openings {
            return;
        }
        match weight {
            None | Some(Weight::Nothing) => {}
            Some(Weight::Good) => {
                self.failures_in_a_row = 0;
                self.window.known(now);
                self.grow();
            }
            Some(Weight::Answered) => {
                self.failures_in_a_row = 0;
                self.window.known(now);
            }
            Some(Weight::Failure) => self.failed(now),
            Some(Weight::Unknown) => {
                let too_many = self.window.unknown(now);
                if too_many || matches!(self.phase, Phase::Ramp { .. }) {
                    self.trip(TripReason::Unknowns, now);
                }
            }
            Some(Weight::Trip(reason)) => self.trip(reason, now),
        }
    }

    pub(crate) fn read_succeeded(&mut self, now: Monotonic) {
        self.failures_in_a_row = 0;
        if matches!(self.phase, Phase::Open { until, .. } if now >= until) {
            self.phase = Phase::Ramp { at_once: 1, good: 0 };
        }
    }

    /// The provider was not reached, by a payment or by a read.
    pub(crate) fn failed(&mut self, now: Monotonic) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let ramping = matches!(self.phase, Phase::Ramp { .. });
        if ramping || self.failures_in_a_row >= FAILURES_IN_A_ROW {
            self.trip(TripReason::Unreachable, now);
        }
    }

    /// Opens at once. An open one stays as it is: bad news about it is no news.
    pub(crate) fn trip(&mut self, reason: TripReason, now: Monotonic) {
        if matches!(self.phase, Phase::Open { .. }) {
            return;
        }
        self.openings += 1;
        self.openings_since_well = self.openings_since_well.saturating_add(1);
        self.failures_in_a_row = 0;
        self.window = Window::default();
        self.phase = Phase::Open { until: now.plus(open_time(self.openings_since_well)), reason };
    }

    pub(crate) fn over(&self) -> BreakerOverride {
        self.over
    }

    pub(crate) fn set_override(&mut self, over: BreakerOverride) {
        self.over = over;
    }

    /// Doubles after as many good outcomes as payments are let through at once.
    fn grow(&mut self) {
        let Phase::Ramp { at_once, good } = &mut self.phase else {
            return;
        };
        *good += 1;
        if *good >= *at_once {
            *at_once = at_once.saturating_mul(2);
            *good = 0;
        }
        if *at_once >= WELL {
            self.phase = Phase::Closed;
            self.openings_since_well = 0;
        }
    }
}

/// How long the `nth` opening in a row lasts.
pub(crate) fn open_time(nth: u32) -> Duration {
    OPEN_STEP.saturating_mul(nth).min(OPEN_MAX)
}

/// What an outcome says about the provider, and not about the bill.
pub(crate) fn weigh(outcome: &PayOutcome) -> Weight {
    match outcome {
        PayOutcome::Succeeded => Weight::Good,
        PayOutcome::Pending => Weight::Answered,
        PayOutcome::Unknown(_) => Weight::Unknown,
        PayOutcome::NotSent(NotSentCause::Connect) => Weight::Failure,
        // Our own doing, or a fact that was known before.
        PayOutcome::NotSent(
            NotSentCause::PermitExpired
            | NotSentCause::Unbuildable
            | NotSentCause::NoPermit
            | NotSentCause::Unsupported,
        ) => Weight::Nothing,
        PayOutcome::Rejected(no) => match (no.scope, no.code) {
            (RefusalScope::Bill, _) => Weight::Good,
            (RefusalScope::Provider, RefusalCode::InsufficientBalance) => {
                Weight::Trip(TripReason::InsufficientBalance)
            }
            (RefusalScope::Provider, RefusalCode::Credentials) => {
                Weight::Trip(TripReason::Credentials)
            }
            // A closed product rests by itself, see `Resting`; the account is well.
            (RefusalScope::Provider, _) => Weight::Answered,
        },
    }
}

impl BreakerState {
    /// The stable name, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::Ramp(_) => "ramp",
        }
    }
}

impl TripReason {
    /// The stable name, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknowns => "unknowns",
            Self::Unreachable => "unreachable",
            Self::InsufficientBalance => "insufficient-balance",
            Self::ProductClosed => "product-closed",
            Self::CutOff => "cut-off",
            Self::Credentials => "credentials",
        }
    }
}

#[cfg(test)]
mod tests;
