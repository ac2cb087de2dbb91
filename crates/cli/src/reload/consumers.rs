//! Who may call, taken over by a reload.

use std::sync::Arc;

use ppob_server::{ConfiguredConsumers, check_consumers};

use super::Part;
use crate::config::Loaded;
use crate::failure::Failure;

/// The consumers of the running server.
#[derive(Debug)]
pub(crate) struct Consumers(pub(crate) Arc<ConfiguredConsumers>);

impl Part for Consumers {
    fn keys(&self) -> &'static [&'static str] {
        // All of them, and the list as a whole: the first and the last one come and go with it.
        &["consumer"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Box<dyn FnOnce() + Send>, Failure> {
        let setups = loaded.consumers.clone();
        check_consumers(&setups).map_err(|error| Failure::usage(error.to_string()))?;
        let consumers = Arc::clone(&self.0);
        Ok(Box::new(move || {
            if let Err(error) = consumers.replace(&setups) {
                tracing::error!(%error, "the consumers were not replaced; those of before go on");
            }
        }))
    }
}
