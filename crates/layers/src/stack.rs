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
}

/// Guards a provider: limits, breaker, read retries, metrics and traces.
///
/// `seed` spreads repeated reads; the same seed repeats the same waits.
///
/// The layers, innermost first. The order is a contract; a test fixes it. Around the call that pays,
/// only `metrics` and `trace` do anything, and they only look on.
pub fn guard(
    provider: Arc<dyn PpobProvider>,
    limits: &Limits,
    clock: Arc<dyn Clock>,
    seed: u64,
) -> GuardedProvider {
    let name = provider.info().name.clone();
    let reserve = Reserve::new(limits, Arc::clone(&clock));

    // Next to the wire: bounds one request. Waiting for our own limits is not counted, so a busy
    // engine never looks like a slow provider.
    let provider = layer(provider, ReadTimeout(limits.read_timeout));
    // Outside the time-out, because no answer in time is bad news about the provider; inside the
    // limits, because a refusal of our own is none.
    let provider = layer(provider, ReadHealth(reserve.clone()));
    // Counts requests as the provider sees them: each repetition, without our own waiting. The call
    // that pays is counted here too.
    let provider = layer(provider, Metrics { provider: name.clone(), clock: Arc::clone(&clock) });
    // Inside the retries, so that each repetition takes a token: the provider never sees more than
    // the configured rate.
    let provider = layer(provider, ReadLimits::new(limits, &clock));
    // Outside the limits: between two tries no slot is held.
    let provider = layer(provider, ReadRetry::new(reserve.clone(), clock, seed));
    // Outermost: one span is what the engine asked for, however often it was tried.
    let provider = layer(provider, Trace(name));

    GuardedProvider { provider, reserve }
}
