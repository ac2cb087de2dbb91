//! Room for one payment, taken before its intent is written.
//!
//! Nothing may wait or refuse between the commit of an intent and the wire. So everything that can
//! wait or refuse is asked here, before: the breaker, a bulkhead slot and a rate token.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppob_types::{Clock, Monotonic, PayOutcome, ProductCode};

use crate::breaker::{Breaker, Ticket, Weight, weigh};
use crate::gate::{Gate, Refusal, Slot};
use crate::resting::Resting;
use crate::{BreakerOverride, BreakerState, Limits, TripReason};

/// The breaker and the payment limits of one provider. Cheap to clone; clones share their state.
#[derive(Clone, Debug)]
pub struct Reserve {
    shared: Arc<Shared>,
}

/// Room for one payment: a bulkhead slot, a spent rate token, and the breaker's leave.
///
/// Held until the payment's outcome is known. Dropped unsettled it frees the slot and counts nothing.
#[must_use = "dropping a reservation gives its room back"]
#[derive(Debug)]
pub struct Reservation {
    shared: Arc<Shared>,
    product: ProductCode,
    ticket: Ticket,
    weight: Option<Weight>,
    _slot: Slot,
}

/// Why there is no room for a payment. Nothing was written and nothing sent; ask another provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    /// The breaker lets no (further) payment through.
    #[error("the provider's breaker is open; nothing was sent, ask another provider or later")]
    BreakerOpen,
    /// Too many payments are on their way, and none ended in time.
    #[error(
        "too many payments are on their way at the provider; nothing was sent, ask another provider or later"
    )]
    Bulkhead,
    /// Too many payments per second.
    #[error(
        "the provider's rate limit is used up; nothing was sent, ask another provider or later"
    )]
    RateLimit,
}

/// What ranking needs to know about one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReserveFacts {
    /// The account's breaker; open where the product rests.
    pub breaker: BreakerState,
    /// Why it opened.
    pub reason: Option<TripReason>,
    /// The breaker would let a payment through now.
    pub admits: bool,
    /// The limits have room, now or after a bounded wait.
    pub has_room: bool,
    /// Payments on their way, of all products.
    pub in_flight: u32,
}

/// The state of the account, for gauges and operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveOverview {
    /// The account's breaker.
    pub breaker: BreakerState,
    /// Why it opened.
    pub reason: Option<TripReason>,
    /// Products that rest because the provider called them closed.
    pub resting: Vec<(ProductCode, TripReason)>,
    /// Payments on their way.
    pub in_flight: u32,
    /// Payments waiting for room.
    pub waiting: u32,
    /// How long the breaker stays open by itself, at least.
    pub open_for: Option<Duration>,
    /// How many outcomes became unknown within the breaker's window.
    pub unknown: u64,
}

struct Shared {
    clock: Arc<dyn Clock>,
    gate: Gate,
    breakers: Mutex<Breakers>,
}

#[derive(Debug, Default)]
struct Breakers {
    account: Breaker,
    resting: Resting,
}

impl Reserve {
    /// The breaker and payment limits of one provider account.
    pub fn new(limits: &Limits, clock: Arc<dyn Clock>) -> Self {
        let gate = Gate::new(limits.of_payments(), Arc::clone(&clock));
        Self { shared: Arc::new(Shared { clock, gate, breakers: Mutex::default() }) }
    }

    /// Takes room for one payment of `product`, waiting at most [`Limits::wait_max`] for a slot and
    /// a token.
    ///
    /// # Errors
    /// [`NoRoom`]; an open breaker and a full waiting line refuse at once.
    ///
    /// # Cancel safety
    /// Safe: what was taken is given back, except a rate token.
    pub async fn reserve(&self, product: &ProductCode) -> Result<Reservation, NoRoom> {
        // First, so that an open breaker costs neither a slot nor a token.
        if !self.facts(product).admits {
            return Err(NoRoom::BreakerOpen);
        }
        let slot = self.shared.gate.enter().await?;
        self.finish(product, slot)
    }

    /// Takes room for one payment of `product` without waiting.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn try_reserve(&self, product: &ProductCode) -> Result<Reservation, NoRoom> {
        if !self.facts(product).admits {
            return Err(NoRoom::BreakerOpen);
        }
        let slot = self.shared.gate.try_enter()?;
        self.finish(product, slot)
    }

    /// What ranking needs to know.
    pub fn facts(&self, product: &ProductCode) -> ReserveFacts {
        let has_room = self.shared.gate.has_room();
        self.shared.with(|breakers, now| {
            let account = &breakers.account;
            let rests = breakers.rests(product, now);
            ReserveFacts {
                breaker: match rests {
                    Some(_) => BreakerState::Open,
                    None => account.state(now),
                },
                reason: rests.or_else(|| account.reason()),
                admits: rests.is_none() && account.admits(now),
                has_room,
                in_flight: account.in_flight(),
            }
        })
    }

    /// The state of the account.
    pub fn overview(&self) -> ReserveOverview {
        let waiting = self.shared.gate.waiting();
        self.shared.with(|breakers, now| ReserveOverview {
            breaker: breakers.account.state(now),
            reason: breakers.account.reason(),
            resting: breakers.resting.list(now),
            in_flight: breakers.account.in_flight(),
            waiting,
            open_for: breakers.account.opens_in(now),
            unknown: breakers.account.unknown_lately(now),
        })
    }

    /// Changes the limits from now on. Payments on their way stay counted, and the breaker stays as it
    /// is; where the rate changes, its tokens begin to gather anew.
    pub fn set_limits(&self, limits: &Limits) {
        self.shared.gate.set_width(limits.of_payments());
    }

    /// An operator's decision over the breaker's head, for all products.
    pub fn set_override(&self, over: BreakerOverride) {
        self.shared.with(|breakers, _| breakers.account.set_override(over));
    }

    /// A read was answered. This, and no payment, is what lets payments through again.
    pub fn read_succeeded(&self) {
        self.shared.with(|breakers, now| breakers.account.read_succeeded(now));
    }

    /// A read did not reach the provider.
    pub fn read_failed(&self) {
        self.shared.with(|breakers, now| breakers.account.failed(now));
    }

    /// A read met a refusal of the whole account.
    pub fn trip(&self, reason: TripReason) {
        self.shared.with(|breakers, now| breakers.account.trip(reason, now));
    }

    /// Asks the breaker again: it may have opened while the slot was waited for.
    fn finish(&self, product: &ProductCode, slot: Slot) -> Result<Reservation, NoRoom> {
        let ticket = self.shared.with(|breakers, now| {
            let admitted = breakers.rests(product, now).is_none() && breakers.account.admits(now);
            admitted.then(|| breakers.account.enter())
        });
        Ok(Reservation {
            shared: Arc::clone(&self.shared),
            product: product.clone(),
            ticket: ticket.ok_or(NoRoom::BreakerOpen)?,
            weight: None,
            _slot: slot,
        })
    }
}

impl Reservation {
    /// Gives the room back and tells the breaker what came of it.
    pub fn settle(mut self, outcome: &PayOutcome) {
        self.weight = Some(weigh(outcome));
        self.shared.with(|breakers, now| breakers.resting.settle(&self.product, outcome, now));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let (ticket, weight) = (&self.ticket, self.weight);
        self.shared.with(|breakers, now| breakers.account.leave(ticket, weight, now));
    }
}

impl Shared {
    fn with<T>(&self, work: impl FnOnce(&mut Breakers, Monotonic) -> T) -> T {
        let now = self.clock.monotonic();
        // A panic elsewhere must not stop payments from being settled.
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut breakers, now)
    }
}

impl Breakers {
    fn rests(&self, product: &ProductCode, now: Monotonic) -> Option<TripReason> {
        match self.account.over() {
            BreakerOverride::Closed => None,
            BreakerOverride::Auto | BreakerOverride::Open => self.resting.reason(product, now),
        }
    }
}

impl NoRoom {
    /// The stable name, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BreakerOpen => "breaker-open",
            Self::Bulkhead => "bulkhead",
            Self::RateLimit => "rate-limit",
        }
    }
}

impl From<Refusal> for NoRoom {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => Self::Bulkhead,
            Refusal::TooFast => Self::RateLimit,
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("gate", &self.gate).finish_non_exhaustive()
    }
}
