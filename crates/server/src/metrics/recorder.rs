//! The Prometheus recorder.

use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::process;
use super::table::{Kind, METRICS};

/// A recorder with the buckets of every histogram, not installed yet.
pub struct PrometheusMetrics {
    recorder: PrometheusRecorder,
}

/// Renders what was recorded.
#[derive(Clone)]
pub struct MetricsHandle(PrometheusHandle);

/// Why metrics cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum MetricsInstallError {
    /// A histogram has no buckets.
    #[error("the metrics recorder cannot be built: {0}")]
    Build(#[from] BuildError),
    /// The process has a recorder already.
    #[error("this process records metrics already; install them once, at the start")]
    Installed,
}

impl PrometheusMetrics {
    /// Builds the recorder.
    ///
    /// # Errors
    /// [`MetricsInstallError::Build`] if the table of metrics is wrong.
    pub fn new() -> Result<Self, MetricsInstallError> {
        let mut builder = PrometheusBuilder::new();
        for metric in METRICS {
            if let Kind::Histogram(buckets) = metric.kind {
                let name = Matcher::Full(metric.name.to_owned());
                builder = builder.set_buckets_for_metric(name, buckets)?;
            }
        }
        Ok(Self { recorder: builder.build_recorder() })
    }

    /// What renders its numbers.
    pub fn handle(&self) -> MetricsHandle {
        MetricsHandle(self.recorder.handle())
    }

    /// The recorder itself, to be used for one thread only, as tests do.
    pub const fn recorder(&self) -> &PrometheusRecorder {
        &self.recorder
    }

    /// Makes it the recorder of the process and describes every metric. To be called once, before
    /// anything is recorded.
    ///
    /// # Errors
    /// [`MetricsInstallError::Installed`] if there is one already.
    pub fn install(self) -> Result<MetricsHandle, MetricsInstallError> {
        let handle = self.handle();
        metrics::set_global_recorder(self.recorder).map_err(|_| MetricsInstallError::Installed)?;
        describe();
        Ok(handle)
    }
}

/// Describes every metric to the recorder at hand.
pub(crate) fn describe() {
    for metric in METRICS {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.meaning),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.meaning),
            Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.meaning),
            Kind::Process | Kind::ProcessCounter => {}
        }
    }
    metrics::gauge!("ppob_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

impl MetricsHandle {
    /// Everything in the text format of Prometheus, with the numbers of the process.
    pub fn render(&self) -> String {
        let mut text = self.0.render();
        text.push_str(&process::render());
        text
    }

    /// Keeps memory bounded; to be called every few seconds.
    pub(crate) fn tidy(&self) {
        self.0.run_upkeep();
    }
}

impl std::fmt::Debug for PrometheusMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrometheusMetrics").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for MetricsHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MetricsHandle").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_histogram_has_its_buckets_and_every_metric_its_help() {
        let recorder = PrometheusMetrics::new().unwrap();
        metrics::with_local_recorder(recorder.recorder(), || {
            describe();
            for metric in METRICS {
                match metric.kind {
                    Kind::Counter => metrics::counter!(metric.name).increment(1),
                    Kind::Gauge => metrics::gauge!(metric.name).set(1.0),
                    Kind::Histogram(_) => metrics::histogram!(metric.name).record(0.0),
                    Kind::Process | Kind::ProcessCounter => {}
                }
            }
        });
        let text = recorder.handle().render();
        for metric in METRICS {
            let typed = format!("# TYPE {} {}", metric.name, metric.kind.as_str());
            let known = metric.name.starts_with("ppob_") || cfg!(target_os = "linux");
            assert_eq!(text.contains(&typed), known, "{typed}");
            let helped = format!("# HELP {} ", metric.name);
            assert_eq!(text.contains(&helped), known, "{helped}");
        }
        assert!(text.contains("ppob_grpc_overhead_seconds_bucket{le=\"0.00001\"}"), "{text}");
    }
}
