//! Whether a connection can be made, TLS included. Nothing is ever sent over it.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower::{Layer, Service};

use crate::client::{build, builder, describe};
use crate::{BaseUrl, Timeouts};

/// The provider was not reached: why, without its address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider was not reached: {0}")]
pub struct NotReached(String);

/// Makes a connection to `base` as every call does, and closes it again at once: no request can be sent
/// over it, because nobody is given it.
///
/// # Errors
/// [`NotReached`].
///
/// # Cancel safety
/// Safe.
pub async fn reach(base: &BaseUrl, timeouts: Timeouts) -> Result<(), NotReached> {
    let reached = Arc::new(AtomicBool::new(false));
    let layer = ReachLayer(Arc::clone(&reached));
    let client = build(builder(base, timeouts).pool_max_idle_per_host(0).connector_layer(layer));
    let client = client.map_err(|error| NotReached(error.to_string()))?;
    let url = base.endpoint("").ok_or_else(|| NotReached("it has no usable address".to_owned()))?;
    let asked = client.get(url).send().await;
    match asked {
        _ if reached.load(Ordering::SeqCst) => Ok(()),
        Ok(_) => Err(NotReached("it answered where nothing was sent".to_owned())),
        Err(error) => Err(NotReached(describe(error))),
    }
}

#[derive(Clone, Debug)]
struct ReachLayer(Arc<AtomicBool>);

/// Connects, notes it, and gives the connection to nobody.
#[derive(Clone, Debug)]
struct ReachConnector<S> {
    inner: S,
    reached: Arc<AtomicBool>,
}

type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection was only tried out")]
struct OnlyTriedOut;

impl<S> Layer<S> for ReachLayer {
    type Service = ReachConnector<S>;

    fn layer(&self, inner: S) -> ReachConnector<S> {
        ReachConnector { inner, reached: Arc::clone(&self.0) }
    }
}

impl<S, Destination> Service<Destination> for ReachConnector<S>
where
    S: Service<Destination, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, destination: Destination) -> Self::Future {
        let (connecting, reached) = (self.inner.call(destination), Arc::clone(&self.reached));
        Box::pin(async move {
            drop(connecting.await?);
            reached.store(true, Ordering::SeqCst);
            Err(OnlyTriedOut.into())
        })
    }
}
