//! Records how far a connection came, so that "not sent" is proved.
//!
//! Without a connection pool the connector runs inside the future of its request, so a task-local
//! value tells it whose connection it is making.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ppob_provider::StartedSend;
use ppob_types::{CrashPoint, crash_point};
use tower::{Layer, Service};

tokio::task_local! {
    static SEND: Arc<StartedSend>;
}

/// Runs `call` and records the connections it makes for `send`.
pub(crate) fn record<F: Future>(
    send: Arc<StartedSend>,
    call: F,
) -> impl Future<Output = F::Output> {
    SEND.scope(send, call)
}

/// Whether nothing was sent because the connection came too late.
pub(crate) fn came_too_late(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TooLate>() {
            return true;
        }
        cause = error.source();
    }
    false
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

/// The process slept while the connection was made. A payment that is sent so late is no payment that
/// anybody waits for; and nothing of it was written yet.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection stood too late for its request")]
struct TooLate;

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
        let Ok(send) = SEND.try_with(Arc::clone) else {
            return Box::pin(async { Err(Unrecorded.into()) });
        };
        send.phase().mark_connecting();
        let connecting = self.0.call(destination);
        Box::pin(async move {
            let connection = connecting.await?;
            if send.is_late() {
                return Err(TooLate.into());
            }
            send.phase().mark_connected();
            crash_point(CrashPoint::Connected);
            Ok(connection)
        })
    }
}
