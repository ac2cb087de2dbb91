//! What every RPC has at hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppob_engine::Engine;
use ppob_routing::Catalogue;
use ppob_types::Clock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config_source::ConfigSource;
use crate::convert::View;
use crate::feed::Feed;
use crate::metrics::Overhead;

/// What every RPC has at hand.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) closing: Closing,
    /// What runs for streams; joined at shutdown.
    pub(crate) tasks: TaskTracker,
    /// No money moves here.
    pub(crate) simulated: bool,
    /// How long an event stream is silent at most.
    pub(crate) heartbeat_every: Duration,
    /// What reads the configuration again, where there is one.
    pub(crate) config: Option<Arc<dyn ConfigSource>>,
    /// What watchers of the catalogue see.
    pub(crate) feed: Feed,
    versions: Mutex<Version>,
}

/// How far the server's end has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closing {
    /// Streams end.
    pub(crate) streams: CancellationToken,
    /// Calls that wait for a payment answer now, with the state as it is.
    pub(crate) waits: CancellationToken,
}

/// The catalogue last seen, and its version.
#[derive(Debug, Default)]
struct Version {
    of: Option<Arc<Catalogue>>,
    number: i64,
}

impl Shared {
    pub(crate) fn new(
        engine: Engine,
        clock: Arc<dyn Clock>,
        simulated: bool,
        heartbeat_every: Duration,
        config: Option<Arc<dyn ConfigSource>>,
    ) -> Self {
        Self {
            engine,
            clock,
            closing: Closing::default(),
            tasks: TaskTracker::new(),
            simulated,
            heartbeat_every,
            config,
            feed: Feed::default(),
            versions: Mutex::default(),
        }
    }

    /// What is shown of payments depends on it.
    pub(crate) fn view<'a>(&'a self, catalogue: &'a Catalogue) -> View<'a> {
        View { engine: &self.engine, now: self.clock.now(), catalogue, simulated: self.simulated }
    }

    /// Measures our own share of a call.
    pub(crate) fn overhead(&self, method: &'static str) -> Overhead {
        Overhead::start(Arc::clone(&self.clock), method)
    }

    /// Which catalogue this is: the moment of its newest price, which grows with every refresh and
    /// goes on growing after a restart. A catalogue that differs without newer prices, because they
    /// were withdrawn or mapped anew, counts one up.
    pub(crate) fn catalogue_version(&self, catalogue: &Arc<Catalogue>) -> i64 {
        let mut known = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let same = known.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, catalogue));
        if !same {
            let newest = catalogue
                .products()
                .flat_map(|product| &product.offers)
                .map(|offer| offer.as_of.as_micros())
                .max();
            let next = if known.of.is_some() { known.number + 1 } else { 0 };
            known.number = newest.unwrap_or(0).max(next);
            known.of = Some(Arc::clone(catalogue));
        }
        known.number
    }
}
