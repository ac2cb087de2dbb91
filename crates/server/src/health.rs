//! Whether the server can be used, told truthfully.

use std::time::Duration;

use ppob_api::v1::catalog_service_server::SERVICE_NAME as CATALOG;
use ppob_api::v1::operator_service_server::SERVICE_NAME as OPERATOR;
use ppob_api::v1::payment_service_server::SERVICE_NAME as PAYMENT;
use ppob_engine::Engine;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// How often the engine is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A journal that takes longer to answer a small question cannot take payments either.
const JOURNAL_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What is told on the listener of callers: everything depends on the engine.
pub(crate) const API_SERVICES: [&str; 3] = ["", CATALOG, PAYMENT];
/// What is told on the listener of operators.
pub(crate) const OPERATOR_SERVICES: [&str; 2] = ["", OPERATOR];

/// Whether payments can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    Ready,
    /// The engine is stopping.
    GoingDown,
    /// There is nothing to buy.
    NoProducts,
    /// The journal does not answer.
    NoJournal,
}

/// Whether payments can be taken in: the engine is not stopping, there is something to buy, and the
/// journal answers.
pub(crate) async fn readiness(engine: &Engine) -> Readiness {
    if engine.is_draining() {
        return Readiness::GoingDown;
    }
    if engine.catalogue().is_empty() {
        return Readiness::NoProducts;
    }
    match timeout(JOURNAL_ANSWERS_WITHIN, engine.journal_answers()).await {
        Ok(true) => Readiness::Ready,
        Ok(false) | Err(_) => Readiness::NoJournal,
    }
}

/// Keeps the told state true until `stop`.
pub(crate) async fn keep_true(engine: Engine, reporter: HealthReporter, stop: CancellationToken) {
    let mut told = None;
    loop {
        let ready = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            readiness = readiness(&engine) => readiness == Readiness::Ready,
        };
        if told != Some(ready) {
            tell(&reporter, &API_SERVICES, ready).await;
            told = Some(ready);
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    tell(&reporter, &API_SERVICES, false).await;
}

/// Tells one state for several services.
pub(crate) async fn tell(reporter: &HealthReporter, services: &[&str], serving: bool) {
    let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in services {
        reporter.set_service_status(service, status).await;
    }
}
