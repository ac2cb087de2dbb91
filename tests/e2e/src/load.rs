//! Many payments at once, and whether every one of them was charged and recorded exactly once.

mod report;
mod worker;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use ppob_api::PpobClient;
use ppob_api::v1::{GetPaymentRequest, Payment};
use ppob_simulator::Ledger;
use ppob_simulator::mmbc::MmbcHandle;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use self::report::Report;
use self::worker::Tally;
use crate::engine::{connect, payments};
use crate::metrics::Metrics;
use crate::wait::until;
use crate::{Result, http};

/// Over how many connections the payments go.
const CONNECTIONS: usize = 4;

/// How much, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Payments on their way at any moment.
    pub in_flight: usize,
    /// How long new ones are begun.
    pub time: Duration,
    /// The number of the first customer; the others follow. Two runs against one engine need
    /// customers of their own.
    pub first_customer: u64,
}

/// Where to.
#[derive(Debug)]
pub struct Target<'a> {
    /// The API, `HOST:PORT`.
    pub address: String,
    /// The metrics, `http://HOST:PORT/metrics`.
    pub metrics: String,
    /// What knows what was really charged.
    pub truth: Truth<'a>,
}

/// What knows what was really charged.
#[derive(Debug)]
pub enum Truth<'a> {
    /// A provider in this process.
    Provider(&'a MmbcHandle),
    /// The control endpoint of a provider elsewhere, `http://HOST:PORT/control`.
    Control(String),
}

/// Keeps payments of fresh customers on their way for the planned time, lets all of them end, and
/// compares everything that was charged with everything that is recorded.
///
/// # Errors
/// If the engine or the provider cannot be asked. What disagrees is no error here but stands in the
/// report.
pub async fn run(plan: Plan, target: &Target<'_>) -> Result<Report> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS.min(plan.in_flight) {
        connections.push(connect(&target.address).await?);
    }
    let before = Metrics::read(&target.metrics).await?;
    let customers = Arc::new(AtomicU64::new(plan.first_customer));
    let begin = Instant::now();
    let mut workers = JoinSet::new();
    for client in connections.iter().cycle().take(plan.in_flight) {
        workers.spawn(worker::pay_until(client.clone(), Arc::clone(&customers), begin + plan.time));
    }
    let mut tally = Tally::default();
    while let Some(done) = workers.join_next().await {
        tally.add(done??);
    }
    let took = begin.elapsed();
    let client = connect(&target.address).await?;
    for payment_id in &tally.open {
        wait_for_end(&client, payment_id).await?;
    }
    let after = Metrics::read(&target.metrics).await?;
    let recorded = payments(&client).await?;
    let ledger = target.truth.ledger().await?;
    Ok(Report::new(plan, took, tally, &[before, after], &ledger, &recorded))
}

impl Truth<'_> {
    async fn ledger(&self) -> Result<Ledger> {
        match self {
            Self::Provider(provider) => Ok(provider.ledger()),
            Self::Control(url) => {
                Ok(serde_json::from_str(&http::get(&format!("{url}/ledger")).await?)?)
            }
        }
    }
}

async fn wait_for_end(client: &PpobClient, payment_id: &str) -> Result<Payment> {
    until(&format!("payment {payment_id} ends"), async || {
        let request = GetPaymentRequest { payment_id: payment_id.to_owned() };
        let answer = client.payments.clone().get_payment(request).await;
        let payment = answer.map_err(|status| status.to_string())?.into_inner().payment;
        let payment = payment.ok_or("an answer without a payment")?;
        let state = payment.state().as_str_name();
        if ppob_api::is_final(&payment) { Ok(payment) } else { Err(state.to_owned()) }
    })
    .await
}
