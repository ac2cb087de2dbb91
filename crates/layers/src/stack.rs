//! The only place that composes.

use std::sync::Arc;

use ppob_provider::PpobProvider;
use ppob_types::Clock;

use crate::around::layer;
use crate::metrics::Metrics;
use crate::read_health::ReadHealth;
use crate::read_limits::ReadLimits;
use crate::read_retry::ReadRetry;
use crate::read_timeout::ReadTimeout;
use crate::trace::Trace;
use crate::{Limits, Reserve};

/// A provider with everything around it.
#[derive(Clone, Debug)]
pub struct GuardedProvider {
    /// The provider inside its decorators.
    pub provider: Arc<dyn PpobProvider>,
    /// Room for payments, to be taken before an intent is written.
    pub reserve: Reserve,
    read_limits: ReadLimits,
    made_of: MadeOf,
}

/// What the stack was made of, to make it again.
#[derive(Clone, Debug)]
struct MadeOf {
    plain: Arc<dyn PpobProvider>,
    limits: Limits,
    clock: Arc<dyn Clock>,
    seed: u64,
}

/// Guards a provider: limits, breaker, read retries, metrics and traces.
///
/// `seed` spreads repeated reads; the same seed repeats the same waits.
pub fn guard(
    provider: Arc<dyn PpobProvider>,
    limits: &Limits,
    clock: Arc<dyn Clock>,
    seed: u64,
) -> GuardedProvider {
    let reserve = Reserve::new(limits, Arc::clone(&clock));
    let read_limits = ReadLimits::new(limits, &clock);
    stack(MadeOf { plain: provider, limits: limits.clone(), clock, seed }, reserve, read_limits)
}

impl GuardedProvider {
    /// This provider in the place of `earlier`: behind the same breaker, reservations and read limits,
    /// which go on as they are until [`GuardedProvider::apply_limits`].
    #[must_use]
    pub fn in_place_of(self, earlier: &Self) -> Self {
        stack(self.made_of, earlier.reserve.clone(), earlier.read_limits.clone())
    }

    /// Puts the limits it was made with into effect. What is on its way stays counted.
    pub fn apply_limits(&self) {
        self.reserve.set_limits(&self.made_of.limits);
        self.read_limits.set(&self.made_of.limits);
    }

    /// Whether both guard one and the same provider, and differ at most in what is around it.
    pub fn has_provider_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.made_of.plain, &other.made_of.plain)
    }
}

/// The layers, innermost first. The order is a contract; a test fixes it. Around the call that pays,
/// only `metrics` and `trace` do anything, and they only look on.
fn stack(made_of: MadeOf, reserve: Reserve, read_limits: ReadLimits) -> GuardedProvider {
    let MadeOf { plain, limits, clock, seed } = made_of.clone();
    let name = plain.info().name.clone();

    // Next to the wire: bounds one request. Waiting for our own limits is not counted, so a busy
    // engine never looks like a slow provider.
    let provider = layer(plain, ReadTimeout(limits.read_timeout));
    // Outside the time-out, because no answer in time is bad news about the provider; inside the
    // limits, because a refusal of our own is none.
    let provider = layer(provider, ReadHealth(reserve.clone()));
    // Counts requests as the provider sees them: each repetition, without our own waiting. The call
    // that pays is counted here too.
    let provider = layer(provider, Metrics { provider: name.clone(), clock: Arc::clone(&clock) });
    // Inside the retries, so that each repetition takes a token: the provider never sees more than
    // the configured rate.
    let provider = layer(provider, read_limits.clone());
    // Outside the limits: between two tries no slot is held.
    let provider = layer(provider, ReadRetry::new(reserve.clone(), clock, seed));
    // Outermost: one span is what the engine asked for, however often it was tried.
    let provider = layer(provider, Trace(name));

    GuardedProvider { provider, reserve, read_limits, made_of }
}
