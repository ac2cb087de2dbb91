//! What goes on beside serving: certificates are followed, and what is insecure is said again.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::callbacks;
use crate::server::ServerOptions;

/// How often it is said that a listener is insecure.
const REMIND_EVERY: Duration = Duration::from_mins(1);

/// The tasks beside serving.
#[derive(Debug)]
pub(crate) struct Beside {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Beside {
    /// Starts them; `exposed` are the listeners to warn about.
    pub(crate) fn start(options: &ServerOptions, exposed: Vec<&'static str>) -> Self {
        let stop = CancellationToken::new();
        let mut tasks = Vec::new();
        let followed = [
            ("api", &options.tls),
            ("operator", &options.operator_tls),
            (callbacks::LISTENER, &options.callbacks_tls),
        ];
        for (listener, tls) in followed {
            if let Some(tls) = tls {
                tasks.push(tokio::spawn(Arc::clone(tls).follow(listener, stop.clone())));
            }
        }
        if !exposed.is_empty() {
            tasks.push(tokio::spawn(remind(exposed, stop.clone())));
        }
        Self { stop, tasks }
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

async fn remind(exposed: Vec<&'static str>, stop: CancellationToken) {
    loop {
        for listener in &exposed {
            let means = if *listener == callbacks::LISTENER {
                "without TLS, because listen.insecure says so; whoever is on the way can read what \
                 providers tell of customers"
            } else {
                "without TLS and API keys, because listen.insecure says so; whoever reaches it may use \
                 it, and read what goes over it"
            };
            tracing::warn!(listener, "this listener can be reached from other machines {means}");
        }
        if timeout(REMIND_EVERY, stop.cancelled()).await.is_ok() {
            return;
        }
    }
}
