//! The HTTP endpoint that Prometheus reads.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use ppob_engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::MetricsHandle;
use crate::health::{Readiness, readiness};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
struct Source {
    engine: Engine,
    handle: MetricsHandle,
}

/// Serves `/metrics` and `/healthz` until `stop`.
pub(crate) async fn serve(
    listener: TcpListener,
    engine: Engine,
    handle: MetricsHandle,
    stop: CancellationToken,
) {
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthz))
        .with_state(Source { engine, handle });
    let served = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "the metrics endpoint ended");
    }
}

async fn metrics(State(source): State<Source>) -> impl IntoResponse {
    source.engine.update_gauges();
    ([(CONTENT_TYPE, TEXT)], source.handle.render())
}

async fn healthz(State(source): State<Source>) -> impl IntoResponse {
    let unready = match readiness(&source.engine).await {
        Readiness::Ready => return (StatusCode::OK, "ready\n"),
        Readiness::GoingDown => "going down: no new payments are taken\n",
        Readiness::NoProducts => {
            "not ready: no product is known yet, because no price list could be read\n"
        }
        Readiness::NoJournal => {
            "not ready: the journal does not answer, so no payment can be taken\n"
        }
    };
    (StatusCode::SERVICE_UNAVAILABLE, unready)
}
