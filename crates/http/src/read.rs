//! Asks for what moves no money.

use std::fmt;

use ppob_provider::{ProviderError, ProviderErrorKind};
use reqwest::Client;

use crate::answer::Interrupted;
use crate::client::{build, builder, describe};
use crate::{Answer, BaseUrl, ClientError, Request, Timeouts};

/// How many bytes of an answer are read; price lists are long.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Asks for prices, bills, states and balances over pooled connections. Never sends a payment.
#[derive(Clone)]
pub struct ReadClient {
    base: BaseUrl,
    client: Client,
}

impl ReadClient {
    /// A client for the provider at `base`.
    ///
    /// # Errors
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(base: BaseUrl, timeouts: Timeouts) -> Result<Self, ClientError> {
        let client = build(builder(&base, timeouts))?;
        Ok(Self { base, client })
    }

    /// Asks once and returns whatever HTTP answer comes, of any status.
    ///
    /// # Errors
    /// [`ProviderErrorKind::Transport`] if no whole answer came; the message names no address.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn ask(&self, request: Request) -> Result<Answer, ProviderError> {
        let Some(url) = self.base.endpoint(request.path()) else {
            return Err(transport("the configured path leads to another host"));
        };
        let Some(request) = request.build(&self.client, url) else {
            return Err(transport("the request could not be written"));
        };
        let response = request.send().await.map_err(unanswered)?;
        match Answer::read(response, BODY_LIMIT).await {
            Ok(answer) => Ok(answer),
            Err(Interrupted { error, .. }) => Err(unanswered(error)),
        }
    }
}

fn unanswered(error: reqwest::Error) -> ProviderError {
    let what = if error.is_connect() {
        "the provider was not reached"
    } else if error.is_timeout() {
        "the provider did not answer in time"
    } else {
        "the provider's answer did not come whole"
    };
    transport(&format!("{what}: {}", describe(error)))
}

fn transport(message: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Transport, message)
}

impl fmt::Debug for ReadClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadClient").field("base", &self.base).finish_non_exhaustive()
    }
}
