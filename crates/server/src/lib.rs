//! The gRPC services, health, reflection, the metrics endpoint and the listener for callbacks.
//!
//! [`Server::start`] puts an [`ppob_engine::Engine`] on up to four listeners: callers, operators, metrics,
//! and providers that tell something by themselves.
//! An RPC lives in its own file below `rpc`: it reads the request (`convert`), asks the engine, and
//! turns what comes back into a message or, through `errors`, into a status that says whether anything
//! was done. Who calls is decided in [`Consumers`].

mod beside;
mod callbacks;
mod config_source;
mod connections;
mod consumer;
mod convert;
mod deadline;
mod errors;
mod explain;
mod feed;
mod health;
mod listen;
mod metrics;
#[cfg(feature = "testkit")]
pub mod properties;
mod reflection;
mod rpc;
mod server;
mod shared;
mod tls;
mod tokens;

pub use callbacks::CallbackLimits;
pub use config_source::{ConfigSource, NotReloaded, Reloaded};
pub use connections::ConnectionCaps;
pub use consumer::{
    Access, Caller, ConfiguredConsumers, ConsumerSetup, Consumers, ConsumersError, Credentials,
    KEY_PREFIX, KeyHash, KeyHashError, LocalConsumer, Meter, Rate, Role, Unidentified, UnknownRole,
    check_consumers,
};
pub use listen::{Insecure, ListenError, bind, callbacks_lack_for_exposure, lacks_for_exposure};
pub use metrics::{
    Kind, METRICS, Metric, MetricsHandle, MetricsInstallError, PrometheusMetrics, metrics_markdown,
};
pub use server::{Listeners, RunningServer, ServeError, Server, ServerOptions};
pub use tls::{Tls, TlsError, TlsFiles};
