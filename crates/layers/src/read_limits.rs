//! Bounds reads in flight and per second, as the provider sees them.

use std::sync::Arc;

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::Clock;

use crate::Limits;
use crate::around::{Around, Next, Operation, Read, Running};
use crate::gate::Gate;

/// Cheap to clone; clones share their state.
#[derive(Clone, Debug)]
pub(crate) struct ReadLimits {
    /// Status checks must go on while inquiries flood: they are how money in doubt is found again.
    status: Arc<Gate>,
    others: Arc<Gate>,
}

impl ReadLimits {
    pub(crate) fn new(limits: &Limits, clock: &Arc<dyn Clock>) -> Self {
        let (status, others) = limits.of_reads();
        let gate = |width| Arc::new(Gate::new(width, Arc::clone(clock)));
        Self { status: gate(status), others: gate(others) }
    }

    /// Changes the limits from now on; reads on their way stay counted.
    pub(crate) fn set(&self, limits: &Limits) {
        let (status, others) = limits.of_reads();
        self.status.set_width(status);
        self.others.set_width(others);
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
