//! The first thing every call passes.

use std::sync::Arc;

use tonic::service::Interceptor;
use tonic::{Request, Status};

use super::{Consumers, Credentials, Unidentified, unidentified};
use crate::connections::Peer;
use crate::errors;

/// Puts the [`super::Caller`] into every request, and refuses calls beyond its rate. Nothing of the
/// message was read then.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    consumers: Arc<dyn Consumers>,
    /// Made once: a flood of calls by nobody must not cost the making of their errors.
    missing: Status,
    invalid: Status,
}

impl Gate {
    pub(crate) fn new(consumers: Arc<dyn Consumers>) -> Self {
        Self {
            consumers,
            missing: unidentified(Unidentified::Missing),
            invalid: unidentified(Unidentified::Invalid),
        }
    }
}

impl Interceptor for Gate {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let peer = request.extensions().get::<Peer>();
        let credentials = Credentials {
            metadata: request.metadata(),
            certificate_names: peer.map(Peer::names).unwrap_or_default(),
        };
        let caller = match self.consumers.identify(&credentials) {
            Ok(caller) => caller,
            Err(Unidentified::Missing) => return Err(self.missing.clone()),
            Err(Unidentified::Invalid) => return Err(self.invalid.clone()),
        };
        caller.meter.count().map_err(|wait| errors::too_fast(&caller.consumer, wait))?;
        request.extensions_mut().insert(caller);
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LocalConsumer, Role, caller};
    use super::*;

    #[test]
    fn the_local_consumer_may_do_everything() {
        let mut gate = Gate::new(Arc::new(LocalConsumer::new().unwrap()));
        let request = gate.call(Request::new(())).unwrap();
        for role in Role::ALL {
            assert_eq!(caller(&request, role).unwrap().as_str(), "local");
        }
    }
}
