//! What metrics and traces show, and what they do not.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use ppob_layers::{Limits, describe_metrics};
use ppob_provider::{ProviderErrorKind, TrialError};
use ppob_types::{PayOutcome, UnknownCause};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::support::{METER, Scripted, attempt, context, guarded, n, pay_request, permit, wide};

#[tokio::test(start_paused = true)]
async fn every_request_to_the_provider_is_counted_and_nothing_else() {
    let recorder = PrometheusBuilder::new().set_buckets(&[1.0, 5.0]).unwrap().build_recorder();
    let shown = recorder.handle();
    let _here = metrics::set_default_local_recorder(&recorder);
    describe_metrics();

    let told = Scripted {
        takes: Duration::from_secs(2),
        outcome: PayOutcome::Unknown(UnknownCause::TimedOut),
        ..Scripted::new()
    };
    let limits = Limits { reads_in_flight: n(2), wait_max: Duration::ZERO, ..wide() };
    let (_, guarded) = guarded(told.failing([ProviderErrorKind::Transport]), &limits);
    let cx = context();
    let (first, refused) =
        tokio::join!(guarded.provider.balance(&cx), guarded.provider.balance(&cx));
    assert!(first.is_ok());
    assert_eq!(refused.unwrap_err().kind, ProviderErrorKind::RateLimited);
    let _ = guarded.provider.pay(&cx, &pay_request(), permit()).await;

    let text = shown.render();
    for line in [
        r#"ppob_provider_requests_total{provider="scripted",operation="balance",outcome="transport"} 1"#,
        r#"ppob_provider_requests_total{provider="scripted",operation="balance",outcome="ok"} 1"#,
        r#"ppob_provider_requests_total{provider="scripted",operation="pay",outcome="unknown"} 1"#,
        r#"ppob_provider_request_duration_seconds_sum{provider="scripted",operation="pay"} 2"#,
        r#"ppob_provider_request_duration_seconds_count{provider="scripted",operation="balance"} 2"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("rate-limited"), "refused by us, never asked");
}

#[tokio::test(start_paused = true)]
async fn a_trace_names_the_attempt_and_no_customer() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);

    let told =
        Scripted { outcome: PayOutcome::Unknown(UnknownCause::Unreadable), ..Scripted::new() };
    let (_, guarded) = guarded(told.failing([ProviderErrorKind::Unreadable]), &wide());
    let cx = context();
    let _ = guarded.provider.pay(&cx, &pay_request(), permit()).await;
    let _ = guarded.provider.check_status(&cx, &attempt()).await;

    let text = log.text();
    for part in [
        r#"operation="pay""#,
        "attempt=P000000000001N1",
        r#"outcome="unknown""#,
        r#"cause="unreadable""#,
        r#"operation="status""#,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains(METER) && !text.contains(&METER[7..]), "{text}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[test]
fn a_pattern_is_tried_by_the_provider_itself_through_all_layers() {
    let (provider, guarded) = guarded(Scripted::new(), &wide());
    let refused = guarded.provider.try_refusal("^limit$").unwrap_err();
    assert_eq!(refused, TrialError::Refused("^limit$".to_owned()));
    assert_eq!(provider.calls(), 0);
}
