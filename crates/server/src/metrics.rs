//! Numbers about the server and everything in it.
//!
//! [`table`] is the one list of every metric there is: descriptions, buckets and `docs/METRICS.md` come
//! from it.

mod endpoint;
mod layer;
mod markdown;
mod methods;
mod overhead;
mod process;
mod record;
mod recorder;
mod table;

pub(crate) use endpoint::serve;
pub(crate) use layer::RequestMetrics;
pub use markdown::metrics_markdown;
pub(crate) use methods::Methods;
pub(crate) use overhead::Overhead;
pub use recorder::{MetricsHandle, MetricsInstallError, PrometheusMetrics};
pub use table::{Kind, METRICS, Metric};
