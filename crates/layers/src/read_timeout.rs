//! Bounds one read on the wire.

use std::time::Duration;

use ppob_provider::{ProviderError, ProviderErrorKind};
use tokio::time::timeout;

use crate::around::{Around, Next, Read, Running};

pub(crate) struct ReadTimeout(pub(crate) Duration);

impl Around for ReadTimeout {
    const NAME: &'static str = "read-timeout";

    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        Box::pin(async move {
            if !read.may_be_dropped {
                return next().await;
            }
            timeout(self.0, next()).await.unwrap_or_else(|_| {
                Err(ProviderError::new(
                    ProviderErrorKind::Transport,
                    format!(
                        "the provider did not answer within {} s; a read moves no money, ask again",
                        self.0.as_secs()
                    ),
                ))
            })
        })
    }
}
