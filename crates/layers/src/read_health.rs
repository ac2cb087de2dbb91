//! Tells the breaker what reads show: a read is what tries out a provider, never a payment.

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::RefusalScope;

use crate::around::{Around, Next, Read, Running};
use crate::{Reserve, TripReason};

pub(crate) struct ReadHealth(pub(crate) Reserve);

impl Around for ReadHealth {
    const NAME: &'static str = "read-health";

    fn read<'a, T: Send + 'a>(
        &'a self,
        _read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        Box::pin(async move {
            let answer = next().await;
            match &answer {
                Ok(_) => self.0.read_succeeded(),
                Err(error) => self.note(error),
            }
            answer
        })
    }
}

impl ReadHealth {
    fn note(&self, error: &ProviderError) {
        match &error.kind {
            ProviderErrorKind::Transport => self.0.read_failed(),
            ProviderErrorKind::Credentials => self.0.trip(TripReason::Credentials),
            // "No such bill" is what a well provider says.
            ProviderErrorKind::Refused(no) if no.scope == RefusalScope::Bill => {
                self.0.read_succeeded();
            }
            // Neither proves anything about payments.
            _ => {}
        }
    }
}
