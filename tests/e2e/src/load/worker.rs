//! One of many callers that pay one customer after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ppob_api::PpobClient;
use ppob_api::error::{may_be_accepted, reason_of};
use tokio::time::Instant;

use crate::{Result, request};

/// How often a request is repeated whose answer told nothing.
const MOST_REPEATS: u32 = 20;

/// Stands for payments that were there before: then the run measured too little.
const EXISTED: &str = "a payment of an earlier run";

/// What one caller saw, or all of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Microseconds from the request to its answer.
    pub(super) latencies: Vec<u64>,
    /// Payments whose answer was not final.
    pub(super) open: Vec<String>,
    /// Requests that were not accepted, by reason.
    pub(super) refused: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.open.extend(other.open);
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
    }
}

/// Pays for one fresh customer after the other until `end`; the last payment is waited for.
pub(super) async fn pay_until(
    client: PpobClient,
    customers: Arc<AtomicU64>,
    end: Instant,
) -> Result<Tally> {
    let mut tally = Tally::default();
    while Instant::now() < end {
        let customer = request::customer(customers.fetch_add(1, Ordering::Relaxed));
        pay(&client, &customer, &mut tally).await?;
    }
    Ok(tally)
}

async fn pay(client: &PpobClient, customer: &str, tally: &mut Tally) -> Result<()> {
    let payment_id = format!("load-{customer}");
    let begin = Instant::now();
    let mut repeats = 0;
    loop {
        let request = request::token(&payment_id, customer);
        match client.payments.clone().create_payment(request).await {
            Ok(answer) => {
                let took = u64::try_from(begin.elapsed().as_micros())?;
                tally.latencies.push(took);
                let answer = answer.into_inner();
                if answer.existed && repeats == 0 {
                    *tally.refused.entry(EXISTED.to_owned()).or_default() += 1;
                }
                let payment = answer.payment;
                if !payment.is_some_and(|payment| ppob_api::is_final(&payment)) {
                    tally.open.push(payment_id);
                }
                return Ok(());
            }
            Err(status) if !may_be_accepted(&status) => {
                let reason = reason_of(&status).unwrap_or_else(|| status.to_string());
                *tally.refused.entry(reason).or_default() += 1;
                return Ok(());
            }
            Err(_) if repeats < MOST_REPEATS => repeats += 1,
            Err(status) => return Err(status.into()),
        }
    }
}
