//! Bounds reads in flight and per second, as the provider sees them.

use std::num::NonZeroU32;
use std::sync::Arc;

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::Clock;

use crate::Limits;
use crate::around::{Around, Next, Operation, Read, Running};
use crate::gate::Gate;
use crate::limits::share;

pub(crate) struct ReadLimits {
    /// Status checks must go on while inquiries flood: they are how money in doubt is found again.
    status: Gate,
    others: Gate,
}

impl ReadLimits {
    pub(crate) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let (status_slots, other_slots) = share(limits.reads_in_flight);
        let (status_rate, other_rate) = share(limits.reads_per_second);
        let gate = |slots: NonZeroU32, rate: NonZeroU32| {
            Gate::new(slots, rate, rate, limits.wait_max, Arc::clone(clock))
        };
        Self { status: gate(status_slots, status_rate), others: gate(other_slots, other_rate) }
    }
}

impl Around for ReadLimits {
    const NAME: &'static str = "read-limits";

    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        let gate = match read.operation {
            Operation::Status => &self.status,
            _ => &self.others,
        };
        Box::pin(async move {
            let Ok(_slot) = gate.enter().await else {
                return Err(ProviderError::new(
                    ProviderErrorKind::RateLimited,
                    "our own limit for reads at this provider is used up; nothing was asked, try again in a moment",
                ));
            };
            next().await
        })
    }
}
