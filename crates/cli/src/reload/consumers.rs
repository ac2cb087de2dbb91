//! Who may call, taken over by a reload.

use std::sync::Arc;

use ppob_server::{ConfiguredConsumers, check_consumers};

use super::Part;
use crate::config::{Listen, Loaded};
use crate::failure::Failure;

/// The consumers of the running server.
#[derive(Debug)]
pub(crate) struct Consumers {
    pub(crate) running: Arc<ConfiguredConsumers>,
    /// Where it really listens. Other addresses and other TLS wait for a restart, so what the
    /// configuration says of them now protects nobody yet.
    pub(crate) listen: Listen,
}

impl Part for Consumers {
    fn keys(&self) -> &'static [&'static str] {
        // All of them, and the list as a whole: the first and the last one come and go with it.
        &["consumer"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Box<dyn FnOnce() + Send>, Failure> {
        let setups = loaded.consumers.clone();
        check_consumers(&setups).map_err(|error| Failure::usage(error.to_string()))?;
        self.listen.check(!setups.is_empty()).map_err(|error| Failure::usage(error.to_string()))?;
        let consumers = Arc::clone(&self.running);
        Ok(Box::new(move || {
            if let Err(error) = consumers.replace(&setups) {
                tracing::error!(%error, "the consumers were not replaced; those of before go on");
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use ppob_types::Clock;

    use super::*;
    use crate::clock::SystemClock;
    use crate::config::load;

    const CONSUMER: &str = "[[consumer]]\nname = \"shop\"\nroles = [\"pay\"]\nkeys = [\"sha256:\
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"]\n";
    const FAR: &str = "[listen]\napi = \"192.0.2.1:50051\"\n\
        [listen.tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\n";

    fn loaded(text: &str) -> Loaded {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        load(Some(file.path()), Vec::new()).unwrap()
    }

    fn running(text: &str) -> Consumers {
        let loaded = loaded(text);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let running = Arc::new(ConfiguredConsumers::new(&loaded.consumers, clock).unwrap());
        Consumers { running, listen: loaded.config.listen }
    }

    #[test]
    fn the_last_consumer_does_not_go_while_other_machines_reach_the_listener_that_runs() {
        let consumers = running(&format!("{FAR}{CONSUMER}"));
        // All of these are good configurations for a start: the address changes with the next one only.
        let insecure = FAR.replace("[listen.tls]", "insecure = [\"api\"]\n[listen.tls]");
        for next in ["", "[listen]\napi = \"127.0.0.1:50051\"\n", &insecure] {
            let Err(refused) = consumers.prepare(&loaded(next)) else {
                panic!("everybody who reaches 192.0.2.1 could pay: {next}");
            };
            assert!(refused.text.contains("everybody could pay"), "{}", refused.text);
        }
        assert!(consumers.prepare(&loaded(CONSUMER)).is_ok());
        let near = running(CONSUMER);
        assert!(near.prepare(&loaded("")).is_ok(), "this machine alone reaches it");
    }
}
