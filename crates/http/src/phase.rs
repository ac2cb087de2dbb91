//! Records how far a connection came, so that "not sent" is proved.
//!
//! Without a connection pool the connector runs inside the future of its request, so a task-local
//! value tells it whose connection it is making.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use ppob_provider::SendPhase;
use ppob_types::{CrashPoint, crash_point};
use tower::{Layer, Service};

tokio::task_local! {
    static PHASE: SendPhase;
}

/// Runs `call` and records the connections it makes in `phase`.
pub(crate) fn record<F: Future>(phase: SendPhase, call: F) -> impl Future<Output = F::Output> {
    PHASE.scope(phase, call)
}

/// Wraps the connector of the client that pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhaseLayer;

/// A connector that records.
#[derive(Clone, Debug)]
pub(crate) struct PhaseConnector<S>(S);

type BoxError = Box<dyn Error + Send + Sync>;

/// A connection that nobody would record must not be made: it would pass for "not sent".
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a connection was asked for outside of a recorded send")]
struct Unrecorded;

impl<S> Layer<S> for PhaseLayer {
    type Service = PhaseConnector<S>;

    fn layer(&self, inner: S) -> PhaseConnector<S> {
        PhaseConnector(inner)
    }
}

impl<S, Destination> Service<Destination> for PhaseConnector<S>
where
    S: Service<Destination, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let Ok(phase) = PHASE.try_with(SendPhase::clone) else {
            return Box::pin(async { Err(Unrecorded.into()) });
        };
        phase.mark_connecting();
        let connecting = self.0.call(destination);
        Box::pin(async move {
            let connection = connecting.await?;
            phase.mark_connected();
            crash_point(CrashPoint::Connected);
            Ok(connection)
        })
    }
}
