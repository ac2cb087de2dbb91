//! Around every provider: reservation before an intent, read retries, metrics and traces.
//!
//! Two things with different owners. [`Reserve`] is asked by the engine **before** the intent of a
//! payment is written: breaker, bulkhead slot and rate token, with bounded waiting. The decorators
//! ([`guard`] composes them) stand around the provider's calls and bound, repeat and count **reads**;
//! the call that pays passes through them untimed, unlimited and unrepeated.

mod around;
mod breaker;
mod gate;
mod governor_clock;
mod jitter;
mod limits;
mod metrics;
mod read_health;
mod read_limits;
mod read_retry;
mod read_timeout;
mod reserve;
mod resting;
mod stack;
mod trace;
mod window;

pub use breaker::{BreakerOverride, BreakerState, TripReason};
pub use governor_clock::GovernorClock;
pub use limits::Limits;
pub use metrics::describe_metrics;
pub use reserve::{NoRoom, Reservation, Reserve, ReserveFacts, ReserveOverview};
pub use stack::{GuardedProvider, guard};
