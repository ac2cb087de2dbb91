//! Sends requests that move money.

use std::fmt;
use std::sync::Arc;

use ppob_provider::{SendPermit, SendPhase};
use ppob_types::{CrashPoint, NotSentCause, UnknownCause, crash_point};
use reqwest::header::{CONNECTION, HeaderValue};
use reqwest::{Client, RequestBuilder};

use crate::answer::Interrupted;
use crate::client::{build, builder};
use crate::phase::{PhaseLayer, came_too_late, record};
use crate::{Answer, BaseUrl, ClientError, Request, Timeouts};

/// How many bytes of an answer to a payment are read.
const BODY_LIMIT: usize = 256 * 1024;

/// Sends the request of one attempt, at most once. One per configured provider.
///
/// Every request gets a connection of its own, so no stray answer of an earlier one can be taken
/// for it, and asks the provider to close that connection.
#[derive(Clone)]
pub struct PayClient {
    base: BaseUrl,
    client: Client,
}

/// What became of a request that moves money.
#[must_use = "an outcome that is not recorded is a lost payment"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendResult {
    /// No connection ever stood, so not one byte of the request left this process.
    NotSent(NotSentCause),
    /// An HTTP answer of any status, whole as far as HTTP can tell. A redirect arrives here, too.
    Answered(Answer),
    /// A connection stood, but no whole answer came. The request may have been carried out.
    Lost {
        /// Why.
        cause: UnknownCause,
        /// Status and beginning of the answer, if its head had come. Evidence only.
        partial: Option<Answer>,
    },
}

impl PayClient {
    /// A client for the provider at `base`.
    ///
    /// # Errors
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(base: BaseUrl, timeouts: Timeouts) -> Result<Self, ClientError> {
        let builder =
            builder(&base, timeouts).pool_max_idle_per_host(0).connector_layer(PhaseLayer);
        let client = build(builder)?;
        Ok(Self { base, client })
    }

    /// Spends `permit` and sends `request` at once, without waiting for anything else.
    ///
    /// # Cancel safety
    /// Not safe: a dropped future leaves an unknown outcome, unless the permit's
    /// [`SendWatch`](ppob_provider::SendWatch) shows that no connection stood.
    pub async fn send(&self, permit: SendPermit, request: Request) -> SendResult {
        let started = match permit.start() {
            Ok(started) => Arc::new(started),
            Err(cause) => return SendResult::NotSent(cause),
        };
        crash_point(CrashPoint::PermitSpent);
        let url = self.base.endpoint(request.path());
        let Some(request) = url.and_then(|url| request.build(&self.client, url)) else {
            return SendResult::NotSent(NotSentCause::Unbuildable);
        };
        let request = request.header(CONNECTION, HeaderValue::from_static("close"));
        record(Arc::clone(&started), Box::pin(exchange(request, started.phase()))).await
    }
}

async fn exchange(request: RequestBuilder, phase: &SendPhase) -> SendResult {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if phase.may_have_sent() => return lost(&error, None),
        Err(error) if error.is_builder() => {
            return SendResult::NotSent(NotSentCause::Unbuildable);
        }
        Err(error) if came_too_late(&error) => {
            return SendResult::NotSent(NotSentCause::PermitExpired);
        }
        Err(_) => return SendResult::NotSent(NotSentCause::Connect),
    };
    crash_point(CrashPoint::AnswerBegun);
    match Answer::read(response, BODY_LIMIT).await {
        Ok(answer) => SendResult::Answered(answer),
        Err(Interrupted { partial, error }) => lost(&error, Some(partial)),
    }
}

fn lost(error: &reqwest::Error, partial: Option<Answer>) -> SendResult {
    let cause =
        if error.is_timeout() { UnknownCause::TimedOut } else { UnknownCause::ConnectionLost };
    SendResult::Lost { cause, partial }
}

impl fmt::Debug for PayClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayClient").field("base", &self.base).finish_non_exhaustive()
    }
}
